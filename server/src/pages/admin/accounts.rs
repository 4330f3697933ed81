//! The list of accounts, and the form for a new one. Next: [`super::account`].

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::fields::{Fields, back, moment, on_to, told};
use crate::accounts::words::scope;
use crate::accounts::{Account, Permission, Role, Scope};
use crate::error::Problem;
use crate::pages::frame::{Frame, Section};
use crate::pages::links;
use crate::pages::visit::{Rendered, Visit};
use crate::pages::words::Language;
use crate::state::App;

/// The list of accounts.
#[derive(Debug, Template)]
#[template(path = "accounts.html")]
pub struct AccountsPage {
    /// What stands around it.
    pub frame: Frame,
    /// Those for which something waits to be decided.
    pub waiting: Vec<AccountLine>,
    /// All others.
    pub settled: Vec<AccountLine>,
    /// Whether the reader may propose.
    pub may_propose: bool,
}

/// An account in the list.
#[derive(Debug)]
pub struct AccountLine {
    /// Its name.
    pub name: String,
    /// Office and post.
    pub title: String,
    /// The keys of the words of its roles.
    pub roles: Vec<&'static str>,
    /// How far it reaches.
    pub scope: String,
    /// The key of the words of its state.
    pub state: &'static str,
    /// The class of the chip that shows it.
    pub class: &'static str,
    /// The last login; may be empty.
    pub last_login: String,
}

impl AccountLine {
    pub(super) fn of(account: &Account, language: Language, now: Timestamp) -> AccountLine {
        let grant = account.grant.as_ref();
        let (zh, en) = grant.map(|grant| scope(&grant.scope)).unwrap_or_default();
        let (state, class) = state(account, now);
        AccountLine {
            name: account.name.clone(),
            title: account.title.clone(),
            roles: grant.map(|grant| grant.roles.iter().map(|role| role.words()).collect()).unwrap_or_default(),
            scope: if language == Language::Chinese { zh } else { en },
            state,
            class,
            last_login: account.last_login.map(moment).unwrap_or_default(),
        }
    }
}

fn state(account: &Account, now: Timestamp) -> (&'static str, &'static str) {
    match account {
        Account { closed: Some(_), .. } => ("account-closed", "not-applicable"),
        Account { proposal: Some(_), .. } => ("account-waiting", "in-review"),
        Account { locked_until: Some(until), .. } if *until > now => ("account-locked", "not-met"),
        Account { one_time_until: Some(_), .. } => ("account-unused", "awaited"),
        _ => ("account-open", "met"),
    }
}

/// Serves `GET /admin/accounts`.
///
/// # Errors
/// The store's.
pub async fn list(State(app): State<App>, visit: Visit) -> Result<Rendered<AccountsPage>, Problem> {
    app.blocking(move |app| {
        let frame = visit.internal_frame(app, Section::Accounts);
        let (waiting, settled) =
            app.entrance().accounts()?.into_iter().partition::<Vec<_>, _>(|account| account.proposal.is_some());
        let lines = |accounts: Vec<Account>| -> Vec<AccountLine> {
            accounts.iter().map(|account| AccountLine::of(account, frame.language, app.clock())).collect()
        };
        let may_propose = visit.caller().may(Permission::ManageAccounts);
        Ok(Rendered(AccountsPage { waiting: lines(waiting), settled: lines(settled), may_propose, frame }))
    })
    .await
}

/// The form for a new account.
#[derive(Debug, Template)]
#[template(path = "new_account.html")]
pub struct NewAccountPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was wrong.
    pub refusal: Option<String>,
    /// The name typed.
    pub name: String,
    /// Office and post typed.
    pub title: String,
    /// Roles and scope ticked.
    pub choice: GrantChoice,
}

/// Roles and a scope as a form shows them.
#[derive(Debug, Clone)]
pub struct GrantChoice {
    roles: Vec<Role>,
    scope: Scope,
}

impl GrantChoice {
    pub(super) fn new(roles: Vec<Role>, scope: Scope) -> GrantChoice {
        GrantChoice { roles, scope }
    }

    /// Every role with its words, and whether it is ticked.
    #[must_use]
    pub fn roles(&self) -> Vec<(&'static str, &'static str, bool)> {
        Role::ALL.iter().map(|role| (role.key(), role.words(), self.roles.contains(role))).collect()
    }

    /// Whether a form of scope is chosen: `everything`, `department`, `divisions`.
    #[must_use]
    pub fn is(&self, form: &str) -> bool {
        form == match self.scope {
            Scope::Everything => "everything",
            Scope::Department(_) => "department",
            Scope::Divisions(_) => "divisions",
        }
    }

    /// The department chosen.
    #[must_use]
    pub fn department(&self) -> &str {
        if let Scope::Department(name) = &self.scope { name } else { "" }
    }

    /// The codes chosen.
    #[must_use]
    pub fn divisions(&self) -> String {
        if let Scope::Divisions(codes) = &self.scope { codes.join(" ") } else { String::new() }
    }
}

/// Serves `GET /admin/accounts/new`.
pub async fn show_new(State(app): State<App>, visit: Visit) -> Response {
    let choice = GrantChoice { roles: vec![Role::Assessor], scope: Scope::Everything };
    let frame = visit.internal_frame(&app, Section::Accounts);
    Rendered(NewAccountPage { frame, refusal: None, name: String::new(), title: String::new(), choice }).into_response()
}

/// Serves `POST /admin/accounts`.
///
/// # Errors
/// The store's.
pub async fn propose(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let (name, title) = (fields.one("name").trim().to_owned(), fields.one("title").trim().to_owned());
    let grant = fields.grant();
    let (caller, asked) = (visit.caller().clone(), (name.clone(), title.clone(), grant.clone()));
    let done =
        app.blocking(move |app| Ok(app.entrance().propose_account(&caller, &asked.0, &asked.1, asked.2))).await?;
    match done {
        Ok(()) => Ok(on_to(&links::account(&name))),
        Err(refusal) => {
            let frame = visit.internal_frame(&app, Section::Accounts);
            let choice = GrantChoice { roles: grant.roles, scope: grant.scope };
            let told = Some(told(&refusal, frame.language));
            back(NewAccountPage { frame, refusal: told, name, title, choice }, refusal)
        }
    }
}
