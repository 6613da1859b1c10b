//! Other words for a question that is not understood as it stands.
//!
//! Nothing is guessed here: a word is put in a form that a phrase has, words that say nothing are left out, a general verb is
//! put for what it says of a state (who *loses* a thing no longer holds it), and words of a phrase are put in that the
//! question leaves out. What comes of it is read like any other question, and must be understood in full.

use servanda_model::lexicon::{Lexicon, Piece, Target, Wording};
use servanda_model::{Condition, EntityId, FluentId, KindId, Trouble};

use super::verbs::{is_form_of, known_form};
use super::words::{ASKED, AUXILIARY, is};
use super::{Form, Preparing, Question, Turn, loose};

/// Words for whoever acts that are no kinds: they ask as `who` does.
const ACTORS: [&str; 16] = [
    "state",
    "states",
    "party",
    "parties",
    "power",
    "powers",
    "country",
    "countries",
    "nation",
    "nations",
    "side",
    "sides",
    "actor",
    "actors",
    "polity",
    "polities",
];

/// Those of these words that say a state, and the kind that the law has for it.
const STATES: [&str; 8] = ["state", "states", "power", "powers", "country", "countries", "nation", "nations"];
const POLITY: &str = "polity";

/// Words for places that are no kinds.
const PLACES: [&str; 22] = [
    "town",
    "towns",
    "city",
    "cities",
    "region",
    "regions",
    "territory",
    "territories",
    "land",
    "lands",
    "area",
    "areas",
    "district",
    "districts",
    "province",
    "provinces",
    "place",
    "places",
    "village",
    "villages",
    "island",
    "islands",
];

/// Words for instruments and what stands in them that are no kinds, with the kind that is built in.
const TEXTS: [(&str, &str); 16] = [
    ("pact", "instrument"),
    ("pacts", "instruments"),
    ("treaty", "instrument"),
    ("treaties", "instruments"),
    ("agreement", "instrument"),
    ("agreements", "instruments"),
    ("convention", "instrument"),
    ("conventions", "instruments"),
    ("document", "instrument"),
    ("documents", "instruments"),
    ("clause", "norm"),
    ("clauses", "norms"),
    ("rule", "norm"),
    ("rules", "norms"),
    ("provision", "norm"),
    ("provisions", "norms"),
];

/// The kind of texts that a word stands for that is none itself.
pub(super) fn text_kind(lexicon: &Lexicon, word: &str) -> Option<KindId> {
    TEXTS.iter().find(|(text, _)| text.eq_ignore_ascii_case(word)).and_then(|(_, kind)| lexicon.kind(kind))
}

/// Words that change nothing of what is asked.
const EMPTY: [&str; 14] = [
    "actually",
    "really",
    "still",
    "already",
    "now",
    "currently",
    "then",
    "formally",
    "officially",
    "indeed",
    "there",
    "exactly",
    "finally",
    "also",
];

const BEGIN: [&str; 3] = ["begin", "start", "commence"];
const END: [&str; 7] = ["end", "cease", "stop", "lapse", "expire", "finish", "terminate"];
/// Who does one of these no longer has a thing, or has it from then on.
const LOSE: [&str; 2] = ["lose", "forfeit"];
const GAIN: [&str; 8] = ["gain", "get", "obtain", "acquire", "receive", "win", "regain", "recover"];
/// Verbs of having, of which a dossier declares one.
const HAVE: [&str; 5] = ["hold", "control", "possess", "own", "have"];

fn is_any_form(word: &str, all: &[&str]) -> bool {
    all.iter().any(|known| is_form_of(word, known))
}

/// Ways of saying a question otherwise grow with its words; longer ones are taken as they stand.
pub(super) const MOST_REWORDED: usize = 16;

impl Preparing<'_> {
    /// Tries a question that was not understood in other words. Nothing where these are not understood, either.
    pub(super) fn in_other_words(&mut self, body: &str, question: &mut Question) -> Option<String> {
        if body.split_whitespace().count() > MOST_REWORDED {
            return None;
        }
        let plain = self.plainer(body, 1);
        let mut texts = Vec::new();
        if body.contains("'s ") || body.contains("’s ") {
            texts.extend((2..=MOST_OWNED).map(|owned| self.plainer(body, owned)));
        }
        if plain != body {
            texts.push(plain.clone());
        }
        texts.extend(self.of_what_it_stands_in(&plain));
        texts.extend(value_of(&plain));
        texts.extend(self.with_texts(body));
        // What is so in somebody's eyes is so for them.
        texts.extend(body.strip_prefix("in whose eyes ").map(|rest| format!("for whom {rest}")));
        // A treaty is signed at a place or in it.
        texts.extend(
            [(" in ", " at "), (" at ", " in ")]
                .iter()
                .filter(|it| plain.contains(it.0))
                .map(|(a, b)| plain.replacen(a, b, 1)),
        );
        for text in texts {
            let mut own = question.clone();
            if self.understand(&text, &mut own).is_ok() {
                *question = own;
                return Some(text);
            }
        }
        for text in [plain.as_str(), body] {
            let mut own = question.clone();
            if self.of_norms_that(text, &mut own).is_some_and(|result| result.is_ok())
                || self.of_turn(text, &mut own).is_some_and(|result| result.is_ok())
                || self.towards(text, &mut own).is_some()
            {
                *question = own;
                return Some(text.to_owned());
            }
        }
        None
    }

    /// A question about an article or a norm asked of the instrument in which it stands: by whom it was signed, and when.
    fn of_what_it_stands_in(&self, text: &str) -> Option<String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let hooks = &self.model.hooks;
        let is_part =
            |id: &EntityId| [hooks.article, hooks.norm].iter().any(|kind| self.model.lexicon.is_of_kind(*id, *kind));
        (0..words.len()).find_map(|from| {
            (from + 1..=words.len().min(from + 5)).rev().find_map(|to| {
                let part = self.asker.entity(&words[from..to].join(" ")).filter(is_part)?;
                let whole = self.model.name(self.instrument_of(part)?);
                Some([&words[..from], &[whole], &words[to..]].concat().join(" "))
            })
        })
    }

    /// A question with its words in forms that phrases have, and without those that say nothing.
    fn plainer(&self, body: &str, owned: usize) -> String {
        let words: Vec<&str> = body.split_whitespace().collect();
        let mut words: Vec<String> = possessives(&words, owned);
        // What is quoted stays as it is.
        let mut is_quoted = false;
        words.retain(|word| {
            let outside = !is_quoted;
            is_quoted ^= word.matches(['"', '“', '”']).count() % 2 == 1;
            !(outside && is(word, &EMPTY) && !self.is_known(word))
        });
        words = in_which_year(words);
        words = whose(words);
        words = how_large(words);
        words = articles_broken(words);
        words = by_which_right(words);
        for word in &mut words {
            // Of soldiers that no phrase counts the troops are.
            if is(word, &["soldiers"]) && !self.is_counted_by(word, "of") && self.is_counted_by("troops", "of") {
                "troops".clone_into(word);
            }
        }
        words = self.had_by(self.counted_of(words));
        for word in &mut words {
            if let Some(form) = of_norms(word).filter(|_| !self.is_known(word)) {
                *word = form;
            }
            if is(word, &["should", "shall", "ought", "need", "needs"]) && !self.is_known(word) {
                *word = "must".to_owned();
            }
        }
        for at in 1..words.len() {
            let (before, word) = (words[at - 1].to_lowercase(), words[at].to_lowercase());
            if !["which", "what", "many"].contains(&before.as_str()) || self.asker.lexicon().kind(&word).is_some() {
                continue;
            }
            if STATES.contains(&word.as_str()) && self.asker.lexicon().kind(POLITY).is_some() {
                words[at] = POLITY.to_owned();
            } else if ACTORS.contains(&word.as_str()) && before != "many" {
                words[at - 1] = "who".to_owned();
                words[at] = String::new();
            } else if ACTORS.contains(&word.as_str()) && self.asker.lexicon().kind("polity").is_some() {
                words[at] = "polities".to_owned();
            } else if PLACES.contains(&word.as_str()) && before != "many" {
                words[at - 1] = "what".to_owned();
                words[at] = String::new();
            } else if let Some((_, kind)) = TEXTS.iter().find(|(text, _)| *text == word) {
                words[at] = (*kind).to_owned();
            }
        }
        words.retain(|word| !word.is_empty());
        is_quoted = false;
        for at in 0..words.len() {
            let outside = !is_quoted;
            is_quoted ^= words[at].matches(['"', '“', '”']).count() % 2 == 1;
            let word = words[at].to_lowercase();
            let plain = word.chars().all(char::is_alphabetic) && word.len() > 2;
            let own = is(&word, &ASKED) || is(&word, &AUXILIARY) || self.is_known(&word) || self.is_named(&words, at);
            if outside
                && plain
                && !own
                && let Some(form) = known_form(self.asker.lexicon(), &word)
            {
                words[at] = form;
            }
        }
        words.join(" ")
    }

    /// `how many Arvenian troops were in Tarn` as `how many troops of Arvenia in Tarn`, where `Arvenian` is one of its names.
    fn counted_of(&self, words: Vec<String>) -> Vec<String> {
        let counts = words.len() > 4 && is(&words[0], &["how"]) && is(&words[1], &["many"]);
        let named = |end: &usize| {
            self.is_counted_by(&words[*end], "of") && self.asker.entity(&words[2..*end].join(" ")).is_some()
        };
        let Some(end) = (3..words.len().min(6)).find(|end| counts && named(end)) else { return words };
        let rest = &words[end + 1..];
        let rest = &rest[usize::from(rest.first().is_some_and(|word| is(word, &AUXILIARY[..4])))..];
        [&words[..2], &words[end..=end], &["of".to_owned()], &words[2..end], rest].concat()
    }

    /// `how many troops did Arvenia have in Tarn` as `how many troops of Arvenia in Tarn`.
    fn had_by(&self, words: Vec<String>) -> Vec<String> {
        let counts = words.len() > 4 && is(&words[0], &["how"]) && is(&words[1], &["many", "much"]);
        let auxiliary = words.iter().position(|word| is(word, &["does", "did", "do"])).filter(|at| *at > 2);
        let have = words.iter().rposition(|word| is(word, &["have", "keep", "hold", "possess", "own"]));
        match (counts, auxiliary, have) {
            (true, Some(auxiliary), Some(have)) if have > auxiliary + 1 => {
                let (what, who, rest) = (&words[..auxiliary], &words[auxiliary + 1..have], &words[have + 1..]);
                let joint = ["of", "in"].into_iter().find(|joint| self.is_counted_by(&words[2], joint)).unwrap_or("of");
                [what, &[joint.to_owned()], who, rest].concat()
            }
            _ => words,
        }
    }

    /// Whether a number has a phrase that begins with these two words.
    fn is_counted_by(&self, counted: &str, joint: &str) -> bool {
        let is = |piece: Option<&Piece>, word: &str| matches!(piece, Some(Piece::Word(forms)) if forms.iter().any(|form| form.eq_ignore_ascii_case(word)));
        self.asker.lexicon().wordings.iter().any(|it| is(it.pieces.first(), counted) && is(it.pieces.get(1), joint))
    }

    /// `how many parties does X have` as `how many polity is a party to X`.
    pub(super) fn parties_had(&self, body: &str) -> String {
        let words: Vec<&str> = body.split(' ').collect();
        let known = self.asker.lexicon().kind(POLITY).is_some();
        match words.as_slice() {
            [how, many, parties, does, name @ .., have]
                if known
                    && is(how, &["how"])
                    && is(many, &["many"])
                    && is(parties, &["parties"])
                    && is(does, &["does", "did"])
                    && is(have, &["have"]) =>
            {
                format!("how many {POLITY} is a party to {}", name.join(" "))
            }
            _ => body.to_owned(),
        }
    }

    /// `which states are members of X` as `… is a member of X`, where that is the phrase.
    pub(super) fn one_of_many(&self, body: &str) -> String {
        let words: Vec<&str> = body.split(' ').collect();
        let word = |piece: &Piece, wanted: &str| matches!(piece, Piece::Word(forms) if forms.iter().any(|form| form.eq_ignore_ascii_case(wanted)));
        let is_a = |one: &str| {
            let article = |pair: &[Piece]| (word(&pair[0], "a") || word(&pair[0], "an")) && word(&pair[1], one);
            self.asker.lexicon().wordings.iter().any(|wording| wording.pieces.windows(2).any(article))
        };
        let found = words.windows(2).position(|pair| {
            is(pair[0], &["are", "were"]) && pair[1].strip_suffix('s').is_some_and(|one| is_a(&one.to_lowercase()))
        });
        let Some(at) = found else { return body.to_owned() };
        let one = words[at + 1].strip_suffix('s').unwrap_or_default();
        [&words[..at], &["is", "a", one], &words[at + 2..]].concat().join(" ")
    }

    /// Whether some phrase, kind or name has a word.
    fn is_known(&self, word: &str) -> bool {
        let lexicon = self.asker.lexicon();
        lexicon.has_word(word) || lexicon.kind(word).is_some() || !lexicon.lookup(word).is_empty()
    }

    /// Whether a word stands in a name of several words.
    fn is_named(&self, words: &[String], at: usize) -> bool {
        let most = 5;
        (at.saturating_sub(most)..=at).any(|from| {
            (at + 1..=words.len().min(from + most)).any(|to| self.asker.entity(&words[from..to].join(" ")).is_some())
        })
    }

    /// `which norms forbid Belmark to arm Tarn`, `does Sele allow Belmark to cross Eastmarch`: what somebody may, must or must not
    /// do, by the norms that say so.
    fn of_norms_that(&mut self, text: &str, question: &mut Question) -> Option<Result<(), Trouble>> {
        const SAY: [(&str, &[&str]); 3] = [
            ("must not", &["forbid", "prohibit", "bar", "prevent", "ban"]),
            ("must", &["require", "oblige", "compel", "commit", "demand"]),
            ("may", &["permit", "allow", "entitle", "authorise", "authorize", "empower", "enable"]),
        ];
        let words: Vec<&str> = text.split_whitespace().collect();
        let says = |word: &&str| SAY.iter().find(|(_, verbs)| is_any_form(word, verbs)).map(|(modal, _)| *modal);
        let (at, modal) = words.iter().enumerate().find_map(|(at, word)| Some((at, says(word)?)))?;
        // `from annexing` says the same as `to annex`.
        let to = (at + 1..words.len()).find(|to| is(words[*to], &["to", "from"]))?;
        let (who, verb, deed) = (&words[at + 1..to], words.get(to + 1)?, &words[to + 2..]);
        let before: Vec<&str> = words[..at].iter().copied().filter(|word| !is(word, &AUXILIARY)).collect();
        let which = |word: &&str| is(word, &["which", "what"]);
        match before.as_slice() {
            [] => return None,
            [asked, ..] if which(asked) => {
                if let Some(of) = before.iter().position(|word| is(word, &["of", "in"])) {
                    question.within = Some(self.entity(&before[of + 1..].join(" ")).ok()?);
                }
            }
            name => question.within = Some(self.entity(&name.join(" ")).ok()?),
        }
        let infinitives = super::verbs::forms(verb).into_iter().filter(|form| self.asker.lexicon().has_word(form));
        let verbs: Vec<String> = std::iter::once((*verb).to_owned()).chain(infinitives).collect();
        let mut last = None;
        for verb in verbs {
            let again = format!("{} {} {verb} {}", first_word(modal), who.join(" "), deed.join(" "));
            let again = if modal == "must not" {
                again.replacen(&who.join(" "), &format!("{} not", who.join(" ")), 1)
            } else {
                again
            };
            let again: Vec<&str> = again.split_whitespace().collect();
            let mut own = question.clone();
            match self.modal_question(&again, &mut own) {
                Ok(()) => {
                    *question = own;
                    return Some(Ok(()));
                }
                Err(trouble) => last = last.or(Some(trouble)),
            }
        }
        last.map(Err)
    }

    /// `Tarn is part of Eastmarch`, in the words of the phrases by which places lie in each other.
    fn parts(&self, words: &[&str]) -> Vec<String> {
        let bare: Vec<&str> = words.iter().copied().filter(|word| !is(word, &["a"])).collect();
        let joint =
            [&["part", "of"][..], &["inside"], &["within"], &["belong", "to"], &["belongs", "to"], &["belonged", "to"]];
        let found = joint.iter().find_map(|said| {
            let at = bare
                .windows(said.len())
                .position(|part| part.iter().zip(*said).all(|(a, b)| a.eq_ignore_ascii_case(b)))?;
            Some((bare[..at].join(" "), bare[at + said.len()..].join(" ")))
        });
        let Some((part, whole)) = found.filter(|(part, whole)| !part.is_empty() && !whole.is_empty()) else {
            return Vec::new();
        };
        // What nests places follows from what is said of two of them, which has the phrases.
        let nesting = &self.model.nesting;
        let closures = self.model.definitions.iter().filter(|it| nesting.contains(&it.item.fluent));
        let mut said: Vec<FluentId> = Vec::new();
        for condition in closures.flat_map(|it| &it.item.conditions) {
            if let Condition::Holds(it) = condition
                && !nesting.contains(&it.fluent)
                && !said.contains(&it.fluent)
            {
                said.push(it.fluent);
            }
        }
        let wordings = self.asker.lexicon().wordings.iter();
        let of_nesting = |it: &&Wording| matches!(it.target, Target::Fluent(fluent) if said.contains(&fluent));
        let laid = wordings.filter(of_nesting).map(|wording| {
            let mut holes = [&part, &whole].into_iter();
            let pieces = wording.pieces.iter().map(|piece| match piece {
                Piece::Word(forms) => forms[0].clone(),
                Piece::Hole(_) => holes.next().cloned().unwrap_or_default(),
            });
            pieces.collect::<Vec<_>>().join(" ")
        });
        laid.collect()
    }

    /// `when did S begin`, `did Arvenia cease to hold Tarn`, `who lost Tarn in 1924`: when what a sentence says began or ended.
    fn of_turn(&mut self, text: &str, question: &mut Question) -> Option<Result<(), Trouble>> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let wants_day = words.first().is_some_and(|word| word.eq_ignore_ascii_case("when"));
        let wants_act = asks_how(&words);
        let words = &words[if wants_act > 0 { wants_act } else { usize::from(wants_day) }..];
        let auxiliary = words.first().is_some_and(|word| is(word, &AUXILIARY));
        let words = &words[usize::from(auxiliary)..];
        // By what and how it came about is another question.
        if words
            .first()
            .is_some_and(|word| is(word, &["by", "under", "how", "through", "with", "why", "in", "on", "for", "at"]))
        {
            return None;
        }
        let verb = |all: &[&str]| words.iter().rposition(|word| is_any_form(word, all)).filter(|at| *at > 0);
        let mut sentences: Vec<(Turn, String)> = Vec::new();
        for (turn, verbs) in [(Turn::Begins, &BEGIN[..]), (Turn::Ends, &END[..])] {
            let Some(at) = verb(verbs) else { continue };
            let subject = words[..at].join(" ");
            match words.get(at + 1..) {
                Some([]) | None => sentences.push((turn, subject)),
                Some(rest) => {
                    let rest = if is(rest[0], &["to"]) { &rest[1..] } else { rest };
                    let Some((deed, more)) = rest.split_first() else { continue };
                    let said = known_form(self.asker.lexicon(), deed).unwrap_or_else(|| (*deed).to_owned());
                    sentences.push((turn, format!("{subject} {said} {}", more.join(" ")).trim().to_owned()));
                }
            }
        }
        // Who becomes something is that from then on.
        if let Some(at) = verb(&["become"]) {
            let (who, what) = (words[..at].join(" "), words[at + 1..].join(" "));
            sentences.push((Turn::Begins, format!("{what} is {who}")));
            sentences.push((Turn::Begins, format!("{who} is {what}")));
        }
        for (turn, verbs) in [(Turn::Ends, &LOSE[..]), (Turn::Begins, &GAIN[..])] {
            let Some(at) = verb(verbs) else { continue };
            let (mut who, mut what) = (words[..at].join(" "), words[at + 1..].join(" "));
            if let Some(by) = what.strip_prefix("by ") {
                (who, what) = (by.to_owned(), who.clone());
            }
            // `lost control of Tarn` says the same as `lost Tarn` of who controlled it.
            if let Some((noun, of)) = what.split_once(" of ")
                && !noun.contains(' ')
            {
                sentences.push((turn, format!("{who} {noun} {of}")));
            }
            sentences.extend(HAVE.iter().map(|have| (turn, format!("{who} {have} {what}"))));
        }
        for (turn, sentence) in sentences {
            let mut own = Question { turn: Some(turn), ever: true, ..question.clone() };
            own.form = match (wants_day, turn) {
                _ if wants_act > 0 => Form::Cause,
                (false, _) => Form::Whether,
                (true, Turn::Begins) => Form::Since,
                (true, Turn::Ends) => Form::Until,
            };
            let form = own.form.clone();
            if self.sentence(&sentence, &mut own).is_ok() && !matches!(own.form, Form::Acts { .. }) {
                if wants_day || wants_act > 0 {
                    own.form = form;
                }
                *question = own;
                return Some(Ok(()));
            }
        }
        None
    }

    /// A sentence in the words of phrases that say more than it does: each of them, the nearest first.
    pub(super) fn fuller(&self, text: &str) -> Vec<String> {
        let words: Vec<&str> =
            text.split_whitespace().filter(|word| !is(word, &AUXILIARY) && !is(word, &["the"])).collect();
        if text.contains(['"', '“', '”']) || words.len() > 14 {
            return Vec::new();
        }
        let mut all = loose::fuller(&self.asker, &words);
        // What is counted by name is no number of something else.
        if !words.iter().any(|word| is(word, &["many", "much"])) {
            let mut led_up_to = loose::led_up_to(self.asker.lexicon(), &words);
            led_up_to.dedup();
            // What may be short for several is not guessed.
            all.extend(led_up_to.pop().filter(|_| led_up_to.is_empty()));
        }
        all.extend(loose::moved(self.asker.lexicon(), &words));
        all.extend(self.parts(&words));
        // `Corvia had title to Tarn`: the title to Tarn is Corvia.
        for end in (1..words.len().min(5)).rev() {
            let (who, what) = (words[..end].join(" "), words[end..].join(" "));
            if end == 1 && is(&who, &["who", "whom"]) || self.asker.entity(&who).is_some() {
                all.push(format!("{what} is {who}"));
            }
        }
        all
    }
}

/// `is Tarn in the sphere of Belmark` as `sphere of Tarn is Belmark`.
fn value_of(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (auxiliary, rest) = words.split_first().filter(|(first, _)| is(first, &AUXILIARY[..4]))?;
    let inside = rest.iter().position(|word| is(word, &["in"])).filter(|at| *at > 0)?;
    let of = inside + rest[inside..].iter().position(|word| is(word, &["of"]))?;
    let noun = rest[inside + 1..of].strip_prefix(&["the"]).unwrap_or(&rest[inside + 1..of]);
    let (what, who) = (rest[..inside].join(" "), rest.get(of + 1..).filter(|who| !who.is_empty())?.join(" "));
    (!noun.is_empty()).then(|| format!("{auxiliary} {} of {what} {who}", noun.join(" ")))
}

/// How many words ask by what something came about: `how`, `by which act`.
fn asks_how(words: &[&str]) -> usize {
    match words {
        [how, auxiliary, ..] if is(how, &["how"]) && is(auxiliary, &AUXILIARY) => 1,
        [by, which, act, ..]
            if is(by, &["by", "through"]) && is(which, &["which", "what"]) && is(act, &["act", "event", "deed"]) =>
        {
            3
        }
        _ => 0,
    }
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or(text)
}

/// The most words of what somebody is said to have in `Arvenia's head of state`.
const MOST_OWNED: usize = 4;

/// `Arvenia's title` as `title of Arvenia`, and with more words after it as `head of state of Arvenia`.
fn possessives(words: &[&str], owned: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let owner = words[at].strip_suffix("'s").or_else(|| words[at].strip_suffix("’s"));
        match owner.filter(|_| at + 1 < words.len()) {
            Some(owner) => {
                let end = words.len().min(at + 1 + owned);
                out.extend(words[at + 1..end].iter().map(|word| (*word).to_owned()));
                out.extend(["of".to_owned(), owner.to_owned()]);
                at = end;
            }
            None => {
                out.push(words[at].to_owned());
                at += 1;
            }
        }
    }
    out
}

/// Verbs for what is done with a norm, in the forms of those that statuses have.
fn of_norms(word: &str) -> Option<String> {
    const VERBS: [(&[&str], [&str; 3]); 3] = [
        (
            &["violate", "break", "exceed", "infringe", "contravene", "overstep", "flout", "transgress"],
            ["breach", "breaches", "breached"],
        ),
        (&["honour", "honor", "respect", "uphold", "heed"], ["observe", "observes", "observed"]),
        (&["fulfil", "fulfill", "discharge"], ["meet", "meets", "met"]),
    ];
    let (_, forms) = VERBS.iter().find(|(verbs, _)| is_any_form(word, verbs))?;
    let lower = word.to_lowercase();
    let form = if lower.ends_with("ed") || ["broke", "broken"].contains(&lower.as_str()) {
        2
    } else {
        usize::from(lower.ends_with('s'))
    };
    Some(forms[form].to_owned())
}

/// `in whose eyes` as `in the eyes of whom`, which is put where its answer would stand.
fn whose(words: Vec<String>) -> Vec<String> {
    match words.iter().position(|word| is(word, &["whose"])) {
        Some(at) if at + 1 < words.len() => {
            let of = ["of".to_owned(), "whom".to_owned()];
            let rest = words[at + 2..].iter().filter(|word| !is(word, &AUXILIARY[..4]));
            let said = [&words[..at], &words[at + 1..at + 2], &of].concat();
            // What stands before a preposition stands behind the sentence.
            if at > 0 {
                rest.cloned().chain(said).collect()
            } else {
                said.into_iter().chain(words[at + 2..].to_vec()).collect()
            }
        }
        _ => words,
    }
}

/// `which articles of Sele did Belmark breach` as `which articles of Sele are breached by Belmark`.
fn articles_broken(words: Vec<String>) -> Vec<String> {
    let of_articles = words.len() > 5 && is(&words[0], &["which", "what"]) && is(&words[1], &["article", "articles"]);
    let auxiliary = words.iter().position(|word| is(word, &["did", "does", "do", "has", "have", "had"]));
    let (Some(at), Some(verb), true) = (auxiliary, words.last(), of_articles) else { return words };
    let Some((_, status, _)) = super::words::of_status(&["who", verb, "it"]) else { return words };
    let said = [&["are".to_owned(), status.to_owned(), "by".to_owned()], &words[at + 1..words.len() - 1]].concat();
    words[..at].iter().cloned().chain(said).collect()
}

/// `how large is Tarn` as `what is area of Tarn`.
fn how_large(words: Vec<String>) -> Vec<String> {
    const QUALITIES: [(&[&str], &str); 4] = [
        (&["large", "big", "extensive"], "area"),
        (&["populous"], "population"),
        (&["strong"], "strength"),
        (&["long"], "length"),
    ];
    let [how, quality, auxiliary, rest @ ..] = words.as_slice() else { return words };
    let named = QUALITIES.iter().find(|(all, _)| is(quality, all)).map(|(_, name)| *name);
    match named {
        Some(name) if is(how, &["how"]) && is(auxiliary, &AUXILIARY[..4]) && !rest.is_empty() => {
            let said = ["what", "is", name, "of"].into_iter().map(str::to_owned);
            said.chain(rest.to_vec()).collect()
        }
        _ => words,
    }
}

/// `in which year did …`, `on what day was …`: when.
fn in_which_year(words: Vec<String>) -> Vec<String> {
    const TIMES: [&str; 6] = ["year", "day", "date", "month", "time", "moment"];
    let from = usize::from(words.first().is_some_and(|word| is(word, &["in", "on", "at"])));
    match words.get(from..from + 2) {
        Some([which, time]) if is(which, &["which", "what"]) && is(time, &TIMES) && words.len() > from + 2 => {
            let mut all = vec!["when".to_owned()];
            all.extend_from_slice(&words[from + 2..]);
            all
        }
        _ => words,
    }
}

/// `by what right may …`, `under which article may …`: the answer to the rest says so by itself.
fn by_which_right(words: Vec<String>) -> Vec<String> {
    const BASES: [&str; 12] = [
        "right",
        "basis",
        "ground",
        "grounds",
        "article",
        "articles",
        "norm",
        "norms",
        "treaty",
        "instrument",
        "rule",
        "title",
    ];
    let before = words.first().is_some_and(|word| is(word, &["by", "under", "on"]));
    let which = words.get(1).is_some_and(|word| is(word, &["which", "what"]));
    let basis = words.get(2).is_some_and(|word| is(word, &BASES));
    let modal = words.get(3).is_some_and(|word| is(word, &["may", "can", "could", "must"]));
    if before && which && basis && modal { words[3..].to_vec() } else { words }
}
