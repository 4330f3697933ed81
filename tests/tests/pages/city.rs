//! A small city with invented data, one village for each face of the page, and a server in front of it.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use jiff::Timestamp;
use liuwu::config::{Config, Token};
use liuwu::router::router;
use liuwu::scoring::{self, Ask};
use liuwu::state::App;
use liuwu::store::memory::Memory;
use liuwu::store::{Act, NewEdition, Statement, Store};
use liuwu::upload::{self, File, Said};
use liuwu_engine::period::{Date, Period, parse_date};
use tower::ServiceExt;

const BUNDLE: &str = include_str!("../../../fixtures/bundles/pages.yaml");

pub const TANGXIA: &str = "330381101000";
/// A death in a fire, two hazards, three disputes.
pub const BURNT: &str = "330381101701";
/// Nothing at all.
pub const CLEAN: &str = "330381101702";
/// A gang case, two disputes.
pub const TROUBLED: &str = "330381101703";
/// Of which the fires of December are not handed in.
pub const AWAITED: &str = "330381102701";
pub const VILLAGES: [&str; 4] = [BURNT, CLEAN, TROUBLED, AWAITED];

const DIVISIONS: &str = "code,name,level,parent
330381000000,瑞安市,county,
330381101000,塘下镇,town,330381000000
330381102000,安阳街道,town,330381000000
330381101701,上岙村村民委员会,village,330381101000
330381101702,前垟村村民委员会,village,330381101000
330381101703,溪坦村村民委员会,village,330381101000
330381102701,后垟社区居民委员会,village,330381102000
";

const FIRES: &str = "区划代码,发生日期,编号,死亡人数,报告人
330381101701,2020-02-29,HZ-1,1,张某
330381101703,2020-03-01,HZ-2,0,
";

const GANGS: &str = "区划代码,登记日期,代号\n330381101703,2020-06-01,暗号甲\n";

const DISPUTES: &str = "区划代码,受理日期,编号,化解日期
330381101701,2020-12-01,JF-1,
330381101701,2020-12-02,JF-2,
330381101701,2020-12-03,JF-3,
330381101701,2020-05-03,JF-4,2020-06-01
330381101703,2020-05-01,JF-5,
330381101703,2020-05-02,JF-6,
";

const HAZARDS: &str = "区划代码,挂牌日期,编号,场所名称,类别,整改期限,延期至,销号日期,责任部门
330381101701,2020-06-01,YH-1,甲木制品作坊,消防,2020-09-01,2020-12-20,,消防救援大队
330381101701,2020-11-01,YH-2,乙在建工地,建筑,2021-02-01,,,住建局
330381101702,2020-03-01,YH-3,丙鞋材厂,消防,2020-06-01,,2020-05-01,消防救援大队
";

/// The city and the server in front of it.
pub struct City {
    pub store: Arc<Memory>,
    pub app: App,
    router: Router,
}

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

fn day(text: &str) -> Date {
    parse_date(text).unwrap()
}

fn statement(kind: &str, area: &str, to: &str) -> Statement {
    Statement { kind: kind.into(), area: area.into(), from: day("2019-01-01"), to: day(to), nil: false }
}

fn said() -> Said {
    let mut statements: Vec<Statement> =
        ["gang", "dispute", "hazard"].map(|kind| statement(kind, "330381000000", "2020-12-31")).into();
    statements.extend([statement("fire", TANGXIA, "2020-12-31"), statement("fire", "330381102000", "2020-11-30")]);
    Said {
        received_on: Some(day("2021-01-05")),
        effective: Some(day("2019-01-01")),
        statements,
        ..Said::new("测试", "2021-01-05T12:00:00+08:00".parse().unwrap(), "2020年台账")
    }
}

impl City {
    /// With results of 2019 and 2020, released.
    pub fn new() -> City {
        City::with(Config { sample: true, office: "瑞安市委平安办".into(), ..Config::default() })
    }

    pub fn with(config: Config) -> City {
        let city = City::unreleased(config);
        let run = city.store.runs().unwrap()[0].id;
        city.store.release(run, Act { by: "测试".into(), at: Timestamp::UNIX_EPOCH, why: "公示".into() }).unwrap();
        city
    }

    /// With results that nobody has released.
    pub fn unreleased(config: Config) -> City {
        let store = Arc::new(Memory::new());
        let edition = NewEdition {
            bundle: "pages".into(),
            edition: "2020".into(),
            text: Arc::from(BUNDLE),
            published_at: Timestamp::UNIX_EPOCH,
            by: "测试".into(),
            note: String::new(),
        };
        let edition = store.publish_edition(edition).unwrap();
        let bundle = Arc::clone(&scoring::plan_of(&edition).unwrap().bundle);
        let files = [
            ("区划.csv", DIVISIONS),
            ("火灾.csv", FIRES),
            ("涉恶案件.csv", GANGS),
            ("矛盾纠纷.csv", DISPUTES),
            ("隐患挂牌.csv", HAZARDS),
        ];
        let files: Vec<File> =
            files.iter().map(|(name, text)| File { name: (*name).into(), bytes: text.as_bytes().to_vec() }).collect();
        let report = upload::prepare(store.as_ref(), &bundle, &files, &said()).unwrap();
        assert!(report.acceptable, "{:?}", report.faults);
        upload::commit(store.as_ref(), report).unwrap().unwrap();
        let ask = Ask {
            bundle: "pages".into(),
            edition: None,
            periods: Period::parse_list("2019..2020").unwrap(),
            as_of: day("2021-01-10"),
            by: "测试".into(),
            at: Timestamp::UNIX_EPOCH,
            pseudonym_key: b"a key for tests".to_vec(),
            longest: liuwu::deadline::LONGEST_RUN,
        };
        scoring::score(store.as_ref(), &ask).unwrap();
        let token: Token = "a token for tests only".parse().unwrap();
        let app = App::new(config, store.clone(), b"a key for tests".to_vec(), token);
        City { store, router: router(app.clone()), app }
    }

    /// Asks as a browser does.
    pub async fn get(&self, address: &str) -> Answer {
        self.get_with(address, &[]).await
    }

    pub async fn get_with(&self, address: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().uri(address).header("accept", "text/html").header("host", "pingan.test");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    pub async fn post_form(&self, address: &str, form: &str) -> Answer {
        let request = Request::builder()
            .method(Method::POST)
            .uri(address)
            .header("content-type", "application/x-www-form-urlencoded");
        self.ask(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }
}

/// The address of a village's page.
pub fn village(code: &str) -> String {
    format!("/villages/{code}?period=2020")
}
