//! Templates for whoever asks: of the kinds and villages that are his.

use std::sync::Arc;

use liuwu_engine::dictionary::Kind;

use crate::accounts::{Caller, Scope};
use crate::error::Problem;
use crate::intake::UnitIndex;
use crate::intake::template::{self, Wanted};
use crate::remit::Remit;
use crate::state::App;
use crate::upload::File;

/// For what a template is wanted.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The bundle; none: the current one.
    pub bundle: Option<String>,
    /// A unit: only those below it are offered.
    pub area: Option<String>,
}

/// A template for one kind, or for all that the caller may hand in, with the villages that he may hand in for.
///
/// # Errors
/// [`Problem::Absent`] for a kind that is not his or that there is none of.
pub fn template(app: &App, caller: &Caller, kind: Option<&str>, asked: &Asked) -> Result<File, Problem> {
    let bundle = asked.bundle.clone().map_or_else(|| app.bundle(), Ok)?;
    let edition = app.current_edition(&bundle)?;
    let bundle = edition.bundle();
    let units = app.units()?;
    let remit = Remit::of(caller.scope(), bundle, units.all());
    let area = asked.area.as_ref().map(|area| Remit::of(&Scope::Divisions(vec![area.clone()]), bundle, units.all()));
    let mut kinds: Vec<Arc<Kind>> = remit.kinds(bundle).cloned().collect();
    if let Some(kind) = kind {
        kinds.retain(|own| *own.id == *kind);
    }
    let Some(first) = kinds.first() else {
        return Err(Problem::Absent("台账类型", "record kind", kind.unwrap_or_default().to_owned()));
    };
    let name = if kind.is_some() { first.title.clone() } else { "上报合表".to_owned() };
    let covers = |unit: &str| remit.has_unit(unit) && area.as_ref().is_none_or(|area| area.has_unit(unit));
    let index = UnitIndex::of_rows(units.all());
    let wanted = Wanted { bundle, kinds: &kinds, units: &index, covers: &covers, today: app.today() };
    let bytes = template::write(&wanted).map_err(|error| Problem::Internal(error.to_string()))?;
    Ok(File { name: format!("{name}模板.xlsx"), bytes })
}
