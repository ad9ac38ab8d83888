"""Packs the functions for Lambda: a zip for each, which is the same wherever and whenever it is packed from the same binary.

Usage: python3 package.py BINARIES TARGET GLIBC OUT FUNCTION…

BINARIES is the folder of the binaries, TARGET the triple that they are for, GLIBC the version that the runtime has, 2.34. A zip holds the binary as `bootstrap` and, as
THIRD-PARTY-NOTICES.txt, the licences of everything that is in it. What Lambda would refuse, or fail with, is refused here: a binary that
needs a newer glibc, and a zip that is larger than a function may be.
"""

import argparse
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import zipfile

ROOT = pathlib.Path(__file__).parent.parent.parent

# Bytes of a zip, our own limit: a cold start reads all of it.
LARGEST = 5_000_000

# The earliest time that a zip can hold.
BEGINNING = (1980, 1, 1, 0, 0, 0)

# The names of files that hold a licence or what it wants to be kept.
LICENCE = re.compile(r"(licen[cs]e|copying|copyright|notice|unlicense|ofl)", re.IGNORECASE)

# What Rust's standard library, which is in every binary, wants to be kept with it.
STANDARD_LIBRARY = """The Rust standard library (MIT OR Apache-2.0): Copyright (c) The Rust Project Contributors, https://www.rust-lang.org.
The texts of both licences are among those below."""


def glibc(binary):
    """The newest version of glibc that a binary asks for: the names of versions stand in its table of strings."""
    versions = {(int(major), int(minor)) for major, minor in re.findall(rb"GLIBC_(\d+)\.(\d+)", binary)}
    return max(versions, default=(0, 0))


def packages(function, target):
    """The packages that a function is made of, from `cargo tree`: name, version, folder."""
    command = ["cargo", "tree", "--locked", "--package", function, "--edges", "normal", "--target", target]
    lines = subprocess.run([*command, "--prefix", "none", "--format", "{p}"], cwd=ROOT, check=True, capture_output=True, text=True)
    return {tuple(line.split()[:2]) for line in lines.stdout.splitlines() if line}


def metadata():
    """Every package that cargo knows: (name, version) and what it says of it."""
    command = ["cargo", "metadata", "--locked", "--format-version", "1"]
    told = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    return {(package["name"], "v" + package["version"]): package for package in told["packages"]}


def texts(folder):
    """The texts of licences in the folder of a package, and in folders of fonts."""
    files = [*folder.iterdir(), *folder.glob("fonts/*"), *folder.glob("LICENSES/*")]
    found = [file for file in files if file.is_file() and LICENCE.search(file.name) and file.suffix in ("", ".txt", ".md")]
    return [file.read_text(errors="replace").strip() for file in sorted(found)]


def notices(function, target, known):
    """Who holds which licence, and each text once."""
    used = [STANDARD_LIBRARY]
    licences = {}
    for package in (known[key] for key in sorted(packages(function, target))):
        for text in texts(pathlib.Path(package["manifest_path"]).parent):
            licences.setdefault(text, []).append(f"{package['name']} {package['version']}")
        if package["source"]:
            used.append(f"{package['name']} {package['version']} ({package['license']}) {package['repository'] or ''}".rstrip())
    of_ours = (ROOT / "LICENSE-APACHE").read_text().strip(), (ROOT / "LICENSE-MIT").read_text().strip()
    ours = "\n\n".join(of_ours)
    kept = [f"{', '.join(names)}:\n\n{text}" for text, names in licences.items()]
    rule = "\n\n" + "-" * 80 + "\n\n"
    return rule.join(["\n".join(used), f"This function (MIT OR Apache-2.0):\n\n{ours}", *kept]) + "\n"


def write(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, mode, content in files:
            entry = zipfile.ZipInfo(name, BEGINNING)
            entry.compress_type = zipfile.ZIP_DEFLATED
            # Made on Unix, whatever this machine is: Lambda reads the permissions.
            entry.create_system = 3
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, content)


def refusal(function, binary, there):
    """Why a binary does not run where this glibc is, if it does not."""
    needed = glibc(binary)
    if needed > there:
        return f"{function} needs glibc {needed[0]}.{needed[1]}, and the runtime has {there[0]}.{there[1]}: build it with `make package`"
    return None


def pack(path, binary, text):
    """Writes a zip, and returns a line about it."""
    write(path, [("THIRD-PARTY-NOTICES.txt", 0o644, text), ("bootstrap", 0o755, binary)])
    newest = ".".join(map(str, glibc(binary)))
    return f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}  {path.stat().st_size / 1e6:.2f} MB, glibc {newest}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("target")
    parser.add_argument("glibc", type=lambda text: tuple(map(int, text.split("."))))
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("functions", nargs="+")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    known = metadata()
    for function in arguments.functions:
        binary = (arguments.binaries / function).read_bytes()
        refused = refusal(function, binary, arguments.glibc)
        if refused:
            return refused
        path = arguments.out / f"{function}.zip"
        print(pack(path, binary, notices(function, arguments.target, known)), flush=True)
        if path.stat().st_size > LARGEST:
            return f"{path.name} is larger than {LARGEST} bytes"
    return 0


if __name__ == "__main__":
    sys.exit(main())
