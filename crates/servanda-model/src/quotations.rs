//! Questions are taken apart by their words. What stands in quotation marks is one word, whatever is in it.

/// Stands for a space within quotation marks; of the characters for private use, so that no text has it.
const SPACE: char = '\u{E000}';

/// The text with each quotation made one word.
#[must_use]
pub fn close_quotations(text: &str) -> String {
    let mut within = false;
    let mut shut = |c: char| {
        match c {
            '"' => within = !within,
            '“' => within = true,
            '”' => within = false,
            c if within && c.is_whitespace() => return SPACE,
            _ => {}
        }
        c
    };
    text.chars().map(&mut shut).collect()
}

/// The text with its quotations as they were written.
#[must_use]
pub fn open_quotations(text: &str) -> String {
    text.replace(SPACE, " ")
}
