//! KQL as text, pure: lexer, kind of statement, literals, names, typed parameters.
