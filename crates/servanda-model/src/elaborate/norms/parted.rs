//! A limit for a whole place beside norms for its parts that prevail over it: it gives way in the parts, as far as those norms go, and
//! what is left has to be within it.

use super::reach::{Nests, lies_in};
use super::{Body, Content};
use crate::elaborate::logic::Logic;
use crate::ids::EntityId;
use crate::model::Modality;
use crate::program::{ArithOp, CompareOp, Condition, Expr, FluentPattern, Term};

/// A number in a part of the place of a limit, of which a norm that prevails over the limit speaks.
pub(super) struct OfPart {
    /// That the part lies in the whole.
    pub(super) within: Condition,
    /// The number in the part.
    number: Expr,
    /// The part.
    part: Term,
    /// How many there may be by a norm that is not kept by itself where there are more.
    most: Option<(CompareOp, Expr)>,
}

/// The number that a norm sets an upper limit to, and the limit.
fn upper_limit(state: &[Condition], modality: Modality) -> Option<(&Expr, CompareOp, &Expr)> {
    let [Condition::Compare { left, op, right }] = state else { return None };
    let op = match (modality, op) {
        (Modality::MustNot, CompareOp::Greater) => CompareOp::AtMost,
        (Modality::MustNot, CompareOp::AtLeast) => CompareOp::Less,
        (Modality::MustNot, _) => return None,
        (_, op) => *op,
    };
    (matches!(left, Expr::Fluent(..)) && matches!(op, CompareOp::AtMost | CompareOp::Less)).then_some((left, op, right))
}

/// What a norm says of a part, where the other is an upper limit to the same number in a whole.
pub(super) fn of_part(
    logic: &Logic<'_>,
    (state, modality): (&[Condition], Modality),
    over: &Content,
    nests: &Nests,
) -> Option<OfPart> {
    let (Expr::Fluent(fluent, args), ..) = upper_limit(state, modality)? else { return None };
    let Body::State(theirs) = &over.body else { return None };
    let their_args = theirs.iter().find_map(|condition| match condition {
        Condition::Compare { left: Expr::Fluent(other, args), .. } if other == fluent => Some(args),
        Condition::Holds(it) if it.fluent == *fluent => Some(&it.args),
        _ => None,
    })?;
    let holes = &logic.fluents[fluent.index()].args;
    let is_place = |at: usize| nests.iter().any(|(place, _)| *place == holes[at]);
    let differs = |at: &usize| match (args[*at], their_args[*at]) {
        (Term::Value(whole), Term::Value(part)) => whole != part,
        _ => false,
    };
    let differing: Vec<usize> = (0..args.len()).filter(differs).collect();
    let [at] = differing.as_slice() else { return None };
    let (hole, whole, part) = (holes[*at], args[*at], their_args[*at]);
    if !is_place(*at) {
        return None;
    }
    let mut own = args.clone();
    own[*at] = part;
    let most = (!over.allows_a_state()).then(|| upper_limit(theirs, over.modality)).flatten();
    Some(OfPart {
        within: lies_in(nests, hole, part, whole)?,
        number: Expr::Fluent(*fluent, own),
        part,
        most: most.map(|(_, op, limit)| (op, limit.clone())),
    })
}

/// More norms for parts than this are not taken together in every way.
const MOST_TOGETHER: usize = 4;

/// The exceptions that norms for parts make, each by itself and several together: what is in the parts does not count.
pub(super) fn without_parts(
    (state, modality): (&[Condition], Modality),
    parts: &[(EntityId, OfPart)],
    has_its_way: &dyn Fn(EntityId) -> Condition,
) -> Vec<Vec<Condition>> {
    let Some((number, op, limit)) = upper_limit(state, modality) else { return Vec::new() };
    let every = 1_usize << parts.len().min(MOST_TOGETHER);
    let some = (1..every).map(|set| (0..parts.len()).filter(|at| set >> at & 1 == 1).collect::<Vec<usize>>());
    let rest = (MOST_TOGETHER..parts.len()).map(|at| (0..=at).collect());
    let exception = |which: Vec<usize>| {
        let mut conditions = Vec::new();
        let mut left = vec![(Vec::new(), number.clone())];
        for at in &which {
            let (over, part) = &parts[*at];
            conditions.extend([has_its_way(*over), part.within.clone()]);
            // What is in a part of a part is counted once.
            let others = which.iter().filter(|other| *other != at).map(|other| parts[*other].1.part);
            conditions.extend(others.map(|other| Condition::Not(vec![part.lies_in(other)])));
            left = left.into_iter().flat_map(|(given, number)| part.taken_from(given, number)).collect();
        }
        let within = |(mut given, left): (Vec<Condition>, Expr)| {
            given.push(Condition::Compare { left, op, right: limit.clone() });
            given
        };
        let mut ways: Vec<Vec<Condition>> = left.into_iter().map(within).collect();
        match ways.as_mut_slice() {
            [only] => conditions.append(only),
            _ => conditions.push(Condition::AnyOf(ways)),
        }
        conditions
    };
    some.chain(rest).map(exception).collect()
}

impl OfPart {
    fn lies_in(&self, other: Term) -> Condition {
        let Condition::Holds(within) = &self.within else { unreachable!("it was made so by `of_part`") };
        Condition::Holds(FluentPattern { args: vec![self.part, other], ..within.clone() })
    }

    /// What is left of a number without what the norm allows in the part, and on which conditions.
    fn taken_from(&self, given: Vec<Condition>, number: Expr) -> Vec<(Vec<Condition>, Expr)> {
        let minus = |what: Expr| Expr::Arith(ArithOp::Minus, Box::new(number.clone()), Box::new(what));
        let Some((op, most)) = &self.most else { return vec![(given, minus(self.number.clone()))] };
        let test = |op: CompareOp| Condition::Compare { left: self.number.clone(), op, right: most.clone() };
        let with = |op: CompareOp| given.iter().cloned().chain([test(op)]).collect();
        let above = if *op == CompareOp::AtMost { CompareOp::Greater } else { CompareOp::AtLeast };
        vec![(with(*op), minus(self.number.clone())), (with(above), minus(most.clone()))]
    }
}
