//! Expressions: whatever gives a number, a text, a day, records and so on, down to a depth.

use super::{Author, Gives};

impl Author<'_> {
    /// An expression; now and then of a kind that does not fit.
    pub(super) fn give(&mut self, gives: Gives, depth: usize) -> String {
        const ALL: [Gives; 5] = [Gives::Number, Gives::Boolean, Gives::Text, Gives::Day, Gives::Record];
        let gives = if self.dice.happens(2) { self.dice.one_of(&ALL) } else { gives };
        if self.dice.happens(25)
            && let Some(name) = self.known(gives)
        {
            return name;
        }
        let below = depth.saturating_sub(1);
        match gives {
            Gives::Number => self.number(depth, below),
            Gives::Boolean => self.boolean(depth, below),
            Gives::Text => self.text(depth, below),
            Gives::Day => self.day(depth, below),
            Gives::Record => self.record(),
            Gives::Records => self.records(depth, below),
            Gives::Numbers => self.numbers(depth, below),
            Gives::Units => {
                if self.dice.happens(70) {
                    "group".to_owned()
                } else {
                    format!("group.filter(|u| {})", self.of_unit("u"))
                }
            }
        }
    }

    fn of_unit(&mut self, unit: &str) -> String {
        self.dice
            .one_of(&[
                "{}.flag",
                "{}.people > 3",
                "{}.kind == \"village\"",
                "{}.figures.f0 != ()",
                "{}.people > unit.people",
                "{}.records(\"fire\").any(|f| f.deaths > 1)",
            ])
            .replace("{}", unit)
    }

    fn number(&mut self, depth: usize, below: usize) -> String {
        if depth == 0 {
            let simple = [
                "0",
                "1",
                "2",
                "3",
                "7",
                "1.5",
                "0.1",
                "2.0",
                "9223372036854775807",
                "unit.people",
                "unit.share",
                "parameters.points",
                "parameters.half",
                "parameters.later",
                "period.year",
                "period.days",
                "figures.f0",
                "score",
            ];
            return self.dice.one_of(&simple).to_owned();
        }
        match self.dice.below(21) {
            0..=2 => format!(
                "{} {} {}",
                self.give(Gives::Number, below),
                self.dice.one_of(&["+", "-", "*"]),
                self.give(Gives::Number, below)
            ),
            3 => format!(
                "({}) {} ({})",
                self.give(Gives::Number, below),
                self.dice.one_of(&["/", "%", "**"]),
                self.give(Gives::Number, below)
            ),
            4 => format!(
                "{}({}, {})",
                self.dice.one_of(&["min", "max", "percent", "per_thousand"]),
                self.give(Gives::Number, below),
                self.give(Gives::Number, below)
            ),
            5 => format!(
                "{}({})",
                self.dice.one_of(&["abs", "floor", "ceil", "twice", "round_half_up", "-", "factorial", "trunc"]),
                self.give(Gives::Number, below)
            ),
            6 => format!("round_half_up({}, {})", self.give(Gives::Number, below), self.dice.below(4)),
            7 | 8 => {
                let (of, item, body) = self.closure(Gives::Number, below);
                let question = self.dice.one_of(&["sum", "sum", "max", "min", "mean"]);
                let stand_in = self.dice.one_of(&["", " ?? 0"]);
                format!("({of}.{question}(|{item}| {body}){stand_in})")
            }
            9 | 10 => {
                let (of, item, body) = self.closure(Gives::Boolean, below);
                format!("{of}.count(|{item}| {body})")
            }
            11 => format!(
                "{}.{}",
                self.give(Gives::Records, below),
                self.dice.one_of(&["count()", "len()", "len", "sum(|r| r.deaths)"])
            ),
            12 => format!(
                "({} ?? {})",
                self.dice.one_of(&[
                    "unit.share",
                    "previous?.score",
                    "previous?.figures.f1",
                    "met(\"A\")",
                    "points(\"R-0\")"
                ]),
                self.give(Gives::Number, below)
            ),
            13 => format!(
                "(if {} {{ {} }} else {{ {} }})",
                self.give(Gives::Boolean, below),
                self.give(Gives::Number, below),
                self.give(Gives::Number, below)
            ),
            14 => format!("({} - {})", self.give(Gives::Day, below), self.give(Gives::Day, below)),
            15 => match self.known(Gives::Record) {
                Some(name) => self
                    .dice
                    .one_of(&[
                        "{}.deaths",
                        "{}.deaths",
                        "{}.loss",
                        "({}.loss ?? 0)",
                        "parameters.table[{}.premises]",
                        "parameters.partly[{}.premises]",
                        "parameters.steps.at({}.deaths)",
                        "depth({}.steps)",
                        "{}.fixed - {}.date",
                        "{}[\"deaths\"]",
                        "{}.date.month",
                        "{}.nothing",
                    ])
                    .replace("{}", &name),
                None => "parameters.table.home".to_owned(),
            },
            16 => format!(
                "{}.{}(|u| {})",
                self.give(Gives::Units, below),
                self.dice.one_of(&["mean", "sum", "rank", "rank_low", "max"]),
                self.dice.one_of(&[
                    "u.figures.f0",
                    "u.people",
                    "u.score",
                    "u.records(\"fire\").count()",
                    "u.people + unit.people",
                    "u.share"
                ])
            ),
            17 => format!(
                "(switch {} {{ 0 => 1, 1 | 2 => {}, 3..9 => 5, _ => 0 }})",
                self.give(Gives::Number, below),
                self.give(Gives::Number, below)
            ),
            18 => format!(
                "(switch {} {{ \"home\" => 1, \"works\" => {}, \"village\" if unit.flag => 3, _ => 0 }})",
                self.give(Gives::Text, below),
                self.give(Gives::Number, below)
            ),
            19 => format!("total({})", self.give(Gives::Records, below)),
            _ => format!(
                "({}.{} ?? 0)",
                self.give(Gives::Numbers, below),
                self.dice.one_of(&["sum()", "max()", "first()", "last()", "mean()", "count()", "min()"])
            ),
        }
    }

    fn boolean(&mut self, depth: usize, below: usize) -> String {
        if depth == 0 {
            return (self.dice.one_of(&[
                "true",
                "false",
                "unit.flag",
                "vetoed",
                "unit.kind == \"village\"",
                "parameters.busy.contains(period.to)",
                "incomplete",
            ]))
            .to_owned();
        }
        match self.dice.below(13) {
            0..=2 => format!(
                "{} {} {}",
                self.give(Gives::Number, below),
                self.dice.one_of(&["<", "<=", ">", ">=", "==", "!="]),
                self.give(Gives::Number, below)
            ),
            3 => format!(
                "({} {} {})",
                self.give(Gives::Boolean, below),
                self.dice.one_of(&["&&", "||", "=="]),
                self.give(Gives::Boolean, below)
            ),
            4 => format!("!({})", self.give(Gives::Boolean, below)),
            5 => format!(
                "{} {} {}",
                self.give(Gives::Text, below),
                self.dice.one_of(&["==", "!=", "<"]),
                self.give(Gives::Text, below)
            ),
            6 => format!(
                "{} {} {}",
                self.give(Gives::Day, below),
                self.dice.one_of(&["<", ">=", "==", "!="]),
                self.give(Gives::Day, below)
            ),
            7 | 8 => match self.known(Gives::Record) {
                Some(name) => self
                    .dice
                    .one_of(&[
                        "{}.deaths > 1",
                        "{}.premises == \"home\"",
                        "{}.premises != \"works\"",
                        "{}.fixed == ()",
                        "open({}, period.to)",
                        "{}.loss > 3",
                        "{}.who == ()",
                        "{}.kind == \"fire\"",
                        "{}.note.contains(\"甲\")",
                        "{}.date >= period.from",
                        "({}.steps ?? []).any(|s| s.hours > 1)",
                        "{} == {}",
                        "parameters.busy.contains({}.date)",
                    ])
                    .replace("{}", &name),
                None => "records(\"fire\").is_empty()".to_owned(),
            },
            9 | 10 => {
                let (of, item, body) = self.closure(Gives::Boolean, below);
                format!("{of}.{}(|{item}| {body})", self.dice.one_of(&["any", "all"]))
            }
            11 => format!("{}.contains({})", self.give(Gives::Numbers, below), self.give(Gives::Number, below)),
            _ => format!("group.{}(|u| {})", self.dice.one_of(&["any", "all"]), self.of_unit("u")),
        }
    }

    fn text(&mut self, depth: usize, below: usize) -> String {
        if depth == 0 {
            return (self.dice.one_of(&[
                "\"甲\"",
                "\"home\"",
                "unit.kind",
                "unit.name",
                "\"\"",
                "period.name",
                "band",
                "`${unit.share}`",
            ]))
            .to_owned();
        }
        match self.dice.below(6) {
            0 | 1 => format!("`有${{{}}}和${{{}}}。`", self.give(Gives::Number, below), self.give(Gives::Day, below)),
            2 => format!("`${{{}}} ${{{}}}`", self.give(Gives::Text, below), self.give(Gives::Boolean, below)),
            3 => format!("({} + {})", self.give(Gives::Text, below), self.give(Gives::Number, below)),
            4 => match self.known(Gives::Record) {
                Some(name) => self
                    .dice
                    .one_of(&[
                        "{}.premises",
                        "{}.note",
                        "name({}.premises)",
                        "`${{}}`",
                        "{}.who",
                        "`${{}.note}${{}.loss}`",
                        "`${{}.who}`",
                        "{}.id",
                    ])
                    .replace("{{}}", &format!("{{{name}}}"))
                    .replace("{}", &name),
                None => "name(unit.kind)".to_owned(),
            },
            _ => format!("{}.join(\"、\")", self.give(Gives::Numbers, below)),
        }
    }

    fn day(&mut self, depth: usize, below: usize) -> String {
        match self.dice.below(if depth == 0 { 3 } else { 6 }) {
            0 => "period.to".to_owned(),
            1 => "as_of".to_owned(),
            2 => "date(\"2020-02-29\")".to_owned(),
            3 | 4 => match self.known(Gives::Record) {
                Some(name) => self.dice.one_of(&["{}.date", "{}.fixed", "({}.fixed ?? {}.date)"]).replace("{}", &name),
                None => "period.from".to_owned(),
            },
            _ => format!("{}.plus_days({})", self.give(Gives::Day, below), self.give(Gives::Number, below)),
        }
    }

    fn record(&mut self) -> String {
        self.known(Gives::Record).unwrap_or_else(|| {
            (self.dice.one_of(&[
                "records(\"fire\").first()",
                "first_bad(records(\"fire\"))",
                "history(\"fire\").last()",
                "records(\"fire\")[0]",
            ]))
            .to_owned()
        })
    }

    fn records(&mut self, depth: usize, below: usize) -> String {
        if depth == 0 {
            return (self.dice.one_of(&[
                "records(\"fire\")",
                "records(\"fire\")",
                "history(\"fire\")",
                "records(\"check\")",
                "known(\"fire\")",
                "记录(\"fire\")",
                "records(\"fire\", \"check\")",
                "records(\"fire\", period.back(1))",
            ]))
            .to_owned();
        }
        match self.dice.below(7) {
            0..=2 => {
                let (of, item, body) = self.closure(Gives::Boolean, below);
                format!("{of}.filter(|{item}| {body})")
            }
            3 => {
                let (of, item, body) = self.closure(Gives::Number, below);
                format!("{of}.sort_by(|{item}| {body})")
            }
            4 => format!(
                "{}.{}",
                self.give(Gives::Records, below),
                self.dice.one_of(&["reversed()", "take(2)", "skip(1)", "distinct(|r| r.deaths)"])
            ),
            5 => format!("{}.group_by(|r| r.deaths).map(|g| g.first())", self.give(Gives::Records, below)),
            _ => self.give(Gives::Records, 0),
        }
    }

    fn numbers(&mut self, depth: usize, below: usize) -> String {
        if depth == 0 {
            return (self.dice.one_of(&["[1, 2, 3]", "[]", "[0.5, 1]", "range(0, 4)"])).to_owned();
        }
        match self.dice.below(4) {
            0 => format!("[{}, {}]", self.give(Gives::Number, below), self.give(Gives::Number, below)),
            1 | 2 => {
                let (of, item, body) = self.closure(Gives::Number, below);
                format!("{of}.map(|{item}| {body})")
            }
            _ => format!("{}.group_by(|r| r.deaths).map(|g| g.key)", self.give(Gives::Records, below)),
        }
    }
}
