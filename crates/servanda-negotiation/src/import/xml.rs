//! Small helps for reading XML with places.

use std::str::FromStr;

use num_rational::BigRational;
use roxmltree::{Document, Error, Node, ParsingOptions, TextPos};

use super::{ImportError, Place, Source};
use crate::number::Number;

/// The most nodes a file may have; real files have hundreds.
const NODES: u32 = 8_000_000;

/// A parsed file that knows its name.
pub(super) struct Xml<'a> {
    pub(super) file: &'a str,
    pub(super) document: Document<'a>,
}

impl<'a> Xml<'a> {
    /// Parses `text`, the contents of `source`.
    pub(super) fn parse(source: &Source<'a>, text: &'a str) -> Result<Xml<'a>, ImportError> {
        let options = ParsingOptions { allow_dtd: true, nodes_limit: NODES, ..ParsingOptions::default() };
        let broken = |error: Error| {
            let at = match error {
                Error::UnexpectedEndOfStream => end(text),
                _ => error.pos(),
            };
            let place = Place { file: source.name.to_owned(), line: at.row, column: at.col, element: String::new() };
            // The reader ends its messages with the position, which the place already tells.
            let words = error.to_string();
            let problem = words.split(" at ").next().unwrap_or(&words).to_owned();
            ImportError::BrokenXml { place: Box::new(place), problem }
        };
        let document = Document::parse_with_options(text, options).map_err(broken)?;
        Ok(Xml { file: source.name, document })
    }

    pub(super) fn place(&self, node: Node<'_, '_>) -> Box<Place> {
        let at = self.document.text_pos_at(node.range().start);
        let label = attribute(node, "name").or_else(|| attribute(node, "value"));
        let element = match label {
            Some(label) => format!("{} \"{label}\"", node.tag_name().name()),
            None => node.tag_name().name().to_owned(),
        };
        Box::new(Place { file: self.file.to_owned(), line: at.row, column: at.col, element })
    }

    pub(super) fn required<'n>(&self, node: Node<'n, '_>, name: &'static str) -> Result<&'n str, ImportError> {
        attribute(node, name).ok_or_else(|| ImportError::Missing { place: self.place(node), name })
    }

    pub(super) fn number(&self, node: Node<'_, '_>, text: &str) -> Result<Number, ImportError> {
        Number::from_str(text).map_err(|reason| ImportError::BadNumber {
            place: self.place(node),
            text: text.to_owned(),
            reason,
        })
    }

    /// The number in the first of `names` that the node has.
    pub(super) fn parameter(&self, node: Node<'_, '_>, names: [&'static str; 2]) -> Result<BigRational, ImportError> {
        let text = names.iter().find_map(|name| attribute(node, name));
        let text = text.ok_or_else(|| ImportError::Missing { place: self.place(node), name: names[0] })?;
        Ok(self.number(node, text)?.rational().clone())
    }
}

/// Where a text ends.
fn end(text: &str) -> TextPos {
    let last = text.rsplit('\n').next().unwrap_or(text);
    TextPos::new(text.matches('\n').count() as u32 + 1, last.chars().count() as u32 + 1)
}

/// An attribute, whatever the case of its name; files disagree on `lowerbound` and `lowerBound`.
pub(super) fn attribute<'n>(node: Node<'n, '_>, name: &str) -> Option<&'n str> {
    node.attributes().find(|attribute| attribute.name().eq_ignore_ascii_case(name)).map(|attribute| attribute.value())
}

pub(super) fn is_named(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name().eq_ignore_ascii_case(name)
}

/// All elements of that name within `node`.
pub(super) fn within<'n, 'i>(node: Node<'n, 'i>, name: &'static str) -> impl Iterator<Item = Node<'n, 'i>> {
    node.descendants().filter(move |node| is_named(*node, name))
}

/// All elements of that name directly in `node`.
pub(super) fn children<'n, 'i>(node: Node<'n, 'i>, name: &'static str) -> impl Iterator<Item = Node<'n, 'i>> {
    node.children().filter(move |node| is_named(*node, name))
}
