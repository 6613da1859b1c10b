//! What may ever be so: the program grounded over the narrative, with time, negation and endings left out.
//!
//! A semi-naive evaluation in which everything that was ever started still holds and every event may meet every state.
//! It finds each way in which a rule could ever fire and a definition ever hold ([`Instance`]), and so each fluent
//! instance that could ever have a value and each event that could happen ([`Node`]). It is never too small. A value that
//! only a run can work out (a sum, a day counted from another) is [`SOME`], which meets any other.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use servanda_model::{
    CompareOp, Condition, Effect, Expr, Happening, Hole, Kinded, Program, Term, TextId, Trigger, Value, Var,
};

/// Some value that is not worked out.
pub(crate) const SOME: Value = Value::text(TextId(u32::MAX));
/// No value yet.
pub(crate) const OPEN: Value = Value::text(TextId(u32::MAX - 1));

/// A rule with more ways of reading its alternatives than this is grounded without them, which makes it coarser.
const MOST_CLAUSES: usize = 64;

/// A fluent instance or an event, by its place in [`May::nodes`].
pub(crate) type NodeId = u32;

/// A fluent instance that may have a value, or an event that may happen.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// The fluent, or the action behind all fluents.
    pub(crate) pred: usize,
    pub(crate) args: Box<[Value]>,
    /// The values it may have; [`Value::TRUE`] for events.
    pub(crate) values: Vec<Value>,
    /// How many of its values it may have from the start; these come first.
    pub(crate) initial: usize,
}

/// One way in which a rule may fire or a definition may hold.
#[derive(Clone, Debug)]
pub(crate) struct Instance {
    /// The rule, or the definition behind all rules.
    pub(crate) item: usize,
    pub(crate) bindings: Box<[Value]>,
    /// Which of the rule's triggers may set it off, and what they match.
    pub(crate) triggers: Vec<(usize, Vec<NodeId>)>,
}

/// A positive condition or a trigger.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Literal<'p> {
    pub(crate) pred: usize,
    pub(crate) args: &'p [Term],
    pub(crate) value: Term,
}

/// A rule with one of its triggers, or a definition, and one way through its alternatives.
struct Clause<'p> {
    item: usize,
    trigger: Option<usize>,
    literals: Vec<Literal<'p>>,
    checks: Vec<&'p Condition>,
}

/// One way through the alternatives of a list of conditions.
#[derive(Clone, Default)]
pub(crate) struct Way<'p> {
    pub(crate) literals: Vec<Literal<'p>>,
    /// Everything else, for those who want to look into it.
    pub(crate) others: Vec<&'p Condition>,
}

/// Takes a way of meeting literals: the bindings, and the nodes and values that meet them.
pub(crate) type Found<'f> = dyn FnMut(&[Value], &[(NodeId, usize)]) + 'f;

/// A quick hash for small keys; nothing depends on its order.
#[derive(Default)]
pub(crate) struct Quick(u64);

impl Hasher for Quick {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
}

pub(crate) type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<Quick>>;

/// The grounded program.
pub(crate) struct May<'p> {
    pub(crate) program: &'p Program,
    pub(crate) nodes: Vec<Node>,
    pub(crate) instances: Vec<Instance>,
    by_key: QuickMap<(usize, Box<[Value]>), NodeId>,
    by_arg: QuickMap<(usize, usize, Value), Vec<NodeId>>,
    by_pred: Vec<Vec<NodeId>>,
    /// Fluents and actions with an argument that is not worked out.
    vague: Vec<bool>,
    known: QuickMap<(usize, Box<[Value]>), u32>,
    queue: Vec<(NodeId, usize)>,
}

impl<'p> May<'p> {
    /// Grounds a program over everything that may happen.
    pub(crate) fn new<'n>(program: &'p Program, narrative: impl IntoIterator<Item = &'n Happening>) -> May<'p> {
        let preds = program.fluents.len() + program.actions.len();
        let mut may = May {
            program,
            nodes: Vec::new(),
            instances: Vec::new(),
            by_key: QuickMap::default(),
            by_arg: QuickMap::default(),
            by_pred: vec![Vec::new(); preds],
            vague: vec![false; preds],
            known: QuickMap::default(),
            queue: Vec::new(),
        };
        for initial in &program.initial {
            let node = may.add(initial.fluent.index(), &initial.args, Some(initial.value));
            may.nodes[node as usize].initial = may.nodes[node as usize].values.len();
        }
        for happening in narrative {
            match happening {
                Happening::Action(action, args) => {
                    may.add(program.fluents.len() + action.index(), args, Some(Value::TRUE));
                }
                Happening::FactBegins(fluent, args, value) => {
                    may.add(fluent.index(), args, Some(*value));
                }
                Happening::FactEnds(fluent, args, _) => {
                    may.add(fluent.index(), args, None);
                }
            }
        }
        let clauses = clauses(program);
        let mut uses: Vec<Vec<(usize, usize)>> = vec![Vec::new(); preds];
        for (at, clause) in clauses.iter().enumerate() {
            for (place, literal) in clause.literals.iter().enumerate() {
                uses[literal.pred].push((at, place));
            }
            if clause.literals.is_empty() {
                let open = vec![OPEN; may.vars(clause.item).len()];
                may.finish(clause, open);
            }
        }
        while let Some((node, value)) = may.queue.pop() {
            let pred = may.nodes[node as usize].pred;
            for (at, place) in &uses[pred] {
                let clause = &clauses[*at];
                let vars = may.vars(clause.item);
                let mut bindings = vec![OPEN; vars.len()];
                let it = &may.nodes[node as usize];
                if !may.meets(&clause.literals[*place], it, it.values[value], vars, &mut bindings) {
                    continue;
                }
                let mut found = Vec::new();
                let mut left: Vec<usize> = (0..clause.literals.len()).filter(|other| other != place).collect();
                may.join(&clause.literals, &mut left, vars, &mut bindings, &mut Vec::new(), &mut |bindings, _| {
                    found.push(bindings.to_vec());
                });
                for bindings in found {
                    may.finish(clause, bindings);
                }
            }
            may.run_out(node, value);
        }
        may.tie_triggers();
        may
    }

    /// How many rules there are: the items below are rules, those from it on definitions.
    pub(crate) fn rules(&self) -> usize {
        self.program.rules.len()
    }

    pub(crate) fn vars(&self, item: usize) -> &'p [Var] {
        match self.program.rules.get(item) {
            Some(rule) => &rule.vars,
            None => &self.program.definitions[item - self.rules()].vars,
        }
    }

    pub(crate) fn conditions(&self, item: usize) -> &'p [Condition] {
        match self.program.rules.get(item) {
            Some(rule) => &rule.conditions,
            None => &self.program.definitions[item - self.rules()].conditions,
        }
    }

    fn add(&mut self, pred: usize, args: &[Value], value: Option<Value>) -> NodeId {
        let known = self.by_key.get(&(pred, Box::from(args))).copied();
        let id = known.unwrap_or_else(|| {
            let id = self.nodes.len() as NodeId;
            self.by_key.insert((pred, args.into()), id);
            for (place, arg) in args.iter().enumerate() {
                self.by_arg.entry((pred, place, *arg)).or_default().push(id);
                self.vague[pred] |= *arg == SOME;
            }
            self.by_pred[pred].push(id);
            self.nodes.push(Node { pred, args: args.into(), values: Vec::new(), initial: 0 });
            id
        });
        let values = &mut self.nodes[id as usize].values;
        if let Some(value) = value
            && !values.contains(&value)
        {
            values.push(value);
            self.queue.push((id, values.len() - 1));
        }
        id
    }

    /// The node of this fluent or action with these arguments.
    pub(crate) fn node(&self, pred: usize, args: &[Value]) -> Option<NodeId> {
        self.by_key.get(&(pred, Box::from(args))).copied()
    }

    /// The nodes of a fluent or action.
    pub(crate) fn nodes_with(&self, pred: usize) -> impl Iterator<Item = NodeId> {
        self.by_pred[pred].iter().copied()
    }

    /// The deadlines of a value.
    fn run_out(&mut self, node: NodeId, value: usize) {
        let it = &self.nodes[node as usize];
        if it.pred >= self.program.fluents.len() {
            return;
        }
        let (pred, args, value) = (it.pred, it.args.clone(), it.values[value]);
        for deadline in &self.program.fluents[pred].deadlines {
            if value == deadline.from || value == SOME {
                self.add(pred, &args, deadline.to);
            }
        }
    }

    /// Something fires or holds with these bindings, unless its other conditions speak against it.
    fn finish(&mut self, clause: &Clause<'p>, mut bindings: Vec<Value>) {
        if !self.passes(&clause.checks, &mut bindings) {
            return;
        }
        let key = (clause.item, Box::from(bindings));
        if let Some(id) = self.known.get(&key) {
            let triggers = &mut self.instances[*id as usize].triggers;
            if let Some(trigger) = clause.trigger
                && !triggers.iter().any(|(known, _)| *known == trigger)
            {
                triggers.push((trigger, Vec::new()));
            }
            return;
        }
        let bindings = key.1.clone();
        self.known.insert(key, self.instances.len() as u32);
        let triggers = clause.trigger.iter().map(|trigger| (*trigger, Vec::new())).collect();
        self.instances.push(Instance { item: clause.item, bindings: bindings.clone(), triggers });
        let program = self.program;
        match program.rules.get(clause.item) {
            Some(rule) => {
                for effect in &rule.effects {
                    match effect {
                        Effect::Initiate { fluent, args, value } => {
                            let value = value_of(value, &bindings);
                            self.add(fluent.index(), &filled(args, &bindings), Some(value));
                        }
                        Effect::Increase { fluent, args, .. } => {
                            self.add(fluent.index(), &filled(args, &bindings), Some(SOME));
                        }
                        Effect::Happen(it) => {
                            let pred = program.fluents.len() + it.action.index();
                            self.add(pred, &filled(&it.args, &bindings), Some(Value::TRUE));
                        }
                        Effect::Terminate { .. } => {}
                    }
                }
            }
            None => {
                let definition = &program.definitions[clause.item - program.rules.len()];
                let value = value_of(&definition.value, &bindings);
                self.add(definition.fluent.index(), &filled(&definition.args, &bindings), Some(value));
            }
        }
    }

    /// Binds what `Let` binds, and says whether comparisons of entities and kinds let these bindings pass.
    fn passes(&self, checks: &[&Condition], bindings: &mut [Value]) -> bool {
        for check in checks {
            match check {
                Condition::Let(var, expr) => {
                    let value = value_of(expr, bindings);
                    let slot = &mut bindings[var.index()];
                    if *slot == OPEN {
                        *slot = value;
                    } else if plain(*slot) && plain(value) && *slot != value {
                        return false;
                    }
                }
                Condition::IsKind(term, kind) => {
                    let value = term_of(*term, bindings);
                    if plain(value) && !value.as_entity().is_some_and(|it| self.program.is_of_kind(it, *kind)) {
                        return false;
                    }
                }
                Condition::Compare { left, op, right } => {
                    let (left, right) = (value_of(left, bindings), value_of(right, bindings));
                    if let (Some(left), Some(right)) = (left.as_entity(), right.as_entity()) {
                        let passes = match op {
                            CompareOp::Equal => left == right,
                            CompareOp::NotEqual => left != right,
                            _ => false,
                        };
                        if !passes {
                            return false;
                        }
                    }
                }
                _ => {}
            }
        }
        true
    }

    /// Whether a literal is met by one value of a node; binds its variables.
    fn meets(&self, literal: &Literal<'_>, node: &Node, value: Value, vars: &[Var], bindings: &mut [Value]) -> bool {
        literal.args.iter().zip(&node.args).all(|(term, value)| self.unify(*term, *value, vars, bindings))
            && self.unify(literal.value, value, vars, bindings)
    }

    fn unify(&self, term: Term, value: Value, vars: &[Var], bindings: &mut [Value]) -> bool {
        match term {
            Term::Any => true,
            Term::Value(wanted) => wanted == value || value == SOME || may_be(value, wanted),
            Term::Var(var) => {
                let slot = &mut bindings[var.index()];
                if *slot == OPEN {
                    if !self.fits(vars[var.index()].hole, value) {
                        return false;
                    }
                    *slot = value;
                    return true;
                }
                if *slot == SOME {
                    *slot = value;
                    return true;
                }
                *slot == value || value == SOME
            }
        }
    }

    fn fits(&self, hole: Hole, value: Value) -> bool {
        if value == SOME {
            return true;
        }
        match hole {
            Hole::Any => true,
            Hole::Kind(kind) => value.as_entity().is_some_and(|entity| self.program.is_of_kind(entity, kind)),
            Hole::Thing => matches!(value.kinded(), Kinded::Entity(_)),
            Hole::Number => matches!(value.kinded(), Kinded::Number(_) | Kinded::Range(_)),
            Hole::Day => matches!(value.kinded(), Kinded::Tick(_)),
            Hole::Duration => matches!(value.kinded(), Kinded::Duration(_)),
            Hole::Text => matches!(value.kinded(), Kinded::Text(_)),
        }
    }

    /// All ways of meeting the literals that are left, with the nodes and the values that meet them.
    pub(crate) fn join(
        &self,
        literals: &[Literal<'_>],
        left: &mut Vec<usize>,
        vars: &[Var],
        bindings: &mut Vec<Value>,
        met: &mut Vec<(NodeId, usize)>,
        found: &mut Found<'_>,
    ) {
        if left.is_empty() {
            found(bindings, met);
            return;
        }
        // The literal with the fewest candidates comes first.
        let mut best = (usize::MAX, 0, Candidates::default());
        for (at, literal) in left.iter().enumerate() {
            let candidates = self.candidates(&literals[*literal], bindings);
            let count = candidates.0.len() + candidates.1.len();
            if count < best.0 {
                best = (count, at, candidates);
            }
            if count == 0 {
                return;
            }
        }
        let literal = left.swap_remove(best.1);
        for id in best.2.0.iter().chain(best.2.1) {
            let node = &self.nodes[*id as usize];
            for (place, value) in node.values.iter().enumerate() {
                let before = bindings.clone();
                if self.meets(&literals[literal], node, *value, vars, bindings) {
                    met.push((*id, place));
                    self.join(literals, left, vars, bindings, met, found);
                    met.pop();
                }
                *bindings = before;
            }
        }
        left.push(literal);
        let last = left.len() - 1;
        left.swap(best.1, last);
    }

    /// Nodes that could meet a literal.
    fn candidates(&self, literal: &Literal<'_>, bindings: &[Value]) -> Candidates<'_> {
        let mut best: Candidates<'_> = Candidates(&self.by_pred[literal.pred], &[]);
        let list = |place: usize, value: Value| {
            self.by_arg.get(&(literal.pred, place, value)).map_or(&[][..], |list| list.as_slice())
        };
        for (place, term) in literal.args.iter().enumerate() {
            let value = term_of(*term, bindings);
            if !plain(value) {
                continue;
            }
            let exact = list(place, value);
            let vague = if self.vague[literal.pred] { list(place, SOME) } else { &[] };
            if exact.len() + vague.len() < best.0.len() + best.1.len() {
                best = Candidates(exact, vague);
            }
        }
        best
    }

    /// The nodes that a pattern names, whatever their value; open variables match anything.
    pub(crate) fn matching(&self, pred: usize, args: &[Term], bindings: &[Value], out: &mut Vec<NodeId>) {
        let literal = Literal { pred, args, value: Term::Any };
        let Candidates(exact, vague) = self.candidates(&literal, bindings);
        for id in exact.iter().chain(vague) {
            let node = &self.nodes[*id as usize];
            let fits = args.iter().zip(&node.args).all(|(term, arg)| {
                let wanted = term_of(*term, bindings);
                !plain(wanted) || wanted == *arg || *arg == SOME
            });
            if fits {
                out.push(*id);
            }
        }
    }

    /// Everything that a list of conditions reads with these bindings: what could meet its positive conditions all
    /// together, and what the others look at then.
    pub(crate) fn reads(&self, conditions: &[Condition], vars: &[Var], bindings: &[Value], out: &mut Vec<NodeId>) {
        for way in ways(conditions) {
            let mut left: Vec<usize> = (0..way.literals.len()).collect();
            let mut bindings = bindings.to_vec();
            let mut fillings: Vec<Vec<Value>> = Vec::new();
            self.join(&way.literals, &mut left, vars, &mut bindings, &mut Vec::new(), &mut |bindings, met| {
                out.extend(met.iter().map(|(node, _)| *node));
                fillings.push(bindings.to_vec());
            });
            if way.others.is_empty() {
                continue;
            }
            for filling in fillings {
                for other in &way.others {
                    self.reads_of_other(other, vars, &filling, out);
                }
            }
        }
    }

    fn reads_of_other(&self, other: &Condition, vars: &[Var], bindings: &[Value], out: &mut Vec<NodeId>) {
        match other {
            Condition::Not(list) => self.reads(list, vars, bindings, out),
            Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                self.reads_of_expr(left, vars, bindings, out);
                self.reads_of_expr(right, vars, bindings, out);
            }
            Condition::Let(_, expr) => self.reads_of_expr(expr, vars, bindings, out),
            Condition::AnyOf(lists) => lists.iter().for_each(|list| self.reads(list, vars, bindings, out)),
            Condition::Holds(_) | Condition::IsKind(..) => {}
        }
    }

    /// Everything that an expression reads.
    pub(crate) fn reads_of_expr(&self, expr: &Expr, vars: &[Var], bindings: &[Value], out: &mut Vec<NodeId>) {
        match expr {
            Expr::Fluent(fluent, args) => self.matching(fluent.index(), args, bindings, out),
            Expr::Arith(_, left, right) => {
                self.reads_of_expr(left, vars, bindings, out);
                self.reads_of_expr(right, vars, bindings, out);
            }
            Expr::Aggregate(it) => {
                // What is added up is worked out with each filling.
                for way in ways(&it.over) {
                    let mut left: Vec<usize> = (0..way.literals.len()).collect();
                    let mut open = bindings.to_vec();
                    let mut fillings: Vec<Vec<Value>> = Vec::new();
                    self.join(&way.literals, &mut left, vars, &mut open, &mut Vec::new(), &mut |bindings, met| {
                        out.extend(met.iter().map(|(node, _)| *node));
                        fillings.push(bindings.to_vec());
                    });
                    for filling in fillings {
                        way.others.iter().for_each(|other| self.reads_of_other(other, vars, &filling, out));
                        self.reads_of_expr(&it.of, vars, &filling, out);
                    }
                }
            }
            Expr::Value(_) | Expr::Var(_) | Expr::Now => {}
        }
    }

    /// What each trigger of each instance matches.
    fn tie_triggers(&mut self) {
        for at in 0..self.instances.len() {
            let instance = &self.instances[at];
            let Some(rule) = self.program.rules.get(instance.item) else { continue };
            let mut triggers = instance.triggers.clone();
            for (index, nodes) in &mut triggers {
                let literal = literal_of(self.program, innermost(&rule.triggers[*index]));
                let mut all = Vec::new();
                self.matching(literal.pred, literal.args, &instance.bindings, &mut all);
                all.sort_unstable();
                all.dedup();
                *nodes = all;
            }
            self.instances[at].triggers = triggers;
        }
    }
}

/// Two lists of nodes to look through.
#[derive(Clone, Copy, Default)]
struct Candidates<'a>(&'a [NodeId], &'a [NodeId]);

/// Whether a number that is left open may turn out to be a certain one.
fn may_be(value: Value, wanted: Value) -> bool {
    matches!((value.kinded(), wanted.kinded()), (Kinded::Range(_), Kinded::Number(_)))
}

/// Whether it is one certain value.
pub(crate) fn plain(value: Value) -> bool {
    value != SOME && value != OPEN
}

/// What a term is with these bindings.
pub(crate) fn term_of(term: Term, bindings: &[Value]) -> Value {
    match term {
        Term::Value(value) => value,
        Term::Var(var) => bindings[var.index()],
        Term::Any => OPEN,
    }
}

/// What an expression is with these bindings, if that is plain to see.
pub(crate) fn value_of(expr: &Expr, bindings: &[Value]) -> Value {
    match expr {
        Expr::Value(value) => *value,
        Expr::Var(var) if bindings[var.index()] != OPEN => bindings[var.index()],
        _ => SOME,
    }
}

pub(crate) fn filled(args: &[Term], bindings: &[Value]) -> Vec<Value> {
    let known = |term: &Term| match term_of(*term, bindings) {
        OPEN => SOME,
        value => value,
    };
    args.iter().map(known).collect()
}

/// The trigger within `After`, or the trigger itself.
pub(crate) fn innermost(trigger: &Trigger) -> &Trigger {
    match trigger {
        Trigger::After { trigger, .. } => innermost(trigger),
        other => other,
    }
}

pub(crate) fn literal_of<'p>(program: &Program, trigger: &'p Trigger) -> Literal<'p> {
    match trigger {
        Trigger::Happens(it) => {
            Literal { pred: program.fluents.len() + it.action.index(), args: &it.args, value: Term::Value(Value::TRUE) }
        }
        Trigger::Initiated(it)
        | Trigger::Begins(it)
        | Trigger::Ends(it)
        | Trigger::Comes(it)
        | Trigger::HasHeld { pattern: it, .. } => Literal { pred: it.fluent.index(), args: &it.args, value: it.value },
        Trigger::After { trigger, .. } => literal_of(program, trigger),
    }
}

fn clauses(program: &Program) -> Vec<Clause<'_>> {
    let mut all = Vec::new();
    for (item, rule) in program.rules.iter().enumerate() {
        let of_rule = ways(&rule.conditions);
        for (index, trigger) in rule.triggers.iter().enumerate() {
            let given = match trigger {
                Trigger::After { given, .. } => ways(given),
                _ => vec![Way::default()],
            };
            for inner in &given {
                for way in &of_rule {
                    let mut literals = vec![literal_of(program, trigger)];
                    literals.extend(inner.literals.iter().chain(&way.literals));
                    let checks = inner.others.iter().chain(&way.others).copied().collect();
                    all.push(Clause { item, trigger: Some(index), literals, checks });
                }
            }
        }
    }
    for (at, definition) in program.definitions.iter().enumerate() {
        for way in ways(&definition.conditions) {
            let item = program.rules.len() + at;
            all.push(Clause { item, trigger: None, literals: way.literals, checks: way.others });
        }
    }
    all
}

/// The ways through the alternatives of a list. Where there are too many, alternatives are left among the others.
pub(crate) fn ways(conditions: &[Condition]) -> Vec<Way<'_>> {
    let mut all = vec![Way::default()];
    for condition in conditions {
        match condition {
            Condition::Holds(it) => {
                let literal = Literal { pred: it.fluent.index(), args: &it.args, value: it.value };
                all.iter_mut().for_each(|way| way.literals.push(literal));
            }
            Condition::AnyOf(lists) => {
                let alternatives: Vec<Way<'_>> = lists.iter().flat_map(|list| ways(list)).collect();
                if alternatives.len() * all.len() > MOST_CLAUSES {
                    all.iter_mut().for_each(|way| way.others.push(condition));
                    continue;
                }
                all = all
                    .iter()
                    .flat_map(|way| {
                        alternatives.iter().map(|alternative| {
                            let mut way = way.clone();
                            way.literals.extend(&alternative.literals);
                            way.others.extend(&alternative.others);
                            way
                        })
                    })
                    .collect();
            }
            other => all.iter_mut().for_each(|way| way.others.push(other)),
        }
    }
    all
}
