//! Property bags.

use crate::engine::bind::names::Naming;
use crate::engine::functions::Function;
use crate::engine::functions::array::{array_of, elements};
use crate::storage::convert::{scalar, to_dynamic};
use crate::storage::dynamic::{Bag, Dynamic};
use crate::storage::value::Value::{self, Bool, Null, String as Text};

const PACK: &str = "({name:string, value:any}) -> dynamic";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row("bag_pack", PACK, "A property bag of names and values.", pack),
    Function::row("pack", PACK, "The same as bag_pack().", pack),
    Function::row("pack_dictionary", PACK, "The same as bag_pack().", pack),
    Function::row("bag_keys", "(bag:dynamic) -> dynamic", "The names in a bag.", names),
    Function::row(
        "bag_has_key",
        "(bag:dynamic, name:string) -> bool",
        "Whether a bag has a name; `$.a.b` looks inside.",
        has,
    ),
    Function::row(
        "bag_merge",
        "(first:dynamic, {bag:dynamic}) -> dynamic",
        "All names of several bags; the first bag that has a name decides its value.",
        merge,
    ),
    Function::row(
        "bag_set_key",
        "(bag:dynamic, name:string, value:any) -> dynamic",
        "The bag with a name set to a value.",
        set,
    ),
    Function::row(
        "bag_remove_keys",
        "(bag:dynamic, names:dynamic) -> dynamic",
        "The bag without some names; `$.a.b` looks inside.",
        remove,
    ),
    Function::row(
        "bag_zip",
        "(names:dynamic, values:dynamic) -> dynamic",
        "A bag of the names and the values at the same index.",
        zip,
    ),
    Function::row("treepath", "(bag:dynamic) -> dynamic", "The paths to all values inside.", treepath)
        .named(Naming::Prefix("tree")),
];

fn pack<'a>(values: &[Value<'a>]) -> Value<'a> {
    let pairs = values.chunks_exact(2).filter_map(|pair| match pair {
        [name, value] => Some((name.to_text().as_ref().into(), to_dynamic(value))),
        _ => None,
    });
    Value::Dynamic(Dynamic::bag(pairs.collect()))
}

fn bag_of<'v>(value: &'v Value<'_>) -> Option<&'v Bag> {
    match value {
        Value::Dynamic(Dynamic::Bag(bag)) => Some(bag),
        _ => None,
    }
}

fn names<'a>(values: &[Value<'a>]) -> Value<'a> {
    values.first().and_then(bag_of).map_or(Null, |bag| array_of(bag.keys().cloned().map(Dynamic::String).collect()))
}

/// The names of a path `$.a.b`, or the one name that it is.
fn path(text: &str) -> Vec<&str> {
    text.strip_prefix("$.").map_or_else(|| vec![text], |path| path.split('.').collect())
}

fn has<'a>(values: &[Value<'a>]) -> Value<'a> {
    let [bag, Text(name)] = values else { return Null };
    let Some(bag) = bag_of(bag) else { return Null };
    let mut found = Some(Dynamic::bag(bag.clone()));
    for name in path(name) {
        found = match found {
            Some(Dynamic::Bag(bag)) => bag.get(name).cloned(),
            _ => None,
        };
    }
    Bool(found.is_some())
}

fn merge<'a>(values: &[Value<'a>]) -> Value<'a> {
    let mut merged = Bag::new();
    let mut bags = values.iter().filter_map(bag_of).peekable();
    if bags.peek().is_none() {
        return Null;
    }
    for (name, value) in bags.flatten() {
        merged.entry(name.clone()).or_insert_with(|| value.clone());
    }
    Value::Dynamic(Dynamic::bag(merged))
}

fn set<'a>(values: &[Value<'a>]) -> Value<'a> {
    let [bag, Text(name), value] = values else { return Null };
    let Some(bag) = bag_of(bag) else { return Null };
    let mut bag = bag.clone();
    bag.insert(name.as_ref().into(), to_dynamic(value));
    Value::Dynamic(Dynamic::bag(bag))
}

fn remove<'a>(values: &[Value<'a>]) -> Value<'a> {
    let [bag, removed] = values else { return Null };
    let (Some(bag), Some(removed)) = (bag_of(bag), elements(removed)) else { return Null };
    let mut bag = bag.clone();
    for name in removed {
        remove_path(&mut bag, &path(&scalar(name).to_text()));
    }
    Value::Dynamic(Dynamic::bag(bag))
}

fn remove_path(bag: &mut Bag, path: &[&str]) {
    match path {
        [name] => drop(bag.shift_remove(*name)),
        [name, rest @ ..] => {
            if let Some(Dynamic::Bag(inner)) = bag.get_mut(*name) {
                let mut changed = Bag::clone(inner);
                remove_path(&mut changed, rest);
                *inner = changed.into();
            }
        }
        [] => {}
    }
}

fn zip<'a>(values: &[Value<'a>]) -> Value<'a> {
    match (values.first().and_then(elements), values.get(1).and_then(elements)) {
        (Some(names), Some(items)) => {
            let pair = |(index, name): (usize, &Dynamic)| {
                (scalar(name).to_text().as_ref().into(), items.get(index).cloned().unwrap_or_default())
            };
            Value::Dynamic(Dynamic::bag(names.iter().enumerate().map(pair).collect()))
        }
        _ => Null,
    }
}

fn treepath<'a>(values: &[Value<'a>]) -> Value<'a> {
    let Some(Value::Dynamic(value)) = values.first() else { return Null };
    let mut paths = Vec::new();
    collect_paths(value, "", &mut paths);
    array_of(paths)
}

fn collect_paths(value: &Dynamic, prefix: &str, paths: &mut Vec<Dynamic>) {
    let children: Vec<(String, &Dynamic)> = match value {
        Dynamic::Bag(bag) => bag.iter().map(|(name, child)| (format!("{prefix}['{name}']"), child)).collect(),
        Dynamic::Array(array) => array.first().map(|child| (format!("{prefix}[0]"), child)).into_iter().collect(),
        _ => Vec::new(),
    };
    for (path, child) in children {
        paths.push(Dynamic::String(path.as_str().into()));
        collect_paths(child, &path, paths);
    }
}
