//! What somebody with a part of the county may touch, by every way in: what is outside is refused, nothing of it is told, and
//! nothing changes.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use liuwu::accounts::{Role, Scope};
use liuwu::gate::Access;
use liuwu::questions;
use liuwu::router::routes;
use liuwu::store::{Knowledge, RecordId, Store};
use liuwu_engine::period::Date;
use serde_json::{Value as Json, json};

use super::county::*;
use super::roles::{quick, session, settle_as};

/// A person whose name a village is never shown.
const PERSON: &str = "欧阳建国";
const FIRES: &str = "区划代码,发生日期,编号,死亡人数,报告人";
const HAZARDS: &str = "区划代码,列入日期,编号,整改日期";

/// The county with a village, its town and a department.
fn settled() -> County {
    let county = County::with(quick());
    settle_as(&county, "village", Role::Village, Scope::Divisions(vec![BURNT.into()]));
    settle_as(&county, "town", Role::Assessor, Scope::Divisions(vec![TANGXIA.into()]));
    settle_as(&county, "fire", Role::Assessor, Scope::Department("消防救援大队".into()));
    settle_as(&county, "office", Role::Assessor, Scope::Everything);
    county
}

/// Somebody who is logged in.
struct Visitor<'a> {
    county: &'a County,
    cookie: String,
    token: String,
}

impl<'a> Visitor<'a> {
    fn new(county: &'a County, name: &str) -> Visitor<'a> {
        let (cookie, token) = session(county, name);
        Visitor { county, cookie, token }
    }

    async fn send(&self, method: Method, address: &str, media: &str, body: impl Into<Body>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(address)
            .header("content-type", media)
            .header("cookie", &self.cookie)
            .header("x-csrf-token", &self.token);
        self.county.ask(request.body(body.into()).unwrap()).await
    }

    async fn get(&self, address: &str) -> Answer {
        self.send(Method::GET, address, "text/plain", "").await
    }

    async fn post(&self, address: &str, body: Json) -> Answer {
        self.send(Method::POST, address, "application/json", body.to_string()).await
    }

    /// A form of a page, as a browser without scripts sends it.
    async fn fill_in(&self, address: &str, values: &[(&str, &str)]) -> Answer {
        let pairs: Vec<String> =
            values.iter().map(|(name, text)| format!("{name}={}", liuwu::pages::links::escape(text))).collect();
        self.send(Method::POST, address, "application/x-www-form-urlencoded", pairs.join("&")).await
    }

    /// A form with a file and, where they are asked for, the good rows alone.
    async fn hand_over(&self, address: &str, (name, text): (&str, &str), good_rows: bool) -> Answer {
        let part = "--x\r\ncontent-disposition: form-data; name=";
        let good = if good_rows { format!("{part}\"accept_good_rows\"\r\n\r\ntrue\r\n") } else { String::new() };
        let body = format!("{good}{part}\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n--x--\r\n");
        self.send(Method::POST, address, "multipart/form-data; boundary=x", body).await
    }

    async fn upload(&self, file: (&str, &str)) -> Answer {
        self.hand_over("/api/v1/uploads", file, false).await
    }

    /// By a draft over HTTP: what is said of it, and what comes of storing it.
    async fn by_draft(&self, file: (&str, &str), good_rows: bool) -> (Json, Answer) {
        let begun = self.hand_over("/api/v1/drafts", file, false).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text());
        let draft = begun.json();
        let commit = format!("/api/v1/drafts/{}/commit", draft["id"].as_str().unwrap());
        let stored = self.post(&commit, json!({"good_rows": good_rows})).await;
        (draft, stored)
    }

    /// By the pages, which lead from the file to the draft and on.
    async fn by_page(&self, file: (&str, &str)) -> String {
        let begun = self.hand_over("/desk/upload", file, false).await;
        let draft = begun.header("location").to_owned();
        assert!(draft.starts_with("/desk/upload/"), "{} {}", begun.status, begun.text());
        let shown = self.get(&draft).await.text();
        self.fill_in(&format!("{draft}/commit"), &[("good_rows", "on")]).await;
        shown
    }
}

/// All that is stored, in words.
fn stored(county: &County) -> Vec<String> {
    let store = county.store.as_ref();
    let mut all: Vec<String> =
        VILLAGES.iter().map(|unit| format!("{:?}", store.facts_of(unit, Date::MAX).unwrap())).collect();
    all.push(format!("{:?}", store.exemptions(Date::MAX).unwrap()));
    all.push(format!("{:?}", store.statements(Date::MAX).unwrap()));
    all.push(format!("{:?}", store.units(Date::MAX).unwrap()));
    all.push(format!("{} batches", store.batches(None, 500).unwrap().len()));
    all.push(format!("{:?}", questions::all(store).unwrap()));
    all
}

/// Who tries to hand in what, and what is said of it.
fn attempts() -> Vec<(&'static str, (&'static str, String), &'static str)> {
    let fire = |unit: &str| ("火灾.csv", format!("{FIRES}\n{unit},2020-07-01,H7,0,\n"));
    let hazard = |unit: &str, no: &str| ("隐患.csv", format!("{HAZARDS}\n{unit},2020-03-01,{no},2020-05-01\n"));
    let households = |unit: &str| ("基本情况.csv", format!("区划代码,生效日期,户数\n{unit},2020-02-01,9\n"));
    let nil = |kind: &str, area: &str| {
        let header = "台账类型,区划代码,开始日期,结束日期,申报情况";
        ("零报告.csv", format!("{header}\n{kind},{area},2020-01-01,2020-01-31,零报告\n"))
    };
    let exemption = |unit: &str| {
        let entry =
            json!([{"unit": unit, "rule": "FIRE-001", "from": "2020-01-01", "reason": "x", "approved_by": "x"}]);
        ("免扣.json", entry.to_string())
    };
    let above = format!("{COUNTY},瑞安市,county,\n{TANGXIA},塘下镇,town,{COUNTY}");
    let divisions = ("区划.csv", format!("code,name,level,parent\n{above}\n330381101799,新村,village,{TANGXIA}\n"));
    vec![
        ("village", fire(TROUBLED), "unit-out-of-remit"),
        ("village", households(TROUBLED), "unit-out-of-remit"),
        ("village", nil("火灾", TROUBLED), "unit-out-of-remit"),
        ("village", nil("火灾", COUNTY), "unit-out-of-remit"),
        ("village", exemption(BURNT), "exemptions-out-of-remit"),
        ("village", divisions.clone(), "divisions-out-of-remit"),
        ("village", hazard(BURNT, "Y2"), "record-of-another-unit"),
        ("village", hazard(BURNT, "Y1"), "record-by-another-hand"),
        ("village", households(BURNT), "record-by-another-hand"),
        ("town", fire(CALM), "unit-out-of-remit"),
        ("town", households(CALM), "unit-out-of-remit"),
        ("town", nil("火灾", CALM), "unit-out-of-remit"),
        ("town", exemption(BURNT), "exemptions-out-of-remit"),
        ("town", divisions.clone(), "divisions-out-of-remit"),
        ("town", hazard(TROUBLED, "Y2"), "record-of-another-unit"),
        ("fire", hazard(BURNT, "Y9"), "kind-out-of-remit"),
        ("fire", households(BURNT), "kind-out-of-remit"),
        ("fire", nil("盗窃", BURNT), "kind-out-of-remit"),
        ("fire", exemption(BURNT), "exemptions-out-of-remit"),
        ("fire", divisions, "divisions-out-of-remit"),
    ]
}

#[tokio::test]
async fn files_hand_in_nothing_that_is_outside_by_whatever_way() {
    let county = settled();
    let before = stored(&county);
    for (name, (file, text), code) in attempts() {
        let visitor = Visitor::new(&county, name);
        let file = (file, text.as_str());
        let case = format!("{name} {file:?}");
        let codes = |faults: &Json| -> Vec<String> {
            faults.as_array().unwrap().iter().map(|fault| fault["code"].as_str().unwrap().to_owned()).collect()
        };

        let uploaded = visitor.upload(file).await;
        assert_eq!(uploaded.status, StatusCode::UNPROCESSABLE_ENTITY, "{case}: {}", uploaded.text());
        assert_eq!(codes(&uploaded.json()["faults"]), [code], "{case}");
        // Who has handed something in about the village is told, what is another unit's is not.
        let tells = code == "record-by-another-hand";
        assert!(tells || !uploaded.text().contains(SECRET), "{case}: {}", uploaded.text());
        let good = visitor.hand_over("/api/v1/uploads", file, true).await;
        assert_eq!((good.status, &good.json()["batch"]), (StatusCode::OK, &Json::Null), "{case}: {}", good.text());

        let (draft, refused) = visitor.by_draft(file, false).await;
        assert_eq!(codes(&draft["report"]["faults"]), [code], "{case}");
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{case}: {}", refused.text());
        visitor.by_draft(file, true).await;
        let page = visitor.by_page(file).await;
        assert!(tells || !page.contains(SECRET), "{case}: {page}");
        assert_eq!(stored(&county), before, "{case}");
    }
}

#[tokio::test]
async fn pushed_and_typed_records_replace_nothing_of_others() {
    let county = settled();
    let before = stored(&county);
    let record = |kind: &str, unit: &str, no: &str| (kind.to_owned(), unit.to_owned(), no.to_owned());
    let attempts = [
        ("village", record("fire", TROUBLED, "H7"), "outside-scope"),
        ("village", record("hazard", BURNT, "Y2"), "record-of-another-unit"),
        ("village", record("hazard", BURNT, "Y1"), "record-by-another-hand"),
        ("village", record("fire", BURNT, &format!("{UNRELEASED}-H9")), "record-of-another-unit"),
        ("town", record("fire", CALM, "H7"), "outside-scope"),
        ("town", record("hazard", TROUBLED, "Y2"), "record-of-another-unit"),
        ("fire", record("hazard", BURNT, "Y9"), "outside-scope"),
    ];
    for (name, (kind, unit, no), code) in attempts {
        let visitor = Visitor::new(&county, name);
        let case = format!("{name} {kind} {unit} {no}");
        let mut item = json!({"kind": kind, "unit": unit, "date": "2020-12-30", "no": no});
        if kind == "fire" {
            item["deaths"] = json!(0);
        }
        let pushed = visitor.post("/api/v1/records", json!([item])).await;
        assert_eq!(pushed.status, StatusCode::UNPROCESSABLE_ENTITY, "{case}: {}", pushed.text());
        assert_eq!(pushed.json()["items"][0]["faults"][0]["code"], code, "{case}: {}", pushed.text());

        let typed = [("kind", kind.as_str()), ("unit", &unit), ("date", "2020-12-30"), ("no", &no), ("deaths", "0")];
        for decision in ["", "replace"] {
            let answer = visitor.fill_in("/desk/records/new", &[&typed[..], &[("decision", decision)]].concat()).await;
            let told = answer.text().replace(&no, "");
            assert!(!told.contains(UNRELEASED), "{case} {decision}: {told}");
            if code != "record-by-another-hand" {
                assert!(!told.contains(SECRET), "{case} {decision}: {told}");
            }
        }
        assert_eq!(stored(&county), before, "{case}");
    }
}

#[tokio::test]
async fn what_is_within_goes_in_by_every_way() {
    let county = settled();
    for (name, unit) in [("village", BURNT), ("town", TROUBLED), ("fire", CALM)] {
        let visitor = Visitor::new(&county, name);
        let fire = |no: u32| ("火灾.csv", format!("{FIRES}\n{unit},2020-07-01,{name}{no},0,\n"));
        let text = fire(1).1;
        assert_eq!(visitor.upload(("火灾.csv", &text)).await.status, StatusCode::CREATED);
        let text = fire(2).1;
        let (_, drafted) = visitor.by_draft(("火灾.csv", &text), false).await;
        assert_eq!(drafted.status, StatusCode::CREATED, "{}", drafted.text());
        visitor.by_page(("火灾.csv", &fire(3).1)).await;
        let item = json!([{"kind": "fire", "unit": unit, "date": "2020-07-01", "no": format!("{name}4"), "deaths": 0}]);
        assert_eq!(visitor.post("/api/v1/records", item).await.status, StatusCode::CREATED);
        let no = format!("{name}5");
        let typed = [("kind", "fire"), ("unit", unit), ("date", "2020-07-01"), ("no", &no), ("deaths", "0")];
        assert_eq!(visitor.fill_in("/desk/records/new", &typed).await.status, StatusCode::SEE_OTHER);
        let known = county.store.facts_of(unit, Date::MAX).unwrap().records;
        let own = known.iter().filter(|known| known.fields["no"].as_str().unwrap().starts_with(name));
        assert_eq!(own.count(), 5, "{name}");
    }
}

/// Whether somebody may correct, withdraw and undo what came as a record.
async fn powers(county: &County, name: &str, record: &str) -> [u16; 3] {
    let visitor = Visitor::new(county, name);
    let batch = record.split('-').next().unwrap();
    let weighed = visitor.get(&format!("/api/v1/batches/{batch}/undoing")).await.status;
    // Without a reason nothing is done, and it is said whether it could be.
    let page = visitor.get(&format!("/desk/records/{record}")).await;
    let offers = page.text().contains(&format!("/desk/records/{record}/correct"));
    let correct = visitor.post(&format!("/api/v1/records/{record}/correction"), json!({"reason": "核对"})).await.status;
    assert_eq!(offers, correct == StatusCode::OK, "the page offers what is allowed: {name} {record} {correct}");
    let withdraw = format!("/api/v1/records/{record}/withdrawal");
    [correct.as_u16(), visitor.post(&withdraw, json!({"reason": "核对"})).await.status.as_u16(), weighed.as_u16()]
}

#[tokio::test]
async fn a_village_changes_only_what_was_handed_in_for_it() {
    const ALL: [u16; 3] = [200, 200, 200];
    let county = settled();
    settle_as(&county, "successor", Role::Village, Scope::Divisions(vec![BURNT.into()]));
    let hand_in = async |name: &str, no: &str| -> String {
        let text = format!("{FIRES}\n{BURNT},2020-07-01,{no},0,{PERSON}\n");
        let stored = Visitor::new(&county, name).upload(("火灾.csv", &text)).await;
        format!("{}-1", stored.json()["batch"])
    };
    let of_department = hand_in("fire", "H20").await;
    for attempt in ["correction", "withdrawal"] {
        let address = format!("/api/v1/records/{of_department}/{attempt}");
        let refused = Visitor::new(&county, "village").post(&address, json!({"reason": "不是我们村的"})).await;
        assert_eq!(
            (refused.status, refused.json()["code"].as_str()),
            (StatusCode::FORBIDDEN, Some("handed-in-by-others")),
            "{}",
            refused.text()
        );
        assert!(refused.json()["help"].as_str().unwrap().contains("「fire」更正"), "{}", refused.text());
    }
    let page = Visitor::new(&county, "village").get(&format!("/desk/records/{of_department}")).await.text();
    assert!(page.contains("由“fire”报送"), "{page}");
    let undo = format!("/api/v1/uploads/{}?reason=x", of_department.split('-').next().unwrap());
    let undone = Visitor::new(&county, "village").send(Method::DELETE, &undo, "text/plain", "").await;
    assert_eq!(undone.json()["code"], "handed-in-by-others");
    assert_eq!(powers(&county, "village", &of_department).await, [403, 403, 403]);
    assert_eq!(powers(&county, "town", &of_department).await, ALL, "a town is not the one that is assessed");

    assert_eq!(powers(&county, "village", &hand_in("village", "H21").await).await, ALL);
    assert_eq!(powers(&county, "successor", &hand_in("village", "H22").await).await, ALL, "another account of it");
    let (cookie, token) = session(&county, "town");
    let town = Visitor { county: &county, cookie, token };
    let acting = town.fill_in("/account/acting", &[("village", BURNT)]).await;
    assert_eq!(acting.status, StatusCode::SEE_OTHER, "{}", acting.text());
    let text = format!("{FIRES}\n{BURNT},2020-07-01,H23,0,\n");
    let in_its_place = format!("{}-1", town.upload(("火灾.csv", &text)).await.json()["batch"]);
    assert_eq!(powers(&county, "village", &in_its_place).await, ALL, "somebody in its place");
    let refused = town.post(&format!("/api/v1/records/{}/withdrawal", "1-1"), json!({"reason": "x"})).await;
    assert_eq!(refused.json()["code"], "handed-in-by-others", "whoever acts for a village may do what it may");

    // What was put right from above is not put back.
    let own = hand_in("village", "H24").await;
    let mended = json!({"reason": "核实", "fields": {"deaths": "1"}});
    let mended = Visitor::new(&county, "office").post(&format!("/api/v1/records/{own}/correction"), mended).await;
    let mended = mended.json()["record"].as_str().unwrap().to_owned();
    assert_eq!(powers(&county, "village", &mended).await[..2], [403, 403]);
}

#[tokio::test]
async fn a_complete_table_of_a_village_takes_back_nothing_of_others() {
    let county = settled();
    let village = Visitor::new(&county, "village");
    let text = format!("{FIRES}\n{BURNT},2020-07-01,H7,0,\n{BURNT},2020-07-02,H8,0,\n");
    assert_eq!(village.upload(("火灾.csv", &text)).await.status, StatusCode::CREATED);
    let text = format!("{FIRES}\n{BURNT},2020-07-01,H7,0,\n");
    let draft = village.hand_over("/api/v1/drafts", ("火灾.csv", &text), false).await.json();
    let whole = json!({"tables": [{"file": "火灾.csv", "complete": true}]}).to_string();
    let address = format!("/api/v1/drafts/{}", draft["id"].as_str().unwrap());
    let whole = village.send(Method::PATCH, &address, "application/json", whole).await.json();
    let missing = whole["report"]["missing"].as_array().unwrap();
    let numbers: Vec<&str> = missing.iter().map(|missing| missing["record"].as_str().unwrap()).collect();
    assert_eq!(numbers, ["3-2"], "the fire that the brigade has handed in stays: {whole}");
}

#[tokio::test]
async fn a_village_that_corrects_overwrites_no_name_that_it_is_not_shown() {
    let county = settled();
    let village = Visitor::new(&county, "village");
    let name_of = |record: &str| {
        let id: RecordId = record.parse().unwrap();
        county.store.record(id).unwrap().record.fields["reporter"].clone()
    };
    let text = format!("{FIRES}\n{BURNT},2020-07-01,H7,0,{PERSON}\n");
    assert_eq!(village.upload(("火灾.csv", &text)).await.status, StatusCode::CREATED);

    // Over HTTP: what was shown is sent back with one thing changed.
    let mut fields: BTreeMap<String, Json> =
        serde_json::from_value(village.get("/api/v1/records/3-1").await.json()["fields"].clone()).unwrap();
    assert_eq!(fields["reporter"], "***");
    fields.insert("deaths".to_owned(), json!("1"));
    let body = json!({"reason": "看错", "fields": fields});
    let corrected = village.post("/api/v1/records/3-1/correction", body).await;
    assert_eq!(corrected.status, StatusCode::CREATED, "{}", corrected.text());
    assert_eq!(name_of("4-1"), PERSON);

    // On the page: the form as it is filled, and one thing changed.
    let form = village.get("/desk/records/4-1/correct").await.text();
    assert!(form.contains("value=\"***\"") && !form.contains('欧'), "{form}");
    let sent = [
        ("unit", BURNT),
        ("date", "2020-07-02"),
        ("no", "H7"),
        ("deaths", "1"),
        ("reporter", "***"),
        ("reason", "日期看错"),
    ];
    assert_eq!(village.fill_in("/desk/records/4-1/correct", &sent).await.status, StatusCode::SEE_OTHER);
    assert_eq!(name_of("5-1"), PERSON);

    // Whoever sees the first letter sends that back; a name struck out in part is no name.
    let town = Visitor::new(&county, "office");
    let body = |reporter: &str| json!({"reason": "看错", "fields": {"deaths": "2", "reporter": reporter}});
    let refused = town.post("/api/v1/records/5-1/correction", body("欧**国")).await;
    assert_eq!(refused.json()["faults"][0]["code"], "personal-still-masked", "{}", refused.text());
    assert_eq!(town.post("/api/v1/records/5-1/correction", body("欧***")).await.status, StatusCode::CREATED);
    assert_eq!(name_of("6-1"), PERSON);
    assert_eq!(town.post("/api/v1/records/6-1/correction", body("诸葛小明")).await.status, StatusCode::CREATED);
    assert_eq!(name_of("7-1"), "诸葛小明");
}

#[tokio::test]
async fn a_question_is_nobodys_whose_both_sides_are_not_within_reach() {
    let county = settled();
    let office = Visitor::new(&county, "office");
    // A row about the village, by the number of a fire of another town.
    let text = format!("{FIRES}\n{BURNT},2020-12-30,{UNRELEASED}-H9,0,\n");
    office.hand_over("/api/v1/uploads", ("火灾.csv", &text), true).await;
    // A row about the village that contradicts what was handed in about it.
    let text = format!("{FIRES}\n{BURNT},2020-02-29,H1,0,\n");
    let village = Visitor::new(&county, "village");
    village.hand_over("/api/v1/uploads", ("火灾.csv", &text), true).await;
    assert_eq!(questions::all(county.store.as_ref()).unwrap().len(), 2);
    let before = stored(&county);

    for name in ["village", "town"] {
        let visitor = Visitor::new(&county, name);
        let listed = visitor.get("/api/v1/questions").await;
        let numbers: Vec<Json> = listed.json().as_array().unwrap().iter().map(|q| q["question"].clone()).collect();
        assert_eq!(numbers, [json!(2)], "{name}");
        let page = visitor.get("/desk/questions").await.text();
        assert!(!listed.text().contains(UNRELEASED) && !page.contains(UNRELEASED), "{name}: {page}");
        assert_eq!(page.contains("value=\"take-new\""), name == "town", "{page}");
        let answer = json!({"answer": "take-new", "reason": "x"});
        assert_eq!(visitor.post("/api/v1/questions/1/answer", answer).await.status, StatusCode::FORBIDDEN, "{name}");
        assert_eq!(stored(&county), before, "{name}");
    }
    // A village does not decide that its own row stands in the place of what was handed in about it.
    let answer = json!({"answer": "take-new", "reason": "没有死人"});
    let refused = village.post("/api/v1/questions/2/answer", answer.clone()).await;
    assert_eq!(refused.json()["code"], "handed-in-by-others", "{}", refused.text());
    assert_eq!(stored(&county), before);
    assert_eq!(Visitor::new(&county, "town").post("/api/v1/questions/2/answer", answer).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_preview_tells_only_what_its_reader_sees_of_results() {
    let county = settled();
    settle_as(&county, "troubled", Role::Village, Scope::Divisions(vec![TROUBLED.into()]));
    let text = format!("{FIRES}\n{TROUBLED},2020-07-01,H7,1,\n");
    let mut batch = 2;
    for (name, sees) in [("troubled", false), ("fire", false), ("town", true), ("office", true)] {
        let visitor = Visitor::new(&county, name);
        let (draft, stored) = visitor.by_draft(("火灾.csv", &text), false).await;
        assert_eq!(stored.status, StatusCode::CREATED, "{name}: {}", stored.text());
        batch += 1;
        let effect = &draft["report"]["effect"];
        let moved = effect["moved"].as_array().unwrap().iter().map(|moved| moved["unit"].as_str().unwrap());
        let seen = if sees { vec![TROUBLED] } else { Vec::new() };
        assert_eq!(moved.collect::<Vec<_>>(), seen, "{name}: {effect}");
        assert_eq!(effect["units"], json!(seen.len()), "{name}");
        assert_eq!(effect["partial"], json!(name != "office"), "{name}");

        let undoing = visitor.get(&format!("/api/v1/batches/{batch}/undoing")).await.json();
        assert_eq!((undoing["moved"].as_array().unwrap().len(), &undoing["partial"]), (seen.len(), &effect["partial"]));
        let page = visitor.get(&format!("/desk/batches/{batch}/undo")).await.text();
        assert_eq!(page.contains("结果公布后可见"), name != "office", "{name}: {page}");
        let undo = format!("/api/v1/uploads/{batch}?reason=x");
        assert_eq!(visitor.send(Method::DELETE, &undo, "text/plain", "").await.status, StatusCode::OK, "{name}");
    }
}

#[tokio::test]
async fn what_concerns_everybody_takes_a_scope_without_bounds() {
    let county = settled();
    let scope = Scope::Divisions(vec![TANGXIA.into()]);
    let roles = [Role::Assessor, Role::PolicyOfficer, Role::Approver, Role::SystemAdministrator];
    for role in roles {
        settle_as(&county, &format!("part-{}", role.key()), role, scope.clone());
    }
    let before = stored(&county);
    let mut refused = 0;
    for route in routes(county.app.config()) {
        let Access::WithEverything(permission) = route.access else { continue };
        let address = route.path.replace("{run}", "3").replace("{webhook}", "1");
        let held = roles.iter().filter(|role| liuwu::accounts::table::permissions(**role).contains(&permission));
        for role in held {
            let visitor = Visitor::new(&county, &format!("part-{}", role.key()));
            let answer = visitor.send(route.method.clone(), &address, "application/json", "{}").await;
            let code = answer.json()["code"].clone();
            assert_eq!((answer.status, code), (StatusCode::FORBIDDEN, json!("out-of-scope")), "{route:?}");
            refused += 1;
        }
    }
    assert!(refused >= 10, "{refused}");
    assert_eq!(stored(&county), before);
    assert!(!county.store.run(NEWEST_RUN).unwrap().released);
}
