//! What fuzzing has kept, and inputs near it, through the check that the fuzz target runs.

use std::fs;

#[path = "../../fuzz/check.rs"]
mod check;
#[path = "../../fuzz/corpus.rs"]
mod corpus;

use crate::support::repository;

/// Inputs made from those of the corpus.
const MADE: usize = 5_000;
const SEED: u64 = 7;

fn corpus() -> Vec<Vec<u8>> {
    corpus::unpack(&fs::read_to_string(repository("fuzz/corpus.txt")).unwrap()).unwrap()
}

#[test]
fn the_corpus_is_as_make_corpus_packs_it() {
    assert!(fs::read_to_string(repository("fuzz/corpus.txt")).unwrap() == corpus::pack(corpus()));
}

#[test]
fn any_bytes_can_be_packed_and_what_is_no_escape_is_refused() {
    let all: Vec<Vec<u8>> = vec![Vec::new(), (0..=u8::MAX).collect(), br"\x1".to_vec()];
    assert_eq!(corpus::unpack(&corpus::pack(all.clone())).unwrap(), all);
    for wrong in ["\\", "a\\q", "\\x1", "\\xé"] {
        assert!(corpus::unpack(wrong).is_err(), "{wrong}");
    }
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
