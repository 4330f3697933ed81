//! What storing a draft would do to results: one sentence, and the villages that would lose or win most.

use crate::drafts::preview::{Preview, Weighed};
use crate::effect::{Effect, Moved, Standing};
use crate::pages::frame::Frame;
use crate::pages::words::Language;

/// Villages listed one by one.
const LISTED: usize = 20;

/// What storing would do to results.
#[derive(Debug)]
pub struct EffectView {
    /// In one sentence.
    pub sentence: String,
    /// Those that lose most first.
    pub moved: Vec<MovedLine>,
    /// How many more there are.
    pub more: usize,
}

/// A village that would move.
#[derive(Debug)]
pub struct MovedLine {
    /// Its name with its town.
    pub name: String,
    /// The period.
    pub period: String,
    /// Its score now and afterwards.
    pub scores: String,
    /// By how much it moves.
    pub by: String,
    /// Its rating now and afterwards, where that changes; lists it enters or leaves.
    pub notes: Vec<String>,
}

/// What storing a draft would do, for the page.
pub(super) fn effect_view(preview: &Preview, frame: &Frame) -> EffectView {
    let effect = match &preview.effect {
        Weighed::Unknown(zh, en) => {
            let sentence = if frame.language == Language::Chinese { zh } else { en }.clone();
            return EffectView { sentence, moved: Vec::new(), more: 0 };
        }
        Weighed::Effect(effect) => effect,
    };
    let moved = effect.moved.iter().take(LISTED).map(|moved| moved_line(moved, preview, frame));
    EffectView {
        sentence: sentence_of(effect, frame),
        moved: moved.collect(),
        more: effect.moved.len().saturating_sub(LISTED),
    }
}

fn sentence_of(effect: &Effect, frame: &Frame) -> String {
    let partial = effect.partial.then(|| frame.say("effect-partial").to_string());
    if effect.units() == 0 {
        return partial.unwrap_or_else(|| frame.say("draft-effect-none").to_string());
    }
    let mut parts = vec![frame.say("draft-effect-units").count("count", effect.units()).to_string()];
    let more = [
        ("draft-effect-ratings", effect.ratings()),
        ("draft-effect-entering", effect.entering()),
        ("draft-effect-leaving", effect.leaving()),
    ];
    let more = more.into_iter().filter(|(_, count)| *count > 0);
    parts.extend(more.map(|(key, count)| frame.say(key).count("count", count).to_string()));
    parts.extend(partial);
    parts.join(&frame.say("pause").to_string())
}

fn moved_line(moved: &Moved, preview: &Preview, frame: &Frame) -> MovedLine {
    let score = |standing: &Option<Standing>| {
        let score = standing.as_ref().and_then(|standing| standing.score);
        score.map_or_else(|| frame.say("none").to_string(), |score| score.to_string())
    };
    let rating = |standing: &Option<Standing>| {
        let rating = standing.as_ref().and_then(|standing| standing.rating.clone());
        rating.unwrap_or_else(|| frame.say("none").to_string())
    };
    let mut notes = Vec::new();
    if moved.changes_rating() {
        notes.push(format!("{} → {}", rating(&moved.before), rating(&moved.after)));
    }
    notes.extend(moved.enters().into_iter().map(|list| frame.say("draft-enters").with("list", list).to_string()));
    notes.extend(moved.leaves().into_iter().map(|list| frame.say("draft-leaves").with("list", list).to_string()));
    let by = moved.by().map(|by| by.to_string()).unwrap_or_default();
    MovedLine {
        name: preview.names.get(&moved.unit).cloned().unwrap_or_else(|| moved.unit.clone()),
        period: moved.period.name(),
        scores: format!("{} → {}", score(&moved.before), score(&moved.after)),
        by: if by.starts_with('-') || by.is_empty() { by.replace('-', "−") } else { format!("+{by}") },
        notes,
    }
}
