//! The moves as a table for a spreadsheet.

use std::fmt::Write as _;

use super::Record;

/// One line a move, with a line of column names.
#[must_use]
pub fn csv(record: &Record) -> String {
    let mut out = String::from(
        "n,name,date,min,max,dated,by,kind,issue,value,move,according_to,contradicted_by,source,locator\n",
    );
    for it in &record.moves {
        let join = |all: &[String]| all.join("; ");
        let sources: Vec<String> = it.sources.iter().map(|passage| passage.source.clone()).collect();
        let locators: Vec<String> =
            it.sources.iter().map(|passage| passage.locator.clone().unwrap_or_default()).collect();
        let cells = [
            it.n.to_string(),
            it.name.clone().unwrap_or_default(),
            it.date.clone(),
            it.min.clone().unwrap_or_default(),
            it.max.clone().unwrap_or_default(),
            it.dated.to_string(),
            join(&it.by),
            it.kind.to_owned(),
            join(&it.issues),
            it.value.clone().unwrap_or_default(),
            it.sentence.clone(),
            it.according_to.as_ref().map_or_else(String::new, |by| join(by)),
            join(&it.contradicted_by),
            join(&sources),
            join(&locators),
        ];
        let line: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        let _ = writeln!(out, "{}", line.join(","));
    }
    out
}

fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
