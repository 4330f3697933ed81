//! Pictures without what they carry beside the picture: place, time, camera, comments, previews.
//!
//! Enters: a JPEG or a PNG. Leaves: one that looks the same, with nothing but what it takes to show it; none when it is broken.
//! Only what is known to be needed is kept, so that what nobody has thought of goes too, and all that stands behind the end.

/// Segments of a JPEG that are kept: tables, frames and scans, JFIF, the colours of Adobe.
const fn is_kept(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xCF | 0xDB | 0xDD | 0xE0 | 0xEE)
}

/// The identifier of a segment with Exif.
const EXIF: &[u8] = b"Exif\0\0";

/// A JPEG without its metadata. The way it is held is kept, since a photo would lie on its side without it.
pub fn jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut rest = bytes.strip_prefix(&[0xFF, 0xD8])?;
    let mut clean = vec![0xFF, 0xD8];
    let mut turned = None;
    let mut has_scan = false;
    loop {
        rest = rest.strip_prefix(&[0xFF])?;
        // A marker may have fill bytes before it.
        let marker = loop {
            let (marker, after) = rest.split_first()?;
            rest = after;
            if *marker != 0xFF {
                break *marker;
            }
        };
        if marker == 0xD9 {
            clean.extend([0xFF, 0xD9]);
            return has_scan.then_some(clean);
        }
        let (length, _) = rest.split_first_chunk::<2>()?;
        let (segment, after) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        rest = after;
        let content = segment.get(2..)?;
        if marker == 0xE1 && turned.is_none() {
            turned = content.strip_prefix(EXIF).and_then(orientation);
        }
        if marker == 0xDA {
            if let Some(turned) = turned.take().filter(|turned| !has_scan && *turned != 1) {
                clean.extend(only_orientation(turned));
            }
            has_scan = true;
            clean.extend([0xFF, 0xDA]);
            clean.extend(segment);
            let end = end_of_scan(rest)?;
            let (scan, after) = rest.split_at_checked(end)?;
            clean.extend(scan);
            rest = after;
        } else if is_kept(marker) {
            clean.extend([0xFF, marker]);
            clean.extend(segment);
        }
    }
}

/// Where the picture's own bytes end: before a marker that is neither a stuffed byte nor a restart.
fn end_of_scan(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(2)
        .position(|pair| matches!(pair, [0xFF, next] if *next != 0 && !(0xD0..=0xD7).contains(next) && *next != 0xFF))
}

/// How a photo is to be turned, 1 to 8, out of its Exif.
fn orientation(tiff: &[u8]) -> Option<u8> {
    let is_little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let pair: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let long = |at: usize| -> Option<u32> {
        let four: [u8; 4] = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if is_little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    };
    let directory = usize::try_from(long(4)?).ok()?;
    let entries = usize::from(short(directory)?);
    (0..entries).find_map(|entry| {
        let at = directory.checked_add(2)?.checked_add(12 * entry)?;
        let turned = (short(at)? == 0x0112).then(|| short(at + 8))??;
        u8::try_from(turned).ok().filter(|turned| (1..=8).contains(turned))
    })
}

/// A segment of Exif that says how a photo is to be turned and nothing else.
fn only_orientation(turned: u8) -> Vec<u8> {
    let mut segment = vec![0xFF, 0xE1, 0, 34];
    segment.extend(EXIF);
    segment.extend(b"MM\0*\0\0\0\x08\0\x01");
    segment.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, turned, 0, 0]);
    segment.extend([0, 0, 0, 0]);
    segment
}

/// Chunks of a PNG that are kept: what it takes to show it.
const CHUNKS: [&[u8; 4]; 10] =
    [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs"];

/// The bytes that every PNG begins with.
const PNG: &[u8] = &[0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n'];

/// A PNG without its metadata.
pub fn png(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut rest = bytes.strip_prefix(PNG)?;
    let mut clean = PNG.to_vec();
    let mut has_data = false;
    loop {
        let (length, _) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (chunk, after) = rest.split_at_checked(length.checked_add(12)?)?;
        rest = after;
        let name = chunk.get(4..8)?;
        let sum = chunk.get(8 + length..)?;
        if crc32fast::hash(chunk.get(4..8 + length)?).to_be_bytes() != sum {
            return None;
        }
        has_data |= name == b"IDAT";
        if CHUNKS.iter().any(|kept| *kept == name) {
            clean.extend(chunk);
        }
        if name == b"IEND" {
            return has_data.then_some(clean);
        }
    }
}
