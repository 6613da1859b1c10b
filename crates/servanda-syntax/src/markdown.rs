//! The Markdown around the blocks: which headings there are, and which lines run.

use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use servanda_diagnostics::Span;

use crate::tree::Heading;

/// The headings and fenced blocks of a file.
pub(crate) struct Markdown {
    pub(crate) headings: Vec<Heading>,
    pub(crate) blocks: Vec<FencedBlock>,
}

/// A fenced block of any language.
pub(crate) struct FencedBlock {
    pub(crate) span: Span,
    /// The first line, with its fence.
    pub(crate) opening: Span,
    pub(crate) language: String,
    /// What follows the language.
    pub(crate) info: String,
    pub(crate) headings: Arc<[String]>,
    /// Only of blocks that run.
    pub(crate) lines: Vec<RawLine>,
    pub(crate) closed: bool,
}

impl FencedBlock {
    pub(crate) fn runs(&self) -> bool {
        self.language == LANGUAGE
    }
}

/// A line without its line break and without what the lists and quotations around the block put before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawLine {
    pub(crate) span: Span,
    /// True if part of a tab before it belongs to it.
    pub(crate) split_tab: bool,
}

/// The first word after the fence of a block that runs.
pub(crate) const LANGUAGE: &str = "servanda";

/// Headings are cut to this many characters in heading paths, for each block below repeats them.
const LONGEST_IN_PATH: usize = 200;

/// Reads a file; `base` is how many bytes of it were skipped before `text`.
pub(crate) fn read(text: &str, base: u32) -> Markdown {
    let mut reader = Reader {
        text,
        base,
        headings: Vec::new(),
        blocks: Vec::new(),
        paths: Paths { nodes: Vec::new(), shared: Vec::new(), none: Arc::from([]) },
        open: None,
        saved: Vec::new(),
        heading: None,
        block: None,
        line: None,
    };
    for (event, range) in Parser::new_ext(text, Options::empty()).into_offset_iter() {
        reader.event(event, range);
    }
    Markdown { headings: reader.headings, blocks: reader.blocks }
}

/// A tree of headings: each knows the one it is under.
struct Paths {
    nodes: Vec<(Option<usize>, u8, String)>,
    shared: Vec<Option<Arc<[String]>>>,
    none: Arc<[String]>,
}

impl Paths {
    fn add(&mut self, open: Option<usize>, level: u8, text: &str) -> usize {
        let mut above = open;
        while let Some(node) = above.filter(|node| self.nodes[*node].1 >= level) {
            above = self.nodes[node].0;
        }
        let mut short: String = text.chars().take(LONGEST_IN_PATH).collect();
        if short.len() < text.len() {
            short.push('…');
        }
        self.nodes.push((above, level, short));
        self.shared.push(None);
        self.nodes.len() - 1
    }

    fn path(&mut self, node: Option<usize>) -> Arc<[String]> {
        let Some(node) = node else { return Arc::clone(&self.none) };
        if let Some(path) = &self.shared[node] {
            return Arc::clone(path);
        }
        let up = std::iter::successors(Some(node), |node| self.nodes[*node].0);
        let mut path: Vec<String> = up.map(|node| self.nodes[node].2.clone()).collect();
        path.reverse();
        let path: Arc<[String]> = path.into();
        self.shared[node] = Some(Arc::clone(&path));
        path
    }
}

struct Reader<'a> {
    text: &'a str,
    base: u32,
    headings: Vec<Heading>,
    blocks: Vec<FencedBlock>,
    paths: Paths,
    /// The heading now in force.
    open: Option<usize>,
    /// The headings in force outside the lists and quotations we are in; a heading inside ends with them.
    saved: Vec<Option<usize>>,
    heading: Option<(u8, String, Range<usize>)>,
    block: Option<FencedBlock>,
    /// The line being put together.
    line: Option<(Range<usize>, bool)>,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(Tag::BlockQuote(_) | Tag::Item) => self.saved.push(self.open),
            Event::End(TagEnd::BlockQuote(_) | TagEnd::Item) => self.open = self.saved.pop().flatten(),
            Event::Start(Tag::Heading { level, .. }) => self.heading = Some((level as u8, String::new(), range)),
            Event::End(TagEnd::Heading(_)) => self.end_heading(),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => self.start_block(&info, range),
            Event::End(TagEnd::CodeBlock) => self.end_block(),
            Event::Text(text) if self.block.is_some() => self.code(&text, range),
            Event::Text(text) | Event::Code(text) => self.heading_text(&text),
            Event::SoftBreak | Event::HardBreak => self.heading_text(" "),
            _ => {}
        }
    }

    fn span(&self, range: &Range<usize>) -> Span {
        Span::new(range.start as u32 + self.base, range.end as u32 + self.base)
    }

    fn heading_text(&mut self, more: &str) {
        if let Some((_, text, _)) = &mut self.heading {
            text.push_str(more);
        }
    }

    fn end_heading(&mut self) {
        let Some((level, text, range)) = self.heading.take() else { return };
        self.open = Some(self.paths.add(self.open, level, text.trim()));
        self.headings.push(Heading { level, text: text.trim().to_owned(), span: self.span(&range) });
    }

    fn start_block(&mut self, info: &str, range: Range<usize>) {
        let info = info.trim();
        let end = info.find(|sign: char| sign.is_whitespace() || matches!(sign, ',' | '{')).unwrap_or(info.len());
        let first_line = self.text[range.clone()].lines().next().unwrap_or_default();
        self.block = Some(FencedBlock {
            span: self.span(&range),
            opening: self.span(&(range.start..range.start + first_line.trim_end().len())),
            language: info[..end].to_owned(),
            info: info[end..].trim_start_matches([',', ' ', '\t']).to_owned(),
            headings: self.paths.path(self.open),
            lines: Vec::new(),
            closed: false,
        });
    }

    /// A piece of a block: usually a line with its line break, sometimes less or more.
    fn code(&mut self, piece: &str, range: Range<usize>) {
        if !self.block.as_ref().is_some_and(FencedBlock::runs) {
            // Only where the last piece ends matters, to see the closing fence.
            self.line = Some((range, false));
            return;
        }
        // Spaces that stand for part of a tab are not in the text.
        if range.is_empty() || !self.text[range.clone()].starts_with(piece) && piece.trim().is_empty() && piece != "\n"
        {
            let at = range.end;
            self.line.get_or_insert((at..at, true)).1 = true;
            return;
        }
        let mut start = range.start;
        for line in self.text[range].split_inclusive('\n') {
            let end = start + line.len();
            let (current, _) = self.line.get_or_insert((start..start, false));
            if current.start == current.end {
                current.start = start;
            }
            current.end = end;
            if line.ends_with('\n') {
                self.end_line();
            }
            start = end;
        }
    }

    fn end_line(&mut self) {
        let Some((mut range, split_tab)) = self.line.take() else { return };
        // Of a line break of two characters the reader hands on only the second.
        if self.text[range.clone()].starts_with('\n') && self.text[..range.start].ends_with('\r') {
            range.start -= 1;
        }
        let line = &self.text[range.clone()];
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = line.strip_suffix('\r').unwrap_or(line);
        let span = self.span(&(range.start..range.start + line.len()));
        if let Some(block) = &mut self.block {
            block.lines.push(RawLine { span, split_tab });
        }
    }

    fn end_block(&mut self) {
        let last_piece = self.line.as_ref().map(|(range, _)| range.end as u32 + self.base);
        if self.block.as_ref().is_some_and(FencedBlock::runs) {
            self.end_line();
        } else {
            self.line = None;
        }
        let Some(mut block) = self.block.take() else { return };
        let last_line = block.lines.last().map(|line| line.span.end);
        let after = last_piece.into_iter().chain(last_line).max().unwrap_or(block.opening.end);
        let fence = block.opening.start.wrapping_sub(self.base) as usize;
        let rest = &self.text[(after - self.base) as usize..(block.span.end - self.base) as usize];
        block.closed = closes(&self.text[fence..], rest);
        self.blocks.push(block);
    }
}

/// True if `rest`, which follows the last line of a block, holds a fence as long as the one that `opening` starts with.
fn closes(opening: &str, rest: &str) -> bool {
    let opening = opening.trim_start();
    let Some(fence) = opening.chars().next() else { return false };
    let run = |text: &str| text.chars().take_while(|sign| *sign == fence).count();
    rest.trim_end().rsplit(['\n', '\r', ' ', '\t', '>']).next().is_some_and(|last| run(last) >= run(opening).max(3))
}
