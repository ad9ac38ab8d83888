//! Names of attachments: made safe for every mail client and file system.

use crate::media_type::MediaType;

/// The most characters of a name.
const LONGEST: usize = 100;

/// What Windows takes for a device whatever follows the first dot.
const DEVICES: [&str; 24] = [
    "CON", "PRN", "AUX", "NUL", "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "LPT0",
    "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
];

/// `name` with nothing but letters, digits, `.`, `_`, `-` and blanks, and with the extension of `media_type`.
pub fn safe_name(name: &str, media_type: MediaType) -> String {
    let kept: String = name.chars().map(|c| if is_safe(c) { c } else { '_' }).collect();
    let kept = kept.trim_start_matches(['.', '-', ' ']).trim_end_matches(['.', ' ']);
    let (stem, extension) = split(kept, media_type);
    let room = LONGEST - 1 - extension.len() - 1;
    let stem = stem.get(..room).unwrap_or(stem).trim_end_matches(['.', ' ']);
    match stem {
        "" => format!("attachment.{extension}"),
        stem if is_device(stem) => format!("_{stem}.{extension}"),
        stem => format!("{stem}.{extension}"),
    }
}

/// `name`, or where it is among `taken`, whatever the letter case, `name` with a number before its extension.
pub fn distinct_name(name: String, taken: &[&str]) -> String {
    let is_free = |name: &str| taken.iter().all(|other| !other.eq_ignore_ascii_case(name));
    let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
    let numbered = (2..).map(|number| format!("{stem}-{number}.{extension}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| is_free(name)).unwrap_or(name)
}

fn is_safe(c: char) -> bool {
    c.is_ascii_alphanumeric() || ['.', '_', '-', ' '].contains(&c)
}

/// The name without an extension that fits the media type, and that extension; or the whole name and the type's usual one.
fn split(name: &str, media_type: MediaType) -> (&str, &str) {
    match name.rsplit_once('.') {
        Some((stem, extension)) if media_type.has_extension(extension) => (stem, extension),
        _ => (name, media_type.extension()),
    }
}

fn is_device(stem: &str) -> bool {
    let first = stem.split('.').next().unwrap_or(stem).trim_end();
    DEVICES.iter().any(|device| first.eq_ignore_ascii_case(device))
}

#[cfg(test)]
mod tests {
    use super::{distinct_name, safe_name};
    use crate::media_type::MediaType;
    use proptest::prelude::{any, proptest};

    #[test]
    fn hostile_names_are_made_safe() {
        for (name, content_type, expected) in [
            ("report.csv", "text/csv", "report.csv"),
            ("Report 2026-01.CSV", "text/csv", "Report 2026-01.CSV"),
            ("photo.jpeg", "image/jpeg", "photo.jpeg"),
            ("../../etc/passwd", "text/plain", "_.._etc_passwd.txt"),
            ("..\\..\\run.html", "text/html", "_.._run.html"),
            ("C:\\Windows\\x.txt", "text/plain", "C__Windows_x.txt"),
            ("a\0b.html", "text/html", "a_b.html"),
            ("a\r\nContent-Type: text/html", "text/csv", "a__Content-Type_ text_html.csv"),
            ("\u{202e}gpj.html", "text/html", "_gpj.html"),
            ("NUL", "text/plain", "_NUL.txt"),
            ("nul.tar.csv", "text/csv", "_nul.tar.csv"),
            ("com1 .txt", "text/plain", "_com1.txt"),
            ("console.txt", "text/plain", "console.txt"),
            ("-rf.csv", "text/csv", "rf.csv"),
            (".htaccess", "text/plain", "htaccess.txt"),
            ("日本.svg", "image/svg+xml", "__.svg"),
            ("report.html", "text/csv", "report.html.csv"),
            ("report.js", "application/octet-stream", "report.js.bin"),
            ("", "image/png", "attachment.png"),
            (" ", "image/png", "attachment.png"),
            (".", "image/png", "attachment.png"),
            (".png", "image/png", "png.png"),
            ("a.png. . ", "image/png", "a.png"),
            ("x\"; filename=\"y.exe", "text/csv", "x__ filename__y.exe.csv"),
        ] {
            assert_eq!(safe_name(name, MediaType::from_content_type(content_type)), expected, "{name:?}");
        }
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        for (name, taken, expected) in [
            ("chart.png", vec![], "chart.png"),
            ("chart.png", vec!["chart.png"], "chart-2.png"),
            ("chart.png", vec!["Chart.PNG", "chart-2.png"], "chart-3.png"),
        ] {
            assert_eq!(distinct_name(name.to_owned(), &taken), expected);
        }
    }

    proptest! {
        #[test]
        fn any_name_is_safe(name in any::<String>(), long in "[a-z.]{0,300}") {
            for name in [name.as_str(), long.as_str(), &format!("{name}{long}.csv")] {
                let safe = safe_name(name, MediaType::from_content_type("text/csv"));
                assert!(safe.len() <= 100, "{safe}");
                assert!(safe.to_ascii_lowercase().ends_with(".csv"), "{safe}");
                assert!(safe.bytes().all(|b| b.is_ascii_alphanumeric() || b"._- ".contains(&b)), "{safe}");
                assert!(!safe.starts_with(['.', '-', ' ']), "{safe}");
            }
        }
    }
}
