//! The page for a request that was not answered: the face for people of [`Problem`].

use askama::Template;

use super::frame::Frame;
use super::links;
use super::not_found::NotFoundPage;
pub use super::visit::frame;
use super::words::Language;
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
    match problem {
        Problem::Address => return NotFoundPage { frame, query: String::new() }.render(),
        Problem::Absent(.., name) => return NotFoundPage { frame, query: name.clone() }.render(),
        _ => {}
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
