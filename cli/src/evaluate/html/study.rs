//! The studies on the page: size of the pack, signals left out, the packaged engine.

use maud::{Markup, html};

use flaneur::profile::DEFAULT_SURPRISE;

use super::interval;
use super::plot::{Drawing, Point, Span, Words, intervals, number, points};
use super::table::table;
use crate::evaluate::studies::ablation::{Ablation, Row};
use crate::evaluate::studies::curve::Curve;
use crate::evaluate::studies::package::Agreement;
use crate::evaluate::studies::surprise::{Row as Setting, Surprise};

/// NDCG@20 over bytes per item, and what the default pack gives up.
pub(super) fn curve(curve: &Curve) -> Markup {
    let marks: Vec<Point> = curve
        .points
        .iter()
        .map(|point| Point {
            label: if point.is_default { "default".to_owned() } else { format!("{} B", point.bytes) },
            x: point.bytes_per_item,
            y: point.gain.value,
            ends: Some((point.gain.low, point.gain.high)),
            look: if point.is_default { 0 } else { 1 },
        })
        .collect();
    let words = Words {
        id: "plot-size",
        title: "NDCG@20 against the size of the pack",
        description: "Points with intervals, one per pack that --budget chooses from; ranking falls as packs shrink.",
    };
    let rows = curve.points.iter().map(|point| {
        let size = [point.arguments.clone(), point.bytes.to_string(), format!("{:.1}", point.bytes_per_item)];
        let figures = [number(point.gain.value), interval(Some(point.ratio_to_default))];
        (point.is_default, size.into_iter().chain(figures).collect())
    });
    let verdict = |holds: bool| html! { @if holds { span.kept { "kept" } } @else { span.missed { "missed" } } };
    html! {
        p { "The packs that " code { "flaneur pack --budget" } " chooses from, on " (curve.items) " items, each with its weights fitted anew." }
        figure {
            figcaption { "NDCG@20 against the size of the pack" }
            (points(&words, ["bytes per item, the whole file", "NDCG@20"], &marks, Drawing::default()))
        }
        (table("Packs by size", &["options", "bytes", "per item", "NDCG@20", "ratio to the default"], rows))
        h3 { "What the default pack gives up" }
        ul {
            @for cost in &curve.costs {
                li {
                    (cost.what) ", against " (cost.against) ": " (interval(Some(cost.ratio))) " of NDCG@20 is left; at least "
                    (cost.at_least) " was promised: " (verdict(cost.holds)) "."
                }
            }
            li {
                (format!("{:.1}", curve.size.bytes_per_item)) " bytes per item; at most " (curve.size.at_most)
                " were promised: " (verdict(curve.size.holds)) "."
            }
        }
    }
}

/// What the dial and the calibration win and cost.
pub(super) fn surprise(surprise: &Surprise) -> Markup {
    let mark = |label: f64, x: f64, y: f64, is_default: bool| Point {
        label: if is_default { format!("{label}, default") } else { label.to_string() },
        x,
        y,
        ends: None,
        look: 0,
    };
    let joined = Drawing { joined: true, ..Drawing::default() };
    let shelf = surprise.dial.iter().filter_map(|row| {
        let found = row.discover?;
        Some(mark(row.surprise, found.serendipity, found.gain, row.surprise == DEFAULT_SURPRISE))
    });
    let shelf: Vec<Point> = shelf.collect();
    let known = surprise.calibration.iter().filter(|row| row.divergence.is_finite());
    let mix: Vec<Point> =
        known.map(|row| mark(row.calibration, row.divergence, row.gain, row.calibration == 1.0)).collect();
    let dial = Words {
        id: "plot-dial",
        title: "Relevance against surprise on the discover shelf",
        description: "A line over the settings of the dial: surprising hits grow, relevance falls slowly at first.",
    };
    let balance = Words {
        id: "plot-balance",
        title: "Relevance against balance",
        description: "A line over the settings of calibration: the divergence from the shopper's interests falls, and relevance a little.",
    };
    let rows = |rows: &[Setting]| {
        let cells = |row: &Setting| {
            let shelf = row.discover.map_or(["–".to_owned(), "–".to_owned()], |found| {
                [interval(Some(found.ratio)), interval(Some(found.serendipity_ratio))]
            });
            let own = [
                row.surprise.to_string(),
                row.calibration.to_string(),
                interval(Some(row.ratio)),
                number(row.divergence),
            ];
            (row.surprise == DEFAULT_SURPRISE && row.calibration == 1.0, own.into_iter().chain(shelf).collect())
        };
        rows.iter().map(cells).collect::<Vec<_>>()
    };
    let heads = ["dial", "calibration", "NDCG@20, ratio", "KL", "discover: NDCG@20, ratio", "discover: ser@20, ratio"];
    html! {
        p { "The engine before it has seen what its slates are worth. Ratios are to the first row of each table." }
        @if !shelf.is_empty() {
            figure { figcaption { (dial.title) } (points(&dial, ["ser@20", "NDCG@20"], &shelf, joined)) }
        }
        (table("The dial moved", &heads, rows(&surprise.dial).into_iter()))
        @if !mix.is_empty() {
            figure { figcaption { (balance.title) } (points(&balance, ["KL", "NDCG@20"], &mix, joined)) }
        }
        (table("The calibration moved", &heads, rows(&surprise.calibration).into_iter()))
        ul {
            @for verdict in surprise.verdicts() {
                li {
                    (verdict.promise) ": " (format!("{:.1} % for {:.2} %", verdict.won * 100.0, verdict.cost * 100.0)) ", "
                    @if verdict.holds { span.kept { "kept" } } @else { span.missed { "missed" } } "."
                }
            }
        }
    }
}

/// What is lost without a group of signals, and without each signal.
pub(super) fn ablation(ablation: &Ablation) -> Markup {
    let part = |id: &'static str, title: &'static str, own: Vec<&Row>| {
        let spans: Vec<Span> = own
            .iter()
            .map(|row| Span {
                label: row.group.map_or_else(|| row.name(), str::to_owned),
                value: row.difference.value,
                ends: Some((row.difference.low, row.difference.high)),
                look: 1,
            })
            .collect();
        let words = Words {
            id,
            title,
            description: "Horizontal intervals of the difference in NDCG@20, one row each; left of 0, something is lost.",
        };
        let rows = own.iter().map(|row| {
            (
                false,
                vec![
                    row.name(),
                    number(row.gain.value),
                    interval(Some(row.difference)),
                    format!("{:.4}", row.ratio.value),
                ],
            )
        });
        html! {
            @if !own.is_empty() {
                h3 { (title) }
                div.beside {
                    figure { (intervals(&words, "difference in NDCG@20", &spans, &[(0.0, "nothing lost")])) }
                    (table(title, &["left out", "NDCG@20", "difference", "ratio"], rows))
                }
            }
        }
    };
    let (groups, single): (Vec<&Row>, Vec<&Row>) = ablation.rows.iter().partition(|row| row.group.is_some());
    html! {
        p { "The engine without a group of signals, then without each one; the other weights are fitted anew. With all of them NDCG@20 is "
            (interval(Some(ablation.gain))) "." }
        (part("plot-groups", "Without a group of signals", groups))
        (part("plot-signals", "Without one signal", single))
        @if !ablation.silent.is_empty() {
            p.soft { "Silent in this log, so that leaving them out changes nothing: " (ablation.silent.join(", ")) "." }
        }
    }
}

/// Whether the package gives the native engine's slates.
pub(super) fn package(package: &Agreement) -> Markup {
    let rows = package.differing.iter().map(|one| {
        let shopper = one.shopper.clone().unwrap_or_else(|| "a guest".to_owned());
        (
            false,
            vec![
                shopper,
                one.build.to_owned(),
                one.at.clone(),
                one.place.to_string(),
                one.native.clone(),
                one.package.clone(),
            ],
        )
    });
    html! {
        p {
            "The npm package " (package.version) " ran in Node.js (" (package.builds.join(" and ")) ") on " (package.shoppers)
            " shoppers: " strong { (package.identical) " of " (package.slates) } " slates are those of the native engine, bit for bit."
        }
        @if !package.differing.is_empty() {
            (table("Slates that differ", &["shopper", "build", "at", "place", "native", "package"], rows))
        }
    }
}
