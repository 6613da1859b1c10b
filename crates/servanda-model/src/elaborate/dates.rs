//! Dates as they are written in a dossier.

use servanda_calendar::edtf::{DateTime, Expression, Offset, Qualifier};
use servanda_calendar::{ReformTable, WrittenDate, parse_written};

use crate::model::When;

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

fn read_with<E: ToString>(text: &str, parse: impl Fn(&str) -> Result<WrittenDate, E>) -> Result<When, String> {
    let text = text.trim();
    // `..1928-12-29` is a day up to then: a set with an open end, without its brackets.
    let open = (text.starts_with("..") || text.ends_with("..")) && !text.contains('/');
    let bracketed = format!("[{text}]");
    let date = parse(if open { &bracketed } else { text }).map_err(|error| error.to_string())?;
    let allowed = date.bounds().allowed();
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
