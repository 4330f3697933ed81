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
    /// A full-width sign where the language has an ASCII one.
    FULL_WIDTH = Error "full-width-sign" {
        zh: "用了全角符号「{sign}」",
        en: "full-width sign `{sign}`",
        help_zh: "改成半角「{meant}」,这一行应为:{mended}",
        help_en: "use `{meant}`; the line becomes: {mended}",
    }
    /// A word that the language keeps for itself.
    RESERVED_WORD = Error "reserved-word" {
        zh: "「{word}」是保留字或已停用,不能这样用",
        en: "`{word}` is reserved or switched off",
        help_zh: "换一个名字,例如加上下划线:{word}_",
        help_en: "choose another name, such as `{word}_`",
    }
    /// The library holds something other than functions.
    LIBRARY_STATEMENT = Error "library-statement" {
        zh: "library 里只能写函数(fn …)",
        en: "the library holds functions (`fn …`) only",
        help_zh: "把这一句移到用它的脚本里,或改写成函数",
        help_en: "move the statement into the script that needs it, or make it a function",
    }
}
