//! Words, initial facts and narratives.

use super::Dice;
use servanda_model::{
    Action, ActionId, Clock, Deadline, Duration, EntityId, Fluent, FluentId, FluentType, Happening, Hole,
};
use servanda_model::{Initial, KindId, Mode, Number, NumberRange, Occurrence, OriginId, Program, RangeId, Ties, Value};
use std::collections::BTreeSet;

/// What is being made.
pub(crate) struct Maker {
    pub(crate) program: Program,
    /// For each fluent and action, its place in the order in which things may follow from each other at one moment.
    pub(crate) rank: Vec<usize>,
    pub(crate) action_rank: Vec<usize>,
}

/// The fourth is the one of no kind; it is rare.
const ENTITIES: usize = 4;

impl Maker {
    pub(crate) fn new(dice: &mut Dice) -> Maker {
        let clock = if dice.chance(70) { Clock::Integers } else { Clock::Days };
        let (some, all) = (vec![KindId(0)], vec![KindId(0), KindId(1)]);
        // `true`, then four things, two of which are of both kinds and one of none.
        let entity_kinds = vec![Vec::new(), all.clone(), all, some, Vec::new()];
        let program = Program { clock, entity_kinds, ..Program::default() };
        let mut maker = Maker { program, rank: Vec::new(), action_rank: Vec::new() };
        maker.declare_ranges(dice);
        maker
    }

    fn declare_ranges(&mut self, dice: &mut Dice) {
        let ranges = [(Some(1), Some(3), false), (Some(0), None, false), (None, None, false), (Some(1), Some(2), true)];
        if dice.chance(30) {
            for (min, max, approximate) in ranges.into_iter().take(1 + dice.roll(4)) {
                let (min, max) = (min.map(Number::whole), max.map(Number::whole));
                self.program.ranges.push(NumberRange { min, max, approximate });
            }
        }
    }

    pub(crate) fn declare(&mut self, dice: &mut Dice) {
        for place in 0..2 + dice.roll(3) {
            let holes =
                (0..dice.roll(3)).map(|_| dice.pick(&[Hole::Kind(KindId(0)), Hole::Thing, Hole::Number])).collect();
            self.program.actions.push(Action { name: format!("act{place}"), holes });
            self.action_rank.push(dice.roll(3));
        }
        for place in 0..3 + dice.roll(4) {
            let args =
                (0..dice.pick(&[0, 0, 1, 1, 1, 2])).map(|_| dice.pick(&[Hole::Kind(KindId(0)), Hole::Thing])).collect();
            let ty = match dice.roll(10) {
                0..=3 => FluentType::Truth,
                4..=6 => FluentType::Valued(Hole::Thing),
                7 => FluentType::Valued(Hole::Day),
                _ => FluentType::Number,
            };
            let ties = dice.pick(&[Ties::Contradiction, Ties::EndingWins, Ties::StartingWins]);
            let deadlines = self.deadlines(ty, dice);
            let fluent = Fluent { name: format!("held{place}"), args, ty, ties, mode: Mode::Inertial, deadlines };
            self.program.fluents.push(fluent);
            self.rank.push(2 + place);
        }
    }

    fn deadlines(&self, ty: FluentType, dice: &mut Dice) -> Vec<Deadline> {
        if !matches!(ty, FluentType::Truth | FluentType::Valued(Hole::Thing)) || dice.chance(55) {
            return Vec::new();
        }
        let value = |dice: &mut Dice| if ty == FluentType::Truth { Value::TRUE } else { entity(dice) };
        let deadline = |dice: &mut Dice| Deadline {
            from: value(dice),
            to: dice.chance(70).then(|| value(dice)),
            after: self.duration(dice),
            renewable: dice.chance(50),
            origin: OriginId(0),
        };
        (0..1 + dice.roll(2)).map(|_| deadline(dice)).collect()
    }

    pub(crate) fn duration(&self, dice: &mut Dice) -> Duration {
        if self.program.clock == Clock::Days && dice.chance(40) {
            return Duration::Months(dice.pick(&[1, 1, 1, 2]));
        }
        let ticks = if dice.chance(6) { dice.between(-1, 0) } else { dice.between(1, 4) };
        Duration::Ticks(i32::try_from(ticks).expect("small"))
    }

    /// A value that fits.
    pub(crate) fn value(&self, hole: Hole, dice: &mut Dice) -> Value {
        match hole {
            Hole::Number if !self.program.ranges.is_empty() && dice.chance(35) => {
                Value::range(RangeId::from_index(dice.roll(self.program.ranges.len())))
            }
            Hole::Number if dice.chance(10) => Value::number(Number { mantissa: 15, scale: 1 }).expect("few digits"),
            Hole::Number => Value::integer(dice.between(0, 3)).expect("small"),
            Hole::Day => Value::tick(self.day(dice)).expect("near"),
            Hole::Duration => Value::duration(self.duration(dice)),
            _ => entity(dice),
        }
    }

    pub(crate) fn type_hole(&self, fluent: FluentId) -> Option<Hole> {
        match self.program.fluents[fluent.index()].ty {
            FluentType::Truth => None,
            FluentType::Valued(hole) => Some(hole),
            FluentType::Number => Some(Hole::Number),
        }
    }

    pub(crate) fn fluent_value(&self, fluent: FluentId, dice: &mut Dice) -> Value {
        self.type_hole(fluent).map_or(Value::TRUE, |hole| self.value(hole, dice))
    }

    /// Days lie at the ends of months, where calendars are hard.
    fn day(&self, dice: &mut Dice) -> i64 {
        if self.program.clock == Clock::Days { dice.between(27, 36) } else { dice.between(0, 10) }
    }

    pub(crate) fn fluents(&self, mode: Mode) -> Vec<FluentId> {
        let ids = (0..self.program.fluents.len()).map(FluentId::from_index);
        ids.filter(|id| self.program.fluents[id.index()].mode == mode).collect()
    }

    pub(crate) fn initial_facts(&mut self, dice: &mut Dice) {
        let mut taken = BTreeSet::new();
        for _ in 0..dice.roll(5) {
            let fluent = dice.pick(&self.fluents(Mode::Inertial));
            let (args, value) = self.fact(fluent, dice);
            if taken.insert((fluent, args.clone())) {
                self.program.initial.push(Initial { fluent, args, value, origin: OriginId(0) });
            }
        }
    }

    fn fact(&self, fluent: FluentId, dice: &mut Dice) -> (Vec<Value>, Value) {
        let args = self.program.fluents[fluent.index()].args.iter().map(|hole| self.value(*hole, dice)).collect();
        (args, self.fluent_value(fluent, dice))
    }

    pub(crate) fn narrate(&self, dice: &mut Dice) -> (Vec<Occurrence>, i64) {
        let mut narrative = Vec::new();
        for tag in 0..6 + u32::try_from(dice.roll(30)).expect("small") {
            let tick = self.day(dice);
            let step = if dice.chance(70) { 0 } else { u32::try_from(dice.roll(3)).expect("small") };
            narrative.push(Occurrence { tick, step, what: self.happening(dice), tag });
        }
        let last = narrative.iter().map(|occurrence| occurrence.tick).max().unwrap_or(0);
        (narrative, last + dice.between(0, 12) * if self.program.clock == Clock::Days { 6 } else { 1 })
    }

    fn happening(&self, dice: &mut Dice) -> Happening {
        if dice.chance(80) {
            let action = ActionId::from_index(dice.roll(self.program.actions.len()));
            let holes = &self.program.actions[action.index()].holes;
            return Happening::Action(action, holes.iter().map(|hole| self.value(*hole, dice)).collect());
        }
        let fluent = dice.pick(&self.fluents(Mode::Inertial));
        let (args, value) = self.fact(fluent, dice);
        if dice.chance(60) {
            Happening::FactBegins(fluent, args, value)
        } else {
            Happening::FactEnds(fluent, args, value)
        }
    }
}

fn entity(dice: &mut Dice) -> Value {
    Value::entity(EntityId::from_index(1 + if dice.chance(8) { ENTITIES - 1 } else { dice.roll(ENTITIES - 1) }))
}
