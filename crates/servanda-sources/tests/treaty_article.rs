//! The encyclopedia article on the treaty of 10 October 1939, scraped with the openings of other articles inside its
//! sentences, and the 230 claims collected from it. Both lie beside the workspace; without them the tests say so.

use std::path::{Path, PathBuf};

use servanda_sources::{Ignored, Locator, Resolution, SourceText};

struct Claim {
    id: String,
    locator: Locator,
    line: usize,
}

/// The article and its claims, if they are at hand.
#[allow(clippy::disallowed_methods, reason = "a test reads its fixtures")]
fn article() -> Option<(SourceText, Vec<Claim>)> {
    let shared: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let read = |name: &str| std::fs::read_to_string(shared.join(name)).ok();
    let (Some(text), Some(claims)) = (read("sources/000_5dd10ac59a304b19.txt"), read("facts-claims.json")) else {
        println!("skipped: the article and its claims are not at hand");
        return None;
    };
    let claims: Vec<serde_json::Value> = serde_json::from_str(&claims).expect("the claims are a list");
    let claim = |claim: &serde_json::Value| Claim {
        id: claim["id"].as_str().expect("an id").to_owned(),
        locator: Locator::parse(claim["locator"].as_str().expect("a locator")).expect("a phrase"),
        line: claim["seed_line"].as_u64().expect("a line") as usize,
    };
    Some((SourceText::new(&text), claims.iter().map(claim).collect()))
}

#[test]
fn every_claim_is_found_once_and_on_its_line() {
    let Some((source, claims)) = article() else { return };
    assert_eq!(claims.len(), 230);
    let citations: Vec<_> = claims.iter().map(|claim| (&claim.locator, None)).collect();
    let wrong: Vec<String> = std::iter::zip(&claims, source.resolve_all(&citations))
        .filter(|(claim, resolution)| !matches!(resolution, Resolution::Found(passage) if passage.line == claim.line))
        .map(|(claim, resolution)| format!("{} `{}` line {}: {resolution:?}", claim.id, claim.locator, claim.line))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for claim in &claims {
        let passage = source.resolve(&claim.locator, None).passage().expect("found above").clone();
        let again = source.resolve(&claim.locator, Some(&passage.digest.to_string()));
        assert_eq!(again, Resolution::Found(passage), "{}", claim.id);
    }
}

#[test]
fn claims_with_other_dashes_quotes_and_breaks_are_found_too() {
    let Some((source, claims)) = article() else { return };
    for claim in &claims {
        let written = claim.locator.to_string();
        let other =
            written.replace(' ', "\n ").replace(['–', '-'], "—").replace('\'', "’").replace('"', "''").to_uppercase();
        let resolution = source.resolve(&Locator::parse(&other).expect("a phrase"), None);
        assert_eq!(resolution.passage().map(|passage| passage.line), Some(claim.line), "{} {other}", claim.id);
    }
}

#[test]
fn the_claims_cover_nearly_all_of_the_article_without_its_splices() {
    let Some((source, claims)) = article() else { return };
    let cited: Vec<_> = claims
        .iter()
        .map(|claim| source.resolve(&claim.locator, None).passage().expect("found").bytes.clone())
        .collect();
    let lines: Vec<&str> = source.text().lines().collect();
    // The opening of a spliced article is cut short by an ellipsis that ends its line.
    let spliced = (0..lines.len()).filter(|&index| lines[index].ends_with(" ..."));
    let mut ignored: Vec<Ignored> = spliced.map(|index| Ignored::Lines(index + 1..=index + 1)).collect();
    // From `See also` on it is links and categories.
    let see_also = lines.iter().position(|line| *line == "See also").expect("the article has one");
    ignored.push(Ignored::Lines(see_also + 1..=lines.len()));
    let plain = source.coverage(&cited, &[]);
    let coverage = source.coverage(&cited, &ignored);
    println!("plain: {:?}, without splices: {:?} {:?}", plain.sentences, coverage.sentences, coverage.characters);
    for sentence in &coverage.uncited {
        println!("{:4} {:?} {}", sentence.line, sentence.figures, sentence.text);
    }
    assert!(coverage.unresolved.is_empty());
    assert!(coverage.sentences.percent() > plain.sentences.percent());
    assert!(coverage.sentences.percent() > 95.0, "{:?}", coverage.sentences);
}
