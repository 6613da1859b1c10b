//! The table itself.

use super::{ClauseForm, HeadForm};

const fn head(keyword: &'static str, form: &'static str, doc: &'static str, example: &'static str) -> HeadForm {
    HeadForm { keyword, form, doc, example }
}

/// `heads` is as in [`ClauseForm::heads`].
const fn clause(
    keyword: &'static str,
    heads: &'static str,
    form: &'static str,
    doc: &'static str,
    example: &'static str,
) -> ClauseForm {
    ClauseForm { keyword, form, heads, doc, example }
}

/// All statements that begin with a keyword.
#[rustfmt::skip]
pub const HEADS: &[HeadForm] = &[
    head("uses", "uses law CHAPTER, … | law none | clock days | clock seconds | clock integers", "Says which chapters of law apply (all, if nothing is said) and what time counts.", "uses law making, observance, territory"),
    head("chapter", "chapter NAME \"LABEL\"", "Names a chapter of law, so that dossiers can use it.", "chapter territory \"Title to territory\""),
    head("kind", "kind NAME \"LABEL\": KIND, …", "Declares a kind of thing, and the kinds it belongs to.", "kind polity \"state or other international actor\": place"),
    head("action", "action PHRASE", "Declares a phrase for something that happens.", "action {a: polity} cede/cedes/ceded {place} to {b: polity}"),
    head("fluent", "fluent PHRASE: VALUE", "Declares a phrase for something that holds over time.", "fluent controller of {place}: polity"),
    head("event", "event DATE NAME: SENTENCE", "Says that something happened.", "event 1924-09-03 Raid: Corvia attacks Belmark at sea"),
    head("claim", "claim DATE NAME by SOMEONE: SENTENCE", "Records what somebody said, without taking it as a fact.", "claim 1924 by Corvia: Arvenia attacks Corvia"),
    head("fact", "fact DATE NAME: SENTENCE", "Says that something was so, from one day to another or always.", "fact since 1921: Arvenia recognises Belmark"),
    head("norm", "norm NAME: BEARER must | must not | may | can SENTENCE", "States a duty, a prohibition, a permission or a power.", "norm Ceiling: Belmark must keep at most 20 000 troops in Eastmarch"),
    head("reading", "reading NAME of NORM, held by SOMEONE", "Restates the clauses in which one interpretation of a norm differs.", "reading Strict of Assist, held by Arvenia"),
    head("rule", "rule NAME \"LABEL\"", "Says what follows when something happens.", "rule CessionPassesTitle \"A cession passes the title the ceding state had\""),
    head("define", "define FLUENT is VALUE", "Says when a fluent holds, or what its value is, in terms of others.", "define side is bound by pact"),
    head("source", "source NAME \"LABEL\"", "Declares a text that other statements cite.", "source whitebook \"Belmark White Book\""),
    head("article", "article NUMBER \"LABEL\"", "Opens an article of the instrument opened last.", "article 2 \"Alliances\""),
    head("term", "term of THING, …", "Another word for `about`, for how long things last.", "term of articles 1 to 3"),
    head("about", "about THING, …", "Says more about things declared elsewhere: each clause is a sentence about each of them.", "about articles 1 to 3"),
    head("check", "check on DAY as seen by ACTOR as known in YEAR under NAME", "Asks questions and says what the answers must be.", "check on 1924-10-05 as seen by Corvia"),
    head("doctrine", "doctrine NAME \"LABEL\"", "Names a school of law that `under` chooses.", "doctrine Customary \"Customary law of 1939\", default"),
    head("feed", "feed NAME: SENTENCE", "Says what the rows of a feed whose action is NAME mean; `{column}` stands for what a column says.", "feed handover: {from} cedes {what} to Arvenia"),
    head("negotiation", "negotiation NAME \"LABEL\" between SIDE and SIDE", "Opens the record of a negotiation.", "negotiation Border \"Talks on the border\" between Arvenia and Belmark"),
    head("issue", "issue NAME \"LABEL\" of NEGOTIATION: number of UNIT | one of VALUE, … | one of VALUE, … in order | some of VALUE, … | set of KIND | yes or no | words", "Names something to be settled, and the values it takes.", "issue guards \"Guards at the crossing\": number of soldiers"),
    head("move", "move DATE NAME in NEGOTIATION: SIDE VERB ISSUE VALUE \"WORDS\"", "Records what a side did: demands, offers, concedes, refuses, accepts, defers, threatens, promises, mandates, draws red line, puts forward, sets deadline, prefers, links, drops, argues, invites, settles.", "move 1924-05-02 FirstDemand: Belmark demands guards at most 500"),
    head("preference", "preference of SIDE on ISSUE in NEGOTIATION, according to SOMEONE: weight NUMBER; VALUE = NUMBER, …", "Says how much an issue and its values matter to a side, and who says so.", "preference of Belmark on guards, according to Holt: weight 0.6; 500 = 1, 200 = 0.3"),
    head("left", "left out SOURCE \"LOCATOR\": \"REASON\"", "Says why a passage of a source is not encoded.", "left out whitebook \"of minor interest\": \"spliced text of another article\""),
];

/// What says something happened, was so, or was said.
const STATED: &str = "event claim fact move";

/// All clauses that begin with a keyword.
#[rustfmt::skip]
pub const CLAUSES: &[ClauseForm] = &[
    clause("source", "*", "source NAME \"LOCATOR\"", "Cites a passage by a few of its words.", "source whitebook \"crossed at … dawn\""),
    clause("note", "*", "note \"TEXT\"", "Says something to the reader.", "note \"the day is that of the telegram\""),
    clause("also", "kind action fluent event source article doctrine sentence negotiation", "also \"NAME\" | also PHRASE", "Gives another name or another wording.", "also \"Pact of Sele\""),
    clause("label", "article sentence source doctrine", "label \"TEXT\"", "Gives the name shown to the reader.", "label \"Treaty of Sele\""),
    clause("judgment", "event claim fact norm reading rule define article term about", "judgment \"PHRASE\"", "Declares a phrase that is left to judgment; answers that rest on it say so.", "judgment \"with all its forces\""),
    clause("untranslated", "event claim fact norm reading rule define article term about", "untranslated \"PHRASE\"", "Declares a phrase that is not encoded; answers that rest on it say so.", "untranslated \"in the spirit of friendship\""),
    clause("when", "norm reading rule", "when SENTENCE", "Says what sets it off.", "when a third polity attacks the other"),
    clause("or when", "norm reading rule", "or when SENTENCE", "Says what else sets it off.", "or when the other is threatened"),
    clause("for", "norm reading rule define", "for NAME, …: KIND; …", "Declares variables.", "for a, b: polity; p: place"),
    clause("given", "rule", "given CONDITION", "Must hold when a delayed trigger is armed.", "given Sele is in force"),
    clause("if", "norm reading rule define", "if CONDITION; …", "Must hold just before.", "if title to p for a is a"),
    clause("or if", "norm reading rule", "or if CONDITION; …", "Begins another set of conditions, any of which will do.", "or if a controls p"),
    clause("unless", "norm reading rule", "unless SENTENCE", "Must not happen on the same day.", "unless a denounces i"),
    clause("then", "rule event fact", "then EFFECT; … | then NAME", "Says what follows from a rule; of an event or a fact, which other it comes after on the same day.", "then title to p for b becomes b"),
    clause("while", "define", "while CONDITION; …", "Holds exactly while the conditions do.", "while a is named in i; i is in force"),
    clause("or while", "define", "or while CONDITION; …", "Begins another set of conditions, any of which will do.", "or while a controls p"),
    clause("cites", "chapter norm reading rule define article doctrine sentence", "cites SOURCE \"PHRASE\"", "Names the authority.", "cites vclt 34 \"no rights without consent\""),
    clause("within", "event claim fact norm reading move", "within DURATION of SENTENCE", "Gives the time allowed, or for which a norm stands; its last day is included.", "within 30 days"),
    clause("by", "norm reading move", "by DATE", "Gives the last day on which a duty can be met or a norm stands, or the day that a deadline sets.", "by 1921-12-31"),
    clause("until", "norm reading sentence", "until SENTENCE | until DATE | until DATE julian", "Says what ends a norm, or the first day on which it is over; below a country, the first day on which its calendar was no longer the Julian.", "until Sele ends"),
    clause("text", "norm reading rule define source", "text \"PHRASE\"", "Quotes a few words of the provision itself.", "text \"shall come to its aid\""),
    clause("held by", "event claim fact norm reading doctrine move", "held by ACTOR", "Says whose view it is.", "held by Arvenia"),
    clause("according to", "event claim fact move preference", "according to SOMEONE", "Says who reports it; the dossier does not.", "according to Corvia"),
    clause("denied by", "event claim fact move", "denied by ACTOR", "Says who disputes it.", "denied by Corvia"),
    clause("contradicted by", "event claim fact move", "contradicted by NAME because \"TEXT\"", "Says what speaks against it; it is not taken as a fact.", "contradicted by Raid"),
    clause("corrects", STATED, "corrects NAME", "Says which statement it contradicts.", "corrects Muster"),
    clause("known only to", "event claim fact sentence move negotiation", "known only to ACTOR and ACTOR", "Makes it secret.", "known only to Arvenia and Belmark"),
    clause("known to", "event claim fact sentence move negotiation", "known to ACTOR and ACTOR", "Says who knew of it.", "known to Belmark"),
    clause("on", "event move", "on DATE", "Gives the day.", "on 1924-09-03"),
    clause("after", "event claim fact move", "after NAME", "Says what came before it.", "after Muster"),
    clause("before", "event claim fact move", "before NAME", "Says what came after it.", "before Raid"),
    clause("under", "rule define", "under NAME", "Applies only under that doctrine or reading.", "under Customary"),
    clause("replaces", "rule define", "replaces NAME", "Takes the place of another.", "replaces CessionPassesTitle"),
    clause("except", "norm reading", "except CONDITION", "Says when it is excused.", "except the other consents"),
    clause("expect", "check", "expect QUESTION: ANSWER", "Says what must be the answer.", "expect who controls Eastmarch: Belmark"),
    clause("event", "move", "event NAME", "Names the event of the chronicle that tells of it; the move takes over its date, sources and secrecy.", "event FirstDemand"),
    clause("carried by", "issue move", "carried by NAME, …", "Names the norms, articles or instruments that carry what was settled.", "carried by Sele.Ceiling"),
    clause("measured by", "issue", "measured by EXPRESSION", "Gives the number by which later conduct is measured.", "measured by troops of Belmark in Eastmarch"),
    clause("afterwards", "issue", "afterwards NAME, …", "Names events to set beside what was settled.", "afterwards Muster"),
    clause("altogether", "move", "altogether NUMBER", "Gives what the parts are said to come to.", "altogether 1 200"),
    clause("because", "event claim fact norm rule define check move", "because \"TEXT\"", "Gives the reason.", "because \"the note reverses the roles\""),
    clause("sums along", "fluent", "sums along PHRASE", "Adds up what holds of the parts.", "sums along {place} lies in {place}"),
    clause("stated as", "fluent", "stated as PHRASE", "Says what a dossier states in its words, where it follows from more than that.", "stated as {a: instrument} is to amend {b: thing}"),
    clause("requires", "action", "requires PHRASE or PHRASE", "Says what must be so for somebody to be able to do it; what is told of as done is believed.", "requires {a} has standing to cede {p}"),
    clause("unit", "fluent", "unit WORD", "Gives the unit of a number.", "unit men"),
    clause("ties", "fluent", "ties ending wins | starting wins | contradiction", "Says what wins when one day both starts and ends it.", "ties ending wins"),
    clause("deadline", "fluent", "deadline VALUE becomes VALUE after DURATION", "Says what becomes of it when time is up.", "deadline open becomes lapsed after 5"),
    clause("includes", "kind", "includes NAME, …", "Adds members.", "includes Arvenia, Belmark"),
    clause("codes", "sentence", "codes SCHEME NUMBER", "Gives its number in a data set.", "codes atop 1234"),
    clause("file", "source", "file \"PATH\"", "Says where the text lies.", "file \"sources/whitebook.txt\""),
    clause("published", "source", "published DATE", "Says since when it can be known.", "published 1931"),
    clause("author", "source", "author \"NAME\"", "Says who wrote it.", "author \"Gen. Holt\""),
    clause("licence", "source", "licence \"NAME\"", "Says how it may be used.", "licence \"CC BY-SA 4.0\""),
    clause("columns", "fluent", "columns \"NAME\" \"TEMPLATE\"", "Says how `run` writes it: its name, and its arguments by number.", "columns \"obl\" \"pay({1};{2})\""),
    clause("where", "feed", "where COLUMN = VALUE; …", "Takes only the rows of which this is so.", "where status = \"final\"; amount > 0"),
    clause("ignored", "source", "ignored \"LOCATOR\"", "Leaves a passage out of the count of what is cited.", "ignored \"See also\""),
];
