//! Events, facts and claims: what happened, what held, what was said.

mod about;
mod relations;
mod standing;

use std::collections::{BTreeMap, BTreeSet};

use servanda_diagnostics::{Diagnostic, Span, suggest};
use servanda_syntax::{Statement, TokenKind};

use self::relations::relation_start;
use super::logic::People;
use super::sentence::{Filler, Said, Want};
use super::trouble::Trouble;
use super::words::{Word, all, seen, span_of, text_of};
use super::{Elaborator, dates, key, value_of};
use crate::ids::{EntityId, EventId, FluentId, OriginId};
use crate::lexicon::{Lexicon, Target};
use crate::model::{Event, EventKind, Relation, Standing, When};
use crate::program::{Clock, FluentType, Happening};
use crate::value::Value;

/// What stands before the colon of an event, a fact or a claim.
#[derive(Default)]
pub(crate) struct Head {
    pub(crate) date: Vec<Word>,
    /// `the day after Boundary`, in the place of a date.
    pub(crate) relation: Vec<Word>,
    pub(crate) name: Option<Word>,
    pub(crate) by: Vec<Word>,
}

/// Words that belong to a date and are no name.
const DATE_WORDS: [&str; 12] =
    ["julian", "gregorian", "or", "earlier", "later", "since", "until", "between", "and", "unknown", "before", "after"];

/// Takes `[DATE] [Name] [by SOMEONE]` apart.
pub(crate) fn head_of(words: &[Word]) -> Head {
    let by = words.iter().position(|word| word.is("by"));
    let (before, by) = match by {
        Some(at) => (&words[..at], words[at + 1..].to_vec()),
        None => (words, Vec::new()),
    };
    let is_span = |word: &Word| word.text.contains("..") && !word.text.contains(|sign: char| sign.is_alphabetic());
    let names = |word: &Word| {
        let is_name = word.kind == TokenKind::Word && word.text.starts_with(char::is_alphabetic);
        is_name && !DATE_WORDS.contains(&word.lower.as_str()) && !is_span(word)
    };
    if let Some(end) = relation_end(before, names) {
        let name = before.get(end).filter(|word| names(word)).cloned();
        return Head { date: Vec::new(), relation: before[..end].to_vec(), name, by };
    }
    let relation = Vec::new();
    match before.split_last() {
        Some((last, date)) if names(last) => Head { date: date.to_vec(), relation, name: Some(last.clone()), by },
        _ => Head { date: before.to_vec(), relation, name: None, by },
    }
}

/// Where a relation to another event ends with which a head begins, if it does.
fn relation_end(words: &[Word], names: impl Fn(&Word) -> bool) -> Option<usize> {
    let begins = relation_start(words) || words.first().is_some_and(|word| RELATING.iter().any(|it| word.is(it)));
    let joins = |word: &Word| word.is("after") || word.is("before") || word.is("of") || word.is("as");
    let at = words.iter().rposition(joins).filter(|_| begins)?;
    words.get(at + 1).filter(|word| names(word)).map(|_| at + 2)
}

/// Words with which a relation to another event begins, besides those that count days.
const RELATING: [&str; 3] = ["after", "before", "within"];

impl Elaborator<'_> {
    fn head(&mut self, statement: &Statement) -> Option<(Head, Vec<Word>)> {
        let words = all(&statement.head.tokens);
        let Some(colon) = words.iter().position(|word| word.is_sign(":")) else {
            let word = statement.keyword().unwrap_or("event");
            let trouble = Trouble::new("colon-missing", statement.head.span, "the sentence must follow a colon")
                .help(format!("write `{word} DATE [Name]: SENTENCE`"));
            self.complain(statement, trouble);
            return None;
        };
        Some((head_of(&words[..colon]), words[colon + 1..].to_vec()))
    }

    /// A date as the country showed it, if one is given; `None` if it is no date, which is reported.
    pub(super) fn when(&mut self, statement: &Statement, words: &[Word], country: Option<EntityId>) -> Option<When> {
        if words.is_empty() {
            return Some(When::default());
        }
        let text = date_text(words);
        let country = country.map(|id| self.model.name(id));
        let clock = self.model.program.clock;
        match dates::read_on(clock, &text, &self.reforms, country) {
            Ok(when) => Some(when),
            Err(error) => {
                let trouble = Trouble::new("bad-date", span_of(words), format!("`{text}` is no date: {error}"));
                let meant = (clock == Clock::Days).then(|| dates::meant_day(&text)).flatten();
                let trouble = trouble.help(match (meant, clock) {
                    (Some(meant), _) => format!("write `{meant}`"),
                    (None, Clock::Days) => {
                        "write for example `1939-10-10`, `1939-10`, `1939-10-28..1939-11-15`, `1939~` or leave it out"
                            .to_owned()
                    }
                    (None, Clock::Seconds) => {
                        "write for example `1939-10-10T12:30:15Z`, `1939-10-10`, or leave it out".to_owned()
                    }
                    (None, Clock::Integers) => "write for example `5`, or leave it out".to_owned(),
                });
                self.complain(statement, trouble);
                None
            }
        }
    }

    /// The country that a sentence begins with, if the dossier says when its calendar changed.
    fn country_of(&self, sentence: &[Word]) -> Option<EntityId> {
        self.reforms.iter().next()?;
        let sentence = &sentence[usize::from(sentence.first().is_some_and(|word| word.is("the")))..];
        let end = sentence.iter().position(|word| word.kind == TokenKind::Punct).unwrap_or(sentence.len());
        let joined = |at: usize| sentence.get(at).is_some_and(|next| next.is("and") || next.is_sign(","));
        let named = (1..=end).rev().find_map(|at| Some((at, self.model.lexicon.entity(&text_of(&sentence[..at]))?)));
        let (at, id) = named?;
        (!joined(at) && self.reforms.first_gregorian(self.model.name(id)).is_some()).then_some(id)
    }

    pub(crate) fn event(&mut self, statement: &Statement) {
        let Some((head, sentence)) = self.head(statement) else { return };
        let country = self.country_of(&sentence);
        let mut when = self.when(statement, &head.date, country);
        if let Some(clause) = statement.clause("on") {
            when = self.when(statement, &all(&clause.tokens), country);
        }
        let origin = self.cite(statement);
        let happenings = match self.happenings(&sentence, Want::ActionFirst) {
            Ok(happenings) => happenings,
            Err(trouble) => return self.complain(statement, trouble),
        };
        let Some(when) = when else { return };
        let mut event = self.bare_event(statement, EventKind::Happens, when, origin);
        event.sentence = text_of(&sentence);
        event.happenings = happenings;
        event.relations = self.relations(statement);
        event.relations.extend(self.head_relation(statement, &head));
        self.standing(statement, &mut event);
        self.push_each(statement, event);
    }

    /// One event, or one for each date where all dates of a set are meant. What lasts is no event.
    fn push_each(&mut self, statement: &Statement, event: Event) {
        if event.when.each.is_empty() {
            if event.when.period {
                self.lasting(statement, &event);
            }
            return self.push_event(event);
        }
        for (min, max) in event.when.each.clone() {
            let when =
                When { min: Some(min), max: Some(max), each: Vec::new(), spans: Vec::new(), ..event.when.clone() };
            self.push_event(Event { when, ..event.clone() });
        }
    }

    fn lasting(&mut self, statement: &Statement, event: &Event) {
        let days = event.when.written.split_once('/').unwrap_or_default();
        let warning = Diagnostic::warning(
            "event-lasts",
            format!("`{}` lasts, and an event happens on one day: it is taken for some day of it", event.when.written),
        );
        let help =
            format!("write `{}..{}` for one day between the two, or say what lasted as a `fact`", days.0, days.1);
        let warning = warning.label(statement.file, statement.head.span, "").headings(&statement.headings);
        self.model.diagnostics.push(warning.help(help));
    }

    /// `the day after Boundary` in the place of a date.
    fn head_relation(&mut self, statement: &Statement, head: &Head) -> Vec<Relation> {
        if head.relation.is_empty() {
            return Vec::new();
        }
        self.relation(&head.relation, span_of(&head.relation)).unwrap_or_else(|trouble| {
            self.complain(statement, trouble);
            Vec::new()
        })
    }

    /// `claim [DATE] [Name] [by SOMEONE]: SENTENCE or "text"`.
    pub(crate) fn claim(&mut self, statement: &Statement) {
        let Some((head, sentence)) = self.head(statement) else { return };
        let country = self.country_of(&sentence);
        let Some(when) = self.when(statement, &head.date, country) else { return };
        let origin = self.cite(statement);
        let mut event = self.bare_event(statement, EventKind::Words, when, origin);
        event.sentence = text_of(&sentence);
        let quoted = sentence.first().is_some_and(|word| word.kind == TokenKind::String);
        if !quoted {
            match self.happenings(&sentence, Want::ActionFirst) {
                Ok(happenings) => event.happenings = happenings,
                Err(trouble) => return self.complain(statement, trouble),
            }
        }
        event.relations = self.relations(statement);
        event.relations.extend(self.head_relation(statement, &head));
        self.standing(statement, &mut event);
        if !head.by.is_empty() {
            let by = self.claimants(statement, &head.by);
            event.standing = Standing::Claimed(by);
        } else if event.standing == Standing::Stated {
            event.standing = Standing::Claimed(Vec::new());
        }
        self.push_event(event);
    }

    fn claimants(&mut self, statement: &Statement, words: &[Word]) -> Vec<EntityId> {
        match words {
            [word] if word.kind == TokenKind::String => {
                let known = self.model.lexicon.entity(&word.text);
                known.into_iter().collect()
            }
            _ => self.named(statement, words),
        }
    }

    /// `fact [since DATE] [until DATE] [Name]: SENTENCE`, `fact DATE..DATE: …`, `fact: …`.
    pub(crate) fn fact(&mut self, statement: &Statement) {
        let Some((head, sentence)) = self.head(statement) else { return };
        let origin = self.cite(statement);
        let country = self.country_of(&sentence);
        let (since, until) = match self.fact_dates(statement, &head.date, country) {
            Some(dates) => dates,
            None => return,
        };
        let happenings = match self.happenings(&sentence, Want::Fluent) {
            Ok(happenings) => happenings,
            Err(trouble) => return self.complain(statement, trouble),
        };
        let mut begin = self.bare_event(statement, EventKind::Begins, since.clone().unwrap_or_default(), origin);
        begin.sentence = text_of(&sentence);
        begin.relations = self.relations(statement);
        begin.happenings = happenings;
        self.standing(statement, &mut begin);
        let stated = begin.standing == Standing::Stated;
        if since.is_none() && begin.relations.is_empty() && stated && begin.known_only_to.is_none() {
            // It holds from the start.
            for happening in &begin.happenings {
                if let Happening::FactBegins(fluent, args, value) = happening {
                    self.state_initially(*fluent, args.clone(), *value, origin);
                }
            }
            if let Some(until) = until {
                let mut end = begin.clone();
                end.kind = EventKind::Ends;
                end.when = until;
                end.happenings = begin.happenings.iter().map(ended).collect();
                self.push_event(end);
            }
            return;
        }
        let begun = EventId::from_index(self.model.events.len());
        let happenings = begin.happenings.clone();
        let mut end = begin.clone();
        self.push_event(begin);
        if let Some(until) = until {
            end.kind = EventKind::Ends;
            end.when = until;
            end.entity = None;
            end.relations = Vec::new();
            end.happenings = happenings.iter().map(ended).collect();
            end.begun_by = Some(begun);
            self.push_event(end);
        }
    }

    fn fact_dates(
        &mut self,
        statement: &Statement,
        words: &[Word],
        country: Option<EntityId>,
    ) -> Option<(Option<When>, Option<When>)> {
        let since = words.iter().position(|word| word.is("since"));
        let until = words.iter().position(|word| word.is("until"));
        if since.is_none() && until.is_none() {
            let text = date_text(words);
            let ends = text.split_once("..").or_else(|| text.split_once('/'));
            return Some(match ends {
                _ if words.is_empty() => (None, None),
                Some((from, to)) if !text.starts_with(['[', '{']) => {
                    let span = span_of(words);
                    let mut end = |text| self.end_of_fact(statement, text, span, country);
                    (end(from)?, end(to)?)
                }
                _ => (Some(self.when(statement, words, country)?), None),
            });
        }
        let part = |from: Option<usize>| {
            from.map(|at| {
                let end = words[at + 1..]
                    .iter()
                    .position(|w| w.is("since") || w.is("until"))
                    .map_or(words.len(), |n| at + 1 + n);
                words[at + 1..end].to_vec()
            })
        };
        let mut read = |words: Option<Vec<Word>>| match words {
            Some(words) => self.when(statement, &words, country).map(Some),
            None => Some(None),
        };
        Some((read(part(since))?, read(part(until))?))
    }

    fn end_of_fact(
        &mut self,
        statement: &Statement,
        text: &str,
        span: Span,
        country: Option<EntityId>,
    ) -> Option<Option<When>> {
        let text = text.trim_matches(['.', '/']);
        if text.is_empty() {
            return Some(None);
        }
        let country = country.map(|id| self.model.name(id));
        match dates::read_on(self.model.program.clock, text.trim(), &self.reforms, country) {
            Ok(when) => Some(Some(when)),
            Err(error) => {
                let trouble = Trouble::new("bad-date", span, format!("`{text}` is no date: {error}"));
                self.complain(statement, trouble);
                None
            }
        }
    }

    pub(super) fn bare_event(&self, statement: &Statement, kind: EventKind, when: When, origin: OriginId) -> Event {
        let names = self.names.get(&key(statement));
        let entity = names.and_then(|ids| ids.first()).copied().filter(|_| statement.keyword().is_some());
        Event { entity, ..plain_event(kind, when, origin) }
    }

    /// Events of one day that tell the time come one after the other.
    pub(crate) fn order_by_time_of_day(&mut self) {
        let mut times: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
        let moment = |event: &Event| event.when.min.zip(dates::time_of_day(&event.when.written));
        for (day, time) in self.model.events.iter().filter_map(moment) {
            times.entry(day).or_default().insert(time);
        }
        for event in &mut self.model.events {
            let Some((day, time)) = moment(event) else { continue };
            event.step = times[&day].range(..time).count() as u32;
        }
    }

    pub(super) fn push_event(&mut self, mut event: Event) {
        let mut mentions: Vec<EntityId> = event.happenings.iter().flat_map(mentioned).collect();
        mentions.extend(event.mentions.iter().copied());
        mentions.sort_unstable();
        mentions.dedup();
        event.mentions = mentions;
        if let (Some(name), Some(actors)) = (event.entity, &event.known_only_to) {
            // What has a name can be told of.
            self.model.lexicon.entities[name.index()].known_only_to.get_or_insert_with(|| actors.clone());
        }
        self.model.events.push(event);
    }

    /// What a sentence says happens (or begins to hold), once for each combination of joined names.
    fn happenings(&mut self, words: &[Word], want: Want) -> Result<Vec<Happening>, Trouble> {
        let plain = seen(words);
        let end =
            plain.windows(3).position(|w| w[0].is("known") && w[1].is("only") && w[2].is("to")).unwrap_or(plain.len());
        let plain: Vec<Word> = plain[..end].to_vec();
        let plain = match plain.split_last() {
            Some((last, rest)) if last.is_sign(",") => rest.to_vec(),
            _ => plain,
        };
        let mut logic = self.logic(People::default());
        let said = match logic.reader.sentence(&plain, want, &logic.scope) {
            Ok(said) => said,
            Err(trouble) => return Err(undeclared_value(trouble, words, logic.reader.lexicon)),
        };
        if said.negated {
            return Err(Trouble::new("denied-event", span_of(words), "what did not happen is no event")
                .help("leave it out, or state it as a `claim`"));
        }
        self.happenings_of(&said, words)
    }

    fn happenings_of(&mut self, said: &Said, words: &[Word]) -> Result<Vec<Happening>, Trouble> {
        let open = || {
            Trouble::new("not-a-name", span_of(words), "an event needs names, not `a` or `each`")
                .help("name who and what")
        };
        let unspecified = value_of(self.model.hooks.unspecified);
        let fill = |filler: &Filler| match filler {
            Filler::Values(values) => Ok(values.clone()),
            Filler::Omitted => Ok(vec![unspecified]),
            Filler::Compared(_) => Err(open()),
            _ => Err(open()),
        };
        let mut lists = Vec::new();
        for filler in &said.args {
            let filler = self.ranged(filler);
            lists.push(fill(&filler)?);
        }
        let fillings = product(&lists);
        Ok(match said.target {
            Target::Action(action) => fillings.into_iter().map(|args| Happening::Action(action, args)).collect(),
            Target::Fluent(fluent) => {
                let value = match (&said.value, self.model.program.fluents[fluent.index()].ty) {
                    (_, FluentType::Truth) => Value::TRUE,
                    (Some(filler), _) => {
                        let filler = self.ranged(filler);
                        let values = fill(&filler)?;
                        *values.first().ok_or_else(open)?
                    }
                    (None, _) => {
                        return Err(Trouble::new("value-missing", span_of(words), "this fluent takes a value")
                            .help(format!("write `{} is …`", text_of(words))));
                    }
                };
                let fluent = self.stated_in.get(&fluent).copied().unwrap_or(fluent);
                let own: FluentId = self.own[fluent.index()].unwrap_or(fluent);
                fillings.into_iter().map(|args| Happening::FactBegins(own, args, value)).collect()
            }
        })
    }

    /// `at most 20 000` as an amount is a range.
    fn ranged(&mut self, filler: &Filler) -> Filler {
        let Filler::Compared(tests) = filler else { return filler.clone() };
        let mut logic = self.logic(People::default());
        Filler::Values(vec![logic.reader.amount_within(tests)])
    }
}

/// A date as one text: ranges and brackets close up, words keep their spaces.
fn date_text(words: &[Word]) -> String {
    let mut text = String::new();
    for word in words {
        let joined = text.is_empty() || word.kind == TokenKind::Punct || text.ends_with(['-', '/']);
        if !joined {
            text.push(' ');
        }
        text.push_str(&word.text);
    }
    text
}

/// `A, B and C`.
pub(crate) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

fn ended(happening: &Happening) -> Happening {
    match happening.clone() {
        Happening::FactBegins(fluent, args, value) => Happening::FactEnds(fluent, args, value),
        other => other,
    }
}

pub(crate) fn mentioned(happening: &Happening) -> Vec<EntityId> {
    let (args, value): (&[Value], Option<Value>) = match happening {
        Happening::Action(_, args) => (args, None),
        Happening::FactBegins(_, args, value) | Happening::FactEnds(_, args, value) => (args, Some(*value)),
    };
    args.iter().chain(value.iter()).filter_map(|value| value.as_entity()).filter(|id| id.0 > 1).collect()
}

/// All combinations, one of each list.
pub(crate) fn product(lists: &[Vec<Value>]) -> Vec<Vec<Value>> {
    let mut all = vec![Vec::new()];
    for list in lists {
        all = all
            .into_iter()
            .flat_map(|args: Vec<Value>| {
                list.iter().map(move |value| {
                    let mut args = args.clone();
                    args.push(*value);
                    args
                })
            })
            .collect();
    }
    all
}

/// An event of which nothing but its day is said yet.
pub(super) fn plain_event(kind: EventKind, when: When, origin: OriginId) -> Event {
    Event {
        entity: None,
        kind,
        when,
        relations: Vec::new(),
        happenings: Vec::new(),
        sentence: String::new(),
        standing: Standing::Stated,
        denied_by: Vec::new(),
        contradicted_by: Vec::new(),
        struck_by: Vec::new(),
        known_only_to: None,
        begun_by: None,
        mentions: Vec::new(),
        step: 0,
        origin,
    }
}

/// `population of Tarn is 5`, where nothing is called `population`: what is to be declared is a fluent and no thing.
fn undeclared_value(mut trouble: Trouble, words: &[Word], lexicon: &Lexicon) -> Trouble {
    let at = |text: &str| words.iter().position(|word| word.is(text));
    let (Some(of), Some(is)) = (at("of"), at("is")) else { return trouble };
    let fits = trouble.unknown.is_some() && 0 < of && of + 1 < is && is + 1 < words.len();
    let name = text_of(&words[..of]);
    if !fits || suggest(&name, lexicon.all_names()).is_some() {
        return trouble;
    }
    let kind_of = |words: &[Word]| {
        let id = lexicon.entity(&text_of(words))?;
        let kind = *lexicon.entities[id.index()].kinds.first()?;
        Some(lexicon.kinds[kind.index()].name.clone())
    };
    let of_what = kind_of(&words[of + 1..is]).unwrap_or_else(|| "thing".to_owned());
    let value = match &words[is + 1..] {
        value if value.iter().any(|word| word.number.is_some()) => "number".to_owned(),
        value => kind_of(value).unwrap_or_else(|| "text".to_owned()),
    };
    trouble.help = Some(format!("declare it: `fluent {name} of {{{of_what}}}: {value}`"));
    trouble.unknown = None;
    trouble
}
