//! Files as shops have them: UTF-8, with or without a byte order mark; what is something else is told.

use std::path::Path;
use std::{fs, io};

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;

/// Reads a JSON document; `what` says what it should have been.
///
/// # Errors
/// A file that cannot be read, or holds something else.
pub(crate) fn json<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T> {
    let bytes = found(path, fs::read(path), "read")?;
    check(path, &bytes)?;
    serde_json::from_slice(unmarked(&bytes)).with_context(|| format!("{} is not {what}", path.display()))
}

/// What a file gave, or why it cannot be `opened` or `read`; `-` is the pipe of other programs.
///
/// # Errors
/// The system's, with the name of the file.
pub fn found<T>(path: &Path, given: io::Result<T>, done: &str) -> Result<T> {
    match given {
        Err(_) if path == Path::new("-") => bail!("there is no file called -; to read from a pipe, name /dev/stdin"),
        given => given.with_context(|| format!("{} cannot be {done}", path.display())),
    }
}

/// The bytes without the mark that some editors and shells put first.
pub(crate) fn unmarked(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Refuses what is not UTF-8 text by its beginning, with what to do.
///
/// # Errors
/// A gzipped file, or one in UTF-16.
pub fn check(path: &Path, head: &[u8]) -> Result<()> {
    let name = path.display();
    if head.starts_with(&[0x1f, 0x8b]) {
        bail!("{name} is gzipped; unpack it first: gunzip -c {name} > unpacked-file");
    }
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        bail!("{name} is UTF-16; expected UTF-8. Convert it: iconv -f UTF-16 -t UTF-8 {name} > utf8-file");
    }
    Ok(())
}
