//! What a task must keep to, so that no shop harms its shoppers by mistake.
//!
//! The same rules, with the same codes, are in `pkg/src/measure/bundle.ts`, where the device refuses;
//! `tests/vectors/tasks/rules.json` holds both to the same answers.

use flaneur_upstream::message::HpkeConfig;
use flaneur_upstream::ohttp::Gateway;
use jiff::Timestamp;
use serde_json::Value;

use crate::bundle::decode;

/// Why a task is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Stable, snake_case.
    pub code: &'static str,
    /// What was expected.
    pub message: String,
}

const METRICS: [&str; 6] =
    ["taste_share", "discovery_outcome", "opportunity_outcome", "slot_click_through", "attribution_credit", "latency"];
const MODELS: [&str; 4] = ["last_touch", "linear", "position_based", "data_driven"];
const COMMON: [&str; 10] =
    ["id", "metric", "mode", "purpose", "buckets", "epsilon", "minBatchSize", "start", "end", "retention"];
const OPTIONAL: [&str; 4] = ["slot", "arms", "model", "relay"];
const DAP: [&str; 4] = ["leader", "helper", "chunk", "timePrecision"];
const LDP: [&str; 2] = ["collector", "expected"];
const MAX_BUCKETS: usize = 256;
const MICRO: u64 = 1_000_000;
/// What a device may spend in a week, in millionths: it answers a task that asks for more with "nothing", always.
pub const MAX_EPSILON: u64 = 2 * MICRO;
const MAX_WHOLE: u64 = 1 << 40;

/// Most tasks of a bundle.
pub const MAX_TASKS: usize = 8;

/// The first rule that a task breaks at a moment.
#[must_use]
pub fn broken(task: &Value, now: Timestamp) -> Option<Refusal> {
    let Some(fields) = task.as_object() else { return refuse("task_malformed", "a task is an object") };
    let own: &[&str] = match text(task, "mode") {
        Some("dap") => &DAP,
        Some("ldp") => &LDP,
        _ => return refuse("task_mode", "mode is dap or ldp"),
    };
    let known = |field: &str| COMMON.contains(&field) || OPTIONAL.contains(&field) || own.contains(&field);
    if let Some(strange) = fields.keys().find(|field| !known(field)) {
        return refuse("task_unknown_field", &format!("{strange} is not a field that this version knows"));
    }
    if let Some(missing) = COMMON.iter().chain(own).find(|field| !fields.contains_key(**field)) {
        return refuse("task_malformed", &format!("{missing} is missing"));
    }
    question(task, now)
        .or_else(|| if own.len() == DAP.len() { dap(task) } else { ldp(task) })
        .or_else(|| task.get("relay").and_then(|one| relay(task, one)))
}

fn question(task: &Value, now: Timestamp) -> Option<Refusal> {
    if bytes(task, "id").is_none_or(|id| id.len() != 32) {
        return refuse("task_id", "id must be 32 bytes in base64url");
    }
    let metric = text(task, "metric").filter(|metric| METRICS.contains(metric));
    let Some(metric) = metric else {
        return refuse("task_metric", &format!("metric is one of {}", METRICS.join(", ")));
    };
    if !is_words(&task["purpose"]) || !is_words(&task["retention"]) {
        return refuse("task_words", "purpose and retention need texts in en and fr");
    }
    let buckets = task["buckets"].as_array().filter(|buckets| (2..=MAX_BUCKETS).contains(&buckets.len()));
    let Some(buckets) = buckets else {
        return refuse("task_buckets", "expected 2 to 256 buckets; merge the rare ones");
    };
    if !buckets.iter().all(is_words) {
        return refuse("task_words", "every bucket needs a label in en and fr");
    }
    let arms = task["arms"].as_u64().unwrap_or(0);
    let fixed = match metric {
        "discovery_outcome" => Some(5),
        "opportunity_outcome" => Some(4),
        "latency" => Some(6),
        "slot_click_through" => Some(1 + 2 * arms),
        _ => None,
    };
    if let Some(fixed) = fixed.filter(|&fixed| fixed != buckets.len() as u64) {
        return refuse("task_buckets", &format!("this metric has exactly {fixed} buckets"));
    }
    if metric == "slot_click_through" && !(task["slot"].is_string() && (1..=16).contains(&arms)) {
        return refuse("task_experiment", "this metric needs a slot, and 1 to 16 arms");
    }
    if task.get("model").is_some_and(|model| !is_model(model)) {
        return refuse("task_model", "model is not known");
    }
    if !whole(task, "minBatchSize").is_some_and(|size| (100..=MAX_WHOLE).contains(&size)) {
        return refuse("task_batch", "minBatchSize must be at least 100: fewer answers point at people");
    }
    let [start, end] = ["start", "end"].map(|field| text(task, field).and_then(moment));
    match (start, end) {
        (Some(start), Some(end)) if start < end => {
            if end <= now {
                refuse("task_expired", "the task has ended")
            } else {
                None
            }
        }
        _ => refuse("task_dates", "start and end must be ISO 8601, in this order"),
    }
}

fn dap(task: &Value) -> Option<Refusal> {
    let [leader, helper] = [&task["leader"], &task["helper"]];
    let sites = [leader, helper].map(|operator| text(operator, "url").and_then(site));
    let named = [leader, helper].iter().all(|operator| is_text(&operator["name"]));
    let ([Some(a), Some(b)], true) = (&sites, named) else {
        return refuse(
            "task_operators",
            "leader and helper each need a name and an https address that ends in a slash",
        );
    };
    if a == b || leader["name"] == helper["name"] {
        return refuse(
            "task_operators_equal",
            "leader and helper must be two companies: together they could read answers",
        );
    }
    // What the devices' own code seals to, and nothing else.
    let is_key =
        |operator: &&Value| bytes(operator, "hpke").is_some_and(|key| HpkeConfig::decode(&key, "hpke").is_ok());
    if ![leader, helper].iter().all(is_key) {
        return refuse(
            "task_hpke",
            "hpke must be the operator's DAP HpkeConfig for X25519, HKDF-SHA256 and AES-128-GCM, in base64url",
        );
    }
    let buckets = task["buckets"].as_array().map_or(0, Vec::len) as u64;
    if !whole(task, "chunk").is_some_and(|chunk| (1..=buckets).contains(&chunk)) {
        return refuse("task_chunk", "chunk must be from 1 to the number of buckets");
    }
    if !whole(task, "timePrecision").is_some_and(|seconds| (3_600..=604_800).contains(&seconds)) {
        return refuse("task_time_precision", "timePrecision must be 3,600 to 604,800 seconds");
    }
    if !whole(task, "epsilon").is_some_and(|epsilon| (1..=MAX_EPSILON).contains(&epsilon)) {
        return refuse("task_epsilon", "epsilon must be at most 2, in millionths");
    }
    None
}

fn ldp(task: &Value) -> Option<Refusal> {
    let collector = &task["collector"];
    if text(collector, "url").and_then(site).is_none() || !is_text(&collector["name"]) {
        return refuse("task_operators", "collector needs a name and an https address that ends in a slash");
    }
    let Some(epsilon) = whole(task, "epsilon").filter(|epsilon| (1..=MAX_EPSILON).contains(epsilon)) else {
        return refuse("task_epsilon", "epsilon must be at most 2, in millionths");
    };
    let Some(expected) = whole(task, "expected").filter(|expected| (1..=MAX_WHOLE).contains(expected)) else {
        return refuse("task_expected", "expected must be a whole number of shoppers");
    };
    let buckets = task["buckets"].as_array().map_or(0, Vec::len);
    if buckets > 64 && epsilon < 2 * MICRO && expected < 100_000 {
        return refuse(
            "task_blind",
            "over 64 buckets with epsilon below 2 and under 100,000 shoppers, noise hides every answer",
        );
    }
    None
}

fn relay(task: &Value, relay: &Value) -> Option<Refusal> {
    let address = text(relay, "url").map(|url| if url.ends_with('/') { url.to_owned() } else { format!("{url}/") });
    let Some(own) = address.as_deref().and_then(site).filter(|_| is_text(&relay["name"])) else {
        return refuse("task_relay", "relay needs a name and an https address");
    };
    let receivers = ["leader", "helper", "collector"].map(|role| &task[role]);
    let shared = |receiver: &&Value| {
        receiver["name"] == relay["name"] || text(receiver, "url").and_then(site).as_ref() == Some(&own)
    };
    if receivers.iter().any(shared) {
        return refuse(
            "task_relay_equal",
            "relay must be another company than those who receive: it hides the shopper's address from them",
        );
    }
    if bytes(relay, "gateway").is_none_or(|key| Gateway::decode(&key).is_err()) {
        return refuse(
            "task_gateway",
            "relay.gateway must be the gateway's key configuration of RFC 9458 for X25519 with HKDF-SHA256 and \
             AES-128-GCM, in base64url",
        );
    }
    None
}

/// A moment, spelled as every browser reads it: ISO 8601 has more ways, which no device takes.
fn moment(text: &str) -> Option<Timestamp> {
    let shape: String = text.chars().map(|each| if each.is_ascii_digit() { '0' } else { each }).collect();
    // A fraction of a second may have any length.
    let shape = match shape.split_once(":00.0") {
        Some((minutes, rest)) => format!("{minutes}:00{}", rest.trim_start_matches('0')),
        None => shape,
    };
    let offset = ["0000-00-00T00:00:00", "0000-00-00T00:00"].iter().find_map(|time| shape.strip_prefix(time))?;
    // Jiff takes a 60th second for the one before it.
    let is_read = matches!(offset, "Z" | "+00:00" | "-00:00") && text.get(16..19) != Some(":60");
    is_read.then(|| text.parse().ok())?
}

/// The last two labels of a host, which two operators must not share; nothing for an address that may not be used.
fn site(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split('/').next()?;
    if !address.ends_with('/') || address.contains(['?', '#', '@', ' ']) || host.is_empty() {
        return None;
    }
    let (name, port) = host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).unwrap_or((host, ""));
    if !port.is_empty() && port.parse::<u16>().is_err() {
        return None;
    }
    if matches!(name, "127.0.0.1" | "localhost" | "[::1]") {
        return matches!(scheme, "http" | "https").then(|| host.to_owned());
    }
    // "example." is "example" with its root spelled out.
    let labels: Vec<&str> = name.trim_end_matches('.').split('.').collect();
    (scheme == "https").then(|| labels[labels.len().saturating_sub(2)..].join(".").to_lowercase())
}

fn is_model(model: &Value) -> bool {
    match model {
        Value::String(name) => MODELS.contains(&name.as_str()),
        Value::Object(_) => model["lastNTouch"].as_u64().is_some_and(|last| (1..=100).contains(&last)),
        _ => false,
    }
}

fn is_words(words: &Value) -> bool {
    is_text(&words["en"]) && is_text(&words["fr"])
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| (1..=500).contains(&text.encode_utf16().count()))
}

fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field)?.as_str()
}

fn whole(value: &Value, field: &str) -> Option<u64> {
    value.get(field)?.as_u64()
}

/// What a field of base64url holds.
fn bytes(value: &Value, field: &str) -> Option<Vec<u8>> {
    decode(text(value, field)?)
}

fn refuse(code: &'static str, message: &str) -> Option<Refusal> {
    Some(Refusal { code, message: message.to_owned() })
}
