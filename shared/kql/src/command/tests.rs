use super::{CommandError, command_verb, is_async, records_start};
use crate::statement::{StatementKind, statement_kind};
use proptest::prelude::{any, prop_assert, proptest};

#[test]
fn verbs() {
    for (text, expected) in [
        (".show tables", "show"),
        ("  // c\n\u{feff}. show tables", "show"),
        ("#connect x\n.show tables", "show"),
        (".SHOW tables", "SHOW"),
        (".show operations | where State == '.drop'\n| take 1", "show"),
        (".drop database D", "drop"),
        (".purge table T records <| where 1==1", "purge"),
        (".set T <| U", "set"),
        (".set-or-append async T with (a='b') <| let x = 1; U", "set-or-append"),
        (".create-merge table T (a:string)", "create-merge"),
        (".create-or-alter function f() { T; U }", "create-or-alter"),
        (".set -or-append T <| U", "set"),
        (".alter column ['T'].['C'] type=string", "alter"),
        (".alter column T.C type=string", "alter"),
        (".add database D admins ('aadapp=x')", "add"),
        (".export async to csv (h@'https://x') <| T", "export"),
        (".create entity_group G (cluster('a')\n  .database('b'))", "create"),
        (".set-or-append T <| cluster('a')\n  .database('b')\n  .T", "set-or-append"),
        (".show tables | extend a = d\n.show_more", "show"),
        (".execute database script <|\n.create table T (a:string)\n.drop table U", "execute database script"),
        (".execute // c\n cluster script with (ContinueOnErrors=true) <| .show tables", "execute cluster script"),
        (".execute script <| .show tables", "execute script"),
        (".Execute Database Script <| .show tables", "Execute Database Script"),
        (".execute something", "execute"),
        (".ingest inline into table T <| a\n.drop table T;.drop table U", "ingest"),
        (".ingest into table T (h'https://x')", "ingest"),
    ] {
        assert_eq!(command_verb(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn async_stands_after_the_verb() {
    for (text, expected) in [
        (".set-or-append async T <| U", true),
        (" // c\n.Set ASYNC // d\n T <| U", true),
        (".export async compressed to csv (h@'https://x') <| T", true),
        (".execute database script async <| .show tables", true),
        (".set-or-append T <| U", false),
        (".set-or-append T <| async", false),
        (".set-or-append ['async'] <| U", false),
        (".show async", true),
        ("async", false),
        ("..show async", false),
        (".", false),
    ] {
        assert_eq!(is_async(text), expected, "{text}");
    }
}

#[test]
fn texts_without_one_verb() {
    let several = |line, column| CommandError::Several { line, column };
    for (text, expected) in [
        ("", CommandError::NotACommand),
        ("T | where a == '.show'", CommandError::NotACommand),
        ("..show tables", CommandError::NotACommand),
        ("/* c */ .show tables", CommandError::NotACommand),
        ("\u{ff0e}show tables", CommandError::NotACommand),
        ("¡.show tables", CommandError::NotACommand),
        ("\u{b}.show tables", CommandError::NotACommand),
        (".", CommandError::NoVerb),
        (".'show' tables", CommandError::NoVerb),
        (".['show'] tables", CommandError::NoVerb),
        (".1", CommandError::NoVerb),
        (".show tables\n.drop table T", several(2, 1)),
        (".show tables\r\n\r\n  .drop table T", several(3, 3)),
        (".show tables // c\n.drop table T", several(2, 1)),
        (".show tables .drop table T", several(1, 14)),
        (".show tables; .drop table T", several(1, 15)),
        (".show tables;.drop table T", several(1, 14)),
        (".show tables (a, b)\n.drop table T", several(2, 1)),
        (".show tables | take 1; .drop table T", several(1, 24)),
        (".show tables | take 1\n.drop table T", several(2, 1)),
        (".show tables | take 1\n\n.set-or-append T <| U", several(3, 1)),
        (".set-or-append T <| U;\n.drop table T", several(2, 1)),
        (".create function f() { T }\n.drop table T", several(2, 1)),
        (".execute something\n.drop table T", several(2, 1)),
    ] {
        assert_eq!(command_verb(text), Err(expected), "{text}");
    }
}

#[test]
fn sentences() {
    for (text, expected) in [
        ("T", "the text is no management command: start it with a dot and a verb, such as `.show tables`"),
        (".", "the management command has no verb: write one after the dot, such as `.show tables`"),
        (
            ".show tables\n.drop table T",
            "a second management command starts in line 2, column 1: send one command at a time",
        ),
    ] {
        assert_eq!(command_verb(text).map_err(|error| error.to_string()), Err(expected.to_owned()));
    }
}

#[test]
fn records_are_those_of_inline_ingestion_only() {
    for (text, expected) in [
        (".ingest inline into table T with (x='<|') <| a <| b", Some(" a <| b")),
        (".ingest inline into table T <|", Some("")),
        (".ingest inline into table T [a]", None),
        (".set T <| U", None),
        ("ingest inline <| a", None),
    ] {
        assert_eq!(records_start(text).map(|start| &text[start..]), expected, "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_can_be_asked_for_its_verb(text in any::<String>()) {
        for text in [format!(".{text}"), format!(".show tables | where {text}"), format!(".ingest inline {text}"), text] {
            let verb = command_verb(&text);
            prop_assert!(verb.is_err() || statement_kind(&text) == StatementKind::ManagementCommand);
            records_start(&text);
        }
    }

    #[test]
    fn records_never_make_a_second_command(records in any::<String>()) {
        let command = format!(".ingest inline into table T <|\n{records}");
        prop_assert!(command_verb(&command).is_ok());
    }
}

#[test]
fn a_verb_of_many_pieces_takes_linear_time() {
    let text = format!(".x{}", "-a".repeat(500_000));
    assert_eq!(command_verb(&text).map(|verb| verb.len()), Ok(1_000_001));
}
