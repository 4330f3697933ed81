//! Who looks at results, and through which lens at which of them.
//!
//! Enters: a [`Caller`]. Leaves: a [`Viewer`]; nothing else decides what an account sees of a result. Next: [`super::lens`].
//!
//! | who | lists | a result in its charge | any other result |
//! | --- | --- | --- | --- |
//! | anybody | released, public | – | released, public |
//! | office, with scope over everything | in force, in full | in force, in full | – |
//! | town, or any divisions | released; its own in full | in force, in full | released, public |
//! | department | released, public | in force; its kinds and rules in full | – |
//! | village, or a town in its place | released, public | released; all points, no restricted record | released, public |
//!
//! A list comes from one run, so lists of somebody who answers for a part only are those that everybody has.

use std::sync::Arc;

use super::{Lens, Reader};
use crate::accounts::{Caller, Permission, Role, Scope};

/// Who looks at results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer(Standpoint);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Standpoint {
    Outside,
    Office,
    Department(Arc<str>),
    Divisions(Vec<String>),
    Village(Vec<String>),
}

/// How one result is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Whose run it comes from: the newest released, or the one in force.
    pub run: Reader,
    /// What of it is seen.
    pub lens: Lens,
}

impl Viewer {
    /// The viewer that a caller is.
    #[must_use]
    pub fn of(caller: &Caller) -> Viewer {
        let is_village = caller.acting_for().is_some() || caller.roles().contains(&Role::Village);
        Viewer(match caller.scope() {
            Scope::Divisions(codes) if is_village => Standpoint::Village(codes.clone()),
            _ if is_village || !caller.may(Permission::ReadResults) => Standpoint::Outside,
            Scope::Everything => Standpoint::Office,
            Scope::Department(name) => Standpoint::Department(name.as_str().into()),
            Scope::Divisions(codes) => Standpoint::Divisions(codes.clone()),
        })
    }

    /// Whether it sees what anybody sees, and nothing else.
    #[must_use]
    pub fn is_outside(&self) -> bool {
        self.0 == Standpoint::Outside
    }

    /// Whose run lists come from.
    #[must_use]
    pub fn of_lists(&self) -> Reader {
        if self.0 == Standpoint::Office { Reader::Staff } else { Reader::Public }
    }

    /// How a result stands in a list. `is_within` says whether it is about a division or something below it.
    pub fn in_list(&self, is_within: impl Fn(&str) -> bool) -> Reader {
        match &self.0 {
            Standpoint::Office => Reader::Staff,
            Standpoint::Divisions(codes) if codes.iter().any(|code| is_within(code)) => Reader::Staff,
            _ => Reader::Public,
        }
    }

    /// How a result is looked at by itself.
    pub fn look(&self, is_within: impl Fn(&str) -> bool) -> Look {
        let has = |codes: &[String]| codes.iter().any(|code| is_within(code));
        match &self.0 {
            Standpoint::Office => Look { run: Reader::Staff, lens: Lens::Staff },
            Standpoint::Divisions(codes) if has(codes) => Look { run: Reader::Staff, lens: Lens::Staff },
            Standpoint::Department(name) => Look { run: Reader::Staff, lens: Lens::Department(Arc::clone(name)) },
            Standpoint::Village(codes) if has(codes) => Look { run: Reader::Public, lens: Lens::Village },
            Standpoint::Outside | Standpoint::Divisions(_) | Standpoint::Village(_) => Look::PUBLIC,
        }
    }
}

impl Look {
    /// What anybody sees.
    pub const PUBLIC: Look = Look { run: Reader::Public, lens: Lens::Public };
}
