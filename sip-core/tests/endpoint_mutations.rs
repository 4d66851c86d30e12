//! A little fuzzing of the endpoint in every test run: scripts by chance, from seeds.

#[path = "../../fuzz/checks/endpoint.rs"]
mod endpoint;
use crate::mutate;

/// Scripts that reach deep: a call in and its end, one out and its answer, a login, a change of the session.
const SEEDS: [&[u8]; 5] = [
    &[1, 0, 0, 0, 4, 0, 10, 0, 0, 2, 0, 1, 0, 2, 0, 10, 0, 0, 6, 15, 16],
    &[2, 12, 0, 5, 0, 1, 9, 0, 5, 0, 4, 8, 0, 10, 0, 0, 7, 5, 0, 4, 8, 0, 15, 15, 10, 0, 0, 6, 5, 0, 4, 0, 0],
    &[3, 0, 5, 0, 32, 0, 15, 10, 0, 5, 0, 24, 0, 15, 17],
    &[4, 0, 0, 1, 20, 0, 10, 0, 0, 1, 0, 8, 1, 42, 0, 10, 0, 0, 3, 0, 1, 1, 2, 0, 0, 0, 1, 6, 0, 10, 0, 0, 8, 15, 14],
    &[5, 12, 1, 13, 3, 15, 12, 5, 0, 11, 0, 0, 14, 5, 12, 2, 5, 0, 10, 0, 6, 12, 64, 5, 0, 4, 0, 0],
];

/// Scripts of one run; `make fuzz` goes on from there.
const ROUNDS: usize = 300;

#[test]
fn scripts_by_chance_leave_nothing_behind() {
    let mut mutator = mutate::Mutator::new(0x0e17);
    let mut scripts: Vec<Vec<u8>> = SEEDS.iter().map(|seed| seed.to_vec()).collect();
    for script in &scripts {
        endpoint::check(script);
    }
    let mut reached = [0; 3];
    for round in 0..ROUNDS {
        let script = &scripts[round % scripts.len()];
        let other = &scripts[(round * 7 + 3) % scripts.len()];
        let joined = [script.as_slice(), other].concat();
        let mut mutated = mutator.mutate(&joined, other, &[&[15, 9], &[10, 0, 0, 2], &[5, 0, 4]]);
        mutated.truncate(600);
        let now = endpoint::check(&mutated);
        for (sum, count) in reached.iter_mut().zip([now.ended, now.answered, now.changed]) {
            *sum += count;
        }
        if scripts.len() < 64 {
            scripts.push(mutated);
        } else {
            scripts[5 + round % 59] = mutated;
        }
    }
    assert!(reached[0] > 300 && reached[1] > 20 && reached[2] > 0, "the scripts do not reach deep: {reached:?}");
}
