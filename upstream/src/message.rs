//! The few messages of DAP that a client writes and reads, byte by byte.
//!
//! Guarantees: writing cannot fail; reading refuses what is cut short, too long, or of another suite.
//! Used by: [`crate::report`], and `dap18`, which differs in its metadata and in what is authenticated.
//! Source: draft-ietf-ppm-dap-09, sections 4.4.1 and 4.4.2, in the presentation language of RFC 8446: big-endian,
//! each opaque vector after its length. `tests/wire.rs` holds these bytes to `janus_messages`.

use crate::error::{Error, Result};

/// DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM: the suite every DAP operator must offer.
pub const SUITE: [u16; 3] = [0x0020, 0x0001, 0x0001];

/// Length of an X25519 public key, in bytes.
const PUBLIC_KEY: usize = 32;

/// Where one operator's shares are sealed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HpkeConfig {
    /// Which of the operator's keys this is.
    pub id: u8,
    /// X25519.
    pub public_key: [u8; PUBLIC_KEY],
}

impl HpkeConfig {
    /// Reads the message `HpkeConfig`: id, suite, key. `path` names the field for errors.
    ///
    /// # Errors
    /// `hpke_config_malformed` for another length, `hpke_config_suite` for another suite.
    pub fn decode(bytes: &[u8], path: &'static str) -> Result<Self> {
        let malformed =
            Error::new("hpke_config_malformed", path, "not a DAP HpkeConfig of 41 bytes; copy it from the operator");
        let (&[id, a, b, c, d, e, f, high, low], key) = bytes.split_first_chunk::<9>().ok_or(malformed)?;
        let public_key = <[u8; PUBLIC_KEY]>::try_from(key).map_err(|_| malformed)?;
        if u16::from_be_bytes([high, low]) as usize != PUBLIC_KEY {
            return Err(malformed);
        }
        let suite = [[a, b], [c, d], [e, f]].map(u16::from_be_bytes);
        if suite != SUITE {
            let message = "expected X25519, HKDF-SHA256 and AES-128-GCM; ask the operator for a key of that suite";
            return Err(Error::new("hpke_config_suite", path, message));
        }
        Ok(Self { id, public_key })
    }

    /// Writes the message `HpkeConfig`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![self.id];
        for part in SUITE {
            bytes.extend(part.to_be_bytes());
        }
        bytes.extend((PUBLIC_KEY as u16).to_be_bytes());
        bytes.extend(self.public_key);
        bytes
    }
}

/// One share, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ciphertext {
    /// The key it is sealed to.
    pub config: u8,
    /// The encapsulated key.
    pub encapsulated: Vec<u8>,
    /// The sealed `PlaintextInputShare`.
    pub payload: Vec<u8>,
}

/// The metadata of a report: its id, and when it was made, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Random, and the nonce of the sharing.
    pub id: [u8; 16],
    /// A multiple of the task's time precision.
    pub time: u64,
}

impl Metadata {
    /// Writes the message `ReportMetadata`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.id.to_vec();
        bytes.extend(self.time.to_be_bytes());
        bytes
    }
}

/// `PlaintextInputShare` without extensions.
#[must_use]
pub fn plaintext(share: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0];
    push_long(&mut bytes, share);
    bytes
}

/// `InputShareAad`: what both seals authenticate besides the share. `task` is the task's id, and in DAP-18 its
/// configuration after it; `metadata` is written.
#[must_use]
pub fn aad(task: &[&[u8]], metadata: &[u8], public_share: &[u8]) -> Vec<u8> {
    let mut bytes = task.concat();
    bytes.extend_from_slice(metadata);
    push_long(&mut bytes, public_share);
    bytes
}

/// `Report`: what is uploaded. `metadata` is written.
#[must_use]
pub fn report(metadata: &[u8], public_share: &[u8], shares: &[Ciphertext; 2]) -> Vec<u8> {
    let mut bytes = metadata.to_vec();
    push_long(&mut bytes, public_share);
    for share in shares {
        bytes.push(share.config);
        bytes.extend((share.encapsulated.len() as u16).to_be_bytes());
        bytes.extend_from_slice(&share.encapsulated);
        push_long(&mut bytes, &share.payload);
    }
    bytes
}

/// An opaque vector of up to 2^32 − 1 bytes.
fn push_long(bytes: &mut Vec<u8>, content: &[u8]) {
    bytes.extend((content.len() as u32).to_be_bytes());
    bytes.extend_from_slice(content);
}
