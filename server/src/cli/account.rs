//! `liuwu account`: accounts, by whoever has the data in their hands. Everything is noted in the audit log as done at the terminal.

use std::process::ExitCode;

use clap::Subcommand;

use super::At;
use super::terminal::Terminal;
use crate::accounts::words::{role, scope};
use crate::accounts::{Account, Caller, Grant, Refusal, Role, Scope};
use crate::entrance::Entrance;
use crate::entrance::register::OneTime;

/// 账号
#[derive(clap::Args)]
#[command(after_help = "例 · Examples:
  liuwu account add zhang --role assessor --division 330381116000 --title 塘下镇平安办
  liuwu account list
  liuwu account reset zhang")]
pub(super) struct AccountCommand {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// 列出账号 · List the accounts
    List(Listed),
    /// 新建账号,显示一次性密码 · Make an account and show its one-time password
    Add(Add),
    /// 重置密码,显示新的一次性密码 · Give a new one-time password
    Reset(Named),
    /// 停用 · Close an account and end its sessions
    Lock(Named),
    /// 恢复使用,并解除输错锁定 · Open an account again, and unlock it after failed tries
    Unlock(Named),
}

#[derive(clap::Args)]
struct Listed {
    #[command(flatten)]
    at: At,
}

#[derive(clap::Args)]
struct Named {
    /// 账号 · The account
    name: String,
    #[command(flatten)]
    at: At,
}

#[derive(clap::Args)]
struct Add {
    /// 账号:小写字母、数字、点、横线、下划线 · Its name: a-z, 0-9, `.`, `-`, `_`
    name: String,
    /// 角色,可多个 · A role, or several
    #[arg(long, value_name = "ROLE", required = true, value_parser = Role::ALL.map(Role::key))]
    role: Vec<String>,
    #[command(flatten)]
    reach: Reach,
    /// 单位和岗位 · Office and post
    #[arg(long, value_name = "TEXT", default_value = "")]
    title: String,
    #[command(flatten)]
    at: At,
}

/// How far an account or a key reaches; everything when nothing is said.
#[derive(clap::Args)]
pub(super) struct Reach {
    /// 只限某部门的台账 · The record kinds of one department only
    #[arg(long, value_name = "NAME", conflicts_with = "division")]
    department: Option<String>,
    /// 只限某些镇街或村社(区划代码) · Some towns or villages only, by their codes
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    division: Vec<String>,
}

impl Reach {
    pub(super) fn scope(&self) -> Scope {
        match &self.department {
            Some(name) => Scope::Department(name.clone()),
            None if self.division.is_empty() => Scope::Everything,
            None => Scope::Divisions(self.division.clone()),
        }
    }
}

impl AccountCommand {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let at = match &self.deed {
            Deed::List(Listed { at }) | Deed::Add(Add { at, .. }) => at,
            Deed::Reset(named) | Deed::Lock(named) | Deed::Unlock(named) => &named.at,
        };
        let dir = at.open()?;
        let entrance = dir.entrance();
        match self.deed.perform(&entrance, terminal) {
            Ok(()) => Ok(ExitCode::SUCCESS),
            Err(refusal) if refusal.is_internal() => Err(refusal.into()),
            Err(refusal) => {
                terminal.error(terminal.say(&refusal.zh(), &refusal.to_string()));
                Ok(ExitCode::from(2))
            }
        }
    }
}

impl Deed {
    fn perform(&self, entrance: &Entrance, terminal: &Terminal) -> Result<(), Refusal> {
        let caller = Caller::terminal();
        match self {
            Deed::List(_) => {
                for account in entrance.accounts()? {
                    out!(terminal, "{}", in_line(&account, terminal));
                }
                Ok(())
            }
            Deed::Add(add) => {
                let roles = add.role.iter().filter_map(|key| Role::from_key(key)).collect();
                let grant = Grant { roles, scope: add.reach.scope() };
                let given = entrance.add_account(&caller, &add.name, &add.title, grant)?;
                show(&given, terminal);
                Ok(())
            }
            Deed::Reset(named) => {
                show(&entrance.reset(&caller, &named.name)?, terminal);
                Ok(())
            }
            Deed::Lock(named) => entrance.close(&caller, &named.name),
            Deed::Unlock(named) => {
                entrance.reopen(&caller, &named.name)?;
                entrance.unlock(&caller, &named.name)
            }
        }
    }
}

fn show(OneTime(password): &OneTime, terminal: &Terminal) {
    out!(terminal, "{password}");
    terminal.note(terminal.say(
        "以上是一次性密码,只显示这一次。请当面交给本人,首次登录时须修改。",
        "The one-time password above is shown this once. Hand it over in person; it has to be changed at the first login.",
    ));
}

fn in_line(account: &Account, terminal: &Terminal) -> String {
    let (roles, reach) = match &account.grant {
        Some(grant) => {
            let names = grant.roles.iter().map(|held| terminal.say(role(*held).0, role(*held).1));
            let (zh, en) = scope(&grant.scope);
            (names.collect::<Vec<_>>().join("、"), terminal.say(&zh, &en).to_owned())
        }
        None => (terminal.say("待审批", "waiting for approval").to_owned(), String::new()),
    };
    let state = match account {
        Account { closed: Some(_), .. } => terminal.say("已停用", "closed"),
        Account { one_time_until: Some(_), .. } => terminal.say("未启用", "not used yet"),
        _ => terminal.say("在用", "in use"),
    };
    format!("{}\t{roles}\t{reach}\t{state}\t{}", account.name, account.title)
}
