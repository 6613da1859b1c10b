//! Questions about what somebody may, must or can do: answered from the norms that speak of it.
//!
//! A norm says what its bearer must, must not, may or can do. A question with such a word in it is laid over what
//! each norm says; where they fit, a definition holds while the norm is in one of the statuses in which it stands. What can
//! be done to an instrument is also a matter of the rules that such an act would set off.

mod laid;
mod modal;
mod owing;
mod powers;
mod standing;

use servanda_model::{
    Asked, CompareOp, Condition, Effect, EntityId, EventPattern, Expr, FluentId, FluentPattern, FluentType, Hole,
    Modality, Norm, Scope, Term, Trigger, Trouble, Value, VarId,
};

use super::deeds::{
    Deed, MOST_ACTS, all_placed, asked_of, brought_about, deeds_of, has_number, laid_on, no_deed, placed, ruling,
    states_in,
};
use super::owed::{AsOwed, as_owed};
use super::words::orders;
use super::{Form, Preparing, Question};
use laid::{Laid, expr_of};
pub(super) use modal::{as_modal, modal};

/// What a question wants to know of norms.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wants {
    /// What is permitted, required, or made possible.
    May,
    /// As `May`, with the consequences in law of an act.
    Can,
    /// What is required.
    Must,
    /// What is forbidden.
    MustNot,
}

/// How a norm answers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Ruling {
    /// It permits.
    Permits,
    /// It requires.
    Requires,
    /// It forbids.
    Forbids,
    /// It sets a limit to a number.
    Limits,
    /// It sets a limit, and the number keeps within it.
    Leaves,
    /// It permits it in a whole around the place.
    Around,
}

/// When a rule would give an act an effect.
#[derive(Clone, Debug)]
pub struct Times {
    /// Holds the rule's variables, and after them the days that `today` is compared with.
    pub fluent: FluentId,
    /// The rule.
    pub rule: usize,
    /// How many variables the rule has.
    pub vars: usize,
    /// How `today` must be to each of those days.
    pub bounds: Vec<CompareOp>,
}

/// A question about norms, understood.
#[derive(Clone, Debug)]
pub struct OfNorms {
    /// What is wanted.
    pub wants: Wants,
    /// Whether all that somebody may or must do is asked for.
    pub list: bool,
    /// Whether a number is asked for.
    pub how_many: bool,
    /// Whether days are asked for.
    pub when: bool,
    /// How many things are asked for.
    pub asked: usize,
    /// Who is to do it, if somebody is named.
    pub doer: Option<Value>,
    /// The act asked about, if it is one.
    pub act: Option<EventPattern>,
    /// Names for variables of norms that the question settles: the norm, the variable, what it stands for.
    pub names: Vec<(usize, String, Value)>,
    /// The norms that speak of it, each with what it says of it.
    pub norms: Vec<(usize, Ruling)>,
    /// The fluent that holds norms that speak against it.
    pub against: FluentId,
    /// The fluent that holds norms that permit less: a smaller number, or something in a whole around the place.
    pub less: FluentId,
    /// The fluent that holds norms that permit it in a whole around the place: where in it, they do not say.
    pub around: FluentId,
    /// The fluent that holds norms that require it to be done with the whole around the place.
    pub with_whole: FluentId,
    /// The fluents of rules that the act would set off: the rule, and whether anything comes of it.
    pub rules: Vec<(FluentId, usize, bool)>,
    /// Where days are asked for: the rules that would give the act an effect, each with the fluent of when they would.
    pub times: Vec<Times>,
    /// What the act requires, one of several things each time, with a fluent that holds while one of them is so.
    pub required: Vec<(FluentId, Vec<FluentPattern>)>,
}

/// Whether a norm permits something.
fn may(norm: &Norm) -> bool {
    matches!(norm.modality, Modality::May | Modality::Can)
}

/// Whether a norm keeps something from being so, or a number from being more: what holds of a whole holds of its parts.
fn is_ceiling(norm: &Norm) -> bool {
    let is_forbidden = norm.modality == Modality::MustNot;
    norm.content.iter().all(|condition| match condition {
        Condition::Compare { op, .. } => matches!(op, CompareOp::AtMost | CompareOp::Less) != is_forbidden,
        Condition::Holds(_) => is_forbidden,
        _ => true,
    })
}

impl OfNorms {
    /// Notes what the variables of a norm stand for.
    fn note_names(&mut self, at: usize, norm: &Norm, laid: &Laid) {
        for (var, term) in &laid.norm.terms {
            let Term::Value(value) = term else { continue };
            let name = (at, norm.vars[var.index()].name.clone(), *value);
            if !self.names.contains(&name) {
                self.names.push(name);
            }
        }
    }

    /// Whether it asks yes or no, and of an act.
    pub(crate) fn is_plain(&self) -> bool {
        self.act.is_some() && self.asked == 0 && !(self.list || self.how_many || self.when)
    }
}

impl Preparing<'_> {
    /// A question with a modal word in it.
    pub(super) fn modal_question(&mut self, words: &[&str], question: &mut Question) -> Result<(), Trouble> {
        let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let (mut wants, at, from) = modal(&lower).expect("the caller saw it");
        let mut before = words[..at].to_vec();
        let mut rest = words[from..].to_vec();
        // `may Lithuania not …`, `what must Lithuania not do`
        if let Some(not) = rest.iter().position(|word| word.eq_ignore_ascii_case("not")) {
            rest.remove(not);
            wants = Wants::MustNot;
        }
        let mut of = OfNorms {
            wants,
            list: false,
            how_many: false,
            when: false,
            asked: 0,
            doer: None,
            act: None,
            names: Vec::new(),
            norms: Vec::new(),
            against: FluentId(0),
            less: FluentId(0),
            around: FluentId(0),
            with_whole: FluentId(0),
            rules: Vec::new(),
            times: Vec::new(),
            required: Vec::new(),
        };
        if before.first().is_some_and(|word| word.eq_ignore_ascii_case("when")) {
            of.when = true;
            before.remove(0);
        }
        let is = |word: Option<&&str>, known: &str| word.is_some_and(|word| word.eq_ignore_ascii_case(known));
        let does = rest.iter().position(|word| word.eq_ignore_ascii_case("do"));
        if is(before.first(), "what")
            && let Some(does) = does.filter(|at| *at > 0)
        {
            of.list = true;
            let actor = self.entity(&rest[..does].join(" "))?;
            let to = does + 1 + usize::from(is(rest.get(does + 1), "for") || is(rest.get(does + 1), "to"));
            let other = match rest.get(to..) {
                Some([]) | None => None,
                Some(name) => Some(self.entity(&name.join(" "))?),
            };
            return self.all_norms(of, Some(actor), other, question);
        }
        let nobody = |word: &&str| ["or", "nobody"].iter().any(|it| word.eq_ignore_ascii_case(it));
        let said = [before.as_slice(), rest.as_slice()].concat();
        if said.iter().any(nobody) || self.names_two(&said.join(" ")).is_some() {
            let message = format!("`{}` asks of several what the norms may say of each otherwise", words.join(" "));
            return Err(super::refused("one-name-wanted", message, "ask of each by itself"));
        }
        let (deeds, scope, extra) = self.deeds(&orders(&before, &rest))?;
        of.how_many = is(before.first(), "how");
        let asked = asked_of(&deeds[0], &scope, of.how_many);
        of.asked = asked.len();
        let first = match &deeds[0] {
            Deed::Act(act) => act.args.first(),
            Deed::State(state, _) => state.args.first(),
        };
        of.doer = first.and_then(|term| if let Term::Value(it) = term { Some(*it) } else { None });
        of.act = match &deeds[0] {
            Deed::Act(act) => Some(act.clone()),
            Deed::State(..) => None,
        };
        self.lay(of, &deeds, &asked, &scope, &extra, question);
        Ok(())
    }

    /// `what does USSR owe Lithuania`, `who owes Lithuania`, `what is owed to Lithuania by USSR`.
    pub(super) fn owed(
        &mut self,
        words: &[&str],
        lower: &[&str],
        question: &mut Question,
    ) -> Option<Result<(), Trouble>> {
        let verb = lower.iter().position(|word| ["owe", "owes", "owed"].contains(word))?;
        let names: Vec<&str> = words.to_vec();
        let mut debtor: Vec<&str> = names[..verb].to_vec();
        let mut creditor: Vec<&str> = names[verb + 1..].to_vec();
        let auxiliary = ["does", "do", "did", "is", "was", "were", "are", "has", "had"];
        debtor.retain(|word| !auxiliary.contains(&word.to_lowercase().as_str()));
        if debtor.first().is_some_and(|word| word.eq_ignore_ascii_case("what")) {
            debtor.remove(0);
        }
        if creditor.first().is_some_and(|word| word.eq_ignore_ascii_case("to")) {
            creditor.remove(0);
        }
        if let Some(by) = creditor.iter().position(|word| word.eq_ignore_ascii_case("by")) {
            debtor = creditor.split_off(by)[1..].to_vec();
        }
        let who = debtor.first().is_some_and(|word| word.eq_ignore_ascii_case("who"));
        let name = |this: &Self, words: &[&str]| match words {
            [] => Ok(None),
            words => this.entity(&words.join(" ")).map(Some),
        };
        let both = match if who { Ok(None) } else { name(self, &debtor) } {
            Ok(debtor) => name(self, &creditor).map(|creditor| (debtor, creditor)),
            Err(trouble) => Err(trouble),
        };
        let hooks = &self.model.hooks;
        if let Ok((debtor, Some(norm))) = both
            && self.model.lexicon.is_of_kind(norm, hooks.norm)
            && !names[verb + 1..].iter().any(|word| word.eq_ignore_ascii_case("by"))
        {
            // `who owes Payment`: whom it binds.
            let debtor = debtor.map_or("who", |it| self.model.name(it));
            return Some(self.sentence(&format!("{} binds {debtor}", self.model.name(norm)), question));
        }
        Some(both.and_then(|(debtor, creditor)| {
            let of = OfNorms {
                wants: Wants::Must,
                list: true,
                how_many: false,
                when: false,
                asked: usize::from(debtor.is_none()),
                doer: None,
                act: None,
                names: Vec::new(),
                norms: Vec::new(),
                against: FluentId(0),
                less: FluentId(0),
                around: FluentId(0),
                with_whole: FluentId(0),
                rules: Vec::new(),
                times: Vec::new(),
                required: Vec::new(),
            };
            self.all_norms(of, debtor, creditor, question)
        }))
    }

    /// What a sentence is about, and everything that it brings about or that brings it about. The first is the sentence.
    #[allow(clippy::type_complexity)]
    fn deeds(&mut self, orders: &[String]) -> Result<(Vec<Deed>, Scope, Vec<Condition>), Trouble> {
        let mut last = None;
        for text in orders {
            match self.deed(text) {
                Ok((deed, scope, extra)) => {
                    let mut all = deed;
                    let more = self.akin(&all[0]);
                    all.extend(more);
                    return Ok((all, scope, extra));
                }
                Err(trouble) if last.is_none() => last = Some(trouble),
                Err(_) => {}
            }
        }
        for text in orders.iter().flat_map(|order| self.fuller(order)).collect::<Vec<_>>() {
            if let Ok((mut all, scope, extra)) = self.deed(&text) {
                all.extend(self.akin(&all[0]));
                return Ok((all, scope, extra));
            }
        }
        Err(last.expect("the words in their own order are tried"))
    }

    fn deed(&mut self, text: &str) -> Result<(Vec<Deed>, Scope, Vec<Condition>), Trouble> {
        let mut scope = Scope::default();
        let act = self.asker.happenings(text, &mut scope);
        if let Ok(mut patterns) = act
            && !patterns.is_empty()
        {
            patterns.truncate(1);
            return Ok((patterns.into_iter().map(|(pattern, _)| Deed::Act(pattern)).collect(), scope, Vec::new()));
        }
        let mut scope = Scope::default();
        match self.asker.sentence(text, &mut scope)? {
            Asked::Conditions(conditions) => {
                let states = states_in(&conditions);
                if states.is_empty() {
                    return Err(no_deed(text));
                }
                let of_state = |it: &Condition| matches!(it, Condition::Holds(p) if p.fluent == states[0].0.fluent);
                let extra = conditions.iter().filter(|it| matches!(it, Condition::Holds(_)) && !of_state(it)).cloned();
                let extra = extra.collect();
                Ok((states.into_iter().take(1).map(|(it, tests)| Deed::State(it, tests)).collect(), scope, extra))
            }
            Asked::Happenings(_) => Err(no_deed(text)),
        }
    }

    /// What an act brings about; and the states that a state is defined by, or that are defined by it.
    fn akin(&self, deed: &Deed) -> Vec<Deed> {
        let model = self.model;
        let mut all: Vec<FluentPattern> = Vec::new();
        let mut numbers: Vec<(FluentPattern, Value)> = Vec::new();
        let mut further: Vec<Deed> = Vec::new();
        match deed {
            Deed::Act(act) => {
                // An act may be another act, too: who occupies a place takes control of it.
                let mut acts = vec![act.clone()];
                let mut at = 0;
                while let (Some(act), true) = (acts.get(at).cloned(), at < MOST_ACTS) {
                    at += 1;
                    for rule in &model.rules {
                        for trigger in &rule.item.triggers {
                            let Trigger::Happens(pattern) = trigger else { continue };
                            if pattern.action != act.action
                                || !model.origins[rule.item.origin.index()].within.is_empty()
                            {
                                continue;
                            }
                            let Some(put) = laid_on(&pattern.args, &act.args) else { continue };
                            for effect in &rule.item.effects {
                                if let Effect::Happen(it) = effect
                                    && let Some(args) = all_placed(&it.args, &put)
                                {
                                    let act = EventPattern { action: it.action, args };
                                    if !acts.contains(&act) {
                                        acts.push(act);
                                    }
                                }
                                let Some(mut state) = brought_about(effect, &put) else { continue };
                                let total = model.totals.iter().find(|total| total.own == state.fluent);
                                state.fluent = total.map_or(state.fluent, |total| total.total);
                                // So many are brought in, and there are at least so many.
                                if let Effect::Increase { by: Expr::Var(var), .. } = effect
                                    && let Term::Value(number) = placed(Term::Var(*var), &put)
                                {
                                    numbers.push((state.clone(), number));
                                }
                                all.push(state);
                            }
                        }
                    }
                }
                further.extend(acts.drain(1..).map(Deed::Act));
            }
            Deed::State(pattern, _) => all.push(pattern.clone()),
        }
        let first = all.clone();
        for state in &first {
            for definition in &model.definitions {
                let definition = &definition.item;
                let of = FluentPattern { fluent: definition.fluent, args: definition.args.clone(), value: Term::Any };
                for condition in &definition.conditions {
                    let Condition::Holds(read) = condition else { continue };
                    let pair = if read.fluent == state.fluent {
                        (read, &of)
                    } else if definition.fluent == state.fluent {
                        (&of, read)
                    } else {
                        continue;
                    };
                    let shown = model.shown.get(pair.1.fluent.index()).copied().unwrap_or(false);
                    if !shown || pair.1.fluent == pair.0.fluent {
                        continue;
                    }
                    if let Some(put) = laid_on(&pair.0.args, &state.args) {
                        let args = pair.1.args.iter().map(|term| placed(*term, &put));
                        all.push(FluentPattern { fluent: pair.1.fluent, args: args.collect(), value: Term::Any });
                    }
                }
            }
        }
        if matches!(deed, Deed::State(..)) {
            all.remove(0);
        }
        let mut seen: Vec<FluentPattern> = Vec::new();
        all.retain(|it| {
            let new = !seen.contains(it);
            seen.push(it.clone());
            new
        });
        let tests = |it: &FluentPattern| {
            let number = numbers.iter().find(|(state, _)| state == it);
            number.map(|(_, number)| (CompareOp::AtLeast, *number)).into_iter().collect()
        };
        further.extend(all.into_iter().map(|it| (tests(&it), it)).map(|(tests, it)| Deed::State(it, tests)));
        further
    }

    /// Lays what is asked over every norm, and over the rules that an act would set off.
    fn lay(
        &mut self,
        mut of: OfNorms,
        deeds: &[Deed],
        asked: &[VarId],
        scope: &Scope,
        extra: &[Condition],
        question: &mut Question,
    ) {
        let model = self.model;
        let status = Hole::Kind(model.hooks.status);
        let holes: Vec<Hole> = [Hole::Thing, status].into_iter().chain(asked.iter().map(|_| Hole::Any)).collect();
        let yes = self.fluent_for(holes.clone());
        of.less = self.fluent_for(holes.clone());
        of.around = self.fluent_for(holes.clone());
        of.with_whole = self.fluent_for(holes.clone());
        of.against = self.fluent_for(holes);
        question.fluent = Some(yes);
        let owed = model.norms.iter().enumerate();
        for (at, owed) in owed.flat_map(|(at, norm)| as_owed(norm).into_iter().map(move |it| (at, it))) {
            let norm = owed.norm.as_ref();
            let of_whole = [Some(norm.entity), norm.reading, norm.article, norm.instrument];
            if question.within.is_some() && !of_whole.contains(&question.within) {
                continue;
            }
            for deed in deeds {
                for theirs in deeds_of(norm) {
                    let Some(mut laid) = self.fit(norm, &theirs, deed, scope) else {
                        if let Some((laid, around)) = self.fit_around(norm, &theirs, deed, scope) {
                            // What must not be so in a place must not be in what lies in it, and what may be so may be so there.
                            let ruling = ruling(norm, &theirs, &around, of.how_many);
                            let is_asked = of.wants == Wants::May && asked.is_empty() && !of.how_many;
                            let fluent = match ruling {
                                Some(Ruling::Permits) if is_asked => of.around,
                                Some(Ruling::Requires) if of.wants == Wants::Must && !of.how_many => match &theirs {
                                    Deed::Act(act) if self.reaches_parts(act.action) => of.with_whole,
                                    Deed::Act(_) => of.around,
                                    Deed::State(..) => continue,
                                },
                                Some(Ruling::Forbids | Ruling::Limits) if is_asked && is_ceiling(norm) => of.against,
                                _ if may(norm) => of.less,
                                _ => continue,
                            };
                            if !self.can_concern(norm, &laid) {
                                continue;
                            }
                            if let Some(ruling) = ruling.filter(|_| fluent != of.less) {
                                of.note_names(at, norm, &laid);
                                let is_around = matches!(ruling, Ruling::Permits | Ruling::Limits);
                                of.norms.push((at, if is_around { Ruling::Around } else { ruling }));
                            }
                            self.stand(norm, &laid, asked, extra, fluent, question);
                        }
                        continue;
                    };
                    let Some(ruling) = ruling(norm, &theirs, deed, of.how_many) else { continue };
                    laid.parts.extend(laid.norm.conditions(&owed.conditions));
                    let wanted = match of.wants {
                        _ if of.how_many => {
                            let has_limit = norm.content.iter().any(|it| matches!(it, Condition::Compare { .. }));
                            let permits_some = ruling == Ruling::Permits && has_limit;
                            ruling == Ruling::Limits || has_number(&theirs) || permits_some
                        }
                        Wants::May => matches!(ruling, Ruling::Permits | Ruling::Requires | Ruling::Leaves),
                        Wants::Can => matches!(ruling, Ruling::Permits | Ruling::Requires),
                        Wants::Must => ruling == Ruling::Requires,
                        Wants::MustNot => ruling == Ruling::Forbids,
                    };
                    let against = matches!(ruling, Ruling::Forbids | Ruling::Limits) || of.wants == Wants::MustNot;
                    if !self.can_concern(norm, &laid) || ruling == Ruling::Leaves && !(wanted && asked.is_empty()) {
                        continue;
                    }
                    of.note_names(at, norm, &laid);
                    if !of.norms.contains(&(at, ruling)) {
                        of.norms.push((at, ruling));
                    }
                    if wanted {
                        self.stand(norm, &laid, asked, extra, yes, question);
                        if ruling == Ruling::Permits && norm.act.is_some() && !norm.content.is_empty() {
                            let unlimited = Norm { content: Vec::new(), ..norm.clone() };
                            self.stand(&unlimited, &laid, asked, extra, of.less, question);
                        }
                    } else if against || of.how_many {
                        // What is permitted without a number says so where a number is asked for.
                        self.stand(norm, &laid, asked, extra, of.against, question);
                    }
                }
            }
        }
        if let Some(Deed::Act(act)) = deeds.first()
            && matches!(of.wants, Wants::May | Wants::Can)
            && asked.is_empty()
            && (of.wants == Wants::Can || self.is_on_instrument(act))
        {
            let of_law = of.wants == Wants::May;
            match of.when {
                true => of.times = self.times(act, question, of_law),
                false => of.rules = self.powers(act, question, of_law),
            }
            let offers =
                |(at, ruling): &(usize, Ruling)| *ruling == Ruling::Permits && Self::is_offered(&model.norms[*at], act);
            let provided = of.norms.iter().any(offers);
            if !provided {
                of.required = self.required(act, question);
            }
        }
        question.form = Form::Norms(of);
    }

    /// Whether an instrument itself allows an act upon it to who is to do it, a party or not.
    fn is_offered(norm: &Norm, act: &EventPattern) -> bool {
        let upon_itself = norm.instrument.is_some_and(|it| act.args.contains(&Term::Value(Value::entity(it))));
        let Some(Term::Value(doer)) = act.args.first() else { return false };
        upon_itself && doer.as_entity().is_some_and(|doer| norm.bearers.contains(&doer))
    }

    /// Every norm that lays something on somebody, or that is owed to somebody.
    fn all_norms(
        &mut self,
        mut of: OfNorms,
        bearer: Option<EntityId>,
        other: Option<EntityId>,
        question: &mut Question,
    ) -> Result<(), Trouble> {
        let model = self.model;
        let mut holes = vec![Hole::Thing, Hole::Kind(model.hooks.status)];
        holes.extend(bearer.is_none().then_some(Hole::Thing));
        // To whom it is owed.
        holes.push(Hole::Thing);
        let yes = self.fluent_for(holes.clone());
        of.less = self.fluent_for(holes.clone());
        of.around = self.fluent_for(holes.clone());
        of.with_whole = self.fluent_for(holes.clone());
        of.against = self.fluent_for(holes);
        question.fluent = Some(yes);
        // To whom it is owed on the day matters where somebody is named.
        let ways = |norm| if other.is_some() { as_owed(norm) } else { vec![AsOwed::as_written(norm)] };
        let owed = model.norms.iter().enumerate();
        for (at, owed) in owed.flat_map(|(at, norm)| ways(norm).into_iter().map(move |it| (at, it))) {
            let norm = owed.norm.as_ref();
            let fits = match of.wants {
                Wants::May => matches!(norm.modality, Modality::May | Modality::Can),
                Wants::Can => matches!(norm.modality, Modality::May | Modality::Can),
                // What must not be done is owed, too.
                Wants::Must if other.is_some() => matches!(norm.modality, Modality::Must | Modality::MustNot),
                Wants::Must => norm.modality == Modality::Must,
                Wants::MustNot => norm.modality == Modality::MustNot,
            };
            let mut laid = Laid::default();
            match (norm.bearer, bearer) {
                (Term::Var(var), Some(bearer)) => {
                    laid.norm.terms.insert(var, Term::Value(Value::entity(bearer)));
                }
                (Term::Value(value), Some(bearer)) if value != Value::entity(bearer) => continue,
                _ => {}
            }
            if !fits || other.is_some_and(|other| !self.is_owed_to(norm, other, owed.heir, &mut laid)) {
                continue;
            }
            laid.parts.extend(laid.norm.conditions(&owed.conditions));
            let is_party = other.and_then(|other| self.is_party(norm, other));
            // Nobody owes anything to themselves.
            let own = other.map(|other| Term::Value(Value::entity(other)));
            if own.is_some_and(|own| laid.norm.term(norm.bearer) == own) {
                continue;
            }
            let apart = own.filter(|_| bearer.is_none()).map(|own| Condition::Compare {
                left: expr_of(laid.norm.term(norm.bearer)),
                op: CompareOp::NotEqual,
                right: expr_of(own),
            });
            let apart: Vec<Condition> = apart.into_iter().chain(is_party).collect();
            of.note_names(at, norm, &laid);
            of.norms.push((at, Ruling::Requires));
            let asked = VarId(u32::MAX);
            laid.asked.insert(asked, laid.norm.term(norm.bearer));
            let mut asked = if bearer.is_none() { vec![asked] } else { Vec::new() };
            let towards = VarId(u32::MAX - 1);
            let creditor = self.other_of(norm).unwrap_or(Term::Value(Value::entity(model.hooks.unspecified)));
            laid.asked.insert(towards, laid.norm.term(creditor));
            asked.push(towards);
            self.stand(norm, &laid, &asked, &apart, yes, question);
        }
        question.form = Form::Norms(of);
        Ok(())
    }

    fn fluent_for(&mut self, holes: Vec<Hole>) -> FluentId {
        self.add_fluent(holes, FluentType::Truth)
    }
}
