//! What can go wrong in a store, in English and in Chinese.
//!
//! Enters: the failure of an operation. Leaves: [`StoreError`]; `to_string` is the English message and [`StoreError::zh`] the
//! Chinese one. Next: `standing`.

use std::io;
use std::path::PathBuf;

use liuwu_engine::period::Period;
use serde::Serialize;
use serde::ser::SerializeStruct as _;

use super::drawer::ContentId;
use super::words::{BatchId, RecordId, RunId};
use crate::progress::CalledOff;

/// Shorthand for what every operation of the store returns.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Why an operation did not happen. When one is returned, nothing has been stored.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// What is stored speaks against it.
    #[error("{0}")]
    Conflict(#[from] Conflict),
    /// It is not there.
    #[error("{0}")]
    NotFound(#[from] Missing),
    /// What is stored is damaged, or was never written by this program.
    #[error("the database is damaged: {0}; stop the server and restore the last backup")]
    Corrupt(Fault),
    /// Written by a newer program.
    #[error("the database has layout {found}, this program knows up to {known}; use the newer program")]
    TooNew {
        /// Layout of the database.
        found: u32,
        /// Newest layout known here.
        known: u32,
    },
    /// Another process has it open.
    #[error("the database {} is in use by another process; stop the server first, or let the server do this", path.display())]
    Locked {
        /// Directory of the database.
        path: PathBuf,
    },
    /// No space left.
    #[error("the disk is full and nothing of this has been stored; make room and restart the server")]
    Full,
    /// An earlier write failed half way.
    #[error("an earlier write to the database failed half way; restart the server, which mends it")]
    Halted,
    /// It was called off before it was done.
    #[error(transparent)]
    CalledOff(#[from] CalledOff),
    /// The disk or the file system refused.
    #[error("the database cannot be read or written: {0}")]
    Io(String),
}

/// What is stored speaks against an operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// An edition is immutable once published.
    #[error(
        "edition `{edition}` of `{bundle}` is already published with another text; give the new text a new edition"
    )]
    EditionPublished {
        /// Its bundle.
        bundle: String,
        /// The edition.
        edition: String,
    },
    /// The record to supersede or to withdraw does not count any more.
    #[error("record {0} has been corrected or withdrawn in the meantime; look at its history and decide again")]
    NotInForce(RecordId),
    /// A batch corrects or takes back a record twice.
    #[error("this batch corrects or takes back record {0} twice; keep one of them")]
    SupersededTwice(RecordId),
    /// A batch is withdrawn once.
    #[error("batch {0} has already been withdrawn")]
    BatchWithdrawn(BatchId),
    /// A run that has been public stays.
    #[error("run {0} is or has been public and stays")]
    RunReleased(RunId),
    /// A newer run shares its results.
    #[error("run {0} stays because run {1}, a newer one, shares its results; discard that one first")]
    RunShared(RunId, RunId),
    /// A run replaces assessments of one of the same periods.
    #[error("run {0} has other periods than the run that is to share its results")]
    OtherPeriods(RunId),
    /// A run is released once.
    #[error("run {0} is already public")]
    AlreadyReleased(RunId),
    /// A run that is not public cannot be taken back.
    #[error("run {0} is not public")]
    NotReleased(RunId),
    /// Only a complete run that counts can be public.
    #[error("run {0} is a trial run and cannot be made public")]
    Trial(RunId),
    /// A run's number must rise.
    #[error("run {0} comes after a run with a higher number")]
    RunNumber(RunId),
    /// Assessments of a run come in the order of its periods, in each by rising unit.
    #[error(
        "the assessment of `{unit}` for {period} is out of order: periods are those of the run, units rise in each"
    )]
    OutOfOrder {
        /// Its period.
        period: Period,
        /// Its unit.
        unit: String,
    },
    /// The log goes on without gaps.
    #[error("entry {0} of the log does not follow the last one")]
    EntryNumber(u64),
    /// A name too long to look up by.
    #[error("`{0}…` is longer than 200 bytes; shorten it")]
    TooLong(String),
    /// Something without a name.
    #[error("a unit, a kind or a bundle has no name; give it one")]
    Nameless,
    /// More than a batch can number.
    #[error("a batch holds at most 4,294,967,295 rows of a kind; hand it in in parts")]
    TooMany,
    /// A backup is read back into an empty store only.
    #[error("the database is not empty; a backup is read back into an empty one")]
    NotEmpty,
    /// A line of a backup is damaged or missing.
    #[error("line {line} of the backup: {fault}; use another copy")]
    Backup {
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        fault: BackupFault,
    },
}

/// What can be wrong with a line of a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BackupFault {
    /// Bytes have changed.
    #[error("the checksum does not match")]
    Checksum,
    /// It is no line of a backup.
    #[error("it cannot be read")]
    Form,
    /// Not what should stand there.
    #[error("it is not the line that should follow")]
    Order,
    /// The backup was made by a newer program.
    #[error("the backup was made by a newer program; use that one")]
    TooNew,
    /// The last line is missing, or counts other lines.
    #[error("the end of the backup is missing")]
    End,
}

/// What is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// An edition.
    #[error("there is no edition `{edition}` of `{bundle}`")]
    Edition {
        /// Its bundle.
        bundle: String,
        /// The edition.
        edition: String,
    },
    /// A batch.
    #[error("there is no batch {0}")]
    Batch(BatchId),
    /// A record.
    #[error("there is no record {0}")]
    Record(RecordId),
    /// A run.
    #[error("there is no run {0}")]
    Run(RunId),
    /// A run that was begun and not finished.
    #[error("no run was left unfinished")]
    HalfRun,
    /// A content.
    #[error("there is no content {0}")]
    Content(ContentId),
}

impl StoreError {
    /// The message in Chinese.
    pub fn zh(&self) -> String {
        match self {
            StoreError::Conflict(conflict) => conflict.zh(),
            StoreError::NotFound(missing) => missing.zh(),
            StoreError::Corrupt(fault) => format!("数据库已损坏:{}。请停止服务,用最近的备份恢复", fault.zh()),
            StoreError::TooNew { found, known } => {
                format!("数据库的格式为第 {found} 版,本程序最高支持第 {known} 版。请使用新版程序")
            }
            StoreError::Locked { path } => {
                format!("数据库 {} 正被另一个进程使用。请先停止服务,或改由服务完成此操作", path.display())
            }
            StoreError::Full => "磁盘已满,本次内容未保存。请清理磁盘并重启服务".to_owned(),
            StoreError::Halted => "此前一次写入中断。请重启服务,重启时会自动修复".to_owned(),
            StoreError::CalledOff(_) => "已中止,没有保存".to_owned(),
            StoreError::Io(what) => format!("数据库无法读写:{what}"),
        }
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> StoreError {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full,
            _ => StoreError::Io(error.to_string()),
        }
    }
}

/// Something wrong with what is stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{place}: {damage}")]
pub struct Fault {
    /// Where: the collection and the key, or the file.
    pub place: String,
    /// What is wrong.
    pub damage: Damage,
}

/// What can be wrong with what is stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Damage {
    /// Bytes have changed.
    #[error("the checksum does not match")]
    Checksum,
    /// Not a version that this program has ever written.
    #[error("the value has an unknown version")]
    Version,
    /// Bytes are missing.
    #[error("the value or its key is too short")]
    TooShort,
    /// The key is none of this collection.
    #[error("the key has another shape")]
    Key,
    /// A piece of a long value is missing.
    #[error("a part of the value is missing")]
    Part,
    /// The entry should be there.
    #[error("the entry is missing")]
    Entry,
    /// A heading and what stands under it disagree.
    #[error("the heading names {named} {what}, {found} are there")]
    Count {
        /// What is counted.
        what: &'static str,
        /// By the heading.
        named: u64,
        /// Really.
        found: u64,
    },
    /// A text or a content is not the one that was published or handed in.
    #[error("the content does not have its digest")]
    Digest,
    /// What is kept ready for scoring is not what the records say.
    #[error("the packed facts differ from the records; make them anew with `liuwu verify --store --rebuild`")]
    Packed,
    /// The checksum is right and yet the value makes no sense.
    #[error("the value cannot be read ({0})")]
    Value(String),
    /// The database itself says so.
    #[error("{0}")]
    Database(String),
}

impl Fault {
    /// The message in Chinese.
    pub fn zh(&self) -> String {
        format!("{}:{}", self.place, self.damage.zh())
    }
}

impl Damage {
    /// The message in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Damage::Checksum => "校验和不符".to_owned(),
            Damage::Version => "内容的格式版本未知".to_owned(),
            Damage::TooShort => "内容或键过短".to_owned(),
            Damage::Key => "键的格式不对".to_owned(),
            Damage::Part => "内容缺少一段".to_owned(),
            Damage::Entry => "缺少此项".to_owned(),
            Damage::Count { what, named, found } => format!("应有 {named} 项({what}),实有 {found} 项"),
            Damage::Digest => "内容与其摘要不符".to_owned(),
            Damage::Packed => "核算用的汇总与台账不符,请用 `liuwu verify --store --rebuild` 重建".to_owned(),
            Damage::Value(why) => format!("内容无法读取({why})"),
            Damage::Database(why) => why.clone(),
        }
    }
}

impl Serialize for Fault {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut json = serializer.serialize_struct("Fault", 3)?;
        json.serialize_field("place", &self.place)?;
        json.serialize_field("what", &self.damage.zh())?;
        json.serialize_field("what_en", &self.damage.to_string())?;
        json.end()
    }
}

impl Conflict {
    /// The message in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Conflict::EditionPublished { bundle, edition } => {
                format!("「{bundle}」的版本「{edition}」已经发布,内容与此不同。请为新内容另起版本号")
            }
            Conflict::NotInForce(record) => format!("记录 {record} 已被更正或撤回。请查看其历史后再处理"),
            Conflict::SupersededTwice(record) => format!("同一批次两次更正或撤回记录 {record}。请只保留一次"),
            Conflict::BatchWithdrawn(batch) => format!("批次 {batch} 已经撤回"),
            Conflict::RunReleased(run) => format!("第 {run} 次核算公开过,须保留"),
            Conflict::RunShared(run, newer) => {
                format!("第 {run} 次核算须保留:较新的第 {newer} 次核算与它共用结果,请先删除后者")
            }
            Conflict::OtherPeriods(run) => format!("第 {run} 次核算的周期不同,不能共用其结果"),
            Conflict::AlreadyReleased(run) => format!("第 {run} 次核算已经公开"),
            Conflict::NotReleased(run) => format!("第 {run} 次核算没有公开"),
            Conflict::Trial(run) => format!("第 {run} 次是测算,不能公开"),
            Conflict::RunNumber(run) => format!("第 {run} 次核算的编号不大于已有编号"),
            Conflict::EntryNumber(number) => format!("日志第 {number} 条与上一条不相接"),
            Conflict::OutOfOrder { period, unit } => {
                format!("「{unit}」{period} 的考核结果顺序不对:周期须按核算所列的次序,周期内考核对象须递增")
            }
            Conflict::TooLong(text) => format!("「{text}…」超过 200 字节,请缩短"),
            Conflict::Nameless => "考核对象、台账类型或考核办法没有名称,请补上".to_owned(),
            Conflict::TooMany => "一个批次同类内容最多 4,294,967,295 行,请分批上报".to_owned(),
            Conflict::NotEmpty => "数据库不是空的。备份只能恢复到空数据库".to_owned(),
            Conflict::Backup { line, fault } => {
                let what = match fault {
                    BackupFault::Checksum => "校验和不符",
                    BackupFault::Form => "无法读取",
                    BackupFault::Order => "行的次序不对",
                    BackupFault::TooNew => "由新版程序制作,请使用新版程序",
                    BackupFault::End => "文件不完整",
                };
                format!("备份文件第 {line} 行有问题:{what}。请换一份备份")
            }
        }
    }
}

impl Missing {
    /// The message in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Missing::Edition { bundle, edition } => format!("没有「{bundle}」的版本「{edition}」"),
            Missing::Batch(batch) => format!("没有批次 {batch}"),
            Missing::Record(record) => format!("没有记录 {record}"),
            Missing::Run(run) => format!("没有第 {run} 次核算"),
            Missing::HalfRun => "没有未完成的核算".to_owned(),
            Missing::Content(content) => format!("没有内容 {content}"),
        }
    }
}
