//! Numbers that the dossier leaves open, tried out.
//!
//! A comparison with such a number may come out either way, and rules and definitions then take it not to hold. Where
//! an answer may hang on that, the dossier is run with certain numbers in place of those left open: each at its least, at
//! its greatest, and on both sides of every number in its bounds that it may be compared with. So an answer is certain
//! only if it is the same with all of them.

use std::collections::{BTreeMap, BTreeSet};

use servanda_engine::Doubt;
use servanda_model::{
    Condition, EventId, Happening, Kinded, Model, Number, NumberRange, Occurrence, Program, Trigger, Value,
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

/// No more combinations of numbers than this are tried.
const MOST: usize = 64;

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

/// Ways of trying numbers that are left open.
#[derive(Clone)]
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

    /// All of them at their least, or at their greatest.
    pub(crate) fn at_end(&self, greatest: bool) -> Numbers {
        let end = |all: &[Number]| all[if greatest { all.len() - 1 } else { 0 }];
        self.figures.iter().map(|(figure, all)| (*figure, end(all))).collect()
    }

    /// Takes figures for certain on which nothing hangs, as far as can be seen with all others at one end of theirs (0), or
    /// at the other (1).
    pub(crate) fn retain(&mut self, mut hangs: impl FnMut(Numbers, usize) -> bool) {
        let ends = [self.at_end(false), self.at_end(true)];
        for (figure, all) in &mut self.figures {
            let others = |end: usize| {
                let mut numbers = ends[end].clone();
                numbers.remove(figure);
                numbers
            };
            if !hangs(others(0), 0) && !hangs(others(1), 1) {
                all.truncate(1);
            }
        }
    }

    /// What is taken for the numbers, in all ways that are tried; says whether each was tried with each.
    pub(crate) fn ways(&self) -> (Vec<Numbers>, bool) {
        let count = self.figures.iter().try_fold(1_usize, |count, (_, all)| count.checked_mul(all.len()));
        if count.is_some_and(|count| count <= MOST) {
            let mut ways = vec![Numbers::new()];
            for (figure, all) in &self.figures {
                let with = |way: &Numbers, number: &Number| {
                    let mut way = way.clone();
                    way.insert(*figure, *number);
                    way
                };
                ways = ways.iter().flat_map(|way| all.iter().map(|number| with(way, number))).collect();
            }
            return (ways, true);
        }
        let (low, high) = (self.at_end(false), self.at_end(true));
        let mut ways = vec![low.clone(), high.clone()];
        for (figure, all) in self.figures.iter().filter(|it| it.1.len() > 1).take(MOST / 2) {
            for (most, end) in [(&low, all[all.len() - 1]), (&high, all[0])] {
                let mut way = most.clone();
                way.insert(*figure, end);
                ways.push(way);
            }
        }
        (ways, false)
    }
}

/// The program with comparisons in these rules and definitions alone, those of definitions counted behind all rules: what
/// others leave undecided is nobody's business.
pub(crate) fn within(program: &Program, items: &BTreeSet<usize>) -> Program {
    let mut program = program.clone();
    let rules = program.rules.len();
    for (_, rule) in program.rules.iter_mut().enumerate().filter(|(item, _)| !items.contains(item)) {
        let given = rule.triggers.iter_mut().filter_map(|trigger| match trigger {
            Trigger::After { given, .. } => Some(given),
            _ => None,
        });
        given.chain([&mut rule.conditions]).for_each(silence);
    }
    let definitions = program.definitions.iter_mut().enumerate();
    definitions.filter(|(at, _)| !items.contains(&(rules + at))).for_each(|(_, it)| silence(&mut it.conditions));
    program
}

fn silence(conditions: &mut Vec<Condition>) {
    for condition in conditions {
        match condition {
            Condition::Compare { left, op, right } => {
                *condition = Condition::Undecided { left: left.clone(), op: *op, right: right.clone() };
            }
            Condition::Not(list) => silence(list),
            Condition::AnyOf(lists) => lists.iter_mut().for_each(silence),
            _ => {}
        }
    }
}

/// The program with numbers in place of those that facts of the start leave open.
pub(crate) fn program_with(program: &Program, numbers: &Numbers) -> Program {
    let mut program = program.clone();
    for (figure, number) in numbers {
        if let (Figure::Initial(at, place), Some(value)) = (figure, Value::number(*number)) {
            let fact = &mut program.initial[*at];
            match fact.args.get_mut(*place) {
                Some(arg) => *arg = value,
                None => fact.value = value,
            }
        }
    }
    program
}

/// Puts numbers in place of those that a happening leaves open. What ends a fact ends what it began.
pub(crate) fn put(model: &Model, program: &Program, numbers: &Numbers, occurrence: &mut Occurrence) {
    if numbers.is_empty() {
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
        if let Some(number) = numbers.get(&figure).and_then(|number| Value::number(*number)) {
            *slot = number;
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
    stated
}

/// The first of the doubts that are not among others, each as often as it is there.
pub(crate) fn first_besides(doubts: &[Doubt], others: &[Doubt]) -> Option<i64> {
    let mut left: BTreeMap<Doubt, usize> = BTreeMap::new();
    others.iter().for_each(|doubt| *left.entry(*doubt).or_default() += 1);
    let mut first = None;
    for doubt in doubts {
        match left.get_mut(doubt) {
            Some(count) if *count > 0 => *count -= 1,
            _ => first = Some(first.map_or(doubt.0, |known: i64| known.min(doubt.0))),
        }
    }
    first
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
