//! Wires the ingest action to Lambda.

fn main() {}
