//! KQL as text, pure: lexer, kind of statement, literals, names, typed parameters, refusals, management commands, what the data lake does not support.

pub mod command;
pub mod lake;
pub mod lexer;
pub mod literal;
pub mod name;
pub mod parameters;
pub mod placeholders;
pub mod refusal;
pub mod scalar_type;
pub mod statement;
pub mod string;
mod words;
