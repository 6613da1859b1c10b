//! A norm's sentence and its clauses, read.

use servanda_syntax::{Clause, Statement, TokenKind};

use super::{Body, Content, Occasion, Window, modal, parted, reach};
use crate::elaborate::logic::{Logic, People, bind, differs};
use crate::elaborate::reach::each_fluent;
use crate::elaborate::rules::declare_vars;
use crate::elaborate::sentence::{Filler, Want, duration};
use crate::elaborate::trouble::Trouble;
use crate::elaborate::words::{Word, all, seen, span_of, text_of};
use crate::elaborate::{Elaborator, dates, value_of};
use crate::ids::{EntityId, FluentId, VarId};
use crate::lexicon::Target;
use crate::model::Modality;
use crate::program::{Condition, FluentPattern, Hole, Term, Trigger};
use crate::value::Value;

impl Elaborator<'_> {
    pub(super) fn read_norm(
        &mut self,
        id: EntityId,
        sentence: &[Word],
        clauses: &[Clause],
        statement: &Statement,
        overs: Vec<(EntityId, Option<Content>)>,
    ) -> Result<Content, Trouble> {
        let (modal, not, modality) = modal::modal(sentence)?;
        let context = self.context_of(statement);
        let instrument = context.instrument;
        let parties: Vec<EntityId> =
            instrument.map(|i| self.model.lexicon.entities[i.index()].parties.clone()).unwrap_or_default();
        let mut law = instrument.is_some() && self.law_binds();
        let released = law && self.releases;
        let bound_by_law = self.bound_by_law();
        let hooks = self.model.hooks.clone();
        let nests = self.nests();
        let exceptions: Vec<Vec<Word>> =
            self.exceptions.iter().filter(|(norm, ..)| *norm == id).map(|(_, words, _)| words.clone()).collect();
        let (clock, reforms) = (self.model.program.clock, self.reforms.clone());
        let mut logic = self.logic(People { instrument, bearer: None, other: None });
        logic.scope.matching = true;
        for clause in clauses.iter().filter(|clause| clause.keyword == Some("for")) {
            declare_vars(&mut logic, clause)?;
        }
        // Who.
        let bearer_words: Vec<Word> = sentence[..modal].iter().filter(|word| !word.is("the")).cloned().collect();
        let holds = |fluent: FluentId, args: Vec<Term>| {
            Condition::Holds(FluentPattern { fluent, args, value: Term::Value(Value::TRUE) })
        };
        let norm_term = Term::Value(value_of(id));
        let mut base = Vec::new();
        // A variable may stand for a number by which bearers go.
        let variable = match bearer_words.as_slice() {
            [word] => logic.scope.var(&word.text),
            _ => None,
        };
        let filler = match variable {
            Some(var) => Filler::Var(var),
            None => match logic.reader.filler(&bearer_words, Hole::Thing, &logic.scope) {
                Ok(filler) => filler,
                Err(trouble) => {
                    let said = logic.reader.sentence(&bearer_words, Want::Fluent, &logic.scope);
                    return Err(if said.is_ok() { no_bearer(&bearer_words) } else { trouble });
                }
            },
        };
        let each_party = filler == Filler::EachParty;
        // Where the law says whom a norm binds, whoever answers for the named bearer bears it, too.
        let bearer = match &filler {
            Filler::Values(values) if values.len() == 1 && !law => Term::Value(values[0]),
            Filler::Values(_) | Filler::EachParty => {
                let var = logic.scope.declare("bearer", Hole::Thing);
                logic.bound.push(var);
                Term::Var(var)
            }
            Filler::Var(var) => Term::Var(*var),
            other => {
                let (mut terms, extra) = logic.terms(other, Hole::Thing);
                base.extend(extra);
                terms.pop().unwrap_or(Term::Any)
            }
        };
        if each_party && instrument.is_none() {
            return Err(Trouble::new("no-instrument", span_of(&bearer_words), "`each party` to what?")
                .help("put the norm below a treaty, or open one with `in NAME`"));
        }
        logic.people.bearer = Some(bearer);
        // Without more, a sort of thing is nobody in particular: whoever the dossier declares to be of it bears the norm.
        let mut doer = None;
        let of_kind = match &filler {
            Filler::Some { kind, .. } => Some(*kind),
            Filler::Var(var) => match logic.scope.vars[var.index()].hole {
                Hole::Kind(kind) => {
                    let told = ["when", "or when", "if", "or if"];
                    let told = clauses.iter().filter(|it| it.keyword.is_some_and(|it| told.contains(&it)));
                    let mut words = told.flat_map(|it| all(&it.tokens));
                    let is_told = words.any(|word| logic.scope.var(&word.text) == Some(*var));
                    let lexicon = &*logic.reader.lexicon;
                    law = law && bound_by_law.iter().any(|it| lexicon.is_subkind(kind, *it));
                    // What rows bring is declared nowhere; but who breaks a prohibition is told by the act.
                    let mut declared = (0..lexicon.entities.len()).map(EntityId::from_index);
                    let is_declared = declared.any(|id| lexicon.is_of_kind(id, kind));
                    doer = (!law && !is_told && modality == Modality::MustNot).then_some(*var);
                    (law || !is_told && (is_declared || doer.is_some())).then_some(kind)
                }
                _ => None,
            },
            _ => None,
        };
        let named_bearers =
            matches!(&filler, Filler::Values(_) | Filler::EachParty) || of_kind.is_some() && doer.is_none();
        if named_bearers && (law || matches!(bearer, Term::Var(_))) {
            let fluent = if law { hooks.binds } else { hooks.bears };
            let args = if law { vec![norm_term, bearer] } else { vec![bearer, norm_term] };
            base.push(holds(fluent, args));
        }
        // The other party.
        let mentions_other = |words: &[Word]| words.windows(2).any(|pair| pair[0].is("the") && pair[1].is("other"));
        let uses_other = mentions_other(sentence) || clauses.iter().any(|clause| mentions_other(&all(&clause.tokens)));
        if uses_other && let Some(instrument) = instrument {
            let constant = match &filler {
                Filler::Values(values) if values.len() == 1 && parties.len() == 2 && !law => {
                    parties.iter().find(|party| value_of(**party) != values[0])
                }
                _ => None,
            };
            let other = match constant {
                Some(party) => Term::Value(value_of(*party)),
                None => {
                    let var = logic.scope.declare("other", Hole::Thing);
                    logic.bound.push(var);
                    let other = Term::Var(var);
                    base.push(holds(hooks.party, vec![other, Term::Value(value_of(instrument))]));
                    base.push(differs(other, bearer));
                    other
                }
            };
            logic.people.other = Some(other);
        }
        for condition in &base {
            bind(condition, &mut logic.bound);
        }
        // What sets it off.
        let mut occasions: Vec<Occasion> = Vec::new();
        for clause in clauses.iter().filter(|clause| matches!(clause.keyword, Some("when" | "or when"))) {
            occasions.extend(logic.triggers(&all(&clause.tokens))?);
        }
        let in_parts = occasions.iter().filter_map(|it| reach::in_a_part(&mut logic, it, &nests));
        let in_parts: Vec<Occasion> = in_parts.collect();
        let is_set_off_once = occasions.len() == 1;
        occasions.extend(in_parts);
        let (triggers, mut given): (Vec<Trigger>, Vec<Vec<Condition>>) = occasions.into_iter().unzip();
        let mut ifs = match given.as_mut_slice() {
            [only] => std::mem::take(only),
            _ => Vec::new(),
        };
        let mut alternatives: Vec<Vec<Condition>> = Vec::new();
        for clause in clauses.iter().filter(|clause| matches!(clause.keyword, Some("if" | "or if"))) {
            let conditions = logic.conditions(&all(&clause.tokens))?;
            match clause.keyword {
                Some("or if") => alternatives.push(conditions),
                _ => ifs.extend(conditions),
            }
        }
        if !alternatives.is_empty() {
            let first = std::mem::take(&mut ifs);
            alternatives.insert(0, first);
            ifs.push(Condition::AnyOf(alternatives));
        }
        // What is to be done or to be so.
        let mut words = vec![];
        words.extend(sentence[..modal].iter().cloned());
        words.extend(sentence[modal + 1 + usize::from(not)..].iter().cloned());
        let mut before: Vec<VarId> = logic.bound.clone();
        let plain = seen(&words);
        let mut said = logic.reader.sentence(&plain, Want::ActionFirst, &logic.scope)?;
        if let Term::Var(var) = bearer
            && let Some(doer) = said.args.iter_mut().find(|arg| **arg == filler || **arg == Filler::EachParty)
        {
            *doer = Filler::Var(var);
        }
        let (mut places, mut creditors) = (Vec::new(), Vec::new());
        let mut body = match said.target {
            Target::Action(action) => {
                if modality != Modality::Must {
                    // What may or must not be done to several may or must not be done to any of them.
                    for arg in &mut said.args {
                        if let Filler::Values(values) = arg
                            && values.len() > 1
                        {
                            *arg = Filler::Either(std::mem::take(values));
                        }
                    }
                }
                let mut patterns = logic.said_to_happen(&said)?;
                if patterns.len() > 1 {
                    return Err(Trouble::new("several-acts", span_of(&words), "one norm can demand one act only")
                        .help("write a norm for each of them"));
                }
                let (pattern, extra) = patterns.remove(0);
                let holes = logic.actions[action.index()].holes.clone();
                if modality != Modality::Must {
                    places = reach::places_of(&mut logic, (&pattern, &extra), &before, &holes, &nests);
                }
                if law {
                    creditors = reach::creditors_of(&pattern, &holes, bearer, &parties, &nests);
                }
                Body::Act(pattern, extra)
            }
            Target::Fluent(_) => Body::State(logic.said(&said, &plain)?),
        };
        if let Some(doer) = doer {
            before.push(doer);
            logic.bound.push(doer);
            if matches!(body, Body::State(_)) {
                base.push(holds(hooks.bears, vec![bearer, norm_term]));
            }
        }
        let mut excepts = Vec::new();
        for clause in clauses.iter().filter(|clause| matches!(clause.keyword, Some("except" | "unless"))) {
            let words = all(&clause.tokens);
            let from = usize::from(words.first().is_some_and(|word| word.is("when") || word.is("if")));
            excepts.push(logic.conditions(&words[from..])?);
        }
        for words in &exceptions {
            excepts.push(logic.conditions(words)?);
        }
        let mut allowed = Vec::new();
        let mut of_parts = Vec::new();
        let towards = match logic.people.other {
            Some(other) => vec![other, Term::Value(value_of(hooks.unspecified))],
            None => vec![Term::Any],
        };
        let way = |over: EntityId, it: Term| holds(hooks.has_its_way, vec![Term::Value(value_of(over)), bearer, it]);
        for (over, content) in overs {
            let as_far = match (&mut body, &content) {
                (Body::Act(act, _), Some(content)) if modality == Modality::MustNot => {
                    let holes = logic.actions[act.action.index()].holes.clone();
                    reach::as_far_as(&mut logic, act, &holes, &places, content, &nests)
                }
                (Body::State(state), Some(content)) => {
                    match parted::of_part(&logic, (state, modality), content, &nests) {
                        Some(part) => {
                            let elsewhere = vec![Condition::Not(vec![part.within.clone()])];
                            of_parts.push((over, part));
                            Some(elsewhere)
                        }
                        None => Some(Vec::new()),
                    }
                }
                _ => Some(Vec::new()),
            };
            let Some(as_far) = as_far else { continue };
            let list = |it: &Term| std::iter::once(way(over, *it)).chain(as_far.iter().cloned()).collect::<Vec<_>>();
            let lists: Vec<Vec<Condition>> = towards.iter().map(list).collect();
            if content.is_some_and(|it| it.allows_a_state()) {
                allowed.extend(lists.clone());
            }
            excepts.extend(lists);
        }
        if let Body::State(state) = &body {
            let reading = |it: Term| move |over: EntityId| way(over, it);
            excepts.extend(
                towards.iter().flat_map(|it| parted::without_parts((state, modality), &of_parts, &reading(*it))),
            );
        }
        if released {
            let is_party =
                |term: &Term| matches!(term, Term::Value(it) if it.as_entity().is_some_and(|it| parties.contains(&it)));
            let creditors = match logic.people.other {
                Some(other) => vec![other],
                None => named_in(&body).into_iter().filter(|it| is_party(it) && *it != bearer).collect(),
            };
            if !creditors.is_empty() {
                let between = |it: Term| holds(hooks.released, vec![norm_term, bearer, it]);
                excepts.push(creditors.into_iter().map(between).collect());
            }
        }
        let mut until = Vec::new();
        let mut until_day = None;
        let mut window = Window::None;
        for clause in clauses {
            let words = all(&clause.tokens);
            match clause.keyword {
                Some("until") if words.first().is_some_and(|word| word.kind == TokenKind::Date) => {
                    let when = dates::read_on(clock, &text_of(&words), &reforms, None);
                    until_day = Some(when.ok().and_then(|when| when.min).ok_or_else(|| {
                        Trouble::new("bad-date", clause.span, format!("`{}` is no day", text_of(&words)))
                            .help("write `until 1939-10-16`; that day is the first on which the norm is over")
                    })?);
                }
                Some("until") => until.extend(logic.triggers(&words)?),
                Some("within") => {
                    let of = words.iter().position(|word| word.is("of"));
                    let time = duration(&words[..of.unwrap_or(words.len())], clock).ok_or_else(|| {
                        Trouble::new("not-a-duration", clause.span, "a length of time is wanted here")
                            .help(format!("after `within` write {}; `of SENTENCE` may follow", clock.lengths()))
                    })?;
                    window = match of {
                        None => Window::Within(time),
                        Some(at) => {
                            let of = logic.triggers(&words[at + 1..])?;
                            let of = of.into_iter().flat_map(|it| match triggers.first() {
                                Some(first) if is_set_off_once && is_same_act(first, &it.0) => {
                                    set_off(&triggers, &given)
                                }
                                _ => vec![it],
                            });
                            Window::WithinOf(time, of.collect())
                        }
                    };
                }
                Some("by") => {
                    let text = text_of(&words).replace(' ', "");
                    let last = dates::last_on(clock, &text, &reforms).ok().flatten();
                    window = Window::By(last.ok_or_else(|| {
                        Trouble::new("bad-date", clause.span, format!("`{text}` is no day"))
                            .help("write `by 1939-10-16`")
                    })?);
                }
                _ => {}
            }
        }
        let named = match &filler {
            Filler::Values(values) => Some(values.iter().filter_map(|value| value.as_entity()).collect()),
            Filler::Some { .. } | Filler::Var(_) if of_kind.is_some() => {
                let kind = &of_kind.expect("it was looked at");
                let third = matches!(&filler, Filler::Some { third: true, .. });
                let lexicon = &*logic.reader.lexicon;
                let all = (0..lexicon.entities.len()).map(EntityId::from_index);
                let of_it = all.filter(|id| lexicon.is_of_kind(*id, *kind));
                Some(of_it.filter(|id| !third || !parties.contains(id)).collect())
            }
            _ => None,
        };
        let instance = instance_vars(&body, bearer, &before, &triggers, &logic);
        Ok(Content {
            vars: logic.scope.vars.clone(),
            modality,
            bearer,
            other: logic.people.other,
            named,
            base,
            triggers,
            given,
            ifs,
            excepts,
            until,
            until_day,
            window,
            body,
            instance,
            places,
            creditors,
            allowed,
        })
    }
}

/// The variables that tell instances of a norm apart: those of the act, in the order of its holes, that are known
/// before it is done; the bearer; then those of the triggers.
fn instance_vars(body: &Body, bearer: Term, before: &[VarId], triggers: &[Trigger], logic: &Logic<'_>) -> Vec<VarId> {
    let mut vars = Vec::new();
    let mut add = |term: &Term| {
        if let Term::Var(var) = term
            && !vars.contains(var)
            && before.contains(var)
        {
            vars.push(*var);
        }
    };
    match body {
        Body::Act(pattern, _) => pattern.args.iter().for_each(&mut add),
        Body::State(state) => each_fluent(state, &mut |_, terms| terms.iter().for_each(&mut add)),
    }
    add(&bearer);
    for trigger in triggers {
        for term in trigger_terms(trigger) {
            add(&term);
        }
    }
    // A variable that not every trigger binds would be open in some instances.
    let common = |var: &VarId| {
        logic.people.bearer == Some(Term::Var(*var))
            || logic.people.other == Some(Term::Var(*var))
            || triggers.iter().all(|trigger| trigger_terms(trigger).contains(&Term::Var(*var)))
    };
    vars.retain(common);
    vars
}

/// Whom and what the deed of a norm names.
fn named_in(body: &Body) -> Vec<Term> {
    let mut named = Vec::new();
    match body {
        Body::Act(pattern, _) => named.extend(pattern.args.iter().copied()),
        Body::State(state) => each_fluent(state, &mut |_, terms| named.extend(terms.iter().copied())),
    }
    named
}

/// Whether two occasions are the same act: the time that counts from the very act that sets a norm off counts from that one.
fn is_same_act(one: &Trigger, other: &Trigger) -> bool {
    let alike = |one: &Term, other: &Term| one == other || matches!((one, other), (Term::Var(_), Term::Var(_)));
    match (one, other) {
        (Trigger::Happens(one), Trigger::Happens(other)) => {
            one.action == other.action && one.args.iter().zip(&other.args).all(|(one, other)| alike(one, other))
        }
        _ => false,
    }
}

fn set_off(triggers: &[Trigger], given: &[Vec<Condition>]) -> Vec<Occasion> {
    triggers.iter().cloned().zip(given.iter().cloned()).collect()
}

pub(super) fn trigger_terms(trigger: &Trigger) -> Vec<Term> {
    match trigger {
        Trigger::Happens(pattern) => pattern.args.clone(),
        Trigger::Initiated(pattern)
        | Trigger::Begins(pattern)
        | Trigger::Ends(pattern)
        | Trigger::Comes(pattern)
        | Trigger::HasHeld { pattern, .. } => {
            let mut terms = pattern.args.clone();
            terms.push(pattern.value);
            terms
        }
        Trigger::After { trigger, .. } => trigger_terms(trigger),
    }
}

/// A norm that begins with what it is about, as `tons of Japan in light must be at most 8 000`.
fn no_bearer(words: &[Word]) -> Trouble {
    let message = format!("a norm begins with who bears it, and `{}` is a phrase", text_of(words));
    Trouble::new("wrong-kind", span_of(words), message).help(
        "give the number a wording with who has it, as `also {a} keep/keeps/kept {value} tons of {c}`, and write `BEARER must keep at \
         most …`",
    )
}
