//! What can still be read of a script that does not parse: each of its functions apart from the others.

use rhai::{AST, Engine, ParseError, Position};

/// Functions and constants that are parsed at once.
const MAX_PIECES: usize = 100;

/// A script as far as it parses.
pub(super) struct Parsed {
    /// The script without its pieces that are wrong.
    pub(super) ast: AST,
    /// What is wrong with those.
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

/// A part of a script.
struct Piece<'a> {
    /// How many lines stand before it.
    first: usize,
    text: &'a str,
}

/// Parses a script, part by part: what Rhai needs grows with the square of the functions that it parses at once.
pub(super) fn parse(engine: &Engine, text: &str) -> Parsed {
    let mut parsed = Parsed { ast: AST::empty(), errors: Vec::new(), broken: Vec::new() };
    for part in pieces(text).chunks(MAX_PIECES) {
        parsed.add(engine, part);
    }
    parsed
}

impl Parsed {
    /// Adds a part of the script. If it is wrong somewhere, its pieces are parsed one by one; what is left without those
    /// that are wrong is parsed again.
    fn add(&mut self, engine: &Engine, pieces: &[Piece<'_>]) {
        let mut is_broken = vec![false; pieces.len()];
        let mut is_first = true;
        let ast = loop {
            let error = match engine.compile(in_place(pieces, &is_broken)) {
                Ok(ast) => break ast,
                Err(error) => error,
            };
            if std::mem::take(&mut is_first) {
                for (piece, is_broken) in pieces.iter().zip(&mut is_broken) {
                    if let Err(error) = engine.compile(piece.text) {
                        self.errors.push(within(error, piece));
                        *is_broken = true;
                    }
                }
                if is_broken.contains(&true) {
                    continue;
                }
            }
            // What is wrong lies between pieces: the same function twice, for one. The later one is left out.
            let line = error.1.line().unwrap_or(1);
            let index = pieces.iter().rposition(|piece| piece.first < line).filter(|index| !is_broken[*index]);
            self.errors.push(error);
            match index {
                Some(index) => is_broken[index] = true,
                None => break AST::empty(),
            }
        };
        self.ast += ast;
        let broken = pieces.iter().zip(is_broken).filter(|(_, is_broken)| *is_broken);
        self.broken.extend(broken.filter_map(|(piece, _)| defined(piece.text)));
    }
}

/// A part of a script in its place, with empty lines before it and in the place of its broken pieces.
fn in_place(pieces: &[Piece<'_>], is_broken: &[bool]) -> String {
    let before = "\n".repeat(pieces.first().map_or(0, |piece| piece.first));
    let text = |(piece, is_broken): (&Piece<'_>, &bool)| match is_broken {
        true => "\n".repeat(piece.text.matches('\n').count()),
        false => piece.text.to_owned(),
    };
    std::iter::once(before).chain(pieces.iter().zip(is_broken).map(text)).collect()
}

/// An error in a part of a script, as one of the script. What ends too early ends with the last line in which something
/// stands.
fn within(mut error: ParseError, piece: &Piece<'_>) -> ParseError {
    let text = piece.text.trim_end();
    let lines = text.lines().count();
    let (mut line, mut column) = (error.1.line().unwrap_or(usize::MAX), error.1.position().unwrap_or(1));
    if line > lines {
        line = lines.max(1);
        column = text.lines().last().map_or(1, |line| line.chars().count());
    }
    let short = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
    error.1 = Position::new(short(line + piece.first), short(column));
    error
}

/// The parts of a script that begin with a line such as `fn …`. A function is one
/// even if it is indented: none can stand inside another.
fn pieces(text: &str) -> Vec<Piece<'_>> {
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
                pieces.push(Piece { first, text: text.get(start..at).unwrap_or_default() });
                (start, first) = (at, number);
            }
        }
        inside = inside.behind(line);
        at += line.len();
    }
    pieces.push(Piece { first, text: text.get(start..).unwrap_or_default() });
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
        let pieces: Vec<_> = pieces(text).into_iter().map(|piece| (piece.first, piece.text.trim_end())).collect();
        let one = "fn one(a, b) {\n  fn_of(a);\n}";
        assert_eq!(pieces, [(0, "// first"), (1, "const A = 1;"), (3, one), (6, "private fn two() {}")]);
        let function = |name: &str, count| Some(Broken::Function { name: name.to_owned(), count });
        assert_eq!(defined(one), function("one", 2));
        assert_eq!(defined("private fn two() {}"), function("two", 0));
        assert_eq!(defined("const A = ;"), Some(Broken::Constant("A".to_owned())));
    }

    #[test]
    fn no_piece_begins_in_a_comment_and_a_function_may_be_indented() {
        let begin = |text: &str| pieces(text).into_iter().map(|piece| piece.first).collect::<Vec<_>>();
        assert_eq!(begin("/* old:\nfn a() {}\n/* in */ fn b()\nfn c() {}\n*/\nfn d() {}\n"), [0, 5]);
        assert_eq!(begin("let a = \"/*\"; // /*\n  fn b() {\n    let c = 1;\n  }\n  private fn d() {}\n"), [0, 1, 4]);
        assert_eq!(
            begin("fn a() { `/* \\` /* ` }\nfn b() { `never closed }\nfn c() { '\"' }\nfn d() {}\n"),
            [0, 1, 2, 3]
        );
    }

    #[test]
    fn a_function_that_stands_twice_does_not_hide_the_others() {
        let parsed = parse(&Engine::new(), "fn a() { 1 }\nfn a() { 2 }\nfn a() { 3 }\nfn b() { 4 }\n");
        let lines: Vec<_> = parsed.errors.iter().filter_map(|error| error.1.line()).collect();
        assert_eq!((parsed.ast.iter_functions().count(), lines), (2, vec![2, 3]));
    }

    #[test]
    fn one_broken_function_does_not_hide_the_others() {
        let parsed = parse(&Engine::new(), "fn a() {\n  1 +;\n}\nfn b() {\n  [1, 2\n}\nfn c() { 1 }\n");
        let lines: Vec<_> = parsed.errors.iter().filter_map(|error| error.1.line()).collect();
        assert_eq!((parsed.ast.iter_functions().count(), lines), (1, vec![2, 6]));
        let broken = |name: &str| Broken::Function { name: name.to_owned(), count: 0 };
        assert_eq!(parsed.broken, [broken("a"), broken("b")]);
    }
}
