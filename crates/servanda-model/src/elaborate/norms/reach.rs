//! How far what a norm says of an act reaches: to the parts of the place that it names, and, where it gives way to another
//! norm, as far as that one goes.

use std::collections::BTreeSet;

use servanda_syntax::Statement;

use super::exceptions::mentioned;
use super::{Body, Content, Occasion};
use crate::elaborate::logic::Logic;
use crate::elaborate::{Elaborator, value_of, words};
use crate::ids::{ActionId, EntityId, FluentId, VarId};
use crate::lexicon::{Lexicon, Piece, Slot, Target};
use crate::program::{CompareOp, Condition, EventPattern, Expr, FluentPattern, Hole, Term, Trigger};
use crate::put::Put;
use crate::value::{Kinded, Value};

/// The kinds of places that lie in each other, each with the fluent that says what lies in what.
pub(super) type Nests = [(Hole, FluentId)];

/// That a place lies in another.
pub(super) fn lies_in(nests: &Nests, hole: Hole, part: Term, whole: Term) -> Option<Condition> {
    let (_, fluent) = nests.iter().find(|(place, _)| *place == hole)?;
    let args = vec![part, whole];
    Some(Condition::Holds(FluentPattern { fluent: *fluent, args, value: Term::Value(Value::TRUE) }))
}

/// The holes of an act in which a norm names a place, each with a variable for the place where the act is done: what must not,
/// or may, be done in a place must not, or may, be done in any part of it.
pub(super) fn places_of(
    logic: &mut Logic<'_>,
    (act, conditions): (&EventPattern, &[Condition]),
    before: &[VarId],
    holes: &[Hole],
    nests: &Nests,
) -> Vec<(usize, VarId)> {
    let read = mentioned(conditions);
    let is_named = |term: &Term| match term {
        Term::Value(_) => true,
        Term::Var(var) => before.contains(var) || read.contains(var),
        Term::Any => false,
    };
    let nested = |hole: &Hole| nests.iter().any(|(place, _)| place == hole);
    let found = act.args.iter().zip(holes).enumerate().filter(|(_, (term, hole))| is_named(term) && nested(hole));
    let found: Vec<(usize, Hole)> = found.map(|(at, (_, hole))| (at, *hole)).collect();
    found.into_iter().map(|(at, hole)| (at, logic.scope.fresh(hole))).collect()
}

/// Words before a place that say where an act is done, not what is done to.
const WHERE: [&str; 7] = ["across", "at", "in", "inside", "into", "on", "through"];

/// The occasion that what sets a norm off by being done in a place is done in a part of it: troops that are stationed in a town
/// are stationed in its country. To do something to a part (to evacuate it, to cede it) is not to do it to the whole.
pub(super) fn in_a_part(logic: &mut Logic<'_>, (trigger, given): &Occasion, nests: &Nests) -> Option<Occasion> {
    let Trigger::Happens(act) = trigger else { return None };
    let holes = logic.actions[act.action.index()].holes.clone();
    let read = mentioned(given);
    let mut act = act.clone();
    let mut parts = Vec::new();
    for (at, hole) in holes.into_iter().enumerate() {
        let whole = act.args[at];
        let is_named = match whole {
            Term::Value(_) => true,
            // Of several places any.
            Term::Var(var) => read.contains(&var),
            Term::Any => false,
        };
        let is_place = nests.iter().any(|(place, _)| *place == hole);
        if !is_named || !is_place || !says_where(logic.reader.lexicon, act.action, at) {
            continue;
        }
        let part = Term::Var(logic.scope.fresh(hole));
        parts.push((itself(part, whole)?, lies_in(nests, hole, part, whole)?));
        act.args[at] = part;
    }
    // Where one place is named the act in that very place is told of already.
    let mut conditions = match parts.as_slice() {
        [] => return None,
        [(_, part)] => vec![part.clone()],
        several => {
            let either = |(itself, part): &(Condition, Condition)| {
                Condition::AnyOf(vec![vec![itself.clone()], vec![part.clone()]])
            };
            several.iter().map(either).collect()
        }
    };
    conditions.extend(given.iter().cloned());
    Some((Trigger::Happens(act), conditions))
}

/// That the place where an act is done is the one that is named.
pub(super) fn itself(there: Term, named: Term) -> Option<Condition> {
    let Term::Var(there) = there else { return None };
    match named {
        Term::Var(named) => Some(Condition::Let(named, Expr::Var(there))),
        Term::Value(named) => {
            let (left, right) = (Expr::Var(there), Expr::Value(named));
            Some(Condition::Compare { left, op: CompareOp::Equal, right })
        }
        Term::Any => None,
    }
}

/// Whether a word before a hole of an act says that its place is where the act is done.
fn says_where(lexicon: &Lexicon, action: ActionId, hole: usize) -> bool {
    let of_it = lexicon.wordings.iter().filter(|it| it.main && it.target == Target::Action(action));
    let mut before = of_it.flat_map(|it| it.pieces.windows(2).map(move |pair| (it, pair)));
    before.any(|(wording, pair)| match pair {
        [Piece::Word(forms), Piece::Hole(slot)] => {
            wording.slots[*slot].0 == Slot::Arg(hole) && forms.iter().any(|form| WHERE.contains(&form.as_str()))
        }
        _ => false,
    })
}

/// The holes of an act in which a norm names a party, not as a place: what is owed to it may come to be owed to another.
pub(super) fn creditors_of(
    act: &EventPattern,
    holes: &[Hole],
    bearer: Term,
    parties: &[EntityId],
    nests: &Nests,
) -> Vec<usize> {
    let is_party = |term: &Term| parties.iter().any(|it| *term == Term::Value(value_of(*it)));
    let is_place = |hole: &Hole| nests.iter().any(|(place, _)| place == hole);
    let args = act.args.iter().zip(holes).enumerate();
    let owed = args.filter(|(_, (term, hole))| is_party(term) && **term != bearer && !is_place(hole));
    owed.map(|(at, _)| at).collect()
}

/// The conditions under which an act that one norm forbids is one of those that another, which prevails over it, speaks of. None
/// where it never is; nothing to ask where the other speaks of something else, and so sets the norm aside as a whole.
pub(super) fn as_far_as(
    logic: &mut Logic<'_>,
    act: &mut EventPattern,
    holes: &[Hole],
    places: &[(usize, VarId)],
    over: &Content,
    nests: &Nests,
) -> Option<Vec<Condition>> {
    let Body::Act(theirs, conditions) = &over.body else { return Some(Vec::new()) };
    if theirs.action != act.action {
        return Some(Vec::new());
    }
    let read = mentioned(conditions);
    let (bearer, other) = (logic.people.bearer, logic.people.other);
    let mut all = Vec::new();
    let mut put = Put::default();
    for (at, (term, hole)) in theirs.args.iter().zip(holes).enumerate() {
        let place = places.iter().find(|(place, _)| *place == at).map(|(_, var)| Term::Var(*var));
        let mut own = || match (place, act.args[at]) {
            (Some(place), _) => place,
            (None, Term::Any) => {
                act.args[at] = Term::Var(logic.scope.fresh(Hole::Any));
                act.args[at]
            }
            (None, known) => known,
        };
        match *term {
            Term::Any => {}
            Term::Var(_) if *term == over.bearer => all.extend(is_same(own(), bearer)?),
            Term::Var(_) if Some(*term) == over.other => all.extend(is_same(own(), other)?),
            Term::Var(var) if read.contains(&var) => {
                put.terms.insert(var, own());
            }
            Term::Var(_) => {}
            Term::Value(_) => {
                let own = own();
                let same = is_same(own, Some(*term));
                match lies_in(nests, *hole, own, *term) {
                    Some(part) => all.extend(same.map_or(Some(part.clone()), |same| {
                        same.map(|same| Condition::AnyOf(vec![vec![same], vec![part]]))
                    })),
                    None => all.extend(same?),
                }
            }
        }
    }
    let known: BTreeSet<VarId> = put.terms.keys().copied().collect();
    let tests = conditions.iter().filter(|it| mentioned(std::slice::from_ref(it)).is_subset(&known));
    all.extend(put.conditions(&tests.cloned().collect::<Vec<_>>()));
    Some(all)
}

/// That two terms are the same: nothing where they are, and none where they never are.
fn is_same(own: Term, wanted: Option<Term>) -> Option<Option<Condition>> {
    let expr = |term: Term| match term {
        Term::Value(value) => Some(Expr::Value(value)),
        Term::Var(var) => Some(Expr::Var(var)),
        Term::Any => None,
    };
    match (own, wanted) {
        (_, None | Some(Term::Any)) | (Term::Any, _) => Some(None),
        (own, Some(wanted)) if own == wanted => Some(None),
        (Term::Value(_), Some(Term::Value(_))) => None,
        (own, Some(wanted)) => {
            Some(Some(Condition::Compare { left: expr(own)?, op: CompareOp::Equal, right: expr(wanted)? }))
        }
    }
}

impl Elaborator<'_> {
    /// The norms that prevail over one, each as it is written, where it can be read.
    pub(super) fn prevailing(&mut self, under: EntityId) -> Vec<(EntityId, Option<Content>)> {
        let overs: Vec<EntityId> =
            self.model.precedence.iter().filter(|it| it.under == under).map(|it| it.over).collect();
        let mut all = Vec::new();
        for over in overs {
            let statement = self.norm_statements.get(&over).copied();
            let words = statement.map(|it| words::all(&it.head.tokens)).unwrap_or_default();
            let colon = words.iter().position(|word| word.is_sign(":"));
            let content = statement.zip(colon).and_then(|(statement, colon)| {
                self.read_norm(over, &words[colon + 1..], &statement.clauses, statement, Vec::new()).ok()
            });
            all.push((over, content));
        }
        all
    }

    /// The kinds of places that lie in each other, each with the fluent that says what lies in what.
    pub(super) fn nests(&self) -> Vec<(Hole, FluentId)> {
        let fluents = &self.model.program.fluents;
        self.model.nesting.iter().map(|nests| (fluents[nests.index()].args[0], *nests)).collect()
    }

    /// Of what is counted at places there is never less than nothing.
    pub(super) fn below_nothing(&mut self, statement: &Statement, content: &Content) {
        let Body::State(state) = &content.body else { return };
        let is_below = |condition: &Condition| match condition {
            Condition::Compare { left: Expr::Fluent(fluent, _), right: Expr::Value(limit), .. } => {
                let counted = self.model.totals.iter().any(|total| total.total == *fluent);
                counted && matches!(limit.kinded(), Kinded::Number(number) if number.mantissa < 0)
            }
            _ => false,
        };
        if state.iter().any(is_below) {
            let message = "a limit below nothing: less than none cannot be anywhere";
            let diagnostic = servanda_diagnostics::Diagnostic::warning("limit-below-nothing", message)
                .label(statement.file, statement.head.span, "")
                .headings(&statement.headings)
                .help("write how many there may be, such as `at most 0`");
            self.model.diagnostics.push(diagnostic);
        }
    }
}
