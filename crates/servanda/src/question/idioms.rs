//! Turns of speech that are no phrases, put in the words of phrases before a question is read: who is meant by *both parties*,
//! what *neither … nor* denies, what it is that a treaty *has*, and in what sense a norm is *in force*.

use servanda_model::{EntityId, Expr, FluentType, Scope, Trouble};

use super::form::Extreme;
use super::verbs::is_form_of;
use super::words::{AUXILIARY, is};
use super::{Preparing, Question, refused};

/// Who keeps a treaty observes it.
const KEEPING: [(&str, &str); 6] =
    [("keep", ""), ("comply", "with"), ("abide", "by"), ("adhere", "to"), ("stick", "to"), ("conform", "to")];
/// The most parties that are put for `the parties`.
const MOST_PARTIES: usize = 8;

fn starts(words: &[String], with: &[&str]) -> bool {
    words.len() >= with.len() && words.iter().zip(with).all(|(word, wanted)| word.eq_ignore_ascii_case(wanted))
}

/// `did Arvenia know on 4 October that Belmark holds Tarn` as `did Arvenia know that Belmark holds Tarn on 4 October`.
pub(super) fn with_time_at_end(body: &str) -> String {
    let words: Vec<&str> = body.split_whitespace().collect();
    let known = words.iter().position(|word| is(word, &["know", "knew"]));
    let moved = known.and_then(|at| {
        let that = at + 1 + words[at + 1..].iter().position(|word| is(word, &["that"]))?;
        let time = &words[at + 1..that];
        is(time.first()?, &["on", "in", "by", "before", "after"])
            .then(|| [&words[..=at], &words[that..], time].concat().join(" "))
    });
    moved.unwrap_or_else(|| body.to_owned())
}

impl Preparing<'_> {
    /// A question without its turns of speech. What they say of the whole of it is noted.
    ///
    /// # Errors
    /// It asks how many of something there are that nothing is said to have.
    pub(super) fn without_idioms(&self, body: &str, question: &mut Question) -> Result<String, Trouble> {
        if body.contains(['"', '“', '”']) {
            return Ok(body.to_owned());
        }
        let mut words: Vec<String> = body.split_whitespace().map(str::to_owned).collect();
        self.states(&mut words);
        self.known_that(&mut words, question);
        self.surely(&mut words, question);
        if let Some(at) = words.windows(2).position(|pair| starts(pair, &["but", "not"])) {
            "and".clone_into(&mut words[at]);
        }
        self.parties_meant(&mut words, question, body);
        self.neither(&mut words, question, body);
        let words = self.asked_simply(words, question);
        let words = self.of_no_kind(words, question, body);
        let words = self.kept(words);
        let words = self.who_are_parties(self.lapsed(self.passed(words)));
        let words = self.present(self.of_places(self.term_of(words)));
        let words = self.there_are(words, question, body);
        let words = self.in_force(words);
        self.had(words).map(|words| words.join(" "))
    }

    /// `which states signed Sele`: who states something is another question.
    fn states(&self, words: &mut [String]) {
        let at = usize::from(starts(words, &["how"]));
        let asks = starts(&words[at.min(words.len())..], &["which"]) || starts(words, &["how", "many"]);
        if let Some(word) = words.get_mut(at + 1).filter(|word| asks && is(word, &["states", "state"]))
            && self.asker.lexicon().kind("polity").is_some()
        {
            "polity".clone_into(word);
        }
    }

    /// `does Arvenia know that Belmark holds Tarn` asks whether it does, in the eyes of Arvenia.
    fn known_that(&self, words: &mut Vec<String>, question: &mut Question) {
        let that = words.windows(2).position(|pair| is(&pair[0], &["know", "knew"]) && is(&pair[1], &["that"]));
        let Some(at) = that.filter(|_| is(&words[0], &["does", "did", "do"])) else { return };
        if let Ok(who) = self.entity(&words[1..at].join(" ")) {
            question.view.seen_by = question.view.seen_by.or(Some(who));
            words.drain(..at + 2);
        }
    }

    /// `does Belmark certainly hold Tarn`.
    fn surely(&self, words: &mut Vec<String>, question: &mut Question) {
        let (known, mut at, mut denied) = (self.asker.lexicon(), 0, false);
        words.retain(|word| {
            at += 1;
            let sure = is(word, &["certainly", "possibly"]) && at > 1 && !known.has_word(word);
            // What is not certainly so is possibly not so.
            let doubts = is(word, &["certainly"]) && std::mem::take(&mut denied);
            question.certainly |= sure && is(word, &["certainly"]) && !doubts;
            question.possibly |= sure && (is(word, &["possibly"]) || doubts);
            denied = is(word, &["not"]);
            !sure
        });
    }

    /// `who are the parties of Sele`: who is a party to it.
    fn who_are_parties(&self, words: Vec<String>) -> Vec<String> {
        let plain: Vec<&str> = words.iter().map(String::as_str).filter(|word| !is(word, &["the"])).collect();
        match plain.as_slice() {
            [who, are, parties, to, ..]
                if is(who, &["who", "which", "what"])
                    && is(are, &["are", "were", "is", "was"])
                    && is(parties, &["parties"])
                    && is(to, &["of", "to"]) =>
            {
                let whole = plain[4..].iter().map(|word| (*word).to_owned());
                ["who", "is", "a", "party", "to"].map(str::to_owned).into_iter().chain(whole).collect()
            }
            _ => words,
        }
    }

    /// `did Sele lapse`: a treaty comes to its end, and what lapses is a duty.
    fn lapsed(&self, mut words: Vec<String>) -> Vec<String> {
        const LAPSE: [(&str, &str); 3] = [("lapse", "end"), ("lapses", "ends"), ("lapsed", "ended")];
        let found = words.iter().enumerate().find_map(|(at, word)| {
            let (_, instead) = LAPSE.iter().find(|(lapse, _)| word.eq_ignore_ascii_case(lapse))?;
            Some((at, *instead))
        });
        let Some((at, instead)) = found else { return words };
        let from = words[..at].iter().take_while(|word| is(word, &AUXILIARY) || is(word, &["when"])).count();
        let hooks = &self.model.hooks;
        if self.text_named(&words[from..at]).is_some_and(|it| self.model.lexicon.is_of_kind(it, hooks.instrument)) {
            instead.clone_into(&mut words[at]);
        }
        words
    }

    /// The text that a name stands for, be it an instrument, an article or a norm.
    fn text_named(&self, words: &[String]) -> Option<EntityId> {
        let hooks = &self.model.hooks;
        let named = self.entity(&words.join(" ")).ok()?;
        let kinds = [hooks.norm, hooks.article, hooks.instrument];
        kinds.iter().any(|kind| self.model.lexicon.is_of_kind(named, *kind)).then_some(named)
    }

    /// The first text that is named somewhere.
    fn any_text(&self, words: &[String]) -> Option<EntityId> {
        (0..words.len()).find_map(|from| {
            (from + 1..=words.len().min(from + 5)).rev().find_map(|to| self.text_named(&words[from..to]))
        })
    }

    /// The instrument in which a text stands, or itself.
    pub(super) fn instrument_of(&self, text: EntityId) -> Option<EntityId> {
        let lexicon = &self.model.lexicon;
        let is_it = |id: EntityId| lexicon.is_of_kind(id, self.model.hooks.instrument);
        let above = |id: EntityId| lexicon.entities[id.index()].belongs_to.first().copied();
        std::iter::successors(Some(text), |id| above(*id)).take(4).find(|id| is_it(*id))
    }

    /// `did both parties ratify Sele` as `did Arvenia and Belmark ratify Sele`.
    fn parties_meant(&self, words: &mut Vec<String>, question: &mut Question, body: &str) {
        const ALL: [&[&str]; 9] = [
            &["both", "of", "the", "parties"],
            &["both", "the", "parties"],
            &["both", "parties"],
            &["both", "sides"],
            &["the", "two", "parties"],
            &["all", "parties"],
            &["every", "party"],
            &["either", "party"],
            &["neither", "party"],
        ];
        let found = ALL.iter().find_map(|said| Some((said, (0..words.len()).find(|at| starts(&words[*at..], said))?)));
        if let Some((said, at)) = found {
            let parties = self.any_text(words).and_then(|text| self.instrument_of(text));
            let parties = parties.map(|it| self.model.lexicon.entities[it.index()].parties.as_slice());
            let Some(parties) = parties.filter(|all| (2..=MOST_PARTIES).contains(&all.len())) else { return };
            let names: Vec<&str> = parties.iter().map(|id| self.model.name(*id)).collect();
            let joint = if is(said[0], &["either", "neither"]) { " or " } else { " and " };
            if is(said[0], &["neither"]) {
                question.never = Some(body.to_owned());
            }
            // `both parties to Sele` names it a second time.
            let mut end = at + said.len();
            if words.get(end).is_some_and(|word| is(word, &["to", "of"])) {
                let name = (end + 2..=words.len().min(end + 6))
                    .rev()
                    .find(|to| self.text_named(&words[end + 1..*to]).is_some());
                end = name.unwrap_or(end);
            }
            let names: Vec<String> = names.join(joint).split(' ').map(str::to_owned).collect();
            words.splice(at..end, names);
        } else if let Some(at) = words.iter().position(|word| is(word, &["both"]))
            && words[at..].iter().any(|word| is(word, &["and"]))
            && !self.asker.lexicon().has_word("both")
        {
            words.remove(at);
        }
    }

    /// `does neither Arvenia nor Belmark hold Tarn` denies that either does.
    fn neither(&self, words: &mut Vec<String>, question: &mut Question, body: &str) {
        let at = words.iter().position(|word| is(word, &["neither"]));
        let nor = words.iter().position(|word| is(word, &["nor"]));
        let (Some(at @ 1), Some(nor)) = (at, nor) else { return };
        if nor > at && is(&words[0], &AUXILIARY) {
            "or".clone_into(&mut words[nor]);
            words.remove(at);
            question.never = Some(body.to_owned());
        }
    }

    /// Longer ways of asking what a shorter one asks.
    fn asked_simply(&self, mut words: Vec<String>, question: &mut Question) -> Vec<String> {
        let put = |text: String| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
        if starts(&words, &["for", "how", "many"]) {
            words.remove(0);
        }
        if starts(&words, &["what"]) && words.len() == 4 && starts(&words[2..], &["in", "force"]) {
            words.splice(0..1, ["which", "instruments"].map(str::to_owned));
        }
        if starts(&words, &["by", "when"]) {
            "until".clone_into(&mut words[0]);
        }
        if starts(&words, &["which", "secrets", "does"]) {
            words.splice(0..2, ["what".to_owned()]);
        }
        // `who first recognised Tarn`, `which treaty did Belmark sign last`
        let lists = words.first().is_some_and(|word| is(word, &["who", "which", "what"]));
        let front = if starts(&words, &["who"]) { Some(1) } else { None };
        let places = front.into_iter().chain(words.len().checked_sub(1)).filter(|at| lists && *at > 0);
        // What is called `First` is a name.
        let known = self.asker.lexicon();
        let is_name = |word: &String| known.lookup(word).iter().any(|id| known.entities[id.index()].name == *word);
        let extreme = |at: &usize| words.get(*at).is_some_and(|word| is(word, &["first", "last"]) && !is_name(word));
        if let Some(at) = places.into_iter().find(extreme) {
            question.extreme = Some(if is(&words[at], &["first"]) { Extreme::First } else { Extreme::Last });
            words.remove(at);
        }
        match words.as_slice() {
            // `was Belmark in breach of Sele`
            [be, who @ .., of] if is(be, &AUXILIARY[..4]) && !is(of, &["of"]) => {
                let at = who.windows(3).position(|three| starts(three, &["in", "breach", "of"]));
                match at.filter(|at| *at > 0) {
                    Some(at) => {
                        let (who, what) = (who[..at].join(" "), [&who[at + 3..], &words[words.len() - 1..]].concat());
                        put(format!("{be} {} breached by {who}", what.join(" ")))
                    }
                    None => self.binding(words),
                }
            }
            // `in which article does Peace stand`, `which instrument contains Peace`
            [begin, which, kind, does, name @ .., stand]
                if is(begin, &["in"])
                    && is(which, &["which", "what"])
                    && is(does, &["does", "did"])
                    && is(stand, &["stand", "stands"]) =>
            {
                put(format!("to which {kind} does {} belong", name.join(" ")))
            }
            [which, kind, contains, name @ ..]
                if is(which, &["which", "what"])
                    && is(contains, &["contains", "contained", "includes"])
                    && self.text_named(name).is_some() =>
            {
                put(format!("to which {kind} does {} belong", name.join(" ")))
            }
            // `which norms does Sele impose on Belmark`
            [which, norms, does, name @ .., impose, on, who]
                if is(which, &["which"])
                    && is(does, &["does", "did"])
                    && is(impose, &["impose"])
                    && is(on, &["on"]) =>
            {
                put(format!("which {norms} of {} bind {who}", name.join(" ")))
            }
            // `what does Sele oblige Belmark to do`
            [what, does, name @ .., to, deed]
                if is(what, &["what"]) && is(does, &["does", "did"]) && is(to, &["to"]) && is(deed, &["do"]) =>
            {
                let verb = name.iter().position(|word| is(word, &["oblige", "require", "commit", "bind"]));
                match verb.and_then(|at| Some((self.text_named(&name[..at])?, &name[at + 1..]))) {
                    Some((text, who)) => {
                        put(format!("which norms of {} bind {}", self.model.name(text), who.join(" ")))
                    }
                    None => words,
                }
            }
            _ => self.more_than(self.signed_with(words)),
        }
    }

    /// `was Sele binding on Belmark`.
    fn binding(&self, words: Vec<String>) -> Vec<String> {
        let at = words.iter().position(|word| is(word, &["binding"])).filter(|at| *at > 1);
        let Some(at) = at.filter(|at| self.text_named(&words[1..*at]).is_some()) else {
            return self.signed_with(words);
        };
        let on = words.get(at + 1).is_some_and(|word| is(word, &["on", "upon", "for"]));
        let does = if is(&words[0], &["was", "were"]) { "did" } else { "does" };
        let who = if on { words[at + 2..].join(" ") } else { "somebody".to_owned() };
        format!("{does} {} bind {who}", words[1..at].join(" ")).split_whitespace().map(str::to_owned).collect()
    }

    /// `which treaties did Arvenia sign with Belmark`: those that both signed.
    fn signed_with(&self, words: Vec<String>) -> Vec<String> {
        let with = words.iter().rposition(|word| is(word, &["with"]));
        let verb = words.iter().position(|word| is(word, &["sign", "ratify", "conclude"]));
        let auxiliary = words.iter().position(|word| is(word, &["did", "does", "has"]));
        let (Some(with), Some(verb), Some(auxiliary)) = (with, verb, auxiliary) else { return words };
        if verb + 1 > with || auxiliary + 1 >= verb || with + 1 >= words.len() {
            return words;
        }
        let (who, other) = (&words[auxiliary + 1..verb], &words[with + 1..]);
        if self.entity(&who.join(" ")).is_err() || self.entity(&other.join(" ")).is_err() {
            return words;
        }
        [&words[..verb], &["and".to_owned()], other, &words[verb..with]].concat()
    }

    /// `did Belmark have more than 900 troops in Tarn` as `is troops of Belmark in Tarn more than 900`.
    fn more_than(&self, words: Vec<String>) -> Vec<String> {
        const BOUNDS: [&[&str]; 7] = [
            &["more", "than"],
            &["less", "than"],
            &["fewer", "than"],
            &["at", "least"],
            &["at", "most"],
            &["no", "more", "than"],
            &["exactly"],
        ];
        let have = words.iter().position(|word| is(word, &["have", "keep"])).filter(|at| *at > 1);
        let Some(have) = have.filter(|_| is(&words[0], &["does", "did"])) else { return words };
        let rest = &words[have + 1..];
        let Some(bound) = BOUNDS.iter().find(|bound| starts(rest, bound)) else { return words };
        let figures =
            rest[bound.len()..].iter().take_while(|word| word.chars().all(|c| c.is_ascii_digit() || c == ',')).count();
        let from = bound.len() + figures;
        let place = rest[from..].iter().position(|word| is(word, &["in", "at", "on"]));
        let (noun, place) = rest[from..].split_at(place.unwrap_or(rest.len() - from));
        let number = format!("{} of {} {}", noun.join(" "), words[1..have].join(" "), place.join(" "));
        if figures == 0 || !self.is_number(number.trim()) {
            return words;
        }
        let said = match bound {
            ["no", ..] => format!("at most {}", rest[bound.len()..from].join(" ")),
            ["exactly"] => rest[1..from].join(" "),
            _ => rest[..from].join(" "),
        };
        format!("is {number} {said}").split_whitespace().map(str::to_owned).collect()
    }

    /// Whether some words are a phrase for a number.
    fn is_number(&self, text: &str) -> bool {
        let read = servanda_model::Asker::new(self.model).expression(text, &mut Scope::default());
        matches!(read, Ok(Expr::Fluent(fluent, _)) if self.model.program.fluents[fluent.index()].ty == FluentType::Number)
    }

    /// `is no norm of Sele breached` denies that some is.
    fn of_no_kind(&self, mut words: Vec<String>, question: &mut Question, body: &str) -> Vec<String> {
        let is_kind = words.get(2).is_some_and(|word| self.asker.lexicon().kind(&word.to_lowercase()).is_some());
        if is_kind && is(&words[0], &AUXILIARY) && is(&words[1], &["no", "any"]) {
            question.never = question.never.take().or_else(|| is(&words[1], &["no"]).then(|| body.to_owned()));
            "which".clone_into(&mut words[1]);
            words.remove(0);
        }
        words
    }

    /// `was Sele kept`, `did Arvenia comply with Sele`: observed.
    fn kept(&self, mut words: Vec<String>) -> Vec<String> {
        for (verb, way) in KEEPING {
            let Some(at) = words.iter().rposition(|word| is_form_of(word, verb)) else { continue };
            let past = is(&words[at], &["kept"]) || words[at].to_lowercase().ends_with("ed");
            let behind = at + 1 + usize::from(!way.is_empty());
            let led = way.is_empty() || words.get(at + 1).is_some_and(|word| is(word, &[way]));
            let of_text = behind < words.len() && self.text_named(&words[behind..]).is_some();
            let passive = past && way.is_empty() && at + 1 == words.len() && at > 1;
            let passive = passive && is(&words[0], &AUXILIARY) && self.text_named(&words[1..at]).is_some();
            if led && of_text || passive {
                let form = if past { "observed" } else { "observe" };
                words.splice(at..if passive { at + 1 } else { behind }, [form.to_owned()]);
                break;
            }
        }
        words
    }

    fn is_place(&self, words: &[String]) -> bool {
        let named = self.entity(&words.join(" ")).ok();
        self.asker
            .lexicon()
            .kind("place")
            .is_some_and(|place| named.is_some_and(|it| self.model.lexicon.is_of_kind(it, place)))
    }

    /// `when did Tarn pass to Arvenia` as `when did Arvenia gain Tarn`.
    fn passed(&self, words: Vec<String>) -> Vec<String> {
        let at = words.iter().position(|word| is(word, &["pass", "passed", "passes"]));
        let Some(at) = at.filter(|at| words.get(at + 1).is_some_and(|word| is(word, &["to"]))) else { return words };
        let Some(auxiliary) = words[..at].iter().position(|word| is(word, &["did", "does"])) else { return words };
        let what = &words[auxiliary + 1..at];
        let is_had = self.is_place(what) || what.len() > 2 && is(&what[1], &["to"]) && self.is_place(&what[2..]);
        if !is_had || at + 2 >= words.len() {
            return words;
        }
        [&words[..=auxiliary], &words[at + 2..], &["gain".to_owned()], what].concat()
    }

    /// `who has Tarn` asks who controls it, `whose is Tarn` and `to which state does Tarn belong` who has title to it.
    fn of_places(&self, words: Vec<String>) -> Vec<String> {
        let said = |text: &str, place: &[String]| -> Vec<String> {
            text.split(' ').map(str::to_owned).chain(place.iter().cloned()).collect()
        };
        let at = |all: &[&str]| words.iter().position(|word| is(word, all));
        match words.as_slice() {
            [whose, be, place @ ..] if is(whose, &["whose"]) && is(be, &AUXILIARY) && self.is_place(place) => {
                said("who has title to", place)
            }
            // `whose is Tarn for Arvenia`
            [whose, be, ..] if is(whose, &["whose"]) && is(be, &AUXILIARY) => match at(&["for"]) {
                Some(eyes) if self.is_place(&words[2..eyes]) => said("what is title to", &words[2..]),
                _ => words,
            },
            [who, does, place @ .., belong, to]
                if is(who, &["who", "whom"])
                    && is(does, &["does", "did"])
                    && is(belong, &["belong"])
                    && is(to, &["to"])
                    && self.is_place(place) =>
            {
                said("who has title to", place)
            }
            [to, which, rest @ .., belong]
                if is(to, &["to"]) && is(which, &["which", "what", "whom"]) && is(belong, &["belong"]) =>
            {
                let does = rest.iter().position(|word| is(word, &["does", "did"]));
                match does.map(|does| &rest[does + 1..]).filter(|place| self.is_place(place)) {
                    Some(place) => said("who has title to", place),
                    None => words,
                }
            }
            [who, has, place @ ..] if is(who, &["who"]) && is(has, &["has", "had"]) && self.is_place(place) => {
                said(if is(has, &["had"]) { "who controlled" } else { "who controls" }, place)
            }
            [does, ..] if is(does, &["does", "did"]) => match at(&["have"]) {
                Some(have) if self.is_place(&words[have + 1..]) && self.entity(&words[1..have].join(" ")).is_ok() => {
                    [&words[..have], &["control".to_owned()], &words[have + 1..]].concat()
                }
                _ => words,
            },
            _ => words,
        }
    }

    /// `what is the term of Sele` asks how long it lasts.
    fn term_of(&self, words: Vec<String>) -> Vec<String> {
        let plain: Vec<&str> = words.iter().map(String::as_str).filter(|word| !is(word, &["the"])).collect();
        let whole = match plain.as_slice() {
            [what, be, term, of, ..]
                if is(what, &["what"])
                    && is(be, &AUXILIARY[..4])
                    && is(term, &["term", "duration"])
                    && is(of, &["of"]) =>
            {
                plain[4..].iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()
            }
            _ => return words,
        };
        match self.text_named(&whole) {
            Some(_) => {
                ["how", "long", "does"].map(str::to_owned).into_iter().chain(whole).chain(["last".to_owned()]).collect()
            }
            None => words,
        }
    }

    /// `was Belmark in Tarn`, of a state and a place that is none: whether it had troops there.
    fn present(&self, words: Vec<String>) -> Vec<String> {
        let lexicon = self.asker.lexicon();
        let at = words.iter().position(|word| is(word, &["in"])).filter(|at| *at > 1 && is(&words[0], &AUXILIARY[..4]));
        let (Some(at), Some(polity)) = (at, lexicon.kind("polity")) else { return words };
        let is_polity =
            |words: &[String]| self.entity(&words.join(" ")).is_ok_and(|it| self.model.lexicon.is_of_kind(it, polity));
        let (who, place) = (&words[1..at], &words[at + 1..]);
        if !is_polity(who) || is_polity(place) || !self.is_place(place) || !lexicon.has_word("troops") {
            return words;
        }
        [who, &["has", "troops", "in"].map(str::to_owned), place].concat()
    }

    /// `are there troops of Belmark in Tarn` asks whether their number is more than none.
    fn there_are(&self, words: Vec<String>, question: &mut Question, body: &str) -> Vec<String> {
        let [be, there, rest @ ..] = words.as_slice() else { return words };
        if !is(be, &AUXILIARY[..4]) || !is(there, &["there"]) {
            return words;
        }
        let none = rest.first().is_some_and(|word| is(word, &["no"]));
        let any = rest.first().is_some_and(|word| is(word, &["no", "any", "some"]));
        let what = rest[usize::from(any)..].join(" ");
        if !self.is_number(&what) {
            return words;
        }
        if none {
            question.never = Some(body.to_owned());
        }
        format!("is {what} more than 0").split(' ').map(str::to_owned).collect()
    }

    /// A norm or an article is in force while it binds somebody.
    fn in_force(&self, words: Vec<String>) -> Vec<String> {
        let last = words.len();
        if last < 3 || !starts(&words[last - 2..], &["in", "force"]) {
            return words;
        }
        let Some(be) = words.iter().position(|word| is(word, &AUXILIARY[..4])) else { return words };
        let somebody = ["bind".to_owned(), "somebody".to_owned()];
        let (before, subject) = match be + 1 == last - 2 {
            // `which norms of Sele are in force`
            true => (&words[..0], &words[..be]),
            false => (&words[..be], &words[be + 1..last - 2]),
        };
        let hooks = &self.model.hooks;
        let lists = subject.len() > 1
            && is(&subject[0], &["which", "what", "how"])
            && subject.iter().any(|word| is(word, &["norm", "norms", "article", "articles"]));
        match self.text_named(subject) {
            Some(text) if self.model.lexicon.is_of_kind(text, hooks.norm) => {
                let did = if before.is_empty() { vec!["does".to_owned()] } else { Vec::new() };
                [before, &did, subject, &somebody].concat()
            }
            Some(text) if self.model.lexicon.is_of_kind(text, hooks.article) && before.is_empty() => {
                let name = self.model.name(text).to_owned();
                [&["which", "norms", "of"].map(str::to_owned)[..], &[name], &somebody].concat()
            }
            _ if lists => [subject, &somebody].concat(),
            _ => words,
        }
    }

    /// `which norms does Sele have`, `how many articles are there in Sele`: those that belong to it.
    fn had(&self, words: Vec<String>) -> Result<Vec<String>, Trouble> {
        let from = match words.as_slice() {
            [how, many, ..] if is(how, &["how"]) && is(many, &["many"]) => 2,
            [which, ..] if is(which, &["which", "what"]) => 1,
            _ => return Ok(words),
        };
        let (lexicon, hooks) = (self.asker.lexicon(), &self.model.hooks);
        let Some(kind) = words.get(from).and_then(|word| lexicon.kind(&word.to_lowercase())) else { return Ok(words) };
        let last = words.len();
        let whole = match &words[from + 1..] {
            [does, .., have] if is(does, &["does", "did", "do"]) && is(have, &["have", "contain", "comprise"]) => {
                &words[from + 2..last - 1]
            }
            [are, there, to, ..] if is(are, &["are", "is"]) && is(there, &["there"]) && is(to, &["in", "to", "of"]) => {
                &words[from + 4..]
            }
            [are, to, ..] if is(are, &["are", "is"]) && is(to, &["in"]) => &words[from + 3..],
            _ => return Ok(words),
        };
        let is_text = [hooks.norm, hooks.article, hooks.instrument].iter().any(|it| lexicon.is_subkind(kind, *it));
        match self.text_named(whole) {
            Some(_) if is_text => {
                let belong = ["belong".to_owned(), "to".to_owned()];
                Ok([&words[..=from], &belong, whole].concat())
            }
            Some(text) if is(&words[from], &["reading", "readings", "source", "sources"]) => {
                let message = format!("no phrase says what {} a text has", words[from].to_lowercase());
                let help =
                    format!("ask `what does {} say`, which tells its readings and its sources", self.model.name(text));
                Err(refused("unknown-phrase", message, &help))
            }
            None if lexicon.is_subkind(kind, hooks.norm) && self.entity(&whole.join(" ")).is_ok() => {
                Ok([&words[..=from], &["bind".to_owned()], whole].concat())
            }
            _ => Ok(words),
        }
    }
}
