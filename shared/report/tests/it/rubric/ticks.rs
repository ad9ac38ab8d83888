//! Item 3: ticks are as many as can be read, in one unit, round, and where they say they are.

use super::{Judged, Score, drawing::Words};
use resvg::usvg::TextAnchor;

/// Looks at the value axis left of every plot, and at the labels under it.
pub(crate) fn ticks(pictures: &[Judged]) -> Score {
    let mut score = Score::default();
    for Judged { name, drawing, .. } in pictures {
        let ticks: Vec<&Words> = drawing.words.iter().filter(|words| words.is_tick()).collect();
        for axis in value_axes(&ticks) {
            look_at_values(&mut score, name, &axis);
        }
        look_under(&mut score, name, &ticks);
    }
    score
}

/// The labels of each axis from the bottom up: those that end at one place, parted where the next plot begins.
fn value_axes<'a>(ticks: &[&'a Words]) -> Vec<Vec<&'a Words>> {
    let left: Vec<&Words> = ticks.iter().copied().filter(|t| t.anchor == TextAnchor::End && t.right < 150.0).collect();
    let mut axes: Vec<Vec<&Words>> = Vec::new();
    for tick in left {
        match axes.last_mut() {
            Some(axis) if axis.last().is_some_and(|below| below.top > tick.top) => axis.push(tick),
            _ => axes.push(vec![tick]),
        }
    }
    axes
}

fn look_at_values(score: &mut Score, name: &str, axis: &[&Words]) {
    let texts: Vec<&str> = axis.iter().map(|tick| tick.text.as_str()).collect();
    let height = axis.first().map_or(0.0, |first| first.middle()) - axis.last().map_or(0.0, |last| last.middle());
    let least = if height < 150.0 { 2 } else { 3 };
    score.look((least..=6).contains(&texts.len()), || format!("{name}: {} ticks: {texts:?}", texts.len()));
    let parsed: Vec<Option<(f64, usize, String)>> = texts.iter().map(|text| parse(text)).collect();
    score.look(parsed.iter().all(Option::is_some), || format!("{name}: not a number: {texts:?}"));
    let numbers: Vec<(f64, usize, String)> = parsed.into_iter().flatten().collect();
    let log = is_log(&numbers);
    let same = |of: fn(&(f64, usize, String)) -> String| {
        let all: Vec<String> = numbers.iter().filter(|(value, ..)| *value != 0.0).map(of).collect();
        all.windows(2).all(|pair| pair[0] == pair[1])
    };
    let one_form = same(|(_, _, suffix)| suffix.clone()) && same(|(_, decimals, _)| decimals.to_string());
    score.look(log || one_form || texts.iter().any(|text| text.contains('e')), || {
        format!("{name}: several forms: {texts:?}")
    });
    let scaled = |value: f64| if log { value.ln() } else { value };
    let places: Vec<(f64, f64)> =
        numbers.iter().zip(axis).map(|((value, ..), tick)| (scaled(*value), f64::from(tick.middle()))).collect();
    score.look(is_straight(&places), || format!("{name}: a tick is not where it says: {places:?}"));
}

/// The value, the digits after the point, and what follows the number.
fn parse(text: &str) -> Option<(f64, usize, String)> {
    let plain = text.replace('−', "-").replace([',', '\u{a0}'], "");
    let end = plain.rfind(|c: char| c.is_ascii_digit())? + 1;
    let (number, suffix) = plain.split_at(end);
    let factor = match suffix {
        "k" => 1e3,
        "M" => 1e6,
        "B" => 1e9,
        "T" => 1e12,
        _ => 1.0,
    };
    let decimals = number.split_once('.').map_or(0, |(_, digits)| digits.len());
    Some((number.parse::<f64>().ok()? * factor, decimals, suffix.to_owned()))
}

/// Whether the steps are ratios, not differences.
fn is_log(numbers: &[(f64, usize, String)]) -> bool {
    let differs = |pair: &[f64]| (pair[1] - pair[0]).abs() > 1e-6 * pair[1].abs();
    let steps: Vec<f64> = numbers.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    numbers.iter().all(|(value, ..)| *value > 0.0) && steps.windows(2).any(differs)
}

/// Whether heights follow from values by one straight line, to half a pixel.
fn is_straight(places: &[(f64, f64)]) -> bool {
    let (Some(first), Some(last)) = (places.first(), places.last()) else { return true };
    let slope = (last.1 - first.1) / (last.0 - first.0);
    places.len() < 3 || places.iter().all(|(value, y)| (first.1 + slope * (value - first.0) - y).abs() < 0.5)
}

/// Labels under a plot: at most one for each 44 pixels, no full timestamps.
fn look_under(score: &mut Score, name: &str, ticks: &[&Words]) {
    let mut under: Vec<&&Words> = ticks.iter().filter(|tick| tick.anchor == TextAnchor::Middle).collect();
    under.sort_by(|one, other| one.left.total_cmp(&other.left));
    for tick in &under {
        let brief = tick.text.chars().count() <= 28 && !tick.text.contains('Z');
        score.look(brief, || format!("{name}: {:?} is no label of a tick", tick.text));
    }
    for pair in under.windows(2).filter(|pair| pair[0].top == pair[1].top) {
        score.look(pair[1].left - pair[0].right >= 4.0, || format!("{name}: {:?} too near to the next", pair[0].text));
    }
}
