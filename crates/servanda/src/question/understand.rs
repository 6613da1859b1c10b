//! Which form of question some words have.

use servanda_model::lexicon::{Piece, Target, Wording};
use servanda_model::{Condition, EntityId, Event, Hole, Scope, Standing, Term, Trouble, Value, VarId, open_quotations};

use super::words::{self, of_status};
use super::{Form, OfClaims, Preparing, Question, Turn, norms, strip};

impl Preparing<'_> {
    /// Whether a question asks for what was, and not for what is.
    pub(super) fn is_past(&self, body: &str) -> bool {
        let words: Vec<String> = body.split_whitespace().map(str::to_lowercase).collect();
        let is = |word: &String, all: &[&str]| all.contains(&word.as_str());
        let auxiliary = words.iter().find(|word| is(word, &words::AUXILIARY));
        match auxiliary {
            Some(word) => is(word, &["was", "were", "did", "had"]),
            None => {
                !words.iter().any(|word| is(word, &["may", "must", "can", "shall"]))
                    && words.iter().any(|word| {
                        is(word, &["could", "might", "breached", "broke", "violated", "observed", "met"])
                            || self.asker.lexicon().is_past(word)
                    })
            }
        }
    }

    pub(super) fn understand(&mut self, body: &str, question: &mut Question) -> Result<(), Trouble> {
        let words: Vec<&str> = body.split_whitespace().collect();
        let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let rest = |from: usize| words[from.min(words.len())..].join(" ");
        if let Some(result) = self.of_articles(&words, &lower, question) {
            return result;
        }
        if let Some(result) = self.special(&words, &lower, question) {
            return result;
        }
        match lower.as_slice() {
            ["when", "was" | "were" | "is" | "are" | "did" | "does" | "do" | "has" | "had" | "have", ..] => {
                question.form = Form::When;
                self.sentence(&rest(2), question)
            }
            ["when", ..] => {
                question.form = Form::When;
                self.sentence(&rest(1), question)
            }
            ["what", "happened"] => {
                question.form = Form::Happened(None);
                Ok(())
            }
            ["what", "happened", "to" | "in" | "at", ..] => {
                let thing = self.entity(&rest(3))?;
                question.form = Form::Happened(Some(thing));
                Ok(())
            }
            ["what", "did" | "does" | "do", .., "do"] => {
                let thing = self.entity(&words[2..words.len() - 1].join(" "))?;
                question.form = Form::Did(thing);
                Ok(())
            }
            ["what", "does" | "did" | "do", middle @ ..]
                if middle.iter().any(|word| *word == "know" || *word == "knew") =>
            {
                let at = 2 + middle.iter().position(|word| *word == "know" || *word == "knew").unwrap_or(0);
                let actor = self.entity(&words[2..at].join(" "))?;
                let from =
                    at + 1 + usize::from(lower.get(at + 1).is_some_and(|word| *word == "of" || *word == "about"));
                if from >= words.len() {
                    question.form = Form::Secrets(actor);
                    let args = vec![Term::Value(Value::entity(actor)), Term::Any];
                    self.look_at(self.model.hooks.knows, args, question);
                    return Ok(());
                }
                let thing = self.entity(&rest(from))?;
                question.form = Form::Knowledge { actor, thing };
                let args = vec![Term::Value(Value::entity(actor)), Term::Value(Value::entity(thing))];
                self.look_at(self.model.hooks.knows, args, question);
                Ok(())
            }
            ["how", "many" | "much", ..] => {
                question.form = Form::HowMany;
                self.value(&rest(2), question).or_else(|trouble| {
                    question.form = Form::Which;
                    self.sentence(body, question).map_err(|_| trouble)?;
                    let counted = |var: &VarId| question.vars[var.index()].hole != Hole::Number;
                    let lists = matches!(question.form, Form::Which) && question.kept.is_none();
                    if lists && question.asked.first().is_some_and(counted) {
                        question.form = Form::Count;
                    }
                    Ok(())
                })
            }
            ["what" | "who", "is" | "was" | "are" | "were", "the", "status", "of", ..]
            | ["what" | "who", "is" | "was" | "are" | "were", "status", "of", ..] => {
                let from = if lower[2] == "the" { 5 } else { 4 };
                self.status(&rest(from), question, &rest(2))
            }
            ["what" | "who", "is" | "was" | "are" | "were", ..] => {
                question.form = Form::What;
                match self.value(&rest(2), question) {
                    Ok(()) => Ok(()),
                    Err(trouble) => {
                        question.form = Form::Which;
                        if self.sentence(body, question).is_ok() {
                            return Ok(());
                        }
                        question.form = Form::What;
                        self.value_in_short(&rest(2), question).map_err(|_| trouble)
                    }
                }
            }
            ["is" | "are" | "was" | "were", subject @ .., article, _]
                if ["a", "an"].contains(article) && self.asker.entity(&subject.join(" ")).is_some() =>
            {
                let (subject, kind) = words[1..].split_at(words.len() - 3);
                self.sentence(&format!("{} is {}", subject.join(" "), kind.join(" ")), question)
            }
            ["is" | "are" | "was" | "were" | "does" | "do" | "did" | "has" | "have" | "had", ..] => {
                self.sentence(&rest(1), question)
            }
            _ => self.sentence(body, question),
        }
    }

    pub(super) fn status(&mut self, name: &str, question: &mut Question, whole: &str) -> Result<(), Trouble> {
        let norm = self.model.hooks.norm;
        match self.entity(name) {
            Ok(thing) if self.model.lexicon.is_of_kind(thing, norm) => {
                question.form = Form::Statuses(thing);
                let norms: Vec<_> = self.model.norms.iter().filter(|norm| norm.entity == thing).collect();
                for norm in norms {
                    let arity = self.model.program.fluents[norm.status.index()].args.len();
                    self.look_at(norm.status, vec![Term::Any; arity], question);
                }
                Ok(())
            }
            Ok(_) => {
                question.form = Form::What;
                self.value(whole, question)
            }
            Err(trouble) => Err(trouble),
        }
    }

    pub(super) fn entity(&self, name: &str) -> Result<EntityId, Trouble> {
        let name = name.trim();
        let name = strip(name, "the ").unwrap_or(name).trim_matches('"');
        self.asker.entity(name).ok_or_else(|| Trouble {
            code: "unknown-name",
            message: format!("nothing is called `{name}`"),
            span: servanda_diagnostics::Span::default(),
            help: None,
            unknown: Some(servanda_model::Unknown { text: name.to_owned(), like: servanda_model::Like::Name }),
        })
    }

    /// `how long does Sele last`, where a length of time is stated of it.
    fn length_stated(&mut self, text: &str, question: &mut Question) -> bool {
        let mut asked = Question { form: Form::Which, ..question.clone() };
        let wordings = &self.model.lexicon.wordings;
        let ends_in_length = |wording: &Wording| match wording.pieces.last() {
            Some(Piece::Hole(slot)) => wording.slots[*slot].1 == Hole::Duration,
            _ => false,
        };
        let is_length = |asked: &Question| match asked.conditions.as_slice() {
            [Condition::Holds(it)] => {
                wordings.iter().any(|w| w.target == Target::Fluent(it.fluent) && ends_in_length(w))
            }
            _ => false,
        };
        let stated = self.plain_sentence(&format!("{text} what"), &mut asked).is_ok() && is_length(&asked);
        if stated {
            *question = asked;
        }
        stated
    }

    /// `who said "…"`, `did Corvia claim "…"`: where somebody is said to have said so, and it is no event of its own.
    fn quoted_claims(&mut self, words: &[&str], lower: &[&str]) -> Option<Form> {
        const VERBS: [&str; 14] = [
            "say", "says", "said", "claim", "claims", "claimed", "write", "writes", "wrote", "allege", "alleges",
            "alleged", "assert", "asserted",
        ];
        let (quoted, verb) = (lower.len().checked_sub(1)?, lower.len().checked_sub(2)?);
        if !lower[quoted].starts_with(['"', '“']) || !VERBS.contains(&lower[verb]) {
            return None;
        }
        let by = match &lower[..verb] {
            ["who"] => None,
            ["did" | "does" | "has", ..] => Some(self.entity(&words[1..verb].join(" ")).ok()?),
            _ => return None,
        };
        let text = open_quotations(words[quoted].trim_matches(['"', '“', '”']));
        let is_it = |event: &Event| {
            matches!(event.standing, Standing::Claimed(_))
                && event.sentence.to_lowercase().contains(&text.to_lowercase())
        };
        // Who said what nobody is said to have said is nobody; other acts with a text may have the words of a phrase.
        let is_meant = self.model.events.iter().any(is_it)
            || self.asker.happenings(&words.join(" "), &mut Scope::default()).is_err();
        is_meant.then_some(Form::Claims(OfClaims { by, text: Some(text), ..OfClaims::default() }))
    }

    /// `who holds Strict`, `which doctrines are held by Arvenia`, `does Arvenia hold Strict`: who holds a reading or a doctrine.
    fn of_holders(&self, words: &[&str], lower: &[&str]) -> Option<Form> {
        let verb = lower.iter().position(|word| ["hold", "holds", "held"].contains(word))?;
        let named = |from: usize, to: usize| {
            let kept: Vec<&str> = words[from..to]
                .iter()
                .copied()
                .filter(|word| !words::AUXILIARY.contains(&word.to_lowercase().as_str()))
                .collect();
            self.entity(&kept.join(" ")).ok()
        };
        let chosen = |id: &EntityId| self.asker.can_be_chosen(*id);
        let kinds = ["doctrine", "doctrines", "reading", "readings", "school", "schools"];
        let by = verb + 1 + usize::from(lower.get(verb + 1) == Some(&"by"));
        let passive = by > verb + 1;
        match (lower[0], passive) {
            ("who" | "whom", false) => {
                named(by, words.len()).filter(chosen).map(|of| Form::Holders { by: None, of: Some(of) })
            }
            ("by", _) => named(2, verb).filter(chosen).map(|of| Form::Holders { by: None, of: Some(of) }),
            ("which" | "what", true) if kinds.contains(lower.get(1)?) => {
                named(by, words.len()).map(|by| Form::Holders { by: Some(by), of: None })
            }
            ("which" | "what", false) if kinds.contains(lower.get(1)?) => {
                named(2, verb).map(|by| Form::Holders { by: Some(by), of: None })
            }
            (_, true) => {
                let of = named(0, verb).filter(chosen)?;
                named(by, words.len()).map(|by| Form::Holders { by: Some(by), of: Some(of) })
            }
            (_, false) => {
                let of = named(by, words.len()).filter(chosen)?;
                named(0, verb).map(|by| Form::Holders { by: Some(by), of: Some(of) })
            }
        }
    }

    /// `which claims are contradicted`, `is League contradicted`, `what contradicts League`: where sources disagree.
    fn contradicted(&self, words: &[&str], lower: &[&str]) -> Option<Form> {
        const DENY: [&str; 3] = ["deny", "contradict", "dispute"];
        let statement = |from: usize, to: usize| {
            let named = self.entity(&words.get(from..to)?.join(" ")).ok()?;
            self.model.events.iter().any(|event| event.entity == Some(named)).then_some(named)
        };
        let last = lower.len();
        let plain: Vec<&str> = lower.iter().copied().filter(|word| *word != "the").collect();
        let against = |of, by| Some(Form::Against { of, by });
        let all = |named: Option<EntityId>| Form::Claims(OfClaims { named, contradicted: true, ..OfClaims::default() });
        match plain.as_slice() {
            [
                "which" | "what",
                "claims" | "statements",
                "is" | "are" | "were",
                "contradicted" | "denied" | "disputed",
            ]
            | ["what", "is" | "was", "contradicted" | "denied" | "disputed"]
            | ["where" | "when" | "how", "do", "sources", "contradict" | "disagree", ..]
            | ["what" | "which", "do", "sources", "contradict" | "disagree", ..] => return Some(all(None)),
            _ => {}
        }
        const DENIED: [&str; 3] = ["contradicted", "denied", "disputed"];
        let be = |at: usize| words::AUXILIARY.contains(&lower[at]);
        if let Some(verb) = lower.iter().position(|word| DENIED.contains(word)).filter(|at| *at > 1)
            && lower.get(verb + 1) == Some(&"by")
            && (be(0) || be(verb - 1))
        {
            let of = statement(usize::from(be(0)), verb - usize::from(!be(0)))?;
            return against(of, Some(self.entity(&words[verb + 2..].join(" ")).ok()?));
        }
        match lower {
            [.., be, denied] if last > 2 && DENIED.contains(denied) && ["is", "was"].contains(be) => {
                Some(all(Some(statement(0, last - 2)?)))
            }
            ["is" | "was" | "are" | "were", .., "contradicted" | "denied" | "disputed"] => {
                Some(all(Some(statement(1, last - 1)?)))
            }
            [
                "who" | "what" | "which",
                "contradicts" | "contradicted" | "denies" | "denied" | "disputes" | "disputed",
                ..,
            ] => against(statement(2, last)?, None),
            ["who" | "what", "speaks" | "spoke", "against", ..] => against(statement(3, last)?, None),
            ["by", "what" | "whom" | "which", "is" | "was", .., "contradicted" | "denied" | "disputed"] => {
                against(statement(3, last - 1)?, None)
            }
            ["did" | "does", who @ .., _, _] if DENY.contains(&lower[last - 2]) => {
                against(statement(last - 1, last)?, Some(self.entity(&words[1..=who.len()].join(" ")).ok()?))
            }
            _ => None,
        }
    }

    /// `did Lithuania learn of Secret`, `who learned of Secret`, `how did Lithuania learn of Secret`: since when, or by what act, a
    /// thing is known, where no act of learning is told.
    fn learning(&mut self, words: &[&str], lower: &[&str], question: &mut Question) -> Option<Result<(), Trouble>> {
        let verb = lower.iter().position(|word| ["learn", "learned", "learnt", "hear", "heard"].contains(word))?;
        let of = lower.get(verb + 1).is_some_and(|word| ["of", "about"].contains(word));
        let auxiliary = lower[..verb].iter().position(|word| words::AUXILIARY.contains(word));
        let asks_cause = auxiliary.is_some_and(|at| at > 0);
        let thing = self.entity(&words.get(verb + 2..)?.join(" ")).ok()?;
        let who = words[auxiliary.map_or(0, |at| at + 1)..verb].join(" ");
        let by = lower.first().is_some_and(|word| ["how", "by", "through"].contains(word));
        let told = self.asker.happenings(&format!("{who} {}", words[verb..].join(" ")), &mut Scope::default());
        let told = told.is_ok_and(|acts| acts.iter().any(|(act, _)| self.is_told(act)));
        if !of || told || asks_cause != by {
            return None;
        }
        let form = if by { Form::Cause } else { Form::Whether };
        let mut own = Question { form: form.clone(), turn: Some(Turn::Begins), ever: true, ..question.clone() };
        let result = self.plain_sentence(&format!("{who} knows of {}", self.model.name(thing)), &mut own);
        if result.is_ok() {
            if by {
                own.form = form;
            }
            *question = own;
        }
        Some(result)
    }

    /// `how many ultimatums did USSR give to Lithuania`, where acts of giving an ultimatum have a phrase: they are counted.
    fn counted_nouns(&mut self, words: &[&str], noun: &str, question: &mut Question) -> Option<Result<(), Trouble>> {
        let lexicon = self.asker.lexicon();
        let singular = noun.strip_suffix('s').filter(|it| lexicon.has_word(it))?;
        if lexicon.kind(noun).is_some() {
            return None;
        }
        (5..=words.len()).find_map(|at| {
            let said = [&words[4..at], &[singular], &words[at..]].concat().join(" ");
            let mut own = Question { ever: true, ..question.clone() };
            let counts = self.sentence(&said, &mut own).is_ok() && matches!(own.form, Form::Acts { .. });
            counts.then(|| *question = own).map(|()| Ok(()))
        })
    }

    /// Forms of question that are not sentences of phrases.
    pub(super) fn special(
        &mut self,
        words: &[&str],
        lower: &[&str],
        question: &mut Question,
    ) -> Option<Result<(), Trouble>> {
        let rest = |from: usize| words[from.min(words.len())..].join(" ");
        // Without the auxiliary that stands first.
        let said = |from: usize| {
            let auxiliary = lower.get(from).is_some_and(|word| words::AUXILIARY.contains(word));
            rest(from + usize::from(auxiliary))
        };
        let form = |this: &mut Self, form: Form, text: String, question: &mut Question| {
            if matches!(form, Form::HowLong) && this.length_stated(&text, question) {
                return Some(Ok(()));
            }
            question.form = form.clone();
            let result = this.sentence(&text, question);
            if result.is_ok() && !matches!(question.form, Form::Acts { .. }) {
                question.form = form;
            }
            Some(result)
        };
        if let Some(claims) = self.quoted_claims(words, lower) {
            question.form = claims;
            return Some(Ok(()));
        }
        if let Some(form) = self.length_between(words, question).or_else(|| self.contradicted(words, lower)) {
            question.form = form;
            return Some(Ok(()));
        }
        if let Some(result) = self.learning(words, lower, question) {
            return Some(result);
        }
        match lower {
            ["since" | "from" | "until" | "till" | "by", "when", ..] if norms::modal(lower).is_some() => {
                Some(self.modal_question(&words[1..], question))
            }
            ["since" | "from", "when", ..] => form(self, Form::Since, said(2), question),
            ["until" | "till", "when", ..] => form(self, Form::Until, said(2), question),
            ["for", "how", "long", ..] | ["how", "long", ..] if norms::modal(lower).is_some() => {
                // The norms say by themselves from when to when they stand.
                let from = 2 + usize::from(lower[0] == "for");
                Some(self.modal_question(&[&["when"], &words[from..]].concat(), question))
            }
            ["for", "how", "long", ..] => form(self, Form::HowLong, said(3), question),
            ["how", "long", ..] => form(self, Form::HowLong, said(2), question),
            ["how", "many", "times", next, ..] if words::AUXILIARY.contains(next) => {
                question.ever = true;
                let result = self.sentence(&rest(4), question);
                if matches!(question.form, Form::Whether) {
                    question.form = Form::Count;
                }
                Some(result)
            }
            ["how", "many", "days" | "weeks" | "months" | "years", next, ..] if words::AUXILIARY.contains(next) => {
                form(self, Form::HowLong, said(3), question)
            }
            ["how", "many", noun, next, ..] if words::AUXILIARY.contains(next) => {
                self.counted_nouns(words, noun, question)
            }
            ["by" | "through", "which" | "what", "act" | "event" | "deed", ..] => {
                form(self, Form::Cause, said(3), question)
            }
            ["which" | "what", "act" | "event" | "deed", tail @ ..] if !tail.is_empty() => {
                let (who, status, what) = of_status(&words[1..])?;
                let _ = who;
                form(self, Form::Cause, format!("{what} {status}"), question)
            }
            ["how", auxiliary, ..] if words::AUXILIARY.contains(auxiliary) => {
                form(self, Form::Cause, rest(2), question)
            }
            ["when", "did" | "does" | "has" | "had", .., "of" | "about", _]
                if lower.iter().any(|word| ["learn", "learned", "learnt", "know", "hear", "heard"].contains(word)) =>
            {
                let verb = lower
                    .iter()
                    .rposition(|word| ["learn", "learned", "learnt", "know", "hear", "heard"].contains(word))?;
                let actor = match self.entity(&words[2..verb].join(" ")) {
                    Ok(actor) => actor,
                    Err(trouble) => return Some(Err(trouble)),
                };
                let thing = match self.entity(&rest(verb + 2)) {
                    Ok(thing) => thing,
                    Err(trouble) => return Some(Err(trouble)),
                };
                question.form = Form::Learnt { actor, thing };
                let args = vec![Term::Value(Value::entity(actor)), Term::Value(Value::entity(thing))];
                self.look_at(self.model.hooks.knows, args, question);
                Some(Ok(()))
            }
            _ if let Some(form) = self.of_holders(words, lower) => {
                question.form = form;
                Some(Ok(()))
            }
            [
                "what",
                "does" | "do" | "did",
                ..,
                "say" | "provide" | "require" | "mean" | "claim" | "allege" | "assert",
            ] => {
                let thing = self.entity(&words[2..words.len() - 1].join(" ")).ok()?;
                let hooks = &self.model.hooks;
                let kinds = [hooks.norm, hooks.article, hooks.instrument];
                let is_text = kinds.iter().any(|kind| self.model.lexicon.is_of_kind(thing, *kind))
                    || self.model.norms.iter().any(|norm| norm.reading == Some(thing));
                let claims = || Form::Claims(OfClaims { by: Some(thing), ..OfClaims::default() });
                question.form = if is_text { Form::Says(thing) } else { claims() };
                Some(Ok(()))
            }
            ["what" | "who", "is" | "was" | "are" | "were", _, ..] if self.entity(&rest(2)).is_ok() => {
                let thing = self.entity(&rest(2)).ok()?;
                question.form = Form::Named(thing);
                Some(Ok(()))
            }
            [] => Some(Err(Trouble {
                code: "no-question",
                message: "a question is missing".to_owned(),
                span: servanda_diagnostics::Span::default(),
                help: None,
                unknown: None,
            })),
            _ => {
                if let Some(result) = lower
                    .iter()
                    .any(|word| ["owe", "owes", "owed"].contains(word))
                    .then(|| self.owed(words, lower, question))
                {
                    return result;
                }
                if norms::modal(lower).is_some() {
                    return Some(self.modal_question(words, question));
                }
                let again = norms::as_modal(words, lower)?;
                let again: Vec<&str> = again.iter().map(String::as_str).collect();
                // A phrase of the dossier that reads so goes first.
                self.said(&rest(0), &mut question.clone()).is_err().then(|| self.modal_question(&again, question))
            }
        }
    }
}

/// `when will Sele expire`, or would, as `when does Sele expire`.
pub(super) fn without_will(text: &str) -> String {
    let form = |word: &str| {
        if ["will", "would"].iter().any(|it| word.eq_ignore_ascii_case(it)) { "does" } else { word }.to_owned()
    };
    text.split_whitespace().map(form).collect::<Vec<_>>().join(" ")
}

/// `did nobody invade Tarn` and `did Belmark not invade Tarn` as what they deny: that somebody, or Belmark, ever did.
pub(super) fn denied_of_all_days(body: &str) -> Option<String> {
    let words: Vec<&str> = body.split_whitespace().collect();
    let (first, rest) = words.split_first()?;
    if !first.eq_ignore_ascii_case("did") {
        return None;
    }
    let at = |wanted: &str| rest.iter().position(|word| word.eq_ignore_ascii_case(wanted));
    let said: Vec<&str> = match (at("not"), at("nobody")) {
        (Some(not), None) => [&[*first], &rest[..not], &rest[not + 1..]].concat(),
        (None, Some(nobody)) => [&[*first], &rest[..nobody], &["somebody"], &rest[nobody + 1..]].concat(),
        _ => return None,
    };
    Some(said.join(" "))
}

/// `isn't` and `didn't` as `is not` and `did not`.
pub(super) fn without_contractions(text: &str) -> String {
    let word = |word: &str| match word.to_lowercase().replace('’', "'").as_str() {
        "can't" => "can not".to_owned(),
        "won't" => "will not".to_owned(),
        lower if lower.ends_with("n't") => format!("{} not", &lower[..lower.len() - 3]),
        _ => word.to_owned(),
    };
    text.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

/// A question without the word `ever`, and whether it had it.
pub(super) fn without_ever(text: &str) -> (String, bool) {
    let all: Vec<&str> = text.split_whitespace().collect();
    let kept: Vec<&str> = all.iter().copied().filter(|word| !word.eq_ignore_ascii_case("ever")).collect();
    (kept.join(" "), kept.len() < all.len())
}
