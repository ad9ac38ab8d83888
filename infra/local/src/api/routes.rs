//! Which function answers at which path: as the OpenAPI document says it.

use serde_json::Value;

/// The paths of `infra/openapi.json`, each with its function.
#[derive(Debug)]
pub(super) struct Routes(Vec<(String, String)>);

impl Routes {
    pub(super) fn of_document() -> serde_json::Result<Self> {
        let document: Value = serde_json::from_str(include_str!("../../../openapi.json"))?;
        let paths = document["paths"].as_object().into_iter().flatten();
        let routes = paths.filter_map(|(path, item)| Some((path.clone(), item["x-function"].as_str()?.to_owned())));
        Ok(Self(routes.collect()))
    }

    /// The function at `path`, of which every letter counts.
    pub(super) fn function(&self, path: &str) -> Option<&str> {
        let found = self.0.iter().find(|(pattern, _)| matches(pattern, path));
        found.map(|(_, function)| function.as_str())
    }
}

/// Whether `path` is one of `pattern`, in which `{name}` stands for a part that is not empty.
fn matches(pattern: &str, path: &str) -> bool {
    let is_variable = |part: &str| part.starts_with('{');
    let fits = |(pattern, part): (&str, &str)| if is_variable(pattern) { !part.is_empty() } else { pattern == part };
    let count = |text: &str| text.split('/').count();
    count(pattern) == count(path) && pattern.split('/').zip(path.split('/')).all(fits)
}

#[cfg(test)]
mod tests {
    use super::Routes;

    #[test]
    fn a_path_has_one_function_or_none() {
        let routes = Routes::of_document().unwrap();
        for (path, function) in [
            ("/query", Some("query")),
            ("/ListKustoResults/false", Some("query")),
            ("/RunKustoAndVisualizeResults/true", Some("command-chart")),
            ("/mcp/KustoQueryManagement", Some("mcp")),
            ("/result/0123456789abcdef0123456789abcdef", Some("result")),
            ("/result/", None),
            ("/result", None),
            ("/Query", None),
            ("//query", None),
            ("/query/", None),
            ("/", None),
        ] {
            assert_eq!(routes.function(path), function, "{path}");
        }
    }
}
