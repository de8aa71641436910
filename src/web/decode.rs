//! Reads a JavaScript value into a wire twin, naming the place of every fault.
//!
//! A decoder of our own, for three reasons. The path comes for free: each error
//! is placed under its key as it travels up. No value is ever formatted: the
//! usual error sentences repeat the input, which we must not, and drag in the
//! float printer, 25 KB of wasm with its tables. And it is one loop for all
//! twins, where a generic framework compiles one for each.
//!
//! A getter that throws is a fault of the value, not of the engine: every read
//! goes through `Reflect`, which catches.

use js_sys::{Array, Float32Array, Float64Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::error::{Error, ErrorKind, Result};
use crate::wire::decide::Numbers;

/// A value that holds itself would never end.
const DEEPEST: u8 = 32;

/// A value, and how deep it lies.
pub(super) struct Value(JsValue, u8);

/// What can be read from a value.
pub(super) trait Read: Sized {
    /// # Errors
    /// What was wrong, with the path from the value on.
    fn read(value: Value) -> Result<Self>;
}

/// A twin that is read field by field.
pub(super) trait Twin {
    /// What a fault says was expected.
    fn expecting(&self) -> &'static str;
    /// Whether a field that is not known is a fault.
    fn is_strict(&self) -> bool;
    /// The fields that must be there, at most 32.
    fn required(&self) -> &'static [&'static str];
    /// Where a field goes; `None` when it is not known.
    fn place(&mut self, key: &str) -> Option<&mut dyn Fill>;
}

/// A place for a value.
pub(super) trait Fill {
    fn fill(&mut self, value: Value) -> Result<()>;
}

impl<T: Read> Fill for T {
    fn fill(&mut self, value: Value) -> Result<()> {
        *self = T::read(value)?;
        Ok(())
    }
}

/// Decodes one value; paths are relative to it.
pub(super) fn read<T: Read>(value: JsValue) -> Result<T> {
    T::read(Value(value, 0))
}

/// The fault of a value of another type.
pub(super) fn expected<T>(what: &str) -> Result<T> {
    Err(Error::new(ErrorKind::WrongType, "", format!("wrong type; expected {what}")))
}

/// The fault of a value that is written wrongly.
pub(super) fn malformed<T>(message: &'static str) -> Result<T> {
    Err(Error::new(ErrorKind::WrongType, "", message))
}

/// What a JavaScript value is.
pub(super) enum Shape {
    Nothing,
    Flag(bool),
    Number(f64),
    Text(String),
    List(List),
    Object,
    Other,
}

/// The entries of a list.
pub(super) struct List {
    list: Array,
    depth: u8,
}

impl Value {
    pub(super) fn is_nothing(&self) -> bool {
        self.0.is_null() || self.0.is_undefined()
    }

    pub(super) fn shape(&self) -> Result<Shape> {
        let value = &self.0;
        Ok(if self.is_nothing() {
            Shape::Nothing
        } else if let Some(flag) = value.as_bool() {
            Shape::Flag(flag)
        } else if let Some(number) = value.as_f64() {
            Shape::Number(number)
        } else if let Some(text) = value.as_string() {
            Shape::Text(text)
        } else if value.is_instance_of::<Float32Array>() {
            Shape::List(List { list: Array::from(value), depth: self.deeper()? }) // an embedding
        } else if let Some(list) = value.dyn_ref::<Array>() {
            Shape::List(List { list: list.clone(), depth: self.deeper()? })
        } else if value.is_object() {
            Shape::Object
        } else {
            Shape::Other
        })
    }

    fn deeper(&self) -> Result<u8> {
        let too_deep = || Error::new(ErrorKind::TooMany, "", "nested more than 32 deep; send plain, flat data");
        (self.1 < DEEPEST).then_some(self.1 + 1).ok_or_else(too_deep)
    }

    /// Reads the own fields of an object that have a value.
    pub(super) fn into_fields(self, twin: &mut dyn Twin) -> Result<()> {
        let Shape::Object = self.shape()? else { return expected(twin.expecting()) };
        let depth = self.deeper()?;
        let unreadable = |path: &str, what| Error::new(ErrorKind::Malformed, path.to_owned(), what);
        let keys =
            Reflect::own_keys(&self.0).map_err(|_| unreadable("", "this object cannot be read; send plain data"))?;
        let is_strict = twin.is_strict();
        let mut met = 0_u32;
        for name in keys.iter() {
            let Some(key) = name.as_string() else { continue };
            let value = Reflect::get(&self.0, &name)
                .map_err(|_| unreadable(&key, "this field cannot be read; send plain data"))?;
            if value.is_undefined() {
                continue;
            }
            match twin.place(&key) {
                Some(place) => place.fill(Value(value, depth)).map_err(|error| error.under(&key))?,
                None if is_strict => {
                    return Err(Error::new(ErrorKind::Unknown, key, "not a known field; see the types"));
                }
                None => {}
            }
            met |= twin.required().iter().position(|field| *field == key).map_or(0, |at| 1 << at);
        }
        match twin.required().iter().enumerate().find(|(at, _)| met & 1 << at == 0) {
            Some((_, field)) => Err(Error::new(ErrorKind::Missing, *field, "this field is required")),
            None => Ok(()),
        }
    }
}

impl List {
    /// Reads each entry; the first fault ends it.
    pub(super) fn each(&self, take: &mut dyn FnMut(Value) -> Result<()>) -> Result<()> {
        for at in 0..self.list.length() {
            let entry = Reflect::get_u32(&self.list, at).unwrap_or_default();
            take(Value(entry, self.depth)).map_err(|error| error.under(&format!("[{at}]")))?;
        }
        Ok(())
    }
}

impl Read for bool {
    fn read(value: Value) -> Result<Self> {
        value.0.as_bool().map_or_else(|| expected("a boolean"), Ok)
    }
}

impl Read for f64 {
    fn read(value: Value) -> Result<Self> {
        value.0.as_f64().map_or_else(|| expected("a number"), Ok)
    }
}

impl Read for f32 {
    fn read(value: Value) -> Result<Self> {
        f64::read(value).map(|number| number as f32)
    }
}

impl Read for Numbers {
    fn read(value: Value) -> Result<Self> {
        let numbers = value.0.dyn_ref::<Float64Array>();
        numbers.map_or_else(|| expected("numbers"), |numbers| Ok(Self(numbers.to_vec())))
    }
}

impl Read for u16 {
    fn read(value: Value) -> Result<Self> {
        let whole = value.0.as_f64().filter(|number| number.fract() == 0.0 && (0.0..65_536.0).contains(number));
        whole.map_or_else(|| expected("a whole number"), |number| Ok(number as u16))
    }
}

impl Read for String {
    fn read(value: Value) -> Result<Self> {
        value.0.as_string().map_or_else(|| expected("a string"), Ok)
    }
}

impl<T: Read> Read for Option<T> {
    fn read(value: Value) -> Result<Self> {
        if value.is_nothing() { Ok(None) } else { T::read(value).map(Some) }
    }
}

impl<T: Read> Read for Box<T> {
    fn read(value: Value) -> Result<Self> {
        T::read(value).map(Box::new)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: Value) -> Result<Self> {
        let Shape::List(list) = value.shape()? else { return expected("a list") };
        let mut all = Vec::new();
        list.each(&mut |entry| T::read(entry).map(|entry| all.push(entry)))?;
        Ok(all)
    }
}
