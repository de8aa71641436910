//! A request that hides its sender: encapsulated for a gateway and posted to a relay.
//!
//! The relay sees the shopper's address and not the request; the gateway, and the operator behind it, see the request
//! and the relay's address.
//!
//! Guarantees: every request has a context of its own, so that a request that is sent again is sealed anew; an answer
//! opens only with the secret of its request.
//! Costs: a request is 55 bytes longer than its binary HTTP message.
//! Used by: the package's sender, through `web`, for tasks that name a relay.
//! Source: RFC 9458, sections 3 and 4; RFC 9292, section 3, requests and answers of known length.
//! `tests/ohttp.rs` holds it to the `ohttp` and `bhttp` crates and to RFC 9458's own example.

use aes_gcm::aead::AeadInPlace;
use aes_gcm::{Aes128Gcm, KeyInit};
use hkdf::Hkdf;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeS, Serializable};
use rand_core::{CryptoRng, RngCore};
use sha2::Sha256;

use crate::error::{Error, Result};
use crate::message::SUITE;

/// The longer of the cipher's key and nonce: the length of the answer's secret, and of the answer's nonce.
const SECRET: usize = 16;
/// Key id and suite, before the encapsulated key.
const HEADER: usize = 7;
const PUBLIC_KEY: usize = 32;
const TAG: usize = 16;
/// The framing of a message of known length: a request, an answer.
const KNOWN_REQUEST: u8 = 0;
const KNOWN_ANSWER: u64 = 1;

/// Where requests are sealed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    header: [u8; HEADER],
    public_key: [u8; PUBLIC_KEY],
}

impl Gateway {
    /// Reads a key configuration of RFC 9458, section 3.1. Of its ciphers only one is used: that of the shares.
    ///
    /// # Errors
    /// `gateway_malformed` for another length, `gateway_suite` when our suite is not offered.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let malformed = "not a key configuration of RFC 9458 for X25519; copy it from the gateway, without its length";
        let malformed = Error::new("gateway_malformed", "gateway", malformed);
        let (&[id, high, low], rest) = bytes.split_first_chunk::<3>().ok_or(malformed)?;
        let (public_key, rest) = rest.split_first_chunk::<PUBLIC_KEY>().ok_or(malformed)?;
        let (length, ciphers) = rest.split_first_chunk::<2>().ok_or(malformed)?;
        if usize::from(u16::from_be_bytes(*length)) != ciphers.len() || ciphers.len() % 4 != 0 {
            return Err(malformed);
        }
        let [kem, kdf, aead] = SUITE.map(u16::to_be_bytes);
        let cipher = [kdf[0], kdf[1], aead[0], aead[1]];
        if [high, low] != kem || !ciphers.chunks_exact(4).any(|offered| offered == cipher) {
            let message = "expected X25519 with HKDF-SHA256 and AES-128-GCM; ask the gateway for a key of that suite";
            return Err(Error::new("gateway_suite", "gateway", message));
        }
        let [a, b, c, d] = cipher;
        Ok(Self { header: [id, high, low, a, b, c, d], public_key: *public_key })
    }
}

/// A request, as the gateway will make it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `PUT` or `POST`.
    pub method: &'a str,
    /// `https`.
    pub scheme: &'a str,
    /// Host, and port when it is not the usual one.
    pub authority: &'a str,
    /// From the first slash on.
    pub path: &'a str,
    /// The one field of the header.
    pub content_type: &'a str,
    /// The body.
    pub content: &'a [u8],
}

impl Request<'_> {
    /// The binary HTTP message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut field = Vec::new();
        push(&mut field, b"content-type");
        push(&mut field, self.content_type.as_bytes());
        let mut bytes = vec![KNOWN_REQUEST];
        for part in [self.method, self.scheme, self.authority, self.path] {
            push(&mut bytes, part.as_bytes());
        }
        push(&mut bytes, &field);
        push(&mut bytes, self.content);
        bytes
    }
}

/// A sealed request, with the secret that opens its answer. The secret never leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange(Vec<u8>);

impl Exchange {
    /// Seals a binary HTTP message for a gateway.
    ///
    /// Randomness: `rng` makes the encapsulated key.
    ///
    /// # Errors
    /// `request_failed` when the key is none, or the system gave no entropy.
    ///
    /// # Privacy
    /// [`Exchange::request`] may leave the device; it hides the message from everyone but the gateway.
    pub fn seal<R: RngCore + CryptoRng>(gateway: &Gateway, message: &[u8], rng: &mut R) -> Result<Self> {
        sealed(gateway, message, rng).ok_or_else(|| {
            Error::new("request_failed", "gateway", "the request could not be sealed; check the gateway's key")
        })
    }

    /// An exchange that was kept as bytes.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The secret, 16 bytes, and the request after it.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// What is posted to the relay, as `message/ohttp-req`.
    #[must_use]
    pub fn request(&self) -> &[u8] {
        self.0.get(SECRET..).unwrap_or_default()
    }

    /// Opens what the relay gave back, a `message/ohttp-res`.
    ///
    /// # Errors
    /// `relay_answer` when it is not the gateway's answer to this request, or no binary HTTP message of known length.
    pub fn open(&self, answer: &[u8]) -> Result<Answer> {
        self.opened(answer).and_then(|message| Answer::read(&message)).ok_or_else(|| {
            Error::new("relay_answer", "answer", "this is not the gateway's answer to the request; send it again later")
        })
    }

    fn opened(&self, answer: &[u8]) -> Option<Vec<u8>> {
        let (secret, request) = self.0.split_at_checked(SECRET)?;
        let encapsulated = request.get(HEADER..HEADER + PUBLIC_KEY)?;
        let (nonce, sealed) = answer.split_at_checked(SECRET)?;
        let derived = Hkdf::<Sha256>::new(Some(&[encapsulated, nonce].concat()), secret);
        let (mut key, mut iv) = ([0; 16], [0; 12]);
        derived.expand(b"key", &mut key).ok()?;
        derived.expand(b"nonce", &mut iv).ok()?;
        let (message, tag) = sealed.split_at_checked(sealed.len().checked_sub(TAG)?)?;
        let mut message = message.to_vec();
        let cipher = Aes128Gcm::new(&key.into());
        cipher.decrypt_in_place_detached(&iv.into(), &[], &mut message, tag.into()).ok()?;
        Some(message)
    }
}

fn sealed<R: RngCore + CryptoRng>(gateway: &Gateway, message: &[u8], rng: &mut R) -> Option<Exchange> {
    let key = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&gateway.public_key).ok()?;
    let info = [&b"message/bhttp request\0"[..], &gateway.header].concat();
    let (encapsulated, mut context) =
        hpke::setup_sender::<hpke::aead::AesGcm128, HkdfSha256, X25519HkdfSha256, R>(&OpModeS::Base, &key, &info, rng)
            .ok()?;
    let sealed = context.seal(message, &[]).ok()?;
    let mut bytes = vec![0; SECRET];
    context.export(b"message/bhttp response", &mut bytes).ok()?;
    for part in [&gateway.header[..], &encapsulated.to_bytes(), &sealed] {
        bytes.extend_from_slice(part);
    }
    Some(Exchange(bytes))
}

/// The answer of whoever the gateway asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub content: Vec<u8>,
}

impl Answer {
    /// Reads a binary HTTP message of known length. An end that holds nothing may be left out.
    fn read(message: &[u8]) -> Option<Self> {
        let mut rest = message;
        if number(&mut rest)? != KNOWN_ANSWER {
            return None;
        }
        loop {
            let status = u16::try_from(number(&mut rest)?).ok()?;
            let fields = vector(&mut rest);
            // Informational answers come before the one that counts.
            if status >= 200 {
                let content = fields.and_then(|_| vector(&mut rest)).unwrap_or_default();
                return Some(Self { status, content: content.to_vec() });
            }
            fields?;
        }
    }
}

/// A number of one, two or four bytes: RFC 9000, section 16. Longer ones are for more than a report can be.
fn number(rest: &mut &[u8]) -> Option<u64> {
    let length = 1_usize << (rest.first()? >> 6);
    let (head, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    let number = head.iter().fold(0, |number, &byte| number << 8 | u64::from(byte));
    Some(number & (u64::MAX >> (66 - 8 * length)))
}

/// Bytes after their length.
fn vector<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(number(rest)?).ok()?;
    let (content, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    Some(content)
}

/// Bytes after their length, as a number of RFC 9000 that has one, two or four bytes.
fn push(bytes: &mut Vec<u8>, content: &[u8]) {
    let length = content.len() as u32;
    match length {
        0..0x40 => bytes.push(length as u8),
        0x40..0x4000 => bytes.extend((length as u16 | 0x4000).to_be_bytes()),
        _ => bytes.extend((length | 0x8000_0000).to_be_bytes()),
    }
    bytes.extend_from_slice(content);
}
