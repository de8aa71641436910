//! The façade: catalog, log and gates in; slates and views out.
//!
//! No I/O, no clock, no entropy of its own: time and seed are arguments, bytes
//! go in and come out. The profile is folded when it is asked for: a late or
//! forgotten event costs one re-fold at the next question, nothing at the time.

use std::collections::VecDeque;

use crate::catalog::{Catalog, Checked, Item, TokenHash};
use crate::decide::{Decision, Occasion, Record, Taken, View, WEEK, decide, view_of};
use crate::error::{Error, ErrorKind, Result};
use crate::log::{Event, EventKind, Ids, Log, Shown, decode_record};
use crate::math::order;
use crate::profile::{Intent, Profile, intent, keep_learnable};
use crate::rank::{
    Desk, Explained, Ranked, Request, Rule, RuleSet, Scratch, Slate, Weights, explain, serve, shop_order,
};
use crate::replay::{Replay, replay};
use crate::time::{DAY_MS, Millis};
use crate::trial::{TrialResult, trials};
use crate::wire::decide::DecideWire;
use crate::wire::event::EventWire;
use crate::wire::request::{ForgetWire, RequestWire};

/// Slates remembered for [`Engine::seen`], and decisions for [`Engine::noticed`].
const SLATES: usize = 64;

/// What a restore did.
#[derive(Clone, Debug, Default)]
pub struct Restored {
    /// How many events were new, or took the place of a later one of their id.
    pub added: usize,
    /// How many events were known already, or older than a full log holds.
    pub known: usize,
    /// Records that were refused, with their place in the input.
    pub refused: Vec<Error>,
}

/// What an import did.
#[derive(Clone, Debug, Default)]
pub struct Merged {
    /// Events that were new, or took the place of a later one of their id.
    pub added: Vec<Event>,
    /// Events that were known already, or older than a full log holds.
    pub known: usize,
    /// Events that were refused, with their place in the input.
    pub refused: Vec<Error>,
}

/// The engine of one shop on one device.
#[derive(Debug, Default)]
pub struct Engine {
    catalog: Catalog,
    /// A pack that is on its way to be the catalog.
    checked: Option<Checked>,
    weights: Weights,
    rules: RuleSet,
    log: Log,
    learn: bool,
    rank: bool,
    seed: u64,
    /// What the arms of experiments are made of.
    secret: u64,
    profile: Profile,
    /// The log's epoch and length at the last fold; `None` when everything must be folded again.
    folded: Option<(u64, usize)>,
    /// Without reasons, each with the visit that it was ranked in and the places that were seen on it.
    slates: Vec<(Slate, u32, Vec<usize>)>,
    scratch: Scratch,
    /// What was decided and not yet seen: the event that its view will be.
    decisions: VecDeque<Event>,
    /// What this page showed within a week while nothing was logged: frequency caps hold without it too.
    unlogged: Vec<View>,
}

impl Engine {
    /// An engine without catalog, events or gates.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// Takes a pack; what was loaded before still serves when it is refused.
    ///
    /// # Errors
    /// As [`Catalog::read`].
    pub fn load_pack(&mut self, bytes: Vec<u8>) -> Result<()> {
        self.check_pack(bytes)?;
        self.take_checked();
        Ok(())
    }

    /// The first half of [`Engine::load_pack`]: what was loaded before serves until [`Engine::take_checked`].
    ///
    /// # Errors
    /// As [`Catalog::read`].
    pub fn check_pack(&mut self, bytes: Vec<u8>) -> Result<()> {
        self.checked = Some(Checked::of(bytes)?);
        Ok(())
    }

    /// Takes the pack that was checked; `false` without one.
    pub fn take_checked(&mut self) -> bool {
        let Some(checked) = self.checked.take() else { return false };
        self.take(checked.into_catalog());
        true
    }

    /// Takes plain items; what was loaded before still serves when they are refused.
    ///
    /// # Errors
    /// As [`Catalog::from_items`].
    pub fn load_items(&mut self, items: &[Item]) -> Result<()> {
        self.take(Catalog::from_items(items)?);
        Ok(())
    }

    fn take(&mut self, catalog: Catalog) {
        self.weights = Weights::with_priors(catalog.weights());
        self.catalog = catalog;
        self.folded = None;
        self.rules.bind(&self.catalog, Millis::default());
        self.slates.clear();
    }

    /// The catalog in force.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The log.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Replaces the shop's rules; those in force stay when the new ones are refused.
    ///
    /// # Errors
    /// As [`RuleSet::new`] and [`RuleSet::check`].
    pub fn set_rules(&mut self, rules: Vec<Rule>) -> Result<()> {
        let mut rules = RuleSet::new(rules)?;
        rules.check(&self.catalog)?;
        rules.bind(&self.catalog, Millis::default());
        self.rules = rules;
        Ok(())
    }

    /// Sets what the arms of experiments are made of: random, kept on the device, told to no one.
    pub fn set_secret(&mut self, secret: u64) {
        self.secret = secret;
    }

    /// Opens or shuts learning and ranking.
    pub fn set_gates(&mut self, learn: bool, rank: bool) {
        (self.learn, self.rank) = (learn, rank);
    }

    /// Logs one event; `None` when learning is shut, its id is known, or its items are sensitive.
    ///
    /// An event from the future is taken as happening now.
    ///
    /// # Errors
    /// The first illegal field of the event.
    pub fn observe(&mut self, event: EventWire, now: Millis) -> Result<Option<Event>> {
        let mut event = event.into_event(&self.catalog)?;
        event.at = event.at.min(now);
        if !self.learn || !keep_learnable(&self.catalog, &mut event) {
            return Ok(None);
        }
        Ok(self.log.insert(event.clone()).then_some(event))
    }

    /// Merges stored records: a union by event id.
    pub fn restore<'a>(&mut self, records: impl Iterator<Item = &'a [u8]>) -> Restored {
        let (mut restored, mut events, mut times) = (Restored::default(), Vec::new(), Vec::new());
        for (index, record) in records.enumerate() {
            match decode_record(record) {
                Ok(event) => {
                    times.push((event.at.0 as u64 ^ 1 << 63, events.len() as u32));
                    events.push(Some(event));
                }
                Err(error) => restored.refused.push(error.under(&format!("[{index}]"))),
            }
        }
        // The oldest first: each is appended, where any order would insert.
        order::by_key(&mut times);
        for event in times.into_iter().filter_map(|(_, at)| events[at as usize].take()) {
            if self.log.insert(event) {
                restored.added += 1;
            } else {
                restored.known += 1;
            }
        }
        restored
    }

    /// Merges exported events, each checked like a new one.
    pub fn import(&mut self, events: Vec<Result<EventWire>>, now: Millis) -> Merged {
        let mut merged = Merged::default();
        for (index, wire) in events.into_iter().enumerate() {
            let event = wire.and_then(|wire| wire.into_event(&self.catalog)).and_then(|event| past(event, now));
            match event {
                Ok(mut event) => {
                    if keep_learnable(&self.catalog, &mut event) {
                        if self.log.insert(event.clone()) {
                            merged.added.push(event);
                        } else {
                            merged.known += 1;
                        }
                    }
                }
                Err(error) => merged.refused.push(error.under(&format!("[{index}]"))),
            }
        }
        merged
    }

    /// Drops events beyond the bound and the retention; returns their ids.
    pub fn expire(&mut self, now: Millis) -> Vec<String> {
        self.log.expire(now)
    }

    /// Forgets; returns the ids of the events that are gone. The next fold never had them.
    ///
    /// # Errors
    /// `value_missing` when nothing is named, `value_unknown` for an interest that is not there.
    pub fn forget(&mut self, what: &ForgetWire, now: Millis) -> Result<Vec<String>> {
        let hash = what.attribute.as_deref().map(TokenHash::of);
        let members: Option<Ids> = match &what.interest {
            Some(id) => {
                let interests = self.profile(now).interests.all();
                let found = interests.iter().find(|interest| interest.id == *id);
                let message = "no such interest; take an id from profile.inspect()";
                let found = found.ok_or_else(|| Error::new(ErrorKind::Unknown, "interest", message))?;
                Some(found.events.iter().cloned().collect())
            }
            None => None,
        };
        let period = what.since.map(|since| (since, what.until.unwrap_or(f64::INFINITY)));
        let named = what.event.is_some() || what.item.is_some() || hash.is_some() || members.is_some();
        if !named && period.is_none() && what.all != Some(true) {
            let message = "name what to forget: event, item, interest, attribute, since or all";
            return Err(Error::new(ErrorKind::Missing, "", message));
        }
        let gone = |event: &Event| {
            what.all == Some(true)
                || what.event.as_ref().is_some_and(|id| *id == event.id)
                || what.item.as_ref().is_some_and(|item| event.concerns(item))
                || members.as_ref().is_some_and(|ids| ids.contains(&event.id))
                || hash.is_some_and(|hash| speaks_of(event, hash))
                || what.attribute.is_some() && event.attribute == what.attribute
                || period.is_some_and(|(since, until)| (since..=until).contains(&(event.at.0 as f64)))
        };
        if what.all == Some(true) {
            // The profile that is gone scored them.
            self.slates.clear();
            self.decisions.clear();
            self.unlogged.clear();
        }
        Ok(self.log.remove(gone))
    }

    /// Removes events by id, as another tab did; returns how many were here.
    pub fn remove(&mut self, ids: &Ids) -> usize {
        self.log.remove(|event| ids.contains(&event.id)).len()
    }

    /// The profile as of `now`. Events dated more than a day later wait: a clock that ran ahead
    /// once must not rule the profile until its date comes. What they refuse holds at once.
    pub fn profile(&mut self, now: Millis) -> &Profile {
        let latest = Millis(now.0.saturating_add(DAY_MS));
        let all = self.log.events();
        let (events, waiting) = all.split_at(all.partition_point(|event| event.at <= latest));
        let (folded, state) = (self.profile.events, (self.log.epoch(), all.len()));
        if self.folded == Some(state) && folded == events.len() {
            return &self.profile;
        }
        // What waiting events refused is said again: by the fold when their date has come, else below.
        if self.folded.is_some_and(|(epoch, _)| epoch == state.0) && folded <= events.len() {
            for event in &events[folded..] {
                self.profile.step(&self.catalog, event);
            }
        } else {
            self.profile = Profile::fold(&self.catalog, events);
        }
        self.profile.stated.heed(&self.catalog, waiting);
        self.folded = Some(state);
        self.log.note_folded(self.profile.events);
        &self.profile
    }

    /// Whether the plain order would have done better, from the log alone.
    #[must_use]
    pub fn replay(&self) -> Replay {
        replay(self.log.events())
    }

    /// What the experiments of this device have shown, from the log alone.
    #[must_use]
    pub fn trials(&self) -> Vec<TrialResult> {
        trials(self.log.events())
    }

    /// Ranks for a slot; the shop's own order when ranking is shut, nothing personal when learning is.
    ///
    /// Cost: as [`crate::rank`]; no allocation, once the slates before were handed back by [`Engine::recycle`].
    ///
    /// # Errors
    /// The first illegal field of the request.
    pub fn rank(&mut self, wire: RequestWire, now: Millis) -> Result<Slate> {
        // Without a seed of its own, a request draws anew on every visit, and the same within one.
        let visit = self.profile(now).session.visit_at(now);
        let seed = xxhash_rust::xxh64::xxh64(&visit.to_le_bytes(), self.seed);
        let asked = wire.explain.clone();
        let request = wire.into_request(&self.catalog, seed, now)?;
        let mut slate = self.answer(&request);
        if let Some(ids) = asked {
            let served = request.as_served(self.secret).filter(|_| self.rank);
            slate.explained = served.map(|request| self.explain(&request, &slate, &ids.0));
        }
        self.remember(&slate, now);
        Ok(slate)
    }

    /// Ranks an exact request, and remembers the slate for [`Engine::seen`].
    pub fn serve(&mut self, request: &Request) -> Slate {
        let slate = self.answer(request);
        self.remember(&slate, request.now);
        slate
    }

    /// Remembers a slate, in the memory of the one that goes for it: of the same name, or the oldest.
    /// The same slate on the same visit is one: what was seen of it stays seen.
    fn remember(&mut self, slate: &Slate, now: Millis) {
        let visit = self.profile.session.visit_at(now);
        let same = self.slates.iter().position(|(known, ..)| known.id == slate.id);
        let gone = same.or((self.slates.len() == SLATES).then_some(0));
        let (mut known, before, mut seen) = gone.map(|at| self.slates.remove(at)).unwrap_or_default();
        if same.is_none() || before != visit {
            seen.clear();
        }
        known.id.clone_from(&slate.id);
        known.slot.clone_from(&slate.slot);
        known.trial = slate.trial.clone();
        known.entries.clear();
        known.entries.extend(slate.entries.iter().map(|entry| Ranked { reasons: Vec::new(), ..*entry }));
        self.slates.push((known, visit, seen));
    }

    /// Takes a slate back that is needed no more: the next one is made in its memory.
    pub fn recycle(&self, slate: Slate) {
        self.scratch.recycle(slate);
    }

    /// Ranks an exact request, without remembering the slate.
    pub fn answer(&mut self, request: &Request) -> Slate {
        self.refresh(request.now);
        let secret = self.secret;
        self.with_desk(|desk, may_rank| if may_rank { serve(desk, request, secret) } else { shop_order(desk, request) })
    }

    /// Brings profile and rules up to the present.
    fn refresh(&mut self, now: Millis) {
        self.profile(now);
        if self.rules.is_stale(now) {
            self.rules.bind(&self.catalog, now);
        }
    }

    /// Which rules made a slate that [`Engine::answer`] gave for the same request, and why items are absent.
    #[must_use]
    pub fn explain(&self, request: &Request, slate: &Slate, ids: &[String]) -> Explained {
        self.with_desk(|desk, _| explain(desk, request, slate, ids))
    }

    /// What may be used of the shopper, and whether ranking is open.
    fn with_desk<T>(&self, answer: impl FnOnce(&Desk<'_>, bool) -> T) -> T {
        // What the shopper refused stays away whatever is shut; nothing else personal is used.
        let blank;
        let profile = if self.learn && self.rank {
            &self.profile
        } else {
            blank = self.profile.refusals_only();
            &blank
        };
        let (catalog, rules, weights, scratch) = (&self.catalog, &self.rules, &self.weights, &self.scratch);
        let desk = Desk { catalog, profile, rules, weights, scratch };
        answer(&desk, self.rank)
    }

    /// Decides between opportunities, or for silence; values and constraints alone when ranking is shut.
    ///
    /// # Errors
    /// The first illegal field of the request.
    pub fn decide(&mut self, wire: DecideWire, now: Millis) -> Result<(Occasion, Decision)> {
        let occasion = wire.into_occasion(&self.catalog, self.seed, now)?;
        self.refresh(now);
        let events = self.log.events();
        let (record, taken) = (Record::of(events, &self.unlogged, now), Taken::of(events));
        let taken = if self.learn && self.rank { taken } else { Taken::default() };
        let decision = self.with_desk(|desk, may_rank| decide(desk, may_rank, &occasion, &record, taken));
        if let Some(view) = view_of(&occasion, &decision) {
            self.decisions.push_back(view);
        }
        if self.decisions.len() > SLATES {
            self.decisions.pop_front();
        }
        Ok((occasion, decision))
    }

    /// What the session is about; not enough evidence while learning or ranking is shut.
    pub fn intent(&mut self, now: Millis) -> Intent {
        self.refresh(now);
        if self.learn && self.rank { intent(&self.catalog, &self.profile, now) } else { Intent::default() }
    }

    /// Logs that a decision came into view, once; `None` when there is nothing to log or learning is shut.
    ///
    /// While learning is shut the view is remembered by this engine alone, for the caps.
    pub fn noticed(&mut self, id: &str, now: Millis) -> Option<Event> {
        let at = self.decisions.iter().position(|view| view.slate.as_deref() == Some(id))?;
        let mut event = self.decisions.remove(at)?;
        event.at = now;
        let view = |shown: &Shown| View { id: shown.item.clone(), at: now, pressure: event.value.unwrap_or(0.0) };
        let view = event.shown.first().map(view);
        let may_log = self.learn && keep_learnable(&self.catalog, &mut event);
        if !may_log {
            self.unlogged.retain(|view| view.at.0 > now.0 - WEEK);
            self.unlogged.extend(view);
            return None;
        }
        self.log.insert(event.clone()).then_some(event)
    }

    /// Logs that entries of a slate were seen, each once; `None` when there is nothing new or learning is shut.
    pub fn seen(&mut self, slate: &str, ids: Option<&[String]>, now: Millis) -> Option<Event> {
        let (known, _, seen) = self.slates.iter_mut().find(|(known, ..)| known.id == slate)?;
        let wanted = |item: u32| ids.is_none_or(|ids| ids.iter().any(|id| id == self.catalog.id(item)));
        let fresh: Vec<usize> =
            (0..known.entries.len()).filter(|at| !seen.contains(at) && wanted(known.entries[*at].item)).collect();
        if fresh.is_empty() || !self.learn {
            return None;
        }
        seen.extend(&fresh);
        let shown = |&at: &usize| {
            let entry = &known.entries[at];
            Shown {
                item: self.catalog.id(entry.item).into(),
                position: at as u16,
                propensity: entry.propensity as f32,
                score: entry.score as f32,
                discovery: entry.discovery,
                base: entry.base.map(|base| base as f32),
                tier: entry.tier,
                plain: entry.plain,
                team: entry.team,
            }
        };
        let id = format!("seen-{slate}-{:x}-{:x}", now.0, fresh[0]);
        let mut event = Event::new(id, EventKind::Impression, now);
        event.shown = fresh.iter().map(shown).collect();
        event.slot = Some(known.slot.clone());
        event.slate = Some(slate.into());
        event.trial.clone_from(&known.trial);
        if !keep_learnable(&self.catalog, &mut event) {
            return None;
        }
        self.log.insert(event.clone()).then_some(event)
    }
}

/// Refuses an imported event from the future.
fn past(event: Event, now: Millis) -> Result<Event> {
    if event.at.0 > now.0.saturating_add(DAY_MS) {
        return Err(Error::new(ErrorKind::OutOfRange, "at", "more than a day in the future; check the clock"));
    }
    Ok(event)
}

/// Whether an event is about an attribute: one of its items carries it, or it states it.
fn speaks_of(event: &Event, hash: TokenHash) -> bool {
    let stated = event.attribute.as_deref().map(TokenHash::of);
    stated == Some(hash) || event.lines.iter().any(|line| line.digest.contains(&hash))
}
