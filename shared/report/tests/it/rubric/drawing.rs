//! A picture taken apart: its texts and shapes where resvg puts them, in logical pixels.

use report::picture::Picture;
use resvg::{
    tiny_skia::PathSegment,
    usvg::{Group, Node, Options, Paint, Path, Text, TextAnchor, Tree, fontdb},
};
use std::sync::Arc;

pub(crate) type Colour = [u8; 3];
pub(crate) type Point = (f32, f32);

/// Colours of grounds, grids and leaders, which are no data.
const FURNITURE: [Colour; 8] = [
    [0xFF, 0xFF, 0xFF],
    [0xE4, 0xE8, 0xED],
    [0x9A, 0xA4, 0xB2],
    [0xF5, 0xF7, 0xFA],
    [0xFD, 0xEC, 0xEA],
    [0xFF, 0xF4, 0xDC],
    [0x8A, 0x52, 0x00],
    [0xB3, 0x26, 0x1E],
];

/// A text and the box of its letters.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    pub(crate) text: String,
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
    pub(crate) colour: Colour,
    pub(crate) size: f32,
    pub(crate) bold: bool,
    pub(crate) anchor: TextAnchor,
}

/// A line, an area or a dot.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) outlines: Vec<Vec<Point>>,
    pub(crate) fill: Option<(Colour, f32)>,
    /// Colour and width.
    pub(crate) stroke: Option<(Colour, f32)>,
}

/// Everything in a picture, in the order in which it is painted.
#[derive(Debug, Default)]
pub(crate) struct Drawing {
    pub(crate) words: Vec<Words>,
    pub(crate) shapes: Vec<Shape>,
}

impl Shape {
    pub(crate) fn colour(&self) -> Option<Colour> {
        self.fill.or(self.stroke).map(|(colour, _)| colour)
    }

    pub(crate) fn is_data(&self) -> bool {
        self.colour().is_some_and(|colour| !FURNITURE.contains(&colour))
    }

    /// The least box around it: left, top, right, bottom.
    pub(crate) fn bounds(&self) -> [f32; 4] {
        let points = || self.outlines.iter().flatten();
        let least = |of: fn(&Point) -> f32| points().map(of).fold(f32::INFINITY, f32::min);
        let most = |of: fn(&Point) -> f32| points().map(of).fold(f32::NEG_INFINITY, f32::max);
        [least(|p| p.0), least(|p| p.1), most(|p| p.0), most(|p| p.1)]
    }
}

impl Words {
    /// The vertical middle.
    pub(crate) fn middle(&self) -> f32 {
        f32::midpoint(self.top, self.bottom)
    }

    pub(crate) fn centre(&self) -> f32 {
        f32::midpoint(self.left, self.right)
    }

    /// Whether it is the label of a tick.
    pub(crate) fn is_tick(&self) -> bool {
        self.size == 11.0 && !self.bold && self.colour == [0x5B, 0x65, 0x73]
    }
}

/// The SVG as resvg understands it, with the fonts of the pictures.
pub(crate) fn tree(svg: &str) -> Tree {
    let mut fonts = fontdb::Database::new();
    for bytes in [
        &include_bytes!("../../../fonts/Inter-Regular.subset.otf")[..],
        include_bytes!("../../../fonts/Inter-SemiBold.subset.otf"),
    ] {
        fonts.load_font_data(bytes.to_vec());
    }
    let options = Options { fontdb: Arc::new(fonts), font_family: "Inter".into(), ..Options::default() };
    Tree::from_str(svg, &options).expect("a drawing")
}

impl Drawing {
    pub(crate) fn new(picture: &Picture) -> Self {
        let mut drawing = Self::default();
        drawing.add(tree(&picture.svg).root());
        drawing
    }

    fn add(&mut self, group: &Group) {
        for node in group.children() {
            match node {
                Node::Group(group) => self.add(group),
                Node::Text(text) => self.words.extend(words(text)),
                Node::Path(path) => self.shapes.push(shape(path)),
                Node::Image(_) => {}
            }
        }
    }

    pub(crate) fn data(&self) -> impl Iterator<Item = &Shape> {
        self.shapes.iter().filter(|shape| shape.is_data())
    }
}

fn words(text: &Text) -> Option<Words> {
    let chunk = text.chunks().first()?;
    let span = chunk.spans().first()?;
    let area = text.abs_bounding_box();
    let scale = text.abs_transform().sx;
    // The layout's box is as high as the font: some pixels more than the letters, above and below.
    Some(Words {
        text: text.chunks().iter().map(|chunk| chunk.text()).collect(),
        left: area.left(),
        top: area.top() + 1.0,
        right: area.right(),
        bottom: area.bottom() - 1.0,
        colour: span.fill().and_then(|fill| colour(fill.paint())).unwrap_or_default(),
        size: (span.font_size().get() * scale * 2.0).round() / 2.0,
        bold: span.font().weight() > 400,
        anchor: chunk.anchor(),
    })
}

fn shape(path: &Path) -> Shape {
    let (transform, scale) = (path.abs_transform(), path.abs_transform().sx);
    let mut outlines: Vec<Vec<Point>> = Vec::new();
    for segment in path.data().segments() {
        let (begins, to) = match segment {
            PathSegment::MoveTo(to) => (true, to),
            PathSegment::LineTo(to) | PathSegment::QuadTo(_, to) | PathSegment::CubicTo(_, _, to) => (false, to),
            PathSegment::Close => continue,
        };
        let point = (to.x * transform.sx + transform.tx, to.y * transform.sy + transform.ty);
        match outlines.last_mut() {
            Some(outline) if !begins => outline.push(point),
            _ => outlines.push(vec![point]),
        }
    }
    // What has no room within is not filled.
    let has_room = outlines.iter().any(|outline| outline.len() > 2);
    Shape {
        outlines,
        fill: path.fill().filter(|_| has_room).and_then(|fill| Some((colour(fill.paint())?, fill.opacity().get()))),
        stroke: path.stroke().and_then(|stroke| Some((colour(stroke.paint())?, stroke.width().get() * scale))),
    }
}

fn colour(paint: &Paint) -> Option<Colour> {
    match paint {
        Paint::Color(colour) => Some([colour.red, colour.green, colour.blue]),
        _ => None,
    }
}
