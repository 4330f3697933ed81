//! Checks the chain, and names every entry that was changed, replaced, taken out or put elsewhere, and an end that was cut off.
//!
//! Enters: a store, and the heads that were kept elsewhere. Leaves: a [`Report`]. What this cannot find: a chain that was worked out
//! anew from its beginning, together with every head that was kept; that is what heads on paper and signed archives are for.
//! Next: [`super::search`].

use super::{BEGINNING, Head, hash_of};
use crate::audit::archive::Archived;
use crate::store::{Entry, Result, Store, StoreError};

/// Entries read at a time.
const PAGE: usize = 1_000;

/// What a check has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How many entries were looked at.
    pub entries: u64,
    /// Where the chain ends.
    pub head: Head,
    /// What is wrong, by the numbers of the entries.
    pub flaws: Vec<Flaw>,
}

/// Something wrong with the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// The entry cannot be read.
    #[error("entry {0} cannot be read")]
    Unreadable(u64),
    /// The entry does not have its own hash.
    #[error("entry {0} was changed: its content does not have its hash")]
    Changed(u64),
    /// The entry after it names another hash.
    #[error("entry {0} was replaced: the entry after it names another hash")]
    Replaced(u64),
    /// Entries are not there.
    #[error("entries {0} to {1} are missing")]
    Missing(u64, u64),
    /// The entry stands in the place of another one.
    #[error("entry {0} stands out of order")]
    OutOfOrder(u64),
    /// The first entries are neither there nor in an archive.
    #[error("the entries before {0} are neither here nor named by an archive")]
    NoBeginning(u64),
    /// The end is not there.
    #[error("the end was cut off: entry {0} was written, the log ends at {1}")]
    CutOff(u64, u64),
    /// A head that was kept names another hash.
    #[error("entry {0} is not the one that was there when its hash was kept")]
    OtherHead(u64),
}

impl Flaw {
    /// The sentence in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Flaw::Unreadable(number) => format!("第 {number} 条无法读取"),
            Flaw::Changed(number) => format!("第 {number} 条被改动:内容与摘要不符"),
            Flaw::Replaced(number) => format!("第 {number} 条被替换:与后一条所记的摘要不符"),
            Flaw::Missing(from, to) if from == to => format!("第 {from} 条缺失"),
            Flaw::Missing(from, to) => format!("第 {from} 至 {to} 条缺失"),
            Flaw::OutOfOrder(number) => format!("第 {number} 条次序不对"),
            Flaw::NoBeginning(number) => format!("第 {number} 条以前的日志既不在库中,也没有归档记录"),
            Flaw::CutOff(written, last) => format!("末尾被截断:曾写到第 {written} 条,现只到第 {last} 条"),
            Flaw::OtherHead(number) => format!("第 {number} 条与当时留存的摘要不符"),
        }
    }
}

/// Checks the whole log against itself and against heads that were kept elsewhere.
///
/// # Errors
/// When the store fails otherwise than by damage.
pub fn verify(store: &dyn Store, kept: &[Head]) -> Result<Report> {
    let mut check = Check { flaws: Vec::new(), entries: 0, last: None, first: None, archived: Vec::new(), kept };
    let mut from = 1;
    loop {
        let page = match store.entries(from, PAGE) {
            Ok(page) => page,
            Err(StoreError::Corrupt(_)) => read_singly(store, from, &mut check)?,
            Err(error) => return Err(error),
        };
        let is_last = page.len() < PAGE;
        for entry in &page {
            check.take(entry);
        }
        match page.last() {
            Some(last) if !is_last => from = last.number.max(from) + 1,
            // A page that was cut short by damage is not the last.
            _ if check.unread_up_to() >= from => from = check.unread_up_to() + 1,
            _ => break,
        }
    }
    Ok(check.finish())
}

/// Reads entries one by one up to the first that is damaged, and notes that one.
fn read_singly(store: &dyn Store, from: u64, check: &mut Check) -> Result<Vec<Entry>> {
    let mut page: Vec<Entry> = Vec::new();
    let mut number = from;
    loop {
        match store.entries(number, 1) {
            Ok(found) => match found.into_iter().next() {
                Some(entry) => {
                    number = entry.number.max(number) + 1;
                    page.push(entry);
                }
                None => return Ok(page),
            },
            Err(StoreError::Corrupt(_)) => {
                check.flaws.push(Flaw::Unreadable(number));
                return Ok(page);
            }
            Err(error) => return Err(error),
        }
    }
}

struct Check<'a> {
    flaws: Vec<Flaw>,
    entries: u64,
    first: Option<(u64, String)>,
    last: Option<Head>,
    archived: Vec<Archived>,
    kept: &'a [Head],
}

impl Check<'_> {
    /// The highest number that could not be read.
    fn unread_up_to(&self) -> u64 {
        let unread = self.flaws.iter().filter_map(|flaw| match flaw {
            Flaw::Unreadable(number) => Some(*number),
            _ => None,
        });
        unread.max().unwrap_or(0)
    }

    fn take(&mut self, entry: &Entry) {
        self.entries += 1;
        if hash_of(entry) != entry.hash {
            self.flaws.push(Flaw::Changed(entry.number));
        }
        if let Some(archived) = Archived::named_by(entry) {
            self.archived.push(archived);
        }
        for head in self.kept.iter().filter(|head| head.number == entry.number && head.hash != entry.hash) {
            self.flaws.push(Flaw::OtherHead(head.number));
        }
        match &self.last {
            None => self.first = Some((entry.number, entry.before.clone())),
            Some(last) => self.follow(last.clone(), entry),
        }
        self.last = Some(Head { number: entry.number, hash: entry.hash.clone() });
    }

    fn follow(&mut self, last: Head, entry: &Entry) {
        if entry.number <= last.number {
            self.flaws.push(Flaw::OutOfOrder(entry.number));
        } else if entry.number > last.number + 1 {
            let unread = Flaw::Unreadable(last.number + 1);
            if !(self.flaws.contains(&unread) && entry.number == last.number + 2) {
                self.flaws.push(Flaw::Missing(last.number + 1, entry.number - 1));
            }
        } else if entry.before != last.hash && !self.flaws.contains(&Flaw::Changed(last.number)) {
            self.flaws.push(Flaw::Replaced(last.number));
        }
    }

    fn finish(mut self) -> Report {
        let is_begun = |number: u64, before: &str| {
            let archived = |archived: &Archived| archived.to + 1 == number && archived.hash == before;
            (number == 1 && before == BEGINNING) || self.archived.iter().any(archived)
        };
        if let Some((number, before)) = &self.first
            && !is_begun(*number, before)
        {
            self.flaws.insert(0, Flaw::NoBeginning(*number));
        }
        let head = self.last.unwrap_or_else(|| Head { number: 0, hash: BEGINNING.to_owned() });
        let cut = self.kept.iter().map(|kept| kept.number).max().filter(|written| *written > head.number);
        self.flaws.extend(cut.map(|written| Flaw::CutOff(written, head.number)));
        Report { entries: self.entries, head, flaws: self.flaws }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::accounts::Caller;
    use crate::audit::{Action, Audit, Note, Subject};
    use crate::store::Journal;
    use crate::store::memory::Memory;

    /// A log with so many entries.
    fn written(count: u64) -> Vec<Entry> {
        let store = Arc::new(Memory::new());
        let audit = Audit::new(store.clone(), b"key");
        for number in 1..=count {
            audit.note(Note::done(&Caller::operator(None), Action::Upload, Subject::of("batch", number))).unwrap();
        }
        store.entries(1, usize::MAX).unwrap()
    }

    fn head(entry: &Entry) -> Head {
        Head { number: entry.number, hash: entry.hash.clone() }
    }

    /// A store that hands out entries as they are, whatever they are.
    fn checked(entries: &[Entry], kept: &[Head]) -> Vec<Flaw> {
        let mut check = Check { flaws: Vec::new(), entries: 0, last: None, first: None, archived: Vec::new(), kept };
        entries.iter().for_each(|entry| check.take(entry));
        check.finish().flaws
    }

    #[test]
    fn a_whole_log_has_no_flaw() {
        let entries = written(5);
        assert_eq!(checked(&entries, &[head(&entries[2]), head(&entries[4])]), []);
        assert_eq!(checked(&[], &[]), []);
    }

    #[test]
    fn every_field_that_is_changed_is_noticed_and_the_entry_named() {
        let entries = written(5);
        let changes: [fn(&mut Entry); 8] = [
            |entry| entry.who = "somebody-else".into(),
            |entry| entry.action = "log-out".into(),
            |entry| entry.subject = "run".into(),
            |entry| entry.id = "99".into(),
            |entry| entry.outcome = "forbidden".into(),
            |entry| entry.from = Some("10.0.0.1".into()),
            |entry| entry.acting_for = Some(String::new()),
            |entry| entry.at = jiff::Timestamp::UNIX_EPOCH,
        ];
        for change in changes {
            let mut entries = entries.clone();
            change(&mut entries[2]);
            assert_eq!(checked(&entries, &[]), [Flaw::Changed(3)]);
        }
    }

    #[test]
    fn an_entry_that_is_replaced_together_with_its_hash_is_noticed_by_the_next() {
        let mut entries = written(5);
        entries[2].who = "somebody-else".into();
        entries[2].hash = hash_of(&entries[2]);
        assert_eq!(checked(&entries, &[]), [Flaw::Replaced(3)]);
    }

    #[test]
    fn entries_taken_out_put_elsewhere_or_cut_off_are_named() {
        let entries = written(6);
        let without = |gone: &[usize]| -> Vec<Entry> {
            entries
                .iter()
                .enumerate()
                .filter(|(place, _)| !gone.contains(place))
                .map(|(_, entry)| entry.clone())
                .collect()
        };
        assert_eq!(checked(&without(&[2]), &[]), [Flaw::Missing(3, 3)]);
        assert_eq!(checked(&without(&[1, 2]), &[]), [Flaw::Missing(2, 3)]);
        assert_eq!(checked(&without(&[0]), &[]), [Flaw::NoBeginning(2)]);
        assert_eq!(checked(&without(&[4, 5]), &[head(&entries[5])]), [Flaw::CutOff(6, 4)]);
        assert_eq!(checked(&without(&[4, 5]), &[]), [], "without a head nobody can know");
        let mut swapped = entries.clone();
        swapped.swap(2, 3);
        assert!(checked(&swapped, &[]).contains(&Flaw::OutOfOrder(3)));
    }

    #[test]
    fn a_chain_worked_out_anew_is_noticed_by_a_head_kept_elsewhere() {
        let (real, forged) = (written(5), written(5));
        assert_eq!(checked(&forged, &[]), []);
        assert_eq!(checked(&forged, &[head(&real[3])]), [Flaw::OtherHead(4)]);
    }

    #[test]
    fn what_is_checked_is_the_store() {
        let store = Arc::new(Memory::new());
        for entry in written(2_500) {
            store.append_entry(&entry).unwrap();
        }
        let report = verify(store.as_ref(), &[]).unwrap();
        assert_eq!((report.entries, report.head.number, report.flaws), (2_500, 2_500, vec![]));
    }
}
