//! Messages about the Rhai scripts of a bundle and about running them.

use super::codes;

codes! {
    /// The script cannot be read.
    SYNTAX = Error "script-syntax" {
        zh: "脚本读不懂:{detail}",
        en: "this script cannot be read: {detail_en}",
        help_zh: "{remedy}",
        help_en: "{remedy_en}",
    }
}
