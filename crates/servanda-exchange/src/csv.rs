//! CSV: comma-separated, quoted where need be, with or without a byte order mark, any line ends.
//!
//! A row without quotation marks is found and split in place, without a copy. Only a row with a quotation mark is taken
//! byte by byte, since what is quoted may contain commas and line ends.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::error::{Flaw, RunError};
use crate::row::{Bounds, PADDING, Row, split};

/// Why there is no next row.
pub(crate) enum ReadError {
    /// The row is bad; the next one can be read.
    Row(Box<Flaw>),
    /// Nothing more can be read.
    File { row: u64, reason: String },
}

impl ReadError {
    pub(crate) fn into_run_error(self, path: &Path) -> RunError {
        let (row, reason) = match self {
            ReadError::Row(flaw) => (0, flaw.message),
            ReadError::File { row, reason } => (row, reason),
        };
        RunError::Read { path: path.to_path_buf(), row, reason }
    }
}

const CHUNK: usize = 1 << 18;
/// The longest row that is read.
const LONGEST: usize = 1 << 20;

/// Reads rows.
pub(crate) struct CsvReader {
    file: File,
    buffer: Vec<u8>,
    /// What of the buffer is still to be read.
    start: usize,
    end: usize,
    at_end: bool,
    bounds: Bounds,
    unquoted: Vec<u8>,
    rows: u64,
    bytes: u64,
}

impl CsvReader {
    pub(crate) fn open(path: &Path) -> Result<CsvReader, RunError> {
        let failed = |error: std::io::Error| RunError::Read { path: path.to_path_buf(), row: 0, reason: plain(&error) };
        let file = File::open(path).map_err(failed)?;
        if file.metadata().map_err(failed)?.is_dir() {
            let reason = "is a folder, and no feed".to_owned();
            return Err(RunError::Read { path: path.to_path_buf(), row: 0, reason });
        }
        let mut reader = CsvReader {
            file,
            buffer: vec![0; CHUNK + PADDING],
            start: 0,
            end: 0,
            at_end: false,
            bounds: Bounds::new(),
            unquoted: Vec::new(),
            rows: 0,
            bytes: 0,
        };
        while reader.end < 3 && !reader.at_end {
            reader.more().map_err(|error| error.into_run_error(path))?;
        }
        if reader.buffer[..reader.end].starts_with(b"\xef\xbb\xbf") {
            reader.start = 3;
        }
        if [&b"\xff\xfe"[..], b"\xfe\xff"].iter().any(|mark| reader.buffer[..reader.end].starts_with(mark)) {
            let reason = "is written in UTF-16: save it as UTF-8".to_owned();
            return Err(RunError::Read { path: path.to_path_buf(), row: 1, reason });
        }
        Ok(reader)
    }

    /// How many rows were read, the header among them.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// How many bytes were read.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Where the next row begins: its byte in the file, and how many rows come before it.
    pub(crate) fn place(&self) -> (u64, u64) {
        (self.bytes - (self.end - self.start) as u64, self.rows)
    }

    /// Goes on from such a place.
    pub(crate) fn go_to(&mut self, (byte, rows): (u64, u64)) -> Result<(), ReadError> {
        let failed = |error| ReadError::File { row: rows, reason: plain(&error) };
        self.file.seek(SeekFrom::Start(byte)).map_err(failed)?;
        (self.start, self.end, self.at_end) = (0, 0, false);
        (self.bytes, self.rows) = (byte, rows);
        Ok(())
    }

    /// What is at hand of the rows that come, with padding.
    #[inline]
    pub(crate) fn at_hand(&self) -> &[u8] {
        &self.buffer[self.start..self.end + PADDING]
    }

    /// Goes on after so many rows and bytes of what is at hand.
    #[inline]
    pub(crate) fn pass_over(&mut self, rows: u64, bytes: usize) {
        self.start += bytes;
        self.rows += rows;
    }

    /// Reads on, keeping what was not taken yet.
    fn more(&mut self) -> Result<(), ReadError> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end + PADDING >= self.buffer.len() {
            self.buffer.resize(2 * self.buffer.len(), 0);
        }
        let room = self.buffer.len() - PADDING;
        loop {
            match self.file.read(&mut self.buffer[self.end..room]) {
                Ok(read) => {
                    self.at_end = read == 0;
                    self.end += read;
                    self.bytes += read as u64;
                    return Ok(());
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(ReadError::File { row: self.rows + 1, reason: plain(&error) }),
            }
        }
    }

    /// The next row that is not empty.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>, ReadError> {
        let end = loop {
            self.bounds.clear();
            self.bounds.push(self.start as u32);
            let mut from = self.start;
            let end = loop {
                match split(&self.buffer, from, self.end, &mut self.bounds) {
                    Some(found) if self.buffer[found] == b'"' => return self.quoted(),
                    // Whether a line feed follows is yet to be seen.
                    Some(found) if self.buffer[found] == b'\r' && found + 1 == self.end && !self.at_end => {
                        from = self.more_of(found)?;
                    }
                    Some(found) => break found,
                    None if self.at_end && self.start == self.end => return Ok(None),
                    None if self.at_end => break self.end,
                    None if self.end - self.start > LONGEST => return Err(self.too_long()),
                    None => from = self.more_of(self.end)?,
                }
            };
            let is_pair = end + 1 < self.end && self.buffer[end..end + 2] == *b"\r\n";
            let start = std::mem::replace(&mut self.start, (end + 1 + usize::from(is_pair)).min(self.end));
            self.rows += 1;
            if start < end {
                break end;
            }
        };
        self.bounds.push(end as u32 + 1);
        Ok(Some(Row { text: &self.buffer, bounds: self.bounds.get() }))
    }

    /// Reads on within a row; says where a place in it now is, and has cells begin where they now do.
    #[cold]
    fn more_of(&mut self, place: usize) -> Result<usize, ReadError> {
        let by = self.start;
        self.more()?;
        self.bounds.move_back(by as u32);
        Ok(place - by)
    }

    /// A row with a quotation mark in it.
    #[cold]
    fn quoted(&mut self) -> Result<Option<Row<'_>>, ReadError> {
        self.unquoted.clear();
        self.bounds.clear();
        self.bounds.push(0);
        let mut at = self.start;
        let mut in_quotes = false;
        let mut cell_start = true;
        loop {
            if at >= self.end {
                if self.at_end {
                    break;
                }
                let offset = at - self.start;
                if offset > LONGEST {
                    return Err(self.too_long());
                }
                self.more()?;
                at = self.start + offset;
                continue;
            }
            let byte = self.buffer[at];
            at += 1;
            match byte {
                b'"' if in_quotes => {
                    if at >= self.end && !self.at_end {
                        let offset = at - self.start;
                        self.more()?;
                        at = self.start + offset;
                    }
                    if at < self.end && self.buffer[at] == b'"' {
                        self.unquoted.push(b'"');
                        at += 1;
                    } else {
                        in_quotes = false;
                    }
                }
                _ if in_quotes => self.unquoted.push(byte),
                b'"' if cell_start => {
                    in_quotes = true;
                    cell_start = false;
                }
                b',' => {
                    self.unquoted.push(b',');
                    self.bounds.push(self.unquoted.len() as u32);
                    cell_start = true;
                }
                b'\n' | b'\r' => {
                    if byte == b'\r' {
                        if at >= self.end && !self.at_end {
                            let offset = at - self.start;
                            self.more()?;
                            at = self.start + offset;
                        }
                        if at < self.end && self.buffer[at] == b'\n' {
                            at += 1;
                        }
                    }
                    break;
                }
                _ => {
                    self.unquoted.push(byte);
                    cell_start = false;
                }
            }
        }
        self.start = at.min(self.end);
        self.rows += 1;
        if in_quotes {
            let flaw = Flaw::new("open-quotation", "a quotation mark is never closed")
                .help("close it, or write a quotation mark inside a quoted cell twice");
            return Err(ReadError::Row(flaw));
        }
        self.bounds.push(self.unquoted.len() as u32 + 1);
        self.unquoted.resize(self.unquoted.len() + PADDING, 0);
        Ok(Some(Row { text: &self.unquoted, bounds: self.bounds.get() }))
    }

    /// Passes over the rest of a row that is too long.
    #[cold]
    fn too_long(&mut self) -> ReadError {
        self.rows += 1;
        loop {
            if let Some(found) = memchr::memchr2(b'\n', b'\r', &self.buffer[self.start..self.end]) {
                self.start += found + 1;
                break;
            }
            self.start = self.end;
            if self.at_end {
                break;
            }
            if let Err(error) = self.more() {
                return error;
            }
        }
        let message = format!("the row is longer than {} MiB", LONGEST >> 20);
        ReadError::Row(Flaw::new("row-too-long", message).help("is a quotation mark or a line end missing?"))
    }
}

/// What the system says, without its number.
pub(crate) fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}
