//! The shop's end of measuring: three commands of `flaneur`, as a library.
//!
//! - [`task`]: makes, signs and checks the bundle of what may be asked;
//! - [`estimate`]: from answers with noise, or the sums of two operators, to counts with intervals;
//! - [`power`]: before launch, what a question will be able to see.
//!
//! Guarantees: the probabilities are those that devices answer with (`flaneur_upstream::threshold`); the same input
//! gives the same output; nothing is sent.
//! Used by: `flaneur` on the command line.

pub mod budget;
pub mod bundle;
pub mod collection;
pub mod estimate;
pub mod files;
pub mod local;
mod normal;
pub mod plot;
pub mod power;
pub mod rules;
pub mod task;
