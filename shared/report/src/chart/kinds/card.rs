//! Cards: the first record as a set of scalars, each on a plate of its own.

use crate::{
    cell_text::{clean, cut},
    chart::{
        canvas::{Anchor, Fill, Type},
        columns::{KeptColumn, Values},
        header::PADDING,
        kinds::table::{Head, said_zone},
        palette::{INK, MUTED, PLATE},
        story::Story,
        text::fitted,
        unit::Unit,
    },
    number::count,
    picture::{Picture, Width},
};

const LABEL: Type = Type::regular(11.5, MUTED);
/// A value, and one that is too wide for that size.
const VALUE: Type = Type::semi_bold(26.0, INK);
const LONG_VALUE: Type = Type::semi_bold(15.0, INK);
/// Characters of a value in the alternative text; a card shows fewer.
const VALUE_CHARACTERS: usize = 60;
const MOST: usize = 9;
const PLATE_HEIGHT: f64 = 86.0;
const GAP: f64 = 12.0;
const INSET: f64 = 14.0;

/// Draws the values of the first record.
pub(crate) fn draw(columns: &[KeptColumn], head: &[Head], mut story: Story) -> Picture {
    let cards: Vec<(String, String)> =
        columns.iter().zip(head).take(MOST).map(|(c, h)| (h.name.clone(), value(c, h))).collect();
    if story.rows > 1 {
        story.notes.push(format!("First of {} rows", count(story.rows)));
    }
    if columns.len() > MOST {
        story.notes.push(format!("{MOST} of {} values shown", count(columns.len() as u64)));
    }
    story.note_foreign(cards.iter().flat_map(|(name, value)| [name, value]));
    let header = story.header(&[said_zone(head.get(..MOST).unwrap_or(head))]);
    let in_row = cards.len().clamp(1, if story.width == Width::Wide { 3 } else { 2 });
    let width = (story.width.pixels() - 2.0 * PADDING - GAP * (in_row as f64 - 1.0)) / in_row as f64;
    let rows = cards.len().div_ceil(in_row) as f64;
    let height = header.height() + PLATE_HEIGHT * rows + GAP * (rows - 1.0) + PADDING;
    let said: Vec<String> = cards.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let alt_text = format!("Card: {}: {}.", story.title, said.join(", "));
    story.picture(&header, height, alt_text, |canvas| {
        for (index, (name, value)) in cards.iter().enumerate() {
            let left = PADDING + (width + GAP) * (index % in_row) as f64;
            let top = header.height() + (PLATE_HEIGHT + GAP) * (index / in_row) as f64;
            canvas.rect((left, top), width, PLATE_HEIGHT, Fill::solid(PLATE));
            let room = width - 2.0 * INSET;
            canvas.text(&fitted(name, LABEL, room), (left + INSET, top + 26.0), Anchor::Start, LABEL);
            let font = if VALUE.width(value) <= room { VALUE } else { LONG_VALUE };
            canvas.text(&fitted(value, font, room), (left + INSET, top + 62.0), Anchor::Start, font);
        }
    })
}

/// A number in its unit; anything else as a table shows it.
fn value(column: &KeptColumn, head: &Head) -> String {
    let number = match &column.values {
        Values::Numbers(numbers) => numbers.get(0).filter(|number| number.is_finite()),
        _ => None,
    };
    match (number, head.cells.first()) {
        (Some(number), _) => Unit::of(&column.name, column.column_type).value(number),
        (None, Some(cell)) => cut(clean(cell).trim(), VALUE_CHARACTERS).into_owned(),
        (None, None) => String::new(),
    }
}
