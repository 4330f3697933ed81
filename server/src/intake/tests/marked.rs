//! The workbook that goes back to its user: every fault red at its cell with a comment, all else as it was, and known again.

use std::io::{Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::templates::{fire_template, read_shipped};
use super::*;
use crate::intake::marked::{self, Marked, Marks};
use crate::intake::{CellChoice, Mark};

pub(super) fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap_or_else(|_| panic!("no {name}")).read_to_string(&mut text).unwrap();
    text
}

/// A workbook with some of its parts changed, or without them.
fn with_parts(bytes: &[u8], change: impl Fn(&str, String) -> Option<String>) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        if let Some(text) = change(&name, text) {
            out.start_file(name, SimpleFileOptions::default()).unwrap();
            out.write_all(text.as_bytes()).unwrap();
        }
    }
    out.finish().unwrap().into_inner()
}

fn parts(bytes: &[u8]) -> Vec<String> {
    ZipArchive::new(Cursor::new(bytes)).unwrap().file_names().map(|name| name.unwrap().into_owned()).collect()
}

fn mark_of(sheets: &[(&str, &str)]) -> Mark {
    Mark {
        bundle: "small".into(),
        edition: "2020".into(),
        sheets: sheets.iter().map(|(sheet, kind)| ((*sheet).to_owned(), (*kind).to_owned())).collect(),
    }
}

pub(super) fn give_back(name: &str, bytes: &[u8], faults: &[Diagnostic], choices: &Choices) -> Marked {
    let mark = mark_of(&[(marked::ONLY_SHEET, "fire")]);
    marked::write(name, bytes, &Marks { faults, choices, mark: &mark, taken: "内部资料 · 张三 · 2020-03-01 08:00" })
        .unwrap()
}

/// A list as a clerk keeps it: a title over the header, and three faults.
const LEDGER: &str = "塘下镇火灾台账,,,,\n镇街,村社,发生日期,场所,死亡人数\n塘下镇,上岙村,2020-02-30,住宅,0\n\
                      塘下镇,前垟村,2020-03-01,天上,两人\n塘下镇,前垟村,2020-03-02,住宅,0\n";

fn faults_of(name: &str, bytes: &[u8]) -> Vec<Diagnostic> {
    upload(name, bytes, None).all_faults().cloned().collect()
}

fn cells(bytes: &[u8]) -> Vec<String> {
    let book = read("a.xlsx", bytes, None, Limits::default()).unwrap();
    let Content::Sheets(sheets) = &book.content else { panic!("sheets") };
    sheets.iter().flat_map(|sheet| sheet.rows.iter().flatten().map(|cell| format!("{cell:?}"))).collect()
}

/// The template for fires with a row as a clerk fills it in.
pub(super) fn filled_in(cells: &[(&str, &str)]) -> Vec<u8> {
    let row: String = cells
        .iter()
        .map(|(cell, text)| format!("<c r=\"{cell}4\" t=\"inlineStr\"><is><t>{text}</t></is></c>"))
        .collect();
    with_parts(&fire_template(), |name, text| {
        Some(match name {
            "xl/worksheets/sheet1.xml" => {
                text.replacen("</sheetData>", &format!("<row r=\"4\">{row}</row></sheetData>"), 1)
            }
            _ => text,
        })
    })
}

#[test]
fn every_fault_of_a_text_file_is_red_at_its_cell_with_its_remedy_and_nothing_else_is() {
    let faults = faults_of("台账.csv", LEDGER.as_bytes());
    assert_eq!(faults.len(), 3, "{faults:?}");
    let marked = give_back("台账.csv", LEDGER.as_bytes(), &faults, &Choices::NONE);
    assert_eq!((marked.extension, marked.is_itself), ("xlsx", false));
    let comments = part(&marked.bytes, "xl/comments1.xml");
    for cell in ["C3", "D4", "E4"] {
        assert!(comments.contains(&format!("ref=\"{cell}\"")), "{cell}: {comments}");
    }
    assert_eq!(comments.matches("<comment ").count(), 3);
    assert_eq!(comments.matches("改法:").count(), 3, "each says how to mend it: {comments}");
    assert_eq!(part(&marked.bytes, "xl/styles.xml").matches("FFF8CFCB").count(), 1, "one red");

    let back = read("台账-需要改正.xlsx", &marked.bytes, None, Limits::default()).unwrap();
    let before = read("台账.csv", LEDGER.as_bytes(), None, Limits::default()).unwrap();
    let (Content::Sheets(before), Content::Sheets(after)) = (&before.content, &back.content) else { panic!("sheets") };
    let shown = |sheets: &[Sheet]| format!("{:?}", sheets[0].rows);
    assert_eq!(shown(after), shown(before), "every cell is where it was");
    assert_eq!(back.mark, Some(mark_of(&[(marked::ONLY_SHEET, "fire")])), "it is known for what it was taken for");
}

#[test]
fn a_template_comes_back_with_its_drop_downs_and_lists_and_is_known_again() {
    let sent = filled_in(&[("B", "塘下镇上岙村"), ("C", "2020-02-30"), ("F", "天上")]);
    let book = read("火灾.xlsx", &sent, None, Limits::default()).unwrap();
    let faults: Vec<Diagnostic> = read_shipped(&book).all_faults().cloned().collect();
    assert!(faults.len() >= 2, "{faults:?}");
    let marked = give_back("火灾.xlsx", &sent, &faults, &Choices::NONE);
    assert_eq!((marked.extension, marked.is_itself), ("xlsx", true));
    let (before, after) = (part(&sent, "xl/worksheets/sheet1.xml"), part(&marked.bytes, "xl/worksheets/sheet1.xml"));
    let validations = |text: &str| {
        let (_, rest) = text.split_once("<dataValidations").unwrap();
        rest.split_once("</dataValidations>").unwrap().0.to_owned()
    };
    assert_eq!(validations(&after), validations(&before));
    assert_eq!(part(&marked.bytes, "xl/worksheets/sheet2.xml"), part(&sent, "xl/worksheets/sheet2.xml"), "the lists");
    assert!(after.contains("上报核对") && after.contains("内部资料 · 张三"), "{after}");
    let comments = part(&marked.bytes, "xl/comments1.xml");
    assert!(comments.contains("【上报核对】") && comments.contains("从下拉列表中选"), "help and faults: {comments}");

    let again = read("又改了名.xlsx", &marked.bytes, None, Limits::default()).unwrap();
    assert_eq!((&again.mark, again.remarks.len()), (&book.mark, 0));
    let found = read_shipped(&again);
    assert!(found.tables.iter().all(|table| matches!(table, Table::Records(kind, _) if *kind.id == *"fire")));
    let codes = |faults: &[Diagnostic]| faults.iter().map(|fault| fault.code.id).collect::<Vec<_>>();
    assert_eq!(codes(&found.all_faults().cloned().collect::<Vec<_>>()), codes(&faults));
}

#[test]
fn what_was_marked_is_as_it_was_once_nothing_is_wrong_any_more() {
    let sent = filled_in(&[("B", "塘下镇上岙村"), ("C", "2020-02-30"), ("F", "天上")]);
    let book = read("火灾.xlsx", &sent, None, Limits::default()).unwrap();
    let faults: Vec<Diagnostic> = read_shipped(&book).all_faults().cloned().collect();
    let clean = give_back("火灾.xlsx", &sent, &[], &Choices::NONE);
    let marked = give_back("火灾.xlsx", &sent, &faults, &Choices::NONE);
    let twice = give_back("火灾.xlsx", &marked.bytes, &faults, &Choices::NONE);
    let mended = give_back("火灾.xlsx", &twice.bytes, &[], &Choices::NONE);
    let sheet = "xl/worksheets/sheet1.xml";
    assert_eq!(part(&twice.bytes, sheet), part(&marked.bytes, sheet), "marking twice is marking once");
    assert_eq!(part(&mended.bytes, sheet), part(&clean.bytes, sheet));
    let words = |bytes: &[u8]| part(bytes, "xl/comments1.xml").matches("<comment ").count();
    assert_eq!(words(&mended.bytes), words(&sent), "the help of the header stays");
    let boxes = |bytes: &[u8]| part(bytes, "xl/drawings/vmlDrawing1.vml").matches("<v:shape ").count();
    assert_eq!((boxes(&mended.bytes), boxes(&marked.bytes)), (boxes(&sent), words(&marked.bytes)));
    assert_eq!(parts(&mended.bytes), parts(&sent), "no part is added to a template");
}

#[test]
fn what_was_mended_on_the_page_stands_in_its_cell_and_looks_as_before() {
    let sent = filled_in(&[("B", "塘下镇上岙村"), ("C", "2020-02-30"), ("F", "天上")]);
    let cell = |cell: &str, value: &str| CellChoice {
        file: "火灾.xlsx".into(),
        sheet: Some("火灾".into()),
        cell: cell.into(),
        value: value.into(),
    };
    let cells_mended = vec![cell("C4", "2020-02-29"), cell("F4", ""), cell("A4", "1"), cell("G4", "<住宅>&")];
    let choices = Choices { cells: cells_mended, ..Choices::NONE };
    let marked = give_back("火灾.xlsx", &sent, &[], &choices);
    assert!(marked.is_itself);
    let mut expected = read("火灾.xlsx", &sent, None, Limits::default()).unwrap();
    choices.mend(&mut expected);
    let Content::Sheets(sheets) = &expected.content else { panic!("sheets") };
    let expected: Vec<String> = sheets[0].rows.iter().flatten().map(|cell| format!("{cell:?}")).collect();
    let trimmed = |mut cells: Vec<String>| {
        while cells.last().is_some_and(|cell| cell == "Blank") {
            cells.pop();
        }
        cells
    };
    assert_eq!(trimmed(cells(&marked.bytes)), trimmed(expected));
}

#[test]
fn a_workbook_of_ones_own_keeps_all_that_is_in_it_and_gets_a_hidden_sheet() {
    let mut own = rust_xlsxwriter::Workbook::new();
    let bold = rust_xlsxwriter::Format::new().set_bold();
    let sheet = own.add_worksheet().set_name("台账").unwrap();
    for (column, title) in (0..).zip(["村社", "发生日期", "场所", "死亡人数"]) {
        sheet.write_string_with_format(0, column, title, &bold).unwrap();
    }
    for (column, text) in (0..).zip(["前垟村", "2020-02-30", "住宅"]) {
        sheet.write_string(1, column, text).unwrap();
    }
    sheet.write_formula(1, 3, rust_xlsxwriter::Formula::new("=1+1").set_result("2")).unwrap();
    sheet.set_header("&C塘下镇").insert_note(1, 0, &rust_xlsxwriter::Note::new("问过老王")).unwrap();
    let condition = rust_xlsxwriter::ConditionalFormatDuplicate::new().set_format(&bold);
    sheet.add_conditional_format(0, 0, 9, 0, &condition).unwrap();
    own.add_worksheet().set_name("底稿").unwrap().write_string(0, 0, "别动").unwrap().set_hidden(true);
    let sent = own.save_to_buffer().unwrap();

    let faults = faults_of("台账.xlsx", &sent);
    assert_eq!(faults.len(), 1, "{faults:?}");
    let marked = give_back("台账.xlsx", &sent, &faults, &Choices::NONE);
    assert!(marked.is_itself);
    assert_eq!(part(&marked.bytes, "xl/worksheets/sheet2.xml"), part(&sent, "xl/worksheets/sheet2.xml"));
    let sheet = part(&marked.bytes, "xl/worksheets/sheet1.xml");
    let header = "<oddHeader>&amp;C塘下镇&amp;R内部资料 · 张三 · 2020-03-01 08:00</oddHeader>";
    for kept in
        ["1+1", header, "duplicateValues\" dxfId=\"0\" priority=\"2\"", "sqref=\"B2\"", "dxfId=\"1\" priority=\"1\""]
    {
        assert!(sheet.contains(kept), "{kept}: {sheet}");
    }
    let comments = part(&marked.bytes, "xl/comments1.xml");
    assert!(comments.contains("问过老王") && comments.contains("ref=\"B2\""), "{comments}");
    let back = read("台账.xlsx", &marked.bytes, None, Limits::default()).unwrap();
    assert_eq!(back.mark, Some(mark_of(&[(marked::ONLY_SHEET, "fire")])));
    assert_eq!(back.remarks.len(), 1, "the hidden sheet of the user is still remarked on: {:?}", back.remarks);
    assert!(part(&marked.bytes, "xl/workbook.xml").contains("veryHidden"));
}

#[test]
fn a_formula_that_is_mended_away_leaves_no_order_of_calculation_behind() {
    let chained = |formula: &str| {
        with_parts(&filled_in(&[("B", "塘下镇上岙村")]), |name, text| {
            Some(match name {
                "xl/worksheets/sheet1.xml" => text.replacen(
                    "</row></sheetData>",
                    &format!("<c r=\"G4\">{formula}<v>1</v></c></row></sheetData>"),
                    1,
                ),
                "[Content_Types].xml" => {
                    text.replacen("</Types>", "<Override PartName=\"/xl/calcChain.xml\" ContentType=\"c\"/></Types>", 1)
                }
                // A part more than there was.
                "xl/styles.xml" => text,
                _ => text,
            })
        })
    };
    let choices = Choices {
        cells: vec![CellChoice {
            file: "火灾.xlsx".into(),
            sheet: Some("火灾".into()),
            cell: "G4".into(),
            value: "3".into(),
        }],
        ..Choices::NONE
    };
    let alone = give_back("火灾.xlsx", &chained("<f>A1</f>"), &[], &choices);
    assert!(alone.is_itself && !part(&alone.bytes, "xl/worksheets/sheet1.xml").contains("<f>"));
    let shared = give_back("火灾.xlsx", &chained("<f t=\"shared\" ref=\"G4:G9\" si=\"0\">A1</f>"), &[], &choices);
    assert!(!shared.is_itself, "others would lose it with this one");
}

#[test]
fn a_workbook_with_macros_keeps_them_and_its_extension() {
    let sent = with_parts(&fire_template(), |name, text| {
        let main = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
        Some(match name {
            "[Content_Types].xml" => text.replace(main, "application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
            _ => text,
        })
    });
    let marked = give_back("火灾.xlsm", &sent, &[], &Choices::NONE);
    assert_eq!((marked.extension, marked.is_itself), ("xlsm", true));
}

#[test]
fn what_is_not_as_workbooks_are_written_is_written_anew_or_refused_and_never_fails_otherwise() {
    let sheet = "xl/worksheets/sheet1.xml";
    type Change = fn(String) -> Option<String>;
    let strange: [(&str, Change); 6] = [
        (sheet, |text| {
            Some(text.replacen(
                "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>",
                "<!DOCTYPE a [<!ENTITY b \"c\">]>",
                1,
            ))
        }),
        ("xl/styles.xml", |_| Some("<styleSheet>".into())),
        ("[Content_Types].xml", |text| Some(text.replace("sheet.main+xml", "template.main+xml"))),
        ("xl/drawings/vmlDrawing1.vml", |_| None),
        ("xl/comments1.xml", |_| Some("<comments/>".into())),
        ("xl/worksheets/_rels/sheet1.xml.rels", |text| Some(text.replace("../", "../../../../"))),
    ];
    let faults =
        [Diagnostic::new(&liuwu_engine::codes::sheet::DAMAGED_FILE).at(liuwu_engine::diagnostic::Location::Cell {
            file: "火灾.xlsx".into(),
            sheet: Some("火灾".into()),
            cell: "B4".into(),
        })];
    for (changed, how) in strange {
        let bytes = with_parts(&fire_template(), |name, text| if name == changed { how(text) } else { Some(text) });
        let mark = mark_of(&[]);
        let marks = Marks { faults: &faults, choices: &Choices::NONE, mark: &mark, taken: "" };
        if let Ok(marked) = marked::write("火灾.xlsx", &bytes, &marks) {
            assert!(!marked.is_itself, "{changed}");
            assert!(part(&marked.bytes, "xl/comments1.xml").contains("ref=\"B4\""), "{changed}");
        }
    }
}
