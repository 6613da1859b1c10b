//! Letters of other scripts that look like Latin ones: two names that nobody can tell apart on the page.

/// A letter of another script, the Latin one it looks like.
const LOOK_ALIKES: [(&str, &str); 2] =
    [("аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅ", "aeopcyxijshdqwABEKMHOPCTYXIJS"), ("οναΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ovaABEZHIKMNOPTYX")];
const SCRIPTS: [&str; 2] = ["Cyrillic", "Greek"];

/// The Latin letter that one of another script looks like, and that script.
fn latin(letter: char) -> Option<(char, &'static str)> {
    LOOK_ALIKES.iter().zip(SCRIPTS).find_map(|((others, latin), script)| {
        let at = others.chars().position(|it| it == letter)?;
        latin.chars().nth(at).map(|it| (it, script))
    })
}

/// The name as it looks, if it is written with letters of another script that look Latin.
pub(crate) fn as_it_looks(name: &str) -> Option<String> {
    if name.is_ascii() {
        return None;
    }
    let looks: String = name.chars().map(|it| latin(it).map_or(it, |(latin, _)| latin)).collect();
    (looks != name).then_some(looks)
}

/// Names the first letter that is not what it looks like.
pub(crate) fn odd_letter(name: &str) -> Option<String> {
    let (at, letter, script) =
        name.chars().enumerate().find_map(|(at, letter)| latin(letter).map(|(_, script)| (at + 1, letter, script)))?;
    Some(format!("letter {at} of `{name}`, `{letter}`, is {script}"))
}

#[cfg(test)]
mod tests {
    use super::{as_it_looks, odd_letter};

    #[test]
    fn a_cyrillic_letter_among_latin_ones_is_found() {
        assert_eq!(as_it_looks("Cоrvia").as_deref(), Some("Corvia"));
        assert_eq!(odd_letter("Cоrvia").as_deref(), Some("letter 2 of `Cоrvia`, `о`, is Cyrillic"));
    }

    #[test]
    fn every_letter_has_the_one_it_looks_like() {
        for (others, latin) in super::LOOK_ALIKES {
            assert_eq!(others.chars().count(), latin.chars().count());
        }
    }

    #[test]
    fn names_of_one_script_are_left_alone() {
        assert_eq!(as_it_looks("Urbšys"), None);
        assert_eq!(odd_letter("Lithuania"), None);
    }
}
