//! Workbooks as other programs write them: openpyxl, and LibreOffice where it is installed.
//!
//! It takes `python3-openpyxl` (its name in Debian). Where that is missing the tests fail and say so; set
//! `LIUWU_WITHOUT_OPENPYXL` to leave them out. Without `soffice` only what LibreOffice would convert is left out, and said.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use super::*;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/intake/tests/other_programs.py");

/// Workbooks by name.
type Books = BTreeMap<String, Vec<u8>>;

/// The bytes of a workbook; all are written once. None where they are left out.
fn book(name: &str) -> Option<&'static [u8]> {
    static BOOKS: OnceLock<Option<Books>> = OnceLock::new();
    BOOKS.get_or_init(written).as_ref().map(|books| books[name].as_slice())
}

fn written() -> Option<Books> {
    if std::env::var_os("LIUWU_WITHOUT_OPENPYXL").is_some() {
        eprintln!("NOT CHECKED: workbooks made by openpyxl");
        return None;
    }
    // A Python of one's own may stand before the one that has it.
    let has_it = |python: &&str| {
        let found = Command::new(python).args(["-c", "import openpyxl"]).output();
        found.is_ok_and(|ran| ran.status.success())
    };
    let python = ["python3", "/usr/bin/python3"].into_iter().find(has_it);
    let python = python.expect("no openpyxl: apt-get install -y python3-openpyxl, or set LIUWU_WITHOUT_OPENPYXL");
    let place = TempDir::new().unwrap();
    std::fs::write(place.path().join("template.xlsx"), templates::fire_template()).unwrap();
    std::fs::write(place.path().join("marked.xlsx"), marked_template()).unwrap();
    let ran = Command::new(python).arg(SCRIPT).arg(place.path()).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let files = std::fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap());
    let read = |file: std::fs::DirEntry| (file.file_name().into_string().unwrap(), std::fs::read(file.path()).unwrap());
    Some(files.map(read).collect())
}

/// A template with a day that does not exist, as it comes back.
fn marked_template() -> Vec<u8> {
    let sent = marked::filled_in(&[
        ("B", "下金村"),
        ("C", "2020-02-30"),
        ("D", "F-17"),
        ("F", "住宅"),
        ("G", "电气"),
        ("H", "0"),
        ("I", "2"),
        ("J", "1.25"),
    ]);
    let book = read("火灾.xlsx", &sent, None, Limits::default()).unwrap();
    let found: Vec<Diagnostic> = templates::read_shipped(&book).all_faults().cloned().collect();
    assert_eq!(found.len(), 1, "{found:?}");
    let marked = marked::give_back("火灾.xlsx", &sent, &found, &Choices::NONE);
    assert!(marked.is_itself);
    marked.bytes
}

/// What is read of one of the workbooks.
fn read_of(name: &str) -> Option<Upload> {
    book(name).map(|bytes| upload(name, bytes, None))
}

/// Each fault with its cell.
fn faults(upload: &Upload) -> Vec<String> {
    let shown = |fault: &Diagnostic| match &fault.location {
        liuwu_engine::diagnostic::Location::Cell { cell, .. } => format!("{cell} {}", fault.code.id),
        _ => fault.code.id.to_owned(),
    };
    upload.all_faults().map(shown).collect()
}

fn remarks(upload: &Upload) -> Vec<&'static str> {
    upload.all_remarks().map(|remark| remark.code.id).collect()
}

/// That a workbook holds exactly these records and no fault.
fn holds(upload: &Upload, expected: &[&str]) {
    assert_eq!(faults(upload), [""; 0], "{}", report(upload));
    assert_eq!(lines(upload), expected, "{}", report(upload));
}

const TYPES: [&str; 3] = [
    "330381102702 2020-02-29 - home 1 2.5 -",
    "330381101702 2020-03-01 - production 2 1024.5 -",
    "330381101703 2020-03-02 - mixed 3 0.1 -",
];

#[test]
fn merged_headers_and_merged_villages_of_openpyxl_are_read() {
    let Some(upload) = read_of("merged.xlsx") else { return };
    let both = ["330381102702 2020-02-29 - home 1 2.5 -", "330381102702 2020-02-29 - production 0 0.1 -"];
    holds(&upload, &both);
    assert_eq!(records(&upload)[1].record.source.cell("loss"), "merged.xlsx!火灾!E5");
}

#[test]
fn hidden_rows_and_columns_are_data_all_the_same() {
    let Some(upload) = read_of("hidden.xlsx") else { return };
    holds(&upload, &["330381102702 2020-02-29 - home 1 2.5 -", "330381101702 2020-02-29 - home 0 1 -"]);
}

#[test]
fn a_formula_that_was_never_calculated_is_no_blank_cell() {
    let Some(upload) = read_of("formulas.xlsx") else { return };
    let code = "formula-without-result";
    assert_eq!(faults(&upload), ["B2", "D2", "E2", "E3"].map(|cell| format!("{cell} {code}")));
    assert_eq!(lines(&upload), ["330381101702 2020-02-29 - production 0 - -"]);
}

#[test]
fn a_formula_that_was_calculated_is_its_result() {
    let Some(upload) = read_of("calculated.xlsx") else { return };
    assert_eq!(faults(&upload), ["E2 imprecise-number"], "0.1+0.2 is not rounded in silence: {}", report(&upload));
    let rest = ["330381101702 2020-02-29 - home 0 - -", "330381101702 2020-02-29 - production 0 - -"];
    assert_eq!(lines(&upload), rest);
}

#[test]
fn numbers_and_days_kept_as_text_are_read() {
    let Some(upload) = read_of("types.xlsx") else { return };
    holds(&upload, &TYPES);
}

#[test]
fn days_counted_from_1904_by_openpyxl_are_moved() {
    let Some(upload) = read_of("mac.xlsx") else { return };
    holds(&upload, &TYPES);
}

#[test]
fn letters_of_several_looks_are_one_text() {
    let Some(upload) = read_of("rich.xlsx") else { return };
    holds(&upload, &TYPES);
}

#[test]
fn macros_and_locks_against_changes_do_not_matter() {
    for name in ["macros.xlsm", "protected.xlsx"] {
        let Some(upload) = read_of(name) else { return };
        holds(&upload, &TYPES);
        assert_eq!(remarks(&upload), [""; 0], "{name}");
    }
}

#[test]
fn a_workbook_under_another_name_is_read_with_a_remark() {
    for name in ["renamed.csv", "renamed.xls"] {
        let Some(upload) = read_of(name) else { return };
        holds(&upload, &TYPES);
        assert_eq!(remarks(&upload), ["wrong-extension"]);
    }
}

#[test]
fn error_cells_are_named_one_by_one() {
    // The second has the error values of younger programs, such as `#SPILL!`.
    for name in ["faulty.xlsx", "young.xlsx"] {
        let Some(upload) = read_of(name) else { return };
        each_error_cell_is_named(&upload);
    }
}

fn each_error_cell_is_named(upload: &Upload) {
    let expected = [
        "B2 formula-error",
        "D2 formula-error",
        "A3 unit-not-found",
        "D3 too-small",
        "E3 formula-error",
        "C4 unknown-choice",
        "D4 not-whole",
        "E4 too-many-places",
    ];
    assert_eq!(faults(upload), expected, "{}", report(upload));
    assert!(records(upload).is_empty());
}

#[test]
fn a_workbook_that_flows_by_holds_the_same() {
    // Windows are of seven rows here.
    let names = ["merged.xlsx", "formulas.xlsx", "types.xlsx", "faulty.xlsx", "young.xlsx", "gaps.xlsx", "large.xlsx"];
    for name in names {
        let Some(bytes) = book(name) else { return };
        let held = upload_within(name, bytes, None, Limits::default());
        let mut flowed = Upload::default();
        let mut entries = Vec::new();
        let gone_by = with_asked(None, |asked| {
            flow::flow(name, bytes, None, asked, &mut |_, rows| {
                entries.extend(rows);
                true
            })
        });
        let mut reading = gone_by.unwrap_or_else(|fault| panic!("{name}: {fault:?}")).reading;
        reading.entries = entries;
        let Table::Records(kind, own) = &held.tables[0] else { panic!("{name} holds no records") };
        assert_eq!((reading.header_row, &reading.ignored_rows), (own.header_row, &own.ignored_rows), "{name}");
        flowed.tables = vec![Table::Records(Arc::clone(kind), reading)];
        assert_eq!((faults(&flowed), lines(&flowed)), (faults(&held), lines(&held)), "{name}");
        assert!(!lines(&held).is_empty() || !faults(&held).is_empty(), "{name} is empty");
    }
}

#[test]
fn data_far_below_its_header_is_found() {
    let Some(upload) = read_of("gaps.xlsx") else { return };
    holds(&upload, &["330381102702 2020-02-29 - home 1 2.5 -"]);
    assert_eq!(records(&upload)[0].record.source.cell("deaths"), "gaps.xlsx!火灾!D400");
}

#[test]
fn each_sheet_is_what_it_is_and_hidden_ones_are_remarked_on() {
    let Some(upload) = read_of("sheets.xlsx") else { return };
    let both = ["330381102702 2020-02-29 - home 1 2.5 -", "330381101702 2020-02-29 H1 major 2020-04-01 -"];
    holds(&upload, &both);
    assert!(remarks(&upload).contains(&"hidden-sheet"), "{}", report(&upload));
}

#[test]
fn a_share_in_percent_format_is_what_it_shows() {
    let Some(upload) = read_of("shares.xlsx") else { return };
    holds(&upload, &["330381102702 2020-02-29 - 97.9 86.4"]);
}

#[test]
fn what_is_too_long_or_empty_is_refused() {
    for (name, code) in [("large.xlsx", "too-many-rows"), ("empty.xlsx", "nothing-in-file")] {
        let Some(upload) = read_of(name) else { return };
        assert_eq!(faults(&upload), [code], "{name}: {}", report(&upload));
        assert!(records(&upload).is_empty());
    }
}

#[test]
fn a_template_that_openpyxl_saved_again_is_known_and_keeps_its_checks() {
    let Some(bytes) = book("filled.xlsx") else { return };
    let book = read("filled.xlsx", bytes, None, Limits::default()).unwrap();
    let mark = book.mark.as_ref().expect("the hidden sheet survived");
    assert_eq!((mark.bundle.as_str(), mark.kind_of("火灾")), ("ruian-six-no", Some("fire")));
    let upload = templates::read_shipped(&book);
    holds(&upload, &["330381102702 2020-02-29 - F-17 - home electric 0 2 1.25"]);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut sheet = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut sheet).unwrap();
    for check in ["type=\"list\"", "type=\"date\"", "type=\"whole\""] {
        assert!(sheet.contains(check), "{check} is gone");
    }
}

#[test]
fn a_marked_template_that_openpyxl_mended_is_known_and_clean_once_it_is_marked_anew() {
    let Some(bytes) = book("mended.xlsx") else { return };
    is_known_and_clean(bytes);
}

#[test]
fn a_marked_template_that_libreoffice_saved_is_known_and_clean_once_it_is_marked_anew() {
    let Some((_, bytes)) = saved_by_libreoffice("mended.xlsx", "xlsx") else { return };
    is_known_and_clean(&bytes);
}

/// A template that came back, was mended and saved by another program, and is handed in again.
fn is_known_and_clean(bytes: &[u8]) {
    let read_again = |bytes: &[u8]| {
        let book = read("火灾-需要改正.xlsx", bytes, None, Limits::default()).unwrap();
        assert_eq!(book.mark.as_ref().and_then(|mark| mark.kind_of("火灾")), Some("fire"));
        templates::read_shipped(&book)
    };
    let record = ["330381102702 2020-02-29 - F-17 - home electric 0 2 1.25"];
    holds(&read_again(bytes), &record);
    let again = marked::give_back("火灾-需要改正.xlsx", bytes, &[], &Choices::NONE);
    assert!(again.is_itself);
    holds(&read_again(&again.bytes), &record);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&again.bytes)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let mut has_drop_downs = false;
    for name in names.iter().filter(|name| name.ends_with("sheet1.xml") || name.contains("comment")) {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut archive.by_name(name).unwrap(), &mut text).unwrap();
        has_drop_downs |= text.contains("type=\"list\"");
        let said = text.matches("上报核对").count() - text.matches("<author>上报核对</author>").count();
        assert_eq!(said, 0, "{name} still says what was wrong: {text}");
    }
    assert!(has_drop_downs);
}

/// A workbook as LibreOffice saves it in another format; none where it is not installed.
fn converted(name: &str, to: &str) -> Option<Upload> {
    let (file, bytes) = saved_by_libreoffice(name, to)?;
    Some(upload(&file, &bytes, None))
}

/// The same, not read yet: its name and bytes.
fn saved_by_libreoffice(name: &str, to: &str) -> Option<(String, Vec<u8>)> {
    let bytes = book(name)?;
    if Command::new("soffice").arg("--version").output().is_err() {
        eprintln!("NOT CHECKED: {name} converted to {to} by LibreOffice, which is not installed");
        return None;
    }
    // A profile of its own, so that several may run at once.
    let own = TempDir::new().unwrap();
    let source = own.path().join(name);
    std::fs::write(&source, bytes).unwrap();
    let profile = format!("-env:UserInstallation=file://{}/profile", own.path().display());
    let saved = own.path().join("saved");
    let ran = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", to, "--outdir"])
        .args([&saved, &source])
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let extension = to.split(':').next().unwrap();
    let file = Path::new(name).with_extension(extension);
    let bytes = std::fs::read(saved.join(&file)).expect("LibreOffice wrote no file");
    Some((file.to_str().unwrap().to_owned(), bytes))
}

const UTF_8: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1";
const GB18030: &str = "csv:Text - txt - csv (StarCalc):44,34,85,1";

#[test]
fn the_same_table_out_of_libreoffice_is_the_same_records() {
    for to in ["xls", "xlsx", UTF_8, GB18030] {
        let Some(upload) = converted("types.xlsx", to) else { return };
        holds(&upload, &TYPES);
    }
    for to in ["xls", "xlsx"] {
        let Some(upload) = converted("mac.xlsx", to) else { return };
        holds(&upload, &TYPES);
        let Some(upload) = converted("merged.xlsx", to) else { return };
        assert_eq!((faults(&upload).len(), records(&upload).len()), (0, 2), "{}", report(&upload));
    }
}

#[test]
fn libreoffice_calculates_what_openpyxl_left_open() {
    let rest = ["330381101702 2020-02-29 - home 0 0.5 -", "330381101702 2020-02-29 - production 0 - -"];
    // It writes 0.1+0.2 into xls with all its digits, and into xlsx with as many as are exact.
    let Some(upload) = converted("formulas.xlsx", "xls") else { return };
    assert_eq!((faults(&upload), lines(&upload)), (vec!["E2 imprecise-number".into()], rest.map(str::to_owned).into()));
    let Some(upload) = converted("formulas.xlsx", "xlsx") else { return };
    holds(&upload, &["330381102702 2020-02-29 - home 2 0.3 -", rest[0], rest[1]]);
}

#[test]
fn a_share_out_of_libreoffice_is_what_it_shows_or_is_asked_about() {
    for to in ["xlsx", UTF_8] {
        let Some(upload) = converted("shares.xlsx", to) else { return };
        holds(&upload, &["330381102702 2020-02-29 - 97.9 86.4"]);
    }
    let Some(upload) = converted("shares.xlsx", "xls") else { return };
    assert_eq!(faults(&upload), ["C2 share-or-percent"]);
}
