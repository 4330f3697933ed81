//! The data dictionary: which kinds of records a standard asks for, their fields and types, and the attributes of units.
//!
//! Enters: the `records`, `attributes` and `shapes` of a bundle, already checked. Leaves: [`Kind`], [`Field`] and [`Type`],
//! which [`read`] uses to turn raw cells into typed [`Value`]s or into the list of every fault. Next: [`crate::record`].

mod alike;
pub mod read;
mod value;

use std::sync::Arc;

use indexmap::IndexMap;

use crate::number::Number;
use crate::period::Granularity;

pub use value::Value;

/// Everything a bundle asks for.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    /// Record kinds by their key.
    pub kinds: IndexMap<String, Arc<Kind>>,
    /// Facts about units by their key.
    pub attributes: IndexMap<String, Attribute>,
    /// Nested structures by their name; a shape may contain itself.
    pub shapes: IndexMap<String, Arc<Shape>>,
}

/// One kind of record: a heading of the data dictionary.
#[derive(Debug, Clone)]
pub struct Kind {
    /// Key in the bundle and in scripts, such as `fire`.
    pub id: Arc<str>,
    /// What clerks call it.
    pub title: String,
    /// Who hands it in.
    pub department: Option<String>,
    /// The level of the units its records belong to, when it is not the bundle's own.
    pub of: Option<String>,
    /// Header of the date column.
    pub date_title: String,
    /// Its fields, in the order of the bundle.
    pub fields: IndexMap<String, Field>,
    /// What makes two records the same fact: names of fields, `unit`, `date`, `id`. Empty: the `id`, or else everything.
    pub identity: Vec<String>,
    /// What happens when the same fact comes again with other content.
    pub changes: Changes,
    /// Fields with the times of its stages; of two states of one fact the one that reached the later time stands. Empty: the one
    /// that arrived later.
    pub stages: Vec<String>,
    /// What it means that a unit has no record.
    pub none_means: NoneMeans,
    /// When it must be handed in.
    pub due: Option<Due>,
    /// What the public may see.
    pub public: Public,
    /// How long personal fields are kept, in the bundle's words such as `3 years`.
    pub keep_personal: Option<String>,
    /// What a unit can still do about a record of this kind.
    pub mend: Option<Mend>,
    /// Where it stands in the bundle (line, column), from 1.
    pub place: (u32, u32),
}

/// One field of a kind or of a shape.
#[derive(Debug, Clone)]
pub struct Field {
    /// What clerks call it: the header of its column.
    pub title: String,
    /// Its type.
    pub kind: Type,
    /// Unit of measure, such as 万元.
    pub unit: Option<String>,
    /// Smallest value allowed.
    pub min: Option<Number>,
    /// Largest value allowed.
    pub max: Option<Number>,
    /// Most decimal places allowed.
    pub places: Option<u32>,
    /// May be left blank; scripts then read `()`.
    pub optional: bool,
    /// Stands in when the cell is blank.
    pub default: Option<Value>,
    /// What personal data it holds (`name`, `phone`, `id_number`, …), if any.
    pub personal: Option<String>,
    /// Where it stands in the bundle (line, column), from 1.
    pub place: (u32, u32),
}

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// An exact decimal.
    Decimal,
    /// Yes or no.
    Boolean,
    /// A day.
    Date,
    /// A day and a time of day, Asia/Shanghai.
    Time,
    /// One of a list: key and title.
    Choice(Arc<IndexMap<String, String>>),
    /// Several values of one type.
    List(Arc<Type>),
    /// Values of one type by text keys.
    Map(Arc<Type>),
    /// A nested structure, by name.
    Shape(Arc<str>),
}

/// A nested structure.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Its name in the bundle.
    pub id: Arc<str>,
    /// Its fields.
    pub fields: IndexMap<String, Field>,
}

/// A fact about a unit, dated where it changes.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Title, type and bounds.
    pub field: Field,
    /// The level of the units that carry it, when it is not the bundle's own.
    pub of: Option<String>,
}

/// What happens when a fact comes again with other content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Changes {
    /// A person decides.
    #[default]
    Conflict,
    /// The newer supersedes the older.
    Latest,
}

/// What the absence of a record means once the kind is handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NoneMeans {
    /// It did not happen.
    #[default]
    Clean,
    /// The data is missing: reading it cannot be checked.
    Missing,
}

/// What of a kind or criterion the public may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Public {
    /// All but personal fields.
    #[default]
    Full,
    /// Counts and points only.
    Points,
    /// Met or not met only.
    Met,
}

/// When a kind must be handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// For each period of this length.
    pub every: Granularity,
    /// Calendar days after its end.
    pub within_days: u32,
}

/// What would put a record right: the fields that change when the work is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    /// What to do, in words.
    pub title: String,
    /// Field and its value after the work.
    pub set: Vec<(String, MendValue)>,
}

/// The value of a field once the work is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MendValue {
    /// The day of the assessment.
    AsOf,
    /// A given value.
    Is(Value),
}

impl Kind {
    /// Whether the public may see neither records nor counts of this kind.
    pub fn is_restricted(&self) -> bool {
        self.public != Public::Full
    }

    /// The place of a field among the values of a record.
    pub fn index_of(&self, field: &str) -> Option<usize> {
        self.fields.get_index_of(field)
    }

    /// Whether its records are events that go through steps, of which messages may tell one by one.
    pub fn has_steps(&self) -> bool {
        self.changes == Changes::Latest && !self.stages.is_empty()
    }

    /// The first field that holds a time of day; records of one day are ordered by it.
    pub fn time_field(&self) -> Option<usize> {
        self.fields.values().position(|field| field.kind == Type::Time)
    }
}
