//! Results in order: by fluent, arguments as text, value as text, and time.
//!
//! A row is written as text once, as it will stand in the result, and sorted by the first bytes of that (see
//! [`crate::order`]). What all rows of a fluent begin with (`send(` in `send({1};{2})`) is left out of these. So many rows
//! as fit near the processor make a run, which is sorted and put into a file; at the end the runs are merged. Memory does
//! not grow with the result, and the file takes some twenty-five bytes a row.

use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::path::PathBuf;

use servanda_model::Value;

use crate::error::RunError;
use crate::found::{FORGOTTEN, Interval, Rows};
use crate::group::Group;
use crate::line::Text;
use crate::order::{Key, PADDING, Run};
use crate::record::{Put, Record, Told, end_of, put, record};
use crate::runs::{BUFFER, Merge};
use crate::write::{Format, Output, failed};

/// How many rows make a run, and how many bytes of text at most.
const RUN: usize = 1 << 17;
const RUN_TEXT: usize = 1 << 24;

/// Brings rows in order.
pub(crate) struct Sorter {
    /// For each fluent the place of its rows among those of other fluents, and the length of the text they begin with.
    places: Vec<(u32, usize)>,
    /// The run that is not full yet.
    text: Vec<u8>,
    run: Run,
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

impl Sorter {
    /// `path` is where runs go, once there are any.
    pub(crate) fn new(format: &Format, path: PathBuf) -> Sorter {
        Sorter {
            places: places(format),
            text: Vec::new(),
            run: Run::default(),
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
            if self.run.len() == self.full || self.text.len() > RUN_TEXT {
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
        let Put { start, split, end } = put(out, it, &InFormat { it, args, format });
        let (place, common) = self.places[it.fluent as usize];
        let whole = out.len();
        // Keys are read in words, which may be longer than what is there.
        out.extend_from_slice(&[0; PADDING]);
        let key = Key::new(at as u32, place, out, (start + common).min(split)..split, split + 1..end);
        out.truncate(whole);
        self.run.push(key);
    }

    /// Puts a full run into the file.
    fn spill(&mut self) -> io::Result<()> {
        self.run.sort();
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
        let mut rows = self.run.in_order(&self.text);
        while let Some(at) = rows.next() {
            buffer.extend_from_slice(&rows.text[at..end_of(rows.text, at)]);
            if buffer.len() >= BUFFER {
                spilled.file.write_all(&buffer)?;
                length += buffer.len() as u64;
                buffer.clear();
            }
        }
        spilled.file.write_all(&buffer)?;
        length += buffer.len() as u64;
        self.runs.push(start..start + length);
        self.run.clear();
        self.text.clear();
        Ok(())
    }

    /// Writes all rows in order; says how many.
    pub(crate) fn finish(mut self, output: &mut Output, format: &Format) -> Result<u64, RunError> {
        self.run.sort();
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
            let mut rows = self.run.in_order(&self.text);
            while let Some(at) = rows.next() {
                write(&record(rows.text, at).0, output)?;
            }
        } else {
            let path = self.path.clone();
            let failed = |error: io::Error| failed(&path, &error);
            let Sorter { places, text, run, runs, file, .. } = &mut self;
            let files = file.iter().flat_map(|spilled| runs.iter().map(|range| (&spilled.file, range.clone())));
            let mut merge = Merge::new(places, files, run.in_order(text)).map_err(failed)?;
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

/// A row as it is written.
struct InFormat<'r> {
    it: &'r Interval,
    args: &'r [Value],
    format: &'r Format,
}

impl Told for InFormat<'_> {
    #[inline]
    fn args(&self, out: &mut impl Text) {
        self.format.write_args(out, self.it.fluent, self.args);
    }

    #[inline]
    fn value(&self, out: &mut impl Text) {
        self.format.write_value(out, self.it.value);
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
        let mut format = Format::new(&model);
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
