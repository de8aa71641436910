//! The suite that shares are sealed with, held to the published vectors of RFC 9180, appendix A.1.1.
//!
//! `rfc9180.json` is the entry of the specification's own file for base mode, DHKEM(X25519, HKDF-SHA256),
//! HKDF-SHA256 and AES-128-GCM, with its first sixteen encryptions.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use hpke::aead::AesGcm128;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use rand_core::{CryptoRng, RngCore};
use serde_json::Value;

/// Gives the vector's key material to whoever asks for entropy.
struct Material(Vec<u8>);

impl RngCore for Material {
    fn next_u32(&mut self) -> u32 {
        unreachable!("the ephemeral key asks for bytes")
    }

    fn next_u64(&mut self) -> u64 {
        unreachable!("the ephemeral key asks for bytes")
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Material {}

fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn our_suite_passes_the_vectors_of_the_specification() {
    let vector: Value = serde_json::from_str(include_str!("rfc9180.json")).unwrap();
    let ids = ["kem_id", "kdf_id", "aead_id"].map(|name| vector[name].as_u64().unwrap() as u16);
    assert_eq!(ids, flaneur_upstream::message::SUITE);
    let (info, enc) = (bytes(&vector["info"]), bytes(&vector["enc"]));

    let (private, public) = X25519HkdfSha256::derive_keypair(&bytes(&vector["ikmR"]));
    assert_eq!(public.to_bytes().to_vec(), bytes(&vector["pkRm"]));
    assert_eq!(private.to_bytes().to_vec(), bytes(&vector["skRm"]));

    let mut material = Material(bytes(&vector["ikmE"]));
    let (encapsulated, mut sender) =
        hpke::setup_sender::<AesGcm128, HkdfSha256, X25519HkdfSha256, _>(&OpModeS::Base, &public, &info, &mut material)
            .unwrap();
    assert_eq!(encapsulated.to_bytes().to_vec(), enc);
    let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&enc).unwrap();
    let mut receiver =
        hpke::setup_receiver::<AesGcm128, HkdfSha256, X25519HkdfSha256>(&OpModeR::Base, &private, &encapsulated, &info)
            .unwrap();
    let encryptions = vector["encryptions"].as_array().unwrap();
    assert_eq!(encryptions.len(), 16);
    for one in encryptions {
        let [aad, plain, sealed] = ["aad", "pt", "ct"].map(|name| bytes(&one[name]));
        assert_eq!(sender.seal(&plain, &aad).unwrap(), sealed);
        assert_eq!(receiver.open(&sealed, &aad).unwrap(), plain);
        let mut changed = sealed.clone();
        changed[0] ^= 1;
        assert!(receiver.open(&changed, &aad).is_err());
    }
}
