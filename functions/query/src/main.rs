//! Wires the query action to Lambda.

fn main() {}
