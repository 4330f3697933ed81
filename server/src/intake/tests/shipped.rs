//! A table with the titles of a shipped bundle is recognised as what it is, whatever it is called.

use liuwu_engine::bundle;

use super::*;

const BUNDLE: &str = include_str!("../../../../rules/ruian-six-no/2020.yaml");

fn sample_of(field: &Field) -> String {
    match &field.kind {
        Type::Choice(choices) => choices.values().next().cloned().unwrap_or_default(),
        Type::Date => "2020-02-29".into(),
        Type::Time => "2020-02-29 08:30".into(),
        Type::Boolean => "是".into(),
        Type::Integer | Type::Decimal => field.min.unwrap_or(Number::ONE).to_string(),
        Type::List(_) => "王某、李某".into(),
        Type::Text | Type::Map(_) | Type::Shape(_) => "前垟".into(),
    }
}

/// Title and sample of each column, in the order in which a clerk would have them.
fn columns(kind: &Kind, level: &str) -> Vec<(String, String)> {
    let mut columns = vec![("序号".to_owned(), "1".to_owned())];
    if !kind.fields.values().any(|field| field.title == "编号") {
        columns.push(("编号".to_owned(), "A-1".to_owned()));
    }
    match level {
        "village" => columns.extend([("镇街".into(), "马屿镇".into()), ("村社".into(), "下金村".into())]),
        "town" => columns.push(("镇街".into(), "马屿镇".into())),
        _ => {}
    }
    columns.push((kind.date_title.clone(), "2020-02-29".into()));
    for field in kind.fields.values() {
        let measure = field.unit.as_ref().map(|unit| format!("({unit})")).unwrap_or_default();
        columns.push((format!("{}{measure}", field.title), sample_of(field)));
    }
    columns
}

#[test]
fn every_kind_of_the_ruian_bundle_is_recognised_by_its_titles_alone() {
    let (bundle, _) = bundle::read("2020.yaml", BUNDLE).unwrap();
    let units = units();
    let levels: Vec<&str> = bundle.levels().collect();
    let asked = Asked {
        dictionary: &bundle.dictionary,
        levels: &levels,
        units: &units,
        kind: None,
        effective: None,
        choices: &Choices::NONE,
        progress: &Unwatched,
    };
    assert!(bundle.dictionary.kinds.len() > 20);
    for kind in bundle.dictionary.kinds.values() {
        let columns = columns(kind, kind.of.as_deref().unwrap_or(levels[0]));
        let row = |cells: Vec<&str>| cells.iter().map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",");
        let quoted: Vec<(String, String)> =
            columns.iter().map(|(title, sample)| (title.replace('"', "\"\""), sample.replace('"', "\"\""))).collect();
        let header = row(quoted.iter().map(|(title, _)| title.as_str()).collect());
        let sample = row(quoted.iter().map(|(_, sample)| sample.as_str()).collect());
        let csv = format!("{header}\n{sample}\n");
        let book = read("表.csv", csv.as_bytes(), None, Limits::default()).unwrap();
        let upload = recognise(&book, &asked);
        let [Table::Records(found, reading)] = upload.tables.as_slice() else {
            panic!("{}: {}", kind.title, report(&upload))
        };
        assert_eq!(found.id, kind.id);
        assert_eq!(reading.entries.len(), 1, "{}: {}", kind.title, report(&upload));
        assert_eq!(reading.share, 100, "{}: {}", kind.title, report(&upload));
    }
}
