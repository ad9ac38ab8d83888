//! Just enough reading of HTML to find its images and to give it as text. It never fails: what is no markup is text.

use std::ops::Range;

/// A piece of HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text, its entities as written.
    Text(&'a str),
    /// `<name …>` or `</name>`, complete with its brackets.
    Tag(&'a str),
    /// `<!-- … -->`, without these marks.
    Comment(&'a str),
}

/// The pieces of `html`, in order. From a tag or comment that does not end on, all is text.
pub fn pieces(html: &str) -> impl Iterator<Item = Piece<'_>> {
    let (mut rest, mut unread) = (html, 0);
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, length) = if unread > 0 {
            (Piece::Text(&rest[..unread]), unread)
        } else if let Some(comment) = rest.strip_prefix("<!--") {
            match comment.find("-->") {
                Some(end) => (Piece::Comment(&comment[..end]), "<!--".len() + end + "-->".len()),
                None => (Piece::Text(rest), rest.len()),
            }
        } else if begins_tag(rest) {
            match tag_length(rest) {
                Some(length) => (Piece::Tag(&rest[..length]), length),
                None => (Piece::Text(rest), rest.len()),
            }
        } else {
            // A `<` that begins no tag is passed over.
            let length = rest.bytes().skip(1).position(|byte| byte == b'<').map_or(rest.len(), |at| at + 1);
            (Piece::Text(&rest[..length]), length)
        };
        rest = &rest[length..];
        unread = if let Piece::Tag(tag) = piece { raw_length(tag, rest) } else { 0 };
        Some(piece)
    })
}

/// How much of what follows `tag` is no markup: the content of a script or style, up to its end tag.
fn raw_length(tag: &str, after: &str) -> usize {
    let end = match tag_name(tag).as_str() {
        "script" if !tag.starts_with("</") => "</script",
        "style" if !tag.starts_with("</") => "</style",
        _ => return 0,
    };
    after
        .as_bytes()
        .windows(end.len())
        .position(|bytes| bytes.eq_ignore_ascii_case(end.as_bytes()))
        .unwrap_or(after.len())
}

fn begins_tag(html: &str) -> bool {
    let name = html.strip_prefix("</").or(html.strip_prefix('<'));
    name.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!' || c == '?'))
}

/// The length of the tag that `html` begins with: to the first `>` that is not in a quoted value.
fn tag_length(html: &str) -> Option<usize> {
    let (mut quote, mut previous) = (None, b'<');
    for (at, byte) in html.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') if previous == b'=' => quote = Some(byte),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            previous = byte;
        }
    }
    None
}

/// The name of a tag, lowercase.
pub fn tag_name(tag: &str) -> String {
    let name = tag.trim_start_matches(['<', '/']);
    name.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// Where in `tag` the value of the attribute `name` stands, without its quotes.
pub fn attribute(tag: &str, name: &str) -> Option<Range<usize>> {
    let bytes = tag.as_bytes();
    let run = |from: usize, holds: fn(u8) -> bool| {
        from + bytes.get(from..).unwrap_or_default().iter().take_while(|byte| holds(**byte)).count()
    };
    let mut at = run(1, |byte| !byte.is_ascii_whitespace() && byte != b'/' && byte != b'>');
    while at < bytes.len() {
        let start = run(at, |byte| byte.is_ascii_whitespace() || byte == b'/' || byte == b'>');
        let end = run(start, |byte| !byte.is_ascii_whitespace() && !matches!(byte, b'=' | b'/' | b'>'));
        let equals = run(end, |byte| byte.is_ascii_whitespace());
        let mut value = end..end;
        at = end.max(at + 1);
        if bytes.get(equals) == Some(&b'=') {
            let open = run(equals + 1, |byte| byte.is_ascii_whitespace());
            value = match bytes.get(open) {
                Some(b'"') => open + 1..run(open + 1, |byte| byte != b'"'),
                Some(b'\'') => open + 1..run(open + 1, |byte| byte != b'\''),
                _ => open..run(open, |byte| !byte.is_ascii_whitespace() && byte != b'>'),
            };
            at = value.end + 1;
        }
        if tag.get(start..end).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return Some(value);
        }
    }
    None
}

/// The bytes of `html` but for the images in its data URIs, which are no longer in it when it is sent.
pub fn length_without_images(html: &str) -> usize {
    let (mut length, mut rest) = (html.len(), html);
    while let Some(at) = rest.find("data:image/") {
        let image = &rest[at..];
        let end = image.find(['"', '\'', '>']).unwrap_or(image.len());
        length -= end;
        rest = &image[end..];
    }
    length
}

/// Elements whose content nobody reads.
const HIDDEN: [&str; 4] = ["head", "script", "style", "title"];

/// Elements that begin a line of their own.
const BLOCKS: [&str; 18] = [
    "address",
    "blockquote",
    "br",
    "div",
    "dt",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "header",
    "hr",
    "li",
    "ol",
    "p",
    "section",
    "tr",
    "ul",
];

/// `html` as plain text: a line for each block, a tab between the cells of a row, images by their `alt`.
pub fn text(html: &str) -> String {
    let mut lines = vec![String::new()];
    let mut hidden: Option<String> = None;
    for piece in pieces(html) {
        match (piece, &hidden) {
            (Piece::Tag(tag), Some(element)) if tag.starts_with("</") && tag_name(tag) == *element => hidden = None,
            (Piece::Tag(tag), None) => {
                let name = tag_name(tag);
                if HIDDEN.contains(&name.as_str()) && !tag.starts_with("</") {
                    hidden = Some(name);
                } else {
                    push_tag(&mut lines, tag, &name);
                }
            }
            (Piece::Text(text), None) => push_text(&mut lines, text),
            _ => {}
        }
    }
    join(&lines)
}

/// What a tag does to the lines.
fn push_tag(lines: &mut Vec<String>, tag: &str, name: &str) {
    if BLOCKS.contains(&name) {
        return lines.push(String::new());
    }
    match (name, lines.last_mut()) {
        ("td" | "th", Some(line)) if !tag.starts_with("</") && !line.is_empty() => line.push('\t'),
        ("img", _) => push_text(lines, attribute(tag, "alt").map_or("", |alt| &tag[alt])),
        _ => {}
    }
}

/// Adds text with its entities decoded and each run of blanks as one.
fn push_text(lines: &mut [String], text: &str) {
    let Some(line) = lines.last_mut() else { return };
    for c in decode(text).chars() {
        match c {
            ' ' | '\n' | '\r' | '\t' => {
                if !line.is_empty() && !line.ends_with([' ', '\t']) {
                    line.push(' ');
                }
            }
            c => line.push(c),
        }
    }
}

/// The lines that have text, without blanks at their ends.
fn join(lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines.iter().map(|line| line.trim()) {
        if !line.is_empty() {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// How far the `;` of an entity is looked for.
const LONGEST_ENTITY: usize = 10;

/// The entities that tools write, by name, and any by number.
fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        let entity = &rest[at + 1..];
        let end = entity.bytes().take(LONGEST_ENTITY).position(|byte| byte == b';');
        match end.and_then(|end| Some((character(&entity[..end])?, end))) {
            Some((c, end)) => {
                decoded.push(c);
                rest = &entity[end + 1..];
            }
            None => {
                decoded.push('&');
                rest = entity;
            }
        }
    }
    decoded.push_str(rest);
    decoded
}

fn character(entity: &str) -> Option<char> {
    let number = match entity {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        "nbsp" => return Some(' '),
        "hellip" => return Some('…'),
        "middot" => return Some('·'),
        "ndash" => return Some('–'),
        "mdash" => return Some('—'),
        _ => entity.strip_prefix('#')?,
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => number.parse(),
    };
    code.ok().and_then(char::from_u32).filter(|c| !c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::{Piece, attribute, length_without_images, pieces, tag_name, text};
    use proptest::prelude::{any, proptest};

    #[test]
    fn pieces_are_told_apart() {
        let html = "a < b<P class=\"x>y\" title=it's>1<!-- <i> -->&lt;</p><3 <b <i><!-- ";
        assert_eq!(
            pieces(html).collect::<Vec<_>>(),
            [
                Piece::Text("a "),
                Piece::Text("< b"),
                Piece::Tag("<P class=\"x>y\" title=it's>"),
                Piece::Text("1"),
                Piece::Comment(" <i> "),
                Piece::Text("&lt;"),
                Piece::Tag("</p>"),
                Piece::Text("<3 "),
                Piece::Tag("<b <i>"),
                Piece::Text("<!-- "),
            ]
        );
        assert_eq!(tag_name("</P >"), "p");
    }

    #[test]
    fn what_is_sent_as_an_image_is_no_part_of_the_text() {
        for (html, expected) in [
            ("<img src=\"data:image/png;base64,AAAA\">", 12),
            ("<img src='data:image/png,A'><img src=data:image/gif,B>", 22),
            ("data:image/", 0),
            ("no data: image", 14),
            // An image within an image is a part of it.
            (&"data:image/".repeat(100_000), 0),
            (&"data:image/'é".repeat(3), 9),
        ] {
            assert_eq!(length_without_images(html), expected, "{}", html.chars().take(60).collect::<String>());
        }
    }

    #[test]
    fn attributes_are_found_however_they_are_written() {
        for (tag, expected) in [
            ("<img src=\"a\">", Some("a")),
            ("<IMG alt='src=x' SRC = 'b c' width=1>", Some("b c")),
            ("<img src=cid:1@x>", Some("cid:1@x")),
            ("<img src=a/b/>", Some("a/b/")),
            ("<img data-src=\"no\" alt=src>", None),
            ("<img src>", Some("")),
            ("<img/src='a'/>", Some("a")),
            ("<img alt=\"'\" src=\"é\">", Some("é")),
        ] {
            assert_eq!(attribute(tag, "src").map(|range| &tag[range]), expected, "{tag}");
        }
    }

    #[test]
    fn html_reads_as_text() {
        for (html, expected) in [
            ("plain", "plain\n"),
            ("<p>one</p>\n<p>two <b>bold</b>\n  words</p>", "one\ntwo bold words\n"),
            ("a<br>b<br/>c", "a\nb\nc\n"),
            ("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>", "a\tb\n1\t2\n"),
            ("<head><title>t</title><style>p{}</style></head><body>x</body>", "x\n"),
            ("<script>if (a<b) {}</SCRIPT>y<!-- z --><style></style>", "y\n"),
            ("<script>if (a<b) {}", ""),
            ("&lt;b&gt; &amp;amp; &#233;&#x1F600; &nbsp;&unknown; & x&#0;", "<b> &amp; é😀 &unknown; & x&#0;\n"),
            ("<img src=\"x\" alt=\"a &quot;chart&quot;\">", "a \"chart\"\n"),
            ("", ""),
        ] {
            assert_eq!(text(html), expected, "{html}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end(html in any::<String>(), tags in "[<>/a='\"! é&;#-]{0,80}") {
            for html in [html, tags] {
                let length: usize = pieces(&html).map(|piece| match piece {
                    Piece::Text(text) | Piece::Tag(text) => text.len(),
                    Piece::Comment(text) => text.len() + "<!---->".len(),
                }).sum();
                assert_eq!(length, html.len());
                for piece in pieces(&html) {
                    if let Piece::Tag(tag) = piece {
                        let _ = attribute(tag, "a").map(|range| &tag[range]);
                    }
                }
                let _ = text(&html);
            }
        }
    }
}
