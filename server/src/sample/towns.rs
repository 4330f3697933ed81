//! The 23 towns of the invented city, under their real names, codes and number of villages.
//!
//! Towns may keep their names because nothing is invented against a town; the villages below them are invented
//! ([`names`](super::names)), for an invented fire or theft must never stand against a real village. Next: [`tree`](super::tree).

/// The county of the sample.
pub(super) const COUNTY: (&str, &str) = ("330381000000", "瑞安市");

/// What a town contributes to the sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TownShape {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    /// Villages and communities together.
    pub(super) villages: u32,
    /// How many of them are communities (社区).
    pub(super) communities: u32,
}

const fn town(code: &'static str, name: &'static str, villages: u32, communities: u32) -> TownShape {
    TownShape { code, name, villages, communities }
}

/// In the order of their codes; 515 villages altogether.
pub(super) const TOWNS: [TownShape; 23] = [
    town("330381001000", "安阳街道", 16, 16),
    town("330381002000", "玉海街道", 10, 10),
    town("330381003000", "锦湖街道", 8, 8),
    town("330381004000", "东山街道", 7, 5),
    town("330381005000", "上望街道", 19, 1),
    town("330381007000", "莘塍街道", 19, 11),
    town("330381008000", "汀田街道", 25, 3),
    town("330381009000", "飞云街道", 19, 12),
    town("330381010000", "仙降街道", 24, 3),
    town("330381011000", "南滨街道", 17, 2),
    town("330381012000", "潘岱街道", 5, 5),
    town("330381013000", "云周街道", 13, 3),
    town("330381101000", "塘下镇", 87, 21),
    town("330381116000", "马屿镇", 61, 1),
    town("330381120000", "陶山镇", 47, 0),
    town("330381122000", "湖岭镇", 30, 1),
    town("330381125000", "高楼镇", 39, 1),
    town("330381126000", "桐浦镇", 21, 0),
    town("330381127000", "林川镇", 14, 0),
    town("330381128000", "曹村镇", 14, 0),
    town("330381129000", "平阳坑镇", 8, 0),
    town("330381221000", "芳庄乡", 8, 0),
    town("330381222000", "北麂乡", 4, 0),
];
