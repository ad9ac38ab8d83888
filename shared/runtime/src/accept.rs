//! What an HTTP caller wants to read: its `Accept` header, against what there is (RFC 9110, section 12.5.1).

use crate::error::{ActionError, HttpMistake};

/// The media type of `offered` that `accept` likes best; of equals the one that it names first, and the first of all where it names none.
///
/// # Errors
/// Where it likes none.
pub(crate) fn media_type(accept: Option<&str>, offered: &'static [&'static str]) -> Result<&'static str, ActionError> {
    let ranges: Vec<Range<'_>> = accept.unwrap_or_default().split(',').filter_map(Range::parse).collect();
    if ranges.is_empty() {
        return Ok(offered.first().copied().unwrap_or_default());
    }
    let wanted = offered.iter().filter_map(|offer| Some((liked(&ranges, offer)?, *offer)));
    // Of equals `min_by_key` takes the first.
    let best = wanted.min_by_key(|(liked, _)| *liked).map(|(_, offer)| offer);
    best.ok_or_else(|| {
        let message = format!("nothing that the header Accept names can be had: there is {}", offered.join(", "));
        ActionError::bad_request(message).over_http(HttpMistake::NotAcceptable)
    })
}

/// How much a media type is liked: the less the more. None where it is not.
fn liked(ranges: &[Range<'_>], offer: &str) -> Option<(u16, usize)> {
    // The most exact range that includes it has its quality.
    let matching = ranges.iter().enumerate().filter(|(_, range)| range.includes(offer));
    let (place, range) = matching.min_by_key(|(_, range)| range.name.bytes().filter(|byte| *byte == b'*').count())?;
    (range.quality > 0).then_some((1000 - range.quality, place))
}

/// One of the ranges of an `Accept` header.
struct Range<'a> {
    name: &'a str,
    /// Thousandths.
    quality: u16,
}

impl<'a> Range<'a> {
    /// None for a blank; what is no range includes nothing.
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next().filter(|name| !name.is_empty())?;
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        Some(Self { name, quality: weight.map_or(1000, quality) })
    }

    fn includes(&self, offer: &str) -> bool {
        match self.name.strip_suffix("/*") {
            Some("*") => true,
            Some(kind) => offer.split('/').next().is_some_and(|offered| offered.eq_ignore_ascii_case(kind)),
            None => offer.eq_ignore_ascii_case(self.name),
        }
    }
}

/// The thousandths of a weight such as `0.8`; what is none is 0.
fn quality(text: &str) -> u16 {
    let weight = text.parse::<f32>().unwrap_or_default();
    // Between 0 and 1000: it fits.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float between 0 and 1000")]
    let thousandths = (weight.clamp(0.0, 1.0) * 1000.0) as u16;
    thousandths
}

#[cfg(test)]
mod tests {
    use super::media_type;
    use proptest::prelude::{prop_assert, proptest};

    const OFFERED: &[&str] = &["application/json", "text/csv", "text/html"];

    #[track_caller]
    fn check(accept: Option<&str>, expected: Option<&str>) {
        let got = media_type(accept, OFFERED);
        assert_eq!(got.ok(), expected, "{accept:?}");
    }

    #[test]
    fn the_best_liked_is_had() {
        for json in [None, Some(""), Some(" , "), Some("*/*"), Some("application/*"), Some("APPLICATION/json;q=0.1")] {
            check(json, Some("application/json"));
        }
        check(Some("text/csv"), Some("text/csv"));
        check(Some("text/csv; charset=utf-8"), Some("text/csv"));
        check(Some("image/png, text/html;q=0.5, text/csv;q=0.4"), Some("text/html"));
        check(Some("text/html, text/csv"), Some("text/html"));
        check(Some("text/*"), Some("text/csv"));
        check(Some("text/csv;q=0.5, */*;q=0.1"), Some("text/csv"));
        check(Some("*/*, application/json;q=0"), Some("text/csv"));
        // A browser.
        check(Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), Some("text/html"));
        for none in
            ["image/png", "text", "text/", "*", "/*", "text/csv;q=0", "*/*;q=0", "text/csv;q=x", "text/csv;q=NaN"]
        {
            check(Some(none), None);
        }
    }

    #[test]
    fn who_likes_nothing_is_told_what_there_is() {
        let error = media_type(Some("image/canary"), OFFERED).unwrap_err();
        assert_eq!(error.status(), 406);
        assert_eq!(
            error.to_string(),
            "BadRequest: nothing that the header Accept names can be had: there is application/json, text/csv, text/html"
        );
    }

    proptest! {
        #[test]
        fn no_header_stops_it(accept in r"[a-z*/;,q=0-9. ]{0,40}") {
            if let Ok(media_type) = media_type(Some(&accept), OFFERED) {
                prop_assert!(OFFERED.contains(&media_type));
            }
        }
    }
}
