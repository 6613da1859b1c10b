//! Acts in conditions: `a attacked b` holds from the day on which a attacks b.
//!
//! The kernel knows acts at their moment only. For each action that some condition asks about there is a fluent that the
//! act begins and nothing ends.

use std::collections::BTreeMap;

use super::Elaborator;
use crate::ids::{ActionId, FluentId, OriginId, RuleId, VarId};
use crate::lexicon::{Lexicon, Piece, Target};
use crate::program::{Effect, EventPattern, Expr, Fluent, FluentType, Hole, Mode, Rule, Term, Ties, Trigger, Var};
use crate::value::Value;

use super::words::Word;

/// The fluents for acts that have happened.
#[derive(Default)]
pub(crate) struct Happened {
    fluents: BTreeMap<ActionId, FluentId>,
    /// Promised, and not yet among the fluents; their ids follow those there are.
    promised: Vec<ActionId>,
}

impl Happened {
    /// The fluent of an action, where so many fluents are known.
    pub(crate) fn fluent(&mut self, action: ActionId, known: usize) -> FluentId {
        *self.fluents.entry(action).or_insert_with(|| {
            self.promised.push(action);
            FluentId::from_index(known + self.promised.len() - 1)
        })
    }
}

/// Whether a sentence says in the past form what happens: `attacked`, not `attacks`. Where a phrase has only one form,
/// nothing tells.
pub(crate) fn is_past(lexicon: &Lexicon, target: Target, words: &[Word]) -> bool {
    let said = |form: &String| words.iter().any(|word| word.lower == *form);
    let verbs = lexicon.wordings.iter().filter(|wording| wording.target == target).flat_map(|wording| &wording.pieces);
    let verbs = verbs.filter_map(|piece| match piece {
        Piece::Word(forms) if forms.len() > 2 => Some(forms),
        _ => None,
    });
    let mut verbs = verbs.filter(|forms| forms.iter().any(said)).peekable();
    verbs.peek().is_none() || verbs.any(|forms| said(&forms[2]))
}

/// The sentence in the past form.
pub(crate) fn in_the_past(lexicon: &Lexicon, target: Target, words: &[Word]) -> String {
    let past = |word: &Word| {
        let wordings = lexicon.wordings.iter().filter(|wording| wording.target == target);
        wordings.flat_map(|wording| &wording.pieces).find_map(|piece| match piece {
            Piece::Word(forms) if forms.len() > 2 && forms.contains(&word.lower) => Some(forms[2].clone()),
            _ => None,
        })
    };
    let words: Vec<Word> = words
        .iter()
        .map(|word| Word { text: past(word).unwrap_or_else(|| word.text.clone()), ..word.clone() })
        .collect();
    super::words::text_of(&words)
}

impl Elaborator<'_> {
    /// Makes the fluents that conditions were promised, each with the rule that begins it.
    pub(crate) fn make_happened(&mut self) {
        for action in std::mem::take(&mut self.happened.promised) {
            let holes = self.model.program.actions[action.index()].holes.clone();
            let name = format!("{} happened", self.model.program.actions[action.index()].name);
            let fluent = Fluent {
                name: name.clone(),
                args: holes.clone(),
                ty: FluentType::Truth,
                ties: Ties::default(),
                mode: Mode::Inertial,
                deadlines: Vec::new(),
            };
            let fluent = self.new_fluent(fluent, false);
            assert_eq!(self.happened.fluents.get(&action), Some(&fluent), "fluents are made in the order promised");
            self.model.happened.push((fluent, action));
            // What an event leaves unspecified is of no kind, and is remembered all the same.
            let vars = (0..holes.len()).map(|at| Var { name: format!("x{at}"), hole: Hole::Any }).collect();
            let args: Vec<Term> = (0..holes.len()).map(|at| Term::Var(VarId::from_index(at))).collect();
            let rule = Rule {
                id: RuleId(0),
                name,
                vars,
                triggers: vec![Trigger::Happens(EventPattern { action, args: args.clone() })],
                conditions: Vec::new(),
                unless: Vec::new(),
                effects: vec![Effect::Initiate { fluent, args, value: Expr::Value(Value::TRUE) }],
                origin: OriginId(0),
            };
            self.push_rule(rule, Vec::new());
        }
    }
}
