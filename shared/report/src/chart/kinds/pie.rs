//! Pie charts, drawn as a ring with every slice in a list beside it.

use crate::{
    chart::{
        canvas::{Anchor, Canvas, Fill, Point, Stroke, Type},
        categories::Categories,
        header::{Header, PADDING},
        palette::{Colour, INK, MUTED, NEUTRAL, WHITE, colours},
        story::Story,
        text::fitted,
    },
    picture::{Picture, Width},
};
use std::f64::consts::TAU;

/// Height of a picture with the list beside the ring, under a header of one line.
const HEIGHT: f64 = 300.0;
const OUTER: f64 = 107.0;
const INNER: f64 = 63.0;
const CENTRE_X: f64 = PADDING + 20.0 + OUTER + 23.0;
const LIST_LEFT: f64 = 330.0;
/// From the end of the percentages to that of the values.
const VALUE_ROOM: f64 = 86.0;
const LIST_PITCH: f64 = 26.0;
const NAME: Type = Type::regular(12.0, INK);
const PERCENT: Type = Type::semi_bold(12.0, INK);
const VALUE: Type = Type::regular(12.0, MUTED);
/// The total, and one that is too wide for the hole in that size.
const TOTAL: Type = Type::semi_bold(20.0, INK);
const LONG_TOTAL: Type = Type::semi_bold(12.0, INK);
const HOLE: f64 = 2.0 * INNER - 22.0;
const TOTAL_WORD: Type = Type::regular(11.0, MUTED);
/// Corners of a full circle: at twice the size the arcs are off by less than a hundredth of a pixel.
const CORNERS: f64 = 360.0;

/// Draws a slice for each category, the largest first.
pub(crate) fn draw(mut categories: Categories, mut story: Story) -> Picture {
    story.notes.append(&mut categories.notes);
    story.note_foreign(categories.names.iter().chain(categories.series.iter().map(|(name, _)| name)));
    let slices = slices(&categories);
    let header = story.header(&[categories.measure.title.clone(), categories.said_range.clone()]);
    let places = Places::new(&header, story.width, slices.len());
    let total: f64 = slices.iter().map(|slice| slice.value).sum();
    let alt_text = alt_text(&slices, total, &story.title);
    let unit = categories.measure.unit;
    let centre = places.centre;
    story.picture(&header, places.height, alt_text, |canvas| {
        paint_ring(canvas, centre, &slices, total);
        if categories.additive {
            let (text, font) = total_text(&unit.value(total));
            canvas.text(&text, (centre.0, centre.1 + 3.0), Anchor::Middle, font);
            canvas.text("total", (centre.0, centre.1 + 21.0), Anchor::Middle, TOTAL_WORD);
        }
        for (index, slice) in slices.iter().enumerate() {
            let base_line = places.first + LIST_PITCH * index as f64;
            paint_entry(canvas, slice, total, &unit.value(slice.value), (places.list, base_line));
        }
    })
}

/// Where the ring is, and the list beside it or, in a narrow picture, under it.
struct Places {
    centre: Point,
    /// The left end of the list.
    list: f64,
    /// Its first base line.
    first: f64,
    height: f64,
}

impl Places {
    fn new(header: &Header, width: Width, slices: usize) -> Self {
        let list_height = LIST_PITCH * (slices as f64 - 1.0);
        match width {
            Width::Wide => {
                let height = HEIGHT - 64.0 + header.height();
                let middle = (header.height() + height - PADDING) / 2.0 + 2.0;
                Self { centre: (CENTRE_X, middle), list: LIST_LEFT, first: middle - list_height / 2.0 + 4.0, height }
            }
            Width::Narrow => {
                let middle = header.height() + OUTER;
                let first = middle + OUTER + LIST_PITCH + 8.0;
                let height = first + list_height + PADDING;
                Self { centre: (width.pixels() / 2.0, middle), list: PADDING, first, height }
            }
        }
    }
}

fn total_text(total: &str) -> (String, Type) {
    let font = if TOTAL.width(total) <= HOLE { TOTAL } else { LONG_TOTAL };
    (fitted(total, font, HOLE), font)
}

struct Slice {
    name: String,
    value: f64,
    colour: Colour,
}

/// The slices by size, "Other" last; a category without a value has none.
fn slices(categories: &Categories) -> Vec<Slice> {
    let named = categories.names.len() - usize::from(categories.in_other > 0);
    let values = categories.series.first().map_or(&[][..], |(_, values)| values.as_slice());
    let mut order: Vec<usize> = (0..named).filter(|index| values[*index].is_finite()).collect();
    order.sort_by(|one, other| values[*other].total_cmp(&values[*one]).then(one.cmp(other)));
    let names: Vec<&str> = order.iter().map(|index| categories.names[*index].as_str()).collect();
    let colours = colours(&names);
    let slice = |(index, colour): (&usize, Colour)| Slice {
        name: categories.names[*index].clone(),
        value: values[*index],
        colour,
    };
    let mut slices: Vec<Slice> = order.iter().zip(colours).map(slice).collect();
    if categories.in_other > 0 && values[named].is_finite() {
        slices.push(Slice { name: categories.names[named].clone(), value: values[named], colour: NEUTRAL });
    }
    slices
}

fn paint_ring(canvas: &mut Canvas<'_>, centre: Point, slices: &[Slice], total: f64) {
    let mut before = 0.0;
    let mut edges = Vec::new();
    for slice in slices {
        let (begin, end) = (before / total, (before + slice.value) / total);
        canvas.polygon(&ring_part(centre, begin, end), Fill::solid(slice.colour));
        edges.push(begin);
        before += slice.value;
    }
    // White between the slices; a slice thinner than the line stays visible beside it.
    for edge in edges.iter().filter(|_| slices.iter().filter(|slice| slice.value > 0.0).count() > 1) {
        let stroke = Stroke { colour: WHITE, width: 1.5 };
        canvas.line(on_circle(centre, INNER - 1.0, *edge), on_circle(centre, OUTER + 1.0, *edge), stroke);
    }
}

/// The outline of a part of the ring, from twelve o'clock clockwise.
fn ring_part(centre: Point, begin: f64, end: f64) -> Vec<Point> {
    let corners = ((end - begin) * CORNERS).ceil().max(1.0) as u32;
    let at = |corner: u32| begin + (end - begin) * f64::from(corner) / f64::from(corners);
    let outer = (0..=corners).map(|corner| on_circle(centre, OUTER, at(corner)));
    let inner = (0..=corners).rev().map(|corner| on_circle(centre, INNER, at(corner)));
    outer.chain(inner).collect()
}

fn on_circle((x, y): Point, radius: f64, turn: f64) -> Point {
    let (sine, cosine) = (turn * TAU).sin_cos();
    (x + radius * sine, y - radius * cosine)
}

fn paint_entry(canvas: &mut Canvas<'_>, slice: &Slice, total: f64, value: &str, (left, base_line): Point) {
    let right = canvas.width() - PADDING;
    let percent_right = right - VALUE_ROOM;
    canvas.rect((left, base_line - 10.0), 11.0, 11.0, Fill::solid(slice.colour));
    let percent = percent(slice.value, total);
    let left = left + 22.0;
    let name = fitted(&slice.name, NAME, percent_right - PERCENT.width(&percent) - 10.0 - left);
    canvas.text(&name, (left, base_line), Anchor::Start, NAME);
    canvas.text(&percent, (percent_right, base_line), Anchor::End, PERCENT);
    canvas.text(value, (right, base_line), Anchor::End, VALUE);
}

fn percent(value: f64, total: f64) -> String {
    let percent = value / total * 100.0;
    match percent {
        tiny if tiny > 0.0 && tiny < 0.05 => "<0.1%".to_owned(),
        _ => format!("{percent:.1}%"),
    }
}

fn alt_text(slices: &[Slice], total: f64, title: &str) -> String {
    let said: Vec<String> =
        slices.iter().map(|slice| format!("{} {}", slice.name, percent(slice.value, total))).collect();
    format!("Pie chart: {title}: {}.", said.join(", "))
}
