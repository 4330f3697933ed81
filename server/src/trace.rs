//! How the record that a result rests on is found again among those of its unit.
//!
//! Enters: evidence as a result names it, and the records known of a unit. Leaves: the record, or none. Where it was read does not
//! tell a record from others: whoever pushes one at a time has each in line 1, and every town has a 重大隐患.xlsx of its own. So
//! evidence goes by the [`Mark`] of what the record says. Next: [`crate::scoring`].

use std::borrow::Cow;
use std::collections::HashMap;

use liuwu_engine::dictionary::Dictionary;
use liuwu_engine::period::Date;
use liuwu_engine::record::{Mark, Record, Source};

use crate::filed::FiledEvidence;

/// What a result says of a record that it rests on.
#[derive(Debug, Clone)]
pub struct Trace<'e> {
    /// The kind.
    pub kind: &'e str,
    /// The date.
    pub date: Date,
    /// The source's own number.
    pub number: Option<&'e str>,
    /// The mark of what it says; none in results of earlier programs.
    pub mark: Option<Mark>,
    /// File, sheet and row, where the reader is told.
    pub place: Option<Cow<'e, str>>,
}

impl FiledEvidence {
    /// By what its record is found again.
    pub fn trace(&self) -> Trace<'_> {
        Trace {
            kind: &self.kind,
            date: self.date,
            number: self.id.as_deref(),
            mark: self.mark,
            place: Some(Cow::Owned(self.place())),
        }
    }
}

/// What somebody keeps of the records that the results of one unit can rest on.
#[derive(Debug, Clone)]
pub struct Traces<T>(HashMap<(String, Date), Vec<Traced<T>>>);

#[derive(Debug, Clone)]
struct Traced<T> {
    mark: Mark,
    number: Option<String>,
    source: Source,
    kept: T,
}

impl<T> Default for Traces<T> {
    fn default() -> Self {
        Traces(HashMap::new())
    }
}

impl<T> Traces<T> {
    /// Keeps something of a record, as the edition with this dictionary reads it.
    pub fn keep(&mut self, record: &Record, dictionary: &Dictionary, kept: T) {
        let traced = Traced {
            mark: Mark::of_content(record, dictionary),
            number: record.id.as_deref().map(str::to_owned),
            source: record.source.clone(),
            kept,
        };
        self.0.entry((record.kind.id.to_string(), record.date)).or_default().push(traced);
    }

    /// What was kept of the record of a trace. Of records that say the same, personal texts aside, it is the one read at the
    /// place that is named, or else the first. Without a mark it is found only if no other record can be meant.
    pub fn find(&self, trace: &Trace<'_>) -> Option<&T> {
        let of_day = self.0.get(&(trace.kind.to_owned(), trace.date))?;
        let stands_there = |one: &Traced<T>| trace.place.as_deref().is_some_and(|place| one.source.to_line() == place);
        let found = match trace.mark {
            Some(mark) => {
                let mut alike = of_day.iter().filter(|one| one.mark == mark);
                let first = alike.next()?;
                if stands_there(first) { first } else { alike.find(|one| stands_there(one)).unwrap_or(first) }
            }
            None => {
                let is_meant = |one: &&Traced<T>| {
                    one.number.as_deref() == trace.number && (trace.place.is_none() || stands_there(one))
                };
                let mut meant = of_day.iter().filter(is_meant);
                meant.next().filter(|_| meant.next().is_none())?
            }
        };
        Some(&found.kept)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use liuwu_engine::bundle;
    use liuwu_engine::dictionary::read::{Raw, RawRecord, Strictness};

    use super::*;

    const BUNDLE: &str = "bundle: b\nedition: '1'\ntitle: t\nassess: {unit: village, within: [town, county], period: year}\n\
                          score: '1'\nrecords:\n  hazard: {title: 隐患, fields: {name: {type: text}, \
                          reporter: {type: text, personal: name, optional: true}}}\n";

    fn dictionary() -> Dictionary {
        bundle::read("b.yaml", BUNDLE).unwrap().0.dictionary
    }

    /// A hazard that a platform pushed, by its place in the push.
    fn pushed(dictionary: &Dictionary, row: u32, fields: &[(&str, &str)]) -> Record {
        let fields = [("date", "2020-03-01")].iter().chain(fields);
        let raw = fields.map(|(name, value)| ((*name).to_owned(), Raw::Text((*value).to_owned())));
        let source = Source::line(&Arc::from("安监平台"), row);
        Record::read(&dictionary.kinds["hazard"], dictionary, &RawRecord::new(raw), source, Strictness::Data).unwrap()
    }

    fn traces<'r>(dictionary: &Dictionary, records: &'r [Record]) -> Traces<&'r Record> {
        let mut traces = Traces::default();
        records.iter().for_each(|record| traces.keep(record, dictionary, record));
        traces
    }

    fn trace<'e>(record: &'e Record, mark: Option<Mark>) -> Trace<'e> {
        Trace {
            kind: &record.kind.id,
            date: record.date,
            number: record.id.as_deref(),
            mark,
            place: Some(Cow::Owned(record.source.to_line())),
        }
    }

    #[test]
    fn records_of_one_place_are_found_each_by_itself() {
        let dictionary = dictionary();
        let records = ["作坊", "五金店"].map(|name| pushed(&dictionary, 1, &[("name", name)]));
        let traces = traces(&dictionary, &records);
        for record in &records {
            let marked = trace(record, Some(Mark::of_content(record, &dictionary)));
            assert_eq!(traces.find(&marked).unwrap().values, record.values);
            let untold = Trace { place: None, ..marked };
            assert_eq!(traces.find(&untold).unwrap().values, record.values);
        }
    }

    #[test]
    fn without_a_mark_nothing_is_found_that_could_be_another() {
        let dictionary = dictionary();
        let records =
            [("作坊", 1), ("五金店", 1), ("茶馆", 2)].map(|(name, row)| pushed(&dictionary, row, &[("name", name)]));
        let traces = traces(&dictionary, &records);
        assert!(traces.find(&trace(&records[0], None)).is_none());
        assert_eq!(traces.find(&trace(&records[2], None)).unwrap().values, records[2].values);
        let untold = Trace { place: None, ..trace(&records[2], None) };
        assert!(traces.find(&untold).is_none(), "three of the day could be meant");
        let of_another_number = Trace { number: Some("Y1"), ..trace(&records[2], None) };
        assert!(traces.find(&of_another_number).is_none());
    }

    #[test]
    fn what_differs_in_personal_texts_alone_goes_by_its_place() {
        let dictionary = dictionary();
        let told = |row, name| pushed(&dictionary, row, &[("name", "作坊"), ("reporter", name)]);
        let records = [told(1, "张三"), told(2, "李四")];
        let traces = traces(&dictionary, &records);
        for record in &records {
            let found = traces.find(&trace(record, Some(Mark::of_content(record, &dictionary)))).unwrap();
            assert_eq!(found.values, record.values);
        }
    }
}
