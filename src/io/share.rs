//! Many small pieces of work shared among a few threads; what they make comes back in its order.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The most threads: what is shared has to wait for the disk in the end.
const MOST_THREADS: usize = 4;
/// Into how many parts the least work for one thread is cut, so that all threads end at about the same time.
const PARTS: usize = 4;

/// Does `work` on each item; `least` is how many a thread is worth starting for.
pub(super) fn each<T: Sync, R: Send>(items: &[T], least: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS).min(items.len() / least);
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let parts: Vec<&[T]> = items.chunks(least.div_ceil(PARTS)).collect();
    let take = || {
        let taken = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|at| *at < parts.len()));
        taken.map(|at| (at, parts[at].iter().map(&work).collect())).collect::<Vec<(usize, Vec<R>)>>()
    };
    let mut done = thread::scope(|scope| {
        // Where no thread can be had, the others do its work.
        let start = |_| thread::Builder::new().spawn_scoped(scope, take).ok();
        let started: Vec<_> = (1..threads).filter_map(start).collect();
        let mut done = take();
        for thread in started {
            done.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().flat_map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_comes_back_in_its_order() {
        for count in [0, 1, 7, 8, 9, 16, 1000] {
            let items: Vec<usize> = (0..count).collect();
            let made = each(&items, 8, |item| item * 2);
            assert_eq!(made, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
    }
}
