//! Messages about units and records as they are gathered into a world: who they belong to, what they are of.

use super::codes;

codes! {
    /// A file that cannot be read.
    UNREADABLE_FILE = Error "unreadable-file" {
        zh: "文件读不出来:{detail}",
        en: "the file cannot be read: {detail}",
        help_zh: "核对路径和读取权限",
        help_en: "check the path and the permission to read it",
    }
    /// A text in another encoding.
    NOT_UTF8 = Error "not-utf-8" {
        zh: "文件不是 UTF-8 编码",
        en: "the file is not UTF-8",
        help_zh: "用编辑器另存为 UTF-8",
        help_en: "save it as UTF-8 in your editor",
    }
    /// A level the bundle does not name.
    UNKNOWN_LEVEL = Error "unknown-level" {
        zh: "办法里没有「{level}」这一级",
        en: "the bundle has no level `{level}`",
        help_zh: "可用的级别:{levels}",
        help_en: "its levels are: {levels}",
    }
    /// The same unit twice.
    DUPLICATE_UNIT = Error "duplicate-unit" {
        zh: "考核对象「{unit}」在同一级出现两次",
        en: "unit `{unit}` stands twice in one level",
        help_zh: "删去其中一个,或改成不同的编号",
        help_en: "remove one of them or give it another id",
    }
    /// A unit without an id.
    NO_UNIT_ID = Error "no-unit-id" {
        zh: "考核对象没有 id",
        en: "this unit has no `id`",
        help_zh: "补上 \"id\",可以是任何不重复的文字",
        help_en: "give it an \"id\": any text that is unique within its level",
    }
    /// A parent of a unit at the highest level.
    PARENT_OF_HIGHEST = Error "parent-of-highest" {
        zh: "「{unit}」已是最高一级,不能再有上级",
        en: "`{unit}` is at the highest level and has no parent",
        help_zh: "删去 parent",
        help_en: "remove its `parent`",
    }
    /// An attribute the bundle does not declare, or not for that level.
    UNKNOWN_ATTRIBUTE = Error "unknown-attribute" {
        zh: "办法没有为这一级声明「{attribute}」",
        en: "the bundle declares no attribute `{attribute}` for this level",
        help_zh: "可用的有:{known}",
        help_en: "it declares: {known}",
    }
    /// A record of a unit that is not there.
    UNKNOWN_UNIT = Error "unknown-unit" {
        zh: "没有编号为「{unit}」的考核对象",
        en: "there is no unit `{unit}`",
        help_zh: "核对编号,或先把它加入考核对象",
        help_en: "check the id, or add the unit first",
    }
    /// A record of a kind the bundle does not declare.
    UNKNOWN_KIND = Error "unknown-record-kind" {
        zh: "办法没有声明「{kind}」这种台账",
        en: "the bundle declares no kind `{kind}`",
        help_zh: "可用的有:{known}",
        help_en: "it declares: {known}",
    }
    /// A line that cannot be read at all.
    MALFORMED_LINE = Error "malformed-line" {
        zh: "这里不是有效的 JSON:{detail}",
        en: "this is no valid JSON: {detail}",
        help_zh: "{remedy}",
        help_en: "{remedy_en}",
    }
    /// A key a unit or exemption does not have.
    UNKNOWN_ENTRY = Error "unknown-entry" {
        zh: "这里没有「{key}」这个键",
        en: "there is no key `{key}` here",
        help_zh: "可用的有:{known}",
        help_en: "use: {known}",
    }
    /// A value of the wrong form outside the fields of a record.
    WRONG_ENTRY = Error "wrong-entry" {
        zh: "「{key}」应为{expected}",
        en: "`{key}` takes {expected_en}",
        help_zh: "核对后改正",
        help_en: "check it and correct it",
    }
    /// A rule the bundle does not have.
    UNKNOWN_RULE = Error "unknown-rule-id" {
        zh: "办法里没有「{rule}」这条评分项",
        en: "the bundle has no rule `{rule}`",
        help_zh: "核对评分项编号",
        help_en: "check the rule's id",
    }
    /// A record of a kind or a unit that the caller does not answer for.
    OUTSIDE_SCOPE = Error "outside-scope" {
        zh: "「{what}」不在本账号的负责范围内",
        en: "`{what}` is outside the scope of this account",
        help_zh: "由负责的部门或镇街报送;确由本单位负责的,请系统管理员调整账号的范围",
        help_en: "the department or town in charge hands it in; if that is you, ask the system administrator to change the scope",
    }
    /// A file that is neither a picture nor a PDF.
    ATTACHMENT_OF_OTHER_KIND = Error "attachment-of-another-kind" {
        zh: "「{name}」的内容不是照片(JPG、PNG)或 PDF",
        en: "`{name}` is by its content neither a picture (JPEG, PNG) nor a PDF",
        help_zh: "另存为 JPG、PNG 或 PDF 后再传;只改文件名不行",
        help_en: "save it as JPEG, PNG or PDF; renaming it does not help",
    }
    /// A file larger than is taken.
    ATTACHMENT_TOO_LARGE = Error "attachment-too-large" {
        zh: "「{name}」超过{limit}兆字节",
        en: "`{name}` is larger than {limit} MB",
        help_zh: "照片请压缩后再传,文件请分开扫描",
        help_en: "compress the photo, or scan the paper in parts",
    }
    /// A picture that cannot be read to its end.
    BROKEN_ATTACHMENT = Error "broken-attachment" {
        zh: "照片「{name}」不完整,打不开",
        en: "the picture `{name}` is incomplete and cannot be opened",
        help_zh: "重新拍照或重新导出后再传",
        help_en: "take it again, or export it again",
    }
    /// More attachments than a record has.
    TOO_MANY_ATTACHMENTS = Error "too-many-attachments" {
        zh: "一条记录最多{limit}个附件",
        en: "a record has at most {limit} attachments",
        help_zh: "合并成一个 PDF,或先取下不用的",
        help_en: "put them into one PDF, or take off those that are not needed",
    }
    /// A record contradicts one that is stored.
    STORED_CONFLICT = Error "stored-conflict" {
        zh: "与已入库的记录({known})是同一件事,但「{fields}」不同",
        en: "this is the same fact as the stored record ({known}), but {fields} differ",
        help_zh: "核对后改成一致;确需更正的,请作更正并说明理由",
        help_en: "make them agree; if the stored record is wrong, correct it with a reason",
    }
    /// A table of somebody else's.
    KIND_OUT_OF_REMIT = Error "kind-out-of-remit" {
        zh: "「{kind}」由{department}上报,不在您的填报范围",
        en: "`{kind}` is handed in by {department} and not by you",
        help_zh: "请交给{department}上报;确属您单位填报的,请联系管理员调整账号范围",
        help_en: "pass it on to them, or have the scope of your account changed",
    }
    /// A row about a unit of somebody else's.
    UNIT_OUT_OF_REMIT = Error "unit-out-of-remit" {
        zh: "考核对象「{unit}」不在您的填报范围",
        en: "unit `{unit}` is not one that you hand in for",
        help_zh: "核对村社;确属其他镇街的,请删去这一行,由所属镇街上报",
        help_en: "check the unit; if it belongs to another town, remove the row and let that town hand it in",
    }
    /// A day of receipt that is still to come.
    RECEIVED_IN_FUTURE = Error "received-in-future" {
        zh: "收到日期 {day} 还没有到(今天是 {today}),到那天以前这批数据不会计入任何核算",
        en: "the day of receipt, {day}, is still to come (today is {today}): until then the data would count in no run",
        help_zh: "核对年份;收到日期写今天或以前的日期,不写就是今天",
        help_en: "check the year; give today or a day before it, or leave it out for today",
    }
    /// A list of units from somebody who is not responsible for all of them.
    DIVISIONS_OUT_OF_REMIT = Error "divisions-out-of-remit" {
        zh: "区划表只能由全市范围的账号上报",
        en: "a list of divisions is handed in only by an account with the whole city in its scope",
        help_zh: "请交给市平安办上报",
        help_en: "pass it on to the city office",
    }
    /// Exemptions from somebody who is not responsible for everything.
    EXEMPTIONS_OUT_OF_REMIT = Error "exemptions-out-of-remit" {
        zh: "免予扣分只能由全市范围的账号上报",
        en: "exemptions are handed in only by an account with the whole city in its scope",
        help_zh: "把批准文件交给市平安办,由其上报",
        help_en: "pass the approval on to the city office, which hands it in",
    }
    /// A row with the number of a record that somebody else answers for.
    RECORD_OF_ANOTHER_UNIT = Error "record-of-another-unit" {
        zh: "这个编号的记录已有,属于别的村社或部门",
        en: "there is a record of this number already, of another unit or department",
        help_zh: "核对编号和村社;都没有错的,请与所属镇街或市平安办联系核实",
        help_en: "check the number and the unit; if both are right, ask the town or the city office",
    }
    /// A personal text of which part is as it was shown, struck out, and part is typed.
    PERSONAL_STILL_MASKED = Error "personal-still-masked" {
        zh: "「{field}」里还有遮盖的内容(*)",
        en: "`{field}` still holds text that is struck out (*)",
        help_zh: "不改的,保持显示的样子;要改的,这一项整个重新填写",
        help_en: "leave it as it is shown, or write the whole of it anew",
    }
    /// A row that would replace what somebody else has handed in about the village.
    RECORD_BY_ANOTHER_HAND = Error "record-by-another-hand" {
        zh: "这一条已由「{by}」报送,村社不能改动",
        en: "this was handed in by {by}, and a village does not change it",
        help_zh: "有出入的,请「{by}」更正;对扣分有异议的,向镇街或市平安办申诉",
        help_en: "if it is wrong, ask {by} to correct it; against lost points appeal to the town or the city office",
    }
}
