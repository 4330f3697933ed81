//! The eight rules written by hand in Rust, as fast as their author knew: the limit. They come to the same findings, with exact
//! numbers, reasons and evidence, from the same records in memory.

use std::sync::Arc;

use liuwu_engine::assess::World;
use liuwu_engine::assessment::{Evidence, Finding, FindingKind};
use liuwu_engine::dictionary::Value;
use liuwu_engine::number::{Number, Rounding, per_thousand, percent};
use liuwu_engine::period::{Date, Period, days_between};
use liuwu_engine::record::Record;

/// What the standard says, read once.
pub struct Native {
    from: Date,
    to: Date,
    ids: [Arc<str>; 8],
    half: Number,
    quarter: Number,
}

/// The findings of one unit, rule by rule.
pub type Found = [Vec<Arc<Finding>>; 8];

const SEVERITIES: [(&str, i64, i64); 4] = [("minor", 1, 1), ("general", 2, 1), ("major", 5, 2), ("critical", 10, 1)];

fn number(record: &Record, place: usize) -> Number {
    match &record.values[place] {
        Some(Value::Number(number)) => *number,
        _ => Number::ZERO,
    }
}

fn severity(record: &Record) -> (&'static str, i64, i64) {
    match &record.values[0] {
        Some(Value::Text(text)) => *SEVERITIES.iter().find(|(key, ..)| **key == **text).unwrap(),
        _ => unreachable!(),
    }
}

fn find(rule: &Arc<str>, kind: FindingKind, points: Number, reason: String, records: &[&Arc<Record>]) -> Arc<Finding> {
    Arc::new(Finding {
        rule: Arc::clone(rule),
        kind,
        points: if kind == FindingKind::Deduct { -points } else { points },
        counted: Number::ZERO,
        reason: Arc::from(reason),
        evidence: records.iter().map(|record| Evidence { record: Arc::clone(record) }).collect(),
        exempted: false,
    })
}

impl Native {
    pub fn new(period: Period) -> Native {
        let ids = ["CRIME-1", "MASS-1", "ACC-1", "FIRE-1", "PET-1", "HAZ-1", "MED-1", "SAFE-1"].map(Arc::from);
        let (half, quarter) = (Number::fraction(1, 2).unwrap(), Number::fraction(1, 4).unwrap());
        Native { from: period.from(), to: period.to(), ids, half, quarter }
    }

    fn of<'w>(&self, world: &'w World, unit: usize, kind: &str) -> &'w [Arc<Record>] {
        let all = world.units()[unit].facts.of(kind);
        let start = all.partition_point(|record| record.date < self.from);
        let end = all.partition_point(|record| record.date <= self.to);
        &all[start..end]
    }

    pub fn find(&self, world: &World, unit: usize) -> Found {
        use FindingKind::{Breach, Deduct, Veto};
        let [crime, mass, accident, fire, petition, hazard, mediation, survey] = &self.ids;
        let mut found: Found = Default::default();
        for record in self.of(world, unit, "criminal") {
            let (key, points, _) = severity(record);
            if !matches!(key, "major" | "critical") {
                continue;
            }
            let reason = format!("发生刑事案件1起，扣{points}分");
            found[0].push(find(crime, Deduct, Number::from(points), reason, &[record]));
        }
        for record in self.of(world, unit, "mass_incident") {
            match severity(record) {
                ("critical", ..) => {
                    found[1].push(find(mass, Veto, Number::ZERO, "发生重大群体性事件".to_owned(), &[record]));
                }
                ("major", ..) => {
                    found[1].push(find(mass, Deduct, Number::from(5), "发生群体性事件1起".to_owned(), &[record]));
                }
                _ => {}
            }
        }
        let accidents = self.of(world, unit, "accident");
        let deaths = |record: &Record| number(record, 0).to_i64().unwrap();
        let dead: i64 = accidents.iter().map(|record| deaths(record)).sum();
        if dead >= 3 {
            let all: Vec<_> = accidents.iter().collect();
            found[2].push(find(accident, Veto, Number::ZERO, format!("安全事故死亡{dead}人"), &all));
        } else {
            for record in accidents {
                let dead = deaths(record);
                if dead == 0 {
                    continue;
                }
                let reason = format!("发生安全事故，死亡{dead}人");
                found[2].push(find(accident, Deduct, Number::from(dead * 5 + 1), reason, &[record]));
            }
        }
        for record in self.of(world, unit, "fire") {
            let dead = deaths(record);
            if dead == 0 {
                continue;
            }
            let points = Number::from(dead * 3).add(self.half).unwrap();
            let reason = format!("发生火灾，死亡{dead}人");
            found[3].push(find(fire, Deduct, points, reason.clone(), &[record]));
            found[3].push(find(fire, Breach, Number::ZERO, reason, &[record]));
        }
        let petitions = self.of(world, unit, "petition");
        let population = match world.units()[unit].attribute("population", self.to) {
            Some(Value::Number(number)) => *number,
            _ => unreachable!(),
        };
        let rate = per_thousand(Number::from(petitions.len()), population).unwrap();
        if rate > Number::ONE {
            let points = rate.sub(Number::ONE).unwrap().mul(Number::from(2)).unwrap().min(Number::from(10));
            let reason = format!("每千人信访{}件", rate.round(2, Rounding::HalfUp));
            found[4].push(find(petition, Deduct, points, reason, &petitions.iter().collect::<Vec<_>>()));
        }
        for record in self.of(world, unit, "hazard") {
            let days = days_between(record.date, self.to);
            if record.values[1].is_none() && days > 30 {
                let (_, _, points) = severity(record);
                let reason = format!("隐患已{days}天未整改");
                found[5].push(find(hazard, Deduct, Number::from(points), reason, &[record]));
            }
        }
        let all = self.of(world, unit, "mediation");
        let is_settled = |record: &&Arc<Record>| matches!(record.values[0], Some(Value::Boolean(true)));
        if !all.is_empty() {
            let settled = all.iter().filter(is_settled).count();
            let rate = percent(Number::from(settled), Number::from(all.len())).unwrap();
            let wanted = Number::from(98);
            if rate < wanted {
                let points = wanted.sub(rate).unwrap().mul(self.quarter).unwrap().min(Number::from(5));
                let reason = format!("化解率{}%", rate.round(2, Rounding::HalfUp));
                let open: Vec<_> = all.iter().filter(|record| !is_settled(record)).collect();
                found[6].push(find(mediation, Deduct, points, reason, &open));
            }
        }
        let surveys = self.of(world, unit, "survey");
        if !surveys.is_empty() {
            let sum = Number::sum(surveys.iter().map(|record| number(record, 0))).unwrap();
            let safety = sum.div(Number::from(surveys.len())).unwrap();
            let wanted = Number::from(96);
            if safety < wanted {
                let points = wanted.sub(safety).unwrap().mul(self.quarter).unwrap();
                let reason = format!("安全感{}%", safety.round(2, Rounding::HalfUp));
                found[7].push(find(survey, Deduct, points, reason, &surveys.iter().collect::<Vec<_>>()));
            }
        }
        found
    }
}
