//! Finds a free port on this machine.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};

use anyhow::{Context, Result, bail};

/// How many ports after the wanted one are tried.
const TRIES: u16 = 100;

/// Listens on the wanted port, or the next free one. Port 0 lets the system choose.
pub(crate) fn listen(wanted: u16) -> Result<TcpListener> {
    for port in wanted..=wanted.saturating_add(TRIES) {
        match TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)) {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(error) => {
                return Err(error).with_context(|| {
                    format!("cannot listen on 127.0.0.1:{port}; choose another port with --port (above 1023)")
                });
            }
        }
    }
    bail!("no free port between {wanted} and {}; choose another with --port", wanted.saturating_add(TRIES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_gives_the_next_free_one() {
        let first = listen(0).unwrap();
        let taken = first.local_addr().unwrap().port();
        if taken == u16::MAX {
            return;
        }
        let second = listen(taken).unwrap();
        assert!(second.local_addr().unwrap().port() > taken);
    }
}
