//! A content on its way to the store: in memory while it is small, then in a file without a name.
//!
//! Only when it is complete are its size and its hash known, which stand before it in the store.

use crate::digest::Digest;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// Bytes that are written to the file at a time, once there is one.
const BLOCK: usize = 64 * 1024;

/// Bytes that can be appended to and taken back from the end.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    memory_limit: usize,
    /// All of it while there is no file, else what is not yet in the file.
    memory: Vec<u8>,
    file: Option<File>,
    in_file: u64,
}

impl Spool {
    /// Nothing yet: up to `memory_limit` bytes stay in memory, more go into a file in `folder` that nobody else can open and that is
    /// gone with this process.
    pub fn new(memory_limit: usize, folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), memory_limit, memory: Vec::new(), file: None, in_file: 0 }
    }

    /// A content that is complete, in memory.
    pub fn of(content: Vec<u8>) -> Self {
        Self { memory: content, ..Self::new(usize::MAX, Path::new("")) }
    }

    /// Appends `content`.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write(&mut self, content: &[u8]) -> io::Result<()> {
        self.memory.extend_from_slice(content);
        let most = if self.file.is_some() { BLOCK } else { self.memory_limit };
        if self.memory.len() > most { self.flush() } else { Ok(()) }
    }

    /// Takes back everything after the first `length` bytes.
    ///
    /// # Errors
    /// Where the file cannot be shortened.
    pub fn truncate(&mut self, length: u64) -> io::Result<()> {
        let Some(in_memory) = length.checked_sub(self.in_file) else {
            self.memory.clear();
            self.in_file = length;
            let Some(file) = &mut self.file else { return Ok(()) };
            file.set_len(length)?;
            return file.seek(SeekFrom::End(0)).map(|_| ());
        };
        self.memory.truncate(usize::try_from(in_memory).unwrap_or(usize::MAX));
        Ok(())
    }

    /// Its bytes so far.
    pub fn len(&self) -> u64 {
        self.in_file + self.memory.len() as u64
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Everything, where it is in memory; else itself.
    ///
    /// # Errors
    /// The spool, where there is a file.
    pub fn into_memory(self) -> Result<Vec<u8>, Self> {
        if self.file.is_none() { Ok(self.memory) } else { Err(self) }
    }

    /// The hash of everything.
    pub(crate) fn hash(&mut self) -> io::Result<Digest> {
        let mut hash = Sha256::new();
        let mut reader = self.reader()?;
        while let Some(block) = reader.next(BLOCK)? {
            hash.update(&block);
        }
        Ok(Digest::finish(hash))
    }

    /// Reads everything from the beginning.
    pub(crate) fn reader(&mut self) -> io::Result<Reader<'_>> {
        if self.file.is_some() {
            self.flush()?;
        }
        if let Some(file) = &mut self.file {
            file.rewind()?;
        }
        Ok(Reader { file: self.file.as_mut(), memory: &self.memory })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.file.is_none() {
            self.file = Some(tempfile::tempfile_in(&self.folder)?);
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        file.seek(SeekFrom::Start(self.in_file))?;
        file.write_all(&self.memory)?;
        self.in_file += self.memory.len() as u64;
        self.memory.clear();
        self.memory.shrink_to(BLOCK);
        Ok(())
    }
}

/// Reads a spool in blocks.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    file: Option<&'a mut File>,
    memory: &'a [u8],
}

impl Reader<'_> {
    /// The next `size` bytes, fewer at the end, none after it.
    pub(crate) fn next(&mut self, size: usize) -> io::Result<Option<Bytes>> {
        let block = match &mut self.file {
            Some(file) => {
                let mut block = Vec::with_capacity(size);
                file.take(size as u64).read_to_end(&mut block)?;
                Bytes::from(block)
            }
            None => {
                let (block, rest) = self.memory.split_at(size.min(self.memory.len()));
                self.memory = rest;
                Bytes::copy_from_slice(block)
            }
        };
        Ok((!block.is_empty()).then_some(block))
    }
}

#[cfg(test)]
mod tests {
    use super::Spool;
    use crate::digest::Digest;

    fn content(spool: &mut Spool) -> Vec<u8> {
        let mut all = Vec::new();
        let mut reader = spool.reader().unwrap();
        while let Some(block) = reader.next(1000).unwrap() {
            all.extend_from_slice(&block);
        }
        all
    }

    #[test]
    fn it_holds_what_was_written_wherever_that_is() {
        let folder = tempfile::tempdir().unwrap();
        let expected: Vec<u8> = (0..300_000u32).flat_map(u32::to_le_bytes).collect();
        for limit in [0, 1, 1000, expected.len() - 1, expected.len(), usize::MAX] {
            let mut spool = Spool::new(limit, folder.path());
            for piece in expected.chunks(997) {
                spool.write(piece).unwrap();
            }
            assert_eq!(spool.len(), expected.len() as u64);
            assert_eq!(content(&mut spool), expected);
            assert_eq!(spool.hash().unwrap(), Digest::of(&expected));
            assert_eq!(spool.into_memory().is_ok(), expected.len() <= limit, "{limit}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the file has no name");
    }

    #[test]
    fn the_end_can_be_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        for limit in [10, 1_000_000] {
            for kept in [0, 5, 100_000, 199_999] {
                let mut spool = Spool::new(limit, folder.path());
                spool.write(&[1; 150_000]).unwrap();
                spool.write(&[2; 50_000]).unwrap();
                spool.truncate(kept).unwrap();
                spool.write(b"end").unwrap();
                let mut expected = [vec![1; 150_000], vec![2; 50_000]].concat();
                expected.truncate(usize::try_from(kept).unwrap());
                expected.extend(b"end");
                assert_eq!(content(&mut spool), expected, "{limit} {kept}");
            }
        }
    }

    #[test]
    fn a_folder_that_takes_no_file_is_an_error() {
        let mut spool = Spool::new(1, "/nowhere");
        assert!(spool.write(b"ab").is_err());
    }
}
