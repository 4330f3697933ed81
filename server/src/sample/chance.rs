//! Seeded chance: the only place where the sample draws lots.
//!
//! Enters: the seed and the name of a story. Leaves: draws, and exact totals spread over villages by weight. Each story has a
//! stream of its own, so that one story more or less does not move the others. Whole numbers only: the same seed gives the
//! same bytes on every machine. Next: [`names`](super::names).

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of draws.
pub(super) struct Chance {
    stream: ChaCha8Rng,
}

impl Chance {
    /// The stream of one story.
    pub(super) fn new(seed: u64, story: &str) -> Chance {
        let mut stream = ChaCha8Rng::seed_from_u64(seed);
        stream.set_stream(fingerprint(story));
        Chance { stream }
    }

    /// A whole number from 0 up to, but not reaching, `end`; 0 when `end` is 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.stream.random_range(0..end) }
    }

    /// A whole number between two, both included.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        self.stream.random_range(low..=high.max(low))
    }

    /// True in `percent` of a hundred draws.
    pub(super) fn percent(&mut self, percent: u32) -> bool {
        self.between(1, 100) <= percent
    }

    /// One of several, each with its weight; the default of the type when there is none.
    pub(super) fn pick<T: Copy + Default>(&mut self, choices: &[(T, u32)]) -> T {
        let total = choices.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let mut mark = self.below(total);
        for (choice, weight) in choices {
            match mark.checked_sub(u64::from(*weight)) {
                Some(rest) => mark = rest,
                None => return *choice,
            }
        }
        T::default()
    }

    /// A whole number around a mean: the sum of three even draws, so most results are near it and none is beyond `reach`.
    pub(super) fn around(&mut self, mean: i64, reach: u32) -> i64 {
        let third = reach / 3;
        let swing: u32 = (0..3).map(|_| self.between(0, 2 * third)).sum();
        mean + i64::from(swing) - i64::from(3 * third)
    }

    /// Brings a list into a random order.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            let other = usize::try_from(self.below(end as u64 + 1)).unwrap_or(0);
            list.swap(end, other);
        }
    }

    /// Spreads `total` over places by lot: each falls where the weights say, and a place holds at most its cap.
    pub(super) fn spread(&mut self, total: u64, weights: &[u64], cap: impl Fn(usize) -> u32) -> Vec<u32> {
        let mut counts = vec![0_u32; weights.len()];
        let mut left = total;
        // Where caps fill up, lots miss; the places still open are then drawn from alone.
        while left > 0 {
            let open =
                Urn::new(weights.iter().zip(&counts).enumerate().map(
                    |(place, (weight, count))| {
                        if *count < cap(place) { *weight } else { 0 }
                    },
                ));
            if open.total == 0 {
                break;
            }
            let mut missed = 0;
            for _ in 0..left {
                let place = open.find(self.below(open.total));
                match counts.get_mut(place) {
                    Some(count) if *count < cap(place) => *count += 1,
                    _ => missed += 1,
                }
            }
            left = missed;
        }
        counts
    }

    /// So many different places, drawn by weight, in the order of the places.
    pub(super) fn choose(&mut self, number: u64, weights: &[u64]) -> Vec<usize> {
        let counts = self.spread(number, weights, |_| 1);
        counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(place, _)| place).collect()
    }
}

/// Running sums of weights, to find the place of a lot by halving.
struct Urn {
    ends: Vec<u64>,
    total: u64,
}

impl Urn {
    fn new(weights: impl Iterator<Item = u64>) -> Urn {
        let mut total = 0;
        let ends = weights
            .map(|weight| {
                total += weight;
                total
            })
            .collect();
        Urn { ends, total }
    }

    fn find(&self, lot: u64) -> usize {
        self.ends.partition_point(|end| *end <= lot)
    }
}

/// Divides `total` in proportion to the weights, to the last unit, without chance: whole shares first, then the largest rests.
pub(super) fn apportion(total: u64, weights: &[u64]) -> Vec<u64> {
    let sum: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let mut rests = Vec::with_capacity(weights.len());
    let mut shares = Vec::with_capacity(weights.len());
    for (place, weight) in weights.iter().enumerate() {
        let exact = u128::from(total) * u128::from(*weight);
        shares.push(u64::try_from(exact / sum).unwrap_or(u64::MAX));
        rests.push((exact % sum, place));
    }
    let given: u64 = shares.iter().sum();
    let missing = usize::try_from(total - given).unwrap_or(0);
    rests.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, place) in rests.iter().take(missing) {
        if let Some(share) = shares.get_mut(*place) {
            *share += 1;
        }
    }
    shares
}

/// FNV-1a over the name of a story: names in, stream numbers out, the same on every machine.
fn fingerprint(story: &str) -> u64 {
    story.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_is_spread_to_the_last_one_and_never_beyond_a_cap() {
        let counts = Chance::new(1, "test").spread(100, &[1, 50, 0, 9], |_| 40);
        assert_eq!(counts.iter().sum::<u32>(), 100, "{counts:?}");
        assert_eq!(counts[2], 0, "what weighs nothing gets nothing");
        assert!(counts.iter().all(|count| *count <= 40), "{counts:?}");
        let full = Chance::new(1, "test").spread(1000, &[1, 50, 0, 9], |_| 40);
        assert_eq!(full, [40, 40, 0, 40], "more than the caps hold is not dealt");
    }

    #[test]
    fn shares_add_up_to_the_total() {
        assert_eq!(apportion(10, &[1, 1, 1]), vec![4, 3, 3]);
        assert_eq!(apportion(1014, &[7; 515]).iter().sum::<u64>(), 1014);
    }

    #[test]
    fn one_story_does_not_move_another() {
        let mut first = Chance::new(7, "火灾");
        let mut other = Chance::new(7, "信访");
        let mut again = Chance::new(7, "火灾");
        let draws: Vec<u64> = (0..8).map(|_| first.below(1000)).collect();
        assert_ne!(draws, (0..8).map(|_| other.below(1000)).collect::<Vec<u64>>());
        assert_eq!(draws, (0..8).map(|_| again.below(1000)).collect::<Vec<u64>>());
    }
}
