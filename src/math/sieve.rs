//! A sieve: tells most numbers outside a set at once, so that the set itself is searched seldom.
//!
//! Cost: one bit read to ask; 2 KB, whatever the set holds.

/// How many numbers have a bit of their own. A power of two.
const BITS: u32 = 16_384;

/// Which numbers may be in a set: those below 16,384 exactly, larger ones share their bits.
#[derive(Clone, Debug)]
pub struct Sieve([u64; BITS as usize / 64]);

impl Sieve {
    /// Takes the numbers of a set.
    #[must_use]
    pub fn of(numbers: impl Iterator<Item = u32>) -> Self {
        let mut bits = [0; BITS as usize / 64];
        for number in numbers {
            let (word, bit) = place(number);
            bits[word] |= bit;
        }
        Self(bits)
    }

    /// Whether a number may be in the set; `false` is certain.
    #[must_use]
    #[inline(always)]
    pub fn may_have(&self, number: u32) -> bool {
        let (word, bit) = place(number);
        self.0[word] & bit != 0
    }
}

/// The word and the bit of a number.
#[inline(always)]
fn place(number: u32) -> (usize, u64) {
    let at = number % BITS;
    (at as usize / 64, 1 << (at % 64))
}

#[cfg(test)]
mod tests {
    use super::{BITS, Sieve};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn misses_nothing_and_is_exact_below_its_bits(numbers in prop::collection::hash_set(0_u32..3 * BITS, 0..99), asked in 0_u32..3 * BITS) {
            let sieve = Sieve::of(numbers.iter().copied());
            prop_assert!(numbers.iter().all(|&number| sieve.may_have(number)));
            let shares = numbers.iter().any(|number| number % BITS == asked % BITS);
            prop_assert_eq!(sieve.may_have(asked), shares);
        }
    }
}
