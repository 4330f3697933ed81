//! Messages about uploaded data: cells, rows, files of units and records.

use super::codes;

codes! {
    /// A value does not have the type of its field.
    WRONG_TYPE = Error "wrong-type" {
        zh: "「{field}」应填{expected},现为「{value}」",
        en: "`{field}` takes {expected_en}, found `{value}`",
        help_zh: "{remedy}",
        help_en: "{remedy_en}",
    }
}
