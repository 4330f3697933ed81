//! The negative list, the start page, searches and the page for a wrong address, with invented data.

use super::city::TOWNS;
use super::{day, frame, period, place};
use crate::pages::due::Due;
use crate::pages::frame::Section;
use crate::pages::home::{HomePage, TownLink};
use crate::pages::negative::{
    DepartmentMatters, FollowUp, Matter, Measure, MeasureState, NegativeFilter, NegativePage, Reason, Steps,
    TownChoice, VillageEntry,
};
use crate::pages::not_found::NotFoundPage;
use crate::pages::place::Place;
use crate::pages::rating::Grade;
use crate::pages::search::{Found, SearchPage};
use crate::pages::words::Language;

/// A list with villages and matters.
pub fn negative(language: Language) -> NegativePage {
    let village = |place: Place, reasons: &[(&str, &str)], follow_up| VillageEntry {
        place,
        reasons: reasons.iter().map(|(text, clause)| reason(text, clause)).collect(),
        follow_up,
    };
    NegativePage {
        frame: frame(language, Section::Negative),
        period: period(),
        period_key: "2020".into(),
        other_side: None,
        filter: filter(None),
        villages: vec![
            village(
                qianyang(),
                &[("被一票否决：瞒报事故", "第二十三条第一款"), ("得分71.5分，低于75分", "第二十三条第一款")],
                follow_up(-16, &[("通报", MeasureState::Done), ("警示约谈", MeasureState::Proposed)]),
            ),
            village(
                place("下埠村", "330381120709", "陶山镇", "330381120000"),
                &[("六无中2项未达到", "第二十三条第一款")],
                follow_up(12, &[("通报", MeasureState::Done)]),
            ),
            village(
                place("溪坦村", "330381125718", "高楼镇", "330381125000"),
                &[("无亡人安全责任事故连续两年未达到", "第二十三条第一款")],
                follow_up(0, &[("通报", MeasureState::Ordered)]),
            ),
        ],
        departments: matters(),
        steps: vec![steps()],
    }
}

/// A town without entries.
pub fn negative_empty(language: Language) -> NegativePage {
    let mut page = negative(language);
    page.filter = filter(Some("330381004000"));
    page.villages.clear();
    page.departments.clear();
    page
}

/// The start page.
pub fn home(language: Language) -> HomePage {
    let town = |(code, name, villages): &(&str, &str, usize)| TownLink {
        name: (*name).into(),
        code: (*code).into(),
        villages: *villages,
    };
    HomePage {
        frame: frame(language, Section::Search),
        standard: "瑞安市“六无”平安村社考核办法（示例）".into(),
        period: Some("2020年度".into()),
        towns: TOWNS.iter().map(town).collect(),
        query: String::new(),
    }
}

/// A name that several towns have.
pub fn search(language: Language) -> SearchPage {
    let found = |place, rating: &str, grade| Found { place, rating: rating.into(), grade, score: None };
    SearchPage {
        frame: frame(language, Section::Search),
        query: "上岙".into(),
        town: None,
        found: vec![
            found(place("上岙村", "330381101705", "塘下镇", "330381101000"), "六无平安村社", Grade::Second),
            found(place("上岙村", "330381116733", "马屿镇", "330381116000"), "达标村社", Grade::Third),
            found(place("上岙底村", "330381221705", "芳庄乡", "330381221000"), "暂缓评定", Grade::Withheld),
            found(qianyang(), "未达标村社", Grade::Fourth),
            found(place("新埭社区", "330381001702", "安阳街道", "330381001000"), "六无平安示范村社", Grade::First),
        ],
        more: 4,
        other_side: None,
    }
}

/// A search that found nothing, with a name that tries to be markup.
pub fn search_nothing(language: Language) -> SearchPage {
    let frame = frame(language, Section::Search);
    SearchPage {
        frame,
        query: "<script>alert(1)</script>".into(),
        town: None,
        found: vec![],
        more: 0,
        other_side: None,
    }
}

/// A wrong address.
pub fn not_found(language: Language) -> NotFoundPage {
    let mut frame = frame(language, Section::Elsewhere);
    frame.run = None;
    frame.as_of = None;
    NotFoundPage { frame, query: String::new() }
}

fn qianyang() -> Place {
    place("前垟村", "330381116712", "马屿镇", "330381116000")
}

fn reason(text: &str, clause: &str) -> Reason {
    Reason { text: text.into(), clause: clause.into() }
}

fn filter(town: Option<&str>) -> NegativeFilter {
    let choice = |(code, name, _): &(&str, &str, usize)| TownChoice { name: (*name).into(), code: (*code).into() };
    NegativeFilter { town: town.map(Into::into), kind: None, towns: TOWNS.iter().map(choice).collect() }
}

fn follow_up(days_left: i64, measures: &[(&str, MeasureState)]) -> Option<FollowUp> {
    let measure = |title: &str, state| Measure { state: Some(state), ..measure(title, None, None) };
    Some(FollowUp {
        since: day(11, 16),
        due: Due { date: day(12, 16), days_left },
        measures: measures.iter().map(|(title, state)| measure(title, *state)).collect(),
    })
}

fn measure(title: &str, within_days: Option<u32>, overdue_days: Option<u32>) -> Measure {
    Measure { title: title.into(), within_days, overdue_days, state: None }
}

fn steps() -> Steps {
    Steps {
        title: "平安负面清单（村社）".into(),
        measures: vec![
            measure("通报", Some(5), None),
            measure("整改", Some(30), None),
            measure("警示约谈", None, Some(15)),
        ],
    }
}

fn matters() -> Vec<DepartmentMatters> {
    let tao = || place("下埠村", "330381120709", "陶山镇", "330381120000");
    let matter = |title: &str, place, text: &str, clause: &str, follow_up| Matter {
        title: title.into(),
        place,
        reason: reason(text, clause),
        due: None,
        follow_up,
    };
    let past = [("通报", MeasureState::Done), ("警示约谈", MeasureState::Done), ("挂牌督办", MeasureState::Proposed)];
    vec![
        DepartmentMatters {
            department: "市信访局".into(),
            matters: vec![
                matter("信访积案", qianyang(), "超过化解期限未化解", "第十条第二款", follow_up(-48, &past)),
                matter("信访积案", tao(), "超过化解期限未化解", "第十条第二款", follow_up(30, &[])),
            ],
        },
        DepartmentMatters {
            department: "市应急管理局".into(),
            matters: vec![matter(
                "重大隐患挂牌：木制品作坊",
                tao(),
                "逾期21天未销号",
                "第十六条第一款",
                follow_up(-21, &[("通报", MeasureState::Done), ("警示约谈", MeasureState::Ordered)]),
            )],
        },
    ]
}
