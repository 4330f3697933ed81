//! Every page with invented data: rendered, held to the rules of all pages, kept as snapshots, and written to
//! `target/gallery` to be looked at (`python3 -m http.server -d target/gallery`).

mod city;
mod contrast;
mod other;
mod rules;
mod village;

use std::fs;
use std::path::Path;

use askama::Template;
use jiff::civil::{Date, date};
use liuwu_engine::number::Number;

use super::assets;
use super::figures::{Figure, Points};
use super::frame::{Frame, Link, Mark, PeriodSwitch, Section, TextSize};
use super::place::Place;
use super::words::Language;

/// A page of the gallery.
struct Picture {
    name: &'static str,
    html: String,
}

fn picture(name: &'static str, page: &impl Template) -> Picture {
    Picture { name, html: page.render().unwrap() }
}

/// Every page, as many times as it has faces.
fn pictures() -> Vec<Picture> {
    let (chinese, english) = (Language::Chinese, Language::English);
    vec![
        picture("village", &village::good(chinese)),
        picture("village_english", &village::good(english)),
        picture("village_withheld", &village::withheld(chinese)),
        picture("village_vetoed", &village::vetoed(chinese)),
        picture("village_clean", &village::clean(chinese)),
        picture("village_internal", &village::internal(chinese)),
        picture("city", &city::whole(chinese)),
        picture("city_english", &city::whole(english)),
        picture("city_small", &city::small(chinese)),
        picture("negative", &other::negative(chinese)),
        picture("negative_english", &other::negative(english)),
        picture("negative_empty", &other::negative_empty(chinese)),
        picture("home", &other::home(chinese)),
        picture("home_english", &other::home(english)),
        picture("search", &other::search(chinese)),
        picture("search_nothing", &other::search_nothing(chinese)),
        picture("not_found", &other::not_found(chinese)),
    ]
}

/// A page without what changes with every change of an asset.
fn steady(html: &str) -> String {
    html.split("?v=")
        .enumerate()
        .map(|(place, part)| if place == 0 { part } else { part.trim_start_matches(|c: char| c.is_ascii_hexdigit()) })
        .collect::<Vec<_>>()
        .join("?v=…")
}

#[test]
fn every_page_is_as_it_was_looked_at() {
    // The whole city is large; the small one has the same parts.
    for picture in pictures().iter().filter(|picture| !picture.name.starts_with("city") || picture.name == "city_small")
    {
        insta::assert_snapshot!(picture.name, steady(&picture.html));
    }
}

#[test]
fn the_gallery_can_be_looked_at() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/gallery");
    for asset in assets::all() {
        let file = folder.join("assets").join(asset.name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, asset.bytes).unwrap();
    }
    for picture in pictures() {
        fs::write(folder.join(picture.name).with_extension("html"), picture.html).unwrap();
    }
}

fn number(text: &str) -> Number {
    Number::parse(text).unwrap()
}

fn figure(text: &str) -> Figure {
    Figure(number(text))
}

fn points(text: &str) -> Points {
    Points(number(text))
}

fn day(month: i8, day: i8) -> Date {
    date(2020, month, day)
}

fn frame(language: Language, section: Section) -> Frame {
    Frame {
        language,
        text_size: TextSize::Normal,
        office: "瑞安市委平安办".into(),
        mark: Mark::Public,
        seat: None,
        run: Some("2020-0117".into()),
        as_of: Some(day(12, 31)),
        sample: true,
        plays_on: None,
        section,
        address: "/".into(),
    }
}

fn period() -> PeriodSwitch {
    PeriodSwitch {
        current: "2020年度".into(),
        others: vec![Link { title: "2019年度".into(), address: "?period=2019".into() }],
    }
}

fn place(name: &str, code: &str, town: &str, town_code: &str) -> Place {
    Place { name: name.into(), code: code.into(), town: town.into(), town_code: town_code.into() }
}
