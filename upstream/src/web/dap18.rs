//! A report in the newest drafts.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{Browser, thrown};
use crate::dap18::{Task, TaskParameters};
use crate::report::Report;

/// A report for two operators: the message `Report` of DAP-18. `answer` is the bucket, or a count per bucket.
///
/// # Errors
/// Those of `Task::new` and `Task::seal`, as `FlaneurError`.
#[wasm_bindgen]
pub fn seal(
    id: &[u8],
    configuration: &[u8],
    leader: &[u8],
    helper: &[u8],
    answer: &[u32],
    now: f64,
) -> Result<Vec<u8>, JsValue> {
    let task = Task::new(&TaskParameters { id, configuration, leader, helper });
    let sealed = task.and_then(|task| task.seal(answer, now as u64, &mut Browser));
    sealed.map(Report::into_bytes).map_err(thrown)
}
