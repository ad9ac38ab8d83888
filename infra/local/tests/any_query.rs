//! Whatever a query is, it is answered or refused: no panic, no hang, no stack overflow.
//! `PROPTEST_CASES=2500000` asks for that many of each kind, as `make soak` does.

#![expect(clippy::expect_used, reason = "a test without its files has nothing to test")]

use kusto_local::engine::error::{EngineError, ErrorKind};
use kusto_local::engine::options::Options;
use kusto_local::engine::reference::{EntryKind, entries};
use kusto_local::engine::result::ResultTable;
use kusto_local::engine::run::run;
use kusto_local::storage::catalog::Catalog;
use kusto_local::storage::value::Value;
use proptest::prelude::{BoxedStrategy, ProptestConfig, Strategy, any, prop, prop_assert, prop_oneof, proptest};
use proptest::sample::select;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// The queries of `tests/kql`.
static QUERIES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kql");
    let files = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    let texts = files.map(|path| fs::read_to_string(path).expect("a file"));
    let query = |case: &str| Some(case.split_once('\n')?.1.split("\n--\n").next()?.to_owned());
    texts.flat_map(|text| text.split("\n== ").skip(1).filter_map(query).collect::<Vec<_>>()).collect()
});

/// Pieces of the language, to be put into queries at any place.
const PIECES: &[&str] = &[
    "|",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    ":",
    "=",
    "==",
    "!=",
    "<",
    "..",
    ".",
    "-",
    "+",
    "*",
    "/",
    "%",
    "!",
    "~",
    "and",
    "or",
    "not",
    "in",
    "between",
    "has",
    "by",
    "on",
    "with",
    "to",
    "step",
    "asc",
    "nulls last",
    "let x = ",
    "print",
    "datatable(a:long)[1]",
    "range n from 1 to 3 step 1",
    "where",
    "extend",
    "project",
    "summarize",
    "count()",
    "sum(",
    "join",
    "union",
    "mv-expand",
    "make-series",
    "mv-apply a on (take 1)",
    "parse",
    "parse-kv a as (a:long)",
    "partition by a (take 1)",
    "fork (count)",
    "facet by a",
    "search 'a*'",
    "find a == 1",
    "scan with (step s: true => a = s.a;)",
    "top-nested of a by count()",
    "evaluate bag_unpack(a)",
    "evaluate pivot(a)",
    "series_fill_linear(",
    "sort by",
    "dynamic(null)",
    "dynamic([1,{\"a\":2}])",
    "datetime(null)",
    "long(null)",
    "1d",
    "9223372036854775807",
    "-9223372036854775808",
    "1e308",
    "''",
    "\"zo\u{eb}\"",
    "0",
    "bin(",
    "tostring(",
    "prev(",
    "row_number()",
    "toscalar(",
    "typeof(long)",
    "$left.a",
    "T",
];

fn answer(query: &str) -> Result<Vec<ResultTable>, EngineError> {
    let mut catalog = Catalog::default();
    catalog.database_mut("db");
    // Ample: the machine may be busy with other things. What hangs does not end in this time either.
    let deadline = Some(Instant::now() + Duration::from_secs(60));
    run(query, &catalog, "db", &BTreeMap::new(), Options { deadline, max_rows: Some(100_000), ..Options::default() })
        .map(|answer| answer.tables)
}

/// Whether the engine answered or refused, in time and not by a defect of its own.
fn holds(query: &str) -> bool {
    match answer(query) {
        Ok(_) => true,
        Err(error) => !error.message.contains("defect") && error.code != "E_QUERY_TIMEOUT",
    }
}

/// A query of the tests with pieces of it removed, doubled or replaced.
fn mutated() -> impl Strategy<Value = String> {
    let change = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), select(PIECES), 0..4_u8);
    (select(QUERIES.as_slice()), prop::collection::vec(change, 1..4)).prop_map(|(mut query, changes)| {
        for (from, to, piece, kind) in changes {
            let places: Vec<usize> = query.char_indices().map(|(at, _)| at).chain([query.len()]).collect();
            let (from, to) = (*from.get(&places), *to.get(&places));
            let (from, to) = (from.min(to), from.max(to));
            let cut = query[from..to].to_owned();
            match kind {
                0 => query.replace_range(from..to, ""),
                1 => query.insert_str(from, &cut),
                2 => query.insert_str(from, &format!(" {piece} ")),
                _ => query.replace_range(from..to, piece),
            }
        }
        query
    })
}

fn pieces() -> impl Strategy<Value = String> {
    prop::collection::vec(select(PIECES), 0..20).prop_map(|pieces| pieces.join(" "))
}

/// Rows with a column of every type, among them the values at the ends of each.
const ROWS: &str = "datatable(b:bool, i:int, l:long, r:real, s:string, t:datetime, p:timespan, d:dynamic, g:guid, m:decimal)[
    true, 1, 1, 0.5, 'a', datetime(2024-02-29), 1d, dynamic([3, 1.5, null, 'x']), guid(74be27de-1e4e-49d9-b579-fe0b331d3642), decimal(1.5),
    false, -2147483648, -9223372036854775808, -1e308, '10.0.0.0/8', datetime(0001-01-01), -10675199d, dynamic({'a': [1]}), guid(null), decimal(-1e-20),
    bool(null), 2147483647, 9223372036854775807, real(nan), 'zo\u{eb} \u{1f980}', datetime(9999-12-31 23:59:59.9999999), 10675199d, dynamic(null), guid(null), decimal(null)]";

/// The names of the columns of [`ROWS`], and literals that are hard to take.
const VALUES: &[&str] = &[
    "b",
    "i",
    "l",
    "r",
    "s",
    "t",
    "p",
    "d",
    "g",
    "m",
    "0",
    "1",
    "-1",
    "2",
    "100",
    "0.0",
    "-0.5",
    "1e308",
    "real(+inf)",
    "int(null)",
    "9223372036854775807",
    "''",
    "'a'",
    "'.*('",
    "'UTC'",
    "'yyyy'",
    "'month'",
    "'1.2.3.4'",
    "'[1]'",
    "'P1D'",
    "1tick",
    "1d",
    "-1s",
    "timespan(null)",
    "datetime(2024-01-01)",
    "datetime(null)",
    "dynamic([])",
    "dynamic([1, 2, 3, 4, 5, 6, 7, 8, 9])",
    "dynamic({})",
    "dynamic('a')",
    "true",
    "decimal(1)",
    "guid(null)",
    "typeof(long)",
];

const OPERATORS: &[&str] = &[
    "+",
    "-",
    "*",
    "/",
    "%",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "=~",
    "and",
    "or",
    "has",
    "contains",
    "startswith",
    "matches regex",
    "in",
];

static FUNCTIONS: LazyLock<Vec<&str>> = LazyLock::new(|| names(EntryKind::Function));
static AGGREGATES: LazyLock<Vec<&str>> = LazyLock::new(|| names(EntryKind::Aggregate));
static PLUGINS: LazyLock<Vec<&str>> = LazyLock::new(|| names(EntryKind::Plugin));

/// The names of what the engine has of a kind.
fn names(kind: EntryKind) -> Vec<&'static str> {
    entries().into_iter().filter(|entry| entry.kind == kind).map(|entry| entry.name).collect()
}

/// Calls of what is named so.
fn call(names: &'static [&'static str], argument: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    (select(names), prop::collection::vec(argument, 0..5))
        .prop_map(|(name, arguments)| format!("{name}({})", arguments.join(", ")))
}

/// A value over the columns of [`ROWS`]: functions of functions of them, of the right types or not.
fn scalar() -> BoxedStrategy<String> {
    let leaf = select(VALUES).prop_map(str::to_owned);
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            6 => call(&FUNCTIONS, inner.clone().boxed()),
            2 => (inner.clone(), select(OPERATORS), inner.clone())
                .prop_map(|(left, operator, right)| format!("({left} {operator} ({right}))")),
            1 => (inner.clone(), inner.clone()).prop_map(|(value, index)| format!("{value}[{index}]")),
            1 => inner.prop_map(|value| format!("-{value}")),
        ]
    })
    .boxed()
}

/// A step of a pipeline.
fn step() -> impl Strategy<Value = String> {
    const FORMS: &[&str] = &[
        "extend x = @",
        "project @, y = @",
        "where @",
        "sort by @ desc",
        "top 2 by @",
        "summarize #, # by @",
        "summarize #",
        "distinct *",
        "mv-expand d",
        "mv-apply d on (take 1)",
        "make-series # default=@ on t step @",
        "make-series # on l from @ to @ step @",
        "parse s with a:long 'x' b",
        "partition by s (summarize #)",
        "scan declare (x:long=0) with (step s1: @ => x = @;)",
        "top-nested 2 of @ by #",
        "reduce by s",
        "evaluate !",
        "join kind=leftouter (print s = 'a') on s",
        "union (print x = @)",
        "serialize x = row_number(), y = prev(l), z = row_cumsum(r)",
        "search 'a'",
        "as A | union A",
        "getschema",
        "sample 1",
        "take @",
        "facet by b",
        "fork (count) (take 1)",
        "lookup (print s = 'a', n = @) on s",
        "project-reorder s asc, *",
        "summarize # by bin(t, @)",
    ];
    let aggregate = call(&AGGREGATES, scalar());
    let plugin = call(&PLUGINS, scalar());
    (select(FORMS), prop::collection::vec(scalar(), 3), prop::collection::vec(aggregate, 2), plugin).prop_map(
        |(form, values, aggregates, plugin)| {
            let (mut values, mut aggregates) = (values.into_iter(), aggregates.into_iter());
            let filled = form.chars().map(|character| match character {
                '@' => values.next().unwrap_or_default(),
                '#' => aggregates.next().unwrap_or_default(),
                '!' => plugin.clone(),
                other => other.to_string(),
            });
            filled.collect()
        },
    )
}

/// A query as people write them, but for the types.
fn pipeline() -> impl Strategy<Value = String> {
    prop::collection::vec(step(), 1..4).prop_map(|steps| format!("{ROWS} | {}", steps.join(" | ")))
}

/// So many queries of a kind; together 100,000 in every run of the tests.
fn cases(most: u32) -> ProptestConfig {
    ProptestConfig::with_cases(ProptestConfig::default().cases.max(most))
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn a_query_with_pieces_changed_is_answered_or_refused(query in mutated()) {
        prop_assert!(holds(&query), "{query}");
    }
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn a_pipeline_of_any_functions_is_answered_or_refused(query in pipeline()) {
        prop_assert!(holds(&query), "{query}");
    }
}

proptest! {
    #![proptest_config(cases(60_000))]

    #[test]
    fn pieces_of_the_language_are_answered_or_refused(query in pieces()) {
        prop_assert!(holds(&query), "{query}");
    }
}

proptest! {
    #![proptest_config(cases(20_000))]

    #[test]
    fn any_text_is_answered_or_refused(query in any::<String>()) {
        prop_assert!(holds(&query), "{query}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    let nested = |open: &str, inner: &str, close: &str| {
        format!("print x = {}{inner}{}", open.repeat(10_000), close.repeat(10_000))
    };
    let queries = [
        nested("(", "1", ")"),
        nested("-", "1", ""),
        nested("dynamic([", "1", "])"),
        nested("tostring(", "1", ")"),
        nested("toscalar(print ", "1", ")"),
        format!("print dynamic({}{})", "[".repeat(10_000), "]".repeat(10_000)),
        format!("print 1{}", " + 1".repeat(10_000)),
        format!("print x = dynamic({{}}) | project x{}", ".a".repeat(10_000)),
        format!("{}print 1{}", "(".repeat(10_000), " | take 1)".repeat(10_000)),
        format!("print 1 {}{}", "| fork (take 1 ".repeat(10_000), ")".repeat(10_000)),
        format!("print a = dynamic([1]) {}{}", "| mv-apply a on (take 1 ".repeat(10_000), ")".repeat(10_000)),
        format!("print a = 1 {}{}", "| partition by a {print 1 ".repeat(10_000), "}".repeat(10_000)),
        format!(
            "let f0 = (x:long) {{ x }};{} print f2000(1)",
            (1..=2000).map(|n| format!("let f{n} = (x:long) {{ f{}(x) }};", n - 1)).collect::<String>()
        ),
    ];
    for query in queries {
        let error = answer(&query).expect_err(&query[..60]);
        assert!(matches!(error.kind, ErrorKind::Syntax | ErrorKind::Limit), "{error}");
    }
}

#[test]
fn long_but_flat_queries_are_answered() {
    let or =
        format!("print n = 1 | where {}", (0..20_000).map(|n| format!("n == {n}")).collect::<Vec<_>>().join(" or "));
    let list =
        format!("print n = 1 | where n in ({})", (0..200_000).map(|n| n.to_string()).collect::<Vec<_>>().join(", "));
    let pipeline = format!("print n = 1{}", " | extend n = n + 1".repeat(5_000));
    for query in [or, list, pipeline] {
        assert_eq!(answer(&query).expect("rows")[0].rows, 1);
    }
}

#[test]
fn a_query_of_ten_megabytes_is_answered_or_refused() {
    const SIZE: usize = 10 << 20;
    let fill = |piece: &str| piece.repeat(SIZE / piece.len());
    let text = answer(&format!("print strlen('{}')", fill("a"))).expect("a row");
    assert_eq!(text[0].row(0).next(), Some(Value::Long(SIZE as i64)));
    assert_eq!(answer(&format!("print 1 // {}", fill("x"))).expect("a row")[0].rows, 1);
    for query in [fill("("), fill("let a = 1;")] {
        let error = answer(&query).expect_err(&query[..20]);
        assert!(error.to_string().len() < 1000, "{}", error.to_string().len());
    }
}

#[test]
fn a_query_that_would_double_its_work_forever_runs_out_of_time() {
    let doubled: String =
        (1..60).map(|n| format!("let f{n} = (x:real) {{ f{}(x) + f{}(x) }};", n - 1, n - 1)).collect();
    let query = format!("let f0 = (x:real) {{ x + rand() }}; {doubled} print f59(1.0)");
    let deadline = Some(Instant::now() + Duration::from_millis(200));
    let error = run(&query, &Catalog::default(), "db", &BTreeMap::new(), Options { deadline, ..Options::default() })
        .expect_err("a limit");
    assert_eq!(error.kind, ErrorKind::Limit);
}
