//! The page of the results, from the JSON of `flaneur evaluate`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result};
use serde_json::Value;

/// Figures of the tables, in order.
const METRICS: [&str; 9] =
    ["HR@20", "MRR@20", "NDCG@10", "Recall@20", "coverage", "novelty", "ILD", "ser@20", "ECE per item"];
/// The ratio to the best baseline that the project promises.
const RATIO: f64 = 1.05;
/// The sets beside the main one: field, heading.
const SETS: [(&str, &str); 3] = [
    ("new_only", "Only what the shopper never bought"),
    ("cold_start", "First basket of a shopper"),
    ("new_items", "Items without a line before the cut"),
];
/// Slices: field, heading, what is counted, metric.
const SLICES: [(&str, &str, &str, &str); 6] = [
    ("prefix_length", "lines of the session so far", "queries", "NDCG@20"),
    ("known_events", "events known of the shopper", "queries", "NDCG@20"),
    ("earlier_sessions", "earlier sessions", "queries", "NDCG@20"),
    ("target", "target", "queries", "NDCG@20"),
    ("target_age_days", "days since the target's first line", "targets", "Recall@20"),
    ("target_popularity", "how frequent the target is", "targets", "Recall@20"),
];

/// The page.
pub(super) fn document(name: &str, command: &str, runs: &[Value]) -> Result<String> {
    let mut text = format!(
        "# Results\n\n\
         Made by the command below; do not edit.\n\
         What is asked and how it is judged stands in [EVALUATE.md](EVALUATE.md), the formulas in \
         [ALGORITHMS.md](ALGORITHMS.md).\n\n\
         ```text\n{command}\n```\n\n\
         The log: {name}.\n\
         Brackets are 95 % intervals of a paired bootstrap over sessions.\n\
         They take a shopper's visits as independent; drawn by shopper many would be wider \
         ([EVALUATE.md](EVALUATE.md), Metrics).\n"
    );
    for run in runs {
        let task = run["run"]["task"].as_str().context("a run does not say its task")?;
        let title = if task == "basket" { "Next basket" } else { "Next line of the session" };
        writeln!(text, "\n## {title}\n")?;
        facts(&mut text, &run["run"])?;
        verdict(&mut text, run)?;
        methods(&mut text, run)?;
        for (field, heading) in SETS {
            set(&mut text, run, field, heading)?;
        }
        slices(&mut text, run)?;
        curve(&mut text, run)?;
        ablation(&mut text, run)?;
        surprise(&mut text, run)?;
        package(&mut text, run)?;
    }
    Ok(text)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or("–")
}

fn figure(value: &Value) -> String {
    value.as_f64().map_or_else(|| "–".to_owned(), |x| format!("{x:.4}"))
}

fn interval(value: &Value) -> String {
    if value.is_null() {
        return "–".to_owned();
    }
    format!("{} [{}, {}]", figure(&value["value"]), figure(&value["low"]), figure(&value["high"]))
}

fn yes(holds: bool) -> &'static str {
    if holds { "yes" } else { "**no**" }
}

fn facts(text: &mut String, run: &Value) -> Result<()> {
    let count = |name: &str| run["counts"][name].as_u64().unwrap_or_default();
    writeln!(
        text,
        "Learned before {}, tested until {}, settings chosen from {} on {} queries.\n\
         {} of {} queries were asked, seed {}.\n\
         The log has {} sessions of {} shoppers and {} lines on {} items.",
        word(&run["test_from"]),
        word(&run["end"]),
        word(&run["tune_from"]),
        run["tuning_queries"],
        run["queries"]["main"],
        run["queries_in_period"],
        run["seed"],
        count("sessions"),
        count("shoppers"),
        count("lines"),
        count("items"),
    )?;
    Ok(())
}

/// The engine of the run, the first that is one.
fn engine(run: &Value) -> Option<&Value> {
    list(&run["methods"]).iter().find(|method| method["kind"] == "engine")
}

fn method<'r>(run: &'r Value, name: &Value) -> Option<&'r Value> {
    list(&run["methods"]).iter().find(|method| method["name"] == *name)
}

/// What was promised of every log, and whether it holds on this one.
fn verdict(text: &mut String, run: &Value) -> Result<()> {
    let Some(engine) = engine(run) else { return Ok(()) };
    writeln!(text, "\n| promise | found | holds |\n|---|---|---|")?;
    let ratio = &engine["ratio_to_best_baseline"];
    let best = word(&run["run"]["best_baseline"]["main"]);
    let (value, low) = (ratio["value"].as_f64().unwrap_or(0.0), ratio["low"].as_f64().unwrap_or(0.0));
    // The basket task promises the best baseline's level, the session task a lead.
    let bound = if run["run"]["task"] == "basket" { 1.0 } else { RATIO };
    writeln!(
        text,
        "| NDCG@20 at least {bound:.2} × the best baseline ({best}), interval above 1 | {} | {} |",
        interval(ratio),
        yes(value >= bound && low > 1.0)
    )?;
    let curve = &run["curve"];
    for cost in list(&curve["costs"]) {
        let (what, against) = (word(&cost["what"]), word(&cost["against"]));
        let holds = yes(cost["holds"] == true);
        writeln!(
            text,
            "| {what}: at least {} of NDCG@20 with {against} | {} | {holds} |",
            cost["at_least"],
            interval(&cost["ratio"])
        )?;
    }
    if let Some(bytes) = curve["size"]["bytes_per_item"].as_f64() {
        let holds = yes(curve["size"]["holds"] == true);
        writeln!(
            text,
            "| at most {} bytes per item, the whole pack | {bytes:.1} | {holds} |",
            curve["size"]["at_most"]
        )?;
    }
    for field in ["discovery", "balance"] {
        let verdict = &run["surprise"][field];
        if let (Some(won), Some(cost)) = (verdict["won"].as_f64(), verdict["cost"].as_f64()) {
            let (promise, holds) = (word(&verdict["promise"]), yes(verdict["holds"] == true));
            writeln!(text, "| {promise} | {:+.1} % for {:.2} % | {holds} |", won * 100.0, cost * 100.0)?;
        }
    }
    let package = &run["package"];
    if !package.is_null() {
        writeln!(
            text,
            "| the npm package gives the native engine's slates, bit for bit | {} of {} ({} shoppers, {}) | {} |",
            package["identical"],
            package["slates"],
            package["shoppers"],
            list(&package["builds"]).iter().map(word).collect::<Vec<_>>().join(" and "),
            yes(package["identical"] == package["slates"])
        )?;
    }
    Ok(())
}

fn methods(text: &mut String, run: &Value) -> Result<()> {
    let has = |name: &&&str| list(&run["methods"]).iter().any(|method| method["metrics"][**name].is_number());
    let names: Vec<&&str> = METRICS.iter().filter(has).collect();
    let head: String = names.iter().map(|name| format!(" {name} |")).collect();
    writeln!(text, "\n### Methods\n\n| method | NDCG@20 | ratio to the best baseline |{head}")?;
    writeln!(text, "|---|---:|---:|{}", "---:|".repeat(names.len()))?;
    for method in list(&run["methods"]) {
        let name = word(&method["name"]);
        let name = if method["kind"] == "engine" { format!("**{name}**") } else { name.to_owned() };
        let figures: String = names.iter().map(|name| format!(" {} |", figure(&method["metrics"][**name]))).collect();
        let (gain, ratio) = (&method["metrics"]["NDCG@20"], &method["ratio_to_best_baseline"]);
        writeln!(text, "| {name} | {} | {} |{figures}", figure(gain), interval(ratio))?;
    }
    if run["run"]["task"] == "basket" && names.iter().any(|name| name.starts_with("ECE")) {
        writeln!(text, "\n`ECE per item` is of the baskets with one target.")?;
    }
    Ok(())
}

fn set(text: &mut String, run: &Value, field: &str, heading: &str) -> Result<()> {
    let queries = run["run"]["queries"][field].as_u64().unwrap_or_default();
    if queries == 0 {
        return Ok(());
    }
    writeln!(text, "\n### {heading}\n\n{queries} queries.\n")?;
    writeln!(text, "| method | HR@20 | NDCG@20 | ratio to the best baseline | less the best baseline |")?;
    writeln!(text, "|---|---:|---:|---:|---:|")?;
    for method in list(&run["methods"]) {
        let own = &method[field];
        writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            word(&method["name"]),
            figure(&own["metrics"]["HR@20"]),
            figure(&own["metrics"]["NDCG@20"]),
            interval(&own["ratio_to_best_baseline"]),
            interval(&own["difference_to_best_baseline"])
        )?;
    }
    Ok(())
}

/// The engine, the best baseline and the first one.
fn slices(text: &mut String, run: &Value) -> Result<()> {
    let best = method(run, &run["run"]["best_baseline"]["main"]);
    let mut shown: Vec<&Value> = Vec::new();
    for method in [engine(run), best, list(&run["methods"]).first()].into_iter().flatten() {
        if shown.iter().all(|known| known["name"] != method["name"]) {
            shown.push(method);
        }
    }
    let Some(first) = shown.first() else { return Ok(()) };
    writeln!(text, "\n### Slices")?;
    for (field, heading, counted, metric) in SLICES {
        let slices = list(&first["slices"][field]);
        if slices.len() < 2 {
            continue;
        }
        let names: String = shown.iter().map(|method| format!(" {} |", word(&method["name"]))).collect();
        writeln!(text, "\n{metric} by {heading}:\n\n| {heading} | {counted} |{names}")?;
        writeln!(text, "|---|---:|{}", "---:|".repeat(shown.len()))?;
        for (at, slice) in slices.iter().enumerate() {
            let of = |method: &&Value| format!(" {} |", figure(&method["slices"][field][at][metric]));
            let figures: String = shown.iter().map(of).collect();
            writeln!(text, "| {} | {} |{figures}", word(&slice["slice"]), slice[counted])?;
        }
    }
    Ok(())
}

fn curve(text: &mut String, run: &Value) -> Result<()> {
    let points = list(&run["curve"]["points"]);
    if points.is_empty() {
        return Ok(());
    }
    writeln!(
        text,
        "\n### Size of the pack\n\n\
         The packs that `flaneur pack --budget` chooses from, with the weights fitted anew for each; {} items.\n\n\
         | options | bytes | bytes per item | NDCG@20 | ratio to the default |\n|---|---:|---:|---:|---:|",
        run["curve"]["items"]
    )?;
    for point in points {
        let mark = if point["is_default"] == true { " (default)" } else { "" };
        writeln!(
            text,
            "| `{}`{mark} | {} | {:.1} | {} | {} |",
            word(&point["arguments"]),
            point["bytes"],
            point["bytes_per_item"].as_f64().unwrap_or_default(),
            figure(&point["NDCG@20"]["value"]),
            interval(&point["ratio_to_default"])
        )?;
    }
    Ok(())
}

fn ablation(text: &mut String, run: &Value) -> Result<()> {
    let ablation = &run["ablation"];
    if ablation.is_null() {
        return Ok(());
    }
    writeln!(
        text,
        "\n### Signals left out\n\n\
         The others are fitted anew; with all of them NDCG@20 is {}.\n\n\
         | left out | NDCG@20 | difference |\n|---|---:|---:|",
        figure(&ablation["NDCG@20"]["value"])
    )?;
    for row in list(&ablation["rows"]) {
        let signals =
            list(&row["without"]).iter().map(|name| format!("`{}`", word(name))).collect::<Vec<_>>().join(", ");
        let name =
            row["group"].as_str().map_or_else(|| signals.clone(), |group| format!("all of *{group}*: {signals}"));
        writeln!(text, "| {name} | {} | {} |", figure(&row["NDCG@20"]["value"]), interval(&row["difference"]))?;
    }
    let silent = list(&ablation["silent"]);
    if !silent.is_empty() {
        let names = silent.iter().map(|name| format!("`{}`", word(name))).collect::<Vec<_>>().join(", ");
        writeln!(text, "\nSilent in this log, so that leaving them out changes nothing: {names}.")?;
    }
    Ok(())
}

/// The worth of each signal in every run, as a table: groups first, signals in the order of their names.
pub(super) fn worth(name: &str, runs: &[Value]) -> Result<String> {
    let mut text = format!("The log: {name}.\n\n| left out |");
    let mut rows: BTreeMap<(bool, String), Vec<Option<String>>> = BTreeMap::new();
    for (at, run) in runs.iter().enumerate() {
        write!(text, " {} |", if run["run"]["task"] == "basket" { "next basket" } else { "next line of the session" })?;
        for row in list(&run["ablation"]["rows"]) {
            let key = match row["group"].as_str() {
                Some(group) => (false, format!("all of *{group}*")),
                None => (true, list(&row["without"]).iter().map(|name| format!("`{}`", word(name))).collect()),
            };
            rows.entry(key).or_insert_with(|| vec![None; runs.len()])[at] = Some(interval(&row["difference"]));
        }
    }
    write!(text, "\n|---|{}", "---:|".repeat(runs.len()))?;
    for ((_, name), cells) in rows {
        write!(text, "\n| {name} |")?;
        for cell in cells {
            write!(text, " {} |", cell.as_deref().unwrap_or("silent"))?;
        }
    }
    Ok(text)
}

fn surprise(text: &mut String, run: &Value) -> Result<()> {
    let surprise = &run["surprise"];
    for (field, heading) in [("dial", "The dial moved"), ("calibration", "The calibration moved")] {
        let rows = list(&surprise[field]);
        if rows.is_empty() {
            continue;
        }
        writeln!(
            text,
            "\n### {heading}\n\n\
             Before evidence; ratios are to the first row.\n\n\
             | dial | calibration | NDCG@20, ratio | KL | discover: NDCG@20, ratio | discover: ser@20, ratio |\n\
             |---:|---:|---:|---:|---:|---:|"
        )?;
        for row in rows {
            writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} |",
                row["surprise"],
                row["calibration"],
                interval(&row["ratio"]),
                figure(&row["KL"]),
                interval(&row["discover"]["ratio"]),
                interval(&row["discover"]["serendipity_ratio"])
            )?;
        }
    }
    Ok(())
}

fn package(text: &mut String, run: &Value) -> Result<()> {
    let differing = list(&run["package"]["differing"]);
    if differing.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n### Slates of the package that differ\n\n| build | at | place |\n|---|---|---:|")?;
    for one in differing {
        // The shopper's name is the log's, and stays out of a published page.
        writeln!(text, "| {} | {} | {} |", word(&one["build"]), word(&one["at"]), one["place"])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{document, worth};
    use serde_json::json;

    #[test]
    fn a_signal_has_a_line_with_a_cell_for_each_task() {
        let row = |name: &str, value: f64| json!({ "without": [name], "difference": { "value": value, "low": value, "high": value } });
        let kind = json!({ "group": "crowd", "without": ["trend"], "difference": { "value": -0.5, "low": -0.5, "high": -0.5 } });
        let run =
            |task: &str, rows: &[serde_json::Value]| json!({ "run": { "task": task }, "ablation": { "rows": rows } });
        let runs = [run("session", &[row("trend", -0.25), kind]), run("basket", &[row("taste", 0.125)])];
        let lines: Vec<String> = worth("A shop", &runs).unwrap().lines().map(str::to_owned).collect();
        assert_eq!(lines[0], "The log: A shop.");
        assert_eq!(lines[2], "| left out | next line of the session | next basket |");
        assert_eq!(lines[4], "| all of *crowd* | -0.5000 [-0.5000, -0.5000] | silent |");
        assert_eq!(lines[5], "| `taste` | silent | 0.1250 [0.1250, 0.1250] |");
        assert_eq!(lines[6], "| `trend` | -0.2500 [-0.2500, -0.2500] | silent |");
    }

    #[test]
    fn the_page_says_what_holds_and_what_does_not() {
        let ratio = json!({ "value": 1.02, "low": 1.01, "high": 1.03 });
        let engine = json!({ "name": "flaneur", "kind": "engine", "metrics": { "NDCG@20": 0.25 }, "ratio_to_best_baseline": ratio });
        let run = json!({
            "run": { "task": "session", "best_baseline": { "main": "STAN" }, "queries": { "main": 3 } },
            "methods": [engine],
            "package": { "identical": 4, "slates": 4, "shoppers": 2, "builds": ["simd"] },
        });
        let page = document("A shop", "the command", &[run]).unwrap();
        assert!(page.contains("| 1.0200 [1.0100, 1.0300] | **no** |"), "{page}");
        assert!(page.contains("| 4 of 4 (2 shoppers, simd) | yes |"), "{page}");
        assert!(page.contains("| **flaneur** | 0.2500 |") && page.contains("the command"), "{page}");
    }
}
