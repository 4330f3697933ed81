use super::*;
use crate::diagnostic::Lang;

/// All faults of a text as a terminal shows them.
fn shown(text: &str) -> String {
    match read("test.yaml", text) {
        Ok((_, warnings)) => render(&warnings, text),
        Err(faults) => render(&faults, text),
    }
}

fn render(faults: &[Diagnostic], text: &str) -> String {
    faults.iter().map(|fault| fault.render(Some(text), Lang::Zh)).collect()
}

fn everything() -> &'static str {
    include_str!("../../../fixtures/bundles/everything.yaml")
}

#[test]
fn the_bundle_with_every_key_is_read_without_fault() {
    assert_eq!(shown(everything()), "");
}
