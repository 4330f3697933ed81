//! Names for villages and people that do not exist.
//!
//! Enters: how many names are wanted. Leaves: village names that no village of the real city bears, and people of whom only a
//! surname is known. Nothing bad may be said of a real village or person, not even by accident. Next: [`tree`](super::tree).

use std::collections::BTreeSet;

use super::chance::Chance;

/// Every real village of the city, town by town; none of these names is given out.
const REAL: &str = include_str!("real_names.txt");

const FIRST: [&str; 40] = [
    "前", "后", "上", "下", "东", "西", "南", "北", "新", "里", "外", "中", "大", "小", "石", "竹", "梅", "松", "榕",
    "樟", "枫", "莲", "荷", "桂", "双", "三", "五", "七", "鹤", "云", "霞", "星", "隔", "官", "沙", "长", "高", "平",
    "深", "芦",
];
const SECOND: [&str; 36] = [
    "垟", "岙", "埭", "林", "桥", "屿", "浦", "坳", "湾", "岩", "溪", "田", "宅", "井", "坦", "寮", "峰", "潭", "渡",
    "埠", "陡", "洋", "店", "屋", "殿", "坪", "岭", "底", "仓", "园", "垄", "墩", "碓", "堍", "畈", "洲",
];
const LAPS: [&str; 10] = ["", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
const SURNAMES: [&str; 30] = [
    "陈", "林", "黄", "张", "王", "李", "叶", "周", "吴", "徐", "郑", "金", "蔡", "潘", "杨", "胡", "朱", "戴", "项",
    "孙", "谢", "夏", "曹", "郭", "余", "何", "薛", "钱", "虞", "缪",
];

/// Stems given to two towns each, and to no other: a clerk who writes only 「前垟村」 has not said which one.
pub(super) const TWINS: [&str; 2] = ["前垟", "上岙"];

/// Invented names of villages, in a random order that is the same for the same seed.
pub(super) struct VillageNames {
    stems: Vec<String>,
}

impl VillageNames {
    pub(super) fn new(seed: u64) -> VillageNames {
        let real: BTreeSet<&str> = real_stems().collect();
        let mut stems: Vec<String> = FIRST
            .iter()
            .flat_map(|first| SECOND.iter().map(move |second| format!("{first}{second}")))
            .filter(|stem| !real.contains(stem.as_str()) && !TWINS.contains(&stem.as_str()))
            .collect();
        Chance::new(seed, "村名").shuffle(&mut stems);
        VillageNames { stems }
    }

    /// The name of the village that is number `overall` of the city and number `within` of its town, both from 0.
    pub(super) fn name(&self, overall: usize, within: usize, community: bool) -> String {
        let count = self.stems.len().max(1);
        let stem = self.stems.get(overall % count).map_or("新村", String::as_str);
        let lap = within / count;
        let numeral = match LAPS.get(lap) {
            Some(numeral) => (*numeral).to_owned(),
            None => lap.to_string(),
        };
        full_name(&format!("{stem}{numeral}"), community)
    }
}

/// 前垟 -> 前垟村 or 前垟社区.
pub(super) fn full_name(stem: &str, community: bool) -> String {
    format!("{stem}{}", if community { "社区" } else { "村" })
}

/// A person of whom only the surname is known: 陈某.
pub(super) fn person(chance: &mut Chance) -> String {
    let surname = chance.pick(&SURNAMES.map(|surname| (surname, 1)));
    format!("{surname}某")
}

fn real_stems() -> impl Iterator<Item = &'static str> {
    REAL.lines()
        .flat_map(|line| line.split(' ').skip(1))
        .map(|name| name.strip_suffix("社区").or_else(|| name.strip_suffix("村")).unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_invented_village_bears_a_real_name() {
        let real: BTreeSet<&str> = real_stems().collect();
        assert_eq!(REAL.lines().map(|line| line.split(' ').count() - 1).sum::<usize>(), 515);
        let names = VillageNames::new(2020);
        for number in 0..5000 {
            let name = names.name(number, number, number % 2 == 0);
            let stem = name.trim_end_matches("社区").trim_end_matches('村');
            assert!(!real.contains(stem), "{name} exists");
        }
    }

    #[test]
    fn a_town_of_many_villages_repeats_no_name() {
        let names = VillageNames::new(3);
        let all: BTreeSet<String> = (0..20_000).map(|number| names.name(number, number, false)).collect();
        assert_eq!(all.len(), 20_000);
    }

    #[test]
    fn of_a_person_only_the_surname_is_known() {
        let name = person(&mut Chance::new(1, "人"));
        assert_eq!(name.chars().count(), 2);
        assert!(name.ends_with('某'));
    }
}
