//! The one place that prints.

use std::cell::Cell;
use std::io::{IsTerminal, Write};

use crate::{Color, Format};

/// Where answers go, and how they look there.
pub(crate) struct Terminal {
    /// For people or for programs.
    pub(crate) format: Format,
    /// Whether standard output takes colours.
    pub(crate) color: bool,
    /// Whether standard error takes colours.
    pub(crate) error_color: bool,
    /// Columns to use for text.
    pub(crate) width: usize,
    /// Whether whoever read standard output has closed it.
    unread: Cell<bool>,
}

impl Terminal {
    pub(crate) fn new(format: Format, color: Color) -> Terminal {
        let wanted = |terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !is_plain() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        };
        let told = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        let seen = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let width = told.or_else(seen).unwrap_or(100);
        Terminal {
            format,
            color: wanted(std::io::stdout().is_terminal()),
            error_color: wanted(std::io::stderr().is_terminal()),
            width: usize::clamp(width, 40, 120),
            unread: Cell::new(false),
        }
    }

    pub(crate) fn json(&self) -> bool {
        self.format == Format::Json
    }

    /// Prints to standard output. Where nobody reads on, the rest is not printed, and the command ends with the status that it
    /// would have ended with.
    pub(crate) fn print(&self, text: &str) {
        if self.unread.get() {
            return;
        }
        let mut out = std::io::stdout().lock();
        if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            if error.kind() == std::io::ErrorKind::BrokenPipe {
                self.unread.set(true);
                return;
            }
            self.complain(&format!("error[cannot-write]: standard output: {error}\n"));
            std::process::exit(2);
        }
    }

    /// Prints a value as JSON.
    pub(crate) fn print_json(&self, value: &impl serde::Serialize) {
        let mut text = serde_json::to_string_pretty(value).expect("answers are plain data");
        text.push('\n');
        self.print(&text);
    }

    /// Prints to standard error.
    pub(crate) fn complain(&self, text: &str) {
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }

    /// Bold, where colours are wanted.
    pub(crate) fn bold(&self, text: &str) -> String {
        if self.color { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Dim, where colours are wanted.
    pub(crate) fn dim(&self, text: &str) -> String {
        if self.color { format!("\u{1b}[2m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Text broken at blanks to the width, continued under `indent` columns.
    pub(crate) fn wrap(&self, text: &str, indent: usize) -> String {
        self.wrap_from(text, indent, indent)
    }

    /// Text that begins in a column, broken at blanks to the width, continued under `indent` columns.
    pub(crate) fn wrap_from(&self, text: &str, column: usize, indent: usize) -> String {
        let mut out = String::new();
        let mut column = column;
        let mut begun = false;
        for word in text.split([' ', '\n', '\t']).filter(|word| !word.is_empty()) {
            let length = word.chars().count();
            if begun && column + 1 + length > self.width {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                column = indent;
            } else if begun {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += length;
            begun = true;
        }
        out
    }
}

/// Whether the terminal says of itself that it knows no colours.
fn is_plain() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}
