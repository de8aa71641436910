//! The signed document of what may be asked.
//!
//! Guarantees: the signature covers the meaning and not the layout (RFC 8785 for texts, whole numbers, arrays and
//! objects; other numbers are refused); `pkg/src/measure/bundle.ts` checks the same bytes in the browser.

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde_json::Value;

/// The longest text of a bundle that a device looks at.
const MAX_LENGTH: usize = 256 * 1024;

/// Base64url without padding.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of base64url without padding; nothing when the text is none.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()
}

/// The canonical text of a document; nothing when it holds a number that is not whole.
#[must_use]
pub fn canonical(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => serde_json::to_string(value).ok(),
        Value::Number(number) => {
            let whole = number.as_i64().filter(|number| number.unsigned_abs() < 1 << 53)?;
            Some(whole.to_string())
        }
        Value::Array(values) => {
            Some(format!("[{}]", values.iter().map(canonical).collect::<Option<Vec<_>>>()?.join(",")))
        }
        Value::Object(members) => {
            let mut keys: Vec<_> = members.keys().collect();
            // As JavaScript sorts texts: by UTF-16 units.
            keys.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
            let member = |key: &&String| {
                Some(format!("{}:{}", serde_json::to_string(key).ok()?, canonical(members.get(*key)?)?))
            };
            Some(format!("{{{}}}", keys.iter().map(member).collect::<Option<Vec<_>>>()?.join(",")))
        }
    }
}

/// The document without its signature, in canonical form.
fn message(bundle: &Value) -> Result<String> {
    let mut rest = bundle.clone();
    let Some(members) = rest.as_object_mut() else { bail!("the bundle is not a JSON object") };
    members.remove("signature");
    let text = canonical(&rest).context("the bundle holds a number that is not whole; count epsilon in millionths")?;
    // Devices count as JavaScript does, in UTF-16 units.
    let length = text.encode_utf16().count();
    if length > MAX_LENGTH {
        bail!("the bundle is {} KiB long; a device takes at most 256 KiB: shorten its labels", length.div_ceil(1024));
    }
    Ok(text)
}

/// Signs, replacing any signature.
///
/// # Errors
/// A document that is no object, holds a number that is not whole, or is too long for a device.
pub fn sign(bundle: &mut Value, key: &SigningKey) -> Result<()> {
    let signature = key.sign(message(bundle)?.as_bytes());
    if let Some(members) = bundle.as_object_mut() {
        members.insert("signature".into(), encode(&signature.to_bytes()).into());
    }
    Ok(())
}

/// Checks a signature.
///
/// # Errors
/// A missing or malformed signature or key, or one that does not hold.
pub fn verify(bundle: &Value, key: &str) -> Result<()> {
    let text =
        bundle.get("signature").and_then(Value::as_str).context("the bundle is not signed: flaneur task sign")?;
    let signature = decode(text).and_then(|bytes| Signature::from_slice(&bytes).ok());
    let signature = signature.context("the signature is not 64 bytes in base64url")?;
    let key = decode(key).and_then(|bytes| VerifyingKey::from_bytes(&bytes.try_into().ok()?).ok());
    let key = key.context("the key is not 32 bytes in base64url, as flaneur task key prints it")?;
    key.verify_strict(message(bundle)?.as_bytes(), &signature)
        .ok()
        .context("the signature is not of this key over these tasks; sign the bundle again")
}
