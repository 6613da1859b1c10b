//! Threads that do a run together.
//!
//! There are three kinds of work: to read a batch of rows, to run the rules over it in one part of the instances, and to
//! write what was found. Batches are read one after another and written in the same order, and each part takes them in
//! that order, too; so whoever does which work, the result is the same. A thread that is free takes the work that brings
//! the oldest batch on. A single thread thus reads, runs and writes in turn.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use crate::batch::{Batch, Findings};
use crate::clerk::Clerk;
use crate::error::RunError;
use crate::reading::Reading;
use crate::runner::Runner;

/// Batches on their way at one time.
const IN_FLIGHT: usize = 8;

/// Everything that works, as long as nobody has it in hand.
struct State<'a, 'c> {
    reading: Option<&'a mut Reading<'c>>,
    runners: Vec<Option<&'a mut Runner<'c>>>,
    clerk: Option<&'a mut Clerk>,
    /// Read and not yet being written, in order.
    batches: VecDeque<Flight>,
    /// For each part how many of these batches it has taken.
    taken: Vec<usize>,
    /// Batches that are being read or written.
    in_hand: usize,
    is_all_read: bool,
    /// Nothing more is done, because of this or because a thread panicked.
    is_stopped: bool,
    failure: Option<RunError>,
    spare: Vec<(Batch, Vec<Findings>)>,
    events: u64,
}

/// A batch, and what was found in it, for each part.
struct Flight {
    batch: Arc<Batch>,
    findings: Vec<Findings>,
    /// How many parts still have to take it.
    left: usize,
}

enum Task<'a, 'c> {
    Read(&'a mut Reading<'c>, Batch, Vec<Findings>),
    Run(usize, &'a mut Runner<'c>, Arc<Batch>, Findings),
    Write(&'a mut Clerk, Flight),
}

struct Crew<'a, 'c> {
    state: Mutex<State<'a, 'c>>,
    changed: Condvar,
}

/// Does a run up to the last row.
pub(crate) fn work<'c>(
    threads: usize,
    reading: &mut Reading<'c>,
    runners: &mut [Runner<'c>],
    clerk: &mut Clerk,
    show: &mut dyn FnMut(u64),
) -> Result<(), RunError> {
    let parts = runners.len();
    let crew = Crew {
        state: Mutex::new(State {
            reading: Some(reading),
            runners: runners.iter_mut().map(Some).collect(),
            clerk: Some(clerk),
            batches: VecDeque::new(),
            taken: vec![0; parts],
            in_hand: 0,
            is_all_read: false,
            is_stopped: false,
            failure: None,
            spare: Vec::new(),
            events: 0,
        }),
        changed: Condvar::new(),
    };
    std::thread::scope(|scope| {
        for thread in 1..threads.min(parts + 2) {
            let crew = &crew;
            scope.spawn(move || crew.work(thread, &mut |_| {}));
        }
        crew.work(0, show);
    });
    let state = crew.state.into_inner().expect("a thread that panicked was noticed");
    state.failure.map_or(Ok(()), Err)
}

impl<'a, 'c> Crew<'a, 'c> {
    fn state(&self) -> MutexGuard<'_, State<'a, 'c>> {
        self.state.lock().expect("nothing panics while it has the state")
    }

    fn work(&self, thread: usize, show: &mut dyn FnMut(u64)) {
        let watch = Watch(self);
        let mut shown = 0;
        let mut state = self.state();
        while !state.is_over() {
            if state.events != shown {
                shown = state.events;
                drop(state);
                show(shown);
                state = self.state();
                continue;
            }
            let Some(task) = state.next(thread) else {
                state = self.changed.wait(state).expect("nothing panics while it has the state");
                continue;
            };
            drop(state);
            state = self.fulfil(task);
            self.changed.notify_all();
        }
        drop(state);
        std::mem::forget(watch);
    }

    fn fulfil(&self, task: Task<'a, 'c>) -> MutexGuard<'_, State<'a, 'c>> {
        match task {
            Task::Read(reading, mut batch, findings) => {
                let outcome = reading.read(&mut batch);
                let mut state = self.state();
                state.reading = Some(reading);
                state.in_hand -= 1;
                state.is_all_read = batch.events.is_empty();
                if state.is_fine(outcome) && !state.is_all_read {
                    let left = state.runners.len();
                    state.batches.push_back(Flight { batch: Arc::new(batch), findings, left });
                }
                state
            }
            Task::Run(part, runner, batch, mut findings) => {
                runner.work(&batch, &mut findings);
                // Whoever writes it will have it alone.
                drop(batch);
                let mut state = self.state();
                state.runners[part] = Some(runner);
                let at = state.taken[part];
                state.taken[part] += 1;
                let flight = &mut state.batches[at];
                flight.findings[part] = findings;
                flight.left -= 1;
                state
            }
            Task::Write(clerk, flight) => {
                let Flight { mut batch, mut findings, .. } = flight;
                let it = Arc::get_mut(&mut batch).map(std::mem::take).expect("all parts have taken it");
                let outcome = clerk.take(&it, &mut findings);
                let mut state = self.state();
                state.clerk = Some(clerk);
                state.in_hand -= 1;
                state.events = it.so_far;
                if state.is_fine(outcome) {
                    state.spare.push((it, findings));
                }
                state
            }
        }
    }
}

impl<'a, 'c> State<'a, 'c> {
    fn is_over(&self) -> bool {
        self.is_stopped || self.is_all_read && self.batches.is_empty() && self.in_hand == 0
    }

    /// Stops where it is not.
    fn is_fine(&mut self, outcome: Result<(), RunError>) -> bool {
        if let Err(error) = outcome {
            self.is_stopped = true;
            self.failure.get_or_insert(error);
            return false;
        }
        true
    }

    /// What there is to do.
    fn next(&mut self, thread: usize) -> Option<Task<'a, 'c>> {
        if self.clerk.is_some() && self.batches.front().is_some_and(|first| first.left == 0) {
            let flight = self.batches.pop_front()?;
            self.taken.iter_mut().for_each(|taken| *taken -= 1);
            self.in_hand += 1;
            return self.clerk.take().map(|clerk| Task::Write(clerk, flight));
        }
        // Each thread begins with other parts, so that what a part has stays near one of them.
        let parts = self.runners.len();
        let order = (0..parts).map(|at| (at + thread) % parts);
        let is_free = |part: &usize| self.runners[*part].is_some() && self.taken[*part] < self.batches.len();
        let oldest = order.filter(is_free).min_by_key(|&part| self.taken[part]);
        if let Some(part) = oldest {
            let flight = &mut self.batches[self.taken[part]];
            let (batch, findings) = (flight.batch.clone(), std::mem::take(&mut flight.findings[part]));
            return self.runners[part].take().map(|runner| Task::Run(part, runner, batch, findings));
        }
        if self.is_all_read || self.batches.len() + self.in_hand >= IN_FLIGHT {
            return None;
        }
        let reading = self.reading.take()?;
        self.in_hand += 1;
        let (batch, mut findings) = self.spare.pop().unwrap_or_default();
        findings.resize_with(parts, Findings::default);
        Some(Task::Read(reading, batch, findings))
    }
}

/// Lets the others know of a thread that panics.
struct Watch<'w, 'a, 'c>(&'w Crew<'a, 'c>);

impl Drop for Watch<'_, '_, '_> {
    fn drop(&mut self) {
        if let Ok(mut state) = self.0.state.lock() {
            state.is_stopped = true;
        }
        self.0.changed.notify_all();
    }
}
