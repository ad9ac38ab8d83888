//! The two Inter fonts (SIL Open Font License 1.1, `fonts/OFL-copyright.txt`): the same bytes measure a text and draw it.

use ab_glyph::{Font, FontRef};
use resvg::usvg::fontdb;
use std::sync::{Arc, LazyLock};

/// The family under which both programs know the fonts.
pub(crate) const FAMILY: &str = "Inter";

pub(crate) static REGULAR: &[u8] = include_bytes!("../fonts/Inter-Regular.subset.otf");
pub(crate) static SEMI_BOLD: &[u8] = include_bytes!("../fonts/Inter-SemiBold.subset.otf");

/// Whether the fonts have a glyph for `character`; a picture as PNG shows nothing where they have none.
pub(crate) fn cover(character: char) -> bool {
    static PARSED: LazyLock<Option<FontRef<'static>>> = LazyLock::new(|| FontRef::try_from_slice(REGULAR).ok());
    // Marks that only direct the writing have no glyph and need none.
    let directs =
        matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
    directs || PARSED.as_ref().is_none_or(|font| font.glyph_id(character).0 != 0)
}

/// The fonts as resvg finds them; nothing of the system is searched.
pub(crate) fn database() -> Arc<fontdb::Database> {
    static DATABASE: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
        let mut database = fontdb::Database::new();
        database.load_font_source(fontdb::Source::Binary(Arc::new(REGULAR)));
        database.load_font_source(fontdb::Source::Binary(Arc::new(SEMI_BOLD)));
        Arc::new(database)
    });
    Arc::clone(&DATABASE)
}

#[cfg(test)]
mod tests {
    use super::{FAMILY, cover, database};
    use resvg::usvg::fontdb::Weight;

    #[test]
    fn what_the_pictures_write_is_covered() {
        for text in ["Az09", "éßőЖΩ", "–…−·µ→", "<>&\"'%"] {
            assert!(text.chars().all(cover), "{text}");
        }
        assert!(!cover('🙂') && !cover('漢'));
    }

    #[test]
    fn both_weights_are_found_under_one_family() {
        let weights: Vec<Weight> = database().faces().map(|face| face.weight).collect();
        assert_eq!(weights, [Weight::NORMAL, Weight::SEMIBOLD]);
        assert!(database().faces().all(|face| face.families.iter().any(|(name, _)| name == FAMILY)));
    }
}
