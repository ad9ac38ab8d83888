//! What every kind of chart says around its plot.

use super::{
    ChartOptions,
    canvas::{Canvas, Words},
    header::{Header, PADDING},
    look::Look,
};
use crate::{
    fonts,
    instant::Zone,
    number::count,
    picture::{Picture, Width},
};

/// The texts of a picture that do not depend on its kind.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    pub(crate) width: Width,
    pub(crate) title: String,
    pub(crate) source: Vec<String>,
    pub(crate) warning: Option<String>,
    pub(crate) zone: Zone,
    pub(crate) rows: u64,
    /// What is not shown, or not as asked.
    pub(crate) notes: Vec<String>,
}

impl Story {
    pub(crate) fn new(options: &ChartOptions, rows: u64) -> Self {
        Self {
            width: Width::Wide,
            title: String::new(),
            source: options.source.clone(),
            warning: options.warning.clone(),
            zone: options.zone.clone(),
            rows,
            notes: Vec::new(),
        }
    }

    /// The header of a picture without rows.
    pub(crate) fn bare_header(&self) -> Header {
        Header::new(self.width, &self.title, &[self.source.as_slice(), &self.notes].concat(), self.warning.as_deref())
    }

    /// Says that the title or some of these names will be seen in part, where the fonts lack their characters.
    pub(crate) fn note_foreign<'a>(&mut self, names: impl IntoIterator<Item = &'a String>) {
        let is_foreign = |text: &&String| !text.chars().all(fonts::cover);
        self.notes.extend(
            Some(&self.title).filter(is_foreign).map(|_| "The title has characters the picture lacks".to_owned()),
        );
        self.notes.extend(match names.into_iter().filter(is_foreign).count() {
            0 => None,
            1 => Some("1 name has characters the picture lacks".to_owned()),
            several => Some(format!("{} names have characters the picture lacks", count(several as u64))),
        });
    }

    /// Says that `ymin` or `ymax` cuts values off, where it does.
    pub(crate) fn note_cut(&mut self, look: &Look, range: (f64, f64)) {
        if look.cuts(range) {
            self.notes.push("Values beyond the axis are cut off".to_owned());
        }
    }

    /// The header of a picture that shows `what`: its unit, its range.
    pub(crate) fn header(&self, what: &[String]) -> Header {
        let rows = if self.rows == 1 { "1 row".to_owned() } else { format!("{} rows", count(self.rows)) };
        let parts = [what, &[rows], &self.source, &self.notes].concat();
        Header::new(self.width, &self.title, &parts, self.warning.as_deref())
    }

    /// The right end of what is drawn.
    pub(crate) fn right(&self) -> f64 {
        self.width.pixels() - PADDING
    }

    /// The picture of what `paint` paints under the header.
    pub(crate) fn picture(
        &self,
        header: &Header,
        height: f64,
        alt_text: String,
        paint: impl FnOnce(&mut Canvas<'_>),
    ) -> Picture {
        let (width, height) = (self.width.pixels() as u32, height.ceil() as u32);
        let svg = Canvas::draw(width, height, &Words { title: &self.title, alt_text: &alt_text }, |canvas| {
            header.paint(canvas);
            paint(canvas);
        });
        Picture { svg, alt_text, width, height, notes: self.notes.clone(), series: Vec::new() }
    }
}
