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
    /// A script longer than scripts may be.
    TOO_LONG = Error "script-too-long" {
        zh: "这段脚本有 {length} 字节,最多 {most} 字节",
        en: "this script has {length} bytes, and at most {most} are read",
        help_zh: "把对照表移到 parameters,把重复的写法移到 library",
        help_en: "move tables to `parameters`, and what is repeated to `library`",
    }
    /// A script nested deeper than scripts may be.
    TOO_DEEP = Error "script-too-deep" {
        zh: "这段脚本嵌套太深",
        en: "this script is nested too deep",
        help_zh: "拆成几个函数,或用 switch 代替一长串 else if",
        help_en: "split it into functions, or use `switch` in place of a long chain of `else if`",
    }
    /// A closure that uses variables of its surroundings, anywhere but where it is used at once.
    CLOSURE_KEPT = Error "closure-kept" {
        zh: "用到外面变量的闭包(|x| …)只能直接写在 count、sum、filter 这类函数的括号里",
        en: "a closure (`|x| …`) that uses variables from outside it can only stand within the brackets of `count`, `sum`, `filter` and the like",
        help_zh: "把闭包移到用它的地方;要多处使用,就写成 library 里的函数",
        help_en: "move the closure to where it is used; to use it in several places, make it a function of the `library`",
    }
    /// A template with too much fixed text.
    TEMPLATE_TOO_LONG = Error "template-too-long" {
        zh: "这个 ` ` 里的固定文字有 {length} 字节,最多 {most} 字节",
        en: "the fixed text of this template has {length} bytes, and at most {most} are taken",
        help_zh: "缩短说明文字",
        help_en: "shorten the text",
    }
    /// A comment without an end.
    OPEN_COMMENT = Error "open-comment" {
        zh: "注释 /* 没有结束,后面的内容都不会执行",
        en: "a comment begun with `/*` never ends: nothing after it would run",
        help_zh: "在注释末尾补上 */",
        help_en: "end it with `*/`",
    }
    /// A function of the library that takes the name of a built-in one.
    LIBRARY_NAME = Error "library-name" {
        zh: "函数名「{name}」是内置函数的名字",
        en: "`{name}` is the name of a built-in function",
        help_zh: "换一个名字,例如 {name}_of",
        help_en: "choose another name, such as `{name}_of`",
    }
    /// The library holds something other than functions.
    LIBRARY_STATEMENT = Error "library-statement" {
        zh: "library 里只能写函数(fn …)",
        en: "the library holds functions (`fn …`) only",
        help_zh: "把这一句移到用它的脚本里,或改写成函数",
        help_en: "move the statement into the script that needs it, or make it a function",
    }
}
