//! A form as it was sent: names and values, some names more than once.
//!
//! Enters: the body of a request. Leaves: [`Fields`], and from them roles, permissions and scopes; a page that comes back with a
//! refusal; a way on. Next: [`super::log_in`].

use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::Offset;

use crate::accounts::{Grant, Permission, Refusal, Role, Scope};
use crate::error::Problem;
use crate::pages::visit::Rendered;
use crate::pages::words::Language;
use crate::state::App;

/// What was sent.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl FromRequest<App> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Fields, Problem> {
        match Form::<Vec<(String, String)>>::from_request(request, app).await {
            Ok(Form(pairs)) => Ok(Fields(pairs)),
            Err(FormRejection::InvalidFormContentType(_)) => Err(Problem::Media("application/x-www-form-urlencoded")),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Problem::TooLarge(app.config().body_limit()))
            }
            Err(rejection) => Err(Problem::Body(rejection.body_text())),
        }
    }
}

impl Fields {
    /// The value of a name; empty when it was not sent.
    #[must_use]
    pub fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Every value of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The permissions that were ticked.
    #[must_use]
    pub fn permissions(&self) -> Vec<Permission> {
        self.all("permission").filter_map(Permission::from_key).collect()
    }

    /// The roles that were ticked, and how far they reach.
    #[must_use]
    pub fn grant(&self) -> Grant {
        let roles = self.all("role").filter_map(Role::from_key).collect();
        Grant { roles, scope: self.scope() }
    }

    /// How far it is to reach. Codes are separated by whatever stands between them.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self.one("scope") {
            "department" => Scope::Department(self.one("department").trim().to_owned()),
            "divisions" => {
                let codes = self.one("divisions").split(|c: char| !c.is_ascii_alphanumeric());
                Scope::Divisions(codes.filter(|code| !code.is_empty()).map(str::to_owned).collect())
            }
            _ => Scope::Everything,
        }
    }
}

/// What a refusal says to a reader.
#[must_use]
pub fn told(refusal: &Refusal, language: Language) -> String {
    match language {
        Language::Chinese => refusal.zh(),
        Language::English => refusal.to_string(),
    }
}

/// A page that comes back with a refusal, under the status that goes with it. What is the server's own fault has another page.
///
/// # Errors
/// The fault of the server.
pub fn back<T: Template>(page: T, refusal: Refusal) -> Result<Response, Problem> {
    let problem = Problem::Account(refusal);
    if problem.is_internal() {
        return Err(problem);
    }
    let mut response = (problem.status(), Rendered(page)).into_response();
    problem.set_headers(&mut response);
    Ok(response)
}

/// Leads on to another page.
#[must_use]
pub fn on_to(address: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, address.to_owned())]).into_response()
}

/// A moment as it stands in tables: 2026-11-24 10:02, in China.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    Offset::constant(8).to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_however_they_are_separated() {
        let fields = |text: &str| Fields(vec![("scope".into(), "divisions".into()), ("divisions".into(), text.into())]);
        let expected = Scope::Divisions(vec!["330381101701".into(), "330381101702".into()]);
        for text in ["330381101701 330381101702", "330381101701,330381101702", " 330381101701、\r\n330381101702\r\n"] {
            assert_eq!(fields(text).scope(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_role_is_none() {
        let pairs = ["assessor", "king", "village"].map(|role| ("role".to_owned(), role.to_owned()));
        assert_eq!(Fields(pairs.to_vec()).grant().roles, [Role::Assessor, Role::Village]);
    }
}
