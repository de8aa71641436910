//! A compiled module as bytes: what is taken out of it, put into it, and must not be in it.

use anyhow::{Context, Result};
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

/// An empty custom section called "simd": the loader reads it from a module that a page compiled itself.
pub(super) const SIMD_NOTE: &[u8] = b"\0\x05\x04simd";

/// A vector instruction in the scalar module would break exactly the engines it is for.
pub(super) fn check_scalar(module: &[u8]) -> Result<()> {
    let features = WasmFeatures::default().difference(WasmFeatures::SIMD | WasmFeatures::RELAXED_SIMD);
    Validator::new_with_features(features).validate_all(module).map(drop).context(
        "the scalar module is not valid without SIMD; expected no vector instruction in it. Is simd128 switched on in \
         .cargo/config.toml, or by an attribute in the code?",
    )
}

/// The module without its custom sections: names, producers, features. The
/// code stays as it is, so that the copy with names explains its stack traces.
pub(super) fn strip(module: &[u8]) -> Result<Vec<u8>> {
    let mut stripped = module.get(..8).context("the optimizer wrote an empty module")?.to_vec();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.context("the optimizer wrote a malformed module")?;
        if matches!(payload, Payload::CustomSection(_)) {
            continue;
        }
        if let Some((id, range)) = payload.as_section() {
            let content = module.get(range).unwrap_or_default();
            stripped.push(id);
            push_length(&mut stripped, content.len());
            stripped.extend_from_slice(content);
        }
    }
    Ok(stripped)
}

/// A length as wasm writes it: seven bits per byte, the lowest first.
fn push_length(bytes: &mut Vec<u8>, mut length: usize) {
    loop {
        let low = (length & 0x7f) as u8;
        length >>= 7;
        if length == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(module (func (drop (v128.const 0))))` when `vector`, else an empty
    /// function, with a custom section called "name" at the end.
    fn module(vector: bool) -> Vec<u8> {
        let mut body = vec![0];
        if vector {
            body.extend([0xfd, 0x0c]);
            body.extend([0; 16]);
            body.push(0x1a);
        }
        body.push(0x0b);
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        module.extend([1, 4, 1, 0x60, 0, 0]); // one type: no parameters, no results
        module.extend([3, 2, 1, 0]); // one function of it
        module.extend([10, body.len() as u8 + 2, 1, body.len() as u8]);
        module.extend(body);
        module.extend([0, 5, 4]);
        module.extend(b"name");
        module
    }

    #[test]
    fn stripping_drops_the_names_and_nothing_else() {
        let module = module(true);
        assert_eq!(strip(&module).unwrap(), module[..module.len() - 7]);
        assert!(strip(b"\0as").is_err());
    }

    #[test]
    fn the_note_of_the_vector_build_is_a_section_that_engines_skip() {
        let mut noted = strip(&module(true)).unwrap();
        noted.extend_from_slice(SIMD_NOTE);
        Validator::new().validate_all(&noted).unwrap();
        let last = Parser::new(0).parse_all(&noted).filter_map(Result::ok).find_map(|payload| match payload {
            Payload::CustomSection(section) => Some(section.name().to_owned()),
            _ => None,
        });
        assert_eq!(last.as_deref(), Some("simd"));
    }

    #[test]
    fn vector_in_the_scalar_module_is_refused() {
        check_scalar(&module(false)).unwrap();
        let error = format!("{:#}", check_scalar(&module(true)).unwrap_err());
        assert!(error.contains("without SIMD"), "{error}");
    }

    #[test]
    fn lengths_are_written_in_groups_of_seven_bits() {
        let mut bytes = Vec::new();
        push_length(&mut bytes, 624_485);
        assert_eq!(bytes, [0xe5, 0x8e, 0x26]);
    }
}
