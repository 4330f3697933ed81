mod hostile;
mod schema;

use super::*;
use crate::diagnostic::Lang;
use crate::dictionary::read::Raw;
use crate::dictionary::{Changes, MendValue, NoneMeans, Public, Type, Value};
use crate::number::Number;
use crate::period::{Date, parse_date};

const EVERYTHING: &str = include_str!("../../../fixtures/bundles/everything.yaml");

/// A small bundle that is read without fault.
const SMALL: &str = "\
bundle: small
edition: 2020
title: 小
criteria:
  - id: peace
    title: 平安
    basis: 第一条
    rules:
      - id: A-1
        title: 扣分
        deduct: 1 + 1
";

/// All faults of a text as a terminal shows them.
fn shown(text: &str) -> String {
    match read("test.yaml", text) {
        Ok((_, warnings)) => render(&warnings, text, Lang::Zh),
        Err(faults) => render(&faults, text, Lang::Zh),
    }
}

fn render(faults: &[Diagnostic], text: &str, lang: Lang) -> String {
    faults.iter().map(|fault| fault.render(Some(text), lang)).collect()
}

/// Ids of the faults of a text.
fn codes(text: &str) -> Vec<&'static str> {
    let faults = read("test.yaml", text).map_or_else(|faults| faults, |(_, warnings)| warnings);
    faults.iter().map(|fault| fault.code.id).collect()
}

fn everything() -> Bundle {
    read("everything.yaml", EVERYTHING).map_err(|faults| render(&faults, EVERYTHING, Lang::Zh)).unwrap().0
}

fn number(text: &str) -> Number {
    Number::parse(text).unwrap()
}

fn day(text: &str) -> Date {
    parse_date(text).unwrap()
}

/// The text that stands in the file where a script says it stands.
fn in_file(file: &str, script: &Script, line: usize) -> String {
    let (file_line, column) = script.place(line, 1);
    let row = file.lines().nth(file_line as usize - 1).unwrap();
    row.chars().skip(column as usize - 1).collect()
}

#[test]
fn the_bundle_with_every_key_is_read_without_fault() {
    assert_eq!(shown(EVERYTHING), "");
}

#[test]
fn each_broken_bundle_tells_its_faults() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/bundles/broken");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        // Bundles whose scripts alone are broken read without fault here; their snapshots stand with the script checks.
        let Err(faults) = read(&format!("{name}.yaml"), &text) else { continue };
        let both = [Lang::Zh, Lang::En].map(|lang| render(&faults, &text, lang));
        insta::assert_snapshot!(name, both.join("\n"));
    }
}

#[test]
fn what_is_left_out_has_its_usual_value() {
    let (bundle, warnings) = read("small.yaml", SMALL).unwrap();
    assert_eq!(warnings, []);
    assert_eq!(bundle.edition, "2020");
    assert_eq!(bundle.levels().collect::<Vec<_>>(), ["village", "town", "county"]);
    assert_eq!(bundle.assess.period, crate::period::Granularity::Year);
    assert_eq!((bundle.assess.base, bundle.assess.floor, bundle.assess.round), (Number::ZERO, None, None));
    assert_eq!(bundle.effective, (None, None));
    assert!(bundle.rating.bands.is_empty() && bundle.lists.is_empty() && bundle.cases.is_empty());
}

#[test]
fn the_levels_above_follow_from_the_level_scored() {
    for (unit, above) in [("village", "town,county"), ("grid", "town,county"), ("town", "county"), ("county", "")] {
        let (bundle, _) = read("a.yaml", &format!("assess: {{unit: {unit}}}\n{SMALL}")).unwrap();
        assert_eq!(bundle.assess.within.join(","), above, "{unit}");
    }
    let (bundle, _) = read("a.yaml", &format!("assess: {{unit: town, within: []}}\n{SMALL}")).unwrap();
    assert!(bundle.assess.within.is_empty());
}

#[test]
fn numbers_are_taken_by_their_digits() {
    let bundle = everything();
    assert_eq!(
        bundle.parameters["security_floor"].value.dated(),
        [(day("2019-01-01"), number("95")), (day("2020-01-01"), number("96.5"))]
    );
    let long = SMALL.replace("title: 平安\n", "title: 平安\n    base: 0.12345678901234567890123456\n");
    let (bundle, _) = read("a.yaml", &long).unwrap();
    assert_eq!(bundle.criteria[0].base, number("0.12345678901234567890123456"));
}

impl ParameterValue {
    fn dated(&self) -> Vec<(Date, Number)> {
        let ParameterValue::Dated(values) = self else { panic!("{self:?}") };
        values.iter().map(|(day, value)| (*day, value.number())).collect()
    }

    fn fixed(&self) -> &Constant {
        let ParameterValue::Fixed(value) = self else { panic!("{self:?}") };
        value
    }
}

impl Constant {
    fn number(&self) -> Number {
        let Constant::Value(Value::Number(number)) = self else { panic!("{self:?}") };
        *number
    }
}

#[test]
fn parameters_come_in_every_form() {
    let bundle = everything();
    let fixed = |name: &str| bundle.parameters[name].value.fixed().clone();
    let points = |at: &str, value: &str| (number(at), Value::Number(number(value)));
    assert_eq!(fixed("fire_death").number(), number("5"));
    assert_eq!(
        fixed("hazard_points"),
        Constant::Table(
            [("major", "5"), ("common", "1")].map(|(k, v)| (k.to_owned(), Value::Number(number(v)))).into()
        )
    );
    assert_eq!(
        fixed("loss_points"),
        Constant::Steps { steps: vec![points("10", "1"), points("50", "3"), points("100", "5")], above: false }
    );
    let late = Constant::Steps { steps: vec![points("0", "0.5"), points("30", "1")], above: true };
    assert_eq!((fixed("late_points"), fixed("late_bands")), (late.clone(), late));
    assert_eq!(fixed("guarded"), Constant::Ranges(vec![(day("2020-05-20"), day("2020-05-28"))]));
    assert_eq!(fixed("opening"), Constant::Value(Value::Date(day("2020-05-20"))));
    // In quotes a day is a text.
    let slogans = ["平安", "2020-05-20"].map(Value::text);
    assert_eq!(fixed("slogans"), Constant::Value(Value::List(slogans.to_vec().into())));
}

#[test]
fn a_kind_like_another_takes_over_what_it_does_not_say() {
    let text = SMALL.replace(
        "criteria:",
        "records:\n  lane: {title: 通道, like: hazard, fields: {width: {type: decimal}}, changes: conflict}\n  hazard:\n    \
         title: 隐患\n    public: met\n    changes: latest\n    none_means: missing\n    identity: [unit]\n    \
         fields: {due: {type: date}}\n    mend: {title: 整改, set: {due: as_of}}\ncriteria:",
    );
    let (bundle, _) = read("a.yaml", &text).unwrap();
    let kinds = &bundle.dictionary.kinds;
    assert_eq!(kinds.keys().collect::<Vec<_>>(), ["lane", "hazard"]);
    let lane = &kinds["lane"];
    assert_eq!(lane.fields.keys().collect::<Vec<_>>(), ["due", "width"]);
    assert_eq!((lane.public, lane.none_means, lane.changes), (Public::Met, NoneMeans::Missing, Changes::Conflict));
    assert_eq!(lane.title, "通道");
    assert_eq!(lane.mend.as_ref().unwrap().set, [("due".to_owned(), MendValue::AsOf)]);
}

#[test]
fn types_nest_and_a_shape_may_hold_itself() {
    let bundle = everything();
    let step: Type = Type::List(Arc::new(Type::Shape("step".into())));
    assert_eq!(bundle.dictionary.kinds["event"].fields["steps"].kind, step);
    assert_eq!(bundle.dictionary.shapes["step"].fields["next"].kind, step);
    let tags = &bundle.dictionary.kinds["event"].fields["tags"];
    assert!(matches!(&tags.kind, Type::List(inner) if matches!(&**inner, Type::Choice(choices) if choices.len() == 2)));
    assert_eq!(tags.default, Some(Value::List(vec![Value::text("noise")].into())));
}

#[test]
fn the_place_of_every_line_of_a_script_is_known() {
    let bundle = everything();
    let Body::Long(script) = &bundle.all_rules()[1].body else { panic!() };
    assert_eq!(script.text.lines().count(), 3);
    for (number, line) in (1..).zip(script.text.lines()) {
        assert_eq!(in_file(EVERYTHING, script, number), line);
    }
    let mean = &bundle.figures[1].script;
    assert!(in_file(EVERYTHING, mean, 1).starts_with("group.mean"), "quoted");
    let count = &bundle.figures[0].script;
    assert!(in_file(EVERYTHING, count, 1).starts_with("records("), "plain");
}

#[test]
fn script_lines_are_found_behind_blank_lines_indentation_marks_and_windows_line_ends() {
    let text = SMALL.replace(
        "deduct: 1 + 1\n",
        "script: |2\n\n            deduct(1,\n\n              \"甲\");\n          note(\"乙\");\n",
    );
    for text in [text.clone(), text.replace('\n', "\r\n"), format!("\u{FEFF}{text}")] {
        let (bundle, _) = read("a.yaml", &text).unwrap();
        let Body::Long(script) = &bundle.all_rules()[0].body else { panic!() };
        assert_eq!(script.text, "\n  deduct(1,\n\n    \"甲\");\nnote(\"乙\");\n");
        for (number, line) in (1..).zip(script.text.lines()).filter(|(_, line)| !line.is_empty()) {
            assert_eq!(in_file(&text, script, number), line);
        }
    }
}

#[test]
fn the_short_form_keeps_its_parts() {
    let bundle = everything();
    let rules = bundle.all_rules();
    let short = |index: usize| match &rules[index].body {
        Body::Short(short) => short.clone(),
        Body::Long(_) => panic!(),
    };
    let fire = short(0);
    assert_eq!(fire.each, ["fire"]);
    assert_eq!(fire.when.unwrap().text, "fire.deaths > 0");
    assert!(
        matches!(fire.action, Some(Action::Deduct(script)) if script.text == "fire.deaths * parameters.fire_death")
    );
    assert!(matches!(fire.breach, Condition::Always) && fire.veto.is_never());
    assert_eq!(fire.reason.unwrap().text, "火灾死亡 ${fire.deaths} 人");
    assert_eq!(short(2).each, ["hazard", "fire_lane"]);
    assert!(matches!(short(3), ShortForm { action: Some(Action::Note), reason: None, .. }));
    assert!(matches!(short(4).reason, Some(reason) if reason.text == "火灾已记录"));
    assert_eq!(rules[0].caps.len(), 2);
}

#[test]
fn groups_are_named_by_levels_attributes_or_all() {
    let bundle = everything();
    let level = CompareBy::Level("town".to_owned());
    assert_eq!(bundle.figures[1].compare.as_ref().unwrap().by, std::slice::from_ref(&level));
    let rating = bundle.rating.script.as_ref().unwrap().compare.as_ref().unwrap();
    assert_eq!(rating.by, [level, CompareBy::Attribute("kind".to_owned())]);
    assert_eq!(bundle.assess.score.unwrap().compare.unwrap().by, []);
}

#[test]
fn a_case_begins_with_the_base_case() {
    let bundle = everything();
    let [plain, _, two_years] = &bundle.cases[..] else { panic!() };
    let names = |case: &Case| case.periods.iter().map(|period| period.name()).collect::<Vec<_>>();
    assert_eq!((names(plain), names(two_years)), (vec!["2020".to_owned()], vec!["2019".to_owned(), "2020".to_owned()]));
    let value = |case: &Case, name: &str| case.unit.iter().find(|(n, _)| n == name).unwrap().1.raw.clone();
    assert_eq!(value(plain, "population"), Raw::Number("1000".to_owned()));
    assert_eq!(value(two_years, "population"), Raw::Number("2000.0".to_owned()));
    assert_eq!(value(two_years, "kind"), Raw::Text("village".to_owned()));
    assert_eq!(two_years.above[0].0, "town");
    assert_eq!(two_years.units[1].level.as_deref(), Some("town"));
    assert_eq!(two_years.exemptions, [("FIRE-001".to_owned(), "不可抗力".to_owned())]);
}

#[test]
fn what_a_case_does_not_expect_is_not_looked_at() {
    let bundle = everything();
    let [first, unreported, two_years] = &bundle.cases[..] else { panic!() };
    assert_eq!(
        (first.expect.score, unreported.expect.score, two_years.expect.score),
        (Some(Some(number("95"))), Some(None), None)
    );
    assert_eq!(first.expect.findings.as_ref().map(Vec::len), Some(1));
    assert!(unreported.expect.findings.is_none());
    assert_eq!(two_years.expect.findings.as_ref().map(Vec::len), Some(0));
    assert_eq!(two_years.expect.band, Some(None));
    assert_eq!(two_years.expect.others.len(), 4);
}

#[test]
fn a_misspelt_section_does_not_bring_faults_of_those_that_name_it() {
    let broken = EVERYTHING.replace("\nrecords:\n", "\nrecord:\n");
    assert_eq!(codes(&broken), ["unknown-key"]);
}

#[test]
fn every_code_has_its_own_id_and_says_how_to_mend_it() {
    let mut ids = std::collections::BTreeSet::new();
    for code in crate::codes::form::ALL.iter().chain(crate::codes::bundle::ALL) {
        assert!(ids.insert(code.id), "{} twice", code.id);
        for text in [code.zh, code.en, code.help_zh, code.help_en] {
            assert!(!text.is_empty(), "{}", code.id);
        }
    }
}

#[test]
fn no_message_leaves_a_placeholder_open() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/bundles/broken");
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for fault in read("a.yaml", &text).err().unwrap_or_default() {
            for name in fault
                .code
                .zh
                .split('{')
                .chain(fault.code.help_zh.split('{'))
                .chain(fault.code.en.split('{'))
                .chain(fault.code.help_en.split('{'))
            {
                let name = name.split_once('}').map_or("", |(name, _)| name);
                let is_placeholder = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
                assert!(!is_placeholder || fault.args.iter().any(|(key, _)| *key == name), "{}: {name}", fault.code.id);
            }
        }
    }
}
