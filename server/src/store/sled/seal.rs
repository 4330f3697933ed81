//! Sealed pieces: every stored value with its version and checksum, cut so that none is too long for the database.
//!
//! Enters: a key and a payload of any length. Leaves: pieces to store; or from stored pieces the payload, or what is wrong with
//! them. Next: [`super::shelf`], which stores them.
//!
//! A piece is `version (1 byte) | flags (1 byte, bit 0: last piece) | CRC-32 (4 bytes, little-endian) | part of the payload`.
//! The checksum is over key, version, flags and part, so that a value found under another key is noticed too. The key of a
//! piece is the entry's key and the number of the piece (2 bytes, from 0).

use crate::store::error::Damage;

/// The longest part of a payload in one piece. A leaf of the database holds up to 16 values and spills into a file that is
/// never synced when it outgrows a quarter of a segment; sixteen pieces of this length stay below.
pub(super) const LONGEST_PART: usize = 6_500;

const VERSION: u8 = 1;
const LAST: u8 = 1;
const HEAD: usize = 6;

/// Number of bytes that the number of a piece takes at the end of its key.
pub(super) const PIECE: usize = 2;

/// Cuts and seals a payload. `None` when it has more pieces than can be numbered (about 400 MB).
pub(super) fn seal(key: &[u8], payload: &[u8]) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut parts: Vec<&[u8]> = payload.chunks(LONGEST_PART).collect();
    if parts.is_empty() {
        parts.push(&[]);
    }
    let last = parts.len() - 1;
    let seal_part = |(number, part): (usize, &&[u8])| {
        let mut piece_key = key.to_vec();
        piece_key.extend(u16::try_from(number).ok()?.to_be_bytes());
        let flags = if number == last { LAST } else { 0 };
        let mut piece = Vec::with_capacity(HEAD + part.len());
        piece.extend([VERSION, flags]);
        piece.extend(checksum(&piece_key, flags, part).to_le_bytes());
        piece.extend(*part);
        Some((piece_key, piece))
    };
    parts.iter().enumerate().map(seal_part).collect()
}

/// Checks one piece; gives its part of the payload and whether it is the last.
pub(super) fn unseal<'a>(piece_key: &[u8], piece: &'a [u8]) -> Result<(&'a [u8], bool), Damage> {
    let Some(([version, flags, sum @ ..], part)) = piece.split_first_chunk::<HEAD>() else {
        return Err(Damage::TooShort);
    };
    if *version != VERSION {
        return Err(Damage::Version);
    }
    if u32::from_le_bytes(*sum) != checksum(piece_key, *flags, part) {
        return Err(Damage::Checksum);
    }
    Ok((part, flags & LAST != 0))
}

/// Splits the key of a piece into the key of the entry and the number of the piece.
pub(super) fn split_key(piece_key: &[u8]) -> Option<(&[u8], u16)> {
    let (key, number) = piece_key.split_last_chunk::<PIECE>()?;
    Some((key, u16::from_be_bytes(*number)))
}

fn checksum(piece_key: &[u8], flags: u8, part: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(piece_key);
    sum.update(&[VERSION, flags]);
    sum.update(part);
    sum.finalize()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn open(pieces: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
        pieces.iter().flat_map(|(key, piece)| unseal(key, piece).unwrap().0.to_vec()).collect()
    }

    #[test]
    fn a_long_payload_is_cut_into_pieces_that_the_database_takes() {
        let payload = vec![7; 3 * LONGEST_PART];
        let pieces = seal(b"key", &payload).unwrap();
        assert_eq!(pieces.len(), 3);
        assert!(pieces.iter().all(|(_, piece)| piece.len() <= 7_000));
        assert_eq!(open(&pieces), payload);
    }

    proptest! {
        #[test]
        fn a_flipped_bit_anywhere_in_a_piece_is_noticed(payload: Vec<u8>, at: prop::sample::Index, bit in 0..8_u32) {
            let (key, mut piece) = seal(b"key", &payload).unwrap().remove(0);
            let place = at.index(piece.len());
            piece[place] ^= 1_u8 << bit;
            prop_assert!(unseal(&key, &piece).is_err());
        }

        #[test]
        fn no_bytes_make_the_reader_panic(key: Vec<u8>, piece: Vec<u8>) {
            let _ = (unseal(&key, &piece), split_key(&key));
        }
    }
}
