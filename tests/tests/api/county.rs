//! A very small county with invented data, a server in front of it, and a client.
//!
//! Whatever nobody without the token may see carries a mark: [`SECRET`] in restricted records, names of people, files and
//! staff, [`UNRELEASED`] in what only a run that is not released knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use liuwu::config::{Config, Token};
use liuwu::router::router;
use liuwu::scoring::{self, Ask, ScoringError};
use liuwu::state::App;
use liuwu::store::memory::Memory;
use liuwu::store::{Act, AttributeFact, Exemption, NewBatch, NewEdition, RecordRow, RunId, Statement, Store, UnitRow};
use liuwu_engine::period::{Date, Period, parse_date};
use liuwu_engine::record::Source;
use serde_json::{Map, Value as Json, json};
use tower::ServiceExt;

/// Stands in everything that is restricted or personal.
pub const SECRET: &str = "机密";
/// Stands in everything that has not been released.
pub const UNRELEASED: &str = "尚未放出";
/// The token.
pub const TOKEN: &str = "a token for tests only";

pub const COUNTY: &str = "330381000000";
pub const TANGXIA: &str = "330381101000";
pub const ANYANG: &str = "330381102000";
/// Two deaths in a fire, one theft, one hazard.
pub const BURNT: &str = "330381101701";
/// Two gang cases and four thefts.
pub const TROUBLED: &str = "330381101702";
/// An exempted hazard; a fire that only the newest run knows.
pub const CALM: &str = "330381102701";
/// Thefts are not handed in.
pub const SILENT: &str = "330381102702";
pub const VILLAGES: [&str; 4] = [BURNT, TROUBLED, CALM, SILENT];

/// Of 2019, never released.
pub const OLD_RUN: RunId = RunId(1);
/// Of 2020, released.
pub const RELEASED_RUN: RunId = RunId(2);
/// Of 2020, in force, not released yet.
pub const NEWEST_RUN: RunId = RunId(3);

pub const BUNDLE: &str = include_str!("../../../fixtures/bundles/disclosure.yaml");

/// The county and the server in front of it.
pub struct County {
    pub store: Arc<Memory>,
    pub app: App,
    pub router: Router,
}

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body, set out for reading, without what differs from run to run and from build to build.
    pub fn steady(&self) -> String {
        set_out(&steady(self.json()))
    }
}

/// As text for a snapshot; numbers keep every digit.
pub fn set_out(json: &Json) -> String {
    serde_json::to_string_pretty(json).unwrap()
}

/// Replaces what differs from run to run and from build to build.
pub fn steady(json: Json) -> Json {
    const UNSTEADY: [&str; 8] =
        ["receipt", "root", "digest", "engine", "finished", "instance", "version", "received_on"];
    match json {
        Json::Object(map) => Json::Object(
            map.into_iter()
                .map(|(key, value)| {
                    let fixed = UNSTEADY.contains(&key.as_str()) && value.is_string() || key == "at";
                    let value = if fixed { json!("…") } else { steady(value) };
                    (key, value)
                })
                .collect(),
        ),
        Json::Array(items) => Json::Array(items.into_iter().map(steady).collect()),
        plain => plain,
    }
}

pub fn day(text: &str) -> Date {
    parse_date(text).unwrap()
}

fn noon(text: &str) -> jiff::Timestamp {
    format!("{text}T12:00:00+08:00").parse().unwrap()
}

fn unit(id: &str, level: &str, name: &str, parent: Option<&str>) -> UnitRow {
    UnitRow { id: id.into(), level: level.into(), name: name.into(), parent: parent.map(str::to_owned) }
}

fn record(unit: &str, kind: &str, date: &str, row: u32, fields: Json) -> RecordRow {
    let Json::Object(fields) = fields else { unreachable!() };
    let columns = BTreeMap::from([("no".to_owned(), "A".to_owned())]);
    let source = Source {
        file: Arc::from(format!("{SECRET}台账.xlsx")),
        sheet: Some(Arc::from("2020")),
        row,
        columns: Some(Arc::new(columns)),
    };
    RecordRow {
        unit: unit.into(),
        kind: kind.into(),
        date: day(date),
        number: None,
        fields: fields as Map<String, Json>,
        source,
        supersedes: None,
    }
}

fn everything_known_in_january() -> NewBatch {
    let units = vec![
        unit(COUNTY, "county", "瑞安市", None),
        unit(TANGXIA, "town", "塘下镇", Some(COUNTY)),
        unit(BURNT, "village", "上岙村村民委员会", Some(TANGXIA)),
        unit(TROUBLED, "village", "前垟村村民委员会", Some(TANGXIA)),
        unit(ANYANG, "town", "安阳街道", Some(COUNTY)),
        unit(CALM, "village", "上岙村村民委员会", Some(ANYANG)),
        unit(SILENT, "village", "后垟社区居民委员会", Some(ANYANG)),
    ];
    let theft = |unit, row: u32| record(unit, "theft", "2020-05-01", row, json!({"no": format!("{SECRET}盗{row}")}));
    let gang = |row: u32| {
        let fields = json!({"no": format!("{SECRET}恶{row}"), "code_name": format!("{SECRET}代号{row}")});
        record(TROUBLED, "gang", "2020-06-01", row, fields)
    };
    let reporter = format!("{SECRET}张某");
    let mut records = vec![
        record(BURNT, "fire", "2020-02-29", 2, json!({"no": "H1", "deaths": 2, "reporter": reporter})),
        theft(BURNT, 3),
        record(BURNT, "hazard", "2020-03-01", 4, json!({"no": "Y1"})),
        gang(5),
        gang(6),
        record(CALM, "hazard", "2020-03-02", 7, json!({"no": "Y2"})),
        record(CALM, "hazard", "2020-03-02", 8, json!({"no": "Y3", "fixed": "2020-04-01"})),
    ];
    records.extend((9..13).map(|row| theft(TROUBLED, row)));
    let statement = |kind: &str, area: &str| Statement {
        kind: kind.into(),
        area: area.into(),
        from: day("2019-01-01"),
        to: day("2020-12-31"),
        nil: false,
    };
    let mut statements: Vec<Statement> =
        ["fire", "gang", "hazard"].into_iter().map(|kind| statement(kind, COUNTY)).collect();
    statements.extend([statement("theft", TANGXIA), statement("theft", CALM)]);
    let households = |unit: &&str| AttributeFact {
        unit: (*unit).into(),
        attribute: "households".into(),
        from: None,
        value: json!(400),
    };
    NewBatch {
        files: vec![format!("{SECRET}台账.xlsx")],
        units,
        records,
        statements,
        attributes: VILLAGES.iter().map(households).collect(),
        exemptions: vec![Exemption {
            unit: CALM.into(),
            rule: "HAZ-001".into(),
            record: None,
            from: day("2020-01-01"),
            until: None,
            reason: format!("{SECRET}事由"),
            approved_by: format!("{SECRET}李某"),
            approved_on: Some(day("2020-12-01")),
        }],
        ..NewBatch::new(noon("2021-01-05"), format!("{SECRET}录入员"), "一月台账")
    }
}

fn what_came_in_february() -> NewBatch {
    let fire = json!({"no": format!("{UNRELEASED}-H9"), "deaths": 1});
    NewBatch {
        files: vec![format!("{UNRELEASED}.xlsx")],
        records: vec![record(CALM, "fire", "2020-12-30", 2, fire)],
        ..NewBatch::new(noon("2021-02-01"), format!("{SECRET}录入员"), "补报")
    }
}

fn score(store: &Memory, period: &str, as_of: &str) -> RunId {
    try_score(store, period, as_of).unwrap()
}

/// Scores all units, where there are any.
pub fn try_score(store: &Memory, period: &str, as_of: &str) -> Result<RunId, ScoringError> {
    let ask = Ask {
        bundle: "small".into(),
        edition: None,
        periods: Period::parse_list(period).unwrap(),
        as_of: day(as_of),
        by: format!("{SECRET}核算员"),
        at: noon(as_of),
        pseudonym_key: b"a key for tests".to_vec(),
        longest: liuwu::deadline::LONGEST_RUN,
    };
    Ok(scoring::score(store, &ask)?.id)
}

impl County {
    /// With everything in it, run 2 released.
    /// Nothing is scored but what a test asks for.
    pub fn new() -> County {
        County::with(Config { keep_current: false, ..Config::default() })
    }

    pub fn with(config: Config) -> County {
        let store = Arc::new(Memory::new());
        let edition = NewEdition {
            bundle: "small".into(),
            edition: "2020".into(),
            text: Arc::from(BUNDLE),
            published_at: noon("2020-01-01"),
            by: format!("{SECRET}政策员"),
            note: "首版".into(),
        };
        store.publish_edition(edition).unwrap();
        store.append_batch(everything_known_in_january()).unwrap();
        assert_eq!(score(&store, "2019", "2021-01-09"), OLD_RUN);
        assert_eq!(score(&store, "2020", "2021-01-10"), RELEASED_RUN);
        store.append_batch(what_came_in_february()).unwrap();
        assert_eq!(score(&store, "2020", "2021-02-05"), NEWEST_RUN);
        store.release(RELEASED_RUN, act("2021-01-11")).unwrap();
        let token: Token = TOKEN.parse().unwrap();
        let app = App::new(config, store.clone(), b"a key for tests".to_vec(), token);
        County { store, router: router(app.clone()), app }
    }

    /// Asks without the token.
    pub async fn get(&self, address: &str) -> Answer {
        self.ask(request(Method::GET, address, &[])).await
    }

    /// Asks with the token.
    pub async fn get_as_staff(&self, address: &str) -> Answer {
        self.ask(request(Method::GET, address, &[("authorization", &bearer())])).await
    }

    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }
}

pub fn act(on: &str) -> Act {
    Act { by: format!("{SECRET}放行人"), at: noon(on), why: "公示".into() }
}

pub fn bearer() -> String {
    format!("Bearer {TOKEN}")
}

pub fn request(method: Method, address: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).unwrap()
}
