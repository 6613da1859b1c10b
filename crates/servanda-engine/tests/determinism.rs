//! Nothing depends on the order in which things are written (`docs/semantics.md`, 24).

mod support;

use servanda_engine::{Compiled, Engine, Options, Record, solve};
use servanda_model::*;
use support::netbill::{BOOK, ISERVER, MUSIC, agent, netbill};
use support::rows::Rows;
use support::*;

fn stream(nb: &netbill::NetBill, random: &mut Random, events: usize) -> Vec<Occurrence> {
    let mut narrative = Vec::new();
    for n in 0..events {
        let mut who = || agent(random.below(12) as u32);
        let (x, y) = (who(), who());
        let goods = [ent(BOOK), ent(MUSIC)][random.below(2) as usize];
        let server = ent(ISERVER);
        let (action, args) = match random.below(5) {
            0 => (nb.request_quote, vec![x, y, goods]),
            1 => (nb.present_quote, vec![x, y, goods, num(10)]),
            2 => (nb.accept_quote, vec![x, y, goods]),
            3 => (nb.send_epo, vec![x, server, goods, num(10)]),
            _ => (nb.send_goods, vec![x, server, goods, server, server]),
        };
        let (tick, step) = ((n / 8) as i64, random.below(2) as u32);
        narrative.push(Occurrence { tick, step, what: Happening::Action(action, args), tag: n as u32 });
    }
    narrative
}

#[test]
fn shuffled_rules_and_occurrences_give_the_same_timeline() {
    let mut random = Random(7);
    let nb = netbill(12);
    let mut narrative = stream(&nb, &mut random, 2000);
    let options = Options { until: None, horizon: 10_000, record: Record::Derivations };
    let expected = solve(&Compiled::new(&nb.program).unwrap(), &narrative, &options);
    assert!(expected.instances.len() > 100, "{}", expected.instances.len());
    for _ in 0..5 {
        random.shuffle(&mut narrative);
        let again = solve(&Compiled::new(&nb.program).unwrap(), &narrative, &options);
        assert_eq!(again, expected, "with the steps of the derivations");
        let mut program = nb.program.clone();
        random.shuffle(&mut program.rules);
        for (id, rule) in program.rules.iter_mut().enumerate() {
            rule.id = RuleId(id as u32);
        }
        let again = solve(&Compiled::new(&program).unwrap(), &narrative, &options);
        assert_eq!(without_steps(&again), without_steps(&expected));
    }
}

#[test]
fn streaming_gives_what_solving_gives_and_forgets_what_is_over() {
    let mut random = Random(11);
    let nb = netbill(12);
    let mut narrative = stream(&nb, &mut random, 3000);
    narrative.sort();
    let compiled = Compiled::new(&nb.program).unwrap();
    let options = Options { until: Some(500), horizon: 500, record: Record::Timeline };
    let solution = solve(&compiled, &narrative, &options);
    let mut engine = Engine::new(&compiled, Rows::default());
    for occurrence in &narrative {
        engine.push(occurrence).unwrap();
    }
    assert!(engine.kept() < 2000, "{}", engine.kept());
    let mut rows = engine.finish(500).0;
    rows.sort();
    let mut expected = Rows::default();
    for instance in &solution.instances {
        for it in &instance.intervals {
            expected.0.push((instance.fluent, instance.args.to_vec(), it.since, it.value, it.until));
        }
    }
    expected.0.sort();
    assert_eq!(rows, expected.0);
}
