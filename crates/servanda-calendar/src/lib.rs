//! Days, uncertain dates, and intervals of time.
//!
//! Everything here is about the calendar alone: no treaties, no clock, no time zone. "Today" is always an argument.
//!
//! - [`Day`] is a day number, [`julian`] reads and writes it in the Julian calendar.
//! - [`Edtf`] is an uncertain date, in the Extended Date/Time Format of ISO 8601-2.
//! - [`WrittenDate`] adds what a dossier may write beside it: another calendar, "before", "or later"; a [`ReformTable`]
//!   says which calendar a country used when.
//! - [`Interval`] and [`IntervalSet`] are half-open runs of ticks and their algebra.

pub mod calendar;
pub mod date;
pub mod edtf;
pub mod interval;
pub mod julian;
pub mod reform;
pub mod set;
pub mod written;

pub use calendar::Calendar;
pub use date::{Day, DayRange, ParseDayError, Shifted};
pub use edtf::{Bound, Bounds, Edtf, EdtfError, EdtfErrorKind, month_named};
pub use interval::{Interval, Tick};
pub use reform::ReformTable;
pub use set::IntervalSet;
pub use written::{When, WrittenDate, WrittenError, WrittenErrorKind, parse_written, parse_written_in};
