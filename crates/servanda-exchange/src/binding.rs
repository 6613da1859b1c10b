//! What the columns of a feed mean: which action a row is, and what fills its holes.

use std::collections::BTreeMap;

use servanda_diagnostics::suggest;
use servanda_model::lexicon::{Piece, Target, Wording};
use servanda_model::{ActionId, Clock, CompareOp, FeedCell, FeedTest, Hole, Model, Number, Value};

use crate::batch::{Batch, Event};
use crate::error::{Flaw, shown};
use crate::names::{Names, text_of};
use crate::row::{Cell, Row};
use crate::straight::{Step, Straight, Text};
use crate::table::Table;
use crate::time;

/// What rows of one name are.
struct Meaning {
    action: u32,
    /// What fills its holes, in order.
    cells: Vec<Filling>,
    only: Vec<Test>,
    /// Cells from this one on must be empty.
    beyond: usize,
}

enum Filling {
    /// The cell of this column.
    Cell(usize, Taken),
    /// Always the same.
    Value(Value),
}

/// What a hole takes.
#[derive(Clone, Copy)]
enum Taken {
    Number,
    Thing(Option<u8>),
    Day,
    Duration,
    Text,
    Any,
}

struct Test {
    column: usize,
    op: CompareOp,
    with: String,
    number: Option<Number>,
}

/// The ticks that rows may have.
pub(crate) struct Within {
    /// The newest so far.
    pub(crate) newest: i64,
    /// How much older a row may be.
    pub(crate) late: i64,
    pub(crate) until: i64,
}

/// The columns of one feed.
pub(crate) struct Binding {
    header: Vec<String>,
    /// For each column what it is where no cell can say that.
    odd: Vec<Option<&'static str>>,
    time: usize,
    action: Option<usize>,
    clock: Clock,
    /// What the time of the last row was written as, if that is short, and which it is.
    last_time: (Option<u128>, i64),
    /// From what stands in the action column to a place in `meanings`.
    known: Table,
    meanings: Vec<Vec<Meaning>>,
    /// For each of these how its rows are read straight from the text, where they can be.
    straight: Vec<Option<Straight>>,
    /// The actions of the vocabulary by all their names.
    names: BTreeMap<String, Vec<ActionId>>,
}

impl Binding {
    /// Reads a header.
    pub(crate) fn new(
        model: &Model,
        names: &mut Names<'_>,
        header: Vec<String>,
        odd: Vec<Option<&'static str>>,
    ) -> Result<Binding, Box<Flaw>> {
        let column = |name: &str| header.iter().position(|column| column.eq_ignore_ascii_case(name));
        let found = || format!("its columns are: {}", header.join(", "));
        for (at, name) in header.iter().enumerate() {
            if !name.is_empty() && header[..at].contains(name) {
                return Err(Flaw::new("bad-header", format!("two columns are called `{name}`")).help(found()));
            }
        }
        let Some(time) = column("time") else {
            let flaw = Flaw::new("no-time-column", "the feed has no column `time`");
            return Err(flaw.help(format!(
                "there must be columns `time` and `action`, by the first row or the schema; {}",
                found()
            )));
        };
        let action = column("action");
        let everything = model.feeds.iter().any(|feed| feed.name == "any");
        if action.is_none() && !everything {
            let flaw = Flaw::new("no-action-column", "the feed has no column `action`");
            return Err(flaw.help(format!(
                "name the column that says what happens `action`, or write `feed any: SENTENCE` in the rules; {}",
                found()
            )));
        }
        let mut binding = Binding {
            header,
            odd,
            time,
            action,
            clock: model.program.clock,
            last_time: (None, 0),
            known: Table::new(),
            meanings: Vec::new(),
            straight: Vec::new(),
            names: action_names(model),
        };
        binding.usable(time)?;
        action.map_or(Ok(()), |action| binding.usable(action))?;
        if action.is_none() {
            let meanings = binding.stated(model, names, "any")?;
            binding.meanings.push(meanings);
        }
        Ok(binding)
    }

    pub(crate) fn column_name(&self, at: usize) -> &str {
        self.header.get(at).map_or("", String::as_str)
    }

    /// Whether cells of a column can say what is asked of them.
    fn usable(&self, column: usize) -> Result<(), Box<Flaw>> {
        let Some(Some(what)) = self.odd.get(column) else { return Ok(()) };
        let name = self.column_name(column);
        Err(Flaw::new("unknown-column-type", format!("column `{name}` is {what}, and no value of a feed"))
            .help("write it as numbers, texts, days, timestamps or decimals")
            .at(name))
    }

    /// When a row happened.
    #[inline]
    pub(crate) fn tick(&mut self, row: Row<'_>) -> Result<i64, Box<Flaw>> {
        let cell = row.cell(self.time);
        if self.clock == Clock::Integers {
            return time::tick(cell, self.clock);
        }
        // Many rows have the day of the one before.
        let key = cell.key();
        if key.is_none() || key != self.last_time.0 {
            self.last_time = (key, time::tick(cell, self.clock)?);
        }
        Ok(self.last_time.1)
    }

    /// Whether a row gives its time as a day or timestamp, and not as a bare number.
    pub(crate) fn is_dated(&self, row: Row<'_>) -> bool {
        row.cell(self.time).bytes().iter().skip(1).any(|byte| !byte.is_ascii_digit())
    }

    /// Puts what a row says into a batch. After a flaw the batch is as before, but for names.
    #[inline]
    pub(crate) fn read(
        &mut self,
        row: Row<'_>,
        tick: i64,
        model: &Model,
        names: &mut Names<'_>,
        batch: &mut Batch,
    ) -> Result<(), Box<Flaw>> {
        if row.cells() > self.header.len() {
            self.check_width(row)?;
        }
        let at = match self.action {
            None => 0,
            Some(column) => {
                let cell = row.cell(column);
                match self.known.get(cell) {
                    Some(at) => at as usize,
                    None => self.learn(cell, model, names)?,
                }
            }
        };
        for meaning in &self.meanings[at] {
            let from = batch.values.len();
            match meaning.read(row, &self.header, self.clock, names, batch) {
                Ok(true) => batch.events.push(Event { tick, action: meaning.action, at: from as u32 }),
                Ok(false) => {}
                Err(flaw) => {
                    batch.values.truncate(from);
                    return Err(flaw);
                }
            }
        }
        Ok(())
    }

    /// Reads rows as most of them are into a batch, up to one that is not, or until it is full. Says how many rows and bytes
    /// were read.
    pub(crate) fn read_straight(
        &mut self,
        text: Text<'_>,
        within: &mut Within,
        names: &Names<'_>,
        batch: &mut Batch,
    ) -> (u64, usize) {
        let (mut rows, mut at) = (0, 0);
        while batch.events.len() < Batch::ROWS
            && let Some(next) = self.read_one_straight(text, at, within, names, batch)
        {
            at = next;
            rows += 1;
        }
        (rows, at)
    }

    #[inline(always)]
    fn read_one_straight(
        &mut self,
        text: Text<'_>,
        at: usize,
        within: &mut Within,
        names: &Names<'_>,
        batch: &mut Batch,
    ) -> Option<usize> {
        let (tick, length) = match self.clock {
            Clock::Integers => text.number(at).map(|(tick, length)| (i64::from(tick), length))?,
            _ => self.tick_straight(text, at)?,
        };
        let end = at + length;
        if !text.is_comma(end) || tick < within.newest.saturating_sub(within.late) || within.until < tick {
            return None;
        }
        let (key, length) = text.short(end + 1)?;
        let meaning = self.known.get_short(key)?;
        let straight = self.straight.get(meaning as usize)?.as_ref()?;
        let next = straight.read(text, end + 1 + length, tick, names, batch)?;
        within.newest = within.newest.max(tick);
        Some(next)
    }

    /// A time that is no bare number, and how long it is.
    fn tick_straight(&mut self, text: Text<'_>, at: usize) -> Option<(i64, usize)> {
        let (key, length) = match text.short(at) {
            Some((key, length)) => (Some(key), length),
            None => (None, text.length(at)?),
        };
        if key.is_none() || key != self.last_time.0 {
            self.last_time = (key, time::tick(text.cell(at, length)?, self.clock).ok()?);
        }
        Some((self.last_time.1, length))
    }

    /// How rows of such a meaning are read straight from the text: where time and action come first, and each of the other
    /// cells is one thing at most.
    fn straight_of(&self, meanings: &[Meaning]) -> Option<Straight> {
        let [Meaning { action, cells, only, beyond }] = meanings else { return None };
        if (self.time, self.action) != (0, Some(1)) || !only.is_empty() {
            return None;
        }
        let step = |column: usize| {
            let is_it = |filling: &&Filling| matches!(filling, Filling::Cell(of, _) if *of == column);
            let mut filled = (0..).zip(cells).filter(|(_, filling)| is_it(filling));
            let step = match filled.next() {
                Some((hole, Filling::Cell(_, taken))) => match *taken {
                    Taken::Number => Step::Number(hole),
                    Taken::Thing(class) => Step::Thing(hole, class),
                    Taken::Text => Step::Text(hole),
                    Taken::Any => Step::Any(hole),
                    Taken::Day | Taken::Duration => return None,
                },
                _ if *beyond <= column => Step::Empty,
                _ => Step::Unread,
            };
            filled.next().is_none().then_some(step)
        };
        let steps = (2..self.header.len()).map(step).collect::<Option<_>>()?;
        let value = |filling: &Filling| match filling {
            Filling::Value(value) => *value,
            Filling::Cell(..) => Value::TRUE,
        };
        let is_after = |filling: &Filling| !matches!(filling, Filling::Cell(0 | 1, _));
        let values: Vec<Value> = cells.iter().map(value).collect();
        cells.iter().all(is_after).then(|| Straight::new(*action, &values, steps)).flatten()
    }

    #[cold]
    fn check_width(&self, row: Row<'_>) -> Result<(), Box<Flaw>> {
        match (self.header.len()..row.cells()).find(|at| !row.cell(*at).is_empty()) {
            None => Ok(()),
            Some(at) => {
                let message = format!(
                    "the row has {} cells, and the header names {} columns; `{}` is in none of them",
                    row.cells(),
                    self.header.len(),
                    shown(row.cell(at).bytes())
                );
                Err(Flaw::new("too-many-cells", message).help("put cells that contain commas in quotation marks"))
            }
        }
    }

    /// Finds out what rows of a name mean, once.
    #[cold]
    fn learn(&mut self, cell: Cell<'_>, model: &Model, names: &mut Names<'_>) -> Result<usize, Box<Flaw>> {
        let column = self.column_name(self.action.unwrap_or(0)).to_owned();
        let text = text_of(cell).map_err(|flaw| flaw.at(&column))?;
        if text.is_empty() {
            return Err(Flaw::new("unknown-action", "the action is missing").at(&column));
        }
        let mut meanings = self.stated(model, names, text)?;
        if meanings.is_empty() {
            match self.names.get(&action_key(text)).map(Vec::as_slice) {
                Some([action]) => meanings.push(self.in_order(model, names, *action)?),
                Some([a, b, ..]) => {
                    let written = |id: &ActionId| written(model, *id).to_owned();
                    let message = format!("`{text}` can be two actions: `{}` or `{}`", written(a), written(b));
                    return Err(Flaw::new("ambiguous-action", message)
                        .help(format!("say which: `feed {text}: SENTENCE` in the rules"))
                        .at(&column));
                }
                _ => {}
            }
            if meanings.is_empty() && !model.feeds.iter().any(|feed| feed.name == "any") {
                let all: Vec<&str> = self
                    .names
                    .keys()
                    .map(String::as_str)
                    .chain(model.feeds.iter().map(|it| it.name.as_str()))
                    .collect();
                let help = match suggest(text, all.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("say what such a row means: `feed {text}: SENTENCE` in the rules"),
                };
                let message = format!("no action is called `{}`", shown(cell.bytes()));
                return Err(Flaw::new("unknown-action", message).help(help).at(&column));
            }
        }
        meanings.extend(self.stated(model, names, "any")?);
        let at = self.meanings.len();
        self.straight.push(self.straight_of(&meanings));
        self.meanings.push(meanings);
        self.known.insert(cell, text, at as u32);
        Ok(at)
    }

    /// What `feed` statements say of a name.
    fn stated(&self, model: &Model, names: &mut Names<'_>, name: &str) -> Result<Vec<Meaning>, Box<Flaw>> {
        let column = |name: &str| {
            let found = self.header.iter().position(|column| column == name);
            let found = found.map(|at| self.usable(at).map(|()| at)).transpose()?;
            found.ok_or_else(|| {
                let help = match suggest(name, self.header.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("its columns are: {}", self.header.join(", ")),
                };
                Flaw::new("unknown-column", format!("the feed has no column `{name}`, which the rules look at"))
                    .help(help)
            })
        };
        let mut meanings = Vec::new();
        for feed in model.feeds.iter().filter(|feed| feed.name == name) {
            let holes = &model.program.actions[feed.action.index()].holes;
            let mut cells = Vec::new();
            for (arg, hole) in feed.args.iter().zip(holes) {
                cells.push(match arg {
                    Some(FeedCell::Column(name)) => Filling::Cell(column(name)?, taken(names, *hole)?),
                    Some(FeedCell::Value(value)) => Filling::Value(*value),
                    None => Filling::Value(Value::entity(model.hooks.unspecified)),
                });
            }
            let only = feed.only.iter().map(|FeedTest { column: name, op, with }| {
                let with = with.trim_matches(['“', '”']).to_owned();
                Ok(Test { column: column(name)?, op: *op, number: Number::parse(&with), with })
            });
            let only = only.collect::<Result<_, Box<Flaw>>>()?;
            meanings.push(Meaning { action: feed.action.0, cells, only, beyond: usize::MAX });
        }
        Ok(meanings)
    }

    /// The holes of an action filled by the columns in order.
    fn in_order(&self, model: &Model, names: &mut Names<'_>, action: ActionId) -> Result<Meaning, Box<Flaw>> {
        let holes = &model.program.actions[action.index()].holes;
        let mut columns = (0..self.header.len()).filter(|at| *at != self.time && Some(*at) != self.action);
        let mut cells = Vec::new();
        for (number, hole) in holes.iter().enumerate() {
            let Some(column) = columns.next() else {
                let message = format!(
                    "`{}` has {} holes, and the feed has columns for {number}",
                    written(model, action),
                    holes.len()
                );
                return Err(Flaw::new("too-few-columns", message)
                    .help("after `time` and `action` there must be a column for each hole; or bind them with `feed`"));
            };
            self.usable(column)?;
            cells.push(Filling::Cell(column, taken(names, *hole)?));
        }
        let beyond = columns.next().unwrap_or(usize::MAX);
        Ok(Meaning { action: action.0, cells, only: Vec::new(), beyond })
    }
}

impl Meaning {
    /// Whether the row passes the tests; its values then stand at the end of the batch's.
    #[inline(always)]
    fn read(
        &self,
        row: Row<'_>,
        header: &[String],
        clock: Clock,
        names: &mut Names<'_>,
        batch: &mut Batch,
    ) -> Result<bool, Box<Flaw>> {
        if !self.only.is_empty() && !self.only.iter().all(|test| test.passes(row)) {
            return Ok(false);
        }
        for filling in &self.cells {
            let value = match filling {
                Filling::Value(value) => *value,
                Filling::Cell(column, taken) => {
                    let cell = row.cell(*column);
                    match value(cell, *taken, clock, names, batch) {
                        Ok(value) => value,
                        Err(flaw) => return Err(flaw.at(header.get(*column).map_or("", String::as_str))),
                    }
                }
            };
            batch.values.push(value);
        }
        if self.beyond < row.cells() {
            for at in self.beyond..row.cells() {
                if !row.cell(at).is_empty() {
                    let message = format!(
                        "the action has {} holes, and the row says more: `{}`",
                        self.cells.len(),
                        shown(row.cell(at).bytes())
                    );
                    return Err(Flaw::new("too-many-cells", message)
                        .help("leave the cells beyond the holes empty, or bind columns with `feed`")
                        .at(header.get(at).map_or("", String::as_str)));
                }
            }
        }
        Ok(true)
    }
}

#[inline(always)]
fn value(
    cell: Cell<'_>,
    taken: Taken,
    clock: Clock,
    names: &mut Names<'_>,
    batch: &mut Batch,
) -> Result<Value, Box<Flaw>> {
    match taken {
        Taken::Number => number(cell),
        Taken::Thing(class) => {
            if cell.is_empty() {
                return Err(missing("name"));
            }
            names.thing(cell, class, batch).map(Value::entity)
        }
        Taken::Day => {
            let tick = time::tick(cell, clock).map_err(|mut flaw| {
                flaw.code = "bad-value";
                flaw
            })?;
            Value::tick(tick).ok_or_else(|| Flaw::new("bad-value", "the day is out of range"))
        }
        Taken::Duration => duration(cell, clock),
        Taken::Text => names.text(cell, batch).map(Value::text),
        Taken::Any => {
            if cell.is_empty() {
                return Err(missing("value"));
            }
            match number(cell) {
                Ok(number) => Ok(number),
                Err(_) => names.thing(cell, None, batch).map(Value::entity),
            }
        }
    }
}

#[inline(always)]
fn number(cell: Cell<'_>) -> Result<Value, Box<Flaw>> {
    match cell.small_number().and_then(|small| Value::integer(i64::from(small))) {
        Some(value) => Ok(value),
        None => other_number(cell),
    }
}

fn other_number(cell: Cell<'_>) -> Result<Value, Box<Flaw>> {
    let parsed = std::str::from_utf8(cell.bytes()).ok().and_then(Number::parse).and_then(Value::number);
    parsed.ok_or_else(|| {
        if cell.is_empty() {
            return missing("number");
        }
        let flaw = Flaw::new("bad-value", format!("`{}` is no number", shown(cell.bytes())));
        if cell.bytes().trim_ascii().len() < cell.bytes().len() {
            return flaw.help("leave out the blanks before and after it");
        }
        flaw.help("numbers are decimals of at most 16 digits, like `-12.50`; names need a hole of some kind")
    })
}

fn duration(cell: Cell<'_>, clock: Clock) -> Result<Value, Box<Flaw>> {
    let text = text_of(cell)?;
    let (count, unit) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let read = count.parse().ok().and_then(|count| clock.duration(count, unit.trim()));
    read.map(Value::duration).ok_or_else(|| {
        Flaw::new("bad-value", format!("`{}` is no length of time", shown(cell.bytes())))
            .help(format!("write {}", clock.lengths()))
    })
}

#[cold]
fn missing(what: &str) -> Box<Flaw> {
    Flaw::new("missing-value", format!("a {what} is missing"))
}

impl Test {
    fn passes(&self, row: Row<'_>) -> bool {
        let cell = row.cell(self.column).bytes();
        let number = || std::str::from_utf8(cell).ok().and_then(Number::parse);
        let order = match (self.number, self.number.and_then(|_| number())) {
            (Some(with), Some(number)) => number.cmp(&with),
            _ => cell.cmp(self.with.as_bytes()),
        };
        self.op.holds(order)
    }
}

fn taken(names: &mut Names<'_>, hole: Hole) -> Result<Taken, Box<Flaw>> {
    Ok(match hole {
        Hole::Kind(kind) => match names.class_of(kind) {
            Some(class) => Taken::Thing(Some(class)),
            None => {
                return Err(Flaw::new("too-many-kinds", "the actions of the feeds take more than 64 kinds of things"));
            }
        },
        Hole::Thing => Taken::Thing(None),
        Hole::Number => Taken::Number,
        Hole::Day => Taken::Day,
        Hole::Duration => Taken::Duration,
        Hole::Text => Taken::Text,
        Hole::Any => Taken::Any,
    })
}

/// Names of actions are compared in lower case, with blanks and hyphens as underscores.
fn action_key(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

/// Every name of every action: the words of its phrases in any of their forms.
fn action_names(model: &Model) -> BTreeMap<String, Vec<ActionId>> {
    let mut names: BTreeMap<String, Vec<ActionId>> = BTreeMap::new();
    let mut add = |name: String, id: ActionId| {
        let ids = names.entry(name).or_default();
        if !ids.contains(&id) {
            ids.push(id);
        }
    };
    for wording in &model.lexicon.wordings {
        let Target::Action(id) = wording.target else { continue };
        for form in 0..3 {
            let words: Vec<&str> = words_of(wording, form);
            if !words.is_empty() {
                add(action_key(&words.join("_")), id);
            }
        }
    }
    // The verb alone will do where no other action is called so.
    let mut verbs: BTreeMap<String, Vec<ActionId>> = BTreeMap::new();
    for wording in &model.lexicon.wordings {
        let Target::Action(id) = wording.target else { continue };
        for piece in &wording.pieces {
            let Piece::Word(forms) = piece else { continue };
            for form in forms.iter().filter(|_| forms.len() > 1) {
                let ids = verbs.entry(action_key(form)).or_default();
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
        }
    }
    for (verb, ids) in verbs {
        names.entry(verb).or_insert(ids);
    }
    for (index, action) in model.program.actions.iter().enumerate() {
        let key = action_key(&action.name);
        let id = ActionId::from_index(index);
        // The short name is unique, and means its action whatever other phrases are like.
        names.insert(key, vec![id]);
    }
    names
}

fn words_of(wording: &Wording, form: usize) -> Vec<&str> {
    let words = wording.pieces.iter().filter_map(|piece| match piece {
        Piece::Word(forms) => Some(forms.get(form).unwrap_or(&forms[0]).as_str()),
        Piece::Hole(_) => None,
    });
    words.collect()
}

fn written(model: &Model, action: ActionId) -> &str {
    let main = model.lexicon.wordings.iter().find(|it| it.target == Target::Action(action) && it.main);
    main.map_or(model.program.actions[action.index()].name.as_str(), |wording| wording.written.as_str())
}
