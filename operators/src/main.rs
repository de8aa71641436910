//! Starts the fixture on an address and says where it is. Ends with its standard input.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks on its terminal")]

use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use flaneur_operators::demo::Demo;
use flaneur_operators::gateway::Gateway;
use flaneur_operators::server::{Desk, serve};
use flaneur_operators::{Operators, Setup};
use serde_json::{Value, json};
use tiny_http::Server;

const USAGE: &str = "\
flaneur-operators: a test fixture, the two operators of DAP-09 tasks in one process.

Usage: flaneur-operators [BUCKETS [CHUNK [PORT]]]
       flaneur-operators demo [LEADER_PORT [HELPER_PORT]]

BUCKETS  of the histogram (default 256)
CHUNK    length of the proof's chunks (default 16)
PORT     on 127.0.0.1 (default: a free one)

Prints one line of JSON: address, task id, HPKE configs and the key configuration
of the gateway for relays, in hexadecimal; with demo, the demo shop's signed questions and where they can be watched.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let is_demo = arguments.first().is_some_and(|argument| argument == "demo");
    let numbers = arguments.iter().skip(usize::from(is_demo)).map(|text| text.parse());
    let Ok(numbers) = numbers.collect::<Result<Vec<usize>, _>>() else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    let started = if is_demo { demo(&numbers) } else { one(&numbers) };
    match started {
        Ok((servers, desk, line)) => {
            println!("{line}");
            run(servers, &desk);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

type Started = (Vec<Server>, Desk, Value);

fn one(numbers: &[usize]) -> Result<Started, String> {
    let [buckets, chunk, port] =
        [(0, 256), (1, 16), (2, 0)].map(|(at, usual)| numbers.get(at).copied().unwrap_or(usual));
    let setup = Setup { id: [0x66; 32], buckets, chunk, seed: [0x0f; 32] };
    let operators = Operators::new(&setup).map_err(|_| {
        format!("{buckets} buckets in chunks of {chunk} make no task; expected chunks of 1 to {buckets}")
    })?;
    let gateway = Gateway::new(&setup.seed).ok_or("no key could be made for the gateway")?;
    let server = listen(port)?;
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let [leader, helper] = operators.configs();
    let line = json!({
        "address": format!("http://{}", server.server_addr()),
        "task": hex(&setup.id),
        "leader": hex(&leader),
        "helper": hex(&helper),
        "gateway": hex(&gateway.configuration()),
    });
    Ok((vec![server], Desk::One(Arc::new(Mutex::new(operators)), Arc::new(gateway)), line))
}

/// Two addresses, because a device refuses a leader and a helper that share one.
fn demo(numbers: &[usize]) -> Result<Started, String> {
    let port = |at: usize| numbers.get(at).copied().unwrap_or_default();
    let servers = [listen(port(0))?, listen(port(1))?];
    let [leader, helper] = servers.each_ref().map(|server| format!("http://{}/", server.server_addr()));
    let demo = Demo::new(&format!("{leader}leader/"), &format!("{helper}helper/"))
        .map_err(|malformed| format!("operators/demo: {}", malformed.0))?;
    let line = demo.questions(&leader);
    Ok((servers.into(), Desk::Demo(Arc::new(demo)), line))
}

/// On the port, or on a free one when it is taken.
fn listen(port: usize) -> Result<Server, String> {
    let port = u16::try_from(port).map_err(|_| format!("{port} is no port; expected 0 to 65535"))?;
    Server::http(("127.0.0.1", port))
        .or_else(|_| Server::http(("127.0.0.1", 0)))
        .map_err(|error| format!("cannot listen on this machine: {error}"))
}

fn run(servers: Vec<Server>, desk: &Desk) {
    std::thread::spawn(|| {
        // Whoever started this holds the other end: when it goes, so does the fixture.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    std::thread::scope(|scope| {
        for server in &servers {
            scope.spawn(|| serve(server, desk));
        }
    });
}
