//! What of a record stands on a page: its number, its name, its term, what it was sorted as.
//!
//! Enters: a record of a kind that the reader may see in full. Leaves: texts and a day; personal fields never. Next:
//! [`village`](super::village).

use jiff::civil::Date;
use liuwu_engine::dictionary::{Field, Type, Value};
use liuwu_engine::record::Record;

use crate::wording::shown;

/// Fields of an outline at most.
const OUTLINE: usize = 4;

/// The number by which its office knows a record: the source's own, or what identifies it besides unit and day.
#[must_use]
pub fn number(record: &Record) -> Option<String> {
    if let Some(id) = &record.id {
        return Some(id.to_string());
    }
    let identity = record.kind.identity.iter().filter(|name| !["unit", "date", "id"].contains(&name.as_str()));
    let parts: Vec<String> = identity.filter_map(|name| text(record, name)).collect();
    if parts.is_empty() { None } else { Some(parts.join(" ")) }
}

/// The last day on which something can still be done in time: the latest of the record's terms.
#[must_use]
pub fn term(record: &Record) -> Option<Date> {
    let terms = open_fields(record).filter(|(name, field)| field.kind == Type::Date && is_term(name));
    terms
        .filter_map(|(name, _)| match record.value(name) {
            Some(Value::Date(day)) => Some(*day),
            _ => None,
        })
        .max()
}

/// Whether a field says until when: `due`, `settle_by`, `deadline`, `extended`.
fn is_term(name: &str) -> bool {
    ["due", "deadline", "extended"].iter().any(|word| name.split('_').any(|part| part == *word))
        || name.ends_with("_by")
}

/// What a record is about, by the name it gives: 某木制品作坊.
#[must_use]
pub fn name(record: &Record) -> Option<String> {
    let mut names = open_fields(record).filter(|(key, _)| *key == "name" || key.ends_with("_name"));
    names.find_map(|(key, _)| text(record, key))
}

/// What a record was sorted as, in words: 类别 消防, 来源 检查.
#[must_use]
pub fn outline(record: &Record) -> Vec<String> {
    open_fields(record)
        .filter(|(_, field)| matches!(field.kind, Type::Choice(_)))
        .filter_map(|(key, field)| Some(format!("{} {}", field.title, text(record, key)?)))
        .take(OUTLINE)
        .collect()
}

/// The department that a record itself names.
#[must_use]
pub fn department(record: &Record) -> Option<String> {
    text(record, "department")
}

/// A field in words; none when it is personal or empty.
fn text(record: &Record, name: &str) -> Option<String> {
    let field = record.kind.fields.get(name).filter(|field| field.personal.is_none())?;
    Some(shown(&field.kind, record.value(name)?))
}

fn open_fields(record: &Record) -> impl Iterator<Item = (&String, &Field)> {
    record.kind.fields.iter().filter(|(_, field)| field.personal.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_told_by_the_name_of_its_field() {
        for name in ["due", "settle_by", "extended", "deadline", "due_date"] {
            assert!(is_term(name), "{name}");
        }
        for name in ["closed", "subdued", "listed", "standby"] {
            assert!(!is_term(name), "{name}");
        }
    }
}
