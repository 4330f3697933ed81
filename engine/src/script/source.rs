//! The text of a program, and where its parts stand in the bundle's file.
//!
//! Enters: scripts as the author wrote them, and words of our own around and between them. Leaves: a [`Source`], which knows the
//! place in the file of every position that the parser names. Next: [`super::compile`].

use std::sync::Arc;

use rhai::Position;

use crate::bundle::{Place, Script};
use crate::diagnostic::Location;

/// The text of a program and where its parts stand in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) text: String,
    segments: Vec<Segment>,
}

/// A stretch of one line of a program that was copied from the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    line: usize,
    column: usize,
    /// In characters.
    length: usize,
    /// Whether it stands between backticks of ours.
    is_template: bool,
    place: Place,
}

impl Source {
    pub(super) fn of(script: &Script) -> Source {
        let mut source = Source::default();
        source.copy(script, false);
        source
    }

    /// Adds words of our own.
    pub(super) fn add(&mut self, words: &str) {
        self.text.push_str(words);
    }

    /// Adds what the author wrote.
    pub(super) fn copy(&mut self, script: &Script, is_template: bool) {
        for (index, line) in script.text.split('\n').enumerate() {
            if index > 0 {
                self.text.push('\n');
            }
            let (row, column) = self.end();
            let (length, place) = (line.chars().count(), script.place(index + 1, 1));
            self.segments.push(Segment { line: row, column, length, is_template, place });
            self.text.push_str(line);
        }
    }

    /// The place in the file of a position in the program, for messages.
    pub(super) fn location(&self, position: Position, file: &Arc<str>) -> Location {
        let (line, column) = self.place(position);
        Location::text(file, line, column)
    }

    /// Line and column, from 1, of what would be added next.
    fn end(&self) -> (usize, usize) {
        let line = self.text.matches('\n').count() + 1;
        let column = self.text.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        (line, column)
    }

    fn segment(&self, position: Position) -> Option<&Segment> {
        let at = (position.line().unwrap_or(1), position.position().unwrap_or(1));
        let before = self.segments.iter().rev().find(|segment| (segment.line, segment.column) <= at);
        before.or(self.segments.first())
    }

    /// What the author wrote on the line of a position, and whether it is the inside of a template.
    pub(super) fn written(&self, position: Position) -> (&str, bool) {
        let Some(segment) = self.segment(position) else { return ("", false) };
        let line = self.text.split('\n').nth(segment.line - 1).unwrap_or("");
        let offset = |characters: usize| line.char_indices().nth(characters).map_or(line.len(), |(offset, _)| offset);
        let (start, end) = (offset(segment.column - 1), offset(segment.column - 1 + segment.length));
        (line.get(start..end).unwrap_or(line), segment.is_template)
    }

    /// The offset in the text of a position in the program, if there is one.
    pub(super) fn offset(&self, position: Position) -> Option<usize> {
        let above = position.line()?.checked_sub(1)?;
        let lines = self.text.split_inclusive('\n');
        let start: usize = lines.clone().take(above).map(str::len).sum();
        let line = lines.clone().nth(above)?;
        let column = position.position()?.checked_sub(1)?;
        Some(start + line.char_indices().nth(column)?.0)
    }

    /// The same with words of our own at an offset; what the author wrote keeps its place in the file.
    #[must_use]
    pub(super) fn with(&self, at: usize, words: &str) -> Source {
        let (before, behind) = self.text.split_at_checked(at).unwrap_or((&self.text, ""));
        let row = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        let moved = words.chars().count();
        let segments = self.segments.iter().flat_map(|segment| {
            if segment.line != row || segment.column + segment.length <= column {
                return [Some(*segment), None];
            }
            if segment.column >= column {
                return [Some(Segment { column: segment.column + moved, ..*segment }), None];
            }
            let length = column - segment.column;
            let (line, start) = segment.place;
            let place = (line, start + u32::try_from(length).unwrap_or(0));
            let left = Segment { length, ..*segment };
            [Some(left), Some(Segment { column: column + moved, length: segment.length - length, place, ..*segment })]
        });
        Source { text: [before, words, behind].concat(), segments: segments.flatten().collect() }
    }

    /// The place in the file of a position in the program: in the nearest part before it that the author wrote.
    pub(super) fn place(&self, position: Position) -> Place {
        let Some(segment) = self.segment(position) else { return (1, 1) };
        let at = (position.line().unwrap_or(1), position.position().unwrap_or(1));
        let (line, column) = segment.place;
        let right = if segment.line == at.0 { at.1.saturating_sub(segment.column) } else { 0 };
        (line, column + u32::try_from(right).unwrap_or(0))
    }
}
