//! Tests: random rules over random feeds come to the same whether instances fall into parts or not, and byte for byte to
//! the same whatever the number of threads.

use std::path::{Path, PathBuf};

use servanda::load::{DefaultLaw, open};
use servanda_model::Program;

use crate::run::{Order, RunOptions, Summary, run_in_parts};
use crate::shares::Shares;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

const VOCABULARY: &str = "uses clock integers
kind agent
agent Ann, Bob
kind ware
ware Teapot, Lamp
action {a: agent} poke/pokes/poked {b: ware} with {n: number}
action {a: agent} drop/drops/dropped {b: ware}
action {b: ware} ring/rings/rang for {a: agent}
action {a: agent} rest/rests/rested
action {a: agent} shine/shines/shone {b: ware}
fluent {a: agent} is hot
  ties     ending wins
  deadline true ends after 4, renewable
fluent {a: agent} holds {b: ware}
  ties     TIES
fluent mood of {a: agent}: one of glad, sad, calm
  ties     TIES
fluent score of {a: agent}: number
fluent rank of {b: ware} for {a: agent}: one of low, high
  ties     ending wins
  deadline high becomes low after 5
fluent {a: agent} is chief
fluent {b: ware} is banned
fluent {a: agent} is fine
fluent {a: agent} may take {b: ware}
fluent noise: number
";

/// Each is there or not, with these odds in twenty. The last ones join what has nothing in common.
const CLAUSES: &[(u64, &str)] = &[
    (
        14,
        "rule Poked\n  for a: agent; b: ware; n: number\n  when a pokes b with n\n  if not a is hot\n  then a is hot; score of a increases by n",
    ),
    (14, "rule Dropped\n  for a: agent; b: ware\n  when a drops b\n  then a holds b ends; mood of a becomes sad"),
    (
        14,
        "rule Taken\n  for a: agent; b: ware; n: number\n  when a pokes b with n\n  if n > 2\n  then a holds b; mood of a becomes glad",
    ),
    (
        12,
        "rule Rung\n  for a: agent; b: ware\n  when b rings for a\n  if a holds b\n  then rank of b for a becomes high",
    ),
    (12, "rule Cooled\n  for a: agent; b: ware\n  when a is hot ends\n  if a holds b\n  then a shines b"),
    (
        12,
        "rule Shone\n  for a: agent; b: ware\n  when a shines b\n  unless a drops b\n  then rank of b for a becomes low; mood of a becomes calm",
    ),
    (10, "rule Worn\n  for a: agent; b: ware\n  when a holds b has held for 3\n  then rank of b for a ends"),
    (
        10,
        "rule Later\n  for a: agent; b: ware; n: number\n  when 2 after a pokes b with n\n  if not b is banned\n  then score of a increases by 1",
    ),
    (
        10,
        "rule Counted\n  for a: agent; b: ware\n  when a rests\n  if (count of b where a holds b) > 1\n  then mood of a becomes calm",
    ),
    (10, "rule Chief\n  for a: agent\n  when a rests\n  if a is chief\n  then a is hot"),
    (
        10,
        "rule Banned\n  for a: agent; b: ware\n  when b rings for a\n  if b is banned\n  then a holds b ends; rank of b for a becomes low",
    ),
    (10, "norm Settle: a must drop b\n  for a: agent; b: ware; n: number\n  when a pokes b with n\n  within 6"),
    (8, "norm Quiet: a must not rest\n  for a: agent; b: ware\n  when a drops b\n  until b rings for a"),
    (10, "define a is fine\n  for a: agent; n: number\n  while score of a is n; n > 3; not a is hot"),
    (
        10,
        "define a may take b\n  for a: agent; b: ware\n  while rank of b for a is high; not b is banned; not mood of a is sad",
    ),
    (10, "rule Sad\n  for a: agent\n  when mood of a sad begins\n  then score of a decreases by 1"),
    (6, "fact: Teapot is banned"),
    (6, "fact: Ann is chief"),
    (6, "fact 5..15: Bob is chief"),
    (6, "event 7: Ann rests"),
    (6, "event 12: Bob pokes Lamp with 3"),
    (
        2,
        "rule Envied\n  for a, c: agent; b: ware; n: number\n  when a pokes b with n\n  if c holds b; c != a\n  then mood of c becomes sad",
    ),
    (2, "rule Heard\n  for a: agent\n  when a rests\n  then noise increases by 1"),
    (2, "rule Forbidden\n  for a: agent; b: ware\n  when a drops b\n  if a is chief\n  then b is banned"),
];

/// All of two things at once, which stand now in one order and now in the other.
const OF_TWO: &[(u64, &str)] = &[
    (
        16,
        "rule Raised\n  for a: agent; b: ware; n: number\n  when a pokes b with n\n  then rank of b for a becomes high",
    ),
    (
        14,
        "rule Lowered\n  for a: agent; b: ware\n  when b rings for a\n  then rank of b for a becomes low; a holds b ends",
    ),
    (14, "rule Kept\n  for a: agent; b: ware\n  when a drops b\n  if rank of b for a is low\n  then a holds b"),
    (14, "norm Answer: a must drop b\n  for a: agent; b: ware\n  when b rings for a\n  within 6"),
    (10, "define a may take b\n  for a: agent; b: ware\n  while rank of b for a is high; not a holds b"),
];

fn rules(random: &mut Random) -> String {
    let clauses = if random.below(4) == 0 { OF_TWO } else { CLAUSES };
    let ties = ["ending wins", "contradiction"][random.below(2) as usize];
    let clauses = clauses.iter().filter(|(odds, _)| random.below(20) < *odds).map(|(_, text)| format!("{text}\n"));
    let text = VOCABULARY.replace("TIES", ties) + &clauses.collect::<String>();
    format!("```servanda\n{text}```\n")
}

/// Rows up to two ticks late, one in three hundred wrong; some names are both of agents and of wares.
fn feed(random: &mut Random, rows: u64) -> String {
    let each = [1, 7, 60][random.below(3) as usize];
    let mut text = "time,action,x,y,n\n".to_owned();
    for at in 0..rows {
        let tick = (at / each + 2).saturating_sub(random.below(3));
        let newest = 3 + at / 40;
        let mut named = |of: &str, declared: [&str; 2]| match random.below(12) {
            0 => declared[random.below(2) as usize].to_owned(),
            1 => format!("both {}", random.below(newest)),
            _ => format!("{of} {}", newest - 1 - random.below(newest.min(20))),
        };
        let (a, b) = (named("agent", ["Ann", "Bob"]), named("ware", ["Teapot", "Lamp"]));
        let row = match random.below(300) {
            0 => format!("poke,{a},{b},many"),
            1 => format!("kick,{a},{b},"),
            2..100 => format!("poke,{a},{b},{}", random.below(6)),
            100..180 => format!("drop,{a},{b},"),
            180..250 => format!("ring,{b},{a},"),
            _ => format!("rest,{a},,"),
        };
        text += &format!("{tick},{row}\n");
    }
    text
}

struct Case {
    folder: PathBuf,
    feeds: Vec<PathBuf>,
}

impl Case {
    fn run(&self, order: Order, threads: usize, shares: fn(&Program) -> Shares) -> (String, Summary) {
        let dossier = open(&self.folder.join("rules.md"), DefaultLaw::None).expect("rules");
        let found = &dossier.model.diagnostics;
        assert!(found.iter().all(|it| it.severity != servanda_diagnostics::Severity::Error), "{found:?}");
        let out = self.folder.join("out.csv");
        let options = RunOptions {
            feeds: self.feeds.clone(),
            out: out.clone(),
            until: None,
            order,
            late: 2,
            skip_bad_rows: true,
            threads,
            checkpoints: None,
        };
        let summary = run_in_parts(&dossier.model, &options, shares, &mut |_| {}).expect("a run");
        (std::fs::read_to_string(out).expect("the result"), summary)
    }
}

fn lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

/// Whether instances fell into parts.
fn try_one(seed: u64) -> bool {
    let mut random = Random(seed);
    let folder = std::env::temp_dir().join(format!("servanda-apart-{}-{seed}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("rules.md"), rules(&mut random)).expect("rules");
    let feeds = (0..1 + random.below(2)).map(|at| {
        let path = folder.join(format!("feed{at}.csv"));
        let rows = [300, 5_000][usize::from(seed.is_multiple_of(8))];
        std::fs::write(&path, feed(&mut random, rows)).expect("a feed");
        path
    });
    let case = Case { feeds: feeds.collect(), folder };
    let model = open(&case.folder.join("rules.md"), DefaultLaw::None).expect("rules").model;
    let mut program = model.program_under(&[]);
    crate::slice::slice(&mut program, &crate::write::written(&model));
    let falls_apart = Shares::of(&program).parts > 1;
    for order in [Order::Sorted, Order::AsTheyClose] {
        let (whole, of_whole) = case.run(order, 1, |_| Shares::none());
        let (apart, of_apart) = case.run(order, 1, Shares::of);
        assert!(lines(&whole) == lines(&apart), "seed {seed}, {order:?}");
        assert!(order == Order::AsTheyClose || whole == apart, "seed {seed}: in another order");
        let told = |it: &Summary| (it.events, it.intervals, it.skipped, it.contradictions);
        assert_eq!(told(&of_whole), told(&of_apart), "seed {seed}");
        for threads in [2, 3, 8] {
            let (with_threads, summary) = case.run(order, threads, Shares::of);
            assert!(with_threads == apart, "seed {seed}, {order:?}, {threads} threads");
            assert_eq!(format!("{summary:?}"), format!("{of_apart:?}"), "seed {seed}");
        }
    }
    std::fs::remove_dir_all(&case.folder).expect("the folder");
    falls_apart
}

#[test]
fn nothing_depends_on_parts_or_threads() {
    let seeds = std::env::var("SEEDS").ok().and_then(|it| it.parse().ok()).unwrap_or(64);
    let fall_apart = (0..seeds).filter(|&seed| try_one(seed)).count() as u64;
    assert!((seeds / 4..seeds).contains(&fall_apart), "{fall_apart} of {seeds} fall into parts");
}

fn shares_of(text: &str) -> Shares {
    let folder = std::env::temp_dir().join(format!("servanda-shares-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(format!("{:?}.md", std::thread::current().id()));
    std::fs::write(&path, format!("```servanda\nuses clock integers\n{text}\n```\n")).expect("rules");
    let model = open(&path, DefaultLaw::None).expect("rules").model;
    std::fs::remove_file(path).expect("the rules");
    let mut program = model.program_under(&[]);
    crate::slice::slice(&mut program, &crate::write::written(&model));
    Shares::of(&program)
}

#[test]
fn rules_that_join_on_one_thing_fall_apart_by_it() {
    let text = "kind agent\naction {a: agent} lend/lends/lent {n: number} to {b: agent}
action {b: agent} pay/pays/paid {a: agent}\nfluent debt of {b: agent} to {a: agent}: number
rule Lent\n  for a, b: agent; n: number\n  when a lends n to b\n  then debt of b to a increases by n
rule Paid\n  for a, b: agent\n  when b pays a\n  then debt of b to a ends";
    assert!(shares_of(text).parts > 1);
    // What one owes altogether is still of one debtor; what all owe is of nobody.
    let total = "\nfluent debts of {b: agent}: number\ndefine debts of b is sum of n where debt of b to a is n
  for a, b: agent; n: number\n  while debt of b to c is m\n  for c: agent; m: number";
    let of_all = "\nfluent debts: number\nrule All\n  for a, b: agent; n: number\n  when a lends n to b\n  then debts increases by n";
    assert!(shares_of(&(text.to_owned() + total)).parts > 1);
    assert_eq!(shares_of(&(text.to_owned() + of_all)).parts, 1);
}

#[test]
fn the_examples_fall_apart_where_they_can() {
    let parts = |example: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(example);
        let model = open(&path, DefaultLaw::None).expect("the example is there").model;
        let mut program = model.program_under(&[]);
        crate::slice::slice(&mut program, &crate::write::written(&model));
        Shares::of(&program).parts
    };
    assert!(parts("deadline") > 1);
    // An agent is suspended in all its dealings, and a member in all ballots.
    assert_eq!((parts("netbill"), parts("committee")), (1, 1));
}
