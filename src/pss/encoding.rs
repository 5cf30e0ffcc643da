use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use encoding_rs::{UTF_8, WINDOWS_1252};
use serde::{Deserialize, Serialize};

/// The encoding of text that is not UTF-8; Windows-1252 by default.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Encoding(&'static encoding_rs::Encoding);

/// That there is no encoding of a name.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no encoding in which old consoles send: write for example `CP1250`, `CP1251` or `CP949`")]
pub struct UnknownEncoding(String);

impl Encoding {
    pub(super) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        self.0.decode_without_bom_handling(bytes).0
    }
}

impl Default for Encoding {
    fn default() -> Self {
        Self(WINDOWS_1252)
    }
}

impl FromStr for Encoding {
    type Err = UnknownEncoding;

    /// Reads a name of the WHATWG's list, or the number of a Windows code page, with or without `CP`.
    fn from_str(name: &str) -> Result<Self, UnknownEncoding> {
        let label = name.trim().to_ascii_lowercase();
        let number = label.trim_start_matches(|letter: char| !letter.is_ascii_digit());
        let is_page = matches!(label.strip_suffix(number), Some("" | "cp" | "cp-" | "cp " | "windows" | "windows "));
        let page = match number {
            _ if !is_page => String::new(),
            "932" => "shift_jis".to_owned(),
            "936" => "gbk".to_owned(),
            "950" => "big5".to_owned(),
            "866" => "ibm866".to_owned(),
            number => format!("windows-{number}"),
        };
        let find = |label: &str| encoding_rs::Encoding::for_label_no_replacement(label.as_bytes());
        find(&label)
            .or_else(|| find(&page))
            // The separator of the fields must stay an ASCII character.
            .filter(|encoding| encoding.is_ascii_compatible() && *encoding != UTF_8)
            .map(Self)
            .ok_or_else(|| UnknownEncoding(name.to_owned()))
    }
}

impl TryFrom<String> for Encoding {
    type Error = UnknownEncoding;

    fn try_from(name: String) -> Result<Self, UnknownEncoding> {
        name.parse()
    }
}

impl From<Encoding> for String {
    fn from(encoding: Encoding) -> Self {
        encoding.to_string()
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.name().strip_prefix("windows-") {
            Some(page) => write!(f, "Windows-{page}"),
            None => f.write_str(self.0.name()),
        }
    }
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_pages_are_known_by_their_usual_names() {
        for (names, expected) in [
            (&["CP1250", "cp1250", "1250", "windows-1250", "Windows-1250"][..], "Windows-1250"),
            (&["CP1251", "1251"], "Windows-1251"),
            (&["CP949", "949", "euc-kr", "EUC-KR"], "EUC-KR"),
            (&["CP932", "shift_jis"], "Shift_JIS"),
            (&["latin1", "iso-8859-1"], "Windows-1252"),
            (&["iso-8859-2"], "ISO-8859-2"),
        ] {
            for name in names {
                assert_eq!(
                    name.parse::<Encoding>().map(|encoding| encoding.to_string()).ok(),
                    Some(expected.to_owned())
                );
            }
            assert_eq!(
                expected.parse::<Encoding>().map(|encoding| encoding.to_string()).ok(),
                Some(expected.to_owned())
            );
        }
        for name in ["", "utf-8", "utf-16", "CP65001", "nonsense", "12", "replacement", "iso-2022-jp"] {
            assert!(name.parse::<Encoding>().is_err(), "{name}");
        }
    }
}
