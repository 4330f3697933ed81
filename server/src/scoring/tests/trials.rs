//! An edition held against another comes to the same in chunks of any size.

use std::collections::BTreeMap;

use super::super::trial::impact_in_chunks;
use super::*;
use crate::progress::Unwatched;

/// What the other edition changes, with how far its scripts look.
const EDITS: [(&str, &str); 4] = [
    ("fire.loss + 1", "fire.loss + 2"),
    ("compare: town, script", "compare: county, script"),
    ("title: 损失, type: decimal", "title: 损失, type: decimal, default: 1"),
    ("previous.score < 100", "previous.score < 98"),
];

type Pair = [Option<String>; 2];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_size_of_chunks_cannot_be_seen(
        records in prop::collection::vec((0..6_usize, any::<bool>(), any::<u8>(), 2019..2021_u16), 0..12),
        edit in 0..EDITS.len(),
    ) {
        let store = Memory::new();
        furnish(&store, YEARLY, &["fire", "warning"]);
        let towns = ["t1", "t2", "t3"];
        let rows = records.iter().map(|(unit, warns, loss, year)| match warns {
            true => row(towns[unit % 3], "warning", (*year, *loss), None),
            false => row(VILLAGES[*unit], "fire", (*year, *loss), None),
        });
        store.append_batch(batch(rows.collect())).unwrap();
        let (from, to) = EDITS[edit];
        let text = YEARLY.replace(from, to).replace("edition: \"1\"", "edition: \"2\"");
        let plan = |text: &str| {
            let (bundle, _) = bundle::read("trial", text).unwrap();
            Arc::new(Plan::new(Arc::new(bundle)).unwrap())
        };
        let (before, after) = (plan(YEARLY), plan(&text));
        let found = |size: usize| {
            let mut found: BTreeMap<(Period, String), Pair> = BTreeMap::new();
            let told = |result: &Option<Arc<Assessment>>| result.as_ref().map(|result| result.to_json().to_string());
            impact_in_chunks(&store, [&before, &after], &ask("2019..2020"), &Unwatched, size, &mut |difference| {
                let pair = [told(&difference.before), told(&difference.after)];
                found.insert((difference.period, difference.unit.to_string()), pair);
            })
            .unwrap();
            found
        };
        let whole = found(usize::MAX);
        for size in [1, 2, 4] {
            prop_assert_eq!(&found(size), &whole);
        }
    }
}

#[test]
fn an_edition_that_begins_later_looks_back_on_the_year_before_it_begins() {
    let store = Memory::new();
    furnish(&store, YEARLY, &["fire", "warning"]);
    // A bad year 2018, a good one 2019.
    store.append_batch(batch(vec![row("v1", "fire", (2018, 3), None)])).unwrap();
    score(&store, &ask("2018")).unwrap();
    score(&store, &ask("2019")).unwrap();
    let plan = |text: &str| {
        let (bundle, _) = bundle::read("trial", text).unwrap();
        Arc::new(Plan::new(Arc::new(bundle)).unwrap())
    };
    let later = YEARLY.replace("edition: \"1\"", "edition: \"2\"\neffective: {from: 2020-01-01}");
    let mut moved = Vec::new();
    impact_in_chunks(&store, [&plan(YEARLY), &plan(&later)], &ask("2019..2020"), &Unwatched, 9, &mut |found| {
        let score = |result: Option<&Arc<Assessment>>| result.and_then(|result| result.score);
        if found.period == "2020".parse().unwrap() && score(found.before.as_ref()) != score(found.after.as_ref()) {
            moved.push(found.unit.to_string());
        }
    })
    .unwrap();
    assert_eq!(moved, Vec::<String>::new(), "2020 looks back on 2019 under both");
}
