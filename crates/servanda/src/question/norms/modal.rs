//! Words that ask what somebody may, must or can do.

use super::Wants;

/// The word that tells what a question wants, how many words it takes, and where the deed begins.
pub(in crate::question) fn modal(lower: &[&str]) -> Option<(Wants, usize, usize)> {
    let mut is_quoted = false;
    let at = lower.iter().position(|word| {
        let outside = !is_quoted;
        is_quoted ^= word.matches(['"', '“', '”']).count() % 2 == 1;
        outside && ["may", "might", "can", "could", "must", "shall"].contains(word)
    })?;
    let not = lower.get(at + 1) == Some(&"not");
    let wants = match (lower[at], not) {
        (_, true) => Wants::MustNot,
        ("may" | "might", _) => Wants::May,
        ("can" | "could", _) => Wants::Can,
        _ => Wants::Must,
    };
    Some((wants, at, at + 1 + usize::from(not)))
}

/// `is Lithuania allowed to …`, `who is obliged to …`, `does USSR have to …`: the words in the order of `may Lithuania …`.
pub(in crate::question) fn as_modal(words: &[&str], lower: &[&str]) -> Option<Vec<String>> {
    const STATES: [(&str, &str); 15] = [
        ("allowed", "may"),
        ("permitted", "may"),
        ("entitled", "may"),
        ("authorised", "may"),
        ("authorized", "may"),
        ("empowered", "can"),
        ("obliged", "must"),
        ("required", "must"),
        ("bound", "must"),
        ("forbidden", "must not"),
        ("lawful", "may"),
        ("legal", "may"),
        ("permissible", "may"),
        ("unlawful", "must not"),
        ("illegal", "must not"),
    ];
    let own = |part: &[&str]| part.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    let auxiliary = ["is", "are", "was", "were", "does", "do", "did", "has", "have", "had"];
    let aux = lower.iter().position(|word| auxiliary.contains(word))?;
    let to = lower.iter().rposition(|word| *word == "to").filter(|_| true)?;
    // The first `to` after the word of state begins the deed.
    let state = (aux + 1..lower.len()).find_map(|at| {
        if lower.get(at + 1) == Some(&"to") {
            let word = if lower[at] == "prohibited" { "forbidden" } else { lower[at] };
            if let Some((_, modal)) = STATES.iter().find(|(state, _)| *state == word) {
                return Some((at, at + 2, *modal));
            }
            if lower[at] == "have" {
                return Some((at, at + 2, "must"));
            }
            if lower[at] == "right" {
                let from = if lower[at - 1] == "the" || lower[at - 1] == "a" { at - 1 } else { at };
                let from = if lower[from - 1] == "have" { from - 1 } else { from };
                return Some((from, at + 2, "may"));
            }
        }
        None
    });
    let (end, deed, modal) = state?;
    if to < deed.saturating_sub(1) {
        return None;
    }
    let mut out = own(&words[..aux]);
    let subject = own(&words[aux + 1..end]);
    let modal: Vec<String> = modal.split(' ').map(str::to_owned).collect();
    let deed = own(&words[deed..]);
    if out.is_empty() || subject.is_empty() {
        // `is X allowed to …`, `who is allowed to …`
        out.extend(subject);
        out.extend(modal);
    } else {
        // `what is X allowed to …`
        out.extend(modal);
        out.extend(subject);
    }
    out.extend(deed);
    Some(out)
}
