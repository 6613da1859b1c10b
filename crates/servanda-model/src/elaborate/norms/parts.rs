//! Acts upon a whole place that are acts upon the places within: who cedes a land has ceded its towns.
//!
//! Which acts are is told by the vocabulary: one that has a fluent of the same words, `{a} evacuated {p}`, is done where the
//! fluent comes to hold, as well. What makes it hold of the parts is for rules to say.

use super::Body;
use super::builder::Builder;
use crate::ids::{ActionId, VarId};
use crate::lexicon::{Slot, Target, read_alike};
use crate::program::{Action, Effect, EventPattern, FluentPattern, FluentType, Hole, Mode, Term, Trigger, Var};
use crate::value::Value;

impl Builder<'_, '_> {
    /// Lets the act of the norm be done with a whole, too: what was the act becomes an event of the norm's own.
    pub(super) fn done_with_the_whole(&mut self) {
        let Body::Act(act, _) = &self.content.body else { return };
        let act = act.clone();
        let Some(told) = self.told_of_parts(&act) else { return };
        let holes = self.this.model.program.actions[act.action.index()].holes.clone();
        let first = self.content.vars.len();
        let mut open = Vec::new();
        let named = |(term, hole): (&Term, &Hole)| match term {
            Term::Any => {
                open.push(Var { name: "of it".to_owned(), hole: *hole });
                Term::Var(VarId::from_index(first + open.len() - 1))
            }
            term => *term,
        };
        let args: Vec<Term> = act.args.iter().zip(&holes).map(named).collect();
        self.content.vars.extend(open);
        let deed = ActionId::from_index(self.this.model.program.actions.len());
        self.this.model.program.actions.push(Action { name: format!("{} act is done", self.name), holes });
        let mut of_fluent = vec![Term::Any; told.1.len()];
        told.1.iter().zip(&args).for_each(|(at, term)| of_fluent[*at] = *term);
        let done = FluentPattern { fluent: told.0, args: of_fluent, value: Term::Value(Value::TRUE) };
        let triggers =
            vec![Trigger::Happens(EventPattern { action: act.action, args: args.clone() }), Trigger::Initiated(done)];
        self.rule("act is done", triggers, Vec::new(), vec![Effect::Happen(EventPattern { action: deed, args })]);
        self.deed = Some((deed, act.action));
        if let Body::Act(pattern, _) = &mut self.content.body {
            pattern.action = deed;
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
