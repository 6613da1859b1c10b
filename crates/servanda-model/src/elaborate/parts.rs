//! Parts of instruments: articles, norms and readings, each of the instrument opened last, and what they are called.

use std::collections::BTreeSet;

use servanda_syntax::{HeadKind, Statement, TokenKind};

use super::trouble::Trouble;
use super::words::{Word, all, span_of, text_of};
use super::{Context, Elaborator, File, key, plain_entity};
use crate::ids::EntityId;

/// Names of norms and readings that several have.
#[derive(Default)]
pub(crate) struct Shared {
    norms: BTreeSet<String>,
    readings: BTreeSet<String>,
}

impl Elaborator<'_> {
    /// Second pass, when every instrument has its name: articles, norms and readings, each of the instrument opened last.
    pub(crate) fn declare_parts(&mut self, file: &File, shared: &Shared) {
        let mut context = Context::default();
        for statement in file.document.statements.iter().filter(|statement| !statement.broken) {
            let words = all(&statement.head.tokens);
            match statement.kind {
                HeadKind::Sentence => self.open_instrument(statement, &words, &mut context),
                HeadKind::Keyword("article") => match words.first() {
                    Some(name) => {
                        let label = words.get(1).filter(|word| word.kind == TokenKind::String);
                        let label = label.map(|word| word.text.clone());
                        let article = self.open_article(statement, &mut context, &name.text, label.as_deref());
                        context.article = Some(article);
                    }
                    None => self.nameless(statement, None),
                },
                HeadKind::Keyword("norm") => {
                    if let Some(id) = self.declare_norm(statement, &words, context, shared) {
                        self.norm_facts(statement, id, context);
                    }
                }
                HeadKind::Keyword("reading") => self.declare_reading(statement, &words, shared),
                _ => {}
            }
            self.context.insert(key(statement), context);
        }
    }

    /// A norm goes by its own name, and by that of its instrument with its own after a dot.
    fn declare_norm(
        &mut self,
        statement: &Statement,
        words: &[Word],
        context: Context,
        shared: &Shared,
    ) -> Option<EntityId> {
        let Some(name) = words.first().filter(|word| word.kind == TokenKind::Word || word.kind == TokenKind::Number)
        else {
            self.nameless(statement, words.first());
            return None;
        };
        let kind = self.model.hooks.norm;
        let Some(instrument) = context.instrument else {
            return self.declare(statement, &name.text, &name.text, kind, name.span);
        };
        let qualified = format!("{}.{}", self.model.name(instrument), name.text);
        let taken = self.model.lexicon.lookup(&name.text).iter().any(|id| self.model.name(*id) == name.text);
        let several = shared.norms.contains(&name.text) || name.text.chars().all(|c| c.is_ascii_digit());
        if taken || several {
            return self.declare(statement, &qualified, &qualified, kind, name.span);
        }
        let id = self.declare(statement, &name.text, &name.text, kind, name.span)?;
        self.model.lexicon.add_name(&qualified, id);
        Some(id)
    }

    /// A reading goes by its own name, and by that of its norm with its own after a dot.
    fn declare_reading(&mut self, statement: &Statement, words: &[Word], shared: &Shared) {
        let Some(name) = words.first().filter(|word| word.kind == TokenKind::Word) else {
            return self.nameless(statement, words.first());
        };
        let kind = self.model.lexicon.kind("reading").expect("built in");
        let norm = reading_of(words).map(|(_, norm)| text_of(norm));
        match norm {
            Some(norm) if shared.readings.contains(&name.text) => {
                let qualified = format!("{norm}.{}", name.text);
                self.declare(statement, &qualified, &qualified, kind, name.span);
            }
            norm => {
                let id = self.declare(statement, &name.text, &name.text, kind, name.span);
                if let (Some(id), Some(norm)) = (id, norm) {
                    self.model.lexicon.add_name(&format!("{norm}.{}", name.text), id);
                }
            }
        }
    }

    /// The declaration of an instrument opens it, and so does `in NAME`.
    fn open_instrument(&mut self, statement: &Statement, words: &[Word], context: &mut Context) {
        let opened = match words {
            [first, name] if first.is("in") => match self.model.lexicon.entity(&name.text) {
                Some(id) => Some(id),
                None => return self.unknown_thing(statement, &words[1..]),
            },
            _ => {
                let declared = self.names.get(&key(statement)).and_then(|ids| ids.last()).copied();
                declared.filter(|id| self.model.lexicon.is_of_kind(*id, self.model.hooks.instrument))
            }
        };
        if opened.is_some() {
            *context = Context { instrument: opened, article: None };
        }
    }

    fn open_article(
        &mut self,
        statement: &Statement,
        context: &mut Context,
        name: &str,
        label: Option<&str>,
    ) -> EntityId {
        let full = match context.instrument {
            Some(instrument) => format!("{}.{name}", self.model.name(instrument)),
            None => name.to_owned(),
        };
        if let Some(old) = self.model.lexicon.lookup(&full).into_iter().find(|id| self.model.name(*id) == full) {
            let title = &self.model.lexicon.entities[old.index()].label;
            if let Some(other) = label.filter(|label| label != title) {
                let message = format!("`{full}` has its title already, “{title}”, and “{other}” is lost");
                let trouble = Trouble::new("declared-twice", statement.head.span, message);
                self.complain(statement, trouble.help(format!("write `article {name}` to go on with it")));
            }
            return old;
        }
        let origin = self.origin_of(statement);
        let kind = self.model.hooks.article;
        let id = self.model.lexicon.add_entity(plain_entity(&full, label.unwrap_or(&full), kind, origin));
        self.names.entry(key(statement)).or_default().push(id);
        if let Some(instrument) = context.instrument {
            self.belong(id, instrument, origin);
        }
        id
    }

    fn norm_facts(&mut self, statement: &Statement, id: EntityId, context: Context) {
        let origin = self.origin_of(statement);
        if let Some(instrument) = context.instrument {
            self.belong(id, instrument, origin);
        }
        if let Some(article) = context.article {
            self.belong(id, article, origin);
        }
    }

    /// `II to VII`, `1, 3 and 5`, of the instrument opened last.
    pub(super) fn articles(&mut self, statement: &Statement, words: &[Word]) -> Vec<EntityId> {
        let of = words.iter().position(|word| word.is("of"));
        let instrument = match of {
            Some(at) => self.model.lexicon.entity(&text_of(&words[at + 1..])),
            None => self.context_of(statement).instrument,
        };
        let Some(instrument) = instrument else {
            let trouble = Trouble::new("no-instrument", statement.head.span, "these articles belong to no instrument")
                .help("write `of INSTRUMENT` after them, or open one with `in INSTRUMENT`");
            self.complain(statement, trouble);
            return Vec::new();
        };
        let prefix = self.model.name(instrument).to_owned();
        let mut ids = Vec::new();
        for part in words[..of.unwrap_or(words.len())].split(|word| word.is_sign(",") || word.is("and")) {
            let names = match part {
                [] => continue,
                [from, to, until] if to.is("to") => article_range(&from.text, &until.text),
                [one] => vec![one.text.clone()],
                _ => Vec::new(),
            };
            if names.is_empty() {
                let trouble =
                    Trouble::new("bad-articles", span_of(part), format!("`{}` names no articles", text_of(part)))
                        .help("write `II to VII`, `2 to 7`, or `2, 3 and 5`");
                self.complain(statement, trouble);
            }
            for name in names {
                let full = format!("{prefix}.{name}");
                let known = self.model.lexicon.lookup(&full).into_iter().find(|id| self.model.name(*id) == full);
                let mut context = Context { instrument: Some(instrument), article: None };
                ids.push(known.unwrap_or_else(|| self.open_article(statement, &mut context, &name, None)));
            }
        }
        ids
    }
}

/// Looks for names of norms and readings that several have, so that each of these goes by its qualified name.
pub(crate) fn names_of_parts(documents: &[File]) -> Shared {
    let mut shared = Shared::default();
    let (mut norms, mut readings) = (BTreeSet::new(), BTreeSet::new());
    for statement in documents.iter().flat_map(|file| &file.document.statements) {
        let Some(name) = statement.head.tokens.first() else { continue };
        let (seen, several) = match statement.keyword() {
            Some("norm") => (&mut norms, &mut shared.norms),
            Some("reading") => (&mut readings, &mut shared.readings),
            _ => continue,
        };
        if !seen.insert(name.text.to_string()) {
            several.insert(name.text.to_string());
        }
    }
    shared
}

/// What `reading NAME of NORM, …` is called and is of.
pub(crate) fn reading_of(words: &[Word]) -> Option<(&[Word], &[Word])> {
    let of = words.iter().position(|word| word.is("of"))?;
    let rest = &words[of + 1..];
    let end = rest.iter().position(|word| word.is_sign(",") || word.is_sign(":")).unwrap_or(rest.len());
    (end > 0).then(|| (&words[..of], &rest[..end]))
}

/// `II` to `VII`, or `2` to `7`, or `a` to `d`, both included.
fn article_range(from: &str, to: &str) -> Vec<String> {
    if let (Ok(a), Ok(b)) = (from.parse::<u32>(), to.parse::<u32>()) {
        return if b.saturating_sub(a) < 1000 { (a..=b).map(|n| n.to_string()).collect() } else { Vec::new() };
    }
    match (roman(from), roman(to)) {
        (Some(a), Some(b)) if b.saturating_sub(a) < 1000 => (a..=b).map(to_roman).collect(),
        _ => Vec::new(),
    }
}

const ROMAN: [(&str, u32); 13] = [
    ("M", 1000),
    ("CM", 900),
    ("D", 500),
    ("CD", 400),
    ("C", 100),
    ("XC", 90),
    ("L", 50),
    ("XL", 40),
    ("X", 10),
    ("IX", 9),
    ("V", 5),
    ("IV", 4),
    ("I", 1),
];

fn to_roman(mut number: u32) -> String {
    let mut text = String::new();
    for (sign, value) in ROMAN {
        while number >= value {
            text.push_str(sign);
            number -= value;
        }
    }
    text
}

fn roman(text: &str) -> Option<u32> {
    let mut number = 0;
    let mut rest = text;
    for (sign, value) in ROMAN {
        while let Some(next) = rest.strip_prefix(sign) {
            number += value;
            rest = next;
        }
    }
    (rest.is_empty() && number > 0 && to_roman(number) == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_run_in_roman_and_arabic() {
        assert_eq!(article_range("II", "V"), ["II", "III", "IV", "V"]);
        assert_eq!(article_range("8", "10"), ["8", "9", "10"]);
        assert_eq!(article_range("V", "II"), Vec::<String>::new());
        assert_eq!(article_range("IIX", "XX"), Vec::<String>::new());
        assert_eq!(roman("XLII"), Some(42));
    }
}
