//! How a chart is to be drawn: the properties of `render` but for its columns, read once.

use super::{chart_type::ChartType, text::short};
use kusto_protocol::visualization::Visualization;

/// What becomes of several series at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stacking {
    /// Each stands on its own.
    Beside,
    /// On top of each other.
    Stacked,
    /// On top of each other, as parts of a hundred.
    Shares,
}

/// What becomes of several measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Split {
    /// All in one plot on one axis.
    Together,
    /// In one plot, the first on the left axis and the second on the right one.
    Axes,
    /// A plot for each.
    Panels,
}

/// The steps of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Equal differences.
    Linear,
    /// Equal ratios.
    Log,
}

/// The properties of `render` that are not columns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Look {
    pub(crate) stacking: Stacking,
    pub(crate) split: Split,
    pub(crate) x_scale: Scale,
    pub(crate) y_scale: Scale,
    pub(crate) x_title: Option<String>,
    pub(crate) y_title: Option<String>,
    /// `ymin` and `ymax`, finite and in this order.
    pub(crate) ends: (Option<f64>, Option<f64>),
    pub(crate) accumulate: bool,
    pub(crate) legend: bool,
}

/// Values beyond this are drawn at this: room for the arithmetic of an axis.
pub(crate) const LARGEST: f64 = 1e300;

impl Look {
    /// What `asked` wants of a chart of this kind, and what has no meaning for it, a sentence each.
    pub(crate) fn new(kind: ChartType, asked: Option<&Visualization>) -> (Self, Vec<String>) {
        let mut notes = Vec::new();
        let nothing = Visualization::default();
        let asked = asked.unwrap_or(&nothing);
        let look = Self {
            stacking: stacking(kind, asked.kind.as_deref().unwrap_or_default(), &mut notes),
            split: split(asked.y_split.as_deref().unwrap_or_default(), &mut notes),
            x_scale: scale(asked.x_axis.as_deref()),
            y_scale: scale(asked.y_axis.as_deref()),
            x_title: title(asked.x_title.as_deref()),
            y_title: title(asked.y_title.as_deref()),
            ends: ends(asked, &mut notes),
            accumulate: asked.accumulate,
            legend: asked.legend.as_deref() != Some("hidden"),
        };
        (look, notes)
    }

    /// Whether `ymin` or `ymax` cuts off some of the values from `least` to `greatest`.
    pub(crate) fn cuts(&self, (least, greatest): (f64, f64)) -> bool {
        self.ends.0.is_some_and(|min| least < min) || self.ends.1.is_some_and(|max| greatest > max)
    }
}

fn stacking(kind: ChartType, name: &str, notes: &mut Vec<String>) -> Stacking {
    use ChartType::{AreaChart, BarChart, ColumnChart, StackedAreaChart};
    match (kind, name) {
        (AreaChart | BarChart | ColumnChart, "stacked") => Stacking::Stacked,
        (AreaChart | BarChart | ColumnChart | StackedAreaChart, "stacked100") => Stacking::Shares,
        (StackedAreaChart, "" | "default" | "stacked") => Stacking::Stacked,
        (_, "" | "default" | "unstacked") if kind != StackedAreaChart => Stacking::Beside,
        (_, other) => {
            notes.push(format!("kind={} has no meaning for {kind}", short(other)));
            if kind == StackedAreaChart { Stacking::Stacked } else { Stacking::Beside }
        }
    }
}

fn split(name: &str, notes: &mut Vec<String>) -> Split {
    match name {
        "" | "none" => Split::Together,
        "axes" => Split::Axes,
        "panels" => Split::Panels,
        other => {
            notes.push(format!("ysplit={} is not known", short(other)));
            Split::Together
        }
    }
}

fn scale(name: Option<&str>) -> Scale {
    if name == Some("log") { Scale::Log } else { Scale::Linear }
}

fn title(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty()).map(short)
}

fn ends(asked: &Visualization, notes: &mut Vec<String>) -> (Option<f64>, Option<f64>) {
    let usable = |end: Option<f64>| end.filter(|value| value.is_finite()).map(|value| value.clamp(-LARGEST, LARGEST));
    match (usable(asked.y_min), usable(asked.y_max)) {
        (Some(min), Some(max)) if min >= max => {
            notes.push("ymin is not below ymax: neither is followed".to_owned());
            (None, None)
        }
        ends => ends,
    }
}

#[cfg(test)]
mod tests {
    use super::{Look, Split, Stacking};
    use kusto_protocol::visualization::Visualization;

    #[track_caller]
    fn check(kind: &str, asked: &Visualization, expected: (Stacking, Split), notes: &[&str]) {
        let (look, said) = Look::new(kind.parse().unwrap(), Some(asked));
        assert_eq!((look.stacking, look.split), expected, "{kind}");
        assert_eq!(said, notes, "{kind}");
    }

    fn asked(kind: &str, split: &str) -> Visualization {
        Visualization { kind: Some(kind.into()), y_split: Some(split.into()), ..Visualization::default() }
    }

    #[test]
    fn stacking_by_kind() {
        for (kind, name, expected) in [
            ("areachart", "default", Stacking::Beside),
            ("areachart", "stacked", Stacking::Stacked),
            ("stackedareachart", "", Stacking::Stacked),
            ("stackedareachart", "stacked100", Stacking::Shares),
            ("barchart", "unstacked", Stacking::Beside),
            ("columnchart", "stacked100", Stacking::Shares),
            ("timechart", "default", Stacking::Beside),
        ] {
            check(kind, &asked(name, "none"), (expected, Split::Together), &[]);
        }
    }

    #[test]
    fn what_has_no_meaning_is_said() {
        let expected = (Stacking::Beside, Split::Together);
        check(
            "timechart",
            &asked("stacked", "sideways"),
            expected,
            &["kind=stacked has no meaning for timechart", "ysplit=sideways is not known"],
        );
        let crossed = Visualization { y_min: Some(2.0), y_max: Some(1.0), ..Visualization::default() };
        check("timechart", &crossed, expected, &["ymin is not below ymax: neither is followed"]);
        assert_eq!(Look::new("timechart".parse().unwrap(), None).0.ends, (None, None));
    }
}
