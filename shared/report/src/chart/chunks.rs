//! A growing list in pieces: nothing is moved or left behind when it grows, so that its memory is what its values take.

/// Values in a piece: 64 KiB of numbers.
const PIECE: usize = 8_192;

/// A list that only grows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chunks<T> {
    pieces: Vec<Vec<T>>,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self { pieces: Vec::new() }
    }
}

impl<T: Copy> Chunks<T> {
    pub(crate) fn push(&mut self, value: T) {
        match self.pieces.last_mut() {
            Some(last) if last.len() < PIECE => last.push(value),
            // Small results stay small: only the pieces after the first are made in full.
            None => self.pieces.push(vec![value]),
            Some(_) => {
                let mut piece = Vec::with_capacity(PIECE);
                piece.push(value);
                self.pieces.push(piece);
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.pieces.last().map_or(0, |last| (self.pieces.len() - 1) * PIECE + last.len())
    }

    /// The value at `index`; none beyond the end.
    pub(crate) fn get(&self, index: usize) -> Option<T> {
        self.pieces.get(index / PIECE)?.get(index % PIECE).copied()
    }

    /// The same with the value at `i` `counts[i]` times.
    pub(crate) fn repeated(&self, counts: &[usize]) -> Self {
        self.iter().zip(counts).flat_map(|(value, count)| std::iter::repeat_n(value, *count)).collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = T> + Clone {
        self.pieces.iter().flatten().copied()
    }
}

impl<T: Copy> FromIterator<T> for Chunks<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut chunks = Self::default();
        values.into_iter().for_each(|value| chunks.push(value));
        chunks
    }
}

#[cfg(test)]
mod tests {
    use super::{Chunks, PIECE};

    #[test]
    fn a_list_as_any_other() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7] {
            let chunks: Chunks<usize> = (0..length).collect();
            assert_eq!(chunks.len(), length);
            assert!(chunks.iter().eq(0..length));
            assert!((0..length).all(|index| chunks.get(index) == Some(index)));
            assert_eq!(chunks.get(length), None);
        }
    }
}
