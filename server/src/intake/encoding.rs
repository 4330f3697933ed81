//! Bytes of a text to characters: by what the file says, else by what it must be, else by a guess that is shown.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};
use liuwu_engine::codes::sheet as codes;
use liuwu_engine::diagnostic::Diagnostic;

/// A decoded text.
#[derive(Debug)]
pub(super) struct Decoded {
    pub text: String,
    pub encoding: &'static str,
    /// Nothing in the file says which encoding it has.
    pub guessed: bool,
}

/// Decodes a text. `chosen` is the encoding that the user named.
pub(super) fn decode(bytes: &[u8], chosen: Option<&str>) -> Result<Decoded, Diagnostic> {
    if let Some(name) = chosen {
        let wrong = || Diagnostic::new(&codes::WRONG_ENCODING).with("encoding", name);
        let encoding = Encoding::for_label(name.as_bytes()).ok_or_else(wrong)?;
        return strictly(bytes, encoding, false).ok_or_else(wrong);
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        return Ok(Decoded { text: text.into_owned(), encoding: encoding.name(), guessed: false });
    }
    let certain = wide(bytes).or(Some(UTF_8)).and_then(|encoding| strictly(bytes, encoding, false));
    Ok(certain.unwrap_or_else(|| guess(bytes)))
}

fn strictly(bytes: &[u8], encoding: &'static Encoding, guessed: bool) -> Option<Decoded> {
    // GBK is a part of GB18030, and files called GBK hold what only GB18030 has.
    let encoding = if encoding == GBK { GB18030 } else { encoding };
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
    let text = text.trim_start_matches('\u{feff}').to_owned();
    Some(Decoded { text, encoding: encoding.name(), guessed })
}

/// UTF-16 without a mark: every second byte of its ASCII characters is zero.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..bytes.len().min(2000)).unwrap_or_default();
    let zeros = |parity: usize| start.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if odd > start.len() / 20 && even == 0 {
        Some(UTF_16LE)
    } else if even > start.len() / 20 && odd == 0 {
        Some(UTF_16BE)
    } else {
        None
    }
}

fn guess(bytes: &[u8]) -> Decoded {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guessed = detector.guess(Some(b"cn"), Utf8Detection::Deny);
    // On a short text the detector may take rarer encodings; where the national one fits without a flaw, it is that.
    strictly(bytes, GB18030, true).or_else(|| strictly(bytes, guessed, true)).unwrap_or_else(|| {
        let encoding = if guessed == GBK { GB18030 } else { guessed };
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        Decoded { text: text.into_owned(), encoding: encoding.name(), guessed: true }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "村社,发生日期,死亡人数\n上岙村,2020-02-29,1\n";

    #[test]
    fn each_encoding_of_an_office_is_recognised() {
        let gb = GB18030.encode(TEXT).0.into_owned();
        let marked: Vec<u8> = [b"\xef\xbb\xbf", TEXT.as_bytes()].concat();
        let little: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked_little = [b"\xff\xfe".as_slice(), &little].concat();
        for (bytes, name, guessed) in [
            (TEXT.as_bytes().to_vec(), "UTF-8", false),
            (marked, "UTF-8", false),
            (gb, "gb18030", true),
            (marked_little, "UTF-16LE", false),
            (little, "UTF-16LE", false),
            (big, "UTF-16BE", false),
        ] {
            let decoded = decode(&bytes, None).unwrap();
            assert_eq!((decoded.text.as_str(), decoded.encoding, decoded.guessed), (TEXT, name, guessed));
        }
    }

    #[test]
    fn characters_that_only_gb18030_has_survive() {
        let rare = "䶮,㙍";
        let bytes = GB18030.encode(rare).0.into_owned();
        assert_eq!(decode(&bytes, None).unwrap().text, rare);
        assert_eq!(decode(&bytes, Some("gbk")).unwrap().text, rare);
    }

    #[test]
    fn an_encoding_that_does_not_fit_is_refused() {
        let bytes = GB18030.encode(TEXT).0.into_owned();
        assert_eq!(decode(&bytes, Some("utf-8")).unwrap_err().code.id, "wrong-encoding");
        assert_eq!(decode(&bytes, Some("klingon")).unwrap_err().code.id, "wrong-encoding");
    }
}
