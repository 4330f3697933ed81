//! Whatever moves is found, though only what can move is scored.

use std::sync::Arc;

use liuwu_engine::period::{Date, Period, parse_date};
use liuwu_engine::record::Source;
use proptest::prelude::*;
use serde_json::{Map, json};

use super::*;
use crate::accounts::table::permissions;
use crate::accounts::{Caller, Role, Scope};
use crate::store::memory::Memory;
use crate::store::overlay::Overlay;
use crate::store::{Act, BatchId, ItemId, RecordId, RecordRow, Target};
use crate::trial::{self, batch, complete, noon, unit};

/// Villages lose points for fires, one more where they have most of their town; a town's warning counts for all its
/// villages, and a good year before gives a point.
const BUNDLE: &str = r#"
bundle: trial
edition: "2020"
title: 试算(虚构)
assess: {unit: village, within: [town, county], period: year}
records:
  fire: {title: 火灾, fields: {no: {title: 编号, type: text}}, identity: [no]}
  warning: {title: 警示, of: town, fields: {no: {title: 编号, type: text}}, identity: [no]}
figures:
  fires: {title: 火灾数, script: records("fire").count()}
  most:  {title: 全镇最多, compare: town, script: "group.max(|u| u.figures.fires)"}
criteria:
  - id: fire
    title: 无火灾
    base: 100
    rules:
      - {id: F-1, title: 发生火灾, each: fire, deduct: "5", reason: 火灾一起}
      - {id: F-2, title: 全镇最多, when: figures.fires > 0 && figures.fires == figures.most, deduct: 1, reason: 全镇最多}
      - {id: W-1, title: 全镇警示, when: 'town.records("warning").count() > 0', deduct: 2, reason: 全镇警示}
rating:
  bands: [{name: 好, from: 95}, {name: 差}]
lists:
  negative: {title: 负面清单, script: score < 90}
"#;

const VILLAGES: [&str; 4] = ["v1", "v2", "v3", "v4"];

fn act() -> Act {
    Act { by: "王".into(), at: noon("2021-01-09"), why: "误".into() }
}

fn row(unit: &str, kind: &str, no: usize, supersedes: Option<RecordId>) -> RecordRow {
    let fields = Map::from_iter([("no".to_owned(), json!(no.to_string()))]);
    let source = Source::line(&Arc::from("a.csv"), 1);
    let date = parse_date("2020-03-01").unwrap();
    RecordRow { unit: unit.into(), kind: kind.into(), date, number: None, fields, source, supersedes }
}

/// Two towns with two villages each; in the first, `v1` has had one fire.
fn store() -> Memory {
    let store = Memory::new();
    store.publish_edition(trial::edition("2020", BUNDLE)).unwrap();
    let mut units = vec![unit("c", "county", None), unit("t1", "town", Some("c")), unit("t2", "town", Some("c"))];
    units.extend(VILLAGES.iter().zip(["t1", "t1", "t2", "t2"]).map(|(id, town)| unit(id, "village", Some(town))));
    let statements = vec![complete("c", "fire"), complete("c", "warning")];
    store.append_batch(NewBatch { units, statements, ..batch(vec![row("v1", "fire", 1, None)]) }).unwrap();
    store
}

fn plan(store: &Memory) -> Arc<Plan> {
    scoring::plan_of(&store.edition("trial", "2020").unwrap()).unwrap()
}

fn ask() -> Ask {
    Ask {
        bundle: "trial".into(),
        edition: None,
        periods: Period::parse_list("2020").unwrap(),
        as_of: parse_date("2021-01-10").unwrap(),
        by: String::new(),
        at: noon("2021-01-10"),
        pseudonym_key: b"a key for tests".to_vec(),
        longest: crate::deadline::LONGEST_RUN,
    }
}

fn effect_of(store: &Memory, batch: &NewBatch) -> Effect {
    let touched = Touched::by(store, batch).unwrap();
    of(store, &Overlay::new(store, batch), &touched, &plan(store), &ask()).unwrap()
}

#[test]
fn a_village_that_moves_is_named_with_its_points_its_rating_and_its_lists() {
    let store = store();
    let effect = effect_of(&store, &batch(vec![row("v1", "fire", 2, None)]));
    assert_eq!(effect.moved.len(), 1, "{effect:?}");
    let moved = &effect.moved[0];
    assert_eq!((moved.unit.as_str(), moved.by()), ("v1", Some(Number::from_i64(-5))));
    assert_eq!((moved.enters(), moved.leaves(), moved.changes_rating()), (vec!["negative"], vec![], false));
    assert_eq!((effect.units(), effect.entering(), effect.leaving(), effect.ratings()), (1, 1, 0, 0));
}

#[test]
fn a_village_moves_with_the_one_it_is_compared_with() {
    let store = store();
    let effect = effect_of(&store, &batch(vec![row("v2", "fire", 2, None), row("v2", "fire", 3, None)]));
    let moved: Vec<_> = effect.moved.iter().map(|moved| (moved.unit.as_str(), moved.by())).collect();
    assert_eq!(moved, [("v2", Some(Number::from_i64(-11))), ("v1", Some(Number::from_i64(1)))]);
}

#[test]
fn whoever_answers_for_a_part_is_told_of_that_part() {
    let store = store();
    let effect = effect_of(&store, &batch(vec![row("v2", "fire", 2, None), row("v2", "fire", 3, None)]));
    let units = UnitTree::new(store.units(Date::MAX).unwrap());
    let told = |role: Role, scope: Scope| {
        let caller = Caller::person("x", &[role], permissions(role), scope, None);
        let told = effect.clone().told_to(&Viewer::of(&caller), &units);
        (told.moved.into_iter().map(|moved| moved.unit).collect::<Vec<_>>(), told.partial)
    };
    let of = |code: &str| Scope::Divisions(vec![code.to_owned()]);
    let both = vec!["v2".to_owned(), "v1".to_owned()];
    assert_eq!(told(Role::Assessor, Scope::Everything), (both, false));
    assert_eq!(told(Role::Assessor, of("v1")), (vec!["v1".to_owned()], true));
    // A department and a village see of scores what has been released.
    assert_eq!(told(Role::Assessor, Scope::Department("消防".to_owned())), (vec![], true));
    assert_eq!(told(Role::Village, of("v2")), (vec![], true));
}

#[test]
fn what_comes_back_when_a_batch_is_undone_moves_too() {
    let store = store();
    let old = ItemId { batch: BatchId(1), number: 1 };
    store.append_batch(batch(vec![row("v3", "fire", 1, Some(old))])).unwrap();
    let touched = Touched::by(&store, &store.contents(BatchId(2)).unwrap()).unwrap();
    let after = store.supposing(Target::Batch(BatchId(2)), act()).unwrap();
    let effect = of(&store, after.as_ref(), &touched, &plan(&store), &ask()).unwrap();
    let moved: Vec<_> = effect.moved.iter().map(|moved| (moved.unit.as_str(), moved.by())).collect();
    assert_eq!(moved, [("v1", Some(Number::from_i64(-6))), ("v3", Some(Number::from_i64(6)))]);
}

#[test]
fn what_stands_is_read_from_the_run_in_force_where_it_says_all_of_it() {
    let (fresh, scored) = (store(), store());
    scoring::score(&scored, &ask()).unwrap();
    let undoing = |store: &Memory| {
        let touched = Touched::by(store, &store.contents(BatchId(1)).unwrap()).unwrap();
        assert_eq!(touched, Touched::Everything, "the batch holds the list of units");
        let after = store.supposing(Target::Batch(BatchId(1)), act()).unwrap();
        of(store, after.as_ref(), &touched, &plan(store), &ask()).unwrap()
    };
    assert_eq!((undoing(&scored), undoing(&scored).units()), (undoing(&fresh), 4));
    let recalled = |ask: &Ask| scoring::recall(&scored, &plan(&scored), ask).unwrap();
    assert_eq!(recalled(&ask()), Some(scoring::try_out(&scored, &scored, &plan(&scored), &ask()).unwrap()));
    assert_eq!(recalled(&Ask { as_of: parse_date("2021-01-11").unwrap(), ..ask() }), None, "another day of knowledge");
    scored.append_batch(batch(vec![row("v1", "fire", 2, None)])).unwrap();
    assert_eq!(recalled(&ask()), None, "something has been stored since");
}

#[test]
fn a_batch_that_moves_nobody_has_no_effect() {
    let store = store();
    let same = effect_of(&store, &batch(vec![row("v1", "fire", 1, Some(ItemId { batch: BatchId(1), number: 1 }))]));
    assert_eq!(same, Effect { periods: ask().periods, ..Effect::default() });
    let nowhere = effect_of(&store, &batch(vec![row("no such unit", "fire", 1, None)]));
    assert_eq!(nowhere.units(), 0);
}

/// What an officer may change, and how many villages that moves: one has lost points for a fire, and one more as the worst of its town.
const EDITS: [(&str, &str, usize); 8] = [
    ("edition: \"2020\"", "edition: \"2020\"", 0),
    ("deduct: \"5\"", "deduct: \"8\"", 1),
    ("from: 95", "from: 90", 1),
    ("base: 100", "base: 99", 4),
    ("compare: town", "compare: county", 0),
    ("unit: village, within: [town, county]", "unit: town, within: [county]", 6),
    ("warning: {title: 警示,", "warning: {title: 警示, none_means: missing,", 4),
    ("assess: {", "effective: {from: 2021-01-01}\nassess: {", 4),
];

#[test]
fn another_edition_is_held_against_the_one_in_force_as_if_both_had_been_scored() {
    let store = store();
    let before = plan(&store);
    for (from, to, moving) in EDITS {
        let text = BUNDLE.replace(from, to).replace("edition: \"2020\"", "edition: \"2021\"");
        let text = match to.contains("unit: town") {
            true => text
                .replace("of: town, ", "")
                .replace("town.records", "records")
                .replace("compare: town", "compare: county"),
            false => text,
        };
        let (bundle, _) = liuwu_engine::bundle::read("next", &text).unwrap();
        let after = Arc::new(Plan::new(Arc::new(bundle)).unwrap());
        let effect = of_edition(&store, &before, &after, &ask(), &crate::progress::Unwatched).unwrap();
        let scored = |plan: &Arc<Plan>| match scoring::try_out(&store, &store, plan, &ask()) {
            Ok(computed) => standings_filed(&computed, &plan.bundle.assess.unit),
            Err(ScoringError::NotInForce) => Standings::new(),
            Err(error) => panic!("{error}"),
        };
        assert_eq!(effect, compare(scored(&before), scored(&after)), "{to}");
        assert_eq!(effect.units(), moving, "{to}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn scoring_what_can_move_finds_what_scoring_everything_finds(
        before in prop::collection::vec((0..6_usize, any::<bool>()), 0..8),
        change in prop::collection::vec((0..6_usize, any::<bool>()), 1..4),
        moves in any::<bool>(),
    ) {
        let store = store();
        let units = ["v1", "v2", "v3", "v4", "t1", "t2"];
        let rows = |list: &[(usize, bool)], first: usize| -> Vec<RecordRow> {
            list.iter().enumerate().map(|(n, (unit, warns))| {
                let kind = if *warns { "warning" } else { "fire" };
                row(units[*unit], kind, first + n, None)
            }).collect()
        };
        store.append_batch(batch(rows(&before, 10))).unwrap();
        let mut change = batch(rows(&change, 100));
        if moves {
            change.records[0].supersedes = Some(ItemId { batch: BatchId(1), number: 1 });
        }
        let whole = {
            let (plan, overlay) = (plan(&store), Overlay::new(&store, &change));
            let scored = |knowledge: &dyn Knowledge| {
                standings_filed(&scoring::try_out(&store, knowledge, &plan, &ask()).unwrap(), "village")
            };
            compare(scored(&store), scored(&overlay))
        };
        prop_assert_eq!(effect_of(&store, &change), whole);
    }
}
