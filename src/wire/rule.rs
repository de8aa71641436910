//! The merchant's rules as JSON.

use serde::Deserialize;

use super::text::Texts;
use crate::catalog::Kind;
use crate::catalog::item::MAX_TEXT;
use crate::error::{Error, ErrorKind, Result};
use crate::rank::{Deed, Per, Rule, Where};

/// Most rules of one set.
pub const MAX_RULES: usize = 10_000;

/// One rule, every kind's fields side by side.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(expecting = "a rule object")]
pub struct RuleWire {
    /// `pin`, `boost`, `bury`, `exclude` or `cap`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Slots it holds for.
    #[serde(default)]
    pub slots: Texts,
    /// Item of a pin.
    #[serde(default)]
    pub item: Option<String>,
    /// Place of a pin.
    #[serde(default)]
    pub position: Option<f64>,
    /// Items of a boost, bury or exclude.
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
}

/// Which items.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[serde(expecting = "an object of conditions")]
pub struct WhereWire {
    /// One of these.
    #[serde(default)]
    pub ids: Option<Texts>,
    /// That kind.
    #[serde(default)]
    pub kind: Option<String>,
    /// That brand.
    #[serde(default)]
    pub brand: Option<String>,
    /// That category level.
    #[serde(default)]
    pub category: Option<String>,
    /// That tag.
    #[serde(default)]
    pub tag: Option<String>,
    /// `key:value`.
    #[serde(default)]
    pub attribute: Option<String>,
    /// Price strictly below.
    #[serde(default)]
    pub price_below: Option<f64>,
    /// Price strictly above.
    #[serde(default)]
    pub price_above: Option<f64>,
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
        let filter = |wire: &RuleWire| {
            let filter = wire.filter.clone().ok_or_else(|| missing("where", "which items the rule means"))?;
            filter.into_where().map_err(|error| error.under("where"))
        };
        let deed = match wire.kind.as_str() {
            "pin" => Deed::Pin {
                item: wire.item.clone().ok_or_else(|| missing("item", "the id of the item to pin"))?,
                position: count(wire.position, "position", 0.0)?,
            },
            "boost" => Deed::Boost { filter: filter(&wire)?, by: strength(wire.by)? },
            "bury" => Deed::Boost { filter: filter(&wire)?, by: -strength(wire.by)? },
            "exclude" => Deed::Exclude { filter: filter(&wire)? },
            "cap" => Deed::Cap { per: per(wire.per.as_deref())?, max: count(wire.max, "max", 1.0)? },
            _ => {
                let message = "not a rule; expected pin, boost, bury, exclude or cap";
                return Err(Error::new(ErrorKind::Unknown, "type", message));
            }
        };
        Ok(Self { slots: wire.slots.0, deed })
    }
}

impl WhereWire {
    fn into_where(self) -> Result<Where> {
        let kind = self.kind.as_deref().map(|name| {
            let message = "not a kind; expected product, offer, content, service or message";
            Kind::from_name(name).ok_or_else(|| Error::new(ErrorKind::Unknown, "kind", message))
        });
        let texts =
            [("brand", &self.brand), ("category", &self.category), ("tag", &self.tag), ("attribute", &self.attribute)];
        if let Some((path, _)) = texts.iter().find(|(_, text)| text.as_ref().is_some_and(|text| text.len() > MAX_TEXT))
        {
            return Err(Error::new(ErrorKind::TooLong, *path, "longer than any item's text; at most 2,000 bytes"));
        }
        let named = [("brand", self.brand), ("category", self.category), ("tag", self.tag)];
        let mut tokens: Vec<String> =
            named.into_iter().filter_map(|(key, value)| value.map(|value| Where::part(key, &value))).collect();
        if self.attribute.as_deref().is_some_and(|text| !text.contains(':')) {
            return Err(Error::new(ErrorKind::Malformed, "attribute", "expected key:value, like colour:red"));
        }
        tokens.extend(self.attribute);
        let filter = Where {
            ids: self.ids.map(|ids| ids.0),
            kind: kind.transpose()?,
            tokens,
            price_below: finite(self.price_below, "priceBelow")?,
            price_above: finite(self.price_above, "priceAbove")?,
        };
        if filter == Where::default() {
            return Err(Error::new(
                ErrorKind::Empty,
                "",
                "an empty filter would mean every item; name at least one part",
            ));
        }
        Ok(filter)
    }
}

fn missing(path: &str, what: &str) -> Error {
    Error::new(ErrorKind::Missing, path, format!("this rule needs {what}"))
}

fn finite(value: Option<f64>, path: &str) -> Result<Option<f64>> {
    match value {
        Some(value) if !value.is_finite() => Err(Error::new(ErrorKind::NotFinite, path, "expected a finite number")),
        value => Ok(value),
    }
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
        let message = "expected a whole number up to 1000; a position starts at 0, a cap at 1";
        return Err(Error::new(ErrorKind::OutOfRange, path, message));
    }
    Ok(value as usize)
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
