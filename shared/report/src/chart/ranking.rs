//! Which of many series or categories are drawn, and what becomes of the rest.

use super::unit::words;
use crate::number::count;

/// Series that are drawn at most, "Other" among them.
pub(crate) const MAX_SERIES: usize = 8;

/// The place of each candidate in the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ranking {
    /// The drawn candidates, the largest first.
    pub(crate) shown: Vec<usize>,
    /// How many are not drawn by themselves.
    pub(crate) hidden: usize,
    /// Whether the hidden ones are drawn as one, "Other".
    pub(crate) other: bool,
}

impl Ranking {
    /// Ranks candidates by `weights`; where there are more than `most`, `kept` stay, or one more where the rest cannot be added up.
    pub(crate) fn new(weights: &[f64], most: usize, kept: usize, additive: bool) -> Self {
        let mut shown: Vec<usize> = (0..weights.len()).collect();
        shown.sort_by(|one, other| weights[*other].total_cmp(&weights[*one]).then(one.cmp(other)));
        if weights.len() <= most {
            return Self { shown, hidden: 0, other: false };
        }
        shown.truncate(if additive { kept } else { (kept + 1).min(most) });
        Self { hidden: weights.len() - shown.len(), shown, other: additive }
    }

    /// What is not drawn by itself, as a sentence for the subtitle; none where everything is.
    pub(crate) fn note(&self) -> Option<String> {
        let (shown, total) = (count(self.shown.len() as u64), count((self.shown.len() + self.hidden) as u64));
        let hidden = count(self.hidden as u64);
        match (self.hidden, self.other) {
            (0, _) => None,
            (_, true) => Some(format!("Top {shown} of {total}; {hidden} in Other")),
            (_, false) => Some(format!("Top {shown} of {total}; {hidden} not shown")),
        }
    }

    /// For each of `candidates` its slot: its rank, one past the last rank for "Other", or none.
    pub(crate) fn slots(&self, candidates: usize) -> Vec<Option<u16>> {
        let rest = self.other.then_some(self.shown.len() as u16);
        let mut slots = vec![rest; candidates];
        for (rank, candidate) in self.shown.iter().enumerate() {
            slots[*candidate] = Some(rank as u16);
        }
        slots
    }
}

/// Whether values of this measure may be added up: counts and sums may, averages, extremes and rates may not.
pub(crate) fn is_additive(measure: &str) -> bool {
    const NOT: [&str; 20] = [
        "avg",
        "average",
        "mean",
        "median",
        "percentile",
        "percentiles",
        "percent",
        "percentage",
        "pct",
        "max",
        "maximum",
        "min",
        "minimum",
        "dcount",
        "rate",
        "ratio",
        "stdev",
        "variance",
        "cpu",
        "temperature",
    ];
    let percentile =
        |word: &str| word.strip_prefix('p').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    !measure.contains('%') && !words(measure).iter().any(|word| NOT.contains(&word.as_str()) || percentile(word))
}

#[cfg(test)]
mod tests {
    use super::{Ranking, is_additive};

    #[test]
    fn the_largest_stay_and_the_rest_is_said() {
        let weights: Vec<f64> = (0..67).map(f64::from).collect();
        let check = |most, kept, additive, shown: usize, note: Option<&str>| {
            let ranking = Ranking::new(&weights, most, kept, additive);
            assert_eq!((ranking.shown.len(), ranking.note().as_deref()), (shown, note));
            assert_eq!(ranking.shown[0], 66);
        };
        check(20, 8, true, 8, Some("Top 8 of 67; 59 in Other"));
        check(8, 7, true, 7, Some("Top 7 of 67; 60 in Other"));
        check(8, 7, false, 8, Some("Top 8 of 67; 59 not shown"));
        check(67, 8, true, 67, None);
        assert_eq!(Ranking::new(&[1.0, f64::INFINITY, 1.0], 2, 1, true).slots(3), [Some(1), Some(0), Some(1)]);
    }

    #[test]
    fn averages_are_not_added_up() {
        for measure in ["count_", "sum_Requests", "Minutes", "operations", "rated_items", "errors"] {
            assert!(is_additive(measure), "{measure}");
        }
        for measure in ["avg_Cpu", "percentile_Duration_95", "maxLatency", "dcount_User", "ErrorRate", "p95", "cpu %"] {
            assert!(!is_additive(measure), "{measure}");
        }
    }
}
