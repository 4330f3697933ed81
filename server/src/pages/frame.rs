//! What stands around every page: whose it is, for whom, from which run, as of when, in which language.
//!
//! A handler makes one [`Frame`] from the site's settings and the reader's preferences; `base.html` shows it. Next:
//! [`place`](super::place).

use jiff::civil::Date;
use liuwu_engine::number::Number;

use super::figures::{Figure, PublicCount};
use super::links::Side;
use super::seat::Seat;
pub use super::seat::Section;
use super::words::{Language, Sentence};
use super::{assets, links};

/// What stands around a page.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The reader's language.
    pub language: Language,
    /// The reader's text size.
    pub text_size: TextSize,
    /// The office that publishes, in full: 瑞安市委平安办.
    pub office: String,
    /// For whom the page is.
    pub mark: Mark,
    /// Who is logged in.
    pub seat: Option<Seat>,
    /// The number of the run that everything on the page comes from; none on a page without results.
    pub run: Option<String>,
    /// The day on whose knowledge the results rest.
    pub as_of: Option<Date>,
    /// Whether the results come from invented data.
    pub sample: bool,
    /// The day on which a demonstration plays.
    pub plays_on: Option<Date>,
    /// Which entry of the menu the page belongs to.
    pub section: Section,
    /// Path and query of the page itself, to come back to after a change of language or text size.
    pub address: String,
}

/// For whom a page is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// Published.
    Public,
    /// For staff; the account and time stand faintly across the page, also in print.
    Internal {
        /// Account and time.
        watermark: String,
    },
}

/// How large the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextSize {
    /// As designed.
    #[default]
    Normal,
    /// For older eyes (适老化).
    Large,
}

impl TextSize {
    /// The name in the cookie and in the class of the page.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Large => "large",
        }
    }

    /// The size of a name.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Normal, Self::Large].into_iter().find(|size| size.key() == key)
    }

    /// The other one, for the switch on every page.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Normal => Self::Large,
            Self::Large => Self::Normal,
        }
    }
}

/// An entry of the menu as the template shows it.
#[derive(Debug)]
pub struct MenuEntry {
    /// Its words.
    pub title: Sentence,
    /// Its address.
    pub link: &'static str,
    /// Whether the page belongs to it.
    pub current: bool,
}

impl Frame {
    /// A sentence in the reader's language.
    #[must_use]
    pub fn say(&self, key: &'static str) -> Sentence {
        self.language.say(key)
    }

    /// A day in the reader's language.
    #[must_use]
    pub fn date(&self, day: &Date) -> String {
        self.language.date(*day)
    }

    /// A day of this year in the reader's language.
    #[must_use]
    pub fn short_date(&self, day: &Date) -> String {
        self.language.short_date(*day)
    }

    /// A number of one village as the public may see it: 5, 不足3.
    #[must_use]
    pub fn public_count(&self, count: &PublicCount) -> String {
        match count.exact() {
            Some(number) => Figure(Number::from(number)).to_string(),
            None => self.say("fewer-than").with("number", PublicCount::SMALLEST).to_string(),
        }
    }

    /// The link to a compiled-in file.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        assets::link(name)
    }

    /// Whether the page is for staff.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        self.watermark().is_some()
    }

    /// What stands faintly across a page for staff.
    #[must_use]
    pub fn watermark(&self) -> Option<&str> {
        match &self.mark {
            Mark::Public => None,
            Mark::Internal { watermark } => Some(watermark),
        }
    }

    /// To which pages of results it leads: a page for staff to those for staff, if they may see lists there.
    #[must_use]
    pub fn side(&self) -> Side {
        let may = self.seat.as_ref().is_some_and(|seat| seat.has_lists);
        if may && self.is_internal() { Side::Desk } else { Side::Public }
    }

    /// What the switch of the text size says.
    #[must_use]
    pub fn text_size_switch(&self) -> Sentence {
        self.say(match self.text_size.other() {
            TextSize::Normal => "frame-text-normal",
            TextSize::Large => "frame-text-large",
        })
    }

    /// The menu.
    #[must_use]
    pub fn menu(&self) -> [MenuEntry; 3] {
        let side = self.side();
        let search = if side == Side::Desk { side.search() } else { links::HOME };
        let here = self.address.split('?').next();
        [
            ("frame-menu-search", search, Section::Search),
            ("frame-menu-city", side.city(), Section::City),
            ("frame-menu-negative", side.negative(), Section::Negative),
        ]
        .map(|(key, link, section)| {
            // Pages of results for staff stand in the menu of staff, all under one entry.
            let current = section == self.section || (self.section == Section::Results && here == Some(link));
            MenuEntry { title: self.say(key), link, current }
        })
    }
}

/// A link with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it says.
    pub title: String,
    /// Where it leads.
    pub address: String,
}

/// Which period a page shows, and the same page for the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodSwitch {
    /// The period shown: 2020年度.
    pub current: String,
    /// The others, newest first.
    pub others: Vec<Link>,
}
