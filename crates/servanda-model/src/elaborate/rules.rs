//! Rules and definitions of the law and of dossiers, and sums along nested places.

use servanda_diagnostics::Diagnostic;
use servanda_syntax::{Clause, Statement, TokenKind};

use super::logic::{Logic, People};
use super::trouble::Trouble;
use super::words::{Word, all, span_of, split, text_of};
use super::{Elaborator, RuleSlot};
use crate::ids::{DefinitionId, FluentId, RuleId, VarId};
use crate::lexicon::{Target, read_alike};
use crate::model::{Guard, Total};
use crate::program::{
    Aggregate, AggregateOp, ArithOp, Condition, Definition, EventPattern, Expr, FluentPattern, FluentType, Hole, Mode,
    Rule, Term, Trigger, Var,
};
use crate::put::Put;
use crate::value::Value;

/// The clauses of rules and of definitions alike.
const SAID_OF_BOTH: &[&str] =
    &["for", "if", "cites", "source", "note", "under", "replaces", "judgment", "untranslated", "because", "text"];
const SAID_OF_RULES: &[&str] = &["when", "or when", "or if", "given", "unless", "then"];
const SAID_OF_DEFINITIONS: &[&str] = &["while", "or while"];

impl Elaborator<'_> {
    /// `Name "label"` at the head of a rule.
    fn rule_name(&self, words: &[Word]) -> (String, String) {
        let name = words.first().map_or_else(|| "rule".to_owned(), |word| word.text.clone());
        let label = words.iter().find(|word| word.kind == TokenKind::String);
        (name.clone(), label.map_or(name, |word| word.text.clone()))
    }

    pub(crate) fn rule(&mut self, statement: &Statement) {
        let words = all(&statement.head.tokens);
        let (name, label) = self.rule_name(&words);
        let origin = self.cite(statement);
        self.model.origins[origin.index()].label = label;
        self.expect_clauses(statement, SAID_OF_RULES);
        let guards = self.rule_guards(statement);
        let mut logic = self.logic(People::default());
        logic.scope.matching = true;
        match read_rule(&mut logic, statement) {
            Ok((triggers, alternatives, unless, effects)) => {
                let vars = logic.scope.vars.clone();
                let mut fixed = Vec::new();
                triggers.iter().for_each(|trigger| super::logic::bind_trigger(trigger, &mut fixed));
                for conditions in &alternatives {
                    self.aggregates_go_over_something(statement, &vars, &fixed, conditions, None);
                }
                for conditions in alternatives {
                    let rule = Rule {
                        id: RuleId(0),
                        name: name.clone(),
                        vars: vars.clone(),
                        triggers: triggers.clone(),
                        conditions,
                        unless: unless.clone(),
                        effects: effects.clone(),
                        origin,
                    };
                    let at = self.push_rule(rule, guards.clone());
                    self.rule_names.entry(name.clone()).or_default().push(RuleSlot::Rule(at));
                }
            }
            Err(trouble) => self.complain(statement, trouble),
        }
    }

    pub(crate) fn define(&mut self, statement: &Statement) {
        let words = all(&statement.head.tokens);
        let origin = self.cite(statement);
        let name = text_of(&words);
        self.expect_clauses(statement, SAID_OF_DEFINITIONS);
        let guards = self.rule_guards(statement);
        let mut logic = self.logic(People::default());
        logic.scope.matching = true;
        logic.stated_in = None;
        match read_definition(&mut logic, statement, &words) {
            Ok((fluent, args, value, alternatives)) => {
                let vars = logic.scope.vars.clone();
                for conditions in &alternatives {
                    self.aggregates_go_over_something(statement, &vars, &[], conditions, Some(&value));
                }
                for conditions in alternatives {
                    let definition = Definition {
                        id: DefinitionId(0),
                        name: name.clone(),
                        vars: vars.clone(),
                        fluent,
                        args: args.clone(),
                        value: value.clone(),
                        conditions,
                        origin,
                    };
                    let at = self.push_definition(definition, guards.clone());
                    self.rule_names.entry(name.clone()).or_default().push(RuleSlot::Definition(at));
                }
            }
            Err(trouble) => self.complain(statement, trouble),
        }
    }

    /// Complains of the clauses that neither both nor this kind of statement has.
    fn expect_clauses(&mut self, statement: &Statement, own: &[&str]) {
        for clause in &statement.clauses {
            let is_known = |keyword| SAID_OF_BOTH.contains(&keyword) || own.contains(&keyword);
            if !clause.keyword.is_some_and(is_known) {
                self.stray_clause(statement, clause);
            }
        }
    }

    /// `sum of n where A; B` ends at the `;`: if `B` settles what `n` is, there is nothing left to go over.
    fn aggregates_go_over_something(
        &mut self,
        statement: &Statement,
        vars: &[Var],
        fixed: &[VarId],
        conditions: &[Condition],
        value: Option<&Expr>,
    ) {
        let mut bound = fixed.to_vec();
        conditions.iter().for_each(|condition| super::logic::bind(condition, &mut bound));
        let mut expressions: Vec<&Expr> = value.into_iter().collect();
        for condition in conditions {
            match condition {
                Condition::Let(_, expr) => expressions.push(expr),
                Condition::Compare { left, right, .. } => expressions.extend([left, right]),
                _ => {}
            }
        }
        let mut seen = 0;
        while let Some(expr) = expressions.get(seen).copied() {
            seen += 1;
            match expr {
                Expr::Arith(_, left, right) => expressions.extend([&**left, &**right]),
                Expr::Aggregate(aggregate) => {
                    let Expr::Var(over) = aggregate.of else { continue };
                    if bound.contains(&over) {
                        let name = &vars[over.index()].name;
                        let warning = Diagnostic::warning("aggregate-of-one", format!(
                            "`{name}` has one value here, as a condition outside the aggregate settles it: there is nothing to go over"
                        ))
                            .label(statement.file, statement.head.span, "")
                            .headings(&statement.headings)
                            .help("put all conditions of an aggregate in parentheses: `sum of n where (A; B)`");
                        self.model.diagnostics.push(warning);
                    }
                }
                _ => {}
            }
        }
    }

    fn rule_guards(&mut self, statement: &Statement) -> Vec<Guard> {
        let mut guards = Vec::new();
        let under: Vec<Word> = statement.clauses_of("under").flat_map(|clause| all(&clause.tokens)).collect();
        let doctrines = self.named(statement, &under);
        guards.extend(doctrines.iter().map(|id| Guard::Chosen(*id)));
        for clause in statement.clauses_of("replaces") {
            let text = text_of(&all(&clause.tokens));
            match doctrines.first() {
                Some(doctrine) => self.replaced.push((text, *doctrine, statement.clone())),
                None => {
                    let trouble = Trouble::new(
                        "replaces-always",
                        clause.span,
                        "only a rule `under` a doctrine can replace another",
                    )
                    .help("name the doctrine: `under NAME`");
                    self.complain(statement, trouble);
                }
            }
        }
        guards
    }

    /// A replaced rule does not apply where the doctrine of its replacement is chosen.
    pub(crate) fn apply_replacements(&mut self) {
        for (name, doctrine, statement) in std::mem::take(&mut self.replaced) {
            let Some(slots) = self.rule_names.get(&name).cloned() else {
                let names: Vec<String> = self.rule_names.keys().cloned().collect();
                let trouble = Trouble::new("unknown-rule", statement.head.span, format!("no rule is called `{name}`"));
                let trouble = match servanda_diagnostics::suggest(&name, names.iter().map(String::as_str)) {
                    Some(near) => trouble.help(format!("did you mean `{near}`?")),
                    None => trouble,
                };
                self.complain(&statement, trouble);
                continue;
            };
            for slot in slots {
                let guard = Guard::NotChosen(doctrine);
                match slot {
                    RuleSlot::Rule(at) => self.model.rules[at].guards.push(guard),
                    RuleSlot::Definition(at) => self.model.definitions[at].guards.push(guard),
                }
            }
        }
    }

    /// For every fluent that sums along places, a fluent for what is at each place itself.
    pub(crate) fn nest_sums(&mut self) {
        for (fluent, ..) in self.sums.clone() {
            let total = self.model.program.fluents[fluent.index()].clone();
            let own = self.add_fluent(format!("{}_itself", total.name), total.args, total.ty, Mode::Inertial, false);
            self.model.program.fluents[own.index()].ties = total.ties;
            self.own[fluent.index()] = Some(own);
            self.model.program.fluents[fluent.index()].mode = Mode::Derived;
        }
    }

    pub(crate) fn sum_definitions(&mut self) {
        let mut closures: Vec<(FluentId, FluentId)> = Vec::new();
        for (fluent, statement, clause) in std::mem::take(&mut self.sums) {
            let Some(nests) = self.nesting_fluent(&statement, &clause) else { continue };
            let Some(own) = self.own[fluent.index()] else { continue };
            let total = self.model.program.fluents[fluent.index()].clone();
            let nested = &self.model.program.fluents[nests.index()];
            let place = nested.args[0];
            let Some(at) = self.summed_argument(fluent, &statement, &clause) else { continue };
            if total.ty != FluentType::Number {
                let trouble = Trouble::new("not-a-number", clause.span, "only numbers can be summed along places");
                self.complain(&statement, trouble);
                continue;
            }
            let origin = self.origin_of(&statement);
            let within = match closures.iter().find(|(base, _)| *base == nests) {
                Some((_, within)) => *within,
                None => {
                    let within = self.closure_of(nests, place, origin);
                    closures.push((nests, within));
                    self.model.nesting.push(within);
                    within
                }
            };
            self.model.totals.push(Total { total: fluent, own, within, place: at });
            self.sum_of(fluent, own, within, at, origin);
        }
    }

    fn nesting_fluent(&mut self, statement: &Statement, clause: &Clause) -> Option<FluentId> {
        let words = all(&clause.tokens);
        let phrase = self.phrase(statement, &words);
        let found = self.model.lexicon.wordings.iter().find_map(|wording| match wording.target {
            Target::Fluent(id) if read_alike(&wording.pieces, &phrase.pieces) => Some(id),
            _ => None,
        });
        let fits = found.filter(|id| {
            let fluent = &self.model.program.fluents[id.index()];
            fluent.ty == FluentType::Truth && fluent.args.len() == 2
        });
        if fits.is_none() {
            let trouble = Trouble::new("bad-nesting", clause.span, "this is no boolean fluent of two places")
                .help("write for example `sums along {place} lies in {place}`");
            self.complain(statement, trouble);
        }
        fits
    }

    /// Which argument is the place: the last one of that kind.
    fn summed_argument(&mut self, fluent: FluentId, statement: &Statement, clause: &Clause) -> Option<usize> {
        let place = self.phrase(statement, &all(&clause.tokens)).holes.first()?.1;
        let args = &self.model.program.fluents[fluent.index()].args;
        let found = args.iter().rposition(|arg| *arg == place);
        if found.is_none() {
            let trouble = Trouble::new("bad-nesting", clause.span, "the fluent has no such hole to sum along");
            self.complain(statement, trouble);
        }
        found
    }

    /// The transitive closure of a nesting fluent.
    fn closure_of(&mut self, nests: FluentId, place: Hole, origin: crate::ids::OriginId) -> FluentId {
        let name = format!("{}_throughout", self.model.program.fluents[nests.index()].name);
        let within = self.add_fluent(name.clone(), vec![place, place], FluentType::Truth, Mode::Derived, false);
        let var = |name: &str| Var { name: name.to_owned(), hole: place };
        let v = |n: u32| Term::Var(crate::ids::VarId(n));
        let holds = |fluent, a, b| {
            Condition::Holds(FluentPattern { fluent, args: vec![a, b], value: Term::Value(Value::TRUE) })
        };
        for conditions in [vec![holds(nests, v(0), v(1))], vec![holds(nests, v(0), v(2)), holds(within, v(2), v(1))]] {
            let definition = Definition {
                id: DefinitionId(0),
                name: name.clone(),
                vars: vec![var("p"), var("q"), var("r")],
                fluent: within,
                args: vec![v(0), v(1)],
                value: Expr::Value(Value::TRUE),
                conditions,
                origin,
            };
            self.push_definition(definition, Vec::new());
        }
        within
    }

    /// The total at a place: what is at the place itself and at every place within it.
    fn sum_of(&mut self, total: FluentId, own: FluentId, within: FluentId, at: usize, origin: crate::ids::OriginId) {
        let holes = self.model.program.fluents[total.index()].args.clone();
        let name = self.model.program.fluents[total.index()].name.clone();
        let count = holes.len() as u32;
        let v = |n: u32| Term::Var(crate::ids::VarId(n));
        let mut vars: Vec<Var> =
            holes.iter().enumerate().map(|(n, hole)| Var { name: format!("x{n}"), hole: *hole }).collect();
        let place = holes[at];
        let (part, amount, witness) = (count, count + 1, count + 2);
        vars.push(Var { name: "part".to_owned(), hole: place });
        vars.push(Var { name: "n".to_owned(), hole: Hole::Number });
        vars.push(Var { name: "somewhere".to_owned(), hole: place });
        let with_place =
            |term: Term| -> Vec<Term> { (0..count).map(|n| if n as usize == at { term } else { v(n) }).collect() };
        let holds = |args: Vec<Term>, value: Term| Condition::Holds(FluentPattern { fluent: own, args, value });
        let inside = |part: Term, whole: Term| {
            Condition::Holds(FluentPattern { fluent: within, args: vec![part, whole], value: Term::Value(Value::TRUE) })
        };
        // What is at the places within is found through them, not by going over every place there is.
        // Where places lie in each other in a circle, each of them lies in itself, too, and counts once all the same.
        let elsewhere = super::logic::differs(v(part), v(at as u32));
        let over = vec![inside(v(part), v(at as u32)), elsewhere, holds(with_place(v(part)), v(amount))];
        let sum = Aggregate { op: AggregateOp::Sum, of: Expr::Var(crate::ids::VarId(amount)), over };
        let own_args: Vec<Term> = (0..count).map(v).collect();
        let sum =
            Expr::Arith(ArithOp::Plus, Box::new(Expr::Fluent(own, own_args)), Box::new(Expr::Aggregate(Box::new(sum))));
        let bodies = [
            vec![holds(with_place(v(at as u32)), Term::Any)],
            vec![holds(with_place(v(witness)), Term::Any), inside(v(witness), v(at as u32))],
        ];
        for conditions in bodies {
            let definition = Definition {
                id: DefinitionId(0),
                name: format!("{name}, with the places within"),
                vars: vars.clone(),
                fluent: total,
                args: (0..count).map(v).collect(),
                value: sum.clone(),
                conditions,
                origin,
            };
            self.push_definition(definition, Vec::new());
        }
    }
}

type RuleParts = (Vec<Trigger>, Vec<Vec<Condition>>, Vec<EventPattern>, Vec<crate::program::Effect>);

/// `for a, b: kind; n: number`.
pub(crate) fn declare_vars(logic: &mut Logic<'_>, clause: &Clause) -> Result<(), Trouble> {
    let words = all(&clause.tokens);
    for part in split(&words, ";") {
        let Some(colon) = part.iter().position(|word| word.is_sign(":")) else {
            return Err(Trouble::new("type-missing", span_of(part), "variables need a kind")
                .help(format!("write `for {}: KIND`", text_of(part))));
        };
        let ty = text_of(&part[colon + 1..]);
        let hole = match ty.as_str() {
            "number" | "count" => Hole::Number,
            "day" | "date" => Hole::Day,
            "duration" => Hole::Duration,
            "text" => Hole::Text,
            "thing" => Hole::Thing,
            "any" => Hole::Any,
            _ => match logic.reader.lexicon.kind(&ty) {
                Some(kind) => Hole::Kind(kind),
                None => {
                    let names: Vec<String> = logic.reader.lexicon.kinds.iter().map(|kind| kind.name.clone()).collect();
                    let trouble =
                        Trouble::new("unknown-kind", span_of(&part[colon + 1..]), format!("there is no kind `{ty}`"));
                    return Err(match servanda_diagnostics::suggest(&ty, names.iter().map(String::as_str)) {
                        Some(near) => trouble.help(format!("did you mean `{near}`?")),
                        None => trouble.help(format!("declare it: `kind {ty}`")),
                    });
                }
            },
        };
        for name in part[..colon].iter().filter(|word| !word.is_sign(",")) {
            logic.scope.declare(&name.text, hole);
        }
    }
    Ok(())
}

fn read_rule(logic: &mut Logic<'_>, statement: &Statement) -> Result<RuleParts, Trouble> {
    for clause in statement.clauses_of("for") {
        declare_vars(logic, clause)?;
    }
    let mut triggers = Vec::new();
    let mut extra = Vec::new();
    for clause in statement.clauses.iter().filter(|clause| matches!(clause.keyword, Some("when" | "or when"))) {
        let words = all(&clause.tokens);
        for (trigger, more) in logic.triggers(&words)? {
            triggers.push(trigger);
            extra.extend(more);
        }
    }
    if triggers.is_empty() {
        return Err(Trouble::new("trigger-missing", statement.head.span, "nothing sets this rule off")
            .help("add `when SENTENCE`; for what holds while other things hold, use `define … while …`"));
    }
    for clause in statement.clauses_of("given") {
        let given = logic.conditions(&all(&clause.tokens))?;
        for trigger in &mut triggers {
            match trigger {
                Trigger::After { given: old, .. } => old.extend(given.iter().cloned()),
                _ => {
                    return Err(Trouble::new(
                        "given-without-delay",
                        clause.span,
                        "`given` is tested when a delay begins",
                    )
                    .help("use `if`, or a trigger like `when 30 days after …`"));
                }
            }
        }
    }
    let mut alternatives: Vec<Vec<Condition>> = vec![extra];
    let mut common = Vec::new();
    let mut others: Vec<Vec<Condition>> = Vec::new();
    for clause in &statement.clauses {
        match clause.keyword {
            Some("if") => common.extend(logic.conditions(&all(&clause.tokens))?),
            Some("or if") => others.push(logic.conditions(&all(&clause.tokens))?),
            _ => {}
        }
    }
    if others.is_empty() {
        alternatives[0].extend(common);
    } else {
        let first = alternatives.remove(0);
        others.insert(0, common);
        for other in others {
            let mut conditions = first.clone();
            conditions.extend(other);
            alternatives.push(conditions);
        }
    }
    let mut unless = Vec::new();
    for clause in statement.clauses_of("unless") {
        for part in split(&all(&clause.tokens), ";") {
            for (pattern, _) in logic.happening(part)? {
                unless.push(pattern);
            }
        }
    }
    let mut effects = Vec::new();
    for clause in statement.clauses_of("then") {
        for part in split(&all(&clause.tokens), ";") {
            effects.extend(logic.effects(part)?);
        }
    }
    if effects.is_empty() {
        return Err(Trouble::new("effect-missing", statement.head.span, "nothing follows from this rule")
            .help("add `then SENTENCE`"));
    }
    Ok((triggers, alternatives, unless, effects))
}

type DefinitionParts = (FluentId, Vec<Term>, Expr, Vec<Vec<Condition>>);

fn read_definition(logic: &mut Logic<'_>, statement: &Statement, words: &[Word]) -> Result<DefinitionParts, Trouble> {
    for clause in statement.clauses_of("for") {
        declare_vars(logic, clause)?;
    }
    let mut alternatives: Vec<Vec<Condition>> = Vec::new();
    for clause in &statement.clauses {
        match clause.keyword {
            Some("while" | "if") if alternatives.is_empty() => {
                alternatives.push(logic.conditions(&all(&clause.tokens))?);
            }
            Some("while" | "if") => {
                let more = logic.conditions(&all(&clause.tokens))?;
                alternatives.last_mut().expect("there is one").extend(more);
            }
            Some("or while") => {
                logic.bound.clear();
                let other = logic.conditions(&all(&clause.tokens))?;
                alternatives.push(other);
            }
            _ => {}
        }
    }
    let (fluent, args, value) = definition_head(logic, words)?;
    if alternatives.is_empty() {
        let any = wherever_there_is_any(logic, &args, &value).ok_or_else(|| {
            Trouble::new("condition-missing", statement.head.span, "a definition needs conditions")
                .help("add `while SENTENCE`")
        })?;
        alternatives.push(any);
    }
    Ok((fluent, args, value, alternatives))
}

/// What is counted or added up without further conditions is so wherever there is anything to count: for whoever there is a filling.
fn wherever_there_is_any(logic: &mut Logic<'_>, args: &[Term], value: &Expr) -> Option<Vec<Condition>> {
    let Expr::Aggregate(aggregate) = value else { return None };
    let mut apart = Put::default();
    for at in 0..logic.scope.vars.len() {
        let var = VarId::from_index(at);
        if !args.contains(&Term::Var(var)) {
            let fresh = logic.scope.fresh(logic.scope.vars[at].hole);
            apart.terms.insert(var, Term::Var(fresh));
        }
    }
    // A number that is only read is there for whoever else is named.
    let named: Vec<Condition> = aggregate.over.iter().filter(|it| !matches!(it, Condition::Let(..))).cloned().collect();
    Some(apart.conditions(&named))
}

/// What is defined: a fluent, its arguments, and its value.
type Head = (FluentId, Vec<Term>, Expr);

/// `FLUENT`, or `FLUENT is EXPR`.
fn definition_head(logic: &mut Logic<'_>, words: &[Word]) -> Result<Head, Trouble> {
    use crate::program::Effect;
    let whole = logic.effects(words);
    let read = match whole {
        Ok(effects) => effects,
        Err(trouble) => return value_by_expression(logic, words).ok_or(trouble)?,
    };
    match read.into_iter().next() {
        Some(Effect::Initiate { fluent, args, value }) => Ok((fluent, args, value)),
        _ => Err(Trouble::new("not-a-fluent", span_of(words), format!("`{}` cannot be defined", text_of(words)))
            .help("write `define FLUENT` or `define FLUENT is VALUE`")),
    }
}

/// `FLUENT is EXPR`, split at the first `is` before which a fluent stands: an expression may have an `is` of its own.
fn value_by_expression(logic: &mut Logic<'_>, words: &[Word]) -> Option<Result<Head, Trouble>> {
    let (is, said) = words.iter().enumerate().filter(|(_, word)| word.is("is")).find_map(|(at, _)| {
        let plain = super::words::seen(&words[..at]);
        let said = logic.reader.sentence(&plain, super::sentence::Want::Fluent, &logic.scope).ok()?;
        said.value.is_none().then_some((at, said))
    })?;
    let Target::Fluent(fluent) = said.target else { return None };
    let value = match logic.expression(&words[is + 1..]) {
        Ok(value) => value,
        Err(trouble) => return Some(Err(trouble)),
    };
    let holes = logic.fluents[fluent.index()].args.clone();
    let (args, _) = logic.fillings(&said.args, &holes).remove(0);
    Some(logic.suits_fluent(fluent, &value, span_of(&words[is + 1..])).map(|()| (fluent, args, value)))
}
