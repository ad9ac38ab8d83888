//! Item 4: contrast by WCAG 2, and how far apart the colours are for those who see fewer of them.
//!
//! Colour blindness is simulated as Machado, Oliveira and Fernandes (2009) have it, at full severity; distances are those of CAM02-UCS
//! (Luo, Cui and Li 2006) under average viewing conditions.

use super::{
    Judged, Score,
    drawing::{Colour, Shape},
};
use std::collections::BTreeSet;

/// The least distance of two colours in one picture.
const APART: f64 = 13.0;
const WHITE: Colour = [255, 255, 255];

/// Contrast of every text and every opaque mark.
pub(crate) fn contrast(pictures: &[Judged]) -> Score {
    let (mut score, mut least_text, mut least_mark) = (Score::default(), f64::INFINITY, f64::INFINITY);
    for Judged { name, drawing, .. } in pictures {
        for words in &drawing.words {
            let under = drawing.shapes.iter().rev().find(|shape| {
                let [left, top, right, bottom] = shape.bounds();
                let around = left <= words.left && top <= words.top && right >= words.right && bottom >= words.bottom;
                around && shape.fill.is_some() && shape.outlines.iter().all(|outline| outline.len() <= 5)
            });
            let ground = under.and_then(|shape| shape.fill).map_or(WHITE, |(colour, _)| colour);
            let ratio = ratio(words.colour, ground);
            least_text = least_text.min(ratio);
            score.look(ratio >= 4.5, || format!("{name}: {:?} has {ratio:.2}", words.text));
        }
        for shape in drawing.data() {
            let Some((colour, opacity)) = shape.fill.or(shape.stroke.map(|(colour, _)| (colour, 1.0))) else {
                continue;
            };
            if opacity > 0.5 {
                let ratio = ratio(mixed(colour, opacity), WHITE);
                least_mark = least_mark.min(ratio);
                score.look(ratio >= 3.0, || format!("{name}: a mark in {colour:?} has {ratio:.2}"));
            }
        }
    }
    score.figure = format!("least contrast of a text {least_text:.2}, of a mark {least_mark:.2}");
    score
}

/// Distances between the colours of the series of one picture, for everybody.
pub(crate) fn distances(pictures: &[Judged]) -> Score {
    let (mut score, mut least) = (Score::default(), f64::INFINITY);
    for Judged { name, drawing, .. } in pictures {
        let colours: BTreeSet<Colour> = drawing.data().filter_map(Shape::colour).collect();
        let colours: Vec<Colour> = colours.into_iter().collect();
        for (index, one) in colours.iter().enumerate() {
            for other in &colours[index + 1..] {
                let distance = DEFECTS.iter().map(|sight| distance(*one, *other, sight)).fold(f64::INFINITY, f64::min);
                least = least.min(distance);
                score.look(distance >= APART, || format!("{name}: {one:?} and {other:?} are {distance:.1} apart"));
            }
        }
    }
    score.figure = format!("least distance {least:.1}");
    score
}

fn mixed(colour: Colour, opacity: f32) -> Colour {
    colour.map(|channel| (255.0 - (255.0 - f32::from(channel)) * opacity).round() as u8)
}

fn ratio(one: Colour, other: Colour) -> f64 {
    let luminance = |colour: Colour| {
        let [red, green, blue] = linear(colour);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn linear(colour: Colour) -> [f64; 3] {
    colour.map(|channel| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
}

type Matrix = [[f64; 3]; 3];

/// Full sight, protanopia, deuteranopia, tritanopia.
const DEFECTS: [Matrix; 4] = [
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
    [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
    [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]],
];
const TO_XYZ: Matrix =
    [[0.412_456, 0.357_576, 0.180_438], [0.212_673, 0.715_152, 0.072_175], [0.019_334, 0.119_192, 0.950_304]];
const CAT02: Matrix = [[0.7328, 0.4296, -0.1624], [-0.7036, 1.6975, 0.0061], [0.0030, 0.0136, 0.9834]];
const CAT02_INVERSE: Matrix =
    [[1.096_124, -0.278_869, 0.182_745], [0.454_369, 0.473_533, 0.072_098], [-0.009_628, -0.005_698, 1.015_326]];
const HUNT: Matrix = [[0.389_71, 0.688_98, -0.078_68], [-0.229_81, 1.183_40, 0.046_41], [0.0, 0.0, 1.0]];

fn times(matrix: &Matrix, vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2])
}

fn distance(one: Colour, other: Colour, sight: &Matrix) -> f64 {
    let [one, other] = [one, other].map(|colour| {
        let seen = times(sight, linear(colour)).map(|channel| channel.clamp(0.0, 1.0));
        ucs(times(&TO_XYZ, seen).map(|channel| channel * 100.0))
    });
    one.iter().zip(other).map(|(one, other)| (one - other).powi(2)).sum::<f64>().sqrt()
}

/// CIECAM02's lightness and colourfulness as coordinates of CAM02-UCS: average surround, adapting luminance 64 / π / 5, ground of 20.
fn ucs(xyz: [f64; 3]) -> [f64; 3] {
    let (surround, impact, induction) = (0.69, 1.0, 1.0);
    let (adapting, ground): (f64, f64) = (64.0 / std::f64::consts::PI / 5.0, 0.2);
    let white = times(&TO_XYZ, [1.0; 3]).map(|channel| channel * 100.0);
    let k = 1.0 / (5.0 * adapting + 1.0);
    let luminance = 0.2 * k.powi(4) * 5.0 * adapting + 0.1 * (1.0 - k.powi(4)).powi(2) * (5.0 * adapting).cbrt();
    let (contrast, exponent) = (0.725 / ground.powf(0.2), 1.48 + ground.sqrt());
    let adaptation = impact * (1.0 - (1.0 / 3.6) * ((-adapting - 42.0) / 92.0).exp());
    let white_cones = times(&CAT02, white);
    let adapted = |xyz: [f64; 3]| {
        let cones = times(&CAT02, xyz);
        let scaled = [0, 1, 2].map(|i| (white[1] * adaptation / white_cones[i] + 1.0 - adaptation) * cones[i]);
        times(&HUNT, times(&CAT02_INVERSE, scaled)).map(|cone| {
            let compressed = (luminance * cone.abs() / 100.0).powf(0.42);
            (400.0 * compressed / (compressed + 27.13)).copysign(cone) + 0.1
        })
    };
    let achromatic = |[r, g, b]: [f64; 3]| (2.0 * r + g + b / 20.0 - 0.305) * contrast;
    let [r, g, b] = adapted(xyz);
    let (first, second) = (r - 12.0 * g / 11.0 + b / 11.0, (r + g - 2.0 * b) / 9.0);
    let hue = second.atan2(first);
    let lightness = 100.0 * (achromatic([r, g, b]) / achromatic(adapted(white))).powf(surround * exponent);
    let eccentricity = 0.25 * ((hue + 2.0).cos() + 3.8);
    let t = 50_000.0 / 13.0 * induction * contrast * eccentricity * first.hypot(second) / (r + g + 1.05 * b);
    let chroma = t.powf(0.9) * (lightness / 100.0).sqrt() * (1.64 - 0.29_f64.powf(ground)).powf(0.73);
    let colourfulness = (1.0 + 0.0228 * chroma * luminance.powf(0.25)).ln() / 0.0228;
    [1.7 * lightness / (1.0 + 0.007 * lightness), colourfulness * hue.cos(), colourfulness * hue.sin()]
}
