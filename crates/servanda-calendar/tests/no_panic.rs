//! Whatever is written, reading it ends, and ends soon.

use servanda_calendar::{Day, Edtf, ReformTable, parse_written};

/// Asks everything that can be asked of a text.
fn exercise(text: &str, reforms: &ReformTable) {
    let edtf = Edtf::parse(text);
    match &edtf {
        Err(error) => assert!(error.position <= text.len(), "{text:?}: {error}"),
        Ok(edtf) => {
            assert!(edtf.level() <= 2);
            let (bounds, hull) = (edtf.bounds(), edtf.bounds().allowed());
            assert!(hull.min.is_none_or(|min| hull.max.is_none_or(|max| min <= max)), "{text:?}: {bounds}");
            edtf.iso_bounds();
            edtf.iso_start_bounds();
            edtf.describe();
            edtf.contains(Day(0));
            edtf.day_ranges().take(50).for_each(drop);
        }
    }
    match parse_written(text) {
        Err(error) => {
            assert!(error.position <= text.len(), "{text:?}: {error}");
            assert!(edtf.is_err(), "{text:?} is an expression but no written date");
        }
        Ok(date) => assert!(!date.describe().is_empty()),
    }
    if let Ok(date) = parse_written(&format!("{text} julian")) {
        date.describe();
        date.to_intervals();
    }
    let _ = reforms.read("Ruritania", text);
    let _ = text.parse::<Day>();
}

fn reforms() -> ReformTable {
    let mut reforms = ReformTable::default();
    reforms.declare("Ruritania", "1918-02-14".parse().unwrap());
    reforms
}

#[test]
fn no_panic() {
    let long_digits = format!("Y{}", "9".repeat(5000));
    let long_set = format!("[{}]", vec!["1985"; 5000].join(","));
    let texts = [
        "",
        " ",
        "-",
        "--",
        "Y",
        "Y-",
        "YE",
        "Y1E",
        "Y1ES",
        "Y1E1S",
        "S",
        "S1",
        "X",
        "T",
        "/",
        "//",
        "..",
        "...",
        "../",
        "/..",
        "[",
        "]",
        "[]",
        "{}",
        "{,}",
        "[..]",
        "[....]",
        "{..,..}",
        "[..1985..]",
        "?",
        "??",
        "%-%-%",
        "-?",
        "é",
        "198é",
        "1985-é1",
        "1985-04-12Té",
        "１９８５",
        "\u{0}",
        "1985\u{0}",
        "9999-24",
        "XXXX-24",
        "-XXXX-24",
        "-9999-24",
        "XXXX-XX-XX",
        "-XXXX-XX-XX",
        "Y9999999999999999",
        "Y-9999999999999999",
        "Y10000000000000000",
        "Y9223372036854775807",
        "Y-9223372036854775808",
        "Y9223372036854775808",
        "Y1E18446744073709551615",
        "Y1E99999999999999999999",
        "Y1E18446744073709551615S18446744073709551615",
        "Y1E5S99999999999999999999",
        "Y-1E15S1",
        "Y-9E15S1",
        "Y9E15",
        "1985S99999999999999999999",
        "Y1E30/Y1E31",
        "{Y1E30..Y1E30}",
        "1985-04-12T",
        "1985-04-12T10:10:10+",
        "T10:10:10",
        "1985-04-12T10:10:10+:00",
        "1985-04-12T10:10:10+99:99",
        "before",
        "after",
        "between",
        "between and",
        "or",
        "or or or",
        "1985 or",
        "or later",
        "before before",
        "between 1985 and",
        "and",
        "julian",
        "julian julian",
        "..",
        "1985..",
        "..1985",
        "Y9E15..Y9E20",
        "before -9999",
        "after 9999",
        "after Y9999999999999999",
        "before Y-9999999999999999",
        "after Y1E40",
        "before Y-1E40",
        "25000000000000000-12-31",
        "9223372036854775807-01-01",
        "[2004-06-01..2004-06-01..]",
        long_digits.as_str(),
        long_set.as_str(),
    ];
    for text in texts {
        exercise(text, &reforms());
    }
}

/// Numbers that look random and are the same in every run (xorshift64, Marsaglia 2003).
struct Noise(u64);

impl Noise {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

#[test]
fn random_texts_are_read_or_refused() {
    let pieces = [
        "1985",
        "0000",
        "XXXX",
        "19",
        "X",
        "0",
        "3",
        "-",
        "-04",
        "-12",
        "-21",
        "-XX",
        "-02-29",
        "?",
        "~",
        "%",
        "/",
        "..",
        ",",
        "[",
        "]",
        "{",
        "}",
        "Y",
        "E",
        "S",
        "T",
        "Z",
        "10:20:30",
        "+01",
        ":",
        " ",
        "before ",
        " or later",
        " julian",
        "é",
        "Y17E7",
        "-0044",
    ];
    let mut noise = Noise(0x5EED_CA1E_17DA_0001);
    let reforms = reforms();
    for _ in 0..40_000 {
        let length = 1 + noise.below(7);
        let text: String = (0..length).map(|_| pieces[noise.below(pieces.len())]).collect();
        exercise(&text, &reforms);
    }
}

#[test]
fn random_bytes_are_refused() {
    let mut noise = Noise(0x5EED_CA1E_17DA_0002);
    let reforms = reforms();
    for _ in 0..20_000 {
        let length = noise.below(24);
        let bytes: Vec<u8> = (0..length).map(|_| noise.below(256) as u8).collect();
        exercise(&String::from_utf8_lossy(&bytes), &reforms);
    }
}
