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

#[derive(Template)]
#[template(path = "chart/image.html")]
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

/// `picture` as an `<img>` of its logical width with its sentence as alternative text.
pub fn chart(picture: &Picture, source: ImageSource<'_>) -> Html {
    let source = match source {
        ImageSource::ContentId(id) => format!("cid:{}", clean(id)),
        ImageSource::Png(bytes) => format!("data:image/png;base64,{}", STANDARD.encode(bytes)),
    };
    Html::render(&Image { source, width: picture.width, alt_text: &picture.alt_text })
}
