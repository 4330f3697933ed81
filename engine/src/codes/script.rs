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
        zh: "「{word}」是语言自己的词,脚本里不能用",
        en: "`{word}` is a word of the language that scripts cannot use",
        help_zh: "{remedy}",
        help_en: "{remedy_en}",
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
        zh: "用到外面变量的闭包(|x| …)只能用在 count、sum、filter 这类函数的括号里",
        en: "a closure (`|x| …`) that uses variables from outside it, or its name, can only stand within the brackets of `count`, `sum`, `filter` and the like",
        help_zh: "把闭包移到用它的地方,或先写 let 名字 = |x| …,再把名字写进括号",
        help_en: "move the closure to where it is used, or write `let name = |x| …` and put the name within the brackets",
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
    /// A function in a script.
    FUNCTION_OUTSIDE_LIBRARY = Error "function-outside-library" {
        zh: "函数「{name}」写在了脚本里",
        en: "the function `{name}` stands in a script",
        help_zh: "把 fn {name}(…) 整段移到 library 里,脚本里只调用它",
        help_en: "move `fn {name}(…)` with its body to `library` and only call it here",
    }

    // Names and what they have.

    /// A property that something does not have.
    UNKNOWN_PROPERTY = Error "unknown-property" {
        zh: "{of}没有「{name}」这一项",
        en: "{of_en} has no `{name}`",
        help_zh: "{remedy}",
        help_en: "{remedy_en}",
    }
    /// The wrong number of arguments.
    ARGUMENT_COUNT = Error "argument-count" {
        zh: "「{name}」要 {wanted}参数,这里给了 {given} 个",
        en: "`{name}` takes {wanted_en}, {given} given",
        help_zh: "用法:{usage}",
        help_en: "usage: `{usage}`",
    }
    /// An argument of another type.
    WRONG_ARGUMENT = Error "wrong-argument" {
        zh: "「{name}」的第 {place} 个参数应为{wanted},这里是{found}",
        en: "argument {place} of `{name}` is {wanted_en}, found {found_en}",
        help_zh: "用法:{example}",
        help_en: "usage: `{example}`",
    }
    /// A function of something else.
    NOT_FOR_THIS = Error "not-for-this" {
        zh: "{found}不能用「{name}」,它用于{wanted}",
        en: "`{name}` does not apply to {found_en}; it is for {wanted_en}",
        help_zh: "用法:{example}",
        help_en: "usage: `{example}`",
    }
    /// A closure with another number of arguments.
    CLOSURE_ARGUMENTS = Error "closure-arguments" {
        zh: "「{name}」每次只给一个值,竖线之间却写了 {count} 个名字",
        en: "`{name}` hands over one value at a time, but there are {count} names between the bars",
        help_zh: "竖线之间写一个名字,如 |r| r.deaths",
        help_en: "write one name between the bars, as in `|r| r.deaths`",
    }
    /// A closure that answers with another type.
    CLOSURE_ANSWER = Error "closure-answer" {
        zh: "「{name}」里的式子应得到{wanted},这里得到的是{found}",
        en: "the closure of `{name}` must give {wanted_en}, this one gives {found_en}",
        help_zh: "检查竖线后面的式子。用法:{example}",
        help_en: "look at what stands behind the bars. Usage: `{example}`",
    }
    /// A text that is no day.
    NOT_A_DAY = Error "not-a-day" {
        zh: "「{value}」不是日历上的一天",
        en: "`{value}` is not a day of the calendar",
        help_zh: "写成年-月-日,如 date(\"2020-02-29\")",
        help_en: "write year, month and day, as in `date(\"2020-02-29\")`",
    }
    /// A kind of records of another level.
    NO_RECORDS_HERE = Error "no-records-here" {
        zh: "台账「{kind}」按 {carrier} 报,在 {level} 这里读总是空的",
        en: "`{kind}` is handed in for each {carrier}; read of a {level} it is always empty",
        help_zh: "{remedy}",
        help_en: "{remedy_en}",
    }
    /// An attribute of another level.
    NO_ATTRIBUTE_HERE = Error "no-attribute-here" {
        zh: "「{name}」是 {carrier} 的属性,{level} 没有",
        en: "`{name}` is an attribute of the {carrier}; a {level} has none",
        help_zh: "检查这一级的属性,或在 attributes 里用 of: 写明属于哪一级",
        help_en: "read an attribute of this level, or say with `of:` in `attributes` to which level it belongs",
    }
    /// A result of a level that is not scored.
    NOT_SCORED = Error "not-scored" {
        zh: "{level} 自己不评分,没有「{name}」",
        en: "a {level} is not scored and has no `{name}`",
        help_zh: "看本考核对象写 unit.{name};看同一 {level} 的各对象,加 compare: {level},写 group",
        help_en: "for the unit at hand write `unit.{name}`; for all units of the {level} add `compare: {level}` and use `group`",
    }
    /// A table looked up by a choice none of whose keys it has.
    NO_ENTRY_FITS = Error "no-entry-fits" {
        zh: "对照表「{table}」的键与选项「{choice}」一个也对不上",
        en: "none of the keys of the table `{table}` is a key of the choice `{choice_en}`",
        help_zh: "两边要用同样的键。表里是:{keys};选项是:{choices}",
        help_en: "both must use the same keys. The table has: {keys}; the choice: {choices}",
    }
    /// A name of this edition that earlier results may not know.
    NOT_IN_THIS_EDITION = Warning "not-in-this-edition" {
        zh: "本办法没有名为「{name}」的{what},上期结果里多半也没有",
        en: "this edition has no {what_en} `{name}`, so earlier results hardly have it",
        help_zh: "{remedy}如果上一版办法确有,可以不改",
        help_en: "{remedy_en} If the earlier edition had it, leave it",
    }

    // Order.

    /// Something read before it is there.
    STANDS_BELOW = Error "stands-below" {
        zh: "{reader}读「{name}」,但它这时还没有结果",
        en: "{reader_en} reads `{name}`, which has no result yet",
        help_zh: "{remedy}",
        help_en: "{remedy_en}",
    }
    /// Something that has no meaning where it stands.
    NOT_HERE = Error "not-here" {
        zh: "{reader}里不能用「{name}」",
        en: "`{name}` cannot be used in {reader_en}",
        help_zh: "{remedy}",
        help_en: "{remedy_en}",
    }

    // Values that do not go together.

    /// A comparison of unlike types.
    UNLIKE_TYPES = Error "unlike-types" {
        zh: "{left}和{right}不能用 {sign} 比较",
        en: "{left_en} and {right_en} cannot be compared by `{sign}`",
        help_zh: "{remedy}",
        help_en: "{remedy_en}",
    }
    /// A calculation with other things than numbers.
    NO_ARITHMETIC = Error "no-arithmetic" {
        zh: "{operands}不能用 {sign} 计算",
        en: "`{sign}` cannot be calculated with {operands_en}",
        help_zh: "{remedy}",
        help_en: "{remedy_en}",
    }
    /// A text that is none of a choice.
    NOT_A_CHOICE = Error "not-a-choice" {
        zh: "「{what}」没有「{value}」这个选项,这样比永远不相等",
        en: "`{value}` is none of the choices of `{what_en}`, so they are never equal",
        help_zh: "{remedy}",
        help_en: "{remedy_en}",
    }
    /// A text that is none of a choice in this edition.
    NOT_A_CHOICE_NOW = Warning "not-a-choice-now" {
        zh: "本办法的「{what}」里没有「{value}」,上期结果里多半也没有",
        en: "`{value}` is no `{what_en}` of this edition, so earlier results hardly have it",
        help_zh: "{remedy}。如果上一版办法确有,可以不改",
        help_en: "{remedy_en}. If the earlier edition had it, leave it",
    }
    /// Something else where a condition is needed.
    NOT_A_CONDITION = Error "not-a-condition" {
        zh: "这里要一个判断(是或否),得到的是{found}",
        en: "a condition (true or false) is needed here, found {found_en}",
        help_zh: "写成比较,如 x > 0、x != ()、x == \"home\"",
        help_en: "write a comparison, such as `x > 0`, `x != ()`, `x == \"home\"`",
    }
    /// Something else where a list is needed.
    NOT_A_LIST = Error "not-a-list" {
        zh: "for … in 后面要一组数据,得到的是{found}",
        en: "`for … in` goes through a list, found {found_en}",
        help_zh: "写成一组数据,如 records(\"fire\")、period.months",
        help_en: "write a list, such as `records(\"fire\")`, `period.months`",
    }
    /// A last value of another type than the place asks for.
    WRONG_RESULT = Error "wrong-result" {
        zh: "{reader}应得到{wanted},这个脚本最后得到的是{found}",
        en: "{reader_en} must give {wanted_en}, and this script ends with {found_en}",
        help_zh: "脚本最后一个值就是它的结果,检查最后一行",
        help_en: "the last value of a script is its result: look at its last line",
    }
    /// A value that may be blank, used as if it never were.
    MAY_BE_MISSING = Warning "may-be-missing" {
        zh: "「{name}」可以不填,不填时这里算不出来,结果是待核定",
        en: "`{name}` may be left blank, and then this cannot be checked",
        help_zh: "写明不填时怎样,如 ({name} ?? 替代值),或先问 {name} != ()",
        help_en: "say what holds then, as in `({name} ?? stand-in)`, or ask `{name} != ()` first",
    }
    /// An earlier result that may not be there.
    NO_PREVIOUS = Warning "no-previous" {
        zh: "第一期没有上期结果,这里就算不出来,结果是待核定",
        en: "in the first period there is no earlier result, and then this cannot be checked",
        help_zh: "写成 previous?.… ?? 替代值,如 previous?.score ?? 0",
        help_en: "write `previous?.… ?? stand-in`, as in `previous?.score ?? 0`",
    }

    // Variables.

    /// A variable under a name that the system has given.
    TAKEN_VARIABLE = Error "taken-variable" {
        zh: "「{name}」是系统给出的名字,不能另作变量",
        en: "`{name}` is a name given by the system and cannot be a variable",
        help_zh: "换一个名字,如 my_{name}",
        help_en: "choose another name, such as `my_{name}`",
    }
    /// A change to something read-only.
    READ_ONLY = Error "read-only" {
        zh: "「{name}」只能读,不能改",
        en: "`{name}` can be read but not changed",
        help_zh: "要另存一个值,写 let 名字 = …;如果是要比较,写 ==",
        help_en: "to keep a value write `let name = …`; to compare, write `==`",
    }

    // What has no effect.

    /// A rule that can say nothing.
    RULE_WITHOUT_EFFECT = Warning "rule-without-effect" {
        zh: "评分项「{name}」的脚本既不扣分、加分,也不作任何认定",
        en: "the script of `{name}` neither deducts nor awards nor says anything",
        help_zh: "用 deduct(分值, 原因, 依据)、award、breach、veto 或 note 说出来",
        help_en: "say it with `deduct(points, reason, evidence)`, `award`, `breach`, `veto` or `note`",
    }
    /// A parameter that no script reads.
    UNUSED_PARAMETER = Warning "unused-parameter" {
        zh: "参数「{title}」({name})没有脚本用到,改它不影响得分",
        en: "no script uses the parameter `{name}`: changing it changes no score",
        help_zh: "脚本里把写死的数换成 parameters.{name},或删去这一行",
        help_en: "put `parameters.{name}` in the script in place of the number, or delete this line",
    }
    /// A figure that nothing reads and that is not shown.
    UNUSED_FIGURE = Warning "unused-figure" {
        zh: "指标「{title}」({name})没有脚本用到,也不上看板",
        en: "no script reads the figure `{name}`, and it is not shown",
        help_zh: "要上看板就加 show: true,用不到就删去",
        help_en: "add `show: true` to show it, or delete it",
    }
    /// A kind of records that no script reads.
    UNUSED_KIND = Warning "unused-kind" {
        zh: "台账「{title}」({name})没有脚本用到,报了也不影响得分",
        en: "no script reads the kind `{name}`: what is handed in changes no score",
        help_zh: "用不到就删去,少让部门报一份;只供查看的,做成 show: true 的指标",
        help_en: "delete it and spare a department the work; for dashboards, make a figure of it with `show: true`",
    }
}
