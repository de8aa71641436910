//! The fixture over HTTP: the addresses that a DAP-09 client knows, and one that answers with the sums.
//!
//! `GET /{leader,helper}/hpke_config`, `PUT /leader/tasks/{id}/reports`, `GET /sums?epsilon_micro=1000000`.

use std::io::Read;
use std::sync::Mutex;

use janus_messages::{HpkeConfigList, Report, Role};
use tiny_http::{Header, Method, Request, Response, Server};

use crate::{Epsilon, Operators, Rejected};

/// No report of 256 buckets is longer.
const MAX_BODY: u64 = 65_536;

/// Answers requests until the server ends. Errors of a connection end that connection only.
pub fn serve(server: &Server, operators: &Mutex<Operators>) {
    for request in server.incoming_requests() {
        answer(request, operators);
    }
}

fn answer(mut request: Request, operators: &Mutex<Operators>) {
    let url = request.url().to_owned();
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    let Ok(mut operators) = operators.lock() else { return };
    let (status, kind, body) = match (request.method(), path) {
        (Method::Options, _) => (204, "text/plain", Vec::new()),
        (Method::Get, "/leader/hpke_config") => (200, HpkeConfigList::MEDIA_TYPE, operators.config_list(Role::Leader)),
        (Method::Get, "/helper/hpke_config") => (200, HpkeConfigList::MEDIA_TYPE, operators.config_list(Role::Helper)),
        (Method::Get, "/sums") => sums(&operators, query),
        (Method::Put, path) if path.starts_with("/leader/tasks/") && path.ends_with("/reports") => {
            let typed = request
                .headers()
                .iter()
                .any(|header| header.field.equiv("content-type") && header.value.as_str() == Report::MEDIA_TYPE);
            upload(&mut request, &mut operators, typed)
        }
        _ => (404, "text/plain", b"no such address".to_vec()),
    };
    drop(operators);
    let mut response = Response::from_data(body).with_status_code(status);
    for (field, value) in [
        ("Content-Type", kind),
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Allow-Methods", "PUT, GET"),
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

type Answer = (u16, &'static str, Vec<u8>);

fn upload(request: &mut Request, operators: &mut Operators, typed: bool) -> Answer {
    let mut body = Vec::new();
    let read = request.as_reader().take(MAX_BODY + 1).read_to_end(&mut body);
    if read.is_err() || body.len() as u64 > MAX_BODY || !typed {
        return (400, "text/plain", b"expected a report of at most 64 KiB, typed application/dap-report".to_vec());
    }
    match operators.upload(&body) {
        // A leader ignores a report that it has.
        Ok(()) | Err(Rejected::Repeated) => (201, "text/plain", Vec::new()),
        Err(rejected) => (400, "text/plain", format!("{rejected:?}").into_bytes()),
    }
}

fn sums(operators: &Operators, query: &str) -> Answer {
    let micro = query.strip_prefix("epsilon_micro=").and_then(|text| text.parse().ok());
    match operators.sums(micro.map(Epsilon)) {
        Ok(sums) => {
            let sums: Vec<_> = sums.into_iter().map(|sum| sum as i64).collect();
            let document = serde_json::json!({ "report_count": operators.count(), "aggregate_result": sums });
            (200, "application/json", document.to_string().into_bytes())
        }
        Err(_) => (400, "text/plain", b"epsilon_micro must be a positive whole number".to_vec()),
    }
}
