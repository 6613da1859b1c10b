//! Date expressions: what the standard's grammar does not show at a glance.

use servanda_calendar::{Bound, Day, DayRange, Edtf};

fn edtf(text: &str) -> Edtf {
    Edtf::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn check_bounds(text: &str, bounds: &str) {
    assert_eq!(edtf(text).bounds().to_string(), bounds, "{text}");
}

fn check_level(text: &str, level: u8) {
    assert_eq!(edtf(text).level(), level, "{text}");
}

fn check_error(text: &str, code: &str, position: usize) {
    let error = Edtf::parse(text).expect_err(text);
    assert_eq!((error.code(), error.position), (code, position), "{text}");
}

fn check_runs(text: &str, runs: &[&str]) {
    let found: Vec<String> = edtf(text).day_ranges().map(|run| run.to_string()).collect();
    assert_eq!(found, runs, "{text}");
}

#[test]
fn leap_days_under_a_mask_need_a_leap_year() {
    check_bounds("19XX-02-29", "1904-02-29..1996-02-29");
    check_bounds("XXXX-02-29", "0000-02-29..9996-02-29");
    check_bounds("XX00-02-29", "0000-02-29..9600-02-29");
    check_bounds("200X-02-2X", "2000-02-20..2009-02-28");
    check_bounds("-000X-02-29", "-0008-02-29..-0004-02-29");
    check_error("19X1-02-29", "no-matching-day", 0);
    check_error("XXX1-02-29", "no-matching-day", 0);
    check_error("XXXX-02-30", "no-matching-day", 0);
    check_error("1900-02-29", "no-such-day", 8);
}

#[test]
fn masks_of_negative_years_run_backwards() {
    check_bounds("-019X", "-0199-01-01..-0190-12-31");
    check_bounds("-XXXX", "-9999-01-01..-0001-12-31");
    check_bounds("-1X32-X1-X2", "-1932-01-02..-1032-11-22");
}

#[test]
fn seasons_of_december_end_in_the_next_year() {
    check_bounds("2003-24", "2003-12-01..2004-02-29");
    check_bounds("201X-24", "2010-12-01..2020-02-29");
    check_bounds("-0001-24", "-0001-12-01..0000-02-29");
    check_bounds("9999-30", "9999-12-01..10000-02-29");
    check_bounds("2003-24/2003", "2003-12-01..2003-12-31");
    check_error("2003-24/2003-11", "interval-reversed", 8);
}

#[test]
fn masks_are_exact_sets_of_days() {
    check_runs("1560-X2", &["1560-02-01..1560-02-29", "1560-12-01..1560-12-31"]);
    check_runs("1985-0X-31", &["1985-01-31", "1985-03-31", "1985-05-31", "1985-07-31", "1985-08-31"]);
    check_runs("1985-02-X8", &["1985-02-08", "1985-02-18", "1985-02-28"]);
    check_runs("1985-04-3X", &["1985-04-30"]);
    check_runs("156X", &["1560-01-01..1569-12-31"]);
    check_runs("XXXX-XX-XX", &["0000-01-01..9999-12-31"]);
    check_runs("199X-02-29", &["1992-02-29", "1996-02-29"]);
    check_runs("200X-24", &(0..10).map(winter).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>());
}

fn winter(year: i64) -> String {
    let end = Day::from_ymd(2001 + year, 3, 1).unwrap().add_days(-1);
    format!("200{year}-12-01..{end}")
}

#[test]
fn containing_a_day_agrees_with_the_runs() {
    for text in ["1560-X2", "1985-XX-31", "199X-02-29", "-000X-1X", "200X-24", "1X85-04-12", "[1985-X1,1986]"] {
        let edtf = edtf(text);
        let runs: Vec<DayRange> = edtf.day_ranges().collect();
        let hull = edtf.bounds().allowed();
        let (first, last) = (hull.min.unwrap(), hull.max.unwrap());
        assert_eq!((runs[0].min, runs[runs.len() - 1].max), (Some(first), Some(last)), "{text}");
        let step = ((last.0 - first.0) / 20_000).max(1);
        for number in (first.0 - 400..=last.0 + 400).step_by(step as usize) {
            let listed = runs.iter().any(|run| run.contains(Day(number)));
            assert_eq!(edtf.contains(Day(number)), listed, "{text} on {}", Day(number));
        }
    }
}

#[test]
fn sets_join_what_touches() {
    check_runs("{1984-12,1985..1986,1985-03}", &["1984-12-01..1986-12-31"]);
    check_runs("[..1983,1985-10-01..]", &["..1983-12-31", "1985-10-01.."]);
}

#[test]
fn open_and_unknown_ends_differ() {
    assert_eq!(edtf("1985/..").bounds().max, Bound::Unbounded);
    assert_eq!(edtf("1985/").bounds().max, Bound::Unknown);
    assert_eq!(edtf("../..").bounds().min, Bound::Unbounded);
    check_error("/", "interval-without-date", 0);
}

#[test]
fn years_beyond_day_numbers_keep_their_text_and_order() {
    assert_eq!(edtf("Y17E200").bounds().min, Bound::FarFuture);
    assert_eq!(edtf("Y-17E200").bounds().max, Bound::FarPast);
    let swept = edtf("Y-123456789012345678901S3").iso_bounds();
    assert_eq!(swept.min.as_deref(), Some("-123999999999999999999-01-01"));
    assert_eq!(swept.max.as_deref(), Some("-123000000000000000000-12-31"));
    assert_eq!(edtf("Y1E99999999999999999999").iso_bounds().min, None);
    assert_eq!(edtf("[Y3E30,Y2E30,Y1E31]").iso_bounds().min.unwrap(), format!("2{}-01-01", "0".repeat(30)));
    check_bounds("Y25000000000000000", "25000000000000000-01-01..25000000000000000-12-31");
    check_bounds("Y25000000000000000S1", "20000000000000000-01-01..far future");
    check_error("Y2E400/Y1E400", "interval-reversed", 7);
    check_error("{Y2E400..Y1E400}", "set-range-reversed", 9);
    assert_eq!(edtf("Y1E400/Y2E400").level(), 2);
}

#[test]
fn significant_digits_are_those_written() {
    check_bounds("0123S2", "0100-01-01..0199-12-31");
    check_bounds("0005S2", "0000-01-01..0099-12-31");
    check_bounds("-0005S2", "-0099-01-01..-0001-12-31");
    check_bounds("1950S9", "1950-01-01..1950-12-31");
    check_bounds("1950S2~", "1900-01-01..1999-12-31");
    check_error("1950S", "significant-digits-missing", 5);
    check_error("19XXS2", "masked-significant-digits", 4);
    check_error("1950S2-05", "significant-digits-not-alone", 6);
}

#[test]
fn qualifiers_reach_left_or_stay_alone() {
    let doubts = |text: &str| {
        let edtf = edtf(text);
        (edtf.is_uncertain(), edtf.is_approximate())
    };
    assert_eq!(doubts("2004-06?"), (true, false));
    assert_eq!(doubts("2004-06-~11"), (false, true));
    assert_eq!(doubts("2004?-06-~11"), (true, true));
    assert_eq!(doubts("1984/2004%"), (true, true));
    assert_eq!(doubts("1984/2004"), (false, false));
    check_level("2004-06-11?", 1);
    check_level("2004-06?-11", 2);
    check_level("?2004", 2);
    check_level("?2004-06~", 2);
    check_error("2004?~", "doubled-qualifier", 5);
    check_error("~?2004", "doubled-qualifier", 1);
    check_error("-?2004", "year-not-four-digits", 1);
}

#[test]
fn levels_of_masks_follow_their_place() {
    for text in ["201X", "20XX", "2004-XX", "1985-04-XX", "1985-XX-XX", "-019X", "201X?"] {
        check_level(text, 1);
    }
    for text in ["2XXX", "XXXX", "20X4", "201X-XX", "201X-04", "1985-XX-12", "1985-1X", "1985-04-1X", "201X/.."] {
        check_level(text, 2);
    }
}

#[test]
fn trouble_is_named_and_placed() {
    check_error("", "empty-date", 0);
    check_error(" 1985", "white-space-in-date", 0);
    check_error("1985 ", "white-space-in-date", 4);
    check_error("[1985, 1987]", "white-space-in-date", 6);
    check_error("198", "year-not-four-digits", 3);
    check_error("19850", "year-not-four-digits", 4);
    check_error("-0000", "year-minus-zero", 0);
    check_error("1985-1", "month-not-two-digits", 6);
    check_error("1985-13", "no-such-month", 5);
    check_error("1985-21-01", "season-with-day", 8);
    check_error("1985-04-1", "day-not-two-digits", 9);
    check_error("1985-04-12Z", "day-not-two-digits", 10);
    check_error("Y1985", "long-year-too-short", 1);
    check_error("Y017000", "leading-zero", 1);
    check_error("Y17E", "exponent-missing", 4);
    check_error("Y17000-04", "long-year-not-alone", 6);
    check_error("1985-04-12T25:00:00", "no-such-time", 11);
    check_error("1985-04-12T10:00", "time-form", 11);
    check_error("1985-04-12T10:00:00+15", "no-such-offset", 19);
    check_error("1985-04-12T10:00:00+0100", "offset-form", 19);
    check_error("1985-04-XXT10:00:00Z", "time-not-alone", 10);
    check_error("1985/1986/1987", "interval-parts", 9);
    check_error("1986/1985", "interval-reversed", 5);
    check_error("1985../1986", "interval-open-inside", 4);
    check_error("1985/..1986", "interval-open-inside", 5);
    check_error("1985/[1986]", "set-in-interval", 5);
    check_error("1985-04-12/1985-04-12T10:00:00", "time-not-alone", 21);
    check_error("[1985", "set-unclosed", 5);
    check_error("[1985}", "set-unclosed", 6);
    check_error("[1985,]", "set-element-missing", 6);
    check_error("[..]", "set-element-missing", 1);
    check_error("[1985,..1984]", "set-open-inside", 6);
    check_error("{1985?..1987}", "set-range-not-plain", 1);
    check_error("{1985..1987-01}", "set-range-precision", 7);
    check_error("{1987..1985}", "set-range-reversed", 7);
}
