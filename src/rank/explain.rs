//! Why a slate is as it is: which rules fired or were overruled, and why an item is absent.
//!
//! Made on demand from the slate itself, so that a slate nobody asks about pays
//! nothing. Cost: O(rules · entries).

use super::active::{Active, RuleName, excluder, is_of_slot};
use super::bench::Bench;
use super::eligible::Eligible;
use super::rule::{Deed, Rule};
use super::ruleset::RuleSet;
use super::tally::Tally;
use super::{Allow, Desk, Ranked, Request, Slate};

/// What became of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It changed the slate, or holds at its bound.
    Fired,
    /// It had nothing to do.
    Idle,
    /// Its window is shut.
    Asleep,
    /// Something stronger stood against it.
    Overruled,
    /// It asked for more than there is.
    Short,
}

impl Outcome {
    /// The public name.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["fired", "idle", "asleep", "overruled", "short"][self as usize]
    }
}

/// One rule that speaks about the slot.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleTrace {
    /// Whether it is of the request (else of the shop), and its place in that list.
    pub rule: (bool, u32),
    /// The shop's name for it.
    pub id: Option<String>,
    /// What kind of rule.
    pub kind: &'static str,
    /// What became of it.
    pub outcome: Outcome,
    /// What it did: entries it placed, moved or counted, items it kept out.
    pub count: usize,
    /// The rule that stood against it, when one did.
    pub by: Option<(bool, u32)>,
}

/// What keeps an item off a slate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// Not in the catalog.
    Unknown,
    /// Out of stock.
    Unavailable,
    /// The shopper refused it, or an attribute it has.
    Refused,
    /// The request excludes it.
    Request,
    /// A rule keeps it out.
    Rule,
    /// Seen just now, in the basket, or bought lately.
    Guard,
    /// No list, vector or popularity brought it among the candidates.
    Candidate,
    /// A cap or quota is full.
    Limit,
    /// Others score higher.
    Score,
}

impl Bar {
    /// The public name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let names = ["unknown", "unavailable", "refused", "request", "rule", "guard", "candidate", "limit", "score"];
        names[self as usize]
    }
}

/// Why one item is absent.
#[derive(Clone, Debug, PartialEq)]
pub struct Absence {
    /// The identifier that was asked about.
    pub id: String,
    /// What keeps it off; `None` when it is on the slate.
    pub bar: Option<Bar>,
    /// The rule that does, when one does.
    pub rule: Option<(bool, u32)>,
    /// Its score, when it was scored.
    pub score: Option<f64>,
    /// The lowest score on the slate, when scores decided.
    pub needed: Option<f64>,
}

/// Everything asked about one slate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Explained {
    /// Every rule of the slot, the shop's first, each list strongest first.
    pub rules: Vec<RuleTrace>,
    /// One for each identifier asked about.
    pub absent: Vec<Absence>,
}

/// Explains a slate that [`super::rank`] made of the same arguments.
#[must_use]
pub fn explain(desk: &Desk<'_>, request: &Request, slate: &Slate, ids: &[String]) -> Explained {
    let active = Active::new(desk, request);
    let eligible = Eligible::new(desk, request, &active);
    let mut tally = Tally::new(desk.catalog, &active);
    slate.entries.iter().for_each(|entry| tally.count(entry.item));
    let view = View { desk, request, slate, active: &active, eligible: &eligible, tally: &tally };
    let of = |set: &RuleSet, own: bool| -> Vec<RuleTrace> {
        let spoken = set.strongest_first().filter(|(_, rule)| is_of_slot(rule, &request.slot));
        spoken.map(|(at, rule)| view.trace((own, at), set, rule)).collect()
    };
    let mut rules = of(desk.rules, false);
    rules.extend(of(&request.rules, true));
    Explained { rules, absent: view.absences(ids) }
}

/// The rule that could not be kept, or that keeps the slate from being full: a quota that is short,
/// else a full limit that stands against one of the candidates.
pub(super) fn shortage(
    desk: &Desk<'_>,
    active: &Active<'_>,
    entries: &[Ranked],
    size: usize,
    all: &[u32],
) -> Option<RuleName> {
    let mut tally = Tally::new(desk.catalog, active);
    entries.iter().for_each(|entry| tally.count(entry.item));
    let stands = |&item: &u32| {
        let free = entries.len() < size && !entries.iter().any(|entry| entry.item == item);
        free.then(|| tally.against(item, u64::MAX)).flatten()
    };
    tally.shortfall().or_else(|| all.iter().find_map(stands))
}

struct View<'a> {
    desk: &'a Desk<'a>,
    request: &'a Request,
    slate: &'a Slate,
    active: &'a Active<'a>,
    eligible: &'a Eligible<'a>,
    tally: &'a Tally<'a>,
}

impl View<'_> {
    fn trace(&self, name: RuleName, set: &RuleSet, rule: &Rule) -> RuleTrace {
        let (id, kind) = (rule.id.clone(), rule.deed.name());
        let made = |outcome, count, by| RuleTrace { rule: name, id: id.clone(), kind, outcome, count, by };
        let holds = rule.when.holds(&self.request.context, self.request.now);
        let (catalog, now) = (self.desk.catalog, self.request.now);
        let is_schedule = matches!(rule.deed, Deed::Schedule { .. });
        if !holds && !is_schedule {
            return made(Outcome::Asleep, 0, None);
        }
        let either = |count: usize| made(if count > 0 { Outcome::Fired } else { Outcome::Idle }, count, None);
        let meant = || self.slate.entries.iter().filter(|entry| set.matches(name.1, catalog, entry.item, now)).count();
        match &rule.deed {
            Deed::Pin { item, position } => {
                let (outcome, by) = self.pin(item, *position);
                made(outcome, usize::from(outcome == Outcome::Fired), by)
            }
            Deed::Boost { .. } => either(meant()),
            Deed::Schedule { .. } if holds => made(Outcome::Idle, 0, None),
            Deed::Exclude { .. } | Deed::Schedule { .. } => {
                let all = set.meant(name.1);
                // What it means and what is shown all the same came back by a stronger pin.
                match meant() {
                    0 => either(all),
                    back => made(Outcome::Overruled, all.saturating_sub(back), None),
                }
            }
            Deed::Cap { .. } => made(if self.tally.is_full(name) { Outcome::Fired } else { Outcome::Idle }, 0, None),
            Deed::Quota { .. } => match self.tally.had(name) {
                Some((had, least)) if had < least => made(Outcome::Short, had, None),
                _ if self.tally.is_full(name) => made(Outcome::Fired, meant(), None),
                _ => either(meant()),
            },
        }
    }

    fn pin(&self, id: &str, position: usize) -> (Outcome, Option<RuleName>) {
        let Some(item) = self.desk.catalog.find(id) else { return (Outcome::Idle, None) };
        if position >= self.request.size {
            return (Outcome::Idle, None);
        }
        let entries = &self.slate.entries;
        // Where items do not suffice to reach its place, it moved up.
        let place = entries.get(position).map_or(entries.as_slice(), std::slice::from_ref);
        if place.iter().any(|entry| entry.item == item) {
            return (Outcome::Fired, None);
        }
        (Outcome::Overruled, excluder(self.desk, self.request, item).map(|(rule, _)| rule))
    }

    fn absences(&self, ids: &[String]) -> Vec<Absence> {
        if ids.is_empty() {
            return Vec::new();
        }
        let bench = Bench::new(self.desk, self.request);
        ids.iter().map(|id| self.absence(id, &bench)).collect()
    }

    fn absence(&self, id: &str, bench: &Bench<'_>) -> Absence {
        let made = |bar: Bar, rule| Absence { id: id.into(), bar: Some(bar), rule, score: None, needed: None };
        let (desk, request) = (self.desk, self.request);
        let Some(item) = desk.catalog.find(id) else { return made(Bar::Unknown, None) };
        if self.slate.entries.iter().any(|entry| entry.item == item) {
            return Absence { bar: None, ..made(Bar::Score, None) };
        }
        if !desk.catalog.is_available(item) {
            return made(Bar::Unavailable, None);
        }
        if request.exclude.contains(&item) || request.candidates.as_ref().is_some_and(|named| !named.contains(&item)) {
            return made(Bar::Request, None);
        }
        if !self.eligible.allows_pin(item) {
            return made(Bar::Refused, None);
        }
        if let Some((rule, _)) = excluder(desk, request, item) {
            return made(Bar::Rule, Some(rule));
        }
        let open = Request { allow: Allow { seen: true, bought: true, basket: true }, ..request.clone() };
        if !self.eligible.has(item) && Eligible::new(desk, &open, self.active).has(item) || request.like.contains(&item)
        {
            return made(Bar::Guard, None);
        }
        if !bench.candidates.contains(&item) {
            return made(Bar::Candidate, None);
        }
        let score = Some(bench.scored(item).score);
        if let Some(rule) = self.tally.against(item, u64::MAX) {
            return Absence { score, ..made(Bar::Limit, Some(rule)) };
        }
        let needed = self.slate.entries.iter().map(|entry| entry.score).reduce(f64::min);
        Absence { score, needed, ..made(Bar::Score, None) }
    }
}
