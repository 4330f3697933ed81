//! Work that takes longer than a person waits at a page: numbered, owned, watched, called off.
//!
//! Enters: work with its owner. Leaves: a [`Job`] that anybody with its number can look at again after the page was loaded anew or
//! the browser closed. What a job has done is kept by whoever started it; what is kept here goes when the server stops, and a
//! job that was cut off has left nothing half done. Next: [`crate::drafts`].

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::progress::{CalledOff, Gauge};

/// Jobs that have ended and can still be looked at.
const KEPT: usize = 200;

/// Number of a job, from 1.
pub type JobId = u64;

/// All jobs of this process.
#[derive(Debug, Default)]
pub struct Jobs(Mutex<Register>);

#[derive(Debug, Default)]
struct Register {
    last: JobId,
    jobs: BTreeMap<JobId, Arc<Job>>,
}

/// One piece of work.
#[derive(Debug)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// Whose it is.
    pub owner: String,
    /// What it is about, such as the number of a draft.
    pub subject: String,
    /// When it began.
    pub started: Timestamp,
    gauge: Gauge,
    ended: Mutex<Option<Ending>>,
    bell: Condvar,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It is done.
    Done,
    /// It is done, and what it made is at this address of the API.
    Made(String),
    /// It came to nothing: why, in Chinese and English.
    Failed(String, String),
    /// It was called off, and nothing of it remains.
    CalledOff,
}

impl From<CalledOff> for Ending {
    fn from(_: CalledOff) -> Ending {
        Ending::CalledOff
    }
}

/// How a job stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Its number.
    pub id: JobId,
    /// `running`, `done`, `failed`, `called_off`.
    pub state: &'static str,
    /// What it is doing, in Chinese.
    pub step: Option<&'static str>,
    /// The same in English.
    pub step_en: Option<&'static str>,
    /// How many rows are done.
    pub done: u64,
    /// Of how many; 0: not known.
    pub total: u64,
    /// Rows a second.
    pub rate: Option<u64>,
    /// Seconds that the rest will take.
    pub remaining_seconds: Option<u64>,
    /// The address of what it made.
    pub made: Option<String>,
    /// Why it came to nothing, in Chinese and English.
    pub failure: Option<(String, String)>,
}

impl Jobs {
    /// Starts work on a thread of its own.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start<W>(&self, owner: &str, subject: &str, at: Timestamp, work: W) -> std::io::Result<Arc<Job>>
    where
        W: FnOnce(&Gauge) -> Result<(), Ending> + Send + 'static,
    {
        begin(self.enter(owner, subject, at), |gauge| work(gauge).err().unwrap_or(Ending::Done))
    }

    /// The same, with how it ends, unless work about the same is going on: then that is given, and nothing is started.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start_alone<W>(&self, owner: &str, subject: &str, at: Timestamp, work: W) -> std::io::Result<Alone>
    where
        W: FnOnce(&Gauge) -> Ending + Send + 'static,
    {
        match self.enter_alone(owner, subject, at) {
            Ok(job) => begin(job, work).map(Ok),
            Err(running) => Ok(Err(running)),
        }
    }

    /// A job by its number.
    pub fn get(&self, id: JobId) -> Option<Arc<Job>> {
        self.register().jobs.get(&id).cloned()
    }

    /// The newest job about something.
    pub fn about(&self, subject: &str) -> Option<Arc<Job>> {
        self.register().jobs.values().rev().find(|job| job.subject == subject).cloned()
    }

    fn enter(&self, owner: &str, subject: &str, at: Timestamp) -> Arc<Job> {
        self.register().enter(owner, subject, at)
    }

    fn enter_alone(&self, owner: &str, subject: &str, at: Timestamp) -> Alone {
        let mut register = self.register();
        let running = register.jobs.values().rev().find(|job| job.subject == subject && job.ending().is_none());
        match running {
            Some(running) => Err(Arc::clone(running)),
            None => Ok(register.enter(owner, subject, at)),
        }
    }

    fn register(&self) -> MutexGuard<'_, Register> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The job that was started, or the one about the same that is going on.
pub type Alone = Result<Arc<Job>, Arc<Job>>;

impl Register {
    fn enter(&mut self, owner: &str, subject: &str, at: Timestamp) -> Arc<Job> {
        self.last += 1;
        let job = Arc::new(Job {
            id: self.last,
            owner: owner.to_owned(),
            subject: subject.to_owned(),
            started: at,
            gauge: Gauge::default(),
            ended: Mutex::new(None),
            bell: Condvar::new(),
        });
        self.jobs.insert(job.id, Arc::clone(&job));
        while self.jobs.len() > KEPT {
            let Some(oldest) = self.jobs.values().find(|job| job.ending().is_some()).map(|job| job.id) else {
                break;
            };
            self.jobs.remove(&oldest);
        }
        job
    }
}

/// Starts the work of a job on a thread of its own.
fn begin<W>(job: Arc<Job>, work: W) -> std::io::Result<Arc<Job>>
where
    W: FnOnce(&Gauge) -> Ending + Send + 'static,
{
    let own = Arc::clone(&job);
    let thread = std::thread::Builder::new().name(format!("job-{}", job.id));
    let started = thread.spawn(move || {
        let closing = Closing(&own);
        closing.0.end(work(&own.gauge));
    });
    if let Err(error) = started {
        job.end(Ending::Failed("系统没有可用的线程".to_owned(), "the system gives no thread".to_owned()));
        return Err(error);
    }
    Ok(job)
}

/// Ends a job whose work broke down.
struct Closing<'a>(&'a Job);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.end(Ending::Failed("系统出错,没有完成".to_owned(), "something went wrong in the server".to_owned()));
    }
}

impl Job {
    /// How it ended; none: it is still going on.
    pub fn ending(&self) -> Option<Ending> {
        self.ended().clone()
    }

    /// Waits until it ends, at most so long; gives how it ended.
    pub fn wait(&self, longest: Duration) -> Option<Ending> {
        let waited = self.bell.wait_timeout_while(self.ended(), longest, |ended| ended.is_none());
        waited.unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// Asks it to end without a result.
    pub fn call_off(&self) {
        self.gauge.call_off();
    }

    /// How it stands.
    pub fn status(&self) -> Status {
        let reading = self.gauge.read();
        let ending = self.ending();
        Status {
            id: self.id,
            state: match &ending {
                None => "running",
                Some(Ending::Done | Ending::Made(_)) => "done",
                Some(Ending::Failed(..)) => "failed",
                Some(Ending::CalledOff) => "called_off",
            },
            step: reading.map(|reading| reading.step.zh),
            step_en: reading.map(|reading| reading.step.en),
            done: reading.map_or(0, |reading| reading.done),
            total: reading.map_or(0, |reading| reading.total),
            rate: reading.and_then(|reading| reading.rate()),
            remaining_seconds: reading.and_then(|reading| reading.remaining()).map(|left| left.as_secs()),
            made: match &ending {
                Some(Ending::Made(address)) => Some(address.clone()),
                _ => None,
            },
            failure: match ending {
                Some(Ending::Failed(zh, en)) => Some((zh, en)),
                _ => None,
            },
        }
    }

    /// The first ending stands.
    fn end(&self, ending: Ending) {
        self.ended().get_or_insert(ending);
        self.bell.notify_all();
    }

    fn ended(&self) -> MutexGuard<'_, Option<Ending>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::{Progress, Step};

    const LONG: Duration = Duration::from_secs(30);
    const STEP: Step = Step { zh: "读取", en: "reading" };

    fn start(jobs: &Jobs, work: impl FnOnce(&Gauge) -> Result<(), Ending> + Send + 'static) -> Arc<Job> {
        jobs.start("clerk", "draft", Timestamp::UNIX_EPOCH, work).unwrap()
    }

    #[test]
    fn a_job_says_how_far_it_has_come_and_how_it_ended() {
        let jobs = Jobs::default();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let (told, hear) = std::sync::mpsc::channel::<()>();
        let job = start(&jobs, move |gauge| {
            gauge.begin(STEP, 10);
            gauge.advance(4);
            told.send(()).unwrap();
            wait.recv().unwrap();
            Ok(())
        });
        hear.recv().unwrap();
        let status = jobs.get(job.id).unwrap().status();
        assert_eq!((status.state, status.step, status.done, status.total), ("running", Some("读取"), 4, 10));
        assert_eq!(job.wait(Duration::ZERO), None);
        go.send(()).unwrap();
        assert_eq!(job.wait(LONG), Some(Ending::Done));
        assert_eq!(jobs.about("draft").unwrap().status().state, "done");
    }

    #[test]
    fn of_work_that_is_done_alone_only_one_goes_on_at_a_time() {
        let jobs = Jobs::default();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let begin = |work: Box<dyn FnOnce() -> Ending + Send>| {
            jobs.start_alone("clerk", "run six-no", Timestamp::UNIX_EPOCH, move |_| work()).unwrap()
        };
        let first = begin(Box::new(move || {
            wait.recv().unwrap();
            Ending::Made("/api/v1/runs/7".to_owned())
        }))
        .unwrap();
        let refused = begin(Box::new(|| panic!("it must not be started"))).unwrap_err();
        assert_eq!(refused.id, first.id);
        go.send(()).unwrap();
        first.wait(LONG);
        assert_eq!((first.status().state, first.status().made), ("done", Some("/api/v1/runs/7".to_owned())));
        assert!(begin(Box::new(|| Ending::Done)).is_ok());
    }

    #[test]
    fn a_job_that_is_called_off_ends() {
        let jobs = Jobs::default();
        let job = start(&jobs, |gauge| {
            loop {
                gauge.go_on()?;
                std::thread::yield_now();
            }
        });
        job.call_off();
        assert_eq!(job.wait(LONG), Some(Ending::CalledOff));
    }

    #[test]
    fn a_job_that_breaks_down_has_failed_and_holds_nobody_up() {
        let jobs = Jobs::default();
        let job = start(&jobs, |_| panic!("broken on purpose"));
        assert!(matches!(job.wait(LONG), Some(Ending::Failed(..))));
    }

    #[test]
    fn old_jobs_go_and_running_ones_stay() {
        let jobs = Jobs::default();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let running = start(&jobs, move |_| {
            let _ = wait.recv();
            Ok(())
        });
        let last = (0..KEPT + 20).map(|_| start(&jobs, |_| Ok(()))).inspect(|job| drop(job.wait(LONG))).last().unwrap();
        assert!(jobs.get(running.id).is_some() && jobs.get(last.id).is_some());
        assert!(jobs.get(running.id + 1).is_none(), "the oldest that has ended is gone");
        drop(go);
    }
}
