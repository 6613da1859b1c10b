//! Which rows need not know of each other.
//!
//! Where every rule and definition joins only what names the same thing at one place — the claim in `{id} is opened`,
//! `{debtor} discharges {id}` and the duty between them — instances fall apart by that thing, and each part can be worked
//! out for itself. Such a place is looked for in each action and fluent: from one place of one action it spreads through
//! all clauses (a clause is a rule or a definition) that speak of it, since there the same variable must stand at the
//! places of all others. What a clause only reads and does not name that variable in (who holds an office, what
//! something costs) is known to all parts, and must then be changed by nothing that is in one part only.
//!
//! How many parts there are is a matter of the rules and not of threads, so that results do not depend on these. With two
//! parts, and reading and writing beside them, four threads have something to do; each part more costs some time at every
//! tick.

use servanda_model::{
    Aggregate, Condition, Effect, Expr, FluentId, FluentPattern, Happening, Program, Term, Trigger, Value,
};

/// Into so many parts instances fall, where they do.
pub(crate) const PARTS: usize = 2;

/// In which parts an instance or an event is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Seat {
    /// In the one that the arguments at these places say.
    At(Box<[usize]>),
    /// In all.
    All,
}

/// How the instances of a program fall into parts.
pub(crate) struct Shares {
    /// How many parts: one, or [`PARTS`].
    pub(crate) parts: usize,
    actions: Vec<Seat>,
    fluents: Vec<Seat>,
}

impl Shares {
    /// All in one part.
    pub(crate) fn none() -> Shares {
        Shares { parts: 1, actions: Vec::new(), fluents: Vec::new() }
    }

    pub(crate) fn of(program: &Program) -> Shares {
        // Ranges are numbered by whoever makes them.
        if !program.ranges.is_empty() {
            return Shares::none();
        }
        let book = Book::of(program);
        let (mut seats, mut keyed) = (vec![Seat::All; book.of.len()], 0);
        for group in book.groups() {
            let heard: Vec<usize> = group.iter().copied().filter(|&what| what < book.actions).collect();
            let places = heard.iter().flat_map(|&action| {
                let holes = program.actions[action].holes.len();
                (0..holes).map(move |place| (action, place))
            });
            let mut found: Vec<Vec<Place>> = Vec::new();
            for first in places.clone() {
                found.extend(book.settled(&group, first, places.clone()).filter(|it| !found.contains(it)));
            }
            let is_at = |place: &Place| matches!(place, Place::At(_));
            let count = |places: &Vec<Place>| {
                group.iter().zip(places).filter(|(what, place)| **what < book.actions && is_at(place)).count()
            };
            let Some(best) = found.iter().max_by_key(|places| count(places)) else { continue };
            keyed += count(best);
            let is_like = |other: &&Vec<Place>| best.iter().zip(other.iter()).all(|(a, b)| is_at(a) == is_at(b));
            let alike: Vec<&Vec<Place>> = found.iter().filter(is_like).collect();
            for (nth, &what) in group.iter().enumerate() {
                // Of each thing in turn: they may stand in another order elsewhere.
                let places: Vec<usize> = alike.iter().filter_map(|it| it[nth].at()).collect();
                if !places.is_empty() {
                    seats[what] = Seat::At(places.into());
                }
            }
        }
        // Events that all parts have to know cost as often as there are parts.
        let heard = book.of[..book.actions].iter().filter(|clauses| !clauses.is_empty()).count();
        if keyed == 0 || 2 * keyed < heard {
            return Shares::none();
        }
        let fluents = seats.split_off(book.actions);
        Shares { parts: PARTS, actions: seats, fluents }
    }

    /// The part that an event is for; `None` for all of them.
    #[inline]
    pub(crate) fn of_action(&self, action: usize, args: &[Value]) -> Option<usize> {
        self.actions.get(action).map_or(Some(0), |seat| self.part(seat, args))
    }

    #[inline]
    fn part(&self, seat: &Seat, args: &[Value]) -> Option<usize> {
        let Seat::At(places) = seat else { return None };
        let mut hash = 0_u64;
        for &place in places {
            hash = (hash.rotate_left(29) ^ args[place].bits()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
        // The upper bits are mixed best.
        Some((((hash >> 32) * self.parts as u64) >> 32) as usize)
    }

    /// Whether a fact is known in a part.
    pub(crate) fn has(&self, part: usize, fluent: FluentId, args: &[Value]) -> bool {
        self.fluents.get(fluent.index()).and_then(|seat| self.part(seat, args)).is_none_or(|of| of == part)
    }

    /// Whether what happens is known in a part.
    pub(crate) fn hears(&self, part: usize, what: &Happening) -> bool {
        match what {
            Happening::Action(action, args) => self.of_action(action.index(), args).is_none_or(|of| of == part),
            Happening::FactBegins(fluent, args, _) | Happening::FactEnds(fluent, args, _) => {
                self.has(part, *fluent, args)
            }
        }
    }

    /// Whether a part tells of a fluent: what all of them know is told by the first.
    pub(crate) fn tells(&self, part: usize, fluent: usize) -> bool {
        part == 0 || self.fluents.get(fluent) != Some(&Seat::All)
    }
}

/// Where the thing stands by which instances fall apart, as far as that is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Open,
    At(usize),
    All,
}

impl Place {
    fn at(self) -> Option<usize> {
        match self {
            Place::At(place) => Some(place),
            Place::Open | Place::All => None,
        }
    }
}

/// An action, or, numbered after all actions, a fluent, with its arguments.
struct Atom<'p> {
    what: usize,
    args: &'p [Term],
}

/// What a rule with one of its triggers, or a definition, speaks of.
#[derive(Default)]
struct Clause<'p> {
    /// It applies only where one of these is so.
    binding: Vec<Atom<'p>>,
    /// Whatever else it looks at.
    reads: Vec<Atom<'p>>,
    writes: Vec<Atom<'p>>,
}

impl Clause<'_> {
    fn atoms(&self) -> impl Iterator<Item = &Atom<'_>> {
        self.binding.iter().chain(&self.reads).chain(&self.writes)
    }
}

fn clauses(program: &Program) -> Vec<Clause<'_>> {
    let actions = program.actions.len();
    let mut all = Vec::new();
    for rule in &program.rules {
        for trigger in &rule.triggers {
            let mut clause = Reading { actions, clause: Clause::default() };
            clause.trigger(trigger);
            clause.body(&rule.conditions);
            for pattern in &rule.unless {
                clause.clause.reads.push(Atom { what: pattern.action.index(), args: &pattern.args });
            }
            rule.effects.iter().for_each(|effect| clause.effect(effect));
            all.push(clause.clause);
        }
    }
    for definition in &program.definitions {
        let mut clause = Reading { actions, clause: Clause::default() };
        clause.body(&definition.conditions);
        clause.expr(&definition.value);
        clause.writes(definition.fluent, &definition.args);
        all.push(clause.clause);
    }
    all
}

/// A clause as far as it has been read.
struct Reading<'p> {
    actions: usize,
    clause: Clause<'p>,
}

impl<'p> Reading<'p> {
    fn fluent(&self, fluent: FluentId, args: &'p [Term]) -> Atom<'p> {
        Atom { what: self.actions + fluent.index(), args }
    }

    fn reads(&mut self, pattern: &'p FluentPattern) {
        let atom = self.fluent(pattern.fluent, &pattern.args);
        self.clause.reads.push(atom);
    }

    fn writes(&mut self, fluent: FluentId, args: &'p [Term]) {
        let atom = self.fluent(fluent, args);
        self.clause.writes.push(atom);
    }

    fn trigger(&mut self, trigger: &'p Trigger) {
        match trigger {
            Trigger::Happens(pattern) => {
                self.clause.binding.push(Atom { what: pattern.action.index(), args: &pattern.args });
            }
            Trigger::Initiated(pattern)
            | Trigger::Begins(pattern)
            | Trigger::Ends(pattern)
            | Trigger::Comes(pattern) => {
                let atom = self.fluent(pattern.fluent, &pattern.args);
                self.clause.binding.push(atom);
            }
            Trigger::HasHeld { pattern, time, .. } => {
                let atom = self.fluent(pattern.fluent, &pattern.args);
                self.clause.binding.push(atom);
                self.expr(time);
            }
            Trigger::After { time, trigger, given } => {
                self.trigger(trigger);
                self.body(given);
                self.expr(time);
            }
        }
    }

    /// Conditions all of which must hold.
    fn body(&mut self, conditions: &'p [Condition]) {
        for condition in conditions {
            match condition {
                Condition::Holds(pattern) => {
                    let atom = self.fluent(pattern.fluent, &pattern.args);
                    self.clause.binding.push(atom);
                }
                other => self.condition(other),
            }
        }
    }

    fn condition(&mut self, condition: &'p Condition) {
        match condition {
            Condition::Holds(pattern) => self.reads(pattern),
            Condition::Not(list) => list.iter().for_each(|it| self.condition(it)),
            Condition::AnyOf(lists) => lists.iter().flatten().for_each(|it| self.condition(it)),
            Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            Condition::IsKind(..) => {}
            Condition::Let(_, expr) => self.expr(expr),
        }
    }

    fn expr(&mut self, expr: &'p Expr) {
        match expr {
            Expr::Value(_) | Expr::Var(_) | Expr::Now => {}
            Expr::Fluent(fluent, args) => {
                let atom = self.fluent(*fluent, args);
                self.clause.reads.push(atom);
            }
            Expr::Arith(_, left, right) => {
                self.expr(left);
                self.expr(right);
            }
            Expr::Aggregate(aggregate) => {
                let Aggregate { of, over, .. } = aggregate.as_ref();
                self.expr(of);
                over.iter().for_each(|it| self.condition(it));
            }
        }
    }

    fn effect(&mut self, effect: &'p Effect) {
        match effect {
            Effect::Initiate { fluent, args, value: expr } | Effect::Increase { fluent, args, by: expr } => {
                self.expr(expr);
                self.writes(*fluent, args);
            }
            Effect::Terminate { pattern } => self.writes(pattern.fluent, &pattern.args),
            Effect::Happen(pattern) => {
                self.clause.writes.push(Atom { what: pattern.action.index(), args: &pattern.args });
            }
        }
    }
}

/// All clauses of a program.
struct Book<'p> {
    clauses: Vec<Clause<'p>>,
    /// By action and fluent, those that speak of it.
    of: Vec<Vec<usize>>,
    actions: usize,
}

impl<'p> Book<'p> {
    fn of(program: &'p Program) -> Book<'p> {
        let (clauses, actions) = (clauses(program), program.actions.len());
        let mut of = vec![Vec::new(); actions + program.fluents.len()];
        for (number, clause) in clauses.iter().enumerate() {
            for atom in clause.atoms() {
                if of[atom.what].last() != Some(&number) {
                    of[atom.what].push(number);
                }
            }
        }
        Book { clauses, of, actions }
    }

    /// The actions and fluents that some action is among, as far as clauses join them.
    fn groups(&self) -> Vec<Vec<usize>> {
        let mut is_met = vec![false; self.of.len()];
        let mut groups = Vec::new();
        for first in 0..self.actions {
            if self.of[first].is_empty() || is_met[first] {
                continue;
            }
            is_met[first] = true;
            let mut group = vec![first];
            let mut next = 0;
            while let Some(&what) = group.get(next) {
                next += 1;
                for atom in self.of[what].iter().flat_map(|&clause| self.clauses[clause].atoms()) {
                    if !std::mem::replace(&mut is_met[atom.what], true) {
                        group.push(atom.what);
                    }
                }
            }
            group.sort_unstable();
            groups.push(group);
        }
        groups
    }

    /// The places of all that is in a group, if this one of this action is among them; the others are tried in turn, as
    /// rules that have nothing to do with each other have their places each.
    fn settled(
        &self,
        group: &[usize],
        first: (usize, usize),
        others: impl Iterator<Item = (usize, usize)>,
    ) -> Option<Vec<Place>> {
        let mut places = vec![Place::Open; self.of.len()];
        self.spread(&mut places, first)?;
        for (action, place) in others {
            if places[action] == Place::Open {
                let _ = self.spread(&mut places, (action, place));
            }
        }
        group.iter().for_each(|&what| {
            if places[what] == Place::Open {
                places[what] = Place::All;
            }
        });
        let mut clauses = group.iter().flat_map(|&what| &self.of[what]);
        clauses
            .all(|&clause| settle(&self.clauses[clause], &mut places, &mut Vec::new()).is_some())
            .then(|| group.iter().map(|&what| places[what]).collect())
    }

    /// Settles whatever clauses join to this place; `None`, and nothing is settled, where that cannot be.
    fn spread(&self, places: &mut [Place], (what, place): (usize, usize)) -> Option<()> {
        places[what] = Place::At(place);
        let mut changed = vec![what];
        let mut next = 0;
        while let Some(&what) = changed.get(next) {
            next += 1;
            for &clause in &self.of[what] {
                if settle(&self.clauses[clause], places, &mut changed).is_none() {
                    changed.iter().for_each(|&what| places[what] = Place::Open);
                    return None;
                }
            }
        }
        Some(())
    }
}

/// Settles what a clause speaks of; `None` where that cannot be.
fn settle(clause: &Clause<'_>, places: &mut [Place], changed: &mut Vec<usize>) -> Option<()> {
    let mut key = None;
    for atom in clause.atoms() {
        let Place::At(place) = places[atom.what] else { continue };
        let term = *atom.args.get(place)?;
        if term == Term::Any || key.is_some_and(|key| key != term) {
            return None;
        }
        key = Some(term);
    }
    let Some(key) = key else { return Some(()) };
    for atom in clause.atoms() {
        match places[atom.what] {
            Place::Open => {
                places[atom.what] = atom.args.iter().position(|term| *term == key).map_or(Place::All, Place::At);
                changed.push(atom.what);
            }
            // It is named twice, and settled by the first.
            Place::At(place) if atom.args.get(place) != Some(&key) => return None,
            Place::At(_) | Place::All => {}
        }
    }
    // In each part it applies only to what is there.
    let is_at = |atom: &Atom<'_>| matches!(places[atom.what], Place::At(_));
    (clause.binding.iter().any(is_at) && clause.writes.iter().all(is_at)).then_some(())
}
