//! The criteria that must hold, as cards that open to their clauses.
//!
//! A card says in one line what its clauses may show, so that no line can be written past [`Detail`]. Next:
//! [`ledger`](super::ledger).

use super::figures::{Points, PublicCount};
use super::frame::Frame;

/// The state of a criterion or of one of its clauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Holds.
    Met,
    /// Broken.
    NotMet,
    /// Could not be checked; never counts as clean.
    Awaited,
    /// Holds, with points taken off.
    Deducted,
    /// Does not apply here.
    NotApplicable,
}

impl State {
    /// The sign before its word.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Met => "✓",
            Self::NotMet => "✕",
            Self::Awaited => "?",
            Self::Deducted => "−",
            Self::NotApplicable => "○",
        }
    }

    /// The class in the style sheet.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::NotMet => "not-met",
            Self::Awaited => "awaited",
            Self::Deducted => "deducted",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// The key of its word.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Met => "state-met",
            Self::NotMet => "state-not-met",
            Self::Awaited => "state-awaited",
            Self::Deducted => "state-deducted",
            Self::NotApplicable => "state-not-applicable",
        }
    }
}

/// One of the criteria that must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The criterion: 无亡人火灾.
    pub title: String,
    /// Its article: 第七条.
    pub article: String,
    /// Its state.
    pub state: State,
    /// Its clauses.
    pub clauses: Vec<CardClause>,
}

/// A clause of a criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardClause {
    /// What it is about.
    pub title: String,
    /// Where it stands: 第七条第一款.
    pub clause: String,
    /// Who supplies the facts and decides.
    pub department: String,
    /// Its state.
    pub state: State,
    /// What of it the reader may see.
    pub detail: Detail,
}

/// What a reader may see of a clause or finding, by the most restricted record kind it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// Everything.
    Full {
        /// Why, in words; of a clause that could not be checked, what is missing.
        reason: String,
        /// What it costs or gives.
        points: Points,
    },
    /// A count and points.
    Points {
        /// How many facts.
        count: PublicCount,
        /// What they cost or give.
        points: Points,
    },
    /// Met or not met, and nothing else.
    State,
}

impl Card {
    /// The one line of a closed card, made of what its clauses may show.
    #[must_use]
    pub fn line(&self, frame: &Frame) -> String {
        let telling = self.clauses.iter().find(|clause| clause.state == self.state);
        match (self.state, telling.map(|clause| &clause.detail)) {
            (State::Met, _) => self.met_line(frame),
            (_, Some(Detail::Full { reason, points })) if points.0.is_zero() => reason.clone(),
            (_, Some(Detail::Full { reason, points })) => {
                frame.say("card-reason").with("reason", reason).with("points", points.unsigned()).to_string()
            }
            (_, Some(Detail::Points { count, points })) => {
                let count = frame.public_count(count);
                frame.say("card-count").with("count", count).with("points", points.unsigned()).to_string()
            }
            (_, Some(Detail::State) | None) => frame.say("card-state-only").to_string(),
        }
    }

    fn met_line(&self, frame: &Frame) -> String {
        let deducted = self.clauses.iter().filter(|clause| clause.state == State::Deducted).count();
        match deducted {
            0 => frame.say("card-clean").to_string(),
            some => frame.say("card-deducted").count("count", some).to_string(),
        }
    }
}
