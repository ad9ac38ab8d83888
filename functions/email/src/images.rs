//! The images that a mail shows: each becomes an inline part with a content id of its own.

use crate::{
    file::{File, MOST_FILES, decode_base64},
    html::{self, Piece},
    media_type, names,
};
use runtime::error::ActionError;

/// A file that a fragment of HTML brings along, and what the fragment calls it.
#[derive(Clone, Debug)]
pub struct Brought {
    /// What `cid:` calls it.
    pub content_id: Option<String>,
    /// The file.
    pub file: File,
}

/// An image in the mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inline {
    /// Its `Content-ID`, without the angle brackets.
    pub content_id: String,
    /// The image.
    pub file: File,
}

/// The images of a mail.
///
/// Two fragments may call different images by the same content id, so every image gets a new one when it is taken in, and the
/// fragment that brought it is the only one in which the old one means it.
#[derive(Debug)]
pub struct Images {
    mail: String,
    parts: Vec<Inline>,
}

impl Images {
    /// No images yet. `mail` is a text that no other mail has: some clients keep images by their content id.
    pub fn new(mail: impl Into<String>) -> Self {
        Self { mail: mail.into(), parts: Vec::new() }
    }

    /// The images that were taken in.
    pub fn into_parts(self) -> Vec<Inline> {
        self.parts
    }

    /// Takes the images in that the fragment `html` shows, out of data URIs and out of the files it may call on. Returns the HTML
    /// that shows the parts in their place; `brought` keeps the files that are not shown.
    ///
    /// # Errors
    /// For a data URI or file that is no image, and for a content id that no file has. `place` names the fragment there.
    pub fn take_in(&mut self, place: &str, html: &str, brought: &mut Vec<Brought>) -> Result<String, ActionError> {
        Fragment { images: self, place, brought, names: Vec::new() }.rewrite(html)
    }

    /// Whether an image that was taken in has the bytes of `file`: replies of charts carry their picture twice.
    pub fn shows(&self, file: &File) -> bool {
        self.parts.iter().any(|part| part.file.content == file.content)
    }

    fn add(&mut self, file: File) -> Result<String, ActionError> {
        let number = self.parts.len() + 1;
        if number > MOST_FILES {
            return Err(ActionError::bad_request(format!("the mail shows more than {MOST_FILES} images: show fewer")));
        }
        let content_id = format!("image-{number}.{}@report", self.mail);
        let taken: Vec<&str> = self.parts.iter().map(|part| part.file.name.as_str()).collect();
        let name = names::distinct_name(file.name, &taken);
        self.parts.push(Inline { content_id: content_id.clone(), file: File { name, ..file } });
        Ok(content_id)
    }
}

/// A fragment while its images are taken in.
struct Fragment<'a> {
    images: &'a mut Images,
    place: &'a str,
    brought: &'a mut Vec<Brought>,
    /// What the fragment calls an image, and what the mail calls it.
    names: Vec<(String, String)>,
}

impl Fragment<'_> {
    fn rewrite(&mut self, html: &str) -> Result<String, ActionError> {
        let mut rewritten = String::with_capacity(html.len());
        for piece in html::pieces(html) {
            match piece {
                Piece::Tag(tag) if html::tag_name(tag) == "img" => self.rewrite_image(tag, &mut rewritten)?,
                Piece::Text(text) | Piece::Tag(text) => rewritten.push_str(text),
                // Outlook reads the markup in its conditional comments.
                Piece::Comment(comment) => {
                    rewritten.push_str("<!--");
                    rewritten.push_str(&self.rewrite(comment)?);
                    rewritten.push_str("-->");
                }
            }
        }
        Ok(rewritten)
    }

    fn rewrite_image(&mut self, tag: &str, rewritten: &mut String) -> Result<(), ActionError> {
        let content_id = match html::attribute(tag, "src") {
            Some(source) => self.content_id(tag[source.clone()].trim())?.map(|content_id| (source, content_id)),
            None => None,
        };
        match content_id {
            Some((source, content_id)) => {
                // The new value may need quotes that the old one did without; two pairs would be wrong.
                let quoted = tag[..source.start].ends_with(['"', '\'']);
                let quote = if quoted { "" } else { "\"" };
                rewritten.extend([&tag[..source.start], quote, "cid:", &content_id, quote, &tag[source.end..]]);
            }
            None => rewritten.push_str(tag),
        }
        Ok(())
    }

    /// The content id of the part that the image at `source` is; none where the image is elsewhere.
    fn content_id(&mut self, source: &str) -> Result<Option<String>, ActionError> {
        if let Some((_, known)) = self.names.iter().find(|(name, _)| name == source) {
            return Ok(Some(known.clone()));
        }
        let file = match (strip_scheme(source, "cid:"), strip_scheme(source, "data:")) {
            (Some(name), _) => self.brought_file(name)?,
            (None, Some(uri)) => self.embedded(uri)?,
            (None, None) => return Ok(None),
        };
        let content_id = self.images.add(file)?;
        self.names.push((source.to_owned(), content_id.clone()));
        Ok(Some(content_id))
    }

    /// The file that the fragment calls `name`. An attachment of the connector has no content id: there its name is taken.
    fn brought_file(&mut self, name: &str) -> Result<File, ActionError> {
        let found = |brought: &Brought| match &brought.content_id {
            Some(content_id) => content_id.trim_matches(['<', '>']) == name,
            None => brought.file.name == name,
        };
        match self.brought.iter().position(found) {
            Some(at) => {
                let file = self.brought.remove(at).file;
                let media_type = media_type::image(&file.content).ok_or_else(|| self.no_image(&file.name))?;
                Ok(File { name: names::safe_name(&file.name, media_type), media_type, ..file })
            }
            None => {
                let shown: String = name.chars().take(100).collect();
                Err(ActionError::bad_request(format!(
                    "{} shows the image cid:{shown}, and no attachment there has this content id: attach it, or leave the image out",
                    self.place
                )))
            }
        }
    }

    /// The image in a data URI, which begins after `data:`.
    fn embedded(&self, uri: &str) -> Result<File, ActionError> {
        let content = uri.split_once(',').filter(|(kind, _)| kind.to_ascii_lowercase().ends_with(";base64"));
        let content = content.and_then(|(_, base64)| decode_base64(base64));
        let image = content.and_then(|content| Some((media_type::image(&content)?, content)));
        let (media_type, content) = image.ok_or_else(|| self.no_image("a data URI"))?;
        Ok(File { name: format!("image.{}", media_type.extension()), media_type, content })
    }

    fn no_image(&self, what: &str) -> ActionError {
        ActionError::bad_request(format!(
            "{} shows {what}, which is no PNG, JPEG or GIF image: mail programs show nothing else",
            self.place
        ))
    }
}

fn strip_scheme<'a>(source: &'a str, scheme: &str) -> Option<&'a str> {
    let (start, rest) = source.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::{Brought, Images};
    use crate::file::File;
    use base64::{Engine as _, prelude::BASE64_STANDARD};

    /// The signature of PNG, and one byte to tell images apart.
    fn png(number: u8) -> Vec<u8> {
        [b"\x89PNG\r\n\x1a\n".as_slice(), &[number]].concat()
    }

    fn data_uri(content: &[u8]) -> String {
        format!("data:image/png;base64,{}", BASE64_STANDARD.encode(content))
    }

    fn brought(content_id: Option<&str>, name: &str, content: &[u8]) -> Brought {
        let file = File::decode(name, &BASE64_STANDARD.encode(content), None).unwrap();
        Brought { content_id: content_id.map(str::to_owned), file }
    }

    #[test]
    fn images_are_taken_in_however_they_are_written() {
        let uri = data_uri(&png(1));
        for (html, expected) in [
            (format!("<img src=\"{uri}\">"), "<img src=\"cid:image-1.m@report\">"),
            (format!("<IMG alt=a SRC={uri} width=1>"), "<IMG alt=a SRC=\"cid:image-1.m@report\" width=1>"),
            (format!("<img src='{}'/>", uri.replacen("data:", "DATA:", 1)), "<img src='cid:image-1.m@report'/>"),
            (
                format!("<img src=\"{}\n \">", uri.replace("base64,", "base64,\r\n ")),
                "<img src=\"cid:image-1.m@report\">",
            ),
            (
                format!("<!--[if mso]><img src=\"{uri}\"><![endif]--><img src=\"{uri}\">"),
                "<!--[if mso]><img src=\"cid:image-1.m@report\"><![endif]--><img src=\"cid:image-1.m@report\">",
            ),
            ("<img src=\"cid:old@x\">".to_owned(), "<img src=\"cid:image-1.m@report\">"),
            ("<img src=\"CID:named.png\">".to_owned(), "<img src=\"cid:image-1.m@report\">"),
        ] {
            let mut images = Images::new("m");
            let mut files = vec![brought(Some("<old@x>"), "a.png", &png(1)), brought(None, "named.png", &png(1))];
            assert_eq!(images.take_in("the body", &html, &mut files).unwrap(), expected);
            let [image] = images.into_parts().try_into().unwrap();
            assert_eq!((image.content_id.as_str(), image.file.content), ("image-1.m@report", png(1)));
            assert_eq!(image.file.media_type.name(), "image/png");
        }
    }

    #[test]
    fn anything_else_stays_as_it_is() {
        for html in [
            "<img src=\"https://example.com/a.png\">",
            "<img alt=\"data:image/png;base64,\">",
            "data:image/png;base64,xx",
            "<img",
            "",
        ] {
            let mut images = Images::new("m");
            assert_eq!(images.take_in("the body", html, &mut Vec::new()).unwrap(), html);
            assert_eq!(images.into_parts(), []);
        }
    }

    #[test]
    fn the_same_content_id_means_another_image_in_another_fragment() {
        let mut images = Images::new("m");
        let html = "<img src=\"cid:chart@report\">";
        for (number, expected) in [(1, "<img src=\"cid:image-1.m@report\">"), (2, "<img src=\"cid:image-2.m@report\">")]
        {
            let mut files = vec![brought(Some("chart@report"), "chart.png", &png(number))];
            assert_eq!(images.take_in("a section", html, &mut files).unwrap(), expected);
        }
        let parts = images.into_parts();
        assert_eq!(parts.iter().map(|part| part.file.content.clone()).collect::<Vec<_>>(), [png(1), png(2)]);
        assert_eq!(parts.iter().map(|part| part.file.name.as_str()).collect::<Vec<_>>(), ["chart.png", "chart-2.png"]);
    }

    #[test]
    fn files_that_are_not_shown_are_left() {
        let mut images = Images::new("m");
        let mut files = vec![
            brought(Some("chart@report"), "chart.png", &png(1)),
            brought(None, "again.png", &png(1)),
            brought(None, "rows.csv", b"a,b"),
        ];
        images.take_in("section 1", "<img src=\"cid:chart@report\">", &mut files).unwrap();
        let left: Vec<_> = files.iter().map(|left| (left.file.name.as_str(), images.shows(&left.file))).collect();
        assert_eq!(left, [("again.png", true), ("rows.csv", false)]);
    }

    #[test]
    fn what_is_no_image_is_refused() {
        let is_none = |what: &str| {
            format!(
                "BadRequest: section 1 shows {what}, which is no PNG, JPEG or GIF image: mail programs show nothing else"
            )
        };
        let unknown = "BadRequest: section 1 shows the image cid:chart, and no attachment there has this content id: \
                       attach it, or leave the image out";
        for (source, sentence) in [
            ("cid:chart", unknown.to_owned()),
            ("cid:rows.csv", is_none("rows.csv")),
            ("data:image/svg+xml;base64,PHN2Zy8+", is_none("a data URI")),
            ("data:image/png;base64,!!", is_none("a data URI")),
            ("data:image/png,abc", is_none("a data URI")),
            ("data:", is_none("a data URI")),
        ] {
            let mut files = vec![brought(None, "rows.csv", b"a,b")];
            let html = format!("<img src=\"{source}\">");
            assert_eq!(Images::new("m").take_in("section 1", &html, &mut files).unwrap_err().to_string(), sentence);
        }
    }
}
