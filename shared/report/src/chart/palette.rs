//! Colours. The categorical palette was searched for: each colour has at least 3:1 on white, and the least CAM02-UCS distance of any
//! pair is 13.7 under normal, deuteranopic, protanopic and tritanopic sight; of the severities 16.0, from dark to light as they
//! are from grave to slight.

/// A colour, red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colour(pub(crate) u8, pub(crate) u8, pub(crate) u8);

const fn hex(rgb: u32) -> Colour {
    Colour((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
}

pub(crate) const WHITE: Colour = hex(0xFF_FF_FF);
/// Titles, values, names.
pub(crate) const INK: Colour = hex(0x1B_1F_26);
/// Subtitle and tick labels.
pub(crate) const MUTED: Colour = hex(0x5B_65_73);
/// Horizontal grid lines.
pub(crate) const GRID: Colour = hex(0xE4_E8_ED);
/// The zero or base line, header rules, leader lines.
pub(crate) const BASE: Colour = hex(0x9A_A4_B2);
/// "Other", and series without a colour of their own.
pub(crate) const NEUTRAL: Colour = hex(0x80_8A_98);
/// The plate of a chart without rows.
pub(crate) const PLATE: Colour = hex(0xF5_F7_FA);
/// Errors.
pub(crate) const BAD: Colour = hex(0xB3_26_1E);
/// Marked points.
pub(crate) const ANOMALY: Colour = hex(0xC6_28_28);
/// The plate of an error.
pub(crate) const BAD_PLATE: Colour = hex(0xFD_EC_EA);
/// The text of a warning line, 5.4:1 on its plate.
pub(crate) const WARNING: Colour = hex(0x8A_52_00);
/// The plate of a warning line.
pub(crate) const WARNING_PLATE: Colour = hex(0xFF_F4_DC);

/// The categorical palette, in order of use.
pub(crate) const SERIES: [Colour; 7] = [
    hex(0x00_72_B2),
    hex(0xAA_88_00),
    hex(0x88_44_77),
    hex(0x00_66_00),
    hex(0xDD_77_77),
    hex(0xAA_77_FF),
    hex(0xCC_00_44),
];

/// One colour for each name: those of severities where all names are severities, else the palette in order.
pub(crate) fn colours(names: &[&str]) -> Vec<Colour> {
    let severities: Option<Vec<Severity>> = names.iter().map(|name| Severity::from_name(name)).collect();
    match severities {
        Some(severities) if distinct(&severities) => severities.into_iter().map(Severity::colour).collect(),
        _ => (0..names.len()).map(|index| SERIES.get(index).copied().unwrap_or(NEUTRAL)).collect(),
    }
}

fn distinct(severities: &[Severity]) -> bool {
    severities.iter().enumerate().all(|(index, severity)| !severities[..index].contains(severity))
}

/// What a name such as "high" or "5xx" says about its series.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Severity {
    Critical,
    High,
    Medium,
    Low,
    Informational,
}

impl Severity {
    fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "critical" | "fatal" | "5xx" => Self::Critical,
            "high" | "error" | "4xx" => Self::High,
            "medium" | "warning" | "warn" | "3xx" => Self::Medium,
            "low" | "info" | "2xx" => Self::Low,
            "informational" | "debug" | "verbose" | "unknown" | "1xx" => Self::Informational,
            _ => return None,
        })
    }

    fn colour(self) -> Colour {
        match self {
            Self::Critical => hex(0x64_10_1A),
            Self::High => hex(0xBA_3A_14),
            Self::Medium => hex(0xBD_8B_00),
            Self::Low => hex(0x00_72_B2),
            Self::Informational => NEUTRAL,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BAD, BAD_PLATE, Colour, INK, MUTED, NEUTRAL, PLATE, SERIES, WARNING, WARNING_PLATE, WHITE, colours};

    #[test]
    fn marks_have_three_to_one_and_text_four_and_a_half() {
        for mark in SERIES.into_iter().chain([NEUTRAL]) {
            assert!(contrast(mark, WHITE) >= 3.0, "{mark:?} has {:.2}", contrast(mark, WHITE));
        }
        let texts = [(INK, WHITE), (MUTED, WHITE), (INK, PLATE), (MUTED, PLATE), (INK, BAD_PLATE), (MUTED, BAD_PLATE)];
        for (text, ground) in texts.into_iter().chain([(BAD, WHITE), (WARNING, WARNING_PLATE)]) {
            assert!(contrast(text, ground) >= 4.5, "{text:?} on {ground:?} has {:.2}", contrast(text, ground));
        }
    }

    #[test]
    fn severities_keep_their_colour_whatever_their_order() {
        assert_eq!(colours(&["low", "High"]), [colours(&["Low"])[0], colours(&["High", "Low"])[0]]);
        assert_eq!(colours(&["low", "other thing"]), SERIES[..2]);
        assert_eq!(colours(&["error", "High"]), SERIES[..2], "two names for one severity need two colours");
    }

    /// The WCAG 2 contrast ratio.
    fn contrast(one: Colour, other: Colour) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn luminance(Colour(red, green, blue): Colour) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }
}
