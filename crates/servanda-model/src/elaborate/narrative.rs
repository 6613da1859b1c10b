//! Events, facts and claims: what happened, what held, what was said.

use std::collections::{BTreeMap, BTreeSet};

use servanda_diagnostics::{Diagnostic, Span, suggest};
use servanda_syntax::{Clause, Statement, TokenKind};

use super::logic::People;
use super::sentence::{Filler, Said, Want};
use super::trouble::{Like, Trouble, Unknown};
use super::words::{Word, all, seen, span_of, split, text_of};
use super::{Elaborator, dates, key, value_of};
use crate::ids::{EntityId, EventId, FluentId, OriginId};
use crate::lexicon::{Lexicon, Target};
use crate::model::{Against, Event, EventKind, Guarded, Lapse, Relation, Standing, When};
use crate::program::{Clock, FluentType, Happening, Initial};
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

    /// Who says it, who denies it, what contradicts it, who knows of it.
    pub(super) fn standing(&mut self, statement: &Statement, event: &mut Event) {
        for clause in &statement.clauses {
            let words = all(&clause.tokens);
            match clause.keyword {
                Some("according to" | "held by") => {
                    let by = self.claimants(statement, &words);
                    match &mut event.standing {
                        Standing::Claimed(all) => all.extend(by),
                        _ => event.standing = Standing::Claimed(by),
                    }
                }
                Some("denied by") => event.denied_by.extend(self.named(statement, &words)),
                Some("contradicted by") => {
                    event.standing = match std::mem::take(&mut event.standing) {
                        Standing::Claimed(by) => Standing::Claimed(by),
                        _ => Standing::Contradicted,
                    };
                    let because = words.iter().position(|word| word.is("because")).unwrap_or(words.len());
                    event.contradicted_by.push(text_of(&words[..because]));
                    for part in words[..because].split(|word| word.is_sign(",") || word.is("and")) {
                        let quoted = part.first().is_none_or(|word| word.kind == TokenKind::String);
                        let named = self.model.lexicon.lookup(&text_of(part)).first().copied().filter(|_| !quoted);
                        if !quoted && named.is_none() {
                            self.unknown_thing(statement, part);
                        }
                        event.struck_by.push(named.map_or(Against::Words, Against::Named));
                    }
                }
                Some("corrects") => {
                    let corrected = self.named(statement, &words);
                    self.corrections.extend(corrected.into_iter().map(|it| (it, statement.clone())));
                }
                Some("known only to") => {
                    let named = self.named(statement, &words);
                    event.known_only_to.get_or_insert_default().extend(named);
                }
                Some(
                    "source" | "note" | "because" | "known to" | "text" | "judgment" | "untranslated" | "on" | "after"
                    | "before" | "within" | "then" | "label" | "also" | "codes",
                ) => {}
                None if relation_start(&words) => {}
                _ => self.stray_clause(statement, clause),
            }
        }
        let words = all(&statement.head.tokens);
        if let Some(at) = words.windows(3).position(|w| w[0].is("known") && w[1].is("only") && w[2].is("to")) {
            event.known_only_to = Some(self.named(statement, &words[at + 3..]));
        }
    }

    /// What a statement of the dossier corrects is not taken as a fact; what a mere claim says about it counts as said
    /// against it.
    pub(crate) fn correct(&mut self) {
        for (corrected, statement) in std::mem::take(&mut self.corrections) {
            let by = self.names.get(&key(&statement)).and_then(|ids| ids.first()).copied();
            if by == Some(corrected) {
                let message = format!("`{}` corrects itself, and would be left out", self.model.name(corrected));
                let trouble = Trouble::new("corrects-itself", statement.head.span, message)
                    .help("name the statement that is corrected, or leave the clause out");
                self.complain(&statement, trouble);
                continue;
            }
            let origin = self.origin_of(&statement);
            let words = || text_of(&all(&statement.head.tokens));
            let name = by.map_or_else(words, |by| self.model.name(by).to_owned());
            let is_stated =
                self.model.events.iter().any(|event| event.origin == origin && event.standing == Standing::Stated)
                    || self.model.initial.iter().any(|fact| fact.item.origin == origin);
            self.correct_initially(corrected, is_stated);
            let at = self.model.lexicon.entities[corrected.index()].origin;
            for event in self.model.events.iter_mut().filter(|event| event.origin == at) {
                event.contradicted_by.push(name.clone());
                if is_stated {
                    event.struck_by.push(Against::Statement(origin));
                }
                if is_stated && event.standing == Standing::Stated {
                    event.standing = Standing::Contradicted;
                }
            }
        }
    }

    /// A fact that holds from the start, and is corrected, becomes an event that does not count.
    fn correct_initially(&mut self, corrected: EntityId, is_stated: bool) {
        let origin = self.model.lexicon.entities[corrected.index()].origin;
        let is_event = self.model.lexicon.is_of_kind(corrected, self.model.hooks.event);
        if !is_stated || !is_event {
            return;
        }
        let (facts, rest) =
            std::mem::take(&mut self.model.initial).into_iter().partition(|fact| fact.item.origin == origin);
        self.model.initial = rest;
        let facts: Vec<Guarded<Initial>> = facts;
        if facts.is_empty() {
            return;
        }
        let begin = |fact: Guarded<Initial>| Happening::FactBegins(fact.item.fluent, fact.item.args, fact.item.value);
        let sentence = self.model.origins[origin.index()].label.clone();
        let sentence = sentence.split_once(':').map_or(sentence.as_str(), |(_, said)| said).trim().to_owned();
        let happenings = facts.into_iter().map(begin).collect();
        let bare = plain_event(EventKind::Begins, When::default(), origin);
        self.push_event(Event { entity: Some(corrected), happenings, sentence, ..bare });
    }

    /// Relations to other events: `after X`, `the day after X`, `within 6 days of X`, `10 months after X`.
    pub(super) fn relations(&mut self, statement: &Statement) -> Vec<Relation> {
        let mut all_relations = Vec::new();
        for clause in &statement.clauses {
            let words = all(&clause.tokens);
            let mut full = Vec::new();
            match clause.keyword {
                Some(keyword @ ("after" | "before" | "within" | "then")) => {
                    full.push(Word {
                        kind: TokenKind::Word,
                        text: keyword.to_owned(),
                        lower: keyword.to_owned(),
                        number: None,
                        span: clause.keyword_span,
                    });
                    full.extend(words);
                }
                None if relation_start(&words) => full = words,
                _ => continue,
            }
            match self.relation(&full, clause.span) {
                Ok(relation) => all_relations.extend(relation),
                Err(trouble) => self.complain(statement, trouble),
            }
        }
        all_relations
    }

    fn relation(&mut self, words: &[Word], span: Span) -> Result<Vec<Relation>, Trouble> {
        let bad = || {
            Trouble::new("bad-relation", span, format!("`{}` relates to no other event", text_of(words)))
                .help("write `after X`, `before X`, `same day as X`, `the day after X`, `6 days after X`, `within 6 days of X`")
        };
        let clock = self.model.program.clock;
        let days = |n: i64| Some(Lapse::Days(n * clock.day()));
        let plain: Vec<Word> = words.iter().filter(|word| !word.is("the")).cloned().collect();
        let lower: Vec<&str> = plain.iter().map(|word| word.lower.as_str()).collect();
        let (from, at_least, at_most, then) = match lower.as_slice() {
            ["then", ..] => (1, days(0), days(0), true),
            ["same", "day", "as", ..] => (3, days(0), days(0), false),
            ["day", "after", ..] | ["next", "day", "after", ..] => {
                (if lower[0] == "day" { 2 } else { 3 }, days(1), days(1), false)
            }
            ["day", "before", ..] => (2, days(-1), days(-1), false),
            ["after", ..] => (1, days(1), None, false),
            ["not", "before", ..] => (2, days(0), None, false),
            ["before", ..] => (1, None, days(-1), false),
            ["not", "after", ..] => (2, None, days(0), false),
            ["within", ..] => {
                let of = lower.iter().position(|word| *word == "of").ok_or_else(bad)?;
                let lapse = lapse(&plain[1..of], clock).ok_or_else(bad)?;
                (of + 1, days(0), Some(lapse), false)
            }
            _ => {
                let at = lower.iter().position(|word| *word == "after" || *word == "before").ok_or_else(bad)?;
                let lapse = lapse(&plain[..at], clock).ok_or_else(bad)?;
                let lapse = if lower[at] == "before" { negated(lapse) } else { lapse };
                (at + 1, Some(lapse), Some(lapse), false)
            }
        };
        let names = split(&plain[from..], ",");
        let mut relations = Vec::new();
        for name in names {
            let other = self.model.lexicon.entity(&text_of(name));
            let other = other.filter(|id| {
                let event = self.model.hooks.event;
                self.model.lexicon.is_of_kind(*id, event)
            });
            let Some(other) = other else {
                let text = text_of(name);
                let events: Vec<&str> = self.model.lexicon.all_names().collect();
                let trouble = Trouble::new("unknown-event", span_of(name), format!("no event is called `{text}`"));
                return Err(match servanda_diagnostics::suggest(&text, events) {
                    Some(near) => trouble.help(format!("did you mean `{near}`?")),
                    None => trouble.help("give the other event a name: `event DATE Name: …`"),
                });
            };
            relations.push(Relation { other, at_least, at_most, then, span });
        }
        Ok(relations)
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

    /// A clause of a thing as a sentence about it: dated, an event; undated, a fact from the start.
    pub(crate) fn sentence_about(&mut self, statement: &Statement, clause: &Clause, id: EntityId) {
        if super::things::calendar_change(clause).is_some() {
            return;
        }
        let origin = self.origin_of(statement);
        let mut words = Vec::new();
        let name = Word {
            kind: TokenKind::Word,
            text: self.model.name(id).to_owned(),
            lower: self.model.name(id).to_lowercase(),
            number: None,
            span: clause.span,
        };
        words.push(name);
        if let Some(keyword) = clause.keyword {
            for part in keyword.split(' ') {
                words.push(Word {
                    kind: TokenKind::Word,
                    text: part.to_owned(),
                    lower: part.to_owned(),
                    number: None,
                    span: clause.keyword_span,
                });
            }
        }
        words.extend(all(&clause.tokens).into_iter().filter(|word| !word.is_sign(",")));
        let dated = |word: &Word| word.kind == TokenKind::Date || is_year(word);
        let whole = self.happenings(&words, Want::FluentFirst);
        let at = words.iter().position(dated);
        let result = match (whole, at) {
            (Ok(happenings), _) => Ok((happenings, When::default())),
            (Err(_), Some(at)) => {
                let mut rest = words.clone();
                let mut date = vec![rest.remove(at)];
                if rest.get(at).is_some_and(|word| word.is("julian")) {
                    date.push(rest.remove(at));
                }
                if at > 0
                    && rest.get(at - 1).is_some_and(|word| ["on", "since", "from", "in"].contains(&word.lower.as_str()))
                {
                    rest.remove(at - 1);
                }
                let country = Some(id).filter(|id| self.reforms.first_gregorian(self.model.name(*id)).is_some());
                let Some(when) = self.when(statement, &date, country) else { return };
                self.happenings(&rest, Want::ActionFirst).map(|happenings| (happenings, when))
            }
            (Err(trouble), None) => Err(trouble),
        };
        match result {
            Err(mut trouble) => {
                if let Some(date) = spelt_out(&words) {
                    let message = format!("`{}` is no date", text_of(date));
                    let help = dates::meant_day(&text_of(date))
                        .map_or("write for example `1939-10-10`".to_owned(), |meant| format!("write `{meant}`"));
                    trouble = Trouble::new("bad-date", span_of(date), message).help(help);
                } else if matches!(trouble.code, "unknown-name" | "unknown-phrase") {
                    trouble = said_about(trouble, &words, &clause_text(clause));
                }
                // The thing's own name is not in the text: point at the clause.
                if trouble.span.start < clause.span.start || trouble.span == Span::default() {
                    trouble.span = clause.span;
                }
                self.complain(statement, trouble);
            }
            Ok((happenings, when)) if when.written.is_empty() => {
                for happening in happenings {
                    match happening {
                        Happening::FactBegins(fluent, args, value) => self.state_initially(fluent, args, value, origin),
                        _ => {
                            // An act whose day nobody tells.
                            let mut event = self.bare_event(statement, EventKind::Happens, When::default(), origin);
                            event.entity = None;
                            event.sentence = text_of(&words);
                            event.mentions = vec![id];
                            event.happenings = vec![happening];
                            self.push_event(event);
                        }
                    }
                }
            }
            Ok((happenings, when)) => {
                let begins = matches!(happenings.first(), Some(Happening::FactBegins(..)));
                let kind = if begins { EventKind::Begins } else { EventKind::Happens };
                let mut event = self.bare_event(statement, kind, when, origin);
                event.entity = None;
                event.sentence = text_of(&words);
                event.happenings = happenings;
                event.mentions = vec![id];
                self.push_event(event);
            }
        }
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

/// A date in words: `10 October 1939`.
fn spelt_out(words: &[Word]) -> Option<&[Word]> {
    let is_month =
        |word: &Word| word.kind == TokenKind::Word && dates::meant_day(&format!("1 {} 2000", word.text)).is_some();
    let is_day = |word: &Word| word.text.starts_with(|sign: char| sign.is_ascii_digit()) && word.text.len() <= 4;
    let three = words
        .windows(3)
        .find(|it| is_year(&it[2]) && (is_day(&it[0]) && is_month(&it[1]) || is_month(&it[0]) && is_day(&it[1])));
    three.or_else(|| words.windows(2).find(|it| is_month(&it[0]) && is_year(&it[1])))
}

/// What is said below a thing is a sentence that begins with it.
fn said_about(trouble: Trouble, words: &[Word], clause: &str) -> Trouble {
    let thing = &words[0].text;
    let message = format!("no phrase reads `{}`", text_of(words));
    let mut said = Trouble::new(trouble.code, trouble.span, message).help(format!(
        "a clause here says something that begins with `{thing}`; anything else is a statement of its own: `fact: {clause}`, or `event DATE: …`"
    ));
    said.unknown = trouble.unknown.map(|_| Unknown { text: text_of(words), like: Like::Phrase });
    said
}

fn clause_text(clause: &Clause) -> String {
    let words = text_of(&all(&clause.tokens));
    clause.keyword.map_or(words.clone(), |keyword| format!("{keyword} {words}"))
}

fn is_year(word: &Word) -> bool {
    word.kind == TokenKind::Number && word.text.len() == 4 && word.text.bytes().all(|b| b.is_ascii_digit())
}

fn relation_start(words: &[Word]) -> bool {
    let lower: Vec<&str> = words.iter().take(4).map(|word| word.lower.as_str()).collect();
    matches!(
        lower.as_slice(),
        ["the", "day", "after" | "before", ..]
            | ["day", "after" | "before", ..]
            | ["same", "day", ..]
            | ["the", "same", "day", ..]
            | ["not", "before" | "after", ..]
    ) || (words.first().is_some_and(|word| {
        word.number.is_some() || super::sentence::duration(std::slice::from_ref(word), Clock::Days).is_some()
    }) && words.iter().any(|word| word.is("after") || word.is("before")))
}

fn lapse(words: &[Word], clock: Clock) -> Option<Lapse> {
    use crate::value::Duration;
    Some(match super::sentence::duration(words, clock)? {
        Duration::Ticks(n) => Lapse::Days(i64::from(n)),
        Duration::Months(n) => Lapse::Months(i64::from(n)),
        Duration::Years(n) => Lapse::Months(i64::from(n) * 12),
    })
}

/// `A, B and C`.
pub(crate) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

fn negated(lapse: Lapse) -> Lapse {
    match lapse {
        Lapse::Days(n) => Lapse::Days(-n),
        Lapse::Months(n) => Lapse::Months(-n),
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
