//! One run of one script: whose, with what at hand, and what it said.

use std::sync::{Arc, Mutex, PoisonError};

use rhai::{Dynamic, FnPtr, ImmutableString, NativeCallContext};

use super::compile::{Code, Program};
use super::convert::from_number;
use super::meter::Meter;
use super::objects::{Figures, FindingObject, Parameters, PartObject, PastObject, RecordObject, Unit};
use super::scene::{Group, Scene, UnitIndex};
use super::stop::{Halt, fault, missing};
use super::view::{Extent, View};
use crate::assessment::{Finding, FindingKind};
use crate::bundle::Compare;
use crate::number::Number;
use crate::period::{Date, Period};
use crate::record::Record;

/// How deep lists may be nested in one another.
pub(super) const DEEPEST: u32 = 32;
/// The most gaps of its groups that are remembered of one run.
pub(super) const MOST_GAPS: usize = 10;
/// The most that one run of a rule may say.
pub(super) const MOST_SAID: usize = 10_000;

/// What a rule said in one run, before caps and exemptions.
#[derive(Debug, Clone)]
pub struct Said {
    /// What it does.
    pub kind: FindingKind,
    /// Points as given, never negative.
    pub points: Number,
    /// Why.
    pub reason: Arc<str>,
    /// On what it rests.
    pub evidence: Vec<Arc<Record>>,
}

/// Of the units compared with, not all had a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// How many had one.
    pub have: usize,
    /// How many there are.
    pub of: usize,
}

/// What a list script is asked about.
#[derive(Clone)]
pub enum Subject {
    /// A record, under the name of its kind or `record`.
    Record(String, Arc<Record>),
    /// A finding.
    Finding(Arc<Finding>),
}

impl Subject {
    /// The name under which the script sees it.
    pub(super) fn name(&self) -> &str {
        match self {
            Subject::Record(name, _) => name,
            Subject::Finding(_) => "finding",
        }
    }
}

/// What a run starts from.
pub struct FrameSeed<'a> {
    /// What can be seen.
    pub scene: &'a Arc<dyn Scene>,
    /// Whose run it is.
    pub unit: UnitIndex,
    /// With whom it may compare.
    pub compare: Option<&'a Compare>,
    /// What a list is asked about.
    pub subject: Option<Subject>,
}

/// The state of one run.
pub(super) struct Frame {
    pub(super) scene: Arc<dyn Scene>,
    pub(super) unit: UnitIndex,
    pub(super) code: Arc<Code>,
    /// Tells this script from others in what is kept for a group.
    pub(super) script: usize,
    compare: Option<Compare>,
    subject: Option<Subject>,
    said: Mutex<Vec<Said>>,
    gaps: Mutex<Vec<Gap>>,
    meter: Arc<Meter>,
}

impl Frame {
    pub(super) fn new(seed: FrameSeed<'_>, program: &Program, meter: &Arc<Meter>) -> Frame {
        Frame {
            scene: Arc::clone(seed.scene),
            unit: seed.unit,
            code: Arc::clone(&program.code),
            script: program.number,
            compare: seed.compare.cloned(),
            subject: seed.subject,
            said: Mutex::default(),
            gaps: Mutex::default(),
            meter: Arc::clone(meter),
        }
    }

    /// The frame of the run that calls a host function.
    pub(super) fn of(context: &NativeCallContext<'_>) -> Result<Arc<Frame>, Halt> {
        Self::in_tag(context.tag()).ok_or_else(|| fault("这里不能使用数据", "no data is at hand here"))
    }

    pub(super) fn in_tag(tag: Option<&Dynamic>) -> Option<Arc<Frame>> {
        tag?.read_lock::<Arc<Frame>>().map(|frame| Arc::clone(&frame))
    }

    /// The budget of this run.
    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Counts going through a view, and refuses one that is nested too deep.
    pub(super) fn admit(&self, view: View) -> Result<View, Halt> {
        let Extent { weight, depth } = view.extent();
        self.meter.work(weight)?;
        if depth > DEEPEST {
            return Err(fault("数据嵌套太深", "lists are nested too deep"));
        }
        Ok(view)
    }

    /// Whether a closure gives the same for an item whichever unit is at hand.
    pub(super) fn is_unit_free(&self, closure: &FnPtr) -> bool {
        let Some(arguments) = self.code.unit_free.get(closure.fn_name()) else { return false };
        arguments.iter().zip(closure.curry()).all(|(name, captured)| self.is_the_hosts(name, captured))
    }

    /// Whether a captured value is what the host gives for this name, not something the script put in its place.
    fn is_the_hosts(&self, name: &str, captured: &Dynamic) -> bool {
        let scene = &self.scene;
        match name {
            "period" => captured.read_lock::<Period>().is_some_and(|period| *period == scene.period()),
            "as_of" => captured.read_lock::<Date>().is_some_and(|day| *day == scene.as_of()),
            "parameters" => captured.read_lock::<Parameters>().is_some_and(|known| known.day() == scene.period().to()),
            _ => false,
        }
    }

    pub(super) fn say(&self, said: Said) -> Result<(), Halt> {
        self.meter.work((said.reason.len() / 16 + said.evidence.len()) as u64)?;
        let mut all = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST_SAID {
            return Err(fault(
                format!("一个评分项最多认定 {MOST_SAID} 次"),
                format!("one rule finds at most {MOST_SAID} times"),
            ));
        }
        all.push(said);
        Ok(())
    }

    /// Notes that not all of a group had a value.
    pub(super) fn note_gap(&self, gap: Gap) {
        let mut gaps = self.gaps.lock().unwrap_or_else(PoisonError::into_inner);
        if !gaps.contains(&gap) && gaps.len() < MOST_GAPS {
            gaps.push(gap);
        }
    }

    pub(super) fn take_gaps(&self) -> Vec<Gap> {
        std::mem::take(&mut *self.gaps.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn take_said(&self) -> Vec<Said> {
        std::mem::take(&mut *self.said.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The value of a name that the script did not define itself; none: there is no such name here.
    pub(super) fn variable(self: &Arc<Self>, name: &str) -> Result<Option<Dynamic>, Halt> {
        let text =
            |text: Option<Arc<str>>| text.map_or(Dynamic::UNIT, |t| Dynamic::from(ImmutableString::from(t.as_ref())));
        let scene = &self.scene;
        Ok(Some(match name {
            "unit" => Dynamic::from(Unit::at_hand(scene, self.unit)),
            "period" => Dynamic::from(scene.period()),
            "as_of" => Dynamic::from(scene.as_of()),
            "parameters" => Dynamic::from(Parameters::of(scene)),
            "figures" => Dynamic::from(Figures::at_hand(scene, self.unit)),
            "previous" => scene.previous(self.unit).map_or(Dynamic::UNIT, |past| Dynamic::from(PastObject(past))),
            "score" => scene.score(self.unit).map_err(missing)?.map_or(Dynamic::UNIT, from_number),
            "vetoed" => Dynamic::from_bool(scene.vetoed(self.unit)),
            "incomplete" => Dynamic::from_bool(scene.incomplete(self.unit)),
            "band" => text(scene.band(self.unit)),
            "rating" => text(scene.rating(self.unit)),
            "group" => Dynamic::from(self.group()?),
            "parts" => match scene.parts(self.unit) {
                Some(parts) => {
                    Dynamic::from(View::of(parts.iter().map(|part| Dynamic::from(PartObject(part.clone())))))
                }
                None => return Ok(None),
            },
            other => return Ok(self.subject_named(other).or_else(|| self.level_named(other))),
        }))
    }

    fn subject_named(&self, name: &str) -> Option<Dynamic> {
        match self.subject.as_ref()? {
            Subject::Record(as_name, record) if as_name == name => {
                Some(Dynamic::from(RecordObject::new(&self.scene, record, false)))
            }
            Subject::Finding(finding) if name == "finding" => {
                Some(Dynamic::from(FindingObject::new(&self.scene, finding)))
            }
            _ => None,
        }
    }

    fn level_named(&self, name: &str) -> Option<Dynamic> {
        let is_level = self.scene.bundle().levels().any(|level| level == name);
        let unit = is_level.then(|| self.scene.at_level(self.unit, name)).flatten()?;
        Some(Dynamic::from(Unit::at_hand(&self.scene, unit)))
    }

    /// The units this script may compare with, made once for each group.
    fn group(&self) -> Result<View, Halt> {
        let compare = self
            .compare
            .as_ref()
            .ok_or_else(|| fault("没有写 compare,不能使用 group", "`group` needs `compare:` beside the script"))?;
        let Group { members, key } = self.scene.group(self.unit, compare).map_err(missing)?;
        let name = format!("group {key}");
        if let Some(kept) = self.scene.recall(&name)
            && let Ok(view) = kept.downcast::<View>()
        {
            return Ok((*view).clone());
        }
        let units = members.iter().map(|&unit| Dynamic::from(Unit::in_group(&self.scene, unit)));
        let view = View::of(units).named(Some(Arc::from(name.as_str())));
        self.scene.keep(&name, Arc::new(view.clone()));
        Ok(view)
    }
}
