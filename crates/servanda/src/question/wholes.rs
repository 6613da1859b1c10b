//! What is said of a whole place and not of one within it, or of an article and not of the treaty: it may be so there, too.

use servanda_model::{Condition, FluentId, FluentPattern, FluentType, Hole, Scope, Term, Value, Var};

use super::Preparing;

impl Preparing<'_> {
    /// A fluent that holds what would be so of a place that is asked about if it were as the places in which it lies; where
    /// anything of the kind is said of the place itself, that counts.
    pub(super) fn as_the_whole(
        &mut self,
        asked: &FluentPattern,
        holes: &[Hole],
        args: &[Term],
        scope: &Scope,
        name: &str,
    ) -> Option<FluentId> {
        let program = &self.model.program;
        let of = program.fluents.get(asked.fluent.index())?;
        if of.ty == FluentType::Number || self.model.nesting.contains(&asked.fluent) {
            return None;
        }
        let mut all = Vec::new();
        for nests in &self.model.nesting {
            let kinds = &program.fluents[nests.index()].args;
            let is_place = |at: &usize| of.args[*at] == kinds[0] && matches!(asked.args[*at], Term::Value(_));
            // How two places stand to each other is no matter of the whole of one of them.
            let [at] = (0..asked.args.len()).filter(is_place).collect::<Vec<_>>()[..] else { continue };
            if of.args.iter().filter(|hole| **hole == kinds[0]).count() > 1 {
                continue;
            }
            let mut scope = scope.clone();
            let whole = Term::Var(scope.declare("whole", kinds[1]));
            let mut there = asked.clone();
            there.args[at] = whole;
            let mut own = vec![Term::Any; asked.args.len()];
            own[at] = asked.args[at];
            let own = FluentPattern { fluent: asked.fluent, args: own, value: Term::Any };
            let within =
                FluentPattern { fluent: *nests, args: vec![asked.args[at], whole], value: Term::Value(Value::TRUE) };
            let conditions =
                vec![Condition::Holds(within), Condition::Holds(there), Condition::Not(vec![Condition::Holds(own)])];
            all.push((conditions, scope.vars));
        }
        all.extend(self.as_the_parts(asked, scope));
        if all.is_empty() {
            return None;
        }
        Some(self.add_defined(name, (holes, args), all))
    }

    /// A fluent that holds the days that the parts of an instrument have, each with its part. Of what is no day the parts may
    /// have some and the whole another.
    pub(super) fn of_its_parts(
        &mut self,
        asked: &FluentPattern,
        hole: Hole,
        scope: &Scope,
        name: &str,
    ) -> Option<FluentId> {
        let (lexicon, hooks) = (&self.model.lexicon, &self.model.hooks);
        let is_whole = |term: &Term| match term {
            Term::Value(value) => value.as_entity().is_some_and(|it| lexicon.is_of_kind(it, hooks.instrument)),
            _ => false,
        };
        let at = asked.args.iter().position(is_whole).filter(|_| hole == Hole::Day)?;
        let mut ways = Vec::new();
        for kind in [hooks.article, hooks.norm] {
            let mut scope = scope.clone();
            let part = Term::Var(scope.declare("part", Hole::Kind(kind)));
            let mut there = asked.clone();
            let whole = std::mem::replace(&mut there.args[at], part);
            let belongs =
                FluentPattern { fluent: hooks.belongs_to, args: vec![part, whole], value: Term::Value(Value::TRUE) };
            ways.push((vec![Condition::Holds(belongs), Condition::Holds(there)], part, scope.vars));
        }
        let fluent = self.add_fluent(vec![Hole::Thing, hole], FluentType::Truth);
        for (conditions, part, vars) in ways {
            self.add_definition(name, fluent, vec![part, asked.value], conditions, vars);
        }
        Some(fluent)
    }

    /// Conditions under which what stands in a relation to an article or a norm does so to the whole of it, too: who amends an
    /// article amends the treaty.
    fn as_the_parts(&self, asked: &FluentPattern, scope: &Scope) -> Vec<(Vec<Condition>, Vec<Var>)> {
        let (lexicon, hooks) = (&self.model.lexicon, &self.model.hooks);
        let own = [hooks.belongs_to, hooks.named_in, hooks.party, hooks.knows];
        let is_relation =
            self.model.program.fluents[asked.fluent.index()].ty == FluentType::Truth && asked.args.len() > 1;
        if !is_relation || own.contains(&asked.fluent) {
            return Vec::new();
        }
        let mut all = Vec::new();
        for (at, term) in asked.args.iter().enumerate() {
            let Term::Value(value) = term else { continue };
            if !value.as_entity().is_some_and(|it| lexicon.is_of_kind(it, hooks.instrument)) {
                continue;
            }
            for kind in [hooks.article, hooks.norm] {
                let mut scope = scope.clone();
                let part = Term::Var(scope.declare("part", Hole::Kind(kind)));
                let mut there = asked.clone();
                there.args[at] = part;
                let belongs = FluentPattern {
                    fluent: hooks.belongs_to,
                    args: vec![part, *term],
                    value: Term::Value(Value::TRUE),
                };
                all.push((vec![Condition::Holds(belongs), Condition::Holds(there)], scope.vars));
            }
        }
        all
    }
}
