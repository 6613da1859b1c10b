//! Checkpoints: all that a run needs to go on after it was cut short.
//!
//! A checkpoint is a file: eight bytes of mark, the form, the length and digest of a head, the head, and the state of the
//! engine, or one of each part of the instances, in its own form. The head says which run it is of ([`Claim`]), where reading and the run itself are, and
//! how much of two other files counts: the result as far as it is written, and, where intervals are kept to be sorted,
//! the log of those found so far, which stands beside the checkpoint. Both may be longer than that, and are then cut.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use servanda_engine::{Compiled, Engine, RestoreError};
use servanda_model::{Model, Value};

use crate::bytes::{Digest, Reader, Writer};
use crate::csv::plain;
use crate::error::RunError;
use crate::found::{Found, Rows};
use crate::run::{Order, RunOptions};

const MARK: &[u8; 8] = b"svndrun\n";
/// Goes up whenever what is written changes.
const FORM: u64 = 3;

/// When and where checkpoints are written.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    /// The file; while intervals are kept to be sorted, also one of this name and `.intervals`.
    pub file: PathBuf,
    /// After how many events each; a checkpoint stands at the end of the batch of rows in which the number is reached.
    pub every: u64,
}

impl Checkpoints {
    /// The files that are written.
    #[must_use]
    pub fn files(&self) -> [PathBuf; 2] {
        [self.file.clone(), beside(&self.file)]
    }
}

/// Where the intervals found so far are kept.
fn beside(checkpoint: &Path) -> PathBuf {
    let mut beside = checkpoint.to_path_buf().into_os_string();
    beside.push(".intervals");
    beside.into()
}

/// What two runs must have in common for one to go on where the other stopped: by name, in words.
pub(crate) struct Claim(Vec<(String, String)>);

impl Claim {
    pub(crate) fn new(model: &Model, compiled: &Compiled, options: &RunOptions) -> Result<Claim, RunError> {
        let mut rules = Digest(compiled.digest());
        let lexicon = &model.lexicon;
        let names = lexicon.entities.iter().map(|entity| (&entity.name, &entity.label)).collect::<Vec<_>>();
        let fluents = model.program.fluents.iter().map(|fluent| &fluent.name).collect::<Vec<_>>();
        // Writing into a number does not fail.
        let _ = write!(rules, "{:?}", (&model.feeds, &model.columns, &model.shown, &lexicon.texts, names, fluents));
        let mut all = Vec::new();
        let mut add = |name: &str, value: String| all.push((name.to_owned(), value));
        add("`--until`", options.until.clone().unwrap_or_else(|| "not given".to_owned()));
        add("`--late`", options.late.to_string());
        add("`--no-history`", (options.order == Order::AsTheyClose).to_string());
        add("`--skip-bad-rows`", options.skip_bad_rows.to_string());
        add("the result", options.out.display().to_string());
        add("the number of feeds", options.feeds.len().to_string());
        for path in &options.feeds {
            let failed = |error: std::io::Error| RunError::Read { path: path.clone(), row: 0, reason: plain(&error) };
            let about = std::fs::metadata(path).map_err(failed)?;
            if !about.is_file() {
                return Err(RunError::Unfit {
                    code: "no-checkpoint",
                    message: format!(
                        "{} is no ordinary file, and cannot be read again from the middle",
                        path.display()
                    ),
                    help: "write it to a file first, or leave `--checkpoint` out".to_owned(),
                });
            }
            let changed = about.modified().ok().and_then(|it| it.duration_since(std::time::UNIX_EPOCH).ok());
            let changed = changed.map_or(0, |it| it.as_nanos());
            add(&format!("the feed {}", path.display()), format!("{} bytes, changed at {changed}", about.len()));
        }
        // Last, since options change them, too.
        all.push(("the rules".to_owned(), format!("{:016x}", rules.0)));
        Ok(Claim(all))
    }

    /// The first thing that differs: its name, how it is here, and how it is there.
    fn difference<'a>(&'a self, there: &'a Claim) -> Option<(&'a str, &'a str, &'a str)> {
        let pairs = self.0.iter().zip(&there.0);
        let mut differing = pairs.filter(|(here, there)| here != there);
        differing.next().map(|(here, there)| (here.0.as_str(), here.1.as_str(), there.1.as_str()))
    }

    fn save(&self, to: &mut Writer) {
        to.all(self.0.iter(), |to, (name, value)| {
            to.text(name);
            to.text(value);
        });
    }

    fn had_from(from: &mut Reader<'_>) -> Option<Claim> {
        from.all(|from| Some((from.text()?, from.text()?))).map(Claim)
    }
}

/// Writes the checkpoints of one run.
pub(crate) struct Keeper {
    path: PathBuf,
    claim: Claim,
    log: Option<Log>,
    /// Whether there is a checkpoint.
    pub(crate) is_kept: bool,
}

/// What a checkpoint holds, the states of the engines still to be read.
pub(crate) struct Kept {
    head: Vec<u8>,
    engine: BufReader<File>,
    reading: std::ops::Range<usize>,
    running: std::ops::Range<usize>,
}

impl Keeper {
    /// With a log where intervals are kept to be sorted.
    pub(crate) fn new(options: &Checkpoints, claim: Claim, has_log: bool) -> Keeper {
        let log = has_log.then(|| Log::new(beside(&options.file)));
        Keeper { path: options.file.clone(), claim, log, is_kept: false }
    }

    /// The checkpoint, if there is one; it must be of a run like this.
    pub(crate) fn load(&mut self) -> Result<Option<Kept>, RunError> {
        let path = self.path.clone();
        let failed = |error: std::io::Error| RunError::Read { path: path.clone(), row: 0, reason: plain(&error) };
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(failed)?,
        };
        let mut file = BufReader::with_capacity(1 << 18, file);
        let mut start = [0; 32];
        let mut head = Vec::new();
        let is_one = file.read_exact(&mut start).is_ok() && start[..8] == MARK[..];
        let mut numbers = Reader(&start[8..]);
        let mut number = || numbers.number().unwrap_or(0);
        let (form, length, digest) = (number(), number(), number());
        if !is_one || form != FORM {
            return Err(self.bad("it is no checkpoint that this program wrote"));
        }
        (&mut file).take(length).read_to_end(&mut head).map_err(failed)?;
        let mut found = Digest::NOTHING;
        found.add(&head);
        let mut from = Reader(&head);
        let claim = Claim::had_from(&mut from).filter(|_| found.0 == digest);
        let place = |from: &Reader<'_>, part: &[u8]| head.len() - from.0.len() - part.len()..head.len() - from.0.len();
        let parts = claim.and_then(|claim| {
            let reading = from.part()?;
            let reading = place(&from, reading);
            let running = from.part()?;
            Some((claim, reading, place(&from, running)))
        });
        let Some((claim, reading, running)) = parts else { return Err(self.bad("it is damaged")) };
        if let Some((what, now, then)) = self.claim.difference(&claim) {
            let message = match what {
                "the rules" => format!("the checkpoint {} was made with other rules", self.path.display()),
                _ => format!(
                    "the checkpoint {} was made when {what} was {then}, and now it is {now}",
                    self.path.display()
                ),
            };
            return Err(RunError::Unfit {
                code: "other-checkpoint",
                message,
                help: "to begin anew remove the checkpoint; to go on, give the same command for the same files"
                    .to_owned(),
            });
        }
        self.is_kept = true;
        Ok(Some(Kept { head, engine: file, reading, running }))
    }

    /// Why a checkpoint cannot be used.
    pub(crate) fn bad(&self, why: &str) -> RunError {
        RunError::Unfit {
            code: "bad-checkpoint",
            message: format!("the checkpoint {} cannot be used: {why}", self.path.display()),
            help: "remove it to begin anew".to_owned(),
        }
    }

    pub(crate) fn needs_a_file(&self, out: &Path) -> RunError {
        RunError::Unfit {
            code: "no-checkpoint",
            message: format!(
                "{} is no ordinary file, and a result that is not whole cannot be kept there",
                out.display()
            ),
            help: "write the result to a file with `-o`, or leave `--checkpoint` out".to_owned(),
        }
    }

    /// Writes down what was found, where that has to be kept.
    pub(crate) fn note(&mut self, rows: &Rows) -> Result<(), RunError> {
        self.log.iter_mut().try_for_each(|log| log.add(rows))
    }

    /// Writes a checkpoint in place of the one before, with the saved states of the engines.
    pub(crate) fn store<'e>(
        &mut self,
        reading: &[u8],
        running: &mut Writer,
        mut engines: impl Iterator<Item = &'e [u8]>,
    ) -> Result<(), RunError> {
        self.log.iter_mut().try_for_each(|log| log.write(true))?;
        running.all(self.log.iter(), |to, log| {
            to.number(log.bytes);
            to.number(log.digest.0);
        });
        let mut head = Writer::default();
        self.claim.save(&mut head);
        head.part(reading);
        head.part(&running.0);
        let mut digest = Digest::NOTHING;
        digest.add(&head.0);
        let mut start = Writer(MARK.to_vec());
        [FORM, head.0.len() as u64, digest.0].into_iter().for_each(|it| start.number(it));
        let mut beside = self.path.clone().into_os_string();
        beside.push(".partial");
        let beside = PathBuf::from(beside);
        let mut write = || {
            let mut file = BufWriter::with_capacity(1 << 18, File::create(&beside)?);
            file.write_all(&start.0)?;
            file.write_all(&head.0)?;
            engines.try_for_each(|engine| file.write_all(engine))?;
            file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
            std::fs::rename(&beside, &self.path)
        };
        write().map_err(|error| {
            let _ = std::fs::remove_file(&beside);
            failed(&self.path, &error)
        })?;
        self.is_kept = true;
        Ok(())
    }

    /// Takes up the log of what was found; each part of it is handed to `found`.
    pub(crate) fn take_up(
        &mut self,
        from: &mut Reader<'_>,
        arity: &[usize],
        found: &mut dyn FnMut(&Rows) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let places = from.all(|from| Some((from.number()?, Digest(from.number()?))));
        let (Some(places), Some(log)) = (places, self.log.as_mut()) else { return Ok(()) };
        for (bytes, digest) in places {
            if log.take_up(bytes, digest, arity, found)?.is_none() {
                let why = format!("{} is not as it was left", log.path.display());
                return Err(self.bad(&why));
            }
        }
        Ok(())
    }

    /// Leaves nothing behind.
    pub(crate) fn remove(&mut self) {
        let _ = std::fs::remove_file(&self.path);
        self.log.iter().for_each(|log| drop(std::fs::remove_file(&log.path)));
        self.is_kept = false;
    }
}

impl Kept {
    /// Where reading was, and where the run was.
    pub(crate) fn parts(&self) -> (&[u8], Reader<'_>) {
        (&self.head[self.reading.clone()], Reader(&self.head[self.running.clone()]))
    }

    /// The next engine.
    pub(crate) fn engine<'c>(
        &mut self,
        compiled: &'c Compiled,
        found: Found,
    ) -> Result<Engine<'c, Found>, RestoreError> {
        Engine::restore(compiled, found, &mut self.engine)
    }
}

/// The intervals found so far, in the order in which they were found.
struct Log {
    path: PathBuf,
    file: Option<File>,
    /// Of what was written, and of what is still to be written.
    bytes: u64,
    digest: Digest,
    pending: Writer,
}

impl Log {
    /// So much is written at once.
    const FULL: usize = 1 << 18;

    fn new(path: PathBuf) -> Log {
        Log { path, file: None, bytes: 0, digest: Digest::NOTHING, pending: Writer::default() }
    }

    fn add(&mut self, rows: &Rows) -> Result<(), RunError> {
        let to = &mut self.pending;
        for (row, args) in rows.iter() {
            to.number(u64::from(row.fluent));
            [row.since, row.until].into_iter().for_each(|tick| to.tick(tick));
            std::iter::once(&row.value).chain(args).for_each(|value| to.number(value.bits()));
        }
        if to.0.len() < Log::FULL { Ok(()) } else { self.write(false) }
    }

    /// With `to_stay` it is there whatever happens afterwards.
    fn write(&mut self, to_stay: bool) -> Result<(), RunError> {
        let mut write = || {
            let file = match &mut self.file {
                Some(file) => file,
                none => none.insert(File::create(&self.path)?),
            };
            file.write_all(&self.pending.0)?;
            if to_stay { file.sync_data() } else { Ok(()) }
        };
        write().map_err(|error| failed(&self.path, &error))?;
        self.digest.add(&self.pending.0);
        self.bytes += self.pending.0.len() as u64;
        self.pending.0.clear();
        Ok(())
    }

    /// `None` where it is not what was written.
    fn take_up(
        &mut self,
        bytes: u64,
        digest: Digest,
        arity: &[usize],
        found: &mut dyn FnMut(&Rows) -> Result<(), RunError>,
    ) -> Result<Option<()>, RunError> {
        let path = self.path.clone();
        let failed = |error: std::io::Error| RunError::Read { path: path.clone(), row: 0, reason: plain(&error) };
        let Ok(file) = File::options().read(true).write(true).open(&self.path) else { return Ok(None) };
        if file.metadata().map_err(failed)?.len() < bytes {
            return Ok(None);
        }
        let mut text = Vec::new();
        let (mut left, mut rows) = (bytes, Rows::default());
        while left > 0 {
            let before = text.len();
            let read = (&file).take(left.min(Log::FULL as u64)).read_to_end(&mut text).map_err(failed)?;
            if read == 0 {
                return Ok(None);
            }
            left -= read as u64;
            self.digest.add(&text[before..]);
            let mut from = Reader(&text);
            let mut whole = from.0.len();
            while logged(&mut from, arity, &mut rows).is_some() {
                whole = from.0.len();
            }
            found(&rows)?;
            rows.clear();
            text.drain(..text.len() - whole);
        }
        if self.digest != digest || !text.is_empty() {
            return Ok(None);
        }
        file.set_len(bytes).map_err(failed)?;
        self.file = Some(file);
        self.bytes = bytes;
        Ok(Some(()))
    }
}

/// Takes one interval up.
fn logged(from: &mut Reader<'_>, arity: &[usize], rows: &mut Rows) -> Option<()> {
    let fluent = from.number()?;
    let (since, until) = (from.tick()?, from.tick()?);
    let value = Value::from_bits(from.number()?);
    let arity = *arity.get(usize::try_from(fluent).ok()?)?;
    let args = (0..arity).map(|_| from.number().map(Value::from_bits)).collect::<Option<Vec<_>>>()?;
    rows.push(fluent as u32, &args, value, since, until);
    Some(())
}

fn failed(path: &Path, error: &std::io::Error) -> RunError {
    RunError::Write { path: path.to_path_buf(), reason: plain(error) }
}
