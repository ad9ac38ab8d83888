//! Files that a mail carries.

use crate::{
    media_type::{self, MediaType},
    names,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use runtime::error::ActionError;

/// The most images, and the most files beside them, of one mail: more than anybody looks at.
pub const MOST_FILES: usize = 100;

/// A file: its safe name, its type and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// A name by the rules of [`names::safe_name`].
    pub name: String,
    /// Its media type.
    pub media_type: MediaType,
    /// Its bytes.
    pub content: Vec<u8>,
}

impl File {
    /// The file that a request gives by name, base64 and perhaps media type.
    ///
    /// # Errors
    /// For bytes that are no base64, for none, and for an image that is none.
    pub fn decode(name: &str, base64: &str, content_type: Option<&str>) -> Result<Self, ActionError> {
        let shown: String = name.chars().take(100).collect();
        let content = decode_base64(base64).ok_or_else(|| {
            ActionError::bad_request(format!("the content of the attachment {shown:?} is not base64"))
        })?;
        if content.is_empty() {
            return Err(ActionError::bad_request(format!(
                "the attachment {shown:?} is empty: leave it out, or give its content"
            )));
        }
        let media_type = content_type.map_or_else(|| MediaType::from_file_name(name), MediaType::from_content_type);
        if media_type.is_picture() && media_type::image(&content) != Some(media_type) {
            return Err(ActionError::bad_request(format!(
                "the attachment {shown:?} is no {} image: give the bytes of one, or another name",
                media_type.extension().to_uppercase()
            )));
        }
        Ok(Self { name: names::safe_name(name, media_type), media_type, content })
    }
}

/// The bytes of `text`, which may be broken into lines.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    if text.contains(|c: char| c.is_ascii_whitespace()) {
        let text: String = text.split_ascii_whitespace().collect();
        return BASE64_STANDARD.decode(text).ok();
    }
    BASE64_STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::File;

    #[test]
    fn a_file_is_decoded_and_named() {
        for (name, base64, content_type, expected) in [
            ("a.csv", "YSxi", None, ("a.csv", "text/csv")),
            ("a.csv", "YS\r\nxi\r\n", Some("text/plain"), ("a.csv.txt", "text/plain")),
            ("../a.exe", "YSxi", Some("application/x-msdownload"), ("_a.exe.bin", "application/octet-stream")),
        ] {
            let file = File::decode(name, base64, content_type).unwrap();
            assert_eq!((file.name.as_str(), file.media_type.name()), expected);
            assert_eq!(file.content, b"a,b");
        }
    }

    #[test]
    fn what_is_no_file_is_named() {
        for (base64, sentence) in [
            ("", "BadRequest: the attachment \"a\\r\\n.csv\" is empty: leave it out, or give its content"),
            ("!", "BadRequest: the content of the attachment \"a\\r\\n.csv\" is not base64"),
            ("YSxi=", "BadRequest: the content of the attachment \"a\\r\\n.csv\" is not base64"),
        ] {
            assert_eq!(File::decode("a\r\n.csv", base64, None).unwrap_err().to_string(), sentence);
        }
        for (name, content_type, kind) in
            [("a.png", None, "PNG"), ("a", Some("image/jpeg"), "JPG"), ("a.GIF", None, "GIF")]
        {
            let sentence = format!(
                "BadRequest: the attachment {name:?} is no {kind} image: give the bytes of one, or another name"
            );
            assert_eq!(File::decode(name, "YSxi", content_type).unwrap_err().to_string(), sentence);
        }
    }
}
