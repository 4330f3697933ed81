//! Whole numbers and texts as bytes: seven bits a byte for numbers, the length before a text.
//!
//! Enters: what [`super::packed`] writes. Leaves: the same, or [`Broken`] where the bytes are none of ours; never a panic, and
//! never more memory than the bytes can account for.

/// The bytes are not packed facts, or not those of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "已压缩的台账读不出来,请用 `liuwu verify --store --rebuild` 重建 / packed facts cannot be read; rebuild them with `liuwu verify --store --rebuild`"
)]
pub struct Broken;

/// Bytes being written.
#[derive(Debug, Default)]
pub(super) struct Ink(Vec<u8>);

impl Ink {
    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push((number as u8) | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// A number of either sign: small ones stay short.
    pub(super) fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)) as u64);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.block(text.as_bytes());
    }

    pub(super) fn block(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Bytes being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes<'b>(pub(super) &'b [u8]);

impl<'b> Bytes<'b> {
    pub(super) fn byte(&mut self) -> Result<u8, Broken> {
        let (byte, rest) = self.0.split_first().ok_or(Broken)?;
        self.0 = rest;
        Ok(*byte)
    }

    pub(super) fn number(&mut self) -> Result<u64, Broken> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7F);
            if (part << shift) >> shift != part {
                return Err(Broken);
            }
            number |= part << shift;
            if byte < 0x80 {
                // One number has one form: no empty byte at its end.
                return if byte == 0 && shift > 0 { Err(Broken) } else { Ok(number) };
            }
        }
        Err(Broken)
    }

    pub(super) fn small(&mut self) -> Result<u32, Broken> {
        u32::try_from(self.number()?).map_err(|_| Broken)
    }

    pub(super) fn signed(&mut self) -> Result<i64, Broken> {
        let number = self.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// How many things follow, each of at least one byte.
    pub(super) fn count(&mut self) -> Result<usize, Broken> {
        let count = usize::try_from(self.number()?).map_err(|_| Broken)?;
        if count <= self.0.len() { Ok(count) } else { Err(Broken) }
    }

    pub(super) fn block(&mut self) -> Result<&'b [u8], Broken> {
        let length = self.count()?;
        let (block, rest) = self.0.split_at_checked(length).ok_or(Broken)?;
        self.0 = rest;
        Ok(block)
    }

    pub(super) fn text(&mut self) -> Result<&'b str, Broken> {
        std::str::from_utf8(self.block()?).map_err(|_| Broken)
    }

    /// So many things, each read alike.
    pub(super) fn times<T>(
        &mut self,
        count: usize,
        mut read: impl FnMut(&mut Bytes<'b>) -> Result<T, Broken>,
    ) -> Result<Vec<T>, Broken> {
        let mut all = Vec::with_capacity(count);
        for _ in 0..count {
            all.push(read(self)?);
        }
        Ok(all)
    }

    /// Nothing may follow.
    pub(super) fn end(&self) -> Result<(), Broken> {
        if self.0.is_empty() { Ok(()) } else { Err(Broken) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_and_texts_are_read_back(numbers: Vec<(u64, i64)>, text: String) {
            let mut ink = Ink::default();
            for (number, signed) in &numbers {
                ink.number(*number);
                ink.signed(*signed);
            }
            ink.text(&text);
            let written = ink.into_bytes();
            let mut bytes = Bytes(&written);
            for (number, signed) in &numbers {
                prop_assert_eq!(bytes.number(), Ok(*number));
                prop_assert_eq!(bytes.signed(), Ok(*signed));
            }
            prop_assert_eq!(bytes.text(), Ok(text.as_str()));
            prop_assert_eq!(bytes.end(), Ok(()));
        }

        #[test]
        fn a_number_has_one_form(bytes: Vec<u8>) {
            if let Ok(number) = Bytes(&bytes).number() {
                let mut ink = Ink::default();
                ink.number(number);
                let written = ink.into_bytes();
                prop_assert_eq!(bytes.get(..written.len()), Some(written.as_slice()));
            }
        }
    }
}
