//! Item 7: what is not shown is said in the picture.

use super::{Judged, Score};

/// The words that must be in a picture.
const SAID: [(&str, &str); 32] = [
    ("time_area", "2 gaps without data"),
    ("anomaly", "No data 16 Nov 2026"),
    ("anomaly", "3 anomalies"),
    ("anomaly_unnamed", "No points are marked"),
    ("time_make_series", "web: no data"),
    ("time_infinite", "1 infinite value not drawn"),
    ("time_sixty_other", "Top 7 of 60; 53 in Other"),
    ("time_sixty_hidden", "Top 8 of 60; 52 not shown"),
    ("time_ten_thousand", "Top 7 of 10,000; 9,993 in Other"),
    ("time_truncated", "Kusto truncated the result"),
    ("time_fixed_axis", "Values beyond the axis are cut off"),
    ("time_two_days", "2,878 rows beyond the x axis not drawn"),
    ("time_nothing_there", "No row is between xmin and xmax"),
    ("time_all_null", "There is nothing to draw"),
    ("area_stacked_sparse", "18 missing values stacked as zero"),
    ("bar_sixty_seven", "Top 8 of 67; 59 in Other"),
    ("column_thousand", "Drawn as a line: 1,000 columns have no room"),
    ("column_too_long_names", "Drawn as bars"),
    ("column_log", "2 values not above zero have no bar"),
    ("pie_many", "30 categories are too many for a pie"),
    ("pie_negative", "negative values make no pie"),
    ("panels", "Load of the machines"),
    ("panels", "avg Cpu Percent"),
    ("axes", "Sent Bytes (right)"),
    ("table_of_times", "Times in UTC"),
    ("axes_three", "Drawn as panels: 3 measures"),
    ("card_many", "9 of 12 values shown"),
    ("empty", "The query returned no rows"),
    ("error", "SEM0100"),
    ("table", "12 of 67 rows shown"),
    ("table_for_treemap", "treemap is not drawn"),
    ("hostile", "characters the picture lacks"),
];

/// Looks for the words of each state.
pub(crate) fn said(pictures: &[Judged]) -> Score {
    let mut score = Score::default();
    for (state, words) in SAID {
        for name in [state.to_owned(), format!("{state}_narrow")] {
            let shown =
                pictures.iter().find(|judged| judged.name == name).map(|judged| judged.drawing.words.as_slice());
            let shown = shown.unwrap_or_default().iter().map(|words| words.text.as_str());
            let all = shown.collect::<Vec<_>>().join(" ");
            score.look(all.contains(words), || format!("{name} does not say {words:?} but {all:?}"));
        }
    }
    score
}
