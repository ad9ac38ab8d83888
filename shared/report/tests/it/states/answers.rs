//! Made-up results.

use super::{Answer, at, text};

pub(crate) const FIVE: [&str; 5] = ["api-gateway", "checkout", "identity", "search", "worker"];

/// Numbers between 0 and 1 that are the same in every run.
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

pub(crate) fn wave(minute: i64) -> f64 {
    (std::f64::consts::TAU * (minute as f64 + 420.0) / 1440.0).sin()
}

/// Requests by service, a point in five minutes over a week.
pub(crate) fn services(names: &[&str]) -> Answer {
    let mut noise = Noise::new(7);
    let mut drift = vec![0.0; names.len()];
    let mut rows = Vec::new();
    for step in 0..2016 {
        let minute = step * 5 + 360;
        for (index, name) in names.iter().enumerate() {
            drift[index] = drift[index] * 0.97 + (noise.next() - 0.5) * 0.08;
            let base = 13_000.0 / (index as f64 * 0.9 + 1.0);
            let value = base * (1.0 + 0.32 * wave(minute) + drift[index]);
            rows.push(vec![at(13, minute), text(name), format!("{}", value.round())]);
        }
    }
    Answer { schema: "Timestamp:datetime Service:string Requests:long".into(), rows }
}

/// One line with three hours missing, nulls and a lone point in the gap.
pub(crate) fn gap() -> Answer {
    let mut noise = Noise::new(3);
    let rows = (0..672).map(|step| {
        let minute = step * 15;
        let value = format!("{}", (11_000.0 + 4_000.0 * wave(minute) + 900.0 * noise.next()).round());
        let missing = (300..330).contains(&step) && step != 314;
        vec![at(13, minute), if missing { "null".to_owned() } else { value }]
    });
    Answer { schema: "Timestamp:datetime SignIns:long".into(), rows: rows.collect() }
}

/// Counts by state.
pub(crate) fn states(count: usize) -> Answer {
    const NAMES: [&str; 8] = ["TEXAS", "KANSAS", "IOWA", "ILLINOIS", "MISSOURI", "GEORGIA", "MINNESOTA", "WISCONSIN"];
    const COUNTS: [u32; 8] = [4701, 3166, 2337, 2022, 2016, 1983, 1881, 1850];
    let row = |index: usize| match NAMES.get(index) {
        Some(name) => vec![text(name), COUNTS[index].to_string()],
        None => vec![text(&format!("STATE {index}")), (1800 / (index - 5)).to_string()],
    };
    Answer { schema: "State:string Events:long".into(), rows: (0..count).map(row).collect() }
}

/// Alerts by day and severity.
pub(crate) fn alerts() -> Answer {
    let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let counts = [
        [120, 310, 420],
        [140, 280, 510],
        [90, 330, 480],
        [160, 290, 530],
        [210, 350, 460],
        [40, 120, 260],
        [35, 110, 240],
    ];
    let mut rows = Vec::new();
    for (day, counts) in days.iter().zip(counts) {
        for (severity, count) in ["High", "Medium", "Low"].iter().zip(counts) {
            rows.push(vec![text(day), text(severity), count.to_string()]);
        }
    }
    Answer { schema: "Day:string Severity:string Alerts:long".into(), rows }
}

/// Pairs of a name and a number.
pub(crate) fn pairs(schema: &str, pairs: &[(&str, &str)]) -> Answer {
    Answer {
        schema: schema.into(),
        rows: pairs.iter().map(|(name, value)| vec![text(name), (*value).to_owned()]).collect(),
    }
}

/// A time and a number in each row.
pub(crate) fn points(schema: &str, points: &[(String, &str)]) -> Answer {
    Answer {
        schema: schema.into(),
        rows: points.iter().map(|(time, value)| vec![time.clone(), (*value).to_owned()]).collect(),
    }
}

/// Requests by service, a point an hour; some hours of one service are missing.
pub(crate) fn hourly() -> Answer {
    let rows = services(&FIVE).rows.chunks(FIVE.len()).step_by(12).flatten().cloned().collect();
    Answer { schema: "Timestamp:datetime Service:string Requests:long".into(), rows }
}

/// Sign-ins with three marked spikes and a gap.
pub(crate) fn anomalies() -> Answer {
    let mut noise = Noise::new(11);
    let rows = (0..672).map(|step| {
        let minute = step * 15;
        let spike = [120, 410, 560].contains(&step);
        let value = 11_500.0 + 4_000.0 * wave(minute) + 900.0 * noise.next() + if spike { 3_500.0 } else { 0.0 };
        let missing = (300..330).contains(&step);
        let value = if missing { "null".to_owned() } else { value.round().to_string() };
        vec![at(13, minute), value, u8::from(spike).to_string()]
    });
    Answer { schema: "Timestamp:datetime SignIns:long Anomaly:long".into(), rows: rows.collect() }
}

/// Latency by size in three regions; the sizes over four powers of ten.
pub(crate) fn sizes(count: u32) -> Answer {
    let mut noise = Noise::new(5);
    let rows = (0..count).map(|row| {
        let size = 10_f64.powf(1.0 + 4.0 * noise.next());
        let region = ["Europe", "Asia", "America"][row as usize % 3];
        let latency = (8.0 + size.sqrt()) * (0.5 + noise.next() + f64::from(row % 3) * 0.6);
        vec![format!("{size:.0}"), format!("{latency:.1}"), text(region)]
    });
    Answer { schema: "Size:real Latency:real Region:string".into(), rows: rows.collect() }
}

/// Three measures of two machines.
pub(crate) fn machines() -> Answer {
    let mut noise = Noise::new(17);
    let mut rows = Vec::new();
    for step in 0..96 {
        for (index, name) in ["web", "db"].iter().enumerate() {
            let cpu = 30.0 + 20.0 * index as f64 + 15.0 * wave(step * 15) + 10.0 * noise.next();
            let sent = 2e9 * (1.2 + wave(step * 15)) * noise.next() + 1e8;
            let queue = (noise.next() * 12.0 * (index as f64 + 1.0)).round();
            rows.push(vec![
                at(19, step * 15),
                text(name),
                format!("{cpu:.1}"),
                format!("{sent:.0}"),
                queue.to_string(),
            ]);
        }
    }
    Answer { schema: "Timestamp:datetime Computer:string avg_Cpu_Percent:real Sent_Bytes:real Queue:long".into(), rows }
}

/// Requests by the result of each.
pub(crate) fn results() -> Answer {
    let results = [
        ("200 OK", "812345"),
        ("304 Not Modified", "143210"),
        ("404 Not Found", "32111"),
        ("500 Internal Server Error", "8123"),
        ("502", "4120"),
    ];
    pairs("Result:string Requests:long", &results)
}
