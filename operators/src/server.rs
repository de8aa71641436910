//! The fixture over HTTP: the addresses that a DAP-09 client knows, and those where it can be watched.
//!
//! `GET /{leader,helper}/hpke_config`, `PUT /leader/tasks/{id}/reports`; of one task also `POST /gateway`, where a relay
//! brings uploads, and `GET /sums?epsilon_micro=1000000`; of the demo also `GET /watch` and `POST /watch/simulate?shoppers=2000&seed=1`.

use std::io::Read;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use janus_messages::{HpkeConfigList, Report, Role};
use serde_json::Value;
use tiny_http::{Header, Method, Request, Response, Server};

use crate::demo::Demo;
use crate::gateway::{self, Gateway, Inner};
use crate::{Epsilon, Operators, Rejected};

/// No report of 256 buckets is longer.
const MAX_BODY: u64 = 65_536;

/// Whose requests are answered.
#[derive(Clone)]
pub enum Desk {
    /// One task, whose sums anyone can ask for, and the gateway before its leader.
    One(Arc<Mutex<Operators>>, Arc<Gateway>),
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
        (Method::Put, path, desk) => direct(&mut request, path, desk),
        (Method::Post, "/gateway", Desk::One(_, gateway)) => relayed(&mut request, gateway, desk),
        (Method::Get, "/sums", Desk::One(operators, _)) => sums(operators, query),
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
        (Desk::One(operators, _), id) => {
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

/// An upload that the device sends itself.
fn direct(request: &mut Request, path: &str, desk: &Desk) -> Answer {
    let content_type = content_type(request);
    let (status, body) = upload(path, &content_type, read(request).as_deref(), desk);
    (status, "text/plain", body)
}

/// An upload that a relay brings, sealed for the gateway.
fn relayed(request: &mut Request, gateway: &Gateway, desk: &Desk) -> Answer {
    if content_type(request) != gateway::REQUEST_TYPE {
        return (415, "text/plain", b"expected message/ohttp-req".to_vec());
    }
    let answer = |Inner { method, path, content_type, content }: &Inner| match method.as_str() {
        "PUT" => upload(path, content_type, Some(content), desk),
        _ => (404, Vec::new()),
    };
    match read(request).and_then(|sealed| gateway.pass(&sealed, answer)) {
        Some(sealed) => (200, gateway::ANSWER_TYPE, sealed),
        None => (400, "application/problem+json", WRONG_KEY.to_vec()),
    }
}

/// RFC 9458, section 5.3.
const WRONG_KEY: &[u8] = br#"{"type":"https://iana.org/assignments/http-problem-types#ohttp-key"}"#;

fn content_type(request: &Request) -> String {
    let field = request.headers().iter().find(|header| header.field.equiv("content-type"));
    field.map(|header| header.value.as_str().to_owned()).unwrap_or_default()
}

/// The body; nothing when it is too long, or ends too soon.
fn read(request: &mut Request) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    request.as_reader().take(MAX_BODY + 1).read_to_end(&mut body).ok()?;
    (body.len() as u64 <= MAX_BODY).then_some(body)
}

fn upload(path: &str, content_type: &str, body: Option<&[u8]>, desk: &Desk) -> (u16, Vec<u8>) {
    let id = path.strip_prefix("/leader/tasks/").and_then(|rest| rest.strip_suffix("/reports"));
    let Some(id) = id.and_then(|id| BASE64_URL_SAFE_NO_PAD.decode(id).ok()) else { return (404, Vec::new()) };
    let Some(body) = body.filter(|_| content_type == Report::MEDIA_TYPE) else {
        return (400, b"expected a report of at most 64 KiB, typed application/dap-report".to_vec());
    };
    match with_operators(desk, Some(&id), |operators| operators.upload(body)) {
        // A leader ignores a report that it has.
        Some(Ok(()) | Err(Rejected::Repeated)) => (201, Vec::new()),
        Some(Err(rejected)) => (400, format!("{rejected:?}").into_bytes()),
        None => (404, Vec::new()),
    }
}

fn sums(operators: &Mutex<Operators>, query: &str) -> Answer {
    let Ok(operators) = operators.lock() else { return NO_SUCH };
    // Whoever asks for noise must not get the plain sums because of a slip.
    let noise = match value(query, "epsilon_micro").map(str::parse) {
        None => None,
        Some(Ok(micro)) => Some(Epsilon(micro)),
        Some(Err(_)) => return no_epsilon(),
    };
    match operators.sums(noise) {
        Ok(sums) => {
            let sums: Vec<_> = sums.into_iter().map(|sum| sum as i64).collect();
            let document = serde_json::json!({ "report_count": operators.count(), "aggregate_result": sums });
            (200, JSON, written(&document))
        }
        Err(_) => no_epsilon(),
    }
}

fn no_epsilon() -> Answer {
    (400, "text/plain", b"epsilon_micro must be a positive whole number".to_vec())
}

fn number(query: &str, name: &str) -> Option<u64> {
    value(query, name)?.parse().ok()
}

fn value<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

fn written(document: &Value) -> Vec<u8> {
    document.to_string().into_bytes()
}
