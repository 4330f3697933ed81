//! The table of towns on the city's page, in the order that the reader asks for.
//!
//! It is first sorted by what is overdue, not by score: the table is there to see who needs following up. Next:
//! [`city`](super::city).

use std::cmp::Reverse;

use super::figures::{Figure, Percent};
use super::links::{self, Side};

/// The towns and their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TownTable {
    /// The order of the rows.
    pub order: TownOrder,
    /// The towns, sorted.
    pub rows: Vec<TownRow>,
    /// The period, as addresses name it.
    pub period: String,
}

/// One town.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TownRow {
    /// The town.
    pub name: String,
    /// Its code.
    pub code: String,
    /// Villages.
    pub villages: usize,
    /// Share of villages in which all six hold; none when none could be checked.
    pub met: Option<Percent>,
    /// Mean score of those that have one.
    pub average: Option<Figure>,
    /// Villages on the negative list.
    pub listed: usize,
    /// Follow-ups past their term; none where nothing is followed up.
    pub overdue: Option<usize>,
    /// Share of the due reports that came in.
    pub complete: Option<Percent>,
}

/// What the rows are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TownOrder {
    /// Most overdue first; where nothing is followed up, most villages on the negative list first.
    #[default]
    Overdue,
    /// Most villages on the negative list first.
    Listed,
    /// Fewest reports first.
    Complete,
    /// Lowest share first.
    Met,
    /// Lowest mean first.
    Average,
    /// Most villages first.
    Villages,
    /// By code.
    Name,
}

impl TownOrder {
    /// The columns as they stand in the table.
    pub const COLUMNS: [Self; 7] =
        [Self::Name, Self::Villages, Self::Overdue, Self::Listed, Self::Met, Self::Average, Self::Complete];

    /// The name in the query `?sort=`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Listed => "listed",
            Self::Complete => "complete",
            Self::Met => "met",
            Self::Average => "average",
            Self::Villages => "villages",
            Self::Name => "name",
        }
    }

    /// The key of the column's words.
    #[must_use]
    pub const fn title_key(self) -> &'static str {
        match self {
            Self::Overdue => "towns-overdue",
            Self::Listed => "towns-listed",
            Self::Complete => "towns-complete",
            Self::Met => "towns-met",
            Self::Average => "towns-average",
            Self::Villages => "towns-villages",
            Self::Name => "towns-name",
        }
    }

    /// The order of a name; the usual one for an unknown name.
    #[must_use]
    pub fn from_key(key: &str) -> Self {
        Self::COLUMNS.into_iter().find(|order| order.key() == key).unwrap_or_default()
    }

    /// Whether the smallest value stands first.
    #[must_use]
    pub const fn is_ascending(self) -> bool {
        matches!(self, Self::Name | Self::Met | Self::Average | Self::Complete)
    }

    /// The link that sorts the towns of a period by it.
    #[must_use]
    pub fn link(self, side: Side, period: &str) -> String {
        format!("{}?period={}&sort={}#towns", side.city(), links::escape(period), self.key())
    }
}

impl TownTable {
    /// Sorts the rows. Equal ones keep the order of their codes; a town without the value stands last.
    #[must_use]
    pub fn new(mut rows: Vec<TownRow>, order: TownOrder, period: String) -> Self {
        rows.sort_by(|a, b| a.code.cmp(&b.code));
        let order = match order {
            TownOrder::Overdue if rows.iter().all(|row| row.overdue.is_none()) => TownOrder::Listed,
            order => order,
        };
        match order {
            TownOrder::Name => {}
            TownOrder::Overdue => rows.sort_by_key(|row| Reverse(row.overdue)),
            TownOrder::Listed => rows.sort_by_key(|row| Reverse(row.listed)),
            TownOrder::Villages => rows.sort_by_key(|row| Reverse(row.villages)),
            TownOrder::Met => rows.sort_by_key(|row| (row.met.is_none(), row.met)),
            TownOrder::Average => rows.sort_by_key(|row| (row.average.is_none(), row.average)),
            TownOrder::Complete => rows.sort_by_key(|row| (row.complete.is_none(), row.complete)),
        }
        Self { order, rows, period }
    }

    /// The columns that have something in them, as they stand in the table.
    pub fn columns(&self) -> impl Iterator<Item = TownOrder> {
        let followed_up = self.rows.iter().any(|row| row.overdue.is_some());
        TownOrder::COLUMNS.into_iter().filter(move |column| followed_up || *column != TownOrder::Overdue)
    }

    /// The value of `aria-sort` for a column; none for those that the rows are not sorted by.
    #[must_use]
    pub fn direction(&self, column: &TownOrder) -> Option<&'static str> {
        (*column == self.order).then(|| if self.order.is_ascending() { "ascending" } else { "descending" })
    }
}

impl TownRow {
    /// The town's villages.
    #[must_use]
    pub fn link(&self, side: Side) -> String {
        side.town(&self.code)
    }
}

#[cfg(test)]
mod tests {
    use liuwu_engine::number::Number;

    use super::*;

    fn row(code: &str, overdue: usize, average: Option<i64>) -> TownRow {
        TownRow {
            name: code.into(),
            code: code.into(),
            villages: 8,
            met: None,
            average: average.map(|average| Figure(Number::from(average))),
            listed: 0,
            overdue: Some(overdue),
            complete: None,
        }
    }

    fn codes(table: &TownTable) -> Vec<&str> {
        table.rows.iter().map(|row| row.code.as_str()).collect()
    }

    #[test]
    fn the_most_overdue_town_stands_first_and_ties_keep_their_codes() {
        let rows = vec![row("3", 1, None), row("2", 4, None), row("1", 1, None)];
        assert_eq!(codes(&TownTable::new(rows, TownOrder::from_key("nonsense"), "2020".into())), ["2", "1", "3"]);
    }

    #[test]
    fn where_nothing_is_followed_up_no_column_says_that_nothing_is_overdue() {
        let rows = vec![TownRow { overdue: None, ..row("1", 0, None) }];
        let table = TownTable::new(rows, TownOrder::default(), "2020".into());
        assert_eq!(table.order, TownOrder::Listed);
        assert!(!table.columns().any(|column| column == TownOrder::Overdue));
    }

    #[test]
    fn a_town_without_a_mean_stands_last() {
        let rows = vec![row("1", 0, None), row("2", 0, Some(95)), row("3", 0, Some(91))];
        assert_eq!(codes(&TownTable::new(rows, TownOrder::Average, "2020".into())), ["3", "2", "1"]);
    }

    #[test]
    fn every_column_can_be_asked_for_by_its_name() {
        for order in TownOrder::COLUMNS {
            assert_eq!(TownOrder::from_key(order.key()), order);
        }
    }
}
