//! Files that were made to break the reader, and files that were damaged: all end soon, with a fault or a bundle.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

/// Reads a hostile text, which must end soon and with a fault.
fn refused(text: &str) -> Vec<&'static str> {
    let start = Instant::now();
    let faults = read("hostile.yaml", text).unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    faults.iter().map(|fault| fault.code.id).collect()
}

/// A dictionary of many kinds.
fn records(kind: &dyn Fn(usize) -> String) -> String {
    let kinds: String = (0..4_000).map(|n| format!("  k{n}: {}\n", kind(n))).collect();
    format!("records:\n{kinds}")
}

#[test]
fn hostile_files_end_soon_with_one_fault() {
    let bomb: String = ('b'..='i')
        .zip('a'..)
        .map(|(own, other)| format!("{own}: &{own} [{}]\n", vec![format!("*{other}"); 9].join(",")))
        .collect();
    let bomb = format!("a: &a [x,x,x,x,x,x,x,x,x]\n{bomb}");
    assert!(refused(&bomb).iter().all(|code| ["yaml-sign", "needs-quotes"].contains(code)));
    for (text, code) in [
        ("[".repeat(1_000_000), "nested-too-deep"),
        (format!("a: {}", "{".repeat(500_000)), "nested-too-deep"),
        ("- ".repeat(500_000), "nested-too-deep"),
        ("? ".repeat(500_000), "nested-too-deep"),
        (format!("a: [{}]", "1,".repeat(400_000)), "too-many-values"),
        ("x".repeat(2_000_000), "file-too-large"),
        ("#".repeat(1_000_000), "empty-file"),
        (String::new(), "empty-file"),
        ("---\n".to_owned(), "wrong-form"),
        ("a\u{0}b: 1".to_owned(), "invisible-character"),
        ("a: 1\rb: 2".to_owned(), "invisible-character"),
        ("title: \u{202E}abc".to_owned(), "invisible-character"),
        ("? [a, b]\n: 1\n".to_owned(), "key-not-text"),
        ("5".to_owned(), "wrong-form"),
        ("a: |\n\tx".to_owned(), "tab-indentation"),
        ("title: \"\\u202E\"".to_owned(), "invisible-character"),
        (format!("a: {{{}", "k: 1, ".repeat(150_000)), "duplicate-key"),
        (format!("a: {{{}", (0..40_000).map(|n| format!("k{n}: 1, ")).collect::<String>()), "too-many-values"),
        (format!("a: {{{}", "}".repeat(900_000)), "needs-quotes-in-braces"),
        (format!("a: {}{}", "[".repeat(20), "&x x,".repeat(40_000)), "needs-quotes"),
        (format!("{SMALL}{}", "  x: 1\n- ".repeat(50_000)), "not-aligned"),
        ("\u{200B}\n".repeat(200_000), "more-faults"),
        (format!("{SMALL}{}", records(&|n| format!("{{title: x, like: k{}}}", n + 1))), "like-too-long"),
        (
            format!(
                "{SMALL}lists: {{a: {{title: a, script: a, each: {}}}}}\n{}",
                "b".repeat(300_000),
                records(&|_| "{title: x}".to_owned())
            ),
            "unknown-name",
        ),
        (
            format!(
                "{SMALL}{}base_case: {{period: 2020, records: [{}]}}\ncases:\n{}",
                records(&|_| "{title: x}".to_owned()),
                "{kind: k1},".repeat(5_000),
                "  - {name: x, expect: {}}\n".repeat(5_000)
            ),
            "too-many-facts",
        ),
        (
            format!("{SMALL}cases:\n{}", "  - {name: x, period: 1000..2199, expect: {}}\n".repeat(5_000)),
            "too-many-facts",
        ),
        (format!("{SMALL}rating:\n  bands:\n{}", "    - {name: x, from: 1}\n".repeat(5_000)), "wrong-form"),
    ] {
        let shown: String = text.chars().take(20).collect();
        let codes = refused(&text);
        assert!(codes.contains(&code), "{shown}: {codes:?}");
    }
}

#[test]
fn a_large_file_of_allowed_form_is_read_in_reasonable_time() {
    let rules: String = (0..4_000).map(|n| format!("      - {{id: A-{n}x, title: 扣分, deduct: 1 + {n}}}\n")).collect();
    let start = Instant::now();
    let (bundle, _) = read("large.yaml", &format!("{SMALL}{rules}")).unwrap();
    assert_eq!(bundle.all_rules().len(), 4_001);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

/// A valid bundle with some of its characters replaced, dropped or doubled.
fn mutated() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[\\[\\]{}:,#&*!|>'\"%@`?\\-\n\t ：　x5]{0,4}",
        Just("\r\n".to_owned()),
        Just("---\n".to_owned()),
        Just("<<: ".to_owned()),
        Just("\u{FEFF}".to_owned()),
    ];
    let edits = prop::collection::vec((0.0..1.0f64, 0usize..6, piece), 1..4);
    edits.prop_map(|edits| {
        let mut text: Vec<char> = EVERYTHING.chars().collect();
        for (at, dropped, piece) in edits {
            let at = (at * text.len() as f64) as usize;
            let end = (at + dropped).min(text.len());
            text.splice(at..end, piece.chars());
        }
        text.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn reading_never_panics_on_any_text(text in "(?s).{0,200}") {
        let _ = read("a.yaml", &text);
    }

    #[test]
    fn a_value_put_in_quotes_by_a_remedy_reads_as_it_was_meant(value in "[ -~一-龥。：]{1,40}") {
        let text = SMALL.replace("deduct: 1 + 1", &format!("deduct: {}", explain::quoted(&value)));
        match read("a.yaml", &text) {
            Ok((bundle, _)) => {
                let Body::Short(ShortForm { action: Some(Action::Deduct(script)), .. }) = &bundle.all_rules()[0].body else {
                    panic!()
                };
                prop_assert_eq!(&script.text, &value);
            }
            // A script of blanks is none.
            Err(_) => prop_assert!(value.trim().is_empty()),
        }
    }

    #[test]
    fn reading_never_panics_on_yaml_like_text(text in "([ \\-a-c:#\\[\\]{},'\"|>&*!%@`?~\n\t0-9]|: |\n  ){0,80}") {
        let _ = read("a.yaml", &text);
    }

    #[test]
    fn a_mutated_bundle_is_read_or_refused_with_places_in_the_file(text in mutated()) {
        if let Err(faults) = read("a.yaml", &text) {
            let lines = u32::try_from(text.lines().count()).unwrap();
            prop_assert!(!faults.is_empty());
            for fault in faults {
                let crate::diagnostic::Location::Text { line, .. } = fault.location else { continue };
                prop_assert!(line <= lines + 1, "{fault:?}");
            }
        }
    }
}
