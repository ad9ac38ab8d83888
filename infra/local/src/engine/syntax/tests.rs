use crate::engine::syntax::statement::parse;

#[test]
fn what_is_no_query_is_refused_with_its_place() {
    let cases = [
        ("T |", "expected the name of an operator, found the end of the query"),
        ("T | where", "expected an expression, found the end of the query"),
        ("T | wheer a", "there is no operator 'wheer': did you mean 'where'?"),
        ("T | where a ==", "expected an expression, found the end of the query"),
        ("T | graph-match (a)", "the operator 'graph-match' is not supported by the embedded Kusto"),
        ("print 'a", "the string has no end: close its quotes, and escape line breaks and backslashes in it"),
        ("print 1 2", "expected '|', ';' or the end of the query, found '2'"),
        ("let x = 5", "expected"),
    ];
    for (text, expected) in cases {
        match parse(text) {
            Err(error) => assert_eq!(error.message, expected, "{text}"),
            Ok(_) => assert_eq!(text, "let x = 5"),
        }
    }
}

#[test]
fn deep_nesting_is_an_error() {
    for text in [
        format!("print {}1{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("print {}1", "-".repeat(10_000)),
        format!("print 1{}", "+1".repeat(10_000)),
    ] {
        assert!(
            std::thread::Builder::new()
                .stack_size(64 << 20)
                .spawn(move || parse(&text).is_err())
                .unwrap()
                .join()
                .unwrap()
        );
    }
}
