//! Names and phrases: what the words of a sentence can stand for.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::ids::{ActionId, EntityId, FluentId, KindId, OriginId, RangeId, TextId};
use crate::program::Hole;

/// A sort of thing.
#[derive(Clone, Debug)]
pub struct Kind {
    /// The word that declares things of it.
    pub name: String,
    /// What to call it.
    pub label: String,
    /// Its parent kinds.
    pub parents: Vec<KindId>,
    /// Where it is declared.
    pub origin: OriginId,
}

/// A thing with a name.
#[derive(Clone, Debug)]
pub struct Entity {
    /// Its full name, unique: `Sele.II` for an article of `Sele`.
    pub name: String,
    /// What to call it.
    pub label: String,
    /// Its kinds as declared (not their parents).
    pub kinds: Vec<KindId>,
    /// What it belongs to: the instrument of an article or a norm, the treaty of a protocol.
    pub belongs_to: Vec<EntityId>,
    /// The parties named by `between`.
    pub parties: Vec<EntityId>,
    /// If secret, who knows of it from the start.
    pub known_only_to: Option<Vec<EntityId>>,
    /// Where it is declared.
    pub origin: OriginId,
}

/// What a phrase is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Target {
    /// An action.
    Action(ActionId),
    /// A fluent.
    Fluent(FluentId),
}

/// A piece of a phrase.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// A word in its forms, lower case: infinitive, present, past.
    Word(Vec<String>),
    /// A hole, by its place in [`Wording::slots`].
    Hole(usize),
}

/// Whether two phrases have holes in the same places and share a form of each word between them.
pub(crate) fn read_alike(one: &[Piece], other: &[Piece]) -> bool {
    let alike = |(one, other): (&Piece, &Piece)| match (one, other) {
        (Piece::Word(one), Piece::Word(other)) => one.iter().any(|form| other.contains(form)),
        (Piece::Hole(_), Piece::Hole(_)) => true,
        _ => false,
    };
    one.len() == other.len() && one.iter().zip(other).all(alike)
}

/// What fills a hole of a wording goes where in the target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Slot {
    /// The argument of this number.
    Arg(usize),
    /// The value of the fluent.
    Value,
}

/// One way of saying an action or a fluent.
#[derive(Clone, Debug)]
pub struct Wording {
    /// What it says.
    pub target: Target,
    /// Words and holes, with `is`, `the` and the like left out.
    pub pieces: Vec<Piece>,
    /// What the holes stand for.
    pub slots: Vec<(Slot, Hole)>,
    /// As written, with braces.
    pub written: String,
    /// The declared wording, not an `also`.
    pub main: bool,
}

/// The names and phrases of a dossier and the law it uses.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    /// All kinds.
    pub kinds: Vec<Kind>,
    /// All things.
    pub entities: Vec<Entity>,
    /// All wordings.
    pub wordings: Vec<Wording>,
    /// Texts, each once.
    pub texts: Vec<String>,
    /// Words that are values of fluents, such as the statuses of norms: they are shown by their labels.
    pub words: BTreeSet<EntityId>,
    /// For each entity its kinds and their parents, sorted.
    pub entity_kinds: Vec<Vec<KindId>>,
    /// Ranges in the words they were stated in, such as `more than 3000`, where their bounds say it otherwise.
    pub range_words: BTreeMap<RangeId, String>,
    names: HashMap<String, Vec<EntityId>>,
    /// Names without their accents, for those that have some.
    plain_names: HashMap<String, Vec<EntityId>>,
    kind_names: HashMap<String, KindId>,
    by_word: HashMap<String, Vec<u32>>,
    wordless: Vec<u32>,
    text_ids: HashMap<String, TextId>,
}

/// Words that sentences are matched without.
pub const UNSEEN: [&str; 13] =
    ["is", "are", "was", "were", "be", "been", "has", "have", "had", "do", "does", "did", "the"];

/// A name as it is looked up: lower case, unseen words left out, single spaces.
#[must_use]
pub fn name_key(name: &str) -> String {
    let lower = name.to_lowercase();
    if !lower.contains(' ') {
        return lower;
    }
    let kept: Vec<&str> = lower.split_whitespace().filter(|word| !UNSEEN.contains(word)).collect();
    kept.join(" ")
}

/// Letters with marks, and the letters that stand for them where nobody can type the marks.
const MARKED: [(&str, &str); 27] = [
    ("áàâäãåāăą", "a"),
    ("æ", "ae"),
    ("çćčĉ", "c"),
    ("ďđð", "d"),
    ("éèêëēėęě", "e"),
    ("ğģ", "g"),
    ("íìîïīįı", "i"),
    ("ķ", "k"),
    ("łļľĺ", "l"),
    ("ñńňņ", "n"),
    ("óòôöõøōő", "o"),
    ("œ", "oe"),
    ("ŕř", "r"),
    ("śšşș", "s"),
    ("ß", "ss"),
    ("ťţț", "t"),
    ("þ", "th"),
    ("úùûüūůűų", "u"),
    ("ýÿ", "y"),
    ("źżž", "z"),
    ("‐‑–—−", "-"),
    ("’‘ʼ", "'"),
    ("ĝ", "g"),
    ("ĥ", "h"),
    ("ĵ", "j"),
    ("ŵ", "w"),
    ("ŷ", "y"),
];

/// A name in lower case without marks on its letters, and with plain dashes.
fn plain_name(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars() {
        match MARKED.iter().find(|(marked, _)| !letter.is_ascii() && marked.contains(letter)) {
            Some((_, letters)) => plain.push_str(letters),
            None => plain.push(letter),
        }
    }
    plain
}

impl Lexicon {
    /// Adds a kind; gives back the old one if the name is taken.
    pub fn add_kind(&mut self, kind: Kind) -> Result<KindId, KindId> {
        if let Some(old) = self.kind_names.get(&name_key(&kind.name)) {
            return Err(*old);
        }
        let id = KindId::from_index(self.kinds.len());
        self.kind_names.insert(name_key(&kind.name), id);
        self.kind_names.entry(name_key(&kind.label)).or_insert(id);
        self.kinds.push(kind);
        Ok(id)
    }

    /// The kind of that name or label.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<KindId> {
        let key = name_key(name);
        let plain = || key.strip_suffix('s').and_then(|singular| self.kind_names.get(singular));
        let plural_y = || key.strip_suffix("ies").and_then(|stem| self.kind_names.get(&format!("{stem}y")));
        self.kind_names.get(&key).or_else(plain).or_else(plural_y).copied()
    }

    /// The phrase by which something is told: the first that declares it.
    #[must_use]
    pub fn main_wording(&self, target: Target) -> Option<&Wording> {
        self.wordings.iter().find(|it| it.main && it.target == target)
    }

    /// Adds an entity under its full name, every suffix of it after a dot, and its label.
    pub fn add_entity(&mut self, entity: Entity) -> EntityId {
        let id = EntityId::from_index(self.entities.len());
        let name = entity.name.clone();
        let label = entity.label.clone();
        self.entities.push(entity);
        self.entity_kinds.push(Vec::new());
        self.add_name(&name, id);
        for (at, _) in name.match_indices('.') {
            self.add_name(&name[at + 1..], id);
        }
        if label != name {
            self.add_name(&label, id);
        }
        self.refresh_kinds(id);
        id
    }

    /// Another name for an entity.
    pub fn add_name(&mut self, name: &str, id: EntityId) {
        let key = name_key(name);
        let plain = plain_name(&key);
        if plain != key {
            let ids = self.plain_names.entry(plain).or_default();
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let ids = self.names.entry(key).or_default();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }

    /// What a name can mean: an exact full name alone (a thing, and a word that is a value of some fluent), else whatever
    /// goes by it, else what would without its accents.
    #[must_use]
    pub fn lookup(&self, name: &str) -> Vec<EntityId> {
        let key = name_key(name);
        let Some(ids) = self.names.get(&key).or_else(|| self.lookup_plain(&key)) else {
            return self.part_of_whole(&key).into_iter().collect();
        };
        let exact: Vec<EntityId> = ids.iter().copied().filter(|id| self.entities[id.index()].name == name).collect();
        if exact.is_empty() { ids.clone() } else { exact }
    }

    /// `Article II of Sele`, `Sele Article II`, `Article II` are written `Sele.II`.
    fn part_of_whole(&self, key: &str) -> Option<EntityId> {
        if !key.contains(' ') {
            return None;
        }
        let (number, whole) = match key.strip_prefix("article ") {
            Some(rest) => rest.split_once(" of ").map_or((rest, None), |(number, whole)| (number, Some(whole))),
            None => {
                let (whole, number) = key.split_once(" article ").or_else(|| key.split_once(" art. "))?;
                (number, Some(whole.trim_end_matches(',')))
            }
        };
        let Some(whole) = whole else { return self.entity(number) };
        let whole = self.entity(whole)?;
        self.entity(&format!("{}.{number}", self.entities[whole.index()].name))
    }

    fn lookup_plain(&self, key: &str) -> Option<&Vec<EntityId>> {
        if key.is_ascii() {
            return self.plain_names.get(key);
        }
        let plain = plain_name(key);
        self.plain_names.get(&plain).or_else(|| self.names.get(&plain))
    }

    /// The one entity of that name; a thing before a word.
    #[must_use]
    pub fn entity(&self, name: &str) -> Option<EntityId> {
        match self.things_first(self.lookup(name)).as_slice() {
            [id] => Some(*id),
            _ => None,
        }
    }

    /// Without the words among several, if anything is left.
    pub(crate) fn things_first(&self, mut ids: Vec<EntityId>) -> Vec<EntityId> {
        let is_thing = |id: &EntityId| !self.words.contains(id);
        if ids.len() > 1 && ids.iter().any(is_thing) {
            ids.retain(is_thing);
        }
        ids
    }

    /// All names that can be looked up, for suggestions.
    pub fn all_names(&self) -> impl Iterator<Item = &str> {
        self.entities.iter().map(|entity| entity.name.as_str())
    }

    /// All words that phrases are made of, for suggestions.
    pub fn all_words(&self) -> impl Iterator<Item = &str> {
        self.by_word.keys().map(String::as_str)
    }

    /// Whether some phrase uses this word.
    #[must_use]
    pub fn has_word(&self, word: &str) -> bool {
        self.by_word.contains_key(&word.to_lowercase())
    }

    /// Works out the kinds of an entity and their parents again.
    pub fn refresh_kinds(&mut self, id: EntityId) {
        let mut all = self.entities[id.index()].kinds.clone();
        let mut next = 0;
        while next < all.len() {
            for parent in &self.kinds[all[next].index()].parents {
                if !all.contains(parent) {
                    all.push(*parent);
                }
            }
            next += 1;
        }
        all.sort_unstable();
        self.entity_kinds[id.index()] = all;
    }

    /// Whether an entity is of a kind, counting parents.
    #[must_use]
    pub fn is_of_kind(&self, id: EntityId, kind: KindId) -> bool {
        self.entity_kinds[id.index()].binary_search(&kind).is_ok()
    }

    /// Whether everything of kind `a` is of kind `b`.
    #[must_use]
    pub fn is_subkind(&self, a: KindId, b: KindId) -> bool {
        a == b || self.kinds[a.index()].parents.iter().any(|parent| self.is_subkind(*parent, b))
    }

    /// Adds a wording.
    pub fn add_wording(&mut self, wording: Wording) {
        let id = u32::try_from(self.wordings.len()).expect("fewer than 2^32 wordings");
        // The longest word is the rarest, by and large.
        let anchor = wording
            .pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Word(forms) => Some(forms),
                Piece::Hole(_) => None,
            })
            .max_by_key(|forms| forms[0].len());
        match anchor {
            Some(forms) => {
                let mut seen: Vec<&String> = Vec::new();
                for form in forms {
                    if !seen.contains(&form) {
                        self.by_word.entry(form.clone()).or_default().push(id);
                        seen.push(form);
                    }
                }
            }
            None => self.wordless.push(id),
        }
        let others: Vec<String> = wording
            .pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Word(forms) => Some(forms.clone()),
                Piece::Hole(_) => None,
            })
            .flatten()
            .collect();
        for word in others {
            self.by_word.entry(word).or_default();
        }
        self.wordings.push(wording);
    }

    /// The boolean fluent of one hole that an adjective says of a thing: of `{thing} is public` it is `public`.
    #[must_use]
    pub fn adjective(&self, words: &[&str]) -> Option<FluentId> {
        self.wordings.iter().find_map(|wording| match (wording.target, wording.pieces.split_first()) {
            (Target::Fluent(fluent), Some((Piece::Hole(_), rest))) if rest.len() == words.len() => {
                let said = |(piece, word): (&Piece, &&str)| match piece {
                    Piece::Word(forms) => forms.iter().any(|form| form == word),
                    Piece::Hole(_) => false,
                };
                (wording.slots.len() == 1 && rest.iter().zip(words).all(said)).then_some(fluent)
            }
            _ => None,
        })
    }

    /// Whether a word is only ever said of what is past: `controlled`, but not `bound`, which stands in other forms, too.
    #[must_use]
    pub fn is_past(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        let mut past = false;
        for wording in &self.wordings {
            for piece in &wording.pieces {
                let Piece::Word(forms) = piece else { continue };
                match forms.iter().rposition(|form| *form == word) {
                    Some(2) if forms[0] != word && forms[1] != word => past = true,
                    // A participle alone (`{n} observed by {a}`) says nothing of the time.
                    Some(_) if forms.len() > 2 => return false,
                    _ => {}
                }
            }
        }
        past
    }

    /// The wordings whose rarest word is among these.
    pub fn candidates<'a>(&'a self, words: impl Iterator<Item = &'a str> + 'a) -> impl Iterator<Item = u32> + 'a {
        words.filter_map(|word| self.by_word.get(word)).flatten().copied().chain(self.wordless.iter().copied())
    }

    /// Keeps a text.
    pub fn text(&mut self, text: &str) -> TextId {
        if let Some(id) = self.text_ids.get(text) {
            return *id;
        }
        let id = TextId::from_index(self.texts.len());
        self.texts.push(text.to_owned());
        self.text_ids.insert(text.to_owned(), id);
        id
    }
}
