//! Works out definitions that depend on themselves, after a change, from what the change leads to.
//!
//! First all that held and may rest on what has changed is taken to be gone, however far that goes; then whatever of it has
//! something else to rest on is put back, together with what is new. What rests on nothing but itself is so not put back.

use servanda_model::{EntityId, Value};

use crate::compile::derived::Component;
use crate::compile::recursion::Recursion;
use crate::hash;
use crate::sink::Sink;
use crate::state::{ABSENT, At, NONE};
use crate::sweep::Sweep;

/// Buffers that are reused.
#[derive(Default)]
pub(crate) struct Spread {
    /// Instances of the component, each as the number of its fluent followed by its arguments.
    heads: Vec<Value>,
    /// Those that held and are taken to be gone: fluent and slot.
    gone: Vec<(u32, u32)>,
    /// Those that hold and did not, and whether the slot was made for it.
    new: Vec<(u32, u32, bool)>,
    /// Those of them that were not only taken to be gone.
    begun: Vec<(u32, u32)>,
}

impl<S: Sink, const R: bool> Sweep<'_, S, R> {
    /// Follows the changes of some of the component's dependencies.
    pub(crate) fn spread(&mut self, component: u32, recursion: &Recursion, changed: &[u32]) {
        let mut spread = std::mem::take(&mut self.spread);
        spread.heads.clear();
        self.affected(component, changed, &mut spread.heads);
        if !spread.heads.is_empty() {
            let plan = &self.compiled.components[component as usize];
            self.find_gone(plan, recursion, &mut spread);
            for &(fluent, slot) in &spread.gone {
                self.world.tables[fluent as usize].set_value(slot, ABSENT);
            }
            self.find_new(plan, recursion, &mut spread);
            self.tell_spread(&mut spread);
        }
        self.spread = spread;
    }

    /// Of the instances to begin with, and all that may rest on them, finds those that held. The instances without a value
    /// stay among the heads.
    fn find_gone(&mut self, plan: &Component, recursion: &Recursion, spread: &mut Spread) {
        let mut known = std::mem::take(&mut self.known);
        known.clear();
        let Spread { heads, gone, .. } = spread;
        gone.clear();
        let mut frame = self.take_room(plan.vars);
        let view = self.view(At::Before);
        let mut start = 0;
        while let Some((fluent, end)) = self.next_head(heads, start) {
            let hash = hash::hash_all(&heads[start..end]);
            let is_it = |&(_, other): &(u64, u32)| heads[other as usize..].starts_with(&heads[start..end]);
            if known.find(hash, is_it).is_none() {
                known.insert_unique(hash, (hash, start as u32), |&(hash, _)| hash);
                let table = &self.world.tables[fluent as usize];
                let slot = table.find(&heads[start + 1..end]).filter(|&slot| table.cell(slot).value != ABSENT);
                if let Some(slot) = slot {
                    gone.push((fluent, slot));
                    for delta in recursion.of(plan, fluent) {
                        delta.affected_in(&view, table.key(slot), Value::TRUE, &mut frame, heads);
                    }
                }
            }
            start = end;
        }
        self.frame = frame;
        self.known = known;
    }

    /// Of the heads, and all that then rest on them, finds those that hold after the moment, and has them hold.
    fn find_new(&mut self, plan: &Component, recursion: &Recursion, spread: &mut Spread) {
        let Spread { heads, new, .. } = spread;
        new.clear();
        let mut start = 0;
        while let Some((fluent, end)) = self.next_head(heads, start) {
            let args = &heads[start + 1..end];
            start = end;
            let slot = self.world.tables[fluent as usize].find(args);
            if slot.is_some_and(|slot| self.world.tables[fluent as usize].cell(slot).value != ABSENT) {
                continue;
            }
            let findings = self.examine(&recursion.definitions, fluent, args);
            let holds = !findings.values.is_empty();
            self.key = findings.values;
            if !holds {
                continue;
            }
            let table = &mut self.world.tables[fluent as usize];
            let at = slot.unwrap_or_else(|| table.find_or_insert(args, self.tick));
            table.set_value(at, Value::TRUE);
            new.push((fluent, at, slot.is_none()));
            let mut frame = self.take_room(plan.vars);
            let view = self.view(At::After);
            for delta in recursion.of(plan, fluent) {
                let key = self.world.tables[fluent as usize].key(at);
                delta.affected_in(&view, key, Value::TRUE, &mut frame, heads);
            }
            self.frame = frame;
        }
    }

    /// The head that begins there: its fluent, and where it ends.
    fn next_head(&self, heads: &[Value], start: usize) -> Option<(u32, usize)> {
        let fluent = heads.get(start)?.bits() as u32;
        Some((fluent, start + 1 + self.compiled.fluents[fluent as usize].arity))
    }

    /// Gives what has ended its value back and takes it from what has begun, and then has both happen in this order, each
    /// in order: as if it had all been worked out anew.
    fn tell_spread(&mut self, spread: &mut Spread) {
        let Spread { heads, gone, new, begun } = spread;
        let tables = &mut self.world.tables;
        gone.sort_unstable();
        begun.clear();
        begun.extend(new.iter().map(|it| (it.0, it.1)).filter(|it| gone.binary_search(it).is_err()));
        let key = |&(fluent, slot): &(u32, u32)| tables[fluent as usize].key(slot);
        begun.sort_unstable_by(|a, b| (a.0, key(a)).cmp(&(b.0, key(b))));
        heads.clear();
        for it in begun.iter() {
            heads.push(Value::entity(EntityId(it.0)));
            heads.extend_from_slice(key(it));
        }
        for &(fluent, slot, is_made) in new.iter().rev() {
            if gone.binary_search(&(fluent, slot)).is_ok() {
                continue;
            }
            let table = &mut tables[fluent as usize];
            table.set_value(slot, ABSENT);
            if is_made {
                table.drop_slot(slot);
            }
        }
        gone.retain(|&(fluent, slot)| tables[fluent as usize].cell(slot).value == ABSENT);
        for &(fluent, slot) in gone.iter() {
            self.world.tables[fluent as usize].set_value(slot, Value::TRUE);
            self.set_derived_at(fluent, slot, ABSENT, NONE);
        }
        let mut start = 0;
        while let Some((fluent, end)) = self.next_head(heads, start) {
            self.set_derived(fluent, &heads[start + 1..end], Value::TRUE, NONE);
            start = end;
        }
    }
}
