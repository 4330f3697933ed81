//! Everything known of the village that a page is about: what the public may see of its result, and the records behind what it
//! may see in full.
//!
//! Enters: [`Results`] and the store. Leaves: a [`Subject`], from which the parts of the page are filled. Next: [`super::clauses`].

use std::collections::HashMap;

use liuwu_engine::bundle::Better;
use liuwu_engine::coverage::{Coverage, Statement};
use liuwu_engine::dictionary::Public;
use liuwu_engine::number::Number;
use liuwu_engine::record::Record;

use crate::disclosure::{Reader, Shown, ShownEvidence, ShownFinding};
use crate::error::Problem;
use crate::pages::missing::{self, Missing};
use crate::pages::results::Results;
use crate::pages::standard::Standard;
use crate::pages::words::Language;
use crate::records::record_of;
use crate::state::App;

/// Everything known of a village.
pub(super) struct Subject<'a> {
    pub(super) results: &'a Results,
    pub(super) standard: Standard<'a>,
    pub(super) language: Language,
    /// Its result as the public may see it.
    pub(super) shown: &'a Shown,
    /// The same with the places of its evidence, by which the records are found. Nothing else of it goes on the page.
    staff: &'a Shown,
    /// Its records, by kind and place.
    records: HashMap<(String, String), Record>,
    /// What has been handed in.
    pub(super) coverage: Coverage,
}

impl<'a> Subject<'a> {
    /// Gathers what is known of a village. It blocks.
    ///
    /// # Errors
    /// [`Problem::Absent`] when the results have no such village; the store's own.
    pub(super) fn load(app: &App, results: &'a Results, code: &str, language: Language) -> Result<Self, Problem> {
        let absent = || Problem::Absent("村社", "village", code.to_owned());
        let shown = results.units().find(|shown| shown.unit == code).ok_or_else(absent)?;
        let staff = results.view.of(code, Reader::Staff).ok_or_else(absent)?;
        let as_of = results.view.run.as_of;
        let mut subject = Self {
            results,
            standard: results.standard(),
            language,
            shown,
            staff,
            records: HashMap::new(),
            coverage: Coverage::default(),
        };
        let dictionary = &subject.standard.bundle.dictionary;
        for stored in app.store().facts_of(code, as_of)?.records {
            let Some(kind) = dictionary.kinds.get(&stored.kind) else { continue };
            // A record that no longer fits its kind is evidence of nothing that this page shows.
            if let Ok(record) = record_of(kind, dictionary, &stored) {
                subject.records.insert((stored.kind.clone(), stored.source.to_line()), record);
            }
        }
        let statements = app.store().statements(as_of)?.into_iter().map(|received| received.item);
        subject.coverage = Coverage::new(statements.map(|said| Statement {
            kind: said.kind,
            area: said.area,
            from: said.from,
            to: said.to,
            nil: said.nil,
        }));
        Ok(subject)
    }

    /// The findings of a rule, each with its place among all.
    pub(super) fn findings_of<'s>(&'s self, rule: &'s str) -> impl Iterator<Item = (usize, &'a ShownFinding)> + 's {
        self.shown.findings.iter().enumerate().filter(move |(_, finding)| finding.rule == rule)
    }

    /// What a rule that could not be checked is missing.
    pub(super) fn missing(&self, rule: &str) -> Missing<'a> {
        let disclosure = &self.results.view.edition.disclosure;
        missing::of_rule(&self.standard, disclosure, self.shown, rule, self.language)
    }

    /// Why a rule does not apply.
    pub(super) fn remark(&self, rule: &str) -> Option<String> {
        let remark = self.shown.remarks.iter().find(|remark| remark.about.as_ref() == rule)?;
        Some(match self.language {
            Language::Chinese => remark.zh.clone(),
            Language::English => remark.en.clone(),
        })
    }

    /// The kinds of record that a finding rests on.
    pub(super) fn kinds_of(&self, place: usize) -> Vec<&'a str> {
        self.evidence_of(place).iter().map(|evidence| evidence.kind.as_str()).collect()
    }

    /// The records that a finding shown in full rests on, as far as the public may see them in full; in the order of its
    /// evidence.
    pub(super) fn records_of(&self, place: usize) -> Vec<Option<&Record>> {
        let disclosure = &self.results.view.edition.disclosure;
        let record = |evidence: &ShownEvidence| {
            let place = evidence.place.clone().filter(|_| disclosure.of_kind(&evidence.kind) == Public::Full)?;
            self.records.get(&(evidence.kind.clone(), place))
        };
        let in_full = self.shown.findings.get(place).is_some_and(|finding| finding.reason.is_some());
        if in_full { self.evidence_of(place).iter().map(record).collect() } else { Vec::new() }
    }

    /// The evidence of a finding with its places. Findings of a rule shown in full stand in the same order for every reader;
    /// of other rules the first one is taken, which has the same kinds.
    fn evidence_of(&self, place: usize) -> &'a [ShownEvidence] {
        let Some(finding) = self.shown.findings.get(place) else { return &[] };
        let before = self.shown.findings.iter().take(place).filter(|other| other.rule == finding.rule).count();
        let mut same = self.staff.findings.iter().filter(|other| other.rule == finding.rule);
        same.nth(before).map(|finding| finding.evidence.as_slice()).unwrap_or_default()
    }

    /// Whether points make the score worse.
    pub(super) fn is_loss(&self, points: Number) -> bool {
        match self.standard.bundle.assess.better {
            Better::Higher => points.is_negative(),
            Better::Lower => !points.is_negative() && !points.is_zero(),
        }
    }
}
