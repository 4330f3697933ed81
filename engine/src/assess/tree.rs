//! The root of a run: one hash over all its receipts, as a tree, so that a receipt that changes costs a few hashes and not all.
//!
//! Enters: the receipts of a period, by rising unit. Leaves: a [`Receipts`] whose receipts can be exchanged, and the root of the
//! run ([`root`]).
//!
//! Sixteen receipts are hashed together, then sixteen of those hashes, and so on until one is left; each hash says on which level
//! it stands and how many it covers. The root of the run is the hash over its periods in the order of time, each with its name,
//! the number of its receipts and the hash that is left. With 50,000 villages one changed receipt costs four hashes of 512 bytes.

use super::digest::{Hash, Writer, hex};
use crate::period::Period;

/// So many are hashed together.
const TOGETHER: usize = 16;

/// The receipts of a period and the hashes over them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipts {
    /// First the receipts, then hashes over sixteen each, and so on; the last level has one, or there is none.
    // Invariant: each level has a hash for every sixteen of the one below, begun or full.
    levels: Vec<Vec<Hash>>,
}

impl Receipts {
    /// Puts the hashes over receipts, in the order of their units.
    pub fn new(receipts: Vec<Hash>) -> Receipts {
        let mut levels = Vec::new();
        let mut below = receipts;
        while below.len() > 1 {
            let level = levels.len();
            let above = below.chunks(TOGETHER).map(|hashes| over(level, hashes)).collect();
            levels.push(std::mem::replace(&mut below, above));
        }
        if !below.is_empty() {
            levels.push(below);
        }
        Receipts { levels }
    }

    /// The receipts, in the order of their units.
    pub fn all(&self) -> &[Hash] {
        self.levels.first().map_or(&[], Vec::as_slice)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts a receipt in the place of another; of a place that is not there nothing comes.
    pub fn exchange(&mut self, place: usize, receipt: Hash) {
        let mut place = place;
        let mut hash = receipt;
        for (number, level) in self.levels.iter_mut().enumerate() {
            let Some(old) = level.get_mut(place) else { return };
            *old = hash;
            place /= TOGETHER;
            let first = place * TOGETHER;
            let last = (first + TOGETHER).min(level.len());
            hash = over(number, level.get(first..last).unwrap_or_default());
        }
    }

    /// Adds a receipt before the one at a place. All are hashed again.
    pub fn insert(&mut self, place: usize, receipt: Hash) {
        let mut receipts = std::mem::take(&mut self.levels).into_iter().next().unwrap_or_default();
        receipts.insert(place.min(receipts.len()), receipt);
        *self = Receipts::new(receipts);
    }

    fn top(&self) -> Hash {
        self.levels.last().and_then(|level| level.first()).copied().unwrap_or_default()
    }
}

/// The hash over some hashes of a level.
fn over(level: usize, hashes: &[Hash]) -> Hash {
    let mut hash = Writer::default();
    hash.text("receipts 1");
    hash.bytes(&[u8::try_from(level).unwrap_or(u8::MAX)]);
    hash.bytes(hashes.as_flattened());
    hash.finish()
}

/// The root over the receipts of a run, by its periods in the order of time.
pub fn root<'a>(periods: impl IntoIterator<Item = (Period, &'a Receipts)>) -> String {
    let mut hash = Writer::default();
    hash.text("run 2");
    for (period, receipts) in periods {
        hash.text(&period.name());
        hash.bytes(&(receipts.len() as u64).to_be_bytes());
        hash.bytes(&receipts.top());
    }
    hex(&hash.finish())
}

/// A receipt as it enters the root: its 32 bytes; a text that is no receipt enters by its own hash.
pub fn receipt_bytes(text: &str) -> Hash {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Hash::default();
    let pairs = text.as_bytes().chunks_exact(2);
    let is_whole = text.len() == 2 * bytes.len()
        && bytes.iter_mut().zip(pairs).all(|(byte, pair)| match pair {
            [high, low] => digit(*high).zip(digit(*low)).map(|(high, low)| *byte = high << 4 | low).is_some(),
            _ => false,
        });
    if is_whole {
        return bytes;
    }
    let mut hash = Writer::default();
    hash.text("text 1");
    hash.text(text);
    hash.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn root_of(receipts: &Receipts) -> String {
        root([(Period::parse("2020").unwrap(), receipts)])
    }

    #[test]
    fn the_place_and_the_number_of_receipts_count() {
        let receipt = |number: u8| [number; 32];
        let roots: Vec<String> =
            [vec![], vec![1], vec![0], vec![0, 0], vec![0, 1], vec![1, 0], vec![0; 16], vec![0; 17]]
                .into_iter()
                .map(|numbers| root_of(&Receipts::new(numbers.into_iter().map(receipt).collect())))
                .collect();
        let different: std::collections::BTreeSet<&String> = roots.iter().collect();
        assert_eq!(different.len(), roots.len());
    }

    #[test]
    fn a_receipt_enters_by_its_bytes_and_any_other_text_by_its_hash() {
        assert_eq!(receipt_bytes(&hex(&[0xA7; 32])), [0xA7; 32]);
        let other: Vec<Hash> = ["", "a7", &"g".repeat(64), "甲"].map(receipt_bytes).into();
        assert!(other.iter().enumerate().all(|(place, hash)| !other[..place].contains(hash)));
    }

    proptest! {
        #[test]
        fn exchanging_receipts_comes_to_what_hashing_all_of_them_does(
            count in 1..700_usize,
            exchanged in prop::collection::vec((any::<prop::sample::Index>(), any::<[u8; 32]>()), 0..8),
        ) {
            let mut all: Vec<Hash> = (0..count).map(|number| receipt_bytes(&number.to_string())).collect();
            let mut receipts = Receipts::new(all.clone());
            for (place, receipt) in exchanged {
                let place = place.index(count);
                all[place] = receipt;
                receipts.exchange(place, receipt);
                prop_assert_eq!(&receipts, &Receipts::new(all.clone()));
            }
            prop_assert_eq!(receipts.len(), count);
            receipts.exchange(count, [0; 32]);
            prop_assert_eq!(&receipts, &Receipts::new(all));
        }
    }
}
