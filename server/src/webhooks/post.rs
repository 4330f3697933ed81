//! One message to one address: a plain HTTP/1.1 request on a connection of its own.
//!
//! Enters: an allowed host, an address, headers and a body. Leaves: the status, or why there is none. Redirects are not
//! followed, no proxy of the environment is asked, and what is answered is not read. Next: [`super::courier`].

use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use axum::http::{Request, StatusCode, Uri};
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a receiver usually may take, all in all.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// Posts a message.
///
/// # Errors
/// Why nothing was answered, in words for the list of tries.
pub async fn post(
    url: &str,
    headers: &[(&str, String)],
    body: String,
    patience: Duration,
) -> Result<StatusCode, String> {
    let late = || format!("没有在 {} 秒内答复 / no answer in {0} seconds", patience.as_secs());
    timeout(patience, send(url, headers, body)).await.unwrap_or_else(|_| Err(late()))
}

async fn send(url: &str, headers: &[(&str, String)], body: String) -> Result<StatusCode, String> {
    let uri: Uri = url.parse().map_err(|_| "不是网址 / this is no URL".to_owned())?;
    let authority = uri.authority().ok_or("缺少主机名 / it has no host")?;
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let unreachable = |error: std::io::Error| format!("连接不上 {authority}:{error} / cannot connect");
    let stream =
        TcpStream::connect((authority.host(), authority.port_u16().unwrap_or(80))).await.map_err(unreachable)?;
    let broken = |error: &dyn std::fmt::Display| format!("中途断开:{error} / the connection broke");
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
    let connection = tokio::spawn(connection);
    let mut request = Request::post(target)
        .header(HOST, authority.as_str())
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, concat!("liuwu/", env!("CARGO_PKG_VERSION")));
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let request = request.body(Full::new(Bytes::from(body))).map_err(|error| error.to_string())?;
    let answer = sender.send_request(request).await.map_err(|error| broken(&error));
    connection.abort();
    answer.map(|answer| answer.status())
}
