//! Writes files whole or not at all.
//!
//! Guarantees: the target either keeps what it held or holds all the new bytes.
//! The bytes go to a new file beside the target, reach the disk, and the file
//! is renamed over the target; a run that dies in between leaves the target
//! alone. All files of a run are complete before the first is renamed.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Files that are complete but not in place yet.
#[derive(Debug, Default)]
pub(crate) struct Staged(Vec<(PathBuf, PathBuf)>);

impl Staged {
    /// Writes a file beside its place.
    ///
    /// # Errors
    /// The folder does not exist or cannot be written, or the disk is full.
    pub(crate) fn add(&mut self, target: &Path, bytes: &[u8]) -> Result<()> {
        let name = target.file_name().with_context(|| format!("{} is not a file name", target.display()))?;
        let mut beside = std::ffi::OsString::from(".");
        beside.push(name);
        beside.push(format!(".{}.partial", std::process::id()));
        let beside = target.with_file_name(beside);
        let context = || format!("{} cannot be written", target.display());
        let mut file = File::create(&beside).with_context(context)?;
        self.0.push((beside, target.into()));
        file.write_all(bytes).and_then(|()| file.sync_all()).with_context(context)
    }

    /// Puts every file in its place.
    ///
    /// # Errors
    /// A target that is a folder, or may not be replaced.
    pub(crate) fn publish(mut self) -> Result<()> {
        for (beside, target) in self.0.drain(..) {
            let renamed = fs::rename(&beside, &target);
            if renamed.is_err() {
                let _ = fs::remove_file(&beside);
            }
            renamed.with_context(|| format!("{} cannot be replaced", target.display()))?;
        }
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        for (beside, _) in &self.0 {
            let _ = fs::remove_file(beside);
        }
    }
}
