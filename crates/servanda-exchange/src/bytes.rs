//! Numbers and texts as bytes, for checkpoints. Numbers have eight bytes, least first; texts come after their length.

/// Puts things together.
#[derive(Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

/// Takes them apart again, in the same order; `None` where that is not what was written.
pub(crate) struct Reader<'b>(pub(crate) &'b [u8]);

impl Writer {
    pub(crate) fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    pub(crate) fn tick(&mut self, tick: i64) {
        self.0.extend_from_slice(&tick.to_le_bytes());
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.part(text.as_bytes());
    }

    pub(crate) fn part(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn all<T>(&mut self, all: impl ExactSizeIterator<Item = T>, mut each: impl FnMut(&mut Writer, T)) {
        self.number(all.len() as u64);
        all.for_each(|it| each(self, it));
    }
}

impl<'b> Reader<'b> {
    pub(crate) fn number(&mut self) -> Option<u64> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*first))
    }

    pub(crate) fn size(&mut self) -> Option<usize> {
        self.number()?.try_into().ok()
    }

    pub(crate) fn tick(&mut self) -> Option<i64> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(i64::from_le_bytes(*first))
    }

    pub(crate) fn text(&mut self) -> Option<String> {
        String::from_utf8(self.part()?.to_vec()).ok()
    }

    pub(crate) fn part(&mut self) -> Option<&'b [u8]> {
        let length = self.size()?;
        let (part, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(part)
    }

    pub(crate) fn all<T>(&mut self, mut each: impl FnMut(&mut Reader<'b>) -> Option<T>) -> Option<Vec<T>> {
        let length = self.size()?;
        // The length may be anything: room is made as things come.
        let mut all = Vec::new();
        for _ in 0..length {
            all.push(each(self)?);
        }
        Some(all)
    }
}

/// A number that other bytes are not likely to have; of parts one after another as of all at once (FNV-1a).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Digest(pub(crate) u64);

impl Digest {
    pub(crate) const NOTHING: Digest = Digest(0xcbf2_9ce4_8422_2325);

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        let mixed = |so_far: u64, byte: &u8| (so_far ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        self.0 = bytes.iter().fold(self.0, mixed);
    }
}

impl std::fmt::Write for Digest {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.add(text.as_bytes());
        Ok(())
    }
}
