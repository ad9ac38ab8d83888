//! Programs of npm. `make` brings them into `target/node`, each project's into a folder of its own.

use crate::binaries::root;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The folder of the modules of `tests/<project>/package.json`.
pub fn modules(project: &str) -> PathBuf {
    let modules = root().join("target/node").join(project).join("node_modules");
    let target = project.replace('_', "-");
    assert!(modules.exists(), "{} is missing: run `make test-{target}`", modules.display());
    modules
}

/// Node with a program: the one that was brought, or else that of `PATH`.
pub fn node(program: &Path) -> Command {
    let brought = root().join("target/node/bin/node");
    let mut command = Command::new(if brought.exists() { brought } else { PathBuf::from("node") });
    command.arg(program);
    command
}
