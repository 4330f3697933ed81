//! Broken files: each has a snapshot of its whole report.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};

use rust_xlsxwriter::{Format, Workbook as Writer};
use zip::write::SimpleFileOptions;

use super::*;

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn compound(stream: &str) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream(stream).unwrap().write_all(b"secret").unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn sheet_of(rows: &[&[&str]]) -> Vec<u8> {
    let mut book = Writer::new();
    let sheet = book.add_worksheet().set_name("火灾").unwrap();
    for (row, cells) in rows.iter().enumerate() {
        for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            sheet.write(row as u32, column as u16, *text).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn what_is_no_table_is_named_and_says_how_to_make_it_one() {
    let bomb = zipped(&[("xl/workbook.xml", &vec![b' '; 9 << 20])]);
    assert!(bomb.len() < 20_000, "it is small until it is unpacked");
    let long: String = std::iter::once("村社,发生日期,场所,死亡人数\n".to_owned())
        .chain((0..5_000).map(|_| "下金村,2020-02-29,住宅,0\n".to_owned()))
        .collect();
    let mut shown = Vec::new();
    for (name, bytes) in [
        ("空.csv", Vec::new()),
        ("空白.csv", b"\xef\xbb\xbf \r\n\r\n".to_vec()),
        ("空表.xlsx", sheet_of(&[])),
        ("加密.xlsx", compound("/EncryptedPackage")),
        ("金山.et", compound("/Workbook")),
        ("文档.docx", zipped(&[("word/document.xml", b"x")])),
        ("改名.xlsx", zipped(&[("word/document.xml", b"x")])),
        ("旧文档.doc", compound("/WordDocument")),
        ("开源.ods", zipped(&[("content.xml", b"x")])),
        ("导出.xls", b"\xef\xbb\xbf<html><table><tr><td>1".to_vec()),
        ("扫描.pdf", b"%PDF-1.7".to_vec()),
        ("炸弹.xlsx", bomb),
        ("坏.xlsx", b"PK\x03\x04not a zip at all".to_vec()),
        ("坏.xls", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 600]].concat()),
        ("太长.csv", long.into_bytes()),
        ("引号.csv", "村社,发生日期,场所,死亡人数\n下金村,\"2020-02-29,住宅,0\n".into()),
        ("别的表.csv", "姓名,电话\n王某,1\n".into()),
        ("坏行.jsonl", "{\"kind\": \"fire\"}\n{oops\n".into()),
    ] {
        let upload = upload(name, &bytes, None);
        assert!(records(&upload).is_empty(), "{name}");
        shown.push(report(&upload));
    }
    insta::assert_snapshot!(shown.join("\n\n"));
}

#[test]
fn every_faulty_cell_of_a_sheet_is_named_at_once() {
    let bytes = sheet_of(&[
        &["镇街", "村社", "发生日期", "场所", "死亡人数", "直接损失(万元)", "报告人", "值班领导"],
        &["塘下镇", "上岙村", "2020-02-29", "住宅", "0", "2.50", "王某"],
        &["塘下镇", "上岱村", "2020-02-30", "住在", "两人", "2.505", "王某"],
        &["", "上岙村", "02/03/2020", "", "-1", "1,23"],
        &["马屿镇", "", "2020年3月", "住宅", "1.5", "#REF!"],
        &["马屿镇", "前垟村", "", "住宅", "", "1.20E+17"],
        &["合计", "", "", "", "3", ""],
    ]);
    insta::assert_snapshot!(report(&upload("火灾.xlsx", &bytes, None)));
}

#[test]
fn faults_of_the_header_are_not_repeated_in_every_row() {
    let bytes = sheet_of(&[
        &["村社", "场所", "直接损失(元)", "场所", "死亡人", "区划代码"],
        &["下金村", "住宅", "25000", "住宅", "0", "330381102702"],
        &["前垟村", "仓库", "100", "", "0", "330381102702"],
        &["上岙村", "住宅", "100", "", "0", "330381101000"],
        &["上岙村", "住宅", "100", "", "0", "330381999999"],
    ]);
    insta::assert_snapshot!(report(&upload("表.xlsx", &bytes, Some("fire"))));
}

#[test]
fn a_value_merged_over_several_rows_is_refused() {
    let mut book = Writer::new();
    let sheet = book.add_worksheet();
    for (row, cells) in [
        ["村社", "发生日期", "场所", "死亡人数"],
        ["下金村", "2020-02-29", "住宅", ""],
        ["下金村", "2020-03-01", "住宅", ""],
    ]
    .iter()
    .enumerate()
    {
        for (column, text) in cells.iter().enumerate() {
            sheet.write(row as u32, column as u16, *text).unwrap();
        }
    }
    sheet.merge_range(1, 3, 2, 3, "3", &Format::new()).unwrap();
    let upload = upload("火灾.xlsx", &book.save_to_buffer().unwrap(), None);
    insta::assert_snapshot!(report(&upload));
    assert!(records(&upload).is_empty(), "nobody knows whose the three were");
}

#[test]
fn no_row_is_taken_in_under_another_unit_of_measure() {
    let text = "村社,发生日期,场所,死亡人数,直接损失(元)\n下金村,2020-02-29,住宅,0,25000\n";
    let upload = upload("火灾.csv", text.as_bytes(), None);
    assert_eq!(upload.all_faults().map(|fault| fault.code.id).collect::<Vec<_>>(), ["other-measure"]);
    assert!(records(&upload).is_empty(), "25000 yuan are not 25000 times 10000");
}

#[test]
fn a_total_in_a_remark_does_not_hide_a_row() {
    let text = "村社,发生日期,场所,死亡人数,备注\n下金村,2020-02-29,住宅,0,两户合计\n小计,,,1,\n";
    assert_eq!(records(&upload("火灾.csv", text.as_bytes(), None)).len(), 1);
}

#[test]
fn the_line_that_marks_a_table_as_internal_is_a_note_when_it_comes_back() {
    let text = "村社,发生日期,场所,死亡人数\n下金村,2020-02-29,住宅,0\n内部资料 · zhang · 2020-03-01 09:30,,,\n";
    let upload = upload("火灾.csv", text.as_bytes(), None);
    assert_eq!((records(&upload).len(), upload.all_faults().count()), (1, 0));
}

#[test]
fn a_kind_that_cannot_be_told_is_asked_for() {
    let text = "编号,村社,挂牌日期,隐患等级,整改期限\nH1,前垟村,2020-01-05,重大,2020-03-01\n";
    insta::assert_snapshot!(report(&upload("台账.csv", text.as_bytes(), None)));
}

#[test]
fn sheets_without_data_are_passed_over_with_a_remark() {
    let mut book = Writer::new();
    book.add_worksheet().set_name("说明").unwrap().write(0, 0, "每月报送").unwrap();
    let sheet = book.add_worksheet().set_name("火灾").unwrap();
    for (row, cells) in
        [["村社", "发生日期", "场所", "死亡人数"], ["下金村", "2020-02-29", "住宅", "0"]].iter().enumerate()
    {
        for (column, text) in cells.iter().enumerate() {
            sheet.write(row as u32, column as u16, *text).unwrap();
        }
    }
    book.add_worksheet().set_name("去年").unwrap().set_hidden(true).write(0, 0, "村社").unwrap();
    let upload = upload("a.xls", &book.save_to_buffer().unwrap(), None);
    assert_eq!(records(&upload).len(), 1);
    insta::assert_snapshot!(report(&upload));
}

#[test]
fn faults_of_the_other_tables_have_their_cells() {
    let mut shown = Vec::new();
    for (name, text) in [
        ("基本情况.csv", "村社,镇街,常住人口,社区民警\n上岙村,塘下镇,0,2\n新埭,,无,\n前垟村,,500,3\n"),
        (
            "区划.csv",
            "区划代码,名称,级别,上级代码\n330381000000,瑞安市,县,\n330381101000,塘下镇,村社,330381000000\n330381101701,,village,330381102000\n33038,某村,村社,\n330381101702,前垟村,自然村,330381101000\n330381101702,前垟村,,\n",
        ),
        (
            "报齐.csv",
            "台账类型,区划代码,开始日期,结束日期,申报情况\n火警,330381101000,2020-02-01,2020-01-31,没有\n火灾,33038,2020-01-01,一月底,报齐\n",
        ),
        (
            "推送.jsonl",
            "{\"kind\": \"fires\", \"unit\": \"330381101701\"}\n{\"kind\": \"fire\", \"unit\": \"330381101799\", \"date\": \"昨天\", \"deaths\": -1, \"death\": 1}\n{\"unit\": \"330381101701\", \"attributes\": {\"police\": 3, \"populace\": 2}}\n",
        ),
    ] {
        shown.push(report(&upload(name, text.as_bytes(), None)));
    }
    insta::assert_snapshot!(shown.join("\n\n"));
}

#[test]
fn the_faulty_rows_come_back_as_a_file_that_can_be_mended_and_uploaded() {
    let mut book = Writer::new();
    let sheet = book.add_worksheet().set_name("火灾").unwrap();
    sheet.write(0, 0, "火灾台账").unwrap();
    let rows = [
        ["区划代码", "村社", "发生日期", "场所", "死亡人数"],
        ["330381102702", "下金村", "2020-02-29", "住宅", "两"],
        ["330381102702", "", "2020-03-01", "住宅", "0"],
        ["330381102702", "", "2020-13-01", "住宅", "0"],
    ];
    for (row, cells) in rows.iter().enumerate() {
        for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            sheet.write(row as u32 + 1, column as u16, *text).unwrap();
        }
    }
    sheet.merge_range(2, 1, 4, 1, "下金村", &Format::new()).unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let workbook = read("火灾.xlsx", &bytes, None, Limits::default()).unwrap();
    let Content::Sheets(sheets) = &workbook.content else { panic!("no sheets") };
    let upload_of = upload("火灾.xlsx", &bytes, None);
    let table = &upload_of.tables[0];
    assert_eq!(table.faulty_rows(), &BTreeSet::from([3, 5]));
    let csv = correction::write(&sheets[0], 2, table.faulty_rows(), table.faults());
    let text = String::from_utf8(csv).unwrap();
    insta::assert_snapshot!(text);
    let mended = text.replace("两", "2").replace("2020-13-01", "2020-03-13");
    let again = upload("改正.csv", mended.as_bytes(), None);
    assert_eq!(again.all_faults().count(), 0, "{}", report(&again));
    assert_eq!(lines(&again), ["330381102702 2020-02-29 - home 2 - -", "330381102702 2020-03-13 - home 0 - -"]);
}

#[test]
fn personal_values_stay_out_of_the_report() {
    let text = format!("村社,发生日期,场所,死亡人数,报告人\n下金村,2020-02-29,住宅,0,{}\n", "王某".repeat(6_000));
    let shown = report(&upload("火灾.csv", text.as_bytes(), None));
    assert!(shown.contains("text-too-long") && !shown.contains("王某"), "{shown}");
}
