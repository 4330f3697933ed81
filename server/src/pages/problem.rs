//! The page for a request that was not answered: the face for people of [`Problem`].

use askama::Template;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};

use super::frame::{Frame, Mark, Section, TextSize};
use super::links;
use super::not_found::NotFoundPage;
use super::words::Language;
use crate::config::Config;
use crate::error::{Problem, Words};

/// The page for a request that was not answered.
#[derive(Debug, Template)]
#[template(path = "problem.html")]
pub struct ProblemPage {
    /// What stands around it.
    pub frame: Frame,
    /// In short.
    pub title: String,
    /// What is wrong.
    pub detail: String,
    /// How to mend it; may be empty.
    pub help: String,
    /// The number of the request.
    pub number: String,
}

/// The page of a problem.
///
/// # Errors
/// The template's own; none in practice.
pub fn page(problem: &Problem, frame: Frame, number: &str) -> askama::Result<String> {
    if problem.code() == Problem::Address.code() {
        return NotFoundPage { frame, query: String::new() }.render();
    }
    let language = frame.language;
    let say = |words: Words| match language {
        Language::Chinese => words.zh,
        Language::English => words.en,
    };
    ProblemPage {
        title: say(problem.title()),
        detail: say(problem.detail()),
        help: say(problem.help()),
        number: number.to_owned(),
        frame,
    }
    .render()
}

/// What stands around a page without results, as far as the request tells: language and text size.
#[must_use]
pub fn frame(config: &Config, headers: &HeaderMap, address: &str) -> Frame {
    let cookie = |name: &str| {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).next()
    };
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let accepted = accepted.and_then(|value| value.split([',', ';']).find_map(Language::from_tag));
    let language = cookie("lang").and_then(|tag| Language::from_tag(&tag)).or(accepted).unwrap_or_default();
    Frame {
        language,
        text_size: cookie("size").and_then(|key| TextSize::from_key(&key)).unwrap_or_default(),
        office: config.office.clone(),
        mark: Mark::Public,
        run: None,
        as_of: None,
        sample: config.sample,
        section: Section::Elsewhere,
        address: address.to_owned(),
    }
}
