//! The demo as a visitor has it: started, logged in to, and what a clerk hands in moves the score of the village until it is undone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly, and so do the functions they share"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

const LIUWU: &str = env!("CARGO_BIN_EXE_liuwu-under-test");
/// A village of the town whose clerk the demo lets in.
const VILLAGE: &str = "330381101702";
/// Longer than any machine takes to score what one record changes.
const PATIENCE: Duration = Duration::from_secs(60);

/// The demo, running; it is stopped when this is dropped.
struct Demo {
    process: Child,
    port: u16,
    /// What it said on the way.
    said: Vec<String>,
    _data: tempfile::TempDir,
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Demo {
    fn start() -> Demo {
        let data = tempfile::tempdir().unwrap();
        // Let go at once: nobody else takes it within a moment.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut process = Command::new(LIUWU)
            .args(["demo", "--port", &port.to_string(), "--data"])
            .arg(data.path())
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = Vec::new();
        for line in BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok) {
            said.push(line);
            if said.last().unwrap().contains("demo-security") {
                break;
            }
        }
        Demo { process, port, said, _data: data }
    }

    /// The one-time password that it shows for an account.
    fn password(&self, account: &str) -> String {
        let line = self.said.iter().find(|line| line.trim_start().starts_with(account));
        let line = line.unwrap_or_else(|| panic!("no {account}: {:?}", self.said));
        line.split_whitespace().nth(1).unwrap().to_owned()
    }

    fn ask(&self, method: &str, address: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let mut request =
            format!("{method} {address} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n", self.port);
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        Answer { head: head.to_owned(), body: body.to_owned() }
    }
}

struct Answer {
    head: String,
    body: String,
}

impl Answer {
    fn status(&self) -> u16 {
        self.head.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    fn cookie(&self) -> String {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let line = lines.find(|(name, value)| name.eq_ignore_ascii_case("set-cookie") && value.contains("session"));
        let (_, cookie) = line.unwrap_or_else(|| panic!("no session: {}\n{}", self.head, self.body));
        cookie.split(';').next().unwrap().to_owned()
    }

    fn json(&self) -> Json {
        let (from, to) = (self.body.find(['{', '[']).unwrap(), self.body.rfind(['}', ']']).unwrap());
        serde_json::from_str(&self.body[from..=to]).unwrap()
    }
}

/// A clerk who is logged in.
struct Clerk<'a> {
    demo: &'a Demo,
    cookie: String,
    token: String,
}

impl<'a> Clerk<'a> {
    /// Logs in with the one-time password and sets another, as everybody has to.
    fn log_in(demo: &'a Demo, account: &str) -> Clerk<'a> {
        let given = demo.password(account);
        let entered = post(demo, "/login", "", &[("name", account), ("password", &given)]);
        let mut clerk = Clerk { demo, cookie: entered.cookie(), token: String::new() };
        clerk.token = token_in(&clerk.get("/account/password").body);
        let new = "correct horse battery staple 7";
        let fields = [("csrf", clerk.token.as_str()), ("present", &given), ("new", new), ("again", new)];
        let changed = post(demo, "/account/password", &clerk.cookie, &fields);
        assert_eq!(changed.status(), 303, "{}\n{}", changed.head, changed.body);
        if changed.head.to_ascii_lowercase().contains("set-cookie: liuwu-session") {
            clerk.cookie = changed.cookie();
        }
        clerk.token = token_in(&clerk.get("/account").body);
        clerk
    }

    fn get(&self, address: &str) -> Answer {
        self.demo.ask("GET", address, &[("Cookie", &self.cookie)], "")
    }

    fn send(&self, address: &str, body: &Json) -> Answer {
        let headers =
            [("Cookie", self.cookie.as_str()), ("X-CSRF-Token", &self.token), ("Content-Type", "application/json")];
        self.demo.ask("POST", address, &headers, &body.to_string())
    }

    /// The score on the page of the village as the clerk has it.
    fn score(&self) -> String {
        score_on(&self.get(&format!("/desk/villages/{VILLAGE}")).body)
    }

    /// Waits until the score is another one than it was.
    fn score_after(&self, before: &str) -> String {
        let began = Instant::now();
        loop {
            let score = self.score();
            if score != before {
                return score;
            }
            assert!(began.elapsed() < PATIENCE, "the score stays at {before}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

fn post(demo: &Demo, address: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    let escaped = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    let escape = |text: &str| -> String { text.bytes().map(escaped).collect() };
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
    let origin = format!("http://127.0.0.1:{}", demo.port);
    let headers = [("Cookie", cookie), ("Origin", &origin), ("Content-Type", "application/x-www-form-urlencoded")];
    demo.ask("POST", address, &headers, &body.join("&"))
}

fn token_in(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap_or_else(|| panic!("no token: {page}"));
    rest.split('"').next().unwrap().to_owned()
}

fn score_on(page: &str) -> String {
    let (_, rest) =
        page.split_once("<p class=\"score\"><span class=\"num\">").unwrap_or_else(|| panic!("no score: {page}"));
    rest.split('<').next().unwrap().to_owned()
}

#[test]
fn what_a_visitor_hands_in_moves_the_score_at_once_and_comes_back_when_it_is_undone() {
    let demo = Demo::start();
    let clerk = Clerk::log_in(&demo, "demo-town");
    let public = || score_on(&demo.ask("GET", &format!("/villages/{VILLAGE}"), &[], "").body);
    let before = clerk.score();
    assert_eq!(public(), before);

    let fire = json!({
        "kind": "fire", "unit": VILLAGE, "date": "2020-12-20", "no": "演示-1", "premises": "home", "cause": "electric",
        "deaths": 1, "injuries": 0, "loss": 3,
    });
    let stored = clerk.send("/api/v1/records?source=demo", &fire);
    assert_eq!(stored.status(), 201, "{}", stored.body);
    let batch = stored.json()["batch"].to_string();
    let burnt = clerk.score_after(&before);
    assert_ne!(burnt, before);
    let page = clerk.get(&format!("/desk/villages/{VILLAGE}")).body;
    assert!(page.contains("演示-1") && page.contains("内部资料") && page.contains("2021年1月10日"), "{page}");
    assert_eq!(public(), before, "nothing is public before it is released");

    let fields = [("csrf", clerk.token.as_str()), ("reason", "试试看")];
    let undone = post(&demo, &format!("/desk/batches/{batch}/undo"), &clerk.cookie, &fields);
    assert_eq!(undone.status(), 303, "{}", undone.body);
    assert_eq!(clerk.score_after(&burnt), before);
}
