//! Points of view that nobody can have.

use servanda_diagnostics::Span;
use servanda_model::{EntityId, Model, Trouble, View};

/// Two readings of one norm, of which only one can be chosen.
pub(super) fn two_readings(model: &Model, view: &View) -> Option<Trouble> {
    let mut chosen: Vec<(EntityId, EntityId)> = Vec::new();
    for norm in &model.norms {
        let Some(reading) = norm.reading.filter(|it| view.under.contains(it)) else { continue };
        if let Some((_, other)) = chosen.iter().find(|(known, other)| *known == norm.entity && *other != reading) {
            let names = [*other, reading].map(|it| model.name(it));
            let message = format!("`{}` and `{}` are two readings of {}", names[0], names[1], model.name(norm.entity));
            let help = Some("ask under one of them at a time".to_owned());
            return Some(Trouble { code: "two-readings", message, span: Span::default(), help, unknown: None });
        }
        chosen.push((norm.entity, reading));
    }
    None
}
