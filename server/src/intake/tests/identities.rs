//! Records beside those that are known and those of the same file.

use super::identity::{Verdict, compare, remarks};
use super::*;

fn fires(text: &str) -> Vec<UnitRecord> {
    let text = format!("村社,镇街,发生日期,场所,死亡人数\n{text}");
    records(&upload("火灾.csv", text.as_bytes(), None)).into_iter().cloned().collect()
}

fn hazards(text: &str) -> Vec<UnitRecord> {
    let text = format!("编号,村社,挂牌日期,隐患等级,整改期限,销号日期\n{text}");
    records(&upload("重大隐患.csv", text.as_bytes(), None)).into_iter().cloned().collect()
}

#[test]
fn a_fact_told_again_is_skipped_and_one_told_otherwise_is_a_conflict() {
    let stored = fires("下金村,,2020-02-29,住宅,0\n下金村,,2020-03-01,住宅,0\n");
    let incoming = fires("下金村,,2020-02-29,住宅,0\n下金村,,2020-03-01,住宅,1\n下金村,,2020-03-01,生产经营,1\n");
    let dictionary = dictionary();
    let verdicts = compare(&dictionary.kinds["fire"], &incoming, &stored);
    assert_eq!(verdicts, [Verdict::Same { existing: 0 }, Verdict::Conflict { existing: 1 }, Verdict::New]);
}

#[test]
fn the_newer_state_of_a_ledger_entry_supersedes_the_older() {
    let stored = hazards("H1,前垟村,2020-01-05,重大,2020-03-01,\n");
    let incoming = hazards("H1,前垟村,2020-01-05,重大,2020-03-01,2020-02-20\nH2,前垟村,2020-01-06,一般,2020-03-01,\n");
    let dictionary = dictionary();
    let verdicts = compare(&dictionary.kinds["hazard"], &incoming, &stored);
    assert_eq!(verdicts, [Verdict::Update { existing: 0 }, Verdict::New]);
}

#[test]
fn rows_of_one_file_are_compared_with_each_other() {
    let dictionary = dictionary();
    let fire = &dictionary.kinds["fire"];
    let twice = fires("下金村,,2020-02-29,住宅,0\n下金村,,2020-02-29,住宅,0\n下金村,,2020-02-29,住宅,2\n");
    let verdicts = compare(fire, &twice, &[]);
    assert_eq!(verdicts, [Verdict::New, Verdict::Repeats { earlier: 0 }, Verdict::Contradicts { earlier: 0 }]);
    let shown: Vec<String> = remarks(fire, &twice, &verdicts).iter().map(|d| d.render(None, Lang::Zh)).collect();
    insta::assert_snapshot!(shown.join(""));

    let hazard = &dictionary.kinds["hazard"];
    let states = hazards("H1,前垟村,2020-01-05,重大,2020-03-01,\nH1,前垟村,2020-01-05,重大,2020-03-01,2020-02-20\n");
    assert_eq!(compare(hazard, &states, &[]), [Verdict::SupersededBy { later: 1 }, Verdict::New]);
}

#[test]
fn a_kind_without_identity_goes_by_number_or_by_everything() {
    let dictionary = dictionary();
    let survey = &dictionary.kinds["survey"];
    let read = |text: &str| -> Vec<UnitRecord> {
        let text = format!("编号,村社,测评日期,安全感,知晓率\n{text}");
        records(&upload("平安三率测评.csv", text.as_bytes(), None)).into_iter().cloned().collect()
    };
    let stored = read("S1,下金村,2020-06-30,97,80\n,下金村,2020-06-30,90,80\n");
    let incoming = read("S1,下金村,2020-06-30,98,80\n,下金村,2020-06-30,90,80\n,下金村,2020-06-30,91,80\n");
    assert_eq!(
        compare(survey, &incoming, &stored),
        [Verdict::Conflict { existing: 0 }, Verdict::Same { existing: 1 }, Verdict::New]
    );
}
