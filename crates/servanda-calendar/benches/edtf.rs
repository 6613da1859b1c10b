//! How fast expressions are read and bounded, beside the crate edtf-core on the same texts.
//!
//! `cargo bench -p servanda-calendar` reads the shared corpus if it lies beside the workspace.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use servanda_calendar::Edtf;

const BUILT_IN: &[&str] = &[
    "1985",
    "1985-04",
    "1985-04-12",
    "1985-04-12T23:20:30Z",
    "1964/2008",
    "2004-06-11%",
    "201X",
    "1985-XX-XX",
    "2001-21",
    "1985/..",
    "-0043-03-15",
    "Y170000002",
    "2004-06-~11",
    "[1667,1668,1670..1672]",
    "156X-12-25",
    "1560-X2",
    "Y17E7",
    "1950S2",
];

const ROUNDS: usize = 200;
const SAMPLES: usize = 9;

fn main() {
    let texts = corpus().unwrap_or_else(|| BUILT_IN.iter().map(|&text| text.to_owned()).collect());
    let valid: Vec<String> =
        texts.iter().filter(|text| Edtf::parse(text).is_ok() && edtf_core::is_valid(text)).cloned().collect();
    let plain: Vec<String> =
        valid.iter().filter(|text| Edtf::parse(text).is_ok_and(|edtf| edtf.level() == 0)).cloned().collect();
    for (name, texts) in [("all", &texts), ("valid in both", &valid), ("level 0", &plain)] {
        let ours = best(texts, |text| {
            if let Ok(edtf) = Edtf::parse(text) {
                black_box(edtf.bounds());
            }
        });
        let theirs = best(texts, |text| {
            if let Ok(edtf) = edtf_core::Edtf::parse(text) {
                black_box(edtf.bounds());
            }
        });
        let nanoseconds = |time: Duration| time.as_secs_f64() * 1e9 / (texts.len() * ROUNDS) as f64;
        let (ours, theirs) = (nanoseconds(ours), nanoseconds(theirs));
        println!(
            "{name:14} {:4} texts: {ours:6.1} ns each ({:4.1} million/s); edtf-core {theirs:6.1} ns; ratio {:.2}",
            texts.len(),
            1e3 / ours,
            ours / theirs
        );
    }
}

/// The shortest of several runs over all texts.
fn best(texts: &[String], read: impl Fn(&str)) -> Duration {
    let run = || {
        let begun = Instant::now();
        for _ in 0..ROUNDS {
            for text in texts {
                read(black_box(text));
            }
        }
        begun.elapsed()
    };
    (0..SAMPLES).map(|_| run()).min().unwrap_or_default()
}

fn corpus() -> Option<Vec<String>> {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "..", "..", "..", "shared", "edtf", "public.jsonl"].iter().collect();
    let text = std::fs::read_to_string(path).ok()?;
    let input = |line| serde_json::from_str::<serde_json::Value>(line).ok()?["input"].as_str().map(str::to_owned);
    Some(text.lines().filter_map(input).collect())
}
