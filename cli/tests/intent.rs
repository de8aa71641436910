//! `flaneur pack` learns from a shop's sessions how likely a purchase is, and says when it cannot.
// A helper's failure is the test's.
#![allow(clippy::unwrap_used)]

#[path = "support/kit.rs"]
mod kit;

use std::fmt::Write as _;

use flaneur::catalog::Catalog;
use flaneur::catalog::pack::FACTS;
use flaneur::profile::{INTENT_DEFAULTS, purchase};
use kit::Folder;

/// Sessions of a shop where a basket ends in a purchase four times of five, and a session without one in twenty.
fn shop(folder: &Folder, buys: bool) {
    let items: String = (0..40).map(|at| format!("i{at},Thing {at},c{}\n", at % 4)).collect();
    folder.write("items.csv", format!("id,title,category\n{items}"));
    let mut log = String::from("session,user,item,ts,type\n");
    let mut state = 7_u64;
    let mut draw = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    for session in 0..4_000_u64 {
        let mut at = 1_700_000_000 + session * 4_000;
        let mut row = |item: u64, kind: &str| {
            let _ = writeln!(log, "s{session},u{},i{item},{at},{kind}", session % 900);
            at += 20;
        };
        let first = draw(34);
        (0..3 + draw(4)).for_each(|step| row(first + step, "view_item"));
        let is_basket = draw(4) == 0;
        if is_basket {
            row(first, "add_to_cart");
            row(first + 1, "view_item");
        }
        if buys && draw(20) < if is_basket { 16 } else { 1 } {
            row(first, "purchase");
        }
    }
    folder.write("log.csv", log);
}

fn packed(folder: &Folder) -> Catalog {
    folder.run("pack --items items.csv --events log.csv --out shop.flaneur").expect(0);
    Catalog::read(folder.read("shop.flaneur")).unwrap()
}

/// What is told after five item pages, the first opened again where there is a basket.
fn told(weights: &[f64; FACTS], has_basket: bool) -> f64 {
    let flag = f64::from(u8::from(has_basket));
    purchase(&[1.0, libm::log1p(5.0), flag / 6.0, 0.25, flag, 0.0, 0.0, 0.0, 1.0, 1.0], weights)
}

#[test]
fn the_probability_is_the_shops_own() {
    let folder = Folder::new("intent");
    shop(&folder, true);
    let weights = packed(&folder).intent_weights().unwrap();
    let (without, with) = (told(&weights, false), told(&weights, true));
    assert!((0.02..0.3).contains(&without), "without a basket {without}");
    assert!((0.65..0.9).contains(&with), "with a basket {with}");
    let (assumed, found) = ((told(&INTENT_DEFAULTS, true) - 0.8).abs(), (with - 0.8).abs());
    assert!(found < assumed, "learned {found} off, assumed {assumed} off");
}

#[test]
fn a_log_without_purchases_cannot_tell() {
    let folder = Folder::new("intent-none");
    shop(&folder, false);
    assert_eq!(packed(&folder).intent_weights(), None);
}
