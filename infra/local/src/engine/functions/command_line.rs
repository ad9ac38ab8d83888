//! The arguments of a command line.

use crate::engine::functions::Function;
use crate::engine::functions::array::array_of;
use crate::storage::dynamic::Dynamic;
use crate::storage::value::Value::{self, Null, String as Text};

pub(super) const FUNCTIONS: &[Function] = &[Function::row(
    "parse_command_line",
    "(command_line:string, parser_type:string) -> dynamic",
    "The arguments of a command line, as Windows tells them apart.",
    parse,
)];

fn parse<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Text(line), Text(kind)] if kind.eq_ignore_ascii_case("windows") && !line.is_empty() => {
            array_of(arguments(line).into_iter().map(|argument| Dynamic::String(argument.into())).collect())
        }
        _ => Null,
    }
}

/// The arguments by the rules of Windows' C runtime: quotes keep blanks, a backslash is plain unless a quote follows.
fn arguments(line: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    let (mut argument, mut quoted, mut backslashes) = (None::<String>, false, 0);
    for character in line.chars() {
        if character == '\\' {
            backslashes += 1;
            argument.get_or_insert_default();
            continue;
        }
        let text = argument.get_or_insert_default();
        let plain = if character == '"' { backslashes / 2 } else { backslashes };
        text.extend(std::iter::repeat_n('\\', plain));
        let escaped = character == '"' && backslashes % 2 == 1;
        backslashes = 0;
        match character {
            '"' if !escaped => quoted = !quoted,
            ' ' | '\t' if !quoted => {
                let blank = text.is_empty();
                let done = argument.take();
                arguments.extend(done.filter(|_| !blank));
            }
            _ => text.push(character),
        }
    }
    if let Some(text) = &mut argument {
        text.extend(std::iter::repeat_n('\\', backslashes));
    }
    arguments.extend(argument.filter(|text| !text.is_empty()));
    arguments
}
