//! The merchant's rules as JSON.

use serde::Deserialize;

use super::finite;
use super::text::Texts;
use super::when::WhenWire;
use crate::catalog::Kind;
use crate::catalog::item::MAX_TEXT;
use crate::error::{Error, ErrorKind, Result};
use crate::rank::{Amount, Deed, MAX_PRIORITY, MAX_RULES, Per, Rule, Span, Where};

/// Deepest nesting of conditions.
const MAX_DEPTH: usize = 8;

/// One rule, every kind's fields side by side.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[serde(expecting = "a rule object")]
pub struct RuleWire {
    /// `pin`, `boost`, `bury`, `exclude`, `schedule`, `cap`, `quota` or `floor`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The shop's name for it.
    #[serde(default)]
    pub id: Option<String>,
    /// Slots it holds for.
    #[serde(default)]
    pub slots: Texts,
    /// The higher wins.
    #[serde(default)]
    pub priority: Option<f64>,
    /// Names of rules it wins against.
    #[serde(default)]
    pub over: Texts,
    /// When it holds.
    #[serde(default)]
    pub when: Option<WhenWire>,
    /// Item of a pin.
    #[serde(default)]
    pub item: Option<String>,
    /// Place of a pin.
    #[serde(default)]
    pub position: Option<f64>,
    /// Items of every rule but pin and cap.
    #[serde(default, rename = "where")]
    pub filter: Option<WhereWire>,
    /// Log-odds of a boost or bury.
    #[serde(default)]
    pub by: Option<f64>,
    /// What a cap counts by.
    #[serde(default)]
    pub per: Option<String>,
    /// How many a cap allows.
    #[serde(default)]
    pub max: Option<f64>,
    /// Fewest of a quota.
    #[serde(default)]
    pub at_least: Option<f64>,
    /// Most of a quota.
    #[serde(default)]
    pub at_most: Option<f64>,
    /// Smallest share of a quota.
    #[serde(default)]
    pub at_least_share: Option<f64>,
    /// Largest share of a quota.
    #[serde(default)]
    pub at_most_share: Option<f64>,
}

/// Which items.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[serde(expecting = "an object of conditions")]
pub struct WhereWire {
    /// One of these.
    #[serde(default)]
    pub ids: Option<Texts>,
    /// One of these kinds.
    #[serde(default)]
    pub kind: Texts,
    /// One of these brands.
    #[serde(default)]
    pub brand: Texts,
    /// One of these category levels.
    #[serde(default)]
    pub category: Texts,
    /// One of these tags.
    #[serde(default)]
    pub tag: Texts,
    /// One of these, each `key:value`.
    #[serde(default)]
    pub attribute: Texts,
    /// Price strictly below.
    #[serde(default)]
    pub price_below: Option<f64>,
    /// Price strictly above.
    #[serde(default)]
    pub price_above: Option<f64>,
    /// Margin strictly below.
    #[serde(default)]
    pub margin_below: Option<f64>,
    /// Margin strictly above.
    #[serde(default)]
    pub margin_above: Option<f64>,
    /// Added fewer days ago than this.
    #[serde(default)]
    pub newer_than_days: Option<f64>,
    /// Added more days ago than this.
    #[serde(default)]
    pub older_than_days: Option<f64>,
    /// Its brand has fewer items than this.
    #[serde(default)]
    pub maker_items_below: Option<f64>,
    /// Each of these.
    #[serde(default)]
    pub all: Vec<WhereWire>,
    /// One of these.
    #[serde(default)]
    pub any: Vec<WhereWire>,
    /// Not this.
    #[serde(default)]
    pub not: Option<Box<WhereWire>>,
}

/// Converts a decoded set, each error under `[index]`.
///
/// # Errors
/// The first illegal rule, with its path.
pub fn rules(wires: Vec<RuleWire>) -> Result<Vec<Rule>> {
    if wires.len() > MAX_RULES {
        return Err(Error::new(ErrorKind::TooMany, "", "more than 10,000 rules; merge some"));
    }
    let convert = |(index, wire)| Rule::try_from(wire).map_err(|error: Error| error.under(&format!("[{index}]")));
    wires.into_iter().enumerate().map(convert).collect()
}

impl TryFrom<RuleWire> for Rule {
    type Error = Error;

    fn try_from(wire: RuleWire) -> Result<Self> {
        let deed = wire.deed()?;
        let priority = finite(wire.priority, "priority")?.unwrap_or(0.0);
        if priority.fract() != 0.0 || priority.abs() > f64::from(MAX_PRIORITY) {
            let message = "expected a whole number from -1000 to 1000";
            return Err(Error::new(ErrorKind::OutOfRange, "priority", message));
        }
        let when = wire.when.map(WhenWire::into_when).transpose().map_err(|error| error.under("when"))?;
        if when.is_none() && matches!(deed, Deed::Schedule { .. }) {
            return Err(missing("when", "the window in which the items may be shown"));
        }
        let when = when.unwrap_or_default();
        Ok(Self { id: wire.id, slots: wire.slots.0, priority: priority as i32, over: wire.over.0, when, deed })
    }
}

impl RuleWire {
    fn deed(&self) -> Result<Deed> {
        let filter = || {
            let filter = self.filter.clone().ok_or_else(|| missing("where", "which items the rule means"))?;
            filter.into_where(0).map_err(|error| error.under("where"))
        };
        if self.filter.is_some() && matches!(self.kind.as_str(), "pin" | "cap") {
            let message = "pins and caps take no condition; a quota limits what matches one";
            return Err(Error::new(ErrorKind::Unknown, "where", message));
        }
        Ok(match self.kind.as_str() {
            "pin" => Deed::Pin {
                item: self.item.clone().ok_or_else(|| missing("item", "the id of the item to pin"))?,
                position: count(self.position, "position", 0.0)?,
            },
            "boost" => Deed::Boost { filter: filter()?, by: strength(self.by)? },
            "bury" => Deed::Boost { filter: filter()?, by: -strength(self.by)? },
            "exclude" => Deed::Exclude { filter: filter()? },
            "schedule" => Deed::Schedule { filter: filter()? },
            "cap" => Deed::Cap { per: per(self.per.as_deref())?, max: count(self.max, "max", 1.0)? },
            "quota" => self.quota(filter()?, false)?,
            "floor" => self.quota(filter()?, true)?,
            _ => {
                let message = "not a rule; expected pin, boost, bury, exclude, schedule, cap, quota or floor";
                return Err(Error::new(ErrorKind::Unknown, "type", message));
            }
        })
    }

    fn quota(&self, filter: Where, spread: bool) -> Result<Deed> {
        let least = amount(self.at_least, "atLeast", self.at_least_share, "atLeastShare")?;
        let most = amount(self.at_most, "atMost", self.at_most_share, "atMostShare")?;
        let crossed = match (least, most) {
            (Some(Amount::Count(least)), Some(Amount::Count(most))) => least > most,
            (Some(Amount::Share(least)), Some(Amount::Share(most))) => least > most,
            _ => false,
        };
        if crossed {
            let path = least.map_or("atLeast", Amount::least);
            return Err(Error::new(ErrorKind::Conflict, path, "more than the upper end; no slate has both"));
        }
        if spread && (least.is_none() || most.is_some()) {
            return Err(missing("atLeast", "atLeast or atLeastShare, and no upper end: that is a quota"));
        }
        if least.is_none() && most.is_none() {
            return Err(missing("atLeast", "atLeast, atMost, atLeastShare or atMostShare"));
        }
        Ok(Deed::Quota { filter, least, most, spread })
    }
}

impl WhereWire {
    fn into_where(self, depth: usize) -> Result<Where> {
        if depth >= MAX_DEPTH {
            return Err(Error::new(ErrorKind::TooMany, "", "conditions are nested more than 8 deep; flatten them"));
        }
        let kind = |name: &String| {
            let message = "not a kind; expected product, offer, content, service or message";
            Kind::from_name(name).ok_or_else(|| Error::new(ErrorKind::Unknown, "kind", message))
        };
        let kinds = self.kind.0.iter().map(kind).collect::<Result<_>>()?;
        if self.attribute.0.iter().any(|text| !text.contains(':')) {
            return Err(Error::new(ErrorKind::Malformed, "attribute", "expected key:value, like colour:red"));
        }
        let mut tokens: Vec<Vec<String>> = Vec::new();
        for (key, Texts(list)) in [("brand", self.brand), ("category", self.category), ("tag", self.tag)] {
            short_enough(&list, key)?;
            tokens.push(list.iter().map(|value| crate::catalog::token::token(key, value)).collect());
        }
        short_enough(&self.attribute.0, "attribute")?;
        tokens.push(self.attribute.0);
        tokens.retain(|group| !group.is_empty());
        let each = |list: Vec<WhereWire>, name: &str| -> Result<Vec<Where>> {
            let part = |(at, part): (usize, WhereWire)| {
                part.into_where(depth + 1).map_err(|error| error.under(&format!("{name}[{at}]")))
            };
            list.into_iter().enumerate().map(part).collect()
        };
        let not = self.not.map(|part| part.into_where(depth + 1).map_err(|error| error.under("not"))).transpose()?;
        let filter = Where {
            ids: self.ids.map(|ids| ids.0),
            kinds,
            tokens,
            price: span(self.price_above, "priceAbove", self.price_below, "priceBelow")?,
            margin: span(self.margin_above, "marginAbove", self.margin_below, "marginBelow")?,
            age_days: span(self.older_than_days, "olderThanDays", self.newer_than_days, "newerThanDays")?,
            maker_items: span(None, "", self.maker_items_below, "makerItemsBelow")?,
            all: each(self.all, "all")?,
            any: each(self.any, "any")?,
            not: not.map(Box::new),
        };
        if filter == Where::default() {
            let message = "an empty filter would mean every item; name at least one part";
            return Err(Error::new(ErrorKind::Empty, "", message));
        }
        Ok(filter)
    }
}

fn short_enough(texts: &[String], path: &str) -> Result<()> {
    if texts.iter().any(|text| text.len() > MAX_TEXT) {
        return Err(Error::new(ErrorKind::TooLong, path, "longer than any item's text; at most 2,000 bytes"));
    }
    Ok(())
}

fn span(above: Option<f64>, above_path: &str, below: Option<f64>, below_path: &str) -> Result<Span> {
    let span = Span { above: finite(above, above_path)?, below: finite(below, below_path)? };
    if span.above.zip(span.below).is_some_and(|(above, below)| above >= below) {
        return Err(Error::new(ErrorKind::Conflict, above_path, "leaves nothing below the other bound"));
    }
    Ok(span)
}

fn missing(path: &str, what: &str) -> Error {
    Error::new(ErrorKind::Missing, path, format!("this rule needs {what}"))
}

fn strength(by: Option<f64>) -> Result<f64> {
    let by = finite(by, "by")?.ok_or_else(|| missing("by", "how strongly, in log-odds"))?;
    if by <= 0.0 || by > 10.0 {
        return Err(Error::new(ErrorKind::OutOfRange, "by", "expected more than 0 and at most 10 log-odds"));
    }
    Ok(by)
}

fn count(value: Option<f64>, path: &str, low: f64) -> Result<usize> {
    let value = finite(value, path)?.ok_or_else(|| missing(path, "a whole number"))?;
    if value < low || value > 1_000.0 || value.fract() != 0.0 {
        let message = "expected a whole number up to 1000; a position and a quota start at 0, a cap at 1";
        return Err(Error::new(ErrorKind::OutOfRange, path, message));
    }
    Ok(value as usize)
}

fn amount(number: Option<f64>, path: &str, share: Option<f64>, share_path: &str) -> Result<Option<Amount>> {
    let Some(share) = finite(share, share_path)? else {
        return number.map(|number| count(Some(number), path, 0.0).map(Amount::Count)).transpose();
    };
    if number.is_some() {
        return Err(Error::new(ErrorKind::Conflict, share_path, "give a number or a share, not both"));
    }
    if !(0.0..=1.0).contains(&share) {
        return Err(Error::new(ErrorKind::OutOfRange, share_path, "expected a share from 0 to 1"));
    }
    Ok(Some(Amount::Share(share)))
}

fn per(name: Option<&str>) -> Result<Per> {
    match name {
        Some("brand") => Ok(Per::Brand),
        Some("category") => Ok(Per::Category),
        Some("group") => Ok(Per::Group),
        Some("kind") => Ok(Per::Kind),
        Some(_) => Err(Error::new(ErrorKind::Unknown, "per", "expected brand, category, group or kind")),
        None => Err(missing("per", "what it counts by")),
    }
}
