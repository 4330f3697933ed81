//! Runs the scripts of a pass, each for all units before the next starts, and gathers the assessments.

mod gather;

use std::sync::Arc;

use rayon::prelude::*;

use super::AssessError;
use super::find::{Found, FoundByRule};
use super::plan::{ListPlan, RulePlan};
use super::points::{RuleResult, settle_rule, total};
use super::receipt;
use super::stage::{FigureColumn, ScoreResult, Stage};
use crate::assessment::{Assessment, Entry, Evidence, Finding, FindingKind, Outcome, Remark};
use crate::bundle::{Better, Compare, Each, Rating};
use crate::number::Number;
use crate::script::{Datum, Ended, Failure, FrameSeed, Gap, Interpreter, Program, Said, Scene, Subject, Window};

type Why = (String, String);

/// A pass in progress.
pub(super) struct Pass {
    stage: Arc<Stage>,
    scene: Arc<dyn Scene>,
}

/// What a list script found for one unit.
#[derive(Debug, Clone, Default)]
struct Listing {
    entries: Vec<Entry>,
    on_it: bool,
    unknown: Option<Why>,
}

impl Pass {
    pub(super) fn new(stage: Stage) -> Pass {
        let stage = Arc::new(stage);
        let scene: Arc<dyn Scene> = Arc::clone(&stage) as Arc<dyn Scene>;
        Pass { stage, scene }
    }

    /// What the pass shows to scripts; a roll-up reads attributes through it.
    pub(super) fn scene(&self) -> &Arc<dyn Scene> {
        &self.scene
    }

    /// Runs everything, in the order of the bundle.
    pub(super) fn run(&self) -> Result<Vec<Assessment>, AssessError> {
        let assessments = self.run_stages();
        // Also when it was called off: what scripts left holds on to the stage.
        self.stage.close();
        assessments
    }

    /// Runs up to the rules; what they found, unit by unit.
    pub(super) fn find(&self) -> Result<Vec<Found>, AssessError> {
        let ran = self.run_rules();
        let units = self.stage.units.iter().enumerate();
        let found = units.map(|(place, unit)| Found { unit: *unit, rules: self.found_at(place).collect() }).collect();
        self.stage.close();
        ran.map(|()| found)
    }

    fn found_at(&self, place: usize) -> impl Iterator<Item = FoundByRule> {
        let results = self.stage.pipeline.rules.iter().filter_map(move |plan| self.stage.rule_at(&plan.id, place));
        results.map(|result| FoundByRule { outcome: result.outcome, findings: result.findings.clone() })
    }

    /// Who takes part, the figures, the rules.
    fn run_rules(&self) -> Result<(), AssessError> {
        let stage = &self.stage;
        let taking = self.for_all(|pass, interpreter, place| pass.ask_whether_it_takes_part(interpreter, place))?;
        let _ = stage.takes_part.set(taking);
        self.figures(false)?;
        for plan in &stage.pipeline.rules {
            let results = self.for_all(|pass, interpreter, place| pass.rule(interpreter, plan, place))?;
            if let Some(column) = stage.rules.get(&plan.id) {
                let _ = column.set(results);
            }
        }
        Ok(())
    }

    fn run_stages(&self) -> Result<Vec<Assessment>, AssessError> {
        self.run_rules()?;
        let stage = &self.stage;
        let pipeline = Arc::clone(&stage.pipeline);
        let scores = self.for_all(Pass::score)?;
        let _ = stage.scores.set(scores);
        let ratings = self.for_all(Pass::rate)?;
        let _ = stage.ratings.set(ratings);
        self.figures(true)?;
        let mut listings = Vec::new();
        for list in &pipeline.lists {
            listings.push(self.for_all(|pass, interpreter, place| pass.list(interpreter, list, place))?);
        }
        let assessments = self.for_all(|pass, _, place| {
            let listed = listings.iter().map(|column| column.get(place).cloned().unwrap_or_default()).collect();
            Ok(pass.gather(place, listed))
        })?;
        Ok(receipt::seal(stage, assessments))
    }

    /// Does one thing for every unit, on all threads, and collects what comes of it in the order of the units.
    fn for_all<T: Send>(
        &self,
        work: impl Fn(&Pass, &mut Interpreter, usize) -> Result<T, Failure> + Sync,
    ) -> Result<Vec<T>, AssessError> {
        let places = 0..self.stage.units.len();
        let results: Result<Vec<T>, Failure> = places
            .into_par_iter()
            .map_init(
                || self.stage.plan.lend(),
                |lent, place| match self.stage.plan.call_off().is_called_off() {
                    true => Err(Failure::CalledOff),
                    false => work(self, lent.get(), place),
                },
            )
            .collect();
        self.stage.forget();
        results.map_err(|_| AssessError::CalledOff)
    }

    fn unit(&self, place: usize) -> usize {
        self.stage.units.get(place).copied().unwrap_or_default()
    }

    fn execute(
        &self,
        interpreter: &mut Interpreter,
        program: &Program,
        place: usize,
        (about, compare): (&str, Option<&Compare>),
        subject: Option<Subject>,
    ) -> Ended {
        let seed = FrameSeed { scene: &self.scene, unit: self.unit(place), compare, subject };
        let ended = interpreter.run(program, seed);
        for Gap { have, of } in &ended.gaps {
            self.stage.remark(
                place,
                Remark {
                    about: Arc::from(about),
                    zh: format!("与之比较的 {of} 个中,{have} 个有值"),
                    en: format!("{have} of {of} units compared with have a value"),
                },
            );
        }
        ended
    }

    /// A script that answers true or false.
    fn decide(&self, ended: Ended) -> Result<Result<bool, Why>, Failure> {
        settle(ended.value).map(|value| {
            value.and_then(|datum| {
                datum.as_bool().ok_or_else(|| {
                    let (zh, en) = datum.describe();
                    (format!("应得到是或否,得到的是{zh}"), format!("must give true or false, gave {en}"))
                })
            })
        })
    }

    fn ask_whether_it_takes_part(
        &self,
        interpreter: &mut Interpreter,
        place: usize,
    ) -> Result<Result<bool, Why>, Failure> {
        match &self.stage.pipeline.takes_part {
            Some(program) => self.decide(self.execute(interpreter, program, place, ("takes_part", None), None)),
            None => Ok(Ok(true)),
        }
    }

    fn figures(&self, is_final: bool) -> Result<(), AssessError> {
        for figure in self.stage.pipeline.figures.iter().filter(|figure| figure.is_final == is_final) {
            let column: FigureColumn = self.for_all(|pass, interpreter, place| {
                if !pass.stage.is_taking_part(place) {
                    return Ok(None);
                }
                let about = (figure.id.as_ref(), figure.compare.as_ref());
                let ended = pass.execute(interpreter, &figure.program, place, about, None);
                let value = settle(ended.value)?;
                // What cannot be kept as a result is no figure, also for the scripts below.
                Ok(Some(value.and_then(|datum| match datum.to_value() {
                    Ok(_) => Ok(datum),
                    Err(failure) => Err(why(failure)),
                })))
            })?;
            self.stage.set_figure(&figure.id, column);
        }
        Ok(())
    }

    fn rule(&self, interpreter: &mut Interpreter, plan: &RulePlan, place: usize) -> Result<RuleResult, Failure> {
        let nothing = |outcome, why| RuleResult { outcome, findings: Vec::new(), why, total: Number::ZERO };
        if !self.stage.is_taking_part(place) {
            return Ok(nothing(Outcome::NotApplicable, None));
        }
        let compare = plan.rule.compare.as_ref();
        if let Some(applies) = &plan.applies {
            match self.decide(self.execute(interpreter, applies, place, (&plan.id, compare), None))? {
                Ok(true) => {}
                Ok(false) => return Ok(nothing(Outcome::NotApplicable, None)),
                Err(why) => return Ok(nothing(Outcome::CannotCheck, Some(why))),
            }
        }
        let ended = self.execute(interpreter, &plan.program, place, (&plan.id, compare), None);
        let failure = match ended.value {
            Ok(_) => None,
            Err(Failure::CalledOff) => return Err(Failure::CalledOff),
            Err(failure) => Some(failure),
        };
        let mut findings: Vec<Finding> =
            ended.said.into_iter().map(|said| self.finding(plan, place, said, failure.is_some())).collect();
        let total = match settle_rule(&mut findings, &plan.rule.caps, self.stage.period) {
            Ok(total) => total,
            Err(error) => {
                return Ok(nothing(Outcome::CannotCheck, Some((format!("计算出错:{error}"), error.to_string()))));
            }
        };
        let found = findings.iter().any(|finding| finding.kind != FindingKind::Note);
        let (outcome, why) = match failure {
            None if found => (Outcome::Findings, None),
            None => (Outcome::Clean, None),
            Some(Failure::NotApplicable(reason)) => (Outcome::NotApplicable, Some((reason.clone(), reason))),
            Some(failure) => (Outcome::CannotCheck, Some(why(failure))),
        };
        Ok(RuleResult { outcome, findings: findings.into_iter().map(Arc::new).collect(), why, total })
    }

    /// What a rule said as a finding. Of a rule that failed, a veto stands and all else is a note that does not count.
    fn finding(&self, plan: &RulePlan, place: usize, said: Said, failed: bool) -> Finding {
        let deducts = match self.stage.plan.bundle.assess.better {
            Better::Higher => said.kind == FindingKind::Deduct,
            Better::Lower => said.kind == FindingKind::Award,
        };
        let points = if deducts { -said.points } else { said.points };
        let kind = if failed && said.kind != FindingKind::Veto { FindingKind::Note } else { said.kind };
        let exempted = self.stage.exempting
            && self
                .stage
                .world
                .exemptions_of(&self.scene.unit_id(self.unit(place)))
                .any(|exemption| exemption.covers(&plan.id, &said.evidence, self.stage.period));
        Finding {
            rule: Arc::clone(&plan.id),
            kind,
            points: if failed { Number::ZERO } else { points },
            counted: Number::ZERO,
            reason: said.reason,
            evidence: said.evidence.into_iter().map(|record| Evidence { record }).collect(),
            exempted,
        }
    }

    fn score(&self, interpreter: &mut Interpreter, place: usize) -> Result<ScoreResult, Failure> {
        let stage = &self.stage;
        if !stage.is_taking_part(place) {
            return Ok(ScoreResult::default());
        }
        if stage.is_withheld(place) {
            return Ok(ScoreResult { withheld: true, ..ScoreResult::default() });
        }
        let failed = |why: Why| ScoreResult { withheld: true, failed: Some(why), ..ScoreResult::default() };
        let mut scripted = None;
        let score = match &stage.pipeline.score {
            // A roll-up adds nothing up by itself.
            None if !self.is_main() => None,
            None => match total(&stage.pipeline, stage.period, &|id| stage.rule_at(id, place)) {
                Ok(total) => Some(total.score),
                Err(error) => return Ok(failed((format!("计算出错:{error}"), error.to_string()))),
            },
            Some((program, compare)) => {
                match settle(self.execute(interpreter, program, place, ("score", compare.as_ref()), None).value)? {
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

    fn rate(&self, interpreter: &mut Interpreter, place: usize) -> Result<Result<Option<Arc<str>>, Why>, Failure> {
        let stage = &self.stage;
        let rating = &stage.pipeline.rating;
        let named = |name: &Option<String>| name.as_deref().map(Arc::from);
        if !stage.is_taking_part(place) {
            return Ok(Ok(named(&rating.not_rated)));
        }
        if stage.is_vetoed(place) && rating.vetoed.is_some() {
            return Ok(Ok(named(&rating.vetoed)));
        }
        let Some(score) = stage.scores.get().and_then(|column| column.get(place)) else { return Ok(Ok(None)) };
        if score.withheld {
            return Ok(Ok(named(&rating.incomplete)));
        }
        let Some((program, compare)) = &stage.pipeline.rating_script else { return Ok(Ok(score.band.clone())) };
        let value = settle(self.execute(interpreter, program, place, ("rating", compare.as_ref()), None).value)?;
        Ok(value.and_then(|datum| on_the_ladder(&datum, rating)))
    }

    fn list(&self, interpreter: &mut Interpreter, list: &ListPlan, place: usize) -> Result<Listing, Failure> {
        let mut listing = Listing::default();
        if !self.stage.is_taking_part(place) {
            return Ok(listing);
        }
        let compare = list.compare.as_ref();
        let entry = |record: Option<Evidence>, finding| Entry { list: Arc::clone(&list.id), record, finding };
        let subjects: Vec<(Option<Subject>, Entry)> = match &list.each {
            Each::Unit => vec![(None, entry(None, None))],
            Each::Record(kinds) => {
                let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
                let name = if let [kind] = kinds.as_slice() { *kind } else { "record" };
                match self.stage.records(self.unit(place), &kinds, Window::History) {
                    Ok(records) => records
                        .into_iter()
                        .map(|record| {
                            let subject = Subject::Record(name.to_owned(), Arc::clone(&record));
                            (Some(subject), entry(Some(Evidence { record }), None))
                        })
                        .collect(),
                    Err(missing) => {
                        listing.unknown = Some((missing.zh, missing.en));
                        return Ok(listing);
                    }
                }
            }
            Each::Finding => self
                .findings_at(place)
                .enumerate()
                .filter(|(_, finding)| !finding.exempted)
                .map(|(index, finding)| (Some(Subject::Finding(Arc::clone(finding))), entry(None, Some(index))))
                .collect(),
        };
        for (subject, entry) in subjects {
            match self.decide(self.execute(interpreter, &list.program, place, (&list.id, compare), subject))? {
                Ok(true) => listing.entries.push(entry),
                Ok(false) => {}
                Err(why) => {
                    listing.unknown.get_or_insert(why);
                }
            }
        }
        listing.on_it = !listing.entries.is_empty();
        Ok(listing)
    }

    /// All findings of a unit, in the order of the rules.
    fn findings_at(&self, place: usize) -> impl Iterator<Item = &Arc<Finding>> {
        let rules = &self.stage.pipeline.rules;
        rules.iter().filter_map(move |plan| self.stage.rule_at(&plan.id, place)).flat_map(|result| &result.findings)
    }
}

/// The value, or why there is none; calling off passes through.
fn settle(value: Result<Datum, Failure>) -> Result<Result<Datum, Why>, Failure> {
    match value {
        Ok(datum) => Ok(Ok(datum)),
        Err(Failure::CalledOff) => Err(Failure::CalledOff),
        Err(failure) => Ok(Err(why(failure))),
    }
}

fn why(failure: Failure) -> Why {
    match failure {
        Failure::CannotCheck { zh, en } => (zh, en),
        Failure::NotApplicable(reason) => (reason.clone(), reason),
        Failure::CalledOff => ("已中止".to_owned(), "called off".to_owned()),
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
