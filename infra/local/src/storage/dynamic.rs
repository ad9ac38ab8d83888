//! The `dynamic` type: any JSON value, and Kusto's scalars inside it.

use crate::storage::time::{DateTime, Timespan};
use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// A property bag: names to values, in the order of insertion.
pub type Bag = IndexMap<Arc<str>, Dynamic>;

/// A dynamic value. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Dynamic {
    /// JSON null.
    #[default]
    Null,
    /// JSON true or false.
    Bool(bool),
    /// An integer.
    Long(i64),
    /// A number with a fraction or an exponent, or an integer that is no `long`.
    Real(f64),
    /// A decimal; a string in JSON.
    Decimal(Decimal),
    /// An instant; a string in JSON.
    DateTime(DateTime),
    /// A duration; a string in JSON.
    Timespan(Timespan),
    /// An identifier; a string in JSON.
    Guid(Uuid),
    /// A string.
    String(Arc<str>),
    /// An array.
    Array(Arc<Vec<Dynamic>>),
    /// A property bag.
    Bag(Arc<Bag>),
}

impl Dynamic {
    /// The value of a JSON text; the reason where it is no JSON or is nested deeper than 128 levels.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The value as compact JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// An array of these values.
    pub fn array(values: impl IntoIterator<Item = Self>) -> Self {
        Self::Array(Arc::new(values.into_iter().collect()))
    }

    /// A property bag.
    pub fn bag(bag: Bag) -> Self {
        Self::Bag(Arc::new(bag))
    }
}

impl Serialize for Dynamic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Long(value) => serializer.serialize_i64(*value),
            Self::Real(value) => serialize_real(*value, serializer),
            Self::Decimal(value) => serializer.collect_str(value),
            Self::DateTime(value) => serializer.collect_str(value),
            Self::Timespan(value) => serializer.collect_str(value),
            Self::Guid(value) => serializer.collect_str(value),
            Self::String(value) => serializer.serialize_str(value),
            Self::Array(values) => serializer.collect_seq(values.iter()),
            Self::Bag(bag) => serializer.collect_map(bag.iter().map(|(name, value)| (&**name, value))),
        }
    }
}

/// A double as a JSON number, or the name that Kusto gives what JSON has no number for.
pub(super) fn serialize_real<S: Serializer>(value: f64, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        _ if value.is_nan() => serializer.serialize_str("NaN"),
        f64::INFINITY => serializer.serialize_str("Infinity"),
        f64::NEG_INFINITY => serializer.serialize_str("-Infinity"),
        _ => serializer.serialize_f64(value),
    }
}

impl<'de> Deserialize<'de> for Dynamic {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyJson)
    }
}

struct AnyJson;

impl<'de> Visitor<'de> for AnyJson {
    type Value = Dynamic;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Dynamic, E> {
        Ok(Dynamic::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Dynamic, E> {
        Ok(Dynamic::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Dynamic, E> {
        Ok(Dynamic::Long(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Dynamic, E> {
        Ok(i64::try_from(value).map_or(Dynamic::Real(value as f64), Dynamic::Long))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Dynamic, E> {
        Ok(Dynamic::Real(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Dynamic, E> {
        Ok(Dynamic::String(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Dynamic, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = access.next_element()? {
            values.push(value);
        }
        Ok(Dynamic::array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Dynamic, A::Error> {
        let mut bag = Bag::new();
        while let Some((name, value)) = access.next_entry::<String, Dynamic>()? {
            bag.insert(name.into(), value);
        }
        Ok(Dynamic::bag(bag))
    }
}

#[cfg(test)]
mod tests {
    use super::Dynamic;

    #[test]
    fn json_is_read_and_written_in_order() {
        for json in [r#"{"b":1,"a":[1.0,"x",null,true,{}]}"#, "9223372036854775807", "-0.5", r#""a\"\u0001""#] {
            assert_eq!(Dynamic::from_json(json).unwrap().to_json(), json);
        }
        assert_eq!(Dynamic::from_json("9223372036854775808").unwrap(), Dynamic::Real(9_223_372_036_854_775_808.0));
        assert_eq!(Dynamic::Real(f64::NAN).to_json(), "\"NaN\"");
        assert!(Dynamic::from_json("{a:1}").is_err());
    }

    #[test]
    fn json_nested_too_deep_is_refused() {
        assert!(Dynamic::from_json(&"[".repeat(100_000)).is_err());
    }
}
