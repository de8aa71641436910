//! The SQL's counts against a naive count, on random logs; and what must not change them.
// Tests: a panic is the failure.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use flaneur::math::Stream;
use flaneur_cli::Progress;
use flaneur_cli::learn::counts::{Counts, ItemCount, PairCount, UNIT};
use flaneur_cli::learn::crunch::{Noise, Row, Settings, Spool, count_events, count_spool};
use flaneur_cli::log::{Event, GUEST, Log, Touch};
use proptest::prelude::*;

const ITEMS: usize = 6;
const DAY: i64 = 86_400_000;

/// A row as a file has it: user (0 is a guest), session (0 is none), item, touch, moment.
type Told = (u8, u8, u32, u8, i64);

fn told() -> impl Strategy<Value = Vec<Told>> {
    // Few moments, some of them days apart: rows collide, repeat and echo.
    let moment = (0..3_i64, 0..40_i64).prop_map(|(day, minute)| day * 20 * DAY + minute * 60_000);
    prop::collection::vec((0..4_u8, 0..3_u8, 0..ITEMS as u32, 0..3_u8, moment), 0..90)
}

fn touch(number: u8) -> Touch {
    [Touch::View, Touch::Want, Touch::Buy][usize::from(number)]
}

/// A guest has a session: the reader refuses rows that have neither.
fn names((user, session, ..): &Told) -> (String, String) {
    let session = if *user == 0 { session + 1 } else { *session };
    (user.to_string(), if session == 0 { String::new() } else { format!("s{session}") })
}

fn log_of(told: &[Told]) -> (Log, u64) {
    let mut log = Log::default();
    for row in told {
        let (user, session) = names(row);
        log.add(&user, &session, row.2, touch(row.3), row.4);
    }
    let repeated = log.settle();
    (log, repeated)
}

fn settings(min_support: u32) -> Settings {
    Settings { min_support, ..Settings::default() }
}

fn spooled(told: &[Told], settings: &Settings) -> Counts {
    let mut spool = Spool::new(settings).unwrap();
    for (row, seq) in told.iter().zip(0..) {
        let (user, session) = names(row);
        spool.add(&Row::named(&user, &session, row.2, touch(row.3), row.4, seq)).unwrap();
    }
    count_spool(spool, ITEMS, settings, &Progress::default()).unwrap()
}

/// A mass as the SQL rounds it.
fn whole(length: usize, gap: usize, decay: f64) -> i64 {
    let weight = UNIT as f64 / (length as f64).sqrt() * libm::exp(-((gap - 1) as f64) / decay);
    (weight + 0.5).floor() as i64
}

/// Sums of one pair: together both ways, next both ways, shoppers, shoppers of each step.
#[derive(Default)]
struct Sums([i64; 4], BTreeSet<(u32, u32)>, [BTreeSet<(u32, u32)>; 2]);

/// The counting as docs/PACK.md writes it, over maps and sets.
fn naive(log: &Log, min_support: u32) -> Counts {
    let mut items = vec![(ItemCount::default(), 0_i64); ITEMS];
    let mut pairs: BTreeMap<(u32, u32), Sums> = BTreeMap::new();
    let mut sessions: BTreeMap<(u32, u32), Vec<(usize, Event)>> = BTreeMap::new();
    for (seq, event) in log.events().iter().enumerate() {
        sessions.entry((event.user, event.session)).or_default().push((seq, *event));
    }
    let last = log.events().iter().map(|x| x.at).max();
    let mut counts = Counts { min_support, sessions: sessions.len() as u64, ..Counts::default() };
    for (&(user, session), rows) in &sessions {
        let first = |item: u32| rows.iter().filter(|x| x.1.item == item).map(|x| (x.1.at, x.1.touch)).min();
        let mut lines: Vec<&(usize, Event)> =
            rows.iter().filter(|x| Some(x.1.touch) == first(x.1.item).map(|x| x.1)).collect();
        lines.sort_by_key(|x| (x.1.at, x.0));
        counts.has_views |= lines.iter().any(|x| x.1.touch == Touch::View);
        for (_, line) in &lines {
            let item = &mut items[line.item as usize].0;
            item.lines += 1;
            item.recent += u64::from(Some(line.at) > last.map(|last| last - 28 * DAY));
        }
        let length = lines.len();
        if !(2..=100).contains(&length) {
            continue;
        }
        counts.learned_sessions += 1;
        let who = if user == GUEST { (GUEST, session) } else { (user, 0) };
        for p in 0..length {
            items[lines[p].1.item as usize].1 += whole(length, 1, 1.0);
            for q in p + 1..length.min(p + 31) {
                let (x, y, gap) = (lines[p].1.item, lines[q].1.item, q - p);
                let (ahead, back) = (whole(length, gap, 4.0), whole(length, gap, 2.0));
                if x == y {
                    items[x as usize].1 += ahead + back;
                    continue;
                }
                let way = usize::from(x > y);
                let sums = pairs.entry((x.min(y), x.max(y))).or_default();
                sums.0[way] += ahead;
                sums.0[1 - way] += back;
                sums.1.insert(who);
                if gap <= 3 {
                    sums.0[2 + way] += whole(length, gap, 1.0);
                    sums.2[way].insert(who);
                }
            }
        }
    }
    counts.pairs_seen = pairs.len() as u64;
    let mass = |sum: i64| sum as f64 / UNIT as f64;
    for ((a, b), Sums(sums, who, went)) in pairs {
        let went = went.map(|who| who.len() as u32);
        let kept = went.map(|went| went >= min_support);
        let next = |way: usize| if kept[way] { mass(sums[2 + way]) } else { 0.0 };
        if who.len() as u32 >= min_support {
            counts.pairs.push(PairCount {
                a,
                b,
                together: [mass(sums[0]), mass(sums[1])],
                next: [next(0), next(1)],
                support: who.len() as u32,
                next_support: [0, 1].map(|way: usize| if kept[way] { went[way] } else { 0 }),
            });
        }
    }
    counts.items = items.into_iter().map(|(item, whole)| ItemCount { mass: mass(whole), ..item }).collect();
    history(log, &mut counts);
    counts
}

/// What known shoppers bought again.
fn history(log: &Log, counts: &mut Counts) {
    let users: BTreeSet<u32> = log.events().iter().map(|x| x.user).filter(|&user| user != GUEST).collect();
    for user in users {
        let bought = || log.events().iter().filter(|x| x.user == user && x.touch == Touch::Buy);
        let mut visits: BTreeMap<u32, (i64, BTreeSet<u32>)> = BTreeMap::new();
        for event in bought() {
            let visit = visits.entry(event.session).or_insert((event.at, BTreeSet::new()));
            visit.0 = visit.0.min(event.at);
            visit.1.insert(event.item);
        }
        let mut visits: Vec<(i64, u32, BTreeSet<u32>)> = visits.into_iter().map(|(s, (at, x))| (at, s, x)).collect();
        visits.sort();
        for (at, (_, _, visit)) in visits.iter().enumerate() {
            let before: BTreeSet<u32> = visits[..at].iter().flat_map(|visit| visit.2.iter().copied()).collect();
            counts.bought += visit.len() as u64;
            counts.repeats += visit.intersection(&before).count() as u64;
            if let Some((_, _, following)) = visits.get(at + 1) {
                for &item in visit {
                    counts.items[item as usize].chances += 1;
                    counts.items[item as usize].again += u64::from(following.contains(&item));
                }
            }
        }
    }
}

/// What the naive count knows; the rest is compared on its own.
fn compared(counts: &Counts) -> Counts {
    Counts { events: 0, repeated: 0, shoppers: 0, span: None, ..counts.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn the_sql_counts_what_the_naive_count_counts(told in told(), min_support in 1..4_u32) {
        let (log, _) = log_of(&told);
        let counts = count_events(log.events(), ITEMS, &settings(min_support), &Progress::default()).unwrap();
        prop_assert_eq!(compared(&counts), naive(&log, min_support));
        let moments = || log.events().iter().map(|x| x.at);
        prop_assert_eq!(counts.span, moments().min().zip(moments().max()));
        prop_assert_eq!(counts.events, log.events().len() as u64);
        prop_assert_eq!(counts.repeated, 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 4, ..ProptestConfig::default() })]

    #[test]
    fn a_streamed_log_gives_the_counts_of_the_log_in_memory(told in told(), min_support in 1..4_u32) {
        let (log, repeated) = log_of(&told);
        // Held rows are few, so that the shards on disk are counted too.
        let streamed = spooled(&told, &Settings { hold: 20, ..settings(min_support) });
        let known: BTreeSet<u8> = told.iter().map(|row| row.0).filter(|&user| user != 0).collect();
        prop_assert_eq!(streamed.shoppers, known.len() as u64);
        prop_assert_eq!(streamed.repeated, repeated);
        prop_assert_eq!(streamed.events, log.events().len() as u64);
        // Rows of one moment may change places in the settled log: sums of such sessions are not compared.
        let apart = |x: &Told, y: &Told| names(x) != names(y) || x.4 != y.4;
        let untied = told.iter().enumerate().all(|(at, x)| told[..at].iter().all(|y| apart(x, y)));
        if untied {
            prop_assert_eq!(compared(&streamed), naive(&log, min_support));
        }
    }
}

/// A log of 9,000 rows with long sessions, guests and pauses, every moment of its own.
fn large() -> Vec<Told> {
    let mut stream = Stream::new(5, "test");
    let mut row = |at: i64| {
        let popular = |stream: &mut Stream, n: usize| stream.below(n).min(stream.below(n)) as u32;
        let (user, session) = (stream.below(60) as u8, stream.below(9) as u8);
        (user, session, popular(&mut stream, ITEMS), popular(&mut stream, 3) as u8, at * 50_000)
    };
    (0..9_000).map(&mut row).collect()
}

#[test]
fn threads_memory_and_the_order_of_rows_change_nothing() {
    let told = large();
    let first = spooled(&told, &settings(3));
    let on_disk = Settings { hold: 300, ..settings(3) };
    assert!(first.pairs.len() == ITEMS * (ITEMS - 1) / 2 && first.learned_sessions > 300 && first.repeats > 0);
    let mut shuffled = told.clone();
    let mut stream = Stream::new(6, "test");
    for at in (1..shuffled.len()).rev() {
        shuffled.swap(at, stream.below(at + 1));
    }
    for (threads, rows) in [(1, told), (4, shuffled)] {
        let few = Settings { threads: Some(threads), memory: 64 << 20, ..on_disk.clone() };
        assert_eq!(first, spooled(&rows, &few), "{threads} threads");
    }
}

#[test]
fn noise_is_seeded_and_touches_kept_pairs_only() {
    let told = large();
    let with = |seed| Settings { noise: Some(Noise { scale: 0.5, seed }), ..settings(3) };
    let (plain, noisy) = (spooled(&told, &settings(3)), spooled(&told, &with(1)));
    assert_eq!(noisy, spooled(&told, &with(1)));
    assert_ne!(noisy.pairs, spooled(&told, &with(2)).pairs);
    assert_eq!((noisy.pairs.len(), &noisy.items), (plain.pairs.len(), &plain.items));
    let shift = |x: &PairCount, y: &PairCount| (x.together[0] - y.together[0]).abs();
    let mean = noisy.pairs.iter().zip(&plain.pairs).map(|(x, y)| shift(x, y)).sum::<f64>() / plain.pairs.len() as f64;
    // |Laplace| of scale 0.5 has mean and deviation 0.5: four standard errors of 15 pairs.
    assert!((mean - 0.5).abs() < 4.0 * 0.5 / (plain.pairs.len() as f64).sqrt(), "{mean}");
}

#[test]
fn an_empty_log_counts_nothing() {
    let counts = count_events(&[], 3, &settings(3), &Progress::default()).unwrap();
    assert_eq!(counts, Counts { items: vec![ItemCount::default(); 3], min_support: 3, ..Counts::default() });
}
