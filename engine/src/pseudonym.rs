//! Keyed pseudonyms of personal texts, and what stands in a record once the text is gone.
//!
//! Enters: a personal text and the key of the operator. Leaves: the pseudonym by which rules and receipts tell it from others; a
//! plain hash of a phone number could be guessed. A text whose time is over is replaced by its own pseudonym in brackets
//! ([`blank`]), so that scores and receipts stay what they were. Next: [`crate::coverage`].

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::dictionary::Value;

/// Hexadecimal digits of a pseudonym.
const DIGITS: usize = 32;
/// What stands around the pseudonym of a text that is gone.
const BEFORE: &str = "〔已清除 ";
const AFTER: &str = "〕";

/// The pseudonym of a personal text, or of a value written as one. Of what is gone it is the one that was kept.
pub fn of(key: &[u8], text: &str) -> Arc<str> {
    if let Some(kept) = kept(text) {
        return Arc::from(kept);
    }
    let mut hash = Sha256::new();
    hash.update(key);
    hash.update([0]);
    hash.update(text.as_bytes());
    let halves = hash.finalize().into_iter().flat_map(|byte| [byte >> 4, byte & 15]).take(DIGITS);
    let digits: String = halves.filter_map(|half| char::from_digit(u32::from(half), 16)).collect();
    Arc::from(digits)
}

/// What stands in the place of a personal value once it is gone: of a list, item by item, as rules see it.
pub fn blank(key: &[u8], value: &Value) -> Value {
    let gone = |value: &Value| Value::Text(Arc::from(format!("{BEFORE}{}{AFTER}", of(key, &value.to_string()))));
    match value {
        Value::List(items) => Value::List(items.iter().map(|item| blank(key, item)).collect()),
        Value::Map(_) => Value::Map(Arc::new(BTreeMap::from([(Arc::from(""), gone(value))]))),
        Value::Text(_) => gone(value),
        // What is no text holds no personal text.
        other => other.clone(),
    }
}

/// Whether a text is what is left of a personal one.
pub fn is_blanked(text: &str) -> bool {
    kept(text).is_some()
}

/// The pseudonym in what is left of a text, or of a map.
fn kept(text: &str) -> Option<&str> {
    let text = text.strip_prefix("{\"\":\"").and_then(|rest| rest.strip_suffix("\"}")).unwrap_or(text);
    let digits = text.strip_prefix(BEFORE)?.strip_suffix(AFTER)?;
    let is_pseudonym = digits.len() == DIGITS && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    is_pseudonym.then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blanked_value_keeps_its_pseudonym_and_nothing_else() {
        let map = Value::Map(Arc::new(BTreeMap::from([(Arc::from("父"), Value::text("张三"))])));
        for value in [Value::text("张三"), Value::text(""), map] {
            let blanked = blank(b"key", &value);
            let told = |key: &[u8], value: &Value| of(key, &value.to_string());
            assert_eq!(told(b"key", &blanked), told(b"key", &value));
            assert_eq!(told(b"another key", &blanked), told(b"key", &value), "the key is not needed any more");
            assert_eq!(blank(b"key", &blanked), blanked, "blanking twice changes nothing");
            assert!(!blanked.to_string().contains("张三"));
        }
    }

    #[test]
    fn of_a_list_every_item_keeps_its_own() {
        let list = Value::List(Arc::from([Value::text("张三"), Value::text("李四")]));
        let Value::List(items) = blank(b"key", &list) else { unreachable!() };
        assert_eq!(of(b"key", &items[1].to_string()), of(b"key", "李四"));
        assert_ne!(items[0], items[1]);
    }

    #[test]
    fn only_a_whole_pseudonym_in_its_brackets_is_taken_for_one() {
        assert!(is_blanked("〔已清除 0123456789abcdef0123456789abcdef〕"));
        for text in [
            "",
            "张三",
            "〔已清除 〕",
            "〔已清除 0123456789ABCDEF0123456789abcdef〕",
            "0123456789abcdef0123456789abcdef",
        ] {
            assert!(!is_blanked(text), "{text}");
        }
    }
}
