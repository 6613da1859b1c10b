//! `servanda date EXPR` and `servanda date --batch`.

use std::io::BufRead;

use serde::Serialize;
use servanda_calendar::{Edtf, parse_written};

use crate::exit::Exit;
use crate::terminal::Terminal;

/// What an expression means.
#[derive(Serialize)]
struct Meaning<'t> {
    input: &'t str,
    valid: bool,
    level: Option<u8>,
    min: Option<String>,
    max: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

fn meaning(input: &str) -> Meaning<'_> {
    match Edtf::parse(input) {
        Ok(edtf) => {
            let bounds = edtf.iso_bounds();
            Meaning {
                input,
                valid: true,
                level: Some(edtf.level()),
                min: bounds.min,
                max: bounds.max,
                words: Some(edtf.describe()),
                error: None,
            }
        }
        Err(error) => Meaning {
            input,
            valid: false,
            level: None,
            min: None,
            max: None,
            words: None,
            error: Some(error.to_string()),
        },
    }
}

pub(crate) fn run(expr: Option<&str>, batch: bool, out: &Terminal) -> Exit {
    if batch {
        return all(out);
    }
    let input = expr.unwrap_or_default();
    let found = meaning(input);
    let valid = found.valid;
    if out.json() {
        out.print_json(&found);
        return if valid { Exit::Yes } else { Exit::No };
    }
    let show = |day: &Option<String>| day.clone().unwrap_or_else(|| "open or unknown".to_owned());
    if valid {
        out.print(&format!(
            "{}\n  first day: {}\n  last day: {}\n  EDTF level {}\n",
            found.words.as_deref().unwrap_or_default(),
            show(&found.min),
            show(&found.max),
            found.level.unwrap_or(0),
        ));
        return Exit::Yes;
    }
    // A dossier understands more than EDTF.
    match parse_written(input) {
        Ok(date) => {
            let allowed = date.bounds().allowed();
            let day = |day: Option<servanda_calendar::Day>| day.map(|day| day.to_string());
            out.print(&format!(
                "{}\n  first day: {}\n  last day: {}\n  not EDTF, but understood in dossiers\n",
                date.describe(),
                show(&day(allowed.min)),
                show(&day(allowed.max)),
            ));
            Exit::Yes
        }
        Err(error) => {
            out.complain(&format!("error[{}]: `{input}` is no date: {error}\n", "bad-date"));
            Exit::No
        }
    }
}

fn all(out: &Terminal) -> Exit {
    let mut exit = Exit::Yes;
    let mut text = String::new();
    for line in std::io::stdin().lock().lines() {
        let line = match line {
            Ok(line) => line,
            Err(error) => {
                out.print(&text);
                out.complain(&format!("error[cannot-read]: standard input: {error}\n"));
                return Exit::CouldNot;
            }
        };
        let found = meaning(line.strip_suffix('\r').unwrap_or(&line));
        if !found.valid {
            exit = Exit::No;
        }
        text.push_str(&serde_json::to_string(&found).expect("plain data"));
        text.push('\n');
        if text.len() > 1 << 16 {
            out.print(&text);
            text.clear();
        }
    }
    out.print(&text);
    exit
}
