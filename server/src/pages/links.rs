//! Addresses of pages, each written once. Next: [`assets`](super::assets).

use std::fmt::Write as _;

use crate::store::{RecordId, RunId};

/// The page of a village, by its code.
#[must_use]
pub fn village(code: &str) -> String {
    format!("/villages/{}", escape(code))
}

/// The page of a village for those who see more of it than the public, by its code.
#[must_use]
pub fn village_in_full(code: &str) -> String {
    format!("/desk/villages/{}", escape(code))
}

/// On which side of the counter pages of results stand: what anybody may read, or the desk of those who see more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What anybody may read.
    Public,
    /// The desk.
    Desk,
}

impl Side {
    /// The city at a glance.
    #[must_use]
    pub const fn city(self) -> &'static str {
        match self {
            Side::Public => CITY,
            Side::Desk => "/desk/city",
        }
    }

    /// The negative list.
    #[must_use]
    pub const fn negative(self) -> &'static str {
        match self {
            Side::Public => NEGATIVE,
            Side::Desk => "/desk/negative-list",
        }
    }

    /// The search.
    #[must_use]
    pub const fn search(self) -> &'static str {
        match self {
            Side::Public => SEARCH,
            Side::Desk => "/desk/villages",
        }
    }

    /// The villages of a town, by its code.
    #[must_use]
    pub fn town(self, code: &str) -> String {
        format!("{}?town={}", self.search(), escape(code))
    }

    /// The page of a village, by its code.
    #[must_use]
    pub fn village(self, code: &str) -> String {
        match self {
            Side::Public => village(code),
            Side::Desk => village_in_full(code),
        }
    }
}

/// A stored record.
#[must_use]
pub fn record(id: RecordId) -> String {
    format!("/desk/records/{id}")
}

/// A table of changes of divisions, by the number of its draft.
#[must_use]
pub fn division_table(draft: &str) -> String {
    format!("{DIVISIONS}/{draft}")
}

/// The conflicts of a kind that wait to be settled.
#[must_use]
pub fn questions_of(kind: &str) -> String {
    format!("/desk/questions?kind={}", escape(kind))
}

/// The home page.
pub const HOME: &str = "/";
/// The search.
pub const SEARCH: &str = "/search";
/// The city at a glance.
pub const CITY: &str = "/city";
/// The negative list.
pub const NEGATIVE: &str = "/negative-list";
/// What is asked of whoever is logged in.
pub const DESK: &str = "/desk";
/// Where tables are handed in.
pub const UPLOAD: &str = "/desk/upload";
/// Where changes of divisions are handed in.
pub const DIVISIONS: &str = "/desk/divisions";
/// Where units are scored.
pub const RUNS: &str = "/desk/runs";
/// Where runs are made public.
pub const RELEASES: &str = "/desk/releases";
/// Where the reader's language and text size are changed.
pub const PREFERENCES: &str = "/preferences";

/// Where somebody logs in.
pub const LOG_IN: &str = "/login";
/// Where somebody logs out.
pub const LOG_OUT: &str = "/logout";
/// Where the first accounts are made.
pub const SET_UP: &str = "/setup";
/// One's own account.
pub const ACCOUNT: &str = "/account";
/// One's own password.
pub const PASSWORD: &str = "/account/password";
/// The accounts, for administrators.
pub const ACCOUNTS: &str = "/admin/accounts";
/// The keys of other systems, for administrators.
pub const KEYS: &str = "/admin/keys";
/// Other systems that are told of changes, for administrators.
pub const WEBHOOKS: &str = "/admin/webhooks";
/// The rules of security, for administrators.
pub const SECURITY: &str = "/admin/security";
/// Who saw personal data in full, and why.
pub const SIGHTINGS: &str = "/audit/sightings";
/// The log of everything that was done.
pub const AUDIT: &str = "/audit";

/// What releasing a run would change.
#[must_use]
pub fn release(id: RunId) -> String {
    format!("{RELEASES}/{id}")
}

/// One system that is told of changes, for administrators.
#[must_use]
pub fn webhook(id: u64) -> String {
    format!("{WEBHOOKS}/{id}")
}

/// One account, for administrators.
#[must_use]
pub fn account(name: &str) -> String {
    format!("{ACCOUNTS}/{}", escape(name))
}

/// The page of a draft.
#[must_use]
pub fn draft(id: &str) -> String {
    format!("{UPLOAD}/{}", escape(id))
}

/// Percent-encodes what may not stand in a path or query as it is.
#[must_use]
pub fn escape(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_can_end_the_address() {
        assert_eq!(Side::Public.town("a&b=/?#"), "/search?town=a%26b%3D%2F%3F%23");
        assert_eq!(escape("上岙"), "%E4%B8%8A%E5%B2%99");
    }
}
