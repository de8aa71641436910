//! The architecture, checked: what may name what, and what must not be named at all.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};

/// Modules in the direction of their dependencies: each may name those before it.
const ORDER: [&str; 12] =
    ["error", "time", "math", "catalog", "log", "replay", "trial", "profile", "rank", "decide", "engine", "web"];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                found.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    let inside = |(path, text): (PathBuf, String)| (path.strip_prefix(&root).unwrap().to_path_buf(), text);
    found.into_iter().map(inside).collect()
}

/// The top module a file belongs to: `rank` for `rank.rs` and `rank/score.rs`.
fn module(path: &Path) -> String {
    path.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

/// Source without comments and without its tests.
fn code(text: &str) -> String {
    let body = text.split("#[cfg(test)]").next().unwrap_or(text);
    body.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn offenders(words: &[&str], allowed: impl Fn(&Path) -> bool) -> Vec<String> {
    let files = sources();
    assert!(files.len() > 25, "the walk found only {} files", files.len());
    let hits = files.iter().filter(|(path, _)| !allowed(path)).flat_map(|(path, text)| {
        let code = code(text);
        words.iter().filter(move |word| code.contains(*word)).map(move |word| format!("{}: {word}", path.display()))
    });
    hits.collect()
}

fn under_web(path: &Path) -> bool {
    module(path) == "web"
}

#[test]
fn only_the_boundary_names_javascript() {
    let words = ["JsValue", "js_sys", "web_sys", "wasm_bindgen", "getrandom"];
    assert_eq!(offenders(&words, under_web), Vec::<String>::new());
}

#[test]
fn the_core_has_no_clock_no_entropy_and_no_input_or_output() {
    let words = [
        "SystemTime",
        "Instant::",
        "std::fs",
        "std::net",
        "std::io",
        "std::env",
        "std::thread",
        "thread_rng",
        "println!",
    ];
    assert_eq!(offenders(&words, |_| false), Vec::<String>::new());
}

#[test]
fn nothing_is_named_against_the_direction_of_the_chain() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some(own) = ORDER.iter().position(|name| *name == module(&path)) else { continue };
        let code = code(&text);
        for later in &ORDER[own + 1..] {
            if code.contains(&format!("crate::{later}")) {
                wrong.push(format!("{} names {later}", path.display()));
            }
        }
        // The wire's twins stand beside the engine: nothing below it may name them.
        if own < ORDER.iter().position(|name| *name == "engine").unwrap() && code.contains("crate::wire") {
            wrong.push(format!("{} names wire", path.display()));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn only_the_twins_the_pack_and_the_record_codec_are_serializable() {
    let allowed = |path: &Path| {
        matches!(module(path).as_str(), "wire" | "web")
            || path.starts_with("catalog/pack")
            || path == Path::new("catalog/pack.rs")
            || path == Path::new("log/codec.rs")
    };
    assert_eq!(offenders(&["Serialize", "Deserialize"], allowed), Vec::<String>::new());
}

#[test]
fn the_standard_transcendental_functions_are_not_called() {
    let words = [".exp()", ".ln()", ".powf(", ".tanh()", ".sin()", ".cos()", ".exp2()", ".log2()", ".ln_1p()"];
    assert_eq!(offenders(&words, |_| false), Vec::<String>::new());
}

#[test]
fn every_file_says_its_purpose_first_and_stays_readable() {
    for (path, text) in sources() {
        assert!(text.starts_with("//! "), "{} does not say what it is", path.display());
        assert!(text.lines().count() <= 500, "{} is longer than 500 lines", path.display());
    }
}

/// Every file under a folder of the repository, with its text.
fn texts(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

/// Code without its comments, so that prose may say what code may not.
fn uncommented(text: &str) -> String {
    let prose = |line: &&str| !["//", "*", "/*"].iter().any(|start| line.trim_start().starts_with(start));
    text.lines().filter(prose).collect::<Vec<_>>().join("\n")
}

#[test]
fn only_the_sender_reaches_the_network_and_nothing_but_its_gate_can_name_it() {
    let senders = ["fetch(", "sendBeacon", "XMLHttpRequest", "WebSocket", "EventSource", "new Image"];
    let files = texts("pkg/src");
    assert!(files.len() > 40, "the walk found only {} files", files.len());
    for (path, text) in files {
        let path = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("pkg/src")).unwrap().to_path_buf();
        let code = uncommented(&text);
        // The catalog and the engine are public files, the same for everyone.
        let may = ["catalog.ts", "loader.ts", "measure/deliver.ts"].iter().any(|own| path == Path::new(own));
        for word in senders.iter().filter(|_| !may) {
            assert!(!code.contains(word), "{} names {word}", path.display());
        }
        for (file, only) in [
            ("deliver.js", ["measure/measurer.ts"].as_slice()),
            ("upstream.js", &["measure/seal.ts"]),
            ("import(\"./measure/measurer.js\")", &["index.ts", "embedded.ts"]),
            ("from \"./measure/measurer.js\"", &[]),
        ] {
            // A type names without loading.
            let loads = code.lines().any(|line| line.contains(file) && !line.contains("typeof import"));
            assert!(!loads || only.iter().any(|only| path == Path::new(only)), "{} names {file}", path.display());
        }
    }
    assert_eq!(offenders(&["crate::measure", "flaneur_upstream", "deliver"], |_| false), Vec::<String>::new());
}

#[test]
fn no_randomizer_names_a_float_or_the_page_s_own_dice() {
    for (path, text) in texts("upstream/src") {
        let body = text.split("#[cfg(test)]").next().unwrap();
        let code = uncommented(body);
        // The boundary takes the time as JavaScript's number.
        let boundary = path.ends_with("web.rs") || path.parent().is_some_and(|folder| folder.ends_with("web"));
        let words: &[&str] = if boundary { &["f32"] } else { &["f32", "f64"] };
        for word in words {
            assert!(!code.contains(word), "{} names {word}", path.display());
        }
    }
    for (path, text) in texts("pkg/src/measure") {
        assert!(!uncommented(&text).contains("Math.random"), "{}", path.display());
    }
}

#[test]
fn every_dependency_says_why_it_is_there() {
    for manifest in [
        "Cargo.toml",
        "benches/kernel/Cargo.toml",
        "cli/Cargo.toml",
        "estimate/Cargo.toml",
        "fuzz/Cargo.toml",
        "kernels/Cargo.toml",
        "operators/Cargo.toml",
        "operators/janus/Cargo.toml",
        "upstream/Cargo.toml",
        "words/Cargo.toml",
        "xtask/Cargo.toml",
    ] {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(manifest)).unwrap();
        let (mut inside, mut found) = (false, 0);
        for line in text.lines() {
            if line.starts_with('[') {
                inside = line.contains("dependencies");
            } else if inside && line.contains('=') && !line.trim_start().starts_with('#') {
                assert!(line.contains(" # "), "{manifest}: no justification: {line}");
                found += 1;
            }
        }
        assert!(found > 0, "{manifest}: no dependency was found");
    }
}
