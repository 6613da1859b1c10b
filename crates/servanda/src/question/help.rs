//! What to type instead of a question that was not understood: the same question in words that are, the phrases that come
//! nearest to it, what the dossier tells of its words, and how a question of its form goes on.

use servanda_model::lexicon::{Piece, Slot, Target, Wording};
use servanda_model::{EntityId, Hole, Standing, Trouble};

use super::reword::MOST_REWORDED;
use super::verbs::{forms, is_form_of, known_form};
use super::words::{ASKED, AUXILIARY};
use super::{Preparing, Question};

/// Verbs that are near to each other. One is never taken for another; the others are what to try.
const NEAR: [&[&str]; 17] = [
    &["help", "assist", "aid", "support", "supply"],
    &["give", "cede", "transfer", "hand", "deliver", "return"],
    &["take", "seize", "occupy", "annex", "conquer", "capture"],
    &["attack", "invade", "bombard"],
    &["force", "coerce", "compel", "threaten", "press"],
    &["leave", "withdraw", "evacuate", "quit"],
    &["sell", "buy", "pay", "purchase"],
    &["cancel", "denounce", "terminate", "abrogate", "repudiate", "revoke", "withdraw"],
    &["join", "accede", "ally"],
    &["approve", "ratify", "confirm"],
    &["tell", "disclose", "inform", "reveal"],
    &["admit", "recognise", "recognize", "acknowledge"],
    &["rule", "control", "govern", "administer", "hold", "own", "possess"],
    &["send", "bring", "station", "move", "march", "place"],
    &["complain", "protest", "object", "accuse", "claim"],
    &["ask", "demand", "request"],
    &["negotiate", "discuss", "talk", "meet", "consult"],
];

/// Words without which a sentence says as much about what it is near to.
const SMALL: [&str; 40] = [
    "a", "an", "the", "and", "or", "not", "to", "of", "in", "at", "from", "with", "for", "against", "into", "over",
    "by", "on", "through", "under", "may", "must", "can", "could", "shall", "when", "since", "until", "why", "many",
    "much", "about", "some", "no", "any", "more", "most", "least", "than", "ever",
];

const MOST_PHRASES: usize = 3;
const MOST_TOLD: usize = 2;
const LONGEST_NAME: usize = 6;

impl Preparing<'_> {
    /// What to type instead.
    pub(super) fn help(&mut self, body: &str, trouble: &Trouble) -> String {
        let words: Vec<&str> = body.split_whitespace().collect();
        let (names, others) = self.names_in(&words);
        let mut all: Vec<String> = Vec::new();
        let short = words.len() <= MOST_REWORDED;
        let instead = if short { self.in_near_words(body, &names, &others) } else { Vec::new() };
        if !instead.is_empty() {
            all.push(format!("did you mean {}?", listed(&instead)));
        }
        if all.is_empty() {
            all.extend(self.spelling(trouble));
        }
        let phrases = self.near_phrases(&names, &others);
        if !phrases.is_empty() && !all.iter().any(|it| it.starts_with("did you mean")) {
            let verb = if phrases.len() == 1 { "phrase is" } else { "phrases are" };
            all.push(format!("the nearest {verb} {}", listed(&phrases)));
        }
        all.extend(self.told_with(&others));
        let joint =
            (2..words.len()).find(|at| super::clauses::JOINTS.iter().any(|it| words[*at].eq_ignore_ascii_case(it)));
        if let Some(at) = joint.filter(|_| all.iter().all(|it| !it.starts_with("did you mean"))) {
            all.insert(
                0,
                format!(
                    "behind `{}` stands a day, or an act of which the dossier tells on which day it was",
                    words[at]
                ),
            );
        }
        let known = !all.is_empty();
        if !all.iter().any(|it| it.starts_with("did you mean") || it.starts_with("write one of")) {
            all.push(form_of(&words, known));
        }
        all.join("; ")
    }

    /// The name or word that comes nearest to one that is unknown, or what the trouble itself says.
    fn spelling(&self, trouble: &Trouble) -> Option<String> {
        let near = match &trouble.unknown {
            Some(_) => Trouble { help: None, ..trouble.clone() }.help_in(self.asker.lexicon()),
            None => trouble.help.clone(),
        };
        near.filter(|text| {
            let meant = text.strip_prefix("did you mean `").and_then(|rest| rest.strip_suffix("`?"));
            !text.starts_with("the nearest phrase") && !meant.is_some_and(|word| SMALL.contains(&word))
        })
    }

    /// The names in a question, and its other words that say something.
    fn names_in(&self, words: &[&str]) -> (Vec<(String, EntityId)>, Vec<String>) {
        let (mut names, mut others) = (Vec::new(), Vec::new());
        let mut at = 0;
        while at < words.len() {
            let ends = (at + 1..=words.len().min(at + LONGEST_NAME)).rev();
            let named = ends.into_iter().find_map(|end| {
                let text = words[at..end].join(" ");
                // `did Tarn` goes by the name of Tarn, too.
                let first = words[at].to_lowercase();
                let small = SMALL.contains(&first.as_str()) || is_asking(&first);
                self.asker.entity(&text).filter(|_| !small).map(|id| (text, id, end))
            });
            match named {
                Some((text, id, end)) => {
                    names.push((text, id));
                    at = end;
                }
                None => {
                    let lower = words[at].trim_matches(['"', '“', '”', ',']).to_lowercase();
                    if !SMALL.contains(&lower.as_str()) && !is_asking(&lower) {
                        others.push(lower);
                    }
                    at += 1;
                }
            }
        }
        (names, others)
    }

    /// The question with a near verb, or with a thing of another kind and a longer name, where that is understood.
    fn in_near_words(&mut self, body: &str, names: &[(String, EntityId)], others: &[String]) -> Vec<String> {
        let mut tried: Vec<String> = Vec::new();
        for word in others {
            for group in NEAR.iter().filter(|group| group.iter().any(|known| is_form_of(word, known))) {
                for near in group.iter().filter(|near| !is_form_of(word, near)) {
                    let forms = forms(near).into_iter().filter(|form| self.asker.lexicon().has_word(form));
                    let mut forms: Vec<String> = forms.collect();
                    forms.sort_by_key(|form| form != near);
                    tried.extend(forms.iter().take(1).map(|form| in_place_of(body, word, form)));
                }
            }
        }
        let lexicon = self.asker.lexicon();
        for (text, id) in names.iter().filter(|(text, _)| text.len() >= 4) {
            let lower = text.to_lowercase();
            let longer = lexicon.entities.iter().enumerate().filter(|(at, it)| {
                let kinds = &lexicon.entities[id.index()].kinds;
                let has = it.name.to_lowercase().contains(&lower) || it.label.to_lowercase().contains(&lower);
                has && EntityId::from_index(*at) != *id && !it.kinds.iter().any(|kind| kinds.contains(kind))
            });
            tried.extend(longer.take(8).map(|(_, it)| body.replacen(text.as_str(), &it.name, 1)));
        }
        // `League` may be the League of Nations.
        for word in others.iter().filter(|word| word.len() >= 4 && !lexicon.has_word(word)) {
            let begins =
                |text: &str| text.to_lowercase().split(|letter: char| !letter.is_alphanumeric()).any(|it| it == word);
            let longer = lexicon
                .entities
                .iter()
                .filter(|it| it.name.to_lowercase().starts_with(word.as_str()) || begins(&it.label));
            tried.extend(longer.take(8).map(|it| in_place_of(body, word, &it.name)));
        }
        let mut all: Vec<String> = Vec::new();
        for text in tried {
            if all.len() < MOST_PHRASES && !all.contains(&text) && self.would_understand(&text) {
                all.push(text);
            }
        }
        all
    }

    /// Whether a question is understood; nothing is put to the engine for it.
    fn would_understand(&mut self, text: &str) -> bool {
        let (fluents, definitions, acts) =
            (self.questions.fluents.len(), self.questions.definitions.len(), self.questions.acts.len());
        let mut own = Question { text: text.to_owned(), ..Question::default() };
        let understood = self.understand(text, &mut own).is_ok();
        self.questions.fluents.truncate(fluents);
        self.questions.definitions.truncate(definitions);
        self.questions.acts.truncate(acts);
        understood
    }

    /// The phrases that share most words with a question and take its names; where none shares a word, acts that take just
    /// these names.
    fn near_phrases(&self, names: &[(String, EntityId)], others: &[String]) -> Vec<String> {
        let lexicon = self.asker.lexicon();
        let mut all: Vec<(usize, usize, &Wording)> = Vec::new();
        for wording in &lexicon.wordings {
            let said = |word: &String| {
                wording.pieces.iter().any(|piece| match piece {
                    Piece::Word(forms) => {
                        !SMALL.contains(&forms[0].as_str()) && forms.iter().any(|form| is_form_of(word, form))
                    }
                    Piece::Hole(_) => false,
                })
            };
            let shared = others.iter().filter(|word| said(word)).count();
            let fitting = self.takes(wording, names);
            if shared > 0 {
                all.push((shared * 10 + fitting * 3, wording.pieces.len(), wording));
            }
        }
        if all.is_empty() && names.len() > 1 {
            let of_names = |it: &&Wording| {
                let things = it.slots.iter().filter(|(_, hole)| matches!(hole, Hole::Kind(_))).count();
                it.main && matches!(it.target, Target::Action(_)) && things == names.len()
            };
            let fits = lexicon.wordings.iter().filter(of_names).filter(|it| self.takes(it, names) == names.len());
            all.extend(fits.map(|it| (0, it.pieces.len(), it)));
        }
        all.sort_by_key(|(score, length, _)| (std::cmp::Reverse(*score), *length));
        let mut shown: Vec<String> = Vec::new();
        for (.., wording) in all {
            if shown.len() < MOST_PHRASES && !shown.contains(&wording.written) {
                shown.push(wording.written.clone());
            }
        }
        shown
    }

    /// How many names a phrase takes, in their order.
    fn takes(&self, wording: &Wording, names: &[(String, EntityId)]) -> usize {
        let lexicon = self.asker.lexicon();
        let mut holes = wording.slots.iter().filter(|(slot, _)| matches!(slot, Slot::Arg(_) | Slot::Value));
        names
            .iter()
            .filter(|(_, id)| {
                holes.any(|(_, hole)| match hole {
                    Hole::Kind(kind) => lexicon.is_of_kind(*id, *kind),
                    Hole::Thing | Hole::Any => true,
                    _ => false,
                })
            })
            .count()
    }

    /// Statements in which a word stands that no phrase has: what is only quoted or claimed.
    fn told_with(&self, others: &[String]) -> Option<String> {
        let lexicon = self.asker.lexicon();
        let unknown = others
            .iter()
            .filter(|word| word.len() > 3 && !lexicon.has_word(word) && known_form(lexicon, word).is_none());
        let unknown: Vec<&String> = unknown.collect();
        let has = |sentence: &str| {
            let words = || sentence.split(|letter: char| !letter.is_alphabetic()).filter(|word| word.len() > 3);
            unknown.iter().any(|word| words().any(|said| is_form_of(word, &said.to_lowercase())))
        };
        // What is secret is told to nobody by the way.
        let open = self.model.events.iter().filter(|event| event.known_only_to.is_none() && has(&event.sentence));
        let told: Vec<String> = open
            .take(MOST_TOLD)
            .map(|event| match &event.standing {
                Standing::Claimed(by) if !by.is_empty() => {
                    let by: Vec<&str> = by.iter().map(|id| self.model.name(*id)).collect();
                    format!("{} claims {}", by.join(" and "), event.sentence)
                }
                _ => event.sentence.clone(),
            })
            .collect();
        (!told.is_empty()).then(|| format!("the dossier tells of it in: {}", told.join("; ")))
    }
}

fn is_asking(word: &str) -> bool {
    ASKED.contains(&word) || AUXILIARY.contains(&word)
}

/// A question with one word in place of another.
fn in_place_of(body: &str, word: &str, other: &str) -> String {
    let put = |it: &str| if it.to_lowercase() == word { other.to_owned() } else { it.to_owned() };
    body.split_whitespace().map(put).collect::<Vec<_>>().join(" ")
}

fn listed(all: &[String]) -> String {
    let all: Vec<String> = all.iter().map(|text| format!("`{text}`")).collect();
    match all.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => all.join(""),
    }
}

/// How a question that begins so goes on.
fn form_of(words: &[&str], known: bool) -> String {
    let lower: Vec<String> = words.iter().take(2).map(|word| word.to_lowercase()).collect();
    let form = match lower.first().map_or("", String::as_str) {
        "may" | "can" | "must" | "could" | "might" | "shall" => {
            "such a question is `may/must/can X …`, with an act or a state for which the dossier or the law has a phrase"
        }
        "when" | "since" | "until" | "till" => {
            "such a question is `when …`, `since when …` or `until when …` and a sentence of a phrase"
        }
        "how" => {
            "such a question is `how many NUMBER-FLUENT`, `how many KIND …` or `how long …` and a sentence of a phrase"
        }
        "who" | "whom" | "which" | "what" | "where" => {
            "in such a question `who`, `what`, `which KIND`, `where` or `how many` stands for a name or a number of a phrase; there are \
             also `what does X know of Y`, `what happened on DAY`, `which norms bind X`, `what must X do`"
        }
        "is" | "are" | "was" | "were" | "does" | "do" | "did" | "has" | "have" | "had" => {
            "such a question is `is/was/does/did` and a sentence of a phrase"
        }
        _ => "",
    };
    match (form.is_empty(), known) {
        (false, _) => form.to_owned(),
        (true, true) => "`servanda ask` takes the phrases of the dossier and of the law".to_owned(),
        (true, false) => "ask `is/was/does/did SENTENCE`, `who/what/which KIND/where/how many …`, `when/since when/until when/how long …`, \
             `by which act …`, `may/must/can X …`, `what must X do`, `which norms of Y are breached`, `what does X know of Y`, \
             `what happened on DAY`"
            .to_owned(),
    }
}
