//! How a script ends before its end: something is missing, it does not apply, or it is at fault.

use std::sync::Arc;

use rhai::{Dynamic, EvalAltResult, Position};

use super::scene::Missing;

/// The error type of every host function.
pub(super) type Halt = Box<EvalAltResult>;

/// What a halt carries through the interpreter.
#[derive(Debug, Clone)]
pub(super) enum Stop {
    /// Something it read is missing.
    Missing(Missing),
    /// It said itself that it does not apply.
    NotApplicable(String),
    /// It did something that has no meaning.
    Fault {
        /// In Chinese.
        zh: String,
        /// In English.
        en: String,
    },
    /// What is computed once for a group failed, when it was first asked for.
    Kept(Arc<EvalAltResult>),
}

impl Stop {
    pub(super) fn halt(self) -> Halt {
        Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(self), Position::NONE))
    }
}

/// A halt because the script did something that has no meaning.
pub(super) fn fault(zh: impl Into<String>, en: impl Into<String>) -> Halt {
    Stop::Fault { zh: zh.into(), en: en.into() }.halt()
}

/// A halt because something is missing.
pub(super) fn missing(missing: Missing) -> Halt {
    Stop::Missing(missing).halt()
}

/// How a run of a script ended, if not well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Cannot be checked: something is missing, it is at fault, or its budget is used up.
    CannotCheck {
        /// In Chinese.
        zh: String,
        /// In English.
        en: String,
    },
    /// The script said that it does not apply.
    NotApplicable(String),
    /// The run was called off (deadline or a person): no outcome at all.
    CalledOff,
}

/// Reads the interpreter's error. `place` turns a position inside the script into `file:line:column`.
pub(super) fn read(error: &EvalAltResult, place: &dyn Fn(Position) -> String) -> Failure {
    let inner = innermost(error);
    let position = if inner.position().is_none() { error.position() } else { inner.position() };
    match inner {
        EvalAltResult::ErrorTerminated(..) if is_called_off(inner) => Failure::CalledOff,
        EvalAltResult::ErrorTerminated(value, _) | EvalAltResult::ErrorRuntime(value, _) => {
            match value.clone().try_cast::<Stop>() {
                Some(Stop::Kept(kept)) => read(&kept, place),
                Some(Stop::Missing(Missing { zh, en })) => Failure::CannotCheck { zh, en },
                Some(Stop::NotApplicable(reason)) => Failure::NotApplicable(reason),
                Some(Stop::Fault { zh, en }) => at(place(position), zh, en),
                None => at(place(position), format!("脚本出错:{value}"), format!("script error: {value}")),
            }
        }
        other => {
            let (zh, en) = translate(other);
            at(place(position), zh, en)
        }
    }
}

/// Whether an error means that the run was called off.
pub(super) fn is_called_off(error: &EvalAltResult) -> bool {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => is_called_off(inner),
        EvalAltResult::ErrorTerminated(value, _) => value.is_unit(),
        _ => false,
    }
}

fn at(place: String, zh: String, en: String) -> Failure {
    Failure::CannotCheck { zh: format!("{zh}({place})"), en: format!("{en} ({place})") }
}

fn innermost(error: &EvalAltResult) -> &EvalAltResult {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => innermost(inner),
        other => other,
    }
}

fn translate(error: &EvalAltResult) -> (String, String) {
    let english = {
        let mut bare = error.to_string();
        if let Some(cut) = bare.rfind(" (line ") {
            bare.truncate(cut);
        }
        bare
    };
    let chinese = match error {
        EvalAltResult::ErrorTooManyOperations(_) => "脚本步数用完,请检查是否有不会结束的循环".to_owned(),
        EvalAltResult::ErrorStackOverflow(_) => "函数调用层数过多".to_owned(),
        EvalAltResult::ErrorDataTooLarge(what, _) => format!("数据过大:{what}"),
        EvalAltResult::ErrorVariableNotFound(name, _) => format!("没有名为「{name}」的变量"),
        EvalAltResult::ErrorFunctionNotFound(name, _) => format!("没有这样的函数:{name}"),
        EvalAltResult::ErrorMismatchDataType(wanted, found, _) => format!("这里需要 {wanted},得到的是 {found}"),
        EvalAltResult::ErrorArrayBounds(size, index, _) => format!("序号 {index} 超出范围(共 {size} 项)"),
        EvalAltResult::ErrorArithmetic(..) => "计算出错".to_owned(),
        EvalAltResult::ErrorDotExpr(..) | EvalAltResult::ErrorPropertyNotFound(..) => {
            format!("不能读取这个属性:{english}")
        }
        _ => format!("脚本出错:{english}"),
    };
    (chinese, english)
}
