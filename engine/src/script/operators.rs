//! Exact arithmetic and honest comparisons in place of the interpreter's own: `7 / 2` is 3.5, `() < 5` a fault.

use std::cmp::Ordering;

use rhai::{Dynamic, Engine, ImmutableString, NativeCallContext};

use super::convert::{arithmetic, compare, date, describe, display, equal, from_number, list, number, text, time};
use super::frame::Frame;
use super::stop::{Halt, fault};
use super::view::{TEXT_ELEMENT, View};
use crate::number::{Number, NumberError};
use crate::period;

type Context<'a> = NativeCallContext<'a>;
type Holds = fn(Ordering) -> bool;
type Operation = fn(Number, Number) -> Result<Number, NumberError>;

/// All but `**`, which stands with the other functions of numbers.
const ARITHMETIC: [(&str, &str, Operation); 4] =
    [("-", "-=", Number::sub), ("*", "*=", Number::mul), ("/", "/=", Number::div), ("%", "%=", Number::rem)];

/// Registers every operator for all pairs of values.
pub(super) fn register(engine: &mut Engine) {
    engine.register_fn("+", |context: Context<'_>, a: Dynamic, b: Dynamic| add(&context, &a, &b));
    engine.register_fn("+=", |context: Context<'_>, a: &mut Dynamic, b: Dynamic| -> Result<(), Halt> {
        *a = add(&context, a, &b)?;
        Ok(())
    });
    for (sign, assign, operation) in ARITHMETIC {
        engine.register_fn(sign, move |a: Dynamic, b: Dynamic| calculate(sign, operation, &a, &b));
        engine.register_fn(assign, move |a: &mut Dynamic, b: Dynamic| -> Result<(), Halt> {
            *a = calculate(sign, operation, a, &b)?;
            Ok(())
        });
    }
    engine.register_fn("-", |a: Dynamic| -> Result<Dynamic, Halt> {
        match number(&a) {
            Some(number) => Ok(from_number(-number)),
            None => Err(no_arithmetic("-", &a, None)),
        }
    });
    engine.register_fn("+", |a: Dynamic| -> Result<Dynamic, Halt> {
        if number(&a).is_some() { Ok(a) } else { Err(no_arithmetic("+", &a, None)) }
    });
    engine.register_fn("!", |a: Dynamic| -> Result<bool, Halt> {
        a.as_bool().map(|is| !is).map_err(|_| {
            let (zh, en) = describe(&a);
            fault(format!("! 只能用于是否,这里是{zh}"), format!("`!` takes true or false, found {en}"))
        })
    });
    engine.register_fn("==", |context: Context<'_>, a: Dynamic, b: Dynamic| compare_whole(&context, &a, &b));
    engine.register_fn("!=", |context: Context<'_>, a: Dynamic, b: Dynamic| {
        compare_whole(&context, &a, &b).map(|is| !is)
    });
    let orders: [(&'static str, Holds); 4] =
        [("<", Ordering::is_lt), ("<=", Ordering::is_le), (">", Ordering::is_gt), (">=", Ordering::is_ge)];
    for (sign, holds) in orders {
        engine.register_fn(sign, move |a: Dynamic, b: Dynamic| compare(&a, &b, sign).map(holds));
    }
}

/// Whether two values are equal; lists are gone through.
fn compare_whole(context: &Context<'_>, a: &Dynamic, b: &Dynamic) -> Result<bool, Halt> {
    for value in [a, b] {
        if let Some(view) = list(value) {
            Frame::of(context)?.admit(view)?;
        }
    }
    equal(a, b)
}

fn add(context: &Context<'_>, a: &Dynamic, b: &Dynamic) -> Result<Dynamic, Halt> {
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return a.add(b).map(from_number).map_err(arithmetic);
    }
    if (text(a).is_some() || text(b).is_some()) && !a.is_unit() && !b.is_unit() {
        let text = format!("{}{}", display(a)?, display(b)?);
        Frame::of(context)?.meter().work((text.len() / TEXT_ELEMENT) as u64)?;
        return Ok(Dynamic::from(ImmutableString::from(text)));
    }
    if let (Some(a), Some(b)) = (list(a), list(b)) {
        let frame = Frame::of(context)?;
        let joined = View::of(a.iter().chain(b.iter()).cloned());
        return Ok(Dynamic::from(frame.admit(joined)?));
    }
    Err(no_arithmetic("+", a, Some(b)))
}

fn calculate(sign: &str, operation: Operation, a: &Dynamic, b: &Dynamic) -> Result<Dynamic, Halt> {
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return operation(a, b).map(from_number).map_err(arithmetic);
    }
    if sign == "-"
        && let (Some(a), Some(b)) = (date(a), date(b))
    {
        return Ok(Dynamic::from_int(period::days_between(b, a)));
    }
    Err(no_arithmetic(sign, a, Some(b)))
}

fn no_arithmetic(sign: &str, a: &Dynamic, b: Option<&Dynamic>) -> Halt {
    let (a_zh, a_en) = describe(a);
    let (b_zh, b_en) = b.map_or((String::new(), ""), describe);
    let is_day = |value: &Dynamic| date(value).is_some() || time(value).is_some();
    let (hint_zh, hint_en) = if is_day(a) || b.is_some_and(is_day) {
        (
            ";日期加减请用 plus_days、plus_months、hours_between",
            "; use plus_days, plus_months, hours_between with dates",
        )
    } else if a.is_unit() || b.is_some_and(Dynamic::is_unit) {
        (";可能为空的值请先用 ?? 给出替代", "; give what may be missing a stand-in with `??`")
    } else {
        ("", "")
    };
    fault(
        format!("{a_zh}{}{b_zh}不能用 {sign} 计算{hint_zh}", if b.is_some() { "和" } else { "" }),
        format!("cannot calculate `{sign}` with {a_en}{}{b_en}{hint_en}", if b.is_some() { " and " } else { "" }),
    )
}
