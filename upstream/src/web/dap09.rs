//! A report in the deployed drafts.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{Browser, thrown};
use crate::error::Error;
use crate::report::{Report, Task, TaskParameters};

/// A report for two operators: the message `Report` of DAP-09. `report` is the id that it had when it was sealed before,
/// or empty for a new one.
///
/// # Errors
/// `report_id`, and those of `Task::new` and `Report::seal`, as `FlaneurError`.
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
    report: &[u8],
) -> Result<Vec<u8>, JsValue> {
    let parameters = TaskParameters { id, buckets, chunk, time_precision: time_precision.into(), leader, helper };
    let sealed = Task::new(&parameters).and_then(|task| match <[u8; 16]>::try_from(report) {
        Ok(id) => Report::seal_as(id, &task, bucket, now as u64, &mut Browser),
        Err(_) if report.is_empty() => Report::seal(&task, bucket, now as u64, &mut Browser),
        Err(_) => Err(Error::new("report_id", "report", "expected the 16 bytes of a report's id, or none")),
    });
    sealed.map(Report::into_bytes).map_err(thrown)
}
