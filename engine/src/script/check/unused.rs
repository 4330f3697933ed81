//! What a bundle names and no script ever mentions.

use std::collections::BTreeSet;

use super::report::Report;
use crate::bundle::{Body, Bundle, Each, Expect};
use crate::codes::script as codes;
use crate::diagnostic::Diagnostic;

/// Remarks on figures, parameters and kinds that are in none of the words of all scripts.
pub(super) fn look_for(bundle: &Bundle, words: &BTreeSet<&str>, report: &mut Report) {
    let mentioned = |name: &str| words.contains(name);
    for (name, parameter) in &bundle.parameters {
        if !mentioned(name) {
            let remark = Diagnostic::new(&codes::UNUSED_PARAMETER).with("name", name).with("title", &parameter.title);
            report.add(parameter.place, remark);
        }
    }
    // What is shown, computed when all is done, or proved by a case, is a result by itself.
    let proved = proved(bundle);
    for figure in bundle.figures.iter().filter(|figure| !figure.show && !figure.is_final) {
        if !mentioned(&figure.id) && !proved.contains(figure.id.as_str()) {
            let remark = Diagnostic::new(&codes::UNUSED_FIGURE).with("name", &figure.id).with("title", &figure.title);
            report.add(figure.place, remark);
        }
    }
    let gone_through = gone_through(bundle);
    for (name, kind) in &bundle.dictionary.kinds {
        if !mentioned(name) && !gone_through.contains(name.as_str()) {
            let remark = Diagnostic::new(&codes::UNUSED_KIND).with("name", name).with("title", &kind.title);
            report.add(kind.place, remark);
        }
    }
}

/// The figures whose value a case expects.
fn proved(bundle: &Bundle) -> BTreeSet<&str> {
    fn of<'b>(expect: &'b Expect, into: &mut BTreeSet<&'b str>) {
        into.extend(expect.figures.iter().map(|(id, _)| id.as_str()));
        for (_, other) in &expect.others {
            of(other, into);
        }
    }
    let mut proved = BTreeSet::new();
    for case in &bundle.cases {
        of(&case.expect, &mut proved);
    }
    proved
}

/// The kinds that rules of the short form and lists go through.
fn gone_through(bundle: &Bundle) -> BTreeSet<&str> {
    let rules = bundle.all_rules().into_iter().flat_map(|rule| match &rule.body {
        Body::Short(short) => short.each.as_slice(),
        Body::Long(_) => &[],
    });
    let lists = bundle.lists.iter().chain(bundle.roll_up.iter().flat_map(|roll_up| &roll_up.lists));
    let listed = lists.flat_map(|list| match &list.each {
        Each::Record(kinds) => kinds.as_slice(),
        Each::Unit | Each::Finding => &[],
    });
    rules.chain(listed).map(String::as_str).collect()
}
