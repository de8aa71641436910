//! The merchant's rules: pin, boost, bury, exclude, schedule, cap, quota.
//!
//! What a rule is. Which rule wins is in [`super::ruleset`], which items a
//! condition means in [`super::filter`]; the order is documented in
//! `docs/RULES.md` and decided in `docs/decisions/0008-conflict-order.md`.

use crate::catalog::Kind;
use crate::log::Context;
use crate::time::Millis;

/// Which items a rule means; every given part must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Where {
    /// One of these identifiers.
    pub ids: Option<Vec<String>>,
    /// One of these kinds; empty for any.
    pub kinds: Vec<Kind>,
    /// Of each group, one token the item must carry: `brand:…`, `category:…`, `tag:…`, `colour:…`.
    pub tokens: Vec<Vec<String>>,
    /// Price, in the catalog's currency.
    pub price: Span,
    /// What the shop earns, in the catalog's currency.
    pub margin: Span,
    /// Days since the item joined the catalog.
    pub age_days: Span,
    /// How many items of the catalog are of the item's brand.
    pub maker_items: Span,
    /// Each of these holds.
    pub all: Vec<Where>,
    /// One of these holds; empty for no such condition.
    pub any: Vec<Where>,
    /// This does not hold.
    pub not: Option<Box<Where>>,
}

/// An open interval; an item without the number is outside every bounded one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Span {
    /// Strictly above.
    pub above: Option<f64>,
    /// Strictly below.
    pub below: Option<f64>,
}

impl Span {
    /// Whether there is a bound at all.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        self.above.is_some() || self.below.is_some()
    }

    /// Whether the number lies inside.
    #[must_use]
    pub fn holds(&self, number: Option<f64>) -> bool {
        let inside = |x: f64| self.above.is_none_or(|low| x > low) && self.below.is_none_or(|high| x < high);
        !self.is_bounded() || number.is_some_and(inside)
    }
}

/// One end of a period: an instant, or a moment on the shopper's own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edge {
    /// The same instant everywhere.
    Instant(Millis),
    /// Local time, as if it were UTC.
    Local(Millis),
}

impl Edge {
    fn is_past(self, now: Millis, local: Millis) -> bool {
        match self {
            Self::Instant(at) => at <= now,
            Self::Local(at) => at <= local,
        }
    }
}

/// When a rule holds; every given part must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct When {
    /// From then on.
    pub from: Option<Edge>,
    /// Before then.
    pub until: Option<Edge>,
    /// On these local weekdays, Sunday 0; empty for any.
    pub weekdays: Vec<u8>,
    /// From the first local hour until before the second, across midnight when it is not later.
    pub hours: Option<(u8, u8)>,
    /// For each key, the moment has one of these values.
    pub facets: Vec<(&'static str, Vec<String>)>,
}

impl When {
    /// Whether it holds at that moment.
    #[must_use]
    pub fn holds(&self, context: &Context, now: Millis) -> bool {
        let local = context.local(now);
        self.from.is_none_or(|edge| edge.is_past(now, local))
            && self.until.is_none_or(|edge| !edge.is_past(now, local))
            && (self.weekdays.is_empty() || self.weekdays.contains(&context.weekday_at(now)))
            && self.hours.is_none_or(|hours| is_within(hours, context.hour_at(now)))
            && self.facets.iter().all(|(key, values)| values.iter().any(|value| context.is(key, value)))
    }
}

/// Whether an hour lies from `hours.0` until before `hours.1`, across midnight when that is not later.
#[must_use]
pub fn is_within((from, until): (u8, u8), hour: u8) -> bool {
    if from < until { (from..until).contains(&hour) } else { hour >= from || hour < until }
}

/// What a cap counts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// The brand.
    Brand,
    /// The narrowest category level.
    Category,
    /// The variant family.
    Group,
    /// The kind.
    Kind,
}

/// How many entries of a slate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// That many.
    Count(usize),
    /// That share of the places, 0..=1.
    Share(f64),
}

impl Amount {
    /// The field of a lower end that is given so.
    #[must_use]
    pub fn least(self) -> &'static str {
        if matches!(self, Self::Count(_)) { "atLeast" } else { "atLeastShare" }
    }
}

/// What a rule does.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Puts an item at a place, 0 first.
    Pin {
        /// The item's identifier.
        item: String,
        /// The place.
        position: usize,
    },
    /// Adds log-odds (negative to bury).
    Boost {
        /// Which items.
        filter: Where,
        /// How much, −10..=10.
        by: f64,
    },
    /// Never shows.
    Exclude {
        /// Which items.
        filter: Where,
    },
    /// Shows only while the rule's own window is open.
    Schedule {
        /// Which items.
        filter: Where,
    },
    /// At most `max` of a kind in a slate.
    Cap {
        /// Counted by what.
        per: Per,
        /// How many.
        max: usize,
    },
    /// At least and at most so many of some items in a slate.
    Quota {
        /// Which items.
        filter: Where,
        /// At least; a share is rounded up.
        least: Option<Amount>,
        /// At most; a share is rounded down.
        most: Option<Amount>,
        /// Places that have to be kept free go to a choice of these items that changes every day.
        spread: bool,
    },
}

impl Deed {
    /// Which items it means, unless it names one or counts all.
    #[must_use]
    pub fn filter(&self) -> Option<&Where> {
        match self {
            Self::Boost { filter, .. }
            | Self::Exclude { filter }
            | Self::Schedule { filter }
            | Self::Quota { filter, .. } => Some(filter),
            Self::Pin { .. } | Self::Cap { .. } => None,
        }
    }

    /// The public name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Pin { .. } => "pin",
            Self::Boost { by, .. } if *by < 0.0 => "bury",
            Self::Boost { .. } => "boost",
            Self::Exclude { .. } => "exclude",
            Self::Schedule { .. } => "schedule",
            Self::Cap { .. } => "cap",
            Self::Quota { spread: true, .. } => "floor",
            Self::Quota { .. } => "quota",
        }
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The shop's name for it.
    pub id: Option<String>,
    /// The slots it holds for; empty for all.
    pub slots: Vec<String>,
    /// −1,000..=1,000; the higher wins.
    pub priority: i32,
    /// Rules it wins against whatever their priority, by their names.
    pub over: Vec<String>,
    /// When it holds.
    pub when: When,
    /// What it does.
    pub deed: Deed,
}

impl Rule {
    /// A rule for every slot and moment, of priority 0.
    #[must_use]
    pub fn new(deed: Deed) -> Self {
        Self { id: None, slots: Vec::new(), priority: 0, over: Vec::new(), when: When::default(), deed }
    }
}
