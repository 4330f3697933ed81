//! Questions that rows raised which contradict what is stored: who sees and settles them.
//!
//! Enters: a [`Custody`] and the answer of a person. Leaves: the question as it is settled, and the batch that follows from it.
//! Next: [`crate::gate`].

use super::Custody;
use crate::accounts::Permission;
use crate::audit::{Action, Note, Subject};
use crate::error::Problem;
use crate::questions::{self, Answer, Question, QuestionError};
use crate::store::Version;

impl Custody<'_> {
    /// The questions within reach, the open ones first, then by falling number.
    ///
    /// # Errors
    /// The store's.
    pub fn questions(&self) -> Result<Vec<Question>, Problem> {
        let mut found = Vec::new();
        for question in questions::all(self.app.store())? {
            if self.known_side(&question)?.is_some() {
                found.push(question);
            }
        }
        found.sort_by_key(|question| (question.settled.is_some(), std::cmp::Reverse(question.number)));
        Ok(found)
    }

    /// The questions that wait for the caller: open ones which he may settle, the newest first.
    ///
    /// # Errors
    /// The store's.
    pub fn waiting_questions(&self) -> Result<Vec<Question>, Problem> {
        let mut waiting = self.questions()?;
        waiting.retain(|question| question.settled.is_none() && self.may_settle(question));
        Ok(waiting)
    }

    /// The stored record of a question both sides of which are within reach.
    fn known_side(&self, question: &Question) -> Result<Option<Version>, Problem> {
        if !self.has_row(&question.row) {
            return Ok(None);
        }
        let known = self.app.store().record(question.known)?;
        Ok(Some(known).filter(|known| self.has_row(&known.record)))
    }

    /// One question within reach, and the stored record it is about.
    ///
    /// # Errors
    /// [`Problem::Absent`], [`Problem::OutOfScope`]; the store's.
    pub fn question(&self, number: u64) -> Result<(Question, Version), Problem> {
        let question = questions::one(self.app.store(), number)?;
        let known = self.known_side(&question)?.ok_or_else(|| Problem::OutOfScope(number.to_string()))?;
        Ok((question, known))
    }

    /// Whether the caller may settle a question at all.
    pub fn may_settle(&self, question: &Question) -> bool {
        self.caller.may(Permission::Correct) && self.remit.of_deed(&question.asked.by).is_ok()
    }

    /// Settles a question.
    ///
    /// # Errors
    /// Those of [`Self::question`], [`Problem::OtherHand`], [`Problem::Parameter`] without a reason; the store's.
    pub fn settle(&self, number: u64, answer: Answer, why: &str) -> Result<Question, Problem> {
        let act = self.act(why)?;
        self.remit.of_deed(&self.question(number)?.0.asked.by)?;
        let question = {
            let _alone = self.app.standing();
            questions::settle(self.app.store(), &self.remit, number, answer, act)?
        };
        self.app.has_written();
        if let Some(batch) = question.settled.as_ref().and_then(|settled| settled.batch) {
            self.app.audit().note(Note::done(self.caller, Action::Upload, Subject::of("batch", batch)))?;
        }
        self.app.audit().note(Note::done(self.caller, Action::Decide, Subject::of("question", number)))?;
        Ok(question)
    }
}

impl From<QuestionError> for Problem {
    fn from(error: QuestionError) -> Problem {
        match error {
            QuestionError::Store(error) => error.into(),
            QuestionError::NotAdmitted(error) => error.into(),
            QuestionError::Missing(number) => Problem::Absent("待核对的问题", "question", number.to_string()),
            QuestionError::Settled(number) => Problem::parameter(
                "question",
                format!("问题 {number} 已经有人处理"),
                format!("question {number} is settled already"),
            ),
        }
    }
}
