//! The roll of who is told: papers of the store.
//!
//! Enters: subscriptions, and what becomes of one. Leaves: subscriptions as they stand now. Whoever changes one has the roll in hand from
//! reading it until it is written back, so that a try that ends meanwhile does not undo what a person did, nor the other way round.
//! Next: [`super::notices`].

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::outbox::{self, Message, Try};
use super::{Subscription, decode, encode};
use crate::error::Problem;
use crate::store::{Paper, Store, StoreError};

const FOLDER: &str = "webhooks";
const NUMBERS: &str = "webhook-numbers";
const LAST: &str = "last";
/// Addresses that can be registered.
const MOST: usize = 100;
static ROLL: Mutex<()> = Mutex::new(());

fn in_hand() -> MutexGuard<'static, ()> {
    ROLL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Everybody to be told, by number.
///
/// # Errors
/// The store's.
pub fn all(store: &dyn Store) -> Result<Vec<Subscription>, StoreError> {
    let papers = store.papers(FOLDER, None, MOST)?;
    Ok(papers.iter().filter_map(|(_, body)| decode(body)).collect())
}

/// One of them.
///
/// # Errors
/// [`Problem::Absent`], and the store's.
pub fn find(store: &dyn Store, id: u64) -> Result<Subscription, Problem> {
    known(store, id)?.ok_or_else(|| Problem::Absent("推送登记", "webhook", id.to_string()))
}

fn known(store: &dyn Store, id: u64) -> Result<Option<Subscription>, StoreError> {
    Ok(store.paper(FOLDER, &name_of(id))?.as_deref().and_then(decode))
}

/// Registers somebody; gives the number, which nobody else ever had.
///
/// # Errors
/// [`Problem::TooMany`], and the store's.
pub fn register(store: &dyn Store, mut subscription: Subscription) -> Result<u64, Problem> {
    let _roll = in_hand();
    let known = all(store)?;
    if known.len() >= MOST {
        return Err(Problem::TooMany(MOST));
    }
    subscription.id = last_number(store, &known)? + 1;
    let number = Paper::new(NUMBERS, LAST, encode(&subscription.id)?);
    store.file_papers(vec![number, paper_of(&subscription)?])?;
    Ok(subscription.id)
}

/// The last number that was given. Earlier programs did not keep it: then the last one that anything speaks of.
fn last_number(store: &dyn Store, known: &[Subscription]) -> Result<u64, StoreError> {
    if let Some(last) = store.paper(NUMBERS, LAST)?.as_deref().and_then(decode) {
        return Ok(last);
    }
    let told = outbox::waiting(store)?.into_iter().map(|message| message.subscription);
    let tried = outbox::tried(store)?.into_iter().map(|tried| tried.subscription);
    let spoken_of = known.iter().map(|subscription| subscription.id).chain(told).chain(tried);
    Ok(spoken_of.max().unwrap_or_default())
}

/// Changes one, and files in the same write whatever papers the change gives.
///
/// # Errors
/// [`Problem::Absent`]; the store's, and those of the change.
pub fn change(
    store: &dyn Store,
    id: u64,
    change: impl FnOnce(&mut Subscription) -> Result<Vec<Paper>, Problem>,
) -> Result<Subscription, Problem> {
    let _roll = in_hand();
    let mut subscription = find(store, id)?;
    let mut papers = change(&mut subscription)?;
    papers.push(paper_of(&subscription)?);
    store.file_papers(papers)?;
    Ok(subscription)
}

/// Strikes one off, with all that it was still to be told.
///
/// # Errors
/// [`Problem::Absent`], and the store's.
pub fn strike_off(store: &dyn Store, id: u64) -> Result<Subscription, Problem> {
    let _roll = in_hand();
    let subscription = find(store, id)?;
    let mut papers = outbox::gone_of(store, id)?;
    papers.push(Paper::gone(FOLDER, name_of(id)));
    store.file_papers(papers)?;
    Ok(subscription)
}

/// Notes what came of a try: the message is out, or waits for the next one, and the address takes messages or fails. Whoever was struck
/// off meanwhile stays so, and nothing waits for it.
///
/// # Errors
/// The store's.
pub(super) fn settle(
    store: &dyn Store,
    message: Message,
    outcome: &Try,
    judge: impl FnOnce(&mut Subscription),
) -> Result<(), StoreError> {
    let _roll = in_hand();
    let Some(former) = known(store, message.subscription)? else {
        return store.file_papers(vec![outcome.to_paper()?, message.gone()]);
    };
    let mut subscription = former.clone();
    judge(&mut subscription);
    let mut papers = vec![outcome.to_paper()?, message.after(outcome)?];
    if subscription != former {
        papers.push(paper_of(&subscription)?);
    }
    store.file_papers(papers)
}

fn paper_of(subscription: &Subscription) -> Result<Paper, StoreError> {
    Ok(Paper::new(FOLDER, name_of(subscription.id), encode(subscription)?))
}

fn name_of(id: u64) -> String {
    format!("{id:08}")
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::store::Cabinet as _;
    use crate::store::memory::Memory;
    use crate::webhooks::{Event, Occasion};

    fn subscription() -> Subscription {
        Subscription {
            id: 0,
            url: "http://hub.example/in".to_owned(),
            secret: "whsec_".to_owned(),
            events: Event::ALL.to_vec(),
            occasion: Occasion::Released,
            by: "李".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            failing_since: None,
            stopped: None,
        }
    }

    fn message(subscription: u64) -> Message {
        Message {
            place: "00000000000001-000000".to_owned(),
            id: format!("msg_{subscription}"),
            subscription,
            event: Event::ScoreChanged,
            body: "{}".to_owned(),
            tries: 0,
            next: Timestamp::UNIX_EPOCH,
        }
    }

    fn failed(message: &Message) -> Try {
        Try {
            message: message.id.clone(),
            subscription: message.subscription,
            event: message.event,
            number: 1,
            at: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1),
            status: Some(500),
            failure: Some("HTTP 500".to_owned()),
        }
    }

    #[test]
    fn whoever_registers_at_the_same_time_gets_a_number_of_its_own() {
        let store = Memory::new();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| register(&store, subscription()).unwrap());
            }
        });
        let numbers: Vec<u64> = all(&store).unwrap().iter().map(|one| one.id).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn the_number_of_one_that_was_struck_off_is_not_given_again() {
        let store = Memory::new();
        register(&store, subscription()).unwrap();
        strike_off(&store, register(&store, subscription()).unwrap()).unwrap();
        assert_eq!(register(&store, subscription()).unwrap(), 3);
    }

    #[test]
    fn a_store_that_kept_no_last_number_gives_none_that_a_try_speaks_of() {
        let store = Memory::new();
        store.file_papers(vec![failed(&message(7)).to_paper().unwrap()]).unwrap();
        assert_eq!(register(&store, subscription()).unwrap(), 8);
    }

    #[test]
    fn a_try_that_ends_after_its_address_was_struck_off_brings_nothing_back() {
        let store = Memory::new();
        let id = register(&store, subscription()).unwrap();
        let on_its_way = message(id);
        store.file_papers(vec![on_its_way.to_paper().unwrap()]).unwrap();
        strike_off(&store, id).unwrap();
        let outcome = failed(&on_its_way);
        settle(&store, on_its_way, &outcome, |one| one.failing_since = Some(outcome.at)).unwrap();
        assert!(all(&store).unwrap().is_empty() && outbox::waiting(&store).unwrap().is_empty());
    }

    #[test]
    fn a_try_that_ends_after_a_pause_does_not_undo_it() {
        let store = Memory::new();
        let id = register(&store, subscription()).unwrap();
        let (on_its_way, paused) = (message(id), Some(Timestamp::UNIX_EPOCH));
        change(&store, id, |one| {
            one.stopped = paused;
            Ok(Vec::new())
        })
        .unwrap();
        let outcome = failed(&on_its_way);
        settle(&store, on_its_way, &outcome, |one| one.failing_since = Some(outcome.at)).unwrap();
        let now = find(&store, id).unwrap();
        assert_eq!((now.stopped, now.failing_since), (paused, Some(outcome.at)));
        assert_eq!(outbox::waiting(&store).unwrap().len(), 1, "it waits for when it is resumed");
    }
}
