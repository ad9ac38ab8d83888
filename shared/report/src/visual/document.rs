//! A result to look at as one document, for who wants nothing else.

use super::{
    Visual,
    look::{Attach, Bitmaps, Look},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};

/// The media types over HTTP. The first, with all fields, is what a caller gets who names none.
pub const MEDIA_TYPES: &[&str] = &["application/json", "text/html", PNG, SVG, TEXT];

const PNG: &str = "image/png";
const SVG: &str = "image/svg+xml";
const TEXT: &str = "text/plain";

/// A document alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its media type.
    pub content_type: &'static str,
    /// It.
    pub content: Vec<u8>,
}

/// The result is a table, of which there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the result is a table, of which there is no picture: there is application/json, text/html, text/plain")]
pub struct NoPicture;

impl Look {
    /// The same for who wants a document of `media_type`, one of [`MEDIA_TYPES`].
    ///
    /// # Errors
    /// Where that is a picture, and a table is wished for.
    pub fn as_document(mut self, media_type: &str) -> Result<Self, NoPicture> {
        if media_type.starts_with("image/") && self.is_table() {
            return Err(NoPicture);
        }
        if media_type == SVG && !self.attach.contains(&Attach::Svg) {
            self.attach.push(Attach::Svg);
        }
        self.bitmaps = match media_type {
            SVG | TEXT => Bitmaps::None,
            PNG => Bitmaps::Wide,
            _ => Bitmaps::All,
        };
        Ok(self)
    }
}

impl Visual {
    /// The document of `media_type`, one of [`MEDIA_TYPES`]; none for JSON, which is all fields.
    pub fn document(&self, media_type: &str) -> Option<Document> {
        let document = |content_type, content| Some(Document { content_type, content });
        let text = |text: &str| text.as_bytes().to_vec();
        match media_type {
            "text/html" => document("text/html; charset=utf-8", text(&self.body_html)),
            TEXT => document("text/plain; charset=utf-8", text(&self.body_text)),
            PNG => document(PNG, self.png()?),
            SVG => document(SVG, self.attached(SVG)?),
            _ => None,
        }
    }

    /// A page has its picture in `body`, where there is no file.
    fn png(&self) -> Option<Vec<u8>> {
        let is_picture = self.attachment_name.ends_with(".png");
        let body = self.attachment_content.as_ref().filter(|_| is_picture)?;
        BASE64_STANDARD.decode(body).ok()
    }

    fn attached(&self, content_type: &str) -> Option<Vec<u8>> {
        let file = self.attachments.iter().find(|file| file.content_type == content_type)?;
        BASE64_STANDARD.decode(&file.content).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{MEDIA_TYPES, NoPicture, SVG};
    use crate::visual::look::{Attach, Wish};

    #[test]
    fn a_table_has_no_picture() {
        let look = |chart_type| Wish { chart_type, ..Wish::default() }.look().unwrap();
        for media_type in MEDIA_TYPES {
            let table = look(Some("Html Table")).as_document(media_type);
            assert_eq!(table.err(), media_type.starts_with("image/").then_some(NoPicture), "{media_type}");
            let chart = look(Some("Pie Chart")).as_document(media_type).unwrap();
            assert_eq!(chart.attach.contains(&Attach::Svg), *media_type == SVG);
        }
    }
}
