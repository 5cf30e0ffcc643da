//! The fields of one message, read one after the other, with notes on what had to be corrected.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::event::{Note, Status};

/// What a field is read as.
pub(super) trait Number: FromStr + PartialOrd + Display {}

impl<T: FromStr + PartialOrd + Display> Number for T {}

/// Why a message's values cannot be used, in plain words.
pub(super) type Reason = String;

pub(super) struct Fields<'a> {
    /// The next field, trimmed.
    ahead: Option<&'a str>,
    /// What follows it.
    rest: Option<&'a str>,
    /// At least so many bytes are missing at the end.
    cut_bytes: usize,
    /// A `;` follows the last field, so that it is complete.
    closed: bool,
    pub(super) notes: Vec<Note>,
}

/// Splits a text at the first occurrence of an ASCII character; without one there is no second part.
pub(super) fn split_first(text: &str, at: u8) -> (&str, Option<&str>) {
    // The texts are short: a search byte by byte is the fastest.
    match text.bytes().position(|byte| byte == at) {
        Some(end) => {
            let (first, rest) = text.split_at(end);
            (first, rest.get(1..))
        }
        None => (text, None),
    }
}

/// Whether a field has the word that some senders write for an absent value.
pub(super) fn is_null(field: &str) -> bool {
    field.eq_ignore_ascii_case("null")
}

impl<'a> Fields<'a> {
    /// The fields of what follows a stream's name and its `;`; the `;` that ends a message is no field of its own.
    #[inline]
    pub(super) fn new(rest: Option<&'a str>, cut_bytes: usize) -> Self {
        let closed = rest.is_some_and(|rest| rest.ends_with(';'));
        let rest = rest.map(|rest| rest.strip_suffix(';').unwrap_or(rest));
        // `clk;` alone has no field, rather than an empty one.
        let rest = rest.filter(|rest| !rest.is_empty());
        let mut fields = Self { ahead: None, rest, cut_bytes, closed, notes: Vec::new() };
        fields.look_ahead();
        fields
    }

    fn look_ahead(&mut self) {
        (self.ahead, self.rest) = match self.rest.map(|rest| split_first(rest, b';')) {
            Some((field, rest)) => (Some(field.trim()), rest),
            None => (None, None),
        };
    }

    pub(super) fn note(&mut self, note: impl Into<Note>) {
        self.notes.push(note.into());
    }

    /// How far a message with these notes can be trusted.
    pub(super) fn status(&self) -> Status {
        if self.notes.is_empty() { Status::Ok } else { Status::Recovered }
    }

    /// Takes the next field, trimmed.
    pub(super) fn next(&mut self) -> Option<&'a str> {
        let field = self.ahead;
        self.look_ahead();
        field
    }

    /// The next field, which is not taken.
    pub(super) fn peek(&self) -> Option<&'a str> {
        self.ahead
    }

    /// Whether the end of the last field taken may be missing.
    fn may_be_cut(&self) -> bool {
        self.cut_bytes > 0 && !self.closed && self.ahead.is_none()
    }

    /// Whether the message is over, and complete.
    pub(super) fn is_over(&self) -> bool {
        self.closed && self.ahead.is_none()
    }

    /// Whether the end of the message is known to be missing.
    pub(super) fn is_cut(&self) -> bool {
        self.cut_bytes > 0
    }

    /// Whether the next field is the rest of a name that was cut.
    pub(super) fn is_cut_name(&self, name: &str) -> bool {
        let last = self.ahead.filter(|field| !field.is_empty() && self.rest.is_none());
        self.cut_bytes > 0 && !self.closed && last.is_some_and(|field| field != name && name.starts_with(field))
    }

    /// The next field, complete or not; none if it is empty, `null` or not there.
    fn present(&mut self, name: &'static str) -> Option<&'a str> {
        match self.next() {
            None => {
                if self.cut_bytes > 0 {
                    self.note(format!("`{name}` is absent: the message was cut"));
                }
                None
            }
            Some("") => None,
            Some("null") => self.null(name),
            Some(value) => Some(value),
        }
    }

    fn null(&mut self, name: &'static str) -> Option<&'a str> {
        self.note(format!("`{name}` is `null`: taken as absent"));
        None
    }

    /// The next field; none if it is empty, `null`, not there, or its end may be missing.
    pub(super) fn value(&mut self, name: &'static str) -> Option<&'a str> {
        let value = self.present(name)?;
        if is_null(value) {
            // A person may be called Null; a number or a word is not.
            return self.null(name);
        }
        if self.may_be_cut() {
            self.note(format!("`{name}` is absent: the message was cut in or after `{value}`"));
            return None;
        }
        Some(value)
    }

    /// The next field as text; a note says if its end may be missing.
    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        let value = self.present(name)?;
        if self.may_be_cut() {
            let bytes = self.cut_bytes;
            self.note(format!("`{name}` is cut after `{value}`: at least {bytes} bytes are missing"));
        }
        if value.contains('\0') {
            self.note(format!("`{name}` has a NUL within"));
        }
        // A person may be called Null.
        self.without_null(name, value, |word| word == "null")
    }

    /// The next field as words, without those that some senders write for an absent one.
    pub(super) fn words(&mut self, name: &'static str) -> Option<String> {
        let value = self.value(name)?;
        self.without_null(name, value, is_null)
    }

    fn without_null(&mut self, name: &str, value: &str, is_null: impl Fn(&str) -> bool) -> Option<String> {
        if !value.split_ascii_whitespace().any(&is_null) {
            return Some(value.to_owned());
        }
        let words: Vec<_> = value.split_whitespace().filter(|word| !is_null(word)).collect();
        if words.is_empty() {
            self.note(format!("`{name}` is `{value}`: taken as absent"));
            return None;
        }
        self.note(format!("`{name}` is `{value}`: `null` taken as absent"));
        Some(words.join(" "))
    }

    /// So many next fields as one text, in which they were separated by a `;`.
    pub(super) fn joined(&mut self, name: &'static str, count: usize) -> Option<String> {
        if count < 2 {
            return self.text(name);
        }
        let parts: Vec<_> = (0..count).filter_map(|_| self.next()).collect();
        self.note(format!("`{name}` has a `;` within"));
        Some(parts.join(";"))
    }

    /// The next field as a code, of which a part would be another code. One whose end may be missing is absent.
    pub(super) fn code(&mut self, name: &'static str) -> Option<String> {
        self.value(name).map(str::to_owned)
    }

    /// The next field as a code that `whole` recognises as complete, so that it is not taken for cut.
    pub(super) fn code_if(&mut self, name: &'static str, whole: impl Fn(&str) -> bool) -> Option<String> {
        if self.peek().is_some_and(whole) {
            return self.next().map(str::to_owned);
        }
        self.code(name)
    }

    /// The next field as a whole number within a range. One whose last digits may be missing is absent.
    pub(super) fn number<T: Number>(
        &mut self,
        name: &'static str,
        range: RangeInclusive<T>,
    ) -> Result<Option<T>, Reason> {
        self.value(name).map(|value| number(name, value, range)).transpose()
    }

    /// The next field as a number that is required.
    pub(super) fn required<T: Number>(&mut self, name: &'static str, range: RangeInclusive<T>) -> Result<T, Reason> {
        self.number(name, range)?.ok_or_else(|| format!("`{name}` is missing"))
    }

    /// The next field as a number that may be empty, but must be there.
    pub(super) fn counted<T: Number>(
        &mut self,
        name: &'static str,
        range: RangeInclusive<T>,
    ) -> Result<Option<T>, Reason> {
        if self.ahead.is_none() && !self.is_cut() {
            Err(format!("`{name}` is missing"))
        } else {
            self.number(name, range)
        }
    }

    /// The fields that are left, trimmed; none is taken.
    pub(super) fn left(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let after = self.rest.into_iter().flat_map(|rest| rest.split(';').map(str::trim));
        self.ahead.into_iter().chain(after)
    }

    /// Goes to the next field that is a name, and notes the fields before it; false if there is none.
    pub(super) fn go_to(&mut self, is_name: impl Fn(&str) -> bool) -> bool {
        let Some(before) = self.left().position(is_name) else { return false };
        let extra: Vec<_> = (0..before).filter_map(|_| self.next()).collect();
        if let (true, Some(name)) = (extra.iter().any(|field| !field.is_empty()), self.ahead) {
            self.note(format!("extra fields before `{name}`: `{}`", extra.join(";")));
        }
        true
    }

    /// Notes the fields that are left, which no stream has.
    pub(super) fn finish(&mut self) {
        if self.ahead.is_none() {
            return;
        }
        let extra: Vec<_> = std::iter::from_fn(|| self.next()).collect();
        if extra.iter().any(|field| !field.is_empty()) {
            self.note(format!("extra fields at the end: `{}`", extra.join(";")));
        }
    }
}

pub(super) fn number<T: Number>(name: &str, value: &str, range: RangeInclusive<T>) -> Result<T, Reason> {
    // `+5` is a number in Rust, but senders do not write it.
    let read = if value.starts_with('+') { None } else { value.parse::<T>().ok() };
    match read {
        Some(number) if range.contains(&number) => Ok(number),
        Some(number) => Err(format!("`{name}` is {number}, and must be {} to {}", range.start(), range.end())),
        None => Err(format!("`{name}` is `{value}`, which is no number from {} to {}", range.start(), range.end())),
    }
}
