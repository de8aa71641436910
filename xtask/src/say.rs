//! What the commands tell a person: headings, progress, durations, errors.
//!
//! On a terminal a quiet tool gets a spinner; elsewhere (CI, a pipe) each
//! step is one plain line when it starts and one when it ends.

use std::time::{Duration, Instant};

use console::{Term, style};
use indicatif::{ProgressBar, ProgressStyle};

/// A heading: what comes next belongs to `title`.
pub(crate) fn heading(title: &str) {
    eprintln!("\n{}", style(format!("━━ {title} ━━")).bold().cyan().for_stderr());
}

/// One line about something that is going on.
pub(crate) fn note(text: &str) {
    eprintln!("{} {text}", style("·").dim().for_stderr());
}

/// One line about a step whose tool prints for itself.
pub(crate) fn step(text: &str) {
    eprintln!("{} {text}", style("→").bold().for_stderr());
}

/// One line about something that a person should look at.
pub(crate) fn warn(text: &str) {
    eprintln!("{} {text}", style("!").bold().yellow().for_stderr());
}

/// The error and the chain of what was being done.
pub(crate) fn error(error: &anyhow::Error) {
    eprintln!("\n{} {error}", style("error:").bold().red().for_stderr());
    for cause in error.chain().skip(1) {
        eprintln!("  because: {cause}");
    }
}

/// A step in progress; it reports its end when it is finished or dropped.
pub(crate) struct Step {
    text: String,
    started: Instant,
    bar: Option<ProgressBar>,
    done: bool,
}

impl Step {
    /// Announces a step whose tool is quiet.
    pub(crate) fn start(text: impl Into<String>) -> Self {
        let text = text.into();
        let bar = Term::stderr().is_term().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner:.cyan} {msg} {elapsed:.dim}") {
                bar.set_style(style);
            }
            bar.set_message(text.clone());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        if bar.is_none() {
            step(&text);
        }
        Self { text, started: Instant::now(), bar, done: false }
    }

    /// Reports success with the time it took.
    pub(crate) fn finish(mut self) {
        self.end(true);
    }

    fn end(&mut self, succeeded: bool) {
        if std::mem::replace(&mut self.done, true) {
            return;
        }
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let mark = if succeeded { style("✓").green() } else { style("✗").red() };
        eprintln!("{} {} {}", mark.bold().for_stderr(), self.text, dim_duration(self.started.elapsed()));
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.end(false);
    }
}

/// A duration with the precision a person wants.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds >= 60 {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}

fn dim_duration(elapsed: Duration) -> console::StyledObject<String> {
    style(duration(elapsed)).dim().for_stderr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(duration(Duration::from_millis(1_240)), "1.2 s");
        assert_eq!(duration(Duration::from_secs(61)), "1 min 01 s");
    }
}
