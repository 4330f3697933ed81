//! The red of a fault, among the formats of a workbook.
//!
//! Enters: the part of formats. Leaves: the same with one more, and its number. A cell is red by a condition that always holds, so
//! that its own format stays as it is and comes back once the condition is taken away. Next: [`super::sheet`].

use super::xml::{Edits, Odd, Part};
use super::{INK, PAPER};

/// What stands behind the list of conditional formats.
const BEHIND: [&str; 3] = ["tableStyles", "colors", "extLst"];

/// The formats with that of a fault, and its number among the conditional ones.
pub(super) fn with_red(text: &str) -> Result<(String, usize), Odd> {
    let top = Part::of(text, 1)?;
    let p = top.prefix();
    let red = format!(
        "<{p}dxf><{p}font><{p}color rgb=\"FF{INK}\"/></{p}font><{p}fill><{p}patternFill patternType=\"solid\">\
         <{p}fgColor rgb=\"FF{PAPER}\"/><{p}bgColor rgb=\"FF{PAPER}\"/></{p}patternFill></{p}fill></{p}dxf>"
    );
    let mut edits = Edits::default();
    let Some(list) = top.named("dxfs").next() else {
        let behind = top.elements.iter().find(|one| BEHIND.iter().any(|name| one.is(name)));
        let at = behind.map_or(top.end()?, |one| one.outer.start);
        edits.insert(at, format!("<{p}dxfs count=\"1\">{red}</{p}dxfs>"));
        return Ok((edits.apply(text)?, 0));
    };
    let whole = top.slice(&list.outer);
    let known = Part::of(whole, 1)?;
    let is_red = |one: &str| one.contains(&format!("\"FF{PAPER}\"")) && one.contains(&format!("\"FF{INK}\""));
    let each: Vec<&str> = known.named("dxf").map(|one| known.slice(&one.outer)).collect();
    if let Some(number) = each.iter().position(|one| is_red(one)) {
        return Ok((text.to_owned(), number));
    }
    let count = each.len() + 1;
    edits.replace(list.outer.clone(), format!("<{p}dxfs count=\"{count}\">{}{red}</{p}dxfs>", each.concat()));
    Ok((edits.apply(text)?, count - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_red_is_added_once_wherever_formats_are_listed() {
        for (before, number) in [
            ("<styleSheet><cellXfs/><tableStyles/></styleSheet>", 0),
            ("<styleSheet><cellXfs/><dxfs count=\"0\"/></styleSheet>", 0),
            ("<x:styleSheet><x:dxfs count=\"1\"><x:dxf><x:font/></x:dxf></x:dxfs><x:colors/></x:styleSheet>", 1),
        ] {
            let (after, found) = with_red(before).unwrap();
            assert_eq!(found, number, "{before}");
            assert!(after.contains(&format!("dxfs count=\"{}\"", number + 1)), "{after}");
            assert!(after.find("dxfs").unwrap() > after.find("cellXfs").unwrap_or(0));
            assert_eq!(with_red(&after).unwrap(), (after.clone(), number), "it is known again");
        }
    }
}
