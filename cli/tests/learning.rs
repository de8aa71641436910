//! The learning formulas against naive ones, on random small logs; and what must not leak.
// The naive formulas use the standard methods on purpose: they are compared within a tolerance.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use flaneur::catalog::Item;
use flaneur::catalog::pack::{Neighbour, Stamp, write};
use flaneur_cli::Progress;
use flaneur_cli::learn::counts::Counts;
use flaneur_cli::learn::crunch::{Settings, count_events};
use flaneur_cli::learn::words::Words;
use flaneur_cli::learn::{Options, embed, learn, next, priors, similar, together};
use flaneur_cli::log::{Log, Touch};
use proptest::prelude::*;

const ITEMS: usize = 9;
const DAY: i64 = 86_400_000;

/// A visit: who (0 is a guest), and the items in order.
type Visit = (u8, Vec<u32>);

fn visits() -> impl Strategy<Value = Vec<Visit>> {
    prop::collection::vec((0..4_u8, prop::collection::vec(0..ITEMS as u32, 1..45)), 1..12)
}

fn log_of(visits: &[Visit], touch: Touch) -> Log {
    let mut log = Log::default();
    for (day, (user, items)) in visits.iter().enumerate() {
        for (second, &item) in items.iter().enumerate() {
            let at = day as i64 * 9 * DAY + second as i64 * 1_000;
            log.add(&user.to_string(), &format!("s{day}"), item, touch, at);
        }
    }
    log.settle();
    log
}

fn counts_of(visits: &[Visit], touch: Touch, min_support: u32) -> Counts {
    counted(&log_of(visits, touch), ITEMS, min_support)
}

fn counted(log: &Log, items: usize, min_support: u32) -> Counts {
    let settings = Settings { min_support, ..Settings::default() };
    count_events(log.events(), items, &settings, &Progress::default()).unwrap()
}

/// The formulas as the document writes them, over hash maps.
#[derive(Default)]
struct Naive {
    c: HashMap<(u32, u32), f64>,
    f: HashMap<(u32, u32), f64>,
    m: HashMap<u32, f64>,
    n: HashMap<u32, u64>,
    seen_by: HashMap<(u32, u32), HashSet<String>>,
    went_by: HashMap<(u32, u32), HashSet<String>>,
}

fn naive(visits: &[Visit]) -> Naive {
    let mut x = Naive::default();
    for (day, (user, items)) in visits.iter().enumerate() {
        let who = if *user == 0 { format!("guest {day}") } else { format!("user {user}") };
        items.iter().for_each(|&i| *x.n.entry(i).or_default() += 1);
        let length = items.len();
        if !(2..=100).contains(&length) {
            continue;
        }
        let root = (length as f64).sqrt();
        for p in 0..length {
            *x.m.entry(items[p]).or_default() += 1.0 / root;
            for q in p + 1..length.min(p + 31) {
                let (i, j, d) = (items[p], items[q], (q - p) as f64);
                let (ahead, back) = ((-(d - 1.0) / 4.0).exp() / root, (-(d - 1.0) / 2.0).exp() / root);
                if i == j {
                    *x.m.entry(i).or_default() += ahead + back;
                    continue;
                }
                *x.c.entry((i, j)).or_default() += ahead;
                *x.c.entry((j, i)).or_default() += back;
                for pair in [(i, j), (j, i)] {
                    x.seen_by.entry(pair).or_default().insert(who.clone());
                }
                if d <= 3.0 {
                    *x.f.entry((i, j)).or_default() += (-(d - 1.0)).exp() / root;
                    x.went_by.entry((i, j)).or_default().insert(who.clone());
                }
            }
        }
    }
    x
}

impl Naive {
    fn drop_rare(&mut self, support: usize) {
        self.c.retain(|pair, _| self.seen_by[pair].len() >= support);
        self.f.retain(|pair, _| self.went_by[pair].len() >= support && self.seen_by[pair].len() >= support);
    }

    fn best(&self, c: &HashMap<(u32, u32), f64>, i: u32, size: usize, column: f64) -> Vec<(u32, f64)> {
        let row: BTreeMap<u32, f64> = c.iter().filter(|((a, _), _)| *a == i).map(|(&(_, j), &v)| (j, v)).collect();
        let mass: f64 = row.values().sum::<f64>() + self.m.get(&i).copied().unwrap_or(0.0) + 5.0;
        let lines = |j: &u32| self.n.get(j).copied().unwrap_or(0) as f64;
        let mut row: Vec<(u32, f64)> =
            row.iter().map(|(j, v)| (*j, v / (mass.powf(0.75) * (lines(j) + 10.0).powf(column)))).collect();
        row.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        row.truncate(size);
        row
    }

    /// `C + 2·H`; fewer than 50 neighbours here, so no row is cut.
    fn second_hop(&self) -> HashMap<(u32, u32), f64> {
        let sum = |i: u32| -> f64 { self.c.iter().filter(|((a, _), _)| *a == i).map(|(_, v)| v).sum() };
        let mut out = self.c.clone();
        for (&(i, j), &first) in &self.c {
            for (&(k, l), &second) in &self.c {
                if k == j && l != i {
                    *out.entry((i, l)).or_default() += 2.0 * first * second / sum(j);
                }
            }
        }
        out
    }
}

/// Equal up to the order of neighbours whose weights are equal but for rounding.
fn same(found: &[Neighbour], expected: &[(u32, f64)]) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.len(), expected.len());
    for (found, (_, weight)) in found.iter().zip(expected) {
        // Masses are whole numbers of 2⁻³²: a weak pair is known to 10⁻⁸.
        let near = 1e-6 * weight + 1e-8;
        prop_assert!((f64::from(found.weight) - weight).abs() <= near, "{:?} {:?}", found, weight);
    }
    Ok(())
}

proptest! {
    // A failure is written down as a test of its own, not in a file of seeds.
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 28, ..ProptestConfig::default() })]

    #[test]
    fn neighbours_equal_the_naive_formulas(visits in visits(), support in 1..4_u32, looks in any::<bool>()) {
        let touch = if looks { Touch::View } else { Touch::Buy };
        let counts = counts_of(&visits, touch, support);
        let mut naive = naive(&visits);
        naive.drop_rare(support as usize);
        let c = if looks { naive.second_hop() } else { naive.c.clone() };
        let (together, next) = (together::together(&counts, 20), next::next(&counts, 10));
        for i in 0..ITEMS as u32 {
            same(&together[i as usize], &naive.best(&c, i, 20, 0.3))?;
            same(&next[i as usize], &naive.best(&naive.f, i, 10, 0.15))?;
            let (mass, lines) = (counts.items[i as usize].mass, counts.items[i as usize].lines);
            prop_assert!((mass - naive.m.get(&i).copied().unwrap_or(0.0)).abs() < 1e-6);
            prop_assert_eq!(lines, naive.n.get(&i).copied().unwrap_or(0));
        }
        prop_assert_eq!(2 * counts.pairs.len(), naive.c.len());
    }

    #[test]
    fn a_rare_pair_changes_no_neighbour_and_no_vector(visits in visits(), support in 2..4_u32) {
        // Baskets: lists hold only pairs of enough shoppers, whatever the second hop would add.
        let counts = counts_of(&visits, Touch::Buy, support);
        let naive = naive(&visits);
        let kept: BTreeSet<(u32, u32)> = counts.pairs.iter().map(|pair| (pair.a, pair.b)).collect();
        for (i, list) in together::together(&counts, 255).iter().enumerate() {
            for neighbour in list {
                let pair = (i as u32, neighbour.item);
                prop_assert!(naive.seen_by[&pair].len() >= support as usize);
                prop_assert!(kept.contains(&(pair.0.min(pair.1), pair.0.max(pair.1))));
            }
        }
        for (i, list) in next::next(&counts, 255).iter().enumerate() {
            prop_assert!(list.iter().all(|x| naive.went_by[&(i as u32, x.item)].len() >= support as usize));
        }
    }

    #[test]
    fn repeats_equal_the_naive_count(visits in visits()) {
        let counts = counts_of(&visits, Touch::Buy, 1);
        let (mut chances, mut again, mut bought, mut repeats) = (vec![0_u64; ITEMS], vec![0_u64; ITEMS], 0, 0);
        for user in 1..4_u8 {
            let own: Vec<BTreeSet<u32>> = visits
                .iter()
                .filter(|visit| visit.0 == user)
                .map(|visit| visit.1.iter().copied().collect())
                .collect();
            for (at, visit) in own.iter().enumerate() {
                let before: BTreeSet<u32> = own[..at].iter().flatten().copied().collect();
                bought += visit.len() as u64;
                repeats += visit.intersection(&before).count() as u64;
                if let Some(following) = own.get(at + 1) {
                    for &item in visit {
                        chances[item as usize] += 1;
                        again[item as usize] += u64::from(following.contains(&item));
                    }
                }
            }
        }
        let total: u64 = chances.iter().sum();
        let rates = priors::repeat(&counts);
        prop_assert_eq!((counts.bought, counts.repeats), (bought, repeats));
        prop_assert_eq!(rates.is_empty(), total == 0);
        let usual = again.iter().sum::<u64>() as f64 / total as f64;
        for (item, rate) in rates.iter().enumerate() {
            let expected = (again[item] as f64 + 20.0 * usual) / (chances[item] as f64 + 20.0);
            prop_assert!((f64::from(*rate) - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn popularity_and_trend_equal_the_naive_formulas(
        visits in visits(),
        added in prop::collection::vec(prop::option::of(-20..120_i64), ITEMS),
    ) {
        let counts = counts_of(&visits, Touch::View, 1);
        let dated = |(at, day): (usize, &Option<i64>)| {
            let added = day.map(|day| flaneur::time::Millis(day * DAY));
            Item { added, ..Item::new(format!("item {at}")) }
        };
        let items: Vec<Item> = added.iter().enumerate().map(dated).collect();
        let rows: Vec<(i64, u32)> = visits.iter().enumerate().flat_map(|(day, visit)| {
            visit.1.iter().enumerate().map(move |(s, &item)| (day as i64 * 9 * DAY + s as i64 * 1_000, item))
        }).collect();
        let last = rows.iter().map(|row| row.0).max().unwrap_or(0);
        let first = rows.iter().map(|row| row.0).min().unwrap_or(0);
        let (popularity, trend) = priors::crowd(&counts, &items);
        prop_assert_eq!(trend.is_empty(), last - first < 42 * DAY);
        let ever = relative(&rows, &items, i64::MIN, last - first, 5.0);
        let lately = relative(&rows, &items, last - 28 * DAY, 28 * DAY, 2.0);
        for item in 0..ITEMS {
            prop_assert!((f64::from(popularity[item]) - ever[item]).abs() < 1e-5, "{item}");
            if let Some(&trend) = trend.get(item) {
                prop_assert!((f64::from(trend) - (lately[item] - ever[item]).clamp(-3.0, 3.0)).abs() < 1e-5, "{item}");
            }
        }
    }

    #[test]
    fn vectors_reproduce_the_factorized_matrix(visits in visits()) {
        // With all dimensions kept, U·√S·√S·Uᵀ is √(A·Aᵀ): its square must be A·Aᵀ.
        let counts = counts_of(&visits, Touch::View, 1);
        let a = dense_pmi(&counts);
        let vectors = embed::embed(&counts, ITEMS, 7, || {});
        let root = |i: usize, j: usize| vectors.row(i).iter().zip(vectors.row(j)).map(|(x, y)| x * y).sum::<f64>();
        for i in 0..ITEMS {
            for j in 0..ITEMS {
                let square: f64 = (0..ITEMS).map(|k| root(i, k) * root(k, j)).sum();
                let expected: f64 = (0..ITEMS).map(|k| a[i][k] * a[j][k]).sum();
                prop_assert!((square - expected).abs() < 1e-6 * (1.0 + expected.abs()), "{square} {expected}");
            }
        }
    }
}

/// Popularity against items on sale for as long, as the document writes it.
fn relative(rows: &[(i64, u32)], items: &[Item], after: i64, window: i64, prior: f64) -> Vec<f64> {
    let last = rows.iter().map(|row| row.0).max().unwrap_or(0);
    let counted = |item: usize| rows.iter().filter(|row| row.1 as usize == item && row.0 > after).count() as f64;
    let has_line = |item: usize| rows.iter().any(|row| row.1 as usize == item);
    let mean = (0..ITEMS).map(counted).sum::<f64>() / ITEMS as f64;
    let share = |item: usize| {
        let days = |time: i64| time as f64 / window.max(1) as f64;
        let least = if has_line(item) { days(DAY) } else { 0.0 };
        items[item]
            .added
            .map_or(f64::from(u8::from(has_line(item))), |added| days(last - added.0).max(least).clamp(0.0, 1.0))
    };
    let ratio = |item: usize| ((counted(item) + prior) / (share(item) * mean + prior)).ln();
    let there: Vec<f64> = (0..ITEMS).filter(|&item| share(item) >= 0.5).map(ratio).collect();
    let usual = there.iter().sum::<f64>() / (there.len() as f64).max(1.0);
    (0..ITEMS).map(|item| ratio(item) + (1.0 - share(item)) * usual).collect()
}

/// Positive PMI of `C + Cᵀ + 2·diag(m)` as the document writes it.
fn dense_pmi(counts: &Counts) -> Vec<Vec<f64>> {
    let mut s = vec![vec![0.0; ITEMS]; ITEMS];
    for pair in &counts.pairs {
        let (a, b, mass) = (pair.a as usize, pair.b as usize, pair.together[0] + pair.together[1]);
        (s[a][b], s[b][a]) = (mass, mass);
    }
    for (i, row) in s.iter_mut().enumerate() {
        if row.iter().any(|&x| x > 0.0) {
            row[i] = 2.0 * counts.items[i].mass;
        }
    }
    let r: Vec<f64> = s.iter().map(|row| row.iter().sum()).collect();
    let total: f64 = r.iter().map(|r| r.powf(0.75)).sum();
    let pmi = |i: usize, j: usize| {
        if s[i][j] > 0.0 { (s[i][j] / (r[i] * r[j].powf(0.75) / total)).ln().max(0.0) } else { 0.0 }
    };
    (0..ITEMS).map(|i| (0..ITEMS).map(|j| pmi(i, j)).collect()).collect()
}

#[test]
fn look_alikes_equal_a_full_comparison() {
    let titles = ["red mug", "red mug large", "blue mug", "oak desk", "oak chair", "", "red red mug"];
    let items: Vec<Item> = titles
        .iter()
        .enumerate()
        .map(|(at, title)| Item {
            title: (*title).into(),
            brand: Some(format!("b{}", at % 2)),
            ..Item::new(at.to_string())
        })
        .collect();
    let words = Words::of(&items);
    let found = similar::similar(&items, &words, 3, |_| {});
    for (i, found) in found.iter().enumerate() {
        let cosine = |j: usize| -> f64 {
            let weight = |word: u32| words.bags[j].iter().find(|x| x.0 == word).map_or(0.0, |x| x.1);
            words.bags[i].iter().map(|&(word, x)| x * weight(word)).sum()
        };
        let mut all: Vec<(usize, f64)> =
            (0..items.len()).filter(|&j| j != i).map(|j| (j, cosine(j))).filter(|x| x.1 > 0.0).collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        assert_eq!(found.len(), all.len().min(3));
        for (neighbour, (_, cosine)) in found.iter().zip(all) {
            assert!((f64::from(neighbour.weight) - cosine).abs() < 1e-6);
        }
    }
}

#[test]
fn variants_are_not_look_alikes_of_each_other() {
    let item = |id: &str, group: &str| Item { title: "Moon lamp".into(), group: Some(group.into()), ..Item::new(id) };
    let items = [item("a", "moon"), item("b", "moon"), item("c", "star")];
    let found = similar::similar(&items, &Words::of(&items), 5, |_| {});
    assert_eq!(found[0].iter().map(|x| x.item).collect::<Vec<_>>(), [2]);
}

#[test]
fn a_new_item_gets_the_vector_of_those_that_share_its_words() {
    let baskets: Vec<Visit> = (1..=3).flat_map(|user| [(user, vec![0, 1, 0, 1]), (user, vec![2, 3, 2, 3])]).collect();
    let brands = ["mugs", "mugs", "desks", "desks", "mugs", "desks", "nothing known"];
    let items: Vec<Item> = brands
        .iter()
        .enumerate()
        .map(|(at, brand)| Item { brand: Some((*brand).into()), ..Item::new(at.to_string()) })
        .collect();
    let counts = counted(&log_of(&baskets, Touch::View), items.len(), 3);
    let options = Options { dims: 4, neighbours: 20, next: 10, similar: 0, seed: 0 };
    let (learned, borrowed) = learn(&items, Some(&counts), &options, &Progress::default());
    assert_eq!(borrowed, 3);
    let bytes = write(&items, &learned, &Stamp::default()).unwrap();
    let catalog = flaneur::catalog::Catalog::read(bytes).unwrap();
    assert!(catalog.cosine(4, 0) > 0.9 && catalog.cosine(4, 2) < 0.5);
    assert!(catalog.cosine(5, 2) > 0.9 && catalog.cosine(5, 0) < 0.5);
    assert!((0..7).all(|item| catalog.inverse_norm(item) > 0.0), "every item has a vector");
}

#[test]
fn looking_then_buying_an_item_is_one_line() {
    let mut log = Log::default();
    for (at, (item, touch)) in
        [(0, Touch::View), (1, Touch::View), (0, Touch::Want), (0, Touch::View), (0, Touch::Buy), (2, Touch::Buy)]
            .into_iter()
            .enumerate()
    {
        log.add("u", "s", item, touch, at as i64);
    }
    log.settle();
    let counts = counted(&log, 3, 1);
    let lines: Vec<u64> = counts.items.iter().map(|item| item.lines).collect();
    assert_eq!(lines, [2, 1, 1]);
    assert!(counts.has_views);
}
