//! The format of a bundle, written down once: every section with its keys, and the fixed choices of words.
//!
//! Enters: nothing. Leaves: [`FILE`] and the sections below it. What a key means in full is in `docs/bundle.md`; here stands the
//! sentence that an editor shows beside it. Next: [`super::explain`].

use super::model::{Better, Combine, Incomplete, Reach};
use super::schema::Takes::{
    Any, Count, Date, Flag, Keys, Length, List, Names, Nothing, Number, OneOf, Script, Text, Word,
};
use super::schema::{Section, Slot, Takes, key, needed, words};
use crate::dictionary::{Changes, NoneMeans, Public, Type};
use crate::number::Rounding;

// Words.

pub(super) const INCOMPLETE: &[(&str, Incomplete)] = &[("withhold", Incomplete::Withhold), ("flag", Incomplete::Flag)];
pub(super) const PUBLIC: &[(&str, Public)] =
    &[("full", Public::Full), ("points", Public::Points), ("met", Public::Met)];
pub(super) const BETTER: &[(&str, Better)] = &[("higher", Better::Higher), ("lower", Better::Lower)];
pub(super) const MODES: &[(&str, Rounding)] =
    &[("half_up", Rounding::HalfUp), ("half_even", Rounding::HalfEven), ("down", Rounding::Down), ("up", Rounding::Up)];
pub(super) const CHANGES: &[(&str, Changes)] = &[("conflict", Changes::Conflict), ("latest", Changes::Latest)];
pub(super) const NONE_MEANS: &[(&str, NoneMeans)] = &[("clean", NoneMeans::Clean), ("missing", NoneMeans::Missing)];
/// The types that every bundle has, beside `choice`, which takes its choices from the field.
pub(super) const TYPES: &[(&str, Type)] = &[
    ("text", Type::Text),
    ("integer", Type::Integer),
    ("decimal", Type::Decimal),
    ("boolean", Type::Boolean),
    ("date", Type::Date),
    ("time", Type::Time),
];
pub(super) const COMBINE: &[(&str, Combine)] = &[
    ("sum", Combine::Sum),
    ("mean", Combine::Mean),
    ("weighted", Combine::Weighted),
    ("min", Combine::Min),
    ("max", Combine::Max),
];
pub(super) const FROM: &[(&str, Reach)] =
    &[("period", Reach::Period), ("history", Reach::History), ("known", Reach::Known)];
pub(super) const OUTCOMES: &[(&str, &str)] = &[
    ("clean", "clean"),
    ("findings", "findings"),
    ("not_applicable", "not_applicable"),
    ("cannot_check", "cannot_check"),
];
pub(super) const MET: &[(&str, &str)] =
    &[("met", "met"), ("not_met", "not_met"), ("unchecked", "unchecked"), ("not_applicable", "not_applicable")];
pub(super) const FINDINGS: &[(&str, &str)] =
    &[("deduct", "deduct"), ("award", "award"), ("breach", "breach"), ("veto", "veto"), ("note", "note")];

// Forms that several keys take.

const TEXTS: Takes = OneOf(&[Text, List(&Text)]);
const COMPARE: Slot =
    key("compare", TEXTS, "比较的范围:all、town、parent、属性", "the group: all, a level, attributes");
const SCORED: Takes = OneOf(&[Script, Keys(|| &SCRIPT)]);
const OR_NONE: Takes = OneOf(&[Number, Nothing]);
const INCOMPLETE_WORD: Takes = Word(|| words(INCOMPLETE));
const PUBLIC_WORD: Takes = Word(|| words(PUBLIC));

const BOUNDS: &[Slot] = &[
    key("base", Number, "基础分", "what the points start from"),
    key("floor", Number, "最低分", "the lowest it can be"),
    key("ceiling", Number, "最高分", "the highest it can be"),
];

// The head, `assess`.

pub(super) static FILE: Section = Section::of(
    "bundle",
    &[&[
        needed("bundle", Text, "办法编号,各版本相同", "id, the same in all editions"),
        needed("edition", Text, "版本", "edition"),
        needed("title", Text, "名称", "title"),
        key("basis", OneOf(&[Text, Keys(|| &BASIS)]), "依据的文件", "the document it rests on"),
        key("effective", Keys(|| &EFFECTIVE), "施行期", "when it is in force"),
        key(
            "assess",
            Keys(|| &ASSESS),
            "考核对象、周期、总分的算法",
            "what is scored, for which periods, and the score",
        ),
        key("attributes", Names(&Keys(|| &ATTRIBUTE)), "基本情况", "facts about a unit"),
        key("records", Names(&Keys(|| &KIND)), "台账", "the kinds of records asked for"),
        key("shapes", Names(&Names(&Keys(|| &FIELD))), "嵌套数据的结构", "shapes of nested data"),
        key("parameters", Names(&Keys(|| &PARAMETER)), "分值、比例、期限", "every number of the standard"),
        key("library", Script, "公用函数", "functions shared by the scripts"),
        key("figures", Names(&Keys(|| &FIGURE)), "指标值", "named values, computed once"),
        key("criteria", List(&Keys(|| &CRITERION)), "指标和评分项", "criteria and their rules"),
        key("score", SCORED, "代替求和的得分脚本", "a script in place of the sum"),
        key("rating", Keys(|| &RATING), "等次", "the rating"),
        key("lists", Names(&Keys(|| &LIST)), "清单", "lists of units, records or findings"),
        key("appeal", Keys(|| &APPEAL), "申请复核", "appeals"),
        key("roll_up", Names(&Keys(|| &ROLL_UP)), "汇总:year、town、county、all", "results over years and areas"),
        key("base_case", Keys(|| &BASE_CASE), "每个案例的起点", "what every case starts from"),
        key("cases", List(&Keys(|| &CASE)), "案例", "facts and what they must lead to"),
    ]],
);

pub(super) static BASIS: Section = Section::of(
    "basis",
    &[&[needed("document", Text, "文件名", "its title"), key("link", Text, "网址", "where it can be read")]],
);

pub(super) static EFFECTIVE: Section = Section::of(
    "effective",
    &[&[key("from", Date, "第一天", "first day"), key("until", Date, "最后一天", "last day")]],
);

pub(super) static ASSESS: Section = Section::of(
    "assess",
    &[
        &[
            key("unit", Text, "考核对象的层级,如 village", "the level scored"),
            key("within", TEXTS, "上面的各级,近的在前", "the levels above, nearest first"),
            key("period", Length, "考核周期", "the length of a period"),
            key("takes_part", Script, "是否参加考核", "whether a unit takes part"),
        ],
        BOUNDS,
        &[
            key("round", Keys(|| &ROUND), "总分取几位小数", "how the final score is rounded"),
            key("better", Word(|| words(BETTER)), "高分好还是低分好", "whether higher or lower is better"),
            key("incomplete", INCOMPLETE_WORD, "待核定时扣住得分还是标记", "withhold the score, or flag it"),
        ],
    ],
);

pub(super) static ROUND: Section = Section::of(
    "round",
    &[&[
        needed("places", Count, "小数位数,0 到 12", "decimal places, 0 to 12"),
        key("mode", Word(|| words(MODES)), "取舍方法,默认四舍五入", "how, half up by default"),
    ]],
);

pub(super) static SCRIPT: Section =
    Section::of("script", &[&[needed("script", Script, "脚本", "the script"), COMPARE]]);

// The dictionary.

pub(super) static ATTRIBUTE: Section = Section::of(
    "attribute",
    &[FIELD_KEYS, &[key("of", Text, "属于上面的哪一级", "the level above to which it belongs")]],
);

const FIELD_KEYS: &[Slot] = &[
    key("title", Text, "名称,即表头", "its title, the header of its column"),
    key("type", TYPE, "类型", "its type"),
    key("choices", Names(&OneOf(&[Text, Nothing])), "可选值: 名称", "what can be chosen, with titles"),
    key("unit", Text, "计量单位", "unit of measure"),
    key("min", Number, "最小值", "the smallest value"),
    key("max", Number, "最大值", "the largest value"),
    key("places", Count, "最多几位小数", "the most decimal places"),
    key("optional", Flag, "可以不填", "whether it may be blank"),
    key("default", Any, "不填时的值", "what stands in for a blank"),
    key("personal", Text, "个人信息的种类", "what personal data it holds"),
];

/// A field of a kind of records or of a shape.
pub(super) static FIELD: Section = Section::of("field", &[FIELD_KEYS]);

const TYPE: Takes = OneOf(&[Text, Keys(|| &TYPE_OF_MANY)]);

/// `{list: TYPE}` and `{map: TYPE}`.
static TYPE_OF_MANY: Section = Section::of(
    "type",
    &[&[key("list", TYPE, "若干个", "a list of these"), key("map", TYPE, "名称对应的值", "a map of these")]],
);

pub(super) static KIND: Section = Section::of(
    "kind",
    &[&[
        needed("title", Text, "台账名称", "its title"),
        key("department", Text, "报送部门", "who hands it in"),
        key("of", Text, "属于上面的哪一级", "the level above to which its records belong"),
        key("like", Text, "与另一种台账相同", "another kind that it is like"),
        key("date", OneOf(&[Text, Keys(|| &DATE)]), "日期一栏的表头", "the header of the date column"),
        key("fields", Names(&Keys(|| &FIELD)), "填报项", "what is asked for"),
        key("identity", TEXTS, "哪几项相同就是同一件事", "what makes two rows the same fact"),
        key("changes", Word(|| words(CHANGES)), "同一件事内容不同时", "when the same fact comes with other content"),
        key(
            "stages",
            TEXTS,
            "各环节的时间,以走得最远的状态为准",
            "fields with the times of its stages; the furthest state stands",
        ),
        key("none_means", Word(|| words(NONE_MEANS)), "没有记录表示没有发生,还是缺数据", "what no record means"),
        key("due", Keys(|| &DUE), "报送期限", "when it must be handed in"),
        key("public", PUBLIC_WORD, "公开到什么程度", "how much of it is public"),
        key("keep_personal", Text, "个人信息保留多久,如 3 years", "how long personal data is kept"),
        key("mend", MEND_FORMS, "整改", "what can be done about one"),
    ]],
);

pub(super) static DATE: Section = Section::of("date", &[&[key("title", Text, "表头", "its header")]]);

pub(super) static DUE: Section = Section::of(
    "due",
    &[&[
        needed("every", Length, "多久一次", "how often"),
        needed("within_days", Count, "期满后几天内", "within so many days after"),
    ]],
);

const MEND_FORMS: Takes = OneOf(&[Text, Keys(|| &MEND)]);

pub(super) static MEND: Section = Section::of(
    "mend",
    &[&[
        needed("title", Text, "做什么", "what is done"),
        key("set", Names(&Any), "做了以后填报项变成什么", "what its fields become"),
    ]],
);

// Parameters and figures.

const VALUE_FORMS: &[Slot] = &[
    key("value", Any, "一个值,或一张表", "a value, or a table of values"),
    key("steps", Names(&Any), "分档,达到即算", "steps, reached at their key"),
    key("above", OneOf(&[Flag, Names(&Any)]), "分档,超过才算", "steps that must be passed"),
    key("ranges", List(&Keys(|| &RANGE)), "日期段", "ranges of days"),
];

pub(super) static PARAMETER: Section = Section::of(
    "parameter",
    &[
        &[
            key("title", Text, "名称", "its title"),
            key("basis", Text, "条款", "its clause"),
            key("values", Names(&Any), "按日期:从某日起的值", "values by the day from which they are in force"),
        ],
        VALUE_FORMS,
    ],
);

/// What can stand under a date of `values`, instead of a value.
pub(super) static DATED: Section = Section::of("dated", &[VALUE_FORMS]);

pub(super) static RANGE: Section =
    Section::of("range", &[&[needed("from", Date, "第一天", "first day"), needed("to", Date, "最后一天", "last day")]]);

pub(super) static FIGURE: Section = Section::of(
    "figure",
    &[&[
        key("title", Text, "名称", "its title"),
        needed("script", Script, "脚本,最后的值即结果", "its last value is the figure"),
        COMPARE,
        key("final", Flag, "在等次之后计算", "computed after the rating"),
        key("show", Flag, "在首页汇总展示", "shown on dashboards"),
    ]],
);

// Criteria and rules.

pub(super) static CRITERION: Section = Section::of(
    "criterion",
    &[
        &[
            needed("id", Text, "编号", "its id"),
            needed("title", Text, "要做到什么", "what must hold"),
            key("basis", Text, "条款,下面没写条款的评分项用它", "its clause, also of rules below that name none"),
        ],
        BOUNDS,
        &[
            key("combine", Word(|| words(COMBINE)), "各部分怎样合成", "how its parts make its points"),
            key("weight", Number, "权重", "its weight"),
            key("caps", List(&Keys(|| &SHARED_CAP)), "几个评分项合计的上限", "caps shared by several rules"),
            key("incomplete", INCOMPLETE_WORD, "待核定时扣住得分还是标记", "withhold the score, or flag it"),
            key("public", PUBLIC_WORD, "公开到什么程度", "how much of it is public"),
            key("rules", List(&Keys(|| &RULE)), "评分项", "its rules"),
            key("criteria", List(&Keys(|| &CRITERION)), "下级指标", "its own criteria"),
        ],
    ],
);

const CAP_KEYS: &[Slot] = &[
    needed("points", Number, "最多几分", "at most so many points"),
    key("per", Length, "每月、每季……,不写则全周期", "for each month, quarter …"),
];

pub(super) static SHARED_CAP: Section =
    Section::of("shared_cap", &[&[needed("rules", TEXTS, "哪些评分项", "the rules")], CAP_KEYS]);

pub(super) static CAP: Section = Section::of("cap", &[CAP_KEYS]);

const CAP_FORMS: Takes = OneOf(&[Number, Keys(|| &CAP), List(&OneOf(&[Number, Keys(|| &CAP)]))]);

/// The keys of the short form of a rule.
pub(super) const SHORT: &[Slot] = &[
    key("each", TEXTS, "逐条看哪种台账", "for each record of these kinds"),
    key("from", Word(|| words(FROM)), "本周期、历来、已知的记录", "which of its records"),
    key("when", Script, "条件", "the condition"),
    key("deduct", Script, "扣几分", "so many points off"),
    key("award", Script, "加几分", "so many points given"),
    key("note", OneOf(&[Flag, Text]), "只作提示", "only said, without points"),
    key("breach", Script, "这一项「无」未达到", "the criterion is not met"),
    key("veto", Script, "一票否决", "vetoes the unit"),
    key("reason", Text, "说明,可含 ${…}", "why, may hold ${…}"),
];

pub(super) static RULE: Section = Section::of(
    "rule",
    &[
        &[
            needed("id", Text, "编号,各版本不变", "its id, stable over editions"),
            needed("title", Text, "认定的问题", "the fault found"),
            key("department", Text, "责任部门", "the department"),
            key("basis", Text, "条款", "its clause"),
            key("cap", CAP_FORMS, "上限", "its caps"),
            key("weight", Number, "权重", "its weight"),
            key("applies", Script, "是否适用", "whether it applies to a unit"),
            COMPARE,
            key("mend", MEND_FORMS, "整改", "what gives the points back"),
        ],
        SHORT,
        &[key("script", Script, "长写法:脚本", "the long form: a script")],
    ],
);

// Rating, lists, roll-ups.

pub(super) static RATING: Section = Section::of(
    "rating",
    &[&[
        key("bands", List(&Keys(|| &BAND)), "分数线,最好的在前", "bands of scores, best first"),
        key("ladder", TEXTS, "没有分数线时的各等,最好的在前", "the ratings where there are no bands, best first"),
        key("vetoed", Text, "一票否决的等次", "the rating of vetoed units"),
        key("incomplete", Text, "待核定的等次", "the rating of units that could not be checked"),
        key("not_rated", Text, "不参加的等次", "the rating of units that take no part"),
        key("script", SCORED, "定等次的脚本", "a script that gives the rating"),
        COMPARE,
    ]],
);

pub(super) static BAND: Section = Section::of(
    "band",
    &[&[
        needed("name", Text, "等次名称", "its name"),
        key("from", Number, "不低于", "at least"),
        key("above", Number, "高于", "more than"),
        key("upto", Number, "不高于", "at most"),
        key("below", Number, "低于", "less than"),
    ]],
);

pub(super) static LIST: Section = Section::of(
    "list",
    &[&[
        needed("title", Text, "清单名称", "its title"),
        key("each", TEXTS, "列什么:unit、finding 或台账", "what its entries are"),
        needed("script", Script, "是否列入", "whether it is entered"),
        COMPARE,
        key("follow_up", List(&Keys(|| &MEASURE)), "责任督导措施", "measures and their clocks"),
        key("stays", Keys(|| &STAYS), "在列多久", "how long an entry stays"),
    ]],
);

pub(super) static MEASURE: Section = Section::of(
    "measure",
    &[&[
        needed("measure", Text, "编号", "its id"),
        needed("title", Text, "名称", "its title"),
        key("within_days", Count, "列入后几个工作日内", "working days within which it is taken"),
        key("when_overdue_days", Count, "逾期几个工作日后提出", "working days overdue after which it is proposed"),
    ]],
);

pub(super) static STAYS: Section = Section::of(
    "stays",
    &[&[key("at_least_days", Count, "最少几天", "at least"), key("at_most_days", Count, "最多几天", "at most")]],
);

pub(super) static APPEAL: Section =
    Section::of("appeal", &[&[needed("within_days", Count, "公布后几天内", "days after publication")]]);

pub(super) static ROLL_UP: Section = Section::of(
    "roll_up",
    &[&[
        key("takes_part", Script, "是否参加", "whether it takes part"),
        key("figures", Names(&Keys(|| &FIGURE)), "指标值", "its figures"),
        key("score", SCORED, "得分", "its score"),
        key("round", Keys(|| &ROUND), "取几位小数", "how its score is rounded"),
        key("rating", Keys(|| &RATING), "等次", "its rating"),
        key("lists", Names(&Keys(|| &LIST)), "清单", "its lists"),
    ]],
);

// Cases.

const FACTS: &[Slot] = &[
    key("period", TEXTS, "周期,或 2019..2020", "a period, or several"),
    key("as_of", Date, "数据截至", "day of knowledge"),
    key("parameters", Names(&Any), "本案例里参数的值", "values of parameters in this case"),
    key("unit", Names(&Any), "本对象的基本情况", "attributes of the unit at hand"),
    key("units", List(&Keys(|| &CASE_UNIT)), "其他考核对象", "further units"),
    key("records", List(&Keys(|| &CASE_RECORD)), "数据记录", "records"),
    key("not_handed_in", TEXTS, "未报的台账", "kinds that are not handed in"),
    key("exemptions", OneOf(&[Names(&Text), List(&Keys(|| &EXEMPTION))]), "免予扣分", "exemptions"),
];

/// Attributes of the levels above stand under the name of each level.
const ABOVE: Option<Takes> = Some(Names(&Any));

pub(super) static BASE_CASE: Section = Section { name: "base_case", keys: &[FACTS], others: ABOVE };

pub(super) static CASE: Section = Section {
    name: "case",
    keys: &[
        &[needed("name", Text, "案例名", "its name"), needed("expect", Keys(|| &EXPECT), "期望", "what must come out")],
        FACTS,
    ],
    others: ABOVE,
};

pub(super) static CASE_UNIT: Section = Section {
    name: "case_unit",
    keys: &[&[
        needed("id", Text, "编号", "its id"),
        key("level", Text, "层级", "its level"),
        key("parent", Text, "上级的编号", "the unit above"),
    ]],
    others: Some(Any),
};

pub(super) static CASE_RECORD: Section = Section {
    name: "case_record",
    keys: &[&[needed("kind", Text, "台账", "its kind"), key("unit", Text, "属于哪个考核对象", "whose it is")]],
    others: Some(Any),
};

pub(super) static EXEMPTION: Section =
    Section::of("exemption", &[&[needed("rule", Text, "评分项", "the rule"), needed("reason", Text, "理由", "why")]]);

const EXPECTED: &[Slot] = &[
    key("score", OR_NONE, "得分,没有写 null", "the score, or null"),
    key("score_without_exemptions", OR_NONE, "不计免扣的得分", "the score without exemptions"),
    key("rating", OneOf(&[Text, Nothing]), "等次", "the rating, or null"),
    key("band", OneOf(&[Text, Nothing]), "按分数线的等次", "the rating by the bands alone"),
    key("vetoed", Flag, "一票否决", "whether it is vetoed"),
    key("incomplete", Flag, "待核定", "whether something could not be checked"),
    key("takes_part", Flag, "参加考核", "whether it takes part"),
    key("lists", TEXTS, "在哪些清单上", "all lists it is on"),
    key("lists_unknown", TEXTS, "哪些清单无法判断", "lists that could not be checked"),
    key("figures", Names(&Any), "指标值", "figures, null for none"),
    key("criteria", Names(&OneOf(&[Number, Word(|| words(MET)), Keys(|| &EXPECT_CRITERION)])), "指标", "criteria"),
    key("findings", List(&Keys(|| &EXPECT_FINDING)), "认定事项,[] 为没有", "findings, [] for none"),
    key("points", Names(&Number), "评分项计入的分值", "points of rules"),
    key("outcomes", Names(&Word(|| words(OUTCOMES))), "评分项的结果", "how rules end"),
];

pub(super) static EXPECT: Section = Section::of(
    "expect",
    &[
        EXPECTED,
        &[key("others", Names(&Keys(|| &EXPECT_OTHER)), "其他考核对象和汇总", "of further units and roll-ups")],
    ],
);

pub(super) static EXPECT_OTHER: Section = Section::of("expect_other", &[EXPECTED]);

pub(super) static EXPECT_CRITERION: Section = Section::of(
    "expect_criterion",
    &[&[key("points", Number, "得分", "its points"), key("met", Word(|| words(MET)), "状态", "its state")]],
);

pub(super) static EXPECT_FINDING: Section = Section::of(
    "expect_finding",
    &[&[
        needed("rule", Text, "评分项", "its rule"),
        key("kind", Word(|| words(FINDINGS)), "扣分、加分、未达到……", "its kind"),
        key("points", Number, "分值,扣分为负", "its points, signed"),
        key("counted", Number, "计入的分值", "what counts after caps and exemptions"),
        key("reason", Text, "说明", "its reason"),
        key("evidence", Count, "依据几条记录", "how many records it rests on"),
        key("times", Count, "同样的有几个", "so many alike"),
    ]],
);
