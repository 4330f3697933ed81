//! Compiled rules: a script as a tree of its own, run without the interpreter.
//!
//! Enters: a parsed program with its charges. Leaves: a [`Tree`], or the [`Obstacle`] for which it is left to the interpreter; and
//! for each run what it came to, byte for byte what the interpreter would have come to. A run that meets something the tree
//! does not provide for (a type that does not fit, a limit) is handed over to the interpreter, so there are no two wordings of
//! an error. Next: [`super::Interpreter`], which runs trees where there are some.
//!
//! Reading order: [`records`] (how facts are read), [`value`], [`tree`], [`obstacle`], [`mod@build`], [`mod@run`].

mod records;
mod value;
mod tree;
mod obstacle;
mod build;
mod run;
#[cfg(test)]
mod tests;

pub(super) use build::{Material, Tree, build};
pub(super) use obstacle::Obstacle;
pub(super) use run::{Means, run};
