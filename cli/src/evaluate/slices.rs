//! Where a method is good: the main figures by what was known of the shopper and of the target.

use std::collections::BTreeMap;

use flaneur::time::DAY_MS;
use serde::Serialize;

use super::metrics::{HR, MRR, NDCG, Values};
use super::query::Query;
use super::training::Training;

/// Means over the queries of a slice.
#[derive(Clone, Debug, Serialize)]
pub struct QuerySlice {
    /// Which values of the property fall into it.
    pub slice: String,
    /// How many queries.
    pub queries: usize,
    /// Share with any hit.
    #[serde(rename = "HR@20")]
    pub hit_rate: f64,
    /// Mean of 1 / first hit's rank.
    #[serde(rename = "MRR@20")]
    pub reciprocal_rank: f64,
    /// Mean discounted gain.
    #[serde(rename = "NDCG@20")]
    pub gain: f64,
}

/// Hits over the targets of a slice.
#[derive(Clone, Debug, Serialize)]
pub struct TargetSlice {
    /// Which values of the property fall into it.
    pub slice: String,
    /// How many targets, of all queries.
    pub targets: usize,
    /// Share of them in the list.
    #[serde(rename = "Recall@20")]
    pub recall: f64,
}

/// All slices of a method.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Slices {
    /// By lines of the session so far; session task.
    pub prefix_length: Vec<QuerySlice>,
    /// By what is known of the shopper: events of the session and of earlier sessions.
    pub known_events: Vec<QuerySlice>,
    /// By the shopper's earlier sessions.
    pub earlier_sessions: Vec<QuerySlice>,
    /// By whether the target was in the session before (session task) or bought before (basket task: any of them).
    pub target: Vec<QuerySlice>,
    /// By days from the target's first line to the query.
    pub target_age_days: Vec<TargetSlice>,
    /// By the target's third among the candidates: most, middle, least frequent.
    pub target_popularity: Vec<TargetSlice>,
}

/// Slices of some queries: bounds are the least value of each slice.
#[must_use]
pub fn slices(queries: &[&Query<'_>], values: &[&Values], lists: &[&[u32]], training: &Training<'_>) -> Slices {
    let by = |bounds: &[usize], of: &dyn Fn(&Query<'_>) -> usize| {
        by_query(values, &queries.iter().map(|query| name(bounds, of(query))).collect::<Vec<_>>())
    };
    let earlier = |query: &Query<'_>| query.visits().filter(|visit| !visit.events.is_empty()).count();
    let known = |query: &Query<'_>| query.events.len() + query.visits().map(|visit| visit.events.len()).sum::<usize>();
    let seen: Vec<(usize, String)> = queries
        .iter()
        .map(|query| if query.is_new { (0, "new".to_owned()) } else { (1, "seen before".to_owned()) })
        .collect();
    let unseen = || (usize::MAX, "no line before the cut".to_owned());
    let age = |query: &Query<'_>, item: u32| {
        if !training.is_candidate(item) {
            return unseen();
        }
        let days = query.now.saturating_sub(training.first_seen[item as usize]) / DAY_MS;
        name(&[0, 7, 28, 90], usize::try_from(days).unwrap_or(0))
    };
    let third = |_: &Query<'_>, item: u32| {
        if !training.is_candidate(item) {
            return unseen();
        }
        let third = 3 * training.place[item as usize] as usize / training.order.len().max(1);
        (third, ["most frequent", "middle", "least frequent"][third.min(2)].to_owned())
    };
    Slices {
        prefix_length: by(&[0, 1, 2, 3, 5, 8, 13, 21, 34], &|query| query.prefix.len()),
        known_events: by(&[0, 1, 2, 5, 10, 30, 100], &known),
        earlier_sessions: by(&[0, 1, 2, 5, 10], &earlier),
        target: by_query(values, &seen),
        target_age_days: by_target(queries, lists, &age),
        target_popularity: by_target(queries, lists, &third),
    }
}

/// The slice of a value: its rank and its name, such as "5-7" or "34+".
fn name(bounds: &[usize], value: usize) -> (usize, String) {
    let at = bounds.iter().rposition(|&bound| value >= bound).unwrap_or(0);
    let name = match bounds.get(at + 1) {
        None => format!("{}+", bounds[at]),
        Some(next) if next - 1 == bounds[at] => bounds[at].to_string(),
        Some(next) => format!("{}-{}", bounds[at], next - 1),
    };
    (at, name)
}

fn by_query(values: &[&Values], slice_of: &[(usize, String)]) -> Vec<QuerySlice> {
    let mut parts: BTreeMap<&(usize, String), Vec<&Values>> = BTreeMap::new();
    for (slice, values) in slice_of.iter().zip(values) {
        parts.entry(slice).or_default().push(values);
    }
    let mean = |part: &[&Values], metric: usize| part.iter().map(|x| x[metric]).sum::<f64>() / part.len() as f64;
    let slice = |((_, name), part): (&(usize, String), Vec<&Values>)| QuerySlice {
        slice: name.clone(),
        queries: part.len(),
        hit_rate: mean(&part, HR),
        reciprocal_rank: mean(&part, MRR),
        gain: mean(&part, NDCG),
    };
    parts.into_iter().map(slice).collect()
}

fn by_target(
    queries: &[&Query<'_>],
    lists: &[&[u32]],
    slice_of: &dyn Fn(&Query<'_>, u32) -> (usize, String),
) -> Vec<TargetSlice> {
    let mut parts: BTreeMap<(usize, String), (usize, usize)> = BTreeMap::new();
    for (query, list) in queries.iter().zip(lists) {
        for &target in &query.targets {
            let part = parts.entry(slice_of(query, target)).or_default();
            part.0 += 1;
            part.1 += usize::from(list.contains(&target));
        }
    }
    let slice = |((_, slice), (targets, hits)): ((usize, String), (usize, usize))| TargetSlice {
        slice,
        targets,
        recall: hits as f64 / targets.max(1) as f64,
    };
    parts.into_iter().map(slice).collect()
}
