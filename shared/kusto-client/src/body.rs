//! The body of an answer: counted on the wire and decompressed, so that a small one cannot become a large one.

use flate2::{Decompress, FlushDecompress, Status};
use http::{HeaderMap, header::CONTENT_ENCODING};
use kusto_protocol::error::DecodeError;

/// How much decompressed text is handed on at once.
const OUTPUT: usize = 64 << 10;
/// The window of every gzip stream, as a power of two (RFC 1952 knows no other).
const WINDOW_BITS: u8 = 15;
/// Rows compress to a tenth, repetitive ones to a hundredth; the most that gzip can do is 1 : 1032.
const MOST_RATIO: u64 = 200;
/// The ratio is not looked at before this many bytes: a short answer may be one repeated character.
const RATIO_COUNTS_AFTER: u64 = 1 << 20;

/// Takes the chunks of a body as they come from the wire and hands them on decompressed.
pub(crate) struct Body {
    gunzip: Option<Gunzip>,
    limit: u64,
    wire: u64,
    decoded: u64,
}

struct Gunzip {
    inflate: Decompress,
    output: Box<[u8]>,
    ended: bool,
}

/// Why a body cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the answer is neither plain nor gzip")]
    Encoding,
    #[error("the answer is not valid gzip")]
    Corrupt,
    #[error("the compressed answer was cut off after {0} bytes")]
    Cut(u64),
    #[error("the answer goes on after the end of its gzip member")]
    Trailing,
    #[error("the answer has more than {0} bytes")]
    TooLarge(u64),
    #[error("the answer decompresses to more than {MOST_RATIO} times its size")]
    Ratio,
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

impl Body {
    /// A body with these headers, of which at most `limit` bytes are taken, compressed or not.
    pub(crate) fn new(headers: &HeaderMap, limit: u64) -> Result<Self, BodyError> {
        let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
        let gunzip = match (encodings.next().map(|encoding| encoding.as_bytes()), encodings.next()) {
            (None | Some(b"identity"), None) => None,
            (Some(encoding), None) if encoding.eq_ignore_ascii_case(b"gzip") => Some(Gunzip::new()),
            _ => return Err(BodyError::Encoding),
        };
        Ok(Self { gunzip, limit, wire: 0, decoded: 0 })
    }

    /// Takes the next chunk and hands what it decompresses to on to `take`.
    pub(crate) fn feed(
        &mut self,
        chunk: &[u8],
        mut take: impl FnMut(&[u8]) -> Result<(), DecodeError>,
    ) -> Result<(), BodyError> {
        self.wire += chunk.len() as u64;
        if self.wire > self.limit {
            return Err(BodyError::TooLarge(self.limit));
        }
        let Some(gunzip) = &mut self.gunzip else { return Ok(take(chunk)?) };
        let mut rest = chunk;
        loop {
            let (used, produced) = gunzip.inflate(rest)?;
            rest = &rest[used..];
            self.decoded += produced as u64;
            if self.decoded > self.limit {
                return Err(BodyError::TooLarge(self.limit));
            }
            if self.decoded > RATIO_COUNTS_AFTER && self.decoded / MOST_RATIO > self.wire {
                return Err(BodyError::Ratio);
            }
            take(&gunzip.output[..produced])?;
            // A full output may mean that there is more of it.
            if rest.is_empty() && produced < OUTPUT {
                return Ok(());
            }
        }
    }

    /// The body has ended.
    pub(crate) fn finish(&self) -> Result<(), BodyError> {
        match &self.gunzip {
            Some(gunzip) if !gunzip.ended => Err(BodyError::Cut(self.wire)),
            _ => Ok(()),
        }
    }
}

impl Gunzip {
    fn new() -> Self {
        let output = vec![0; OUTPUT].into_boxed_slice();
        Self { inflate: Decompress::new_gzip(WINDOW_BITS), output, ended: false }
    }

    /// Decompresses as much of `input` as fills the output; the numbers of bytes used and produced.
    fn inflate(&mut self, input: &[u8]) -> Result<(usize, usize), BodyError> {
        if self.ended {
            return if input.is_empty() { Ok((0, 0)) } else { Err(BodyError::Trailing) };
        }
        let (used, produced) = (self.inflate.total_in(), self.inflate.total_out());
        let status = self.inflate.decompress(input, &mut self.output, FlushDecompress::None);
        self.ended = match status.map_err(|_| BodyError::Corrupt)? {
            Status::StreamEnd => true,
            Status::Ok | Status::BufError => false,
        };
        let used = (self.inflate.total_in() - used) as usize;
        let produced = (self.inflate.total_out() - produced) as usize;
        if !self.ended && used == 0 && produced == 0 && !input.is_empty() {
            return Err(BodyError::Corrupt);
        }
        Ok((used, produced))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use http::HeaderValue;
    use proptest::prelude::*;
    use std::io::Write;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// What `wire`, in chunks of `size`, decompresses to.
    fn read(wire: &[u8], size: usize, limit: u64) -> Result<Vec<u8>, BodyError> {
        let headers = HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static("gzip"))]);
        let mut body = Body::new(&headers, limit)?;
        let mut text = Vec::new();
        for chunk in wire.chunks(size) {
            body.feed(chunk, |decoded| {
                text.extend_from_slice(decoded);
                Ok(())
            })?;
        }
        body.finish().map(|()| text)
    }

    #[test]
    fn the_ratio_counts_after_the_first_mebibyte() {
        let blanks = vec![b' '; 2 << 20];
        assert_eq!(read(&gzip(&blanks[..1 << 20]), 1000, u64::MAX).unwrap().len(), 1 << 20);
        assert_eq!(read(&gzip(&blanks), 1000, u64::MAX).unwrap_err(), BodyError::Ratio);
    }

    #[test]
    fn the_limit_counts_on_both_sides() {
        let text: Vec<u8> = (0..10_000_u32).flat_map(u32::to_le_bytes).collect();
        let wire = gzip(&text);
        assert_eq!(read(&wire, 1000, text.len() as u64).unwrap(), text);
        assert_eq!(read(&wire, 1000, text.len() as u64 - 1).unwrap_err(), BodyError::TooLarge(text.len() as u64 - 1));
        assert_eq!(read(&wire, 1000, 999).unwrap_err(), BodyError::TooLarge(999));
    }

    #[test]
    fn an_empty_body_is_not_gzip() {
        assert_eq!(read(b"", 1, 10).unwrap_err(), BodyError::Cut(0));
    }

    #[test]
    fn what_takes_the_text_can_end_it() {
        let mut body = Body::new(&HeaderMap::new(), 10).unwrap();
        let error = body.feed(b"x", |_| Err(DecodeError::Cancelled)).unwrap_err();
        assert_eq!(error, BodyError::Decode(DecodeError::Cancelled));
    }

    proptest! {
        #[test]
        fn chunks_may_end_anywhere(text in proptest::collection::vec(any::<u8>(), 0..5000), copies in 1_usize..5, size in 1_usize..5000) {
            let text = text.repeat(copies);
            prop_assert_eq!(read(&gzip(&text), size, u64::MAX).unwrap(), text);
        }

        #[test]
        fn any_bytes_are_read_without_panic(wire in proptest::collection::vec(any::<u8>(), 0..200), size in 1_usize..50) {
            let mut wire = wire;
            let _ = read(&wire, size, 1000);
            wire.splice(0..0, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
            let _ = read(&wire, size, 1000);
        }
    }
}
