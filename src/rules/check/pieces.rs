//! What can still be read of a script that does not parse: each of its functions apart from the others.

use rhai::{AST, Engine, ParseError, Position};

/// A script as far as it parses.
pub(super) struct Parsed {
    /// The script, or its pieces that are right.
    pub(super) asts: Vec<AST>,
    /// What is wrong with the others.
    pub(super) errors: Vec<ParseError>,
    /// Functions that do not parse, as far as their first lines tell: the name and the number of parameters.
    pub(super) broken: Vec<(String, usize)>,
}

/// Parses a script. If it is wrong somewhere, its functions are parsed one by one, each with all other lines left empty
/// so that every place stays true.
pub(super) fn parse(engine: &Engine, text: &str) -> Parsed {
    let whole = match engine.compile(text) {
        Ok(ast) => return Parsed { asts: vec![ast], errors: Vec::new(), broken: Vec::new() },
        Err(error) => error,
    };
    let mut parsed = Parsed { asts: Vec::new(), errors: Vec::new(), broken: Vec::new() };
    for (first, piece) in pieces(text) {
        let alone = format!("{}{piece}", "\n".repeat(first));
        match engine.compile(&alone) {
            Ok(ast) => parsed.asts.push(ast),
            Err(error) => {
                parsed.broken.extend(signature(piece));
                parsed.errors.push(within(error, &alone));
            }
        }
    }
    if parsed.errors.is_empty() {
        // What is wrong lies between the pieces: the same function twice, for one.
        parsed.errors.push(within(whole, text));
    }
    parsed
}

/// What ends too early ends with the last line in which something stands.
fn within(mut error: ParseError, text: &str) -> ParseError {
    let text = text.trim_end();
    let lines = text.lines().count();
    if error.1.line().is_none_or(|line| line > lines) {
        let line = u16::try_from(lines).unwrap_or(u16::MAX);
        let column = text.lines().last().map_or(1, |line| line.chars().count());
        error.1 = Position::new(line.max(1), u16::try_from(column).unwrap_or(u16::MAX));
    }
    error
}

/// The parts of a script that begin with a line such as `fn …`, not indented, with how many lines stand before each.
fn pieces(text: &str) -> Vec<(usize, &str)> {
    let begins =
        |line: &str| ["fn ", "private fn ", "const ", "let ", "import "].iter().any(|word| line.starts_with(word));
    let mut pieces = Vec::new();
    let (mut start, mut first, mut at) = (0, 0, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if begins(line) && at > start {
            pieces.push((first, text.get(start..at).unwrap_or_default()));
            (start, first) = (at, number);
        }
        at += line.len();
    }
    pieces.push((first, text.get(start..).unwrap_or_default()));
    pieces
}

/// The name of a piece's function and how many parameters it has.
fn signature(piece: &str) -> Option<(String, usize)> {
    let (_, rest) = piece.split_once("fn ")?;
    let (name, rest) = rest.split_once('(')?;
    let (parameters, _) = rest.split_once(')')?;
    let count = parameters.split(',').filter(|parameter| !parameter.trim().is_empty()).count();
    Some((name.trim().to_owned(), count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_begins_with_each_function_and_keeps_its_line() {
        let text = "// first\nconst A = 1;\n\nfn one(a, b) {\n  fn_of(a);\n}\nprivate fn two() {}\n";
        let pieces: Vec<_> = pieces(text).into_iter().map(|(first, piece)| (first, piece.trim_end())).collect();
        let one = "fn one(a, b) {\n  fn_of(a);\n}";
        assert_eq!(pieces, [(0, "// first"), (1, "const A = 1;"), (3, one), (6, "private fn two() {}")]);
        assert_eq!(signature(one), Some(("one".to_owned(), 2)));
        assert_eq!(signature("private fn two() {}"), Some(("two".to_owned(), 0)));
    }

    #[test]
    fn one_broken_function_does_not_hide_the_others() {
        let parsed = parse(&Engine::new(), "fn a() {\n  1 +;\n}\nfn b() {\n  [1, 2\n}\nfn c() { 1 }\n");
        let lines: Vec<_> = parsed.errors.iter().filter_map(|error| error.1.line()).collect();
        assert_eq!((parsed.asts.len(), lines), (1, vec![2, 6]));
        assert_eq!(parsed.broken, [("a".to_owned(), 0), ("b".to_owned(), 0)]);
    }
}
