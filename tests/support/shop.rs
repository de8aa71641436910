//! A seeded shop and seeded shoppers for the promise tests.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use flaneur::catalog::pack::{Learned, Neighbour, Stamp, write};
use flaneur::catalog::{Catalog, Item};
use flaneur::engine::Engine;
use flaneur::log::{Event, EventKind};
use flaneur::math::Stream;
use flaneur::time::Millis;
use flaneur::wire::event::{EventWire, LineWire};
use flaneur::wire::request::RequestWire;

pub const NOW: Millis = Millis(1_760_000_000_000);
pub const FAMILIES: [&str; 8] = ["lamps", "tea", "paper", "garden", "games", "scarves", "audio", "cups"];

/// `n` items in eight families, some sold out, some in variant groups.
pub fn items(n: usize) -> Vec<Item> {
    let mut stream = Stream::new(11, "items");
    (0..n)
        .map(|i| {
            let family = FAMILIES[i % FAMILIES.len()];
            Item {
                title: format!("{family} model {} of {}", i / 8, ["north", "south", "east"][i % 3]),
                brand: Some(format!("{family}-maker-{}", stream.below(3))),
                category: vec!["all".into(), family.into()],
                tags: vec![["new", "gift", "sale"][stream.below(3)].into()],
                price: Some(5.0 + stream.below(200) as f64),
                available: stream.unit() > 0.05,
                added: Some(Millis(NOW.0 - 86_400_000 * stream.below(400) as i64)),
                group: (i % 5 == 0).then(|| format!("group-{}", i / 10)),
                attributes: vec![("colour".into(), ["red", "blue", "green", "ochre"][stream.below(4)].into())],
                ..Item::new(format!("{family}-{i:04}"))
            }
        })
        .collect()
}

/// A pack as if learned from logs: neighbours inside families, skewed popularity.
pub fn pack(n: usize) -> Vec<u8> {
    let items = items(n);
    let mut stream = Stream::new(12, "pack");
    let mut list = |i: usize, k: usize| {
        let mut list: Vec<Neighbour> = Vec::new();
        for d in 0..k {
            let item = ((i + FAMILIES.len() * (1 + d + stream.below(4))) % n) as u32;
            let weight = (1.0 / (1.0 + d as f32)) * (0.5 + stream.unit() as f32);
            if item as usize != i && list.iter().all(|known| known.item != item) {
                list.push(Neighbour { item, weight });
            }
        }
        list
    };
    let learned = Learned {
        together: (0..n).map(|i| list(i, 12)).collect(),
        next: (0..n).map(|i| list(i, 5)).collect(),
        popularity: (0..n).map(|i| 3.0 - 0.02 * ((i * 37) % n) as f32).collect(),
        trend: (0..n).map(|i| ((i * 13) % 7) as f32 / 4.0 - 0.75).collect(),
        repeat: (0..n).map(|i| ((i * 5) % 10) as f32 / 20.0).collect(),
        min_support: 3,
        ..Learned::default()
    };
    write(&items, &learned, &Stamp { created: NOW.0, currency: "EUR".into() }).unwrap()
}

/// An engine with the pack loaded and every gate open.
pub fn engine(n: usize) -> Engine {
    let mut engine = Engine::new(7);
    engine.load_pack(pack(n)).unwrap();
    engine.set_gates(true, true);
    engine
}

/// One public event about one item.
pub fn event(id: &str, kind: &str, item: &str, at: Millis) -> EventWire {
    let line = LineWire { item: item.into(), ..LineWire::default() };
    EventWire { id: id.into(), kind: kind.into(), at: at.0 as f64, lines: vec![line], ..EventWire::default() }
}

/// A request for a slot.
pub fn request(slot: &str, size: usize, seed: u64) -> RequestWire {
    RequestWire { slot: slot.into(), size: size as f64, seed: Some(seed as f64), ..RequestWire::default() }
}

/// A random life of `count` events in the last 40 days, every kind among them, in canonical order.
pub fn life(catalog: &Catalog, seed: u64, count: usize) -> Vec<Event> {
    let mut stream = Stream::new(seed, "life");
    let mut at = NOW.0 - 40 * 86_400_000;
    let mut events = Vec::new();
    for n in 0..count {
        at += if stream.unit() < 0.8 { 1_000 * stream.below(600) as i64 } else { 3_600_000 * stream.below(30) as i64 };
        let kind = EventKind::NAMES[stream.below(EventKind::NAMES.len())].1;
        let mut wire = event(&format!("e{n:04}"), kind.name(), "", Millis(at.min(NOW.0)));
        wire.hour = Some(stream.below(24) as f64);
        let ids: Vec<String> =
            (0..1 + stream.below(3)).map(|_| catalog.id(stream.below(catalog.len()) as u32).into()).collect();
        wire.lines = ids.into_iter().map(|item| LineWire { item, ..LineWire::default() }).collect();
        match kind {
            EventKind::Mute => {
                wire.attribute = Some(["brand:tea-maker-1", "colour:ochre"][stream.below(2)].into());
                wire.lines.clear();
            }
            EventKind::Declare => {
                wire.attribute = Some(format!("category:{}", FAMILIES[stream.below(8)]));
                wire.value = Some(stream.unit() * 2.0 - 1.0);
                wire.lines.clear();
                wire.surprise = (stream.unit() < 0.2).then(|| stream.unit());
            }
            EventKind::Dwell => wire.value = Some(stream.unit() * 200.0),
            EventKind::Search => {
                wire.query = Some("a red lamp".into());
                wire.lines.clear();
            }
            _ => {}
        }
        events.push(wire.into_event(catalog).unwrap());
    }
    events.sort_by(|a, b| a.order().cmp(&b.order()));
    events
}

/// Shuffles in place.
pub fn shuffle<T>(list: &mut [T], seed: u64) {
    let mut stream = Stream::new(seed, "shuffle");
    for i in (1..list.len()).rev() {
        list.swap(i, stream.below(i + 1));
    }
}
