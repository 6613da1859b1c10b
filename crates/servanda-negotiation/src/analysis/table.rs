//! Tabulated outcomes, whose utilities need not add up from anything.
//!
//! One pass finds a strong point and drops what it dominates; the rest is sorted and swept.

use std::str::FromStr;

use num_bigint::BigInt;
use num_traits::{Pow, ToPrimitive};

use super::amount::{Amount, Row, Width};
use super::merge::{Candidate, Links, prune};
use super::report::{self, Analysis, Finding};
use super::solve::Front;
use super::{AnalysisError, Settings, Terms, settlement};
use crate::number::{Number, NumberError, Written};
use crate::scenario::ShapeError;

/// A decimal of up to 38 digits, small enough to have millions of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decimal {
    digits: i128,
    /// A power of ten, never above zero.
    exponent: i32,
}

/// The most decimal places in a table.
const PLACES: u16 = 1100;

impl Decimal {
    /// The decimal `digits` × 10^−`places`, or nothing with more than 1,100 places.
    pub fn new(digits: i128, places: u16) -> Option<Decimal> {
        (places <= PLACES).then(|| Decimal { digits, exponent: -i32::from(places) })
    }

    /// The decimal that a double prints as, or nothing if it is not finite or is beyond 38 digits.
    pub fn from_f64(value: f64) -> Option<Decimal> {
        format!("{value}").parse().ok()
    }

    /// The digits, without the point.
    pub fn digits(self) -> i128 {
        self.digits
    }

    fn scaled(self, places: u32) -> BigInt {
        BigInt::from(self.digits) * BigInt::from(10).pow(places - self.exponent.unsigned_abs())
    }
}

impl FromStr for Decimal {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Decimal, NumberError> {
        let written = Written::read(text)?;
        let mut digits: i128 = 0;
        for digit in &written.digits {
            let longer = digits.checked_mul(10).and_then(|digits| digits.checked_add(i128::from(digit - b'0')));
            digits = longer.ok_or(NumberError::TooLong)?;
        }
        let mut exponent = written.exponent;
        if digits == 0 {
            exponent = exponent.min(0);
        }
        while exponent > 0 {
            digits = digits.checked_mul(10).ok_or(NumberError::TooLong)?;
            exponent -= 1;
        }
        while exponent < 0 && digits % 10 == 0 {
            digits /= 10;
            exponent += 1;
        }
        Ok(Decimal { digits: if written.negative { -digits } else { digits }, exponent })
    }
}

/// A side of a table.
#[derive(Clone, PartialEq, Debug)]
pub struct TableSide {
    /// Its name.
    pub name: String,
    /// The utility of no agreement, if stated.
    pub reservation: Option<Number>,
}

/// Outcomes with the utility that each side is said to draw from them.
#[derive(Clone, PartialEq, Debug)]
pub struct Table {
    /// A name for people.
    pub name: String,
    /// The sides.
    pub sides: Vec<TableSide>,
    /// One label per outcome, or none at all: then outcomes are numbered from 1.
    pub labels: Vec<String>,
    /// The utilities, outcome by outcome, each in the order of the sides.
    pub utilities: Vec<Decimal>,
}

impl Table {
    /// How many outcomes there are.
    pub fn len(&self) -> usize {
        self.utilities.len() / self.sides.len().max(1)
    }

    /// Whether there is no outcome.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn check(&self, limit: usize) -> Result<(), AnalysisError> {
        let (table, sides) = (self.name.clone(), self.sides.len());
        if sides < 2 {
            return Err(ShapeError::TooFewSides { sides }.into());
        }
        if self.utilities.is_empty() {
            return Err(AnalysisError::EmptyTable { table });
        }
        if !self.utilities.len().is_multiple_of(sides) {
            return Err(AnalysisError::RaggedTable { table, cells: self.utilities.len(), sides });
        }
        if !self.labels.is_empty() && self.labels.len() != self.len() {
            return Err(AnalysisError::RaggedTable { table, cells: self.labels.len(), sides });
        }
        if self.len() > limit.min(u32::MAX as usize) {
            return Err(AnalysisError::TooManyPoints { issue: table, candidates: self.len() as u128, limit });
        }
        Ok(())
    }

    fn label(&self, outcome: usize) -> String {
        self.labels.get(outcome).cloned().unwrap_or_else(|| (outcome + 1).to_string())
    }

    fn position(&self, label: &str) -> Option<usize> {
        if self.labels.is_empty() {
            let number: usize = label.parse().ok()?;
            return number.checked_sub(1).filter(|&outcome| outcome < self.len());
        }
        self.labels.iter().position(|known| known == label)
    }
}

/// The frontier and the solutions of a table of outcomes. `settings.semantics` has no bearing on it.
///
/// # Errors
/// A malformed table, a settlement that is no row of it, or more rows than `settings.candidate_limit`.
pub fn analyse_table(table: &Table, settings: &Settings) -> Result<Analysis, AnalysisError> {
    table.check(settings.candidate_limit)?;
    let columns = Columns::of(table);
    let sides = table.sides.len();
    let (front, links) = match (columns.width, sides) {
        (Width::Bits64, 2) => sweep::<[i64; 2]>(table, &columns),
        (Width::Bits64, 3) => sweep::<[i64; 3]>(table, &columns),
        (Width::Bits64, _) => sweep::<Vec<i64>>(table, &columns),
        (Width::Bits128, 2) => sweep::<[i128; 2]>(table, &columns),
        (Width::Bits128, _) => sweep::<Vec<i128>>(table, &columns),
        (Width::Unbounded, _) => sweep::<Vec<BigInt>>(table, &columns),
    };
    let tied = |point: usize| {
        let listed = links.of(point).iter().take(settings.listed_outcomes);
        (links.of(point).len() as u64, listed.map(|&(outcome, _)| vec![table.label(outcome as usize)]).collect())
    };
    let points = (0..front.rows.len()).map(tied).collect();
    let stated = table.sides.iter().map(|side| (side.name.clone(), side.reservation.clone())).collect();
    let unstated = table.sides.iter().filter(|side| side.reservation.is_none());
    let findings = unstated.map(|side| Finding {
        code: "no-reservation",
        message: format!("nobody states what no agreement is worth to {}; 0 is used", side.name),
        place: None,
    });
    let mut analysis = Analysis {
        scenario: table.name.clone(),
        outcomes: table.len().to_string(),
        findings: findings.collect(),
        ..report::of_front(&front, settings, stated, points)
    };
    if let Some(terms) = &settings.settlement {
        let outcome = settled(table, terms)?;
        let row = (0..sides).map(|side| columns.big(table.utilities[outcome * sides + side], side)).collect();
        analysis.settlement = Some(settlement::place(&front, &analysis, row));
    }
    Ok(analysis)
}

fn settled(table: &Table, terms: &Terms) -> Result<usize, AnalysisError> {
    let Terms::Outcome(label) = terms else {
        return Err(AnalysisError::OtherTerms { expected: "the label of an outcome in the table" });
    };
    table.position(label).ok_or_else(|| AnalysisError::UnknownValue {
        issue: table.name.clone(),
        value: label.clone(),
        known: (0..table.len().min(12)).map(|outcome| table.label(outcome)).collect(),
    })
}

/// How each side's decimals become whole numbers.
struct Columns {
    places: Vec<u32>,
    /// A factor beyond the decimal places, for a reservation value that is no decimal.
    factors: Vec<BigInt>,
    denominators: Vec<BigInt>,
    reservations: Vec<BigInt>,
    width: Width,
}

impl Columns {
    fn of(table: &Table) -> Columns {
        let sides = table.sides.len();
        let mut columns = Columns {
            places: Vec::new(),
            factors: Vec::new(),
            denominators: Vec::new(),
            reservations: Vec::new(),
            width: Width::Bits64,
        };
        for (side, stated) in table.sides.iter().enumerate() {
            let cells = || table.utilities.iter().skip(side).step_by(sides);
            let places = cells().map(|cell| cell.exponent.unsigned_abs()).max().unwrap_or(0);
            let reservation = stated.reservation.clone().unwrap_or_default();
            let decimal = BigInt::from(10).pow(places);
            let denominator = num_integer::Integer::lcm(&decimal, reservation.rational().denom());
            let factor = &denominator / &decimal;
            columns.width = columns.width.max(tight(cells(), places, &factor).unwrap_or(Width::Unbounded));
            columns.reservations.push(reservation.rational().numer() * (&denominator / reservation.rational().denom()));
            columns.places.push(places);
            columns.factors.push(factor);
            columns.denominators.push(denominator);
        }
        columns
    }

    fn big(&self, cell: Decimal, side: usize) -> BigInt {
        cell.scaled(self.places[side]) * &self.factors[side]
    }
}

/// The width that scaled cells really need, if 128 bits hold them.
fn tight<'a>(cells: impl Iterator<Item = &'a Decimal>, places: u32, factor: &BigInt) -> Option<Width> {
    let factor = factor.to_i128()?;
    let mut greatest: u128 = 0;
    for cell in cells {
        let power = 10i128.checked_pow(places - cell.exponent.unsigned_abs())?;
        greatest = greatest.max(cell.digits.checked_mul(power)?.checked_mul(factor)?.unsigned_abs());
    }
    Some(Width::of(&greatest.into()))
}

fn sweep<R: Row + FromCells>(table: &Table, columns: &Columns) -> (Front, Links) {
    let sides = table.sides.len();
    let mut rows: Vec<R> = table.utilities.chunks_exact(sides).map(|cells| R::from_cells(cells, columns)).collect();
    let extreme = |side: usize| {
        let amounts = || rows.iter().map(|row| &row.amounts()[side]);
        let worst = amounts().min().map(Amount::to_big).unwrap_or_default();
        (worst, amounts().max().map(Amount::to_big).unwrap_or_default())
    };
    let (worst, best): (Vec<BigInt>, Vec<BigInt>) = (0..sides).map(extreme).unzip();
    let strong = strongest(table, &worst, &best, columns).map(|outcome| rows[outcome].clone());
    let survives = |row: &R| strong.as_ref().is_none_or(|strong| row == strong || !dominates(strong, row));
    let candidates = rows.drain(..).enumerate().filter(|(_, row)| survives(row));
    let (kept, links) =
        prune(candidates.map(|(outcome, row)| Candidate { row, before: outcome as u32, value: 0 }).collect());
    let front = Front {
        rows: kept.iter().map(|row: &R| row.amounts().iter().map(Amount::to_big).collect()).collect(),
        denominators: columns.denominators.clone(),
        reservations: columns.reservations.clone(),
        worst,
        best,
    };
    (front, links)
}

fn dominates<R: Row>(a: &R, b: &R) -> bool {
    a.amounts().iter().zip(b.amounts()).all(|(better, worse)| better >= worse)
}

/// The outcome with about the greatest sum of utilities, each mapped onto 0 through 1. Any outcome would be correct.
fn strongest(table: &Table, worst: &[BigInt], best: &[BigInt], columns: &Columns) -> Option<usize> {
    let sides = table.sides.len();
    let scales: Vec<f64> = (0..sides)
        .map(|side| {
            let span = super::solve::quotient(&(&best[side] - &worst[side]), &columns.denominators[side]);
            if span > 0.0 && span.is_finite() { 1.0 / span } else { 0.0 }
        })
        .collect();
    let powers: Vec<f64> =
        (0..=columns.places.iter().copied().max().unwrap_or(0)).map(|p| 0.1f64.powi(p as i32)).collect();
    let rough = |cell: &Decimal| cell.digits as f64 * powers[cell.exponent.unsigned_abs() as usize];
    let sum = |cells: &[Decimal]| cells.iter().zip(&scales).map(|(cell, scale)| rough(cell) * scale).sum::<f64>();
    let sums = table.utilities.chunks_exact(sides).map(sum).enumerate();
    sums.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(outcome, _)| outcome)
}

/// Rows made of a table's cells, without a detour by way of unbounded integers where that is avoidable.
trait FromCells {
    fn from_cells(cells: &[Decimal], columns: &Columns) -> Self;
}

/// A scaled cell, for columns that [`tight`] found to fit.
fn narrow(cell: Decimal, columns: &Columns, side: usize) -> i128 {
    let power = 10i128.pow(columns.places[side] - cell.exponent.unsigned_abs());
    cell.digits * power * columns.factors[side].to_i128().expect("tight() found a factor of 128 bits at most")
}

impl<const N: usize> FromCells for [i64; N] {
    fn from_cells(cells: &[Decimal], columns: &Columns) -> Self {
        std::array::from_fn(|side| narrow(cells[side], columns, side) as i64)
    }
}

impl<const N: usize> FromCells for [i128; N] {
    fn from_cells(cells: &[Decimal], columns: &Columns) -> Self {
        std::array::from_fn(|side| narrow(cells[side], columns, side))
    }
}

impl FromCells for Vec<i64> {
    fn from_cells(cells: &[Decimal], columns: &Columns) -> Self {
        cells.iter().enumerate().map(|(side, &cell)| narrow(cell, columns, side) as i64).collect()
    }
}

impl FromCells for Vec<i128> {
    fn from_cells(cells: &[Decimal], columns: &Columns) -> Self {
        cells.iter().enumerate().map(|(side, &cell)| narrow(cell, columns, side)).collect()
    }
}

impl FromCells for Vec<BigInt> {
    fn from_cells(cells: &[Decimal], columns: &Columns) -> Self {
        cells.iter().enumerate().map(|(side, &cell)| columns.big(cell, side)).collect()
    }
}
