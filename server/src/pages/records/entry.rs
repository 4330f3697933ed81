//! Typing in one record, and correcting one: the same form, the same checks, every fault at its field.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use liuwu_engine::dictionary::{Kind, Type};
use serde::Deserialize;

use super::form::{Control, FormField, fields, typed};
use super::shown::{Line, line};
use super::{NEW, RECORDS};
use crate::accounts::Caller;
use crate::custody::asked as asked_for;
use crate::custody::{Custody, Kept};
use crate::entry::{DATE, Decision, Entered, FieldFault, Likeness, NUMBER, UNIT};
use crate::error::Problem;
use crate::pages::frame::Frame;
use crate::pages::seat::Section;
use crate::pages::visit::{Rendered, Visit};
use crate::state::App;
use crate::store::{RecordId, StoredRecord};

/// Typing in one record.
#[derive(Debug, Template)]
#[template(path = "entry.html")]
pub struct EntryPage {
    /// What stands around it.
    pub frame: Frame,
    /// The kinds that may be typed in: key, title.
    pub kinds: Vec<(String, String)>,
    /// The one that is: key, title.
    pub kind: Option<(String, String)>,
    /// The record that is corrected.
    pub correcting: Option<RecordId>,
    /// The form.
    pub fields: Vec<FormField>,
    /// What is said with it: a remark, or for a correction the reason.
    pub reason: String,
    /// What is wrong with the record as a whole.
    pub faults: Vec<(String, String)>,
    /// How many faults there are.
    pub count: usize,
    /// A record that may be the same fact, what differs, and whether the kind says that the newer stands.
    pub question: Option<(Line, String, bool)>,
    /// The record that says so already.
    pub known: Option<RecordId>,
}

impl EntryPage {
    /// Where the form is sent.
    fn action(&self) -> String {
        match self.correcting {
            Some(id) => format!("{RECORDS}/{id}/correct"),
            None => NEW.to_owned(),
        }
    }

    fn is_kind(&self, id: &str) -> bool {
        self.kind.as_ref().is_some_and(|(kind, _)| kind == id)
    }
}

/// What the page is filled with besides the kind.
#[derive(Default)]
struct Filling {
    correcting: Option<RecordId>,
    values: BTreeMap<String, String>,
    reason: String,
    faults: Vec<FieldFault>,
    question: Option<Likeness>,
    known: Option<RecordId>,
}

fn page(custody: &Custody, frame: Frame, kind: Option<&Arc<Kind>>, filling: Filling) -> EntryPage {
    let form = kind.map(|kind| fields(custody, &frame, kind, &filling.values, &filling.faults)).unwrap_or_default();
    let lang = match frame.language {
        crate::pages::words::Language::Chinese => liuwu_engine::diagnostic::Lang::Zh,
        crate::pages::words::Language::English => liuwu_engine::diagnostic::Lang::En,
    };
    let elsewhere = filling.faults.iter().filter(|fault| !form.iter().any(|field| field.name == fault.field));
    let own_kinds = custody.remit.kinds(custody.edition.bundle());
    EntryPage {
        kinds: own_kinds.map(|kind| (kind.id.to_string(), kind.title.clone())).collect(),
        kind: kind.map(|kind| (kind.id.to_string(), kind.title.clone())),
        correcting: filling.correcting,
        faults: elsewhere.map(|fault| (fault.diagnostic.message(lang), fault.diagnostic.help(lang))).collect(),
        count: filling.faults.len(),
        fields: form,
        reason: filling.reason,
        question: filling.question.map(|likeness| {
            let known = &likeness.known;
            (line(custody, &frame, known.id, known), likeness.differences, likeness.newer_stands)
        }),
        known: filling.known,
        frame,
    }
}

/// What may stand behind the question mark.
#[derive(Debug, Deserialize)]
pub struct Asked {
    kind: Option<String>,
}

/// Serves `/desk/records/new?kind=`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn blank(
    State(app): State<App>,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Rendered<EntryPage>, Problem> {
    app.blocking(move |app| {
        let custody = Custody::open(app, visit.caller())?;
        let kind =
            asked.kind.as_deref().filter(|kind| custody.remit.has_kind(kind)).and_then(|kind| custody.kind(kind));
        let frame = visit.internal_frame(app, Section::Records);
        Ok(Rendered(page(&custody, frame, kind, Filling::default())))
    })
    .await
}

/// What a form sends besides the fields of its kind.
const KIND: &str = "kind";
const REASON: &str = "reason";
const DECISION: &str = "decision";

fn decision(sent: &BTreeMap<String, String>) -> Decision {
    match sent.get(DECISION).map(String::as_str) {
        Some("replace") => Decision::Replace,
        Some("keep-both") => Decision::KeepBoth,
        _ => Decision::Ask,
    }
}

/// Takes a typed record: stores it, or shows the form again with every fault at its field.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn enter(
    State(app): State<App>,
    visit: Visit,
    Form(sent): Form<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let custody = Custody::open(app, visit.caller())?;
        let id = sent.get(KIND).cloned().unwrap_or_default();
        let kind = custody.kind(&id).cloned().ok_or_else(|| Problem::Absent("台账类型", "record kind", id.clone()))?;
        let remark = sent.get(REASON).cloned().unwrap_or_default();
        let kept = custody.enter(&id, &typed(&kind, &sent), &remark, decision(&sent))?;
        let frame = visit.internal_frame(app, Section::Records);
        Ok(answer(&custody, frame, &kind, kept, Filling { values: sent, reason: remark, ..Filling::default() }))
    })
    .await
}

fn answer(custody: &Custody, frame: Frame, kind: &Arc<Kind>, kept: Kept, filling: Filling) -> Response {
    let filling = match kept {
        Kept::Stored(id) => return Redirect::to(&format!("{RECORDS}/{id}")).into_response(),
        Kept::Not(Entered::Known(id)) => Filling { known: Some(id), ..filling },
        Kept::Not(Entered::Faulty(faults)) => Filling { faults, ..filling },
        Kept::Not(Entered::Question(likeness)) => Filling { question: Some(*likeness), ..filling },
        Kept::Not(Entered::Ready(_)) => filling,
    };
    Rendered(page(custody, frame, Some(kind), filling)).into_response()
}

/// What stands in the form of a stored record: as it is shown, personal texts struck out.
fn standing_values(custody: &Custody, kind: &Kind, record: &StoredRecord) -> BTreeMap<String, String> {
    let mut values = BTreeMap::from([
        (UNIT.to_owned(), record.unit.clone()),
        (DATE.to_owned(), record.date.to_string()),
        (NUMBER.to_owned(), record.number.clone().unwrap_or_default()),
    ]);
    for field in custody.seen(record, custody.sight()) {
        let Some(known) = kind.fields.get(&field.id) else { continue };
        let plain = field.json.as_str().map(str::to_owned);
        let text = match (&known.kind, plain) {
            (Type::Time, Some(text)) => text.replacen(' ', "T", 1),
            (Type::Boolean, None) => if field.json == serde_json::Value::Bool(true) { "是" } else { "否" }.to_owned(),
            (_, Some(text)) => text,
            (Type::List(_), None) if !crate::entry::is_long(known) => field.text,
            (_, None) => field.json.to_string(),
        };
        values.insert(field.id, text);
    }
    values
}

/// Serves `/desk/records/{record}/correct`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(record): Path<String>,
) -> Result<Rendered<EntryPage>, Problem> {
    let id = asked_for::record(&record)?;
    app.blocking(move |app| {
        let custody = Custody::open(app, visit.caller())?;
        let (record, kind) = known(&custody, id)?;
        let values = standing_values(&custody, &kind, &record);
        let filling = Filling { correcting: Some(id), values, ..Filling::default() };
        Ok(Rendered(page(&custody, visit.internal_frame(app, Section::Records), Some(&kind), filling)))
    })
    .await
}

fn known(custody: &Custody, id: RecordId) -> Result<(StoredRecord, Arc<Kind>), Problem> {
    let record = custody.record(id)?.record;
    let kind = custody.kind(&record.kind).cloned();
    let kind = kind.ok_or_else(|| Problem::Absent("台账类型", "record kind", record.kind.clone()))?;
    Ok((record, kind))
}

/// Takes a correction: stores it, or shows the form again with every fault at its field.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn correct(
    State(app): State<App>,
    caller: Caller,
    visit: Visit,
    Path(record): Path<String>,
    Form(sent): Form<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let id = asked_for::record(&record)?;
    app.blocking(move |app| {
        let custody = Custody::open(app, &caller)?;
        let (_, kind) = known(&custody, id)?;
        let reason = sent.get(REASON).cloned().unwrap_or_default();
        let kept = custody.correct(id, &typed(&kind, &sent), &reason, decision(&sent))?;
        let frame = visit.internal_frame(app, Section::Records);
        let filling = Filling { correcting: Some(id), values: sent, reason, ..Filling::default() };
        Ok(answer(&custody, frame, &kind, kept, filling))
    })
    .await
}
