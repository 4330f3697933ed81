//! Days in cells that belong to no field of a dictionary: from when a fact holds, what a statement is about.

use indexmap::IndexMap;
use liuwu_engine::codes::data as codes;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::read::{Raw, Strictness, value};
use liuwu_engine::dictionary::{Field, Type, Value};
use liuwu_engine::period::Date;

/// Reads a day that must be there.
pub(crate) fn read(title: &str, raw: &Raw, strictness: Strictness, at: &Location) -> Result<Date, Vec<Diagnostic>> {
    let field = Field {
        title: title.to_owned(),
        kind: Type::Date,
        unit: None,
        min: None,
        max: None,
        places: None,
        optional: false,
        default: None,
        personal: None,
        place: (0, 0),
    };
    let blank = || {
        let fault = Diagnostic::new(&codes::BLANK).with("field", title);
        vec![fault.with("expected", "日期").with("expected_en", "a day").at(at.clone())]
    };
    match value(title, &field, &IndexMap::new(), raw, strictness) {
        Ok(Some(Value::Date(date))) => Ok(date),
        Ok(_) => Err(blank()),
        Err(faults) => Err(faults.into_iter().map(|fault| fault.at(at.clone())).collect()),
    }
}

/// Whether bare numbers in cells of this type are serial days.
pub(crate) fn is_day(kind: &Type) -> bool {
    matches!(kind, Type::Date | Type::Time)
}
