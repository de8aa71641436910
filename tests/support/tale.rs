//! A random shop and shopper that can be told in other words, and what an engine that was told them answers.

#![allow(unreachable_pub, reason = "a part of one test")]

use flaneur::catalog::Item;
use flaneur::catalog::pack::{Learned, Neighbour, Stamp, write};
use flaneur::engine::Engine;
use flaneur::math::Stream;
use flaneur::time::{DAY_MS, Millis};
use flaneur::wire::event::EventWire;
use flaneur::wire::request::RequestWire;
use flaneur::wire::rule::{RuleWire, WhereWire, rules};
use flaneur::wire::text::Texts;

use super::shop::{self, NOW};

const DIMS: usize = 12;

/// A shop and a shopper as they are told to an engine.
#[derive(Clone)]
pub struct Tale {
    pub items: Vec<Item>,
    pub learned: Learned,
    pub events: Vec<EventWire>,
    pub rules: Vec<RuleWire>,
    pub now: Millis,
}

impl Tale {
    /// A random shop in which no two items are alike, and a shopper of eight visits who looked at slates and chose.
    pub fn of(seed: u64) -> Self {
        let mut stream = Stream::new(seed, "tale");
        let n = 60 + stream.below(80);
        let mut items = shop::items(n);
        for (at, item) in items.iter_mut().enumerate() {
            item.price = Some(5.0 + stream.below(100) as f64);
            item.margin = Some(stream.below(20) as f64);
            item.group = (stream.unit() < 0.15).then(|| format!("family {}", at / 4));
        }
        let mut places: Vec<usize> = (0..n).collect();
        shop::shuffle(&mut places, seed);
        let centres: Vec<f64> = (0..8 * DIMS).map(|_| stream.normal()).collect();
        let vector = |at: usize, stream: &mut Stream| {
            (0..DIMS).map(|d| (centres[at % 8 * DIMS + d] + 0.7 * stream.normal()) as f32).collect::<Vec<f32>>()
        };
        let list = |at: usize, stream: &mut Stream| {
            let others = (0..n).filter(|&other| other != at && (other % 8 == at % 8 || stream.unit() < 0.05));
            let others: Vec<u32> = others.map(|other| other as u32).collect();
            others.into_iter().map(|item| Neighbour { item, weight: 0.05 + stream.unit() as f32 }).collect()
        };
        let learned = Learned {
            together: (0..n).map(|at| list(at, &mut stream)).collect(),
            next: (0..n).map(|at| list(at, &mut stream)).collect(),
            similar: (0..n).map(|at| list(at, &mut stream)).collect(),
            popularity: places.iter().map(|&place| place as f32 / 64.0).collect(),
            repeat: (0..n).map(|_| stream.unit() as f32).collect(),
            embedding: (0..n).flat_map(|at| vector(at, &mut stream)).collect(),
            dims: DIMS,
            repeat_share: 0.2,
            ..Learned::default()
        };
        let mut tale = Self { items, learned, events: Vec::new(), rules: Vec::new(), now: NOW };
        tale.events = tale.live(&mut stream);
        tale.rules = tale.some_rules(&mut stream);
        tale
    }

    fn live(&self, stream: &mut Stream) -> Vec<EventWire> {
        let mut engine = self.engine();
        for visit in 0..8 {
            let mut at = NOW.0 - 20 * DAY_MS + visit * 2 * DAY_MS + 60_000 * stream.below(600) as i64;
            if visit == 7 && stream.unit() < 0.7 {
                at = NOW.0 - 20 * 60_000; // the last one runs still
            }
            for n in 0..1 + stream.below(4) {
                let slate = engine.rank(shop::request("home", 8, stream.below(1_000) as u64), Millis(at)).unwrap();
                engine.seen(&slate.id, None, Millis(at));
                let kind = ["view_item", "add_to_cart", "purchase", "like", "dismiss", "select_item"][stream.below(6)];
                let entry = &slate.entries[stream.below(slate.entries.len())];
                at += 1_000 + stream.below(120_000) as i64;
                let id = format!("event-{visit}-{n}");
                let mut event = shop::event(&id, kind, engine.catalog().id(entry.item), Millis(at));
                event.slate = Some(slate.id.clone());
                event.hour = Some(stream.below(24) as f64);
                event.lines[0].price = (stream.unit() < 0.3).then(|| 5.0 + stream.below(100) as f64);
                engine.observe(event, NOW).unwrap();
            }
            if stream.unit() < 0.2 {
                let said = ["category:lamps", "colour:red", "brand:tea-maker-1", "tag:gift"][stream.below(4)];
                let kind = if stream.unit() < 0.3 { "mute" } else { "declare" };
                let mut event = shop::event(&format!("said-{visit}"), kind, "", Millis(at + 1_000));
                event.lines.clear();
                (event.attribute, event.value) = (Some(said.into()), Some(stream.unit() * 2.0 - 1.0));
                engine.observe(event, NOW).unwrap();
            }
        }
        engine.log().events().iter().map(EventWire::of).collect()
    }

    fn some_rules(&self, stream: &mut Stream) -> Vec<RuleWire> {
        let filter = |stream: &mut Stream| WhereWire {
            category: Texts(vec![shop::FAMILIES[stream.below(8)].into()]),
            price_above: (stream.unit() < 0.3).then_some(40.0),
            brand: Texts(if stream.unit() < 0.2 { vec!["tea-maker-0".into()] } else { Vec::new() }),
            ..WhereWire::default()
        };
        let rule = |stream: &mut Stream| {
            let kind = ["pin", "boost", "bury", "exclude", "cap", "quota"][stream.below(6)];
            let mut rule = RuleWire { kind: kind.into(), ..RuleWire::default() };
            match kind {
                "pin" => {
                    rule.item = Some(self.items[stream.below(self.items.len())].id.clone());
                    rule.position = Some(stream.below(6) as f64);
                }
                "cap" => {
                    rule.per = Some(["brand", "category", "group", "kind"][stream.below(4)].into());
                    rule.max = Some((1 + stream.below(4)) as f64);
                }
                _ => rule.filter = Some(filter(stream)),
            }
            if matches!(kind, "boost" | "bury") {
                rule.by = Some(1.0);
            }
            if kind == "quota" {
                rule.at_least = Some(stream.below(4) as f64);
            }
            rule
        };
        (0..stream.below(4)).map(|_| rule(stream)).collect()
    }

    fn pack(&self) -> Vec<u8> {
        write(&self.items, &self.learned, &Stamp { created: NOW.0, currency: "EUR".into() }).unwrap()
    }

    /// An engine that was told all of it.
    pub fn engine(&self) -> Engine {
        let mut engine = Engine::new(7);
        engine.load_pack(self.pack()).unwrap();
        engine.set_gates(true, true);
        engine.set_rules(rules(self.rules.clone()).unwrap()).unwrap();
        assert!(engine.import(self.events.iter().cloned().map(Ok).collect(), self.now).refused.is_empty());
        engine
    }

    /// What an engine of its own answers several requests.
    pub fn told(&self) -> Vec<Vec<Entry>> {
        self.asked(&mut self.engine(), |request| request)
    }

    /// What an engine answers them, each as it is changed.
    pub fn asked(&self, engine: &mut Engine, change: impl Fn(RequestWire) -> RequestWire) -> Vec<Vec<Entry>> {
        self.requests().into_iter().map(|request| entries(engine, change(request), self.now)).collect()
    }

    pub fn requests(&self) -> Vec<RequestWire> {
        let id = |at: usize| self.items[at % self.items.len()].id.clone();
        let home = |seed| shop::request("home", 12, seed);
        vec![
            home(1),
            RequestWire { surprise: Some(1.0), ..home(2) },
            RequestWire { surprise: Some(0.0), ..home(3) },
            RequestWire { like: Texts(vec![id(3)]), exclude: Some(vec![id(11)]), ..home(4) },
            RequestWire { candidates: Some((0..30).map(|at| id(2 * at)).collect()), ..shop::request("row", 6, 5) },
        ]
    }

    /// The same with every item renamed.
    pub fn renamed(&self, name: impl Fn(&str) -> String) -> Self {
        let mut tale = self.clone();
        tale.items.iter_mut().for_each(|item| item.id = name(&item.id));
        for event in &mut tale.events {
            event.lines.iter_mut().for_each(|line| line.item = name(&line.item));
            event.shown.iter_mut().for_each(|shown| shown.item = name(&shown.item));
        }
        tale.rules.iter_mut().for_each(|rule| rule.item = rule.item.as_deref().map(&name));
        tale
    }

    /// The same with the items in another order: `order` names the old places.
    pub fn arranged(&self, order: &[usize]) -> Self {
        let mut tale = self.clone();
        let mut places = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, &old)| places[old] = new as u32);
        tale.items = order.iter().map(|&old| self.items[old].clone()).collect();
        let lists = |lists: &[Vec<Neighbour>]| -> Vec<Vec<Neighbour>> {
            let moved = |near: &Neighbour| Neighbour { item: places[near.item as usize], ..*near };
            order.iter().map(|&old| lists[old].iter().map(moved).collect()).collect()
        };
        let of = |numbers: &[f32]| order.iter().map(|&old| numbers[old]).collect::<Vec<f32>>();
        let learned = &self.learned;
        tale.learned.together = lists(&learned.together);
        tale.learned.next = lists(&learned.next);
        tale.learned.similar = lists(&learned.similar);
        tale.learned.popularity = of(&learned.popularity);
        tale.learned.repeat = of(&learned.repeat);
        let vector = |&old: &usize| learned.embedding[old * DIMS..(old + 1) * DIMS].to_vec();
        tale.learned.embedding = order.iter().flat_map(vector).collect();
        tale
    }
}

/// One entry as a page sees it; terms by signal, weight, value and cause.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub id: String,
    pub numbers: Vec<f64>,
    pub marks: (bool, Option<bool>, Option<&'static str>),
    pub reasons: Vec<(&'static str, Option<String>, Option<String>)>,
}

pub fn entries(engine: &mut Engine, request: RequestWire, now: Millis) -> Vec<Entry> {
    let slate = engine.rank(request, now).unwrap();
    let catalog = engine.catalog();
    let entry = |entry: &flaneur::rank::Ranked| {
        let cause = |item: Option<u32>| item.map(|item| catalog.id(item).to_owned());
        let about = |token: Option<u32>| token.map(|token| catalog.token(token).to_owned());
        let terms = entry.reasons.iter().flat_map(|reason| [reason.weight, reason.value]);
        Entry {
            id: catalog.id(entry.item).into(),
            numbers: [entry.score, entry.propensity, entry.base.unwrap()].into_iter().chain(terms).collect(),
            marks: (entry.discovery, entry.plain, entry.tier.map(flaneur::log::Tier::name)),
            reasons: entry.reasons.iter().map(|r| (r.signal, cause(r.item), about(r.attribute))).collect(),
        }
    };
    slate.entries.iter().map(entry).collect()
}
