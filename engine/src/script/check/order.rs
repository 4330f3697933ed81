//! What a script may read where it stands: only what stands above it.

use rhai::Position;

use super::post::Post;
use super::report::Said;
use super::types::Seat;
use super::walk::Walk;
use crate::codes::bundle::VETO_WITHOUT_CLAUSE;
use crate::codes::script as codes;
use crate::diagnostic::Diagnostic;

/// Something that is there only in some places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// `score`, `vetoed`, `incomplete`, `band`, `rating`.
    State,
    /// `group`.
    Group,
    /// `parts`.
    Parts,
    /// `deduct`, `veto` and what else a rule says.
    Saying,
}

fn both(zh: impl Into<String>, en: impl Into<String>) -> Said {
    (zh.into(), en.into())
}

impl Walk<'_, '_> {
    /// Complains when something is not there where the script stands.
    pub(super) fn reads(&mut self, what: Reading, name: &str, position: Position) {
        if self.placed.post == Post::Library {
            return;
        }
        match what {
            Reading::State => self.reads_state(name, position),
            Reading::Group if !self.placed.compares => {
                let remedy = both(
                    "在这个脚本旁边加一行 compare: town(与同镇街的比;county、all 为全县、全部)",
                    "add `compare: town` beside the script (or county, all) to say whom to compare with",
                );
                self.not_here(name, remedy, position);
            }
            Reading::Parts if self.placed.roll_up.is_none() => {
                let remedy = both(
                    "parts 是汇总的各部分,只在 roll_up 下面用;与别的考核对象比较用 compare 和 group",
                    "`parts` is for scripts under `roll_up`; to compare with other units use `compare` and `group`",
                );
                self.not_here(name, remedy, position);
            }
            Reading::Saying => self.says(name, position),
            Reading::Group | Reading::Parts => {}
        }
    }

    fn says(&mut self, name: &str, position: Position) {
        match self.placed.post {
            Post::Rule(rule) => {
                if let Some(rule) = self.book.rules.get(rule)
                    && name == "veto"
                    && rule.basis.is_none()
                {
                    self.complain(position, Diagnostic::new(&VETO_WITHOUT_CLAUSE).with("name", &rule.id));
                }
            }
            Post::Applies(_) => {
                let remedy = both(
                    "applies 只回答是否适用(true 或 false);扣分写在 script 里",
                    "`applies` only answers whether the rule applies; say the rest in `script`",
                );
                self.not_here(name, remedy, position);
            }
            _ => {
                let remedy = both(
                    "扣分、加分、否决等只在 criteria 下的评分项里用;这里给出一个值即可",
                    "deduct, award, veto and the like are for the rules under `criteria`; here a script only gives a value",
                );
                self.not_here(name, remedy, position);
            }
        }
    }

    fn reads_state(&mut self, name: &str, position: Position) {
        let post = self.placed.post;
        if self.placed.roll_up.is_some() && name == "vetoed" {
            let remedy = both(
                "汇总没有评分项,也就没有否决;看各部分写 parts.any(|p| p.vetoed)",
                "a roll-up has no rules and no veto of its own; ask its parts: `parts.any(|p| p.vetoed)`",
            );
            return self.not_here(name, remedy, position);
        }
        let is_early = match name {
            "rating" => post < Post::FinalFigure(0),
            "band" => post < Post::Rating,
            _ => post < Post::Applies(0),
        };
        if is_early {
            let remedy = self.instead_of_state(name);
            return self.stands_below(name, remedy, position);
        }
        if name == "vetoed"
            && let Some(rule) = post.rule()
            && let Some(later) =
                self.book.vetoing.range(rule + 1..).next().and_then(|place| self.book.rules.get(*place))
        {
            let remedy = both(
                format!("评分项 {} 还可能一票否决;把读 vetoed 的评分项移到它后面", later.id),
                format!("the rule `{}` may still veto; move the rule that reads `vetoed` below it", later.id),
            );
            self.stands_below(name, remedy, position);
        }
    }

    fn instead_of_state(&self, name: &str) -> Said {
        match (name, self.placed.post) {
            ("rating", Post::Rating) => both(
                "等次正是这个脚本要给出的;分数所在的等次叫 band",
                "the rating is what this script gives; the one that follows from the score is `band`",
            ),
            ("rating" | "band", _) => both(
                "等次在得分之后才有;写到 rating 的 script、lists 或 final: true 的指标里",
                "a rating comes after the score: use it in the script of `rating`, in `lists`, or in a figure with \
                 `final: true`",
            ),
            (_, Post::TakesPart) => self.first_of_all(),
            _ => both(
                "指标先于评分项计算;给这个指标加 final: true,就在评定之后才算",
                "figures are computed before the rules; with `final: true` this one is computed after the rating",
            ),
        }
    }

    fn first_of_all(&self) -> Said {
        both(
            "takes_part 最先算,只能读属性、记录、参数和上期结果(previous)",
            "`takes_part` comes first and can read attributes, records, parameters and `previous`",
        )
    }

    /// Complains when a figure stands below the script.
    pub(super) fn reads_figure(&mut self, id: &str, seat: &Seat, position: Position) {
        let figures = self.book.figures_of(self.placed.roll_up);
        let Some(place) = figures.iter().position(|(known, _)| *known == id) else { return };
        let is_final = figures.get(place).is_some_and(|(_, is_final)| *is_final);
        let stands = if is_final { Post::FinalFigure(place) } else { Post::Figure(place) };
        let post = self.placed.post;
        if stands < post || !seat.is_scored {
            return;
        }
        let remedy = match post {
            Post::TakesPart => self.first_of_all(),
            Post::Figure(own) | Post::FinalFigure(own) if own == place => both(
                "指标不能读自己;要接着上期算,写 previous?.figures",
                "a figure cannot read itself; to go on from the period before, read `previous?.figures`",
            ),
            _ if is_final && !matches!(post, Post::FinalFigure(_)) => both(
                format!("「{id}」是 final: true 的指标,评定之后才算;去掉 final,或只在清单和后面的 final 指标里读"),
                format!(
                    "`{id}` has `final: true` and is computed after the rating: drop that, or read it in lists and later \
                     final figures"
                ),
            ),
            _ => both(
                format!("在 figures 里把「{id}」移到{}之前", self.title.0),
                format!("move `{id}` above {} in `figures`", self.title.1),
            ),
        };
        self.stands_below(&format!("figures.{id}"), remedy, position);
    }

    /// Complains when a rule stands below the script.
    pub(super) fn reads_rule(&mut self, id: &str, position: Position) {
        if let Some(place) = self.book.rule(id) {
            self.reads_results(id, place, position);
        }
    }

    /// Complains when a rule of a criterion stands below the script.
    pub(super) fn reads_criterion(&mut self, id: &str, position: Position) {
        let last = self.book.criterion(id).and_then(|criterion| self.book.last_rule(criterion));
        self.reads_results(id, last.unwrap_or(0), position);
    }

    /// What the rules up to a place left.
    fn reads_results(&mut self, id: &str, last: usize, position: Position) {
        let post = self.placed.post;
        if post == Post::Library {
            return;
        }
        if self.placed.roll_up.is_some() {
            let remedy = both(
                format!("汇总没有自己的评分项;看各部分,如 parts.filter(|p| p.found(\"{id}\")).count()"),
                format!(
                    "a roll-up has no rules of its own; ask its parts, as in `parts.filter(|p| p.found(\"{id}\"))`"
                ),
            );
            return self.not_here(id, remedy, position);
        }
        let remedy = match post {
            Post::TakesPart => self.first_of_all(),
            Post::Figure(_) => both(
                "指标先于评分项计算;给这个指标加 final: true,就在评定之后才算",
                "figures are computed before the rules; with `final: true` this one is computed after the rating",
            ),
            Post::Applies(own) | Post::Rule(own) if own == last && self.book.rule(id) == Some(own) => {
                both("评分项不能读自己的结果", "a rule cannot read its own result")
            }
            Post::Applies(own) | Post::Rule(own) if self.belongs_to(own, id) => both(
                format!("它自己就在「{id}」里,整项要到最后一个评分项才算完;写到排在「{id}」后面的指标里"),
                format!(
                    "it belongs to `{id}` itself, which is complete after its last rule only: move it to a criterion below"
                ),
            ),
            Post::Applies(own) | Post::Rule(own) if own <= last => {
                both(format!("把{}移到「{id}」的后面", self.title.0), format!("move {} below `{id}`", self.title.1))
            }
            _ => return,
        };
        self.stands_below(id, remedy, position);
    }

    /// Whether a rule is part of a criterion.
    fn belongs_to(&self, rule: usize, criterion: &str) -> bool {
        let first = self.book.criterion(criterion).and_then(|criterion| self.book.first_rule(criterion));
        let last = self.book.criterion(criterion).and_then(|criterion| self.book.last_rule(criterion));
        first.zip(last).is_some_and(|(first, last)| (first..=last).contains(&rule))
    }

    /// Complains about something that has no meaning where it stands.
    pub(super) fn not_here(&mut self, name: &str, (zh, en): Said, position: Position) {
        let complaint = Diagnostic::new(&codes::NOT_HERE)
            .with("name", name)
            .with("reader", &self.title.0)
            .with("reader_en", &self.title.1)
            .with("remedy", zh)
            .with("remedy_en", en);
        self.complain(position, complaint);
    }

    fn stands_below(&mut self, name: &str, (zh, en): Said, position: Position) {
        let complaint = Diagnostic::new(&codes::STANDS_BELOW)
            .with("name", name)
            .with("reader", &self.title.0)
            .with("reader_en", &self.title.1)
            .with("remedy", zh)
            .with("remedy_en", en);
        self.complain(position, complaint);
    }
}
