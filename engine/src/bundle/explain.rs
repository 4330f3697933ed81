//! What to tell an officer when YAML does not read a line the way it was meant.
//!
//! Enters: the lines of the file and the place where a YAML parser gave up or read something special. Leaves: one diagnostic
//! that names the likely slip and shows the line put right. Next: [`super::guard`], which asks for it.

use super::model::Place;
use crate::codes::form;
use crate::diagnostic::Diagnostic;

/// How far above the place where the parser gave up an open quote is looked for.
const QUOTE_REACH: usize = 200;
/// What begins a plain value and means something else to YAML.
const SIGNS: [char; 8] = ['`', '@', '%', '*', '&', '!', '{', '['];

/// A key and its value as they stand in one line.
struct Entry<'a> {
    key: &'a str,
    value: &'a str,
    column: u32,
}

impl Entry<'_> {
    /// Whether YAML takes the value for something other than the text it is.
    fn is_misread(&self) -> bool {
        self.value.starts_with(SIGNS) || self.value.contains(": ") || goes_on_behind_its_quote(self.value)
    }

    fn needs_quotes(&self) -> Diagnostic {
        let bare = self.value.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
        // A reason is a template already, without backticks.
        let meant = bare.filter(|_| matches!(self.key, "reason" | "note")).unwrap_or(self.value);
        Diagnostic::new(&form::NEEDS_QUOTES)
            .with("value", self.value)
            .with("remedy", format!("{}: {}", self.key, quoted(meant)))
    }
}

/// Why the parser gave up at a place, with the place to show.
pub(super) fn scan_error(lines: &[&str], place: Place, info: &str) -> (Place, Diagnostic) {
    if info.contains("recursion limit") {
        return (place, Diagnostic::new(&form::TOO_DEEP).with("limit", super::guard::MAX_DEPTH));
    }
    if info.contains("quoted scalar") && info.contains("end of stream") {
        return (place, Diagnostic::new(&form::OPEN_QUOTE));
    }
    tab(lines, place)
        .or_else(|| slips(lines, place))
        .or_else(|| open_quote(lines, place))
        .or_else(|| not_aligned(lines, place))
        .unwrap_or_else(|| (place, Diagnostic::new(&form::YAML_FORM).with("detail", info)))
}

/// An anchor, alias, tag, or a list or map in the place of a script.
pub(super) fn special(lines: &[&str], place: Place, sign: char) -> (Place, Diagnostic) {
    let line = line_at(lines, place.0).unwrap_or_default();
    let entry = in_braces(line, place.1).or_else(|| entry(line)).filter(|entry| entry.value.starts_with(sign));
    match entry {
        Some(entry) if !is_reference(lines, entry.value) => ((place.0, entry.column), entry.needs_quotes()),
        _ => (place, Diagnostic::new(&form::SPECIAL).with("sign", sign)),
    }
}

/// The entry of a map in braces that begins last before a column, with its whole value in quotes.
pub(super) fn with_quotes(line: &str, column: u32) -> Option<String> {
    in_braces(line, column).map(|entry| format!("{}: {}", entry.key, quoted(entry.value)))
}

fn line_at<'a>(lines: &[&'a str], number: u32) -> Option<&'a str> {
    lines.get(number.checked_sub(1)? as usize).copied()
}

/// `&x` for which there is a `*x`, or the reverse: really meant as YAML means it.
fn is_reference(lines: &[&str], value: &str) -> bool {
    let word: String = value.chars().skip(1).take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-')).collect();
    let other = if value.starts_with('*') { '&' } else { '*' };
    value.starts_with(['&', '*'])
        && !word.is_empty()
        && lines.iter().any(|line| line.contains(&format!("{other}{word}")))
}

fn tab(lines: &[&str], place: Place) -> Option<(Place, Diagnostic)> {
    [place.0, place.0.saturating_add(1), place.0.saturating_sub(1)].into_iter().find_map(|number| {
        let line = line_at(lines, number)?;
        let at = line.chars().take_while(|c| c.is_whitespace()).position(|c| c == '\t')?;
        Some(((number, column(at)), Diagnostic::new(&form::TAB)))
    })
}

fn slips(lines: &[&str], place: Place) -> Option<(Place, Diagnostic)> {
    let here = line_at(lines, place.0).and_then(|line| Some((place.0, slip(line, place.1)?)));
    let before = || {
        let number = place.0.checked_sub(1)?;
        Some((number, slip(line_at(lines, number)?, u32::MAX)?))
    };
    here.or_else(before).map(|(number, (column, fault))| ((number, column), fault))
}

/// The slip a line most likely holds, with its column.
fn slip(line: &str, stopped: u32) -> Option<(u32, Diagnostic)> {
    if line.trim_start().starts_with('#') {
        return None;
    }
    if let Some(at) = line.chars().position(|c| c == '\u{3000}') {
        return Some((column(at), Diagnostic::new(&form::WIDE_BLANK)));
    }
    if let Some(start) = brace(line) {
        return match in_braces(line, stopped) {
            Some(entry) if entry.is_misread() || entry.value.contains([',', '[', ']', '{', '}']) => {
                Some((entry.column, entry.needs_quotes()))
            }
            _ => Some((column(chars_before(line, start)), Diagnostic::new(&form::BRACES))),
        };
    }
    let Some(entry) = entry(line) else { return without_colon(line) };
    entry.is_misread().then(|| (entry.column, entry.needs_quotes()))
}

/// A line that was meant as `key: value` and has another colon, or none that YAML takes.
fn without_colon(line: &str) -> Option<(u32, Diagnostic)> {
    let body = line.trim_start().trim_start_matches("- ");
    let at = body.chars().position(|c| c == '：' || c == ':')?;
    let key: String = body.chars().take(at).collect();
    let value: String = body.chars().skip(at + 1).collect();
    if key.is_empty() || value.trim().is_empty() || key.contains([' ', '"', '\'', '(', '{', '[']) {
        return None;
    }
    let before = line.chars().count() - body.chars().count();
    let fault = if body.chars().nth(at) == Some('：') { &form::WIDE_COLON } else { &form::COLON_BLANK };
    let remedy = format!("{key}: {}", value.trim());
    Some((column(before + at), Diagnostic::new(fault).with("remedy", remedy)))
}

/// A quote above the place that is not closed on its line.
fn open_quote(lines: &[&str], place: Place) -> Option<(Place, Diagnostic)> {
    let above = lines.iter().enumerate().take(place.0 as usize).rev().take(QUOTE_REACH);
    above.filter_map(|(index, line)| Some((index, entry(line)?))).find_map(|(index, entry)| {
        let open = entry.value.starts_with(['"', '\'']) && behind_the_quote(entry.value).is_none();
        open.then(|| ((column(index), entry.column), Diagnostic::new(&form::OPEN_QUOTE)))
    })
}

/// A line that is indented other than the lines around it.
fn not_aligned(lines: &[&str], place: Place) -> Option<(Place, Diagnostic)> {
    let line = line_at(lines, place.0)?;
    let is_text = |line: &&&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let above = lines.iter().take((place.0 as usize).saturating_sub(1)).rev().find(is_text)?;
    entry(line)?;
    let (own, other) = (indent(line), indent(above));
    let deeper_without_reason = own > other && entry(above).is_some();
    (deeper_without_reason || own < other).then(|| ((place.0, column(own)), Diagnostic::new(&form::NOT_ALIGNED)))
}

/// Blanks in front of the key; the dash of a list item counts as one.
fn indent(line: &str) -> usize {
    line.chars().take_while(|c| matches!(c, ' ' | '-')).count()
}

/// Takes `  - key: value  # comment` apart.
fn entry(line: &str) -> Option<Entry<'_>> {
    let body = line.trim_start().trim_start_matches("- ").trim_start();
    let (key, rest) = body.split_once(": ")?;
    if key.contains(['{', '[', '"', '\'', '`', ' ']) {
        return None;
    }
    let value = without_comment(rest).trim();
    let before = line.len().saturating_sub(rest.trim_start().len());
    Some(Entry { key, value, column: column(chars_before(line, before)) })
}

fn without_comment(value: &str) -> &str {
    value.rfind(" # ").and_then(|at| value.get(..at)).unwrap_or(value)
}

/// Where a `{` begins a map in this line.
fn brace(line: &str) -> Option<usize> {
    line.match_indices('{').map(|(at, _)| at).find(|at| {
        let before = line.get(..*at).unwrap_or_default();
        before.trim().is_empty() || before.ends_with(": ") || before.ends_with("- ") || before.ends_with('[')
    })
}

/// The entry of a map in braces that begins last before a column, up to the next entry or the end of the map.
fn in_braces(line: &str, stopped: u32) -> Option<Entry<'_>> {
    let start = brace(line)?;
    let keys: Vec<(usize, usize)> = keys_in_braces(line, start);
    let stopped = line.char_indices().nth((stopped as usize).saturating_sub(1)).map_or(line.len(), |(at, _)| at);
    let index = keys.iter().rposition(|(key, _)| *key <= stopped)?;
    let (key, value) = keys.get(index).copied()?;
    let end = keys.get(index + 1).map_or(line.len(), |(next, _)| *next);
    let text = without_comment(line.get(value..end)?).trim_end();
    let text = text.strip_suffix(',').unwrap_or(text);
    Some(Entry {
        key: line.get(key..value)?.trim_end().trim_end_matches(':'),
        value: without_outer_ends(text).trim(),
        column: column(chars_before(line, value)),
    })
}

/// Where each key and its value begin, for keys behind `{` or `, `.
fn keys_in_braces(line: &str, start: usize) -> Vec<(usize, usize)> {
    let mut keys = Vec::new();
    for (colon, _) in line.match_indices(": ").filter(|(at, _)| *at > start) {
        let before = line.get(..colon).unwrap_or_default();
        let name = before.chars().rev().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        let key = colon - name.map(char::len_utf8).sum::<usize>();
        let led = line.get(..key).is_some_and(|before| before.ends_with('{') || before.ends_with(", "));
        if key < colon && led {
            keys.push((key, colon + 2));
        }
    }
    keys
}

/// Drops closing brackets at the end that close what was opened before the value.
fn without_outer_ends(mut text: &str) -> &str {
    let surplus = |open: char, close: char| text.matches(close).count().saturating_sub(text.matches(open).count());
    let (mut braces, mut brackets) = (surplus('{', '}'), surplus('[', ']'));
    loop {
        let (rest, left) = match text.strip_suffix('}') {
            Some(rest) => (rest, &mut braces),
            None => match text.strip_suffix(']') {
                Some(rest) => (rest, &mut brackets),
                None => return text,
            },
        };
        if *left == 0 {
            return text;
        }
        *left -= 1;
        text = rest.trim_end();
    }
}

/// `"village" == unit.kind`: the value begins with a quoted text and goes on behind it.
fn goes_on_behind_its_quote(value: &str) -> bool {
    behind_the_quote(value).is_some_and(|rest| !rest.trim().is_empty() && !rest.trim_start().starts_with('#'))
}

/// What stands behind the closing quote of a value that begins with one; none when it is not closed.
fn behind_the_quote(value: &str) -> Option<String> {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut rest = value.chars().skip(1).peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' if quote == '"' => drop(rest.next()),
            c if c == quote && quote == '\'' && rest.peek() == Some(&'\'') => drop(rest.next()),
            c if c == quote => return Some(rest.collect()),
            _ => {}
        }
    }
    None
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

fn chars_before(line: &str, at: usize) -> usize {
    line.get(..at).map_or(0, |before| before.chars().count())
}

fn column(characters_before: usize) -> u32 {
    u32::try_from(characters_before).unwrap_or(0).saturating_add(1)
}
