//! Kinds, actions and fluents: the words that sentences are made of.

use servanda_syntax::{Statement, TokenKind};

use super::sentence::duration;
use super::trouble::Trouble;
use super::words::{Word, all, seen, span_of, split, text_of};
use super::{Elaborator, plain_entity};
use crate::ids::{ActionId, EntityId, FluentId, KindId, OriginId, VarId};
use crate::lexicon::{Entity, Kind, Piece, Slot, Target, UNSEEN, Wording, read_alike};
use crate::model::Requirement;
use crate::program::{Action, Deadline, Fluent, FluentPattern, FluentType, Hole, Mode, Term, Ties};
use crate::value::Value;

/// A phrase taken apart.
pub(crate) struct Phrase {
    pub(crate) pieces: Vec<Piece>,
    /// Names and types of its holes, in order.
    pub(crate) holes: Vec<(String, Hole)>,
    pub(crate) written: String,
}

/// What a hole or a fluent can take besides things of a kind.
const SORTS: [&str; 8] = ["truth", "number", "count", "day", "date", "duration", "text", "any"];

impl Elaborator<'_> {
    pub(crate) fn kind_names(&mut self, statement: &Statement) {
        let words = all(&statement.head.tokens);
        let origin = self.origin_of(statement);
        let Some(name) = words.first().filter(|word| word.kind == TokenKind::Word) else {
            self.complain(statement, Trouble::new("name-missing", statement.head.span, "a kind needs a name"));
            return;
        };
        if SORTS.contains(&name.text.as_str()) {
            let message = format!("`{}` is a sort of value already, and cannot be a kind", name.text);
            let trouble = Trouble::new("sort-as-kind", name.span, message);
            self.complain(statement, trouble.help(format!("choose another name, for example `{}-value`", name.text)));
        }
        let label = words.get(1).filter(|word| word.kind == TokenKind::String);
        let label = label.map_or_else(|| name.text.clone(), |word| word.text.clone());
        let kind = Kind { name: name.text.clone(), label, parents: Vec::new(), origin };
        if let Err(old) = self.model.lexicon.add_kind(kind) {
            // A dossier and the law may both need the same sort of thing.
            let declared = self.model.lexicon.kinds[old.index()].origin;
            if self.model.origins[origin.index()].law != self.model.origins[declared.index()].law {
                return;
            }
            let label = self.model.lexicon.kinds[old.index()].label.clone();
            self.complain(
                statement,
                Trouble::new("declared-twice", name.span, format!("`{}` is declared already, as “{label}”", name.text)),
            );
        }
    }

    pub(crate) fn kind_parents(&mut self, statement: &Statement) {
        let words = all(&statement.head.tokens);
        let Some(id) = words.first().and_then(|name| self.model.lexicon.kind(&name.text)) else { return };
        let Some(colon) = words.iter().position(|word| word.is_sign(":")) else { return };
        for part in split(&words[colon + 1..], ",") {
            match self.model.lexicon.kind(&text_of(part)) {
                Some(parent) if !self.model.lexicon.is_subkind(parent, id) => {
                    self.model.lexicon.kinds[id.index()].parents.push(parent);
                }
                Some(_) => {
                    let trouble = Trouble::new("kind-cycle", span_of(part), "a kind cannot be its own parent");
                    self.complain(statement, trouble);
                }
                None => self.unknown_kind(statement, part),
            }
        }
    }

    pub(crate) fn kind_members(&mut self, statement: &Statement) {
        let words = all(&statement.head.tokens);
        let Some(kind) = words.first().and_then(|name| self.model.lexicon.kind(&name.text)) else { return };
        for clause in statement.clauses_of("includes") {
            let words = all(&clause.tokens);
            for part in words.split(|word| word.is_sign(",") || word.is("and")).filter(|part| !part.is_empty()) {
                match self.model.lexicon.entity(&text_of(part)) {
                    Some(id) => {
                        self.model.lexicon.entities[id.index()].kinds.push(kind);
                        self.model.lexicon.refresh_kinds(id);
                    }
                    None => self.unknown_thing(statement, part),
                }
            }
        }
    }

    fn unknown_kind(&mut self, statement: &Statement, words: &[Word]) {
        let text = text_of(words);
        let names: Vec<String> = self.model.lexicon.kinds.iter().map(|kind| kind.name.clone()).collect();
        let trouble = Trouble::new("unknown-kind", span_of(words), format!("there is no kind `{text}`"));
        let trouble = match servanda_diagnostics::suggest(&text, names.iter().map(String::as_str)) {
            Some(near) => trouble.help(format!("did you mean `{near}`?")),
            None => trouble.help(format!("declare it: `kind {text}`")),
        };
        self.complain(statement, trouble);
    }

    pub(crate) fn phrase(&mut self, statement: &Statement, words: &[Word]) -> Phrase {
        let mut pieces = Vec::new();
        let mut holes = Vec::new();
        for word in words {
            match word.kind {
                TokenKind::Hole => {
                    let (name, ty) = match word.text.split_once(':') {
                        Some((name, ty)) => (name.trim().to_owned(), ty.trim()),
                        None => (word.text.trim().to_owned(), word.text.trim()),
                    };
                    let hole = self.hole_type(ty).unwrap_or_else(|| {
                        if name != "value" {
                            let typed = Word { text: ty.to_owned(), kind: TokenKind::Word, ..word.clone() };
                            self.unknown_kind(statement, &[typed]);
                        }
                        Hole::Any
                    });
                    pieces.push(Piece::Hole(holes.len()));
                    holes.push((name, hole));
                }
                TokenKind::Punct => {}
                _ => {
                    let forms: Vec<String> = word.lower.split('/').map(str::to_owned).collect();
                    if !forms.iter().any(|form| UNSEEN.contains(&form.as_str())) {
                        pieces.push(Piece::Word(forms));
                    }
                }
            }
        }
        Phrase { pieces, holes, written: text_of(words) }
    }

    pub(crate) fn hole_type(&self, ty: &str) -> Option<Hole> {
        Some(match ty {
            "number" | "count" => Hole::Number,
            "day" | "date" => Hole::Day,
            "duration" => Hole::Duration,
            "text" => Hole::Text,
            "thing" => Hole::Thing,
            "any" => Hole::Any,
            _ => Hole::Kind(self.model.lexicon.kind(ty)?),
        })
    }

    pub(crate) fn action(&mut self, statement: &Statement) {
        let words = all(&statement.head.tokens);
        let phrase = self.phrase(statement, &words);
        if phrase.pieces.is_empty() {
            self.complain(statement, Trouble::new("phrase-missing", statement.head.span, "an action needs a phrase"));
            return;
        }
        if let Some(Target::Action(id)) = self.same_phrase(statement, &phrase, None) {
            // The law or the dossier has it already: the forms of its words are added to it.
            self.add_wording(statement, Target::Action(id), &phrase, &phrase.holes, None, false);
            self.note_requirements(statement, id, &phrase);
            return;
        }
        let id = ActionId::from_index(self.model.program.actions.len());
        let holes: Vec<Hole> = phrase.holes.iter().map(|(_, hole)| *hole).collect();
        let name = self.unique_name(short_name(&phrase), false);
        self.model.program.actions.push(Action { name, holes });
        self.add_wording(statement, Target::Action(id), &phrase, &phrase.holes, None, true);
        for clause in statement.clauses_of("also") {
            let also = self.phrase(statement, &all(&clause.tokens));
            self.add_wording(statement, Target::Action(id), &also, &phrase.holes, None, false);
        }
        self.note_requirements(statement, id, &phrase);
    }

    fn note_requirements(&mut self, statement: &Statement, id: ActionId, phrase: &Phrase) {
        let holes: Vec<String> = phrase.holes.iter().map(|(name, _)| name.clone()).collect();
        for clause in statement.clauses_of("requires") {
            self.requirements.push((id, holes.clone(), statement.clone(), clause.clone()));
        }
    }

    /// What actions require, now that all fluents are known.
    pub(crate) fn required(&mut self) {
        for (action, names, statement, clause) in std::mem::take(&mut self.requirements) {
            let words = all(&clause.tokens);
            let patterns: Option<Vec<FluentPattern>> =
                words.split(|word| word.is("or")).map(|words| self.requirement(words, &names)).collect();
            match patterns {
                Some(patterns) => self.model.requirements.push(Requirement { action, patterns }),
                None => {
                    let trouble = Trouble::new(
                        "bad-requirement",
                        clause.span,
                        "this is no boolean fluent of the action's holes",
                    )
                    .help("write for example `requires {a} has standing to cede {p}`, with the names of the holes");
                    self.complain(&statement, trouble);
                }
            }
        }
    }

    /// What is stated in the words of a fluent that follows from more than that, now that all fluents are known.
    pub(crate) fn stated_otherwise(&mut self) {
        for (fluent, statement, clause) in std::mem::take(&mut self.stated_as) {
            let phrase = self.phrase(&statement, &all(&clause.tokens));
            let program = &self.model.program;
            let of = |id: FluentId| (program.fluents[id.index()].ty, program.fluents[id.index()].args.as_slice());
            let found = self.model.lexicon.wordings.iter().find_map(|wording| match wording.target {
                Target::Fluent(id) if read_alike(&wording.pieces, &phrase.pieces) && id != fluent => Some(id),
                _ => None,
            });
            match found.filter(|id| of(*id) == of(fluent)) {
                Some(stated) => {
                    self.stated_in.insert(fluent, stated);
                    self.model.program.fluents[fluent.index()].mode = Mode::Derived;
                }
                None => {
                    let message = "this is no other fluent with the same holes in the same order";
                    let trouble = Trouble::new("bad-stated-as", clause.span, message)
                        .help("write for example `stated as {a: instrument} is to amend {b: thing}`");
                    self.complain(&statement, trouble);
                }
            }
        }
    }

    /// A boolean fluent over the holes of an action.
    fn requirement(&self, words: &[Word], names: &[String]) -> Option<FluentPattern> {
        let phrase = self.phrase_of_holes(words);
        let (fluent, slots) = self.model.lexicon.wordings.iter().find_map(|wording| match wording.target {
            Target::Fluent(id)
                if self.model.program.fluents[id.index()].ty == FluentType::Truth
                    && read_alike(&wording.pieces, &phrase.pieces) =>
            {
                Some((id, &wording.slots))
            }
            _ => None,
        })?;
        let mut args = vec![Term::Any; self.model.program.fluents[fluent.index()].args.len()];
        for ((slot, _), (name, _)) in slots.iter().zip(&phrase.holes) {
            let Slot::Arg(at) = slot else { return None };
            let hole = names.iter().position(|known| known == name)?;
            args[*at] = Term::Var(VarId(u32::try_from(hole).ok()?));
        }
        Some(FluentPattern { fluent, args, value: Term::Value(Value::TRUE) })
    }

    /// The pieces of a phrase whose holes are named only.
    fn phrase_of_holes(&self, words: &[Word]) -> Phrase {
        let mut pieces = Vec::new();
        let mut holes = Vec::new();
        for word in words {
            match word.kind {
                TokenKind::Hole => {
                    let name = word.text.split(':').next().unwrap_or_default().trim().to_owned();
                    pieces.push(Piece::Hole(holes.len()));
                    holes.push((name, Hole::Any));
                }
                TokenKind::Punct => {}
                _ if UNSEEN.contains(&word.lower.as_str()) => {}
                _ => pieces.push(Piece::Word(vec![word.lower.clone()])),
            }
        }
        Phrase { pieces, holes, written: text_of(words) }
    }

    pub(crate) fn fluent(&mut self, statement: &Statement) {
        let words = all(&statement.head.tokens);
        let colon = words.iter().position(|word| word.is_sign(":"));
        let phrase = self.phrase(statement, &words[..colon.unwrap_or(words.len())]);
        if phrase.pieces.is_empty() {
            self.complain(statement, Trouble::new("phrase-missing", statement.head.span, "a fluent needs a phrase"));
            return;
        }
        let ty = match colon {
            None => FluentType::Truth,
            Some(at) => self.fluent_type(statement, &phrase, &words[at + 1..]),
        };
        if ty != FluentType::Truth && phrase.holes.iter().any(|(name, _)| name == "value") {
            return self.value_in_phrase(statement, &words[..colon.unwrap_or(words.len())]);
        }
        if self.same_phrase(statement, &phrase, Some(ty)).is_some() {
            return;
        }
        let origin = self.origin_of(statement);
        let name = self.unique_name(short_name(&phrase), true);
        let id = self.add_fluent(name, phrase.holes.iter().map(|(_, hole)| *hole).collect(), ty, Mode::Inertial, true);
        self.fluent_origins[id.index()] = origin;
        let value = match ty {
            FluentType::Truth => None,
            FluentType::Number => Some(Hole::Number),
            FluentType::Valued(hole) => Some(hole),
        };
        self.add_wording(statement, Target::Fluent(id), &phrase, &phrase.holes, value, true);
        for clause in statement.clauses_of("also") {
            let also = self.phrase(statement, &all(&clause.tokens));
            self.add_wording(statement, Target::Fluent(id), &also, &phrase.holes, value, false);
        }
        self.fluent_clauses(statement, id, origin);
    }

    /// The phrase of a fluent says of what it has a value; the value itself stands in another wording.
    fn value_in_phrase(&mut self, statement: &Statement, words: &[Word]) {
        let is_value = |word: &&Word| word.kind == TokenKind::Hole && word.text.trim() == "value";
        let at = words.iter().find(is_value).map_or(statement.head.span, |word| word.span);
        let trouble = Trouble::new("value-in-phrase", at, "the value of a fluent is no hole of its own phrase");
        let wanted = |word: &&Word| word.kind != TokenKind::Punct && !is_value(word);
        let counted: Vec<&str> =
            words.iter().filter(wanted).filter(|it| it.kind == TokenKind::Word).map(|it| it.text.as_str()).collect();
        let holes =
            words.iter().filter(wanted).filter(|it| it.kind == TokenKind::Hole).map(|it| format!("{{{}}}", it.text));
        let holes: Vec<String> = holes.collect();
        let noun = counted.last().copied().unwrap_or("NAME");
        let of = if holes.is_empty() { noun.to_owned() } else { format!("{noun} of {}", holes.join(" in ")) };
        let value = statement.head.tokens.iter().skip_while(|token| !token.is_punct(":")).skip(1);
        let value: Vec<&str> = value.map(|token| token.text.as_str()).collect();
        let help = format!("write `fluent {of}: {}`, and below it `also {}`", value.join(" "), text_of(words));
        self.complain(statement, trouble.help(help));
    }

    /// What a phrase of the same words and holes says already, declared on the other side of dossier and law.
    fn same_phrase(&mut self, statement: &Statement, phrase: &Phrase, fluent: Option<FluentType>) -> Option<Target> {
        let law = self.documents.iter().any(|file| file.law && file.document.file == statement.file);
        let found = self.model.lexicon.wordings.iter().find(|wording| {
            let suits = match (wording.target, fluent) {
                (Target::Action(_), None) => true,
                (Target::Fluent(id), Some(ty)) => self.model.program.fluents[id.index()].ty == ty,
                _ => false,
            };
            let same_holes = wording.slots.iter().map(|(_, hole)| *hole).eq(phrase.holes.iter().map(|(_, hole)| *hole));
            suits && wording.main && same_holes && read_alike(&wording.pieces, &phrase.pieces)
        })?;
        // Twice on one side is left to be reported as ambiguous where it is used.
        let documents = self.documents;
        let declared_by_law = |target: Target| match target {
            Target::Fluent(id) => self.model.origins[self.fluent_origins[id.index()].index()].law,
            Target::Action(_) => !documents.iter().filter(|file| !file.law).any(|file| {
                file.document.statements.iter().any(|other| {
                    other.keyword() == Some("action") && text_of(&all(&other.head.tokens)) == found.written
                })
            }),
        };
        (declared_by_law(found.target) != law).then_some(found.target)
    }

    fn fluent_type(&mut self, statement: &Statement, phrase: &Phrase, words: &[Word]) -> FluentType {
        let plain = seen(words);
        let text = text_of(&plain);
        if plain.len() >= 2 && plain[0].is("one") && plain[1].is("of") {
            // Anonymous words: a kind of their own, made for this fluent.
            let origin = self.origin_of(statement);
            let kind_name = format!("{}-value", short_name(phrase));
            let kind = Kind { name: kind_name.clone(), label: kind_name, parents: Vec::new(), origin };
            let kind = self.model.lexicon.add_kind(kind).unwrap_or_else(|old| old);
            for part in split(&plain[2..], ",") {
                let Some(name) = part.first() else { continue };
                let label = part.get(1).filter(|word| word.kind == TokenKind::String);
                self.word_entity(&name.text, label.map_or(&name.text, |word| &word.text), kind, origin);
            }
            return FluentType::Valued(Hole::Kind(kind));
        }
        if plain.iter().any(|word| word.is("or")) {
            let mut named: Vec<Word> = plain.clone();
            for word in &mut named {
                if word.is("or") {
                    ",".clone_into(&mut word.text);
                    word.kind = TokenKind::Punct;
                }
            }
            let mut list = all(&[]);
            for text in ["one", "of"] {
                list.push(Word {
                    kind: TokenKind::Word,
                    text: text.to_owned(),
                    lower: text.to_owned(),
                    number: None,
                    span: span_of(words),
                });
            }
            list.extend(named);
            return self.fluent_type(statement, phrase, &list);
        }
        match text.as_str() {
            "truth" | "true or false" => FluentType::Truth,
            _ => match self.hole_type(&text) {
                Some(Hole::Number) => FluentType::Number,
                Some(hole) => FluentType::Valued(hole),
                None => {
                    self.unknown_kind(statement, words);
                    FluentType::Valued(Hole::Any)
                }
            },
        }
    }

    /// A word that is a value: declared once, with one more kind each time.
    pub(crate) fn word_entity(&mut self, name: &str, label: &str, kind: KindId, origin: OriginId) -> EntityId {
        let old = self.model.lexicon.lookup(name).into_iter().find(|id| {
            let entity = &self.model.lexicon.entities[id.index()];
            entity.name == name && self.words.contains(id)
        });
        let id = old.unwrap_or_else(|| {
            let bare = plain_entity(name, label, kind, origin);
            let id = self.model.lexicon.add_entity(Entity { kinds: Vec::new(), ..bare });
            self.words.push(id);
            self.model.lexicon.words.insert(id);
            id
        });
        self.model.lexicon.entities[id.index()].kinds.push(kind);
        self.model.lexicon.refresh_kinds(id);
        id
    }

    fn fluent_clauses(&mut self, statement: &Statement, id: FluentId, origin: OriginId) {
        for clause in &statement.clauses {
            let words = all(&clause.tokens);
            match clause.keyword {
                Some("also" | "source" | "note") => {}
                Some("ties") => {
                    let ties = match words.first().map(|word| word.lower.as_str()) {
                        Some("ending") => Ties::EndingWins,
                        Some("starting") => Ties::StartingWins,
                        Some("contradiction") => Ties::Contradiction,
                        _ => {
                            let trouble = Trouble::new("bad-policy", clause.span, "this is no policy for ties")
                                .help("write `ending wins`, `starting wins` or `contradiction`");
                            self.complain(statement, trouble);
                            continue;
                        }
                    };
                    self.model.program.fluents[id.index()].ties = ties;
                }
                Some("stated as") => self.stated_as.push((id, statement.clone(), clause.clone())),
                Some("sums along") => self.sums.push((id, statement.clone(), clause.clone())),
                Some("deadline") => match self.deadline(id, &words, origin) {
                    Some(deadline) => self.model.program.fluents[id.index()].deadlines.push(deadline),
                    None => {
                        let trouble = Trouble::new("bad-deadline", clause.span, "this is no deadline").help(
                            "write `deadline open becomes lapsed after 5, renewable` or `deadline true ends after 5`",
                        );
                        self.complain(statement, trouble);
                    }
                },
                Some("columns") => {
                    let texts: Vec<String> = words.iter().map(|word| word.text.clone()).collect();
                    match texts.as_slice() {
                        [name, template] => self.model.columns[id.index()] = Some((name.clone(), template.clone())),
                        _ => {
                            let trouble =
                                Trouble::new("bad-columns", clause.span, "columns need a name and a template")
                                    .help("write `columns \"name\" \"{1};{2}\"`");
                            self.complain(statement, trouble);
                        }
                    }
                }
                Some("unit") => {}
                _ => self.stray_clause(statement, clause),
            }
        }
    }

    /// `OPEN becomes LAPSED after 5[, renewable]`, `OPEN ends after 5`.
    fn deadline(&mut self, id: FluentId, words: &[Word], origin: OriginId) -> Option<Deadline> {
        let words: Vec<Word> = words.iter().filter(|word| !word.is_sign(",")).cloned().collect();
        let after = words.iter().position(|word| word.is("after"))?;
        let renewable = words.last().is_some_and(|word| word.is("renewable"));
        let end = if renewable { words.len() - 1 } else { words.len() };
        let after_time = duration(&words[after + 1..end], self.model.program.clock)?;
        let ty = self.model.program.fluents[id.index()].ty;
        let value = |word: &Word, this: &Self| match ty {
            FluentType::Truth => word.is("true").then_some(Value::TRUE),
            FluentType::Number => word.number.and_then(Value::number),
            FluentType::Valued(Hole::Kind(kind)) => {
                let lexicon = &this.model.lexicon;
                let mut of_it = lexicon.lookup(&word.text).into_iter().filter(|id| lexicon.is_of_kind(*id, kind));
                of_it.next().map(Value::entity)
            }
            FluentType::Valued(_) => this.model.lexicon.entity(&word.text).map(Value::entity),
        };
        let from = value(words.first()?, self)?;
        let to = match words.get(1)?.lower.as_str() {
            "becomes" => Some(value(words.get(2)?, self)?),
            "ends" => None,
            _ => return None,
        };
        Some(Deadline { from, to, after: after_time, renewable, origin })
    }

    pub(crate) fn add_fluent(
        &mut self,
        name: String,
        args: Vec<Hole>,
        ty: FluentType,
        mode: Mode,
        shown: bool,
    ) -> FluentId {
        // Those promised come first, as their numbers are given out already.
        self.make_happened();
        self.new_fluent(Fluent { name, args, ty, ties: Ties::default(), mode, deadlines: Vec::new() }, shown)
    }

    pub(super) fn new_fluent(&mut self, fluent: Fluent, shown: bool) -> FluentId {
        let id = FluentId::from_index(self.model.program.fluents.len());
        self.model.program.fluents.push(fluent);
        self.model.shown.push(shown);
        self.model.columns.push(None);
        self.fluent_origins.push(OriginId(0));
        self.own.push(None);
        id
    }

    /// Adds a wording of a target whose holes are `declared`; holes are found by name, or in order where all names differ.
    fn add_wording(
        &mut self,
        statement: &Statement,
        target: Target,
        phrase: &Phrase,
        declared: &[(String, Hole)],
        value: Option<Hole>,
        main: bool,
    ) {
        let mut slots = Vec::new();
        let mut used = vec![false; declared.len()];
        for (name, _) in &phrase.holes {
            if name == "value"
                && let Some(hole) = value
            {
                slots.push((Slot::Value, hole));
                continue;
            }
            let at = (0..declared.len()).find(|at| !used[*at] && declared[*at].0 == *name);
            // `{any}` in another wording takes whatever hole is left over, and nothing if none is.
            match at {
                Some(at) => {
                    used[at] = true;
                    slots.push((Slot::Arg(at), declared[at].1));
                }
                None if name == "any" => slots.push((Slot::Arg(usize::MAX), Hole::Any)),
                None => {
                    let trouble = Trouble::new(
                        "unknown-hole",
                        statement.span,
                        format!("`{{{name}}}` is no hole of the phrase it rewords"),
                    );
                    self.complain(statement, trouble);
                    return;
                }
            }
        }
        let has_value = slots.iter().any(|(slot, _)| *slot == Slot::Value);
        let wording = Wording { target, pieces: phrase.pieces.clone(), slots, written: phrase.written.clone(), main };
        if let (Some(hole), false) = (value, has_value) {
            let mut with_value = wording.clone();
            with_value.pieces.push(Piece::Hole(with_value.slots.len()));
            with_value.slots.push((Slot::Value, hole));
            with_value.main = false;
            self.model.lexicon.add_wording(with_value);
        }
        self.model.lexicon.add_wording(wording);
    }

    fn unique_name(&self, name: String, fluent: bool) -> String {
        let taken = |name: &str| {
            if fluent {
                self.model.program.fluents.iter().any(|old| old.name == name)
            } else {
                self.model.program.actions.iter().any(|old| old.name == name)
            }
        };
        if !taken(&name) {
            return name;
        }
        (2..).map(|n| format!("{name}-{n}")).find(|name| !taken(name)).expect("some number is free")
    }
}

/// The words of a phrase joined: `troops_of_in`, in their first forms.
fn short_name(phrase: &Phrase) -> String {
    let words = phrase.pieces.iter().filter_map(|piece| match piece {
        Piece::Word(forms) => Some(forms[0].as_str()),
        Piece::Hole(_) => None,
    });
    words.collect::<Vec<_>>().join("_")
}
