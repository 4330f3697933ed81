//! Sheets as offices really have them, read without a fault.

use liuwu_engine::coverage::Statement;
use liuwu_engine::diagnostic::Location;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook as Writer};

use super::*;

fn no_faults(upload: &Upload) {
    let faults: Vec<String> = upload.all_faults().map(|fault| fault.render(None, Lang::Zh)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A title, a header of two rows, villages merged over several rows, subtotals, totals, a note.
fn township_sheet() -> Vec<u8> {
    let mut book = Writer::new();
    let plain = Format::new();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let about = book.add_worksheet().set_name("说明").unwrap();
    about.write(0, 0, "填表说明:每月5日前报送").unwrap();
    let sheet = book.add_worksheet().set_name("2020年").unwrap();
    sheet.merge_range(0, 0, 0, 6, "塘下镇2020年火灾情况统计表", &plain).unwrap();
    sheet.write(1, 0, "填报单位:塘下镇").unwrap();
    for (column, title) in [(0, "序号"), (1, "镇街"), (2, "村(社区)"), (3, "发生日期"), (4, "场所")] {
        sheet.merge_range(2, column, 3, column, title, &plain).unwrap();
    }
    sheet.merge_range(2, 5, 2, 6, "后果", &plain).unwrap();
    sheet.write(3, 5, "死亡人数").unwrap();
    sheet.write(3, 6, "直接损失(万元)").unwrap();
    sheet.merge_range(4, 1, 7, 1, "塘下镇", &plain).unwrap();
    sheet.merge_range(4, 2, 5, 2, "上岙村", &plain).unwrap();
    let rows = [(4, "2020-02-29", "住宅", 1.0, 2.5), (5, "2020-03-01", "生产经营", 0.0, 0.1)];
    for (row, date, premises, deaths, loss) in rows {
        sheet.write(row, 0, row - 3).unwrap();
        sheet.write_with_format(row, 3, ExcelDateTime::parse_from_str(date).unwrap(), &day).unwrap();
        sheet.write(row, 4, premises).unwrap();
        sheet.write(row, 5, deaths).unwrap();
        sheet.write(row, 6, loss).unwrap();
    }
    sheet.write(6, 2, "小计").unwrap();
    sheet.write(6, 5, 1).unwrap();
    sheet.write(7, 2, "新埭社区").unwrap();
    sheet.write(7, 3, "2020年3月8日").unwrap();
    sheet.write(7, 4, "“三合一”").unwrap();
    sheet.write(7, 5, "0").unwrap();
    sheet.write(8, 0, "合计").unwrap();
    sheet.write(8, 5, 1).unwrap();
    sheet.write(9, 0, "填表人:王某").unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn a_township_sheet_is_read_as_it_is() {
    let upload = upload("塘下.xlsx", &township_sheet(), None);
    no_faults(&upload);
    assert_eq!(
        lines(&upload),
        [
            "330381101701 2020-02-29 - home 1 2.5 -",
            "330381101701 2020-03-01 - production 0 0.1 -",
            "330381101703 2020-03-08 - mixed 0 - -",
        ]
    );
    let first = &records(&upload)[0].record.source;
    assert_eq!(first.cell("deaths"), "塘下.xlsx!2020年!F5");
    assert_eq!(first.cell("unit"), "塘下.xlsx!2020年!C5");
    insta::assert_snapshot!(report(&upload));
}

#[test]
fn a_cell_in_percent_format_is_what_it_shows() {
    let mut book = Writer::new();
    let percent = Format::new().set_num_format("0.0%");
    let sheet = book.add_worksheet();
    for (column, title) in ["区划代码", "测评日期", "安全感", "知晓率"].into_iter().enumerate() {
        sheet.write(0, column as u16, title).unwrap();
    }
    sheet.write(1, 0, 330_381_101_701_i64).unwrap();
    sheet.write(1, 1, "2020-06-30").unwrap();
    sheet.write_with_format(1, 2, 0.979, &percent).unwrap();
    sheet.write(1, 3, 86.4).unwrap();
    let upload = upload("三率.xlsx", &book.save_to_buffer().unwrap(), None);
    no_faults(&upload);
    assert_eq!(lines(&upload), ["330381101701 2020-06-30 - 97.9 86.4"]);
}

#[test]
fn a_time_in_a_date_cell_keeps_its_minutes() {
    let mut book = Writer::new();
    let format = Format::new().set_num_format("yyyy/m/d h:mm");
    let sheet = book.add_worksheet();
    for (column, title) in ["编号", "区划代码", "上报日期", "上报", "办结"].into_iter().enumerate() {
        sheet.write(0, column as u16, title).unwrap();
    }
    sheet.write(1, 0, "E-1").unwrap();
    sheet.write(1, 1, "330381101701").unwrap();
    let moment = ExcelDateTime::parse_from_str("2020-02-29 14:30").unwrap();
    sheet.write_with_format(1, 2, &moment, &format).unwrap();
    sheet.write_with_format(1, 3, &moment, &format).unwrap();
    sheet.write(1, 4, "2020-03-01 8:05").unwrap();
    let upload = upload("事件.xlsx", &book.save_to_buffer().unwrap(), None);
    no_faults(&upload);
    assert_eq!(lines(&upload), ["330381101701 2020-02-29 E-1 2020-02-29T14:30:00 2020-03-01T08:05:00"]);
}

#[test]
fn a_file_out_of_wps_in_gbk_with_a_title_line_is_read() {
    let text = "2020年火灾台账,,,,\r\n村社,镇街,发生日期,死亡人数,场所\r\n上岙村,马屿镇,2020/2/29,0,住宅\r\n\r\n下金,,20200301,1,home\r\n";
    let (bytes, _, _) = encoding_rs::GB18030.encode(text);
    let upload = upload("台账.csv", &bytes, None);
    no_faults(&upload);
    assert_eq!(upload.encoding, Some("gb18030"));
    assert_eq!(lines(&upload), ["330381102701 2020-02-29 - home 0 - -", "330381102702 2020-03-01 - home 1 - -"]);
    assert_eq!(records(&upload)[1].record.source.row, 5, "blank lines count");
}

#[test]
fn a_kind_like_another_is_told_by_the_name_of_its_sheet_or_by_the_user() {
    let text = "编号,村社,镇街,挂牌日期,隐患等级,整改期限,销号日期\nH1,前垟,塘下,2020-01-05,重大,2020-03-01,/\n";
    let named = upload("消防通道占用.csv", text.as_bytes(), None);
    no_faults(&named);
    assert_eq!(*records(&named)[0].record.kind.id, *"fire_lane");
    let chosen = upload("a.csv", text.as_bytes(), Some("hazard"));
    assert_eq!(*records(&chosen)[0].record.kind.id, *"hazard");
    assert_eq!(lines(&chosen), ["330381101702 2020-01-05 H1 major 2020-03-01 -"]);
}

#[test]
fn facts_about_units_hold_from_their_day() {
    let text = "区划代码,镇街,村社,常住人口,村社类型,生效日期\n330381101701,塘下镇,上岙村,\"1,280\",行政村,\n,塘下镇,新埭社区,960,,2020-07-01\n";
    let upload = upload("基本情况.csv", text.as_bytes(), None);
    no_faults(&upload);
    let [Table::Attributes(reading)] = upload.tables.as_slice() else { panic!("no attributes") };
    let facts: Vec<String> = reading
        .entries
        .iter()
        .map(|fact| format!("{} {}={} {}", fact.unit, fact.attribute, fact.value, fact.from))
        .collect();
    assert_eq!(
        facts,
        [
            "330381101701 population=1280 2020-01-01",
            "330381101701 kind=village 2020-01-01",
            "330381101703 population=960 2020-07-01",
        ]
    );
}

#[test]
fn divisions_come_with_code_name_level_and_parent() {
    let text = "code,name,level,parent\n330381000000,瑞安市,county,\n330381101000,塘下镇,town,330381000000\n330381101701,上岙村,village,330381101000\n";
    let upload = upload("divisions.csv", text.as_bytes(), None);
    no_faults(&upload);
    let [Table::Divisions(reading)] = upload.tables.as_slice() else { panic!("no divisions") };
    assert_eq!(reading.entries.len(), 3);
    assert_eq!(reading.entries[2].parent.as_deref(), Some("330381101000"));
}

#[test]
fn statements_name_kind_area_and_days() {
    let text = "台账类型,区划代码,开始日期,结束日期,申报情况\n火灾,330381101000,2020-01-01,2020-01-31,零报告\nhazard,330381000000,2020-1-1,2020-12-31,报齐\n";
    let upload = upload("报齐.csv", text.as_bytes(), None);
    no_faults(&upload);
    let [Table::Statements(reading)] = upload.tables.as_slice() else { panic!("no statements") };
    let day = |text| parse_date(text).unwrap();
    let statement = |kind: &str, area: &str, from, to, nil| Statement {
        kind: kind.into(),
        area: area.into(),
        from: day(from),
        to: day(to),
        nil,
    };
    let stated: Vec<&Statement> = reading.entries.iter().map(|stated| &stated.statement).collect();
    assert_eq!(
        stated,
        [
            &statement("fire", "330381101000", "2020-01-01", "2020-01-31", true),
            &statement("hazard", "330381000000", "2020-01-01", "2020-12-31", false),
        ]
    );
    let cell = |at: &Location| match at {
        Location::Cell { cell, .. } => cell.to_string(),
        other => panic!("{other:?}"),
    };
    let cells = reading.entries.iter().map(|stated| [cell(&stated.kind_at), cell(&stated.area_at)]);
    assert_eq!(cells.collect::<Vec<_>>(), [["A2", "B2"], ["A3", "B3"]]);
}

#[test]
fn json_lines_bring_records_and_facts() {
    let text = concat!(
        "{\"kind\": \"fire\", \"unit\": \"330381101701\", \"date\": \"2020-02-29\", \"premises\": \"home\", \"deaths\": 1, \"loss\": 2.50}\n",
        "{\"kind\": \"fire\", \"unit\": \"下金村\", \"date\": \"2020-03-01\", \"premises\": null}\n",
        "{\"unit\": \"330381101000\", \"from\": \"2020-02-01\", \"attributes\": {\"police\": 3}}\n",
    );
    let upload = upload("push.jsonl", text.as_bytes(), None);
    no_faults(&upload);
    assert_eq!(lines(&upload), ["330381101701 2020-02-29 - home 1 2.5 -", "330381102702 2020-03-01 - - - - -"]);
    assert!(matches!(&upload.tables[1], Table::Attributes(reading) if reading.entries.len() == 1));
}

#[test]
fn days_counted_from_1904_are_moved() {
    let cells =
        |row: &[&str]| row.iter().map(|text| liuwu_engine::dictionary::read::Raw::Text((*text).into())).collect();
    let mut rows: Vec<Vec<_>> =
        vec![cells(&["村社", "发生日期", "场所", "死亡人数"]), cells(&["下金村", "", "住宅", "0"])];
    rows[1][1] = liuwu_engine::dictionary::read::Raw::Float(42_428.0);
    let file = Arc::from("mac.xlsx");
    let sheet = Sheet { rows, counts_from_1904: true, ..Sheet::empty(&file, None) };
    let book = Workbook {
        file: Arc::from("mac.xlsx"),
        content: Content::Sheets(vec![sheet]),
        encoding: None,
        mark: None,
        remarks: Vec::new(),
    };
    let (dictionary, units) = (dictionary(), units());
    let levels = ["village", "town", "county"];
    let asked = Asked {
        dictionary: &dictionary,
        levels: &levels,
        units: &units,
        kind: None,
        effective: None,
        choices: &Choices::NONE,
        progress: &Unwatched,
    };
    assert_eq!(lines(&recognise(&book, &asked)), ["330381102702 2020-02-29 - home 0 - -"]);
}
