//! The boundary: decode, call, encode. The only place that names `wasm_bindgen`.
//!
//! Guarantees: no method holds a decision; every error leaves as a `FlaneurError`
//! with a code and a path. Storage, channels and consent live on JavaScript's
//! side on purpose: they must outlive a module that is missing, blocked or
//! trapped (`docs/decisions/0001-storage-outside-the-module.md`).

mod convert;
mod decode;
mod encode;
mod panic;
mod twins;

use js_sys::{Array, Float64Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::Engine;
use crate::log::{decode_record, encode_record, precedes, record_id};
use crate::rank::{Request, terms};
use crate::wire::decide::{DecideWire, DecisionView};
use crate::wire::event::EventWire;
use crate::wire::intent::IntentView;
use crate::wire::request::{ForgetWire, RequestWire};
use crate::wire::rule::{RuleWire, rules};
use crate::wire::trial::TrialView;
use crate::wire::view::{ProfileView, ReplayView};
use convert::{Thrown, decode, decode_items, decode_list, merged, moment, strings};
use encode::encode;

type Js<T> = Result<T, JsValue>;

/// Smaller than the standard one.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// The engine, as JavaScript holds it.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Core(Engine);

#[wasm_bindgen]
impl Core {
    /// An engine without catalog; the seed comes from the browser's entropy unless given.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: Option<f64>) -> Js<Core> {
        panic::report_place();
        Ok(Self(Engine::new(convert::seed(seed)?)))
    }

    /// The crate's version.
    #[must_use]
    pub fn version() -> String {
        env!("CARGO_PKG_VERSION").into()
    }

    /// The event id of an intact record.
    #[wasm_bindgen(js_name = recordId)]
    #[must_use]
    pub fn record_id(record: &[u8]) -> Option<String> {
        record_id(record)
    }

    /// Whether the first of two records with one id is the one to keep.
    #[must_use]
    pub fn precedes(record: &[u8], other: &[u8]) -> bool {
        decode_record(record).is_ok_and(|event| decode_record(other).is_ok_and(|other| precedes(&event, &other)))
    }

    /// How many items are loaded.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn items(&self) -> usize {
        self.0.catalog().len()
    }

    /// How many events are in the log.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.log().events().len()
    }

    /// Takes a pack.
    #[wasm_bindgen(js_name = loadPack)]
    pub fn load_pack(&mut self, bytes: Vec<u8>) -> Js<()> {
        self.0.load_pack(bytes).map_err(|error| error.under("catalog")).thrown()
    }

    /// The first half of taking a pack.
    #[wasm_bindgen(js_name = checkPack)]
    pub fn check_pack(&mut self, bytes: Vec<u8>) -> Js<()> {
        self.0.check_pack(bytes).map_err(|error| error.under("catalog")).thrown()
    }

    /// The second half; `false` when no pack was checked.
    #[wasm_bindgen(js_name = takeChecked)]
    pub fn take_checked(&mut self) -> bool {
        self.0.take_checked()
    }

    /// Takes plain items.
    #[wasm_bindgen(js_name = loadItems)]
    pub fn load_items(&mut self, items: JsValue) -> Js<()> {
        let items = decode_items(&items)?;
        self.0.load_items(&items).map_err(|error| error.under("catalog")).thrown()
    }

    /// The items' identifiers in the shop's order.
    #[must_use]
    pub fn ids(&self) -> Array {
        let catalog = self.0.catalog();
        (0..catalog.len() as u32).map(|item| JsValue::from_str(catalog.id(item))).collect()
    }

    /// Replaces the shop's rules.
    #[wasm_bindgen(js_name = setRules)]
    pub fn set_rules(&mut self, given: JsValue) -> Js<()> {
        let wires: Vec<RuleWire> = decode(given, "rules")?;
        rules(wires).and_then(|rules| self.0.set_rules(rules)).map_err(|error| error.under("rules")).thrown()
    }

    /// Opens or shuts learning and ranking.
    #[wasm_bindgen(js_name = setGates)]
    pub fn set_gates(&mut self, learn: bool, rank: bool) {
        self.0.set_gates(learn, rank);
    }

    /// Sets what the arms of experiments are made of.
    #[wasm_bindgen(js_name = setSecret)]
    pub fn set_secret(&mut self, secret: f64) -> Js<()> {
        self.0.set_secret(convert::seed(Some(secret))?);
        Ok(())
    }

    /// Logs one event; returns its record.
    pub fn observe(&mut self, event: JsValue, now: f64) -> Js<Option<Uint8Array>> {
        let wire: EventWire = decode(event, "event")?;
        let event = self.0.observe(wire, moment(now)?).map_err(|error| error.under("event")).thrown()?;
        Ok(event.map(|event| Uint8Array::from(encode_record(&event).as_slice())))
    }

    /// Merges stored records, which cross as one: end to end, and the length of each.
    pub fn restore(&mut self, joined: &[u8], lengths: &[u32]) {
        let mut rest = joined;
        let records = lengths.iter().map_while(|&length| {
            let (record, others) = rest.split_at_checked(length as usize)?;
            rest = others;
            Some(record)
        });
        self.0.restore(records);
    }

    /// Folds the log, which the first question would do otherwise.
    pub fn fold(&mut self, now: f64) -> Js<()> {
        self.0.profile(moment(now)?);
        Ok(())
    }

    /// Merges exported events.
    pub fn import(&mut self, events: JsValue, now: f64) -> Js<JsValue> {
        let wires = decode_list::<EventWire>(&events)?;
        merged(&self.0.import(wires, moment(now)?))
    }

    /// Drops what the bound and the retention no longer hold; returns the ids.
    pub fn expire(&mut self, now: f64) -> Js<Array> {
        Ok(strings(&self.0.expire(moment(now)?)))
    }

    /// Forgets; returns the ids of the events that are gone.
    pub fn forget(&mut self, what: JsValue, now: f64) -> Js<Array> {
        let what: ForgetWire = decode(what, "forget")?;
        let gone = self.0.forget(&what, moment(now)?).map_err(|error| error.under("forget")).thrown()?;
        Ok(strings(&gone))
    }

    /// Removes events by id; returns how many were here.
    pub fn remove(&mut self, ids: Vec<String>) -> usize {
        self.0.remove(&ids.into_iter().collect())
    }

    /// The log, in words.
    pub fn events(&self) -> JsValue {
        encode(&self.0.log().events().iter().map(EventWire::of).collect::<Vec<_>>())
    }

    /// Whether an event is known.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.0.log().has(id)
    }

    /// Ranks for a slot; the slate's entries are numbers, see `pkg/src/slate.ts`.
    pub fn rank(&mut self, request: JsValue, now: f64) -> Js<Array> {
        let wire: RequestWire = decode(request, "request")?;
        let slate = self.0.rank(wire, moment(now)?).map_err(|error| error.under("request")).thrown()?;
        let encoded = convert::slate(&slate);
        self.0.recycle(slate);
        Ok(encoded)
    }

    /// The names of the terms of a score, by the number that slates give them.
    #[must_use]
    pub fn terms() -> Array {
        terms().map(JsValue::from_str).collect()
    }

    /// The identifier of an item.
    #[must_use]
    pub fn id(&self, item: u32) -> Option<String> {
        let catalog = self.0.catalog();
        ((item as usize) < catalog.len()).then(|| catalog.id(item).to_owned())
    }

    /// The text of an attribute.
    #[must_use]
    pub fn attribute(&self, token: u32) -> Option<String> {
        let catalog = self.0.catalog();
        ((token as usize) < catalog.token_count()).then(|| catalog.token(token).to_owned())
    }

    /// Decides between opportunities, or for silence: the decision, two numbers for each candidate
    /// ([`Decision::scales`](crate::decide::Decision::scales)), and their ids when the request named none.
    pub fn decide(&mut self, request: JsValue, now: f64) -> Js<JsValue> {
        let wire: DecideWire = decode(request, "request")?;
        let is_named = wire.candidates.is_some();
        let (occasion, decision) =
            self.0.decide(wire, moment(now)?).map_err(|error| error.under("request")).thrown()?;
        let view = encode(&DecisionView::of(self.0.catalog(), &occasion, &decision));
        let scales = Float64Array::from(decision.scales().as_slice());
        let ids = (!is_named).then(|| occasion.opportunities.iter().map(|one| one.id.as_str()).collect::<Vec<_>>());
        Ok(Array::of3(&view, &scales, &encode(&ids)).into())
    }

    /// Logs that a decision came into view; returns the record.
    pub fn noticed(&mut self, id: &str, at: f64) -> Js<Option<Uint8Array>> {
        let event = self.0.noticed(id, moment(at)?);
        Ok(event.map(|event| Uint8Array::from(encode_record(&event).as_slice())))
    }

    /// What the session is about.
    pub fn intent(&mut self, now: f64) -> Js<JsValue> {
        let intent = self.0.intent(moment(now)?);
        Ok(encode(&IntentView::of(self.0.catalog(), &intent)))
    }

    /// Logs that entries of a slate were seen; returns the record.
    pub fn seen(&mut self, slate: &str, ids: Option<Vec<String>>, at: f64) -> Js<Option<Uint8Array>> {
        let event = self.0.seen(slate, ids.as_deref(), moment(at)?);
        Ok(event.map(|event| Uint8Array::from(encode_record(&event).as_slice())))
    }

    /// Ranks to no end and remembers nothing: the browser compiles what a ranking takes.
    pub fn rehearse(&mut self, now: f64) -> Js<()> {
        let request = Request { size: 24, now: moment(now)?, ..Request::default() };
        convert::slate(&self.0.answer(&request));
        Ok(())
    }

    /// What the profile knows.
    pub fn inspect(&mut self, now: f64) -> Js<JsValue> {
        let now = moment(now)?;
        let profile = self.0.profile(now).clone();
        Ok(encode(&ProfileView::of(self.0.catalog(), self.0.log(), &profile, now)))
    }

    /// Whether the plain order would have done better.
    pub fn replay(&self) -> JsValue {
        encode(&ReplayView::of(&self.0.replay()))
    }

    /// What experiments have shown.
    #[must_use]
    pub fn experiments(&self) -> JsValue {
        encode(&self.0.trials().iter().map(TrialView::of).collect::<Vec<_>>())
    }
}
