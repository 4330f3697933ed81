//! The search of records (台账): by village, kind, day, number and batch.

use askama::Template;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::RECORDS;
use super::shown::{Line, line};
use crate::accounts::Permission;
use crate::custody::asked as asked_for;
use crate::custody::{Custody, Wanted};
use crate::error::Problem;
use crate::pages::frame::Frame;
use crate::pages::links::escape;
use crate::pages::seat::Section;
use crate::pages::visit::{Rendered, Visit};
use crate::state::App;

/// Records of a page.
const PAGE: usize = 50;

/// The search and what it found.
#[derive(Debug, Template)]
#[template(path = "records.html")]
pub struct LedgerPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was asked for.
    pub asked: Asked,
    /// The kinds within reach: key, title.
    pub kinds: Vec<(String, String)>,
    /// The records found.
    pub found: Vec<Line>,
    /// The address of the next page.
    pub next: Option<String>,
    /// Whether the reader may type one in.
    pub may_enter: bool,
}

/// What may stand behind the question mark.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    unit: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    batch: String,
    #[serde(default)]
    after: String,
}

fn given(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl Asked {
    fn wanted(&self) -> Result<Wanted, Problem> {
        Ok(Wanted {
            unit: given(&self.unit),
            kind: given(&self.kind),
            from: given(&self.from).map(|day| asked_for::day("from", &day)).transpose()?,
            to: given(&self.to).map(|day| asked_for::day("to", &day)).transpose()?,
            number: given(&self.number),
            batch: given(&self.batch).map(|batch| asked_for::batch(&batch)).transpose()?,
            after: given(&self.after).map(|after| asked_for::record(&after)).transpose()?,
        })
    }

    /// The address that asks the same from a record on.
    fn after(&self, record: &str) -> String {
        let parts = [
            ("unit", &self.unit),
            ("kind", &self.kind),
            ("from", &self.from),
            ("to", &self.to),
            ("number", &self.number),
            ("batch", &self.batch),
        ];
        let query: String = parts
            .into_iter()
            .filter(|(_, text)| !text.trim().is_empty())
            .map(|(name, text)| format!("{name}={}&", escape(text)))
            .collect();
        format!("{RECORDS}?{query}after={record}")
    }
}

/// Serves `/desk/records?unit=&kind=&from=&to=&number=&batch=`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn list(
    State(app): State<App>,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Rendered<LedgerPage>, Problem> {
    app.blocking(move |app| {
        let custody = Custody::open(app, visit.caller())?;
        let frame = visit.internal_frame(app, Section::Records);
        let found = custody.search(&asked.wanted()?, PAGE)?;
        let kinds = custody.remit.kinds(custody.edition.bundle());
        Ok(Rendered(LedgerPage {
            kinds: kinds.map(|kind| (kind.id.to_string(), kind.title.clone())).collect(),
            found: found.records.iter().map(|record| line(&custody, &frame, record.id, record)).collect(),
            next: found.next.map(|next| asked.after(&next.to_string())),
            may_enter: visit.caller().may(Permission::Upload),
            asked,
            frame,
        }))
    })
    .await
}
