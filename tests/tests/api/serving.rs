//! The service on a real socket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::ops::ControlFlow;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use liuwu::accounts::Role;
use liuwu::config::Config;
use liuwu::serve::serve;
use liuwu::store::Knowledge;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::county::*;
use super::roles::{quick, session, settle};

/// Asks over a socket and gives what comes back until the server hangs up.
fn ask(address: std::net::SocketAddr, heading: &str) -> String {
    let mut client = TcpStream::connect(address).unwrap();
    let request =
        format!("{heading} HTTP/1.1\r\nhost: liuwu\r\nauthorization: {}\r\nconnection: close\r\n\r\n", bearer());
    client.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_has_begun_is_answered_before_the_server_stops() {
    let county = County::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopping) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve(listener, county.app.clone(), async {
        stopping.await.unwrap();
    }));

    // Somebody reads until the server has been told to stop, and who writes has to wait for it.
    let (busy, is_busy) = mpsc::channel();
    let (finish, may_finish) = mpsc::channel();
    let store = county.store.clone();
    let reading = thread::spawn(move || {
        store.records_of_kind("fire", day("2021-12-31"), &mut |_| {
            busy.send(()).unwrap();
            may_finish.recv().unwrap();
            ControlFlow::Break(())
        })
    });
    is_busy.recv().unwrap();
    let undo = thread::spawn(move || ask(address, "DELETE /api/v1/uploads/2?reason=x"));
    tokio::time::sleep(Duration::from_millis(300)).await;
    stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!serving.is_finished() && !undo.is_finished());
    finish.send(()).unwrap();

    reading.join().unwrap().unwrap();
    let answer = tokio::task::spawn_blocking(|| undo.join().unwrap()).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    let stopped = tokio::time::timeout(Duration::from_secs(10), serving).await;
    stopped.unwrap().unwrap();
    assert!(TcpStream::connect(address).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_does_not_come_whole_is_given_up() {
    let county = County::with(Config { timeout_seconds: 1, ..quick() });
    settle(&county, Role::Approver);
    let (cookie, _) = session(&county, "approver");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(serve(listener, county.app.clone(), std::future::pending()));
    let answer = tokio::task::spawn_blocking(move || {
        let mut client = TcpStream::connect(address).unwrap();
        client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let request = format!(
            "POST /account/everywhere HTTP/1.1\r\nhost: liuwu\r\ncookie: {cookie}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: 500\r\n\r\ncsrf="
        );
        client.write_all(request.as_bytes()).unwrap();
        let mut start = [0; 12];
        client.read_exact(&mut start).unwrap();
        String::from_utf8(start.to_vec()).unwrap()
    });
    assert_eq!(answer.await.unwrap(), "HTTP/1.1 503");
    serving.abort();
}
