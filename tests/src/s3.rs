//! S3 on this machine, as moto has it.

use crate::{binaries::Process, python};

/// A running S3 with the bucket `store`.
#[derive(Debug)]
pub struct S3 {
    _process: Process,
    endpoint: String,
}

impl S3 {
    /// Starts it on a free port.
    pub fn start() -> Self {
        let (process, port) = python::start("s3_server.py", &[] as &[&str]);
        Self { _process: process, endpoint: format!("http://127.0.0.1:{port}") }
    }

    /// What a function needs to use it, beside `STORE_URL`.
    pub fn settings(&self) -> [(&str, &str); 4] {
        [
            ("AWS_ENDPOINT_URL", &self.endpoint),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
        ]
    }

    /// Its URL.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}
