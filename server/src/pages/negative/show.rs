//! Serves `/negative-list?period=&town=&kind=` for anybody, and `/desk/negative-list` for those who see more: the villages and
//! matters on the lists that are followed up, as a whole page or, after a change of the filter, the entries alone.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use liuwu_engine::bundle::{Each, List};
use liuwu_engine::division::short_name;
use liuwu_engine::period::days_between;
use serde::Deserialize;

use super::{
    DepartmentMatters, EntryKind, Matter, Measure, NegativeFilter, NegativePage, Reason, Steps, TownChoice,
    VillageEntry,
};
use crate::disclosure::{Shown, ShownEntry, ShownEvidence};
use crate::error::Problem;
use crate::pages::due::Due;
use crate::pages::facts;
use crate::pages::frame::{Frame, Section};
use crate::pages::grounds;
use crate::pages::links;
use crate::pages::matters::{self, Records};
use crate::pages::results::Results;
use crate::pages::standard::Standard;
use crate::pages::visit::{Rendered, Visit};
use crate::prepared::Lasting;
use crate::state::App;

/// What may stand behind the question mark.
#[derive(Debug, Deserialize)]
pub struct Asked {
    period: Option<String>,
    town: Option<String>,
    kind: Option<String>,
}

/// The negative list.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn list(State(app): State<App>, visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let part = visit.wants_a_part();
    let page = app.blocking(move |app| {
        let results = Results::of(app, asked.period.as_deref())?;
        let frame = results.name_in(visit.frame(app, Section::Negative));
        let records = matters::records(app, &results)?;
        Ok(fill(&results, &records, frame, &asked))
    });
    Ok(Lasting(whole_or_part(page.await?, part)).into_response())
}

/// The same with everything that the visitor sees of it. That they look is noted.
///
/// # Errors
/// [`Problem::OutOfScope`] for those who see no more than anybody.
pub async fn list_in_full(
    State(app): State<App>,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<impl IntoResponse, Problem> {
    let part = visit.wants_a_part();
    let page = app.blocking(move |app| {
        let results = Results::in_full(app, visit.caller(), asked.period.as_deref(), "negative-list")?;
        let frame = results.name_in(visit.internal_frame(app, Section::Results));
        let records = matters::records(app, &results)?;
        Ok(fill(&results, &records, frame, &asked))
    });
    page.await.map(|page| ([(CACHE_CONTROL, "private, no-store")], whole_or_part(page, part)))
}

fn whole_or_part(page: NegativePage, part: bool) -> Response {
    if part { Rendered(page.as_entries()).into_response() } else { Rendered(page).into_response() }
}

fn fill(results: &Results, records: &Records, frame: Frame, asked: &Asked) -> NegativePage {
    let standard = results.standard();
    let filter = filter(results, asked);
    let in_town = |shown: &&Shown| {
        let above = results.above(&shown.unit);
        filter.town.as_deref().is_none_or(|town| above.is_some_and(|above| above.id == town))
    };
    let units: Vec<&Shown> = results.units().filter(in_town).collect();
    let writer = Writer { results, standard, records, frame: &frame };
    NegativePage {
        period: results.switch(frame.side().negative(), frame.language),
        other_side: results.other_side(&frame, |side| {
            format!("{}?period={}", side.negative(), links::escape(&results.period().name()))
        }),
        period_key: results.period().name(),
        villages: writer.villages(&units),
        departments: writer.departments(&units),
        steps: writer.standard.followed_up().map(steps).collect(),
        filter,
        frame,
    }
}

fn filter(results: &Results, asked: &Asked) -> NegativeFilter {
    let towns: Vec<TownChoice> = results
        .towns()
        .into_iter()
        .map(|(town, _)| TownChoice { name: short_name(&town.name), code: town.id.clone() })
        .collect();
    let known = |code: &&String| towns.iter().any(|town| town.code == **code);
    NegativeFilter {
        town: asked.town.as_ref().filter(known).cloned(),
        kind: asked.kind.as_deref().and_then(EntryKind::from_key),
        towns,
    }
}

/// What the standard says happens to the entries of a list.
fn steps(list: &List) -> Steps {
    let measure = |measure: &liuwu_engine::bundle::Measure| Measure {
        title: measure.title.clone(),
        within_days: measure.within_days,
        overdue_days: measure.when_overdue_days,
        state: None,
    };
    Steps { title: list.title.clone(), measures: list.follow_up.iter().map(measure).collect() }
}

/// Writes entries in words.
struct Writer<'a> {
    results: &'a Results,
    standard: Standard<'a>,
    records: &'a Records,
    frame: &'a Frame,
}

impl<'a> Writer<'a> {
    /// The units on lists of units.
    fn villages(&self, units: &[&Shown]) -> Vec<VillageEntry> {
        let lists: Vec<&List> = self.standard.followed_up_units().collect();
        let mut entries = Vec::new();
        for shown in units {
            let mut reasons: Vec<Reason> = Vec::new();
            for list in lists.iter().filter(|list| shown.lists.contains(&list.id)) {
                reasons.extend(grounds::of_unit(&self.standard, shown, list, self.frame.language));
            }
            if !reasons.is_empty() {
                entries.push(VillageEntry { place: self.results.place(&shown.unit), reasons, follow_up: None });
            }
        }
        entries
    }

    /// The matters on lists of records and findings, by department.
    fn departments(&self, units: &[&'a Shown]) -> Vec<DepartmentMatters> {
        let mut departments: BTreeMap<String, Vec<Matter>> = BTreeMap::new();
        for list in self.standard.followed_up().filter(|list| list.each != Each::Unit) {
            for shown in units {
                for (department, matter) in self.matters(list, shown) {
                    departments.entry(department).or_default().push(matter);
                }
            }
        }
        departments.into_iter().map(|(department, matters)| DepartmentMatters { department, matters }).collect()
    }

    /// The matters of one unit on a list, each with its department.
    fn matters(&self, list: &'a List, shown: &'a Shown) -> Vec<(String, Matter)> {
        let entries = shown.entries.iter().filter(|entry| entry.list == list.id);
        entries
            .map(|entry| match &entry.record {
                Some(evidence) => self.record(list, shown, evidence),
                None => self.finding_or_count(list, shown, entry),
            })
            .collect()
    }

    /// A matter of a kind that is seen in full.
    fn record(&self, list: &List, shown: &Shown, evidence: &ShownEvidence) -> (String, Matter) {
        let record = self.records.of(&shown.unit, evidence);
        let kind = self.standard.bundle.dictionary.kinds.get(&evidence.kind);
        let title = kind.map_or_else(|| evidence.kind.clone(), |kind| kind.title.clone());
        let name = record.and_then(facts::name).or_else(|| evidence.number.clone());
        let reason = record.map(facts::outline).unwrap_or_default().join(" · ");
        let matter = Matter {
            title: match name {
                Some(name) => self.frame.say("negative-matter").with("kind", title).with("name", name).to_string(),
                None => title,
            },
            place: self.results.place(&shown.unit),
            reason: Reason { text: reason, clause: list.title.clone() },
            due: record.and_then(facts::term).map(|date| self.due(date)),
            follow_up: None,
        };
        (matters::department(record, kind.map(AsRef::as_ref)), matter)
    }

    fn due(&self, date: Date) -> Due {
        Due { date, days_left: days_between(self.results.view.run.as_of, date) }
    }

    /// A finding, or what may be told of matters of which only the number is public.
    fn finding_or_count(&self, list: &List, shown: &Shown, entry: &ShownEntry) -> (String, Matter) {
        let finding = entry.finding.and_then(|place| shown.findings.get(place));
        let rule = finding.and_then(|finding| self.standard.rule(&finding.rule));
        let kinds = &self.standard.bundle.dictionary.kinds;
        let kind = match &list.each {
            Each::Record(ids) => ids.iter().find_map(|id| kinds.get(id)),
            Each::Unit | Each::Finding => None,
        };
        let count = entry.facts.or_else(|| finding.and_then(|finding| finding.facts));
        let counted = count.map(|count| {
            let count = self.frame.public_count(&count);
            self.frame.say("detail-count").with("count", count).to_string()
        });
        let department = rule.and_then(|rule| rule.department.clone());
        let matter = Matter {
            title: match (rule, kind) {
                (Some(rule), _) => rule.title.clone(),
                (None, Some(kind)) => kind.title.clone(),
                (None, None) => list.title.clone(),
            },
            place: self.results.place(&shown.unit),
            reason: Reason {
                text: finding.and_then(|finding| finding.reason.clone()).or(counted).unwrap_or_default(),
                clause: rule.and_then(|rule| rule.basis.clone()).unwrap_or_else(|| list.title.clone()),
            },
            due: None,
            follow_up: None,
        };
        (department.or_else(|| kind.and_then(|kind| kind.department.clone())).unwrap_or_default(), matter)
    }
}
