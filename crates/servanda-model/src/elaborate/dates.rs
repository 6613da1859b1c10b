//! Dates as they are written in a dossier.

use servanda_calendar::{Day, DayRange, WrittenDate, parse_written};

use crate::model::When;

/// Reads a date in any of the writings that `docs/reference/dates.md` lists.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn read(text: &str) -> Result<When, String> {
    let text = text.trim();
    // `..1928-12-29` is a day up to then: a set with an open end, without its brackets.
    let open = (text.starts_with("..") || text.ends_with("..")) && !text.contains('/');
    let bracketed = format!("[{text}]");
    let date = parse_written(if open { &bracketed } else { text }).map_err(|error| error.to_string())?;
    let allowed = date.bounds().allowed();
    let doubt = date.qualifier();
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
