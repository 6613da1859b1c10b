//! Dates as they are written in a dossier.

use servanda_calendar::parse_written;

use crate::model::When;

/// Reads a date in any of the writings that `docs/reference/dates.md` lists.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn read(text: &str) -> Result<When, String> {
    let text = text.trim();
    let date = parse_written(text).map_err(|error| error.to_string())?;
    let allowed = date.bounds().allowed();
    Ok(When {
        written: text.to_owned(),
        min: allowed.min.map(|day| day.0),
        max: allowed.max.map(|day| day.0),
        qualified: date.qualifier() != servanda_calendar::edtf::Qualifier::default(),
        period: date.is_period(),
    })
}
