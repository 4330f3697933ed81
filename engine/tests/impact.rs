//! Edition against edition: what a trial says of another edition is what scoring both in full says, result for result; and what
//! did not change is not worked out again.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly, and so do the functions they share"
)]

mod bundles;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bundles::facts::{Fact, entries, facts, units, world};
use bundles::{on_threads, plan, root};
use liuwu_engine::assess::{Difference, Plan, Priors, Request, Trial, World, assess, score_units};
use liuwu_engine::assessment::{Assessment, Entry};
use liuwu_engine::period::Period;
use proptest::prelude::*;
use proptest::sample::subsequence;

/// What an officer may do to the standard: words in it, and what stands there afterwards.
const EDITS: [(&str, &str); 41] = [
    // Numbers of the standard, and what they are called.
    ("每起案件, basis: 第二条, value: 2", "每起案件, basis: 第二条, value: 3"),
    ("较低, value: 80", "较低, value: 99.5"),
    ("title: 较低, value", "title: 偏低, value"),
    ("points: 9}, {points: 4, per: month}", "points: 8}, {points: 4, per: month}"),
    ("points: 9}, {points: 4, per: month}", "points: 9}, {points: 3, per: month}"),
    ("points: 12}", "points: 10}"),
    ("points: 5, per: month}]", "points: 1, per: month}]"),
    ("floor: -40", "floor: 99"),
    ("base: 100", "base: 99"),
    ("ceiling: 105", "ceiling: 100"),
    ("places: 2,", "places: 0,"),
    ("from: 95", "from: 97"),
    ("weight: 2,", "weight: 3,"),
    ("slip.points > 3", "slip.points > 2"),
    // Functions.
    ("{ points / parts }", "{ points / parts / 2 }"),
    ("score < parameters.few", "score <= parameters.few"),
    ("  fn is_few", "\n\n  // 低于这个数的\n  fn is_few"),
    // Texts.
    ("三分之一", "三成"),
    ("title: 失分, each", "title: 失了分, each"),
    ("SLIP-001, title: 失分", "SLIP-001, title: 丢分"),
    // Scripts.
    ("figures.slips, unit.people", "figures.slips, unit.people + 1"),
    ("previous?.figures.streak ?? 0", "previous?.figures.streak ?? 1"),
    ("streak >= 2", "streak >= 1"),
    ("figures.rate > group", "figures.rate >= group"),
    ("group.rank(|u| u.score)", "group.rank_low(|u| u.score)"),
    ("parts.worst(|p| p.rating)", "parts.best(|p| p.rating)"),
    // Who is compared with whom, who takes part, which way is good, how parts are put together.
    ("compare: town, script: 'group.mean", "compare: county, script: 'group.mean"),
    ("{period: quarter,", "{period: quarter, takes_part: unit.people > 500,"),
    ("{period: quarter,", "{period: quarter, better: lower,"),
    ("incomplete: flag, rules", "rules"),
    ("combine: weighted", "combine: mean"),
    ("vetoed: 差", "vetoed: 中"),
    // Rules: another one, one less, another order; a list more.
    (
        "criteria:\n  - id: whole",
        "criteria:\n  - {id: more, title: 另外, rules: [{id: MORE-001, title: 每人, award: unit.people / 1000}]}\n  - id: whole",
    ),
    ("{id: MERIT-001, title: 加分, each: merit, award: merit.points}, ", ""),
    (
        "{id: MERIT-001, title: 加分, each: merit, award: merit.points}, {id: SCORE-001, title: 此前得分, deduct: 'if is_few(score) { 1 } else { 0 }'}",
        "{id: SCORE-001, title: 此前得分, deduct: 'if is_few(score) { 1 } else { 0 }'}, {id: MERIT-001, title: 加分, each: merit, award: merit.points}",
    ),
    (", rules: [{id: KIND-001, title: 社区, applies: 'unit.kind == \"community\"', award: '1'}]", ""),
    ("lists:\n", "lists:\n  fine: {title: 好, script: rating == \"好\"}\n"),
    // The dictionary.
    ("default: 0", "default: 100"),
    (
        "merit:  {title: 加分, fields: {points: {type: decimal, optional: true",
        "merit:  {title: 加分, fields: {points: {type: decimal, default: 2",
    ),
    ("crime:  {title: 案件}", "crime:  {title: 案件, none_means: missing}"),
    // Only the places of all that follows.
    ("figures:\n", "# 指标\n\nfigures:\n"),
];

fn standard() -> String {
    std::fs::read_to_string(root().join("fixtures/bundles/properties.yaml")).unwrap()
}

/// The next edition with some changes.
fn next_edition(edits: &[usize]) -> Arc<Plan> {
    let mut text = standard().replace("edition: \"1\"", "edition: \"2\"");
    // Its cases tell what the first edition comes to.
    text.truncate(text.find("base_case:").unwrap());
    for edit in edits {
        let (before, after) = EDITS[*edit];
        text = text.replacen(before, after, 1);
    }
    plan("properties", &text).unwrap_or_else(|faults| panic!("{edits:?}: {faults}"))
}

fn request() -> Request {
    Request { periods: Period::parse_list("2020Q1..2020Q3").unwrap(), as_of: None }
}

/// All that a result says, but for its edition, its receipt and what would be without exemptions.
fn whole(result: &Assessment) -> String {
    let mut json = result.to_json();
    for key in ["edition", "receipt", "score_without_exemptions"] {
        json.as_object_mut().unwrap().shift_remove(key);
    }
    let entry = |entry: &Entry| {
        let record = entry.record.as_ref().map(|evidence| evidence.source().to_line());
        format!("{} {record:?} {:?}", entry.list, entry.finding)
    };
    let entries: Vec<String> = result.entries.iter().map(entry).collect();
    format!("{json} {entries:?} {:?} {:?} {:?}", result.lists_unknown, result.ledger, result.remarks)
}

type Results = BTreeMap<(Period, String), String>;

fn in_full(plan: &Arc<Plan>, world: &Arc<World>) -> Results {
    let results = on_threads(2, || score_units(plan, world, &request(), &Priors::new())).unwrap();
    let all = results.iter().flat_map(|results| &results.units).map(|unit| &unit.past.result);
    all.map(|result| ((result.period, result.unit.to_string()), whole(result))).collect()
}

fn tried(plan: &Arc<Plan>, world: &Arc<World>) -> Trial {
    on_threads(2, || Trial::new(plan, world, request(), &Priors::new())).unwrap()
}

fn against(trial: &Trial, other: &Arc<Plan>, world: &Arc<World>) -> Vec<Difference> {
    on_threads(2, || trial.against(other, world, &Priors::new())).unwrap()
}

/// Holds what a trial says of another edition against scoring both in full.
fn hold(
    trial: &Trial,
    before: &Results,
    other: &Arc<Plan>,
    world: &Arc<World>,
) -> Result<Vec<Difference>, TestCaseError> {
    let differences = against(trial, other, world);
    let mut after = before.clone();
    for Difference { unit, period, before: was, after: is } in &differences {
        let key = (*period, unit.to_string());
        let was = was.as_deref().map(whole);
        prop_assert_eq!(was.as_ref(), before.get(&key));
        match is {
            Some(result) => {
                prop_assert_eq!(&*result.edition, "properties@2");
                after.insert(key, whole(result));
            }
            None => drop(after.remove(&key)),
        }
    }
    prop_assert_eq!(after, in_full(other, world));
    Ok(differences)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn another_edition_on_trial_comes_to_what_scoring_it_in_full_does(
        facts in facts(),
        exempted in any::<bool>(),
        edits in prop::collection::vec(subsequence((0..EDITS.len()).collect::<Vec<_>>(), 0..4), 3),
    ) {
        let first = plan("properties", &standard()).unwrap();
        let known = world(&first, &units(), entries(&facts), exempted);
        let trial = tried(&first, &known);
        let before = in_full(&first, &known);
        let results: Results =
            trial.results().map(|result| ((result.period, result.unit.to_string()), whole(result))).collect();
        prop_assert_eq!(&results, &before);
        // One trial serves any number of other editions.
        for edits in &edits {
            let next = next_edition(edits);
            let read_anew = world(&next, &units(), entries(&facts), exempted);
            hold(&trial, &before, &next, &read_anew)?;
            if next.bundle.dictionary.is_like(&first.bundle.dictionary) {
                hold(&trial, &before, &next, &known)?;
            }
        }
    }

    #[test]
    fn the_score_without_exemptions_is_that_of_a_world_without_any(facts in facts()) {
        let plan = plan("properties", &standard()).unwrap();
        let request = Request { periods: Period::parse_list("2020Q1").unwrap(), as_of: None };
        let assessed = |exempted| {
            let world = world(&plan, &units(), entries(&facts), exempted);
            on_threads(2, || assess(&plan, &world, &request, &Priors::new())).unwrap()
        };
        for (counting, plain) in assessed(true).iter().zip(assessed(false)) {
            prop_assert_eq!(counting.score_without_exemptions, plain.score, "{}", counting.unit);
            let moves = counting.score != plain.score
                || counting.rating != plain.rating
                || (&counting.lists, &counting.lists_unknown) != (&plain.lists, &plain.lists_unknown)
                || counting.criteria != plain.criteria;
            prop_assert_eq!(counting.moved_by_exemptions, moves, "{}", counting.unit);
        }
    }
}

/// Every second unit has a crime in the second quarter.
fn crimes() -> Vec<Fact> {
    let crime = |unit| (unit, "crime", 120, None, 0);
    let slip = |unit| (unit, "slip", 30, Some(120), 0);
    // Where nothing is missing no failure names its place.
    let surveys = [10, 100, 190].into_iter().flat_map(|day| (0..3).map(move |town| (town, "survey", day, None, 0)));
    (0..7).step_by(2).map(crime).chain((0..7).map(slip)).chain(surveys).collect()
}

#[test]
fn every_edit_is_one_of_the_standard_and_gives_an_edition() {
    let text = standard();
    for (number, (before, _)) in EDITS.iter().enumerate() {
        assert!(text.contains(before), "{before}");
        next_edition(&[number]);
    }
}

#[test]
fn only_units_that_come_to_something_else_are_named() {
    let first = plan("properties", &standard()).unwrap();
    let known = world(&first, &units(), entries(&crimes()), false);
    let trial = tried(&first, &known);
    let units_of = |edits: &[usize]| -> BTreeSet<String> {
        let found = hold(&trial, &in_full(&first, &known), &next_edition(edits), &known).unwrap();
        found.iter().filter(|found| found.period.name() == "2020Q2").map(|found| found.unit.to_string()).collect()
    };
    assert_eq!(units_of(&[]), BTreeSet::new(), "the same words under another number");
    let without_people = BTreeSet::from(["V0".to_owned()]);
    assert_eq!(units_of(&[EDITS.len() - 1]), without_people, "the same words at other places, which failures name");
    let with_crime = units_of(&[0]);
    assert!(["V0", "V2", "V4", "V6"].iter().all(|unit| with_crime.contains(*unit)), "{with_crime:?}");
}
