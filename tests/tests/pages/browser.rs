//! The pages in a real browser: they load, their scripts run, nothing breaks the policy of what they may do.
//!
//! It takes `chromium` (Debian: `apt-get install -y chromium`). Where it is missing the tests fail and say so; set
//! `LIUWU_WITHOUT_BROWSER` to leave them out on purpose.

use std::process::{Command, Output};

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::COOKIE;
use axum::middleware::{Next, from_fn};
use liuwu::accounts::{Caller, Grant, Role, Scope};
use liuwu::config::{Config, Token};
use liuwu::entrance::register::OneTime;
use liuwu::router::router;
use liuwu::serve::serve;
use liuwu::state::App;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::city::{BURNT, City};
use super::html::{Ledger, texts_of, values};

/// What a browser made of a page.
pub struct Seen {
    /// The page after its scripts have run.
    pub dom: String,
    /// What it said about it.
    pub console: Vec<String>,
}

/// Whether these tests are left out on purpose; loud when the browser is merely missing.
pub fn is_left_out() -> bool {
    if std::env::var_os("LIUWU_WITHOUT_BROWSER").is_some() {
        eprintln!("NOT RUN: the pages were not looked at in a browser, as LIUWU_WITHOUT_BROWSER asks");
        return true;
    }
    let found = Command::new("chromium").arg("--version").output();
    assert!(found.is_ok(), "no chromium: apt-get install -y chromium, or set LIUWU_WITHOUT_BROWSER to leave this out");
    false
}

fn chromium(profile: &TempDir, address: &str) -> Output {
    Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"])
        .args(["--disable-component-update", "--disable-sync", "--disable-extensions", "--lang=zh-CN"])
        .args(["--accept-lang=zh-CN", "--enable-logging=stderr", "--virtual-time-budget=5000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(address)
        .output()
        .unwrap()
}

/// Opens an address in a browser of its own.
pub async fn look(address: String) -> Seen {
    let output = tokio::task::spawn_blocking(move || {
        let profile = TempDir::new().unwrap();
        chromium(&profile, &address)
    });
    let output = output.await.unwrap();
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    Seen {
        dom: String::from_utf8(output.stdout).unwrap(),
        console: log.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect(),
    }
}

/// Serves the small city while something is done with its address.
async fn while_served<F: Future<Output = ()>>(with: impl FnOnce(String) -> F) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve(listener, City::new().app, async {
        // Dropping the sender ends it too.
        let _ = stopped.await;
    }));
    with(base).await;
    drop(stop);
    serving.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_goes_from_the_start_over_the_search_to_a_village() {
    if is_left_out() {
        return;
    }
    while_served(|base| async move {
        let home = look(format!("{base}/")).await;
        assert_eq!(home.console, Vec::<String>::new());
        assert!(home.dom.contains("六无平安村社") && home.dom.contains("action=\"/search\""), "{}", home.dom);

        let search = look(format!("{base}/search?q=%E4%B8%8A%E5%B2%99")).await;
        assert_eq!(search.console, Vec::<String>::new());
        assert_eq!(texts_of(&search.dom, "found-name"), ["上岙村"]);
        let link = values(&search.dom, "href").into_iter().find(|link| link.starts_with("/villages/")).unwrap();
        assert!(link.ends_with(BURNT), "{link}");

        let village = look(format!("{base}{link}")).await;
        assert_eq!(village.console, Vec::<String>::new());
        assert!(texts_of(&village.dom, "score").remove(0).starts_with("84"), "{}", village.dom);
        let ledger = Ledger::read(&village.dom);
        assert_eq!(ledger.result, Some(ledger.sum()), "{ledger:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_city_and_the_list_load_without_a_complaint_and_their_scripts_run() {
    if is_left_out() {
        return;
    }
    while_served(|base| async move {
        for page in ["/city", "/negative-list", "/nowhere"] {
            let seen = look(format!("{base}{page}")).await;
            // The browser itself names a page that answers 404.
            let console: Vec<_> = seen.console.iter().filter(|line| !line.contains("404 (Not Found)")).collect();
            assert!(console.is_empty(), "{page}: {console:?}");
            assert!(seen.dom.contains("<html lang=\"zh-CN\""), "{page}");
        }
    })
    .await;
}

/// Every request of the browser comes with the session of an account, as if somebody had logged in with it.
async fn while_served_to<F: Future<Output = ()>>(role: Role, with: impl FnOnce(String) -> F) {
    const PASSWORD: &str = "correct horse battery";
    let config = Config { argon2_memory: 8, argon2_passes: 1, ..Config::default() };
    let app = App::new(config, City::new().store, b"a key for tests".to_vec(), Token::make().unwrap().0);
    let entrance = app.entrance();
    let grant = Grant { roles: vec![role], scope: Scope::Everything };
    let OneTime(given) = entrance.add_account(&Caller::terminal(), "zhang", "", grant).unwrap();
    let secret = entrance.log_in("zhang", &given, None).unwrap().secret;
    let caller = entrance.recognise(&secret, None).unwrap().unwrap();
    entrance.change_password(&caller, &given, PASSWORD, PASSWORD).unwrap();
    let cookie: HeaderValue = format!("liuwu-session={secret}").parse().unwrap();
    let with_cookie = move |mut request: Request, next: Next| {
        request.headers_mut().insert(COOKIE, cookie.clone());
        next.run(request)
    };
    let service = router(app).layer(from_fn(with_cookie));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, service).await });
    with(base).await;
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_accounts_load_without_a_complaint_and_show_the_menu_of_the_role() {
    if is_left_out() {
        return;
    }
    while_served(|base| async move {
        let seen = look(format!("{base}/login")).await;
        assert_eq!(seen.console, Vec::<String>::new());
        assert!(seen.dom.contains("autocomplete=\"current-password\"") && !seen.dom.contains("class=\"desk-menu\""));
    })
    .await;
    let pages: [(Role, &[&str]); 3] = [
        (
            Role::SystemAdministrator,
            &["/admin/accounts", "/admin/accounts/new", "/admin/accounts/zhang", "/admin/keys"],
        ),
        (Role::SecurityAdministrator, &["/admin/security", "/account/password"]),
        (Role::Auditor, &["/audit", "/account"]),
    ];
    for (role, addresses) in pages {
        while_served_to(role, |base| async move {
            for address in addresses {
                let seen = look(format!("{base}{address}")).await;
                assert_eq!(seen.console, Vec::<String>::new(), "{address}");
                assert!(
                    seen.dom.contains("内部资料") && seen.dom.contains("zhang · 20"),
                    "{address}: mark and watermark"
                );
                let menu = seen.dom.split("class=\"desk-menu\"").nth(1).unwrap().split("</nav>").next().unwrap();
                assert_eq!(menu.contains("/audit"), role == Role::Auditor, "{address}");
                assert_eq!(menu.contains("/admin/keys"), role != Role::Auditor, "{address}");
            }
        })
        .await;
    }
}

/// The others would pass for nothing if complaints were not heard.
#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_of_the_browser_is_heard() {
    if is_left_out() {
        return;
    }
    let seen = look("data:text/html,<script>console.error('heard')</script>".to_owned()).await;
    assert!(seen.console.iter().any(|line| line.contains("heard")), "{:?}", seen.console);
}
