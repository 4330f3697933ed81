//! Tampering on the disk, by somebody who knows the store's own encoding and works its checksums out anew: it is found and named.
//! Accounts, keys and drafts: `documents`.

mod documents;

use std::sync::Arc;

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::key::Key;
use super::results::whole;
use super::seal::seal;
use super::shelf::Shelf;
use super::{Sled, open};
use crate::accounts::Caller;
use crate::attachments::attach;
use crate::audit::compare::{Comparison, Difference, compare};
use crate::audit::content::{Part, Thing};
use crate::audit::verify::{Flaw, verify};
use crate::audit::{Action, Audit, Note, Subject};
use crate::store::blanking::{Blank, Blanking};
use crate::store::conformance::{act, batch, day, new_run, outcome, period, record, rich_batch, save_run};
use crate::store::words::*;
use crate::store::{Cabinet, ContentId, Journal, Paper, Store, transfer};

const KEY: &[u8] = b"a key for tests";
const BATCH: Thing = Thing::Batch(BatchId(1));
const RUN: Thing = Thing::Run(RunId(1));
const SECOND: RecordId = ItemId { batch: BatchId(1), number: 2 };

/// A store with an edition, two batches and a run, each of them noted.
struct Town {
    directory: TempDir,
    store: Arc<Sled>,
    audit: Arc<Audit>,
}

impl Town {
    fn new() -> Town {
        let directory = tempfile::tempdir().unwrap();
        let store = Arc::new(open(directory.path()).unwrap());
        let town = Town { audit: Arc::new(Audit::new(store.clone(), KEY)), store, directory };
        let edition = NewEdition {
            bundle: "six-no".into(),
            edition: "2020".into(),
            text: Arc::from("edition: 2020\n"),
            published_at: jiff::Timestamp::UNIX_EPOCH,
            by: "王".into(),
            note: String::new(),
        };
        town.store.publish_edition(edition).unwrap();
        town.note(Action::Publish, "edition", "six-no@2020");
        town.store.append_batch(rich_batch(day(2, 1))).unwrap();
        town.note(Action::Upload, "batch", "1");
        town.store.append_batch(batch(day(2, 2), vec![record("甲村", "fire", 500)])).unwrap();
        town.note(Action::Correct, "record", "2-1");
        save_run(town.store.as_ref(), &["2020-01", "2020"], 60, false);
        town.note(Action::Score, "run", "1");
        town
    }

    fn note(&self, action: Action, what: &'static str, id: &str) {
        self.audit.note(Note::done(&Caller::terminal(), action, Subject::of(what, id))).unwrap();
    }

    /// A batch and a record taken back, the run released, a paper attached; each noted.
    fn take_back_release_and_attach(&self) -> ContentId {
        self.store.withdraw_batch(BatchId(2), act(day(3, 1), "误报")).unwrap();
        self.note(Action::Withdraw, "batch", "2");
        self.store.withdraw_record(SECOND, act(day(3, 1), "重复")).unwrap();
        self.note(Action::Withdraw, "record", &SECOND.to_string());
        self.store.release(RunId(1), act(day(3, 2), "审定")).unwrap();
        self.note(Action::Release, "run", "1");
        let file = ("验收单.pdf", "%PDF-1.4 现场照片".as_bytes());
        let hand = ("王".to_owned(), jiff::Timestamp::UNIX_EPOCH);
        let content = attach(self.store.as_ref(), (SECOND, &[SECOND]), file, hand).unwrap().1.content;
        self.note(Action::Upload, "attachment", &format!("{SECOND}/{content}"));
        content
    }

    /// The same store opened again: what was taken back and released is read once, when it is opened.
    fn again(self) -> Town {
        let Town { directory, store, audit } = self;
        drop(audit);
        drop(store);
        let store = Arc::new(open(directory.path()).unwrap());
        Town { audit: Arc::new(Audit::new(store.clone(), KEY)), store, directory }
    }

    fn compare(&self) -> Comparison {
        compare(self.store.as_ref(), KEY).unwrap()
    }

    fn differences(&self) -> Vec<Difference> {
        self.compare().differences
    }
}

/// Changes the first value of a shelf in which the text stands, and seals it as the store does.
fn forge(shelf: &Shelf, from: &str, to: &str) {
    let found = shelf.scan(&Key::new()).map(Result::unwrap).find_map(|(key, value)| {
        let mut value = whole(&value).unwrap().into_owned();
        let place = value.windows(from.len()).position(|part| part == from.as_bytes())?;
        value.splice(place..place + from.len(), to.bytes());
        Some((key, value))
    });
    let (key, value) = found.expect("the text stands somewhere");
    for (piece_key, piece) in seal(&key, &value).unwrap() {
        shelf.bare().insert(piece_key, piece).unwrap();
    }
}

/// Damages the bytes of a shelf as they are on the disk, without knowing anything.
fn damage(shelf: &Shelf, prefix: &Key) {
    let (key, value) = shelf.bare().scan_prefix(prefix.bytes()).next().unwrap().unwrap();
    let mut value = value.to_vec();
    let last = value.len() - 1;
    value[last] ^= 1;
    shelf.bare().insert(key, value).unwrap();
}

/// Takes out the last value of a shelf, piece and all.
fn take_out_last(shelf: &Shelf) {
    let (key, _) = shelf.bare().iter().last().unwrap().unwrap();
    shelf.bare().remove(key).unwrap();
}

#[test]
fn a_store_that_was_left_alone_is_what_the_log_says() {
    let town = Town::new();
    assert_eq!(town.compare(), Comparison { compared: 4, ..Comparison::default() });
    assert!(town.store.entries(1, 9).unwrap().iter().all(|entry| entry.content.is_some()));
    assert_eq!(verify(town.store.as_ref(), &[]).unwrap().flaws, []);
}

#[test]
fn one_record_inside_a_batch_is_named_although_every_checksum_fits() {
    let town = Town::new();
    forge(&town.store.shelves.records, r#"{"deaths":16,"#, r#"{"deaths":61,"#);
    let named = town
        .store
        .contents(BatchId(1))
        .unwrap()
        .records
        .iter()
        .position(|row| row.fields.get("deaths") == Some(&json!(61)));
    assert_eq!(town.differences(), [Difference::Changed(BATCH, vec![Part::Record(named.unwrap() + 1)])]);
    assert_eq!(town.differences()[0].zh(), "批次 1与日志所记不符: 第 17 条记录");
    assert!(town.differences()[0].to_string().ends_with("record 17"), "{}", town.differences()[0]);
}

#[test]
fn one_assessment_is_named_although_every_checksum_fits() {
    let town = Town::new();
    forge(&town.store.shelves.assessments, r#""2020","number":9}"#, r#""2020","number":3}"#);
    assert_eq!(town.store.verify().unwrap(), [], "the store itself notices nothing");
    let named = Part::Assessment(period("2020"), "000009".into());
    assert_eq!(town.differences(), [Difference::Changed(RUN, vec![named])]);
}

#[test]
fn a_result_that_runs_share_is_named_in_each_of_them_and_one_that_was_replaced_in_its_own() {
    let town = Town::new();
    let replacing = |on: u64, number: usize, text: &str| {
        let new = NewRun { base: Some(RunId(on)), ..new_run(&["2020-01", "2020"]) };
        let mut writer = town.store.begin_run(new).unwrap();
        writer.add(period("2020"), &format!("{number:06}"), text.as_bytes()).unwrap();
        let run = writer.finish(outcome()).unwrap();
        town.note(Action::Score, "run", &run.id.to_string());
    };
    replacing(1, 9, "replaced");
    replacing(2, 8, "another");
    assert_eq!(town.compare(), Comparison { compared: 6, ..Comparison::default() });
    let mut backup = Vec::new();
    transfer::export(town.store.as_ref(), &mut backup).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let restored = open(directory.path()).unwrap();
    transfer::import(&restored, &mut std::io::Cursor::new(backup)).unwrap();
    assert_eq!(compare(&restored, KEY).unwrap(), Comparison { compared: 6, ..Comparison::default() });

    let named = |run: u64, number: usize| {
        Difference::Changed(Thing::Run(RunId(run)), vec![Part::Assessment(period("2020"), format!("{number:06}"))])
    };
    forge(&town.store.shelves.assessments, r#""2020","number":9}"#, r#""2020","number":3}"#);
    assert_eq!(town.differences(), [named(1, 9)], "the others have another result in its place");
    forge(&town.store.shelves.assessments, r#""2020","number":6}"#, r#""2020","number":3}"#);
    let both =
        vec![Part::Assessment(period("2020"), "000006".into()), Part::Assessment(period("2020"), "000009".into())];
    assert_eq!(town.differences(), [Difference::Changed(RUN, both), named(2, 6), named(3, 6)]);
    forge(&town.store.shelves.assessments, "another", "altered");
    let both =
        vec![Part::Assessment(period("2020"), "000006".into()), Part::Assessment(period("2020"), "000008".into())];
    assert_eq!(town.differences().last(), Some(&Difference::Changed(Thing::Run(RunId(3)), both)));
}

#[test]
fn headings_of_a_batch_and_of_a_run_and_an_edition_are_named() {
    let town = Town::new();
    forge(&town.store.shelves.batches, "一月火灾台账", "二月火灾台账");
    forge(&town.store.shelves.runs, &"cd".repeat(32), &"ce".repeat(32));
    assert_eq!(
        town.differences(),
        [Difference::Changed(BATCH, vec![Part::Heading]), Difference::Changed(RUN, vec![Part::Heading])]
    );
    let edition = Town::new();
    forge(&edition.store.shelves.texts, "edition: 2020", "edition: 2021");
    let named = Thing::Edition("six-no@2020".into());
    assert_eq!(edition.differences(), [Difference::Changed(named, vec![])]);
}

#[test]
fn one_entry_of_the_log_is_named_although_its_checksum_and_even_its_hash_fit() {
    let town = Town::new();
    let entry = |number| town.store.entries(number, 1).unwrap().remove(0);
    let (told, other) = (entry(2).content.unwrap(), "0".repeat(64));
    forge(&town.store.shelves.journal, &told, &other);
    assert_eq!(verify(town.store.as_ref(), &[]).unwrap().flaws, [Flaw::Changed(2)]);
    let (hash, anew) = (entry(2).hash, crate::audit::hash_of(&entry(2)));
    forge(&town.store.shelves.journal, &format!(r#""hash":"{hash}""#), &format!(r#""hash":"{anew}""#));
    assert_eq!(verify(town.store.as_ref(), &[]).unwrap().flaws, [Flaw::Replaced(2)]);
    assert_eq!(town.differences(), [Difference::Changed(BATCH, vec![])], "leaves that do not fit are not believed");
}

#[test]
fn whoever_changes_the_leaves_too_is_found_but_the_record_cannot_be_told() {
    let town = Town::new();
    forge(&town.store.shelves.records, r#"{"deaths":16,"#, r#"{"deaths":61,"#);
    town.store.file_papers(vec![Paper::new("audit-leaves", "batch-1-000000", vec![7; 32])]).unwrap();
    assert_eq!(town.differences(), [Difference::Changed(BATCH, vec![])]);
}

#[test]
fn what_is_damaged_taken_out_or_slipped_in_is_named() {
    let town = Town::new();
    damage(&town.store.shelves.records, &Key::new());
    assert_eq!(town.differences(), [Difference::Unreadable(BATCH)]);
    damage(&town.store.shelves.assessments, &Key::new());
    damage(&town.store.shelves.journal, &Key::new().large(1));
    assert!(verify(town.store.as_ref(), &[]).unwrap().flaws.contains(&Flaw::Unreadable(1)));
    let edition = Thing::Edition("six-no@2020".into());
    assert_eq!(
        town.differences(),
        [Difference::Unreadable(BATCH), Difference::Unreadable(RUN), Difference::NeverSeen(edition)]
    );

    let town = Town::new();
    town.store.append_batch(batch(day(2, 3), vec![record("乙村", "fire", 9)])).unwrap();
    save_run(town.store.as_ref(), &["2020"], 2, false);
    town.store.shelves.batches.remove(&Key::new().batch(BatchId(2))).unwrap();
    town.store.discard_run(RunId(1)).unwrap();
    let mut named = town.differences();
    named.sort_by_key(ToString::to_string);
    assert_eq!(
        named,
        [
            Difference::Missing(Thing::Batch(BatchId(2))),
            Difference::NeverSeen(Thing::Batch(BatchId(3))),
            Difference::Missing(RUN),
            Difference::NeverSeen(Thing::Run(RunId(2))),
        ]
    );
}

#[test]
fn what_is_taken_back_released_or_read_back_from_a_backup_is_no_tampering() {
    let town = Town::new();
    town.take_back_release_and_attach();
    assert_eq!(town.differences(), []);
    let mut backup = Vec::new();
    transfer::export(town.store.as_ref(), &mut backup).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let restored = open(directory.path()).unwrap();
    transfer::import(&restored, &mut std::io::Cursor::new(backup)).unwrap();
    assert_eq!(compare(&restored, KEY).unwrap(), Comparison { compared: 8, ..Comparison::default() });
}

#[test]
fn a_withdrawal_that_was_changed_taken_out_or_slipped_in_is_named() {
    let town = Town::new();
    town.take_back_release_and_attach();
    forge(&town.store.shelves.withdrawals, "重复", "误报");
    let town = town.again();
    assert_eq!(town.differences(), [Difference::Changed(Thing::Withdrawal(Target::Record(SECOND)), vec![])]);
    assert_eq!(town.differences()[0].zh(), "记录 1-2 的撤回与日志所记不符");

    let town = Town::new();
    town.take_back_release_and_attach();
    take_out_last(&town.store.shelves.withdrawals);
    let town = town.again();
    assert_eq!(town.differences(), [Difference::Missing(Thing::Withdrawal(Target::Record(SECOND)))]);

    let town = Town::new();
    town.store.withdraw_batch(BatchId(2), act(day(3, 1), "误报")).unwrap();
    assert_eq!(town.differences(), [Difference::NeverSeen(Thing::Withdrawal(Target::Batch(BatchId(2))))]);
}

#[test]
fn a_release_that_was_changed_or_slipped_in_is_named() {
    let town = Town::new();
    town.take_back_release_and_attach();
    forge(&town.store.shelves.releases, r#""public":true"#, r#""public":false"#);
    let town = town.again();
    assert_eq!(town.differences(), [Difference::Changed(Thing::Release(RunId(1)), vec![])]);
    assert_eq!(town.differences()[0].zh(), "核算 1 的公布与日志所记不符");

    let town = Town::new();
    town.take_back_release_and_attach();
    town.store.retract(RunId(1), act(day(3, 3), "暗中收回")).unwrap();
    assert_eq!(town.differences(), [Difference::Changed(Thing::Release(RunId(1)), vec![])]);
    town.note(Action::Retract, "run", "1");
    assert_eq!(town.differences(), []);
}

#[test]
fn an_attachment_whose_bytes_or_note_were_changed_is_named() {
    let town = Town::new();
    let content = town.take_back_release_and_attach();
    forge(&town.store.shelves.chunks, "现场照片", "别处照片");
    let named = Thing::Attachment(SECOND, content);
    assert_eq!(town.differences(), [Difference::Unreadable(named.clone())]);
    assert!(town.differences()[0].zh().starts_with("记录 1-2 的附件 "), "{}", town.differences()[0].zh());

    let town = Town::new();
    town.take_back_release_and_attach();
    forge(&town.store.shelves.papers, "验收单", "作废单");
    assert_eq!(town.differences(), [Difference::Changed(named.clone(), vec![])]);

    let town = Town::new();
    town.take_back_release_and_attach();
    let folder = format!("attachments {SECOND}");
    let [(name, _)] = town.store.papers(&folder, None, 9).unwrap().try_into().unwrap();
    town.store.file_papers(vec![Paper::gone(folder, name)]).unwrap();
    assert_eq!(town.differences(), [Difference::Missing(named)]);
}

#[test]
fn marks_are_still_vouched_for_once_their_entries_stand_in_an_archive() {
    let town = Town::new();
    let content = town.take_back_release_and_attach();
    for thing in [
        Thing::Withdrawal(Target::Batch(BatchId(2))),
        Thing::Withdrawal(Target::Record(SECOND)),
        Thing::Release(RunId(1)),
        Thing::Attachment(SECOND, content),
    ] {
        let (what, id) = thing.subject();
        assert_eq!(Thing::made_by(Action::Archive, what, &id), Some(thing));
    }
}

/// The first record of batch 1 with its premises blanked: its number, what the batch says, what it is going to say.
fn blanking(town: &Town) -> (Blank, NewBatch, NewBatch) {
    let Json::Object(fields) = json!({ "premises": "〔已清除〕" }) else { unreachable!() };
    let now = town.store.contents(BatchId(1)).unwrap();
    let mut then = now.clone();
    then.records[0].fields.extend(fields.clone());
    (Blank { record: ItemId { batch: BatchId(1), number: 1 }, fields }, now, then)
}

#[test]
fn a_lawful_blanking_is_no_tampering_before_while_and_after_it_is_done() {
    let town = Town::new();
    let (blank, now, then) = blanking(&town);
    town.audit.note_blanking(&Caller::service(), BatchId(1), &now, &then).unwrap();
    assert_eq!(town.differences(), [], "it was interrupted before it began");
    town.store.blank(vec![blank]).unwrap();
    assert_eq!(town.differences(), []);
    let last = town.store.last_entry().unwrap().unwrap();
    assert_eq!((last.action.as_str(), last.subject.as_str(), last.id.as_str()), ("blank", "batch", "1"));
    // From now on the blanked text is what is held against.
    forge(&town.store.shelves.records, r#"{"deaths":16,"#, r#"{"deaths":61,"#);
    assert_eq!(town.differences(), [Difference::Changed(BATCH, vec![Part::Record(17)])]);
}

#[test]
fn blanking_does_not_vouch_for_what_was_changed_before() {
    let town = Town::new();
    forge(&town.store.shelves.records, r#"{"deaths":16,"#, r#"{"deaths":61,"#);
    let (blank, now, then) = blanking(&town);
    town.audit.note_blanking(&Caller::service(), BatchId(1), &now, &then).unwrap();
    town.store.blank(vec![blank]).unwrap();
    assert!(
        matches!(&town.differences()[..], [Difference::Changed(BATCH, parts)] if parts.contains(&Part::Record(17)))
    );
}
