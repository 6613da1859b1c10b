//! Which entities are of which kinds, as bits.

use servanda_model::{EntityId, Hole, KindId, Kinded, Program, Value};

use crate::save::saved;

saved!(Kinds { words, bits });

/// One row of bits per entity.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kinds {
    words: usize,
    bits: Vec<u64>,
}

impl Kinds {
    pub(crate) fn new(program: &Program) -> Kinds {
        let most = program.entity_kinds.iter().flatten().map(|kind| kind.index() + 1).max().unwrap_or(0);
        let mut kinds = Kinds { words: most.div_ceil(64).max(1), bits: Vec::new() };
        for (entity, of) in program.entity_kinds.iter().enumerate() {
            kinds.set(EntityId(entity as u32), of);
        }
        kinds
    }

    /// Says of which kinds an entity is, parent kinds included. Returns whether it was of others before.
    pub(crate) fn set(&mut self, entity: EntityId, of: &[KindId]) -> bool {
        let most = of.iter().map(|kind| kind.index() + 1).max().unwrap_or(0).div_ceil(64);
        if most > self.words {
            self.widen(most);
        }
        let start = entity.index() * self.words;
        if self.bits.len() < start + self.words {
            self.bits.resize(start + self.words, 0);
        }
        let row = &mut self.bits[start..start + self.words];
        let was_of_some = row.iter().any(|word| *word != 0);
        let mut is_other = false;
        for (at, word) in row.iter_mut().enumerate() {
            let kinds = of.iter().filter(|kind| kind.index() / 64 == at);
            let now = kinds.fold(0, |bits, kind| bits | 1 << (kind.index() % 64));
            is_other |= std::mem::replace(word, now) != now;
        }
        was_of_some && is_other
    }

    fn widen(&mut self, words: usize) {
        let mut bits = Vec::with_capacity(self.bits.len() / self.words * words);
        for row in self.bits.chunks(self.words) {
            bits.extend_from_slice(row);
            bits.resize(bits.len() + words - self.words, 0);
        }
        self.words = words;
        self.bits = bits;
    }

    #[inline]
    pub(crate) fn is_of_kind(&self, entity: EntityId, kind: KindId) -> bool {
        let word = kind.index() / 64;
        word < self.words
            && self
                .bits
                .get(entity.index() * self.words + word)
                .is_some_and(|bits| bits >> (kind.index() % 64) & 1 == 1)
    }

    /// Whether a hole takes the value.
    #[inline]
    pub(crate) fn fits(&self, hole: Hole, value: Value) -> bool {
        let is_number = || matches!(value.kinded(), Kinded::Number(_) | Kinded::Range(_));
        // Asked for most often, and before all others.
        if hole == Hole::Number {
            return is_number();
        }
        match hole {
            Hole::Any => true,
            Hole::Number => is_number(),
            Hole::Kind(kind) => value.as_entity().is_some_and(|entity| self.is_of_kind(entity, kind)),
            Hole::Thing => matches!(value.kinded(), Kinded::Entity(_)),
            Hole::Day => matches!(value.kinded(), Kinded::Tick(_)),
            Hole::Duration => matches!(value.kinded(), Kinded::Duration(_)),
            Hole::Text => matches!(value.kinded(), Kinded::Text(_)),
        }
    }
}
