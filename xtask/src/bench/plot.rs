//! Growth as pictures: both axes in powers of ten, so that a power law is a straight line.
//!
//! Guarantees: every picture has a title and a description; the page has its figures as a table
//! too; lines differ in mark as well as in colour.

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use super::figures::{Figures, Point, ScanSize};

const SIZE: (u32, u32) = (640, 400);
/// Colours that differ in lightness too.
const COLOURS: [RGBColor; 5] =
    [RGBColor(0, 90, 156), RGBColor(200, 80, 0), RGBColor(90, 90, 90), RGBColor(120, 40, 130), RGBColor(0, 120, 80)];

struct Line {
    name: String,
    points: Vec<(f64, f64)>,
}

struct Picture {
    file: &'static str,
    title: &'static str,
    x: &'static str,
    lines: Vec<Line>,
}

/// Name and content of each picture.
pub(super) fn all(figures: &Figures) -> Result<Vec<(&'static str, String)>> {
    let growth = &figures.calls.found.growth;
    let one = |points: &[Point]| {
        let points = points.iter().map(|it| (it.x, it.times.median)).collect();
        vec![Line { name: "rank".to_owned(), points }]
    };
    let pictures = [
        Picture {
            file: "scan",
            title: "Finding the best 48 of many vectors",
            x: "items",
            lines: scans(&figures.scan.found.sizes),
        },
        Picture { file: "items", title: "rank, by items of the catalog", x: "items", lines: one(&growth.items) },
        Picture { file: "places", title: "rank of 10,000 items, by places", x: "places", lines: one(&growth.places) },
        Picture {
            file: "events",
            title: "rank of 10,000 items, by events in the log",
            x: "events",
            lines: one(&growth.events),
        },
        Picture { file: "rules", title: "rank of 10,000 items, by rules", x: "rules", lines: one(&growth.rules) },
    ];
    pictures.iter().map(|picture| Ok((picture.file, draw(picture)?))).collect()
}

/// Ours, the roofline, and the fastest of each kind.
fn scans(sizes: &[ScanSize]) -> Vec<Line> {
    let names = ["flaneur", "reading the bytes", "onnxruntime-web", "hnswlib-wasm, HNSW", "typed array and heap"];
    let line = |name: &str| {
        let points: Vec<_> =
            sizes.iter().filter_map(|size| Some((f64::from(size.items), size.named(name)?.times.median))).collect();
        Line { name: name.to_owned(), points }
    };
    names.into_iter().map(line).filter(|line| line.points.len() > 1).collect()
}

fn draw(picture: &Picture) -> Result<String> {
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        root.fill(&WHITE).map_err(fault)?;
        let all = || picture.lines.iter().flat_map(|line| line.points.iter());
        let (x, y) = (range(all().map(|at| at.0)), range(all().map(|at| at.1)));
        let mut chart = ChartBuilder::on(&root)
            .caption(picture.title, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(64)
            .build_cartesian_2d((x.0..x.1).log_scale(), (y.0..y.1).log_scale())
            .map_err(fault)?;
        chart
            .configure_mesh()
            .x_desc(picture.x)
            .y_desc("milliseconds, median")
            .x_label_formatter(&|x| super::promises::plain(*x))
            .y_label_formatter(&|y| super::promises::plain(*y))
            .label_style(("sans-serif", 13))
            .draw()
            .map_err(fault)?;
        for (at, (line, colour)) in picture.lines.iter().zip(COLOURS).enumerate() {
            let drawn = LineSeries::new(line.points.iter().copied(), colour.stroke_width(2));
            let size = 5 - at as i32 / 2; // marks of different size, where colours are not seen
            chart
                .draw_series(drawn)
                .map_err(fault)?
                .label(&line.name)
                .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], colour.stroke_width(2)));
            let filled = if at % 2 == 0 { colour.filled() } else { colour.stroke_width(2) };
            chart.draw_series(line.points.iter().map(|&point| Circle::new(point, size, filled))).map_err(fault)?;
        }
        if picture.lines.len() > 1 {
            let mut legend = chart.configure_series_labels();
            legend.background_style(WHITE).border_style(RGBColor(160, 160, 160)).label_font(("sans-serif", 13));
            legend.position(SeriesLabelPosition::UpperLeft).draw().map_err(fault)?;
        }
        root.present().map_err(fault)?;
    }
    named(&text, picture)
}

/// The picture with its name and what is to be seen.
fn named(text: &str, picture: &Picture) -> Result<String> {
    let ends = |line: &Line| {
        let (first, last) = (line.points.first()?, line.points.last()?);
        let ms = |at: &(f64, f64)| format!("{} ms at {}", super::promises::plain(at.1), super::promises::plain(at.0));
        Some(format!("{}: {}, {}.", line.name, ms(first), ms(last)))
    };
    let told: Vec<String> = picture.lines.iter().filter_map(ends).collect();
    let head = text.find("<svg").and_then(|at| Some(at + text[at..].find('>')? + 1));
    let at = head.ok_or_else(|| anyhow!("the plot has no beginning"))?;
    let mut text = text.to_owned();
    text.insert_str(at, &format!("<title>{}</title><desc>{}</desc>", picture.title, told.join(" ")));
    Ok(text.replacen("<svg ", "<svg role=\"img\" ", 1))
}

/// From a little below the least to a little above the most.
fn range(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = numbers.fold((f64::INFINITY, 0.0_f64), |(low, high), x| (low.min(x), high.max(x)));
    (low / 1.5, high * 1.5)
}

fn fault(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("the plot cannot be drawn: {error}")
}
