//! Messages about mapping files, and about foreign data that they turn into records.

use super::codes;

codes! {
    /// A path that is none.
    NOT_A_PATH = Error "not-a-path" {
        zh: "「{value}」不是路径",
        en: "`{value}` is no path",
        help_zh: "以 / 开头,逐级写键名,如 /area/code;each 之内的写 ./code;固定的值写 {constant: 值}",
        help_en: "begin with / and write key after key, such as /area/code; within `each` write ./code; a fixed value is {constant: value}",
    }
    /// A path into the elements of `each` where there is none.
    NO_EACH = Error "path-without-each" {
        zh: "「{value}」指的是 each 的每一项,但这里没有写 each",
        en: "`{value}` is about each element, but there is no `each` here",
        help_zh: "补上 each,或改用以 / 开头的路径",
        help_en: "write `each`, or a path that begins with /",
    }
    /// A field that must be filled and has no source.
    NO_SOURCE = Error "no-source" {
        zh: "「{kind}」的必填项「{field}」没有来源",
        en: "`{field}` of `{kind}` must be filled and has no source",
        help_zh: "在 set 中补写 {name}",
        help_en: "add `{name}` to `set`",
    }
    /// A value that comes from nowhere, or from two places.
    ONE_SOURCE = Error "one-source" {
        zh: "「{key}」应写 from 或 constant,二者取一",
        en: "`{key}` takes either `from` or `constant`",
        help_zh: "from 写路径,constant 写固定的值",
        help_en: "`from` is a path, `constant` a fixed value",
    }
    /// Messages are about events, and these are none.
    MESSAGE_OF_NO_EVENT = Error "message-of-no-event" {
        zh: "「{kind}」不是分环节的事件,不能按消息推送",
        en: "`{kind}` has no steps of which messages could tell",
        help_zh: "去掉 message: true,推送完整的记录;或改为事件台账(在考核办法中写有 changes: latest 和 stages 的):{known}",
        help_en: "leave `message: true` out and push whole records, or name a kind with `changes: latest` and `stages`: {known}",
    }
    /// A target that the field does not take.
    NO_SUCH_CHOICE = Error "no-such-choice" {
        zh: "「{field}」没有「{value}」这一选项",
        en: "`{field}` has no choice `{value}`",
        help_zh: "可用的有:{known}",
        help_en: "there are: {known}",
    }
    /// A pattern of dates that cannot be read by.
    BAD_PATTERN = Error "bad-pattern" {
        zh: "「{value}」不是日期格式",
        en: "`{value}` is no pattern of dates",
        help_zh: "如 \"%Y-%m-%d %H:%M:%S\";秒数写 unix,毫秒数写 unix_ms",
        help_en: "write it like \"%Y-%m-%d %H:%M:%S\"; `unix` for seconds, `unix_ms` for milliseconds",
    }
    /// A value that the table of values lacks.
    UNMAPPED_VALUE = Error "unmapped-value" {
        zh: "「{value}」不在「{field}」的对照表里",
        en: "`{value}` is not in the table of values for `{field}`",
        help_zh: "在对照文件的 values 中补上这个值,或写 otherwise",
        help_en: "add the value to the mapping file's table, or give it `otherwise`",
    }
    /// A date or time that does not have the pattern.
    UNREAD_MOMENT = Error "unread-moment" {
        zh: "「{value}」不合日期格式「{pattern}」",
        en: "`{value}` does not fit the pattern `{pattern}`",
        help_zh: "核对推送方的日期写法,改正对照文件",
        help_en: "see how the sender writes dates, and correct the mapping file",
    }
    /// A list was expected.
    NOT_A_LIST = Error "path-not-a-list" {
        zh: "「{path}」应是列表",
        en: "`{path}` should be a list",
        help_zh: "核对路径和推送的内容",
        help_en: "check the path and what was sent",
    }
}
