//! One currency per pack: prices of another one cannot be compared.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use crate::read::Draft;

/// Reads a code such as EUR.
pub(super) fn code(text: &str) -> Result<String, String> {
    let is_code = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_code.then(|| text.to_ascii_uppercase()).ok_or_else(|| "expected an ISO 4217 code such as EUR".to_owned())
}

/// Finds the pack's currency and takes away prices in any other; returns how many.
///
/// # Errors
/// Items in several currencies, and none was asked for.
pub(super) fn settle(drafts: &mut [Draft], wanted: Option<&str>) -> Result<(String, u64)> {
    let mut stated: BTreeMap<String, u64> = BTreeMap::new();
    for draft in drafts.iter().filter(|draft| draft.item.price.is_some()) {
        if let Some(currency) = &draft.currency {
            *stated.entry(currency.clone()).or_default() += 1;
        }
    }
    let currency = match (wanted, stated.len()) {
        (Some(wanted), _) => wanted.to_owned(),
        (None, 0) => String::new(),
        (None, 1) => stated.into_keys().next().unwrap_or_default(),
        (None, _) => {
            let list: Vec<String> = stated.iter().map(|(code, count)| format!("{code} {count}×")).collect();
            bail!(
                "the prices are in several currencies ({}); choose one with --currency, the others lose their price",
                list.join(", ")
            );
        }
    };
    let mut dropped = 0;
    for draft in drafts {
        if draft.currency.as_ref().is_some_and(|stated| *stated != currency) && draft.item.price.take().is_some() {
            dropped += 1;
        }
    }
    Ok((currency, dropped))
}
