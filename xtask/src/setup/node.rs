//! Node.js, and the npm packages of the lock file.

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::run::Tool;
use crate::stamp::{Fingerprint, Stamp};

/// Makes sure that Node.js is new enough and that the npm packages are those
/// of the lock file.
pub(crate) fn ensure(project: &Project) -> Result<()> {
    let version = Tool::new(project, "node", "node")
        .arg("--version")
        .capture()
        .context("Node.js is needed, 20.19 or newer: install it from https://nodejs.org")?;
    let version = String::from_utf8_lossy(&version).trim().to_owned();
    check(&version)?;

    let inputs = Fingerprint::of("npm ci")
        .text(major(&version).unwrap_or_default())
        .file(&project.root.join("package-lock.json"))?
        .file(&project.root.join("package.json"))?
        .file(&project.pkg().join("package.json"))?
        .file(&project.www().join("package.json"))?;
    // The stamp lives among the packages: who deletes them deletes it too.
    let modules = project.root.join("node_modules");
    let stamp = Stamp::new(modules.join(".flaneur-installed"), &inputs);
    if stamp.holds([&modules]) {
        return Ok(());
    }
    stamp.lift();
    Tool::npm(project, "ci")
        .args(["--no-audit", "--no-fund"])
        .hint(
            "If it says that package.json and package-lock.json disagree, run `npm install` once and commit the lock \
             file; otherwise check the network.",
        )
        .quiet("installing the npm packages of package-lock.json")?;
    stamp.set()
}

/// Vite asks for 20.19, 22.12 or newer; everything else is content with 20.
fn check(version: &str) -> Result<()> {
    let mut parts = version.trim_start_matches('v').split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let (major, minor) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    let fits = match major {
        0..=19 | 21 => false,
        20 => minor >= 19,
        22 => minor >= 12,
        _ => true,
    };
    if !fits {
        bail!(
            "Node.js {version} does not fit: 20.19 or newer in the 20 line, or 22.12 and newer, is needed. \
             Install a current one from https://nodejs.org."
        );
    }
    Ok(())
}

fn major(version: &str) -> Option<&str> {
    version.split('.').next()
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn node_versions_that_run_every_tool_are_accepted() {
        for version in ["v20.19.0", "v20.20.2", "v22.12.0", "v24.0.1"] {
            assert!(check(version).is_ok(), "{version}");
        }
        for version in ["v18.20.0", "v20.11.1", "v21.7.0", "v22.4.0", "nonsense"] {
            assert!(check(version).is_err(), "{version}");
        }
    }
}
