//! What is wrong with one value, before its place is known.

use std::borrow::Cow;

use super::Raw;
use crate::codes::data as codes;
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::dictionary::Type;

/// What is wrong with one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The value: a key, and inside nested values keys and places from 0, such as `steps[2].at`; empty for the whole record.
    pub path: String,
    diagnostic: Diagnostic,
}

impl Fault {
    /// The first part of the path: `date`, `id` or the key of a field.
    pub fn key(&self) -> &str {
        self.path.split(['.', '[']).next().unwrap_or_default()
    }

    /// The code of the catalogue.
    pub fn code(&self) -> &'static Code {
        self.diagnostic.code
    }

    /// The fault at its place.
    pub fn at(self, location: Location) -> Diagnostic {
        self.diagnostic.at(location)
    }

    pub(super) fn with(mut self, name: &'static str, value: impl ToString) -> Fault {
        self.diagnostic = self.diagnostic.with(name, value);
        self
    }

    pub(super) fn expecting(self, expected: &Expected) -> Fault {
        self.with("expected", expected.zh).with("expected_en", expected.en)
    }
}

/// What a fault is about: where the value stands in its record, and what people call it.
pub(super) struct Subject<'a> {
    pub path: Cow<'a, str>,
    pub title: &'a str,
    /// The value is personal or restricted and is not repeated in messages.
    pub hidden: bool,
}

impl Subject<'_> {
    /// A fault with the name of the field and the value as found.
    pub fn fault(&self, code: &'static Code, raw: &Raw) -> Fault {
        let value = if self.hidden { "***".to_owned() } else { raw.shown() };
        let diagnostic = Diagnostic::new(code).with("field", self.name()).with("value", value);
        Fault { path: self.path.to_string(), diagnostic }
    }

    /// A formula that failed, or that was never calculated.
    pub fn formula_fault(&self, raw: &Raw) -> Fault {
        let is_open = raw.shown().trim().eq_ignore_ascii_case(super::NOT_CALCULATED);
        self.fault(if is_open { &codes::FORMULA_WITHOUT_RESULT } else { &codes::FORMULA_ERROR }, raw)
    }

    /// A value of another type than the field's.
    pub fn wrong_type(&self, expected: &Expected, raw: &Raw) -> Fault {
        self.fault(&codes::WRONG_TYPE, raw)
            .expecting(expected)
            .with("remedy", expected.remedy_zh)
            .with("remedy_en", expected.remedy_en)
    }

    /// The title; inside nested values with the path, so that one of many is found.
    fn name(&self) -> String {
        if self.path.contains(['[', '.']) { format!("{} {}", self.title, self.path) } else { self.title.to_owned() }
    }
}

/// What a type wants, in words.
pub(super) struct Expected {
    pub zh: &'static str,
    pub en: &'static str,
    pub remedy_zh: &'static str,
    pub remedy_en: &'static str,
}

impl Expected {
    pub fn of(kind: &Type) -> Expected {
        let [zh, en, remedy_zh, remedy_en] = match kind {
            Type::Text => ["文字", "a text", "填写文字", "write a text"],
            Type::Integer => [
                "整数",
                "a whole number",
                "只填数字,例如 3;文字说明写到别的列",
                "write digits only, such as 3, and remarks in another column",
            ],
            Type::Decimal => [
                "数字",
                "a number",
                "只填数字,例如 12.5;文字说明写到别的列",
                "write digits only, such as 12.5, and remarks in another column",
            ],
            Type::Boolean => ["是或否", "yes or no", "填「是」或「否」", "write yes or no"],
            Type::Date => ["日期", "a day", "按 2020-03-02 的样子填写", "write it like 2020-03-02"],
            Type::Time => [
                "日期和时间",
                "a day and a time of day",
                "按 2020-03-02 08:30 的样子填写",
                "write it like 2020-03-02 08:30",
            ],
            Type::Choice(_) => {
                ["规定的选项", "one of the choices", "从规定的选项中选填一项", "write one of the choices"]
            }
            Type::List(_) => [
                "若干项",
                "a list",
                "表格中各项用顿号隔开;JSON 中写成 [ ]",
                "in a sheet put commas between the entries; in JSON write [ ]",
            ],
            Type::Map(_) | Type::Shape(_) => [
                "成组的内容",
                "values by name",
                "写成 JSON 的 { },一名一值",
                "write JSON { } with a value for each name",
            ],
        };
        Expected { zh, en, remedy_zh, remedy_en }
    }
}
