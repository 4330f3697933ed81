//! Passwords: how they are kept, and which are good enough.
//!
//! Enters: a password. Leaves: its Argon2id hash, or the rule it breaks. Next: [`super::account`].

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use super::security::Security;
use crate::store::hex;

/// Characters of a password at most: more is no password but an attempt to keep the server busy.
pub const LONGEST: usize = 128;
/// Bytes of salt and of a hash.
const SALT: usize = 16;
const DIGEST: usize = 32;

/// How hard a hash is to work out: memory in KiB, passes over it, lanes side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

/// What is usual: 19 MiB, two passes, one lane.
impl Default for Cost {
    fn default() -> Cost {
        Cost { memory: 19_456, passes: 2, lanes: 1 }
    }
}

/// A password as it is kept: its hash, with all that is needed to work it out again.
// Invariant: `Debug` shows neither salt nor hash.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Password {
    cost: Cost,
    salt: String,
    digest: String,
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Password {
    /// Hashes a password with a new salt. It takes a while, on purpose.
    ///
    /// # Errors
    /// [`Refusal::Machine`].
    pub fn new(text: &str, cost: Cost) -> Result<Password, Refusal> {
        let salt = hex(&random::<SALT>()?);
        let digest = hash(text, &salt, cost)?;
        Ok(Password { cost, salt, digest })
    }

    /// Whether a text is the password. It takes as long as hashing, and the same whichever text it is.
    ///
    /// # Errors
    /// [`Refusal::Machine`].
    pub fn is(&self, text: &str) -> Result<bool, Refusal> {
        Ok(same(hash(text, &self.salt, self.cost)?.as_bytes(), self.digest.as_bytes()))
    }

    /// A password that nobody has: to be tried when there is no such account, so that the answer takes as long.
    #[must_use]
    pub fn nobodys(cost: Cost) -> Password {
        Password { cost, salt: hex(&[0; SALT]), digest: hex(&[0; DIGEST]) }
    }
}

fn hash(text: &str, salt: &str, cost: Cost) -> Result<String, Refusal> {
    let failed = |error: argon2::Error| Refusal::Machine(error.to_string());
    let params = Params::new(cost.memory, cost.passes, cost.lanes, Some(DIGEST)).map_err(failed)?;
    let mut digest = [0; DIGEST];
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon.hash_password_into(text.as_bytes(), salt.as_bytes(), &mut digest).map_err(failed)?;
    Ok(hex(&digest))
}

/// Whether two texts of hexadecimal digits are the same. Looks at all of them whether or not they are.
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

/// Random bytes.
///
/// # Errors
/// [`Refusal::Machine`] when the system gives none.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Refusal> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Refusal::Machine(error.to_string()))?;
    Ok(bytes)
}

/// A password that is shown once and must be changed at the first login: four groups of letters and digits that are not taken
/// for one another.
///
/// # Errors
/// [`Refusal::Machine`].
pub fn one_time() -> Result<String, Refusal> {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567892";
    let letters = random::<16>()?.map(|byte| LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'a'));
    Ok(letters.chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-"))
}

/// Words that are in no good password, and those that are most of a bad one.
const COMMON: &[&str] = &[
    "password",
    "passw0rd",
    "p@ssw0rd",
    "admin",
    "root",
    "welcome",
    "letmein",
    "qwerty",
    "asdfgh",
    "zxcvbn",
    "iloveyou",
    "abc123",
    "1qaz2wsx",
    "123456",
    "654321",
    "111111",
    "000000",
    "888888",
    "666666",
    "woaini",
    "5201314",
    "1314520",
    "123123",
    "112233",
    "qazwsx",
    "monkey",
    "dragon",
    "master",
    "login",
    "princess",
    "sunshine",
    "football",
    "baseball",
    "mima",
    "guanliyuan",
    "zhengfu",
    "pingan",
];
/// Names of the system, which are the first that anybody guesses.
const OWN_NAMES: &[&str] = &["liuwu", "六无", "平安"];
/// Rows of the keyboard and of the alphabet along which patterns run.
const ROWS: &[&str] = &["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
/// Characters that must be left when all common words and patterns are taken out.
const OWN_PART: usize = 4;

/// Checks a new password of an account against the rules, all but its history.
///
/// # Errors
/// The first rule that it breaks.
pub fn check(text: &str, account: &str, rules: &Security) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length < usize::try_from(rules.password_length).unwrap_or(usize::MAX) {
        return Err(Refusal::TooShort(rules.password_length));
    }
    if length > LONGEST {
        return Err(Refusal::TooLong(LONGEST));
    }
    let lower = text.to_lowercase();
    let holds = |name: &&str| name.chars().count() >= 2 && lower.contains(&name.to_lowercase());
    if OWN_NAMES.iter().any(&holds) || holds(&account) {
        return Err(Refusal::OwnName);
    }
    if own_part(&lower) < OWN_PART { Err(Refusal::Common) } else { Ok(()) }
}

/// How many different characters are left when common words, runs and repetitions are taken out.
fn own_part(lower: &str) -> usize {
    let mut rest = lower.to_owned();
    for word in COMMON {
        rest = rest.replace(word, " ");
    }
    let characters: Vec<char> = rest.chars().collect();
    let mut own: Vec<char> = Vec::new();
    for (place, character) in characters.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| characters.get(before));
        let follows = before.is_some_and(|before| before == character || is_run(*before, *character));
        if !follows && !character.is_whitespace() && !own.contains(character) {
            own.push(*character);
        }
    }
    own.len()
}

/// Whether two characters stand beside each other in the alphabet, in the digits or on the keyboard.
fn is_run(one: char, other: char) -> bool {
    ROWS.iter().any(|row| {
        let mut pairs = row.chars().zip(row.chars().skip(1));
        pairs.any(|(a, b)| (a, b) == (one, other) || (b, a) == (one, other))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory: 8, passes: 1, lanes: 1 };

    #[test]
    fn only_the_whole_password_opens_and_nothing_shows_it() {
        let kept = Password::new("correct horse battery", CHEAP).unwrap();
        assert!(kept.is("correct horse battery").unwrap());
        assert!(!kept.is("correct horse batter").unwrap());
        assert!(!Password::nobodys(CHEAP).is("").unwrap());
        assert!(!format!("{kept:?}").contains(&kept.digest));
        assert!(!serde_json::to_string(&kept).unwrap().contains("horse"));
    }

    #[test]
    fn the_same_password_twice_has_two_hashes() {
        assert_ne!(Password::new("correct horse", CHEAP).unwrap(), Password::new("correct horse", CHEAP).unwrap());
    }

    #[test]
    fn weak_passwords_are_named_for_what_is_weak_in_them() {
        let rules = Security::default();
        let code = |text: &str| check(text, "zhangsan", &rules).unwrap_err().to_string();
        assert!(code("short").contains("too short"));
        assert!(code(&"long ".repeat(40)).contains("too long"));
        for text in
            ["password123", "1234567890", "aaaaaaaaaaaa", "qwertyuiop", "Admin888888", "abcdefghijkl", "5201314woaini"]
        {
            assert!(code(text).contains("most common"), "{text}: {}", code(text));
        }
        for text in ["ZhangSan-2026-x", "liuwu-9-kettles", "我的六无考核系统密码"] {
            assert!(code(text).contains("name"), "{text}");
        }
    }

    #[test]
    fn good_passwords_pass_in_any_script() {
        let rules = Security::default();
        for text in ["correct horse battery", "江南好风景旧曾谙日出", "t7#Kp2!vQz9x"] {
            check(text, "zhangsan", &rules).unwrap();
        }
        for _ in 0..200 {
            check(&one_time().unwrap(), "zhangsan", &rules).unwrap();
        }
    }
}
