//! What a question about the status of norms means: a norm with several instances, and a status that a missing number leaves
//! open.

use servanda_model::{
    Condition, Definition, DefinitionId, Expr, FluentId, FluentPattern, FluentType, Hole, Model, OriginId, Scope, Term,
    Value,
};

use super::Preparing;

/// The fluent that holds norms of a status.
fn status_fluent(model: &Model, name: &str) -> Option<FluentId> {
    model.hooks.statuses.iter().find(|(word, _)| model.name(*word) == name).map(|(_, fluent)| *fluent)
}

/// A norm is observed by somebody only where no instance of it is breached by them: what is owed to two and denied to one
/// is not observed.
pub(super) fn unbroken(model: &Model, conditions: &[Condition]) -> Vec<Condition> {
    let (Some(observed), Some(breached)) = (status_fluent(model, "observed"), status_fluent(model, "breached")) else {
        return Vec::new();
    };
    let observed = conditions.iter().filter_map(|condition| match condition {
        Condition::Holds(it) if it.fluent == observed => Some(it),
        _ => None,
    });
    let broken = |it: &FluentPattern| Condition::Holds(FluentPattern { fluent: breached, ..it.clone() });
    observed.map(|it| Condition::Not(vec![broken(it)])).collect()
}

impl Preparing<'_> {
    /// A fluent that holds what would be so of a norm whose status is undecided: everything else that was asked holds.
    pub(super) fn left_undecided(
        &mut self,
        conditions: &[Condition],
        holes: &[Hole],
        args: &[Term],
        scope: &Scope,
        name: &str,
    ) -> Option<FluentId> {
        let undecided = status_fluent(self.model, "undecided")?;
        let decided = ["breached", "observed"].map(|word| status_fluent(self.model, word));
        let mut any = false;
        let mut put = conditions.to_vec();
        for condition in &mut put {
            if let Condition::Holds(it) = condition
                && decided.contains(&Some(it.fluent))
            {
                it.fluent = undecided;
                any = true;
            }
        }
        if !any {
            return None;
        }
        let fluent = self.add_fluent(holes.to_vec(), FluentType::Truth);
        self.questions.definitions.push(Definition {
            id: DefinitionId(0),
            name: name.to_owned(),
            vars: scope.vars.clone(),
            fluent,
            args: args.to_vec(),
            value: Expr::Value(Value::TRUE),
            conditions: put,
            origin: OriginId(0),
        });
        Some(fluent)
    }
}
