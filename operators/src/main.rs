//! Starts the fixture on an address and says where it is. Ends with its standard input.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks on its terminal")]

use std::process::ExitCode;
use std::sync::Mutex;

use flaneur_operators::{Operators, Setup, server};

const USAGE: &str = "\
flaneur-operators: a test fixture, the two operators of a DAP-09 task in one process.

Usage: flaneur-operators [BUCKETS [CHUNK [PORT]]]

BUCKETS  of the histogram (default 256)
CHUNK    length of the proof's chunks (default 16)
PORT     on 127.0.0.1 (default: a free one)

Prints one line of JSON: address, task id and HPKE configs, in hexadecimal.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let number = |place: usize, default: usize| arguments.get(place).map_or(Ok(default), |text| text.parse());
    let (Ok(buckets), Ok(chunk), Ok(port)) = (number(0, 256), number(1, 16), number(2, 0)) else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    let setup = Setup { id: [0x66; 32], buckets, chunk, seed: [0x0f; 32] };
    let server = tiny_http::Server::http(("127.0.0.1", port as u16));
    let (Ok(server), Ok(operators)) = (server, Operators::new(&setup)) else {
        eprintln!("cannot listen on port {port}, or {buckets} buckets in chunks of {chunk} make no task");
        return ExitCode::FAILURE;
    };
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let [leader, helper] = operators.configs();
    let line = serde_json::json!({
        "address": format!("http://{}", server.server_addr()),
        "task": hex(&setup.id),
        "leader": hex(&leader),
        "helper": hex(&helper),
    });
    println!("{line}");
    std::thread::spawn(|| {
        // Whoever started this holds the other end: when it goes, so does the fixture.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    server::serve(&server, &Mutex::new(operators));
    ExitCode::SUCCESS
}
