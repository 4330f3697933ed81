//! What a script reads: the host's names, records and their fields, results so far, parameters.

use std::sync::Arc;

use rhai::{Dynamic, Map};

use super::super::super::convert::from_value;
use super::super::super::host::LOOKING_UP;
use super::super::super::objects::{Figures, Parameters, PastObject, Table, Unit, constant, in_force, step_reached};
use super::super::super::scene::{Missing, Reading, Window};
use super::super::super::view::{Entries, Extent, View};
use super::super::records::{self, Row, Rows};
use super::super::tree::{self, Field, Host, Node, Parameter, Reach, What};
use super::super::value::{List, Seat, Text, Value};
use super::foreign::exit_of;
use super::{Exit, Machine, Outcome, PartObject};
use crate::bundle::Constant;
use crate::dictionary::{self, Kind};
use crate::number::Number;
use crate::period::Period;
use std::rc::Rc;

/// Entries of a table that are looked through.
const SHORT: usize = 8;

fn missing(missing: Missing) -> Exit {
    Exit::Missing(Box::new(missing))
}

fn text<'s>(text: &str) -> Value<'s> {
    Value::of_text(text)
}

impl<'s> Machine<'s> {
    pub(super) fn at_hand(&self) -> Seat {
        Seat { index: self.seed.unit, lenient: false }
    }

    /// What was read, or nothing where the unit may miss it.
    fn settle<T>(seat: Seat, reading: Reading<T>) -> Outcome<Option<T>> {
        match reading {
            Err(_) if seat.lenient => Ok(None),
            other => other.map_err(missing),
        }
    }

    pub(super) fn host(&mut self, host: Host) -> Outcome<Value<'s>> {
        let (scene, unit) = (self.scene, self.seed.unit);
        Ok(match host {
            Host::Unit => Value::Unit(self.at_hand()),
            Host::Period => Value::Other(Dynamic::from(self.period)),
            Host::AsOf => Value::of_date(scene.as_of()),
            Host::Parameters => Value::Other(Dynamic::from(Parameters::of(scene))),
            Host::Figures => Value::Other(Dynamic::from(Figures::at_hand(scene, unit))),
            Host::Previous => {
                Value::of_optional(scene.previous(unit), |past| Value::Other(Dynamic::from(PastObject(past))))
            }
            Host::Score => Value::of_optional(scene.score(unit).map_err(missing)?, Value::of_number),
            Host::Vetoed => Value::Boolean(scene.vetoed(unit)),
            Host::Incomplete => Value::Boolean(scene.incomplete(unit)),
            Host::Band => Value::of_optional(scene.band(unit), Value::of_text),
            Host::Rating => Value::of_optional(scene.rating(unit), Value::of_text),
            Host::Group | Host::Parts => self.foreign_name(host.name())?,
        })
    }

    pub(super) fn figure(&mut self, seat: Seat, id: &str) -> Outcome<Value<'s>> {
        let figure = Self::settle(seat, self.scene.figure(seat.index, id))?;
        Ok(Value::of_optional(figure, |datum| Value::of_dynamic(datum.0, self.scene)))
    }

    /// A parameter as in force on the last day.
    fn constant(&self, parameter: &Parameter) -> Outcome<&'s Constant> {
        let (scene, day): (&'s Arc<dyn super::Scene>, _) = (self.scene, self.period.to());
        let bundle = scene.bundle();
        match bundle.parameters.get_index(parameter.place) {
            Some((name, found)) if **name == *parameter.name => in_force(found, name, day),
            _ => constant(bundle, &parameter.name, day),
        }
        .map_err(|error| exit_of(&error))
    }

    pub(super) fn parameter(&mut self, parameter: &Parameter) -> Outcome<Value<'s>> {
        match self.constant(parameter)? {
            Constant::Value(value) => self.plain(value),
            _ => {
                let table = Table::of(self.scene.bundle(), &parameter.name, self.period.to());
                Ok(Value::Other(Dynamic::from(table)))
            }
        }
    }

    /// What stands under a key of a table of the parameters.
    pub(super) fn entry(&mut self, parameter: &Parameter, key: Value<'s>) -> Outcome<Value<'s>> {
        if let (Constant::Table(entries), Value::Text(key)) = (self.constant(parameter)?, &key) {
            // In a short table the key is found sooner than its hash.
            let found = match entries.len() {
                0..=SHORT => entries.iter().find(|(known, _)| ***known == **key).map(|(_, value)| value),
                _ => entries.get(&**key),
            };
            if let Some(value) = found {
                return self.plain(value);
            }
        }
        // With the words for what is missing, or for what is no table.
        let of = self.parameter(parameter)?;
        self.index(of, key)
    }

    /// What a number reaches among the steps of a parameter; nothing of it below all.
    pub(super) fn step(&mut self, parameter: &Parameter, reached: Value<'s>) -> Outcome<Value<'s>> {
        let (Constant::Steps { steps, above }, Some(reached)) = (self.constant(parameter)?, reached.number()) else {
            return Err(Exit::HandOver);
        };
        match step_reached(steps, *above, reached) {
            Some(value) => self.plain(value),
            None => Ok(Value::Whole(0)),
        }
    }

    /// A value that stands in the bundle.
    fn plain(&self, value: &'s dictionary::Value) -> Outcome<Value<'s>> {
        Ok(Value::of_plain(value).unwrap_or_else(|| Value::Other(from_value(value))))
    }

    /// A field of what is probably a record of one kind.
    pub(super) fn field(&mut self, of: super::Slot, field: &'s Field) -> Outcome<Value<'s>> {
        match self.held(of)? {
            Value::Record(row) if Arc::ptr_eq(row.kind(), &field.kind) => {
                let row = *row;
                self.known_field(row, field)
            }
            _ => {
                let value = self.local(of)?.clone();
                self.property(value, &field.name)
            }
        }
    }

    fn known_field(&mut self, row: Row<'s>, field: &'s Field) -> Outcome<Value<'s>> {
        match field.what {
            What::Date => Ok(Value::Day(row.day())),
            What::Value { place, optional } => match row.field(place) {
                records::Field::Plain(value) => {
                    if let Value::Text(_) = value {
                        self.work(value.extent().weight)?;
                    }
                    Ok(value)
                }
                records::Field::Missing if optional || row.is_lenient() => Ok(Value::Nothing),
                // With the words for what is missing.
                records::Field::Missing | records::Field::Involved => self.read(row, &field.name),
            },
            What::Other => self.read(row, &field.name),
        }
    }

    /// A property of a record as the interpreter reads it, with what that costs.
    fn read(&mut self, row: Row<'s>, name: &str) -> Outcome<Value<'s>> {
        let value = row.read(self.scene, name).map_err(|error| exit_of(&error))?;
        self.work(Extent::of(&value).weight)?;
        Ok(Value::of_dynamic(value, self.scene))
    }

    pub(super) fn property_of(&mut self, of: &'s Node, name: &str) -> Outcome<Value<'s>> {
        match of {
            Node::Host(Host::Period) => self.of_period(self.period, name),
            // A figure of another unit.
            Node::Property { of: unit, name: figures } if figures.as_ref() == "figures" => match self.eval(unit)? {
                Value::Unit(seat) => self.figure(seat, name),
                value => {
                    let figures = self.property(value, figures)?;
                    self.property(figures, name)
                }
            },
            _ => {
                let value = self.eval(of)?;
                self.property(value, name)
            }
        }
    }

    fn property(&mut self, of: Value<'s>, name: &str) -> Outcome<Value<'s>> {
        match of {
            Value::Record(row) => match row.kind().fields.get_full(name) {
                Some((place, _, field)) if field.personal.is_none() => match row.field(place) {
                    records::Field::Plain(value) => {
                        self.work(value.extent().weight)?;
                        Ok(value)
                    }
                    _ => self.read(row, name),
                },
                _ => self.read(row, name),
            },
            Value::Unit(seat) => self.of_unit(seat, name),
            Value::Records(rows) if name == "len" => Ok(Value::Whole(i64::try_from(rows.len()).unwrap_or(i64::MAX))),
            Value::List(list) => match name {
                "len" => Ok(Value::Whole(i64::try_from(list.items.len()).unwrap_or(i64::MAX))),
                "key" => Ok(list.key.clone().unwrap_or(Value::Nothing)),
                _ => Err(Exit::HandOver),
            },
            Value::Records(_) if name == "key" => Ok(Value::Nothing),
            Value::Other(value) => self.of_object(value, name),
            Value::Day(_) => self.foreign(&format!("get${name}"), &[of]),
            Value::Text(text) if name == "length" => {
                Ok(Value::Whole(i64::try_from(text.chars().count()).unwrap_or(i64::MAX)))
            }
            _ => Err(Exit::HandOver),
        }
    }

    fn of_unit(&mut self, seat: Seat, name: &str) -> Outcome<Value<'s>> {
        let scene = self.scene;
        Ok(match name {
            "id" => Value::of_text(scene.unit_id(seat.index)),
            "name" => Value::of_text(scene.unit_name(seat.index)),
            "parent" => Value::of_optional(scene.parent(seat.index), |parent| Value::of_text(scene.unit_id(parent))),
            "score" => Value::of_optional(Self::settle(seat, scene.score(seat.index))?, Value::of_number),
            "vetoed" => Value::Boolean(scene.vetoed(seat.index)),
            "incomplete" => Value::Boolean(scene.incomplete(seat.index)),
            "band" => Value::of_optional(scene.band(seat.index), Value::of_text),
            "rating" => Value::of_optional(scene.rating(seat.index), Value::of_text),
            _ => match scene.bundle().dictionary.attributes.get(name) {
                Some(attribute) => {
                    let holder = match &attribute.of {
                        Some(level) => scene.at_level(seat.index, level),
                        None => Some(seat.index),
                    };
                    let Some(holder) = holder else { return Ok(Value::Nothing) };
                    match Self::settle(seat, scene.attribute(holder, name))? {
                        Some(value) => Value::of_own(value),
                        None => Value::Nothing,
                    }
                }
                None => {
                    let unit = Unit { scene: Arc::clone(scene), index: seat.index, lenient: seat.lenient };
                    let value = unit.get(name).map_err(|error| exit_of(&error))?;
                    Value::of_dynamic(value, scene)
                }
            },
        })
    }

    fn of_period(&mut self, period: Period, name: &str) -> Outcome<Value<'s>> {
        Ok(match name {
            "from" => Value::of_date(period.from()),
            "to" => Value::of_date(period.to()),
            "year" => Value::Whole(period.year().into()),
            _ => return self.of_indexed(Value::Other(Dynamic::from(period)), name),
        })
    }

    /// A property of what only the interpreter knows.
    fn of_object(&mut self, value: Dynamic, name: &str) -> Outcome<Value<'s>> {
        if let Some(period) = value.read_lock::<Period>() {
            let period = *period;
            return self.of_period(period, name);
        }
        if let Some(map) = value.read_lock::<Map>() {
            let found = map.get(name).cloned();
            return Ok(Value::of_optional(found, |value| Value::of_dynamic(value, self.scene)));
        }
        if value.is::<crate::period::Time>() {
            return self.foreign(&format!("get${name}"), &[Value::Other(value)]);
        }
        if let Some(view) = value.read_lock::<View>() {
            return match name {
                "len" => Ok(Value::Whole(i64::try_from(view.len()).unwrap_or(i64::MAX))),
                "key" => Ok(Value::of_dynamic(view.key(), self.scene)),
                _ => Err(Exit::HandOver),
            };
        }
        self.of_indexed(Value::Other(value), name)
    }

    /// By the interpreter's own indexer, which is how its objects show their properties.
    fn of_indexed(&mut self, value: Value<'s>, name: &str) -> Outcome<Value<'s>> {
        self.foreign("index$get$", &[value, text(name)])
    }

    pub(super) fn index(&mut self, of: Value<'s>, index: Value<'s>) -> Outcome<Value<'s>> {
        match (&of, &index) {
            (Value::Other(table), Value::Text(key)) => {
                if let Some(table) = table.read_lock::<Table>() {
                    let value = table.entry(key).map_err(|error| exit_of(&error))?;
                    return Ok(Value::of_own(value.clone()));
                }
                if let Some(entries) = table.read_lock::<Entries>() {
                    return Ok(Value::of_dynamic(entries.get(key), self.scene));
                }
                if let Some(map) = table.read_lock::<Map>() {
                    let found = map.get(&**key).cloned();
                    return Ok(Value::of_optional(found, |value| Value::of_dynamic(value, self.scene)));
                }
                {
                    let key = key.clone();
                    self.of_indexed(of, &key)
                }
            }
            (Value::Other(_), Value::Whole(_)) => self.foreign("index$get$", &[of, index]),
            (Value::Records(_) | Value::List(_) | Value::Array(_), Value::Whole(place)) => {
                let list = self.listed(&of)?;
                let length = i64::try_from(list.len()).map_err(|_| Exit::HandOver)?;
                let place = if *place < 0 { place.saturating_add(length) } else { *place };
                let item = usize::try_from(place).ok().and_then(|place| list.get(place, self.scene));
                item.ok_or(Exit::HandOver)
            }
            (Value::Record(_) | Value::Unit(_), Value::Text(name)) => {
                let name = name.clone();
                self.property(of, &name)
            }
            _ => Err(Exit::HandOver),
        }
    }

    /// Records of the kinds named; a period among the arguments sets the window.
    pub(super) fn records(&mut self, records: &'s tree::Records) -> Outcome<Value<'s>> {
        let (seat, window) = (self.at_hand(), self.window(records.reach));
        if !records.kinds.is_empty() {
            return self.rows(seat, &records.kinds, window);
        }
        let arguments = self.arguments(&records.arguments, records.first_last)?;
        let (seat, arguments) = match arguments.split_first() {
            Some((Value::Unit(seat), rest)) => (*seat, rest),
            // A unit of another scene: a part of a roll-up.
            Some((Value::Other(unit), _)) if unit.is::<Unit>() || unit.is::<PartObject>() => {
                let name = match records.reach {
                    Reach::Period => "records",
                    Reach::History => "history",
                    Reach::Known => "known",
                };
                return self.foreign(name, &arguments);
            }
            _ => (seat, arguments.as_slice()),
        };
        let mut window = window;
        let mut kinds = Vec::with_capacity(arguments.len());
        for argument in arguments {
            match argument {
                Value::Text(kind) => {
                    let kind = self.scene.bundle().dictionary.kinds.get(&**kind);
                    kinds.push(Arc::clone(kind.ok_or(Exit::HandOver)?));
                }
                Value::Other(period) => match period.read_lock::<Period>() {
                    Some(period) => window = Window::Within(*period),
                    None => return Err(Exit::HandOver),
                },
                _ => return Err(Exit::HandOver),
            }
        }
        self.rows(seat, &kinds, window)
    }

    fn window(&self, reach: Reach) -> Window {
        match reach {
            Reach::Period => Window::Within(self.period),
            Reach::History => Window::History,
            Reach::Known => Window::Known,
        }
    }

    fn rows(&mut self, seat: Seat, kinds: &[Arc<Kind>], window: Window) -> Outcome<Value<'s>> {
        self.work(LOOKING_UP)?;
        let scene: &'s dyn super::Scene = &**self.scene;
        if let [kind] = kinds {
            let read = scene.span(seat.index, kind, window).map(Some);
            let Some(span) = Self::settle(seat, read)? else { return Ok(Value::Nothing) };
            self.work(span.len() as u64)?;
            return Ok(Value::Records(Rows::new(span, seat.lenient)));
        }
        let mut all: Vec<Row<'s>> = Vec::new();
        for kind in kinds {
            let read = scene.span(seat.index, kind, window).map(Some);
            let Some(span) = Self::settle(seat, read)? else { return Ok(Value::Nothing) };
            all.extend(Rows::new(span, seat.lenient).iter());
        }
        all.sort_by(|a, b| a.order(*b));
        self.work(all.len() as u64)?;
        Ok(Value::List(Rc::new(List::of(all.into_iter().map(Value::Record).collect()))))
    }

    pub(super) fn result(&mut self, what: tree::Outcome, of: Option<&'s Node>, id: &'s Arc<str>) -> Outcome<Value<'s>> {
        let seat = match of {
            None => self.at_hand(),
            Some(of) => match self.eval(of)? {
                Value::Unit(seat) => seat,
                value => {
                    let name = match what {
                        tree::Outcome::Points => "points",
                        tree::Outcome::Found => "found",
                        tree::Outcome::Met => "met",
                    };
                    return self.foreign(name, &[value, Value::Text(Text::Lent(id))]);
                }
            },
        };
        let scene = self.scene;
        Ok(match what {
            tree::Outcome::Points => {
                Value::of_optional(Self::settle(seat, scene.points(seat.index, id))?, |points: Number| {
                    Value::of_number(points)
                })
            }
            tree::Outcome::Found => {
                Value::of_optional(Self::settle(seat, scene.found(seat.index, id))?, Value::Boolean)
            }
            tree::Outcome::Met => Value::of_optional(Self::settle(seat, scene.met(seat.index, id))?, Value::Boolean),
        })
    }
}
