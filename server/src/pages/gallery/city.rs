//! An invented city under the real names and sizes of its towns; nothing is invented against a real village.

use liuwu_engine::number::Rounding;

use super::{day, figure, frame, number, period};
use crate::pages::city::{
    Amount, CityFigure, CityPage, CriterionCount, Department, RatingCount, TakenOn, Today, Total, Unreported,
};
use crate::pages::due::Due;
use crate::pages::figures::{Change, Figure, Percent};
use crate::pages::frame::Section;
use crate::pages::rating::Grade;
use crate::pages::tile_map::{Tile, TileMap, TileTown};
use crate::pages::towns::{TownOrder, TownRow, TownTable};
use crate::pages::words::Language;

/// Code, name and number of villages of each town.
pub const TOWNS: [(&str, &str, usize); 23] = [
    ("330381001000", "安阳街道", 16),
    ("330381002000", "玉海街道", 10),
    ("330381003000", "锦湖街道", 8),
    ("330381004000", "东山街道", 7),
    ("330381005000", "上望街道", 19),
    ("330381007000", "莘塍街道", 19),
    ("330381008000", "汀田街道", 25),
    ("330381009000", "飞云街道", 19),
    ("330381010000", "仙降街道", 24),
    ("330381011000", "南滨街道", 17),
    ("330381012000", "潘岱街道", 5),
    ("330381013000", "云周街道", 13),
    ("330381101000", "塘下镇", 87),
    ("330381116000", "马屿镇", 61),
    ("330381120000", "陶山镇", 47),
    ("330381122000", "湖岭镇", 30),
    ("330381125000", "高楼镇", 39),
    ("330381126000", "桐浦镇", 21),
    ("330381127000", "林川镇", 14),
    ("330381128000", "曹村镇", 14),
    ("330381129000", "平阳坑镇", 8),
    ("330381221000", "芳庄乡", 8),
    ("330381222000", "北麂乡", 4),
];

/// All 23 towns with their 515 villages.
pub fn whole(language: Language) -> CityPage {
    page(language, &TOWNS)
}

/// Three towns, so that the snapshot can be read.
pub fn small(language: Language) -> CityPage {
    page(language, &[TOWNS[3], TOWNS[11], TOWNS[22]])
}

fn page(language: Language, towns: &[(&str, &str, usize)]) -> CityPage {
    let map = TileMap { towns: towns.iter().map(tiles).collect() };
    CityPage {
        frame: frame(language, Section::City),
        city: "瑞安市".into(),
        period: period(),
        is_part: false,
        other_side: None,
        today: Some(Today { overdue: 5, due_this_week: 11, newly_listed: 2 }),
        figures: figures(),
        ratings: ratings(&map),
        towns: TownTable::new(map.towns.iter().map(row).collect(), TownOrder::default(), "2020".into()),
        map,
        criteria: criteria(),
        departments: departments(),
        taken_on: Some(taken_on()),
        totals: totals(),
        unreported: vec![Unreported {
            report: "12月火灾台账及零报告".into(),
            department: "市消防救援大队".into(),
            towns: "芳庄乡、北麂乡".into(),
            villages: 12,
        }],
    }
}

fn tiles((code, name, villages): &(&str, &str, usize)) -> TileTown {
    let tile = |place: usize| {
        // A fixed scatter that looks like chance: good 60, middling 33, weak 7 of a hundred.
        let chance = (place * 7919 + villages * 104_729 + place * place * 31) % 100;
        let grade = match (*name, chance) {
            ("芳庄乡" | "北麂乡", _) => Grade::Withheld,
            (_, 0..18) => Grade::First,
            (_, 18..74) => Grade::Second,
            (_, 74..96) => Grade::Third,
            _ => Grade::Fourth,
        };
        Tile {
            name: format!("示例{}村", place + 1),
            code: format!("{}{}", &code[..9], 701 + place),
            grade,
            rating: rating(grade).into(),
            vetoed: grade == Grade::Fourth && place.is_multiple_of(3),
        }
    };
    TileTown { name: (*name).into(), code: (*code).into(), tiles: (0..*villages).map(tile).collect() }
}

fn rating(grade: Grade) -> &'static str {
    match grade {
        Grade::First => "六无平安示范村社",
        Grade::Second => "六无平安村社",
        Grade::Third => "达标村社",
        Grade::Fourth => "未达标村社",
        Grade::Withheld => "暂缓评定",
    }
}

fn ratings(map: &TileMap) -> Vec<RatingCount> {
    let villages = |grade| map.towns.iter().flat_map(|town| &town.tiles).filter(|tile| tile.grade == grade).count();
    [Grade::First, Grade::Second, Grade::Third, Grade::Fourth, Grade::Withheld]
        .map(|grade| RatingCount { title: rating(grade).into(), grade, villages: villages(grade) })
        .into()
}

fn row(town: &TileTown) -> TownRow {
    let all = town.tiles.len();
    let count = |grades: &[Grade]| town.tiles.iter().filter(|tile| grades.contains(&tile.grade)).count();
    let rated = all - count(&[Grade::Withheld]);
    let met = count(&[Grade::First, Grade::Second]);
    let share = |part: usize| liuwu_engine::number::percent(part.into(), all.into()).ok().map(Percent);
    let average = number("90").add(number(&format!("{}", 10 * met)).div(all.into()).unwrap()).unwrap();
    TownRow {
        name: town.name.clone(),
        code: town.code.clone(),
        villages: all,
        met: share(met).filter(|_| rated > 0),
        average: Some(Figure(average.round(1, Rounding::HalfUp))).filter(|_| rated > 0),
        listed: count(&[Grade::Fourth]),
        overdue: Some(count(&[Grade::Fourth]) / 2),
        complete: Some(Percent(number(if rated > 0 { "100" } else { "97.4" }))),
    }
}

fn count(text: &str, unit: &str) -> Amount {
    Amount::Count(figure(text), unit.into())
}

fn share(text: &str) -> Amount {
    Amount::Share(Percent(number(text)))
}

fn value(amount: &Amount) -> Figure {
    match amount {
        Amount::Count(figure, _) => *figure,
        Amount::Share(percent) => Figure(percent.0),
    }
}

fn total(title: &str, before: Option<Amount>, now: Amount) -> Total {
    let earlier = before.as_ref().map(|amount| value(amount).0);
    let change = match now {
        Amount::Count(now, _) => Change::share(earlier, now.0),
        Amount::Share(now) => Change::between(earlier, now.0),
    };
    Total { title: title.into(), before, now, change, missing: 0 }
}

fn figures() -> Vec<CityFigure> {
    [
        total("生产安全事故", Some(count("125", "起")), count("90", "起")),
        total("火灾死亡", Some(count("10", "人")), count("1", "人")),
        total("纠纷化解率", Some(share("97.5")), share("98.8")),
        total("群众安全感", Some(share("97.1")), share("97.9")),
    ]
    .map(|Total { title, before, now, change, .. }| CityFigure { title, now, before, change })
    .into()
}

fn totals() -> Vec<Total> {
    vec![
        total("生产安全事故", Some(count("125", "起")), count("90", "起")),
        total("亡人道路交通事故", Some(count("84", "起")), count("66", "起")),
        total("火灾", Some(count("452", "起")), count("371", "起")),
        total("矛盾纠纷", Some(count("4215", "件")), count("4708", "件")),
        total("纠纷化解率", Some(share("97.46")), share("98.81")),
        total("微连心事件", Some(count("21300", "件")), count("36400", "件")),
        total("事件按时办结率", Some(share("94.6")), share("97.2")),
        total("信访事项超期", Some(count("131", "件")), count("58", "件")),
        total("挂牌隐患逾期", Some(count("7", "处")), count("5", "处")),
        total("智慧安防小区", Some(count("21", "个")), count("63", "个")),
        total("智安单位", Some(count("18", "个")), count("45", "个")),
        total("群众安全感", Some(share("97.1")), share("97.9")),
        total("消防通道占用查处", None, count("318", "起")),
    ]
}

fn criteria() -> Vec<CriterionCount> {
    [
        ("无命案和重大刑事案件", 29, 0),
        ("无黑恶邪教", 23, 0),
        ("无亡人火灾", 1, 12),
        ("无亡人安全责任事故", 40, 0),
        ("无群体性事件", 9, 0),
        ("无信访积案", 19, 0),
    ]
    .map(|(title, not_met, awaited)| CriterionCount { title: title.into(), not_met, awaited })
    .into()
}

fn departments() -> Vec<Department> {
    [
        ("市信访局", 25, 14),
        ("市应急管理局", 9, 4),
        ("市消防救援大队", 3, 1),
        ("市社会矛盾纠纷调处化解中心", 6, 0),
        ("市公安局", 4, 0),
    ]
    .map(|(name, open, overdue)| Department { name: name.into(), open, overdue: Some(overdue) })
    .into()
}

fn taken_on() -> Vec<TakenOn> {
    let matter = |title: &str, kind: &str, town: &str, leader: &str, days_left| TakenOn {
        title: title.into(),
        kind: kind.into(),
        town: town.into(),
        leader: leader.into(),
        due: Due { date: day(12, 28), days_left },
    };
    vec![
        matter("木制品作坊消防隐患", "重大隐患挂牌", "塘下镇", "副市长", -3),
        matter("17名工人工资纠纷", "信访积案", "飞云街道", "市委副书记", 6),
        matter("老旧厂房违章搭建", "重大隐患挂牌", "仙降街道", "常务副市长", 19),
    ]
}

#[test]
fn the_map_shows_every_village_once() {
    assert_eq!(whole(Language::Chinese).map.villages(), 515);
}
