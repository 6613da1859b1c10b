//! Results in order: by fluent, arguments as text, value as text, and time.
//!
//! A row is written as text once, as it will stand in the result, and sorted by the first bytes of that. What all rows of
//! a fluent begin with (`send(` in `send({1};{2})`) is left out of these. So many rows as fit near the processor make a
//! run, which is sorted and put into a file; at the end the runs are merged. Memory does not grow with the result, and
//! the file takes some twenty bytes a row.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::PathBuf;

use servanda_model::Value;

use crate::error::RunError;
use crate::found::{FORGOTTEN, Interval, Rows};
use crate::group::Group;
use crate::record::{LENGTHS, LONG_LENGTHS, Record, put_head, put_lengths, record};
use crate::write::{Format, Output, failed};

/// How many rows make a run, and how many bytes of text at most.
const RUN: usize = 1 << 18;
const RUN_TEXT: usize = 1 << 26;

/// Brings rows in order.
pub(crate) struct Sorter {
    /// For each fluent the place of its rows among those of other fluents, and the length of the text they begin with.
    places: Vec<(u32, usize)>,
    /// The run that is not full yet.
    text: Vec<u8>,
    entries: Vec<Entry>,
    /// Full runs, where they are in the file.
    runs: Vec<Range<u64>>,
    /// How many rows make one.
    full: usize,
    file: Option<Spilled>,
    path: PathBuf,
    /// Whether some row ends with whatever comes next.
    has_forgotten: bool,
}

/// Where runs are put. The file is gone with this.
struct Spilled {
    file: File,
    path: PathBuf,
}

impl Drop for Spilled {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// What a row is sorted by, and where it is.
#[derive(Clone, Copy)]
struct Entry {
    key: Key,
    at: u32,
}

#[derive(Clone, Copy)]
struct Key {
    /// The place of its fluent, and the first bytes of its arguments after what all have in common.
    text: u128,
    since: i64,
    /// The first bytes of its value.
    value: u32,
    /// Whether these bytes are all of the two.
    is_whole: bool,
}

impl Sorter {
    /// `path` is where runs go, once there are any.
    pub(crate) fn new(format: &Format, path: PathBuf) -> Sorter {
        Sorter {
            places: places(format),
            text: Vec::new(),
            entries: Vec::new(),
            runs: Vec::new(),
            full: RUN,
            file: None,
            path,
            has_forgotten: false,
        }
    }

    /// Takes rows in.
    pub(crate) fn add(&mut self, rows: &Rows, format: &Format) -> Result<(), RunError> {
        for (it, args) in rows.iter() {
            self.add_one(it, args, format);
            if self.entries.len() == self.full || self.text.len() > RUN_TEXT {
                self.spill().map_err(|error| failed(&self.path, &error))?;
            }
        }
        Ok(())
    }

    #[inline]
    fn add_one(&mut self, it: &Interval, args: &[Value], format: &Format) {
        self.has_forgotten |= it.until == FORGOTTEN;
        let at = self.text.len();
        let out = &mut self.text;
        put_head(out, it);
        let lengths = out.len();
        out.extend_from_slice(&[0; LENGTHS]);
        let mut start = out.len();
        format.write_args(out, it.fluent, args);
        let split = out.len() - start;
        out.push(b',');
        format.write_value(out, it.value);
        let end = out.len();
        out.push(b',');
        let value = end - start - split - 1;
        let mut end = end;
        if put_lengths(&mut out[lengths..start], split, value) {
            out.splice(start..start, [(split as u64).to_le_bytes(), (value as u64).to_le_bytes()].concat());
            (start, end) = (start + LONG_LENGTHS, end + LONG_LENGTHS);
        }
        let (place, common) = self.places[it.fluent as usize];
        // Keys are read in words, which may be longer than what is there.
        out.extend_from_slice(&[0; PADDING]);
        let key = key_of(place, it.since, out, start + common.min(split)..start + split, start + split + 1..end);
        out.truncate(end + 1);
        self.entries.push(Entry { key, at: at as u32 });
    }

    fn sort(&mut self) {
        let Sorter { text, entries, .. } = self;
        entries.sort_unstable_by(|a, b| {
            let (x, y) = (|| record(text, a.at as usize).0, || record(text, b.at as usize).0);
            compare(&a.key, &b.key, x, y).then(a.at.cmp(&b.at))
        });
    }

    /// Puts a full run into the file.
    fn spill(&mut self) -> io::Result<()> {
        self.sort();
        let spilled = match &mut self.file {
            Some(spilled) => spilled,
            none => {
                let file = File::options().read(true).write(true).create(true).truncate(true).open(&self.path)?;
                // Where the system allows, nothing is left even of a run that is killed.
                let _ = std::fs::remove_file(&self.path);
                none.insert(Spilled { file, path: self.path.clone() })
            }
        };
        let start = self.runs.last().map_or(0, |run| run.end);
        let mut length = 0;
        let mut buffer = Vec::with_capacity(BUFFER + 256);
        for entry in &self.entries {
            let (_, end) = record(&self.text, entry.at as usize);
            buffer.extend_from_slice(&self.text[entry.at as usize..end]);
            if buffer.len() >= BUFFER {
                spilled.file.write_all(&buffer)?;
                length += buffer.len() as u64;
                buffer.clear();
            }
        }
        spilled.file.write_all(&buffer)?;
        length += buffer.len() as u64;
        self.runs.push(start..start + length);
        self.entries.clear();
        self.text.clear();
        Ok(())
    }

    /// Writes all rows in order; says how many.
    pub(crate) fn finish(mut self, output: &mut Output, format: &Format) -> Result<u64, RunError> {
        self.sort();
        let mut group = self.has_forgotten.then(Group::default);
        let mut count = 0;
        let mut write = |record: &Record<'_>, output: &mut Output| {
            if let Some(group) = &mut group {
                count += group.add(record, output.buffer(), format);
            } else {
                let bounds = (record.since, record.until);
                format.write_written(output.buffer(), record.fluent, record.text, record.split, bounds);
                count += 1;
            }
            output.flow()
        };
        if self.runs.is_empty() {
            for entry in &self.entries {
                write(&record(&self.text, entry.at as usize).0, output)?;
            }
        } else {
            let path = self.path.clone();
            let failed = |error: io::Error| failed(&path, &error);
            let mut merge = Merge::new(&mut self).map_err(failed)?;
            while let Some(record) = merge.first() {
                write(&record, output)?;
                merge.advance().map_err(failed)?;
            }
        }
        if let Some(mut group) = group {
            count += group.finish(output.buffer(), format);
        }
        Ok(count)
    }
}

/// Fluents that go by one name, and whose arguments begin with the same constant text, have their rows in one place.
fn places(format: &Format) -> Vec<(u32, usize)> {
    let mut fluents: Vec<usize> = (0..format.fluents.len()).collect();
    let head = |fluent: usize| (&format.fluents[fluent].name, format.fluents[fluent].constant_head());
    fluents.sort_by(|a, b| head(*a).cmp(&head(*b)));
    let mut places = vec![(0, 0); fluents.len()];
    let mut last: Option<(usize, u32)> = None;
    for fluent in fluents {
        // In order, a head that begins with another comes after it.
        let is_same =
            |(first, _): &(usize, u32)| head(*first).0 == head(fluent).0 && head(fluent).1.starts_with(head(*first).1);
        let (first, place) = last.filter(is_same).unwrap_or((fluent, last.map_or(0, |last| last.1 + 1)));
        places[fluent] = (place, head(first).1.len());
        last = Some((first, place));
    }
    places
}

/// So many bytes of arguments are in a key; those before them are the place.
const IN_KEY: usize = 13;
const PADDING: usize = 16;

#[inline]
fn key_of(place: u32, since: i64, text: &[u8], args: Range<usize>, value: Range<usize>) -> Key {
    let word = |start: usize, length: usize| {
        let word = u128::from_be_bytes(*text[start..].first_chunk::<16>().expect("keys are read from padded text"));
        if length == 0 { 0 } else { word & (u128::MAX << (128 - 8 * length)) }
    };
    let (args_length, value_length) = (args.len().min(IN_KEY), value.len().min(4));
    let args_word = word(args.start, args_length);
    let value_word = (word(value.start, value_length) >> 96) as u32;
    // Bytes of nought at the end look like no bytes.
    let ends_in_nought = |range: &Range<usize>| !range.is_empty() && text[range.end - 1] == 0;
    let is_whole = args.len() == args_length && value.len() == value_length;
    let is_whole = is_whole && !ends_in_nought(&args) && !ends_in_nought(&value);
    let text = u128::from(place) << (8 * IN_KEY) | args_word >> (128 - 8 * IN_KEY);
    Key { text, since, value: value_word, is_whole }
}

/// Compares rows by their keys, and where these do not tell, in full.
#[inline]
fn compare<'t>(a: &Key, b: &Key, x: impl Fn() -> Record<'t>, y: impl Fn() -> Record<'t>) -> Ordering {
    if a.text != b.text {
        return a.text.cmp(&b.text);
    }
    if !(a.is_whole && b.is_whole) {
        let (x, y) = (x(), y());
        return x.args().cmp(y.args()).then_with(|| x.value().cmp(y.value())).then(a.since.cmp(&b.since));
    }
    (a.value, a.since).cmp(&(b.value, b.since))
}

const BUFFER: usize = 1 << 16;

/// Goes through several runs at once, in order.
struct Merge<'s> {
    runs: Vec<Reader<'s>>,
    /// Runs that are not at their end, as a heap: the first has the first row.
    heap: Vec<u32>,
}

/// Reads a run.
struct Reader<'s> {
    places: &'s [(u32, usize)],
    source: Source<'s>,
    /// The row it is at, in the text that is at hand, and what it is sorted by.
    at: usize,
    end: usize,
    key: Key,
}

enum Source<'s> {
    /// The last run, which never was put into the file.
    Memory {
        text: &'s [u8],
        entries: std::slice::Iter<'s, Entry>,
    },
    File {
        file: &'s File,
        rest: Range<u64>,
        buffer: Vec<u8>,
        length: usize,
    },
}

impl<'s> Merge<'s> {
    fn new(sorter: &'s mut Sorter) -> io::Result<Merge<'s>> {
        let Sorter { places, text, entries, runs, file, .. } = sorter;
        let file = file.as_ref().map(|spilled| &spilled.file);
        // However many there are, their buffers stay small together.
        let room = (64 * BUFFER / (runs.len() + 1)).clamp(1 << 12, BUFFER);
        let of_file = |rest: Range<u64>, file| Source::File { file, rest, buffer: vec![0; room + PADDING], length: 0 };
        let mut sources: Vec<Source<'s>> = Vec::new();
        if let Some(file) = file {
            sources.extend(runs.drain(..).map(|rest| of_file(rest, file)));
        }
        sources.push(Source::Memory { text, entries: entries.iter() });
        let empty = Key { text: 0, since: 0, value: 0, is_whole: true };
        let mut merge = Merge { runs: Vec::new(), heap: Vec::new() };
        for source in sources {
            let mut reader = Reader { places, source, at: 0, end: 0, key: empty };
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
    fn first(&self) -> Option<Record<'_>> {
        self.heap.first().map(|&run| self.runs[run as usize].record())
    }

    fn advance(&mut self) -> io::Result<()> {
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
        compare(&x.key, &y.key, || x.record(), || y.record()).then(a.cmp(&b)).is_lt()
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
    fn text(&self) -> &[u8] {
        match &self.source {
            Source::Memory { text, .. } => text,
            Source::File { buffer, .. } => buffer,
        }
    }

    #[inline]
    fn record(&self) -> Record<'_> {
        record(self.text(), self.at).0
    }

    /// Goes on to the next row; says whether there is one.
    fn advance(&mut self) -> io::Result<bool> {
        match &mut self.source {
            Source::Memory { entries, .. } => {
                let Some(entry) = entries.next() else { return Ok(false) };
                (self.at, self.key) = (entry.at as usize, entry.key);
                return Ok(true);
            }
            Source::File { file, rest, buffer, length } => {
                self.at = self.end;
                // As long as all of it is not at hand.
                loop {
                    let whole = crate::record::length(&buffer[self.at..*length]);
                    if let Some(whole) = whole {
                        self.end = self.at + whole;
                        break;
                    }
                    if rest.is_empty() {
                        return Ok(false);
                    }
                    buffer.copy_within(self.at..*length, 0);
                    *length -= self.at;
                    self.at = 0;
                    if *length + PADDING == buffer.len() {
                        buffer.resize(2 * buffer.len(), 0);
                    }
                    let room = buffer.len() - PADDING - *length;
                    let wanted = room.min(usize::try_from(rest.end - rest.start).unwrap_or(room));
                    file.seek(SeekFrom::Start(rest.start))?;
                    file.read_exact(&mut buffer[*length..*length + wanted])?;
                    *length += wanted;
                    rest.start += wanted as u64;
                }
            }
        }
        let text = self.text();
        let it = record(text, self.at).0;
        let (place, common) = self.places[it.fluent as usize];
        let start = self.end - it.text.len();
        let args = start + common.min(it.split)..start + it.split;
        self.key = key_of(place, it.since, text, args, start + it.split + 1..self.end - 1);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use servanda::load::{DefaultLaw, open};
    use servanda_model::{EntityId, Model, Value};

    use super::*;
    use crate::found::{BEGINNING, BROKEN, OPEN};

    fn model(example: &str) -> Model {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(example);
        open(&path, DefaultLaw::None).expect("the example is there").model
    }

    fn number(number: i64) -> Value {
        Value::integer(number).expect("a small number")
    }

    /// What comes of rows that are sorted in runs of so many.
    fn sorted(rows: &Rows, format: &Format, full: usize) -> String {
        let of = std::thread::current().id();
        let folder = std::env::temp_dir().join(format!("servanda-sorting-{}-{of:?}-{full}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let out = folder.join("out.csv");
        let mut output = Output::create(&out).expect("a file");
        let mut sorter = Sorter { full, ..Sorter::new(format, output.place_beside("runs")) };
        sorter.add(rows, format).expect("room for runs");
        sorter.finish(&mut output, format).expect("room for rows");
        output.finish().expect("room for rows");
        let text = std::fs::read_to_string(&out).expect("the result");
        let left = std::fs::read_dir(&folder).expect("the folder").count();
        assert_eq!(left, 1, "runs are gone");
        std::fs::remove_dir_all(folder).expect("the folder");
        text
    }

    #[test]
    fn rows_are_in_order_however_many_runs_they_make() {
        let model = model("netbill/netbill.md");
        let format = Format::new(&model);
        let mut seed = 1_u64;
        let mut below = |limit: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % limit
        };
        let goods = |at: u64| Value::entity(EntityId::from_index(model.lexicon.entities.len() - 1 - at as usize));
        let mut rows = Rows::default();
        let mut lines = Vec::new();
        for _ in 0..500 {
            let fluent = below(model.program.fluents.len() as u64) as usize;
            let args: Vec<Value> = (0..model.program.fluents[fluent].args.len())
                .map(|at| match at {
                    2 => goods(below(4)),
                    _ => number(below(30) as i64 * 10_i64.pow(below(9) as u32) - 15),
                })
                .collect();
            let since = if below(20) == 0 { BEGINNING } else { below(100) as i64 - 50 };
            let until = if below(5) == 0 { OPEN } else { since.max(-50) + 1 + below(1 << 30) as i64 };
            let mut one = Rows::default();
            one.push(fluent as u32, &args, goods(below(3)), since, until);
            rows.push(fluent as u32, &args, one.iter().next().unwrap().0.value, since, until);
            let mut line = Vec::new();
            one.iter().for_each(|(it, args)| format.write_row(&mut line, it, args));
            let line = String::from_utf8(line).unwrap();
            let cells: Vec<String> = line.split(',').map(str::to_owned).collect();
            let [name, args, value, ..] = <[String; 5]>::try_from(cells).expect("nothing needs quotation marks");
            lines.push((name, args, value, since, lines.len(), line));
        }
        lines.sort();
        let wanted: String = lines.into_iter().map(|line| line.5).collect();
        for full in [1, 7, 499, 500, RUN] {
            assert_eq!(sorted(&rows, &format, full), wanted, "runs of {full}");
        }
    }

    #[test]
    fn what_was_forgotten_ends_with_what_comes_next() {
        let model = model("deadline/deadline.md");
        let format = Format::new(&model);
        let status = |word: &str| {
            let entity = model.lexicon.entities.iter().position(|entity| entity.name == word);
            Value::entity(EntityId::from_index(entity.expect("a status")))
        };
        let fluent = model.norms[0].status.0;
        let mut rows = Rows::default();
        for (id, value, since, until) in [
            (1, "due", 0, 5),
            (1, "met", 5, FORGOTTEN),
            (1, "due", 9, 12),
            (1, "met", 12, FORGOTTEN),
            (1, "met", 14, FORGOTTEN),
            (1, "met", 20, BROKEN),
            (2, "met", 3, FORGOTTEN),
            (2, "met", 8, BROKEN),
            (2, "met", 8, FORGOTTEN),
            (2, "due", 30, OPEN),
        ] {
            rows.push(fluent, &[number(id), number(7)], status(value), since, until);
        }
        let wanted = "\
            Discharge,1;7,due,0,5\n\
            Discharge,1;7,due,9,12\n\
            Discharge,1;7,met,5,9\n\
            Discharge,1;7,met,12,20\n\
            Discharge,2;7,due,30,\n\
            Discharge,2;7,met,3,30\n";
        for full in [1, 3, RUN] {
            assert_eq!(sorted(&rows, &format, full), wanted);
        }
    }
}
