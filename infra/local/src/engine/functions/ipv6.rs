//! IPv6 addresses and networks. An IPv4 address stands for the IPv6 address that it is mapped to.

use crate::engine::functions::Function;
use crate::engine::functions::ipv4::listed;
use crate::storage::convert::to_long;
use crate::storage::value::Value::{self, Bool, Long, Null};
use std::net::{IpAddr, Ipv4Addr};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row(
        "parse_ipv6",
        "(address:string) -> string",
        "An address or its network with all its digits; empty where it is none.",
        |values| shown(network(values.first())),
    ),
    Function::row(
        "parse_ipv6_mask",
        "(address:string, prefix:integer) -> string",
        "The network of an address with all its digits.",
        |values| shown(prefix(values.get(1)).and_then(|prefix| Some(network(values.first())?.within(prefix)))),
    ),
    Function::row(
        "ipv6_is_match",
        "(first:string, second:string, [prefix:integer]) -> bool",
        "Whether two addresses are in the same network.",
        |values| pair(values).map_or(Null, |(first, second)| Bool(first == second)),
    ),
    Function::row(
        "ipv6_compare",
        "(first:string, second:string, [prefix:integer]) -> long",
        "-1, 0 or 1, as the networks of two addresses compare.",
        |values| pair(values).map_or(Null, |(first, second)| Long(first.cmp(&second) as i64)),
    ),
    Function::row(
        "ipv6_is_in_range",
        "(address:string, range:string) -> bool",
        "Whether an address is in a network.",
        is_in_any_range,
    ),
    Function::row(
        "ipv6_is_in_any_range",
        "(address:string, {range:texts}) -> bool",
        "Whether an address is in one of several networks.",
        is_in_any_range,
    ),
];

/// The bits before an IPv4 address in the IPv6 address that it is mapped to.
const MAPPED: u32 = 96;

/// A network, or an address as the network of itself alone.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Network {
    address: u128,
    prefix: u32,
}

impl Network {
    /// The network that `address` or `address/prefix` writes.
    pub(in crate::engine) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u32>().ok()?)),
            None => (text.trim(), None),
        };
        // `::192.168.1.1` is written as IPv6, and is IPv4.
        let embedded = address.strip_prefix("::").and_then(|rest| rest.parse::<Ipv4Addr>().ok());
        let address = embedded.map_or_else(|| address.parse(), |address| Ok(IpAddr::V4(address)));
        let (address, most, before) = match address.ok()? {
            IpAddr::V4(address) => (address.to_ipv6_mapped(), Ipv4Addr::BITS, MAPPED),
            IpAddr::V6(address) => (address, 128, 0),
        };
        let prefix = prefix.unwrap_or(most);
        (prefix <= most).then(|| Self { address: address.into(), prefix: prefix + before })
    }

    /// The network with no longer a prefix than this.
    fn within(self, prefix: u32) -> Self {
        Self { prefix: self.prefix.min(prefix), ..self }
    }

    fn mask(self) -> u128 {
        u128::MAX.checked_shl(128 - self.prefix).unwrap_or(0)
    }

    fn first(self) -> u128 {
        self.address & self.mask()
    }

    /// How many bits of an address are those of the network, and its first address.
    pub(in crate::engine) fn identity(self) -> (u32, u128) {
        (self.prefix, self.first())
    }

    /// The identities of all networks that hold this one, the smallest first.
    pub(in crate::engine) fn around(self) -> impl Iterator<Item = (u32, u128)> {
        (0..=self.prefix).rev().map(move |prefix| Self { prefix, ..self }.identity())
    }
}

fn network(value: Option<&Value<'_>>) -> Option<Network> {
    Network::parse(&value?.to_text())
}

fn prefix(value: Option<&Value<'_>>) -> Option<u32> {
    u32::try_from(to_long(value?)?).ok().filter(|prefix| *prefix <= 128)
}

fn shown<'a>(network: Option<Network>) -> Value<'a> {
    let Some(network) = network else { return "".into() };
    let groups = network.first().to_be_bytes();
    let groups: Vec<String> =
        groups.chunks(2).map(|group| group.iter().map(|byte| format!("{byte:02x}")).collect()).collect();
    groups.join(":").into()
}

/// The first addresses of two networks, both of the shortest prefix that is given.
fn pair(values: &[Value<'_>]) -> Option<(u128, u128)> {
    let (first, second) = (network(values.first())?, network(values.get(1))?);
    let given = if values.len() > 2 { prefix(values.get(2))? } else { 128 };
    let prefix = given.min(first.prefix).min(second.prefix);
    Some((first.within(prefix).first(), second.within(prefix).first()))
}

fn is_in_any_range<'a>(values: &[Value<'a>]) -> Value<'a> {
    let Some(address) = network(values.first()) else { return Null };
    let ranges: Option<Vec<Network>> =
        listed(values.get(1..).unwrap_or_default()).iter().map(|range| Network::parse(range)).collect();
    ranges.map_or(Null, |ranges| Bool(ranges.iter().any(|range| address.address & range.mask() == range.first())))
}
