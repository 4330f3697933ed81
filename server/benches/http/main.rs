//! How many assessments a second are read over HTTP, against a bare route that answers with the same bytes.
//!
//! Enters: the sample of Rui'an, scored and released. Leaves: a table in Markdown. Both servers run in this process with the same
//! settings, on the loopback, over connections that are kept open; rounds go from one to the other. The generator of load
//! ([`load`]) shares the processors with them. Nothing is compressed: that would be measured on one side only.
//!
//! `cargo bench -p liuwu --bench http -- --rounds 5 --requests 4000`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a measurement that ends here has failed"
)]

mod load;
#[path = "../sample/mod.rs"]
mod sample;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use liuwu::config::{Config, Token};
use liuwu::serve::serve;
use liuwu::state::App;
use load::Load;
use sample::Sample;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

const CONNECTIONS: usize = 32;
/// The part of the greatest load at which latencies are measured.
const LOADED: f64 = 0.8;

/// An answer that is measured: what it is, its path and headers of its request.
struct Reading {
    title: &'static str,
    path: String,
    accepts: &'static str,
}

fn main() {
    let (rounds, requests) = (sample::asked_for("--rounds", 5), sample::asked_for("--requests", 4_000));
    let sample = Sample::new();
    // All requests come from one address, faster than one reader may ask; they are counted all the same.
    let config = Config { rate: u32::MAX, sample: true, ..Config::default() };
    let app =
        App::new(config, Arc::clone(&sample.dir.store), sample.dir.pseudonym_key.clone(), Token::make().unwrap().0);
    let servers = Builder::new_multi_thread().enable_all().build().unwrap();
    let generator = Builder::new_current_thread().enable_all().build().unwrap();
    let (listener, ours) = listen(&servers);
    servers.spawn(serve(listener, app, std::future::pending()));

    let village = sample.lowest_village();
    let readings = [
        Reading { title: "assessment (JSON)", path: format!("/api/v1/assessments/{village}"), accepts: "" },
        Reading { title: "page of a village", path: format!("/villages/{village}"), accepts: "accept: text/html\r\n" },
    ];
    println!("| | bytes | requests a second | bare route | ratio | p50 | p99 | p99 : p50 |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for reading in readings {
        let load = Load::new(ours, &reading.path, reading.accepts, CONNECTIONS);
        let (head, body) = generator.block_on(load.answer());
        let bytes = body.len();
        let bare = Load::new(bare(&servers, &head, body), "/", reading.accepts, CONNECTIONS);
        let (ours, bare) = generator.block_on(alternate(&load, &bare, rounds, requests));
        let latencies = generator.block_on(load.latencies(requests, ours * LOADED));
        let (p50, p99) = (latencies.percentile(50), latencies.percentile(99));
        println!(
            "| {} | {bytes} | {ours:.0} | {bare:.0} | {:.2} | {:.2} ms | {:.2} ms | {:.1} |",
            reading.title,
            ours / bare,
            p50.as_secs_f64() * 1e3,
            p99.as_secs_f64() * 1e3,
            p99.as_secs_f64() / p50.as_secs_f64()
        );
    }
    servers.shutdown_background();
}

/// The median requests a second of both, measured in turn.
async fn alternate(ours: &Load, bare: &Load, rounds: usize, requests: usize) -> (f64, f64) {
    let (mut of_ours, mut of_bare) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        of_ours.push(ours.throughput(requests).await);
        of_bare.push(bare.throughput(requests).await);
    }
    (sample::median(of_ours), sample::median(of_bare))
}

/// A server whose only route answers with these bytes and the same type.
fn bare(servers: &Runtime, head: &str, body: Vec<u8>) -> SocketAddr {
    let media = head.lines().find_map(|line| line.strip_prefix("content-type: ")).unwrap().to_owned();
    let body = Bytes::from(body);
    let route = get(async move || ([(CONTENT_TYPE, media.clone())], body.clone()));
    let (listener, address) = listen(servers);
    servers.spawn(async { axum::serve(listener, Router::new().route("/", route)).await.unwrap() });
    address
}

fn listen(servers: &Runtime) -> (TcpListener, SocketAddr) {
    let listener = servers.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}
