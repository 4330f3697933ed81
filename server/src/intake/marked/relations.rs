//! What parts of a workbook are called, and how they lead to each other.
//!
//! Enters: parts that name others. Leaves: which part is meant, and the same texts naming one part more. Next: [`super::package`].

use super::xml::{Edits, Odd, Part, escaped};

/// Begins the names of relations.
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"></Relationships>";

/// That one part leads to another.
pub(super) struct Relation {
    pub id: String,
    /// What the other is: `worksheet`, `comments`, `vmlDrawing`.
    pub kind: String,
    pub target: String,
}

/// The part in which the relations of a part stand.
pub(super) fn place_of_relations(part: &str) -> String {
    match part.rsplit_once('/') {
        Some((folder, name)) => format!("{folder}/_rels/{name}.rels"),
        None => format!("_rels/{part}.rels"),
    }
}

/// The relations of a part to other parts of the workbook.
pub(super) fn relations_of(part: &str, text: &str) -> Result<Vec<Relation>, Odd> {
    let found = Part::of(text, 1)?;
    let inside = found.named("Relationship").filter(|one| one.attribute("TargetMode").as_deref() != Some("External"));
    inside
        .map(|one| {
            Ok(Relation {
                id: one.attribute("Id").ok_or(Odd)?,
                kind: one
                    .attribute("Type")
                    .and_then(|kind| Some(kind.strip_prefix(OFFICE)?.to_owned()))
                    .unwrap_or_default(),
                target: resolved(part, &one.attribute("Target").ok_or(Odd)?)?,
            })
        })
        .collect()
}

/// A target as the name of a part; it is written as seen from the part that names it.
fn resolved(part: &str, target: &str) -> Result<String, Odd> {
    if let Some(whole) = target.strip_prefix('/') {
        return Ok(whole.to_owned());
    }
    let mut path: Vec<&str> = part.split('/').collect();
    path.pop();
    for step in target.split('/') {
        match step {
            ".." => drop(path.pop().ok_or(Odd)?),
            "." | "" => {}
            step => path.push(step),
        }
    }
    Ok(path.join("/"))
}

/// Relations with one more; `text` are those there are. Gives its id, too.
pub(super) fn with_relation(text: Option<&str>, kind: &str, target: &str) -> Result<(String, String), Odd> {
    let text = text.unwrap_or(EMPTY);
    let part = Part::of(text, 1)?;
    let taken: Vec<String> = part.elements.iter().filter_map(|one| one.attribute("Id")).collect();
    let id = (1..).map(|number| format!("rIdMark{number}")).find(|id| !taken.contains(id)).ok_or(Odd)?;
    let mut edits = Edits::default();
    edits.insert(
        part.end()?,
        format!("<{}Relationship Id=\"{id}\" Type=\"{OFFICE}{kind}\" Target=\"/{}\"/>", part.prefix(), escaped(target)),
    );
    Ok((edits.apply(text)?, id))
}

/// The list of types with one more: of a part, or of all parts with an extension.
pub(super) fn with_type(text: &str, part: &str, content_type: &str) -> Result<String, Odd> {
    let list = Part::of(text, 1)?;
    let extension = part.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_default = extension != "xml";
    let is_there = match is_default {
        true => list
            .named("Default")
            .any(|one| one.attribute("Extension").is_some_and(|it| it.eq_ignore_ascii_case(extension))),
        false => false,
    };
    if is_there {
        return Ok(text.to_owned());
    }
    let mut edits = Edits::default();
    let prefix = list.prefix();
    match is_default {
        // Extensions stand before single parts.
        true => edits.insert(
            list.root.inner.as_ref().ok_or(Odd)?.start,
            format!("<{prefix}Default Extension=\"{extension}\" ContentType=\"{content_type}\"/>"),
        ),
        false => edits.insert(
            list.end()?,
            format!("<{prefix}Override PartName=\"/{}\" ContentType=\"{content_type}\"/>", escaped(part)),
        ),
    }
    edits.apply(text)
}

/// A text without the elements that name a part in an attribute.
pub(super) fn without(text: &str, attribute: &str, is_meant: impl Fn(&str) -> bool) -> Result<String, Odd> {
    let list = Part::of(text, 1)?;
    let mut edits = Edits::default();
    for one in list.elements.iter().filter(|one| one.attribute(attribute).is_some_and(|name| is_meant(&name))) {
        edits.replace(one.outer.clone(), "");
    }
    edits.apply(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_seen_from_the_part_that_names_them() {
        let from = "xl/worksheets/sheet1.xml";
        for (target, part) in [
            ("../comments1.xml", "xl/comments1.xml"),
            ("/xl/comments/comment1.xml", "xl/comments/comment1.xml"),
            ("./a.xml", "xl/worksheets/a.xml"),
        ] {
            assert_eq!(resolved(from, target).unwrap(), part);
        }
        assert_eq!(resolved("a.xml", "../../b"), Err(Odd));
        assert_eq!(place_of_relations(from), "xl/worksheets/_rels/sheet1.xml.rels");
        assert_eq!(place_of_relations("a.xml"), "_rels/a.xml.rels");
    }

    #[test]
    fn a_new_relation_has_an_id_of_its_own() {
        let (text, one) = with_relation(None, "comments", "xl/comments1.xml").unwrap();
        let (text, other) = with_relation(Some(&text), "vmlDrawing", "xl/drawings/a.vml").unwrap();
        assert_ne!(one, other);
        let found = relations_of("xl/worksheets/sheet1.xml", &text).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[1].kind.as_str(), found[1].target.as_str()), ("vmlDrawing", "xl/drawings/a.vml"));
    }
}
