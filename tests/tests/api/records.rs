//! Stored records over HTTP and on pages: found, corrected, taken back, decided upon; and personal data nowhere in full.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use liuwu::config::Config;
use liuwu::store::Journal as _;
use serde_json::{Value as Json, json};

use super::county::*;

/// A person whose name must stand nowhere in full.
const PERSON: &str = "欧阳建国";
/// Two fires of burnt and troubled; the first names a person.
pub const FIRES: &str =
    "区划代码,发生日期,编号,死亡人数,报告人\n330381101701,2020-07-01,H7,0,欧阳建国\n330381101702,2020-07-02,H8,1,\n";
/// The first of them told otherwise.
const OTHERWISE: &str =
    "区划代码,发生日期,编号,死亡人数,报告人\n330381101701,2020-07-01,H7,3,欧阳建国\n330381102701,2020-07-03,H9,0,\n";

pub async fn upload(county: &County, csv: &str, good_rows: bool) -> Answer {
    let body = format!(
        "--x\r\ncontent-disposition: form-data; name=\"kind\"\r\n\r\nfire\r\n\
         --x\r\ncontent-disposition: form-data; name=\"accept_good_rows\"\r\n\r\n{good_rows}\r\n\
         --x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"火灾.csv\"\r\n\r\n{csv}\r\n--x--\r\n"
    );
    let request = Request::post("/api/v1/uploads")
        .header("content-type", "multipart/form-data; boundary=x")
        .header("authorization", bearer());
    county.ask(request.body(Body::from(body)).unwrap()).await
}

pub async fn post(county: &County, address: &str, body: Json) -> Answer {
    let request = Request::post(address).header("content-type", "application/json").header("authorization", bearer());
    county.ask(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Sends a form of a page, as a browser without scripts does.
pub async fn send(county: &County, address: &str, form: &[(&str, &str)]) -> Answer {
    let pairs: Vec<String> =
        form.iter().map(|(name, text)| format!("{name}={}", liuwu::pages::links::escape(text))).collect();
    let request = Request::post(address)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "text/html")
        .header("authorization", bearer());
    county.ask(request.body(Body::from(pairs.join("&"))).unwrap()).await
}

async fn page(county: &County, address: &str) -> String {
    let headers = [("authorization", bearer()), ("accept", "text/html".to_owned())];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = county.ask(request(Method::GET, address, &headers)).await;
    assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.text());
    answer.text()
}

/// The county with the fires handed in as batch 3.
async fn burning() -> County {
    let county = County::new();
    assert_eq!(upload(&county, FIRES, false).await.status, StatusCode::CREATED);
    county
}

/// And with what contradicts them: batch 4 and question 1.
async fn questioned() -> County {
    let county = burning().await;
    let again = upload(&county, OTHERWISE, true).await;
    assert_eq!((again.status, again.json()["new"].clone()), (StatusCode::CREATED, json!(1)), "{}", again.text());
    county
}

#[tokio::test]
async fn records_are_found_by_unit_kind_day_number_and_batch() {
    let county = burning().await;
    let found = async |query: &str| -> Vec<String> {
        let answer = county.get_as_staff(&format!("/api/v1/records?{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let items = answer.json()["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["record"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found("batch=3").await, ["3-1", "3-2"]);
    assert_eq!(found("number=H8").await, ["3-2"]);
    assert_eq!(found("number=3-2").await, ["3-2"]);
    assert_eq!(found("unit=330381101701&kind=fire").await, ["1-1", "3-1"]);
    assert_eq!(found("unit=%E5%A1%98%E4%B8%8B%E9%95%87&kind=fire&from=2020-07-02").await, ["3-2"]);
    assert_eq!(found("kind=fire&to=2020-03-01").await, ["1-1"]);
    assert_eq!(found("kind=fire&limit=2").await.len(), 2);
    // Page by page, all of them once.
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let answer = county.get_as_staff(&format!("/api/v1/records?limit=3{cursor}")).await.json();
        all.extend(answer["items"].as_array().unwrap().iter().map(|item| item["record"].clone()));
        match answer["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let whole = county.get_as_staff("/api/v1/records?limit=500").await.json();
    let whole: Vec<Json> = whole["items"].as_array().unwrap().iter().map(|item| item["record"].clone()).collect();
    assert_eq!(all, whole);
    assert!(all.len() > 12);
}

#[tokio::test]
async fn a_record_is_corrected_with_a_reason_and_keeps_its_history() {
    let county = burning().await;
    let correct = async |body: Json| post(&county, "/api/v1/records/3-1/correction", body).await;
    let without = correct(json!({"reason": " ", "fields": {"deaths": "1"}})).await;
    assert_eq!((without.status, without.json()["code"].clone()), (StatusCode::BAD_REQUEST, json!("bad-parameter")));
    let faulty = correct(json!({"reason": "看错", "date": "2020-02-30", "fields": {"deaths": "两人"}})).await;
    let places: Vec<Json> =
        faulty.json()["faults"].as_array().unwrap().iter().map(|fault| fault["location"]["file"].clone()).collect();
    assert_eq!((faulty.status, places), (StatusCode::UNPROCESSABLE_ENTITY, vec![json!("/date"), json!("/deaths")]));

    let done = correct(json!({"reason": "看错一行", "fields": {"deaths": "1"}})).await;
    assert_eq!(done.status, StatusCode::CREATED, "{}", done.text());
    let body = done.json();
    assert_eq!(
        (&body["record"], &body["supersedes"], &body["fields"]["deaths"]),
        (&json!("4-1"), &json!("3-1"), &json!("1"))
    );
    assert_eq!(body["fields"]["reporter"], "欧***");
    let old = &body["history"][0];
    assert_eq!(
        (&old["record"], &old["state"], &old["superseded_by"]),
        (&json!("3-1"), &json!("superseded"), &json!("4-1"))
    );
    assert_eq!(old["act"]["why"], "看错一行");
    assert_eq!(old["source"], "火灾.csv:2");

    let again = correct(json!({"reason": "再改", "fields": {"deaths": "2"}})).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "what does not count any more is not corrected");
}

#[tokio::test]
async fn a_record_is_taken_back_with_a_reason_and_stays_on_record() {
    let county = burning().await;
    let withdraw =
        async |reason: &str| post(&county, "/api/v1/records/3-2/withdrawal", json!({"reason": reason})).await;
    assert_eq!(withdraw("").await.status, StatusCode::BAD_REQUEST);
    let done = withdraw("误报").await.json();
    assert_eq!((&done["state"], &done["act"]["why"]), (&json!("withdrawn"), &json!("误报")));
    assert_eq!(withdraw("再撤").await.status, StatusCode::CONFLICT);
    let found = county.get_as_staff("/api/v1/records?number=H8").await.json();
    assert_eq!(found["items"], json!([]));
    assert_eq!(county.get_as_staff("/api/v1/records/3-2").await.json()["state"], "withdrawn");
}

#[tokio::test]
async fn undoing_is_weighed_before_it_is_done() {
    let county = burning().await;
    let weighed = county.get_as_staff("/api/v1/batches/3/undoing").await.json();
    assert_eq!((&weighed["records_go"], &weighed["records_come_back"]), (&json!(2), &json!(0)));
    assert_eq!(weighed["moved"][0]["unit"], TROUBLED, "{weighed}");
    assert_eq!((&weighed["moved"][0]["by"], &weighed["leaving"]), (&json!("5"), &json!(0)));
    let before = county.get_as_staff("/api/v1/batches/3").await.json();
    assert_eq!(before["withdrawn"], json!(null), "weighing changes nothing");

    let shown = page(&county, "/desk/batches/3/undo").await;
    assert!(shown.contains("<strong class=\"num\">2</strong> 条记录不再计入"), "{shown}");
    assert!(shown.contains("前垟村") && shown.contains("+5"), "{shown}");
    let undone = send(&county, "/desk/batches/3/undo", &[("reason", "整批报错")]).await;
    assert_eq!((undone.status, undone.header("location")), (StatusCode::SEE_OTHER, "/desk/batches/3"));
    assert!(page(&county, "/desk/batches/3").await.contains("整批报错"));
    assert_eq!(county.get_as_staff("/api/v1/batches/3").await.json()["withdrawn"]["why"], "整批报错");
    assert_eq!(county.get_as_staff("/api/v1/batches/3/undoing").await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_conflict_is_kept_as_a_question_and_settled_side_by_side() {
    let county = questioned().await;
    let question = county.get_as_staff("/api/v1/questions").await.json()[0].clone();
    assert_eq!(
        (&question["known"], &question["fields"]["deaths"], &question["answer"]),
        (&json!("3-1"), &json!("3"), &json!(null))
    );
    assert!(page(&county, "/desk/batches").await.contains("有1处与已入库的记录不一致"));
    let shown = page(&county, "/desk/questions").await;
    assert!(shown.contains("<th scope=\"row\">死亡人数</th><td>0人</td><td>3人</td>"), "{shown}");

    let settled = send(&county, "/desk/questions/1", &[("answer", "take-new"), ("reason", "对过原件")]).await;
    assert_eq!(settled.status, StatusCode::SEE_OTHER, "{}", settled.text());
    assert_eq!(county.get_as_staff("/api/v1/records/3-1").await.json()["state"], "superseded");
    let again = post(&county, "/api/v1/questions/1/answer", json!({"answer": "keep-both", "reason": "再来"})).await;
    assert_eq!(
        (again.status, again.json()["detail"].clone()),
        (StatusCode::BAD_REQUEST, json!("参数「question」:问题 1 已经有人处理"))
    );
    assert!(page(&county, "/desk/questions").await.contains("对过原件"));
}

#[tokio::test]
async fn a_record_is_typed_in_on_a_form_made_from_the_dictionary() {
    let county = County::new();
    let blank = page(&county, "/desk/records/new?kind=fire").await;
    for part in ["name=\"deaths\"", "optgroup label=\"塘下镇\"", "发生日期", "不小于0", "type=\"date\""] {
        assert!(blank.contains(part), "{part}: {blank}");
    }
    let values = [("kind", "fire"), ("unit", BURNT), ("date", "2020-08-01"), ("no", "H20"), ("deaths", "0")];
    let with = |name: &'static str, text: &'static str| -> Vec<(&str, &str)> {
        let others = values.into_iter().filter(move |(other, _)| *other != name);
        others.chain([(name, text)]).collect()
    };
    let faulty = send(&county, "/desk/records/new", &with("deaths", "两人")).await;
    assert_eq!(faulty.status, StatusCode::OK);
    let text = faulty.text();
    assert!(
        text.contains("有1处需要改正") && text.contains("aria-invalid=\"true\"") && text.contains("value=\"两人\""),
        "{text}"
    );

    let stored = send(&county, "/desk/records/new", &values).await;
    assert_eq!(
        (stored.status, stored.header("location")),
        (StatusCode::SEE_OTHER, "/desk/records/3-1"),
        "{}",
        stored.text()
    );
    let known = send(&county, "/desk/records/new", &values).await.text();
    assert!(known.contains("已有内容完全相同的记录"), "{known}");
    let asked = send(&county, "/desk/records/new", &with("deaths", "1")).await.text();
    assert!(asked.contains("可能与这条记录是同一件事") && asked.contains("value=\"keep-both\""), "{asked}");
    let replaced =
        send(&county, "/desk/records/new", &[with("deaths", "1"), vec![("decision", "replace")]].concat()).await;
    assert_eq!(replaced.header("location"), "/desk/records/4-1");
    assert_eq!(county.get_as_staff("/api/v1/records/4-1").await.json()["supersedes"], "3-1");
}

#[tokio::test]
async fn a_correction_on_the_page_keeps_what_is_struck_out() {
    let county = burning().await;
    let form = page(&county, "/desk/records/3-1/correct").await;
    assert!(form.contains("value=\"欧***\""), "{form}");
    let masked =
        county.get_as_staff("/api/v1/records/3-1").await.json()["fields"]["reporter"].as_str().unwrap().to_owned();
    let values = [
        ("unit", BURNT),
        ("date", "2020-07-01"),
        ("no", "H7"),
        ("deaths", "1"),
        ("reporter", &masked),
        ("reason", "笔误"),
    ];
    let done = send(&county, "/desk/records/3-1/correct", &values).await;
    assert_eq!(done.header("location"), "/desk/records/4-1", "{}", done.text());
    let stored = liuwu::store::Store::record(county.store.as_ref(), "4-1".parse().unwrap()).unwrap();
    assert_eq!(stored.record.fields["reporter"], PERSON);
    let shown = page(&county, "/desk/records/4-1").await;
    assert!(shown.contains("<li>死亡人数 <s class=\"muted\">0人</s> → 1人</li>"), "{shown}");
    assert!(shown.contains("笔误"));
}

/// Every address that can be asked for, with something that is there in each place of its path.
fn addresses() -> Vec<String> {
    let places = [
        ("{id}", BURNT),
        ("{unit}", BURNT),
        ("{code}", BURNT),
        ("{batch}", "3"),
        ("{record}", "3-1"),
        ("{run}", "3"),
        ("{bundle}", "small"),
        ("{edition}", "2020"),
        ("{kind}", "fire"),
        ("{list}", "negative"),
        ("{question}", "1"),
    ];
    let routes = liuwu::router::routes(&Config::default()).into_iter().filter(|route| route.method == Method::GET);
    let filled = routes.map(|route| places.iter().fold(route.path, |path, (place, value)| path.replace(place, value)));
    filled.chain(["/api/v1/records?batch=3".to_owned(), "/desk/records?kind=fire".to_owned()]).collect()
}

#[tokio::test]
async fn no_address_gives_a_personal_text_in_full() {
    let county = questioned().await;
    let corrected =
        post(&county, "/api/v1/records/3-1/correction", json!({"reason": "改", "fields": {"deaths": "2"}})).await;
    assert_eq!(corrected.status, StatusCode::CREATED);
    let mut answered = 0;
    for address in addresses() {
        let answer = county.get_as_staff(&address).await;
        let text = String::from_utf8_lossy(&answer.bytes).into_owned();
        assert!(!text.contains(PERSON), "{address}: {text}");
        answered += usize::from(answer.status == StatusCode::OK && text.contains('欧'));
    }
    assert!(answered >= 5, "records are shown, with the name struck out: {answered}");
    let faulty = upload(&county, &FIRES.replace("2020-07-01", "2020-02-30"), false).await;
    assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!faulty.text().contains(PERSON), "{}", faulty.text());
}

#[tokio::test]
async fn personal_data_in_full_takes_the_permission_and_a_reason() {
    let county = burning().await;
    let refused = county.get_as_staff("/api/v1/records/3-1?in_full_because=%E6%A0%B8%E5%AF%B9").await;
    assert_eq!((refused.status, refused.json()["code"].clone()), (StatusCode::FORBIDDEN, json!("forbidden")));
    let caller = liuwu::accounts::Caller::terminal();
    let custody = liuwu::custody::Custody::open(&county.app, &caller).unwrap();
    let id = "3-1".parse().unwrap();
    assert!(custody.in_full(id, "  ").is_err(), "without a reason nobody sees it");
    let (_, fields) = custody.in_full(id, "核对电话").unwrap();
    assert!(fields.iter().any(|field| field.text == PERSON));
    let note = liuwu::store::Journal::last_entry(county.store.as_ref()).unwrap().unwrap();
    assert_eq!((note.action.as_str(), note.id.as_str()), ("unmask", "3-1"));
    let register = liuwu::store::Cabinet::papers(county.store.as_ref(), "sightings", None, 9).unwrap();
    assert_eq!(register.len(), 1);
    assert!(String::from_utf8_lossy(&register[0].1).contains("核对电话"));
}

/// Uploads a file to a record, to the API or to its page.
async fn attach(county: &County, address: &str, name: &str, bytes: &[u8]) -> Answer {
    let heading = format!("--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    let body = [heading.as_bytes(), bytes, b"\r\n--x--\r\n"].concat();
    let request = Request::post(address)
        .header("content-type", "multipart/form-data; boundary=x")
        .header("authorization", bearer());
    county.ask(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn a_file_is_attached_to_a_record_and_given_out_as_what_it_is() {
    let county = burning().await;
    const ADDRESS: &str = "/api/v1/records/3-1/attachments";
    let paper = attach(&county, ADDRESS, "整改通知.pdf", b"%PDF-1.7 notice").await;
    assert_eq!(paper.status, StatusCode::CREATED, "{}", paper.text());
    let content = paper.json()["content"].as_str().unwrap().to_owned();
    let got = county.get_as_staff(&format!("{ADDRESS}/{content}")).await;
    assert_eq!((got.status, got.bytes.as_slice()), (StatusCode::OK, b"%PDF-1.7 notice".as_slice()));
    assert!(got.header("content-disposition").starts_with("attachment;"), "a PDF is never opened in a page");
    assert_eq!(
        (got.header("content-type"), got.header("content-security-policy")),
        ("application/pdf", "default-src 'none'; sandbox")
    );
    assert!(page(&county, "/desk/records/3-1").await.contains("整改通知.pdf"));

    let refused = attach(&county, ADDRESS, "photo.jpg", b"<html><script>").await;
    assert_eq!(
        (refused.status, refused.json()["faults"][0]["code"].clone()),
        (StatusCode::UNPROCESSABLE_ENTITY, json!("attachment-of-another-kind"))
    );
    let on_page = attach(&county, "/desk/records/3-1/attachments", "第二份.pdf", b"%PDF-2").await;
    assert_eq!(on_page.header("location"), "/desk/records/3-1", "{}", on_page.text());
    assert_eq!(county.get_as_staff(ADDRESS).await.json().as_array().unwrap().len(), 2);

    let original = county.get_as_staff(&format!("{ADDRESS}/{content}?original_because=x")).await;
    assert_eq!(original.status, StatusCode::FORBIDDEN, "the original takes a permission of its own");
    assert_eq!(county.get(ADDRESS).await.status, StatusCode::UNAUTHORIZED);
    let off = post(&county, &format!("{ADDRESS}/{content}/withdrawal"), json!({"reason": "贴错了"})).await;
    assert_eq!(off.status, StatusCode::NO_CONTENT);
    assert_eq!(county.get_as_staff(&format!("{ADDRESS}/{content}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_attachment_is_taken_off_on_the_page_of_its_record_for_a_reason_that_is_noted() {
    let county = burning().await;
    attach(&county, "/desk/records/3-1/attachments", "贴错的.pdf", b"%PDF-3").await;
    let shown = page(&county, "/desk/records/3-1").await;
    let form = shown.split("action=\"").find(|part| part.contains("/take-off\"")).unwrap();
    let take_off = form.split('"').next().unwrap().to_owned();
    let unsaid = send(&county, &take_off, &[("reason", " ")]).await;
    assert_eq!(unsaid.status, StatusCode::BAD_REQUEST, "{}", unsaid.text());
    assert!(page(&county, "/desk/records/3-1").await.contains("贴错的.pdf"));
    let off = send(&county, &take_off, &[("reason", "贴到别的记录上了")]).await;
    assert_eq!(off.header("location"), "/desk/records/3-1", "{}", off.text());
    assert!(!page(&county, "/desk/records/3-1").await.contains("贴错的.pdf"));
    let last = county.store.last_entry().unwrap().unwrap();
    assert_eq!((last.action.as_str(), last.subject.as_str()), ("withdraw", "attachment"));
    let content = take_off.split('/').rev().nth(1).unwrap();
    assert_eq!(last.id, format!("3-1/{content}"), "the entry names the record and the content");
}
