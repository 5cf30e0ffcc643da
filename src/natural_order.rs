//! The order in which people expect names: `mat-2` before `mat-10`.

use std::cmp::Ordering;

/// Compares names; digits in them count as numbers.
pub(crate) fn compare(one: &str, other: &str) -> Ordering {
    parts(one).cmp(parts(other)).then_with(|| one.cmp(other))
}

/// A number as its length and its digits, or a character.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part<'a> {
    Number(usize, &'a str),
    Character(char),
}

fn parts(mut rest: &str) -> impl Iterator<Item = Part<'_>> {
    std::iter::from_fn(move || {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        if !digits.is_empty() {
            rest = after;
            let digits = digits.trim_start_matches('0');
            return Some(Part::Number(digits.len(), digits));
        }
        let mut characters = rest.chars();
        let character = characters.next()?;
        rest = characters.as_str();
        Some(Part::Character(character))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn digits_count_as_numbers() {
        let mut names = ["mat-10", "mat-2", "b", "mat-02a", "Mat-1", "10", "9", "mat-", ""];
        names.sort_by(|one, other| super::compare(one, other));
        assert_eq!(names, ["", "9", "10", "Mat-1", "b", "mat-", "mat-2", "mat-02a", "mat-10"]);
    }
}
