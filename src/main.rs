//! The `vta` command.

fn main() {}
