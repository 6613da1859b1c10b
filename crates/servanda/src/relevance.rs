//! Which events could matter to a question: only these need be moved about when days are uncertain.
//!
//! A fluent matters if a question reads it; whatever may change it matters through the rules that do, and through what
//! these rules and definitions read in turn. Constants in patterns are kept where a rule hands them on, so that a
//! question about one place is not answered by moving events at another. The set is never too small.

use servanda_model::{
    ActionId, Condition, Effect, EventId, EventPattern, Expr, FluentId, FluentPattern, Happening, Model, Program, Term,
    Trigger, Value,
};

use crate::world::Questions;

/// A fluent or action with what is known of its arguments.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Shape {
    target: Target,
    args: Vec<Option<Value>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Target {
    Fluent(FluentId),
    Action(ActionId),
}

impl Shape {
    /// Whether everything of the other shape is of this one.
    fn covers(&self, other: &Shape) -> bool {
        self.target == other.target
            && self.args.iter().zip(&other.args).all(|(mine, theirs)| mine.is_none() || mine == theirs)
    }

    fn matches(&self, target: Target, args: &[Value]) -> bool {
        self.target == target && self.args.iter().zip(args).all(|(shape, value)| shape.is_none_or(|it| it == *value))
    }
}

/// The open events among the visible ones that could matter to the questions.
pub(crate) fn relevant(
    model: &Model,
    program: &Program,
    visible: &[EventId],
    open: &[EventId],
    questions: &Questions,
) -> Vec<EventId> {
    let _ = visible;
    if open.is_empty() {
        return Vec::new();
    }
    let mut shapes: Vec<Shape> = Vec::new();
    for act in &questions.acts {
        shapes.push(shape_of(Target::Action(act.action), &act.args, &[]));
    }
    for definition in &questions.definitions {
        read_conditions(&definition.conditions, &definition.vars.iter().map(|_| None).collect::<Vec<_>>(), &mut shapes);
        read_expr(&definition.value, &[], &mut shapes);
    }
    let mut next = 0;
    while next < shapes.len() && shapes.len() < 4096 {
        let shape = shapes[next].clone();
        next += 1;
        causes(program, &shape, &mut shapes);
    }
    if shapes.len() >= 4096 {
        return open.to_vec();
    }
    let matters = |event: &EventId| {
        model.events[event.index()].happenings.iter().any(|happening| match happening {
            Happening::Action(action, args) => shapes.iter().any(|shape| shape.matches(Target::Action(*action), args)),
            Happening::FactBegins(fluent, args, _) | Happening::FactEnds(fluent, args, _) => {
                shapes.iter().any(|shape| shape.matches(Target::Fluent(*fluent), args))
            }
        })
    };
    open.iter().copied().filter(matters).collect()
}

/// What may bring a shape about.
fn causes(program: &Program, shape: &Shape, shapes: &mut Vec<Shape>) {
    match shape.target {
        Target::Fluent(fluent) => {
            for definition in program.definitions.iter().filter(|definition| definition.fluent == fluent) {
                let Some(known) = unify(&definition.args, &shape.args, definition.vars.len()) else { continue };
                read_conditions(&definition.conditions, &known, shapes);
                read_expr(&definition.value, &known, shapes);
            }
            for rule in &program.rules {
                for effect in &rule.effects {
                    let (target, args, value) = match effect {
                        Effect::Initiate { fluent, args, value } | Effect::Increase { fluent, args, by: value } => {
                            (*fluent, args, Some(value))
                        }
                        Effect::Terminate { pattern } => (pattern.fluent, &pattern.args, None),
                        Effect::Happen(_) => continue,
                    };
                    if target != fluent {
                        continue;
                    }
                    let Some(known) = unify(args, &shape.args, rule.vars.len()) else { continue };
                    read_rule(rule, &known, shapes);
                    if let Some(value) = value {
                        read_expr(value, &known, shapes);
                    }
                }
            }
        }
        Target::Action(action) => {
            for rule in &program.rules {
                for effect in &rule.effects {
                    let Effect::Happen(pattern) = effect else { continue };
                    if pattern.action != action {
                        continue;
                    }
                    let Some(known) = unify(&pattern.args, &shape.args, rule.vars.len()) else { continue };
                    read_rule(rule, &known, shapes);
                }
            }
        }
    }
}

fn read_rule(rule: &servanda_model::Rule, known: &[Option<Value>], shapes: &mut Vec<Shape>) {
    for trigger in &rule.triggers {
        read_trigger(trigger, known, shapes);
    }
    read_conditions(&rule.conditions, known, shapes);
    for pattern in &rule.unless {
        push(shape_of(Target::Action(pattern.action), &pattern.args, known), shapes);
    }
}

fn read_trigger(trigger: &Trigger, known: &[Option<Value>], shapes: &mut Vec<Shape>) {
    match trigger {
        Trigger::Happens(EventPattern { action, args }) => push(shape_of(Target::Action(*action), args, known), shapes),
        Trigger::Initiated(it)
        | Trigger::Begins(it)
        | Trigger::Ends(it)
        | Trigger::Comes(it)
        | Trigger::HasHeld { pattern: it, .. } => read_pattern(it, known, shapes),
        Trigger::After { trigger, given, time } => {
            read_trigger(trigger, known, shapes);
            read_conditions(given, known, shapes);
            read_expr(time, known, shapes);
        }
    }
}

fn read_pattern(pattern: &FluentPattern, known: &[Option<Value>], shapes: &mut Vec<Shape>) {
    push(shape_of(Target::Fluent(pattern.fluent), &pattern.args, known), shapes);
}

fn read_conditions(conditions: &[Condition], known: &[Option<Value>], shapes: &mut Vec<Shape>) {
    for condition in conditions {
        match condition {
            Condition::Holds(pattern) => read_pattern(pattern, known, shapes),
            Condition::Not(all) => read_conditions(all, known, shapes),
            Condition::AnyOf(lists) => lists.iter().for_each(|list| read_conditions(list, known, shapes)),
            Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                read_expr(left, known, shapes);
                read_expr(right, known, shapes);
            }
            Condition::Let(_, it) => read_expr(it, known, shapes),
            Condition::IsKind(..) => {}
        }
    }
}

fn read_expr(expr: &Expr, known: &[Option<Value>], shapes: &mut Vec<Shape>) {
    match expr {
        Expr::Fluent(fluent, args) => push(shape_of(Target::Fluent(*fluent), args, known), shapes),
        Expr::Arith(_, left, right) => {
            read_expr(left, known, shapes);
            read_expr(right, known, shapes);
        }
        Expr::Aggregate(it) => {
            read_expr(&it.of, known, shapes);
            read_conditions(&it.over, known, shapes);
        }
        Expr::Value(_) | Expr::Var(_) | Expr::Now => {}
    }
}

fn shape_of(target: Target, args: &[Term], known: &[Option<Value>]) -> Shape {
    let args = args
        .iter()
        .map(|term| match term {
            Term::Value(value) => Some(*value),
            Term::Var(var) => known.get(var.index()).copied().flatten(),
            Term::Any => None,
        })
        .collect();
    Shape { target, args }
}

fn push(shape: Shape, shapes: &mut Vec<Shape>) {
    if !shapes.iter().any(|old| old.covers(&shape)) {
        shapes.push(shape);
    }
}

/// What variables are when these terms take this shape; `None` if they cannot.
fn unify(terms: &[Term], shape: &[Option<Value>], vars: usize) -> Option<Vec<Option<Value>>> {
    let mut known: Vec<Option<Value>> = vec![None; vars];
    for (term, value) in terms.iter().zip(shape) {
        match (term, value) {
            (Term::Value(mine), Some(theirs)) if mine != theirs => return None,
            (Term::Var(var), Some(theirs)) => match known[var.index()] {
                Some(mine) if mine != *theirs => return None,
                _ => known[var.index()] = Some(*theirs),
            },
            _ => {}
        }
    }
    Some(known)
}
