//! The fields of every wire twin that arrives from JavaScript.
//!
//! A field that a twin has and this file does not name is an error of the compiler.

use super::decode::{Fill, Read, Shape, Twin, Value, expected, malformed};
use crate::error::Result;
use crate::wire::decide::{CapsWire, DecideWire, OpportunityWire, PressureWire};
use crate::wire::event::{EventWire, LineWire, ShownWire};
use crate::wire::experiment::{ArmWire, ExperimentWire};
use crate::wire::item::ItemWire;
use crate::wire::request::{ForgetWire, RequestWire};
use crate::wire::rule::{RuleWire, WhereWire};
use crate::wire::text::{Attributes, Clock, Moment, Texts, Values};
use crate::wire::when::{ContextWire, WhenWire};

/// `Name: "what it is", strict or open, [required fields], { "key" => field }`.
macro_rules! twin {
    ($name:ident: $expecting:literal, $strict:literal, $required:expr, { $($key:literal => $field:ident),* $(,)? }) => {
        impl Twin for $name {
            fn expecting(&self) -> &'static str {
                $expecting
            }

            fn is_strict(&self) -> bool {
                $strict
            }

            fn required(&self) -> &'static [&'static str] {
                &$required
            }

            fn place(&mut self, key: &str) -> Option<&mut dyn Fill> {
                Some(match key {
                    $($key => &mut self.$field,)*
                    _ => return None,
                })
            }
        }

        impl Read for $name {
            fn read(value: Value) -> Result<Self> {
                let mut twin = Self::default();
                value.into_fields(&mut twin)?;
                Ok(twin)
            }
        }

        const _: fn($name) = |$name { $($field: _),* }| ();
    };
}

twin!(RequestWire: "a request object", false, ["slot", "size"], {
    "slot" => slot, "size" => size, "candidates" => candidates, "exclude" => exclude, "like" => like,
    "context" => context, "surprise" => surprise, "calibration" => calibration, "rules" => rules, "seed" => seed,
    "explain" => explain, "allow" => allow, "experiment" => experiment,
});

twin!(ExperimentWire: "an experiment object", true, ["id", "arms"], {
    "id" => id, "holdout" => holdout, "interleave" => interleave, "arms" => arms,
});

twin!(ArmWire: "an arm object", true, ["name"], {
    "name" => name, "weight" => weight, "surprise" => surprise, "calibration" => calibration, "learned" => learned,
    "rules" => rules,
});

twin!(ForgetWire: "an object that names what to forget", true, [], {
    "event" => event, "item" => item, "interest" => interest, "attribute" => attribute, "since" => since,
    "until" => until, "all" => all,
});

twin!(ContextWire: "a context object", true, [], {
    "hour" => hour, "weekday" => weekday, "utcOffset" => utc_offset, "season" => season, "weather" => weather,
    "device" => device, "locale" => locale, "store" => store,
});

twin!(WhenWire: "an object that says when", true, [], {
    "from" => from, "until" => until, "weekdays" => weekdays, "hours" => hours, "season" => season,
    "weather" => weather, "device" => device, "locale" => locale, "store" => store,
});

twin!(RuleWire: "a rule object", true, ["type"], {
    "type" => kind, "id" => id, "slots" => slots, "priority" => priority, "over" => over, "when" => when,
    "item" => item, "position" => position, "where" => filter, "by" => by, "per" => per, "max" => max,
    "atLeast" => at_least, "atMost" => at_most, "atLeastShare" => at_least_share, "atMostShare" => at_most_share,
});

twin!(WhereWire: "an object of conditions", true, [], {
    "ids" => ids, "kind" => kind, "brand" => brand, "category" => category, "tag" => tag, "attribute" => attribute,
    "priceBelow" => price_below, "priceAbove" => price_above, "marginBelow" => margin_below,
    "marginAbove" => margin_above, "newerThanDays" => newer_than_days, "olderThanDays" => older_than_days,
    "makerItemsBelow" => maker_items_below, "all" => all, "any" => any, "not" => not,
});

twin!(DecideWire: "a decide request", true, ["slot"], {
    "slot" => slot, "candidates" => candidates, "ids" => ids, "abouts" => abouts, "numbers" => numbers,
    "channel" => channel, "context" => context, "pressure" => pressure, "explore" => explore, "seed" => seed,
});

twin!(PressureWire: "an object about pressure", true, [], { "budget" => budget, "price" => price, "quiet" => quiet });

twin!(OpportunityWire: "an opportunity", true, [], {
    "id" => id, "kind" => kind, "about" => about, "value" => value, "cost" => cost, "when" => when,
    "channels" => channels, "caps" => caps, "cooldownDays" => cooldown_days, "pressure" => pressure,
});

twin!(CapsWire: "an object of caps", true, [], { "hour" => hour, "day" => day, "week" => week });

twin!(EventWire: "an event object", false, ["id", "type", "at"], {
    "id" => id, "type" => kind, "at" => at, "hour" => hour, "weekday" => weekday, "lines" => lines,
    "query" => query, "words" => words, "attribute" => attribute, "value" => value, "surprise" => surprise,
    "slot" => slot, "slate" => slate, "channel" => channel, "shown" => shown,
    "facets" => facets, "experiment" => experiment, "arms" => arms,
});

twin!(LineWire: "an object with an item", false, ["item"], {
    "item" => item, "quantity" => quantity, "price" => price, "brand" => brand, "category" => category,
    "digest" => digest,
});

twin!(ShownWire: "an object with an item and its place", false,
    ["item", "position", "propensity", "score", "discovery"], {
    "item" => item, "position" => position, "propensity" => propensity, "score" => score, "discovery" => discovery,
    "base" => base, "tier" => tier, "plain" => plain, "team" => team,
});

twin!(ItemWire: "an item object", false, ["id"], {
    "id" => id, "kind" => kind, "title" => title, "brand" => brand, "category" => category, "tags" => tags,
    "price" => price, "margin" => margin, "currency" => currency, "available" => available, "added" => added,
    "group" => group, "attributes" => attributes, "embedding" => embedding,
});

impl Read for Texts {
    fn read(value: Value) -> Result<Self> {
        match value.shape()? {
            Shape::Nothing => Ok(Self::default()),
            Shape::Text(text) => Ok(Self(vec![text])),
            Shape::List(_) => Read::read(value).map(Self),
            _ => expected("a text or a list of texts"),
        }
    }
}

impl Read for Values {
    fn read(value: Value) -> Result<Self> {
        match value.shape()? {
            Shape::Nothing => Ok(Self::default()),
            Shape::Text(text) => Ok(Self(vec![text])),
            Shape::Flag(flag) => Ok(Self(vec![if flag { "true" } else { "false" }.into()])),
            Shape::Number(number) => Self::of_number(number).map_or_else(|| malformed("expected a finite number"), Ok),
            Shape::List(_) => Read::read(value).map(Self),
            _ => expected("a text, a number, true or false, or a list of texts"),
        }
    }
}

/// The attributes of an item as they arrive.
#[derive(Default)]
struct Named(Vec<(String, Values)>);

impl Twin for Named {
    fn expecting(&self) -> &'static str {
        "an object of attributes"
    }

    fn is_strict(&self) -> bool {
        false
    }

    fn required(&self) -> &'static [&'static str] {
        &[]
    }

    fn place(&mut self, key: &str) -> Option<&mut dyn Fill> {
        self.0.push((key.to_owned(), Values::default()));
        self.0.last_mut().map(|(_, values)| values as &mut dyn Fill)
    }
}

impl Read for Attributes {
    fn read(value: Value) -> Result<Self> {
        let mut named = Named::default();
        if !value.is_nothing() {
            value.into_fields(&mut named)?;
        }
        let each = |(key, Values(values)): (String, Values)| values.into_iter().map(move |value| (key.clone(), value));
        Ok(Self(named.0.into_iter().flat_map(each).collect()))
    }
}

impl Read for Moment {
    fn read(value: Value) -> Result<Self> {
        match value.shape()? {
            Shape::Number(number) => Ok(Self(number)),
            Shape::Text(text) => Self::of_text(&text).map_or_else(|| malformed("expected a date like 2026-11-22"), Ok),
            _ => expected("epoch milliseconds or a date like 2026-11-22"),
        }
    }
}

impl Read for Clock {
    fn read(value: Value) -> Result<Self> {
        match value.shape()? {
            Shape::Number(number) => Ok(Self::Instant(number)),
            Shape::Text(text) => Self::of_text(&text)
                .map_or_else(|| malformed("expected a local time like 2026-11-22 or 2026-11-22T18:00"), Ok),
            _ => expected("epoch milliseconds, or a local time like 2026-11-22 or 2026-11-22T18:00"),
        }
    }
}
