//! Packing and reading, over any facts and over broken bytes.

use std::sync::Arc;

use indexmap::IndexMap;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, Value as Json};

use super::loose::{LooseAttribute, LooseFacts, LooseRecord, Origin, Sheet, Sheets};
use super::packed::{Packed, pack};
use super::reading::{self, Unreadable};
use super::*;
use crate::dictionary::{Changes, Field, NoneMeans, Public, Shape};
use crate::number::Number;

fn field(kind: Type) -> Field {
    Field {
        title: "项".to_owned(),
        kind,
        unit: None,
        min: None,
        max: None,
        places: None,
        optional: false,
        default: None,
        personal: None,
        place: (1, 1),
    }
}

fn number(text: &str) -> Option<Number> {
    Some(Number::parse(text).unwrap())
}

/// A kind with a field of each type, some with bounds, some with a value that stands in.
fn dictionary() -> Dictionary {
    let choices: IndexMap<String, String> =
        [("minor", "一般"), ("major", "重大"), ("1", "一级")].map(|(k, t)| (k.to_owned(), t.to_owned())).into();
    let fields = [
        ("text", field(Type::Text)),
        ("count", Field { min: number("0"), max: number("100"), ..field(Type::Integer) }),
        ("amount", Field { places: Some(2), ..field(Type::Decimal) }),
        ("share", Field { default: number("0.5").map(Value::Number), min: number("-1"), ..field(Type::Decimal) }),
        ("closed", field(Type::Boolean)),
        ("open", Field { default: Some(Value::Boolean(true)), ..field(Type::Boolean) }),
        ("on", field(Type::Date)),
        ("at", field(Type::Time)),
        ("level", field(Type::Choice(Arc::new(choices)))),
        ("tags", field(Type::List(Arc::new(Type::Text)))),
        ("steps", field(Type::List(Arc::new(Type::Shape(Arc::from("step")))))),
    ];
    let step = Shape { id: Arc::from("step"), fields: [("by".to_owned(), field(Type::Text))].into() };
    let kind = Kind {
        id: Arc::from("fire"),
        title: "火灾".to_owned(),
        department: None,
        of: None,
        date_title: "日期".to_owned(),
        fields: fields.map(|(key, field)| (key.to_owned(), field)).into(),
        identity: Vec::new(),
        changes: Changes::Conflict,
        none_means: NoneMeans::Clean,
        due: None,
        public: Public::Full,
        keep_personal: None,
        mend: None,
        stages: Default::default(),
        place: (1, 1),
    };
    Dictionary {
        kinds: [("fire".to_owned(), Arc::new(kind))].into(),
        attributes: IndexMap::new(),
        shapes: [("step".to_owned(), Arc::new(step))].into(),
    }
}

/// Values as stores hold them, most of them fit for some field, some for none.
fn any_json() -> impl Strategy<Value = Json> {
    let text = prop_oneof![
        "[a-c一重大般 ]{0,3}",
        "(minor|major|一般|1|0|true|是)",
        "-?(0|[1-9][0-9]{0,3})(\\.[0-9]{0,2}[1-9])?",
        "[0-9.-]{0,20}",
        "20[0-9]{2}-(0[1-9]|1[0-3])-(0[1-9]|[12][0-9]|30)",
        "2020-02-29 0[0-9]:3[0-9]",
    ];
    let leaf = prop_oneof![
        6 => text.prop_map(Json::from),
        2 => any::<bool>().prop_map(Json::from),
        1 => any::<i32>().prop_map(Json::from),
        1 => Just(Json::Null),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Json::from),
            btree_map("(by|x)", inner, 0..2).prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

fn any_date() -> impl Strategy<Value = Date> {
    prop_oneof![8 => 18_260..18_300_i32, 1 => -100_000..100_000_i32]
        .prop_map(|day| crate::period::day_of_number(day).unwrap())
}

fn fields_of(name: &'static str) -> impl Strategy<Value = Map<String, Json>> {
    btree_map(name, any_json(), 0..6).prop_map(|map| map.into_iter().collect())
}

const NAMES: &str = "(text|count|amount|share|closed|open|on|at|level|tags|steps|gone)";

fn any_record() -> impl Strategy<Value = LooseRecord> {
    let origin = (any::<u64>(), any::<u32>(), 0..3_u32, any::<u32>());
    let origin = prop_oneof![1 => origin, 8 => (1..4_u64, 0..9_u32, 0..2_u32, 1..20_u32)];
    let own_number = option::of(prop_oneof!["[A-Z]-[0-9]{1,3}", "[0-9]{1,12}", " ?.{1,3}"]);
    (prop_oneof![6 => Just("fire"), 1 => Just("theft")], any_date(), own_number, fields_of(NAMES), origin).prop_map(
        |(kind, date, number, fields, (batch, place, sheet, row))| LooseRecord {
            kind: kind.to_owned(),
            date,
            number,
            fields,
            origin: Origin { batch, number: place, sheet, row },
        },
    )
}

fn any_facts() -> impl Strategy<Value = LooseFacts> {
    let attribute = ("[a-c]{1,2}", option::of(any_date()), any_json(), any::<u64>(), any::<u32>())
        .prop_map(|(key, from, value, batch, number)| LooseAttribute { key, from, value, origin: (batch, number) });
    (vec(any_record(), 0..12), vec(attribute, 0..4))
        .prop_map(|(records, attributes)| LooseFacts { records, attributes })
}

/// A record of the one kind whose values mostly fit, so that columns are read as columns.
fn fitting_record() -> impl Strategy<Value = LooseRecord> {
    let fields = (
        option::of("[ab]{0,2}"),
        option::of(0..=110_i32),
        option::of("-?[1-9][0-9]{0,2}(\\.[0-9]?[1-9])?"),
        option::of("0\\.[1-9]"),
        option::of(any::<bool>()),
        option::of(any_date()),
        option::of("(minor|major|一般)"),
    );
    let fields = fields.prop_map(|(text, count, amount, share, closed, on, level)| {
        let text = text.map(Json::from);
        let count = count.map(|count| Json::from(count.to_string()));
        let on = on.map(|on| Json::from(on.to_string()));
        let of =
            [("amount", amount), ("share", share), ("level", level)].map(|(key, text)| (key, text.map(Json::from)));
        let all =
            [("text", text), ("count", count), ("closed", closed.map(Json::from)), ("on", on)].into_iter().chain(of);
        all.filter_map(|(key, value)| Some((key.to_owned(), value?))).collect::<Map<_, _>>()
    });
    (any_record(), fields).prop_map(|(record, fields)| LooseRecord {
        kind: "fire".to_owned(),
        number: record.number.filter(|number| number.is_ascii()),
        fields,
        ..record
    })
}

fn sheets(packed: &Packed) -> Sheets {
    let sheet = |(batch, number): &(u64, u32)| {
        Arc::new(Sheet { file: Arc::from(format!("{batch}-{number}.xlsx")), ..Sheet::default() })
    };
    packed.sheets().iter().map(sheet).collect()
}

/// Every record, with its source, as a text; or every fault.
fn shown(read: Result<Facts, Unreadable>) -> Vec<String> {
    match read {
        Ok(facts) => {
            let one = |record: &Arc<Record>| {
                format!("{:?} {:?} {:?} {}", record.date, record.id, record.values, record.source.to_line())
            };
            facts.iter().map(one).collect()
        }
        Err(error) => vec![format!("{error:?}")],
    }
}

/// The same by reading each record on its own, as an edition reads what is not packed.
fn one_by_one(loose: &LooseFacts, dictionary: &Dictionary, packed: &Packed) -> Vec<String> {
    let sheets = sheets(packed);
    let (mut records, mut faults) = (Vec::new(), Vec::new());
    for record in &loose.records {
        let Some(kind) = dictionary.kinds.get(&record.kind) else { continue };
        let sheet = (record.origin.batch, record.origin.sheet);
        let place = packed.sheets().iter().position(|known| *known == sheet).unwrap();
        let source = sheets[place].row(record.origin.row);
        match record.read(kind, dictionary, source.clone()) {
            Ok(record) => records.push(Arc::new(record)),
            Err(found) => faults.extend(found.into_iter().map(|fault| (Some(source.clone()), fault))),
        }
    }
    shown(if faults.is_empty() { Ok(Facts::new(records)) } else { Err(Unreadable::Faults(faults)) })
}

fn read(bytes: &[u8], dictionary: &Dictionary) -> Vec<String> {
    let packed = Packed::read(bytes).unwrap();
    shown(reading::facts(&packed, dictionary, &sheets(&packed)))
}

#[test]
fn fitting_columns_are_taken_over_in_the_form_of_their_type() {
    let dictionary = dictionary();
    let record = |count: &str, level: &str| LooseRecord {
        kind: "fire".to_owned(),
        date: Date::constant(2020, 2, 29),
        number: None,
        fields: [("count", count), ("level", level), ("on", "2020-03-01"), ("amount", "1.5")]
            .map(|(key, text)| (key.to_owned(), Json::from(text)))
            .into_iter()
            .collect(),
        origin: Origin { batch: 1, number: 1, sheet: 0, row: 1 },
    };
    let mut loose = LooseFacts { records: vec![record("3", "重大"), record("2", "minor")], attributes: Vec::new() };
    let bytes = pack(&mut loose);
    let packed = Packed::read(&bytes).unwrap();
    let facts = reading::facts(&packed, &dictionary, &sheets(&packed)).unwrap();
    let table = facts.table("fire").unwrap();
    let column = |key: &str| table.column(table.kind().index_of(key).unwrap()).unwrap();
    // Of one day, the record with the smaller values first.
    assert_eq!(column("count"), &columns::Column::Numbers { places: 0, digits: [2, 3].into() });
    assert_eq!(column("amount"), &columns::Column::Numbers { places: 1, digits: [15, 15].into() });
    assert_eq!(column("on"), &columns::Column::Days([18_322; 2].into()));
    let words: Arc<[Arc<str>]> = [Arc::from("major"), Arc::from("minor")].into();
    assert_eq!(column("level"), &columns::Column::Words { words, places: [1, 0].into() });
    assert_eq!(column("text"), &columns::Column::Empty);
    assert_eq!(table.rows(Some(Date::constant(2020, 3, 1)), Date::MAX), 2..2);
}

proptest! {
    #[test]
    fn any_facts_are_unpacked_as_they_were_packed(mut facts in any_facts()) {
        let bytes = pack(&mut facts);
        prop_assert_eq!(Packed::read(&bytes).unwrap().unpack().unwrap(), facts);
    }

    #[test]
    fn the_order_of_arrival_cannot_be_seen_in_the_bytes(mut facts in any_facts(), seed: u64) {
        let bytes = pack(&mut facts);
        // Records of one origin are one record.
        facts.records.dedup_by_key(|record| record.origin);
        let once = pack(&mut facts);
        let turned = usize::try_from(seed % 7).unwrap().min(facts.records.len());
        facts.records.rotate_left(turned);
        facts.attributes.reverse();
        prop_assert_eq!(pack(&mut facts), once.clone());
        prop_assert!(once.len() <= bytes.len());
    }

    #[test]
    fn columns_read_as_the_records_one_by_one(
        records in prop_oneof![vec(fitting_record(), 0..8), vec(any_record(), 0..8)]
    ) {
        let dictionary = dictionary();
        let mut loose = LooseFacts { records, attributes: Vec::new() };
        let bytes = pack(&mut loose);
        let packed = Packed::read(&bytes).unwrap();
        prop_assert_eq!(read(&bytes, &dictionary), one_by_one(&loose, &dictionary, &packed));
    }

    #[test]
    fn broken_bytes_are_an_error_and_never_a_panic(
        mut facts in any_facts(), at: prop::sample::Index, byte: u8, cut: prop::sample::Index, noise: Vec<u8>
    ) {
        let dictionary = dictionary();
        let mut bytes = pack(&mut facts);
        let place = at.index(bytes.len());
        bytes[place] = byte;
        for bytes in [bytes.as_slice(), &bytes[..cut.index(bytes.len())], &noise] {
            if let Ok(packed) = Packed::read(bytes) {
                let _ = packed.unpack();
                let _ = reading::attributes(&packed, &dictionary);
                let _ = shown(reading::facts(&packed, &dictionary, &sheets(&packed)));
            }
        }
    }
}
