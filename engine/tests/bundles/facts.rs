//! Units and invented records for `fixtures/bundles/properties.yaml`.

use std::sync::Arc;

use liuwu_engine::assess::{Exemption, Plan, World};
use liuwu_engine::coverage::Coverage;
use liuwu_engine::dataset::{RawEntry, RawUnit, gather};
use liuwu_engine::diagnostic::Location;
use liuwu_engine::dictionary::read::{Raw, RawRecord};
use liuwu_engine::record::Source;
use proptest::prelude::*;

/// A record before it has a place: unit, kind, day of the year 2020, points in hundredths, name.
pub type Fact = (usize, &'static str, i64, Option<u32>, usize);

const NAMES: [&str; 3] = ["甲某", "乙某", "丙某"];

pub fn facts() -> impl Strategy<Value = Vec<Fact>> {
    let kind = prop::sample::select(vec!["slip", "slip", "merit", "crime", "survey"]);
    prop::collection::vec((0..UNITS, kind, 0..200_i64, prop::option::of(1..900_u32), 0..3_usize), 0..60)
}

pub const UNITS: usize = 7;

pub fn units() -> Vec<RawUnit> {
    let unit = |index: usize| RawUnit {
        id: format!("V{index}"),
        parent: Some(format!("T{}", index % 3)),
        attributes: [
            ("people", Some(Raw::Number((index * 300).to_string()))),
            (
                "kind",
                (!index.is_multiple_of(3))
                    .then(|| Raw::Text(if index.is_multiple_of(2) { "village" } else { "community" }.into())),
            ),
        ]
        .into_iter()
        .filter_map(|(key, raw)| Some((key.to_owned(), raw?, Location::default())))
        .collect(),
        ..RawUnit::default()
    };
    let town = |index: usize| RawUnit {
        id: format!("T{index}"),
        level: Some("town".to_owned()),
        parent: Some("C".to_owned()),
        ..RawUnit::default()
    };
    (0..UNITS).map(unit).chain((0..3).map(town)).collect()
}

pub fn entries(facts: &[Fact]) -> Vec<RawEntry> {
    let file: Arc<str> = Arc::from("facts");
    let entry = |(row, (unit, kind, day, points, name)): (usize, &Fact)| {
        let date =
            liuwu_engine::period::plus_days(liuwu_engine::period::parse_date("2020-01-01").unwrap(), *day).unwrap();
        let points = points.map(|points| Raw::Number(format!("{}.{:02}", points / 100, points % 100)));
        let mut fields = vec![("date".to_owned(), Raw::Text(date.to_string()))];
        match *kind {
            "slip" => {
                fields.push(("points".to_owned(), points.unwrap_or(Raw::Number("1".into()))));
                fields.push(("who".to_owned(), Raw::Text(NAMES[*name].into())));
            }
            "merit" => fields.extend(points.map(|points| ("points".to_owned(), points))),
            "survey" => fields.push(("safety".to_owned(), Raw::Number("95.5".into()))),
            _ => {}
        }
        let unit = if *kind == "survey" { format!("T{}", unit % 3) } else { format!("V{unit}") };
        RawEntry {
            unit,
            kind: (*kind).to_owned(),
            record: RawRecord::new(fields),
            source: Source::line(&file, row as u32 + 1),
            location: Location::default(),
        }
    };
    facts.iter().enumerate().map(entry).collect()
}

pub fn world(plan: &Plan, units: &[RawUnit], entries: Vec<RawEntry>, exempted: bool) -> Arc<World> {
    let mut world = gather(&plan.bundle, units, entries, Coverage::all_but(Vec::<String>::new()), b"key").unwrap();
    if exempted {
        world.exempt(vec![Exemption {
            unit: "V1".into(),
            rule: "SLIP-001".into(),
            record: None,
            from: None,
            until: None,
            reason: "不可抗力".into(),
            approved_by: None,
        }]);
    }
    Arc::new(world)
}
