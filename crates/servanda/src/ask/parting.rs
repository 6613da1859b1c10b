//! Which readings and doctrines can make a difference to a question: those that add or take away a rule or a definition
//! from which its answer may follow.
//!
//! Goes from what is asked back along rules and definitions, with the constants that are known on the way. It is never too
//! small: what it leaves out cannot change an answer. A rule that nothing told can set off is left out.

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{
    Condition, Definition, Effect, EntityId, EventPattern, Expr, FluentId, FluentPattern, Guard, Model, Rule, Term,
    Trigger, Value, VarId,
};

use super::live::Live;
use crate::world::{Questions, Target};

/// Beyond so many patterns everything counts as able to make a difference.
const MOST_PATTERNS: usize = 4_000;

/// A fluent or an action, with the arguments that are known.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Wanted {
    is_act: bool,
    of: usize,
    args: Vec<Option<Value>>,
}

type Known = BTreeMap<VarId, Value>;

/// Those of some readings and doctrines that can make a difference to what is asked.
pub(super) fn able_to_matter(
    model: &Model,
    questions: &Questions,
    targets: &[Target],
    among: &[EntityId],
) -> Vec<EntityId> {
    let live = Live::of(model);
    let mut guarded: BTreeSet<EntityId> = BTreeSet::new();
    let mut seen: BTreeSet<Wanted> = BTreeSet::new();
    let mut open: Vec<Wanted> = Vec::new();
    for target in targets {
        for (fluent, args) in &target.fluents {
            let arity = arity(model, questions, *fluent);
            let args = (0..arity).map(|at| args.get(at).copied().flatten()).collect();
            open.push(Wanted { is_act: false, of: fluent.index(), args });
        }
        open.extend(target.acts.iter().map(|act| of_act(act, &Known::new())));
    }
    let mut note = |guards: &[Guard]| {
        guarded.extend(guards.iter().filter_map(|guard| match guard {
            Guard::Chosen(it) | Guard::NotChosen(it) => Some(*it),
            Guard::About(_) => None,
        }));
    };
    while let Some(wanted) = open.pop() {
        if seen.contains(&wanted) {
            continue;
        }
        if seen.len() > MOST_PATTERNS {
            return among.to_vec();
        }
        if !wanted.is_act {
            for (definition, guards) in definitions_of(model, questions, wanted.of) {
                if let Some(known) = meet(&definition.args, &wanted.args).filter(|_| live.definition(definition)) {
                    note(guards);
                    reads(&definition.conditions, &known, &mut open);
                    reads_in(&definition.value, &known, &mut open);
                }
            }
        }
        for rule in model.rules.iter().filter(|rule| live.rule(&rule.item)) {
            for effect in &rule.item.effects {
                if let Some(known) = brings(effect, &wanted) {
                    note(&rule.guards);
                    of_rule(&rule.item, &known, &mut open);
                }
            }
        }
        for initial in &model.initial {
            let it = &initial.item;
            let args: Vec<Term> = it.args.iter().map(|value| Term::Value(*value)).collect();
            if !wanted.is_act && it.fluent.index() == wanted.of && meet(&args, &wanted.args).is_some() {
                note(&initial.guards);
            }
        }
        seen.insert(wanted);
    }
    among.iter().copied().filter(|it| guarded.contains(it)).collect()
}

fn arity(model: &Model, questions: &Questions, fluent: FluentId) -> usize {
    let own = model.program.fluents.len();
    let it = model.program.fluents.get(fluent.index()).or_else(|| questions.fluents.get(fluent.index() - own));
    it.map_or(0, |fluent| fluent.args.len())
}

fn definitions_of<'m>(
    model: &'m Model,
    questions: &'m Questions,
    fluent: usize,
) -> impl Iterator<Item = (&'m Definition, &'m [Guard])> {
    let of_model = model.definitions.iter().map(|it| (&it.item, it.guards.as_slice()));
    let none: &[Guard] = &[];
    let own = questions.definitions.iter().map(move |it| (it, none));
    of_model.chain(own).filter(move |(it, _)| it.fluent.index() == fluent)
}

/// The variables of a head that the wanted arguments settle; nothing if the head is of others.
fn meet(head: &[Term], wanted: &[Option<Value>]) -> Option<Known> {
    let mut known = Known::new();
    for (term, wanted) in head.iter().zip(wanted) {
        match (term, wanted) {
            (Term::Value(value), Some(wanted)) if value != wanted => return None,
            (Term::Var(var), Some(wanted)) => {
                known.insert(*var, *wanted);
            }
            _ => {}
        }
    }
    Some(known)
}

fn brings(effect: &Effect, wanted: &Wanted) -> Option<Known> {
    let (is_act, of, args) = match effect {
        Effect::Initiate { fluent, args, .. } | Effect::Increase { fluent, args, .. } => (false, fluent.index(), args),
        Effect::Terminate { pattern } => (false, pattern.fluent.index(), &pattern.args),
        Effect::Happen(it) => (true, it.action.index(), &it.args),
    };
    (is_act == wanted.is_act && of == wanted.of).then(|| meet(args, &wanted.args)).flatten()
}

fn of_rule(rule: &Rule, known: &Known, out: &mut Vec<Wanted>) {
    for trigger in &rule.triggers {
        of_trigger(trigger, known, out);
    }
    reads(&rule.conditions, known, out);
    out.extend(rule.unless.iter().map(|act| of_act(act, known)));
    for effect in &rule.effects {
        if let Effect::Initiate { value, .. } | Effect::Increase { by: value, .. } = effect {
            reads_in(value, known, out);
        }
    }
}

fn of_trigger(trigger: &Trigger, known: &Known, out: &mut Vec<Wanted>) {
    match trigger {
        Trigger::Happens(act) => out.push(of_act(act, known)),
        Trigger::Initiated(it)
        | Trigger::Begins(it)
        | Trigger::Ends(it)
        | Trigger::Comes(it)
        | Trigger::HasHeld { pattern: it, .. } => out.push(of_fluent(it, known)),
        Trigger::After { trigger, given, .. } => {
            of_trigger(trigger, known, out);
            reads(given, known, out);
        }
    }
}

fn settled(args: &[Term], known: &Known) -> Vec<Option<Value>> {
    let value = |term: &Term| match term {
        Term::Value(value) => Some(*value),
        Term::Var(var) => known.get(var).copied(),
        Term::Any => None,
    };
    args.iter().map(value).collect()
}

fn of_act(act: &EventPattern, known: &Known) -> Wanted {
    Wanted { is_act: true, of: act.action.index(), args: settled(&act.args, known) }
}

fn of_fluent(it: &FluentPattern, known: &Known) -> Wanted {
    Wanted { is_act: false, of: it.fluent.index(), args: settled(&it.args, known) }
}

fn reads(conditions: &[Condition], known: &Known, out: &mut Vec<Wanted>) {
    for condition in conditions {
        match condition {
            Condition::Holds(it) => out.push(of_fluent(it, known)),
            Condition::Not(list) => reads(list, known, out),
            Condition::AnyOf(lists) => lists.iter().for_each(|list| reads(list, known, out)),
            Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                reads_in(left, known, out);
                reads_in(right, known, out);
            }
            Condition::Let(_, expr) => reads_in(expr, known, out),
            Condition::IsKind(..) => {}
        }
    }
}

fn reads_in(expr: &Expr, known: &Known, out: &mut Vec<Wanted>) {
    match expr {
        Expr::Fluent(fluent, args) => {
            out.push(Wanted { is_act: false, of: fluent.index(), args: settled(args, known) });
        }
        Expr::Arith(_, left, right) => {
            reads_in(left, known, out);
            reads_in(right, known, out);
        }
        Expr::Aggregate(it) => {
            reads(&it.over, known, out);
            reads_in(&it.of, known, out);
        }
        Expr::Value(_) | Expr::Var(_) | Expr::Now => {}
    }
}
