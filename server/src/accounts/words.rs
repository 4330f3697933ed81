//! What roles and scopes are called, in Chinese and English: for messages, the command line and the log. Next:
//! [`super::refusal`].

use super::{Role, Scope};

/// The name of a role, in Chinese and English.
#[must_use]
pub const fn role(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::SystemAdministrator => ("系统管理员", "system administrator"),
        Role::SecurityAdministrator => ("安全管理员", "security administrator"),
        Role::Auditor => ("审计员", "auditor"),
        Role::Assessor => ("考核人员", "assessor"),
        Role::PolicyOfficer => ("政策人员", "policy officer"),
        Role::Approver => ("审批人", "approver"),
        Role::Village => ("村社", "village"),
    }
}

/// How far a scope reaches, in Chinese and English.
#[must_use]
pub fn scope(scope: &Scope) -> (String, String) {
    match scope {
        Scope::Everything => ("全部".to_owned(), "everything".to_owned()),
        Scope::Department(name) => (format!("部门:{name}"), format!("department: {name}")),
        Scope::Divisions(codes) => {
            let codes = codes.join("、");
            (format!("地区:{codes}"), format!("divisions: {codes}"))
        }
    }
}
