//! Changes the reader's language or text size: a cookie for each, and back to the page the reader came from.

use axum::Form;
use axum::http::StatusCode;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Deserialize;

use super::frame::TextSize;
use super::links;
use super::visit::{LANGUAGE_COOKIE, SIZE_COOKIE};
use super::words::Language;

/// How long a choice is kept, in seconds: a year.
const KEPT: u32 = 365 * 24 * 60 * 60;

/// What the reader chose.
#[derive(Debug, Deserialize)]
pub struct Choice {
    back: Option<String>,
    lang: Option<String>,
    size: Option<String>,
}

/// Serves `POST /preferences`. What is no language and no size changes nothing.
pub async fn save(Form(choice): Form<Choice>) -> Response {
    let language =
        choice.lang.as_deref().and_then(Language::from_tag).map(|language| (LANGUAGE_COOKIE, language.tag()));
    let size = choice.size.as_deref().and_then(TextSize::from_key).map(|size| (SIZE_COOKIE, size.key()));
    let cookies = [language, size].into_iter().flatten();
    let headers: Vec<_> = cookies
        .map(|(name, value)| (SET_COOKIE, format!("{name}={value}; Path=/; Max-Age={KEPT}; SameSite=Lax; HttpOnly")))
        .collect();
    let back = choice.back.filter(|back| is_local(back)).unwrap_or_else(|| links::HOME.to_owned());
    (StatusCode::SEE_OTHER, [(LOCATION, back)], AppendHeaders(headers)).into_response()
}

/// Whether an address leads to a page of ours: a path, and nothing that a browser would take for another host.
pub(super) fn is_local(address: &str) -> bool {
    let rest = address.strip_prefix('/');
    rest.is_some_and(|rest| !rest.starts_with(['/', '\\']))
        && address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn chosen(back: &str, lang: Option<&str>, size: Option<&str>) -> (String, Vec<String>) {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let response = save(Form(Choice { back: Some(back.into()), lang: own(lang), size: own(size) })).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        let cookies = response.headers().get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned());
        (response.headers()[LOCATION].to_str().unwrap().to_owned(), cookies.collect())
    }

    #[tokio::test]
    async fn a_choice_is_kept_and_leads_back() {
        let (back, cookies) = chosen("/villages/330381101705?period=2020", Some("en"), None).await;
        assert_eq!(back, "/villages/330381101705?period=2020");
        assert_eq!(cookies.len(), 1);
        assert!(cookies[0].starts_with("lang=en; Path=/"), "{cookies:?}");
        let (_, cookies) = chosen("/", None, Some("large")).await;
        assert!(cookies[0].starts_with("size=large;"), "{cookies:?}");
    }

    #[tokio::test]
    async fn nobody_is_led_to_another_host() {
        for address in ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "", "/a\r\nb", "/上岙"] {
            assert_eq!(chosen(address, None, None).await.0, "/", "{address}");
        }
    }

    #[tokio::test]
    async fn what_is_no_language_changes_nothing() {
        assert!(chosen("/", Some("fr; Domain=x"), Some("huge")).await.1.is_empty());
    }
}
