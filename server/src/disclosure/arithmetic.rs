//! The arithmetic of a score as its reader may see it: flat, and adding up line by line to the score.
//!
//! Enters: the lines as filed, criterion by criterion. Leaves: lines in which what is not public stands as one sum. Next:
//! [`super::Disclosure::show`], which asks for it.
//!
//! The bases of criteria stand in the bundle, which is public, and are shown. Of a criterion with rules that are not public,
//! what the public rules add is shown too; its floor, ceiling and shared caps would tell what the others add, so they are part
//! of the one sum.

use liuwu_engine::dictionary::Public;
use liuwu_engine::number::{Number, NumberError};

use super::reach::CriterionReach;
use super::{Showing, ShownLine, ShownLineKind, ZERO};
use crate::filed::{FiledLine, FiledLineKind};

/// The lines of an assessment.
pub(super) fn ledger(showing: &Showing<'_>) -> Result<Vec<ShownLine>, NumberError> {
    let mut sheet = Sheet { showing, lines: Vec::new(), sum: ZERO, withheld: ZERO, withholds: false };
    let mut section: Vec<&FiledLine> = Vec::new();
    let mut lines = showing.filed.ledger.iter().peekable();
    while let Some(line) = lines.next() {
        match (&line.what, top(showing, line)) {
            (_, Some((id, criterion))) => {
                sheet.close(id, criterion, &std::mem::take(&mut section), line)?;
                let more = lines.clone().any(|line| top(showing, line).is_some());
                if !more {
                    sheet.settle()?;
                }
            }
            (FiledLineKind::Base, None) => sheet.add(ShownLineKind::Base, line.adds)?,
            (FiledLineKind::Floor, None) => sheet.add(ShownLineKind::Floor, line.adds)?,
            (FiledLineKind::Ceiling, None) => sheet.add(ShownLineKind::Ceiling, line.adds)?,
            (FiledLineKind::Script, None) => sheet.add(ShownLineKind::Script, line.adds)?,
            (FiledLineKind::Rounding, None) => sheet.add(ShownLineKind::Rounding, line.adds)?,
            (_, None) => section.push(line),
        }
    }
    // Without a score nothing tells what was withheld, so the sum must not.
    if sheet.withholds && showing.filed.score.is_none() {
        return Ok(Vec::new());
    }
    Ok(sheet.lines)
}

/// The criterion at the top level whose points a line adds to the score.
fn top<'a>(showing: &Showing<'a>, line: &'a FiledLine) -> Option<(&'a str, &'a CriterionReach)> {
    let FiledLineKind::Criterion(id) = &line.what else { return None };
    showing.reach.criteria.get(id).filter(|criterion| criterion.is_top).map(|criterion| (id.as_str(), criterion))
}

struct Sheet<'s, 'a> {
    showing: &'s Showing<'a>,
    lines: Vec<ShownLine>,
    sum: Number,
    withheld: Number,
    /// Whether some criterion has something that is not public.
    withholds: bool,
}

impl Sheet<'_, '_> {
    fn add(&mut self, what: ShownLineKind, adds: Number) -> Result<(), NumberError> {
        self.sum = self.sum.add(adds)?;
        // Findings of which only the sum is public are one finding, and one line.
        if let (ShownLineKind::Finding(_), Some(last)) = (&what, self.lines.last_mut())
            && last.what == what
        {
            last.adds = last.adds.add(adds)?;
            last.sum = self.sum;
            return Ok(());
        }
        self.lines.push(ShownLine { what, adds, sum: self.sum, inside: None });
        Ok(())
    }

    /// Shows the lines of one criterion and keeps back the rest of what it adds.
    fn close(
        &mut self,
        id: &str,
        criterion: &CriterionReach,
        section: &[&FiledLine],
        total: &FiledLine,
    ) -> Result<(), NumberError> {
        let hides = self.showing.hides(criterion);
        self.withholds |= hides;
        if !criterion.adds_up {
            return self.close_combined(id, hides, section, total);
        }
        let before = self.sum;
        for line in section {
            if let Some(what) = self.what(line, hides) {
                self.add(what, line.adds)?;
            }
        }
        let rest = total.adds.sub(self.sum.sub(before)?)?;
        self.withheld = self.withheld.add(rest)?;
        Ok(())
    }

    /// A criterion whose parts do not simply add up: its lines count inside it, and its points are one line.
    fn close_combined(
        &mut self,
        id: &str,
        hides: bool,
        section: &[&FiledLine],
        total: &FiledLine,
    ) -> Result<(), NumberError> {
        if hides {
            self.withheld = self.withheld.add(total.adds)?;
            return Ok(());
        }
        let restricted =
            section.iter().any(|line| self.finding(line).is_some_and(|(_, public)| public != Public::Full));
        if !restricted {
            for line in section {
                if let Some(what) = self.part(line) {
                    let inside = Some(id.to_owned());
                    self.lines.push(ShownLine { what, adds: line.adds, sum: line.sum, inside });
                }
            }
        }
        self.add(ShownLineKind::Criterion(id.to_owned()), total.adds)
    }

    /// What everything that is not public adds, behind the last criterion.
    fn settle(&mut self) -> Result<(), NumberError> {
        let withheld = std::mem::take(&mut self.withheld);
        if withheld.is_zero() { Ok(()) } else { self.add(ShownLineKind::Withheld, withheld) }
    }

    fn finding(&self, line: &FiledLine) -> Option<(usize, Public)> {
        match line.what {
            FiledLineKind::Finding(place) | FiledLineKind::Exempted(place) => self.showing.place_of(place),
            _ => None,
        }
    }

    /// What a line of a criterion that adds up is shown as; none: not at all.
    fn what(&self, line: &FiledLine, hides: bool) -> Option<ShownLineKind> {
        match &line.what {
            FiledLineKind::CriterionBase(id) => Some(ShownLineKind::CriterionBase(id.clone())),
            FiledLineKind::Finding(_) => self.finding(line).map(|(place, _)| ShownLineKind::Finding(place)),
            FiledLineKind::Exempted(_) => self
                .finding(line)
                .filter(|(_, public)| *public == Public::Full)
                .map(|(place, _)| ShownLineKind::Exempted(place)),
            FiledLineKind::RuleCap(rule) => {
                (self.showing.of_rule(rule) != Public::Met).then(|| ShownLineKind::RuleCap(rule.clone()))
            }
            FiledLineKind::SharedCap(rule) => (!hides).then(|| ShownLineKind::SharedCap(rule.clone())),
            FiledLineKind::CriterionFloor(id) => (!hides).then(|| ShownLineKind::CriterionFloor(id.clone())),
            FiledLineKind::CriterionCeiling(id) => (!hides).then(|| ShownLineKind::CriterionCeiling(id.clone())),
            // A sub-total adds nothing to lines that already add up.
            _ => None,
        }
    }

    /// What a line inside a combined criterion, all of it public, is shown as.
    fn part(&self, line: &FiledLine) -> Option<ShownLineKind> {
        match &line.what {
            FiledLineKind::Combined(id) => Some(ShownLineKind::Combined(id.clone())),
            FiledLineKind::Criterion(id) => Some(ShownLineKind::Criterion(id.clone())),
            _ => self.what(line, false),
        }
    }
}
