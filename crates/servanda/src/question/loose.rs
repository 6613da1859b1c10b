//! Phrases laid over sentences that leave out some of their words: a unit, a preposition, a role at the end, the first words
//! of a long name for a number.

use servanda_model::lexicon::{Lexicon, Piece, Slot, Target, Wording};
use servanda_model::{Asker, Hole};

use super::words::ASKED;

/// Words that say how a hole belongs to a verb, and nothing of their own.
const PREPOSITIONS: [&str; 15] = [
    "to", "of", "in", "at", "from", "with", "for", "against", "into", "over", "on", "through", "under", "near",
    "towards",
];

/// Whether a word says how a hole belongs to a verb, and nothing of its own.
pub(super) fn is_preposition(word: &str) -> bool {
    PREPOSITIONS.contains(&word)
}

/// Verbs of who moves, where a phrase tells of who is moved.
const MOVING: [&str; 14] = [
    "come", "comes", "came", "go", "goes", "went", "move", "moves", "moved", "enter", "enters", "entered", "arrive",
    "arrived",
];

/// The most words of a phrase that a sentence may leave out.
const MOST_LEFT_OUT: usize = 4;
/// The most words that fill one hole here.
const MOST_FILLING: usize = 5;

/// A way of laying a phrase over a sentence.
struct Laying<'l> {
    asker: &'l Asker<'l>,
    wording: &'l Wording,
    words: &'l [&'l str],
    best: Option<(usize, String)>,
}

impl Laying<'_> {
    fn go(&mut self, pieces: &[Piece], at: usize, out: &mut Vec<String>, left_out: usize, verb: bool) {
        if left_out > MOST_LEFT_OUT || self.best.as_ref().is_some_and(|(best, _)| left_out >= *best) {
            return;
        }
        let Some((piece, rest)) = pieces.split_first() else {
            if at == self.words.len() && verb && left_out > 0 {
                self.best = Some((left_out, out.join(" ")));
            }
            return;
        };
        let before = out.len();
        match piece {
            Piece::Word(forms) => {
                let said = self.words.get(at).map(|word| word.to_lowercase());
                if let Some(said) = said.filter(|said| forms.contains(said)) {
                    out.push(said);
                    self.go(rest, at + 1, out, left_out, verb || forms.len() > 1 || self.has_no_verb());
                    out.truncate(before);
                }
                // A unit of what is not said goes with it.
                let is_unit = out.last().is_some_and(|word| word == "something") && forms.len() == 1;
                if is_unit || PREPOSITIONS.contains(&forms[0].as_str()) {
                    out.push(forms[0].clone());
                    self.go(rest, at, out, left_out + 1, verb);
                    out.truncate(before);
                }
            }
            Piece::Hole(slot) => {
                let (slot, hole) = self.wording.slots[*slot];
                for end in (at + 1..=self.words.len().min(at + MOST_FILLING)).rev() {
                    let text = self.words[at..end].join(" ");
                    if fills(self.asker, &text, hole) {
                        out.push(text);
                        self.go(rest, end, out, left_out, verb);
                        out.truncate(before);
                    }
                }
                if at > 0 && slot != Slot::Value {
                    let counted = matches!(hole, Hole::Number | Hole::Text | Hole::Day | Hole::Duration);
                    out.push(if counted { "something" } else { "somebody" }.to_owned());
                    self.go(rest, at, out, left_out + 1, verb);
                    out.truncate(before);
                }
            }
        }
    }

    fn has_no_verb(&self) -> bool {
        !self.wording.pieces.iter().any(|piece| matches!(piece, Piece::Word(forms) if forms.len() > 1))
    }
}

/// Whether a text can fill a hole: a name of the kind, or what asks for one.
fn fills(asker: &Asker<'_>, text: &str, hole: Hole) -> bool {
    let lower = text.to_lowercase();
    let first = lower.split(' ').next().unwrap_or_default();
    let lexicon = asker.lexicon();
    // What is counted is a number, or things of a kind; it is never a text.
    if let Some(counted) = lower.strip_prefix("how many ").or_else(|| lower.strip_prefix("how much ")) {
        return match hole {
            Hole::Number => true,
            Hole::Kind(kind) => {
                lexicon.kind(counted).is_some_and(|it| lexicon.is_subkind(it, kind) || lexicon.is_subkind(kind, it))
            }
            _ => false,
        };
    }
    if ASKED.contains(&first) || ["somebody", "something", "anybody", "anything"].contains(&lower.as_str()) {
        return true;
    }
    let is_kind = |kind| lexicon.lookup(text).iter().any(|id| lexicon.is_of_kind(*id, kind));
    match hole {
        Hole::Kind(kind) => is_kind(kind),
        Hole::Thing | Hole::Any => !lexicon.lookup(text).is_empty(),
        Hole::Number => lower.chars().all(|letter| letter.is_ascii_digit() || letter == '.'),
        _ => false,
    }
}

/// A sentence in the full words of each phrase that it may be short for; the one that has least to be put in comes first.
pub(super) fn fuller(asker: &Asker<'_>, words: &[&str]) -> Vec<String> {
    let mut all: Vec<(usize, String)> = Vec::new();
    for wording in asker.lexicon().wordings.iter().filter(|wording| wording.slots.len() > 1) {
        let mut laying = Laying { asker, wording, words, best: None };
        laying.go(&wording.pieces, 0, &mut Vec::new(), 0, false);
        all.extend(laying.best);
    }
    all.sort();
    all.into_iter().map(|(_, text)| text).collect()
}

/// The first words of phrases for numbers and values that a sentence leaves out: `bases of Belmark` for `agreed bases of …`.
pub(super) fn led_up_to(lexicon: &Lexicon, words: &[&str]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for wording in lexicon.wordings.iter().filter(|wording| matches!(wording.target, Target::Fluent(_))) {
        let leading: Vec<&Vec<String>> = wording
            .pieces
            .iter()
            .map_while(|piece| match piece {
                Piece::Word(forms) => Some(forms),
                Piece::Hole(_) => None,
            })
            .collect();
        for from in 1..leading.len() {
            let said = &leading[from..];
            let same = words.len() > said.len()
                && said.iter().zip(words).all(|(forms, word)| forms.contains(&word.to_lowercase()));
            if same && !PREPOSITIONS.contains(&said[0][0].as_str()) {
                let left_out: Vec<&str> = leading[..from].iter().map(|forms| forms[0].as_str()).collect();
                all.push(format!("{} {}", left_out.join(" "), words.join(" ")));
            }
        }
    }
    all
}

/// `first units came into Tarn` as `somebody brought first units into Tarn`.
pub(super) fn moved(lexicon: &Lexicon, words: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    let Some(verb) = words.iter().position(|word| MOVING.contains(&word.to_lowercase().as_str())) else { return all };
    let (who, to) = (&words[..verb], &words[verb + 1..]);
    if who.is_empty() {
        return all;
    }
    for wording in &lexicon.wordings {
        let [Piece::Hole(_), Piece::Word(forms), object @ ..] = wording.pieces.as_slice() else { continue };
        if forms.len() != 3 || !matches!(wording.target, Target::Action(_)) {
            continue;
        }
        let of_way = |piece: &Piece| matches!(piece, Piece::Word(forms) if PREPOSITIONS.contains(&forms[0].as_str()));
        let end = object.iter().position(of_way).unwrap_or(object.len());
        let (object, way) = object.split_at(end);
        let named: Vec<&Vec<String>> = object
            .iter()
            .filter_map(|piece| match piece {
                Piece::Word(forms) => Some(forms),
                Piece::Hole(_) => None,
            })
            .collect();
        let said = named.len() >= who.len()
            && named[named.len() - who.len()..]
                .iter()
                .zip(who)
                .all(|(forms, word)| forms.contains(&word.to_lowercase()));
        if !said {
            continue;
        }
        let object: Vec<&str> = object
            .iter()
            .map(|piece| match piece {
                Piece::Word(forms) => forms[0].as_str(),
                Piece::Hole(_) => "something",
            })
            .collect();
        // `entered Tarn` leaves out the way.
        let way = match (way.first(), to.first()) {
            (Some(Piece::Word(forms)), Some(first)) if !forms.contains(&first.to_lowercase()) => forms[0].as_str(),
            _ => "",
        };
        let text = format!("somebody {} {} {way} {}", forms[2], object.join(" "), to.join(" "));
        all.push(text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    all
}
