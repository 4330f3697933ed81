//! Reminders of what is due: at most one for each kind and due date, however often anybody looks.
//!
//! Enters: what is due ([`Duties`]) and the day. Leaves: for what is due within days and has not been reminded of, a mark in the
//! store that it has been now. Next: [`crate::error`].

use std::collections::BTreeMap;

use liuwu_engine::period::{Date, plus_days};
use serde::{Deserialize, Serialize};

use crate::duties::{Duties, Duty, DutyState, REMIND_DAYS};
use crate::store::{Paper, Store, StoreError};

const FOLDER: &str = "reminders";
/// Papers read at a time.
const PAGE: usize = 500;
/// What was due so long ago is not reminded of any more: it stands among what is overdue.
const PAST_DAYS: i64 = 7;

/// That somebody was reminded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// The kind.
    pub kind: String,
    /// What clerks call it.
    pub title: String,
    /// Who hands it in.
    pub department: Option<String>,
    /// For which days.
    pub from: Date,
    /// To which day.
    pub to: Date,
    /// By when.
    pub due: Date,
    /// For how many units it was missing then.
    pub missing: usize,
    /// On which day the reminder was given.
    pub on: Date,
}

/// What has to be reminded of on a day, and the papers that mark it as done. Filing them makes sure that it is never repeated.
///
/// # Errors
/// The store's.
pub fn due_now(store: &dyn Store, duties: &Duties) -> Result<Vec<(Reminder, Paper)>, StoreError> {
    let known = all(store)?;
    let soon = plus_days(duties.day, REMIND_DAYS).unwrap_or(Date::MAX);
    let past = plus_days(duties.day, -PAST_DAYS).unwrap_or(Date::MIN);
    let is_timely = |duty: &&Duty| duty.state != DutyState::Coming && (past..=soon).contains(&duty.due);
    let mut reminders = Vec::new();
    for duty in duties.open.iter().filter(is_timely).filter(|duty| !known.contains_key(&name_of(duty))) {
        let reminder = Reminder {
            kind: duty.kind.clone(),
            title: duty.title.clone(),
            department: duty.department.clone(),
            from: duty.period.from(),
            to: duty.period.to(),
            due: duty.due,
            missing: duty.missing,
            on: duties.day,
        };
        let body = serde_json::to_vec(&reminder).map_err(|error| StoreError::Io(error.to_string()))?;
        reminders.push((reminder, Paper::new(FOLDER, name_of(duty), body)));
    }
    Ok(reminders)
}

/// On which day somebody was reminded of a duty, if anybody was.
#[must_use]
pub fn of(known: &BTreeMap<String, Reminder>, duty: &Duty) -> Option<Date> {
    known.get(&name_of(duty)).map(|reminder| reminder.on)
}

/// Every reminder that was given.
///
/// # Errors
/// The store's.
pub fn all(store: &dyn Store) -> Result<BTreeMap<String, Reminder>, StoreError> {
    let mut found = BTreeMap::new();
    let mut after: Option<String> = None;
    loop {
        let page = store.papers(FOLDER, after.as_deref(), PAGE)?;
        let full = page.len() == PAGE;
        after = page.last().map(|(name, _)| name.clone());
        found.extend(page.into_iter().filter_map(|(name, body)| Some((name, serde_json::from_slice(&body).ok()?))));
        if !full {
            return Ok(found);
        }
    }
}

fn name_of(duty: &Duty) -> String {
    format!("{} {}", duty.due, duty.kind)
}

#[cfg(test)]
mod tests {
    use liuwu_engine::period::{Period, parse_date};

    use super::*;
    use crate::store::Cabinet as _;
    use crate::store::memory::Memory;

    fn on(day: &str, state: DutyState) -> Duties {
        let duty = Duty {
            kind: "fire".into(),
            title: "火灾".into(),
            department: None,
            period: Period::parse("2020-01").unwrap(),
            due: parse_date("2020-02-05").unwrap(),
            state,
            units: 3,
            missing: 2,
            areas: Vec::new(),
        };
        Duties { day: parse_date(day).unwrap(), open: vec![duty], came_late: Vec::new(), unchecked: Vec::new() }
    }

    #[test]
    fn nobody_is_reminded_twice_of_one_due_date() {
        let store = Memory::new();
        let count = |day: &str, state| {
            let due = due_now(&store, &on(day, state)).unwrap();
            let number = due.len();
            store.file_papers(due.into_iter().map(|(_, paper)| paper).collect()).unwrap();
            number
        };
        assert_eq!(count("2020-01-20", DutyState::Coming), 0, "its days have not ended");
        assert_eq!(count("2020-02-01", DutyState::Due), 0, "there is time yet");
        assert_eq!(count("2020-02-02", DutyState::Due), 1);
        for day in ["2020-02-02", "2020-02-05", "2020-02-09"] {
            assert_eq!(count(day, DutyState::Overdue), 0, "{day}");
        }
        assert_eq!(
            of(&all(&store).unwrap(), &on("2020-02-09", DutyState::Overdue).open[0]),
            parse_date("2020-02-02").ok()
        );
    }

    #[test]
    fn what_was_due_long_ago_is_not_reminded_of_when_the_service_begins() {
        assert_eq!(due_now(&Memory::new(), &on("2020-06-01", DutyState::Overdue)).unwrap(), []);
    }
}
