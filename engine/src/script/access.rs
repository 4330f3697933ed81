//! What can be asked of a list, a map or a text without a closure: its length, one item, a part, whether it holds something.
//! And lists of numbers.

use rhai::{Array, Dynamic, Engine, ImmutableString, Map, NativeCallContext};

use super::convert::{describe, display, entries, equal, list, need_text, need_whole, text};
use super::frame::Frame;
use super::objects::{Nested, Table};
use super::sandbox::LONGEST_TEXT;
use super::stop::{Halt, fault};
use super::view::{Entries, TEXT_ELEMENT, View};

type Context<'a> = NativeCallContext<'a>;

/// Whether a list, a map, a text, a period or a table holds something.
fn contains(context: &Context<'_>, of: &Dynamic, item: &Dynamic) -> Result<bool, Halt> {
    if let Some(view) = list(of) {
        for member in Frame::of(context)?.admit(view)?.iter() {
            if equal(member, item)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if let Some(whole) = text(of) {
        Frame::of(context)?.meter().work((whole.len() / TEXT_ELEMENT) as u64)?;
        return Ok(whole.contains(need_text(item, "contains")?.as_str()));
    }
    if let Some(map) = of.read_lock::<Map>() {
        return Ok(map.contains_key(display(item)?.as_str()));
    }
    if let Some(entries) = of.read_lock::<Entries>() {
        return Ok(entries.entries.contains_key(display(item)?.as_str()));
    }
    if let Some(nested) = of.read_lock::<Nested>() {
        return Ok(nested.entries.contains_key(display(item)?.as_str()));
    }
    if let Some(table) = of.read_lock::<Table>() {
        return table.contains(item);
    }
    if let Some(period) = of.read_lock::<crate::period::Period>() {
        let day = super::convert::date(item).or_else(|| super::convert::time(item).map(|time| time.date()));
        let day = day.ok_or_else(|| fault("contains 需要日期", "`contains` takes a date"))?;
        return Ok(period.contains(day));
    }
    let (zh, en) = describe(of);
    Err(fault(format!("{zh}不能用 contains"), format!("`contains` does not apply to {en}")))
}

/// How many: items, entries, or characters of a text.
fn size(of: &Dynamic) -> Result<i64, Halt> {
    let size = if let Some(view) = of.read_lock::<View>() {
        view.len()
    } else if let Some(array) = of.read_lock::<Array>() {
        array.len()
    } else if let Some(text) = text(of) {
        text.chars().count()
    } else if let Some(map) = of.read_lock::<Map>() {
        map.len()
    } else if let Some(entries) = of.read_lock::<Entries>() {
        entries.entries.len()
    } else if let Some(nested) = of.read_lock::<Nested>() {
        nested.entries.len()
    } else {
        let (zh, en) = describe(of);
        return Err(fault(format!("{zh}没有个数"), format!("{en} has no length")));
    };
    i64::try_from(size).map_err(|_| fault("过大", "too large"))
}

fn item_at(view: &View, index: i64) -> Result<Dynamic, Halt> {
    view.at(index).cloned().ok_or_else(|| {
        fault(
            format!("序号 {index} 超出范围(共 {} 项,从 0 起)", view.len()),
            format!("there is no item {index}: the list has {} items, from 0", view.len()),
        )
    })
}

/// A list among the arguments, gone through.
fn whole_list(context: &Context<'_>, of: &Dynamic) -> Result<View, Halt> {
    let name = context.fn_name();
    let view = list(of).ok_or_else(|| fault(format!("{name} 需要一组数据"), format!("`{name}` needs a list")))?;
    Frame::of(context)?.admit(view)
}

/// What `take` and `skip` leave of a list.
fn stretch(context: &Context<'_>, of: &Dynamic, count: &Dynamic) -> Result<View, Halt> {
    let view = whole_list(context, of)?;
    let count = usize::try_from(need_whole(count, context.fn_name())?).unwrap_or(0);
    Ok(match context.fn_name() {
        "take" => View::of(view.iter().take(count).cloned()),
        _ => View::of(view.iter().skip(count).cloned()),
    })
}

/// The whole numbers from one to before another.
fn range(context: &Context<'_>, from: &Dynamic, to: &Dynamic, step: &Dynamic) -> Result<View, Halt> {
    let [from, to, step] = [from, to, step].map(|number| need_whole(number, "range"));
    let (from, to) = (from?, to?);
    let step = u64::try_from(step?).ok().filter(|step| *step > 0);
    let step = step.ok_or_else(|| fault("range 的步长应为正整数", "the step of `range` is a whole number from 1"))?;
    let length = if from < to { to.abs_diff(from).div_ceil(step) } else { 0 };
    Frame::of(context)?.meter().work(length)?;
    let step = usize::try_from(step).unwrap_or(usize::MAX);
    Ok(View::of((from..to).step_by(step).map(Dynamic::from_int)))
}

fn join(context: &Context<'_>, of: &Dynamic, between: &str) -> Result<String, Halt> {
    let view = whole_list(context, of)?;
    let mut joined = String::new();
    for (index, item) in view.iter().enumerate() {
        if index > 0 {
            joined.push_str(between);
        }
        joined.push_str(&display(item)?);
        if joined.len() > LONGEST_TEXT {
            return Err(fault("文字过长", "the text would become too long"));
        }
    }
    Ok(joined)
}

fn keys(context: &Context<'_>, of: &Dynamic) -> Result<View, Halt> {
    let text = |key: &str| Dynamic::from(ImmutableString::from(key));
    let keys = if let Some(entries) = entries(of) {
        View::of(entries.entries.keys().map(|key| text(key)))
    } else if let Some(table) = of.read_lock::<Table>() {
        table.keys()?
    } else if let Some(nested) = of.read_lock::<Nested>() {
        nested.keys()
    } else {
        return Err(fault("keys 需要对照表", "`keys` needs a map"));
    };
    Frame::of(context)?.admit(keys)
}

fn values(context: &Context<'_>, of: &Dynamic) -> Result<View, Halt> {
    let values = if let Some(entries) = entries(of) {
        View::of(entries.entries.values().cloned())
    } else if let Some(nested) = of.read_lock::<Nested>() {
        nested.values()
    } else {
        return Err(fault("values 需要对照表", "`values` needs a map"));
    };
    Frame::of(context)?.admit(values)
}

/// Registers them.
pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<View>("view");
    engine.register_type_with_name::<Entries>("map");
    engine.register_iterator::<View>();
    engine.register_iterator::<Array>();
    engine.register_get("key", |view: &mut View| view.key());
    engine.register_indexer_get(|view: &mut View, index: i64| item_at(view, index));
    engine.register_indexer_get(|entries: &mut Entries, key: ImmutableString| entries.get(&key));
    engine.register_fn("len", |of: Dynamic| size(&of));
    engine.register_get("len", |view: &mut View| view.len() as i64);
    engine.register_get("length", |text: &mut ImmutableString| text.chars().count() as i64);
    engine.register_fn("is_empty", |of: Dynamic| size(&of).map(|size| size == 0));
    engine.register_fn("contains", |context: Context<'_>, of: Dynamic, item: Dynamic| contains(&context, &of, &item));
    for name in ["take", "skip"] {
        engine.register_fn(name, |context: Context<'_>, of: Dynamic, count: Dynamic| stretch(&context, &of, &count));
    }
    engine.register_fn("join", |context: Context<'_>, of: Dynamic, between: &str| join(&context, &of, between));
    engine.register_fn("range", |context: Context<'_>, from: Dynamic, to: Dynamic| {
        range(&context, &from, &to, &Dynamic::from_int(1))
    });
    engine.register_fn("range", |context: Context<'_>, from: Dynamic, to: Dynamic, step: Dynamic| {
        range(&context, &from, &to, &step)
    });
    engine.register_fn("push", |array: &mut Array, item: Dynamic| array.push(item));
    engine.register_fn("keys", |context: Context<'_>, of: Dynamic| keys(&context, &of));
    engine.register_fn("values", |context: Context<'_>, of: Dynamic| values(&context, &of));
}
