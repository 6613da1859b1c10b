//! A source of chance that is the same in every run, and broken texts made from it.

/// A small generator of pseudo-random numbers (xorshift).
pub(crate) struct Chance(u64);

impl Chance {
    /// The same numbers for the same seed.
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit.max(1)
    }

    /// One of several.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

const PIECES: &[&str] = &[
    "```servanda\n",
    "```",
    "~~~servanda\n",
    "~~~",
    "> ",
    ">",
    "- ",
    "1. ",
    "\t",
    "  ",
    " ",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "# ",
    "## ",
    "===\n",
    "norm",
    "event",
    "check",
    "expect",
    "when",
    "or when",
    "known only to",
    "source",
    "Assist",
    "Żeligowski",
    "each",
    "\"",
    "“",
    "”",
    "„",
    "«",
    "»",
    "{",
    "}",
    "{a: b}",
    "[",
    "]",
    "[1939, 1940]",
    "1939",
    "-",
    "10",
    "29",
    "20 000",
    "18,786",
    "7.5",
    "~",
    "?",
    "%",
    "X",
    "Y17000",
    "..",
    "...",
    ".",
    "/",
    ":",
    "T10:00",
    ",",
    ";",
    "(",
    ")",
    "=",
    "<",
    ">=",
    "!",
    "!=",
    "…",
    "#",
    " # x",
    "'",
    "’",
    "@",
    "\\",
    "`",
    "\0",
    "\u{feff}",
    "\u{202e}",
    "\u{301}",
    "é",
    "維",
    "🏰",
    "\u{a0}",
    "\u{2009}",
    "–",
    "≤",
    "<!--",
    "-->",
    "<a>",
    "*",
    "_",
    "&amp;",
    "[x]: y\n",
    "E",
    "S",
    "+",
    "s'",
    "_",
];

/// A text put together by chance, which looks a little like a dossier.
pub(crate) fn soup(chance: &mut Chance, length: usize) -> String {
    let mut text = if chance.below(2) == 0 { String::from("```servanda\n") } else { String::new() };
    for _ in 0..chance.below(length) {
        text.push_str(chance.pick(PIECES));
    }
    text
}

/// The sample with a few stretches taken out, doubled, or replaced.
pub(crate) fn mutant(chance: &mut Chance) -> String {
    let mut text = super::SAMPLE.to_owned();
    for _ in 0..=chance.below(5) {
        let from = text.floor_char_boundary(chance.below(text.len() + 1));
        let to = text.floor_char_boundary((from + chance.below(12)).min(text.len()));
        let (from, to) = (from.min(to), to);
        match chance.below(3) {
            0 => text.replace_range(from..to, ""),
            1 => text.replace_range(from..to, &text[from..to].repeat(2)),
            _ => text.replace_range(from..to, chance.pick(PIECES)),
        }
    }
    text
}
