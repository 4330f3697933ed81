//! Messages about the form of a rule bundle as a file: its size, its YAML, what stands where nobody sees it.

use super::codes;

codes! {
    /// The file is larger than any bundle.
    TOO_LARGE = Error "file-too-large" {
        zh: "文件超过 {limit} KiB,不是考核规则文件",
        en: "the file is larger than {limit} KiB and cannot be a rule bundle",
        help_zh: "检查是否选错了文件;数据另行上传,不写进规则文件",
        help_en: "check that this is the right file; data is uploaded on its own, not written into the bundle",
    }
    /// The file holds nothing.
    EMPTY_FILE = Error "empty-file" {
        zh: "文件是空的",
        en: "the file is empty",
        help_zh: "从随附的示例规则文件复制一份再改",
        help_en: "begin with a copy of one of the bundles that come with the program",
    }
    /// More than one YAML document.
    SEVERAL_DOCUMENTS = Error "several-documents" {
        zh: "一个文件只能写一套规则,这里用 --- 又开始了一套",
        en: "a file holds one bundle, and another one begins here with ---",
        help_zh: "删去 ---,或另存为一个文件",
        help_en: "delete the ---, or save the second bundle as a file of its own",
    }
    /// Nesting is deeper than any bundle needs.
    TOO_DEEP = Error "nested-too-deep" {
        zh: "嵌套超过 {limit} 层",
        en: "nested deeper than {limit} levels",
        help_zh: "检查是否多打了 [ 或 {,或者缩进一路加深",
        help_en: "look for a [ or { too many, or for indentation that grows line by line",
    }
    /// More values than any bundle has.
    TOO_MANY = Error "too-many-values" {
        zh: "到这里键和值已经超过 {limit} 个",
        en: "there are more than {limit} keys and values up to here",
        help_zh: "规则文件只写规则和少量示例;数据另行上传",
        help_en: "a bundle holds rules and a few cases; data is uploaded on its own",
    }
    /// More faults than are listed.
    MORE_FAULTS = Error "more-faults" {
        zh: "问题太多,只列出前 {count} 处",
        en: "there are more faults than the {count} listed",
        help_zh: "先改正列出的,再检查一次;很多问题常常出自同一处缩进或同一个名称",
        help_en: "mend these and check again; many faults often come from one indentation or one name",
    }
    /// A character that cannot be seen and changes how the text reads.
    INVISIBLE = Error "invisible-character" {
        zh: "这里有一个看不见的字符({character})",
        en: "there is an invisible character here ({character})",
        help_zh: "删去这一处前后的字符重新输入;从网页或 Word 粘贴时常会带进来",
        help_en: "delete the characters around it and type them again; such characters come with text pasted from web pages or Word",
    }
    /// A tab in the indentation.
    TAB = Error "tab-indentation" {
        zh: "行首用了 Tab 键缩进",
        en: "this line is indented with a tab",
        help_zh: "行首只能用空格:删去 Tab,按同级各行的位置敲空格",
        help_en: "indent with blanks only: delete the tab and align the line with its neighbours",
    }
    /// A full-width colon.
    WIDE_COLON = Error "wide-colon" {
        zh: "键的后面用了中文冒号「：」",
        en: "the key is followed by a full-width colon `：`",
        help_zh: "改用英文冒号加一个空格,写成 {remedy}",
        help_en: "use an ASCII colon and a blank: {remedy}",
    }
    /// No blank behind the colon.
    COLON_BLANK = Error "blank-after-colon" {
        zh: "冒号后面少一个空格",
        en: "a blank is missing behind the colon",
        help_zh: "写成 {remedy}",
        help_en: "write {remedy}",
    }
    /// A full-width blank.
    WIDE_BLANK = Error "wide-blank" {
        zh: "这里有一个全角空格",
        en: "there is a full-width blank here",
        help_zh: "改成英文输入法的空格",
        help_en: "replace it by an ordinary blank",
    }
    /// A plain value that YAML reads as something else.
    NEEDS_QUOTES = Error "needs-quotes" {
        zh: "这个值要加引号:{value}",
        en: "this value needs quotes: {value}",
        help_zh: "整个值放进单引号,写成 {remedy}",
        help_en: "put the whole value in single quotes: {remedy}",
    }
    /// A value in braces that YAML splits.
    BRACES = Error "needs-quotes-in-braces" {
        zh: "写在一行大括号里的这一项,YAML 读不懂",
        en: "this entry on one line within braces cannot be read",
        help_zh: "括号里的值凡含有 , [ ] { } 或「: 」的,整个放进单引号;也可以去掉大括号,改成每个键一行",
        help_en: "within braces, put every value that holds , [ ] { } or `: ` in single quotes; or drop the braces and give each key its own line",
    }
    /// A script in braces that was split at its comma.
    COMMA = Error "comma-in-braces" {
        zh: "大括号里的逗号把这个值切断了,只读到「{value}」",
        en: "the comma within braces cut this value: only `{value}` was read",
        help_zh: "整个值放进单引号,写成 {remedy}",
        help_en: "put the whole value in single quotes: {remedy}",
    }
    /// A script cut at ` #`.
    CUT = Error "cut-at-hash" {
        zh: "空格加 # 在 YAML 里是注释的开头,脚本只读到「{value}」",
        en: "a blank and # begin a comment in YAML: only `{value}` was read of this script",
        help_zh: "整个值放进单引号,写成 {remedy}",
        help_en: "put the whole value in single quotes: {remedy}",
    }
    /// A text that may have been cut at ` #`.
    MAYBE_CUT = Warning "comment-or-text" {
        zh: "空格加 # 在 YAML 里是注释的开头,这个值只读到「{value}」",
        en: "a blank and # begin a comment in YAML: only `{value}` was read of this value",
        help_zh: "如果 # 后面也属于这个值,写成 {remedy};如果是注释,在 # 后面加一个空格",
        help_en: "if what follows belongs to the value, write {remedy}; if it is a comment, put a blank behind the #",
    }
    /// A script over several lines that is not in a block.
    NEEDS_BLOCK = Error "needs-block" {
        zh: "脚本写成了几行,但没有放在 | 之后",
        en: "this script goes over several lines without a | block",
        help_zh: "在「{key}:」后面写一个 |,脚本从下一行开始,每行比「{key}」多缩进两格",
        help_en: "write a | behind `{key}:` and begin the script on the next line, two blanks deeper than `{key}`",
    }
    /// A quote that is not closed.
    OPEN_QUOTE = Error "open-quote" {
        zh: "这里开始的引号没有在同一行配对",
        en: "the quote that begins here is not closed on its line",
        help_zh: "在值的末尾补上同样的英文引号,单引号里面的单引号要写两个;几行的文字用 |,不用引号",
        help_en: "close it with the same quote at the end of the value, a single quote within single quotes is written twice; use a | block for several lines",
    }
    /// An anchor, an alias or a tag.
    SPECIAL = Error "yaml-sign" {
        zh: "「{sign}」开头在 YAML 里另有含义,规则文件不用",
        en: "`{sign}` at the beginning has a meaning of its own in YAML that bundles do not use",
        help_zh: "如果是脚本或文字,整个值放进单引号;如果想引用别处的内容,请照抄一遍",
        help_en: "put a script or text in single quotes; instead of referring to another place, write its content again",
    }
    /// A key that is a list or a map.
    KEY_NOT_TEXT = Error "key-not-text" {
        zh: "键只能是文字",
        en: "a key must be a text",
        help_zh: "检查这里是否多了 { [ 或 ?;以 { 开头的脚本要整个放进单引号",
        help_en: "look for a { [ or ? too many; put a script that begins with { in single quotes",
    }
    /// A key that stands twice in one place.
    DUPLICATE_KEY = Error "duplicate-key" {
        zh: "「{key}」在同一处写了两次",
        en: "`{key}` is written twice in the same place",
        help_zh: "删去其中一个,或改名",
        help_en: "delete one of them, or rename it",
    }
    /// Two YAML readers understand it differently.
    AMBIGUOUS = Error "ambiguous" {
        zh: "这里的写法有两种读法",
        en: "this can be read in two ways",
        help_zh: "把值放进单引号,写在键的同一行;多行文字用 |",
        help_en: "put the value in single quotes on the line of its key; use a | block for several lines",
    }
    /// A key that stands neither under nor beside the one above it.
    NOT_ALIGNED = Error "not-aligned" {
        zh: "这一行与同级的键没有对齐",
        en: "this line is not aligned with the keys of its level",
        help_zh: "同一级的键左边对齐;比上一级多缩进两格。上一行如果已经有值,下面就不能再缩进",
        help_en: "align the keys of one level, two blanks deeper than the level above; nothing can be indented under a line that has a value",
    }
    /// The YAML parser gave up, for a reason of its own.
    YAML_FORM = Error "yaml-form" {
        zh: "这一行不合 YAML 的写法(解析器:{detail})",
        en: "this line is not well-formed YAML ({detail})",
        help_zh: "同一级的键左边对齐,只用空格缩进;写成「键: 值」,冒号用英文、后面空一格;括号和引号要成对",
        help_en: "align keys of one level, indent with blanks; write `key: value` with a blank behind the colon; close brackets and quotes",
    }
}
