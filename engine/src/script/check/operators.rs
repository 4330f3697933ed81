//! Arithmetic and comparisons: which types go together.

use rhai::{Expr, FnCallExpr, Position};

use super::report::{Said, instead, unknown};
use super::types::{Choice, Family, Is, Type};
use super::walk::Walk;
use crate::bundle::nearest;
use crate::codes::script as codes;
use crate::diagnostic::Diagnostic;
use crate::period::parse_date;

impl Walk<'_, '_> {
    /// An operator with its operands, or a function.
    pub(super) fn function(&mut self, call: &FnCallExpr, position: Position) -> Type {
        let is_sign = !call.name.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_');
        if !is_sign {
            return self.call(call, None, position);
        }
        let types: Vec<Type> = call.args.iter().map(|argument| self.value(argument)).collect();
        match (&*call.args, types.as_slice()) {
            ([operand], [is]) => self.unary(&call.name, is, operand),
            ([left, right], [a, b]) => {
                if call.name == "==" || call.name == "!=" {
                    self.one_of_choice(a, right);
                    self.one_of_choice(b, left);
                }
                self.binary(&call.name, (left, a), (right, b), position)
            }
            _ => Type::UNKNOWN,
        }
    }

    fn unary(&mut self, sign: &str, is: &Type, operand: &Expr) -> Type {
        let (wanted, gives) = match sign {
            "!" => (Family::Boolean, Is::Boolean),
            _ => (Family::Number, Is::Number),
        };
        match is.is.family() {
            Some(family) if family != wanted => {
                let (zh, en) = is.is.describe();
                let complaint = match wanted {
                    Family::Boolean => Diagnostic::new(&codes::NOT_A_CONDITION).with("found", zh).with("found_en", en),
                    _ => no_arithmetic(sign, &[&is.is]),
                };
                self.complain(operand.start_position(), complaint);
            }
            _ => self.present(is, operand),
        }
        Type::of(gives)
    }

    /// The type of `left sign right`.
    pub(super) fn binary(
        &mut self,
        sign: &str,
        (left, a): (&Expr, &Type),
        (right, b): (&Expr, &Type),
        position: Position,
    ) -> Type {
        match sign {
            "==" | "!=" | "<" | "<=" | ">" | ">=" => {
                let is_order = sign != "==" && sign != "!=";
                let go_together = if is_order { can_be_ordered(a, b) } else { can_be_equal(a, b) };
                if !go_together {
                    self.complain(position, unlike(sign, a, b, literal(left).or(literal(right))));
                } else if is_order {
                    self.present(a, left);
                    self.present(b, right);
                }
                Type::of(Is::Boolean)
            }
            "+" | "-" | "*" | "/" | "%" | "**" | "+=" | "-=" | "*=" | "/=" | "%=" | "**=" => {
                let sign = sign.strip_suffix('=').unwrap_or(sign);
                let Some(is) = calculated(sign, &a.is, &b.is) else {
                    self.complain(position, no_arithmetic(sign, &[&a.is, &b.is]));
                    return Type::UNKNOWN;
                };
                self.present(a, left);
                self.present(b, right);
                is
            }
            ".." | "..=" => Type::UNKNOWN,
            other => {
                let here = match other {
                    "&" => "&&",
                    "|" => "||",
                    _ => "+ - * / % **",
                };
                let remedy = (format!("写 {here}"), format!("write {here}"));
                self.complain(position, unknown(("运算符", "operator"), other, remedy));
                Type::UNKNOWN
            }
        }
    }

    /// Complains when a choice is compared with a text that is none of its keys.
    fn one_of_choice(&mut self, is: &Type, compared: &Expr) {
        if let (Is::Choice(choice), Expr::StringConstant(text, position)) = (&is.is, compared)
            && !choice.keys.contains_key(text.as_str())
        {
            self.complain(*position, not_a_choice(choice, text));
        }
    }
}

fn no_arithmetic(sign: &str, operands: &[&Is]) -> Diagnostic {
    let described: Vec<Said> = operands.iter().map(|operand| operand.describe()).collect();
    let zh: Vec<&str> = described.iter().map(|(zh, _)| zh.as_str()).collect();
    let en: Vec<&str> = described.iter().map(|(_, en)| en.as_str()).collect();
    let (remedy, remedy_en) = how_to_calculate(operands);
    Diagnostic::new(&codes::NO_ARITHMETIC)
        .with("operands", zh.join("和"))
        .with("operands_en", en.join(" and "))
        .with("sign", sign)
        .with("remedy", remedy)
        .with("remedy_en", remedy_en)
}

/// A text written out.
fn literal(value: &Expr) -> Option<&str> {
    match value {
        Expr::StringConstant(text, _) => Some(text.as_str()),
        _ => None,
    }
}

/// A text that is none of a choice.
pub(super) fn not_a_choice(choice: &Choice, text: &str) -> Diagnostic {
    let code = if choice.is_closed { &codes::NOT_A_CHOICE } else { &codes::NOT_A_CHOICE_NOW };
    let titled = choice.keys.iter().find(|(_, title)| *title == text);
    let near_title = || nearest(text, choice.keys.values().map(String::as_str));
    let near = titled.or_else(|| {
        let near = near_title()?;
        choice.keys.iter().find(|(_, title)| *title == near)
    });
    let (remedy, remedy_en) = match near {
        Some((key, title)) if key != title => (
            format!("脚本里用选项的键:\"{key}\"(它的名称是{title})"),
            format!("scripts use the key: \"{key}\" (its title is {title})"),
        ),
        _ => instead(text, choice.keys.keys().map(String::as_str)),
    };
    Diagnostic::new(code)
        .with("value", text)
        .with("what", &choice.what.0)
        .with("what_en", &choice.what.1)
        .with("remedy", remedy)
        .with("remedy_en", remedy_en)
}

fn can_be_equal(a: &Type, b: &Type) -> bool {
    match (a.is.family(), b.is.family()) {
        (Some(left), Some(right)) => left == right,
        _ => true,
    }
}

fn can_be_ordered(a: &Type, b: &Type) -> bool {
    let ordered = [Family::Number, Family::Text, Family::Date, Family::Time, Family::Period];
    let orders = |family: Family| ordered.contains(&family);
    if a.is == Is::Nothing || b.is == Is::Nothing {
        return false;
    }
    match (a.is.family(), b.is.family()) {
        (Some(left), Some(right)) => left == right && orders(left),
        (Some(family), None) | (None, Some(family)) => orders(family),
        (None, None) => true,
    }
}

/// What a calculation gives; none: these do not go together.
fn calculated(sign: &str, a: &Is, b: &Is) -> Option<Type> {
    if *a == Is::Nothing || *b == Is::Nothing {
        return None;
    }
    match sign {
        "+" => match (a.family(), b.family()) {
            (Some(Family::Number), Some(Family::Number)) => Some(Type::of(Is::Number)),
            (Some(Family::Text), _) | (_, Some(Family::Text)) => Some(Type::of(Is::Text)),
            (Some(Family::List), Some(Family::List)) => Some(Type::of(a.clone()).join(Type::of(b.clone()))),
            (Some(_), Some(_)) => None,
            _ => Some(Type::UNKNOWN),
        },
        "-" => match (a.family(), b.family()) {
            (Some(left), Some(right)) => {
                (left == right && matches!(left, Family::Number | Family::Date)).then(|| Type::of(Is::Number))
            }
            (Some(family), None) | (None, Some(family)) => {
                matches!(family, Family::Number | Family::Date).then(|| Type::of(Is::Number))
            }
            (None, None) => Some(Type::of(Is::Number)),
        },
        _ => {
            let is_number = |is: &Is| is.family().is_none_or(|family| family == Family::Number);
            (is_number(a) && is_number(b)).then(|| Type::of(Is::Number))
        }
    }
}

fn unlike(sign: &str, a: &Type, b: &Type, text: Option<&str>) -> Diagnostic {
    let ((left, left_en), (right, right_en)) = (a.is.describe(), b.is.describe());
    let (remedy, remedy_en) = how_to_compare(&a.is, &b.is, text);
    Diagnostic::new(&codes::UNLIKE_TYPES)
        .with("left", left)
        .with("left_en", left_en)
        .with("right", right)
        .with("right_en", right_en)
        .with("sign", sign)
        .with("remedy", remedy)
        .with("remedy_en", remedy_en)
}

fn how_to_compare(a: &Is, b: &Is, text: Option<&str>) -> Said {
    let (left, right) = (a.family(), b.family());
    let has = |family: Family| left == Some(family) || right == Some(family);
    let said = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
    if *a == Is::Nothing || *b == Is::Nothing {
        return said("空值只能用 == () 或 != () 来问", "nothing can only be asked for with `== ()` or `!= ()`");
    }
    if has(Family::Pseudonym) {
        return said(
            "个人信息在脚本里只有代号,只能互相比较是否同一个",
            "scripts see personal values as pseudonyms, which can only be compared with each other",
        );
    }
    if has(Family::Text) && (has(Family::Date) || has(Family::Time)) {
        let day = text.filter(|text| parse_date(text).is_ok()).unwrap_or("2020-02-29");
        return match has(Family::Date) {
            true => (format!("日期写成 date(\"{day}\")"), format!("write a date as `date(\"{day}\")`")),
            false => said("时间写成 time(\"2020-02-29 08:30\")", "write a time as `time(\"2020-02-29 08:30\")`"),
        };
    }
    if has(Family::Date) && has(Family::Time) {
        return said("从时间取日期再比:时间.date", "compare the day of the time: `.date`");
    }
    if has(Family::Text) && has(Family::Number) {
        return said(
            "数字不加引号;文字转数字用 number(…)",
            "write numbers without quotes; turn a text into one with `number(…)`",
        );
    }
    if has(Family::Boolean) {
        return said(
            "是否本身就是条件,直接写,或与 true、false 比",
            "true or false is a condition by itself; or compare it with `true`, `false`",
        );
    }
    if has(Family::List) {
        return said(
            "先求出一个数:.count()、.sum(|x| …)",
            "make one number of the list first: `.count()`, `.sum(|x| …)`",
        );
    }
    if has(Family::Record) || has(Family::Unit) {
        return said(
            "比较其中的一项,如 fire.deaths、unit.kind",
            "compare one of its fields, such as `fire.deaths`, `unit.kind`",
        );
    }
    if has(Family::Source) || has(Family::Map) {
        return said(
            "从中取出一个值再比,如 parameters.x、parameters.表[\"键\"]",
            "take one value out of it, as in `parameters.x`, `parameters.table[\"key\"]`",
        );
    }
    said("两边要是同一种值", "both sides must be of one type")
}

fn how_to_calculate(operands: &[&Is]) -> Said {
    let has = |family: Family| operands.iter().any(|operand| operand.family() == Some(family));
    let said = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
    if operands.contains(&&Is::Nothing) {
        return said(
            "可能为空的值先用 ?? 给出替代,如 (x ?? 0)",
            "give what may be nothing a stand-in, as in `(x ?? 0)`",
        );
    }
    if has(Family::Date) {
        return said(
            "日期加减天数用 .plus_days(30),加月用 .plus_months(3);两个日期相减得天数",
            "add days to a date with `.plus_days(30)`, months with `.plus_months(3)`; two dates subtract to days",
        );
    }
    if has(Family::Time) {
        return said("两个时间相隔几小时:hours_between(前, 后)", "hours between two times: `hours_between(from, to)`");
    }
    if has(Family::Text) {
        return said(
            "数字不加引号;文字转数字用 number(…);选项要先换成分值,如 parameters.表[选项]",
            "write numbers without quotes; turn a text into one with `number(…)`; look a choice up in a table, as in \
             `parameters.table[choice]`",
        );
    }
    if has(Family::List) {
        return said(
            "先求出一个数:.count()、.sum(|x| …)",
            "make one number of the list first: `.count()`, `.sum(|x| …)`",
        );
    }
    if has(Family::Boolean) {
        return said(
            "是否不能计算;写 if 条件 { 1 } else { 0 }",
            "true or false is no number; write `if … { 1 } else { 0 }`",
        );
    }
    for is in operands {
        if let Is::Table(name) = is {
            return (
                format!("从对照表取值:parameters.{name}[\"键\"]"),
                format!("read the table by a key: `parameters.{name}[\"key\"]`"),
            );
        }
        if let Is::Steps(name) = is {
            return (
                format!("分档参数按数值取:parameters.{name}.at(数值)"),
                format!("read the steps by a number: `parameters.{name}.at(x)`"),
            );
        }
    }
    said(
        "计算要用数字;从记录、考核对象里取出一项,如 fire.deaths",
        "calculate with numbers; take a field out of a record or unit, such as `fire.deaths`",
    )
}
