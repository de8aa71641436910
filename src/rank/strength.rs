//! How strongly a slate departs from relevance alone, before evidence and with it.
//!
//! Source: `docs/ALGORITHMS.md` section 8 and decision 14.

/// How strongly a slate departs from relevance alone.
#[derive(Debug)]
pub(super) struct Strength {
    /// The boost for items off the obvious shelf at a dial of 1, log-odds; half of it at a dial of a half.
    pub(super) boost: f64,
    /// Discoveries at a dial of 1, as a share of the places.
    pub(super) discoveries: f64,
    /// Among how many of the best free candidates of a tier, off the obvious shelf, one is drawn.
    pub(super) within: usize,
    /// Penalty per unit of cosine to the nearest entry above, from a dial of [`crate::profile::DEFAULT_SURPRISE`] on; in proportion below.
    pub(super) likeness: f64,
    /// The bonus of an interest that lags a whole entry behind, in log-odds, when a visit begins; in proportion below the same dial.
    calibration: f64,
}

/// How many times the bonus of an interest that lags behind counts once something was seen in a visit: there it costs
/// next to nothing, since what was seen decides most of the order.
const UNDER_WAY: f64 = 3.0;

/// Before seen slates taught anything: a surprise that nobody can tell the odds of costs relevance.
const UNPROVEN: Strength =
    Strength { boost: 0.75, discoveries: 1.0 / 6.0, within: 15, likeness: 0.0, calibration: 0.3 };
/// With evidence: what was learned narrows a slate, and pays for more surprise.
const PROVEN: Strength = Strength { boost: 7.0, discoveries: 1.0, within: 120, likeness: 0.75, calibration: 0.1 };

impl Strength {
    /// As strong as the evidence allows.
    pub(super) fn of(has_evidence: bool) -> &'static Self {
        if has_evidence { &PROVEN } else { &UNPROVEN }
    }

    /// The bonus of an interest that lags a whole entry behind, in log-odds, from a dial of
    /// [`crate::profile::DEFAULT_SURPRISE`] on.
    pub(super) fn calibration(&self, is_under_way: bool) -> f64 {
        self.calibration * if is_under_way { UNDER_WAY } else { 1.0 }
    }
}
