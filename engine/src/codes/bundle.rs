//! Messages about the YAML of a rule bundle: its form, its keys, its references.

use super::codes;

codes! {
    /// A key that the place does not have.
    UNKNOWN_KEY = Error "unknown-key" {
        zh: "这里没有「{key}」这个键",
        en: "there is no key `{key}` here",
        help_zh: "{remedy}",
        help_en: "{remedy_en}",
    }
}
