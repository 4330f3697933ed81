//! One record with all that became of it; taken back here, or seen in full.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Request, State};
use axum::response::Redirect;

use super::RECORDS;
use super::batch::Reason;
use super::shown::{Standing, Step, changes, kind, moment, place, standing};
use crate::accounts::Permission;
use crate::custody::Custody;
use crate::custody::asked as asked_for;
use crate::desk::incoming;
use crate::error::Problem;
use crate::pages::frame::Frame;
use crate::pages::seat::{CSRF_FIELD, Section};
use crate::pages::visit::{Rendered, Visit};
use crate::personal::SeenField;
use crate::state::App;
use crate::store::{RecordId, State as State_, Version};

/// One record.
#[derive(Debug, Template)]
#[template(path = "record.html")]
pub struct RecordPage {
    /// What stands around it.
    pub frame: Frame,
    /// Its number.
    pub id: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its unit.
    pub place: String,
    /// The header of its day.
    pub date_title: String,
    /// Its day.
    pub date: String,
    /// The source's own number.
    pub number: Option<String>,
    /// Its fields.
    pub fields: Vec<SeenField>,
    /// Whether they are shown in full.
    pub in_full: bool,
    /// Where it was read, down to the row.
    pub source: String,
    /// Whether it counts.
    pub standing: Standing,
    /// All versions, the newest first.
    pub history: Vec<Step>,
    /// Its attachments.
    pub attachments: Vec<AttachmentLine>,
    /// Where a file is attached to it, with the proof that the form is ours.
    pub attach_to: Option<String>,
    /// Whether the reader may correct it and take it back.
    pub may_correct: bool,
    /// Who handed it in, where that keeps the reader, who is the village it is about, from correcting it.
    pub handed_in_by: Option<String>,
    /// Whether the reader may see personal fields in full.
    pub may_see: bool,
}

/// An attachment of a record.
#[derive(Debug)]
pub struct AttachmentLine {
    /// Where it is shown.
    pub address: String,
    /// Its name.
    pub name: String,
    /// Whether it is shown as a picture.
    pub is_picture: bool,
    /// Who attached it, and when.
    pub told: String,
    /// Where it is taken off; none for those who may not.
    pub take_off: Option<String>,
}

impl RecordPage {
    /// Whether anything is struck out.
    fn hides(&self) -> bool {
        !self.in_full && self.fields.iter().any(|field| field.personal)
    }
}

fn fill(app: &App, visit: &Visit, id: RecordId, in_full: Option<&str>) -> Result<RecordPage, Problem> {
    let custody = Custody::open(app, visit.caller())?;
    let frame = visit.internal_frame(app, Section::Records);
    let (version, fields) = match in_full {
        Some(why) => custody.in_full(id, why)?,
        None => {
            let version = custody.record(id)?;
            let fields = custody.seen(&version.record, custody.sight());
            (version, fields)
        }
    };
    let record = &version.record;
    let date_title = custody.kind(&record.kind).map(|kind| kind.date_title.clone());
    let caller = visit.caller();
    Ok(RecordPage {
        id,
        kind: kind(&custody, &record.kind),
        place: place(&custody, &record.unit),
        date_title: date_title.unwrap_or_else(|| frame.say("record-date").to_string()),
        date: frame.date(&record.date),
        number: record.number.clone(),
        fields,
        in_full: in_full.is_some(),
        source: record.source.to_line(),
        standing: standing(&frame, &version),
        history: history(&custody, &frame, id)?,
        attachments: attachments(&custody, &frame, id, caller.may(Permission::Correct))?,
        attach_to: caller.may(Permission::Upload).then(|| {
            let proof = caller.csrf().map(|csrf| format!("?{CSRF_FIELD}={csrf}")).unwrap_or_default();
            format!("{RECORDS}/{id}/attachments{proof}")
        }),
        may_correct: version.state == State_::InForce && custody.may_change(record)?,
        handed_in_by: custody.another_hand(record)?.filter(|_| version.state == State_::InForce),
        may_see: caller.may_see_personal(),
        frame,
    })
}

fn attachments(
    custody: &Custody,
    frame: &Frame,
    id: RecordId,
    may_correct: bool,
) -> Result<Vec<AttachmentLine>, Problem> {
    let found = custody.attachments(id)?.into_iter().map(|attachment| AttachmentLine {
        address: format!("/api/v1/records/{id}/attachments/{}", attachment.content),
        name: attachment.file_name(),
        is_picture: attachment.form.is_picture(),
        told: format!("{} · {}", attachment.by, moment(frame, attachment.at)),
        take_off: may_correct.then(|| format!("{RECORDS}/{id}/attachments/{}/take-off", attachment.content)),
    });
    Ok(found.collect())
}

fn history(custody: &Custody, frame: &Frame, id: RecordId) -> Result<Vec<Step>, Problem> {
    let versions = custody.history(id)?;
    let before = |version: &Version| {
        let old = version.record.supersedes?;
        versions.iter().find(|other| other.record.id == old)
    };
    let mut steps = Vec::new();
    for version in versions.iter().rev() {
        let record = &version.record;
        let batch = custody.heading(record.id.batch)?;
        steps.push(Step {
            id: record.id,
            current: record.id == id,
            by: batch.by,
            at: moment(frame, batch.at),
            why: batch.what,
            source: record.source.to_line(),
            standing: standing(frame, version),
            changes: before(version).map_or_else(Vec::new, |old| changes(custody, frame, &old.record, record)),
        });
    }
    Ok(steps)
}

/// Serves `/desk/records/{record}`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(record): Path<String>,
) -> Result<Rendered<RecordPage>, Problem> {
    let id = asked_for::record(&record)?;
    app.blocking(move |app| fill(app, &visit, id, None).map(Rendered)).await
}

/// The same with personal fields in full, for a reason.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn show_in_full(
    State(app): State<App>,
    visit: Visit,
    Path(record): Path<String>,
    Form(form): Form<Reason>,
) -> Result<Rendered<RecordPage>, Problem> {
    let id = asked_for::record(&record)?;
    app.blocking(move |app| fill(app, &visit, id, Some(&form.reason)).map(Rendered)).await
}

/// Takes a record back and comes back to it.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn withdraw(
    State(app): State<App>,
    visit: Visit,
    Path(record): Path<String>,
    Form(form): Form<Reason>,
) -> Result<Redirect, Problem> {
    let id = asked_for::record(&record)?;
    app.blocking(move |app| {
        Custody::open(app, visit.caller())?.withdraw(id, &form.reason)?;
        Ok(Redirect::to(&format!("{RECORDS}/{id}")))
    })
    .await
}

/// Attaches a file to a record and comes back to it.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn attach(
    State(app): State<App>,
    visit: Visit,
    Path(record): Path<String>,
    request: Request,
) -> Result<Redirect, Problem> {
    let id = asked_for::record(&record)?;
    let files = incoming::read(&app, request).await?.files;
    app.blocking(move |app| {
        let custody = Custody::open(app, visit.caller())?;
        for file in files {
            custody.attach(id, &file.name, &file.bytes)?;
        }
        Ok(Redirect::to(&format!("{RECORDS}/{id}")))
    })
    .await
}

/// Takes an attachment off a record, for a reason, and comes back to the record.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn take_off(
    State(app): State<App>,
    visit: Visit,
    Path((record, content)): Path<(String, String)>,
    Form(form): Form<Reason>,
) -> Result<Redirect, Problem> {
    let (id, content) = (asked_for::record(&record)?, asked_for::content(&content)?);
    app.blocking(move |app| {
        Custody::open(app, visit.caller())?.take_off(id, content, &form.reason)?;
        Ok(Redirect::to(&format!("{RECORDS}/{id}")))
    })
    .await
}
