//! A folder for what a run needs on disk, and the removal of what a killed run left.
//!
//! Guarantees: the folder is removed when its owner is dropped, whether the run
//! succeeded or failed. A killed process cannot do that; its folder and its
//! unfinished outputs are recognised by a lock that nobody holds any more, and
//! the next run with the same output removes them.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};

/// The file in a scratch folder that its owner keeps locked.
const LOCK: &str = "in-use";
/// How the names of scratch folders end.
const FOLDER: &str = "scratch";
/// How the names of unfinished outputs end.
pub(crate) const PARTIAL: &str = "partial";

/// A scratch folder.
#[derive(Debug)]
pub(crate) struct Scratch {
    path: PathBuf,
    /// Held for as long as the folder is in use; closing it unlocks it.
    _lock: File,
}

impl Scratch {
    /// Makes a folder beside `output`, or in the system's temporary folder.
    ///
    /// # Errors
    /// The place cannot be written.
    pub(crate) fn new(output: Option<&Path>) -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let temporary = std::env::temp_dir().join("flaneur");
        let output = output.unwrap_or(&temporary);
        let serial = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = beside(output, &format!("{}-{serial}.{FOLDER}", std::process::id()));
        let context = || format!("the scratch folder {} cannot be made", path.display());
        fs::create_dir(&path).with_context(context)?;
        let lock = File::create(path.join(LOCK)).and_then(|file| file.lock().map(|()| file)).with_context(context)?;
        Ok(Self { path, _lock: lock })
    }

    /// A new folder inside.
    ///
    /// # Errors
    /// The disk is full.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf> {
        let path = self.path.join(name);
        fs::create_dir(&path).with_context(|| format!("the scratch folder {} cannot be made", path.display()))?;
        Ok(path)
    }

    /// Where the folder is.
    #[must_use]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// The hidden name beside `target` that ends in `ending`.
pub(crate) fn beside(target: &Path, ending: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(target.file_name().unwrap_or(OsStr::new("flaneur")));
    name.push(".");
    name.push(ending);
    target.with_file_name(name)
}

/// Removes what killed runs with this output left: scratch folders and unfinished files.
///
/// Returns how many were removed. What a running process still holds is left alone.
pub(crate) fn clean(target: &Path) -> usize {
    let folder = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let own = beside(target, "");
    let Some(own) = own.file_name().and_then(OsStr::to_str) else { return 0 };
    let is_left = |path: &Path| {
        let name = path.file_name().and_then(OsStr::to_str);
        let middle = name.and_then(|name| name.strip_prefix(own)).and_then(|rest| rest.rsplit_once('.'));
        middle.is_some_and(|(process, kind)| {
            process.starts_with(|c: char| c.is_ascii_digit())
                && process.chars().all(|c| c.is_ascii_digit() || c == '-')
                && match kind {
                    FOLDER => !is_locked(&path.join(LOCK)),
                    PARTIAL => !is_locked(path),
                    _ => false,
                }
        })
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let left: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| is_left(path)).collect();
    let remove = |path: &&PathBuf| if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.is_ok();
    left.iter().filter(remove).count()
}

/// Whether a process holds the lock of a file; a file that is not there is held by nobody.
fn is_locked(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)))
}

#[cfg(test)]
mod tests {
    use super::{Scratch, clean};
    use std::fs;

    #[test]
    fn leftovers_go_and_what_is_in_use_stays() {
        let folder = std::env::temp_dir().join(format!("flaneur-scratch-test-{}", std::process::id()));
        fs::create_dir_all(folder.join(".p.flaneur.12-0.scratch/log")).unwrap();
        fs::write(folder.join(".p.flaneur.12-0.scratch/in-use"), "").unwrap();
        fs::write(folder.join(".p.flaneur.12.partial"), "half").unwrap();
        for other in [".p.flaneur.mine.partial", ".q.flaneur.12.partial", "p.flaneur"] {
            fs::write(folder.join(other), "keep").unwrap();
        }
        let output = folder.join("p.flaneur");
        let own = Scratch::new(Some(&output)).unwrap();
        assert_eq!(clean(&output), 2);
        assert!(own.path().is_dir());
        drop(own);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 3);
        fs::remove_dir_all(&folder).unwrap();
    }
}
