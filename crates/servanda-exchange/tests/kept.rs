//! What a run keeps follows what is open, not how long the feed is.

#![allow(clippy::disallowed_methods)]

use std::fmt::Write;
use std::path::Path;

use servanda::load::{DefaultLaw, open};
use servanda_exchange::{Order, RunOptions, run};

/// Every claim is discharged within the week, two a day.
fn feed(claims: u32) -> String {
    let mut rows: Vec<(u32, &str, u32)> = Vec::new();
    for id in 0..claims {
        rows.push((id / 2, "open", id));
        rows.push((id / 2 + id % 7, "discharge", id));
    }
    rows.sort_by_key(|row| row.0);
    let mut text = "time,action,id,debtor\n".to_owned();
    for (day, action, id) in rows {
        writeln!(text, "{day},{action},{id},{}", id % 10).expect("a text has room");
    }
    text
}

fn kept(folder: &Path, claims: u32, order: Order) -> usize {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/deadline/deadline.md");
    let dossier = open(&rules, DefaultLaw::None).expect("rules");
    let path = folder.join(format!("{claims}.csv"));
    std::fs::write(&path, feed(claims)).expect("room for the feed");
    let options = RunOptions {
        feeds: vec![path],
        out: folder.join("out.csv"),
        until: Some((claims / 2 + 7).to_string()),
        order,
        late: 0,
        skip_bad_rows: false,
        threads: 1,
        checkpoints: None,
    };
    run(&dossier.model, &options, &mut |_| {}).expect("a feed in order").kept
}

#[test]
fn duties_that_are_met_are_not_kept() {
    let folder = std::env::temp_dir().join(format!("servanda-kept-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    for order in [Order::AsTheyClose, Order::Sorted] {
        let (short, long) = (kept(&folder, 200, order), kept(&folder, 4000, order));
        assert!(long <= short + 20, "{order:?}: {short} of 200 claims, {long} of 4000");
    }
    std::fs::remove_dir_all(folder).expect("the folder is there");
}
