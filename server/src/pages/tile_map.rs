//! The map of tiles: one square for every village, grouped by town, in the same order everywhere.
//!
//! Each town is a drawing of its own, so that the map breaks into rows on a phone. Next: [`towns`](super::towns).

use super::frame::Frame;
use super::links::Side;
use super::rating::Grade;

/// All villages as tiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileMap {
    /// The towns, in the order of their codes.
    pub towns: Vec<TileTown>,
}

/// The tiles of one town.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileTown {
    /// The town.
    pub name: String,
    /// Its code.
    pub code: String,
    /// Its villages, in the order of their codes.
    pub tiles: Vec<Tile>,
}

/// One village.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// The village.
    pub name: String,
    /// Its code.
    pub code: String,
    /// How its rating stands.
    pub grade: Grade,
    /// The rating in words, for those who do not see the fill.
    pub rating: String,
    /// Whether a veto counts.
    pub vetoed: bool,
}

/// A tile with its place in the drawing.
#[derive(Debug)]
pub struct PlacedTile<'a> {
    /// The tile.
    pub tile: &'a Tile,
    /// Across.
    pub x: usize,
    /// Down.
    pub y: usize,
}

impl TileTown {
    /// Tiles in a row.
    pub const COLUMNS: usize = 10;
    /// From one tile to the next: the least size that a finger finds.
    pub const PITCH: usize = 24;

    /// Width of the drawing.
    #[must_use]
    pub fn width(&self) -> usize {
        Self::COLUMNS * Self::PITCH
    }

    /// Height of the drawing.
    #[must_use]
    pub fn height(&self) -> usize {
        self.tiles.len().div_ceil(Self::COLUMNS) * Self::PITCH
    }

    /// The tiles with their places.
    pub fn placed(&self) -> impl Iterator<Item = PlacedTile<'_>> {
        self.tiles.iter().enumerate().map(|(place, tile)| PlacedTile {
            tile,
            x: place % Self::COLUMNS * Self::PITCH,
            y: place / Self::COLUMNS * Self::PITCH,
        })
    }

    /// The town's villages.
    #[must_use]
    pub fn link(&self, side: Side) -> String {
        side.town(&self.code)
    }
}

impl Tile {
    /// The village's page.
    #[must_use]
    pub fn link(&self, side: Side) -> String {
        side.village(&self.code)
    }

    /// What a screen reader says and a pointer shows.
    #[must_use]
    pub fn words(&self, frame: &Frame) -> String {
        let key = if self.vetoed { "tile-vetoed" } else { "tile" };
        frame.say(key).with("village", &self.name).with("rating", &self.rating).to_string()
    }
}

impl TileMap {
    /// How many villages the map shows.
    #[must_use]
    pub fn villages(&self) -> usize {
        self.towns.iter().map(|town| town.tiles.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_fill_row_after_row_in_their_order() {
        let tile = |number: usize| Tile {
            name: format!("{number}号村"),
            code: number.to_string(),
            grade: Grade::Second,
            rating: "六无平安村社".into(),
            vetoed: false,
        };
        let town =
            TileTown { name: "芳庄乡".into(), code: "330381221000".into(), tiles: (0..12).map(tile).collect() };
        let places: Vec<(usize, usize)> = town.placed().map(|placed| (placed.x, placed.y)).collect();
        assert_eq!(places.first(), Some(&(0, 0)));
        assert_eq!(places.get(10), Some(&(0, TileTown::PITCH)), "the eleventh opens the second row");
        assert_eq!(town.height(), 2 * TileTown::PITCH);
    }
}
