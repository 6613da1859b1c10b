//! When each country gave up the Julian calendar, as its dossier declares.
//!
//! Nothing is built in: countries reformed at different times, some by region, and a dossier should cite its source.

use std::collections::BTreeMap;

use crate::calendar::Calendar;
use crate::date::Day;
use crate::edtf::{Bound, Bounds};
use crate::written::{When, WrittenDate, WrittenError, WrittenErrorKind, fail, parse_written_in};

/// The first Gregorian day of each country that declared one.
///
/// ```
/// use servanda_calendar::{Calendar, ReformTable, reform};
///
/// let mut reforms = ReformTable::default();
/// reforms.declare("Ruritania", reform::parse_until("until 1918-02-14 julian").unwrap());
/// let accession = reforms.read("Ruritania", "1917-10-25").unwrap();
/// assert_eq!(accession.calendar(), Calendar::Julian);
/// assert_eq!(accession.bounds().to_string(), "1917-11-07..1917-11-07");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReformTable {
    first_gregorian: BTreeMap<String, Day>,
}

/// Reads a declaration `until 1918-02-14 julian`: the first day on which the country's calendar was Gregorian, written
/// in that calendar. The day itself is not Julian any more.
///
/// # Errors
/// If the text is of another form or its date is not a single day.
pub fn parse_until(text: &str) -> Result<Day, WrittenError> {
    let mut words = text.split_ascii_whitespace();
    let (until, day, calendar) = (words.next(), words.next(), words.next());
    let (Some("until"), Some(day), Some("julian"), None) = (until, day, calendar, words.next()) else {
        return fail(0, WrittenErrorKind::UnknownWord);
    };
    let position = day.as_ptr() as usize - text.as_ptr() as usize;
    day.parse().or_else(|_| fail(position, WrittenErrorKind::LimitNotPlain))
}

impl ReformTable {
    /// Declares the first Gregorian day of a country. Returns what was declared before.
    pub fn declare(&mut self, country: impl Into<String>, first_gregorian: Day) -> Option<Day> {
        self.first_gregorian.insert(country.into(), first_gregorian)
    }

    /// The first Gregorian day of a country, if declared.
    pub fn first_gregorian(&self, country: &str) -> Option<Day> {
        self.first_gregorian.get(country).copied()
    }

    /// The calendar a country used on `day`. A country that declared no reform always used the Gregorian one.
    pub fn calendar_on(&self, country: &str, day: Day) -> Calendar {
        match self.first_gregorian(country) {
            Some(first) if day < first => Calendar::Julian,
            _ => Calendar::Gregorian,
        }
    }

    /// Every declared reform, by country.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Day)> {
        self.first_gregorian.iter().map(|(country, &day)| (country.as_str(), day))
    }

    /// Reads a date as the calendar of a country showed it. A calendar named beside the date wins.
    ///
    /// A month or year in which the calendar changed has only the days that it showed, in either calendar.
    ///
    /// # Errors
    /// As [`parse_written`](crate::parse_written), and if the calendar went past the date without showing it.
    pub fn read(&self, country: &str, text: &str) -> Result<WrittenDate, WrittenError> {
        let gregorian = parse_written_in(text, Calendar::Gregorian);
        let Some(first) = self.first_gregorian(country) else {
            return gregorian;
        };
        let julian = parse_written_in(text, Calendar::Julian);
        if let (Ok(julian), Ok(gregorian)) = (&julian, &gregorian)
            && julian.calendar() == gregorian.calendar()
        {
            // The calendar is named beside the date.
            return Ok(gregorian.clone());
        }
        let old = julian.as_ref().ok().map(WrittenDate::when);
        let new = gregorian.as_ref().ok().map(WrittenDate::when);
        let Some((calendar, when)) = shown(old, new, first) else {
            // Prefer to say that the calendar in use has no such day.
            gregorian.and(julian)?;
            return fail(0, WrittenErrorKind::SkippedByReform);
        };
        let date = if calendar == Calendar::Julian { julian } else { gregorian };
        date.map(|date| date.with_when(when))
    }
}

/// The days on which a country showed a date, and the calendar that first showed it, from the days the Julian and the
/// Gregorian calendar have for it.
fn shown(julian: Option<When>, gregorian: Option<When>, first: Day) -> Option<(Calendar, When)> {
    let point = |when: Option<When>| match when {
        Some(When::Point(bounds)) => Some(bounds),
        _ => None,
    };
    let start = |when: Option<When>| match when {
        Some(When::Period { start, .. }) => Some(start),
        _ => None,
    };
    let end = |when: Option<When>| match when {
        Some(When::Period { end, .. }) => Some(end),
        _ => None,
    };
    if let Some((calendar, bounds)) = shown_within(point(julian), point(gregorian), first) {
        return Some((calendar, When::Point(bounds)));
    }
    let (calendar, start) = shown_within(start(julian), start(gregorian), first)?;
    let (_, end) = shown_within(end(julian), end(gregorian), first)?;
    Some((calendar, When::Period { start, end }))
}

fn shown_within(julian: Option<Bounds>, gregorian: Option<Bounds>, first: Day) -> Option<(Calendar, Bounds)> {
    let old = julian.and_then(|bounds| up_to(bounds, first.add_days(-1)));
    let new = gregorian.and_then(|bounds| from(bounds, first));
    match (old, new) {
        (Some(old), Some(new)) => Some((Calendar::Julian, Bounds { min: old.min, max: new.max })),
        (Some(old), None) => Some((Calendar::Julian, old)),
        (None, Some(new)) => Some((Calendar::Gregorian, new)),
        (None, None) => None,
    }
}

fn up_to(bounds: Bounds, last: Day) -> Option<Bounds> {
    let max = match bounds.max {
        Bound::Day(day) => Bound::Day(day.min(last)),
        Bound::FarPast => Bound::FarPast,
        _ => Bound::Day(last),
    };
    let begins_later = bounds.allowed().min.is_some_and(|min| last < min);
    (!begins_later).then_some(Bounds { min: bounds.min, max })
}

fn from(bounds: Bounds, first: Day) -> Option<Bounds> {
    let min = match bounds.min {
        Bound::Day(day) => Bound::Day(day.max(first)),
        Bound::FarFuture => Bound::FarFuture,
        _ => Bound::Day(first),
    };
    let ends_earlier = bounds.allowed().max.is_some_and(|max| max < first);
    (!ends_earlier).then_some(Bounds { min, max: bounds.max })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruritania() -> ReformTable {
        let mut reforms = ReformTable::default();
        reforms.declare("Ruritania", parse_until("until 1918-02-14 julian").expect("the declaration is well formed"));
        reforms
    }

    fn check(text: &str, calendar: Calendar, bounds: &str) {
        let date = ruritania().read("Ruritania", text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((date.calendar(), date.bounds().to_string().as_str()), (calendar, bounds), "{text}");
    }

    fn check_error(text: &str, code: &str) {
        assert_eq!(ruritania().read("Ruritania", text).expect_err(text).code(), code, "{text}");
    }

    #[test]
    fn dates_before_the_reform_are_julian() {
        check("1917-10-25", Calendar::Julian, "1917-11-07..1917-11-07");
        check("1900-02-29", Calendar::Julian, "1900-03-13..1900-03-13");
        check("1918-01-31", Calendar::Julian, "1918-02-13..1918-02-13");
        check("1918-02-14", Calendar::Gregorian, "1918-02-14..1918-02-14");
        check("2000-02-29", Calendar::Gregorian, "2000-02-29..2000-02-29");
    }

    #[test]
    fn a_calendar_beside_the_date_wins() {
        check("1918-02-18 julian", Calendar::Julian, "1918-03-03..1918-03-03");
        check("1917-10-25 gregorian", Calendar::Gregorian, "1917-10-25..1917-10-25");
    }

    #[test]
    fn the_month_of_the_reform_is_short() {
        check("1918-02", Calendar::Gregorian, "1918-02-14..1918-02-28");
        check("1918", Calendar::Julian, "1918-01-14..1918-12-31");
    }

    #[test]
    fn each_end_of_an_interval_is_read_by_itself() {
        check("1914-07-19/1918-03-03", Calendar::Julian, "1914-08-01..1918-03-03");
        check("before 1900", Calendar::Julian, "..1900-01-12");
        check("after 1900", Calendar::Julian, "1901-01-14..");
        check("unknown", Calendar::Julian, "?..?");
    }

    #[test]
    fn days_the_calendar_never_showed_are_refused() {
        check_error("1918-02-05", "date-skipped-by-reform");
        check_error("2100-02-29", "no-such-day");
        check_error("1918-02-30", "no-such-day");
    }

    #[test]
    fn countries_without_a_declared_reform_are_gregorian() {
        let date = ruritania().read("Zenda", "1917-10-25").unwrap();
        assert_eq!(date.bounds().to_string(), "1917-10-25..1917-10-25");
        let before = "1918-02-13".parse().unwrap();
        assert_eq!(ruritania().calendar_on("Ruritania", before), Calendar::Julian);
        assert_eq!(ruritania().calendar_on("Zenda", before), Calendar::Gregorian);
    }

    #[test]
    fn only_declarations_are_read() {
        assert_eq!(parse_until("since 1918-02-14 julian").unwrap_err().code(), "unknown-word-in-date");
        assert_eq!(parse_until("until 1918-02 julian").unwrap_err().position, 6);
    }
}
