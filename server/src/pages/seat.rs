//! Who is logged in, as a page shows it: the name, the menu of what the account may do, and the token that its forms carry.
//!
//! Enters: the [`Caller`] of a request. Leaves: a [`Seat`] in the [`Frame`](super::frame::Frame). An area with pages of its own
//! adds its line to [`AREAS`]. Next: [`frame`](super::frame).

use super::links::{self, Side};
use crate::accounts::{Caller, Permission};
use crate::disclosure::Viewer;
use crate::remit::Remit;

/// The name of the field with which a form proves that it comes from a page of ours.
pub const CSRF_FIELD: &str = "csrf";

/// An entry of a menu, for readers or for staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Finding a village.
    Search,
    /// The city at a glance.
    City,
    /// The negative list.
    Negative,
    /// What must be handed in.
    Duties,
    /// One's own account.
    Account,
    /// The accounts, for administrators.
    Accounts,
    /// The keys of other systems.
    Keys,
    /// Other systems that are told of changes.
    Webhooks,
    /// The rules of security.
    Security,
    /// The log of everything that was done.
    Audit,
    /// Batches of what was handed in.
    Batches,
    /// Stored records.
    Records,
    /// Handing data in.
    Upload,
    /// Changes of divisions.
    Divisions,
    /// Scoring all units.
    Runs,
    /// Results as staff see them.
    Results,
    /// Making runs public.
    Releases,
    /// None of them.
    Elsewhere,
}

/// Who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// The name of the account.
    pub account: String,
    /// The village it acts for (代办).
    pub acting_for: Option<String>,
    /// What its forms carry ([`CSRF_FIELD`]).
    pub csrf: String,
    /// Whether it sees more in lists of results than anybody.
    pub has_lists: bool,
    /// The areas that it may open.
    areas: Vec<Area>,
}

/// An entry of the menu for staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// What it takes.
    permission: Permission,
    /// The key of its words.
    pub title: &'static str,
    /// Its address.
    pub link: &'static str,
    /// The section of its pages.
    pub section: Section,
}

/// Every area, in the order of the menu.
const AREAS: &[Area] = &[
    Area { permission: Permission::ReadRecords, title: "area-duties", link: "/desk", section: Section::Duties },
    Area {
        permission: Permission::Upload,
        title: "frame-desk-upload",
        link: super::links::UPLOAD,
        section: Section::Upload,
    },
    Area {
        permission: Permission::ReadRecords,
        title: "desk-batches",
        link: "/desk/batches",
        section: Section::Batches,
    },
    Area {
        permission: Permission::ReadRecords,
        title: "desk-records",
        link: "/desk/records",
        section: Section::Records,
    },
    Area {
        permission: Permission::ReadResults,
        title: "area-results",
        link: Side::Desk.city(),
        section: Section::Results,
    },
    Area {
        permission: Permission::Upload,
        title: "divisions-title",
        link: links::DIVISIONS,
        section: Section::Divisions,
    },
    Area { permission: Permission::Score, title: "runs-title", link: links::RUNS, section: Section::Runs },
    Area {
        permission: Permission::Release,
        title: "releases-title",
        link: links::RELEASES,
        section: Section::Releases,
    },
    Area {
        permission: Permission::ManageAccounts,
        title: "frame-menu-accounts",
        link: links::ACCOUNTS,
        section: Section::Accounts,
    },
    Area {
        permission: Permission::ApproveAccess,
        title: "frame-menu-accounts",
        link: links::ACCOUNTS,
        section: Section::Accounts,
    },
    Area {
        permission: Permission::ManageAccounts,
        title: "frame-menu-keys",
        link: links::KEYS,
        section: Section::Keys,
    },
    Area { permission: Permission::ApproveAccess, title: "frame-menu-keys", link: links::KEYS, section: Section::Keys },
    Area {
        permission: Permission::ManageService,
        title: "frame-menu-webhooks",
        link: links::WEBHOOKS,
        section: Section::Webhooks,
    },
    Area {
        permission: Permission::SetSecurity,
        title: "frame-menu-security",
        link: links::SECURITY,
        section: Section::Security,
    },
    Area { permission: Permission::ReadAudit, title: "frame-menu-audit", link: links::AUDIT, section: Section::Audit },
];

impl Seat {
    /// The seat of a caller; none for the public and for programs.
    #[must_use]
    pub fn of(caller: &Caller) -> Option<Seat> {
        let csrf = caller.csrf()?.to_owned();
        let has_lists = Viewer::of(caller).own_list().is_some();
        // Whoever acts for a village has what the account may do, and sees of results what the village sees.
        let has_everything = Remit::of_everything(caller, "").is_ok();
        let is_open = |section: Section| match section {
            Section::Results => has_lists,
            Section::Divisions | Section::Runs | Section::Releases => has_everything,
            _ => true,
        };
        let opens = |area: &&Area| caller.may(area.permission) && is_open(area.section);
        let areas = AREAS.iter().filter(opens).copied();
        Some(Seat {
            account: caller.account().to_owned(),
            acting_for: caller.acting_for().map(str::to_owned),
            csrf,
            has_lists,
            areas: areas.collect(),
        })
    }

    /// The menu.
    #[must_use]
    pub fn areas(&self) -> &[Area] {
        &self.areas
    }
}
