//! Reads a JavaScript value into a wire twin, naming the place of every fault.
//!
//! A serde deserializer of our own, for two reasons. The path comes for free:
//! each error is placed under its key as it travels up. And no value is ever
//! formatted: the usual error sentences repeat the input, which we must not, and
//! drag in the float printer, 25 KB of wasm with its tables.
//!
//! A getter that throws is a fault of the value, not of the engine: every read
//! goes through `Reflect`, which catches.

use std::fmt;

use js_sys::{Array, Float32Array, Reflect};
use serde::de::{self, DeserializeOwned, DeserializeSeed, Expected, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use wasm_bindgen::{JsCast, JsValue};

use crate::error::{Error, ErrorKind, Result};

/// Decodes one value; paths are relative to it.
pub(super) fn read<T: DeserializeOwned>(value: JsValue) -> Result<T> {
    T::deserialize(Value(value, 0)).map_err(|fault| fault.0)
}

/// A value, and how deep it lies.
struct Value(JsValue, u8);

/// A value that holds itself would never end.
const DEEPEST: u8 = 32;

/// An error under construction: placed as it travels up.
#[derive(Debug)]
struct Fault(Error);

impl Fault {
    fn expected(expected: &dyn Expected) -> Self {
        let expected = match expected.to_string().as_str() {
            "f64" | "f32" => "a number".to_owned(),
            "u16" => "a whole number".to_owned(),
            other => other.to_owned(),
        };
        Self(Error::new(ErrorKind::WrongType, "", format!("wrong type; expected {expected}")))
    }

    fn under(self, key: &str) -> Self {
        Self(self.0.under(key))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(Error::new(ErrorKind::WrongType, "", message.to_string()))
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(expected)
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(expected)
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::expected(expected)
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self(Error::new(ErrorKind::Unknown, "", "not a known word"))
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self(Error::new(ErrorKind::Unknown, "", "not a known field; see the types"))
    }

    fn missing_field(field: &'static str) -> Self {
        Self(Error::new(ErrorKind::Missing, field, "this field is required"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self(Error::new(ErrorKind::Duplicate, field, "this field stands twice"))
    }
}

/// What a JavaScript value is, found out once outside the generic code below.
enum Shape {
    Nothing,
    Flag(bool),
    Whole(i64),
    Number(f64),
    Text(String),
    List(Array),
    Object(JsValue),
    Other,
}

#[inline(never)]
fn shape(value: JsValue) -> Shape {
    if value.is_null() || value.is_undefined() {
        Shape::Nothing
    } else if let Some(flag) = value.as_bool() {
        Shape::Flag(flag)
    } else if let Some(number) = value.as_f64() {
        let whole = number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
        if whole { Shape::Whole(number as i64) } else { Shape::Number(number) }
    } else if let Some(text) = value.as_string() {
        Shape::Text(text)
    } else if value.is_instance_of::<Float32Array>() {
        Shape::List(Array::from(&value)) // an embedding
    } else if value.is_object() {
        value.dyn_into::<Array>().map_or_else(Shape::Object, Shape::List)
    } else {
        Shape::Other
    }
}

/// Each typed wish accepts its own shape only, so that a twin compiles to the code of its own types.
impl<'de> de::Deserializer<'de> for Value {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Fault> {
        match shape(self.0) {
            Shape::Nothing => visitor.visit_unit(),
            Shape::Flag(flag) => visitor.visit_bool(flag),
            Shape::Whole(number) => visitor.visit_i64(number),
            Shape::Number(number) => visitor.visit_f64(number),
            Shape::Text(text) => visitor.visit_str(&text),
            Shape::List(list) => visitor.visit_seq(Entries { list, next: 0, depth: deeper(self.1)? }),
            Shape::Object(object) => visitor.visit_map(Fields::new(object, deeper(self.1)?)?),
            Shape::Other => Err(Fault::expected(&visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Fault> {
        if self.0.is_null() || self.0.is_undefined() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Fault> {
        match self.0.as_bool() {
            Some(flag) => visitor.visit_bool(flag),
            None => Err(Fault::expected(&visitor)),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Fault> {
        match self.0.as_f64() {
            Some(number) => visitor.visit_f64(number),
            None => Err(Fault::expected(&visitor)),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Fault> {
        match shape(self.0) {
            Shape::Whole(number) => visitor.visit_i64(number),
            _ => Err(Fault::expected(&visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Fault> {
        match self.0.as_string() {
            Some(text) => visitor.visit_string(text),
            None => Err(Fault::expected(&visitor)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Fault> {
        self.deserialize_string(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Fault> {
        match self.0.as_string() {
            Some(text) => visitor.visit_str(&text),
            None => Err(Fault::expected(&visitor)),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Fault> {
        match shape(self.0) {
            Shape::List(list) => visitor.visit_seq(Entries { list, next: 0, depth: deeper(self.1)? }),
            _ => Err(Fault::expected(&visitor)),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Fault> {
        match shape(self.0) {
            Shape::Object(object) => visitor.visit_map(Fields::new(object, deeper(self.1)?)?),
            _ => Err(Fault::expected(&visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> std::result::Result<V::Value, Fault> {
        self.deserialize_map(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u32 u64 u128 char bytes byte_buf unit
        unit_struct newtype_struct tuple tuple_struct enum
    }
}

fn deeper(depth: u8) -> std::result::Result<u8, Fault> {
    let too_deep = || Fault(Error::new(ErrorKind::TooMany, "", "nested more than 32 deep; send plain, flat data"));
    (depth < DEEPEST).then_some(depth + 1).ok_or_else(too_deep)
}

struct Entries {
    list: Array,
    next: u32,
    depth: u8,
}

impl<'de> SeqAccess<'de> for Entries {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> std::result::Result<Option<S::Value>, Fault> {
        if self.next >= self.list.length() {
            return Ok(None);
        }
        let at = self.next;
        self.next += 1;
        let value = Reflect::get_u32(&self.list, at).unwrap_or_default();
        seed.deserialize(Value(value, self.depth)).map(Some).map_err(|fault| fault.under(&format!("[{at}]")))
    }
}

/// The own fields of an object that have a value.
struct Fields {
    object: JsValue,
    keys: Array,
    next: u32,
    key: String,
    value: JsValue,
    depth: u8,
}

impl Fields {
    fn new(object: JsValue, depth: u8) -> std::result::Result<Self, Fault> {
        let unreadable = || Fault(Error::new(ErrorKind::Malformed, "", "this object cannot be read; send plain data"));
        let keys = Reflect::own_keys(&object).map_err(|_| unreadable())?;
        Ok(Self { object, keys, next: 0, key: String::new(), value: JsValue::UNDEFINED, depth })
    }
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> std::result::Result<Option<S::Value>, Fault> {
        while self.next < self.keys.length() {
            let name = self.keys.get(self.next);
            self.next += 1;
            let Some(key) = name.as_string() else { continue };
            let unreadable =
                || Error::new(ErrorKind::Malformed, key.clone(), "this field cannot be read; send plain data");
            self.value = Reflect::get(&self.object, &name).map_err(|_| Fault(unreadable()))?;
            if self.value.is_undefined() {
                continue;
            }
            self.key = key;
            let name = Value(JsValue::from_str(&self.key), self.depth);
            return seed.deserialize(name).map(Some).map_err(|fault| fault.under(&self.key));
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> std::result::Result<S::Value, Fault> {
        seed.deserialize(Value(std::mem::take(&mut self.value), self.depth)).map_err(|fault| fault.under(&self.key))
    }
}
