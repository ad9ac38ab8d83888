//! Files of a folder as tables.

mod csv;
mod infer;
mod json;

use crate::storage::column::Column;
use crate::storage::table::{ColumnSchema, Extent, Table};
use std::fs;
use std::path::{Path, PathBuf};

/// A folder or file that cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The folder or a file in it cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// What was to be read.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file is not in its format.
    #[error("cannot load {}: {reason}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Where and why.
        reason: String,
    },
    /// Two files would be the same table.
    #[error("cannot load {}: there is another file for table '{name}', so rename one of them", path.display())]
    Duplicate {
        /// The second file.
        path: PathBuf,
        /// The name of both.
        name: String,
    },
}

/// The rows of a file: names and types of the columns, and the columns.
type Loaded = Vec<(ColumnSchema, Column)>;

/// Reads each `.csv`, `.jsonl`, `.ndjson` and `.json-lines` file of `folder` as a table named after it; other files are
/// left alone. The types of columns are those that all their values have.
///
/// # Errors
/// Where a file cannot be read, is not in its format, or has the name of another; nothing is loaded in part.
pub fn folder(folder: &Path) -> Result<Vec<Table>, LoadError> {
    let mut tables: Vec<Table> = Vec::new();
    for path in files(folder)?.into_iter().filter(|path| reader(path).is_some()) {
        let table = file(&path)?;
        if tables.iter().any(|other| other.name() == table.name()) {
            return Err(LoadError::Duplicate { name: table.name().to_owned(), path });
        }
        tables.push(table);
    }
    Ok(tables)
}

/// Reads one `.csv`, `.jsonl`, `.ndjson` or `.json-lines` file as a table named after it.
///
/// # Errors
/// Where the file cannot be read, or is not in its format.
pub fn file(path: &Path) -> Result<Table, LoadError> {
    let wrong = |reason: String| LoadError::Format { path: path.to_owned(), reason };
    let read = reader(path).ok_or_else(|| wrong("its name ends in none of .csv, .jsonl, .ndjson".to_owned()))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let bytes = fs::read(path).map_err(|source| LoadError::Read { path: path.to_owned(), source })?;
    let text = str::from_utf8(&bytes).map_err(|error| wrong(error.to_string()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(table(name, read(text).map_err(wrong)?))
}

/// The files of a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let error = |source| LoadError::Read { path: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(error)?.collect::<Result<Vec<_>, _>>().map_err(error)?;
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    paths.sort();
    Ok(paths)
}

type Reader = fn(&str) -> Result<Loaded, String>;

fn reader(path: &Path) -> Option<Reader> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "csv" => Some(csv::read),
        "jsonl" | "ndjson" | "json-lines" => Some(json::read),
        _ => None,
    }
}

fn table(name: String, loaded: Loaded) -> Table {
    let (schema, columns): (Vec<_>, Vec<_>) = loaded.into_iter().unzip();
    let mut table = Table::new(name, schema);
    if let Some(extent) = Extent::new(columns, Vec::new()).filter(|extent| extent.rows() > 0) {
        table.append(extent);
    }
    table
}

#[cfg(test)]
mod tests;
