//! The rows of one instance, where some of them end with whatever comes next.
//!
//! The engine does not follow values that nothing looks at. Sorted, all rows of an instance stand together, and what comes
//! next can be seen there: another value, a contradiction that leaves none, or the same value again, which had then never
//! ended.

use crate::found::{BROKEN, FORGOTTEN, OPEN};
use crate::record::Record;
use crate::write::Format;

/// Rows with the same arguments in the same place of the order.
#[derive(Default)]
pub(crate) struct Group {
    rows: Vec<Row>,
    /// `args,value,` of each row.
    text: Vec<u8>,
    /// How long the arguments are.
    split: usize,
    has_forgotten: bool,
}

#[derive(Clone, Copy)]
struct Row {
    fluent: u32,
    since: i64,
    until: i64,
    /// Where its text is.
    start: usize,
    end: usize,
}

impl Group {
    /// Takes a row in; writes those before it, if they belong together and this does not belong to them. Says how many
    /// were written.
    pub(crate) fn add(&mut self, it: &Record<'_>, out: &mut Vec<u8>, format: &Format) -> u64 {
        let is_next = self.rows.first().is_some_and(|first| {
            // Other fluents may have rows in between, but then of the same name.
            self.text[..self.split] != *it.args()
                || format.fluents[first.fluent as usize].name_id != format.fluents[it.fluent as usize].name_id
        });
        let written = if is_next { self.finish(out, format) } else { 0 };
        if self.rows.is_empty() {
            self.split = it.split;
        }
        let start = self.text.len();
        self.text.extend_from_slice(it.text);
        self.has_forgotten |= it.until == FORGOTTEN || it.until == BROKEN;
        self.rows.push(Row { fluent: it.fluent, since: it.since, until: it.until, start, end: self.text.len() });
        written
    }

    /// Writes what was taken in.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>, format: &Format) -> u64 {
        if self.has_forgotten && !self.ends_with_forgotten() {
            self.follow();
        }
        for row in &self.rows {
            let text = &self.text[row.start..row.end];
            format.write_written(out, row.fluent, text, self.split, (row.since, row.until));
        }
        let written = self.rows.len() as u64;
        self.rows.clear();
        self.text.clear();
        self.has_forgotten = false;
        written
    }

    /// Where one value was forgotten, and after all others, it goes on. Says whether that is so.
    fn ends_with_forgotten(&mut self) -> bool {
        let Some(last) = (0..self.rows.len()).max_by_key(|at| self.rows[*at].since) else { return true };
        let Row { fluent, since, until, .. } = self.rows[last];
        let is_before =
            |it: &Row| it.since < since && it.fluent == fluent && it.until != FORGOTTEN && it.until != BROKEN;
        let so_ends = until == FORGOTTEN && self.rows.iter().filter(|it| is_before(it)).count() + 1 == self.rows.len();
        if so_ends {
            self.rows[last].until = OPEN;
        }
        so_ends
    }

    /// Finds out how the values went on that the engine did not follow.
    fn follow(&mut self) {
        let Group { split, rows, text, .. } = self;
        let value = |row: &Row| &text[row.start + *split + 1..row.end - 1];
        // What breaks off comes before what is there when the tick is over.
        rows.sort_by_key(|row| (row.fluent, row.since, row.until != BROKEN));
        let mut is_gone = vec![false; rows.len()];
        for at in 0..rows.len() {
            let row = rows[at];
            if row.until == BROKEN {
                is_gone[at] = true;
            }
            if row.until != FORGOTTEN {
                continue;
            }
            let is_later = |next: &usize| rows[*next].fluent == row.fluent && rows[*next].since > row.since;
            let Some(next) =
                (at + 1..rows.len()).find(|next| rows[*next].fluent != row.fluent || is_later(next)).filter(is_later)
            else {
                rows[at].until = OPEN;
                continue;
            };
            let until = rows[next].since;
            let again = (next..rows.len())
                .take_while(|next| (rows[*next].fluent, rows[*next].since) == (row.fluent, until))
                .find(|next| rows[*next].until != BROKEN && value(&rows[*next]) == value(&row));
            match again {
                Some(again) => {
                    rows[again].since = row.since;
                    is_gone[at] = true;
                }
                None => rows[at].until = until,
            }
        }
        let mut gone = is_gone.iter();
        rows.retain(|_| !gone.next().copied().unwrap_or(false));
        rows.sort_by(|a, b| value(a).cmp(value(b)).then(a.since.cmp(&b.since)));
    }
}
