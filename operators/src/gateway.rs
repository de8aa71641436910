//! An OHTTP gateway before the leader: opens what a relay brings, and seals the leader's answer.
//!
//! It opens and seals with the `ohttp` crate and reads and writes messages with `bhttp`: nothing of ours judges our own
//! requests.
//! Used by: [`crate::server`], at `POST /gateway`.
//! Source: RFC 9458, RFC 9292.

use std::io::Cursor;

use bhttp::{Message, Mode, StatusCode};
use ohttp::hpke::{Aead, Kdf, Kem};
use ohttp::{KeyConfig, Server, SymmetricSuite};

/// What a relay posts.
pub const REQUEST_TYPE: &str = "message/ohttp-req";
/// What it gets back.
pub const ANSWER_TYPE: &str = "message/ohttp-res";

/// A gateway with one key.
#[derive(Debug)]
pub struct Gateway(Server);

/// A request as the shopper's device wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inner {
    /// In capitals.
    pub method: String,
    /// From the first slash on.
    pub path: String,
    /// Empty when there is none.
    pub content_type: String,
    /// The body.
    pub content: Vec<u8>,
}

impl Gateway {
    /// Makes a key from a seed; the same seed, the same key. Nothing when the crate refuses.
    #[must_use]
    pub fn new(seed: &[u8; 32]) -> Option<Self> {
        let suite = SymmetricSuite::new(Kdf::HkdfSha256, Aead::Aes128Gcm);
        Some(Self(Server::new(KeyConfig::derive(1, Kem::X25519Sha256, vec![suite], seed).ok()?).ok()?))
    }

    /// The key configuration of RFC 9458, section 3.1, as a task pins it.
    #[must_use]
    pub fn configuration(&self) -> Vec<u8> {
        self.0.config().encode().unwrap_or_default()
    }

    /// Opens a request, has it answered with a status and a body, and seals that. Nothing for what was not sealed to
    /// this gateway.
    #[must_use]
    pub fn pass(&self, request: &[u8], answer: impl FnOnce(&Inner) -> (u16, Vec<u8>)) -> Option<Vec<u8>> {
        let (message, response) = self.0.decapsulate(request).ok()?;
        let (status, body) = answer(&inner(&Message::read_bhttp(&mut Cursor::new(message)).ok()?)?);
        let mut message = Message::response(StatusCode::try_from(status).ok()?);
        message.write_content(body);
        let mut bytes = Vec::new();
        message.write_bhttp(Mode::KnownLength, &mut bytes).ok()?;
        response.encapsulate(&bytes).ok()
    }
}

fn inner(message: &Message) -> Option<Inner> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    Some(Inner {
        method: text(message.control().method()?)?,
        path: text(message.control().path()?)?,
        content_type: text(message.header().get(b"content-type").unwrap_or_default())?,
        content: message.content().to_vec(),
    })
}
