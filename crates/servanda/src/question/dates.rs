//! Dates as people write them in a question, in the figures of the Extended Date/Time Format.

use servanda_calendar::{month_named, parse_written};
use servanda_model::Clock;

/// The first and the last day of a time; open where it has none.
pub(super) type Days = (Option<i64>, Option<i64>);

/// Parts of a year as EDTF numbers them: seasons of no hemisphere, quarters, thirds and halves.
const PARTS_OF_YEAR: [(&[&str], u8); 14] = [
    (&["spring"], 21),
    (&["summer"], 22),
    (&["autumn", "fall"], 23),
    (&["winter"], 24),
    (&["first quarter"], 33),
    (&["second quarter"], 34),
    (&["third quarter"], 35),
    (&["fourth quarter", "last quarter"], 36),
    (&["early", "beginning", "start"], 37),
    (&["mid", "middle"], 38),
    (&["late", "end"], 39),
    (&["first half"], 40),
    (&["second half"], 41),
    (&["year"], 0),
];

/// Parts of a month, which EDTF has not: its first and last days.
const PARTS_OF_MONTH: [(&[&str], u8, u8); 5] = [
    (&["early", "beginning", "start"], 1, 10),
    (&["mid", "middle"], 11, 20),
    (&["late", "end"], 21, 31),
    (&["first half"], 1, 15),
    (&["second half"], 16, 31),
];

/// The first and the last day that a date allows.
pub(super) fn days_of(clock: Clock, text: &str) -> Option<Days> {
    // A name or a count is not a date; a year has four digits here.
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if clock != Clock::Days || digits < 3 {
        return None;
    }
    let text = in_figures(text).unwrap_or_else(|| text.to_owned());
    let bounds = parse_written(&text).ok()?.bounds().allowed();
    let (first, last) = (bounds.min.map(|day| day.0), bounds.max.map(|day| day.0));
    (first.is_some() || last.is_some()).then_some((first, last))
}

/// `10 October 1939`, `the 10th of October 1939`, `October 10, 1939`, `10 Oct 1939`, `10.10.1939`, `October 1939`, `the end of
/// October 1939` and `the autumn of 1939` in figures.
fn in_figures(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split([' ', ','])
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| !["", "the", "of", "in"].contains(word))
        .collect();
    let words: Vec<&str> =
        words.iter().flat_map(|word| word.strip_prefix("mid-").map_or(vec![*word], |of| vec!["mid", of])).collect();
    let (year, before) = words.split_last()?;
    if let ([], [day, month, year]) = (before, year.split('.').collect::<Vec<_>>().as_slice()) {
        let (day, month) = (in_month(day)?, month.parse::<u8>().ok()?);
        return is_year(year).then(|| format!("{year}-{month:02}-{day:02}"));
    }
    if let Some(decade) = year.strip_suffix("0s").filter(|it| it.len() == 3 && before.is_empty()) {
        return decade.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("{decade}X"));
    }
    if !is_year(year) {
        return None;
    }
    let Some((at, month)) = before.iter().enumerate().find_map(|(at, word)| Some((at, month_of(word)?))) else {
        let part = before.join(" ");
        let (_, number) = PARTS_OF_YEAR.iter().find(|(names, _)| names.contains(&part.as_str()))?;
        return Some(if *number == 0 { (*year).to_owned() } else { format!("{year}-{number}") });
    };
    let part = [&before[..at], &before[at + 1..]].concat().join(" ");
    if part.is_empty() {
        return Some(format!("{year}-{month:02}"));
    }
    if let Some((_, first, last)) = PARTS_OF_MONTH.iter().find(|(names, ..)| names.contains(&part.as_str())) {
        let end = if *last == 31 { format!("{year}-{month:02}") } else { format!("{year}-{month:02}-{last}") };
        return Some(format!("{year}-{month:02}-{first:02}..{end}"));
    }
    Some(format!("{year}-{month:02}-{:02}", in_month(&part)?))
}

/// A date in some words that is written as one and that no calendar has: `1939-02-30`, `31 November 1939`.
pub(super) fn no_such_day(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (one, three) = (words.iter().map(|word| (*word).to_owned()), words.windows(3).map(|three| three.join(" ")));
    one.chain(three).find(|part| {
        let figures = in_figures(part).unwrap_or_else(|| part.clone());
        let is_date = figures.split('-').map(str::len).eq([4, 2, 2])
            && figures.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        is_date && parse_written(&figures).is_err()
    })
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A month by its name or by the first three letters or more of it.
fn month_of(word: &str) -> Option<u8> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let short =
        || if word == "sept" { Some(9) } else { Some(1 + MONTHS.iter().position(|month| *month == word)? as u8) };
    month_named(word).or_else(short)
}

/// A day of a month, as `10` or `10th`.
fn in_month(text: &str) -> Option<u8> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    digits.parse::<u8>().ok().filter(|day| (1..=31).contains(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_words_are_those_in_figures() {
        for (words, figures) in [
            ("10 October 1939", "1939-10-10"),
            ("October 10, 1939", "1939-10-10"),
            ("the 3rd of October 1939", "1939-10-03"),
            ("28 Oct. 1939", "1939-10-28"),
            ("7.9.1939", "1939-09-07"),
            ("September 1939", "1939-09"),
            ("the end of February 1940", "1940-02-21..1940-02-29"),
            ("mid-October 1939", "1939-10-11..1939-10-20"),
            ("the first half of June 1940", "1940-06-01..1940-06-15"),
            ("the autumn of 1939", "1939-09..1939-11"),
            ("late 1939", "1939-09..1939-12"),
            ("the second half of 1939", "1939-07..1939-12"),
            ("the year 1939", "1939"),
            ("the 1930s", "193X"),
        ] {
            assert_eq!(days_of(Clock::Days, words), days_of(Clock::Days, figures), "{words}");
            assert!(days_of(Clock::Days, words).is_some(), "{words}");
        }
        for nothing in ["40 October 1939", "31.2.1939", "the third half of 1939", "20 000", "Order 1939 Tarn"] {
            assert_eq!(days_of(Clock::Days, nothing), None, "{nothing}");
        }
    }
}
