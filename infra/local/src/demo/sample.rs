//! Samples of this machine: real input for a report, from nothing but the machine itself.

use jiff::Timestamp;
use std::time::{Duration, Instant};
use sysinfo::{Disks, Networks, ProcessRefreshKind, ProcessesToUpdate, System};

/// The table that the samples go to.
pub(crate) const TABLE: &str = "MachineSamples";

/// Time between two samples. Below 200 ms the operating systems' counters say too little.
pub(crate) const INTERVAL: Duration = Duration::from_millis(250);

/// One figure at one time: a row of [`TABLE`].
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Sample {
    /// When, to the millisecond.
    pub(crate) timestamp: Timestamp,
    /// What was measured: `CPU`, `Memory`, `Load`, `Processes`, `Network`, `Disk`.
    pub(crate) metric: &'static str,
    /// Which one of several: the number of a core, a direction; empty where there is one only.
    pub(crate) instance: String,
    /// The figure, in `unit`, with three decimals.
    pub(crate) value: f64,
    /// `percent`, `bytes`, `bytes/s` or `count`.
    pub(crate) unit: &'static str,
}

/// The columns of [`TABLE`] with their Kusto types, in order.
pub(crate) const SCHEMA: [(&str, &str); 5] =
    [("Timestamp", "datetime"), ("Metric", "string"), ("Instance", "string"), ("Value", "real"), ("Unit", "string")];

/// What reads the machine's counters.
pub(crate) struct Sampler {
    system: System,
    networks: Networks,
    disks: Disks,
    read: Instant,
}

impl Sampler {
    /// Reads the counters once: usage is the difference of two readings.
    pub(crate) fn new() -> Result<Self, sysinfo::Error> {
        let mut system = System::new()?;
        system.refresh_cpu_usage();
        Ok(Self {
            system,
            networks: Networks::new_with_refreshed_list()?,
            disks: Disks::new_with_refreshed_list()?,
            read: Instant::now(),
        })
    }

    /// Everything measured now, all with the same time. Call it [`INTERVAL`] after the last time.
    pub(crate) fn sample(&mut self) -> Vec<Sample> {
        let seconds = self.refresh().as_secs_f64();
        let now = Timestamp::now();
        let timestamp = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        let mut samples = Vec::new();
        let mut add = |metric, instance: &str, value: f64, unit| {
            let value = (value * 1000.0).round() / 1000.0;
            samples.push(Sample { timestamp, metric, instance: instance.to_owned(), value, unit });
        };
        for (core, cpu) in self.system.cpus().iter().enumerate() {
            add("CPU", &core.to_string(), f64::from(cpu.usage()), "percent");
        }
        let used = self.system.used_memory() as f64;
        add("Memory", "", 100.0 * used / (self.system.total_memory() as f64).max(1.0), "percent");
        add("Memory", "", used, "bytes");
        // Windows has no load average.
        if let Ok(load) = System::load_average() {
            add("Load", "1 minute", load.one, "count");
        }
        add("Processes", "", self.system.processes().len() as f64, "count");
        let received: u64 = self.networks.values().map(|network| network.received()).sum();
        let sent: u64 = self.networks.values().map(|network| network.transmitted()).sum();
        add("Network", "received", received as f64 / seconds, "bytes/s");
        add("Network", "sent", sent as f64 / seconds, "bytes/s");
        let disks = disk_totals(&self.disks);
        add("Disk", "read", disks.read as f64 / seconds, "bytes/s");
        add("Disk", "written", disks.written as f64 / seconds, "bytes/s");
        add("Disk", "used", 100.0 * disks.used as f64 / (disks.size as f64).max(1.0), "percent");
        samples
    }

    /// Reads the counters and returns the time since they were read last.
    fn refresh(&mut self) -> Duration {
        self.system.refresh_cpu_usage();
        self.system.refresh_memory();
        self.system.refresh_processes_specifics(ProcessesToUpdate::All, true, ProcessRefreshKind::nothing());
        self.networks.refresh(true);
        self.disks.refresh(true);
        let elapsed = self.read.elapsed();
        self.read = Instant::now();
        elapsed.max(Duration::from_millis(1))
    }
}

/// Bytes over all disks; `read` and `written` since the last refresh.
#[derive(Default)]
struct DiskTotals {
    read: u64,
    written: u64,
    used: u64,
    size: u64,
}

/// A disk that is mounted at several places counts once.
fn disk_totals(disks: &Disks) -> DiskTotals {
    let mut names = std::collections::BTreeSet::new();
    disks.iter().filter(|disk| names.insert(disk.name())).fold(DiskTotals::default(), |totals, disk| DiskTotals {
        read: totals.read + disk.usage().read_bytes,
        written: totals.written + disk.usage().written_bytes,
        used: totals.used + disk.total_space().saturating_sub(disk.available_space()),
        size: totals.size + disk.total_space(),
    })
}

#[cfg(test)]
mod tests {
    use super::{SCHEMA, Sampler};

    #[test]
    fn a_sample_has_each_core_and_every_metric_within_its_bounds() {
        let mut sampler = Sampler::new().unwrap();
        let samples = sampler.sample();
        let cores = std::thread::available_parallelism().unwrap().get();
        assert!(samples.iter().filter(|sample| sample.metric == "CPU").count() >= cores, "{samples:?}");
        for metric in ["Memory", "Processes", "Network", "Disk"] {
            assert!(samples.iter().any(|sample| sample.metric == metric), "{metric} in {samples:?}");
        }
        for sample in &samples {
            assert!(sample.value >= 0.0 && (sample.unit != "percent" || sample.value <= 100.0), "{sample:?}");
            assert_eq!(sample.timestamp, samples[0].timestamp);
        }
        assert!(samples.iter().any(|sample| sample.metric == "Processes" && sample.value >= 1.0));
    }

    #[test]
    fn a_record_has_the_columns_of_the_table() {
        let mut sampler = Sampler::new().unwrap();
        let record = serde_json::to_value(&sampler.sample()[0]).unwrap();
        let names: Vec<&String> = record.as_object().unwrap().keys().collect();
        let mut columns = SCHEMA.map(|(name, _)| name);
        columns.sort_unstable();
        assert_eq!(names, columns);
    }
}
