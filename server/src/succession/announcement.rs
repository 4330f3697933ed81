//! Changes of divisions held against the list of units, and put into a batch.
//!
//! Enters: the units listed and the [`Change`]s. Leaves: the rows of a batch, or everything that does not fit, each with the part of
//! the change that it is about: whoever has a cell for that part names the cell. Next: [`super::table`].

use std::collections::BTreeMap;

use liuwu_engine::codes::sheet::BAD_DIVISION;
use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::division::{DivisionId, Level};
use liuwu_engine::period::Date;

use super::{Change, Kind, SUCCEEDED, of_row};
use crate::store::{NewBatch, UnitRow};

/// Something of a change that does not fit.
#[derive(Debug, Clone)]
pub struct Misfit {
    /// Which change, from 0.
    pub change: usize,
    /// Which part of it.
    pub about: About,
    /// What is wrong with it.
    pub fault: Diagnostic,
}

/// A part of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// What happened.
    Kind,
    /// The day.
    From,
    /// The old unit with this code.
    Old(String),
    /// The new unit with this code.
    New(String),
    /// The name of the new unit with this code.
    Name(String),
}

/// Puts changes into a batch, in their order: new units, old ones with their successors, and those below them under the successor.
/// `today` is the last day a change may be of: what is to come later is handed in then, since until then the old units are assessed.
///
/// # Errors
/// Everything that does not fit the units listed.
pub fn announce(rows: &[UnitRow], changes: &[Change], today: Date, batch: &mut NewBatch) -> Result<(), Vec<Misfit>> {
    let listed = rows.iter().map(|row| (row.id.clone(), row.clone())).collect();
    let mut register = Register { listed, written: BTreeMap::new(), today };
    let mut misfits = Vec::new();
    for (place, change) in changes.iter().enumerate() {
        let found = register.misfits(change);
        if found.is_empty() {
            register.enter(change);
        }
        misfits.extend(found.into_iter().map(|(about, fault)| Misfit { change: place, about, fault }));
    }
    if !misfits.is_empty() {
        return Err(misfits);
    }
    batch.units.retain(|row| !register.written.contains_key(&row.id));
    batch.units.extend(register.written.into_values());
    Ok(())
}

/// The list of units as the changes leave it.
struct Register {
    listed: BTreeMap<String, UnitRow>,
    /// What of it the batch brings; a later row of a unit stands in place of an earlier one.
    written: BTreeMap<String, UnitRow>,
    today: Date,
}

impl Register {
    fn misfits(&self, change: &Change) -> Vec<(About, Diagnostic)> {
        let mut found = Vec::new();
        let fits = match change.kind {
            Kind::Merged => change.old.len() > 1 && change.new.len() == 1,
            Kind::Split => change.old.len() == 1 && change.new.len() > 1,
            Kind::Recoded => change.old.len() == 1 && change.new.len() == 1,
        };
        if !fits {
            found.push((
                About::Kind,
                refusal_with(
                    "合并是几个变一个,拆分是一个变几个,改代码是一个变一个",
                    "merging makes one of several, splitting several of one, recoding one of one",
                    [
                        "写全有关的区划;并入原有区划的,它自己也要写上",
                        "name all that take part; a unit that others are merged into takes part itself",
                    ],
                ),
            ));
        }
        if change.from > self.today {
            let from = change.from;
            found.push((
                About::From,
                refusal_with(
                    format!("变更日期 {from} 还没有到;在那之前仍按原区划考核"),
                    format!("the change of {from} is still to come; until then the old units are assessed"),
                    ["到当日再报", "hand it in on that day"],
                ),
            ));
        }
        let model = change.old.iter().find_map(|code| self.of_today(code));
        for (at, code) in change.old.iter().enumerate() {
            if let Some(fault) = self.old_misfit(change, at, code, model) {
                found.push((About::Old(code.clone()), fault));
            }
        }
        for (at, (code, name)) in change.new.iter().enumerate() {
            found.extend(self.new_misfit(change, at, code, name.as_deref(), model));
        }
        found
    }

    /// A unit that is assessed today, and has no successor.
    fn of_today(&self, code: &str) -> Option<&UnitRow> {
        self.listed.get(code).filter(|row| of_row(row).is_none())
    }

    fn old_misfit(&self, change: &Change, at: usize, code: &String, model: Option<&UnitRow>) -> Option<Diagnostic> {
        if change.old.iter().take(at).any(|earlier| earlier == code) {
            return Some(refusal(format!("原代码「{code}」重复"), format!("the old unit `{code}` is named twice")));
        }
        let Some(row) = self.of_today(code) else {
            return Some(refusal(format!("「{code}」不在现有区划之列"), format!("`{code}` is no unit of today")));
        };
        let other = model.filter(|model| model.level != row.level)?;
        Some(refusal(
            format!("「{code}」与「{}」不同级", other.id),
            format!("`{code}` and `{}` are of different levels", other.id),
        ))
    }

    fn new_misfit(
        &self,
        change: &Change,
        at: usize,
        code: &str,
        name: Option<&str>,
        model: Option<&UnitRow>,
    ) -> Option<(About, Diagnostic)> {
        let about = About::New(code.to_owned());
        if change.new.iter().take(at).any(|(earlier, _)| earlier == code) {
            return Some((
                about,
                refusal(format!("现代码「{code}」重复"), format!("the new unit `{code}` is named twice")),
            ));
        }
        // One of those merged may keep its code.
        if change.kind != Kind::Merged && change.old.iter().any(|old| old == code) {
            let (zh, en) = (format!("「{code}」新旧代码相同"), format!("`{code}` stands on both sides"));
            let remedy = match change.kind {
                Kind::Split => [
                    "原村社保留、另设新村社的,不算拆分:把新村社写进区划表报送,原村社的记录仍归原村社",
                    "a unit that stays when a new one is made out of it is not split: put the new one into the table of divisions; records of the old one stay with it",
                ],
                _ => [
                    "改正代码;只改名称的,用区划表报送",
                    "correct the code; a new name alone goes into the table of divisions",
                ],
            };
            return Some((about, refusal_with(zh, en, remedy)));
        }
        // Without any old unit nobody knows what the new one should be like.
        let model = model?;
        if let Some(row) = self.listed.get(code) {
            if of_row(row).is_some() {
                let zh = format!("「{code}」已由别的区划承继,不能再承继别的");
                return Some((about, refusal(zh, format!("`{code}` has a successor itself and succeeds nobody"))));
            }
            let differs = row.level != model.level;
            return differs.then(|| {
                (about, refusal(format!("「{code}」与原区划不同级"), format!("`{code}` is of another level")))
            });
        }
        if let Some(fault) = code_misfit(code, model) {
            return Some((about, fault));
        }
        let is_named = name.is_some_and(|name| !name.trim().is_empty());
        (!is_named).then(|| {
            let fault = refusal(format!("新代码「{code}」缺少名称"), format!("the new unit `{code}` has no name"));
            (About::Name(code.to_owned()), fault)
        })
    }

    /// Puts a change that fits into the list.
    fn enter(&mut self, change: &Change) {
        let olds: Vec<UnitRow> = change.old.iter().filter_map(|code| self.of_today(code).cloned()).collect();
        let (Some(model), Some((heir, _))) = (olds.first(), change.new.first()) else { return };
        let (level, parent) = (model.level.clone(), model.parent.clone());
        for (code, name) in &change.new {
            if let (false, Some(name)) = (self.listed.contains_key(code), name) {
                let name = name.trim().to_owned();
                self.write(UnitRow { id: code.clone(), level: level.clone(), name, parent: parent.clone() });
            }
        }
        // One of those merged may keep its code: it goes on as it was.
        for old in olds.into_iter().filter(|old| old.id != *heir) {
            let below =
                self.listed.values().filter(|row| row.parent.as_ref() == Some(&old.id) && of_row(row).is_none());
            let below: Vec<UnitRow> = below.map(|row| UnitRow { parent: Some(heir.clone()), ..row.clone() }).collect();
            below.into_iter().for_each(|row| self.write(row));
            self.write(UnitRow { level: format!("{SUCCEEDED}{}", change.from), parent: Some(heir.clone()), ..old });
        }
    }

    fn write(&mut self, row: UnitRow) {
        self.written.insert(row.id.clone(), row.clone());
        self.listed.insert(row.id.clone(), row);
    }
}

/// Where the old units have codes of divisions, so has a new one, of the same level: a spreadsheet may have made `3.3E+11` of it.
fn code_misfit(code: &str, model: &UnitRow) -> Option<Diagnostic> {
    let old = DivisionId::parse(&model.id).ok()?;
    match DivisionId::parse(code) {
        Ok(new) if new.level() == old.level() => None,
        Ok(new) => Some(refusal(
            format!("「{code}」是{}代码,原区划是{}", new.level().zh(), old.level().zh()),
            format!("`{code}` is the code of a {}, the old unit is a {}", new.level().key(), old.level().key()),
        )),
        Err(_) if old.level() <= Level::Village => {
            Some(refusal(format!("「{code}」不是12位区划代码"), format!("`{code}` is no 12-digit code of a division")))
        }
        Err(_) => Some(refusal(format!("「{code}」不是网格编号"), format!("`{code}` is no number of a grid"))),
    }
}

pub(super) fn refusal(zh: impl Into<String>, en: impl Into<String>) -> Diagnostic {
    refusal_with(zh, en, ["核对区划代码后重新报送", "check the codes and hand it in again"])
}

/// The same with what mends it, in Chinese and English.
pub(super) fn refusal_with(zh: impl Into<String>, en: impl Into<String>, [remedy, remedy_en]: [&str; 2]) -> Diagnostic {
    Diagnostic::new(&BAD_DIVISION)
        .with("problem", zh.into())
        .with("problem_en", en.into())
        .with("remedy", remedy)
        .with("remedy_en", remedy_en)
}
