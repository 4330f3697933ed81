//! Connections, each on a task of its own: taken until the server is to stop, then answered to the end of what has begun.
//!
//! Enters: a listener and a router. Leaves: answers. A client that does not send the head of a request within a time is hung up
//! on, so that many that send a byte now and then do not hold all places; the time of a request itself is in
//! [`crate::router`].

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::Service as _;

/// How long a client may take to send the head of a request, and may send nothing between two requests.
pub(super) const LONGEST_HEAD: Duration = Duration::from_secs(30);
/// How long no connection is taken after the system refused one, for want of file descriptors.
const PAUSE: Duration = Duration::from_secs(1);

/// Serves connections until `stop` ends, then waits for those that are open.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    longest_head: Duration,
    stop: impl Future<Output = ()>,
) {
    // Each connection holds a receiver: all are closed when none is left.
    let (told, stopping) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            taken = take(&listener) => taken,
            () = &mut stop => break,
        };
        tokio::spawn(hold(stream, peer, router.clone(), longest_head, stopping.clone()));
    }
    drop((listener, stopping));
    // Nobody is left to hear it when no connection is open.
    let _ = told.send(());
    told.closed().await;
}

/// The next connection. One that broke before it was taken is passed over.
async fn take(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(taken) => return taken,
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                tracing::error!(cause = %error, "no connection can be taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn hold(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    longest_head: Duration,
    mut stopping: watch::Receiver<()>,
) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().call(request)
    });
    let mut server = http1::Builder::new();
    let server = server.timer(TokioTimer::new()).header_read_timeout(longest_head);
    let mut connection = pin!(server.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopping.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(cause = %error, "a connection broke off");
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;
    use tokio::time::{sleep, timeout};

    use super::*;

    const HEAD: Duration = Duration::from_millis(300);
    const LONG: Duration = Duration::from_secs(20);

    /// A server with one page that takes longer than a head may; what tells it to stop, and what ends with it.
    async fn begin() -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let page = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| {
            sleep(2 * HEAD).await;
            peer.ip().to_string()
        };
        let (stop, told) = oneshot::channel();
        let told = async move { drop(told.await) };
        (address, stop, tokio::spawn(serve(listener, Router::new().route("/", get(page)), HEAD, told)))
    }

    async fn answer(stream: &mut TcpStream) -> String {
        let mut read = Vec::new();
        timeout(LONG, stream.read_to_end(&mut read)).await.expect("the server hangs up").unwrap();
        String::from_utf8(read).unwrap()
    }

    #[tokio::test]
    async fn whoever_sends_the_head_of_a_request_too_slowly_is_hung_up_on_and_others_are_answered() {
        let (address, _stop, _) = begin().await;
        let (mut slow, mut silent, mut quick) = (
            TcpStream::connect(address).await.unwrap(),
            TcpStream::connect(address).await.unwrap(),
            TcpStream::connect(address).await.unwrap(),
        );
        slow.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nx-never: ").await.unwrap();
        quick.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
        for _ in 0..3 {
            sleep(HEAD / 4).await;
            slow.write_all(b"a").await.unwrap();
        }
        assert!(!answer(&mut slow).await.contains("200 OK"));
        assert_eq!(answer(&mut silent).await, "", "nothing was asked");
        // A page may take longer than a head.
        let answered = answer(&mut quick).await;
        assert!(answered.starts_with("HTTP/1.1 200 OK") && answered.ends_with("127.0.0.1"), "{answered}");
    }

    #[tokio::test]
    async fn what_has_begun_is_answered_after_the_server_was_told_to_stop() {
        let (address, stop, server) = begin().await;
        let mut begun = TcpStream::connect(address).await.unwrap();
        begun.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        sleep(HEAD / 3).await;
        stop.send(()).unwrap();
        assert!(answer(&mut begun).await.starts_with("HTTP/1.1 200 OK"));
        timeout(LONG, server).await.expect("it ends").unwrap();
        assert!(TcpStream::connect(address).await.is_err(), "nobody new is let in");
    }
}
