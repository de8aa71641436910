//! Where a method is good: figures by what was known of the shopper and of the target.

use maud::{Markup, html};

use super::plot::{Line, Look, Words, lines, number};
use super::table::table;
use crate::evaluate::method::Kind;
use crate::evaluate::report::{MethodReport, Report};
use crate::evaluate::slices::{QuerySlice, Slices, TargetSlice};

/// One property of the slices: name of each slice, how many are in it, and its figure.
type Slice = Vec<(String, usize, f64)>;
/// Property, what is counted, metric, and how it is read.
type Property = (&'static str, &'static str, &'static str, fn(&Slices) -> Slice);

const PROPERTIES: [Property; 6] = [
    ("Lines of the session so far", "queries", "NDCG@20", |slices| gains(&slices.prefix_length)),
    ("Events known of the shopper", "queries", "NDCG@20", |slices| gains(&slices.known_events)),
    ("Earlier sessions of the shopper", "queries", "NDCG@20", |slices| gains(&slices.earlier_sessions)),
    ("Whether the target is new to the shopper", "queries", "NDCG@20", |slices| gains(&slices.target)),
    ("Days since the target's first line", "targets", "Recall@20", |slices| recalls(&slices.target_age_days)),
    ("How frequent the target is", "targets", "Recall@20", |slices| recalls(&slices.target_popularity)),
];

fn gains(slices: &[QuerySlice]) -> Slice {
    slices.iter().map(|slice| (slice.slice.clone(), slice.queries, slice.gain)).collect()
}

fn recalls(slices: &[TargetSlice]) -> Slice {
    slices.iter().map(|slice| (slice.slice.clone(), slice.targets, slice.recall)).collect()
}

/// The engine, the best baseline and the first baseline, by slice.
pub(super) fn slices(report: &Report) -> Markup {
    let engine = report.methods.iter().find(|method| method.kind == Kind::Engine);
    let best = report.run.best_baseline.get("main");
    let best = report.methods.iter().find(|method| Some(&method.name) == best);
    let first = report.methods.iter().find(|method| method.kind == Kind::Baseline);
    let mut shown: Vec<(&MethodReport, Look)> = Vec::new();
    for (method, look) in [(engine, 0), (best, 1), (first, 2)] {
        if let Some(method) = method.filter(|method| shown.iter().all(|(known, _)| known.name != method.name)) {
            shown.push((method, look));
        }
    }
    html! {
        p { "The same queries, parted by what was known of the shopper and of the target: the engine, the best baseline, and popularity." }
        @for (at, property) in PROPERTIES.iter().enumerate() { (part(at, property, &shown)) }
    }
}

/// One property as lines beside their table; nothing where all queries fall into one slice.
fn part(at: usize, &(name, counted, metric, of): &Property, shown: &[(&MethodReport, Look)]) -> Markup {
    let own: Vec<Slice> = shown.iter().map(|(method, _)| of(&method.slices)).collect();
    let categories: Vec<String> = own.first().into_iter().flatten().map(|slice| slice.0.clone()).collect();
    if categories.len() < 2 {
        return html! {};
    }
    let line = |((method, look), own): (&(&MethodReport, Look), &Slice)| Line {
        label: method.name.to_owned(),
        values: own.iter().map(|slice| Some(slice.2)).collect(),
        look: *look,
    };
    let drawn: Vec<Line> = shown.iter().zip(&own).map(line).collect();
    let names: Vec<&str> = shown.iter().map(|(method, _)| method.name).collect();
    let text = format!("Lines over slices, one per method: {metric} of {}.", names.join(", "));
    let words = Words { id: &format!("plot-slice-{at}"), title: name, description: &text };
    let head: Vec<&str> = ["slice", counted].into_iter().chain(names).collect();
    let rows = categories.iter().enumerate().map(|(row, category)| {
        let count = own.first().and_then(|own| own.get(row)).map_or(0, |slice| slice.1);
        let values = own.iter().map(|own| own.get(row).map_or_else(|| "–".to_owned(), |slice| number(slice.2)));
        (false, [category.clone(), count.to_string()].into_iter().chain(values).collect())
    });
    html! {
        h3 { (name) }
        div.beside {
            figure { (lines(&words, [name, metric], &categories, &drawn)) }
            (table(&format!("{name}: {metric}"), &head, rows))
        }
    }
}
