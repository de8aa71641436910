//! The policy whose value is asked: uniform, a table of probabilities, a
//! Bernoulli Thompson sampler, the frequencies of another log, or a column.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use flaneur::math::Stream;
use rand_distr::{Beta, Distribution};
use rand_pcg::Pcg32;
use rand_pcg::rand_core::SeedableRng;
use rayon::prelude::*;

use super::estimate::{Plan, Sample};
use crate::read::bandit::{Decision, Policy};

/// Draws of a Thompson sampler's parameters.
pub const THOMPSON_DRAWS: usize = 100_000;

/// Numbers for the names of a log, in order of name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Names {
    /// Items.
    pub actions: BTreeMap<String, u32>,
    /// Positions.
    pub positions: BTreeMap<u32, u32>,
    /// Slates; rows without one are clusters of their own.
    pub clusters: usize,
}

impl Names {
    /// The names of some logs and a policy; one number for one name in all of them.
    #[must_use]
    pub fn of<'a>(rows: impl Iterator<Item = &'a Decision>, policy: Option<&Policy>) -> Self {
        let mut names = Self::default();
        for row in rows {
            names.actions.entry(row.item.clone()).or_default();
            names.positions.entry(row.position).or_default();
        }
        for item in policy.into_iter().flat_map(Policy::items) {
            names.actions.entry(item.to_owned()).or_default();
        }
        names.actions.values_mut().zip(0..).for_each(|(number, next)| *number = next);
        names.positions.values_mut().zip(0..).for_each(|(number, next)| *number = next);
        names
    }

    fn action(&self, item: &str) -> u32 {
        self.actions.get(item).copied().unwrap_or_default()
    }

    fn position(&self, position: u32) -> u32 {
        self.positions.get(&position).copied().unwrap_or_default()
    }

    /// The same probability for every item at every position.
    #[must_use]
    pub fn uniform(&self) -> Plan {
        let share = 1.0 / self.actions.len().max(1) as f64;
        vec![vec![share; self.actions.len()]; self.positions.len()]
    }

    /// How often a log showed each item at each position: the mean of a policy that changed over time.
    ///
    /// # Errors
    /// A position of the other log that this one lacks would stay without any choice.
    pub fn frequencies(&self, rows: &[Decision]) -> Result<Plan> {
        let mut plan = vec![vec![0.0; self.actions.len()]; self.positions.len()];
        for row in rows {
            plan[self.position(row.position) as usize][self.action(&row.item) as usize] += 1.0;
        }
        for (own, position) in plan.iter_mut().zip(self.positions.keys()) {
            let sum: f64 = own.iter().sum();
            if sum == 0.0 {
                bail!("the target's log has no row at position {position}; both logs must have the same positions");
            }
            own.iter_mut().for_each(|share| *share /= sum);
        }
        Ok(plan)
    }

    /// The plan of a table.
    ///
    /// # Errors
    /// Probabilities of a position that do not add up to 1.
    pub fn plan(&self, policy: &Policy, seed: u64) -> Result<Plan> {
        match policy {
            Policy::Probabilities(rows) => self.probabilities(rows),
            Policy::Thompson(rows) => Ok(self.thompson(rows, seed)),
        }
    }

    fn probabilities(&self, rows: &[(String, Option<u32>, f64)]) -> Result<Plan> {
        let mut plan = vec![vec![0.0; self.actions.len()]; self.positions.len()];
        for (item, at, probability) in rows {
            let at = at.map(|at| self.positions.get(&at).copied());
            for (position, own) in plan.iter_mut().enumerate() {
                if at.is_none_or(|at| at == Some(position as u32)) {
                    own[self.action(item) as usize] = *probability;
                }
            }
        }
        for (own, position) in plan.iter().zip(self.positions.keys()) {
            let sum: f64 = own.iter().sum();
            if (sum - 1.0).abs() > 1e-3 {
                bail!("the target's probabilities at position {position} add up to {sum:.4}; expected 1");
            }
        }
        Ok(plan)
    }

    /// Position `k` holds the item of the `k`-th largest draw from its Beta posterior.
    ///
    /// Randomness: stream "thompson N" for the N-th thousand of draws.
    /// Source: Chapelle & Li 2011; Saito et al. 2020 for its form over several positions.
    fn thompson(&self, rows: &[(String, f64, f64)], seed: u64) -> Plan {
        const BLOCK: usize = 1_000;
        let (places, count) = (self.positions.len(), self.actions.len());
        let arms: Vec<(usize, Beta<f64>)> = rows
            .iter()
            .filter_map(|(item, alpha, beta)| Some((self.action(item) as usize, Beta::new(*alpha, *beta).ok()?)))
            .collect();
        let block = |number: usize| {
            let mut generator = Pcg32::seed_from_u64(Stream::new(seed, &format!("thompson {number}")).bits());
            let mut counts = vec![vec![0.0; count]; places];
            for _ in 0..BLOCK {
                let mut drawn: Vec<(f64, usize)> =
                    arms.iter().map(|(arm, beta)| (beta.sample(&mut generator), *arm)).collect();
                drawn.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
                drawn.iter().zip(counts.iter_mut()).for_each(|((_, arm), own)| own[*arm] += 1.0);
            }
            counts
        };
        let blocks: Vec<Plan> = (0..THOMPSON_DRAWS / BLOCK).into_par_iter().map(block).collect();
        let mut plan = vec![vec![0.0; count]; places];
        for counts in &blocks {
            for (own, counts) in plan.iter_mut().zip(counts) {
                own.iter_mut().zip(counts).for_each(|(share, count)| *share += count / THOMPSON_DRAWS as f64);
            }
        }
        plan
    }

    /// The rows as the estimators read them; without a plan their own `target` column is taken.
    ///
    /// # Errors
    /// No plan, and a row without a target probability.
    pub fn samples(&mut self, rows: &[Decision], plan: Option<&Plan>) -> Result<Vec<Sample>> {
        let mut slates: BTreeMap<&str, u32> = BTreeMap::new();
        let mut samples = Vec::with_capacity(rows.len());
        let mut next = 0;
        for row in rows {
            let (action, position) = (self.action(&row.item), self.position(row.position));
            let target = match plan {
                Some(plan) => plan[position as usize][action as usize],
                None => match row.target {
                    Some(target) => target,
                    None => bail!("{}:{}: no target probability; name the policy with --target", row.file, row.line),
                },
            };
            let mut fresh = || {
                next += 1;
                next - 1
            };
            let cluster = match &row.slate {
                Some(slate) => *slates.entry(slate).or_insert_with(fresh),
                None => fresh(),
            };
            samples.push(Sample { action, position, reward: row.reward, logged: row.propensity, target, cluster });
        }
        self.clusters = next as usize;
        Ok(samples)
    }
}
