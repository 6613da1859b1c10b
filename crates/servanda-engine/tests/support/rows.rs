//! The intervals that a stream closes, as they come.

use servanda_engine::{Closed, Sink};
use servanda_model::{FluentId, Value};

pub type Row = (FluentId, Vec<Value>, Option<i64>, Value, Option<i64>);

#[derive(Default)]
pub struct Rows(pub Vec<Row>);

impl Sink for Rows {
    fn interval(&mut self, it: &Closed<'_>) {
        self.0.push((it.fluent, it.args.to_vec(), it.since, it.value, it.until));
    }
}
