//! Dates as they are written in a dossier.

use servanda_calendar::Edtf;

use crate::model::When;

/// Reads a date: EDTF, or `a..b` for one of the days between.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn read(text: &str) -> Result<When, String> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("unknown") {
        return Ok(When { written: text.to_owned(), ..When::default() });
    }
    let bracketed;
    let expression = if text.contains("..") && !text.starts_with(['[', '{']) && !text.contains('/') {
        bracketed = format!("[{text}]");
        bracketed.as_str()
    } else {
        text
    };
    let edtf = Edtf::parse(expression).map_err(|error| error.to_string())?;
    let bounds = edtf.bounds();
    
    Ok(When {
        written: text.to_owned(),
        min: bounds.allowed().min.map(|day| day.0),
        max: bounds.allowed().max.map(|day| day.0),
        qualified: edtf.is_uncertain() || edtf.is_approximate(),
        period: edtf.is_period(),
    })
}
