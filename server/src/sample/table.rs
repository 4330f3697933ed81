//! What a row of a department's list is made of, before anyone has laid it out in a file.
//!
//! Enters: nothing. Leaves: [`Kind`] (the columns of a list, under the titles of the bundle), [`Row`] and [`Cell`]. The stories
//! ([`cases`](super::cases), [`fires`](super::fires) …) make rows; [`sheet`](super::sheet) writes them.

use jiff::civil::{Date, DateTime};

use super::SampleError;

/// One kind of list, with the titles under which the bundle knows its columns.
#[derive(Debug)]
pub(super) struct Kind {
    /// Key in the bundle.
    pub(super) id: &'static str,
    /// Title in the bundle.
    pub(super) title: &'static str,
    /// Title of the date column.
    pub(super) date: &'static str,
    /// Whether its rows belong to towns rather than villages.
    pub(super) of_town: bool,
    /// Its fields, in the order of the bundle.
    pub(super) columns: &'static [Column],
}

/// One field: key and title.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) key: &'static str,
    pub(super) title: &'static str,
    pub(super) holds: Holds,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// The running number of the list; given out when the rows are written.
    Number,
    /// Anything else; the cells say what.
    Value,
}

/// The running number column, present in nearly every list.
pub(super) const NUMBER: Column = Column { key: "no", title: "编号", holds: Holds::Number };

/// A column of values.
pub(super) const fn column(key: &'static str, title: &'static str) -> Column {
    Column { key, title, holds: Holds::Value }
}

/// One word of a list of words: key and title.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) key: &'static str,
    pub(super) title: &'static str,
}

/// A word of a list of words.
pub(super) const fn choice(key: &'static str, title: &'static str) -> Choice {
    Choice { key, title }
}

/// To whom a row belongs: a place in the list of villages, or in the list of towns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Village(usize),
    Town(usize),
}

/// One row: whose, when, and a cell for each column but the running number.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) place: Place,
    pub(super) date: Date,
    pub(super) cells: Vec<Cell>,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Blank,
    Text(String),
    Choice(Choice),
    YesNo(bool),
    Whole(u32),
    /// An amount in hundredths, so that no binary fraction is ever involved.
    Hundredths(u32),
    Date(Date),
    Time(DateTime),
}

impl Cell {
    /// A text.
    pub(super) fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    /// A day, if there is one.
    pub(super) fn day(date: Option<Date>) -> Cell {
        date.map_or(Cell::Blank, Cell::Date)
    }

    /// A moment, if there is one.
    pub(super) fn moment(time: Option<DateTime>) -> Cell {
        time.map_or(Cell::Blank, Cell::Time)
    }
}

impl From<Choice> for Cell {
    fn from(choice: Choice) -> Cell {
        Cell::Choice(choice)
    }
}

impl From<bool> for Cell {
    fn from(is: bool) -> Cell {
        Cell::YesNo(is)
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Cell {
        Cell::Whole(number)
    }
}

/// Where the rows of a list go, one after the other; nothing needs them all at once.
pub(super) type Taker<'a> = dyn FnMut(Row) -> Result<(), SampleError> + 'a;
