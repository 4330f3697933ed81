//! What the parser says, in words an officer can act on.

use std::sync::Arc;

use rhai::{LexError, ParseError, ParseErrorType};

use super::compile::Source;
use crate::codes::script as codes;
use crate::diagnostic::{Diagnostic, Location};

/// Full-width signs that look like those of the language, with the sign that was meant.
const FULL_WIDTH: [(char, &str); 24] = [
    ('；', ";"),
    ('，', ","),
    ('（', "("),
    ('）', ")"),
    ('“', "\""),
    ('”', "\""),
    ('‘', "'"),
    ('’', "'"),
    ('：', ":"),
    ('！', "!"),
    ('＝', "="),
    ('＋', "+"),
    ('－', "-"),
    ('×', "*"),
    ('÷', "/"),
    ('＞', ">"),
    ('＜', "<"),
    ('≥', ">="),
    ('≤', "<="),
    ('≠', "!="),
    ('【', "["),
    ('】', "]"),
    ('｛', "{"),
    ('｝', "}"),
];

/// A parse error at its place in the file.
pub(super) fn diagnose(error: &ParseError, source: &Source, file: &Arc<str>) -> Diagnostic {
    let (line, column) = source.place(error.position());
    let at = Location::text(file, line, column);
    if let Some((wide, meant)) = full_width(error) {
        let row = source.text.lines().nth(error.position().line().unwrap_or(1) - 1).unwrap_or("");
        return Diagnostic::new(&codes::FULL_WIDTH)
            .with("sign", wide)
            .with("meant", meant)
            .with("mended", mend(row).trim())
            .at(at);
    }
    if let ParseErrorType::Reserved(word) = error.err_type() {
        return Diagnostic::new(&codes::RESERVED_WORD).with("word", word).at(at);
    }
    let (detail, remedy, remedy_en) = explain(error.err_type());
    Diagnostic::new(&codes::SYNTAX)
        .with("detail", detail)
        .with("detail_en", error.err_type())
        .with("remedy", remedy)
        .with("remedy_en", remedy_en)
        .at(at)
}

fn full_width(error: &ParseError) -> Option<(char, &'static str)> {
    let text = match error.err_type() {
        ParseErrorType::BadInput(LexError::UnexpectedInput(text) | LexError::ImproperSymbol(text, _)) => text.clone(),
        ParseErrorType::BadInput(LexError::MalformedIdentifier(text)) => text.clone(),
        _ => return None,
    };
    FULL_WIDTH.iter().find(|(wide, _)| text.contains(*wide)).copied()
}

/// A line with its full-width signs replaced, outside texts.
fn mend(line: &str) -> String {
    let mut inside = None;
    let mut mended = String::with_capacity(line.len());
    for letter in line.chars() {
        match inside {
            Some(quote) if letter == quote => inside = None,
            None if letter == '"' || letter == '`' => inside = Some(letter),
            _ => {}
        }
        match FULL_WIDTH.iter().find(|(wide, _)| inside.is_none() && *wide == letter) {
            Some((_, meant)) => mended.push_str(meant),
            None => mended.push(letter),
        }
    }
    mended
}

fn explain(error: &ParseErrorType) -> (String, &'static str, &'static str) {
    match error {
        ParseErrorType::UnexpectedEOF => {
            ("脚本没有写完".to_owned(), "检查括号、花括号是否成对", "check that brackets and braces come in pairs")
        }
        ParseErrorType::BadInput(LexError::UnterminatedString) => {
            ("文字的引号没有闭合".to_owned(), "补上结尾的引号", "close the text with its quote")
        }
        ParseErrorType::BadInput(LexError::MalformedNumber(number)) => {
            (format!("数字「{number}」写法不对"), "写成 12 或 1.5 这样", "write it like 12 or 1.5")
        }
        ParseErrorType::BadInput(LexError::UnexpectedInput(text)) => {
            (format!("不认识的符号「{text}」"), "删去或改成英文半角符号", "remove it, or use the ASCII sign")
        }
        ParseErrorType::BadInput(_) => ("有不认识的符号".to_owned(), "检查这一处的写法", "check what is written here"),
        ParseErrorType::MissingToken(token, _) => {
            (format!("这里缺「{token}」"), "在标出的位置之前补上", "add it before the place marked")
        }
        ParseErrorType::UnknownOperator(operator) => (
            format!("没有「{operator}」这个运算符"),
            "常用的是 + - * / == != < <= > >= && ||",
            "use + - * / == != < <= > >= && ||",
        ),
        ParseErrorType::MismatchedType(..) => {
            ("这里的值类型不对".to_owned(), "if 和 && || 两边应是判断(是或否)", "`if`, `&&` and `||` take conditions")
        }
        ParseErrorType::ExprTooDeep => {
            ("式子嵌套太深".to_owned(), "拆成几行,用 let 存中间结果", "split it into lines with `let`")
        }
        ParseErrorType::WrongFnDefinition => {
            ("函数不能写在这里".to_owned(), "把函数移到 library", "move the function to `library`")
        }
        ParseErrorType::LoopBreak => ("break、continue 只能用在循环里".to_owned(), "", ""),
        other => (format!("写法有误({other})"), "对照参考手册检查这一行", "check this line against the reference"),
    }
}
