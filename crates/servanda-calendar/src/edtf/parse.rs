//! Reading expressions.
//!
//! One pass, no tables: what an expression is shows at its first character or at its first `/`. Only sets and years too
//! long for day numbers allocate.

use std::cmp::Ordering;

use super::bounds::Side;
use super::error::EdtfErrorKind as Kind;
use super::scan::{Parsed, Scan, fail, four_digits, saturating, two_digits};
use super::time::date_time;
use super::{
    Date, Edtf, EdtfError, Element, Endpoint, Expression, FarYears, Mask, Qualifier, Qualifiers, Season, Shape,
};
use crate::calendar::Calendar;

/// A date and the lowest level that has it.
pub(super) struct Graded {
    pub(super) date: Date,
    pub(super) level: u8,
}

pub(super) fn expression(text: &str, calendar: Calendar) -> Parsed<Edtf> {
    let bytes = text.as_bytes();
    if let Some(edtf) = plain_date(bytes, calendar) {
        return Ok(edtf);
    }
    let text = Text { bytes, calendar };
    let (expression, level) = parts(text).map_err(|error| match bytes.get(error.position) {
        Some(byte) if byte.is_ascii_whitespace() => EdtfError { kind: Kind::WhiteSpace, ..error },
        _ => error,
    })?;
    Ok(Edtf { expression, level, calendar })
}

/// The whole text and the calendar it is read in.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) calendar: Calendar,
}

fn parts(text: Text<'_>) -> Parsed<(Expression, u8)> {
    let bytes = text.bytes;
    match bytes.first() {
        None => return fail(0, Kind::Empty),
        Some(b'[' | b'{') => return set(text),
        _ => {}
    }
    if let Some(slash) = bytes.iter().position(|&byte| byte == b'/') {
        return interval(text, slash);
    }
    if bytes.iter().rposition(|&byte| byte == b'T').is_some_and(|place| place >= 10) {
        return date_time(text);
    }
    let Graded { date, level } = date(text, 0, bytes.len())?;
    Ok((Expression::Date(date), level))
}

/// `1985`, `1985-04`, `1985-04-12`: by far the most common, so tried first.
fn plain_date(bytes: &[u8], calendar: Calendar) -> Option<Edtf> {
    let year = i64::from(four_digits(bytes.get(..4)?)?);
    let shape = match bytes.len() {
        4 => Shape::Year(year),
        7 if bytes[4] == b'-' => {
            let month = two_digits(&bytes[5..7])?;
            if !(1..=12).contains(&month) {
                return None;
            }
            Shape::Month(year, month)
        }
        10 if bytes[4] == b'-' && bytes[7] == b'-' => {
            let (month, day) = (two_digits(&bytes[5..7])?, two_digits(&bytes[8..10])?);
            if day == 0 || day > calendar.days_in_month(year, month) {
                return None;
            }
            Shape::Day(year, month, day)
        }
        _ => return None,
    };
    let date = Date { shape, qualifiers: Qualifiers::default() };
    Some(Edtf { expression: Expression::Date(date), level: 0, calendar })
}

fn interval(text: Text<'_>, slash: usize) -> Parsed<(Expression, u8)> {
    let bytes = text.bytes;
    if let Some(second) = bytes[slash + 1..].iter().position(|&byte| byte == b'/') {
        return fail(slash + 1 + second, Kind::IntervalParts);
    }
    let (start, start_level) = endpoint(text, 0, slash, Side::First)?;
    let (end, end_level) = endpoint(text, slash + 1, bytes.len(), Side::Last)?;
    if let (Endpoint::Unknown, Endpoint::Unknown) = (&start, &end) {
        return fail(0, Kind::IntervalWithoutDate);
    }
    // `..1919` has no first day, `1919..` no last, so neither can be out of order.
    if let (Endpoint::Date(first), Endpoint::Date(last)) = (&start, &end)
        && first.compare(text.calendar, Side::First, last, Side::Last) == Ordering::Greater
    {
        return fail(slash + 1, Kind::IntervalReversed);
    }
    Ok((Expression::Interval(start, end), start_level.max(end_level)))
}

fn endpoint(text: Text<'_>, from: usize, to: usize, side: Side) -> Parsed<(Endpoint, u8)> {
    let written = &text.bytes[from..to];
    match written {
        [] => return Ok((Endpoint::Unknown, 1)),
        b".." => return Ok((Endpoint::Open, 1)),
        [b'[' | b'{', ..] => return fail(from, Kind::SetInInterval),
        _ => {}
    }
    // The standard shows `..` on the outer side of a date only: an interval that began no later, or ended no earlier.
    match (written.starts_with(b".."), written.ends_with(b".."), side) {
        (true, false, Side::First) => {
            let Graded { date, .. } = date(text, from + 2, to)?;
            return Ok((Endpoint::OnOrBefore(date), 2));
        }
        (false, true, Side::Last) => {
            let Graded { date, .. } = date(text, from, to - 2)?;
            return Ok((Endpoint::OnOrAfter(date), 2));
        }
        (true, _, _) => return fail(from, Kind::IntervalOpenInside),
        (_, true, _) => return fail(to - 2, Kind::IntervalOpenInside),
        _ => {}
    }
    let Graded { date, level } = date(text, from, to)?;
    // Level 1 has unspecified digits in dates, but not at the ends of an interval.
    let level = if matches!(date.shape, Shape::Masked(_)) { 2 } else { level };
    Ok((Endpoint::Date(date), level))
}

fn set(text: Text<'_>) -> Parsed<(Expression, u8)> {
    let bytes = text.bytes;
    let closing = if bytes[0] == b'[' { b']' } else { b'}' };
    let last = bytes.len() - 1;
    if last == 0 || bytes[last] != closing {
        return fail(bytes.len(), Kind::SetUnclosed);
    }
    let mut elements = Vec::new();
    let mut from = 1;
    loop {
        let comma = bytes[from..last].iter().position(|&byte| byte == b',');
        let to = comma.map_or(last, |length| from + length);
        elements.push(element(text, from, to, from == 1, to == last)?);
        if comma.is_none() {
            break;
        }
        from = to + 1;
    }
    let elements = elements.into_boxed_slice();
    let expression = if closing == b']' { Expression::OneOf(elements) } else { Expression::AllOf(elements) };
    Ok((expression, 2))
}

fn element(text: Text<'_>, from: usize, to: usize, is_first: bool, is_last: bool) -> Parsed<Element> {
    let written = &text.bytes[from..to];
    let Some(dots) = written.windows(2).position(|pair| pair == b"..").map(|place| from + place) else {
        if written.is_empty() {
            return fail(from, Kind::SetElementMissing);
        }
        return Ok(Element::Date(date(text, from, to)?.date));
    };
    match (dots == from, dots + 2 == to) {
        (true, true) => fail(from, Kind::SetElementMissing),
        (true, false) if !is_first => fail(from, Kind::SetOpenInside),
        (false, true) if !is_last => fail(dots, Kind::SetOpenInside),
        (true, false) => Ok(Element::OnOrBefore(date(text, from + 2, to)?.date)),
        (false, true) => Ok(Element::OnOrAfter(date(text, from, dots)?.date)),
        (false, false) => range(text, from, dots, to),
    }
}

fn range(text: Text<'_>, from: usize, dots: usize, to: usize) -> Parsed<Element> {
    let (first, last) = (date(text, from, dots)?.date, date(text, dots + 2, to)?.date);
    // 1 a day, 2 a month, 3 years; other forms cannot be counted from one to the next.
    let precision = |date: &Date| match date.shape {
        _ if date.qualifiers.any() => None,
        Shape::Day(..) => Some(1),
        Shape::Month(..) => Some(2),
        Shape::Year(_) => Some(3),
        Shape::Far(ref years) if years.significant.is_none() => Some(3),
        _ => None,
    };
    match (precision(&first), precision(&last)) {
        (None, _) => fail(from, Kind::SetRangePlain),
        (_, None) => fail(dots + 2, Kind::SetRangePlain),
        (Some(one), Some(other)) if one != other => fail(dots + 2, Kind::SetRangePrecision),
        _ if first.compare(text.calendar, Side::First, &last, Side::First) == Ordering::Greater => {
            fail(dots + 2, Kind::SetRangeReversed)
        }
        _ => Ok(Element::Range(first, last)),
    }
}

/// One date, from byte `from` up to `to`.
pub(super) fn date(text: Text<'_>, from: usize, to: usize) -> Parsed<Graded> {
    let mut scan = Scan { bytes: &text.bytes[..to], at: from, individual: false };
    let before_year = scan.qualifier_before()?;
    let negative = scan.take(b'-');
    if scan.peek() == Some(b'Y') && !negative && !before_year.any() {
        return long_year(&mut scan);
    }
    let year_at = scan.at;
    let year = scan.digits::<4>(Kind::YearDigits)?;
    if scan.peek() == Some(b'S') {
        return significant_year(&mut scan, year, negative, before_year);
    }
    if negative && year == *b"0000" {
        return fail(year_at - 1, Kind::MinusZero);
    }
    let mut qualifiers = Qualifiers { year: before_year, ..Qualifiers::default() };
    qualifiers.year = qualifiers.year.and(scan.qualifier_after()?);
    let mut month = None;
    let mut day = None;
    let mut month_at = scan.at;
    let mut day_at = scan.at;
    if !scan.is_done() {
        scan.expect_dash(Kind::YearDigits)?;
        let before = scan.qualifier_before()?;
        month_at = scan.at;
        month = Some(scan.digits::<2>(Kind::MonthDigits)?);
        let after = scan.qualifier_after()?;
        qualifiers.year = qualifiers.year.and(after);
        qualifiers.month = before.and(after);
    }
    if !scan.is_done() {
        scan.expect_dash(Kind::MonthDigits)?;
        let before = scan.qualifier_before()?;
        day_at = scan.at;
        day = Some(scan.digits::<2>(Kind::DayDigits)?);
        let after = scan.qualifier_after()?;
        qualifiers.year = qualifiers.year.and(after);
        qualifiers.month = qualifiers.month.and(after);
        qualifiers.day = before.and(after);
    }
    if !scan.is_done() {
        let kind = match scan.peek() {
            Some(b'T') => Kind::TimeNotAlone,
            _ => Kind::DayDigits,
        };
        return fail(scan.at, kind);
    }
    let written = Written { calendar: text.calendar, negative, year, month, day, year_at, month_at, day_at };
    let shape = written.shape()?;
    let shape_level = match &shape {
        Shape::Masked(mask) if !mask.is_level_1() => 2,
        Shape::Season(_, season) if season.code() > 24 => 2,
        Shape::Masked(_) | Shape::Season(..) => 1,
        _ => u8::from(negative),
    };
    let doubt_level = match (scan.individual, qualifiers.any()) {
        (true, _) => 2,
        (false, doubted) => u8::from(doubted),
    };
    Ok(Graded { date: Date { shape, qualifiers }, level: shape_level.max(doubt_level) })
}

/// The characters of a date, without qualifiers, and where its parts were found.
struct Written {
    calendar: Calendar,
    negative: bool,
    year: [u8; 4],
    month: Option<[u8; 2]>,
    day: Option<[u8; 2]>,
    year_at: usize,
    month_at: usize,
    day_at: usize,
}

impl Written {
    fn shape(&self) -> Parsed<Shape> {
        let signed = |year: u16| if self.negative { -i64::from(year) } else { i64::from(year) };
        let year = four_digits(&self.year).map(signed);
        let month = self.month.map(|month| two_digits(&month));
        let day = self.day.map(|day| two_digits(&day));
        if let Some(Some(month @ (0 | 13..))) = month {
            return match Season::from_code(month) {
                None => fail(self.month_at, Kind::NoSuchMonth),
                Some(_) if day.is_some() => fail(self.day_at, Kind::SeasonWithDay),
                Some(season) => match year {
                    Some(year) => Ok(Shape::Season(year, season)),
                    None => self.masked(),
                },
            };
        }
        match (year, month, day) {
            (Some(year), None, None) => Ok(Shape::Year(year)),
            (Some(year), Some(Some(month)), None) => Ok(Shape::Month(year, month)),
            (Some(year), Some(Some(month)), Some(Some(day))) => {
                if day == 0 || day > self.calendar.days_in_month(year, month) {
                    return fail(self.day_at, Kind::NoSuchDay);
                }
                Ok(Shape::Day(year, month, day))
            }
            _ => self.masked(),
        }
    }

    fn masked(&self) -> Parsed<Shape> {
        match Mask::new(self.calendar, self.negative, self.year, self.month, self.day) {
            Some(mask) => Ok(Shape::Masked(mask)),
            None => fail(self.year_at, Kind::NoMatchingDay),
        }
    }
}

/// `1950S2`, after its four digits.
fn significant_year(scan: &mut Scan<'_>, year: [u8; 4], negative: bool, before: Qualifier) -> Parsed<Graded> {
    let Some(value) = four_digits(&year) else {
        return fail(scan.at, Kind::MaskedSignificant);
    };
    if negative && value == 0 {
        return fail(scan.at - 5, Kind::MinusZero);
    }
    let digits = scan.significant_digits()?;
    let qualifier = before.and(scan.qualifier_after()?);
    if !scan.is_done() {
        return fail(scan.at, Kind::SignificantAlone);
    }
    let shape = significant(i64::from(value), 4, negative, digits);
    Ok(Graded { date: Date { shape, qualifiers: Qualifiers { year: qualifier, ..Qualifiers::default() } }, level: 2 })
}

/// The years from `value`, of so many digits, that share its first `significant` ones.
fn significant(value: i64, length: u64, negative: bool, significant: u64) -> Shape {
    let swept = length.saturating_sub(significant) as u32;
    let unit = 10i64.pow(swept);
    let (nearest, farthest) = (value / unit * unit, value / unit * unit + unit - 1);
    let digits = significant.min(length) as u8;
    if negative {
        // There is no year −0.
        Shape::Significant { year: -value, digits, first: -farthest, last: -nearest.max(1) }
    } else {
        Shape::Significant { year: value, digits, first: nearest, last: farthest }
    }
}

/// `Y17000`, `Y-17E7`, `Y3388E2S3`.
fn long_year(scan: &mut Scan<'_>) -> Parsed<Graded> {
    scan.at += 1;
    let negative = scan.take(b'-');
    let digits_at = scan.at;
    let digits = scan.number();
    if digits.first() == Some(&b'0') {
        return fail(digits_at, Kind::LeadingZero);
    }
    let mut exponent = None;
    if !digits.is_empty() && scan.take(b'E') {
        let exponent_at = scan.at;
        exponent = match scan.number() {
            [] => return fail(exponent_at, Kind::Exponent),
            [b'0', _, ..] => return fail(exponent_at, Kind::LeadingZero),
            number => Some(saturating(number)),
        };
    }
    if exponent.is_none() && digits.len() < 5 {
        return fail(digits_at, Kind::LongYear);
    }
    let significant_digits = if scan.peek() == Some(b'S') { Some(scan.significant_digits()?) } else { None };
    if !scan.is_done() {
        return fail(scan.at, Kind::LongYearAlone);
    }
    let level = if exponent.is_some() || significant_digits.is_some() { 2 } else { 1 };
    let shape = long_shape(digits, exponent.unwrap_or(0), negative, significant_digits);
    Ok(Graded { date: Date { shape, qualifiers: Qualifiers::default() }, level })
}

fn long_shape(digits: &[u8], exponent: u64, negative: bool, significant_digits: Option<u64>) -> Shape {
    let length = (digits.len() as u64).saturating_add(exponent);
    // Sixteen digits are below `Day::MAX_YEAR` whatever they are, and so are all years that share some of them.
    if length <= 16 {
        let value = saturating(digits) as i64 * 10i64.pow(exponent as u32);
        return match significant_digits {
            Some(count) => significant(value, length, negative, count),
            None => Shape::Year(if negative { -value } else { value }),
        };
    }
    let digits = digits.iter().copied().map(char::from).collect::<String>().into_boxed_str();
    Shape::Far(Box::new(FarYears { negative, digits, exponent, significant: significant_digits }))
}
