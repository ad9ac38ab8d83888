//! What of KQL this engine runs: every operator, function and aggregate with its line of documentation.

use crate::engine::aggregates;
use crate::engine::functions;
use crate::engine::operators::registry;
use crate::engine::plugins;

/// What an entry of the reference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A tabular operator, or a word that begins a tabular expression.
    Operator,
    /// A scalar function.
    Function,
    /// An aggregate of `summarize`.
    Aggregate,
    /// A plugin of `evaluate`.
    Plugin,
}

/// Something that a query can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// The name, as queries write it.
    pub name: &'static str,
    /// What it takes and gives, such as `(text:string) -> long`; empty for an operator.
    pub signature: &'static str,
    /// What it does, in a line.
    pub doc: &'static str,
}

/// Everything that a query can use, by kind and name.
pub fn entries() -> Vec<Entry> {
    let operators =
        registry::documented().map(|(name, doc)| Entry { kind: EntryKind::Operator, name, signature: "", doc });
    let functions = functions::all().map(|function| Entry {
        kind: EntryKind::Function,
        name: function.name,
        signature: function.signature,
        doc: function.doc,
    });
    let aggregates = aggregates::all().map(|aggregate| Entry {
        kind: EntryKind::Aggregate,
        name: aggregate.name,
        signature: aggregate.signature,
        doc: aggregate.doc,
    });
    let plugins = plugins::all().map(|plugin| Entry {
        kind: EntryKind::Plugin,
        name: plugin.name,
        signature: plugin.signature,
        doc: plugin.doc,
    });
    let mut entries: Vec<Entry> = operators.chain(functions).chain(aggregates).chain(plugins).collect();
    entries.sort_by_key(|entry| (entry.kind, entry.name));
    entries
}

#[cfg(test)]
mod tests {
    use super::entries;

    #[test]
    fn every_entry_is_documented_once() {
        let entries = entries();
        for entry in &entries {
            assert!(entry.doc.ends_with('.') && entry.doc.len() < 120, "{}", entry.name);
        }
        // These stand at the beginning of a query as well as behind a table.
        let twofold = ["evaluate", "search", "union"];
        let twice = entries.windows(2).find(|pair| {
            (pair[0].kind, pair[0].name) == (pair[1].kind, pair[1].name) && !twofold.contains(&pair[0].name)
        });
        assert_eq!(twice, None);
        assert!(entries.len() > 250, "{}", entries.len());
    }
}
