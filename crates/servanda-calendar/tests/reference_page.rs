//! The tables of `docs/reference/dates.md` say what the library does.

use servanda_calendar::{Bound, Bounds, Edtf, parse_written};

const PAGE: &str = include_str!("../../../docs/reference/dates.md");

/// The rows that show a date and its days, as cells without their backticks.
fn rows(header: &str) -> Vec<Vec<&'static str>> {
    let mut rows = Vec::new();
    let mut in_table = false;
    for line in PAGE.lines() {
        if line == header {
            in_table = true;
        } else if !line.starts_with('|') {
            in_table = false;
        } else if in_table && !line.starts_with("|---") {
            rows.push(line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect());
        }
    }
    rows
}

fn cell(bound: Bound, unbounded: &str) -> String {
    match bound {
        Bound::Day(day) => day.to_string(),
        Bound::Unknown => "?".to_owned(),
        _ => unbounded.to_owned(),
    }
}

fn check_days(written: &str, bounds: Bounds, first: &str, last: &str) {
    assert_eq!(cell(bounds.min, "-inf"), first, "{written}");
    assert_eq!(cell(bounds.max, "inf"), last, "{written}");
}

#[test]
fn expressions_have_the_level_and_days_shown() {
    let rows = rows("| written | level | first day | last day | what it says |");
    assert!(rows.len() > 25, "the tables of the page were not found");
    for row in rows {
        let edtf = Edtf::parse(row[0]).unwrap_or_else(|error| panic!("{}: {error}", row[0]));
        assert_eq!(edtf.level().to_string(), row[1], "{}", row[0]);
        check_days(row[0], edtf.bounds(), row[2], row[3]);
    }
}

#[test]
fn written_dates_have_the_days_shown() {
    let rows = rows("| written | first day | last day | what it says |");
    assert!(rows.len() > 8, "the tables of the page were not found");
    for row in rows {
        let date = parse_written(row[0]).unwrap_or_else(|error| panic!("{}: {error}", row[0]));
        check_days(row[0], date.bounds(), row[1], row[2]);
    }
}

#[test]
fn refused_expressions_are_refused() {
    let refused = rows("| question | decision | reason |").into_iter().filter(|row| row[1] == "refused");
    // Cells may name several expressions; those with other words are read as far as they are expressions.
    for row in refused {
        let expressions = row[0].split('`').filter(|text| !text.is_empty() && text.is_ascii() && !text.contains(' '));
        for text in expressions.filter(|text| text.starts_with(|first: char| "0123456789Y-[{/".contains(first))) {
            assert!(Edtf::parse(text).is_err(), "{text}");
        }
    }
}
