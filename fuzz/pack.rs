//! Packs a folder of inputs into the corpus, or unpacks the corpus into a folder:
//! `pack fuzz/corpus.txt fuzz/corpus`, `unpack fuzz/corpus.txt fuzz/corpus`.

mod corpus;

use std::error::Error;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["pack", file, folder] => {
            let inputs = fs::read_dir(folder)?.map(|entry| fs::read(entry?.path())).collect::<Result<_, _>>()?;
            fs::write(file, corpus::pack(inputs))?;
        }
        ["unpack", file, folder] => {
            fs::create_dir_all(folder)?;
            for (number, input) in (1..).zip(corpus::unpack(&fs::read_to_string(file)?)?) {
                fs::write(format!("{folder}/{number:04}"), input)?;
            }
        }
        _ => return Err("pack FILE FOLDER, or unpack FILE FOLDER".into()),
    }
    Ok(())
}
