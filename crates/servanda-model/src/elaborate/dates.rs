//! Dates as they are written in a dossier.

use servanda_calendar::edtf::{DateTime, Expression, Offset, Qualifier};
use servanda_calendar::{ReformTable, WrittenDate, parse_written};

use crate::model::When;
use crate::program::Clock;

/// The furthest day that is reckoned with, from 1970.
const FURTHEST: u64 = 1 << 39;

/// Reads a date in any of the writings that `docs/reference/dates.md` lists.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn read(text: &str) -> Result<When, String> {
    read_with(text, parse_written)
}

/// Reads a date as the calendar of a country showed it, where a dossier says when that changed.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn read_in(text: &str, reforms: &ReformTable, country: Option<&str>) -> Result<When, String> {
    match country {
        Some(country) => read_with(text, |text| reforms.read(country, text)),
        None => read(text),
    }
}

/// Reads a time as the clock of the rules counts it, `min` and `max` being ticks. A day is its first second, unless that
/// would make one moment of what is a span.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn read_on(clock: Clock, text: &str, reforms: &ReformTable, country: Option<&str>) -> Result<When, String> {
    let number = text.replace([' ', ','], "");
    let at = |tick: i64| When { written: text.trim().to_owned(), min: Some(tick), max: Some(tick), ..When::default() };
    match (clock, number.parse().ok()) {
        (Clock::Days, _) => read_in(text, reforms, country),
        (Clock::Integers, Some(tick)) => Ok(at(tick)),
        (Clock::Integers, None) => Err("times are whole numbers under `uses clock integers`".to_owned()),
        (Clock::Seconds, Some(_)) if number.len() == 4 => {
            Err("it may be a year, or seconds since 1970; write a day or a time of day".to_owned())
        }
        (Clock::Seconds, Some(second)) => Ok(at(second)),
        (Clock::Seconds, None) => read_in(text, reforms, country).map(in_seconds),
    }
}

fn in_seconds(when: When) -> When {
    let (first, last) =
        (when.min.map(|day| day * Clock::Seconds.day()), when.max.map(|day| day * Clock::Seconds.day()));
    if first.is_some() && first == last {
        let at = first.map(|first| first + time_of_day(&when.written).unwrap_or(0));
        return When { min: at, max: at, ..when };
    }
    When { min: first, max: last.map(|last| last + Clock::Seconds.day() - 1), ..when }
}

/// The last tick of a time: of a day its last second.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn last_on(clock: Clock, text: &str, reforms: &ReformTable) -> Result<Option<i64>, String> {
    if clock == Clock::Seconds && text.parse::<i64>().is_err() && time_of_day(text).is_none() {
        let last = read_in(text, reforms, None)?.max;
        return Ok(last.map(|day| (day + 1) * clock.day() - 1));
    }
    Ok(read_on(clock, text, reforms, None)?.max)
}

fn read_with<E: ToString>(text: &str, parse: impl Fn(&str) -> Result<WrittenDate, E>) -> Result<When, String> {
    let text = text.trim();
    // `..1928-12-29` is a day up to then: a set with an open end, without its brackets.
    let open = (text.starts_with("..") || text.ends_with("..")) && !text.contains('/');
    let bracketed = format!("[{text}]");
    let date = parse(if open { &bracketed } else { text }).map_err(|error| error.to_string())?;
    let allowed = date.bounds().allowed();
    let is_too_far = |day: &servanda_calendar::Day| day.0.unsigned_abs() > FURTHEST;
    if allowed.min.iter().chain(&allowed.max).any(is_too_far) {
        return Err("it is too far away; the furthest day is some thousand million years from now".to_owned());
    }
    Ok(When {
        written: text.to_owned(),
        min: allowed.min.map(|day| day.0),
        max: allowed.max.map(|day| day.0),
        qualified: date.qualifier() != Qualifier::default(),
        period: date.is_period(),
    })
}

/// The time of day that a date tells, if it does: seconds from the beginning of the day as written, on the clock at
/// offset zero.
pub(crate) fn time_of_day(written: &str) -> Option<i64> {
    let told = written.contains('T').then(|| parse_written(written).ok()).flatten()?;
    match told.edtf()?.expression() {
        Expression::DateTime(time) => Some(seconds(*time)),
        _ => None,
    }
}

fn seconds(time: DateTime) -> i64 {
    let clock = (i64::from(time.hour) * 60 + i64::from(time.minute)) * 60 + i64::from(time.second);
    match time.offset {
        Offset::Unsaid | Offset::Utc => clock,
        Offset::Minutes(ahead) => clock - i64::from(ahead) * 60,
    }
}
