//! Pictures of every kind in every state, as documents.

use crate::{
    rubric::{Judged, Score, colours, columns, said, spikes, texts, ticks},
    states,
};
use report::{picture::Picture, png::png};
use std::{collections::BTreeMap, sync::LazyLock};

/// Elements a picture may have.
const ELEMENTS: [&str; 11] =
    ["svg", "g", "rect", "path", "line", "polyline", "polygon", "circle", "text", "title", "tspan"];

/// Every state, drawn and taken apart once for all tests.
static ALL: LazyLock<Vec<Judged>> = LazyLock::new(|| states::all().into_iter().map(Judged::new).collect());

fn each(check: impl Fn(&str, &Picture)) {
    ALL.iter().for_each(|judged| check(&judged.name, &judged.picture));
}

/// Narrow pictures that are laid out otherwise than wide ones; of the others the rubric is enough.
const NARROW: [&str; 6] =
    ["time_five_narrow", "bar_nine_narrow", "pie_five_narrow", "card_narrow", "table_narrow", "empty_narrow"];

/// The SVG with long paths cut: a number of bytes and a checksum tell whether they changed.
fn shortened(svg: &str) -> String {
    let attribute = |line: &str, name: &str| {
        let (head, rest) = line.split_once(name)?;
        let (points, tail) = rest.split_once('"')?;
        let sum =
            points.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, b| (sum ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
        let shown = points.get(..60).filter(|_| points.len() > 120)?;
        Some(format!("{head}{name}{shown}… {} bytes {sum:016x}\"{tail}", points.len()))
    };
    let line =
        |line: &str| attribute(line, " d=\"").or_else(|| attribute(line, " points=\"")).unwrap_or(line.to_owned());
    svg.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_drawings() {
    each(|name, picture| {
        if !name.ends_with("_narrow") || NARROW.contains(&name) {
            insta::assert_snapshot!(name, shortened(&picture.svg));
        }
    });
}

#[test]
fn what_is_said_with_them() {
    let mut said = String::new();
    for Judged { name, picture, .. } in ALL.iter().filter(|judged| !judged.name.ends_with("_narrow")) {
        said.push_str(&format!("{name}\n  {}\n", picture.alt_text));
        picture.notes.iter().for_each(|note| said.push_str(&format!("  ! {note}\n")));
        for series in picture.series.iter().take(2) {
            let report::picture::SeriesSummary { name, average, minimum, maximum, last } = series;
            said.push_str(&format!("  {name}: average {average}, minimum {minimum}, maximum {maximum}, last {last}\n"));
        }
    }
    insta::assert_snapshot!(said);
}

#[test]
fn the_same_answer_gives_the_same_bytes() {
    let again: BTreeMap<String, Picture> = states::all().into_iter().collect();
    each(|name, picture| assert_eq!(&again[name], picture, "{name}"));
}

#[test]
fn only_drawing_elements_and_nothing_that_acts() {
    each(|name, picture| {
        let document = roxmltree::Document::parse(&picture.svg).unwrap_or_else(|error| panic!("{name}: {error}"));
        let root = document.root_element();
        assert_eq!(
            (root.attribute("role"), root.attribute("aria-label")),
            (Some("img"), Some(picture.alt_text.as_str()))
        );
        for element in document.descendants().filter(roxmltree::Node::is_element) {
            assert!(ELEMENTS.contains(&element.tag_name().name()), "{name} has {:?}", element.tag_name());
            for attribute in element.attributes() {
                let key = attribute.name().to_ascii_lowercase();
                assert!(!key.starts_with("on") && !key.contains("href") && key != "style", "{name} has {key}");
            }
        }
    });
}

#[test]
fn pngs_are_opaque_twice_as_large_and_small_enough_for_a_mail() {
    each(|name, picture| {
        let bytes = png(picture).expect("a PNG");
        assert!(bytes.len() <= 150_000, "{name} has {} bytes", bytes.len());
        let reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().expect("a PNG");
        let header = reader.info();
        assert_eq!((header.width, header.height), (picture.width * 2, picture.height * 2));
        assert_eq!(header.color_type, png::ColorType::Rgb);
        assert_eq!(header.pixel_dims.expect("a resolution").xppu, 7_559, "192 dpi");
    });
}

#[test]
fn a_hundred_thousand_points_are_a_small_drawing() {
    let mut answer = states::answers::services(&["a", "b", "c", "d", "e", "f", "g", "h"]);
    let mut noise = states::answers::Noise::new(1);
    answer.rows = (0..100_000)
        .map(|row| {
            vec![
                states::at(13, row / 8),
                states::text(&format!("host {}", row % 8)),
                format!("{:.3}", noise.next() * 100.0),
            ]
        })
        .collect();
    let picture = states::picture(&answer, Some(&states::render("timechart")), &states::options("Noise"));
    assert!(picture.svg.len() <= 250_000, "{} bytes", picture.svg.len());
}

#[track_caller]
fn nothing_wrong(score: &Score) {
    assert!(
        score.looked_at > 0 && score.wrong.is_empty(),
        "{} of {}: {:#?}",
        score.wrong.len(),
        score.looked_at,
        score.wrong
    );
}

fn judge(check: impl Fn(&[Judged]) -> Score) {
    nothing_wrong(&check(&ALL));
}

#[test]
fn the_right_columns_are_drawn() {
    nothing_wrong(&columns::columns());
}

#[test]
fn no_text_overlaps_another_or_leaves_the_picture() {
    judge(texts::apart);
}

#[test]
fn no_text_lies_on_data() {
    judge(texts::off_data);
}

#[test]
fn ticks_are_few_round_and_true() {
    judge(ticks::ticks);
}

#[test]
fn texts_and_marks_have_contrast() {
    judge(colours::contrast);
}

#[test]
fn series_can_be_told_apart_by_everybody() {
    judge(colours::distances);
}

#[test]
fn spikes_are_kept() {
    nothing_wrong(&spikes::spikes());
}

#[test]
fn what_is_not_shown_is_said() {
    judge(said::said);
}
