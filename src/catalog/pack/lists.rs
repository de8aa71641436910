//! Short lists of small numbers, one per item: neighbours and tokens, packed bit by bit.
//!
//! A section is one byte of bits per weight, a length per item, a scale per item
//! when there are weights, and a stream of bits, the lowest of a byte first.
//! Neighbours ascend, so that only the gaps between them are written, as Rice
//! codes; tokens keep their order and are written plainly. `docs/PACK.md` has
//! the layout, decision 0007 the measurements.
//!
//! Guarantees: after [`Lists::read`] every number of every list lies below the
//! universe, and no list reaches outside its section.
//! Costs: 4 bytes per item for the list's start; one pass over all lists when read.
//!
//! Source: Rice 1979; parameter by list length after Golomb 1966.

use std::ops::Range;

use super::row_scale;

/// Zero bytes after the stream, so that eight bytes can be read from any bit of it.
const PADDING: usize = 8;
/// Most bytes of a section: bits are counted in 32 bits.
pub(super) const MAX_SECTION: usize = (1 << 29) - 1;
/// Most bits of a weight.
const MAX_WEIGHT_BITS: u32 = 8;

/// Ones of a gap taken at once: 57 bits of a word hold them, a zero, 20 low bits and a weight.
const MAX_ONES: u32 = 24;

/// How the lists of one section are written.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::catalog) struct Code {
    /// Bits of the largest number there can be.
    width: u32,
    /// Whether numbers ascend and are written as gaps.
    ascends: bool,
    /// Bits of a weight, 0 for none.
    weight: u32,
}

impl Code {
    /// The code of lists of numbers below `universe`.
    pub(super) fn of(universe: usize, ascends: bool, weight: u32) -> Self {
        Self { width: usize::BITS - universe.saturating_sub(1).leading_zeros(), ascends, weight }
    }

    /// Low bits of a gap: about the size of the mean gap of a list of that length.
    fn low(self, length: u8) -> u32 {
        if self.ascends { self.width.saturating_sub(u8::BITS - length.leading_zeros()) } else { self.width }
    }
}

/// Where the lists of one section lie.
#[derive(Clone, Debug, Default)]
pub(in crate::catalog) struct Lists {
    code: Code,
    /// The section in the pack's bytes.
    section: Range<usize>,
    /// First bit of each item's list in the stream, `[items]`.
    starts: Vec<u32>,
}

impl Lists {
    /// Checks a section; the error says what is wrong with it.
    pub(super) fn read(
        bytes: &[u8],
        section: Range<usize>,
        items: usize,
        universe: usize,
        ascends: bool,
    ) -> Result<Self, &'static str> {
        let weight = bytes[section.clone()].first().map_or(u32::MAX, |&byte| u32::from(byte));
        let mut lists = Self { code: Code::of(universe, ascends, weight), section, starts: Vec::with_capacity(items) };
        let length = lists.section.len();
        if weight > MAX_WEIGHT_BITS || length < lists.head(items) || length > MAX_SECTION {
            return Err("has an unknown weight or the wrong length");
        }
        let mut at = 0;
        for item in 0..items {
            lists.starts.push(at as u32);
            let (largest, end) = lists.entries(bytes, items, item, at).walk();
            if largest.is_some_and(|largest| largest >= universe as u64) {
                return Err("names what is not there");
            }
            at = end;
        }
        let whole = lists.head(items) + at.div_ceil(8) + PADDING == length;
        whole.then_some(lists).ok_or("has the wrong length")
    }

    /// Bytes before the stream.
    fn head(&self, items: usize) -> usize {
        1 + items * if self.code.weight > 0 { 2 } else { 1 }
    }

    /// The list of one item, with weights (0 when the section has none).
    pub(in crate::catalog) fn of<'a>(&self, bytes: &'a [u8], item: u32) -> impl Iterator<Item = (u32, f64)> + use<'a> {
        let (items, item) = (self.starts.len(), item as usize);
        let mut list = self.entries(bytes, items, item, self.starts[item] as usize);
        if self.code.weight > 0 {
            list.unit = row_scale(bytes[self.section.start + 1 + items + item]) * step(self.code.weight);
        }
        list
    }

    #[inline(always)]
    fn entries<'a>(&self, bytes: &'a [u8], items: usize, item: usize, at: usize) -> Entries<'a> {
        let (section, code) = (&bytes[self.section.clone()], self.code);
        let length = section[1 + item];
        Entries {
            stream: &section[self.head(items)..],
            at,
            left: length,
            next: 0,
            low: code.low(length),
            code,
            unit: 0.0,
        }
    }
}

/// The weight of the smallest code, as a share of the row's scale: a weight is the square of its code.
pub(super) fn step(bits: u32) -> f64 {
    let most = f64::from((1_u32 << bits) - 1);
    1.0 / (most * most)
}

/// Walks one list.
struct Entries<'a> {
    stream: &'a [u8],
    at: usize,
    left: u8,
    /// The least number the next one can be.
    next: u64,
    low: u32,
    code: Code,
    /// The weight of the smallest code.
    unit: f64,
}

impl Entries<'_> {
    /// The bits from `at` on, 57 or more; zeros outside the stream.
    #[inline(always)]
    fn peek(&self) -> u64 {
        let word = self.stream.get(self.at / 8..).and_then(|rest| rest.first_chunk::<8>());
        word.map_or(0, |word| u64::from_le_bytes(*word) >> (self.at % 8))
    }

    /// The largest number and the bit behind the list.
    ///
    /// A function of its own, called for each list: a fresh module is compiled in haste, and again only what is called often.
    #[inline(never)]
    fn walk(mut self) -> (Option<u64>, usize) {
        let mut largest = None;
        while let Some((number, _)) = self.step() {
            largest = largest.max(Some(number));
        }
        (largest, self.at)
    }

    /// The next number and the code of its weight.
    #[inline(always)]
    fn step(&mut self) -> Option<(u64, u64)> {
        self.left = self.left.checked_sub(1)?;
        let (mut number, mut word) = (self.next, self.peek());
        if self.code.ascends {
            // So many ones at a time that the rest of the entry is in the word too.
            let mut ones = word.trailing_ones();
            while ones >= MAX_ONES {
                number += u64::from(MAX_ONES) << self.low;
                self.at += MAX_ONES as usize;
                word = self.peek();
                ones = word.trailing_ones();
            }
            number += u64::from(ones) << self.low;
            self.at += ones as usize + 1;
            word >>= ones + 1;
        }
        number += word & ((1 << self.low) - 1);
        self.next = if self.code.ascends { number + 1 } else { 0 };
        let code = word >> self.low & ((1 << self.code.weight) - 1);
        self.at += (self.low + self.code.weight) as usize;
        Some((number, code))
    }
}

impl Iterator for Entries<'_> {
    type Item = (u32, f64);

    fn next(&mut self) -> Option<Self::Item> {
        let (number, code) = self.step()?;
        Some((number as u32, (code * code) as f64 * self.unit))
    }
}

/// Writes a section list by list.
pub(super) struct Writer {
    code: Code,
    lengths: Vec<u8>,
    stream: Vec<u8>,
    /// Bits that do not fill a byte yet, and how many.
    rest: u64,
    filled: u32,
}

impl Writer {
    /// A section without lists.
    pub(super) fn new(code: Code) -> Self {
        Self { code, lengths: Vec::new(), stream: Vec::new(), rest: 0, filled: 0 }
    }

    /// Adds the next item's list: numbers with the codes of their weights, at most 255.
    pub(super) fn add(&mut self, list: impl ExactSizeIterator<Item = (u32, u32)>) {
        let length = list.len() as u8;
        let low = self.code.low(length);
        let mut next = 0;
        for (number, weight) in list {
            let gap = number - next;
            if self.code.ascends {
                next = number + 1;
                for _ in 0..gap >> low {
                    self.push(1, 1);
                }
                self.push(0, 1);
            }
            self.push(u64::from(gap) & ((1 << low) - 1) | u64::from(weight) << low, low + self.code.weight);
        }
        self.lengths.push(length);
    }

    fn push(&mut self, bits: u64, count: u32) {
        self.rest |= bits << self.filled;
        self.filled += count;
        while self.filled >= 8 {
            self.stream.push(self.rest as u8);
            self.rest >>= 8;
            self.filled -= 8;
        }
    }

    /// The section, with the scales of the lists; without weights there are none.
    pub(super) fn finish(mut self, scales: &[u8]) -> Vec<u8> {
        if self.filled > 0 {
            self.push(0, 8 - self.filled);
        }
        let mut section = vec![self.code.weight as u8];
        section.extend(self.lengths);
        section.extend(scales);
        section.extend(self.stream);
        section.extend([0; PADDING]);
        section
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn section(universe: usize, ascends: bool, weight: u32, lists: &[Vec<(u32, u32)>]) -> Vec<u8> {
        let mut writer = Writer::new(Code::of(universe, ascends, weight));
        lists.iter().for_each(|list| writer.add(list.iter().copied()));
        writer.finish(&if weight > 0 { vec![192; lists.len()] } else { Vec::new() })
    }

    proptest! {
        #[test]
        fn every_list_is_read_back(
            universe in 1_usize..1_000_000,
            raw in prop::collection::vec(prop::collection::vec(any::<u32>(), 0..40), 0..12),
            weight in 0_u32..=8,
            ascends: bool,
            dense: bool,
        ) {
            let universe = if dense { universe % 300 + 1 } else { universe };
            let mut lists: Vec<Vec<(u32, u32)>> = raw
                .iter()
                .map(|list| list.iter().map(|&x| (x % universe as u32, (x >> 7) & ((1 << weight) - 1))).collect())
                .collect();
            if ascends {
                for list in &mut lists {
                    list.sort_unstable();
                    list.dedup_by_key(|entry| entry.0);
                }
            }
            let bytes = section(universe, ascends, weight, &lists);
            let read = Lists::read(&bytes, 0..bytes.len(), lists.len(), universe, ascends).unwrap();
            for (item, list) in lists.iter().enumerate() {
                let most = f64::from((1_u32 << weight) - 1);
                let square = |code: u32| if weight > 0 { (f64::from(code) / most).powi(2) } else { 0.0 };
                let found: Vec<(u32, f64)> = read.of(&bytes, item as u32).collect();
                prop_assert_eq!(found.len(), list.len());
                for (&(number, value), &(given, code)) in found.iter().zip(list) {
                    prop_assert_eq!(number, given);
                    prop_assert!((value - square(code)).abs() < 1e-12);
                }
            }
        }

        #[test]
        fn arbitrary_sections_are_refused_or_stay_inside(
            bytes in prop::collection::vec(any::<u8>(), 0..80),
            items in 0_usize..6,
            universe in 0_usize..300,
            ascends: bool,
        ) {
            if let Ok(read) = Lists::read(&bytes, 0..bytes.len(), items, universe, ascends) {
                for item in 0..items as u32 {
                    prop_assert!(read.of(&bytes, item).all(|(number, _)| (number as usize) < universe));
                }
            }
        }
    }

    #[test]
    fn a_full_list_takes_what_the_documentation_says() {
        // Gaps of 3,791 items and 20 neighbours: 7 low bits, about 2 more for the rest.
        let list: Vec<(u32, u32)> = (0..20).map(|at| (at * 189 + 90, 15)).collect();
        let bytes = section(3_791, true, 4, &[list]);
        assert!((20 * 12 / 8..=20 * 14 / 8 + 11).contains(&bytes.len()), "{}", bytes.len());
    }
}
