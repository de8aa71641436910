//! `--html`: the run as one page with plots, for people.
//!
//! Guarantees: the page asks nothing of the network (its policy forbids it),
//! runs no script, and escapes every name that comes from outside; beside every
//! plot stand its numbers as a table.

mod plot;
mod scale;
mod slices;
mod study;
mod table;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::bootstrap::Interval;
use super::method::Kind;
use super::query::Task;
use super::report::{MethodReport, Report, SetReport};
use plot::{Drawing, Look, Point, Span, Words, intervals, legend, number, points};
use table::table;

const STYLE: &str = include_str!("html/style.css");
/// Nothing may be loaded; only the page's own style holds.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
/// The promised ratio to the best baseline.
const PROMISE: f64 = 1.05;
/// Metrics of the table, in order.
const METRICS: [&str; 16] = [
    "NDCG@5",
    "NDCG@10",
    "NDCG@20",
    "HR@5",
    "HR@10",
    "HR@20",
    "MRR@20",
    "Precision@20",
    "Recall@20",
    "coverage",
    "novelty",
    "ILD",
    "ser@20",
    "SHR",
    "ECE top-1",
    "ECE per item",
];
/// What a list gives up or gains beside accuracy: metric, axis, what it means.
const TRADES: [(&str, &str, &str); 3] = [
    ("coverage", "coverage: share of the items that were shown at all", "Further right, more of the catalog is shown."),
    ("novelty", "novelty: bits of surprise about an item's popularity", "Further right, less popular items are shown."),
    (
        "ser@20",
        "serendipity: hits off the obvious shelf, per place",
        "Further right, more of the hits are not obvious.",
    ),
];

/// The whole page.
#[must_use]
pub fn page(report: &Report) -> String {
    let (task, question) = match report.run.task {
        Task::Session => ("next line of the session", "what a shopper looks for next"),
        Task::Basket => ("next basket", "what a shopper's next basket holds"),
    };
    let title = format!("flaneur evaluate: {task}");
    let sections = sections(report);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    header {
                        p.soft { (title) }
                        h1 { "How well is " (question) " foreseen?" }
                        (verdict(report))
                        (facts(report))
                        nav aria-label="Sections" {
                            ul { @for (id, name, _) in &sections { li { a href=(format!("#{id}")) { (name) } } } }
                        }
                    }
                    @for (id, name, body) in &sections {
                        section aria-labelledby=(id) { h2 id=(id) { (name) } (body) }
                    }
                }
            }
        }
    };
    page.into_string()
}

type Section = (&'static str, &'static str, Markup);
/// The figures of one set of queries, of a method.
type Pick<'p> = &'p dyn Fn(&MethodReport) -> Option<&SetReport>;

fn sections(report: &Report) -> Vec<Section> {
    let studies = &report.studies;
    let mut sections = vec![
        ("ranking", "Who ranks best", ranking(report, "main", &|method| Some(&method.main))),
        ("metrics", "All figures", metrics(report)),
    ];
    let sets: [(&str, &str, Pick<'_>); 3] = [
        ("new-only", "Only what the shopper never bought", &|method| method.new_only.as_ref()),
        ("cold-start", "First basket of a shopper", &|method| method.cold_start.as_ref()),
        ("new-items", "Items without a line before the cut", &|method| method.new_items.as_ref()),
    ];
    for (id, name, of) in sets {
        if report.methods.iter().filter_map(of).any(|set| set.queries > 0) {
            sections.push((id, name, ranking(report, id, of)));
        }
    }
    sections.push(("trade-offs", "What accuracy costs", trades(report)));
    sections.push(("slices", "Where it is good", slices::slices(report)));
    if report.methods.iter().any(|method| !method.main.calibration.is_empty()) {
        sections.push(("calibration", "Whether it knows how sure it is", calibration(report)));
    }
    if let Some(curve) = &studies.curve {
        sections.push(("size", "How large a pack must be", study::curve(curve)));
    }
    if let Some(ablation) = &studies.ablation {
        sections.push(("signals", "What each signal is worth", study::ablation(ablation)));
    }
    if let Some(surprise) = &studies.surprise {
        sections.push(("surprise", "What surprise costs", study::surprise(surprise)));
    }
    if let Some(package) = &studies.package {
        sections.push(("package", "The packaged engine", study::package(package)));
    }
    sections.push(("settings", "Settings", settings(report)));
    sections
}

/// How methods of a kind are drawn: the product, its variants, baselines.
fn look(report: &Report, method: &MethodReport) -> Look {
    let first = report.methods.iter().find(|method| method.kind == Kind::Engine);
    match method.kind {
        Kind::Baseline => 1,
        Kind::Engine if first.is_some_and(|first| first.name == method.name) => 0,
        Kind::Engine => 2,
    }
}

fn verdict(report: &Report) -> Markup {
    let engine = report.methods.iter().find(|method| method.kind == Kind::Engine);
    let best = report.run.best_baseline.get("main");
    let known = engine.and_then(|engine| Some((engine.name, engine.main.gain?, engine.main.ratio_to_best_baseline?)));
    html! {
        @if let (Some((name, gain, ratio)), Some(best)) = (known, best) {
            p.lead {
                (name) " reaches NDCG@20 " strong { (number(gain.value)) } ": " strong { (format!("{:.3}", ratio.value)) }
                " times " (best) ", the best baseline of this run (95 % interval "
                (format!("{:.3}", ratio.low)) " to " (format!("{:.3}", ratio.high)) ")."
            }
        } @else {
            p.lead { "NDCG@20 of every method of this run, on the same queries." }
        }
    }
}

fn facts(report: &Report) -> Markup {
    let run = &report.run;
    let count = |name: &str| run.counts.get(name).copied().unwrap_or_default();
    let facts = [
        ("Learned before", run.test_from.clone()),
        ("Tested until", run.end.clone()),
        ("Settings chosen from", format!("{}, on {} queries", run.tune_from, run.tuning_queries)),
        ("Queries", format!("{} of {}", run.queries.get("main").copied().unwrap_or_default(), run.queries_in_period)),
        ("Sessions and lines", format!("{} and {}", count("sessions"), count("lines"))),
        ("Shoppers and items", format!("{} and {}", count("shoppers"), count("items"))),
        ("Version and seed", format!("{}, seed {}", run.version, run.seed)),
    ];
    html! { dl.facts { @for (name, value) in facts { div { dt { (name) } dd { (value) } } } } }
}

fn interval(interval: Option<Interval>) -> String {
    interval.map_or_else(|| "–".to_owned(), |x| format!("{} [{}, {}]", number(x.value), number(x.low), number(x.high)))
}

/// Methods of a set, the best first, as intervals beside their table.
fn ranking(report: &Report, id: &str, of: Pick<'_>) -> Markup {
    let known = |method| of(method).and_then(|set| Some((method, set, set.gain?)));
    let mut rows: Vec<(&MethodReport, &SetReport, Interval)> = report.methods.iter().filter_map(known).collect();
    rows.sort_by(|a, b| b.2.value.total_cmp(&a.2.value));
    let queries = rows.first().map_or(0, |row| row.1.queries);
    let spans: Vec<Span> = rows
        .iter()
        .map(|(method, _, gain)| Span {
            label: method.name.to_owned(),
            value: gain.value,
            ends: Some((gain.low, gain.high)),
            look: look(report, method),
        })
        .collect();
    let baseline = report.run.best_baseline.get(id.replace('-', "_").as_str()).copied();
    let best = rows.iter().find(|row| Some(row.0.name) == baseline).map(|row| row.2.value);
    let marks: Vec<(f64, String)> = best
        .filter(|best| *best > 0.0)
        .map(|best| (best * PROMISE, format!("{PROMISE} × best baseline")))
        .into_iter()
        .collect();
    let marks: Vec<(f64, &str)> = marks.iter().map(|(at, name)| (*at, name.as_str())).collect();
    let first = rows.first().map_or("nothing", |row| row.0.name);
    let text = format!("Horizontal intervals, one row per method, the best on top: {first} leads.");
    let words = Words { id: &format!("plot-{id}"), title: "NDCG@20 by method", description: &text };
    let cells = rows.iter().map(|(method, set, gain)| {
        let kind = method.kind == Kind::Engine;
        (kind, vec![method.name.to_owned(), interval(Some(*gain)), interval(set.ratio_to_best_baseline)])
    });
    html! {
        p { "NDCG@20 over " (queries) " queries with 95 % intervals of a paired bootstrap over sessions." }
        div.beside {
            figure {
                figcaption { "NDCG@20 by method" }
                (intervals(&words, "NDCG@20", &spans, &marks))
                (legend([(0, "the engine that ships"), (2, "the engine otherwise"), (1, "baseline")].into_iter()))
            }
            (table("NDCG@20 and its ratio to the best baseline", &["method", "NDCG@20", "ratio"], cells))
        }
    }
}

fn metrics(report: &Report) -> Markup {
    let has =
        |name: &&str| report.methods.iter().any(|method| method.main.metrics.get(*name).copied().flatten().is_some());
    let names: Vec<&str> = METRICS.iter().copied().filter(|name| has(name)).collect();
    let head: Vec<&str> = ["method"].into_iter().chain(names.iter().copied()).chain(["s per 1,000"]).collect();
    let rows = report.methods.iter().map(|method| {
        let value =
            |name: &&str| method.main.metrics.get(*name).copied().flatten().map_or_else(|| "–".to_owned(), number);
        let mut cells = vec![method.name.to_owned()];
        cells.extend(names.iter().map(value));
        cells.push(format!("{:.2}", method.seconds_per_1000_queries));
        (method.kind == Kind::Engine, cells)
    });
    html! {
        p { "Means over the main queries, lists of 20. HR: any hit. ILD: how unlike the items of a list are. ser@20: hits off "
            "the obvious shelf, per place; SHR: whether there is any. ECE: gap between stated and found probability." }
        (table("All figures by method", &head, rows))
        @for (metric, reason) in &report.run.left_out { p.soft { (metric) " is left out: " (reason) "." } }
        @for doubt in &report.run.doubts { p.soft { (doubt) "." } }
    }
}

fn trades(report: &Report) -> Markup {
    let value = |method: &MethodReport, name: &str| method.main.metrics.get(name).copied().flatten();
    let plots = TRADES.iter().map(|&(metric, axis, meaning)| {
        let known = |method| Some((method, value(method, metric)?, value(method, "NDCG@20")?));
        let marks: Vec<Point> = report
            .methods
            .iter()
            .filter_map(known)
            .map(|(method, x, y)| Point { label: method.name.to_owned(), x, y, ends: None, look: look(report, method) })
            .collect();
        let id = format!("plot-trade-{}", metric.trim_end_matches("@20"));
        let text = format!("Points, one per method, NDCG@20 upwards. {meaning} The numbers are in the table of all figures.");
        let words = Words { id: &id, title: &format!("NDCG@20 against {metric}"), description: &text };
        html! { figure { figcaption { "NDCG@20 against " (metric) } (points(&words, [axis, "NDCG@20"], &marks, Drawing::default())) } }
    });
    html! {
        p { "Each point is a method: up is more accurate, right is more of the other. Labels stand where there is room; "
            "the numbers are in " a href="#metrics" { "all figures" } "." }
        div.plots { @for plot in plots { (plot) } }
        (legend([(0, "the engine that ships"), (2, "the engine otherwise"), (1, "baseline")].into_iter()))
    }
}

fn calibration(report: &Report) -> Markup {
    let known: Vec<&MethodReport> =
        report.methods.iter().filter(|method| !method.main.calibration.is_empty()).collect();
    let point = |look: Look, bin: &super::metrics::Bin| Point {
        label: String::new(),
        x: bin.stated,
        y: bin.found,
        ends: None,
        look,
    };
    let marks: Vec<Point> = known
        .iter()
        .zip(0..4)
        .flat_map(|(method, look)| method.main.calibration.iter().map(move |bin| point(look, bin)))
        .collect();
    let words = Words {
        id: "plot-calibration",
        title: "Stated against found probability",
        description: "Points, one per tenth of the predictions; on the dashed diagonal, what was stated came true.",
    };
    let rows = known.iter().flat_map(|method| {
        method.main.calibration.iter().map(|bin| {
            (false, vec![method.name.to_owned(), bin.predictions.to_string(), number(bin.stated), number(bin.found)])
        })
    });
    let asked = match report.run.task {
        Task::Session => "",
        Task::Basket => "Asked where the basket holds one target: what is stated is a choice of one item among all. ",
    };
    html! {
        p {
            (asked)
            "How likely the engine says each shown item is to be the next one, in ten groups of equal size, against how often it was."
        }
        div.beside {
            figure {
                (points(&words, ["stated probability", "found share"], &marks, Drawing { joined: true, diagonal: true }))
                (legend(known.iter().zip(0..4).map(|(method, look)| (look, method.name))))
            }
            (table("Tenths of the predictions", &["method", "predictions", "stated", "found"], rows))
        }
    }
}

fn settings(report: &Report) -> Markup {
    html! {
        p { "As chosen on the tuning period, where there was a choice." }
        @for method in report.methods.iter().filter(|method| !method.parameters.is_empty()) {
            details {
                summary { (method.name) }
                pre { (serde_json::to_string_pretty(&method.parameters).unwrap_or_default()) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::page;
    use crate::evaluate::method::Kind;
    use crate::evaluate::metrics::Bin;
    use crate::evaluate::query::Task;
    use crate::evaluate::report::{Facts, MethodReport, Report, SetReport};
    use crate::evaluate::slices::Slices;
    use crate::evaluate::studies::Studies;
    use crate::evaluate::studies::package::{Agreement, Difference};

    const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror=alert(1)>&'";

    fn hostile() -> Report {
        let run = Facts {
            version: HOSTILE,
            task: Task::Session,
            seed: 0,
            queries_wanted: 0,
            queries_in_period: 0,
            tuning_queries: 0,
            tune_from: HOSTILE.into(),
            test_from: HOSTILE.into(),
            end: HOSTILE.into(),
            purchases_only: false,
            counts: BTreeMap::new(),
            queries: BTreeMap::new(),
            best_baseline: BTreeMap::from([("main", HOSTILE)]),
            left_out: BTreeMap::from([(HOSTILE, HOSTILE)]),
            doubts: vec![HOSTILE.into()],
        };
        let main = SetReport {
            queries: 1,
            metrics: BTreeMap::from([("NDCG@20", Some(0.1)), ("coverage", Some(0.1))]),
            gain: None,
            calibration: Vec::new(),
            ratio_to_best_baseline: None,
            difference_to_best_baseline: None,
        };
        let method = MethodReport {
            name: HOSTILE,
            kind: Kind::Baseline,
            parameters: BTreeMap::from([(HOSTILE.to_owned(), HOSTILE.into())]),
            main,
            slices: Slices::default(),
            new_only: None,
            cold_start: None,
            new_items: None,
            preparation_seconds: 0.0,
            seconds_per_1000_queries: 0.0,
        };
        let text = || HOSTILE.to_owned();
        let (native, package) = (text(), text());
        let differing =
            vec![Difference { build: "simd", shopper: Some(text()), at: text(), place: 0, native, package }];
        let package =
            Agreement { version: text(), builds: vec![HOSTILE], shoppers: 1, slates: 1, identical: 0, differing };
        Report { run, methods: vec![method], studies: Studies { package: Some(package), ..Studies::default() } }
    }

    #[test]
    fn names_from_outside_never_become_markup() {
        let page = page(&hostile());
        assert!(page.contains("&lt;script&gt;alert(1)"), "the name is shown");
        assert!(!page.contains("<script") && !page.contains("<img"));
        assert!(!page.contains(HOSTILE), "a quote inside an attribute would end it");
    }

    #[test]
    fn the_page_says_which_baskets_probabilities_are_stated_for() {
        let mut report = hostile();
        report.methods[0].main.calibration = vec![Bin { predictions: 20, stated: 0.1, found: 0.1 }];
        let says = "where the basket holds one target";
        assert!(!page(&report).contains(says));
        report.run.task = Task::Basket;
        assert!(page(&report).contains(says));
    }
}
