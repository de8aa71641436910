//! Placeholder header replaced below.
