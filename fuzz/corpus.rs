//! The corpus in one file: an input a line, sorted, with escapes as in a byte string of Rust, so that a diff shows it.
//! `make fuzz` unpacks it for the fuzzer, `make corpus` adds what the fuzzer found.

/// The text of a corpus, the same for the same inputs.
pub fn pack(mut inputs: Vec<Vec<u8>>) -> String {
    inputs.sort();
    inputs.dedup();
    inputs.iter().map(|input| format!("{}\n", input.escape_ascii())).collect()
}

/// The inputs of a corpus; or the first line that is none.
pub fn unpack(text: &str) -> Result<Vec<Vec<u8>>, String> {
    text.lines().map(|line| unescape(line).ok_or_else(|| format!("not an escaped input: {line}"))).collect()
}

fn unescape(line: &str) -> Option<Vec<u8>> {
    let (mut input, mut rest) = (Vec::new(), line);
    while let Some(escape) = rest.find('\\') {
        input.extend_from_slice(&rest.as_bytes()[..escape]);
        rest = &rest[escape + 1..];
        let (byte, length) = match rest.as_bytes().first()? {
            b't' => (b'\t', 1),
            b'r' => (b'\r', 1),
            b'n' => (b'\n', 1),
            quoted @ (b'\'' | b'"' | b'\\') => (*quoted, 1),
            b'x' => (u8::from_str_radix(rest.get(1..3)?, 16).ok()?, 3),
            _ => return None,
        };
        input.push(byte);
        rest = &rest[length..];
    }
    input.extend_from_slice(rest.as_bytes());
    Some(input)
}
