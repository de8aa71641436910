//! The pack: what is written is read back, and no damage is ever read as truth.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use flaneur::catalog::pack::{HEADER_LEN, Learned, Neighbour, ROW_LEN, Stamp, tag, write};
use flaneur::catalog::{Catalog, Item, Kind, RelationKind};
use flaneur::error::ErrorKind;
use proptest::prelude::*;
use xxhash_rust::xxh64::xxh64;

fn items(n: usize) -> Vec<Item> {
    (0..n)
        .map(|i| Item {
            brand: Some(format!("brand {}", i % 5)),
            category: vec!["all".into(), format!("family {}", i % 7)],
            price: (i % 3 != 0).then_some(i as f64 + 0.5),
            available: i % 11 != 0,
            group: (i % 4 == 0).then(|| format!("g{}", i / 8)),
            kind: if i % 13 == 0 { Kind::Offer } else { Kind::Product },
            attributes: vec![("colour".into(), ["red", "blue"][i % 2].into())],
            ..Item::new(format!("item-{:03}", (i * 37) % n))
        })
        .collect()
}

fn learned(n: usize) -> Learned {
    let list = |i: usize, k: usize| {
        (1..=k).map(|d| Neighbour { item: ((i + d) % n) as u32, weight: 1.0 / d as f32 }).collect::<Vec<_>>()
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
        let tokens: Vec<&str> = catalog.tokens(index).map(|token| catalog.token(token)).collect();
        assert_eq!(tokens[0], format!("brand:{}", item.brand.clone().unwrap()));
        let ids: Vec<u32> = catalog.neighbours(RelationKind::Together, index).map(|(id, _)| id).collect();
        assert_eq!(ids, lists.together[at].iter().map(|x| x.item).collect::<Vec<_>>());
        for ((_, read), given) in catalog.neighbours(RelationKind::Together, index).zip(&lists.together[at]) {
            assert!((read - f64::from(given.weight)).abs() <= 1.2 / 255.0);
        }
        assert!((catalog.popularity(index) - f64::from(lists.popularity[at])).abs() < 1e-3);
        assert!((catalog.cosine(index, index) - 1.0).abs() < 0.03);
    }
    assert_eq!(catalog.find("nobody"), None);
    assert_eq!(catalog.find_token("colour:red").map(|token| catalog.token(token)), Some("colour:red"));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(pack(50), pack(50));
}

#[test]
fn another_version_is_refused_by_name() {
    let mut bytes = pack(10);
    bytes[8] = 9;
    assert_eq!(Catalog::read(bytes).unwrap_err().kind, ErrorKind::PackVersion);
    assert_eq!(Catalog::read(b"PK\x03\x04 a zip file".to_vec()).unwrap_err().kind, ErrorKind::PackMagic);
    assert_eq!(Catalog::read(Vec::new()).unwrap_err().kind, ErrorKind::PackMagic);
}

#[test]
fn an_unknown_section_is_skipped() {
    let mut bytes = pack(10);
    assert!(Catalog::read(bytes.clone()).unwrap().trend(3) > 0.0);
    // A later writer's section: the same bytes under a tag this reader does not know.
    let sections = usize::from(u16::from_le_bytes([bytes[10], bytes[11]]));
    let table = HEADER_LEN..HEADER_LEN + sections * ROW_LEN;
    let row = table.clone().step_by(ROW_LEN).find(|&at| bytes[at..at + 4] == tag::TREND).unwrap();
    bytes[row..row + 4].copy_from_slice(b"NEW!");
    let hash = xxh64(&bytes[table], xxh64(&bytes[..24], 0));
    bytes[24..HEADER_LEN].copy_from_slice(&hash.to_le_bytes());
    let catalog = Catalog::read(bytes).unwrap();
    assert_eq!((catalog.len(), catalog.trend(3)), (10, 0.0));
}

#[test]
fn learned_lists_that_do_not_fit_are_refused_with_their_path() {
    let far = vec![vec![Neighbour { item: 99, weight: 1.0 }]; 10];
    let error = write(&items(10), &Learned { together: far, ..Learned::default() }, &Stamp::default()).unwrap_err();
    assert_eq!(error.path, "learned.together[0]");
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
