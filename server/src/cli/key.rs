//! `liuwu key`: keys of other systems, by whoever has the data in their hands.

use std::process::ExitCode;

use clap::Subcommand;

use super::At;
use super::account::Reach;
use super::terminal::Terminal;
use crate::accounts::words::scope;
use crate::accounts::{Caller, Permission, Refusal, table};
use crate::entrance::Entrance;
use crate::entrance::keyring::NewKey;

/// 接口密钥
#[derive(clap::Args)]
#[command(after_help = "例 · Examples:
  liuwu key add --for 基层治理四平台 --permission upload --days 180
  liuwu key list
  liuwu key revoke 1a2b3c4d")]
pub(super) struct KeyCommand {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// 列出密钥 · List the keys
    List(Listed),
    /// 新建密钥,只显示一次 · Make a key and show it once
    Add(Add),
    /// 撤销密钥 · Withdraw a key for good
    Revoke(Named),
}

#[derive(clap::Args)]
struct Listed {
    #[command(flatten)]
    at: At,
}

#[derive(clap::Args)]
struct Named {
    /// 密钥编号 · The name of the key
    id: String,
    #[command(flatten)]
    at: At,
}

#[derive(clap::Args)]
struct Add {
    /// 给哪个系统用 · Which system it is for
    #[arg(long = "for", value_name = "SYSTEM")]
    purpose: String,
    /// 权限,可多个 · A permission, or several
    #[arg(long, value_name = "PERMISSION", required = true, value_delimiter = ',',
        value_parser = clap::builder::PossibleValuesParser::new(table::FOR_KEYS.iter().map(|held| held.key())))]
    permission: Vec<String>,
    #[command(flatten)]
    reach: Reach,
    /// 有效天数,最多 366 · How many days it lasts, 366 at most
    #[arg(long, value_name = "N", default_value_t = 180)]
    days: u32,
    #[command(flatten)]
    at: At,
}

impl KeyCommand {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let at = match &self.deed {
            Deed::List(Listed { at }) | Deed::Add(Add { at, .. }) | Deed::Revoke(Named { at, .. }) => at,
        };
        let dir = at.open()?;
        match self.deed.perform(&dir.entrance(), terminal) {
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
        match self {
            Deed::List(_) => {
                let now = jiff::Timestamp::now();
                for key in entrance.keys()? {
                    let state = if key.works(now) { ("有效", "works") } else { ("无效", "does not work") };
                    let held: Vec<&str> = key.permissions.iter().map(|held| held.key()).collect();
                    let (zh, en) = scope(&key.scope);
                    out!(
                        terminal,
                        "{}\t{}\t{}\t{}\t{}\t{}",
                        key.id,
                        key.purpose,
                        held.join(","),
                        terminal.say(&zh, &en),
                        key.until,
                        terminal.say(state.0, state.1)
                    );
                }
                Ok(())
            }
            Deed::Add(add) => {
                let new = NewKey {
                    purpose: add.purpose.clone(),
                    permissions: add.permission.iter().filter_map(|key| Permission::from_key(key)).collect(),
                    scope: add.reach.scope(),
                    days: add.days,
                };
                let (_, text) = entrance.make_key(&Caller::terminal(), new)?;
                out!(terminal, "{text}");
                terminal.note(terminal.say(
                    "以上密钥只显示这一次。对方系统在请求头中写 Authorization: Bearer 密钥。",
                    "The key above is shown this once. The other system sends it as `Authorization: Bearer KEY`.",
                ));
                Ok(())
            }
            Deed::Revoke(named) => entrance.withdraw_key(&Caller::terminal(), &named.id),
        }
    }
}
