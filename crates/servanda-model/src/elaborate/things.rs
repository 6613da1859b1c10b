//! Things and what is said about them: instruments, articles, sources, doctrines.

use servanda_diagnostics::Diagnostic;
use servanda_syntax::{Clause, HeadKind, Statement, TokenKind};

use super::scripts::{as_it_looks, odd_letter};
use super::trouble::Trouble;
use super::words::{Word, all, span_of, text_of};
use super::{Elaborator, File, key, plain_entity, value_of};
use crate::ids::{EntityId, FluentId, KindId, OriginId, SourceId};
use crate::model::{Chapter, Citation, Doctrine, Guard, Guarded, Precedence, Source};
use crate::program::Initial;
use crate::value::Value;

/// Words that mean something wherever a name may stand.
const READ_AS_WORDS: [&str; 50] = [
    "and",
    "any",
    "anybody",
    "anyone",
    "are",
    "be",
    "been",
    "between",
    "certainly",
    "did",
    "do",
    "does",
    "each",
    "ever",
    "every",
    "everybody",
    "everyone",
    "had",
    "has",
    "have",
    "how",
    "if",
    "is",
    "never",
    "no",
    "nobody",
    "none",
    "not",
    "nothing",
    "or",
    "possibly",
    "somebody",
    "someone",
    "something",
    "the",
    "until",
    "was",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "whom",
    "whose",
    "why",
    "unless",
    "everything",
    "anything",
];

impl Elaborator<'_> {
    /// First pass over a file: the names of things that belong to nothing else.
    pub(crate) fn declare_things(&mut self, file: &File) {
        for statement in file.document.statements.iter().filter(|statement| !statement.broken) {
            let words = all(&statement.head.tokens);
            match statement.kind {
                HeadKind::Sentence => {
                    self.declare_sentence(statement, &words);
                    self.declare_reform(statement);
                }
                HeadKind::Keyword("source") => {
                    if let Some(id) = self.declare_labelled(statement, &words, "source") {
                        self.declare_source(statement, id);
                    }
                }
                HeadKind::Keyword("doctrine") => {
                    self.declare_labelled(statement, &words, "doctrine");
                }
                HeadKind::Keyword("event" | "fact" | "claim") => {
                    let colon = words.iter().position(|word| word.is_sign(":")).unwrap_or(0);
                    if let Some(name) = super::narrative::head_of(&words[..colon]).name {
                        let kind = self.model.hooks.event;
                        self.declare(statement, &name.text, &name.text, kind, name.span);
                    }
                }
                _ => {}
            }
        }
    }

    /// A source or a doctrine.
    fn declare_labelled(&mut self, statement: &Statement, words: &[Word], kind: &str) -> Option<EntityId> {
        let Some(name) = words.first().filter(|word| word.kind != TokenKind::String) else {
            self.nameless(statement, words.first());
            return None;
        };
        let label = words.get(1).filter(|word| word.kind == TokenKind::String).map_or(&name.text, |word| &word.text);
        let kind = self.model.lexicon.kind(kind).expect("built in");
        self.declare(statement, &name.text, label, kind, name.span)
    }

    /// What has no name cannot be referred to, and would be lost without a word.
    pub(super) fn nameless(&mut self, statement: &Statement, instead: Option<&Word>) {
        let what = statement.keyword().unwrap_or("thing");
        let message = match instead {
            Some(word) if word.kind == TokenKind::Date => {
                format!("a name is wanted here, and `{}` is read as a date", word.text)
            }
            Some(word) => format!("a name is wanted here, and `{}` is none", word.text),
            None => "a name is missing here".to_owned(),
        };
        let span = instead.map_or(statement.head.span, |word| word.span);
        let trouble = Trouble::new("name-missing", span, message);
        self.complain(statement, trouble.help(format!("write `{what} NAME`; a name begins with a letter")));
    }

    /// Declares one thing, or reports that its name is taken.
    pub(super) fn declare(
        &mut self,
        statement: &Statement,
        name: &str,
        label: &str,
        kind: KindId,
        span: servanda_diagnostics::Span,
    ) -> Option<EntityId> {
        let exact = self.model.lexicon.lookup(name).into_iter().find(|id| self.model.name(*id) == name);
        if let Some(old) = exact {
            let old = self.model.lexicon.entities[old.index()].origin;
            let place = &self.model.origins[old.index()];
            let earlier = (place.file, place.span, place.label.clone());
            let mut trouble =
                Trouble::new("declared-twice", span, format!("the name `{name}` is taken")).help("choose another name");
            if !earlier.2.is_empty() {
                let line = self.model.files.get(earlier.0).map_or(0, |file| file.line_column(earlier.1.start).line);
                trouble.help = Some(format!("choose another name; it is used in line {line}: `{}`", earlier.2));
            }
            self.complain(statement, trouble);
            return None;
        }
        self.look_alikes(statement, name, span);
        self.word_as_name(statement, name, span);
        let origin = self.origin_of(statement);
        let id = self.model.lexicon.add_entity(plain_entity(name, label, kind, origin));
        self.names.entry(key(statement)).or_default().push(id);
        Some(id)
    }

    /// Refuses a name that sentences and questions read as a word of their own.
    fn word_as_name(&mut self, statement: &Statement, name: &str, span: servanda_diagnostics::Span) {
        if READ_AS_WORDS.contains(&name.to_lowercase().as_str()) {
            let trouble = Trouble::new("word-as-name", span, format!("`{name}` is a word of sentences and questions"));
            self.complain(statement, trouble.help("choose another name: no question could tell it from the word (the list is in docs/reference/language.md)"));
        }
    }

    /// Refuses a name that looks like another and has letters of another script.
    fn look_alikes(&mut self, statement: &Statement, name: &str, span: servanda_diagnostics::Span) {
        let lexicon = &self.model.lexicon;
        let (seen, by_look) = &mut self.looks;
        for (at, entity) in lexicon.entities.iter().enumerate().skip(*seen).filter(|(_, it)| !it.name.is_ascii()) {
            if let Some(look) = as_it_looks(&entity.name) {
                by_look.entry(look).or_insert(EntityId::from_index(at));
            }
        }
        *seen = lexicon.entities.len();
        let like = match as_it_looks(name) {
            Some(look) => lexicon.lookup(&look).into_iter().find(|id| lexicon.entities[id.index()].name == look),
            None => by_look.get(name).copied(),
        };
        let other = like.map(|id| lexicon.entities[id.index()].name.clone());
        if let Some(other) = other
            && let Some(odd) = odd_letter(name).or_else(|| odd_letter(&other))
        {
            let trouble =
                Trouble::new("look-alike-name", span, format!("this looks like `{other}`, and is another name"));
            self.complain(statement, trouble.help(format!("{odd}; type it in Latin letters, or choose another name")));
        }
    }

    fn declare_sentence(&mut self, statement: &Statement, words: &[Word]) {
        let Some(first) = words.first() else { return };
        let Some(kind) = self.model.lexicon.kind(&first.text) else { return };
        if words.get(1).is_none_or(|word| word.kind != TokenKind::Word && word.kind != TokenKind::Number) {
            let trouble = Trouble::new("name-missing", first.span, format!("a {} needs a name", first.text))
                .help(format!("write `{} NAME \"label\"`; a name begins with a letter", first.text));
            self.complain(statement, trouble);
            return;
        }
        let mut at = 1;
        while let Some(name) = words.get(at).filter(|word| matches!(word.kind, TokenKind::Word | TokenKind::Number)) {
            let label = words.get(at + 1).filter(|word| word.kind == TokenKind::String);
            let text = label.map_or(&name.text, |word| &word.text).clone();
            self.declare(statement, &name.text.clone(), &text, kind, name.span);
            at += 1 + usize::from(label.is_some());
            match words.get(at) {
                Some(comma) if comma.is_sign(",") && !is_known_only(&words[at + 1..]) => {
                    at += 1;
                    let next = words.get(at);
                    if next.is_none_or(|word| !matches!(word.kind, TokenKind::Word | TokenKind::Number)) {
                        self.nameless(statement, next);
                    }
                }
                _ => break,
            }
        }
    }

    /// `until DATE julian` below a country: from that day on it used the Gregorian calendar.
    fn declare_reform(&mut self, statement: &Statement) {
        let ids = self.names.get(&key(statement)).cloned().unwrap_or_default();
        for clause in &statement.clauses {
            let Some(text) = calendar_change(clause) else { continue };
            match servanda_calendar::reform::parse_until(&text) {
                Ok(day) => {
                    for id in &ids {
                        self.reforms.declare(self.model.name(*id), day);
                    }
                }
                Err(error) => {
                    let trouble = Trouble::new("bad-date", clause.span, format!("`{text}` names no day: {error}"))
                        .help("write the first day of the new calendar: `until 1918-02-14 julian`");
                    self.complain(statement, trouble);
                }
            }
        }
    }

    /// Whoever is named a second time among the parties is likely meant to be another.
    fn named_twice(&mut self, statement: &Statement, words: &[Word], parties: &[EntityId]) {
        let mut seen = std::collections::BTreeSet::new();
        let Some(twice) = parties.iter().find(|party| !seen.insert(**party)) else { return };
        let message = format!("`{}` is named twice among the parties", self.model.name(*twice));
        let diagnostic = servanda_diagnostics::Diagnostic::warning("party-named-twice", message)
            .label(statement.file, span_of(words), "")
            .headings(&statement.headings)
            .help("name each party once: `between A and B`");
        self.model.diagnostics.push(diagnostic);
    }

    /// One thing belongs to another, from the start.
    pub(super) fn belong(&mut self, part: EntityId, whole: EntityId, origin: OriginId) {
        self.model.lexicon.entities[part.index()].belongs_to.push(whole);
        let fluent = self.model.hooks.belongs_to;
        self.state_initially(fluent, vec![value_of(part), value_of(whole)], Value::TRUE, origin);
    }

    /// A fact that holds from the start, guarded by everything it mentions.
    pub(crate) fn state_initially(&mut self, fluent: FluentId, args: Vec<Value>, value: Value, origin: OriginId) {
        let mut guards: Vec<Guard> =
            args.iter().chain([&value]).filter_map(|v| v.as_entity()).map(Guard::About).collect();
        guards.dedup();
        self.model.initial.push(Guarded { item: Initial { fluent, args, value, origin }, guards });
    }

    /// `KIND Name … of X between A and B, known only to C`, or `X prevails over Y`, or `X does not apply when …`.
    pub(crate) fn sentence_statement(&mut self, statement: &Statement) {
        let words = all(&statement.head.tokens);
        let Some(first) = words.first() else { return };
        if first.is("in") && words.len() == 2 {
            return;
        }
        if let Some(at) = words.windows(2).position(|pair| pair[0].is("prevails") && pair[1].is("over")) {
            return self.precedence(statement, &words[..at], &words[at + 2..]);
        }
        if let Some(at) =
            words.windows(3).position(|three| three[0].is("does") && three[1].is("not") && three[2].is("apply"))
        {
            let from = at + 3 + usize::from(words.get(at + 3).is_some_and(|word| word.is("when") || word.is("if")));
            match self.model.lexicon.entity(&text_of(&words[..at])) {
                Some(norm) => {
                    self.cite(statement);
                    let origin = self.origin_of(statement);
                    self.model.exceptions.push((norm, origin));
                    self.exceptions.push((norm, words[from..].to_vec(), statement.clone()));
                }
                None => self.unknown_thing(statement, &words[..at]),
            }
            return;
        }
        if self.model.lexicon.kind(&first.text).is_none() {
            return self.unknown_head(statement, first);
        }
        let ids = self.names.get(&key(statement)).cloned().unwrap_or_default();
        if ids.is_empty() {
            return;
        }
        self.stray_in_head(statement, &words);
        self.head_relations(statement, &words, &ids);
        self.thing_clauses(statement);
    }

    /// What follows the names of a declaration is `of`, `between` or `known only to`; anything else would be lost without a word.
    fn stray_in_head(&mut self, statement: &Statement, words: &[Word]) {
        let is_name =
            |word: Option<&Word>| word.is_some_and(|word| matches!(word.kind, TokenKind::Word | TokenKind::Number));
        let mut at = 1;
        loop {
            at += 1 + usize::from(words.get(at + 1).is_some_and(|word| word.kind == TokenKind::String));
            if words.get(at).is_some_and(|word| word.is_sign(","))
                && is_name(words.get(at + 1))
                && !is_known_only(&words[at + 1..])
            {
                at += 1;
            } else {
                break;
            }
        }
        let at = at + usize::from(words.get(at).is_some_and(|word| word.is_sign(",")));
        let Some(stray) = words.get(at) else { return };
        if ["of", "between", "known"].iter().any(|known| stray.is(known)) {
            return;
        }
        let kind = text_of(&words[..1]);
        let near = servanda_diagnostics::suggest(&stray.text, ["between", "of", "known"]);
        let near = near.or(stray.is("with").then_some("between"));
        let (shown, span) = (text_of(&words[at..=at]), span_of(&words[at..]));
        let trouble = Trouble::new("stray-words", span, format!("`{shown}` is no part of a declaration"));
        let trouble = trouble.help(match near {
            Some("known") => "did you mean `known only to`?".to_owned(),
            Some(near) => format!("did you mean `{near}`?"),
            None if stray.kind == TokenKind::Word && stray.text.starts_with(char::is_uppercase) => {
                let name = format!("{}{}", words[1].text, stray.text);
                format!("a name is one word: write `{kind} {name} \"{} {}\"`", words[1].text, stray.text)
            }
            None => "a name, its label, `of X`, `between A and B` and `known only to C` stand here; clauses stand on lines of their own below".to_owned(),
        });
        self.complain(statement, trouble);
    }

    fn unknown_head(&mut self, statement: &Statement, first: &Word) {
        let heads = servanda_syntax::grammar::HEADS.iter().map(|head| head.keyword.to_owned());
        let kinds = self.model.lexicon.kinds.iter().map(|kind| kind.name.clone());
        let all: Vec<String> = heads.chain(kinds).collect();
        let message = format!("no statement begins with `{}`", first.text);
        let trouble = Trouble::new("unknown-statement", first.span, message);
        let trouble = match servanda_diagnostics::suggest(&first.text, all.iter().map(String::as_str)) {
            Some(near) => trouble.help(format!("did you mean `{near}`?")),
            None if self.model.lexicon.has_word(&first.lower) || is_clause(first) => {
                trouble.help("if it is a clause of the statement above it, indent the line")
            }
            None => trouble.help(format!("if it is a sort of thing, declare it: `kind {}`", first.text)),
        };
        self.complain(statement, trouble);
    }

    pub(super) fn head_relations(&mut self, statement: &Statement, words: &[Word], ids: &[EntityId]) {
        let origin = self.origin_of(statement);
        let known = (0..words.len()).find(|at| is_known_only(&words[*at..]));
        let end = known.unwrap_or(words.len());
        let between = words[..end].iter().position(|word| word.is("between"));
        let of = words[..between.unwrap_or(end)].iter().skip(2).position(|word| word.is("of")).map(|at| at + 2);
        if let Some(of) = of {
            let stop = between.unwrap_or(end);
            let name: Vec<Word> = words[of + 1..stop]
                .iter()
                .filter(|word| word.kind != TokenKind::String && !word.is_sign(","))
                .cloned()
                .collect();
            match self.model.lexicon.entity(&text_of(&name)) {
                Some(whole) if ids.contains(&whole) => {
                    let message = format!("`{}` cannot belong to itself", self.model.name(whole));
                    self.complain(statement, Trouble::new("part-of-itself", span_of(&name), message));
                }
                Some(whole) => {
                    for id in ids {
                        self.belong(*id, whole, origin);
                    }
                }
                None => self.unknown_thing(statement, &name),
            }
        }
        if let Some(between) = between {
            let parties = self.named(statement, &words[between + 1..end]);
            if let Some(own) = parties.iter().find(|party| ids.contains(party)) {
                let message = format!("`{}` is no party to itself", self.model.name(*own));
                self.complain(statement, Trouble::new("part-of-itself", span_of(&words[between + 1..end]), message));
            }
            self.named_twice(statement, &words[between + 1..end], &parties);
            for id in ids {
                self.model.lexicon.entities[id.index()].parties.clone_from(&parties);
            }
        }
        let known_to = known.map(|at| self.named(statement, &words[at + 3..]));
        let clause_known: Vec<Word> =
            statement.clauses_of("known only to").flat_map(|clause| all(&clause.tokens)).collect();
        let known_to = match known_to {
            None if !clause_known.is_empty() => Some(self.named(statement, &clause_known)),
            other => other,
        };
        if let Some(actors) = known_to {
            for id in ids {
                self.model.lexicon.entities[id.index()].known_only_to = Some(actors.clone());
            }
        }
    }

    /// Names joined by commas and `and`.
    pub(crate) fn named(&mut self, statement: &Statement, words: &[Word]) -> Vec<EntityId> {
        let mut ids = Vec::new();
        for part in words.split(|word| word.is_sign(",") || word.is("and")).filter(|part| !part.is_empty()) {
            let part: Vec<Word> = part.iter().filter(|word| !word.is("the")).cloned().collect();
            let text = match part.as_slice() {
                [word] => word.text.clone(),
                _ => text_of(&part),
            };
            match self.model.lexicon.entity(&text) {
                Some(id) => ids.push(id),
                None => self.unknown_thing(statement, &part),
            }
        }
        ids
    }

    /// `about X` and `term of articles II to VII`: more sentences about things.
    pub(crate) fn about(&mut self, statement: &Statement) {
        let words = all(&statement.head.tokens);
        let words = if words.first().is_some_and(|word| word.is("of")) { &words[1..] } else { &words[..] };
        let ids = match words.first() {
            Some(word) if word.is("article") || word.is("articles") => self.articles(statement, &words[1..]),
            _ => self.named(statement, words),
        };
        self.cite(statement);
        for clause in statement.clauses.iter().filter(|clause| clause.keyword.is_none()) {
            for id in &ids {
                self.sentence_about(statement, clause, *id);
            }
        }
    }

    /// Clauses of a declaration: its sources, other names, and sentences about it.
    pub(crate) fn thing_clauses(&mut self, statement: &Statement) {
        let ids = self.names.get(&key(statement)).cloned().unwrap_or_default();
        self.cite(statement);
        let Some(first) = ids.first().copied() else { return };
        for clause in &statement.clauses {
            match clause.keyword {
                Some(
                    "source" | "note" | "text" | "codes" | "known only to" | "known to" | "author" | "licence" | "unit"
                    | "judgment" | "untranslated",
                ) => {}
                Some("also" | "label") => {
                    for word in all(&clause.tokens) {
                        if matches!(word.kind, TokenKind::String | TokenKind::Word) {
                            self.model.lexicon.add_name(&word.text, first);
                        }
                    }
                }
                Some(keyword) if !SAID_OF_THINGS.contains(&keyword) => self.stray_clause(statement, clause),
                _ => {
                    for id in &ids {
                        self.sentence_about(statement, clause, *id);
                    }
                }
            }
        }
    }

    fn precedence(&mut self, statement: &Statement, over: &[Word], under: &[Word]) {
        let origin = self.cite(statement);
        match (self.model.lexicon.entity(&text_of(over)), self.model.lexicon.entity(&text_of(under))) {
            (Some(over), Some(under)) => self.model.precedence.push(Precedence { over, under, origin }),
            (None, _) => self.unknown_thing(statement, over),
            (_, None) => self.unknown_thing(statement, under),
        }
    }

    /// Norms each of which gives way to the other leave it open which applies.
    pub(crate) fn precedence_circles(&mut self) {
        let all: Vec<(EntityId, EntityId, OriginId)> =
            self.model.precedence.iter().map(|it| (it.over, it.under, it.origin)).collect();
        for (over, under, origin) in &all {
            let mut reached = vec![*under];
            let mut next = 0;
            while next < reached.len() {
                let from = reached[next];
                reached.extend(all.iter().filter(|(one, ..)| *one == from).map(|(_, other, _)| *other));
                let mut seen = std::collections::BTreeSet::new();
                reached.retain(|id| seen.insert(*id));
                next += 1;
            }
            if reached.contains(over) {
                let place = &self.model.origins[origin.index()];
                let message = format!("`{}` prevails over itself, by way of others", self.model.name(*over));
                let circle = Diagnostic::error("precedence-in-a-circle", message)
                    .label(place.file, place.span, "")
                    .headings(&place.headings)
                    .help("leave one of these statements out");
                self.model.diagnostics.push(circle);
            }
        }
    }

    fn declare_source(&mut self, statement: &Statement, entity: EntityId) {
        let origin = self.origin_of(statement);
        let id = SourceId::from_index(self.model.sources.len());
        self.model.sources.push(Source { entity, file: None, published: None, ignored: Vec::new(), origin });
        self.source_ids.insert(entity, id);
    }

    pub(crate) fn source(&mut self, statement: &Statement) {
        let Some(entity) = self.names.get(&key(statement)).and_then(|ids| ids.first()).copied() else { return };
        let Some(id) = self.source_ids.get(&entity).copied() else { return };
        for clause in &statement.clauses {
            let words = all(&clause.tokens);
            match clause.keyword {
                Some("file") => {
                    self.model.sources[id.index()].file = words.first().map(|word| word.text.clone());
                }
                Some("published") => {
                    let year = year_of(&words);
                    if year.is_none() {
                        let trouble = Trouble::new("bad-year", clause.span, "a year is wanted here")
                            .help("write `published 1931`, or a date; the year before the year 1 is `0000`");
                        self.complain(statement, trouble);
                    }
                    self.model.sources[id.index()].published = year;
                }
                Some("ignored") => {
                    let texts = words.into_iter().filter(|word| word.kind == TokenKind::String).map(|word| word.text);
                    self.model.sources[id.index()].ignored.extend(texts);
                }
                Some("note" | "author" | "licence" | "also" | "text" | "label" | "codes") => {}
                _ => self.stray_clause(statement, clause),
            }
        }
    }

    /// `left out SOURCE "locator": reason`.
    pub(crate) fn left_out(&mut self, statement: &Statement) {
        let words = all(&statement.head.tokens);
        let words = if words.first().is_some_and(|word| word.is("out")) { &words[1..] } else { &words[..] };
        let colon = words.iter().position(|word| word.is_sign(":")).unwrap_or(words.len());
        let origin = self.origin_of(statement);
        let reason = text_of(words.get(colon + 1..).unwrap_or(&[]));
        if let Some(citation) = self.citation(statement, &words[..colon], origin, reason) {
            self.model.left_out.push(citation);
        }
    }

    pub(crate) fn doctrine(&mut self, statement: &Statement) {
        let Some(entity) = self.names.get(&key(statement)).and_then(|ids| ids.first()).copied() else { return };
        let default = all(&statement.head.tokens).iter().any(|word| word.is("default"));
        self.cite(statement);
        let mut held_by = Vec::new();
        for clause in statement.clauses_of("held by") {
            held_by.extend(self.named(statement, &all(&clause.tokens)));
        }
        self.model.doctrines.push(Doctrine { entity, default, held_by });
    }

    pub(crate) fn chapter(&mut self, statement: &Statement) {
        let words = all(&statement.head.tokens);
        let Some(name) = words.first() else { return };
        let title = words.get(1).map_or_else(|| name.text.clone(), |word| word.text.clone());
        self.model.chapters.push(Chapter { name: name.text.clone(), title, file: statement.file });
    }

    /// Records the citations and judgments of a statement.
    pub(crate) fn cite(&mut self, statement: &Statement) -> OriginId {
        let origin = self.origin_of(statement);
        for clause in &statement.clauses {
            match clause.keyword {
                Some("source" | "cites") => self.cite_clause(statement, clause, origin),
                Some("text") => {
                    // A phrase of the text itself; the source is the instrument's, if it has one.
                }
                Some("judgment" | "untranslated") => {
                    let words = all(&clause.tokens);
                    self.model.origins[origin.index()].judgments.push(
                        words
                            .iter()
                            .find(|word| word.kind == TokenKind::String)
                            .map_or_else(|| text_of(&words), |w| w.text.clone()),
                    );
                }
                _ => {}
            }
        }
        origin
    }

    fn cite_clause(&mut self, statement: &Statement, clause: &Clause, origin: OriginId) {
        let words = all(&clause.tokens);
        if let Some(citation) = self.citation(statement, &words, origin, String::new()) {
            self.model.origins[origin.index()].citations.push(self.model.citations.len());
            self.model.citations.push(citation);
        }
    }

    fn citation(
        &mut self,
        statement: &Statement,
        words: &[Word],
        origin: OriginId,
        reason: String,
    ) -> Option<Citation> {
        let name = words.first()?;
        let source = self.model.lexicon.lookup(&name.text).into_iter().find_map(|id| self.source_ids.get(&id).copied());
        let Some(source) = source else {
            let names: Vec<String> =
                self.model.sources.iter().map(|source| self.model.name(source.entity).to_owned()).collect();
            let trouble = Trouble::new("unknown-source", name.span, format!("no source is called `{}`", name.text));
            let trouble = match servanda_diagnostics::suggest(&name.text, names.iter().map(String::as_str)) {
                Some(near) => trouble.help(format!("did you mean `{near}`?")),
                None => trouble.help(format!("declare it: `source {} \"title\"`", name.text)),
            };
            self.complain(statement, trouble);
            return None;
        };
        let rest = &words[1..];
        let texts: Vec<&str> =
            rest.iter().filter(|word| word.kind == TokenKind::String).map(|word| word.text.as_str()).collect();
        let locator = match texts.as_slice() {
            [] => None,
            [one] => Some((*one).to_owned()),
            [from, .., to] => Some(format!("{from} … {to}")),
        };
        let place: Vec<Word> = rest
            .iter()
            .filter(|word| word.kind != TokenKind::String && !word.is_sign("...") && !word.is_sign(","))
            .cloned()
            .collect();
        Some(Citation { source, locator, place: text_of(&place), reason, origin, span: span_of(words) })
    }

    /// The parties of every instrument, as facts; those of a protocol come from the treaty it is of.
    pub(crate) fn party_facts(&mut self) {
        let instrument = self.model.hooks.instrument;
        let ids: Vec<EntityId> = (0..self.model.lexicon.entities.len()).map(EntityId::from_index).collect();
        for id in ids {
            // What belongs to a secret instrument is as secret as it is.
            if let Some(root) = self.secret(id) {
                let (secret, origin) = (self.model.hooks.secret, self.model.lexicon.entities[root.index()].origin);
                self.state_initially(secret, vec![value_of(id)], Value::TRUE, origin);
            }
            if !self.model.lexicon.is_of_kind(id, instrument) {
                continue;
            }
            let mut whole = id;
            let mut parties = Vec::new();
            for _ in 0..8 {
                let entity = &self.model.lexicon.entities[whole.index()];
                parties.clone_from(&entity.parties);
                match entity.belongs_to.first() {
                    Some(next) if parties.is_empty() => whole = *next,
                    _ => break,
                }
            }
            if let (true, Some(insiders)) = (whole != id, &self.model.lexicon.entities[id.index()].known_only_to) {
                // A secret protocol that names no parties is between those of the treaty's who know of it.
                let among: Vec<EntityId> = parties.iter().copied().filter(|party| insiders.contains(party)).collect();
                parties = if among.is_empty() { insiders.clone() } else { among };
            }
            self.model.lexicon.entities[id.index()].parties.clone_from(&parties);
            let origin = self.model.lexicon.entities[id.index()].origin;
            let fluent = self.model.hooks.named_in;
            for party in parties {
                self.state_initially(fluent, vec![value_of(party), value_of(id)], Value::TRUE, origin);
            }
        }
    }
}

/// The year of a date; of one that is not known to the year, the last that it can be.
fn year_of(words: &[Word]) -> Option<i64> {
    let text: String = words.iter().map(|word| word.text.as_str()).collect();
    super::dates::read(&text).ok()?.max.map(|day| servanda_calendar::Day(day).year())
}

/// The text of the clause `until DATE julian`, if it is one.
pub(crate) fn calendar_change(clause: &Clause) -> Option<String> {
    let words = all(&clause.tokens);
    match (clause.keyword, words.as_slice()) {
        (Some("until"), [date, julian]) if julian.is("julian") => Some(format!("until {} julian", date.text)),
        _ => None,
    }
}

/// Words that are clause keywords elsewhere and begin sentences about things here.
const SAID_OF_THINGS: [&str; 9] = ["on", "after", "before", "from", "until", "within", "with", "value", "includes"];

/// Whether a clause of some statement begins so.
fn is_clause(word: &Word) -> bool {
    servanda_syntax::grammar::CLAUSES.iter().any(|clause| word.is(clause.keyword))
}

fn is_known_only(words: &[Word]) -> bool {
    matches!(words, [known, only, to, ..] if known.is("known") && only.is("only") && to.is("to"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_word_that_is_no_name_is_listed() {
        let page = include_str!("../../../../docs/reference/language.md");
        let list = page.lines().find(|line| line.starts_with("- These words are no names:")).expect("there is a list");
        for word in super::READ_AS_WORDS {
            assert!(list.contains(&format!("`{word}`")), "{word}");
        }
    }
}
