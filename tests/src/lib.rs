//! The harness of the tests across crates: the real binaries, driven from outside. The tests are in `it/`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a harness that cannot start has nothing better to do than to say so"
)]

pub mod api;
pub mod binaries;
pub mod chromium;
pub mod cloud;
pub mod cluster;
pub mod crashing;
pub mod events;
pub mod flows;
pub mod http;
pub mod invoke_api;
pub mod kusto;
pub mod lambda;
pub mod logic_apps;
pub mod mail_soak;
pub mod mailbox;
pub mod network;
pub mod node;
pub mod openapi;
pub mod outgoing;
pub mod python;
pub mod s3;
pub mod silence;
