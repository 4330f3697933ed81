//! `liuwu serve`: pages and the API on a port, until it is told to stop.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::terminal::Terminal;
use crate::config::{Config, Token};
use crate::data_dir::DataDir;
use crate::pages::links;
use crate::serve;
use crate::state::App;

/// 启动网页和接口
#[derive(clap::Args)]
#[command(after_help = "例 · Example:\n  liuwu serve --data data --port 8080 --office 瑞安市委平安办\n\n\
    写入口令宜用环境变量给出,命令行会留在历史记录中 · Give the token as LIUWU_TOKEN, command lines are kept in histories")]
pub(super) struct Serve {
    #[command(flatten)]
    config: Config,
}

impl Serve {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        log("info");
        let listener = listen(self.config.socket(), terminal)?;
        let dir = DataDir::open(&self.config.data)?;
        serve(self.config.clone(), &dir, listener, terminal, |base| {
            terminal.print(&format!("{} {base}/", terminal.say("已启动:", "serving at")));
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Takes a port, before anything else is done that takes time.
///
/// # Errors
/// When it cannot be had, with what to do about it.
pub(super) fn listen(socket: SocketAddr, terminal: &Terminal) -> anyhow::Result<std::net::TcpListener> {
    let listener = std::net::TcpListener::bind(socket).map_err(|error| cannot_listen(&error, socket, terminal))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Serves what is in a data directory until the process is told to stop. `welcome` is told the address once it answers.
pub(super) fn serve(
    config: Config,
    dir: &DataDir,
    listener: std::net::TcpListener,
    terminal: &Terminal,
    welcome: impl FnOnce(&str),
) -> anyhow::Result<()> {
    let token = match config.token {
        Some(token) => token,
        None => {
            let (token, text) = Token::make().map_err(|error| anyhow::anyhow!("{error}"))?;
            let say = terminal.say("写入口令(只显示这一次):", "token for writing, shown this once:");
            terminal.note(&format!("{say} {text}"));
            token
        }
    };
    let app = App::new(config, Arc::clone(&dir.store), dir.pseudonym_key.clone(), token);
    app.audit().keep_head_in(dir.head_file());
    let first = app.entrance().offer_set_up().ok();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::from_std(listener)?;
        let base = base(listener.local_addr()?);
        welcome(&base);
        if let Some(code) = first {
            let say = terminal.say(
                "还没有账号。首次使用请打开(仅一次有效):",
                "there are no accounts yet; to make the first ones open, once:",
            );
            terminal.note(&format!("{say} {base}{}?code={code}", links::SET_UP));
        }
        serve::serve(listener, app, serve::asked_to_stop()).await;
        Ok::<(), anyhow::Error>(())
    })?;
    terminal.note(terminal.say("已停止", "stopped"));
    Ok(())
}

/// Writes what happens to standard error. `RUST_LOG` says how much, otherwise `usual`.
pub(super) fn log(usual: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    // Already set when a process runs more than one command.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).try_init();
}

/// The address to open in a browser on this machine.
fn base(socket: SocketAddr) -> String {
    let address = if socket.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { socket.ip() };
    format!("http://{}", SocketAddr::new(address, socket.port()))
}

/// Why a port cannot be listened on, and what to do about it.
fn cannot_listen(error: &io::Error, socket: SocketAddr, terminal: &Terminal) -> anyhow::Error {
    let port = socket.port();
    let other = if port < 1024 { 8080 } else { port.saturating_add(1) };
    let (zh, en) = match error.kind() {
        io::ErrorKind::AddrInUse => (
            format!("端口 {port} 已被其他程序占用:换一个端口(--port {other}),或先停掉占用它的程序"),
            format!("port {port} is taken by another program: choose another (--port {other}), or stop that one first"),
        ),
        io::ErrorKind::PermissionDenied => (
            format!("没有监听端口 {port} 的权限:换一个 1024 以上的端口(--port {other})"),
            format!("no right to listen on port {port}: choose one from 1024 on (--port {other})"),
        ),
        io::ErrorKind::AddrNotAvailable => (
            format!("本机没有地址 {}:只供本机访问用 --address 127.0.0.1,供他机访问用 --address 0.0.0.0", socket.ip()),
            format!(
                "this machine has no address {}: --address 127.0.0.1 for this machine alone, 0.0.0.0 for others too",
                socket.ip()
            ),
        ),
        _ => (format!("无法监听 {socket}:{error}"), format!("cannot listen on {socket}: {error}")),
    };
    anyhow::anyhow!("{}", terminal.say(&zh, &en))
}

#[cfg(test)]
mod tests {
    use liuwu_engine::diagnostic::Lang;

    use super::*;

    #[test]
    fn a_port_that_is_taken_is_named_with_the_remedy() {
        let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let socket = taken.local_addr().unwrap();
        let message = listen(socket, &Terminal::new(Lang::Zh)).unwrap_err().to_string();
        assert!(message.contains(&socket.port().to_string()) && message.contains("--port"), "{message}");
    }

    #[test]
    fn an_address_for_all_is_opened_as_this_machine() {
        assert_eq!(base("0.0.0.0:8080".parse().unwrap()), "http://127.0.0.1:8080");
        assert_eq!(base("[::1]:80".parse().unwrap()), "http://[::1]:80");
    }
}
