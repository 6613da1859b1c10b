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
    /// For what is no EDTF, but understood in dossiers.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_dossiers: Option<InDossiers>,
}

/// What a dossier makes of an expression that is no EDTF.
#[derive(Serialize)]
struct InDossiers {
    min: Option<String>,
    max: Option<String>,
    words: String,
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
                in_dossiers: None,
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
            in_dossiers: None,
        },
    }
}

pub(crate) fn run(expr: Option<&str>, batch: bool, out: &Terminal) -> Exit {
    if batch {
        return all(out);
    }
    let input = expr.unwrap_or_default();
    let mut found = meaning(input);
    let mut trouble = None;
    if !found.valid {
        // A dossier understands more than EDTF.
        match parse_written(input) {
            Ok(date) => {
                let allowed = date.bounds().allowed();
                let day = |day: Option<servanda_calendar::Day>| day.map(|day| day.to_string());
                let (min, max) = (day(allowed.min), day(allowed.max));
                found.in_dossiers = Some(InDossiers { min, max, words: date.describe() });
            }
            Err(error) => trouble = Some(error),
        }
    }
    if out.json() {
        out.print_json(&found);
        return if trouble.is_none() { Exit::Yes } else { Exit::No };
    }
    if let Some(error) = trouble {
        out.complain(&format!("error[bad-date]: `{input}` is no date: {error}\n"));
        return Exit::No;
    }
    let show = |day: &Option<String>| day.clone().unwrap_or_else(|| "open or unknown".to_owned());
    let (words, min, max, kind) = match &found.in_dossiers {
        Some(it) => (it.words.clone(), &it.min, &it.max, "not EDTF, but understood in dossiers".to_owned()),
        None => {
            let level = found.level.unwrap_or(0);
            (found.words.clone().unwrap_or_default(), &found.min, &found.max, format!("EDTF level {level}"))
        }
    };
    out.print(&format!("{words}\n  first day: {}\n  last day: {}\n  {kind}\n", show(min), show(max)));
    Exit::Yes
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
