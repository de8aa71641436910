//! The merchant's rules: pin, boost, bury, exclude, cap.
//!
//! Conflict order, strongest first: the shopper's refusals, the merchant's
//! exclusions and stock, pins, caps, boosts. A rule may name the slots it holds
//! for; without, it holds for all.

use crate::catalog::token::token;
use crate::catalog::{Catalog, Kind};
use crate::math::order::distinct;

/// Which items a rule means; every given part must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Where {
    /// One of these identifiers.
    pub ids: Option<Vec<String>>,
    /// That kind.
    pub kind: Option<Kind>,
    /// Tokens the item must carry: `brand:…`, `category:…`, `tag:…`, `colour:…`.
    pub tokens: Vec<String>,
    /// Price strictly below.
    pub price_below: Option<f64>,
    /// Price strictly above.
    pub price_above: Option<f64>,
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
    /// At most `max` of a kind in a slate.
    Cap {
        /// Counted by what.
        per: Per,
        /// How many.
        max: usize,
    },
}

/// One rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The slots it holds for; empty for all.
    pub slots: Vec<String>,
    /// What it does.
    pub deed: Deed,
}

/// A filter whose words are resolved against a catalog.
#[derive(Clone, Debug)]
struct Filter {
    ids: Option<Vec<u32>>,
    kind: Option<Kind>,
    /// `None` stands for a token the catalog does not have: nothing matches.
    tokens: Option<Vec<u32>>,
    price_below: Option<f64>,
    price_above: Option<f64>,
}

impl Filter {
    fn new(catalog: &Catalog, filter: &Where) -> Self {
        let ids = filter.ids.as_ref().map(|ids| distinct(ids.iter().filter_map(|id| catalog.find(id))));
        Self {
            ids,
            kind: filter.kind,
            tokens: filter.tokens.iter().map(|text| catalog.find_token(text)).collect(),
            price_below: filter.price_below,
            price_above: filter.price_above,
        }
    }

    fn matches(&self, catalog: &Catalog, item: u32) -> bool {
        let priced = |test: &dyn Fn(f64) -> bool| catalog.price(item).is_some_and(test);
        self.ids.as_ref().is_none_or(|ids| ids.binary_search(&item).is_ok())
            && self.kind.is_none_or(|kind| catalog.kind(item) == kind)
            && self.tokens.as_ref().is_some_and(|all| all.iter().all(|&t| catalog.tokens(item).any(|own| own == t)))
            && self.price_below.is_none_or(|limit| priced(&|price| price < limit))
            && self.price_above.is_none_or(|limit| priced(&|price| price > limit))
    }
}

/// Rules resolved against a catalog, for one slot.
#[derive(Clone, Debug, Default)]
pub(super) struct Resolved {
    pub(super) pins: Vec<(usize, u32)>,
    pub(super) caps: Vec<(Per, usize)>,
    boosts: Vec<(Filter, f64)>,
    exclusions: Vec<Filter>,
}

impl Resolved {
    pub(super) fn new<'a>(catalog: &Catalog, slot: &str, rules: impl Iterator<Item = &'a Rule>) -> Self {
        let mut resolved = Self::default();
        for rule in rules.filter(|rule| rule.slots.is_empty() || rule.slots.iter().any(|name| name == slot)) {
            match &rule.deed {
                Deed::Pin { item, position } => resolved.pins.extend(catalog.find(item).map(|item| (*position, item))),
                Deed::Boost { filter, by } => resolved.boosts.push((Filter::new(catalog, filter), *by)),
                Deed::Exclude { filter } => resolved.exclusions.push(Filter::new(catalog, filter)),
                Deed::Cap { per, max } => resolved.caps.push((*per, *max)),
            }
        }
        resolved
    }

    /// What the boosts add for an item.
    pub(super) fn boost(&self, catalog: &Catalog, item: u32) -> f64 {
        self.boosts.iter().filter(|(filter, _)| filter.matches(catalog, item)).map(|&(_, by)| by).sum()
    }

    /// The items the exclusions take out.
    pub(super) fn excluded(&self, catalog: &Catalog) -> Vec<u32> {
        let out = |&item: &u32| self.exclusions.iter().any(|filter| filter.matches(catalog, item));
        if self.exclusions.is_empty() { Vec::new() } else { (0..catalog.len() as u32).filter(out).collect() }
    }
}

/// The value by which a cap counts an item; `None` when it has none and is not counted.
pub(super) fn cap_key(catalog: &Catalog, per: Per, item: u32) -> Option<u32> {
    let tokens = |key: &'static str| {
        catalog
            .tokens(item)
            .filter(move |&own| catalog.token(own).strip_prefix(key).is_some_and(|r| r.starts_with(':')))
    };
    match per {
        Per::Brand => tokens("brand").next(),
        Per::Category => tokens("category").last(),
        Per::Group => Some(catalog.group(item)).filter(|&group| group > 0),
        Per::Kind => Some(catalog.kind(item) as u32),
    }
}

impl Where {
    /// The token of a named part.
    #[must_use]
    pub fn part(key: &str, value: &str) -> String {
        token(key, value)
    }
}
