//! Who may do what: roles, permissions and scopes, as they are kept with accounts and keys.
//!
//! Enters: what administrators decide. Leaves: the same, by names that never change once they have been stored. Which role has
//! which permissions stands in [`crate::accounts::table`]. Next: [`super::super::error`].

use serde::{Deserialize, Serialize};

/// What an account is for. One account may have several roles, within limits ([`crate::accounts::table::quarrel`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// 系统管理员: makes accounts and keys, looks after the service.
    SystemAdministrator,
    /// 安全管理员: approves what the system administrator makes, unlocks, sets the rules of security.
    SecurityAdministrator,
    /// 审计员: reads the log of everything that was done.
    Auditor,
    /// 考核人员: hands in and corrects data, of a department or a town.
    Assessor,
    /// 政策人员: drafts standards and tries them out.
    PolicyOfficer,
    /// 审批人: approves standards and makes results public.
    Approver,
    /// 村社: sees and answers what concerns the village itself.
    Village,
}

impl Role {
    /// Every role, in the order in which they are shown.
    pub const ALL: [Role; 7] = [
        Role::SystemAdministrator,
        Role::SecurityAdministrator,
        Role::Auditor,
        Role::Assessor,
        Role::PolicyOfficer,
        Role::Approver,
        Role::Village,
    ];

    /// The name by which it is stored and written on the command line.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Role::SystemAdministrator => "system-administrator",
            Role::SecurityAdministrator => "security-administrator",
            Role::Auditor => "auditor",
            Role::Assessor => "assessor",
            Role::PolicyOfficer => "policy-officer",
            Role::Approver => "approver",
            Role::Village => "village",
        }
    }

    /// The key of its words on pages.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Role::SystemAdministrator => "role-system-administrator",
            Role::SecurityAdministrator => "role-security-administrator",
            Role::Auditor => "role-auditor",
            Role::Assessor => "role-assessor",
            Role::PolicyOfficer => "role-policy-officer",
            Role::Approver => "role-approver",
            Role::Village => "role-village",
        }
    }

    /// The role of a name.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.key() == key)
    }
}

/// One thing that somebody may do or not. Each route of the service names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// Sees results before they are public, and what of them is not public.
    ReadResults,
    /// Sees batches and records.
    ReadRecords,
    /// Hands in records, statements and attachments.
    Upload,
    /// Corrects and takes back what was handed in.
    Correct,
    /// Sees personal fields unmasked; each view is noted in the log.
    SeePersonal,
    /// Acts for a village that has no account (代办).
    ActForVillage,
    /// Has units scored.
    Score,
    /// Has runs recomputed and compared.
    Verify,
    /// Makes runs public and takes them back.
    Release,
    /// Drafts editions of a standard.
    DraftEdition,
    /// Approves editions that somebody else has drafted.
    ApproveEdition,
    /// Makes and changes accounts and keys.
    ManageAccounts,
    /// Connects other systems: webhooks, mapping files, what the service reports about itself.
    ManageService,
    /// Approves accounts and keys, unlocks them, withdraws them.
    ApproveAccess,
    /// Sets the rules of passwords, sessions and lockout.
    SetSecurity,
    /// Reads, checks and exports the log of everything that was done.
    ReadAudit,
}

impl Permission {
    /// Every permission, in the order in which they are shown.
    pub const ALL: [Permission; 16] = [
        Permission::ReadResults,
        Permission::ReadRecords,
        Permission::Upload,
        Permission::Correct,
        Permission::SeePersonal,
        Permission::ActForVillage,
        Permission::Score,
        Permission::Verify,
        Permission::Release,
        Permission::DraftEdition,
        Permission::ApproveEdition,
        Permission::ManageAccounts,
        Permission::ManageService,
        Permission::ApproveAccess,
        Permission::SetSecurity,
        Permission::ReadAudit,
    ];

    /// The name by which it is stored and written on the command line.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Permission::ReadResults => "read-results",
            Permission::ReadRecords => "read-records",
            Permission::Upload => "upload",
            Permission::Correct => "correct",
            Permission::SeePersonal => "see-personal",
            Permission::ActForVillage => "act-for-village",
            Permission::Score => "score",
            Permission::Verify => "verify",
            Permission::Release => "release",
            Permission::DraftEdition => "draft-edition",
            Permission::ApproveEdition => "approve-edition",
            Permission::ManageAccounts => "manage-accounts",
            Permission::ManageService => "manage-service",
            Permission::ApproveAccess => "approve-access",
            Permission::SetSecurity => "set-security",
            Permission::ReadAudit => "read-audit",
        }
    }

    /// The permission of a name.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Permission> {
        Permission::ALL.into_iter().find(|permission| permission.key() == key)
    }

    /// What it lets somebody do, in Chinese.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Permission::ReadResults => "查看未公布的考核结果",
            Permission::ReadRecords => "查看批次和台账",
            Permission::Upload => "上报数据",
            Permission::Correct => "更正和撤回",
            Permission::SeePersonal => "查看个人信息原文",
            Permission::ActForVillage => "代村社办理",
            Permission::Score => "核算",
            Permission::Verify => "核验核算",
            Permission::Release => "公布和收回结果",
            Permission::DraftEdition => "起草考核办法",
            Permission::ApproveEdition => "审批考核办法",
            Permission::ManageAccounts => "管理账号和密钥",
            Permission::ManageService => "管理系统对接",
            Permission::ApproveAccess => "审批账号和密钥",
            Permission::SetSecurity => "安全设置",
            Permission::ReadAudit => "查看审计日志",
        }
    }

    /// The same in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Permission::ReadResults => "see results that are not public",
            Permission::ReadRecords => "see batches and records",
            Permission::Upload => "hand in data",
            Permission::Correct => "correct and take back",
            Permission::SeePersonal => "see personal data in full",
            Permission::ActForVillage => "act for a village",
            Permission::Score => "score",
            Permission::Verify => "verify runs",
            Permission::Release => "release and retract results",
            Permission::DraftEdition => "draft standards",
            Permission::ApproveEdition => "approve standards",
            Permission::ManageAccounts => "manage accounts and keys",
            Permission::ManageService => "connect other systems",
            Permission::ApproveAccess => "approve accounts and keys",
            Permission::SetSecurity => "set security rules",
            Permission::ReadAudit => "read the audit log",
        }
    }
}

/// Which part of the data an account or a key reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// All of it.
    #[default]
    Everything,
    /// The record kinds of one department, by its name in the standard, in all divisions.
    Department(String),
    /// Some divisions with everything below them, by their codes; all record kinds.
    Divisions(Vec<String>),
}
