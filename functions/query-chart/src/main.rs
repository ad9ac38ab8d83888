//! Wires the query-chart action to Lambda.

fn main() {}
