//! What fuzzing has kept, and inputs near it, through the check that the fuzz target runs.

use std::fs;

#[path = "../../fuzz/check.rs"]
mod check;

use crate::support::repository;

/// Inputs made from those of the corpus.
const MADE: usize = 5_000;
const SEED: u64 = 7;

fn corpus() -> Vec<Vec<u8>> {
    let folder = fs::read_dir(repository("fuzz/corpus/decode")).unwrap();
    let mut files: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

#[test]
fn every_input_of_the_corpus_holds() {
    let corpus = corpus();
    assert!(corpus.len() > 100, "{} inputs are no corpus", corpus.len());
    for input in corpus {
        check::check(&input);
    }
}

#[test]
fn inputs_near_the_corpus_hold() {
    let corpus = corpus();
    let mut random = fastrand::Rng::with_seed(SEED);
    for _ in 0..MADE {
        let (Some(one), Some(other)) = (random.choice(&corpus), random.choice(&corpus)) else { panic!("no corpus") };
        // The head of one, the tail of another, and some bytes changed.
        let mut input = one[..random.usize(..=one.len())].to_vec();
        input.extend_from_slice(&other[random.usize(..=other.len())..]);
        for _ in 0..random.usize(..4) {
            if let Some(place) = random.choice(0..input.len()) {
                input[place] = random.u8(..);
            }
        }
        check::check(&input);
    }
}
