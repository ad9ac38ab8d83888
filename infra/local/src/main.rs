//! An embedded Kusto for development, tests and demos. Never deployed.

fn main() {}
