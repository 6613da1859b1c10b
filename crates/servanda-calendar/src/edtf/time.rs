//! Reading the time behind a day.

use super::error::EdtfErrorKind as Kind;
use super::parse::{Graded, Text, date};
use super::scan::{Parsed, fail, two_digits};
use super::{Date, DateTime, Expression, Offset, Shape};

/// `[-]YYYY-MM-DDThh:mm:ss[offset]`.
pub(super) fn date_time(text: Text<'_>) -> Parsed<(Expression, u8)> {
    let bytes = text.bytes;
    let at = bytes.iter().position(|&byte| byte == b'T').expect("`parts` saw a T");
    let Graded { date, level } = date(text, 0, at)?;
    let Date { shape: Shape::Day(year, month, day), qualifiers } = date else {
        return fail(at, Kind::TimeNotAlone);
    };
    if qualifiers.any() {
        return fail(at, Kind::TimeNotAlone);
    }
    let clock = bytes.get(at + 1..at + 9).filter(|clock| clock[2] == b':' && clock[5] == b':');
    let numbers =
        clock.and_then(|clock| Some((two_digits(&clock[0..2])?, two_digits(&clock[3..5])?, two_digits(&clock[6..8])?)));
    let Some((hour, minute, second)) = numbers else {
        return fail(at + 1, Kind::TimeForm);
    };
    let is_midnight = (hour, minute, second) == (24, 0, 0);
    if !(is_midnight || hour <= 23 && minute <= 59 && second <= 59) {
        return fail(at + 1, Kind::NoSuchTime);
    }
    let offset = offset(bytes, at + 9)?;
    let time = DateTime { day: text.calendar.day(year, month, day), hour, minute, second, offset };
    Ok((Expression::DateTime(time), level))
}

fn offset(bytes: &[u8], from: usize) -> Parsed<Offset> {
    let (sign, rest) = match &bytes[from..] {
        [] => return Ok(Offset::Unsaid),
        b"Z" => return Ok(Offset::Utc),
        [b'.' | b',', ..] => return fail(from, Kind::TimeForm),
        [sign @ (b'+' | b'-'), rest @ ..] => (*sign, rest),
        _ => return fail(from, Kind::OffsetForm),
    };
    let numbers = match rest {
        [_, _] => two_digits(rest).zip(Some(0)),
        [hours @ .., b':', _, _] => two_digits(hours).zip(two_digits(&rest[rest.len() - 2..])),
        _ => None,
    };
    let Some((hours, minutes)) = numbers else {
        return fail(from, Kind::OffsetForm);
    };
    let total = i16::from(hours) * 60 + i16::from(minutes);
    if minutes > 59 || total > 14 * 60 || sign == b'-' && total == 0 {
        return fail(from, Kind::NoSuchOffset);
    }
    Ok(Offset::Minutes(if sign == b'-' { -total } else { total }))
}
