//! Dates as they are written in a dossier.

use servanda_calendar::parse_written;

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
    Ok(When {
        written: text.to_owned(),
        min: allowed.min.map(|day| day.0),
        max: allowed.max.map(|day| day.0),
        qualified: date.qualifier() != servanda_calendar::edtf::Qualifier::default(),
        period: date.is_period(),
    })
}
