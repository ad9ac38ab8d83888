//! Wires the email action to Lambda.

fn main() {}
