//! From which address a request comes.
//!
//! Enters: the connection, and what proxies say about it. Leaves: the address of whoever asks. Only proxies that the operator has
//! named are believed, and of what they pass on only what they have added themselves. Next: [`super::cookie`].

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;

/// What a proxy adds the address to that it has the request from.
const FORWARDED: &str = "x-forwarded-for";

/// The address of whoever asks; none where there is no connection, as in tests.
#[must_use]
pub fn of(request: &Request, proxies: &[IpAddr]) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(socket)| socket.ip())?;
    Some(behind(peer.to_canonical(), request.headers(), proxies))
}

/// Follows the chain of proxies from the end: each that is named vouches for the one before it.
fn behind(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let lines = headers.get_all(FORWARDED).iter().filter_map(|value| value.to_str().ok());
    let chain: Vec<&str> = lines.flat_map(|line| line.split(',')).collect();
    let mut address = peer;
    for before in chain.iter().rev() {
        if !proxies.contains(&address) {
            break;
        }
        match before.trim().parse::<IpAddr>() {
            Ok(before) => address = before.to_canonical(),
            Err(_) => break,
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(peer: &str, forwarded: &str) -> String {
        let headers = HeaderMap::from_iter([(FORWARDED.parse().unwrap(), forwarded.parse().unwrap())]);
        let proxies = ["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        behind(peer.parse().unwrap(), &headers, &proxies).to_string()
    }

    #[test]
    fn only_named_proxies_are_believed() {
        assert_eq!(address("192.168.1.9", "1.2.3.4"), "192.168.1.9");
        assert_eq!(address("10.0.0.1", "192.168.1.9"), "192.168.1.9");
        assert_eq!(address("10.0.0.1", "192.168.1.9, 10.0.0.2"), "192.168.1.9");
    }

    #[test]
    fn what_a_visitor_writes_before_the_proxy_is_not_believed() {
        assert_eq!(address("10.0.0.1", "8.8.8.8, 192.168.1.9"), "192.168.1.9");
        assert_eq!(address("10.0.0.1", "8.8.8.8, nonsense"), "10.0.0.1");
    }
}
