//! Texts cut and broken to fit.

use super::canvas::Type;
use crate::cell_text::clean;

/// Characters of a name of a series, a category or a column in a picture.
const NAME_CHARACTERS: usize = 28;

/// A name of at most 28 characters, cut in its middle: the begin and the end are what tells names apart.
pub(crate) fn short(name: &str) -> String {
    let name = clean(name);
    let name = name.trim();
    let count = name.chars().count();
    match count {
        0 => "(empty)".to_owned(),
        _ if count <= NAME_CHARACTERS => name.to_owned(),
        _ => {
            let (head, tail) = (NAME_CHARACTERS / 2, NAME_CHARACTERS - NAME_CHARACTERS / 2 - 1);
            name.chars().take(head).chain(['…']).chain(name.chars().skip(count - tail)).collect()
        }
    }
}

/// `text` cut at its end so that it is at most `width` logical pixels wide.
pub(crate) fn fitted(text: &str, font: Type, width: f64) -> String {
    let text = clean(text);
    if text.chars().count() < 1_000 && font.width(&text) <= width {
        return text;
    }
    let characters: Vec<char> = text.chars().take(1_000).collect();
    let with_ellipsis = |kept: usize| characters[..kept].iter().chain(&['…']).collect::<String>();
    let (mut fits, mut too_long) = (0, characters.len() + 1);
    while too_long - fits > 1 {
        let middle = usize::midpoint(fits, too_long);
        if font.width(&with_ellipsis(middle.min(characters.len()))) <= width {
            fits = middle;
        } else {
            too_long = middle;
        }
    }
    with_ellipsis(fits.min(characters.len()))
}

/// `parts` joined by a middle dot in at most `lines` lines of `width` logical pixels; a part is broken only where it fills a line alone.
pub(crate) fn flow(parts: &[String], font: Type, width: f64, lines: usize) -> Vec<String> {
    let mut flown: Vec<String> = Vec::new();
    for part in parts {
        let joined = flown.last().map(|line| format!("{line} · {part}"));
        match joined {
            Some(joined) if joined.chars().count() < 500 && font.width(&joined) <= width => {
                flown.pop();
                flown.push(joined);
            }
            _ => flown.push(fitted(part, font, width)),
        }
    }
    if flown.len() > lines {
        // What does not fit any more is at least seen to be missing.
        let rest = flown.split_off(lines - 1).join(" · ");
        flown.push(fitted(&rest, font, width));
    }
    flown
}

#[cfg(test)]
mod tests {
    use super::{fitted, flow, short};
    use crate::chart::{canvas::Type, palette::INK};

    const FONT: Type = Type::regular(11.5, INK);

    #[test]
    fn names_are_cut_in_their_middle() {
        assert_eq!(short("api-gateway"), "api-gateway");
        assert_eq!(short("prod-westeurope-frontend-vmss-000123"), "prod-westeurop…d-vmss-000123");
        assert_eq!(short("prod-westeurope-frontend-vmss-000123").chars().count(), 28);
        assert_eq!(short("a\nb\u{0}c"), "a bc");
        assert_eq!(short(" \t"), "(empty)");
    }

    #[test]
    fn texts_are_cut_to_a_width() {
        assert_eq!(fitted("short", FONT, 100.0), "short");
        let cut = fitted(&"wide ".repeat(10_000), FONT, 100.0);
        assert!(cut.ends_with('…') && FONT.width(&cut) <= 100.0 && FONT.width(&cut) > 85.0, "{cut}");
        assert_eq!(fitted("anything", FONT, 1.0), "…");
    }

    #[test]
    fn parts_flow_into_lines() {
        let parts = ["13–20 Nov 2026, UTC", "10,000 rows", "cluster help, database Samples"].map(str::to_owned);
        assert_eq!(flow(&parts, FONT, 640.0, 2).len(), 1);
        assert_eq!(
            flow(&parts, FONT, 200.0, 2),
            ["13–20 Nov 2026, UTC · 10,000 rows", "cluster help, database Samples"]
        );
        assert!(flow(&parts, FONT, 120.0, 1)[0].ends_with('…'));
    }
}
