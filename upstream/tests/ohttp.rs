//! The relay's wire, held to other people's code: the `ohttp` crate opens every request and seals every answer, the
//! `bhttp` crate reads and writes the messages inside, and RFC 9458's own example is followed to its end.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::Cursor;

use bhttp::{Message, Mode, StatusCode};
use flaneur_upstream::ohttp::{Answer, Exchange, Gateway, Request};
use hpke::aead::AesGcm128;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR};
use ohttp::hpke::{Aead, Kdf, Kem as KemId};
use ohttp::{KeyConfig, Server, SymmetricSuite};
use rand_core::OsRng;

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn server(suites: &[SymmetricSuite]) -> Server {
    Server::new(KeyConfig::new(7, KemId::X25519Sha256, suites.to_vec()).unwrap()).unwrap()
}

fn suite() -> SymmetricSuite {
    SymmetricSuite::new(Kdf::HkdfSha256, Aead::Aes128Gcm)
}

fn other() -> SymmetricSuite {
    SymmetricSuite::new(Kdf::HkdfSha256, Aead::ChaCha20Poly1305)
}

fn upload(content: &[u8]) -> Request<'_> {
    Request {
        method: "PUT",
        scheme: "https",
        authority: "dap.leader.example",
        path: "/tasks/DD6TbxQevv696yJK_GI6u-7QSh1-cRNRQmegw0G0TYo/reports",
        content_type: "application/dap-report",
        content,
    }
}

fn answered(status: u16, content: &[u8]) -> Vec<u8> {
    let mut message = Message::response(StatusCode::try_from(status).unwrap());
    message.put_header("content-type", "application/problem+json");
    message.write_content(content);
    let mut bytes = Vec::new();
    message.write_bhttp(Mode::KnownLength, &mut bytes).unwrap();
    bytes
}

#[test]
fn the_gateway_opens_what_we_seal_and_we_open_its_answer() {
    let server = server(&[other(), suite()]);
    let gateway = Gateway::decode(&server.config().encode().unwrap()).unwrap();
    // One, two and four bytes of length.
    for length in [0, 63, 64, 5_862, 16_383, 16_384, 40_000] {
        let content = vec![0x5a; length];
        let request = upload(&content);
        let exchange = Exchange::seal(&gateway, &request.encode(), &mut OsRng).unwrap();
        assert_eq!(exchange.request().len(), request.encode().len() + 55);
        let (message, response) = server.decapsulate(exchange.request()).unwrap();
        let message = Message::read_bhttp(&mut Cursor::new(message)).unwrap();
        let control = message.control();
        assert_eq!(control.method(), Some(request.method.as_bytes()));
        assert_eq!(control.scheme(), Some(request.scheme.as_bytes()));
        assert_eq!(control.authority(), Some(request.authority.as_bytes()));
        assert_eq!(control.path(), Some(request.path.as_bytes()));
        let fields: Vec<_> = message.header().iter().map(|field| (field.name(), field.value())).collect();
        assert_eq!(fields, [(&b"content-type"[..], request.content_type.as_bytes())]);
        assert_eq!(message.content(), content);

        let answer = response.encapsulate(&answered(400, &content)).unwrap();
        // The secret is kept as bytes between the request and its answer.
        let exchange = Exchange::from_bytes(exchange.into_bytes());
        assert_eq!(exchange.open(&answer).unwrap(), Answer { status: 400, content });
    }
}

#[test]
fn the_same_request_is_sealed_anew_each_time_and_another_s_answer_does_not_open() {
    let server = server(&[suite()]);
    let gateway = Gateway::decode(&server.config().encode().unwrap()).unwrap();
    let message = upload(b"report").encode();
    let [one, two] = [(); 2].map(|()| Exchange::seal(&gateway, &message, &mut OsRng).unwrap());
    assert_ne!(one.request()[7..39], two.request()[7..39], "RFC 9458, section 4.3: a new context for every request");
    let (_, response) = server.decapsulate(one.request()).unwrap();
    let answer = response.encapsulate(&answered(201, b"")).unwrap();
    assert_eq!(one.open(&answer).unwrap().status, 201);
    assert_eq!(two.open(&answer).unwrap_err().code, "relay_answer");
    for place in 0..answer.len() {
        let mut changed = answer.clone();
        changed[place] ^= 1;
        assert_eq!(one.open(&changed).unwrap_err().code, "relay_answer", "byte {place}");
        assert!(one.open(&answer[..place]).is_err(), "{place} bytes");
    }
    assert!(Exchange::from_bytes(vec![0; 40]).open(&answer).is_err());
}

#[test]
fn answers_are_read_whatever_comes_before_them_and_other_messages_are_not() {
    let server = server(&[suite()]);
    let gateway = Gateway::decode(&server.config().encode().unwrap()).unwrap();
    let exchange = Exchange::seal(&gateway, &upload(b"").encode(), &mut OsRng).unwrap();
    let open = |message: &[u8]| {
        let (_, response) = server.decapsulate(exchange.request()).unwrap();
        exchange.open(&response.encapsulate(message).unwrap()).map(|Answer { status, content }| (status, content))
    };
    assert_eq!(open(&bytes("0140c8")), Ok((200, vec![])), "an end that holds nothing is left out");
    assert_eq!(open(&bytes("0140c80000")), Ok((200, vec![])));
    assert_eq!(open(&bytes("0140660040c8000261620000")), Ok((200, b"ab".to_vec())), "after 102 Processing");
    for (what, message) in
        [("a request", "00"), ("of unknown length", "0340c8"), ("nothing", ""), ("cut short", "0140")]
    {
        assert_eq!(open(&bytes(message)).unwrap_err().code, "relay_answer", "{what}");
    }
}

// RFC 9458, appendix A.

const PRIVATE_KEY: &str = "3c168975674b2fa8e465970b79c8dcf09f1c741626480bd4c6162fc5b6a98e1a";
const CONFIGURATION: &str =
    "01002031e1f05a740102115220e9af918f738674aec95f54db6e04eb705aae8e79815500080001000100010003";
const REQUEST: &str = "00034745540568747470730b6578616d706c652e636f6d012f";
const ENCAPSULATED_REQUEST: &str = concat!(
    "010020000100014b28f881333e7c164ffc499ad9796f877f4e1051ee6d31bad19dec96c208b472",
    "6374e469135906992e1268c594d2a10c695d858c40a026e7965e7d86b83dd440b2c0185204b4d63525",
);
const SECRET: &str = "62d87a6ba569ee81014c2641f52bea36";
const ENCAPSULATED_RESPONSE: &str = "c789e7151fcba46158ca84b04464910d86f9013e404feea014e7be4a441f234f857fbd";

#[test]
fn the_example_of_the_specification_is_followed_to_its_end() {
    // Its answer, with the secret that it names.
    let exchange = Exchange::from_bytes(bytes(&format!("{SECRET}{ENCAPSULATED_REQUEST}")));
    assert_eq!(exchange.request(), bytes(ENCAPSULATED_REQUEST));
    let answer = exchange.open(&bytes(ENCAPSULATED_RESPONSE)).unwrap();
    assert_eq!(answer, Answer { status: 200, content: Vec::new() });

    // The appendix names no material that an ephemeral key could be derived from, so what we seal to its gateway is
    // opened with its private key, by the example's own info string and export.
    let gateway = Gateway::decode(&bytes(CONFIGURATION)).unwrap();
    let ours = Exchange::seal(&gateway, &bytes(REQUEST), &mut OsRng).unwrap();
    assert_eq!(ours.request()[..7], bytes(ENCAPSULATED_REQUEST)[..7]);
    let private = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&bytes(PRIVATE_KEY)).unwrap();
    for (request, secret) in [
        (bytes(ENCAPSULATED_REQUEST), bytes(SECRET)),
        (ours.request().to_vec(), ours.clone().into_bytes()[..16].to_vec()),
    ] {
        let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&request[7..39]).unwrap();
        let info = bytes("6d6573736167652f626874747020726571756573740001002000010001");
        let mut context = hpke::setup_receiver::<AesGcm128, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &private,
            &encapsulated,
            &info,
        )
        .unwrap();
        assert_eq!(context.open(&request[39..], &[]).unwrap(), bytes(REQUEST));
        let mut exported = [0; 16];
        context.export(b"message/bhttp response", &mut exported).unwrap();
        assert_eq!(exported.to_vec(), secret);
    }
}

#[test]
fn a_gateway_of_another_suite_or_shape_is_refused() {
    let good = bytes(CONFIGURATION);
    let code = |configuration: &[u8]| Gateway::decode(configuration).unwrap_err().code;
    for length in 0..good.len() {
        assert_eq!(code(&good[..length]), "gateway_malformed", "{length} bytes");
    }
    assert_eq!(code(&[&good[..], &[0]].concat()), "gateway_malformed");
    let mut p256 = good.clone();
    p256[2] = 0x10;
    assert_eq!(code(&p256), "gateway_suite");
    assert_eq!(code(&server(&[other()]).config().encode().unwrap()), "gateway_suite");
    // With its length before it, as application/ohttp-keys has it.
    assert_eq!(code(&[&[0, 45][..], &good].concat()), "gateway_malformed");
}
