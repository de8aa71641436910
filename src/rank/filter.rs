//! Which items a condition means, resolved against one catalog.
//!
//! Cost: O(tokens of the condition · log tokens) to resolve, a handful of
//! comparisons per item to ask; [`Filter::reach`] says which items need asking.

use super::postings::Postings;
use super::rule::{Span, Where};
use crate::catalog::token::key_of;
use crate::catalog::{Catalog, Family, Kind};
use crate::math::order::distinct;
use crate::time::Millis;

/// A condition whose words are numbers of the catalog.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    ids: Option<Vec<u32>>,
    kinds: Vec<Kind>,
    /// A group without a token stands for words the catalog does not have: nothing matches.
    tokens: Vec<Vec<u32>>,
    price: Span,
    margin: Span,
    age_days: Span,
    maker_items: Span,
    all: Vec<Filter>,
    any: Vec<Filter>,
    not: Option<Box<Filter>>,
}

impl Filter {
    pub(super) fn new(catalog: &Catalog, filter: &Where) -> Self {
        let each = |list: &[Where]| list.iter().map(|part| Self::new(catalog, part)).collect();
        let known = |group: &Vec<String>| group.iter().filter_map(|text| catalog.find_token(text)).collect();
        Self {
            ids: filter.ids.as_ref().map(|ids| distinct(ids.iter().filter_map(|id| catalog.find(id)))),
            kinds: filter.kinds.clone(),
            tokens: filter.tokens.iter().map(known).collect(),
            price: filter.price,
            margin: filter.margin,
            age_days: filter.age_days,
            maker_items: filter.maker_items,
            all: each(&filter.all),
            any: each(&filter.any),
            not: filter.not.as_ref().map(|part| Box::new(Self::new(catalog, part))),
        }
    }

    pub(super) fn matches(&self, catalog: &Catalog, item: u32, now: Millis) -> bool {
        let carries = |group: &Vec<u32>| catalog.tokens(item).any(|own| group.contains(&own));
        let age = || catalog.added(item).map(|at| at.days_until(now));
        self.ids.as_ref().is_none_or(|ids| ids.binary_search(&item).is_ok())
            && (self.kinds.is_empty() || self.kinds.contains(&catalog.kind(item)))
            && self.tokens.iter().all(carries)
            && (!self.price.is_bounded() || self.price.holds(catalog.price(item)))
            && (!self.margin.is_bounded() || self.margin.holds(catalog.margin(item)))
            && (!self.age_days.is_bounded() || self.age_days.holds(age()))
            && (!self.maker_items.is_bounded() || self.maker_items.holds(maker_items(catalog, item)))
            && self.all.iter().all(|part| part.matches(catalog, item, now))
            && (self.any.is_empty() || self.any.iter().any(|part| part.matches(catalog, item, now)))
            && self.not.as_ref().is_none_or(|part| !part.matches(catalog, item, now))
    }

    /// Lists that hold every matching item between them, of few items as far as one part of the
    /// condition tells; `None` when only asking every item does.
    pub(super) fn reach<'a>(&'a self, postings: &'a Postings) -> Option<Vec<&'a [u32]>> {
        let mut parts: Vec<Vec<&[u32]>> = Vec::new();
        parts.extend(self.ids.as_deref().map(|ids| vec![ids]));
        parts.extend(self.tokens.iter().map(|group| group.iter().map(|&token| postings.of_token(token)).collect()));
        if !self.kinds.is_empty() {
            parts.push(self.kinds.iter().map(|&kind| postings.of_kind(kind)).collect());
        }
        let spans = [
            (self.price, &postings.price),
            (self.margin, &postings.margin),
            (self.age_days, &postings.age),
            (self.maker_items, &postings.maker),
        ];
        parts.extend(spans.iter().filter(|(span, _)| span.is_bounded()).map(|(span, list)| vec![list.within(*span)]));
        parts.extend(self.all.iter().filter_map(|part| part.reach(postings)));
        if !self.any.is_empty() {
            let each: Option<Vec<_>> = self.any.iter().map(|part| part.reach(postings)).collect();
            parts.extend(each.map(|lists| lists.concat()));
        }
        parts.into_iter().min_by_key(|lists| lists.iter().map(|list| list.len()).sum::<usize>())
    }
}

/// How many items of the catalog are of the item's brand; `None` without one.
pub(super) fn maker_items(catalog: &Catalog, item: u32) -> Option<f64> {
    let brand = catalog.tokens(item).find(|&token| catalog.family(token) == Family::Brand);
    brand.map(|brand| f64::from(catalog.token_items(brand)))
}

/// Adds the parts of a day at which items reach the ages that a condition asks for: they are added at midnight.
pub(super) fn ages(filter: &Where, turns: &mut Vec<f64>) {
    for age in [filter.age_days.above, filter.age_days.below].into_iter().flatten() {
        let turn = age - libm::floor(age);
        if !turns.contains(&turn) {
            turns.push(turn);
        }
    }
    filter.all.iter().chain(&filter.any).chain(filter.not.as_deref()).for_each(|part| ages(part, turns));
}

/// The path of the first attribute whose name no item of the catalog has.
pub(super) fn unknown_attribute(keys: &[&str], filter: &Where) -> Option<String> {
    // A catalog may do without brands, categories and tags; any other name is then a slip of the pen.
    let usual = ["brand", "category", "tag"];
    let unknown = |text: &String| !usual.contains(&key_of(text)) && !keys.contains(&key_of(text));
    if filter.tokens.iter().flatten().any(unknown) {
        return Some("attribute".into());
    }
    let inside = |name: &str, list: &[Where]| {
        let faults = list.iter().map(|part| unknown_attribute(keys, part)).zip(0..);
        faults.filter_map(|(fault, at): (_, usize)| Some(format!("{name}[{at}].{}", fault?))).next()
    };
    let negated = || filter.not.as_ref().and_then(|part| Some(format!("not.{}", unknown_attribute(keys, part)?)));
    inside("all", &filter.all).or_else(|| inside("any", &filter.any)).or_else(negated)
}
