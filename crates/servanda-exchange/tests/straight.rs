//! Rows are understood alike whether they are read straight from the text or cell by cell.
//!
//! A row whose first cell stands in quotation marks is taken cell by cell, and means the same. So each feed is run twice:
//! as it is, and with quotation marks. What is written, and what is said of bad rows, must be the same.

#![allow(clippy::disallowed_methods)]

use std::path::{Path, PathBuf};

use servanda::load::{DefaultLaw, open};
use servanda_exchange::{Order, RunOptions, run};
use servanda_model::Model;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit as u64) as usize
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name)
}

/// The rows of an example's feed, some of them changed in one or two ways. The first cell of none needs quotation marks.
fn rows(feed: &str, random: &mut Random) -> Vec<Vec<String>> {
    const ODD: [&str; 20] = [
        "",
        "7",
        "0012",
        "12345678",
        "123456789",
        "-3",
        "1.50",
        "1e3",
        " 7",
        "7 ",
        "a",
        "book",
        "two words",
        "é",
        "+4",
        "a name of more than fifteen bytes",
        "fifteen bytes..",
        "1970-01-02",
        "x\"y",
        "a,b",
    ];
    let mut rows = Vec::new();
    for line in feed.lines().skip(1) {
        let mut row: Vec<String> = line.split(',').map(str::to_owned).collect();
        for _ in 0..random.below(10).saturating_sub(7) {
            match random.below(8) {
                0 => row.push(random.of(&["", "", "more"]).to_owned()),
                1 if row.len() > 1 => drop(row.pop()),
                2 => row[0] = random.of(&["", "x", "-1", "00", "5.5", "99999999999999999999", "1970-01-01"]).to_owned(),
                _ => {
                    let at = random.below(row.len());
                    if at > 0 {
                        row[at] = random.of(&ODD).to_owned();
                    }
                }
            }
        }
        rows.push(row);
    }
    rows
}

fn cell(text: &str, is_quoted: bool) -> String {
    let needs = text.contains([',', '"']);
    if is_quoted || needs { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// The result, and what was said of bad rows.
fn outcome(model: &Model, feed: &Path, late: i64, text: &str) -> (String, u64, String) {
    std::fs::write(feed, text).expect("room for the feed");
    let options = RunOptions {
        feeds: vec![feed.to_path_buf()],
        out: feed.with_extension("out"),
        until: None,
        order: Order::Sorted,
        late,
        skip_bad_rows: true,
        threads: 1,
        checkpoints: None,
    };
    let summary = run(model, &options, &mut |_| {}).expect("bad rows are passed over");
    let result = std::fs::read_to_string(&options.out).expect("a result");
    (result, summary.skipped, format!("{} {:?}", summary.events, summary.troubles))
}

#[test]
fn rows_mean_the_same_however_they_are_read() {
    let folder = std::env::temp_dir().join(format!("servanda-straight-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("feed.csv");
    let mut random = Random(11);
    let mut has_skipped = false;
    for name in ["netbill", "committee", "deadline", "offers"] {
        let model = open(&example(&format!("{name}/{name}.md")), DefaultLaw::None).expect("rules").model;
        let feed = std::fs::read_to_string(example(&format!("{name}/feed.csv"))).expect("a feed");
        let feed: String = feed.lines().take(1_500).map(|line| format!("{line}\n")).collect();
        for round in 0..12 {
            let (header, end) = (feed.lines().next().expect("a header"), random.of(&["\n", "\r\n"]));
            let (mut plain, mut quoted) = (format!("{header}{end}"), format!("{header}{end}"));
            for row in rows(&feed, &mut random) {
                for (text, quotes_first) in [(&mut plain, false), (&mut quoted, true)] {
                    let cells = row.iter().enumerate().map(|(at, it)| cell(it, quotes_first && at == 0));
                    *text += &cells.collect::<Vec<_>>().join(",");
                    *text += end;
                }
            }
            let late = [0, 3][random.below(2)];
            let found = outcome(&model, &path, late, &plain);
            has_skipped |= found.1 > 0;
            assert!(found == outcome(&model, &path, late, &quoted), "{name}, round {round}: {}", found.2);
        }
    }
    assert!(has_skipped);
    std::fs::remove_dir_all(folder).expect("the folder is there");
}
