//! When a row happened.

use servanda_calendar::Day;
use servanda_model::{Clock, Number, Value};

use crate::error::{Flaw, shown};
use crate::line::{SHORT, Text};
use crate::row::Cell;

const DAY: i64 = 86_400;

/// Reads the time of a row as ticks of the clock.
#[inline(always)]
pub(crate) fn tick(cell: Cell<'_>, clock: Clock) -> Result<i64, Box<Flaw>> {
    match clock {
        Clock::Integers => match cell.small_number() {
            Some(tick) => Ok(i64::from(tick)),
            None => other_integer(cell, clock),
        },
        Clock::Days => match instant(cell.bytes()) {
            Some((day, _)) => Ok(day),
            None => Err(bad(cell, clock)),
        },
        Clock::Seconds => second(cell.bytes()).ok_or_else(|| bad(cell, clock)),
    }
}

fn other_integer(cell: Cell<'_>, clock: Clock) -> Result<i64, Box<Flaw>> {
    integer(cell.bytes()).ok_or_else(|| bad(cell, clock))
}

#[cold]
fn bad(cell: Cell<'_>, clock: Clock) -> Box<Flaw> {
    let text = shown(cell.bytes());
    let (wanted, help) = match clock {
        Clock::Integers => ("whole number", "for days or timestamps write `uses clock days` or `uses clock seconds`"),
        Clock::Days => ("day", "write `1939-10-10`; for bare numbers write `uses clock integers` in the rules"),
        Clock::Seconds => ("time", "write `1939-10-10T12:00:00Z`, a day, or seconds since 1970"),
    };
    if cell.is_empty() {
        return Flaw::new("bad-time", "the time is missing").help(help).at("time");
    }
    Flaw::new("bad-time", format!("`{text}` is no {wanted}")).help(help).at("time")
}

fn second(bytes: &[u8]) -> Option<i64> {
    let at = instant(bytes).and_then(|(day, second)| day.checked_mul(DAY)?.checked_add(second));
    at.or_else(|| integer(bytes))
}

fn integer(bytes: &[u8]) -> Option<i64> {
    let tick = std::str::from_utf8(bytes).ok()?.parse().ok()?;
    Value::tick(tick).map(|_| tick)
}

/// `1939-10-10`, `1939-10-10T12:30`, `1939-10-10 12:30:15.5+02:00`: the day as it is written, and how many seconds after its
/// beginning in UTC, which may be before that or on the next day.
fn instant(bytes: &[u8]) -> Option<(i64, i64)> {
    let split = bytes.iter().position(|byte| matches!(byte, b'T' | b't' | b' ')).unwrap_or(bytes.len());
    let day = day(&bytes[..split])?;
    if split == bytes.len() {
        return Some((day, 0));
    }
    let rest = &bytes[split + 1..];
    let zone = rest.iter().position(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-')).unwrap_or(rest.len());
    let second = time_of_day(&rest[..zone])? - offset(&rest[zone..])?;
    Some((day, second))
}

fn day(bytes: &[u8]) -> Option<i64> {
    if let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = bytes {
        let year = number(&[*y1, *y2, *y3, *y4])?;
        let (month, day) = (number(&[*m1, *m2])?, number(&[*d1, *d2])?);
        return Day::from_ymd(year, month as u8, day as u8).map(|day| day.0);
    }
    std::str::from_utf8(bytes).ok()?.parse::<Day>().ok().map(|day| day.0)
}

/// `12:30`, `12:30:15`, `12:30:15.25`: a tick is the whole second.
fn time_of_day(bytes: &[u8]) -> Option<i64> {
    let bytes = match bytes.iter().position(|byte| matches!(byte, b'.' | b',')) {
        Some(point) => {
            let fraction = &bytes[point + 1..];
            if bytes.len() < 9 || fraction.is_empty() || !fraction.iter().all(u8::is_ascii_digit) {
                return None;
            }
            &bytes[..point]
        }
        None => bytes,
    };
    let (hour, minute, second) = match bytes {
        [h1, h2, b':', m1, m2] => (number(&[*h1, *h2])?, number(&[*m1, *m2])?, 0),
        [h1, h2, b':', m1, m2, b':', s1, s2] => (number(&[*h1, *h2])?, number(&[*m1, *m2])?, number(&[*s1, *s2])?),
        _ => return None,
    };
    let is_end_of_day = (hour, minute, second) == (24, 0, 0);
    // A leap second is the one before it.
    (is_end_of_day || hour < 24 && minute < 60 && second <= 60).then_some(hour * 3600 + minute * 60 + second.min(59))
}

fn offset(bytes: &[u8]) -> Option<i64> {
    let sign = match bytes.first() {
        None | Some(b'Z' | b'z') if bytes.len() <= 1 => return Some(0),
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return None,
    };
    let (hours, minutes) = match &bytes[1..] {
        [h1, h2] => (number(&[*h1, *h2])?, 0),
        [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => (number(&[*h1, *h2])?, number(&[*m1, *m2])?),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
}

/// Writes a tick as the clock counts it.
#[inline(always)]
pub(crate) fn write_tick(out: &mut impl Text, tick: i64, clock: Clock, as_timestamps: bool) {
    match clock {
        Clock::Integers => write_integer(out, tick),
        Clock::Seconds if !as_timestamps => write_integer(out, tick),
        Clock::Days | Clock::Seconds => write_time(out, tick, clock == Clock::Seconds),
    }
}

/// Writes a day, or a timestamp.
fn write_time(out: &mut impl Text, tick: i64, is_second: bool) {
    let day = if is_second { tick.div_euclid(DAY) } else { tick };
    let (year, month, day_of_month) = Day(day).ymd();
    if (0..10_000).contains(&year) {
        let mut text = *b"0000-00-00______";
        for (at, digit) in [(0, year / 1000), (1, year / 100), (2, year / 10), (3, year)] {
            text[at] += (digit % 10) as u8;
        }
        text[5] += month / 10;
        text[6] += month % 10;
        text[8] += day_of_month / 10;
        text[9] += day_of_month % 10;
        out.short(&text, 10);
    } else {
        out.bytes(Day(day).to_string().as_bytes());
    }
    if is_second {
        let second = tick.rem_euclid(DAY);
        let mut text = *b"T00:00:00Z______";
        for (at, number) in [(1, second / 3600), (4, second / 60 % 60), (7, second % 60)] {
            text[at] += (number / 10) as u8;
            text[at + 1] += (number % 10) as u8;
        }
        out.short(&text, 10);
    }
}

/// Writes a whole number.
#[inline(always)]
pub(crate) fn write_integer(out: &mut impl Text, number: i64) {
    match u64::try_from(number) {
        Ok(number @ ..100_000_000) => write_small(out, number),
        _ => write_large(out, number),
    }
}

/// Writes a number of at most eight digits. They are worked out all at once: first the two halves of a word are four
/// digits each, then its quarters are two, then its bytes are one.
#[inline(always)]
pub(crate) fn write_small(out: &mut impl Text, number: u64) {
    let halves = (number / 10_000) | ((number % 10_000) << 32);
    let hundreds = ((halves * 5243) >> 19) & 0x0000_007f_0000_007f;
    let quarters = hundreds | ((halves - 100 * hundreds) << 16);
    let tens = ((quarters * 103) >> 10) & 0x000f_000f_000f_000f;
    let digits = tens | ((quarters - 10 * tens) << 8);
    let noughts = (digits.trailing_zeros() / 8).min(7);
    let text = (digits | 0x3030_3030_3030_3030) >> (8 * noughts);
    out.word(text, 8 - noughts as usize);
}

#[cold]
fn write_large(out: &mut impl Text, number: i64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.byte(b'-');
    }
    out.bytes(&digits[at..]);
}

/// Writes a number with digits after the point.
pub(crate) fn write_decimal(out: &mut impl Text, number: Number) {
    let places = usize::from(number.scale);
    let one = 10_u64.pow(u32::from(number.scale));
    let size = number.mantissa.unsigned_abs();
    if number.mantissa < 0 {
        out.byte(b'-');
    }
    write_integer(out, (size / one) as i64);
    out.byte(b'.');
    let mut digits = [0; SHORT];
    let mut rest = size % one;
    for digit in digits[..places].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.short(&digits, places);
}

/// What `--until` says.
pub(crate) fn parse_tick(text: &str, clock: Clock) -> Option<i64> {
    match clock {
        Clock::Integers => integer(text.as_bytes()),
        Clock::Days => instant(text.as_bytes()).map(|(day, _)| day),
        Clock::Seconds => second(text.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_the_clock_counts() {
        assert_eq!(parse_tick("1970-01-03", Clock::Days), Some(2));
        assert_eq!(parse_tick("1970-01-03T23:59:59+02:00", Clock::Days), Some(2));
        assert_eq!(parse_tick("1970-01-03T01:00:00+02:00", Clock::Days), Some(2), "the day as it is written");
        assert_eq!(parse_tick("1970-01-03T23:59:59-05:00", Clock::Days), Some(2));
        assert_eq!(parse_tick("1970-01-01T01:00:00+02:00", Clock::Seconds), Some(-3600));
        assert_eq!(parse_tick("1970-01-01T24:00:00Z", Clock::Seconds), Some(86_400));
        assert_eq!(parse_tick("1970-01-01T23:59:60Z", Clock::Seconds), Some(86_399));
        assert_eq!(parse_tick("1970-01-01T24:00:01Z", Clock::Seconds), None);
        assert_eq!(parse_tick("1970-01-01T00:01:30.75Z", Clock::Seconds), Some(90));
        assert_eq!(parse_tick("1970-01-01 00:01", Clock::Seconds), Some(60));
        assert_eq!(parse_tick("90", Clock::Seconds), Some(90));
        assert_eq!(parse_tick("-5", Clock::Integers), Some(-5));
        for bad in ["", "12", "1970-02-30", "1970-01-01T25:00", "1970-01-01T00:00:00+", "1970-01-01T00:00:00.", "x"] {
            assert_eq!(parse_tick(bad, Clock::Days), None, "{bad}");
        }
        assert_eq!(parse_tick("1.5", Clock::Integers), None);
        assert_eq!(parse_tick("99999999999999999999", Clock::Integers), None);
    }

    #[test]
    fn whole_numbers_are_written_in_full() {
        let around = |power: i64| [power - 1, power, power + 1];
        let powers = (0..18).flat_map(|digits| around(10_i64.pow(digits)));
        for number in powers.chain([i64::MIN, i64::MAX, -1, -10, 4_294_967_295, 4_294_967_296, 100_099, 1_000_005]) {
            let mut out = Vec::new();
            write_integer(&mut out, number);
            assert_eq!(String::from_utf8(out).unwrap(), number.to_string());
        }
    }

    #[test]
    fn decimals_are_written_in_full() {
        for text in ["0.5", "-0.05", "12.345", "-1000.001", "72057594.037927935", "0.000000000000001"] {
            let mut out = Vec::new();
            write_decimal(&mut out, Number::parse(text).unwrap());
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }

    #[test]
    fn ticks_are_written_as_they_are_read() {
        for (text, clock) in
            [("1939-10-10", Clock::Days), ("-12", Clock::Integers), ("1939-10-10T00:00:07Z", Clock::Seconds)]
        {
            let mut out = Vec::new();
            write_tick(&mut out, parse_tick(text, clock).unwrap(), clock, true);
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }
}
