//! Messages about what a rule bundle says: its keys and values, its names, its rules.

use super::codes;

codes! {
    // Keys and values.

    /// A key that the place does not have.
    UNKNOWN_KEY = Error "unknown-key" {
        zh: "{path}里没有「{key}」这个键",
        en: "there is no key `{key}` in {path_en}",
        help_zh: "{remedy}",
        help_en: "{remedy_en}",
    }
    /// A key that must be there.
    MISSING_KEY = Error "missing-key" {
        zh: "{path}缺少「{key}」",
        en: "{path_en} lacks `{key}`",
        help_zh: "加一行「{key}: …」,与这里的其他键对齐",
        help_en: "add a line `{key}: …`, aligned with the other keys here",
    }
    /// A value of another form.
    WRONG_SHAPE = Error "wrong-form" {
        zh: "「{key}」应为{expected},现为{found}",
        en: "`{key}` takes {expected_en}, found {found_en}",
        help_zh: "改成:{expected}",
        help_en: "write: {expected_en}",
    }
    /// Digits that are no number.
    BAD_NUMBER = Error "bad-number" {
        zh: "「{key}」处的「{value}」不是能用的数字",
        en: "`{value}` in `{key}` is not a number that can be used",
        help_zh: "用阿拉伯数字,可带负号和一个小数点,如 5、-20、0.25;不用逗号分节、百分号或科学记数",
        help_en: "use digits with an optional minus sign and one point, such as 5, -20, 0.25; no separators, percent signs or exponents",
    }
    /// Not a day of the calendar.
    BAD_DATE = Error "bad-date" {
        zh: "「{key}」处的「{value}」不是日历上的一天",
        en: "`{value}` in `{key}` is not a day of the calendar",
        help_zh: "写成年-月-日,如 2020-02-29",
        help_en: "write year, month and day, such as 2020-02-29",
    }
    /// Not a period.
    BAD_PERIOD = Error "bad-period" {
        zh: "「{value}」不是周期",
        en: "`{value}` is not a period",
        help_zh: "写成 2020、2020H1、2020Q3、2020-07、2020-W05、2020-07-01,或 2019..2020",
        help_en: "write 2020, 2020H1, 2020Q3, 2020-07, 2020-W05, 2020-07-01, or a range such as 2019..2020",
    }
    /// A range of periods that ends before it begins.
    PERIOD_REVERSED = Error "period-reversed" {
        zh: "「{value}」的结束早于开始",
        en: "`{value}` ends before it begins",
        help_zh: "先写较早的周期,如 2019..2020",
        help_en: "write the earlier period first, such as 2019..2020",
    }
    /// Too many periods at once.
    TOO_MANY_PERIODS = Error "too-many-periods" {
        zh: "「{value}」包含的周期太多",
        en: "`{value}` names too many periods",
        help_zh: "一个例子只写它用到的几个周期",
        help_en: "name only the periods that this case needs",
    }
    /// Cases that together are larger than any need.
    TOO_MANY_FACTS = Error "too-many-facts" {
        zh: "全部例子的周期、单元和记录合计超过 {limit} 条",
        en: "the periods, units and records of all cases together are more than {limit}",
        help_zh: "base_case 里的记录每个例子都会带上:只留每个例子都用到的",
        help_en: "records of base_case count in every case: keep only those that every case needs",
    }
    /// A period of another length than the bundle scores.
    OTHER_PERIOD = Error "other-period" {
        zh: "本规则按{length}评定,「{value}」不是一个{length}",
        en: "this bundle scores by `{length_en}`, and `{value}` is of another length",
        help_zh: "写成如 {example},或修改 assess.period",
        help_en: "write for example {example}, or change assess.period",
    }
    /// A word outside a fixed choice.
    UNKNOWN_WORD = Error "unknown-word" {
        zh: "「{key}」不能是「{value}」",
        en: "`{key}` cannot be `{value}`",
        help_zh: "可以写:{known}",
        help_en: "it can be: {known}",
    }
    /// Days in the wrong order.
    REVERSED_DAYS = Error "days-reversed" {
        zh: "「{key}」的起止日期颠倒:{from} 晚于 {to}",
        en: "`{key}` ends before it begins: {from} is after {to}",
        help_zh: "对调两个日期",
        help_en: "exchange the two dates",
    }
    /// A lower bound above the upper one.
    FLOOR_ABOVE_CEILING = Error "floor-above-ceiling" {
        zh: "下限 {floor} 高于上限 {ceiling}",
        en: "the lower bound {floor} is above the upper bound {ceiling}",
        help_zh: "改其中一个",
        help_en: "change one of them",
    }
    /// A stay that must be longer than it may be.
    STAYS_REVERSED = Error "stays-reversed" {
        zh: "最少在列 {least} 天,却最多只能 {most} 天",
        en: "an entry stays at least {least} days but at most {most}",
        help_zh: "at_least_days 不能大于 at_most_days",
        help_en: "at_least_days cannot be more than at_most_days",
    }

    // Names.

    /// An id with other characters.
    BAD_ID = Error "bad-id" {
        zh: "「{name}」不能作编号",
        en: "`{name}` cannot be an id",
        help_zh: "只用字母、汉字、数字、_ 和 -,不留空格,如 FIRE-001",
        help_en: "use letters (Chinese ones too), digits, `_` and `-`, without blanks, such as FIRE-001",
    }
    /// A name that a script could not read.
    BAD_NAME = Error "bad-name" {
        zh: "「{name}」不能作名称,脚本里读不出来",
        en: "`{name}` cannot be a name: scripts could not read it",
        help_zh: "只用字母、汉字、数字和 _,不以数字开头,不用 - 和空格,如 fire_lane",
        help_en: "use letters (Chinese ones too), digits and `_`, a digit not in front, no `-`, no blanks, such as fire_lane",
    }
    /// A word of the script language.
    RESERVED_NAME = Error "reserved-name" {
        zh: "「{name}」是脚本语言自己的词,不能作名称",
        en: "`{name}` is a word of the script language and cannot be a name",
        help_zh: "换一个名称,如 {name}_1,或用汉字",
        help_en: "choose another name, such as {name}_1, or a Chinese one",
    }
    /// A name that already means something in scripts.
    TAKEN_NAME = Error "taken-name" {
        zh: "「{name}」在脚本里已有固定含义,不能作名称",
        en: "`{name}` already has a fixed meaning in scripts and cannot be a name",
        help_zh: "换一个名称",
        help_en: "choose another name",
    }
    /// An id given twice.
    DUPLICATE_ID = Error "duplicate-id" {
        zh: "「{name}」已在第 {line} 行用过",
        en: "`{name}` is already used in line {line}",
        help_zh: "每个编号只用一次;改其中一个",
        help_en: "each id is used once; change one of them",
    }
    /// A name that stands for nothing.
    UNKNOWN_NAME = Error "unknown-name" {
        zh: "没有名为「{name}」的{what}",
        en: "there is no {what_en} `{name}`",
        help_zh: "{remedy}",
        help_en: "{remedy_en}",
    }
    /// An attribute of another level.
    OTHER_LEVEL = Error "other-level" {
        zh: "「{name}」不是这一级的属性",
        en: "`{name}` is not an attribute of this level",
        help_zh: "写在「{level}」下面",
        help_en: "write it under `{level}`",
    }

    // The dictionary.

    /// A choice without choices.
    CHOICE_WITHOUT_CHOICES = Error "choice-without-choices" {
        zh: "「{path}」是 choice,却没有写 choices",
        en: "`{path}` is a choice but there are no choices",
        help_zh: "在同一处加 choices: {home: 住宅, other: 其他}",
        help_en: "add choices: {home: 住宅, other: 其他} beside it",
    }
    /// Choices of a field that is no choice.
    CHOICES_WITHOUT_CHOICE = Error "choices-without-choice" {
        zh: "「{path}」写了 choices,类型却不是 choice",
        en: "`{path}` has choices but its type is not choice",
        help_zh: "写 type: choice,或删去 choices",
        help_en: "write type: choice, or delete the choices",
    }
    /// Bounds of a field that holds no number.
    BOUND_WITHOUT_NUMBER = Error "bound-without-number" {
        zh: "「{key}」只用于 integer 和 decimal 类型",
        en: "`{key}` is for the types integer and decimal",
        help_zh: "改类型,或删去这个键",
        help_en: "change the type, or delete this key",
    }
    /// A shape where a single value is expected.
    NO_SHAPE_HERE = Error "no-shape-here" {
        zh: "「{key}」的类型是自定义结构,这里写不了它的值",
        en: "`{key}` has the type of a shape, whose value cannot be written here",
        help_zh: "删去这个键",
        help_en: "delete this key",
    }
    /// Kinds that are like each other.
    LIKE_IN_CIRCLE = Error "like-in-circle" {
        zh: "like 绕了一圈又回到「{name}」",
        en: "`like` leads back to `{name}`",
        help_zh: "让其中一个种类自己写 fields",
        help_en: "give one of these kinds fields of its own",
    }

    /// A chain of kinds like each other.
    LIKE_TOO_LONG = Error "like-too-long" {
        zh: "like 一个接一个,超过 {limit} 层",
        en: "`like` leads from kind to kind more than {limit} times",
        help_zh: "让这个种类直接 like 最初的那个",
        help_en: "let this kind be like the first of them",
    }

    // Parameters.

    /// A parameter without a value.
    NO_VALUE = Error "no-value" {
        zh: "「{path}」没有值",
        en: "`{path}` has no value",
        help_zh: "写 value(一个数或一张表)、values(按日期)、steps(分档)、above(分档,超过才算)或 ranges(日期段)之一",
        help_en: "give one of value (a number or a table), values (by date), steps, above (steps that must be passed) or ranges (of days)",
    }
    /// Two keys of which only one can stand.
    TWO_VALUES = Error "two-values" {
        zh: "「{path}」里「{first}」和「{second}」只能写一个",
        en: "`{path}` can have `{first}` or `{second}`, not both",
        help_zh: "删去其中一个",
        help_en: "delete one of them",
    }

    // Criteria and rules.

    /// A bundle that scores nothing.
    NOTHING_SCORED = Error "nothing-scored" {
        zh: "没有任何评分项,也没有 score 脚本",
        en: "there is neither a rule nor a score script",
        help_zh: "在 criteria 下至少写一个评分项,或写 score: |",
        help_en: "write at least one rule under criteria, or score: |",
    }
    /// A field stands in several kinds.
    ASKED_TWICE = Note "asked-twice" {
        zh: "「{field}」在几类台账里都要填:{kinds}",
        en: "`{field}` is asked under several kinds: {kinds_en}",
        help_zh: "是同一件事的,只在一类台账里报(最多报一次);不是的,把名称写清楚,如「火灾死亡人数」",
        help_en: "if it is one fact, ask for it under one kind only; if not, give each a title that says what it is",
    }
    /// A criterion with nothing in it.
    EMPTY_CRITERION = Warning "empty-criterion" {
        zh: "指标「{name}」下面没有评分项,永远是满分",
        en: "criterion `{name}` has no rules and can lose nothing",
        help_zh: "在 rules 下写评分项,或删去这个指标",
        help_en: "write rules under it, or delete it",
    }
    /// A rule that does nothing.
    NO_EFFECT = Error "no-effect" {
        zh: "「{path}」没有写做什么",
        en: "`{path}` does not say what it does",
        help_zh: "写 deduct(扣分)、award(加分)、note(只记录)、breach: true(未达到)、veto: true(一票否决)之一,或写 script: |",
        help_en: "write one of deduct, award, note, breach: true, veto: true, or script: |",
    }
    /// Both forms of a rule at once.
    BOTH_FORMS = Error "both-forms" {
        zh: "评分项写了 script,就不能再写「{key}」",
        en: "a rule with a script cannot have `{key}`",
        help_zh: "把「{key}」写进脚本里,或删去 script 只用一行一键的写法",
        help_en: "move `{key}` into the script, or delete the script and keep one key a line",
    }
    /// Several actions in the short form.
    TWO_ACTIONS = Error "two-actions" {
        zh: "「{path}」里 deduct、award、note 只能写一个",
        en: "`{path}` can have one of deduct, award and note",
        help_zh: "拆成两个评分项,或用 script: |",
        help_en: "make two rules of it, or use script: |",
    }
    /// Says which records of nothing.
    FROM_WITHOUT_EACH = Error "from-without-each" {
        zh: "写了 from,没有写 each",
        en: "`from` says which records of the kinds under `each`, and there is no `each`",
        help_zh: "补上 each: 台账名,或去掉 from",
        help_en: "add `each: KIND`, or leave `from` out",
    }
    /// Two reasons in the short form.
    TWO_REASONS = Error "two-reasons" {
        zh: "说明写了两处:note 和 reason",
        en: "the reason is written twice, in note and in reason",
        help_zh: "写 note: true,说明只留在 reason 里",
        help_en: "write note: true and keep the text in reason",
    }
    /// A reason in backticks.
    BACKTICKS = Error "reason-in-backticks" {
        zh: "「{key}」的文字不用反引号",
        en: "the text of `{key}` is written without backticks",
        help_zh: "删去首尾的 `;${…} 照样有效",
        help_en: "delete the ` at both ends; ${…} works all the same",
    }
    /// A cap below zero.
    NEGATIVE_CAP = Error "negative-cap" {
        zh: "「{key}」的上限不能是负数:{value}",
        en: "the cap `{key}` cannot be negative: {value}",
        help_zh: "写正数;上限对扣分和加分都有效",
        help_en: "write a positive number; a cap holds for deductions and awards alike",
    }
    /// A shared cap over rules of another criterion.
    CAP_OF_ANOTHER = Error "cap-of-another" {
        zh: "「{name}」不在这个指标里,这里的共用上限管不到它",
        en: "`{name}` is not a rule of this criterion, so that this cap cannot hold it",
        help_zh: "把 caps 写到同时包含这些评分项的上级指标,或从中删去「{name}」",
        help_en: "write the cap in a criterion above all these rules, or take `{name}` out of it",
    }
    /// A veto that rests on nothing.
    VETO_WITHOUT_CLAUSE = Error "veto-without-clause" {
        zh: "「{name}」一票否决,却没有写依据的条款",
        en: "`{name}` vetoes without naming a clause",
        help_zh: "加一行 basis: 第…条第…款",
        help_en: "add a line basis: with the clause",
    }
    /// A rule that rests on nothing.
    RULE_WITHOUT_CLAUSE = Warning "rule-without-clause" {
        zh: "「{name}」没有写依据的条款",
        en: "`{name}` names no clause",
        help_zh: "加一行 basis: 第…条第…款,被扣分的村社会问依据",
        help_en: "add a line basis: with the clause; a village that loses points will ask for it",
    }
    /// A part of a weighted criterion without a weight.
    WEIGHT_MISSING = Error "weight-missing" {
        zh: "上级指标按权重合成(combine: weighted),「{name}」却没有 weight",
        en: "the criterion above is weighted, but `{name}` has no weight",
        help_zh: "加一行 weight: 数字",
        help_en: "add a line weight: with a number",
    }
    /// A weight below zero.
    WEIGHT_NEGATIVE = Error "weight-negative" {
        zh: "「{name}」的权重是负数",
        en: "the weight of `{name}` is negative",
        help_zh: "写 0 或正数",
        help_en: "write 0 or more",
    }
    /// Weights that are all zero.
    WEIGHTS_ZERO = Error "weights-zero" {
        zh: "「{name}」各部分的权重都是 0,无法合成",
        en: "all weights in `{name}` are 0",
        help_zh: "至少一个部分的 weight 大于 0",
        help_en: "give at least one part a weight above 0",
    }
    /// A weight that nothing uses.
    WEIGHT_UNUSED = Warning "weight-unused" {
        zh: "「{name}」写了 weight,但它的上级不按权重合成,不起作用",
        en: "`{name}` has a weight, but what is above it is not weighted",
        help_zh: "在上级指标写 combine: weighted,或删去 weight",
        help_en: "write combine: weighted in the criterion above, or delete the weight",
    }

    // Ratings.

    /// A ladder beside bands.
    LADDER_AND_BANDS = Error "ladder-and-bands" {
        zh: "有了 bands 就不用写 ladder",
        en: "a ladder is written only where there are no bands",
        help_zh: "删去 ladder;等次的高低按 bands 的顺序",
        help_en: "delete the ladder; the order of the bands is the ladder",
    }
    /// A band that no score falls into.
    BAND_EMPTY = Error "band-empty" {
        zh: "没有任何分数能落入等次「{name}」",
        en: "no score can fall into the band `{name}`",
        help_zh: "下限(from、above)要小于上限(upto、below)",
        help_en: "its lower end (from, above) must be below its upper end (upto, below)",
    }
    /// A band that those above it take everything from.
    BAND_UNREACHABLE = Warning "band-unreachable" {
        zh: "等次「{name}」永远评不到:它的分数都先落入了上面的等次",
        en: "the band `{name}` is never reached: the bands above it take all its scores",
        help_zh: "按从高到低排列各等次,并检查分数线",
        help_en: "order the bands from best to worst and check their ends",
    }
    /// A fixed rating outside the ladder.
    RATING_OFF_LADDER = Warning "rating-off-ladder" {
        zh: "一票否决的等次「{name}」不在各等次之中",
        en: "`{name}`, the rating of vetoed units, is not among the ratings",
        help_zh: "如果是打错字,可以写:{known};如果是有意另设的等次,可以不改",
        help_en: "if it is a slip, the bands are: {known}; if it is meant to stand apart, leave it",
    }
}
