//! Fits the weights of the signals: listwise softmax with a ridge towards the defaults.
//!
//! A moment of the log is a choice among candidates, each with its signals. The
//! weights make the chosen ones likely: multinomial logit (McFadden 1974; as a
//! ranking loss, ListNet of Cao et al. 2007), kept near the defaults where the
//! log says little. Convex, solved by Newton's method.
//!
//! Guarantees: the same choices give the same bits, whatever the number of
//! threads: partial sums are made of fixed blocks and added in their order.
//! Costs: O(terms²) per candidate and step, about ten steps.

use flaneur::math::Top;
use nalgebra::{Cholesky, DMatrix, DVector};
use rayon::prelude::*;

/// A signal's column and its value.
pub type Term = (u16, f32);

/// One moment: the candidates' terms, and which were chosen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// Where each candidate's terms begin in `terms`, and their end.
    starts: Vec<u32>,
    terms: Vec<Term>,
    chosen: Vec<u32>,
}

impl Choice {
    /// Adds a candidate; values that are 0 or not finite are left out.
    pub fn push(&mut self, values: impl Iterator<Item = (u16, f64)>, is_chosen: bool) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        if is_chosen {
            self.chosen.push(self.starts.len() as u32 - 1);
        }
        let said = values.filter(|(_, value)| *value != 0.0 && value.is_finite());
        self.terms.extend(said.map(|(column, value)| (column, value as f32)));
        self.starts.push(self.terms.len() as u32);
    }

    /// Whether it teaches anything: something was chosen, and something was not.
    #[must_use]
    pub fn is_telling(&self) -> bool {
        !self.chosen.is_empty() && self.chosen.len() + 1 < self.starts.len()
    }

    /// NDCG of what was chosen, at a depth of `size`, when the candidates are sorted by these weights.
    #[must_use]
    pub fn ndcg(&self, weights: &[f64], size: usize) -> f64 {
        let mut top = Top::new(size);
        self.candidates().zip(0..).for_each(|(terms, at)| top.push(score(terms, weights), at));
        let gain = |place: usize| 1.0 / libm::log2(place as f64 + 2.0);
        let sorted = top.into_sorted();
        let won = sorted.iter().enumerate().filter(|(_, at)| self.chosen.contains(at)).map(|(place, _)| gain(place));
        won.sum::<f64>() / (0..self.chosen.len().min(size)).map(gain).sum::<f64>()
    }

    fn candidates(&self) -> impl Iterator<Item = &[Term]> {
        self.starts.windows(2).map(|ends| &self.terms[ends[0] as usize..ends[1] as usize])
    }
}

/// How strongly the defaults hold: the ridge, per choice, on weights in units of their signal's size.
///
/// A compromise: less fits the tuning period better, more keeps what holds for other periods.
pub const RIDGE: f64 = 0.1;
/// Choices per partial sum.
const BLOCK: usize = 32;
/// Steps at most.
const STEPS: usize = 40;
/// A step that gains less per choice is the last.
const ENOUGH: f64 = 1e-9;

/// How far from the defaults to the fit the weights may go.
const WAYS: [f64; 3] = [0.0, 0.5, 1.0];

/// The weights between the defaults and their fit that rank choices best which the fit has not seen.
///
/// Each half of the choices judges the fit on the other half; ties go to the defaults. A fit explains
/// choices, also those that no list could have reached; what counts is the order of the first `size`.
/// Cost: three fits.
#[must_use]
pub fn fit_checked(choices: &[Choice], defaults: &[f64], ridge: f64, size: usize) -> Vec<f64> {
    let between = |fitted: &[f64], way: f64| -> Vec<f64> {
        defaults.iter().zip(fitted).map(|(default, fitted)| default + way * (fitted - default)).collect()
    };
    let half = |odd: usize| -> Vec<Choice> { choices.iter().skip(odd).step_by(2).cloned().collect() };
    let halves = [half(0), half(1)];
    let mut gains = [0.0; WAYS.len()];
    for (taught, judged) in [(&halves[0], &halves[1]), (&halves[1], &halves[0])] {
        let fitted = fit(taught, defaults, ridge);
        for (gain, way) in gains.iter_mut().zip(WAYS) {
            let weights = between(&fitted, way);
            let values: Vec<f64> = judged.par_iter().map(|choice| choice.ndcg(&weights, size)).collect();
            *gain += values.iter().sum::<f64>();
        }
    }
    let best = (0..WAYS.len()).fold(0, |best, at| if gains[at] > gains[best] { at } else { best });
    between(&fit(choices, defaults, ridge), WAYS[best])
}

/// The fitted weights, one per column of `defaults`; columns that no candidate has keep theirs.
///
/// `ridge` is per choice; 0 trusts the choices alone.
#[must_use]
pub fn fit(choices: &[Choice], defaults: &[f64], ridge: f64) -> Vec<f64> {
    let sizes = sizes(choices, defaults.len());
    let penalty: Vec<f64> = sizes.iter().map(|size| ridge * size * size).collect();
    let columns: Vec<usize> = (0..defaults.len()).filter(|&column| sizes[column] > 0.0).collect();
    let mut weights = defaults.to_vec();
    if columns.is_empty() || choices.is_empty() {
        return weights;
    }
    let mut found = slope(choices, &weights, true);
    let mut loss = total(&found, &weights, defaults, &penalty, choices.len());
    for _ in 0..STEPS {
        let Some(step) = newton(&found, &weights, defaults, &penalty, choices.len(), &columns) else { break };
        let Some((next, next_loss)) = walk(choices, &weights, &step, &columns, loss, defaults, &penalty) else { break };
        let gain = loss - next_loss;
        (weights, loss) = (next, next_loss);
        if gain < ENOUGH {
            break;
        }
        found = slope(choices, &weights, true);
    }
    weights
}

/// Root mean square of each column over all candidates.
fn sizes(choices: &[Choice], columns: usize) -> Vec<f64> {
    let (mut squares, mut count) = (vec![0.0; columns], 0.0_f64);
    for choice in choices {
        count += choice.starts.len().saturating_sub(1) as f64;
        for &(column, value) in &choice.terms {
            squares[column as usize] += f64::from(value) * f64::from(value);
        }
    }
    squares.into_iter().map(|square: f64| (square / count.max(1.0)).sqrt()).collect()
}

/// Loss, gradient and curvature, summed over choices.
struct Slope {
    loss: f64,
    gradient: Vec<f64>,
    /// Row-major, lower triangle.
    curvature: Vec<f64>,
}

fn slope(choices: &[Choice], weights: &[f64], with_curvature: bool) -> Slope {
    let columns = weights.len();
    let blocks: Vec<Slope> = choices.par_chunks(BLOCK).map(|block| of_block(block, weights, with_curvature)).collect();
    let empty = || Slope { loss: 0.0, gradient: vec![0.0; columns], curvature: Vec::new() };
    blocks.into_iter().fold(empty(), |mut sum, block| {
        sum.loss += block.loss;
        add(&mut sum.gradient, 1.0, &block.gradient);
        sum.curvature.resize(block.curvature.len(), 0.0);
        add(&mut sum.curvature, 1.0, &block.curvature);
        sum
    })
}

fn add(sum: &mut [f64], factor: f64, other: &[f64]) {
    sum.iter_mut().zip(other).for_each(|(sum, x)| *sum += factor * x);
}

fn of_block(block: &[Choice], weights: &[f64], with_curvature: bool) -> Slope {
    let columns = weights.len();
    let squares = if with_curvature { columns * columns } else { 0 };
    let mut sum = Slope { loss: 0.0, gradient: vec![0.0; columns], curvature: vec![0.0; squares] };
    let mut scores: Vec<f64> = Vec::new();
    for choice in block {
        scores.clear();
        scores.extend(choice.candidates().map(|terms| score(terms, weights)));
        let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        scores.iter_mut().for_each(|score| *score = libm::exp(*score - largest));
        let mass: f64 = scores.iter().sum();
        let share = 1.0 / choice.chosen.len().max(1) as f64;
        let mut expected = vec![0.0; columns];
        for (terms, &score) in choice.candidates().zip(&scores) {
            let probability = score / mass;
            for (at, &(i, x)) in terms.iter().enumerate() {
                expected[i as usize] += probability * f64::from(x);
                if with_curvature && probability > 1e-9 {
                    for &(j, y) in &terms[..=at] {
                        let (row, column) = (i.max(j) as usize, i.min(j) as usize);
                        sum.curvature[row * columns + column] += probability * f64::from(x) * f64::from(y);
                    }
                }
            }
        }
        for &at in &choice.chosen {
            let ends = &choice.starts[at as usize..at as usize + 2];
            let terms = &choice.terms[ends[0] as usize..ends[1] as usize];
            sum.loss -= share * (score(terms, weights) - largest - libm::log(mass));
            terms.iter().for_each(|&(column, value)| sum.gradient[column as usize] -= share * f64::from(value));
        }
        add(&mut sum.gradient, 1.0, &expected);
        if with_curvature {
            let said: Vec<usize> = (0..columns).filter(|&column| expected[column] != 0.0).collect();
            for (at, &i) in said.iter().enumerate() {
                said[..=at].iter().for_each(|&j| sum.curvature[i * columns + j] -= expected[i] * expected[j]);
            }
        }
    }
    sum
}

fn score(terms: &[Term], weights: &[f64]) -> f64 {
    terms.iter().map(|&(column, value)| weights[column as usize] * f64::from(value)).sum()
}

/// Mean loss with the ridge.
fn total(found: &Slope, weights: &[f64], defaults: &[f64], penalty: &[f64], choices: usize) -> f64 {
    let apart = weights.iter().zip(defaults).map(|(weight, default)| (weight - default) * (weight - default));
    found.loss / choices as f64 + apart.zip(penalty).map(|(square, penalty)| square * penalty / 2.0).sum::<f64>()
}

/// The step `−H⁻¹·g` on the columns that move.
fn newton(
    found: &Slope,
    weights: &[f64],
    defaults: &[f64],
    penalty: &[f64],
    choices: usize,
    columns: &[usize],
) -> Option<Vec<f64>> {
    let (all, n) = (weights.len(), choices as f64);
    let gradient = DVector::from_iterator(
        columns.len(),
        columns.iter().map(|&at| found.gradient[at] / n + penalty[at] * (weights[at] - defaults[at])),
    );
    let curvature = DMatrix::from_fn(columns.len(), columns.len(), |i, j| {
        let (row, column) = (columns[i.max(j)], columns[i.min(j)]);
        let own = if i == j { penalty[row] + 1e-9 } else { 0.0 };
        found.curvature[row * all + column] / n + own
    });
    let step = Cholesky::new(curvature)?.solve(&gradient);
    step.iter().all(|x| x.is_finite()).then(|| step.iter().map(|x| -x).collect())
}

/// The weights after the largest of the halved steps that lowers the loss.
fn walk(
    choices: &[Choice],
    weights: &[f64],
    step: &[f64],
    columns: &[usize],
    loss: f64,
    defaults: &[f64],
    penalty: &[f64],
) -> Option<(Vec<f64>, f64)> {
    (0..12).find_map(|halvings| {
        let scale = libm::ldexp(1.0, -halvings);
        let mut next = weights.to_vec();
        columns.iter().zip(step).for_each(|(&column, step)| next[column] += scale * step);
        let reached = total(&slope(choices, &next, false), &next, defaults, penalty, choices.len());
        (reached < loss).then_some((next, reached))
    })
}

#[cfg(test)]
mod tests {
    use super::{Choice, fit, fit_checked};

    /// Two candidates; the first has signal 0, and is chosen `times` out of ten.
    fn coin(times: usize) -> Vec<Choice> {
        (0..10)
            .map(|at| {
                let mut choice = Choice::default();
                choice.push([(0, 1.0)].into_iter(), at < times);
                choice.push([(1, 0.0)].into_iter(), at >= times);
                choice
            })
            .collect()
    }

    #[test]
    fn the_weight_of_a_coin_is_its_log_odds() {
        let weights = fit(&coin(8), &[0.0, 7.0], 0.0);
        assert!((weights[0] - libm::log(4.0)).abs() < 1e-6, "{weights:?}");
        assert_eq!(weights[1], 7.0, "a signal nobody has keeps its default");
    }

    #[test]
    fn a_strong_ridge_keeps_the_defaults() {
        let weights = fit(&coin(8), &[0.5, 0.0], 1e6);
        assert!((weights[0] - 0.5).abs() < 1e-4, "{weights:?}");
    }

    #[test]
    fn a_fit_that_ranks_unseen_choices_no_better_is_not_taken() {
        let right = |times: usize| -> Vec<Choice> { coin(times).into_iter().cycle().take(40).collect() };
        assert_eq!(fit_checked(&right(8), &[1.0, 0.0], 0.0, 1), [1.0, 0.0], "the order is the same");
        let turned = fit_checked(&right(2), &[1.0, 0.0], 0.0, 1);
        assert!(turned[0] < 0.0, "the defaults had the order wrong: {turned:?}");
    }

    #[test]
    fn the_gain_of_a_choice_is_that_of_its_place() {
        let mut choice = Choice::default();
        [(0.1, false), (0.3, true), (0.2, false)].into_iter().for_each(|(x, is_chosen)| {
            choice.push([(0, x)].into_iter(), is_chosen);
        });
        assert!((choice.ndcg(&[1.0], 20) - 1.0).abs() < 1e-12);
        assert!((choice.ndcg(&[-1.0], 20) - 0.5).abs() < 1e-12, "third of three: 1 / log2(4)");
        assert_eq!(choice.ndcg(&[-1.0], 2), 0.0);
    }

    #[test]
    fn a_choice_without_an_alternative_says_nothing() {
        let mut choice = Choice::default();
        choice.push([(0, 1.0)].into_iter(), true);
        assert!(!choice.is_telling());
    }
}
