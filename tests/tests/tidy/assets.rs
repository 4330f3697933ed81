//! The web assets of others that are compiled in: each is listed with its sum, and has its licence beside it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use sha2::{Digest, Sha256};

use super::tree::root;

const VENDOR: &str = "server/assets/vendor";
const LIST: &str = "SHA256SUMS";

#[test]
fn every_asset_of_others_is_what_the_list_says() {
    let folder = root().join(VENDOR);
    let names = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names = names.filter(|name| name != LIST);
    let found: BTreeMap<String, String> =
        names.map(|name| (name.clone(), sum(&fs::read(folder.join(&name)).unwrap()))).collect();
    let list = fs::read_to_string(folder.join(LIST)).unwrap();
    let listed = list.lines().map(|line| line.split_once("  ").unwrap());
    let listed: BTreeMap<String, String> = listed.map(|(sum, name)| (name.to_owned(), sum.to_owned())).collect();
    assert_eq!(found, listed, "in web: npm ci && npm run build");
}

#[test]
fn every_script_of_others_has_its_licence_beside_it() {
    let folder = root().join(VENDOR);
    for entry in fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some((package, _)) = name.split_once('.')
            && name.ends_with(".js")
        {
            assert!(folder.join(format!("{package}.LICENSE.txt")).is_file(), "{name}");
        }
    }
}

fn sum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
