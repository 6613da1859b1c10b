//! The `servanda` command: what was typed, then what it means, then one verb.

mod commands;
mod exit;
mod terminal;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Agreements must be kept; servanda tells whether they were.
#[derive(Parser)]
#[command(name = "servanda", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
    /// How to answer.
    #[arg(long, global = true, value_enum, default_value = "text")]
    format: Format,
    /// When to use colours. `NO_COLOR` turns them off as well.
    #[arg(long, global = true, value_enum, default_value = "auto")]
    color: Color,
}

/// How to answer.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// A table, where the command has one.
    Csv,
    /// A drawing, where the command has one.
    Svg,
}

/// When to use colours.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// From where the dossier is looked at.
#[derive(Args, Clone, Default)]
pub(crate) struct ViewArgs {
    /// On this day (default: the last day of the chronicle).
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    pub(crate) on: Option<String>,
    /// As seen by this actor, who knows only what it knew by then.
    #[arg(long = "as", value_name = "ACTOR")]
    pub(crate) seen_by: Option<String>,
    /// As known in this year, from evidence available by then.
    #[arg(long, value_name = "YEAR", allow_hyphen_values = true, value_parser = year)]
    pub(crate) known: Option<i64>,
    /// Under this reading or doctrine (may be given several times).
    #[arg(long, value_name = "NAME")]
    pub(crate) under: Vec<String>,
}

/// What is asked, and from where.
#[derive(Args)]
pub(crate) struct AskArgs {
    /// The dossier's folder and the question, or the question alone.
    #[arg(required = true, num_args = 1..=2, value_names = ["DIR", "QUESTION"])]
    pub(crate) words: Vec<String>,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
    /// Write the proof to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) proof: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Verb {
    /// Check a dossier: diagnostics, chronology, and every `check … expect`.
    Check {
        /// The dossier's folder.
        #[arg(default_value = ".")]
        dir: PathBuf,
        /// Write the proofs of the answers expected to this file; those that have none are named, and the exit status is 1.
        #[arg(long, value_name = "FILE")]
        proof: Option<PathBuf>,
    },
    /// What a person wants first: instruments, verdicts, what is undecided, contradictions.
    Report {
        /// The dossier's folder.
        #[arg(default_value = ".")]
        dir: PathBuf,
        #[command(flatten)]
        view: ViewArgs,
    },
    /// Answer one question.
    Ask(AskArgs),
    /// Check the proofs in a file, independently of what wrote them.
    Verify {
        /// The dossier's folder, or the rules of a run.
        dir: PathBuf,
        /// The proofs.
        file: PathBuf,
        /// For proofs of a run: a feed that it read; may be given several times.
        #[arg(long = "events", value_name = "FEED", num_args = 1..)]
        events: Vec<PathBuf>,
        /// How many ticks late a row of a feed may be.
        #[arg(long, value_name = "TICKS", default_value_t = 0, requires = "events")]
        late: u32,
    },
    /// Answer one question with the reasons, step by step.
    Explain(AskArgs),
    /// The tightened chronology: when everything may have happened, and what that rests on.
    Chronology {
        /// The dossier's folder.
        #[arg(default_value = ".")]
        dir: PathBuf,
        /// Say which single statements, if dropped, would move the bounds of this event.
        #[arg(long, value_name = "EVENT")]
        sensitivity: Option<String>,
    },
    /// Every citation, resolved or not, and what of each source is not cited.
    Sources {
        /// The dossier's folder.
        #[arg(default_value = ".")]
        dir: PathBuf,
        /// How many uncited sentences to show of each source.
        #[arg(long, value_name = "N", default_value_t = 10)]
        uncited: usize,
        /// Write the digests of all passages found to this file (`sources.lock` in the dossier is compared with).
        #[arg(long, value_name = "FILE")]
        record: Option<PathBuf>,
    },
    /// A negotiation: who asked for what, who moved, what was settled, and what became of it.
    Negotiation(Box<commands::negotiation::NegotiationArgs>),
    /// What a date expression means.
    Date {
        /// The expression.
        #[arg(required_unless_present = "batch", allow_hyphen_values = true)]
        expr: Option<String>,
        /// Read expressions from standard input, one a line.
        #[arg(long)]
        batch: bool,
    },
    /// Run rules over feeds of events, and write what held when.
    Run(commands::run::RunArgs),
    /// The law library: list the chapters, show one, or write it out to be changed.
    Law {
        /// The chapter to show.
        chapter: Option<String>,
        /// Write the chapter (or all) into this folder.
        #[arg(long, value_name = "DIR")]
        write: Option<PathBuf>,
    },
    /// Format the blocks of dossier files.
    Fmt {
        /// Files or folders.
        #[arg(default_value = ".")]
        paths: Vec<PathBuf>,
        /// Change nothing; fail if something would be changed.
        #[arg(long)]
        check: bool,
    },
    /// Begin a dossier that checks clean and shows each kind of statement.
    New {
        /// Its name, and the folder to make.
        name: PathBuf,
    },
}

/// A year, as `--known` wants one.
fn year(text: &str) -> Result<i64, String> {
    let of_date = text.get(..4).filter(|_| text.as_bytes().get(4) == Some(&b'-'));
    let help = of_date.map_or(String::new(), |year| format!(": write `--known {year}`"));
    text.parse().map_err(|_| format!("a year is wanted, such as 1939{help}"))
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::from(error.use_stderr()) * 2);
        }
    };
    let out = terminal::Terminal::new(cli.format, cli.color);
    if matches!(cli.format, Format::Csv | Format::Svg) && !matches!(cli.verb, Verb::Negotiation(_)) {
        out.complain("error[no-such-format]: this command answers as text or JSON\nhelp: write `--format json`\n");
        return exit::Exit::CouldNot.into();
    }
    let exit = match cli.verb {
        Verb::Check { dir, proof } => commands::check::run(&dir, proof.as_deref(), &out),
        Verb::Report { dir, view } => commands::report::run(&dir, &view, &out),
        Verb::Ask(args) => commands::ask::run(&args, false, &out),
        Verb::Verify { dir, file, events, late } => commands::verify::run(&dir, &file, events, late, &out),
        Verb::Explain(args) => commands::ask::run(&args, true, &out),
        Verb::Chronology { dir, sensitivity } => commands::chronology::run(&dir, sensitivity.as_deref(), &out),
        Verb::Sources { dir, uncited, record } => commands::sources::run(&dir, uncited, record.as_deref(), &out),
        Verb::Negotiation(args) => commands::negotiation::run(&args, &out),
        Verb::Date { expr, batch } => commands::date::run(expr.as_deref(), batch, &out),
        Verb::Run(args) => commands::run::run(&args, &out),
        Verb::Law { chapter, write } => commands::law::run(chapter.as_deref(), write.as_deref(), &out),
        Verb::Fmt { paths, check } => commands::fmt::run(&paths, check, &out),
        Verb::New { name } => commands::new::run(&name, &out),
    };
    exit.into()
}
