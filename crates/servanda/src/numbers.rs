//! Numbers that the dossier leaves open, tried out.
//!
//! A comparison with such a number may come out either way, and rules and definitions then take it not to hold. Where
//! an answer may hang on that, other numbers are put in place of those left open: each from its least to its greatest, cut on
//! both sides of every number in its bounds that it may be compared with, until no comparison is left open (see
//! `weighing.rs`). So an answer is certain only if it is the same with all of them.

use std::collections::{BTreeMap, BTreeSet};

use servanda_engine::Doubt;
use servanda_model::{
    EventId, Happening, Initial, Kinded, Model, Number, NumberRange, Occurrence, Program, RangeId, Value,
};

/// A number that is left open, by where it is stated. The place behind all arguments is that of the value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Figure {
    /// In a happening of an event.
    Told(EventId, usize, usize),
    /// In a fact that holds from the start.
    Initial(usize, usize),
}

/// What is taken for numbers that are left open.
pub(crate) type Numbers = BTreeMap<Figure, Number>;

fn range_of(value: Value, ranges: &[NumberRange]) -> Option<NumberRange> {
    match value.kinded() {
        Kinded::Range(id) => ranges.get(id.index()).copied(),
        _ => None,
    }
}

/// The numbers that an event leaves open. What ends a fact says nothing of its own.
pub(crate) fn of_event(model: &Model, event: EventId) -> Vec<Figure> {
    let it = &model.events[event.index()];
    let ranges = &model.program.ranges;
    let mut all = Vec::new();
    for (at, happening) in it.happenings.iter().enumerate() {
        let (args, value) = match happening {
            Happening::Action(_, args) => (args, None),
            Happening::FactBegins(_, args, value) => (args, Some(value)),
            Happening::FactEnds(..) => continue,
        };
        let open = |value: &&Value| range_of(**value, ranges).is_some();
        let places = args.iter().chain(value).enumerate().filter(|(_, value)| open(value));
        all.extend(places.map(|(place, _)| Figure::Told(event, at, place)));
    }
    all
}

/// The numbers that facts of the start leave open, with the fact's place.
pub(crate) fn of_start(program: &Program) -> Vec<Figure> {
    let mut all = Vec::new();
    for (at, fact) in program.initial.iter().enumerate() {
        let open = |value: &Value| range_of(*value, &program.ranges).is_some();
        let places = fact.args.iter().chain([&fact.value]).enumerate().filter(|(_, value)| open(value));
        all.extend(places.map(|(place, _)| Figure::Initial(at, place)));
    }
    all
}

fn stated(model: &Model, program: &Program, figure: Figure) -> Option<NumberRange> {
    let value = match figure {
        Figure::Initial(at, place) => {
            let fact = &program.initial[at];
            fact.args.get(place).copied().unwrap_or(fact.value)
        }
        Figure::Told(event, at, place) => match &model.events[event.index()].happenings[at] {
            Happening::Action(_, args) => args[place],
            Happening::FactBegins(_, args, value) | Happening::FactEnds(_, args, value) => {
                args.get(place).copied().unwrap_or(*value)
            }
        },
    };
    range_of(value, &program.ranges)
}

/// The numbers to try for one that is left open, in order.
fn candidates(range: NumberRange, met: &BTreeSet<Number>, beyond: Number) -> Vec<Number> {
    let scale = met.iter().chain(&range.min).chain(&range.max).map(|number| number.scale).max().unwrap_or(0);
    let step = if scale == 0 { Number::whole(1) } else { Number { mantissa: 1, scale: (scale + 2).min(15) } };
    let zero = Number::whole(0);
    let below = |number: Number| number.minus(step).unwrap_or(number);
    let above = |number: Number| number.plus(step).unwrap_or(number);
    let (mut low, mut high) =
        (range.min.unwrap_or_else(|| zero.minus(beyond).unwrap_or(zero)), range.max.unwrap_or(beyond));
    if range.approximate {
        (low, high) = (below(low), above(high));
    }
    let mut all: BTreeSet<Number> = [Some(low), Some(high), range.min, range.max].into_iter().flatten().collect();
    for number in met {
        all.extend([below(*number), *number, above(*number)].into_iter().filter(|it| (low..=high).contains(it)));
    }
    all.into_iter().collect()
}

/// For each number that is left open the first and the last of those to try, by their places: it is one of these, or any
/// between them.
pub(crate) type Part = Vec<(usize, usize)>;

/// The numbers to try for those that are left open.
pub(crate) struct Trial {
    figures: Vec<(Figure, Vec<Number>)>,
}

impl Trial {
    /// Of these figures, which may be compared with these numbers.
    pub(crate) fn new(
        model: &Model,
        program: &Program,
        figures: &BTreeSet<Figure>,
        met: &BTreeSet<Number>,
        narrative: &[Occurrence],
    ) -> Trial {
        let size =
            |number: Number| if number < Number::whole(0) { Number::whole(0).minus(number) } else { Some(number) };
        let told = narrative.iter().flat_map(|it| match &it.what {
            Happening::Action(_, args) => args.as_slice(),
            Happening::FactBegins(_, args, _) | Happening::FactEnds(_, args, _) => args.as_slice(),
        });
        let plain = told.filter_map(|value| match value.kinded() {
            Kinded::Number(number) => Some(number),
            Kinded::Range(_) => range_of(*value, &program.ranges)?.max,
            _ => None,
        });
        let all = met.iter().copied().chain(plain).filter_map(size);
        let beyond = all.fold(Number::whole(1), |sum, number| sum.plus(number).unwrap_or(sum));
        let of = |figure: &Figure| {
            let range = stated(model, program, *figure)?;
            Some((*figure, candidates(range, met, beyond)))
        };
        Trial { figures: figures.iter().filter_map(of).collect() }
    }

    /// Nothing left out.
    pub(crate) fn whole(&self) -> Part {
        self.figures.iter().map(|(_, all)| (0, all.len() - 1)).collect()
    }

    /// Whether a number is told only after a day.
    pub(crate) fn is_told_after(&self, at: usize, day: i64, ticks: &[Option<i64>]) -> bool {
        match self.figures[at].0 {
            Figure::Told(event, ..) => ticks[event.index()].is_none_or(|tick| tick > day),
            Figure::Initial(..) => false,
        }
    }

    /// What is taken where all numbers are in a part of those to try, for a program that has only these of all facts of the
    /// start.
    pub(crate) fn taken(&self, part: &Part, program: &Program, facts: &BTreeSet<usize>) -> Taken {
        let mut taken = Taken { ranges: program.ranges.clone(), initial: program.initial.clone(), ..Taken::default() };
        for ((figure, all), (first, last)) in self.figures.iter().zip(part) {
            let value = if first == last {
                taken.numbers.insert(*figure, all[*first]);
                Value::number(all[*first])
            } else {
                let id = RangeId::from_index(taken.ranges.len());
                let (min, max) = (Some(all[*first]), Some(all[*last]));
                taken.ranges.push(NumberRange { min, max, approximate: false });
                Some(Value::range(id))
            };
            let Some(value) = value else { continue };
            taken.values.insert(*figure, value);
            if let Figure::Initial(at, place) = figure
                && facts.contains(at)
            {
                let fact = &mut taken.initial[facts.range(..at).count()];
                match fact.args.get_mut(*place) {
                    Some(arg) => *arg = value,
                    None => fact.value = value,
                }
            }
        }
        taken
    }
}

/// The same with each number certain: the least of its part, or the greatest.
pub(crate) fn corner(part: &Part, greatest: bool) -> Part {
    part.iter().map(|(first, last)| if greatest { (*last, *last) } else { (*first, *first) }).collect()
}

/// The two halves of a part, by a number that it leaves open.
pub(crate) fn halves(part: &Part, at: usize) -> [Part; 2] {
    let (mut low, mut high) = (part.clone(), part.clone());
    let (first, last) = part[at];
    let middle = usize::midpoint(first, last);
    (low[at], high[at]) = ((first, middle), (middle + 1, last));
    [low, high]
}

/// What stands in place of numbers that are left open.
#[derive(Default)]
pub(crate) struct Taken {
    /// Those that are certain.
    pub(crate) numbers: Numbers,
    values: BTreeMap<Figure, Value>,
    /// The ranges of the program with those that stand in place of others.
    pub(crate) ranges: Vec<NumberRange>,
    /// The program's facts of the start.
    pub(crate) initial: Vec<Initial>,
}

impl Taken {
    /// Everything as it is stated.
    pub(crate) fn stated(program: &Program) -> Taken {
        Taken { ranges: program.ranges.clone(), initial: program.initial.clone(), ..Taken::default() }
    }

    /// As it is stated, but for numbers that are certain.
    pub(crate) fn with(program: &Program, numbers: &Numbers) -> Taken {
        let certain = |(figure, number): (&Figure, &Number)| Some((*figure, Value::number(*number)?));
        let values = numbers.iter().filter_map(certain).collect();
        Taken { numbers: numbers.clone(), values, ..Taken::stated(program) }
    }
}

/// Puts numbers in place of those that a happening leaves open. What ends a fact ends what it began.
pub(crate) fn put(model: &Model, program: &Program, taken: &Taken, occurrence: &mut Occurrence) {
    if taken.values.is_empty() {
        return;
    }
    let event = EventId(occurrence.tag);
    let it = &model.events[event.index()];
    let teller = it.begun_by.unwrap_or(event);
    let at = it.happenings.iter().position(|happening| *happening == occurrence.what);
    let initial = match &occurrence.what {
        Happening::FactEnds(fluent, args, value) if it.begun_by.is_none() => {
            program.initial.iter().position(|fact| fact.fluent == *fluent && fact.args == *args && fact.value == *value)
        }
        _ => None,
    };
    let (args, value) = match &mut occurrence.what {
        Happening::Action(_, args) => (args, None),
        Happening::FactBegins(_, args, value) | Happening::FactEnds(_, args, value) => (args, Some(value)),
    };
    for (place, slot) in args.iter_mut().chain(value).enumerate() {
        let figure = match (initial, at) {
            (Some(initial), _) => Figure::Initial(initial, place),
            (None, Some(at)) => Figure::Told(teller, at, place),
            (None, None) => continue,
        };
        if let Some(value) = taken.values.get(&figure) {
            *slot = *value;
        }
    }
}

/// The arguments of an act as they are stated, where numbers were put in their place.
pub(crate) fn as_stated(
    model: &Model,
    numbers: &Numbers,
    action: servanda_model::ActionId,
    args: &[Value],
) -> Vec<Value> {
    let mut stated = args.to_vec();
    for (figure, number) in numbers {
        let Figure::Told(event, at, place) = figure else { continue };
        let Happening::Action(told, before) = &model.events[event.index()].happenings[*at] else { continue };
        let same = || before.iter().zip(args).enumerate().all(|(at, (one, other))| at == *place || one == other);
        if *told == action && Value::number(*number) == args.get(*place).copied() && same() {
            stated[*place] = before[*place];
        }
    }
    // A part of a range is of this run alone.
    for place in 0..stated.len() {
        let is_part = matches!(stated[place].kinded(), Kinded::Range(id) if id.index() >= model.program.ranges.len());
        let whole = |happening: &Happening| match happening {
            Happening::Action(told, before) if *told == action => {
                let same = || before.iter().zip(args).enumerate().all(|(at, (one, other))| at == place || one == other);
                Some(before[place]).filter(|it| matches!(it.kinded(), Kinded::Range(_)) && same())
            }
            _ => None,
        };
        if is_part && let Some(before) = model.events.iter().flat_map(|event| &event.happenings).find_map(whole) {
            stated[place] = before;
        }
    }
    stated
}

/// The first of the doubts that is not among others, each as often as it is there.
pub(crate) fn first_besides(doubts: &[Doubt], others: &[Doubt]) -> Option<Doubt> {
    let mut left: BTreeMap<Doubt, usize> = BTreeMap::new();
    others.iter().for_each(|doubt| *left.entry(*doubt).or_default() += 1);
    let is_new = |doubt: &&Doubt| match left.get_mut(doubt) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    doubts.iter().filter(is_new).min().copied()
}

/// What a number that is left open is the number of.
pub(crate) fn name(model: &Model, program: &Program, figure: Figure) -> String {
    match figure {
        Figure::Told(event, ..) => model.events[event.index()].sentence.clone(),
        Figure::Initial(at, _) => {
            let fact = &program.initial[at];
            crate::say::fluent(model, fact.fluent, &fact.args, Some(fact.value))
        }
    }
}
