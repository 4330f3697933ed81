//! What to tell an officer when YAML does not read a line the way it was meant.
//!
//! Enters: the lines of the file and the place where a YAML parser gave up or read something special. Leaves: one diagnostic
//! that names the likely slip and shows the line put right. Next: [`super::guard`], which asks for it.

use super::model::Place;
use crate::codes::bundle as code;
use crate::diagnostic::Diagnostic;

/// A line taken apart: what stands before the value, and the value.
struct Entry<'a> {
    key: &'a str,
    value: &'a str,
    column: u32,
}

/// Why the parser gave up at a place, with the place to show.
pub(super) fn scan_error(lines: &[&str], place: Place, info: &str) -> (Place, Diagnostic) {
    if info.contains("recursion limit") {
        return (place, Diagnostic::new(&code::TOO_DEEP).with("limit", 32));
    }
    let around = [place.0, place.0.saturating_sub(1)];
    for number in around {
        let Some(line) = line_at(lines, number) else { continue };
        if let Some((column, fault)) = slip(line) {
            return ((number, column), fault);
        }
    }
    if info.contains("quoted scalar") {
        return (place, Diagnostic::new(&code::OPEN_QUOTE));
    }
    (place, Diagnostic::new(&code::YAML_FORM).with("detail", info))
}

/// An anchor, alias or tag at a place.
pub(super) fn special(lines: &[&str], place: Place, sign: char) -> (Place, Diagnostic) {
    let Some(line) = line_at(lines, place.0) else {
        return (place, Diagnostic::new(&code::SPECIAL).with("sign", sign));
    };
    match entry(line) {
        Some(entry) if entry.value.starts_with(sign) => ((place.0, entry.column), needs_quotes(&entry)),
        _ => (place, Diagnostic::new(&code::SPECIAL).with("sign", sign)),
    }
}

fn line_at<'a>(lines: &[&'a str], number: u32) -> Option<&'a str> {
    lines.get(number.checked_sub(1)? as usize).copied()
}

/// The slip a line most likely holds, with its column.
fn slip(line: &str) -> Option<(u32, Diagnostic)> {
    let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
    if let Some(at) = indent.chars().position(|c| c == '\t') {
        return Some((column(at), Diagnostic::new(&code::TAB)));
    }
    if line.trim_start().starts_with('#') {
        return None;
    }
    if let Some(at) = line.chars().position(|c| c == '\u{3000}') {
        return Some((column(at), Diagnostic::new(&code::WIDE_BLANK)));
    }
    let Some(entry) = entry(line) else { return without_colon(line) };
    let flow = entry.value.starts_with('{') && entry.value.ends_with('}');
    if flow {
        return Some((entry.column, Diagnostic::new(&code::BRACES)));
    }
    let misread = entry.value.starts_with(['`', '@', '%', '*', '&', '!', '{', '['])
        || entry.value.contains(": ")
        || ends_after_its_quote(entry.value);
    misread.then(|| (entry.column, needs_quotes(&entry)))
}

/// A line that was meant as `key: value` and has another colon, or none that YAML takes.
fn without_colon(line: &str) -> Option<(u32, Diagnostic)> {
    let body = line.trim_start().trim_start_matches("- ");
    let at = body.chars().position(|c| c == '：' || c == ':')?;
    let key: String = body.chars().take(at).collect();
    let value: String = body.chars().skip(at + 1).collect();
    if key.is_empty() || value.is_empty() || key.contains([' ', '"', '\'', '(', '{', '[']) {
        return None;
    }
    let before = line.chars().count() - body.chars().count();
    let remedy = format!("{key}: {}", value.trim());
    let fault = if body.chars().nth(at) == Some('：') { &code::WIDE_COLON } else { &code::COLON_BLANK };
    Some((column(before + at), Diagnostic::new(fault).with("remedy", remedy)))
}

fn needs_quotes(entry: &Entry<'_>) -> Diagnostic {
    Diagnostic::new(&code::NEEDS_QUOTES)
        .with("value", entry.value)
        .with("remedy", format!("{}: {}", entry.key, quoted(entry.value)))
}

/// Takes `  - key: value  # comment` apart.
fn entry(line: &str) -> Option<Entry<'_>> {
    let body = line.trim_start().trim_start_matches("- ").trim_start();
    let (key, rest) = body.split_once(": ")?;
    if key.contains(['{', '[', '"', '\'', '`', ' ']) {
        return None;
    }
    let value = rest.trim();
    let before = line.len().saturating_sub(rest.trim_start().len());
    Some(Entry { key, value, column: column(line.get(..before)?.chars().count()) })
}

/// `"village" == unit.kind`: the value begins with a quoted text and goes on behind it.
fn ends_after_its_quote(value: &str) -> bool {
    let Some(quote @ ('"' | '\'')) = value.chars().next() else { return false };
    let mut rest = value.chars().skip(1).peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' if quote == '"' => drop(rest.next()),
            c if c == quote && quote == '\'' && rest.peek() == Some(&'\'') => drop(rest.next()),
            c if c == quote => {
                let behind: String = rest.collect();
                return !behind.trim().is_empty() && !behind.trim_start().starts_with('#');
            }
            _ => {}
        }
    }
    false
}

/// Whether a script stops in the middle: a bracket or a quote is still open.
pub(super) fn is_unfinished(text: &str) -> bool {
    let mut open = 0i32;
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => drop(chars.next()),
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '(' | '[' | '{') => open += 1,
            (None, ')' | ']' | '}') => open -= 1,
            _ => {}
        }
    }
    open > 0 || quote.is_some()
}

/// A text as YAML takes it whatever it holds.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn column(characters_before: usize) -> u32 {
    u32::try_from(characters_before).unwrap_or(0).saturating_add(1)
}
