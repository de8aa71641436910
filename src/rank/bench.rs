//! The bench: what one request says of the shopper, and who may compete for its places.
//!
//! Cost: see [`super::retrieve`] and [`super::score`].

use super::active::Active;
use super::eligible::Eligible;
use super::explore::Model;
use super::score::{Scored, Scorer};
use super::scratch::Lent;
use super::strength::Strength;
use super::{Desk, Request, retrieve};
use crate::profile::Appetite;

/// All that is known before the first place is filled.
pub(super) struct Bench<'a> {
    pub(super) desk: &'a Desk<'a>,
    pub(super) request: &'a Request,
    pub(super) rules: Active<'a>,
    pub(super) eligible: Eligible<'a>,
    pub(super) scorer: Scorer<'a>,
    pub(super) model: Option<Model<'a>>,
    pub(super) appetite: Appetite,
    /// Who competes, ascending.
    pub(super) candidates: Lent<'a, Vec<u32>>,
}

impl<'a> Bench<'a> {
    pub(super) fn new(desk: &'a Desk<'a>, request: &'a Request) -> Self {
        let mut rules = Active::new(desk, request);
        let eligible = Eligible::new(desk, request, &rules);
        rules.take_turns(desk.catalog, request, |item| eligible.has(item));
        let scorer = Scorer::new(desk, request);
        let model = Model::new(desk, request);
        let candidates = retrieve::candidates(desk, request, &scorer, &eligible, &rules, model.as_ref());
        let appetite = desk.profile.learned(desk.catalog, request.now).appetite;
        Self { desk, request, rules, eligible, scorer, model, appetite, candidates }
    }

    /// An item's signals; the score has what was learned on top of their sum.
    pub(super) fn scored(&self, item: u32) -> Scored {
        let scored = self.scorer.score(item, &self.rules);
        let learned = self.model.as_ref().map_or(0.0, |model| model.value(self.desk.catalog, item));
        Scored { score: scored.score + learned, ..scored }
    }

    pub(super) fn strength(&self) -> &'static Strength {
        Strength::of(self.model.is_some())
    }
}
