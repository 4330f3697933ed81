//! Bytes of a text to characters: by what the file says, else by what it must be, else by a guess that is shown.
//!
//! Enters: bytes. Leaves: [`Recognised`], which gives the text whole or piece by piece. Next: [`super::csv`].

use std::convert::Infallible;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, DecoderResult, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};
use liuwu_engine::codes::sheet as codes;
use liuwu_engine::diagnostic::Diagnostic;

/// Bytes that are decoded at a time.
const PIECE: usize = 64 << 10;

/// How a text is encoded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recognised {
    encoding: &'static Encoding,
    /// Nothing in the file says which encoding it has.
    pub guessed: bool,
    /// Bytes of the mark at its start.
    mark: usize,
}

/// Finds out how a text is encoded. `chosen` is the encoding that the user named.
pub(super) fn recognise(bytes: &[u8], chosen: Option<&str>) -> Result<Recognised, Diagnostic> {
    let of = |encoding: &'static Encoding, guessed| {
        // GBK is a part of GB18030, and files called GBK hold what only GB18030 has.
        let encoding = if encoding == GBK { GB18030 } else { encoding };
        Recognised { encoding, guessed, mark: 0 }
    };
    if let Some(name) = chosen {
        let named = Encoding::for_label(name.as_bytes()).map(|encoding| of(encoding, false));
        let wrong = || Diagnostic::new(&codes::WRONG_ENCODING).with("encoding", name);
        return named.filter(|named| named.fits(bytes)).ok_or_else(wrong);
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Ok(Recognised { encoding, guessed: false, mark });
    }
    let certain = of(wide(bytes).unwrap_or(UTF_8), false);
    if certain.fits(bytes) {
        return Ok(certain);
    }
    // On a short text the detector may take rarer encodings; where the national one fits without a flaw, it is that.
    let national = of(GB18030, true);
    if national.fits(bytes) {
        return Ok(national);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    Ok(of(detector.guess(Some(b"cn"), Utf8Detection::Deny), true))
}

impl Recognised {
    /// What people call the encoding.
    pub fn name(&self) -> &'static str {
        self.encoding.name()
    }

    /// Whether the bytes are a text in this encoding without a flaw.
    fn fits(&self, bytes: &[u8]) -> bool {
        if self.encoding == UTF_8 {
            return std::str::from_utf8(bytes).is_ok();
        }
        let mut decoder = self.encoding.new_decoder_without_bom_handling();
        let mut text = vec![0; PIECE];
        let mut rest = bytes;
        loop {
            let (result, read, _) = decoder.decode_to_utf8_without_replacement(rest, &mut text, true);
            match result {
                DecoderResult::InputEmpty => return true,
                DecoderResult::OutputFull => rest = rest.get(read..).unwrap_or_default(),
                DecoderResult::Malformed(..) => return false,
            }
        }
    }

    /// The text, piece by piece; what does not fit becomes a replacement character.
    pub fn pieces<E>(&self, bytes: &[u8], visit: &mut dyn FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        let bytes = bytes.get(self.mark..).unwrap_or_default();
        if let (true, Ok(text)) = (self.encoding == UTF_8, std::str::from_utf8(bytes)) {
            return visit(text.trim_start_matches('\u{feff}'));
        }
        let mut decoder = self.encoding.new_decoder_without_bom_handling();
        let mut piece = String::with_capacity(PIECE);
        let mut rest = bytes;
        let mut is_first = true;
        loop {
            let (result, read, _) = decoder.decode_to_string(rest, &mut piece, true);
            rest = rest.get(read..).unwrap_or_default();
            visit(if is_first { piece.trim_start_matches('\u{feff}') } else { &piece })?;
            if matches!(result, CoderResult::InputEmpty) {
                return Ok(());
            }
            piece.clear();
            is_first = false;
        }
    }

    /// The whole text.
    pub fn whole(&self, bytes: &[u8]) -> String {
        let mut whole = String::new();
        let Ok(()) = self.pieces::<Infallible>(bytes, &mut |piece| {
            whole.push_str(piece);
            Ok(())
        });
        whole
    }
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
            let found = recognise(&bytes, None).unwrap();
            assert_eq!((found.whole(&bytes).as_str(), found.name(), found.guessed), (TEXT, name, guessed));
        }
    }

    #[test]
    fn characters_that_only_gb18030_has_survive() {
        let rare = "䶮,㙍";
        let bytes = GB18030.encode(rare).0.into_owned();
        assert_eq!(recognise(&bytes, None).unwrap().whole(&bytes), rare);
        assert_eq!(recognise(&bytes, Some("gbk")).unwrap().whole(&bytes), rare);
    }

    #[test]
    fn an_encoding_that_does_not_fit_is_refused() {
        let bytes = GB18030.encode(TEXT).0.into_owned();
        assert_eq!(recognise(&bytes, Some("utf-8")).unwrap_err().code.id, "wrong-encoding");
        assert_eq!(recognise(&bytes, Some("klingon")).unwrap_err().code.id, "wrong-encoding");
    }

    #[test]
    fn a_text_of_many_pieces_is_the_same_text() {
        // So long that characters of two and four bytes lie over the ends of pieces.
        let text = "村a䶮\n".repeat(PIECE / 3);
        let bytes = GB18030.encode(&text).0.into_owned();
        let found = recognise(&bytes, None).unwrap();
        let mut pieces = 0;
        let counted: Result<(), Infallible> = found.pieces(&bytes, &mut |piece| {
            pieces += 1;
            assert!(piece.len() <= PIECE);
            Ok(())
        });
        assert!(counted.is_ok() && pieces > 2);
        assert_eq!((found.whole(&bytes) == text, found.name()), (true, "gb18030"));
    }
}
