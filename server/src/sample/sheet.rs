//! From rows to a file: gathers the rows of a list, brings them into order, numbers them and has them written.
//!
//! Enters: a [`List`] and the world. Leaves: the files of the list and how many rows stand in each year. A list too long for a
//! workbook is written as CSV while its rows come, so that a whole country fits in memory. Next: [`book`](super::book) and
//! [`lines`](super::lines), which know the formats.

use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};

use super::book::write_book;
use super::lines::{Encoding, Lines, Push};
use super::lists::{Form, List};
use super::table::{Cell, Holds, Kind, Place, Row};
use super::totals::{YEARS, Year};
use super::tree::Tree;
use super::world::World;
use super::{SampleError, WrittenFile};

/// Rows a list may have to be gathered and written as a workbook.
pub(super) const WORKBOOK_ROWS: usize = 150_000;

/// Events from here on come over the interface.
const PUSHED_FROM: Date = date(2020, 12, 1);

/// A row with its number, ready to be written.
pub(super) struct Numbered {
    pub(super) place: Place,
    pub(super) date: Date,
    /// One cell for each column of the kind, the running number included.
    pub(super) cells: Vec<Cell>,
}

/// What became of a list: its files, and its rows of 2019 (and before) and of 2020.
pub(super) struct HandedIn {
    pub(super) files: Vec<WrittenFile>,
    pub(super) rows: [u64; 2],
}

/// Writes one list into the folder; one of more than `most` rows as CSV.
pub(super) fn hand_in(world: &World, list: &'static List, folder: &Path, most: usize) -> Result<HandedIn, SampleError> {
    let mut gathered: Vec<Row> = Vec::new();
    let mut stream: Option<Stream> = None;
    let mut rows = [0, 0];
    for year in YEARS {
        let [before, this] = &mut rows;
        let count = if year == Year::Before { before } else { this };
        (list.rows)(world, year, &mut |row| {
            *count += 1;
            if let Some(stream) = &mut stream {
                return stream.take(&world.tree, row);
            }
            gathered.push(row);
            if gathered.len() > most {
                let mut opened = Stream::open(list, folder)?;
                for row in gathered.drain(..) {
                    opened.take(&world.tree, row)?;
                }
                stream = Some(opened);
            }
            Ok(())
        })?;
    }
    let files = match stream {
        Some(stream) => stream.close()?,
        None => write_gathered(world, list, gathered, folder)?,
    };
    Ok(HandedIn { files, rows })
}

fn write_gathered(
    world: &World,
    list: &'static List,
    mut rows: Vec<Row>,
    folder: &Path,
) -> Result<Vec<WrittenFile>, SampleError> {
    if rows.is_empty() && list.form != Form::OneSheet {
        return Ok(Vec::new());
    }
    rows.sort_by_key(|row| row.date);
    let mut numbers = Numbers::new(list);
    let rows: Vec<Numbered> = rows.into_iter().map(|row| numbers.give(row)).collect();
    let mut files = Vec::new();
    match list.form {
        Form::Gb18030 => {
            let mut lines = Lines::open(list, path_of(list, folder, "csv"), Encoding::Gb18030, world.tree.given)?;
            for row in &rows {
                lines.write(&world.tree, row)?;
            }
            files.push(lines.close()?);
        }
        Form::Pushed => {
            let from = rows.partition_point(|row| row.date < PUSHED_FROM);
            let (sheets, pushed) = rows.split_at(from);
            files.push(write_book(world, list, sheets, &path_of(list, folder, "xlsx"))?);
            let mut push = Push::open(list, path_of(list, folder, "jsonl"))?;
            for row in pushed {
                push.write(&world.tree, row)?;
            }
            files.push(push.close()?);
        }
        _ => files.push(write_book(world, list, &rows, &path_of(list, folder, "xlsx"))?),
    }
    Ok(files)
}

/// A long list, written while it comes.
struct Stream {
    lines: Lines,
    numbers: Numbers,
}

impl Stream {
    fn open(list: &'static List, folder: &Path) -> Result<Stream, SampleError> {
        let lines = Lines::open(list, path_of(list, folder, "csv"), Encoding::Utf8, true)?;
        Ok(Stream { lines, numbers: Numbers::new(list) })
    }

    fn take(&mut self, tree: &Tree, row: Row) -> Result<(), SampleError> {
        let row = self.numbers.give(row);
        self.lines.write(tree, &row)
    }

    fn close(self) -> Result<Vec<WrittenFile>, SampleError> {
        Ok(vec![self.lines.close()?])
    }
}

/// Gives out running numbers, from 1 in each year.
struct Numbers {
    kind: &'static Kind,
    letters: &'static str,
    given: [u32; 3],
}

impl Numbers {
    fn new(list: &'static List) -> Numbers {
        Numbers { kind: list.kind, letters: list.letters, given: [0; 3] }
    }

    fn give(&mut self, row: Row) -> Numbered {
        let year = row.date.year();
        let slot = usize::try_from(year - 2018).unwrap_or(0);
        let mut own = row.cells.into_iter();
        let mut cells = Vec::with_capacity(self.kind.columns.len());
        for column in self.kind.columns {
            cells.push(match column.holds {
                Holds::Value => own.next().unwrap_or(Cell::Blank),
                Holds::Number => {
                    let given = self.given.get_mut(slot).map_or(0, |given| {
                        *given += 1;
                        *given
                    });
                    Cell::Text(format!("{}{year}-{given:05}", self.letters))
                }
            });
        }
        Numbered { place: row.place, date: row.date, cells }
    }
}

/// Names of the town and the village of a row, and the code of what it belongs to.
pub(super) fn whose(tree: &Tree, place: Place) -> (&str, Option<&str>, &str) {
    let town = |place: usize| tree.towns.get(place);
    match place {
        Place::Town(place) => town(place).map_or(("", None, ""), |town| (&town.name, None, &town.code)),
        Place::Village(place) => tree.villages.get(place).map_or(("", None, ""), |leaf| {
            (town(leaf.town).map_or("", |town| town.name.as_str()), Some(leaf.name.as_str()), &leaf.code)
        }),
    }
}

fn path_of(list: &List, folder: &Path, extension: &str) -> PathBuf {
    let name = match (list.kind.id, extension) {
        ("attributes", _) => "attributes".to_owned(),
        (_, "xlsx") => list.kind.title.to_owned(),
        // These formats have no room for a remark, so their names carry it.
        _ => format!("{}(演示数据)", list.kind.title),
    };
    folder.join(format!("{name}.{extension}"))
}
