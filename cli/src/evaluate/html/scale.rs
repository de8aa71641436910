//! From numbers to places on a plot, and the round numbers beside an axis.

use libm::{ceil, floor, log10, pow, round};

/// A range of numbers drawn over a range of pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    step: f64,
}

impl Scale {
    /// Covers the numbers with about `ticks` round steps; a range without width gets one.
    ///
    /// `from` and `to` are pixels; `to` may be below `from`.
    pub(super) fn of(numbers: impl IntoIterator<Item = f64>, ticks: usize, from: f64, to: f64) -> Self {
        let finite = numbers.into_iter().filter(|x| x.is_finite());
        let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
        let (low, high) = if low > high { (0.0, 1.0) } else { (low, high) };
        let width = if high > low { high - low } else { low.abs().max(1e-3) };
        let step = round_step(width / ticks.max(1) as f64);
        // A hundred-millionth of a step is the error of a division, not a number beyond the tick.
        let (low, high) = (floor(low / step + 1e-8) * step, ceil(high / step - 1e-8) * step);
        Self { low, high: if high > low { high } else { low + step }, from, to, step }
    }

    /// The pixel of a number.
    pub(super) fn at(&self, x: f64) -> f64 {
        let share = (x - self.low) / (self.high - self.low);
        round(10.0 * (self.from + share * (self.to - self.from))) / 10.0
    }

    /// The round numbers, ascending.
    pub(super) fn ticks(&self) -> Vec<f64> {
        let count = round((self.high - self.low) / self.step) as usize;
        (0..=count).map(|at| self.low + at as f64 * self.step).collect()
    }

    /// A number with as many digits as tell two ticks apart.
    pub(super) fn text(&self, x: f64) -> String {
        let digits = (-floor(log10(self.step) + 1e-8)).max(0.0) as usize;
        // No minus before a zero.
        format!("{:.digits$}", if x.abs() < self.step / 2.0 { 0.0 } else { x })
    }
}

/// 1, 2 or 5 times a power of ten, at least `step`.
fn round_step(step: f64) -> f64 {
    let power = pow(10.0, floor(log10(step)));
    let round = [1.0, 2.0, 5.0].into_iter().find(|round| round * power >= step * (1.0 - 1e-9));
    round.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::Scale;

    #[test]
    fn ticks_are_round_and_cover_the_numbers() {
        let scale = Scale::of([0.0231, 0.2549], 5, 0.0, 100.0);
        let ticks: Vec<String> = scale.ticks().iter().map(|&tick| scale.text(tick)).collect();
        assert_eq!(ticks, ["0.00", "0.05", "0.10", "0.15", "0.20", "0.25", "0.30"]);
        assert_eq!((scale.at(0.0), scale.at(0.3), scale.at(0.15)), (0.0, 100.0, 50.0));
    }

    #[test]
    fn a_range_without_width_and_no_numbers_still_have_an_axis() {
        for numbers in [vec![0.5], vec![0.0, 0.0], vec![], vec![f64::NAN]] {
            let scale = Scale::of(numbers.clone(), 4, 0.0, 100.0);
            assert!(scale.ticks().len() >= 2, "{numbers:?}");
            assert!(scale.ticks().iter().all(|x| x.is_finite()));
        }
    }

    #[test]
    fn a_scale_over_zero_names_it_without_a_sign() {
        let scale = Scale::of([-0.03, 0.01], 4, 0.0, 100.0);
        assert_eq!(
            scale.ticks().iter().map(|&tick| scale.text(tick)).collect::<Vec<_>>(),
            ["-0.03", "-0.02", "-0.01", "0.00", "0.01"]
        );
    }
}
