//! The arithmetic of a village's score, line by line from the base to the result.
//!
//! The lines add up before the reader's eyes. What may not be itemised stands as one line with its sum, so that the
//! arithmetic stays whole and nothing restricted is told apart. Next: [`village`](super::village).

use jiff::civil::Date;
use liuwu_engine::number::Number;

use super::figures::{Figure, Points, PublicCount};
use super::frame::Frame;
use crate::explanation::late::Lateness;

/// The arithmetic of a score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// What it starts from.
    pub base: Figure,
    /// What is taken and given, in the order of the standard.
    pub lines: Vec<Line>,
    /// The score; none while it is withheld.
    pub result: Option<Figure>,
}

/// One line of the arithmetic, with what the reader may see of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A finding, in full.
    Finding(Box<Finding>),
    /// Findings of a clause of which count and points are public.
    Counted {
        /// What was found.
        title: String,
        /// The clause.
        clause: String,
        /// Who decided.
        department: String,
        /// How many facts.
        count: PublicCount,
        /// What they add, after the cap.
        points: Points,
        /// Whether they would add more, but for the cap of the clause.
        capped: bool,
    },
    /// The sum of everything that may not be itemised.
    Withheld {
        /// What it adds.
        points: Points,
    },
    /// What the standard itself adds: a cap, a floor, a ceiling, rounding.
    Adjustment {
        /// Which one.
        title: String,
        /// The clause.
        clause: Option<String>,
        /// What it adds.
        points: Points,
    },
    /// A line that counts inside a criterion whose parts are combined otherwise than by a sum. It adds nothing by itself; what
    /// the criterion comes to stands on a line of its own below.
    Inside(Box<Line>),
}

/// A finding with everything that explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was found.
    pub title: String,
    /// Why, in words. Of several facts the line names each in [`Self::parts`].
    pub reason: String,
    /// The facts, when there are several or they meet the cap of the clause.
    pub parts: Vec<Part>,
    /// When it happened.
    pub date: Option<Date>,
    /// The clause: 第七条第一款.
    pub clause: String,
    /// The words of the clause.
    pub clause_text: Option<String>,
    /// Who decided.
    pub department: String,
    /// What it adds, after caps and exemptions.
    pub points: Points,
    /// Whether it breaks its criterion.
    pub breach: bool,
    /// How it stands.
    pub standing: Standing,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// The village's own words about it, not verified.
    pub reply: Option<String>,
    /// Where to object to it, while one may.
    pub appeal_link: Option<String>,
}

/// One of several facts of a line, or the cap of its clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Why, in words.
    pub reason: String,
    /// What it adds.
    pub points: Points,
    /// Whether it is what the cap gives back.
    pub is_cap: bool,
}

/// How a finding stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It counts.
    Counts,
    /// It counts and can still be put right.
    Mendable,
    /// It is being put right and waits to be verified.
    InReview,
    /// It has been objected to.
    Appealed,
    /// It is exempted and does not count.
    Exempt {
        /// What it would have cost.
        instead_of: Points,
        /// Why; for staff only.
        reason: Option<String>,
    },
}

impl Standing {
    /// The key of its word; none for what simply counts.
    #[must_use]
    pub const fn key(&self) -> Option<&'static str> {
        match self {
            Self::Counts => None,
            Self::Mendable => Some("standing-mendable"),
            Self::InReview => Some("standing-in-review"),
            Self::Appealed => Some("standing-appealed"),
            Self::Exempt { .. } => Some("standing-exempt"),
        }
    }

    /// The sign before its word.
    #[must_use]
    pub const fn sign(&self) -> &'static str {
        match self {
            Self::Counts => "",
            Self::Mendable => "◎",
            Self::InReview | Self::Appealed => "◐",
            Self::Exempt { .. } => "○",
        }
    }

    /// The class in the style sheet.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match self {
            Self::Counts | Self::Exempt { .. } => "not-applicable",
            Self::Mendable | Self::InReview | Self::Appealed => "in-review",
        }
    }
}

/// A record that a finding rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The record kind: 火灾台账.
    pub kind: String,
    /// The record's number in its source.
    pub number: Option<String>,
    /// Its day.
    pub date: Date,
    /// File, sheet and cell. Shown on internal pages only.
    pub place: Option<String>,
    /// How it came late, if it did.
    pub late: Option<Lateness>,
    /// The stored record. On internal pages only.
    pub link: Option<String>,
}

/// A line with what is left after it.
#[derive(Debug)]
pub struct Row<'a> {
    /// The line.
    pub line: &'a Line,
    /// The sum so far; none inside a criterion, or when it is too large to be written out.
    pub sum: Option<Figure>,
    /// Whether the line counts inside a criterion.
    pub inside: bool,
}

impl Line {
    /// What the line adds.
    #[must_use]
    pub fn points(&self) -> Points {
        match self {
            Self::Inside(_) => Points(Number::ZERO),
            Self::Finding(finding) => finding.points,
            Self::Counted { points, .. } | Self::Withheld { points } | Self::Adjustment { points, .. } => *points,
        }
    }
}

impl Ledger {
    /// The lines with their sums.
    #[must_use]
    pub fn rows(&self) -> Vec<Row<'_>> {
        let mut sum: Option<Number> = Some(self.base.0);
        self.lines
            .iter()
            .map(|line| {
                sum = sum.and_then(|sum| sum.add(line.points().0).ok());
                match line {
                    Line::Inside(line) => Row { line, sum: None, inside: true },
                    line => Row { line, sum: sum.map(Figure), inside: false },
                }
            })
            .collect()
    }

    /// Whether the lines add up to the result. A page whose arithmetic does not is wrong and must not be shown.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        let sum = self.lines.iter().try_fold(self.base.0, |sum, line| sum.add(line.points().0));
        self.result.is_none_or(|result| sum == Ok(result.0))
    }
}

impl Finding {
    /// How many facts there are.
    #[must_use]
    pub fn facts(&self) -> usize {
        self.parts.iter().filter(|part| !part.is_cap).count().max(1)
    }

    /// Whether it would add more, but for the cap of the clause.
    #[must_use]
    pub fn is_capped(&self) -> bool {
        self.parts.iter().any(|part| part.is_cap)
    }

    /// How many records are named; the rest is counted.
    pub const EVIDENCE: usize = 10;

    /// The records that are named.
    pub fn named(&self, frame: &Frame) -> impl Iterator<Item = &Evidence> {
        self.evidence.iter().take(Self::at_most(frame))
    }

    /// How many more there are.
    #[must_use]
    pub fn more(&self, frame: &Frame) -> usize {
        self.evidence.len().saturating_sub(Self::at_most(frame))
    }

    /// On internal pages no record is left out.
    fn at_most(frame: &Frame) -> usize {
        if frame.is_internal() { usize::MAX } else { Self::EVIDENCE }
    }

    /// The place of a record, for staff only.
    #[must_use]
    pub fn place<'a>(&self, evidence: &'a Evidence, frame: &Frame) -> Option<&'a str> {
        evidence.place.as_deref().filter(|_| frame.is_internal())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(points: &[&str], result: &str) -> Ledger {
        let number = |text: &str| Number::parse(text).unwrap();
        let line = |text: &&str| Line::Withheld { points: Points(number(text)) };
        Ledger {
            base: Figure(Number::from(100_i64)),
            lines: points.iter().map(line).collect(),
            result: Some(Figure(number(result))),
        }
    }

    #[test]
    fn the_sum_stands_beside_every_line() {
        let ledger = ledger(&["-1", "-2.5", "0.5"], "97");
        let sums: Vec<String> = ledger.rows().iter().filter_map(|row| row.sum).map(|sum| sum.to_string()).collect();
        assert_eq!(sums, ["99", "96.5", "97"]);
    }

    #[test]
    fn what_counts_inside_a_criterion_adds_nothing_by_itself() {
        let mut ledger = ledger(&["-1"], "99");
        let part = Line::Withheld { points: Points(Number::from(-7_i64)) };
        ledger.lines.insert(0, Line::Inside(Box::new(part)));
        assert!(ledger.adds_up());
        let rows = ledger.rows();
        assert!(rows[0].inside && rows[0].sum.is_none() && rows[0].line.points().0 == Number::from(-7_i64));
    }

    #[test]
    fn lines_that_do_not_reach_the_result_are_noticed() {
        assert!(ledger(&["-1", "-2.5"], "96.5").adds_up());
        assert!(!ledger(&["-1", "-2.5"], "97").adds_up());
    }
}
