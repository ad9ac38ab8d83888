//! Item 6: a line of very many points looks as if all of them were drawn.

use super::{Score, drawing::tree};
use crate::states::{Answer, answers::Noise, at, options, picture, render};
use resvg::tiny_skia::{Color, Pixmap, Transform};

const POINTS: i64 = 20_000;

type Point = (f64, f64);

/// Looks for every point that is the highest or lowest within a pixel of itself, and compares the pixels with those of all points.
pub(crate) fn spikes() -> Score {
    let (answer, values) = noise();
    let drawn = picture(&answer, Some(&render("timechart")), &options("Noise"));
    let line = Line::find(&drawn.svg);
    let all = line.places(&values);
    let mut score = Score::default();
    for (index, place) in all.iter().enumerate() {
        let near = |other: &&Point| (other.0 - place.0).abs() <= 10.0;
        let before = all[..index].iter().rev().take_while(near).map(|other| other.1);
        let around: Vec<f64> = before.chain(all[index + 1..].iter().take_while(near).map(|other| other.1)).collect();
        if around.iter().all(|y| *y < place.1) || around.iter().all(|y| *y > place.1) {
            let kept =
                line.points.iter().any(|point| (point.0 - place.0).abs() < 1.1 && (point.1 - place.1).abs() < 1.1);
            score.look(kept, || format!("point {index} at {place:?} is not drawn"));
        }
    }
    let (reduced, whole) = (pixels(&drawn.svg), pixels(&line.through(&all, &drawn.svg)));
    let ink = |pixmap: &Pixmap| pixmap.pixels().iter().map(|pixel| pixel.red() < 128).collect::<Vec<_>>();
    let (one, other) = (ink(&reduced), ink(&whole));
    let different = one.iter().zip(&other).filter(|(one, other)| one != other).count();
    let part = different as f64 / one.len() as f64 * 100.0;
    score.look(part <= 1.0, || format!("{part:.2} % of the pixels differ"));
    score.figure = format!("{part:.3} % of the pixels differ");
    score
}

/// A point every ten seconds: noise, and now and then a spike of one point.
fn noise() -> (Answer, Vec<f64>) {
    let mut noise = Noise::new(23);
    let value = |index: i64, noise: &mut Noise| {
        let spike = if index % 997 == 400 { 60.0 } else { 0.0 };
        ((20.0 + 10.0 * noise.next() + spike) * 100.0).round() / 100.0
    };
    let values: Vec<f64> = (0..POINTS).map(|index| value(index, &mut noise)).collect();
    let rows = values.iter().zip(0..).map(|(value, minute)| vec![at(1, minute), value.to_string()]).collect();
    (Answer { schema: "Timestamp:datetime Value:real".into(), rows }, values)
}

/// The line of a picture: where it is in the document, and its points in canvas units, ten a pixel.
struct Line {
    begin: usize,
    end: usize,
    points: Vec<Point>,
}

impl Line {
    /// The longest path.
    fn find(svg: &str) -> Self {
        let length = |begin: &usize| svg[*begin..].find("/>").expect("an end");
        let begin = svg.match_indices("<path ").map(|(begin, _)| begin).max_by_key(length).expect("a line");
        let end = begin + length(&begin);
        Self { begin, end, points: points(svg[begin..end].split_once(" d=\"").expect("steps").1) }
    }

    /// Where all values are, by the ends of the line and its highest and lowest point.
    fn places(&self, values: &[f64]) -> Vec<Point> {
        let of = |fold: fn(f64, f64) -> f64, part: fn(&Point) -> f64| {
            self.points.iter().map(part).reduce(fold).expect("a point")
        };
        let (left, right) = (of(f64::min, |p| p.0), of(f64::max, |p| p.0));
        let (highest, lowest) = (of(f64::min, |p| p.1), of(f64::max, |p| p.1));
        let (least, most) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
        let x = |index: usize| left + (right - left) * index as f64 / (values.len() - 1) as f64;
        let y = |value: f64| lowest - (value - least) / (most - least) * (lowest - highest);
        values.iter().enumerate().map(|(index, value)| (x(index), y(*value))).collect()
    }

    /// The document with a line through all of these.
    fn through(&self, places: &[Point], svg: &str) -> String {
        let head = svg[self.begin..self.end].split_once(" d=\"").expect("steps").0;
        let all: Vec<String> = places.iter().map(|(x, y)| format!("{x:.2} {y:.2}")).collect();
        format!("{}{head} d=\"M{}\"{}", &svg[..self.begin], all.join("L"), &svg[self.end..])
    }
}

/// The places of a path of relative steps.
fn points(steps: &str) -> Vec<Point> {
    let spaced = steps.replace('-', " -").replace(['M', 'l', '"'], " ");
    let numbers: Vec<f64> = spaced.split_ascii_whitespace().filter_map(|number| number.parse().ok()).collect();
    let mut pen = (0.0, 0.0);
    let step = |pair: &[f64]| {
        pen = (pen.0 + pair[0], pen.1 + pair[1]);
        pen
    };
    numbers.chunks_exact(2).map(step).collect()
}

fn pixels(svg: &str) -> Pixmap {
    let tree = tree(svg);
    let (width, height) = (tree.size().width() as u32 * 2, tree.size().height() as u32 * 2);
    let mut pixmap = Pixmap::new(width, height).expect("pixels");
    pixmap.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(2.0, 2.0), &mut pixmap.as_mut());
    pixmap
}
