//! Puts the law library into the binary: one entry for each chapter in `law/`.
use std::fmt::Write as _;
use std::path::Path;

fn main() {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let law = Path::new(&here).join("../../law");
    println!("cargo:rerun-if-changed={}", law.display());
    let mut names: Vec<String> = std::fs::read_dir(&law)
        .expect("law/ is part of the project")
        .filter_map(|entry| entry.expect("law/ can be read").file_name().into_string().ok())
        .filter(|name| name.ends_with(".md"))
        .collect();
    names.sort();
    let mut code =
        String::from("/// Name and text of every chapter.\npub(crate) const CHAPTERS: &[(&str, &str)] = &[\n");
    for name in names {
        let path = law.join(&name);
        println!("cargo:rerun-if-changed={}", path.display());
        writeln!(code, "    ({name:?}, include_str!({:?})),", path.display().to_string()).expect("strings take text");
    }
    code.push_str("];\n");
    let out = Path::new(&std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("chapters.rs");
    std::fs::write(out, code).expect("OUT_DIR can be written");
}
