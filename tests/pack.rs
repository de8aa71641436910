//! The pack: what is written is read back, and no damage is ever read as truth.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use flaneur::catalog::pack::{HEADER_LEN, Learned, Neighbour, ROW_LEN, Stamp, UNIT, tag, write};
use flaneur::catalog::{Catalog, Item, Kind, RelationKind};
use flaneur::error::ErrorKind;
use flaneur::math::Stream;
use flaneur::time::Millis;
use proptest::prelude::*;
use xxhash_rust::xxh32::xxh32;
use xxhash_rust::xxh64::xxh64;

fn items(n: usize) -> Vec<Item> {
    (0..n)
        .map(|i| Item {
            brand: Some(format!("brand {}", i % 5)),
            category: vec!["all".into(), format!("family {}", i % 7)],
            price: (i % 3 != 0).then_some(i as f64 + 0.5),
            available: i % 11 != 0,
            group: (i % 4 == 0).then(|| format!("g{}", i / 8)),
            added: (i % 6 != 0).then(|| Millis(86_400_000 * (15_000 + i as i64))),
            kind: if i % 13 == 0 { Kind::Offer } else { Kind::Product },
            attributes: vec![("colour".into(), ["red", "blue"][i % 2].into())],
            ..Item::new(format!("item-{:03}", (i * 37) % n))
        })
        .collect()
}

fn learned(n: usize) -> Learned {
    let list = |i: usize, k: usize| {
        (1..=k.min(n)).map(|d| Neighbour { item: ((i + d) % n) as u32, weight: 1.0 / d as f32 }).collect::<Vec<_>>()
    };
    Learned {
        together: (0..n).map(|i| list(i, i % 20)).collect(),
        next: (0..n).map(|i| list(i, 3)).collect(),
        popularity: (0..n).map(|i| (i as f32 / 10.0).sin() * 3.0).collect(),
        trend: vec![0.5; n],
        repeat: vec![0.25; n],
        min_support: 3,
        ..Learned::default()
    }
}

fn pack(n: usize) -> Vec<u8> {
    write(&items(n), &learned(n), &Stamp { created: 1_700_000_000_000, currency: "EUR".into() }).unwrap()
}

#[test]
fn what_is_written_is_read_back() {
    let (source, lists) = (items(60), learned(60));
    let catalog = Catalog::read(pack(60)).unwrap();
    assert_eq!((catalog.len(), catalog.meta().currency.as_str()), (60, "EUR"));
    for (at, item) in source.iter().enumerate() {
        let index = at as u32;
        assert_eq!(catalog.id(index), item.id);
        assert_eq!(catalog.find(&item.id), Some(index));
        assert_eq!(catalog.kind(index), item.kind);
        assert_eq!(catalog.is_available(index), item.available);
        assert_eq!(catalog.price(index), item.price);
        assert_eq!(catalog.added(index), item.added);
        assert_eq!(catalog.group(index) > 0, item.group.is_some());
        assert_eq!(catalog.trend(index), 0.5);
        assert!((catalog.repeat(index).unwrap() - 0.25).abs() <= 0.5 / 255.0);
        let tokens: Vec<&str> = catalog.tokens(index).map(|token| catalog.token(token)).collect();
        assert_eq!(tokens[0], format!("brand:{}", item.brand.clone().unwrap()));
        let ids: Vec<u32> = catalog.neighbours(RelationKind::Together, index).map(|(id, _)| id).collect();
        let mut given: Vec<u32> = lists.together[at].iter().map(|x| x.item).collect();
        given.sort_unstable();
        assert_eq!(ids, given);
        assert!((catalog.popularity(index) - f64::from(lists.popularity[at])).abs() < 1e-3);
        assert!((catalog.cosine(index, index) - 1.0).abs() < 0.03);
    }
    assert_eq!(catalog.find("nobody"), None);
    assert_eq!(catalog.find_token("colour:red").map(|token| catalog.token(token)), Some("colour:red"));
}

/// Weights over four decades and vectors of any length, to be quantized.
fn spread(n: usize, weight_bits: u8) -> Learned {
    let mut stream = Stream::new(5, "spread");
    let list = |stream: &mut Stream, i: usize| {
        let weight = |stream: &mut Stream| libm::exp(-9.0 * stream.unit()) as f32;
        (1..=20).map(|d| Neighbour { item: ((i + 7 * d) % n) as u32, weight: weight(stream) }).collect::<Vec<_>>()
    };
    Learned {
        together: (0..n).map(|i| list(&mut stream, i)).collect(),
        popularity: vec![0.0; n],
        embedding: (0..32 * n).map(|_| (stream.unit() * 8.0 - 4.0) as f32).collect(),
        dims: 32,
        weight_bits,
        ..Learned::default()
    }
}

#[test]
fn weights_and_vectors_come_back_within_the_documented_bounds() {
    let n = 300;
    for bits in [3, 4, 6, 8] {
        let learned = spread(n, bits);
        let catalog = Catalog::read(write(&items(n), &learned, &Stamp::default()).unwrap()).unwrap();
        // The root of weight over scale is rounded to a step; the scale is the largest weight or up to 2^(1/8) more.
        let half = 0.5 / f64::from((1_u32 << bits) - 1);
        for (at, list) in learned.together.iter().enumerate() {
            let scale = list.iter().map(|x| f64::from(x.weight)).fold(0.0, f64::max) * libm::exp2(1.0 / 8.0);
            let read: Vec<(u32, f64)> = catalog.neighbours(RelationKind::Together, at as u32).collect();
            assert_eq!(read.len(), list.len());
            for given in list {
                let (weight, given) = (read.iter().find(|x| x.0 == given.item).unwrap().1, f64::from(given.weight));
                let error = (weight.sqrt() - given.sqrt()).abs();
                // What would round to nothing keeps the smallest code.
                let bound = if given.sqrt() < half * scale.sqrt() { 2.0 * half } else { half };
                assert!(error <= bound * scale.sqrt() + 1e-9, "{bits} bits: {given} was read as {weight}");
            }
        }
        let unit = |at: usize| {
            let row = &learned.embedding[32 * at..32 * (at + 1)];
            let norm = row.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
            row.iter().map(|&x| f64::from(x) / norm).collect::<Vec<f64>>()
        };
        for at in 0..n {
            let (own, other) = (unit(at), unit((at + 1) % n));
            for (read, &given) in catalog.vector(at as u32).zip(&own) {
                assert!((f64::from(read) / UNIT - given).abs() <= 0.5 / UNIT + 1e-9);
            }
            // Each vector is off by at most √32 · 0.5 / 127, which makes a cosine of about twice that.
            let cosine: f64 = own.iter().zip(&other).map(|(a, b)| a * b).sum();
            let read = catalog.cosine(at as u32, ((at + 1) % n) as u32);
            assert!((read - cosine).abs() < 2.2 * 32_f64.sqrt() * 0.5 / UNIT, "{read} {cosine}");
        }
    }
}

#[test]
fn prices_that_are_no_whole_hundredths_are_kept_as_floats() {
    let read = |prices: &[Option<f64>]| {
        let priced = |(at, &price): (usize, &Option<f64>)| Item { price, ..Item::new(format!("i{at}")) };
        let items: Vec<Item> = prices.iter().enumerate().map(priced).collect();
        let catalog = Catalog::from_items(&items).unwrap();
        (0..prices.len() as u32).map(|item| catalog.price(item)).collect::<Vec<_>>()
    };
    for exact in [vec![Some(0.0), None, Some(2.95), Some(167_772.14)], vec![Some(0.29), None], vec![None, None]] {
        assert_eq!(read(&exact), exact);
    }
    for float in [vec![Some(0.001), None, Some(2.95)], vec![Some(167_772.15), Some(0.0)], vec![Some(3e9), None]] {
        for (read, given) in read(&float).into_iter().zip(float) {
            let near = |given: f64| (read.unwrap() - given).abs() <= given * f64::from(f32::EPSILON);
            assert!(given.map_or(read.is_none(), near), "{given:?} was read as {read:?}");
        }
    }
}

#[test]
fn what_is_the_same_for_every_item_takes_no_bytes() {
    let items: Vec<Item> = (0..50).map(|at| Item::new(format!("i{at:02}"))).collect();
    let bytes = write(&items, &Learned::default(), &Stamp::default()).unwrap();
    for absent in [tag::FLAGS, tag::PRICE, tag::ADDED, tag::GROUP, tag::TREND, tag::REPEAT, tag::TOGETHER] {
        assert!(!rows(&bytes).any(|row| bytes[row..row + 4] == absent), "{absent:?}");
    }
    let catalog = Catalog::read(bytes).unwrap();
    for item in 0..50 {
        assert!(catalog.is_available(item) && !catalog.is_sensitive(item) && catalog.kind(item) == Kind::Product);
        assert_eq!((catalog.price(item), catalog.added(item), catalog.group(item)), (None, None, 0));
        assert_eq!((catalog.trend(item), catalog.repeat(item)), (0.0, None));
        assert_eq!(catalog.neighbours(RelationKind::Together, item).count(), 0);
    }
}

#[test]
fn forged_sections_with_right_checksums_are_refused_with_their_tag() {
    let whole = pack(25);
    // Each changes one section's bytes, wherever it lies.
    type Forge = fn(&mut [u8]);
    let forgeries: [([u8; 4], Forge); 9] = [
        (tag::IDS, |x| x[4] = 0),
        (tag::IDS, |x| x[5] = x[5].wrapping_add(1)),
        (tag::IDS, |x| x[0] = 24),
        // 25 lengths of one byte, then texts of eight bytes each: the second becomes the first.
        (tag::IDS, |x| x.copy_within(30..38, 38)),
        (tag::TOKENS, |x| x[4] = 9),
        (tag::FLAGS, |x| x[3] = 5 << 2),
        (tag::ITEM_TOKENS, |x| x[1] += 1),
        (tag::TOGETHER, |x| x[0] = 9),
        (tag::NEXT, |x| x[3] = 255),
    ];
    for (at, (name, forge)) in forgeries.into_iter().enumerate() {
        let mut bytes = whole.clone();
        let row = rows(&bytes).find(|&row| bytes[row..row + 4] == name).unwrap();
        let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        let section = number(row + 8)..number(row + 8) + number(row + 12);
        forge(&mut bytes[section.clone()]);
        let sum = xxh32(&bytes[section], 0);
        bytes[row + 4..row + 8].copy_from_slice(&sum.to_le_bytes());
        sign(&mut bytes);
        let error = Catalog::read(bytes).unwrap_err();
        assert_eq!(error.kind, ErrorKind::PackCorrupt, "{at}");
        assert_eq!(error.path, String::from_utf8_lossy(&name).trim(), "{at}");
    }
}

/// Where the rows of the section table begin.
fn rows(bytes: &[u8]) -> impl Iterator<Item = usize> + use<> {
    let sections = usize::from(u16::from_le_bytes([bytes[10], bytes[11]]));
    (HEADER_LEN..HEADER_LEN + sections * ROW_LEN).step_by(ROW_LEN)
}

/// Makes the content hash right again.
fn sign(bytes: &mut [u8]) {
    let end = rows(bytes).last().unwrap() + ROW_LEN;
    let hash = xxh64(&bytes[HEADER_LEN..end], xxh64(&bytes[..24], 0));
    bytes[24..HEADER_LEN].copy_from_slice(&hash.to_le_bytes());
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(pack(50), pack(50));
}

#[test]
fn another_version_is_refused_by_name() {
    let mut bytes = pack(10);
    bytes[8] = 1;
    assert_eq!(Catalog::read(bytes).unwrap_err().kind, ErrorKind::PackVersion);
    assert_eq!(Catalog::read(b"PK\x03\x04 a zip file".to_vec()).unwrap_err().kind, ErrorKind::PackMagic);
    assert_eq!(Catalog::read(Vec::new()).unwrap_err().kind, ErrorKind::PackMagic);
}

#[test]
fn an_unknown_section_is_skipped() {
    let mut bytes = pack(10);
    assert!(Catalog::read(bytes.clone()).unwrap().trend(3) > 0.0);
    // A later writer's section: the same bytes under a tag this reader does not know.
    let row = rows(&bytes).find(|&row| bytes[row..row + 4] == tag::TREND).unwrap();
    bytes[row..row + 4].copy_from_slice(b"NEW!");
    sign(&mut bytes);
    let catalog = Catalog::read(bytes).unwrap();
    assert_eq!((catalog.len(), catalog.trend(3)), (10, 0.0));
}

#[test]
fn learned_lists_that_do_not_fit_are_refused_with_their_path() {
    let far = vec![vec![Neighbour { item: 99, weight: 1.0 }]; 10];
    let error = write(&items(10), &Learned { together: far, ..Learned::default() }, &Stamp::default()).unwrap_err();
    assert_eq!(error.path, "learned.together[0]");
    let twice = vec![vec![Neighbour { item: 3, weight: 1.0 }; 2]; 10];
    let error = write(&items(10), &Learned { next: twice, ..Learned::default() }, &Stamp::default()).unwrap_err();
    assert_eq!(error.path, "learned.next[0]");
    let wide = Learned { weight_bits: 9, ..Learned::default() };
    assert_eq!(write(&items(10), &wide, &Stamp::default()).unwrap_err().path, "learned.weight_bits");
    let short = Learned { popularity: vec![0.0; 3], ..Learned::default() };
    assert_eq!(write(&items(10), &short, &Stamp::default()).unwrap_err().path, "learned.popularity");
}

proptest! {
    #[test]
    fn every_single_bit_flip_is_refused(at in 0_usize..4096, bit in 0_u32..8) {
        let mut bytes = pack(25);
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        prop_assert!(Catalog::read(bytes).is_err());
    }

    #[test]
    fn every_truncation_is_refused(keep in 0_usize..8192) {
        let mut bytes = pack(25);
        let keep = keep % bytes.len();
        bytes.truncate(keep);
        prop_assert!(Catalog::read(bytes).is_err());
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let mut forged = pack(3)[..32].to_vec();
        forged.extend(&bytes);
        prop_assert!(Catalog::read(forged).is_err());
        prop_assert!(Catalog::read(bytes).is_err());
    }
}
