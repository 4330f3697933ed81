//! Accounts for whoever tries the demo: one of each kind of work, each with a one-time password that is shown and kept nowhere.
//!
//! Enters: the entrance to a store that holds the demo and nothing else. Leaves: [`Visitor`]s to be shown in the terminal. A
//! demo that is opened again gives new passwords. Next: [`super::terminal`].

use super::terminal::Terminal;
use crate::accounts::{Caller, Grant, Refusal, Role, Scope};
use crate::entrance::Entrance;
use crate::entrance::register::OneTime;

/// 塘下镇 and a village of it, as the sample has them.
const TOWN: &str = "330381101000";
const VILLAGE: &str = "330381101702";

/// Who can be tried: account, role, the division it answers for (everything when none), and what it is called.
const PARTS: [(&str, Role, Option<&str>, &str, &str); 8] = [
    ("demo-town", Role::Assessor, Some(TOWN), "塘下镇平安办:上报、更正、撤回", "a town's clerk: hands in, corrects"),
    ("demo-office", Role::Assessor, None, "市平安办考核人员:全部台账", "the city office's assessor: all records"),
    (
        "demo-policy",
        Role::PolicyOfficer,
        None,
        "政策人员:起草办法、核算",
        "policy officer: drafts the standard, scores",
    ),
    ("demo-approver", Role::Approver, None, "审批人:审批办法、公布结果", "approver: approves, releases"),
    ("demo-auditor", Role::Auditor, None, "审计员:审计日志", "auditor: the log of everything done"),
    ("demo-village", Role::Village, Some(VILLAGE), "村社:只看、只报本村", "a village: its own records alone"),
    (
        "demo-system",
        Role::SystemAdministrator,
        None,
        "系统管理员:提出账号、密钥",
        "system administrator: proposes accounts",
    ),
    (
        "demo-security",
        Role::SecurityAdministrator,
        None,
        "安全管理员:审批账号",
        "security administrator: approves them",
    ),
];

/// An account that somebody who looks at the demo may log in with.
pub(super) struct Visitor {
    name: &'static str,
    password: String,
    zh: &'static str,
    en: &'static str,
}

/// Makes the accounts, or gives those of an earlier start new passwords.
///
/// # Errors
/// When the store fails.
pub(super) fn let_in(entrance: &Entrance) -> Result<Vec<Visitor>, Refusal> {
    let caller = Caller::terminal();
    let known = entrance.accounts()?;
    let mut visitors = Vec::new();
    for (name, role, division, zh, en) in PARTS {
        let OneTime(password) = if known.iter().any(|account| account.name == name) {
            entrance.reset(&caller, name)?
        } else {
            let scope = division.map_or(Scope::Everything, |code| Scope::Divisions(vec![code.to_owned()]));
            entrance.add_account(&caller, name, zh, Grant { roles: vec![role], scope })?
        };
        visitors.push(Visitor { name, password, zh, en });
    }
    Ok(visitors)
}

/// Shows who may log in, and where.
pub(super) fn show(visitors: &[Visitor], address: &str, terminal: &Terminal) {
    let say = terminal.say(
        "试用后台:以下账号各有一次性密码(只显示这一次),首次登录时须修改",
        "to try the desk, log in with one of these; the one-time passwords are shown this once and changed at the first login",
    );
    out!(terminal, "  {address}  {say}");
    for Visitor { name, password, zh, en } in visitors {
        out!(terminal, "    {name:<14} {password}  {}", terminal.say(zh, en));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::accounts::password::Cost;
    use crate::audit::Audit;
    use crate::store::memory::Memory;

    #[test]
    fn each_visitor_logs_in_once_with_what_was_shown_and_a_new_start_shows_something_else() {
        let store = Arc::new(Memory::new());
        let audit = Arc::new(Audit::new(store.clone(), b"a key for tests"));
        let entrance = Entrance::new(store, audit, Cost { memory: 8, passes: 1, lanes: 1 }, 0);
        let first = let_in(&entrance).unwrap();
        assert_eq!(first.len(), PARTS.len());
        for visitor in &first {
            entrance.log_in(visitor.name, &visitor.password, None).unwrap();
        }
        let again = let_in(&entrance).unwrap();
        for (old, new) in first.iter().zip(&again) {
            assert_ne!(old.password, new.password);
            assert!(entrance.log_in(old.name, &old.password, None).is_err(), "{} has another password now", old.name);
        }
    }
}
