//! What a browser makes of a page, as a picture to look at.

use crate::binaries::root;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The names of the program, as distributions have it.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The folder of what tests leave for a person to look at.
pub fn artifacts() -> PathBuf {
    let folder = root().join("target/test-artifacts");
    std::fs::create_dir_all(&folder).expect("target can be written");
    folder
}

/// How a browser shows a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appearance {
    /// As it is.
    Light,
    /// For somebody who prefers dark pages.
    Dark,
    /// Made dark whether it is meant to be or not, as some mail programs do.
    Darkened,
}

/// Shows `page`, a file, in a window of this width and height, and returns the picture `target/test-artifacts/<name>.png`.
pub fn screenshot(page: &Path, name: &str, size: [u32; 2]) -> PathBuf {
    let page = page.canonicalize().expect("the page is there");
    screenshot_of(page.to_str().expect("a path of ours is text"), name, size, Appearance::Light)
}

/// The same of a URL.
pub fn screenshot_of(url: &str, name: &str, [width, height]: [u32; 2], appearance: Appearance) -> PathBuf {
    let picture = artifacts().join(format!("{name}.png"));
    // An old picture must not pass for a new one.
    let _ = std::fs::remove_file(&picture);
    let profile = tempfile::tempdir().expect("there is a temporary folder");
    let output = Command::new(program())
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"])
        .args(["--disable-background-networking", "--disable-component-update", "--hide-scrollbars"])
        .args(match appearance {
            Appearance::Light => None,
            Appearance::Dark => Some("--force-dark-mode"),
            Appearance::Darkened => Some("--enable-features=WebContentsForceDark"),
        })
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--screenshot={}", picture.display()))
        .arg(format!("--window-size={width},{height}"))
        .arg(url)
        .output()
        .expect("the browser starts");
    assert!(picture.exists(), "no screenshot of {url}: {}", String::from_utf8_lossy(&output.stderr));
    picture
}

fn program() -> PathBuf {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let programs = std::env::split_paths(&folders).flat_map(|folder| NAMES.map(|name| folder.join(name)));
    let found = programs.into_iter().find(|program| program.is_file());
    found.expect("Chromium is missing: run `make chromium`, or the tests through `make test`")
}
