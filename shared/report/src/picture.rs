//! A drawn chart and what is said with it.

/// How wide a picture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// 680 logical pixels: for a window on a desk.
    Wide,
    /// 360: for a phone, where its letters are as large as those of the mail around it. A wide picture would be shrunk to half its size.
    Narrow,
}

impl Width {
    /// Logical pixels.
    pub(crate) fn pixels(self) -> f64 {
        match self {
            Self::Wide => 680.0,
            Self::Narrow => 360.0,
        }
    }
}

/// A chart as SVG, with its words for those who do not see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The drawing, a complete SVG document; same input, same bytes.
    pub svg: String,
    /// One generated sentence: kind, measure, range, highest and lowest series.
    pub alt_text: String,
    /// Logical width in pixels.
    pub width: u32,
    /// Logical height in pixels.
    pub height: u32,
    /// What the picture does not show, or shows otherwise than asked, one sentence each; all of them are in the picture too.
    pub notes: Vec<String>,
    /// The series of a time or line chart, in the order they are drawn; empty for other kinds.
    pub series: Vec<SeriesSummary>,
}

/// A series in four figures, written as the chart writes its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesSummary {
    /// The name of the series.
    pub name: String,
    /// The mean of its points.
    pub average: String,
    /// The lowest point.
    pub minimum: String,
    /// The highest point.
    pub maximum: String,
    /// The last point in time.
    pub last: String,
}
