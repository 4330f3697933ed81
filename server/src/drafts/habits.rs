//! What an office has got used to: names of units that it has chosen once, and the headers of its own tables.
//!
//! Enters: what was decided in a draft that is committed. Leaves: [`Habits`] for the next one, kept for each office apart, since
//! the same name may mean different villages in two towns.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Draft, DraftError};
use crate::store::{Paper, Scope, Store};
use crate::upload::Report;

/// The folder in the cabinet.
const FOLDER: &str = "habits";

/// What an office has got used to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Habits {
    /// Units for names, in the form in which they are written.
    pub aliases: BTreeMap<String, String>,
    /// Headers: kind, then header, then what such a column holds.
    pub headers: BTreeMap<String, BTreeMap<String, String>>,
}

/// The office whose habits count, by the scope of an account.
pub fn realm(scope: &Scope) -> String {
    match scope {
        Scope::Everything => "all".to_owned(),
        Scope::Department(name) => format!("department:{name}"),
        Scope::Divisions(codes) => format!("divisions:{}", codes.first().map_or("", String::as_str)),
    }
}

/// Reads the habits of an office.
///
/// # Errors
/// [`DraftError`].
pub fn of(store: &dyn Store, realm: &str) -> Result<Habits, DraftError> {
    Ok(match store.paper(FOLDER, realm)? {
        Some(body) => serde_json::from_slice(&body)?,
        None => Habits::default(),
    })
}

/// What is to be filed so that what was decided in a draft is remembered; nothing when it is known already.
///
/// # Errors
/// [`DraftError`].
pub fn learned(store: &dyn Store, draft: &Draft, report: &Report) -> Result<Vec<Paper>, DraftError> {
    let former = of(store, &draft.realm)?;
    let mut habits = former.clone();
    habits.aliases.extend(draft.aliases.clone());
    for (table, details) in report.tables.iter().zip(&report.details) {
        let choice = draft.table(&table.file, table.sheet.as_deref());
        let decided = details.columns.iter().filter(|column| choice.columns.contains_key(&column.letters));
        for column in decided.filter(|column| !column.header.is_empty()) {
            let headers = habits.headers.entry(details.subject.clone()).or_default();
            match column.role.as_deref() {
                Some(role) if !role.is_empty() => drop(headers.insert(column.header.clone(), role.to_owned())),
                _ => drop(headers.remove(&column.header)),
            }
        }
    }
    if habits == former {
        return Ok(Vec::new());
    }
    Ok(vec![Paper::new(FOLDER, &draft.realm, serde_json::to_vec(&habits)?)])
}
