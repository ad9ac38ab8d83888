//! The one place that knows the drawing library: lines, rectangles, polygons, circles and text in logical pixels.
//!
//! plotters' coordinates are integers, so everything is drawn ten times as large and the view box shrinks it again; without that lines
//! become staircases. The document it writes is then finished: size, role, name, fonts, and shorter polylines.

use super::palette::Colour;
use crate::{cell_text::clean, fonts};
use plotters::{
    backend::DrawingBackend,
    style::{
        Color, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle, register_font,
        text_anchor::{HPos, Pos, VPos},
    },
};
use plotters_svg::SVGBackend;
use std::{fmt::Write as _, iter::Peekable, str::Lines, sync::Once};

/// Canvas units a logical pixel.
const SCALE: f64 = 10.0;
/// plotters writes a font size divided by this.
const SIZE_DIVISOR: f64 = 1.24;
/// Height of Inter from descent to ascent, in em: what the measuring library takes for the size.
const FONT_HEIGHT: f64 = 1.2102;
/// plotters puts a text whose anchor is its top this far above the base line, in em.
const TOP_TO_BASELINE: f64 = 0.76;
/// What a character of another font, such as an emoji, is wider than the mark for a missing one, in em.
const FOREIGN_EXTRA: f64 = 0.7;
/// Coordinates beyond this many logical pixels are as good as infinite.
const FAR: f64 = 100_000.0;
/// A text longer than this is measured in part; nothing that long is ever drawn.
const MEASURED_CHARACTERS: usize = 2_000;

/// A path of more points is joined with bevels: round joins of so many are most of what drawing it takes, and none is seen.
const MANY_POINTS: usize = 3_000;

/// A place in logical pixels from the top left corner.
pub(crate) type Point = (f64, f64);

/// A line's colour and width in logical pixels.
#[derive(Clone, Copy)]
pub(crate) struct Stroke {
    pub(crate) colour: Colour,
    pub(crate) width: f64,
}

/// An area's colour and opacity.
#[derive(Clone, Copy)]
pub(crate) struct Fill {
    pub(crate) colour: Colour,
    pub(crate) opacity: f64,
}

impl Fill {
    pub(crate) fn solid(colour: Colour) -> Self {
        Self { colour, opacity: 1.0 }
    }

    fn style(self) -> ShapeStyle {
        ShapeStyle { color: rgb(self.colour).mix(self.opacity), filled: true, stroke_width: 0 }
    }
}

/// Where a text's own place is along its line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// Size in logical pixels, weight and colour of a text.
#[derive(Clone, Copy)]
pub(crate) struct Type {
    pub(crate) size: f64,
    pub(crate) semi_bold: bool,
    pub(crate) colour: Colour,
}

impl Type {
    pub(crate) const fn regular(size: f64, colour: Colour) -> Self {
        Self { size, semi_bold: false, colour }
    }

    pub(crate) const fn semi_bold(size: f64, colour: Colour) -> Self {
        Self { size, semi_bold: true, colour }
    }

    /// How wide `text` will be, in logical pixels.
    pub(crate) fn width(self, text: &str) -> f64 {
        register_fonts();
        let text: String = clean(text).chars().take(MEASURED_CHARACTERS).collect();
        let size = self.font().layout_box(&text).map_or(0, |((left, _), (right, _))| right - left);
        let foreign = text.chars().filter(|character| !fonts::cover(*character)).count() as f64;
        f64::from(size) * FONT_HEIGHT / SIZE_DIVISOR / SCALE + foreign * FOREIGN_EXTRA * self.size
    }

    fn font(self) -> FontDesc<'static> {
        let style = if self.semi_bold { FontStyle::Bold } else { FontStyle::Normal };
        FontDesc::new(FontFamily::Name(fonts::FAMILY), self.size * SCALE * SIZE_DIVISOR, style)
    }
}

/// Makes the fonts known to plotters, once a process; its "bold" is our semi-bold.
fn register_fonts() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        // A font that plotters cannot read measures as nothing; that the compiled-in bytes can be read is a test.
        let _ = register_font(fonts::FAMILY, FontStyle::Normal, fonts::REGULAR);
        let _ = register_font(fonts::FAMILY, FontStyle::Bold, fonts::SEMI_BOLD);
    });
}

/// What a drawing is to those who do not see it.
pub(crate) struct Words<'a> {
    pub(crate) title: &'a str,
    pub(crate) alt_text: &'a str,
}

/// A drawing under way.
pub(crate) struct Canvas<'a> {
    backend: SVGBackend<'a>,
    width: f64,
}

impl Canvas<'_> {
    /// The SVG of what `paint` paints on white, `width` by `height` logical pixels.
    pub(crate) fn draw(width: u32, height: u32, words: &Words<'_>, paint: impl FnOnce(&mut Canvas<'_>)) -> String {
        let mut raw = String::new();
        let size = (width * SCALE as u32, height * SCALE as u32);
        let mut canvas = Canvas { backend: SVGBackend::with_string(&mut raw, size), width: f64::from(width) };
        canvas.rect((0.0, 0.0), f64::from(width), f64::from(height), Fill::solid(super::palette::WHITE));
        paint(&mut canvas);
        drop(canvas);
        finish(&raw, width, height, words)
    }

    /// The width of the picture in logical pixels.
    pub(crate) fn width(&self) -> f64 {
        self.width
    }

    // Drawing into a string cannot fail, and this backend has no other errors: its results carry nothing.

    pub(crate) fn line(&mut self, from: Point, to: Point, stroke: Stroke) {
        let _ = self.backend.draw_line(units(from), units(to), &stroke.style());
    }

    pub(crate) fn rect(&mut self, corner: Point, width: f64, height: f64, fill: Fill) {
        let opposite = units((corner.0 + width, corner.1 + height));
        let _ = self.backend.draw_rect(units(corner), opposite, &fill.style(), true);
    }

    pub(crate) fn polyline(&mut self, points: &[Point], stroke: Stroke) {
        let _ = self.backend.draw_path(points.iter().copied().map(units), &stroke.style());
    }

    pub(crate) fn polygon(&mut self, points: &[Point], fill: Fill) {
        let _ = self.backend.fill_polygon(points.iter().copied().map(units), &fill.style());
    }

    pub(crate) fn circle(&mut self, centre: Point, radius: f64, fill: Fill) {
        let _ = self.backend.draw_circle(units(centre), (radius * SCALE).round() as u32, &fill.style(), true);
    }

    /// Dots of one size and colour: lines without length, which `finish` makes one path of.
    pub(crate) fn dots(&mut self, centres: &[Point], radius: f64, colour: Colour) {
        let style = Stroke { colour, width: radius * 2.0 }.style();
        for centre in centres {
            let _ = self.backend.draw_line(units(*centre), units(*centre), &style);
        }
    }

    /// Writes `text` with its base line at the height of `at`.
    pub(crate) fn text(&mut self, text: &str, at: Point, anchor: Anchor, font: Type) {
        let position = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let colour = rgb(font.colour);
        let style = TextStyle::from(font.font()).pos(Pos::new(position, VPos::Top)).color(&colour);
        let top = (at.0, at.1 - TOP_TO_BASELINE * font.size);
        let _ = self.backend.draw_text(&clean(text), &style, units(top));
    }
}

impl Stroke {
    fn style(self) -> ShapeStyle {
        let stroke_width = (self.width * SCALE).round() as u32;
        ShapeStyle { color: rgb(self.colour).to_rgba(), filled: false, stroke_width }
    }
}

fn rgb(Colour(red, green, blue): Colour) -> RGBColor {
    RGBColor(red, green, blue)
}

fn units((x, y): Point) -> (i32, i32) {
    let unit = |pixels: f64| (pixels.clamp(-FAR, FAR) * SCALE).round() as i32;
    (unit(x), unit(y))
}

fn escape(text: &str) -> String {
    clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The document for the world: logical size, role and names, the font stack, and no attribute that says nothing.
fn finish(raw: &str, width: u32, height: u32, words: &Words<'_>) -> String {
    let body = raw.split_once(">\n").map_or("", |(_, body)| body);
    let (wide, high) = (width * SCALE as u32, height * SCALE as u32);
    let (title, alt_text) = (escape(words.title), escape(words.alt_text));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {wide} {high}\" \
         role=\"img\" aria-label=\"{alt_text}\" stroke-linejoin=\"round\" stroke-linecap=\"round\">\n<title>{title}</title>\n"
    );
    let mut lines = body.lines().peekable();
    while let Some(line) = lines.next() {
        match line {
            "</text>" => {
                // plotters breaks the line before the closing tag; a blank there would be part of a centred text in some readers.
                svg.truncate(svg.trim_end_matches('\n').len());
                svg.push_str("</text>\n");
            }
            _ if line.starts_with("<text ") => svg.push_str(&text_tag(line)),
            _ if line.starts_with("<poly") => push_path(&mut svg, line),
            _ => match dot(line) {
                Some((head, first)) => push_dots(&mut svg, head, &run_of_dots(&mut lines, head, first)),
                None => {
                    svg.push_str(&line.replace(" opacity=\"1\"", ""));
                    svg.push('\n');
                }
            },
        }
    }
    svg
}

fn text_tag(line: &str) -> String {
    // A web page in the browser finds Inter or the next of these; resvg finds the compiled-in fonts by their family.
    line.replace(" opacity=\"1\"", "")
        .replace("font-weight=\"bold\"", "font-weight=\"600\"")
        .replace("font-family=\"Inter\"", "font-family=\"Inter,Segoe UI,Helvetica,Arial,sans-serif\"")
}

/// The attributes and the place of a line without length.
fn dot(line: &str) -> Option<(&str, (i32, i32))> {
    let (head, ends) = line.strip_prefix("<line opacity=\"1\" ")?.split_once(" x1=\"")?;
    let mut numbers = ends.split('"').step_by(2).filter_map(|number| number.parse::<i32>().ok());
    let (x, y, other_x, other_y) = (numbers.next()?, numbers.next()?, numbers.next()?, numbers.next()?);
    ((x, y) == (other_x, other_y)).then_some((head, (x, y)))
}

/// The places of a dot and of those like it that follow.
fn run_of_dots(lines: &mut Peekable<Lines<'_>>, head: &str, first: (i32, i32)) -> Vec<(i32, i32)> {
    let mut centres = vec![first];
    while let Some((_, next)) = lines.peek().and_then(|next| dot(next)).filter(|(same, _)| *same == head) {
        centres.push(next);
        lines.next();
    }
    centres
}

/// Dots as one path of lines so short that only their round caps are seen.
fn push_dots(svg: &mut String, head: &str, centres: &[(i32, i32)]) {
    svg.push_str("<path fill=\"none\" ");
    svg.push_str(head);
    svg.push_str(" d=\"");
    let mut pen: Option<(i32, i32)> = None;
    for (x, y) in centres.iter().copied() {
        // Writing into a string cannot fail.
        let _ = match pen {
            None => write!(svg, "M{x} {y}h1"),
            Some((last_x, last_y)) if y < last_y => write!(svg, "m{}{}h1", x - last_x, y - last_y),
            Some((last_x, last_y)) => write!(svg, "m{} {}h1", x - last_x, y - last_y),
        };
        pen = Some((x + 1, y));
    }
    svg.push_str("\"/>\n");
}

/// A polyline or polygon as a path of relative steps, half the bytes.
fn push_path(svg: &mut String, line: &str) {
    let Some((head, points)) = line.split_once("points=\"") else { return };
    let head = head.replace(" opacity=\"1\"", "").replace("<polyline", "<path").replace("<polygon", "<path");
    svg.push_str(&head);
    if points.split_ascii_whitespace().nth(MANY_POINTS).is_some() {
        svg.push_str("stroke-linejoin=\"bevel\" ");
    }
    svg.push_str("d=\"");
    let mut previous = None;
    for point in points.split_ascii_whitespace() {
        let Some((Ok(x), Ok(y))) = point.split_once(',').map(|(x, y)| (x.parse::<i32>(), y.parse::<i32>())) else {
            continue;
        };
        // Writing into a string cannot fail.
        let _ = match previous {
            None => write!(svg, "M{x} {y}l"),
            Some((last_x, last_y)) => step(svg, x - last_x, y - last_y),
        };
        previous = Some((x, y));
    }
    svg.push_str("\"/>\n");
}

fn step(svg: &mut String, x: i32, y: i32) -> std::fmt::Result {
    let blank = |svg: &mut String, number: i32| {
        if number >= 0 && !svg.ends_with('l') {
            svg.push(' ');
        }
    };
    blank(svg, x);
    write!(svg, "{x}")?;
    blank(svg, y);
    write!(svg, "{y}")
}
