//! What lines become.

use servanda_syntax::{Document, FileId, HeadKind, LineKind, TokenKind, tokenize};

fn block(lines: &str) -> Document {
    Document::parse(FileId(0), "sele.md", format!("```servanda\n{lines}\n```\n"))
}

/// `Word:USSR Number:20 000 …`
fn tokens(text: &str) -> String {
    let tokens = tokenize(text);
    tokens.iter().map(|token| format!("{:?}:{}", token.kind, token.text)).collect::<Vec<_>>().join(" | ")
}

/// One line for each statement, clause, and diagnostic.
fn outline(document: &Document) -> String {
    let mut lines = Vec::new();
    let words = |tokens: &[servanda_syntax::Token]| {
        tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
    };
    for statement in &document.statements {
        let keyword = statement.keyword().unwrap_or("-");
        lines.push(format!("{} <{keyword}> {}", statement.headings.join(" › "), words(&statement.head.tokens)));
        for clause in &statement.clauses {
            lines.push(format!("  <{}> {}", clause.keyword.unwrap_or("-"), words(&clause.tokens)));
        }
    }
    for finding in &document.diagnostics {
        let at = finding.labels[0].span;
        lines.push(format!("{} {:?}", finding.code, at.of(&document.text)));
    }
    lines.join("\n")
}

#[test]
fn statements_have_heads_clauses_and_headings() {
    let document = Document::parse(
        FileId(0),
        "sele.md",
        "# Treaty of *Sele*\n\n## Article 1\n\nProse.\n\n```servanda\nnorm Assist: each party must aid the other\n    when a third polity attacks\n \
         or when   it is threatened\n\tsource series \"shall come\" # p. 3\n\ntreaty Sele between Arvenia,\n  Belmark\n  signed 1921-03-12\n  \
         known only to Arvenia\n```\n\n## Article 2\n\n```servanda\nSecret prevails over Sele\n```\n",
    );
    assert_eq!(
        outline(&document),
        "Treaty of Sele › Article 1 <norm> Assist : each party must aid the other\n  \
         <when> a third polity attacks\n  \
         <or when> it is threatened\n  \
         <source> series shall come\n\
         Treaty of Sele › Article 1 <-> treaty Sele between Arvenia , Belmark\n  \
         <-> signed 1921-03-12\n  \
         <known only to> Arvenia\n\
         Treaty of Sele › Article 2 <-> Secret prevails over Sele"
    );
}

#[test]
fn words_are_of_any_script_and_joined_inside() {
    assert_eq!(
        tokens("Żeligowski Six-Day MutualAssistance.II cede/cedes Вильнюс हिन्दी 維爾紐斯 Y Yser."),
        "Word:Żeligowski | Word:Six-Day | Word:MutualAssistance.II | Word:cede/cedes | Word:Вильнюс | Word:हिन्दी | Word:維爾紐斯 | Word:Y | Word:Yser | Punct:."
    );
    assert_eq!(
        tokens("the parties' troops, O’Neill 15th 20-year"),
        "Word:the | Word:parties' | Word:troops | Punct:, | Word:O’Neill | Word:15th | Word:20-year"
    );
    assert_eq!(tokens("34-36 %"), "Word:34-36 | Word:%");
}

#[test]
fn numbers_may_be_grouped() {
    for (typed, plain) in [
        ("20 000", "20000"),
        ("18,786", "18786"),
        ("7.5", "7.5"),
        ("1\u{a0}234\u{202f}567", "1234"),
        ("12'345'678", "12345678"),
        ("1,234.5", "1234.5"),
        ("1939", "1939"),
        ("-5", "-5"),
    ] {
        let token = &tokenize(typed)[0];
        assert_eq!((token.kind, token.number().unwrap().as_ref()), (TokenKind::Number, plain), "{typed}");
    }
    assert_eq!(tokens("1939 200"), "Number:1939 | Number:200");
    assert_eq!(tokens("20 0000"), "Number:20 | Number:0000");
    assert_eq!(tokens("20 000-01"), "Number:20 | Word:000-01");
    assert_eq!(tokens("x - 5 -3"), "Word:x | Punct:- | Number:5 | Punct:- | Number:3");
    assert_eq!(tokens("1/2"), "Number:1 | Punct:/ | Number:2");
    assert_eq!(tokens("50%, 34(2)"), "Number:50 | Word:% | Punct:, | Number:34 | Punct:( | Number:2 | Punct:)");
}

#[test]
fn dates_are_kept_whole() {
    for date in [
        "1939-10-29",
        "1939-10",
        "1939~",
        "1939-10?",
        "156X",
        "15XX",
        "1939-XX-02",
        "1939-10-28..1939-11-15",
        "1918/1920",
        "1918..1924-10-12",
        "[1939-11-14, 1939-11-15]",
        "{1939-10, 1939-11}",
        "../1944",
        "..1944-05",
        "1939/..",
        "1939-10-28..",
        "1939-10-03T10:00",
        "1939-10-03T10:00:00+02:00",
        "1950S2",
        "Y17000",
        "Y-17E7",
        "-0044-03-15",
        "~1939-10",
        "2004-?06-~11",
        "1984%",
        "1985-04-12/1985-05~",
    ] {
        assert_eq!(tokens(&format!("event {date}: x")), format!("Word:event | Date:{date} | Punct:: | Word:x"));
    }
    assert_eq!(tokens("1939-10-03."), "Date:1939-10-03 | Punct:.");
    assert_eq!(tokens("start ... end"), "Word:start | Punct:... | Word:end");
}

#[test]
fn strings_holes_and_signs() {
    assert_eq!(tokens("\"a # b\" “c \"d\" e” «f»"), "String:a # b | String:c \"d\" e | String:f");
    assert_eq!(tokens("{place} { a: polity }"), "Hole:place | Hole:a: polity");
    assert_eq!(
        tokens("a<=b != c≥1 …"),
        "Word:a | Punct:<= | Word:b | Punct:!= | Word:c | Punct:≥ | Number:1 | Punct:…"
    );
    assert!(tokenize("≥")[0].is_punct(">="));
}

#[test]
fn what_is_wrong_is_reported_and_the_rest_is_kept() {
    assert_eq!(
        outline(&block("event \"open: a\n  note \"ok\"\nfact {x: b\n  when ^^ c # d\n  also x#y")),
        " <event> open: a\n  <note> ok\n <fact> { x : b\n  <-> when ^^ c\n  <-> also x # y\n\
         unclosed-string \"\\\"open: a\"\nunclosed-hole \"{\"\nunexpected-character \"^^\"\nunexpected-character \"#\""
    );
    assert_eq!(
        outline(&block("  when a\nfact b,\nfact c")),
        " <fact> b ,\n <fact> c\nclause-without-statement \"when a\"\nunfinished-line \",\""
    );
}

#[test]
fn keywords_count_only_where_they_belong() {
    let document = block(
        "check on 1939\n  expect x\n  published 1931\nsource s\n  published 1931\nplace p\n  known to x\nNorm N\n  expect x",
    );
    let keywords: Vec<_> =
        document.statements.iter().flat_map(|s| &s.clauses).map(|c| c.keyword.unwrap_or("-")).collect();
    assert_eq!(keywords, ["expect", "-", "published", "known to", "-"]);
    assert_eq!(document.statements[3].kind, HeadKind::Sentence);
}

#[test]
fn blocks_in_lists_quotations_and_tildes_run() {
    let text = "# A\n\n- item\n\n  ~~~~ servanda, x=1\n  fact a\n    note \"n\"\n  ~~~~\n\n> ## B\n>\n> ```servanda\n> fact b\n>   note \"m\"\n> ```\n\n  ```servanda\n  fact c\n   note \"o\"\n ```\n\n\
                1.\t```servanda\n\tfact d\n\t\tnote \"p\"\n\t```\n\n````md\n```servanda\nfact no\n```\n````\n";
    let document = Document::parse(FileId(0), "a.md", text);
    assert_eq!(
        outline(&document),
        "A <fact> a\n  <note> n\nA › B <fact> b\n  <note> m\nA <fact> c\n  <note> o\nA <fact> d\n  <note> p"
    );
    assert_eq!(document.blocks[0].info, "x=1");
}

#[test]
fn unclosed_and_misspelt_fences_are_reported() {
    let document = Document::parse(FileId(0), "a.md", "```servnada\nx\n```\n\n> ~~~\n> y\n\n```servanda\nfact a\n");
    let codes: Vec<_> = document.diagnostics.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["unclosed-block", "unclosed-block", "block-not-run"]);
    assert_eq!(document.statements.len(), 1);
    for closed in [
        "```servanda\n```",
        "```servanda\nx\n```",
        "```servanda\n\n```\n",
        "> ```servanda\n> x\n> ```",
        "~~~servanda\r\nx\r\n~~~\r\n",
        "```\n```",
        "   ```servanda\n   x\n  `````  \n",
    ] {
        assert_eq!(Document::parse(FileId(0), "a.md", closed).diagnostics, [], "{closed:?}");
    }
}

#[test]
fn line_breaks_of_other_systems_and_byte_order_marks() {
    let document = Document::parse(
        FileId(0),
        "a.md",
        "\u{feff}# A\r\n\r\n```servanda\r\nfact a,\r\n  b\r\n  note \"n\"\r\n```\r\n",
    );
    assert_eq!(outline(&document), "A <fact> a , b\n  <note> n");
    assert_eq!(document.print(), &*document.text);
}

#[test]
fn every_line_of_a_block_is_accounted_for() {
    let document = block("# c\nfact a,\n  # d\n\n  b\n  note \"n\"");
    let kinds: Vec<_> = document.blocks[0].lines.iter().map(|line| line.kind).collect();
    assert_eq!(
        kinds,
        [LineKind::Comment, LineKind::Head, LineKind::Comment, LineKind::Blank, LineKind::More, LineKind::Clause]
    );
}
