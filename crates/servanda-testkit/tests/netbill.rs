//! NetBill and the deadline policy, by hand, against what independent programs make of the same streams.

use servanda_model::{Clock, FluentType, Happening, Hole, Kinded, Mode, Occurrence, Program, Ties, Value};
use servanda_testkit::reference::{Instance, ReferenceSolution, Span, evaluate};
use servanda_testkit::sketch::Sketch;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn feed(name: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/feeds").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: no {name}");
    }
    text
}

fn ending_wins(s: &mut Sketch, name: &str, args: usize) -> servanda_model::FluentId {
    s.fluent(name, args, FluentType::Valued(Hole::Any), Ties::EndingWins)
}

const CONSUMER: u32 = 0;
const MERCHANT: u32 = 1;

/// The rules in the order of the feed's `rules.md`. In all of them `M` is a merchant and `C` a consumer.
fn netbill() -> Sketch {
    let mut s = Sketch::new(Clock::Integers);
    s.action("request_quote", 3);
    s.action("present_quote", 4);
    s.action("accept_quote", 3);
    s.action("send_EPO", 4);
    s.action("send_goods", 5);
    let quote = ending_wins(&mut s, "quote", 3);
    s.deadline(quote, "true", Some("false"), 5, true);
    let contract = ending_wins(&mut s, "contract", 3);
    s.deadline(contract, "true", Some("false"), 5, false);
    let permission = ending_wins(&mut s, "permission", 2);
    s.deadline(permission, "false", Some("true"), 10, true);
    ending_wins(&mut s, "must_pay", 2);
    ending_wins(&mut s, "must_deliver", 2);
    let suspended = ending_wins(&mut s, "suspended", 2);
    s.deadline(suspended, "true", Some("false"), 3, true);
    s.derived("pow", 3, FluentType::Valued(Hole::Any));

    s.rule("1a", |r| _ = r.happens("present_quote(M, C, G, _)").initiate("quote(M, C, G) = true"));
    s.rule("1b", |r| _ = r.happens("accept_quote(C, M, G)").terminate("quote(M, C, G) = true"));
    s.rule("2", |r| {
        r.happens("accept_quote(C, M, G)").holds("quote(M, C, G) = true");
        r.not(&["suspended(M, merchant) = true"]).not(&["suspended(C, consumer) = true"]);
        r.initiate("contract(M, C, G) = true");
    });
    s.rule("3a", |r| _ = r.happens("present_quote(M, C, _, _)").initiate("permission(M, C) = false"));
    s.rule("3b", |r| _ = r.happens("request_quote(C, M, _)").initiate("permission(M, C) = true"));
    s.rule("4a", |r| _ = r.initiated("contract(_, C, G) = true").initiate("must_pay(C, G) = true"));
    s.rule("4b", |r| _ = r.happens("send_EPO(C, iServer, G, 10)").initiate("must_pay(C, G) = false"));
    s.rule("4c", |r| _ = r.initiated("contract(_, C, G) = false").initiate("must_pay(C, G) = false"));
    s.rule("5a", |r| _ = r.initiated("contract(M, _, G) = true").initiate("must_deliver(M, G) = true"));
    s.rule("5b", |r| _ = r.happens("send_goods(M, iServer, G, _, _)").initiate("must_deliver(M, G) = false"));
    s.rule("5c", |r| _ = r.initiated("contract(M, _, G) = false").initiate("must_deliver(M, G) = false"));
    s.rule("6a", |r| {
        r.happens("present_quote(M, C, _, _)").holds("permission(M, C) = false");
        r.initiate("suspended(M, merchant) = true");
    });
    s.rule("6b", |r| {
        r.initiated("contract(M, _, G) = false").holds("must_deliver(M, G) = true");
        r.initiate("suspended(M, merchant) = true");
    });
    s.rule("6c", |r| {
        r.initiated("contract(_, C, G) = false").holds("must_pay(C, G) = true");
        r.initiate("suspended(C, consumer) = true");
    });
    s.define("pow(M, C, G) = true", |d| {
        d.holds("quote(M, C, G) = true");
        d.not(&["suspended(C, consumer) = true"]).not(&["suspended(M, merchant) = true"]);
    });
    let (consumer, merchant) = (s.kind(CONSUMER), s.kind(MERCHANT));
    let rules = s.program.rules.iter_mut().map(|rule| &mut rule.vars);
    for var in rules.chain(s.program.definitions.iter_mut().map(|d| &mut d.vars)).flatten() {
        match var.name.as_str() {
            "C" => var.hole = consumer,
            "M" => var.hole = merchant,
            _ => {}
        }
    }
    s
}

/// An agent is written as `a` and its number, and is what the number makes it.
fn agent(s: &mut Sketch, number: &str) -> String {
    let id: u32 = number.parse().expect("agents are numbers");
    let kinds = [(CONSUMER, !id.is_multiple_of(3)), (MERCHANT, id.is_multiple_of(2))];
    let name = format!("a{id}");
    s.of_kind(&name, &kinds.iter().filter(|(_, is)| *is).map(|(kind, _)| *kind).collect::<Vec<_>>());
    name
}

/// One row of the reference: fluent, arguments, value, since and until.
type Row = (String, String, String, i64, Option<i64>);

fn row(s: &Sketch, instance: &Instance, span: &Span) -> Row {
    let word = |value: Value| match value.kinded() {
        Kinded::Entity(id) => {
            let name = &s.entities[id.index()];
            name.strip_prefix('a').filter(|rest| rest.parse::<u32>().is_ok()).unwrap_or(name).to_owned()
        }
        Kinded::Number(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    let args: Vec<String> = instance.args.iter().map(|arg| word(*arg)).collect();
    let (fluent, args) = match s.program.fluents[instance.fluent.index()].name.as_str() {
        "permission" => ("per", format!("present_quote({})", args.join(";"))),
        "must_pay" => ("obl", format!("send_EPO({};iServer;{})", args[0], args[1])),
        "must_deliver" => ("obl", format!("send_goods({};iServer;{})", args[0], args[1])),
        "pow" => ("pow", format!("accept_quote({};{};{})", args[1], args[0], args[2])),
        other => (other, args.join(";")),
    };
    (fluent.to_owned(), args, word(span.value), span.since.expect("nothing holds initially"), span.until)
}

fn rows(s: &Sketch, solution: &ReferenceSolution, cut: i64) -> BTreeSet<Row> {
    let all =
        solution.intervals.iter().flat_map(|(instance, spans)| spans.iter().map(move |span| row(s, instance, span)));
    all.map(|row| clipped(row, cut)).filter(|row| row.3 <= cut).collect()
}

/// What can be known of an interval after the last tick of the prefix.
fn clipped(mut row: Row, cut: i64) -> Row {
    row.4 = row.4.filter(|until| *until <= cut);
    row
}

#[test]
fn netbill_is_what_the_independent_program_makes_of_it() {
    let (Some(events), Some(expected)) = (feed("netbill/events-10k.csv"), feed("netbill/reference-10k.csv")) else {
        return;
    };
    let cut = std::env::var("SERVANDA_NETBILL_CUT").ok().and_then(|cut| cut.parse().ok()).unwrap_or(120);
    let mut s = netbill();
    for line in events.lines().skip(1) {
        let mut fields = line.split(',');
        let tick: i64 = fields.next().and_then(|tick| tick.parse().ok()).expect("a tick");
        let action = fields.next().expect("an action");
        let args: Vec<String> = fields
            .enumerate()
            .filter(|(_, field)| !field.is_empty())
            .map(|(place, field)| if place < 2 && field != "iServer" { agent(&mut s, field) } else { field.to_owned() })
            .collect();
        if tick <= cut {
            s.at(tick, &format!("{action}({})", args.join(",")));
        }
    }
    let solution = evaluate(&s.program, &s.narrative, cut).unwrap();
    assert_eq!(solution.contradictions, BTreeSet::new());
    let expected: BTreeSet<Row> = expected
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|f| (f[0].to_owned(), f[1].to_owned(), f[2].to_owned(), f[3].parse().unwrap(), f[4].parse().ok()))
        .map(|row| clipped(row, cut))
        .filter(|row| row.3 <= cut)
        .collect();
    let found = rows(&s, &solution, cut);
    println!("{} rows up to tick {cut}", expected.len());
    assert_eq!(found.difference(&expected).next(), None, "found, but not in the reference");
    assert_eq!(expected.difference(&found).next(), None, "in the reference, but not found");
}

/// An obligation is pending from its opening until it is discharged; after the thirtieth day it is violated.
fn deadline_policy() -> Program {
    let mut s = Sketch::new(Clock::Integers);
    s.action("open", 2);
    s.action("discharge", 2);
    let duty = s.fluent("duty", 2, FluentType::Valued(Hole::Any), Ties::Contradiction);
    // A discharge on the thirtieth day is in time, so the duty is violated on the thirty-first.
    s.deadline(duty, "pending", Some("violated"), 31, false);
    s.rule("opened", |r| {
        r.happens("open(I, D)").unless("discharge(I, D)").initiate("duty(I, D) = pending");
    });
    s.rule("discharged", |r| _ = r.happens("discharge(I, D)").terminate("duty(I, D) = pending"));
    assert_eq!(s.program.fluents[0].mode, Mode::Inertial);
    s.program
}

#[test]
fn deadlines_are_missed_as_the_independent_program_says() {
    let (Some(events), Some(expected)) = (feed("deadline/events-10k.csv"), feed("deadline/expected-10k.csv")) else {
        return;
    };
    let program = deadline_policy();
    let number = |text: &str| text.parse::<i64>().expect("a number");
    let mut narrative = Vec::new();
    for (tag, line) in (0..).zip(events.lines().skip(1)) {
        let fields: Vec<&str> = line.split(',').collect();
        let action = program.actions.iter().position(|action| action.name == fields[1]).expect("a known action");
        let args = fields[2..].iter().map(|field| Value::integer(number(field)).expect("a small number")).collect();
        let what = Happening::Action(servanda_model::ActionId::from_index(action), args);
        narrative.push(Occurrence { tick: number(fields[0]), step: 0, what, tag });
    }
    let last = narrative.last().expect("a narrative").tick;
    println!("{} events over {last} days", narrative.len());
    let solution = evaluate(&program, &narrative, last).unwrap();
    // Pending at the end, or violated later: what was opened and not discharged in time.
    let mut found = BTreeSet::new();
    for (instance, spans) in &solution.intervals {
        let arg = |place: usize| match instance.args[place].kinded() {
            Kinded::Number(number) => number.mantissa,
            _ => unreachable!("ids are numbers"),
        };
        for (place, span) in spans.iter().enumerate() {
            let next = spans.get(place + 1).map(|next| next.value);
            let pending = program.fluents[0].deadlines[0].from;
            let missed = span.until.is_none() || next == program.fluents[0].deadlines[0].to;
            if span.value == pending && missed {
                found.insert((arg(0), arg(1), span.since.expect("opened at some time")));
            }
        }
    }
    let mut wanted = BTreeSet::new();
    for line in expected.lines().skip(1) {
        let fields: Vec<i64> = line.split(',').map(number).collect();
        wanted.insert((fields[0], fields[1], fields[2]));
    }
    assert_eq!(found.difference(&wanted).next(), None, "found, but not expected");
    assert_eq!(wanted.difference(&found).next(), None, "expected, but not found");
}
