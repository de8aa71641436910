//! Finds the browsers of the checks, or installs Debian's.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::project::Project;
use crate::run::Tool;

/// A browser engine that the checks run in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// Chromium or Chrome
    Chromium,
    /// Firefox, the extended support release or newer
    Firefox,
    /// WebKitGTK: the engine of Safari and of webviews on Apple's systems, as Linux has it
    Webkit,
}

impl Engine {
    /// What the tests and `--engines` call it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::Webkit => "webkit",
        }
    }

    /// Its name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
            Self::Webkit => "WebKitGTK",
        }
    }

    /// The check that runs in it.
    pub(crate) fn check(self) -> &'static str {
        match self {
            Self::Chromium => "faults and pages in Chromium",
            Self::Firefox => "faults and pages in Firefox",
            Self::Webkit => "faults and pages in WebKitGTK",
        }
    }

    /// The variable that names its executable, for these commands and for the tests.
    pub(crate) fn variable(self) -> &'static str {
        match self {
            Self::Chromium => "FLANEUR_CHROMIUM",
            Self::Firefox => "FLANEUR_FIREFOX",
            Self::Webkit => "FLANEUR_WEBKIT",
        }
    }

    /// Names on the PATH.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Chromium => &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
            Self::Firefox => &["firefox-esr", "firefox"],
            Self::Webkit => &[],
        }
    }

    /// Where it is on machines without a PATH entry.
    fn places(self) -> &'static [&'static str] {
        match self {
            Self::Chromium => &[
                "/Applications/Chromium.app/Contents/MacOS/Chromium",
                "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
                r"C:\Program Files\Google\Chrome\Application\chrome.exe",
                r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
            ],
            Self::Firefox => &["/Applications/Firefox.app/Contents/MacOS/firefox"],
            Self::Webkit => &[
                "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
                "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
                "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
            ],
        }
    }

    /// Debian's packages with it and with what it needs to run without a screen.
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Chromium => &["chromium"],
            Self::Firefox => &["firefox-esr"],
            Self::Webkit => &["webkit2gtk-driver", "xvfb"],
        }
    }
}

/// The engine's executable, installed first if this is Debian and we may.
pub(crate) fn ensure(project: &Project, engine: Engine) -> Result<PathBuf> {
    for variable in [Some(engine.variable()), (engine == Engine::Chromium).then_some("CHROME_PATH")] {
        let named = variable.and_then(|variable| Some((variable, PathBuf::from(std::env::var_os(variable)?))));
        if let Some((variable, path)) = named {
            if path.is_file() {
                return Ok(path);
            }
            bail!(
                "{variable} names {}, which is not a file. Set it to the browser's executable, or unset it.",
                path.display()
            );
        }
    }
    if let Some(path) = find(engine) {
        return Ok(path);
    }
    let packages = engine.packages().join(" ");
    if may_install(project) {
        Tool::new(project, "apt-get update", "apt-get")
            .args(["update", "-qq"])
            .quiet("reading Debian's package lists")?;
        Tool::new(project, format!("apt-get install {packages}"), "apt-get")
            .args(["install", "-y", "-qq", "--no-install-recommends"])
            .args(engine.packages())
            .env("DEBIAN_FRONTEND", "noninteractive")
            .quiet(&format!("installing Debian's packages {packages}"))?;
        if let Some(path) = find(engine) {
            return Ok(path);
        }
    }
    bail!(
        "the browser checks need {}, and it was not found. Install it (Debian, Ubuntu: `sudo apt-get install \
         {packages}`), set {} to its executable, or choose other engines with --engines.",
        engine.name(),
        engine.variable()
    )
}

fn find(engine: Engine) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| engine.names().iter().map(move |name| folder.join(name)))
        .chain(engine.places().iter().map(PathBuf::from))
        .find(|candidate| candidate.is_file())
        .filter(|_| engine != Engine::Webkit || has_screen())
}

/// WebKitGTK draws on a screen, and Xvfb is one that nobody sees.
fn has_screen() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join("Xvfb").is_file())
}

/// Ubuntu's package of Chromium is a stub for a snap, so Debian it must be.
fn may_install(project: &Project) -> bool {
    let debian =
        std::fs::read_to_string("/etc/os-release").is_ok_and(|release| release.lines().any(|line| line == "ID=debian"));
    debian && Path::new("/usr/bin/apt-get").exists() && is_root(project)
}

fn is_root(project: &Project) -> bool {
    Tool::new(project, "id", "id").arg("-u").capture().is_ok_and(|id| id.trim_ascii() == b"0")
}
