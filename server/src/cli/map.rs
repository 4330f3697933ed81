//! `liuwu map`: mapping files are checked, tried on a sample of another system's data, and published.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use jiff::Timestamp;
use liuwu_engine::bundle::{self, Bundle, read_mapping};
use liuwu_engine::dictionary::Dictionary;
use liuwu_engine::mapping::{Mapped, Mapping};
use serde_json::Value as Json;

use super::At;
use super::terminal::Terminal;
use crate::intake::items::{ItemFault, ItemReader};
use crate::intake::{Asked, Choices, UnitIndex};
use crate::progress::Unwatched;
use crate::push::body::{self, Form};
use crate::push::{MOST_ITEMS, message, placed_at_origins};
use crate::store::mappings;

/// 对照文件:把其他系统的数据变成台账记录
#[derive(clap::Args)]
#[command(after_help = "例 · Example:\n  liuwu map check fixtures/integration/grid-platform.yaml \
    fixtures/integration/grid-platform.json --bundle rules/ruian-six-no/2020.yaml")]
pub(super) struct Map {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 检查,并用样例数据试转 · Check a mapping file and try it on a sample
    Check {
        /// 对照文件(YAML) · Mapping file
        file: PathBuf,
        /// 样例数据:json,或每行一条的 jsonl · Sample data: json, or an object a line (jsonl)
        sample: Option<PathBuf>,
        /// 考核办法(YAML);不填则用已发布的 · Rule bundle; the published one when left out
        #[arg(long, value_name = "FILE")]
        bundle: Option<PathBuf>,
        #[command(flatten)]
        at: At,
    },
    /// 发布为下一版本 · Publish it as the next edition
    Publish {
        /// 对照文件(YAML) · Mapping file
        file: PathBuf,
        /// 由谁发布 · Who publishes it
        #[arg(long, value_name = "NAME", default_value = "cli")]
        by: String,
        #[command(flatten)]
        at: At,
    },
    /// 已发布的 · Those published
    List {
        #[command(flatten)]
        at: At,
    },
}

impl Map {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        match &self.command {
            Command::Check { file, sample, bundle, at } => {
                let standard = match bundle {
                    Some(path) => standard_in(path, terminal)?,
                    None => published(at)?,
                };
                let Some(standard) = standard else { return Ok(ExitCode::from(1)) };
                let Some((mapping, _)) = read(file, &standard, terminal)? else { return Ok(ExitCode::from(1)) };
                match sample {
                    Some(sample) => try_on(&mapping, &standard, sample, terminal),
                    None => {
                        out!(terminal, "{} {}", mapping.id, terminal.say("没有问题", "is sound"));
                        Ok(ExitCode::SUCCESS)
                    }
                }
            }
            Command::Publish { file, by, at } => {
                let Some(standard) = published(at)? else { return Ok(ExitCode::from(1)) };
                let Some((mapping, text)) = read(file, &standard, terminal)? else { return Ok(ExitCode::from(1)) };
                let dir = at.open()?;
                let stored = mappings::publish(dir.store.as_ref(), &mapping.id, &text, (by, Timestamp::now()))?;
                out!(
                    terminal,
                    "{} {}@{} {}",
                    terminal.say("已发布", "published"),
                    stored.name,
                    stored.edition,
                    stored.digest
                );
                Ok(ExitCode::SUCCESS)
            }
            Command::List { at } => {
                for mapping in mappings::all(at.open()?.store.as_ref())? {
                    out!(terminal, "{}@{} {} {}", mapping.name, mapping.edition, mapping.at, mapping.by);
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

/// The standard in a file; none when it has faults, which are shown.
fn standard_in(path: &Path, terminal: &Terminal) -> anyhow::Result<Option<Bundle>> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| name.clone())?;
    match bundle::read(&name, &text) {
        Ok((bundle, _)) => Ok(Some(bundle)),
        Err(faults) => {
            terminal.diagnostics(&faults, &HashMap::from([(name, text)]));
            Ok(None)
        }
    }
}

fn published(at: &At) -> anyhow::Result<Option<Bundle>> {
    let edition = super::edition(at.open()?.store.as_ref(), None, None)?;
    Ok(bundle::read(&edition.bundle, &edition.text).ok().map(|(bundle, _)| bundle))
}

/// A mapping and its text; none when it has faults, which are shown.
fn read(path: &Path, standard: &Bundle, terminal: &Terminal) -> anyhow::Result<Option<(Mapping, String)>> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| name.clone())?;
    match read_mapping(&name, &text, &standard.dictionary) {
        Ok(mapping) => Ok(Some((mapping, text))),
        Err(faults) => {
            terminal.diagnostics(&faults, &HashMap::from([(name, text)]));
            Ok(None)
        }
    }
}

/// Shows what each item of a sample becomes. Whether the units exist is not asked: a sample may be tried before they are there.
fn try_on(mapping: &Mapping, standard: &Bundle, sample: &Path, terminal: &Terminal) -> anyhow::Result<ExitCode> {
    let form = match sample.extension().and_then(|extension| extension.to_str()) {
        Some("jsonl" | "ndjson") => Form::Lines,
        _ => Form::Json,
    };
    let mut sent = Vec::new();
    let source = File::open(sample).with_context(|| sample.display().to_string())?;
    body::read(form, source, MOST_ITEMS, &mut |item| sent.push(item))?;
    let (levels, units, choices): (Vec<&str>, _, _) =
        (standard.levels().collect(), UnitIndex::new([]), Choices::default());
    let asked = Asked {
        dictionary: &standard.dictionary,
        levels: &levels,
        units: &units,
        kind: None,
        effective: None,
        choices: &choices,
        progress: &Unwatched,
    };
    let mut trial = Trial {
        reader: ItemReader::new(asked, &mapping.id),
        dictionary: &standard.dictionary,
        terminal,
        item: 0,
        records: 0,
        faults: 0,
    };
    for sent in &sent {
        match sent {
            Err(why) => trial.fault("", why),
            Ok(sent) => match mapping.items(sent) {
                Err((place, misfit)) => trial.fault(&place, &misfit.message(terminal.lang())),
                Ok(items) => items.into_iter().for_each(|item| trial.item(mapping, item)),
            },
        }
    }
    let (zh, en) = (
        format!("{} 条成为 {} 条记录,{} 处有误", trial.item, trial.records, trial.faults),
        format!("{} items became {} records, with {} faults", trial.item, trial.records, trial.faults),
    );
    terminal.note(terminal.say(&zh, &en));
    Ok(ExitCode::from(u8::from(trial.faults > 0)))
}

struct Trial<'a> {
    reader: ItemReader<'a>,
    dictionary: &'a Dictionary,
    terminal: &'a Terminal,
    item: u32,
    records: usize,
    faults: usize,
}

impl Trial<'_> {
    fn item(&mut self, mapping: &Mapping, item: &Json) {
        self.item += 1;
        let terminal = self.terminal;
        match mapping.apply(item) {
            Err(misfits) => {
                misfits.iter().for_each(|(place, misfit)| self.fault(place, &misfit.message(terminal.lang())));
            }
            Ok(mapped) if mapped.is_empty() => {
                out!(terminal, "{} {}", self.item, terminal.say("不成为记录", "becomes no record"));
            }
            Ok(mapped) => {
                for mapped in mapped {
                    for fault in self.faults_of(mapping, &mapped) {
                        self.fault(&fault.pointer, &fault.diagnostic.message(terminal.lang()));
                    }
                    self.records += 1;
                    out!(terminal, "{} {}", self.item, Json::Object(mapped.object));
                }
            }
        }
    }

    /// What is wrong with a record or a message; whether its unit exists is not asked.
    fn faults_of(&mut self, mapping: &Mapping, mapped: &Mapped) -> Vec<ItemFault> {
        let unit = mapped.origins.get("unit").map_or("/unit", String::as_str);
        let read = if mapping.has_messages() {
            message::read(&mut self.reader, self.dictionary, self.item, mapped.clone()).err()
        } else {
            let read = self.reader.read(self.item, mapped.object.clone());
            read.err().map(|found| placed_at_origins(found, &mapped.origins))
        };
        read.into_iter().flatten().filter(|fault| fault.pointer != unit).collect()
    }

    fn fault(&mut self, place: &str, what: &str) {
        self.faults += 1;
        self.terminal.note(&format!("{} {place}: {what}", self.item));
    }
}
