//! A fault or a remark about something a person handed in: what, where, how to mend it.
//!
//! Enters: a [`Code`] of the catalogue, its arguments and a place. Leaves: the message in Chinese or English, as text with the
//! source line and a caret, or as JSON. This is the only module that draws carets. Next: [`crate::codes`].

use std::fmt::Write as _;
use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use unicode_width::UnicodeWidthStr;

/// The language of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Chinese as written in mainland China.
    #[default]
    Zh,
    /// English.
    En,
}

/// How bad it is: an error stops what was asked for, a warning and a note do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know; there may be nothing to do.
    Note,
    /// Worth a look; nothing is stopped.
    Warning,
    /// Must be mended first.
    Error,
}

/// One row of the catalogue of messages. Placeholders such as `{field}` are filled from a diagnostic's arguments.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Stable identifier, such as `unknown-key`.
    pub id: &'static str,
    /// Error, warning or note.
    pub severity: Severity,
    /// What is wrong, in Chinese.
    pub zh: &'static str,
    /// What is wrong, in English.
    pub en: &'static str,
    /// How to mend it, in Chinese; may be empty.
    pub help_zh: &'static str,
    /// How to mend it, in English; may be empty.
    pub help_en: &'static str,
}

/// Where something stands. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[serde(untagged)]
pub enum Location {
    /// No particular place.
    #[default]
    Nowhere,
    /// A file as a whole.
    File {
        /// Name as the user gave it.
        file: Arc<str>,
    },
    /// A place in a text file.
    Text {
        /// Name as the user gave it.
        file: Arc<str>,
        /// Line, from 1.
        line: u32,
        /// Column in characters, from 1.
        column: u32,
    },
    /// A cell of a sheet.
    Cell {
        /// Name of the workbook as the user gave it.
        file: Arc<str>,
        /// Name of the sheet; none for a CSV file.
        #[serde(skip_serializing_if = "Option::is_none")]
        sheet: Option<Arc<str>>,
        /// Such as `B7`.
        cell: Arc<str>,
    },
}

impl Location {
    /// A place in a text file.
    pub fn text(file: &Arc<str>, line: u32, column: u32) -> Location {
        Location::Text { file: Arc::clone(file), line, column }
    }

    /// The short form: `file:line:column` or `file!sheet!cell`; empty when there is none.
    pub fn to_line(&self) -> String {
        match self {
            Location::Nowhere => String::new(),
            Location::File { file } => file.to_string(),
            Location::Text { file, line, column } => format!("{file}:{line}:{column}"),
            Location::Cell { file, sheet: Some(sheet), cell } => format!("{file}!{sheet}!{cell}"),
            Location::Cell { file, sheet: None, cell } => format!("{file}!{cell}"),
        }
    }
}

/// One fault or remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its row in the catalogue.
    pub code: &'static Code,
    /// Values for the placeholders of the messages.
    pub args: Vec<(&'static str, String)>,
    /// Where it is.
    pub location: Location,
}

impl Diagnostic {
    /// A diagnostic without arguments and place; add them with [`Self::with`] and [`Self::at`].
    pub fn new(code: &'static Code) -> Self {
        Diagnostic { code, args: Vec::new(), location: Location::Nowhere }
    }

    /// Gives the value of one placeholder.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// Gives the place.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = location;
        self
    }

    /// Whether it stops what was asked for.
    pub fn is_error(&self) -> bool {
        self.code.severity == Severity::Error
    }

    /// What is wrong.
    pub fn message(&self, lang: Lang) -> String {
        self.fill(match lang {
            Lang::Zh => self.code.zh,
            Lang::En => self.code.en,
        })
    }

    /// How to mend it; may be empty.
    pub fn help(&self, lang: Lang) -> String {
        self.fill(match lang {
            Lang::Zh => self.code.help_zh,
            Lang::En => self.code.help_en,
        })
    }

    fn fill(&self, template: &str) -> String {
        let mut text = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                text.push('{');
                rest = after;
                continue;
            };
            match self.args.iter().find(|(key, _)| *key == name) {
                Some((_, value)) => text.push_str(value),
                None => {
                    let _ = write!(text, "{{{name}}}");
                }
            }
            rest = tail;
        }
        text.push_str(rest);
        text
    }

    /// The message for a terminal: severity and code, place, the source line with a caret when the text of the file is at
    /// hand, and the remedy.
    pub fn render(&self, source: Option<&str>, lang: Lang) -> String {
        let label = match (self.code.severity, lang) {
            (Severity::Error, Lang::Zh) => "错误",
            (Severity::Note, Lang::Zh) => "说明",
            (Severity::Note, Lang::En) => "note",
            (Severity::Warning, Lang::Zh) => "提醒",
            (Severity::Error, Lang::En) => "error",
            (Severity::Warning, Lang::En) => "warning",
        };
        let mut out = format!("{label}[{}]: {}\n", self.code.id, self.message(lang));
        let place = self.location.to_line();
        if !place.is_empty() {
            let _ = writeln!(out, "  --> {place}");
        }
        if let (Location::Text { line, column, .. }, Some(source)) = (&self.location, source) {
            draw_caret(&mut out, source, *line, *column);
        }
        let help = self.help(lang);
        if !help.is_empty() {
            let word = if lang == Lang::Zh { "改法" } else { "help" };
            let _ = writeln!(out, "  = {word}: {help}");
        }
        out
    }
}

/// Draws the source line and a caret under the column. Wide characters take two columns of a terminal.
fn draw_caret(out: &mut String, source: &str, line: u32, column: u32) {
    let Some(text) = source.lines().nth(line.saturating_sub(1) as usize) else { return };
    let text = text.replace('\t', " ");
    let before: String = text.chars().take(column.saturating_sub(1) as usize).collect();
    let number = line.to_string();
    let margin = " ".repeat(number.len());
    let _ = writeln!(out, " {margin} |");
    let _ = writeln!(out, " {number} | {}", text.trim_end());
    let _ = writeln!(out, " {margin} | {}^", " ".repeat(before.as_str().width()));
}

impl Serialize for Diagnostic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut json = serializer.serialize_struct("Diagnostic", 7)?;
        json.serialize_field("code", self.code.id)?;
        json.serialize_field("severity", &self.code.severity)?;
        json.serialize_field("message", &self.message(Lang::Zh))?;
        json.serialize_field("message_en", &self.message(Lang::En))?;
        json.serialize_field("help", &self.help(Lang::Zh))?;
        json.serialize_field("help_en", &self.help(Lang::En))?;
        json.serialize_field("location", &self.location)?;
        json.end()
    }
}

/// Whether any of them stops what was asked for.
pub fn any_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    static SAMPLE: Code = Code {
        id: "sample",
        severity: Severity::Error,
        zh: "不认识的键「{key}」",
        en: "unknown key `{key}`",
        help_zh: "是不是「{near}」?",
        help_en: "did you mean `{near}`?",
    };

    #[test]
    fn the_caret_stands_under_the_place_also_behind_wide_characters() {
        let fault = Diagnostic::new(&SAMPLE).with("key", "扣份").with("near", "扣分").at(Location::text(
            &Arc::from("a.yaml"),
            2,
            5,
        ));
        let shown = fault.render(Some("x: 1\n扣分  扣份: 3\n"), Lang::Zh);
        assert_eq!(
            shown,
            "错误[sample]: 不认识的键「扣份」\n  --> a.yaml:2:5\n   |\n 2 | 扣分  扣份: 3\n   |       ^\n  = 改法: 是不是「扣分」?\n"
        );
        assert_eq!(fault.message(Lang::En), "unknown key `扣份`");
    }
}
