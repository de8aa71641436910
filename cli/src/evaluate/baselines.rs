//! The opponents, by their papers, with all data on a server.
//!
//! Guarantees: settings are chosen on the tuning period only; scores are sums in
//! a fixed order; ties go by popularity, then by id.

pub mod popularity;

use super::method::Family;
use super::query::Task;

/// The baselines of a task, in the order they are reported.
#[must_use]
pub fn families(task: Task) -> Vec<Box<dyn Family>> {
    let mut families: Vec<Box<dyn Family>> = vec![Box::new(popularity::Overall), Box::new(popularity::Recent)];
    match task {
        Task::Session => families.push(Box::new(popularity::Viewed)),
        Task::Basket => families.push(Box::new(popularity::Personal)),
    }
    families
}
