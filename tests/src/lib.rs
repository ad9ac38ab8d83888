//! Tests across crates: the harness is here, the tests are in `it/`.
