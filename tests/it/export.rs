//! Export: records through destinations of the settings, from every source, into tables.

mod access;
mod bad_input;
mod bounds;
mod day;
mod destinations;
mod queueing;
mod queues;

use serde_json::Value;
use tempfile::TempDir;
use tests::{kusto::Kusto, lambda::Function};

/// An embedded Kusto that can fail, and the ingest function with these destinations and a store in a folder.
pub(crate) struct Stage {
    pub(crate) kusto: Kusto,
    pub(crate) function: Function,
    pub(crate) store: TempDir,
}

/// The connection `local` to `cluster`, which allows what destinations take.
pub(crate) fn connection(cluster: &str) -> String {
    format!(
        "[[connection]]\nname = \"local\"\ncluster = \"{cluster}\"\ndatabases = [\"NetDefaultDB\"]\n\
         credential = {{ kind = \"none\" }}\ncommands = [\"show\", \"create-merge\", \"create-or-alter\", \"alter\", \"ingest\"]\n"
    )
}

impl Stage {
    pub(crate) fn new(destinations: &str) -> Self {
        let (kusto, store) = (Kusto::with_faults(), tempfile::tempdir().unwrap());
        let function = function(&connection(kusto.url()), destinations, &store);
        Self { kusto, function, store }
    }

    /// The rows of a query, past every client of ours.
    pub(crate) fn rows(&self, query: &str) -> Value {
        self.kusto.query(query)["Rows"].take()
    }

    /// What is kept of rejected records: the destination, the reason, and the bytes of each.
    pub(crate) fn rejected(&self) -> Vec<(String, String, Vec<u8>)> {
        let Ok(folder) = std::fs::read_dir(self.store.path().join("rejected")) else { return Vec::new() };
        let mut rejected = Vec::new();
        for file in folder {
            let file = file.unwrap();
            let name = file.file_name().into_string().unwrap();
            let destination = name.split('.').next().unwrap().to_owned();
            let object = std::fs::read(file.path()).unwrap();
            let (_envelope, mut rest) = object.split_at(object.iter().position(|byte| *byte == b'\n').unwrap() + 1);
            while !rest.is_empty() {
                let (head, after) = rest.split_at(rest.iter().position(|byte| *byte == b'\n').unwrap() + 1);
                let head: Value = serde_json::from_slice(head).unwrap();
                let bytes = usize::try_from(head["bytes"].as_u64().unwrap()).unwrap();
                rejected.push((
                    destination.clone(),
                    head["reason"].as_str().unwrap().to_owned(),
                    after[..bytes].to_vec(),
                ));
                rest = &after[bytes + 1..];
            }
        }
        rejected
    }
}

/// The function with these connections and destinations.
pub(crate) fn function(connections: &str, destinations: &str, store: &TempDir) -> Function {
    let store = format!("file://{}", store.path().display());
    Function::start(
        "ingest",
        &[
            ("KUSTO_CONNECTIONS", connections),
            ("INGEST_DESTINATIONS", destinations),
            ("STORE_URL", &store),
            ("HTTP_AUTHORIZER", "none"),
        ],
    )
}

/// A destination `name` with the columns `id` and `at`, made where it is not there, and these further lines.
pub(crate) fn destination(name: &str, more: &str) -> String {
    format!(
        "[[destination]]\nname = \"{name}\"\ntable = \"{name}\"\ncreate_table = true\n{more}\n\
         [destination.schema]\nid = \"string\"\nat = \"datetime\"\n"
    )
}
