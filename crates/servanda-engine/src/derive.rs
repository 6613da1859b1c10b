//! Works out derived fluents after a moment (`docs/semantics.md`, 7).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{DefinitionId, EntityId, FluentId, Initial, Kinded, Value};

use crate::compile::derived::Delta;
use crate::compile::graph::NodeKind;
use crate::compile::recursion::Recursion;
use crate::exec::View;
use crate::hash;
use crate::moment::Touch;
use crate::record::{Cause, Premise, Step, StepId};
use crate::sink::{Contradiction, Sink};
use crate::state::{ABSENT, At, BEGINNING, NONE};
use crate::sweep::Sweep;

/// A derived instance: which fluent, and its arguments.
type Head = (u32, Box<[Value]>);

/// An instance, a value that a definition gives it, which definition, and with which filling.
type Found = (Head, Value, u32, Vec<Value>);

/// What the definitions say of one instance.
#[derive(Default)]
pub(crate) struct Findings {
    /// The distinct values, in order.
    pub(crate) values: Vec<Value>,
    /// The least definition and filling for the first value, when derivations are recorded.
    support: Option<(u32, Vec<Value>)>,
}

impl<'c, S: Sink, const R: bool> Sweep<'c, S, R> {
    /// Sets up what holds since the beginning of time.
    pub(crate) fn begin(&mut self, initial: &[Initial]) {
        let compiled = self.compiled;
        let mut stated: BTreeMap<Head, Vec<(Value, u32)>> = BTreeMap::new();
        for (at, initial) in initial.iter().enumerate() {
            let values = stated.entry((initial.fluent.0, initial.args.clone().into())).or_default();
            values.push((initial.value, at as u32));
        }
        for ((fluent, args), mut values) in stated {
            values.sort_unstable();
            let steps: Vec<u32> = if R {
                values.iter().map(|(_, at)| self.note(Cause::Initial(*at), Vec::new())).collect()
            } else {
                vec![NONE]
            };
            values.dedup_by_key(|(value, _)| *value);
            if values.len() > 1 {
                let steps = steps.into_iter().filter_map(StepId::some).collect();
                self.report(fluent, &args, values.iter().map(|(value, _)| *value).collect(), steps);
                continue;
            }
            self.set_initial(fluent, &args, values[0].0, steps[0]);
        }
        for node in &compiled.nodes {
            if let NodeKind::Derive(component) = node.kind {
                self.derive_initial(component);
            }
        }
        for fluent in 0..compiled.fluents.len() as u32 {
            if !compiled.fluents[fluent as usize].comes.is_empty() {
                self.initial_comes(fluent);
            }
        }
    }

    fn set_initial(&mut self, fluent: u32, args: &[Value], value: Value, step: u32) {
        let table = &mut self.world.tables[fluent as usize];
        let slot = table.find_or_insert(args, BEGINNING);
        table.set_value(slot, value);
        let cell = table.cell_mut(slot);
        cell.since = BEGINNING;
        cell.epoch = cell.epoch.wrapping_add(1);
        if let Some(made) = table.made_mut(slot) {
            *made = crate::state::Made { by: step, before: step, begun: step };
        }
    }

    fn initial_comes(&mut self, fluent: u32) {
        for slot in self.world.tables[fluent as usize].slots() {
            let table = &self.world.tables[fluent as usize];
            if let Kinded::Tick(due) = table.cell(slot).value.kinded() {
                let step = table.made(slot).by;
                self.arm_comes(fluent, slot, due, step);
            }
        }
    }

    fn derive_initial(&mut self, component: u32) {
        let plan = &self.compiled.components[component as usize];
        if plan.from_scratch {
            for ((fluent, args), (value, step)) in self.fixpoint(component, &BTreeMap::new()) {
                self.set_initial(fluent, &args, value, step);
            }
            return;
        }
        let heads: BTreeSet<Head> = self.all_heads(component).into_iter().map(|(head, ..)| head).collect();
        for (fluent, args) in heads {
            let findings = self.examine(&plan.definitions, fluent, &args);
            match findings.values.as_slice() {
                [value] => {
                    let step = if R { self.note_definition(&findings, NONE) } else { NONE };
                    self.set_initial(fluent, &args, *value, step);
                }
                _ => self.conflict(fluent, &args, findings.values),
            }
        }
    }

    /// Works out the derived fluents of a component after the changes of this moment.
    pub(crate) fn derive(&mut self, component: u32) {
        let compiled = self.compiled;
        let mut changed = std::mem::take(&mut self.changed);
        self.changed_dependencies(component, &mut changed);
        if changed.is_empty() {
            self.changed = changed;
            return;
        }
        for &total in &compiled.components[component as usize].totals {
            self.update_totals(total);
        }
        if compiled.components[component as usize].from_scratch {
            match self.followed(component) {
                Some(recursion) => self.spread(component, recursion, &changed),
                None => self.derive_from_scratch(component),
            }
            self.changed = changed;
            return;
        }
        let mut heads = std::mem::take(&mut self.fillings);
        heads.clear();
        self.affected(component, &changed, &mut heads);
        self.changed = changed;
        let mut known = std::mem::take(&mut self.known);
        known.clear();
        let mut start = 0;
        while let Some(fluent) = heads.get(start) {
            let fluent = fluent.bits() as u32;
            let end = start + 1 + compiled.fluents[fluent as usize].arity;
            let head = &heads[start..end];
            let is_alone = end == heads.len() && known.is_empty();
            let is_known = !is_alone && {
                let hash = hash::hash_all(head);
                let is_it = |&(_, other): &(u64, u32)| heads[other as usize..].starts_with(head);
                let found = known.find(hash, is_it).is_some();
                if !found {
                    known.insert_unique(hash, (hash, start as u32), |&(hash, _)| hash);
                }
                found
            };
            if !is_known {
                self.rederive(component, fluent, &head[1..]);
            }
            start = end;
        }
        self.known = known;
        self.fillings = heads;
    }

    /// How changes of a component that depends on itself are followed, if they are: not where entities have become something
    /// else, nor where each reading is written down.
    fn followed(&mut self, component: u32) -> Option<&'c Recursion> {
        let is_stale = std::mem::take(&mut self.stale[component as usize]);
        let is_followed = !is_stale && self.shares_events();
        self.compiled.components[component as usize].recursion.as_ref().filter(|_| is_followed)
    }

    /// Which of the fluents that a component reads have an instance that has changed, in order.
    fn changed_dependencies(&mut self, component: u32, changed: &mut Vec<u32>) {
        let dependencies = self.compiled.components[component as usize].dependencies.as_slice();
        changed.clear();
        if dependencies.len() <= 2 * self.active.len() {
            let is_touched = |fluent: u32| !self.world.tables[fluent as usize].active.is_empty();
            changed.extend((0..).zip(dependencies).filter(|(_, fluent)| is_touched(**fluent)).map(|(at, _)| at));
        } else {
            // Where many norms are spoken of at once, most of what is read has not been touched.
            let touched = self.active.iter().map(|&touch| self.touches[touch as usize].fluent);
            changed.extend(touched.filter_map(|fluent| Some(dependencies.binary_search(&fluent).ok()? as u32)));
            changed.sort_unstable();
            changed.dedup();
        }
        changed.retain(|&at| {
            let fluent = dependencies[at as usize];
            let active = std::mem::take(&mut self.world.tables[fluent as usize].active);
            let mut is_other = false;
            for &touch in &active {
                self.settle(touch);
                let Touch { slot, before, .. } = self.touches[touch as usize];
                is_other |= self.world.tables[fluent as usize].cell(slot).value != before;
            }
            self.world.tables[fluent as usize].active = active;
            is_other
        });
    }

    /// The instances that may change, each as the number of its fluent followed by its arguments.
    pub(crate) fn affected(&mut self, component: u32, changed: &[u32], heads: &mut Vec<Value>) {
        let compiled = self.compiled;
        let plan = &compiled.components[component as usize];
        let keeps_totals = !self.totals.is_empty();
        let mut frame = self.take_room(plan.vars);
        let views = [self.view(At::Before), self.view(At::After)];
        for &at in changed {
            let table = &self.world.tables[plan.dependencies[at as usize] as usize];
            for delta in plan.deltas[at as usize].iter().filter(|delta| !(keeps_totals && delta.is_in_total)) {
                for &touch in &table.active {
                    let Touch { slot, before, .. } = self.touches[touch as usize];
                    let after = table.cell(slot).value;
                    if after != before {
                        delta.affected(&views, table.key(slot), [before, after], &mut frame, heads);
                    }
                }
            }
        }
        if keeps_totals {
            for (&total, deltas) in plan.totals.iter().zip(&plan.total_deltas) {
                for delta in deltas {
                    for key in self.totals[total as usize].changed(self.moment) {
                        delta.affected(&views, key, [Value::TRUE; 2], &mut frame, heads);
                    }
                }
            }
        }
        self.frame = frame;
    }

    fn rederive(&mut self, component: u32, fluent: u32, args: &[Value]) {
        self.trace_point(fluent, args);
        let slot = self.world.tables[fluent as usize].find(args);
        if let Some(slot) = slot {
            let touch = self.world.tables[fluent as usize].cell(slot).touch;
            let touch = self.touches.get(touch as usize);
            if touch.is_some_and(|touch| touch.moment == self.moment && touch.is_settled) {
                return;
            }
        }
        let findings = self.examine(&self.compiled.components[component as usize].definitions, fluent, args);
        let value = match findings.values.as_slice() {
            [value] => *value,
            _ => ABSENT,
        };
        if findings.values.len() > 1 {
            self.conflict(fluent, args, findings.values);
        } else {
            if !self.conflicts.is_empty() {
                self.conflicts.remove(&(fluent, args.into()));
            }
            if !R {
                self.key = findings.values;
            } else if value != ABSENT {
                let old = slot.map_or(NONE, |slot| self.world.tables[fluent as usize].made(slot).by);
                let step = self.note_definition(&findings, old);
                self.set_derived(fluent, args, value, step);
                return;
            }
        }
        let cell = slot.map(|slot| self.world.tables[fluent as usize].cell(slot));
        let held = cell.map_or(ABSENT, |cell| cell.read(At::Before, &self.touches));
        if value == held {
            return;
        }
        let step = if R { self.note_no_definition(component, fluent, args) } else { NONE };
        match slot {
            Some(slot) => self.set_derived_at(fluent, slot, value, step),
            None => self.set_derived(fluent, args, value, step),
        }
    }

    pub(crate) fn set_derived(&mut self, fluent: u32, args: &[Value], value: Value, step: u32) {
        let slot = self.world.tables[fluent as usize].find_or_insert(args, self.tick);
        self.set_derived_at(fluent, slot, value, step);
    }

    pub(crate) fn set_derived_at(&mut self, fluent: u32, slot: u32, value: Value, step: u32) {
        let touch = self.touch(fluent, slot);
        self.touches[touch as usize].is_settled = true;
        self.set(touch, value, step);
        if R && value != ABSENT {
            // The support may have changed while the value did not.
            if let Some(made) = self.world.tables[fluent as usize].made_mut(slot) {
                made.by = step;
            }
        }
    }

    /// Every filling of every definition of the component in the state after the moment, with its value.
    fn all_heads(&mut self, component: u32) -> Vec<Found> {
        let compiled = self.compiled;
        let mut all = Vec::new();
        for &id in &compiled.components[component as usize].definitions {
            let plan = &compiled.definitions[id as usize];
            let mut frame = self.take_frame(plan.vars);
            let view = self.view(At::After);
            view.run(&plan.full, &mut frame, &mut |frame| {
                if let Some(value) = view.value(&plan.value, frame) {
                    let args = plan.head_args.iter().map(|arg| arg.value(frame)).collect();
                    if R {
                        plan.hidden.iter().for_each(|&var| frame[var as usize] = ABSENT);
                    }
                    all.push(((plan.head, args), value, id, if R { frame.to_vec() } else { Vec::new() }));
                }
                false
            });
            self.frame = frame;
        }
        all
    }

    /// What the definitions say of one instance in the state after the moment.
    pub(crate) fn examine(&mut self, definitions: &[u32], fluent: u32, args: &[Value]) -> Findings {
        let compiled = self.compiled;
        // The room there is, so that none is asked for each time.
        let mut findings = Findings { values: std::mem::take(&mut self.key), support: None };
        findings.values.clear();
        for &id in definitions {
            let plan = &compiled.definitions[id as usize];
            if plan.head != fluent {
                continue;
            }
            // What is recorded of a filling is all of it.
            let mut frame = if R { self.take_frame(plan.vars) } else { self.take_room(plan.vars) };
            let view = self.view(At::After);
            // With one value for all fillings, the others matter only to the derivation: it names the least.
            let mut known = None;
            if view.accepts_all(&plan.head_match, args, &mut frame) {
                view.run(if R { &plan.check } else { &plan.quick }, &mut frame, &mut |frame| {
                    let value = match known {
                        Some(value) if plan.has_one_value => value,
                        _ => view.value(&plan.value, frame),
                    };
                    known = Some(value);
                    if let Some(value) = value {
                        if R {
                            plan.hidden.iter().for_each(|&var| frame[var as usize] = ABSENT);
                        }
                        findings.add(value, id, frame, R);
                    }
                    plan.has_one_value && (!R || value.is_none())
                });
            }
            self.frame = frame;
        }
        findings
    }

    /// Everything the component's definitions give, in rounds that each see what the rounds before gave. In between,
    /// an instance may have several values; in the end such an instance has none. Of the `old` steps those that say the
    /// same are taken again.
    fn fixpoint(&mut self, component: u32, old: &BTreeMap<Head, u32>) -> BTreeMap<Head, (Value, u32)> {
        let compiled = self.compiled;
        let mut known: BTreeMap<Head, Vec<Value>> = BTreeMap::new();
        let mut rounds = Vec::new();
        let mut found = self.all_heads(component);
        loop {
            found.sort();
            found.dedup_by(|b, a| (&a.0, a.1) == (&b.0, b.1));
            found.retain(|(head, value, ..)| !known.get(head).is_some_and(|values| values.contains(value)));
            if found.is_empty() {
                break;
            }
            for ((fluent, args), value, ..) in &found {
                let shadow = compiled.shadows[*fluent as usize];
                let table = &mut self.world.tables[shadow as usize];
                let slot = table.find_or_insert(&[args, [*value].as_slice()].concat(), self.tick);
                table.set_value(slot, Value::TRUE);
                known.entry((*fluent, args.clone())).or_default().push(*value);
            }
            let next = self.grow(component, &found);
            if R {
                rounds.push(found);
            }
            found = next;
        }
        for &fluent in &compiled.components[component as usize].fluents {
            self.world.tables[compiled.shadows[fluent as usize] as usize].drop_all();
        }
        let steps = if R { self.note_rounds(component, rounds, old) } else { BTreeMap::new() };
        self.conflicts.retain(|head, _| {
            let is_settled = known.get(head).is_none_or(|values| values.len() < 2);
            !(is_settled && compiled.components[component as usize].fluents.contains(&head.0))
        });
        let mut single = BTreeMap::new();
        for (head, mut values) in known {
            values.sort_unstable();
            match values.as_slice() {
                [value] => {
                    let step = steps.get(&head).copied().unwrap_or(NONE);
                    single.insert(head, (*value, step));
                }
                _ => self.conflict(head.0, &head.1, values),
            }
        }
        single
    }

    /// What a round finds after one that found this: at least one of these takes part in it.
    fn grow(&mut self, component: u32, last: &[Found]) -> Vec<Found> {
        let compiled = self.compiled;
        let growths = match &compiled.components[component as usize].growths {
            // The least filling of all is wanted where derivations are recorded.
            Some(growths) if !R => growths,
            _ => return self.all_heads(component),
        };
        let mut all = Vec::new();
        for growth in growths {
            let plan = &compiled.definitions[growth.definition as usize];
            let mut frame = self.take_frame(plan.vars);
            let view = self.view(At::After);
            for ((fluent, args), value, ..) in last {
                let is_read = compiled.shadows[*fluent as usize] == growth.table;
                let (last, others) = growth.args.split_last().expect("the value is the last argument");
                if !is_read || !view.accepts_all(others, args, &mut frame) || !view.accepts(*last, *value, &mut frame) {
                    continue;
                }
                view.run(&growth.plan, &mut frame, &mut |frame| {
                    if let Some(value) = view.value(&plan.value, frame) {
                        let args = plan.head_args.iter().map(|arg| arg.value(frame)).collect();
                        all.push(((plan.head, args), value, growth.definition, Vec::new()));
                    }
                    false
                });
            }
            self.frame = frame;
        }
        all
    }

    /// Records the steps of a fixpoint, each round resting on those before. The component's cells serve as memory and
    /// are left empty.
    fn note_rounds(
        &mut self,
        component: u32,
        rounds: Vec<Vec<Found>>,
        old: &BTreeMap<Head, u32>,
    ) -> BTreeMap<Head, u32> {
        let mut steps = BTreeMap::new();
        self.clear_component(component);
        for round in rounds {
            let mut noted = Vec::new();
            for (head, value, id, filling) in round {
                let findings = Findings { values: vec![value], support: Some((id, filling)) };
                let old = old.get(&head).copied().unwrap_or(NONE);
                noted.push((head, value, self.note_definition(&findings, old)));
            }
            for (head, value, step) in noted {
                if let Entry::Vacant(entry) = steps.entry(head) {
                    let (fluent, args) = entry.key();
                    self.put(*fluent, args, value, step);
                    entry.insert(step);
                }
            }
        }
        self.clear_component(component);
        steps
    }

    /// Puts a value into a cell without any bookkeeping of changes.
    fn put(&mut self, fluent: u32, args: &[Value], value: Value, step: u32) {
        let table = &mut self.world.tables[fluent as usize];
        let slot = table.find_or_insert(args, self.tick);
        table.set_value(slot, value);
        if let Some(made) = table.made_mut(slot) {
            made.by = step;
        }
    }

    fn clear_component(&mut self, component: u32) {
        for &fluent in &self.compiled.components[component as usize].fluents {
            self.world.tables[fluent as usize].clear_values();
        }
    }

    fn derive_from_scratch(&mut self, component: u32) {
        let compiled = self.compiled;
        compiled.components[component as usize].fluents.iter().for_each(|&fluent| self.trace_scan(fluent));
        let mut before: Vec<(Head, Value)> = Vec::new();
        let mut old: BTreeMap<Head, u32> = BTreeMap::new();
        for &fluent in &compiled.components[component as usize].fluents {
            for slot in self.world.tables[fluent as usize].slots() {
                if self.world.tables[fluent as usize].cell(slot).value != ABSENT {
                    if R {
                        // Its value before the moment has to be kept: the cells serve as memory for the steps.
                        let touch = self.touch(fluent, slot);
                        self.touches[touch as usize].is_settled = true;
                    }
                    let table = &self.world.tables[fluent as usize];
                    let head: Head = (fluent, table.key(slot).into());
                    if R {
                        old.insert(head.clone(), table.made(slot).before);
                    }
                    before.push((head, table.cell(slot).value));
                }
            }
        }
        let after = self.fixpoint(component, &old);
        let mut unchanged: BTreeSet<Head> = BTreeSet::new();
        for (head, value) in before {
            match after.get(&head) {
                Some(&(now, step)) if now == value => {
                    self.put(head.0, &head.1, value, step);
                    unchanged.insert(head);
                }
                Some(_) => {}
                None => {
                    let step = if R { self.note_no_definition(component, head.0, &head.1) } else { NONE };
                    self.set_derived(head.0, &head.1, ABSENT, step);
                }
            }
        }
        for (head, (value, step)) in after {
            if !unchanged.contains(&head) {
                self.set_derived(head.0, &head.1, value, step);
            }
        }
        for &fluent in &compiled.components[component as usize].fluents {
            self.drop_unused(fluent);
        }
    }

    /// Drops the slots that a fixpoint made and did not keep.
    fn drop_unused(&mut self, fluent: u32) {
        let table = &mut self.world.tables[fluent as usize];
        for slot in table.slots() {
            let cell = *table.cell(slot);
            let is_empty = cell.value == ABSENT && cell.touch == NONE;
            if is_empty && table.find(table.key(slot)) == Some(slot) {
                table.drop_slot(slot);
            }
        }
    }

    /// Records why a derived instance has its value; the old step again where nothing about it is different.
    fn note_definition(&mut self, findings: &Findings, old: u32) -> u32 {
        let Some((id, filling)) = &findings.support else { return NONE };
        let definition = &self.compiled.program.definitions[*id as usize];
        let mut premises = self.condition_premises(&definition.conditions, &definition.vars, filling, At::After);
        self.expr_premises(&definition.value, &definition.vars, filling, At::After, &mut premises);
        let bindings = filling.iter().map(|&value| (value != ABSENT).then_some(value)).collect();
        let cause = Cause::Definition { definition: DefinitionId(*id), bindings };
        if let Some(Step { cause: same, premises: kept, .. }) = self.recorder.steps.get(old as usize)
            && (same, kept) == (&cause, &premises)
        {
            return old;
        }
        self.note(cause, premises)
    }

    fn note_no_definition(&mut self, component: u32, fluent: u32, args: &[Value]) -> u32 {
        let mut premises = Vec::new();
        for &dependency in &self.compiled.components[component as usize].dependencies {
            for &touch in &self.world.tables[dependency as usize].active {
                premises.extend(self.change_premise(&self.touches[touch as usize]));
            }
        }
        self.note(Cause::NoDefinition { fluent: FluentId(fluent), args: args.to_vec() }, premises)
    }

    fn change_premise(&self, touch: &Touch) -> Option<Premise> {
        let table = &self.world.tables[touch.fluent as usize];
        let cell = table.cell(touch.slot);
        let (fluent, args) = (FluentId(touch.fluent), table.key(touch.slot).to_vec());
        let by = StepId::some(touch.step);
        match (touch.before, cell.value) {
            (before, value) if before == value => None,
            (value, ABSENT) => Some(Premise::Ended { fluent, args, value, by }),
            (_, value) => Some(Premise::Began { fluent, args, value, by }),
        }
    }

    /// Reports a derived instance with two values, once for as long as it has these.
    fn conflict(&mut self, fluent: u32, args: &[Value], values: Vec<Value>) {
        let known = self.conflicts.insert((fluent, args.into()), values.clone());
        if known.as_ref() != Some(&values) {
            self.report(fluent, args, values, Vec::new());
        }
    }

    fn report(&mut self, fluent: u32, args: &[Value], values: Vec<Value>, steps: Vec<StepId>) {
        let tick = (self.tick != BEGINNING).then_some(self.tick);
        let (fluent, args) = (FluentId(fluent), args.to_vec());
        let with_other_effects = false;
        self.sink.contradiction(Contradiction { tick, fluent, args, values, with_other_effects, steps });
    }
}

impl Delta {
    /// Adds the heads that a changed instance with these values, or total, leads to in one state of the moment or the other.
    fn affected(
        &self,
        views: &[View<'_>; 2],
        key: &[Value],
        held: [Value; 2],
        frame: &mut [Value],
        heads: &mut Vec<Value>,
    ) {
        let start = heads.len();
        if self.is_one_head {
            let _ = self.affected_in(&views[1], key, held[1], frame, heads)
                || self.affected_in(&views[0], key, held[0], frame, heads);
            return;
        }
        for (view, held) in views.iter().zip(held) {
            let first = heads.len();
            self.affected_in(view, key, held, frame, heads);
            forget_repeated(heads, start, first);
        }
    }

    /// The same in one state; says whether there are any.
    pub(crate) fn affected_in(
        &self,
        view: &View<'_>,
        key: &[Value],
        held: Value,
        frame: &mut [Value],
        heads: &mut Vec<Value>,
    ) -> bool {
        let start = heads.len();
        if view.reads(&self.args, self.value, (key, held), frame) {
            self.heads(view, frame, heads);
        }
        heads.len() > start
    }

    /// Adds the heads that a changed instance, matched into the frame, leads to.
    fn heads(&self, view: &View<'_>, frame: &mut [Value], heads: &mut Vec<Value>) {
        let mut add = |frame: &mut [Value]| {
            heads.push(Value::entity(EntityId(self.head)));
            heads.extend(self.head_args.iter().map(|arg| arg.value(frame)));
            false
        };
        if self.plan.ops.is_empty() {
            add(frame);
        } else {
            view.run(&self.plan, frame, &mut add);
        }
    }
}

/// Takes away what stands from `second` on if it is what stands from `first` to there.
fn forget_repeated(heads: &mut Vec<Value>, first: usize, second: usize) {
    if heads[first..second] == heads[second..] {
        heads.truncate(second);
    }
}

impl Findings {
    fn add(&mut self, value: Value, id: u32, filling: &[Value], keeps_support: bool) {
        if let Err(at) = self.values.binary_search(&value) {
            self.values.insert(at, value);
        }
        if keeps_support {
            let is_least = match &self.support {
                None => true,
                Some((least, kept)) => (id, filling) < (*least, kept.as_slice()),
            };
            if is_least {
                self.support = Some((id, filling.to_vec()));
            }
        }
    }
}
