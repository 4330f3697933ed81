//! The rules of passwords, sessions and lockout, as a form.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::fields::{Fields, back, on_to, told};
use crate::accounts::{Refusal, Security};
use crate::error::Problem;
use crate::pages::frame::{Frame, Section};
use crate::pages::links;
use crate::pages::visit::{Rendered, Visit};
use crate::state::App;

/// The rules of security.
#[derive(Debug, Template)]
#[template(path = "security.html")]
pub struct SecurityPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was wrong.
    pub refusal: Option<String>,
    /// The figures.
    pub figures: Vec<FigureLine>,
    /// Of which rules the form is.
    pub mark: String,
}

/// One figure.
#[derive(Debug)]
pub struct FigureLine {
    /// The name of its field.
    pub name: &'static str,
    /// The key of its words.
    pub words: &'static str,
    /// As it is.
    pub figure: String,
    /// The smallest it may be.
    pub least: u32,
    /// The largest it may be.
    pub most: u32,
}

/// The keys of the words, in the order of [`Security::RULES`].
const WORDS: [&str; Security::RULES.len()] = [
    "security-password-length",
    "security-password-days",
    "security-password-history",
    "security-temporary-hours",
    "security-failed-tries",
    "security-lock-minutes",
    "security-idle-minutes",
    "security-session-hours",
    "security-most-sessions",
    "security-requests-per-minute",
];

/// The form of the rules that hold, with figures that may have been typed.
fn page(frame: Frame, now: &Security, mut typed: Security, refusal: Option<String>) -> SecurityPage {
    let figures = Security::RULES.iter().zip(WORDS).map(|(rule, words)| FigureLine {
        name: rule.name,
        words,
        figure: (rule.of)(&mut typed).to_string(),
        least: rule.least,
        most: rule.most,
    });
    SecurityPage { frame, refusal, figures: figures.collect(), mark: now.mark() }
}

/// What a refusal says, with the words of the form in place of the name of a field.
fn in_words(refusal: &Refusal, frame: &Frame) -> String {
    let said = told(refusal, frame.language);
    match refusal {
        Refusal::Figure { name, .. } => {
            let mut rules = Security::RULES.iter().zip(WORDS);
            let words = rules.find(|(rule, _)| rule.name == name).map(|(_, words)| frame.say(words).to_string());
            words.map_or(said.clone(), |words| said.replace(name.as_str(), &words))
        }
        _ => said,
    }
}

/// Serves `GET /admin/security`.
///
/// # Errors
/// The store's.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let frame = visit.internal_frame(app, Section::Security);
        let rules = app.entrance().security()?;
        Ok(Rendered(page(frame, &rules, rules.clone(), None)).into_response())
    })
    .await
}

/// Serves `POST /admin/security`.
///
/// # Errors
/// The store's.
pub async fn save(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let caller = visit.caller().clone();
    let (now, typed, done) = app
        .blocking(move |app| {
            let mut typed = app.entrance().security()?;
            let set = Security::RULES.iter().try_for_each(|rule| typed.set(rule.name, fields.one(rule.name)));
            let shown = fields.one("shown");
            let done: Result<(), Refusal> =
                set.and_then(|()| app.entrance().set_security(&caller, shown, typed.clone()));
            let now = app.entrance().security()?;
            // What others have set is what has to be looked at.
            let typed = if matches!(done, Err(Refusal::OtherRules)) { now.clone() } else { typed };
            Ok((now, typed, done))
        })
        .await?;
    match done {
        Ok(()) => Ok(on_to(links::SECURITY)),
        Err(refusal) => {
            let frame = visit.internal_frame(&app, Section::Security);
            let said = in_words(&refusal, &frame);
            back(page(frame, &now, typed, Some(said)), refusal)
        }
    }
}
