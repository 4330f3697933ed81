//! Which steps of an edition come to the same as those of another over the same facts.
//!
//! Enters: two plans. Leaves: a [`Likeness`]: of each step of the later one the step of that name in the earlier one, whether it is
//! alike, and which steps it reads. A step is alike when its scripts say the same word for word, and so do the functions they call, the
//! parameters, kinds and attributes that they name, and what the engine does with their answer. It then comes to the same for a unit
//! for which all that it reads does. Next: [`super::run`], which takes over what it need not work out again.
//!
//! Invariant: where it is not sure that a step is alike, or that it does not read something, it is not, and it does. Scripts are known by
//! [`Reads`]: whatever bears a name that stands in a script is read by it.

mod alike;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use super::plan::{Pipeline, Plan};
use super::steps::{Step, StepName};
use crate::bundle::{Criterion, Each, SharedCap};
use crate::script::{Post, Program, Reads};

/// Names under which scripts read what has come of the unit so far as a whole.
const STANDING: [&str; 5] = ["score", "vetoed", "incomplete", "band", "rating"];
/// Functions that go up and down the ratings.
const ON_THE_LADDER: [&str; 6] = ["down", "up", "worse", "better", "worst", "best"];

/// What one pipeline is to an earlier one.
pub(super) struct Likeness {
    /// By the number of the step.
    steps: Vec<StepLikeness>,
    /// Whether the result of a unit is the same as a whole once all its steps come to the same.
    pub(super) whole: bool,
}

/// What one step is to an earlier one.
#[derive(Default)]
pub(super) struct StepLikeness {
    /// The earlier step of the same name.
    pub(super) named: Option<Step>,
    /// Whether it comes to the same if what it reads does.
    pub(super) is_alike: bool,
    /// Whether it stands at the same place of the file too, which failures name.
    pub(super) stands_alike: bool,
    /// The steps before it that it reads, of the unit at hand or of those it compares with.
    pub(super) reads: Numbers,
    /// Whether it looks at other units.
    pub(super) compares: bool,
    /// Whether it reads the result of the period before.
    pub(super) looks_back: bool,
    /// Whether it reads the parts of a roll-up.
    pub(super) sees_parts: bool,
}

impl Likeness {
    /// What the pipeline of a roll-up (none: of the units) is to an earlier one. None: they have nothing to do with each other.
    pub(super) fn between(earlier: (&Plan, Option<usize>), later: (&Plan, Option<usize>)) -> Option<Likeness> {
        let (one, other) = (Side::of(earlier)?, Side::of(later)?);
        let (one_assess, assess) = (&one.plan.bundle.assess, &other.plan.bundle.assess);
        let is_akin = one_assess.unit == assess.unit
            && one_assess.within == assess.within
            && one_assess.period == assess.period
            && one.pipeline.takes_part.is_some() == other.pipeline.takes_part.is_some();
        if !is_akin {
            return None;
        }
        let mut steps: Vec<StepLikeness> = Vec::new();
        steps.resize_with(other.pipeline.step_count(), StepLikeness::default);
        for step in &other.order {
            if let Some(place) = steps.get_mut(other.pipeline.number_of(*step)) {
                *place = other.likeness(*step, &one);
            }
        }
        let names = |side: &Side| side.order.iter().map(|step| side.pipeline.name_of(*step)).collect::<Vec<_>>();
        let whole = names(&one) == names(&other) && alike::sums(&one, &other);
        Some(Likeness { steps, whole })
    }

    pub(super) fn step(&self, number: usize) -> Option<&StepLikeness> {
        self.steps.get(number)
    }
}

/// One of the two pipelines.
struct Side<'a> {
    plan: &'a Plan,
    pipeline: &'a Pipeline,
    /// What each script reads; nothing is known of scripts that were never checked.
    reads: BTreeMap<Post, &'a Reads>,
    /// The steps as they are taken.
    order: Vec<Step>,
}

/// A script of a step.
struct Part<'a> {
    program: &'a Program,
    /// None: it was never checked.
    reads: Option<&'a Reads>,
}

impl<'a> Side<'a> {
    fn of((plan, roll_up): (&'a Plan, Option<usize>)) -> Option<Side<'a>> {
        let pipeline = match roll_up {
            None => &plan.main,
            Some(number) => &plan.roll_ups.get(number)?.1,
        };
        let own = plan.reads().iter().filter(|script| script.roll_up == roll_up);
        let reads = own.map(|script| (script.post, &script.reads)).collect();
        Some(Side { plan, pipeline, reads, order: pipeline.steps() })
    }

    /// What a step is to the one of its name on the earlier side.
    fn likeness(&self, step: Step, earlier: &Side) -> StepLikeness {
        let name = self.pipeline.name_of(step);
        let named = earlier.order.iter().copied().find(|known| earlier.pipeline.name_of(*known) == name);
        let parts = self.parts(step);
        let reads = self.names_read(step);
        let words = |word: &str| {
            parts.iter().any(|part| part.reads.is_none_or(|reads| reads.computes || reads.words.contains(word)))
        };
        let numbers = self.order.iter().filter(|known| reads.contains(&self.pipeline.name_of(**known)));
        let earlier_parts = named.map(|named| earlier.parts(named)).unwrap_or_default();
        let pairs = || earlier_parts.iter().zip(&parts);
        StepLikeness {
            named,
            is_alike: named.is_some_and(|named| {
                reads == earlier.names_read(named)
                    && earlier_parts.len() == parts.len()
                    && pairs().all(|(one, other)| alike::scripts((earlier, one), (self, other)))
                    && alike::handling((earlier, named), (self, step))
                    && (!reads.iter().any(|name| matches!(name, StepName::Rule(_))) || alike::sums(earlier, self))
                    && (!ON_THE_LADDER.iter().any(|word| words(word)) || alike::ratings(earlier, self))
            }),
            stands_alike: earlier.plan.bundle.file == self.plan.bundle.file
                && pairs().all(|(one, other)| one.program.stands_at_the_same_place(other.program)),
            reads: numbers.map(|known| self.pipeline.number_of(*known)).collect(),
            compares: self.pipeline.compare_of(step).is_some(),
            looks_back: words("previous"),
            sees_parts: words("parts"),
        }
    }

    /// The scripts of a step.
    fn parts(&self, step: Step) -> Vec<Part<'a>> {
        let pipeline = self.pipeline;
        let part = |post: Post, program: &'a Program| Part { program, reads: self.reads.get(&post).copied() };
        let parts: [Option<Part<'a>>; 2] = match step {
            Step::TakesPart => [pipeline.takes_part.as_ref().map(|program| part(Post::TakesPart, program)), None],
            Step::Figure(place) => {
                let post = |is_final| if is_final { Post::FinalFigure(place) } else { Post::Figure(place) };
                [pipeline.figures.get(place).map(|figure| part(post(figure.is_final), &figure.program)), None]
            }
            Step::Rule(place) => {
                let plan = pipeline.rules.get(place);
                let applies = plan.and_then(|plan| plan.applies.as_ref());
                [
                    applies.map(|program| part(Post::Applies(place), program)),
                    plan.map(|plan| part(Post::Rule(place), &plan.program)),
                ]
            }
            Step::Score => [pipeline.score.as_ref().map(|(program, _)| part(Post::Score, program)), None],
            Step::Rating => [pipeline.rating_script.as_ref().map(|(program, _)| part(Post::Rating, program)), None],
            Step::List(place) => [pipeline.lists.get(place).map(|list| part(Post::List(place), &list.program)), None],
        };
        parts.into_iter().flatten().collect()
    }

    /// The steps before a step that it reads, by name.
    fn names_read(&self, step: Step) -> BTreeSet<StepName> {
        let before = self.order.iter().take_while(|known| **known != step);
        let before: Vec<StepName> = before.map(|known| self.pipeline.name_of(*known)).collect();
        let mut named = BTreeSet::from([StepName::TakesPart]);
        for part in self.parts(step) {
            match part.reads {
                Some(reads) if !reads.computes && !STANDING.iter().any(|word| reads.words.contains(*word)) => {
                    named.extend(self.named_by(reads));
                }
                _ => return before.into_iter().collect(),
            }
        }
        let each = match step {
            Step::List(place) => self.pipeline.lists.get(place).map(|list| &list.each),
            _ => None,
        };
        let reads_all_rules = matches!(step, Step::Score | Step::Rating) || matches!(each, Some(Each::Finding));
        let is_read = |name: &StepName| match name {
            StepName::Rule(_) if reads_all_rules => true,
            StepName::Score => step == Step::Rating,
            name => named.contains(name),
        };
        before.into_iter().filter(is_read).collect()
    }

    /// The figures that a script names, the rules, those of the criteria, and all with which these share a cap.
    fn named_by(&self, reads: &Reads) -> BTreeSet<StepName> {
        let figures = self.pipeline.figures.iter().filter(|figure| reads.figures.contains(figure.id.as_ref()));
        let mut named: BTreeSet<StepName> = figures.map(|figure| StepName::Figure(figure.id.clone())).collect();
        let of_criterion = |id: &str| reads.criteria.contains(id) || reads.met.contains(id);
        let rules = self.pipeline.rules.iter();
        let asked = rules.filter(|plan| {
            reads.rules.contains(plan.id.as_ref()) || plan.within.iter().any(|criterion| of_criterion(criterion))
        });
        let mut rules: BTreeSet<&str> = asked.map(|plan| plan.id.as_ref()).collect();
        let caps = shared_caps(&self.pipeline.criteria);
        loop {
            let known = rules.len();
            for cap in &caps {
                if cap.rules.iter().any(|rule| rules.contains(rule.as_str())) {
                    rules.extend(cap.rules.iter().map(String::as_str));
                }
            }
            if rules.len() == known {
                break;
            }
        }
        named.extend(rules.into_iter().map(|rule| StepName::Rule(rule.into())));
        named
    }
}

fn shared_caps(criteria: &[Criterion]) -> Vec<&SharedCap> {
    criteria.iter().flat_map(|criterion| criterion.caps.iter().chain(shared_caps(&criterion.criteria))).collect()
}

/// Steps by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Numbers(Vec<u64>);

impl FromIterator<usize> for Numbers {
    fn from_iter<I: IntoIterator<Item = usize>>(numbers: I) -> Numbers {
        let mut all = Numbers::default();
        for number in numbers {
            let word = number / 64;
            if all.0.len() <= word {
                all.0.resize(word + 1, 0);
            }
            if let Some(bits) = all.0.get_mut(word) {
                *bits |= 1 << (number % 64);
            }
        }
        all
    }
}

impl Numbers {
    pub(super) fn contains(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|bits| bits & (1 << (number % 64)) != 0)
    }
}

/// Steps that are marked while others look.
// Relaxed: whoever must see a mark comes after whoever makes it, on the same thread or beyond the end of a parallel loop.
#[derive(Debug, Default)]
pub(super) struct Marks(Box<[AtomicU64]>);

impl Marks {
    pub(super) fn new(steps: usize) -> Marks {
        Marks((0..steps.div_ceil(64)).map(|_| AtomicU64::new(0)).collect())
    }

    pub(super) fn mark(&self, number: usize) {
        if let Some(bits) = self.0.get(number / 64) {
            bits.fetch_or(1 << (number % 64), Ordering::Relaxed);
        }
    }

    pub(super) fn is_any(&self) -> bool {
        self.0.iter().any(|bits| bits.load(Ordering::Relaxed) != 0)
    }

    pub(super) fn is_any_of(&self, numbers: &Numbers) -> bool {
        self.0.iter().zip(&numbers.0).any(|(marked, asked)| marked.load(Ordering::Relaxed) & asked != 0)
    }
}
