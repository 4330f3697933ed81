//! Villages with inspection records, the same for the same seed.

use std::collections::BTreeMap;
use std::sync::Arc;

use liuwu_engine::assess::{UnitFacts, World};
use liuwu_engine::bundle::Bundle;
use liuwu_engine::coverage::Coverage;
use liuwu_engine::dictionary::{Kind, Value};
use liuwu_engine::number::Number;
use liuwu_engine::period::{parse_date, plus_days};
use liuwu_engine::record::{Facts, Record, Source};

const SEVERITIES: [&str; 4] = ["minor", "general", "major", "critical"];

/// Numbers that look drawn.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 % end).unwrap()
    }
}

/// Villages with so many records each.
pub fn world(bundle: &Bundle, villages: usize, records: u32) -> World {
    let mut dice = Dice(0x5eed_1234_5678_9abc);
    let mut world = World::new(Coverage::all_but(Vec::<String>::new()), b"key");
    let kinds: Vec<&Arc<Kind>> = bundle.dictionary.kinds.values().collect();
    for village in 0..villages {
        let population = Value::Number(Number::from(500 + dice.below(4_500)));
        let drawn = (0..records).map(|row| {
            let kind = kinds[usize::try_from(dice.below(kinds.len() as u64)).unwrap()];
            Arc::new(record(kind, row, &mut dice))
        });
        let facts = Facts::new(drawn.collect::<Vec<_>>());
        world.add_unit(UnitFacts {
            id: Arc::from(format!("{village:012}")),
            level: Arc::from("village"),
            name: Arc::from(format!("村{village}")),
            attributes: BTreeMap::from([("population".to_owned(), vec![(None, population)])]),
            facts,
            ..UnitFacts::default()
        });
    }
    world
}

fn record(kind: &Arc<Kind>, row: u32, dice: &mut Dice) -> Record {
    let first = parse_date("2025-01-01").unwrap();
    let date = plus_days(first, dice.below(365)).unwrap();
    // Most are slight, few are grave.
    let severity = |dice: &mut Dice| {
        let place = [0, 0, 0, 0, 1, 1, 1, 2, 2, 3][usize::try_from(dice.below(10)).unwrap()];
        Value::text(SEVERITIES[place])
    };
    let values = kind.fields.keys().map(|field| match field.as_str() {
        "severity" => Some(severity(dice)),
        "deaths" => Some(Value::Number(Number::from((dice.below(12) - 9).max(0)))),
        "fixed" => (dice.below(10) < 7).then(|| Value::Date(plus_days(date, dice.below(40)).unwrap())),
        "settled" => Some(Value::Boolean(dice.below(20) > 0)),
        "safety" => Some(Value::Number(Number::fraction(880 + dice.below(120), 10).unwrap())),
        _ => None,
    });
    let values = values.collect();
    Record { kind: Arc::clone(kind), date, id: None, values, source: Source::line(&Arc::from("facts"), row) }
}
