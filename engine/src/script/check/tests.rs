use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::assess::Plan;
use crate::bundle;
use crate::diagnostic::Lang;

const EVERYTHING: &str = include_str!("../../../../fixtures/bundles/everything.yaml");
const RUIAN: &str = include_str!("../../../../rules/ruian-six-no/2020.yaml");

/// All that the scripts of a bundle are told, as a terminal shows it.
fn told(name: &str, text: &str, lang: Lang) -> String {
    let (bundle, _) = bundle::read(name, text).unwrap_or_else(|faults| panic!("{name} is no bundle: {faults:#?}"));
    let found = Plan::new(Arc::new(bundle)).map_or_else(|faults| faults, |plan| plan.warnings().to_vec());
    found.iter().map(|fault| fault.render(Some(text), lang)).collect()
}

#[test]
fn good_bundles_are_told_nothing() {
    assert_eq!(told("everything.yaml", EVERYTHING, Lang::Zh), "");
    assert_eq!(told("2020.yaml", RUIAN, Lang::Zh), "");
}
