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

use crate::scratch::{PARTIAL, beside};

/// Files that are complete but not in place yet.
#[derive(Debug, Default)]
pub(crate) struct Staged(Vec<(PathBuf, PathBuf, File)>);

impl Staged {
    /// Writes a file beside its place; it stays locked, so that another run does not take it for a leftover.
    ///
    /// # Errors
    /// The folder does not exist or cannot be written, or the disk is full.
    pub(crate) fn add(&mut self, target: &Path, bytes: &[u8]) -> Result<()> {
        target.file_name().with_context(|| format!("{} is not a file name", target.display()))?;
        let beside = beside(target, &format!("{}.{PARTIAL}", std::process::id()));
        let context = || format!("{} cannot be written", target.display());
        let mut file = File::create(&beside).with_context(context)?;
        // Some file systems know no locks: then only the clean-up of leftovers is less careful.
        let _ = file.try_lock();
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        self.0.push((beside, target.into(), file));
        written.with_context(context)
    }

    /// Puts every file in its place.
    ///
    /// # Errors
    /// A target that is a folder, or may not be replaced.
    pub(crate) fn publish(mut self) -> Result<()> {
        // One by one: those that are left when a rename fails are removed on drop.
        while !self.0.is_empty() {
            let (beside, target, file) = self.0.remove(0);
            // Closed first: Windows does not rename an open file.
            drop(file);
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
        for (beside, _, _) in &self.0 {
            let _ = fs::remove_file(beside);
        }
    }
}
