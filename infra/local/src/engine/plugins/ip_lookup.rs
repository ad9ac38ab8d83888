//! `ipv4_lookup`, `ipv6_lookup`: the columns of a second table by the network that an address is in.

use crate::engine::bind::names::UniqueNames;
use crate::engine::error::Result;
use crate::engine::functions::ipv6::Network;
use crate::engine::keys::key_of;
use crate::engine::plugins::{Plugin, PluginCall};
use crate::engine::relation::{NamedColumn, Relation};
use crate::storage::column::NO_ROW;
use crate::storage::value::Value;
use std::collections::HashMap;

pub(super) const IPV4_LOOKUP: Plugin = Plugin {
    name: "ipv4_lookup",
    signature: "(LookupTable, SourceIPv4Key, IPv4LookupKey, [{ExtraKey}], [return_unmatched])",
    doc: "The columns of a second table by the network that an IPv4 address is in.",
    run: |call| lookup(call, "SourceIPv4Key", "IPv4LookupKey"),
};
pub(super) const IPV6_LOOKUP: Plugin = Plugin {
    name: "ipv6_lookup",
    signature: "(LookupTable, SourceIPv6Key, IPv6LookupKey, [return_unmatched])",
    doc: "The columns of a second table by the network that an IPv6 or IPv4 address is in.",
    run: |call| lookup(call, "SourceIPv6Key", "IPv6LookupKey"),
};

fn lookup(call: &PluginCall<'_>, source: &str, key: &str) -> Result<Relation> {
    let table = call.scope.relation(call.required(0, "LookupTable")?)?;
    let source = call.column(1, source)?;
    let key = call.column_of(&table, 2, key)?;
    let (extra, unmatched) = options(call)?;
    let of = |relation: &Relation| extra.iter().map(|name| relation.position(name)).collect::<Option<Vec<_>>>();
    let (Some(extra_source), Some(extra_key)) = (of(call.input), of(&table)) else {
        return Err(call.wrong("ExtraKey", "a column of both tables"));
    };
    let mut index: HashMap<_, Vec<u32>> = HashMap::new();
    for row in 0..table.rows {
        if let Some(network) = Network::parse(&table.value(row, key).to_text()) {
            index.entry((network.identity(), keys(&table, row, &extra_key))).or_default().push(row as u32);
        }
    }
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for row in 0..call.input.rows {
        let network = Network::parse(&call.input.value(row, source).to_text());
        let keys = keys(call.input, row, &extra_source);
        let around = network.into_iter().flat_map(Network::around);
        let mut found: Vec<u32> =
            around.filter_map(|network| index.get(&(network, keys.clone()))).flatten().copied().collect();
        if found.is_empty() && unmatched {
            found.push(NO_ROW);
        }
        left.extend(found.iter().map(|_| row as u32));
        right.extend(found);
        call.scope.context.check_rows(left.len())?;
    }
    Ok(beside(&call.input.gather(&left), &table.gather(&right), &extra_key))
}

/// The names of the extra keys, and whether rows without a network are answered.
fn options(call: &PluginCall<'_>) -> Result<(Vec<String>, bool)> {
    let (mut extra, mut unmatched) = (Vec::new(), false);
    for index in 3..call.arguments.len() {
        match call.column(index, "ExtraKey") {
            Ok(column) => extra.extend(call.input.columns.get(column).map(|column| column.name.clone())),
            Err(_) => unmatched = call.constant(index, "return_unmatched")? == Some(Value::Bool(true)),
        }
    }
    Ok((extra, unmatched))
}

fn keys(relation: &Relation, row: usize, columns: &[usize]) -> Vec<Vec<u8>> {
    columns.iter().map(|column| key_of(&relation.value(row, *column))).collect()
}

/// The columns of both tables, without the keys of the second one.
fn beside(left: &Relation, right: &Relation, keys: &[usize]) -> Relation {
    let mut names = UniqueNames::new(left.columns.iter().map(|column| column.name.as_str()));
    let added = right.columns.iter().enumerate().filter(|(index, _)| !keys.contains(index));
    let added = added.map(|(_, column)| NamedColumn { name: names.unique(&column.name), data: column.data.clone() });
    Relation::new(left.columns.iter().cloned().chain(added).collect(), left.rows)
}
