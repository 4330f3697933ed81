//! The negative list: which villages stand on it and why, and which matters their departments have to settle.
//! Next: [`home`](super::home).

mod show;

use askama::Template;
use jiff::civil::Date;

use super::due::Due;
use super::frame::{Frame, PeriodSwitch};
pub use super::grounds::Reason;
use super::place::Place;
use super::results::OtherSide;
pub use show::{list, list_in_full};

/// The negative list. The block `entries` alone answers a change of the filter.
#[derive(Debug, Template)]
#[template(path = "negative.html", blocks = ["entries"])]
pub struct NegativePage {
    /// What stands around it.
    pub frame: Frame,
    /// Which period is shown.
    pub period: PeriodSwitch,
    /// The same, as addresses name it.
    pub period_key: String,
    /// The way to the page on the other side.
    pub other_side: Option<OtherSide>,
    /// What the reader asked for.
    pub filter: NegativeFilter,
    /// The villages on it, in the order of their codes; nobody is first or last here.
    pub villages: Vec<VillageEntry>,
    /// The matters on it, by department.
    pub departments: Vec<DepartmentMatters>,
    /// What the standard says happens to an entry.
    pub steps: Vec<Steps>,
}

/// What the standard says happens to the entries of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps {
    /// The list.
    pub title: String,
    /// The measures, in the order of the standard.
    pub measures: Vec<Measure>,
}

/// What the reader asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NegativeFilter {
    /// The code of one town.
    pub town: Option<String>,
    /// One kind of entry.
    pub kind: Option<EntryKind>,
    /// The towns to choose from.
    pub towns: Vec<TownChoice>,
}

/// A town to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TownChoice {
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: String,
}

/// What kind of entry it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A village.
    Village,
    /// A matter of a department and a town.
    Matter,
}

impl EntryKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Village, Self::Matter];

    /// The name in the query `?kind=`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Village => "village",
            Self::Matter => "matter",
        }
    }

    /// The key of its words.
    #[must_use]
    pub const fn title_key(self) -> &'static str {
        match self {
            Self::Village => "negative-kind-village",
            Self::Matter => "negative-kind-matter",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// A village on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VillageEntry {
    /// The village.
    pub place: Place,
    /// Why.
    pub reasons: Vec<Reason>,
    /// How it is followed up, once somebody has begun to.
    pub follow_up: Option<FollowUp>,
}

/// The matters of one department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepartmentMatters {
    /// The department.
    pub department: String,
    /// Its matters, by town.
    pub matters: Vec<Matter>,
}

/// A matter on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matter {
    /// The kind of matter, and of an open kind which one; of a restricted kind never more than the kind.
    pub title: String,
    /// Where.
    pub place: Place,
    /// Why.
    pub reason: Reason,
    /// The term that the matter itself has.
    pub due: Option<Due>,
    /// How it is followed up, once somebody has begun to.
    pub follow_up: Option<FollowUp>,
}

/// What happens to an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    /// Since when it is on the list.
    pub since: Date,
    /// The term to settle it.
    pub due: Due,
    /// The measures, in the order of the standard.
    pub measures: Vec<Measure>,
}

/// A measure of follow-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// In the standard's words: 警示约谈.
    pub title: String,
    /// Working days after listing within which it is taken.
    pub within_days: Option<u32>,
    /// Working days overdue after which it is proposed.
    pub overdue_days: Option<u32>,
    /// How it stands; none where it is only what the standard says.
    pub state: Option<MeasureState>,
}

/// How a measure stands. The clock proposes, a person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasureState {
    /// The clock has run out and proposes it.
    Proposed,
    /// A person has ordered it.
    Ordered,
    /// It has been carried out.
    Done,
}

impl MeasureState {
    /// The class in the style sheet.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Ordered => "ordered",
            Self::Done => "done",
        }
    }

    /// The key of its word.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Proposed => "measure-proposed",
            Self::Ordered => "measure-ordered",
            Self::Done => "measure-done",
        }
    }
}

impl Measure {
    /// When it is taken or proposed, in words; empty when the standard does not say.
    #[must_use]
    pub fn term(&self, frame: &Frame) -> String {
        let within = self.within_days.map(|days| frame.say("measure-within").count("days", days as usize).to_string());
        let overdue =
            self.overdue_days.map(|days| frame.say("measure-overdue").count("days", days as usize).to_string());
        [within, overdue].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}

impl NegativePage {
    /// How many matters there are.
    #[must_use]
    pub fn matters(&self) -> usize {
        self.departments.iter().map(|department| department.matters.len()).sum()
    }

    /// Whether the reader asked for this town.
    #[must_use]
    pub fn is_town(&self, choice: &TownChoice) -> bool {
        self.filter.town.as_ref() == Some(&choice.code)
    }

    /// Whether entries of a kind are shown.
    #[must_use]
    pub fn shows(&self, kind: EntryKind) -> bool {
        self.filter.kind.is_none_or(|wanted| wanted == kind)
    }
}
