//! Any text as a bundle: read, checked and proved by its cases. Run with `cargo fuzz run check` where a nightly compiler is
//! installed; `cargo fuzz` takes `rules/` and `fixtures/bundles/` as a corpus.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use liuwu_engine::assess::Plan;
use liuwu_engine::bundle;
use liuwu_engine::proof::prove;
use liuwu_engine::script::threads;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok((bundle, _)) = bundle::read("fuzz.yaml", text) else { return };
    let Ok(plan) = Plan::new(Arc::new(bundle)) else { return };
    if let Ok(pool) = threads(Some(1)) {
        let _ = pool.install(|| prove(&Arc::new(plan)));
    }
});
