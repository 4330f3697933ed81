//! Whatever the bytes, a reader answers; whatever cell is broken, it is named.

use std::collections::BTreeSet;
use std::io::{Cursor, Read, Write};

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rust_xlsxwriter::Workbook as Writer;
use zip::write::SimpleFileOptions;

use super::*;

const HEADER: [&str; 6] = ["镇街", "村社", "发生日期", "场所", "死亡人数", "直接损失(万元)"];
const VILLAGES: [(&str, &str); 4] =
    [("塘下镇", "上岙村"), ("塘下镇", "前垟村"), ("马屿镇", "上岙村"), ("马屿镇", "下金村")];

fn good_row(row: usize) -> [String; 6] {
    let (town, village) = VILLAGES[row % VILLAGES.len()];
    let day = format!("2020-{:02}-{:02}", row % 12 + 1, row % 28 + 1);
    let premises = ["住宅", "生产经营"][row % 2];
    [town.into(), village.into(), day, premises.into(), (row % 3).to_string(), format!("{}.{:02}", row % 50, row % 100)]
}

/// A value that the column does not take.
fn broken(column: usize, choice: usize) -> &'static str {
    let values: &[&str] = match column {
        1 => &["无此村", "上鳌头", "330"],
        2 => &["", "2020-02-30", "02/03/2020", "3月4日", "昨天", "2020-3", "43890", "#N/A"],
        3 => &["", "天上", "住宅楼", "0"],
        4 => &["", "-1", "两人", "1.5", "1,23", "#REF!", "3人"],
        _ => &["abc", "1.234", "1e5", "-", "5%", "0.30000000000000004", "1.2.3"],
    };
    values[choice % values.len()]
}

/// Fifteen thousand rows with ten thousand broken cells, and the addresses of these.
fn broken_table() -> (Vec<[String; 6]>, BTreeSet<String>) {
    let mut rng = ChaCha8Rng::seed_from_u64(2020);
    let mut rows: Vec<[String; 6]> = (0..15_000).map(good_row).collect();
    let mut cells = BTreeSet::new();
    while cells.len() < 10_000 {
        let (row, column) = (rng.random_range(0..rows.len()), rng.random_range(1..6));
        let value = broken(column, rng.random_range(0..8));
        // A dash in an optional column is a blank.
        if value != "-" && cells.insert(format!("{}{}", workbook::column_letters(column), row + 2)) {
            rows[row][column] = value.to_owned();
        }
    }
    (rows, cells)
}

fn cells_named(upload: &Upload) -> Vec<String> {
    let place = |fault: &Diagnostic| fault.location.to_line().rsplit('!').next().unwrap_or_default().to_owned();
    upload.all_faults().map(place).collect()
}

#[test]
fn each_of_ten_thousand_broken_cells_is_named_and_no_other() {
    let (rows, broken) = broken_table();
    let mut csv = HEADER.join(",") + "\n";
    let mut book = Writer::new();
    let sheet = book.add_worksheet();
    for (column, title) in HEADER.iter().enumerate() {
        sheet.write(0, column as u16, *title).unwrap();
    }
    for (row, cells) in rows.iter().enumerate() {
        csv.push_str(&cells.iter().map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(","));
        csv.push('\n');
        for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            match text.parse::<f64>() {
                // Numbers stand in a workbook as numbers, but for those that must show as they are.
                Ok(number) if column > 3 && !text.contains('e') => sheet.write(row as u32 + 1, column as u16, number),
                _ => sheet.write(row as u32 + 1, column as u16, text.as_str()),
            }
            .unwrap();
        }
    }
    let (gbk, _, _) = encoding_rs::GB18030.encode(&csv);
    for (name, bytes) in [
        ("火灾.csv", csv.as_bytes().to_vec()),
        ("火灾gbk.csv", gbk.into_owned()),
        ("火灾.xlsx", book.save_to_buffer().unwrap()),
    ] {
        let upload = upload_within(name, &bytes, None, Limits::default());
        let named = cells_named(&upload);
        let once: BTreeSet<String> = named.iter().cloned().collect();
        assert_eq!(once, broken, "{name}");
        assert_eq!(named.len(), broken.len(), "{name}: no cell is named twice");
        for fault in upload.all_faults() {
            assert!(!fault.help(Lang::Zh).is_empty() && !fault.help(Lang::En).is_empty(), "{}", fault.code.id);
            assert!(!fault.render(None, Lang::Zh).contains(['{', '}']), "{}", fault.render(None, Lang::Zh));
            assert!(!fault.render(None, Lang::En).contains(['{', '}']), "{}", fault.render(None, Lang::En));
        }
        let rows_broken: BTreeSet<&str> = broken.iter().map(|cell| &cell[1..]).collect();
        assert_eq!(records(&upload).len(), 15_000 - rows_broken.len(), "{name}: all other rows are good");
    }
}

fn sample_csv() -> Vec<u8> {
    let mut csv = HEADER.join(",") + "\n";
    (0..6).for_each(|row| csv.push_str(&(good_row(row).join(",") + "\n")));
    csv.into_bytes()
}

fn sample_xlsx() -> Vec<u8> {
    let mut book = Writer::new();
    let sheet = book.add_worksheet().set_name("火灾").unwrap();
    for (column, title) in HEADER.iter().enumerate() {
        sheet.write(0, column as u16, *title).unwrap();
        for row in 0..6 {
            sheet.write(row + 1, column as u16, good_row(row as usize)[column].as_str()).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

/// The same workbook with one of its parts changed inside the packing, so that the change is not caught by a checksum.
fn with_changed_part(bytes: &[u8], part: &str, change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let name = file.name().unwrap().to_string();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        if name.contains(part) {
            change(&mut content);
        }
        out.start_file(name, SimpleFileOptions::default()).unwrap();
        out.write_all(&content).unwrap();
    }
    out.finish().unwrap().into_inner()
}

fn mutate(bytes: &mut Vec<u8>, changes: &[(prop::sample::Index, u8)], cut: Option<prop::sample::Index>) {
    for (at, value) in changes {
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = *value;
        }
    }
    if let Some(cut) = cut {
        bytes.truncate(cut.index(bytes.len() + 1));
    }
}

fn changes() -> impl Strategy<Value = (Vec<(prop::sample::Index, u8)>, Option<prop::sample::Index>)> {
    (
        prop::collection::vec(any::<(prop::sample::Index, u8)>(), 1..8),
        prop::option::weighted(0.3, any::<prop::sample::Index>()),
    )
}

/// A reader that answers says something: rows, faults or both.
fn answers(name: &str, bytes: &[u8]) {
    let upload = upload(name, bytes, None);
    assert!(!upload.tables.is_empty() || !upload.faults.is_empty(), "{name}: neither a table nor a fault");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn arbitrary_bytes_are_answered(
        bytes in prop::collection::vec(any::<u8>(), 0..600),
        name in prop::sample::select(vec!["a.csv", "a.xlsx", "a.xls", "a.jsonl", "a.txt", "a"]),
        magic in prop::sample::select(vec![&b""[..], b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xef\xbb\xbf", b"\xff\xfe"]),
    ) {
        answers(name, &[magic, &bytes].concat());
    }

    #[test]
    fn arbitrary_text_under_a_good_header_is_answered(text in "[\"\\PC,\n\r\t;、年月日0-9.]{0,200}") {
        let table = format!("{}\n{text}", HEADER.join(","));
        answers("火灾.csv", table.as_bytes());
    }

    #[test]
    fn mutated_files_are_answered((changes, cut) in changes()) {
        for (name, mut bytes) in [("火灾.csv", sample_csv()), ("火灾.xlsx", sample_xlsx()), ("火灾.xls", old_files::sample())] {
            mutate(&mut bytes, &changes, cut);
            answers(name, &bytes);
        }
    }

    #[test]
    fn workbooks_mutated_inside_are_answered(
        (changes, cut) in changes(),
        part in prop::sample::select(vec!["sheet1.xml", "sharedStrings.xml", "styles.xml", "workbook.xml"]),
    ) {
        let bytes = with_changed_part(&sample_xlsx(), part, |content| mutate(content, &changes, cut));
        answers("火灾.xlsx", &bytes);
    }
}
