//! What a date looks like. Whether it is one, and which days it means, is for the calendar to say.

/// The length of the run of letters, digits and date signs that `text` starts with.
pub(crate) fn run_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut run = Run { bytes, at: 0, part: 0, clock: false };
    while run.at < bytes.len() {
        let step = run.step(text);
        if step == 0 {
            break;
        }
        run.at += step;
    }
    run.at
}

struct Run<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the part after the last `/` or `..` starts.
    part: usize,
    /// True after the `T` before a time of day.
    clock: bool,
}

impl Run<'_> {
    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// How far to go on; nothing at the end of the run.
    fn step(&mut self, text: &str) -> usize {
        let next = self.byte(1);
        match self.byte(0) {
            b'T' => {
                self.clock |= self.at > 0 && next.is_ascii_digit();
                1
            }
            byte if byte.is_ascii_alphanumeric() || byte == b'_' => 1,
            b'~' | b'?' | b'%' => usize::from(self.at - self.part >= 4 || self.starts_date(1)),
            b'-' if self.at > 0 || next.is_ascii_digit() => self.joins(1, text),
            b'.' if next == b'.' && self.byte(2) != b'.' => {
                self.part = self.at + 2;
                2
            }
            b'.' => self.joins(1, text),
            b'/' if self.at - self.part >= 4 && (self.starts_date(1) || self.opens_end()) => {
                self.part = self.at + 1;
                1
            }
            b'/' | b'\'' if next.is_ascii_alphabetic() => 1,
            b':' | b'+' if self.clock && next.is_ascii_digit() => 1,
            byte if byte.is_ascii() => 0,
            _ => text[self.at..]
                .chars()
                .next()
                .filter(|sign| crate::lexer::is_word_char(*sign))
                .map_or(0, char::len_utf8),
        }
    }

    /// 1 if what comes `ahead` goes on with the run.
    fn joins(&self, ahead: usize, text: &str) -> usize {
        let next = text.get(self.at + ahead..).and_then(|rest| rest.chars().next());
        usize::from(next.is_some_and(char::is_alphanumeric) || self.starts_date(ahead))
    }

    fn opens_end(&self) -> bool {
        self.byte(1) == b'.' && self.byte(2) == b'.'
    }

    /// True if a digit comes `ahead`, perhaps after a qualifier or a sign.
    fn starts_date(&self, ahead: usize) -> bool {
        let (first, second) = (self.byte(ahead), self.byte(ahead + 1));
        first.is_ascii_digit()
            || (first == b'Y' || first == b'-' || is_qualifier(first)) && second.is_ascii_digit()
            || first == b'X' && second == b'X'
    }
}

fn is_qualifier(byte: u8) -> bool {
    matches!(byte, b'~' | b'?' | b'%')
}

fn is_date_byte(byte: u8) -> bool {
    byte.is_ascii_digit()
        || is_qualifier(byte)
        || matches!(byte, b'X' | b'T' | b'Z' | b'S' | b'E' | b'Y' | b'-' | b'.' | b'/' | b':' | b'+')
}

/// True of a run made of date signs only.
pub(crate) fn is_date_run(run: &str) -> bool {
    run.bytes().all(is_date_byte)
}

/// True of a run that starts with a digit and is meant as a date. A bare year is a number.
pub(crate) fn is_date(run: &str) -> bool {
    let long_part = run.split(|sign: char| !(sign.is_ascii_digit() || sign == 'X')).any(|part| part.len() >= 4);
    let telling = |byte: u8| is_qualifier(byte) || matches!(byte, b'-' | b'/' | b'X' | b'S');
    is_date_run(run) && long_part && (run.bytes().any(telling) || run.contains(".."))
}

/// `Y17000`, `Y-17E7S3`. With four digits or fewer and no exponent it is a name, such as `Y2`.
pub(crate) fn is_long_year(run: &str) -> bool {
    let Some(year) = run.strip_prefix('Y') else { return false };
    let digits = year.trim_start_matches('-');
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    let is_long = count > 4 || year.len() > digits.len() || digits.as_bytes().get(count) == Some(&b'E');
    count > 0 && is_long && is_date_run(run)
}

/// What may stand within `[…]` and `{…}`.
pub(crate) fn is_list_char(sign: char) -> bool {
    u8::try_from(sign).is_ok_and(is_date_byte) || sign == ',' || sign.is_whitespace()
}

/// True of the inside of `[1939-11-14, 1939-11-15]`.
pub(crate) fn is_list(inside: &str) -> bool {
    inside.chars().all(is_list_char) && inside.bytes().any(|byte| byte.is_ascii_digit())
}
