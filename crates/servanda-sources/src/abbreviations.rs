//! Whether a full stop after a word ends a sentence: the words that English encyclopedias and treaties shorten.

/// Always followed by the rest of a name or an example.
const BEFORE_NAMES: &[&str] = &[
    "adm", "brig", "capt", "cf", "cmdr", "col", "dr", "e.g", "fr", "ft", "gen", "gov", "hon", "i.e", "lt", "maj",
    "messrs", "mr", "mrs", "ms", "mt", "pres", "prof", "rep", "rev", "sen", "sgt", "st", "vs", "viz",
];

/// Shortened only before a figure.
const BEFORE_FIGURES: &[&str] = &[
    "apr", "approx", "art", "arts", "aug", "ca", "ch", "dec", "feb", "fig", "figs", "jan", "jul", "jun", "mar", "no",
    "nos", "nov", "oct", "para", "pp", "sec", "sect", "sep", "sept", "vol", "vols",
];

/// May end a sentence or not: the next word decides.
const EITHER: &[&str] =
    &["al", "bros", "co", "corp", "dept", "ed", "eds", "est", "etc", "govt", "inc", "jr", "ltd", "sr"];

/// Lower-case letters that stand alone before figures and names: born, circa, died, page, reigned, versus.
const LETTERS: &[&str] = &["b", "c", "d", "n", "p", "r", "s", "v"];

/// Words that begin sentences and hardly ever continue a name.
const OPENERS: &[&str] = &[
    "A", "After", "All", "Although", "An", "And", "As", "At", "Before", "Both", "But", "By", "During", "Each", "Even",
    "For", "From", "He", "Her", "His", "However", "If", "In", "It", "Its", "Many", "Most", "No", "Not", "Of", "On",
    "One", "She", "Since", "So", "Some", "That", "The", "Their", "Then", "There", "These", "They", "This", "Those",
    "To", "Two", "Under", "When", "While", "With",
];

/// Whether the full stop between `before` and `after` ends a sentence. `after` begins with a letter or figure.
pub(crate) fn full_stop_ends(before: &str, after: &str) -> bool {
    let word = last_word(before);
    let lower = word.to_lowercase();
    let figure_follows = after.starts_with(|c: char| c.is_numeric());
    let mut letters = word.chars();
    match (letters.next(), letters.next()) {
        (None, _) => true,
        (Some(only), None) if only.is_uppercase() => opens_sentence(after),
        (Some(only), None) if only.is_alphabetic() => !LETTERS.contains(&lower.as_str()),
        _ if BEFORE_NAMES.contains(&lower.as_str()) => false,
        _ if BEFORE_FIGURES.contains(&lower.as_str()) => !figure_follows,
        _ if EITHER.contains(&lower.as_str()) || is_dotted(word) => opens_sentence(after),
        _ => word.len() > 2 || !word.bytes().all(|b| b.is_ascii_digit()) || !begins_with_month(after),
    }
}

/// The word a full stop follows, looked for no further back than any abbreviation reaches.
fn last_word(before: &str) -> &str {
    let is_outside = |c: char| c.is_whitespace() || c.is_control() || "()[]{}\"“”‘'«»–—-/,".contains(c);
    let near = before.char_indices().rev().take(24).take_while(|&(_, c)| !is_outside(c)).last();
    near.map_or("", |(at, _)| &before[at..])
}

/// `U.S`, `a.m`, `U.S.S.R`.
fn is_dotted(word: &str) -> bool {
    word.contains('.') && word.split('.').all(|part| part.chars().count() <= 2 && part.chars().all(char::is_alphabetic))
}

fn opens_sentence(after: &str) -> bool {
    let end = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
    !after[end..].starts_with('.') && OPENERS.contains(&&after[..end])
}

/// `23. August`, as German and the Baltic languages write a day.
fn begins_with_month(after: &str) -> bool {
    let end = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
    crate::figures::is_month(&after[..end].to_lowercase())
}
