//! What a script gives at its end: a condition, a number, the name of a rating, a value that can be kept.

use rhai::{Expr, Stmt};

use super::post::Post;
use super::report::instead;
use super::types::{Is, Type};
use super::walk::Walk;
use crate::codes::script as codes;
use crate::diagnostic::Diagnostic;

impl Walk<'_, '_> {
    /// Complains when the last value of a script is not what its place asks for.
    pub(super) fn result(&mut self, gives: &Type) {
        if matches!(gives.is, Is::Unknown | Is::Never) {
            return self.ratings_named();
        }
        let (fits, wanted) = match self.placed.post {
            Post::TakesPart | Post::Applies(_) | Post::List(_) => {
                (gives.is == Is::Boolean, ("判断(是或否)", "true or false"))
            }
            Post::Score => (matches!(gives.is, Is::Number | Is::Nothing), ("数字,或 ()", "a number, or ()")),
            Post::Rating => {
                self.ratings_named();
                (matches!(gives.is, Is::Text | Is::Choice(_) | Is::Nothing), ("等次名称", "the name of a rating"))
            }
            Post::Figure(_) | Post::FinalFigure(_) => {
                (can_be_kept(&gives.is), ("能保存的值:数字、文字、是否、日期或它们的列表", "a value that can be kept"))
            }
            Post::Rule(_) | Post::Library => return,
        };
        let Some(last) = self.placed.program.ast.statements().last().filter(|_| !fits) else { return };
        let (found, found_en) = gives.is.describe();
        let complaint = Diagnostic::new(&codes::WRONG_RESULT)
            .with("reader", &self.title.0)
            .with("reader_en", &self.title.1)
            .with("wanted", wanted.0)
            .with("wanted_en", wanted.1)
            .with("found", found)
            .with("found_en", found_en);
        let position = last.position();
        self.complain(position, complaint);
    }

    /// Complains about ratings written out at the ends of a rating script that are none.
    fn ratings_named(&mut self) {
        if self.placed.post != Post::Rating {
            return;
        }
        let Is::Choice(ratings) = self.book.rating(self.placed.roll_up, true).is else { return };
        let placed = self.placed;
        let mut ends = Vec::new();
        ends_of(placed.program.ast.statements(), &mut ends);
        for end in ends {
            if let Expr::StringConstant(name, position) = end
                && !ratings.keys.contains_key(name.as_str())
            {
                let remedy = instead(name, ratings.keys.keys().map(String::as_str));
                let complaint = super::report::unknown(("等次", "rating"), name, remedy);
                self.complain(*position, complaint);
            }
        }
    }
}

/// What a result can hold.
fn can_be_kept(is: &Is) -> bool {
    match is {
        Is::List(item) => can_be_kept(&item.is),
        Is::Unit(_)
        | Is::Parameters
        | Is::Table(_)
        | Is::Steps(_)
        | Is::Ranges
        | Is::Figures(_)
        | Is::Result(_)
        | Is::ResultFigures(_)
        | Is::Finding
        | Is::Closure => false,
        _ => true,
    }
}

/// The expressions whose value is the value of some statements.
fn ends_of<'s>(statements: &'s [Stmt], ends: &mut Vec<&'s Expr>) {
    match statements.iter().rfind(|statement| !statement.is_noop()) {
        Some(Stmt::Expr(end)) => match &**end {
            Expr::Stmt(block) => ends_of(block.statements(), ends),
            end => ends.push(end),
        },
        Some(Stmt::Return(Some(end), ..)) => ends.push(end),
        Some(Stmt::Block(block)) => ends_of(block.statements(), ends),
        Some(Stmt::If(flow, _)) => {
            ends_of(flow.body.statements(), ends);
            ends_of(flow.branch.statements(), ends);
        }
        Some(Stmt::Switch(switch, _)) => {
            for case in &switch.1.expressions {
                match &case.rhs {
                    Expr::Stmt(block) => ends_of(block.statements(), ends),
                    end => ends.push(end),
                }
            }
        }
        _ => {}
    }
}
