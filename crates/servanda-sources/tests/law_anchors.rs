//! `law_*`: a phrase cut out of a text at word boundaries and mangled the way scrapers and editors mangle resolves to
//! the place it was cut from.

use servanda_sources::{Locator, Resolution, SourceText};

/// A small generator (xorshift64*, Vigna 2016), so that a failure can be run again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }
}

const WORDS: &[&str] = &[
    "the",
    "king",
    "of",
    "Ruritania",
    "ceded",
    "Žemaitė",
    "castle",
    "18,786",
    "men",
    "Ruritania's",
    "Zenda",
    "3.8",
    "1897",
    "état",
    "Grünau",
    "re-opened",
    "kings'",
    "peace",
    "“treaty”",
    "(sic)",
    "Łódź",
    "Strelsau–Zenda",
    "80%",
    "and",
    "no",
];
const JOINTS: &[&str] = &[" ", " ", " ", " ", "\n", ", ", ". ", " – ", ".[ ", " ] ", "; "];

/// A text without repetition: each run of words is numbered now and then.
fn text(dice: &mut Dice) -> (String, Vec<(usize, usize)>) {
    let mut text = String::new();
    let mut words = Vec::new();
    for number in 0..120 {
        let word = if number % 3 == 0 { format!("w{number}x") } else { dice.pick(WORDS).to_owned() };
        words.push((text.len(), text.len() + word.len()));
        text.push_str(&word);
        text.push_str(dice.pick(JOINTS));
    }
    (text, words)
}

/// The same words as another hand would lay them out.
fn mangled(phrase: &str, dice: &mut Dice) -> String {
    let mut out = String::new();
    for character in phrase.chars() {
        match character {
            c if c.is_whitespace() => out.push_str(dice.pick(&[" ", "\n", "  ", "\u{A0}", "\t", " \r\n", "\u{2009}"])),
            '–' | '-' => out.push_str(dice.pick(&["–", "-", "—", "‑", "−", "--", " - ", " – "])),
            '“' | '”' => out.push_str(dice.pick(&["\"", "“", "”", "''", "„", "«"])),
            '\'' => out.push_str(dice.pick(&["'", "’"])),
            '[' | ']' => out.push_str(dice.pick(&["", "[", "]", "]["])),
            'ž' => out.push_str(dice.pick(&["ž", "z\u{30C}"])),
            'é' => out.push_str(dice.pick(&["é", "e\u{301}"])),
            'ü' => out.push_str(dice.pick(&["ü", "u\u{308}"])),
            other => out.push(other),
        }
    }
    out
}

#[test]
fn law_a_mangled_phrase_resolves_to_its_place() {
    let mut dice = Dice(0x5EED_1939_1010_0001);
    for round in 0..600 {
        let (text, words) = text(&mut dice);
        let first = dice.roll(words.len() - 12);
        let last = first + 2 + dice.roll(9);
        let cut = words[first].0..words[last].1;
        let written = mangled(&text[cut.clone()], &mut dice);
        let locator = Locator::parse(&written).unwrap();
        let resolution = SourceText::new(&text).resolve(&locator, None);
        let Resolution::Found(passage) = &resolution else {
            panic!("{round}: {written:?} in {text:?}: {resolution:?}")
        };
        // Quotes and a possessive at the edge belong to no phrase.
        let core = text[cut.clone()].trim_matches(|c: char| "“”'%)(".contains(c)).len();
        let overlap = passage.bytes.end.min(cut.end) - passage.bytes.start.max(cut.start);
        assert!(
            overlap >= core && passage.bytes.len() <= cut.len(),
            "{round}: {written:?} in {text:?}: {resolution:?}"
        );
    }
}

#[test]
fn law_a_mangled_text_keeps_its_digests() {
    let mut dice = Dice(0x5EED_1939_1010_0002);
    for round in 0..300 {
        let (text, words) = text(&mut dice);
        let word = words[3 * dice.roll(words.len() / 3)];
        let locator = Locator::parse(&text[word.0..word.1]).unwrap();
        let digest = SourceText::new(&text).resolve(&locator, None).passage().unwrap().digest.to_string();
        // Quotes and brackets are left alone here: they decide where a sentence ends.
        let other: String = text.replace(' ', dice.pick(&["  ", " \u{A0}", " "])).replace('–', dice.pick(&["-", "—"]));
        let again = SourceText::new(&other).resolve(&locator, Some(&digest));
        assert!(matches!(again, Resolution::Found(_)), "{round}: {text:?} {again:?}");
    }
}

#[test]
fn law_a_unique_phrase_resolves_to_where_it_was_asked_for() {
    let mut dice = Dice(0x5EED_1939_1010_0003);
    for round in 0..300 {
        let (text, words) = text(&mut dice);
        let source = SourceText::new(&text);
        let word = words[dice.roll(words.len())];
        let Some(phrase) = source.unique_phrase(&(word.0..word.1)) else { panic!("{round}: {text:?}") };
        let resolution = source.resolve(&Locator::parse(&phrase).unwrap(), None);
        let Resolution::Found(passage) = &resolution else { panic!("{round}: {phrase:?} in {text:?}: {resolution:?}") };
        assert!(passage.bytes.start < word.1 && word.0 < passage.bytes.end, "{round}: {phrase:?} in {text:?}");
    }
}
