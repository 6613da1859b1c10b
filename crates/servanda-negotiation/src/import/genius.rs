//! Scenarios of GENIUS and the ANAC competitions: a domain file, and one utility space per side.
//!
//! The domain lists issues with their values; a utility space lists the same issues again with evaluations and weights,
//! and may state a reservation value and a discount factor. Lists of values are read as tables of evaluations. A whole
//! range of numbers comes with an evaluation function: `linear` (over integers it counts from the lower bound, over reals
//! from 0, as in GENIUS 10.4), `constant`, or `triangular`; its values are utilities already. Preferences by constraints
//! (hyper-rectangles) are not additive and are refused.

use std::collections::{BTreeMap, BTreeSet};

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use roxmltree::Node;

use super::xml::{Xml, attribute, children, is_named, within};
use super::{ImportError, Imported, Source};
use crate::analysis::Finding;
use crate::number::Number;
use crate::scenario::{Attribution, Evaluation, Issue, IssueEvaluations, Scale, Scenario, Side, Values, Weight};

/// The most values of one issue.
const MOST_VALUES: u64 = 1_000_000;

/// How to read what the files leave open.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// Names for the sides, in the order of their files. Where there is none, the file's stem is used.
    pub names: Vec<String>,
    /// In how many equal steps to cut the range of a real issue. Without it such an issue is refused, since merging is
    /// exact only over values that can be listed.
    pub real_steps: Option<u32>,
}

/// Reads a domain and the utility spaces of two or more sides. Without a domain file the first utility space stands in.
///
/// # Errors
/// Broken XML, a number that is none, issues or values that do not match between the files, and kinds of preferences that
/// are not additive, each with its place.
pub fn read(domain: Option<&Source<'_>>, sides: &[Source<'_>], options: &Options) -> Result<Imported, ImportError> {
    let first = domain.or(sides.first());
    let file = || first.map_or_else(String::new, |source| source.name.to_owned());
    let mut reading = Reading { issues: Vec::new(), findings: Vec::new(), options };
    if let Some(source) = first {
        let text = source.text()?;
        let xml = Xml::parse(source, &text)?;
        reading.read_domain(&xml)?;
    }
    let mut read = Vec::new();
    for (at, source) in sides.iter().enumerate() {
        let name = options.names.get(at).cloned().unwrap_or_else(|| unused_name(source.stem(), &read));
        read.push(reading.read_side(source, name)?);
    }
    let name = first.map_or("", |source| source.stem()).to_owned();
    let scenario = Scenario { name, issues: reading.issues, sides: read };
    scenario.check().map_err(|error| ImportError::Shape { file: file(), error })?;
    Ok(Imported { scenario, findings: reading.findings })
}

fn unused_name(stem: &str, sides: &[Side]) -> String {
    let taken = |name: &str| sides.iter().any(|side| side.name == name);
    let numbered = (2..).map(|number| format!("{stem} ({number})"));
    std::iter::once(stem.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

struct Reading<'a> {
    issues: Vec<Issue>,
    findings: Vec<Finding>,
    options: &'a Options,
}

/// What the `type` of an issue says. Files write it as `type`, `etype` and `vtype`, any of which may be missing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Discrete,
    Integer,
    Real,
}

fn kind(xml: &Xml<'_>, issue: Node<'_, '_>) -> Result<Kind, ImportError> {
    if children(issue, "item").next().is_some() {
        return Ok(Kind::Discrete);
    }
    let stated = ["type", "etype", "vtype"].iter().find_map(|name| attribute(issue, name)).unwrap_or("discrete");
    match stated.to_ascii_lowercase().as_str() {
        "discrete" => Ok(Kind::Discrete),
        "integer" => Ok(Kind::Integer),
        "real" => Ok(Kind::Real),
        other => Err(ImportError::NotSupported {
            place: xml.place(issue),
            what: format!("an issue of type \"{other}\""),
            instead: "list its values as a discrete issue",
        }),
    }
}

fn root<'n>(xml: &'n Xml<'_>) -> Result<Node<'n, 'n>, ImportError> {
    let root = xml.document.root_element();
    if is_named(root, "negotiation_template") || is_named(root, "utility_space") {
        return Ok(root);
    }
    Err(ImportError::UnexpectedRoot {
        place: xml.place(root),
        found: root.tag_name().name().to_owned(),
        expected: "<negotiation_template> or <utility_space>",
    })
}

impl Reading<'_> {
    fn read_domain(&mut self, xml: &Xml<'_>) -> Result<(), ImportError> {
        let root = root(xml)?;
        for node in within(root, "issue") {
            let name = xml.required(node, "name")?.trim().to_owned();
            if self.issues.iter().any(|issue| issue.name == name) {
                return Err(ImportError::Duplicate { place: xml.place(node), what: "issue", name });
            }
            let values = self.values(xml, node, &name)?;
            let issue = Issue { name, values };
            if issue.is_empty() {
                return Err(ImportError::EmptyIssue { place: xml.place(node), issue: issue.name });
            }
            self.issues.push(issue);
        }
        if self.issues.is_empty() {
            return Err(ImportError::NoIssues { place: xml.place(root) });
        }
        Ok(())
    }

    fn values(&mut self, xml: &Xml<'_>, node: Node<'_, '_>, issue: &str) -> Result<Values, ImportError> {
        match kind(xml, node)? {
            Kind::Discrete => named_values(xml, node),
            Kind::Integer => integers(xml, node, issue),
            Kind::Real => self.steps(xml, node, issue),
        }
    }

    fn steps(&mut self, xml: &Xml<'_>, node: Node<'_, '_>, issue: &str) -> Result<Values, ImportError> {
        let Some(steps) = self.options.real_steps else {
            return Err(ImportError::NotSupported {
                place: xml.place(node),
                what: format!("the real-valued issue \"{issue}\""),
                instead: "say in how many steps to cut its range, or list its values as a discrete issue",
            });
        };
        let (lower, upper) = bounds(xml, node)?;
        if lower > upper || u64::from(steps) >= MOST_VALUES || steps == 0 {
            let range = format!("from {} to {} in {steps} steps", shown(&lower), shown(&upper));
            return Err(ImportError::BadRange { place: xml.place(node), issue: issue.to_owned(), range });
        }
        self.findings.push(Finding {
            code: "real-issue-in-steps",
            message: format!(
                "the real-valued issue \"{issue}\" is cut into {steps} steps; values between are left out"
            ),
            place: Some(xml.place(node).to_string()),
        });
        let value = |step: u32| {
            let share = BigRational::new(step.into(), steps.into());
            shown(&(&lower + (&upper - &lower) * share))
        };
        Ok(Values::Named((0..=steps).map(value).collect()))
    }

    fn read_side(&mut self, source: &Source<'_>, name: String) -> Result<Side, ImportError> {
        let text = source.text()?;
        let xml = Xml::parse(source, &text)?;
        let root = root(&xml)?;
        for constraint in ["utility_function", "ufun", "hyperRectangle"] {
            if let Some(node) = within(root, constraint).next() {
                return Err(ImportError::NotSupported {
                    place: xml.place(node),
                    what: "a utility space of constraints, whose utilities do not add up over issues,".to_owned(),
                    instead: "tabulate the outcomes with their utilities and analyse the table",
                });
            }
        }
        let nodes = self.matched(&xml, root, &name)?;
        let mut evaluations = Vec::new();
        for (issue, node) in self.issues.iter().zip(&nodes) {
            evaluations.push(read_evaluations(&xml, *node, issue, &name)?);
        }
        let weights = self.read_weights(&xml, root, &nodes, &name)?;
        Ok(Side {
            weights,
            evaluations,
            reservation: stated_value(&xml, root, "reservation")?,
            discount: stated_value(&xml, root, "discount_factor")?,
            bias: Number::default(),
            attribution: Attribution { author: None, source: Some(source.name.to_owned()) },
            name,
        })
    }

    /// The side's element for each issue of the domain, by name.
    fn matched<'n>(&self, xml: &Xml<'_>, root: Node<'n, 'n>, side: &str) -> Result<Vec<Node<'n, 'n>>, ImportError> {
        let mut by_name: BTreeMap<String, Node<'n, 'n>> = BTreeMap::new();
        for node in within(root, "issue") {
            let name = xml.required(node, "name")?.trim().to_owned();
            if !self.issues.iter().any(|issue| issue.name == name) {
                let difference = format!("the domain has no issue \"{name}\"");
                return Err(different(xml, node, side, difference));
            }
            if by_name.insert(name.clone(), node).is_some() {
                return Err(ImportError::Duplicate { place: xml.place(node), what: "issue", name });
            }
        }
        let find = |issue: &Issue| {
            by_name.get(&issue.name).copied().ok_or_else(|| {
                let difference = format!("issue \"{}\" of the domain is missing", issue.name);
                different(xml, root, side, difference)
            })
        };
        self.issues.iter().map(find).collect()
    }

    fn read_weights(
        &mut self,
        xml: &Xml<'_>,
        root: Node<'_, '_>,
        issues: &[Node<'_, '_>],
        side: &str,
    ) -> Result<Vec<Weight>, ImportError> {
        let mut stated: BTreeMap<&str, (Node<'_, '_>, Number)> = BTreeMap::new();
        for node in within(root, "weight") {
            let index = xml.required(node, "index")?.trim();
            let value = xml.number(node, xml.required(node, "value")?)?;
            if stated.insert(index, (node, value)).is_some() {
                let name = index.to_owned();
                return Err(ImportError::Duplicate { place: xml.place(node), what: "the weight of issue", name });
            }
        }
        if stated.is_empty() {
            let message = format!("{side} states no weights; each issue is weighed 1");
            self.findings.push(Finding { code: "no-weights", message, place: Some(xml.place(root).to_string()) });
            let one = || Weight { value: Number::from(1), attribution: None };
            return Ok(issues.iter().map(|_| one()).collect());
        }
        let mut weights = Vec::new();
        for (at, (node, issue)) in issues.iter().zip(&self.issues).enumerate() {
            let counted = (at + 1).to_string();
            let index = attribute(*node, "index").map_or(counted.as_str(), str::trim);
            let (_, value) = stated.remove(index).ok_or_else(|| ImportError::MissingWeight {
                place: xml.place(*node),
                side: side.to_owned(),
                issue: issue.name.clone(),
            })?;
            weights.push(Weight { value, attribution: None });
        }
        let mut found = |code, node: Node<'_, '_>, message: String| {
            self.findings.push(Finding { code, message, place: Some(xml.place(node).to_string()) });
        };
        for (index, (node, _)) in &stated {
            found(
                "idle-weight",
                *node,
                format!("{side} weighs issue {index}, which is not negotiated; it is left out"),
            );
        }
        let sum: BigRational = weights.iter().map(|weight| weight.value.rational()).sum();
        if (&sum - BigRational::one()).abs() > BigRational::new(1.into(), 1_000_000.into()) {
            let message = format!(
                "the weights of {side} sum to {} and not to 1, as the genius semantics expects; they are used as they stand",
                shown(&sum)
            );
            found("weights-not-one", issues[0], message);
        }
        Ok(weights)
    }
}

fn different(xml: &Xml<'_>, node: Node<'_, '_>, side: &str, difference: String) -> ImportError {
    ImportError::DifferentDomains { place: xml.place(node), side: side.to_owned(), difference }
}

fn shown(value: &BigRational) -> String {
    Number::from_rational(value.clone()).to_string()
}

fn named_values(xml: &Xml<'_>, issue: Node<'_, '_>) -> Result<Values, ImportError> {
    let mut values: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for item in children(issue, "item") {
        let value = xml.required(item, "value")?.trim().to_owned();
        if !seen.insert(value.clone()) {
            return Err(ImportError::Duplicate { place: xml.place(item), what: "value", name: value });
        }
        values.push(value);
    }
    Ok(Values::Named(values))
}

/// The bounds of a range, which stand on the issue itself or on a `range` in it.
fn bounds(xml: &Xml<'_>, issue: Node<'_, '_>) -> Result<(BigRational, BigRational), ImportError> {
    let holder = children(issue, "range").next().unwrap_or(issue);
    let bound = |name: [&'static str; 2]| xml.parameter(holder, name);
    Ok((bound(["lowerbound", "lower"])?, bound(["upperbound", "upper"])?))
}

fn integers(xml: &Xml<'_>, node: Node<'_, '_>, issue: &str) -> Result<Values, ImportError> {
    let (lower, upper) = bounds(xml, node)?;
    let whole = |bound: &BigRational| bound.is_integer().then(|| i64::try_from(bound.to_integer()).ok()).flatten();
    match (whole(&lower), whole(&upper)) {
        (Some(lower), Some(upper)) if lower <= upper && upper.abs_diff(lower) < MOST_VALUES => {
            Ok(Values::Integers { lower, upper })
        }
        _ => {
            let range = format!("from {} to {}", shown(&lower), shown(&upper));
            Err(ImportError::BadRange { place: xml.place(node), issue: issue.to_owned(), range })
        }
    }
}

fn stated_value(xml: &Xml<'_>, root: Node<'_, '_>, name: &'static str) -> Result<Option<Number>, ImportError> {
    let Some(node) = within(root, name).next() else { return Ok(None) };
    xml.number(node, xml.required(node, "value")?).map(Some)
}

/// A side's evaluations of one issue of the domain.
fn read_evaluations(
    xml: &Xml<'_>,
    node: Node<'_, '_>,
    issue: &Issue,
    side: &str,
) -> Result<IssueEvaluations, ImportError> {
    let evaluator = children(node, "evaluator").next();
    if let Some(evaluator) = evaluator.filter(|_| children(node, "item").next().is_none()) {
        return evaluated(xml, node, evaluator, issue);
    }
    let mut stated: Vec<Option<Number>> = vec![None; issue.len()];
    let positions: BTreeMap<String, usize> = (0..issue.len()).map(|at| (issue.label(at), at)).collect();
    for item in children(node, "item") {
        let value = xml.required(item, "value")?.trim();
        let at =
            positions.get(value).copied().or_else(|| issue.position(value)).ok_or_else(|| {
                different(xml, item, side, format!("issue \"{}\" has no value \"{value}\"", issue.name))
            })?;
        let text = attribute(item, "evaluation").ok_or_else(|| missing(xml, item, side, issue, at))?;
        if stated[at].replace(xml.number(item, text)?).is_some() {
            let name = value.to_owned();
            return Err(ImportError::Duplicate { place: xml.place(item), what: "value", name });
        }
    }
    let all = stated.into_iter().enumerate();
    let evaluation = |(at, value): (usize, Option<Number>)| {
        let value = value.ok_or_else(|| missing(xml, node, side, issue, at))?;
        Ok(Evaluation { value, attribution: None })
    };
    Ok(IssueEvaluations { scale: Scale::OfMaximum, values: all.map(evaluation).collect::<Result<_, _>>()? })
}

fn missing(xml: &Xml<'_>, node: Node<'_, '_>, side: &str, issue: &Issue, at: usize) -> ImportError {
    ImportError::MissingEvaluation {
        place: xml.place(node),
        side: side.to_owned(),
        issue: issue.name.clone(),
        value: issue.label(at),
    }
}

/// Evaluations by an evaluation function of the value.
fn evaluated(
    xml: &Xml<'_>,
    node: Node<'_, '_>,
    evaluator: Node<'_, '_>,
    issue: &Issue,
) -> Result<IssueEvaluations, ImportError> {
    let function = attribute(evaluator, "ftype").unwrap_or("linear").to_ascii_lowercase();
    let origin = match kind(xml, node)? {
        Kind::Integer => issue.label(0).parse::<i64>().map_or_else(|_| BigInt::zero(), BigInt::from),
        _ => BigInt::zero(),
    };
    let parameter = |names| xml.parameter(evaluator, names);
    let evaluate: Box<dyn Fn(&BigRational) -> BigRational> = match function.as_str() {
        "linear" => {
            let (offset, slope) = (parameter(["offset", "parameter0"])?, parameter(["slope", "parameter1"])?);
            Box::new(move |value| &offset + &slope * (value - BigRational::from_integer(origin.clone())))
        }
        "constant" => {
            let constant = parameter(["offset", "parameter0"])?;
            Box::new(move |_| constant.clone())
        }
        "triangular" => {
            let lower = parameter(["parameter0", "lower"])?;
            let (upper, top) = (parameter(["parameter1", "upper"])?, parameter(["parameter2", "top"])?);
            Box::new(move |value| triangular(value, &lower, &upper, &top))
        }
        other => {
            return Err(ImportError::NotSupported {
                place: xml.place(evaluator),
                what: format!("the evaluation function \"{other}\""),
                instead: "list the values as items with evaluations",
            });
        }
    };
    let value = |at: usize| {
        let number = xml.number(node, &issue.label(at)).or_else(|error| ratio(&issue.label(at)).ok_or(error))?;
        Ok(Evaluation { value: Number::from_rational(evaluate(number.rational())), attribution: None })
    };
    let values = (0..issue.len()).map(value).collect::<Result<_, ImportError>>()?;
    Ok(IssueEvaluations { scale: Scale::Utility, values })
}

/// A label such as `1/3`, which a step of a real issue may have.
fn ratio(label: &str) -> Option<Number> {
    label.parse::<BigRational>().ok().map(Number::from_rational)
}

/// Rises from 0 at `lower` to 1 at `top` and falls to 0 at `upper`; 0 outside.
fn triangular(value: &BigRational, lower: &BigRational, upper: &BigRational, top: &BigRational) -> BigRational {
    if value < lower || value > upper {
        BigRational::zero()
    } else if value < top {
        (value - lower) / (top - lower)
    } else if value == top {
        BigRational::one()
    } else {
        (upper - value) / (upper - top)
    }
}
