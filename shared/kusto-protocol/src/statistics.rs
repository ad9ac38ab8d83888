//! What a query cost, from QueryCompletionInformation.

use crate::ticks;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Query resource consumption as the service reports it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Statistics {
    /// Wall time on the cluster, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_time_seconds: Option<f64>,
    /// CPU time over all nodes, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_time_seconds: Option<f64>,
    /// Peak memory of a node, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_peak_bytes: Option<u64>,
    /// Rows that were scanned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows_scanned: Option<u64>,
}

impl Statistics {
    /// Reads the payload of a QueryResourceConsumption event, once it is JSON; none where it is something else.
    pub(crate) fn from_payload(payload: &Value) -> Option<Self> {
        let statistics = Self {
            execution_time_seconds: payload.get("ExecutionTime").and_then(Value::as_f64),
            cpu_time_seconds: payload.pointer("/resource_usage/cpu/total cpu").and_then(seconds),
            memory_peak_bytes: payload.pointer("/resource_usage/memory/peak_per_node").and_then(Value::as_u64),
            rows_scanned: payload.pointer("/input_dataset_statistics/rows/scanned").and_then(Value::as_u64),
        };
        (statistics != Self::default()).then_some(statistics)
    }
}

fn seconds(timespan: &Value) -> Option<f64> {
    let ticks = ticks::of_timespan(timespan.as_str()?)?;
    Some(ticks as f64 / ticks::TICKS_PER_SECOND as f64)
}

#[cfg(test)]
mod tests {
    use super::Statistics;
    use serde_json::{Value, json};

    #[test]
    fn reads_a_payload() {
        #[track_caller]
        fn check(payload: &Value, expected: Option<&Statistics>) {
            assert_eq!(Statistics::from_payload(payload).as_ref(), expected, "{payload}");
        }
        check(
            &json!({
                "ExecutionTime": 0.25,
                "resource_usage": {"cpu": {"user": "00:00:01", "total cpu": "00:01:00.5000000"}, "memory": {"peak_per_node": 524_384}},
                "input_dataset_statistics": {"rows": {"total": 9, "scanned": 7}},
            }),
            Some(&Statistics {
                execution_time_seconds: Some(0.25),
                cpu_time_seconds: Some(60.5),
                memory_peak_bytes: Some(524_384),
                rows_scanned: Some(7),
            }),
        );
        let old = json!({"ExecutionTime": 1, "resource_usage": {"cpu": {"total cpu": "soon"}}});
        check(&old, Some(&Statistics { execution_time_seconds: Some(1.0), ..Statistics::default() }));
        check(&json!({"Count": 1, "Text": "Query completed successfully"}), None);
        check(&json!(null), None);
    }
}
