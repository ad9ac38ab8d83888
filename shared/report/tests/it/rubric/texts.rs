//! Items 2 and 5: no text overlaps another or leaves the picture, and none lies on data.

use super::{
    Judged, Score,
    drawing::{Point, Shape, Words},
};

/// Item 2: all boxes within the picture, and apart from each other.
pub(crate) fn apart(pictures: &[Judged]) -> Score {
    let mut score = Score::default();
    for Judged { name, picture, drawing } in pictures {
        let words = &drawing.words;
        score.look(!words.is_empty(), || format!("{name} has no words"));
        let (width, height) = (picture.width as f32, picture.height as f32);
        for (index, one) in words.iter().enumerate() {
            let inside = one.left >= 0.0 && one.top >= 0.0 && one.right <= width && one.bottom <= height;
            score.look(inside, || format!("{name}: {:?} leaves the picture", one.text));
            for other in &words[index + 1..] {
                score.look(are_apart(one, other), || format!("{name}: {:?} and {:?} overlap", one.text, other.text));
            }
        }
    }
    score
}

fn are_apart(one: &Words, other: &Words) -> bool {
    one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top
}

/// Item 5: no text on a line, an area or a dot.
pub(crate) fn off_data(pictures: &[Judged]) -> Score {
    let mut score = Score::default();
    for Judged { name, drawing, .. } in pictures {
        for words in &drawing.words {
            let covered = drawing.data().find(|shape| covers(words, shape));
            score.look(covered.is_none(), || {
                format!("{name}: {:?} lies on {:?}", words.text, covered.map(|shape| (shape.fill, shape.stroke)))
            });
        }
    }
    score
}

fn covers(words: &Words, shape: &Shape) -> bool {
    let half = shape.stroke.map_or(0.0, |(_, width)| width / 2.0);
    // Letters begin below the top of their box.
    let area = [words.left - half, words.top + 2.0 - half, words.right + half, words.bottom + half];
    let [left, top, right, bottom] = shape.bounds();
    if right < area[0] || left > area[2] || bottom < area[1] || top > area[3] {
        return false;
    }
    let centre = (words.centre(), words.middle());
    let crossed = shape.outlines.iter().any(|outline| outline.windows(2).any(|pair| crosses(pair[0], pair[1], area)));
    let dots = shape.outlines.iter().any(|outline| matches!(outline.as_slice(), [only] if within(*only, area)));
    crossed || dots || (shape.fill.is_some() && is_inside(centre, &shape.outlines))
}

fn within((x, y): Point, [left, top, right, bottom]: [f32; 4]) -> bool {
    (left..=right).contains(&x) && (top..=bottom).contains(&y)
}

/// Whether a segment has a point in a box: what is left of it after it is cut at each side.
fn crosses(from: Point, to: Point, [left, top, right, bottom]: [f32; 4]) -> bool {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut enter, mut leave) = (0.0_f32, 1.0_f32);
    for (step, distance) in [(-dx, from.0 - left), (dx, right - from.0), (-dy, from.1 - top), (dy, bottom - from.1)] {
        if step == 0.0 {
            if distance < 0.0 {
                return false;
            }
        } else if step < 0.0 {
            enter = enter.max(distance / step);
        } else {
            leave = leave.min(distance / step);
        }
    }
    enter <= leave
}

/// Whether a point is inside, by the number of edges to its right.
fn is_inside((x, y): Point, outlines: &[Vec<Point>]) -> bool {
    let mut inside = false;
    for outline in outlines {
        let mut before = outline.last().copied().unwrap_or_default();
        for point in outline.iter().copied() {
            let spans = (point.1 > y) != (before.1 > y);
            if spans && x < (before.0 - point.0) * (y - point.1) / (before.1 - point.1) + point.0 {
                inside = !inside;
            }
            before = point;
        }
    }
    inside
}
