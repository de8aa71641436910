//! A decide request as it arrives, and a decision as it leaves.

use serde::{Deserialize, Serialize};

use super::between;
use super::request::{RequestWire, resolve};
use super::text::Texts;
use super::view::ReasonView;
use super::when::{ContextWire, WhenWire, check_facet, span_of_hours};
use crate::catalog::item::{MAX_MARGIN, check_id};
use crate::catalog::{Catalog, Kind};
use crate::decide::{
    Caps, DEFAULT_BUDGET, DEFAULT_COOLDOWN_DAYS, DEFAULT_EXPLORE, Decision, MAX_OPPORTUNITIES, Occasion, Opportunity,
    usual_pressure,
};
use crate::error::{Error, ErrorKind, Result};
use crate::rank::Reason;
use crate::time::Millis;

/// Numbers of one candidate in [`DecideWire::numbers`].
const NUMBERS: usize = 9;
/// Where a kind lies among them.
const KIND: usize = 7;

/// Numbers that arrive in one piece.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Numbers(pub Vec<f64>);

/// What to decide.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[serde(expecting = "a decide request")]
pub struct DecideWire {
    /// The place.
    pub slot: String,
    /// Out of these; absent, out of every item of the catalog that is no product.
    #[serde(default)]
    pub candidates: Option<Vec<Option<OpportunityWire>>>,
    /// Ids of the candidates, a line each, where they do not carry them.
    #[serde(default)]
    pub ids: String,
    /// What each is about, a line each, empty where they carry it or are about nothing.
    #[serde(default)]
    pub abouts: String,
    /// Numbers of the candidates, nine each, where they do not carry them: see `OpportunityWire::take`. The last is
    /// the place of an earlier candidate with the same fields, which then stand there alone. There may be more of them
    /// than of `candidates`, whose end is left out where nothing stands in it.
    #[serde(default)]
    pub numbers: Numbers,
    /// Through this channel.
    #[serde(default)]
    pub channel: Option<String>,
    /// The moment.
    #[serde(default)]
    pub context: Option<ContextWire>,
    /// What the shopper bears.
    #[serde(default)]
    pub pressure: PressureWire,
    /// Share of decisions that are drawn.
    #[serde(default)]
    pub explore: Option<f64>,
    /// Seed of the draw.
    #[serde(default)]
    pub seed: Option<f64>,
}

/// What the shopper bears.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[serde(expecting = "an object about pressure")]
pub struct PressureWire {
    /// Units in any 24 hours.
    #[serde(default)]
    pub budget: Option<f64>,
    /// Price of one unit.
    #[serde(default)]
    pub price: Option<f64>,
    /// Quiet local hours.
    #[serde(default)]
    pub quiet: Option<Vec<f64>>,
}

/// One opportunity.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[serde(expecting = "an opportunity")]
pub struct OpportunityWire {
    /// Of an item, or the shop's own.
    #[serde(default)]
    pub id: String,
    /// Default: the item's.
    #[serde(default)]
    pub kind: Option<String>,
    /// Items it is about.
    #[serde(default)]
    pub about: Texts,
    /// Default: the item's margin, else 1.
    #[serde(default)]
    pub value: Option<f64>,
    /// Default 0.
    #[serde(default)]
    pub cost: Option<f64>,
    /// When.
    #[serde(default)]
    pub when: Option<WhenWire>,
    /// Where it may go.
    #[serde(default)]
    pub channels: Texts,
    /// How often.
    #[serde(default)]
    pub caps: CapsWire,
    /// Days after a dismissal.
    #[serde(default)]
    pub cooldown_days: Option<f64>,
    /// Units of one view.
    #[serde(default)]
    pub pressure: Option<f64>,
}

/// How often.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(expecting = "an object of caps")]
pub struct CapsWire {
    /// Within an hour.
    #[serde(default)]
    pub hour: Option<f64>,
    /// Within 24 hours.
    #[serde(default)]
    pub day: Option<f64>,
    /// Within seven days.
    #[serde(default)]
    pub week: Option<f64>,
}

impl DecideWire {
    /// Checks the request and resolves its ids.
    ///
    /// # Errors
    /// The first illegal field, with its path.
    pub fn into_occasion(self, catalog: &Catalog, default_seed: u64, now: Millis) -> Result<Occasion> {
        let request = RequestWire {
            slot: self.slot,
            size: 1.0,
            context: self.context,
            seed: self.seed,
            ..RequestWire::default()
        };
        let request = request.into_request(catalog, default_seed, now)?;
        let given = |list: Vec<Option<_>>| list.into_iter().map(Option::unwrap_or_default).collect();
        let mut candidates: Vec<OpportunityWire> = self.candidates.map_or_else(|| every_other(catalog), given);
        let rows = || self.numbers.0.chunks_exact(NUMBERS);
        candidates.resize_with(candidates.len().max(rows().len()), OpportunityWire::default);
        for (at, row) in rows().enumerate() {
            let twin = row.last().filter(|&&twin| twin >= 0.0 && twin < at as f64);
            let fields = twin.and_then(|&twin| candidates.get(twin as usize)).cloned();
            if let (Some(one), Some(fields)) = (candidates.get_mut(at), fields) {
                *one = fields;
            }
        }
        let (mut ids, mut abouts) = (self.ids.split('\n'), self.abouts.split('\n'));
        for (one, numbers) in candidates.iter_mut().zip(rows()) {
            one.id = ids.next().unwrap_or_default().into();
            one.about.0.extend(abouts.next().filter(|about| !about.is_empty()).map(str::to_owned));
            one.take(numbers);
        }
        if candidates.len() > MAX_OPPORTUNITIES {
            return Err(Error::new(ErrorKind::TooMany, "candidates", "more than 1,000 opportunities"));
        }
        // The place behind the last kind stands for an id alone, which is an item's.
        let is_item = |at| rows().nth(at).is_some_and(|row| row[KIND] >= Kind::NAMES.len() as f64);
        let mut opportunities: Vec<Opportunity> = Vec::with_capacity(candidates.len());
        for (at, wire) in candidates.into_iter().enumerate() {
            let one = wire.into_opportunity(catalog).map_err(|error| error.under(&format!("candidates[{at}]")))?;
            let is_missing = one.item.is_none() && is_item(at);
            opportunities.push(Opportunity { is_missing, ..one });
        }
        let quiet = self.pressure.quiet.as_ref().map(|hours| span_of_hours(hours, "pressure.quiet")).transpose()?;
        Ok(Occasion {
            opportunities,
            channel: self.channel.map(|name| check_facet(&name, "channel").map(|()| name)).transpose()?,
            budget: between(self.pressure.budget, 0.0, 1e6, "pressure.budget")?.unwrap_or(DEFAULT_BUDGET),
            price: between(self.pressure.price, 0.0, 1e9, "pressure.price")?,
            quiet,
            explore: between(self.explore, 0.0, 0.5, "explore")?.unwrap_or(DEFAULT_EXPLORE),
            request,
        })
    }
}

/// Every item that is no product, as the catalog has it.
fn every_other(catalog: &Catalog) -> Vec<OpportunityWire> {
    let others = (0..catalog.len() as u32).filter(|&item| catalog.kind(item) != Kind::Product);
    let plain = |item| OpportunityWire { id: catalog.id(item).into(), ..OpportunityWire::default() };
    others.take(MAX_OPPORTUNITIES).map(plain).collect()
}

impl OpportunityWire {
    /// Takes [`NUMBERS`] numbers in place of its own: value, cost, days after a dismissal, pressure, and the caps of an
    /// hour, a day and a week; not a number for those that it does not have. Then its kind, by its place.
    fn take(&mut self, numbers: &[f64]) {
        let kind =
            numbers.get(KIND).and_then(|&kind| Kind::NAMES.get(if kind >= 0.0 { kind as usize } else { usize::MAX }));
        if let Some((name, _)) = kind {
            self.kind = Some((*name).into());
        }
        let places = [
            &mut self.value,
            &mut self.cost,
            &mut self.cooldown_days,
            &mut self.pressure,
            &mut self.caps.hour,
            &mut self.caps.day,
            &mut self.caps.week,
        ];
        for (place, &number) in places.into_iter().zip(numbers) {
            if !number.is_nan() {
                *place = Some(number);
            }
        }
    }

    fn into_opportunity(self, catalog: &Catalog) -> Result<Opportunity> {
        check_id(&self.id, "id")?;
        let item = catalog.find(&self.id);
        let named = self.kind.as_deref().map(|name| {
            let message = "not a kind; expected product, offer, content, service or message";
            Kind::from_name(name).ok_or_else(|| Error::new(ErrorKind::Unknown, "kind", message))
        });
        // What is not in the catalog and does not say what it is, is a message: that presses most.
        let kind = named.transpose()?.unwrap_or_else(|| item.map_or(Kind::Message, |item| catalog.kind(item)));
        let margin = item.and_then(|item| catalog.margin(item));
        Ok(Opportunity {
            kind,
            item,
            is_missing: false,
            about: resolve(catalog, &self.about.0, "about")?,
            value: between(self.value, -MAX_MARGIN, MAX_MARGIN, "value")?.or(margin).unwrap_or(1.0),
            cost: between(self.cost, 0.0, MAX_MARGIN, "cost")?.unwrap_or(0.0),
            when: self
                .when
                .map(WhenWire::into_when)
                .transpose()
                .map_err(|error| error.under("when"))?
                .unwrap_or_default(),
            channels: self.channels.0,
            caps: Caps {
                hour: cap(self.caps.hour, "caps.hour")?,
                day: cap(self.caps.day, "caps.day")?,
                week: cap(self.caps.week, "caps.week")?,
            },
            cooldown_days: between(self.cooldown_days, 0.0, 396.0, "cooldownDays")?.unwrap_or(DEFAULT_COOLDOWN_DAYS),
            pressure: between(self.pressure, 0.0, 1e3, "pressure")?.unwrap_or_else(|| usual_pressure(kind)),
            id: self.id,
        })
    }
}

fn cap(value: Option<f64>, path: &str) -> Result<Option<u32>> {
    let value = between(value, 0.0, 1e6, path)?;
    if value.is_some_and(|value| value.fract() != 0.0) {
        return Err(Error::new(ErrorKind::OutOfRange, path, "expected a whole number of views"));
    }
    Ok(value.map(|value| value as u32))
}

/// A decision; what became of each candidate leaves beside it, as numbers ([`Decision::scales`]).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DecisionView<'a> {
    id: &'a str,
    slot: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    choice: Option<WeighedView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    silence: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    runner_up: Option<WeighedView<'a>>,
    propensity: f64,
}

#[derive(Clone, Debug, Serialize)]
struct WeighedView<'a> {
    id: &'a str,
    kind: &'static str,
    appetite: f64,
    utility: f64,
    reasons: Vec<ReasonView<'a>>,
    because: Vec<ReasonView<'a>>,
}

impl<'a> DecisionView<'a> {
    /// The public form of a decision.
    #[must_use]
    pub fn of(catalog: &'a Catalog, occasion: &'a Occasion, decision: &'a Decision) -> Self {
        let views = |reasons: &'a [Reason]| reasons.iter().map(|reason| ReasonView::of(catalog, reason)).collect();
        let weighed = |at: usize| {
            let (one, scale) = (&occasion.opportunities[at], &decision.weighed[at]);
            WeighedView {
                id: &one.id,
                kind: one.kind.name(),
                appetite: scale.appetite,
                utility: scale.utility,
                reasons: views(&scale.terms),
                because: views(&scale.because),
            }
        };
        Self {
            id: &decision.id,
            slot: &occasion.request.slot,
            choice: decision.choice.map(weighed),
            silence: decision.silence.map(crate::decide::Silence::name),
            runner_up: decision.runner_up.map(weighed),
            propensity: decision.propensity,
        }
    }
}
