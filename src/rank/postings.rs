//! Postings: the items of each token, of each kind, and in the order of each number.
//!
//! What a condition can be answered from without asking every item. Made once
//! for a set of rules. Cost: O(items · tokens + items · log items).

use super::filter::maker_items;
use super::rule::Span;
use crate::catalog::{Catalog, Kind};
use crate::math::order::by_score;
use crate::time::Millis;

/// Items by one of their numbers, the largest first; items without it are left out.
#[derive(Debug, Default)]
pub(super) struct Column {
    numbers: Vec<f64>,
    items: Vec<u32>,
}

impl Column {
    fn of(catalog: &Catalog, number: impl Fn(u32) -> Option<f64>) -> Self {
        let all = (0..catalog.len() as u32).filter_map(|item| Some((number(item)?, item)));
        let mut list: Vec<(f64, u32)> = all.collect();
        by_score(&mut list);
        Self { numbers: list.iter().map(|one| one.0).collect(), items: list.iter().map(|one| one.1).collect() }
    }

    /// The items whose number lies inside.
    pub(super) fn within(&self, span: Span) -> &[u32] {
        let from = span.below.map_or(0, |below| self.numbers.partition_point(|&x| x >= below));
        let until = span.above.map_or(self.items.len(), |above| self.numbers.partition_point(|&x| x > above));
        self.items.get(from..until).unwrap_or(&[])
    }
}

/// The items of one catalog, by what rules may ask of them.
#[derive(Debug, Default)]
pub(super) struct Postings {
    tokens: Vec<Vec<u32>>,
    kinds: Vec<Vec<u32>>,
    pub(super) price: Column,
    pub(super) margin: Column,
    /// In days.
    pub(super) age: Column,
    /// By the number of items of their brand.
    pub(super) maker: Column,
}

impl Postings {
    pub(super) fn new(catalog: &Catalog, now: Millis) -> Self {
        let mut tokens = vec![Vec::new(); catalog.token_count()];
        let mut kinds = vec![Vec::new(); Kind::COUNT];
        for item in 0..catalog.len() as u32 {
            catalog.tokens(item).for_each(|token| tokens[token as usize].push(item));
            kinds[catalog.kind(item) as usize].push(item);
        }
        let age = |item| catalog.added(item).map(|at| at.days_until(now));
        Self {
            tokens,
            kinds,
            price: Column::of(catalog, |item| catalog.price(item)),
            margin: Column::of(catalog, |item| catalog.margin(item)),
            age: Column::of(catalog, age),
            maker: Column::of(catalog, |item| maker_items(catalog, item)),
        }
    }

    pub(super) fn of_token(&self, token: u32) -> &[u32] {
        self.tokens.get(token as usize).map_or(&[], Vec::as_slice)
    }

    pub(super) fn of_kind(&self, kind: Kind) -> &[u32] {
        &self.kinds[kind as usize]
    }
}
