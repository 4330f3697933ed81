//! Generated facts for any bundle: records with values of their types, some missing, some large, some kinds not handed in.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::assess::{UnitFacts, World};
use crate::bundle::Bundle;
use crate::coverage::Coverage;
use crate::dictionary::{Dictionary, Field, Kind, Type, Value};
use crate::number::Number;
use crate::period::{Date, Period, plus_days};
use crate::record::{Facts, Record, Source};

/// Numbers that look drawn, the same for the same seed.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x1234_5678_9abc_def1))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to before another.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap()
    }

    /// Whether something happens that does so many times in a hundred.
    pub(super) fn happens(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(super) fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// One county, two towns, some villages.
pub(super) fn world(bundle: &Bundle, periods: &[Period], dice: &mut Dice) -> World {
    let kinds = bundle.dictionary.kinds.keys();
    let withheld: Vec<String> = kinds.filter(|_| dice.happens(4)).cloned().collect();
    let mut world = World::new(Coverage::all_but(withheld), b"key");
    let mut rows = 0;
    let levels: Vec<&str> = bundle.levels().collect();
    let mut above: Vec<usize> = Vec::new();
    for (depth, level) in levels.iter().rev().enumerate() {
        let count = match depth + 1 {
            last if last == levels.len() => 4,
            depth => depth,
        };
        let mut here = Vec::new();
        for number in 0..count {
            let mut unit = UnitFacts {
                id: Arc::from(format!("{level}{number}")),
                level: Arc::from(*level),
                name: Arc::from(format!("{level} {number}")),
                parent: (!above.is_empty()).then(|| above[number % above.len()]),
                ..UnitFacts::default()
            };
            for (key, attribute) in &bundle.dictionary.attributes {
                let holder = attribute.of.as_deref().unwrap_or(levels[0]);
                if holder == *level && !dice.happens(5) {
                    let value = value(&bundle.dictionary, &attribute.field.kind, dice, 0);
                    unit.attributes.insert(key.clone(), vec![(None, value)]);
                }
            }
            let mut records = Vec::new();
            for kind in bundle.dictionary.kinds.values() {
                if kind.of.as_deref().unwrap_or(levels[0]) == *level {
                    for _ in 0..dice.below(7) {
                        rows += 1;
                        records.push(Arc::new(record(&bundle.dictionary, kind, periods, rows, dice)));
                    }
                }
            }
            unit.facts = Facts::new(records);
            here.push(world.add_unit(unit));
        }
        above = here;
    }
    world
}

fn day(periods: &[Period], dice: &mut Dice) -> Date {
    let period = dice.one_of(periods);
    // Mostly inside, at times far away.
    let spread = if dice.happens(80) { period.days() } else { 700 };
    let from = if dice.happens(80) { 0 } else { -400 };
    let days = from + i64::try_from(dice.below(usize::try_from(spread).unwrap())).unwrap();
    plus_days(period.from(), days).unwrap()
}

fn record(dictionary: &Dictionary, kind: &Arc<Kind>, periods: &[Period], row: u32, dice: &mut Dice) -> Record {
    let values = kind.fields.values().map(|field| of_field(dictionary, field, dice)).collect();
    Record {
        kind: Arc::clone(kind),
        date: day(periods, dice),
        id: dice.happens(30).then(|| Arc::from(format!("N{row}"))),
        values,
        source: Source::line(&Arc::from("facts"), row),
    }
}

fn of_field(dictionary: &Dictionary, field: &Field, dice: &mut Dice) -> Option<Value> {
    let missing = if field.optional { 40 } else { 2 };
    (!dice.happens(missing)).then(|| value(dictionary, &field.kind, dice, 0))
}

fn value(dictionary: &Dictionary, kind: &Type, dice: &mut Dice, depth: usize) -> Value {
    match kind {
        Type::Text if dice.happens(5) => Value::text(&"很长的文字".repeat(20)),
        Type::Text => Value::text(dice.one_of(&["甲", "乙", "丙", "", "a b", "1"])),
        Type::Integer => Value::Number(Number::from(dice.one_of(&[0_i64, 0, 1, 1, 2, 3, 5, 12, 100, 4_321]))),
        Type::Decimal if dice.happens(3) => Value::Number(Number::parse("123456789012345678901234.5").unwrap()),
        Type::Decimal => Value::Number(Number::fraction(i64::try_from(dice.below(12_000)).unwrap(), 100).unwrap()),
        Type::Boolean => Value::Boolean(dice.happens(50)),
        Type::Date => Value::Date(plus_days(jiff::civil::date(2020, 1, 1), dice.below(500) as i64 - 100).unwrap()),
        Type::Time => Value::Time(jiff::civil::date(2020, 2, 29).at(dice.below(24) as i8, dice.below(60) as i8, 0, 0)),
        Type::Choice(choices) => {
            let place = dice.below(choices.len());
            Value::text(choices.get_index(place).unwrap().0)
        }
        Type::List(inner) => {
            let count = if depth > 2 { 0 } else { dice.below(4) };
            Value::List((0..count).map(|_| value(dictionary, inner, dice, depth + 1)).collect())
        }
        Type::Map(inner) => {
            let mut entries = BTreeMap::new();
            for key in ["甲", "乙", "a"] {
                if dice.happens(60) {
                    entries.insert(Arc::from(key), value(dictionary, inner, dice, depth + 1));
                }
            }
            Value::Map(Arc::new(entries))
        }
        Type::Shape(id) => {
            let mut entries = BTreeMap::new();
            for (key, field) in dictionary.shapes.get(id.as_ref()).iter().flat_map(|shape| &shape.fields) {
                let missing = if field.optional { 50 } else { 3 };
                if !dice.happens(missing) {
                    entries.insert(Arc::from(key.as_str()), value(dictionary, &field.kind, dice, depth + 1));
                }
            }
            Value::Map(Arc::new(entries))
        }
    }
}
