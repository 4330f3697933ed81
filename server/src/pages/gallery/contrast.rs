//! The colours of the style sheet against each other, by the formula of WCAG 2.2: text needs 4.5 to 1.

use crate::pages::assets;

/// The colour tokens of one scheme: the dark one has those of the light one that it does not change.
fn tokens(css: &str, scheme: Scheme) -> Vec<(String, String)> {
    let (light, dark) = (css.find(":root {").unwrap(), css.find("(prefers-color-scheme: dark)").unwrap());
    let starts = match scheme {
        Scheme::Light => vec![light],
        Scheme::Dark => vec![dark, light],
    };
    let declarations = starts.into_iter().flat_map(|start| css[start..].split_once('}').unwrap().0.split([';', '{']));
    declarations
        .filter_map(|declaration| declaration.trim().strip_prefix("--")?.split_once(": #"))
        .map(|(name, colour)| (name.to_owned(), colour.to_owned()))
        .collect()
}

#[derive(Clone, Copy, Debug)]
enum Scheme {
    Light,
    Dark,
}

fn luminance(colour: &str) -> f64 {
    let part = |place: usize| {
        let value = f64::from(u8::from_str_radix(&colour[place..place + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_role_can_be_read_on_paper_and_ground_in_both_schemes() {
    let css = std::str::from_utf8(assets::find("liuwu.css").unwrap().bytes).unwrap();
    for scheme in [Scheme::Light, Scheme::Dark] {
        let tokens = tokens(css, scheme);
        let colour = |name: &str| &tokens.iter().find(|(token, _)| token == name).unwrap().1;
        for role in ["ink", "muted", "link", "met", "not-met", "awaited", "in-review"] {
            for ground in ["paper", "ground"] {
                let ratio = contrast(colour(role), colour(ground));
                assert!(ratio >= 4.5, "{scheme:?}: {role} on {ground} is {ratio:.2} to 1");
            }
        }
        assert!(contrast(colour("on-link"), colour("link")) >= 4.5, "{scheme:?}: the words of the main button");
        assert!(contrast(colour("edge"), colour("paper")) >= 3.0, "{scheme:?}: the edge of a field");
    }
}

#[test]
fn the_formula_gives_its_known_values() {
    assert!((contrast("000000", "ffffff") - 21.0).abs() < 1e-9);
    assert!((contrast("777777", "ffffff") - 4.48).abs() < 0.01);
}
