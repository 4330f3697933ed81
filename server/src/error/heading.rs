//! Status, code and title of what is refused further down.

use axum::http::StatusCode;

use crate::accounts::Refusal;
use crate::drafts::DraftError;
use crate::store::{Missing, StoreError};

/// The status, the code, the title in Chinese and in English.
pub(super) type Heading = (StatusCode, &'static str, &'static str, &'static str);

/// A fault of the server.
pub(super) const INTERNAL: Heading =
    (StatusCode::INTERNAL_SERVER_ERROR, "internal", "系统出错", "something went wrong in the server");

/// What is wrong with a draft.
pub(super) fn heading_of_draft(error: &DraftError) -> Heading {
    match error {
        DraftError::Missing(_) => (StatusCode::NOT_FOUND, "no-draft", "没有找到", "not found"),
        DraftError::Closed => (StatusCode::CONFLICT, "draft-closed", "已经入库", "it has been stored"),
        DraftError::BeingStored => (StatusCode::CONFLICT, "draft-being-stored", "正在入库", "it is being stored"),
        DraftError::BeingRead => (StatusCode::CONFLICT, "draft-being-read", "正在读取", "it is being read"),
        DraftError::SameName(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "same-name", "文件重名", "two files have the same name")
        }
        DraftError::TooManyCells(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "too-many-cells", "改动过多", "too many cells were mended")
        }
        DraftError::Store(error) => heading_of(error),
        DraftError::Unreadable(_) | DraftError::NoChance => INTERNAL,
    }
}

/// What accounts refuse.
pub(super) fn heading_of_refusal(refusal: &Refusal) -> Heading {
    match refusal {
        Refusal::Store(error) => heading_of(error),
        Refusal::Machine(_) => INTERNAL,
        Refusal::NoAccount(_) | Refusal::NoKey(_) => (StatusCode::NOT_FOUND, refusal.code(), "没有找到", "not found"),
        Refusal::TooOften(_) => {
            (StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "请求过于频繁", "too many requests")
        }
        Refusal::Locked { .. } => (StatusCode::TOO_MANY_REQUESTS, "locked", "已暂时锁定", "locked for a while"),
        Refusal::WrongPassword | Refusal::Expired | Refusal::WrongCode | Refusal::SetUp | Refusal::OwnProposal => {
            (StatusCode::FORBIDDEN, refusal.code(), "未予办理", "not done")
        }
        Refusal::NotYours(_) => (StatusCode::FORBIDDEN, "out-of-scope", "超出负责范围", "outside your scope"),
        Refusal::Taken(_)
        | Refusal::NothingProposed(_)
        | Refusal::OtherProposal(_)
        | Refusal::OtherRules
        | Refusal::LastOfKind(_) => (StatusCode::CONFLICT, refusal.code(), "未予办理", "not done"),
        _ => (StatusCode::UNPROCESSABLE_ENTITY, refusal.code(), "填写有误", "something is not filled in rightly"),
    }
}

/// What the store refuses or fails in.
pub(super) fn heading_of(error: &StoreError) -> Heading {
    match error {
        StoreError::Conflict(_) => {
            (StatusCode::CONFLICT, "conflict", "与已存内容冲突", "what is stored speaks against it")
        }
        StoreError::NotFound(missing) => {
            let code = match missing {
                Missing::Edition { .. } => "no-edition",
                Missing::Batch(_) => "no-batch",
                Missing::Record(_) => "no-record",
                Missing::Run(_) | Missing::HalfRun => "no-run",
                Missing::Content(_) => "no-content",
            };
            (StatusCode::NOT_FOUND, code, "没有找到", "not found")
        }
        StoreError::Full => (StatusCode::INSUFFICIENT_STORAGE, "disk-full", "磁盘已满", "the disk is full"),
        StoreError::Halted => (StatusCode::SERVICE_UNAVAILABLE, "halted", "暂停写入", "nothing can be written"),
        _ => INTERNAL,
    }
}
