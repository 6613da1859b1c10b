//! Scenarios and tables of outcomes in JSON.
//!
//! A scenario lists `tables`, one per side: `{"name", "author", "source", "bias", "reserved", "discount", "issues"}`, and
//! per issue `{"issue", "weight", "values"}` with each value as `["label", evaluation]`, or as an object `{"value",
//! "evaluation", "author", "source"}` where the statement is somebody's in particular. All but `issues` and `values` may
//! be missing. The issues and the order of their values are those of the first side.
//!
//! A table lists `sides`, `{"name", "reserved"}`, and `outcomes`, each `["label", utility, utility, …]`.
//!
//! Numbers are read as the decimals they are written as, never by way of doubles.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{ImportError, Imported, Place, Source};
use crate::analysis::{Decimal, Table, TableSide};
use crate::number::{Number, NumberError};
use crate::scenario::{
    Attribution, Evaluation, Issue, IssueEvaluations, Scale, Scenario, ShapeError, Side, Values, Weight,
};

#[derive(Deserialize)]
struct SideTable<'a> {
    name: Option<String>,
    author: Option<String>,
    source: Option<String>,
    #[serde(borrow)]
    bias: Option<&'a RawValue>,
    #[serde(borrow, alias = "reservation")]
    reserved: Option<&'a RawValue>,
    #[serde(borrow)]
    discount: Option<&'a RawValue>,
    #[serde(borrow)]
    issues: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct IssueTable<'a> {
    #[serde(alias = "name")]
    issue: String,
    #[serde(borrow)]
    weight: Option<&'a RawValue>,
    author: Option<String>,
    source: Option<String>,
    #[serde(borrow)]
    values: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct ValueEntry<'a> {
    #[serde(borrow)]
    value: &'a RawValue,
    #[serde(borrow)]
    evaluation: &'a RawValue,
    author: Option<String>,
    source: Option<String>,
}

/// Reads a scenario.
///
/// # Errors
/// Broken JSON, a number that is none, issues or values that do not match between the sides, each with its place.
pub fn read(source: &Source<'_>) -> Result<Imported, ImportError> {
    let text = source.text()?;
    let json = Json { source, text: &text };
    let fields: BTreeMap<String, &RawValue> = json.parse(&text)?;
    let tables = fields.get("tables").ok_or_else(|| json.missing(0, "tables"))?;
    let tables: Vec<&RawValue> = json.parse(tables.get())?;
    let mut scenario = Scenario {
        name: fields.get("scenario").map_or_else(|| Ok(source.stem().to_owned()), |name| json.label(name))?,
        issues: Vec::new(),
        sides: Vec::new(),
    };
    for (at, table) in tables.iter().enumerate() {
        let file = fields.get(&format!("ufun{}", at + 1)).map(|name| json.label(name)).transpose()?;
        let name = file.map_or_else(|| format!("side {}", at + 1), |file| Source::new(&file, b"").stem().to_owned());
        json.read_side(&mut scenario, table, name)?;
    }
    scenario.check().map_err(|error| match error {
        ShapeError::EmptyIssue { issue } => {
            ImportError::EmptyIssue { place: json.place_of(&format!("\"{issue}\"")), issue }
        }
        ShapeError::NoIssues => ImportError::NoIssues { place: json.place_of("\"issues\"") },
        error => ImportError::Shape { file: source.name.to_owned(), error },
    })?;
    Ok(Imported { scenario, findings: Vec::new() })
}

/// Reads a table of outcomes.
///
/// # Errors
/// Broken JSON, or a row without exactly one label and one decimal of up to 38 digits for each side.
pub fn read_table(source: &Source<'_>) -> Result<Table, ImportError> {
    #[derive(Deserialize)]
    struct SideEntry<'a> {
        name: String,
        #[serde(borrow, alias = "reservation")]
        reserved: Option<&'a RawValue>,
    }
    let text = source.text()?;
    let json = Json { source, text: &text };
    let fields: BTreeMap<String, &RawValue> = json.parse(&text)?;
    let field = |name: &'static str| fields.get(name).ok_or_else(|| json.missing(0, name));
    let mut sides = Vec::new();
    for side in json.parse::<Vec<SideEntry<'_>>>(field("sides")?.get())? {
        let reservation = side.reserved.map(|reserved| json.number(reserved)).transpose()?;
        sides.push(TableSide { name: side.name, reservation });
    }
    let name = fields.get("scenario").map_or_else(|| Ok(source.stem().to_owned()), |name| json.label(name))?;
    let mut rows = Rows { sides: sides.len(), labels: Vec::new(), utilities: Vec::new() };
    let outcomes = field("outcomes")?.get();
    let mut reader = serde_json::Deserializer::from_str(outcomes);
    rows.deserialize(&mut reader).map_err(|error| json.broken(outcomes, &error))?;
    Ok(Table { name, sides, labels: rows.labels, utilities: rows.utilities })
}

/// A file being read; the texts of its entries are slices of its text, so that each knows its place.
struct Json<'a> {
    source: &'a Source<'a>,
    text: &'a str,
}

impl<'a> Json<'a> {
    fn parse<T: Deserialize<'a>>(&self, part: &'a str) -> Result<T, ImportError> {
        serde_json::from_str(part).map_err(|error| self.broken(part, &error))
    }

    fn read_side(&self, scenario: &mut Scenario, raw: &'a RawValue, name: String) -> Result<(), ImportError> {
        let table: SideTable<'_> = self.parse(raw.get())?;
        let name = table.name.unwrap_or(name);
        let mut issues = Vec::new();
        for raw in &table.issues {
            issues.push((*raw, self.parse::<IssueTable<'_>>(raw.get())?));
        }
        if scenario.sides.is_empty() {
            for (raw, issue) in &issues {
                scenario.issues.push(self.declared(&scenario.issues, raw, issue)?);
            }
        }
        if let Some((raw, extra)) = issues.iter().find(|(_, issue)| !known(scenario, &issue.issue)) {
            let difference = format!("the first side has no issue \"{}\"", extra.issue);
            return Err(ImportError::DifferentDomains {
                place: self.place(raw.get(), &extra.issue),
                side: name,
                difference,
            });
        }
        let mut side = Side {
            name,
            weights: Vec::new(),
            evaluations: Vec::new(),
            reservation: table.reserved.map(|text| self.number(text)).transpose()?,
            discount: table.discount.map(|text| self.number(text)).transpose()?,
            bias: table.bias.map(|text| self.number(text)).transpose()?.unwrap_or_default(),
            attribution: Attribution {
                author: table.author,
                source: table.source.or_else(|| Some(self.source.name.to_owned())),
            },
        };
        for issue in &scenario.issues {
            let mut stated = issues.iter().filter(|(_, stated)| stated.issue == issue.name);
            let Some((raw_issue, table)) = stated.next() else {
                let difference = format!("issue \"{}\" of the first side is missing", issue.name);
                let place = self.place(raw.get(), "issues");
                return Err(ImportError::DifferentDomains { place, side: side.name, difference });
            };
            if let Some((second, _)) = stated.next() {
                return Err(self.duplicate(second.get(), "issue", &issue.name));
            }
            let value = table.weight.map(|weight| self.number(weight)).transpose()?.unwrap_or_else(|| Number::from(1));
            side.weights.push(Weight { value, attribution: attribution(&table.author, &table.source) });
            side.evaluations.push(self.evaluations(issue, raw_issue, table, &side.name)?);
        }
        scenario.sides.push(side);
        Ok(())
    }

    fn declared(&self, before: &[Issue], raw: &'a RawValue, table: &IssueTable<'a>) -> Result<Issue, ImportError> {
        if before.iter().any(|issue| issue.name == table.issue) {
            return Err(self.duplicate(raw.get(), "issue", &table.issue));
        }
        let mut values: Vec<String> = Vec::new();
        for entry in &table.values {
            values.push(self.entry(entry)?.0);
        }
        Ok(Issue { name: table.issue.clone(), values: Values::Named(values) })
    }

    fn evaluations(
        &self,
        issue: &Issue,
        raw: &'a RawValue,
        table: &IssueTable<'a>,
        side: &str,
    ) -> Result<IssueEvaluations, ImportError> {
        let positions: BTreeMap<String, usize> = (0..issue.len()).map(|at| (issue.label(at), at)).collect();
        let mut stated: Vec<Option<Evaluation>> = vec![None; issue.len()];
        for entry in &table.values {
            let (label, evaluation) = self.entry(entry)?;
            let Some(&at) = positions.get(&label) else {
                let difference = format!("issue \"{}\" has no value \"{label}\"", issue.name);
                let place = self.place(entry.get(), &label);
                return Err(ImportError::DifferentDomains { place, side: side.to_owned(), difference });
            };
            if stated[at].replace(evaluation).is_some() {
                return Err(self.duplicate(entry.get(), "value", &label));
            }
        }
        let evaluation = |(at, stated): (usize, Option<Evaluation>)| {
            stated.ok_or_else(|| ImportError::MissingEvaluation {
                place: self.place(raw.get(), &issue.name),
                side: side.to_owned(),
                issue: issue.name.clone(),
                value: issue.label(at),
            })
        };
        let values = stated.into_iter().enumerate().map(evaluation).collect::<Result<_, _>>()?;
        Ok(IssueEvaluations { scale: Scale::OfMaximum, values })
    }

    /// A value and its evaluation, written as a pair or as an object.
    fn entry(&self, raw: &'a RawValue) -> Result<(String, Evaluation), ImportError> {
        if raw.get().starts_with('[') {
            let (label, evaluation): (&RawValue, &RawValue) = self.parse(raw.get())?;
            let value = self.number(evaluation)?;
            return Ok((self.label(label)?, Evaluation { value, attribution: None }));
        }
        let entry: ValueEntry<'_> = self.parse(raw.get())?;
        let attribution = attribution(&entry.author, &entry.source).map(Box::new);
        Ok((self.label(entry.value)?, Evaluation { value: self.number(entry.evaluation)?, attribution }))
    }

    /// A text, or any other plain value as it is written.
    fn label(&self, raw: &'a RawValue) -> Result<String, ImportError> {
        if raw.get().starts_with('"') { self.parse(raw.get()) } else { Ok(raw.get().to_owned()) }
    }

    /// A number, whether or not it is in quotation marks.
    fn number(&self, raw: &'a RawValue) -> Result<Number, ImportError> {
        let text = self.label(raw)?;
        text.parse().map_err(|reason| ImportError::BadNumber { place: self.place(raw.get(), ""), text, reason })
    }

    fn duplicate(&self, part: &str, what: &'static str, name: &str) -> ImportError {
        ImportError::Duplicate { place: self.place(part, ""), what, name: name.to_owned() }
    }

    fn missing(&self, offset: usize, name: &'static str) -> ImportError {
        ImportError::Missing { place: self.at(offset, ""), name }
    }

    /// The place of `part`, a slice of the whole text.
    fn place(&self, part: &str, element: &str) -> Box<Place> {
        let offset = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize);
        self.at(offset.filter(|&offset| offset <= self.text.len()).unwrap_or(0), element)
    }

    fn place_of(&self, needle: &str) -> Box<Place> {
        self.at(self.text.find(needle).unwrap_or(0), needle.trim_matches('"'))
    }

    fn at(&self, offset: usize, element: &str) -> Box<Place> {
        let before = self.text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() as u32 + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u32 + 1;
        Box::new(Place { file: self.source.name.to_owned(), line, column, element: element.to_owned() })
    }

    /// An error of the JSON reader in `part`, with its place in the whole text.
    fn broken(&self, part: &str, error: &serde_json::Error) -> ImportError {
        let line_start = part.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
        let mut offset = (line_start + error.column().saturating_sub(1)).min(part.len());
        while !part.is_char_boundary(offset) {
            offset -= 1;
        }
        let in_word = |letter: char| letter.is_ascii_alphabetic() || letter == '-';
        let start = part[..offset].rfind(|letter| !in_word(letter)).map_or(0, |at| at + 1);
        let word: String = part[start..].chars().take_while(|letter| in_word(*letter)).collect();
        if let Err(reason @ NumberError::NotFinite) = word.parse::<Number>() {
            return ImportError::BadNumber { place: self.place(&part[start..], ""), text: word, reason };
        }
        let place = self.place(&part[offset..], "");
        let words = error.to_string();
        let problem = words.split(" at line ").next().unwrap_or(&words).to_owned();
        ImportError::BrokenJson { place, problem }
    }
}

fn known(scenario: &Scenario, name: &str) -> bool {
    scenario.issues.iter().any(|issue| issue.name == name)
}

fn attribution(author: &Option<String>, source: &Option<String>) -> Option<Attribution> {
    let stated = author.is_some() || source.is_some();
    stated.then(|| Attribution { author: author.clone(), source: source.clone() })
}

/// The rows of a table, read one after the other into two long lists.
struct Rows {
    sides: usize,
    labels: Vec<String>,
    utilities: Vec<Decimal>,
}

impl<'de> DeserializeSeed<'de> for &mut Rows {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for &mut Rows {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of outcomes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while rows.next_element_seed(RowSeed(self))?.is_some() {}
        Ok(())
    }
}

struct RowSeed<'r>(&'r mut Rows);

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a label and {} utilities", self.0.sides)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<(), A::Error> {
        let label = row.next_element::<&RawValue>()?.ok_or_else(|| A::Error::invalid_length(0, &self))?.get();
        let label = if label.starts_with('"') { serde_json::from_str(label) } else { Ok(label.to_owned()) };
        self.0.labels.push(label.map_err(A::Error::custom)?);
        for side in 0..self.0.sides {
            let cell = row.next_element::<&RawValue>()?.ok_or_else(|| A::Error::invalid_length(side + 1, &self))?;
            let text = cell.get().trim_matches('"');
            let decimal = text.parse().map_err(|reason| A::Error::custom(format_args!("\"{text}\" is {reason}")))?;
            self.0.utilities.push(decimal);
        }
        match row.next_element::<IgnoredAny>()? {
            Some(_) => Err(A::Error::invalid_length(self.0.sides + 2, &self)),
            None => Ok(()),
        }
    }
}
