//! What holds for every page, whatever it shows.

use std::fs;
use std::path::{Path, PathBuf};

use super::{pictures, village};
use crate::pages::assets;
use crate::pages::cards::{Detail, State};
use crate::pages::words::Language;
use askama::Template;

/// What stands between tags and attributes of a page: the opening tags.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).filter_map(|part| part.split('>').next()).filter(|tag| !tag.starts_with(['/', '!']))
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()
}

/// The values of an attribute on a page.
fn values<'a>(html: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    tags(html).filter_map(move |tag| attribute(tag, name))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn templates() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    files(&folder).into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn no_page_needs_an_exception_from_the_content_security_policy() {
    for picture in pictures() {
        for tag in tags(&picture.html) {
            let name = tag.split([' ', '\n']).next().unwrap();
            assert!(attribute(tag, "style").is_none() && name != "style", "{}: <{tag}>", picture.name);
            assert!(!tag.contains(" on"), "{}: a handler in <{tag}>", picture.name);
            assert!(name != "script" || attribute(tag, "src").is_some(), "{}: an inline script", picture.name);
        }
    }
}

#[test]
fn nothing_is_loaded_from_another_host() {
    for picture in pictures() {
        for tag in tags(&picture.html) {
            for name in ["src", "href", "action", "hx-get"] {
                let value = attribute(tag, name).unwrap_or_default();
                assert!(!value.contains("//"), "{}: <{tag}>", picture.name);
            }
        }
    }
    for asset in assets::all().iter().filter(|asset| asset.name.ends_with(".css")) {
        let text = std::str::from_utf8(asset.bytes).unwrap();
        assert!(!text.contains("url(") && !text.contains("@import"), "{} loads something", asset.name);
    }
}

#[test]
fn every_linked_file_is_compiled_in_and_named_with_its_hash() {
    for picture in pictures() {
        let links = values(&picture.html, "href").chain(values(&picture.html, "src"));
        for link in links.filter(|link| link.starts_with("/assets/")) {
            assert!(link.contains("?v="), "{}: {link} is not compiled in", picture.name);
        }
    }
}

#[test]
fn headings_begin_with_one_of_the_first_level_and_leave_none_out() {
    for picture in pictures() {
        let levels: Vec<usize> = tags(&picture.html)
            .filter_map(|tag| tag.strip_prefix('h')?.split([' ', '\n']).next()?.parse().ok())
            .collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{}: {levels:?}", picture.name);
        assert_eq!(levels.first(), Some(&1), "{}: {levels:?}", picture.name);
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{}: {levels:?}", picture.name);
    }
}

#[test]
fn every_page_says_whose_it_is_for_whom_and_in_which_language() {
    for picture in pictures() {
        let language = if picture.name.ends_with("_english") { "en" } else { "zh-CN" };
        assert!(picture.html.contains(&format!("<html lang=\"{language}\"")), "{}", picture.name);
        for needed in ["瑞安市委平安办", "class=\"mark\"", "class=\"sample-line\"", "<main", "<nav", "class=\"skip\""]
        {
            assert!(picture.html.contains(needed), "{}: {needed}", picture.name);
        }
    }
}

#[test]
fn every_id_is_there_once_and_every_reference_leads_to_one() {
    for picture in pictures() {
        let ids: Vec<&str> = values(&picture.html, "id").collect();
        for id in &ids {
            assert_eq!(ids.iter().filter(|other| *other == id).count(), 1, "{}: {id}", picture.name);
        }
        let references = ["aria-labelledby", "aria-describedby", "for"];
        let anchors = values(&picture.html, "href").filter_map(|link| link.strip_prefix('#'));
        for id in references.iter().flat_map(|name| values(&picture.html, name)).chain(anchors) {
            assert!(ids.contains(&id), "{}: {id} is nowhere", picture.name);
        }
    }
}

#[test]
fn every_cell_with_a_number_is_set_in_figures_of_one_width() {
    for picture in pictures() {
        for cell in picture.html.split("<td").skip(1) {
            let (tag, rest) = cell.split_once('>').unwrap();
            let text = rest.split("</td>").next().unwrap();
            let is_number = text.trim_start_matches('−').starts_with(|c: char| c.is_ascii_digit());
            assert!(!is_number || tag.contains("num"), "{}: <td{tag}>{text}", picture.name);
        }
    }
}

#[test]
fn no_sentence_is_missing_and_no_place_in_one_is_left_open() {
    for picture in pictures() {
        for mark in ["{$", "{ $", ">[", "\"["] {
            assert!(!picture.html.contains(mark), "{}: {mark}", picture.name);
        }
    }
}

#[test]
fn templates_hold_no_words_of_their_own() {
    let is_chinese = |c: char| ('\u{3000}'..='\u{9fff}').contains(&c) || ('\u{ff00}'..='\u{ffef}').contains(&c);
    for (path, text) in templates() {
        assert!(!text.contains(is_chinese), "{} holds Chinese", path.display());
    }
}

#[test]
fn every_sentence_that_a_template_asks_for_exists() {
    for (path, text) in templates() {
        for key in text.split("say(\"").skip(1).filter_map(|part| part.split('"').next()) {
            for language in Language::ALL {
                let key: &'static str = key.to_owned().leak();
                let sentence = language.say(key).to_string();
                assert_ne!(sentence, format!("[{key}]"), "{} in {}", path.display(), language.tag());
            }
        }
    }
}

#[test]
fn a_restricted_clause_shows_its_state_and_nothing_else() {
    let mut page = village::good(Language::Chinese);
    for card in &mut page.cards {
        for clause in &mut card.clauses {
            clause.state = State::NotMet;
            clause.detail = Detail::State;
        }
        card.state = State::NotMet;
    }
    let html = page.render().unwrap();
    let cards = html.split("class=\"cards\"").nth(1).unwrap().split("ledger-columns").next().unwrap();
    assert!(cards.contains("此项依规只公布是否达到"));
    assert!(!cards.contains("扣") && !cards.contains('−'), "points of a restricted clause");
}

#[test]
fn one_and_two_of_a_village_are_shown_as_fewer_than_three() {
    let html = village::vetoed(Language::Chinese).render().unwrap();
    assert!(html.contains("共不足3件"));
    assert!(!html.contains("共2件"));
}

#[test]
fn files_and_cells_are_shown_to_staff_only() {
    let public = village::good(Language::Chinese).render().unwrap();
    let internal = village::internal(Language::Chinese).render().unwrap();
    assert!(!public.contains("火灾统计2020.xlsx"));
    assert!(internal.contains("火灾统计2020.xlsx"));
}

#[test]
fn what_a_reader_types_is_never_markup() {
    let html = super::other::search_nothing(Language::Chinese).render().unwrap();
    assert!(!html.contains("<script>alert"));
}

#[test]
fn a_change_of_the_filter_is_answered_with_the_entries_alone() {
    let page = super::other::negative(Language::Chinese);
    let entries = page.as_entries().render().unwrap();
    assert!(entries.trim_start().starts_with("<div id=\"entries\""));
    assert!(page.render().unwrap().contains(entries.trim()), "the block is part of the page");
}

#[test]
fn typing_is_answered_with_the_results_alone() {
    let results = super::other::search(Language::Chinese).as_results().render().unwrap();
    assert!(results.trim_start().starts_with("<div id=\"results\""));
    assert!(results.contains("上岙底村"));
}
