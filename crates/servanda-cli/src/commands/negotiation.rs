//! `servanda negotiation DIR NAME`, and the analysis of preferences that somebody states.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use servanda::negotiating::{self, FindError};
use servanda::world::World;
use servanda_diagnostics::{Severity, suggest};
use servanda_model::negotiation::Negotiation;
use servanda_model::{Model, View};
use servanda_negotiation::analysis::{Sensitivity, SensitivitySettings, Terms, sensitivity};
use servanda_negotiation::import::{self, Source};
use servanda_negotiation::record::{self, Record};
use servanda_negotiation::{
    Analysis, Ideal, Scenario, Semantics, Settings, ShapeError, analyse, analyse_table, render,
};

use super::{opened, show_ask_error, view_of};
use crate::exit::Exit;
use crate::terminal::Terminal;
use crate::{Format, ViewArgs};

/// What to show of a negotiation.
#[derive(Args, Clone)]
pub(crate) struct NegotiationArgs {
    /// The dossier's folder and the negotiation's name; either may be left out.
    #[arg(num_args = 0..=2, value_names = ["DIR", "NAME"])]
    words: Vec<String>,
    #[command(flatten)]
    view: ViewArgs,
    /// Write into this file.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Analyse the preferences that the dossier states: frontier, bargaining solutions, place of the settlement.
    #[arg(long)]
    analyse: bool,
    /// Analyse these files instead: a GENIUS domain and its utility spaces (XML), or one JSON table.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    import: Vec<PathBuf>,
    /// How weights and evaluations make a utility.
    #[arg(long, value_enum, default_value = "raw")]
    semantics: SemanticsArg,
    /// Whose statements of preferences to use, where several make some.
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// How far each weight may move before a solution changes; always shown for the preferences of a dossier.
    #[arg(long)]
    sensitivity: bool,
    /// The settlement of imported files, as ISSUE=VALUE (several times), or the label of an outcome.
    #[arg(long, value_name = "ISSUE=VALUE")]
    settlement: Vec<String>,
    /// Measure the ideal of Kalai and Smorodinsky over all outcomes, not only those acceptable to all.
    #[arg(long)]
    ideal_of_all: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SemanticsArg {
    /// Weight × evaluation.
    Raw,
    /// Weight × evaluation ÷ the greatest evaluation of the issue.
    Genius,
}

pub(crate) fn run(args: &NegotiationArgs, out: &Terminal) -> Exit {
    match if args.import.is_empty() { of_dossier(args, out) } else { of_files(args, out) } {
        Ok(exit) | Err(exit) => exit,
    }
}

fn failed(out: &Terminal, code: &str, message: &str, help: &str) -> Exit {
    let help = if help.is_empty() { String::new() } else { format!("help: {help}\n") };
    out.complain(&format!("error[{code}]: {message}\n{help}"));
    Exit::CouldNot
}

fn of_dossier(args: &NegotiationArgs, out: &Terminal) -> Result<Exit, Exit> {
    let (dir, name) = match args.words.as_slice() {
        [dir, name] => (Path::new(dir), Some(name.as_str())),
        [one] if Path::new(one).exists() => (Path::new(one), None),
        [name] => (Path::new("."), Some(name.as_str())),
        _ => (Path::new("."), None),
    };
    let dossier = opened(dir, out)?;
    let model = &dossier.model;
    let view = view_of(model, &args.view, out)?;
    let negotiation = negotiating::find(model, name).map_err(|error| not_found(model, &error, out))?;
    let errors = model.diagnostics.iter().filter(|it| it.severity == Severity::Error).count();
    if errors > 0 {
        let many = if errors == 1 { "an error" } else { "errors" };
        out.complain(&format!(
            "warning: the dossier has {many}, and what they touch is missing here; see `servanda check`\n"
        ));
    }
    let mut world = World::new(model);
    if args.analyse {
        return of_stated(args, &mut world, negotiation, &view, out);
    }
    let record =
        negotiating::record(&mut world, negotiation, &view).map_err(|error| show_ask_error(model, &error, out))?;
    let text = match out.format {
        Format::Json => json(&record),
        Format::Csv => record::csv(&record),
        Format::Svg => record::svg(&record, &|day| model.show_tick(day)),
        Format::Text if record.moves.is_empty() => format!("nothing is known of {} from there\n", record.negotiation),
        Format::Text => shown(&record, out),
    };
    deliver(args, &text, out)?;
    Ok(if record.moves.is_empty() { Exit::No } else { Exit::Yes })
}

fn shown(record: &Record, out: &Terminal) -> String {
    record::text(record, &|title| out.bold(title))
}

fn json(value: &impl serde::Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("records are plain data");
    text.push('\n');
    text
}

fn deliver(args: &NegotiationArgs, text: &str, out: &Terminal) -> Result<(), Exit> {
    match &args.output {
        None => out.print(text),
        Some(path) => servanda::archive::write_whole(path, text.as_bytes())
            .map_err(|error| failed(out, "cannot-write", &format!("{}: {error}", path.display()), ""))?,
    }
    Ok(())
}

fn not_found(model: &Model, error: &FindError, out: &Terminal) -> Exit {
    match error {
        FindError::None => failed(
            out,
            "no-negotiation",
            "this dossier records no negotiation",
            "write `negotiation NAME \"LABEL\" between A and B`, and its moves below it",
        ),
        FindError::Several(names) => {
            failed(out, "several-negotiations", "which one?", &format!("name one of: {}", names.join(", ")))
        }
        FindError::Unknown { name, known } => {
            let near = suggest(name, known.iter().map(String::as_str)).map(str::to_owned);
            let help = near
                .map_or_else(|| format!("there are: {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
            let message = if model.lexicon.entity(name).is_some() {
                format!("`{name}` is no negotiation")
            } else {
                format!("no negotiation is called `{name}`")
            };
            failed(out, "unknown-negotiation", &message, &help)
        }
    }
}

fn settings(args: &NegotiationArgs) -> Settings {
    let semantics = match args.semantics {
        SemanticsArg::Raw => Semantics::Raw,
        SemanticsArg::Genius => Semantics::Genius,
    };
    let ideal = if args.ideal_of_all { Ideal::AllOutcomes } else { Ideal::default() };
    Settings { ideal, ..Settings::new(semantics) }
}

/// Preferences stated in a dossier.
fn of_stated(
    args: &NegotiationArgs,
    world: &mut World<'_>,
    negotiation: &Negotiation,
    view: &View,
    out: &Terminal,
) -> Result<Exit, Exit> {
    let model = world.model;
    let author = match &args.author {
        None => None,
        Some(name) => Some(model.lexicon.entity(name).ok_or_else(|| {
            let near = suggest(name, model.lexicon.all_names());
            let help = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
            failed(out, "unknown-name", &format!("nothing is called `{name}`"), &help)
        })?),
    };
    let seen = negotiating::look(world, negotiation, view).map_err(|error| show_ask_error(model, &error, out))?;
    let (scenario, terms) = negotiating::with_sight(world, negotiation, &seen, |sight| {
        (record::scenario(sight, author), record::settled_terms(sight, author))
    });
    let scenario = scenario.map_err(|error| {
        let help = "write `preference of SIDE on ISSUE, according to SOMEONE: weight 0.5; VALUE = 1, VALUE = 0`";
        failed(out, "preferences", &error.to_string(), help)
    })?;
    let mut settings = settings(args);
    let mut remark = String::new();
    match terms {
        Ok(terms) => settings.settlement = Some(Terms::Values(terms)),
        Err(missing) => {
            remark = format!("The settlement has no rated value on {}, so it has no place here.\n", missing.join(", "));
        }
    }
    finish(args, &scenario, &settings, true, &remark, out)
}

/// Analyses a scenario and delivers what was found.
fn finish(
    args: &NegotiationArgs,
    scenario: &Scenario,
    settings: &Settings,
    vary: bool,
    remark: &str,
    out: &Terminal,
) -> Result<Exit, Exit> {
    let wrong = |error: servanda_negotiation::AnalysisError| failed(out, "analysis", &error.to_string(), "");
    let analysis = analyse(scenario, settings).map_err(wrong)?;
    let varied = if vary || args.sensitivity {
        sensitivity(scenario, settings, SensitivitySettings::default()).map_err(wrong)?
    } else {
        Vec::new()
    };
    report(args, Some(scenario), &analysis, &varied, remark, out)
}

fn report(
    args: &NegotiationArgs,
    scenario: Option<&Scenario>,
    analysis: &Analysis,
    varied: &[Sensitivity],
    remark: &str,
    out: &Terminal,
) -> Result<Exit, Exit> {
    #[derive(serde::Serialize)]
    struct Report<'a> {
        #[serde(flatten)]
        analysis: &'a Analysis,
        #[serde(skip_serializing_if = "Option::is_none")]
        preferences: Option<&'a Scenario>,
        sensitivity: &'a [Sensitivity],
    }
    let text = match out.format {
        Format::Text => {
            let varied =
                if varied.is_empty() { String::new() } else { format!("\n{}", render::sensitivity_text(varied)) };
            format!("{}{}{varied}{remark}", whose(scenario), render::text(analysis))
        }
        Format::Json => {
            json(&Report { analysis, preferences: scenario.filter(|_| args.import.is_empty()), sensitivity: varied })
        }
        Format::Csv | Format::Svg => {
            return Err(failed(out, "no-such-format", "an analysis is shown as text or JSON", "write `--format json`"));
        }
    };
    deliver(args, &text, out)?;
    Ok(if analysis.solutions.is_some() { Exit::Yes } else { Exit::No })
}

/// Whose statements all of this rests on.
fn whose(scenario: Option<&Scenario>) -> String {
    let mut lines = String::new();
    for side in scenario.iter().flat_map(|scenario| &scenario.sides) {
        if let Some(author) = &side.attribution.author {
            lines.push_str(&format!("What {} preferred is the statement of {author}.\n", side.name));
        }
    }
    if lines.is_empty() { lines } else { format!("{lines}\n") }
}

fn of_files(args: &NegotiationArgs, out: &Terminal) -> Result<Exit, Exit> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for path in &args.import {
        let bytes = std::fs::read(path).map_err(|error| {
            let reason = match error.kind() {
                std::io::ErrorKind::NotFound => "no such file".to_owned(),
                _ => error.to_string(),
            };
            failed(out, "cannot-open", &format!("{}: {reason}", path.display()), "")
        })?;
        files.push((path.display().to_string(), bytes));
    }
    let sources: Vec<Source<'_>> = files.iter().map(|(name, bytes)| Source::new(name, bytes)).collect();
    let broken = |error: import::ImportError| {
        let help = match &error {
            import::ImportError::Shape { error: ShapeError::TooFewSides { .. }, .. } => {
                "give the utility spaces of all sides, and the domain if it is a file of its own"
            }
            _ => "",
        };
        failed(out, "import", &error.to_string(), help)
    };
    let mut settings = settings(args);
    settings.settlement = settled(&args.settlement);
    let is_json = |source: &&Source<'_>| {
        let first = source.bytes.iter().find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0xEF | 0xBB | 0xBF));
        matches!(first, Some(b'{' | b'['))
    };
    let imported = match sources.as_slice() {
        [source] if is_json(&source) => {
            let text = String::from_utf8_lossy(source.bytes);
            if text.contains("\"outcomes\"") && !text.contains("\"tables\"") {
                let table = import::json::read_table(source).map_err(broken)?;
                let analysis = analyse_table(&table, &settings)
                    .map_err(|error| failed(out, "analysis", &error.to_string(), ""))?;
                return report(args, None, &analysis, &[], "", out);
            }
            import::json::read(source).map_err(broken)?
        }
        all if all.iter().any(|source| is_json(&source)) => {
            return Err(failed(out, "import", "a JSON table stands alone", "give one JSON file, or XML files only"));
        }
        all => {
            let domain = all.iter().position(|source| !is_utility_space(source.bytes));
            let sides: Vec<Source<'_>> = (0..all.len()).filter(|at| Some(*at) != domain).map(|at| all[at]).collect();
            import::genius::read(domain.map(|at| &all[at]), &sides, &Default::default()).map_err(broken)?
        }
    };
    for finding in &imported.findings {
        let place = finding.place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
        out.complain(&format!("note[{}]: {place}{}\n", finding.code, finding.message));
    }
    finish(args, &imported.scenario, &settings, false, "", out)
}

/// Whether the outermost element of an XML file is a utility space, and not a domain with one in it.
fn is_utility_space(bytes: &[u8]) -> bool {
    // Wide encodings are looked at by their letters alone.
    let letters: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
    let text = String::from_utf8_lossy(&letters);
    let mut rest = text.as_ref();
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = match rest.as_bytes().first() {
            Some(b'?') => rest.find("?>"),
            Some(b'!') if rest.starts_with("!--") => rest.find("-->"),
            Some(b'!') => rest.find('>'),
            _ => return rest.starts_with("utility_space"),
        };
        rest = &rest[end.unwrap_or(rest.len())..];
    }
    false
}

fn settled(words: &[String]) -> Option<Terms> {
    match words {
        [] => None,
        [label] if !label.contains('=') => Some(Terms::Outcome(label.clone())),
        all => {
            let pair = |word: &String| match word.split_once('=') {
                Some((issue, value)) => (issue.trim().to_owned(), value.trim().to_owned()),
                None => (word.clone(), String::new()),
            };
            Some(Terms::Values(all.iter().map(pair).collect::<BTreeMap<_, _>>()))
        }
    }
}
