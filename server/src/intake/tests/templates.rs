//! A template that is filled in is read without a fault, whatever it is a template of.

use std::io::{Cursor, Read as _, Write as _};

use liuwu_engine::bundle::{self, Bundle};
use liuwu_engine::period::parse_date;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::*;
use crate::intake::template::{self, Wanted};

fn shipped() -> Vec<Bundle> {
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/../rules");
    let mut folders: Vec<_> = std::fs::read_dir(rules).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    let texts = files.filter(|path| path.extension().is_some_and(|end| end == "yaml"));
    texts.map(|path| bundle::read("办法.yaml", &std::fs::read_to_string(path).unwrap()).unwrap().0).collect()
}

/// Two units of each level that kinds of a bundle are about, each in the first of the level above.
fn two_of_each_level(bundle: &Bundle) -> UnitIndex {
    let mut levels: Vec<&str> = bundle.levels().collect();
    levels.extend(bundle.dictionary.kinds.values().filter_map(|kind| kind.of.as_deref()));
    let unit = |level: &str, name: &str, parent: Option<String>| Unit {
        id: Arc::from(format!("{level}-{name}")),
        level: Arc::from(level),
        name: format!("{name}{level}"),
        parent: parent.map(Arc::from),
    };
    let above = |place: usize| levels.get(place + 1).map(|level| format!("{level}-东"));
    let both = |(place, level): (usize, &&str)| [unit(level, "东", above(place)), unit(level, "西", above(place))];
    UnitIndex::new(levels.iter().enumerate().flat_map(both))
}

fn template_of(bundle: &Bundle, kinds: &[Arc<Kind>], units: &UnitIndex) -> Vec<u8> {
    let today = parse_date("2020-02-29").unwrap();
    template::write(&Wanted { bundle, kinds, units, covers: &|_| true, today }).unwrap()
}

fn ruian() -> Bundle {
    shipped().into_iter().find(|bundle| bundle.id == "ruian-six-no").unwrap()
}

/// The template for fires of the standard of Rui'an.
pub(super) fn fire_template() -> Vec<u8> {
    let bundle = ruian();
    template_of(&bundle, &[Arc::clone(&bundle.dictionary.kinds["fire"])], &units())
}

/// A file read against that standard.
pub(super) fn read_shipped(book: &workbook::Workbook) -> Upload {
    let (bundle, units) = (ruian(), units());
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
    recognise(book, &asked)
}

/// What stands in the cells of the header, sheet by sheet.
fn headers(bytes: &[u8]) -> Vec<Vec<String>> {
    let book = read("模板.xlsx", bytes, None, Limits::default()).unwrap();
    let Content::Sheets(sheets) = &book.content else { unreachable!() };
    sheets.iter().map(|sheet| (0..sheet.width()).map(|column| sheet.text(1, column)).collect()).collect()
}

/// Writes a row of texts under the example of each sheet, as a spreadsheet program would.
fn filled(bytes: &[u8], rows: &[Vec<String>]) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        let number = name.strip_prefix("xl/worksheets/sheet").and_then(|rest| rest.strip_suffix(".xml"));
        if let Some(row) = number.and_then(|number| rows.get(number.parse::<usize>().unwrap() - 1)) {
            let cells = row.iter().enumerate().filter(|(_, text)| !text.is_empty()).map(|(column, text)| {
                let text = text.replace('&', "&amp;").replace('<', "&lt;");
                let letters = workbook::column_letters(column);
                format!("<c r=\"{letters}4\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
            });
            let row = format!("<row r=\"4\">{}</row></sheetData>", cells.collect::<String>());
            content = String::from_utf8(content).unwrap().replacen("</sheetData>", &row, 1).into_bytes();
        }
        out.start_file(name, SimpleFileOptions::default()).unwrap();
        out.write_all(&content).unwrap();
    }
    out.finish().unwrap().into_inner()
}

/// Something that a field takes, as a clerk would write it.
fn written(field: &Field, kind: &Type) -> String {
    let middle = field.max.filter(|max| *max < Number::from_i64(100)).or(field.min);
    match kind {
        Type::Text => "三<号>院".to_owned(),
        Type::Integer | Type::Decimal => middle.unwrap_or(Number::from_i64(7)).to_exact(),
        Type::Boolean => "否".to_owned(),
        Type::Date => "2020年2月28日".to_owned(),
        Type::Time => "2020-02-28 17:05".to_owned(),
        Type::Choice(choices) => choices.values().last().unwrap().clone(),
        Type::List(inner) => format!("{}、{}", written(field, inner), written(field, inner)),
        Type::Map(_) | Type::Shape(_) => String::new(),
    }
}

/// What a row of a kind holds, under the header of its template.
fn row_of(kind: &Kind, header: &[String], unit: &str) -> Vec<String> {
    let plain = |title: &String| title.trim_start_matches('*').to_owned();
    let cell = |title: &String| {
        let title = plain(title);
        if title == "序号" {
            return "1".to_owned();
        }
        if title == kind.date_title {
            return "2020-02-27".to_owned();
        }
        let with_unit = |field: &Field| match &field.unit {
            Some(unit) => format!("{}({unit})", field.title),
            None => field.title.clone(),
        };
        match kind.fields.values().find(|field| with_unit(field) == title) {
            Some(field) => written(field, &field.kind),
            None if title == "编号" => "2020-17".to_owned(),
            None => unit.to_owned(),
        }
    };
    header.iter().map(cell).collect()
}

#[test]
fn the_template_of_every_shipped_kind_is_read_back_as_the_record_that_was_filled_in() {
    let bundles = shipped();
    assert_eq!(bundles.len(), 4);
    for bundle in &bundles {
        let units = two_of_each_level(bundle);
        let kinds: Vec<Arc<Kind>> = bundle.dictionary.kinds.values().cloned().collect();
        let template = template_of(bundle, &kinds, &units);
        let level = |kind: &Kind| kind.of.clone().unwrap_or_else(|| bundle.levels().next().unwrap().to_owned());
        let named = |kind: &Kind| units.labels(&level(kind), &|_| true).pop().unwrap();
        let rows: Vec<Vec<String>> =
            kinds.iter().zip(headers(&template)).map(|(kind, header)| row_of(kind, &header, &named(kind))).collect();
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
        let book = read("改过名字.xlsx", &filled(&template, &rows), None, Limits::default()).unwrap();
        let upload = recognise(&book, &asked);
        assert_eq!(upload.all_faults().map(|fault| fault.render(None, Lang::Zh)).collect::<Vec<_>>(), [""; 0]);
        assert_eq!(upload.tables.len(), kinds.len(), "{}", bundle.id);
        for (table, (kind, row)) in upload.tables.iter().zip(kinds.iter().zip(&rows)) {
            let Table::Records(found, reading) = table else { panic!("{} is no table of records", kind.title) };
            assert_eq!((&found.id, reading.ignored_rows.as_slice()), (&kind.id, [3].as_slice()));
            let [filed] = reading.entries.as_slice() else { panic!("{}: {}", kind.title, report(&upload)) };
            assert_eq!(filed.record.date, parse_date("2020-02-27").unwrap());
            let read_back = filed.record.values.iter().filter(|value| value.is_some()).count();
            let numbered = row.contains(&"2020-17".to_owned());
            assert_eq!(filed.record.id.is_some(), numbered, "{}", kind.title);
            let written = row.iter().filter(|cell| !cell.is_empty()).count() - 3 - usize::from(numbered);
            assert_eq!(read_back, written, "{}: a value that was filled in did not come back", kind.title);
        }
    }
}

#[test]
fn an_empty_template_brings_nothing_and_is_no_fault() {
    let bundle = shipped().remove(0);
    let kinds: Vec<Arc<Kind>> = bundle.dictionary.kinds.values().take(1).cloned().collect();
    let bytes = template_of(&bundle, &kinds, &units());
    let book = read("模板.xlsx", &bytes, None, Limits::default()).unwrap();
    let mark = book.mark.clone().unwrap();
    assert_eq!((&mark.bundle, &mark.edition), (&bundle.id, &bundle.edition));
    assert_eq!(mark.sheets.len(), 1);
    assert!(book.remarks.is_empty(), "the sheets of a program are not remarked on: {:?}", book.remarks);
    let levels: Vec<&str> = bundle.levels().collect();
    let choices = Choices::NONE;
    let asked = Asked {
        dictionary: &bundle.dictionary,
        levels: &levels,
        units: &units(),
        kind: None,
        effective: None,
        choices: &choices,
        progress: &Unwatched,
    };
    let upload = recognise(&book, &asked);
    assert_eq!((records(&upload).len(), upload.all_faults().count()), (0, 0));
}

#[test]
fn a_template_holds_its_choices_its_bounds_and_the_villages_that_are_covered() {
    let bundle = ruian();
    let kinds = [Arc::clone(&bundle.dictionary.kinds["fire"])];
    let index = units();
    let wanted = Wanted {
        bundle: &bundle,
        kinds: &kinds,
        units: &index,
        covers: &|id| id.starts_with("330381101"),
        today: parse_date("2020-02-29").unwrap(),
    };
    let bytes = template::write(&wanted).unwrap();
    let mut archive = ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let mut part = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let strings = part("xl/sharedStrings.xml");
    assert!(strings.contains("上岙村") && !strings.contains("下金村"), "only villages of the town are offered");
    let sheet = part("xl/worksheets/sheet1.xml");
    assert!(sheet.contains("type=\"list\"") && sheet.contains("type=\"date\"") && sheet.contains("type=\"whole\""));
    assert!(sheet.contains("state=\"frozen\""));
    assert!(part("xl/workbook.xml").contains("state=\"veryHidden\""));
    assert!(part("xl/comments1.xml").contains("必填"));
}
