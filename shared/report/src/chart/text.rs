//! Texts cut and broken to fit.

use super::canvas::Type;
use crate::cell_text::clean;

/// Characters of a name of a series, a category or a column in a picture.
const NAME_CHARACTERS: usize = 28;
/// Lines that a part of a subtitle may take.
const PART_LINES: usize = 2;

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

/// `name` cut in its middle so that it is at most `width` logical pixels wide.
pub(crate) fn middle_fitted(name: &str, font: Type, width: f64) -> String {
    if font.width(name) <= width {
        return name.to_owned();
    }
    let characters: Vec<char> = name.chars().filter(|character| *character != '…').collect();
    let cut = |kept: usize| -> String {
        let (head, tail) = (&characters[..kept.div_ceil(2)], &characters[characters.len() - kept / 2..]);
        head.iter().chain(&['…']).chain(tail).collect()
    };
    (0..characters.len()).rev().map(cut).find(|text| font.width(text) <= width).unwrap_or_default()
}

/// `text` cut at its end so that it is at most `width` logical pixels wide.
pub(crate) fn fitted(text: &str, font: Type, width: f64) -> String {
    let text = clean(text).into_owned();
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

/// `text` in at most `lines` lines of words; what has no room is cut at their end.
pub(crate) fn broken(text: &str, font: Type, width: f64, lines: usize) -> Vec<String> {
    let text = clean(text).into_owned();
    if text.chars().count() < 1_000 && font.width(&text) <= width {
        return vec![text];
    }
    let mut broken: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let is_last = broken.len() == lines;
        match broken.last_mut() {
            // The last line takes what is left, and is cut below.
            Some(line) if is_last || font.width(&format!("{line} {word}")) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => broken.push(word.to_owned()),
        }
    }
    broken.iter().map(|line| fitted(line, font, width)).collect()
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
            _ => flown.extend(broken(part, font, width, PART_LINES)),
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
    use super::{broken, fitted, flow, middle_fitted, short};
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
    fn names_are_cut_to_a_width_in_their_middle() {
        assert_eq!(middle_fitted("api-gateway", FONT, 100.0), "api-gateway");
        assert_eq!(middle_fitted("prod-westeurop…d-vmss-000123", FONT, 100.0), "prod-we…000123");
        assert_eq!(middle_fitted("api-gateway", FONT, 1.0), "");
    }

    #[test]
    fn texts_are_cut_to_a_width() {
        assert_eq!(fitted("short", FONT, 100.0), "short");
        let cut = fitted(&"wide ".repeat(10_000), FONT, 100.0);
        assert!(cut.ends_with('…') && FONT.width(&cut) <= 100.0 && FONT.width(&cut) > 85.0, "{cut}");
        assert_eq!(fitted("anything", FONT, 1.0), "…");
    }

    #[test]
    fn texts_are_broken_between_words() {
        let text = "Drawn as bars: the columns or their names have no room";
        assert_eq!(broken(text, FONT, 640.0, 2), [text]);
        assert_eq!(broken(text, FONT, 240.0, 2), ["Drawn as bars: the columns or their names", "have no room"]);
        let cut = broken(text, FONT, 100.0, 2);
        assert!(cut.len() == 2 && cut[1].ends_with('…') && cut.iter().all(|line| FONT.width(line) <= 100.0), "{cut:?}");
        assert_eq!(broken(&"w".repeat(100_000), FONT, 100.0, 2).len(), 1);
        assert_eq!(broken("", FONT, 100.0, 2), [""]);
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
