//! Three kinds of plot as inline SVG: intervals, points, and lines over categories.
//!
//! Guarantees: every plot has a title and a description for those who do not see
//! it; colours come from the page's style, so that light and dark both work, and
//! no meaning hangs on colour alone; every text is escaped.

use maud::{Markup, html};

use super::scale::Scale;

/// Width of every plot, in pixels of its own coordinates.
const WIDTH: f64 = 640.0;
/// Height of plots with two axes.
const HEIGHT: f64 = 340.0;
/// Height of a row of an interval plot.
const ROW: f64 = 26.0;
/// About how wide a letter of a label is.
const LETTER: f64 = 6.4;

/// How a thing is drawn: a colour and a shape, by number; 0 is the engine.
pub(super) type Look = usize;

/// What a plot says in words.
pub(super) struct Words<'a> {
    /// Unique on the page, for references.
    pub(super) id: &'a str,
    /// What it shows.
    pub(super) title: &'a str,
    /// What is to be seen in it.
    pub(super) description: &'a str,
}

/// A row of an interval plot.
pub(super) struct Span {
    pub(super) label: String,
    pub(super) value: f64,
    /// Ends of the interval, where there is one.
    pub(super) ends: Option<(f64, f64)>,
    pub(super) look: Look,
}

/// A point of a plot with two axes.
pub(super) struct Point {
    pub(super) label: String,
    pub(super) x: f64,
    pub(super) y: f64,
    /// Ends of the interval of `y`, where there is one.
    pub(super) ends: Option<(f64, f64)>,
    pub(super) look: Look,
}

/// A line of a plot over categories; a category without a value breaks it.
pub(super) struct Line {
    pub(super) label: String,
    pub(super) values: Vec<Option<f64>>,
    pub(super) look: Look,
}

/// How a plot of points is drawn.
#[derive(Clone, Copy, Default)]
pub(super) struct Drawing {
    /// A line through the points, in their order.
    pub(super) joined: bool,
    /// The line where both axes are equal, which then have the same range.
    pub(super) diagonal: bool,
}

/// Values with their intervals, one row each, the first on top; `marks` are vertical lines with a name.
pub(super) fn intervals(words: &Words<'_>, axis: &str, rows: &[Span], marks: &[(f64, &str)]) -> Markup {
    let longest = rows.iter().map(|row| row.label.chars().count()).max().unwrap_or(0) as f64;
    let left = (longest * LETTER + 14.0).min(WIDTH * 0.5);
    let (top, bottom) = (if marks.is_empty() { 6.0 } else { 22.0 }, 40.0);
    let height = top + rows.len() as f64 * ROW + bottom;
    let ends = rows.iter().flat_map(|row| row.ends.map(|(low, high)| [low, high]).into_iter().flatten());
    let numbers = rows.iter().map(|row| row.value).chain(ends).chain(marks.iter().map(|mark| mark.0));
    let x = Scale::of(numbers, 5, left + 8.0, WIDTH - 16.0);
    let body = html! {
        @for tick in x.ticks() {
            line.grid x1=(x.at(tick)) x2=(x.at(tick)) y1=(top) y2=(height - bottom) {}
            text.tick x=(x.at(tick)) y=(height - bottom + 16.0) text-anchor="middle" { (x.text(tick)) }
        }
        @for (at, name) in marks {
            line.mark x1=(x.at(*at)) x2=(x.at(*at)) y1=(top) y2=(height - bottom) {}
            text.tick x=(x.at(*at)) y=(top - 6.0) text-anchor="middle" { (name) }
        }
        @for (row, y) in rows.iter().zip(0..).map(|(row, at)| (row, top + (f64::from(at) + 0.5) * ROW)) {
            text.label x=(left) y=(y + 4.0) text-anchor="end" { (shortened(&row.label, left)) }
            @if let Some((low, high)) = row.ends {
                line class=(format!("whisker s{}", row.look)) x1=(x.at(low)) x2=(x.at(high)) y1=(y) y2=(y) {}
            }
            (mark(row.look, x.at(row.value), y, &format!("{}: {}", row.label, number(row.value))))
        }
        text.axis x=((left + WIDTH) / 2.0) y=(height - 6.0) text-anchor="middle" { (axis) }
    };
    figure(words, height, &body)
}

/// Points with their labels where these have room.
pub(super) fn points(words: &Words<'_>, axes: [&str; 2], points: &[Point], drawing: Drawing) -> Markup {
    let ends = points.iter().flat_map(|point| point.ends.map(|(low, high)| [low, high]).into_iter().flatten());
    let mut ys: Vec<f64> = points.iter().map(|point| point.y).chain(ends).collect();
    let mut xs: Vec<f64> = points.iter().map(|point| point.x).collect();
    if drawing.diagonal {
        xs.extend(ys.clone());
        xs.push(0.0);
        ys.clone_from(&xs);
    }
    let (x, y) = (Scale::of(xs, 5, 62.0, WIDTH - 20.0), Scale::of(ys, 5, HEIGHT - 46.0, 14.0));
    let end = |ticks: &[f64]| (ticks.first().copied().unwrap_or(0.0), ticks.last().copied().unwrap_or(1.0));
    let path = |look: Look| {
        let own = points.iter().filter(|point| point.look == look);
        own.map(|point| format!("{},{}", x.at(point.x), y.at(point.y))).collect::<Vec<_>>().join(" ")
    };
    let looks = points.iter().map(|point| point.look).max().map_or(0, |most| most + 1);
    let places: Vec<(f64, f64)> = points.iter().map(|point| (x.at(point.x), y.at(point.y))).collect();
    let labels: Vec<&str> = points.iter().map(|point| point.label.as_str()).collect();
    let body = html! {
        (grid(&x, &y, axes))
        @if drawing.diagonal {
            @let (low, high) = end(&x.ticks());
            line.mark x1=(x.at(low)) y1=(y.at(low)) x2=(x.at(high)) y2=(y.at(high)) {}
        }
        @if drawing.joined {
            @for look in 0..looks { polyline class=(format!("path s{look}")) points=(path(look)) {} }
        }
        @for (point, (px, py)) in points.iter().zip(&places) {
            @if let Some((low, high)) = point.ends {
                line class=(format!("whisker s{}", point.look)) x1=(px) x2=(px) y1=(y.at(low)) y2=(y.at(high)) {}
            }
            (mark(point.look, *px, *py, &said(point)))
        }
        @for (label, lx, ly, anchor) in placed(&labels, &places) {
            text.note x=(lx) y=(ly) text-anchor=(anchor) { (label) }
        }
    };
    figure(words, HEIGHT, &body)
}

/// Lines over categories, with a legend below.
pub(super) fn lines(words: &Words<'_>, axes: [&str; 2], categories: &[String], lines: &[Line]) -> Markup {
    let values = || lines.iter().flat_map(|line| line.values.iter().flatten().copied());
    let y = Scale::of(values().chain([0.0]), 4, HEIGHT - 46.0, 14.0);
    let step = (WIDTH - 82.0) / categories.len().max(1) as f64;
    let x = |at: usize| 62.0 + (at as f64 + 0.5) * step;
    let path = |line: &Line| {
        let places =
            line.values.iter().enumerate().filter_map(|(at, value)| Some(format!("{:.1},{}", x(at), y.at((*value)?))));
        places.collect::<Vec<_>>().join(" ")
    };
    let body = html! {
        @for tick in y.ticks() {
            line.grid x1="62" x2=(WIDTH - 20.0) y1=(y.at(tick)) y2=(y.at(tick)) {}
            text.tick x="56" y=(y.at(tick) + 4.0) text-anchor="end" { (y.text(tick)) }
        }
        @for (at, category) in categories.iter().enumerate() {
            text.tick x=(format!("{:.1}", x(at))) y=(HEIGHT - 28.0) text-anchor="middle" { (shortened(category, step)) }
        }
        (axis_names(axes))
        @for line in lines {
            polyline class=(format!("path s{}", line.look)) points=(path(line)) {}
            @for (at, value) in line.values.iter().enumerate() {
                @if let Some(value) = value {
                    (mark(line.look, x(at), y.at(*value), &format!("{}, {}: {}", line.label, categories[at], number(*value))))
                }
            }
        }
    };
    html! { (figure(words, HEIGHT, &body)) (legend(lines.iter().map(|line| (line.look, line.label.as_str())))) }
}

/// What the colours and shapes mean.
pub(super) fn legend<'a>(entries: impl Iterator<Item = (Look, &'a str)>) -> Markup {
    html! {
        ul.legend {
            @for (look, name) in entries {
                li { svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" { (mark(look, 8.0, 8.0, "")) } (name) }
            }
        }
    }
}

/// A number of a table or a tooltip.
pub(super) fn number(x: f64) -> String {
    if !x.is_finite() {
        return "–".to_owned();
    }
    if x.abs() >= 100.0 { format!("{x:.0}") } else { format!("{x:.4}") }
}

fn figure(words: &Words<'_>, height: f64, body: &Markup) -> Markup {
    let Words { id, title, description } = words;
    html! {
        svg.plot viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-labelledby=(format!("{id}-title {id}-text")) {
            title id=(format!("{id}-title")) { (title) }
            desc id=(format!("{id}-text")) { (description) }
            (body)
        }
    }
}

fn grid(x: &Scale, y: &Scale, axes: [&str; 2]) -> Markup {
    html! {
        @for tick in x.ticks() {
            line.grid x1=(x.at(tick)) x2=(x.at(tick)) y1="14" y2=(HEIGHT - 46.0) {}
            text.tick x=(x.at(tick)) y=(HEIGHT - 28.0) text-anchor="middle" { (x.text(tick)) }
        }
        @for tick in y.ticks() {
            line.grid x1="62" x2=(WIDTH - 20.0) y1=(y.at(tick)) y2=(y.at(tick)) {}
            text.tick x="56" y=(y.at(tick) + 4.0) text-anchor="end" { (y.text(tick)) }
        }
        (axis_names(axes))
    }
}

fn axis_names([x, y]: [&str; 2]) -> Markup {
    html! {
        text.axis x=((62.0 + WIDTH - 20.0) / 2.0) y=(HEIGHT - 8.0) text-anchor="middle" { (x) }
        text.axis transform=(format!("translate(14 {}) rotate(-90)", (HEIGHT - 32.0) / 2.0)) text-anchor="middle" { (y) }
    }
}

/// A mark of the look's shape, with a tooltip.
fn mark(look: Look, x: f64, y: f64, says: &str) -> Markup {
    let at = |dx: f64, dy: f64| format!("{:.1},{:.1}", x + dx, y + dy);
    let corners = match look % 4 {
        1 => vec![at(-4.5, -4.5), at(4.5, -4.5), at(4.5, 4.5), at(-4.5, 4.5)],
        2 => vec![at(0.0, -6.0), at(5.5, 4.5), at(-5.5, 4.5)],
        _ => vec![at(0.0, -6.0), at(6.0, 0.0), at(0.0, 6.0), at(-6.0, 0.0)],
    };
    html! {
        g class=(format!("dot s{look}")) {
            @if !says.is_empty() { title { (says) } }
            @if look.is_multiple_of(4) { circle cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r="5.5" {} }
            @else { polygon points=(corners.join(" ")) {} }
        }
    }
}

/// What is told of a point on demand.
fn said(Point { label, x, y, .. }: &Point) -> String {
    let name = if label.is_empty() { String::new() } else { format!("{label}: ") };
    format!("{name}{} and {}", number(*x), number(*y))
}

/// Labels that cover neither a point nor one another, beside, above or below their point; the others are left to the table.
fn placed<'a>(labels: &[&'a str], places: &[(f64, f64)]) -> Vec<(&'a str, f64, f64, &'static str)> {
    let mut boxes: Vec<[f64; 4]> = places.iter().map(|&(x, y)| [x - 7.0, y - 7.0, x + 7.0, y + 7.0]).collect();
    let mut found = Vec::new();
    for (label, &(x, y)) in labels.iter().zip(places).filter(|(label, _)| !label.is_empty()) {
        let wide = label.chars().count() as f64 * LETTER;
        let tries = [
            (x + 10.0, y + 4.0, "start", x + 10.0),
            (x - 10.0, y + 4.0, "end", x - 10.0 - wide),
            (x, y - 11.0, "middle", x - wide / 2.0),
            (x, y + 19.0, "middle", x - wide / 2.0),
        ];
        let free = tries.into_iter().find_map(|(tx, ty, anchor, left)| {
            let own = [left, ty - 10.0, left + wide, ty + 3.0];
            let inside = left >= 60.0 && own[2] <= WIDTH && own[1] >= 0.0 && own[3] <= HEIGHT - 44.0;
            let apart =
                |other: &[f64; 4]| own[2] < other[0] || other[2] < own[0] || own[3] < other[1] || other[3] < own[1];
            (inside && boxes.iter().all(apart)).then_some((tx, ty, anchor, own))
        });
        if let Some((tx, ty, anchor, own)) = free {
            boxes.push(own);
            found.push((*label, tx, ty, anchor));
        }
    }
    found
}

/// A text that fits into so many pixels, shortened where it would not.
fn shortened(text: &str, width: f64) -> String {
    let room = (width / LETTER).max(3.0) as usize;
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::{placed, shortened};

    #[test]
    fn labels_never_cover_one_another() {
        let places = [(300.0, 100.0), (310.0, 103.0), (305.0, 98.0), (500.0, 200.0)];
        let found = placed(&["first", "second", "third", ""], &places);
        assert!(found.len() >= 2 && found.iter().all(|(label, ..)| !label.is_empty()));
        let rows: Vec<f64> = found.iter().map(|(_, _, y, _)| *y).collect();
        assert!(found.iter().zip(&rows).all(|((_, x, y, _), _)| x.is_finite() && y.is_finite()));
    }

    #[test]
    fn long_texts_are_shortened_by_letters_not_bytes() {
        assert_eq!(shortened("ééééééééé", 32.0), "éééé…");
        assert_eq!(shortened("ab", 32.0), "ab");
    }
}
