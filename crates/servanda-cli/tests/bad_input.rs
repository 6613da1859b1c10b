//! Whatever is put before it, the command says what is wrong, ends with 1 or 2, and leaves the folder as it was.

mod support;

use std::fs;
use std::path::Path;

use support::{dossier, folder, servanda};

const CAST: &str = "```servanda\npolity Arvenia, Belmark\nplace Eastmarch\n";

/// Runs the commands that read a dossier; all must end well, and `check` with this code among its findings.
fn refuses(folder: &Path, code: &str) {
    let before = listing(folder);
    let checked = servanda(folder, &["check", "."]);
    assert!(matches!(checked.status, 1 | 2), "{}: {}{}", checked.status, checked.out, checked.err);
    assert!(checked.err.contains(&format!("[{code}]")), "{code} is not in:\n{}", checked.err);
    for verb in ["report", "sources", "chronology"] {
        let ran = servanda(folder, &[verb, "."]);
        assert!(matches!(ran.status, 0..=2), "{verb} ended with {}: {}", ran.status, ran.err);
    }
    let asked = servanda(folder, &["ask", ".", "who controls Eastmarch"]);
    assert!(matches!(asked.status, 0..=2), "ask ended with {}: {}", asked.status, asked.err);
    assert_eq!(listing(folder), before, "something was written");
}

fn listing(folder: &Path) -> Vec<std::ffi::OsString> {
    let mut names: Vec<_> =
        fs::read_dir(folder).expect("it is there").map(|it| it.expect("it can be listed").file_name()).collect();
    names.sort();
    names
}

#[test]
fn a_reader_that_goes_away_changes_no_status() {
    let folder = folder("unread");
    let event = "event 1920-01-01: Arvenia takes control of Eastmarch\n";
    for (name, wrong, status) in [("good", "", 0), ("bad", "event 1920-01-01: Arvenia devours Eastmarch\n", 1)] {
        let dossier = folder.join(name);
        fs::create_dir_all(&dossier).expect("it can be made");
        fs::write(dossier.join("dossier.md"), format!("{CAST}{event}{wrong}```\n")).expect("it can be written");
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_servanda"))
            .args(["check", "."])
            .current_dir(&dossier)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("it starts");
        drop(child.stdout.take());
        assert_eq!(child.wait().expect("it ends").code(), Some(status), "{name}");
    }
}

#[test]
fn truncated_anywhere() {
    let whole = include_str!("../template/treaty.md");
    let folder = folder("truncated");
    for cut in (0..whole.len()).step_by(97).filter(|cut| whole.is_char_boundary(*cut)) {
        fs::write(folder.join("dossier.md"), &whole[..cut]).expect("it can be written");
        let ran = servanda(&folder, &["check", "."]);
        assert!(matches!(ran.status, 0..=2), "cut at {cut}: {}", ran.err);
    }
    fs::write(folder.join("dossier.md"), format!("{CAST}treaty Sele between Arvenia and\n  signed 1921-03-"))
        .expect("it can be written");
    refuses(&folder, "unclosed-block");
}

#[test]
fn unknown_words_and_names() {
    refuses(&dossier("words", &format!("{CAST}event 1924: Arvenia controlls Eastmarch\n```\n")), "unknown-word");
    refuses(&dossier("names", &format!("{CAST}event 1924: Arvenia attacks Belmrk\n```\n")), "unknown-name");
}

#[test]
fn points_of_view_that_nobody_has_are_refused() {
    let text = "treaty Sele between Arvenia and Belmark\n  enters into force 1920-01-01\nsource atlas \"Atlas\"\n  \
                published 1931\nevent 1920-03-20: Arvenia attacks Belmark\n  source atlas\n";
    let folder = dossier("views", &format!("{CAST}{text}```\n"));
    let ask = |view: &[&str]| servanda(&folder, &[&["ask", ".", "is Sele in force"], view].concat());
    for name in ["Sele", "Belmark", "Eastmarch"] {
        let refused = ask(&["--under", name]);
        assert!(refused.status == 2 && refused.err.contains("error[bad-view]"), "{name}: {}", refused.err);
    }
    for name in ["Sele", "Eastmarch"] {
        let refused = ask(&["--as", name]);
        assert!(refused.status == 2 && refused.err.contains("Arvenia, Belmark"), "{name}: {}", refused.err);
    }
    assert_eq!(ask(&["--as", "Belmark"]).status, 0);
    let day = ask(&["--on", "1936-3-20"]);
    assert!(day.status == 2 && day.err.contains("help: write `--on 1936-03-20`"), "{}", day.err);
    let early = ask(&["--known", "36"]);
    assert!(early.err.contains("was published by 36; the first is of 1931"), "{}", early.err);
    assert!(!ask(&["--known", "1931"]).err.contains("published"));
}

#[test]
fn the_help_for_two_acts_of_one_day_puts_the_later_one_after() {
    let acts = |relation: &str| {
        format!(
            "{CAST}event 1905-01-01 Raid: Arvenia attacks Belmark\nevent 1905-01-01 Help: Belmark attacks Arvenia\n  {relation}\n```\n"
        )
    };
    let told = servanda(&dossier("one-day", &acts("after Raid")), &["check", "."]).err;
    assert!(told.contains("write `then Raid`"), "{told}");
    let mended = dossier("one-day", &acts("then Raid"));
    assert_eq!(servanda(&mended, &["check", "."]).status, 0);
}

#[test]
fn contradictory_dates() {
    let text = "event 1924-01-02 A: Arvenia attacks Belmark\nevent 1924-01-01 B: Belmark attacks Arvenia\n  after A\n";
    refuses(&dossier("dates", &format!("{CAST}{text}```\n")), "contradictory-dates");
}

#[test]
fn contradictions_of_dates_that_have_nothing_to_do_with_each_other_are_all_told() {
    let pair = |one: &str, other: &str| {
        format!(
            "event 1924-01-02 {one}: Arvenia attacks Belmark\nevent 1924-01-01 {other}: Belmark attacks Arvenia\n  after {one}\n"
        )
    };
    let folder = dossier("two-contradictions", &format!("{CAST}{}{}```\n", pair("A1", "A2"), pair("B1", "B2")));
    let checked = servanda(&folder, &["check", "."]);
    assert_eq!(checked.err.matches("[contradictory-dates]").count(), 2, "{}", checked.err);
    assert!(checked.err.contains("after A1") && checked.err.contains("after B1"), "{}", checked.err);
}

#[test]
fn an_exception_that_depends_on_its_own_norm_is_shown() {
    let text = "treaty Sele between Arvenia and Belmark\n  enters into force 1921-06-01\n\
                norm Limit: Arvenia must keep at most 5 troops in Eastmarch\nLimit does not apply when Limit is breached\n";
    let checked = servanda(&dossier("own-exception", &format!("{CAST}{text}```\n")), &["check", "."]);
    for said in ["[cyclic-definitions]", "an exception to Limit", "Limit is breached"] {
        assert!(checked.err.contains(said), "{said} is not in:\n{}", checked.err);
    }
    assert!(!checked.err.contains("is_breached"), "{}", checked.err);
}

#[test]
fn a_value_of_nothing_declared_wants_a_fluent() {
    let checked =
        servanda(&dossier("no-fluent", &format!("{CAST}fact: population of Eastmarch is 5\n```\n")), &["check", "."]);
    assert!(checked.err.contains("declare it: `fluent population of {place}: number`"), "{}", checked.err);
}

#[test]
fn cyclic_rules() {
    let text = "action {a: polity} ping/pings\naction {a: polity} pong/pongs\n\
                rule One\n  for a: polity\n  when a pings\n  then a pongs\n\
                rule Two\n  for a: polity\n  when a pongs\n  then a pings\n";
    refuses(&dossier("cyclic", &format!("{CAST}{text}```\n")), "cyclic-rules");
}

#[test]
fn two_values_on_one_day() {
    let text =
        "event 1924-01-01: Arvenia takes control of Eastmarch\nevent 1924-01-01: Belmark takes control of Eastmarch\n";
    let folder = dossier("two-values", &format!("{CAST}{text}```\n"));
    refuses(&folder, "two-values-on-one-day");
    let report = servanda(&folder, &["report", "."]);
    assert_eq!(report.status, 1);
    assert!(report.out.contains("controller of Eastmarch is given Arvenia and Belmark"), "{}", report.out);
}

#[test]
fn missing_sources() {
    let text =
        "source herald \"H\"\n  file \"nowhere.txt\"\nfact: Eastmarch lies in Arvenia\n  source herald \"a phrase\"\n";
    let folder = dossier("missing-source", &format!("{CAST}{text}```\n"));
    // The dossier runs without its source, and says so.
    let checked = servanda(&folder, &["check", "."]);
    assert_eq!(checked.status, 0, "{}", checked.err);
    assert!(checked.err.contains("[source-not-at-hand]"), "{}", checked.err);
    let sources = servanda(&folder, &["sources", "."]);
    assert_eq!(sources.status, 0);
    assert!(sources.out.contains("not at hand: no such file"), "{}", sources.out);
    // A phrase that is not in a source at hand is an error there.
    fs::write(folder.join("nowhere.txt"), "Nothing of the kind.").expect("it can be written");
    let sources = servanda(&folder, &["sources", "."]);
    assert_eq!(sources.status, 1, "{}", sources.out);
    assert!(sources.out.contains("missing: “a phrase”"), "{}", sources.out);
    refuses(
        &dossier("undeclared", &format!("{CAST}fact: Eastmarch lies in Arvenia\n  source ghost\n```\n")),
        "unknown-source",
    );
}

#[test]
fn not_utf_8() {
    let folder = folder("not-utf8");
    fs::write(folder.join("dossier.md"), b"caf\xe9\n```servanda\npolity A\n```\n").expect("it can be written");
    refuses(&folder, "not-utf8");
}

#[test]
fn one_bad_byte_leaves_the_rest_as_it_is() {
    let folder = folder("bad-byte");
    let text = b"```servanda\npolity Arvenia \"Arv\xe9nia\", Belmark\nevent 1924: Arvenia attacks Belmark\n```\n";
    fs::write(folder.join("dossier.md"), text).expect("it can be written");
    let checked = servanda(&folder, &["check", "."]);
    assert_eq!(checked.status, 1);
    assert_eq!(checked.err.matches("error[").count(), 1, "{}", checked.err);
    assert!(checked.err.contains("dossier.md:2:20"), "{}", checked.err);
    assert_eq!(servanda(&folder, &["ask", ".", "did Arvenia attack Belmark"]).status, 0);
    let before = fs::read(folder.join("dossier.md")).expect("it is there");
    assert_eq!(servanda(&folder, &["fmt", "."]).status, 1);
    assert_eq!(fs::read(folder.join("dossier.md")).expect("it is there"), before, "a damaged file is left as it is");
}

#[test]
fn what_others_follow_from_comes_first() {
    let folder = dossier("causes", &format!("{CAST}event 1924: Arvenia attacks Belmrk\n```\n"));
    fs::write(folder.join("later.md"), "```servanda\nuses law nosuch\n").expect("it can be written");
    let checked = servanda(&folder, &["check", "."]);
    let at = |code: &str| checked.err.find(code).unwrap_or_else(|| panic!("{code} is not in {}", checked.err));
    assert!(at("[unclosed-block]") < at("[unknown-name]") && at("[unknown-chapter]") < at("[unknown-name]"));
    assert_eq!(checked.err.matches("error[").count(), 3, "the law still applies: {}", checked.err);
}

#[test]
fn phrases_that_are_not_in_their_source() {
    let text = "source herald \"H\"\n  file \"herald.txt\"\n\
                event 1924: Arvenia attacks Belmark\n  source herald \"not there at all\"\n\
                event 1925: Arvenia attacks Belmark\n  source herald \"two words\"\n";
    let folder = dossier("phrases", &format!("{CAST}{text}```\n"));
    fs::write(folder.join("herald.txt"), "Here are two words. And two words again.").expect("it can be written");
    refuses(&folder, "passage-not-found");
    refuses(&folder, "passage-ambiguous");
}

#[test]
fn no_question() {
    let folder = dossier("no-question", &format!("{CAST}```\n"));
    for question in ["", " ", "?"] {
        let ran = servanda(&folder, &["ask", ".", question]);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{}", ran.err);
        assert!(ran.err.contains("[no-question]"), "{}", ran.err);
    }
}

#[test]
fn a_day_too_far_off() {
    let text = "treaty Sele between Arvenia and Belmark\n  enters into force 1921-06-01\n  lasts 1 year\n  \
                renews for 1 year repeatedly unless a party denounces 1 month before expiry\n";
    let folder = dossier("far", &format!("{CAST}{text}```\n"));
    let far = ["ask", ".", "is Sele in force", "--on", "Y99999999"];
    assert!(servanda(&folder, &far).err.contains("[bad-date]"));
    assert!(servanda(&folder, &["ask", ".", "is Sele in force on Y99999999"]).err.contains("[bad-date]"));
}

#[test]
fn ten_megabytes_of_nonsense() {
    let mut state = 1_u64;
    let mut noise = String::with_capacity(10 << 20);
    while noise.len() < 10 << 20 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        noise.push(char::from(b' ' + (state >> 57) as u8 % 95));
        if state >> 40 & 127 == 0 {
            noise.push('\n');
        }
    }
    refuses(&dossier("nonsense", &noise.replace('`', "'")), "nothing-stated");
    let folder = dossier("nonsense-in-a-block", &format!("```servanda\n{noise}"));
    let ran = servanda(&folder, &["check", "."]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.len() < 1 << 20, "findings of a kind are folded");
}

#[test]
fn a_word_of_ten_megabytes() {
    let folder = dossier("long-word", &format!("{CAST}event 1924: Arvenia {} Belmark\n```\n", "x".repeat(10 << 20)));
    let ran = servanda(&folder, &["check", "."]);
    assert!(ran.err.contains("[unknown-word]") && ran.err.len() < 2000, "{} bytes", ran.err.len());
}

#[test]
fn what_is_missing_everywhere_is_said_once() {
    let folder = dossier("once", &format!("{CAST}{}```\n", "event 1924: Arvenia attacks Corvia\n".repeat(40)));
    let ran = servanda(&folder, &["check", "."]);
    assert_eq!(ran.err.matches("error[").count(), 1, "{}", ran.err);
    assert!(ran.err.contains("the same in 39 more places"), "{}", ran.err);
}

#[test]
fn misspelt_clauses() {
    let norm =
        "norm N: Arvenia must assist Belmark\n  wen Corvia attacks Belmark\n  withn 30 days\n  judgement \"x\"\n";
    let folder = dossier("clauses", &format!("{CAST}polity Corvia\n{norm}```\n"));
    let ran = servanda(&folder, &["check", "."]);
    for keyword in ["when", "within", "judgment"] {
        assert!(ran.err.contains(&format!("did you mean `{keyword}`?")), "{}", ran.err);
    }
}

#[test]
fn one_file_of_a_folder() {
    let folder = dossier("one-file", &format!("{CAST}event 1924: Arvenia attacks Belmark\n```\n"));
    fs::write(folder.join("more.md"), "```servanda\nevent 1925: Arvenia attacks Belmark\n```\n")
        .expect("it can be written");
    let ran = servanda(&folder, &["check", "more.md"]);
    assert!(ran.err.starts_with("note[other-files-unread]"), "{}", ran.err);
    assert_eq!(servanda(&folder, &["check", "dossier.md"]).err, "");
}

#[test]
fn deep_nesting() {
    let nots = "not ".repeat(20_000);
    let text = format!(
        "{CAST}rule R\n  for a: polity\n  when a attacks Belmark\n  if {nots} a is neutral\n  then a occupies Eastmarch\n```\n"
    );
    let folder = dossier("deep", &text);
    let ran = servanda(&folder, &["check", "."]);
    assert!(matches!(ran.status, 0..=2), "{}", ran.status);
    let asked = servanda(&folder, &["ask", ".", &format!("is {} Arvenia neutral", "not ".repeat(5_000))]);
    assert!(matches!(asked.status, 0..=2), "{}", asked.status);
}

#[cfg(unix)]
#[test]
fn links_out_of_the_dossier() {
    let folder = folder("links");
    fs::create_dir(folder.join("inside")).expect("it can be made");
    fs::write(folder.join("secret.md"), "```servanda\npolity Hidden\n```\n").expect("it can be written");
    fs::write(folder.join("inside/dossier.md"), format!("{CAST}```\n")).expect("it can be written");
    std::os::unix::fs::symlink("../secret.md", folder.join("inside/link.md")).expect("it can be linked");
    refuses(&folder.join("inside"), "outside-dossier");
}

#[cfg(unix)]
#[test]
fn links_that_go_in_a_circle() {
    let folder = dossier("circle", &format!("{CAST}```\n"));
    std::os::unix::fs::symlink(".", folder.join("loop")).expect("it can be linked");
    refuses(&folder, "outside-dossier");
    let checked = servanda(&folder, &["check", "."]);
    assert_eq!(checked.err.matches("error[").count(), 1, "{}", checked.err);
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_not_read() {
    let source = "source herald \"H\"\n  file \"pipe\"\nsource zeros \"Z\"\n  file \"zero\"\n";
    let folder = dossier("pipes", &format!("{CAST}{source}```\n"));
    for name in ["pipe", "pipe.md"] {
        let made = std::process::Command::new("mkfifo").arg(folder.join(name)).status().expect("it is there");
        assert!(made.success());
    }
    std::os::unix::fs::symlink("/dev/zero", folder.join("zero")).expect("it can be linked");
    refuses(&folder, "not-a-file");
    let checked = servanda(&folder, &["check", "."]);
    assert_eq!(checked.err.matches("it is no ordinary file").count(), 2, "{}", checked.err);
}

#[cfg(unix)]
#[test]
fn arguments_that_are_no_text() {
    use std::os::unix::ffi::OsStrExt;
    let bad = std::ffi::OsStr::from_bytes(b"caf\xe9");
    let folder = folder("arguments");
    for verb in ["check", "report", "ask", "date", "new", "law"] {
        let ran = servanda(&folder, &[std::ffi::OsStr::new(verb), bad, std::ffi::OsStr::new("--no-such-option")]);
        assert_eq!(ran.status, 2, "{verb}");
    }
    assert_eq!(servanda(&folder, &[std::ffi::OsStr::new("check"), bad]).status, 2);
}

#[test]
fn no_dossier_at_all() {
    let folder = folder("nothing");
    refuses(&folder, "cannot-open");
    assert_eq!(servanda(&folder, &["check", "no-such-folder"]).status, 2);
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_error() {
    let lines = "1939-10-10\n".repeat(200_000);
    let folder = folder("pipe");
    fs::write(folder.join("dates"), lines).expect("it can be written");
    let command = format!("{} date --batch < dates | head -1; exit ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_servanda"));
    let output = std::process::Command::new("bash").current_dir(&folder).args(["-c", &command]).output();
    let output = output.expect("there is a shell");
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}
