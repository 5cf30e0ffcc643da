//! Handlers that never end by themselves: what the limits of rules are measured and tested with.

use vta::rules::Limits;

/// Handlers that never end by themselves, each with another of the dear things of the language.
pub const ENDLESS: [(&str, &str); 38] = [
    ("nothing", "loop { }"),
    ("counting", "let x = 0; loop { x += 1; }"),
    ("nested loops", "let x = 0; loop { for i in 0..100 { for j in 0..100 { x += i * j; } } }"),
    ("calls", "loop { min(1, 2); }"),
    ("a list copied", "let a = []; a.pad(MOST, 1); loop { let b = a; }"),
    ("a list of texts copied", "let a = []; a.pad(MOST, \"x\"); loop { let b = a; }"),
    ("a list of lists copied", "let a = []; a.pad(MOST / 2, [1]); loop { let b = a; }"),
    ("a map copied", "let m = #{}; for i in 0..NAMES { m[`key number ${i}`] = i; } loop { let n = m; }"),
    ("a list sorted", "let a = []; for i in 0..MOST { a.push((i * 7919) % 997); } loop { a.sort(); a.reverse(); }"),
    (
        "a list sorted by a function",
        "let a = []; for i in 0..MOST { a.push((i * 7919) % 997); } loop { a.sort(|x, y| x - y); }",
    ),
    ("a list searched", "let a = []; a.pad(MOST, 1); loop { a.contains(2); }"),
    ("a list compared", "let a = []; a.pad(MOST, 1); let b = a; loop { a == b; }"),
    ("a list mapped", "let a = []; a.pad(MOST, 1); loop { a.map(|x| x + 1); }"),
    ("a list made a text", "let a = []; a.pad(MOST, 1); loop { `${a}`; }"),
    ("a list drained", "let a = []; loop { a.pad(MOST, 1); a.drain(0, MOST); }"),
    ("lists joined", "let a = []; a.pad(MOST / 2, 1); loop { a + a; }"),
    ("a map's keys", "let m = #{}; for i in 0..NAMES { m[`key number ${i}`] = i; } loop { m.keys(); }"),
    ("a text built", "let s = \"\"; loop { s += \"x\"; if s.len >= TEXT { s = \"\"; } }"),
    ("a text joined", "let s = \"\"; s.pad(TEXT / 2, \"é\"); s.crop(0, TEXT / 4); loop { s + s; }"),
    ("a text in capitals", "let s = \"\"; s.pad(TEXT / 2, \"é\"); s.crop(0, TEXT / 2 - 1); loop { s.to_upper(); }"),
    ("a text searched", "let s = \"\"; s.pad(TEXT, \"a\"); loop { s.index_of(\"aaaaaaab\"); }"),
    ("a text replaced", "let s = \"\"; s.pad(TEXT, \"a\"); loop { let t = s; t.replace(\"a\", \"b\"); }"),
    ("a text split", "let s = \"\"; s.pad(MOST - 1, \",\"); loop { s.split(\",\"); }"),
    ("a text cut", "let s = \"\"; s.pad(TEXT, \"a\"); loop { s.sub_string(TEXT - 5, 3); s.len; }"),
    (
        "a text of json",
        "let s = \"1\"; for i in 0..MOST - 2 { s += \",123456789012345678\"; } s = `{\"a\": [${s}]}`; loop { parse_json(s); }",
    ),
    ("a map made json", "let m = #{}; for i in 0..NAMES { m[`key number ${i}`] = i; } loop { m.to_json(); }"),
    ("a function that catches more and more", "let f = |x| x; loop { f = f.curry(1); }"),
    ("functions in functions", "let a = []; a.pad(MOST, 1); loop { a.for_each(|| { for i in 0..1000 { } }); }"),
    ("the event made a text", "loop { `${event}`; }"),
    ("a rule's memory", "loop { once_per_bout(\"a\"); cooldown(\"b\", \"10s\"); }"),
    ("lists in lists copied", "let a = []; for i in 0..MOST - 2 { a = [a]; } loop { let b = a; }"),
    (
        "a map with long names copied",
        "let m = #{}; for i in 0..NAMES { m[`a name that is a good deal longer than most ${i}`] = i; } loop { let n = m; }",
    ),
    (
        "a list of maps copied",
        "let a = []; a.pad(NAMES, #{ \"a name that is a good deal longer than most\": 1 }); loop { let b = a; }",
    ),
    (
        "a map compared",
        "let m = #{}; for i in 0..NAMES { m[`a name that is a good deal longer than most ${i}`] = i; } let n = m; loop { m == n; }",
    ),
    (
        "what it keeps copied",
        "for i in 0..NAMES { this[`a name that is a good deal longer than most ${i}`] = i; } loop { let n = this; }",
    ),
    ("a list that it keeps copied", "this.l = []; this.l.pad(MOST, 1); loop { let l = this.l; }"),
    (
        "maps joined",
        "let m = #{}; for i in 0..NAMES { m[`a name that is a good deal longer than most ${i}`] = i; } loop { m + m; }",
    ),
    ("errors caught", "loop { try { throw \"x\"; } catch (e) { } }"),
];

/// A rule with such a handler.
pub fn rule(body: &str) -> String {
    let (most, names, text) = (Limits::MAX_ENTRIES, Limits::MAX_NAMES, Limits::MAX_TEXT);
    format!(
        "const MOST = {most};\nconst NAMES = {names};\nconst TEXT = {text};\nfn on_point(event, bout) {{\n  {body}\n}}"
    )
}
