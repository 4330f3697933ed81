//! Scripts that answer with one value: whether a unit takes part, a figure.

use super::{Asked, Pass, Why};
use crate::assess::plan::FigurePlan;
use crate::assess::steps::Step;
use crate::script::{Datum, Ended, Failure, Interpreter};

impl Pass {
    /// A script that answers true or false.
    pub(super) fn decide(&self, ended: Ended) -> Result<Result<bool, Why>, Failure> {
        settle(ended.value).map(|value| {
            value.and_then(|datum| {
                datum.as_bool().ok_or_else(|| {
                    let (zh, en) = datum.describe();
                    (format!("应得到是或否,得到的是{zh}"), format!("must give true or false, gave {en}"))
                })
            })
        })
    }

    pub(super) fn ask_whether_it_takes_part(
        &self,
        interpreter: &mut Interpreter,
        place: usize,
    ) -> Result<Result<bool, Why>, Failure> {
        match &self.stage.pipeline.takes_part {
            Some(program) => {
                let asked = Asked { step: Step::TakesPart, program, about: "takes_part", compare: None, subject: None };
                self.decide(self.execute(interpreter, place, asked))
            }
            None => Ok(Ok(true)),
        }
    }

    pub(super) fn figure(
        &self,
        interpreter: &mut Interpreter,
        step: Step,
        figure: &FigurePlan,
        place: usize,
    ) -> Result<Result<Datum, Why>, Failure> {
        let FigurePlan { id, program, compare, .. } = figure;
        let asked = Asked { step, program, about: id, compare: compare.as_ref(), subject: None };
        let value = settle(self.execute(interpreter, place, asked).value)?;
        // What cannot be kept as a result is no figure, also for the scripts below.
        Ok(value.and_then(|datum| match datum.to_value() {
            Ok(_) => Ok(datum),
            Err(failure) => Err(why(failure)),
        }))
    }
}

/// The value, or why there is none; calling off passes through.
pub(super) fn settle(value: Result<Datum, Failure>) -> Result<Result<Datum, Why>, Failure> {
    match value {
        Ok(datum) => Ok(Ok(datum)),
        Err(Failure::CalledOff) => Err(Failure::CalledOff),
        Err(failure) => Ok(Err(why(failure))),
    }
}

pub(super) fn why(failure: Failure) -> Why {
    match failure {
        Failure::CannotCheck { zh, en } => (zh, en),
        Failure::NotApplicable(reason) => (reason.clone(), reason),
        Failure::CalledOff => ("已中止".to_owned(), "called off".to_owned()),
    }
}
