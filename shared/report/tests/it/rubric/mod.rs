//! The rubric by which pictures are judged, as far as a machine can: each item counts what it looked at and what was wrong.

pub(crate) mod colours;
pub(crate) mod columns;
pub(crate) mod drawing;
pub(crate) mod said;
pub(crate) mod spikes;
pub(crate) mod texts;
pub(crate) mod ticks;

use drawing::Drawing;
use report::picture::Picture;

/// What a check found.
#[derive(Debug, Default)]
pub(crate) struct Score {
    /// How much was looked at.
    pub(crate) looked_at: usize,
    /// What was wrong, a sentence each.
    pub(crate) wrong: Vec<String>,
    /// The figure that decides, where there is one.
    pub(crate) figure: String,
}

impl Score {
    /// Notes one thing that was looked at, and what is wrong with it.
    pub(crate) fn look(&mut self, right: bool, wrong: impl FnOnce() -> String) {
        self.looked_at += 1;
        if !right {
            self.wrong.push(wrong());
        }
    }

    /// 3 where nothing is wrong, 2 up to one in a hundred, 1 up to one in twenty, else 0.
    #[cfg_attr(test, expect(dead_code, reason = "the tests want nothing wrong"))]
    pub(crate) fn points(&self) -> u8 {
        match (self.wrong.len(), self.looked_at) {
            (0, 1..) => 3,
            (wrong, looked_at) if wrong * 100 <= looked_at => 2,
            (wrong, looked_at) if wrong * 20 <= looked_at => 1,
            _ => 0,
        }
    }
}

/// A picture, and taken apart.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) name: String,
    pub(crate) picture: Picture,
    pub(crate) drawing: Drawing,
}

impl Judged {
    pub(crate) fn new((name, picture): (String, Picture)) -> Self {
        Self { name, drawing: Drawing::new(&picture), picture }
    }
}
