//! The intent as it leaves.

use serde::Serialize;

use crate::catalog::Catalog;
use crate::profile::Intent;

/// What the session is about.
#[derive(Clone, Debug, Serialize)]
pub struct IntentView<'a> {
    evidence: &'static str,
    events: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purchase: Option<f64>,
    calibrated: bool,
    about: Vec<AboutView<'a>>,
}

#[derive(Clone, Debug, Serialize)]
struct AboutView<'a> {
    attribute: &'a str,
    share: f64,
}

impl<'a> IntentView<'a> {
    /// The public form.
    #[must_use]
    pub fn of(catalog: &'a Catalog, intent: &Intent) -> Self {
        let about = |&(token, share): &(u32, f64)| AboutView { attribute: catalog.token(token), share };
        Self {
            evidence: if intent.stage.is_some() { "enough" } else { "not_enough" },
            events: intent.events,
            stage: intent.stage.map(crate::profile::Stage::name),
            purchase: intent.purchase,
            calibrated: intent.is_calibrated,
            about: intent.about.iter().map(about).collect(),
        }
    }
}
