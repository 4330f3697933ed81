//! Slips that are made again and again: words and signs of other languages, numbers as they are printed.

use rhai::{LexError, ParseErrorType, Position};

/// What was most likely done wrong.
#[derive(Debug)]
pub(super) struct Slip {
    pub(super) detail: (String, String),
    pub(super) remedy: (String, String),
    /// Where to show it, when that is not where the parser gave up.
    pub(super) position: Option<Position>,
}

impl Slip {
    pub(super) fn new(
        detail: (impl Into<String>, impl Into<String>),
        remedy: (impl Into<String>, impl Into<String>),
    ) -> Slip {
        Slip { detail: (detail.0.into(), detail.1.into()), remedy: (remedy.0.into(), remedy.1.into()), position: None }
    }

    pub(super) fn at(self, position: Option<Position>) -> Slip {
        Slip { position, ..self }
    }
}

/// The text around the place where the parser gave up.
pub(super) struct Spot<'t> {
    /// The program before it.
    before: &'t str,
    /// The rest of the program.
    pub(super) rest: &'t str,
}

impl<'t> Spot<'t> {
    pub(super) fn of(text: &'t str, position: Position) -> Spot<'t> {
        let (Some(line), Some(column)) = (position.line(), position.position()) else {
            return Spot { before: text, rest: "" };
        };
        let line_start = text.split_inclusive('\n').take(line - 1).map(str::len).sum::<usize>();
        let in_line = text.get(line_start..).unwrap_or("");
        let offset = in_line.char_indices().nth(column - 1).map_or(in_line.len(), |(offset, _)| offset);
        let (before, rest) = text.split_at_checked(line_start + offset).unwrap_or((text, ""));
        Spot { before, rest }
    }

    /// Whether nothing stands before the place.
    pub(super) fn is_first(&self) -> bool {
        self.before.trim().is_empty()
    }

    /// Just behind the last thing before the place.
    pub(super) fn end_of_last(&self) -> Position {
        let before = self.before.trim_end();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        short_position(line, column)
    }

    /// The word at the place.
    fn word(&self) -> &'t str {
        let end = self.rest.find(|letter: char| !is_of_word(letter)).unwrap_or(self.rest.len());
        self.rest.get(..end).unwrap_or("")
    }

    /// The word before the place, on the same line.
    fn last_word(&self) -> &'t str {
        let before = self.before.trim_end_matches(' ');
        let start = before
            .rfind(|letter: char| !is_of_word(letter))
            .map_or(0, |at| at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
        before.get(start..).unwrap_or("")
    }

    fn last_sign(&self) -> Option<char> {
        self.before.trim_end().chars().next_back()
    }
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Words with what is written here instead, and what that is.
const WORDS: [(&str, &str); 27] = [
    ("and", "&&"),
    ("且", "&&"),
    ("并且", "&&"),
    ("而且", "&&"),
    ("or", "||"),
    ("或", "||"),
    ("或者", "||"),
    ("not", "!"),
    ("非", "!"),
    ("is", "=="),
    ("等于", "=="),
    ("大于", ">"),
    ("小于", "<"),
    ("elif", "else if"),
    ("elseif", "else if"),
    ("elsif", "else if"),
    ("否则", "else"),
    ("foreach", "for"),
    ("如果", "if"),
    ("null", "()"),
    ("nil", "()"),
    ("void", "()"),
    ("none", "()"),
    ("var", "let"),
    ("function", "fn"),
    ("def", "fn"),
    ("返回", "return"),
];
/// Words of this language, which are written small.
const OWN_WORDS: [&str; 11] =
    ["if", "else", "for", "in", "let", "return", "while", "true", "false", "break", "continue"];

/// The slip that was most likely made; none: none of those known.
pub(super) fn likely(error: &ParseErrorType, spot: &Spot<'_>) -> Option<Slip> {
    word(spot.word(), spot)
        .or_else(|| word(spot.last_word(), spot))
        .or_else(|| number(error, spot))
        .or_else(|| sign(error, spot))
}

/// The first bracket of a program that is not closed, with its place.
pub(super) fn open_bracket(text: &str) -> Option<(char, Position)> {
    let mut open: Vec<(char, Position)> = Vec::new();
    let mut text_ends_with = None;
    let mut letters = text.chars().peekable();
    let (mut line, mut column) = (1, 0);
    while let Some(letter) = letters.next() {
        column += 1;
        match (text_ends_with, letter) {
            (Some(_), '\\') => {
                letters.next();
                column += 1;
            }
            (Some(end), letter) if letter == end => text_ends_with = None,
            (None, '"' | '`') => text_ends_with = Some(letter),
            (None, '/') if letters.peek() == Some(&'/') => while letters.next_if(|letter| *letter != '\n').is_some() {},
            (None, '(' | '[' | '{') => open.push((letter, short_position(line, column))),
            (None, ')' | ']' | '}') => {
                let (last, _) = open.last()?;
                if !matches!((last, letter), ('(', ')') | ('[', ']') | ('{', '}')) {
                    return open.pop();
                }
                open.pop();
            }
            _ => {}
        }
        if letter == '\n' {
            (line, column) = (line + 1, 0);
        }
    }
    open.into_iter().next()
}

fn short_position(line: usize, column: usize) -> Position {
    let short = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
    Position::new(short(line), short(column))
}

/// A word of another language, or one of this language in capitals.
fn word(word: &str, spot: &Spot<'_>) -> Option<Slip> {
    let small = word.to_lowercase();
    let here = match WORDS.iter().find(|(other, _)| *other == small) {
        Some((_, here)) => here,
        None if OWN_WORDS.contains(&small.as_str()) && small != word => small.as_str(),
        None if small == "then" => {
            return Some(Slip::new(
                ("if 后面不写 then", "`if` goes without `then`"),
                ("写成 if 条件 { … }", "write `if condition { … }`"),
            ));
        }
        None => return None,
    };
    if here.is_empty() || word.is_empty() {
        return None;
    }
    let slip = Slip::new(
        (format!("「{word}」不是这里的写法"), format!("`{word}` is not how it is written here")),
        (format!("把 {word} 改成 {here}"), format!("write `{here}` for `{word}`")),
    );
    // Shown at the word, which may stand before the place.
    let is_before = spot.word() != word;
    Some(slip.at(is_before.then(|| back_by(spot.end_of_last(), word.chars().count()))))
}

fn back_by(position: Position, letters: usize) -> Position {
    let column = position.position().unwrap_or(1).saturating_sub(letters).max(1);
    short_position(position.line().unwrap_or(1), column)
}

/// A word that the language keeps for itself, with what to do instead.
pub(super) fn reserved(error: &ParseErrorType) -> Option<(&str, (String, String))> {
    let word = match error {
        ParseErrorType::Reserved(word) => word,
        ParseErrorType::BadInput(LexError::ImproperSymbol(word, _)) => word,
        _ => return None,
    };
    if !word.chars().all(is_of_word) || WORDS.iter().any(|(other, _)| other == word) {
        return None;
    }
    let (zh, en) = match word.as_str() {
        "print" | "debug" => (
            "脚本不能打印;要说明一件事,在评分项里写 note(\"…\")".to_owned(),
            "scripts print nothing; to say something, write `note(\"…\")` in a rule".to_owned(),
        ),
        "try" | "catch" | "throw" => (
            "不用写:脚本出错时,结果自然是待核定;缺东西写 missing(\"…\")".to_owned(),
            "not needed: a script that fails cannot be checked; if something is missing write `missing(\"…\")`"
                .to_owned(),
        ),
        "import" | "export" | "eval" | "call" | "curry" | "Fn" | "is_def_var" | "is_def_fn" => (
            "脚本里停用了它;共用的函数写在 library 里".to_owned(),
            "it is switched off; functions shared by scripts go into `library`".to_owned(),
        ),
        _ => (format!("作名字时换一个,如 {word}_1,或用汉字"), format!("as a name choose another, such as `{word}_1`")),
    };
    Some((word, (zh, en)))
}

/// A number written as in print.
fn number(error: &ParseErrorType, spot: &Spot<'_>) -> Option<Slip> {
    let next = spot.rest.chars().next()?;
    let after = spot.rest.chars().nth(1);
    let behind_digit = spot.before.chars().next_back().is_some_and(|last| last.is_ascii_digit());
    if next == ',' && behind_digit && after.is_some_and(|after| after.is_ascii_digit()) {
        return Some(Slip::new(
            ("数字里不能有逗号", "a number has no comma"),
            ("小数点用 .,如 1.5;千位不分节,如 1000", "write 1.5 with a point, and 1000 without a separator"),
        ));
    }
    if behind_digit && (next.is_alphabetic()) {
        return Some(Slip::new(
            (format!("数字后面不能跟着「{}」", spot.word()), format!("`{}` cannot follow a number", spot.word())),
            ("只写数字,单位写在 title 或 unit 里", "write the number alone; its unit goes into `title` or `unit`"),
        ));
    }
    if next == '.' && !behind_digit && after.is_some_and(|after| after.is_ascii_digit()) {
        return Some(Slip::new(
            ("小数点前面要有 0", "a 0 must stand before the point"),
            ("写成 0.5 这样", "write it like 0.5"),
        ));
    }
    if spot.last_sign() == Some('%') && matches!(error, ParseErrorType::BadInput(LexError::UnexpectedInput(_))) {
        return Some(
            Slip::new(
                ("不能写百分号", "there is no percent sign"),
                (
                    "5% 写成 0.05 或 5 / 100;求百分比用 percent(部分, 总数)",
                    "write 5% as 0.05 or 5 / 100; for a share use `percent(part, whole)`",
                ),
            )
            .at(Some(back_by(spot.end_of_last(), 1))),
        );
    }
    let is_name = matches!(error, ParseErrorType::VariableExpected) && next.is_ascii_digit();
    let is_part = matches!(error, ParseErrorType::PropertyExpected) && next.is_ascii_digit();
    if is_name {
        return Some(Slip::new(
            ("名字不能用数字开头", "a name cannot begin with a digit"),
            (
                format!("换成字母或汉字开头,如 n{}", spot.word()),
                format!("begin it with a letter, such as `n{}`", spot.word()),
            ),
        ));
    }
    is_part.then(|| {
        Slip::new(("这个数字有两个小数点", "this number has two points"), ("写成 1.5 这样", "write it like 1.5"))
    })
}

/// A sign of another language, or one too many.
fn sign(error: &ParseErrorType, spot: &Spot<'_>) -> Option<Slip> {
    let said = |wrong: &str, here: &str| {
        Some(Slip::new(
            (format!("「{wrong}」不是这里的写法"), format!("`{wrong}` is not how it is written here")),
            (format!("改成 {here}"), format!("write `{here}`")),
        ))
    };
    for (wrong, here) in [("===", "=="), ("!==", "!="), ("=<", "<="), (":=", "="), ("<>", "!=")] {
        if spot.rest.starts_with(wrong) {
            return said(wrong, here);
        }
    }
    if spot.rest.starts_with('>') && spot.last_sign() == Some('<') {
        return said("<>", "!=").map(|slip| slip.at(Some(back_by(spot.end_of_last(), 1))));
    }
    if spot.rest.starts_with('=') && !spot.rest.starts_with("==") {
        return Some(Slip::new(
            ("一个等号是给变量一个值", "a single `=` gives a variable a value"),
            ("判断相等要写两个:==", "to compare, write two: `==`"),
        ));
    }
    match error {
        ParseErrorType::UnknownOperator(sign) if sign == "?" => Some(Slip::new(
            ("没有 ? : 这种写法", "there is no `? :`"),
            ("写成 if 条件 { 甲 } else { 乙 }", "write `if condition { a } else { b }`"),
        )),
        ParseErrorType::UnknownOperator(sign) if sign == "++" || sign == "--" => {
            let here = if sign == "++" { "n += 1" } else { "n -= 1" };
            said(sign, here)
        }
        ParseErrorType::MissingToken(token, _) if token == "{" && spot.rest.starts_with(':') => Some(Slip::new(
            ("条件后面不写冒号", "no colon follows the condition"),
            ("写成 if 条件 { … }", "write `if condition { … }`"),
        )),
        ParseErrorType::BadInput(LexError::UnexpectedInput(_)) if spot.rest.starts_with(['}', ')', ']']) => {
            let sign = spot.rest.chars().next().unwrap_or(' ');
            let is_after_operator = spot.last_sign().is_some_and(|last| "+-*/<>=&|!.".contains(last));
            Some(if is_after_operator {
                Slip::new(
                    (
                        format!("「{}」后面缺一个值", spot.last_sign().unwrap_or(' ')),
                        "a value is missing after the operator",
                    ),
                    ("补上要计算或比较的值", "add the value to calculate or compare with"),
                )
            } else {
                Slip::new(
                    (format!("多了一个「{sign}」"), format!("there is a `{sign}` too many")),
                    ("删去它,或在前面补上与它成对的括号", "remove it, or add the bracket that belongs to it"),
                )
            })
        }
        _ => None,
    }
}
