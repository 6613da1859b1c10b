//! Negotiations, their issues, moves and stated preferences.

use servanda_syntax::{HeadKind, Statement, TokenKind};

use super::trouble::Trouble;
use super::words::{Word, all, span_of, split, text_of};
use super::{Elaborator, File, key};
use crate::ids::{EntityId, EventId, KindId};
use crate::lexicon::Kind;
use crate::model::{EventKind, Standing};
use crate::negotiation::{Choice, Issue, IssueKind, Move, MoveKind, Negotiation, Preference, Term, TermValue, VERBS};
use crate::value::{Number, NumberRange};

/// Words between a verb and its issue that say nothing more.
const BETWEEN: [&str; 8] = ["on", "over", "about", "the", "a", "an", "at", "that"];

impl Elaborator<'_> {
    /// The kind of negotiations, which no phrase needs to mention.
    pub(crate) fn negotiation_kind(&mut self) -> KindId {
        let kind = Kind {
            name: "negotiation".to_owned(),
            label: "negotiation".to_owned(),
            parents: Vec::new(),
            origin: crate::ids::OriginId(0),
        };
        self.model.lexicon.add_kind(kind).unwrap_or_else(|old| old)
    }

    /// First pass: the names of negotiations and moves.
    pub(crate) fn declare_negotiations(&mut self, file: &File) {
        for statement in file.document.statements.iter().filter(|statement| !statement.broken) {
            let words = all(&statement.head.tokens);
            match statement.kind {
                HeadKind::Keyword("negotiation") => {
                    let Some(name) = words.first().filter(|word| word.kind == TokenKind::Word) else { continue };
                    let label = words.get(1).filter(|word| word.kind == TokenKind::String);
                    let label = label.map_or(&name.text, |word| &word.text);
                    let kind = self.negotiation_kind();
                    self.declare(statement, &name.text, label, kind, name.span);
                }
                HeadKind::Keyword("move") => {
                    let colon = words.iter().position(|word| word.is_sign(":")).unwrap_or(0);
                    let end = words[..colon].iter().position(|word| word.is("in")).unwrap_or(colon);
                    if let Some(name) = super::narrative::head_of(&words[..end]).name {
                        let kind = self.model.hooks.event;
                        self.declare(statement, &name.text, &name.text, kind, name.span);
                    }
                }
                _ => {}
            }
        }
    }

    /// Negotiations with everything that belongs to them; after events, which moves may refer to.
    pub(crate) fn negotiations(&mut self) {
        self.each("negotiation", Self::negotiation);
        let documents = self.documents;
        for wanted in ["issue", "move", "preference"] {
            for file in documents {
                let mut open = None;
                for statement in file.document.statements.iter().filter(|statement| !statement.broken) {
                    match statement.keyword() {
                        Some("negotiation") => open = self.negotiation_of(statement).or(open),
                        Some(head) if head == wanted => match head {
                            "issue" => self.issue(statement, open),
                            "move" => self.made_move(statement, open),
                            _ => self.preference(statement, open),
                        },
                        _ => {}
                    }
                }
            }
        }
    }

    fn negotiation_of(&self, statement: &Statement) -> Option<usize> {
        let entity = self.names.get(&key(statement))?.first()?;
        self.model.negotiations.iter().position(|it| it.entity == *entity)
    }

    fn negotiation(&mut self, statement: &Statement) {
        let Some(entity) = self.names.get(&key(statement)).and_then(|ids| ids.first()).copied() else {
            if all(&statement.head.tokens).first().is_none_or(|word| word.kind != TokenKind::Word) {
                let trouble = Trouble::new("name-missing", statement.head.span, "a negotiation needs a name")
                    .help("write `negotiation NAME \"LABEL\" between A and B`");
                self.complain(statement, trouble);
            }
            return;
        };
        let words = all(&statement.head.tokens);
        self.head_relations(statement, &words, &[entity]);
        let origin = self.cite(statement);
        for clause in &statement.clauses {
            match clause.keyword {
                Some("source" | "note" | "known only to" | "known to" | "label") => {}
                Some("also") => {
                    for word in all(&clause.tokens) {
                        self.model.lexicon.add_name(&word.text, entity);
                    }
                }
                _ => self.stray_clause(statement, clause),
            }
        }
        let sides = self.model.lexicon.entities[entity.index()].parties.clone();
        if sides.len() < 2 {
            let trouble = Trouble::new("too-few-sides", statement.head.span, "a negotiation needs two sides")
                .help("write `negotiation NAME \"LABEL\" between A and B`");
            self.complain(statement, trouble);
        }
        let (issues, moves, preferences) = (Vec::new(), Vec::new(), Vec::new());
        self.model.negotiations.push(Negotiation { entity, sides, issues, moves, preferences, origin });
    }

    /// The negotiation that a statement names after `word`, or else the one opened last in the file.
    fn meant(
        &mut self,
        statement: &Statement,
        words: &[Word],
        word: &str,
        open: Option<usize>,
    ) -> Option<(usize, usize)> {
        let Some(at) = words.iter().position(|it| it.is(word)) else {
            if open.is_none() {
                let head = statement.keyword().unwrap_or("issue");
                let trouble =
                    Trouble::new("no-negotiation", statement.head.span, format!("this {head} belongs to nothing"))
                        .help(format!("name its negotiation: `{head} NAME {word} NEGOTIATION: …`"));
                self.complain(statement, trouble);
            }
            return open.map(|open| (open, words.len()));
        };
        let name: Vec<Word> = words[at + 1..].iter().take_while(|word| !word.is_sign(",")).cloned().collect();
        let entity = self.model.lexicon.entity(&text_of(&name));
        let found = self.model.negotiations.iter().position(|it| Some(it.entity) == entity);
        if found.is_none() {
            let text = text_of(&name);
            let known: Vec<String> =
                self.model.negotiations.iter().map(|it| self.model.name(it.entity).to_owned()).collect();
            let trouble = Trouble::new(
                "unknown-negotiation",
                span_of(&words[at..]),
                format!("no negotiation is called `{text}`"),
            );
            let trouble = match servanda_diagnostics::suggest(&text, known.iter().map(String::as_str)) {
                Some(near) => trouble.help(format!("did you mean `{near}`?")),
                None => trouble.help("declare it: `negotiation NAME \"LABEL\" between A and B`"),
            };
            self.complain(statement, trouble);
        }
        found.map(|found| (found, at))
    }

    fn colon_of(&mut self, statement: &Statement, words: &[Word], form: &str) -> Option<usize> {
        let colon = words.iter().position(|word| word.is_sign(":"));
        if colon.is_none() {
            let trouble = Trouble::new("colon-missing", statement.head.span, "a colon is missing here")
                .help(format!("write `{form}`"));
            self.complain(statement, trouble);
        }
        colon
    }

    /// `issue NAME "LABEL" of NEGOTIATION: KIND OF VALUE`.
    fn issue(&mut self, statement: &Statement, open: Option<usize>) {
        let words = all(&statement.head.tokens);
        let Some(colon) = self.colon_of(statement, &words, "issue NAME \"LABEL\": number of UNIT") else { return };
        let Some((negotiation, _)) = self.meant(statement, &words[..colon], "of", open) else { return };
        let Some(name) = words[..colon].first().filter(|word| word.kind == TokenKind::Word) else {
            let trouble = Trouble::new("name-missing", statement.head.span, "an issue needs a name")
                .help("write `issue NAME \"LABEL\": number of UNIT`");
            return self.complain(statement, trouble);
        };
        let label = words[..colon].get(1).filter(|word| word.kind == TokenKind::String).unwrap_or(name).text.clone();
        if self.model.negotiations[negotiation].issues.iter().any(|issue| issue.name == name.text) {
            let trouble =
                Trouble::new("declared-twice", name.span, format!("the issue `{}` is there twice", name.text))
                    .help("choose another name");
            return self.complain(statement, trouble);
        }
        let kind = match self.issue_kind(&words[colon + 1..]) {
            Ok(kind) => kind,
            Err(trouble) => return self.complain(statement, trouble),
        };
        let origin = self.cite(statement);
        let mut issue = Issue {
            name: name.text.clone(),
            label,
            kind,
            carried_by: Vec::new(),
            measured_by: None,
            afterwards: Vec::new(),
            origin,
        };
        for clause in &statement.clauses {
            let words = all(&clause.tokens);
            match clause.keyword {
                Some("carried by") => issue.carried_by.extend(self.named(statement, &words)),
                Some("afterwards") => issue.afterwards.extend(self.named(statement, &words)),
                Some("measured by") => issue.measured_by = Some(text_of(&words)),
                Some("source" | "note") => {}
                _ => self.stray_clause(statement, clause),
            }
        }
        self.model.negotiations[negotiation].issues.push(issue);
    }

    fn issue_kind(&self, words: &[Word]) -> Result<IssueKind, Trouble> {
        let bad = || {
            Trouble::new("bad-issue", span_of(words), format!("`{}` is no kind of value", text_of(words))).help(
                "write `number of UNIT`, `one of a \"A\", b \"B\"`, `one of a, b in order`, `some of a, b`, \
                 `set of KIND`, `yes or no` or `words`",
            )
        };
        match words {
            [number, rest @ ..] if number.is("number") => {
                let rest = if rest.first().is_some_and(|word| word.is("of")) { &rest[1..] } else { rest };
                Ok(IssueKind::Number { unit: text_of(rest) })
            }
            [one, of, rest @ ..] if one.is("one") && of.is("of") => {
                let (rest, ordered) = match rest {
                    [rest @ .., a, b] if a.is("in") && b.is("order") => (rest, true),
                    _ => (rest, false),
                };
                choices(rest).map(|values| IssueKind::OneOf { values, ordered }).ok_or_else(bad)
            }
            [some, of, rest @ ..] if some.is("some") && of.is("of") => {
                choices(rest).map(|values| IssueKind::SomeOf { values }).ok_or_else(bad)
            }
            [set, of, rest @ ..] if set.is("set") && of.is("of") => match self.model.lexicon.kind(&text_of(rest)) {
                Some(kind) => Ok(IssueKind::SetOf { kind }),
                None => {
                    let text = text_of(rest);
                    let kinds: Vec<&str> = self.model.lexicon.kinds.iter().map(|kind| kind.name.as_str()).collect();
                    let trouble = Trouble::new("unknown-kind", span_of(rest), format!("no kind is called `{text}`"));
                    Err(match servanda_diagnostics::suggest(&text, kinds) {
                        Some(near) => trouble.help(format!("did you mean `{near}`?")),
                        None => trouble.help("declare it: `kind NAME`"),
                    })
                }
            },
            [yes, or, no] if yes.is("yes") && or.is("or") && no.is("no") => {
                let choice = |name: &str| Choice { name: name.to_owned(), label: name.to_owned() };
                Ok(IssueKind::OneOf { values: vec![choice("no"), choice("yes")], ordered: true })
            }
            [word] if word.is("words") => Ok(IssueKind::Words),
            _ => Err(bad()),
        }
    }

    /// `move DATE NAME in NEGOTIATION: SIDE VERB ISSUE VALUE "words"`.
    fn made_move(&mut self, statement: &Statement, open: Option<usize>) {
        let words = all(&statement.head.tokens);
        let Some(colon) = self.colon_of(statement, &words, "move DATE NAME: SIDE demands ISSUE VALUE") else { return };
        let Some((negotiation, end)) = self.meant(statement, &words[..colon], "in", open) else { return };
        let end = end.min(colon);
        let mut sentence = &words[colon + 1..];
        if let Some(at) = sentence.windows(3).position(|w| w[0].is("known") && w[1].is("only") && w[2].is("to")) {
            sentence = &sentence[..at];
            if sentence.last().is_some_and(|word| word.is_sign(",")) {
                sentence = &sentence[..sentence.len() - 1];
            }
        }
        let said = match self.said(statement, negotiation, sentence) {
            Ok(said) => said,
            Err(Some(trouble)) => return self.complain(statement, trouble),
            Err(None) => return,
        };
        let head = super::narrative::head_of(&words[..end]);
        let mut when = self.when(statement, &head.date, None).unwrap_or_default();
        if let Some(clause) = statement.clause("on") {
            when = self.when(statement, &all(&clause.tokens), None).unwrap_or_default();
        }
        let origin = self.cite(statement);
        let mut event = self.bare_event(statement, EventKind::Words, when, origin);
        event.relations = self.relations(statement);
        let mut carried_by = Vec::new();
        let mut altogether = None;
        let mut told_by = None;
        let mut until = None;
        let mut plain = statement.clone();
        plain.clauses.retain(|clause| !matches!(clause.keyword, Some("event" | "carried by" | "altogether" | "by")));
        for clause in &statement.clauses {
            let words = all(&clause.tokens);
            match clause.keyword {
                Some("event") => match self.told_by(&words) {
                    Ok(found) => told_by = Some(found),
                    Err(trouble) => return self.complain(statement, trouble),
                },
                Some("carried by") => carried_by.extend(self.named(statement, &words)),
                Some("by") if said.kind == MoveKind::Deadline => {
                    until = self.when(statement, &words, None).and_then(|when| when.max);
                }
                Some("by") => {
                    let trouble = Trouble::new("no-deadline", clause.span, "only a deadline ends by a day")
                        .help("write `SIDE sets deadline on ISSUE`, or say when the move was made with `before`");
                    self.complain(statement, trouble);
                }
                Some("altogether") => match figure(&words) {
                    Some(number) => altogether = Some(number),
                    None => {
                        let trouble = Trouble::new("not-a-number", clause.span, "a number is wanted here")
                            .help("write for example `altogether 18 500`");
                        self.complain(statement, trouble);
                    }
                },
                _ => {}
            }
        }
        self.standing(&plain, &mut event);
        event.sentence = text_of(sentence);
        event.mentions = vec![self.model.negotiations[negotiation].entity];
        event.mentions.extend(&carried_by);
        let entity = event.entity;
        let own = event.standing != Standing::Stated;
        let (standing, known_only_to) = (event.standing.clone(), event.known_only_to.clone());
        let id = match told_by {
            Some(_) if !event.when.written.is_empty() || !event.relations.is_empty() => {
                let trouble =
                    Trouble::new("dated-twice", statement.head.span, "this move is dated by its event already")
                        .help("take the date and the relations away, or the `event` clause");
                return self.complain(statement, trouble);
            }
            Some(id) => id,
            None => {
                self.push_event(event);
                EventId::from_index(self.model.events.len() - 1)
            }
        };
        let teller = &self.model.events[id.index()];
        let standing = if own || told_by.is_none() { standing } else { teller.standing.clone() };
        let known_only_to = known_only_to.or_else(|| teller.known_only_to.clone());
        self.model.negotiations[negotiation].moves.push(Move {
            event: id,
            told_elsewhere: told_by.is_some(),
            entity,
            by: said.by,
            kind: said.kind,
            issues: said.issues,
            term: said.term,
            words: said.words,
            until,
            altogether,
            carried_by,
            standing,
            known_only_to,
            sentence: text_of(sentence),
            origin,
        });
    }

    fn told_by(&self, words: &[Word]) -> Result<EventId, Trouble> {
        let text = text_of(words);
        let entity = self.model.lexicon.entity(&text);
        let found = entity.and_then(|entity| {
            self.model.events.iter().position(|event| event.entity == Some(entity) && event.begun_by.is_none())
        });
        found.map(EventId::from_index).ok_or_else(|| {
            let events: Vec<&str> = (self.model.events.iter().filter_map(|event| event.entity))
                .map(|entity| self.model.name(entity))
                .collect();
            let trouble = Trouble::new("unknown-event", span_of(words), format!("no event is called `{text}`"));
            match servanda_diagnostics::suggest(&text, events) {
                Some(near) => trouble.help(format!("did you mean `{near}`?")),
                None => trouble.help("give the event a name: `event DATE Name: …`"),
            }
        })
    }

    /// What a move says. `Err(None)` where the trouble is reported already.
    fn said(&mut self, statement: &Statement, negotiation: usize, words: &[Word]) -> Result<SaidMove, Option<Trouble>> {
        let found = (1..words.len()).find_map(|at| verb(&words[at..]).map(|(kind, width)| (at, kind, width)));
        let Some((at, kind, width)) = found else {
            let verbs: Vec<&str> = VERBS.iter().map(|(_, _, present)| *present).collect();
            let trouble = Trouble::new("unknown-move", span_of(words), format!("`{}` is no move", text_of(words)));
            let near = words.iter().find_map(|word| servanda_diagnostics::suggest(&word.lower, verbs.iter().copied()));
            return Err(Some(match near {
                Some(near) => trouble.help(format!("did you mean `{near}`?")),
                None => trouble.help(format!("write `SIDE VERB ISSUE VALUE`; the verbs are: {}", verbs.join(", "))),
            }));
        };
        let by = self.named(statement, &words[..at]);
        if by.is_empty() {
            return Err(None);
        }
        let mut rest = &words[at + width..];
        let mut issues = Vec::new();
        loop {
            let skipped = rest.iter().take_while(|word| {
                word.is_sign(",") || word.is("and") || word.is("with") || BETWEEN.contains(&word.lower.as_str())
            });
            let after = &rest[skipped.count()..];
            let all_issues = &self.model.negotiations[negotiation].issues;
            match after.first().and_then(|word| {
                (word.kind == TokenKind::Word).then(|| all_issues.iter().position(|issue| issue.name == word.text))?
            }) {
                // Only what links or defers is about several issues; a value may have the name of an issue.
                Some(issue)
                    if issues.is_empty() || matches!(kind, MoveKind::Link | MoveKind::Defer | MoveKind::Drop) =>
                {
                    issues.push(issue);
                    rest = &after[1..];
                }
                _ => break,
            }
        }
        let texts: Vec<String> =
            rest.iter().filter(|word| word.kind == TokenKind::String).map(|word| word.text.clone()).collect();
        let quoted = rest.iter().position(|word| word.kind == TokenKind::String).unwrap_or(rest.len());
        let mut value = &rest[..quoted];
        while let Some((last, before)) = value.split_last() {
            if !(last.is_sign(",") || last.is_sign(":")) {
                break;
            }
            value = before;
        }
        if issues.is_empty() && (!value.is_empty() || texts.is_empty()) {
            let known: Vec<String> =
                self.model.negotiations[negotiation].issues.iter().map(|issue| issue.name.clone()).collect();
            let at = value.iter().find(|word| !BETWEEN.contains(&word.lower.as_str()));
            let text = at.map_or("", |word| word.text.as_str());
            let span = at.map_or_else(|| span_of(words), |word| word.span);
            let message = if text.is_empty() {
                "this move is about no issue".to_owned()
            } else {
                format!("`{text}` is no issue of this negotiation")
            };
            let trouble = Trouble::new("unknown-issue", span, message);
            return Err(Some(match servanda_diagnostics::suggest(text, known.iter().map(String::as_str)) {
                Some(near) => trouble.help(format!("did you mean `{near}`?")),
                None if known.is_empty() => trouble.help("declare it: `issue NAME: number of UNIT`"),
                None => trouble.help(format!(
                    "its issues are: {}; what is about none of them goes between quotation marks",
                    known.join(", ")
                )),
            }));
        }
        let term = match (issues.first(), value.is_empty()) {
            (Some(issue), false) => {
                let kind = self.model.negotiations[negotiation].issues[*issue].kind.clone();
                Some(self.term(&kind, value).map_err(Some)?)
            }
            _ => None,
        };
        Ok(SaidMove { by, kind, issues, term, words: texts })
    }

    /// A value of an issue, as written.
    fn term(&self, kind: &IssueKind, words: &[Word]) -> Result<Term, Trouble> {
        let shown = text_of(words);
        let (words, negated) = match words {
            [not, rest @ ..] if not.is("not") && !rest.is_empty() => (rest, true),
            [nothing, within, rest @ ..]
                if (nothing.is("nothing") || nothing.is("none")) && within.is("in") && !rest.is_empty() =>
            {
                (rest, true)
            }
            _ => (words, false),
        };
        let value = match kind {
            IssueKind::Number { unit } => TermValue::Number(range(words, unit).ok_or_else(|| {
                Trouble::new("not-a-number", span_of(words), format!("`{shown}` is no number"))
                    .help("write for example `50 000`, `at most 50 000`, `between 20 and 30` or `about 40`")
            })?),
            IssueKind::OneOf { values, .. } | IssueKind::SomeOf { values } => {
                TermValue::Choices(self.members(words, |word| {
                    values.iter().position(|value| value.name == word || value.label == word).ok_or_else(|| {
                        let known: Vec<&str> = values.iter().map(|value| value.name.as_str()).collect();
                        (format!("`{word}` is no value of this issue"), known.join(", "), "its values are: ")
                    })
                })?)
            }
            IssueKind::SetOf { kind } => TermValue::Things(self.members(words, |word| {
                let found = self.model.lexicon.entity(word);
                match found {
                    Some(id) if self.model.lexicon.is_of_kind(id, *kind) => Ok(id),
                    Some(_) => {
                        let label = self.model.lexicon.kinds[kind.index()].label.clone();
                        Err((format!("`{word}` is no {label}"), label, "the set is one of kind "))
                    }
                    None => {
                        let near = servanda_diagnostics::suggest(word, self.model.lexicon.all_names());
                        let near = near.map_or_else(String::new, |near| format!("`{near}`?"));
                        Err((format!("nothing is called `{word}`"), near, "did you mean "))
                    }
                }
            })?),
            IssueKind::Words => {
                return Err(Trouble::new("not-in-words", span_of(words), "this issue is told in words")
                    .help(format!("write it between quotation marks: \"{shown}\"")));
            }
        };
        let one_value = matches!(kind, IssueKind::OneOf { .. });
        if one_value && !negated && matches!(&value, TermValue::Choices(all) if all.len() > 1) {
            return Err(Trouble::new("too-many-values", span_of(words), "this issue takes one value at a time")
                .help("make it `some of …` if it can take several"));
        }
        Ok(Term { value, negated, shown })
    }

    /// `A, B with 5 and C`.
    fn members<T>(
        &self,
        words: &[Word],
        find: impl Fn(&str) -> Result<T, (String, String, &'static str)>,
    ) -> Result<Vec<(T, Option<Number>)>, Trouble> {
        let mut all_members = Vec::new();
        for part in words.split(|word| word.is_sign(",") || word.is("and")).filter(|part| !part.is_empty()) {
            let with = part.iter().position(|word| word.is("with"));
            let name = text_of(&part[..with.unwrap_or(part.len())]);
            let number = match with {
                Some(at) => Some(figure(&part[at + 1..]).ok_or_else(|| {
                    Trouble::new("not-a-number", span_of(part), "a number must follow `with`")
                        .help(format!("write for example `{name} with 8 000`"))
                })?),
                None => None,
            };
            let found = find(&name).map_err(|(message, help, lead)| {
                let trouble = Trouble::new("unknown-value", span_of(part), message);
                if help.is_empty() { trouble } else { trouble.help(format!("{lead}{help}")) }
            })?;
            all_members.push((found, number));
        }
        Ok(all_members)
    }

    /// `preference of SIDE on ISSUE in NEGOTIATION, according to WHO: weight W; VALUE = N, VALUE = N`.
    fn preference(&mut self, statement: &Statement, open: Option<usize>) {
        const FORM: &str = "preference of SIDE on ISSUE, according to SOMEONE: weight 0.5; VALUE = 1, VALUE = 0";
        let words = all(&statement.head.tokens);
        let Some(colon) = self.colon_of(statement, &words, FORM) else { return };
        let head = &words[..colon];
        let author = head.windows(2).position(|w| w[0].is("according") && w[1].is("to"));
        let front = &head[..author.unwrap_or(head.len())];
        let Some((negotiation, end)) = self.meant(statement, front, "in", open) else { return };
        let mut according_to = author.map_or_else(Vec::new, |at| self.named(statement, &head[at + 2..]));
        for clause in &statement.clauses {
            match clause.keyword {
                Some("according to") => according_to.extend(self.named(statement, &all(&clause.tokens))),
                Some("source" | "note") => {}
                _ => self.stray_clause(statement, clause),
            }
        }
        if according_to.is_empty() {
            let trouble = Trouble::new("preference-of-nobody", statement.head.span, "nobody is said to say this")
                .help("name who does: `according to SOMEONE`");
            return self.complain(statement, trouble);
        }
        let front: Vec<Word> = front[..end.min(front.len())].iter().filter(|w| !w.is_sign(",")).cloned().collect();
        let front = if front.first().is_some_and(|word| word.is("of")) { &front[1..] } else { &front[..] };
        let on = front.iter().position(|word| word.is("on"));
        let side = self.model.lexicon.entity(&text_of(&front[..on.unwrap_or(front.len())]));
        let Some(side) = side.filter(|side| self.model.negotiations[negotiation].sides.contains(side)) else {
            let text = text_of(&front[..on.unwrap_or(front.len())]);
            let trouble =
                Trouble::new("unknown-side", span_of(front), format!("`{text}` is no side of this negotiation"))
                    .help(format!("write `{FORM}`"));
            return self.complain(statement, trouble);
        };
        let issue = match on {
            None => None,
            Some(at) => {
                let text = text_of(&front[at + 1..]);
                let issues = &self.model.negotiations[negotiation].issues;
                match issues.iter().position(|issue| issue.name == text) {
                    Some(issue) => Some(issue),
                    None => {
                        let known: Vec<&str> = issues.iter().map(|issue| issue.name.as_str()).collect();
                        let trouble = Trouble::new(
                            "unknown-issue",
                            span_of(&front[at..]),
                            format!("`{text}` is no issue of this negotiation"),
                        )
                        .help(format!("its issues are: {}", known.join(", ")));
                        return self.complain(statement, trouble);
                    }
                }
            }
        };
        let origin = self.cite(statement);
        let mut preference =
            Preference { side, issue, according_to, weight: None, values: Vec::new(), no_agreement: None, origin };
        let kind = issue.map(|issue| self.model.negotiations[negotiation].issues[issue].kind.clone());
        for part in split(&words[colon + 1..], ";") {
            if let Err(trouble) = self.preference_part(part, kind.as_ref(), &mut preference) {
                return self.complain(statement, trouble);
            }
        }
        self.model.negotiations[negotiation].preferences.push(preference);
    }

    fn preference_part(
        &self,
        words: &[Word],
        kind: Option<&IssueKind>,
        preference: &mut Preference,
    ) -> Result<(), Trouble> {
        let number = |words: &[Word]| {
            figure(words).ok_or_else(|| {
                Trouble::new("not-a-number", span_of(words), format!("`{}` is no number", text_of(words)))
                    .help("write for example `weight 0.4; 20 000 = 1, 50 000 = 0.2`")
            })
        };
        match words {
            [weight, rest @ ..] if weight.is("weight") => preference.weight = Some(number(rest)?),
            [no, agreement, rest @ ..] if no.is("no") && agreement.is("agreement") => {
                preference.no_agreement = Some(number(rest)?);
            }
            _ => {
                let Some(kind) = kind else {
                    return Err(Trouble::new("bad-preference", span_of(words), "values belong to an issue")
                        .help("write `preference of SIDE on ISSUE, according to SOMEONE: …`"));
                };
                for part in split(words, ",") {
                    let Some(at) = part.iter().position(|word| word.is_sign("=")) else {
                        return Err(Trouble::new("bad-preference", span_of(part), "what is this worth?")
                            .help(format!("write `{} = 0.5`", text_of(part))));
                    };
                    preference.values.push((self.term(kind, &part[..at])?, number(&part[at + 1..])?));
                }
            }
        }
        Ok(())
    }
}

struct SaidMove {
    by: Vec<EntityId>,
    kind: MoveKind,
    issues: Vec<usize>,
    term: Option<Term>,
    words: Vec<String>,
}

/// The verb of a move that begins here, and how many words it takes.
fn verb(words: &[Word]) -> Option<(MoveKind, usize)> {
    VERBS.iter().find_map(|(kind, infinitive, present)| {
        [infinitive, present].into_iter().find_map(|form| {
            let mut at = 0;
            for part in form.split(' ') {
                // `draws a red line`, `sets the deadline`.
                if at > 0 && words.get(at).is_some_and(|word| word.is("a") || word.is("the")) {
                    at += 1;
                }
                if !words.get(at).is_some_and(|word| word.is(part)) {
                    return None;
                }
                at += 1;
            }
            Some((*kind, at))
        })
    })
}

/// `a "A", b "B"`.
fn choices(words: &[Word]) -> Option<Vec<Choice>> {
    let mut values: Vec<Choice> = Vec::new();
    for part in split(words, ",") {
        let (name, label) = match part {
            [name] => (name, name),
            [name, label] if label.kind == TokenKind::String => (name, label),
            _ => return None,
        };
        if name.kind == TokenKind::Punct || values.iter().any(|value| value.name == name.text) {
            return None;
        }
        values.push(Choice { name: name.text.clone(), label: label.text.clone() });
    }
    (!values.is_empty()).then_some(values)
}

/// `50 000`, `7.5 million`, `-3`.
fn figure(words: &[Word]) -> Option<Number> {
    let (negative, words) = match words {
        [minus, rest @ ..] if minus.is_sign("-") => (true, rest),
        _ => (false, words),
    };
    let number = match words {
        [word] if word.is("none") || word.is("zero") => Number::whole(0),
        [word] => word.number?,
        [word, times] => {
            let times = match times.lower.as_str() {
                "thousand" => 1_000,
                "million" => 1_000_000,
                "billion" => 1_000_000_000,
                _ => return None,
            };
            word.number?.times(Number::whole(times))?
        }
        _ => return None,
    };
    if negative { Number::whole(0).minus(number) } else { Some(number) }
}

/// `at most 50 000 soldiers`, `between 5 and 7`, `about 40`.
fn range(words: &[Word], unit: &str) -> Option<NumberRange> {
    let units: Vec<String> = unit.split_whitespace().map(str::to_lowercase).collect();
    let plain: Vec<Word> =
        words.iter().filter(|word| word.number.is_some() || !units.contains(&word.lower)).cloned().collect();
    let is = |at: usize, text: &str| plain.get(at).is_some_and(|word| word.is(text));
    let one = |from: usize| figure(plain.get(from..)?);
    let mut range = NumberRange::default();
    if is(0, "unknown") && plain.len() == 1 {
        return Some(range);
    }
    if is(0, "at") && is(1, "most") || is(0, "up") && is(1, "to") {
        range.max = Some(one(2)?);
    } else if is(0, "at") && is(1, "least") {
        range.min = Some(one(2)?);
    } else if is(1, "than") && (is(0, "more") || is(0, "less") || is(0, "fewer")) {
        // The figure itself is the bound: a refusal of more than 5 leaves 5.
        let number = Some(one(2)?);
        if is(0, "more") { range.min = number } else { range.max = number }
    } else if is(0, "between") {
        let and = plain.iter().position(|word| word.is("and"))?;
        (range.min, range.max) = (figure(&plain[1..and]), figure(&plain[and + 1..]));
        if range.min.is_none() || range.max < range.min {
            return None;
        }
    } else if is(0, "about") {
        let number = one(1)?;
        range = NumberRange { min: Some(number), max: Some(number), approximate: true };
    } else {
        let number = one(0)?;
        (range.min, range.max) = (Some(number), Some(number));
    }
    Some(range)
}
