//! `flaneur`, the shop's side: builds packs from feeds and logs.

fn main() {}
