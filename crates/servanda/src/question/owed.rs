//! To whom a norm is owed on the day: to the party that it names, or to whoever has come to be owed it since.

use std::borrow::Cow;

use servanda_model::{Condition, EventPattern, FluentPattern, Hole, Norm, Term, Value, Var, VarId};

/// A norm as it is owed to the party that it names, or to another instead.
pub(super) struct AsOwed<'n> {
    pub(super) norm: Cow<'n, Norm>,
    /// Who is owed it instead.
    pub(super) heir: Option<VarId>,
    /// When it is owed so.
    pub(super) conditions: Vec<Condition>,
}

impl<'n> AsOwed<'n> {
    pub(super) fn as_written(norm: &'n Norm) -> Self {
        Self { norm: Cow::Borrowed(norm), heir: None, conditions: Vec::new() }
    }
}

/// All the ways in which a norm may be owed.
pub(super) fn as_owed(norm: &Norm) -> Vec<AsOwed<'_>> {
    let written = AsOwed::as_written(norm);
    let (Some(owed), Some(act)) = (&norm.owed_instead, &norm.act) else { return vec![written] };
    let instead_of = |who: Term, named: Term| {
        let (args, value) = (vec![who, named], Term::Value(Value::TRUE));
        Condition::Holds(FluentPattern { fluent: owed.fluent, args, value })
    };
    let nobody_instead = owed.holes.iter().map(|at| Condition::Not(vec![instead_of(Term::Any, act.args[*at])]));
    let mut all = vec![AsOwed { conditions: nobody_instead.collect(), ..written }];
    for at in &owed.holes {
        let mut other = norm.clone();
        let heir = VarId(u32::try_from(other.vars.len()).expect("a norm has few variables"));
        other.vars.push(Var { name: "creditor on the day".to_owned(), hole: Hole::Thing });
        let mut args = act.args.clone();
        let named = std::mem::replace(&mut args[*at], Term::Var(heir));
        other.act = Some(EventPattern { action: act.action, args });
        let conditions = vec![instead_of(Term::Var(heir), named)];
        all.push(AsOwed { norm: Cow::Owned(other), heir: Some(heir), conditions });
    }
    all
}
