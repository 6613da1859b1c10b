//! Days, uncertain dates, and intervals of time.
//!
//! Everything here is about the calendar alone: no treaties, no clock, no time zone. "Today" is always an argument.
//!
//! - [`Day`] is a day number, [`julian`] reads and writes it in the Julian calendar.
//! - [`Interval`] and [`IntervalSet`] are half-open runs of ticks and their algebra.

pub mod date;
pub mod interval;
pub mod julian;
pub mod set;

pub use date::{Day, DayRange, ParseDayError, Shifted};
pub use interval::{Interval, Tick};
pub use set::IntervalSet;
