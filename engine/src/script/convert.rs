//! Between the values of the interpreter and those of the engine.

use std::cmp::Ordering;
use std::sync::Arc;

use rhai::{Array, Dynamic, ImmutableString};
use rust_decimal::Decimal;

use super::objects::{Nested, Pseudonym, RecordObject, Unit};
use super::sandbox::LONGEST_TEXT;
use super::stop::{Halt, fault};
use super::view::{Entries, View};
use crate::dictionary::Value;
use crate::number::{Number, NumberError};
use crate::period::{Date, Period, Time};

/// A number, whatever its form: whole numbers and decimals are the interpreter's own, all others ours.
pub(super) fn number(value: &Dynamic) -> Option<Number> {
    if let Ok(whole) = value.as_int() {
        return Some(Number::from_i64(whole));
    }
    if let Some(decimal) = value.read_lock::<Decimal>() {
        return Some(Number::from_decimal(*decimal));
    }
    value.read_lock::<Number>().map(|number| *number)
}

/// The interpreter's form of a number.
pub(super) fn from_number(number: Number) -> Dynamic {
    match number.to_i64() {
        Some(whole) => Dynamic::from_int(whole),
        None => Dynamic::from(number),
    }
}

/// A number, or a halt that names what was there instead.
pub(super) fn need_number(value: &Dynamic, used_for: &str) -> Result<Number, Halt> {
    number(value).ok_or_else(|| {
        let (zh, en) = describe(value);
        fault(format!("{used_for} 需要数字,得到的是{zh}"), format!("`{used_for}` takes a number, found {en}"))
    })
}

/// A whole number that fits the interpreter's own, or a halt.
pub(super) fn need_whole(value: &Dynamic, used_for: &str) -> Result<i64, Halt> {
    let number = need_number(value, used_for)?;
    number.to_i64().ok_or_else(|| {
        fault(
            format!("{used_for} 需要整数,得到的是 {number}"),
            format!("`{used_for}` takes a whole number, found {number}"),
        )
    })
}

/// The halt for arithmetic that has no result.
pub(super) fn arithmetic(error: NumberError) -> Halt {
    match error {
        NumberError::DivisionByZero => fault("除数为零", "division by zero"),
        NumberError::TooLarge => fault("数字过大", "the number is too large"),
        other => fault(format!("数字有误:{other}"), other.to_string()),
    }
}

/// A text.
pub(super) fn text(value: &Dynamic) -> Option<ImmutableString> {
    if let Ok(letter) = value.as_char() {
        return Some(ImmutableString::from(letter.to_string()));
    }
    value.read_lock::<ImmutableString>().map(|text| text.clone())
}

/// A text, or a halt.
pub(super) fn need_text(value: &Dynamic, used_for: &str) -> Result<ImmutableString, Halt> {
    text(value).ok_or_else(|| {
        let (zh, en) = describe(value);
        fault(format!("{used_for} 需要文字,得到的是{zh}"), format!("`{used_for}` takes a text, found {en}"))
    })
}

/// A day, or a halt.
pub(super) fn need_date(value: &Dynamic, used_for: &str) -> Result<Date, Halt> {
    date(value).ok_or_else(|| {
        let (zh, en) = describe(value);
        fault(format!("{used_for} 需要日期,得到的是{zh}"), format!("`{used_for}` takes a date, found {en}"))
    })
}

pub(super) fn date(value: &Dynamic) -> Option<Date> {
    value.read_lock::<Date>().map(|date| *date)
}

pub(super) fn time(value: &Dynamic) -> Option<Time> {
    value.read_lock::<Time>().map(|time| *time)
}

/// A list: a view or the interpreter's array.
pub(super) fn list(value: &Dynamic) -> Option<View> {
    if let Some(view) = value.read_lock::<View>() {
        return Some(view.clone());
    }
    value.read_lock::<Array>().map(|array| View::of(array.iter().cloned()))
}

/// Values by key: entries or the interpreter's map.
pub(super) fn entries(value: &Dynamic) -> Option<Entries> {
    if let Some(entries) = value.read_lock::<Entries>() {
        return Some(entries.clone());
    }
    value.read_lock::<rhai::Map>().map(|map| Entries::of(map.clone()))
}

/// Whether a value is a list.
pub(super) fn is_list(value: &Dynamic) -> bool {
    value.is_array() || value.is::<View>()
}

/// What a value is, in Chinese and English, for messages.
pub(super) fn describe(value: &Dynamic) -> (String, &'static str) {
    let (zh, en) = if value.is_unit() {
        ("空值", "nothing")
    } else if number(value).is_some() {
        ("数字", "a number")
    } else if text(value).is_some() {
        ("文字", "a text")
    } else if value.is_bool() {
        ("是否", "a boolean")
    } else if date(value).is_some() {
        ("日期", "a date")
    } else if time(value).is_some() {
        ("时间", "a time")
    } else if is_list(value) {
        ("一组数据", "a list")
    } else if value.is_map() || value.is::<Entries>() || value.is::<Nested>() {
        ("对照表", "a map")
    } else if value.is::<RecordObject>() {
        ("一条记录", "a record")
    } else if value.is::<Pseudonym>() {
        ("个人信息", "a personal value")
    } else if value.is::<Period>() {
        ("周期", "a period")
    } else if value.is::<Unit>() {
        ("考核对象", "a unit")
    } else {
        ("其他类型的值", "another type")
    };
    (zh.to_owned(), en)
}

fn unlike(a: &Dynamic, b: &Dynamic, sign: &str) -> Halt {
    let ((a_zh, a_en), (b_zh, b_en)) = (describe(a), describe(b));
    fault(format!("{a_zh}和{b_zh}不能用 {sign} 比较"), format!("cannot compare {a_en} with {b_en} by `{sign}`"))
}

/// Whether two values are equal. Nothing equals only nothing; unlike types are a fault, since they are a slip of the author.
pub(super) fn equal(a: &Dynamic, b: &Dynamic) -> Result<bool, Halt> {
    if a.is_unit() || b.is_unit() {
        return Ok(a.is_unit() && b.is_unit());
    }
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return Ok(a == b);
    }
    if let (Some(a), Some(b)) = (text(a), text(b)) {
        return Ok(a == b);
    }
    if let (Ok(a), Ok(b)) = (a.as_bool(), b.as_bool()) {
        return Ok(a == b);
    }
    if let (Some(a), Some(b)) = (date(a), date(b)) {
        return Ok(a == b);
    }
    if let (Some(a), Some(b)) = (time(a), time(b)) {
        return Ok(a == b);
    }
    if let (Some(a), Some(b)) = (list(a), list(b)) {
        if a.len() != b.len() {
            return Ok(false);
        }
        for (a, b) in a.iter().zip(b.iter()) {
            if !equal(a, b)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    if let (Some(a), Some(b)) = (entries(a), entries(b)) {
        if a.entries.len() != b.entries.len() {
            return Ok(false);
        }
        for ((a_key, a), (b_key, b)) in a.entries.iter().zip(b.entries.iter()) {
            if a_key != b_key || !equal(a, b)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    same_object(a, b).ok_or_else(|| unlike(a, b, "=="))
}

fn same_object(a: &Dynamic, b: &Dynamic) -> Option<bool> {
    if let (Some(a), Some(b)) = (a.read_lock::<Pseudonym>(), b.read_lock::<Pseudonym>()) {
        return Some(*a == *b);
    }
    if let (Some(a), Some(b)) = (a.read_lock::<RecordObject>(), b.read_lock::<RecordObject>()) {
        return Some(Arc::ptr_eq(&a.record, &b.record));
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Unit>(), b.read_lock::<Unit>()) {
        return Some(a.index == b.index);
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Period>(), b.read_lock::<Period>()) {
        return Some(*a == *b);
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Nested>(), b.read_lock::<Nested>()) {
        return Some(a.entries == b.entries);
    }
    None
}

/// The order of two values of one type; nothing and unlike types are a fault.
pub(super) fn compare(a: &Dynamic, b: &Dynamic, sign: &str) -> Result<Ordering, Halt> {
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return Ok(a.cmp(&b));
    }
    if let (Some(a), Some(b)) = (date(a), date(b)) {
        return Ok(a.cmp(&b));
    }
    if let (Some(a), Some(b)) = (time(a), time(b)) {
        return Ok(a.cmp(&b));
    }
    if let (Some(a), Some(b)) = (text(a), text(b)) {
        return Ok(a.as_str().cmp(b.as_str()));
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Period>(), b.read_lock::<Period>()) {
        return Ok(a.cmp(&b));
    }
    Err(unlike(a, b, sign))
}

/// As shown in a reason or put together with a text.
///
/// # Errors
/// A text that would be longer than texts may be.
pub(super) fn display(value: &Dynamic) -> Result<String, Halt> {
    let mut text = String::new();
    show(value, LONGEST_TEXT, &mut text).map_err(|TooLong| fault("文字过长", "the text would become too long"))?;
    Ok(text)
}

/// As shown in a template, where a long list is cut.
pub(super) fn display_cut(value: &Dynamic) -> String {
    let mut text = String::new();
    if show(value, LONGEST_TEXT / 10, &mut text).is_err() {
        text.push('…');
    }
    text
}

struct TooLong;

fn show(value: &Dynamic, most: usize, into: &mut String) -> Result<(), TooLong> {
    if let Some(list) = value.read_lock::<View>() {
        return show_all(list.iter(), most, into);
    }
    if let Some(list) = value.read_lock::<Array>() {
        return show_all(list.iter(), most, into);
    }
    if let Some(text) = value.read_lock::<ImmutableString>() {
        into.push_str(&text);
    } else {
        into.push_str(&show_one(value));
    }
    if into.len() > most { Err(TooLong) } else { Ok(()) }
}

fn show_all<'a>(values: impl Iterator<Item = &'a Dynamic>, most: usize, into: &mut String) -> Result<(), TooLong> {
    for (index, value) in values.enumerate() {
        if index > 0 {
            into.push('、');
        }
        show(value, most, into)?;
    }
    if into.len() > most { Err(TooLong) } else { Ok(()) }
}

fn show_one(value: &Dynamic) -> String {
    if let Some(number) = number(value) {
        number.to_string()
    } else if let Some(text) = text(value) {
        text.to_string()
    } else if let Some(date) = date(value) {
        date.to_string()
    } else if let Some(time) = time(value) {
        time.strftime("%Y-%m-%d %H:%M").to_string()
    } else if let Ok(is) = value.as_bool() {
        if is { "是" } else { "否" }.to_owned()
    } else if let Some(unit) = value.read_lock::<Unit>() {
        unit.scene.unit_name(unit.index).to_string()
    } else if let Some(period) = value.read_lock::<Period>() {
        period.title_zh()
    } else if let Some(record) = value.read_lock::<RecordObject>() {
        format!("{} {}", record.record.kind.title, record.record.date)
    } else if value.is::<Pseudonym>() {
        "(个人信息)".to_owned()
    } else if value.is_unit() {
        "(未填)".to_owned()
    } else {
        describe(value).0
    }
}

/// A stored value as scripts see it.
pub(super) fn from_value(value: &Value) -> Dynamic {
    match value {
        Value::Boolean(is) => Dynamic::from_bool(*is),
        Value::Number(number) => from_number(*number),
        Value::Date(date) => Dynamic::from(*date),
        Value::Time(time) => Dynamic::from(*time),
        Value::Text(text) => Dynamic::from(ImmutableString::from(text.as_ref())),
        Value::List(items) => Dynamic::from(View::of(items.iter().map(from_value))),
        Value::Map(entries) => Dynamic::from(Nested::map(entries)),
    }
}

/// A script's value as it is kept in results; none: nothing. What cannot be kept (a unit, a group) is a fault.
pub(super) fn to_value(value: &Dynamic) -> Result<Option<Value>, Halt> {
    if value.is_unit() {
        return Ok(None);
    }
    if let Some(number) = number(value) {
        return Ok(Some(Value::Number(number)));
    }
    if let Some(text) = text(value) {
        return Ok(Some(Value::text(&text)));
    }
    if let Ok(is) = value.as_bool() {
        return Ok(Some(Value::Boolean(is)));
    }
    if let Some(date) = date(value) {
        return Ok(Some(Value::Date(date)));
    }
    if let Some(time) = time(value) {
        return Ok(Some(Value::Time(time)));
    }
    if let Some(list) = list(value) {
        let items = list.iter().map(to_value).collect::<Result<Vec<_>, _>>()?;
        return Ok(Some(Value::List(items.into_iter().flatten().collect())));
    }
    if let Some(entries) = entries(value) {
        let mut kept = std::collections::BTreeMap::new();
        for (key, item) in entries.entries.iter() {
            if let Some(item) = to_value(item)? {
                kept.insert(Arc::from(key.as_str()), item);
            }
        }
        return Ok(Some(Value::Map(Arc::new(kept))));
    }
    if let Some(nested) = value.read_lock::<Nested>() {
        return Ok(Some(Value::Map(Arc::clone(&nested.entries))));
    }
    if let Some(period) = value.read_lock::<Period>() {
        return Ok(Some(Value::text(&period.name())));
    }
    if let Some(pseudonym) = value.read_lock::<Pseudonym>() {
        return Ok(Some(Value::Text(Arc::clone(&pseudonym.0))));
    }
    if let Some(record) = value.read_lock::<RecordObject>() {
        // Not where it was read, which may differ from one import to the next.
        let record = &record.record;
        let id = record.id.as_deref().map(|id| format!(" {id}")).unwrap_or_default();
        return Ok(Some(Value::text(&format!("{} {}{id}", record.kind.id, record.date))));
    }
    let (zh, en) = describe(value);
    Err(fault(format!("{zh}不能作为结果保存"), format!("{en} cannot be kept as a result")))
}
