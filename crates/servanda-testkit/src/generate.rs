//! Random programs: small domains, so that everything collides with everything.

mod conditions;
mod rules;
mod vocabulary;

use servanda_model::{Occurrence, Program};

/// A program, a narrative and how far to follow it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The rules.
    pub program: Program,
    /// What happens.
    pub narrative: Vec<Occurrence>,
    /// The last tick.
    pub horizon: i64,
}

/// The program and narrative of a seed.
#[must_use]
pub fn case(seed: u64) -> Case {
    let mut dice = Dice::new(seed);
    let mut maker = vocabulary::Maker::new(&mut dice);
    maker.declare(&mut dice);
    maker.define(&mut dice);
    maker.write_rules(&mut dice);
    maker.initial_facts(&mut dice);
    let (narrative, horizon) = maker.narrate(&mut dice);
    Case { program: maker.program, narrative, horizon }
}

/// A small generator of random numbers (SplitMix64), so that a seed means the same everywhere.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Seeded.
    #[must_use]
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5EED)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number less than `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        usize::try_from(self.next() % sides.max(1) as u64).expect("less than a usize")
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.roll(usize::try_from(high - low + 1).expect("low <= high"))).expect("small")
    }

    /// True so many times in a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.roll(among.len())]
    }

    /// One of these, if there are any.
    pub fn pick_any<T: Copy>(&mut self, among: &[T]) -> Option<T> {
        if among.is_empty() { None } else { Some(self.pick(among)) }
    }

    /// In another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for place in (1..items.len()).rev() {
            items.swap(place, self.roll(place + 1));
        }
    }
}
