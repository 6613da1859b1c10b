//! Sentences: which phrase of the vocabulary is said, and what fills its holes.
//!
//! A sentence is matched against every wording that shares its rarest word. A hole takes one or more words; what they
//! say (a name, a number, `a third polity`) must suit the hole. Of the matches that remain the one with most words of
//! its own wins; two that are equally good and mean different things are reported.

use servanda_calendar::ReformTable;
use servanda_diagnostics::{Span, suggest};
use servanda_syntax::TokenKind;

use super::trouble::{Like, Trouble, Unknown};
use super::wordings::{Spans, align, shortened, without_not};
use super::words::{Word, span_of, text_of};
use crate::ids::{EntityId, FluentId, KindId, RangeId, VarId};
use crate::lexicon::{Lexicon, Piece, Slot, Target};
use crate::program::{Clock, CompareOp, Hole, Var};
use crate::value::{Duration, Kinded, Number, NumberRange, Value};

/// What fills a hole.
#[derive(Clone, PartialEq, Debug)]
pub enum Filler {
    /// One value, or several joined by commas and `and`.
    Values(Vec<Value>),
    /// One of several values joined by `or`.
    Either(Vec<Value>),
    /// A variable.
    Var(VarId),
    /// `a polity`, `a third polity`, `another polity`: somebody.
    Some {
        /// Of which kind.
        kind: KindId,
        /// Not named in the instrument.
        third: bool,
        /// Not the bearer.
        another: bool,
    },
    /// `no polity`, `nobody`, `nothing`.
    None(Option<KindId>),
    /// `who`, `what`, `which polity`.
    Asked(Option<KindId>),
    /// `which secret instruments of Sele`.
    AskedSuch {
        /// Of which kind.
        kind: KindId,
        /// What is said of each.
        such: Vec<FluentId>,
        /// What each belongs to.
        of: Option<EntityId>,
        /// Who is named in each.
        between: Vec<EntityId>,
    },
    /// `each party`, `a party`.
    EachParty,
    /// `the other`.
    TheOther,
    /// `at most 20 000`, `between 3 and 5`; each must hold.
    Compared(Vec<(CompareOp, Value)>),
    /// Nothing was said.
    Omitted,
}

/// A sentence that was understood.
#[derive(Clone, PartialEq, Debug)]
pub struct Said {
    /// What it is about.
    pub target: Target,
    /// What fills the holes of the target, in its order.
    pub args: Vec<Filler>,
    /// What is said of the value, if anything.
    pub value: Option<Filler>,
    /// Said with `not`.
    pub negated: bool,
}

/// Which targets are wanted, the preferred first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub(crate) enum Want {
    ActionFirst,
    FluentFirst,
    Action,
    Fluent,
}

/// Variables and people that a sentence may refer to.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Variables so far.
    pub vars: Vec<Var>,
    /// True for questions: `who` and the like are understood.
    pub asking: bool,
    /// True for what is looked for, in norms and rules: a number or a text may be left out.
    pub(crate) matching: bool,
}

impl Scope {
    /// Declares a variable.
    pub fn declare(&mut self, name: &str, hole: Hole) -> VarId {
        let id = VarId::from_index(self.vars.len());
        self.vars.push(Var { name: name.to_owned(), hole });
        id
    }

    /// Declares a variable of no name.
    pub fn fresh(&mut self, hole: Hole) -> VarId {
        let name = format!("_{}", self.vars.len());
        self.declare(&name, hole)
    }

    /// The variable of that name.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<VarId> {
        self.vars.iter().rposition(|var| var.name == name).map(VarId::from_index)
    }
}

/// Reads sentences with a lexicon.
pub(crate) struct Reader<'a> {
    /// Names and phrases.
    pub lexicon: &'a mut Lexicon,
    /// Where ranges are kept.
    pub ranges: &'a mut Vec<NumberRange>,
    /// What ticks count.
    pub clock: Clock,
}

/// What has been found while looking for the phrase that a sentence says.
struct Search {
    want: Want,
    negated: bool,
    /// The best reading, with its score.
    best: Option<(u32, Said, Target)>,
    /// Another target that does as well.
    rival: Option<Target>,
    /// What is wrong with the reading that comes nearest, with the number of its words that fit.
    near: Option<(usize, Trouble)>,
}

/// What fills the holes of a target, each with its number, and what is said of its value.
type Filled = (Vec<(usize, Filler)>, Option<Filler>);

impl Reader<'_> {
    /// Understands a sentence, or says why not.
    ///
    /// # Errors
    /// The most telling trouble: an unknown word with a suggestion before a phrase that does not exist.
    pub(crate) fn sentence(&mut self, words: &[Word], want: Want, scope: &Scope) -> Result<Said, Trouble> {
        let (words, negated) = without_not(words);
        if words.is_empty() {
            return Err(Trouble::new("empty-sentence", Span::default(), "a sentence is missing here"));
        }
        let texts: Vec<String> = words.iter().map(|word| word.lower.clone()).collect();
        let mut candidates: Vec<u32> = self.lexicon.candidates(texts.iter().map(String::as_str)).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let mut search = Search { want, negated, best: None, rival: None, near: None };
        for id in candidates {
            let pieces = self.lexicon.wordings[id as usize].pieces.clone();
            self.try_wording(id, &pieces, &words, scope, &mut search);
        }
        if search.best.is_none() && (scope.asking || scope.matching) {
            // Who asks when troops were stationed need not say how many.
            for id in 0..self.lexicon.wordings.len() as u32 {
                for pieces in shortened(&self.lexicon.wordings[id as usize], scope.asking) {
                    self.try_wording(id, &pieces, &words, scope, &mut search);
                }
            }
        }
        if let (Some((.., target)), Some(other)) = (&search.best, search.rival) {
            let written = |target: Target| {
                self.lexicon.wordings.iter().find(|w| w.target == target).map_or("", |w| w.written.as_str()).to_owned()
            };
            return Err(Trouble::new(
                "ambiguous-sentence",
                span_of(&words),
                format!("`{}` can be read in two ways", text_of(&words)),
            )
            .help(format!("`{}` or `{}`: reword one of the phrases", written(*target), written(other))));
        }
        match (search.best, search.near) {
            (Some((_, said, _)), _) => Ok(said),
            (None, near) => {
                // `in force on exchange of ratifications, within 6 days of signature`
                let plain: Vec<Word> = words.iter().filter(|word| !word.is_sign(",")).cloned().collect();
                if plain.len() < words.len()
                    && let Ok(said) = self.sentence(&plain, want, scope)
                {
                    return Ok(Said { negated, ..said });
                }
                match near {
                    Some((literal, trouble)) if literal > 0 => Err(trouble),
                    _ => Err(self.no_phrase(&words, scope)),
                }
            }
        }
    }

    /// Lays a wording over the words in every way, and keeps the best.
    fn try_wording(&mut self, id: u32, pieces: &[Piece], words: &[Word], scope: &Scope, search: &mut Search) {
        let target = self.lexicon.wordings[id as usize].target;
        let rank = match (search.want, target) {
            (Want::ActionFirst, Target::Action(_)) | (Want::FluentFirst, Target::Fluent(_)) => 1,
            (Want::Action, Target::Fluent(_)) | (Want::Fluent, Target::Action(_)) => return,
            _ => 0,
        };
        let mut found = Vec::new();
        align(pieces, words, 0, &mut Vec::new(), &mut found);
        if found.is_empty() {
            return;
        }
        let literal = pieces.iter().filter(|piece| matches!(piece, Piece::Word(_))).count();
        let wording = self.lexicon.wordings[id as usize].clone();
        let said_slots = pieces.iter().filter_map(|piece| match piece {
            Piece::Hole(slot) => Some(wording.slots[*slot]),
            Piece::Word(_) => None,
        });
        let slots: Vec<(Slot, Hole)> = said_slots.collect();
        for spans in found {
            match self.fill(&slots, &spans, words, scope) {
                Ok((args, value)) => {
                    let args = spread(args, self.arity(target, &wording.slots));
                    let plain = args.iter().filter(|filler| !matches!(filler, Filler::Omitted)).count();
                    let said = literal * 100 + plain * 2 + usize::from(wording.main);
                    // Of two phrases that are said in part, the one of which less is missing.
                    let score = rank * 10_000 + said.saturating_sub(3 * (wording.slots.len() - slots.len())) as u32;
                    let said = Said { target, args, value, negated: search.negated };
                    match &search.best {
                        Some((top, ..)) if *top > score => {}
                        Some((top, old, _)) if *top == score => {
                            if old.target != target {
                                search.rival = Some(target);
                            }
                        }
                        _ => {
                            search.best = Some((score, said, target));
                            search.rival = None;
                        }
                    }
                }
                Err(trouble) => {
                    if search.near.as_ref().is_none_or(|(top, _)| *top < literal) {
                        search.near = Some((literal, trouble));
                    }
                }
            }
        }
    }

    fn arity(&self, target: Target, slots: &[(Slot, Hole)]) -> usize {
        // The declared wording of a target names all its holes.
        let main = self.lexicon.wordings.iter().find(|w| w.target == target && w.main);
        let count = |slots: &[(Slot, Hole)]| slots.iter().filter(|(slot, _)| matches!(slot, Slot::Arg(_))).count();
        main.map_or(count(slots), |wording| count(&wording.slots))
    }

    fn fill(
        &mut self,
        slots: &[(Slot, Hole)],
        spans: &Spans,
        words: &[Word],
        scope: &Scope,
    ) -> Result<Filled, Trouble> {
        let mut args = Vec::new();
        let mut value = None;
        for ((slot, hole), (start, end)) in slots.iter().zip(spans) {
            let filler = self.filler(&words[*start..*end], *hole, scope)?;
            match slot {
                Slot::Arg(index) => args.push((*index, filler)),
                Slot::Value => value = Some(filler),
            }
        }
        Ok((args, value))
    }

    /// What some words say, as filling of a hole.
    pub(crate) fn filler(&mut self, words: &[Word], hole: Hole, scope: &Scope) -> Result<Filler, Trouble> {
        let span = span_of(words);
        if let [word] = words
            && word.kind == TokenKind::Word
            && let Some(var) = scope.var(&word.text)
        {
            let sort = scope.vars[var.index()].hole;
            if !can_fill(sort, hole) {
                let (is, wanted) = (sort_of(sort, self.lexicon), sort_of(hole, self.lexicon));
                let message = format!("`{}` stands for {is}, and {wanted} is wanted here", word.text);
                return Err(Trouble::new("wrong-kind", span, message));
            }
            return Ok(Filler::Var(var));
        }
        if let Some(filler) = self.pronoun(words, hole, scope) {
            return self.suits(filler, hole, span);
        }
        match hole {
            Hole::Number => self.number(words, scope).ok_or_else(|| wrong(words, "a number")),
            Hole::Day => self.day(words).map(one).ok_or_else(|| wrong(words, "a day")),
            Hole::Duration => {
                let read = duration(words, self.clock).map(|d| one(Value::duration(d)));
                read.ok_or_else(|| wrong(words, "a duration").help(format!("write {}", self.clock.lengths())))
            }
            Hole::Text => self.text(words).ok_or_else(|| wrong(words, "a text in quotation marks")),
            Hole::Kind(kind) => self.names(words, Some(kind)),
            Hole::Thing => self.names(words, None),
            Hole::Any => match self.names(words, None) {
                Ok(filler) => Ok(filler),
                Err(trouble) => (self.number(words, scope).or_else(|| self.text(words))).ok_or(trouble),
            },
        }
    }

    fn suits(&self, filler: Filler, hole: Hole, span: Span) -> Result<Filler, Trouble> {
        let kind = match &filler {
            Filler::Some { kind, .. }
            | Filler::None(Some(kind))
            | Filler::Asked(Some(kind))
            | Filler::AskedSuch { kind, .. } => *kind,
            _ => return Ok(filler),
        };
        match hole {
            Hole::Kind(wanted) if !(self.lexicon.is_subkind(kind, wanted) || self.lexicon.is_subkind(wanted, kind)) => {
                let name = |kind: KindId| self.lexicon.kinds[kind.index()].name.clone();
                Err(Trouble::new(
                    "wrong-kind",
                    span,
                    format!("a {} stands where a {} is wanted", name(kind), name(wanted)),
                ))
            }
            _ => Ok(filler),
        }
    }

    /// `each party`, `a third polity`, `who`, `nobody` and so on.
    fn pronoun(&self, words: &[Word], hole: Hole, scope: &Scope) -> Option<Filler> {
        let lower: Vec<&str> = words.iter().map(|word| word.lower.as_str()).collect();
        if words.iter().any(|word| word.kind != TokenKind::Word) {
            return None;
        }
        let kind =
            |from: usize| (from < words.len()).then(|| lower[from..].join(" ")).and_then(|n| self.lexicon.kind(&n));
        match lower.as_slice() {
            ["each", "party"] | ["a", "party"] | ["any", "party"] | ["either", "party"] => Some(Filler::EachParty),
            ["the", "other"] | ["the", "other", "party"] | ["other", "party"] => Some(Filler::TheOther),
            ["nobody" | "nothing" | "none"] | ["no", "one"] => Some(Filler::None(None)),
            ["unknown"] if hole != Hole::Number => Some(Filler::None(None)),
            ["who" | "whom" | "what" | "where" | "when"] if scope.asking => Some(Filler::Asked(None)),
            ["which" | "what", ..] if scope.asking => self.asked(words, 1),
            ["how", "many" | "much", ..] if scope.asking => match hole {
                Hole::Kind(_) | Hole::Thing => self.asked(words, 2),
                // A text has no number.
                Hole::Text => None,
                // What is counted is no name.
                _ => words[2..]
                    .iter()
                    .all(|word| self.lexicon.lookup(&word.text).is_empty())
                    .then_some(Filler::Asked(None)),
            },
            ["a" | "any", "third", "party" | "state" | "power"] => match hole {
                Hole::Kind(kind) => Some(Filler::Some { kind, third: true, another: false }),
                _ => None,
            },
            ["a" | "any", "third", ..] => kind(2).map(|kind| Filler::Some { kind, third: true, another: false }),
            ["another", ..] => kind(1).map(|kind| Filler::Some { kind, third: false, another: true }),
            ["a" | "an" | "any" | "some", ..] => {
                kind(1).map(|kind| Filler::Some { kind, third: false, another: false })
            }
            ["anybody" | "anyone" | "somebody" | "someone" | "anything" | "something"] => Some(Filler::Omitted),
            ["no", ..] => kind(1).map(|kind| Filler::None(Some(kind))),
            _ => None,
        }
    }

    /// What is asked for, from the words after `which`: `norms`, `secret instruments`, `articles of Sele`.
    fn asked(&self, words: &[Word], from: usize) -> Option<Filler> {
        let lower: Vec<&str> = words.iter().map(|word| word.lower.as_str()).collect();
        let kind = |at: usize, end: usize| self.lexicon.kind(&lower[at..end].join(" "));
        if from < words.len()
            && let Some(kind) = kind(from, words.len())
        {
            return Some(Filler::Asked(Some(kind)));
        }
        let end = lower.iter().position(|word| ["of", "between"].contains(word)).unwrap_or(words.len());
        let (mut of, mut between) = (None, Vec::new());
        match words.get(end + 1..) {
            Some(whole) if lower[end] == "of" => of = Some(self.name(whole, None).ok().flatten()?),
            Some(parties) => {
                for part in parties.split(|word| word.is_sign(",") || word.is("and")).filter(|part| !part.is_empty()) {
                    between.push(self.name(part, None).ok().flatten()?);
                }
            }
            None => {}
        }
        let at = (from..end).find(|at| kind(*at, end).is_some())?;
        let such = match at - from {
            0 => Vec::new(),
            _ => vec![self.lexicon.adjective(&lower[from..at])?],
        };
        Some(Filler::AskedSuch { kind: kind(at, end)?, such, of, between })
    }

    /// One or several names.
    fn names(&self, words: &[Word], kind: Option<KindId>) -> Result<Filler, Trouble> {
        if let Some(id) = self.name(words, kind)? {
            return Ok(one(Value::entity(id)));
        }
        if words.len() > MOST_WORDS {
            let trouble = Trouble::new(
                "sentence-too-long",
                span_of(words),
                format!("{} words are too many for one sentence", words.len()),
            );
            return Err(trouble.help("write several statements"));
        }
        let mut values = Vec::new();
        let joins = |word: &Word| word.is_sign(",") || word.is("and") || word.is("or");
        for part in words.split(joins).filter(|part| !part.is_empty()) {
            match self.name(part, kind)? {
                Some(id) => values.push(Value::entity(id)),
                None => return Err(self.unknown_name(part)),
            }
        }
        match values.len() {
            0 => Err(self.unknown_name(words)),
            _ if words.iter().any(|word| word.is("or")) => Ok(Filler::Either(values)),
            _ => Ok(Filler::Values(values)),
        }
    }

    /// The thing that goes by a name; of several, the only one of the kind wanted.
    fn name(&self, words: &[Word], kind: Option<KindId>) -> Result<Option<EntityId>, Trouble> {
        let key = match words {
            [word] => word.text.clone(),
            _ if words.iter().all(|word| matches!(word.kind, TokenKind::Word | TokenKind::Number)) => {
                words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
            }
            _ => return Ok(None),
        };
        let all = self.lexicon.lookup(&key);
        let suitable: Vec<EntityId> = match kind {
            Some(kind) => all.iter().copied().filter(|id| self.lexicon.is_of_kind(*id, kind)).collect(),
            None => self.lexicon.things_first(all.clone()),
        };
        match (suitable.as_slice(), all.as_slice()) {
            ([id], _) => Ok(Some(*id)),
            ([], []) => Ok(None),
            ([], [id, ..]) => {
                let of = |kind: KindId| self.lexicon.kinds[kind.index()].name.clone();
                let is: Vec<String> = self.lexicon.entities[id.index()].kinds.iter().map(|kind| of(*kind)).collect();
                let wanted = kind.map(of).unwrap_or_default();
                Err(Trouble::new(
                    "wrong-kind",
                    span_of(words),
                    format!("`{key}` is a {}, and a {wanted} is wanted here", is.join(" and ")),
                ))
            }
            (several, _) => Err(ambiguous(self.lexicon, &key, several, span_of(words))),
        }
    }

    fn unknown_name(&self, words: &[Word]) -> Trouble {
        let text = text_of(words);
        if text.is_empty() {
            return Trouble::new("unknown-name", span_of(words), "a name is missing here")
                .help("say who or what the sentence is about");
        }
        let mut trouble = Trouble::new("unknown-name", span_of(words), format!("nothing is called `{text}`"));
        let own = self.instead_of_name(words);
        trouble.help = Some(match BEARERS.contains(&text.to_lowercase().as_str()) {
            _ if own.is_some() => {
                trouble.help = own;
                return trouble;
            }
            true => "who bears a norm is named by a variable: `norm NAME: x must …`, with the clause `for x: KIND`, and `x` in its other \
                     clauses"
                .to_owned(),
            false if words.len() == 1 => format!("declare it, for example `polity {text}`"),
            false => "a name is one word, or a label in quotation marks; clauses such as `within`, `if` and `unless` stand on lines of their own \
                      below"
                .to_owned(),
        });
        // So many words are no name, but a phrase that is not said right.
        let like = if words.len() > 3 { Like::Phrase } else { Like::Name };
        trouble.unknown = Some(Unknown { text, like });
        trouble
    }

    /// What to write instead of words that were meant for no name: a variable, the noun of an event, each of a kind.
    fn instead_of_name(&self, words: &[Word]) -> Option<String> {
        let lower: Vec<&str> = words.iter().map(|word| word.lower.as_str()).collect();
        match lower.as_slice() {
            [first, .., "party"] if *first == "each" => None,
            ["each" | "every" | "all", kind @ ..] => {
                self.lexicon.kind(&kind.join(" "))?;
                let kind = kind.join(" ");
                Some(format!("write `any {kind}` or `a {kind}`, which is each of what the dossier declares; `each` goes with `party` alone"))
            }
            [_, ..] if text_of(words).starts_with('{') => Some(
                "a hole is written only where a phrase is declared; elsewhere a variable stands for it: `define tonnage of a is …` with the \
                 clause `for a: KIND`"
                    .to_owned(),
            ),
            [one] if one.len() == 1 && one.chars().all(char::is_alphabetic) => Some(format!(
                "a variable is declared by the clause `for {one}: KIND`; in a norm it is who bears it: `norm NAME: {one} must …`"
            )),
            [noun] => {
                let (_, verb) = EVENT_NOUNS.iter().find(|(it, _)| it == noun)?;
                Some(format!("say the event as a sentence, `TREATY {verb}`, or give the name of an event"))
            }
            _ => None,
        }
    }

    fn no_phrase(&self, words: &[Word], scope: &Scope) -> Trouble {
        let known = |word: &Word| {
            word.kind != TokenKind::Word
                || scope.asking && ASKING.contains(&word.lower.as_str())
                || scope.var(&word.text).is_some()
                || self.lexicon.has_word(&word.lower)
                || !self.lexicon.lookup(&word.text).is_empty()
                || self.lexicon.kind(&word.text).is_some()
                || FILLING.contains(&word.lower.as_str())
        };
        if let Some(word) = words.iter().find(|word| !known(word)) {
            let mut trouble = Trouble::new(
                "unknown-word",
                word.span,
                format!("`{}` is neither a name nor a word of any phrase", word.text),
            )
            .help("declare it: a thing (`polity NAME`), or an `action` or `fluent` with this word");
            trouble.unknown = Some(Unknown { text: word.text.clone(), like: Like::Word });
            return trouble;
        }
        let text = text_of(words);
        let mut trouble = Trouble::new("unknown-phrase", span_of(words), format!("no phrase reads `{text}`"))
            .help("declare it with `action` or `fluent`");
        trouble.unknown = Some(Unknown { text, like: Like::Phrase });
        trouble
    }

    /// Numbers, exact or compared or uncertain.
    fn number(&mut self, words: &[Word], scope: &Scope) -> Option<Filler> {
        let lower: Vec<&str> = words.iter().map(|word| word.lower.as_str()).collect();
        let compared = |op: CompareOp, rest: &[Word]| {
            let number = amount(rest)?;
            Some(Filler::Compared(vec![(op, Value::number(number)?)]))
        };
        match lower.as_slice() {
            ["at", "most", ..] | ["up", "to", ..] => compared(CompareOp::AtMost, &words[2..]),
            ["no", "more", "than", ..] | ["not", "more", "than", ..] => compared(CompareOp::AtMost, &words[3..]),
            ["at", "least", ..] => compared(CompareOp::AtLeast, &words[2..]),
            ["more", "than", ..] => compared(CompareOp::Greater, &words[2..]),
            ["fewer" | "less", "than", ..] => compared(CompareOp::Less, &words[2..]),
            ["exactly", ..] => amount(&words[1..]).and_then(Value::number).map(one),
            ["no"] => Value::integer(0).map(one),
            ["unknown"] | ["an", "unknown", "number", "of"] | ["unspecified"] => {
                // Whatever is counted or measured in a dossier is at least nothing.
                let least = Some(Number::whole(0));
                Some(one(self.range(NumberRange { min: least, max: None, approximate: false })))
            }
            ["about" | "some" | "around" | "approximately" | "nearly", ..] | ["~", ..] => {
                let number = amount(&words[1..])?;
                Some(one(self.range(NumberRange { min: Some(number), max: Some(number), approximate: true })))
            }
            ["between", ..] => {
                let and = words.iter().position(|word| word.is("and"))?;
                let (min, max) = (amount(&words[1..and])?, amount(&words[and + 1..])?);
                if scope.matching && min <= max {
                    // What is to be, or is looked for, may be any number from the one to the other.
                    let ends = (Value::number(min)?, Value::number(max)?);
                    return Some(Filler::Compared(vec![(CompareOp::AtLeast, ends.0), (CompareOp::AtMost, ends.1)]));
                }
                (min <= max)
                    .then(|| one(self.range(NumberRange { min: Some(min), max: Some(max), approximate: false })))
            }
            _ => amount(words).and_then(Value::number).map(one),
        }
    }

    /// A number known only within bounds.
    pub(crate) fn range(&mut self, range: NumberRange) -> Value {
        self.range_in_words(range, None)
    }

    /// The same, to be shown in the words it was stated in.
    fn range_in_words(&mut self, range: NumberRange, words: Option<String>) -> Value {
        let known = |(at, old): (usize, &NumberRange)| {
            *old == range && self.lexicon.range_words.get(&RangeId::from_index(at)) == words.as_ref()
        };
        let known = self.ranges.iter().enumerate().position(known);
        let id = RangeId::from_index(known.unwrap_or(self.ranges.len()));
        if known.is_none() {
            self.ranges.push(range);
            self.lexicon.range_words.extend(words.map(|words| (id, words)));
        }
        Value::range(id)
    }

    /// `at most 20 000` as an amount: what is counted or measured is at least nothing, and goes in whole numbers.
    pub(crate) fn amount_within(&mut self, tests: &[(CompareOp, Value)]) -> Value {
        let one = Number::whole(1);
        let mut range = NumberRange::default();
        let mut words = None;
        for (op, value) in tests {
            let Kinded::Number(number) = value.kinded() else { continue };
            match op {
                CompareOp::AtMost => (range.max, words) = (Some(number), Some(format!("at most {number}"))),
                CompareOp::Less => (range.max, words) = (number.minus(one), Some(format!("less than {number}"))),
                CompareOp::AtLeast => range.min = Some(number),
                CompareOp::Greater => (range.min, words) = (number.plus(one), Some(format!("more than {number}"))),
                CompareOp::Equal | CompareOp::NotEqual => {}
            }
        }
        range.min = range.min.or(Some(Number::whole(0)));
        self.range_in_words(range, words.filter(|_| tests.len() == 1))
    }

    /// A day: an exact date, or its first possible day.
    fn day(&self, words: &[Word]) -> Option<Value> {
        let [word] = words else { return None };
        let number = word.number.filter(|number| number.scale == 0 && self.clock != Clock::Days);
        if let Some(number) = number {
            return Value::tick(number.mantissa);
        }
        let when = super::dates::read_on(self.clock, &word.text, &ReformTable::default(), None).ok()?;
        Value::tick(when.min.or(when.max)?)
    }

    fn text(&mut self, words: &[Word]) -> Option<Filler> {
        match words {
            [word] if word.kind == TokenKind::String => Some(one(Value::text(self.lexicon.text(&word.text)))),
            _ => None,
        }
    }
}

/// Words that fill sentences without being names.
const FILLING: [&str; 47] = [
    "or", "a", "an", "any", "some", "each", "party", "other", "third", "another", "no", "not", "nobody", "nothing",
    "none", "at", "most", "least", "more", "than", "fewer", "less", "exactly", "about", "between", "and", "unknown",
    "million", "thousand", "billion", "second", "seconds", "minute", "minutes", "hour", "hours", "day", "days",
    "month", "months", "year", "years", "week", "weeks", "one", "either", "power",
];

/// What whoever bears a norm is not called.
const BEARERS: [&str; 10] =
    ["first", "first party", "second", "second party", "former", "latter", "bearer", "one", "itself", "it"];

/// Nouns for events, and how the event is said in a sentence.
const EVENT_NOUNS: [(&str, &str); 6] = [
    ("signature", "signed"),
    ("signing", "signed"),
    ("ratification", "ratified"),
    ("denunciation", "denounced"),
    ("publication", "published"),
    ("termination", "terminates"),
];

/// Beyond so many words nothing is a list of names.
const MOST_WORDS: usize = 20_000;

/// Words that ask.
const ASKING: [&str; 9] = ["who", "whom", "what", "which", "when", "where", "how", "many", "much"];

/// Why a name does not stand for one thing: nothing is called so, or several are.
pub(crate) fn not_one_thing(lexicon: &Lexicon, text: &str, span: Span) -> Trouble {
    let several = lexicon.lookup(text);
    if several.len() > 1 {
        return ambiguous(lexicon, text, &several, span);
    }
    let trouble = Trouble::new("unknown-name", span, format!("nothing is called `{text}`"));
    match suggest(text, lexicon.all_names()) {
        Some(near) => trouble.help(format!("did you mean `{near}`?")),
        None => trouble,
    }
}

fn ambiguous(lexicon: &Lexicon, text: &str, several: &[EntityId], span: Span) -> Trouble {
    let names: Vec<&str> = several.iter().map(|id| lexicon.entities[id.index()].name.as_str()).collect();
    Trouble::new("ambiguous-name", span, format!("`{text}` can be several things"))
        .help(format!("write one of: {}", names.join(", ")))
}

/// Whether what a variable of one sort stands for can ever fill a hole of another. A hole for things of no kind takes
/// numbers, too: whoever bears a norm over a feed may go by one.
pub(crate) fn can_fill(var: Hole, hole: Hole) -> bool {
    let is_thing = |hole: Hole| matches!(hole, Hole::Kind(_) | Hole::Thing);
    var == Hole::Any || matches!(hole, Hole::Any | Hole::Thing) || var == hole || is_thing(var) && is_thing(hole)
}

/// What a hole takes, in words.
pub(crate) fn sort_of(hole: Hole, lexicon: &Lexicon) -> String {
    match hole {
        Hole::Kind(kind) => format!("a {}", lexicon.kinds[kind.index()].name),
        Hole::Thing => "a thing".to_owned(),
        Hole::Number => "a number".to_owned(),
        Hole::Day => "a day".to_owned(),
        Hole::Duration => "a length of time".to_owned(),
        Hole::Text => "a text".to_owned(),
        Hole::Any => "anything".to_owned(),
    }
}

fn one(value: Value) -> Filler {
    Filler::Values(vec![value])
}

fn wrong(words: &[Word], wanted: &str) -> Trouble {
    let too_large = |word: &&Word| word.kind == TokenKind::Number && word.number.and_then(Value::number).is_none();
    if let Some(number) = words.iter().find(too_large) {
        let message = format!("`{}` is too large a number, or too fine", number.text);
        return Trouble::new("number-too-large", number.span, message).help("at most 16 digits can be told apart");
    }
    let trouble =
        Trouble::new("wrong-kind", span_of(words), format!("`{}` stands where {wanted} is wanted", text_of(words)));
    let in_words = |word: &Word| SPELT_OUT.iter().any(|it| word.lower.starts_with(it));
    if wanted == "a number" && words.iter().any(in_words) {
        trouble.help("write the number in figures, for example `50`")
    } else {
        trouble
    }
}

/// How numbers beyond those that are read in words begin.
const SPELT_OUT: [&str; 10] =
    ["thirteen", "fourteen", "fifteen", "twenty", "thirty", "forty", "fifty", "sixty", "hundred", "dozen"];

fn spread(args: Vec<(usize, Filler)>, arity: usize) -> Vec<Filler> {
    let mut all = vec![Filler::Omitted; arity];
    for (index, filler) in args {
        if index < all.len() {
            all[index] = filler;
        }
    }
    all
}

/// `20 000`, `7.5 million`, `four`, and a counted noun after it (`20 000 men`) is not taken here.
fn amount(words: &[Word]) -> Option<Number> {
    let (first, rest) = words.split_first()?;
    let number = first.number.or_else(|| small_number(&first.lower))?;
    let times = match rest {
        [] => 1,
        [word] if word.is("thousand") => 1_000,
        [word] if word.is("million") => 1_000_000,
        [word] if word.is("billion") => 1_000_000_000,
        _ => return None,
    };
    number.times(Number::whole(times))
}

fn small_number(word: &str) -> Option<Number> {
    const WORDS: [&str; 13] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    WORDS.iter().position(|known| *known == word).map(|n| Number::whole(n as i64))
}

/// `15 years`, `6 days`, `one week`, or a bare number of ticks.
pub(crate) fn duration(words: &[Word], clock: Clock) -> Option<Duration> {
    let (first, rest) = words.split_first()?;
    let number = first
        .number
        .or_else(|| small_number(&first.lower))
        .filter(|number| number.scale == 0 && number.mantissa >= 0)?;
    match rest {
        [] => clock.duration(number.mantissa, ""),
        [unit] => clock.duration(number.mantissa, &unit.lower),
        _ => None,
    }
}
