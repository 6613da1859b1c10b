//! Which sentences hold a date or a number: a dossier that leaves those out has probably left out a fact.

/// What a sentence holds that a statement could record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Figures {
    /// A year, a month, a day or a century.
    Date,
    /// A number, in digits or in English words.
    Number,
    /// Neither.
    None,
}

const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const SHORT_MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"];

const ERAS: &[&str] = &["century", "centuries", "bc", "bce", "ce"];

/// `one` is left out: it is a pronoun more often than a number.
const NUMBERS: &[&str] = &[
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "hundreds",
    "thousand",
    "thousands",
    "million",
    "millions",
    "billion",
    "dozen",
    "dozens",
    "half",
    "quarter",
    "twice",
    "first",
    "second",
    "third",
    "thirds",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "twentieth",
];

impl Figures {
    /// Reads a sentence. A figure of four digits between 1000 and 2199 counts as a year.
    pub fn of(sentence: &str) -> Self {
        let lower = sentence.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        if (0..words.len()).any(|index| is_date(&words, index)) {
            Self::Date
        } else if words.iter().any(|word| word.starts_with(char::is_numeric) || NUMBERS.contains(word)) {
            Self::Number
        } else {
            Self::None
        }
    }
}

pub(crate) fn is_month(lower: &str) -> bool {
    MONTHS.contains(&lower)
}

fn is_date(words: &[&str], index: usize) -> bool {
    let word = words[index];
    let next_to_figure = || {
        let before = index.checked_sub(1).and_then(|before| words.get(before));
        let after = words.get(index + 1);
        [before, after].into_iter().flatten().any(|word| word.starts_with(|c: char| c.is_ascii_digit()))
    };
    // `may` and `march` are verbs too.
    let is_plain_month = is_month(word) && word != "may" && word != "march";
    is_year(word)
        || is_plain_month
        || ERAS.contains(&word)
        || ((is_month(word) || SHORT_MONTHS.contains(&word)) && next_to_figure())
}

/// `1939`, `1920s`.
fn is_year(word: &str) -> bool {
    let digits = word.strip_suffix('s').unwrap_or(word);
    digits.len() == 4 && digits.parse::<u16>().is_ok_and(|year| (1000..2200).contains(&year))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_come_before_numbers_and_numbers_before_neither() {
        for dated in
            ["Signed in 1897.", "On May 3 it ended.", "In October rain fell.", "The 1920s", "a 19th century fort"]
        {
            assert_eq!(Figures::of(dated), Figures::Date, "{dated}");
        }
        for counted in ["18,786 men", "Four bases", "80% of trade", "One fifth of it", "the second time"] {
            assert_eq!(Figures::of(counted), Figures::Number, "{counted}");
        }
        for plain in ["They may march on.", "One must agree.", ""] {
            assert_eq!(Figures::of(plain), Figures::None, "{plain}");
        }
    }
}
