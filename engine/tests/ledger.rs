//! The arithmetic of every result adds up, line by line, from its base to its score exactly: for every case of every bundle.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly, and so do the functions they share"
)]

mod bundles;

use std::iter::Peekable;
use std::slice::Iter;

use bundles::{in_folder, on_threads, plan_of};
use liuwu_engine::assessment::{Assessment, FindingKind, Line, LineKind};
use liuwu_engine::bundle::{Bundle, Combine, Criterion};
use liuwu_engine::number::Number;
use liuwu_engine::proof::prove;

#[test]
fn every_ledger_adds_up_to_its_score() {
    let mut seen = 0;
    for folder in ["fixtures/bundles/standards", "rules"] {
        for path in in_folder(folder) {
            let plan = plan_of(&path).unwrap();
            for proof in on_threads(2, || prove(&plan)).unwrap() {
                for result in &proof.results {
                    let about = format!("{} {} {}", path.display(), proof.name, result.unit);
                    Walk::through(&plan.bundle, result, &about);
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 400, "only {seen} results were looked at");
}

/// Goes through the lines of one result and adds them up again.
struct Walk<'a> {
    result: &'a Assessment,
    about: &'a str,
    lines: Peekable<Iter<'a, Line>>,
}

impl<'a> Walk<'a> {
    fn through(bundle: &'a Bundle, result: &'a Assessment, about: &'a str) {
        let mut walk = Walk { result, about, lines: result.ledger.iter().peekable() };
        if !result.takes_part {
            assert!(result.ledger.is_empty(), "{about}: no part, no arithmetic");
            return;
        }
        let mut sum = Number::ZERO;
        walk.take(&mut sum, |what| *what == LineKind::Base);
        let is_of_units = !result.criteria.is_empty();
        for criterion in bundle.criteria.iter().filter(|_| is_of_units) {
            let points = walk.criterion(criterion);
            walk.add(&mut sum, |what| is_criterion(what, &criterion.id), points);
        }
        for ends in [
            LineKind::Floor,
            LineKind::Ceiling,
            LineKind::Script,
            LineKind::Floor,
            LineKind::Ceiling,
            LineKind::Rounding,
        ] {
            walk.take(&mut sum, |what| *what == ends);
        }
        assert_eq!(walk.lines.next(), None, "{about}: a line too many");
        if let Some(score) = result.score {
            assert_eq!(sum, score, "{about}: the lines come to another score");
        }
        walk.findings();
    }

    /// The points of a criterion by its lines.
    fn criterion(&mut self, criterion: &Criterion) -> Number {
        let id = criterion.id.as_str();
        let mut sum = Number::ZERO;
        self.take(&mut sum, |what| matches!(what, LineKind::CriterionBase(of) if **of == *id));
        for rule in &criterion.rules {
            let mut own = Number::ZERO;
            let running = if criterion.combine == Combine::Sum { &mut sum } else { &mut own };
            let findings = &self.result.findings;
            while self.take(running, |what| match what {
                LineKind::Finding(place) | LineKind::Exempted(place) => *findings[*place].rule == *rule.id,
                LineKind::RuleCap(of) | LineKind::SharedCap(of) => **of == *rule.id,
                _ => false,
            }) {}
        }
        for below in &criterion.criteria {
            let points = self.criterion(below);
            if criterion.combine == Combine::Sum {
                self.add(&mut sum, |what| is_criterion(what, &below.id), points);
            }
        }
        self.take(&mut sum, |what| matches!(what, LineKind::Combined(of) if **of == *id));
        self.take(&mut sum, |what| matches!(what, LineKind::CriterionCeiling(of) if **of == *id));
        self.take(&mut sum, |what| matches!(what, LineKind::CriterionFloor(of) if **of == *id));
        assert_eq!(sum, self.result.criteria[id].points, "{}: points of {id}", self.about);
        sum
    }

    /// Adds the next line if it is of a kind; its own sum must say the same.
    fn take(&mut self, sum: &mut Number, is_next: impl Fn(&LineKind) -> bool) -> bool {
        let Some(line) = self.lines.next_if(|line| is_next(&line.what)) else { return false };
        *sum = sum.add(line.adds).unwrap();
        assert_eq!(line.sum, *sum, "{}: {:?}", self.about, line.what);
        true
    }

    /// The next line must be of a kind and add so much.
    fn add(&mut self, sum: &mut Number, is_next: impl Fn(&LineKind) -> bool, adds: Number) {
        assert_eq!(self.lines.peek().map(|line| line.adds), Some(adds), "{}", self.about);
        assert!(self.take(sum, is_next), "{}: another line", self.about);
    }

    /// What counts of each finding is what its lines add, caps taken off; an exempted one adds nothing.
    fn findings(&self) {
        for finding in &self.result.findings {
            if finding.exempted || !matches!(finding.kind, FindingKind::Deduct | FindingKind::Award) {
                assert!(finding.counted.is_zero(), "{}: {}", self.about, finding.reason);
            } else {
                assert!(finding.counted.abs() <= finding.points.abs(), "{}: {}", self.about, finding.reason);
            }
        }
    }
}

fn is_criterion(what: &LineKind, id: &str) -> bool {
    matches!(what, LineKind::Criterion(of) if **of == *id)
}
