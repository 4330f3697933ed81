//! What each column of a template is like: its header, its help, what may be filled in, and an example.

use liuwu_engine::dictionary::{Field, Kind, Type, Value};
use liuwu_engine::number::Number;
use liuwu_engine::period::Date;
use rust_xlsxwriter::{DataValidationRule, Format, Formula};

use super::Wanted;
use crate::intake::rows::EXAMPLE;
use crate::intake::vocabulary::level_title;

/// A column of a template.
pub(super) struct Column {
    /// The header as it stands in the sheet: `*直接损失(万元)`.
    pub header: String,
    /// What is to be filled in, in words.
    pub help: String,
    /// What may be filled in.
    pub rule: Rule,
    /// Whether it says whose a row is.
    pub is_unit: bool,
    /// Whether it must be filled in.
    pub required: bool,
    /// What the example row shows.
    pub example: String,
    /// Its width in characters.
    pub width: u32,
}

/// What may be filled into a column.
pub(super) enum Rule {
    /// Anything.
    Text,
    /// One of these.
    OneOf(Vec<String>),
    /// A whole number.
    Whole(Bounds),
    /// A number.
    Decimal(Bounds),
    /// A day.
    Day,
    /// A day and a time of day.
    Moment,
}

/// Between which numbers a value lies.
pub(super) struct Bounds {
    min: Option<Number>,
    max: Option<Number>,
}

impl Bounds {
    fn of(field: &Field) -> Bounds {
        Bounds { min: field.min, max: field.max }
    }

    /// The same for a spreadsheet, by their exact digits.
    pub(super) fn rule(&self) -> Option<DataValidationRule<Formula>> {
        let digits = |number: &Number| Formula::new(number.to_exact());
        match (&self.min, &self.max) {
            (Some(min), Some(max)) => Some(DataValidationRule::Between(digits(min), digits(max))),
            (Some(min), None) => Some(DataValidationRule::GreaterThanOrEqualTo(digits(min))),
            (None, Some(max)) => Some(DataValidationRule::LessThanOrEqualTo(digits(max))),
            (None, None) => None,
        }
    }

    fn words(&self) -> String {
        match (&self.min, &self.max) {
            (Some(min), Some(max)) => format!(",在{}到{}之间", min.to_exact(), max.to_exact()),
            (Some(min), None) => format!(",不小于{}", min.to_exact()),
            (None, Some(max)) => format!(",不大于{}", max.to_exact()),
            (None, None) => String::new(),
        }
    }
}

impl Rule {
    /// How cells of the column look. Texts are marked as such, or a spreadsheet turns long numbers into powers of ten.
    pub(super) fn format(&self) -> Format {
        match self {
            Rule::Text | Rule::OneOf(_) => Format::new().set_num_format("@"),
            Rule::Day => Format::new().set_num_format("yyyy-mm-dd"),
            Rule::Moment => Format::new().set_num_format("yyyy-mm-dd hh:mm"),
            Rule::Whole(_) | Rule::Decimal(_) => Format::new(),
        }
    }
}

/// The columns of a kind: running number, unit, date, number where records have one, then its fields.
pub(super) fn of(kind: &Kind, wanted: &Wanted) -> Vec<Column> {
    let mut columns = vec![running_number(), unit(kind, wanted), date(kind, wanted.today)];
    columns.extend(number(kind));
    columns.extend(kind.fields.values().map(|field| of_field(field, wanted.today)));
    columns
}

fn running_number() -> Column {
    Column {
        header: "序号".to_owned(),
        help: "可以不填".to_owned(),
        rule: Rule::Text,
        is_unit: false,
        required: false,
        example: EXAMPLE.to_owned(),
        width: 6,
    }
}

fn unit(kind: &Kind, wanted: &Wanted) -> Column {
    let level = kind.of.as_deref().or(wanted.bundle.levels().next()).unwrap_or("village");
    let title = level_title(level);
    let names = wanted.units.labels(level, wanted.covers);
    Column {
        header: format!("*{title}"),
        help: format!("从下拉列表中选{title};也可以直接填写名称或12位区划代码"),
        example: names.first().cloned().unwrap_or_default(),
        rule: Rule::OneOf(names),
        is_unit: true,
        required: true,
        width: 22,
    }
}

fn date(kind: &Kind, today: Date) -> Column {
    Column {
        header: format!("*{}", kind.date_title),
        help: format!("日期,如 {today} 或 {}", in_words(today)),
        rule: Rule::Day,
        is_unit: false,
        required: true,
        example: today.to_string(),
        width: 14,
    }
}

/// Records have a number of their own where it tells them apart, and no field is called so.
fn number(kind: &Kind) -> Option<Column> {
    const TITLE: &str = "编号";
    let named = kind.identity.iter().any(|name| name == "id");
    let has_own = kind.fields.values().any(|field| field.title == TITLE) || kind.date_title == TITLE;
    ((named || kind.identity.is_empty()) && !has_own).then(|| Column {
        header: if named { format!("*{TITLE}") } else { TITLE.to_owned() },
        help: "本条记录在原台账中的编号,每条不同;再次上报时据此识别同一条".to_owned(),
        rule: Rule::Text,
        is_unit: false,
        required: named,
        example: "2020-001".to_owned(),
        width: 14,
    })
}

fn of_field(field: &Field, today: Date) -> Column {
    let required = !field.optional && field.default.is_none();
    let measure = field.unit.as_ref().map(|unit| format!("({unit})")).unwrap_or_default();
    let (what, rule, example) = content(field, &field.kind, today);
    let mut help = what;
    help.push_str(match required {
        true => "。必填",
        false => "。没有的可以不填",
    });
    if let Some(default) = field.default.as_ref().map(|default| shown(field, default)) {
        help.push_str(&format!(",不填即为「{default}」"));
    }
    if field.personal.is_some() {
        help.push_str("。个人信息,只供核实,对外不显示");
    }
    let width = u32::try_from(field.title.chars().count() * 2 + 4).unwrap_or(30).clamp(12, 30);
    Column {
        header: format!("{}{}{measure}", if required { "*" } else { "" }, field.title),
        help,
        rule,
        is_unit: false,
        required,
        example,
        width,
    }
}

/// What a type takes: in words, as a rule, and an example.
fn content(field: &Field, kind: &Type, today: Date) -> (String, Rule, String) {
    let bounds = Bounds::of(field);
    let smallest = || field.min.unwrap_or(Number::ONE).to_exact();
    match kind {
        Type::Text => ("文字".to_owned(), Rule::Text, "文字".to_owned()),
        Type::Integer => (format!("整数{}", bounds.words()), Rule::Whole(bounds), smallest()),
        Type::Decimal => {
            let places = field.places.map(|places| format!(",最多{places}位小数")).unwrap_or_default();
            (format!("数字{}{places}", bounds.words()), Rule::Decimal(bounds), smallest())
        }
        Type::Boolean => {
            let titles = vec!["是".to_owned(), "否".to_owned()];
            ("填「是」或「否」".to_owned(), Rule::OneOf(titles), "是".to_owned())
        }
        Type::Date => (format!("日期,如 {today}"), Rule::Day, today.to_string()),
        Type::Time => (format!("日期和时间,如 {today} 09:30"), Rule::Moment, format!("{today} 09:30")),
        Type::Choice(choices) => {
            let titles: Vec<String> = choices.values().cloned().collect();
            let first = titles.first().cloned().unwrap_or_default();
            (format!("从下拉列表中选一项:{}", titles.join("、")), Rule::OneOf(titles), first)
        }
        Type::List(inner) => {
            let (each, _, example) = content(field, inner, today);
            (format!("可以有几项,用「、」隔开;每项:{each}"), Rule::Text, example)
        }
        Type::Map(_) | Type::Shape(_) => {
            ("由系统导出的 JSON 文字,手工填报的可以不填".to_owned(), Rule::Text, String::new())
        }
    }
}

fn shown(field: &Field, value: &Value) -> String {
    match (value, &field.kind) {
        (Value::Text(key), Type::Choice(choices)) => choices.get(key.as_ref()).cloned().unwrap_or(key.to_string()),
        (Value::Boolean(is), _) => if *is { "是" } else { "否" }.to_owned(),
        (Value::Number(number), _) => number.to_exact(),
        (other, _) => other.to_json().to_string().trim_matches('"').to_owned(),
    }
}

fn in_words(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}
