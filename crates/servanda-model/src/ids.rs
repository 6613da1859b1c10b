//! Typed ids. Each is an index into the table of the same name.

macro_rules! define_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
        pub struct $name(pub u32);

        impl $name {
            /// The place in its table.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// The id of the `index`-th entry.
            ///
            /// # Panics
            /// Beyond 2³² entries.
            #[must_use]
            pub fn from_index(index: usize) -> Self {
                Self(u32::try_from(index).expect("fewer than 2^32 entries"))
            }
        }
    };
}

define_id!(/// A sort of thing: polity, place, norm.
    KindId);
define_id!(/// A thing with a name: a polity, a place, an instrument, an article, a norm, a status word.
    EntityId);
define_id!(/// A declared action phrase.
    ActionId);
define_id!(/// A declared fluent phrase.
    FluentId);
define_id!(/// A rule: something happens, so something changes.
    RuleId);
define_id!(/// A definition: something holds while other things hold.
    DefinitionId);
define_id!(/// A norm, in one of its readings.
    NormId);
define_id!(/// A dated event (or fact, or claim) of the dossier.
    EventId);
define_id!(/// A cited source.
    SourceId);
define_id!(/// A place in the dossier's text that something comes from.
    OriginId);
define_id!(/// A text kept once.
    TextId);
define_id!(/// A number that is not one exact number: a range, or unknown.
    RangeId);
define_id!(/// A variable of one rule or definition, numbered from 0 within it.
    VarId);
