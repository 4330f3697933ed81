//! What a rule says, and how values look in its reasons.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::super::convert::{self, display, display_cut};
use super::super::super::frame::{MOST_SAID, Said};
use super::super::tree::{Node, Say};
use super::super::value::{Value, record_of};
use super::{Exit, LONGEST, Machine, Outcome};
use crate::assessment::FindingKind;
use crate::number::Number;
use crate::record::Record;

/// How many records or lists of them a finding may name.
pub(in crate::script::lower) const MOST_EVIDENCE: usize = 3;
/// Records up to which it is quicker to look through all of them than to know each by its place in memory.
const FEW: usize = 16;

/// Records, each once.
#[derive(Default)]
struct Named {
    records: Vec<Arc<Record>>,
    /// Where they are in memory, once there are many: one record is one place.
    places: HashSet<*const Record>,
}

impl Named {
    fn add(&mut self, record: &Arc<Record>) {
        if self.records.len() < FEW {
            if self.records.iter().any(|known| Arc::ptr_eq(known, record)) {
                return;
            }
        } else {
            if self.places.is_empty() {
                self.places.extend(self.records.iter().map(Arc::as_ptr));
            }
            if !self.places.insert(Arc::as_ptr(record)) {
                return;
            }
        }
        self.records.push(Arc::clone(record));
    }
}

impl<'s> Machine<'s> {
    pub(super) fn say(&mut self, say: &'s Say) -> Outcome<Value<'s>> {
        let (mut points, mut reason) = (None, None);
        if !say.first_last {
            points = say.points.as_ref().map(|points| self.eval(points)).transpose()?;
        }
        if say.points.is_some() || !say.first_last {
            reason = Some(self.eval(&say.reason)?);
        }
        let mut items: [Value<'s>; MOST_EVIDENCE] = [const { Value::Nothing }; MOST_EVIDENCE];
        for (item, node) in items.iter_mut().zip(&say.evidence) {
            *item = self.eval(node)?;
        }
        // A variable in first place is read last.
        if say.first_last {
            match &say.points {
                Some(node) => points = Some(self.eval(node)?),
                None => reason = Some(self.eval(&say.reason)?),
            }
        }
        let points = match points {
            Some(points) => points.number().ok_or(Exit::HandOver)?,
            None => Number::ZERO,
        };
        if points.is_negative() {
            return Err(Exit::HandOver);
        }
        if say.points.is_some() && points.is_zero() {
            return Ok(Value::Nothing);
        }
        let reason = reason.unwrap_or(Value::Nothing);
        self.find(say.kind, points, &reason, &items)?;
        Ok(Value::Nothing)
    }

    fn find(&mut self, kind: FindingKind, points: Number, reason: &Value<'s>, items: &[Value<'s>]) -> Outcome<()> {
        let evidence = self.evidence(items)?;
        let reason = match reason {
            Value::Text(text) if text.len() <= LONGEST => text.share(),
            reason => Arc::from(self.display(reason)?),
        };
        self.work((reason.len() / 16 + evidence.len()) as u64)?;
        if self.said.len() >= MOST_SAID {
            return Err(Exit::HandOver);
        }
        self.said.push(Said { kind, points, reason, evidence });
        Ok(())
    }

    /// Records named as evidence, each once, in the order in which they are named.
    fn evidence(&mut self, items: &[Value<'s>]) -> Outcome<Vec<Arc<Record>>> {
        let mut named = Named::default();
        for item in items {
            if self.listed(item).is_ok() {
                self.admit(item.extent())?;
            }
            self.name(item, &mut named)?;
        }
        Ok(named.records)
    }

    fn name(&mut self, item: &Value<'s>, named: &mut Named) -> Outcome<()> {
        match item {
            Value::Nothing => {}
            Value::Record(row) => named.add(row.record().ok_or(Exit::HandOver)?),
            // Of the facts, where each record stands once.
            Value::Records(rows) if named.records.is_empty() => named.records.extend_from_slice(rows.records()),
            Value::Other(value) if value.is_unit() => {}
            Value::Other(value) if !convert::is_list(value) => named.add(&record_of(value).ok_or(Exit::HandOver)?),
            other => {
                let list = self.listed(other)?;
                for place in 0..list.len() {
                    if let Some(item) = list.get(place, self.scene) {
                        self.name(&item, named)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// As shown in a reason.
    pub(super) fn display(&self, value: &Value<'s>) -> Outcome<String> {
        match value {
            Value::Text(text) if text.len() <= LONGEST => Ok(text.to_string()),
            Value::Whole(whole) => Ok(whole.to_string()),
            other => display(&other.to_dynamic(self.scene)).map_err(|_| Exit::HandOver),
        }
    }

    /// A text with values in it.
    pub(super) fn template(&mut self, parts: &'s [Node]) -> Outcome<Value<'s>> {
        // The memory in which the last one was put together.
        let mut text = std::mem::take(self.scratch);
        text.clear();
        let put = parts.iter().try_for_each(|part| self.put(part, &mut text));
        let whole = put.map(|()| Value::of_text(text.as_str()));
        *self.scratch = text;
        whole
    }

    /// Adds one part to a text.
    fn put(&mut self, part: &'s Node, text: &mut String) -> Outcome<()> {
        let value = match part {
            Node::Constant(super::Constant::Text(fixed)) => {
                text.push_str(fixed);
                return if text.len() > LONGEST { Err(Exit::HandOver) } else { Ok(()) };
            }
            part => self.eval(part)?,
        };
        let before = text.len();
        match value {
            Value::Text(part) => text.push_str(&part),
            Value::Whole(whole) => write(text, whole),
            Value::Nothing => text.push_str("(未填)"),
            Value::Boolean(is) => text.push_str(if is { "是" } else { "否" }),
            Value::Other(value) if !is_shown(&value) => return Err(Exit::HandOver),
            value => {
                match value.number() {
                    Some(number) => write(text, number),
                    None => text.push_str(&display_cut(&value.to_dynamic(self.scene))),
                }
                self.work(((text.len() - before) / 8) as u64)?;
            }
        }
        if text.len() > LONGEST { Err(Exit::HandOver) } else { Ok(()) }
    }
}

/// Writing to memory cannot fail.
fn write(text: &mut String, value: impl std::fmt::Display) {
    let _ = std::fmt::Write::write_fmt(text, format_args!("{value}"));
}

/// Whether a template shows such an object as the language says; others it shows by their type.
fn is_shown(value: &rhai::Dynamic) -> bool {
    use super::super::super::objects::{Nested, Pseudonym, RecordObject, Unit};
    value.is::<crate::period::Time>()
        || value.is::<crate::period::Period>()
        || value.is::<super::View>()
        || value.is::<rust_decimal::Decimal>()
        || value.is::<Unit>()
        || value.is::<RecordObject>()
        || value.is::<Pseudonym>()
        || value.is::<Nested>()
}
