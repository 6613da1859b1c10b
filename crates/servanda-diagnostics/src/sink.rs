//! Gathering findings: in a fixed order, and never so many that nobody reads them.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::span::FileId;

/// How many findings of one code in one file are kept unless told otherwise.
pub const DEFAULT_CAP: usize = 50;

/// Gathers findings. Of each code in each file only the first few are kept and the rest are counted, so that
/// megabytes of nonsense do not become gigabytes of complaints.
#[derive(Debug, Clone)]
pub struct Sink {
    cap: usize,
    kept: Vec<Diagnostic>,
    seen: BTreeMap<(Option<FileId>, &'static str), Seen>,
}

#[derive(Debug, Clone, Default)]
struct Seen {
    kept: usize,
    more: usize,
}

impl Default for Sink {
    fn default() -> Sink {
        Sink::with_cap(DEFAULT_CAP)
    }
}

impl Sink {
    /// An empty sink with the usual cap.
    #[must_use]
    pub fn new() -> Sink {
        Sink::default()
    }

    /// An empty sink that keeps at most `cap` findings (at least one) of a code in a file.
    #[must_use]
    pub fn with_cap(cap: usize) -> Sink {
        Sink { cap: cap.max(1), kept: Vec::new(), seen: BTreeMap::new() }
    }

    /// Adds a finding.
    pub fn push(&mut self, mut finding: Diagnostic) {
        let (code, file) = (finding.code, finding.file());
        let more = std::mem::take(&mut finding.more);
        self.push_with(code, file, || finding);
        self.seen.entry((file, code)).or_default().more += more;
    }

    /// Adds a finding that is only worded if it is kept. `code` and `file` must be those of the finding.
    pub fn push_with(&mut self, code: &'static str, file: Option<FileId>, word: impl FnOnce() -> Diagnostic) {
        let seen = self.seen.entry((file, code)).or_default();
        if seen.kept < self.cap {
            seen.kept += 1;
            self.kept.push(word());
        } else {
            seen.more += 1;
        }
    }

    /// True if nothing was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// What was kept, in order; the last finding of a code in a file carries how many more there were.
    #[must_use]
    pub fn finish(mut self) -> Vec<Diagnostic> {
        sort(&mut self.kept);
        for finding in self.kept.iter_mut().rev() {
            if let Some(seen) = self.seen.get_mut(&(finding.file(), finding.code)) {
                finding.more = std::mem::take(&mut seen.more);
            }
        }
        self.kept
    }
}

impl Extend<Diagnostic> for Sink {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, findings: T) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }
}

/// Puts findings in the order in which they are shown.
pub fn sort(findings: &mut [Diagnostic]) {
    findings.sort_by(Diagnostic::order);
}

/// Sorts, and folds what goes beyond `cap` findings of one code in one file into a count.
#[must_use]
pub fn fold(mut findings: Vec<Diagnostic>, cap: usize) -> Vec<Diagnostic> {
    sort(&mut findings);
    let mut sink = Sink::with_cap(cap);
    sink.extend(findings);
    sink.finish()
}
