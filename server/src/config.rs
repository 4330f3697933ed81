//! What an operator may set: each by a flag or by an environment variable.
//!
//! Enters: the command line and the environment. Leaves: a plain [`Config`], read once at start. Next:
//! [`disclosure`](crate::disclosure).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;
use sha2::{Digest, Sha256};

/// Bytes of a megabyte.
const MEGABYTE: usize = 1024 * 1024;

/// Letters of a token that the server makes for itself.
const TOKEN_BYTES: usize = 24;

/// What an operator may set.
#[derive(Debug, Clone, clap::Args)]
pub struct Config {
    /// 数据目录 · Directory of the data
    #[arg(long, value_name = "DIR", default_value = "data", env = "LIUWU_DATA")]
    pub data: PathBuf,
    /// 监听地址 · Address to listen on
    #[arg(long, value_name = "IP", default_value = "127.0.0.1", env = "LIUWU_ADDRESS")]
    pub address: IpAddr,
    /// 监听端口 · Port to listen on
    #[arg(long, value_name = "N", default_value_t = 8080, env = "LIUWU_PORT")]
    pub port: u16,
    /// 写入口令;不填则启动时生成并显示 · Token for writing; made and shown at start when left out
    #[arg(long, value_name = "TOKEN", env = "LIUWU_TOKEN", hide_env_values = true)]
    pub token: Option<Token>,
    /// 页面上的单位名称 · Name of the office on pages
    #[arg(long, value_name = "NAME", default_value = "平安建设领导小组办公室", env = "LIUWU_OFFICE")]
    pub office: String,
    /// 页面显示的考核办法;不填则取最近发布的 · Bundle that pages show; the one published last when left out
    #[arg(long, value_name = "ID", env = "LIUWU_BUNDLE")]
    pub bundle: Option<String>,
    /// 对外网址,用于核验码,如 https://pingan.example.gov.cn · Address under which the public reaches the server
    #[arg(long, value_name = "URL", env = "LIUWU_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// 数据为演示数据,每页注明 · The data is invented, and every page says so
    #[arg(long, env = "LIUWU_SAMPLE")]
    pub sample: bool,
    /// So far behind the real one is the calendar of the data: a demonstration plays on a day of its sample. Not for operators.
    #[arg(skip)]
    pub behind: SignedDuration,
    /// 可接收推送的主机,如 10.1.2.3 或 hub.example:8000,多个用逗号隔开 · Hosts that webhooks may be sent to
    #[arg(long, value_name = "HOST", value_delimiter = ',', env = "LIUWU_WEBHOOK_HOSTS")]
    pub webhook_host: Vec<String>,
    /// 一次上报的最大兆数 · Megabytes of an upload at most
    #[arg(long, value_name = "MB", default_value_t = 64, env = "LIUWU_UPLOAD_MB")]
    pub upload_mb: usize,
    /// 其他请求的最大兆数 · Megabytes of any other request at most
    #[arg(long, value_name = "MB", default_value_t = 1, env = "LIUWU_BODY_MB")]
    pub body_mb: usize,
    /// 一个请求的最长秒数 · Seconds that a request may take
    #[arg(long, value_name = "S", default_value_t = 60, env = "LIUWU_TIMEOUT_SECONDS")]
    pub timeout_seconds: u64,
    /// 留在内存中的核算结果份数 · Results of runs kept in memory
    #[arg(long, value_name = "N", default_value_t = 6, env = "LIUWU_KEPT_RUNS")]
    pub kept_runs: usize,
    /// 台账变动后自动重算受影响的结果(true 或 false) · Score again what depends on it when facts change
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set, env = "LIUWU_KEEP_CURRENT")]
    pub keep_current: bool,
    /// 写入口令何时有效 · When the token works: auto — until there are accounts
    #[arg(long, value_enum, default_value = "auto", env = "LIUWU_OPERATOR_KEY")]
    pub operator_key: OperatorKey,
    /// 反向代理的地址,可多个;其后的访问者地址取自 X-Forwarded-For · Addresses of reverse proxies, whose X-Forwarded-For is believed
    #[arg(long, value_name = "IP", value_delimiter = ',', env = "LIUWU_PROXIES")]
    pub proxies: Vec<IpAddr>,
    /// 同一地址每秒最多请求数,0 为不限 · Requests per second from one address at most; 0: any number
    #[arg(long, value_name = "N", default_value_t = 100, env = "LIUWU_RATE")]
    pub rate: u32,
    /// 密码散列所用内存(KiB) · Memory that hashing a password takes, in KiB
    #[arg(long, value_name = "KIB", default_value_t = 19_456, env = "LIUWU_ARGON2_MEMORY")]
    pub argon2_memory: u32,
    /// 密码散列遍数 · Passes that hashing a password takes
    #[arg(long, value_name = "N", default_value_t = 2, env = "LIUWU_ARGON2_PASSES")]
    pub argon2_passes: u32,
}

/// When the operator's token works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum OperatorKey {
    /// 建立账号之前有效 · until there are accounts
    #[default]
    Auto,
    /// 一直有效 · always
    On,
    /// 停用 · never
    Off,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            data: PathBuf::from("data"),
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 8080,
            token: None,
            office: "平安建设领导小组办公室".to_owned(),
            bundle: None,
            public_url: None,
            sample: false,
            behind: SignedDuration::ZERO,
            webhook_host: Vec::new(),
            upload_mb: 128,
            body_mb: 1,
            timeout_seconds: 60,
            kept_runs: 6,
            keep_current: true,
            operator_key: OperatorKey::Auto,
            proxies: Vec::new(),
            rate: 100,
            argon2_memory: 19_456,
            argon2_passes: 2,
        }
    }
}

impl Config {
    /// Where to listen.
    pub fn socket(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.port)
    }

    /// Bytes of an upload at most.
    pub fn upload_limit(&self) -> usize {
        self.upload_mb.saturating_mul(MEGABYTE)
    }

    /// Bytes of any other request at most.
    pub fn body_limit(&self) -> usize {
        self.body_mb.saturating_mul(MEGABYTE)
    }

    /// How long a request may take.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }
}

/// The token that lets its bearer write and see what is not public. It is never shown by formatting.
// Invariant: only the digest is kept, so neither a log nor a dump of memory gives the token away.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl Token {
    /// A new token and its text, to be shown once.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn make() -> Result<(Token, String), getrandom::Error> {
        let mut bytes = [0; TOKEN_BYTES];
        getrandom::fill(&mut bytes)?;
        let text = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        Ok((Token::of(&text), text))
    }

    fn of(text: &str) -> Token {
        Token(Sha256::digest(text.as_bytes()).into())
    }

    /// Whether a text is the token. Takes the same time whichever text it is: digests are compared, all of them.
    pub fn is(&self, text: &str) -> bool {
        let given = Token::of(text);
        self.0.iter().zip(given.0).fold(0, |differs, (own, given)| differs | (own ^ given)) == 0
    }
}

/// A token that is too short to be one.
#[derive(Debug, thiserror::Error)]
#[error("口令至少16个字符 / a token has at least 16 characters")]
pub struct ShortToken;

impl FromStr for Token {
    type Err = ShortToken;

    fn from_str(text: &str) -> Result<Token, ShortToken> {
        if text.chars().count() < 16 { Err(ShortToken) } else { Ok(Token::of(text)) }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_opens() {
        let (token, text) = Token::make().unwrap();
        assert!(token.is(&text));
        assert!(!token.is(&text[1..]));
        assert!(!token.is(""));
    }

    #[test]
    fn a_token_is_never_shown() {
        let config = Config { token: Some("a very long secret".parse().unwrap()), ..Config::default() };
        assert!(!format!("{config:?}").contains("secret"));
        assert!("short".parse::<Token>().is_err());
    }
}
