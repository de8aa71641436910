//! Finds Chromium for the browser checks, or installs Debian's.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::project::Project;
use crate::run::Tool;

/// The variable that names the browser, for these commands and for the tests.
pub(crate) const VARIABLE: &str = "FLANEUR_CHROMIUM";

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Where application bundles put the browser, for machines without a PATH entry.
const BUNDLES: [&str; 4] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
];

/// The browser's executable, installed first if this is Debian and we may.
pub(crate) fn ensure(project: &Project) -> Result<PathBuf> {
    for variable in [VARIABLE, "CHROME_PATH"] {
        if let Some(path) = std::env::var_os(variable).map(PathBuf::from) {
            if path.is_file() {
                return Ok(path);
            }
            bail!(
                "{variable} names {}, which is not a file. Set it to the browser's executable, or unset it.",
                path.display()
            );
        }
    }
    if let Some(path) = find() {
        return Ok(path);
    }
    if may_install(project) {
        Tool::new(project, "apt-get update", "apt-get")
            .args(["update", "-qq"])
            .quiet("reading Debian's package lists")?;
        Tool::new(project, "apt-get install chromium", "apt-get")
            .args(["install", "-y", "-qq", "--no-install-recommends", "chromium"])
            .env("DEBIAN_FRONTEND", "noninteractive")
            .quiet("installing Debian's package chromium")?;
        if let Some(path) = find() {
            return Ok(path);
        }
    }
    bail!(
        "the browser checks need Chromium or Chrome, and none was found on the PATH. Install it (Debian, Ubuntu: \
         `sudo apt-get install chromium`; Fedora: `sudo dnf install chromium`; macOS: `brew install --cask \
         google-chrome`), or set {VARIABLE} to its executable."
    )
}

fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| NAMES.map(|name| folder.join(name)))
        .chain(BUNDLES.map(PathBuf::from))
        .find(|candidate| candidate.is_file())
}

/// Ubuntu's package of that name is a stub for a snap, so Debian it must be.
fn may_install(project: &Project) -> bool {
    let debian =
        std::fs::read_to_string("/etc/os-release").is_ok_and(|release| release.lines().any(|line| line == "ID=debian"));
    debian && Path::new("/usr/bin/apt-get").exists() && is_root(project)
}

fn is_root(project: &Project) -> bool {
    Tool::new(project, "id", "id").arg("-u").capture().is_ok_and(|id| id.trim_ascii() == b"0")
}
