//! A problem in JSON, and the faults in it.

use liuwu_engine::diagnostic::{Diagnostic, Location};
use serde::Serialize;
use utoipa::ToSchema;

/// 问题说明。 · A problem, as RFC 9457 has it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProblemBody {
    /// 问题种类 · What kind of problem, as a URI that names it.
    #[serde(rename = "type")]
    #[schema(example = "urn:liuwu:problem:unknown-address")]
    pub kind: String,
    /// 概述 · In short, in Chinese.
    pub title: String,
    /// 概述(英文) · In short, in English.
    pub title_en: String,
    /// HTTP 状态 · The status.
    #[schema(example = 404)]
    pub status: u16,
    /// 详情 · What is wrong here, in Chinese.
    pub detail: String,
    /// 详情(英文) · What is wrong here, in English.
    pub detail_en: String,
    /// 代码 · Stable code for programs.
    #[schema(example = "unknown-address")]
    pub code: &'static str,
    /// 改法 · How to mend it, in Chinese.
    pub help: String,
    /// 改法(英文) · How to mend it, in English.
    pub help_en: String,
    /// 出错位置 · Where it is, when there is one place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<PlaceBody>)]
    pub location: Option<Location>,
    /// 全部错误 · Every fault, each with its place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<FaultBody>)]
    pub faults: Vec<Diagnostic>,
    /// 请求编号 · The request, to be named when asking for help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
}

/// 一处错误或提醒。 · A fault or a remark about something handed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct FaultBody {
    /// 代码 · Stable code.
    pub code: String,
    /// 程度 · `error` stops what was asked for, `warning` does not.
    #[schema(example = "error")]
    pub severity: String,
    /// 什么错 · What is wrong, in Chinese.
    pub message: String,
    /// 什么错(英文) · What is wrong, in English.
    pub message_en: String,
    /// 改法 · How to mend it, in Chinese; may be empty.
    pub help: String,
    /// 改法(英文) · How to mend it, in English; may be empty.
    pub help_en: String,
    /// 位置 · Where it is.
    pub location: Option<PlaceBody>,
}

/// 位置:单元格、文本的行列,或整个文件。 · A cell, a line and column of a text, or a whole file.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceBody {
    /// 文件 · The file as it was named.
    pub file: String,
    /// 工作表 · The sheet; none for a text.
    pub sheet: Option<String>,
    /// 单元格 · The cell, such as `B7`.
    pub cell: Option<String>,
    /// 行 · Line from 1.
    pub line: Option<u32>,
    /// 列 · Column in characters from 1.
    pub column: Option<u32>,
}
