//! The opponents, by their papers, with all data on a server.
//!
//! Guarantees: settings are chosen on the tuning period only; scores are sums in
//! a fixed order; ties go by popularity, then by id.

pub mod ease;
pub mod item_knn;
pub mod popularity;
pub mod rows;
pub mod rules;
pub mod scored;
pub mod session_knn;
pub mod tifu;
pub mod upcf;

use super::method::Family;
use super::query::Task;

/// The baselines of a task, in the order they are reported.
#[must_use]
pub fn families(task: Task) -> Vec<Box<dyn Family>> {
    match task {
        Task::Session => vec![
            Box::new(popularity::Overall),
            Box::new(popularity::Recent),
            Box::new(popularity::Viewed),
            Box::new(item_knn::Cosine),
            Box::new(item_knn::Bm25),
            Box::new(rules::Association),
            Box::new(rules::Sequential),
            Box::new(session_knn::Plain),
            Box::new(session_knn::Vector),
            Box::new(session_knn::Stan),
            Box::new(ease::Ease { has_counts: false }),
        ],
        Task::Basket => vec![
            Box::new(popularity::Overall),
            Box::new(popularity::Recent),
            Box::new(popularity::Personal),
            Box::new(item_knn::Cosine),
            Box::new(item_knn::Bm25),
            Box::new(tifu::Tifu { is_tuned: true }),
            Box::new(tifu::Tifu { is_tuned: false }),
            Box::new(upcf::UpCf),
            Box::new(ease::Ease { has_counts: false }),
            Box::new(ease::Ease { has_counts: true }),
        ],
    }
}
