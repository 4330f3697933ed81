//! Generated scripts: mostly well typed, now and then not, over everything that is compiled and some of what is not.

mod expressions;

use super::facts::Dice;

/// What an expression gives, if it is well typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gives {
    Number,
    Boolean,
    Text,
    Day,
    Record,
    Records,
    Numbers,
    Units,
}

/// A bundle with generated scripts in every place.
pub(super) fn bundle(dice: &mut Dice) -> String {
    let mut text = HEAD.to_owned();
    for place in 0..3 {
        let script = Author::new(dice).give(Gives::Number, 3);
        text.push_str(&format!("  f{place}: {{title: 指标, compare: town, script: {}}}\n", quoted(&script)));
    }
    text.push_str("criteria:\n  - id: A\n    title: 甲\n    basis: 第一条\n    rules:\n");
    for place in 0..3 {
        let script = Author::new(dice).statements(3);
        let applies = Author::new(dice).give(Gives::Boolean, 2);
        let rule = format!(
            "      - {{id: R-{place}, title: 项, compare: town, basis: 一, applies: {}, script: {}}}\n",
            quoted(&applies),
            quoted(&script)
        );
        text.push_str(&rule);
    }
    text.push_str(TAIL);
    let list = Author::new(dice).give(Gives::Boolean, 2);
    text.push_str(&format!("lists:\n  bad: {{title: 清单, script: {}}}\n", quoted(&list)));
    text
}

fn quoted(script: &str) -> String {
    serde_json::to_string(script).unwrap()
}

const HEAD: &str = r#"
bundle: generated
edition: "1"
title: 生成
assess: {period: quarter, base: 100, incomplete: flag}
attributes:
  people: {title: 人口, type: integer}
  share:  {title: 比例, type: decimal, optional: true}
  flag:   {title: 标记, type: boolean}
  kind:   {title: 类型, type: choice, choices: {village: 村, community: 社区}}
records:
  fire:
    title: 火灾
    fields:
      premises: {title: 场所, type: choice, choices: {home: 住宅, works: 生产}}
      deaths:   {title: 死亡, type: integer}
      loss:     {title: 损失, type: decimal, optional: true}
      fixed:    {title: 整改, type: date, optional: true}
      who:      {title: 姓名, type: text, personal: name, optional: true}
      note:     {title: 说明, type: text}
      steps:    {title: 经过, type: {list: step}, optional: true}
  check: {title: 检查, none_means: missing, fields: {deaths: {title: 处, type: integer}, fixed: {title: 整改, type: date, optional: true}, at: {title: 时间, type: time}}}
shapes:
  step: {hours: {type: integer}, next: {type: {list: step}, optional: true}}
parameters:
  points: {title: 分, value: 2, basis: 一}
  half:   {title: 半, value: 0.5, basis: 一}
  later:  {title: 以后, values: {2020-02-01: 3}, basis: 一}
  table:  {title: 表, value: {home: 1, works: 2.5}, basis: 一}
  partly: {title: 半表, value: {home: 1}, basis: 一}
  steps:  {title: 档, steps: {1: 1, 3: 2.5}, basis: 一}
  busy:   {title: 忙时, ranges: [{from: 2020-01-10, to: 2020-02-20}], basis: 一}
library: |
  fn twice(n) { n * 2 }
  fn open(f, day) { f.fixed == () || f.fixed > day }
  fn depth(steps) { if steps == () || steps.is_empty() { 0 } else { 1 + steps.max(|s| depth(s.next)) } }
  fn factorial(n) { if n <= 1 { return 1; } n * factorial(n - 1) }
  fn name(p) { switch p { "home" => "住宅", "works" => "生产", _ => "其他" } }
  fn first_bad(list) { for r in list { if r.deaths > 1 { return r; } } () }
  fn total(list) { let sum = 0; for r in list { sum += r.deaths; } sum }
figures:
"#;

const TAIL: &str = r#"      - {id: R-9, title: 短, each: fire, when: fire.deaths > 0, deduct: fire.deaths * parameters.points, reason: "死${fire.deaths}人${fire.premises}"}
"#;

/// Writes one script.
struct Author<'d> {
    dice: &'d mut Dice,
    /// Names that can be seen, with what they hold.
    names: Vec<(String, Gives)>,
    fresh: usize,
    loops: usize,
}

impl<'d> Author<'d> {
    fn new(dice: &'d mut Dice) -> Author<'d> {
        Author { dice, names: Vec::new(), fresh: 0, loops: 0 }
    }

    fn fresh(&mut self) -> String {
        self.fresh += 1;
        format!("v{}", self.fresh)
    }

    fn known(&mut self, gives: Gives) -> Option<String> {
        let of_kind: Vec<&String> =
            self.names.iter().filter(|(_, held)| *held == gives).map(|(name, _)| name).collect();
        (!of_kind.is_empty()).then(|| self.dice.one_of(&of_kind).clone())
    }

    /// Something inside which a name can be seen.
    fn with<T>(&mut self, name: &str, gives: Gives, write: impl FnOnce(&mut Self) -> T) -> T {
        self.names.push((name.to_owned(), gives));
        let written = write(self);
        self.names.pop();
        written
    }

    fn statements(&mut self, depth: usize) -> String {
        let seen = self.names.len();
        let count = 1 + self.dice.below(4);
        let written: Vec<String> = (0..count).map(|_| self.statement(depth)).collect();
        self.names.truncate(seen);
        written.join(" ")
    }

    fn statement(&mut self, depth: usize) -> String {
        let gives = self.dice.one_of(&[
            Gives::Number,
            Gives::Number,
            Gives::Boolean,
            Gives::Text,
            Gives::Day,
            Gives::Records,
            Gives::Numbers,
        ]);
        let depth = depth.saturating_sub(1);
        match self.dice.below(if depth == 0 { 9 } else { 15 }) {
            0 | 1 => {
                let (name, value) = (self.fresh(), self.give(gives, depth + 1));
                self.names.push((name.clone(), gives));
                format!("let {name} = {value};")
            }
            2 => match self.known(Gives::Number) {
                Some(name) => {
                    let sign = self.dice.one_of(&["=", "+=", "-=", "*=", "/="]);
                    format!("{name} {sign} {};", self.give(Gives::Number, depth))
                }
                None => "let unused = 1;".to_owned(),
            },
            3 | 4 => {
                let points = self.give(Gives::Number, depth);
                format!(
                    "{}(max(0, {points}), {}{});",
                    self.dice.one_of(&["deduct", "award", "扣分"]),
                    self.give(Gives::Text, depth),
                    self.evidence(depth)
                )
            }
            5 => format!(
                "{}({}{});",
                self.dice.one_of(&["breach", "note", "veto"]),
                self.give(Gives::Text, depth),
                self.evidence(depth)
            ),
            6 => match self.dice.below(4) {
                0 => {
                    format!("if {} {{ missing({}); }}", self.give(Gives::Boolean, depth), self.give(Gives::Text, depth))
                }
                1 => format!("if {} {{ not_applicable(\"不适用\"); }}", self.give(Gives::Boolean, depth)),
                2 => format!("if {} {{ return; }}", self.give(Gives::Boolean, depth)),
                _ => format!(
                    "let list = []; for i in 0..{} {{ list.push({}); }} note(`${{list.len()}} ${{list}}`);",
                    self.dice.below(5),
                    self.give(Gives::Number, depth)
                ),
            },
            7 => format!("deduct({}, {});", self.give(Gives::Number, depth), self.give(Gives::Text, depth)),
            8 => {
                let name = self.fresh();
                let (of, item, body) = self.closure(Gives::Boolean, depth);
                format!("let {name} = |{item}| {body}; note(`${{{of}.count({name})}}`);")
            }
            9 => format!(
                "if {} {{ {} }} else {{ {} }}",
                self.give(Gives::Boolean, depth),
                self.statements(depth),
                self.statements(depth)
            ),
            10 | 11 => {
                let (name, list) = (self.fresh(), self.give(Gives::Records, depth));
                let list = if self.loops > 1 { "records(\"fire\")".to_owned() } else { list };
                self.loops += 1;
                let body = self.with(&name, Gives::Record, |author| author.statements(depth));
                self.loops -= 1;
                let leave = self.dice.one_of(&["", "", "break;", "if unit.flag { continue; }"]);
                format!("for {name} in {list} {{ {leave} {body} }}")
            }
            12 => {
                let name = self.fresh();
                // Rarely so many turns that the steps are used up.
                let turns = if self.dice.happens(1) { 90_000 } else { self.dice.below(6) };
                let body = self.with(&name, Gives::Number, |author| author.statements(depth));
                format!("for {name} in 0..{turns} {{ {body} }}")
            }
            13 => {
                let name = self.fresh();
                let body = self.statements(depth);
                format!("let {name} = 0; while {name} < {} {{ {name} += 1; {body} }}", self.dice.below(4))
            }
            _ => "for (r, i) in records(\"fire\", \"check\") { if i > 2 { break; } note(`${i} ${r.kind} ${r.deaths}`, r); }".to_owned(),
        }
    }

    fn evidence(&mut self, depth: usize) -> String {
        match self.dice.below(4) {
            0 => String::new(),
            1 => format!(", {}", self.give(Gives::Record, depth)),
            2 => format!(", {}, {}", self.give(Gives::Record, depth), self.give(Gives::Records, depth)),
            _ => format!(", {}", self.give(Gives::Records, depth)),
        }
    }

    fn closure(&mut self, gives: Gives, depth: usize) -> (String, String, String) {
        let (of, item) = (self.give(Gives::Records, depth), self.fresh());
        let body = self.with(&item, Gives::Record, |author| author.give(gives, depth));
        (of, item, body)
    }
}
