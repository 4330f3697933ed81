//! The few things used last, each made once however many ask for it at the same time. Next: [`super::App`].

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A place for something made once.
type Cell<V> = Arc<Mutex<Option<Arc<V>>>>;

/// At most so many things by their keys; the one not used for longest goes first.
pub(super) struct Kept<K, V> {
    most: usize,
    /// The one used last stands last.
    cells: Mutex<Vec<(K, Cell<V>)>>,
}

impl<K: PartialEq, V> Kept<K, V> {
    pub(super) fn new(most: usize) -> Kept<K, V> {
        Kept { most: most.max(1), cells: Mutex::new(Vec::new()) }
    }

    /// What is kept under a key; made first if it is not there. Others that ask for the same key wait for it, those that ask
    /// for another do not. What could not be made is not kept.
    pub(super) fn get<E>(&self, key: K, make: impl FnOnce() -> Result<V, E>) -> Result<Arc<V>, E> {
        let cell = self.cell(key);
        let mut place = lock(&cell);
        if let Some(value) = place.as_ref() {
            return Ok(Arc::clone(value));
        }
        let value = Arc::new(make()?);
        *place = Some(Arc::clone(&value));
        Ok(value)
    }

    /// What was used last of what is ready under keys like this.
    pub(super) fn ready_like(&self, is_like: impl Fn(&K) -> bool) -> Option<Arc<V>> {
        let cells: Vec<Cell<V>> =
            lock(&self.cells).iter().rev().filter(|(key, _)| is_like(key)).map(|(_, cell)| Arc::clone(cell)).collect();
        // Whoever is making one holds its lock: then it is not ready.
        cells.iter().find_map(|cell| cell.try_lock().ok()?.clone())
    }

    fn cell(&self, key: K) -> Cell<V> {
        let mut cells = lock(&self.cells);
        let known = cells.iter().position(|(known, _)| *known == key);
        let (key, cell) = match known {
            Some(place) => cells.remove(place),
            None => (key, Cell::default()),
        };
        if cells.len() >= self.most {
            cells.remove(0);
        }
        cells.push((key, Arc::clone(&cell)));
        cell
    }
}

/// What a panic left behind is complete or absent, never half made.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(kept: &Kept<u8, u8>, key: u8, made: &mut Vec<u8>) {
        let value = kept.get(key, || {
            made.push(key);
            Ok::<u8, ()>(key)
        });
        assert_eq!(*value.unwrap(), key);
    }

    #[test]
    fn the_one_not_used_for_longest_goes_first() {
        let kept = Kept::new(2);
        let mut made = Vec::new();
        for key in [1, 2, 1, 3, 1, 2] {
            make(&kept, key, &mut made);
        }
        assert_eq!(made, [1, 2, 3, 2]);
    }

    #[test]
    fn of_those_that_are_alike_the_one_used_last_is_given() {
        let kept = Kept::new(3);
        let mut made = Vec::new();
        for key in [10, 12, 31, 10] {
            make(&kept, key, &mut made);
        }
        let in_tens = |tens: u8| kept.ready_like(|key| key / 10 == tens).map(|value| *value);
        assert_eq!((in_tens(1), in_tens(3), in_tens(2)), (Some(10), Some(31), None));
    }

    #[test]
    fn what_could_not_be_made_is_tried_again() {
        let kept: Kept<u8, u8> = Kept::new(2);
        assert_eq!(kept.get(1, || Err("no")).unwrap_err(), "no");
        assert_eq!(*kept.get(1, || Ok::<u8, &str>(7)).unwrap(), 7);
    }
}
