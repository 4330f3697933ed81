//! Ids of divisions: text enters, a checked [`Code`] or [`GridId`] leaves, which knows its level and what it lies in.
//! The rows that carry them, in `tree.rs`, are next.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Level;

/// Digits of a province, a city, a county, a town and a village: each names the levels above it as well.
const LENGTHS: [(Level, u32); 5] =
    [(Level::Province, 2), (Level::City, 4), (Level::County, 6), (Level::Town, 9), (Level::Village, 12)];

/// The first two digits that the national standard gives to provinces.
const PROVINCES: [u64; 34] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63,
    64, 65, 71, 81, 82,
];

/// Cities without counties, whose towns follow them at once: 东莞, 中山, 儋州.
const WITHOUT_COUNTIES: [u64; 3] = [4419, 4420, 4604];

/// Why a text is not the id of a division.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DivisionError {
    /// Not twelve digits.
    #[error("`{given}` is not a division code; write 12 digits, such as 330381101203")]
    NotTwelveDigits {
        /// The text.
        given: String,
    },
    /// The first two digits are not those of a province.
    #[error("`{given}` begins with `{province}`, which is no province; Zhejiang is 33")]
    NoSuchProvince {
        /// The text.
        given: String,
        /// Its first two digits.
        province: String,
    },
    /// A level is left out: its digits are zero, and digits below it are not.
    #[error("`{given}` names a {lower} without a {missing}: the digits of the {missing} are all zero", lower = .lower.key(), missing = .missing.key())]
    Gap {
        /// The text.
        given: String,
        /// The level whose digits are zero.
        missing: Level,
        /// The level below it that is named.
        lower: Level,
    },
    /// Not the id of a grid.
    #[error(
        "`{given}` is not a grid; write the village and the number of the grid, 330381101203-001, and of the micro-grid, 330381101203-001-014"
    )]
    NotAGrid {
        /// The text.
        given: String,
    },
}

/// A 12-digit statistical division code (统计用区划代码). The order of codes is that of their digits.
// Invariant: the digits of a level are zero only if all below are, but for the county of a city without counties.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code(u64);

impl Code {
    /// Reads exactly twelve ASCII digits.
    ///
    /// # Errors
    /// [`DivisionError::NotTwelveDigits`], [`DivisionError::NoSuchProvince`], [`DivisionError::Gap`].
    pub fn parse(text: &str) -> Result<Self, DivisionError> {
        let given = || text.to_owned();
        let digits = Some(text).filter(|text| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()));
        let code = digits.and_then(|digits| digits.parse().ok().map(Self));
        let code = code.ok_or_else(|| DivisionError::NotTwelveDigits { given: given() })?;
        if !PROVINCES.contains(&code.first(2)) {
            return Err(DivisionError::NoSuchProvince { given: given(), province: text.chars().take(2).collect() });
        }
        match code.gap() {
            None => Ok(code),
            Some((missing, lower)) => Err(DivisionError::Gap { given: given(), missing, lower }),
        }
    }

    /// The level of the division: that of its last digits which are not zero.
    #[must_use]
    pub fn level(self) -> Level {
        let above = |length: u32| self.first(length) * 10_u64.pow(12 - length) == self.0;
        LENGTHS.into_iter().find(|(_, length)| above(*length)).map_or(Level::Village, |(level, _)| level)
    }

    /// The division right above it; none above a province. A town of a city without counties lies in the city.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        let above = LENGTHS.into_iter().rev().filter(|(level, _)| *level < self.level());
        above
            .map(|(level, length)| (level, self.cut(length)))
            .find(|(level, code)| code.level() == *level)
            .map(|(_, code)| code)
    }

    /// Whether it lies in that division, or is that division.
    #[must_use]
    pub fn is_within(self, ancestor: Self) -> bool {
        self.cut(ancestor.length()) == ancestor
    }

    /// How many digits name it.
    fn length(self) -> u32 {
        let level = self.level();
        LENGTHS.into_iter().find(|(own, _)| *own == level).map_or(12, |(_, length)| length)
    }

    fn first(self, length: u32) -> u64 {
        self.0 / 10_u64.pow(12 - length)
    }

    fn cut(self, length: u32) -> Self {
        Self(self.first(length) * 10_u64.pow(12 - length))
    }

    /// A level whose digits are zero while those of a lower one are not.
    fn gap(self) -> Option<(Level, Level)> {
        let mut missing = None;
        let mut above = 0;
        for (level, length) in LENGTHS {
            let named = self.first(length) - self.first(above) * 10_u64.pow(length - above) != 0;
            above = length;
            let may_lack = level == Level::County && WITHOUT_COUNTIES.contains(&self.first(4));
            match missing {
                Some(missing) if named => return Some((missing, level)),
                None if !named && !may_lack => missing = Some(level),
                _ => {}
            }
        }
        None
    }
}

/// A grid (网格) of a village, or a micro-grid (微网格) of a grid: `330381101203-001`, `330381101203-001-014`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GridId {
    village: Code,
    grid: u16,
    micro: Option<u16>,
}

impl GridId {
    /// Reads a village code and one or two numbers from 1 to 999, with or without zeros in front.
    ///
    /// # Errors
    /// [`DivisionError::NotAGrid`], and those of [`Code::parse`] for the village.
    pub fn parse(text: &str) -> Result<Self, DivisionError> {
        let not_a_grid = || DivisionError::NotAGrid { given: text.to_owned() };
        let (village, numbers) = text.split_once('-').ok_or_else(not_a_grid)?;
        let village = Code::parse(village)?;
        let (grid, micro) = match numbers.split_once('-') {
            None => (number(numbers), None),
            Some((grid, micro)) => (number(grid), Some(number(micro).ok_or_else(not_a_grid)?)),
        };
        match grid {
            Some(grid) if village.level() == Level::Village => Ok(Self { village, grid, micro }),
            _ => Err(not_a_grid()),
        }
    }

    /// [`Level::Grid`] or [`Level::MicroGrid`].
    #[must_use]
    pub fn level(self) -> Level {
        if self.micro.is_some() { Level::MicroGrid } else { Level::Grid }
    }

    /// The village it lies in.
    #[must_use]
    pub fn village(self) -> Code {
        self.village
    }
}

/// The own number of a grid: one to three digits that are not all zero.
fn number(text: &str) -> Option<u16> {
    let plain = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok().filter(|number| *number > 0) } else { None }
}

/// The id of any division. Its text sorts so that what lies in a division follows it at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DivisionId {
    /// A division of the statistical code.
    Code(Code),
    /// A grid or micro-grid.
    Grid(GridId),
}

impl DivisionId {
    /// Reads a 12-digit code, or a village code with the numbers of a grid and a micro-grid.
    ///
    /// # Errors
    /// Those of [`Code::parse`] and [`GridId::parse`].
    pub fn parse(text: &str) -> Result<Self, DivisionError> {
        if text.contains('-') { GridId::parse(text).map(Self::Grid) } else { Code::parse(text).map(Self::Code) }
    }

    /// Its level.
    #[must_use]
    pub fn level(self) -> Level {
        match self {
            Self::Code(code) => code.level(),
            Self::Grid(grid) => grid.level(),
        }
    }

    /// What lies right above it.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        match self {
            Self::Code(code) => code.parent().map(Self::Code),
            Self::Grid(GridId { micro: Some(_), village, grid }) => {
                Some(Self::Grid(GridId { village, grid, micro: None }))
            }
            Self::Grid(grid) => Some(Self::Code(grid.village)),
        }
    }

    /// Whether it lies in that division, or is that division.
    #[must_use]
    pub fn is_within(self, ancestor: Self) -> bool {
        match (self, ancestor) {
            (Self::Code(own), Self::Code(ancestor)) => own.is_within(ancestor),
            (Self::Grid(own), Self::Code(ancestor)) => own.village.is_within(ancestor),
            _ => self == ancestor || self.parent() == Some(ancestor),
        }
    }
}

/// All twelve digits.
impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:012}", self.0)
    }
}

/// Numbers with three digits each.
impl fmt::Display for GridId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{:03}", self.village, self.grid)?;
        self.micro.map_or(Ok(()), |micro| write!(formatter, "-{micro:03}"))
    }
}

impl fmt::Display for DivisionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => code.fmt(formatter),
            Self::Grid(grid) => grid.fmt(formatter),
        }
    }
}

macro_rules! text_forms {
    ($($id:ty),*) => {$(
        impl FromStr for $id {
            type Err = DivisionError;

            fn from_str(text: &str) -> Result<Self, DivisionError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $id {
            type Error = DivisionError;

            fn try_from(text: String) -> Result<Self, DivisionError> {
                Self::parse(&text)
            }
        }

        impl From<$id> for String {
            fn from(id: $id) -> Self {
                id.to_string()
            }
        }
    )*};
}

text_forms!(Code, GridId, DivisionId);

impl fmt::Debug for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Debug for GridId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
