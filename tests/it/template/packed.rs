//! `make package` but for the build: what a zip holds, that it is always the same, and what is not packed.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};
use tests::{binaries::root, python};

/// Packs a binary of these bytes as the function `email`.
fn pack(folder: &Path, binary: &[u8]) -> Output {
    let binaries = folder.join("binaries");
    fs::create_dir_all(&binaries).unwrap();
    fs::write(binaries.join("email"), binary).unwrap();
    let mut command = Command::new(root().join("target/venv/bin/python"));
    command.arg(root().join("infra/aws/package.py")).arg(binaries).args(["x86_64-unknown-linux-gnu", "2.34"]);
    command.arg(folder).arg("email").output().unwrap()
}

#[test]
fn a_zip_holds_the_binary_and_the_licences_of_what_is_in_it() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let binary = b"\x7fELF GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.17\0";
    let printed = folders.each_ref().map(|folder| {
        let output = pack(folder.path(), binary);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    });
    // The same, to the byte, and so is its hash.
    assert_eq!(printed[0], printed[1]);
    assert!(printed[0].contains("  email.zip  ") && printed[0].contains("glibc 2.34"), "{}", printed[0]);
    let zips = folders.each_ref().map(|folder| fs::read(folder.path().join("email.zip")).unwrap());
    assert!(zips[0] == zips[1]);

    let zip = python::run("read_zip.py", &[folders[0].path().join("email.zip")]);
    assert_eq!(zip["bootstrap"]["mode"], 0o100_755);
    assert_eq!(zip["bootstrap"]["text"], String::from_utf8_lossy(binary).as_ref());
    let notices = zip["THIRD-PARTY-NOTICES.txt"]["text"].as_str().unwrap();
    assert_eq!(zip["THIRD-PARTY-NOTICES.txt"]["mode"], 0o100_644);
    assert_eq!(zip.as_object().unwrap().len(), 2);
    for entry in zip.as_object().unwrap().values() {
        assert_eq!(entry["time"], serde_json::json!([1980, 1, 1, 0, 0, 0]));
    }
    // A crate, its licence, the licence of the fonts, and no crate that only tests use.
    for text in [
        "\nlettre 0.11.",
        "\nring 0.17.",
        "Permission is hereby granted",
        "Apache License",
        "Open Font License (OFL)",
        "The Rust Project",
    ] {
        assert!(notices.contains(text), "{text}");
    }
    assert!(!notices.contains("\ninsta ") && !notices.contains("\nproptest "));
}

#[test]
fn what_the_runtime_cannot_run_is_not_packed() {
    let folder = tempfile::tempdir().unwrap();
    let output = pack(folder.path(), b"GLIBC_2.34\0GLIBC_2.35\0");
    let sentence = "email needs glibc 2.35, and the runtime has 2.34: build it with `make package`\n";
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(1), sentence));
    assert!(!folder.path().join("email.zip").exists());
}
