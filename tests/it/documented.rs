//! Every command that README, CONTRIBUTING and the pages of `docs` show: a test or CI runs it, or it says that it needs an account.

use std::{collections::BTreeSet, fs, process::Command};
use tests::binaries::root;

/// How a target of `make` is known to work.
enum Known {
    /// A test of this file runs what it runs: the word stands in it.
    By(&'static str, &'static str),
    /// `.ci/run` calls it.
    Ci,
    /// It needs an account, and this test runs the rest of it.
    Account(&'static str, &'static str),
    /// A person runs it, for this reason.
    ByHand(&'static str),
}

const TARGETS: [(&str, Known); 37] = [
    ("help", Known::By("tests/it/documented.rs", "\"help\"")),
    ("demo", Known::By("tests/it/demo.rs", "\"demo\"")),
    ("preview", Known::By("tests/it/started.rs", "\"preview\"")),
    ("start", Known::By("tests/it/started.rs", "\"start\"")),
    ("check-connection", Known::By("tests/it/check_connection.rs", "\"check-connection\"")),
    ("flow", Known::By("tests/it/flows/runs.rs", "flow.py")),
    ("runs", Known::By("tests/it/flows/runs.rs", "runs.py")),
    ("test", Known::Ci),
    ("lint", Known::Ci),
    ("lint-infra", Known::Ci),
    ("build", Known::By("tests/src/binaries.rs", "\"build\"")),
    ("venv", Known::Ci),
    ("schedules", Known::By("tests/it/template/deployed.rs", "\"schedules\"")),
    ("package", Known::By("tests/it/template/packed.rs", "package.py")),
    ("sbom", Known::ByHand("a release runs it; cargo-cyclonedx takes minutes to build")),
    ("deploy", Known::Account("tests/python/operate_stack.py", "deploy")),
    ("federation", Known::Account("tests/python/operate_stack.py", "federation")),
    ("rollback", Known::Account("tests/python/operate_stack.py", "rollback")),
    ("destroy", Known::Account("tests/python/operate_stack.py", "destroy")),
    ("soak", Known::By("tests/it/mail_once.rs", "mail_soak::run")),
    ("soak-export", Known::By("tests/it/export/queues.rs", "fn standard")),
    ("soak-queries", Known::By("infra/local/tests/any_query.rs", "proptest")),
    ("soak-properties", Known::By("shared/runtime/src/shape.rs", "proptest")),
    ("bench", Known::ByHand("it measures release builds beside the clients of others, for ten minutes")),
    ("bench-instructions", Known::ByHand("it counts in a release build, under Valgrind")),
    ("bench-memory", Known::ByHand("it measures release builds")),
    ("test-mail-clients", Known::ByHand("it needs programs of npm")),
    ("test-kusto-clients", Known::ByHand("it needs programs of npm")),
    ("openapi", Known::By("tests/it/openapi.rs", "openapi::")),
    ("charts", Known::ByHand("a person looks at what it draws")),
    ("charts-check", Known::ByHand("it takes long, and compares with other programs")),
    ("clean", Known::ByHand("it removes what the tests run")),
    ("report-named", Known::By("tests/it/started.rs", "\"preview\"")),
    ("rust", Known::Ci),
    ("cc", Known::Ci),
    ("python", Known::Ci),
    ("chromium", Known::Ci),
];

/// What needs an account, but for the targets of `make`.
const ACCOUNT: [&str; 4] = ["az", "aws", "curl", "make"];

/// What begins a command in a sentence.
const PROGRAMS: [&str; 9] = ["cargo", "cp", "git", "az", "aws", "curl", "sam", "npm", "python3"];

/// Commands in sentences that nothing runs, and why.
const SPOKEN: [(&str, &str); 5] = [
    ("cargo bench --package tests", "it takes minutes, and a person reads what it times"),
    ("cargo insta accept", "it takes snapshots, which a person looks at"),
    ("cargo run", "it is said not to be needed"),
    ("cargo lambda", "the name of a program"),
    ("git pull", "it changes what the tests run"),
];

/// What is run by every shell.
const PLAIN: [&str; 2] = ["cp", "$EDITOR"];

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The pages with commands.
fn pages() -> Vec<(String, String)> {
    let docs =
        fs::read_dir(root().join("docs")).unwrap().map(|file| format!("docs/{}", file.unwrap().file_name().display()));
    let pages = ["README.md", "CONTRIBUTING.md", "TROUBLESHOOTING.md", "infra/aws/flows/README.md"].map(str::to_owned);
    let pages = pages.into_iter().chain(docs.filter(|path| path.ends_with(".md")));
    pages.map(|path| (path.clone(), read(&path))).collect()
}

/// The commands of a page's blocks, each with what stands before its block in its section.
fn commands(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (index, block) in page.split("```").enumerate().filter(|(index, _)| index % 2 == 1) {
        let before: String = page.split("```").take(index).collect();
        let before = before.rsplit("\n## ").next().unwrap_or_default();
        // A command that goes on in the next line is one.
        let joined = block.replace("\\\n", " ");
        let lines = joined.lines().filter_map(|line| line.strip_prefix("$ "));
        found.extend(lines.map(|line| (line.to_owned(), before.to_owned())));
    }
    found
}

/// The first word of a command, behind what it is assigned to.
fn program(command: &str) -> &str {
    let command = command.split_once("=$(").map_or(command, |(_, inner)| inner);
    command.split_whitespace().next().unwrap_or_default()
}

#[test]
fn every_command_is_run_or_needs_an_account() {
    let mut count = 0;
    for (path, page) in pages() {
        for (command, before) in commands(&page) {
            count += 1;
            let says_so = command.contains("# account") || before.contains("(`# account`)");
            let (program, target) = (program(&command), command.split_whitespace().nth(1).unwrap_or_default());
            let needs_account = match program {
                "make" => TARGETS.iter().any(|(name, known)| *name == target && matches!(known, Known::Account(..))),
                _ => ACCOUNT.contains(&program),
            };
            assert!(needs_account || PLAIN.contains(&program) || program == "make", "{path}: {command}: who runs it?");
            assert_eq!(says_so, needs_account, "{path}: {command}");
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn a_command_in_a_sentence_works_or_needs_an_account() {
    let makefile = read("Makefile");
    for (path, page) in pages() {
        let prose: String = page.split("```").step_by(2).collect();
        for code in prose.split('`').skip(1).step_by(2) {
            let words: Vec<&str> = code.split_whitespace().collect();
            let works = match words[..] {
                [program, _, ..] if !PROGRAMS.contains(&program) => continue,
                [] | [_] | ["az" | "aws" | "curl", ..] => continue,
                ["cp", "-r", from, _] => root().join(from).is_dir(),
                ["cargo", "test", "-p", package] => root().join(format!("shared/{package}/Cargo.toml")).is_file(),
                ["sam", ..] => makefile.contains(&format!("/bin/{code}")),
                _ => SPOKEN.iter().any(|(known, _)| *known == code),
            };
            assert!(works, "{path}: {code}: who runs it?");
        }
    }
}

#[test]
fn every_target_is_known_to_work() {
    let makefile = read("Makefile");
    let phony = makefile.lines().filter_map(|line| line.strip_prefix(".PHONY: ")).flat_map(str::split_whitespace);
    let targets: BTreeSet<&str> = phony.collect();
    assert_eq!(TARGETS.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>(), targets);
    let ci = read(".ci/run");
    let called: BTreeSet<&str> = ci.lines().last().unwrap().split_whitespace().skip(2).collect();
    for (name, known) in &TARGETS {
        match known {
            Known::By(file, word) | Known::Account(file, word) => assert!(read(file).contains(word), "{name}: {file}"),
            // Or what a target of CI needs.
            Known::Ci => assert!(called.contains(name) || makefile.contains(&format!(" {name} ")), "{name}"),
            Known::ByHand(reason) => assert!(!reason.is_empty()),
        }
    }
}

#[test]
fn every_target_that_a_page_names_is_there() {
    let known: BTreeSet<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    for (path, page) in pages() {
        let code = page.split('`').skip(1).step_by(2).filter_map(|code| code.strip_prefix("make "));
        let named = code
            .flat_map(|code| code.split_whitespace().take_while(|word| !word.contains(['=', '#'])).collect::<Vec<_>>());
        for target in named {
            assert!(known.contains(target), "{path}: make {target}");
        }
    }
}

#[test]
fn make_lists_its_targets() {
    let output = Command::new("make").arg("help").current_dir(root()).output().unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    for target in ["demo", "preview", "lint-infra", "package", "deploy", "rollback", "destroy"] {
        assert!(
            listed.contains(&format!("\n  {target} ")) || listed.starts_with(&format!("  {target} ")),
            "{target}: {listed}"
        );
    }
}

#[test]
fn workflows_call_make_with_pinned_actions_and_no_more_rights_than_they_need() {
    for file in fs::read_dir(root().join(".github/workflows")).unwrap().map(|file| file.unwrap().path()) {
        let (name, text) = (file.display(), fs::read_to_string(&file).unwrap());
        assert!(text.contains("\npermissions: {}\n"), "{name}: a job says what it needs");
        for action in text.lines().filter_map(|line| line.trim_start().strip_prefix("- uses: ")) {
            let (_, pin) = action.split_once('@').unwrap();
            let (commit, version) = pin.split_once(" # v").unwrap_or_else(|| panic!("{name}: {action} has no version"));
            let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_commit && !version.is_empty(), "{name}: {action}");
        }
        // A job with a write permission checks nothing out that a pull request could have changed.
        assert!(!text.contains("pull_request_target"), "{name}");
        for target in text.lines().filter_map(|line| line.trim_start().strip_prefix("- run: make ")) {
            let target = target.split_whitespace().next().unwrap();
            assert!(TARGETS.iter().any(|(known, _)| *known == target), "{name}: make {target}");
        }
    }
}
