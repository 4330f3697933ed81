//! The cookie of a session.
//!
//! Enters: headers. Leaves: the secret in them, or a header that sets or removes it. No script can read the cookie, no other site
//! makes a browser send it, and where the public reaches the server by https it never travels without. Next: [`super::origin`].

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

use crate::config::Config;

/// Its name; the browser holds to what the prefix promises.
const SECURE: &str = "__Host-liuwu-session";
const PLAIN: &str = "liuwu-session";

/// Whether the public reaches the server by https.
#[must_use]
pub fn is_secure(config: &Config) -> bool {
    config.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
}

fn name(config: &Config) -> &'static str {
    if is_secure(config) { SECURE } else { PLAIN }
}

/// The secret of a session.
#[must_use]
pub fn session(headers: &HeaderMap, config: &Config) -> Option<String> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name(config)).map(|(_, value)| value.to_owned())
}

/// The header that hands a session to a browser. It ends with the browser, and long before on the server.
#[must_use]
pub fn set(secret: &str, config: &Config) -> String {
    format!("{}={secret}; {}", name(config), attributes(config))
}

/// The header that takes it back.
#[must_use]
pub fn remove(config: &Config) -> String {
    format!("{}=; Max-Age=0; {}", name(config), attributes(config))
}

fn attributes(config: &Config) -> &'static str {
    if is_secure(config) { "Path=/; HttpOnly; SameSite=Lax; Secure" } else { "Path=/; HttpOnly; SameSite=Lax" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_never_travels_without_https_where_there_is_https() {
        let https = Config { public_url: Some("https://pingan.example.cn".into()), ..Config::default() };
        let header = set("0123", &https);
        assert!(header.starts_with("__Host-liuwu-session=0123; ") && header.ends_with("; Secure"), "{header}");
        assert!(header.contains("HttpOnly") && header.contains("SameSite=Lax"), "{header}");
        assert!(!set("0123", &Config::default()).contains("Secure"));
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let headers = HeaderMap::from_iter([(COOKIE, "lang=en; liuwu-session=0123; size=large".parse().unwrap())]);
        assert_eq!(session(&headers, &Config::default()).as_deref(), Some("0123"));
        let https = Config { public_url: Some("https://x.cn".into()), ..Config::default() };
        assert_eq!(session(&headers, &https), None);
    }
}
