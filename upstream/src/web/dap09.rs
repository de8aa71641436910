//! A report in the deployed drafts.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{Browser, thrown};
use crate::report::{Report, Task, TaskParameters};

/// A report for two operators: the message `Report` of DAP-09.
///
/// # Errors
/// Those of `Task::new` and `Report::seal`, as `FlaneurError`.
#[wasm_bindgen]
#[allow(clippy::too_many_arguments, reason = "an object would bring a deserializer into the module")]
pub fn seal(
    id: &[u8],
    buckets: u32,
    chunk: u32,
    time_precision: u32,
    leader: &[u8],
    helper: &[u8],
    bucket: u32,
    now: f64,
) -> Result<Vec<u8>, JsValue> {
    let parameters = TaskParameters { id, buckets, chunk, time_precision: time_precision.into(), leader, helper };
    let sealed = Task::new(&parameters).and_then(|task| Report::seal(&task, bucket, now as u64, &mut Browser));
    sealed.map(Report::into_bytes).map_err(thrown)
}
