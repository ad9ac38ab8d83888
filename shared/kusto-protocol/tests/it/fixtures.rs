//! Every shape of answer, from the files in `tests/fixtures`.

use crate::outcome::{decode, decode_whole};
use proptest::{prelude::*, sample::Index};
use std::{fmt::Write, fs, path::Path, sync::LazyLock};

/// Name and bytes of each file.
static FIXTURES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut fixtures: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_none_or(|extension| extension != "md"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect();
    fixtures.sort();
    fixtures
});

#[test]
fn each_comes_to_what_it_should() {
    let mut text = String::new();
    for (name, answer) in FIXTURES.iter() {
        writeln!(text, "== {name}\n{}", decode_whole(answer).describe()).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn each_comes_to_the_same_byte_by_byte() {
    for (name, answer) in FIXTURES.iter() {
        assert_eq!(decode(answer.chunks(1)), decode_whole(answer), "{name}");
    }
}

#[test]
fn none_succeeds_before_its_last_bracket() {
    for (name, answer) in FIXTURES.iter() {
        let complete = answer.trim_ascii_end().len();
        for cut in 0..complete {
            assert!(decode_whole(&answer[..cut]).result.is_err(), "{name} cut at {cut}");
        }
        let succeeds = decode_whole(answer).result.is_ok();
        assert_eq!(succeeds, !name.contains("error") && name != "text.txt" && name != "v2-cancelled.json", "{name}");
        assert_eq!(decode_whole(&answer[..complete]).result.is_ok(), succeeds, "{name}");
    }
}

#[test]
fn nothing_may_follow() {
    for (name, answer) in FIXTURES.iter().filter(|(name, _)| name != "text.txt") {
        for garbage in ["x", "]", ",", "{}", "\0", "[]"] {
            assert!(decode([answer, garbage.as_bytes()]).result.is_err(), "{name} and {garbage}");
        }
    }
}

/// A change to a file, the places given as fractions of its length.
#[derive(Clone, Debug)]
enum Mutation {
    Replace(Index, u8),
    Insert(Index, Vec<u8>),
    Delete(Index, usize),
    Repeat(Index, usize),
}

fn mutations() -> impl Strategy<Value = Vec<Mutation>> {
    let structural = || prop::sample::select(b"[]{},:\"\\ 0-1.eEtfn\n\x01\x80\xff".to_vec());
    let mutation = prop_oneof![
        (any::<Index>(), structural()).prop_map(|(at, byte)| Mutation::Replace(at, byte)),
        (any::<Index>(), prop::collection::vec(structural(), 1..4)).prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        (any::<Index>(), 1..40_usize).prop_map(|(at, count)| Mutation::Delete(at, count)),
        (any::<Index>(), 1..400_usize).prop_map(|(at, count)| Mutation::Repeat(at, count)),
    ];
    prop::collection::vec(mutation, 0..4)
}

fn mutate(answer: &mut Vec<u8>, mutation: &Mutation) {
    if answer.is_empty() {
        return;
    }
    let (Mutation::Replace(at, _) | Mutation::Insert(at, _) | Mutation::Delete(at, _) | Mutation::Repeat(at, _)) =
        mutation;
    let at = at.index(answer.len());
    let end = |count: &usize| (at + count).min(answer.len());
    match mutation {
        Mutation::Replace(_, byte) => answer[at] = *byte,
        Mutation::Insert(_, bytes) => drop(answer.splice(at..at, bytes.iter().copied())),
        Mutation::Delete(_, count) => drop(answer.drain(at..end(count))),
        Mutation::Repeat(_, count) => {
            let again = answer[at..end(count)].to_vec();
            drop(answer.splice(at..at, again));
        }
    }
}

/// The answer in chunks of these sizes, over and over.
fn chunks<'a>(mut answer: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let mut chunks = Vec::new();
    for size in sizes.iter().cycle() {
        if answer.is_empty() {
            break;
        }
        let (chunk, rest) = answer.split_at((*size).min(answer.len()));
        chunks.push(chunk);
        answer = rest;
    }
    chunks
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn chunks_and_damage_change_nothing_but_the_answer(
        index in any::<Index>(),
        mutations in mutations(),
        sizes in prop::collection::vec(1..300_usize, 1..6),
    ) {
        let (_, fixture) = index.get(&FIXTURES);
        let mut answer = fixture.clone();
        mutations.iter().for_each(|mutation| mutate(&mut answer, mutation));
        let whole = decode_whole(&answer);
        prop_assert_eq!(&decode(chunks(&answer, &sizes)), &whole);
        if whole.result.is_ok() {
            // What is taken for an answer is JSON to others too.
            prop_assert!(serde_json::from_slice::<serde::de::IgnoredAny>(&answer).is_ok());
        }
    }

    #[test]
    fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..200), brackets in "[\\[\\]{}:,\"0-9a\\\\ ]{0,60}") {
        prop_assert!(decode_whole(&bytes).result.is_err());
        prop_assert_eq!(decode(brackets.as_bytes().chunks(1)), decode_whole(brackets.as_bytes()));
    }
}
