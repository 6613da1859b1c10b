//! Results: how what was found is written, and a file that is whole or not there.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use servanda_engine::Contradiction;
use servanda_model::{Clock, Duration, FluentId, Kinded, Model, NumberRange, Value};

use crate::batch::Strings;
use crate::csv::plain;
use crate::error::RunError;
use crate::found::{BEGINNING, Interval, OPEN};
use crate::line::{Line, SHORT, Text};
use crate::time::{write_decimal, write_integer, write_small, write_tick};

/// How one fluent is written.
pub(crate) struct FluentFormat {
    pub(crate) name: String,
    /// The same for all fluents of that name.
    pub(crate) name_id: u32,
    /// The name as the first cell of a row, and the comma after it.
    cell: Strings,
    pub(crate) args: Vec<Part>,
}

pub(crate) enum Part {
    Text(String),
    Arg(usize),
}

impl FluentFormat {
    fn new(name: &str, args: Vec<Part>) -> FluentFormat {
        let mut first = Vec::new();
        cell(&mut first, |out| out.extend_from_slice(name.as_bytes()));
        first.push(b',');
        let mut cell = Strings::default();
        cell.push(&String::from_utf8_lossy(&first));
        // So that there is something after it.
        cell.push(&" ".repeat(SHORT));
        FluentFormat { name: name.to_owned(), name_id: 0, cell, args }
    }

    /// The constant text that its arguments begin with.
    pub(crate) fn constant_head(&self) -> &str {
        match self.args.first() {
            Some(Part::Text(text)) => text,
            _ => "",
        }
    }
}

/// How results are written.
pub(crate) struct Format {
    pub(crate) fluents: Vec<FluentFormat>,
    clock: Clock,
    pub(crate) as_timestamps: bool,
    pub(crate) things: Strings,
    pub(crate) texts: Strings,
    /// How many of the things and texts the rules themselves name.
    declared: (usize, usize),
    pub(crate) ranges: Vec<NumberRange>,
    /// Whether some name may need quotation marks.
    may_need_quotes: bool,
    /// The last tick at which a row was told, as it is written.
    told: (i64, [u8; SHORT], usize),
}

impl Format {
    pub(crate) fn new(model: &Model) -> Format {
        let fluents = model.program.fluents.iter().enumerate().map(|(at, fluent)| {
            match model.columns.get(at).and_then(Option::as_ref) {
                Some((name, template)) => FluentFormat::new(name, template_parts(template)),
                None => {
                    let mut args = Vec::new();
                    for at in 0..fluent.args.len() {
                        if at > 0 {
                            args.push(Part::Text(";".to_owned()));
                        }
                        args.push(Part::Arg(at));
                    }
                    FluentFormat::new(&fluent.name, args)
                }
            }
        });
        let mut fluents: Vec<FluentFormat> = fluents.collect();
        let mut ids: HashMap<String, u32> = HashMap::new();
        for fluent in &mut fluents {
            let next = ids.len() as u32;
            fluent.name_id = *ids.entry(fluent.name.clone()).or_insert(next);
        }
        let mut things = Strings::default();
        for (at, entity) in model.lexicon.entities.iter().enumerate() {
            things.push(if at == 0 { "true" } else { &entity.name });
        }
        let mut texts = Strings::default();
        model.lexicon.texts.iter().for_each(|text| texts.push(text));
        Format {
            fluents,
            clock: model.program.clock,
            as_timestamps: false,
            declared: (things.len(), texts.len()),
            things,
            texts,
            ranges: model.program.ranges.clone(),
            may_need_quotes: true,
            told: (OPEN, [0; SHORT], 0),
        }
        .with_quotes_looked_for()
    }

    fn with_quotes_looked_for(mut self) -> Format {
        let mut texts = vec![self.things.text(), self.texts.text()];
        for fluent in &self.fluents {
            texts.push(&fluent.name);
            texts.extend(fluent.args.iter().filter_map(|part| match part {
                Part::Text(text) => Some(text.as_str()),
                Part::Arg(_) => None,
            }));
        }
        self.may_need_quotes = texts.iter().any(|text| needs_quotes(text.as_bytes()));
        self
    }

    /// Takes in what a feed brought up.
    pub(crate) fn learn(&mut self, things: &Strings, texts: &Strings) {
        self.may_need_quotes |= needs_quotes(things.text().as_bytes()) || needs_quotes(texts.text().as_bytes());
        self.things.extend(things);
        self.texts.extend(texts);
    }

    /// The things and texts that feeds brought up.
    pub(crate) fn learnt(&self) -> (impl ExactSizeIterator<Item = &str>, impl ExactSizeIterator<Item = &str>) {
        (self.things.iter_from(self.declared.0), self.texts.iter_from(self.declared.1))
    }

    /// Writes a row.
    #[inline]
    pub(crate) fn write_row(&mut self, out: &mut Vec<u8>, it: &Interval, args: &[Value]) {
        let mut line = Line::new();
        self.fluents[it.fluent as usize].cell.append(0, &mut line);
        let start = line.len();
        self.write_args(&mut line, it.fluent, args);
        let split = line.len();
        line.byte(b',');
        self.write_value(&mut line, it.value);
        let end = line.len();
        line.byte(b',');
        let is_plain = !self.may_need_quotes
            || !needs_quotes(line.between(start, split)) && !needs_quotes(line.between(split + 1, end));
        self.write_bounds_told(&mut line, it);
        if !is_plain || !line.append_to(out) {
            self.write_in_full(out, it, args);
        }
    }

    /// The same where a cell is long, or needs quotation marks.
    #[cold]
    fn write_in_full(&self, out: &mut Vec<u8>, it: &Interval, args: &[Value]) {
        self.fluents[it.fluent as usize].cell.append(0, out);
        cell(out, |out| self.write_args(out, it.fluent, args));
        out.push(b',');
        cell(out, |out| self.write_value(out, it.value));
        out.push(b',');
        self.write_bounds(out, it.since, it.until);
    }

    /// The bounds of an interval that is told when it ends, or, if it is open, when it began: many are told at one tick.
    #[inline(always)]
    fn write_bounds_told(&mut self, line: &mut Line, it: &Interval) {
        if it.until == OPEN {
            if it.since != BEGINNING {
                self.write_told(line, it.since);
            }
            line.byte(b',');
        } else {
            if it.since != BEGINNING {
                write_tick(line, it.since, self.clock, self.as_timestamps);
            }
            line.byte(b',');
            self.write_told(line, it.until);
        }
        line.byte(b'\n');
    }

    #[inline(always)]
    fn write_told(&mut self, line: &mut Line, tick: i64) {
        if tick == self.told.0 {
            return line.short(&self.told.1, self.told.2);
        }
        let from = line.len();
        write_tick(line, tick, self.clock, self.as_timestamps);
        if let Some((text, length)) = line.part(from) {
            self.told = (tick, text, length);
        }
    }

    /// Writes a row whose arguments and value are written already: `args,value,`, the arguments up to `split`.
    pub(crate) fn write_written(&self, out: &mut Vec<u8>, fluent: u32, text: &[u8], split: usize, bounds: (i64, i64)) {
        let (args, value) = (&text[..split], &text[split + 1..text.len() - 1]);
        if !self.may_need_quotes || !needs_quotes(args) && !needs_quotes(value) {
            let mut line = Line::new();
            self.write_plain_written(&mut line, fluent, text, bounds);
            if !line.append_to(out) {
                self.write_plain_written(out, fluent, text, bounds);
            }
            return;
        }
        self.fluents[fluent as usize].cell.append(0, out);
        cell(out, |out| out.extend_from_slice(args));
        out.push(b',');
        cell(out, |out| out.extend_from_slice(value));
        out.push(b',');
        self.write_bounds(out, bounds.0, bounds.1);
    }

    #[inline(always)]
    fn write_plain_written(&self, out: &mut impl Text, fluent: u32, text: &[u8], bounds: (i64, i64)) {
        self.fluents[fluent as usize].cell.append(0, out);
        out.bytes(text);
        self.write_bounds(out, bounds.0, bounds.1);
    }

    #[inline(always)]
    fn write_bounds(&self, out: &mut impl Text, since: i64, until: i64) {
        if since != BEGINNING {
            write_tick(out, since, self.clock, self.as_timestamps);
        }
        out.byte(b',');
        if until != OPEN {
            write_tick(out, until, self.clock, self.as_timestamps);
        }
        out.byte(b'\n');
    }

    #[inline(always)]
    pub(crate) fn write_args(&self, out: &mut impl Text, fluent: u32, args: &[Value]) {
        for part in &self.fluents[fluent as usize].args {
            match part {
                Part::Text(text) => match text.as_bytes() {
                    [byte] => out.byte(*byte),
                    bytes => out.bytes(bytes),
                },
                Part::Arg(at) => match args.get(*at) {
                    Some(value) => self.write_value(out, *value),
                    None => out.bytes(format!("{{{}}}", at + 1).as_bytes()),
                },
            }
        }
    }

    #[inline(always)]
    pub(crate) fn write_value(&self, out: &mut impl Text, value: Value) {
        if let Some(number) = value.as_small_number() {
            return write_small(out, u64::from(number));
        }
        match value.kinded() {
            Kinded::Number(number) if number.scale == 0 => write_integer(out, number.mantissa),
            Kinded::Entity(id) => self.things.append(id.index(), out),
            other => self.write_other(out, other),
        }
    }

    fn write_other(&self, out: &mut impl Text, value: Kinded) {
        match value {
            Kinded::Tick(tick) => write_tick(out, tick, self.clock, self.as_timestamps),
            Kinded::Text(id) => self.texts.append(id.index(), out),
            Kinded::Number(number) => write_decimal(out, number),
            Kinded::Duration(Duration::Ticks(n)) => write_integer(out, i64::from(n)),
            other => out.bytes(self.in_words(other).as_bytes()),
        }
    }

    /// A value that is seldom written.
    fn in_words(&self, value: Kinded) -> String {
        match value {
            Kinded::Duration(Duration::Months(n)) => format!("{n} months"),
            Kinded::Duration(Duration::Years(n)) => format!("{n} years"),
            Kinded::Range(id) => {
                let range = self.ranges.get(id.index()).copied().unwrap_or_default();
                match (range.min, range.max) {
                    (Some(a), Some(b)) if a == b => format!("about {a}"),
                    (Some(a), Some(b)) => format!("between {a} and {b}"),
                    (Some(a), None) => format!("at least {a}"),
                    (None, Some(b)) => format!("at most {b}"),
                    (None, None) => "unknown".to_owned(),
                }
            }
            Kinded::Entity(_)
            | Kinded::Number(_)
            | Kinded::Tick(_)
            | Kinded::Text(_)
            | Kinded::Duration(Duration::Ticks(_)) => {
                unreachable!("these are written without their own words")
            }
        }
    }

    /// A contradiction, for a message.
    pub(crate) fn contradiction(&self, found: &Contradiction) -> String {
        let mut text = Vec::new();
        let fluent = &self.fluents[found.fluent.index()];
        text.extend_from_slice(fluent.name.as_bytes());
        text.push(b'(');
        for (at, value) in found.args.iter().enumerate() {
            if at > 0 {
                text.push(b';');
            }
            self.write_value(&mut text, *value);
        }
        text.extend_from_slice(b") at ");
        match found.tick {
            Some(tick) => write_tick(&mut text, tick, self.clock, self.as_timestamps),
            None => text.extend_from_slice(b"the beginning"),
        }
        text.extend_from_slice(b": ");
        for (at, value) in found.values.iter().enumerate() {
            if at > 0 {
                text.extend_from_slice(b", ");
            }
            self.write_value(&mut text, *value);
        }
        if found.with_other_effects {
            text.extend_from_slice(b", and ended or increased");
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// `send({1};x;{2})` taken apart.
fn template_parts(template: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let close = rest[open..].find('}').map(|at| open + at);
        let number = close.and_then(|close| rest[open + 1..close].trim().parse::<usize>().ok()).filter(|n| *n > 0);
        match (close, number) {
            (Some(close), Some(number)) => {
                text.push_str(&rest[..open]);
                if !text.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut text)));
                }
                parts.push(Part::Arg(number - 1));
                rest = &rest[close + 1..];
            }
            _ => {
                text.push_str(&rest[..=open]);
                rest = &rest[open + 1..];
            }
        }
    }
    text.push_str(rest);
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    parts
}

fn needs_quotes(text: &[u8]) -> bool {
    text.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'))
}

/// Writes a cell, in quotation marks if it needs them.
#[inline]
fn cell(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    write(out);
    if needs_quotes(&out[start..]) {
        let plain = out[start..].to_vec();
        out.truncate(start);
        out.push(b'"');
        for byte in plain {
            if byte == b'"' {
                out.push(b'"');
            }
            out.push(byte);
        }
        out.push(b'"');
    }
}

pub(crate) const HEADER: &[u8] = b"fluent,args,value,since,until\n";

/// A link stays what it is, and what it leads to is written.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// A file that appears under its name only when it is whole.
pub(crate) struct Output {
    path: PathBuf,
    /// Where it is written meanwhile; nowhere else for what is no ordinary file.
    beside: Option<PathBuf>,
    file: File,
    buffer: Vec<u8>,
    written: u64,
    /// Whether what was written stays although it is not whole, since there is a checkpoint.
    pub(crate) is_kept: bool,
}

impl Output {
    const FULL: usize = 1 << 18;

    pub(crate) fn create(path: &Path) -> Result<Output, RunError> {
        if path == Path::new("-") || path == Path::new("/dev/stdout") {
            return Output::standard();
        }
        let path = &real(path);
        let is_special = path.starts_with("/dev") || std::fs::metadata(path).is_ok_and(|it| !it.is_file());
        let beside = (!is_special).then(|| {
            let name = path.file_name().map_or_else(Default::default, |name| name.to_string_lossy().into_owned());
            path.with_file_name(format!(".{name}.{}.partial", std::process::id()))
        });
        let opened = match &beside {
            Some(beside) => File::create(beside),
            None => File::options().write(true).open(path),
        };
        let file = opened.map_err(|error| failed(path, &error))?;
        Ok(Output { path: path.to_path_buf(), beside, file, buffer: Vec::new(), written: 0, is_kept: false })
    }

    /// Standard output as it is, a pipe or a file that the shell opened: nothing is put in its place.
    fn standard() -> Result<Output, RunError> {
        let path = Path::new("/dev/stdout");
        let own = io::stdout().as_fd().try_clone_to_owned().map_err(|error| failed(path, &error))?;
        let file = File::from(own);
        Ok(Output { path: path.to_path_buf(), beside: None, file, buffer: Vec::new(), written: 0, is_kept: false })
    }

    /// Goes on with what was written before a checkpoint: so many bytes, to a file of this name beside the result. What
    /// was written after it is forgotten.
    pub(crate) fn resume(path: &Path, beside: String, length: u64) -> Result<Output, String> {
        let path = real(path);
        let beside = path.with_file_name(beside);
        let open = || {
            let mut file = File::options().write(true).open(&beside)?;
            let found = file.metadata()?.len();
            file.set_len(found.min(length))?;
            file.seek(SeekFrom::Start(length))?;
            Ok((file, found >= length))
        };
        let said = |what: &str| format!("what was written so far, {}, {what}", beside.display());
        let (file, is_whole) = open().map_err(|error: io::Error| said(&plain(&error)))?;
        if !is_whole {
            return Err(said("is shorter than it was"));
        }
        Ok(Output { path, beside: Some(beside), file, buffer: Vec::new(), written: length, is_kept: true })
    }

    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// A place for what has to be kept meanwhile: beside the result if that is a file, else with temporary files.
    pub(crate) fn place_beside(&self, what: &str) -> PathBuf {
        let name = self.path.file_name().map_or_else(Default::default, |name| name.to_string_lossy().into_owned());
        let name = format!(".{name}.{}.{what}", std::process::id());
        match &self.beside {
            Some(beside) => beside.with_file_name(name),
            None => std::env::temp_dir().join(name),
        }
    }

    /// Whether it can be gone on with later: a pipe cannot.
    pub(crate) fn can_be_kept(&self) -> bool {
        self.beside.is_some()
    }

    /// Writes what has gathered, if it is much.
    #[inline]
    pub(crate) fn flow(&mut self) -> Result<(), RunError> {
        if self.buffer.len() >= Output::FULL { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), RunError> {
        self.file.write_all(&self.buffer).map_err(|error| failed(&self.path, &error))?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// Sees to it that what was written stays whatever happens; the name of the file it is in, and its length.
    pub(crate) fn settle(&mut self) -> Result<(String, u64), RunError> {
        self.flush()?;
        self.file.sync_data().map_err(|error| failed(&self.path, &error))?;
        let name = self.beside.as_deref().and_then(Path::file_name);
        Ok((name.map_or_else(String::new, |name| name.to_string_lossy().into_owned()), self.written))
    }

    /// Puts the file in its place.
    pub(crate) fn finish(&mut self) -> Result<(), RunError> {
        self.flush()?;
        if let Some(beside) = &self.beside {
            std::fs::rename(beside, &self.path).map_err(|error| failed(&self.path, &error))?;
            self.beside = None;
        }
        Ok(())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let (Some(beside), false) = (&self.beside, self.is_kept) {
            let _ = std::fs::remove_file(beside);
        }
    }
}

pub(crate) fn failed(path: &Path, error: &io::Error) -> RunError {
    RunError::Write { path: path.to_path_buf(), reason: plain(error) }
}

/// For each fluent whether it is written.
pub(crate) fn written(model: &Model) -> Vec<bool> {
    let fluents = 0..model.program.fluents.len();
    fluents.map(|at| model.shown.get(FluentId::from_index(at).index()).copied().unwrap_or(false)).collect()
}
