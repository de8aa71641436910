//! The normal distribution, as far as intervals and power need it.

/// P(Z ≤ x).
pub(crate) fn below(x: f64) -> f64 {
    0.5 * libm::erfc(-x / core::f64::consts::SQRT_2)
}

/// The x with P(Z ≤ x) = `probability`, which lies strictly between 0 and 1, by bisection to the last bits.
pub(crate) fn quantile(probability: f64) -> f64 {
    let (mut low, mut high) = (-40.0, 40.0);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if below(middle) < probability { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_quantiles_come_out() {
        assert!((quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-12);
        assert!((quantile(0.8) - 0.841_621_233_572_914_3).abs() < 1e-12);
        assert!((below(quantile(0.123)) - 0.123).abs() < 1e-14);
    }
}
