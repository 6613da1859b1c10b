//! Readers of whatever people have: no input may make them panic. A short run of the same inputs each time; with
//! `cargo xtask fuzz SECONDS`, ever new ones.

#![allow(clippy::disallowed_methods)]

use std::fs;
use std::path::{Path, PathBuf};

use servanda::archive::Entry;
use servanda::ask::ask;
use servanda::load::{DefaultLaw, model_of};
use servanda::proving::{ProofFile, Prover, file, verify};
use servanda::world::World;
use servanda_diagnostics::FileId;
use servanda_exchange::{Order, RunOptions, run};
use servanda_model::Model;
use servanda_model::model::View;
use servanda_syntax::Document;
use servanda_testkit::fuzz::{Fuzz, files};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn fuzz<'a>(name: &'a str, rounds: u32, words: &'a [&'a str]) -> Fuzz<'a> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
    fs::create_dir_all(&folder).expect("a folder for the test");
    let corpus = here("tests/corpus").join(name);
    Fuzz { name, corpus, trying: folder.join(name), seeds: Vec::new(), words, rounds }
}

fn model(path: &str, text: &str, law: DefaultLaw) -> Model {
    model_of(&[Entry { path: path.to_owned(), text: Ok(text.to_owned()) }], law)
}

/// A dossier with its treaty, and questions that can be asked of it.
fn treaty() -> Model {
    model("treaty.md", include_str!("../template/treaty.md"), DefaultLaw::Library)
}

const WORDS: &[&str] = &[
    "\n```servanda\n",
    "\n```\n",
    "# A\n",
    "event ",
    "fact ",
    "rule R\n",
    "norm N: ",
    "when ",
    "if ",
    "not ",
    "unless ",
    "then ",
    "define ",
    "while ",
    "for a, b: ",
    "treaty T between A and B\n",
    "action {a: ",
    "fluent {a} of {",
    "}",
    "kind ",
    "1939-10-10",
    "1939-02-30",
    "-0044~",
    "..",
    "before ",
    "after 3 days",
    "99999999999999999999",
    "0",
    "-1",
    "within ",
    "becomes ",
    "increases by ",
    "count of x where ",
    "is unknown",
    "at most ",
    " and ",
    " or ",
    ":",
    ";",
    "(",
    ")",
    "\"",
    "“",
    "…",
    "\u{301}",
    "\r\n",
    "\t",
    "  source ",
    "uses clock integers\n",
    "reading X of N\n",
    "ä",
    "check on 1920\n  expect ",
    "one of a, b",
    "ties ending wins",
    "deadline x ends after 3, renewable",
    "suppose ",
];

#[test]
fn dossiers() {
    let mut fuzz = fuzz("dossier", 500, WORDS);
    for folder in ["template", "../servanda/tests/literate", "../../examples/netbill", "../../examples/committee"] {
        let texts = files(&here(folder)).into_iter().filter(|text| text.len() < 20_000);
        fuzz.seeds.extend(texts.filter(|text| text.windows(11).any(|part| part == b"```servanda")));
    }
    fuzz.run(|input| {
        let text = String::from_utf8_lossy(input);
        let document = Document::parse(FileId::default(), "a.md", text.as_ref());
        assert_eq!(document.print(), text, "nothing is lost");
        let _ = servanda_syntax::format(&document);
        let model = model("a.md", &text, DefaultLaw::None);
        let _ = ask(&mut World::new(&model), "which norms are breached", &View::default());
    });
}

#[test]
fn questions() {
    let words = &[
        "who ",
        "what ",
        "when ",
        "which norms ",
        "how many ",
        "is ",
        "was ",
        "not ",
        "controls ",
        "in force",
        "Sele",
        "Arvenia",
        "Belmark",
        "Eastmarch",
        "bind ",
        "breached",
        "of ",
        "to ",
        "for ",
        "know of ",
        "?",
        "\"",
        "title ",
        "1924-10-12",
        "on ",
        "20 000",
        "troops ",
        "(",
        "…",
        "{",
        "}",
        " ",
    ];
    let mut fuzz = fuzz("ask", 300, words);
    let asked = fs::read_to_string(here("tests/corpus/ask/questions")).expect("questions are kept");
    fuzz.seeds = asked.lines().map(|line| line.as_bytes().to_vec()).collect();
    let model = treaty();
    let mut world = World::new(&model);
    fuzz.run(|input| {
        let text = String::from_utf8_lossy(&input[..input.len().min(400)]);
        let _ = ask(&mut world, &text, &View::default());
    });
}

#[test]
fn proofs() {
    let words = &["null", "true", "0", "-1", "9223372036854775807", "{}", "[]", "\"\"", "\"at\":", "1e99", ","];
    let mut fuzz = fuzz("proof", 250, words);
    let model = treaty();
    let mut world = World::new(&model);
    let questions = ["who controls Eastmarch", "when was Sele in force", "is Corvia neutral"].map(str::to_owned);
    let mut prover = Prover::new(&world).expect("the dates are clear");
    let proofs: Vec<_> =
        prover.prove(&mut world, &questions, &View::default()).into_iter().filter_map(Result::ok).collect();
    assert!(!proofs.is_empty(), "there is something to begin with");
    for proof in proofs {
        let text = serde_json::to_vec(&file(&model, vec![proof])).expect("it can be written");
        assert!(verify(&world, &serde_json::from_slice(&text).expect("it can be read")).is_ok());
        fuzz.seeds.push(text);
    }
    fuzz.run(|input| {
        if let Ok(file) = serde_json::from_slice::<ProofFile>(input) {
            let _ = verify(&world, &file);
        }
    });
}

const RULES: &str = "```servanda
uses clock seconds
kind agent
action {a: agent} pay/pays {n: number} on {d: day} as {t: text} after {l: duration} with {x: any}
fluent sum of {a: agent}: number
fluent note of {a: agent} for {x: any}: any
rule Paid
  for   a: agent; n: number; d: day; t: text; l: duration; x: any
  when  a pays n on d as t after l with x
  then  sum of a increases by n; note of a for x becomes t
feed once: {who} pays 3 on {day} as {why} after 2 days with {what}
  where  n > 2; what != \"nothing\"
```
";

/// Runs the rules over a feed of any bytes: whole rows are taken or refused, and no file is left that is not whole.
fn feeds(fuzz: Fuzz<'_>, extension: &str) {
    let folder = fuzz.trying.with_extension("run");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    let model = model("rules.md", RULES, DefaultLaw::None);
    assert!(model.diagnostics.is_empty(), "{:?}", model.diagnostics);
    let (feed, out) = (folder.join("feed").with_extension(extension), folder.join("out.csv"));
    let mut round = 0;
    fuzz.run(|input| {
        round += 1;
        fs::write(&feed, input).expect("a feed can be written");
        let options = RunOptions {
            feeds: vec![feed.clone(); 1 + round % 2],
            out: out.clone(),
            until: None,
            order: if round % 3 == 0 { Order::AsTheyClose } else { Order::Sorted },
            late: [0, 0, 5, i64::MAX][round % 4],
            skip_bad_rows: round % 5 != 0,
            threads: 1,
            checkpoints: None,
        };
        let is_done = run(&model, &options, &mut |_| {}).is_ok();
        assert_eq!(out.exists(), is_done, "the result is whole or not there");
        let _ = fs::remove_file(&out);
        assert_eq!(fs::read_dir(&folder).expect("listed").count(), 1, "nothing else is left");
    });
}

#[test]
fn csv_feeds() {
    let words = &[
        "\"",
        "\"\"",
        ",",
        "\n",
        "\r\n",
        "\r",
        "\u{feff}",
        "time,action,",
        "1939-10-10",
        "T12:30:00+02:00",
        "-5",
        "1e9",
        "99999999999999999999",
        "0.0000000000000000001",
        "pay",
        "once",
        "30 days",
        "\0",
        "é",
        "2 months",
        "who",
        "n",
    ];
    feeds(fuzz("csv", 3000, words), "csv");
}

#[test]
fn parquet_feeds() {
    feeds(fuzz("parquet", 3000, &["PAR1", "\0\0\0\0", "\u{7f}", "time", "action"]), "parquet");
}
