//! The words of a question in another order: what is asked for put back where its answer would stand, the passive made
//! active, and what is said of breaches in the words of statuses.

use servanda_model::lexicon::Lexicon;

use super::verbs::past_of;

/// Forms of *be*, *have* and *do*.
pub(super) const AUXILIARY: [&str; 11] =
    ["is", "are", "was", "were", "does", "do", "did", "has", "have", "had", "been"];

/// Words that begin what is asked for.
pub(super) const ASKED: [&str; 6] = ["who", "whom", "what", "which", "how", "where"];

/// Whether a word is one of several, in any case of letters.
pub(super) fn is(word: &str, all: &[&str]) -> bool {
    all.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Words that may stand before what is asked for: `to whom`, `from which place`.
const BEFORE: [&str; 12] = ["to", "from", "with", "against", "for", "in", "at", "of", "on", "into", "through", "over"];

fn begins_asking(words: &[&str]) -> bool {
    match words {
        [first, second, ..] if is(first, &BEFORE) => is(second, &ASKED),
        [first, ..] => is(first, &ASKED),
        [] => false,
    }
}

/// Everything that a sentence with what is asked for in front may mean: as it stands, with what is asked for at each
/// place of the rest, and made active.
pub(super) fn orders(asked: &[&str], rest: &[&str]) -> Vec<String> {
    let whole = [asked, rest].concat();
    let mut all = vec![whole.join(" ")];
    all.extend(actives(&whole));
    if begins_asking(asked) {
        let text = asked.join(" ");
        let place: &[&str] = if text.eq_ignore_ascii_case("where") { &["at ", "in ", "from ", ""] } else { &[""] };
        for at in (1..=rest.len()).rev() {
            for before in place {
                all.push(format!("{} {before}{text} {}", rest[..at].join(" "), rest[at..].join(" ")).trim().to_owned());
            }
        }
    }
    all.extend(agentless(&whole));
    if begins_asking(asked) && asked.len() > 1 && is(asked[0], &BEFORE) {
        // `to whom was Tarn handed over`: the agent is left out, and who is asked for stands last.
        all.extend(agentless(rest).iter().map(|text| format!("{text} {}", asked.join(" "))));
    }
    all
}

/// Everything that a question's sentence may mean, auxiliaries and all.
pub(super) fn all_orders(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let auxiliary = words.iter().position(|word| is(word, &AUXILIARY));
    let mut all = vec![text.to_owned()];
    if let (Some(at), true) = (auxiliary, begins_asking(&words)) {
        all.extend(orders(&words[..at], &words[at + 1..]));
    }
    all.extend(actives(&words));
    all.extend(agentless(&words));
    // `who extinguished Lithuania` where the phrase has the passive alone.
    let plain: Vec<&str> = words.iter().copied().filter(|word| !is(word, &AUXILIARY)).collect();
    if !is(words.first().unwrap_or(&""), &["by"]) {
        all.extend(
            (1..plain.len().saturating_sub(1))
                .map(|verb| format!("{} {} by {}", plain[verb + 1..].join(" "), plain[verb], plain[..verb].join(" "))),
        );
    }
    if let ([by, whom, said @ ..], true) = (plain.as_slice(), plain.len() > 3)
        && is(by, &["by"])
        && is(whom, &["who", "whom"])
    {
        all.push(format!("{} by {whom}", said.join(" ")));
    }
    // `who gave an ultimatum` where the phrase has no article.
    let bare: Vec<&str> = words.iter().copied().filter(|word| !is(word, &["a", "an"])).collect();
    if bare.len() < words.len() {
        all.extend(all_orders(&bare.join(" ")));
    }
    all
}

/// `was Lithuania attacked`: by somebody.
pub(super) fn agentless(words: &[&str]) -> Vec<String> {
    if words.iter().any(|word| word.eq_ignore_ascii_case("by")) {
        return Vec::new();
    }
    let plain = words.iter().filter(|word| !is(word, &AUXILIARY)).map(|word| (*word).to_owned()).collect::<Vec<_>>();
    around("somebody", &plain)
}

/// `Vilnius taken by Poland` as `Poland taken Vilnius`: the verb may be any word before `by`, and the agent is what
/// follows, or stands before the verb in `who was Lithuania attacked by`.
fn actives(words: &[&str]) -> Vec<String> {
    let plain = |part: &[&str]| -> Vec<String> {
        part.iter().filter(|word| !is(word, &AUXILIARY)).map(|word| (*word).to_owned()).collect()
    };
    let Some(by) = words.iter().rposition(|word| word.eq_ignore_ascii_case("by")) else { return Vec::new() };
    let (mut agent, mut left) = (plain(&words[by + 1..]), plain(&words[..by]));
    if agent.is_empty() {
        // `who was Lithuania attacked by`
        let auxiliary = words.iter().position(|word| is(word, &AUXILIARY)).unwrap_or(0);
        if auxiliary == 0 || !is(words[0], &ASKED) {
            return Vec::new();
        }
        agent = plain(&words[..auxiliary]);
        left = plain(&words[auxiliary..by]);
    }
    if left.is_empty() && by == 0 {
        // `by whom was Lithuania attacked`
        let Some(auxiliary) = words.iter().position(|word| is(word, &AUXILIARY)) else { return Vec::new() };
        agent = plain(&words[1..auxiliary]);
        left = plain(&words[auxiliary..]);
    }
    around(&agent.join(" "), &left)
}

/// An agent put before each word that may be the verb, with what stood before it put behind.
fn around(agent: &str, left: &[String]) -> Vec<String> {
    let mut all = Vec::new();
    for verb in (1..left.len()).rev() {
        let patient = left[..verb].join(" ");
        // A verb of several words keeps its object behind them: `took control of Paris`.
        for end in (verb + 1..=left.len()).rev() {
            let (said, more) = (left[verb..end].join(" "), left[end..].join(" "));
            all.push(format!("{agent} {said} {patient} {more}").trim().to_owned());
        }
    }
    all
}

/// A question with participles that no phrase has in the forms that one has.
pub(super) fn with_past_forms(lexicon: &Lexicon, text: &str) -> String {
    let form = |word: &str| {
        let lower = word.to_lowercase();
        if lower == "their" && !lexicon.has_word("their") {
            return Some("its".to_owned());
        }
        let past = past_of(&lower)?;
        (!lexicon.has_word(&lower) && lexicon.has_word(past)).then(|| past.to_owned())
    };
    let words: Vec<&str> = text.split(' ').collect();
    let deed =
        |at: usize| words.get(at + 1).is_some_and(|next| is(next, &["to", "for"])) && is(words[at], &["forbidden"]);
    // A duty is broken, talks are broken off.
    let broken = |at: usize| {
        let off = words.get(at + 1).is_some_and(|next| is(next, &["off"]));
        (is(words[at], &["broken"]) && !off && lexicon.has_word("breached")).then(|| "breached".to_owned())
    };
    let all: Vec<String> = words
        .iter()
        .enumerate()
        .map(|(at, word)| broken(at).or_else(|| form(word)).filter(|_| !deed(at)).unwrap_or_else(|| (*word).to_owned()))
        .collect();
    all.join(" ")
}

/// `did USSR breach Ceiling`, `who violated Sele`, `which norms did USSR break`: who, the status, and what, in words.
pub(super) fn of_status(words: &[&str]) -> Option<(String, &'static str, String)> {
    const VERBS: [(&str, &[&str]); 3] = [
        (
            "breached",
            &[
                "breach", "breaches", "breached", "break", "breaks", "broke", "broken", "violate", "violates",
                "violated",
            ],
        ),
        ("observed", &["observe", "observes", "observed", "keep", "keeps", "kept"]),
        ("met", &["meet", "meets", "met"]),
    ];
    let plain = |part: &[&str]| -> String {
        let kept: Vec<&str> = part.iter().copied().filter(|word| !is(word, &AUXILIARY)).collect();
        kept.join(" ")
    };
    let (verb, status) = words
        .iter()
        .enumerate()
        .find_map(|(at, word)| VERBS.iter().find(|(_, forms)| is(word, forms)).map(|(status, _)| (at, *status)))?;
    let (left, right) = (&words[..verb], &words[verb + 1..]);
    if let ([by, asked, _, what @ ..], []) = (left, right)
        && is(by, &["by"])
        && is(asked, &["who", "whom"])
    {
        // `by whom was Sele breached`
        return Some(("who".to_owned(), status, plain(what)));
    }
    if left.is_empty() || right.first().is_some_and(|word| is(word, &["by", "for", "from"])) {
        return None;
    }
    if !right.is_empty() {
        return Some((plain(left), status, plain(right)));
    }
    // `which norms did USSR breach`
    let auxiliary = left.iter().position(|word| is(word, &["did", "does", "do", "has", "have", "had"]))?;
    if auxiliary == 0 || !is(left[0], &ASKED) {
        return None;
    }
    let asked = match left[..auxiliary].join(" ") {
        what if what.eq_ignore_ascii_case("what") => "which norms".to_owned(),
        other => other,
    };
    Some((plain(&left[auxiliary + 1..]), status, asked))
}
