//! What outlives an invocation: results too large for their channel, the memory that a thing was done, records that could not be
//! delivered. On S3, or in a folder of one machine.
//!
//! Every object begins with an [`envelope`], which says what it is, whose, and until when. Nothing is overwritten that anybody may
//! have read: an object is [created](store::Store::create) or it is there already.

pub mod digest;
pub mod envelope;
pub mod error;
pub mod key;
pub mod once;
pub mod promise;
pub mod reference;
pub mod spool;
pub mod store;

mod location;
mod s3_http;
