//! Words on pages: a key and its arguments come in, a sentence in the reader's language leaves.
//!
//! The sentences stand in `locales/zh-CN` and `locales/en`, one Fluent file for each page, and are compiled in. Names that
//! come from the rule bundle or the data (villages, clauses, ratings) are shown as they are in both languages. Next:
//! [`figures`](super::figures).

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::civil::Date;

/// A language that pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Simplified Chinese, the language of the office.
    #[default]
    Chinese,
    /// English.
    English,
}

impl Language {
    /// Every language, the first one first.
    pub const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// The tag for `lang` attributes, cookies and queries.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The language of a tag; regional forms count as their language.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split('-').next()? {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The other one, for the switch on every page.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Chinese => Self::English,
            Self::English => Self::Chinese,
        }
    }

    /// A sentence of this language.
    #[must_use]
    pub fn say(self, key: &'static str) -> Sentence {
        Sentence { language: self, key, arguments: FluentArgs::new() }
    }

    /// A day as people write it: 2020年12月31日, 31 December 2020.
    #[must_use]
    pub fn date(self, day: Date) -> String {
        match self {
            Self::Chinese => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
            Self::English => format!("{} {} {}", day.day(), month_in_english(day.month()), day.year()),
        }
    }

    /// A day of the current year, without the year: 1月12日, 12 January.
    #[must_use]
    pub fn short_date(self, day: Date) -> String {
        match self {
            Self::Chinese => format!("{}月{}日", day.month(), day.day()),
            Self::English => format!("{} {}", day.day(), month_in_english(day.month())),
        }
    }

    fn catalogue(self) -> &'static Catalogue {
        match self {
            Self::Chinese => &CHINESE,
            Self::English => &ENGLISH,
        }
    }
}

/// A sentence waiting for its arguments; showing it looks it up.
#[derive(Debug)]
pub struct Sentence {
    language: Language,
    key: &'static str,
    arguments: FluentArgs<'static>,
}

impl Sentence {
    /// Fills a place with text.
    #[must_use]
    pub fn with(mut self, place: &'static str, text: impl fmt::Display) -> Self {
        self.arguments.set(place, FluentValue::from(text.to_string()));
        self
    }

    /// Fills a place with a count, which also decides between singular and plural.
    #[must_use]
    pub fn count(mut self, place: &'static str, count: impl Borrow<usize>) -> Self {
        self.arguments.set(place, FluentValue::from(*count.borrow()));
        self
    }
}

/// A key without a sentence shows itself in brackets; a test holds that no template has one.
impl fmt::Display for Sentence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.language.catalogue().sentence(self.key, &self.arguments) {
            Some(text) => formatter.write_str(&text),
            None => write!(formatter, "[{}]", self.key),
        }
    }
}

/// One file of sentences in both languages.
struct Source {
    name: &'static str,
    chinese: &'static str,
    english: &'static str,
}

macro_rules! sources {
    ($($name:literal),+ $(,)?) => {
        [$(Source {
            name: $name,
            chinese: include_str!(concat!("../../locales/zh-CN/", $name)),
            english: include_str!(concat!("../../locales/en/", $name)),
        }),+]
    };
}

const SOURCES: [Source; 11] = sources![
    "frame.ftl",
    "village.ftl",
    "city.ftl",
    "negative.ftl",
    "search.ftl",
    "accounts.ftl",
    "records.ftl",
    "upload.ftl",
    "divisions.ftl",
    "duties.ftl",
    "runs.ftl",
];

static CHINESE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(Language::Chinese));
static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(Language::English));

/// All sentences of one language, and what is wrong with its files.
struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    faults: Vec<String>,
}

impl Catalogue {
    fn read(language: Language) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![language.tag().parse().unwrap_or_default()]);
        // The marks that isolate an argument from text running the other way are noise in these two languages.
        bundle.set_use_isolating(false);
        let mut faults = Vec::new();
        for source in &SOURCES {
            let text = match language {
                Language::Chinese => source.chinese,
                Language::English => source.english,
            };
            let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(readable, errors)| {
                faults.extend(errors.iter().map(|error| format!("{}: {error}", source.name)));
                readable
            });
            if let Err(errors) = bundle.add_resource(resource) {
                faults.extend(errors.iter().map(|error| format!("{}: {error}", source.name)));
            }
        }
        Self { bundle, faults }
    }

    fn sentence(&self, key: &str, arguments: &FluentArgs<'_>) -> Option<Cow<'_, str>> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(arguments), &mut errors).into_owned();
        Some(Cow::Owned(text))
    }
}

/// What is wrong with the files of sentences; empty unless a file was edited badly.
#[must_use]
pub fn faults() -> Vec<String> {
    Language::ALL.iter().flat_map(|language| language.catalogue().faults.iter().cloned()).collect()
}

const fn month_in_english(month: i8) -> &'static str {
    match month {
        1 => "January",
        2 => "February",
        3 => "March",
        4 => "April",
        5 => "May",
        6 => "June",
        7 => "July",
        8 => "August",
        9 => "September",
        10 => "October",
        11 => "November",
        _ => "December",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The keys of a file with the arguments each one names.
    fn keys(text: &str) -> BTreeMap<String, Vec<String>> {
        let mut keys = BTreeMap::new();
        let mut current = String::new();
        for line in text.lines() {
            if let Some((key, _)) = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()))
            {
                key.clone_into(&mut current);
                keys.insert(current.clone(), Vec::new());
            }
            for part in line.split("{ $").skip(1) {
                let name = part.split([' ', '}']).next().unwrap_or_default().to_owned();
                let names: &mut Vec<String> = keys.entry(current.clone()).or_default();
                if !names.contains(&name) {
                    names.push(name);
                    names.sort();
                }
            }
        }
        keys
    }

    #[test]
    fn every_file_of_sentences_can_be_read() {
        assert_eq!(faults(), Vec::<String>::new());
    }

    #[test]
    fn both_languages_have_the_same_keys_with_the_same_arguments() {
        for source in &SOURCES {
            let (chinese, english) = (keys(source.chinese), keys(source.english));
            assert!(!chinese.is_empty(), "{} holds no sentence", source.name);
            assert_eq!(chinese, english, "{}", source.name);
        }
    }

    #[test]
    fn a_count_chooses_between_singular_and_plural() {
        assert_eq!(Language::English.say("village-mend-count").count("count", 1).to_string(), "1 item to put right");
        assert_eq!(Language::English.say("village-mend-count").count("count", 3).to_string(), "3 items to put right");
    }

    #[test]
    fn a_day_is_written_as_people_write_it() {
        let day = Date::new(2020, 3, 1).unwrap();
        assert_eq!(Language::Chinese.date(day), "2020年3月1日");
        assert_eq!(Language::English.date(day), "1 March 2020");
        assert_eq!(Language::Chinese.short_date(day), "3月1日");
    }

    #[test]
    fn a_regional_tag_is_read_as_its_language() {
        assert_eq!(Language::from_tag("zh-Hans-CN"), Some(Language::Chinese));
        assert_eq!(Language::from_tag("en-GB"), Some(Language::English));
        assert_eq!(Language::from_tag("fr"), None);
    }
}
