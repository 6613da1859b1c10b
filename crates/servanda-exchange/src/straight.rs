//! Rows as most of them are, read straight from the text of a feed.
//!
//! The time stands first and the action second, nothing is in quotation marks, numbers are short, and names were seen
//! before. Then each cell is found and understood in one go, without its bounds being written down first. Any other row is
//! left to [`crate::binding::Binding::read`], which knows all rows and everything that may be wrong with one.

use servanda_model::{EntityId, TextId, Value};

use crate::batch::{Batch, Event};
use crate::names::Names;
use crate::row::{Cell, PADDING, at_most_commas, first_digits, key_of, key_of_few};

/// More holes than this are filled one by one.
const MOST: usize = 8;
/// Cells that are longer are left to others.
const LONGEST: usize = 64;

/// What the cells after the action are, where that is simple.
pub(crate) struct Straight {
    action: u32,
    holes: usize,
    /// What does not come from cells.
    values: [Value; MOST],
    steps: Box<[Step]>,
    /// So many of the steps have to be gone.
    needed: usize,
}

/// What one cell is; the number is that of a hole.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    Number(usize),
    /// Of a class, if that matters.
    Thing(usize, Option<u8>),
    Text(usize),
    /// A number, or a thing.
    Any(usize),
    Empty,
    Unread,
}

impl Straight {
    /// `values` has one for each hole; those that cells fill may be any.
    pub(crate) fn new(action: u32, filled: &[Value], steps: Box<[Step]>) -> Option<Straight> {
        let mut values = [Value::TRUE; MOST];
        values.get_mut(..filled.len())?.copy_from_slice(filled);
        let is_needed = |step: &Step| !matches!(step, Step::Empty | Step::Unread);
        let needed = steps.iter().rposition(is_needed).map_or(0, |last| last + 1);
        Some(Straight { action, holes: filled.len(), values, steps, needed })
    }

    /// Reads the rest of a row into a batch, from the end of its action cell on. Gives the place of the next row, unless
    /// this one has to be left to others; nothing has then changed.
    #[inline]
    pub(crate) fn read(
        &self,
        line: Text<'_>,
        end: usize,
        tick: i64,
        names: &Names<'_>,
        batch: &mut Batch,
    ) -> Option<usize> {
        let mut values = self.values;
        let mut end = end;
        let mut steps = self.steps.iter();
        while line.is_comma(end)
            && let Some(step) = steps.next()
        {
            let at = end + 1;
            match *step {
                Step::Number(hole) => {
                    let (number, length) = line.number(at)?;
                    values[hole % MOST] = whole(number)?;
                    end = at + length;
                }
                Step::Thing(hole, class) => {
                    let (key, length) = line.short(at)?;
                    values[hole % MOST] = Value::entity(EntityId(names.known_thing(key, class)?));
                    end = at + length;
                }
                Step::Text(hole) => {
                    let (key, length) = line.short(at)?;
                    values[hole % MOST] = Value::text(TextId(names.known_text(key)?));
                    end = at + length;
                }
                Step::Any(hole) => match line.number(at) {
                    Some((number, length)) => {
                        values[hole % MOST] = whole(number)?;
                        end = at + length;
                    }
                    None => {
                        line.byte(at).filter(u8::is_ascii_alphabetic)?;
                        let (key, length) = line.short(at)?;
                        values[hole % MOST] = Value::entity(EntityId(names.known_thing(key, None)?));
                        end = at + length;
                    }
                },
                Step::Empty => end = at,
                Step::Unread => end = at + line.length(at)?,
            }
        }
        if steps.len() + self.needed > self.steps.len() {
            return None;
        }
        let next = line.next(end)?;
        let at = batch.values.len();
        // So many at once take less time than as many as there are.
        batch.values.extend_from_slice(&values);
        batch.values.truncate(at + self.holes);
        batch.events.push(Event { tick, action: self.action, at: at as u32 });
        Some(next)
    }
}

#[inline]
fn whole(number: u32) -> Option<Value> {
    Value::integer(i64::from(number))
}

/// What of a feed is at hand, and [`PADDING`] bytes that mean nothing after it. That a row ends within it is looked at when its
/// end is found.
#[derive(Clone, Copy)]
pub(crate) struct Text<'b>(pub(crate) &'b [u8]);

impl<'b> Text<'b> {
    #[inline]
    fn byte(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    #[inline]
    pub(crate) fn is_comma(self, at: usize) -> bool {
        self.byte(at) == Some(b',')
    }

    /// A whole number of up to eight digits, and how long it is. Something else may follow it in the cell, which is then
    /// no comma.
    #[inline(always)]
    pub(crate) fn number(self, at: usize) -> Option<(u32, usize)> {
        first_digits(u64::from_le_bytes(*self.0.get(at..)?.first_chunk()?))
    }

    /// The key of a cell of up to fifteen bytes, as [`crate::row::Cell::key`] gives it, and how long it is.
    #[inline(always)]
    pub(crate) fn short(self, at: usize) -> Option<(u128, usize)> {
        let word = u64::from_le_bytes(*self.0.get(at..)?.first_chunk()?);
        let marks = at_most_commas(word);
        let length = (marks.trailing_zeros() / 8) as usize;
        if length < 8 && self.is_mark(at + length) {
            return Some((key_of_few(word, length), length));
        }
        self.longer(at)
    }

    /// How long a cell is.
    pub(crate) fn length(self, at: usize) -> Option<usize> {
        (0..LONGEST).find(|length| self.is_mark(at + length))
    }

    /// A cell of that length, if it is at hand.
    pub(crate) fn cell(self, at: usize, length: usize) -> Option<Cell<'b>> {
        let text = self.0.get(at..)?;
        (length + PADDING <= text.len()).then(|| Cell::of(text, length))
    }

    fn longer(self, at: usize) -> Option<(u128, usize)> {
        let length = (0..PADDING).find(|length| self.is_mark(at + length))?;
        let word = u128::from_le_bytes(*self.0.get(at..)?.first_chunk()?);
        Some((key_of(word, length), length))
    }

    /// Whether a cell ends here, or a quotation mark stands here.
    #[inline]
    fn is_mark(self, at: usize) -> bool {
        matches!(self.byte(at), Some(b',' | b'\n' | b'\r' | b'"'))
    }

    /// Where the next row begins, if a row that ends as most do ends here.
    #[inline]
    fn next(self, end: usize) -> Option<usize> {
        let next = match self.byte(end)? {
            b'\n' => end + 1,
            b'\r' if self.byte(end + 1) == Some(b'\n') => end + 2,
            _ => return None,
        };
        (next + PADDING <= self.0.len()).then_some(next)
    }
}
