//! Every link on every page leads somewhere, and nothing leads or reaches out to another host.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;

use super::city::City;
use super::html::{attribute, tags, unescape, values};

/// The addresses that a page names, fragments left out.
fn addresses(html: &str) -> BTreeSet<String> {
    let followed = ["href", "src", "hx-get"].iter().flat_map(|name| values(html, name));
    let forms = tags(html).filter(|tag| tag.starts_with("form") && attribute(tag, "method") == Some("get"));
    let forms = forms.filter_map(|tag| attribute(tag, "action")).map(unescape);
    let own = followed.chain(forms).map(|link| link.split('#').next().unwrap().to_owned());
    own.filter(|link| !link.is_empty() && !link.starts_with("tel:")).collect()
}

#[tokio::test]
async fn every_link_answers_and_stays_on_this_host() {
    let city = City::new();
    let mut from: BTreeMap<String, String> = BTreeMap::from([("/".to_owned(), "the start".to_owned())]);
    let mut seen = BTreeSet::new();
    while let Some((address, page)) = from.pop_first() {
        if !seen.insert(address.clone()) {
            continue;
        }
        assert!(address.starts_with('/') && !address.starts_with("//"), "{address} on {page}");
        let answer = city.get(&address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address} on {page}");
        if answer.header("content-type").starts_with("text/html") {
            from.extend(addresses(&answer.text).into_iter().map(|link| (link, address.clone())));
        }
    }
    for needed in ["/", "/city", "/negative-list", "/search"] {
        assert!(seen.contains(needed), "{needed} is linked from nowhere: {seen:?}");
    }
    assert!(seen.iter().filter(|address| address.starts_with("/villages/")).count() >= 8, "{seen:?}");
}

#[tokio::test]
async fn every_page_carries_the_policy_that_keeps_other_hosts_out() {
    let city = City::new();
    for address in ["/", "/city", "/nowhere", "/assets/liuwu.js"] {
        let policy = city.get(address).await.header("content-security-policy").to_owned();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{address}: {policy}");
    }
}
