//! What was understood, in English words.
//!
//! An author who wrote `156X` or `2004-06-~11` should see what it was taken for.

use std::fmt::{self, Write as _};

use super::{
    Date, DateTime, Edtf, Element, Endpoint, Expression, FarYears, Mask, Offset, Qualifier, Qualifiers, Season, Shape,
};
use crate::calendar::Calendar;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Edtf {
    /// What was understood, in English words: `1919-06` is "June 1919", `156X~` is "a year from 1560 to 1569
    /// (approximate)".
    pub fn describe(&self) -> String {
        let mut text = String::new();
        let calendar = self.calendar();
        self.expression.write(&mut text, calendar).expect("a String takes whatever is written");
        if calendar != Calendar::Gregorian {
            text.push_str(" (Julian calendar)");
        }
        text
    }
}

impl Expression {
    fn write(&self, text: &mut String, calendar: Calendar) -> fmt::Result {
        match self {
            Expression::Date(date) => date.write(text),
            Expression::DateTime(time) => time.write(text, calendar),
            Expression::Interval(start, end) => {
                match start {
                    Endpoint::Unknown => text.push_str("from an unknown beginning"),
                    Endpoint::Open => text.push_str("without beginning"),
                    start => start.write(text, "from ")?,
                }
                match end {
                    Endpoint::Unknown => write!(text, " to an unknown end"),
                    Endpoint::Open => write!(text, " without end"),
                    end => end.write(text, " to "),
                }
            }
            Expression::OneOf(elements) => write_elements(text, "one of: ", elements),
            Expression::AllOf(elements) => write_elements(text, "all of: ", elements),
        }
    }
}

impl Endpoint {
    fn write(&self, text: &mut String, before: &str) -> fmt::Result {
        let Some(date) = self.date() else { return Ok(()) };
        text.push_str(before);
        date.write(text)?;
        match self {
            Endpoint::OnOrBefore(_) => text.push_str(" or earlier"),
            Endpoint::OnOrAfter(_) => text.push_str(" or later"),
            _ => {}
        }
        Ok(())
    }
}

fn write_elements(text: &mut String, before: &str, elements: &[Element]) -> fmt::Result {
    text.push_str(before);
    for (index, element) in elements.iter().enumerate() {
        if index > 0 {
            text.push_str("; ");
        }
        match element {
            Element::Date(date) => date.write(text)?,
            Element::OnOrBefore(date) => {
                date.write(text)?;
                text.push_str(" or earlier");
            }
            Element::OnOrAfter(date) => {
                date.write(text)?;
                text.push_str(" or later");
            }
            Element::Range(first, last) => {
                text.push_str(match first.shape {
                    Shape::Day(..) => "each day from ",
                    Shape::Month(..) => "each month from ",
                    _ => "each year from ",
                });
                first.write(text)?;
                text.push_str(" to ");
                last.write(text)?;
            }
        }
    }
    Ok(())
}

impl Date {
    fn write(&self, text: &mut String) -> fmt::Result {
        match &self.shape {
            Shape::Year(year) => text.push_str(&year_words(*year)),
            Shape::Month(year, month) => write!(text, "{} {}", month_name(*month), year_words(*year))?,
            Shape::Day(year, month, day) => write!(text, "{day} {} {}", month_name(*month), year_words(*year))?,
            Shape::Season(year, season) => write_season(text, *season, &year_words(*year))?,
            Shape::Masked(mask) => mask.write(text)?,
            Shape::Significant { year, digits: 4.., first, last } if first == last => {
                text.push_str(&year_words(*year));
            }
            Shape::Significant { year, first, last, .. } => {
                let [year, first, last] = [*year, *first, *last].map(year_words);
                write!(text, "a year estimated as {year}, from {first} to {last}")?;
            }
            Shape::Far(years) => years.write(text)?,
        }
        self.qualifiers.write(text, &self.shape)
    }
}

impl Mask {
    fn write(self, text: &mut String) -> fmt::Result {
        let year_is_known = !self.year_digits().contains(&'X');
        let known_year = || year_words(self.year_at(0).unwrap_or_default());
        let form = |text: &mut String, unit: &str| write!(text, "a {unit} of the form {self}");
        match (self.month_digits(), self.day_digits()) {
            (None, _) => match (self.year_at(0), self.year_at(self.year_count() - 1)) {
                (Some(first), Some(last)) if last - first + 1 == i64::from(self.year_count()) => {
                    write!(text, "a year from {} to {}", year_words(first), year_words(last))
                }
                _ => form(text, "year"),
            },
            (Some(['X', 'X']), None) if year_is_known => write!(text, "a month of {}", known_year()),
            (Some(['X', 'X']), Some(['X', 'X'])) if year_is_known => write!(text, "a day of {}", known_year()),
            (Some([tens, units]), Some(['X', 'X'])) if year_is_known && tens != 'X' && units != 'X' => {
                let month = (tens as u8 - b'0') * 10 + (units as u8 - b'0');
                write!(text, "a day of {} {}", month_name(month), known_year())
            }
            (_, None) => match self.season() {
                Some(season) => write_season(text, season, &format!("a year of the form {}", self.year_text())),
                None => form(text, "month"),
            },
            _ => form(text, "day"),
        }
    }

    fn year_text(self) -> String {
        let sign = if self.is_negative() { "-" } else { "" };
        format!("{sign}{}", String::from_iter(self.year_digits()))
    }
}

impl fmt::Display for Mask {
    /// As it was written, without qualifiers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.year_text())?;
        for part in [self.month_digits(), self.day_digits()].into_iter().flatten() {
            write!(f, "-{}{}", part[0], part[1])?;
        }
        Ok(())
    }
}

impl FarYears {
    fn write(&self, text: &mut String) -> fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        match (self.exponent, self.significant) {
            (0, None) => write!(text, "the year {sign}{}", self.digits),
            (exponent, None) => write!(text, "the year {sign}{}×10^{exponent}", self.digits),
            (exponent, Some(count)) => {
                let digits = if count == 1 { "digit" } else { "digits" };
                write!(text, "a year estimated as {sign}{}×10^{exponent}, to {count} {digits}", self.digits)
            }
        }
    }
}

impl Qualifiers {
    fn write(self, text: &mut String, shape: &Shape) -> fmt::Result {
        let (has_month, has_day) = match shape {
            Shape::Month(..) | Shape::Season(..) => (true, false),
            Shape::Day(..) => (true, true),
            Shape::Masked(mask) => (mask.month_digits().is_some(), mask.day_digits().is_some()),
            _ => (false, false),
        };
        let is_season =
            matches!(shape, Shape::Season(..)) || matches!(shape, Shape::Masked(mask) if mask.season().is_some());
        let month_word = if is_season { "season" } else { "month" };
        let parts = [
            ("year", Some(self.year)),
            (month_word, has_month.then_some(self.month)),
            ("day", has_day.then_some(self.day)),
        ];
        let parts = parts.into_iter().filter_map(|(name, doubt)| Some((name, doubt?)));
        if !self.any() {
            return Ok(());
        }
        if parts.clone().all(|(_, doubt)| doubt == self.year) {
            return write!(text, " ({})", doubt_words(self.year));
        }
        let doubts: Vec<String> = parts
            .filter(|(_, doubt)| doubt.any())
            .map(|(name, doubt)| format!("{name} {}", doubt_words(doubt)))
            .collect();
        write!(text, " ({})", doubts.join(", "))
    }
}

impl DateTime {
    fn write(&self, text: &mut String, calendar: Calendar) -> fmt::Result {
        let (year, month, day) = calendar.ymd(self.day);
        write!(text, "{day} {} {}, ", month_name(month), year_words(year))?;
        write!(text, "{:02}:{:02}:{:02}", self.hour, self.minute, self.second)?;
        match self.offset {
            Offset::Unsaid => write!(text, " local time"),
            Offset::Utc => write!(text, " UTC"),
            Offset::Minutes(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                write!(text, " UTC{sign}{:02}:{:02}", minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60)
            }
        }
    }
}

fn write_season(text: &mut String, season: Season, year: &str) -> fmt::Result {
    let article = if season.is_conventional() { "" } else { "the " };
    write!(text, "{article}{} of {year}", season.name())
}

fn doubt_words(doubt: Qualifier) -> &'static str {
    match (doubt.uncertain, doubt.approximate) {
        (true, true) => "uncertain and approximate",
        (true, false) => "uncertain",
        (false, true) => "approximate",
        (false, false) => "certain",
    }
}

/// The month (1–12) of an English name, in capital or small letters.
pub fn month_named(name: &str) -> Option<u8> {
    (1..=12).find(|month| month_name(*month).eq_ignore_ascii_case(name))
}

fn month_name(month: u8) -> &'static str {
    MONTHS.get(usize::from(month).wrapping_sub(1)).copied().unwrap_or("no month")
}

/// Historians have no year 0: the year before AD 1 is 1 BC.
fn year_words(year: i64) -> String {
    if year > 0 { year.to_string() } else { format!("{} BC", 1 - year) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, words: &str) {
        assert_eq!(Edtf::parse(text).expect("the test writes a valid expression").describe(), words, "{text}");
    }

    #[test]
    fn plain_dates() {
        check("1919", "1919");
        check("1919-06", "June 1919");
        check("1919-06-28", "28 June 1919");
        check("-0043-03-15", "15 March 44 BC");
        check("0000", "1 BC");
        check("1985-04-12T23:20:30-04", "12 April 1985, 23:20:30 UTC-04:00");
    }

    #[test]
    fn seasons() {
        check("2001-21", "spring of 2001");
        check("2001-34?", "the second quarter of 2001 (uncertain)");
        check("20XX-41", "the second half of a year of the form 20XX");
    }

    #[test]
    fn masks() {
        check("156X", "a year from 1560 to 1569");
        check("-019X", "a year from 200 BC to 191 BC");
        check("1X60", "a year of the form 1X60");
        check("1985-XX", "a month of 1985");
        check("1985-XX-XX~", "a day of 1985 (approximate)");
        check("1985-04-XX", "a day of April 1985");
        check("1560-X2", "a month of the form 1560-X2");
        check("1985-XX-31", "a day of the form 1985-XX-31");
    }

    #[test]
    fn qualifiers_of_parts() {
        check("2004-06-11%", "11 June 2004 (uncertain and approximate)");
        check("2004?-06-~11", "11 June 2004 (year uncertain, day approximate)");
        check("2004-06~-11", "11 June 2004 (year approximate, month approximate)");
        check("2001-~21", "spring of 2001 (season approximate)");
    }

    #[test]
    fn intervals() {
        check("1919/1939", "from 1919 to 1939");
        check("1919/..", "from 1919 without end");
        check("/1939~", "from an unknown beginning to 1939 (approximate)");
        check("..1919/1939..", "from 1919 or earlier to 1939 or later");
    }

    #[test]
    fn sets() {
        check("[1667,1670..1672]", "one of: 1667; each year from 1670 to 1672");
        check("{..1983,1984-12..}", "all of: 1983 or earlier; December 1984 or later");
    }

    #[test]
    fn long_years() {
        check("Y-17E7", "170000001 BC");
        check("Y17E200", "the year 17×10^200");
        check("1950S2", "a year estimated as 1950, from 1900 to 1999");
        check("Y17E200S1", "a year estimated as 17×10^200, to 1 digit");
    }
}
