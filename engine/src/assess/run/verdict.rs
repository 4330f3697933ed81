//! The score, its band and the rating.

use std::sync::Arc;

use super::decide::settle;
use super::{Asked, Pass, Why};
use crate::assess::stage::{Rated, ScoreResult, UnitState};
use crate::assess::steps::Step;
use crate::bundle::Rating;
use crate::number::Number;
use crate::script::{Datum, Failure, Interpreter};

impl Pass {
    pub(super) fn score(
        &self,
        interpreter: &mut Interpreter,
        state: &UnitState,
        place: usize,
    ) -> Result<ScoreResult, Failure> {
        let stage = &self.stage;
        if !state.is_taking_part() {
            return Ok(ScoreResult::default());
        }
        if stage.is_withheld(state) {
            return Ok(ScoreResult { withheld: true, ..ScoreResult::default() });
        }
        let failed = |why: Why| ScoreResult { withheld: true, failed: Some(why), ..ScoreResult::default() };
        let mut scripted = None;
        let score = match &stage.pipeline.score {
            // A roll-up adds nothing up by itself.
            None if !self.is_main() => None,
            None => match stage.total(state) {
                Ok(total) => Some(total.score),
                Err(error) => return Ok(failed((format!("计算出错:{error}"), error.to_string()))),
            },
            Some((program, compare)) => {
                let asked =
                    Asked { step: Step::Score, program, about: "score", compare: compare.as_ref(), subject: None };
                match settle(self.execute(interpreter, place, asked).value)? {
                    Err(why) => return Ok(failed(why)),
                    Ok(datum) if datum.is_nothing() => None,
                    Ok(datum) => match datum.as_number() {
                        Some(score) => {
                            scripted = Some(score);
                            Some(stage.pipeline.held(score))
                        }
                        None => {
                            let (zh, en) = datum.describe();
                            return Ok(failed((
                                format!("得分应为数字,得到的是{zh}"),
                                format!("a score is a number, not {en}"),
                            )));
                        }
                    },
                }
            }
        };
        let score = score.map(|score| match stage.pipeline.round {
            Some(round) => score.round(round.places, round.mode),
            None => score,
        });
        let band = score.and_then(|score| band_of(&stage.pipeline.rating, score));
        Ok(ScoreResult { score, scripted, band, ..ScoreResult::default() })
    }

    /// Whether this is the scoring of the units themselves, not a roll-up.
    fn is_main(&self) -> bool {
        Arc::ptr_eq(&self.stage.pipeline, &self.stage.plan.main)
    }

    pub(super) fn rate(
        &self,
        interpreter: &mut Interpreter,
        state: &UnitState,
        place: usize,
    ) -> Result<Rated, Failure> {
        let stage = &self.stage;
        let rating = &stage.pipeline.rating;
        let named = |name: &Option<String>| name.as_deref().map(Arc::from);
        if !state.is_taking_part() {
            return Ok(Ok(named(&rating.not_rated)));
        }
        if state.is_vetoed() && rating.vetoed.is_some() {
            return Ok(Ok(named(&rating.vetoed)));
        }
        let Some(score) = state.score.get() else { return Ok(Ok(None)) };
        if score.withheld {
            return Ok(Ok(named(&rating.incomplete)));
        }
        let Some((program, compare)) = &stage.pipeline.rating_script else { return Ok(Ok(score.band.clone())) };
        let asked = Asked { step: Step::Rating, program, about: "rating", compare: compare.as_ref(), subject: None };
        let value = settle(self.execute(interpreter, place, asked).value)?;
        Ok(value.and_then(|datum| on_the_ladder(&datum, rating)))
    }
}

fn band_of(rating: &Rating, score: Number) -> Option<Arc<str>> {
    rating.bands.iter().find(|band| band.holds(score)).map(|band| Arc::from(band.name.as_str()))
}

fn on_the_ladder(datum: &Datum, rating: &Rating) -> Result<Option<Arc<str>>, Why> {
    if datum.is_nothing() {
        return Ok(None);
    }
    let Some(name) = datum.as_text() else {
        let (zh, en) = datum.describe();
        return Err((format!("等次应为文字,得到的是{zh}"), format!("a rating is a text, not {en}")));
    };
    let fixed = [&rating.vetoed, &rating.incomplete, &rating.not_rated];
    let known = rating.ladder.iter().chain(fixed.into_iter().flatten()).any(|rung| *rung == *name);
    if rating.ladder.is_empty() || known {
        return Ok(Some(name));
    }
    Err((format!("等次里没有「{name}」"), format!("there is no rating `{name}`")))
}
