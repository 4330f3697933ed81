//! What a person decided about an upload, in place of what would be recognised, and the headers that an office uses.
//!
//! Enters: choices, as they are kept with a draft. Leaves: the same where sheets are recognised and read. Next: [`super::header`].

use std::collections::BTreeMap;

use liuwu_engine::dictionary::read::Raw;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::workbook::{Content, Sheet, Workbook, place_of};

/// Everything decided about an upload.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Decisions about tables.
    #[serde(default)]
    pub tables: Vec<TableChoice>,
    /// Cells that were mended.
    #[serde(default)]
    pub cells: Vec<CellChoice>,
    /// Headers that mean something else than the dictionary says, as an office has used them before: kind, then header, then role
    /// ([`TableChoice::columns`]).
    #[serde(default)]
    pub habits: BTreeMap<String, BTreeMap<String, String>>,
}

/// 对一张表的认定。 · What was decided about one table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TableChoice {
    /// 文件 · The file.
    pub file: String,
    /// 工作表;CSV 没有 · The sheet; none for CSV.
    #[serde(default)]
    pub sheet: Option<String>,
    /// 不读这张表 · The table is left out.
    #[serde(default)]
    pub leave_out: bool,
    /// 台账类型;不填则按表头识别 · The kind; recognised by the header when left out.
    #[serde(default)]
    pub kind: Option<String>,
    /// 表头的最后一行,从1起;不填则自动寻找 · The last row of the header, from 1; looked for when left out.
    #[serde(default)]
    pub header_row: Option<u32>,
    /// 各列是什么:列号到「date」「id」「unit」「field:…」;空为不用 · What columns hold, by their letters: `date`, `id`, `unit`, `field:…`;
    /// empty: not used.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// 此表为全部:表中没有的原有记录一并撤回 · The table is complete: known records that it no longer holds are withdrawn.
    #[serde(default)]
    pub complete: bool,
}

/// 改正的单元格。 · A cell that was mended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CellChoice {
    /// 文件 · The file.
    pub file: String,
    /// 工作表;CSV 没有 · The sheet; none for CSV.
    #[serde(default)]
    pub sheet: Option<String>,
    /// 单元格,如 F12 · The cell, such as `F12`.
    pub cell: String,
    /// 改为 · What it holds now; empty: nothing.
    pub value: String,
}

impl Choices {
    /// Nothing was decided.
    pub const NONE: Choices = Choices { tables: Vec::new(), cells: Vec::new(), habits: BTreeMap::new() };

    /// What was decided about a table.
    pub fn of(&self, file: &str, sheet: Option<&str>) -> Option<&TableChoice> {
        self.tables.iter().find(|choice| choice.file == file && choice.sheet.as_deref() == sheet)
    }

    pub(super) fn of_sheet(&self, sheet: &Sheet) -> Option<&TableChoice> {
        self.of(&sheet.file, sheet.name.as_deref())
    }

    /// Puts the mended values into their cells.
    pub fn mend(&self, book: &mut Workbook) {
        if let Content::Sheets(sheets) = &mut book.content {
            sheets.iter_mut().for_each(|sheet| self.mend_sheet(sheet));
        }
    }

    /// The same in one sheet, or in a window of one.
    pub(super) fn mend_sheet(&self, sheet: &mut Sheet) {
        let is_here =
            |choice: &&CellChoice| *choice.file == *sheet.file && choice.sheet.as_deref() == sheet.name.as_deref();
        for choice in self.cells.iter().filter(is_here).collect::<Vec<_>>() {
            let cell = place_of(&choice.cell).and_then(|(row, column)| sheet.cell_mut(row, column));
            if let Some(cell) = cell {
                *cell = if choice.value.trim().is_empty() { Raw::Blank } else { Raw::Text(choice.value.clone()) };
            }
        }
    }
}
