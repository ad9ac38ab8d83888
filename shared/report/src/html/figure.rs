//! A chart as an image in HTML.

use super::Html;
use crate::{cell_text::clean, picture::Picture};
use askama::Template;
use base64::{Engine, engine::general_purpose::STANDARD};

/// Where an image's bytes are.
#[derive(Clone, Copy, Debug)]
pub enum ImageSource<'a> {
    /// In another part of the same mail, by its content id without angle brackets.
    ContentId(&'a str),
    /// In the page itself; mail clients do not show such images.
    Png(&'a [u8]),
}

/// A picture to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Figure<'a> {
    /// The picture.
    pub picture: &'a Picture,
    /// Its bytes.
    pub source: ImageSource<'a>,
}

#[derive(Template)]
#[template(path = "chart/image.html")]
struct Images<'a> {
    wide: Image<'a>,
    narrow: Option<Image<'a>>,
}

struct Image<'a> {
    source: String,
    width: u32,
    alt_text: &'a str,
}

#[derive(Template)]
#[template(path = "chart/paragraph.html")]
pub(super) struct Paragraph {
    pub(super) lines: Vec<String>,
}

/// A picture as an `<img>` of its logical width with its sentence as alternative text. `narrow` takes its place on phones, where the
/// document has the style that tells them apart, as that of a mail has; elsewhere it is not seen.
pub fn chart(wide: Figure<'_>, narrow: Option<Figure<'_>>) -> Html {
    Html::render(&Images { wide: image(wide), narrow: narrow.map(image) })
}

fn image(Figure { picture, source }: Figure<'_>) -> Image<'_> {
    let source = match source {
        ImageSource::ContentId(id) => format!("cid:{}", clean(id)),
        ImageSource::Png(bytes) => format!("data:image/png;base64,{}", STANDARD.encode(bytes)),
    };
    Image { source, width: picture.width, alt_text: &picture.alt_text }
}
