//! The sample of Rui'an in a store, scored and released, for what is measured on it.

use std::process::ExitCode;

use liuwu::cli;
use liuwu::data_dir::DataDir;
use liuwu::scoring;
use tempfile::TempDir;

/// A data directory with the sample, removed at the end.
pub struct Sample {
    pub dir: DataDir,
    _place: TempDir,
}

impl Sample {
    pub fn new() -> Sample {
        let place = TempDir::new().unwrap();
        let path = place.path().to_str().unwrap();
        let (code, printed) = cli::capture(["liuwu", "demo", "--no-serve", "--data", path]);
        assert_eq!(code, ExitCode::SUCCESS, "{}", printed.err);
        Sample { dir: DataDir::open(place.path()).unwrap(), _place: place }
    }

    /// The village with the lowest score of the last period, whose assessment has the most to tell.
    #[allow(dead_code, reason = "not everything that is measured reads one village")]
    pub fn lowest_village(&self) -> String {
        let run = self.dir.store.runs().unwrap().remove(0);
        let all = scoring::all_of(self.dir.store.as_ref(), run.id, *run.periods.last().unwrap()).unwrap();
        let villages = all.into_iter().filter(|filed| filed.level == "village" && filed.score.is_some());
        villages.min_by_key(|filed| filed.score).unwrap().unit
    }
}

/// The number after an option of the command line.
pub fn asked_for(option: &str, otherwise: usize) -> usize {
    let mut arguments = std::env::args().skip_while(|argument| argument != option).skip(1);
    arguments.next().map_or(otherwise, |number| number.parse().expect("a number"))
}

/// The one in the middle.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
