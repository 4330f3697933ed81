//! The city at a glance: what to see to today, four figures, every village, the towns, the totals beside last year.
//! Next: [`negative`](super::negative).

mod entries;
mod sums;
mod show;

use askama::Template;
use liuwu_engine::number::{self, Number};

use super::drawing;
use super::due::Due;
use super::figures::{Change, Figure, Percent};
use super::frame::{Frame, PeriodSwitch};
use super::rating::Grade;
use super::results::OtherSide;
use super::tile_map::TileMap;
use super::towns::TownTable;
pub use show::{show, show_in_full};

/// The city at a glance.
#[derive(Debug, Template)]
#[template(path = "city.html")]
pub struct CityPage {
    /// What stands around it.
    pub frame: Frame,
    /// The city, or the towns that the page is about.
    pub city: String,
    /// Whether it is about some towns alone.
    pub is_part: bool,
    /// Which period is shown.
    pub period: PeriodSwitch,
    /// The way to the page on the other side.
    pub other_side: Option<OtherSide>,
    /// What to see to today; none where nothing is followed up.
    pub today: Option<Today>,
    /// The figures that stand out.
    pub figures: Vec<CityFigure>,
    /// Every village.
    pub map: TileMap,
    /// How many villages have which rating, the best first and the withheld last.
    pub ratings: Vec<RatingCount>,
    /// The towns.
    pub towns: TownTable,
    /// The six, in the order of the standard.
    pub criteria: Vec<CriterionCount>,
    /// The departments with open entries.
    pub departments: Vec<Department>,
    /// Hazards and old cases that a leader has taken on; none where nothing is followed up.
    pub taken_on: Option<Vec<TakenOn>>,
    /// City totals.
    pub totals: Vec<Total>,
    /// Reports that are due and did not come in.
    pub unreported: Vec<Unreported>,
}

/// What to see to today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Today {
    /// Follow-ups past their term.
    pub overdue: usize,
    /// Follow-ups due within seven days.
    pub due_this_week: usize,
    /// Entries new on the negative list.
    pub newly_listed: usize,
}

/// An amount with what it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amount {
    /// So many of a unit: 90起.
    Count(Figure, String),
    /// A share: 98.8%.
    Share(Percent),
}

/// A figure that stands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CityFigure {
    /// What it is.
    pub title: String,
    /// This year.
    pub now: Amount,
    /// Last year.
    pub before: Option<Amount>,
    /// How it moved.
    pub change: Change,
}

/// How many villages have a rating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatingCount {
    /// The rating.
    pub title: String,
    /// How it stands among the others.
    pub grade: Grade,
    /// Villages.
    pub villages: usize,
}

/// One of the six and where it does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriterionCount {
    /// The criterion.
    pub title: String,
    /// Villages in which it is broken.
    pub not_met: usize,
    /// Villages in which it could not be checked.
    pub awaited: usize,
}

/// A department's entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// The department.
    pub name: String,
    /// Entries open.
    pub open: usize,
    /// Of them past their term; none where nothing is followed up.
    pub overdue: Option<usize>,
}

/// A hazard or old case that a leader has taken on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenOn {
    /// What it is.
    pub title: String,
    /// What kind of matter: 挂牌隐患, 信访积案.
    pub kind: String,
    /// The town.
    pub town: String,
    /// The leader's office, never a private name.
    pub leader: String,
    /// Its term.
    pub due: Due,
}

/// A total of the city beside last year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    /// What is counted.
    pub title: String,
    /// Last year.
    pub before: Option<Amount>,
    /// This year.
    pub now: Amount,
    /// How it moved.
    pub change: Change,
    /// Villages of which the figure is missing, so that the total is too small.
    pub missing: usize,
}

/// A report that is due and did not come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreported {
    /// What is missing.
    pub report: String,
    /// Who owes it.
    pub department: String,
    /// For which towns.
    pub towns: String,
    /// How many villages wait for it.
    pub villages: usize,
}

/// A part of the bar of ratings with its place.
#[derive(Debug)]
pub struct RatingPart<'a> {
    /// The rating.
    pub rating: &'a RatingCount,
    /// Its place in the bar.
    pub span: drawing::Span,
    /// Its share of all villages.
    pub share: Percent,
}

impl CityPage {
    /// The largest count of the six, which the bars are drawn against.
    fn most_broken(&self) -> usize {
        self.criteria.iter().map(|criterion| criterion.not_met).max().unwrap_or(0)
    }

    /// The six by where they do not hold, most first.
    #[must_use]
    pub fn criteria_by_count(&self) -> Vec<&CriterionCount> {
        let mut criteria: Vec<&CriterionCount> = self.criteria.iter().collect();
        criteria.sort_by_key(|criterion| std::cmp::Reverse(criterion.not_met));
        criteria
    }

    /// How far the bar of a criterion reaches.
    #[must_use]
    pub fn reach(&self, criterion: &CriterionCount) -> i64 {
        drawing::bar(Number::from(criterion.not_met), Number::from(self.most_broken()))
    }

    /// The ratings as parts of one bar that fill it without a gap.
    #[must_use]
    pub fn rating_parts(&self) -> Vec<RatingPart<'_>> {
        let counts: Vec<usize> = self.ratings.iter().map(|rating| rating.villages).collect();
        let all = Number::from(counts.iter().sum::<usize>());
        let share = |count: usize| number::percent(Number::from(count), all).unwrap_or_default();
        self.ratings
            .iter()
            .zip(drawing::stack(&counts))
            .map(|(rating, span)| RatingPart { rating, span, share: Percent(share(rating.villages)) })
            .collect()
    }

    /// A change in words with its arrow: ↓ 下降28%.
    #[must_use]
    pub fn change(&self, change: &Change) -> String {
        change_in_words(&self.frame, change)
    }

    /// The heading of the totals.
    fn totals_title(&self) -> String {
        let key = if self.is_part { "city-totals-of-part" } else { "city-totals" };
        self.frame.say(key).with("city", &self.city).to_string()
    }

    /// Whether anything is followed up, so that something can be overdue.
    fn shows_overdue(&self) -> bool {
        self.departments.iter().any(|department| department.overdue.is_some())
    }

    /// An amount in words.
    #[must_use]
    pub fn amount(&self, amount: &Amount) -> String {
        match amount {
            Amount::Count(figure, unit) if unit.is_empty() => figure.to_string(),
            Amount::Count(figure, unit) => {
                self.frame.say("amount").with("figure", figure).with("unit", unit).to_string()
            }
            Amount::Share(percent) => percent.to_string(),
        }
    }
}

fn change_in_words(frame: &Frame, change: &Change) -> String {
    match change {
        Change::None => frame.say("change-none").to_string(),
        Change::Incomplete => frame.say("change-incomplete").to_string(),
        Change::Same => frame.say("change-same").to_string(),
        Change::Up(by) => frame.say("change-up").with("by", by).to_string(),
        Change::Down(by) => frame.say("change-down").with("by", by).to_string(),
        Change::UpBy(by) => frame.say("change-up-by").with("by", by).to_string(),
        Change::DownBy(by) => frame.say("change-down-by").with("by", by).to_string(),
    }
}
