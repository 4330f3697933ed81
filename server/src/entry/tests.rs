//! A record typed in is held to the checks of an upload; what is not meant to change does not.

use liuwu_engine::period::parse_date;
use serde_json::{Value as Json, json};

use super::*;
use crate::questions::{self, Answer, QuestionError};
use crate::store::memory::Memory;
use crate::store::{Cabinet, Knowledge, RecordRow, State, UnitRow};

const BUNDLE: &str = r#"
bundle: typed
edition: "2020"
title: 录入(虚构)
assess: {unit: village, within: [town], period: year}
records:
  fire:
    title: 火灾
    date: {title: 发生日期}
    fields:
      no:       {title: 编号, type: text}
      deaths:   {title: 死亡人数, type: integer, unit: 人, min: 0}
      premises: {title: 场所, type: choice, choices: {home: 住宅, shop: 店铺}}
      parties:  {title: 当事人, type: {list: text}, personal: name, optional: true}
      phone:    {title: 电话, type: text, personal: phone, optional: true}
    identity: [no]
  ledger:
    title: 台账
    fields: {no: {title: 编号, type: text}, state: {title: 状态, type: text}}
    identity: [unit, no]
    changes: latest
criteria:
  - id: fire
    title: 无火灾
    rules: [{id: F-1, title: 火灾, each: fire, deduct: "1", reason: 火灾}]
"#;

fn at(day: &str) -> Timestamp {
    format!("{day}T12:00:00+08:00").parse().unwrap()
}

fn act(why: &str) -> Act {
    Act { by: "塘下镇 张".into(), at: at("2020-03-05"), why: why.into() }
}

fn bundle() -> Bundle {
    liuwu_engine::bundle::read("typed", BUNDLE).unwrap().0
}

fn store() -> Memory {
    let store = Memory::new();
    let unit = |id: &str, level: &str, parent: Option<&str>| UnitRow {
        id: id.into(),
        level: level.into(),
        name: id.into(),
        parent: parent.map(str::to_owned),
    };
    let mut batch = NewBatch::new(at("2020-01-01"), "李", "区划");
    batch.units = vec![unit("t1", "town", None), unit("v1", "village", Some("t1")), unit("v2", "village", Some("t1"))];
    store.append_batch(batch).unwrap();
    store
}

fn typed(values: &[(&str, &str)]) -> Typed {
    Typed { values: values.iter().map(|(name, text)| ((*name).to_owned(), Raw::Text((*text).to_owned()))).collect() }
}

const GOOD: [(&str, &str); 7] = [
    ("unit", "v1"),
    ("date", "2020年3月1日"),
    ("no", "H1"),
    ("deaths", "0"),
    ("premises", "住宅"),
    ("parties", "张三丰、李四"),
    ("phone", "13812341234"),
];

/// With some values in place of the good ones.
fn with(others: &[(&str, &str)]) -> Typed {
    let mut typed = typed(&GOOD);
    typed.values.extend(self::typed(others).values);
    typed
}

fn desk<'a>(store: &'a Memory, bundle: &'a Bundle) -> Desk<'a> {
    Desk { store, bundle, remit: &Remit::ALL, sight: Sight::Masked, pseudonym_key: b"a key for tests" }
}

fn enter(store: &Memory, kind: &str, values: &Typed, decision: Decision) -> Entered {
    let bundle = bundle();
    desk(store, &bundle).enter(&bundle.dictionary.kinds[kind], values, &act(""), decision).unwrap()
}

fn correct(store: &Memory, id: RecordId, values: &Typed, decision: Decision) -> Entered {
    let bundle = bundle();
    let old = store.record(id).unwrap().record;
    let kind = &bundle.dictionary.kinds[&old.kind];
    desk(store, &bundle).correct(kind, &old, values, &act("笔误"), decision).unwrap()
}

fn keep(store: &Memory, entered: Entered) -> RecordId {
    match entered {
        Entered::Ready(batch) => RecordId { batch: store.append_batch(*batch).unwrap(), number: 1 },
        other => panic!("{other:?}"),
    }
}

fn faulty_fields(entered: Entered) -> Vec<String> {
    match entered {
        Entered::Faulty(faults) => faults.into_iter().map(|fault| fault.field).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_good_record_is_stored_as_an_upload_would_store_it() {
    let store = store();
    let id = keep(&store, enter(&store, "fire", &typed(&GOOD), Decision::Ask));
    let stored = store.record(id).unwrap().record;
    assert_eq!(stored.date, parse_date("2020-03-01").unwrap());
    assert_eq!(
        Json::Object(stored.fields.clone()),
        json!({"no": "H1", "deaths": "0", "premises": "home", "parties": ["张三丰", "李四"], "phone": "13812341234"})
    );
    assert_eq!(stored.source.to_line(), "网页录入 2020-03-05 12:00:00.000:1");
    assert_eq!(store.batch(id.batch).unwrap().by, "塘下镇 张");
}

#[test]
fn every_fault_is_at_its_field() {
    let store = store();
    let faulty = with(&[("unit", "v9"), ("date", "2020-02-30"), ("deaths", "两人"), ("premises", "飞机"), ("no", "")]);
    assert_eq!(
        faulty_fields(enter(&store, "fire", &faulty, Decision::Ask)),
        ["unit", "date", "no", "deaths", "premises"]
    );
    assert_eq!(
        faulty_fields(enter(&store, "fire", &with(&[("unit", "t1")]), Decision::Ask)),
        ["unit"],
        "a town is no village"
    );
    assert_eq!(faulty_fields(enter(&store, "fire", &with(&[("unit", "")]), Decision::Ask)), ["unit"]);
    assert_eq!(faulty_fields(enter(&store, "fire", &with(&[("colour", "红")]), Decision::Ask)), ["colour"]);
}

#[test]
fn a_record_that_is_known_is_not_stored_twice() {
    let store = store();
    let id = keep(&store, enter(&store, "fire", &typed(&GOOD), Decision::Ask));
    assert!(matches!(enter(&store, "fire", &typed(&GOOD), Decision::KeepBoth), Entered::Known(known) if known == id));
}

#[test]
fn one_that_may_be_the_same_fact_is_asked_about() {
    let store = store();
    let id = keep(&store, enter(&store, "fire", &typed(&GOOD), Decision::Ask));
    let other = with(&[("deaths", "2")]);
    let Entered::Question(likeness) = enter(&store, "fire", &other, Decision::Ask) else { panic!() };
    assert_eq!((likeness.known.id, likeness.differences.as_str(), likeness.newer_stands), (id, "死亡人数", false));
    let both = keep(&store, enter(&store, "fire", &other, Decision::KeepBoth));
    assert_eq!(store.record(id).unwrap().state, State::InForce);
    assert_eq!(store.record(both).unwrap().record.supersedes, None);
    // Neither is asked about again.
    assert!(matches!(enter(&store, "fire", &typed(&GOOD), Decision::Ask), Entered::Known(known) if known == id));
    assert!(matches!(enter(&store, "fire", &other, Decision::Ask), Entered::Known(known) if known == both));
}

#[test]
fn the_newer_state_of_a_ledger_entry_takes_the_place_of_the_older_when_asked_to() {
    let store = store();
    let values = |state| typed(&[("unit", "v1"), ("date", "2020-01-05"), ("no", "1"), ("state", state)]);
    let id = keep(&store, enter(&store, "ledger", &values("开"), Decision::Ask));
    let Entered::Question(likeness) = enter(&store, "ledger", &values("关"), Decision::Ask) else { panic!() };
    assert!(likeness.newer_stands);
    let newer = keep(&store, enter(&store, "ledger", &values("关"), Decision::Replace));
    assert_eq!(store.record(newer).unwrap().record.supersedes, Some(id));
    let elsewhere = typed(&[("unit", "v2"), ("date", "2020-01-05"), ("no", "1"), ("state", "开")]);
    assert!(matches!(enter(&store, "ledger", &elsewhere, Decision::Ask), Entered::Ready(_)));
}

#[test]
fn a_correction_changes_what_is_typed_and_nothing_else() {
    let store = store();
    let id = keep(&store, enter(&store, "fire", &typed(&GOOD), Decision::Ask));
    let new = keep(&store, correct(&store, id, &typed(&[("deaths", "1"), ("unit", "v2")]), Decision::Ask));
    let (old, stored) = (store.record(id).unwrap(), store.record(new).unwrap().record);
    assert!(matches!(old.state, State::Superseded { by, act } if by == new && act.why == "笔误"));
    assert_eq!((stored.unit.as_str(), &stored.fields["deaths"]), ("v2", &json!("1")));
    assert_eq!(stored.fields["phone"], old.record.fields["phone"]);
}

#[test]
fn a_personal_text_that_comes_back_struck_out_stays_what_it_is() {
    let store = store();
    let id = keep(&store, enter(&store, "fire", &typed(&GOOD), Decision::Ask));
    let shown = typed(&[("deaths", "1"), ("parties", "张**、李*"), ("phone", "138****1234")]);
    let new = keep(&store, correct(&store, id, &shown, Decision::Ask));
    let fields = store.record(new).unwrap().record.item.fields;
    assert_eq!((&fields["parties"], &fields["phone"]), (&json!(["张三丰", "李四"]), &json!("13812341234")));
    // A list of which one name is changed keeps the other; struck out in part, nobody can tell what was there.
    let mut values = typed(&[]);
    let parts = ["张**", "王五"].map(|name| Raw::Text(name.to_owned()));
    values.values.insert("parties".to_owned(), Raw::List(parts.to_vec()));
    let new = keep(&store, correct(&store, new, &values, Decision::Ask));
    assert_eq!(store.record(new).unwrap().record.item.fields["parties"], json!(["张三丰", "王五"]));
    for doubtful in [typed(&[("parties", "张**")]), typed(&[("phone", "139****1234")])] {
        let field = doubtful.values.keys().next().unwrap().clone();
        assert_eq!(faulty_fields(correct(&store, new, &doubtful, Decision::Ask)), [field]);
    }
    let changed = typed(&[("phone", "13900000000"), ("parties", "")]);
    let newer = keep(&store, correct(&store, new, &changed, Decision::Ask));
    let fields = store.record(newer).unwrap().record.item.fields;
    assert_eq!((fields.get("parties"), &fields["phone"]), (None, &json!("13900000000")));
}

#[test]
fn a_correction_that_changes_nothing_or_meets_another_record_is_not_stored() {
    let store = store();
    let id = keep(&store, enter(&store, "fire", &typed(&GOOD), Decision::Ask));
    let other = keep(&store, enter(&store, "fire", &with(&[("no", "H2")]), Decision::Ask));
    assert!(
        matches!(correct(&store, id, &typed(&[("deaths", "0")]), Decision::Ask), Entered::Known(same) if same == id)
    );
    assert!(
        matches!(correct(&store, id, &typed(&[("no", "H2")]), Decision::Ask), Entered::Known(same) if same == other)
    );
    let meets = typed(&[("no", "H2"), ("deaths", "3")]);
    assert!(matches!(correct(&store, id, &meets, Decision::Ask), Entered::Question(it) if it.known.id == other));
    assert_eq!(faulty_fields(correct(&store, id, &typed(&[("date", "昨天")]), Decision::Ask)), ["date"]);
}

/// A stored record and a row that contradicts it, kept as question 1.
fn questioned() -> (Memory, RecordId) {
    let store = store();
    let id = keep(&store, enter(&store, "fire", &typed(&GOOD), Decision::Ask));
    let Entered::Ready(mut batch) = enter(&store, "fire", &with(&[("no", "H9"), ("deaths", "2")]), Decision::Ask)
    else {
        panic!()
    };
    let mut row = batch.records.remove(0);
    row.fields.insert("no".to_owned(), json!("H1"));
    let day = parse_date("2020-03-05").unwrap();
    assert_eq!(questions::raise(&store, vec![(row.clone(), id)], &act("三月"), day).unwrap(), [1]);
    assert_eq!(
        questions::raise(&store, vec![(row, id)], &act("又一次"), day).unwrap(),
        [0; 0],
        "it is not asked twice"
    );
    (store, id)
}

#[test]
fn a_question_is_settled_for_the_stored_record_for_the_new_one_or_for_both() {
    for (answer, counting, superseded) in
        [(Answer::KeepStored, 1, false), (Answer::TakeNew, 1, true), (Answer::KeepBoth, 2, false)]
    {
        let (store, id) = questioned();
        let settled = questions::settle(&store, &Remit::ALL, 1, answer, act("核对过原件")).unwrap().settled.unwrap();
        assert_eq!((settled.answer, settled.act.why.as_str()), (answer, "核对过原件"));
        assert_eq!(settled.batch.is_some(), answer != Answer::KeepStored);
        assert_eq!(store.facts_of("v1", Date::MAX).unwrap().records.len(), counting, "{answer:?}");
        assert_eq!(matches!(store.record(id).unwrap().state, State::Superseded { .. }), superseded);
        let again = questions::settle(&store, &Remit::ALL, 1, answer, act("再来"));
        assert!(matches!(again, Err(QuestionError::Settled(1))));
        assert_eq!(questions::all(&store).unwrap().len(), 1, "a settled question stays");
    }
}

#[test]
fn a_question_about_a_record_that_does_not_count_any_more_stays_open() {
    let (store, id) = questioned();
    store.withdraw_record(id, act("误报")).unwrap();
    assert!(matches!(
        questions::settle(&store, &Remit::ALL, 1, Answer::TakeNew, act("")),
        Err(QuestionError::Store(_))
    ));
    assert_eq!(questions::one(&store, 1).unwrap().settled, None);
    assert!(questions::settle(&store, &Remit::ALL, 1, Answer::KeepBoth, act("按新的")).is_ok());
    assert!(matches!(questions::one(&store, 2), Err(QuestionError::Missing(2))));
}

#[test]
fn an_answer_whose_row_was_stored_before_an_interruption_is_not_asked_for_again() {
    for (answer, counting) in [(Answer::TakeNew, 1), (Answer::KeepBoth, 2)] {
        let (store, _) = questioned();
        let open = store.paper("questions", "000000000001").unwrap().unwrap();
        let settled = questions::settle(&store, &Remit::ALL, 1, answer, act("核对过原件")).unwrap();
        // As it is when the process ends between the batch and the question.
        store.file_papers(vec![crate::store::Paper::new("questions", "000000000001", open)]).unwrap();
        assert_eq!(questions::one(&store, 1).unwrap().settled, None);
        assert_eq!(questions::finish_interrupted(&store).unwrap().len(), 1);
        assert_eq!(questions::one(&store, 1).unwrap(), settled, "{answer:?}");
        let again = questions::settle(&store, &Remit::ALL, 1, answer, act("再来"));
        assert!(matches!(again, Err(QuestionError::Settled(1))));
        assert_eq!(store.facts_of("v1", Date::MAX).unwrap().records.len(), counting, "{answer:?}");
        assert_eq!(questions::finish_interrupted(&store).unwrap(), []);
    }
}

#[test]
fn the_number_of_a_question_that_cannot_be_read_is_not_given_again() {
    let (store, id) = questioned();
    let row = questions::one(&store, 1).unwrap().row;
    store.file_papers(vec![crate::store::Paper::new("questions", "000000000002", b"half".to_vec())]).unwrap();
    let other = RecordRow { number: Some("H8".to_owned()), ..row };
    let day = parse_date("2020-03-06").unwrap();
    assert_eq!(questions::raise(&store, vec![(other, id)], &act("三月"), day).unwrap(), [3]);
    assert_eq!(questions::all(&store).unwrap().iter().map(|question| question.number).collect::<Vec<_>>(), [1, 3]);
}
