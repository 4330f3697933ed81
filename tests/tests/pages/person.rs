//! Somebody at a real browser: a script of what they do with mouse and keyboard, put on every page as it comes.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use liuwu::accounts::{Caller, Grant, Role, Scope};
use liuwu::config::{Config, OperatorKey};
use liuwu::entrance::register::OneTime;
use liuwu::router::router;
use tokio::net::TcpListener;

use super::browser::{Seen, look};
use super::county::County;

/// The name and the password of whoever logs in.
pub const NAME: &str = "zhang";
pub const PASSWORD: &str = "correct horse battery";

/// Logs in; comes before what a person does.
const LOG_IN: &str = r##"
if (location.pathname === "/login") {
  document.querySelector("#name").value = "NAME";
  document.querySelector("#password").value = "PASSWORD";
  document.querySelector("form.entry button").click();
}
"##;

/// What a server is like on which somebody logs in and the token goes on working.
pub fn config() -> Config {
    Config {
        keep_current: false,
        operator_key: OperatorKey::On,
        argon2_memory: 8,
        argon2_passes: 1,
        ..Config::default()
    }
}

/// An assessor with a password of their own.
pub fn add(county: &County, scope: Scope) {
    let entrance = county.app.entrance();
    let grant = Grant { roles: vec![Role::Assessor], scope };
    let OneTime(given) = entrance.add_account(&Caller::terminal(), NAME, "", grant).unwrap();
    let secret = entrance.log_in(NAME, &given, None).unwrap().secret;
    let caller = entrance.recognise(&secret, None).unwrap().unwrap();
    entrance.change_password(&caller, &given, PASSWORD, PASSWORD).unwrap();
}

/// Puts the person on every page.
async fn with_person(mut request: Request, next: Next) -> Response {
    request.headers_mut().remove(ACCEPT_ENCODING);
    let response = next.run(request).await;
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let page = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    parts.headers.remove(CONTENT_LENGTH);
    let page = page.replace("</body>", "<script src=\"/person.js\" defer></script></body>");
    Response::from_parts(parts, Body::from(page))
}

/// What somebody sees in the end who logs in, comes to a page and does what the script says.
pub async fn does(county: &County, script: &str, page: &str) -> Seen {
    let script = format!("{}{script}", LOG_IN.replace("NAME", NAME).replace("PASSWORD", PASSWORD));
    let person = get(move || async move { ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], script) });
    let service = router(county.app.clone()).layer(from_fn(with_person)).route("/person.js", person);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, service).await });
    let seen = look(format!("{base}/login?back={}", liuwu::pages::links::escape(page))).await;
    serving.abort();
    seen
}
