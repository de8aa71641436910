//! Why a slate is as it is: which rules fired or were overruled, and why an item is absent.
//!
//! Made on demand from the slate itself, so that a slate nobody asks about pays
//! nothing. Cost: O(rules · entries).

use super::active::{Active, Need, Pin, RuleName, counted_as, excluder, is_of_slot};
use super::arrange::legal_pins;
use super::bench::Bench;
use super::eligible::Eligible;
use super::rule::{Deed, Rule};
use super::ruleset::{Precedence, RuleSet, has};
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
    /// A cap or quota is full, or a quota or floor keeps the place.
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
    let (pins, _) = legal_pins(desk, request, &active, &eligible);
    let view = View { desk, request, slate, pins: &pins, active: &active, eligible: &eligible, tally: &tally };
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
    /// Those that hold, strongest first: where items do not suffice, they move up.
    pins: &'a [Pin],
    active: &'a Active<'a>,
    eligible: &'a Eligible<'a>,
    tally: &'a Tally<'a>,
}

impl View<'_> {
    fn trace(&self, name: RuleName, set: &RuleSet, rule: &Rule) -> RuleTrace {
        let (outcome, count, by) = self.told(name, set, rule);
        RuleTrace { rule: name, id: rule.id.clone(), kind: rule.deed.name(), outcome, count, by }
    }

    fn told(&self, name: RuleName, set: &RuleSet, rule: &Rule) -> (Outcome, usize, Option<RuleName>) {
        use Outcome::{Asleep, Fired, Idle, Overruled, Short};
        let (catalog, now) = (self.desk.catalog, self.request.now);
        let holds = rule.when.holds(&self.request.context, now);
        if holds == matches!(rule.deed, Deed::Schedule { .. }) {
            return (if holds { Idle } else { Asleep }, 0, None);
        }
        let means = |item: u32| rule.deed.filter().is_some() && set.matches(name.1, catalog, item, now);
        let shown = self.slate.entries.iter().filter(|entry| means(entry.item)).count();
        let fired = |is: bool| if is { Fired } else { Idle };
        match &rule.deed {
            Deed::Pin { item, position } => {
                let (outcome, by) = self.pin(name, item, *position, set.precedence(name.1));
                (outcome, usize::from(outcome == Fired), by)
            }
            Deed::Boost { .. } => (fired(shown > 0), shown, None),
            Deed::Exclude { .. } | Deed::Schedule { .. } => {
                let all = set.meant(name.1);
                // What it means and what is shown all the same came back by a stronger pin.
                let by = self.pinned(&|pin| means(pin.item));
                (if shown > 0 { Overruled } else { fired(all > 0) }, all.saturating_sub(shown), by)
            }
            Deed::Cap { .. } | Deed::Quota { .. } => {
                let by = self.over(name);
                let outcome = if by.is_some() {
                    Overruled
                } else if self.tally.had(name).is_some_and(|(had, least)| had < least) {
                    Short
                } else {
                    fired(shown > 0 || self.tally.reached(name, 0).is_some())
                };
                (outcome, shown, by)
            }
        }
    }

    fn pin(&self, name: RuleName, id: &str, position: usize, strength: Precedence) -> (Outcome, Option<RuleName>) {
        let Some(item) = self.desk.catalog.find(id) else { return (Outcome::Idle, None) };
        if position >= self.request.size {
            return (Outcome::Idle, None);
        }
        if self.pinned(&|pin| pin.rule == name).is_some() {
            return (Outcome::Fired, None);
        }
        if !self.eligible.allows_pin(item) {
            return (Outcome::Overruled, None);
        }
        let out = excluder(self.desk, self.request, item).filter(|&(_, out)| out <= strength);
        let by = out
            .map(|(rule, _)| rule)
            .or_else(|| self.pinned(&|pin| pin.position == position || pin.item == item))
            .or_else(|| self.tally.against(item, strength.saturating_sub(1)));
        (Outcome::Overruled, by)
    }

    /// The strongest pin of this kind that holds.
    fn pinned(&self, is: &dyn Fn(&Pin) -> bool) -> Option<RuleName> {
        self.pins.iter().find(|pin| is(pin)).map(|pin| pin.rule)
    }

    /// What brought more than a limit allows: a pin that goes over it, or a stronger quota.
    fn over(&self, name: RuleName) -> Option<RuleName> {
        let (limit, key) = self.tally.reached(name, 1)?;
        let counts = |item: u32| counted_as(self.desk.catalog, &limit.counted, item) == Some(key);
        let brings = |need: &&Need| {
            let mut items = self.slate.entries.iter().map(|entry| entry.item);
            need.strength < limit.strength && items.any(|item| has(&need.items, item) && counts(item))
        };
        let pin = self.pinned(&|pin| pin.strength <= limit.strength && counts(pin.item));
        pin.or_else(|| self.active.needs.iter().find(brings).map(|need| need.rule))
    }

    fn absences(&self, ids: &[String]) -> Vec<Absence> {
        if ids.is_empty() {
            return Vec::new();
        }
        let bench = Bench::new(self.desk, self.request);
        // What is pinned did not come by its score.
        let earned = |entry: &&Ranked| self.pinned(&|pin| pin.item == entry.item).is_none();
        let earned: Vec<&Ranked> = self.slate.entries.iter().filter(earned).collect();
        ids.iter().map(|id| self.absence(id, &bench, &earned)).collect()
    }

    fn absence(&self, id: &str, bench: &Bench<'_>, earned: &[&Ranked]) -> Absence {
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
        let keeps = |need: &&Need| {
            let worse = |entry: &&Ranked| has(&need.items, entry.item) && Some(entry.score) < score;
            !has(&need.items, item) && self.tally.is_scarce(need) && earned.iter().any(worse)
        };
        if let Some(need) = self.active.needs.iter().find(keeps) {
            return Absence { score, ..made(Bar::Limit, Some(need.rule)) };
        }
        let needed = earned.iter().map(|entry| entry.score).reduce(f64::min);
        Absence { score, needed, ..made(Bar::Score, None) }
    }
}
