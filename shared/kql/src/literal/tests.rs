use super::print;
use crate::lexer::{TokenKind, tokens};
use crate::scalar_type::ScalarType::{self, Bool, DateTime, Decimal, Dynamic, Guid, Int, Long, Real, String, Timespan};
use proptest::prelude::{any, prop, proptest};
use serde_json::{Value, json};

const ALL: [ScalarType; 10] = [Bool, DateTime, Decimal, Dynamic, Guid, Int, Long, Real, String, Timespan];

/// Checks the literal of `value`; none where it is to be refused.
#[track_caller]
fn check(scalar_type: ScalarType, value: &Value, expected: Option<&str>) {
    let printed = print(scalar_type, value).ok();
    assert_eq!(printed.as_deref(), expected, "{scalar_type} of {value}");
}

#[test]
fn nulls() {
    for (scalar_type, expected) in
        [(Long, "long(null)"), (DateTime, "datetime(null)"), (Dynamic, "dynamic(null)"), (String, r#""""#)]
    {
        check(scalar_type, &Value::Null, Some(expected));
    }
}

#[test]
fn whole_numbers() {
    check(Long, &json!(i64::MAX), Some("long(9223372036854775807)"));
    check(Long, &json!(i64::MIN), Some("long(-9223372036854775808)"));
    check(Long, &json!(9_007_199_254_740_993_i64), Some("long(9007199254740993)"));
    check(Long, &json!("-7"), Some("long(-7)"));
    check(Int, &json!(i32::MIN), Some("int(-2147483648)"));
    check(Decimal, &json!(u64::MAX), Some("decimal(18446744073709551615)"));
    for value in
        [json!(u64::MAX), json!(1.0), json!(1e300), json!(""), json!("1.0"), json!("1); T"), json!(true), json!([1])]
    {
        check(Long, &value, None);
        check(Int, &value, None);
    }
    check(Int, &json!(2_147_483_648_i64), None);
}

#[test]
fn fractions() {
    check(Real, &json!(0.1), Some("real(0.1)"));
    check(Real, &json!(3), Some("real(3.0)"));
    check(Real, &json!(1e300), Some("real(1e300)"));
    check(Real, &json!("-1.5e-7"), Some("real(-1.5e-7)"));
    for (text, expected) in [("NaN", "real(nan)"), ("Infinity", "real(+inf)"), ("-Infinity", "real(-inf)")] {
        check(Real, &json!(text), Some(expected));
    }
    check(Decimal, &json!("-2.00000000000001"), Some("decimal(-2.00000000000001)"));
    check(Decimal, &json!("1e5"), Some("decimal(1e5)"));
    for text in ["", "1e999", "0x1", "infinity", "1.", ".5", "1_000", " 1", "1)", "1e", "٣"] {
        check(Real, &json!(text), None);
        check(Decimal, &json!(text), if text == "1e999" { Some("decimal(1e999)") } else { None });
    }
    check(Decimal, &json!(0.1), None);
    check(Decimal, &json!("1".repeat(35)), None);
}

#[test]
fn instants() {
    for (text, expected) in [
        ("2024-05-01", "2024-05-01T00:00:00Z"),
        ("2024-05-01T10:30", "2024-05-01T10:30:00Z"),
        ("2024-05-01 10:30:05", "2024-05-01T10:30:05Z"),
        ("2024-05-01T10:30:05.1Z", "2024-05-01T10:30:05.1000000Z"),
        ("2024-05-01T10:30:05.1234567", "2024-05-01T10:30:05.1234567Z"),
        ("2024-05-01T00:30:00+02:00", "2024-04-30T22:30:00Z"),
        ("2024-05-01T00:30:00-0130", "2024-05-01T02:00:00Z"),
        ("2024-05-01T00:30:00+02", "2024-04-30T22:30:00Z"),
        ("2024-02-29", "2024-02-29T00:00:00Z"),
        ("0001-01-01", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999Z"),
    ] {
        check(DateTime, &json!(text), Some(&format!("datetime({expected})")));
    }
    for text in [
        "",
        "now()",
        "2024",
        "2024-5-1",
        "2023-02-29",
        "2024-13-01",
        "0000-01-01",
        "0001-01-01T00:00+01:00",
        "20240-05-01",
        "9999-12-31T23:59:59-00:01",
        "2024-05-01T",
        "2024-05-01T24:00",
        "2024-05-01T10:60",
        "2024-05-01T10:00:60",
        "2024-05-01T10:30:05.12345678",
        "2024-05-01T10:30:05.",
        "2024-05-01T10:30Zz",
        "2024-05-01T10:30+2",
        "2024-05-01T10:30+15:00",
        "2024-05-01) | union T",
        "２024-05-01",
        " 2024-05-01",
    ] {
        check(DateTime, &json!(text), None);
    }
    check(DateTime, &json!(1), None);
}

#[test]
fn durations() {
    for (text, expected) in [
        ("00:00:00", "00:00:00"),
        ("-00:00:00", "00:00:00"),
        ("1:02", "01:02:00"),
        ("1.02:03:04.5", "1.02:03:04.5000000"),
        ("-1.02:03:04.0000005", "-1.02:03:04.0000005"),
        ("1d", "1.00:00:00"),
        ("1.5h", "01:30:00"),
        ("-90m", "-01:30:00"),
        ("5ms", "00:00:00.0050000"),
        ("6microseconds", "00:00:00.0000060"),
        ("7tick", "00:00:00.0000007"),
        ("200nano", "00:00:00.0000002"),
        ("10675199.02:48:05.4775807", "10675199.02:48:05.4775807"),
        ("-10675199.02:48:05.4775808", "-10675199.02:48:05.4775808"),
        ("9223372036854775807ticks", "10675199.02:48:05.4775807"),
    ] {
        check(Timespan, &json!(text), Some(&format!("timespan({expected})")));
    }
    for text in [
        "",
        "1",
        "d",
        "1x",
        "24:00:00",
        "1:60",
        "1:00:60",
        "1:00:00.12345678",
        "1:00:00.",
        "--1d",
        "1d)",
        "1 d",
        "1.d",
        "1.1:00:00.1.1",
        "10675199.02:48:05.4775808",
        "9223372036854775808ticks",
        "99999999999999999999d",
        "999999999999999999999d",
        "1.5ticks",
        "50nano",
        "1.:00",
    ] {
        check(Timespan, &json!(text), None);
    }
}

#[test]
fn the_other_types() {
    check(Bool, &json!(true), Some("bool(true)"));
    check(Bool, &json!("false"), Some("bool(false)"));
    for value in [json!(1), json!("True"), json!("")] {
        check(Bool, &value, None);
    }
    let guid = "guid(74be27de-1e4e-49d9-b579-fe0b331d3642)";
    check(Guid, &json!("74BE27DE-1E4E-49D9-B579-FE0B331D3642"), Some(guid));
    check(Guid, &json!("74be27de1e4e49d9b579fe0b331d3642"), Some(guid));
    for text in [
        "",
        "74be27de-1e4e-49d9-b579-fe0b331d364",
        "74be27de1e4e-49d9-b579-fe0b331d36420",
        "zzbe27de-1e4e-49d9-b579-fe0b331d3642",
    ] {
        check(Guid, &json!(text), None);
    }
    check(String, &json!("' | union T //"), Some(r#""' | union T //""#));
    for value in [json!(1), json!(true), json!({})] {
        check(String, &value, None);
    }
    check(Dynamic, &json!({"a": [1, "x\n\u{2028}"]}), Some(r#"dynamic({"a":[1,"x\n\u2028"]})"#));
    check(Dynamic, &json!("text"), Some(r#"dynamic("text")"#));
}

#[test]
fn an_error_says_what_to_give() {
    let error = print(Guid, &json!("x")).expect_err("x is no guid");
    assert_eq!(error.to_string(), "the value is no guid: give text such as \"74be27de-1e4e-49d9-b579-fe0b331d3642\"");
}

/// Text of every kind that has broken out of a literal somewhere.
const HOSTILE: [&str; 36] = [
    "'",
    "\"",
    "\\",
    "\\'",
    "\\\"",
    "'\"",
    "''",
    "\\\\' | union Secrets //",
    "\" | union Secrets //",
    "') | take 1 //",
    "```",
    "~~~",
    "``` | union Secrets ```",
    "a\nb",
    "a\r\nb",
    "a\u{2028}.drop table T",
    "a\u{2029}b",
    "a\u{85}b",
    "\0",
    "\u{1b}[0m",
    "\u{feff}",
    "@'c:\\'",
    "h'secret'",
    "dynamic({\"a\":1})",
    "now()",
    "null",
    "); .drop table T; (",
    "];T",
    "let x = 1; x",
    "#connect x",
    "//",
    "/* */",
    "{{name}}",
    "\u{ff07} or 1==1",
    "😀' //",
    "主机",
];

#[test]
fn hostile_text_is_one_literal_or_refused() {
    for text in HOSTILE {
        check_one_literal(&json!(text));
        check_one_literal(&json!({ text: [text] }));
    }
}

/// Checks that whatever type `value` is taken for, its literal is made of the tokens of one literal.
fn check_one_literal(value: &Value) {
    for scalar_type in ALL {
        let Ok(literal) = print(scalar_type, value) else { continue };
        let kinds: Vec<TokenKind> = tokens(&literal).map(|token| token.kind).collect();
        assert!(!kinds.iter().any(|kind| matches!(kind, TokenKind::Error(_) | TokenKind::Semicolon)), "{literal}");
        match scalar_type {
            String => assert_eq!(kinds, [TokenKind::String], "{literal}"),
            Dynamic => assert_eq!(closing_parentheses(&kinds), 1, "{literal}"),
            _ => assert_eq!(kinds, [TokenKind::Typed(scalar_type)], "{literal}"),
        }
    }
}

fn closing_parentheses(kinds: &[TokenKind]) -> usize {
    kinds.iter().filter(|kind| **kind == TokenKind::CloseParen).count()
}

proptest! {
    #[test]
    fn any_text_is_one_literal_or_refused(text in any::<std::string::String>()) {
        check_one_literal(&json!(text));
        check_one_literal(&json!([text]));
    }

    #[test]
    fn text_like_values_is_one_literal_or_refused(text in "[-+0-9.:TZdhe ]{0,24}") {
        check_one_literal(&json!(text));
    }

    #[test]
    fn every_duration_comes_back(days in 0..10_675_199_u32, ticks in 0..864_000_000_000_u64) {
        let total = u64::from(days) * 864_000_000_000 + ticks;
        let from_ticks = print(Timespan, &json!(format!("{total}ticks"))).expect("ticks that fit");
        let text = from_ticks.trim_start_matches("timespan(").trim_end_matches(')');
        assert_eq!(print(Timespan, &json!(text)).as_deref(), Ok(from_ticks.as_str()));
    }

    #[test]
    fn numbers_of_any_size(numbers in prop::collection::vec(any::<f64>(), 1..4), whole in any::<i64>()) {
        check_one_literal(&json!(numbers));
        for number in numbers {
            check_one_literal(&json!(number));
        }
        check(Long, &json!(whole), Some(&format!("long({whole})")));
    }
}
