//! The email action.
