//! The law library, as it travels inside the binary.

include!(concat!(env!("OUT_DIR"), "/chapters.rs"));

/// Name and text of every chapter, by name.
pub fn chapters() -> impl Iterator<Item = (&'static str, &'static str)> {
    CHAPTERS.iter().map(|(file, text)| (file.trim_end_matches(".md"), *text))
}

/// The text of a chapter.
#[must_use]
pub fn chapter(name: &str) -> Option<&'static str> {
    chapters().find(|(known, _)| *known == name).map(|(_, text)| text)
}

/// The first heading and the first sentence of a chapter.
#[must_use]
pub fn summary(text: &str) -> (String, String) {
    let title = text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or("").to_owned();
    let prose =
        text.lines().skip_while(|line| line.is_empty() || line.starts_with('#')).take_while(|line| !line.is_empty());
    let first: Vec<&str> = prose.filter(|line| !line.starts_with("```")).collect();
    let joined = first.join(" ");
    let sentence = joined.split_once(". ").map_or(joined.as_str(), |(sentence, _)| sentence);
    (title, sentence.trim_end_matches('.').to_owned())
}
