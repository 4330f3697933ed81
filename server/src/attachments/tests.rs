//! What is taken is told by its content, and nothing leaves with a picture but the picture.

use proptest::prelude::*;

use super::*;
use crate::store::BatchId;
use crate::store::memory::Memory;

/// Stands wherever a camera would write where it was.
const PLACE: &[u8] = b"N27.78 E120.66 secret";

const RECORD: RecordId = RecordId { batch: BatchId(1), number: 1 };

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap();
    [&[0xFF, marker][..], &length.to_be_bytes(), content].concat()
}

/// Exif that says how to turn the photo, and where it was taken.
fn exif(turned: u8) -> Vec<u8> {
    let directory = [&[0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, turned, 0, 0, 0, 0, 0, 0][..], PLACE].concat();
    segment(0xE1, &[&b"Exif\0\0MM\0*\0\0\0\x08"[..], &directory].concat())
}

/// A photo of two scans with metadata before, between and behind them.
fn photo(turned: u8) -> Vec<u8> {
    [
        vec![0xFF, 0xD8],
        segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        exif(turned),
        segment(0xE1, &[&b"http://ns.adobe.com/xap/1.0/\0"[..], PLACE].concat()),
        segment(0xE2, &[&b"MPF\0"[..], PLACE].concat()),
        segment(0xED, PLACE),
        segment(0xFE, PLACE),
        segment(0xDB, &[0; 65]),
        segment(0xC2, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0]),
        segment(0xDA, &[1, 1, 0, 0, 0, 0]),
        vec![1, 2, 0xFF, 0, 3, 0xFF, 0xD0, 4],
        segment(0xFE, PLACE),
        segment(0xDA, &[1, 1, 0, 1, 5, 0]),
        vec![5, 6],
        vec![0xFF, 0xD9],
        photo_behind(),
    ]
    .concat()
}

/// Phones put a second photo behind the first.
fn photo_behind() -> Vec<u8> {
    [&[0xFF, 0xD8][..], PLACE].concat()
}

fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let named = [&name[..], content].concat();
    let length = u32::try_from(content.len()).unwrap();
    [&length.to_be_bytes()[..], &named, &crc32fast::hash(&named).to_be_bytes()].concat()
}

fn picture() -> Vec<u8> {
    let signature = vec![0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n'];
    let text = |name: &[u8; 4]| chunk(name, PLACE);
    let head = chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    let data = chunk(b"IDAT", &[0x78, 0x9C, 0x63, 0, 0, 0, 1, 0, 1]);
    [
        signature,
        head,
        text(b"tEXt"),
        text(b"eXIf"),
        data,
        text(b"iTXt"),
        text(b"zzZz"),
        chunk(b"IEND", &[]),
        PLACE.to_vec(),
    ]
    .concat()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn keep(store: &Memory, name: &str, bytes: &[u8]) -> Result<Attachment, AttachError> {
    let hand = ("张".into(), Timestamp::UNIX_EPOCH);
    attach(store, (RECORD, &[RECORD]), (name, bytes), hand).map(|(_, attachment)| attachment)
}

fn refusal(store: &Memory, bytes: &[u8]) -> &'static str {
    match keep(store, "a.jpg", bytes) {
        Err(AttachError::Refused(fault)) => fault.code.id,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_photo_loses_where_it_was_taken_and_keeps_how_it_is_held() {
    let cleaned = clean::jpeg(&photo(6)).unwrap();
    assert!(holds(&photo(6), PLACE) && !holds(&cleaned, PLACE));
    assert!(holds(&cleaned, &[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6]), "turned as before");
    assert!(holds(&cleaned, &[1, 2, 0xFF, 0, 3, 0xFF, 0xD0, 4, 0xFF, 0xDA]) && cleaned.ends_with(&[5, 6, 0xFF, 0xD9]));
    assert!(!holds(&clean::jpeg(&photo(1)).unwrap(), b"Exif"), "held upright there is nothing to say");
    assert_eq!(clean::jpeg(&cleaned).unwrap(), cleaned, "what is clean stays as it is");
}

#[test]
fn a_picture_loses_its_texts() {
    let cleaned = clean::png(&picture()).unwrap();
    assert!(holds(&picture(), PLACE) && !holds(&cleaned, PLACE));
    assert!(holds(&cleaned, b"IHDR") && holds(&cleaned, b"IDAT") && !holds(&cleaned, b"zzZz"));
    assert_eq!(clean::png(&cleaned).unwrap(), cleaned);
}

#[test]
fn the_original_is_kept_and_what_is_shown_is_the_clean_one() {
    let store = Memory::new();
    let attachment = keep(&store, "C:\\photos\\上岙\u{202e}<1>.JPEG", &photo(6)).unwrap();
    assert_eq!(original(&store, &attachment).unwrap(), photo(6));
    assert_eq!(shown(&store, &attachment).unwrap(), clean::jpeg(&photo(6)).unwrap());
    assert!(attachment.file_name().ends_with(".jpg") && !attachment.name.contains(['<', '\\']));
    assert_eq!(keep(&store, "again.jpg", &photo(6)).unwrap(), attachment, "the same file is attached once");
    let paper = keep(&store, "整改.pdf", b"%PDF-1.7 ...").unwrap();
    assert_eq!(shown(&store, &paper).unwrap(), b"%PDF-1.7 ...");
    assert_eq!(of_record(&store, &[RECORD]).unwrap().len(), 2);
    let act = Act { by: "张".into(), at: Timestamp::UNIX_EPOCH, why: "贴错".into() };
    take_off(&store, RECORD, &paper, act).unwrap();
    assert_eq!(of_record(&store, &[RECORD]).unwrap().iter().filter(|(_, one)| one.withdrawn.is_some()).count(), 1);
}

#[test]
fn what_a_file_is_is_told_by_its_content() {
    let store = Memory::new();
    assert_eq!(refusal(&store, b"<html><script>alert(1)</script>"), "attachment-of-another-kind");
    assert_eq!(refusal(&store, b"MZ\x90\0"), "attachment-of-another-kind");
    assert_eq!(refusal(&store, b""), "attachment-of-another-kind");
    assert_eq!(refusal(&store, &[&[0xFF, 0xD8, 0xFF][..], b"<html>"].concat()), "broken-attachment");
    let mut large = b"%PDF-".to_vec();
    large.resize(LARGEST_PDF + 1, 0);
    assert_eq!(refusal(&store, &large), "attachment-too-large");
    for number in 0..MOST {
        keep(&store, "a.pdf", format!("%PDF-{number}").as_bytes()).unwrap();
    }
    assert_eq!(refusal(&store, b"%PDF-more"), "too-many-attachments");
}

proptest! {
    #[test]
    fn no_bytes_make_the_cleaners_panic(mut bytes: Vec<u8>, is_photo: bool, at: prop::sample::Index, flip: u8) {
        let _ = (clean::jpeg(&bytes), clean::png(&bytes));
        bytes = if is_photo { photo(6) } else { picture() };
        let place = at.index(bytes.len());
        bytes[place] ^= flip;
        let _ = (clean::jpeg(&bytes), clean::png(&bytes));
        bytes.truncate(place);
        let _ = (clean::jpeg(&bytes), clean::png(&bytes));
    }
}
