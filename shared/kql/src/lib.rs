//! KQL as text, pure: lexer, kind of statement, literals, names, typed parameters.

pub mod lexer;
pub mod literal;
pub mod name;
pub mod parameters;
pub mod scalar_type;
pub mod statement;
pub mod string;
