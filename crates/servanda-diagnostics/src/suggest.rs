//! "Did you mean": the nearest of the words that would do.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words longer than this are not compared; nobody misspells them by a letter or two.
const LONGEST: usize = 64;

/// The candidate that `word` was probably meant to be.
///
/// Upper and lower case and diacritics do not count (`Zeligowski` is `Żeligowski`); of what remains, one slip is
/// forgiven in a word of three letters, two from six, three from nine. Two neighbouring letters swapped are one slip. On a tie
/// the candidate with the same first letter wins, then the first in alphabetical order.
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold_word(word)?;
    let allowed = match folded.len() {
        0..3 => 0,
        3..6 => 1,
        6..9 => 2,
        _ => 3,
    };
    let mut best: Option<((usize, bool), &str)> = None;
    for candidate in candidates {
        // Most candidates are told apart by their length alone. A letter has at most four bytes, and folding may
        // double it (ß, æ).
        if candidate == word || candidate.len() > 8 * (word.len() + allowed) {
            continue;
        }
        let Some(other) = fold_word(candidate).filter(|other| other.len().abs_diff(folded.len()) <= allowed) else {
            continue;
        };
        let slips = distance(&folded, &other);
        let rank = (slips, folded.first() != other.first());
        if slips <= allowed && best.is_none_or(|(least, held)| (rank, candidate) < (least, held)) {
            best = Some((rank, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Lower case without diacritics; `None` for empty and overlong words.
fn fold_word(word: &str) -> Option<Vec<char>> {
    let mut folded = Vec::with_capacity(word.len().min(LONGEST));
    for sign in word.nfkd().filter(|sign| !is_combining_mark(*sign)).flat_map(char::to_lowercase) {
        match sign {
            'ł' => folded.push('l'),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ı' => folded.push('i'),
            'ß' => folded.extend(['s', 's']),
            'æ' => folded.extend(['a', 'e']),
            'œ' => folded.extend(['o', 'e']),
            'þ' => folded.extend(['t', 'h']),
            '’' => folded.push('\''),
            '–' | '\u{2011}' => folded.push('-'),
            _ => folded.push(sign),
        }
        if folded.len() > LONGEST {
            return None;
        }
    }
    (!folded.is_empty()).then_some(folded)
}

/// How many letters must be put in, taken out, changed, or swapped with their neighbour (optimal string alignment).
fn distance(from: &[char], to: &[char]) -> usize {
    let mut before_last = vec![0; to.len() + 1];
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, left) in from.iter().enumerate() {
        let mut row = Vec::with_capacity(to.len() + 1);
        row.push(i + 1);
        for (j, right) in to.iter().enumerate() {
            let changed = last[j] + usize::from(left != right);
            let mut least = changed.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *left == to[j - 1] && from[i - 1] == *right {
                least = least.min(before_last[j - 1] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn the_nearest_word_is_found() {
        let words = ["Lithuania", "Latvia", "Żeligowski", "USSR", "cedes", "Straße", "norm"];
        let meant = |word| suggest(word, words);
        assert_eq!(meant("Lithunia"), Some("Lithuania"));
        assert_eq!(meant("Ltihuania"), Some("Lithuania"));
        assert_eq!(meant("Zeligowski"), Some("Żeligowski"));
        assert_eq!(meant("zeligowsky"), Some("Żeligowski"));
        assert_eq!(meant("ussr"), Some("USSR"));
        assert_eq!(meant("USR"), Some("USSR"));
        assert_eq!(meant("ceeds"), Some("cedes"));
        assert_eq!(meant("strasse"), Some("Straße"));
        assert_eq!(meant("Norm"), Some("norm"));
        assert_eq!(meant("Arvenia"), None);
        assert_eq!(meant(""), None);
        assert_eq!(meant("to"), None);
    }

    #[test]
    fn ties_are_settled_the_same_way_whatever_the_order() {
        assert_eq!(suggest("Sela", ["Sele", "Selo"]), Some("Sele"));
        assert_eq!(suggest("Sela", ["Selo", "Sele"]), Some("Sele"));
        assert_eq!(suggest("cat", ["bat", "car"]), Some("car"));
    }

    #[test]
    fn a_word_of_a_megabyte_is_not_compared() {
        let long = "a".repeat(1 << 20);
        assert_eq!(suggest(&long, ["aaa"]), None);
        assert_eq!(suggest("aaa", [long.as_str()]), None);
    }
}
