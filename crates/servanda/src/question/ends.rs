//! What stands at the end or at the beginning of a question: its day, a time, and from where it is looked at.

use servanda_model::{Asker, EntityId, Model, Standing, View};

use super::dates::{Days, days_of};

/// What was read off a question.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ends {
    /// `since DATE`.
    pub(crate) since: Option<i64>,
    /// `until DATE`.
    pub(crate) until: Option<i64>,
    /// `on DATE`, `by DATE`.
    pub(crate) on: Option<i64>,
    /// An act asked for has to be of the day itself: `on DATE`.
    pub(crate) that_day: bool,
    /// `in DATE`, `between DATE and DATE`, `before DATE`, `after DATE`: the first and the last day.
    pub(crate) during: Option<(Option<i64>, Option<i64>)>,
    /// Of the time before or after an event that has no certain day: the days that surely are of it.
    pub(crate) surely: Option<Days>,
    /// The event that this time is before, if so, or after.
    pub(crate) beside: Option<(EntityId, bool)>,
    /// `as seen by X`, `as known in YEAR`, `under X`.
    pub(crate) view: View,
}

/// No day at all.
const NEVER: Days = (Some(1), Some(0));

/// The time that may be before, after or on the days of something, and that which surely is, if it is another.
pub(super) fn time_around(word: &str, (first, last): Days) -> (Days, Option<Days>) {
    let (may, surely) = match word {
        "before" => ((None, last.map(|day| day - 1)), first.map_or(NEVER, |day| (None, Some(day - 1)))),
        "after" => ((first.map(|day| day + 1), None), last.map_or(NEVER, |day| (Some(day + 1), None))),
        _ => ((first, last), if first == last { (first, last) } else { NEVER }),
    };
    (may, Some(surely).filter(|it| *it != may))
}

/// Takes times and points of view off both ends of a question.
pub(crate) fn take(model: &Model, asker: &Asker<'_>, text: &str) -> (String, Ends) {
    let mut ends = Ends::default();
    let mut words: Vec<&str> = text.split_whitespace().collect();
    // A number between two others is no time: `is population between 1 300 and 1 500`.
    let says_number = |words: &[&str], at: usize| {
        words[at].eq_ignore_ascii_case("between")
            && ["is", "are", "was", "were"].iter().any(|is| words[at - 1].eq_ignore_ascii_case(is))
    };
    // `in` of `as known in 1950` begins no time.
    let of_view = |words: &[&str], at: usize| at > 1 && words[at - 1].eq_ignore_ascii_case("known");
    while let Some(at) = (1..words.len())
        .rev()
        .find(|at| !says_number(&words, *at) && !of_view(&words, *at) && read(model, asker, &words[*at..], &mut ends))
    {
        words.truncate(at);
    }
    // `on 1939-10-15 was Sele in force`, `under Strict, is Assist breached`.
    for _ in 0..4 {
        let Some(end) = (2..words.len()).rev().find(|end| {
            let last = words[end - 1].trim_end_matches(',');
            let mut clause = words[..*end].to_vec();
            clause[end - 1] = last;
            read(model, asker, &clause, &mut ends)
        }) else {
            break;
        };
        words.drain(..end);
    }
    (words.join(" "), ends)
}

/// Reads one clause; says whether it is one.
fn read(model: &Model, asker: &Asker<'_>, clause: &[&str], ends: &mut Ends) -> bool {
    let lower: Vec<String> = clause.iter().map(|word| word.to_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let rest = |from: usize| clause[from..].join(" ");
    let thing = |from: usize| -> Option<EntityId> {
        let name = rest(from);
        let name = name.strip_prefix("the ").unwrap_or(&name).trim_matches(['"', '“', '”']);
        asker.entity(name)
    };
    let clock = model.program.clock;
    let of_act = |from: usize| thing(from).and_then(|name| days_of_act(model, name));
    let days = |from: usize| days_of(clock, &rest(from));
    match lower.as_slice() {
        ["as", "seen", "by", _, ..] => {
            thing(3).filter(|id| asker.can_know(*id)).map(|id| ends.view.seen_by = Some(id)).is_some()
        }
        ["as", "known", "in", year] => year.parse().map(|year| ends.view.known_in = Some(year)).is_ok(),
        ["under", _, ..] => match thing(1).filter(|id| asker.can_be_chosen(*id)) {
            Some(id) => {
                ends.view.under.insert(0, id);
                true
            }
            None => false,
        },
        ["between", .., "and", _]
        | ["between", .., "and", _, _]
        | ["between", .., "and", _, _, _]
        | ["from", .., "to", _]
        | ["from", .., "to", _, _, _] => {
            let joint = if lower[0] == "from" { "to" } else { "and" };
            let Some(and) = lower.iter().rposition(|word| *word == joint) else { return false };
            let first = clause[1..and].join(" ");
            // `between 16 October and 22 October 1939` names the year once.
            let in_same_year = || {
                let year =
                    clause.last().filter(|it| it.len() == 4 && it.chars().all(|digit| digit.is_ascii_digit()))?;
                days_of(clock, &format!("{first} {year}"))
            };
            match (days_of(clock, &first).or_else(in_same_year), days(and + 1)) {
                (Some((first, _)), Some((_, last))) => ends.during = Some((first, last)),
                _ => return false,
            }
            true
        }
        ["at", ..] => days(1).map(|(first, last)| ends.during = Some((first, last))).is_some(),
        ["up", "to", _, ..] => days(2).map(|(first, last)| ends.on = last.or(first)).is_some(),
        ["on", "the", "eve", "of", _, ..] => {
            let Some((Some(first), _)) = days(4).or_else(|| of_act(4)) else { return false };
            (ends.on, ends.that_day) = (Some(first - 1), true);
            true
        }
        ["on", "the", "day", "of", _, ..] => {
            let Some((first, last)) = of_act(4) else { return false };
            if first == last {
                (ends.on, ends.that_day) = (first, true);
            } else {
                let (may, surely) = time_around("on", (first, last));
                (ends.during, ends.surely) = (Some(may), surely);
            }
            true
        }
        [word @ ("on" | "by" | "since" | "until" | "in" | "during" | "before" | "after"), _, ..] => {
            let of_act = || of_act(1).filter(|_| ["before", "after", "since", "until"].contains(word));
            if let (true, None, Some(act)) = (["before", "after"].contains(word), days(1), of_act()) {
                let (may, surely) = time_around(word, act);
                (ends.during, ends.surely) = (Some(may), surely);
                ends.beside = thing(1).map(|it| (it, *word == "before"));
                return true;
            }
            let Some((first, last)) = days(1).or_else(of_act) else { return false };
            let one = last.or(first);
            match *word {
                "since" => ends.since = first.or(last),
                "until" => ends.until = first.or(last),
                "before" => ends.during = Some((None, first.or(last).map(|day| day - 1))),
                "after" => ends.during = Some((one.map(|day| day + 1), None)),
                "in" | "on" | "during" if first != last => ends.during = Some((first, last)),
                _ => {
                    ends.on = one;
                    ends.that_day = *word != "by";
                }
            }
            true
        }
        _ => false,
    }
}

/// The days on which something named by the dossier may have happened, as it is dated.
fn days_of_act(model: &Model, name: EntityId) -> Option<Days> {
    let named = |event: &&servanda_model::Event| event.entity == Some(name) && event.standing == Standing::Stated;
    let when = &model.events.iter().find(named)?.when;
    (when.min.is_some() || when.max.is_some()).then_some((when.min, when.max))
}
