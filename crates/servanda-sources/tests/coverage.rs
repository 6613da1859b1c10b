//! What the list of uncited sentences holds, and what it leaves out.

use servanda_sources::{Coverage, Figures, Ignored, Locator, SourceText};

const TEXT: &str = "\
Zenda
The treaty was signed between
Ruritania
Ruritania, officially the Kingdom of Ruritania, is a kingdom of 1,000 villages ...
and Zenda on 3 May 1897. The king was pleased. Some 5,000 men were sent home.[ He never ]returned.
In 1898
It lapsed.
";

fn coverage(cited: &[&str], ignored: &[Ignored]) -> Coverage {
    let source = SourceText::new(TEXT);
    let found = |written: &&str| {
        let resolution = source.resolve(&Locator::parse(written).unwrap(), None);
        resolution.passage().unwrap_or_else(|| panic!("{written}: {resolution:?}")).bytes.clone()
    };
    source.coverage(&cited.iter().map(found).collect::<Vec<_>>(), ignored)
}

fn uncited(coverage: &Coverage) -> Vec<&str> {
    coverage.uncited.iter().map(|sentence| sentence.text.as_str()).collect()
}

#[test]
fn sentences_with_a_date_or_number_come_first() {
    let coverage = coverage(&["king was pleased"], &[Ignored::Lines(4..=4)]);
    let expected = [
        "The treaty was signed between Ruritania and Zenda on 3 May 1897.",
        "Some 5,000 men were sent home.",
        "In 1898",
        "He never returned.",
        "It lapsed.",
    ];
    assert_eq!(uncited(&coverage), expected);
    assert_eq!((coverage.sentences.cited, coverage.sentences.total), (1, 6));
    assert_eq!(coverage.uncited[0].figures, Figures::Date);
    assert_eq!(coverage.uncited[0].line, 2);
    let characters: usize = expected.iter().map(|text| text.chars().filter(|c| *c != ' ').count()).sum();
    assert_eq!((coverage.characters.cited, coverage.characters.total), (18, characters + 18));
    assert!((coverage.sentences.percent() - 100.0 / 6.0).abs() < 1e-9);
}

#[test]
fn an_ignored_passage_counts_neither_way() {
    let whole = coverage(&["1,000 villages"], &[]);
    assert!(whole.ignored_citations.is_empty());
    let splice = Ignored::Passage(Locator::parse("Ruritania, officially … 1,000 villages ...").unwrap());
    let without = coverage(&["1,000 villages", "signed between … 1897"], std::slice::from_ref(&splice));
    assert_eq!(without.ignored_citations, [0]);
    assert_eq!(without.sentences.cited, 1);
    assert!(without.sentences.total <= whole.sentences.total);
    assert!(without.characters.total < whole.characters.total);
}

#[test]
fn an_ignored_passage_that_is_not_there_is_reported() {
    let lost = Ignored::Passage(Locator::parse("no such words").unwrap());
    let coverage = coverage(&[], &[Ignored::Lines(7..=99), lost, Ignored::Lines(1..=1)]);
    let unresolved: Vec<_> =
        coverage.unresolved.iter().map(|unresolved| (unresolved.index, unresolved.resolution.is_some())).collect();
    assert_eq!(unresolved, [(0, false), (1, true)]);
}

#[test]
fn of_nothing_everything_is_cited() {
    let coverage = SourceText::new("").coverage(&[], &[]);
    assert_eq!(coverage.sentences.percent(), 100.0);
    assert!(coverage.uncited.is_empty());
}
