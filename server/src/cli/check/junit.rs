//! What was checked, as JUnit XML for continuous integration: a suite a file, a test a case, and one for the form of the bundle.

use std::fmt::Write as _;

use liuwu_engine::diagnostic::{Diagnostic, Lang, Location};
use liuwu_engine::proof::Proof;

use super::checked::Checked;
use crate::cli::explain::arithmetic;

/// The document.
pub(super) fn document(checked: &[Checked], lang: Lang) -> String {
    let (mut tests, mut failures, mut errors) = (0, 0, 0);
    let mut suites = String::new();
    for file in checked {
        let (own_failures, own_errors) = (file.proofs.len() - file.passed(), usize::from(file.counts().0 > 0));
        let own_tests = file.proofs.len() + 1;
        let _ = writeln!(
            suites,
            "  <testsuite name=\"{}\" tests=\"{own_tests}\" failures=\"{own_failures}\" errors=\"{own_errors}\">",
            escaped(&file.name)
        );
        form(&mut suites, file, lang);
        for proof in &file.proofs {
            case(&mut suites, file, proof, lang);
        }
        suites.push_str("  </testsuite>\n");
        (tests, failures, errors) = (tests + own_tests, failures + own_failures, errors + own_errors);
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"liuwu check\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">\n\
         {suites}</testsuites>"
    )
}

/// The test that the bundle, and the tables of cases beside it, are well formed.
fn form(out: &mut String, file: &Checked, lang: Lang) {
    let name = if lang == Lang::Zh { "写法" } else { "form" };
    let faults: Vec<&Diagnostic> = file.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect();
    let head = format!("    <testcase classname=\"{0}\" name=\"{name}\"", escaped(&file.name));
    let Some(first) = faults.first() else {
        let _ = writeln!(out, "{head}/>");
        return;
    };
    let texts: Vec<String> = faults.iter().map(|fault| fault.render(source(file, fault), lang)).collect();
    let _ = writeln!(
        out,
        "{head}>\n      <error type=\"{}\" message=\"{}\">{}</error>\n    </testcase>",
        first.code.id,
        escaped(&first.message(lang)),
        escaped(&texts.join("\n"))
    );
}

fn case(out: &mut String, file: &Checked, proof: &Proof, lang: Lang) {
    let of = match &proof.location {
        Location::Cell { file, .. } | Location::Text { file, .. } | Location::File { file } => file.as_ref(),
        Location::Nowhere => file.name.as_str(),
    };
    let head = format!("    <testcase classname=\"{}\" name=\"{}\"", escaped(of), escaped(&proof.name));
    let failures = Checked::failures(proof);
    if failures.is_empty() {
        let _ = writeln!(out, "{head}/>");
        return;
    }
    let account = file.explanation(proof, lang).map(|explained| arithmetic(&explained, 4, lang)).unwrap_or_default();
    let _ = writeln!(out, "{head}>");
    for (index, failure) in failures.iter().enumerate() {
        let account = if index == 0 { account.as_str() } else { "" };
        let _ = writeln!(
            out,
            "      <failure type=\"{}\" message=\"{}\">{}</failure>",
            failure.code.id,
            escaped(&failure.message(lang)),
            escaped(&format!("{}{account}", failure.render(source(file, failure), lang)))
        );
    }
    out.push_str("    </testcase>\n");
}

/// The text in which a fault stands, if it is that of the bundle.
fn source<'a>(file: &'a Checked, fault: &Diagnostic) -> Option<&'a str> {
    matches!(&fault.location, Location::Text { file: name, .. } if **name == *file.name).then_some(file.text.as_str())
}

/// A text in XML 1.0, which has no control characters but tab and line ends.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        assert_eq!(escaped("a<b & \"c\"\u{1b}\r\n"), "a&lt;b &amp; &quot;c&quot;\u{fffd}\u{fffd}\n");
    }
}
