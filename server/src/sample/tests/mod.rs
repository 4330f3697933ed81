//! What must hold of the sample as a whole: the city's totals ([`city`]) and the files as they are handed in ([`files`]).

mod city;
mod files;

use jiff::civil::Date;

use super::lists::{LISTS, List};
use super::table::{Cell, Choice, Holds, Row};
use super::totals::Year;
use super::tree::Tree;
use super::world::World;

fn city() -> World {
    World::new(Tree::invented(515, 2020), 2020)
}

/// The rows of one list and year, with their cells by key.
struct Told {
    rows: Vec<Row>,
    keys: Vec<&'static str>,
}

impl Told {
    fn of(world: &World, kind: &str, year: Year) -> Told {
        let list = list_of(kind);
        let mut rows = Vec::new();
        let told = (list.rows)(world, year, &mut |row| {
            rows.push(row);
            Ok(())
        });
        assert!(told.is_ok());
        let columns = list.kind.columns.iter().filter(|column| column.holds == Holds::Value);
        let keys: Vec<&str> = columns.map(|column| column.key).collect();
        assert!(rows.iter().all(|row| row.cells.len() == keys.len()), "{kind}: a cell for each column");
        Told { rows, keys }
    }

    fn cell<'a>(&self, row: &'a Row, key: &str) -> &'a Cell {
        let place = self.keys.iter().position(|known| *known == key);
        &row.cells[place.unwrap_or_else(|| panic!("no column {key}"))]
    }

    fn count(&self, fits: impl Fn(&dyn Fn(&str) -> Cell, &Row) -> bool) -> u64 {
        self.rows.iter().filter(|row| fits(&|key| self.cell(row, key).clone(), row)).count() as u64
    }

    fn sum(&self, key: &str) -> u64 {
        let whole = |row: &Row| match self.cell(row, key) {
            Cell::Whole(number) => u64::from(*number),
            other => panic!("{key} holds {other:?}"),
        };
        self.rows.iter().map(whole).sum()
    }

    fn is(&self, key: &'static str, word: &str) -> u64 {
        self.count(|cell, _| matches!(cell(key), Cell::Choice(Choice { key, .. }) if key == word))
    }

    fn yes(&self, key: &'static str) -> u64 {
        self.count(|cell, _| cell(key) == Cell::YesNo(true))
    }

    fn in_year(&self, year: Year) -> u64 {
        self.count(|_, row| row.date.year() == year.number())
    }
}

fn list_of(kind: &str) -> &'static List {
    LISTS.iter().find(|list| list.kind.id == kind).unwrap_or_else(|| panic!("no list {kind}"))
}

fn is_after(cell: &Cell, day: Date) -> bool {
    match cell {
        Cell::Blank => true,
        Cell::Date(other) => *other > day,
        other => panic!("a day or nothing, not {other:?}"),
    }
}
