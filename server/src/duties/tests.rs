//! What is due, late and unchecked, of a county of three villages.

use liuwu_engine::period::parse_date;

use super::*;
use crate::store::{BatchId, ItemId, UnitRow};

const BUNDLE: &str = r#"
bundle: small
edition: "2020"
title: 小样(示例)
assess: {unit: village, within: [town, county], period: year, base: 100}
records:
  fire:
    title: 火灾
    department: 消防
    fields: {no: {title: 编号, type: text}, place: {title: 场所, type: text}, deaths: {title: 死亡人数, type: integer, unit: 人}}
    identity: [no]
    due: {every: month, within_days: 5}
  accident:
    title: 事故
    department: 应急
    fields: {no: {title: 编号, type: text}, deaths: {title: 死亡人数, type: integer, unit: 人}}
    identity: [no]
    due: {every: quarter, within_days: 10}
figures: {fires: {title: 起数, script: 'records("fire").count()'}}
criteria:
  - id: c
    title: 甲
    rules:
      - {id: R-1, title: 火灾多发, basis: 第一条, when: figures.fires > 3, deduct: "1", reason: 多发}
      - {id: R-2, title: 事故, basis: 第二条, each: accident, deduct: "1", reason: 事故}
"#;

fn day(text: &str) -> Date {
    parse_date(text).unwrap()
}

fn tree() -> UnitTree {
    let row = |id: &str, level: &str, name: &str, parent: Option<&str>| UnitRow {
        id: id.into(),
        level: level.into(),
        name: name.into(),
        parent: parent.map(str::to_owned),
    };
    UnitTree::new(vec![
        row("1", "county", "甲市", None),
        row("11", "town", "乙镇", Some("1")),
        row("111", "village", "上岙村村民委员会", Some("11")),
        row("112", "village", "下岙村村民委员会", Some("11")),
        row("12", "town", "丙镇", Some("1")),
        row("121", "village", "前垟村村民委员会", Some("12")),
    ])
}

fn stated(kind: &str, area: &str, from: &str, to: &str, received_on: &str) -> Received<store::Statement> {
    Received {
        id: ItemId { batch: BatchId(1), number: 1 },
        received_on: day(received_on),
        item: store::Statement { kind: kind.into(), area: area.into(), from: day(from), to: day(to), nil: true },
    }
}

fn duties(statements: &[Received<store::Statement>], on: &str, scope: &Scope) -> Duties {
    let (bundle, _) = liuwu_engine::bundle::read("b.yaml", BUNDLE).unwrap();
    let units = tree();
    Basis { bundle: &bundle, units: &units, statements, day: day(on), scope }.duties()
}

fn short(duties: &Duties) -> Vec<String> {
    let areas = |duty: &Duty| duty.areas.iter().map(|area| area.name.clone()).collect::<Vec<_>>().join("、");
    let one = |duty: &Duty| {
        format!(
            "{} {} {} {:?} {}/{} {}",
            duty.title,
            duty.period.name(),
            duty.due,
            duty.state,
            duty.missing,
            duty.units,
            areas(duty)
        )
    };
    duties.open.iter().map(one).collect()
}

#[test]
fn what_is_due_stands_by_its_day_with_the_largest_areas_that_lack_it() {
    let statements = [
        stated("fire", "1", "2019-01-01", "2019-12-31", "2020-01-03"),
        stated("accident", "1", "2019-01-01", "2019-12-31", "2020-01-03"),
        stated("fire", "1", "2020-01-01", "2020-01-31", "2020-02-04"),
        stated("fire", "111", "2020-02-01", "2020-02-29", "2020-03-02"),
    ];
    let duties = duties(&statements, "2020-04-03", &Scope::Everything);
    assert_eq!(
        short(&duties),
        [
            "火灾 2020-02 2020-03-05 Overdue 2/3 乙镇下岙村、丙镇",
            "火灾 2020-03 2020-04-05 Due 3/3 甲市",
            "事故 2020Q1 2020-04-10 Due 3/3 甲市",
            "火灾 2020-04 2020-05-05 Coming 3/3 甲市",
            "事故 2020Q2 2020-07-10 Coming 3/3 甲市",
        ]
    );
    let unchecked: Vec<(&str, usize)> = duties.unchecked.iter().map(|rule| (rule.rule.as_str(), rule.units)).collect();
    assert_eq!(unchecked, [("R-1", 3), ("R-2", 3)]);
}

#[test]
fn a_department_sees_its_kinds_and_a_town_its_villages() {
    let of = |scope: Scope| short(&duties(&[], "2020-01-20", &scope)).into_iter().filter(|line| line.contains("2020"));
    let fire: Vec<String> = of(Scope::Department("消防".into())).collect();
    assert!(fire.iter().all(|line| line.starts_with("火灾")) && !fire.is_empty());
    let town: Vec<String> = of(Scope::Divisions(vec!["11".into()])).collect();
    assert!(town.iter().all(|line| line.contains("2/2 乙镇")), "{town:?}");
}

#[test]
fn what_came_after_its_day_is_listed_with_both_days() {
    let statements = [
        stated("fire", "11", "2020-01-01", "2020-01-31", "2020-02-09"),
        stated("fire", "12", "2020-01-01", "2020-01-31", "2020-02-05"),
    ];
    let late = duties(&statements, "2020-02-10", &Scope::Everything).came_late;
    assert_eq!(late.len(), 1);
    assert_eq!(
        (late[0].area.name.as_str(), late[0].due, late[0].received_on),
        ("乙镇", day("2020-02-05"), day("2020-02-09"))
    );
}

#[test]
fn what_a_standard_asks_of_one_village_is_counted() {
    let (bundle, _) = liuwu_engine::bundle::read("b.yaml", BUNDLE).unwrap();
    assert_eq!(burden(&bundle), Burden { kinds: 2, fields: 5, returns: 16 });
}

fn month(statements: &[Received<store::Statement>], on: &str, name: &str, scope: &Scope) -> Month {
    let (bundle, _) = liuwu_engine::bundle::read("b.yaml", BUNDLE).unwrap();
    let units = tree();
    let basis = Basis { bundle: &bundle, units: &units, statements, day: day(on), scope };
    basis.month(Period::parse(name).unwrap())
}

#[test]
fn month_by_month_the_same_is_missing_as_in_the_whole_list() {
    let statements = [
        stated("fire", "1", "2019-01-01", "2020-01-31", "2020-02-04"),
        stated("fire", "111", "2020-02-01", "2020-02-29", "2020-03-02"),
    ];
    for scope in [Scope::Everything, Scope::Department("消防".into()), Scope::Divisions(vec!["12".into()])] {
        let whole = duties(&statements, "2020-05-20", &scope).open;
        let mut by_month = Vec::new();
        let mut at = Period::parse("2018-06").unwrap();
        while at.from() < day("2021-01-01") {
            let asked = month(&statements, "2020-05-20", &at.name(), &scope).asked;
            by_month.extend(asked.into_iter().filter_map(|asked| match asked.standing {
                Standing::Missing(duty) => Some(*duty),
                _ => None,
            }));
            at = at.next().unwrap();
        }
        by_month.sort_by(|a, b| (a.state, a.due, &a.kind).cmp(&(b.state, b.due, &b.kind)));
        assert_eq!(by_month, whole, "{scope:?}");
    }
}

#[test]
fn a_quarter_is_asked_for_in_the_month_in_which_it_ends() {
    let statements = [
        stated("fire", "1", "2020-03-01", "2020-03-31", "2020-04-02"),
        stated("accident", "12", "2020-01-01", "2020-03-31", "2020-04-02"),
    ];
    let of = |name: &str, scope: &Scope| -> Vec<String> {
        let asked = month(&statements, "2020-04-03", name, scope).asked;
        asked
            .iter()
            .map(|asked| format!("{} {} {:?}", asked.title, asked.period.name(), short_of(&asked.standing)))
            .collect()
    };
    assert_eq!(of("2020-02", &Scope::Everything), ["火灾 2020-02 Some(3)"]);
    assert_eq!(of("2020-03", &Scope::Everything), ["事故 2020Q1 Some(2)", "火灾 2020-03 None"]);
    let town = Scope::Divisions(vec!["12".into()]);
    assert_eq!(of("2020-03", &town), ["火灾 2020-03 None", "事故 2020Q1 None"], "its town has handed in");
}

fn short_of(standing: &Standing) -> Option<usize> {
    match standing {
        Standing::Missing(duty) => Some(duty.missing),
        Standing::Nil => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn months_of_which_the_standard_does_not_speak_are_not_asked_about() {
    let of = |name: &str| month(&[], "2020-04-03", name, &Scope::Everything);
    assert_eq!((of("2018-12").asked.len(), of("2018-12").after.map(Period::name)), (0, Some("2019-01".to_owned())));
    assert_eq!((of("2019-01").asked.len(), of("2019-01").before), (1, None));
    assert_eq!(of("2020-04").after.map(Period::name), Some("2020-05".to_owned()), "the quarter has begun");
    assert_eq!(of("2020-06").after, None, "the next one has not");
    let (bundle, _) = liuwu_engine::bundle::read("b.yaml", BUNDLE).unwrap();
    let (units, scope) = (tree(), Scope::Everything);
    let newest = |on: &str| {
        Basis { bundle: &bundle, units: &units, statements: &[], day: day(on), scope: &scope }.newest_month().name()
    };
    assert_eq!((newest("2020-04-03"), newest("2020-05-01")), ("2020-03".to_owned(), "2020-04".to_owned()));
}
