//! A table that scrolls by itself where it is wider than the page, also by keyboard.

use maud::{Markup, html};

/// A table; the first cell of a row names it, and rows marked `true` are the engine's.
pub(super) fn table(caption: &str, head: &[&str], rows: impl Iterator<Item = (bool, Vec<String>)>) -> Markup {
    html! {
        div.scroll role="region" aria-label=(caption) tabindex="0" {
            table {
                caption { (caption) }
                thead { tr { @for name in head { th scope="col" { (name) } } } }
                tbody {
                    @for (engine, cells) in rows {
                        tr.engine[engine] {
                            @for (at, cell) in cells.iter().enumerate() {
                                @if at == 0 { th scope="row" { (cell) } } @else { td { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
