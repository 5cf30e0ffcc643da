//! "Did you mean …?"

/// The candidate that was probably meant, if one is near.
pub(crate) fn near<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    let (distance, nearest) = candidates
        .into_iter()
        .map(|candidate| (distance(&given, &candidate.to_lowercase()), candidate))
        .min_by_key(|(distance, _)| *distance)?;
    let near = distance <= (given.chars().count() + 1) / 3;
    // Words that begin alike, such as `technik` and `technique`.
    (near || strsim::jaro_winkler(&given, &nearest.to_lowercase()) > 0.9).then_some(nearest)
}

/// The help for a name that does not exist.
pub(crate) enum Advice {
    None,
    /// At the name.
    Label(String),
    /// Below it.
    Help(String),
}

/// The name that was probably meant, or all of them, which `what` names.
pub(crate) fn advise<'a>(what: &str, given: &str, names: impl Iterator<Item = &'a str>) -> Advice {
    let names: Vec<_> = names.collect();
    match near(given, names.iter().copied()) {
        Some(near) => Advice::Label(format!("did you mean `{near}`?")),
        None => Advice::Help(format!("{what}: {}", enumerate(names))),
    }
}

/// The same in a sentence.
pub(crate) fn advise_in_words<'a>(what: &str, given: &str, names: impl Iterator<Item = &'a str>) -> String {
    match advise(what, given, names) {
        Advice::Label(advice) | Advice::Help(advice) => advice,
        Advice::None => String::new(),
    }
}

/// How many letters have to be changed. A missing end, as in `timeout` for `timeout_secs`, counts as one.
fn distance(given: &str, candidate: &str) -> usize {
    if given.len() >= 3 && candidate.starts_with(given) && given != candidate {
        1
    } else {
        strsim::damerau_levenshtein(given, candidate)
    }
}

/// Names as they stand in a message: `` `a`, `b` and `c` ``.
pub(crate) fn enumerate<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    list(names, "and")
}

/// Names of which one is to be chosen: `` `a`, `b` or `c` ``.
pub(crate) fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    list(names, "or")
}

fn list<'a>(names: impl IntoIterator<Item = &'a str>, word: &str) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}
