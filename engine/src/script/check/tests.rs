use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::functions::functions;
use super::super::{CallOff, Post, Reads, sandbox};
use super::calls::signatures;
use super::notation::Signature;
use super::properties;
use crate::assess::Plan;
use crate::bundle;
use crate::diagnostic::{Diagnostic, Lang};

const EVERYTHING: &str = include_str!("../../../../fixtures/bundles/everything.yaml");
const RUIAN: &str = include_str!("../../../../rules/ruian-six-no/2020.yaml");
const SAMPLE: &str = include_str!("../../../../fixtures/bundles/script-sample.yaml");

/// All that the scripts of a bundle are told.
fn found(name: &str, text: &str) -> Vec<Diagnostic> {
    let (bundle, _) = bundle::read(name, text).unwrap_or_else(|faults| {
        let faults: String = faults.iter().map(|fault| fault.render(Some(text), Lang::Zh)).collect();
        panic!("{name} is no bundle:\n{faults}")
    });
    Plan::new(Arc::new(bundle)).map_or_else(|faults| faults, |plan| plan.warnings().to_vec())
}

/// The same, as a terminal shows it.
fn told(name: &str, text: &str, lang: Lang) -> String {
    found(name, text).iter().map(|fault| fault.render(Some(text), lang)).collect()
}

/// What a bundle with a rule of this script is told.
fn of_rule(script: &str) -> String {
    let indented: String = script.lines().map(|line| format!("          {line}\n")).collect();
    told("rule.yaml", &SAMPLE.replace("          note(\"the script\");\n", &indented), Lang::Zh)
}

#[test]
fn each_broken_script_is_told_what_to_mend() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/bundles/broken");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        if !name.starts_with("script-") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let both = [Lang::Zh, Lang::En].map(|lang| told(&format!("{name}.yaml"), &text, lang));
        assert_ne!(both[0], "", "{name} is told nothing");
        insta::assert_snapshot!(name, both.join("\n"));
    }
}

#[test]
fn good_bundles_are_told_nothing() {
    assert_eq!(told("everything.yaml", EVERYTHING, Lang::Zh), "");
    assert_eq!(told("sample.yaml", SAMPLE, Lang::Zh), "");
    assert_eq!(told("2020.yaml", RUIAN, Lang::Zh), "");
}

#[test]
fn scripts_that_run_well_are_told_nothing() {
    for script in [
        // Values that change their type, or are not known.
        "let last = ();\nfor f in records(\"fire\") { if last != () && f.date - last < 3 { note(\"近\", f); } last = f.date; }",
        "let worst = 0;\nfor f in records(\"fire\") { if f.deaths > worst { worst = f.deaths; } }\nif worst > 2 { deduct(worst, \"多\"); }",
        "let names = [];\nfor f in records(\"fire\") { names.push(f.premises); }\nnote(names.join(\"、\"));",
        "let m = #{a: 1};\nm.b = 2;\nm[\"c\"] = 3;\ndeduct(m.a + m.b + m.c, \"多\");",
        "let twice = |x| x * 2;\ndeduct(records(\"fire\").map(twice).len(), \"多\");",
        "let n = if unit.population > 3 { 1 } else { () };\nif n != () { deduct(n, \"多\"); }",
        "let total = 0;\nfor (f, i) in records(\"fire\") { total += i; }\ndeduct(total, \"多\");",
        "for i in 0..3 { if i == 2 { continue; } deduct(i, \"多\"); }",
        "for n in range(0, 3) { deduct(n, \"多\"); }",
        "let text = \"共\" + 3 + \"起\";\nnote(text + unit.name + period.name);",
        // What may be blank, seen to somewhere.
        "for f in records(\"fire\") { if f.loss != () && f.loss > 10 { note(\"大\", f); } }",
        "let big = records(\"fire\").filter(|f| f.loss != ());\nif big.any(|f| f.loss > 10) { note(\"大\", big); }",
        "let loss = records(\"fire\").first()?.loss ?? 0;\nif loss * 2 > 10 { note(\"大\"); }",
        "let f = records(\"fire\").first();\nif is_big(f) { note(`${f.loss / 2}`, f); }",
        "deduct(records(\"fire\").sum(|f| f.loss), \"损失\");\ndeduct(records(\"fire\").max(|f| f.loss) ?? 0, \"最大\");",
        "if type_of(previous) != \"()\" && previous.score < 60 { note(\"上期\"); }",
        "let before = previous;\nif before != () { note(before.score + 1); }",
        // Choices, dates, texts.
        "let home = \"home\";\nif records(\"fire\").any(|f| f.premises == home) { note(\"住宅\"); }",
        "if records(\"fire\").map(|f| f.premises).distinct().contains(\"home\") { note(\"住宅\"); }",
        "if \"home\" in records(\"fire\").map(|f| f.premises) || \"x\" !in [\"x\"] { note(\"住宅\"); }",
        "for f in records(\"fire\") { switch f.premises { \"home\" => deduct(1, \"住宅\", f), _ => () } }",
        "for g in records(\"fire\").group_by(|f| f.premises) { note(`${g.key}: ${g.len()}`, g); }",
        "let day = date(\"2020-02-29\").plus_years(1, \"next\");\nif day.weekday == \"monday\" || day - period.from > 3 { note(day); }",
        "for f in records(\"fire\") { if f.at.date == f.date && hours_between(f.date, f.at) > 2 { note(f.at.hour, f); } }",
        "if records(\"fire\", period.back(1)).count() > records(\"fire\").count() { note(\"少\"); }",
        "let reporters = records(\"fire\").map(|f| f.reporter).distinct();\nif records(\"fire\").any(|f| f.reporter == reporters.first()) { note(\"同\"); }",
        "let p = parameters_on(period.from);\ndeduct(p.fire_death * p.points[\"home\"] * p.steps.at(3), \"多\");",
        "let table = parameters.points;\nfor key in table.keys() { deduct(table[key], key); }",
        "for f in records(\"fire\") { deduct(parameters.points[f.premises], \"多\", f); }",
        // Others: the group, levels above, earlier results.
        "if group.filter(|u| u.kind == unit.kind).rank(|u| u.figures.fires, \"dense\") == 1 { note(\"第一\"); }",
        "let town_fires = group.sum(|u| u.records(\"fire\").count());\nif town_fires > town.police * 3 + county.records(\"survey\").len() { note(town.name); }",
        "if (previous?.figures.fires ?? 0) > 3 && (previous?.previous?.points(\"A\") ?? 0) < 0 { note(\"连续\"); }",
        "if group.mean(|u| u.previous?.score) > (score - unit.figures.fires) { note(\"下降\"); }",
        "if group.filter(|u| u.population > unit.population / 2).count() > 3 { note(\"多\"); }",
        "if findings(\"A-1\").any(|f| f.kind == \"veto\" || f.rule == \"A-1\" || f.record?.date == as_of) { note(\"有\"); }",
        "if met(\"A\") == false && found(\"A-1\") && points(\"A-1\") + points(\"A\") < 0 { breach(\"未达到\"); }",
        "扣分(四舍五入(百分比(1, 3), 2), \"多\", 记录(\"fire\"), [], ());",
        // Leaving early, functions that call themselves.
        "if records(\"fire\").is_empty() { return; }\nif unit.population == 0 { missing(\"人口\"); }\nnot_applicable(\"小村\");",
        "deduct(factorial(3), \"多\");",
        "let steps = records(\"event\").first()?.steps ?? [];\nfor s in steps { if s.who.starts_with(\"甲\") && depth(s) > 2 { note(s.who.sub_text(0, 1)); } }",
        "let marks = records(\"event\").map(|e| e.marks);\nfor m in marks { if m.contains(\"a\") && (m[\"a\"] ?? 0) > 1 && m.b != () { note(m.keys().join(\",\")); } }",
        "let worse_now = worse(\"示范\", \"达标\") == \"达标\";\nif worse_now && down(\"示范\", 1) != better(\"示范\", \"达标\") { note(\"低\"); }",
    ] {
        assert_eq!(of_rule(script), "", "{script}");
    }
}

#[test]
fn long_chains_of_calls_are_followed_to_their_end() {
    let chain: String = (0..400).map(|n| format!("  fn f{n}(x) {{ f{}(x) }}\n", n + 1)).collect();
    let library = format!("library: |\n{chain}  fn f400(x) {{ x + unti }}\n");
    let text = SAMPLE.replace("library: |\n", &library).replace("note(\"the script\");", "deduct(f0(1), \"多\");");
    let ids: Vec<_> = found("rule.yaml", &text).iter().map(|fault| fault.code.id).collect();
    assert_eq!(ids, ["unknown-name"]);
}

#[test]
fn a_complaint_stands_where_the_author_wrote() {
    let text = SAMPLE.replace(
        "          note(\"the script\");\n",
        "          note(\"一\");\n          deduct(unti.population, \"二\");\n",
    );
    let found = found("rule.yaml", &text);
    let line = text.lines().position(|line| line.contains("unti")).unwrap() + 1;
    assert_eq!(found[0].location.to_line(), format!("rule.yaml:{line}:18"));
}

#[test]
fn the_table_of_functions_is_what_the_interpreter_knows() {
    let engine = sandbox::engine(&CallOff::default(), &Arc::default());
    let registered =
        engine.collect_fn_metadata(None, |f| Some((f.metadata.name.to_string(), f.metadata.num_params)), false);
    // Operators and properties are no functions.
    let is_name = |name: &str| name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    let registered: BTreeSet<_> =
        registered.into_iter().filter(|(name, _)| is_name(name) && name != super::PAY).collect();
    let mut listed = BTreeSet::new();
    for function in functions() {
        let arities = signatures(function.name).iter().flat_map(|way| way.arity().0..=way.arity().1);
        for (name, arity) in arities.flat_map(|arity| [Some(function.name), function.chinese].map(|name| (name, arity)))
        {
            listed.extend(name.map(|name| (name.to_owned(), arity)));
        }
    }
    let only = |a: &BTreeSet<_>, b: &BTreeSet<_>| a.difference(b).cloned().collect::<Vec<(String, usize)>>();
    assert_eq!(only(&registered, &listed), [], "registered, but not in the table");
    assert_eq!(only(&listed, &registered), [], "in the table, but not registered");
}

#[test]
fn every_signature_is_well_formed_and_has_an_example() {
    let engine = sandbox::engine(&CallOff::default(), &Arc::default());
    for function in functions() {
        assert!(engine.compile(function.example).is_ok(), "{}", function.example);
        for text in function.signatures {
            let signature = Signature::read(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(signature.text, *text);
            assert!(text.starts_with(&format!("{}(", function.name)) || text.contains(&format!(".{}(", function.name)));
        }
        assert!(function.example.contains(&format!("{}(", function.name)), "{}", function.example);
        assert!(!function.zh.is_empty() && !function.en.is_empty());
    }
}

/// A script that reads properties of a value, all of them.
fn reading(value: &str, names: impl IntoIterator<Item = &'static str>) -> String {
    let read: Vec<String> = names.into_iter().map(|name| format!("{value}.{name}")).collect();
    format!("[{}].len()", read.join(", "))
}

#[test]
fn every_property_that_the_checks_know_can_be_read() {
    let names = |properties: properties::Properties| properties.iter().map(|(name, _)| *name);
    let result = names(properties::RESULT).chain(["rating", "band", "figures", "previous"]);
    let scripts = [
        reading("period", names(properties::PERIOD)),
        reading("as_of", names(properties::DATE)),
        reading("records(\"fire\").first().at", names(properties::TIME)),
        reading("records(\"fire\").first()", names(properties::RECORD).chain(["kind", "deaths"])),
        reading("unit", names(properties::UNIT).chain(properties::STATE).chain(["figures", "previous", "population"])),
        reading("previous", result),
        reading("findings(\"A-1\").first()", names(properties::FINDING).chain(["rule", "evidence", "record"])),
    ];
    let figures: String = scripts
        .iter()
        .enumerate()
        .map(|(number, script)| format!("  p{number}: {{title: 读, final: true, script: '{script}'}}\n"))
        .collect();
    let case = "\ncases:\n  - name: 读
    period: 2019..2020
    unit: {population: 3}
    records: [{kind: fire, date: 2020-03-01, deaths: 0, premises: home, reporter: 甲, at: 2020-03-01 08:30}]
    expect: {takes_part: true}\n";
    let text = SAMPLE.replace("figures:\n", &format!("figures:\n{figures}")) + case;
    let (bundle, _) = bundle::read("sample.yaml", &text).unwrap();
    let plan = Plan::new(Arc::new(bundle)).unwrap();
    let proofs = crate::proof::prove(&Arc::new(plan)).unwrap();
    assert!(proofs[0].passes(), "{:?}", proofs[0]);
    let result = &proofs[0].results[0];
    for (number, script) in scripts.iter().enumerate() {
        let id = format!("p{number}");
        let why = result.remarks.iter().find(|remark| *remark.about == *id);
        assert!(result.figures[id.as_str()].is_some(), "{script}: {why:?}");
    }
}

#[test]
fn every_fault_of_every_script_comes_at_once() {
    let text = SAMPLE
        .replace("          note(\"the script\");\n", "          deduct(；\n")
        .replace("script: records(\"fire\").count()", "script: records(\"fyre\").count()")
        .replace("fn factorial(n) {", "fn broken(n) { nn }\n  fn factorial(n) {");
    let ids: Vec<_> = found("rule.yaml", &text).iter().map(|fault| fault.code.id).collect();
    assert_eq!(ids, ["unknown-name", "unknown-name", "full-width-sign"]);
}

#[test]
fn no_bundle_whose_cases_come_out_is_told_an_error() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let mut looked_at = 0;
    for folder in ["rules", "fixtures/bundles/standards"] {
        for file in bundles_below(&std::path::Path::new(root).join(folder)) {
            let text = std::fs::read_to_string(&file).unwrap();
            let name = file.file_name().unwrap().to_str().unwrap();
            let errors: Vec<_> = found(name, &text).into_iter().filter(Diagnostic::is_error).collect();
            let shown: String = errors.iter().map(|error| error.render(Some(&text), Lang::Zh)).collect();
            assert_eq!(shown, "");
            looked_at += 1;
        }
    }
    assert!(looked_at > 40, "{looked_at}");
}

fn bundles_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(bundles_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What a rule of this script reads.
fn reads_of(script: &str) -> Reads {
    let indented: String = script.lines().map(|line| format!("          {line}\n")).collect();
    let text = SAMPLE.replace("          note(\"the script\");\n", &indented);
    let (bundle, _) = bundle::read("sample.yaml", &text).unwrap();
    let plan = Plan::new(Arc::new(bundle)).unwrap_or_else(|faults| panic!("{script}: {faults:?}"));
    let own = plan.reads().iter().find(|script| script.roll_up.is_none() && script.post == Post::Rule(1));
    own.unwrap().reads.clone()
}

#[test]
fn what_a_script_reads_is_told_apart_where_it_is_sure_and_taken_for_all_where_it_is_not() {
    let names = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(" ");
    let told = |script: &str| {
        let reads = reads_of(script);
        format!("{} | {} | {}", names(&reads.kinds), names(&reads.figures), names(&reads.rules))
    };
    for (script, expected) in [
        ("if records(\"fire\").count() > 1 { note(`a`) }", "fire |  | "),
        ("for f in 记录(\"fire\", \"event\") { note(`a`, f) }", "event fire |  | "),
        ("if town.name == `a` { note(`a`) }", " |  | "),
        ("if county.known(\"survey\").is_empty() { note(`a`) }", "survey |  | "),
        ("if found(\"A-1\") && points(\"A-1\") < 0 { note(`a`) }", " |  | A-1"),
        ("if figures.fires > 1 { note(`a`) }", " | fires | "),
        ("let f = figures; if f.fires > 1 { note(`a`) }", " | fires | "),
        ("let f = figures; f = previous?.figures ?? f; if f.fires > 1 { note(`a`) }", " | fires | "),
        ("if group.map(|u| u.figures).any(|f| f.fires > 1) { note(`a`) }", " | fires | "),
        ("if group.any(|u| u[\"figures\"][\"fires\"] > 1) { note(`a`) }", " | fires | "),
        // A field of a record is no figure, whatever it is called; of what is not known it may be one.
        ("if records(\"event\").any(|e| e.marks.fires > 1) { note(`a`) }", "event |  | "),
        ("let m = #{fires: 1}; m = figures; if m.fires > 0 { note(`a`) }", " | fires | "),
        // Names that are only known when the script runs.
        ("let k = `fi${\"re\"}`; if records(k).count() > 1 { note(`a`) }", "event fire survey |  | "),
        ("let k = `fi${\"res\"}`; if figures[k] > 1 { note(`a`) }", " | fires read | "),
        ("let k = `A-${1}`; if found(k) { note(`a`) }", " |  | A-1 B-1"),
        ("let l = [1, 2]; let i = 1; i += 0; if l[i] > 1 { note(`a`) }", " |  | "),
        // Functions of the library, called or by their name.
        ("if records(\"fire\").any(is_big) { note(`a`) }", "fire |  | "),
    ] {
        assert_eq!(told(script), expected, "{script}");
    }
    let reads = reads_of("if met(\"A\") == true && unit.population > 3 { note(`a`) }");
    assert_eq!((names(&reads.met), names(&reads.criteria)), ("A".to_owned(), String::new()));
    assert!(reads.members.contains("population"));
    assert!(reads_of("if records(\"fire\").any(is_big) { note(`a`) }").members.contains("loss"));
}
