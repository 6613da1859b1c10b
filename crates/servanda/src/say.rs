//! Fluents, actions and dates in the words of the dossier.

use servanda_engine::Solution;
use servanda_model::{
    ActionId, CompareOp, Condition, EventPattern, Expr, FluentId, FluentPattern, FluentType, Hole, Kinded, Model, Term,
    Value, Var,
    lexicon::{Slot, Target, Wording},
};

/// How an argument is shown.
fn term(model: &Model, term: &Term, vars: &[Var]) -> String {
    match term {
        Term::Value(value) => model.show(*value),
        Term::Var(var) => match vars.get(var.index()) {
            Some(var) if var.name.starts_with('_') => any(model, var.hole),
            Some(var) => var.name.clone(),
            None => "something".to_owned(),
        },
        Term::Any => "anything".to_owned(),
    }
}

/// A variable without a name: anything that it may stand for.
fn any(model: &Model, hole: Hole) -> String {
    match hole {
        Hole::Kind(kind) => format!("any {}", model.lexicon.kinds[kind.index()].label),
        Hole::Number => "any number".to_owned(),
        Hole::Day => "any day".to_owned(),
        Hole::Duration => "any length of time".to_owned(),
        Hole::Text => "any text".to_owned(),
        Hole::Thing | Hole::Any => "anything".to_owned(),
    }
}

fn wording(model: &Model, target: Target, with_value: bool) -> Option<&Wording> {
    let all = model.lexicon.wordings.iter().filter(|wording| wording.target == target);
    let says_value = |wording: &&Wording| wording.slots.iter().any(|(slot, _)| *slot == Slot::Value);
    let mut all: Vec<&Wording> = all.collect();
    if with_value {
        all.retain(says_value);
        // A wording of its own for the value reads better than `… is …`.
        return all.iter().find(|wording| wording.written.contains("{value}")).or(all.first()).copied();
    }
    all.iter().find(|wording| wording.main).or(all.first()).copied()
}

/// The present form of a verb, or the only one.
fn form(forms: &[String]) -> &str {
    forms.get(1).unwrap_or(&forms[0])
}

fn fill(written: &Wording, args: &[String], value: Option<&str>) -> String {
    // The wording as written keeps `is` and the like, which matching leaves out.
    let mut out = String::new();
    let mut slots = written.slots.iter();
    for word in written.written.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        if word.starts_with('{') || (!out.is_empty() && word.ends_with('}')) {
            if !word.starts_with('{') {
                // The second half of `{a: polity}`.
                out.pop();
                continue;
            }
            let text = match slots.next() {
                Some((Slot::Arg(at), _)) => args.get(*at).map_or("something", String::as_str),
                Some((Slot::Value, _)) => value.unwrap_or("something"),
                None => "something",
            };
            out.push_str(text);
        } else if word.contains('/') {
            let forms: Vec<String> = word.split('/').map(str::to_owned).collect();
            out.push_str(form(&forms));
        } else {
            out.push_str(word);
        }
    }
    if let (Some(value), true) = (value, slots.next().is_some()) {
        out.push_str(" is ");
        out.push_str(value);
    }
    out
}

/// A value, with the ranges that the run itself made.
#[must_use]
pub fn value(model: &Model, solution: &Solution, value: Value) -> String {
    match value.kinded() {
        Kinded::Range(id) if id.index() >= model.program.ranges.len() => {
            let mut lent = Model::default();
            lent.program.ranges.clone_from(&solution.ranges);
            lent.show(value)
        }
        Kinded::Entity(id) if model.lexicon.words.contains(&id) && value != Value::TRUE => {
            model.lexicon.entities[id.index()].label.clone()
        }
        _ => model.show(value),
    }
}

/// A value of the dossier; words by what they are called.
fn word(model: &Model, value: Value) -> String {
    match value.as_entity() {
        Some(id) if model.lexicon.words.contains(&id) => model.lexicon.entities[id.index()].label.clone(),
        _ => model.show(value),
    }
}

/// A fluent with its value as a sentence.
#[must_use]
pub fn fluent(model: &Model, fluent: FluentId, args: &[Value], value: Option<Value>) -> String {
    let args: Vec<String> = args.iter().map(|value| model.show(*value)).collect();
    let shown = value.filter(|value| *value != Value::TRUE).map(|it| word(model, it));
    fluent_text(model, fluent, &args, shown.as_deref())
}

fn fluent_text(model: &Model, fluent: FluentId, args: &[String], value: Option<&str>) -> String {
    let said = |fluent| wording(model, Target::Fluent(fluent), false).map(|wording| fill(wording, args, None));
    if let (Some(wording), Some(_)) = (wording(model, Target::Fluent(fluent), true), value) {
        return fill(wording, args, value);
    }
    if let Some((_, action)) = model.happened.iter().find(|(of, _)| *of == fluent) {
        let said = wording(model, Target::Action(*action), false).map(|wording| fill(wording, args, None));
        return format!("it has happened that {}", said.unwrap_or_default());
    }
    if let Some((_, of_all, norm)) = model.own_statuses.iter().find(|(of, ..)| *of == fluent) {
        let args: Vec<String> = std::iter::once(model.name(*norm).to_owned()).chain(args.iter().cloned()).collect();
        return fluent_text(model, *of_all, &args, value);
    }
    let name = &model.program.fluents[fluent.index()].name;
    // What is at a place itself has no phrase of its own, but the total that it goes into has.
    let total = || {
        let total = name.strip_suffix("_itself")?;
        let total = model.program.fluents.iter().position(|fluent| fluent.name == total)?;
        Some(format!("{} itself", said(FluentId::from_index(total))?))
    };
    let text = said(fluent).or_else(total).unwrap_or_else(|| {
        let list = if args.is_empty() { String::new() } else { format!(" for {}", args.join(", ")) };
        format!("{}{list}", name.replace('_', " "))
    });
    value.map_or_else(|| text.clone(), |value| format!("{text} is {value}"))
}

/// An action as a sentence.
#[must_use]
pub fn action(model: &Model, action: ActionId, args: &[Value]) -> String {
    let unspecified = model.hooks.unspecified;
    let shown: Vec<String> = args
        .iter()
        .map(|value| if value.as_entity() == Some(unspecified) { "…".to_owned() } else { model.show(*value) })
        .collect();
    match best_action_wording(model, action, args) {
        Some(wording) => fill(wording, &shown, None),
        None => format!("{} {}", model.program.actions[action.index()].name, shown.join(", ")).trim().to_owned(),
    }
}

/// The wording that says just what is specified.
fn best_action_wording<'a>(model: &'a Model, action: ActionId, args: &[Value]) -> Option<&'a Wording> {
    let said = |at: usize| args.get(at).is_some_and(|value| value.as_entity() != Some(model.hooks.unspecified));
    let fits = |wording: &&Wording| {
        let named: Vec<usize> = wording
            .slots
            .iter()
            .filter_map(|(slot, _)| match slot {
                Slot::Arg(at) => Some(*at),
                Slot::Value => None,
            })
            .collect();
        named.iter().all(|at| said(*at)) && (0..args.len()).all(|at| !said(at) || named.contains(&at))
    };
    let mut all = model.lexicon.wordings.iter().filter(|wording| wording.target == Target::Action(action));
    all.clone().find(fits).or_else(|| all.find(|wording| wording.main))
}

/// A fluent pattern, with variables by name.
#[must_use]
pub fn pattern(model: &Model, pattern: &FluentPattern, vars: &[Var]) -> String {
    let args: Vec<String> = pattern.args.iter().map(|it| term(model, it, vars)).collect();
    let value = match pattern.value {
        Term::Value(Value::TRUE) => None,
        Term::Any if model.program.fluents[pattern.fluent.index()].ty == FluentType::Truth => None,
        other => Some(term(model, &other, vars)),
    };
    fluent_text(model, pattern.fluent, &args, value.as_deref())
}

/// An event pattern, with variables by name.
#[must_use]
pub fn event_pattern(model: &Model, pattern: &EventPattern, vars: &[Var]) -> String {
    let args: Vec<String> = pattern.args.iter().map(|it| term(model, it, vars)).collect();
    let wording = wording(model, Target::Action(pattern.action), false);
    wording.map_or_else(
        || model.program.actions[pattern.action.index()].name.clone(),
        |wording| fill(wording, &args, None),
    )
}

/// A condition in words.
#[must_use]
pub fn condition(model: &Model, condition: &Condition, vars: &[Var]) -> String {
    let list =
        |all: &[Condition]| all.iter().map(|it| self::condition(model, it, vars)).collect::<Vec<_>>().join(", and ");
    match condition {
        Condition::Holds(it) => pattern(model, it, vars),
        Condition::Not(all) => {
            let text = list(all);
            let nothing = text.strip_prefix("anything ").map(|rest| format!("nothing {rest}"));
            let none = || text.strip_prefix("any ").map(|rest| format!("no {rest}"));
            match all.as_slice() {
                [Condition::Holds(_)] => nothing.or_else(none).unwrap_or_else(|| format!("not ({text})")),
                _ => format!("not ({text})"),
            }
        }
        Condition::AnyOf(lists) => lists.iter().map(|it| list(it)).collect::<Vec<_>>().join(", or "),
        Condition::Compare { left, op, right } | Condition::Undecided { left, op, right } => {
            let sign = match op {
                CompareOp::Equal => "is",
                CompareOp::NotEqual => "is not",
                CompareOp::Less => "is less than",
                CompareOp::AtMost => "is at most",
                CompareOp::Greater => "is more than",
                CompareOp::AtLeast => "is at least",
            };
            let text = format!("{} {sign} {}", expr(model, left, vars), expr(model, right, vars));
            if matches!(condition, Condition::Undecided { .. }) { format!("it is open whether {text}") } else { text }
        }
        Condition::IsKind(it, kind) => {
            format!("{} is a {}", term(model, it, vars), model.lexicon.kinds[kind.index()].label)
        }
        Condition::Let(var, it) => format!("{} is {}", term(model, &Term::Var(*var), vars), expr(model, it, vars)),
    }
}

/// An expression in words.
#[must_use]
pub fn expr(model: &Model, expression: &Expr, vars: &[Var]) -> String {
    use servanda_model::ArithOp;
    match expression {
        Expr::Value(value) => model.show(*value),
        Expr::Var(var) => term(model, &Term::Var(*var), vars),
        Expr::Now => "today".to_owned(),
        Expr::Fluent(fluent, args) => {
            let args: Vec<String> = args.iter().map(|it| term(model, it, vars)).collect();
            fluent_text(model, *fluent, &args, None)
        }
        Expr::Arith(op, left, right) => {
            let sign = match op {
                ArithOp::Plus => "+",
                ArithOp::Minus => "-",
                ArithOp::Times => "*",
                ArithOp::DividedBy => "/",
                ArithOp::Modulo => "mod",
            };
            format!("{} {sign} {}", expr(model, left, vars), expr(model, right, vars))
        }
        Expr::Aggregate(it) => {
            let over: Vec<String> = it.over.iter().map(|it| condition(model, it, vars)).collect();
            format!("{:?} over: {}", it.op, over.join(", and ")).to_lowercase()
        }
    }
}
