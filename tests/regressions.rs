//! Bytes that decoders must stand, intact and hostile, are read or refused, and nothing else.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "support/hostile.rs"]
mod hostile;

use std::fs;
use std::path::Path;

/// Runs a decoder on every file of a folder; returns how many there are.
fn replay(folder: &Path, check: fn(&[u8])) -> usize {
    let files = fs::read_dir(folder).unwrap();
    files.map(|file| check(&fs::read(file.unwrap().path()).unwrap())).count()
}

#[test]
fn every_file_that_decoders_must_stand_is_read_or_refused() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/regressions");
    for (name, check) in hostile::TARGETS {
        let files = replay(&root.join(name), check);
        assert!(files >= 2, "{name}: {files} files");
    }
}
