//! The scope of a certificate, and what is looked up in it.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{Condition, Happening, Occurrence, Program, Value};
use servanda_proof::{Filling, Instant, Shape, Target, Val};

use crate::moving::Moving;
use crate::rules::done;

/// What has a value in a state; or the changes of a state, with what then has none.
pub(crate) type State<V = Val> = BTreeMap<Shape, V>;
/// Instances with values, perhaps several.
pub(crate) type Values = BTreeSet<(Shape, Val)>;
/// For which entry of the scope (none: for the goals) something was looked up.
pub(crate) type Owner = Option<usize>;

/// The entries of a scope, and what was looked up since the last moment that counts.
pub(crate) struct Scope<'a> {
    pub(crate) program: &'a Program,
    pub(crate) shapes: &'a [Shape],
    entries: State<usize>,
    /// What may be otherwise than it was from the start.
    changing: BTreeSet<Target>,
    /// For which entry something is worked out now.
    pub(crate) owner: Cell<Owner>,
    pub(crate) fresh: RefCell<BTreeSet<(Owner, Shape)>>,
    pub(crate) moving: RefCell<Moving>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(
        program: &'a Program,
        narrative: &[Occurrence],
        shapes: &'a [Shape],
        loose: &BTreeSet<u32>,
    ) -> Scope<'a> {
        let entries = shapes.iter().cloned().zip(0..).collect();
        let (owner, fresh) = Default::default();
        let changed = program.rules.iter().flat_map(|rule| &rule.effects).map(|effect| done(effect).1);
        let told = narrative.iter().map(|it| match &it.what {
            Happening::Action(of, _) => Target::Action(of.0),
            Happening::FactBegins(of, ..) | Happening::FactEnds(of, ..) => Target::Fluent(of.0),
        });
        let defined = program.definitions.iter().map(|it| Target::Fluent(it.fluent.0));
        let changing = changed.chain(told).chain(defined).collect();
        Scope { program, shapes, entries, changing, owner, fresh, moving: RefCell::new(Moving::new(loose)) }
    }

    /// Whether a condition holds always if it holds from the start.
    pub(crate) fn is_rigid(&self, condition: &Condition) -> bool {
        matches!(condition, Condition::Holds(it) if !self.changing.contains(&Target::Fluent(it.fluent.0)))
    }

    /// A moment is gone through anew.
    pub(crate) fn begin(&self, now: Option<(i64, Instant)>) {
        self.fresh.take();
        let mut moving = self.moving.borrow_mut();
        moving.fresh.clear();
        moving.now = now;
    }

    /// The entries for a fluent or action.
    pub(crate) fn of(&self, of: Target) -> impl Iterator<Item = (&Shape, usize)> {
        let all = self.entries.range(Shape { of, args: Vec::new() }..).take_while(move |(it, _)| it.of == of);
        all.map(|(shape, at)| (shape, *at))
    }

    /// The entry that covers a shape.
    pub(crate) fn entry(&self, shape: &Shape) -> Option<usize> {
        let wider = || self.of(shape.of).find(|(it, _)| it.covers(shape)).map(|(_, at)| at);
        self.entries.get(shape).copied().or_else(wider)
    }

    /// Looks a shape up, whatever is the case. Whether an entry covers it.
    pub(crate) fn looks_up(&self, shape: &Shape) -> bool {
        shape.args.iter().flatten().for_each(|arg| self.moving.borrow_mut().stays(*arg));
        self.fresh.borrow_mut().insert((self.owner.get(), shape.clone()));
        self.entry(shape).is_some()
    }

    /// A value of the program.
    pub(crate) fn val(&self, value: Value) -> Val {
        let value = Val::of(value, &self.program.ranges);
        if let Val::Tick(tick) = value {
            self.moving.borrow_mut().name(tick, None);
        }
        value
    }

    /// Those of some conditions that hold always if they hold from the start.
    pub(crate) fn rigid(&self, conditions: &[Condition]) -> Vec<Condition> {
        conditions.iter().filter(|it| self.is_rigid(it)).cloned().collect()
    }

    /// These fillings are told apart.
    pub(crate) fn distinct(&self, all: Vec<Filling>) -> BTreeSet<Filling> {
        for var in all.iter().flat_map(Filling::keys).collect::<BTreeSet<_>>() {
            self.moving.borrow_mut().compared(all.iter().filter_map(|filling| filling.get(var).copied()));
        }
        all.into_iter().collect()
    }
}

/// Everything of a shape.
pub(crate) fn of_shape<'s, V>(state: &'s State<V>, shape: &'s Shape) -> impl Iterator<Item = (&'s Shape, &'s V)> {
    let first = shape.beginning();
    let near = state.range(first.clone()..).take_while(move |(it, _)| first.begins(it));
    near.filter(|(it, _)| shape.covers(it))
}
