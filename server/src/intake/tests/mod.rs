//! A small dictionary and a handful of villages, and files of every kind read against them.

mod corpus;
mod good;
mod templates;
mod identities;
mod marked;
mod old_files;
mod other_programs;
mod properties;
mod shipped;

use std::sync::Arc;

use indexmap::IndexMap;
use liuwu_engine::diagnostic::{Diagnostic, Lang};
use liuwu_engine::dictionary::{Attribute, Changes, Dictionary, Due, Field, Kind, NoneMeans, Public, Type};
use liuwu_engine::number::Number;
use liuwu_engine::period::{Granularity, parse_date};

use super::units::{Unit, UnitIndex};
use super::*;
use crate::progress::Unwatched;

fn field(title: &str, kind: Type) -> Field {
    Field {
        title: title.into(),
        kind,
        unit: None,
        min: None,
        max: None,
        places: None,
        optional: false,
        default: None,
        personal: None,
        place: (1, 1),
    }
}

fn choice(title: &str, choices: &[(&str, &str)]) -> Field {
    let choices: IndexMap<String, String> =
        choices.iter().map(|(key, title)| ((*key).into(), (*title).into())).collect();
    field(title, Type::Choice(Arc::new(choices)))
}

fn kind(
    id: &str,
    title: &str,
    date: &str,
    identity: &[&str],
    changes: Changes,
    fields: Vec<(&str, Field)>,
) -> Arc<Kind> {
    Arc::new(Kind {
        id: Arc::from(id),
        title: title.into(),
        department: None,
        of: None,
        date_title: date.into(),
        fields: fields.into_iter().map(|(key, field)| (key.to_owned(), field)).collect(),
        identity: identity.iter().map(|name| (*name).to_owned()).collect(),
        changes,
        stages: Vec::new(),
        none_means: NoneMeans::Clean,
        due: Some(Due { every: Granularity::Month, within_days: 5 }),
        public: Public::Full,
        keep_personal: None,
        mend: None,
        place: (1, 1),
    })
}

fn hazard_fields() -> Vec<(&'static str, Field)> {
    vec![
        ("level", choice("隐患等级", &[("major", "重大"), ("common", "一般")])),
        ("due", field("整改期限", Type::Date)),
        ("fixed", Field { optional: true, ..field("销号日期", Type::Date) }),
    ]
}

fn dictionary() -> Dictionary {
    let fire = vec![
        ("premises", choice("场所", &[("home", "住宅"), ("production", "生产经营"), ("mixed", "\"三合一\"")])),
        ("deaths", Field { min: Some(Number::ZERO), ..field("死亡人数", Type::Integer) }),
        (
            "loss",
            Field {
                optional: true, unit: Some("万元".into()), places: Some(2), ..field("直接损失", Type::Decimal)
            },
        ),
        ("reporter", Field { optional: true, personal: Some("name".into()), ..field("报告人", Type::Text) }),
    ];
    let percent =
        |title: &str| Field { unit: Some("%".into()), max: Some(Number::from_i64(100)), ..field(title, Type::Decimal) };
    let kinds = [
        kind("fire", "火灾", "发生日期", &["unit", "date", "premises"], Changes::Conflict, fire),
        kind("hazard", "重大隐患", "挂牌日期", &["id"], Changes::Latest, hazard_fields()),
        kind("fire_lane", "消防通道占用", "挂牌日期", &["id"], Changes::Latest, hazard_fields()),
        kind(
            "survey",
            "平安三率测评",
            "测评日期",
            &[],
            Changes::Conflict,
            vec![("safety", percent("安全感")), ("known", percent("知晓率"))],
        ),
        kind(
            "event",
            "微连心事件",
            "上报日期",
            &["id"],
            Changes::Latest,
            vec![
                ("reported", field("上报", Type::Time)),
                ("done", Field { optional: true, ..field("办结", Type::Time) }),
            ],
        ),
    ];
    let attribute = |field: Field, of: Option<&str>| Attribute { field, of: of.map(str::to_owned) };
    let population = Field { min: Some(Number::ONE), ..field("常住人口", Type::Integer) };
    Dictionary {
        kinds: kinds.into_iter().map(|kind| (kind.id.to_string(), kind)).collect(),
        attributes: [
            ("population".to_owned(), attribute(population, None)),
            ("kind".to_owned(), attribute(choice("村社类型", &[("village", "行政村"), ("community", "社区")]), None)),
            ("police".to_owned(), attribute(field("社区民警", Type::Integer), Some("town"))),
        ]
        .into(),
        shapes: IndexMap::new(),
    }
}

fn units() -> UnitIndex {
    let unit = |id: &str, level: &str, name: &str, parent: Option<&str>| Unit {
        id: id.into(),
        level: level.into(),
        name: name.into(),
        parent: parent.map(Arc::from),
    };
    UnitIndex::new([
        unit("330381000000", "county", "瑞安市", None),
        unit("330381101000", "town", "塘下镇", Some("330381000000")),
        unit("330381102000", "town", "马屿镇", Some("330381000000")),
        unit("330381101701", "village", "上岙村委会", Some("330381101000")),
        unit("330381101702", "village", "前垟村委会", Some("330381101000")),
        unit("330381101703", "village", "新埭社区居委会", Some("330381101000")),
        unit("330381102701", "village", "上岙村委会", Some("330381102000")),
        unit("330381102702", "village", "下金村委会", Some("330381102000")),
    ])
}

/// Reads a file against the small dictionary, held to narrow limits.
fn upload(name: &str, bytes: &[u8], kind: Option<&str>) -> Upload {
    upload_within(name, bytes, kind, Limits { rows: 5_000, cells: 200_000, unpacked: 8 << 20 })
}

fn upload_within(name: &str, bytes: &[u8], kind: Option<&str>, limits: Limits) -> Upload {
    match read(name, bytes, None, limits) {
        Ok(book) => with_asked(kind, |asked| recognise(&book, asked)),
        Err(faults) => Upload { faults, ..Upload::default() },
    }
}

/// Asks for the small dictionary.
fn with_asked<T>(kind: Option<&str>, read: impl FnOnce(&Asked) -> T) -> T {
    read(&Asked {
        dictionary: &dictionary(),
        levels: &["village", "town", "county"],
        units: &units(),
        kind,
        effective: Some(parse_date("2020-01-01").unwrap()),
        choices: &Choices::NONE,
        progress: &Unwatched,
    })
}

/// The whole report as a user reads it.
fn report(upload: &Upload) -> String {
    let mut lines = Vec::new();
    if let Some(encoding) = upload.encoding {
        lines.push(format!("编码 {encoding}"));
    }
    for table in &upload.tables {
        lines.push(match table {
            Table::Records(_, reading) => table_line(reading),
            Table::Attributes(reading) => table_line(reading),
            Table::Divisions(reading) => table_line(reading),
            Table::Statements(reading) => table_line(reading),
        });
    }
    let shown = |diagnostic: &Diagnostic| diagnostic.render(None, Lang::Zh).trim_end().to_owned();
    lines.extend(upload.all_faults().map(shown));
    lines.extend(upload.all_remarks().map(shown));
    lines.join("\n")
}

fn table_line<T>(reading: &Reading<T>) -> String {
    let columns: Vec<String> = reading
        .columns
        .iter()
        .filter_map(|column| column.taken_for.as_ref().map(|title| format!("{}={title}", column.letters)))
        .collect();
    format!(
        "表 {} {} 把握{}% 表头{:?} 列{} 好{} 错{:?} 略{:?}",
        reading.title,
        reading.sheet.as_deref().unwrap_or("-"),
        reading.share,
        reading.header_row,
        columns.join(" "),
        reading.entries.len(),
        reading.faulty_rows,
        reading.ignored_rows
    )
}

fn records(upload: &Upload) -> Vec<&UnitRecord> {
    upload
        .tables
        .iter()
        .flat_map(|table| match table {
            Table::Records(_, reading) => reading.entries.iter().collect(),
            _ => Vec::new(),
        })
        .collect()
}

/// A record in one line: unit, date, id, values.
fn line(filed: &UnitRecord) -> String {
    let values: Vec<String> =
        filed.record.values.iter().map(|value| value.as_ref().map_or("-".to_owned(), ToString::to_string)).collect();
    let id = filed.record.id.as_deref().unwrap_or("-");
    format!("{} {} {id} {}", filed.unit, filed.record.date, values.join(" "))
}

fn lines(upload: &Upload) -> Vec<String> {
    records(upload).into_iter().map(line).collect()
}
