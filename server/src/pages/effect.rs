//! What a change does to the results, as pages show it before it is made: one sentence, and a table of the villages that move.
//!
//! Enters: an [`Effect`], of storing a draft, of taking a batch back, of releasing a run. Leaves: an [`EffectView`], shown by `parts/effect.html`. Next:
//! [`records`](super::records).

use liuwu_engine::bundle::Bundle;
use liuwu_engine::number::Number;

use super::figures::Figure;
use super::frame::Frame;
use crate::effect::{Effect, Moved, Standing};

/// Villages listed one by one.
const LISTED: usize = 40;

/// What a change does to results.
#[derive(Debug, Default)]
pub struct EffectView {
    /// In one sentence.
    pub sentence: String,
    /// Units that would move.
    pub units: usize,
    /// Units whose rating would change.
    pub ratings: usize,
    /// Units that would enter or leave a list.
    pub lists: usize,
    /// Those that lose most first.
    pub moved: Vec<MovedLine>,
    /// How many more there are.
    pub more: usize,
    /// Whether others may move, too, whose results the reader does not see yet.
    pub partial: bool,
}

/// A village that would move.
#[derive(Debug)]
pub struct MovedLine {
    /// Its name with its town.
    pub place: String,
    /// The period.
    pub period: String,
    /// Score and rating now.
    pub before: String,
    /// Score and rating then.
    pub after: String,
    /// By how much.
    pub by: String,
    /// Titles of lists it would enter.
    pub enters: Vec<String>,
    /// Titles of lists it would leave.
    pub leaves: Vec<String>,
}

impl EffectView {
    /// An effect by the standard that names its lists; `place` names a unit.
    pub fn of(effect: &Effect, bundle: &Bundle, frame: &Frame, place: &dyn Fn(&str) -> String) -> EffectView {
        EffectView {
            sentence: sentence(effect, frame),
            units: effect.units(),
            ratings: effect.ratings(),
            lists: effect.entering() + effect.leaving(),
            moved: effect.moved.iter().take(LISTED).map(|moved| line(moved, bundle, frame, place)).collect(),
            more: effect.moved.len().saturating_sub(LISTED),
            partial: effect.partial,
        }
    }
}

fn sentence(effect: &Effect, frame: &Frame) -> String {
    let counts = [
        ("effect-units", effect.units()),
        ("effect-ratings", effect.ratings()),
        ("effect-entering", effect.entering()),
        ("effect-leaving", effect.leaving()),
    ];
    let told = counts.into_iter().filter(|(_, count)| *count > 0);
    let told: Vec<String> = told.map(|(key, count)| frame.say(key).count("count", count).to_string()).collect();
    if told.is_empty() {
        return frame.say(if effect.partial { "effect-unseen" } else { "effect-none" }).to_string();
    }
    told.join(&frame.say("pause").to_string())
}

fn line(moved: &Moved, bundle: &Bundle, frame: &Frame, place: &dyn Fn(&str) -> String) -> MovedLine {
    let list = |id: &str| {
        let list = bundle.lists.iter().find(|list| list.id == id);
        list.map_or_else(|| id.to_owned(), |list| list.title.clone())
    };
    MovedLine {
        place: place(&moved.unit),
        period: moved.period.name(),
        before: stands(frame, moved.before.as_ref()),
        after: stands(frame, moved.after.as_ref()),
        by: moved.by().map(signed).unwrap_or_default(),
        enters: moved.enters().into_iter().map(list).collect(),
        leaves: moved.leaves().into_iter().map(list).collect(),
    }
}

/// A difference with its sign.
fn signed(by: Number) -> String {
    if by.is_negative() { Figure(by).to_string() } else { format!("+{}", Figure(by)) }
}

fn stands(frame: &Frame, standing: Option<&Standing>) -> String {
    let Some(standing) = standing else { return frame.say("effect-no-result").to_string() };
    let score = match standing.score {
        Some(score) => frame.say("effect-score").with("score", Figure(score)).to_string(),
        None => frame.say("effect-no-score").to_string(),
    };
    match &standing.rating {
        Some(rating) => format!("{score} · {rating}"),
        None => score,
    }
}
