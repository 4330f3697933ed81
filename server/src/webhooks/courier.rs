//! The courier: sees what is new, writes messages, and carries them until they arrive.
//!
//! Enters: an [`App`]. Leaves: messages in the outbox for every run and release since it last looked, and tries to deliver what
//! is due. How far it has looked stands in the store, in the same write as the messages, so that nothing is told twice under two
//! numbers or not at all. Next: [`crate::pages`].

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use liuwu_engine::period::Period;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::notices::{self, Change};
use super::outbox::{self, Message, Try};
use super::{Event, Occasion, Subscription, encode, host_of, post, roll, signature};
use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::error::Problem;
use crate::push::answers;
use crate::reminders;
use crate::scoring;
use crate::state::App;
use crate::store::{Paper, Release, Run, RunId, Store, StoreError, digest_hex};

/// How often it looks.
const ROUND: Duration = Duration::from_secs(2);
/// How often it reminds, and throws away what is kept no longer.
const UPKEEP: SignedDuration = SignedDuration::from_hours(6);
/// Changes in one message.
const CHANGES: usize = 100;
/// Nothing taken for so long: no more is sent until somebody resumes it.
pub const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(72);

const FOLDER: &str = "courier";
const SEEN: &str = "seen";

/// How far it has looked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    run: RunId,
    releases: usize,
}

/// Goes its rounds until the server stops.
pub async fn work(app: App) {
    let mut looked_at = None;
    let mut kept_up = None;
    loop {
        let writes = app.writes();
        let now = app.clock();
        if looked_at != Some(writes) {
            match app.blocking(look).await {
                Ok(()) => looked_at = Some(writes),
                Err(problem) => tracing::error!(%problem, "what is new cannot be looked at"),
            }
        }
        if let Err(problem) = deliver(&app).await {
            tracing::error!(%problem, "messages cannot be delivered");
        }
        if kept_up.is_none_or(|last: Timestamp| now.duration_since(last) >= UPKEEP) {
            kept_up = Some(now);
            let done = app.blocking(move |app| {
                remind(app)?;
                answers::forget(app.store(), app.now())?;
                Ok(outbox::forget(app.store(), now)?)
            });
            if let Err(problem) = done.await {
                tracing::error!(%problem, "reminding and throwing away did not succeed");
            }
        }
        tokio::time::sleep(ROUND).await;
    }
}

/// Writes messages for everything since it last looked. It blocks.
///
/// # Errors
/// When the store or a result cannot be read.
pub fn look(app: &App) -> Result<(), Problem> {
    let store = app.store();
    let runs = store.runs()?;
    let releases = store.releases()?;
    let newest = runs.first().map_or(RunId(0), |run| run.id);
    let seen: Option<Seen> = store.paper(FOLDER, SEEN)?.and_then(|paper| serde_json::from_slice(&paper).ok());
    let now = Seen { run: newest, releases: releases.len() };
    // What was there before anybody was to be told is no news.
    let Some(seen) = seen else { return Ok(store.file_papers(vec![paper_of(&now)?])?) };
    if seen == now {
        return Ok(());
    }
    let subscriptions = roll::all(store)?;
    let mut desk = Desk { app, subscriptions, papers: Vec::new() };
    if desk.wants(Occasion::InForce) {
        for run in runs.iter().rev().filter(|run| run.id > seen.run && !run.trial) {
            for period in &run.periods {
                let before = runs.iter().find(|other| {
                    other.id < run.id && !other.trial && other.bundle == run.bundle && other.covers(*period)
                });
                desk.tell(Occasion::InForce, *period, before, Some(run), &format!("run-{}", run.id))?;
            }
        }
    }
    if desk.wants(Occasion::Released) {
        for place in seen.releases..releases.len() {
            let (Some(until), Some(release)) = (releases.get(..place), releases.get(place)) else { continue };
            let Some(run) = runs.iter().find(|run| run.id == release.run) else { continue };
            let now_public = releases.get(..=place).unwrap_or_default();
            for period in &run.periods {
                let before = public(&runs, until, run, *period);
                let after = public(&runs, now_public, run, *period);
                if before.map(|run| run.id) != after.map(|run| run.id) {
                    desk.tell(Occasion::Released, *period, before, after, &format!("release-{place}"))?;
                }
            }
        }
    }
    let mut papers = desk.papers;
    papers.push(paper_of(&now)?);
    Ok(store.file_papers(papers)?)
}

fn paper_of(seen: &Seen) -> Result<Paper, StoreError> {
    Ok(Paper::new(FOLDER, SEEN, encode(seen)?))
}

/// Reminds of what is due soon, at most once for each due date, and tells whoever asked to be told. It blocks.
///
/// # Errors
/// When the store cannot be read or written.
pub fn remind(app: &App) -> Result<(), Problem> {
    let store = app.store();
    if store.editions()?.is_empty() {
        return Ok(());
    }
    let due = reminders::due_now(store, &app.duties(&Caller::service(), None, app.today())?)?;
    if due.is_empty() {
        return Ok(());
    }
    let now = app.clock();
    let mut papers = Vec::new();
    let told = roll::all(store)?.into_iter().filter(|one| one.is_told(Event::ReportDue));
    for subscription in told {
        for (number, (reminder, _)) in due.iter().enumerate() {
            let name = format!("{}/{}/{}/{}", subscription.id, Event::ReportDue.key(), reminder.kind, reminder.due);
            let body = json!({"type": Event::ReportDue.key(), "timestamp": now, "data": reminder});
            let message = Message {
                place: format!("{:014}-{number:06}", now.as_millisecond()),
                id: number_of(&name),
                subscription: subscription.id,
                event: Event::ReportDue,
                body: body.to_string(),
                tries: 0,
                next: now,
            };
            papers.push(message.to_paper()?);
        }
    }
    // The marks and the messages together: nobody is reminded twice, or marked as reminded and not told.
    papers.extend(due.into_iter().map(|(_, mark)| mark));
    Ok(store.file_papers(papers)?)
}

/// The number of a message, always the same for the same thing.
fn number_of(name: &str) -> String {
    format!("msg_{}", digest_hex(name.as_bytes()).get(..24).unwrap_or_default())
}

/// The run that the public sees for a period after some releases.
fn public<'r>(runs: &'r [Run], releases: &[Release], like: &Run, period: Period) -> Option<&'r Run> {
    let mut out = BTreeSet::new();
    for release in releases {
        if release.public {
            out.insert(release.run);
        } else {
            out.remove(&release.run);
        }
    }
    runs.iter().find(|run| out.contains(&run.id) && run.bundle == like.bundle && run.covers(period))
}

/// Sends to somebody again after it was stopped: what waits is tried at once, and after it comes a message that changes were not
/// told meanwhile. It blocks.
///
/// # Errors
/// [`Problem::Absent`], and the store's.
pub fn resume(store: &dyn Store, now: Timestamp, id: u64) -> Result<Subscription, Problem> {
    // Together: whoever is told of changes again is told that some are missing.
    roll::change(store, id, |subscription| {
        subscription.failing_since = None;
        let mut papers = outbox::hastened(store, id, now)?;
        if let Some(since) = subscription.stopped.take() {
            papers.push(missed(id, since, now).to_paper()?);
        }
        Ok(papers)
    })
}

/// The message that changes were not told since then.
fn missed(id: u64, since: Timestamp, now: Timestamp) -> Message {
    let event = Event::ResultsMissed;
    let body = json!({"type": event.key(), "timestamp": now, "data": {"since": since}});
    Message {
        place: format!("{:014}-{:06}", now.as_millisecond(), 0),
        id: number_of(&format!("{id}/{}/{since}", event.key())),
        subscription: id,
        event,
        body: body.to_string(),
        tries: 0,
        next: now,
    }
}

/// Where messages are written.
struct Desk<'a> {
    app: &'a App,
    subscriptions: Vec<Subscription>,
    papers: Vec<Paper>,
}

impl Desk<'_> {
    fn wants(&self, occasion: Occasion) -> bool {
        self.subscriptions.iter().any(|one| one.occasion == occasion && one.stopped.is_none())
    }

    /// Tells everybody what the results of a run have changed for a period; without a run after it, that they are none any more.
    fn tell(
        &mut self,
        occasion: Occasion,
        period: Period,
        before: Option<&Run>,
        after: Option<&Run>,
        cause: &str,
    ) -> Result<(), Problem> {
        let Some(known) = after.or(before) else { return Ok(()) };
        let store = self.app.store();
        let results_of = |run: &Run| scoring::all_of(store, run.id, period);
        let former = before.map(results_of).transpose()?;
        let results = after.map(results_of).transpose()?.unwrap_or_default();
        let edition = self.app.edition(&known.bundle, &known.edition)?;
        let kinds = &edition.bundle().dictionary.kinds;
        let is_public = |kind: &str| kinds.get(kind).is_some_and(|kind| !kind.is_restricted());
        for (event, changes) in notices::compare(former.as_deref(), &results, &is_public) {
            let told = self.subscriptions.clone();
            let told = told.iter().filter(|one| one.occasion == occasion && one.is_told(event));
            for subscription in told {
                for (part, changes) in changes.chunks(CHANGES).enumerate() {
                    self.write(subscription, event, &Told { period, before, after, known, cause, part, changes })?;
                }
            }
        }
        Ok(())
    }

    fn write(&mut self, subscription: &Subscription, event: Event, told: &Told) -> Result<(), Problem> {
        let Told { period, before, after, known, cause, part, changes } = told;
        let name = format!("{}/{}/{cause}/{period}/{part}", subscription.id, event.key());
        let id = number_of(&name);
        let now = self.app.clock();
        let place = format!("{:014}-{:06}", now.as_millisecond(), self.papers.len());
        let body = json!({
            "type": event.key(),
            "timestamp": now,
            "data": {
                "bundle": known.bundle,
                "edition": known.edition,
                "period": period.to_string(),
                "run": after.map(|run| run.id.0),
                "run_before": before.map(|run| run.id.0),
                "changes": changes,
            },
        });
        let message =
            Message { place, id, subscription: subscription.id, event, body: body.to_string(), tries: 0, next: now };
        self.papers.push(message.to_paper()?);
        Ok(())
    }
}

/// What is told in one message.
struct Told<'a> {
    period: Period,
    before: Option<&'a Run>,
    after: Option<&'a Run>,
    /// One of the two: of which standard they are.
    known: &'a Run,
    cause: &'a str,
    part: usize,
    changes: &'a [Change],
}

/// Tries everything that is due, to each address one after the other; an address that fails is left alone for this round. What waits
/// for nobody is thrown away.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn deliver(app: &App) -> Result<(), Problem> {
    let now = app.clock();
    let (waiting, subscriptions) = app.blocking(move |app| to_deliver(app.store())).await?;
    let mut due: BTreeMap<u64, Vec<Message>> = BTreeMap::new();
    for message in waiting {
        due.entry(message.subscription).or_default().push(message);
    }
    // Messages arrive in the order in which they were written: none overtakes one that has failed and waits for its next try.
    due.retain(|_, messages| messages.first().is_some_and(|first| first.next <= now));
    let carried = due.into_iter().filter_map(|(id, messages)| {
        let subscription = subscriptions.iter().find(|one| one.id == id && one.stopped.is_none())?;
        Some(tokio::spawn(carry(app.clone(), subscription.clone(), messages)))
    });
    for carried in carried.collect::<Vec<_>>() {
        carried.await.map_err(|error| Problem::Internal(error.to_string()))??;
    }
    Ok(())
}

/// What waits, and those whom it waits for.
fn to_deliver(store: &dyn Store) -> Result<(Vec<Message>, Vec<Subscription>), Problem> {
    // In this order: whoever a message was written to was registered before.
    let waiting = outbox::waiting(store)?;
    let subscriptions = roll::all(store)?;
    let is_known = |message: &Message| subscriptions.iter().any(|one| one.id == message.subscription);
    let (waiting, for_nobody): (Vec<Message>, Vec<Message>) = waiting.into_iter().partition(is_known);
    if !for_nobody.is_empty() {
        // Written while the one it was for was struck off.
        store.file_papers(for_nobody.iter().map(Message::gone).collect())?;
    }
    Ok((waiting, subscriptions))
}

async fn carry(app: App, subscription: Subscription, messages: Vec<Message>) -> Result<(), Problem> {
    for message in messages {
        let outcome = attempt(&app.config().webhook_host, app.clock(), &subscription, &message).await;
        let failed = outcome.failure.is_some();
        app.blocking(move |app| {
            roll::settle(app.store(), message, &outcome, |subscription| judge(subscription, &outcome))?;
            let subject = Subject::of("webhook", format!("{}/{}", outcome.subscription, outcome.message));
            Ok(app.audit().note(Note::ended(&Caller::service(), Action::Send, subject, &outcome.outcome()))?)
        })
        .await?;
        if failed {
            break;
        }
    }
    Ok(())
}

/// Whether an address takes messages, by the last try; after long failure nothing more is sent there.
fn judge(subscription: &mut Subscription, outcome: &Try) {
    if outcome.failure.is_none() {
        subscription.failing_since = None;
        return;
    }
    let since = *subscription.failing_since.get_or_insert(outcome.at);
    let is_gone = outcome.status == Some(410);
    if subscription.stopped.is_none() && (is_gone || outcome.at.duration_since(since) >= GIVEN_UP_AFTER) {
        tracing::warn!(webhook = subscription.id, "nothing is sent there any more: it has failed too long");
        subscription.stopped = Some(outcome.at);
    }
}

/// Sends a message that says nothing, once, to see whether it arrives.
pub async fn ping(allowed: &[String], at: Timestamp, subscription: &Subscription) -> Try {
    let place = format!("{:014}-000000", at.as_millisecond());
    let body = json!({"type": Event::Ping.key(), "timestamp": at, "data": {"webhook": subscription.id}});
    let message = Message {
        id: number_of(&format!("{place} {} ping", subscription.id)),
        place,
        subscription: subscription.id,
        event: Event::Ping,
        body: body.to_string(),
        tries: 0,
        next: at,
    };
    attempt(allowed, at, subscription, &message).await
}

async fn attempt(allowed: &[String], at: Timestamp, subscription: &Subscription, message: &Message) -> Try {
    let answered = match host_of(&subscription.url, allowed) {
        Err(problem) => Err(problem.detail().zh),
        Ok(_) => match signature::sign(&subscription.secret, &message.id, at.as_second(), &message.body) {
            None => Err("签名密钥损坏 / the secret is damaged".to_owned()),
            Some(signature) => {
                let headers = [
                    ("webhook-id", message.id.clone()),
                    ("webhook-timestamp", at.as_second().to_string()),
                    ("webhook-signature", signature),
                ];
                post::post(&subscription.url, &headers, message.body.clone(), post::PATIENCE).await
            }
        },
    };
    let (status, failure) = match answered {
        Ok(status) if status.is_success() => (Some(status), None),
        Ok(status) if status.is_redirection() => {
            (Some(status), Some("不接受转址 / redirects are not followed".to_owned()))
        }
        Ok(status) => (Some(status), Some(format!("HTTP {}", status.as_u16()))),
        Err(why) => (None, Some(why)),
    };
    Try {
        message: message.id.clone(),
        subscription: subscription.id,
        event: message.event,
        number: message.tries + 1,
        at,
        status: status.map(|status| status.as_u16()),
        failure,
    }
}
