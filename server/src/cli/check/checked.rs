//! One bundle, checked whole: its faults and remarks, its cases proved, those of tables too, and what no case shows.
//!
//! Enters: the text of a bundle and the tables of cases beside it. Leaves: a [`Checked`], which every format shows.

use std::path::Path;
use std::sync::Arc;

use liuwu_engine::assess::Plan;
use liuwu_engine::bundle::{self, Bundle, Case};
use liuwu_engine::diagnostic::{Diagnostic, Lang, any_error};
use liuwu_engine::proof::{Proof, gaps, prove_case};

use super::table;
use super::unreadable;
use crate::deadline::{LONGEST_RUN, within};
use crate::explanation::late::Late;
use crate::explanation::{Explanation, explain_in};
use crate::filed::Filed;
use crate::intake::{self, Limits, Workbook};

/// What came of checking one file.
pub(super) struct Checked {
    /// Its name as the user gave it.
    pub name: String,
    /// Its text; empty when it could not be read.
    pub text: String,
    /// None: the bundle itself is at fault.
    pub plan: Option<Arc<Plan>>,
    /// Faults and remarks, those of tables of cases after those of the bundle.
    pub diagnostics: Vec<Diagnostic>,
    /// What came of each case.
    pub proofs: Vec<Proof>,
    /// What is good to know and may be as it should be: fields that are asked under several kinds.
    pub notes: Vec<Diagnostic>,
    /// What no case shows; none: nobody asked.
    pub gaps: Option<Vec<Diagnostic>>,
}

/// What is wanted beside faults and failing cases.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanted {
    /// What no case shows.
    pub coverage: bool,
    /// Every script interpreted, also those that are compiled.
    pub interpreting: bool,
}

/// A table of cases as it was read.
pub(super) struct TableFile {
    book: Result<Workbook, Vec<Diagnostic>>,
}

impl TableFile {
    pub(super) fn read(path: &Path) -> TableFile {
        let name = path.display().to_string();
        let read = std::fs::read(path).map_err(|error| vec![unreadable(&Arc::from(name.as_str()), &error)]);
        TableFile { book: read.and_then(|bytes| intake::read(&name, &bytes, None, Limits::default())) }
    }
}

impl Checked {
    /// Checks a bundle.
    ///
    /// # Errors
    /// When proving was called off, which nobody does here.
    pub(super) fn of(
        name: &str,
        text: Result<String, Diagnostic>,
        tables: &[TableFile],
        wanted: Wanted,
    ) -> anyhow::Result<Checked> {
        let mut checked = Checked {
            name: name.to_owned(),
            text: String::new(),
            plan: None,
            diagnostics: Vec::new(),
            proofs: Vec::new(),
            notes: Vec::new(),
            gaps: None,
        };
        match text {
            Ok(text) => checked.text = text,
            Err(fault) => {
                checked.diagnostics.push(fault);
                return Ok(checked);
            }
        }
        let Some(mut plan) = checked.read() else { return Ok(checked) };
        if wanted.interpreting {
            plan = plan.interpreting();
        }
        let of_tables = checked.read_tables(tables, &plan.bundle);
        checked.prove(&plan, &of_tables, wanted.coverage)?;
        checked.plan = Some(plan);
        Ok(checked)
    }

    fn read(&mut self) -> Option<Arc<Plan>> {
        let read = bundle::read(&self.name, &self.text).and_then(|(bundle, remarks)| {
            self.diagnostics.extend(remarks);
            Plan::new(Arc::new(bundle))
        });
        match read {
            Ok(plan) => {
                let name: Arc<str> = Arc::from(self.name.as_str());
                self.notes = bundle::asked_twice(&plan.bundle).iter().map(|twice| twice.note(&name)).collect();
                self.diagnostics.extend_from_slice(plan.warnings());
                self.diagnostics.sort_by(|a, b| a.location.cmp(&b.location));
                Some(Arc::new(plan))
            }
            Err(faults) => {
                self.diagnostics.extend(faults);
                None
            }
        }
    }

    fn read_tables(&mut self, tables: &[TableFile], bundle: &Bundle) -> Vec<Case> {
        let mut cases = Vec::new();
        for table in tables {
            match &table.book {
                Ok(book) => {
                    let read = table::read(book, bundle);
                    self.diagnostics.extend(read.diagnostics);
                    cases.extend(read.cases);
                }
                Err(faults) => self.diagnostics.extend_from_slice(faults),
            }
        }
        cases
    }

    fn prove(&mut self, plan: &Arc<Plan>, of_tables: &[Case], coverage: bool) -> anyhow::Result<()> {
        let cases: Vec<&Case> = plan.bundle.cases.iter().chain(of_tables).collect();
        self.proofs =
            within(plan, LONGEST_RUN, || cases.iter().map(|case| prove_case(plan, case)).collect::<Result<_, _>>())?;
        if coverage {
            self.gaps = Some(gaps(plan, cases, &self.proofs)?);
        }
        Ok(())
    }

    /// Whether nothing is wrong.
    pub(super) fn is_sound(&self) -> bool {
        !any_error(&self.diagnostics) && self.passed() == self.proofs.len()
    }

    /// How many cases pass.
    pub(super) fn passed(&self) -> usize {
        self.proofs.iter().filter(|proof| proof.passes()).count()
    }

    /// How many errors and remarks there are, those of cases not counted.
    pub(super) fn counts(&self) -> (usize, usize) {
        let errors = self.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
        (errors, self.diagnostics.len() - errors)
    }

    /// How many rules the bundle has.
    pub(super) fn rules(&self) -> usize {
        self.plan.as_ref().map_or(0, |plan| plan.bundle.all_rules().len())
    }

    /// The faults of a case and the expectations that it does not meet.
    pub(super) fn failures(proof: &Proof) -> Vec<Diagnostic> {
        let misses = proof.misses.iter().map(|miss| miss.to_diagnostic(&proof.name));
        proof.faults.iter().cloned().chain(misses).collect()
    }

    /// How a case came to its result, in words.
    pub(super) fn explanation(&self, proof: &Proof, lang: Lang) -> Option<Explanation> {
        let (plan, result) = (self.plan.as_ref()?, proof.results.first()?);
        let evidence = result.findings.iter().flat_map(|finding| &finding.evidence);
        Some(explain_in(
            lang,
            &Filed::of(result, &plan.bundle.dictionary),
            &plan.bundle,
            evidence.map(|evidence| evidence.record.as_ref()),
            &Late::default(),
        ))
    }
}
