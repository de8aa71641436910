//! Says on the console where a panic was, so that a restarted engine leaves a trace.
//!
//! Only the place in our source, never the message: a message could hold values.

use std::panic::PanicHookInfo;
use std::sync::Once;

use wasm_bindgen::JsValue;

static ONCE: Once = Once::new();

/// Installs the hook, once per module.
pub(super) fn report_place() {
    ONCE.call_once(|| std::panic::set_hook(Box::new(say)));
}

fn say(info: &PanicHookInfo<'_>) {
    let place = info.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
    web_sys::console::error_2(&JsValue::from_str("flaneur: the engine stopped at"), &JsValue::from_str(&place));
}
