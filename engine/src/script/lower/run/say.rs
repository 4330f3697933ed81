//! What a rule says, and how values look in its reasons.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::super::convert::{display, display_cut};
use super::super::super::frame::{MOST_SAID, Said};
use super::super::tree::{Node, Say};
use super::super::value::{Value, record_of};
use super::{Exit, LONGEST, Listed, Machine, Outcome};
use crate::assessment::FindingKind;
use crate::number::Number;
use crate::record::Record;

/// Bytes of most reasons.
const LIKELY: usize = 96;

impl<'s> Machine<'s> {
    pub(super) fn say(&mut self, say: &'s Say) -> Outcome<Value<'s>> {
        let (mut points, mut reason) = (None, None);
        if !say.first_last {
            points = say.points.as_ref().map(|points| self.eval(points)).transpose()?;
        }
        if say.points.is_some() || !say.first_last {
            reason = Some(self.eval(&say.reason)?);
        }
        let mut items = Vec::with_capacity(say.evidence.len());
        for node in &say.evidence {
            items.push(self.eval(node)?);
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
        if let [Value::Record(row)] = items {
            return row.share().map(|record| vec![record]).ok_or(Exit::HandOver);
        }
        let mut records = Vec::new();
        let mut known = HashSet::new();
        for item in items {
            if self.listed(item).is_ok() {
                self.admit(item.extent())?;
            }
            self.name(item, &mut records, &mut known)?;
        }
        Ok(records)
    }

    fn name(
        &mut self,
        item: &Value<'s>,
        records: &mut Vec<Arc<Record>>,
        known: &mut HashSet<*const Record>,
    ) -> Outcome<()> {
        let record = match item {
            Value::Nothing => return Ok(()),
            Value::Record(row) => row.share().ok_or(Exit::HandOver)?,
            other => match self.listed(other) {
                Ok(list) => return self.name_all(&list, records, known),
                Err(_) => match other {
                    Value::Other(value) if value.is_unit() => return Ok(()),
                    Value::Other(value) => record_of(value).ok_or(Exit::HandOver)?,
                    _ => return Err(Exit::HandOver),
                },
            },
        };
        if known.insert(Arc::as_ptr(&record)) {
            records.push(record);
        }
        Ok(())
    }

    fn name_all(
        &mut self,
        list: &Listed<'s>,
        records: &mut Vec<Arc<Record>>,
        known: &mut HashSet<*const Record>,
    ) -> Outcome<()> {
        for place in 0..list.len() {
            if let Some(item) = list.get(place, self.scene) {
                self.name(&item, records, known)?;
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
        let mut text = String::with_capacity(LIKELY);
        for part in parts {
            if let Node::Constant(super::Constant::Text(fixed)) = part {
                text.push_str(fixed);
                continue;
            }
            match self.eval(part)? {
                Value::Text(part) => text.push_str(&part),
                Value::Whole(whole) => text.push_str(&whole.to_string()),
                Value::Nothing => text.push_str("(未填)"),
                Value::Boolean(is) => text.push_str(if is { "是" } else { "否" }),
                Value::Other(value) if !is_shown(&value) => return Err(Exit::HandOver),
                value => {
                    let shown = display_cut(&value.to_dynamic(self.scene));
                    self.work((shown.len() / 8) as u64)?;
                    text.push_str(&shown);
                }
            }
            if text.len() > LONGEST {
                return Err(Exit::HandOver);
            }
        }
        if text.len() > LONGEST { Err(Exit::HandOver) } else { Ok(Value::of_text(text)) }
    }
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
