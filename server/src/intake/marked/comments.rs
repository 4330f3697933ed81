//! What is said at the cells of a sheet: the comments and the boxes in which they are drawn.
//!
//! Enters: the comments of a sheet and their drawing, if it has any, and what is to be said now. Leaves: both parts. What was said
//! the last time is taken away; comments of the user stay, and what is said at the same cell stands below them. Next:
//! [`super::package`].

use std::collections::BTreeSet;

use quick_xml::events::Event;

use super::Notes;
use super::xml::{Edits, Odd, Part, attribute, escaped, pieces, unescaped};
use crate::intake::workbook::{address_of, place_of};

/// Begins what is said, and tells it from what others have said.
pub(super) const SIGN: &str = "【上报核对】";
const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <comments xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
    <authors></authors><commentList></commentList></comments>";
const EMPTY_DRAWING: &str = "<xml xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" \
    xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><o:shapelayout v:ext=\"edit\"><o:idmap v:ext=\"edit\" data=\"1\"/>\
    </o:shapelayout><v:shapetype id=\"_x0000_t202\" coordsize=\"21600,21600\" o:spt=\"202\" \
    path=\"m,l,21600r21600,l21600,xe\"><v:stroke joinstyle=\"miter\"/><v:path gradientshapeok=\"t\" \
    o:connecttype=\"rect\"/></v:shapetype></xml>";
/// Characters that stand in a line of a box, and lines of the tallest box.
const LINE: usize = 20;
const LINES: usize = 16;

/// The comments of a sheet.
pub(super) struct Comments {
    pub text: String,
    /// Cells whose comment is gone.
    gone: BTreeSet<(usize, usize)>,
    /// Cells that had none.
    new: Vec<((usize, usize), usize)>,
}

/// The comments as they are to be. None: there were none, and nothing is said.
pub(super) fn comments(former: Option<&str>, notes: &Notes) -> Result<Option<Comments>, Odd> {
    if former.is_none() && notes.is_empty() {
        return Ok(None);
    }
    let text = former.unwrap_or(EMPTY);
    let top = Part::of(text, 1)?;
    let p = top.prefix();
    let (authors, list) = (top.named("authors").next().ok_or(Odd)?, top.named("commentList").next().ok_or(Odd)?);
    let known_authors = Part::of(text, 2)?;
    let author = known_authors.named("author").count();
    let mut edits = Edits::default();
    let name = format!("<{p}author>上报核对</{p}author>");
    match &authors.inner {
        Some(inner) => edits.insert(inner.end, name),
        None => edits.replace(authors.outer.clone(), format!("<{p}authors>{name}</{p}authors>")),
    }
    let comment = |place: (usize, usize), said: &str| {
        format!(
            "<{p}comment ref=\"{}\" authorId=\"{author}\"><{p}text><{p}r><{p}t xml:space=\"preserve\">{}</{p}t></{p}r>\
             </{p}text></{p}comment>",
            address_of(place.0, place.1),
            escaped(said)
        )
    };
    let mut had = BTreeSet::new();
    let mut gone = BTreeSet::new();
    for known in known_authors.named("comment") {
        let place = known.attribute("ref").and_then(|cell| place_of(&cell)).ok_or(Odd)?;
        had.insert(place);
        let said = words(top.slice(&known.outer))?;
        let others = said.split(SIGN).next().unwrap_or_default().trim_end();
        let is_ours = said.contains(SIGN);
        match notes.get(&place) {
            Some(note) if others.is_empty() => {
                edits.replace(known.outer.clone(), comment(place, &format!("{SIGN}\n{note}")))
            }
            Some(note) => {
                edits.replace(known.outer.clone(), comment(place, &format!("{others}\n{SIGN}\n{note}")));
            }
            None if !is_ours => {}
            None if others.is_empty() => {
                gone.insert(place);
                edits.replace(known.outer.clone(), "");
            }
            None => edits.replace(known.outer.clone(), comment(place, others)),
        }
    }
    let new: Vec<((usize, usize), &String)> =
        notes.iter().filter(|(place, _)| !had.contains(place)).map(|(place, note)| (*place, note)).collect();
    let said: String = new.iter().map(|(place, note)| comment(*place, &format!("{SIGN}\n{note}"))).collect();
    match &list.inner {
        Some(inner) => edits.insert(inner.end, said),
        None => edits.replace(list.outer.clone(), format!("<{p}commentList>{said}</{p}commentList>")),
    }
    let new = new.into_iter().map(|(place, note)| (place, lines(note))).collect();
    Ok(Some(Comments { text: edits.apply(text)?, gone, new }))
}

/// The words of a comment, without how they look.
fn words(comment: &str) -> Result<String, Odd> {
    let mut said = String::new();
    let mut is_text = false;
    for piece in pieces(comment) {
        match piece? {
            (Event::Start(tag), _) => is_text = tag.local_name().as_ref() == "t",
            (Event::End(_), _) => is_text = false,
            (Event::Text(_) | Event::GeneralRef(_), span) if is_text => {
                said.push_str(&unescaped(comment.get(span).ok_or(Odd)?)?);
            }
            (Event::CData(text), _) if is_text => said.push_str(&text),
            _ => {}
        }
    }
    Ok(said)
}

/// Lines that a note takes in its box.
fn lines(note: &str) -> usize {
    let of_line = |line: &str| line.chars().count().div_ceil(LINE).max(1);
    (1 + note.lines().map(of_line).sum::<usize>()).clamp(3, LINES)
}

/// The drawing of the boxes, to go with comments.
pub(super) fn drawing(former: Option<&str>, comments: &Comments) -> Result<String, Odd> {
    let text = former.unwrap_or(EMPTY_DRAWING);
    let mut edits = Edits::default();
    let mut highest = 1024;
    let mut shape: Option<(usize, String)> = None;
    let mut end = None;
    for piece in pieces(text) {
        match piece? {
            (Event::Start(tag), span) if tag.local_name().as_ref() == "shape" => {
                let id = attribute(&tag, "id").unwrap_or_default();
                highest = highest.max(id.strip_prefix("_x0000_s").and_then(|id| id.parse().ok()).unwrap_or(0));
                shape = Some((span.start, id));
            }
            (Event::End(tag), span) if tag.local_name().as_ref() == "shape" => {
                let (start, _) = shape.take().ok_or(Odd)?;
                let place = cell_of(text.get(start..span.end).ok_or(Odd)?)?;
                if place.is_some_and(|place| comments.gone.contains(&place)) {
                    edits.replace(start..span.end, "");
                }
            }
            (Event::End(tag), span) if tag.local_name().as_ref() == "xml" => end = Some(span.start),
            _ => {}
        }
    }
    let first = highest + 1;
    let boxes: String =
        (first..).zip(&comments.new).map(|(id, (place, lines)): (u64, _)| drawn(id, *place, *lines)).collect();
    edits.insert(end.ok_or(Odd)?, boxes);
    edits.apply(text)
}

/// The cell that a box belongs to; none when it is no comment.
fn cell_of(shape: &str) -> Result<Option<(usize, usize)>, Odd> {
    let (mut row, mut column) = (None, None);
    let mut inside = String::new();
    let mut is_note = false;
    for piece in pieces(shape) {
        match piece? {
            (Event::Start(tag), _) => {
                inside = tag.local_name().as_ref().to_owned();
                is_note |= attribute(&tag, "ObjectType").as_deref() == Some("Note");
            }
            (Event::Text(text), _) => match inside.as_str() {
                "Row" => row = text.trim().parse().ok(),
                "Column" => column = text.trim().parse().ok(),
                _ => {}
            },
            (Event::End(_), _) => inside.clear(),
            _ => {}
        }
    }
    Ok(row.zip(column).filter(|_| is_note))
}

/// The box of a comment, right of its cell. It names what its words mean itself: not every drawing does at its top.
fn drawn(id: u64, (row, column): (usize, usize), lines: usize) -> String {
    let (left, top) = (column + 1, row.saturating_sub(1));
    let anchor = format!("{left}, 12, {top}, 6, {}, 12, {}, 6", left + 5, top + lines);
    format!(
        "<v:shape xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" \
         xmlns:x=\"urn:schemas-microsoft-com:office:excel\" id=\"_x0000_s{id}\" type=\"#_x0000_t202\" \
         style=\"position:absolute;margin-left:60pt;margin-top:2pt;width:225pt;height:{}pt;z-index:1;visibility:hidden\" \
         fillcolor=\"#ffffe1\" o:insetmode=\"auto\"><v:fill color2=\"#ffffe1\"/><v:shadow on=\"t\" color=\"black\" \
         obscured=\"t\"/><v:path o:connecttype=\"none\"/><v:textbox style=\"mso-direction-alt:auto\">\
         <div style=\"text-align:left\"></div></v:textbox><x:ClientData ObjectType=\"Note\"><x:MoveWithCells/>\
         <x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row>\
         <x:Column>{column}</x:Column></x:ClientData></v:shape>",
        lines * 15
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(cells: &[(usize, usize)]) -> Notes {
        cells.iter().map(|place| (*place, "不对<".to_owned())).collect()
    }

    const FORMER: &str = "<comments><authors><author>张</author></authors><commentList>\
        <comment ref=\"A1\" authorId=\"0\"><text><r><t>我的&amp;</t></r></text></comment></commentList></comments>";

    #[test]
    fn what_is_said_stands_below_what_the_user_said_and_goes_again() {
        let both = comments(Some(FORMER), &noted(&[(0, 0), (1, 1)])).unwrap().unwrap();
        assert_eq!(words(&both.text).unwrap(), format!("我的&\n{SIGN}\n不对<{SIGN}\n不对<"));
        let drawn = drawing(None, &both).unwrap();
        assert_eq!(drawn.matches("<v:shape ").count(), 1, "the user's comment has its box: {drawn}");
        let after = comments(Some(&both.text), &Notes::new()).unwrap().unwrap();
        assert_eq!(words(&after.text).unwrap(), "我的&");
        assert_eq!(drawing(Some(&drawn), &after).unwrap().matches("<v:shape ").count(), 0);
    }

    #[test]
    fn boxes_of_others_stay_and_numbers_do_not_meet() {
        let other = "<xml xmlns:v=\"u\"><v:shape id=\"_x0000_s2000\"><v:textbox><br></v:textbox>\
                     <x:ClientData ObjectType=\"Button\"><x:Row>1</x:Row><x:Column>1</x:Column></x:ClientData></v:shape></xml>";
        let said = comments(None, &noted(&[(1, 1)])).unwrap().unwrap();
        let drawn = drawing(Some(other), &said).unwrap();
        assert!(drawn.contains("_x0000_s2000") && drawn.contains("_x0000_s2001"), "{drawn}");
        let gone = comments(Some(&said.text), &Notes::new()).unwrap().unwrap();
        let left = drawing(Some(&drawn), &gone).unwrap();
        assert!(left.contains("_x0000_s2000") && !left.contains("_x0000_s2001"), "{left}");
    }
}
