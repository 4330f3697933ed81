//! What commands print: diagnostics with their source lines, errors, in one language; colours only on a terminal.

use std::collections::HashMap;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use liuwu_engine::diagnostic::{Diagnostic, Lang, Location, Severity};

/// Where messages go, and in which language.
pub struct Terminal {
    lang: Lang,
    coloured: bool,
    to: Outputs,
}

enum Outputs {
    /// Standard output and standard error.
    Process,
    /// Kept, for whoever asked for the command from inside the program.
    Kept(Mutex<Printed>),
}

/// What a command printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Printed {
    /// To standard output.
    pub out: String,
    /// To standard error.
    pub err: String,
}

impl Terminal {
    /// Results to standard output, messages to standard error.
    pub fn new(lang: Lang) -> Terminal {
        let coloured = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Terminal { lang, coloured, to: Outputs::Process }
    }

    /// Keeps everything, without colours.
    pub fn keeping(lang: Lang) -> Terminal {
        Terminal { lang, coloured: false, to: Outputs::Kept(Mutex::default()) }
    }

    /// What was kept.
    pub fn into_printed(self) -> Printed {
        match self.to {
            Outputs::Process => Printed::default(),
            Outputs::Kept(printed) => printed.into_inner().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// The language of messages.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// One of two texts.
    pub fn say<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// Prints a result to standard output. A reader that has seen enough (`| head`) is no error.
    pub fn print(&self, text: &str) {
        self.write(text, true);
    }

    /// Prints an error to standard error.
    pub fn error(&self, message: &str) {
        let label = self.say("错误", "error");
        self.note(&self.paint(&format!("{label}: {message}"), Some(Severity::Error)));
    }

    /// Prints a remark to standard error.
    pub fn note(&self, message: &str) {
        self.write(message, false);
    }

    fn write(&self, text: &str, is_result: bool) {
        match &self.to {
            Outputs::Process if is_result => {
                let mut out = std::io::stdout().lock();
                let _ = out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
            }
            Outputs::Process => {
                let _ = writeln!(std::io::stderr().lock(), "{text}");
            }
            Outputs::Kept(printed) => {
                let mut printed = printed.lock().unwrap_or_else(PoisonError::into_inner);
                let into = if is_result { &mut printed.out } else { &mut printed.err };
                into.push_str(text);
                into.push('\n');
            }
        }
    }

    /// Empties the screen of a terminal, for a command that shows the same again.
    pub fn clear(&self) {
        if matches!(self.to, Outputs::Process) && std::io::stdout().is_terminal() {
            let _ = std::io::stdout().lock().write_all(b"\x1b[2J\x1b[3J\x1b[H");
        }
    }

    /// A bar of so many steps, shown on a terminal only.
    pub fn bar(&self, steps: u64) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {eta} {msg}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar
    }

    /// A bar with steps a second, shown on a terminal only.
    pub fn rate_bar(&self) -> ProgressBar {
        let bar = self.bar(0);
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {human_pos}/{human_len} {per_sec} {eta}") {
            bar.set_style(style);
        }
        bar
    }

    /// Prints diagnostics to standard error, each with its source line when the text of its file is given.
    pub fn diagnostics(&self, diagnostics: &[Diagnostic], sources: &HashMap<String, String>) {
        for diagnostic in diagnostics {
            let source = match &diagnostic.location {
                Location::Text { file, .. } => sources.get(file.as_ref()).map(String::as_str),
                _ => None,
            };
            let shown = diagnostic.render(source, self.lang);
            let (head, rest) = shown.split_once('\n').unwrap_or((&shown, ""));
            self.note(&format!("{}\n{rest}", self.paint(head, Some(diagnostic.code.severity))));
        }
    }

    fn paint(&self, text: &str, severity: Option<Severity>) -> String {
        match (self.coloured, severity) {
            (true, Some(Severity::Error)) => format!("\u{1b}[1;31m{text}\u{1b}[0m"),
            (true, Some(Severity::Warning)) => format!("\u{1b}[1;33m{text}\u{1b}[0m"),
            _ => text.to_owned(),
        }
    }
}

/// One line under the header, none between rows.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
/// Columns of a terminal that long texts are wrapped to.
const WIDTH: u16 = 120;

/// An empty table; the columns named hold numbers, which stand to the right.
pub(super) fn table<T: ToString>(header: impl IntoIterator<Item = T>, numbers: std::ops::Range<usize>) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(WIDTH);
    table.set_header(header.into_iter().map(|title| title.to_string()).collect::<Vec<_>>());
    for column in numbers {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
