//! The functions of the script language, in one table: names, signatures, what they do, an example.
//!
//! Enters: nothing. Leaves: [`FUNCTIONS`], from which the checks take the types and the reference takes its pages; a test holds
//! that it names exactly what [`super::host`], [`super::aggregate`] and [`super::objects`] register.
//!
//! A signature is written `receiver.name(parameter: type, …) -> result`. `parameter?` may be left out, `parameter?3` may be
//! given up to three times. `item -> boolean` is a closure. A result with `?` may be nothing; without a result there is none.
//! A receiver may as well be the first argument: `count(list)` is `list.count()`. [`super::check`] knows the types.

use serde::Serialize;

/// One function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// Its Chinese name, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chinese: Option<&'static str>,
    /// The ways in which it can be called.
    pub signatures: &'static [&'static str],
    /// What it does, in Chinese.
    pub zh: &'static str,
    /// What it does, in English.
    pub en: &'static str,
    /// One call.
    pub example: &'static str,
}

/// Every function, by subject.
pub fn functions() -> &'static [Function] {
    FUNCTIONS
}

/// The function of a name, in either language.
pub(super) fn named(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name || function.chinese == Some(name))
}

/// The names under which a function is registered: its own and, if it has one, the Chinese one.
pub(super) fn names(name: &'static str) -> impl Iterator<Item = &'static str> {
    let chinese = FUNCTIONS.iter().find(|function| function.name == name).and_then(|function| function.chinese);
    std::iter::once(name).chain(chinese)
}

/// The English name of a function.
pub(super) fn english(name: &str) -> &str {
    if name.is_ascii() {
        return name;
    }
    named(name).map_or(name, |function| function.name)
}

macro_rules! table {
    ($($name:ident $(($chinese:literal))? [$($signature:literal),+ $(,)?] $zh:literal, $en:literal, $example:literal;)*) => {
        &[$(Function {
            name: stringify!($name),
            chinese: [$(Some($chinese),)? None][0],
            signatures: &[$($signature),+],
            zh: $zh,
            en: $en,
            example: $example,
        }),*]
    };
}

#[rustfmt::skip]
static FUNCTIONS: &[Function] = table! {
    // What a rule says.

    deduct("扣分") ["deduct(points: number, reason: any, evidence?3: evidence)"]
        "扣分:几分、为什么、依据哪些记录。只在评分项里用", "takes points off: how many, why, on which records; in rules",
        "deduct(5, `火灾死亡 ${f.deaths} 人`, f)";
    award("加分") ["award(points: number, reason: any, evidence?3: evidence)"]
        "加分:几分、为什么、依据哪些记录。只在评分项里用", "gives points: how many, why, on which records; in rules",
        "award(1, \"建成智慧安防小区\", s)";
    breach("未达到") ["breach(reason: any, evidence?3: evidence)"]
        "这一项「无」被打破,本身不扣分。只在评分项里用", "the criterion is not met; takes no points by itself; in rules",
        "breach(\"发生亡人火灾\", f)";
    veto("一票否决") ["veto(reason: any, evidence?3: evidence)"]
        "一票否决,评分项须写依据(basis)。只在评分项里用", "vetoes the unit; the rule must name its clause; in rules",
        "veto(\"事故瞒报\", a)";
    note("提示") ["note(reason: any, evidence?3: evidence)"]
        "只作说明,不计分。只在评分项里用", "says something without points; in rules",
        "note(\"属地责任调查中,暂不扣分\", a)";
    missing("缺少") ["missing(what: any)"]
        "缺少所需的东西,本脚本到此为止,结果为待核定", "ends the script as cannot-check, because something is missing",
        "missing(\"测评样本\")";
    not_applicable("不适用") ["not_applicable(reason: any)"]
        "不适用于这个考核对象,评分项到此为止。只在评分项里用", "ends the rule as not applicable to this unit; in rules",
        "not_applicable(\"没有重点公共区域\")";

    // What it reads.

    records("记录") ["records(kind: window, more?5: window) -> records", "unit.records(kind: window, more?4: window) -> records"]
        "本周期内的记录,按日期排列;可写几种台账,也可另给一个周期", "the records of the period, by date; of several kinds, or of another period",
        "records(\"fire\", period.back(1)).count()";
    history("历史记录") ["history(kind: kind, more?5: kind) -> records", "unit.history(kind: kind, more?4: kind) -> records"]
        "到本周期末为止的全部记录,用于未了结的事项", "all records up to the end of the period, for what is still open",
        "history(\"hazard\").filter(|h| h.fixed == ())";
    known("已知记录") ["known(kind: kind, more?5: kind) -> records", "unit.known(kind: kind, more?4: kind) -> records"]
        "到数据截至日为止的全部记录,含周期以后的", "all records up to the day of knowledge, those after the period too",
        "known(\"hazard\").count()";
    points("得分") ["points(id: scored) -> number", "unit.points(id: scored) -> number?", "result.points(id: scored) -> number?"]
        "某评分项或指标的得分,已按上限计算", "the points of a rule or criterion after its caps",
        "points(\"FIRE-001\")";
    found("已认定") ["found(id: rule) -> boolean", "unit.found(id: rule) -> boolean?", "result.found(id: rule) -> boolean?"]
        "某评分项是否有认定的事项", "whether a rule found something that counts",
        "found(\"FIRE-001\")";
    met ["met(id: criterion) -> boolean?", "unit.met(id: criterion) -> boolean?", "result.met(id: criterion) -> boolean?"]
        "某指标是否达到;待核定时为 ()", "whether a criterion is met; () when it could not be checked",
        "met(\"no_fatal_fire\") == false";
    findings ["findings(id: rule) -> findings", "unit.findings(id: rule) -> findings"]
        "某评分项认定的事项", "what a rule found",
        "findings(\"FIRE-001\").sum(|f| f.points)";
    listed ["result.listed(id: list_id) -> boolean?"]
        "上期或下级结果是否在某清单上", "whether an earlier result or a part is on a list",
        "previous?.listed(\"negative\") ?? false";
    parameters_on ["parameters_on(day: date) -> parameters"]
        "某一天有效的参数", "the parameters in force on a day",
        "parameters_on(f.date).fire_death";
    at ["steps.at(reached: number) -> step"]
        "分档参数里达到的最高一档的值,一档都没有达到为 0", "the value of the highest step reached; 0 below all",
        "parameters.loss_points.at(f.loss)";

    // Lists.

    count ["list.count() -> number", "list.count(which: item -> boolean) -> number"]
        "有几个;给出条件时,符合的有几个", "how many; with a condition, how many hold it",
        "records(\"fire\").count(|f| f.deaths > 0)";
    sum ["list.sum() -> number", "list.sum(what: item -> number) -> number"]
        "相加;空值略去,没有时为 0", "adds up, leaving out what is nothing; 0 for none",
        "records(\"fire\").sum(|f| f.deaths)";
    mean ["list.mean() -> number?", "list.mean(what: item -> number) -> number?"]
        "平均;空值略去,没有时为 ()", "the mean, leaving out what is nothing; () for none",
        "group.mean(|u| u.figures.fires)";
    min ["list.min() -> item?", "list.min(what: item -> ordered) -> value?", "min(a: ordered, b: ordered, more?2: ordered) -> same"]
        "最小的;用于几个数,或一组数据", "the smallest of some values, or of a list",
        "min(over, 3)";
    max ["list.max() -> item?", "list.max(what: item -> ordered) -> value?", "max(a: ordered, b: ordered, more?2: ordered) -> same"]
        "最大的;用于几个数,或一组数据", "the largest of some values, or of a list",
        "max(100 - rate, 0)";
    any ["list.any(which: item -> boolean) -> boolean"]
        "是否至少有一个符合", "whether at least one holds the condition",
        "records(\"fire\").any(|f| f.deaths > 0)";
    all ["list.all(which: item -> boolean) -> boolean"]
        "是否全部符合", "whether all hold the condition",
        "records(\"hazard\").all(|h| h.fixed != ())";
    filter ["list.filter(which: item -> boolean) -> [item]"]
        "符合条件的那些", "those that hold the condition",
        "records(\"fire\").filter(|f| f.deaths > 0)";
    map ["list.map(what: item -> any) -> [value]"]
        "从每一个取出或算出一个值", "a value for each",
        "records(\"check\").map(|c| c.campaign)";
    group_by ["list.group_by(what: item -> any) -> [[item]]"]
        "按相同的值分成几组,每组的值是它的 key", "groups of those with the same value, which is the `key` of each",
        "records(\"check\").group_by(|c| c.campaign)";
    sort_by ["list.sort_by(what: item -> ordered) -> [item]"]
        "从小到大排列", "in ascending order",
        "records(\"fire\").sort_by(|f| f.deaths)";
    distinct ["list.distinct() -> [item]", "list.distinct(what: item -> any) -> [item]"]
        "相同的只留第一个", "without repetitions, keeping the first of each",
        "records(\"check\").map(|c| c.campaign).distinct()";
    first ["list.first() -> item?", "list.first(which: item -> boolean) -> item?"]
        "第一个;没有时为 ()", "the first; () for none",
        "records(\"fire\").first()";
    last ["list.last() -> item?", "list.last(which: item -> boolean) -> item?"]
        "最后一个;没有时为 ()", "the last; () for none",
        "records(\"camera_monthly\").last()";
    reversed ["list.reversed() -> [item]"]
        "倒过来排列", "in reverse order",
        "period.months.reversed()";
    take ["list.take(count: number) -> [item]"]
        "前几个", "the first few",
        "history(\"survey\").reversed().take(3)";
    skip ["list.skip(count: number) -> [item]"]
        "去掉前几个", "without the first few",
        "records(\"fire\").skip(1)";
    push ["list.push(value: any)"]
        "加到自己写的列表 [] 末尾", "adds to the end of a list written as []",
        "grounds.push(\"一票否决\")";
    rank ["list.rank(what: item -> number) -> number?", "list.rank(what: item -> number, ties: ties) -> number?"]
        "本考核对象在 group 里的名次,高的在前;并列时后面的名次空出,\"dense\" 则不空出", "this unit's place in the group, highest first; a tie skips places unless \"dense\"",
        "group.rank(|u| u.score)";
    rank_low ["list.rank_low(what: item -> number) -> number?", "list.rank_low(what: item -> number, ties: ties) -> number?"]
        "名次,低的在前", "the place, lowest first",
        "group.rank_low(|u| u.figures.fires)";
    len ["list.len() -> number", "text.len() -> number", "map.len() -> number"]
        "个数;文字则为字数", "how many items, or characters of a text",
        "figures.broken.len()";
    is_empty ["list.is_empty() -> boolean", "text.is_empty() -> boolean", "map.is_empty() -> boolean"]
        "是否一个也没有", "whether there is none",
        "records(\"fire\").is_empty()";
    contains ["list.contains(item: any) -> boolean", "text.contains(part: text) -> boolean", "map.contains(key: any) -> boolean", "table.contains(key: any) -> boolean", "ranges.contains(day: moment) -> boolean", "period.contains(day: moment) -> boolean"]
        "列表、文字、对照表、时段、周期里是否有", "whether a list, text, table, range of days or period has it",
        "parameters.guarded.contains(m.date)";
    join ["list.join(between: text) -> text"]
        "连成一句", "one text of all",
        "names.join(\"、\")";
    range ["range(from: number, to: number, step?: number) -> range"]
        "从一个整数数到另一个(不含),用于 for", "whole numbers from one up to another, without the last; for loops",
        "for i in range(0, 3) { … }";
    keys ["map.keys() -> [text]", "table.keys() -> [text]"]
        "对照表的各个键", "the keys of a map or table",
        "parameters.hazard_points.keys()";
    values ["map.values() -> [any]"]
        "对照表的各个值", "the values of a map",
        "event.marks.values().sum()";

    // Numbers.

    round_half_up("四舍五入") ["round_half_up(x: number, places?: number) -> number"]
        "四舍五入到几位小数", "rounds to some places, half up",
        "round_half_up(rate, 2)";
    round_half_even ["round_half_even(x: number, places?: number) -> number"]
        "四舍六入五成双到几位小数", "rounds to some places, half to even",
        "round_half_even(rate, 2)";
    round_down ["round_down(x: number, places?: number) -> number"]
        "向零舍去到几位小数", "rounds to some places towards zero",
        "round_down(rate, 1)";
    round_up ["round_up(x: number, places?: number) -> number"]
        "向远离零的方向进到几位小数", "rounds to some places away from zero",
        "round_up(rate, 1)";
    floor("向下取整") ["floor(x: number) -> number"]
        "不大于它的最大整数", "the largest whole number not above it",
        "floor(days / 30)";
    ceil("向上取整") ["ceil(x: number) -> number"]
        "不小于它的最小整数", "the smallest whole number not below it",
        "ceil(days / 30)";
    trunc ["trunc(x: number) -> number"]
        "去掉小数部分", "without its fraction",
        "trunc(-1.5)";
    abs ["abs(x: number) -> number"]
        "绝对值", "without its sign",
        "abs(a - b)";
    clamp ["clamp(x: number, low: number, high: number) -> number"]
        "不低于下限、不高于上限", "held between two bounds",
        "clamp(rate, 0, 100)";
    pow ["pow(x: number, exponent: number) -> number"]
        "乘方,指数为整数", "to a whole power",
        "pow(2, times - 1)";
    percent("百分比") ["percent(part: number, whole: number) -> number"]
        "占百分之几;分母为 0 时待核定", "the part in percent of the whole; by 0 it cannot be checked",
        "percent(settled.count(), all.count())";
    per_thousand("千分比") ["per_thousand(part: number, whole: number) -> number"]
        "占千分之几", "the part in thousandths of the whole",
        "per_thousand(figures.fires, unit.households)";
    number ["number(text: any) -> number"]
        "把文字读成数字", "reads a text as a number",
        "number(\"12.5\")";

    // Days and times.

    date("日期") ["date(text: day) -> date"]
        "某一天;也从时间取出日期", "a day; also the day of a time",
        "date(\"2020-02-29\")";
    time ["time(text: text) -> time"]
        "某一时刻", "a day and a time of day",
        "time(\"2020-02-29 08:30\")";
    plus_days ["date.plus_days(days: number) -> date"]
        "若干天以后(负数为以前)", "some days later (earlier if negative)",
        "h.listed.plus_days(30)";
    plus_months ["date.plus_months(months: number) -> date"]
        "若干个月以后,没有那一天的取月末", "some months later; the last of the month if there is no such day",
        "p.date.plus_months(3)";
    plus_years ["date.plus_years(years: number) -> date", "date.plus_years(years: number, leap: leap) -> date"]
        "若干年以后;2月29日遇平年为2月28日,\"next\" 则为3月1日", "some years later; 29 February becomes 28 February, with \"next\" 1 March",
        "p.date.plus_years(1)";
    days_between ["days_between(from: date, to: date) -> number"]
        "相隔几天,与 to - from 相同", "days from one day to another, the same as `to - from`",
        "days_between(h.listed, as_of)";
    hours_between ["hours_between(from: moment, to: moment) -> number"]
        "相隔几小时", "hours from one time to another",
        "hours_between(m.happened, m.reported)";
    dates ["period.dates(weekday: weekday) -> [date]"]
        "周期里所有的星期几", "every Monday (or other day of the week) of a period",
        "period.dates(\"monday\").count()";
    back ["period.back(periods: number) -> period"]
        "往前数几个周期", "the period some periods before",
        "period.back(1)";

    // Ratings.

    down("降级") ["down(rating: rating, rungs: number) -> rating"]
        "降几等,到底为止", "some ratings worse, stopping at the worst",
        "down(band, 1)";
    up("升级") ["up(rating: rating, rungs: number) -> rating"]
        "升几等,到顶为止", "some ratings better, stopping at the best",
        "up(band, 1)";
    worse ["worse(a: rating, b: rating) -> rating"]
        "两个等次里较低的", "the worse of two ratings",
        "worse(band, \"达标村社\")";
    better ["better(a: rating, b: rating) -> rating"]
        "两个等次里较高的", "the better of two ratings",
        "better(band, \"达标村社\")";
    worst ["list.worst() -> rating?", "list.worst(what: item -> rating) -> rating?"]
        "一组等次里最低的", "the worst rating of a list",
        "parts.worst(|p| p.rating)";
    best ["list.best() -> rating?", "list.best(what: item -> rating) -> rating?"]
        "一组等次里最高的", "the best rating of a list",
        "parts.best(|p| p.rating)";

    // Texts.

    text ["text(value: any) -> text"]
        "写成文字", "as a text",
        "text(f.date)";
    to_string ["to_string(value: any) -> text"]
        "写成文字,与 text 相同", "as a text, the same as `text`",
        "f.date.to_string()";
    starts_with ["text.starts_with(start: text) -> boolean"]
        "是否以它开头", "whether it begins so",
        "no.starts_with(\"A\")";
    ends_with ["text.ends_with(end: text) -> boolean"]
        "是否以它结尾", "whether it ends so",
        "no.ends_with(\"号\")";
    trim ["text.trim() -> text"]
        "去掉两端的空格", "without blanks at its ends",
        "no.trim()";
    range ["range(from: number, to: number, step?: number) -> [number]"]
        "从一个整数数到另一个之前,可隔几个数一个", "counts from one whole number to before another, by one or by a step",
        "range(1, 4).mean(|n| records(\"fire\", period.back(n)).count())";
    split ["text.split(at: text) -> [text]"]
        "在分隔符处切开", "cut at a separator",
        "no.split(\"-\")";
    sub_text ["text.sub_text(from: number, count: number) -> text"]
        "从第几个字(0 起)起取几个字", "some characters from a place, counted from 0",
        "no.sub_text(0, 4)";
    replace ["text.replace(what: text, by: text) -> text"]
        "换掉其中的文字", "with one text replaced by another",
        "no.replace(\"-\", \"\")";
};
