//! Assessments written by hand, shown to both readers.

use std::sync::Arc;

use liuwu_engine::bundle;
use serde_json::{Value as Json, json};

use super::*;

/// A bundle with these criteria, and with what goes beside them.
fn disclosure(rest: &str) -> Disclosure {
    let text = format!(
        "bundle: b\nedition: '1'\ntitle: t\nassess: {{unit: village, within: [town, county], period: year}}\n\
         records:\n  open: {{title: 公开, fields: {{n: {{type: integer, unit: 人}}}}}}\n  \
         counted: {{title: 计数, public: points, fields: {{n: {{type: integer}}}}}}\n  \
         hidden: {{title: 不公开, public: met, fields: {{n: {{type: integer}}}}}}\n{rest}"
    );
    let (bundle, _) = bundle::read("b.yaml", &text).unwrap();
    Disclosure::of(&Plan::new(Arc::new(bundle)).unwrap())
}

fn filed(fields: Json) -> Filed {
    let mut filed = json!({
        "unit": "v", "level": "village", "period": "2020", "as_of": "2021-01-01", "edition": "b@1", "takes_part": true,
        "score": "90", "score_without_exemptions": "90", "rating": null, "band": null, "vetoed": false,
        "incomplete": false, "lists": [], "lists_unknown": [], "entries": [], "figures": {}, "criteria": {},
        "findings": [], "outcomes": {}, "remarks": [], "ledger": [], "receipt": "r"
    });
    filed.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(filed).unwrap()
}

fn finding(rule: &str, points: &str, kinds: &[&str]) -> Json {
    let evidence: Vec<Json> =
        kinds.iter().map(|kind| json!({"kind": kind, "date": "2020-05-01", "file": "a.csv", "row": 2})).collect();
    json!({"rule": rule, "kind": "deduct", "points": points, "counted": points, "reason": "理由", "evidence": evidence,
           "exempted": false})
}

fn line(what: Json, adds: &str) -> Json {
    let mut line = json!({"adds": adds, "sum": "0"});
    line.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
    line
}

const REACHING: &str = r#"
library: |
  fn many(what) { known("hidden").count() > 3 || more(what) }
  fn more(what) { what > 3 && many(what) }
figures:
  far:  {title: 远, script: 'records("hidden").count()'}
  near: {title: 近, script: figures.far + 1}
  own:  {title: 自身, script: "(previous?.figures.own ?? 0) + records(\"open\").count()"}
criteria:
  - id: secret
    title: 二
    public: met
    criteria:
      - {id: below, title: 三, rules: [{id: BELOW, title: 下级, deduct: 'records("open").count()'}]}
  - id: plain
    title: 一
    rules:
      - {id: OPEN, title: 公开, deduct: 'records("open").count()'}
      - {id: EACH, title: 逐条, each: counted, deduct: '1'}
      - {id: FIGURE, title: 指标值, deduct: figures.near}
      - {id: FUNCTION, title: 函数, when: many(3), deduct: '1'}
      - {id: RULE, title: 他项, when: found("FIGURE"), deduct: '1'}
      - {id: MET, title: 状态, when: met("secret") == false, deduct: '1'}
      - {id: OWN, title: 自身, when: figures.own > 2, deduct: '1'}
"#;

#[test]
fn a_rule_is_as_restricted_as_everything_its_scripts_reach() {
    let disclosure = disclosure(REACHING);
    let public = |rule| disclosure.of_rule(rule);
    assert_eq!(public("OPEN"), Public::Full);
    assert_eq!(public("EACH"), Public::Points);
    for rule in ["FIGURE", "FUNCTION", "RULE", "BELOW"] {
        assert_eq!(public(rule), Public::Met, "{rule}");
    }
    // Whether a criterion is met is public, and a figure that looks at its own past reaches nothing new.
    assert_eq!((public("MET"), public("OWN")), (Public::Full, Public::Full));
    assert!(!disclosure.shows_points_of("plain"));
}

/// Rules that come upon the number of a hidden kind by ways in which its name and `figures` do not stand together.
const ROUND_ABOUT: &str = r#"
library: |
  fn far_of(all) { all.far }
  fn pick(all, name) { all[name] }
figures:
  far:  {title: 远, script: 'records("hidden").count()'}
  open: {title: 近, script: 'records("open").count()'}
criteria:
  - id: inner
    title: 一
    criteria:
      - {id: innermost, title: 二, rules: [{id: HIDDEN, title: 不公开, each: hidden, deduct: '1'}]}
  - id: plain
    title: 三
    rules:
      - {id: VARIABLE, title: 变量, script: "let f = figures; if f.far > 3 { deduct(2, `${f.far} 起`) }"}
      - {id: OTHERS, title: 他村, compare: town, script: "if group.map(|u| u.figures).any(|f| f.far > 0) { deduct(2, `有`) }"}
      - {id: BEFORE, title: 上期, script: "let old = previous?.figures; if old?.far > 3 { deduct(2, `多`) }"}
      - {id: GIVEN, title: 函数, script: "if far_of(figures) > 3 { deduct(2, `多`) }"}
      - {id: NAMED, title: 点名, script: 'if figures["far"] > 3 { deduct(2, "多") }'}
      - {id: COMPUTED, title: 拼名, script: 'let name = `f${"ar"}`; if pick(figures, name) > 3 { deduct(2, "多") }'}
      - {id: KIND, title: 拼台账, script: 'let kind = `hid${"den"}`; if records(kind).count() > 3 { deduct(2, "多") }'}
      - {id: MAPPED, title: 逐类, script: 'if ["hidden"].map(|kind| records(kind).count()).sum() > 3 { deduct(2, "多") }'}
      - {id: PART, title: 分项, deduct: 'points("inner")'}
      - {id: FREE, title: 无关, script: 'let f = figures; if f.open > 3 && met("inner") == true { deduct(2, `${f.open} 起`) }'}
      - {id: FIELD, title: 字段, script: 'if records("open").any(|o| o.n > 3) { deduct(2, "far") }'}
"#;

#[test]
fn a_figure_is_reached_by_whatever_way_a_script_takes_to_it() {
    let disclosure = disclosure(ROUND_ABOUT);
    let restricted = ["VARIABLE", "OTHERS", "BEFORE", "GIVEN", "NAMED", "COMPUTED", "KIND", "MAPPED", "PART"];
    for rule in restricted {
        assert_eq!(disclosure.of_rule(rule), Public::Met, "{rule}");
    }
    assert_eq!(disclosure.of_rule("FREE"), Public::Full);
    // A text of that name might be used to read it: rather too much than too little.
    assert_eq!(disclosure.of_rule("FIELD"), Public::Met);
}

const TWO_RULES: &str = "
criteria:
  - {id: one, title: 一, base: 50, rules: [{id: A, title: 甲, deduct: '1'}, {id: B, title: 乙, deduct: '2'}]}
  - {id: two, title: 二, base: 50, rules: [{id: C, title: 丙, deduct: '3'}]}
";

/// One and two with a finding each of A, B and C.
fn ninety_two(evidence_of_b: &str) -> Filed {
    filed(json!({
        "score": "92",
        "findings": [finding("A", "-1", &["open"]), finding("B", "-4", &[evidence_of_b]), finding("C", "-3", &[])],
        "outcomes": {"A": "findings", "B": "findings", "C": "findings"},
        "criteria": {"one": {"points": "45", "met": "met"}, "two": {"points": "47", "met": "met"}},
        "ledger": [
            line(json!({"line": "criterion_base", "of": "one"}), "50"),
            line(json!({"line": "finding", "of": 0}), "-1"),
            line(json!({"line": "finding", "of": 1}), "-6"),
            line(json!({"line": "rule_cap", "of": "B"}), "2"),
            line(json!({"line": "criterion", "of": "one"}), "45"),
            line(json!({"line": "criterion_base", "of": "two"}), "50"),
            line(json!({"line": "finding", "of": 2}), "-3"),
            line(json!({"line": "criterion", "of": "two"}), "47"),
        ],
    }))
}

fn told(shown: &Shown) -> Vec<(ShownLineKind, String, String)> {
    shown.ledger.iter().map(|line| (line.what.clone(), line.adds.to_string(), line.sum.to_string())).collect()
}

fn expected(lines: &[(ShownLineKind, &str, &str)]) -> Vec<(ShownLineKind, String, String)> {
    lines.iter().map(|(what, adds, sum)| (what.clone(), (*adds).to_owned(), (*sum).to_owned())).collect()
}

#[test]
fn evidence_makes_a_rule_as_restricted_as_itself_and_the_sum_stays_whole() {
    let disclosure = disclosure(TWO_RULES);
    let shown = disclosure.show(&ninety_two("hidden"), Reader::Public).unwrap();
    let base = |id: &str| ShownLineKind::CriterionBase(id.to_owned());
    assert_eq!(
        told(&shown),
        expected(&[
            (base("one"), "50", "50"),
            (ShownLineKind::Finding(0), "-1", "49"),
            (base("two"), "50", "99"),
            (ShownLineKind::Finding(1), "-3", "96"),
            (ShownLineKind::Withheld, "-4", "92"),
        ])
    );
    assert_eq!(shown.findings.iter().map(|finding| finding.rule.as_str()).collect::<Vec<_>>(), ["A", "C"]);
    assert_eq!((shown.criteria["one"].points, shown.criteria["two"].points.is_some()), (None, true));
    assert_eq!((shown.rules["B"].outcome, shown.rules["A"].outcome), (None, Some(Outcome::Findings)));
}

#[test]
fn a_counted_rule_is_one_line_with_its_cap() {
    let disclosure = disclosure(TWO_RULES);
    let shown = disclosure.show(&ninety_two("counted"), Reader::Public).unwrap();
    assert_eq!(shown.ledger[2].what, ShownLineKind::Finding(1));
    assert_eq!(shown.ledger[3].what, ShownLineKind::RuleCap("B".to_owned()));
    assert_eq!((shown.findings[1].reason.clone(), shown.findings[1].evidence.len()), (None, 0));
    assert_eq!(shown.ledger.last().unwrap().sum.to_string(), "92");
}

#[test]
fn staff_see_every_line_and_where_it_was_read() {
    let disclosure = disclosure(TWO_RULES);
    let shown = disclosure.show(&ninety_two("hidden"), Reader::Staff).unwrap();
    assert_eq!(shown.ledger.len(), 6);
    assert_eq!(shown.findings[1].evidence[0].place.as_deref(), Some("a.csv:2"));
}

#[test]
fn without_a_score_what_is_withheld_is_not_told() {
    let disclosure = disclosure(TWO_RULES);
    let filed = Filed { score: None, ..ninety_two("hidden") };
    assert!(disclosure.show(&filed, Reader::Public).unwrap().ledger.is_empty());
    let open = Filed { score: None, ..ninety_two("open") };
    assert_eq!(disclosure.show(&open, Reader::Public).unwrap().ledger.len(), 6);
}

#[test]
fn the_score_without_exemptions_is_kept_back_when_it_tells_of_what_is_not_public() {
    let disclosure = disclosure(TWO_RULES);
    let mut filed = ninety_two("hidden");
    assert!(disclosure.show(&filed, Reader::Public).unwrap().score_without_exemptions.is_some());
    filed.findings[1].exempted = true;
    assert_eq!(disclosure.show(&filed, Reader::Public).unwrap().score_without_exemptions, None);
}

const COMBINED: &str = "
criteria:
  - id: mean
    title: 均值
    combine: mean
    rules: [{id: A, title: 甲, award: '10'}, {id: B, title: 乙, award: '20'}]
";

#[test]
fn a_combined_criterion_counts_its_lines_inside_and_adds_one() {
    let disclosure = disclosure(COMBINED);
    let of = |kind: &str| {
        filed(json!({
            "score": "15",
            "findings": [finding("A", "10", &["open"]), finding("B", "20", &[kind])],
            "outcomes": {"A": "findings", "B": "findings"},
            "criteria": {"mean": {"points": "15", "met": "met"}},
            "ledger": [
                line(json!({"line": "finding", "of": 0}), "10"),
                line(json!({"line": "finding", "of": 1}), "20"),
                line(json!({"line": "combined", "of": "mean"}), "15"),
                line(json!({"line": "criterion", "of": "mean"}), "15"),
            ],
        }))
    };
    let whole = disclosure.show(&of("open"), Reader::Public).unwrap();
    assert_eq!(whole.ledger.iter().filter(|line| line.inside.is_some()).count(), 3);
    let outside: Vec<String> =
        whole.ledger.iter().filter(|line| line.inside.is_none()).map(|line| line.sum.to_string()).collect();
    assert_eq!(outside, ["15"]);
    let counted = disclosure.show(&of("counted"), Reader::Public).unwrap();
    assert_eq!(told(&counted), expected(&[(ShownLineKind::Criterion("mean".to_owned()), "15", "15")]));
    let hidden = disclosure.show(&of("hidden"), Reader::Public).unwrap();
    assert_eq!(told(&hidden), expected(&[(ShownLineKind::Withheld, "15", "15")]));
}

#[test]
fn a_remark_about_something_restricted_says_only_that_it_could_not_be_checked() {
    let disclosure = disclosure(REACHING);
    let filed = filed(json!({
        "outcomes": {"OPEN": "cannot_check", "FIGURE": "cannot_check"},
        "remarks": [
            {"about": "OPEN", "zh": "缺公开数据", "en": "open"},
            {"about": "FIGURE", "zh": "缺不公开数据", "en": "hidden"},
            {"about": "far", "zh": "缺不公开数据", "en": "hidden"},
        ],
    }));
    let shown = disclosure.show(&filed, Reader::Public).unwrap();
    let said: Vec<&str> = shown.remarks.iter().map(|remark| remark.zh.as_str()).collect();
    assert_eq!(said, ["缺公开数据", "资料不全,待核定"]);
}

#[test]
fn a_rule_that_the_bundle_does_not_know_is_not_public() {
    let disclosure = disclosure(TWO_RULES);
    let filed = filed(json!({"findings": [finding("GONE", "-1", &[])], "figures": {"gone": {"number": "7"}}}));
    let shown = disclosure.show(&filed, Reader::Public).unwrap();
    assert!(shown.findings.is_empty() && shown.figures.is_empty());
}
