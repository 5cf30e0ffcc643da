//! What can still be read of a script that does not parse: each of its functions apart from the others.

use std::collections::HashSet;

use rhai::{AST, Engine, ImmutableString, ParseError, ParseErrorType, Position};

/// Functions and constants that are parsed at once.
const MAX_PIECES: usize = 100;

/// Errors of one piece after which no more are reported.
const MAX_ERRORS_OF_A_PIECE: usize = 10;

/// After so many errors of a script its pieces are no longer parsed one by one.
const MAX_ERRORS: usize = 500;

/// A script as far as it parses.
pub(super) struct Parsed {
    /// The script without its pieces that are wrong.
    pub(super) ast: AST,
    /// What is wrong with those.
    pub(super) errors: Vec<SyntaxError>,
    /// What those pieces would define, as far as that can be read.
    pub(super) broken: Vec<Broken>,
    /// The functions so far, with how many parameters each has.
    functions: HashSet<(ImmutableString, usize)>,
}

/// An error in a piece of a script.
pub(super) struct SyntaxError {
    pub(super) kind: ParseErrorType,
    pub(super) at: Position,
    /// Where the piece begins that ends too early.
    pub(super) begins: Option<Position>,
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
    let (errors, broken, functions) = (Vec::new(), Vec::new(), HashSet::new());
    let mut parsed = Parsed { ast: AST::empty(), errors, broken, functions };
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
            let ParseError(kind, at) = match engine.compile(in_place(pieces, &is_broken)) {
                Ok(ast) => break ast,
                Err(error) => error,
            };
            if std::mem::take(&mut is_first) {
                for (piece, is_broken) in pieces.iter().zip(&mut is_broken) {
                    let before = self.errors.len();
                    self.errors.extend(piece.errors(engine));
                    *is_broken = self.errors.len() > before;
                }
                if is_broken.contains(&true) {
                    continue;
                }
            }
            // What is wrong lies between pieces: the same function twice, for one. The later one is left out.
            let line = at.line().unwrap_or(1);
            let index = pieces.iter().rposition(|piece| piece.first < line).filter(|index| !is_broken[*index]);
            self.errors.push(SyntaxError { kind: *kind, at, begins: None });
            match index {
                Some(index) if self.errors.len() < MAX_ERRORS => is_broken[index] = true,
                _ => break AST::empty(),
            }
        };
        // A function of a part before would be replaced.
        for (_, _, name, count, function) in ast.shared_lib().iter_script_fn_info() {
            if !name.starts_with("anon$") && !self.functions.insert((name.into(), count)) {
                let (kind, at) =
                    (ParseErrorType::FnDuplicatedDefinition(name.to_owned(), count), function.body.start_position());
                self.errors.push(SyntaxError { kind, at, begins: None });
            }
        }
        self.ast += ast;
        let broken = pieces.iter().zip(is_broken).filter(|(_, is_broken)| *is_broken);
        self.broken.extend(broken.filter_map(|(piece, _)| defined(piece.text)));
    }
}

impl Piece<'_> {
    /// What is wrong with it. Behind an error, it is parsed again without the statement, if that stands in a line of its
    /// own.
    fn errors(&self, engine: &Engine) -> Vec<SyntaxError> {
        let mut errors = Vec::new();
        let mut text = self.text.to_owned();
        while let Err(ParseError(kind, at)) = engine.compile(&text) {
            errors.push(self.within(*kind, at));
            let rest = at.line().and_then(|line| without_statement(&text, line - 1));
            match rest {
                Some(rest) if errors.len() < MAX_ERRORS_OF_A_PIECE => text = rest,
                _ => break,
            }
        }
        errors
    }

    /// An error in it, as one of the script. What ends too early ends with the last line in which something stands.
    fn within(&self, kind: ParseErrorType, at: Position) -> SyntaxError {
        let text = self.text.trim_end();
        let last = text.lines().count();
        let short = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        let place = |line: usize, column: usize| Position::new(short(line + self.first), short(column));
        match (at.line(), at.position()) {
            (Some(line), column) if line <= last => {
                SyntaxError { kind, at: place(line, column.unwrap_or(1)), begins: None }
            }
            _ => {
                let column = text.lines().last().map_or(1, |line| line.chars().count());
                let begins = text.lines().next().map_or(1, |line| line.len() - line.trim_start().len() + 1);
                SyntaxError { kind, at: place(last.max(1), column), begins: Some(place(1, begins)) }
            }
        }
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

/// A text without a line, by its index, if that holds whole statements and nothing else.
fn without_statement(text: &str, index: usize) -> Option<String> {
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let line = lines.get(index)?;
    let before = lines[..index].iter().fold(Place::default(), |place, line| place.behind(line));
    let after = before.clone().behind(line);
    let next = lines[index + 1..].iter().map(|line| line.trim_start()).find(|line| !line.is_empty());
    let is_whole = before.is_between_statements() && after.is_between_statements() && before.open == after.open;
    if !is_whole || line.trim_start().starts_with('}') || next.is_some_and(|next| next.starts_with("else")) {
        return None;
    }
    Some([&lines[..index], &["\n"], &lines[index + 1..]].concat().concat())
}

/// The parts of a script: its functions, and what stands between them. A function is one
/// even if it is indented: none can stand inside another.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut place = Place::default();
    let (mut start, mut first, mut at) = (0, 0, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let trimmed = line.trim_start();
        let is_function = trimmed.strip_prefix("private ").unwrap_or(trimmed).starts_with("fn ");
        let is_definition = is_function || ["const ", "import "].iter().any(|word| line.starts_with(word));
        let is_comment = trimmed.is_empty() || trimmed.starts_with("//") || trimmed.starts_with("/*");
        let is_outside = place.open.is_empty() && place.is_between_statements() && !is_comment;
        if is_outside || (is_definition && !matches!(place.inside, Inside::Comment(_))) {
            // What was never closed ends here at the latest.
            place = Place::default();
            if at > start {
                pieces.push(Piece { first, text: text.get(start..at).unwrap_or_default() });
                (start, first) = (at, number);
            }
        }
        place = place.behind(line);
        at += line.len();
    }
    pieces.push(Piece { first, text: text.get(start..).unwrap_or_default() });
    pieces
}

/// What the beginning of a line lies in.
#[derive(Clone)]
struct Place {
    inside: Inside,
    /// The brackets that are open, as they stand in the text.
    open: String,
    /// The last character that is neither a blank nor a part of a comment.
    last: char,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Code,
    /// A text in backticks.
    Text,
    /// Comments, so many in each other.
    Comment(usize),
}

impl Default for Place {
    fn default() -> Self {
        Self { inside: Inside::Code, open: String::new(), last: ';' }
    }
}

impl Place {
    fn is_between_statements(&self) -> bool {
        self.inside == Inside::Code && matches!(self.last, ';' | '{' | '}')
    }

    /// What the end of a line lies in, if its beginning lies in this.
    fn behind(mut self, line: &str) -> Self {
        let mut rest = line.chars();
        while let Some(c) = rest.next() {
            let pair = |second: char| rest.as_str().starts_with(second);
            let inside = match (self.inside, c) {
                (Inside::Code, '/') if pair('/') => return self,
                // A comment of another language.
                (Inside::Code, '#') if !pair('{') => return self,
                (Inside::Code, '/') if pair('*') => Inside::Comment(1),
                (Inside::Comment(depth), '/') if pair('*') => Inside::Comment(depth + 1),
                (Inside::Comment(1), '*') if pair('/') => Inside::Code,
                (Inside::Comment(depth), '*') if pair('/') => Inside::Comment(depth - 1),
                (Inside::Comment(_), _) => continue,
                (Inside::Text, '\\') => Inside::Text,
                (_, c) => {
                    self.take(c, &mut rest);
                    continue;
                }
            };
            self.inside = inside;
            rest.next();
        }
        self
    }

    /// Closes a bracket, with those inside it that were never closed.
    fn close(&mut self, bracket: char) {
        // A parenthesis reaches no further than its block.
        let block = if bracket == '{' { 0 } else { self.open.rfind('{').map_or(0, |at| at + 1) };
        if let Some(at) = self.open[block..].rfind(bracket) {
            self.open.truncate(block + at);
        }
    }

    /// Goes over a character of the code, or of a text in backticks.
    fn take(&mut self, c: char, rest: &mut std::str::Chars<'_>) {
        match (self.inside, c) {
            (_, '`') => self.inside = if self.inside == Inside::Code { Inside::Text } else { Inside::Code },
            (Inside::Text, _) => {}
            (_, '(' | '[' | '{') => self.open.push(c),
            (_, ')') => self.close('('),
            (_, ']') => self.close('['),
            (_, '}') => self.close('{'),
            (_, '"' | '\'') => {
                // A text in quotes ends with its line.
                while let Some(inside) = rest.next().filter(|inside| *inside != c) {
                    if inside == '\\' {
                        rest.next();
                    }
                }
            }
            _ => {}
        }
        if !c.is_whitespace() {
            self.last = c;
        }
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
    if !name.trim().chars().all(|c| c.is_alphanumeric() || c == '_') {
        return None;
    }
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
        let lines: Vec<_> = parsed.errors.iter().filter_map(|error| error.at.line()).collect();
        assert_eq!((parsed.ast.iter_functions().count(), lines), (2, vec![2, 3]));
    }

    #[test]
    fn a_function_that_stands_twice_far_apart_is_found() {
        let between: String = (0..2 * MAX_PIECES).map(|number| format!("fn f{number}() {{}}\n")).collect();
        let parsed = parse(&Engine::new(), &format!("fn a() {{ 1 }}\n{between}fn a() {{ 2 }}\n"));
        let lines: Vec<_> = parsed.errors.iter().filter_map(|error| error.at.line()).collect();
        assert_eq!(lines, [2 * MAX_PIECES + 2]);
    }

    #[test]
    fn one_broken_function_does_not_hide_the_others() {
        let parsed = parse(&Engine::new(), "fn a() {\n  1 +;\n}\nfn b() {\n  [1, 2\n}\nfn c() { 1 }\n");
        let lines: Vec<_> = parsed.errors.iter().filter_map(|error| error.at.line()).collect();
        assert_eq!((parsed.ast.iter_functions().count(), lines), (1, vec![2, 6]));
        let broken = |name: &str| Broken::Function { name: name.to_owned(), count: 0 };
        assert_eq!(parsed.broken, [broken("a"), broken("b")]);
    }
}
