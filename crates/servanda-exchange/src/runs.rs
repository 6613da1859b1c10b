//! Goes through sorted runs at once, in order.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use crate::order::{InOrder, Key, PADDING};
use crate::record::{Record, parse, record};

pub(crate) const BUFFER: usize = 1 << 16;

/// Several runs, each of which is in order.
pub(crate) struct Merge<'s> {
    runs: Vec<Reader<'s>>,
    /// Runs that are not at their end, as a heap: the first has the first row.
    heap: Vec<u32>,
}

/// Reads a run.
struct Reader<'s> {
    places: &'s [(u32, usize)],
    source: Source<'s>,
    /// Where the next row begins, in the text that is at hand.
    next: usize,
    row: Row,
    key: Key,
}

/// A row, and where in the text at hand its own text begins and ends, and how much of that is arguments.
#[derive(Clone, Copy, Default)]
struct Row {
    fluent: u32,
    since: i64,
    until: i64,
    start: usize,
    end: usize,
    split: usize,
}

enum Source<'s> {
    /// The last run, which never was put into the file.
    Memory(InOrder<'s>),
    File {
        file: &'s File,
        rest: Range<u64>,
        buffer: Vec<u8>,
        length: usize,
    },
}

impl<'s> Merge<'s> {
    /// `last` is the run that is still in memory.
    pub(crate) fn new(
        places: &'s [(u32, usize)],
        in_files: impl Iterator<Item = (&'s File, Range<u64>)>,
        last: InOrder<'s>,
    ) -> io::Result<Merge<'s>> {
        let in_files: Vec<_> = in_files.collect();
        // However many there are, their buffers stay small together.
        let room = (64 * BUFFER / (in_files.len() + 1)).clamp(1 << 12, BUFFER);
        let of_file = |(file, rest)| Source::File { file, rest, buffer: vec![0; room + PADDING], length: 0 };
        let mut merge = Merge { runs: Vec::new(), heap: Vec::new() };
        for source in in_files.into_iter().map(of_file).chain([Source::Memory(last)]) {
            let mut reader = Reader { places, source, next: 0, row: Row::default(), key: Key::FIRST };
            if reader.advance()? {
                merge.heap.push(merge.runs.len() as u32);
            }
            merge.runs.push(reader);
        }
        for at in (0..merge.heap.len() / 2).rev() {
            merge.sift(at);
        }
        Ok(merge)
    }

    /// The first row of all that are left.
    #[inline]
    pub(crate) fn first(&self) -> Option<Record<'_>> {
        self.heap.first().map(|&run| self.runs[run as usize].record())
    }

    #[inline]
    pub(crate) fn advance(&mut self) -> io::Result<()> {
        let first = self.heap[0];
        if !self.runs[first as usize].advance()? {
            self.heap.swap_remove(0);
        }
        self.sift(0);
        Ok(())
    }

    /// Of equal rows, those of the earlier run come first.
    #[inline]
    fn precedes(&self, a: u32, b: u32) -> bool {
        let (x, y) = (&self.runs[a as usize], &self.runs[b as usize]);
        x.key.compare(&y.key, || x.record(), || y.record()).then(a.cmp(&b)).is_lt()
    }

    fn sift(&mut self, mut at: usize) {
        loop {
            let (left, right) = (2 * at + 1, 2 * at + 2);
            let Some(&first) = self.heap.get(left) else { return };
            let is_right = self.heap.get(right).is_some_and(|&second| self.precedes(second, first));
            let child = if is_right { right } else { left };
            if self.precedes(self.heap[at], self.heap[child]) {
                return;
            }
            self.heap.swap(at, child);
            at = child;
        }
    }
}

impl Reader<'_> {
    #[inline]
    fn record(&self) -> Record<'_> {
        let text = match &self.source {
            Source::Memory(rows) => rows.text,
            Source::File { buffer, .. } => buffer.as_slice(),
        };
        let Row { fluent, since, until, start, end, split } = self.row;
        Record { fluent, since, until, text: &text[start..end], split }
    }

    /// Goes on to the next row; says whether there is one.
    #[inline]
    fn advance(&mut self) -> io::Result<bool> {
        match &mut self.source {
            Source::Memory(rows) => {
                let Some(at) = rows.next() else { return Ok(false) };
                let (it, end) = record(rows.text, at);
                (self.row, self.key) = (Row::of(&it, end), rows.key());
                return Ok(true);
            }
            Source::File { buffer, length, .. } => {
                if let Some((it, whole)) = parse(&buffer[self.next..*length]) {
                    self.next += whole;
                    self.row = Row::of(&it, self.next);
                } else if !self.read_on()? {
                    return Ok(false);
                }
            }
        }
        let Source::File { buffer, .. } = &self.source else { return Ok(true) };
        let Row { fluent, start, end, split, .. } = self.row;
        let (place, common) = self.places[fluent as usize];
        self.key = Key::new(0, place, buffer, start + common.min(split)..start + split, start + split + 1..end - 1);
        Ok(true)
    }

    /// Reads on until all of the next row is at hand, and goes on to it.
    #[cold]
    fn read_on(&mut self) -> io::Result<bool> {
        let Source::File { file, rest, buffer, length } = &mut self.source else { return Ok(false) };
        loop {
            if rest.is_empty() {
                return Ok(false);
            }
            buffer.copy_within(self.next..*length, 0);
            *length -= self.next;
            self.next = 0;
            if *length + PADDING == buffer.len() {
                buffer.resize(2 * buffer.len(), 0);
            }
            let room = buffer.len() - PADDING - *length;
            let wanted = room.min(usize::try_from(rest.end - rest.start).unwrap_or(room));
            file.seek(SeekFrom::Start(rest.start))?;
            file.read_exact(&mut buffer[*length..*length + wanted])?;
            *length += wanted;
            rest.start += wanted as u64;
            if let Some((it, whole)) = parse(&buffer[..*length]) {
                self.next = whole;
                self.row = Row::of(&it, whole);
                return Ok(true);
            }
        }
    }
}

impl Row {
    /// A row whose text ends there.
    fn of(it: &Record<'_>, end: usize) -> Row {
        let &Record { fluent, since, until, text, split } = it;
        Row { fluent, since, until, start: end - text.len(), end, split }
    }
}
