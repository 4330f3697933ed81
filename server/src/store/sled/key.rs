//! Keys: texts and numbers in a row, so written that the order of the bytes is the order of the parts.
//!
//! Enters: the parts of a key. Leaves: bytes, or from bytes the parts again. A text ends with two zero bytes, and a zero byte
//! within it is followed by 255, so no text is the beginning of another one. Numbers are big-endian. Next: [`super::shelf`].

use crate::store::words::{BatchId, ItemId, hex};

/// One part of a key, in the description of a shelf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A text.
    Text,
    /// Four bytes.
    Small,
    /// Eight bytes.
    Large,
    /// Eight bytes: the batch with which the entry came and went.
    Batch,
}

/// A key under construction.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(Vec<u8>);

impl Key {
    pub(super) fn new() -> Key {
        Key::default()
    }

    #[must_use]
    pub(super) fn text(mut self, text: &str) -> Key {
        for byte in text.bytes() {
            self.0.push(byte);
            if byte == 0 {
                self.0.push(0xFF);
            }
        }
        self.0.extend([0, 0]);
        self
    }

    #[must_use]
    pub(super) fn small(mut self, number: u32) -> Key {
        self.0.extend(number.to_be_bytes());
        self
    }

    #[must_use]
    pub(super) fn large(mut self, number: u64) -> Key {
        self.0.extend(number.to_be_bytes());
        self
    }

    #[must_use]
    pub(super) fn batch(self, id: BatchId) -> Key {
        self.large(id.0)
    }

    #[must_use]
    pub(super) fn item(self, id: ItemId) -> Key {
        self.batch(id.batch).small(id.number)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Lies behind every key that begins with this one, and before all others that lie behind it.
    pub(super) fn end(&self) -> Vec<u8> {
        let mut end = self.0.clone();
        while let Some(last) = end.pop() {
            if last < u8::MAX {
                end.push(last + 1);
                break;
            }
        }
        end
    }
}

/// Reads the parts of a key one after the other; `None` when the bytes are not such a key.
pub(super) struct Parts<'a>(pub(super) &'a [u8]);

impl Parts<'_> {
    pub(super) fn text(&mut self) -> Option<String> {
        let mut text = Vec::new();
        loop {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            if *byte == 0 {
                let (mark, rest) = self.0.split_first()?;
                self.0 = rest;
                match mark {
                    0 => return String::from_utf8(text).ok(),
                    0xFF => {}
                    _ => return None,
                }
            }
            text.push(*byte);
        }
    }

    pub(super) fn small(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*number))
    }

    pub(super) fn large(&mut self) -> Option<u64> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_be_bytes(*number))
    }

    pub(super) fn batch(&mut self) -> Option<BatchId> {
        self.large().map(BatchId)
    }

    pub(super) fn item(&mut self) -> Option<ItemId> {
        Some(ItemId { batch: self.batch()?, number: self.small()? })
    }
}

/// The batch of a key of this shape; `None` when the bytes have another shape or it names no batch.
pub(super) fn batch_of(shape: &[Part], key: &[u8]) -> Option<BatchId> {
    let mut parts = Parts(key);
    let mut batch = None;
    for part in shape {
        match part {
            Part::Text => drop(parts.text()?),
            Part::Small => drop(parts.small()?),
            Part::Large => drop(parts.large()?),
            Part::Batch => batch = Some(parts.batch()?),
        }
    }
    batch
}

/// A key for people, such as `330381001001/fire/12/1`; of a key of another shape its bytes.
pub(super) fn describe(shape: &[Part], key: &[u8]) -> String {
    let mut parts = Parts(key);
    let mut words = Vec::new();
    for part in shape {
        let word = match part {
            Part::Text => parts.text(),
            Part::Small => parts.small().map(|number| number.to_string()),
            Part::Large | Part::Batch => parts.large().map(|number| number.to_string()),
        };
        match word {
            Some(word) => words.push(word),
            None => return format!("0x{}", hex(key)),
        }
    }
    if parts.0.is_empty() { words.join("/") } else { format!("0x{}", hex(key)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_with_zero_bytes_is_read_back_and_keeps_its_place_in_the_order() {
        let texts = ["", "\0", "\0\0", "\0a", "a", "a\0", "a\0b", "ab", "b"];
        let keys: Vec<Key> = texts.iter().map(|text| Key::new().text(text).small(7)).collect();
        assert!(keys.is_sorted());
        for (text, key) in texts.iter().zip(&keys) {
            let mut parts = Parts(key.bytes());
            assert_eq!(parts.text().as_deref(), Some(*text));
            assert_eq!(parts.small(), Some(7));
        }
    }

    proptest! {
        #[test]
        fn the_order_of_keys_is_the_order_of_their_parts(a: (String, u32), b: (String, u32)) {
            let key = |(text, number): &(String, u32)| Key::new().text(text).small(*number);
            prop_assert_eq!(key(&a).cmp(&key(&b)), a.cmp(&b));
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
            let shape = [Part::Text, Part::Batch, Part::Small];
            let _ = (describe(&shape, &bytes), batch_of(&shape, &bytes));
        }
    }
}
