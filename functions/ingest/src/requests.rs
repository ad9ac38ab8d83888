//! What is sent together: pieces of one message in chunks, which are always the same, and chunks in requests.

use crate::prepare::Piece;

/// Chunks of a request: each has a tag, and the service looks for every one of them.
const MOST_CHUNKS: usize = 100;

/// Pieces of one message that fit into a request. Which they are depends on the message alone, so that they have the same tag when it is
/// delivered again, in whatever company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The place of the message.
    pub message: usize,
    /// At least one.
    pub pieces: Vec<Piece>,
}

impl Chunk {
    /// Its lines.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().map(|piece| piece.lines.as_str())
    }

    /// How many rows it has.
    pub fn rows(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.rows as u64).sum()
    }

    fn size(&self) -> usize {
        self.lines().map(str::len).sum()
    }

    /// The tag of this part of the message `id`.
    pub fn tag(&self, id: &str) -> String {
        let place = |piece: Option<&Piece>| piece.map_or(0, |piece| piece.record);
        format!("{id}.{}-{}", place(self.pieces.first()), place(self.pieces.last()))
    }
}

/// The chunks of a message, in order, each of at most `limit` bytes.
pub fn chunks(message: usize, pieces: Vec<Piece>, limit: usize) -> Vec<Chunk> {
    let (mut chunks, mut size): (Vec<Chunk>, usize) = (Vec::new(), 0);
    for piece in pieces {
        size += piece.lines.len();
        match chunks.last_mut().filter(|_| size <= limit) {
            Some(chunk) => chunk.pieces.push(piece),
            None => {
                size = piece.lines.len();
                chunks.push(Chunk { message, pieces: vec![piece] });
            }
        }
    }
    chunks
}

/// The requests in which chunks are sent, in order, each of at most `limit` bytes.
pub fn requests(chunks: Vec<Chunk>, limit: usize) -> Vec<Vec<Chunk>> {
    let (mut requests, mut size): (Vec<Vec<Chunk>>, usize) = (Vec::new(), 0);
    for chunk in chunks {
        size += chunk.size();
        match requests.last_mut().filter(|request| size <= limit && request.len() < MOST_CHUNKS) {
            Some(request) => request.push(chunk),
            None => {
                size = chunk.size();
                requests.push(vec![chunk]);
            }
        }
    }
    requests
}

/// A request as two; the one piece with its message where it has no more.
pub fn halves(mut request: Vec<Chunk>) -> Result<[Vec<Chunk>; 2], Option<(usize, Piece)>> {
    if request.len() > 1 {
        let second = request.split_off(request.len() / 2);
        return Ok([request, second]);
    }
    let Some(Chunk { message, mut pieces }) = request.pop() else { return Err(None) };
    if pieces.len() > 1 {
        let second = pieces.split_off(pieces.len() / 2);
        return Ok([vec![Chunk { message, pieces }], vec![Chunk { message, pieces: second }]]);
    }
    Err(pieces.pop().map(|piece| (message, piece)))
}

#[cfg(test)]
mod tests {
    use super::{Chunk, chunks, halves, requests};
    use crate::prepare::Piece;

    const LIMIT: usize = 1000;

    fn pieces(sizes: &[usize]) -> Vec<Piece> {
        let piece = |(record, size): (usize, &usize)| Piece { record, lines: "x".repeat(*size), rows: 1 };
        sizes.iter().enumerate().map(piece).collect()
    }

    fn tags(chunks: &[Chunk]) -> Vec<String> {
        chunks.iter().map(|chunk| chunk.tag(&format!("m{}", chunk.message))).collect()
    }

    #[test]
    fn a_message_is_cut_alike_in_whatever_company() {
        let half = LIMIT / 2;
        let large = chunks(1, pieces(&[half, half, 1, half]), LIMIT);
        assert_eq!(tags(&large), ["m1.0-1", "m1.2-3"]);
        let all: Vec<_> = [chunks(0, pieces(&[5]), LIMIT), large, chunks(2, pieces(&[half - 1]), LIMIT)].concat();
        let sent: Vec<_> = requests(all, LIMIT).iter().map(|request| tags(request)).collect();
        assert_eq!(sent, [vec!["m0.0-0"], vec!["m1.0-1"], vec!["m1.2-3", "m2.0-0"]]);
        assert!(requests(Vec::new(), LIMIT).is_empty() && chunks(0, Vec::new(), LIMIT).is_empty());
    }

    #[test]
    fn a_request_has_a_limited_number_of_tags() {
        let all: Vec<_> = (0..250).flat_map(|message| chunks(message, pieces(&[1]), LIMIT)).collect();
        assert_eq!(requests(all, LIMIT).iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 50]);
    }

    #[test]
    fn halves_end_at_one_piece() {
        let mut work = requests([chunks(0, pieces(&[1, 1, 1]), LIMIT), chunks(1, pieces(&[1]), LIMIT)].concat(), LIMIT);
        let mut alone = Vec::new();
        while let Some(request) = work.pop() {
            match halves(request) {
                Ok([first, second]) => work.extend([second, first]),
                Err(piece) => alone.push(piece.map(|(message, piece)| (message, piece.record)).unwrap()),
            }
        }
        assert_eq!(alone, [(0, 0), (0, 1), (0, 2), (1, 0)]);
    }
}
