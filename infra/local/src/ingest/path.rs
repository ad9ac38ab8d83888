//! JSON paths of ingestion mappings: `$.a.b[0]`, `$['my field']`.

use crate::storage::dynamic::Dynamic;

/// Where a value stands in a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Field(String),
    Element(usize),
}

impl Path {
    /// The path of a field of the record itself.
    pub fn field(name: &str) -> Self {
        Self(vec![Step::Field(name.to_owned())])
    }

    /// Reads a path; none where `text` is no path of these steps.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim().strip_prefix('$')?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, after) = first_step(rest)?;
            steps.push(step);
            rest = after;
        }
        Some(Self(steps))
    }

    /// The value that stands there in `record`; null where nothing does.
    pub fn find<'r>(&self, record: &'r Dynamic) -> &'r Dynamic {
        self.0.iter().try_fold(record, |value, step| step.of(value)).unwrap_or(&Dynamic::Null)
    }
}

impl Step {
    fn of<'v>(&self, value: &'v Dynamic) -> Option<&'v Dynamic> {
        match (self, value) {
            (Self::Field(name), Dynamic::Bag(bag)) => bag.get(name.as_str()),
            (Self::Element(index), Dynamic::Array(values)) => values.get(*index),
            _ => None,
        }
    }
}

/// The step at the start of `text`, and what follows it.
fn first_step(text: &str) -> Option<(Step, &str)> {
    if let Some(rest) = text.strip_prefix('.') {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        return (!name.is_empty()).then(|| (Step::Field(name.to_owned()), rest));
    }
    let rest = text.strip_prefix('[')?;
    for quote in ["'", "\""] {
        if let Some(rest) = rest.strip_prefix(quote) {
            let (name, rest) = rest.split_once(&format!("{quote}]"))?;
            return Some((Step::Field(name.to_owned()), rest));
        }
    }
    let (index, rest) = rest.split_once(']')?;
    Some((Step::Element(index.parse().ok()?), rest))
}

#[cfg(test)]
mod tests {
    use super::Path;
    use crate::storage::dynamic::Dynamic;

    #[test]
    fn paths_find_values() {
        let record = Dynamic::from_json(r#"{"a":{"b":[10,{"c":"x"}]},"my field":1,"it's":2}"#).expect("JSON");
        for (path, expected) in [
            ("$.a.b[0]", "10"),
            ("$.a.b[1].c", "\"x\""),
            ("$['a']['b'][0]", "10"),
            ("$[\"my field\"]", "1"),
            ("$.my field", "1"),
            ("$['it's']", "2"),
            ("$.a.none", "null"),
            ("$.a.b[9]", "null"),
            ("$.a[0]", "null"),
        ] {
            assert_eq!(Path::parse(path).map(|path| path.find(&record).to_json()).as_deref(), Some(expected), "{path}");
        }
        assert_eq!(Path::parse("$").map(|path| path.find(&record) == &record), Some(true));
    }

    #[test]
    fn other_texts_are_no_paths() {
        for text in ["", "a", "$a", "$.", "$..a", "$.a[", "$[x]", "$[-1]", "$['a'", "$.a[*]"] {
            assert_eq!(Path::parse(text), None, "{text}");
        }
    }
}
