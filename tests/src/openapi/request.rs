//! The schema of a request, from its type.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, Visitor, value::Error},
    forward_to_deserialize_any,
};
use serde_json::{Value, json};

/// The connector's names, and what they are here.
pub const CONNECTORS: [(&str, &str); 3] = [("db", "database"), ("csl", "query"), ("csl", "command")];

/// A request: its schema as its type says it, and the names of its fields as the reader of JSON knows them.
#[derive(Clone, Debug)]
pub struct Request {
    schema: Value,
    /// The names, in every spelling.
    pub names: &'static [&'static str],
}

impl Request {
    /// The request that is a `T`.
    pub fn of<T: JsonSchema + for<'de> Deserialize<'de>>() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
        let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("$schema");
            schema.remove("title");
        }
        let mut names: &'static [&'static str] = &[];
        // It always fails: only the names are wanted.
        let _ = T::deserialize(Names(&mut names));
        Self { schema, names }
    }

    /// The schema with the fields in every spelling.
    pub fn schema(&self) -> Value {
        let mut schema = self.schema.clone();
        let required: Vec<Value> = schema["required"].as_array().cloned().unwrap_or_default();
        let mut alternatives = Vec::new();
        for (alias, name) in self.aliases() {
            let mut property = schema["properties"][&name].clone();
            property["description"] = json!(format!("`{name}`, by the connector's name."));
            schema["properties"][&alias] = property;
            if required.contains(&json!(name)) {
                alternatives.push(json!([{"required": [name]}, {"required": [alias]}]));
            }
        }
        if let [alternative] = &alternatives[..] {
            let is_other = |field: &&Value| !alternative.to_string().contains(&field.to_string());
            schema["required"] = required.iter().filter(is_other).cloned().collect();
            schema["oneOf"] = alternative.clone();
        }
        schema
    }

    /// Other spellings of fields, with the fields that they are.
    fn aliases(&self) -> Vec<(String, String)> {
        let is_field = |name: &str| self.schema["properties"].get(name).is_some();
        let others = self.names.iter().filter(|name| !is_field(name));
        others.filter_map(|alias| Some(((*alias).to_owned(), self.meant(alias)?))).collect()
    }

    /// The field that `alias` is: by the connector's names, or in small letters.
    fn meant(&self, alias: &str) -> Option<String> {
        let is_field = |name: &str| self.schema["properties"].get(name).is_some();
        let connectors = CONNECTORS.iter().find(|(name, field)| *name == alias && is_field(field));
        let small: String = alias.chars().take(1).flat_map(char::to_lowercase).chain(alias.chars().skip(1)).collect();
        let meant = match connectors {
            Some((_, field)) => (*field).to_owned(),
            // The connector's action for shared mailboxes has another name for the sender.
            None if small == "mailboxAddress" => "from".to_owned(),
            None => small,
        };
        is_field(&meant).then_some(meant)
    }
}

/// Notes the names of the fields of a struct, and reads nothing.
struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("it is no struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        Err(Error::custom("only the names were wanted"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
