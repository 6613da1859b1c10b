//! When something begins or ends, over all chronologies: on one day, or on some day between two, either of which may be open.

use servanda_model::Model;

use crate::dating::Dating;

/// When something begins, or ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Ends {
    /// The day, where it is the same in every chronology.
    pub(crate) one: Option<i64>,
    /// The days between which it lies where it is not; a day is absent where nothing bounds it on that side.
    pub(crate) between: Option<(Option<i64>, Option<i64>)>,
}

impl Ends {
    /// Of days on which something begins; what has no such day has been so from the start.
    pub(crate) fn since(dating: &Dating, days: &[Option<i64>]) -> Ends {
        Ends::of(dating, days, i64::MIN)
    }

    /// Of days on which something ends; what has no such day goes on.
    pub(crate) fn until(dating: &Dating, days: &[Option<i64>]) -> Ends {
        Ends::of(dating, days, i64::MAX)
    }

    /// Of the first and last day that something can be on.
    pub(crate) fn bounds((min, max): (Option<i64>, Option<i64>)) -> Ends {
        match (min, max) {
            (Some(first), Some(last)) if first == last => Ends { one: min, between: None },
            _ => Ends { one: None, between: Some((min, max)) },
        }
    }

    fn of(dating: &Dating, days: &[Option<i64>], absent: i64) -> Ends {
        let placed = |day: &Option<i64>| match day {
            Some(day) if !dating.is_open(*day) => *day,
            Some(day) if *day < dating.horizon.first => i64::MIN,
            Some(_) => i64::MAX,
            None => absent,
        };
        let finite = |day: i64| (day != i64::MIN && day != i64::MAX).then_some(day);
        let first = days.iter().map(placed).min().unwrap_or(absent);
        let last = days.iter().map(placed).max().unwrap_or(absent);
        if first == last {
            return Ends { one: finite(first), between: None };
        }
        Ends { one: None, between: Some((finite(first), finite(last))) }
    }

    /// The same where the days are no more than those of some chronologies: no bound is claimed.
    pub(crate) fn unbounded(self) -> Ends {
        Ends { between: self.between.map(|_| (None, None)), ..self }
    }

    /// In words; empty where there is no such day.
    pub(crate) fn text(self, model: &Model) -> String {
        let show = |day: i64| model.show_tick(day);
        match (self.one, self.between) {
            (Some(day), _) => show(day),
            (None, None) => String::new(),
            (None, Some(days)) => between_text(days.0.map(show), days.1.map(show)),
        }
    }

    /// The two bounds as they are written in answers.
    pub(crate) fn shown(self, model: &Model) -> Option<(Option<String>, Option<String>)> {
        let show = |day: Option<i64>| day.map(|day| model.show_tick(day));
        self.between.map(|(first, last)| (show(first), show(last)))
    }
}

/// Some day between two, either of which may be open, in words.
#[must_use]
pub fn between_text(first: Option<String>, last: Option<String>) -> String {
    match (first, last) {
        (Some(first), Some(last)) => format!("some day from {first} to {last}"),
        (Some(first), None) => format!("{first} or later"),
        (None, Some(last)) => format!("{last} or earlier"),
        (None, None) => "an unknown day".to_owned(),
    }
}
