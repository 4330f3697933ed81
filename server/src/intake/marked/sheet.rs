//! The part of one sheet with its marks: mended cells, the red of faults, the way to its comments, and whose it is.
//!
//! Enters: the part and what is put into it. Leaves: the part; all else in it stays as it is. Next: [`super::package`].

use std::collections::BTreeMap;
use std::ops::Range;

use quick_xml::events::{BytesStart, Event};

use super::SheetMarks;
use super::xml::{Edits, Element, Odd, Part, attribute, escaped, pieces, unescaped};
use crate::intake::workbook::{address_of, place_of};
use crate::wording::INTERNAL;

/// Stands in the condition by which faults are red, and tells it from others. A text is never shorter than nothing: it holds.
const SIGN: &str = "LEN(\"上报核对\")&gt;0";
const SIGN_WORD: &str = "上报核对";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
/// Cells named by one condition.
const MOST_CELLS: usize = 500;
/// Characters that the head of a page may have.
const LONGEST_HEADER: usize = 255;

/// What may stand in a sheet, in the order in which it must.
const ORDER: [&str; 40] = [
    "sheetPr",
    "dimension",
    "sheetViews",
    "sheetFormatPr",
    "cols",
    "sheetData",
    "sheetCalcPr",
    "sheetProtection",
    "protectedRanges",
    "scenarios",
    "autoFilter",
    "sortState",
    "dataConsolidate",
    "customSheetViews",
    "mergeCells",
    "phoneticPr",
    "conditionalFormatting",
    "dataValidations",
    "hyperlinks",
    "printOptions",
    "pageMargins",
    "pageSetup",
    "headerFooter",
    "rowBreaks",
    "colBreaks",
    "customProperties",
    "cellWatches",
    "ignoredErrors",
    "smartTags",
    "drawing",
    "legacyDrawing",
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "AlternateContent",
    "webPublishItems",
    "tableParts",
    "extLst",
];

/// A sheet with its marks.
pub(super) struct MarkedSheet {
    pub text: String,
    /// Whether a formula was mended away.
    pub lost_formula: bool,
}

/// What leads from a sheet to elsewhere.
pub(super) struct Ways<'a> {
    /// The number of the format of faults.
    pub red: usize,
    /// The relation to the drawing of its comments, where it has none yet.
    pub drawing: Option<&'a str>,
    /// Whose it is.
    pub taken: &'a str,
}

/// Puts marks into a sheet.
pub(super) fn mark(text: &str, marks: &SheetMarks, ways: &Ways) -> Result<MarkedSheet, Odd> {
    let part = Part::of(text, 1)?;
    // Strict workbooks use other names for everything.
    let is_usual = part.root.tag.attributes().with_checks(false).flatten().any(|one| &*one.value == MAIN);
    if !part.root.is("worksheet") || !is_usual {
        return Err(Odd);
    }
    let mut edits = Edits::default();
    let mut lost_formula = false;
    let data = part.named("sheetData").next().ok_or(Odd)?;
    if !marks.mended.is_empty() {
        lost_formula = mend(&part, data, &marks.mended, &mut edits)?;
    }
    paint(&part, marks, ways.red, &mut edits)?;
    if let Some(id) = ways.drawing {
        let drawing = format!("<{}legacyDrawing xmlns:r=\"{RELATIONS}\" r:id=\"{id}\"/>", part.prefix());
        edits.insert(place_for(&part, "legacyDrawing")?, drawing);
    }
    say_whose(&part, ways.taken, &mut edits)?;
    Ok(MarkedSheet { text: edits.apply(text)?, lost_formula })
}

/// The relation to the drawing of comments, if the sheet has one.
pub(super) fn drawing_of(text: &str) -> Result<Option<String>, Odd> {
    let part = Part::of(text, 1)?;
    let found = part.named("legacyDrawing").next().map(|one| one.foreign_attribute("id").ok_or(Odd));
    found.transpose()
}

/// Where an element goes that is not there yet.
fn place_for(part: &Part, name: &str) -> Result<usize, Odd> {
    let rank = |of: &str| ORDER.iter().position(|known| *known == of);
    let own = rank(name);
    let behind = part.elements.iter().find(|one| rank(one.tag.local_name().as_ref()) > own);
    behind.map_or_else(|| part.end(), |one| Ok(one.outer.start))
}

/// Takes the red of the last time away and puts that of this time in.
fn paint(part: &Part, marks: &SheetMarks, red: usize, edits: &mut Edits) -> Result<(), Odd> {
    let p = part.prefix();
    let mut others = Vec::new();
    for known in part.named("conditionalFormatting") {
        let whole = part.slice(&known.outer);
        match whole.contains(SIGN_WORD) {
            true => edits.replace(known.outer.clone(), ""),
            false => others.push(&known.outer),
        }
    }
    if marks.notes.is_empty() {
        return Ok(());
    }
    // The red comes first; others come after it in the order they had.
    for other in others {
        let inside = Part::of(part.slice(other), 1)?;
        for rule in inside.named("cfRule") {
            let priority: u32 = rule.attribute("priority").and_then(|it| it.parse().ok()).ok_or(Odd)?;
            let tag_end = rule.inner.as_ref().map_or(rule.outer.end, |inner| inner.start);
            let tag = inside.slice(&(rule.outer.start..tag_end));
            let later = tag.replacen(&format!("priority=\"{priority}\""), &format!("priority=\"{}\"", priority + 1), 1);
            edits.replace(other.start + rule.outer.start..other.start + tag_end, later);
        }
    }
    let cells: Vec<String> = marks.notes.keys().map(|(row, column)| address_of(*row, *column)).collect();
    let conditions: String = cells
        .chunks(MOST_CELLS)
        .map(|cells| {
            format!(
                "<{p}conditionalFormatting sqref=\"{}\"><{p}cfRule type=\"expression\" dxfId=\"{red}\" priority=\"1\">\
                 <{p}formula>{SIGN}</{p}formula></{p}cfRule></{p}conditionalFormatting>",
                cells.join(" ")
            )
        })
        .collect();
    edits.insert(place_for(part, "conditionalFormatting")?, conditions);
    Ok(())
}

/// Says at the head of each printed page whose the file is, behind what stands there.
fn say_whose(part: &Part, taken: &str, edits: &mut Edits) -> Result<(), Odd> {
    let p = part.prefix();
    let with_own = |former: &str| {
        let own = former.find(&format!("{INTERNAL} · "));
        let kept = own.and_then(|at| former.get(..at)).unwrap_or(former).trim_end();
        let kept = kept.strip_suffix("&R").unwrap_or(kept);
        let side = if kept.contains("&R") { "\n" } else { "&R" };
        let both = format!("{kept}{side}{}", taken.replace('&', "&&"));
        escaped(if both.chars().count() <= LONGEST_HEADER { &both } else { kept })
    };
    let header = |former: &str| format!("<{p}oddHeader>{}</{p}oddHeader>", with_own(former));
    let Some(known) = part.named("headerFooter").next() else {
        edits.insert(place_for(part, "headerFooter")?, format!("<{p}headerFooter>{}</{p}headerFooter>", header("")));
        return Ok(());
    };
    let Some(inner) = &known.inner else {
        edits.replace(known.outer.clone(), format!("<{p}headerFooter>{}</{p}headerFooter>", header("")));
        return Ok(());
    };
    let inside = Part::of(part.slice(&known.outer), 1)?;
    match inside.named("oddHeader").next() {
        Some(odd) => {
            let former = odd.inner.as_ref().map_or("", |inner| inside.slice(inner));
            let start = known.outer.start;
            edits.replace(start + odd.outer.start..start + odd.outer.end, header(&unescaped(former)?));
        }
        None => edits.insert(inner.start, header("")),
    }
    Ok(())
}

/// Puts mended values into their cells. Says whether one of them was a formula.
fn mend(part: &Part, data: &Element, mended: &BTreeMap<(usize, usize), &str>, edits: &mut Edits) -> Result<bool, Odd> {
    let mut mending = Mending { prefix: part.prefix(), left: mended.clone(), edits, lost_formula: false };
    let inner = data.inner.clone().ok_or(Odd)?;
    let text = part.slice(&inner);
    let (mut row, mut next_row, mut column) = (0, 0, 0);
    let mut cell: Option<(usize, BytesStart)> = None;
    for piece in pieces(text) {
        let (event, span) = piece?;
        let span = inner.start + span.start..inner.start + span.end;
        let is = |tag: &BytesStart, name: &str| tag.local_name().as_ref() == name;
        match event {
            Event::Start(tag) | Event::Empty(tag) if is(&tag, "row") => {
                row = match attribute(&tag, "r") {
                    Some(number) => number.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).ok_or(Odd)?,
                    None => next_row,
                };
                if row < next_row {
                    return Err(Odd);
                }
                mending.rows_before(row, span.start);
                next_row = row + 1;
                column = 0;
                if part.slice(&span).ends_with("/>") {
                    mending.empty_row(row, &tag, span);
                }
            }
            Event::End(tag) if tag.local_name().as_ref() == "row" => mending.cells_before((row + 1, 0), span.start),
            Event::Start(tag) | Event::Empty(tag) if is(&tag, "c") => {
                let place = match attribute(&tag, "r") {
                    Some(cell) => place_of(&cell).filter(|place| place.0 == row && place.1 >= column).ok_or(Odd)?,
                    None => (row, column),
                };
                mending.cells_before(place, span.start);
                column = place.1 + 1;
                match part.slice(&span).ends_with("/>") {
                    true => mending.cell(place, &tag, span),
                    false => cell = Some((span.start, tag)),
                }
            }
            Event::Start(tag) | Event::Empty(tag) if is(&tag, "f") && mending.is_mended(row, column) => {
                // The cells that share a formula would lose it with this one.
                if attribute(&tag, "t").is_some_and(|kind| kind != "normal") {
                    return Err(Odd);
                }
                mending.lost_formula = true;
            }
            Event::End(tag) if tag.local_name().as_ref() == "c" => {
                let (start, tag) = cell.take().ok_or(Odd)?;
                mending.cell((row, column - 1), &tag, start..span.end);
            }
            _ => {}
        }
    }
    mending.rows_before(usize::MAX, inner.end);
    Ok(mending.lost_formula)
}

/// Cells on their way into a sheet.
struct Mending<'a> {
    prefix: String,
    left: BTreeMap<(usize, usize), &'a str>,
    edits: &'a mut Edits,
    lost_formula: bool,
}

impl Mending<'_> {
    /// Whether the cell left of a column is mended.
    fn is_mended(&self, row: usize, column: usize) -> bool {
        column.checked_sub(1).is_some_and(|column| self.left.contains_key(&(row, column)))
    }

    /// Rows above one that the sheet does not have.
    fn rows_before(&mut self, row: usize, at: usize) {
        let p = self.prefix.clone();
        while let Some(first) = self.left.keys().next().map(|place| place.0).filter(|first| *first < row) {
            let cells = self.taken(|place| place.0 == first);
            self.edits.insert(at, format!("<{p}row r=\"{}\">{cells}</{p}row>", first + 1));
        }
    }

    /// Cells before a place that the sheet does not have.
    fn cells_before(&mut self, place: (usize, usize), at: usize) {
        let cells = self.taken(|own| own < place);
        if !cells.is_empty() {
            self.edits.insert(at, cells);
        }
    }

    fn empty_row(&mut self, row: usize, tag: &BytesStart, span: Range<usize>) {
        let cells = self.taken(|place| place.0 == row);
        if !cells.is_empty() {
            let (p, attributes) = (&self.prefix, tag.attributes_raw());
            self.edits.replace(span, format!("<{p}row{attributes}>{cells}</{p}row>"));
        }
    }

    /// A cell that the sheet has; it looks as before.
    fn cell(&mut self, place: (usize, usize), tag: &BytesStart, span: Range<usize>) {
        if let Some(value) = self.left.remove(&place) {
            let style = attribute(tag, "s");
            self.edits.replace(span, written(&self.prefix, place, style.as_deref(), value));
        }
    }

    /// All cells from the first that fulfil something, taken out.
    fn taken(&mut self, is_meant: impl Fn((usize, usize)) -> bool) -> String {
        let mut cells = String::new();
        while let Some(first) = self.left.first_entry().filter(|first| is_meant(*first.key())) {
            let (place, value) = first.remove_entry();
            cells.push_str(&written(&self.prefix, place, None, value));
        }
        cells
    }
}

fn written(p: &str, place: (usize, usize), style: Option<&str>, value: &str) -> String {
    let cell = address_of(place.0, place.1);
    let style = style.map(|style| format!(" s=\"{}\"", escaped(style))).unwrap_or_default();
    match value.trim().is_empty() {
        true => format!("<{p}c r=\"{cell}\"{style}/>"),
        false => format!(
            "<{p}c r=\"{cell}\"{style} t=\"inlineStr\"><{p}is><{p}t xml:space=\"preserve\">{}</{p}t></{p}is></{p}c>",
            escaped(value)
        ),
    }
}
