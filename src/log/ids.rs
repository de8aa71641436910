//! Sets of event ids, hashed by what the core has anyway.
//!
//! The standard hash withstands ids that were made to collide. Here they cost little, since a log
//! holds a few thousand events, and that hash would be in the module for this alone.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use xxhash_rust::xxh64::xxh64;

/// A set of event ids.
pub type Ids = HashSet<String, BuildHasherDefault<IdHasher>>;

/// xxHash64 over what is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh64(bytes, self.0);
    }

    /// Marks the end of a text, which says nothing in a set of texts.
    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.0
    }
}
