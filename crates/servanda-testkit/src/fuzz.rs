//! Fuzzing on stable Rust: known inputs, altered at random, until something panics or time is up.
//!
//! Nothing is measured of what the program does with an input: coverage needs a nightly compiler. What makes up for it
//! are good seeds, and words of the format that are put in. An input that panics is written to the corpus, where every
//! later run tries it first.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// How many seconds each target takes, if this variable is set; otherwise a fixed number of the same inputs.
pub const SECONDS: &str = "SERVANDA_FUZZ_SECONDS";

/// What is fuzzed.
pub struct Fuzz<'a> {
    /// A name, for messages.
    pub name: &'a str,
    /// Where inputs are kept that once failed, and others worth keeping; need not be there.
    pub corpus: PathBuf,
    /// A file for the input being tried, which is left there if the process dies of it.
    pub trying: PathBuf,
    /// More inputs to begin with.
    pub seeds: Vec<Vec<u8>>,
    /// Words of the format.
    pub words: &'a [&'a str],
    /// How many inputs are tried where no time is given.
    pub rounds: u32,
}

impl Fuzz<'_> {
    /// Tries inputs.
    ///
    /// # Panics
    /// If an input makes the target panic or takes it more than ten seconds; the input is then in the corpus.
    pub fn run(mut self, mut target: impl FnMut(&[u8])) {
        self.seeds.extend(files(&self.corpus));
        assert!(!self.seeds.is_empty(), "{} has seeds", self.name);
        for seed in &self.seeds {
            self.attempt(seed, &mut target);
        }
        let seconds = std::env::var(SECONDS).ok().and_then(|text| text.parse().ok());
        let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
        let of_now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(1, |it| it.as_nanos() as u64);
        let mut random = Random(if until.is_some() { of_now() } else { 1 });
        let mut tried = 0_u32;
        while until.map_or(tried < self.rounds, |until| Instant::now() < until) {
            let input = self.alter(&mut random);
            self.attempt(&input, &mut target);
            tried += 1;
        }
        let _ = fs::remove_file(&self.trying);
        println!("{}: {} seeds, {tried} more inputs", self.name, self.seeds.len());
    }

    fn attempt(&self, input: &[u8], target: &mut impl FnMut(&[u8])) {
        fs::write(&self.trying, input).expect("the input can be written down");
        let start = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| target(input)));
        let is_slow = start.elapsed() > Duration::from_secs(10);
        if outcome.is_ok() && !is_slow {
            return;
        }
        let digest = input.iter().fold(7_u64, |so_far, byte| so_far.wrapping_mul(0x0100_0000_01b3) ^ u64::from(*byte));
        let kept = self.corpus.join(format!("found-{digest:016x}"));
        let _ = fs::create_dir_all(&self.corpus);
        fs::write(&kept, input).expect("the input can be kept");
        let why = if is_slow { "takes more than ten seconds for" } else { "panics on" };
        panic!("{} {why} {}:\n{}", self.name, kept.display(), String::from_utf8_lossy(input));
    }

    fn alter(&self, random: &mut Random) -> Vec<u8> {
        let mut input = random.pick(&self.seeds).clone();
        for _ in 0..=random.below(5) {
            let (from, to) = random.range(input.len());
            match random.below(9) {
                0 => drop(input.drain(from..to)),
                1 => input.truncate(from),
                2 => input.extend_from_within(from..to),
                3 => {
                    let part = input[from..to].to_vec();
                    let at = random.below(input.len() + 1);
                    input.splice(at..at, part);
                }
                4 if !input.is_empty() => {
                    let at = random.below(input.len());
                    input[at] ^= 1 << random.below(8);
                }
                5 => {
                    let other = random.pick(&self.seeds);
                    let (first, last) = random.range(other.len());
                    input.splice(from..to, other[first..last].iter().copied());
                }
                6 => drop(input.splice(from..from, [random.below(256) as u8])),
                _ if self.words.is_empty() => {}
                _ => drop(input.splice(from..to.min(from + 12), random.pick(self.words).bytes())),
            }
        }
        input.truncate(1 << 16);
        input
    }
}

/// The files of a folder, in order of name.
#[must_use]
pub fn files(folder: &Path) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    paths.sort();
    paths.into_iter().filter_map(|path| fs::read(path).ok()).collect()
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// A part of something so long; mostly short.
    fn range(&mut self, length: usize) -> (usize, usize) {
        let from = self.below(length + 1);
        let most = if self.below(4) == 0 { length } else { 16 };
        (from, (from + self.below(most + 1)).min(length))
    }
}
