//! Acts that are the act of a norm though they are done with something else than it names: upon a whole place, upon a part of
//! one where a prohibition speaks of the whole, or towards who has come to be owed it.
//!
//! Who cedes a land has ceded its towns. Which acts are so is told by the vocabulary: one that has a fluent of the same words,
//! `{a} evacuated {p}`, is done where the fluent comes to hold, as well. What makes it hold of the parts is for rules to say.

use super::Body;
use super::builder::Builder;
use super::reach::{itself, lies_in};
use crate::elaborate::value_of;
use crate::ids::{ActionId, VarId};
use crate::lexicon::{Slot, Target, read_alike};
use crate::model::{Modality, OwedInstead};
use crate::program::{
    Action, Condition, Effect, EventPattern, Expr, FluentPattern, FluentType, Hole, Mode, Term, Trigger, Var,
};
use crate::value::Value;

impl Builder<'_, '_> {
    /// Lets the act of the norm be done with a whole, and what is forbidden with a part, too; and towards whoever it has come to
    /// be owed to. What was the act becomes an event of the norm's own, which also names the places where it is done.
    pub(super) fn done_with_the_whole(&mut self) {
        let Body::Act(act, _) = &self.content.body else { return };
        let act = act.clone();
        let told = self.told_of_parts(&act);
        let is_forbidden = self.content.modality == Modality::MustNot;
        let places = if is_forbidden { self.content.places.clone() } else { Vec::new() };
        let creditors = if self.this.credits_pass { self.content.creditors.clone() } else { Vec::new() };
        if told.is_none() && places.is_empty() && creditors.is_empty() {
            return;
        }
        let mut holes = self.this.model.program.actions[act.action.index()].holes.clone();
        let args: Vec<Term> = act.args.iter().map(|term| self.named(*term)).collect();
        // What the event leaves unspecified is of no kind.
        let open = act.args.iter().zip(&mut holes).filter(|(term, _)| **term == Term::Any);
        open.for_each(|(_, hole)| *hole = Hole::Any);
        holes.extend(places.iter().map(|(at, _)| holes[*at]).collect::<Vec<_>>());
        let deed = ActionId::from_index(self.this.model.program.actions.len());
        self.this.model.program.actions.push(Action { name: format!("{} act is done", self.name), holes });
        let there: Vec<Term> = places.iter().map(|(at, _)| args[*at]).collect();
        let done = |there: Vec<Term>| {
            let args = args.iter().copied().chain(there).collect();
            vec![Effect::Happen(EventPattern { action: deed, args })]
        };
        let mut triggers = vec![Trigger::Happens(EventPattern { action: act.action, args: args.clone() })];
        if let Some((fluent, order)) = told {
            let mut of_fluent = vec![Term::Any; order.len()];
            order.iter().zip(&args).for_each(|(at, term)| of_fluent[*at] = *term);
            let told = FluentPattern { fluent, args: of_fluent, value: Term::Value(Value::TRUE) };
            triggers.push(Trigger::Initiated(told));
        }
        self.rule("act is done", triggers, Vec::new(), done(there.clone()));
        self.deed = Some((deed, act.action));
        let parts: Vec<Term> = places.iter().map(|(_, var)| Term::Var(*var)).collect();
        self.done_in_a_part(&act, &args, &places, done(parts.clone()));
        self.done_towards_another(&act, &args, &creditors, &done(there));
        if let Body::Act(pattern, _) = &mut self.content.body {
            pattern.action = deed;
            pattern.args.extend(parts);
        }
    }

    /// A variable where a norm leaves open what a hole of its act is.
    fn named(&mut self, term: Term) -> Term {
        if term != Term::Any {
            return term;
        }
        self.content.vars.push(Var { name: "of it".to_owned(), hole: Hole::Any });
        Term::Var(VarId::from_index(self.content.vars.len() - 1))
    }

    /// What is done in places that lie in those that the norm names.
    fn done_in_a_part(&mut self, act: &EventPattern, args: &[Term], places: &[(usize, VarId)], done: Vec<Effect>) {
        if places.is_empty() {
            return;
        }
        let holes = self.this.model.program.actions[act.action.index()].holes.clone();
        let nests = self.this.nests();
        let mut there = args.to_vec();
        let mut conditions = Vec::new();
        for (at, var) in places {
            there[*at] = Term::Var(*var);
            let Some(part) = lies_in(&nests, holes[*at], Term::Var(*var), args[*at]) else { return };
            let Some(itself) = itself(Term::Var(*var), args[*at]) else { return };
            // Where one place is named the act in that very place is told of already.
            conditions.push(if places.len() == 1 { part } else { Condition::AnyOf(vec![vec![itself], vec![part]]) });
        }
        let act = EventPattern { action: act.action, args: there };
        self.rule("act is done in a part", vec![Trigger::Happens(act)], conditions, done);
    }

    /// What is done towards those who have come to be owed what was owed to a party that the norm names.
    fn done_towards_another(&mut self, act: &EventPattern, args: &[Term], creditors: &[usize], done: &[Effect]) {
        let mut named: Vec<Term> = creditors.iter().map(|at| args[*at]).collect();
        named.dedup();
        if named.is_empty() {
            return;
        }
        let name = format!("{} is owed instead", self.name);
        let holes = vec![Hole::Thing, Hole::Thing];
        let stands = self.this.add_fluent(name, holes, FluentType::Truth, Mode::Inertial, false);
        let [heir, from] = [(); 2].map(|()| {
            self.content.vars.push(Var { name: "of it".to_owned(), hole: Hole::Thing });
            Term::Var(VarId::from_index(self.content.vars.len() - 1))
        });
        let stands_for = |who: Term, creditor: Term| FluentPattern {
            fluent: stands,
            args: vec![who, creditor],
            value: Term::Value(Value::TRUE),
        };
        let action = self.this.model.hooks.owed_instead;
        for creditor in named {
            let comes = |from: Term| {
                let args = vec![Term::Value(value_of(self.id)), from, heir];
                vec![Trigger::Happens(EventPattern { action, args })]
            };
            let (first, next) = (comes(creditor), comes(from));
            let begin =
                |()| Effect::Initiate { fluent: stands, args: vec![heir, creditor], value: Expr::Value(Value::TRUE) };
            self.rule("comes to be owed to another", first, Vec::new(), vec![begin(())]);
            let was = stands_for(from, creditor);
            let no_longer = Effect::Terminate { pattern: was.clone() };
            let passed_on = vec![begin(()), no_longer];
            self.rule("comes to be owed to yet another", next, vec![Condition::Holds(was)], passed_on);
        }
        let owed = OwedInstead { fluent: stands, holes: creditors.to_vec() };
        let norm = self.this.model.norms.iter_mut().rfind(|norm| norm.status == self.status);
        norm.expect("the norm is there before what it is made of").owed_instead = Some(owed);
        for at in creditors {
            let mut towards = args.to_vec();
            towards[*at] = heir;
            let act = EventPattern { action: act.action, args: towards };
            let stands = vec![Condition::Holds(stands_for(heir, args[*at]))];
            self.rule("act is done towards another", vec![Trigger::Happens(act)], stands, done.to_vec());
        }
    }

    /// The act that the dossier knows, where an event of the norm's own stands for it.
    pub(super) fn as_stated(&self, action: ActionId) -> ActionId {
        self.deed.filter(|(deed, _)| *deed == action).map_or(action, |(_, stated)| stated)
    }

    /// The fluent that says in the words of an act upon a place that it has been done, and which of its arguments those of the
    /// act are.
    fn told_of_parts(&self, act: &EventPattern) -> Option<(crate::ids::FluentId, Vec<usize>)> {
        let model = &self.this.model;
        let holes = &model.program.actions[act.action.index()].holes;
        let places: Vec<_> = model.nesting.iter().map(|nests| model.program.fluents[nests.index()].args[0]).collect();
        if !holes.iter().any(|hole| places.contains(hole)) {
            return None;
        }
        let wordings = &model.lexicon.wordings;
        let mut pairs = wordings.iter().filter(|it| it.target == Target::Action(act.action)).flat_map(|said| {
            let alike = wordings.iter().filter(|it| read_alike(&it.pieces, &said.pieces));
            alike.map(move |told| (said, told))
        });
        pairs.find_map(|(said, told)| {
            let Target::Fluent(fluent) = told.target else { return None };
            let of = &model.program.fluents[fluent.index()];
            let mut at = vec![None; holes.len()];
            for ((from, _), (to, _)) in said.slots.iter().zip(&told.slots) {
                let (Slot::Arg(from), Slot::Arg(to)) = (from, to) else { return None };
                at[*from] = Some(*to);
            }
            let at: Vec<usize> = at.into_iter().collect::<Option<_>>()?;
            let fits = of.ty == FluentType::Truth && of.mode == Mode::Inertial && of.args.len() == holes.len();
            fits.then_some((fluent, at))
        })
    }
}
