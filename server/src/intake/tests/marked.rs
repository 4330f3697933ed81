//! The workbook that goes back to its user: every fault red at its cell with a comment, all else as it was, and known again.

use std::io::Read as _;

use super::templates::{fire_template, read_shipped};
use super::*;
use crate::intake::{Mark, marked};

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap_or_else(|_| panic!("no {name}")).read_to_string(&mut text).unwrap();
    text
}

/// A list as a clerk keeps it: a title over the header, and three faults.
const LEDGER: &str = "塘下镇火灾台账,,,,\n镇街,村社,发生日期,场所,死亡人数\n塘下镇,上岙村,2020-02-30,住宅,0\n\
                      塘下镇,前垟村,2020-03-01,天上,两人\n塘下镇,前垟村,2020-03-02,住宅,0\n";

fn ledger() -> workbook::Workbook {
    read("台账.csv", LEDGER.as_bytes(), None, Limits::default()).unwrap()
}

#[test]
fn every_fault_is_red_at_its_cell_with_its_remedy_and_nothing_else_is() {
    let book = ledger();
    let upload = upload("台账.csv", LEDGER.as_bytes(), None);
    let faults: Vec<Diagnostic> = upload.all_faults().cloned().collect();
    assert_eq!(faults.len(), 3, "{}", report(&upload));
    let bytes = marked::write(&book, &faults, "内部资料 张三").unwrap();
    let comments = part(&bytes, "xl/comments1.xml");
    for cell in ["C3", "D4", "E4"] {
        assert!(comments.contains(&format!("ref=\"{cell}\"")), "{cell}: {comments}");
    }
    assert_eq!(comments.matches("<comment ").count(), 3);
    assert_eq!(comments.matches("改法:").count(), 3, "each says how to mend it: {comments}");
    assert_eq!(part(&bytes, "xl/styles.xml").matches("FFF8CFCB").count(), 1, "one red");

    let back = read("台账-需要改正.xlsx", &bytes, None, Limits::default()).unwrap();
    let (Content::Sheets(before), Content::Sheets(after)) = (&book.content, &back.content) else { panic!("sheets") };
    let cells =
        |sheets: &[Sheet]| -> Vec<String> { sheets[0].rows.iter().flatten().map(|cell| format!("{cell:?}")).collect() };
    assert_eq!(cells(after), cells(before), "every cell is where it was");
}

#[test]
fn a_template_with_faults_is_known_again_when_it_comes_back() {
    let book = read("改了名.xlsx", &fire_template(), None, Limits::default()).unwrap();
    let bytes = marked::write(&book, &[], "内部资料 张三").unwrap();
    let back = read("又改了名.xlsx", &bytes, None, Limits::default()).unwrap();
    assert_eq!(back.mark, book.mark);
    assert!(part(&bytes, "xl/workbook.xml").contains("veryHidden"));
    assert!(
        read_shipped(&back).tables.iter().all(|table| matches!(table, Table::Records(kind, _) if *kind.id == *"fire"))
    );
    assert!(back.remarks.is_empty(), "the hidden sheet is not remarked on: {:?}", back.remarks);
}

#[test]
fn a_file_that_is_no_template_comes_back_as_what_it_was_taken_for() {
    let mut book = ledger();
    let mark = Mark {
        bundle: "small".into(),
        edition: "2020".into(),
        sheets: vec![(marked::ONLY_SHEET.into(), "fire".into())],
    };
    book.mark = Some(mark.clone());
    let back = read("a.xlsx", &marked::write(&book, &[], "内部资料 张三").unwrap(), None, Limits::default()).unwrap();
    assert_eq!(back.mark, Some(mark));
}
