//! The crate as its users see it: answers in, pictures, HTML and mails out, looked at with parsers that were not written here.

#![expect(clippy::expect_used, reason = "a test stops where something is not as it must be")]

mod hostile;
mod html;
mod mail;
mod odd;
mod pictures;
mod rubric;
mod states;
