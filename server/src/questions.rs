//! Questions: rows that are about the same fact as a stored record and say something else, kept until a person decides.
//!
//! Enters: the conflicts of an upload whose other rows were stored. Leaves: a [`Question`] for each, with both sides; and once it
//! is [`settle`]d, what was decided, by whom and why. Nothing is thrown away: a settled question stays. Next:
//! [`crate::upload`].

use liuwu_engine::period::Date;
use serde::{Deserialize, Serialize};

use crate::remit::{NotAdmitted, Remit};
use crate::store::transfer::RecordText;
use crate::store::{Act, BatchId, NewBatch, Paper, RecordId, RecordRow, Store, StoreError};

/// The folder in which they are kept.
const FOLDER: &str = "questions";
/// Papers read at a time.
const PAGE: usize = 500;
/// Digits of the name of a paper, so that names are in the order of numbers.
const DIGITS: usize = 12;
/// The note in a batch that says of which question it is.
const NOTE: &str = "question";
/// Newest batches among which that of an answer is looked for after an interruption.
const RECENT: usize = 50;

/// A row that contradicts a stored record.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Its number.
    pub number: u64,
    /// What was handed in.
    pub row: RecordRow,
    /// The stored record.
    pub known: RecordId,
    /// Who handed it in and when; why is what the upload said of itself.
    pub asked: Act,
    /// The day from which it would count as known.
    pub received_on: Date,
    /// What was decided.
    pub settled: Option<Settled>,
}

/// What is decided about a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The stored record is right: the row is not stored.
    KeepStored,
    /// The row is right: it stands in the place of the stored record.
    TakeNew,
    /// They are two facts: both count.
    KeepBoth,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// Which.
    pub answer: Answer,
    /// By whom, when and why.
    pub act: Act,
    /// The batch that stored the row, when it was stored.
    pub batch: Option<BatchId>,
}

/// Why a question is not settled.
#[derive(Debug, thiserror::Error)]
pub enum QuestionError {
    /// The store failed, or the stored record does not count any more.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// One side of it is somebody else's.
    #[error(transparent)]
    NotAdmitted(#[from] NotAdmitted),
    /// There is none of that number.
    #[error("there is no question {0}")]
    Missing(u64),
    /// Somebody has decided already.
    #[error("question {0} is settled")]
    Settled(u64),
}

/// A question as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    row: RecordText,
    known: RecordId,
    asked: Act,
    received_on: Date,
    settled: Option<Settled>,
}

impl Question {
    fn to_paper(&self) -> Result<Paper, StoreError> {
        let kept = Kept {
            row: self.row.clone().into(),
            known: self.known,
            asked: self.asked.clone(),
            received_on: self.received_on,
            settled: self.settled.clone(),
        };
        let body = serde_json::to_vec(&kept).map_err(|error| StoreError::Io(error.to_string()))?;
        Ok(Paper::new(FOLDER, name_of(self.number), body))
    }

    fn read(name: &str, body: &[u8]) -> Option<Question> {
        let kept: Kept = serde_json::from_slice(body).ok()?;
        Some(Question {
            number: name.parse().ok()?,
            row: kept.row.into(),
            known: kept.known,
            asked: kept.asked,
            received_on: kept.received_on,
            settled: kept.settled,
        })
    }

    fn asks_the_same(&self, row: &RecordRow, known: RecordId) -> bool {
        let content = |row: &RecordRow| (row.unit.clone(), row.kind.clone(), row.date, row.number.clone());
        self.settled.is_none()
            && self.known == known
            && content(&self.row) == content(row)
            && self.row.fields == row.fields
    }
}

fn name_of(number: u64) -> String {
    format!("{number:0DIGITS$}")
}

/// Keeps conflicts as questions: what was handed in, and the stored record it contradicts. One that is asked already is not
/// asked again. Gives the numbers of those that are new. Nobody else may raise, settle or blank meanwhile.
///
/// # Errors
/// The store's.
pub fn raise(
    store: &dyn Store,
    conflicts: Vec<(RecordRow, RecordId)>,
    asked: &Act,
    received_on: Date,
) -> Result<Vec<u64>, StoreError> {
    if conflicts.is_empty() {
        return Ok(Vec::new());
    }
    let kept = papers(store)?;
    // One that cannot be read has its number nevertheless.
    let mut next = kept.last().map_or(1, |(number, _)| number + 1);
    let known: Vec<Question> = kept.into_iter().filter_map(|(_, question)| question).collect();
    let (mut papers, mut raised) = (Vec::new(), Vec::new());
    for (row, stored) in conflicts {
        if known.iter().any(|question| question.asks_the_same(&row, stored)) {
            continue;
        }
        let question = Question { number: next, row, known: stored, asked: asked.clone(), received_on, settled: None };
        papers.push(question.to_paper()?);
        raised.push(next);
        next += 1;
    }
    store.file_papers(papers)?;
    Ok(raised)
}

/// Takes back questions that were raised for an upload which was not stored after all.
///
/// # Errors
/// The store's.
pub fn drop_raised(store: &dyn Store, raised: &[u64]) -> Result<(), StoreError> {
    store.file_papers(raised.iter().map(|number| Paper::gone(FOLDER, name_of(*number))).collect())
}

/// All questions, by rising number.
///
/// # Errors
/// The store's.
pub fn all(store: &dyn Store) -> Result<Vec<Question>, StoreError> {
    Ok(papers(store)?.into_iter().filter_map(|(_, question)| question).collect())
}

/// The number of every question there is, rising, with what it says; none: it cannot be read.
fn papers(store: &dyn Store) -> Result<Vec<(u64, Option<Question>)>, StoreError> {
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = store.papers(FOLDER, after.as_deref(), PAGE)?;
        after = page.last().map(|(name, _)| name.clone());
        let full = page.len() == PAGE;
        let read = |(name, body): &(String, Vec<u8>)| Some((name.parse().ok()?, Question::read(name, body)));
        found.extend(page.iter().filter_map(read));
        if !full {
            return Ok(found);
        }
    }
}

/// One question.
///
/// # Errors
/// [`QuestionError::Missing`].
pub fn one(store: &dyn Store, number: u64) -> Result<Question, QuestionError> {
    let name = name_of(number);
    let body = store.paper(FOLDER, &name)?;
    body.and_then(|body| Question::read(&name, &body)).ok_or(QuestionError::Missing(number))
}

/// Settles a question. What is stored by it is a batch of its own, which can be undone like any other. Nobody else may raise,
/// settle or blank meanwhile.
///
/// # Errors
/// [`QuestionError::Settled`]; [`QuestionError::NotAdmitted`]; [`Conflict::NotInForce`](crate::store::Conflict::NotInForce) when
/// the stored record was corrected or taken back in the meantime.
pub fn settle(
    store: &dyn Store,
    remit: &Remit,
    number: u64,
    answer: Answer,
    act: Act,
) -> Result<Question, QuestionError> {
    let mut question = one(store, number)?;
    if question.settled.is_some() {
        return Err(QuestionError::Settled(number));
    }
    let supersedes = match answer {
        Answer::KeepStored | Answer::KeepBoth => None,
        Answer::TakeNew => Some(question.known),
    };
    let batch = match answer {
        Answer::KeepStored => None,
        Answer::TakeNew | Answer::KeepBoth => {
            let mut batch = NewBatch::new(act.at, act.by.clone(), act.why.clone());
            batch.files = vec![question.row.source.file.to_string()];
            batch.records = vec![RecordRow { supersedes, ..question.row.clone() }];
            batch.notes.insert(NOTE.to_owned(), number.to_string());
            Some(remit.admit(store, batch)?.store(store)?)
        }
    };
    question.settled = Some(Settled { answer, act, batch });
    store.file_papers(vec![question.to_paper()?])?;
    Ok(question)
}

/// Settles the questions whose answer was stored just before an interruption, as they were answered; gives their numbers, each with
/// the batch that stored the answer, for the log.
///
/// # Errors
/// The store's.
pub fn finish_interrupted(store: &dyn Store) -> Result<Vec<(u64, BatchId)>, StoreError> {
    let (mut papers, mut finished) = (Vec::new(), Vec::new());
    for batch in store.batches(None, RECENT)?.into_iter().filter(|batch| batch.withdrawn.is_none()) {
        let number = batch.notes.get(NOTE).and_then(|number| number.parse().ok());
        let question = match number.map(|number| one(store, number)) {
            Some(Ok(question)) if question.settled.is_none() => question,
            Some(Err(QuestionError::Store(error))) => return Err(error),
            _ => continue,
        };
        let answer = match batch.counts.superseded {
            0 => Answer::KeepBoth,
            _ => Answer::TakeNew,
        };
        let act = Act { by: batch.by, at: batch.at, why: batch.what };
        finished.push((question.number, batch.id));
        papers.push(Question { settled: Some(Settled { answer, act, batch: Some(batch.id) }), ..question }.to_paper()?);
    }
    if !papers.is_empty() {
        store.file_papers(papers)?;
    }
    Ok(finished)
}

/// Blanks the rows of questions where `change` says so; gives how many. Nothing is written unless it is meant. Nobody
/// else may raise or settle meanwhile.
///
/// # Errors
/// The store's.
pub fn blank(
    store: &dyn Store,
    really: bool,
    change: &mut dyn FnMut(Date, &mut RecordRow) -> bool,
) -> Result<u64, StoreError> {
    let mut papers = Vec::new();
    for mut question in all(store)? {
        if change(question.received_on, &mut question.row) {
            papers.push(question.to_paper()?);
        }
    }
    let changed = papers.len() as u64;
    if really && changed > 0 {
        store.file_papers(papers)?;
    }
    Ok(changed)
}
