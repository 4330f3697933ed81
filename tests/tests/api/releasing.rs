//! The pages on which an approver makes runs public and takes them back: what would change is shown before, and what is decided is
//! what was shown.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use liuwu::accounts::Role;
use liuwu::pages::links::escape;
use liuwu::store::{Journal, RunId, Store};

use super::county::*;
use super::roles::{quick, session, settle};

struct Approver {
    county: County,
    cookie: String,
    token: String,
}

impl Approver {
    fn new() -> Approver {
        let county = County::with(quick());
        settle(&county, Role::Approver);
        let (cookie, token) = session(&county, "approver");
        Approver { county, cookie, token }
    }

    async fn page(&self, address: &str) -> String {
        let answer = self.county.ask(request(Method::GET, address, &[("cookie", &self.cookie)])).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.text());
        answer.text()
    }

    async fn of(&self, run: RunId) -> String {
        self.page(&format!("/desk/releases/{run}")).await
    }

    async fn decide(&self, run: RunId, what: &str, reason: &str, mark: &str) -> Answer {
        let form = format!("csrf={}&reason={}&mark={}", self.token, escape(reason), escape(mark));
        let send = Request::post(format!("/desk/releases/{run}/{what}"))
            .header("cookie", &self.cookie)
            .header("accept", "text/html")
            .header("content-type", "application/x-www-form-urlencoded");
        self.county.ask(send.body(Body::from(form)).unwrap()).await
    }

    /// The run that the public sees of 2020.
    async fn public(&self) -> serde_json::Value {
        self.county.get("/api/v1/assessments?period=2020").await.json()["source"]["run"].clone()
    }
}

fn mark(page: &str) -> String {
    page.split("name=\"mark\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// The page without its tags and with single spaces.
fn words(page: &str) -> String {
    let text: String = page.split('<').map(|part| part.split_once('>').map_or("", |(_, text)| text)).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn what_a_release_would_change_is_shown_before_and_the_public_sees_it_after() {
    let approver = Approver::new();
    let list = words(&approver.page("/desk/releases").await);
    assert!(list.contains("第 3 次核算") && list.contains("公众正在看：2020年度"), "{list}");

    let page = approver.of(NEWEST_RUN).await;
    let told = words(&page);
    assert!(told.contains("公众现在看第 2 次核算") && told.contains("之后看第 3 次核算"), "{told}");
    assert!(told.contains("1个村社得分或等次变化") && told.contains("1个列入清单"), "{told}");
    assert!(told.contains("上岙村(安阳街道)") && told.contains("列入平安负面清单"), "{told}");
    assert!(told.contains("平安负面清单新列入 1移出 0之后共有 3"), "{told}");
    assert!(page.contains("class=\"watermark\""), "what is not public yet is marked as internal");

    let mark = mark(&page);
    let without = approver.decide(NEWEST_RUN, "release", "  ", &mark).await;
    assert!(without.status == StatusCode::CONFLICT && without.text().contains("没有写理由"), "{}", without.text());
    assert_eq!(approver.public().await, RELEASED_RUN.0);
    let done = approver.decide(NEWEST_RUN, "release", "会审通过", &mark).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/desk/releases"));
    assert_eq!(approver.public().await, NEWEST_RUN.0);
    let last = approver.county.store.last_entry().unwrap().unwrap();
    assert_eq!((last.who.as_str(), last.action.as_str(), last.id.as_str()), ("approver", "release", "3"));
    let act = approver.county.store.releases().unwrap().pop().unwrap().act;
    assert_eq!((act.by.as_str(), act.why.as_str()), ("approver", "会审通过"));
}

#[tokio::test]
async fn taking_back_shows_what_the_public_goes_back_to() {
    let approver = Approver::new();
    let newest = mark(&approver.of(NEWEST_RUN).await);
    approver.decide(NEWEST_RUN, "release", "会审通过", &newest).await;
    // The run that was superseded can be taken back, and nobody would notice.
    let superseded = words(&approver.of(RELEASED_RUN).await);
    assert!(superseded.contains("公众看到的仍是第 3 次核算"), "{superseded}");
    let page = approver.of(NEWEST_RUN).await;
    let told = words(&page);
    assert!(told.contains("公众现在看第 3 次核算") && told.contains("之后看第 2 次核算"), "{told}");
    assert!(told.contains("approver 于") && told.contains("公布：会审通过"), "{told}");
    let done = approver.decide(NEWEST_RUN, "retract", "补报有误", &mark(&page)).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert_eq!(approver.public().await, RELEASED_RUN.0);
    let last = approver.of(RELEASED_RUN).await;
    assert!(words(&last).contains("公众看不到本周期的任何结果"), "{}", words(&last));
}

#[tokio::test]
async fn a_period_of_which_nothing_is_public_yet_says_so() {
    let approver = Approver::new();
    let told = words(&approver.of(OLD_RUN).await);
    assert!(told.contains("本周期还没有公布过结果。公布后，公众看到4个村社的结果"), "{told}");
}

#[tokio::test]
async fn what_has_changed_since_it_was_shown_is_shown_again_and_not_decided() {
    let approver = Approver::new();
    let page = approver.of(NEWEST_RUN).await;
    approver.county.store.retract(RELEASED_RUN, act("2021-02-06")).unwrap();
    let refused = approver.decide(NEWEST_RUN, "release", "会审通过", &mark(&page)).await;
    assert!(
        refused.status == StatusCode::CONFLICT && refused.text().contains("公布情况有了变化"),
        "{}",
        refused.text()
    );
    assert!(refused.text().contains("value=\"会审通过\""), "the reason need not be typed again");
    assert!(!approver.county.store.is_released(NEWEST_RUN).unwrap());
    // Neither is a run released twice by a second click.
    let again = mark(&refused.text());
    assert_eq!(approver.decide(NEWEST_RUN, "release", "会审通过", &again).await.status, StatusCode::SEE_OTHER);
    assert_eq!(approver.decide(NEWEST_RUN, "release", "会审通过", &again).await.status, StatusCode::CONFLICT);
    assert_eq!(approver.county.store.releases().unwrap().len(), 3);
}
