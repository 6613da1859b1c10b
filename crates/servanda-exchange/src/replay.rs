//! Feeds read again, as for a run, by someone who wants to see the events and not what follows from them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use servanda_model::{
    ActionId, Clock, Duration, EntityId, FluentId, Hole, KindId, Kinded, Model, Number, NumberRange, Occurrence,
    Program, TextId, Value,
};

use crate::batch::Batch;
use crate::error::RunError;
use crate::found::{BEGINNING, OPEN, Rows};
use crate::merge::{Merged, Settings};
use crate::run::{defaults, reach, tick_of, told};
use crate::slice::slice;
use crate::time::parse_tick;
use crate::write::{Format, Part, written};

/// Which feeds, read how.
#[derive(Clone, Debug, Default)]
pub struct ReplayOptions {
    /// The feeds.
    pub feeds: Vec<PathBuf>,
    /// The last tick that is looked at; as for a run.
    pub until: Option<String>,
    /// How many ticks late a row may be.
    pub late: i64,
}

/// What became known by reading feeds to their end.
pub struct Replay {
    /// What the rules' own files state to have happened, up to the last tick.
    pub told: Vec<Occurrence>,
    /// The last tick that a run looks at.
    pub end: i64,
    /// Things that came to be of a kind only after they had been named.
    pub changed: BTreeSet<EntityId>,
    format: Format,
    written: Vec<bool>,
    holes: Vec<Vec<Hole>>,
    clock: Clock,
    kinds: BTreeMap<usize, Arc<[KindId]>>,
    /// The kinds of the things that the rules declare.
    declared: Vec<Vec<KindId>>,
}

/// Shows every event of the feeds, in order of time.
///
/// # Errors
/// As for a run; no row is skipped.
pub fn replay(
    model: &Model,
    options: &ReplayOptions,
    each: &mut dyn FnMut(i64, ActionId, &[Value]),
) -> Result<Replay, RunError> {
    let mut rules = model.program_under(&defaults(model));
    let written = written(model);
    slice(&mut rules, &written);
    let until = tick_of(options.until.as_deref(), rules.clock)?;
    let bytes = AtomicU64::new(0);
    let last = until.unwrap_or(i64::MAX);
    let settings = Settings { late: options.late.max(0), skip_bad_rows: false, until: last, every: 0, bytes: &bytes };
    let mut merged = Merged::open(&options.feeds, model)?;
    let mut told = told(model)?;
    told.retain(|it| it.tick <= last);
    let mut newest = told.last().map_or(0, |it| it.tick.max(0));
    let mut replay = Replay {
        told,
        end: 0,
        format: Format::new(model),
        written,
        holes: rules.fluents.iter().map(|fluent| fluent.args.clone()).collect(),
        clock: rules.clock,
        kinds: BTreeMap::new(),
        declared: model.program.entity_kinds.clone(),
        changed: BTreeSet::new(),
    };
    let arity: Vec<usize> = rules.actions.iter().map(|action| action.holes.len()).collect();
    let mut is_named: Vec<bool> = Vec::new();
    let mut batch = Batch::default();
    let mut is_first = true;
    loop {
        merged.next(&settings, &mut batch)?;
        if batch.events.is_empty() {
            break;
        }
        if std::mem::take(&mut is_first) {
            replay.format.as_timestamps = batch.is_dated;
        }
        replay.format.learn(&batch.things, &batch.texts);
        is_named.resize(replay.format.things.len(), false);
        let mut grants = batch.grants.iter().peekable();
        for (at, event) in batch.events.iter().enumerate() {
            while let Some(grant) = grants.next_if(|grant| grant.row <= at) {
                let thing = grant.entity.index();
                if is_named[thing] {
                    replay.changed.insert(grant.entity);
                }
                replay.kinds.insert(thing, grant.kinds.clone());
            }
            let args = &batch.values[event.at as usize..][..arity[event.action as usize]];
            for arg in args {
                if let Kinded::Entity(id) = arg.kinded() {
                    is_named[id.index()] = true;
                }
            }
            each(event.tick, ActionId(event.action), args);
            newest = newest.max(event.tick);
        }
        for grant in grants {
            replay.kinds.insert(grant.entity.index(), grant.kinds.clone());
        }
    }
    if merged.report.count > 0 {
        return Err(RunError::Rows { troubles: merged.report.troubles, count: merged.report.count });
    }
    replay.end = until.unwrap_or_else(|| newest.saturating_add(reach(&rules)));
    Ok(replay)
}

impl Replay {
    /// The rules, with the kinds of the things that the feeds brought up.
    #[must_use]
    pub fn program(&self, model: &Model) -> Program {
        let mut program = model.program_under(&defaults(model));
        for (thing, kinds) in &self.kinds {
            if program.entity_kinds.len() <= *thing {
                program.entity_kinds.resize(thing + 1, Vec::new());
            }
            program.entity_kinds[*thing] = kinds.to_vec();
        }
        program
    }

    /// A row of the result, as a run writes it, without the line end.
    #[must_use]
    pub fn row(
        &mut self,
        (fluent, args): (FluentId, &[Value]),
        (value, since, until): (Value, Option<i64>, Option<i64>),
        ranges: &[NumberRange],
    ) -> String {
        ranges.clone_into(&mut self.format.ranges);
        let mut rows = Rows::default();
        rows.push(fluent.0, args, value, since.unwrap_or(BEGINNING), until.unwrap_or(OPEN));
        let mut out = Vec::new();
        rows.iter().for_each(|(it, args)| self.format.write_row(&mut out, it, args));
        String::from_utf8_lossy(&out).trim_end_matches('\n').to_owned()
    }

    /// The first two cells of the rows of an instance.
    #[must_use]
    pub fn head(&mut self, fluent: FluentId, args: &[Value]) -> String {
        let row = self.row((fluent, args), (Value::TRUE, None, None), &[]);
        row.trim_end_matches(",true,,").to_owned()
    }

    /// The instance that a row of the result is about: its first two cells are enough.
    #[must_use]
    pub fn instance(&self, row: &str) -> Option<(FluentId, Vec<Value>)> {
        let cells = cells(row);
        let [name, args, ..] = cells.as_slice() else { return None };
        let fluents = self.format.fluents.iter().enumerate();
        let mut named = fluents.filter(|(at, fluent)| self.written[*at] && fluent.name == *name);
        named.find_map(|(at, fluent)| {
            let values = self.values(&fluent.args, &self.holes[at], args)?;
            Some((FluentId::from_index(at), values))
        })
    }

    /// The arguments that are written like this.
    fn values(&self, parts: &[Part], holes: &[Hole], text: &str) -> Option<Vec<Value>> {
        let mut values = vec![None; holes.len()];
        let mut rest = text;
        for (place, part) in parts.iter().enumerate() {
            match part {
                Part::Text(text) => rest = rest.strip_prefix(text.as_str())?,
                Part::Arg(at) => {
                    let end = match parts.get(place + 1) {
                        Some(Part::Text(next)) => rest.find(next.as_str())?,
                        _ => rest.len(),
                    };
                    *values.get_mut(*at)? = Some(self.value(*holes.get(*at)?, &rest[..end])?);
                    rest = &rest[end..];
                }
            }
        }
        if rest.is_empty() { values.into_iter().collect() } else { None }
    }

    fn value(&self, hole: Hole, text: &str) -> Option<Value> {
        let number = || Number::parse(text).and_then(Value::number);
        let thing = |kind: Option<KindId>| {
            let is_of_it = |at: usize| {
                let kinds =
                    self.kinds.get(&at).map(|kinds| &**kinds).or_else(|| self.declared.get(at).map(Vec::as_slice));
                kind.is_none_or(|kind| kinds.is_some_and(|kinds| kinds.contains(&kind)))
            };
            let mut called = self.format.things.iter_from(0).enumerate().filter(|(_, name)| *name == text);
            called.find(|(at, _)| is_of_it(*at)).map(|(at, _)| Value::entity(EntityId::from_index(at)))
        };
        match hole {
            Hole::Number => number(),
            Hole::Kind(kind) => thing(Some(kind)),
            Hole::Thing => thing(None),
            Hole::Day => parse_tick(text, self.clock).and_then(Value::tick),
            Hole::Duration => text.parse().ok().map(|ticks| Value::duration(Duration::Ticks(ticks))),
            Hole::Text => {
                let at = self.format.texts.iter_from(0).position(|known| known == text);
                at.map(|at| Value::text(TextId::from_index(at)))
            }
            Hole::Any => number().or_else(|| thing(None)),
        }
    }
}

/// The cells of one row.
fn cells(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let (mut is_quoted, mut was_quote) = (false, false);
    for c in row.chars() {
        let last = cells.len() - 1;
        match c {
            '"' => {
                if was_quote && !is_quoted {
                    cells[last].push('"');
                }
                is_quoted = !is_quoted;
            }
            ',' if !is_quoted => cells.push(String::new()),
            c => cells[last].push(c),
        }
        was_quote = c == '"' && !is_quoted;
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::cells;

    #[test]
    fn a_row_is_taken_apart_as_it_was_written() {
        assert_eq!(cells("due,1;7"), ["due", "1;7"]);
        assert_eq!(cells(r#"due,"a,""b""",yes,,"#), ["due", "a,\"b\"", "yes", "", ""]);
    }
}
