//! Messages about the cases of a bundle: those that fail, what none of them shows, and cases kept as a table.

use super::codes;

codes! {
    /// An expectation of a case was not met.
    CASE_FAILS = Error "case-fails" {
        zh: "案例「{name}」没有通过:{about}应为 {expected},实际是 {actual}",
        en: "case `{name}` fails: {about_en} should be {expected_en} and is {actual_en}",
        help_zh: "",
        help_en: "",
    }

    // What no case shows.

    /// No case in which a rule finds something.
    NEVER_FINDS = Warning "never-finds" {
        zh: "没有案例让评分项 {rule} 认定事项",
        en: "no case makes the rule {rule} find something",
        help_zh: "加一个它应当扣分(或加分、认定)的案例",
        help_en: "add a case in which it should",
    }
    /// No case in which a rule finds nothing.
    NEVER_CLEAN = Warning "never-clean" {
        zh: "没有案例让评分项 {rule} 查过而无事",
        en: "no case leaves the rule {rule} clean",
        help_zh: "加一个资料齐全而它不应认定任何事项的案例",
        help_en: "add a case with all data in which it should find nothing",
    }
    /// No case in which a rule lacks its data.
    NEVER_UNCHECKED = Warning "never-unchecked" {
        zh: "没有案例让评分项 {rule} 缺资料(待核定)",
        en: "no case leaves the rule {rule} without its data",
        help_zh: "加一个案例,在 not_handed_in 里写上它用的台账",
        help_en: "add a case with the kinds that it reads under `not_handed_in`",
    }
    /// No case has a rating.
    RATING_NOT_REACHED = Warning "rating-not-reached" {
        zh: "没有案例得到等次「{rating}」",
        en: "no case comes to the rating `{rating}`",
        help_zh: "",
        help_en: "",
    }
    /// No case puts anything on a list.
    LIST_NEVER_ENTERED = Warning "list-never-entered" {
        zh: "没有案例列入「{list}」",
        en: "no case enters the list `{list}`",
        help_zh: "",
        help_en: "",
    }
    /// A script that no case runs.
    NEVER_RUN = Warning "never-run" {
        zh: "没有案例执行这段脚本",
        en: "no case runs this script",
        help_zh: "",
        help_en: "",
    }
    /// A function that no case calls.
    NEVER_CALLED = Warning "never-called" {
        zh: "没有案例调用这个函数",
        en: "no case calls this function",
        help_zh: "",
        help_en: "",
    }
    /// A condition that never came to an answer.
    NEVER_DECIDED = Warning "never-decided" {
        zh: "条件从未得出结果:没有案例走到这里",
        en: "this condition never came to an answer: no case comes here",
        help_zh: "",
        help_en: "",
    }
    /// A condition that never held.
    NEVER_TRUE = Warning "never-true" {
        zh: "条件从未成立",
        en: "this condition never holds in a case",
        help_zh: "",
        help_en: "",
    }
    /// A condition that always held.
    NEVER_FALSE = Warning "never-false" {
        zh: "条件从未不成立",
        en: "this condition holds in every case",
        help_zh: "",
        help_en: "",
    }
    /// A loop whose body never ran.
    NEVER_LOOPED = Warning "never-looped" {
        zh: "循环体从未执行",
        en: "the body of this loop never runs in a case",
        help_zh: "",
        help_en: "",
    }
    /// An arm that was never chosen.
    NEVER_CHOSEN = Warning "never-chosen" {
        zh: "这个分支从未选中",
        en: "no case chooses this arm",
        help_zh: "",
        help_en: "",
    }

    // Cases kept as a table.

    /// No header of a table of cases.
    NO_CASE_HEADER = Error "no-case-header" {
        zh: "没有找到案例表的表头",
        en: "no header of a table of cases was found",
        help_zh: "表头写在一行里,要有「案例」一列和至少一列「期望…」,如「期望得分」",
        help_en: "the header is one row with a column 案例 (or `case`) and at least one that expects something, such as 期望得分 (or `score`)",
    }
    /// A column that means nothing in a table of cases.
    UNKNOWN_CASE_COLUMN = Error "unknown-case-column" {
        zh: "不认识的列「{column}」",
        en: "the column `{column}` means nothing here",
        help_zh: "{remedy}",
        help_en: "{remedy_en}",
    }
    /// A name in a table of cases that the bundle does not have.
    UNKNOWN_IN_CASE = Error "unknown-in-case" {
        zh: "办法里没有名为「{name}」的{what}",
        en: "the bundle has no {what_en} `{name}`",
        help_zh: "{remedy}",
        help_en: "{remedy_en}",
    }
    /// What cannot be expected.
    NOT_AN_EXPECTATION = Error "not-an-expectation" {
        zh: "「{value}」不能写在「{column}」里",
        en: "`{value}` cannot be expected in the column `{column}`",
        help_zh: "写{expected}",
        help_en: "write {expected_en}",
    }
    /// A case without a period.
    CASE_WITHOUT_PERIOD = Error "case-without-period" {
        zh: "这个案例没有写周期",
        en: "this case has no period",
        help_zh: "在「周期」列里写,如 2020;每个案例都相同的,写在办法的 base_case 里",
        help_en: "give it in the column 周期 (or `period`), such as 2020, or for all cases under `base_case` in the bundle",
    }
    /// A record without a date.
    RECORD_WITHOUT_DATE = Error "record-without-date" {
        zh: "这条「{kind}」没有日期",
        en: "this record of `{kind}` has no date",
        help_zh: "加一列「{column}.日期」并填上日期",
        help_en: "add a column `{column}.date` and fill it in",
    }
    /// A case that expects nothing.
    EXPECTS_NOTHING = Warning "case-expects-nothing" {
        zh: "案例「{name}」没有期望任何结果",
        en: "case `{name}` expects nothing",
        help_zh: "至少填一格「期望…」",
        help_en: "fill in at least one cell that expects something",
    }
    /// A table without a single case.
    NO_CASES = Error "no-cases" {
        zh: "表头下面没有案例",
        en: "there is no case below the header",
        help_zh: "一行写一个案例",
        help_en: "write one case a row",
    }
}
