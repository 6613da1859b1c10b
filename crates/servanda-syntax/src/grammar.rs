//! The grammar table: which statements and clauses there are. Parser, formatter, completion and the reference page all
//! read it from here, so that adding a clause is adding a line to [`CLAUSES`].

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

use crate::tree::{HeadKind, Token, TokenKind};

mod table;

pub use table::{CLAUSES, HEADS};

/// A kind of statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadForm {
    /// The word it begins with.
    pub keyword: &'static str,
    /// Its pattern on one line; words in capitals are filled in.
    pub form: &'static str,
    /// What it does, in a sentence.
    pub doc: &'static str,
    /// A short example.
    pub example: &'static str,
}

/// A kind of clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClauseForm {
    /// The words it begins with.
    pub keyword: &'static str,
    /// Its pattern on one line; words in capitals are filled in.
    pub form: &'static str,
    /// The statements that have it: keywords separated by spaces. `sentence` stands for statements without a keyword,
    /// `*` for all.
    pub heads: &'static str,
    /// What it does, in a sentence.
    pub doc: &'static str,
    /// A short example.
    pub example: &'static str,
}

/// What [`ClauseForm::heads`] calls statements without a keyword.
pub const SENTENCE: &str = "sentence";

impl ClauseForm {
    /// True if a statement of that kind has such a clause.
    #[must_use]
    pub fn belongs_to(&self, head: HeadKind) -> bool {
        let name = name_of(head);
        self.heads == "*" || self.heads.split(' ').any(|head| head == name)
    }

    /// True if nothing but a text in quotation marks can follow the keyword.
    #[must_use]
    pub fn is_text(&self) -> bool {
        let says = |form: &str| form.strip_prefix(self.keyword).is_some_and(|rest| rest.starts_with(" \""));
        self.form.split(" | ").all(says)
    }
}

fn name_of(head: HeadKind) -> &'static str {
    match head {
        HeadKind::Keyword(keyword) => keyword,
        HeadKind::Sentence => SENTENCE,
    }
}

/// The statement that a word begins, unless it begins a sentence.
#[must_use]
pub fn head(word: &str) -> Option<&'static HeadForm> {
    index().heads.get(word).map(|at| &HEADS[*at])
}

/// The clauses of a kind of statement, in the order of the table.
pub fn clauses_of(head: HeadKind) -> impl Iterator<Item = &'static ClauseForm> {
    CLAUSES.iter().filter(move |clause| clause.belongs_to(head))
}

/// The clause that `tokens` begin with in a statement of that kind, and how many words its keyword has. Of several
/// keywords the longest wins: `or when` is not `or`.
#[must_use]
pub fn clause_at(head: HeadKind, tokens: &[Token]) -> Option<(&'static ClauseForm, usize)> {
    let first = tokens.first().filter(|first| first.kind == TokenKind::Word)?;
    let entries = index().clauses.get(first.text.as_str())?;
    let head = index().bit(name_of(head));
    let fits = |entry: &&Entry| {
        entry.heads & head != 0
            && entry.words.len() <= tokens.len()
            && entry.words.iter().zip(tokens).all(|(word, token)| token.is_word(word))
    };
    entries.iter().find(fits).map(|entry| (&CLAUSES[entry.clause], entry.words.len()))
}

/// The table arranged for looking up.
struct Index {
    heads: BTreeMap<&'static str, usize>,
    /// By first word; the longest keyword first.
    clauses: BTreeMap<&'static str, Vec<Entry>>,
}

struct Entry {
    clause: usize,
    words: Vec<&'static str>,
    /// One bit for each statement that has it.
    heads: u64,
}

impl Index {
    /// The bit of a statement; the last is that of sentences.
    fn bit(&self, head: &str) -> u64 {
        1 << self.heads.get(head).copied().unwrap_or(HEADS.len())
    }
}

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        let heads = HEADS.iter().enumerate().map(|(at, head)| (head.keyword, at)).collect();
        let mut index = Index { heads, clauses: BTreeMap::new() };
        for (at, clause) in CLAUSES.iter().enumerate() {
            let words: Vec<_> = clause.keyword.split(' ').collect();
            let heads = match clause.heads {
                "*" => u64::MAX,
                heads => heads.split(' ').map(|head| index.bit(head)).fold(0, |all, bit| all | bit),
            };
            index.clauses.entry(words[0]).or_default().push(Entry { clause: at, words, heads });
        }
        for entries in index.clauses.values_mut() {
            entries.sort_by_key(|entry| std::cmp::Reverse(entry.words.len()));
        }
        index
    })
}

/// The reference page of statements and clauses, in Markdown.
#[must_use]
pub fn reference_markdown() -> String {
    let mut page = String::from(
        "# Statements and clauses\n\n\
         A statement starts at the left margin of its block. Its clauses are indented, one a line, in any order.\n\
         Words in capitals are to be filled in; `…` means that more of the same may follow.\n",
    );
    for head in HEADS {
        section(&mut page, &format!("`{}`", head.keyword), head.form, head.doc, head.example);
        clause_list(&mut page, HeadKind::Keyword(head.keyword));
    }
    page.push_str(
        "\n## Sentences\n\nA statement that begins with any other word is a sentence: it declares a thing of some kind \
         (`treaty Sele \"Treaty of Sele\" between Arvenia and Belmark`), or says which provision comes first (`Secret \
         prevails over Sele`). A clause that begins with no keyword is a sentence about the thing.\n",
    );
    clause_list(&mut page, HeadKind::Sentence);
    page.push_str("\n## Clauses\n");
    for clause in CLAUSES {
        let _ = write!(page, "\n### `{}`\n\n{}\n\n```text\n  {}\n```\n", clause.keyword, clause.doc, clause.form);
        let _ = write!(page, "\n{}For example `{}`.\n", where_used(clause), clause.example);
    }
    page
}

fn section(page: &mut String, title: &str, form: &str, doc: &str, example: &str) {
    let _ = write!(page, "\n## {title}\n\n{doc}\n\n```text\n{form}\n```\n\nFor example:\n\n```text\n{example}\n```\n");
}

fn clause_list(page: &mut String, head: HeadKind) {
    let clauses: Vec<_> = clauses_of(head).map(|clause| format!("`{}`", clause.keyword)).collect();
    let _ = write!(page, "\nClauses: {}.\n", clauses.join(", "));
}

fn where_used(clause: &ClauseForm) -> String {
    match clause.heads {
        "*" => "In every statement. ".to_owned(),
        heads => {
            let named: Vec<_> = heads
                .split(' ')
                .map(|head| if head == SENTENCE { "sentences".to_owned() } else { format!("`{head}`") })
                .collect();
            format!("In {}. ", named.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_is_sound() {
        let heads: BTreeSet<_> = HEADS.iter().map(|head| head.keyword).chain([SENTENCE]).collect();
        assert_eq!(heads.len(), HEADS.len() + 1);
        assert!(HEADS.len() < 64, "the index keeps the statements of a clause in 64 bits");
        let keywords: BTreeSet<_> = CLAUSES.iter().map(|clause| clause.keyword).collect();
        assert_eq!(keywords.len(), CLAUSES.len());
        for clause in CLAUSES {
            assert!(
                clause.heads == "*" || clause.heads.split(' ').all(|head| heads.contains(head)),
                "{}",
                clause.keyword
            );
            for line in [clause.form, clause.example] {
                let start = line.strip_prefix(clause.keyword);
                assert!(start.is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')), "{line}");
            }
            let words = crate::tokenize(clause.example);
            assert!(words.iter().all(|token| token.kind != TokenKind::Bad), "{}", clause.example);
        }
        for head in HEADS {
            assert!(head.form.starts_with(head.keyword) && head.example.starts_with(head.keyword), "{}", head.keyword);
        }
    }

    #[test]
    fn the_longest_keyword_wins() {
        let found = |text: &str| {
            clause_at(HeadKind::Sentence, &crate::tokenize(text)).map(|(form, words)| (form.keyword, words))
        };
        assert_eq!(found("known only to x"), Some(("known only to", 3)));
        assert_eq!(found("known to x"), Some(("known to", 2)));
        assert_eq!(found("known"), None);
        assert_eq!(found("expect x"), None);
        assert_eq!(found("\"when\" x"), None);
    }

    #[test]
    fn the_reference_page_names_everything() {
        let page = reference_markdown();
        assert!(HEADS.iter().all(|head| page.contains(&format!("\n## `{}`\n", head.keyword))));
        assert!(CLAUSES.iter().all(|clause| page.contains(&format!("\n### `{}`\n", clause.keyword))));
    }
}
