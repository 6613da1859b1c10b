//! Rows of a result as they are put together.
//!
//! What stands in a row is mostly short: a few digits, a name. Each such part is put down as a whole word, of which the
//! next part covers what is too much, in a room that is large enough and never grows; only the whole row is then copied to
//! where it goes. A row that the room is too small for is written once more, to where it goes at once.

/// Takes text at its end.
pub(crate) trait Text {
    fn bytes(&mut self, bytes: &[u8]);

    /// The first bytes of a word, least byte first.
    fn word(&mut self, word: u64, length: usize);

    /// The first of these bytes.
    fn short(&mut self, bytes: &[u8; SHORT], length: usize);

    fn byte(&mut self, byte: u8);
}

pub(crate) const SHORT: usize = 16;

impl Text for Vec<u8> {
    #[inline]
    fn bytes(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    #[inline]
    fn word(&mut self, word: u64, length: usize) {
        let end = self.len() + length;
        self.extend_from_slice(&word.to_le_bytes());
        self.truncate(end);
    }

    #[inline]
    fn short(&mut self, bytes: &[u8; SHORT], length: usize) {
        let end = self.len() + length;
        self.extend_from_slice(bytes);
        self.truncate(end);
    }

    #[inline]
    fn byte(&mut self, byte: u8) {
        self.push(byte);
    }
}

/// So many bytes fit into a line; a power of two.
const ROOM: usize = 128;

/// Most lines are no longer.
const MOSTLY: usize = 64;

/// A row in the making.
pub(crate) struct Line {
    room: [u8; ROOM + SHORT],
    /// How long it is; where that is more than there is room for, what it says is of no use.
    length: usize,
}

impl Line {
    #[inline]
    pub(crate) fn new() -> Line {
        Line { room: [0; ROOM + SHORT], length: 0 }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// Puts what it says at the end of a text; says whether there was room for it.
    #[inline]
    pub(crate) fn append_to(&self, out: &mut Vec<u8>) -> bool {
        let end = out.len() + self.length;
        // So many at once take less time than as many as there are.
        if let (true, Some(most)) = (self.length <= MOSTLY, self.room.first_chunk::<MOSTLY>()) {
            out.extend_from_slice(most);
        } else if self.length < ROOM {
            out.extend_from_slice(&self.room);
        } else {
            return false;
        }
        out.truncate(end);
        true
    }

    /// The last part, which began there, if it is short; and how long it is.
    #[inline]
    pub(crate) fn part(&self, from: usize) -> Option<([u8; SHORT], usize)> {
        let length = self.length - from;
        let part = self.room.get(from..)?.first_chunk()?;
        (length <= SHORT && self.length < ROOM).then_some((*part, length))
    }

    /// A part of it; nothing where there was no room.
    #[inline]
    pub(crate) fn between(&self, from: usize, to: usize) -> &[u8] {
        self.room.get(from..to).unwrap_or_default()
    }

    /// Says something else at its beginning.
    #[inline]
    pub(crate) fn begin_with(&mut self, word: u64) {
        self.room[..8].copy_from_slice(&word.to_le_bytes());
    }

    /// Its end, always in the room.
    #[inline]
    fn end(&self) -> usize {
        self.length % ROOM
    }
}

impl Text for Line {
    #[inline]
    fn bytes(&mut self, bytes: &[u8]) {
        let end = self.end();
        if let Some(place) = self.room.get_mut(end..end + bytes.len()) {
            place.copy_from_slice(bytes);
        }
        self.length += bytes.len();
    }

    #[inline]
    fn word(&mut self, word: u64, length: usize) {
        let end = self.end();
        self.room[end..end + 8].copy_from_slice(&word.to_le_bytes());
        self.length += length;
    }

    #[inline]
    fn short(&mut self, bytes: &[u8; SHORT], length: usize) {
        let end = self.end();
        self.room[end..end + SHORT].copy_from_slice(bytes);
        self.length += length;
    }

    #[inline]
    fn byte(&mut self, byte: u8) {
        let end = self.end();
        self.room[end] = byte;
        self.length += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(to: &mut impl Text, parts: usize) {
        for at in 0..parts {
            to.byte(b'a' + (at % 26) as u8);
            to.word(u64::from_le_bytes(*b"12345678"), at % 9);
            to.short(b"0123456789abcdef", at % 17);
            to.bytes(&b"xyz"[..at % 4]);
        }
    }

    #[test]
    fn a_line_says_what_a_text_says_or_that_it_is_too_long() {
        let mut has_been = [false; 2];
        for parts in 0..40 {
            let (mut text, mut line) = (Vec::new(), Line::new());
            put(&mut text, parts);
            put(&mut line, parts);
            assert_eq!(line.len(), text.len());
            let mut all = b"before".to_vec();
            let has_room = line.append_to(&mut all);
            assert_eq!(has_room, text.len() < ROOM);
            let wanted = if has_room { [b"before", text.as_slice()].concat() } else { b"before".to_vec() };
            assert_eq!(all, wanted);
            has_been[usize::from(!has_room)] = true;
        }
        assert_eq!(has_been, [true; 2]);
    }
}
