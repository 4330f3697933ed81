//! What the parser says, in words an officer can act on.
//!
//! Enters: the parser's error and the program it could not read. Leaves: one diagnostic at the place in the file, with the slip
//! that was most likely made: a full-width sign ([`full_width`]), a word or sign of another language ([`slips`]), or what is
//! missing.

mod full_width;
mod slips;

use std::sync::Arc;

use rhai::{LexError, ParseError, ParseErrorType, Position};

use super::source::Source;
use crate::codes::script as codes;
use crate::diagnostic::{Diagnostic, Location};
use slips::{Slip, Spot};

/// A parse error at its place in the file.
pub(super) fn diagnose(error: &ParseError, source: &Source, file: &Arc<str>) -> Diagnostic {
    let position = error.position();
    let spot = Spot::of(&source.text, position);
    if let Some((sign, meant)) = wide_sign(error, &spot) {
        let (line, starts_in_template) = source.written(position);
        let complaint = Diagnostic::new(&codes::FULL_WIDTH)
            .with("sign", sign)
            .with("meant", meant)
            .with("mended", full_width::mend(line, starts_in_template).trim());
        return at(complaint, source, file, position);
    }
    if source.written(position).1 && matches!(error.err_type(), ParseErrorType::MissingToken(..)) {
        let slip = Slip::new(
            ("${ 后面的式子没有配上 }", "the expression behind `${` is not closed by a `}`"),
            ("写成 ${fire.deaths} 这样,花括号成对", "write it like `${fire.deaths}`, with both braces"),
        );
        return at(slip.complaint(), source, file, position);
    }
    if let Some((word, (remedy, remedy_en))) = slips::reserved(error.err_type()) {
        let complaint = Diagnostic::new(&codes::RESERVED_WORD)
            .with("word", word)
            .with("remedy", remedy)
            .with("remedy_en", remedy_en);
        return at(complaint, source, file, position);
    }
    let slip = slips::likely(error.err_type(), &spot)
        .or_else(|| unclosed(error.err_type(), source))
        .unwrap_or_else(|| explain(error.err_type(), &spot));
    let shown = slip.position.unwrap_or(position);
    at(slip.complaint(), source, file, shown)
}

impl Slip {
    fn complaint(self) -> Diagnostic {
        Diagnostic::new(&codes::SYNTAX)
            .with("detail", self.detail.0)
            .with("detail_en", self.detail.1)
            .with("remedy", self.remedy.0)
            .with("remedy_en", self.remedy.1)
    }
}

fn at(complaint: Diagnostic, source: &Source, file: &Arc<str>, position: Position) -> Diagnostic {
    let (line, column) = source.place(position);
    complaint.at(Location::text(file, line, column))
}

/// The full-width sign that an error is about.
fn wide_sign(error: &ParseError, spot: &Spot<'_>) -> Option<(char, String)> {
    let named = match error.err_type() {
        ParseErrorType::BadInput(
            LexError::UnexpectedInput(text) | LexError::ImproperSymbol(text, _) | LexError::MalformedIdentifier(text),
        ) => text.as_str(),
        _ => "",
    };
    named.chars().chain(spot.rest.chars().take(1)).find_map(|sign| Some((sign, full_width::meant(sign)?)))
}

/// A bracket that is not closed: the parser misses something else, further on.
fn unclosed(error: &ParseErrorType, source: &Source) -> Option<Slip> {
    if !matches!(error, ParseErrorType::MissingToken(..) | ParseErrorType::UnexpectedEOF) {
        return None;
    }
    let (bracket, position) = slips::open_bracket(&source.text)?;
    let closed = match bracket {
        '(' => ')',
        '[' => ']',
        _ => '}',
    };
    let slip = Slip::new(
        (format!("这里的「{bracket}」没有配上「{closed}」"), format!("this `{bracket}` is not closed by a `{closed}`")),
        (format!("在该结束的地方补上 {closed}"), format!("add `{closed}` where it ends")),
    );
    Some(slip.at(Some(position)))
}

/// What the parser missed, where no slip is evident.
fn explain(error: &ParseErrorType, spot: &Spot<'_>) -> Slip {
    match error {
        ParseErrorType::UnexpectedEOF => Slip::new(
            ("脚本没有写完", "the script breaks off"),
            ("检查括号、花括号、引号是否成对", "check that brackets, braces and quotes come in pairs"),
        ),
        ParseErrorType::BadInput(LexError::UnterminatedString) => Slip::new(
            ("从这里开始的引号没有配对", "the quote that begins here is not closed"),
            ("在文字末尾补上同样的英文引号", "close the text with the same quote"),
        ),
        ParseErrorType::BadInput(LexError::StringTooLong(_)) => {
            Slip::new(("文字太长", "this text is too long"), ("把文字写短", "make it shorter"))
        }
        ParseErrorType::BadInput(LexError::MalformedEscapeSequence(sequence)) => Slip::new(
            (format!("文字里的「{sequence}」有特殊含义"), format!("`{sequence}` has a meaning of its own in a text")),
            ("反斜杠要写两个:\\\\", "write a backslash twice: `\\\\`"),
        ),
        ParseErrorType::BadInput(LexError::MalformedNumber(number)) => Slip::new(
            (format!("数字「{number}」写法不对"), format!("`{number}` is no number")),
            ("写成 12 或 1.5 这样", "write it like 12 or 1.5"),
        ),
        ParseErrorType::BadInput(LexError::MalformedChar(_)) => Slip::new(
            ("文字不能放在单引号里", "a text cannot stand in single quotes"),
            ("文字放在英文双引号里,如 \"home\"", "put a text in double quotes, such as \"home\""),
        ),
        ParseErrorType::BadInput(LexError::UnexpectedInput(sign)) => Slip::new(
            (format!("这里不该有「{sign}」"), format!("`{sign}` does not belong here")),
            ("删去它,或检查前面是否少了什么", "remove it, or look for what is missing before it"),
        ),
        ParseErrorType::MissingToken(token, _) => missing(token, spot),
        ParseErrorType::UnknownOperator(sign) => Slip::new(
            (format!("没有「{sign}」这个运算符"), format!("there is no operator `{sign}`")),
            ("能用的是 + - * / % == != < <= > >= && || ! ??", "there are + - * / % == != < <= > >= && || ! ??"),
        ),
        ParseErrorType::PropertyExpected => Slip::new(
            ("点号后面要写名称", "a name must follow the dot"),
            ("如 fire.deaths、unit.population", "such as `fire.deaths`, `unit.population`"),
        ),
        ParseErrorType::VariableExpected => Slip::new(
            ("这里要写一个名字", "a name is needed here"),
            (
                "名字用字母或汉字开头,如 let n = 3;、for f in records(\"fire\")",
                "a name begins with a letter, as in `let n = 3;`, `for f in records(\"fire\")`",
            ),
        ),
        ParseErrorType::ExprExpected(_) => Slip::new(
            ("这里缺一个值或条件", "a value or a condition is missing here"),
            ("补上,如 if fire.deaths > 0 { … }", "add it, as in `if fire.deaths > 0 { … }`"),
        ),
        ParseErrorType::MismatchedType(..) => Slip::new(
            ("这里的值不是判断", "this value is no condition"),
            ("if 和 && || 两边要写判断(是或否),如 x > 0", "`if`, `&&` and `||` take conditions, such as `x > 0`"),
        ),
        ParseErrorType::AssignmentToInvalidLHS(_) | ParseErrorType::AssignmentToConstant(_) => Slip::new(
            ("= 的左边不能改", "what stands to the left of `=` cannot be changed"),
            ("要比较,写 ==", "to compare, write `==`"),
        ),
        ParseErrorType::ExprTooDeep => Slip::new(
            ("式子嵌套太深", "this is nested too deeply"),
            ("拆成几行,用 let 存中间结果", "split it into lines with `let`"),
        ),
        ParseErrorType::WrongFnDefinition => Slip::new(
            ("函数不能写在这里", "a function cannot be defined here"),
            ("把函数移到 library", "move the function to `library`"),
        ),
        ParseErrorType::FnDuplicatedDefinition(name, _) => Slip::new(
            (format!("函数「{name}」写了两次"), format!("the function `{name}` is defined twice")),
            ("删去一个,或改名", "delete one of them, or rename it"),
        ),
        ParseErrorType::FnMissingName | ParseErrorType::FnMissingParams(_) | ParseErrorType::FnMissingBody(_) => {
            Slip::new(
                ("函数没有写完整", "this function is not complete"),
                ("写成 fn 名称(参数) { … }", "write `fn name(argument) { … }`"),
            )
        }
        ParseErrorType::DuplicatedProperty(name) | ParseErrorType::DuplicatedVariable(name) => Slip::new(
            (format!("「{name}」写了两次"), format!("`{name}` is written twice")),
            ("改其中一个的名字", "rename one of them"),
        ),
        ParseErrorType::LoopBreak => Slip::new(
            ("break、continue 只能用在循环里", "`break` and `continue` belong in loops"),
            ("要提前结束脚本,写 return;", "to end the script early, write `return;`"),
        ),
        other => Slip::new(
            (format!("写法有误({other})"), other.to_string()),
            ("检查这一处前后的写法", "look at what is written around this place"),
        ),
    }
}

/// A sign that the parser missed.
fn missing(token: &str, spot: &Spot<'_>) -> Slip {
    let said = (format!("这里缺「{token}」"), format!("`{token}` is missing here"));
    let after_the_last = Some(spot.end_of_last()).filter(|_| !spot.is_first());
    match token {
        ";" => Slip::new(
            said,
            ("两句之间要用分号:在标出的位置加 ;", "statements are separated by `;`: add it at the place marked"),
        )
        .at(after_the_last),
        "," => Slip::new(
            said,
            ("各参数、各项之间用逗号:在标出的位置加 ,", "separate arguments by commas: add one at the place marked"),
        )
        .at(after_the_last),
        "{" => Slip::new(
            said,
            (
                "if、else、for 后面要做的事放在花括号里:if 条件 { … } else { … }",
                "what `if`, `else` and `for` do stands in braces: `if condition { … } else { … }`",
            ),
        ),
        "}" | ")" | "]" => Slip::new(
            said,
            ("括号要成对:在标出的位置前后补上", "brackets come in pairs: add the missing one around the place marked"),
        ),
        _ => Slip::new(said, ("在标出的位置补上", "add it at the place marked")),
    }
}
