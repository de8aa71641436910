//! The fixture over HTTP: the addresses that a DAP-09 client knows, and those where it can be watched.
//!
//! `GET /{leader,helper}/hpke_config`, `PUT /leader/tasks/{id}/reports`; of one task also
//! `GET /sums?epsilon_micro=1000000`; of the demo also `GET /watch` and `POST /watch/simulate?shoppers=2000&seed=1`.

use std::io::Read;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use janus_messages::{HpkeConfigList, Report, Role};
use serde_json::Value;
use tiny_http::{Header, Method, Request, Response, Server};

use crate::demo::Demo;
use crate::{Epsilon, Operators, Rejected};

/// No report of 256 buckets is longer.
const MAX_BODY: u64 = 65_536;

/// Whose requests are answered.
#[derive(Clone)]
pub enum Desk {
    /// One task, whose sums anyone can ask for.
    One(Arc<Mutex<Operators>>),
    /// The demo's questions.
    Demo(Arc<Demo>),
}

/// Answers requests until the server ends. Errors of a connection end that connection only.
pub fn serve(server: &Server, desk: &Desk) {
    for request in server.incoming_requests() {
        answer(request, desk);
    }
}

type Answer = (u16, &'static str, Vec<u8>);

fn answer(mut request: Request, desk: &Desk) {
    let url = request.url().to_owned();
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    let (status, kind, body) = match (request.method().clone(), path, desk) {
        (Method::Options, ..) => (204, "text/plain", Vec::new()),
        (Method::Get, "/leader/hpke_config", desk) => config_list(desk, Role::Leader),
        (Method::Get, "/helper/hpke_config", desk) => config_list(desk, Role::Helper),
        (Method::Put, path, desk) => upload(&mut request, path, desk),
        (Method::Get, "/sums", Desk::One(operators)) => sums(operators, query),
        (Method::Get, "/watch", Desk::Demo(demo)) => (200, JSON, written(&demo.watched())),
        (Method::Post, "/watch/simulate", Desk::Demo(demo)) => {
            demo.simulate(number(query, "shoppers").unwrap_or(2_000) as usize, number(query, "seed").unwrap_or(1));
            (202, JSON, written(&demo.watched()))
        }
        _ => NO_SUCH,
    };
    let mut response = Response::from_data(body).with_status_code(status);
    for (field, value) in [
        ("Content-Type", kind),
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Allow-Methods", "PUT, GET, POST"),
        ("Access-Control-Allow-Headers", "content-type"),
        ("Access-Control-Max-Age", "86400"),
    ] {
        if let Ok(header) = Header::from_bytes(field, value) {
            response.add_header(header);
        }
    }
    // Whoever asked may be gone.
    let _ = request.respond(response);
}

const JSON: &str = "application/json";
const NO_SUCH: Answer = (404, "text/plain", Vec::new());

/// The operators of a task; of the only one when no id is given.
fn with_operators<T>(desk: &Desk, id: Option<&[u8]>, work: impl FnOnce(&mut Operators) -> T) -> Option<T> {
    match (desk, id) {
        (Desk::One(operators), id) => {
            let mut operators = operators.lock().ok()?;
            let is_it = id.is_none_or(|id| operators.setup().id == id);
            is_it.then(|| work(&mut operators))
        }
        (Desk::Demo(demo), Some(id)) => demo.with_operators(id, work),
        (Desk::Demo(_), None) => None,
    }
}

fn config_list(desk: &Desk, role: Role) -> Answer {
    let list = with_operators(desk, None, |operators| operators.config_list(role));
    list.map_or(NO_SUCH, |list| (200, HpkeConfigList::MEDIA_TYPE, list))
}

fn upload(request: &mut Request, path: &str, desk: &Desk) -> Answer {
    let id = path.strip_prefix("/leader/tasks/").and_then(|rest| rest.strip_suffix("/reports"));
    let Some(id) = id.and_then(|id| BASE64_URL_SAFE_NO_PAD.decode(id).ok()) else { return NO_SUCH };
    let typed = request
        .headers()
        .iter()
        .any(|header| header.field.equiv("content-type") && header.value.as_str() == Report::MEDIA_TYPE);
    let mut body = Vec::new();
    let read = request.as_reader().take(MAX_BODY + 1).read_to_end(&mut body);
    if read.is_err() || body.len() as u64 > MAX_BODY || !typed {
        return (400, "text/plain", b"expected a report of at most 64 KiB, typed application/dap-report".to_vec());
    }
    match with_operators(desk, Some(&id), |operators| operators.upload(&body)) {
        // A leader ignores a report that it has.
        Some(Ok(()) | Err(Rejected::Repeated)) => (201, "text/plain", Vec::new()),
        Some(Err(rejected)) => (400, "text/plain", format!("{rejected:?}").into_bytes()),
        None => NO_SUCH,
    }
}

fn sums(operators: &Mutex<Operators>, query: &str) -> Answer {
    let Ok(operators) = operators.lock() else { return NO_SUCH };
    let micro = number(query, "epsilon_micro").and_then(|micro| u32::try_from(micro).ok());
    match operators.sums(micro.map(Epsilon)) {
        Ok(sums) => {
            let sums: Vec<_> = sums.into_iter().map(|sum| sum as i64).collect();
            let document = serde_json::json!({ "report_count": operators.count(), "aggregate_result": sums });
            (200, JSON, written(&document))
        }
        Err(_) => (400, "text/plain", b"epsilon_micro must be a positive whole number".to_vec()),
    }
}

fn number(query: &str, name: &str) -> Option<u64> {
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
}

fn written(document: &Value) -> Vec<u8> {
    document.to_string().into_bytes()
}
