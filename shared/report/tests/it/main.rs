//! The crate as its users see it: answers in, pictures, HTML and mails out, looked at with parsers that were not written here.

mod pictures;
mod states;
