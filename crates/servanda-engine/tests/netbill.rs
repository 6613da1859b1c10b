//! NetBill and the deadline policy against what independent programs derive from the same streams.

mod support;

use std::path::PathBuf;

use servanda_engine::{Closed, Compiled, Engine, Options, Record, Sink, Solution, solve};
use servanda_model::*;
use support::netbill::{BOOK, CONSUMER_ROLE, FALSE, FIRST_AGENT, ISERVER, MERCHANT_ROLE, MUSIC, agent, netbill};
use support::*;

fn feed(name: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/feeds").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: no {}", path.display());
    }
    text
}

fn netbill_events(text: &str, nb: &netbill::NetBill) -> Vec<Occurrence> {
    let word = |word: &str| match word {
        "book" => ent(BOOK),
        "music" => ent(MUSIC),
        "iServer" => ent(ISERVER),
        number => Value::number(Number::parse(number).unwrap()).unwrap_or(Value::TRUE),
    };
    let who = |word: &str| agent(word.parse().unwrap());
    let mut events = Vec::new();
    for (tag, row) in text.lines().skip(1).enumerate() {
        let cells: Vec<&str> = row.split(',').collect();
        let opaque = |_: &str| ent(ISERVER);
        let (action, args) = match cells[1] {
            "request_quote" => (nb.request_quote, vec![who(cells[2]), who(cells[3]), word(cells[4])]),
            "accept_quote" => (nb.accept_quote, vec![who(cells[2]), who(cells[3]), word(cells[4])]),
            "present_quote" => (nb.present_quote, vec![who(cells[2]), who(cells[3]), word(cells[4]), word(cells[5])]),
            "send_EPO" => (nb.send_epo, vec![who(cells[2]), word(cells[3]), word(cells[4]), word(cells[5])]),
            "send_goods" => {
                (nb.send_goods, vec![who(cells[2]), word(cells[3]), word(cells[4]), opaque(cells[5]), opaque(cells[6])])
            }
            other => panic!("no such action {other}"),
        };
        let what = Happening::Action(action, args);
        events.push(Occurrence { tick: cells[0].parse().unwrap(), step: 0, what, tag: tag as u32 });
    }
    events
}

fn netbill_word(value: Value) -> String {
    match value.as_entity() {
        Some(EntityId(0)) => "true".into(),
        Some(EntityId(FALSE)) => "false".into(),
        Some(EntityId(BOOK)) => "book".into(),
        Some(EntityId(MUSIC)) => "music".into(),
        Some(EntityId(MERCHANT_ROLE)) => "merchant".into(),
        Some(EntityId(CONSUMER_ROLE)) => "consumer".into(),
        Some(EntityId(id)) => (id - FIRST_AGENT).to_string(),
        None => "?".into(),
    }
}

fn netbill_rows(program: &Program, solution: &Solution) -> Vec<String> {
    let mut rows = Vec::new();
    for instance in &solution.instances {
        let args: Vec<String> = instance.args.iter().map(|arg| netbill_word(*arg)).collect();
        let (name, args) = match program.fluents[instance.fluent.index()].name.as_str() {
            "obl_epo" => ("obl", format!("send_EPO({};iServer;{})", args[0], args[1])),
            "obl_goods" => ("obl", format!("send_goods({};iServer;{})", args[0], args[1])),
            "per" => ("per", format!("present_quote({};{})", args[0], args[1])),
            "pow" => ("pow", format!("accept_quote({};{};{})", args[1], args[0], args[2])),
            name => (name, args.join(";")),
        };
        for it in &instance.intervals {
            let until = it.until.map_or_else(String::new, |tick| tick.to_string());
            rows.push(format!("{name},{args},{},{},{until}", netbill_word(it.value), it.since.unwrap()));
        }
    }
    rows.sort();
    rows
}

#[test]
fn netbill_agrees_row_for_row_with_the_reference() {
    let (Some(events), Some(reference)) = (feed("netbill/events-10k.csv"), feed("netbill/reference-10k.csv")) else {
        return;
    };
    let nb = netbill(1000);
    let compiled = Compiled::new(&nb.program).unwrap();
    let narrative = netbill_events(&events, &nb);
    let options = Options { until: Some(234), horizon: 234, record: Record::Timeline };
    let solution = solve(&compiled, &narrative, &options);
    let rows = netbill_rows(&nb.program, &solution);
    let mut expected: Vec<&str> = reference.lines().skip(1).collect();
    expected.sort_unstable();
    let wrong: Vec<_> = rows.iter().zip(&expected).filter(|(a, b)| a != *b).take(5).collect();
    assert!(wrong.is_empty() && rows.len() == expected.len(), "{} rows of {}: {wrong:#?}", rows.len(), expected.len());
    let recorded = solve(&compiled, &narrative, &Options { record: Record::Derivations, ..options });
    assert_eq!(without_steps(&solution), without_steps(&recorded));
    check_steps(&recorded);
}

/// `duty` is due when opened, breached from the 31st day after, and gone when discharged in time.
struct Overdue(Vec<String>);

impl Sink for Overdue {
    fn interval(&mut self, it: &Closed<'_>) {
        let is_breached = it.value == ent(BREACHED);
        if is_breached || it.until.is_none() {
            let opened = it.since.unwrap() - if is_breached { 31 } else { 0 };
            self.0.push(format!("{},{},{opened}", show(it.args[0]), show(it.args[1])));
        }
    }
}

const BREACHED: u32 = 1;

#[test]
fn the_deadline_policy_agrees_with_the_reference() {
    let (Some(events), Some(reference)) = (feed("deadline/events-10k.csv"), feed("deadline/expected-10k.csv")) else {
        return;
    };
    let mut b = Builder::default();
    let open = b.action("open", 2);
    let discharge = b.action("discharge", 2);
    let duty = b.fluent("duty", 2);
    b.deadline(duty, Value::TRUE, Some(ent(BREACHED)), 31, false);
    let args = [var(0), var(1)];
    // Opened and discharged on one day: never due, and no timer is armed.
    let at_once = vec![event(discharge, &args)];
    let rule = |on: ActionId, unless: Vec<EventPattern>, then: Effect| R {
        vars: vec![Hole::Any; 2],
        on: vec![happens(on, &args)],
        unless,
        then: vec![then],
        ..R::default()
    };
    b.rule("opened", rule(open, at_once, begin(duty, &args)));
    b.rule("discharged", rule(discharge, vec![], terminate(duty, &args, TRUE)));
    let compiled = b.compiled().unwrap();
    let mut engine = Engine::new(&compiled, Overdue(Vec::new()));
    let mut last = 0;
    for row in events.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        last = cells[0].parse().unwrap();
        let action = if cells[1] == "open" { open } else { discharge };
        let args = [num(cells[2].parse().unwrap()), num(cells[3].parse().unwrap())];
        engine.action(last, 0, action, &args).unwrap();
    }
    let mut rows = engine.finish(last).0;
    rows.sort();
    let mut expected: Vec<&str> = reference.lines().skip(1).collect();
    expected.sort_unstable();
    let missing: Vec<_> = expected.iter().filter(|row| rows.binary_search(&row.to_string()).is_err()).collect();
    let surplus: Vec<_> = rows.iter().filter(|row| expected.binary_search(&row.as_str()).is_err()).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "missing {missing:?}, surplus {surplus:?}");
}
