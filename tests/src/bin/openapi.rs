//! Writes the OpenAPI document of the functions and the Swagger document of the custom connector: `make openapi`.

use std::{fs, io};
use tests::openapi::files;

fn main() -> io::Result<()> {
    for (path, text) in files() {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}
