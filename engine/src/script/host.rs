//! What a script can do: say something about the unit, read records and results, calculate, move on the ladder.

use std::collections::HashSet;
use std::sync::Arc;

use rhai::{Array, Dynamic, Engine, ImmutableString, NativeCallContext};
use rust_decimal::Decimal;

use super::aggregate::{place_on, rung};
use super::convert::{
    arithmetic, compare, display, display_cut, from_number, list, need_date, need_number, need_text, need_whole,
};
use super::frame::{Frame, Said};
use super::functions::{english, names};
use super::objects::{FindingObject, Nested, Parameters, Pseudonym, RecordObject, Unit};
use super::sandbox::LONGEST_TEXT;
use super::scene::{Missing, Window};
use super::stop::{Halt, Stop, fault, missing};
use super::view::{TEXT_ELEMENT, View};
use crate::assessment::FindingKind;
use crate::number::{self, Number, Rounding};
use crate::period::{Date, Period, Time};
use crate::record::Record;

type Context<'a> = NativeCallContext<'a>;

/// Registers all of them.
pub(super) fn register(engine: &mut Engine) {
    register_sayings(engine);
    register_readings(engine);
    register_numbers(engine);
    register_rounding(engine);
    register_ladder(engine);
    register_texts(engine);
}

/// Records named as evidence: records, lists of them, findings.
fn evidence(frame: &Frame, items: &[Dynamic]) -> Result<Vec<Arc<Record>>, Halt> {
    let mut named = Evidence::default();
    for item in items {
        match list(item) {
            Some(view) => named.add_all(&frame.admit(view)?)?,
            None => named.add(item)?,
        }
    }
    Ok(named.records)
}

/// Records, each once, in the order in which they are named.
#[derive(Default)]
struct Evidence {
    records: Vec<Arc<Record>>,
    /// Where they are in memory: one record is one place.
    known: HashSet<*const Record>,
}

impl Evidence {
    fn add_all(&mut self, view: &View) -> Result<(), Halt> {
        for item in view.iter() {
            match list(item) {
                Some(view) => self.add_all(&view)?,
                None => self.add(item)?,
            }
        }
        Ok(())
    }

    fn add(&mut self, item: &Dynamic) -> Result<(), Halt> {
        if item.is_unit() {
            return Ok(());
        }
        let Some(record) = item.read_lock::<RecordObject>() else {
            return Err(fault("证据应是记录或一组记录", "evidence is a record or a list of records"));
        };
        if self.known.insert(Arc::as_ptr(&record.record)) {
            self.records.push(Arc::clone(&record.record));
        }
        Ok(())
    }
}

fn say(
    context: &Context<'_>,
    kind: FindingKind,
    points: Number,
    reason: &Dynamic,
    items: &[Dynamic],
) -> Result<(), Halt> {
    let frame = Frame::of(context)?;
    if points.is_negative() {
        return Err(fault(
            format!("分值不能为负({points});扣分用 deduct,加分用 award"),
            format!("points are never negative ({points}); use `deduct` or `award`"),
        ));
    }
    let has_points = matches!(kind, FindingKind::Deduct | FindingKind::Award);
    if has_points && points.is_zero() {
        return Ok(());
    }
    let evidence = evidence(&frame, items)?;
    frame.say(Said { kind, points, reason: Arc::from(display(reason)?), evidence })
}

fn register_sayings(engine: &mut Engine) {
    for (name, kind) in [("deduct", FindingKind::Deduct), ("award", FindingKind::Award)] {
        for name in names(name) {
            engine.register_fn(name, move |c: Context<'_>, points: Dynamic, reason: Dynamic| {
                say(&c, kind, need_number(&points, name)?, &reason, &[])
            });
            engine.register_fn(name, move |c: Context<'_>, points: Dynamic, reason: Dynamic, a: Dynamic| {
                say(&c, kind, need_number(&points, name)?, &reason, &[a])
            });
            engine.register_fn(
                name,
                move |c: Context<'_>, points: Dynamic, reason: Dynamic, a: Dynamic, b: Dynamic| {
                    say(&c, kind, need_number(&points, name)?, &reason, &[a, b])
                },
            );
            engine.register_fn(
                name,
                move |c: Context<'_>, points: Dynamic, reason: Dynamic, a: Dynamic, b: Dynamic, d: Dynamic| {
                    say(&c, kind, need_number(&points, name)?, &reason, &[a, b, d])
                },
            );
        }
    }
    for (name, kind) in [("breach", FindingKind::Breach), ("veto", FindingKind::Veto), ("note", FindingKind::Note)] {
        for name in names(name) {
            engine.register_fn(name, move |c: Context<'_>, reason: Dynamic| say(&c, kind, Number::ZERO, &reason, &[]));
            engine.register_fn(name, move |c: Context<'_>, reason: Dynamic, a: Dynamic| {
                say(&c, kind, Number::ZERO, &reason, &[a])
            });
            engine.register_fn(name, move |c: Context<'_>, reason: Dynamic, a: Dynamic, b: Dynamic| {
                say(&c, kind, Number::ZERO, &reason, &[a, b])
            });
            engine.register_fn(name, move |c: Context<'_>, reason: Dynamic, a: Dynamic, b: Dynamic, d: Dynamic| {
                say(&c, kind, Number::ZERO, &reason, &[a, b, d])
            });
        }
    }
    for name in names("missing") {
        engine.register_fn(name, |what: Dynamic| -> Result<(), Halt> {
            let what = display(&what)?;
            Err(missing(Missing { zh: format!("缺{what}"), en: format!("missing: {what}") }))
        });
    }
    for name in names("not_applicable") {
        engine.register_fn(name, |reason: Dynamic| -> Result<(), Halt> {
            Err(Stop::NotApplicable(display(&reason)?).halt())
        });
    }
}

/// What looking records up costs beside the records themselves: whether all of the period is handed in must be known.
pub(super) const LOOKING_UP: u64 = 20;

/// Records of the kinds named; a period among the arguments sets the window.
fn records(context: &Context<'_>, of: Option<&Unit>, arguments: &[Dynamic]) -> Result<Dynamic, Halt> {
    let frame = Frame::of(context)?;
    let mut kinds = Vec::with_capacity(arguments.len());
    let mut window = match english(context.fn_name()) {
        "history" => Window::History,
        "known" => Window::Known,
        _ => Window::Within(frame.scene.period()),
    };
    for argument in arguments {
        if let Some(period) = argument.read_lock::<Period>() {
            window = Window::Within(*period);
        } else {
            kinds.push(need_text(argument, context.fn_name())?);
        }
    }
    let kinds: Vec<&str> = kinds.iter().map(ImmutableString::as_str).collect();
    let at_hand = Unit::at_hand(&frame.scene, frame.unit);
    let unit = of.unwrap_or(&at_hand);
    frame.meter().work(LOOKING_UP)?;
    let read = unit.scene.records(unit.index, &kinds, window).map(Some);
    let Some(records) = unit.settle(read)? else { return Ok(Dynamic::UNIT) };
    frame.meter().work(records.len() as u64)?;
    let objects = records.iter().map(|record| Dynamic::from(RecordObject::new(&unit.scene, record, unit.lenient)));
    Ok(Dynamic::from(View::of(objects)))
}

fn register_readings(engine: &mut Engine) {
    for name in ["records", "history", "known"].into_iter().flat_map(names) {
        engine.register_fn(name, |c: Context<'_>, a: Dynamic| by_arguments(&c, [a]));
        engine.register_fn(name, |c: Context<'_>, a: Dynamic, b: Dynamic| by_arguments(&c, [a, b]));
        engine.register_fn(name, |c: Context<'_>, a: Dynamic, b: Dynamic, d: Dynamic| by_arguments(&c, [a, b, d]));
        engine.register_fn(name, |c: Context<'_>, a: Dynamic, b: Dynamic, d: Dynamic, e: Dynamic| {
            by_arguments(&c, [a, b, d, e])
        });
        engine.register_fn(name, |c: Context<'_>, a: Dynamic, b: Dynamic, d: Dynamic, e: Dynamic, f: Dynamic| {
            by_arguments(&c, [a, b, d, e, f])
        });
        engine.register_fn(
            name,
            |c: Context<'_>, a: Dynamic, b: Dynamic, d: Dynamic, e: Dynamic, f: Dynamic, g: Dynamic| {
                by_arguments(&c, [a, b, d, e, f, g])
            },
        );
    }
    for name in names("points") {
        engine.register_fn(name, |c: Context<'_>, id: &str| points(&at_hand(&c)?, id));
        engine.register_fn(name, |unit: &mut Unit, id: &str| points(unit, id));
    }
    for name in names("found") {
        engine.register_fn(name, |c: Context<'_>, id: &str| found(&at_hand(&c)?, id));
        engine.register_fn(name, |unit: &mut Unit, id: &str| found(unit, id));
    }
    engine.register_fn("met", |c: Context<'_>, id: &str| met(&at_hand(&c)?, id));
    engine.register_fn("met", |unit: &mut Unit, id: &str| met(unit, id));
    engine.register_fn("findings", |c: Context<'_>, id: &str| findings(&at_hand(&c)?, id));
    engine.register_fn("findings", |unit: &mut Unit, id: &str| findings(unit, id));
    engine.register_fn("parameters_on", |c: Context<'_>, day: Dynamic| -> Result<Parameters, Halt> {
        Ok(Parameters::on(&Frame::of(&c)?.scene, need_date(&day, "parameters_on")?))
    });
}

/// `records("fire")` of the unit at hand, or `town.records("survey")` of the unit given first.
fn by_arguments<const N: usize>(context: &Context<'_>, arguments: [Dynamic; N]) -> Result<Dynamic, Halt> {
    if let Some((first, rest)) = arguments.split_first()
        && let Some(unit) = first.read_lock::<Unit>().map(|unit| unit.clone())
    {
        return records(context, Some(&unit), rest);
    }
    records(context, None, &arguments)
}

fn at_hand(context: &Context<'_>) -> Result<Unit, Halt> {
    let frame = Frame::of(context)?;
    Ok(Unit::at_hand(&frame.scene, frame.unit))
}

fn points(unit: &Unit, id: &str) -> Result<Dynamic, Halt> {
    Ok(unit.settle(unit.scene.points(unit.index, id))?.map_or(Dynamic::UNIT, from_number))
}

fn found(unit: &Unit, id: &str) -> Result<Dynamic, Halt> {
    Ok(unit.settle(unit.scene.found(unit.index, id))?.map_or(Dynamic::UNIT, Dynamic::from_bool))
}

fn met(unit: &Unit, id: &str) -> Result<Dynamic, Halt> {
    Ok(unit.settle(unit.scene.met(unit.index, id))?.map_or(Dynamic::UNIT, Dynamic::from_bool))
}

fn findings(unit: &Unit, id: &str) -> Result<Dynamic, Halt> {
    let found = unit.settle(unit.scene.findings(unit.index, id).map(Some))?.unwrap_or_default();
    Ok(Dynamic::from(View::of(found.iter().map(|finding| Dynamic::from(FindingObject::new(&unit.scene, finding))))))
}

fn pick(values: &[Dynamic], name: &str, low: bool) -> Result<Dynamic, Halt> {
    let mut best: Option<&Dynamic> = None;
    for value in values {
        let better = match best {
            None => true,
            Some(best) if low => compare(value, best, name)?.is_lt(),
            Some(best) => compare(value, best, name)?.is_gt(),
        };
        if better {
            best = Some(value);
        }
    }
    Ok(best.cloned().unwrap_or(Dynamic::UNIT))
}

/// What raising to a power costs: a hundred multiplications of large numbers.
const RAISING: u64 = 100;

fn register_numbers(engine: &mut Engine) {
    for (name, low) in [("min", true), ("max", false)] {
        engine.register_fn(name, move |a: Dynamic, b: Dynamic| pick(&[a, b], name, low));
        engine.register_fn(name, move |a: Dynamic, b: Dynamic, c: Dynamic| pick(&[a, b, c], name, low));
        engine.register_fn(name, move |a: Dynamic, b: Dynamic, c: Dynamic, d: Dynamic| pick(&[a, b, c, d], name, low));
    }
    engine.register_fn("abs", |x: Dynamic| need_number(&x, "abs").map(|x| from_number(x.abs())));
    engine.register_fn("clamp", |x: Dynamic, low: Dynamic, high: Dynamic| -> Result<Dynamic, Halt> {
        let (x, low, high) = (need_number(&x, "clamp")?, need_number(&low, "clamp")?, need_number(&high, "clamp")?);
        Ok(from_number(x.min(high).max(low)))
    });
    for name in ["pow", "**"] {
        engine.register_fn(name, move |context: Context<'_>, x: Dynamic, exponent: Dynamic| -> Result<Dynamic, Halt> {
            let (x, exponent) = (need_number(&x, name)?, need_whole(&exponent, name)?);
            Frame::of(&context)?.meter().work(RAISING)?;
            x.pow(exponent).map(from_number).map_err(arithmetic)
        });
    }
    for name in names("percent") {
        engine.register_fn(name, |a: Dynamic, b: Dynamic| -> Result<Dynamic, Halt> {
            number::percent(need_number(&a, "percent")?, need_number(&b, "percent")?)
                .map(from_number)
                .map_err(arithmetic)
        });
    }
    for name in names("per_thousand") {
        engine.register_fn(name, |a: Dynamic, b: Dynamic| -> Result<Dynamic, Halt> {
            let (a, b) = (need_number(&a, "per_thousand")?, need_number(&b, "per_thousand")?);
            number::per_thousand(a, b).map(from_number).map_err(arithmetic)
        });
    }
    engine.register_fn("number", |text: Dynamic| -> Result<Dynamic, Halt> {
        let text = display(&text)?;
        Number::parse(text.trim())
            .map(from_number)
            .map_err(|_| fault(format!("「{text}」不是数字"), format!("`{text}` is no number")))
    });
}

fn register_rounding(engine: &mut Engine) {
    for (name, round) in
        [("floor", Number::floor as fn(Number) -> Number), ("ceil", Number::ceil), ("trunc", Number::trunc)]
    {
        for name in names(name) {
            engine.register_fn(name, move |x: Dynamic| need_number(&x, name).map(|x| from_number(round(x))));
        }
    }
    let modes = [
        ("round_half_up", Rounding::HalfUp),
        ("round_half_even", Rounding::HalfEven),
        ("round_down", Rounding::Down),
        ("round_up", Rounding::Up),
    ];
    for (name, mode) in modes {
        for name in names(name) {
            engine.register_fn(name, move |x: Dynamic, places: Dynamic| -> Result<Dynamic, Halt> {
                let places = need_whole(&places, name)?;
                let places = u32::try_from(places).ok().filter(|places| *places <= 28).ok_or_else(|| {
                    fault(format!("{name} 的位数应在 0 到 28 之间"), format!("`{name}` takes 0 to 28 places"))
                })?;
                Ok(from_number(need_number(&x, name)?.round(places, mode)))
            });
            engine.register_fn(name, move |x: Dynamic| need_number(&x, name).map(|x| from_number(x.round(0, mode))));
        }
    }
}

fn register_ladder(engine: &mut Engine) {
    for (name, step) in [("down", 1_i64), ("up", -1_i64)] {
        for name in names(name) {
            engine.register_fn(name, move |c: Context<'_>, rating: Dynamic, rungs: Dynamic| -> Result<Dynamic, Halt> {
                let frame = Frame::of(&c)?;
                let ladder = frame.scene.ladder();
                let place = i64::try_from(place_on(ladder, &need_text(&rating, name)?)?).unwrap_or(0);
                let last = i64::try_from(ladder.len()).unwrap_or(1) - 1;
                let moved = place.saturating_add(step.saturating_mul(need_whole(&rungs, name)?)).clamp(0, last);
                Ok(rung(ladder, usize::try_from(moved).unwrap_or(0)))
            });
        }
    }
    for (name, worse) in [("worse", true), ("better", false)] {
        engine.register_fn(name, move |c: Context<'_>, a: Dynamic, b: Dynamic| -> Result<Dynamic, Halt> {
            let frame = Frame::of(&c)?;
            let ladder = frame.scene.ladder();
            let (a, b) = (place_on(ladder, &need_text(&a, name)?)?, place_on(ladder, &need_text(&b, name)?)?);
            Ok(rung(ladder, if worse { a.max(b) } else { a.min(b) }))
        });
    }
}

fn register_texts(engine: &mut Engine) {
    engine.register_fn("starts_with", |text: &str, start: &str| text.starts_with(start));
    engine.register_fn("ends_with", |text: &str, end: &str| text.ends_with(end));
    engine.register_fn("trim", |text: ImmutableString| ImmutableString::from(text.trim()));
    engine.register_fn("split", |context: Context<'_>, text: &str, at: &str| -> Result<View, Halt> {
        if at.is_empty() {
            return Err(fault("split 的分隔符不能为空", "`split` needs a separator"));
        }
        Frame::of(&context)?.meter().work(text.len() as u64)?;
        Ok(View::of(text.split(at).map(|part| Dynamic::from(ImmutableString::from(part)))))
    });
    engine.register_fn("replace", replace);
    engine.register_fn(
        "sub_text",
        |context: Context<'_>, text: &str, from: Dynamic, count: Dynamic| -> Result<String, Halt> {
            let from = usize::try_from(need_whole(&from, "sub_text")?).unwrap_or(0);
            let count = usize::try_from(need_whole(&count, "sub_text")?).unwrap_or(0);
            Frame::of(&context)?.meter().work((text.len() / TEXT_ELEMENT) as u64)?;
            Ok(text.chars().skip(from).take(count).collect())
        },
    );
    engine.register_fn("text", |value: Dynamic| display(&value));
    // Interpolation in a template asks for these by the exact type.
    engine.register_fn("to_string", |(): ()| "(未填)".to_owned());
    engine.register_fn("to_string", |value: bool| display_cut(&Dynamic::from_bool(value)));
    macro_rules! shown {
        ($($kind:ty),*) => {
            $(engine.register_fn("to_string", |context: Context<'_>, value: $kind| shown(&context, Dynamic::from(value)));)*
        };
    }
    shown!(Number, Decimal, Date, Time, Period, View, Array, Unit, RecordObject, Pseudonym, Nested);
}

/// A value in a template.
fn shown(context: &Context<'_>, value: Dynamic) -> Result<String, Halt> {
    let text = display_cut(&value);
    Frame::of(context)?.meter().work((text.len() / 8) as u64)?;
    Ok(text)
}

/// Replaces a text in a text; the size is known before any memory is taken.
fn replace(context: Context<'_>, text: &str, what: &str, by: &str) -> Result<String, Halt> {
    let times = if what.is_empty() { 0 } else { text.matches(what).count() };
    let size = text.len().saturating_add(times.saturating_mul(by.len()));
    if size > LONGEST_TEXT.saturating_mul(2) {
        return Err(fault("替换后的文字过长", "the text would become too long"));
    }
    Frame::of(&context)?.meter().work((size / TEXT_ELEMENT) as u64)?;
    Ok(if times == 0 { text.to_owned() } else { text.replace(what, by) })
}
