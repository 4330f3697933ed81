//! A small generator of load: one request over connections that are kept open, as fast as answers come, or at a pace.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

/// Where each request goes, and over how many connections at once.
#[derive(Clone)]
pub struct Load {
    address: SocketAddr,
    request: Vec<u8>,
    connections: usize,
}

/// How long requests took, ascending.
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// The time within which so many of a hundred were answered.
    pub fn percentile(&self, percent: usize) -> Duration {
        self.0[(self.0.len() * percent / 100).min(self.0.len() - 1)]
    }
}

impl Load {
    pub fn new(address: SocketAddr, path: &str, accepts: &str, connections: usize) -> Load {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{accepts}\r\n");
        Load { address, request: request.into_bytes(), connections }
    }

    /// The headers and the body of one answer.
    pub async fn answer(&self) -> (String, Vec<u8>) {
        let mut connection = Connection::open(self.address).await;
        let body = connection.ask(&self.request).await;
        let head = String::from_utf8(connection.received[..body.start].to_vec()).unwrap();
        (head, connection.received[body].to_vec())
    }

    /// Requests a second when each connection asks again as soon as it has been answered.
    pub async fn throughput(&self, requests: usize) -> f64 {
        let mut askers = self.askers(requests, |load, requests, _| async move {
            let mut connection = Connection::open(load.address).await;
            for _ in 0..requests {
                connection.ask(&load.request).await;
            }
        });
        let started = Instant::now();
        while askers.join_next().await.transpose().unwrap().is_some() {}
        (requests / self.connections * self.connections) as f64 / started.elapsed().as_secs_f64()
    }

    /// What requests take when so many a second are due. One that is due while its connection still waits for the answer
    /// before has been waiting since then: that counts.
    pub async fn latencies(&self, requests: usize, per_second: f64) -> Latencies {
        let between = Duration::from_secs_f64(self.connections as f64 / per_second);
        let stagger = between.div_f64(self.connections as f64);
        let mut askers = self.askers(requests, move |load, requests, place| async move {
            let mut connection = Connection::open(load.address).await;
            let mut due = Instant::now() + stagger * u32::try_from(place).unwrap();
            let mut taken = Vec::with_capacity(requests);
            for _ in 0..requests {
                let late = Instant::now() >= due;
                if !late {
                    sleep_until(due.into()).await;
                }
                // A timer that rings late is no fault of the server's.
                let began = if late { due } else { Instant::now() };
                connection.ask(&load.request).await;
                taken.push(began.elapsed());
                due += between;
            }
            taken
        });
        let mut all = Vec::with_capacity(requests);
        while let Some(taken) = askers.join_next().await {
            all.append(&mut taken.unwrap());
        }
        all.sort();
        Latencies(all)
    }

    fn askers<F>(&self, requests: usize, ask: impl Fn(Load, usize, usize) -> F) -> JoinSet<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        (0..self.connections).map(|place| ask(self.clone(), requests / self.connections, place)).collect()
    }
}

/// A connection and what was received last.
struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Connection {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Connection { stream, received: Vec::new() }
    }

    /// Sends a request and waits for the whole answer; where in `received` its body stands. Anything but 200 ends the measurement.
    async fn ask(&mut self, request: &[u8]) -> std::ops::Range<usize> {
        self.send(request).await;
        self.received.clear();
        let mut body = None;
        loop {
            self.receive().await;
            body = body.or_else(|| body_of(&self.received));
            if body.as_ref().is_some_and(|body| self.received.len() >= body.end) {
                return body.unwrap();
            }
        }
    }

    async fn send(&self, mut request: &[u8]) {
        while !request.is_empty() {
            self.stream.writable().await.unwrap();
            match self.stream.try_write(request) {
                Ok(sent) => request = &request[sent..],
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => panic!("{error}"),
            }
        }
    }

    async fn receive(&mut self) {
        let mut part = [0; 16_384];
        loop {
            self.stream.readable().await.unwrap();
            match self.stream.try_read(&mut part) {
                Ok(0) => panic!("hung up after: {}", String::from_utf8_lossy(&self.received)),
                Ok(count) => return self.received.extend_from_slice(&part[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// Where the body stands, once the whole head is there.
fn body_of(received: &[u8]) -> Option<std::ops::Range<usize>> {
    let start = received.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&received[..start]).unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(str::to_owned));
    let length: usize = length.unwrap_or_else(|| panic!("an answer of unknown length: {head}")).trim().parse().unwrap();
    Some(start..start + length)
}
