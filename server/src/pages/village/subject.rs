//! Everything known of the village that a page is about: what its reader may see of its result, and the records behind what is
//! shown in full.
//!
//! Enters: [`Results`] and the store. Leaves: a [`Subject`], from which the parts of the page are filled. Next: [`super::clauses`].

use std::sync::Arc;

use liuwu_engine::assess::Exemption;
use liuwu_engine::bundle::Better;
use liuwu_engine::coverage::{Coverage, Statement};
use liuwu_engine::dictionary::Public;
use liuwu_engine::number::Number;
use liuwu_engine::record::Record;

use crate::disclosure::{Lens, Reader, Shown, ShownEvidence, ShownFinding};
use crate::error::Problem;
use crate::explanation::exempt::Exempt;
use crate::explanation::late::{self, Lateness, Watch};
use crate::pages::missing::{self, Missing};
use crate::pages::results::Results;
use crate::pages::standard::Standard;
use crate::pages::words::Language;
use crate::records::record_of;
use crate::state::App;
use crate::store::{RecordId, Run};
use crate::succession;
use crate::trace::Traces;

/// Everything known of a village.
pub(super) struct Subject<'a> {
    pub(super) results: &'a Results,
    pub(super) standard: Standard<'a>,
    pub(super) language: Language,
    /// Through what it is looked at.
    pub(super) lens: Lens,
    /// Its result as far as it may be seen.
    pub(super) shown: Arc<Shown>,
    /// The same with the places of its evidence, by which the records are found. Nothing else of it goes on the page.
    staff: Arc<Shown>,
    /// Its records and those of the units that it has succeeded.
    records: Traces<KnownRecord>,
    /// Why findings of it do not count.
    exempt: Exempt,
    /// The results that were public before these, for the same period.
    pub(super) published: Option<Published>,
    /// What has been handed in.
    pub(super) coverage: Coverage,
}

/// A record that a result can rest on.
struct KnownRecord {
    record: Record,
    id: RecordId,
    /// How it came late, if it did.
    late: Option<Lateness>,
}

impl<'a> Subject<'a> {
    /// Gathers what is known of a village. It blocks.
    ///
    /// # Errors
    /// [`Problem::Absent`] when the results have no such village; the store's own.
    pub(super) fn load(
        app: &App,
        results: &'a Results,
        code: &str,
        lens: Lens,
        language: Language,
    ) -> Result<Self, Problem> {
        let absent = || Problem::Absent("村社", "village", code.to_owned());
        results.units().find(|shown| shown.unit == code).ok_or_else(absent)?;
        let view = &results.view;
        let shown = app.shown(&view.run, view.period, code, &lens)?.ok_or_else(absent)?;
        let staff = view.shared(code, Reader::Staff).ok_or_else(absent)?;
        let as_of = results.view.run.as_of;
        let mut subject = Self {
            results,
            standard: results.standard(),
            language,
            lens,
            shown,
            staff,
            records: Traces::default(),
            exempt: Exempt::of(app.store(), view.units.all(), code, as_of)?,
            published: published(app, results, code)?,
            coverage: Coverage::default(),
        };
        let dictionary = &subject.standard.bundle.dictionary;
        let watch = Watch::of(app.store(), subject.standard.bundle, &view.run, view.period)?;
        let units = &results.view.units;
        let old = succession::in_force(units.all(), as_of);
        let inherited = old.keys().filter(|unit| succession::heir(&old, unit) == Some(code)).map(String::as_str);
        for unit in std::iter::once(code).chain(inherited) {
            for stored in app.store().facts_of(unit, as_of)?.records {
                let Some(kind) = dictionary.kinds.get(&stored.kind) else { continue };
                // A record that no longer fits its kind is evidence of nothing that this page shows.
                if let Ok(record) = record_of(kind, dictionary, &stored) {
                    let late = watch.lateness(&stored)?;
                    let known = KnownRecord { record: record.clone(), id: stored.id, late };
                    subject.records.keep(&record, dictionary, known);
                }
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
    pub(super) fn findings_of<'s>(&'s self, rule: &'s str) -> impl Iterator<Item = (usize, &'s ShownFinding)> {
        self.shown.findings.iter().enumerate().filter(move |(_, finding)| finding.rule == rule)
    }

    /// What a rule that could not be checked is missing.
    pub(super) fn missing(&self, rule: &str) -> Missing<'a> {
        let disclosure = &self.results.view.edition.disclosure;
        missing::of_rule(&self.standard, disclosure, &self.lens, &self.shown, rule, self.language)
    }

    /// Why a rule does not apply.
    pub(super) fn remark(&self, rule: &str) -> Option<String> {
        let remark = self.shown.remarks.iter().find(|remark| remark.about.as_ref() == rule)?;
        Some(match self.language {
            Language::Chinese => remark.zh.clone(),
            Language::English => remark.en.clone(),
        })
    }

    /// Why a finding does not count, for those who may be told.
    pub(super) fn exemption(&self, place: usize, finding: &ShownFinding) -> Option<&Exemption> {
        if !self.lens.tells_exemption_of(self.standard.rule(&finding.rule)) {
            return None;
        }
        let evidence = self.evidence_of(place).iter().map(|evidence| (evidence.date, evidence.number.as_deref()));
        self.exempt.of_finding(&finding.rule, evidence, self.results.period())
    }

    /// The kinds of record that a finding rests on.
    pub(super) fn kinds_of(&self, place: usize) -> Vec<&str> {
        self.evidence_of(place).iter().map(|evidence| evidence.kind.as_str()).collect()
    }

    /// The records that a finding shown in full rests on, as far as they may be seen in full; in the order of its evidence.
    pub(super) fn records_of(&self, place: usize) -> Vec<Option<&Record>> {
        self.known_of(place).into_iter().map(|known| known.map(|known| &known.record)).collect()
    }

    /// How records came late (补报), where they did; in the order of [`Self::records_of`].
    pub(super) fn lateness_of(&self, place: usize) -> Vec<Option<Lateness>> {
        self.known_of(place).into_iter().map(|known| known.and_then(|known| known.late)).collect()
    }

    /// The stored records of a page for staff, which lead to them; in the order of [`Self::records_of`].
    pub(super) fn ids_of(&self, place: usize) -> Vec<Option<RecordId>> {
        if !self.lens.is_internal() {
            return Vec::new();
        }
        self.known_of(place).into_iter().map(|known| known.map(|known| known.id)).collect()
    }

    fn known_of(&self, place: usize) -> Vec<Option<&KnownRecord>> {
        let disclosure = &self.results.view.edition.disclosure;
        let is_open = |kind: &str| disclosure.kind_through(&self.lens, kind) == Public::Full;
        let record = |evidence: &ShownEvidence| {
            let known = self.records.find(&evidence.trace());
            known.filter(|_| is_open(&evidence.kind))
        };
        let in_full = self.shown.findings.get(place).is_some_and(|finding| finding.reason.is_some());
        if in_full { self.evidence_of(place).iter().map(record).collect() } else { Vec::new() }
    }

    /// The evidence of a finding with its places. Findings of a rule shown in full stand in the same order for every reader;
    /// of other rules the first one is taken, which has the same kinds.
    fn evidence_of(&self, place: usize) -> &[ShownEvidence] {
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

/// What was public before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Published {
    /// The run.
    pub(super) run: Run,
    /// The score it gave the village.
    pub(super) score: Option<Number>,
}

/// The newest results for the period that are public and older than those shown. It blocks.
fn published(app: &App, results: &Results, code: &str) -> Result<Option<Published>, Problem> {
    let (run, period) = (&results.view.run, results.period());
    let Some(before) = late::published_before(app.store(), run, period)? else { return Ok(None) };
    let view = app.view(&before, period)?;
    let score = view.of(code, Reader::Public).and_then(|shown| shown.score);
    Ok(Some(Published { run: before, score }))
}
