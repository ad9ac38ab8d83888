//! What one request may bring back.

use auth::cluster_kind::ClusterKind;

/// The most that one request over a connection may bring back, and take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Rows, over all primary tables.
    pub rows: u64,
    /// Bytes of the result.
    pub bytes: u64,
    /// Seconds that the service may work.
    pub seconds: u64,
}

impl Limits {
    /// The engine's own limits: 500,000 rows, 64 MiB (docs: query limits) and an hour (docs: `servertimeout`).
    pub const MOST: Self = Self { rows: 500_000, bytes: 64 << 20, seconds: 3600 };

    /// The limits unless others are configured: the data lake's own (docs: Microsoft Sentinel data lake service limits), or the default.
    pub fn of(kind: ClusterKind) -> Self {
        match kind {
            ClusterKind::DataLake => Self { seconds: 240, ..Self::MOST },
            _ => Self::default(),
        }
    }

    /// The most bytes that are read of an answer, on the wire or decompressed: a quarter more than the result, for its framing.
    pub fn answer_bytes(&self) -> u64 {
        self.bytes + self.bytes / 4
    }
}

impl Default for Limits {
    /// The limits of Microsoft's connector: 50,000 rows, 32 MB, 8 minutes.
    fn default() -> Self {
        Self { rows: 50_000, bytes: 32 << 20, seconds: 480 }
    }
}
