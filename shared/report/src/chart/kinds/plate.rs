//! Words in place of a chart: no rows, nothing to draw, an error.

use crate::{
    chart::{
        canvas::{Anchor, Fill, Type},
        header::PADDING,
        palette::{BAD, BAD_PLATE, BASE, Colour, INK, MUTED, PLATE},
        story::Story,
        text::{broken, fitted},
    },
    picture::Picture,
};

/// Height of a plate's picture under a header of one line, logical pixels.
const HEIGHT: f64 = 220.0;
const PLATE_HEIGHT: f64 = HEIGHT - 64.0 - PADDING;

/// How a plate looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Nothing is wrong.
    Quiet,
    /// Something failed.
    Bad,
}

impl Mood {
    fn colours(self) -> (Colour, Colour) {
        match self {
            Self::Quiet => (PLATE, BASE),
            Self::Bad => (BAD_PLATE, BAD),
        }
    }
}

/// A plate with a heading and up to two lines of text.
pub(crate) fn draw(mood: Mood, story: &Story, heading: &str, lines: &[String]) -> Picture {
    let mut story = story.clone();
    story.note_foreign([]);
    let (title, header) = (&story.title, story.bare_header());
    let width = story.width.pixels();
    let room = width - 2.0 * PADDING - 40.0;
    let (heading_type, line_type) = (Type::semi_bold(14.5, INK), Type::regular(11.5, MUTED));
    let heading = fitted(heading, heading_type, room);
    let lines: Vec<String> =
        lines.iter().filter(|line| !line.is_empty()).flat_map(|line| broken(line, line_type, room, 2)).collect();
    let alt_text = format!("{title}: {heading}. {}", lines.join("; ")).trim_end().to_owned();
    let (plate, edge) = mood.colours();
    let top = header.height();
    let height = top + PLATE_HEIGHT + PADDING;
    story.picture(&header, height, alt_text, |canvas| {
        canvas.rect((PADDING, top), width - 2.0 * PADDING, PLATE_HEIGHT, Fill::solid(plate));
        canvas.rect((PADDING, top), 4.0, PLATE_HEIGHT, Fill::solid(edge));
        let first = top + PLATE_HEIGHT / 2.0 - 10.0 * lines.len() as f64 + 5.0;
        canvas.text(&heading, (width / 2.0, first), Anchor::Middle, heading_type);
        for (index, line) in lines.iter().enumerate() {
            canvas.text(line, (width / 2.0, first + 24.0 + 18.0 * index as f64), Anchor::Middle, line_type);
        }
    })
}
