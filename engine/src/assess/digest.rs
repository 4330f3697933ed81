//! Hashing: what receipts and the roots of runs are written with.

use sha2::{Digest, Sha256};

use crate::dictionary::Value;

/// A receipt, or a hash over several.
pub type Hash = [u8; 32];

/// Writes lengths before contents, so that no two inputs read alike.
#[derive(Default)]
pub(super) struct Writer(Sha256);

impl Writer {
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(super) fn value(&mut self, value: &Value) {
        self.bytes(&[match value {
            Value::Boolean(_) => 0,
            Value::Number(_) => 1,
            Value::Date(_) => 2,
            Value::Time(_) => 3,
            Value::Text(_) => 4,
            Value::List(_) => 5,
            Value::Map(_) => 6,
        }]);
        match value {
            Value::Number(number) => self.text(&number.to_exact()),
            other => self.text(&other.to_string()),
        }
    }

    pub(super) fn finish(self) -> Hash {
        self.0.finalize().into()
    }
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |half: u8| DIGITS.get(usize::from(half)).copied().unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
