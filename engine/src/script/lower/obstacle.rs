//! Why a script is not compiled, in words for the one who wrote it.

use rhai::Position;

/// Why a script is left to the interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::script) struct Obstacle {
    /// In Chinese.
    pub(in crate::script) zh: String,
    /// In English.
    pub(in crate::script) en: String,
    pub(in crate::script) position: Position,
    /// Whether the position is in the library.
    pub(in crate::script) in_library: bool,
}

impl Obstacle {
    pub(super) fn new(position: Position, zh: impl Into<String>, en: impl Into<String>) -> Obstacle {
        Obstacle { zh: zh.into(), en: en.into(), position, in_library: false }
    }

    /// The same, found in a function of the library.
    pub(super) fn within_the_library(mut self) -> Obstacle {
        self.in_library = true;
        self
    }

    pub(super) fn assignment(position: Position) -> Obstacle {
        Obstacle::new(
            position,
            "改写列表或对照表里的一项;只有变量的赋值能编译",
            "an item of a list or map is changed; only assignments to variables are compiled",
        )
    }

    pub(super) fn function(name: &str, position: Position) -> Obstacle {
        Obstacle::new(
            position,
            format!("「{name}」这样的调用不能编译"),
            format!("such a call of `{name}` is not compiled"),
        )
    }

    pub(super) fn closure(position: Position) -> Obstacle {
        Obstacle::new(
            position,
            "闭包只有直接写在函数里、或取名后直接用于函数时能编译",
            "a closure is compiled only where it is written for a function, or named and used for one",
        )
    }

    pub(super) fn variable(name: &str, position: Position) -> Obstacle {
        Obstacle::new(
            position,
            format!("变量「{name}」的来历不能事先确定"),
            format!("what the variable `{name}` refers to is not known beforehand"),
        )
    }

    pub(super) fn change(name: &str, position: Position) -> Obstacle {
        Obstacle::new(
            position,
            format!("闭包改写它外面的变量「{name}」"),
            format!("a closure changes the variable `{name}` outside it"),
        )
    }

    pub(super) fn itself(name: &str, position: Position) -> Obstacle {
        Obstacle::new(
            position,
            format!("对「{name}」提问的闭包又用到「{name}」本身"),
            format!("a closure asked of `{name}` uses `{name}` itself"),
        )
    }

    pub(super) fn switch(position: Position) -> Obstacle {
        Obstacle::new(
            position,
            "switch 的某个分支不是文字、整数、true 或 false",
            "an arm of `switch` is neither a text, a whole number, `true` nor `false`",
        )
    }

    pub(super) fn too_deep(position: Position) -> Obstacle {
        Obstacle::new(position, "函数和闭包一层套一层,层数过多", "functions and closures are nested too deep")
    }

    pub(super) fn too_large(position: Position) -> Obstacle {
        Obstacle::new(
            position,
            "展开函数后脚本过大",
            "the script becomes too large with its functions written out where they are called",
        )
    }

    pub(super) fn other(what_zh: &str, what_en: &str, position: Position) -> Obstacle {
        Obstacle::new(position, format!("{what_zh}不能编译"), format!("{what_en} is not compiled"))
    }
}
