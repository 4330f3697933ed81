//! Both stores say the same, whatever is done to them in whatever order.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;

/// Unit, kind and the record it corrects.
type Row = (u8, u8, Option<(u8, u8)>);

/// Something done to a store, chosen by chance; numbers are taken modulo what is there.
#[derive(Debug, Clone)]
enum Step {
    Append { on: i8, rows: Vec<Row>, takes_back: Option<(u8, u8)> },
    WithdrawBatch { batch: u8, on: i8 },
    WithdrawRecord { batch: u8, number: u8, on: i8 },
}

fn step() -> impl Strategy<Value = Step> {
    let row = (0..4_u8, 0..2_u8, prop::option::of((1..6_u8, 1..5_u8)));
    prop_oneof![
        4 => (1..28_i8, prop::collection::vec(row, 0..5), prop::option::weighted(0.4, (1..6_u8, 1..5_u8)))
            .prop_map(|(on, rows, takes_back)| Step::Append { on, rows, takes_back }),
        1 => (1..6_u8, 1..28_i8).prop_map(|(batch, on)| Step::WithdrawBatch { batch, on }),
        1 => (1..6_u8, 1..5_u8, 1..28_i8).prop_map(|(batch, number, on)| Step::WithdrawRecord { batch, number, on }),
    ]
}

/// Does it, and tells what came of it.
fn take(store: &dyn Store, step: &Step) -> String {
    let done = match step {
        Step::Append { on, rows, takes_back } => {
            let rows = rows.iter().map(|(unit, kind, old)| RecordRow {
                supersedes: old.map(|(batch, number)| id(batch.into(), number.into())),
                ..record(["甲", "乙", "丙", "丁"][usize::from(*unit)], ["fire", "dispute"][usize::from(*kind)], 1)
            });
            let takes_back = takes_back.iter().map(|(batch, number)| id((*batch).into(), (*number).into())).collect();
            let new = NewBatch { takes_back, ..batch(day(5, *on), rows.collect()) };
            store.append_batch(new).map(|id| id.to_string())
        }
        Step::WithdrawBatch { batch, on } => {
            store.withdraw_batch(BatchId((*batch).into()), act(day(5, *on), "误")).map(|()| String::new())
        }
        Step::WithdrawRecord { batch, number, on } => {
            store.withdraw_record(id((*batch).into(), (*number).into()), act(day(5, *on), "误")).map(|()| String::new())
        }
    };
    done.unwrap_or_else(|error| error.to_string())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn both_stores_say_the_same_whatever_is_done_to_them(steps in prop::collection::vec(step(), 1..14)) {
        let directory = tempfile::tempdir().unwrap();
        let (memory, disk) = (Memory::new(), sled::open(directory.path()).unwrap());
        for step in &steps {
            prop_assert_eq!(take(&memory, step), take(&disk, step));
        }
        for as_of in (1..29).map(|on| day(5, on)) {
            prop_assert_eq!(memory.scan_facts(None, 9, as_of).unwrap(), disk.scan_facts(None, 9, as_of).unwrap());
            super::packed::hold_against_the_records(&disk, as_of);
        }
        for batch in memory.batches(None, 99).unwrap() {
            for number in 1..=batch.counts.all_records() as u32 {
                let id = ItemId { batch: batch.id, number };
                prop_assert_eq!(memory.history(id).unwrap(), disk.history(id).unwrap());
            }
        }
        prop_assert_eq!(disk.verify().unwrap(), []);
        let text = export_text(&memory);
        prop_assert_eq!(&export_text(&disk), &text);
        let copy = Memory::new();
        transfer::import(&copy, &mut Cursor::new(text.as_bytes())).unwrap();
        prop_assert_eq!(export_text(&copy), text);
    }
}
