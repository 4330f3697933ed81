//! What can go wrong with a draft, in English and in Chinese.

use crate::store::StoreError;

/// Why something could not be done with a draft.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A paper of the store is no draft.
    #[error("a draft cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// There is none, or it is somebody else's.
    #[error("there is no draft `{0}`")]
    Missing(String),
    /// It has been committed.
    #[error("this draft has been committed; take its batch back if it was wrong")]
    Closed,
    /// Two files of one name.
    #[error("two files are called `{0}`; rename one of them")]
    SameName(String),
    /// More cells than are mended here.
    #[error("more than {0} cells were mended here; mend the rest in the file")]
    TooManyCells(usize),
    /// The system gives no chance.
    #[error("the system gives no random numbers")]
    NoChance,
}

impl DraftError {
    /// The message in Chinese.
    pub fn zh(&self) -> String {
        match self {
            DraftError::Store(error) => error.zh(),
            DraftError::Missing(id) => format!("没有上报草稿「{id}」"),
            DraftError::Closed => "这份草稿已经入库。报错了可以整批撤回".to_owned(),
            DraftError::SameName(name) => format!("有两个文件都叫「{name}」,请改名后再选"),
            DraftError::TooManyCells(most) => format!("这里最多改 {most} 格,其余请在表里改好再上传"),
            DraftError::Unreadable(_) | DraftError::NoChance => "系统出错".to_owned(),
        }
    }
}
