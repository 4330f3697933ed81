//! How a message is signed, so that its receiver knows that it is ours, unchanged, and of now.
//!
//! Enters: a secret, the number and time of a message, its body. Leaves: the headers `webhook-id`, `webhook-timestamp` and
//! `webhook-signature`: `v1,` and in base64 the HMAC-SHA-256 of number, time and body with points between. Next: [`super::post`].

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// Stands before a secret, so that it is known for what it is where it is found.
const PREFIX: &str = "whsec_";
/// Bytes of a secret.
const SECRET: usize = 32;
/// Bytes that SHA-256 takes at a time (RFC 2104).
const BLOCK: usize = 64;

/// A new secret, to be shown once.
///
/// # Errors
/// When the system gives no random bytes.
pub fn new_secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0; SECRET];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{PREFIX}{}", STANDARD.encode(bytes)))
}

/// The signature of a message; none when the secret is none of ours.
#[must_use]
pub fn sign(secret: &str, id: &str, seconds: i64, body: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    let signed = format!("{id}.{seconds}.{body}");
    Some(format!("v1,{}", STANDARD.encode(hmac(&key, signed.as_bytes()))))
}

/// HMAC-SHA-256, as RFC 2104 has it.
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0; BLOCK];
    let hashed: [u8; 32];
    let key = if key.len() > BLOCK {
        hashed = Sha256::digest(key).into();
        hashed.as_slice()
    } else {
        key
    };
    block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5C)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::hex;

    /// RFC 4231, cases 1, 2 and 6.
    #[test]
    fn the_published_examples_come_out() {
        let cases: [(&[u8], &[u8], &str); 3] = [
            (&[0x0B; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &[0xAA; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ];
        for (key, message, expected) in cases {
            assert_eq!(hex(&hmac(key, message)), expected);
        }
    }

    #[test]
    fn a_signature_is_over_number_time_and_body() {
        let secret = new_secret().unwrap();
        let one = sign(&secret, "m", 1, "{}").unwrap();
        assert_eq!(sign(&secret, "m", 1, "{}").unwrap(), one);
        assert!(one.starts_with("v1,"));
        for other in [sign(&secret, "n", 1, "{}"), sign(&secret, "m", 2, "{}"), sign(&secret, "m", 1, "{} ")] {
            assert_ne!(other.unwrap(), one);
        }
        assert_ne!(sign(&new_secret().unwrap(), "m", 1, "{}").unwrap(), one);
        assert_eq!(sign("no secret", "m", 1, "{}"), None);
    }
}
