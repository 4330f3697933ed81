//! What a case expects, held against a result.
//!
//! Enters: an [`Expect`] and the [`Assessment`] it speaks about. Leaves: a [`Miss`] for every expectation that was not met.

use super::{Miss, Words};
use crate::assessment::{Assessment, Finding, FindingKind, Met, Outcome};
use crate::bundle::{Expect, ExpectFinding};
use crate::dictionary::read::Raw;
use crate::number::Number;

/// Compares what is expected with a result; what is not named is not looked at. `whose` stands before the names of what is
/// expected: empty for the unit at hand, else such as `B.`.
pub(super) fn compare(whose: &str, expect: &Expect, result: &Assessment, misses: &mut Vec<Miss>) {
    let mut comparison = Comparison { whose, expect, misses };
    comparison.outcome_of_all(result);
    comparison.lists(result);
    comparison.figures(result);
    comparison.parts(result);
    if let Some(findings) = &expect.findings {
        comparison.findings(findings, &result.findings);
    }
}

struct Comparison<'a> {
    whose: &'a str,
    expect: &'a Expect,
    misses: &'a mut Vec<Miss>,
}

/// What is expected something of: as the case writes it, in Chinese, in English.
type About<'a> = (&'a str, &'a str, &'a str);

impl Comparison<'_> {
    fn miss(&mut self, (about, zh, en): About<'_>, expected: Words, actual: Words) {
        let of = |title: &str| match self.whose.strip_suffix('.') {
            Some(who) => format!("{who} {title}"),
            None => title.to_owned(),
        };
        self.misses.push(Miss {
            about: format!("{}{about}", self.whose),
            title: Words::new(of(zh), of(en)),
            expected,
            actual,
            location: self.expect.location_of(about).clone(),
        });
    }

    fn check(&mut self, about: About<'_>, expected: String, actual: String) {
        if expected != actual {
            self.miss(about, Words::from(expected), Words::from(actual));
        }
    }

    fn outcome_of_all(&mut self, result: &Assessment) {
        let expect = self.expect;
        if let Some(score) = &expect.score {
            self.check(("score", "得分", "the score"), number(score), number(&result.score));
        }
        if let Some(score) = &expect.score_without_exemptions {
            let about = ("score_without_exemptions", "不计免扣的得分", "the score without exemptions");
            self.check(about, number(score), number(&result.score_without_exemptions));
        }
        if let Some(rating) = &expect.rating {
            self.check(("rating", "等次", "the rating"), text(rating.as_deref()), text(result.rating.as_deref()));
        }
        if let Some(band) = &expect.band {
            self.check(("band", "分数段", "the band"), text(band.as_deref()), text(result.band.as_deref()));
        }
        let flags = [
            (("vetoed", "一票否决", "whether it is vetoed"), expect.vetoed, result.vetoed),
            (
                ("incomplete", "有待核定", "whether something could not be checked"),
                expect.incomplete,
                result.incomplete,
            ),
            (("takes_part", "参加考核", "whether it takes part"), expect.takes_part, result.takes_part),
        ];
        for (about, expected, actual) in flags {
            if let Some(expected) = expected {
                self.check(about, expected.to_string(), actual.to_string());
            }
        }
    }

    fn lists(&mut self, result: &Assessment) {
        let expect = self.expect;
        let named = [
            (("lists", "所在清单", "its lists"), &expect.lists, &result.lists),
            (("lists_unknown", "不能判定的清单", "lists it may be on"), &expect.lists_unknown, &result.lists_unknown),
        ];
        for (about, expected, actual) in named {
            let Some(expected) = expected else { continue };
            let actual: Vec<&str> = actual.iter().map(AsRef::as_ref).collect();
            let mut expected: Vec<&str> = expected.iter().map(String::as_str).collect();
            // A list has no order of its own; those that came out are in the order of the bundle.
            expected.sort_by_key(|id| actual.iter().position(|actual| actual == id));
            self.check(about, format!("[{}]", expected.join(", ")), format!("[{}]", actual.join(", ")));
        }
    }

    fn figures(&mut self, result: &Assessment) {
        let expect = self.expect;
        for (id, expected) in &expect.figures {
            let actual = result.figures.get(id.as_str()).and_then(Option::as_ref).map(|value| value.to_json());
            let expected = expected.as_ref().map(|value| shown(&value.raw));
            let actual = actual.map(|json| json.as_str().map_or_else(|| json.to_string(), str::to_owned));
            let (key, zh, en) = (format!("figures.{id}"), format!("指标值 {id}"), format!("the figure {id}"));
            self.check((&key, &zh, &en), text(expected.as_deref()), text(actual.as_deref()));
        }
    }

    /// Criteria and rules.
    fn parts(&mut self, result: &Assessment) {
        let expect = self.expect;
        for (id, expected) in &expect.criteria {
            let actual = result.criteria.get(id.as_str());
            if let Some(points) = &expected.points {
                let (key, zh, en) =
                    (format!("criteria.{id}.points"), format!("指标 {id} 的得分"), format!("the points of {id}"));
                let actual = actual.map(|criterion| criterion.points);
                self.check((&key, &zh, &en), points.to_string(), number(&actual));
            }
            if let Some(met) = &expected.met {
                let (key, zh, en) =
                    (format!("criteria.{id}.met"), format!("指标 {id} 是否达到"), format!("the state of {id}"));
                self.check((&key, &zh, &en), met.clone(), actual.map_or("null", |c| met_key(c.met)).to_owned());
            }
        }
        for (rule, expected) in &expect.points {
            let counted = Number::sum(result.findings_of(rule).map(|finding| finding.counted)).ok();
            let (key, zh, en) = (format!("points.{rule}"), format!("{rule} 的得分"), format!("the points of {rule}"));
            self.check((&key, &zh, &en), expected.to_string(), number(&counted));
        }
        for (rule, expected) in &expect.outcomes {
            let actual = result.outcomes.get(rule.as_str()).map_or("null", |outcome| outcome_key(*outcome));
            let (key, zh, en) =
                (format!("outcomes.{rule}"), format!("{rule} 的结论"), format!("the outcome of {rule}"));
            self.check((&key, &zh, &en), expected.clone(), actual.to_owned());
        }
    }

    /// Every expected finding must be there, and every finding with points must be expected; none expected: none at all.
    fn findings(&mut self, expected: &[ExpectFinding], found: &[Finding]) {
        let mut open: Vec<&Finding> = found.iter().collect();
        let mut missed: Vec<&str> = Vec::new();
        for wanted in expected {
            for _ in 0..wanted.times.max(1) {
                match open.iter().position(|finding| fits(wanted, finding)) {
                    Some(place) => {
                        open.remove(place);
                    }
                    None => {
                        missed.push(&wanted.rule);
                        self.finding(&wanted.rule, wanted_text(wanted), found_text(found, &wanted.rule));
                    }
                }
            }
        }
        // What a rule found instead of what is expected of it was told already.
        let unexpected = open.iter().filter(|finding| !missed.contains(&finding.rule.as_ref()));
        let counts = |kind: FindingKind| matches!(kind, FindingKind::Deduct | FindingKind::Award);
        for finding in unexpected.filter(|finding| expected.is_empty() || counts(finding.kind)) {
            self.finding(&finding.rule, none(), finding_text(finding));
        }
    }

    fn finding(&mut self, rule: &str, expected: Words, actual: Words) {
        let (key, zh, en) =
            (format!("findings.{rule}"), format!("{rule} 认定的事项"), format!("the findings of {rule}"));
        self.miss((&key, &zh, &en), expected, actual);
    }
}

fn number(number: &Option<Number>) -> String {
    number.map_or("null".to_owned(), |number| number.to_string())
}

fn text(text: Option<&str>) -> String {
    text.unwrap_or("null").to_owned()
}

fn none() -> Words {
    Words::new("没有", "none")
}

fn fits(wanted: &ExpectFinding, finding: &Finding) -> bool {
    wanted.rule == *finding.rule
        && wanted.kind.as_deref().is_none_or(|kind| kind == finding.kind.key())
        && wanted.points.is_none_or(|points| points == finding.points)
        && wanted.counted.is_none_or(|counted| counted == finding.counted)
        && wanted.reason.as_deref().is_none_or(|reason| reason == finding.reason.as_ref())
        && wanted.evidence.is_none_or(|evidence| evidence as usize == finding.evidence.len())
}

fn wanted_text(wanted: &ExpectFinding) -> Words {
    let in_words = |finding: &str, counted: &str, evidence: &str| {
        let mut parts = vec![wanted.kind.clone().unwrap_or_else(|| finding.to_owned())];
        parts.extend(wanted.points.map(|points| points.to_string()));
        parts.extend(wanted.counted.map(|points| format!("{counted} {points}")));
        parts.extend(wanted.reason.as_ref().map(|reason| format!("「{reason}」")));
        parts.extend(wanted.evidence.map(|count| format!("{evidence} {count}")));
        parts.join(" ")
    };
    Words::new(in_words("认定", "计入", "证据"), in_words("a finding", "counted", "evidence"))
}

fn finding_text(finding: &Finding) -> Words {
    let in_words = |counted: &str| {
        format!("{} {} {counted} {} 「{}」", finding.kind.key(), finding.points, finding.counted, finding.reason)
    };
    Words::new(in_words("计入"), in_words("counted"))
}

fn found_text(found: &[Finding], rule: &str) -> Words {
    let texts: Vec<Words> = found.iter().filter(|finding| finding.rule.as_ref() == rule).map(finding_text).collect();
    if texts.is_empty() {
        return none();
    }
    let (zh, en): (Vec<String>, Vec<String>) = texts.into_iter().map(|words| (words.zh, words.en)).unzip();
    Words::new(zh.join(";"), en.join("; "))
}

fn met_key(met: Met) -> &'static str {
    match met {
        Met::Met => "met",
        Met::NotMet => "not_met",
        Met::Unchecked => "unchecked",
        Met::NotApplicable => "not_applicable",
    }
}

fn outcome_key(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Clean => "clean",
        Outcome::Findings => "findings",
        Outcome::NotApplicable => "not_applicable",
        Outcome::CannotCheck => "cannot_check",
    }
}

/// A raw value as results write it.
fn shown(raw: &Raw) -> String {
    match raw {
        Raw::Number(digits) => Number::parse_json(digits).map_or_else(|_| digits.clone(), |number| number.to_string()),
        Raw::Boolean(is) => is.to_string(),
        Raw::Text(text) => Number::parse(text).map_or_else(|_| text.clone(), |number| number.to_string()),
        Raw::List(items) => json_of(&Raw::List(items.clone())).to_string(),
        Raw::Map(entries) => json_of(&Raw::Map(entries.clone())).to_string(),
        other => other.shown(),
    }
}

fn json_of(raw: &Raw) -> serde_json::Value {
    match raw {
        Raw::List(items) => items.iter().map(json_of).collect(),
        Raw::Map(entries) => {
            entries.iter().map(|(key, item)| (key.clone(), json_of(item))).collect::<serde_json::Map<_, _>>().into()
        }
        Raw::Boolean(is) => (*is).into(),
        Raw::Blank => serde_json::Value::Null,
        other => shown(other).into(),
    }
}
