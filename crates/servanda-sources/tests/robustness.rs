//! What a locator may differ in from its source, and what it may not.

use servanda_sources::{Locator, Part, Resolution, SourceText};

fn resolve(source: &str, locator: &str) -> Resolution {
    SourceText::new(source).resolve(&Locator::parse(locator).unwrap(), None)
}

/// The locator finds `expected`, once.
#[track_caller]
fn check_found(source: &str, locator: &str, expected: &str) {
    match resolve(source, locator) {
        Resolution::Found(passage) => assert_eq!(&source[passage.bytes], expected, "{locator}"),
        other => panic!("{locator}: {other:?}"),
    }
}

#[track_caller]
fn check_ambiguous(source: &str, locator: &str, expected: usize) {
    match resolve(source, locator) {
        Resolution::Ambiguous { total, .. } => assert_eq!(total, expected, "{locator}"),
        other => panic!("{locator}: {other:?}"),
    }
}

#[track_caller]
fn check_nearest(source: &str, locator: &str, expected: Option<&str>) {
    match resolve(source, locator) {
        Resolution::NotFound { nearest, .. } => {
            let phrase = nearest.map(|nearest| nearest.phrase);
            assert_eq!(phrase.as_deref(), expected, "{locator}");
            let Some(phrase) = phrase else { return };
            assert!(!matches!(resolve(source, &phrase), Resolution::NotFound { .. }), "the help `{phrase}` helps");
        }
        other => panic!("{locator}: {other:?}"),
    }
}

#[test]
fn layout_may_differ() {
    check_found("The castle of\n  Zenda fell.", "castle of Zenda", "castle of\n  Zenda");
    check_found("The castle\u{A0}of\u{2009}Zenda.", "castle of Zenda", "castle\u{A0}of\u{2009}Zenda");
    check_found("The castle\u{200B} of\r\nZenda.", "castle of Zenda", "castle\u{200B} of\r\nZenda");
    check_found("sove\u{AD}reign\u{AD}\nty of Zenda", "sovereignty of", "sove\u{AD}reign\u{AD}\nty of");
    check_found("Ruritania , and Zenda", "Ruritania, and", "Ruritania , and");
    check_found("about 80 % of it", "about 80% of", "about 80 % of");
}

#[test]
fn brackets_and_reference_marks_may_differ() {
    check_found("was ceded.[ The king of ]Ruritania][ fled", "the king of Ruritania", "The king of ]Ruritania");
    check_found("The king[12] of[3] Zenda", "king of Zenda", "king[12] of[3] Zenda");
    check_found("the [s]tate of Zenda", "the state of", "the [s]tate of");
    check_found("in [1897] he", "in 1897", "in [1897");
}

#[test]
fn quotes_may_differ() {
    check_found("a “virtual sacrifice” of it", "\"virtual sacrifice\" of", "virtual sacrifice” of");
    check_found("claimed it ''de jure'' and", "it de jure and", "it ''de jure'' and");
    check_found("claimed it de jure and", "it ''de jure'' and", "it de jure and");
    check_found("Ruritania’s crown", "Ruritania's crown", "Ruritania’s crown");
    check_found("« Vive » la reine", "Vive la reine", "Vive » la reine");
}

#[test]
fn dashes_and_ellipses_may_differ() {
    for dash in ["-", "–", "—", "‑", "−", " – ", " -- ", "--", "―"] {
        let source = format!("the Ruritania{dash}Zenda treaty");
        check_found(&source, "Ruritania-Zenda treaty", &source[4..]);
        check_found(&source, "Ruritania – Zenda treaty", &source[4..]);
    }
    check_found("He left ... and came", "left … and", "left ... and");
    check_found("He left . . . and came back", "left . and came", "left . . . and came");
}

#[test]
fn unicode_composition_may_differ() {
    check_found("the Klaip\u{117}da port", "Klaipe\u{307}da", "Klaip\u{117}da");
    check_found("the Klaipe\u{307}da port", "Klaip\u{117}da", "Klaipe\u{307}da");
    check_found("a \u{FB01}fth of it", "a fifth", "a \u{FB01}fth");
    check_found("6 000 km² of land", "6 000 km2", "6 000 km²");
    check_found("q\u{323}\u{307} x", "q\u{307}\u{323} x", "q\u{323}\u{307} x");
}

#[test]
fn case_may_differ_only_where_no_place_agrees() {
    check_found("The Treaty. A treaty.", "treaty", "treaty");
    check_found("ŽELIGOWSKI rebelled", "Želigowski rebelled", "ŽELIGOWSKI rebelled");
    check_found("Die STRASSE nach Zenda", "Straße nach", "STRASSE nach");
    check_found("ὁ ΝΌΜΟΣ τῆς", "ὁ νόμος", "ὁ ΝΌΜΟΣ");
    let Resolution::Found(passage) = resolve("The TREATY fell", "the treaty") else { panic!() };
    assert!(passage.case_differs);
    check_ambiguous("The TREATY. The Treaty.", "the treaty", 2);
}

#[test]
fn only_whole_words_and_whole_numbers_match() {
    check_nearest("Ruritanians came", "Ruritania", Some("Ruritanians"));
    check_found("20,000 or 120,000 men", "20,000", "20,000");
    check_found("3.8 or 8 million", "8 million", "8 million");
    check_nearest("the caf\u{E9} closed", "the cafe", Some("the caf\u{E9}"));
    check_found("ルリタニア条約は締結", "条約", "条約");
}

#[test]
fn words_that_stand_twice_are_ambiguous_and_can_be_told_apart() {
    let text = "The king ceded Zenda.\nThe queen ceded Zenda again.\n";
    let source = SourceText::new(text);
    let locator = Locator::parse("ceded Zenda").unwrap();
    let Resolution::Ambiguous { places, total, recorded } = source.resolve(&locator, None) else { panic!() };
    assert_eq!((places.len(), total, recorded), (2, 2, None));
    assert_eq!((places[0].line, places[1].line), (1, 2));
    assert_eq!(source.unique_phrase(&places[1].bytes).unwrap(), "ceded Zenda again");
    let first = source.unique_phrase(&places[0].bytes).unwrap();
    assert!(matches!(source.resolve(&Locator::parse(&first).unwrap(), None), Resolution::Found(_)), "{first}");
    assert_eq!(SourceText::new(&"no ".repeat(100)).unique_phrase(&(90..92)), None);
}

#[test]
fn the_recorded_digest_tells_which_of_several_places_was_meant() {
    let source = SourceText::new("The king ceded Zenda. The queen ceded Zenda.");
    let second = source.resolve(&Locator::parse("queen ceded").unwrap(), None).passage().unwrap().digest.to_string();
    let resolution = source.resolve(&Locator::parse("ceded Zenda").unwrap(), Some(&second));
    assert!(matches!(resolution, Resolution::Ambiguous { recorded: Some(1), .. }));
}

#[test]
fn a_passage_runs_from_its_first_phrase_to_the_next_last_one() {
    let text = "One. Two begins here. Three. It ends there. More. It ends there.";
    check_found(text, "Two begins … ends there", "Two begins here. Three. It ends there");
    check_found(text, "Two begins...here", "Two begins here");
    let Resolution::Found(passage) = resolve(text, "Two begins … ends there") else { panic!() };
    assert_eq!(passage.sentences, 1..4);
    check_ambiguous(text, "It … there", 2);
    assert!(matches!(resolve(text, "More … here"), Resolution::NotFound { missing: Part::End, .. }));
    assert!(matches!(resolve(text, "Less … here"), Resolution::NotFound { missing: Part::Start, .. }));
}

#[test]
fn a_slip_gets_a_help_that_can_be_typed() {
    let text = "On 3 May 1897 the [“Treaty of\nStrelsau” was] signed – by proxy ... so they say.";
    check_nearest(text, "the Treaty of Strelslau", Some("the Treaty of Strelsau"));
    check_nearest(text, "on 3rd May 1897", Some("On 3 May 1897"));
    check_nearest(text, "signed for proxy", Some("signed – by proxy"));
    check_nearest(text, "utterly unlike everything", None);
}

#[test]
fn a_changed_sentence_is_moved_and_a_changed_neighbour_is_not() {
    let locator = Locator::parse("ceded Zenda").unwrap();
    let before = SourceText::new("It rained. The king ceded Zenda in 1897. It snowed.");
    let digest = before.resolve(&locator, None).passage().unwrap().digest.to_string();
    let neighbour = SourceText::new("It shone!\n\nThe king\nceded [Zenda] in 1897. It hailed.");
    assert!(matches!(neighbour.resolve(&locator, Some(&digest)), Resolution::Found(_)));
    let changed = SourceText::new("It rained. The king ceded Zenda in 1898. It snowed.");
    match changed.resolve(&locator, Some(&digest)) {
        Resolution::Moved { passage, recorded } => {
            assert_eq!(recorded, digest);
            assert_ne!(passage.digest.to_string(), digest);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn many_locators_get_the_answers_that_each_gets_alone() {
    let text = "A b c. B c d. c D e [f] – g. The b c of d … e. Ruritania’s king";
    let source = SourceText::new(text);
    let written =
        ["b c", "B c", "c d", "D e f", "e f-g", "zz", "b … d", "c … king", "ruritania's", "d … zz", "the b c off d"];
    let locators: Vec<Locator> = written.iter().map(|written| Locator::parse(written).unwrap()).collect();
    let citations: Vec<_> = locators.iter().map(|locator| (locator, None)).collect();
    for (locator, together) in locators.iter().zip(source.resolve_all(&citations)) {
        assert_eq!(together, source.resolve(locator, None), "{locator}");
    }
}

#[test]
fn lines_and_columns_are_counted_from_one() {
    let source = SourceText::new("é a\nb\r\nc");
    assert_eq!((source.line(0), source.line(3), source.line(5), source.line(8), source.line(99)), (1, 1, 2, 3, 3));
    assert_eq!((source.column(3), source.column(5), source.column(99)), (3, 1, 1));
    assert_eq!(source.line_bytes(2, 3), Some(5..9));
    assert_eq!((source.line_bytes(0, 1), source.line_bytes(3, 4), source.line_bytes(3, 2)), (None, None, None));
}
