//! How long it takes to see what another edition would do to every village: both editions scored, the results compared.
//!
//! Enters: the sample of Rui'an (515 villages, two years), its standard, and the same with one number changed. Leaves: a table in
//! Markdown, for the sample and for so many copies of it as come to 50,000 villages. The facts are in memory, as records.
//!
//! `cargo bench -p liuwu --bench impact -- --rounds 5 --villages 50000`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a measurement that ends here has failed"
)]

mod sample;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use liuwu::effect::{self, Effect};
use liuwu::filed::Filed;
use liuwu::scoring::Computed;
use liuwu::store::UnitRow;
use liuwu_engine::assess::{Exemption, Plan, Priors, Request, UnitFacts, World, assess};
use liuwu_engine::bundle;
use liuwu_engine::coverage::{Coverage, Statement};
use liuwu_engine::period::{Date, Period, parse_date};
use liuwu_engine::record::packed::Packed;
use liuwu_engine::record::reading;
use liuwu_engine::script::threads;
use sample::Sample;

const STANDARD: &str = include_str!("../../rules/ruian-six-no/2020.yaml");
/// The number that is changed, before and after: every death in an accident at work costs 8 points, not 5.
const CHANGED: [&str; 2] = ["生产安全事故死亡每人扣分, value: 5", "生产安全事故死亡每人扣分, value: 8"];
const LAST_DAY: &str = "2021-01-10";

fn main() {
    let (rounds, villages) = (sample::asked_for("--rounds", 5), sample::asked_for("--villages", 50_000));
    threads(None).unwrap().install(|| measure(rounds, villages));
}

fn measure(rounds: usize, villages: usize) {
    let changed = STANDARD.replace(CHANGED[0], CHANGED[1]);
    assert_ne!(changed, STANDARD, "the standard no longer has this number");
    let editions = [plan_of(STANDARD), plan_of(&changed)];
    let facts = Facts::of(&Sample::new());
    let own = facts.villages(&editions[0]);
    println!("| villages, two years | score both editions | compare | whole | villages that move |");
    println!("| ---: | ---: | ---: | ---: | ---: |");
    for (copies, rounds) in [(1, rounds), (villages.div_ceil(own), rounds.div_ceil(2))] {
        let world = Arc::new(facts.world(&editions[0], copies));
        let (mut scoring, mut comparing, mut moved) = (Vec::new(), Vec::new(), 0);
        for _ in 0..rounds {
            let (seconds, effect) = impact(&editions, &world);
            scoring.push(seconds[0]);
            comparing.push(seconds[1]);
            moved = effect.units();
        }
        assert!(moved > 0, "the change moves nothing");
        let whole = sample::median(scoring.iter().zip(&comparing).map(|(one, other)| one + other).collect());
        let [scoring, comparing] = [scoring, comparing].map(sample::median);
        let shown = |seconds: f64| format!("{:.0} ms", seconds * 1e3);
        println!("| {} | {} | {} | {} | {moved} |", own * copies, shown(scoring), shown(comparing), shown(whole));
    }
}

/// Scores both and compares; the seconds that the two steps take.
fn impact(editions: &[Arc<Plan>; 2], world: &Arc<World>) -> ([f64; 2], Effect) {
    let started = Instant::now();
    let [before, after] = editions.each_ref().map(|plan| score(plan, world));
    let scored = started.elapsed();
    let effect = effect::compare(&before, &after, &editions[0].bundle.assess.unit);
    ([scored.as_secs_f64(), (started.elapsed() - scored).as_secs_f64()], effect)
}

fn score(plan: &Arc<Plan>, world: &Arc<World>) -> Computed {
    let periods = Period::parse_list("2019..2020").unwrap();
    let request = Request { periods, as_of: Some(last_day()) };
    let mut computed = Computed::new();
    for result in assess(plan, world, &request, &Priors::new()).unwrap() {
        computed
            .entry(result.period)
            .or_default()
            .insert(result.unit.to_string(), Filed::of(&result, &plan.bundle.dictionary));
    }
    computed
}

fn plan_of(text: &str) -> Arc<Plan> {
    let (bundle, _) = bundle::read("ruian-six-no", text).unwrap();
    Arc::new(Plan::new(Arc::new(bundle)).unwrap())
}

fn last_day() -> Date {
    parse_date(LAST_DAY).unwrap()
}

/// What a store knows.
struct Facts {
    rows: Vec<UnitRow>,
    packed: HashMap<String, liuwu::store::PackedFacts>,
    statements: Vec<Statement>,
    exemptions: Vec<Exemption>,
    key: Vec<u8>,
}

impl Facts {
    fn of(sample: &Sample) -> Facts {
        let (store, day) = (sample.dir.store.as_ref(), last_day());
        let packed = store.scan_packed(None, usize::MAX, day).unwrap();
        let statements = store.statements(day).unwrap().into_iter().map(|held| {
            let held = held.item;
            Statement { kind: held.kind, area: held.area, from: held.from, to: held.to, nil: held.nil }
        });
        let exemptions = store.exemptions(day).unwrap().into_iter().map(|held| held.item.into());
        Facts {
            rows: store.units(day).unwrap(),
            packed: packed.into_iter().map(|facts| (facts.unit.clone(), facts)).collect(),
            statements: statements.collect(),
            exemptions: exemptions.collect(),
            key: sample.dir.pseudonym_key.clone(),
        }
    }

    fn villages(&self, plan: &Plan) -> usize {
        self.rows.iter().filter(|row| row.level == plan.bundle.assess.unit).count()
    }

    /// The whole tree so many times over, each copy with codes of its own.
    fn world(&self, plan: &Plan, copies: usize) -> World {
        let copied = (0..copies).flat_map(|copy| {
            self.statements.iter().map(move |held| Statement { area: coded(&held.area, copy), ..held.clone() })
        });
        let mut world = World::new(Coverage::new(copied), &self.key);
        let levels: Vec<&str> = plan.bundle.levels().collect();
        for copy in 0..copies {
            for level in levels.iter().rev() {
                for row in self.rows.iter().filter(|row| row.level == *level) {
                    let above = row.parent.as_deref().map(|above| coded(above, copy));
                    let parent = above.and_then(|above| levels.iter().find_map(|level| world.find(level, &above)));
                    world.add_unit(UnitFacts { id: coded(&row.id, copy).into(), parent, ..self.unit(plan, row) });
                }
            }
        }
        let copied = (0..copies).flat_map(|copy| {
            self.exemptions.iter().map(move |held| Exemption { unit: coded(&held.unit, copy), ..held.clone() })
        });
        world.exempt(copied.collect());
        world
    }

    fn unit(&self, plan: &Plan, row: &UnitRow) -> UnitFacts {
        let mut unit = UnitFacts {
            level: Arc::from(row.level.as_str()),
            name: Arc::from(row.name.as_str()),
            ..UnitFacts::default()
        };
        if let Some(packed) = self.packed.get(&row.id) {
            let columns = Packed::read(&packed.bytes).unwrap();
            unit.facts = reading::facts(&columns, &plan.bundle.dictionary, &packed.sheets).unwrap();
            unit.attributes = reading::attributes(&columns, &plan.bundle.dictionary).unwrap();
        }
        unit
    }
}

/// The code of a unit in a copy of the tree.
fn coded(id: &str, copy: usize) -> String {
    if copy == 0 { id.to_owned() } else { format!("{id}-{copy}") }
}
