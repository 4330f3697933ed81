//! The sample city whole: its files go in, its totals come out, its ratings spread as designed, every receipt is reproduced.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly, and so do the functions they share"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use liuwu::filed::Filed;
use liuwu::scoring::{self, Ask};
use liuwu::store::memory::Memory;
use liuwu::store::{NewEdition, Store};
use liuwu::upload::{self, File, Said};
use liuwu_engine::dictionary::Value;
use liuwu_engine::number::Number;
use liuwu_engine::period::{Period, parse_date};

const BUNDLE: &str = include_str!("../../rules/ruian-six-no/2020.yaml");

fn files() -> Vec<File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/ruian");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let is_data = ["xlsx", "csv", "jsonl"].iter().any(|end| name.ends_with(end)) || name == "exemptions.json";
        if is_data && name != "calendar.csv" {
            files.push(File { bytes: std::fs::read(&path).unwrap(), name });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

fn said() -> Said {
    Said {
        received_on: Some(parse_date("2021-01-08").unwrap()),
        effective: Some(parse_date("2020-01-01").unwrap()),
        ..Said::new("test", "2021-01-08T12:00:00+08:00".parse().unwrap(), "演示数据")
    }
}

fn total(all: &[Filed], figure: &str) -> Number {
    let numbers = all.iter().filter_map(|filed| match filed.figures.get(figure) {
        Some(Some(Value::Number(number))) => Some(*number),
        _ => None,
    });
    Number::sum(numbers).unwrap()
}

#[test]
fn the_sample_city_is_scored_from_its_files_as_designed() {
    let store = Memory::new();
    let edition = store
        .publish_edition(NewEdition {
            bundle: "ruian-six-no".to_owned(),
            edition: "2020".to_owned(),
            text: Arc::from(BUNDLE),
            published_at: Timestamp::UNIX_EPOCH,
            by: "test".to_owned(),
            note: String::new(),
        })
        .unwrap();
    let plan = scoring::plan_of(&edition).unwrap();
    let report = upload::prepare(&store, &plan.bundle, &files(), &said()).unwrap();
    assert!(report.faults.is_empty(), "{:?}", &report.faults[..1]);
    upload::commit(&store, report).unwrap().unwrap();
    let ask = Ask {
        bundle: "ruian-six-no".to_owned(),
        edition: None,
        periods: Period::parse_list("2019..2020").unwrap(),
        as_of: parse_date("2021-01-10").unwrap(),
        by: "test".to_owned(),
        at: Timestamp::UNIX_EPOCH,
        pseudonym_key: b"key".to_vec(),
        longest: liuwu::deadline::LONGEST_RUN,
    };
    let run = scoring::score(&store, &ask).unwrap();
    let villages = |period: Period| -> Vec<Filed> {
        let all = scoring::all_of(&store, run.id, period).unwrap();
        all.into_iter().filter(|filed| filed.level == "village").collect()
    };
    let (before, now) = (villages(run.periods[0]), villages(run.periods[1]));
    assert_eq!((before.len(), now.len()), (515, 515));

    let mut ratings: BTreeMap<&str, usize> = BTreeMap::new();
    for filed in &now {
        *ratings.entry(filed.rating.as_deref().unwrap_or("-")).or_default() += 1;
    }
    let wanted = [
        ("六无平安示范村社", 80..=110),
        ("六无平安村社", 260..=300),
        ("达标村社", 95..=125),
        ("未达标村社", 14..=22),
        ("暂缓评定", 12..=12),
    ];
    for (rating, range) in wanted {
        let count = ratings.get(rating).copied().unwrap_or(0);
        assert!(range.contains(&count), "{rating}: {count} of {ratings:?}");
    }
    let vetoed = now.iter().filter(|filed| filed.vetoed).count();
    assert!((4..=6).contains(&vetoed), "{vetoed}");
    let listed = now.iter().filter(|filed| filed.lists.iter().any(|list| list == "negative")).count();
    assert!((25..=35).contains(&listed), "{listed}");

    let totals = [
        ("accidents", 125, 90),
        ("accident_deaths", 35, 24),
        ("disputes", 4215, 4708),
        ("disputes_settled", 4108, 4652),
        ("events", 21300, 36400),
    ];
    for (figure, then, this) in totals {
        assert_eq!((total(&before, figure), total(&now, figure)), (then.into(), this.into()), "{figure}");
    }
    assert_eq!(total(&before, "fire_deaths"), 10.into());
    // The fire brigade's December is missing for twelve villages, so their figure is not known; none of them had a death.
    assert_eq!(total(&now, "fire_deaths"), 1.into());

    for filed in before.iter().chain(&now) {
        adds_up(filed);
    }
    let verification = scoring::verify(&store, run.id, b"key").unwrap();
    assert_eq!(verification.differences, []);
    assert_eq!(verification.compared as u64, run.assessments);
}

/// The lines at the outer level lead from the base to the score without a gap.
fn adds_up(filed: &Filed) {
    use liuwu::filed::FiledLineKind::{Base, Ceiling, Criterion, Floor, Rounding};
    let Some(score) = filed.score else { return };
    let mut sum = Number::ZERO;
    for line in &filed.ledger {
        let outer = match &line.what {
            Base | Floor | Ceiling | Rounding => true,
            Criterion(id) => filed.criteria.contains_key(id),
            _ => false,
        };
        if outer {
            sum = sum.add(line.adds).unwrap();
            assert_eq!(sum, line.sum, "{} {}", filed.unit, filed.period);
        }
    }
    assert_eq!(sum, score, "{} {}", filed.unit, filed.period);
}
