//! Exploring: what is learned from seen slates, and draws whose propensities can be trusted.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/shop.rs"]
mod shop;

use std::collections::{BTreeMap, BTreeSet};

use flaneur::catalog::{Catalog, Item};
use flaneur::engine::Engine;
use flaneur::log::{Tier, decode_record, encode_record};
use flaneur::math::Stream;
use flaneur::profile::{Learned, Profile};
use flaneur::rank::{Desk, Ranked, Request, RuleSet, Scratch, Slate, UNIFORM_SHARE, Weights, divergence, rank};
use flaneur::time::{DAY_MS, Millis};
use flaneur::wire::event::EventWire;
use flaneur::wire::request::{ForgetWire, RequestWire};
use shop::NOW;

const LAMPS: u32 = 0;

/// A shopper who on each of `visits` days saw a slate and chose from it what is of the liked family.
fn shopper(items: usize, visits: i64, liked: u32, surprise: f64) -> Engine {
    let mut engine = shop::engine(items);
    for visit in 0..visits {
        let now = Millis(NOW.0 - (visits - visit) * DAY_MS);
        let request = RequestWire { surprise: Some(surprise), ..shop::request("home", 10, visit as u64) };
        let slate = engine.rank(request, now).unwrap();
        engine.seen(&slate.id, None, now).unwrap();
        for entry in slate.entries.iter().filter(|entry| entry.item % 8 == liked).take(2) {
            choose(&mut engine, &slate, entry, Millis(now.0 + 1_000));
        }
    }
    engine
}

fn choose(engine: &mut Engine, slate: &Slate, entry: &Ranked, at: Millis) {
    let item = engine.catalog().id(entry.item).to_owned();
    let id = format!("c-{}-{}", at.0, entry.item);
    engine
        .observe(EventWire { slate: Some(slate.id.clone()), ..shop::event(&id, "select_item", &item, at) }, at)
        .unwrap();
}

fn learned(engine: &mut Engine) -> Learned {
    let profile = engine.profile(NOW).clone();
    profile.learned(engine.catalog(), NOW).clone()
}

fn term(entry: &Ranked, signal: &str) -> f64 {
    entry.reasons.iter().filter(|reason| reason.signal == signal).map(|reason| reason.term()).sum()
}

/// A request for exactly these candidates, ranked with the shopper's profile.
fn among(engine: &mut Engine, candidates: &[u32], size: usize, seed: u64, surprise: f64) -> Slate {
    let request = Request {
        slot: "home".into(),
        size,
        candidates: Some(candidates.to_vec()),
        surprise: Some(surprise),
        seed,
        now: NOW,
        ..Request::default()
    };
    engine.answer(&request)
}

fn available(engine: &Engine, count: usize) -> Vec<u32> {
    let catalog = engine.catalog();
    (0..catalog.len() as u32)
        .filter(|&item| catalog.is_available(item) && catalog.group(item) == 0)
        .take(count)
        .collect()
}

#[test]
fn choices_lift_what_is_alike_and_the_reason_names_a_choice() {
    let mut engine = shopper(240, 20, LAMPS, 0.3);
    let (seen, choices) = learned(&mut engine).evidence();
    assert_eq!(seen, 200);
    assert!(choices >= 10, "only {choices} choices");
    let chosen: BTreeSet<String> =
        engine.log().events().iter().flat_map(|event| event.lines.iter().map(|line| line.item.clone())).collect();
    let all: Vec<u32> = (0..240).filter(|&item| engine.catalog().is_available(item)).collect();
    let slate = among(&mut engine, &all, all.len(), 1, 0.0);
    let mean = |lamps: bool| {
        let part: Vec<f64> =
            slate.entries.iter().filter(|e| (e.item % 8 == LAMPS) == lamps).map(|e| term(e, "learned")).collect();
        part.iter().sum::<f64>() / part.len() as f64
    };
    assert!(mean(true) > mean(false) + 0.2, "lamps {} others {}", mean(true), mean(false));
    let best = slate.entries.iter().max_by(|a, b| term(a, "learned").total_cmp(&term(b, "learned"))).unwrap();
    let cause = best.reasons.iter().find(|reason| reason.signal == "learned").unwrap().item.unwrap();
    assert!(chosen.contains(engine.catalog().id(cause)), "the cause is an item that was chosen");
}

#[test]
fn the_pack_decides_alone_below_the_evidence() {
    let mut engine = shopper(240, 1, LAMPS, 0.3);
    assert_eq!(learned(&mut engine).evidence().0, 10);
    assert!(!learned(&mut engine).is_ready());
    let slate = engine.rank(shop::request("home", 10, 1), NOW).unwrap();
    assert!(slate.entries.iter().all(|entry| term(entry, "learned") == 0.0));
    assert!(
        slate.entries.iter().all(|entry| entry.discovery || entry.propensity == 1.0),
        "discoveries are the only draws"
    );
    let mut engine = shopper(240, 20, LAMPS, 0.3);
    let slate = engine.rank(shop::request("home", 10, 1), NOW).unwrap();
    assert!(slate.entries.iter().any(|entry| term(entry, "learned") != 0.0));
    assert!(slate.entries[..5].iter().all(|entry| entry.propensity == 1.0), "the upper half is anchored");
    assert!(slate.entries[5..].iter().all(|entry| entry.propensity < 1.0), "every lower place is drawn");
}

#[test]
fn an_unseen_slate_teaches_nothing_and_a_running_visit_waits_for_its_end() {
    let mut engine = shopper(240, 20, LAMPS, 0.3);
    let before = learned(&mut engine);
    let slate = engine.rank(shop::request("home", 10, 77), NOW).unwrap();
    assert_eq!(learned(&mut engine), before);
    engine.seen(&slate.id, None, NOW).unwrap();
    choose(&mut engine, &slate, &slate.entries[0], Millis(NOW.0 + 1));
    let later = Millis(NOW.0 + 2);
    let profile = engine.profile(later).clone();
    assert_eq!(profile.learned(engine.catalog(), later).mean(), before.mean(), "the visit still runs");
    let after = Millis(NOW.0 + DAY_MS);
    let ended = profile.learned(engine.catalog(), after).clone();
    assert_ne!(ended.mean(), before.mean());
    assert_eq!(ended.evidence(), (before.evidence().0 + 10, before.evidence().1 + 1));
}

#[test]
fn forgetting_any_event_gives_the_weights_of_a_log_without_it_bit_for_bit() {
    let mut engine = shopper(160, 12, LAMPS, 0.5);
    let whole: Vec<_> = engine.log().events().to_vec();
    let unlearned = learned(&mut engine);
    for gone in (0..whole.len()).step_by(3) {
        let mut engine = shop::engine(160);
        let records: Vec<Vec<u8>> = whole.iter().map(encode_record).collect();
        engine.restore(records.iter().map(Vec::as_slice));
        engine.profile(NOW);
        let what = ForgetWire { event: Some(whole[gone].id.clone()), ..ForgetWire::default() };
        engine.forget(&what, NOW).unwrap();
        let mut others = whole.clone();
        others.remove(gone);
        let never = Profile::fold(engine.catalog(), &others);
        let never = never.learned(engine.catalog(), NOW).clone();
        let found = learned(&mut engine);
        let bits = |learned: &Learned| {
            learned.mean().iter().chain(learned.precision()).map(|x| x.to_bits()).collect::<Vec<_>>()
        };
        assert_eq!(bits(&found), bits(&never));
        assert_eq!(found, never);
        assert_ne!(bits(&found), bits(&unlearned), "event {gone} taught something");
    }
}

#[test]
fn learning_event_by_event_equals_learning_at_once_whatever_the_order_of_arrival() {
    let engine = shopper(160, 10, LAMPS, 0.5);
    let mut events: Vec<_> = engine.log().events().to_vec();
    let whole = Profile::fold(engine.catalog(), &events);
    for seed in 0..3 {
        shop::shuffle(&mut events, seed);
        let mut other = shop::engine(160);
        for event in &events {
            let record = encode_record(event);
            assert_eq!(&decode_record(&record).unwrap(), event);
            other.restore(std::iter::once(record.as_slice()));
            other.profile(NOW);
        }
        assert_eq!(other.profile(NOW), &whole);
    }
}

#[test]
fn an_export_teaches_another_device_the_same() {
    let mut engine = shopper(160, 10, LAMPS, 0.5);
    let exported: Vec<_> = engine.log().events().iter().map(EventWire::of).collect();
    let text = serde_json::to_string(&exported).unwrap();
    let read: Vec<EventWire> = serde_json::from_str(&text).unwrap();
    let mut other = shop::engine(160);
    other.import(read.into_iter().map(Ok).collect(), NOW);
    assert_eq!(learned(&mut other), learned(&mut engine));
}

#[test]
fn frequencies_over_twenty_thousand_seeds_are_the_propensities() {
    let mut engine = shopper(240, 20, LAMPS, 0.3);
    assert!(learned(&mut engine).is_ready());
    let candidates = available(&engine, 60);
    let runs = 20_000_u64;
    // By the entries above: the propensity and how often each item came, at the two drawn places.
    let mut met: BTreeMap<Vec<u32>, BTreeMap<u32, (f64, f64)>> = BTreeMap::new();
    for seed in 0..runs {
        let slate = among(&mut engine, &candidates, 4, seed, 0.3);
        for place in 2..4 {
            let above: Vec<u32> = slate.entries[..place].iter().map(|entry| entry.item).collect();
            let entry = &slate.entries[place];
            assert!(entry.propensity >= UNIFORM_SHARE / 100.0, "never zero for a shown item");
            let cell = met.entry(above).or_default().entry(entry.item).or_insert((entry.propensity, 0.0));
            assert!((cell.0 - entry.propensity).abs() < 1e-12, "the same entries above, another propensity");
            cell.1 += 1.0;
        }
    }
    let mut compared = 0;
    for cells in met.values() {
        let total: f64 = cells.values().map(|cell| cell.1).sum();
        for &(chance, count) in cells.values().filter(|_| total >= 400.0) {
            // A binomial count has standard deviation sqrt(n p (1 - p)); four and a half of them, and one for the lattice.
            let spread = 4.5 * (total * chance * (1.0 - chance)).sqrt() + 1.0;
            assert!((count - total * chance).abs() <= spread, "{count} of {total} at propensity {chance}");
            compared += 1;
        }
    }
    assert!(compared > 60, "only {compared} cells had enough draws");
}

#[test]
fn the_propensities_of_all_slates_that_can_come_add_up_to_one() {
    for (visits, surprise) in [(20, 0.3), (20, 1.0), (0, 0.5)] {
        let mut engine = shopper(240, visits, LAMPS, 0.3);
        let candidates = available(&engine, 7);
        let mut slates: BTreeMap<Vec<u32>, f64> = BTreeMap::new();
        for seed in 0..20_000 {
            let slate = among(&mut engine, &candidates, 5, seed, surprise);
            let items = slate.entries.iter().map(|entry| entry.item).collect();
            slates.insert(items, slate.entries.iter().map(|entry| entry.propensity).product());
        }
        let mass: f64 = slates.values().sum();
        // Slates too rare for 20,000 draws are missing: each is likelier than (0.05 / 7)³ of the mass.
        assert!((1.0 - mass).abs() < 0.002, "{} slates have a mass of {mass}", slates.len());
        assert!(mass <= 1.0 + 1e-9);
    }
}

/// Mean, and its 95 % interval by Hall's transformation, which takes the skewness out of Student's t.
///
/// Weighted rewards are skew: few of them are large. The plain interval then misses the truth above it too often.
/// Source: Hall 1992, On the removal of skewness by transformation, the cubic that has an inverse.
fn mean_and_interval(estimates: &[f64]) -> (f64, [f64; 2]) {
    let n = estimates.len() as f64;
    let mean = estimates.iter().sum::<f64>() / n;
    let moment = |k: i32| estimates.iter().map(|x| (x - mean).powi(k)).sum::<f64>() / n;
    let deviation = moment(2).sqrt();
    let skewness = moment(3) / deviation.powi(3);
    let step = skewness / n.sqrt();
    let inverse = |y: f64| {
        if step.abs() < 1e-9 { y } else { 3.0 / step * ((1.0 + step * (y - step / 6.0)).cbrt() - 1.0) }
    };
    let end = |y: f64| mean - deviation / n.sqrt() * inverse(y);
    (mean, [end(1.96), end(-1.96)])
}

#[test]
fn inverse_propensity_estimates_of_logged_visits_are_unbiased() {
    let mut engine = shopper(120, 20, LAMPS, 0.3);
    let candidates = available(&engine, 30);
    let mut truth = Stream::new(5, "rates");
    let rates: Vec<f64> = (0..120).map(|_| 0.1 + 0.4 * truth.unit()).collect();
    let profile = engine.profile(NOW).clone();
    let (catalog, weights) = (engine.catalog(), Weights::default());
    let desk = Desk {
        catalog,
        profile: &profile,
        rules: &RuleSet::default(),
        weights: &weights,
        scratch: &Scratch::default(),
    };
    let slate = |seed: u64, surprise: f64| {
        let (slot, candidates) = ("home".into(), Some(candidates.clone()));
        let now = NOW;
        rank(&desk, &Request { slot, size: 3, candidates, surprise: Some(surprise), seed, now, ..Request::default() })
    };
    let plain = slate(0, 0.0);
    // Two policies to value at the second place, which is explored (the third is a discovery): any other candidate alike, and plain order.
    let others: Vec<u32> = candidates.iter().copied().filter(|&item| item != plain.entries[0].item).collect();
    let alike = others.iter().map(|&item| rates[item as usize]).sum::<f64>() / others.len() as f64;
    let values = [alike, rates[plain.entries[1].item as usize]];
    let (visits, logs) = (2_000, 100);
    let (mut covered, mut ratios) = ([0; 2], [0.0; 2]);
    for log in 0..logs {
        let mut stream = Stream::new(log, "visits");
        let mut estimates = [Vec::new(), Vec::new()];
        for visit in 0..visits {
            let entry = slate(1_000_000 * log + visit, 0.3).entries.swap_remove(1);
            let reward = f64::from(u8::from(stream.unit() < rates[entry.item as usize]));
            estimates[0].push(reward / others.len() as f64 / entry.propensity);
            estimates[1].push(if entry.plain == Some(true) { reward / entry.propensity } else { 0.0 });
        }
        for (policy, estimates) in estimates.iter().enumerate() {
            let (mean, [low, high]) = mean_and_interval(estimates);
            ratios[policy] += mean / values[policy] / logs as f64;
            covered[policy] += u32::from((low..=high).contains(&values[policy]));
        }
    }
    println!("estimates over the truth: {ratios:.4?}; the intervals cover it in {covered:?} of {logs}");
    assert!(ratios.iter().all(|ratio| (ratio - 1.0).abs() <= 0.05), "{ratios:?}");
    // By luck alone a sound interval covers fewer than 93 of 100 once in eight times, and fewer than 90 once in ninety.
    assert!(covered.iter().all(|&covered| covered >= 90) && covered.iter().sum::<u32>() >= 2 * 93, "{covered:?}");
}

#[test]
fn with_evidence_the_dial_is_the_share_of_discoveries() {
    let mut engine = shopper(400, 12, LAMPS, 0.3);
    let mut count = |dial: f64| {
        let request = RequestWire { surprise: Some(dial), ..shop::request("home", 12, 9) };
        let slate = engine.rank(request, NOW).unwrap();
        assert!(slate.entries[..6].iter().all(|entry| !entry.discovery), "the upper half is anchored");
        slate.entries.iter().filter(|entry| entry.discovery).count()
    };
    assert_eq!([count(0.0), count(0.1), count(0.3), count(1.0)], [0, 1, 4, 6]);
}

#[test]
fn surprises_carry_their_tier_and_the_dial_sends_them_farther() {
    let mut engine = shopper(400, 12, LAMPS, 0.3);
    let mut far = |dial: f64| {
        let (mut far, mut all) = (0.0, 0.0);
        for seed in 0..200 {
            let slate =
                engine.rank(RequestWire { surprise: Some(dial), ..shop::request("home", 20, seed) }, NOW).unwrap();
            for entry in &slate.entries {
                assert_eq!(entry.discovery, entry.tier.is_some());
                far += f64::from(u8::from(entry.tier == Some(Tier::Far)));
                all += f64::from(u8::from(entry.discovery));
            }
        }
        far / all
    };
    let (little, much) = (far(0.2), far(1.0));
    assert!(little > 0.02, "never annealed to zero: {little}");
    assert!(much > little + 0.05, "far surprises went from {little} to {much}");
}

#[test]
fn an_accepted_surprise_raises_the_appetite_for_its_tier() {
    let mut engine = shop::engine(240);
    let start = learned(&mut engine).appetite;
    let slate = engine.rank(RequestWire { surprise: Some(1.0), ..shop::request("home", 12, 5) }, NOW).unwrap();
    let entry = slate.entries.iter().find(|entry| entry.discovery).unwrap();
    engine.seen(&slate.id, Some(&[engine.catalog().id(entry.item).to_owned()]), NOW).unwrap();
    choose(&mut engine, &slate, entry, Millis(NOW.0 + 5));
    let after = Millis(NOW.0 + DAY_MS);
    let profile = engine.profile(after).clone();
    let appetite = profile.learned(engine.catalog(), after).appetite;
    let tier = entry.tier.unwrap();
    assert!(appetite.mean(tier) > start.mean(tier));
    assert!(appetite.shares(0.3)[tier as usize] > start.shares(0.3)[tier as usize]);
}

#[test]
fn the_same_surprise_is_not_offered_twice_in_a_row() {
    for visits in [0, 15] {
        let mut engine = shopper(240, visits, LAMPS, 0.3);
        let mut now = NOW;
        let mut before: Vec<u32> = Vec::new();
        for visit in 0..30 {
            // The same seed each time: the log alone keeps the last surprises away.
            let request = RequestWire { surprise: Some(0.6), ..shop::request("home", 10, 4) };
            let slate = engine.rank(request.clone(), now).unwrap();
            let surprises: Vec<u32> = slate.entries.iter().filter(|e| e.discovery).map(|e| e.item).collect();
            assert!(!surprises.is_empty());
            assert!(!surprises.iter().any(|item| before.contains(item)), "visit {visit} repeats a surprise");
            engine.seen(&slate.id, None, now).unwrap();
            let again = engine.rank(request, Millis(now.0 + 1_000)).unwrap();
            assert_eq!(again.id, slate.id, "a shelf drawn again under the shopper's eyes is the same");
            before = surprises;
            now = Millis(now.0 + 5 * 60_000 + visit * DAY_MS / 10);
        }
    }
}

#[test]
fn without_a_seed_of_its_own_a_request_draws_anew_on_every_visit() {
    let mut engine = shopper(240, 15, LAMPS, 0.3);
    let mut slates = BTreeSet::new();
    for visit in 0..6 {
        let now = Millis(NOW.0 + visit * DAY_MS);
        let item = engine.catalog().id(9).to_owned();
        engine.observe(shop::event(&format!("v{visit}"), "view_item", &item, now), now).unwrap();
        let request = RequestWire { seed: None, ..shop::request("home", 12, 0) };
        let slate = engine.rank(request.clone(), Millis(now.0 + 1)).unwrap();
        assert_eq!(engine.rank(request, Millis(now.0 + 2)).unwrap().id, slate.id, "the same within a visit");
        slates.insert(slate.entries[6..].iter().map(|entry| entry.item).collect::<Vec<_>>());
    }
    assert!(slates.len() >= 5, "six visits gave {} lower halves", slates.len());
}

#[test]
fn variants_of_one_product_stand_once_until_nothing_else_is_left() {
    let mut engine = shop::engine(240);
    let group = |catalog: &Catalog, item: u32| Some(catalog.group(item)).filter(|&group| group > 0);
    for seed in 0..50 {
        let slate = engine.rank(RequestWire { surprise: Some(0.5), ..shop::request("home", 24, seed) }, NOW).unwrap();
        let groups: Vec<u32> = slate.entries.iter().filter_map(|e| group(engine.catalog(), e.item)).collect();
        assert_eq!(groups.iter().collect::<BTreeSet<_>>().len(), groups.len());
    }
    let catalog = engine.catalog();
    let first = (0..240).find(|&item| group(catalog, item).is_some()).unwrap();
    let variants: Vec<u32> =
        (0..240).filter(|&item| catalog.group(item) == catalog.group(first) && catalog.is_available(item)).collect();
    assert!(variants.len() > 1);
    let slate = among(&mut engine, &variants, 10, 1, 0.3);
    assert_eq!(slate.entries.len(), variants.len(), "a slate stays full");
}

#[test]
fn a_slate_shows_no_product_twice_however_many_variants_each_has() {
    for (per, views) in [(10, 0), (40, 0), (40, 3), (120, 0), (120, 1)] {
        let item = |n: usize| Item {
            title: format!("{} shirt {}, size {}", ["plain", "striped", "dotted"][n / per % 3], n / per, n % per),
            category: vec![format!("shirts {}", n / per / 5)],
            group: Some(format!("shirt {}", n / per)),
            ..Item::new(format!("{n}"))
        };
        let mut engine = Engine::new(7);
        engine.load_items(&(0..4_000).map(item).collect::<Vec<_>>()).unwrap();
        engine.set_gates(true, true);
        for view in 0..views {
            let (id, shirt) = (format!("v{view}"), (per * (3 + 3 * view)).to_string());
            engine.observe(shop::event(&id, "view_item", &shirt, NOW), NOW).unwrap();
        }
        for dial in [0.0, 0.3] {
            let slate = engine.rank(RequestWire { surprise: Some(dial), ..shop::request("home", 12, 1) }, NOW).unwrap();
            let groups: BTreeSet<u32> = slate.entries.iter().map(|e| engine.catalog().group(e.item)).collect();
            assert_eq!((slate.entries.len(), groups.len()), (12, 12), "{per} variants, {views} looks, dial {dial}");
        }
    }
}

#[test]
fn every_entry_of_a_learned_slate_adds_up_and_says_whether_relevance_alone_would_show_it() {
    let mut engine = shopper(240, 20, LAMPS, 0.3);
    let mut unsaid = 0;
    for seed in 0..100 {
        for dial in [0.0, 0.3, 1.0] {
            let request = RequestWire { surprise: Some(dial), ..shop::request("home", 12, seed) };
            let slate = engine.rank(request, NOW).unwrap();
            assert_eq!(slate.entries.len(), 12);
            for entry in &slate.entries {
                let sum: f64 = entry.reasons.iter().map(|reason| reason.term()).sum();
                assert_eq!(sum.to_bits(), entry.score.to_bits());
                assert!(entry.base.unwrap().is_finite());
                assert!(entry.plain.is_some() || entry.discovery, "any other place could go to the plain order's item");
                unsaid += usize::from(entry.plain.is_none());
                assert!(
                    dial > 0.0 || entry.plain == Some(true) && entry.propensity == 1.0,
                    "at 0 nothing is drawn or moved"
                );
            }
            if dial == 0.0 {
                assert!(slate.entries.windows(2).all(|pair| pair[0].score >= pair[1].score));
            }
        }
    }
    assert!(unsaid > 0, "where what relevance would show was no surprise, it had no chance");
}

#[test]
fn more_calibration_brings_a_slate_nearer_to_the_mix_of_interests() {
    let mut engine = shop::engine(400);
    for n in 0..12_u32 {
        // Two thirds lamps, a third tea.
        let item = engine.catalog().id(if n % 3 == 2 { 1 + 8 * n } else { 8 * n }).to_owned();
        let at = Millis(NOW.0 - 3 * DAY_MS + i64::from(n) * 1_000);
        engine.observe(shop::event(&format!("v{n}"), "view_item", &item, at), at).unwrap();
    }
    let profile = engine.profile(NOW).clone();
    let weights = Weights::default();
    let desk = Desk {
        catalog: engine.catalog(),
        profile: &profile,
        rules: &RuleSet::default(),
        weights: &weights,
        scratch: &Scratch::default(),
    };
    let mean = |times: f64| {
        let of = |seed: u64| {
            let (slot, size, now) = ("home".into(), 12, NOW);
            let request = Request { slot, size, now, seed, calibration: Some(times), ..Request::default() };
            let items: Vec<u32> = rank(&desk, &request).entries.iter().map(|entry| entry.item).collect();
            divergence(&desk, &request, &items).unwrap()
        };
        (0..20).map(of).sum::<f64>() / 20.0
    };
    let (none, default, most) = (mean(0.0), mean(1.0), mean(10.0));
    println!("divergence without, by default and at 10 times: {none:.3} {default:.3} {most:.3}");
    assert!(none > 0.0 && default <= none && most < 0.8 * none, "{none} {default} {most}");
}
