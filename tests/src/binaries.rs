//! The binaries under test.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command},
    sync::OnceLock,
};

/// The folder of the workspace.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The path of a binary of this workspace, built from the sources as they are.
pub fn path(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(build).join(name)
}

/// Builds every binary and returns their folder, that of the running test: `target/<profile>`.
///
/// The tests are selected as well: cargo then takes the same features of every library as for the running test, and builds none twice.
fn build() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let folder = test.ancestors().nth(2).expect("tests run in target/<profile>/deps").to_owned();
    let mut cargo = Command::new(env!("CARGO"));
    let status = outside_cargo(&mut cargo)
        .args(["build", "--quiet", "--locked", "--workspace", "--bins", "--tests", "--target-dir"])
        .arg(folder.parent().expect("a profile is in a target folder"))
        .args(if folder.ends_with("release") { &["--release"][..] } else { &[] })
        .current_dir(root())
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the binaries under test do not build");
    folder
}

/// Removes from the environment of `command` what the cargo that runs this test says of the package `tests`.
///
/// A cargo that is called from here would pass it on to build scripts. That of `ring` runs again wherever it differs, and everything that
/// needs `ring` would be built again in each test run, and again by the next `cargo build`.
pub fn outside_cargo(command: &mut Command) -> &mut Command {
    let of_package = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(of_package)) {
        command.env_remove(name);
    }
    command
}

/// The most memory that a process, by its id or `self`, ever had resident, in bytes.
pub fn peak_resident(process: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux says it");
    line.trim().trim_end_matches("kB").trim().parse::<u64>().expect("a number of kB") * 1024
}

/// A child process that ends with its owner.
#[derive(Debug)]
pub struct Process(pub Child);

impl Process {
    /// See [`peak_resident`].
    pub fn peak_resident(&self) -> u64 {
        peak_resident(&self.0.id().to_string())
    }

    /// Ends it, if it has not ended.
    pub fn end(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}
