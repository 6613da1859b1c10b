//! Dates as they are written in a dossier.

use servanda_calendar::edtf::{DateTime, Expression, Offset};
use servanda_calendar::{Day, DayRange, ReformTable, WrittenDate, parse_written};

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
        return When { min: at, max: at, each: Vec::new(), spans: Vec::new(), ..when };
    }
    let second = Clock::Seconds.day();
    let in_seconds = |runs: Vec<(i64, i64)>| {
        let run = |(first, last): (i64, i64)| {
            (first.saturating_mul(second), last.saturating_add(1).saturating_mul(second) - 1)
        };
        runs.into_iter().map(run).collect()
    };
    let (spans, each) = (in_seconds(when.spans), in_seconds(when.each));
    When {
        min: first,
        max: last.map(|last| last + second - 1),
        spans,
        each,
        written: when.written,
        doubt: when.doubt,
        by_season: when.by_season,
        period: when.period,
    }
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

/// How a date that was written in another way is written here, where it is clear what was meant.
#[must_use]
pub fn meant_day(text: &str) -> Option<String> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    const SEASONS: [(&str, u32); 5] = [("spring", 21), ("summer", 22), ("autumn", 23), ("fall", 23), ("winter", 24)];
    let lower = text.to_lowercase();
    let signs = |sign: char| sign.is_whitespace() || ",./-".contains(sign);
    let parts: Vec<&str> = lower.split(signs).filter(|part| !part.is_empty() && *part != "of").collect();
    let number = |part: &str| {
        let digits = part.trim_end_matches(|sign: char| sign.is_ascii_alphabetic());
        let is_ordinal = ["", "st", "nd", "rd", "th"].contains(&&part[digits.len()..]);
        digits.parse::<u32>().ok().filter(|_| is_ordinal)
    };
    let year = |part: &str| part.parse::<u32>().ok().filter(|_| part.len() == 4);
    let month = |part: &str| {
        let at = MONTHS.iter().position(|month| part.len() >= 3 && part.starts_with(month))?;
        u32::try_from(at + 1).ok()
    };
    let season = |part: &str| SEASONS.iter().find(|(name, _)| *name == part).map(|(_, code)| *code);
    let day_of = |y: u32, m: u32, d: u32| format!("{y:04}-{m:02}-{d:02}");
    let written = match parts.as_slice() {
        [about, y] if ["c", "ca", "circa", "about"].contains(about) => format!("{:04}~", year(y)?),
        [y, m, d] if year(y).is_some() => day_of(year(y)?, number(m)?, number(d)?),
        [d, m, y] if month(m).is_some() => day_of(year(y)?, month(m)?, number(d)?),
        [m, d, y] if month(m).is_some() => day_of(year(y)?, month(m)?, number(d)?),
        // With strokes it may be the month that comes first.
        [d, m, y] if !text.contains('/') => day_of(year(y)?, number(m)?, number(d)?),
        [part, y] => format!("{:04}-{:02}", year(y)?, season(part).or_else(|| month(part))?),
        _ => return None,
    };
    read(&written).is_ok().then_some(written)
}

fn read_with<E: ToString>(text: &str, parse: impl Fn(&str) -> Result<WrittenDate, E>) -> Result<When, String> {
    let text = text.trim();
    // `..1928-12-29` is a day up to then: a set with an open end, without its brackets.
    let open = (text.starts_with("..") || text.ends_with("..")) && !text.contains('/');
    let bracketed = format!("[{text}]");
    let date = parse(if open { &bracketed } else { text }).map_err(|error| error.to_string())?;
    let allowed = date.bounds().allowed();
    let doubt = date.qualifier();
    let is_too_far = |day: &servanda_calendar::Day| day.0.unsigned_abs() > FURTHEST;
    if allowed.min.iter().chain(&allowed.max).any(is_too_far) {
        return Err("it is too far away; the furthest day is some thousand million years from now".to_owned());
    }
    Ok(When {
        written: text.to_owned(),
        min: allowed.min.map(|day| day.0),
        max: allowed.max.map(|day| day.0),
        spans: spans(&date),
        each: date.edtf().map_or_else(Vec::new, |it| it.each().filter_map(bounded).collect()),
        doubt: match (doubt.uncertain, doubt.approximate) {
            (true, true) => Some("which its source holds uncertain and estimates"),
            (true, false) => Some("which its source holds uncertain"),
            (false, true) => Some("which is an estimate"),
            (false, false) => None,
        },
        by_season: date.rests_on_season_convention(),
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

/// A date of more runs of days than this is taken for any day between its bounds.
const MOST_SPANS: usize = 24;

fn bounded(range: DayRange) -> Option<(i64, i64)> {
    Some((range.min?.0, range.max?.0))
}

/// The runs of days that one day can be on, where these leave any out between the first and the last.
fn spans(date: &WrittenDate) -> Vec<(i64, i64)> {
    let Some(edtf) = date.edtf().filter(|_| !date.is_period()) else { return Vec::new() };
    let runs: Vec<DayRange> = edtf.day_ranges().take(MOST_SPANS + 1).collect();
    if runs.len() < 2 || runs.len() > MOST_SPANS {
        return Vec::new();
    }
    let open = |day: Option<Day>, otherwise: i64| day.map_or(otherwise, |day| day.0);
    runs.iter().map(|run| (open(run.min, i64::MIN), open(run.max, i64::MAX))).collect()
}
