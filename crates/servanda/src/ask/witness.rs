//! Chronologies that show why an answer is only possible.

use servanda_model::{EventId, Number};

use super::{Answer, Witness};
use crate::numbers::{self, Figure};
use crate::steps;
use crate::world::{Outcome, World};

/// The most runs with and without something among which two are looked for that part in little.
const MOST_COMPARED: usize = 64;

/// Shows a chronology in which something is so and one in which it is not, by the days on which they part. The two are
/// as near to each other as any that were looked at.
pub(super) fn part(world: &World<'_>, outcome: &Outcome, is_so: &[bool], answer: &mut Answer) {
    let runs_where = |so: bool| (0..is_so.len()).filter(move |run| is_so[*run] == so).take(MOST_COMPARED);
    let day = |run: usize, event: &EventId| outcome.runs[run].ticks[event.index()];
    let cost = |with: usize, without: usize| -> usize {
        let of = |event: &EventId| {
            let (a, b) = (day(with, event), day(without, event));
            let far = [a, b].into_iter().flatten().filter(|day| world.dating.is_open(*day)).count();
            usize::from(a != b) * (4 + far)
        };
        let (a, b) = (&outcome.runs[with].numbers, &outcome.runs[without].numbers);
        let numbers = a.iter().filter(|(figure, number)| b.get(figure) != Some(number)).count();
        outcome.uncertain.iter().map(of).sum::<usize>() + 4 * numbers
    };
    let pairs = runs_where(true).flat_map(|with| runs_where(false).map(move |without| (with, without)));
    let nearest = pairs.map(|(with, without)| (cost(with, without), with, without)).filter(|it| it.0 > 0).min();
    let Some((_, with, without)) = nearest else { return };
    let parting = || outcome.uncertain.iter().filter(|event| day(with, event) != day(without, event));
    let shown = |run: usize| -> Witness {
        let (mine, other) = (&outcome.runs[run].numbers, &outcome.runs[with + without - run].numbers);
        let numbers = mine.iter().filter(|(figure, number)| other.get(figure) != Some(number));
        let named = |(figure, number): (&Figure, &Number)| {
            (numbers::name(world.model, &outcome.program, *figure), number.to_string())
        };
        let days = parting()
            .filter_map(|event| Some((steps::moment_name(world.model, *event), day_text(world, day(run, event)?))));
        days.chain(numbers.map(named)).collect()
    };
    answer.witness = Some(shown(with));
    answer.counter_witness = Some(shown(without));
}

/// A day of a chronology; one that only stands for being early or late enough is told by the days of the dossier.
fn day_text(world: &World<'_>, day: i64) -> String {
    let (model, horizon) = (world.model, world.dating.horizon);
    match world.dating.is_open(day) {
        true if day < horizon.first => format!("a day before {}", model.show_tick(horizon.first)),
        true => format!("a day after {}", model.show_tick(horizon.last)),
        false => model.show_tick(day),
    }
}
