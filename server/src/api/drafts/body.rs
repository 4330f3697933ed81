//! What is said and answered about a draft.

use std::collections::BTreeMap;

use jiff::Timestamp;
use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::period::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::jobs::JobBody;
use crate::desk::Look;
use crate::drafts::preview::{Preview, Weighed};
use crate::drafts::{Draft, DraftFile, State as DraftState};
use crate::effect::{Effect, Moved, Standing};
use crate::error::FaultBody;
use crate::intake::{CellChoice, ReadColumn, TableChoice, Unmatched};
use crate::upload::{Details, MissingRecord, StripRow, TableReport};

/// 上报草稿。 · A draft of an upload.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftBody {
    /// 编号 · Its number.
    id: String,
    /// 状态:open、committed · How it stands: `open`, `committed`.
    state: &'static str,
    /// 版次 · Rises with each change.
    revision: u64,
    /// 建立时间 · When it was begun.
    #[schema(value_type = String, format = DateTime)]
    created: Timestamp,
    /// 最后改动时间;两周不动即清除 · When it was last changed; it goes two weeks later.
    #[schema(value_type = String, format = DateTime)]
    touched: Timestamp,
    /// 文件 · Its files.
    #[schema(value_type = Vec<DraftFileBody>)]
    files: Vec<DraftFile>,
    /// 说明 · What it is, in words.
    what: String,
    /// 收到日期 · The day from which it counts as known; when left out, the day on which it is committed.
    #[schema(value_type = Option<String>, format = Date)]
    received_on: Option<Date>,
    /// 属性起始日期 · The day from which attributes hold where a table does not say it.
    #[schema(value_type = Option<String>, format = Date)]
    effective: Option<Date>,
    /// 对各表的认定 · What was decided about tables.
    tables: Vec<TableChoice>,
    /// 改正的单元格 · Cells that were mended.
    cells: Vec<CellChoice>,
    /// 认定的村社名称 · Units that were chosen for names.
    aliases: BTreeMap<String, String>,
    /// 批次号 · The batch; null while it is open, or when there was nothing new.
    batch: Option<u64>,
    /// 预检报告;还在读取时为 null · What came of reading it; null while that goes on, and once it is committed.
    report: Option<DraftReport>,
    /// 正在进行的读取或入库 · The job that reads or stores it, while that goes on.
    job: Option<JobBody>,
}

/// 草稿中的文件。 · A file of a draft.
#[derive(ToSchema)]
pub struct DraftFileBody {
    /// 文件名 · Its name.
    pub name: String,
    /// 内容的 SHA-256 摘要 · The SHA-256 of its content.
    pub content: String,
    /// 字节数 · Its bytes.
    pub size: u64,
}

/// 草稿预检报告。 · What came of reading a draft, and what storing it would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftReport {
    /// 新增 · Rows that are new.
    new: u64,
    /// 更新 · Rows that supersede what is known.
    updated: u64,
    /// 相同 · Rows that are known already.
    same: u64,
    /// 有错 · Rows with a fault.
    faulty: u64,
    /// 其中冲突 · Of these: rows that contradict a stored record.
    conflicting: u64,
    /// 各表 · The tables found.
    tables: Vec<DraftTable>,
    /// 全部错误 · Every fault at its cell.
    #[schema(value_type = Vec<FaultBody>)]
    faults: Vec<Diagnostic>,
    /// 提醒 · What the user should know.
    #[schema(value_type = Vec<FaultBody>)]
    remarks: Vec<Diagnostic>,
    /// 全量表中已没有的记录 · Known records that a table declared complete no longer holds.
    #[schema(value_type = Vec<MissingBody>)]
    missing: Vec<MissingRecord>,
    /// 上列清单的代号,撤回这些记录时用 · What that list is called; storing the draft and taking them back asks for it.
    missing_digest: String,
    /// 对得分和名单的影响;算不出时为 null · What storing it would do to results; null where that cannot be told.
    effect: Option<EffectBody>,
    /// 同时撤回全量表中已没有的记录时的影响;没有这样的记录时为 null · The same when those records are taken back with it.
    effect_taking_back: Option<EffectBody>,
    /// 为何算不出影响 · Why that cannot be told, in Chinese.
    effect_unknown: Option<String>,
    /// 为何算不出影响(英文) · The same in English.
    effect_unknown_en: Option<String>,
}

/// 已入库而表中没有的记录。 · A known record that a table no longer holds.
#[derive(ToSchema)]
pub struct MissingBody {
    /// 记录 · Its number.
    pub record: String,
    /// 台账类型 · Its kind.
    pub kind: String,
    /// 区划代码 · Its unit.
    pub unit: String,
    /// 日期 · Its date.
    #[schema(format = Date)]
    pub date: String,
    /// 编号 · The number it has in its source.
    pub number: Option<String>,
}

/// 草稿中的一张表。 · One table of a draft.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftTable {
    /// 文件 · The file.
    file: String,
    /// 工作表 · The sheet.
    sheet: Option<String>,
    /// 识别为 · What it was recognised as.
    title: String,
    /// 台账类型,或 @attributes、@divisions、@statements · The kind, or the name of another table.
    kind: String,
    /// 把握(百分数) · How well its header fits, in percent.
    certainty: u32,
    /// 表头末行 · The last row of its header, from 1.
    header_row: Option<u32>,
    /// 各列认作什么 · Its columns, and what they were taken for.
    columns: Vec<ColumnBody>,
    /// 各列可选的含义 · What its columns may hold.
    roles: Vec<RoleBody>,
    /// 不含数据的行 · Rows left out because they hold no data of their own.
    ignored_rows: Vec<u32>,
    /// 没有对上的村社名称 · Names of units that were not found.
    unmatched: Vec<UnmatchedBody>,
    /// 新增 · Rows that are new.
    new: u64,
    /// 更新 · Rows that supersede what is known.
    updated: u64,
    /// 相同 · Rows that are known already.
    same: u64,
    /// 有错 · Rows with a fault.
    faulty: u64,
    /// 其中冲突 · Of these: rows that contradict a stored record.
    conflicting: u64,
    /// 申报为全部 · Whether it was declared complete.
    complete: bool,
    /// 有错的行,最多200行 · Its faulty rows, at most 200.
    rows: Vec<RowBody>,
}

/// 一列。 · A column.
#[derive(Debug, Serialize, ToSchema)]
pub struct ColumnBody {
    /// 列号 · Its letters.
    letters: String,
    /// 表头 · Its header.
    header: String,
    /// 认作 · What it holds, by the name under which a choice is kept; null: not recognised; empty: not used.
    role: Option<String>,
    /// 认作(文字) · The same in the words of the dictionary.
    title: Option<String>,
}

/// 列的含义。 · What a column may hold.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleBody {
    /// 名称 · The name under which a choice is kept.
    role: String,
    /// 文字 · In the words of the dictionary.
    title: String,
}

/// 没有对上的村社名称。 · A name of a unit that was not found.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnmatchedBody {
    /// 原文 · As written.
    written: String,
    /// 别名 · The form in which a choice is remembered.
    alias: String,
    /// 涉及行 · The rows that have it.
    rows: Vec<u32>,
    /// 建议 · Units that may have been meant.
    proposals: Vec<ProposalBody>,
}

/// 可能的村社。 · A unit that may have been meant.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalBody {
    /// 区划代码 · Its id.
    unit: String,
    /// 名称 · Its name.
    name: String,
}

/// 一行。 · A row of the sheet.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowBody {
    /// 行号 · Its number, from 1.
    number: u32,
    /// 各格 · Its cells as texts.
    cells: Vec<String>,
}

/// 入库的影响。 · What storing would do to results.
#[derive(Debug, Serialize, ToSchema)]
pub struct EffectBody {
    /// 得分或等次变化的考核对象 · Units that move.
    units: usize,
    /// 等次变化 · Units whose rating changes.
    ratings: usize,
    /// 新列入名单 · Units that enter a list.
    entering: usize,
    /// 移出名单 · Units that leave a list.
    leaving: usize,
    /// 逐个 · One by one, those that lose most first.
    moved: Vec<MovedBody>,
    /// 只列本账号能看未公布结果的考核对象,其他的也可能变化 · Only units whose results the caller sees before they are released; others
    /// may move, too.
    partial: bool,
}

/// 一个考核对象的变化。 · A unit that moves.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovedBody {
    /// 区划代码 · The unit.
    unit: String,
    /// 名称 · Its name.
    name: String,
    /// 周期 · The period.
    period: String,
    /// 现在得分 · Its score now.
    before: Option<String>,
    /// 入库后得分 · Its score afterwards.
    after: Option<String>,
    /// 变化 · By how much it moves.
    by: Option<String>,
    /// 现在等次 · Its rating now.
    rating_before: Option<String>,
    /// 入库后等次 · Its rating afterwards.
    rating_after: Option<String>,
    /// 新列入 · Lists it enters.
    enters: Vec<String>,
    /// 移出 · Lists it leaves.
    leaves: Vec<String>,
}

/// 对草稿的改动;没写的不变。 · Decisions to be added to a draft; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftChange {
    /// 说明 · What it is, in words.
    #[serde(default)]
    pub(super) what: Option<String>,
    /// 收到日期 · The day from which it counts as known.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) received_on: Option<Date>,
    /// 属性起始日期 · The day from which attributes hold.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) effective: Option<Date>,
    /// 对表的认定,每表取代原有的 · Decisions about tables, each in place of the one about that table.
    #[serde(default)]
    pub(super) tables: Vec<TableChoice>,
    /// 改正的单元格 · Cells that are mended.
    #[serde(default)]
    pub(super) cells: Vec<CellChoice>,
    /// 认定的村社:别名到区划代码;空为取消 · Units for names; an empty one takes the choice back.
    #[serde(default)]
    pub(super) aliases: BTreeMap<String, String>,
}

/// 入库方式。 · How a draft is stored.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitForm {
    /// 只收无误的行 · Store the good rows though others are at fault.
    #[serde(default)]
    pub(super) good_rows: bool,
    /// 同时撤回全量表中已没有的记录,整批撤回时一并恢复:填预检报告里的 `missing_digest`;清单此后有变的,不入库 · Take back known records
    /// that a complete table no longer holds, as part of the batch: `missing_digest` of the report that listed them. Nothing is stored
    /// when the list has changed since.
    #[serde(default)]
    pub(super) withdraw_missing: Option<String>,
}

/// 草稿所需的文件(multipart/form-data)。 · The files of a draft, as `multipart/form-data`.
#[derive(ToSchema)]
pub struct DraftForm {
    /// 文件,可多个:xlsx、xls、csv,或装有它们的 zip · Files, one or more: xlsx, xls, csv, or a zip of them.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    pub file: Vec<String>,
}

impl DraftBody {
    pub(super) fn of(draft: Draft, look: Option<Look>) -> DraftBody {
        let (state, batch) = match &draft.state {
            DraftState::Open => ("open", None),
            DraftState::Committed { batch, .. } => ("committed", *batch),
        };
        let (report, job) = match look {
            Some(Look::Ready(preview)) => (Some(DraftReport::from(preview.as_ref())), None),
            Some(Look::Working(job)) => (None, Some(JobBody::of(&job))),
            None => (None, None),
        };
        DraftBody {
            id: draft.id,
            state,
            revision: draft.revision,
            created: draft.created,
            touched: draft.touched,
            files: draft.files,
            what: draft.what,
            received_on: draft.received_on,
            effective: draft.effective,
            tables: draft.tables,
            cells: draft.cells,
            aliases: draft.aliases,
            batch: batch.map(|batch| batch.0),
            report,
            job,
        }
    }
}

impl From<&Preview> for DraftReport {
    fn from(preview: &Preview) -> DraftReport {
        let report = &preview.report;
        let sum = |of: fn(&TableReport) -> u64| report.tables.iter().map(of).sum();
        let tables = report.tables.iter().zip(&report.details).map(|(table, details)| DraftTable::of(table, details));
        let body = |weighed: &Weighed| match weighed {
            Weighed::Effect(effect) => Some(EffectBody::of(effect, preview)),
            Weighed::Unknown(..) => None,
        };
        let unknown = match &preview.effect {
            Weighed::Effect(_) => None,
            Weighed::Unknown(zh, en) => Some((zh.clone(), en.clone())),
        };
        let (effect_unknown, effect_unknown_en) = unknown.unzip();
        DraftReport {
            new: sum(|table| table.new),
            updated: sum(|table| table.updated),
            same: sum(|table| table.same),
            faulty: sum(|table| table.faulty),
            conflicting: sum(|table| table.conflicting),
            tables: tables.collect(),
            faults: report.faults.clone(),
            remarks: report.remarks.clone(),
            missing: report.missing.clone(),
            missing_digest: report.missing_digest(),
            effect: body(&preview.effect),
            effect_taking_back: preview.effect_taking_back.as_ref().and_then(body),
            effect_unknown,
            effect_unknown_en,
        }
    }
}

impl DraftTable {
    fn of(table: &TableReport, details: &Details) -> DraftTable {
        let column = |column: &ReadColumn| ColumnBody {
            letters: column.letters.clone(),
            header: column.header.clone(),
            role: column.role.clone(),
            title: column.taken_for.clone(),
        };
        let role = |(role, title): &(String, String)| RoleBody { role: role.clone(), title: title.clone() };
        let row = |row: &StripRow| RowBody { number: row.number, cells: row.cells.clone() };
        DraftTable {
            file: table.file.clone(),
            sheet: table.sheet.clone(),
            title: table.title.clone(),
            kind: details.subject.clone(),
            certainty: details.share,
            header_row: table.header_row,
            columns: details.columns.iter().map(column).collect(),
            roles: details.roles.iter().map(role).collect(),
            ignored_rows: details.ignored_rows.clone(),
            unmatched: details.unmatched.iter().map(UnmatchedBody::from).collect(),
            new: table.new,
            updated: table.updated,
            same: table.same,
            faulty: table.faulty,
            conflicting: table.conflicting,
            complete: details.complete,
            rows: details.strip.rows.iter().map(row).collect(),
        }
    }
}

impl From<&Unmatched> for UnmatchedBody {
    fn from(unmatched: &Unmatched) -> UnmatchedBody {
        let proposals = unmatched.proposals.iter();
        UnmatchedBody {
            written: unmatched.written.clone(),
            alias: unmatched.alias.clone(),
            rows: unmatched.rows.clone(),
            proposals: proposals
                .map(|proposal| ProposalBody { unit: proposal.id.to_string(), name: proposal.name.clone() })
                .collect(),
        }
    }
}

impl EffectBody {
    fn of(effect: &Effect, preview: &Preview) -> EffectBody {
        EffectBody {
            units: effect.units(),
            ratings: effect.ratings(),
            entering: effect.entering(),
            leaving: effect.leaving(),
            moved: effect.moved.iter().map(|moved| MovedBody::of(moved, preview)).collect(),
            partial: effect.partial,
        }
    }
}

impl MovedBody {
    fn of(moved: &Moved, preview: &Preview) -> MovedBody {
        let score = |standing: &Option<Standing>| Some(standing.as_ref()?.score?.to_string());
        let rating = |standing: &Option<Standing>| standing.as_ref()?.rating.clone();
        let owned = |lists: Vec<&str>| lists.into_iter().map(str::to_owned).collect();
        MovedBody {
            unit: moved.unit.clone(),
            name: preview.names.get(&moved.unit).cloned().unwrap_or_default(),
            period: moved.period.name(),
            before: score(&moved.before),
            after: score(&moved.after),
            by: moved.by().map(|by| by.to_string()),
            rating_before: rating(&moved.before),
            rating_after: rating(&moved.after),
            enters: owned(moved.enters()),
            leaves: owned(moved.leaves()),
        }
    }
}
