//! What the shopper stated: likes, dismissals, mutes, declared preferences, the dial.
//!
//! A dismissal and a mute are hard gates. The latest statement about a thing
//! wins: liking what was dismissed brings it back.

use litemap::LiteMap;

use crate::catalog::Catalog;
use crate::log::{Event, EventKind};
use crate::time::Millis;

/// One statement and the event that made it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statement {
    /// −1..=1.
    pub liking: f64,
    /// The event, so that it can be forgotten.
    pub event: String,
    /// When.
    pub at: Millis,
}

/// Everything stated. Items and attributes are kept by name, so a statement outlives the catalog it was made on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stated {
    liked: LiteMap<String, Statement>,
    dismissed: LiteMap<String, Statement>,
    muted: LiteMap<String, Statement>,
    declared_items: LiteMap<String, Statement>,
    declared: LiteMap<String, Statement>,
    surprise: Option<f64>,
    muted_tokens: Vec<u32>,
    dismissed_items: Vec<u32>,
}

impl Stated {
    pub(super) fn step(&mut self, catalog: &Catalog, event: &Event) {
        let statement = |liking: f64| Statement { liking, event: event.id.clone(), at: event.at };
        for line in &event.lines {
            match event.kind {
                EventKind::Like => {
                    self.dismissed.remove(&line.item);
                    self.liked.insert(line.item.clone(), statement(1.0));
                }
                EventKind::Dismiss | EventKind::Mute => {
                    self.liked.remove(&line.item);
                    self.dismissed.insert(line.item.clone(), statement(-1.0));
                }
                EventKind::Declare => {
                    let liking = event.value.unwrap_or(0.0);
                    if liking > 0.0 {
                        self.dismissed.remove(&line.item);
                    }
                    self.declared_items.insert(line.item.clone(), statement(liking));
                }
                _ => {}
            }
        }
        match (&event.attribute, event.kind) {
            (Some(attribute), EventKind::Mute) => {
                self.muted.insert(attribute.clone(), statement(-1.0));
            }
            (Some(attribute), EventKind::Declare) => {
                let liking = event.value.unwrap_or(0.0);
                if liking > 0.0 {
                    self.muted.remove(attribute);
                }
                self.declared.insert(attribute.clone(), statement(liking));
            }
            _ => {}
        }
        if event.kind == EventKind::Declare && event.surprise.is_some() {
            self.surprise = event.surprise;
        }
        if matches!(event.kind, EventKind::Like | EventKind::Dismiss | EventKind::Mute | EventKind::Declare) {
            self.muted_tokens = self.muted.keys().filter_map(|text| catalog.find_token(text)).collect();
            self.dismissed_items = self.dismissed.keys().filter_map(|id| catalog.find(id)).collect();
        }
    }

    /// Takes what was refused by a clock that ran ahead: it holds before its date.
    pub(crate) fn heed(&mut self, catalog: &Catalog, waiting: &[Event]) {
        let refuses = |event: &&Event| matches!(event.kind, EventKind::Dismiss | EventKind::Mute);
        waiting.iter().filter(refuses).for_each(|event| self.step(catalog, event));
    }

    /// The same statements without likes, preferences and the dial.
    #[must_use]
    pub fn refusals_only(&self) -> Self {
        Self {
            dismissed: self.dismissed.clone(),
            muted: self.muted.clone(),
            muted_tokens: self.muted_tokens.clone(),
            dismissed_items: self.dismissed_items.clone(),
            ..Self::default()
        }
    }

    /// The dial, when set.
    #[must_use]
    pub fn surprise(&self) -> Option<f64> {
        self.surprise
    }

    /// Whether the shopper liked the item.
    #[must_use]
    pub fn is_liked(&self, id: &str) -> bool {
        self.liked.contains_key(id)
    }

    /// Items that must not be shown.
    #[must_use]
    pub fn dismissed_items(&self) -> &[u32] {
        &self.dismissed_items
    }

    /// Tokens none of whose items may be shown.
    #[must_use]
    pub fn muted_tokens(&self) -> &[u32] {
        &self.muted_tokens
    }

    /// The declared liking of an item itself.
    #[must_use]
    pub fn declared_item(&self, id: &str) -> Option<f64> {
        self.declared_items.get(id).map(|statement| statement.liking)
    }

    /// The declared liking of an attribute.
    #[must_use]
    pub fn declared(&self, attribute: &str) -> Option<f64> {
        self.declared.get(attribute).map(|statement| statement.liking)
    }

    /// Whether any attribute was declared.
    #[must_use]
    pub fn has_declared(&self) -> bool {
        !self.declared.is_empty() || !self.declared_items.is_empty()
    }

    /// Whether anything was liked or declared by item.
    #[must_use]
    pub fn speaks_of_items(&self) -> bool {
        !self.liked.is_empty() || !self.declared_items.is_empty()
    }

    /// Declared attributes, then declared items (`None`, `Some(id)`).
    pub fn declarations(&self) -> impl Iterator<Item = (Option<&str>, Option<&str>, &Statement)> {
        let attributes = self.declared.iter().map(|(text, said)| (Some(text.as_str()), None, said));
        let items = self.declared_items.iter().map(|(id, said)| (None, Some(id.as_str()), said));
        attributes.chain(items)
    }

    /// Muted attributes, then dismissed items.
    pub fn refusals(&self) -> impl Iterator<Item = (Option<&str>, Option<&str>, &Statement)> {
        let attributes = self.muted.iter().map(|(text, said)| (Some(text.as_str()), None, said));
        let items = self.dismissed.iter().map(|(id, said)| (None, Some(id.as_str()), said));
        attributes.chain(items)
    }
}

#[cfg(test)]
mod tests {
    use super::Stated;
    use crate::catalog::{Catalog, Item};
    use crate::log::{Event, EventKind};
    use crate::time::Millis;

    /// What is known after statements, each of a kind and a liking about item a and about its brand.
    fn said(statements: &[(EventKind, f64)]) -> Stated {
        let catalog = Catalog::from_items(&[Item { brand: Some("Acme".into()), ..Item::new("a") }]).unwrap();
        let mut stated = Stated::default();
        for &(kind, liking) in statements {
            let mut event = Event::new("e", kind, Millis(0)).with_item("a");
            (event.attribute, event.value) = (Some("brand:Acme".into()), Some(liking));
            stated.step(&catalog, &event);
        }
        stated
    }

    #[test]
    fn the_latest_statement_wins_and_only_a_liking_brings_back_what_was_refused() {
        use EventKind::{Declare, Dismiss, Like, Mute};
        let refused = |statements: &[(EventKind, f64)]| {
            let stated = said(statements);
            (stated.dismissed_items().len(), stated.muted_tokens().len())
        };
        assert_eq!(refused(&[(Mute, 0.0)]), (1, 1));
        assert_eq!(refused(&[(Mute, 0.0), (Declare, 0.0)]), (1, 1));
        assert_eq!(refused(&[(Mute, 0.0), (Declare, -0.5)]), (1, 1));
        assert_eq!(refused(&[(Mute, 0.0), (Declare, 0.5)]), (0, 0));
        assert_eq!(refused(&[(Mute, 0.0), (Like, 0.0)]), (0, 1), "a like is about the item");
        assert!(said(&[(Dismiss, 0.0), (Like, 0.0)]).is_liked("a"));
        assert!(!said(&[(Like, 0.0), (Dismiss, 0.0)]).is_liked("a"));
        let refusals = said(&[(Like, 0.0), (Mute, 0.0), (Declare, -0.5)]).refusals_only();
        assert_eq!((refusals.dismissed_items().len(), refusals.refusals().count()), (1, 2));
        assert!(!refusals.has_declared());
    }
}
