//! The trade-off curve: relevance against surprise, as SVG and as a page.
//!
//! Guarantees: every point of the plot stands in the page's table too, and the
//! picture has a name and a description, so nothing is told by sight alone.

use std::fmt::Write as _;

use anyhow::{Result, anyhow};
use clap::ValueEnum;
use plotters::prelude::*;

use super::report::{COLUMNS, Report, Section, curve, percent};
use super::truth::Truth;

/// The language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

struct Words {
    code: &'static str,
    title: &'static str,
    smooth: &'static str,
    exact: &'static str,
    clicks: &'static str,
    surprise: &'static str,
    about: &'static str,
    tables: &'static str,
    policy: &'static str,
    headings: [&'static str; COLUMNS.len()],
    promise: &'static str,
    target: &'static str,
    found: &'static str,
    holds: &'static str,
    yes: &'static str,
    no: &'static str,
    /// What the report calls policies and promises, in this language.
    names: &'static [(&'static str, &'static str)],
}

impl Words {
    /// A name of the report in this language.
    fn name(&self, english: &str) -> String {
        self.names.iter().fold(english.to_owned(), |name, (from, to)| name.replace(from, to))
    }
}

const EN: Words = Words {
    code: "en",
    title: "Relevance against surprise",
    smooth: "smooth truth",
    exact: "exact truth",
    clicks: "clicks against learning greedy, %",
    surprise: "serendipitous clicks against learning greedy, %",
    about: "Each point is a policy. Further right is more relevant, further up more surprising. \
            Numbers beside points are the dial, epsilon or alpha.",
    tables: "The tables below have the same figures, against learning greedy, with 95 % intervals over shoppers.",
    policy: "policy",
    headings: ["clicks", "last 5 visits", "serendipitous", "new categories", "coverage", "visits to recover"],
    promise: "promise",
    target: "target",
    found: "found",
    holds: "holds",
    yes: "yes",
    no: "no",
    names: &[],
};

const FR: Words = Words {
    code: "fr",
    title: "Pertinence et surprise",
    smooth: "vérité lisse",
    exact: "vérité exacte",
    clicks: "clics par rapport au glouton qui apprend, %",
    surprise: "clics de surprise par rapport au glouton qui apprend, %",
    about: "Chaque point est une politique. Plus à droite\u{a0}: plus pertinent\u{202f}; plus haut\u{a0}: plus surprenant. \
            Le nombre à côté d'un point est le curseur, epsilon ou alpha.",
    tables: "Les tableaux donnent les mêmes chiffres, par rapport au glouton qui apprend, avec des intervalles à \
             95\u{202f}% sur les clients.",
    policy: "politique",
    headings: ["clics", "5 dernières visites", "surprises", "nouvelles catégories", "couverture", "visites de reprise"],
    promise: "promesse",
    target: "cible",
    found: "trouvé",
    holds: "tenue",
    yes: "oui",
    no: "non",
    // The longer ones first.
    names: &[
        ("serendipitous clicks against", "clics de surprise par rapport à"),
        ("clicks against the frozen prior", "clics par rapport à l'a priori figé"),
        ("clicks against", "clics par rapport à"),
        ("catalog coverage against", "couverture du catalogue par rapport à"),
        ("visits to recover from the drift, against", "visites pour suivre le changement de goûts, par rapport à"),
        ("à learning greedy", "au glouton qui apprend"),
        (
            "surprise of the dial's curve over epsilon-greedy's, smallest margin",
            "surprise de la courbe du curseur au-dessus de celle d'epsilon-glouton, plus petite marge",
        ),
        ("mean IPS over truth, distance from 1", "moyenne de l'IPS sur la vérité, écart à 1"),
        (
            "share of seeds whose IPS interval covers the truth",
            "part des graines dont l'intervalle IPS contient la vérité",
        ),
        ("greedy", "glouton"),
        ("frozen", "figée"),
        ("(default dial)", "(curseur par défaut)"),
        ("(dial ", "(curseur "),
    ],
};

fn words(language: Language) -> &'static Words {
    match language {
        Language::En => &EN,
        Language::Fr => &FR,
    }
}

fn truth_name(words: &Words, truth: Truth) -> &'static str {
    match truth {
        Truth::Smooth => words.smooth,
        Truth::Exact => words.exact,
    }
}

/// Size of one panel, pixels.
const PANEL: (u32, u32) = (560, 440);
/// Curves of the plot with their colour and mark: distinct in lightness too, for who sees few colours.
const CURVES: [(&str, RGBColor, u8); 3] = [
    ("flaneur", RGBColor(0, 90, 156), 0),
    ("epsilon-greedy", RGBColor(200, 80, 0), 1),
    ("LinUCB", RGBColor(90, 90, 90), 2),
];

/// The plot as an SVG document, one panel per truth.
///
/// # Errors
/// None in practice: it is drawn into memory.
pub fn svg(report: &Report, language: Language) -> Result<String> {
    let words = words(language);
    let panels = report.worlds.len().max(1);
    let mut text = String::new();
    {
        let size = (PANEL.0 * panels as u32, PANEL.1);
        let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
        root.fill(&WHITE).map_err(fault)?;
        for (area, section) in root.split_evenly((1, panels)).iter().zip(&report.worlds) {
            panel(area, section, words)?;
        }
        root.present().map_err(fault)?;
    }
    let name = format!("<title>{}</title><desc>{}</desc>", words.title, words.about);
    let head = text.find("<svg").and_then(|at| Some(at + text[at..].find('>')? + 1));
    let at = head.ok_or_else(|| anyhow!("the plot has no beginning"))?;
    text.insert_str(at, &name);
    Ok(text.replacen("<svg ", "<svg role=\"img\" ", 1))
}

fn fault(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("the plot cannot be drawn: {error}")
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn panel(area: &Area<'_>, section: &Section, words: &Words) -> Result<()> {
    let curves: Vec<_> =
        CURVES.iter().map(|&(family, colour, mark)| (family, colour, mark, points(section, family))).collect();
    let all = || curves.iter().flat_map(|curve| curve.3.iter().map(|point| point.1));
    let (x, y) = (range(all().map(|p| p.0)), range(all().map(|p| p.1)));
    let caption = format!("{}, {}", words.title, truth_name(words, section.truth));
    let mut chart = ChartBuilder::on(area)
        .caption(caption, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(56)
        .build_cartesian_2d(x.0..x.1, y.0..y.1)
        .map_err(fault)?;
    let mut mesh = chart.configure_mesh();
    mesh.x_desc(words.clicks)
        .y_desc(words.surprise)
        .label_style(("sans-serif", 13))
        .axis_desc_style(("sans-serif", 14));
    mesh.draw().map_err(fault)?;
    for (family, colour, mark, points) in &curves {
        let line = points.iter().map(|point| point.1);
        let series = chart.draw_series(LineSeries::new(line, colour.stroke_width(2))).map_err(fault)?;
        let colour = *colour;
        series
            .label(words.name(family))
            .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], colour.stroke_width(2)));
        for &(parameter, at) in points {
            let label = Text::new(format!("{parameter}"), (7, -12), ("sans-serif", 12).into_font().color(&colour));
            let element = match mark {
                0 => chart
                    .draw_series([EmptyElement::at(at) + Circle::new((0, 0), 4, colour.filled()) + label])
                    .map(drop),
                1 => chart
                    .draw_series([EmptyElement::at(at) + TriangleMarker::new((0, 0), 6, colour.filled()) + label])
                    .map(drop),
                _ => chart
                    .draw_series([EmptyElement::at(at) + Cross::new((0, 0), 4, colour.stroke_width(2)) + label])
                    .map(drop),
            };
            element.map_err(fault)?;
        }
    }
    let unit = |(px, py): (f64, f64)| ((px - x.0) / (x.1 - x.0), (py - y.0) / (y.1 - y.0));
    let drawn: Vec<Vec<(f64, f64)>> =
        curves.iter().map(|curve| curve.3.iter().map(|point| unit(point.1)).collect()).collect();
    let mut legend = chart.configure_series_labels();
    legend.background_style(WHITE).border_style(RGBColor(160, 160, 160)).label_font(("sans-serif", 13));
    legend.position(corner(&drawn)).draw().map_err(fault)
}

/// The corner where a legend hides the fewest points, and of these the least of the lines.
///
/// Shapes: curves of points, 0..=1 from the lower left.
fn corner(curves: &[Vec<(f64, f64)>]) -> SeriesLabelPosition {
    /// What the legend takes of the plot, with room for the number beside a point.
    const ROOM: (f64, f64) = (0.34, 0.27);
    let corners = [
        (SeriesLabelPosition::UpperRight, true, true),
        (SeriesLabelPosition::LowerRight, true, false),
        (SeriesLabelPosition::UpperLeft, false, true),
        (SeriesLabelPosition::LowerLeft, false, false),
    ];
    let hidden = |right: bool, upper: bool| {
        let is_in = |&(x, y): &(f64, f64)| {
            (if right { 1.0 - x } else { x }) < ROOM.0 && (if upper { 1.0 - y } else { y }) < ROOM.1
        };
        let points = curves.iter().flatten().filter(|&point| is_in(point)).count();
        let line = |pair: &[(f64, f64)]| {
            let at = |t: f64| (pair[0].0 + t * (pair[1].0 - pair[0].0), pair[0].1 + t * (pair[1].1 - pair[0].1));
            (1..10).filter(|&step| is_in(&at(f64::from(step) / 10.0))).count()
        };
        (points, curves.iter().flat_map(|curve| curve.windows(2)).map(line).sum::<usize>())
    };
    let best = corners.into_iter().min_by_key(|&(_, right, upper)| hidden(right, upper));
    best.map_or(SeriesLabelPosition::UpperRight, |(position, ..)| position)
}

/// Points in percent.
fn points(section: &Section, family: &str) -> Vec<(f64, (f64, f64))> {
    curve(&section.policies, family)
        .into_iter()
        .map(|(parameter, (x, y))| (parameter, (100.0 * x, 100.0 * y)))
        .collect()
}

/// The range of some numbers, with a margin.
fn range(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = numbers.fold((0.0_f64, 0.0_f64), |(low, high), x| (low.min(x), high.max(x)));
    let margin = (0.08 * (high - low)).max(0.5);
    (low - margin, high + margin)
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}\
svg{max-width:100%;height:auto}table{border-collapse:collapse;margin:1rem 0;display:block;overflow-x:auto}\
th,td{border-bottom:1px solid #ccc;padding:.3rem .7rem;text-align:right}td{white-space:nowrap}th:first-child,td:first-child{text-align:left}\
caption{text-align:left;font-weight:600}";

/// The plot and its figures as one page, without scripts.
///
/// # Errors
/// As [`svg`].
pub fn html(report: &Report, language: Language) -> Result<String> {
    let words = words(language);
    let mut page = format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{}</title><style>{STYLE}</style><main><h1>{}</h1><p>{} {}</p>\n",
        words.code, words.title, words.title, words.about, words.tables
    );
    let _ = writeln!(page, "<figure>{}</figure>", svg(report, language)?);
    for section in &report.worlds {
        figures(&mut page, section, words);
        promises(&mut page, section, words);
    }
    page.push_str("</main></html>\n");
    Ok(page)
}

fn figures(page: &mut String, section: &Section, words: &Words) {
    let _ = write!(page, "<table><caption>{}</caption><thead><tr>", truth_name(words, section.truth));
    for heading in std::iter::once(words.policy).chain(words.headings) {
        let _ = write!(page, "<th scope=\"col\">{heading}</th>");
    }
    page.push_str("</tr></thead><tbody>");
    for policy in &section.policies {
        let _ = write!(page, "<tr><th scope=\"row\">{}</th>", words.name(&policy.policy));
        for (name, _) in COLUMNS {
            let _ =
                write!(page, "<td>{}</td>", policy.against_greedy.get(name).map_or_else(String::new, |&x| percent(x)));
        }
        page.push_str("</tr>");
    }
    page.push_str("</tbody></table>\n");
}

fn promises(page: &mut String, section: &Section, words: &Words) {
    let _ = write!(
        page,
        "<table><caption>{}</caption><thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th>\
         <th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead><tbody>",
        truth_name(words, section.truth),
        words.promise,
        words.target,
        words.found,
        words.holds
    );
    for promise in &section.promises {
        let holds = if promise.holds { words.yes } else { words.no };
        let _ = write!(
            page,
            "<tr><th scope=\"row\">{}</th><td>{:+.2}</td><td>{:+.3}</td><td>{holds}</td></tr>",
            words.name(promise.what),
            promise.target,
            promise.found
        );
    }
    page.push_str("</tbody></table>\n");
}

#[cfg(test)]
mod tests {
    use super::{SeriesLabelPosition, corner};

    #[test]
    fn the_legend_hides_no_point_where_a_corner_is_free() {
        let is = |curves: &[Vec<(f64, f64)>], expected: &str| {
            let name = match corner(curves) {
                SeriesLabelPosition::UpperRight => "upper right",
                SeriesLabelPosition::LowerRight => "lower right",
                SeriesLabelPosition::UpperLeft => "upper left",
                _ => "lower left",
            };
            assert_eq!(name, expected, "{curves:?}");
        };
        is(&[vec![(0.5, 0.5)]], "upper right");
        // The dial's curve ends where there are most clicks and most surprise.
        is(&[vec![(0.2, 0.1), (0.9, 0.9)], vec![(0.1, 0.1)]], "lower right");
        is(&[vec![(0.1, 0.1), (0.9, 0.9)], vec![(0.9, 0.1)]], "upper left");
        is(&[vec![(0.2, 0.9), (0.95, 0.5)], vec![(0.9, 0.9), (0.5, 0.5), (0.9, 0.1)]], "lower left");
    }
}
