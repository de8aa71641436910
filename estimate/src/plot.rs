//! A picture of estimates: a bar per bucket, its interval as a whisker. Plain SVG, no script.

use core::fmt::Write;

use crate::estimate::Row;

const LINE: f64 = 24.0;
const LABELS: f64 = 220.0;
const WIDTH: f64 = 460.0;

/// The picture, with the same figures as text for those who do not see it.
#[must_use]
pub fn svg(rows: &[Row], reports: u64) -> String {
    let most = rows.iter().map(|row| row.high).fold(1.0, f64::max);
    let least = rows.iter().map(|row| row.low).fold(0.0, f64::min);
    let x = |count: f64| LABELS + WIDTH * (count - least) / (most - least);
    let height = LINE * (rows.len() as f64 + 1.5);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 {:.0} {height:.0}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"#222\">\n<title>{reports} reports</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        LABELS + WIDTH + 20.0
    );
    for (at, row) in rows.iter().enumerate() {
        let top = LINE * (at as f64 + 0.5);
        let middle = top + LINE / 2.0;
        let (from, to) = (x(row.count.min(0.0)), x(row.count.max(0.0)));
        // Writing to a String cannot fail.
        let _ = writeln!(
            svg,
            "<g><title>{label}: {count:.1}, between {low:.1} and {high:.1}</title>\
             <text x=\"{text:.1}\" y=\"{base:.1}\" text-anchor=\"end\">{label}</text>\
             <rect x=\"{from:.1}\" y=\"{bar:.1}\" width=\"{width:.1}\" height=\"14\" fill=\"#3b7a8c\"/>\
             <path d=\"M{a:.1} {middle:.1}H{b:.1}M{a:.1} {up:.1}V{down:.1}M{b:.1} {up:.1}V{down:.1}\" stroke=\"#222\" \
             fill=\"none\"/></g>",
            label = escaped(&row.label),
            count = row.count,
            low = row.low,
            high = row.high,
            text = LABELS - 8.0,
            base = middle + 4.5,
            bar = middle - 7.0,
            width = to - from,
            a = x(row.low),
            b = x(row.high),
            up = middle - 4.0,
            down = middle + 4.0,
        );
    }
    let zero = x(0.0);
    let _ = writeln!(svg, "<path d=\"M{zero:.1} {:.1}V{:.1}\" stroke=\"#888\"/>\n</svg>", LINE / 2.0, height - LINE);
    svg
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
