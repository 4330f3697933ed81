//! The OpenAPI document and the pages to try it out on.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use insta::assert_snapshot;
use serde_json::Value as Json;

use super::county::*;

fn document() -> Json {
    serde_json::from_str(liuwu::api::openapi::document()).unwrap()
}

fn operations(document: &Json) -> Vec<(String, String, Json)> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            all.push((path.clone(), method.clone(), operation.clone()));
        }
    }
    all
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c))
}

fn is_english(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word.len() > 2)
}

#[test]
fn the_document_is_as_it_was_read_over() {
    let mut document = document();
    document["info"]["version"] = "…".into();
    assert_snapshot!("openapi", set_out(&document));
}

#[test]
fn every_operation_parameter_response_and_field_is_described_in_both_languages() {
    let document = document();
    let both = |text: &Json, place: &str| {
        let text = text.as_str().unwrap_or_default();
        assert!(is_chinese(text) && is_english(text), "{place}: 「{text}」");
    };
    for (path, method, operation) in operations(&document) {
        let place = format!("{method} {path}");
        assert!(is_chinese(operation["summary"].as_str().unwrap()), "{place}");
        assert!(is_english(operation["description"].as_str().unwrap()), "{place}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            both(&parameter["description"], &format!("{place} {}", parameter["name"]));
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            if path != "/api/v1/openapi.json" {
                both(&response["description"], &format!("{place} {status}"));
            }
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (field, about) in schema["properties"].as_object().into_iter().flatten() {
            // What may be null and has a schema of its own is described inside.
            let inside = about["oneOf"].as_array().and_then(|either| either.first()).map(|one| &one["description"]);
            both(inside.unwrap_or(&about["description"]), &format!("{name}.{field}"));
        }
    }
}

#[tokio::test]
async fn every_operation_of_the_document_is_answered_by_the_router() {
    let county = County::new();
    for (path, method, _) in operations(&document()) {
        let address = path.replace("{id}", BURNT).replace("{unit}", BURNT).replace("{list}", "negative");
        let address = address.replace("{run}", "2").replace("{batch}", "1").replace("{bundle}", "small");
        let address = address.replace("{edition}", "2020").replace("{kind}", "fire");
        let method: Method = method.to_uppercase().parse().unwrap();
        let answer = county.ask(request(method.clone(), &address, &[("authorization", &bearer())])).await;
        let code = answer.json_code();
        assert!(!["unknown-address", "wrong-method", "internal"].contains(&code.as_str()), "{method} {path}: {code}");
    }
}

impl Answer {
    /// The code of a problem; empty when it is none.
    fn json_code(&self) -> String {
        let json = serde_json::from_slice::<Json>(&self.bytes).unwrap_or_default();
        json["code"].as_str().unwrap_or_default().to_owned()
    }
}

#[tokio::test]
async fn what_is_answered_has_the_fields_that_the_document_says() {
    let county = County::new();
    let document = document();
    let fields = |schema: &str| -> BTreeSet<String> {
        let schema = &document["components"]["schemas"][schema];
        // A flattened body stands as `allOf`: its parts are the schema's own and others'.
        let properties = schema["properties"].as_object().into_iter().flatten();
        properties.map(|(name, _)| name.clone()).collect()
    };
    let answered = |json: &Json| -> BTreeSet<String> { json.as_object().unwrap().keys().cloned().collect() };
    let explained = county.get_as_staff(&format!("/api/v1/assessments/{BURNT}")).await.json();
    assert_eq!(answered(&explained), fields("Explanation"));
    assert_eq!(answered(&explained["assessment"]), fields("Assessment"));
    assert_eq!(answered(&explained["source"]), fields("Source"));
    assert_eq!(answered(&explained["arithmetic"][0]), fields("Line"));
    assert_eq!(answered(&explained["findings"][0]), fields("Finding"));
    assert_eq!(answered(&explained["findings"][0]["evidence"][0]), fields("EvidencePart"));
    let run = county.get_as_staff("/api/v1/runs/2").await.json();
    assert_eq!(answered(&run), fields("RunBody"));
    let batch = county.get_as_staff("/api/v1/batches/1").await.json();
    assert_eq!(answered(&batch), fields("BatchBody"));
}

#[tokio::test]
async fn the_document_is_served_and_the_pages_load_nothing_from_elsewhere() {
    let county = County::new();
    let served = county.get("/api/v1/openapi.json").await;
    assert_eq!(served.json(), document());
    let page = county.get("/api/docs/").await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(!text.contains("http://") && !text.contains("https://") && !text.contains("src=\"//"), "{text}");
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    let script = county.get("/api/docs/swagger-initializer.js").await.text();
    assert!(script.contains("/api/v1/openapi.json") && !script.contains("https://"), "{script}");
    assert_eq!(county.get("/api/docs/swagger-ui-bundle.js").await.status, StatusCode::OK);
    assert_eq!(county.get("/api/docs/nothing.js").await.json()["code"], "unknown-address");
}
