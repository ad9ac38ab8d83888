//! Where an address is: from a table of the database, since the service's own is not free to be passed on.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::bound::Bound;
use crate::engine::bind::operators::cast;
use crate::engine::error::{EngineError, Result};
use crate::engine::functions::ipv6::Network;
use crate::engine::functions::{Closure, Function, Kernel};
use crate::engine::syntax::tree::Argument;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::{cast as convert, to_dynamic};
use crate::storage::dynamic::{Bag, Dynamic};
use crate::storage::table::Table;
use crate::storage::value::Value;
use std::collections::HashMap;
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Function] = &[Function::bind(
    "geo_info_from_ip_address",
    "(address) -> dynamic",
    "Where an address is, by the table IpLocations(network, country, state, city, latitude, longitude).",
    info,
)];

/// The table that says where networks are, and what it says of them.
const TABLE: &str = "IpLocations";
const KEY: &str = "network";
const PROPERTIES: [(&str, ColumnType); 5] = [
    ("country", ColumnType::String),
    ("state", ColumnType::String),
    ("city", ColumnType::String),
    ("latitude", ColumnType::Real),
    ("longitude", ColumnType::Real),
];

fn info(binder: &Binder<'_>, arguments: &[Argument]) -> Result<Bound> {
    let [address] = arguments else {
        return Err(EngineError::semantic("SEM0219", "geo_info_from_ip_address() takes an address"));
    };
    let address = cast(binder.bind(&address.value)?, ColumnType::String);
    let Some(table) = binder.scope.context.current_database().and_then(|database| database.table(TABLE)) else {
        let message = format!(
            "geo_info_from_ip_address() needs the table {TABLE}({KEY}:string, country:string, state:string, city:string, \
             latitude:real, longitude:real) in the database: create it, or put {TABLE}.csv into the folder of --data"
        );
        return Err(EngineError::semantic("SEM0000", message));
    };
    let locations = locations(table)?;
    let locate: Arc<Closure> = Arc::new(move |values: &[Value<'_>]| {
        let text = values.first().map(Value::to_text).unwrap_or_default();
        let mut around = Network::parse(&text).into_iter().flat_map(Network::around);
        Ok(around
            .find_map(|network| locations.get(&network))
            .map_or(Value::Null, |found| Value::Dynamic(found.clone())))
    });
    binder.apply(Kernel::Closure(locate), vec![address], ColumnType::Dynamic)
}

/// What the table says of each network.
fn locations(table: &Table) -> Result<HashMap<(u32, u128), Dynamic>> {
    let columns = table.columns();
    let column = |name: &str| {
        let index = table.schema().iter().position(|column| column.name == name);
        index.and_then(|index| columns.get(index)).ok_or_else(|| {
            EngineError::semantic("SEM0100", format!("the table {TABLE} has no column '{name}': add it"))
        })
    };
    let networks = column(KEY)?;
    let properties = PROPERTIES.map(|(name, column_type)| Ok((name, column_type, column(name)?)));
    let properties: Vec<_> = properties.into_iter().collect::<Result<_>>()?;
    let location = |row: usize| {
        let property = |(name, column_type, column): &(&str, ColumnType, &Arc<crate::storage::column::Column>)| {
            ((*name).into(), to_dynamic(&convert(&column.value(row), *column_type)))
        };
        Dynamic::bag(properties.iter().map(property).collect::<Bag>())
    };
    let network = |row: usize| Network::parse(&networks.value(row).to_text());
    Ok((0..networks.len()).filter_map(|row| Some((network(row)?.identity(), location(row)))).collect())
}

#[cfg(test)]
mod tests {
    use crate::engine::options::Options;
    use crate::engine::run::run;
    use crate::storage::catalog::Catalog;
    use std::collections::BTreeMap;

    #[test]
    fn without_the_table_it_says_which_one_it_needs() {
        let query = "print geo_info_from_ip_address('192.0.2.1')";
        let error = run(query, &Catalog::default(), "db", &BTreeMap::new(), Options::default()).expect_err("no table");
        assert!(error.message.contains("needs the table IpLocations(network:string, country"), "{error}");
    }
}
