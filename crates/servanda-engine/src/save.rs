//! The open state as bytes, to go on from later.
//!
//! A saved state is: eight bytes of mark, the version and the digest of the program, the length of what follows, the
//! state itself, and its digest. Numbers have eight bytes, least first. The state is saved as it lies in memory, free
//! places and chains included, so that what goes on from it does everything in the same order.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::io::{self, Read, Write};

use servanda_model::{Number, NumberRange, Value};

use crate::compile::Compiled;
use crate::engine::Engine;
use crate::hash;
use crate::sink::Sink;
use crate::sweep::Sweep;

const MARK: [u8; 8] = *b"servanda";
/// Goes up whenever what is saved changes.
const VERSION: u64 = 4;

/// Why a saved state was not taken up again.
#[derive(Debug)]
pub enum RestoreError {
    /// It could not be read.
    Read(io::Error),
    /// It is not a saved state.
    NotOne,
    /// Another version of the engine saved it.
    Version {
        /// Its version.
        found: u64,
        /// The version of this engine.
        wanted: u64,
    },
    /// It is of a run of another program.
    OtherProgram,
    /// It ends too early.
    Truncated,
    /// It is not what was saved.
    Damaged,
}

impl std::fmt::Display for RestoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RestoreError::Read(error) => write!(f, "the saved state cannot be read: {error}"),
            RestoreError::NotOne => write!(f, "this is not a saved state"),
            RestoreError::Version { found, wanted } => {
                write!(f, "the state was saved in form {found}, and this program reads form {wanted}")
            }
            RestoreError::OtherProgram => write!(f, "the state was saved in a run of other rules"),
            RestoreError::Truncated => write!(f, "the saved state is cut short"),
            RestoreError::Damaged => write!(f, "the saved state is damaged"),
        }
    }
}

impl std::error::Error for RestoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            RestoreError::Read(error) => Some(error),
            _ => None,
        }
    }
}

impl Compiled {
    /// A number that another program is not likely to have.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let mut digest = Digest(hash::begin());
        // Writing into a number does not fail.
        let _ = write!(digest, "{:?}", self.program);
        digest.0
    }
}

struct Digest(u64);

impl std::fmt::Write for Digest {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0 = digest(self.0, text.as_bytes());
        Ok(())
    }
}

fn digest(so_far: u64, bytes: &[u8]) -> u64 {
    let word = |chunk: &[u8]| chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let all = bytes.chunks(8).fold(so_far, |so_far, chunk| hash::mix_bits(so_far, word(chunk)));
    hash::mix_bits(all, bytes.len() as u64)
}

impl<'c, S: Sink> Engine<'c, S> {
    /// Writes down the open state, between any two occurrences. What was handed to the sink is not part of it.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn save(&self, to: &mut impl Write) -> io::Result<()> {
        let mut bytes = Bytes::default();
        self.sweep.save_into(&mut bytes);
        let Bytes(state) = bytes;
        to.write_all(&MARK)?;
        for number in [VERSION, self.sweep.compiled.digest(), state.len() as u64] {
            to.write_all(&number.to_le_bytes())?;
        }
        to.write_all(&state)?;
        to.write_all(&digest(hash::begin(), &state).to_le_bytes())
    }

    /// Goes on from a saved state of the same program. Reads no further than its end.
    ///
    /// # Errors
    /// Where it is not a whole saved state of this program.
    pub fn restore(compiled: &'c Compiled, sink: S, from: &mut impl Read) -> Result<Engine<'c, S>, RestoreError> {
        let mut mark = [0; 8];
        read(from, &mut mark)?;
        if mark != MARK {
            return Err(RestoreError::NotOne);
        }
        let found = read_number(from)?;
        if found != VERSION {
            return Err(RestoreError::Version { found, wanted: VERSION });
        }
        if read_number(from)? != compiled.digest() {
            return Err(RestoreError::OtherProgram);
        }
        let length = read_number(from)?;
        let mut state = Vec::new();
        from.take(length).read_to_end(&mut state).map_err(RestoreError::Read)?;
        if (state.len() as u64) < length {
            return Err(RestoreError::Truncated);
        }
        if read_number(from)? != digest(hash::begin(), &state) {
            return Err(RestoreError::Damaged);
        }
        let mut sweep = Sweep::new(compiled, Silent);
        let mut source = Source(&state);
        sweep.take_up(&mut source).filter(|()| source.0.is_empty()).ok_or(RestoreError::Damaged)?;
        sweep.keep_totals();
        Ok(Engine { sweep: sweep.with_sink(sink) })
    }
}

/// Hears nothing of the beginning, which was told when the saved run began.
struct Silent;

impl Sink for Silent {
    fn interval(&mut self, _: &crate::sink::Closed<'_>) {}
}

fn read(from: &mut impl Read, bytes: &mut [u8]) -> Result<(), RestoreError> {
    from.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => RestoreError::Truncated,
        _ => RestoreError::Read(error),
    })
}

fn read_number(from: &mut impl Read) -> Result<u64, RestoreError> {
    let mut bytes = [0; 8];
    read(from, &mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

/// What is saved, being put together.
#[derive(Default)]
pub(crate) struct Bytes(Vec<u8>);

/// What was saved, being taken apart.
pub(crate) struct Source<'b>(&'b [u8]);

/// Something that can be saved into bytes and had from them.
pub(crate) trait Saved: Sized {
    fn put(&self, to: &mut Bytes);
    fn get(from: &mut Source<'_>) -> Option<Self>;
}

impl Saved for u64 {
    fn put(&self, to: &mut Bytes) {
        to.0.extend_from_slice(&self.to_le_bytes());
    }

    fn get(from: &mut Source<'_>) -> Option<u64> {
        let (first, rest) = from.0.split_first_chunk::<8>()?;
        from.0 = rest;
        Some(u64::from_le_bytes(*first))
    }
}

macro_rules! saved_numbers {
    ($($number:ty),*) => {$(
        impl Saved for $number {
            fn put(&self, to: &mut Bytes) {
                to.0.extend_from_slice(&self.to_le_bytes());
            }

            fn get(from: &mut Source<'_>) -> Option<$number> {
                let (first, rest) = from.0.split_first_chunk()?;
                from.0 = rest;
                Some(<$number>::from_le_bytes(*first))
            }
        }
    )*};
}

saved_numbers!(u8, u32, i64);

impl Saved for usize {
    fn put(&self, to: &mut Bytes) {
        (*self as u64).put(to);
    }

    fn get(from: &mut Source<'_>) -> Option<usize> {
        u64::get(from)?.try_into().ok()
    }
}

impl Saved for bool {
    fn put(&self, to: &mut Bytes) {
        u8::from(*self).put(to);
    }

    fn get(from: &mut Source<'_>) -> Option<bool> {
        Some(u8::get(from)? != 0)
    }
}

impl Saved for Value {
    fn put(&self, to: &mut Bytes) {
        self.bits().put(to);
    }

    fn get(from: &mut Source<'_>) -> Option<Value> {
        u64::get(from).map(Value::from_bits)
    }
}

impl<T: Saved> Saved for Option<T> {
    fn put(&self, to: &mut Bytes) {
        self.is_some().put(to);
        if let Some(it) = self {
            it.put(to);
        }
    }

    fn get(from: &mut Source<'_>) -> Option<Option<T>> {
        Some(if bool::get(from)? { Some(T::get(from)?) } else { None })
    }
}

impl<T: Saved> Saved for Vec<T> {
    fn put(&self, to: &mut Bytes) {
        self.len().put(to);
        self.iter().for_each(|it| it.put(to));
    }

    fn get(from: &mut Source<'_>) -> Option<Vec<T>> {
        let length = usize::get(from)?;
        // Not more room than there can be things: the length may be anything.
        let mut all = Vec::with_capacity(length.min(from.0.len()));
        for _ in 0..length {
            all.push(T::get(from)?);
        }
        Some(all)
    }
}

impl<T: Saved> Saved for Box<[T]> {
    fn put(&self, to: &mut Bytes) {
        self.len().put(to);
        self.iter().for_each(|it| it.put(to));
    }

    fn get(from: &mut Source<'_>) -> Option<Box<[T]>> {
        Vec::get(from).map(Vec::into)
    }
}

impl<T: Saved> Saved for VecDeque<T> {
    fn put(&self, to: &mut Bytes) {
        self.len().put(to);
        self.iter().for_each(|it| it.put(to));
    }

    fn get(from: &mut Source<'_>) -> Option<VecDeque<T>> {
        Vec::get(from).map(Vec::into)
    }
}

impl<K: Saved + Ord, V: Saved> Saved for BTreeMap<K, V> {
    fn put(&self, to: &mut Bytes) {
        self.len().put(to);
        for (key, value) in self {
            key.put(to);
            value.put(to);
        }
    }

    fn get(from: &mut Source<'_>) -> Option<BTreeMap<K, V>> {
        Some(Vec::<(K, V)>::get(from)?.into_iter().collect())
    }
}

impl<A: Saved, B: Saved> Saved for (A, B) {
    fn put(&self, to: &mut Bytes) {
        self.0.put(to);
        self.1.put(to);
    }

    fn get(from: &mut Source<'_>) -> Option<(A, B)> {
        Some((A::get(from)?, B::get(from)?))
    }
}

impl Saved for NumberRange {
    fn put(&self, to: &mut Bytes) {
        let bound = |bound: Option<Number>| bound.map(|number| (number.mantissa, number.scale));
        bound(self.min).put(to);
        bound(self.max).put(to);
        self.approximate.put(to);
    }

    fn get(from: &mut Source<'_>) -> Option<NumberRange> {
        let mut bound = || {
            let bound = <Option<(i64, u8)>>::get(from)?;
            Some(bound.map(|(mantissa, scale)| Number { mantissa, scale }))
        };
        Some(NumberRange { min: bound()?, max: bound()?, approximate: bool::get(from)? })
    }
}

/// Saves a struct field by field.
macro_rules! saved {
    ($name:ty { $($field:ident),* $(,)? }) => {
        impl $crate::save::Saved for $name {
            fn put(&self, to: &mut $crate::save::Bytes) {
                $($crate::save::Saved::put(&self.$field, to);)*
            }

            fn get(from: &mut $crate::save::Source<'_>) -> Option<Self> {
                Some(Self { $($field: $crate::save::Saved::get(from)?),* })
            }
        }
    };
}

pub(crate) use saved;
