//! What was checked, in SARIF 2.1.0 (OASIS), with which code hosts mark the lines of a change.
//!
//! Every code that occurs is a rule with its texts from the catalogue; every fault, failing expectation and gap is a result at its
//! line and column. A cell of a sheet has no line: it is named as a logical location.

use std::fmt::Write as _;

use liuwu_engine::codes;
use liuwu_engine::diagnostic::{Code, Diagnostic, Lang, Location, Severity};
use serde_json::{Value as Json, json};

use super::checked::Checked;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The document, indented.
pub(super) fn document(checked: &[Checked], lang: Lang) -> String {
    let found: Vec<Diagnostic> = checked.iter().flat_map(all_of).collect();
    let codes: Vec<&Code> = codes::all().filter(|code| found.iter().any(|of| of.code.id == code.id)).collect();
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "liuwu",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(code, lang)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": found.iter().map(|diagnostic| result(diagnostic, &codes, lang)).collect::<Vec<_>>(),
        }],
    });
    format!("{document:#}")
}

fn all_of(file: &Checked) -> Vec<Diagnostic> {
    let mut all = file.diagnostics.clone();
    all.extend(file.proofs.iter().flat_map(Checked::failures));
    all.extend(file.notes.iter().cloned());
    all.extend(file.gaps.iter().flatten().cloned());
    all
}

/// A code with its texts; placeholders stay as they are.
fn rule(code: &Code, lang: Lang) -> Json {
    let (what, help) = if lang == Lang::Zh { (code.zh, code.help_zh) } else { (code.en, code.help_en) };
    let mut rule = json!({
        "id": code.id,
        "shortDescription": {"text": what},
        "defaultConfiguration": {"level": level(code.severity)},
    });
    if let (false, Some(object)) = (help.is_empty(), rule.as_object_mut()) {
        object.insert("help".to_owned(), json!({"text": help}));
    }
    rule
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn result(diagnostic: &Diagnostic, codes: &[&Code], lang: Lang) -> Json {
    let (message, help) = (diagnostic.message(lang), diagnostic.help(lang));
    let text = match (help.is_empty(), lang) {
        (true, _) => message,
        (false, Lang::Zh) => format!("{message}。{help}"),
        (false, Lang::En) => format!("{message}. {help}"),
    };
    let mut result = json!({
        "ruleId": diagnostic.code.id,
        "ruleIndex": codes.iter().position(|code| code.id == diagnostic.code.id),
        "level": level(diagnostic.code.severity),
        "message": {"text": text},
    });
    if let (Some(location), Some(object)) = (location(&diagnostic.location), result.as_object_mut()) {
        object.insert("locations".to_owned(), json!([location]));
    }
    result
}

fn location(location: &Location) -> Option<Json> {
    let artifact = |file: &str| json!({"uri": uri(file)});
    Some(match location {
        Location::Nowhere => return None,
        Location::File { file } => json!({"physicalLocation": {"artifactLocation": artifact(file)}}),
        Location::Text { file, line, column } => json!({"physicalLocation": {
            "artifactLocation": artifact(file),
            "region": {"startLine": line, "startColumn": column},
        }}),
        Location::Cell { file, sheet, cell } => {
            let whole = sheet.as_deref().map_or_else(|| cell.to_string(), |sheet| format!("{sheet}!{cell}"));
            json!({
                "physicalLocation": {"artifactLocation": artifact(file)},
                "logicalLocations": [{"name": cell.as_ref(), "fullyQualifiedName": whole, "kind": "cell"}],
            })
        }
    })
}

/// A path as a relative reference: everything but unreserved characters and slashes escaped (RFC 3986).
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'\\' => uri.push('/'),
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn a_path_becomes_a_reference_without_blanks_and_chinese() {
        assert_eq!(uri("rules/六 无.yaml"), "rules/%E5%85%AD%20%E6%97%A0.yaml");
        assert_eq!(uri("rules\\a_b-c.yaml"), "rules/a_b-c.yaml");
    }
}
