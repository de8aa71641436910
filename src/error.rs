//! The one error of the crate: what was wrong, where, and what to do.
//!
//! Guarantees: every error has a stable `code`, most have a `path` into the
//! caller's input (`catalog[3].price`), and no message holds an item's title, a
//! search text or anything derived from the shopper.

use std::borrow::Cow;
use std::fmt;

/// What went wrong, by kind. `code` is stable across versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A required field is absent.
    Missing,
    /// A field has another type than the contract gives it.
    WrongType,
    /// A text that must not be empty is empty.
    Empty,
    /// A text is longer than its limit.
    TooLong,
    /// A list is longer than its limit.
    TooMany,
    /// A number is NaN or infinite.
    NotFinite,
    /// A number is outside its range.
    OutOfRange,
    /// A word outside its closed list.
    Unknown,
    /// An identifier that must be unique stands twice.
    Duplicate,
    /// Text that is not well-formed Unicode, or holds control characters where an identifier is expected.
    Malformed,
    /// Two parts of one input contradict each other.
    Conflict,
    /// The bytes do not start like a pack.
    PackMagic,
    /// The pack was written for another version of the format.
    PackVersion,
    /// The pack ends before its sections do.
    PackTruncated,
    /// A section of the pack fails its checksum or breaks an invariant.
    PackCorrupt,
    /// A log record fails its checksum or cannot be decoded.
    RecordCorrupt,
}

impl ErrorKind {
    /// The stable name that callers branch on.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "value_missing",
            Self::WrongType => "value_type",
            Self::Empty => "value_empty",
            Self::TooLong => "value_too_long",
            Self::TooMany => "value_too_many",
            Self::NotFinite => "value_not_finite",
            Self::OutOfRange => "value_out_of_range",
            Self::Unknown => "value_unknown",
            Self::Duplicate => "value_duplicate",
            Self::Malformed => "value_malformed",
            Self::Conflict => "value_conflict",
            Self::PackMagic => "pack_not_a_pack",
            Self::PackVersion => "pack_version",
            Self::PackTruncated => "pack_truncated",
            Self::PackCorrupt => "pack_corrupt",
            Self::RecordCorrupt => "record_corrupt",
        }
    }
}

/// An error with its place in the caller's input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What kind of error.
    pub kind: ErrorKind,
    /// The offending field, e.g. `catalog[3].price`; empty when the whole input is meant.
    pub path: String,
    /// One sentence: what was wrong, what was expected, what to do.
    pub message: Cow<'static, str>,
}

/// The crate's result.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error at a path.
    pub fn new(kind: ErrorKind, path: impl Into<String>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, path: path.into(), message: message.into() }
    }

    /// The same error, its path prefixed: `price` under `catalog[3]` reads `catalog[3].price`.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.path = if prefix.is_empty() {
            return self;
        } else if self.path.is_empty() {
            prefix.into()
        } else if self.path.starts_with('[') {
            format!("{prefix}{}", self.path)
        } else {
            format!("{prefix}.{}", self.path)
        };
        self
    }

    /// The stable name of the kind.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { write!(f, "{}", self.message) } else { write!(f, "{}: {}", self.path, self.message) }
    }
}

impl std::error::Error for Error {}
