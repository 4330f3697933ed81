//! An xlsx file with its marks, and otherwise as it was handed in: its parts are copied as they are but for the few that change.
//!
//! Enters: the bytes of an xlsx file and the marks. Leaves: the file, or that it is not as workbooks are written; then it is
//! written anew. Which parts there are stands in [`super::relations`], what changes in them in [`super::sheet`],
//! [`super::comments`] and [`super::styles`].

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::comments::{self, Comments};
use super::relations::{Relation, place_of_relations, relations_of, with_relation, with_type, without};
use super::sheet::{self, Ways};
use super::styles;
use super::xml::{Edits, Odd, Part, escaped};
use super::{Marks, SheetMarks};
use crate::intake::format;
use crate::intake::template::mark::{Mark, SHEET};
use crate::intake::workbook::Limits;

const TYPES: &str = "[Content_Types].xml";
const BOOK: &str = "xl/workbook.xml";
const STYLES: &str = "xl/styles.xml";
const CHAIN: &str = "xl/calcChain.xml";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const SHEET_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";
const COMMENTS_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml";
const DRAWING_TYPE: &str = "application/vnd.openxmlformats-officedocument.vmlDrawing";

/// Puts marks into a file; gives it with the extension it must have.
pub(super) fn mark(name: &str, bytes: &[u8], marks: &Marks) -> Result<(Vec<u8>, &'static str), Odd> {
    let extension = kind(bytes)?;
    format::refuse_bomb(bytes, Limits::default().unpacked).map_err(|_| Odd)?;
    let mut package = Package::open(bytes)?;
    let book = package.read(BOOK)?;
    let sheets = sheets_of(&book, &package.relations(BOOK)?)?;
    let (styles, red) = styles::with_red(&package.read(STYLES)?)?;
    package.put(STYLES, styles);
    let mut lost_formula = false;
    for sheet in sheets.iter().filter(|sheet| sheet.is_visible) {
        let own = marks.of_sheet(name, Some(&sheet.name));
        lost_formula |= package.mark_sheet(&sheet.part, &own, red, marks.taken)?;
    }
    if lost_formula {
        package.forget_order_of_formulas()?;
    }
    if !sheets.iter().any(|sheet| sheet.name == SHEET) {
        package.add_mark(&book, marks.mark)?;
    }
    Ok((package.close()?, extension))
}

/// The extension of a workbook by what it says it is; none of one that cannot be marked.
pub(super) fn kind(bytes: &[u8]) -> Result<&'static str, Odd> {
    if !matches!(format::recognise("", bytes), Ok(format::Format::Xlsx)) {
        return Err(Odd);
    }
    let types = Package::open(bytes)?.read(TYPES)?;
    let list = Part::of(&types, 1)?;
    let book = list.named("Override").find(|one| one.attribute("PartName").as_deref() == Some("/xl/workbook.xml"));
    match book.and_then(|one| one.attribute("ContentType")).as_deref() {
        Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml") => Ok("xlsx"),
        Some("application/vnd.ms-excel.sheet.macroEnabled.main+xml") => Ok("xlsm"),
        _ => Err(Odd),
    }
}

/// A sheet of cells.
struct SheetPart {
    name: String,
    part: String,
    is_visible: bool,
}

fn sheets_of(book: &str, relations: &[Relation]) -> Result<Vec<SheetPart>, Odd> {
    let part = Part::of(book, 2)?;
    let mut sheets = Vec::new();
    for one in part.named("sheet") {
        let id = one.foreign_attribute("id").ok_or(Odd)?;
        let relation = relations.iter().find(|relation| relation.id == id).ok_or(Odd)?;
        if relation.kind == "worksheet" {
            sheets.push(SheetPart {
                name: one.attribute("name").ok_or(Odd)?,
                part: relation.target.clone(),
                is_visible: one.attribute("state").is_none_or(|state| state == "visible"),
            });
        }
    }
    Ok(sheets)
}

/// The parts of a file, and those of them that have changed.
struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    names: BTreeSet<String>,
    changed: BTreeMap<String, String>,
    left_out: BTreeSet<String>,
}

impl<'a> Package<'a> {
    fn open(bytes: &'a [u8]) -> Result<Package<'a>, Odd> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Odd)?;
        let names = archive.file_names().map(|name| Ok(name.map_err(|_| Odd)?.into_owned()));
        let names = names.collect::<Result<_, Odd>>()?;
        Ok(Package { archive, names, changed: BTreeMap::new(), left_out: BTreeSet::new() })
    }

    fn read(&mut self, part: &str) -> Result<String, Odd> {
        if let Some(changed) = self.changed.get(part) {
            return Ok(changed.clone());
        }
        let entry = self.archive.by_name(part).map_err(|_| Odd)?;
        let mut bytes = Vec::new();
        entry.take(Limits::default().unpacked).read_to_end(&mut bytes).map_err(|_| Odd)?;
        let text = String::from_utf8(bytes).map_err(|_| Odd)?;
        Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }

    fn put(&mut self, part: &str, text: String) {
        self.names.insert(part.to_owned());
        self.changed.insert(part.to_owned(), text);
    }

    fn read_if_there(&mut self, part: &str) -> Result<Option<String>, Odd> {
        if self.names.contains(part) { self.read(part).map(Some) } else { Ok(None) }
    }

    fn relations(&mut self, part: &str) -> Result<Vec<Relation>, Odd> {
        let text = self.read_if_there(&place_of_relations(part))?;
        text.map_or_else(|| Ok(Vec::new()), |text| relations_of(part, &text))
    }

    /// A name that no part has yet.
    fn free(&self, stem: &str, extension: &str) -> Result<String, Odd> {
        let taken = |name: &String| self.names.iter().any(|known| known.eq_ignore_ascii_case(name));
        (1..=self.names.len() + 1)
            .map(|number| format!("{stem}{number}.{extension}"))
            .find(|name| !taken(name))
            .ok_or(Odd)
    }

    /// Adds a part that another leads to; gives the relation.
    fn add(&mut self, from: &str, kind: &str, part: &str, content_type: &str) -> Result<String, Odd> {
        let place = place_of_relations(from);
        let former = self.read_if_there(&place)?;
        let (relations, id) = with_relation(former.as_deref(), kind, part)?;
        self.put(&place, relations);
        let types = with_type(&self.read(TYPES)?, part, content_type)?;
        self.put(TYPES, types);
        Ok(id)
    }

    /// Puts the marks into a sheet and its comments. Says whether a formula was mended away.
    fn mark_sheet(&mut self, part: &str, marks: &SheetMarks, red: usize, taken: &str) -> Result<bool, Odd> {
        let text = self.read(part)?;
        let relations = self.relations(part)?;
        let former = relations.iter().find(|relation| relation.kind == "comments").map(|one| one.target.clone());
        let said = former.as_deref().map(|part| self.read(part)).transpose()?;
        let mut drawing = None;
        if let Some(comments) = comments::comments(said.as_deref(), &marks.notes)? {
            let place = match former {
                Some(place) => place,
                None => {
                    let place = self.free("xl/comments", "xml")?;
                    self.add(part, "comments", &place, COMMENTS_TYPE)?;
                    place
                }
            };
            drawing = self.draw(part, &text, &relations, &comments)?;
            self.put(&place, comments.text);
        }
        let ways = Ways { red, drawing: drawing.as_deref(), taken };
        let marked = sheet::mark(&text, marks, &ways)?;
        self.put(part, marked.text);
        Ok(marked.lost_formula)
    }

    /// Draws the boxes of comments; gives the relation to the drawing where the sheet has had none.
    fn draw(
        &mut self,
        part: &str,
        sheet: &str,
        relations: &[Relation],
        comments: &Comments,
    ) -> Result<Option<String>, Odd> {
        if let Some(id) = sheet::drawing_of(sheet)? {
            let place = relations.iter().find(|relation| relation.id == id).ok_or(Odd)?.target.clone();
            let former = self.read(&place)?;
            self.put(&place, comments::drawing(Some(&former), comments)?);
            return Ok(None);
        }
        let place = self.free("xl/drawings/vmlDrawing", "vml")?;
        self.put(&place, comments::drawing(None, comments)?);
        self.add(part, "vmlDrawing", &place, DRAWING_TYPE).map(Some)
    }

    /// The order in which formulas are calculated names each; a program makes a new one where there is none.
    fn forget_order_of_formulas(&mut self) -> Result<(), Odd> {
        if !self.names.contains(CHAIN) {
            return Ok(());
        }
        let types = without(&self.read(TYPES)?, "PartName", |name| name.trim_start_matches('/') == CHAIN)?;
        self.put(TYPES, types);
        let place = place_of_relations(BOOK);
        let relations = without(&self.read(&place)?, "Target", |target| target.ends_with("calcChain.xml"))?;
        self.put(&place, relations);
        self.left_out.insert(CHAIN.to_owned());
        Ok(())
    }

    /// Adds the hidden sheet that says what the file is.
    fn add_mark(&mut self, book: &str, mark: &Mark) -> Result<(), Odd> {
        let part = self.free("xl/worksheets/sheet", "xml")?;
        self.put(&part, mark_sheet(mark));
        let id = self.add(BOOK, "worksheet", &part, SHEET_TYPE)?;
        let parts = Part::of(book, 2)?;
        let top = Part::of(book, 1)?;
        let numbers = parts.named("sheet").filter_map(|one| one.attribute("sheetId")?.parse::<u32>().ok());
        let number = numbers.max().ok_or(Odd)?.checked_add(1).ok_or(Odd)?;
        let end = top.named("sheets").next().and_then(|sheets| sheets.inner.clone()).ok_or(Odd)?.end;
        let mut edits = Edits::default();
        edits.insert(
            end,
            format!(
                "<{}sheet xmlns:r=\"{RELATIONS}\" name=\"{SHEET}\" sheetId=\"{number}\" state=\"veryHidden\" r:id=\"{id}\"/>",
                top.prefix()
            ),
        );
        let book = edits.apply(book)?;
        self.put(BOOK, book);
        Ok(())
    }

    /// The file, its parts in the order they had and new ones behind them.
    fn close(mut self) -> Result<Vec<u8>, Odd> {
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        for index in 0..self.archive.len() {
            let entry = self.archive.by_index_raw(index).map_err(|_| Odd)?;
            let name = entry.name().map_err(|_| Odd)?.into_owned();
            if self.left_out.contains(&name) || entry.is_dir() {
                continue;
            }
            match self.changed.remove(&name) {
                Some(text) => write_part(&mut out, &name, &text)?,
                None => out.raw_copy_file(entry).map_err(|_| Odd)?,
            }
        }
        for (name, text) in &self.changed {
            write_part(&mut out, name, text)?;
        }
        Ok(out.finish().map_err(|_| Odd)?.into_inner())
    }
}

fn write_part(out: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, text: &str) -> Result<(), Odd> {
    out.start_file(name, SimpleFileOptions::default()).map_err(|_| Odd)?;
    out.write_all(text.as_bytes()).map_err(|_| Odd)
}

fn mark_sheet(mark: &Mark) -> String {
    let cell = |text: &&str| format!("<c t=\"inlineStr\"><is><t>{}</t></is></c>", escaped(text));
    let rows: String =
        mark.rows().iter().map(|row| format!("<row>{}</row>", row.iter().map(cell).collect::<String>())).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
         <worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>"
    )
}
