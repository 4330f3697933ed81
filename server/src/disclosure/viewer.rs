//! Who looks at results, and through which lens at which of them.
//!
//! Enters: a [`Caller`]. Leaves: a [`Viewer`]; nothing else decides what an account sees of a result or of a list ([`Outlook`]).
//! Next: [`super::lens`].
//!
//! | who | a result in its charge | any other result | lists |
//! | --- | --- | --- | --- |
//! | anybody | – | released, public | released, public |
//! | office, with scope over everything | in force, in full | – | in force, in full |
//! | town, or any divisions | in force, in full | released, public | of its own: in force, in full; of all: released, its own in full |
//! | department | in force; its kinds and rules in full | – | the same |
//! | village, or a town in its place | released; all points, no restricted record | released, public | released, public |
//!
//! A list comes from one run: so a town has its own villages by themselves from the run in force, and among all others from the one
//! that was released.

use std::sync::Arc;

use super::{Lens, Reader};
use crate::accounts::{Caller, Permission, Scope};

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

/// How a list is looked at: whose run it comes from, which results stand in it, through which lens each of them is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// Whose run it comes from.
    pub run: Reader,
    which: Which,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Which {
    /// Every result, through one lens.
    All(Lens),
    /// Those of these divisions alone, in full.
    Within(Vec<String>),
    /// Every result: those of these divisions in full, the others as anybody sees them.
    Among(Vec<String>),
}

impl Viewer {
    /// The viewer that a caller is.
    #[must_use]
    pub fn of(caller: &Caller) -> Viewer {
        let is_village = caller.is_village();
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

    /// Whose runs and editions it sees, apart from results.
    #[must_use]
    pub fn of_runs(&self) -> Reader {
        if self.0 == Standpoint::Office { Reader::Staff } else { Reader::Public }
    }

    /// How a list of all results is looked at.
    #[must_use]
    pub fn list(&self) -> Outlook {
        match &self.0 {
            Standpoint::Divisions(codes) => Outlook { run: Reader::Public, which: Which::Among(codes.clone()) },
            _ => self.own_list().unwrap_or(Outlook::PUBLIC),
        }
    }

    /// How a list is looked at that was narrowed to one division. `is_within` says whether it lies in another one.
    pub fn list_within(&self, is_within: impl Fn(&str) -> bool) -> Outlook {
        match &self.0 {
            Standpoint::Divisions(codes) if codes.iter().any(|code| is_within(code)) => Outlook::within(codes),
            _ => self.list(),
        }
    }

    /// How a list is looked at of that alone which it answers for; none for those who see in lists what anybody sees.
    #[must_use]
    pub fn own_list(&self) -> Option<Outlook> {
        let all = |lens| Outlook { run: Reader::Staff, which: Which::All(lens) };
        match &self.0 {
            Standpoint::Office => Some(all(Lens::Staff)),
            Standpoint::Department(name) => Some(all(Lens::Department(Arc::clone(name)))),
            Standpoint::Divisions(codes) => Some(Outlook::within(codes)),
            Standpoint::Outside | Standpoint::Village(_) => None,
        }
    }

    /// Whether it is told before a release how a result would move. `is_within` says whether it is about a division or something
    /// below it.
    pub fn sees_in_full(&self, is_within: impl Fn(&str) -> bool) -> bool {
        self.look(is_within).lens == Lens::Staff
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

impl Outlook {
    /// What anybody sees.
    pub const PUBLIC: Outlook = Outlook { run: Reader::Public, which: Which::All(Lens::Public) };

    /// What anybody sees, of the runs of a reader.
    #[must_use]
    pub fn public_of(run: Reader) -> Outlook {
        Outlook { run, ..Outlook::PUBLIC }
    }

    fn within(codes: &[String]) -> Outlook {
        Outlook { run: Reader::Staff, which: Which::Within(codes.to_vec()) }
    }

    /// Through which lens a result is seen; none: it does not stand in the list. `is_within` says whether it is about a division or
    /// something below it.
    pub fn lens(&self, is_within: impl Fn(&str) -> bool) -> Option<&Lens> {
        let has = |codes: &[String]| codes.iter().any(|code| is_within(code));
        match &self.which {
            Which::All(lens) => Some(lens),
            Which::Within(codes) => has(codes).then_some(&Lens::Staff),
            Which::Among(codes) => Some(if has(codes) { &Lens::Staff } else { &Lens::Public }),
        }
    }

    /// The lens through which it sees most.
    #[must_use]
    pub fn closest(&self) -> &Lens {
        match &self.which {
            Which::All(lens) => lens,
            Which::Within(_) | Which::Among(_) => &Lens::Staff,
        }
    }

    /// The divisions whose results alone stand in the list; none: of all.
    #[must_use]
    pub fn divisions(&self) -> Option<&[String]> {
        match &self.which {
            Which::Within(codes) => Some(codes),
            Which::All(_) | Which::Among(_) => None,
        }
    }

    /// Whether more is seen than the public sees.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        self.closest().is_internal()
    }
}

impl Look {
    /// What anybody sees.
    pub const PUBLIC: Look = Look { run: Reader::Public, lens: Lens::Public };
}
