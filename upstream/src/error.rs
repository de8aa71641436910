//! Why something was refused: a stable code, the field, and what to do.

/// What the functions of this crate return.
pub type Result<T> = core::result::Result<T, Error>;

/// A refusal. It never holds a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// Stable, snake_case.
    pub code: &'static str,
    /// The field of the caller's input.
    pub path: &'static str,
    /// What was wrong, what was expected, what to do.
    pub message: &'static str,
}

impl Error {
    pub(crate) const fn new(code: &'static str, path: &'static str, message: &'static str) -> Self {
        Self { code, path, message }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.path)?;
        f.write_str(": ")?;
        f.write_str(self.message)
    }
}

impl core::error::Error for Error {}
