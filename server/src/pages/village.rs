//! The page of one village: verdict, what to do first, the six, the arithmetic, the foundation, what is missing, receipt.
//!
//! What a reader may see of a restricted record kind is decided when the page is filled, in [`Detail`] and
//! [`ledger::Line`]; there is no field from which a template could show more. The page is filled by the files of `village/`,
//! each a part of it. Next: [`tile_map`](super::tile_map).

mod subject;
mod clauses;
mod arithmetic;
mod mending;
mod awaiting;
mod verdict;
mod show;

use askama::Template;
use jiff::civil::Date;

use super::cards::{Card, Detail, State};
use super::drawing::{self, SquareCode, YearsDrawing};
use super::due::Due;
use super::figures::{Change, Figure, Points};
use super::frame::{Frame, PeriodSwitch};
use super::ledger::{self, Ledger};
use super::place::Place;
use super::rating::{BandLine, Grade, Year};
use super::words::Sentence;
pub use show::{show, show_in_full};

/// The page of one village.
#[derive(Debug, Template)]
#[template(path = "village.html")]
pub struct VillagePage {
    /// What stands around it.
    pub frame: Frame,
    /// The village.
    pub village: Place,
    /// The units that it has succeeded, each with the day: their records count for it.
    pub predecessors: Vec<Predecessor>,
    /// What was published before for the same period, where the score was another one.
    pub published: Option<PublishedBefore>,
    /// The page of the same village for other eyes: of the public one that in full, of that the public one.
    pub other: Option<String>,
    /// Which period is shown.
    pub period: PeriodSwitch,
    /// Until when the result may be objected to, while it may.
    pub appeal: Option<Appeal>,
    /// The result.
    pub verdict: Verdict,
    /// What would raise the score.
    pub mending: Mending,
    /// The criteria that must hold, in the order of the standard.
    pub cards: Vec<Card>,
    /// The arithmetic.
    pub ledger: Ledger,
    /// The other criteria, in the order of the standard.
    pub foundation: Vec<Bar>,
    /// This year and those before, oldest first.
    pub years: Vec<Year>,
    /// The ratings and the scores from which they hold.
    pub bands: Vec<BandLine>,
    /// What could not be checked.
    pub awaited: Vec<Awaited>,
    /// The receipt.
    pub receipt: Receipt,
}

/// What was published before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedBefore {
    /// The day on whose knowledge it rested.
    pub as_of: Date,
    /// The score then.
    pub score: Figure,
}

/// A unit that was merged into this one, or had another code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Predecessor {
    /// Its name.
    pub name: String,
    /// Since when.
    pub since: Date,
}

/// The days in which a result may be objected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appeal {
    /// The last day.
    pub until: Date,
    /// Days left, today included.
    pub days_left: usize,
    /// Where to object.
    pub link: String,
}

/// The result in one sentence and one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The rating in the standard's words.
    pub rating: String,
    /// How the rating stands among the others.
    pub grade: Grade,
    /// The score; none while it is withheld.
    pub score: Option<Figure>,
    /// Whether the village takes part in the period at all.
    pub takes_part: bool,
    /// Against last year.
    pub change: Change,
    /// The clause of a confirmed veto.
    pub veto: Option<String>,
    /// The reasons to be on the negative list; empty when it is not.
    pub listed: Vec<String>,
    /// The part of its town it belongs to; never a rank.
    pub standing: Option<Standing>,
}

/// The part of its town that a village belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Which part.
    pub third: Third,
    /// How many villages the town has.
    pub villages: usize,
}

/// A third of the villages of a town.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Third {
    /// The first.
    First,
    /// The middle.
    Middle,
    /// The last.
    Last,
}

/// What would raise the score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mending {
    /// The most rewarding items; the page shows [`Self::SHOWN`].
    pub items: Vec<MendItem>,
    /// What all of them give back.
    pub points: Figure,
    /// The score with all of them done.
    pub reach: Option<Figure>,
    /// The next better rating and the score from which it holds.
    pub next: Option<BandLine>,
}

impl Mending {
    /// How many items stand open at once; the rest is behind a tap.
    pub const SHOWN: usize = 3;

    /// The items that stand open.
    pub fn first(&self) -> impl Iterator<Item = &MendItem> {
        self.items.iter().take(Self::SHOWN)
    }

    /// The items behind a tap.
    #[must_use]
    pub fn rest(&self) -> &[MendItem] {
        self.items.get(Self::SHOWN..).unwrap_or_default()
    }
}

/// Something that can still be put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MendItem {
    /// What to do.
    pub title: String,
    /// What it gives back.
    pub points: Points,
    /// Until when.
    pub due: Option<Due>,
    /// The department that can help.
    pub department: String,
    /// Its office telephone.
    pub telephone: Option<String>,
    /// The clause.
    pub clause: String,
    /// Where staff of the village start; none for the public.
    pub link: Option<String>,
}

/// One of the other criteria, as a bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// The criterion.
    pub title: String,
    /// Its article.
    pub article: String,
    /// Points got; none when it could not be checked or they are not public.
    pub got: Option<Figure>,
    /// Whether the points are not public.
    pub restricted: bool,
    /// Points to be had.
    pub of: Figure,
}

impl Bar {
    /// How far the bar reaches.
    #[must_use]
    pub fn reach(&self) -> i64 {
        self.got.map_or(0, |got| drawing::bar(got.0, self.of.0))
    }
}

/// Something that could not be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// The criterion it holds up.
    pub criterion: String,
    /// What is missing.
    pub missing: String,
    /// Who owes it; empty when it waits for something other than a report.
    pub department: String,
    /// Since when.
    pub since: Option<Date>,
}

/// Proof that anybody can check a result by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The whole hash.
    pub hash: String,
    /// The address that checks it, with host, for the square code.
    pub address: String,
}

impl Receipt {
    /// The part that people compare.
    #[must_use]
    pub fn short(&self) -> &str {
        self.hash.get(..8).unwrap_or(&self.hash)
    }

    /// The whole hash in groups of eight, so that it can be read out and broken into lines.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        (0..self.hash.len()).step_by(8).filter_map(|start| {
            let end = (start + 8).min(self.hash.len());
            self.hash.get(start..end)
        })
    }

    /// The square code of the address.
    #[must_use]
    pub fn code(&self) -> Option<SquareCode> {
        SquareCode::new(&self.address)
    }
}

impl VillagePage {
    /// How many of the six are in a state.
    fn cards_in(&self, state: State) -> usize {
        self.cards.iter().filter(|card| card.state == state).count()
    }

    /// How the six stand, in one sentence. What could not be checked is never passed over.
    #[must_use]
    pub fn six(&self) -> String {
        if self.cards.is_empty() || !self.verdict.takes_part {
            return String::new();
        }
        let (broken, awaited) = (self.cards_in(State::NotMet), self.cards_in(State::Awaited));
        let say = |key, count| self.frame.say(key).count("count", count).to_string();
        match (broken, awaited) {
            (0, 0) => self.frame.say("village-six-met").to_string(),
            (broken, 0) => say("village-six-broken", broken),
            (0, awaited) => say("village-six-awaited", awaited),
            (broken, awaited) => {
                let both = self.frame.say("village-six-broken-awaited");
                both.count("broken", broken).count("awaited", awaited).to_string()
            }
        }
    }

    /// How many reports are missing; what only waits for something else is none.
    #[must_use]
    pub fn missing_reports(&self) -> usize {
        self.awaited.iter().filter(|item| !item.department.is_empty()).count()
    }

    /// The change on last year in words; empty when there is nothing to compare with.
    #[must_use]
    pub fn change(&self) -> String {
        match self.verdict.change {
            Change::Same => self.frame.say("village-change-same").to_string(),
            Change::Up(by) => self.frame.say("village-change-up").with("points", by).to_string(),
            Change::Down(by) => self.frame.say("village-change-down").with("points", by).to_string(),
            Change::None | Change::Incomplete | Change::UpBy(_) | Change::DownBy(_) => String::new(),
        }
    }

    /// What all mending would give, in one sentence.
    #[must_use]
    pub fn gain(&self) -> Option<String> {
        let reach = self.mending.reach?;
        let sentence = match &self.mending.next {
            Some(next) => self.frame.say("village-gain-next").with("rating", &next.title).with("from", next.from),
            None => self.frame.say("village-gain"),
        };
        Some(sentence.with("points", self.mending.points).with("reach", reach).to_string())
    }

    /// The part of the town, in words.
    #[must_use]
    pub fn standing(&self) -> Option<Sentence> {
        let standing = self.verdict.standing?;
        let key = match standing.third {
            Third::First => "village-standing-first",
            Third::Middle => "village-standing-middle",
            Third::Last => "village-standing-last",
        };
        Some(self.frame.say(key).with("villages", Figure::whole(standing.villages)))
    }

    /// The years as a drawing.
    #[must_use]
    pub fn drawing(&self) -> Option<YearsDrawing> {
        YearsDrawing::new(&self.years, &self.bands)
    }
}
