//! Messages about events: put together step by step, the same in any order.

use super::*;

const VILLAGE: &str = "330381101701";

fn step(no: &str, step: &str, at: &str) -> Json {
    json!({"unit": VILLAGE, "no": no, "step": step, "at": at})
}

/// What is known of the one event, by name.
fn event(desk: &Desk) -> Json {
    let known = desk.known("event");
    assert_eq!(known.len(), 1);
    let mut fields = known[0].fields.clone();
    fields.insert("date".into(), json!(known[0].date.to_string()));
    Json::Object(fields)
}

#[test]
fn steps_told_one_by_one_in_any_order_become_one_event_and_take_nothing_away() {
    let mut desk = Desk::new();
    let first = desk.tell(&[step("E1", "accepted", "2020-06-02 09:00")]);
    assert_eq!(outcomes(&first), [Outcome::New]);
    assert_eq!(event(&desk)["date"], "2020-06-02", "the day of the first step that is known");
    let second = desk.tell(&[
        json!({"kind": "event", "unit": "上岙村", "no": "E1", "category": "hazard", "due": "2020-06-30 08:00",
            "reported": "2020-06-01 08:00"}),
        step("E1", "办结", "2020-06-03 10:00"),
        step("E1", "accepted", "2020-06-02 09:00"),
    ]);
    assert_eq!(outcomes(&second), [Outcome::Updated, Outcome::Updated, Outcome::Same]);
    assert_eq!(second.items[0].records, second.items[1].records, "one record is stored for both");
    let expected = json!({"no": "E1", "category": "hazard", "due": "2020-06-30T08:00:00", "date": "2020-06-01",
        "reported": "2020-06-01T08:00:00", "accepted": "2020-06-02T09:00:00", "finished": "2020-06-03T10:00:00"});
    assert_eq!(event(&desk), expected);
    assert_eq!(desk.tell(&[step("E1", "accepted", "2020-06-02 09:00")]).batch, None);
}

/// Names of the fields that an item is told to lack.
fn missing(report: &Report) -> Vec<Vec<&str>> {
    report.items.iter().map(|item| item.missing.iter().map(|one| one.field.as_str()).collect()).collect()
}

#[test]
fn what_an_event_still_lacks_is_told_with_each_message_until_it_has_come() {
    let mut desk = Desk::new();
    let first = desk.tell(&[step("E1", "accepted", "2020-06-02 09:00")]);
    assert_eq!(missing(&first), [["category", "due", "reported"]]);
    assert_eq!((outcomes(&first), first.incomplete(), first.acceptable), (vec![Outcome::New], 1, true));
    let due = json!({"unit": VILLAGE, "no": "E1", "reported": "2020-06-01 08:00", "due": "2020-06-30 08:00"});
    let next =
        desk.tell(&[step("E1", "finished", "2020-06-03 10:00"), due.clone(), step("E2", "accepted", "2020-06-04")]);
    assert_eq!(missing(&next)[..2], [["category"], ["category"]], "as it stands after all of them");
    assert_eq!(next.items[2].outcome, Outcome::Faulty, "a time without a time of day");
    let category =
        json!({"unit": VILLAGE, "no": "E1", "category": "hazard", "step": "accepted", "at": "2020-06-02 09:00"});
    let last = desk.tell(&[category, due]);
    assert_eq!((missing(&last), last.incomplete()), (vec![vec![]; 2], 0));
}

#[test]
fn a_whole_record_is_told_what_it_lacks_as_well() {
    let mut desk = Desk::new();
    let fire = json!({"kind": "fire", "unit": VILLAGE, "date": "2020-02-29"});
    let pushed = desk.push(false, &[fire, super::fire("330381101702", "2020-02-29", 0)]);
    assert_eq!(missing(&pushed), [vec!["deaths"], vec![]]);
    assert!(pushed.batch.is_some());
}

#[test]
fn of_two_times_of_a_step_the_one_sent_later_stands_and_without_that_the_later_one() {
    let sent = |at: &str, sent: &str| json!({"unit": VILLAGE, "no": "E1", "step": "finished", "at": at, "sent": sent});
    let mut desk = Desk::new();
    desk.tell(&[step("E1", "finished", "2020-06-03 10:00")]);
    assert_eq!(outcomes(&desk.tell(&[step("E1", "finished", "2020-06-02 10:00")])), [Outcome::Older]);
    // A time that was wrong is set right, and the wrong one told again changes nothing.
    let mended = desk.tell(&[sent("2020-06-02 16:00", "2020-06-04 08:00")]);
    assert_eq!((outcomes(&mended), &event(&desk)["finished"]), (vec![Outcome::Updated], &json!("2020-06-02T16:00:00")));
    let again = desk.tell(&[sent("2020-06-03 10:00", "2020-06-03 10:01"), step("E1", "finished", "2020-06-03 10:00")]);
    assert_eq!((outcomes(&again), again.batch), (vec![Outcome::Older; 2], None));
    // Said again later, the same time is younger than another said in between.
    desk.tell(&[sent("2020-06-02 16:00", "2020-06-06 08:00")]);
    assert_eq!(outcomes(&desk.tell(&[sent("2020-06-04 10:00", "2020-06-05 08:00")])), [Outcome::Older]);
}

#[test]
fn what_a_person_has_corrected_is_not_undone_by_a_message_of_before() {
    let mut desk = Desk::new();
    desk.tell(&[step("E1", "finished", "2020-06-03 10:00")]);
    let known = desk.known("event").remove(0);
    let mut batch = NewBatch::new(AT.parse().unwrap(), "甲", "办结时间有误");
    let mut corrected = known.item;
    corrected.fields.insert("finished".to_owned(), json!("2020-06-02T10:00:00"));
    corrected.supersedes = Some(known.id);
    batch.records = vec![corrected];
    desk.store.append_batch(batch).unwrap();
    let told = desk.tell(&[step("E1", "finished", "2020-06-03 10:00"), step("E1", "accepted", "2020-06-01 10:00")]);
    assert_eq!(outcomes(&told), [Outcome::Older, Outcome::Updated]);
    assert_eq!(
        (&event(&desk)["finished"], &event(&desk)["accepted"]),
        (&json!("2020-06-02T10:00:00"), &json!("2020-06-01T10:00:00"))
    );
}

#[test]
fn every_fault_of_a_message_stands_at_its_place() {
    let mut desk = Desk::new();
    let report = desk.tell(&[
        json!({"unit": VILLAGE, "no": "E1"}),
        json!({"unit": VILLAGE, "step": "accepted", "at": "2020-06-01 08:00"}),
        json!({"unit": VILLAGE, "no": "E1", "step": "lost", "at": "2020-06-01 08:00"}),
        json!({"unit": VILLAGE, "no": "E1", "step": "accepted"}),
        json!({"unit": VILLAGE, "no": "E1", "step": "accepted", "at": "昨天"}),
        json!({"unit": VILLAGE, "no": "E1", "step": "accepted", "at": "2020-06-01 08:00", "sent": "昨天"}),
        json!({"kind": "fire", "unit": VILLAGE, "date": "2020-06-01", "deaths": 0}),
        json!({"no": "E1", "step": "accepted", "at": "2020-06-01 08:00"}),
    ]);
    let places: Vec<&str> = report.items.iter().map(|item| item.faults[0].pointer.as_str()).collect();
    assert_eq!(places, ["/step", "/no", "/step", "/at", "/at", "/sent", "/kind", "/unit"]);
    assert!(desk.known("event").is_empty() && desk.known("fire").is_empty());
}

#[test]
fn an_event_of_somebody_else_is_neither_changed_nor_told_of() {
    let mut desk = Desk::new();
    desk.tell(&[step("E1", "accepted", "2020-06-01 09:00")]);
    desk.answers_for(&Scope::Divisions(vec!["330381101702".into()]));
    let mine = json!({"unit": "330381101702", "no": "E1", "step": "finished", "at": "2020-06-02 09:00"});
    let report = desk.tell(&[step("E1", "finished", "2020-06-02 09:00"), mine]);
    assert_eq!(outcomes(&report), [Outcome::Faulty, Outcome::Conflict]);
    assert_eq!(event(&desk).get("finished"), None);
}

/// Messages about two events: steps, steps told again with another time, with and without the moment of sending, a category that
/// changes, several steps at once, the date, another village.
fn messages() -> Vec<Json> {
    let of = |no: &str| {
        let said = |more: Json| {
            let mut message = json!({"unit": VILLAGE, "no": no});
            message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            message
        };
        vec![
            said(json!({"reported": "2020-06-01 08:00", "category": "hazard", "due": "2020-06-30 08:00"})),
            said(json!({"step": "accepted", "at": "2020-06-01 09:00"})),
            said(json!({"step": "accepted", "at": "2020-06-02 09:00", "category": "welfare"})),
            said(json!({"step": "accepted", "at": "2020-06-01 12:00", "sent": "2020-06-02 10:00"})),
            said(json!({"step": "accepted", "at": "2020-06-02 09:00", "sent": "2020-06-02 11:00"})),
            said(json!({"step": "finished", "at": "2020-06-03 09:00"})),
            said(
                json!({"step": "finished", "at": "2020-06-02 09:00", "sent": "2020-06-04 09:00", "date": "2020-05-31"}),
            ),
            said(json!({"reported": "2020-06-01 07:00", "accepted": "2020-06-01 07:30", "unit": "330381101702"})),
        ]
    };
    [of("E1"), of("E2")].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_order_and_repetition_of_messages_gives_the_same_events(
        order in Just((0..16_usize).collect::<Vec<_>>()).prop_shuffle(),
        repeated in prop::collection::vec(0..16_usize, 0..8),
        upto in 1..=16_usize,
        cuts in prop::collection::vec(1..5_usize, 1..8),
    ) {
        let all = messages();
        let told: Vec<usize> = order.into_iter().take(upto).collect();
        let mut in_order = told.clone();
        in_order.sort_unstable();
        let mut orderly = Desk::new();
        for message in &in_order {
            orderly.tell(std::slice::from_ref(&all[*message]));
        }
        let mut shuffled: Vec<Json> = told.iter().map(|message| all[*message].clone()).collect();
        shuffled.extend(repeated.iter().filter(|message| told.contains(message)).map(|message| all[*message].clone()));
        let mut desk = Desk::new();
        let mut sizes = cuts.iter().cycle();
        let mut rest = shuffled.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
            let report = desk.tell(now);
            prop_assert_eq!(report.items.iter().filter(|item| item.outcome.is_refused()).count(), 0);
            rest = later;
        }
        prop_assert_eq!(desk.facts(), orderly.facts());
        prop_assert_eq!(desk.known("event").len(), orderly.known("event").len());
    }
}
