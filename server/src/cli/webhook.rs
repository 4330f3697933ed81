//! `liuwu webhook`: which systems are told of changes, by whoever has the data in their hands.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};

use super::terminal::Terminal;
use crate::accounts::Caller;
use crate::data_dir::DataDir;
use crate::error::Problem;
use crate::webhooks::outbox::{self, Try};
use crate::webhooks::registry::{Registry, Wish};
use crate::webhooks::{self, Event, Occasion, Subscription, courier};

/// 推送登记
#[derive(clap::Args)]
#[command(after_help = "例 · Examples:
  liuwu webhook add http://10.1.2.3/liuwu --webhook-host 10.1.2.3
  liuwu webhook list
  liuwu webhook ping 1 --webhook-host 10.1.2.3
  liuwu webhook deliveries 1")]
pub(super) struct WebhookCommand {
    #[command(subcommand)]
    deed: Deed,
    /// 数据目录 · Data directory
    #[arg(long, global = true, value_name = "DIR", default_value = "data", env = "LIUWU_DATA")]
    data: PathBuf,
    /// 可接收推送的主机,与 liuwu serve 所用相同 · Hosts that may be written to, as `liuwu serve` has them
    #[arg(long, global = true, value_name = "HOST", value_delimiter = ',', env = "LIUWU_WEBHOOK_HOSTS")]
    webhook_host: Vec<String>,
}

#[derive(Subcommand)]
enum Deed {
    /// 列出登记 · List them
    List,
    /// 登记网址,密钥只显示一次 · Register an address and show its secret once
    Add(Add),
    /// 立即试送一条 · Send a test at once
    Ping(Numbered),
    /// 暂停 · Send nothing there until it is resumed
    Pause(Numbered),
    /// 恢复 · Send there again
    Resume(Numbered),
    /// 注销,连同待送的消息 · Strike it off, with all that waits
    Remove(Numbered),
    /// 最近的投递 · The last deliveries
    Deliveries(Numbered),
}

#[derive(clap::Args)]
struct Numbered {
    /// 编号 · Its number
    id: u64,
}

#[derive(clap::Args)]
struct Add {
    /// 接收网址,http:// 开头 · Where messages go, beginning with http://
    url: String,
    /// 推送哪些事,多个用逗号隔开;不写为全部 · Of what; everything when left out
    #[arg(long, value_name = "EVENT", value_delimiter = ',',
        value_parser = clap::builder::PossibleValuesParser::new(Event::ALL.map(Event::key)))]
    event: Vec<String>,
    /// 何时推送 · When
    #[arg(long, value_enum, default_value = "released")]
    when: When,
}

#[derive(Clone, Copy, ValueEnum)]
enum When {
    /// 公布时 · when results are released
    Released,
    /// 核算后 · as soon as a run comes into force
    InForce,
}

impl WebhookCommand {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let dir = DataDir::open(&self.data)?;
        match self.perform(&dir, terminal) {
            Ok(()) => Ok(ExitCode::SUCCESS),
            Err(problem @ Problem::Internal(_)) => Err(anyhow::anyhow!("{problem}")),
            Err(problem) => {
                let said = problem.detail();
                terminal.error(terminal.say(&said.zh, &said.en));
                Ok(ExitCode::from(2))
            }
        }
    }

    fn perform(&self, dir: &DataDir, terminal: &Terminal) -> Result<(), Problem> {
        let store = dir.store.as_ref();
        let (audit, caller) = (dir.audit(), Caller::terminal());
        let allowed = self.webhook_host.as_slice();
        let registry = Registry { store, audit: &audit, caller: &caller, allowed, now: jiff::Timestamp::now() };
        match &self.deed {
            Deed::List => {
                for subscription in webhooks::all(store)? {
                    show(&subscription, terminal);
                }
            }
            Deed::Add(add) => {
                let events = add.event.iter().filter_map(|key| Event::from_key(key)).collect();
                let occasion = match add.when {
                    When::Released => Occasion::Released,
                    When::InForce => Occasion::InForce,
                };
                let made = registry.register(Wish { url: add.url.clone(), events, occasion })?;
                show(&made, terminal);
                out!(terminal, "{}", made.secret);
                terminal.note(terminal.say(
                    "以上签名密钥只显示这一次,请存入接收系统。",
                    "The secret above, with which messages are signed, is shown this once.",
                ));
            }
            Deed::Ping(Numbered { id }) => {
                let subscription = webhooks::find(store, *id)?;
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let runtime = runtime.map_err(|error| Problem::Internal(error.to_string()))?;
                let tried = runtime.block_on(courier::ping(allowed, registry.now, &subscription));
                registry.has_tried(&tried)?;
                show_try(&tried, terminal);
            }
            Deed::Pause(Numbered { id }) => show(&registry.pause(*id)?, terminal),
            Deed::Resume(Numbered { id }) => show(&registry.resume(*id)?, terminal),
            Deed::Remove(Numbered { id }) => registry.strike_off(*id)?,
            Deed::Deliveries(Numbered { id }) => {
                webhooks::find(store, *id)?;
                let own = outbox::tried(store)?.into_iter().filter(|tried| tried.subscription == *id);
                own.for_each(|tried| show_try(&tried, terminal));
            }
        }
        Ok(())
    }
}

fn show(subscription: &Subscription, terminal: &Terminal) {
    let events: Vec<&str> = subscription.events.iter().map(|event| event.key()).collect();
    let (state, since) = match (subscription.stopped, subscription.failing_since) {
        (Some(since), _) => (terminal.say("已停送", "nothing is sent"), since.to_string()),
        (None, Some(since)) => (terminal.say("送不到", "does not arrive"), since.to_string()),
        (None, None) => (terminal.say("正常", "works"), String::new()),
    };
    out!(terminal, "{}\t{}\t{}\t{state} {since}", subscription.id, subscription.url, events.join(","));
}

fn show_try(tried: &Try, terminal: &Terminal) {
    let outcome = tried.failure.as_deref().unwrap_or_else(|| terminal.say("送到", "arrived"));
    out!(terminal, "{}\t{}\t{}\t{outcome}", tried.at, tried.event.key(), tried.message);
}
