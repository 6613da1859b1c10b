//! Forms of words: what a word of a question may be another form of.

use servanda_model::lexicon::Lexicon;

/// Strong and irregular verbs: infinitive, past, participle.
const IRREGULAR: [[&str; 3]; 70] = [
    ["arise", "arose", "arisen"],
    ["bear", "bore", "borne"],
    ["beat", "beat", "beaten"],
    ["become", "became", "become"],
    ["begin", "began", "begun"],
    ["bind", "bound", "bound"],
    ["break", "broke", "broken"],
    ["bring", "brought", "brought"],
    ["build", "built", "built"],
    ["buy", "bought", "bought"],
    ["catch", "caught", "caught"],
    ["choose", "chose", "chosen"],
    ["come", "came", "come"],
    ["deal", "dealt", "dealt"],
    ["draw", "drew", "drawn"],
    ["drive", "drove", "driven"],
    ["fall", "fell", "fallen"],
    ["fight", "fought", "fought"],
    ["find", "found", "found"],
    ["flee", "fled", "fled"],
    ["fly", "flew", "flown"],
    ["forbid", "forbade", "forbidden"],
    ["forego", "forewent", "foregone"],
    ["freeze", "froze", "frozen"],
    ["get", "got", "gotten"],
    ["give", "gave", "given"],
    ["go", "went", "gone"],
    ["grow", "grew", "grown"],
    ["hear", "heard", "heard"],
    ["hide", "hid", "hidden"],
    ["hold", "held", "held"],
    ["keep", "kept", "kept"],
    ["know", "knew", "known"],
    ["lay", "laid", "laid"],
    ["lead", "led", "led"],
    ["leave", "left", "left"],
    ["lend", "lent", "lent"],
    ["lie", "lay", "lain"],
    ["lose", "lost", "lost"],
    ["make", "made", "made"],
    ["meet", "met", "met"],
    ["overthrow", "overthrew", "overthrown"],
    ["pay", "paid", "paid"],
    ["ride", "rode", "ridden"],
    ["rise", "rose", "risen"],
    ["say", "said", "said"],
    ["see", "saw", "seen"],
    ["seek", "sought", "sought"],
    ["sell", "sold", "sold"],
    ["send", "sent", "sent"],
    ["shake", "shook", "shaken"],
    ["shoot", "shot", "shot"],
    ["show", "showed", "shown"],
    ["sink", "sank", "sunk"],
    ["speak", "spoke", "spoken"],
    ["spend", "spent", "spent"],
    ["stand", "stood", "stood"],
    ["steal", "stole", "stolen"],
    ["strike", "struck", "struck"],
    ["swear", "swore", "sworn"],
    ["take", "took", "taken"],
    ["teach", "taught", "taught"],
    ["tear", "tore", "torn"],
    ["tell", "told", "told"],
    ["think", "thought", "thought"],
    ["throw", "threw", "thrown"],
    ["undertake", "undertook", "undertaken"],
    ["win", "won", "won"],
    ["withdraw", "withdrew", "withdrawn"],
    ["write", "wrote", "written"],
];

/// The past form, which is the one that phrases declare, of a participle that differs from it.
pub(super) fn past_of(participle: &str) -> Option<&'static str> {
    match participle {
        "done" => Some("did"),
        _ => IRREGULAR.iter().find(|[_, past, own]| *own == participle && past != own).map(|[_, past, _]| *past),
    }
}

/// Whether a word is the past form of an irregular verb.
pub(super) fn is_past_form(word: &str) -> bool {
    IRREGULAR.iter().any(|[verb, past, own]| verb != past && [*past, *own].contains(&word))
}

fn is_vowel(letter: char) -> bool {
    "aeiou".contains(letter)
}

/// What a word may be made from by a regular ending.
fn stems(word: &str) -> Vec<String> {
    let mut all = vec![word.to_owned()];
    let mut add = |stem: &str| {
        if stem.len() < 2 {
            return;
        }
        all.push(stem.to_owned());
        all.push(format!("{stem}e"));
        let mut letters = stem.chars().rev();
        if let (Some(last), Some(before)) = (letters.next(), letters.next())
            && last == before
            && !is_vowel(last)
        {
            all.push(stem[..stem.len() - last.len_utf8()].to_owned());
        }
    };
    for ending in ["ing", "ed", "es", "s"] {
        if let Some(stem) = word.strip_suffix(ending) {
            add(stem);
        }
    }
    for ending in ["ies", "ied"] {
        if let Some(stem) = word.strip_suffix(ending) {
            all.push(format!("{stem}y"));
        }
    }
    all
}

/// The forms that regular endings make of a stem.
fn regular(stem: &str) -> Vec<String> {
    let mut all: Vec<String> =
        ["", "s", "es", "d", "ed", "ing"].iter().map(|ending| format!("{stem}{ending}")).collect();
    if let Some(short) = stem.strip_suffix('y') {
        all.extend([format!("{short}ies"), format!("{short}ied")]);
    }
    if let Some(short) = stem.strip_suffix('e') {
        all.push(format!("{short}ing"));
    }
    if let Some(last) = stem.chars().last().filter(|last| !is_vowel(*last)) {
        all.extend([format!("{stem}{last}ed"), format!("{stem}{last}ing")]);
    }
    all
}

/// Everything that a word may be another form of, and itself: the infinitive, the present, the past, the plural.
pub(super) fn forms(word: &str) -> Vec<String> {
    let word = word.to_lowercase();
    let stems = stems(&word);
    let mut all: Vec<String> = stems.iter().flat_map(|stem| regular(stem)).collect();
    for [verb, past, participle] in IRREGULAR {
        if stems.iter().any(|stem| [verb, past, participle].contains(&stem.as_str())) {
            all.extend(regular(verb));
            all.extend([past.to_owned(), participle.to_owned()]);
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether two words are forms of one.
pub(crate) fn is_form_of(word: &str, other: &str) -> bool {
    forms(word).iter().any(|form| form == other)
}

/// A word in a form that phrases have, if they have it in one.
pub(super) fn known_form(lexicon: &Lexicon, word: &str) -> Option<String> {
    // The nearest is the one that begins as the word does for longest.
    let shared = |form: &String| form.chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
    let mut all: Vec<String> = forms(word).into_iter().filter(|form| lexicon.has_word(form)).collect();
    all.sort_by_key(|form| (std::cmp::Reverse(shared(form)), form.len()));
    all.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::{forms, is_form_of, past_of};

    #[test]
    fn forms_of_regular_and_irregular_words() {
        for (word, other) in [
            ("annexing", "annex"),
            ("ceding", "cede"),
            ("ceding", "ceded"),
            ("stopped", "stop"),
            ("carries", "carry"),
            ("bases", "base"),
            ("lose", "lost"),
            ("gave", "gives"),
            ("took", "taking"),
            ("withdrawing", "withdrew"),
        ] {
            assert!(is_form_of(word, other), "{word}: {:?}", forms(word));
        }
        assert!(!is_form_of("come", "some"));
        assert!(!is_form_of("abduct", "about"));
    }

    #[test]
    fn participles_that_are_no_past_forms() {
        assert_eq!(past_of("taken"), Some("took"));
        assert_eq!(past_of("held"), None);
    }
}
