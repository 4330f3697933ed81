//! Invented villages, one for each face of the page.

use super::{day, figure, frame, period, place, points};
use crate::pages::cards::{Card, CardClause, Detail, State};
use crate::pages::due::Due;
use crate::pages::figures::{Change, PublicCount};
use crate::pages::frame::{Mark, Section};
use crate::pages::ledger::{Evidence, Finding, Ledger, Line, Standing as FindingStanding};
use crate::pages::rating::{BandLine, Grade, Year};
use crate::pages::village::{Appeal, Awaited, Bar, MendItem, Mending, Receipt, Standing, Third, Verdict, VillagePage};
use crate::pages::words::Language;

const HASH: &str = "3f9a2c41d07be6581c3a94e2f5b60d7792ce1408ab6d53f97e20c41b8d6fa035";

/// A good village with three things to put right.
pub fn good(language: Language) -> VillagePage {
    VillagePage {
        frame: frame(language, Section::Search),
        village: place("上岙村", "330381101705", "塘下镇", "330381101000"),
        predecessors: vec![],
        other: None,
        published: None,
        period: period(),
        appeal: Some(Appeal { until: jiff::civil::date(2021, 1, 12), days_left: 4, link: "/appeals/new".into() }),
        verdict: Verdict {
            rating: "六无平安村社".into(),
            grade: Grade::Second,
            score: Some(figure("92.5")),
            takes_part: true,
            change: Change::Up(figure("3.2")),
            veto: None,
            listed: vec![],
            standing: Some(Standing { third: Third::First, villages: 87 }),
        },
        mending: Mending {
            items: vec![
                mend("为5个网格配齐乡情助理员", "2.5", Some(21), "市公安局", "第十一条第二款"),
                mend("化解或上交4件超30日的矛盾纠纷", "2", Some(-3), "市社会矛盾纠纷调处化解中心", "第十四条第二款"),
                mend("完成1处挂牌隐患整改并申请销号", "1", Some(9), "市应急管理局", "第十六条第一款"),
            ],
            points: figure("5.5"),
            reach: Some(figure("98")),
            next: Some(band("六无平安示范村社", "97")),
        },
        cards: six(),
        ledger: Ledger { base: figure("100"), lines: lines(), result: Some(figure("92.5")) },
        foundation: foundation(),
        years: vec![
            year("2018", "86.1", "达标村社"),
            year("2019", "89.3", "达标村社"),
            Year { current: true, ..year("2020", "92.5", "六无平安村社") },
        ],
        bands: bands(),
        awaited: vec![Awaited {
            criterion: "平安宣传".into(),
            missing: "下半年平安宣传台账未报，也未报零报告".into(),
            department: "塘下镇".into(),
            since: Some(jiff::civil::date(2021, 1, 5)),
        }],
        receipt: Receipt { hash: HASH.into(), address: format!("https://liuwu.example.cn/receipts/{HASH}") },
    }
}

/// A village of which the fire brigade's report is missing.
pub fn withheld(language: Language) -> VillagePage {
    let mut page = good(language);
    page.village = place("南坪村", "330381221703", "芳庄乡", "330381221000");
    page.appeal = None;
    page.verdict = Verdict {
        rating: "暂缓评定".into(),
        grade: Grade::Withheld,
        score: None,
        change: Change::None,
        standing: None,
        ..page.verdict
    };
    page.mending.reach = None;
    page.mending.next = None;
    let missing = "缺12月火灾数据，也未报零报告";
    if let Some(fire) = page.cards.iter_mut().find(|card| card.title == "无亡人火灾") {
        fire.state = State::Awaited;
        fire.clauses =
            vec![clause("发生亡人火灾", "第七条第一款", "市消防救援大队", State::Awaited, full(missing, "0"))];
    }
    page.ledger.result = None;
    page.years.pop();
    page.years.push(Year { title: "2020".into(), score: None, rating: "暂缓评定".into(), current: true });
    page.awaited.insert(
        0,
        Awaited {
            criterion: "无亡人火灾".into(),
            missing: missing.into(),
            department: "市消防救援大队".into(),
            since: Some(jiff::civil::date(2021, 1, 5)),
        },
    );
    page
}

/// A village with a confirmed veto, restricted findings and an exemption.
pub fn vetoed(language: Language) -> VillagePage {
    let mut page = good(language);
    page.village = place("前垟村", "330381116712", "马屿镇", "330381116000");
    page.verdict = Verdict {
        rating: "未达标村社".into(),
        grade: Grade::Fourth,
        score: Some(figure("71.5")),
        takes_part: true,
        change: Change::Down(figure("12")),
        veto: Some("第八条第三款（瞒报事故）".into()),
        listed: vec!["被一票否决（第二十三条第一款）".into(), "得分低于75分（第二十三条第一款）".into()],
        standing: None,
    };
    page.cards = six_broken();
    page.ledger = Ledger { base: figure("100"), lines: lines_broken(), result: Some(figure("71.5")) };
    page.mending.items.push(mend(
        "回复2件领导接访交办事项",
        "1",
        Some(0),
        "市社会矛盾纠纷调处化解中心",
        "第十条第五款",
    ));
    page.mending.points = figure("6.5");
    page.mending.reach = Some(figure("78"));
    page.mending.next = Some(band("达标村社", "75"));
    if let Some(last) = page.years.last_mut() {
        last.score = Some(figure("71.5"));
        last.rating = "未达标村社".into();
    }
    page
}

/// A village with nothing to put right and nothing missing.
pub fn clean(language: Language) -> VillagePage {
    let mut page = good(language);
    page.village = place("新埭社区", "330381001702", "安阳街道", "330381001000");
    page.appeal = None;
    page.verdict = Verdict {
        rating: "六无平安示范村社".into(),
        grade: Grade::First,
        score: Some(figure("100.5")),
        change: Change::Same,
        ..page.verdict
    };
    page.mending = Mending { items: vec![], points: figure("0"), reach: None, next: None };
    for card in &mut page.cards {
        card.clauses.retain(|clause| clause.state == State::Met);
    }
    page.ledger =
        Ledger { base: figure("100"), lines: vec![Line::Finding(Box::new(award()))], result: Some(figure("100.5")) };
    for bar in &mut page.foundation {
        bar.got = Some(bar.of);
    }
    page.years = vec![
        year("2019", "100.5", "六无平安示范村社"),
        Year { current: true, ..year("2020", "100.5", "六无平安示范村社") },
    ];
    page.awaited.clear();
    page
}

/// The same village as its own staff see it.
pub fn internal(language: Language) -> VillagePage {
    let mut page = good(language);
    page.frame.mark = Mark::Internal { watermark: "tx-shangao · 2021-01-08 09:30".into() };
    for item in &mut page.mending.items {
        item.link = Some("/follow-up/118".into());
    }
    page
}

fn mend(title: &str, worth: &str, days_left: Option<i64>, department: &str, clause: &str) -> MendItem {
    let due = |days_left| Due { date: jiff::civil::date(2021, 1, 29), days_left };
    MendItem {
        title: title.into(),
        points: points(worth),
        due: days_left.map(due),
        department: department.into(),
        telephone: (department == "市公安局").then(|| "0577-00000000".into()),
        clause: clause.into(),
        link: None,
    }
}

fn full(reason: &str, worth: &str) -> Detail {
    Detail::Full { reason: reason.into(), points: points(worth) }
}

fn clause(title: &str, clause: &str, department: &str, state: State, detail: Detail) -> CardClause {
    CardClause { title: title.into(), clause: clause.into(), department: department.into(), state, detail }
}

fn card(title: &str, article: &str, state: State, clauses: Vec<CardClause>) -> Card {
    Card { title: title.into(), article: article.into(), state, clauses }
}

fn six() -> Vec<Card> {
    use State::{Deducted, Met, NotApplicable};
    let fires = "千户火灾3.2起，高于本镇街均值1.5倍";
    vec![
        card(
            "无命案和重大刑事案件",
            "第五条",
            Met,
            vec![
                clause("发生命案", "第五条第一款", "市公安局", Met, Detail::State),
                clause("发生其他八类严重刑事案件", "第五条第二款", "市公安局", Met, Detail::State),
                clause("盗窃、电信网络诈骗发案率偏高", "第五条第三款", "市公安局", Met, full("", "0")),
            ],
        ),
        card(
            "无黑恶邪教",
            "第六条",
            Met,
            vec![
                clause("存在黑社会性质组织、恶势力", "第六条第一款", "市公安局", Met, Detail::State),
                clause("干扰破坏换届选举", "第六条第二款", "市委组织部", Met, Detail::State),
                clause("发生邪教活动", "第六条第三款", "市委政法委", Met, Detail::State),
            ],
        ),
        card(
            "无亡人火灾",
            "第七条",
            Met,
            vec![
                clause("发生亡人火灾", "第七条第一款", "市消防救援大队", Met, full("", "0")),
                clause("千户火灾起数偏高", "第七条第二款", "市消防救援大队", Deducted, full(fires, "-1")),
                clause(
                    "逾期未整改场所发生火灾",
                    "第七条第三款",
                    "市消防救援大队",
                    NotApplicable,
                    full("本村无挂牌隐患场所", "0"),
                ),
            ],
        ),
        card(
            "无亡人安全责任事故",
            "第八条",
            Met,
            vec![
                clause("发生亡人生产安全事故", "第八条第一款", "市应急管理局", Met, full("", "0")),
                clause("发生有属地责任的亡人交通事故", "第八条第二款", "市公安局", Met, full("", "0")),
            ],
        ),
        card(
            "无群体性事件",
            "第九条",
            Met,
            vec![clause("发生群体性事件", "第九条第一款", "市委政法委", Met, Detail::State)],
        ),
        card(
            "无信访积案",
            "第十条",
            Met,
            vec![clause("积案超过化解期限未化解", "第十条第二款", "市信访局", Met, Detail::State)],
        ),
    ]
}

fn six_broken() -> Vec<Card> {
    use State::{Awaited, Met, NotMet};
    let mut cards = six();
    let breaches = [
        ("无亡人安全责任事故", NotMet, full("发生亡人事故1起", "-5")),
        ("无群体性事件", NotMet, Detail::State),
        ("无信访积案", NotMet, Detail::Points { count: PublicCount::of(2), points: points("-6") }),
        ("无黑恶邪教", Awaited, full("市委组织部尚未报四季度数据", "0")),
    ];
    for (title, state, detail) in breaches {
        for card in cards.iter_mut().filter(|card| card.title == title) {
            card.state = state;
            if let Some(first) = card.clauses.iter_mut().find(|clause| clause.state == Met) {
                first.state = state;
                first.detail = detail.clone();
            }
        }
    }
    cards
}

fn finding(title: &str, reason: &str, clause: &str, department: &str, worth: &str) -> Finding {
    Finding {
        title: title.into(),
        reason: reason.into(),
        parts: vec![],
        date: None,
        clause: clause.into(),
        clause_text: None,
        department: department.into(),
        points: points(worth),
        breach: false,
        standing: FindingStanding::Counts,
        evidence: vec![],
        reply: None,
        appeal_link: Some("/appeals/new".into()),
    }
}

fn award() -> Finding {
    let reason = "村内化解矛盾纠纷31件，占全部的86.1%";
    Finding { appeal_link: None, ..finding("小事不出村", reason, "第二十条第三款", "市司法局", "0.5") }
}

fn lines() -> Vec<Line> {
    let fire = finding(
        "千户火灾起数偏高",
        "全年火灾3起，每千户3.2起，高于本镇街均值2.0起的1.5倍",
        "第七条第二款",
        "市消防救援大队",
        "-1",
    );
    let grid = finding("双网力量未配齐", "5个网格未配乡情助理员，每个扣0.5分", "第十一条第二款", "市公安局", "-2.5");
    let dispute = finding(
        "矛盾纠纷超30日未化解且未上交",
        "4件超过30日未化解，也未上交镇街，每件扣0.5分",
        "第十四条第二款",
        "市社会矛盾纠纷调处化解中心",
        "-2",
    );
    let hazard =
        finding("挂牌隐患逾期未销号", "1处居住出租房消防隐患逾期21天未销号", "第十六条第一款", "市应急管理局", "-1");
    let safety = finding(
        "群众安全感低于96%",
        "群众安全感93%，低于96%，每个百分点扣0.5分",
        "第十七条第一款",
        "市委平安办",
        "-1.5",
    );
    [
        Finding {
            date: Some(day(12, 31)),
            clause_text: Some("千户火灾起数高于本镇街平均数1.5倍的，扣1分；全年火灾不足3起的不计。".into()),
            evidence: vec![
                evidence("火灾", "HZ-2020-0117", day(2, 9), "B12"),
                evidence("火灾", "HZ-2020-0203", day(5, 23), "B47"),
                evidence("火灾", "HZ-2020-0311", day(11, 2), "B88"),
            ],
            ..fire
        },
        Finding { standing: FindingStanding::Mendable, date: Some(day(12, 31)), ..grid },
        Finding {
            standing: FindingStanding::Appealed,
            appeal_link: None,
            reply: Some("其中1件已于12月28日签订调解协议，录入滞后。".into()),
            ..dispute
        },
        Finding { standing: FindingStanding::InReview, appeal_link: None, date: Some(day(10, 15)), ..hazard },
        safety,
        award(),
    ]
    .into_iter()
    .map(|finding| Line::Finding(Box::new(finding)))
    .collect()
}

fn lines_broken() -> Vec<Line> {
    let accident =
        finding("发生亡人生产安全事故", "发生建筑施工事故1起，死亡1人", "第八条第一款", "市应急管理局", "-5");
    let hidden = finding("事故迟报、瞒报", "上述事故瞒报，扣5分并一票否决", "第八条第三款", "市应急管理局", "-5");
    let exempt = finding("事件超30日未办结", "1件事件超30日未办结", "第十二条第三款", "市委政法委", "0");
    let mut lines = vec![
        Line::Finding(Box::new(Finding { breach: true, date: Some(day(8, 3)), ..accident })),
        Line::Finding(Box::new(Finding { breach: true, date: Some(day(8, 3)), ..hidden })),
        Line::Withheld { points: points("-6") },
        Line::Counted {
            title: "积案超过化解期限未化解".into(),
            clause: "第十条第二款".into(),
            department: "市信访局".into(),
            count: PublicCount::of(2),
            points: points("-6"),
            capped: false,
        },
        Line::Finding(Box::new(Finding {
            standing: FindingStanding::Exempt { instead_of: points("-0.5"), reason: None },
            appeal_link: None,
            ..exempt
        })),
        Line::Adjustment {
            title: "单项扣分超过上限，退回".into(), clause: Some("第十条".into()), points: points("1")
        },
    ];
    lines.extend(self::lines());
    lines
}

fn evidence(kind: &str, number: &str, date: jiff::civil::Date, cell: &str) -> Evidence {
    let place = Some(format!("火灾统计2020.xlsx · 全年 · {cell}"));
    Evidence { kind: kind.into(), number: Some(number.into()), date, place, late: None, link: None }
}

fn foundation() -> Vec<Bar> {
    let bar = |title: &str, article: &str, got: Option<&str>, of: &str| Bar {
        title: title.into(),
        article: article.into(),
        got: got.map(figure),
        restricted: false,
        of: figure(of),
    };
    vec![
        bar("网格与双网融合", "第十一条", Some("3.5"), "6"),
        bar("微连心事件闭环", "第十二条", Some("5"), "5"),
        bar("雪亮工程和智安建设", "第十三条", Some("5"), "5"),
        bar("矛盾纠纷闭环化解", "第十四条", Some("5"), "7"),
        bar("专项整治", "第十五条", Some("4"), "4"),
        bar("重大隐患滚动挂牌", "第十六条", Some("3"), "4"),
        bar("平安三率", "第十七条", Some("3.5"), "5"),
        bar("平安宣传", "第十八条", None, "2"),
        bar("扫黑除恶线索核查", "第十九条", Some("2"), "2"),
    ]
}

fn year(title: &str, score: &str, rating: &str) -> Year {
    Year { title: title.into(), score: Some(figure(score)), rating: rating.into(), current: false }
}

fn band(title: &str, from: &str) -> BandLine {
    BandLine { title: title.into(), from: figure(from) }
}

fn bands() -> Vec<BandLine> {
    vec![band("示范", "97"), band("平安", "90"), band("达标", "75")]
}

#[test]
fn the_arithmetic_of_every_village_adds_up() {
    for page in [good(Language::Chinese), vetoed(Language::Chinese), clean(Language::Chinese)] {
        assert!(page.ledger.adds_up(), "{}", page.village.name);
    }
}
