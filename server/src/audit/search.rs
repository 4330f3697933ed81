//! Searches the log, newest first.
//!
//! Enters: a [`Filter`]. Leaves: entries, and where the next page begins. Next: [`super::archive`].

use liuwu_engine::period::Date;

use crate::store::{Entry, Result, Store, day_in_china};

/// Entries read at a time.
const PAGE: usize = 500;
/// Entries looked at for one page; a search for what is rare goes on with the next.
const LOOKED_AT: usize = 50_000;

/// What is searched for; what is empty is not asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Who.
    pub who: String,
    /// What was done.
    pub action: String,
    /// To what: the kind of thing or which one.
    pub subject: String,
    /// Only what was not done.
    pub refused: bool,
    /// The first day, in China.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
}

/// A page of what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Entries, newest first.
    pub entries: Vec<Entry>,
    /// The number before which the next page begins; none when there is nothing more.
    pub next: Option<u64>,
}

impl Filter {
    /// Whether an entry is searched for.
    #[must_use]
    pub fn takes(&self, entry: &Entry) -> bool {
        let day = day_in_china(entry.at);
        (self.who.is_empty() || entry.who == self.who)
            && (self.action.is_empty() || entry.action == self.action)
            && (self.subject.is_empty() || entry.subject == self.subject || entry.id == self.subject)
            && (!self.refused || entry.outcome != super::DONE)
            && self.from.is_none_or(|from| day >= from)
            && self.to.is_none_or(|to| day <= to)
    }
}

/// Entries that a filter takes, before a number.
///
/// # Errors
/// When the store fails.
pub fn search(store: &dyn Store, filter: &Filter, before: Option<u64>, limit: usize) -> Result<Found> {
    let (mut entries, mut looked_at, mut before) = (Vec::new(), 0, before);
    loop {
        let page = store.entries_back(before, PAGE)?;
        let is_last = page.len() < PAGE;
        for entry in page {
            if entries.len() == limit || looked_at == LOOKED_AT || is_too_old(filter, &entry) {
                let next = before.filter(|_| !is_too_old(filter, &entry));
                return Ok(Found { entries, next });
            }
            looked_at += 1;
            before = Some(entry.number);
            if filter.takes(&entry) {
                entries.push(entry);
            }
        }
        if is_last {
            return Ok(Found { entries, next: None });
        }
    }
}

fn is_too_old(filter: &Filter, entry: &Entry) -> bool {
    filter.from.is_some_and(|from| day_in_china(entry.at) < from)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::accounts::Caller;
    use crate::audit::{Action, Audit, Note, Subject};
    use crate::store::memory::Memory;

    fn store() -> Arc<Memory> {
        let store = Arc::new(Memory::new());
        let audit = Audit::new(store.clone(), b"key");
        for number in 1..=1_200 {
            let (action, outcome) =
                if number % 100 == 0 { (Action::Release, "no-run") } else { (Action::Upload, "done") };
            let subject = Subject::of("batch", number);
            audit.note(Note::ended(&Caller::operator(None), action, subject, outcome)).unwrap();
        }
        store
    }

    #[test]
    fn pages_follow_each_other_without_gap() {
        let store = store();
        let (mut numbers, mut before) = (Vec::new(), None);
        loop {
            let found = search(store.as_ref(), &Filter::default(), before, 70).unwrap();
            numbers.extend(found.entries.iter().map(|entry| entry.number));
            before = found.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(numbers, (1..=1_200).rev().collect::<Vec<u64>>());
    }

    #[test]
    fn what_is_rare_is_found_among_much_else() {
        let store = store();
        let found = |filter: Filter| search(store.as_ref(), &filter, None, 50).unwrap().entries.len();
        assert_eq!(found(Filter { action: "release".into(), ..Filter::default() }), 12);
        assert_eq!(found(Filter { refused: true, ..Filter::default() }), 12);
        assert_eq!(found(Filter { subject: "77".into(), ..Filter::default() }), 1);
        assert_eq!(found(Filter { who: "nobody".into(), ..Filter::default() }), 0);
        let long_ago = Some(Date::new(2000, 1, 1).unwrap());
        assert_eq!(found(Filter { to: long_ago, ..Filter::default() }), 0);
    }
}
