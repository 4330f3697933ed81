//! Pushes against a store in memory: what they store, and that the order in which messages arrive does not matter.

mod events;

use std::ops::ControlFlow;

use liuwu_engine::bundle;
use liuwu_engine::period::Date;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::store::Knowledge as _;
use crate::store::memory::Memory;
use crate::store::{Scope, StoredRecord, UnitRow};

const BUNDLE: &str = r#"
bundle: small
edition: "2020"
title: 小样(示例)
assess: {unit: village, period: year, base: 100}
records:
  event:
    title: 事件
    fields:
      no: {title: 编号, type: text}
      category: {title: 类别, type: choice, choices: {hazard: 隐患, welfare: 民生}}
      reported: {title: 上报, type: time}
      accepted: {title: 受理, type: time, optional: true}
      finished: {title: 办结, type: time, optional: true}
      due: {title: 时限, type: time}
      reporter: {title: 报告人, type: text, personal: name, optional: true}
    identity: [no]
    changes: latest
    stages: [reported, accepted, finished]
  fire:
    title: 火灾
    department: 消防
    fields: {deaths: {title: 死亡人数, type: integer, min: 0}, reporter: {title: 报告人, type: text, personal: name, optional: true}}
    identity: [unit, date]
criteria: [{id: c, title: 甲, rules: [{id: R-1, title: 逾期, basis: 第一条, each: event, when: "event.finished == ()", deduct: "1", reason: 未办结}]}]
"#;

const AT: &str = "2020-07-01T12:00:00+08:00";

struct Desk {
    store: Memory,
    bundle: Bundle,
    standing: Standing,
    remit: Remit,
}

impl Desk {
    fn new() -> Desk {
        let (bundle, _) = bundle::read("small.yaml", BUNDLE).unwrap();
        let store = Memory::new();
        let row = |id: &str, name: &str| UnitRow {
            id: id.to_owned(),
            level: "village".to_owned(),
            name: name.to_owned(),
            parent: None,
        };
        let mut batch = NewBatch::new(AT.parse().unwrap(), "t", "units");
        batch.units = vec![row("330381101701", "上岙村"), row("330381101702", "前垟村")];
        store.append_batch(batch).unwrap();
        Desk { store, bundle, standing: Standing::default(), remit: Remit::ALL }
    }

    fn answers_for(&mut self, scope: &Scope) {
        self.remit = Remit::of(scope, &self.bundle, &self.store.units(Date::MAX).unwrap());
    }

    fn push(&mut self, accept_good_items: bool, items: &[Json]) -> Report {
        self.take(accept_good_items, items, false)
    }

    /// Pushes messages about events.
    fn tell(&mut self, messages: &[Json]) -> Report {
        self.take(true, messages, true)
    }

    fn take(&mut self, accept_good_items: bool, items: &[Json], of_events: bool) -> Report {
        let ask = Ask {
            by: "平台".into(),
            remit: self.remit.clone(),
            pseudonym_key: b"a key for tests".to_vec(),
            at: AT.parse().unwrap(),
            source: "微连心".into(),
            what: String::new(),
            mapping: None,
            accept_good_items,
            dry_run: false,
        };
        self.standing.rest_on(self.store.inputs_changed(), "e");
        let levels: Vec<&str> = self.bundle.levels().collect();
        let units = self.standing.units(&self.store).unwrap();
        let push = Push::new(&self.bundle, &levels, &units, &ask);
        let mut push = if of_events { push.of_events() } else { push };
        for item in items {
            push.take_sent(item.clone(), None);
        }
        let report = push.finish(&self.store, &mut self.standing).unwrap();
        if report.batch.is_some() {
            self.standing.follow(self.store.inputs_changed());
        }
        report
    }

    fn known(&self, kind: &str) -> Vec<StoredRecord> {
        let mut known = Vec::new();
        self.store
            .records_of_kind(kind, Date::MAX, &mut |record| {
                known.push(record);
                ControlFlow::Continue(())
            })
            .unwrap();
        known
    }

    /// What is known of events, without where and when it came from.
    fn facts(&self) -> Vec<(String, String)> {
        let mut facts: Vec<(String, String)> = self
            .known("event")
            .into_iter()
            .map(|record| (record.unit.clone(), format!("{} {}", record.date, Json::Object(record.fields.clone()))))
            .collect();
        facts.sort();
        facts
    }
}

fn fire(unit: &str, date: &str, deaths: i32) -> Json {
    json!({"kind": "fire", "unit": unit, "date": date, "deaths": deaths})
}

fn outcomes(report: &Report) -> Vec<Outcome> {
    report.items.iter().map(|item| item.outcome).collect()
}

#[test]
fn what_is_new_is_stored_and_the_same_again_is_not() {
    let mut desk = Desk::new();
    let items = [fire("330381101701", "2020-02-29", 0), fire("前垟村", "2020-03-01", 1)];
    let first = desk.push(false, &items);
    assert_eq!(outcomes(&first), [Outcome::New, Outcome::New]);
    assert_eq!(first.items[1].records[0].to_string(), "2-2");
    let again = desk.push(false, &items);
    assert_eq!((outcomes(&again), again.batch), (vec![Outcome::Same, Outcome::Same], None));
    let known = desk.known("fire");
    assert_eq!(known.len(), 2);
    assert_eq!(known[1].source.to_line(), "微连心:2");
}

#[test]
fn every_fault_stands_at_its_json_pointer_and_nothing_is_stored() {
    let mut desk = Desk::new();
    let good = fire("330381101701", "2020-02-29", 0);
    let bad = json!({"kind": "fire", "unit": "没有的村", "date": "2020-02-30", "deaths": "两人", "reporter": 7});
    let report = desk.push(false, &[good, bad, json!({"kind": "fires"})]);
    assert_eq!((report.acceptable, report.batch), (false, None));
    let places =
        |item: usize| -> Vec<&str> { report.items[item].faults.iter().map(|fault| fault.pointer.as_str()).collect() };
    assert_eq!(places(0), Vec::<&str>::new());
    assert_eq!(places(1)[..3], ["/unit", "/date", "/deaths"]);
    assert_eq!(places(2), ["/kind"]);
    assert!(desk.known("fire").is_empty());
}

#[test]
fn the_good_items_alone_are_stored_when_that_is_asked_for() {
    let mut desk = Desk::new();
    desk.push(false, &[fire("330381101701", "2020-02-29", 0)]);
    let contradiction = fire("330381101701", "2020-02-29", 3);
    let report = desk.push(true, &[contradiction, fire("330381101702", "2020-02-29", 1), json!({"kind": "fire"})]);
    assert_eq!(outcomes(&report), [Outcome::Conflict, Outcome::New, Outcome::Faulty]);
    assert_eq!(report.items[0].faults[0].diagnostic.code.id, "stored-conflict");
    assert_eq!(desk.known("fire").len(), 2);
}

#[test]
fn an_item_that_holds_two_records_is_stored_whole_or_not_at_all() {
    let mut desk = Desk::new();
    desk.push(false, &[fire("330381101701", "2020-02-29", 0)]);
    let ask = Ask {
        by: "平台".into(),
        remit: Remit::ALL,
        pseudonym_key: Vec::new(),
        at: AT.parse().unwrap(),
        source: "微连心".into(),
        what: String::new(),
        mapping: None,
        accept_good_items: true,
        dry_run: false,
    };
    let levels: Vec<&str> = desk.bundle.levels().collect();
    let units = desk.standing.units(&desk.store).unwrap();
    let mut push = Push::new(&desk.bundle, &levels, &units, &ask);
    let object = |item: Json| Mapped { object: item.as_object().unwrap().clone(), origins: BTreeMap::new() };
    // Its second record contradicts what is known, so its first goes too, and the later item stands in its place.
    push.take(vec![object(fire("330381101702", "2020-05-01", 1)), object(fire("330381101701", "2020-02-29", 2))]);
    push.take(vec![object(fire("330381101702", "2020-05-01", 4))]);
    let report = push.finish(&desk.store, &mut desk.standing).unwrap();
    assert_eq!(outcomes(&report), [Outcome::Conflict, Outcome::New]);
    assert_eq!(desk.known("fire").iter().map(|fire| fire.fields["deaths"].clone()).collect::<Vec<_>>(), ["0", "4"]);
}

#[test]
fn a_caller_pushes_for_its_own_department_and_villages_alone() {
    let mut desk = Desk::new();
    let items = [fire("330381101701", "2020-02-29", 0), fire("330381101702", "2020-03-01", 1)];
    desk.answers_for(&Scope::Divisions(vec!["330381101702".into()]));
    let report = desk.push(true, &items);
    assert_eq!(outcomes(&report), [Outcome::Faulty, Outcome::New]);
    assert_eq!((report.items[0].faults[0].pointer.as_str(), desk.known("fire").len()), ("/unit", 1));
    desk.answers_for(&Scope::Department("公安局".into()));
    let report = desk.push(true, &items);
    assert_eq!((outcomes(&report), report.items[0].faults[0].pointer.as_str()), (vec![Outcome::Faulty; 2], "/kind"));
    desk.answers_for(&Scope::Department("消防".into()));
    assert_eq!(outcomes(&desk.push(true, &items)), [Outcome::New, Outcome::Same]);
}

#[test]
fn of_two_records_that_were_kept_as_two_facts_each_is_known_again() {
    let mut desk = Desk::new();
    let two = [fire("330381101701", "2020-02-29", 0), fire("330381101701", "2020-02-29", 2)];
    desk.push(false, &two[..1]);
    // A person has decided that the second is another fact, though all that tells facts apart is the same.
    let mut batch = NewBatch::new(AT.parse().unwrap(), "甲", "是两件事");
    let mut other = desk.known("fire").remove(0).item;
    other.fields.insert("deaths".to_owned(), json!("2"));
    batch.records = vec![other];
    desk.store.append_batch(batch).unwrap();
    for item in &two {
        assert_eq!(outcomes(&desk.push(false, std::slice::from_ref(item))), [Outcome::Same]);
    }
    assert_eq!(outcomes(&desk.push(true, &[fire("330381101701", "2020-02-29", 3)])), [Outcome::Conflict]);
}

#[test]
fn what_else_was_written_is_seen_by_the_next_push() {
    let mut desk = Desk::new();
    let item = fire("330381101701", "2020-02-29", 0);
    desk.push(false, std::slice::from_ref(&item));
    desk.store
        .withdraw_record(
            ItemId { batch: BatchId(2), number: 1 },
            crate::store::Act { by: "甲".into(), at: AT.parse().unwrap(), why: "误".into() },
        )
        .unwrap();
    assert_eq!(outcomes(&desk.push(false, &[item])), [Outcome::New]);
}

/// States of one event as a platform sends them: with the times reached so far, among them a state sent back after it was
/// finished, two that differ in their category alone, and two that differ in who reported it alone.
fn states(no: &str) -> Vec<Json> {
    let told_by = |reporter: Option<&str>, category: &str, accepted: Option<&str>, finished: Option<&str>| {
        json!({"reporter": reporter, "kind": "event", "unit": "330381101701", "date": "2020-06-01", "no": no, "category": category,
            "reported": "2020-06-01 08:00", "accepted": accepted, "finished": finished, "due": "2020-06-30 08:00"})
    };
    let state = |category: &str, accepted, finished| told_by(None, category, accepted, finished);
    vec![
        state("hazard", None, None),
        state("hazard", Some("2020-06-01 09:00"), None),
        state("welfare", Some("2020-06-01 09:00"), None),
        state("welfare", Some("2020-06-01 09:00"), Some("2020-06-02 08:00")),
        state("welfare", Some("2020-06-03 10:00"), None),
        state("welfare", Some("2020-06-03 10:00"), Some("2020-06-04 08:00")),
        told_by(Some("甲"), "welfare", Some("2020-06-05 10:00"), None),
        told_by(Some("乙"), "welfare", Some("2020-06-05 10:00"), None),
    ]
}

/// Of both events.
const STATES: usize = 16;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_order_and_repetition_of_messages_gives_the_same_facts(
        order in Just((0..STATES).collect::<Vec<_>>()).prop_shuffle(),
        repeated in prop::collection::vec(0..STATES, 0..8),
        upto in 1..=STATES,
        cuts in prop::collection::vec(1..5_usize, 1..8),
    ) {
        let all: Vec<Json> = [states("E1"), states("E2")].concat();
        let told: Vec<usize> = order.into_iter().take(upto).collect();
        let mut in_order = told.clone();
        in_order.sort_unstable();
        let mut orderly = Desk::new();
        for message in &in_order {
            orderly.push(false, &[all[*message].clone()]);
        }
        // The same messages shuffled, some of them again, cut into pushes of any size.
        let mut shuffled: Vec<Json> = told.iter().map(|message| all[*message].clone()).collect();
        shuffled.extend(repeated.iter().filter(|message| told.contains(message)).map(|message| all[*message].clone()));
        let mut desk = Desk::new();
        let mut sizes = cuts.iter().cycle();
        let mut rest = shuffled.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
            let report = desk.push(false, now);
            prop_assert!(report.acceptable);
            rest = later;
        }
        prop_assert_eq!(desk.facts(), orderly.facts());
    }
}
