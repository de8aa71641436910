//! Explore: what was learned on the device as a term of the score, and draws whose chances are known.
//!
//! A place that is drawn asks one of 64 equally likely posterior draws, or, with
//! a small share, any of its best candidates alike. The 64 are a finite set that
//! the log determines, so the chance of every candidate, given the entries
//! above, is a count and exact: inverse-propensity estimates are unbiased.
//!
//! Cost: 32 integer dot products per candidate once, 64 additions per candidate and place.
//! Source: Thompson 1933; Chapelle & Li 2011; the finite ensemble as in `docs/ALGORITHMS.md`, section 8.

use super::direction::Direction;
use super::scratch::{Lent, Scratch};
use super::{Desk, Request};
use crate::catalog::{Catalog, FEATURES};
use crate::log::Tier;
use crate::math::symmetric::{factor, solve_upper};
use crate::math::{Stream, exp};
use crate::profile::Learned;

/// Posterior draws of the ensemble: mirrored pairs, so that their mean is the posterior's.
pub const ENSEMBLE: usize = 64;
/// Share of a draw that is uniform over the best candidates: no propensity below this over their number.
pub const UNIFORM_SHARE: f64 = 0.05;
/// Share that the plain order's candidate has outright: no weight of a replay of that order is above its inverse.
const PLAIN_SHARE: f64 = 0.04;
/// Standard deviation of the draws, in posterior standard deviations.
const SPREAD: f64 = 0.5;
/// Temperature of a draw without evidence, in log-odds.
const TEMPERATURE: f64 = 0.1;
/// How far below the highest value the best of a group is taken to be at most, in log-odds: `exp(-500)` is a number yet.
const DEEPEST: f64 = 500.0 * TEMPERATURE;

/// `w·z` of one weight vector, for any item.
struct Linear<'a> {
    direction: Option<Direction<'a>>,
    offset: f64,
    constant: f64,
}

impl<'a> Linear<'a> {
    fn of(desk: &Desk<'a>, weights: &[f64]) -> Self {
        let mut direction = desk.scratch.lend::<Vec<f64>>();
        let (offset, constant) = desk.catalog.unfold(weights, &mut direction);
        Self { direction: Direction::of(desk.scratch, &direction), offset, constant }
    }

    fn value(&self, catalog: &Catalog, item: u32) -> f64 {
        match &self.direction {
            Some(direction) if catalog.inverse_norm(item) > 0.0 => direction.product(catalog, item) + self.offset,
            _ => self.constant,
        }
    }

    /// The values of several items whose vectors stand side by side in `rows`.
    fn values(&self, catalog: &Catalog, items: &[u32], rows: &[u8], dots: &mut [i32], out: &mut Vec<f64>) {
        if let Some(direction) = &self.direction {
            direction.dots(rows, dots);
            out.extend(items.iter().zip(&*dots).map(|(&item, &dot)| {
                if catalog.inverse_norm(item) > 0.0 { direction.product_of(dot) + self.offset } else { self.constant }
            }));
        } else {
            out.extend(items.iter().map(|_| self.constant));
        }
    }
}

/// What was learned, when there is enough evidence to use it.
pub(super) struct Model<'a> {
    learned: &'a Learned,
    mean: Linear<'a>,
}

impl<'a> Model<'a> {
    /// `None` below 20 seen entries and 3 choices, without vectors, and for a frozen request.
    pub(super) fn new(desk: &Desk<'a>, request: &Request) -> Option<Self> {
        let learned = desk.profile.learned(desk.catalog, request.now);
        let speaks = learned.is_ready() && !request.frozen && desk.catalog.dims() > 0;
        speaks.then(|| Self { learned, mean: Linear::of(desk, learned.mean()) })
    }

    /// What it adds to an item's score, in log-odds.
    pub(super) fn value(&self, catalog: &Catalog, item: u32) -> f64 {
        self.mean.value(catalog, item)
    }

    /// The direction in which what it adds grows.
    pub(super) fn direction(&self) -> Option<&Direction<'a>> {
        self.mean.direction.as_ref()
    }

    /// The chosen item (for a loss: the passed-over one) that is most alike.
    pub(super) fn cause(&self, catalog: &Catalog, item: u32, value: f64) -> Option<u32> {
        let (taken, passed) = self.learned.causes();
        let known = if value > 0.0 { taken } else { passed };
        let alike = known.iter().filter(|&&other| other != item).map(|&other| (other, catalog.cosine(item, other)));
        alike.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(other, _)| other)
    }

    /// How far each pair of posterior draws lies from the mean for each item: `[ENSEMBLE / 2, items]`.
    ///
    /// Shapes: rows are the items' vectors, [items, dims], and may go on behind them.
    /// The draws are the same until another visit taught something, whatever the request's seed.
    pub(super) fn apart(
        &self,
        desk: &Desk<'a>,
        slot: &str,
        share: f64,
        items: &[u32],
        rows: &[u8],
    ) -> Lent<'a, Vec<f64>> {
        let mut stream = Stream::new(self.learned.mark(), slot);
        let (mut l, mut apart) = (desk.scratch.copy(self.learned.precision()), desk.scratch.lend());
        if !factor(&mut l, FEATURES) {
            return apart;
        }
        let mut dots = desk.scratch.filled(items.len(), 0_i32);
        for _ in 0..ENSEMBLE / 2 {
            let mut step = [0.0; FEATURES];
            step.iter_mut().for_each(|cell| *cell = stream.normal() * SPREAD * share);
            solve_upper(&l, &mut step);
            Linear::of(desk, &step).values(desk.catalog, items, rows, &mut dots, &mut apart);
        }
        apart
    }
}

/// Candidates of one drawn place, the best first.
pub(super) struct Contest<'a> {
    pub(super) scratch: &'a Scratch,
    /// Value of each, in log-odds.
    pub(super) values: Lent<'a, Vec<f64>>,
    /// In which group each competes.
    pub(super) groups: Lent<'a, Vec<u8>>,
    /// What share of the draws each group has; groups without a candidate give theirs to the others.
    pub(super) shares: [f64; Tier::COUNT],
    /// How many of the first the uniform share goes to.
    pub(super) uniform: usize,
    /// Which of them the plain order would show.
    pub(super) plain: Option<usize>,
}

impl<'a> Contest<'a> {
    /// The chance of each candidate. `apart` holds, for each pair of draws, how far each candidate moves;
    /// without pairs the draw is a softmax.
    pub(super) fn chances<'p>(
        &self,
        apart: impl Iterator<Item = &'p [f64]> + Clone,
        columns: &[u32],
    ) -> Lent<'a, Vec<f64>> {
        let n = self.values.len();
        let mut chances = self.scratch.filled(n, 0.0);
        let present = |group: usize| self.groups.contains(&(group as u8));
        let total: f64 = (0..Tier::COUNT).filter(|&group| present(group)).map(|group| self.shares[group]).sum();
        let rest = 1.0 - UNIFORM_SHARE - self.plain.map_or(0.0, |_| PLAIN_SHARE);
        let share = |group: usize| rest * self.shares[group] / total;
        if apart.clone().next().is_none() {
            self.softmax(&mut chances, share);
        }
        for group in 0..Tier::COUNT {
            let belongs = |&at: &u32| usize::from(self.groups[at as usize]) == group;
            let at = self.scratch.collect((0..n as u32).filter(belongs));
            let values = self.scratch.collect(at.iter().map(|&at| self.values[at as usize]));
            let columns = self.scratch.collect(at.iter().map(|&at| columns[at as usize]));
            let share = share(group) / ENSEMBLE as f64;
            for row in apart.clone() {
                let leaders = flaneur_kernels::leaders(&values, row, &columns);
                leaders.into_iter().flatten().for_each(|leader| chances[at[leader] as usize] += share);
            }
        }
        let uniform = self.uniform.min(n);
        chances[..uniform].iter_mut().for_each(|chance| *chance += UNIFORM_SHARE / uniform as f64);
        if let Some(plain) = self.plain {
            chances[plain] += PLAIN_SHARE;
        }
        chances
    }

    fn softmax(&self, chances: &mut [f64], share: impl Fn(usize) -> f64) {
        let mut best = [f64::NEG_INFINITY; Tier::COUNT];
        for (&value, &group) in self.values.iter().zip(self.groups.iter()) {
            let best = &mut best[usize::from(group)];
            *best = best.max(value);
        }
        let highest = best.iter().fold(f64::NEG_INFINITY, |most, &value| most.max(value));
        let mut sums = [0.0; Tier::COUNT];
        for ((chance, &value), &group) in chances.iter_mut().zip(self.values.iter()).zip(self.groups.iter()) {
            let group = usize::from(group);
            // The odds of a group that lies deeper would be lost.
            let level = highest.min(best[group] + DEEPEST);
            *chance = exp((value - level) / TEMPERATURE);
            sums[group] += *chance;
        }
        for (chance, &group) in chances.iter_mut().zip(self.groups.iter()) {
            let group = usize::from(group);
            *chance = *chance * share(group) / sums[group];
        }
    }
}

/// Draws an index by its chance; the chances add up to 1.
pub(super) fn draw(chances: &[f64], stream: &mut Stream) -> Option<usize> {
    let mut left = stream.unit();
    let mut chosen = None;
    for (at, chance) in chances.iter().enumerate().filter(|(_, chance)| **chance > 0.0) {
        chosen = Some(at);
        left -= chance;
        if left < 0.0 {
            break;
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::{Contest, ENSEMBLE, PLAIN_SHARE, Scratch, TEMPERATURE, UNIFORM_SHARE, draw};
    use crate::log::Tier;
    use crate::math::{Stream, exp};

    /// Chances by asking every draw of every group on its own.
    fn enumerated(contest: &Contest<'_>, apart: &[Vec<f64>], columns: &[u32]) -> Vec<f64> {
        let n = contest.values.len();
        let members = |group: usize| (0..n).filter(move |&at| usize::from(contest.groups[at]) == group);
        let open: Vec<usize> = (0..Tier::COUNT).filter(|&group| members(group).next().is_some()).collect();
        let total: f64 = open.iter().map(|&group| contest.shares[group]).sum();
        let mut chances = vec![0.0; n];
        for &group in &open {
            let outright = if contest.plain.is_some() { PLAIN_SHARE } else { 0.0 };
            let share = (1.0 - UNIFORM_SHARE - outright) * contest.shares[group] / total;
            for draw in 0..ENSEMBLE {
                let sign = if draw % 2 == 0 { 1.0 } else { -1.0 };
                let value = |at: usize| contest.values[at] + sign * apart[draw / 2][columns[at] as usize];
                let mut best = members(group).next().unwrap();
                members(group).for_each(|at| best = if value(at) > value(best) { at } else { best });
                chances[best] += share / ENSEMBLE as f64;
            }
        }
        let uniform = contest.uniform.min(n);
        chances[..uniform].iter_mut().for_each(|chance| *chance += UNIFORM_SHARE / uniform as f64);
        contest.plain.into_iter().for_each(|plain| chances[plain] += PLAIN_SHARE);
        chances
    }

    fn contest<'a>(scratch: &'a Scratch, stream: &mut Stream) -> (Contest<'a>, Vec<Vec<f64>>, Vec<u32>) {
        let n = 1 + stream.below(12);
        let columns: Vec<u32> = (0..n as u32).map(|at| 2 * at).collect();
        let apart = (0..ENSEMBLE / 2).map(|_| (0..2 * n).map(|_| stream.normal()).collect()).collect();
        let contest = Contest {
            scratch,
            values: scratch.collect((0..n).map(|_| stream.normal())),
            groups: scratch.collect((0..n).map(|_| stream.below(Tier::COUNT) as u8)),
            shares: [0.5, 0.3, 0.2],
            uniform: 1 + stream.below(12),
            plain: Some(stream.below(2 * n)).filter(|&at| at < n),
        };
        (contest, apart, columns)
    }

    #[test]
    fn chances_equal_an_enumeration_of_the_draws() {
        let (scratch, mut stream) = (Scratch::default(), Stream::new(3, "contests"));
        for _ in 0..500 {
            let (contest, apart, columns) = contest(&scratch, &mut stream);
            let chances = contest.chances(apart.iter().map(Vec::as_slice), &columns);
            for (found, expected) in chances.iter().zip(enumerated(&contest, &apart, &columns)) {
                assert!((found - expected).abs() < 1e-12);
            }
            assert!((chances.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            assert!(draw(&chances, &mut stream).is_some_and(|at| chances[at] > 0.0));
        }
    }

    #[test]
    fn however_far_apart_the_groups_are_each_is_drawn_as_often_as_its_share() {
        let scratch = Scratch::default();
        for depth in [0.0, 40.0, 60.0, 80.0, 1e6] {
            let contest = Contest {
                scratch: &scratch,
                values: scratch.copy(&[3.0, 2.9, 3.0 - depth, 2.9 - depth, -2.0 * depth]),
                groups: scratch.copy(&[0, 0, 1, 1, 2]),
                shares: [0.5, 0.3, 0.2],
                uniform: 1,
                plain: None,
            };
            let chances = contest.chances(std::iter::empty(), &[0, 1, 2, 3, 4]);
            assert!((chances.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{:?}", &*chances);
            assert!((chances[4] - 0.2 * (1.0 - UNIFORM_SHARE)).abs() < 1e-12, "{:?}", &*chances);
            assert!((chances[2] / chances[3] - exp(1.0)).abs() < 1e-6, "{:?}", &*chances);
            let (mut stream, draws) = (Stream::new(5, "depths"), 20_000);
            let mut drawn = [0.0; 5];
            (0..draws).for_each(|_| drawn[draw(&chances, &mut stream).unwrap()] += 1.0 / f64::from(draws));
            for (often, chance) in drawn.iter().zip(chances.iter()) {
                // Five standard errors of a share.
                assert!((often - chance).abs() < 5.0 * (chance * (1.0 - chance) / f64::from(draws)).sqrt());
            }
        }
    }

    #[test]
    fn without_evidence_a_draw_is_a_softmax_within_each_group() {
        let (scratch, mut stream) = (Scratch::default(), Stream::new(4, "contests"));
        for _ in 0..100 {
            let (contest, _, columns) = contest(&scratch, &mut stream);
            let chances = contest.chances(std::iter::empty(), &columns);
            assert!((chances.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let uniform = |at: usize| {
                let outright = if contest.plain == Some(at) { PLAIN_SHARE } else { 0.0 };
                let share = UNIFORM_SHARE / contest.uniform.min(chances.len()) as f64;
                outright + if at < contest.uniform { share } else { 0.0 }
            };
            for a in 0..chances.len() {
                for b in (0..a).filter(|&b| contest.groups[a] == contest.groups[b]) {
                    let odds = exp((contest.values[a] - contest.values[b]) / TEMPERATURE);
                    assert!((chances[a] - uniform(a) - odds * (chances[b] - uniform(b))).abs() < 1e-9 * odds.max(1.0));
                }
            }
        }
    }
}
