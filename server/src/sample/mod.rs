//! Invented sample data: two years of a city, as its departments would hand them in.
//!
//! Enters: a seed, and how many villages, or a tree of divisions. Leaves: a folder of workbooks, CSV files and JSON that the
//! intake reads like anyone else's. The same seed gives the same bytes. Nothing here knows how anything is scored.
//!
//! Read on in this order: the city (`towns`, `chance`, `names`, `tree`), what it adds up to (`totals`), its villages (`planted`,
//! `breaks`, `world`), the stories that fill the lists (`cases` to `villages`), and how lists become files (`lists`, `sheet`,
//! `lines`, `book`, `merged`, `statements`, `papers`).

mod towns;
mod chance;
mod names;
mod tree;
mod totals;
mod planted;
mod breaks;
mod world;
mod calendar;
mod table;
mod cases;
mod hazards;
mod fires;
mod accidents;
mod petitions;
mod disputes;
mod grids;
mod events;
mod cameras;
mod campaigns;
mod surveys;
mod villages;
mod lists;
mod sheet;
mod lines;
mod book;
mod merged;
mod statements;
mod papers;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use lists::{LISTS, List};
use rust_xlsxwriter::XlsxError;
use tree::Tree;
use world::World;

/// What to make.
#[derive(Clone, Debug)]
pub struct Options {
    /// So many invented villages instead of 515, spread over the towns in proportion, with the totals of the city scaled.
    pub villages: Option<u32>,
    /// A tree `code,name,level,parent` to put the same kind of data on. Its names may be real, so this is for load tests only.
    pub divisions: Option<PathBuf>,
    /// The same seed gives the same bytes.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options { villages: None, divisions: None, seed: 2020 }
    }
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Number of towns.
    pub towns: usize,
    /// Number of villages.
    pub villages: usize,
    /// The lists, in the order in which they were written.
    pub files: Vec<WrittenFile>,
    /// What is in there on purpose, and warnings; for the user, in Chinese.
    pub notes: Vec<String>,
}

/// A file of the sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Where it stands.
    pub path: PathBuf,
    /// The kind of records in it, by its key in the bundle; `attributes` for the facts about villages.
    pub kind: &'static str,
    /// Rows, without titles and sums.
    pub rows: u64,
    /// Size in bytes.
    pub bytes: u64,
}

impl WrittenFile {
    fn measure(path: PathBuf, kind: &'static str, rows: u64) -> Result<WrittenFile, SampleError> {
        match fs::metadata(&path) {
            Ok(found) => Ok(WrittenFile { bytes: found.len(), path, kind, rows }),
            Err(source) => Err(SampleError::Write { path, source }),
        }
    }

    /// The name of the file without its folder.
    pub fn name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// Why no sample could be made.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// A file could not be written.
    #[error("写不了文件「{}」:{source}。请检查目录是否存在、磁盘是否已满。 Cannot write this file; check the folder and the disk.", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A workbook could not be written.
    #[error("写不了表格「{}」:{source}。请检查目录是否存在、文件是否正被打开。 Cannot write this workbook; check the folder, and that no one has it open.", path.display())]
    Workbook {
        /// The file.
        path: PathBuf,
        /// What the writer said.
        source: XlsxError,
    },
    /// The tree could not be read.
    #[error("读不了区划文件「{}」:{source}。应为 UTF-8 的 CSV,表头为 code,name,level,parent。 Cannot read the divisions; a UTF-8 CSV file with the header code,name,level,parent is needed.", path.display())]
    Divisions {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: csv::Error,
    },
    /// A village stands under no town.
    #[error("区划文件「{}」里,村社 {code} 的上级 {parent} 不是其中的镇街。请补上这一行,或改正 parent 列。 Village {code} stands under {parent}, which is no town in this file; add it or mend the parent column.", path.display())]
    NoTown {
        /// The file.
        path: PathBuf,
        /// The village.
        code: String,
        /// What it names as its parent.
        parent: String,
    },
    /// The tree has no villages.
    #[error("区划文件「{}」里没有村社。请确认 level 列写有 village。 There is no village in this file; check that the level column says village.", path.display())]
    NoVillages {
        /// The file.
        path: PathBuf,
    },
    /// Both a number and a tree were given, or a number that makes no sample.
    #[error(
        "--villages 和 --divisions 只能给一个,且村社数至少为 1。 Give either --villages, of at least 1, or --divisions."
    )]
    Contradiction,
}

/// Writes the sample into a folder, which is made if it is not there; files of the same names are replaced.
pub fn write(out: &Path, options: &Options) -> Result<Summary, SampleError> {
    let tree = match (&options.divisions, options.villages) {
        (Some(_), Some(_)) | (None, Some(0)) => return Err(SampleError::Contradiction),
        (Some(path), None) => Tree::read(path)?,
        (None, villages) => Tree::invented(villages.unwrap_or(515), options.seed),
    };
    let world = World::new(tree, options.seed);
    fs::create_dir_all(out).map_err(|source| SampleError::Write { path: out.to_owned(), source })?;
    let mut files = Vec::new();
    let mut handed_in: Vec<(&'static List, [u64; 2])> = Vec::new();
    for list in &LISTS {
        let mut written = sheet::hand_in(&world, list, out, sheet::WORKBOOK_ROWS)?;
        files.append(&mut written.files);
        handed_in.push((list, written.rows));
    }
    let notes = world.planted.notes(&world);
    write_file(out, "divisions.csv", |file| villages::write_divisions(&world.tree, file).map_err(io::Error::other))?;
    write_file(out, "handed_in.csv", |file| {
        statements::write_statements(&world, &handed_in, file).map_err(io::Error::other)
    })?;
    write_file(out, "exemptions.json", |file| writeln!(file, "{:#}", papers::exemptions(&world)))?;
    write_file(out, "appeals.json", |file| writeln!(file, "{:#}", papers::appeals(&world)))?;
    write_file(out, "calendar.csv", calendar::write_holidays)?;
    write_file(out, "README.md", |file| file.write_all(papers::readme(&world, options, &files, &notes).as_bytes()))?;
    Ok(Summary { towns: world.tree.towns.len(), villages: world.villages.len(), files, notes })
}

fn write_file(
    folder: &Path,
    name: &str,
    fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), SampleError> {
    let path = folder.join(name);
    let mut failed = |source| SampleError::Write { path: path.clone(), source };
    let mut file = BufWriter::new(File::create(&path).map_err(&mut failed)?);
    fill(&mut file).and_then(|()| file.flush()).map_err(&mut failed)
}
