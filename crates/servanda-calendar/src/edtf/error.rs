//! What can be wrong with a date expression.

use std::fmt;

/// Why a text is not an expression of the Extended Date/Time Format, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EdtfError {
    /// The byte at which the trouble begins, from 0; the length of the text if something is missing at its end.
    pub position: usize,
    /// What is wrong.
    pub kind: EdtfErrorKind,
}

impl EdtfError {
    /// A name that never changes, such as `no-such-day`.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// One sentence for the author.
    pub fn message(&self) -> &'static str {
        self.kind.message()
    }
}

impl fmt::Display for EdtfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.message(), self.position)
    }
}

impl std::error::Error for EdtfError {}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $code:literal $message:literal,)*) => {
        /// What is wrong with an expression.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum EdtfErrorKind {
            $(#[doc = $message] $(#[$doc])* $name,)*
        }

        impl EdtfErrorKind {
            /// Every kind, in the order of the reference page.
            pub const ALL: &'static [EdtfErrorKind] = &[$(EdtfErrorKind::$name),*];

            /// A name that never changes, such as `no-such-day`.
            pub const fn code(self) -> &'static str {
                match self { $(EdtfErrorKind::$name => $code,)* }
            }

            /// One sentence for the author.
            pub const fn message(self) -> &'static str {
                match self { $(EdtfErrorKind::$name => $message,)* }
            }
        }
    };
}

kinds! {
    Empty "empty-date" "nothing is written here",
    WhiteSpace "white-space-in-date" "a date expression has no white space",
    Unexpected "unexpected-character" "this character has no meaning here",
    YearDigits "year-not-four-digits" "a year has four digits; write a longer one with Y, as in Y17000",
    MinusZero "year-minus-zero" "there is no year -0000; the year before 0001 is 0000",
    MonthDigits "month-not-two-digits" "a month or season has two digits",
    DayDigits "day-not-two-digits" "a day of the month has two digits",
    NoSuchMonth "no-such-month" "months are 01 to 12, seasons 21 to 41",
    NoSuchDay "no-such-day" "this month has no such day",
    NoMatchingDay "no-matching-day" "no day of the calendar has these digits",
    SeasonWithDay "season-with-day" "a season has no days of the month",
    DoubledQualifier "doubled-qualifier" "only one of ? ~ % can stand here; % means both",
    LongYear "long-year-too-short" "a year written with Y has more than four digits or an exponent",
    LeadingZero "leading-zero" "this number has no leading zero",
    LongYearAlone "long-year-not-alone" "a year written with Y has no month, day or qualifier",
    Exponent "exponent-missing" "digits of the exponent are missing after E",
    SignificantDigits "significant-digits-missing" "the number of significant digits, 1 or more, follows S",
    MaskedSignificant "masked-significant-digits" "significant digits cannot be counted in a year with X",
    SignificantAlone "significant-digits-not-alone" "a year with significant digits has no month or day",
    TimeForm "time-form" "a time is written hh:mm:ss",
    NoSuchTime "no-such-time" "the clock does not show this time",
    OffsetForm "offset-form" "an offset is written Z, +hh or +hh:mm",
    NoSuchOffset "no-such-offset" "offsets lie between -14:00 and +14:00, and zero is Z or +00:00",
    TimeNotAlone "time-not-alone" "a date with a time stands alone, without X, qualifier, interval or set",
    IntervalParts "interval-parts" "an interval has two ends with one / between them",
    IntervalWithoutDate "interval-without-date" "one end of an interval must be known or open",
    IntervalReversed "interval-reversed" "the interval ends before it begins",
    IntervalOpenInside "interval-open-inside" "only the start of an interval can be `..date`, only its end `date..`",
    SetInInterval "set-in-interval" "the end of an interval is a single date",
    SetUnclosed "set-unclosed" "the set is not closed by its own bracket",
    SetElementMissing "set-element-missing" "a date is missing in the set",
    SetOpenInside "set-open-inside" "a set can be open only before its first date and after its last",
    SetRangePlain "set-range-not-plain" "a range in a set runs between plain dates",
    SetRangePrecision "set-range-precision" "both dates of a range in a set are years, or months, or days",
    SetRangeReversed "set-range-reversed" "the range in the set ends before it begins",
}
