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
    /// A cell that must be filled is blank.
    BLANK = Error "blank" {
        zh: "「{field}」未填",
        en: "`{field}` is blank",
        help_zh: "请填写{expected}",
        help_en: "fill in {expected_en}",
    }
    /// A whole number was wanted and a fraction found.
    NOT_WHOLE = Error "not-whole" {
        zh: "「{field}」应为整数,现为「{value}」",
        en: "`{field}` takes a whole number, found `{value}`",
        help_zh: "核对后填写不带小数的数",
        help_en: "check it and write a number without decimals",
    }
    /// More decimal places than the field takes.
    TOO_MANY_PLACES = Error "too-many-places" {
        zh: "「{field}」最多{places}位小数,现为「{value}」",
        en: "`{field}` takes at most {places} decimal places, found `{value}`",
        help_zh: "核对后按{places}位小数填写,例如 {rounded}",
        help_en: "check it and write {places} places, such as {rounded}",
    }
    /// Below the smallest value allowed.
    TOO_SMALL = Error "too-small" {
        zh: "「{field}」不能小于{min},现为「{value}」",
        en: "`{field}` must not be below {min}, found `{value}`",
        help_zh: "核对后重新填写",
        help_en: "check it and write it again",
    }
    /// Above the largest value allowed.
    TOO_LARGE = Error "too-large" {
        zh: "「{field}」不能大于{max},现为「{value}」",
        en: "`{field}` must not be above {max}, found `{value}`",
        help_zh: "核对数值和计量单位后重新填写",
        help_en: "check the number and its unit of measure and write it again",
    }
    /// A spreadsheet no longer holds the number exactly.
    IMPRECISE_NUMBER = Error "imprecise-number" {
        zh: "「{field}」的「{value}」超出表格软件能准确保存的15位数字",
        en: "`{field}`: `{value}` goes beyond the 15 digits a spreadsheet holds exactly",
        help_zh: "由公式算得的,用 ROUND 函数保留需要的小数位;编号、证件号,先把单元格设为文本再重新填写",
        help_en: "if a formula gave it, round it with ROUND; if it is a code or card number, set the cell to text and type it again",
    }
    /// More digits than can be held.
    NUMBER_TOO_LONG = Error "number-too-long" {
        zh: "「{field}」的「{value}」位数过多",
        en: "`{field}`: `{value}` has too many digits",
        help_zh: "核对后填写,最多38位数字",
        help_en: "check it; at most 38 digits can be held",
    }
    /// Day, month and year cannot be told apart.
    AMBIGUOUS_DATE = Error "ambiguous-date" {
        zh: "「{field}」的日期「{value}」分不清年、月、日",
        en: "`{field}`: it is not clear which part of `{value}` is the year, the month and the day",
        help_zh: "按年、月、日的顺序写全,年份4位,例如 2020-03-02",
        help_en: "write year, month and day in this order, the year with 4 digits, such as 2020-03-02",
    }
    /// The year or the day is left out.
    INCOMPLETE_DATE = Error "incomplete-date" {
        zh: "「{field}」的日期「{value}」没有写全",
        en: "`{field}`: the date `{value}` is not complete",
        help_zh: "年、月、日都要写,例如 2020-03-02",
        help_en: "write year, month and day, such as 2020-03-02",
    }
    /// The calendar has no such day.
    NO_SUCH_DAY = Error "no-such-day" {
        zh: "「{field}」的日期「{value}」不存在",
        en: "`{field}`: there is no day `{value}`",
        help_zh: "对照日历核对年、月、日",
        help_en: "check year, month and day against a calendar",
    }
    /// A day without a time of day where the time is wanted.
    TIME_OF_DAY_MISSING = Error "time-of-day-missing" {
        zh: "「{field}」要填到几时几分,现为「{value}」",
        en: "`{field}` takes a day and a time of day, found `{value}`",
        help_zh: "在日期后空一格写时间,例如 2020-03-02 08:30;确实是零点的写 00:00",
        help_en: "add the time after the day, such as 2020-03-02 08:30; write 00:00 if it was midnight",
    }
    /// Not one of the choices.
    UNKNOWN_CHOICE = Error "unknown-choice" {
        zh: "「{field}」没有「{value}」这一项",
        en: "`{field}` has no choice `{value}`",
        help_zh: "{near}可填:{choices}",
        help_en: "{near_en}choose one of: {choices}",
    }
    /// A formula of the sheet failed.
    FORMULA_ERROR = Error "formula-error" {
        zh: "「{field}」的公式出错,显示为 {value}",
        en: "`{field}`: the formula of this cell failed and shows {value}",
        help_zh: "改正公式,或直接填写结果",
        help_en: "mend the formula or type its result",
    }
    /// A formula of the sheet that was never calculated.
    FORMULA_WITHOUT_RESULT = Error "formula-without-result" {
        zh: "「{field}」的公式还没有算出结果",
        en: "`{field}`: the formula of this cell has no result yet",
        help_zh: "用 WPS 或 Excel 打开表格,保存后再上传;或直接填写结果",
        help_en: "open the table in a spreadsheet program, save it and upload it again, or type the result",
    }
    /// A text is too long.
    TEXT_TOO_LONG = Error "text-too-long" {
        zh: "「{field}」有{length}个字,最多{limit}个",
        en: "`{field}` has {length} characters, at most {limit} are kept",
        help_zh: "缩写到{limit}个字以内",
        help_en: "shorten it to {limit} characters",
    }
    /// A record is too large as a whole.
    RECORD_TOO_LARGE = Error "record-too-large" {
        zh: "这一条数据太大,约{size}字节,最多{limit}字节",
        en: "this record is too large: about {size} bytes, at most {limit}",
        help_zh: "缩短文字,或减少清单中的项数",
        help_en: "shorten its texts or its lists",
    }
    /// Structures inside structures, too many of them.
    NESTED_TOO_DEEP = Error "value-nested-too-deep" {
        zh: "「{field}」层层嵌套超过{limit}层",
        en: "`{field}` is nested more than {limit} levels deep",
        help_zh: "减少嵌套的层数",
        help_en: "nest it less deeply",
    }
    /// A name that the kind or shape does not have.
    UNKNOWN_FIELD = Error "unknown-record-field" {
        zh: "「{owner}」没有「{key}」这一项",
        en: "`{owner}` has no field `{key}`",
        help_zh: "{near}可用:{fields}",
        help_en: "{near_en}there are: {fields}",
    }
    /// An entry of a list is blank.
    BLANK_ENTRY = Error "blank-entry" {
        zh: "「{field}」的清单中有空项",
        en: "the list `{field}` has a blank entry",
        help_zh: "删去空项,或补填内容",
        help_en: "remove the blank entry or fill it in",
    }
    /// An exemption for which there was nothing to exempt.
    EXEMPTION_COVERS_NOTHING = Warning "exemption-covers-nothing" {
        zh: "「{unit}」在评分项 {rule} 上的免予扣分没有用到:这期间没有认定任何事项",
        en: "the exemption of {unit} from {rule} covers nothing: nothing was found",
        help_zh: "核对评分项、起止日期和记录编号;不再需要的可以撤销",
        help_en: "check the rule, the days and the number of the record, or withdraw it",
    }
    /// An exemption without any effect on the result.
    EXEMPTION_CHANGES_NOTHING = Warning "exemption-changes-nothing" {
        zh: "「{unit}」在评分项 {rule} 上的免予扣分不起作用:没有它,得分、等次、清单和指标也一样",
        en: "the exemption of {unit} from {rule} changes nothing: score, rating, lists and criteria are the same without it",
        help_zh: "多半是这一项已到上限,或另有事项定了等次;不再需要的可以撤销",
        help_en: "most likely a cap is reached anyway, or something else decides the rating; withdraw it if it is not needed",
    }
}
