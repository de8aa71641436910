//! Writes files whole or not at all.
//!
//! Guarantees: the target either keeps what it held or holds all the new bytes.
//! The bytes go to a new file beside the target, reach the disk, and the file
//! is renamed over the target; a run that dies in between leaves the target
//! alone. All files of a run are complete before the first is renamed.
//! A link stays, and what it points to is replaced, or made where nothing is
//! there yet. What is there and no file, such as `/dev/stdout` or a pipe, is
//! written to.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::scratch::{PARTIAL, beside, clean};

/// Links that are followed from one to the next, as many as Linux follows.
const MOST_LINKS: usize = 40;

/// Refuses outputs that cannot be written, so that long work is not done in vain.
///
/// # Errors
/// A folder that does not exist, or a target that is a folder.
pub(crate) fn check<'a>(outputs: impl IntoIterator<Item = &'a PathBuf>) -> Result<()> {
    for named in outputs {
        let output = &followed(named)?;
        let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
        if folder.is_some_and(|folder| !folder.is_dir()) {
            bail!("{} cannot be written: there is no such folder", output.display());
        }
        if output.is_dir() {
            bail!("{} cannot be written: it is a folder; name a file", output.display());
        }
    }
    Ok(())
}

/// Refuses outputs that would replace what is read: a feed cannot be made again from its pack.
///
/// # Errors
/// An output that is one of the inputs, under whatever name.
pub(crate) fn spare<'a>(
    inputs: impl IntoIterator<Item = &'a PathBuf>,
    outputs: impl IntoIterator<Item = &'a PathBuf>,
) -> Result<()> {
    let real = |path: &PathBuf| fs::canonicalize(path).ok().filter(|found| found.is_file());
    let inputs: Vec<PathBuf> = inputs.into_iter().filter_map(real).collect();
    for output in outputs {
        if real(output).is_some_and(|output| inputs.contains(&output)) {
            bail!("{} cannot be written: it is an input, which would be lost; name another file", output.display());
        }
    }
    Ok(())
}

/// Removes what killed runs left beside outputs, and beside what links among them lead to.
pub(crate) fn sweep<'a>(outputs: impl IntoIterator<Item = &'a PathBuf>) {
    for output in outputs {
        clean(output);
        // Unfinished files stand there, so that putting them in their place is a renaming.
        if let Ok(real) = followed(output)
            && real != *output
        {
            clean(&real);
        }
    }
}

/// Files that are complete but not in place yet.
#[derive(Debug, Default)]
pub(crate) struct Staged {
    /// The file beside, its place, and the lock.
    files: Vec<(PathBuf, PathBuf, File)>,
    /// What is written to and not replaced, and the bytes.
    through: Vec<(PathBuf, Vec<u8>)>,
}

impl Staged {
    /// Writes a file beside its place; it stays locked, so that another run does not take it for a leftover.
    ///
    /// # Errors
    /// The folder does not exist or cannot be written, the disk is full, the target is a folder, or another
    /// output goes there.
    pub(crate) fn add(&mut self, target: &Path, bytes: &[u8]) -> Result<()> {
        target.file_name().with_context(|| format!("{} is not a file name", target.display()))?;
        // Once the first file is in its place it is too late to find that out.
        if target.is_dir() {
            bail!("{} cannot be written: it is a folder; name a file", target.display());
        }
        if fs::metadata(target).is_ok_and(|found| !found.is_file()) {
            self.through.push((target.into(), bytes.into()));
            return Ok(());
        }
        let target = &followed(target)?;
        if self.files.iter().any(|(_, other, _)| place(other) == place(target)) {
            bail!("{} cannot hold two outputs; name a file for each", target.display());
        }
        let beside = beside(target, &format!("{}.{PARTIAL}", std::process::id()));
        let context = || format!("{} cannot be written", target.display());
        let mut file = File::create(&beside).with_context(context)?;
        // Some file systems know no locks: then only the clean-up of leftovers is less careful.
        let _ = file.try_lock();
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        self.files.push((beside, target.into(), file));
        written.with_context(context)
    }

    /// Puts every file in its place.
    ///
    /// # Errors
    /// A target that may not be replaced or written.
    pub(crate) fn publish(mut self) -> Result<()> {
        // One by one: those that are left when a rename fails are removed on drop.
        while !self.files.is_empty() {
            let (beside, target, file) = self.files.remove(0);
            // Closed first: Windows does not rename an open file.
            drop(file);
            let renamed = fs::rename(&beside, &target);
            if renamed.is_err() {
                let _ = fs::remove_file(&beside);
            }
            renamed.with_context(|| format!("{} cannot be replaced", target.display()))?;
        }
        for (target, bytes) in &self.through {
            fs::write(target, bytes).with_context(|| format!("{} cannot be written", target.display()))?;
        }
        Ok(())
    }
}

/// Where a chain of links ends, whether something is there or not; the target itself when it is no link.
///
/// # Errors
/// A chain that never ends.
fn followed(target: &Path) -> Result<PathBuf> {
    let mut found = target.to_owned();
    for _ in 0..=MOST_LINKS {
        match fs::read_link(&found) {
            // What a link says is meant from the folder in which the link is.
            Ok(next) => found = found.with_file_name("").join(next),
            Err(_) => return Ok(found),
        }
    }
    bail!("{} cannot be written: its links lead in a circle", target.display())
}

/// The target with its folder as the system knows it: `a` and `./a` are one file.
fn place(target: &Path) -> PathBuf {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.into());
    folder.join(target.file_name().unwrap_or_default())
}

impl Drop for Staged {
    fn drop(&mut self) {
        for (beside, _, _) in &self.files {
            let _ = fs::remove_file(beside);
        }
    }
}
