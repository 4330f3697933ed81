//! Yes and no, as people write them.

use super::Raw;
use super::characters::comparable;
use super::fault::{Expected, Fault, Subject};
use crate::dictionary::Type;

/// Reads yes or no. `x` alone is refused: some tick with it, others cross out.
pub(super) fn read(subject: &Subject, raw: &Raw) -> Result<bool, Fault> {
    let said = match raw {
        Raw::Boolean(is) => Some(*is),
        Raw::Text(text) => said(&comparable(text)),
        Raw::Number(digits) => said(digits),
        Raw::Float(float) => said(&float.to_string()),
        _ => None,
    };
    said.ok_or_else(|| subject.wrong_type(&Expected::of(&Type::Boolean), raw))
}

fn said(text: &str) -> Option<bool> {
    match text {
        "是" | "有" | "√" | "✓" | "✔" | "☑" | "true" | "yes" | "y" | "1" | "1.0" => Some(true),
        "否" | "无" | "不是" | "没有" | "×" | "✗" | "✘" | "☒" | "false" | "no" | "n" | "0" | "0.0" => {
            Some(false)
        }
        _ => None,
    }
}
