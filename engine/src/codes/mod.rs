//! The catalogue of messages: every code a [`crate::diagnostic::Diagnostic`] can carry, in Chinese and English, by area.

pub mod bundle;
pub mod cases;
pub mod data;
pub mod files;
pub mod form;
pub mod mapping;
pub mod script;
pub mod sheet;

use crate::diagnostic::Code;

/// Declares codes and collects them in `ALL`.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $severity:ident $id:literal { zh: $zh:literal, en: $en:literal, help_zh: $hz:literal, help_en: $he:literal $(,)? })*) => {
        $(
            $(#[$doc])*
            pub static $name: $crate::diagnostic::Code = $crate::diagnostic::Code {
                id: $id,
                severity: $crate::diagnostic::Severity::$severity,
                zh: $zh,
                en: $en,
                help_zh: $hz,
                help_en: $he,
            };
        )*
        /// Every code of this area, in the order of the file.
        pub static ALL: &[&$crate::diagnostic::Code] = &[$(&$name),*];
    };
}
pub(crate) use codes;

/// Every code of the engine, area by area.
pub fn all() -> impl Iterator<Item = &'static Code> {
    let areas = [bundle::ALL, cases::ALL, data::ALL, files::ALL, form::ALL, mapping::ALL, script::ALL, sheet::ALL];
    areas.into_iter().flatten().copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn every_code_has_an_id_of_its_own() {
        let mut ids = BTreeSet::new();
        let repeated: Vec<&str> = super::all().map(|code| code.id).filter(|id| !ids.insert(*id)).collect();
        assert_eq!(repeated, Vec::<&str>::new());
    }
}
