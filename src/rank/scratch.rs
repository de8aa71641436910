//! Scratch: the memory of rankings, lent and taken back.
//!
//! A ranking makes some two hundred lists and drops most of them before it ends.
//! Here a list that is dropped goes back on its shelf, empty but with its memory,
//! and the next that is asked for comes from there. Once they have grown, a
//! ranking allocates nothing (`tests/allocating.rs`).
//!
//! Cost: a push and a pop for each list; the memory of the largest ranking is kept.

use std::cell::RefCell;
use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};

use flaneur_kernels::Queries;

use super::arrange::Candidate;
use super::neighbourhood::Said;
use super::slate::{Reason, Slate};

/// What can be lent: it is emptied, and keeps its memory.
pub(super) trait Spare: Default {
    fn shelf(scratch: &Scratch) -> &RefCell<Vec<Self>>;
    fn empty(&mut self);
}

macro_rules! shelves {
    ($($name:ident: $spare:ty,)*) => {
        /// The memory that one ranking leaves to the next. New, it holds none.
        #[derive(Default)]
        pub struct Scratch {
            $($name: RefCell<Vec<$spare>>,)*
        }

        $(impl Spare for $spare {
            fn shelf(scratch: &Scratch) -> &RefCell<Vec<Self>> {
                &scratch.$name
            }

            fn empty(&mut self) {
                self.clear();
            }
        })*
    };
}

shelves! {
    bytes: Vec<u8>,
    indices: Vec<u32>,
    dots: Vec<i32>,
    words: Vec<u64>,
    numbers: Vec<f64>,
    keys: Vec<(u64, u32)>,
    said: Vec<Said>,
    candidates: Vec<Candidate>,
    reasons: Vec<Reason>,
    slates: Slate,
    queries: Queries,
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scratch")
    }
}

impl Scratch {
    /// Lends an empty list until it is dropped. Not inlined, as [`Scratch::give`]: there are a hundred places.
    #[inline(never)]
    pub(super) fn lend<S: Spare>(&self) -> Lent<'_, S> {
        Lent { spare: ManuallyDrop::new(self.take()), home: self }
    }

    /// Lends a copy.
    pub(super) fn copy<T: Copy>(&self, list: &[T]) -> Lent<'_, Vec<T>>
    where
        Vec<T>: Spare,
    {
        let mut copy = self.lend::<Vec<T>>();
        copy.extend_from_slice(list);
        copy
    }

    /// Lends a list of the same values.
    pub(super) fn filled<T: Copy>(&self, len: usize, value: T) -> Lent<'_, Vec<T>>
    where
        Vec<T>: Spare,
    {
        let mut list = self.lend::<Vec<T>>();
        list.resize(len, value);
        list
    }

    /// Lends a list of what an iterator gives.
    pub(super) fn collect<T>(&self, values: impl Iterator<Item = T>) -> Lent<'_, Vec<T>>
    where
        Vec<T>: Spare,
    {
        let mut list = self.lend::<Vec<T>>();
        list.extend(values);
        list
    }

    /// An empty list to keep.
    pub(super) fn take<S: Spare>(&self) -> S {
        S::shelf(self).try_borrow_mut().ok().and_then(|mut shelf| shelf.pop()).unwrap_or_default()
    }

    /// Takes a list back, and leaves an empty one without memory.
    #[inline(never)]
    pub(super) fn give<S: Spare>(&self, spare: &mut S) {
        spare.empty();
        if let Ok(mut shelf) = S::shelf(self).try_borrow_mut() {
            shelf.push(std::mem::take(spare));
        }
    }

    /// Takes back what a slate is made of, when nobody needs it any more.
    pub fn recycle(&self, mut slate: Slate) {
        for entry in &mut slate.entries {
            // Entries of the shop's own order have no reasons, and their lists no memory.
            if entry.reasons.capacity() > 0 {
                self.give(&mut entry.reasons);
            }
        }
        self.give(&mut slate);
    }
}

/// A list that goes back to its shelf when it is dropped.
pub(super) struct Lent<'a, S: Spare> {
    /// What goes back has no memory left to drop.
    spare: ManuallyDrop<S>,
    home: &'a Scratch,
}

impl<S: Spare> Deref for Lent<'_, S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.spare
    }
}

impl<S: Spare> DerefMut for Lent<'_, S> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.spare
    }
}

impl<S: Spare> Drop for Lent<'_, S> {
    #[inline(always)]
    fn drop(&mut self) {
        self.home.give(&mut *self.spare);
    }
}
