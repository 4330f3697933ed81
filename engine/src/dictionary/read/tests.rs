use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::diagnostic::{Lang, Location};
use crate::dictionary::{Changes, NoneMeans, Public};
use crate::period::{parse_date, parse_time};

fn field(kind: Type) -> Field {
    Field {
        title: "数值".into(),
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

fn number(text: &str) -> Value {
    Value::Number(Number::parse(text).unwrap())
}

fn text(text: &str) -> Raw {
    Raw::Text(text.into())
}

fn full_width(text: &str) -> String {
    let wide = |c: char| char::from_u32(u32::from(c) + 0xfee0).filter(|_| c.is_ascii_graphic()).unwrap_or(c);
    text.chars().map(wide).collect()
}

fn read(field: &Field, raw: &Raw, strictness: Strictness) -> Result<Option<Value>, &'static str> {
    value("value", field, &IndexMap::new(), raw, strictness).map_err(|faults| faults[0].code().id)
}

fn in_sheet(kind: Type, raw: Raw) -> Result<Option<Value>, &'static str> {
    read(&field(kind), &raw, Strictness::Sheet)
}

fn in_data(kind: Type, raw: Raw) -> Result<Option<Value>, &'static str> {
    read(&field(kind), &raw, Strictness::Data)
}

#[test]
fn numbers_are_read_by_their_digits() {
    for (written, value) in [
        ("3", "3"),
        (" \u{3000}-12.50\u{a0}", "-12.5"),
        ("1,234", "1234"),
        ("1\u{ff0c}234\u{ff0c}567.25", "1234567.25"),
        ("12 345", "12345"),
        ("3.0", "3"),
    ] {
        assert_eq!(in_sheet(Type::Decimal, text(written)), Ok(Some(number(value))), "{written}");
        assert_eq!(in_sheet(Type::Decimal, text(&full_width(written))), Ok(Some(number(value))), "{written}");
    }
    assert_eq!(in_sheet(Type::Integer, Raw::Float(3.0)), Ok(Some(number("3"))));
    assert_eq!(in_sheet(Type::Decimal, Raw::Float(0.1)), Ok(Some(number("0.1"))));
    assert_eq!(in_data(Type::Decimal, Raw::Number("1.25e1".into())), Ok(Some(number("12.5"))));
    assert_eq!(
        in_data(Type::Decimal, Raw::Number("0.30000000000000004".into())),
        Ok(Some(number("0.30000000000000004")))
    );
}

#[test]
fn what_is_no_number_is_refused() {
    for written in ["两人", "1,23", "1,2345", ",123", "3人", "5%", "12.3.4", "--1", "约3", "1.", "0x10", "1 2"] {
        assert_eq!(in_sheet(Type::Decimal, text(written)), Err("wrong-type"), "{written}");
    }
    assert_eq!(in_sheet(Type::Decimal, Raw::Boolean(true)), Err("wrong-type"));
    assert_eq!(in_sheet(Type::Decimal, Raw::Date(parse_date("2020-01-02").unwrap())), Err("wrong-type"));
    assert_eq!(in_sheet(Type::Decimal, Raw::Float(f64::NAN)), Err("wrong-type"));
    assert_eq!(in_sheet(Type::Decimal, text("#DIV/0!")), Err("formula-error"));
    for kind in [Type::Decimal, Type::Date, Type::Text] {
        assert_eq!(in_sheet(kind, text(NOT_CALCULATED)), Err("formula-without-result"));
    }
}

#[test]
fn the_unit_of_measure_may_stand_behind_the_number() {
    let share = Field { unit: Some("%".into()), ..field(Type::Decimal) };
    for written in ["96.5%", "96.5 %", "96.5\u{ff05}", "96.5"] {
        assert_eq!(read(&share, &text(written), Strictness::Sheet), Ok(Some(number("96.5"))), "{written}");
    }
    let people = Field { unit: Some("人".into()), ..field(Type::Integer) };
    assert_eq!(read(&people, &text("3 人"), Strictness::Sheet), Ok(Some(number("3"))));
    assert_eq!(read(&people, &text("3 户"), Strictness::Sheet), Err("wrong-type"));
}

#[test]
fn a_number_that_the_sheet_does_not_hold_exactly_is_refused() {
    for float in [0.1 + 0.2, 1.0 / 3.0, 330_325_199_001_011_200.0, 1e15] {
        assert_eq!(in_sheet(Type::Decimal, Raw::Float(float)), Err("imprecise-number"), "{float}");
        assert_eq!(in_sheet(Type::Text, Raw::Float(float)), Err("imprecise-number"), "{float}");
    }
    assert_eq!(in_sheet(Type::Text, text("3.30325E+17")), Err("imprecise-number"));
    assert_eq!(in_sheet(Type::Decimal, text("3.3e+17")), Err("imprecise-number"));
    assert_eq!(in_sheet(Type::Text, Raw::Float(13_800_001_111.0)), Ok(Some(Value::text("13800001111"))));
    assert_eq!(in_data(Type::Text, text("3.30325E+17")), Ok(Some(Value::text("3.30325E+17"))));
}

#[test]
fn bounds_places_and_wholeness_are_checked_and_nothing_is_rounded() {
    let bounded =
        Field { min: Some(Number::ZERO), max: Some(Number::from_i64(100)), places: Some(2), ..field(Type::Decimal) };
    assert_eq!(read(&bounded, &text("99.99"), Strictness::Sheet), Ok(Some(number("99.99"))));
    assert_eq!(read(&bounded, &text("-0.01"), Strictness::Sheet), Err("too-small"));
    assert_eq!(read(&bounded, &text("100.01"), Strictness::Sheet), Err("too-large"));
    assert_eq!(read(&bounded, &text("1.005"), Strictness::Sheet), Err("too-many-places"));
    assert_eq!(in_data(Type::Integer, Raw::Number("2.5".into())), Err("not-whole"));
    assert_eq!(in_data(Type::Integer, Raw::Number("9".repeat(60))), Err("number-too-long"));
}

#[test]
fn a_day_is_read_in_every_form_that_cannot_be_mistaken() {
    let leap_day = Ok(Some(Value::Date(parse_date("2020-02-29").unwrap())));
    for written in [
        "2020-02-29",
        "2020-2-29",
        "2020/2/29",
        "2020.2.29",
        "2020年2月29日",
        "2020 年 02 月 29 号",
        "20200229",
        "2020-02-29 08:30",
        "2020-02-28T16:30:00Z",
        "2020年2月29日 星期六",
    ] {
        assert_eq!(in_sheet(Type::Date, text(written)), leap_day, "{written}");
        assert_eq!(in_data(Type::Date, text(&full_width(written))), leap_day, "{written}");
    }
    assert_eq!(in_sheet(Type::Date, Raw::Float(43_890.0)), leap_day);
    assert_eq!(in_sheet(Type::Date, Raw::Float(20_200_229.0)), leap_day);
    assert_eq!(in_data(Type::Date, Raw::Number("20200229".into())), leap_day);
}

#[test]
fn a_day_that_could_be_another_is_refused() {
    for (written, code) in [
        ("02/03/2020", "ambiguous-date"),
        ("3/4/20", "ambiguous-date"),
        ("20-3-4", "ambiguous-date"),
        ("2020-03", "incomplete-date"),
        ("2020年3月", "incomplete-date"),
        ("3月4日", "incomplete-date"),
        ("2019-02-29", "no-such-day"),
        ("2020-13-01", "no-such-day"),
        ("20200230", "no-such-day"),
        ("43890", "wrong-type"),
        ("去年冬天", "wrong-type"),
        ("2020-03/04", "wrong-type"),
        ("2020-03-04abc", "wrong-type"),
        ("2020年3月4日25时", "wrong-type"),
        ("#N/A", "formula-error"),
    ] {
        assert_eq!(in_sheet(Type::Date, text(written)), Err(code), "{written}");
    }
    assert_eq!(in_data(Type::Date, Raw::Number("43890".into())), Err("wrong-type"), "only sheets number their days");
    for typed in [2020.0, 202_002.0, 3.0, -5.0, f64::INFINITY] {
        assert_eq!(in_sheet(Type::Date, Raw::Float(typed)), Err("wrong-type"), "{typed}");
    }
}

#[test]
fn a_time_needs_its_time_of_day() {
    let half_past_two = Ok(Some(Value::Time(parse_time("2020-02-29 14:30").unwrap())));
    for written in [
        "2020-02-29 14:30",
        "2020/2/29 14:30:00",
        "2020年2月29日14时30分",
        "2020年2月29日 下午2:30",
        "2020-02-29T06:30Z",
    ] {
        assert_eq!(in_sheet(Type::Time, text(written)), half_past_two, "{written}");
    }
    assert_eq!(in_sheet(Type::Time, Raw::Float(43_890.604_166_666_664)), half_past_two);
    assert_eq!(in_sheet(Type::Time, text("2020-02-29")), Err("time-of-day-missing"));
    assert_eq!(in_sheet(Type::Time, Raw::Date(parse_date("2020-02-29").unwrap())), Err("time-of-day-missing"));
}

#[test]
fn yes_and_no_are_read_as_people_write_them() {
    for (written, is) in [
        ("是", true),
        ("有", true),
        ("√", true),
        ("TRUE", true),
        ("1", true),
        ("否", false),
        ("无", false),
        ("×", false),
        ("0", false),
    ] {
        assert_eq!(in_sheet(Type::Boolean, text(written)), Ok(Some(Value::Boolean(is))), "{written}");
    }
    assert_eq!(in_sheet(Type::Boolean, Raw::Float(1.0)), Ok(Some(Value::Boolean(true))));
    for written in ["x", "部分", "2"] {
        assert_eq!(in_sheet(Type::Boolean, text(written)), Err("wrong-type"), "{written}");
    }
}

#[test]
fn a_choice_is_read_by_key_or_title_and_the_nearest_is_proposed() {
    let premises: IndexMap<String, String> = [("home", "住宅"), ("production", "生产经营"), ("mixed", "\"三合一\"")]
        .map(|(k, t)| (k.into(), t.into()))
        .into();
    let field = field(Type::Choice(Arc::new(premises)));
    for (written, key) in
        [("home", "home"), ("HOME", "home"), ("住 宅", "home"), ("“三合一”", "mixed"), ("「三合一」", "mixed")]
    {
        assert_eq!(read(&field, &text(written), Strictness::Sheet), Ok(Some(Value::text(key))), "{written}");
    }
    let faults = value("premises", &field, &IndexMap::new(), &text("生产经菅"), Strictness::Sheet).unwrap_err();
    let shown = faults.into_iter().next().unwrap().at(Location::Nowhere);
    assert_eq!(shown.message(Lang::Zh), "「数值」没有「生产经菅」这一项");
    assert_eq!(shown.help(Lang::Zh), "是不是「生产经营」?可填:住宅、生产经营、\"三合一\"");
}

#[test]
fn a_blank_is_a_fault_in_a_sheet_and_missing_in_data() {
    let plain = field(Type::Integer);
    assert_eq!(read(&plain, &text(" \u{3000}"), Strictness::Sheet), Err("blank"));
    assert_eq!(read(&plain, &Raw::Blank, Strictness::Data), Ok(None));
    let optional = Field { optional: true, ..field(Type::Integer) };
    for written in ["", "/", "—", "-"] {
        assert_eq!(read(&optional, &text(written), Strictness::Sheet), Ok(None), "{written}");
    }
    assert_eq!(read(&optional, &text("无"), Strictness::Sheet), Err("wrong-type"), "nothing, or none?");
    let with_default = Field { default: Some(number("7")), ..field(Type::Integer) };
    assert_eq!(read(&with_default, &Raw::Blank, Strictness::Data), Ok(Some(number("7"))));
    assert_eq!(read(&with_default, &Raw::Blank, Strictness::Sheet), Ok(Some(number("7"))));
}

#[test]
fn a_list_in_a_cell_is_split_at_its_separators() {
    let names = Type::List(Arc::new(Type::Text));
    let expected = Ok(Some(Value::List(Arc::from([Value::text("张某"), Value::text("李某")]))));
    for written in ["张某、李某", "张某,李某", "张某\u{ff1b} 李某、", "[\"张某\", \"李某\"]"] {
        assert_eq!(in_sheet(names.clone(), text(written)), expected, "{written}");
    }
    assert_eq!(in_data(names, text("张某、李某")), Err("wrong-type"));
    let numbers = Type::List(Arc::new(Type::Integer));
    assert_eq!(
        in_sheet(numbers, text("1,234;5")),
        Ok(Some(Value::List(Arc::from([number("1234"), number("5")])))),
        "a comma inside an entry"
    );
}

#[test]
fn every_fault_inside_nested_values_has_its_path() {
    let step = Shape {
        id: Arc::from("step"),
        fields: [
            ("at".to_owned(), field(Type::Time)),
            ("points".to_owned(), Field { max: Some(Number::from_i64(9)), ..field(Type::Integer) }),
            (
                "next".to_owned(),
                Field { optional: true, ..field(Type::List(Arc::new(Type::Shape(Arc::from("step"))))) },
            ),
        ]
        .into(),
    };
    let shapes: IndexMap<String, Arc<Shape>> = [("step".to_owned(), Arc::new(step))].into();
    let steps = field(Type::List(Arc::new(Type::Shape(Arc::from("step")))));
    let json: serde_json::Value = serde_json::from_str(
        r#"[{"at": "2020-01-01 08:00", "points": 3}, {"at": "bald", "points": 10, "next": [{"aT": 1}, null]}]"#,
    )
    .unwrap();
    let faults = value("steps", &steps, &shapes, &Raw::from_json(&json), Strictness::Data).unwrap_err();
    let found: Vec<_> = faults.iter().map(|fault| (fault.path.as_str(), fault.key(), fault.code().id)).collect();
    assert_eq!(
        found,
        [
            ("steps[1].at", "steps", "wrong-type"),
            ("steps[1].points", "steps", "too-large"),
            ("steps[1].next[0].aT", "steps", "unknown-record-field"),
            ("steps[1].next[1]", "steps", "blank-entry"),
        ]
    );
    let fine: serde_json::Value = serde_json::from_str(r#"[{"points": 3, "next": null}]"#).unwrap();
    let entry = Value::Map(Arc::new(BTreeMap::from([(Arc::from("points"), number("3"))])));
    assert_eq!(
        value("steps", &steps, &shapes, &Raw::from_json(&fine), Strictness::Data),
        Ok(Some(Value::List(Arc::from([entry])))),
        "what is absent is missing"
    );
}

#[test]
fn a_structure_that_never_ends_is_refused() {
    let shape = Shape {
        id: Arc::from("s"),
        fields: [("s".to_owned(), Field { optional: true, ..field(Type::Shape(Arc::from("s"))) })].into(),
    };
    let shapes: IndexMap<String, Arc<Shape>> = [("s".to_owned(), Arc::new(shape))].into();
    let deep = (0..40).fold(Raw::Blank, |inner, _| Raw::Map(vec![("s".to_owned(), inner)]));
    let faults = value("s", &field(Type::Shape(Arc::from("s"))), &shapes, &deep, Strictness::Data).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].code().id, "value-nested-too-deep");
}

fn fire(public: Public) -> Kind {
    let deaths = Field { title: "死亡人数".into(), min: Some(Number::ZERO), ..field(Type::Integer) };
    let reporter = Field { title: "报告人".into(), personal: Some("name".into()), ..field(Type::Integer) };
    Kind {
        id: Arc::from("fire"),
        title: "火灾".into(),
        department: None,
        of: None,
        date_title: "发生日期".into(),
        fields: [("deaths".to_owned(), deaths), ("reporter".to_owned(), reporter)].into(),
        identity: vec!["id".into()],
        changes: Changes::Conflict,
        stages: Vec::new(),
        none_means: NoneMeans::Clean,
        due: None,
        public,
        keep_personal: None,
        mend: None,
        place: (1, 1),
    }
}

#[test]
fn all_faults_of_a_row_are_found_at_once() {
    let raw = RawRecord::new([
        ("date".to_owned(), text("2020-2-30")),
        ("deaths".to_owned(), text("两人")),
        ("reporter".to_owned(), text("王某")),
        ("deats".to_owned(), text("3")),
    ]);
    let faults = row(&fire(Public::Full), &Dictionary::default(), &raw, Strictness::Sheet).unwrap_err();
    let shown: Vec<String> =
        faults.into_iter().map(|fault| fault.at(Location::Nowhere).render(None, Lang::Zh)).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn personal_and_restricted_values_are_not_repeated() {
    let raw = RawRecord::new([
        ("date".to_owned(), text("某日")),
        ("id".to_owned(), text("1")),
        ("deaths".to_owned(), text("两人")),
        ("reporter".to_owned(), text("王某")),
    ]);
    for (public, deaths_shown) in [(Public::Full, true), (Public::Met, false)] {
        let faults = row(&fire(public), &Dictionary::default(), &raw, Strictness::Sheet).unwrap_err();
        let shown: String =
            faults.into_iter().map(|fault| fault.at(Location::Nowhere).render(None, Lang::En)).collect();
        assert!(!shown.contains("王某"), "{shown}");
        assert_eq!(shown.contains("两人"), deaths_shown, "{shown}");
    }
}

#[test]
fn a_record_too_large_to_store_is_refused() {
    let kind =
        Kind { fields: [("notes".to_owned(), field(Type::List(Arc::new(Type::Text))))].into(), ..fire(Public::Full) };
    let raw = RawRecord::new([
        ("date".to_owned(), text("2020-02-29")),
        ("notes".to_owned(), Raw::List(vec![text(&"长".repeat(9_000)); 2])),
    ]);
    let faults = row(&kind, &Dictionary::default(), &raw, Strictness::Data).unwrap_err();
    assert_eq!(faults[0].code().id, "record-too-large");
    let long = field(Type::Text);
    assert_eq!(read(&long, &text(&"长".repeat(10_001)), Strictness::Data), Err("text-too-long"));
}

fn any_raw() -> impl Strategy<Value = Raw> {
    let leaf = prop_oneof![
        Just(Raw::Blank),
        any::<String>().prop_map(Raw::Text),
        "[0-9年月日时分:./ +,eE%-]{0,14}".prop_map(Raw::Text),
        "[0-9eE.+-]{0,9}".prop_map(Raw::Number),
        any::<f64>().prop_map(Raw::Float),
        any::<bool>().prop_map(Raw::Boolean),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Raw::List),
            prop::collection::vec(("[a-c]", inner), 0..4).prop_map(Raw::Map),
        ]
    })
}

proptest! {
    #[test]
    fn reading_never_panics(raw in any_raw(), sheet in any::<bool>()) {
        let strictness = if sheet { Strictness::Sheet } else { Strictness::Data };
        for kind in [
            Type::Text, Type::Integer, Type::Decimal, Type::Boolean, Type::Date, Type::Time,
            Type::List(Arc::new(Type::Decimal)), Type::Map(Arc::new(Type::Time)), Type::Shape(Arc::from("none")),
        ] {
            let _ = in_either(kind, &raw, strictness);
        }
    }

    #[test]
    fn a_number_typed_into_a_sheet_comes_out_as_typed(digits in "-?[1-9][0-9]{0,6}(\\.[0-9]{1,7})?") {
        let float: f64 = digits.parse().unwrap();
        prop_assert_eq!(in_sheet(Type::Decimal, Raw::Float(float)), Ok(Some(number(&digits))));
    }

    #[test]
    fn every_serial_day_is_read_as_the_day_it_numbers(days in 18_264i64..73_050) {
        let day = crate::period::plus_days(parse_date("1899-12-30").unwrap(), days).unwrap();
        prop_assert_eq!(in_sheet(Type::Date, Raw::Float(days as f64)), Ok(Some(Value::Date(day))));
    }
}

fn in_either(kind: Type, raw: &Raw, strictness: Strictness) -> Result<Option<Value>, &'static str> {
    read(&field(kind), raw, strictness)
}
