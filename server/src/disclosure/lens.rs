//! Through what one result is looked at: how much of each record kind, rule and criterion it lets be seen.
//!
//! Enters: what the standard says is public. Leaves: what this lens makes of it. The lens is chosen in [`super::viewer`]; what
//! scripts make of it is worked out in [`super::reach`].

use std::sync::Arc;

use liuwu_engine::bundle::Rule;
use liuwu_engine::dictionary::{Kind, Public};

use super::Reader;

/// Through what one result is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Lens {
    /// As the standard says.
    Public,
    /// Everything, and where it was read.
    Staff,
    /// A department, by its name in the standard: its own kinds and rules in full, of others what is public.
    Department(Arc<str>),
    /// The village that the result is about: all points it lost, and of restricted kinds how many facts there are. A record of
    /// such a kind could lead to who reported, complained or petitioned, so it sees none, nor a reason or number out of one.
    Village,
}

impl From<Reader> for Lens {
    fn from(reader: Reader) -> Lens {
        match reader {
            Reader::Public => Lens::Public,
            Reader::Staff => Lens::Staff,
        }
    }
}

impl Lens {
    /// Whether more is seen through it than the public sees.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        *self != Lens::Public
    }

    /// Whether the reason is told for which a finding of a rule does not count. Whoever approved it has put it in words of their own:
    /// it is for those who answer for the rule.
    #[must_use]
    pub fn tells_exemption_of(&self, rule: Option<&Rule>) -> bool {
        match self {
            Lens::Staff => true,
            Lens::Department(name) => rule.is_some_and(|rule| rule.department.as_deref() == Some(name)),
            Lens::Public | Lens::Village => false,
        }
    }

    /// How much of records of a kind is seen.
    pub(super) fn of_kind(&self, kind: &Kind) -> Public {
        match self {
            Lens::Public => kind.public,
            Lens::Staff => Public::Full,
            Lens::Department(_) if self.has_handed_in(kind) => Public::Full,
            Lens::Department(_) => kind.public,
            Lens::Village => eased(kind.public),
        }
    }

    /// How much of a rule is seen for the sake of the criteria it stands in, which are so public.
    pub(super) fn of_rule(&self, rule: &Rule, criteria: Public) -> Public {
        match self {
            Lens::Department(name) if rule.department.as_deref() == Some(name) => Public::Full,
            lens => lens.of_criterion(criteria),
        }
    }

    /// How much is seen of what is read off a criterion that is so public.
    pub(super) fn of_criterion(&self, public: Public) -> Public {
        match self {
            Lens::Public | Lens::Department(_) => public,
            Lens::Staff => Public::Full,
            Lens::Village => eased(public),
        }
    }

    /// Whether the points of a criterion that is so public are kept back whatever its rules are. A department is told them once
    /// it sees every rule of the criterion: it could add them up.
    pub(super) fn withholds(&self, public: Public) -> bool {
        *self == Lens::Public && public == Public::Met
    }

    /// Whether whoever looks has handed in a kind.
    pub(super) fn has_handed_in(&self, kind: &Kind) -> bool {
        matches!(self, Lens::Department(name) if kind.department.as_deref() == Some(name))
    }
}

/// What nobody else is told, a village is told the number and points of.
fn eased(public: Public) -> Public {
    match public {
        Public::Full => Public::Full,
        Public::Points | Public::Met => Public::Points,
    }
}
