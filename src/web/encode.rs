//! Writes a view as plain JavaScript objects: what is absent stays absent, maps are objects.
//!
//! A serializer of our own: the views hold texts, numbers, flags, lists and
//! structures, and nothing else has to be in the module.

use std::fmt;

use js_sys::{Array, Object, Reflect};
use serde::Serialize;
use serde::ser::{self, Impossible, SerializeSeq, SerializeStruct};
use wasm_bindgen::JsValue;

/// The plain form of a view; `undefined` for what no view holds.
pub(super) fn encode<T: Serialize>(view: &T) -> JsValue {
    view.serialize(Plain).unwrap_or_default()
}

/// A view held what it must not.
#[derive(Debug)]
struct Unsupported;

type Written<T> = Result<T, Unsupported>;

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a part of a view")
    }
}

impl std::error::Error for Unsupported {}

impl ser::Error for Unsupported {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

struct Plain;

/// Numbers that stand as they are.
macro_rules! numbers {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, number: $type) -> Written<JsValue> {
            Ok(JsValue::from_f64(f64::from(number)))
        })*
    };
}

impl ser::Serializer for Plain {
    type Ok = JsValue;
    type Error = Unsupported;
    type SerializeSeq = List;
    type SerializeTuple = Impossible<JsValue, Unsupported>;
    type SerializeTupleStruct = Impossible<JsValue, Unsupported>;
    type SerializeTupleVariant = Impossible<JsValue, Unsupported>;
    type SerializeMap = Impossible<JsValue, Unsupported>;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Impossible<JsValue, Unsupported>;

    numbers!(
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_u8: u8, serialize_u16: u16,
        serialize_u32: u32, serialize_f32: f32, serialize_f64: f64
    );

    fn serialize_bool(self, flag: bool) -> Written<JsValue> {
        Ok(JsValue::from_bool(flag))
    }

    fn serialize_i64(self, number: i64) -> Written<JsValue> {
        Ok(JsValue::from_f64(number as f64))
    }

    fn serialize_u64(self, number: u64) -> Written<JsValue> {
        Ok(JsValue::from_f64(number as f64))
    }

    fn serialize_char(self, _: char) -> Written<JsValue> {
        Err(Unsupported)
    }

    fn serialize_str(self, text: &str) -> Written<JsValue> {
        Ok(JsValue::from_str(text))
    }

    fn serialize_bytes(self, _: &[u8]) -> Written<JsValue> {
        Err(Unsupported)
    }

    fn serialize_none(self) -> Written<JsValue> {
        Ok(JsValue::UNDEFINED)
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Written<JsValue> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written<JsValue> {
        Ok(JsValue::UNDEFINED)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written<JsValue> {
        Err(Unsupported)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written<JsValue> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, value: &T) -> Written<JsValue> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Written<JsValue> {
        Err(Unsupported)
    }

    fn serialize_seq(self, _: Option<usize>) -> Written<List> {
        Ok(List(Array::new()))
    }

    fn serialize_tuple(self, _: usize) -> Written<Self::SerializeTuple> {
        Err(Unsupported)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Written<Self::SerializeTupleStruct> {
        Err(Unsupported)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Written<Self::SerializeTupleVariant> {
        Err(Unsupported)
    }

    fn serialize_map(self, _: Option<usize>) -> Written<Self::SerializeMap> {
        Err(Unsupported)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Written<Fields> {
        Ok(Fields(Object::new()))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Written<Self::SerializeStructVariant> {
        Err(Unsupported)
    }
}

/// A list that grows.
struct List(Array);

impl SerializeSeq for List {
    type Ok = JsValue;
    type Error = Unsupported;

    fn serialize_element<T: ?Sized + Serialize>(&mut self, entry: &T) -> Written<()> {
        self.0.push(&entry.serialize(Plain)?);
        Ok(())
    }

    fn end(self) -> Written<JsValue> {
        Ok(self.0.into())
    }
}

/// An object that gets its fields.
struct Fields(Object);

impl Fields {
    #[inline(never)]
    fn set(&self, key: &str, value: &JsValue) {
        // Setting a field of an object that was made here cannot fail.
        let _ = Reflect::set(&self.0, &JsValue::from_str(key), value);
    }
}

impl SerializeStruct for Fields {
    type Ok = JsValue;
    type Error = Unsupported;

    fn serialize_field<T: ?Sized + Serialize>(&mut self, key: &'static str, value: &T) -> Written<()> {
        self.set(key, &value.serialize(Plain)?);
        Ok(())
    }

    fn end(self) -> Written<JsValue> {
        Ok(self.0.into())
    }
}
