//! IPv4 addresses and networks, such as `192.168.1.1` and `192.168.1.0/24`.

use crate::engine::functions::Function;
use crate::engine::functions::array::array_of;
use crate::storage::convert::to_long;
use crate::storage::dynamic::Dynamic;
use crate::storage::value::Value::{self, Bool, Long, Null, String as Text};
use std::net::Ipv4Addr;

const MATCH: &str = "(first:string, second:string, [prefix:integer]) -> bool";
const COMPARE: &str = "(first:string, second:string, [prefix:integer]) -> long";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row(
        "parse_ipv4",
        "(address:string) -> long",
        "The number of an address or of its network; null where it is none.",
        |values| network(values.first()).map_or(Null, |network| Long(network.first().into())),
    ),
    Function::row(
        "parse_ipv4_mask",
        "(address:string, prefix:integer) -> long",
        "The number of the network of an address.",
        |values| masked(values).map_or(Null, |network| Long(network.first().into())),
    ),
    Function::row(
        "format_ipv4",
        "(address:any, [prefix:integer]) -> string",
        "The text of an address or of its network.",
        |values| masked(values).map_or_else(|| "".into(), |network| address(network.first()).into()),
    ),
    Function::row(
        "format_ipv4_mask",
        "(address:any, [prefix:integer]) -> string",
        "The text of a network, with its prefix.",
        |values| {
            masked(values)
                .map_or_else(|| "".into(), |network| format!("{}/{}", address(network.first()), network.prefix).into())
        },
    ),
    Function::row("ipv4_is_private", "(address:string) -> bool", "Whether it is in a private network.", |values| {
        network(values.first()).map_or(Null, |network| Bool(PRIVATE.iter().any(|range| network.is_in(*range))))
    }),
    Function::row(
        "ipv4_netmask_suffix",
        "(address:string) -> long",
        "The prefix of a network; 32 without one.",
        |values| network(values.first()).map_or(Null, |network| Long(network.prefix.into())),
    ),
    Function::row("ipv4_is_match", MATCH, "Whether two addresses are in the same network.", |values| {
        pair(values).map_or(Null, |(first, second)| Bool(first == second))
    }),
    Function::row("ipv4_compare", COMPARE, "-1, 0 or 1, as the networks of two addresses compare.", |values| {
        pair(values).map_or(Null, |(first, second)| Long(first.cmp(&second) as i64))
    }),
    Function::row(
        "ipv4_is_in_range",
        "(address:string, range:string) -> bool",
        "Whether an address is in a network.",
        |values| match (network(values.first()), network(values.get(1))) {
            (Some(address), Some(range)) => Bool(address.first() & range.mask() == range.first()),
            _ => Null,
        },
    ),
    Function::row(
        "ipv4_is_in_any_range",
        "(address:string, {range:texts}) -> bool",
        "Whether an address is in one of several networks.",
        is_in_any_range,
    ),
    Function::row(
        "ipv4_range_to_cidr_list",
        "(first:string, last:string) -> dynamic",
        "The networks that hold the addresses from one to another.",
        cidr_list,
    ),
    Function::row(
        "has_ipv4",
        "(text:string, address:string) -> bool",
        "Whether an address stands in a text, apart from letters and digits.",
        |values| found(values, |address, wanted| wanted.parse::<Ipv4Addr>().is_ok_and(|wanted| wanted == address)),
    ),
    Function::row(
        "has_any_ipv4",
        "(text:string, {address:texts}) -> bool",
        "Whether one of several addresses stands in a text.",
        |values| found(values, |address, wanted| wanted.parse::<Ipv4Addr>().is_ok_and(|wanted| wanted == address)),
    ),
    Function::row(
        "has_ipv4_prefix",
        "(text:string, prefix:string) -> bool",
        "Whether an address that begins so stands in a text.",
        |values| found(values, begins_with),
    ),
    Function::row(
        "has_any_ipv4_prefix",
        "(text:string, {prefix:texts}) -> bool",
        "Whether an address that begins as one of several stands in a text.",
        |values| found(values, begins_with),
    ),
];

/// A network, or an address as the network of itself alone.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Network {
    address: u32,
    prefix: u32,
}

/// The networks that RFC 1918 keeps for private use.
const PRIVATE: [Network; 3] = [
    Network { address: 0x0a00_0000, prefix: 8 },
    Network { address: 0xac10_0000, prefix: 12 },
    Network { address: 0xc0a8_0000, prefix: 16 },
];

impl Network {
    /// The network that `address` or `address/prefix` writes.
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.trim().split_once('/').unwrap_or((text.trim(), "32"));
        let prefix = prefix.parse().ok().filter(|prefix| *prefix <= 32)?;
        Some(Self { address: address.parse::<Ipv4Addr>().ok()?.into(), prefix })
    }

    fn mask(self) -> u32 {
        u32::MAX.checked_shl(32 - self.prefix).unwrap_or(0)
    }

    /// The first address.
    fn first(self) -> u32 {
        self.address & self.mask()
    }

    /// Whether all its addresses are in another network.
    fn is_in(self, range: Self) -> bool {
        self.prefix >= range.prefix && self.address & range.mask() == range.first()
    }
}

fn address(number: u32) -> String {
    Ipv4Addr::from(number).to_string()
}

fn network(value: Option<&Value<'_>>) -> Option<Network> {
    match value? {
        Text(text) => Network::parse(text),
        Value::Dynamic(Dynamic::String(text)) => Network::parse(text),
        other => Some(Network { address: u32::try_from(to_long(other)?).ok()?, prefix: 32 }),
    }
}

/// The network of the first value, no longer than the prefix that is the last one.
fn masked(values: &[Value<'_>]) -> Option<Network> {
    let network = network(values.first())?;
    let prefix = match values.get(1) {
        Some(prefix) => u32::try_from(to_long(prefix)?).ok().filter(|prefix| *prefix <= 32)?,
        None => network.prefix,
    };
    Some(Network { prefix: prefix.min(network.prefix), ..network })
}

/// The first addresses of two networks, both of the shortest prefix that is given.
fn pair(values: &[Value<'_>]) -> Option<(u32, u32)> {
    let [first, second, rest @ ..] = values else { return None };
    let (first, second) = (network(Some(first))?, network(Some(second))?);
    let prefix = match rest.first() {
        Some(prefix) => u32::try_from(to_long(prefix)?).ok().filter(|prefix| *prefix <= 32)?,
        None => 32,
    };
    let prefix = prefix.min(first.prefix).min(second.prefix);
    Some((Network { prefix, ..first }.first(), Network { prefix, ..second }.first()))
}

/// The texts of values, and of the elements of arrays among them.
pub(super) fn listed(values: &[Value<'_>]) -> Vec<String> {
    let texts = values.iter().flat_map(|value| match value {
        Value::Dynamic(Dynamic::Array(items)) => {
            items.iter().map(|item| Value::from(item.clone()).to_text().into_owned()).collect()
        }
        other => vec![other.to_text().into_owned()],
    });
    texts.collect()
}

fn is_in_any_range<'a>(values: &[Value<'a>]) -> Value<'a> {
    let Some(address) = network(values.first()) else { return Null };
    let ranges: Option<Vec<Network>> =
        listed(values.get(1..).unwrap_or_default()).iter().map(|range| Network::parse(range)).collect();
    ranges.map_or(Null, |ranges| Bool(ranges.iter().any(|range| address.address & range.mask() == range.first())))
}

fn cidr_list<'a>(values: &[Value<'a>]) -> Value<'a> {
    let (Some(first), Some(last)) = (network(values.first()), network(values.get(1))) else { return Null };
    let (mut from, last) = (u64::from(first.address), u64::from(last.address));
    let mut networks = Vec::new();
    while from <= last {
        // The largest network that begins here and does not go beyond the last address.
        let bits = (0..=32).rev().find(|bits| from % (1 << bits) == 0 && from + (1 << bits) - 1 <= last).unwrap_or(0);
        let text = format!("{}/{}", address(u32::try_from(from).unwrap_or(u32::MAX)), 32 - bits);
        networks.push(Dynamic::String(text.into()));
        from += 1 << bits;
    }
    array_of(networks)
}

/// Whether an address in the text is one that is wanted.
fn found<'a>(values: &[Value<'a>], is_wanted: impl Fn(Ipv4Addr, &str) -> bool) -> Value<'a> {
    let Some(text) = values.first() else { return Null };
    let text = text.to_text();
    let wanted = listed(values.get(1..).unwrap_or_default());
    Bool(addresses(&text).any(|address| wanted.iter().any(|wanted| is_wanted(address, wanted))))
}

/// The addresses in a text that no letter or digit is joined to.
fn addresses(text: &str) -> impl Iterator<Item = Ipv4Addr> {
    let words = text.split(|character: char| !character.is_alphanumeric() && character != '.');
    words.filter_map(|word| word.trim_matches('.').parse().ok())
}

/// Whether the text of the address begins with a prefix: some of its parts, each with a dot, or all of it.
fn begins_with(address: Ipv4Addr, prefix: &str) -> bool {
    let text = address.to_string();
    if prefix.ends_with('.') { text.starts_with(prefix) } else { text == prefix }
}
