#!/bin/sh
# Fuzzes every target, or those named, for so many seconds each: `fuzz/run.sh 3600`, `fuzz/run.sh 600 pack rules`.
# Needs the stable compiler and a C++ compiler, no nightly and no cargo-fuzz. Adds what was run to fuzz/runs.tsv.
# A failure leaves its input in fuzz/artifacts: minimize it, and keep it in tests/regressions.
set -eu
cd "$(dirname "$0")"
seconds=${1:-60}
[ $# -gt 0 ] && shift
target=$(rustc -vV | sed -n 's/^host: //p')
# What cargo-fuzz passes for coverage; the address sanitizer is left out, since the code has no unsafe.
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1"
export CARGO_INCREMENTAL=0
cargo build --release --target "$target"
for name in ${@:-pack record event rules import}; do
  mkdir -p "grown/$name" "artifacts/$name"
  said=$(mktemp)
  failed=0
  "target/$target/release/$name" "grown/$name" "../tests/regressions/$name" \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -artifact_prefix="artifacts/$name/" -print_final_stats=1 \
    >"$said" 2>&1 || failed=1
  tail -n 12 "$said"
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$said")
  took=$(sed -n 's/^Done [0-9]* runs in \([0-9]*\) second.*/\1/p' "$said")
  covered=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$said" | tail -n 1)
  printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$(date -u +%F)" "$name" "${took:-stopped}" "${executions:-?}" "${covered:-?}" "$failed" >>runs.tsv
  rm "$said"
  [ "$failed" = 0 ] || { echo "fuzz/artifacts/$name holds the input that failed" >&2; exit 1; }
done
