//! The invariants of ARCHITECTURE.md that can be read off the sources.

use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The packages of the workspace: where each is, and what it depends on outside its tests.
fn packages() -> BTreeMap<String, (PathBuf, Vec<String>)> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(ROOT)
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let dependencies = |package: &Value| {
        let all = package["dependencies"].as_array().unwrap().iter();
        all.filter(|dependency| dependency["kind"].is_null()).map(|dependency| text(&dependency["name"])).collect()
    };
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let manifest = PathBuf::from(text(&package["manifest_path"]));
            (text(&package["name"]), (manifest.parent().unwrap().to_owned(), dependencies(package)))
        })
        .collect()
}

/// What a package of ours may import of ours.
fn allowed(name: &str, folder: &Path) -> &'static [&'static str] {
    match name {
        "auth" | "crc-fast" | "kql" | "kusto-protocol" => &[],
        "report" => &["kusto-protocol"],
        "kusto-client" => &["auth", "kusto-protocol", "kql"],
        "store" => &["auth"],
        "runtime" => &["auth", "kql", "kusto-client", "kusto-protocol", "store"],
        "kusto-local" => &["kql", "report"],
        // The functions for what they say of themselves, which becomes their OpenAPI document.
        "tests" => &[
            "async-command",
            "auth",
            "check-connection",
            "command-chart",
            "email",
            "ingest",
            "kql",
            "kusto-client",
            "kusto-protocol",
            "mcp",
            "query",
            "query-chart",
            "report",
            "result",
            "runtime",
            "show-command",
            "store",
        ],
        _ if folder.parent().unwrap().ends_with("functions") => {
            &["auth", "kql", "kusto-client", "kusto-protocol", "report", "runtime", "store"]
        }
        _ => panic!("{name} has no place in the architecture: give it one here and in ARCHITECTURE.md"),
    }
}

#[test]
fn imports_go_one_way() {
    let packages = packages();
    for (name, (folder, dependencies)) in &packages {
        let allowed = allowed(name, folder);
        for dependency in dependencies.iter().filter(|dependency| packages.contains_key(*dependency)) {
            assert!(allowed.contains(&dependency.as_str()), "{name} must not import {dependency}");
        }
    }
}

#[test]
fn some_libraries_belong_to_one_crate() {
    for (name, (_, dependencies)) in packages() {
        let has = |prefix: &str| dependencies.iter().any(|dependency| dependency.starts_with(prefix));
        assert!(!has("lambda_") || name == "runtime", "only runtime knows Lambda, not {name}");
        assert!(!has("azure_") || name == "auth", "only auth knows Entra, not {name}");
        assert!(!has("reqwest") || name == "auth", "only auth makes HTTP clients, not {name}");
        assert!(
            !has("object_store") || ["store", "tests"].contains(&name.as_str()),
            "only store keeps objects, not {name}"
        );
        assert!(!has("plotters") || name == "report", "only report draws, not {name}");
        let pure = ["kql", "kusto-protocol", "report"].contains(&name.as_str());
        assert!(!pure || !has("tokio"), "{name} is pure: it does no I/O");
    }
}

#[test]
fn only_runtime_reads_the_environment() {
    for (name, (folder, _)) in packages() {
        if ["runtime", "kusto-local", "tests"].contains(&name.as_str()) {
            continue;
        }
        for (path, text) in sources(&folder.join("src")) {
            assert!(!text.contains("env::var"), "{} reads the environment: take it from Settings", path.display());
        }
    }
}

#[test]
fn pure_crates_have_neither_clock_nor_surroundings() {
    const IMPURE: [&str; 7] = ["fs::", "net::", "env::", "process::", "thread::", "SystemTime", "::now("];
    for (name, (folder, _)) in packages() {
        if !["kql", "kusto-protocol", "report"].contains(&name.as_str()) {
            continue;
        }
        for (path, text) in sources(&folder.join("src")) {
            let found = IMPURE.iter().find(|word| text.contains(**word));
            assert!(found.is_none(), "{name} is pure, and {} uses {}", path.display(), found.unwrap_or(&""));
        }
    }
}

#[test]
fn files_stay_small() {
    for (name, (folder, _)) in packages() {
        for (path, text) in sources(&folder) {
            let lines = text.lines().count();
            assert!(lines <= 600, "{} has {lines} lines, more than 600: it has more than one subject", path.display());
            let main = path.ends_with("src/main.rs") && folder.parent().unwrap().ends_with("functions");
            assert!(!main || lines <= 12, "{name}: main.rs only wires, in twelve lines at most");
        }
    }
}

/// The Rust files below `folder` and what is in them.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}
