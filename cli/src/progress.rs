//! Progress of long work on the terminal, silent when there is none.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

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
        self.bar(len as u64, "{msg:24} {wide_bar} {human_pos:>10}/{human_len} {per_sec:>12} {eta:>4} left", what)
    }

    fn bar(&self, len: u64, template: &str, what: &'static str) -> ProgressBar {
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        self.0.add(ProgressBar::new(len).with_style(style).with_message(what))
    }
}
