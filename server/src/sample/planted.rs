//! Situations that are in the sample on purpose, so that every page of the product has something to show.
//!
//! Enters: the tree and the characters of its villages. Leaves: [`Planted`], the villages each situation happens in, no two in
//! one; the stories look here first and draw their other rows by lot. [`notes`](Planted::notes) lists them for the README.
//! Next: [`breaks`](super::breaks).

use super::chance::Chance;
use super::tree::Tree;
use super::world::{Care, Level, Village, World};

/// Places in the list of villages; `None` where the tree is too small.
#[derive(Debug, Default)]
pub(super) struct Planted {
    /// The towns of which the fire brigade's report for December is missing.
    pub(super) unreported_towns: Vec<usize>,
    /// Homicide out of a quarrel that no one had registered: a veto.
    pub(super) unknown_quarrel: Option<usize>,
    /// A village official took part in a gang: a veto.
    pub(super) cadre_gang: Option<usize>,
    /// An accident with three dead: a veto.
    pub(super) major_accident: Option<usize>,
    /// An accident kept silent in a village that is otherwise among the better: a veto with a score above 90.
    pub(super) hidden_accident: Option<usize>,
    /// A crowd of more than thirty, badly handled: a veto.
    pub(super) mishandled_crowd: Option<usize>,
    /// Among the worst in 2019, among the best in 2020.
    pub(super) risen: Option<usize>,
    /// Unpaid wages of 17 people, an old case that a city leader took over and settled.
    pub(super) wages: Option<usize>,
    /// A village into which another was merged on 1 January 2020; its rows of 2019 remember the old name.
    pub(super) merged: Option<usize>,
    /// A listed hazard whose term was extended.
    pub(super) extended: Option<usize>,
    /// A listed hazard that came back within 90 days.
    pub(super) relapsed: Option<usize>,
    /// A road death for which the village turned out not to be responsible: the exemption decides its rating.
    pub(super) exempt_deciding: Option<usize>,
    /// An exemption that leaves the rating as it is.
    pub(super) exempt_idle: Option<usize>,
    /// Its appeal was upheld.
    pub(super) appeal_upheld: Option<usize>,
    /// Its appeal is pending.
    pub(super) appeal_pending: Option<usize>,
    /// Three villages that break the same "no" in both years.
    pub(super) repeaters: Vec<usize>,
}

/// The old name of the merged village, as its rows of 2019 remember it.
pub(super) const MERGED_NAME: &str = "老埠头村";

impl Planted {
    /// Chooses a village for each situation.
    pub(super) fn choose(tree: &Tree, villages: &[Village], seed: u64) -> Planted {
        let unreported_towns = last_towns_with_villages(tree);
        let mut draw = Draw {
            free: (0..villages.len())
                .filter(|place| !tree.villages.get(*place).is_some_and(|leaf| unreported_towns.contains(&leaf.town)))
                .collect(),
            villages,
            chance: Chance::new(seed, "特意安排"),
        };
        use Level::{Good, Middling, Weak};
        Planted {
            unknown_quarrel: draw.one(Middling),
            cadre_gang: draw.one(Weak),
            major_accident: draw.one(Middling),
            hidden_accident: draw.one(Good),
            mishandled_crowd: draw.one(Weak),
            risen: draw.one(Good),
            wages: draw.one(Middling),
            merged: draw.one(Good),
            extended: draw.one(Middling),
            relapsed: draw.one(Middling),
            exempt_deciding: draw.one(Good),
            exempt_idle: draw.one(Good),
            appeal_upheld: draw.one(Middling),
            appeal_pending: draw.one(Middling),
            repeaters: (0..3).filter_map(|_| draw.one(Weak)).collect(),
            unreported_towns,
        }
    }

    /// Gives the chosen villages the character and the care their situation needs.
    pub(super) fn prepare(&self, tree: &Tree, villages: &mut [Village]) {
        // Where a report is missing nothing else must decide the rating.
        for (village, leaf) in villages.iter_mut().zip(&tree.villages) {
            if self.is_unreported(leaf.town) {
                village.care = [Care::Ordinary, Care::Spared];
            }
        }
        let mut set = |place: Option<usize>, change: &dyn Fn(&mut Village)| {
            if let Some(village) = place.and_then(|place| villages.get_mut(place)) {
                change(village);
            }
        };
        set(self.hidden_accident, &|village| {
            village.care = [Care::Spared, Care::Tidy];
            village.publicity_site = [true, true];
        });
        set(self.risen, &|village| {
            village.level = [Level::Weak, Level::Good];
            village.care = [Care::Ordinary, Care::Tidy];
            village.publicity_site = [false, true];
            village.slack = 145;
        });
        set(self.exempt_deciding, &|village| {
            village.care = [Care::Spared, Care::Tidy];
            village.publicity_site = [true, true];
        });
        for place in [self.merged, self.exempt_idle, self.appeal_upheld, self.appeal_pending, self.relapsed] {
            set(place, &|village| village.care = [Care::Spared, Care::Spared]);
        }
        // A site is what the idle exemption is about: it has none while a new one is being built.
        set(self.exempt_idle, &|village| village.publicity_site = [true, false]);
    }

    /// What is planted where, one line each.
    pub(super) fn notes(&self, world: &World) -> Vec<String> {
        let mut notes = Vec::new();
        if world.tree.given {
            // Nothing bad is said of a village by name that may be a real one, not even that it was invented.
            notes.push("注意:数据为随机生成,挂在可能是真实的区划名称下,只供压力测试,严禁对外提供".to_owned());
            return notes;
        }
        let towns: Vec<&str> = self
            .unreported_towns
            .iter()
            .filter_map(|town| world.tree.towns.get(*town).map(|town| town.name.as_str()))
            .collect();
        if !towns.is_empty() {
            notes.push(format!("消防2020年12月未报:{}", towns.join("、")));
        }
        let single = [
            ("命案由事前未登记的民间纠纷转化,一票否决", self.unknown_quarrel),
            ("村社干部参与恶势力犯罪集团,一票否决", self.cadre_gang),
            ("较大事故死亡3人,一票否决", self.major_accident),
            ("事故瞒报,一票否决而得分在90分以上", self.hidden_accident),
            ("30人以上群体性事件处置不力,一票否决", self.mishandled_crowd),
            ("2019年未达标,2020年示范", self.risen),
            ("17人欠薪的积案由市领导包案化解", self.wages),
            ("合并村:2019年的台账记有原村名", self.merged),
            ("挂牌隐患延期后销号", self.extended),
            ("挂牌隐患销号后反弹", self.relapsed),
            ("免扣决定等次(ACC-002)", self.exempt_deciding),
            ("免扣不改变等次(PUB-002)", self.exempt_idle),
            ("申请复核成立(CAM-002)", self.appeal_upheld),
            ("申请复核待决(EVT-002)", self.appeal_pending),
        ];
        let again = self.repeaters.iter().map(|place| ("同一项\"无\"连续两年未达到", Some(*place)));
        for (what, place) in single.into_iter().chain(again) {
            if let Some(place) = place {
                notes.push(format!("{what}:{} {}", world.code_of(place), world.full_name_of(place)));
            }
        }
        notes
    }

    /// Whether the fire brigade's report for December is missing for a village of this town.
    pub(super) fn is_unreported(&self, town: usize) -> bool {
        self.unreported_towns.contains(&town)
    }
}

/// The villages still free, to be drawn from.
struct Draw<'a> {
    free: Vec<usize>,
    villages: &'a [Village],
    chance: Chance,
}

impl Draw<'_> {
    /// A free village of this level, which is then no longer free.
    fn one(&mut self, level: Level) -> Option<usize> {
        let fits: Vec<usize> = (0..self.free.len())
            .filter(|slot| {
                let village = self.free.get(*slot).and_then(|place| self.villages.get(*place));
                village.is_some_and(|village| {
                    let [_, this] = village.level;
                    this == level
                })
            })
            .collect();
        let lot = usize::try_from(self.chance.below(fits.len() as u64)).unwrap_or(0);
        fits.get(lot).map(|slot| self.free.swap_remove(*slot))
    }
}

/// The last two towns that have villages: in the invented city two small remote ones.
fn last_towns_with_villages(tree: &Tree) -> Vec<usize> {
    let mut towns: Vec<usize> = tree.villages.iter().map(|leaf| leaf.town).collect();
    towns.dedup();
    if towns.len() < 4 {
        return Vec::new();
    }
    towns.split_off(towns.len() - 2)
}
