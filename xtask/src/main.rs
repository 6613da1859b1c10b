//! Chores: `cargo xtask test`, `cargo xtask ci`, `cargo xtask gen [--check]`.
use std::process::{Command, ExitCode};

fn cargo(args: &[&str]) -> bool {
    eprintln!("$ cargo {}", args.join(" "));
    Command::new(env!("CARGO")).args(args).status().is_ok_and(|status| status.success())
}

fn main() -> ExitCode {
    let verb = std::env::args().nth(1).unwrap_or_default();
    let ok = match verb.as_str() {
        "test" => cargo(&["test", "--workspace", "--quiet"]),
        "ci" => {
            cargo(&["fmt", "--all", "--check"])
                && cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
                && cargo(&["test", "--workspace", "--quiet"])
        }
        _ => {
            eprintln!("usage: cargo xtask test | ci");
            return ExitCode::from(2);
        }
    };
    if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
