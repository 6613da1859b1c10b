//! Names in a feed and the things they stand for: each name once, found by its bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use servanda_model::{EntityId, KindId, Model, TextId};

use crate::batch::{Batch, Grant, Strings};
use crate::bytes::{Reader, Writer};
use crate::error::{Flaw, shown};
use crate::row::Cell;
use crate::table::Table;

/// A kind that holes of the feed's actions take.
struct Class {
    kind: KindId,
    /// It and all its parents.
    closure: Vec<KindId>,
}

/// What the names of a feed stand for.
pub(crate) struct Names<'m> {
    model: &'m Model,
    things: Table,
    /// Things whose names are also words that fluents have for values: those stand in the other table.
    beside_words: Table,
    texts: Table,
    classes: Vec<Class>,
    /// For each thing the classes it is of, as bits.
    of: Vec<u64>,
    /// For such bits all kinds that they stand for.
    kinds: BTreeMap<u64, Arc<[KindId]>>,
    next_thing: u32,
    next_text: u32,
}

/// Holes of more different kinds than this are more than anyone declares.
const MOST_CLASSES: usize = 64;

impl<'m> Names<'m> {
    pub(crate) fn new(model: &'m Model) -> Names<'m> {
        let entities = model.lexicon.entities.len();
        Names {
            model,
            things: Table::new(),
            beside_words: Table::new(),
            texts: Table::new(),
            classes: Vec::new(),
            of: vec![0; entities],
            kinds: BTreeMap::new(),
            next_thing: entities as u32,
            next_text: model.lexicon.texts.len() as u32,
        }
    }

    /// The number of a kind among those that holes take.
    pub(crate) fn class_of(&mut self, kind: KindId) -> Option<u8> {
        if let Some(at) = self.classes.iter().position(|class| class.kind == kind) {
            return Some(at as u8);
        }
        if self.classes.len() == MOST_CLASSES {
            return None;
        }
        let lexicon = &self.model.lexicon;
        let all = (0..lexicon.kinds.len()).map(KindId::from_index);
        let mut closure: Vec<KindId> = all.filter(|parent| lexicon.is_subkind(kind, *parent)).collect();
        closure.push(self.model.hooks.thing);
        closure.sort_unstable();
        closure.dedup();
        let bit = 1 << self.classes.len();
        for (index, kinds) in self.model.program.entity_kinds.iter().enumerate() {
            if kinds.binary_search(&kind).is_ok() {
                self.of[index] |= bit;
            }
        }
        self.classes.push(Class { kind, closure });
        Some((self.classes.len() - 1) as u8)
    }

    /// The thing of that name, of this class from now on.
    #[inline]
    pub(crate) fn thing(
        &mut self,
        cell: Cell<'_>,
        class: Option<u8>,
        batch: &mut Batch,
    ) -> Result<EntityId, Box<Flaw>> {
        let first_new = self.next_thing;
        let mut id = match self.things.get(cell) {
            Some(id) => id,
            None => self.new_name(cell, class, batch)?,
        };
        if let Some(class) = class
            && self.of[id as usize] >> class & 1 == 0
        {
            if self.is_word(id) {
                id = self.beside_word(cell, batch)?;
            }
            if self.of[id as usize] >> class & 1 == 0 {
                self.grant(id, class, id >= first_new, batch)?;
            }
        }
        Ok(EntityId(id))
    }

    /// The thing of that name, where the name was seen and the thing is of this class already; by [`Cell::key`].
    #[inline(always)]
    pub(crate) fn known_thing(&self, key: u128, class: Option<u8>) -> Option<u32> {
        let id = self.things.get_short(key)?;
        class.is_none_or(|class| self.of[id as usize] >> class & 1 == 1).then_some(id)
    }

    /// The text, where it was seen before; by [`Cell::key`].
    #[inline]
    pub(crate) fn known_text(&self, key: u128) -> Option<u32> {
        self.texts.get_short(key)
    }

    /// Whether it is a value that some fluent may have, such as a word of `one of`, and nothing else.
    fn is_word(&self, id: u32) -> bool {
        self.model.lexicon.words.contains(&EntityId(id))
    }

    #[cold]
    fn new_name(&mut self, cell: Cell<'_>, class: Option<u8>, batch: &mut Batch) -> Result<u32, Box<Flaw>> {
        let text = text_of(cell)?;
        let mut called = self.model.lexicon.lookup(text);
        called.sort_by_key(|id| self.is_word(id.0));
        let declared = called.into_iter().find(|id| {
            let entity = &self.model.lexicon.entities[id.index()];
            let suits = class.is_none_or(|class| self.of[id.index()] >> class & 1 == 1);
            entity.name == text || (suits && entity.label == text)
        });
        let id = declared.map_or_else(|| self.new_thing(text, batch), |id| Ok(id.0))?;
        self.things.insert(cell, text, id);
        Ok(id)
    }

    /// The thing that is called as a word is: the rules may know one.
    #[cold]
    fn beside_word(&mut self, cell: Cell<'_>, batch: &mut Batch) -> Result<u32, Box<Flaw>> {
        if let Some(id) = self.beside_words.get(cell) {
            return Ok(id);
        }
        let text = text_of(cell)?;
        let lexicon = &self.model.lexicon;
        let mut called = lexicon.lookup(text).into_iter().filter(|id| !self.is_word(id.0));
        let declared = called.find(|id| lexicon.entities[id.index()].name == text);
        let id = declared.map_or_else(|| self.new_thing(text, batch), |id| Ok(id.0))?;
        self.beside_words.insert(cell, text, id);
        Ok(id)
    }

    fn new_thing(&mut self, text: &str, batch: &mut Batch) -> Result<u32, Box<Flaw>> {
        let id = self.next_thing;
        self.next_thing = id
            .checked_add(1)
            .filter(|next| *next < 1 << 31)
            .ok_or_else(|| Flaw::new("too-many-names", "the feeds name more than two thousand million things"))?;
        self.of.push(0);
        batch.things.push(text);
        Ok(id)
    }

    #[cold]
    fn grant(&mut self, id: u32, class: u8, is_new: bool, batch: &mut Batch) -> Result<(), Box<Flaw>> {
        let declared = self.model.lexicon.entities.get(id as usize);
        if let Some(entity) = declared {
            let name = |kind: KindId| self.model.lexicon.kinds[kind.index()].name.as_str();
            let is: Vec<&str> = entity.kinds.iter().map(|kind| name(*kind)).collect();
            let wanted = name(self.classes[usize::from(class)].kind);
            let message = format!("`{}` is a {}, and a {wanted} is wanted here", entity.name, is.join(" and "));
            return Err(Flaw::new("wrong-kind", message)
                .help(format!("write `{wanted} {}` in the rules, or name another", entity.name)));
        }
        self.of[id as usize] |= 1 << class;
        let mask = self.of[id as usize];
        let kinds = self.kinds.entry(mask).or_insert_with(|| {
            let of = self.classes.iter().enumerate().filter(|(at, _)| mask >> at & 1 == 1);
            let all: BTreeSet<KindId> = of.flat_map(|(_, class)| class.closure.iter().copied()).collect();
            all.into_iter().collect()
        });
        let kinds = Arc::clone(kinds);
        batch.grants.push(Grant { row: batch.events.len(), entity: EntityId(id), kinds, is_new });
        Ok(())
    }

    /// A text, kept once.
    pub(crate) fn text(&mut self, cell: Cell<'_>, batch: &mut Batch) -> Result<TextId, Box<Flaw>> {
        if let Some(id) = self.texts.get(cell) {
            return Ok(TextId(id));
        }
        let text = text_of(cell)?;
        let declared = self.model.lexicon.texts.iter().position(|known| known == text);
        let id = declared.map_or(self.next_text, |at| at as u32);
        if declared.is_none() {
            self.next_text += 1;
            batch.texts.push(text);
        }
        self.texts.insert(cell, text, id);
        Ok(TextId(id))
    }
}

/// What is kept from one row to the next, for checkpoints. The texts themselves are with the results.
impl Names<'_> {
    pub(crate) fn save(&self, to: &mut Writer) {
        to.all(self.classes.iter(), |to, class| to.number(class.kind.index() as u64));
        to.all(self.of[self.model.lexicon.entities.len()..].iter(), |to, classes| to.number(*classes));
    }

    /// Takes up what was saved, with the names and texts that the feeds had brought up.
    pub(crate) fn take_up(&mut self, from: &mut Reader<'_>, things: &Strings, texts: &Strings) -> Option<()> {
        let kinds = self.model.lexicon.kinds.len();
        for kind in from.all(|from| from.size().filter(|kind| *kind < kinds))? {
            self.class_of(KindId::from_index(kind))?;
        }
        let of = from.all(Reader::number)?;
        if of.len() != things.len() {
            return None;
        }
        self.of.extend(of);
        let lexicon = &self.model.lexicon;
        let words: BTreeSet<&str> = lexicon.words.iter().map(|id| lexicon.entities[id.index()].name.as_str()).collect();
        self.things.insert_all(things, self.next_thing, |text| !words.contains(text));
        self.beside_words.insert_all(things, self.next_thing, |text| words.contains(text));
        self.texts.insert_all(texts, self.next_text, |_| true);
        self.next_thing += things.len() as u32;
        self.next_text += texts.len() as u32;
        Some(())
    }
}

/// A cell that must be text.
pub(crate) fn text_of<'a>(cell: Cell<'a>) -> Result<&'a str, Box<Flaw>> {
    std::str::from_utf8(cell.bytes()).map_err(|error| {
        let at = error.valid_up_to() + 1;
        Flaw::new("not-utf8", format!("`{}` is not UTF-8 from its byte {at} on", shown(cell.bytes())))
            .help("save the feed as UTF-8")
    })
}
