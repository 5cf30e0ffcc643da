//! What can still be read of a script that does not parse: each of its functions apart from the others.

use rhai::{AST, Engine, ParseError, Position};

/// A script as far as it parses.
pub(super) struct Parsed {
    /// The script, or its pieces that are right.
    pub(super) asts: Vec<AST>,
    /// What is wrong with the others.
    pub(super) errors: Vec<ParseError>,
    /// What those pieces would define, as far as they tell.
    pub(super) broken: Vec<Broken>,
}

/// What is defined by a piece that does not parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// A function.
    Function {
        name: String,
        /// How many parameters it has.
        count: usize,
    },
    /// A constant, or what should be one.
    Constant(String),
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
                parsed.broken.extend(defined(piece));
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

/// The parts of a script that begin with a line such as `fn …`, with how many lines stand before each. A function is one
/// even if it is indented: none can stand inside another.
fn pieces(text: &str) -> Vec<(usize, &str)> {
    let is_function =
        |line: &str| line.trim_start().strip_prefix("private ").unwrap_or(line.trim_start()).starts_with("fn ");
    // A `let` behind a function may be a line of it.
    let begins = |line: &str, in_function: bool| {
        is_function(line)
            || ["const ", "import "].iter().any(|word| line.starts_with(word))
            || (!in_function && line.starts_with("let "))
    };
    let mut pieces = Vec::new();
    let (mut inside, mut in_function) = (Inside::Code, false);
    let (mut start, mut first, mut at) = (0, 0, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if begins(line, in_function) && !matches!(inside, Inside::Comment(_)) {
            in_function = is_function(line);
            // A text in backticks that was never closed ends here at the latest.
            inside = Inside::Code;
            if at > start {
                pieces.push((first, text.get(start..at).unwrap_or_default()));
                (start, first) = (at, number);
            }
        }
        inside = inside.behind(line);
        at += line.len();
    }
    pieces.push((first, text.get(start..).unwrap_or_default()));
    pieces
}

/// What a place in a script lies in.
#[derive(Clone, Copy)]
enum Inside {
    Code,
    /// A text in backticks.
    Text,
    /// Comments, so many in each other.
    Comment(usize),
}

impl Inside {
    /// What the end of a line lies in, if its beginning lies in this.
    fn behind(mut self, line: &str) -> Self {
        let mut rest = line.chars();
        while let Some(c) = rest.next() {
            let pair = |second: char| rest.as_str().starts_with(second);
            self = match (self, c) {
                (Self::Code, '/') if pair('/') => return self,
                (Self::Code, '/') if pair('*') => Self::Comment(1),
                (Self::Comment(depth), '/') if pair('*') => Self::Comment(depth + 1),
                (Self::Comment(1), '*') if pair('/') => Self::Code,
                (Self::Comment(depth), '*') if pair('/') => Self::Comment(depth - 1),
                (Self::Text, '\\') => self,
                (Self::Code, '`') => {
                    self = Self::Text;
                    continue;
                }
                (Self::Text, '`') => {
                    self = Self::Code;
                    continue;
                }
                (Self::Code, quote @ ('"' | '\'')) => {
                    // A text in quotes ends with its line.
                    while let Some(c) = rest.next().filter(|c| *c != quote) {
                        if c == '\\' {
                            rest.next();
                        }
                    }
                    continue;
                }
                _ => continue,
            };
            rest.next();
        }
        self
    }
}

/// What a piece defines.
fn defined(piece: &str) -> Option<Broken> {
    let word = |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    if let Some(rest) = ["const ", "let "].iter().find_map(|keyword| piece.strip_prefix(keyword)) {
        return Some(Broken::Constant(word(rest)));
    }
    let (_, rest) = piece.split_once("fn ")?;
    let (name, rest) = rest.split_once('(')?;
    let (parameters, _) = rest.split_once(')')?;
    let count = parameters.split(',').filter(|parameter| !parameter.trim().is_empty()).count();
    Some(Broken::Function { name: name.trim().to_owned(), count })
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
        let function = |name: &str, count| Some(Broken::Function { name: name.to_owned(), count });
        assert_eq!(defined(one), function("one", 2));
        assert_eq!(defined("private fn two() {}"), function("two", 0));
        assert_eq!(defined("const A = ;"), Some(Broken::Constant("A".to_owned())));
    }

    #[test]
    fn no_piece_begins_in_a_comment_and_a_function_may_be_indented() {
        let begin = |text: &str| pieces(text).into_iter().map(|(first, _)| first).collect::<Vec<_>>();
        assert_eq!(begin("/* old:\nfn a() {}\n/* in */ fn b()\nfn c() {}\n*/\nfn d() {}\n"), [0, 5]);
        assert_eq!(begin("let a = \"/*\"; // /*\n  fn b() {\n    let c = 1;\n  }\n  private fn d() {}\n"), [0, 1, 4]);
        assert_eq!(
            begin("fn a() { `/* \\` /* ` }\nfn b() { `never closed }\nfn c() { '\"' }\nfn d() {}\n"),
            [0, 1, 2, 3]
        );
    }

    #[test]
    fn one_broken_function_does_not_hide_the_others() {
        let parsed = parse(&Engine::new(), "fn a() {\n  1 +;\n}\nfn b() {\n  [1, 2\n}\nfn c() { 1 }\n");
        let lines: Vec<_> = parsed.errors.iter().filter_map(|error| error.1.line()).collect();
        assert_eq!((parsed.asts.len(), lines), (1, vec![2, 6]));
        let broken = |name: &str| Broken::Function { name: name.to_owned(), count: 0 };
        assert_eq!(parsed.broken, [broken("a"), broken("b")]);
    }
}
