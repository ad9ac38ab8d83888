//! The query action.
