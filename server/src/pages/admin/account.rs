//! One account, for the administrators: what it may do, what is proposed, and what can be done about it. Next: [`super::keys`].

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::accounts::{AccountLine, GrantChoice};
use super::fields::{Fields, back, moment, told};
use crate::accounts::account::{Deed, Proposed};
use crate::accounts::words::scope;
use crate::accounts::{Account, Caller, Permission, Refusal, Scope};
use crate::entrance::register::OneTime;
use crate::error::Problem;
use crate::pages::frame::{Frame, Section};
use crate::pages::links;
use crate::pages::visit::{Rendered, Visit};
use crate::pages::words::Language;
use crate::state::App;

/// One account.
#[derive(Debug, Template)]
#[template(path = "account.html")]
pub struct AccountPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was wrong.
    pub refusal: Option<String>,
    /// A password to be handed over; shown once.
    pub one_time: Option<String>,
    /// The account as in the list.
    pub line: AccountLine,
    /// What waits to be decided.
    pub proposal: Option<ProposalLine>,
    /// Roles and scope, for the form.
    pub choice: GrantChoice,
    /// Who made it and when.
    pub made: String,
    /// Whether it is closed.
    pub is_closed: bool,
    /// Whether the reader may propose.
    pub may_propose: bool,
    /// Whether the reader may decide.
    pub may_decide: bool,
}

/// What is proposed.
#[derive(Debug)]
pub struct ProposalLine {
    /// By whom and when.
    pub deed: String,
    /// The keys of the words of the roles; none for a new password.
    pub roles: Vec<&'static str>,
    /// How far they reach.
    pub scope: String,
    /// What the form sends, so that what is decided is what is shown.
    pub mark: String,
}

impl AccountPage {
    fn of(app: &App, visit: &Visit, account: &Account) -> AccountPage {
        let frame = visit.internal_frame(app, Section::Accounts);
        let (roles, own) =
            account.grant.clone().map_or((Vec::new(), Scope::Everything), |grant| (grant.roles, grant.scope));
        let in_words = |reach: &Scope| {
            let (zh, en) = scope(reach);
            if frame.language == Language::Chinese { zh } else { en }
        };
        let proposal = account.proposal.as_ref().map(|proposal| {
            let (roles, scope) = match &proposal.what {
                Proposed::NewPassword => (Vec::new(), String::new()),
                Proposed::Grant(grant) => {
                    (grant.roles.iter().map(|role| role.words()).collect(), in_words(&grant.scope))
                }
            };
            ProposalLine { deed: in_line(&proposal.deed), roles, scope, mark: proposal.mark() }
        });
        let caller = visit.caller();
        AccountPage {
            refusal: None,
            one_time: None,
            line: AccountLine::of(account, frame.language, app.clock()),
            proposal,
            choice: GrantChoice::new(roles, own),
            made: in_line(&account.made),
            is_closed: account.closed.is_some(),
            may_propose: caller.may(Permission::ManageAccounts),
            may_decide: caller.may(Permission::ApproveAccess),
            frame,
        }
    }
}

fn in_line(deed: &Deed) -> String {
    format!("{} · {}", deed.by, moment(deed.at))
}

/// Serves `GET /admin/accounts/{name}`.
///
/// # Errors
/// [`Refusal::NoAccount`].
pub async fn show(State(app): State<App>, visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let account = app.entrance().account(&name)?;
        Ok(Rendered(AccountPage::of(app, &visit, &account)).into_response())
    })
    .await
}

/// Does something about an account, and shows it again: with what came of it, or with what was wrong.
async fn change(
    app: App,
    visit: Visit,
    name: String,
    act: impl FnOnce(&App, &Caller, &str) -> Result<Option<OneTime>, Refusal> + Send + 'static,
) -> Result<Response, Problem> {
    let (page, refusal) = app
        .blocking(move |app| {
            let done = act(app, visit.caller(), &name);
            let page = AccountPage::of(app, &visit, &app.entrance().account(&name)?);
            Ok(match done {
                Ok(one_time) => (AccountPage { one_time: one_time.map(|given| given.0), ..page }, None),
                Err(refusal) => {
                    (AccountPage { refusal: Some(told(&refusal, page.frame.language)), ..page }, Some(refusal))
                }
            })
        })
        .await?;
    match refusal {
        Some(refusal) => back(page, refusal),
        None => Ok(Rendered(page).into_response()),
    }
}

/// Serves `POST /admin/accounts/{name}/propose`: other roles, another scope.
///
/// # Errors
/// [`Refusal::NoAccount`], or the store's.
pub async fn propose(
    State(app): State<App>,
    visit: Visit,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (grant, title) = (fields.grant(), fields.one("title").to_owned());
    change(app, visit, name, move |app, caller, name| {
        let account = app.entrance().account(name)?;
        if account.title != title.trim() {
            app.entrance().name_post(caller, name, &title)?;
        }
        if account.grant.as_ref() != Some(&grant) {
            app.entrance().propose(caller, name, Proposed::Grant(grant))?;
        }
        Ok(None)
    })
    .await
}

/// Serves `POST /admin/accounts/{name}/new-password`.
///
/// # Errors
/// [`Refusal::NoAccount`], or the store's.
pub async fn propose_password(
    State(app): State<App>,
    visit: Visit,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    change(app, visit, name, |app, caller, name| {
        app.entrance().propose(caller, name, Proposed::NewPassword).map(|()| None)
    })
    .await
}

/// Serves `POST /admin/accounts/{name}/approve`.
///
/// # Errors
/// [`Refusal::NoAccount`], or the store's.
pub async fn approve(
    State(app): State<App>,
    visit: Visit,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    change(app, visit, name, move |app, caller, name| app.entrance().approve(caller, name, fields.one("proposal")))
        .await
}

/// Serves `POST /admin/accounts/{name}/turn-down`.
///
/// # Errors
/// [`Refusal::NoAccount`], or the store's.
pub async fn turn_down(
    State(app): State<App>,
    visit: Visit,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    change(app, visit, name, move |app, caller, name| {
        app.entrance().turn_down(caller, name, fields.one("proposal")).map(|()| None)
    })
    .await
}

/// Serves `POST /admin/accounts/{name}/unlock`.
///
/// # Errors
/// [`Refusal::NoAccount`], or the store's.
pub async fn unlock(State(app): State<App>, visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    change(app, visit, name, |app, caller, name| app.entrance().unlock(caller, name).map(|()| None)).await
}

/// Serves `POST /admin/accounts/{name}/close`.
///
/// # Errors
/// [`Refusal::NoAccount`], or the store's.
pub async fn close(State(app): State<App>, visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    change(app, visit, name, |app, caller, name| app.entrance().close(caller, name).map(|()| None)).await
}

/// Serves `POST /admin/accounts/{name}/reopen`.
///
/// # Errors
/// [`Refusal::NoAccount`], or the store's.
pub async fn reopen(State(app): State<App>, visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    change(app, visit, name, |app, caller, name| app.entrance().reopen(caller, name).map(|()| None)).await
}
