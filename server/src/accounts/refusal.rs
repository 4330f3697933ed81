//! Why something about an account, a key or a session is not done: what, and how to mend it, in Chinese and English.
//!
//! Enters: a failed rule. Leaves: a [`Refusal`]; `to_string` is the English sentence and [`Refusal::zh`] the Chinese one. Next:
//! [`super::security`].

use super::Role;
use crate::store::StoreError;

/// Why something is not done.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system gave no random bytes, or the password could not be worked on.
    #[error("the password could not be worked on: {0}")]
    Machine(String),
    /// Name or password is not right; which of the two is not said.
    #[error(
        "name or password is not right; mind capitals, or ask the security administrator to give you a new password"
    )]
    WrongPassword,
    /// Too many failed tries.
    #[error(
        "too many failed tries; try again in {minutes} minutes, or ask the security administrator to unlock the account"
    )]
    Locked {
        /// Minutes until it is open again.
        minutes: i64,
    },
    /// Too many requests: seconds to wait.
    #[error("too many requests; wait {0} seconds")]
    TooOften(u64),
    /// The password given by somebody else has not been used in time.
    #[error("the one-time password has expired; ask the system administrator for a new one")]
    Expired,
    /// There is no such account.
    #[error("there is no account `{0}`")]
    NoAccount(String),
    /// There is no such key.
    #[error("there is no key `{0}`")]
    NoKey(String),
    /// The name is taken.
    #[error("there is an account `{0}` already; choose another name")]
    Taken(String),
    /// Not a name for an account.
    #[error("`{0}` cannot be a name: 2 to 32 of a-z, 0-9, `.`, `-`, `_`, beginning with a letter")]
    Name(String),
    /// An account without a role.
    #[error("choose at least one role")]
    NoRole,
    /// Two roles that one account cannot hold.
    #[error("one account cannot be both `{}` and `{}`: the three administrators are kept apart, and nobody approves their own work", .0.key(), .1.key())]
    Quarrel(Role, Role),
    /// A role that needs a scope of another form.
    #[error("`village` takes the codes of its villages")]
    VillageScope,
    /// A scope that names nothing.
    #[error("name the department, or the codes of the divisions")]
    EmptyScope,
    /// Nothing has been proposed.
    #[error("nothing has been proposed for `{0}`; it may have been decided already")]
    NothingProposed(String),
    /// Something else is proposed than what was shown.
    #[error("something else has been proposed for `{0}` meanwhile; look at what is shown now, and decide on that")]
    OtherProposal(String),
    /// The rules of security were changed after the form that changes them was shown.
    #[error(
        "the rules have been changed since they were shown; look at them as they are now, then change what is still to be changed"
    )]
    OtherRules,
    /// Whoever proposes does not approve.
    #[error("whoever proposes something does not approve it; another administrator has to")]
    OwnProposal,
    /// The only administrator of a kind.
    #[error("`{0}` is the only one with this role; give it to somebody else first")]
    LastOfKind(String),
    /// The first accounts have been made already.
    #[error("the first accounts have been made already; log in, or add one with `liuwu account add`")]
    SetUp,
    /// The code of the link is not the right one.
    #[error("the link is not valid any more; take the one that the server shows at start")]
    WrongCode,
    /// The password is too short.
    #[error("the password is too short: at least {0} characters")]
    TooShort(u32),
    /// The password is too long to be one.
    #[error("the password is too long: at most {0} characters")]
    TooLong(usize),
    /// The password is a common one.
    #[error(
        "the password is among the most common ones, or one pattern only; several words that do not belong together are good"
    )]
    Common,
    /// The password holds the name.
    #[error("the password holds the name of the account or of the system; leave it out")]
    OwnName,
    /// The password was used before.
    #[error("this password was used before; choose another one")]
    Reused,
    /// The two entries of a new password differ.
    #[error("the two entries of the new password differ")]
    Differ,
    /// A figure out of bounds.
    #[error("`{name}` is a whole number from {least} to {most}")]
    Figure {
        /// Which.
        name: String,
        /// The smallest.
        least: u32,
        /// The largest.
        most: u32,
    },
    /// A key with a permission that no key gets.
    #[error("a key cannot be given `{0}`; that takes a person")]
    NotForKeys(&'static str),
    /// A key without any permission.
    #[error("choose at least one permission")]
    NoPermission,
    /// A key without a purpose.
    #[error("say which system the key is for")]
    NoPurpose,
    /// Days of a key out of bounds.
    #[error("a key lasts 1 to 366 days")]
    KeyDays,
    /// Acting for a village outside one's scope.
    #[error("`{0}` is no village of yours")]
    NotYours(String),
}

impl Refusal {
    /// Whether it is the server's fault, so that its cause is for the log alone.
    #[must_use]
    pub const fn is_internal(&self) -> bool {
        matches!(self, Refusal::Store(_) | Refusal::Machine(_))
    }

    /// A word for the log.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Refusal::Store(_) | Refusal::Machine(_) => "internal",
            Refusal::WrongPassword => "wrong-password",
            Refusal::Locked { .. } => "locked",
            Refusal::TooOften(_) => "too-many-requests",
            Refusal::Expired => "expired",
            Refusal::NoAccount(_) => "no-account",
            Refusal::NoKey(_) => "no-key",
            Refusal::Taken(_) => "taken",
            Refusal::Name(_) => "name",
            Refusal::NoRole => "no-role",
            Refusal::Quarrel(..) => "roles-apart",
            Refusal::VillageScope | Refusal::EmptyScope => "scope",
            Refusal::NothingProposed(_) => "nothing-proposed",
            Refusal::OtherProposal(_) => "other-proposal",
            Refusal::OtherRules => "other-rules",
            Refusal::OwnProposal => "own-proposal",
            Refusal::LastOfKind(_) => "last-of-kind",
            Refusal::SetUp => "set-up",
            Refusal::WrongCode => "wrong-code",
            Refusal::TooShort(_)
            | Refusal::TooLong(_)
            | Refusal::Common
            | Refusal::OwnName
            | Refusal::Reused
            | Refusal::Differ => "password-rule",
            Refusal::Figure { .. } => "figure",
            Refusal::NotForKeys(_) | Refusal::NoPermission | Refusal::NoPurpose | Refusal::KeyDays => "key",
            Refusal::NotYours(_) => "out-of-scope",
        }
    }

    /// The sentence in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Refusal::Store(error) => error.zh(),
            Refusal::Machine(why) => format!("密码无法处理:{why}"),
            Refusal::WrongPassword => "账号或密码不对。请留意大小写;忘记密码的,请联系系统管理员重置".to_owned(),
            Refusal::Locked { minutes } => {
                format!("输错次数过多,已暂时锁定。请 {minutes} 分钟后再试,或请安全管理员解锁")
            }
            Refusal::TooOften(seconds) => format!("请求过于频繁,请 {seconds} 秒后再试"),
            Refusal::Expired => "一次性密码已过期,请系统管理员重新发放".to_owned(),
            Refusal::NoAccount(name) => format!("没有账号「{name}」"),
            Refusal::NoKey(id) => format!("没有密钥「{id}」"),
            Refusal::Taken(name) => format!("账号「{name}」已存在,请换一个名称"),
            Refusal::Name(name) => {
                format!("「{name}」不能作账号名:请用 2 至 32 个小写字母、数字、点、横线或下划线,以字母开头")
            }
            Refusal::NoRole => "请至少选一个角色".to_owned(),
            Refusal::Quarrel(one, other) => {
                format!(
                    "「{}」与「{}」不能由同一账号担任:三员须分立,办事的人不能审批自己的事",
                    super::words::role(*one).0,
                    super::words::role(*other).0
                )
            }
            Refusal::VillageScope => "村社账号须填写所属村社的区划代码".to_owned(),
            Refusal::EmptyScope => "请填写部门名称,或区划代码".to_owned(),
            Refusal::NothingProposed(name) => format!("「{name}」没有待审批的事项,可能已经办过"),
            Refusal::OtherProposal(name) => format!("「{name}」的待审批事项已经换过,请看清现在的内容再决定"),
            Refusal::OtherRules => {
                "设置在您打开本页后已有人改过,本次没有保存。下面是现在的设置,请看过后再改".to_owned()
            }
            Refusal::OwnProposal => "提出人不能自己审批,须由另一位管理员审批".to_owned(),
            Refusal::LastOfKind(name) => format!("「{name}」是唯一担任此角色的账号,请先让别的账号接任"),
            Refusal::SetUp => "首批账号已经建立,请直接登录,或用 liuwu account add 添加".to_owned(),
            Refusal::WrongCode => "链接已失效,请用服务启动时显示的链接".to_owned(),
            Refusal::TooShort(least) => format!("密码太短,至少 {least} 个字符"),
            Refusal::TooLong(most) => format!("密码太长,最多 {most} 个字符"),
            Refusal::Common => "这个密码太常见或太有规律,容易被猜中。用几个互不相干的词连起来较好".to_owned(),
            Refusal::OwnName => "密码中不能含账号名或系统名".to_owned(),
            Refusal::Reused => "这个密码以前用过,请换一个".to_owned(),
            Refusal::Differ => "两次输入的新密码不一致".to_owned(),
            Refusal::Figure { name, least, most } => format!("「{name}」应为 {least} 至 {most} 的整数"),
            Refusal::NotForKeys(_) => "此项权限须由人行使,不能给密钥".to_owned(),
            Refusal::NoPermission => "请至少选一项权限".to_owned(),
            Refusal::NoPurpose => "请写明密钥给哪个系统用".to_owned(),
            Refusal::KeyDays => "密钥的有效期为 1 至 366 天".to_owned(),
            Refusal::NotYours(village) => format!("「{village}」不是您负责的村社"),
        }
    }
}
