//! The Kusto wire, pure: bytes in, values out, for v1 tables and v2 frames.
//!
//! A [`decoder::Decoder`] is fed with chunks of an answer and hands each primary row to a [`sink::Sink`], its cells as the raw
//! JSON text that arrived, so that no value passes through a type that could change it. Everything that says whether the answer
//! may be believed is checked at the end; a sink's output is void until [`decoder::Decoder::finish`] returned a
//! [`decoder::Completion`].

pub mod cell;
pub mod column;
pub mod decoder;
pub mod error;
pub mod limits;
pub mod sink;
pub mod statistics;
pub mod text;
pub mod visualization;

mod frame;
mod frames;
mod held;
mod one_api;
mod property;
mod remarks;
mod results;
mod scan;
mod split;
mod tables;
mod ticks;
