//! Whether records are new, known already, changed, or contradict what is known.
//!
//! Enters: the records of a file and those stored for the same kind. Leaves: a [`Verdict`] for each. A pure function over
//! slices: what is done about a verdict is the store's and the user's business.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use liuwu_engine::codes::files::STORED_CONFLICT;
use liuwu_engine::codes::sheet as codes;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::{Changes, Kind, Value};
use liuwu_engine::period::{Date, Time};
use liuwu_engine::record::Record;
use sha2::{Digest, Sha256};

use super::records::UnitRecord;

/// What a record is beside those that are known and those in the same file. The numbers are places in the slices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Not known yet.
    New,
    /// Known word for word: skipped.
    Same {
        /// The stored record.
        existing: usize,
    },
    /// Known with other content, and the newer stands: it supersedes the stored one.
    Update {
        /// The stored record.
        existing: usize,
    },
    /// Known in a state that reached a later time: skipped.
    Older {
        /// The stored record.
        existing: usize,
    },
    /// Known with other content: a person decides.
    Conflict {
        /// The stored record.
        existing: usize,
    },
    /// An earlier row of the file says the same word for word: skipped.
    Repeats {
        /// The earlier record.
        earlier: usize,
    },
    /// An earlier row of the file is about the same fact and says something else: a person decides.
    Contradicts {
        /// The earlier record.
        earlier: usize,
    },
    /// A later row of the file is about the same fact and stands: skipped. Where states are told apart by their own times,
    /// the row that reached the later time, wherever it stands.
    SupersededBy {
        /// The record that stands.
        later: usize,
    },
}

/// See [`fingerprint`].
pub type Fingerprint = [u8; 16];

/// What makes two records the same fact.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key<'a> {
    /// The source's own number.
    Number(&'a str),
    /// The parts named by the kind.
    Parts(Vec<Part<'a>>),
}

#[derive(Debug, PartialEq, Eq, Hash)]
enum Part<'a> {
    Unit(&'a str),
    Date(Date),
    Number(&'a str),
    Value(Option<&'a Value>),
}

/// Compares the records of a file with each other and with the stored ones of the kind.
pub fn compare(kind: &Kind, incoming: &[UnitRecord], existing: &[UnitRecord]) -> Vec<Verdict> {
    // Several stored records share a key where a person has decided that they are different facts.
    let mut stored: HashMap<Key, Vec<usize>> = HashMap::new();
    for (place, known) in existing.iter().enumerate() {
        stored.entry(key(kind, known)).or_default().push(place);
    }
    let mut verdicts: Vec<Verdict> = Vec::with_capacity(incoming.len());
    // The record of each fact that stands so far.
    let mut standing: HashMap<Key, usize> = HashMap::new();
    for (place, filed) in incoming.iter().enumerate() {
        let key = key(kind, filed);
        let earlier = standing.get(&key).copied().and_then(|at| incoming.get(at).map(|other| (at, other)));
        let verdict = match earlier.map(|(at, other)| (at, beside(kind, filed, other))) {
            Some((at, Beside::Same)) => Verdict::Repeats { earlier: at },
            Some((at, Beside::Contradicts)) => Verdict::Contradicts { earlier: at },
            Some((at, Beside::Outrun)) => Verdict::SupersededBy { later: at },
            Some((at, Beside::Newer)) => {
                if let Some(former) = verdicts.get_mut(at) {
                    *former = Verdict::SupersededBy { later: place };
                }
                beside_stored(kind, filed, stored.get(&key), existing)
            }
            None => beside_stored(kind, filed, stored.get(&key), existing),
        };
        let stands_back =
            matches!(verdict, Verdict::Repeats { .. } | Verdict::Contradicts { .. } | Verdict::SupersededBy { .. });
        if !stands_back {
            standing.insert(key, place);
        }
        verdicts.push(verdict);
    }
    verdicts
}

fn beside_stored(kind: &Kind, filed: &UnitRecord, places: Option<&Vec<usize>>, existing: &[UnitRecord]) -> Verdict {
    let Some((places, last)) = places.and_then(|places| Some((places, *places.last()?))) else { return Verdict::New };
    let beside = |place: usize| existing.get(place).map(|known| beside(kind, filed, known));
    if let Some(place) = places.iter().find(|place| beside(**place) == Some(Beside::Same)) {
        return Verdict::Same { existing: *place };
    }
    match beside(last) {
        Some(Beside::Outrun) => Verdict::Older { existing: last },
        Some(Beside::Newer) => Verdict::Update { existing: last },
        _ => Verdict::Conflict { existing: last },
    }
}

/// What a record says beside an earlier one about the same fact, of the same file or stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// The same word for word.
    Same,
    /// Something else, and the earlier one stands by its own times.
    Outrun,
    /// Something else, and it stands.
    Newer,
    /// Something else: a person decides.
    Contradicts,
}

/// What a record says beside an earlier one about the same fact.
pub fn beside(kind: &Kind, filed: &UnitRecord, earlier: &UnitRecord) -> Beside {
    if same(filed, earlier) {
        Beside::Same
    } else if kind.changes == Changes::Conflict {
        Beside::Contradicts
    } else if is_outrun(kind, filed, earlier) {
        Beside::Outrun
    } else {
        Beside::Newer
    }
}

/// Short digests by which facts are found again among many, within one process.
#[derive(Default)]
pub struct Digests(RandomState);

impl Digests {
    /// The digest of the fact that a record is about. Another fact may have the same: see [`is_same_fact`].
    pub fn of(&self, kind: &Kind, filed: &UnitRecord) -> u64 {
        self.0.hash_one(key(kind, filed))
    }
}

/// Whether two records of a kind are about the same fact.
pub fn is_same_fact(kind: &Kind, one: &UnitRecord, other: &UnitRecord) -> bool {
    key(kind, one) == key(kind, other)
}

/// Whether another state of the same fact stands by its own times, so that this one changes nothing whenever it arrives.
///
/// States are in one total order: by the latest time of a stage, by how many stages they tell of, and by their content. So the
/// state that stands is the greatest one of all that were ever told, in whatever order and however often they came.
fn is_outrun(kind: &Kind, filed: &UnitRecord, other: &UnitRecord) -> bool {
    !kind.stages.is_empty() && kind.changes == Changes::Latest && state_order(kind, filed, other) == Ordering::Less
}

fn state_order(kind: &Kind, one: &UnitRecord, other: &UnitRecord) -> Ordering {
    let reached = |filed: &UnitRecord| {
        let moments: Vec<Time> =
            kind.stages.iter().filter_map(|stage| filed.record.value(stage)).filter_map(moment).collect();
        (moments.iter().max().copied(), moments.len())
    };
    let by_stages = reached(one).cmp(&reached(other));
    // Those that rules cannot tell apart, since they differ in personal texts alone, have an order as well.
    let by_content = || one.record.order(&other.record).then_with(|| one.record.values.cmp(&other.record.values));
    by_stages.then_with(by_content).then_with(|| one.unit.cmp(&other.unit))
}

/// The moment of a step.
pub fn moment(value: &Value) -> Option<Time> {
    match value {
        Value::Time(time) => Some(*time),
        Value::Date(date) => Some(date.at(0, 0, 0, 0)),
        _ => None,
    }
}

/// What makes a record the fact it is, in few bytes: the same for two records of a kind just when they are about the same fact.
pub fn fingerprint(kind: &Kind, filed: &UnitRecord) -> Fingerprint {
    let digest: [u8; 32] = Sha256::digest(format!("{:?}", key(kind, filed))).into();
    digest.first_chunk().copied().unwrap_or_default()
}

fn same(one: &UnitRecord, other: &UnitRecord) -> bool {
    one.unit == other.unit && one.record.same_content(&other.record)
}

/// By the parts that the kind names; without any, by the number, or else by everything. A kind that names the number tells
/// records without one apart by everything, too.
fn key<'a>(kind: &Kind, filed: &'a UnitRecord) -> Key<'a> {
    let number = filed.record.id.as_deref();
    let names_number = kind.identity.iter().any(|name| name == "id");
    match number {
        Some(number) if kind.identity.is_empty() => Key::Number(number),
        None if kind.identity.is_empty() || names_number => Key::Parts(everything(filed)),
        _ => Key::Parts(kind.identity.iter().map(|name| part(name, filed)).collect()),
    }
}

fn part<'a>(name: &str, filed: &'a UnitRecord) -> Part<'a> {
    match name {
        "unit" => Part::Unit(&filed.unit),
        "date" => Part::Date(filed.record.date),
        "id" => Part::Number(filed.record.id.as_deref().unwrap_or_default()),
        field => Part::Value(filed.record.value(field)),
    }
}

fn everything(filed: &UnitRecord) -> Vec<Part<'_>> {
    let values = filed.record.values.iter().map(|value| Part::Value(value.as_ref()));
    [Part::Unit(&filed.unit), Part::Date(filed.record.date)].into_iter().chain(values).collect()
}

/// What the user should know about rows of one file that are about the same fact.
pub fn remarks(kind: &Kind, incoming: &[UnitRecord], verdicts: &[Verdict]) -> Vec<Diagnostic> {
    incoming.iter().zip(verdicts).filter_map(|(filed, verdict)| remark(kind, incoming, filed, *verdict)).collect()
}

/// What the user should know about one of them, if anything.
pub fn remark(kind: &Kind, incoming: &[UnitRecord], filed: &UnitRecord, verdict: Verdict) -> Option<Diagnostic> {
    match verdict {
        Verdict::Repeats { earlier } => Some(repeated(filed, incoming.get(earlier)?)),
        Verdict::SupersededBy { later } => Some(superseded(filed, incoming.get(later)?)),
        Verdict::Contradicts { earlier } => Some(contradicting(kind, filed, incoming.get(earlier)?)),
        Verdict::Older { .. } => Some(older(filed)),
        _ => None,
    }
}

/// That a row says the same as an earlier one.
pub fn repeated(filed: &UnitRecord, earlier: &UnitRecord) -> Diagnostic {
    let row = earlier.record.source.row;
    Diagnostic::new(&codes::REPEATED_ROW).with("row", row).at(place_of(&filed.record))
}

/// That another row about the same fact stands.
pub fn superseded(filed: &UnitRecord, standing: &UnitRecord) -> Diagnostic {
    let row = standing.record.source.row;
    Diagnostic::new(&codes::SUPERSEDED_ROW).with("row", row).at(place_of(&filed.record))
}

/// That a later state is stored already.
pub fn older(filed: &UnitRecord) -> Diagnostic {
    Diagnostic::new(&codes::OLDER_STATE).at(place_of(&filed.record))
}

/// That a row contradicts an earlier one.
pub fn contradicting(kind: &Kind, filed: &UnitRecord, earlier: &UnitRecord) -> Diagnostic {
    Diagnostic::new(&codes::CONTRADICTING_ROWS)
        .with("row", earlier.record.source.row)
        .with("fields", differences(kind, filed, earlier))
        .with("identity", titles(kind, &kind.identity))
        .at(place_of(&filed.record))
}

/// That a record contradicts the one that is stored.
pub fn contradiction(kind: &Kind, filed: &UnitRecord, known: &UnitRecord) -> Diagnostic {
    Diagnostic::new(&STORED_CONFLICT)
        .with("fields", differences(kind, filed, known))
        .with("known", known.record.source.to_line())
        .at(place_of(&filed.record))
}

/// Titles of what differs between two records.
pub fn differences(kind: &Kind, one: &UnitRecord, other: &UnitRecord) -> String {
    titles(kind, &different(kind, one, other))
}

/// Names of what differs between two records: `unit`, `date`, keys of fields.
pub fn different(kind: &Kind, one: &UnitRecord, other: &UnitRecord) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    if one.unit != other.unit {
        names.push("unit".to_owned());
    }
    if one.record.date != other.record.date {
        names.push("date".to_owned());
    }
    names.extend(kind.fields.keys().filter(|key| one.record.value(key) != other.record.value(key)).cloned());
    names
}

/// What names of parts of a record are called.
pub fn titles(kind: &Kind, names: &[String]) -> String {
    let title = |name: &String| match name.as_str() {
        "unit" => "村社".to_owned(),
        "date" => kind.date_title.clone(),
        "id" => "编号".to_owned(),
        field => kind.fields.get(field).map_or_else(|| field.to_owned(), |field| field.title.clone()),
    };
    let shown: Vec<String> = names.iter().map(title).collect();
    if shown.is_empty() { "编号".to_owned() } else { shown.join("、") }
}

/// The first cell of a record's row, or its line.
fn place_of(record: &Record) -> Location {
    let source = &record.source;
    let column = source.columns.as_ref().and_then(|columns| {
        let letters = ["id", "unit", "date"].into_iter().find_map(|name| columns.get(name));
        letters.or(columns.values().next())
    });
    match column {
        Some(column) => Location::Cell {
            file: Arc::clone(&source.file),
            sheet: source.sheet.clone(),
            cell: Arc::from(format!("{column}{}", source.row)),
        },
        None => Location::text(&source.file, source.row, 1),
    }
}
