//! The cookbook: every recipe stands in a bundle that is proved by its cases, and every such bundle stands in a recipe.

use std::collections::BTreeSet;
use std::fs;

use super::blocks::{blocks, root};

const COOKBOOK: &str = "docs/cookbook.md";
const BUNDLES: &str = "fixtures/bundles/standards";

fn cookbook() -> String {
    fs::read_to_string(root().join(COOKBOOK)).unwrap()
}

/// Lines without their indentation, blank ones left out.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

#[test]
fn every_recipe_stands_in_the_bundle_that_it_names() {
    let mut count = 0;
    for block in blocks(&cookbook()) {
        let file = block.named("from").unwrap_or_else(|| panic!("{COOKBOOK}:{}: from which bundle?", block.first_line));
        let text = fs::read_to_string(root().join(BUNDLES).join(file)).unwrap();
        let (whole, part) = (lines(&text), lines(&block.text));
        let found = whole.windows(part.len()).any(|window| window == part);
        assert!(found, "{COOKBOOK}:{}: not in {file}:\n{}", block.first_line, block.text);
        count += 1;
    }
    assert!(count > 60, "{count}");
}

/// Their cases are proved with the engine; here, that the cookbook leaves none of them out.
#[test]
fn every_bundle_of_the_folder_is_in_the_cookbook() {
    let document = cookbook();
    let named: BTreeSet<String> =
        blocks(&document).iter().filter_map(|block| block.named("from").map(str::to_owned)).collect();
    let files = fs::read_dir(root().join(BUNDLES)).unwrap().map(|entry| entry.unwrap().file_name());
    let unused = files.map(|name| name.into_string().unwrap()).filter(|name| !named.contains(name));
    assert_eq!(unused.collect::<Vec<_>>(), Vec::<String>::new(), "no recipe shows these");
}

/// A recipe shows how it is written and what comes out.
#[test]
fn every_recipe_has_how_it_is_written_and_what_comes_out() {
    let document = cookbook();
    let recipes: Vec<&str> = document.split("\n### ").skip(1).collect();
    assert!(recipes.len() >= 30, "{}", recipes.len());
    for recipe in recipes {
        let title = recipe.lines().next().unwrap();
        assert!(title.contains(" · "), "the title in one language only: {title}");
        assert!(recipe.matches("```yaml from=").count() >= 2, "no case shows what comes out: {title}");
        assert!(recipe.contains("\n> "), "nothing in English: {title}");
    }
}
