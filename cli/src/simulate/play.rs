//! One shopper's visits under one policy, through the engine that ships.
//!
//! A visit: the shop ranks ten places, the shopper sees them and clicks; the
//! device is told (`seen`, `select_item`, `view_item`). Clicked items leave the
//! catalog. Half way the tastes change.

use std::collections::BTreeSet;

use anyhow::{Result, anyhow};
use flaneur::catalog::{Catalog, Family};
use flaneur::engine::Engine;
use flaneur::math::Stream;
use flaneur::rank::{Deed, Desk, Ranked, Request, Rule, RuleSet, Scratch, Slate, Weights, survey};
use flaneur::time::{DAY_MS, Millis};
use flaneur::wire::event::{EventWire, LineWire};
use flaneur::wire::request::ForgetWire;

use super::policy::{Confidence, Policy, strays};
use super::truth::{Appeals, Temper, WANTED, attraction, examination, luck};
use super::world::{Shopper, World};

/// Most lines of one event.
const MOST_LINES: usize = 200;
/// Visits at the end that are reported on their own.
pub const LAST_VISITS: usize = 5;
/// The slot of the simulation.
const SLOT: &str = "home";

/// How long and how wide the visits are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// Visits of each shopper.
    pub visits: usize,
    /// Places of a slate.
    pub places: usize,
    /// Days between two visits.
    pub days: f64,
    /// How shoppers are made.
    pub temper: Temper,
    /// Seed of luck and draws.
    pub seed: u64,
}

impl Course {
    /// The first visit with the new tastes.
    #[must_use]
    pub fn drift(&self) -> usize {
        self.visits / 2
    }
}

/// What one shopper did under one policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// Clicks.
    pub clicks: f64,
    /// Clicks on the last five visits.
    pub last: f64,
    /// Clicks off the obvious shelf.
    pub serendipitous: f64,
    /// Clicks on items of a category never met before.
    pub categories: f64,
    /// Expected clicks lost against the best slate, over all visits.
    pub regret: f64,
    /// Visits from the drift to the first click on an item of the new tastes; all of them when there is none.
    pub recovery: f64,
    /// Mean of 1 − cosine over the pairs of a slate, over all visits.
    pub diversity: f64,
    /// Expected clicks of each visit.
    pub by_visit: Vec<f32>,
    /// Everything that was shown, in order.
    pub shown: Vec<u32>,
}

/// One place of a slate that was drawn, with what the plain order would have done there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawn {
    /// Whether the item of the plain order was drawn.
    pub is_plain: bool,
    /// The propensity of what was drawn.
    pub propensity: f64,
    /// Whether it was clicked.
    pub click: f64,
    /// The probability of a click on the item of the plain order.
    pub truth: f64,
}

/// A shopper with a device.
pub struct Player<'a> {
    /// Where the shopper walks.
    pub world: &'a World,
    /// The shopper.
    pub shopper: &'a Shopper,
    /// The shopper's number.
    pub number: usize,
    /// What the shopper wants.
    pub appeals: &'a Appeals,
    /// How long it goes.
    pub course: Course,
}

impl Player<'_> {
    /// Plays all visits under a policy; with `drawn`, notes every place that was left to chance.
    ///
    /// The engine has the world's pack and open gates; its log is emptied first.
    ///
    /// # Errors
    /// The engine refused an event or a request, which is a fault of the simulation.
    pub fn play(&self, engine: &mut Engine, policy: Policy, mut drawn: Option<&mut Vec<Drawn>>) -> Result<Run> {
        self.bring_history(engine)?;
        let (course, catalog) = (self.course, &self.world.catalog);
        let mut run = Run { recovery: (course.visits - course.drift()) as f64, ..Run::default() };
        let mut gone: BTreeSet<u32> = self.shopper.met.iter().copied().collect();
        let mut categories: BTreeSet<u32> = gone.iter().flat_map(|&item| categories_of(catalog, item)).collect();
        let mut passed = vec![0_u32; catalog.len()];
        let mut confidence = Confidence::new(catalog);
        for visit in 0..course.visits {
            let now = self.moment(visit);
            let page = self.page(engine, policy, visit, &gone, &confidence)?;
            let has_drifted = visit >= course.drift();
            let chance = |place: usize, item: u32| {
                let is_surprise = self.shopper.obvious.binary_search(&item).is_err();
                let liking = course.temper.of(course.seed, self.number);
                let appeal = self.appeals.of(has_drifted, item);
                examination(place) * course.temper.attraction(appeal, passed[item as usize], liking, is_surprise)
            };
            let is_click =
                |&(place, item): &(usize, u32)| luck(course.seed, self.number, visit, item) < chance(place, item);
            let places: Vec<(usize, u32)> = page.entries.iter().map(|entry| entry.item).enumerate().collect();
            let clicked: Vec<u32> = places.iter().filter(|x| is_click(x)).map(|x| x.1).collect();
            if let Some(drawn) = drawn.as_deref_mut() {
                let plain = self.plain(engine, visit, &gone);
                drawn.extend(note(&page, &plain, &clicked, &chance));
            }
            let expected: f64 = places.iter().map(|&(place, item)| chance(place, item)).sum();
            run.by_visit.push(expected as f32);
            run.regret += self.best(has_drifted, &gone) - expected;
            run.diversity += diversity(catalog, &places) / course.visits as f64;
            run.shown.extend(places.iter().map(|x| x.1));
            run.last += if visit + LAST_VISITS >= course.visits { clicked.len() as f64 } else { 0.0 };
            let wanted = clicked.iter().any(|&item| self.appeals.of(true, item) >= WANTED);
            if has_drifted && wanted {
                run.recovery = run.recovery.min((visit - course.drift()) as f64);
            }
            places.iter().for_each(|&(_, item)| passed[item as usize] += 1);
            for &item in &clicked {
                run.clicks += 1.0;
                run.serendipitous += f64::from(u8::from(self.shopper.obvious.binary_search(&item).is_err()));
                let before = categories.len();
                categories.extend(categories_of(catalog, item));
                run.categories += f64::from(u8::from(categories.len() > before));
                gone.insert(item);
            }
            if policy.learns() {
                tell(engine, catalog, &page.id, &clicked, now)?;
                confidence.see(&page.entries.iter().map(|entry| (entry.item, odds(entry))).collect::<Vec<_>>());
            }
        }
        Ok(run)
    }

    fn moment(&self, visit: usize) -> Millis {
        Millis(self.world.start + DAY_MS / 2 + (visit as f64 * self.course.days * DAY_MS as f64) as i64)
    }

    fn bring_history(&self, engine: &mut Engine) -> Result<()> {
        let (catalog, everything) = (&self.world.catalog, ForgetWire { all: Some(true), ..ForgetWire::default() });
        engine.forget(&everything, Millis(self.world.start)).map_err(|error| anyhow!("{error}"))?;
        for (visit, number) in self.shopper.history.iter().zip(0..) {
            for (items, part) in visit.items.chunks(MOST_LINES).zip(0..) {
                let id = format!("past-{number}-{part}");
                observe(engine, event(catalog, &id, "purchase", visit.at, items, None), Millis(visit.at))?;
            }
        }
        Ok(())
    }

    fn request(&self, visit: usize, gone: &BTreeSet<u32>, policy: Policy) -> Request {
        let mut stream = Stream::new(self.course.seed, &format!("draws {} {visit}", self.number));
        Request {
            slot: SLOT.into(),
            size: self.course.places,
            exclude: gone.iter().copied().collect(),
            surprise: policy.dial(),
            seed: stream.bits(),
            now: self.moment(visit),
            ..Request::default()
        }
    }

    /// What a policy puts on the page.
    fn page(
        &self,
        engine: &mut Engine,
        policy: Policy,
        visit: usize,
        gone: &BTreeSet<u32>,
        confidence: &Confidence<'_>,
    ) -> Result<Slate> {
        let mut request = self.request(visit, gone, policy);
        let fixed = match policy {
            Policy::Epsilon(share) => {
                let open: Vec<u32> = self.world.shown.iter().copied().filter(|item| !gone.contains(item)).collect();
                let mut stream = Stream::new(self.course.seed, &format!("strays {} {visit}", self.number));
                strays(share, self.course.places, &open, &mut stream)
            }
            Policy::LinUcb(width) => self.bounds(engine, width, &request, confidence),
            _ => Vec::new(),
        };
        let id = |item: u32| self.world.catalog.id(item).to_owned();
        let pins =
            fixed.into_iter().map(|(position, item)| Rule::new(Deed::Pin { item: id(item), position })).collect();
        request.rules = RuleSet::new(pins).map_err(|error| anyhow!("{error}"))?;
        request.rules.bind(&self.world.catalog, request.now);
        Ok(engine.serve(&request))
    }

    /// The places of the largest upper confidence bounds.
    fn bounds(
        &self,
        engine: &mut Engine,
        width: f64,
        request: &Request,
        confidence: &Confidence<'_>,
    ) -> Vec<(usize, u32)> {
        let catalog = &self.world.catalog;
        let (profile, weights) = (engine.profile(request.now).clone(), Weights::with_priors(catalog.weights()));
        let desk = Desk {
            catalog,
            profile: &profile,
            rules: &RuleSet::default(),
            weights: &weights,
            scratch: &Scratch::default(),
        };
        let mut bounds: Vec<(f64, u32)> = survey(&desk, request)
            .iter()
            .map(|scored| (scored.score + width * confidence.deviation(scored.item), scored.item))
            .collect();
        bounds.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        bounds.into_iter().take(self.course.places).map(|(_, item)| item).enumerate().collect()
    }

    /// The plain order, long enough that every place has one left.
    fn plain(&self, engine: &mut Engine, visit: usize, gone: &BTreeSet<u32>) -> Vec<u32> {
        let mut request = self.request(visit, gone, Policy::Greedy);
        request.size *= 2;
        engine.answer(&request).entries.iter().map(|entry| entry.item).collect()
    }

    /// Expected clicks of the best slate of what is left.
    fn best(&self, has_drifted: bool, gone: &BTreeSet<u32>) -> f64 {
        let open = self.world.shown.iter().filter(|item| !gone.contains(item));
        let mut top = flaneur::math::Top::new(self.course.places);
        open.for_each(|&item| top.push(self.appeals.of(has_drifted, item), item));
        let best = top.into_sorted();
        best.iter().enumerate().map(|(k, &x)| examination(k) * attraction(self.appeals.of(has_drifted, x))).sum()
    }
}

/// The places of a page that were left to chance, where the plain order had one.
fn note(page: &Slate, plain: &[u32], clicked: &[u32], chance: &dyn Fn(usize, u32) -> f64) -> Vec<Drawn> {
    let mut found = Vec::new();
    for (place, entry) in page.entries.iter().enumerate() {
        let above = &page.entries[..place];
        let best = plain.iter().find(|&&plain| above.iter().all(|entry| entry.item != plain));
        if let (Some(&best), Some(is_plain), true) = (best, entry.plain, entry.propensity < 1.0) {
            let click = f64::from(u8::from(clicked.contains(&entry.item)));
            found.push(Drawn { is_plain, propensity: entry.propensity, click, truth: chance(place, best) });
        }
    }
    found
}

/// The log-odds that the engine gave an entry.
fn odds(entry: &Ranked) -> f64 {
    entry.base.unwrap_or(entry.score)
}

fn categories_of(catalog: &Catalog, item: u32) -> impl Iterator<Item = u32> + '_ {
    catalog.tokens(item).filter(|&token| catalog.family(token) == Family::Category)
}

fn diversity(catalog: &Catalog, places: &[(usize, u32)]) -> f64 {
    let (mut sum, mut pairs) = (0.0, 0.0);
    for (at, &(_, a)) in places.iter().enumerate() {
        for &(_, b) in &places[at + 1..] {
            sum += 1.0 - catalog.cosine(a, b);
            pairs += 1.0;
        }
    }
    if pairs > 0.0 { sum / pairs } else { 0.0 }
}

/// Tells the device what was seen and clicked.
fn tell(engine: &mut Engine, catalog: &Catalog, slate: &str, clicked: &[u32], now: Millis) -> Result<()> {
    let seen = Millis(now.0 + 1_000);
    engine.seen(slate, None, seen);
    for (&item, number) in clicked.iter().zip(1_i64..) {
        for (kind, part) in [("select_item", 0), ("view_item", 1)] {
            let at = Millis(seen.0 + number * 10_000 + part);
            let id = format!("{kind}-{}-{number}", now.0);
            observe(engine, event(catalog, &id, kind, at.0, &[item], Some(slate)), at)?;
        }
    }
    Ok(())
}

fn event(catalog: &Catalog, id: &str, kind: &str, at: i64, items: &[u32], slate: Option<&str>) -> EventWire {
    let line = |&item: &u32| LineWire { item: catalog.id(item).into(), ..LineWire::default() };
    EventWire {
        id: id.into(),
        kind: kind.into(),
        at: at as f64,
        lines: items.iter().map(line).collect(),
        slot: slate.map(|_| SLOT.into()),
        slate: slate.map(Into::into),
        ..EventWire::default()
    }
}

fn observe(engine: &mut Engine, event: EventWire, now: Millis) -> Result<()> {
    engine.observe(event, now).map(drop).map_err(|error| anyhow!("the engine refused an event: {error}"))
}
