//! What a running script can see of the assessment it is part of. [`crate::assess`] implements it.

use std::any::Any;
use std::sync::Arc;

use rhai::Dynamic;

use crate::assessment::{Finding, Past};
use crate::bundle::{Bundle, Compare};
use crate::dictionary::{Kind, Value};
use crate::number::Number;
use crate::period::{Date, Period};
use crate::record::Record;
use crate::record::table::Span;

/// A unit by its place in the scene.
pub type UnitIndex = usize;

/// Why something cannot be read: it was not handed in, not filled in, or could not be computed. A script that reads it ends
/// as cannot-check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// In Chinese, such as 缺「消防救援大队」的火灾数据.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// A value, nothing (the script reads `()`), or missing.
pub type Reading<T> = Result<Option<T>, Missing>;

/// Which records of a kind are looked at, by their date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Inside a period, both ends included.
    Within(Period),
    /// Up to the end of the period scored.
    History,
    /// Up to the day of knowledge.
    Known,
}

/// A value a script left for those below it. Only this module's parent knows what is inside.
#[derive(Debug, Clone)]
pub struct Datum(pub(super) Dynamic);

/// The units a script compares with: their places, and what tells this group from others.
#[derive(Debug, Clone)]
pub struct Group {
    /// Members in the order of the units.
    pub members: Arc<[UnitIndex]>,
    /// The same for all units of one group and only for them.
    pub key: Arc<str>,
}

/// One part of a roll-up: a unit's result, with the scene it comes from.
#[derive(Clone)]
pub struct Part {
    /// Where the unit's attributes and records are read.
    pub scene: Arc<dyn Scene>,
    /// The unit.
    pub unit: UnitIndex,
    /// Its result.
    pub past: Arc<Past>,
}

/// What a running script can see. All methods are pure; what stands below the running script reads as [`Missing`].
pub trait Scene: Send + Sync {
    /// The edition.
    fn bundle(&self) -> &Arc<Bundle>;
    /// The period scored.
    fn period(&self) -> Period;
    /// The day of knowledge.
    fn as_of(&self) -> Date;

    /// A unit's id.
    fn unit_id(&self, unit: UnitIndex) -> Arc<str>;
    /// A unit's name; its id when it has none.
    fn unit_name(&self, unit: UnitIndex) -> Arc<str>;
    /// The unit directly above.
    fn parent(&self, unit: UnitIndex) -> Option<UnitIndex>;
    /// The unit itself or the one above it at a level.
    fn at_level(&self, unit: UnitIndex, level: &str) -> Option<UnitIndex>;
    /// An attribute as of the period's last day.
    fn attribute(&self, unit: UnitIndex, key: &str) -> Reading<Value>;
    /// Records of one kind, as they lie.
    fn span(&self, unit: UnitIndex, kind: &Kind, window: Window) -> Result<Span<'_>, Missing>;
    /// Records of some kinds, in their order.
    fn records(&self, unit: UnitIndex, kinds: &[&str], window: Window) -> Result<Vec<Arc<Record>>, Missing>;
    /// The pseudonym of a personal text.
    fn pseudonym(&self, text: &str) -> Arc<str>;

    /// The value of a figure.
    fn figure(&self, unit: UnitIndex, id: &str) -> Reading<Datum>;
    /// The points of a rule or criterion after its caps.
    fn points(&self, unit: UnitIndex, id: &str) -> Reading<Number>;
    /// Whether a rule found something that counts.
    fn found(&self, unit: UnitIndex, rule: &str) -> Reading<bool>;
    /// The findings of a rule that count.
    fn findings(&self, unit: UnitIndex, rule: &str) -> Result<Vec<Arc<Finding>>, Missing>;
    /// Whether a criterion is met.
    fn met(&self, unit: UnitIndex, criterion: &str) -> Reading<bool>;
    /// The score: so far, or final.
    fn score(&self, unit: UnitIndex) -> Reading<Number>;
    /// Whether a veto counts.
    fn vetoed(&self, unit: UnitIndex) -> bool;
    /// Whether something could not be checked.
    fn incomplete(&self, unit: UnitIndex) -> bool;
    /// The band of the score.
    fn band(&self, unit: UnitIndex) -> Option<Arc<str>>;
    /// The rating.
    fn rating(&self, unit: UnitIndex) -> Option<Arc<str>>;
    /// The assessment of the period before.
    fn previous(&self, unit: UnitIndex) -> Option<Arc<Past>>;

    /// The group of a unit.
    fn group(&self, unit: UnitIndex, compare: &Compare) -> Result<Group, Missing>;
    /// The parts of a roll-up.
    fn parts(&self, unit: UnitIndex) -> Option<Arc<[Part]>>;
    /// Ratings from best to worst.
    fn ladder(&self) -> &[String];

    /// Something computed once for a group while one script goes through the units: what is kept under this key.
    fn recall(&self, key: &str) -> Option<Arc<dyn Any + Send + Sync>>;
    /// Keeps something for [`Self::recall`].
    fn keep(&self, key: &str, value: Arc<dyn Any + Send + Sync>);
}
