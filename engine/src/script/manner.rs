//! How each script of a bundle is run: compiled, or interpreted and why.

use super::check::Placed;
use crate::bundle::Bundle;
use crate::diagnostic::Location;

/// How a script is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manner {
    /// The script in Chinese, such as 评分项「FIRE-001」.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// What a condition of a rule is told from its body by: the key of the bundle it stands under.
    pub key: &'static str,
    /// Where it stands.
    pub location: Location,
    /// Why it is interpreted; none: it is compiled.
    pub obstacle: Option<WhyInterpreted>,
}

/// Why a script is left to the interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyInterpreted {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// Where the reason stands.
    pub location: Location,
}

impl Placed {
    /// How the script is run.
    pub fn manner(&self, bundle: &Bundle) -> Manner {
        let (zh, en) = self.title(bundle);
        let file = &bundle.file;
        let at = |(line, column)| Location::text(file, line, column);
        let start = self.program.ast.statements().first().map(rhai::Stmt::position).unwrap_or_default();
        let code = &self.program.code;
        let obstacle = code.tree.as_ref().err().map(|obstacle| WhyInterpreted {
            zh: obstacle.zh.clone(),
            en: obstacle.en.clone(),
            location: at(code.place(obstacle.position, obstacle.in_library)),
        });
        Manner { zh, en, key: self.post.key(), location: at(self.program.place(start, false)), obstacle }
    }
}
