//! Dates as a dossier writes them: the Extended Date/Time Format, another calendar, and a few words.
//!
//! | written | means |
//! |---|---|
//! | `1919-06-28`, `1918-02?`, `1914/1918` | any [`Edtf`] |
//! | `1918-02-18 julian` | the same, read in the Julian calendar |
//! | `1923-01..1923-06`, `between 1923-01 and 1923-06` | one day from 1 January to 30 June |
//! | `1923-03 or earlier`, `1923-03 or later` | one day up to, or from, some day of that month |
//! | `before 1923-03`, `after 1923-03` | one day before the month began, or after it had ended |
//! | `unknown` | one day, of which nothing is known |
//!
//! A tag behind the last date of a range counts for both of its dates, unless the first has a tag of its own.
//!
//! ```
//! use servanda_calendar::{Calendar, parse_written};
//!
//! let peace = parse_written("1918-02-18 julian").unwrap();
//! assert_eq!(peace.written(), "1918-02-18 julian");
//! assert_eq!(peace.calendar(), Calendar::Julian);
//! assert_eq!(peace.bounds().to_string(), "1918-03-03..1918-03-03");
//! assert!(!peace.is_period());
//! ```

use std::fmt;

use crate::calendar::Calendar;
use crate::edtf::{Bound, Bounds, Edtf, EdtfError, EdtfErrorKind, Expression, Qualifier, Shape};
use crate::set::IntervalSet;

/// A date as it was written, and the days it allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenDate {
    written: String,
    calendar: Calendar,
    form: Form,
    when: When,
}

/// Whether something happened on one day or lasted, and on which days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// It happened on a single day within these bounds, and may not be known to the day.
    Point(Bounds),
    /// It lasted.
    Period {
        /// The days on which it may have begun.
        start: Bounds,
        /// The days that may have been its last.
        end: Bounds,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Unknown,
    Expression(Edtf),
    Between(Edtf, Edtf),
    OrEarlier(Edtf),
    OrLater(Edtf),
    Before(Edtf),
    After(Edtf),
}

/// Reads a date as it is written in a dossier. White space around it does not count.
///
/// # Errors
/// Says what is wrong and at which byte of `text`.
pub fn parse_written(text: &str) -> Result<WrittenDate, WrittenError> {
    parse_written_in(text, Calendar::Gregorian)
}

/// As [`parse_written`], with `calendar` for dates that do not name one.
///
/// # Errors
/// As [`parse_written`].
pub fn parse_written_in(text: &str, calendar: Calendar) -> Result<WrittenDate, WrittenError> {
    let close = without_gaps(text);
    let form = Words { words: &words(&close), end: close.len(), calendar }.form()?;
    let when = form.when();
    let calendar = form.first().map_or(calendar, Edtf::calendar);
    Ok(WrittenDate { written: text.trim().to_owned(), calendar, form, when })
}

impl WrittenDate {
    /// The text, as it was written.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The calendar it was read in; of a range, the calendar of its first date.
    pub fn calendar(&self) -> Calendar {
        self.calendar
    }

    /// On which days it happened, or lasted.
    pub fn when(&self) -> When {
        self.when
    }

    /// The first and the last day allowed; of a period, the first it may have begun and the last it may have ended.
    pub fn bounds(&self) -> Bounds {
        match self.when {
            When::Point(bounds) => bounds,
            When::Period { start, end } => Bounds { min: start.min, max: end.max },
        }
    }

    /// Whether it is something that lasts, rather than one day known only roughly.
    pub fn is_period(&self) -> bool {
        matches!(self.when, When::Period { .. })
    }

    /// What is doubtful about any part of it. No bound is widened for that.
    pub fn qualifier(&self) -> Qualifier {
        self.form.dates().fold(Qualifier::default(), |joined, date| joined.and(date.qualifier()))
    }

    /// Whether its bounds rest on a convention about when a season begins.
    pub fn rests_on_season_convention(&self) -> bool {
        self.form.dates().any(Edtf::rests_on_season_convention)
    }

    /// The expression, if it is one without further words.
    pub fn edtf(&self) -> Option<&Edtf> {
        match &self.form {
            Form::Expression(edtf) => Some(edtf),
            _ => None,
        }
    }

    /// The exact days allowed. Only masks and sets can have gaps; around a reform these are not looked into.
    pub fn to_intervals(&self) -> IntervalSet {
        match &self.form {
            Form::Expression(edtf) if self.when == self.form.when() => edtf.to_intervals(),
            _ => Option::from(self.bounds().allowed()).into_iter().collect(),
        }
    }

    /// What was understood, in English words.
    pub fn describe(&self) -> String {
        match &self.form {
            Form::Unknown => "a day of which nothing is known".to_owned(),
            Form::Expression(edtf) => edtf.describe(),
            Form::Between(first, last) => format!("one day between {} and {}", first.describe(), last.describe()),
            Form::OrEarlier(date) => format!("{} or earlier", date.describe()),
            Form::OrLater(date) => format!("{} or later", date.describe()),
            Form::Before(date) => format!("one day before {}", date.describe()),
            Form::After(date) => format!("one day after {}", date.describe()),
        }
    }

    /// The same date, once a reform has decided on which days it was shown.
    pub(crate) fn with_when(self, when: When) -> WrittenDate {
        WrittenDate { when, ..self }
    }
}

impl Form {
    fn when(&self) -> When {
        let unbounded = Bound::Unbounded;
        When::Point(match self {
            Form::Unknown => Bounds::UNKNOWN,
            Form::Expression(edtf) => match edtf.extent() {
                Some((start, end)) => return When::Period { start, end },
                None => edtf.bounds(),
            },
            Form::Between(first, last) => Bounds { min: first.bounds().min, max: last.bounds().max },
            Form::OrEarlier(date) => Bounds { min: unbounded, max: date.bounds().max },
            Form::OrLater(date) => Bounds { min: date.bounds().min, max: unbounded },
            Form::Before(date) => Bounds { min: unbounded, max: next_to(date.bounds().min, -1) },
            Form::After(date) => Bounds { min: next_to(date.bounds().max, 1), max: unbounded },
        })
    }

    fn first(&self) -> Option<&Edtf> {
        self.dates().next()
    }

    fn dates(&self) -> impl Iterator<Item = &Edtf> {
        let (first, second) = match self {
            Form::Unknown => (None, None),
            Form::Between(first, last) => (Some(first), Some(last)),
            Form::Expression(date)
            | Form::OrEarlier(date)
            | Form::OrLater(date)
            | Form::Before(date)
            | Form::After(date) => (Some(date), None),
        };
        first.into_iter().chain(second)
    }
}

fn next_to(bound: Bound, days: i64) -> Bound {
    match bound {
        Bound::Day(day) => Bound::Day(day.add_days(days)),
        other => other,
    }
}

/// Why a text is not a date, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WrittenError {
    /// The byte at which the trouble begins, from 0.
    pub position: usize,
    /// What is wrong.
    pub kind: WrittenErrorKind,
}

/// What is wrong with a written date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WrittenErrorKind {
    /// An expression in it is malformed, or its calendar has no such day.
    Edtf(EdtfErrorKind),
    /// A date is missing.
    DateMissing,
    /// A word that means nothing here.
    UnknownWord,
    /// `..1919` or `1919..`, which may mean a day or a period.
    HalfRange,
    /// The limit of "before", "or later" or a range is an interval, a set, or has unspecified digits.
    LimitNotPlain,
    /// The first date of a range lies after the last.
    Reversed,
    /// The country's calendar never showed this date.
    SkippedByReform,
}

impl WrittenErrorKind {
    /// A name that never changes, such as `date-limit-not-plain`.
    pub const fn code(self) -> &'static str {
        match self {
            WrittenErrorKind::Edtf(kind) => kind.code(),
            WrittenErrorKind::DateMissing => "date-missing",
            WrittenErrorKind::UnknownWord => "unknown-word-in-date",
            WrittenErrorKind::HalfRange => "half-range",
            WrittenErrorKind::LimitNotPlain => "date-limit-not-plain",
            WrittenErrorKind::Reversed => "date-range-reversed",
            WrittenErrorKind::SkippedByReform => "date-skipped-by-reform",
        }
    }

    /// One sentence for the author.
    pub const fn message(self) -> &'static str {
        match self {
            WrittenErrorKind::Edtf(kind) => kind.message(),
            WrittenErrorKind::DateMissing => "a date is missing here",
            WrittenErrorKind::UnknownWord => "a date has no such word; it may be followed by `julian` or `gregorian`",
            WrittenErrorKind::HalfRange => {
                "write `1919 or later` for a day not known better, `1919/..` for a period without end"
            }
            WrittenErrorKind::LimitNotPlain => "the limit must be one date without X, not an interval or a set",
            WrittenErrorKind::Reversed => "the range ends before it begins",
            WrittenErrorKind::SkippedByReform => "the calendar of this country went past this date without showing it",
        }
    }
}

impl WrittenError {
    /// A name that never changes, such as `no-such-day`.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// One sentence for the author.
    pub fn message(&self) -> &'static str {
        self.kind.message()
    }
}

impl fmt::Display for WrittenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.message(), self.position)
    }
}

impl std::error::Error for WrittenError {}

/// A word and the byte it begins at.
type Word<'a> = (usize, &'a str);

/// A set as EDTF writes it, `[1939-11-14,1939-11-15]`: people put a space after the comma.
fn without_gaps(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains(['[', '{']) {
        return text.into();
    }
    let mut inside = false;
    let kept = text.chars().filter(|c| {
        inside = matches!(c, '[' | '{') || inside && !matches!(c, ']' | '}');
        !(inside && *c == ' ')
    });
    kept.collect::<String>().into()
}

fn words(text: &str) -> Vec<Word<'_>> {
    let start = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    text.split_ascii_whitespace().map(|word| (start(word), word)).collect()
}

struct Words<'a> {
    words: &'a [Word<'a>],
    end: usize,
    calendar: Calendar,
}

impl Words<'_> {
    fn form(&self) -> Result<Form, WrittenError> {
        if let Some(or) = self.words.iter().position(|&(_, word)| word == "or") {
            return self.or(or);
        }
        match self.words {
            [] => fail(self.end, WrittenErrorKind::DateMissing),
            [(_, "unknown")] => Ok(Form::Unknown),
            [(_, "before"), limit @ ..] => Ok(Form::Before(self.limit(limit, None)?)),
            [(_, "after"), limit @ ..] => Ok(Form::After(self.limit(limit, None)?)),
            [(_, "between"), rest @ ..] => self.between(rest),
            [(at, word), tag @ ..] => match range_dots(word) {
                Some(dots) => self.range(*at, word, dots, self.tag(tag)?),
                None => Ok(Form::Expression(self.expression(self.words, None)?)),
            },
        }
    }

    /// `X or earlier`, `X or later`.
    fn or(&self, or: usize) -> Result<Form, WrittenError> {
        let (date, side) = (&self.words[..or], self.words.get(or + 1));
        let tag = self.tag(self.words.get(or + 2..).unwrap_or_default())?;
        match side {
            Some((_, "earlier")) => Ok(Form::OrEarlier(self.limit(date, tag)?)),
            Some((_, "later")) => Ok(Form::OrLater(self.limit(date, tag)?)),
            Some((at, _)) => fail(*at, WrittenErrorKind::UnknownWord),
            None => fail(self.end, WrittenErrorKind::UnknownWord),
        }
    }

    fn between(&self, rest: &[Word<'_>]) -> Result<Form, WrittenError> {
        let Some(and) = rest.iter().position(|&(_, word)| word == "and") else {
            return fail(self.end, WrittenErrorKind::DateMissing);
        };
        let (first, last) = (&rest[..and], &rest[and + 1..]);
        let tag = self.tag(last.get(1..).unwrap_or_default())?;
        in_order(self.limit(first, tag)?, self.limit(last, None)?, rest[and].0)
    }

    fn range(&self, at: usize, word: &str, dots: usize, tag: Option<Calendar>) -> Result<Form, WrittenError> {
        let (first, last) = (&word[..dots], &word[dots + 2..]);
        if first.is_empty() || last.is_empty() {
            return fail(at, WrittenErrorKind::HalfRange);
        }
        let first = self.limit(&[(at, first)], tag)?;
        let last = self.limit(&[(at + dots + 2, last)], tag)?;
        in_order(first, last, at + dots)
    }

    /// The date of "before", "or later" or a range.
    fn limit(&self, words: &[Word<'_>], tag: Option<Calendar>) -> Result<Edtf, WrittenError> {
        let edtf = self.expression(words, tag)?;
        let is_plain = match edtf.expression() {
            Expression::Date(date) => !matches!(date.shape, Shape::Masked(_)),
            Expression::DateTime(_) => true,
            _ => false,
        };
        if is_plain { Ok(edtf) } else { fail(words[0].0, WrittenErrorKind::LimitNotPlain) }
    }

    /// One expression and its tag; `tag` is that of the whole range.
    fn expression(&self, words: &[Word<'_>], tag: Option<Calendar>) -> Result<Edtf, WrittenError> {
        let [(at, word), own_tag @ ..] = words else {
            return fail(self.end, WrittenErrorKind::DateMissing);
        };
        let calendar = self.tag(own_tag)?.or(tag).unwrap_or(self.calendar);
        let placed = |error: EdtfError| WrittenError {
            position: at + error.position,
            kind: if word.starts_with(|first: char| first.is_ascii_lowercase()) {
                WrittenErrorKind::UnknownWord
            } else {
                WrittenErrorKind::Edtf(error.kind)
            },
        };
        Edtf::parse_in(word, calendar).map_err(placed)
    }

    fn tag(&self, words: &[Word<'_>]) -> Result<Option<Calendar>, WrittenError> {
        match words {
            [] => Ok(None),
            [(at, word), rest @ ..] => match Calendar::from_name(word) {
                None => fail(*at, WrittenErrorKind::UnknownWord),
                Some(calendar) => match rest {
                    [] => Ok(Some(calendar)),
                    [(at, _), ..] => fail(*at, WrittenErrorKind::UnknownWord),
                },
            },
        }
    }
}

/// Where `..` stands in a range that is neither a set nor an interval.
fn range_dots(word: &str) -> Option<usize> {
    let is_edtf = word.starts_with(['[', '{']) || word.contains('/');
    if is_edtf { None } else { word.find("..") }
}

fn in_order(first: Edtf, last: Edtf, at: usize) -> Result<Form, WrittenError> {
    match (first.bounds().min, last.bounds().max) {
        (Bound::Day(min), Bound::Day(max)) if max < min => fail(at, WrittenErrorKind::Reversed),
        (Bound::FarFuture, Bound::Day(_) | Bound::FarPast) | (Bound::Day(_), Bound::FarPast) => {
            fail(at, WrittenErrorKind::Reversed)
        }
        _ => Ok(Form::Between(first, last)),
    }
}

pub(crate) fn fail<T>(position: usize, kind: WrittenErrorKind) -> Result<T, WrittenError> {
    Err(WrittenError { position, kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, bounds: &str) {
        let date = parse_written(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(date.bounds().to_string(), bounds, "{text}");
        assert_eq!(date.written(), text.trim());
    }

    fn check_error(text: &str, code: &str, position: usize) {
        let error = parse_written(text).expect_err(text);
        assert_eq!((error.code(), error.position), (code, position), "{text}");
    }

    #[test]
    fn every_edtf_expression_is_a_written_date() {
        check("1919-06-28", "1919-06-28..1919-06-28");
        check("  1919-06?  ", "1919-06-01..1919-06-30");
        check("[1667..1668]", "1667-01-01..1668-12-31");
        check("..2004-06-01/2004-06-20..", "..");
        check("1919/", "1919-01-01..?");
    }

    #[test]
    fn julian_dates_are_other_days_and_julian_months_are_spans() {
        check("1918-02-03 julian", "1918-02-16..1918-02-16");
        check("1918-02 julian", "1918-02-14..1918-03-13");
        check("1917 julian", "1917-01-14..1918-01-13");
        check("1900-02-29 julian", "1900-03-13..1900-03-13");
        check("1900-02-XX julian", "1900-02-13..1900-03-13");
        check("1917-10-25/1918-01 julian", "1917-11-07..1918-02-13");
        check("1918-02-14 gregorian", "1918-02-14..1918-02-14");
    }

    #[test]
    fn words_bound_a_day_on_one_side() {
        check("1923-03 or earlier", "..1923-03-31");
        check("1923-03 or later", "1923-03-01..");
        check("before 1923-03", "..1923-02-28");
        check("after 1923-03", "1923-04-01..");
        check("before 1918-02-18 julian", "..1918-03-02");
        check("1918-02-18 or later julian", "1918-03-03..");
        check("1918-02-18 julian or later", "1918-03-03..");
        check("unknown", "?..?");
    }

    #[test]
    fn a_range_is_one_day_of_many() {
        check("1923-01..1923-06", "1923-01-01..1923-06-30");
        check("between 1923-01 and 1923-06", "1923-01-01..1923-06-30");
        check("1918-02-01..1918-02-10 julian", "1918-02-14..1918-02-23");
        check("between 1918-02-01 and 1918-02-10 julian", "1918-02-14..1918-02-23");
        check("between 1918-02-01 julian and 1918-02-23 gregorian", "1918-02-14..1918-02-23");
        assert!(!parse_written("1923-01..1923-06").unwrap().is_period());
    }

    #[test]
    fn intervals_and_complete_sets_last() {
        let war = parse_written("1914-07-28/1918-11").unwrap();
        let When::Period { start, end } = war.when() else { panic!("an interval lasts") };
        assert_eq!(
            (start.to_string(), end.to_string()),
            ("1914-07-28..1914-07-28".into(), "1918-11-01..1918-11-30".into())
        );
        let years = parse_written("{1667,1668,1670..1672}").unwrap();
        let When::Period { start, end } = years.when() else { panic!("a set of all its elements lasts") };
        assert_eq!(
            (start.to_string(), end.to_string()),
            ("1667-01-01..1667-12-31".into(), "1672-01-01..1672-12-31".into())
        );
        assert_eq!(years.to_intervals().intervals().len(), 2);
        assert!(!parse_written("[1667,1668]").unwrap().is_period());
    }

    #[test]
    fn doubts_are_carried_and_widen_nothing() {
        let date = parse_written("between 1923? and 1924~").unwrap();
        assert_eq!(date.qualifier(), Qualifier { uncertain: true, approximate: true });
        check("between 1923? and 1924~", "1923-01-01..1924-12-31");
    }

    #[test]
    fn trouble_is_placed_in_the_whole_text() {
        check_error("", "date-missing", 0);
        check_error("  ", "date-missing", 2);
        check_error("1918-02-30 julian", "no-such-day", 8);
        check_error("before 1918-13", "no-such-month", 12);
        check_error("1918 lunar", "unknown-word-in-date", 5);
        check_error("1918 julian julian", "unknown-word-in-date", 12);
        check_error("soon", "unknown-word-in-date", 0);
        check_error("before", "date-missing", 6);
        check_error("between 1918 and", "date-missing", 16);
        check_error("between 1918", "date-missing", 12);
        check_error("1919..", "half-range", 0);
        check_error("..1919", "half-range", 0);
        check_error("1919..1918", "date-range-reversed", 4);
        check_error("before 191X", "date-limit-not-plain", 7);
        check_error("1914/1918 or later", "date-limit-not-plain", 0);
    }

    #[test]
    fn words_are_described() {
        let describe = |text| parse_written(text).unwrap().describe();
        assert_eq!(describe("before 1923-03"), "one day before March 1923");
        assert_eq!(describe("1918-02-18 julian"), "18 February 1918 (Julian calendar)");
        assert_eq!(describe("1923..1924?"), "one day between 1923 and 1924 (uncertain)");
    }
}
