//! The media types that an attachment can have, each with its extensions.

/// The types that are sent as what they are, with their usual extension first. Anything else goes as bytes without a meaning, so
/// that nobody's mail client runs it.
const KNOWN: [(&str, &[&str]); 21] = [
    // A mail is among them: as message/rfc822 it could not be in base64 (RFC 2046, 5.2.1).
    ("application/octet-stream", &["bin", "eml"]),
    ("application/gzip", &["gz"]),
    ("application/json", &["json"]),
    ("application/pdf", &["pdf"]),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", &["pptx"]),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"]),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"]),
    ("application/x-ndjson", &["jsonl", "ndjson"]),
    ("application/xml", &["xml"]),
    ("application/yaml", &["yaml", "yml"]),
    ("application/zip", &["zip"]),
    ("image/gif", &["gif"]),
    ("image/jpeg", &["jpg", "jpeg"]),
    ("image/png", &["png"]),
    ("image/svg+xml", &["svg"]),
    ("text/calendar", &["ics"]),
    ("text/csv", &["csv"]),
    ("text/html", &["html", "htm"]),
    ("text/markdown", &["md"]),
    ("text/plain", &["txt", "log", "kql"]),
    ("text/tab-separated-values", &["tsv"]),
];

/// One of the known media types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaType(usize);

impl MediaType {
    /// Bytes without a meaning.
    pub const BYTES: Self = Self(0);

    /// The type that a `Content-Type` value names, without its parameters; bytes where it is not a known one.
    pub fn from_content_type(value: &str) -> Self {
        let name = value.split(';').next().unwrap_or_default().trim();
        KNOWN.iter().position(|(known, _)| known.eq_ignore_ascii_case(name)).map_or(Self::BYTES, Self)
    }

    /// The type that a file of this name has by its extension; bytes where that is not a known one.
    pub fn from_file_name(name: &str) -> Self {
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        (0..KNOWN.len()).map(Self).find(|known| known.has_extension(extension)).unwrap_or(Self::BYTES)
    }

    /// The type and subtype.
    pub fn name(self) -> &'static str {
        KNOWN[self.0].0
    }

    /// Whether it is one of the images that every mail client shows.
    pub fn is_picture(self) -> bool {
        matches!(self.name(), "image/gif" | "image/jpeg" | "image/png")
    }

    /// The usual extension, without its dot.
    pub fn extension(self) -> &'static str {
        KNOWN[self.0].1[0]
    }

    /// Whether files of this type are known to have this extension.
    pub fn has_extension(self, extension: &str) -> bool {
        KNOWN[self.0].1.iter().any(|known| known.eq_ignore_ascii_case(extension))
    }
}

/// The type of an image that every mail client shows, told by how its bytes begin; none where they are no such image.
pub fn image(content: &[u8]) -> Option<MediaType> {
    let name = match content {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        _ => return None,
    };
    Some(MediaType::from_content_type(name))
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, MediaType, image};

    #[test]
    fn types_are_told_by_their_name_or_extension() {
        for (content_type, file_name, expected) in [
            ("text/csv; charset=utf-8", "a.b.CSV", "text/csv"),
            ("IMAGE/JPEG", "x.jpeg", "image/jpeg"),
            ("application/javascript", "x.js", "application/octet-stream"),
            ("", "csv", "application/octet-stream"),
        ] {
            assert_eq!(MediaType::from_content_type(content_type).name(), expected);
            assert_eq!(MediaType::from_file_name(file_name).name(), expected);
        }
    }

    #[test]
    fn no_extension_belongs_to_two_types() {
        for (name, extensions) in KNOWN {
            for extension in extensions {
                assert_eq!(MediaType::from_file_name(&format!("x.{extension}")).name(), name);
            }
        }
    }

    #[test]
    fn images_are_told_by_their_bytes() {
        for (content, expected) in [
            (&b"\x89PNG\r\n\x1a\nrest"[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"GIF89a", Some("image/gif")),
            (b"<svg xmlns=", None),
            (b"\x89PNG", None),
            (b"", None),
        ] {
            assert_eq!(image(content).map(MediaType::name), expected);
        }
    }
}
