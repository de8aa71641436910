//! Remembers finished steps, so that they are not repeated.
//!
//! A stamp is the fingerprint of a step's inputs, written after it succeeded.
//! The step is skipped while the fingerprint is the same and its outputs exist.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xxhash_rust::xxh64::Xxh64;

/// Collects the inputs of a step.
#[derive(Clone)]
pub(crate) struct Fingerprint(Xxh64);

impl Fingerprint {
    /// Starts with the step's name and the version of its recipe.
    pub(crate) fn of(recipe: &str) -> Self {
        Self(Xxh64::new(0)).text(recipe)
    }

    /// Adds a word: an option, a version.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.add(text.as_bytes());
        self
    }

    /// Adds the content of a file; a missing file is an input too.
    pub(crate) fn file(mut self, path: &Path) -> Result<Self> {
        self.add(path.to_string_lossy().as_bytes());
        if path.is_file() {
            let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            self.add(&bytes);
        }
        Ok(self)
    }

    /// Adds every file below a folder, except in folders named in `skip`.
    pub(crate) fn folder(mut self, path: &Path, skip: &[&str]) -> Result<Self> {
        for file in files(path, skip)? {
            self = self.file(&file)?;
        }
        Ok(self)
    }

    fn add(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    fn digest(&self) -> String {
        format!("{:016x}", self.0.digest())
    }
}

/// The record of one finished step.
pub(crate) struct Stamp {
    path: PathBuf,
    digest: String,
}

impl Stamp {
    /// The stamp kept at `path` for a step with these inputs.
    pub(crate) fn new(path: impl Into<PathBuf>, inputs: &Fingerprint) -> Self {
        Self { path: path.into(), digest: inputs.digest() }
    }

    /// Whether the step finished with the same inputs and its outputs exist.
    pub(crate) fn holds<P: AsRef<Path>>(&self, outputs: impl IntoIterator<Item = P>) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|digest| digest == self.digest)
            && outputs.into_iter().all(|output| output.as_ref().exists())
    }

    /// Forgets the step: it is about to run, and may be interrupted.
    pub(crate) fn lift(&self) {
        // Absent is what is wanted.
        drop(fs::remove_file(&self.path));
    }

    /// Remembers that the step finished.
    pub(crate) fn set(&self) -> Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.path, &self.digest).with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// Every file below `folder`, in a fixed order, except below folders named in `skip`.
pub(crate) fn files(folder: &Path, skip: &[&str]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let entry = entry?;
            let skipped = entry.file_name().to_str().is_some_and(|name| skip.contains(&name));
            if entry.file_type()?.is_dir() {
                if !skipped {
                    open.push(entry.path());
                }
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprint_tells_boundaries_apart() {
        let first = Fingerprint::of("step").text("ab").text("c");
        let second = Fingerprint::of("step").text("a").text("bc");
        assert_ne!(first.digest(), second.digest());
    }

    #[test]
    fn stamp_holds_only_for_the_same_inputs_and_present_outputs() {
        let folder = std::env::temp_dir().join(format!("xtask-stamp-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let output = folder.join("output");
        let stamp = Stamp::new(folder.join("stamp"), &Fingerprint::of("step").text("one"));
        let other = Stamp::new(folder.join("stamp"), &Fingerprint::of("step").text("two"));
        assert!(!stamp.holds([&output]), "never ran");
        stamp.set().unwrap();
        assert!(!stamp.holds([&output]), "output is missing");
        fs::write(&output, "").unwrap();
        assert!(stamp.holds([&output]));
        assert!(!other.holds([&output]), "inputs differ");
        stamp.lift();
        assert!(!stamp.holds([&output]), "interrupted");
        fs::remove_dir_all(&folder).unwrap();
    }
}
