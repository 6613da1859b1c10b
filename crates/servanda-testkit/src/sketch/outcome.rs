//! What a sketch comes to, in a few words.

use super::Sketch;
use crate::reference::{Instance, ReferenceSolution, Span, evaluate};
use servanda_model::{Duration, Kinded, Value};

impl Sketch {
    /// Evaluates it.
    ///
    /// # Panics
    /// Where the program is rejected.
    #[must_use]
    pub fn solve(&self, horizon: i64) -> ReferenceSolution {
        evaluate(&self.program, &self.narrative, horizon).expect("a program with a meaning")
    }

    /// Every interval as `lamp(a) on [3, 7)`, then every contradiction as `lamp(a) contradicted at 3`, a line each.
    /// An interval without a beginning or an end has `..` there.
    #[must_use]
    pub fn outcome(&self, horizon: i64) -> String {
        let solution = self.solve(horizon);
        let name = |value| self.name_of(value, &solution);
        let instance = |i: &Instance| {
            let args: Vec<String> = i.args.iter().map(|arg| name(*arg)).collect();
            let args = if args.is_empty() { String::new() } else { format!("({})", args.join(", ")) };
            format!("{}{args}", self.program.fluents[i.fluent.index()].name)
        };
        let bound = |tick: Option<i64>| tick.map_or("..".to_owned(), |tick| tick.to_string());
        let span = |i: &Instance, span: &Span| {
            let value = if span.value == Value::TRUE { String::new() } else { format!(" {}", name(span.value)) };
            format!("{}{value} [{}, {})", instance(i), bound(span.since), bound(span.until))
        };
        let intervals = solution.intervals.iter().flat_map(|(i, spans)| spans.iter().map(move |s| span(i, s)));
        let contradictions = solution
            .contradictions
            .iter()
            .map(|c| format!("{} contradicted at {}", instance(&c.instance), bound(c.tick)));
        intervals.chain(contradictions).collect::<Vec<_>>().join("\n")
    }

    /// The events as `3.0 switch(a)`, a line each.
    #[must_use]
    pub fn events(&self, horizon: i64) -> String {
        let solution = self.solve(horizon);
        let event = |(tick, step, event): &(i64, u32, crate::reference::Event)| {
            let args: Vec<String> = event.args.iter().map(|arg| self.name_of(*arg, &solution)).collect();
            let args = if args.is_empty() { String::new() } else { format!("({})", args.join(", ")) };
            format!("{tick}.{step} {}{args}", self.program.actions[event.action.index()].name)
        };
        solution.events.iter().map(event).collect::<Vec<_>>().join("\n")
    }

    fn name_of(&self, value: Value, solution: &ReferenceSolution) -> String {
        match value.kinded() {
            Kinded::Entity(id) => self.entities[id.index()].clone(),
            Kinded::Number(number) => number.to_string(),
            Kinded::Range(id) => crate::listing::bounds(solution.ranges[id.index()]),
            Kinded::Tick(tick) => format!("@{tick}"),
            Kinded::Duration(Duration::Ticks(n)) => format!("{n}t"),
            Kinded::Duration(Duration::Months(n)) => format!("{n}m"),
            Kinded::Duration(Duration::Years(n)) => format!("{n}y"),
            Kinded::Text(id) => format!("text {}", id.0),
        }
    }
}
