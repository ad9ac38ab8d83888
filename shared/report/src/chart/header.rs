//! What stands above a plot: title, subtitle, warning, legend.

use super::{
    canvas::{Anchor, Canvas, Fill, Type},
    palette::{Colour, INK, MUTED, WARNING, WARNING_PLATE},
    text::{broken, fitted, flow},
};
use crate::picture::Width;

/// Free space at every edge, logical pixels.
pub(crate) const PADDING: f64 = 20.0;
/// Labels of ticks.
pub(crate) const TICK: Type = Type::regular(11.0, MUTED);
/// Names and values on marks.
pub(crate) const LABEL: Type = Type::semi_bold(11.5, INK);

const TITLE: Type = Type::semi_bold(16.0, INK);
const SUBTITLE: Type = Type::regular(11.5, MUTED);
const WARNING_TYPE: Type = Type::semi_bold(11.5, WARNING);
const LEGEND: Type = Type::regular(11.5, INK);
const TITLE_LINES: usize = 2;
const TITLE_PITCH: f64 = 21.0;
const SWATCH: f64 = 11.0;
/// Room for `+12` at the end of a legend.
const COUNT_ROOM: f64 = 40.0;

/// The texts above a plot, broken into lines.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    width: Width,
    title: Vec<String>,
    subtitle: Vec<String>,
    warning: Option<String>,
    legend: Vec<Vec<(String, Option<Colour>)>>,
}

impl Header {
    /// A header of a title and the parts of a subtitle.
    pub(crate) fn new(width: Width, title: &str, subtitle: &[String], warning: Option<&str>) -> Self {
        let room = width.pixels() - 2.0 * PADDING;
        let subtitle: Vec<String> = subtitle.iter().filter(|part| !part.is_empty()).cloned().collect();
        Self {
            width,
            title: broken(title, TITLE, room, TITLE_LINES),
            subtitle: flow(&subtitle, SUBTITLE, room, width.subtitle_lines()),
            warning: warning.map(|warning| fitted(warning, WARNING_TYPE, room - 24.0)),
            legend: Vec::new(),
        }
    }

    /// With a legend of some rows at most; what does not fit is counted.
    pub(crate) fn with_legend(mut self, names: &[String], colours: &[Colour]) -> Self {
        let room = self.width.pixels() - 2.0 * PADDING;
        let (mut done, mut row, mut used) = (Vec::new(), Vec::new(), 0.0);
        for (index, (name, colour)) in names.iter().zip(colours).enumerate() {
            let width = legend_width(name);
            let is_last_row = done.len() + 1 == self.width.legend_rows();
            // The last row keeps room for the number of what is left out.
            let rest = if is_last_row && index + 1 < names.len() { COUNT_ROOM } else { 0.0 };
            if used + width > room - rest && used > 0.0 {
                if is_last_row {
                    row.push((format!("+{}", names.len() - index), None));
                    break;
                }
                done.push(std::mem::take(&mut row));
                used = 0.0;
            }
            used += width;
            row.push((name.clone(), Some(*colour)));
        }
        done.push(row);
        self.legend = done;
        self
    }

    /// Where the plot begins.
    pub(crate) fn height(&self) -> f64 {
        let legend = if self.legend.is_empty() { 0.0 } else { 6.0 + 18.0 * self.legend.len() as f64 };
        self.warning_top() + if self.warning.is_some() { 32.0 } else { 0.0 } + legend
    }

    fn warning_top(&self) -> f64 {
        self.subtitle_top() + 16.0 * self.subtitle.len() as f64
    }

    /// The base line of the first line under the title.
    fn subtitle_top(&self) -> f64 {
        48.0 + TITLE_PITCH * self.title.len().saturating_sub(1) as f64
    }

    pub(crate) fn paint(&self, canvas: &mut Canvas<'_>) {
        for (index, line) in self.title.iter().enumerate() {
            canvas.text(line, (PADDING, 27.0 + TITLE_PITCH * index as f64), Anchor::Start, TITLE);
        }
        let mut base_line = self.subtitle_top();
        for line in &self.subtitle {
            canvas.text(line, (PADDING, base_line), Anchor::Start, SUBTITLE);
            base_line += 16.0;
        }
        if let Some(warning) = &self.warning {
            let top = self.warning_top() - 8.0;
            canvas.rect((PADDING, top), canvas.width() - 2.0 * PADDING, 24.0, Fill::solid(WARNING_PLATE));
            canvas.rect((PADDING, top), 3.0, 24.0, Fill::solid(WARNING));
            canvas.text(warning, (PADDING + 14.0, top + 16.0), Anchor::Start, WARNING_TYPE);
        }
        let mut base_line = self.height() - 18.0 * self.legend.len() as f64;
        for row in &self.legend {
            paint_legend_row(canvas, row, base_line);
            base_line += 18.0;
        }
    }
}

impl Width {
    /// Lines of a subtitle at most: what is left out is said there.
    fn subtitle_lines(self) -> usize {
        match self {
            Self::Wide => 3,
            Self::Narrow => 7,
        }
    }

    /// Rows of a legend at most.
    fn legend_rows(self) -> usize {
        match self {
            Self::Wide => 2,
            Self::Narrow => 4,
        }
    }
}

fn legend_width(name: &str) -> f64 {
    SWATCH + 6.0 + LEGEND.width(name) + 18.0
}

fn paint_legend_row(canvas: &mut Canvas<'_>, row: &[(String, Option<Colour>)], base_line: f64) {
    let mut left = PADDING;
    for (name, colour) in row {
        if let Some(colour) = colour {
            canvas.rect((left, base_line - 9.5), SWATCH, SWATCH, Fill::solid(*colour));
            canvas.text(name, (left + SWATCH + 6.0, base_line), Anchor::Start, LEGEND);
            left += legend_width(name);
        } else {
            canvas.text(name, (left, base_line), Anchor::Start, LEGEND);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Header;
    use crate::{chart::palette::INK, picture::Width::Wide};

    #[test]
    fn a_legend_wraps_once_and_then_counts() {
        let names: Vec<String> = (0..40).map(|index| format!("a series of number {index}")).collect();
        let header = Header::new(Wide, "t", &[], None).with_legend(&names, &[INK; 40]);
        assert_eq!(header.legend.len(), 2);
        let named = header.legend.iter().flatten().filter(|(_, colour)| colour.is_some()).count();
        let (rest, colour) = header.legend[1].last().unwrap();
        assert_eq!((rest.as_str(), *colour), (format!("+{}", 40 - named).as_str(), None));
    }

    #[test]
    fn the_plot_begins_below_everything() {
        let parts = ["13–20 Nov 2026, UTC".to_owned()];
        assert_eq!(Header::new(Wide, "t", &parts, None).height(), 64.0);
        assert_eq!(Header::new(Wide, "t", &[], None).height(), 48.0);
        assert_eq!(Header::new(Wide, "t", &parts, Some("w")).height(), 96.0);
        assert_eq!(Header::new(Wide, "t", &parts, None).with_legend(&["a".into()], &[INK]).height(), 88.0);
    }
}
