//! Excel files of before 2007, made by hand: nothing writes them any more.

use std::io::{Cursor, Write};

use super::*;

/// A record of the old format.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

fn start(kind: u16) -> Vec<u8> {
    let data: Vec<u8> = [0x0600, kind, 0, 0, 0, 0, 0, 0].iter().flat_map(|part: &u16| part.to_le_bytes()).collect();
    record(0x0809, &data)
}

fn text(row: u16, column: u16, text: &str) -> Vec<u8> {
    let wide: Vec<u16> = text.encode_utf16().collect();
    let mut data: Vec<u8> = [row, column, 0, wide.len() as u16].iter().flat_map(|part| part.to_le_bytes()).collect();
    data.push(1);
    data.extend(wide.iter().flat_map(|unit| unit.to_le_bytes()));
    record(0x0204, &data)
}

fn number(row: u16, column: u16, value: f64) -> Vec<u8> {
    let place: Vec<u8> = [row, column, 0].iter().flat_map(|part: &u16| part.to_le_bytes()).collect();
    record(0x0203, &[place, value.to_le_bytes().to_vec()].concat())
}

/// A workbook of one sheet with these cells.
pub(super) fn workbook(cells: &[Vec<u8>]) -> Vec<u8> {
    let name: Vec<u8> = "火灾".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bound = |at: u32| record(0x0085, &[&at.to_le_bytes()[..], &[0, 0, 2, 1], &name].concat());
    let before = [start(5), record(0x0042, &1200_u16.to_le_bytes())].concat();
    let end = record(0x000a, &[]);
    let sheet_at = (before.len() + bound(0).len() + end.len()) as u32;
    let stream = [before, bound(sheet_at), end.clone(), start(16), cells.concat(), end].concat();
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new())).unwrap();
    // A stream this short would be kept in another way, which no spreadsheet uses for its sheets.
    let padding = vec![0; 4096_usize.saturating_sub(stream.len())];
    file.create_stream("/Workbook").unwrap().write_all(&[stream, padding].concat()).unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}

pub(super) fn sample() -> Vec<u8> {
    let header = ["村社", "发生日期", "场所", "死亡人数"];
    let mut cells: Vec<Vec<u8>> =
        header.iter().enumerate().map(|(column, title)| text(0, column as u16, title)).collect();
    cells.extend([text(1, 0, "下金村"), number(1, 1, 43_890.0), text(1, 2, "住宅"), number(1, 3, 1.0)]);
    workbook(&cells)
}

#[test]
fn an_old_workbook_is_read() {
    let upload = upload("旧表.xls", &sample(), None);
    assert_eq!(upload.all_faults().count(), 0, "{}", report(&upload));
    assert_eq!(lines(&upload), ["330381102702 2020-02-29 - home 1 - -"]);
}

#[test]
fn a_share_that_may_be_a_percentage_is_refused() {
    let header = ["村社", "测评日期", "安全感", "知晓率"];
    let mut cells: Vec<Vec<u8>> =
        header.iter().enumerate().map(|(column, title)| text(0, column as u16, title)).collect();
    cells.extend([text(1, 0, "下金村"), number(1, 1, 43_890.0), number(1, 2, 0.979), number(1, 3, 86.4)]);
    let upload = upload("旧表.xls", &workbook(&cells), None);
    assert_eq!(upload.all_faults().map(|fault| fault.code.id).collect::<Vec<_>>(), ["share-or-percent"]);
    assert!(records(&upload).is_empty());
}

#[test]
fn a_few_cells_far_apart_are_refused_before_they_take_the_memory() {
    let far = workbook(&[text(0, 0, "村社"), text(65_535, 65_535, "x")]);
    assert_eq!(upload("旧表.xls", &far, None).faults[0].code.id, "too-many-cells");
    let stated = record(0x0200, &[[0, 0, 0, 0], [0xff, 0xff, 0xff, 0x7f], [0, 0, 0xff, 0xff], [0; 4]].concat()[..14]);
    assert_eq!(upload("旧表.xls", &workbook(&[stated]), None).faults[0].code.id, "too-many-cells");
}

#[test]
fn a_password_is_named() {
    let locked = workbook(&[]);
    let at = locked.windows(4).position(|bytes| bytes == [0x42, 0, 2, 0]).unwrap();
    let mut bytes = locked;
    bytes[at] = 0x2f;
    assert_eq!(upload("旧表.xls", &bytes, None).faults[0].code.id, "password-protected");
}
