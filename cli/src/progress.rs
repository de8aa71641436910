//! Progress of long work on the terminal, silent when there is none.

use std::fmt::Write;

use indicatif::{HumanCount, MultiProgress, ProgressBar, ProgressState, ProgressStyle};

/// The bars of one run.
#[derive(Clone, Debug, Default)]
pub struct Progress(MultiProgress);

impl Progress {
    /// A bar over the bytes of a file; its length is set when the file is opened.
    #[must_use]
    pub fn bytes(&self, what: &'static str) -> ProgressBar {
        self.bar(0, "{msg:24} {wide_bar} {bytes:>10}/{total_bytes} {bytes_per_sec:>12} {eta:>4} left", what)
    }

    /// A bar over a known number of things.
    #[must_use]
    pub fn steps(&self, what: &'static str, len: usize) -> ProgressBar {
        self.bar(len as u64, "{msg:24} {wide_bar} {human_pos:>10}/{human_len} {rate:>12} {eta:>4} left", what)
    }

    fn bar(&self, len: u64, template: &str, what: &'static str) -> ProgressBar {
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let style = style.with_key("rate", |state: &ProgressState, out: &mut dyn Write| {
            let _ = out.write_str(&rate(state.per_sec()));
        });
        self.0.add(ProgressBar::new(len).with_style(style).with_message(what))
    }
}

/// How many a second: nobody reads twelve digits that change.
fn rate(per_second: f64) -> String {
    if per_second < 10.0 { format!("{per_second:.1}/s") } else { format!("{}/s", HumanCount(per_second as u64)) }
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn a_rate_is_short_enough_to_be_read() {
        assert_eq!(rate(30_963.850_520_3), "30,963/s");
        assert_eq!(rate(0.25), "0.2/s");
        assert_eq!(rate(9.96), "10.0/s");
    }
}
